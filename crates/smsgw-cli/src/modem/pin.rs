//! The PIN, which is never on the command line, and the SIMs that have refused one.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use smsgw_at::command::identity::{Iccid, Imei};
use smsgw_at::command::pin::Pin;
use smsgw_at::modem::SimKey;
use smsgw_at::port::PortAddress;

/// The variable that may have the PIN.
const VARIABLE: &str = "SMSGW_PIN";

/// Which PIN, and what became of it before.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct PinArgs {
    /// File with the PIN; or with lines `PORT PIN`, for several modems: each --port has a line then,
    /// or each line is that of a --port. Without it the PIN is taken from the environment, SMSGW_PIN.
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
    ports: Vec<(PortAddress, Pin)>,
    pub(super) refused: Option<Refused>,
}

impl PinArgs {
    /// Reads the files, for these ports.
    pub(super) fn read(&self, given: &[PortAddress]) -> Result<Pins, String> {
        let mut pins = Pins {
            all: None,
            ports: Vec::new(),
            refused: None,
        };
        let mut strays = Vec::new();
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
                    port => {
                        let port: PortAddress = port
                            .parse()
                            .map_err(|error| format!("{place}: {port}: {error}"))?;
                        // It may be meant for one that would get another PIN.
                        let is_given = given.iter().any(|given| is_same(given, &port));
                        if !is_given {
                            strays.push(format!("{place}: {port} is none of the ports"));
                        }
                        pins.ports.push((port, pin));
                    }
                }
            }
            let have_all = given.iter().all(|port| pins.own(port).is_some());
            if let Some(stray) = strays.into_iter().next()
                && !have_all
            {
                return Err(format!("{stray}, and there is one without a line"));
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
    pub(super) fn of(&self, port: &PortAddress) -> Option<Pin> {
        self.own(port).or(self.all.as_ref()).cloned()
    }

    /// The one in its own line.
    fn own(&self, port: &PortAddress) -> Option<&Pin> {
        let own = self.ports.iter().find(|(named, _)| is_same(named, port));
        own.map(|(_, pin)| pin)
    }
}

/// Whether two addresses are of one port, whatever its settings and by whichever link.
fn is_same(one: &PortAddress, other: &PortAddress) -> bool {
    let path = |address: &PortAddress| match address {
        PortAddress::Serial(serial) => Some(PathBuf::from(&serial.path)),
        PortAddress::Unix(path) => Some(path.clone()),
        _ => None,
    };
    let real = |path: PathBuf| fs::canonicalize(&path).unwrap_or(path);
    match (path(one), path(other)) {
        (Some(one), Some(other)) => one == other || real(one) == real(other),
        _ => one == other,
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
        let lines = written(&path).map_err(|error| format!("{}: {error}", path.display()))?;
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
            lines.push(line.clone());
        }
        let add = |written: &mut Vec<String>| {
            if !written.contains(&line) {
                written.push(line);
            }
        };
        self.write(add)
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }

    /// Forgets one: it has taken its PIN.
    pub(super) fn remove(&self, sim: &SimKey, port: &str) -> Result<(), String> {
        let line = line_of(sim, port);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|other| *other != line);
        self.write(|written| written.retain(|other| *other != line))
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }

    /// Changes what is written there, by whichever program: all of it or nothing, as a file that is
    /// cut would let a PIN be tried again.
    fn write(&self, change: impl FnOnce(&mut Vec<String>)) -> io::Result<()> {
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory)?;
        }
        let beside = |ending: &str| {
            let mut path = self.path.clone().into_os_string();
            path.push(ending);
            path
        };
        // One after the other, or one would write over what the other has added.
        let lock = fs::File::create(beside(".lock"))?;
        lock.lock()?;
        let mut lines = written(&self.path)?;
        change(&mut lines);
        let part = beside(".part");
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

/// The lines of the file; none when there is no file.
fn written(path: &Path) -> io::Result<Vec<String>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        text => text?,
    };
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str, ports: &[&str]) -> Result<Vec<Option<Pin>>, String> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pins");
        fs::write(&file, lines).unwrap();
        let arguments = PinArgs {
            pin_file: Some(file),
            state: Some(directory.path().join("refused")),
        };
        let ports: Vec<PortAddress> = ports.iter().map(|port| port.parse().unwrap()).collect();
        let pins = arguments.read(&ports).map_err(|error| {
            let place = directory.path().display().to_string();
            error.replace(&place, "")
        })?;
        Ok(ports.iter().map(|port| pins.of(port)).collect())
    }

    #[test]
    fn each_port_has_the_pin_of_its_line() {
        let some = |pin: &str| Some(Pin::new(pin).unwrap());
        let lines = "0000\n/dev/none0 1111\nserial:/dev/none1?baud=9600 2222\ntcp:host:1 3333\n";
        let ports = ["serial:/dev/none0?baud=9600", "/dev/none1", "tcp:host:1"];
        let pins = read(lines, &ports);
        assert_eq!(pins, Ok(vec![some("1111"), some("2222"), some("3333")]));
        // Lines of ports that are not in use now.
        assert_eq!(read(lines, &ports[..1]), Ok(vec![some("1111")]));
        assert_eq!(read("0000", &ports[..1]), Ok(vec![some("0000")]));
        assert_eq!(read("/dev/none0 1111", &ports[..1]), Ok(vec![some("1111")]));
    }

    #[test]
    fn a_line_that_may_be_meant_for_another_port_is_an_error() {
        let error =
            "/pins, line 2: /dev/none is none of the ports, and there is one without a line";
        let lines = "0000\n/dev/none 1111\n";
        assert_eq!(read(lines, &["/dev/none0"]), Err(error.to_owned()));
        let wrong =
            "/pins, line 1: serial:/dev/none0?baud=x: baud: not a number from 50 to 4000000";
        let lines = "serial:/dev/none0?baud=x 1111\n";
        assert_eq!(read(lines, &["/dev/none0"]), Err(wrong.to_owned()));
    }

    #[test]
    fn what_another_program_has_written_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state/refused");
        let one = Refused::read(path.clone()).unwrap();
        let other = Refused::read(path.clone()).unwrap();
        one.add(&SimKey::Any, "a").unwrap();
        other.add(&SimKey::Any, "b").unwrap();
        one.add(&SimKey::Any, "a").unwrap();
        assert_eq!(written(&path).unwrap(), ["port a", "port b"]);
        let adds = ["c", "d", "e", "f"].map(|port| {
            let refused = Refused::read(path.clone()).unwrap();
            std::thread::spawn(move || refused.add(&SimKey::Any, port))
        });
        for add in adds {
            add.join().unwrap().unwrap();
        }
        assert_eq!(written(&path).unwrap().len(), 6);
        assert!(Refused::read(path).unwrap().of("f").contains(&SimKey::Any));
    }
}
