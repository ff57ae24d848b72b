//! `smsgw serve`: the gateway.

use std::fmt;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;

use smsgw_gateway::{Config, Gateway};
use tracing_subscriber::filter::LevelFilter;

/// Run the gateway.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  smsgw serve --config smsgw.toml

docs/smsgw.toml shows every key of the file. One line 'ready KIND ADDRESS' for each listener goes
to standard error, then the log. SIGTERM or Ctrl-C ends it in good order; SIGHUP has certificates
read again.")]
pub(crate) struct Args {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// What is logged: off, error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log: LevelFilter,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(args.log)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let config = match Config::load(&args.config) {
        Ok(config) => config,
        Err(error) => return failure(&error),
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failure(&error),
    };
    match runtime.block_on(serve(config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure(&error),
    }
}

fn failure(error: &dyn fmt::Display) -> ExitCode {
    eprintln!("smsgw serve: {error}");
    ExitCode::FAILURE
}

async fn serve(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    let mut end = pin!(crate::signal::end()?);
    let mut reload = crate::signal::Reload::new()?;
    let mut gateway = Gateway::start(config).await?;
    for address in gateway.http_addresses() {
        eprintln!("ready http {address}");
    }
    for address in gateway.smpp_addresses() {
        eprintln!("ready smpp {address}");
    }
    loop {
        tokio::select! {
            () = &mut end => return Ok(gateway.shutdown().await?),
            ended = gateway.ended() => return Ok(ended?),
            () = reload.asked() => gateway.reload().await,
        }
    }
}
