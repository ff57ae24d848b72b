//! `smsgw load`: how many messages a server takes, and how fast.

mod protocol;
mod receipts;
mod report;
mod run;
mod session;
mod smpp;
mod supply;
mod ucp;

use std::process::ExitCode;

use clap::Subcommand;

/// Send many messages to a server and measure how it takes them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw load smpp --connect 127.0.0.1:2775 --system-id esme --password secret
  smsgw load ucp --connect 127.0.0.1:5000 --user 2147 --password secret")]
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
