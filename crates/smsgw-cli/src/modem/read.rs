//! `smsgw modem read`: the messages that a modem has stored.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use smsgw_at::driver::{Driver, Event};
use smsgw_at::modem::{self, Config};
use smsgw_sim::json_line;

use super::arrival::{Arrival, Arrivals};
use super::link::Link;
use super::port::Ports;

/// Show the messages that a modem has stored.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw modem read --port /dev/ttyUSB0
  smsgw modem read --port /dev/ttyUSB0 --delete --json >> messages.jsonl

The parts of long messages are put together. With --delete, what was written out is deleted then,
but for messages of which a part is missing; without it everything stays, though the modem may call
it read.")]
pub(super) struct Args {
    #[command(flatten)]
    ports: Ports,
    /// Delete what was shown.
    #[arg(long)]
    delete: bool,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    let config = Config {
        sweep_interval: None,
        // All of it is read though nothing of it is deleted meanwhile.
        max_unpersisted: 100_000,
        ..Config::default()
    };
    for mut link in args.ports.open(&config)? {
        args.read(&mut link).await?;
        link.close().await;
    }
    Ok(ExitCode::SUCCESS)
}

impl Args {
    async fn read(&self, link: &mut Link) -> Result<(), Box<dyn Error>> {
        let mut arrivals = Arrivals::new(link.port(), Duration::MAX);
        let mut told = Vec::new();
        let mut take = |event: &Event| match event {
            Event::Modem(modem::Event::Received(received)) => {
                told.extend(arrivals.message(received, Instant::now()));
            }
            Event::Modem(modem::Event::Report(report)) => told.push(arrivals.report(report)),
            _ => {}
        };
        link.ready(&mut take).await?;
        let driver = link.driver.clone();
        let swept = link.during(driver.idle(), |event| take(&event)).await;
        if swept != Some(true) {
            return Err(format!("{}: closed before all was read", link.port()).into());
        }
        self.tell(&told)?;
        self.tell(&arrivals.release())?;
        if self.delete {
            delete(&driver, &told);
            let deleted = link.during(driver.idle(), |_| {}).await;
            if deleted != Some(true) {
                return Err(format!("{}: closed before all was deleted", link.port()).into());
            }
        }
        Ok(())
    }

    /// Writes them out.
    fn tell(&self, arrivals: &[Arrival]) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        for arrival in arrivals {
            if self.json {
                json_line::write(&mut out, &arrival.json)?;
            } else {
                writeln!(out, "{}", arrival.text)?;
            }
        }
        out.flush()
    }
}

fn delete(driver: &Driver, arrivals: &[Arrival]) {
    for id in arrivals.iter().flat_map(|arrival| &arrival.ids) {
        driver.persisted(*id);
    }
}
