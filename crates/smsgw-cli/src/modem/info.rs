//! `smsgw modem info`: what a modem is and how it is.

use std::error::Error;
use std::process::ExitCode;

use serde_json::{Value as Json, json};
use smsgw_at::modem::{Config, Health, Identity};
use smsgw_sim::json_line;

use super::link::Link;
use super::port::Ports;
use crate::decode::input::printable;

/// Show what a modem is, its SIM, and how strong its network is.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw modem info --port /dev/ttyUSB0
  smsgw modem info --port /dev/ttyUSB0 --pin-file pin.txt --json

A SIM that wants its PIN gets it once, when three attempts are left. One that refused it is
remembered in --state and gets none again, until a person removes its line.
Exit status 1: a modem is not ready.")]
pub(super) struct Args {
    #[command(flatten)]
    ports: Ports,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    // What is stored is none of its business.
    let config = Config {
        sweep_interval: None,
        ..Config::default()
    };
    let mut are_ready = true;
    for mut link in args.ports.open(&config)? {
        let ready = link.ready(|_| {}).await;
        let identity = link.driver.identity().unwrap_or_default();
        let health = link.driver.health();
        if args.json {
            let line = for_programs(&link, &identity, &health, ready.as_ref().err());
            json_line::write(std::io::stdout().lock(), &line)?;
        } else {
            for_people(&link, &identity, &health);
        }
        if let Err(error) = ready {
            eprintln!("smsgw modem info: {error}");
            are_ready = false;
        }
        link.close().await;
    }
    Ok(match are_ready {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn for_programs(link: &Link, identity: &Identity, health: &Health, error: Option<&String>) -> Json {
    let stores = health.stores.iter().map(|store| {
        let name = store.store.as_ref().map(ToString::to_string);
        json!({"store": name, "used": store.used, "total": store.total})
    });
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    json!({
        "port": link.port(),
        "state": link.driver.state().to_string(),
        "manufacturer": text(&identity.manufacturer),
        "model": text(&identity.model),
        "revision": text(&identity.revision),
        "imei": identity.imei.map(|imei| imei.to_string()),
        "imsi": identity.imsi.map(|imsi| imsi.to_string()),
        "iccid": identity.iccid.map(|iccid| iccid.to_string()),
        "registration": health.registration.map(|state| state.to_string()),
        "operator": health.operator,
        "signal_dbm": health.signal.and_then(|signal| signal.dbm()),
        "service_centre": health.service_centre,
        "stores": stores.collect::<Vec<_>>(),
        "error": error,
    })
}

fn for_people(link: &Link, identity: &Identity, health: &Health) {
    let line = |name: &str, value: String| {
        if !value.is_empty() {
            println!("  {name:<15} {}", printable(&value));
        }
    };
    let optional = |value: Option<String>| value.unwrap_or_default();
    println!("{}: {}", link.port(), link.driver.state());
    line("manufacturer", identity.manufacturer.clone());
    line("model", identity.model.clone());
    line("revision", identity.revision.clone());
    line("IMEI", optional(identity.imei.map(|imei| imei.to_string())));
    line("IMSI", optional(identity.imsi.map(|imsi| imsi.to_string())));
    line(
        "ICCID",
        optional(identity.iccid.map(|iccid| iccid.to_string())),
    );
    let registration = health.registration.map(|state| state.to_string());
    line("registration", optional(registration));
    line("operator", optional(health.operator.clone()));
    let dbm = health.signal.and_then(|signal| signal.dbm());
    line("signal", optional(dbm.map(|dbm| format!("{dbm} dBm"))));
    line("service centre", optional(health.service_centre.clone()));
    for store in &health.stores {
        let name = store
            .store
            .as_ref()
            .map_or("?".to_owned(), ToString::to_string);
        let name = format!("store {name}");
        line(&name, format!("{} of {}", store.used, store.total));
    }
}
