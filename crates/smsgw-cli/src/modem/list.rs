//! `smsgw modem list`: which ports have a modem.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;
use smsgw_at::discover::{FoundModem, Places, ProbeError, ProbeOptions, discover};
use smsgw_at::port::PortAddress;
use smsgw_sim::json_line;

use crate::decode::input::printable;

/// Find modems: ports that nobody holds are asked who is there.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw modem list
  smsgw modem list --json tcp:192.0.2.7:4000 /dev/ttyS0

Each port gets AT, and what answers that, three questions for its maker, model and number; nothing is
changed. A modem that has several ports stands there once.
Exit status 1: there is none.")]
pub(super) struct Args {
    /// Look at the ports in this directory instead of those of the system. May be repeated.
    #[arg(long, value_name = "DIR")]
    dir: Vec<PathBuf>,
    /// Tell of ports without a modem, too.
    #[arg(long)]
    all: bool,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
    /// Look at these ports only.
    #[arg(value_name = "PORT", conflicts_with = "dir")]
    port: Vec<PortAddress>,
}

pub(super) async fn run(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    let places = match (&*args.dir, &*args.port) {
        ([], []) => Places::system(),
        (directories, ports) => Places {
            directories: directories.to_vec(),
            ports: ports.to_vec(),
        },
    };
    let found = discover(&places, &ProbeOptions::default()).await?;
    for modem in &found.modems {
        args.tell(modem)?;
    }
    // Who named a port wants to know of it.
    let is_wanted =
        |error: &ProbeError| args.all || !args.port.is_empty() || matches!(error, ProbeError::Held);
    for (port, error) in found.others.iter().filter(|(_, error)| is_wanted(error)) {
        if args.json {
            let line = json!({"port": port.to_string(), "error": error.to_string()});
            json_line::write(std::io::stdout().lock(), &line)?;
        } else {
            println!("{port}: {error}");
        }
    }
    if !found.modems.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let looked = found.others.len();
    eprintln!("smsgw modem list: no modem at {looked} ports; see --all and --dir");
    Ok(ExitCode::FAILURE)
}

impl Args {
    fn tell(&self, modem: &FoundModem) -> std::io::Result<()> {
        let FoundModem { identity, ports } = modem;
        let ports: Vec<_> = ports.iter().map(ToString::to_string).collect();
        let imei = identity.imei.map(|imei| imei.to_string());
        if self.json {
            let line = json!({
                "ports": ports,
                "manufacturer": identity.manufacturer,
                "model": identity.model,
                "imei": imei,
            });
            return json_line::write(std::io::stdout().lock(), &line);
        }
        let imei = imei.map_or_else(String::new, |imei| format!("  IMEI {imei}"));
        let (manufacturer, model) = (&identity.manufacturer, &identity.model);
        let name = printable(&format!("{manufacturer} {model}"));
        println!("{}  {name}{imei}", ports.join(" "));
        Ok(())
    }
}
