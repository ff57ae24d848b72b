//! `smsgw send`: one message, straight to a server.

mod exchange;
pub(crate) mod parts;
mod smpp;
mod ucp;
mod wording;

use std::process::ExitCode;

use clap::Subcommand;

/// Send one message straight to a server, without a gateway.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw send smpp --connect 127.0.0.1:2775 --system-id esme --password secret \\
      --to +306912345678 hello
  smsgw send ucp --connect 127.0.0.1:5000 --user 2147 --password secret \\
      --to +306912345678 hello")]
pub(crate) struct Args {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    Smpp(smpp::Args),
    Ucp(ucp::Args),
}

pub(crate) fn run(args: Args) -> ExitCode {
    match args.kind {
        Kind::Smpp(args) => smpp::run(&args),
        Kind::Ucp(args) => ucp::run(&args),
    }
}
