//! Which modems, and how they are brought up.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use smsgw_at::driver::{Driver, Options};
use smsgw_at::modem::Config;
use smsgw_at::port::PortAddress;
use smsgw_at::transcript::{Tap, Transcript};

use super::link::Link;
use super::pin::PinArgs;
use crate::values::duration;

/// Which modems.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Ports {
    /// Where the modem is. May be repeated.
    #[arg(long, value_name = "PORT", required = true)]
    port: Vec<PortAddress>,
    #[command(flatten)]
    bringing_up: BringingUp,
}

/// Which modem, where only one can be meant.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct OnePort {
    /// Where the modem is.
    #[arg(long, value_name = "PORT")]
    port: PortAddress,
    #[command(flatten)]
    bringing_up: BringingUp,
}

/// How modems are brought up.
#[derive(Clone, Debug, clap::Args)]
struct BringingUp {
    #[command(flatten)]
    pin: PinArgs,
    /// How long a modem may take to be ready; one that was just switched on needs a minute.
    #[arg(long, value_name = "TIME", default_value = "90s", value_parser = duration)]
    timeout: Duration,
    #[command(flatten)]
    transcript: TranscriptArgs,
}

/// Where all that is said is written down.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct TranscriptArgs {
    /// Write down all that is said to the modem and by it, but no PIN, at the end of what is there.
    /// It has numbers and texts of messages: look at it before you pass it on.
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
}

impl Ports {
    /// Starts to bring the modems up.
    pub(super) fn open(&self, config: &Config) -> Result<Vec<Link>, String> {
        self.bringing_up.open(&self.port, config)
    }
}

impl OnePort {
    /// Starts to bring the modem up.
    pub(super) fn open(&self, config: &Config) -> Result<Link, String> {
        let links = self
            .bringing_up
            .open(std::slice::from_ref(&self.port), config)?;
        links.into_iter().next().ok_or_else(|| "no port".to_owned())
    }
}

impl BringingUp {
    fn open(&self, ports: &[PortAddress], config: &Config) -> Result<Vec<Link>, String> {
        let pins = self.pin.read(ports)?;
        let mut taps = self.transcript.taps(ports.len() > 1)?;
        let link = |address: &PortAddress| {
            let port = address.to_string();
            let refused = pins.refused.as_ref();
            let config = Config {
                pin: pins.of(address),
                refused_pins: refused.map(|refused| refused.of(&port)).unwrap_or_default(),
                ..config.clone()
            };
            let options = Options {
                tap: taps(&port),
                ..Options::default()
            };
            let (driver, events) = Driver::start(address.clone(), config, options);
            Link::new(port, driver, events, pins.refused.clone(), self.timeout)
        };
        Ok(ports.iter().map(link).collect())
    }
}

impl TranscriptArgs {
    /// Gives a tap for each port; where there are several, each line begins with its name.
    pub(super) fn taps(&self, are_named: bool) -> Result<impl FnMut(&str) -> Tap + use<>, String> {
        let file = self.transcript.as_ref().map(|path| {
            let mut options = OpenOptions::new();
            options.create(true).append(true);
            // Nobody else's.
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(path);
            file.map_err(|error| format!("{}: {error}", path.display()))
        });
        let file = file.transpose()?.map(|file| Arc::new(Mutex::new(file)));
        let begun = smsgw_net::now();
        Ok(move |port: &str| match &file {
            None => Tap::default(),
            Some(file) => {
                let named = Named {
                    file: Arc::clone(file),
                    name: if are_named {
                        format!("{port} ")
                    } else {
                        String::new()
                    },
                };
                Transcript::new(named, begun).into_tap()
            }
        })
    }
}

/// A file for the lines of several modems, which come whole.
struct Named {
    file: Arc<Mutex<File>>,
    name: String,
}

impl Write for Named {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&[self.name.as_bytes(), line].concat())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
