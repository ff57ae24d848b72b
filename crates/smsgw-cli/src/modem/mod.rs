//! `smsgw modem`: modems at serial ports, TCP and unix sockets.

mod arrival;
mod console;
mod info;
mod input;
mod link;
mod list;
mod pin;
mod port;
mod read;
mod send;
mod ussd;
mod watch;

use std::error::Error;
use std::process::ExitCode;

use clap::Subcommand;

/// Use modems: find them, send, read what arrived.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw modem list
  smsgw modem info --port /dev/ttyUSB0
  smsgw modem send --port /dev/ttyUSB0 --to +306912345678 'Lunch at 12?'
  smsgw modem watch --port tcp:192.0.2.7:4000

A port is a path as /dev/ttyUSB0 or /dev/serial/by-id/usb-..., serial:PATH?baud=9600&flow=hardware,
tcp:HOST:PORT, unix:PATH, or unix:@NAME.")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::Args),
    Info(info::Args),
    Send(send::Args),
    Read(read::Args),
    Watch(watch::Args),
    Ussd(ussd::Args),
    Console(console::Args),
}

pub(crate) fn run(args: &Args) -> ExitCode {
    match &args.verb {
        Verb::List(args) => block_on("list", list::run(args)),
        Verb::Info(args) => block_on("info", info::run(args)),
        Verb::Send(args) => block_on("send", send::run(args)),
        Verb::Read(args) => block_on("read", read::run(args)),
        Verb::Watch(args) => block_on("watch", watch::run(args)),
        Verb::Ussd(args) => block_on("ussd", ussd::run(args)),
        Verb::Console(args) => block_on("console", console::run(args)),
    }
}

/// Runs what says its own exit status, or why it could not do its work.
fn block_on(verb: &str, work: impl Future<Output = Result<ExitCode, Box<dyn Error>>>) -> ExitCode {
    let done = tokio::runtime::Runtime::new().map(|runtime| {
        let done = runtime.block_on(work);
        // A thread may wait for standard input for ever.
        runtime.shutdown_background();
        done
    });
    match done.map_err(Into::into).flatten() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("smsgw modem {verb}: {error}");
            ExitCode::FAILURE
        }
    }
}
