//! `smsgw sim`: peers to test against.

#[cfg(unix)]
mod modem;
mod print;
mod smsc;

use std::fmt;
use std::process::ExitCode;

use clap::Subcommand;

/// Run a simulated peer: events as JSON lines on standard output.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw sim smsc --smpp 127.0.0.1:2775
  smsgw sim modem --pty /tmp/modem")]
pub(crate) struct Args {
    #[command(subcommand)]
    peer: Peer,
}

#[derive(Debug, Subcommand)]
enum Peer {
    Smsc(Box<smsc::Args>),
    #[cfg(unix)]
    Modem(Box<modem::Args>),
}

pub(crate) fn run(args: Args) -> ExitCode {
    match args.peer {
        Peer::Smsc(args) => smsc::run(&args),
        #[cfg(unix)]
        Peer::Modem(args) => modem::run(&args),
    }
}

/// Runs a peer until it ends.
fn block_on(name: &str, serve: impl Future<Output = Result<(), String>>) -> ExitCode {
    let failure = |error: &dyn fmt::Display| {
        eprintln!("smsgw sim {name}: {error}");
        ExitCode::FAILURE
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failure(&error),
    };
    let result = runtime.block_on(serve);
    // Nothing is left that is worth waiting for.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure(&error),
    }
}
