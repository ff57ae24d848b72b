//! `smsgw modem watch`: what arrives, as it arrives.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use smsgw_at::driver::Event;
use smsgw_at::modem::{self, Call, Config};
use smsgw_sim::json_line;
use tokio::sync::watch::Receiver;
use tokio::task::JoinSet;

use super::arrival::{Arrival, Arrivals};
use super::link::Link;
use super::port::Ports;
use crate::values::duration;

/// Print what arrives, a JSON object a line; what was printed is deleted.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw modem watch --port /dev/ttyUSB0
  smsgw modem watch --port /dev/ttyUSB0 --port /dev/ttyUSB3 --keep

Events are message, report, broadcast, ussd, call and state. A message is deleted from the modem
once its line is written; one that has several parts is printed when the last has come. The port is
opened again when it is lost. Ctrl-C ends it.")]
pub(super) struct Args {
    #[command(flatten)]
    ports: Ports,
    /// Delete nothing. What is there is printed again by the next `watch`.
    #[arg(long)]
    keep: bool,
    /// How long the parts of a message may be apart; then those there are are printed.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
    wait_parts: Duration,
}

pub(super) async fn run(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    let config = Config {
        broadcasts: true,
        ..Config::default()
    };
    let asked = crate::signal::end()?;
    let (end, ends) = tokio::sync::watch::channel(false);
    let mut watches = JoinSet::new();
    for link in args.ports.open(&config)? {
        let watch = Watch {
            arrivals: Arrivals::new(link.port(), args.wait_parts),
            link,
            deletes: !args.keep,
        };
        watches.spawn(watch.run(ends.clone()));
    }
    let first = tokio::select! {
        () = asked => None,
        first = watches.join_next() => first,
    };
    end.send_replace(true);
    let mut result = Ok(());
    let mut next = first;
    loop {
        if let Some(ended) = next {
            result = result.and(ended?);
        }
        next = watches.join_next().await;
        if next.is_none() {
            break;
        }
    }
    match result {
        // `smsgw modem watch ... | head`
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::FAILURE),
        result => Ok(result.map(|()| ExitCode::SUCCESS)?),
    }
}

/// One modem.
struct Watch {
    link: Link,
    arrivals: Arrivals,
    deletes: bool,
}

impl Watch {
    /// Until the end is asked for, or nobody reads on.
    async fn run(mut self, mut ends: Receiver<bool>) -> io::Result<()> {
        let result = loop {
            let expiry = self.arrivals.next_expiry();
            let wait = expiry.map_or(Duration::from_secs(3_600), |at| {
                at.saturating_duration_since(Instant::now())
            });
            let told = tokio::select! {
                event = self.link.event() => match event {
                    Some(event) => self.told(event),
                    None => break Ok(()),
                },
                () = tokio::time::sleep(wait) => self.arrivals.expire(Instant::now()),
                _ = ends.wait_for(|ends| *ends) => break Ok(()),
            };
            if let Err(error) = self.write(told).await {
                break Err(error);
            }
        };
        self.link.close().await;
        result
    }

    fn told(&mut self, event: Event) -> Vec<Arrival> {
        // It goes on all the same: somebody may do what it says.
        if let Err(text) = self.link.check(&event) {
            eprintln!("smsgw modem watch: {text}");
        } else if let Event::Down { why, pause } = &event
            && pause.is_some()
        {
            eprintln!("smsgw modem watch: {}: {why}", self.link.port());
        }
        let event = match event {
            Event::Modem(event) => event,
            _ => return Vec::new(),
        };
        match event {
            modem::Event::Received(received) => self.arrivals.message(&received, Instant::now()),
            modem::Event::Report(report) => vec![self.arrivals.report(&report)],
            event => self.other(&event).into_iter().collect(),
        }
    }

    /// What is no message.
    fn other(&self, event: &modem::Event) -> Option<Arrival> {
        let port = self.link.port();
        let told = |name: &str, rest: Json| {
            let mut line = json!({"event": name, "protocol": "at", "port": port});
            if let (Some(line), Json::Object(rest)) = (line.as_object_mut(), rest) {
                line.extend(rest);
            }
            line
        };
        let json = match event {
            modem::Event::State(state) => told("state", json!({"state": state.to_string()})),
            modem::Event::Identified(identity) => told(
                "identified",
                json!({
                    "manufacturer": identity.manufacturer,
                    "model": identity.model,
                    "imei": identity.imei.map(|imei| imei.to_string()),
                    "iccid": identity.iccid.map(|iccid| iccid.to_string()),
                }),
            ),
            modem::Event::Broadcast(broadcast) => told(
                "broadcast",
                json!({"page_hex": crate::hex::encode(&broadcast.page)}),
            ),
            modem::Event::Ussd(ussd) => told("ussd", json!({"text": ussd.text})),
            modem::Event::Call(Call::Ringing { number }) => {
                told("call", json!({"state": "ringing", "from": number}))
            }
            modem::Event::Call(_) => told("call", json!({"state": "ended"})),
            modem::Event::StorageFull { store } => told(
                "storage_full",
                json!({"store": store.as_ref().map(ToString::to_string)}),
            ),
            modem::Event::Rebooted => told("rebooted", json!({})),
            _ => return None,
        };
        Some(Arrival {
            json,
            text: String::new(),
            ids: Vec::new(),
        })
    }

    /// Writes them out, and only then lets the modem delete them.
    async fn write(&self, arrivals: Vec<Arrival>) -> io::Result<()> {
        for arrival in arrivals {
            let Arrival { json, ids, .. } = arrival;
            // Standard output may block.
            let written = tokio::task::spawn_blocking(move || {
                let mut out = io::stdout().lock();
                json_line::write(&mut out, &json)?;
                out.flush()
            });
            written.await.map_err(io::Error::other)??;
            for id in ids.into_iter().filter(|_| self.deletes) {
                self.link.driver.persisted(id);
            }
        }
        Ok(())
    }
}
