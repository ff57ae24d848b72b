//! `smsgw sim`: peers to test against.

mod print;
mod smsc;

use std::process::ExitCode;

use clap::Subcommand;

/// Run a simulated peer: events as JSON lines on standard output.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  smsgw sim smsc --smpp 127.0.0.1:2775")]
pub(crate) struct Args {
    #[command(subcommand)]
    peer: Peer,
}

#[derive(Debug, Subcommand)]
enum Peer {
    Smsc(smsc::Args),
}

pub(crate) fn run(args: Args) -> ExitCode {
    match args.peer {
        Peer::Smsc(args) => smsc::run(args),
    }
}
