//! The PIN, which is never on the command line, and the SIMs that have refused one.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use smsgw_at::command::identity::{Iccid, Imei};
use smsgw_at::command::pin::Pin;
use smsgw_at::modem::SimKey;

/// The variable that may have the PIN.
const VARIABLE: &str = "SMSGW_PIN";

/// Which PIN, and what became of it before.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct PinArgs {
    /// File with the PIN; or with lines `PORT PIN`, for several modems. Without it the PIN is taken
    /// from the environment, SMSGW_PIN.
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
    /// File that remembers which SIMs have refused a PIN: they get none again until their line is
    /// removed. In the user's state directory unless given.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// The PINs that were given.
#[derive(Debug)]
pub(super) struct Pins {
    all: Option<Pin>,
    ports: Vec<(String, Pin)>,
    pub(super) refused: Option<Refused>,
}

impl PinArgs {
    /// Reads the files.
    pub(super) fn read(&self) -> Result<Pins, String> {
        let mut pins = Pins {
            all: None,
            ports: Vec::new(),
            refused: None,
        };
        let told = |place: &dyn std::fmt::Display, error: &dyn std::fmt::Display| {
            // The error may not say what was there.
            format!("{place}: {error}; a PIN has 4 to 8 digits")
        };
        if let Some(path) = &self.pin_file {
            let text = fs::read_to_string(path);
            let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
            for (number, line) in (1..).zip(text.lines().map(str::trim)) {
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                let place = format!("{}, line {number}", path.display());
                let (port, digits) = line.rsplit_once(char::is_whitespace).unwrap_or(("", line));
                let pin = Pin::new(digits).map_err(|_| told(&place, &"not a PIN"))?;
                match port.trim() {
                    "" => pins.all = Some(pin),
                    port => pins.ports.push((port.to_owned(), pin)),
                }
            }
        } else if let Ok(digits) = std::env::var(VARIABLE) {
            let pin = Pin::new(digits.trim()).map_err(|_| told(&VARIABLE, &"not a PIN"))?;
            pins.all = Some(pin);
        }
        if pins.all.is_some() || !pins.ports.is_empty() {
            let path = self.state.clone().or_else(usual).ok_or(
                "there is no state directory to remember refused PINs in; give a file with --state",
            )?;
            pins.refused = Some(Refused::read(path)?);
        }
        Ok(pins)
    }
}

impl Pins {
    pub(super) fn of(&self, port: &str) -> Option<Pin> {
        let own = self.ports.iter().find(|(name, _)| name == port);
        own.map(|(_, pin)| pin.clone()).or_else(|| self.all.clone())
    }
}

/// Where programs of this user keep what they know.
fn usual() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let state = variable("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| Path::new(&home).join(".local/state"));
    Some(state.or_else(home)?.join("smsgw").join("refused-pins"))
}

/// The SIMs that have refused a PIN, in a file with a line for each; clones share it.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    path: PathBuf,
    /// The port of those whose modem tells no number at all is their name.
    lines: Arc<Mutex<Vec<String>>>,
}

impl Refused {
    fn read(path: PathBuf) -> Result<Self, String> {
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text.map_err(|error| format!("{}: {error}", path.display()))?,
        };
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let lines: Vec<_> = lines.map(str::to_owned).collect();
        for line in &lines {
            if parse(line).is_none() {
                let path = path.display();
                return Err(format!(
                    "{path}: '{line}' is no SIM: iccid N, imei N or port NAME"
                ));
            }
        }
        Ok(Self {
            path,
            lines: Arc::new(Mutex::new(lines)),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Those that a modem at this port may meet.
    pub(super) fn of(&self, port: &str) -> Vec<SimKey> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = lines.iter().filter_map(|line| parse(line));
        keys.filter(|(_, at)| at.is_none_or(|at| at == port))
            .map(|(key, _)| key)
            .collect()
    }

    /// Remembers one, before anything else is done.
    pub(super) fn add(&self, sim: &SimKey, port: &str) -> Result<(), String> {
        let line = line_of(sim, port);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if !lines.contains(&line) {
            lines.push(line);
        }
        self.write(&lines)
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }

    /// Forgets one: it has taken its PIN.
    pub(super) fn remove(&self, sim: &SimKey, port: &str) -> Result<(), String> {
        let line = line_of(sim, port);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|other| *other != line);
        self.write(&lines)
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }

    /// All of it or nothing: a file that is cut would let a PIN be tried again.
    fn write(&self, lines: &[String]) -> io::Result<()> {
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory)?;
        }
        let mut part = self.path.clone().into_os_string();
        part.push(".part");
        let mut file = fs::File::create(&part)?;
        writeln!(
            file,
            "# SIMs that have refused a PIN: see `smsgw modem info --help`"
        )?;
        for line in lines {
            writeln!(file, "{line}")?;
        }
        file.sync_all()?;
        fs::rename(&part, &self.path)
    }
}

fn line_of(sim: &SimKey, port: &str) -> String {
    match sim {
        SimKey::Iccid(iccid) => format!("iccid {iccid}"),
        SimKey::Imei(imei) => format!("imei {imei}"),
        _ => format!("port {port}"),
    }
}

/// The SIM of a line, and the port it is bound to.
fn parse(line: &str) -> Option<(SimKey, Option<&str>)> {
    let (kind, name) = line.split_once(' ')?;
    match kind {
        "iccid" => Some((SimKey::Iccid(Iccid::parse(name).ok()?), None)),
        "imei" => Some((SimKey::Imei(Imei::parse(name).ok()?), None)),
        "port" => Some((SimKey::Any, Some(name))),
        _ => None,
    }
}
