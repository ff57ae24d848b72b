//! Where ports of modems can be.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::port::{PortAddress, SerialAddress};

/// Where to look for modems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Directories, those with the better names first.
    ///
    /// In `/dev` only the names that modems have are of interest, in others everything that is a
    /// device or leads to one. A directory that is not there is passed over.
    pub directories: Vec<PathBuf>,
    /// Ports that are looked at in any case.
    pub ports: Vec<PortAddress>,
}

/// A port that may be a modem's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The best name there is: one that stays the same when the modem is plugged in again.
    pub address: PortAddress,
    /// The device that the name leads to now; `None` when it is none of this system's.
    pub device: Option<PathBuf>,
}

/// Most ports that are looked at.
const MAX_PORTS: usize = 1_024;

/// How the names of modems' ports begin, on Linux and others.
const NAMES: [&str; 7] = [
    "ttyUSB", "ttyACM", "ttyHS", "ttyXRUSB", "rfcomm", "cuaU", "cu.usb",
];

impl Places {
    /// The serial ports of this system, by the names that stay where it makes such.
    #[must_use]
    pub fn system() -> Self {
        Self {
            directories: vec!["/dev/serial/by-id".into(), "/dev".into()],
            ports: Vec::new(),
        }
    }

    /// The ports in one directory.
    #[must_use]
    pub fn directory(path: impl Into<PathBuf>) -> Self {
        Self {
            directories: vec![path.into()],
            ports: Vec::new(),
        }
    }

    /// These ports, and no others.
    #[must_use]
    pub fn ports(ports: impl IntoIterator<Item = PortAddress>) -> Self {
        Self {
            directories: Vec::new(),
            ports: ports.into_iter().collect(),
        }
    }

    /// What is there now, each device once, in the order of names. It waits for the file system.
    ///
    /// # Errors
    /// When a directory is there and cannot be read.
    pub fn candidates(&self) -> io::Result<Vec<Candidate>> {
        let mut found = Found::default();
        for address in &self.ports {
            let device = match address {
                PortAddress::Serial(serial) => fs::canonicalize(&serial.path).ok(),
                _ => None,
            };
            found.add(address.clone(), device);
        }
        for directory in &self.directories {
            for (path, device) in devices(directory)? {
                // A port's name is text; one that is not cannot be told.
                if let Some(path) = path.to_str() {
                    found.add(SerialAddress::new(path).into(), Some(device));
                }
            }
        }
        #[cfg(all(feature = "serial", not(unix)))]
        if !self.directories.is_empty() {
            for port in serialport::available_ports()? {
                found.add(SerialAddress::new(port.port_name).into(), None);
            }
        }
        Ok(found.candidates)
    }
}

/// [`Self::system`].
impl Default for Places {
    fn default() -> Self {
        Self::system()
    }
}

#[derive(Default)]
struct Found {
    candidates: Vec<Candidate>,
    devices: HashMap<PathBuf, usize>,
}

impl Found {
    /// The first name of a device is the one that counts.
    fn add(&mut self, address: PortAddress, device: Option<PathBuf>) {
        if self.candidates.len() >= MAX_PORTS {
            return;
        }
        if let Some(device) = &device {
            let place = self.candidates.len();
            if *self.devices.entry(device.clone()).or_insert(place) != place {
                return;
            }
        }
        self.candidates.push(Candidate { address, device });
    }
}

/// The names in a directory that lead to a device which may be a port, and the device.
fn devices(directory: &Path) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let is_system = directory == Path::new("/dev");
    let mut devices = Vec::new();
    for entry in entries.take(16 * MAX_PORTS) {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_system && !NAMES.iter().any(|begin| name.starts_with(begin)) {
            continue;
        }
        // It may have gone since.
        let Ok(device) = fs::canonicalize(&path) else {
            continue;
        };
        if is_device(&device) {
            devices.push((path, device));
        }
    }
    devices.sort_by_key(|(path, _)| in_order(path));
    Ok(devices)
}

#[cfg(unix)]
fn is_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_char_device())
}

#[cfg(not(unix))]
fn is_device(_: &Path) -> bool {
    false
}

/// `ttyUSB2` before `ttyUSB10`.
fn in_order(path: &Path) -> (String, u64, PathBuf) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let letters = name.trim_end_matches(|character: char| character.is_ascii_digit());
    let number = name.get(letters.len()..).unwrap_or_default();
    let number = number.parse().unwrap_or_default();
    (letters.to_owned(), number, path.to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn each_device_has_the_first_of_its_names() {
        let directory = tempfile::tempdir().unwrap();
        let [by_id, all] = ["by-id", "all"].map(|name| directory.path().join(name));
        for path in [&by_id, &all] {
            fs::create_dir(path).unwrap();
        }
        symlink("/dev/null", by_id.join("usb-ACME-if00")).unwrap();
        for (name, device) in [
            ("ttyUSB10", "/dev/zero"),
            ("ttyUSB9", "/dev/full"),
            ("ttyUSB0", "/dev/null"),
            ("gone", "/dev/there is no such device"),
            ("directory", "/dev"),
        ] {
            symlink(device, all.join(name)).unwrap();
        }
        fs::write(all.join("file"), "").unwrap();

        let places = Places {
            directories: vec![by_id.clone(), directory.path().join("none"), all.clone()],
            ports: vec![
                "tcp:192.0.2.7:4000".parse().unwrap(),
                "/dev/full".parse().unwrap(),
            ],
        };
        let named: Vec<_> = places
            .candidates()
            .unwrap()
            .into_iter()
            .map(|candidate| (candidate.address.to_string(), candidate.device))
            .collect();
        let serial = |path: PathBuf| path.to_str().unwrap().to_owned();
        assert_eq!(
            named,
            [
                ("tcp:192.0.2.7:4000".to_owned(), None),
                ("/dev/full".to_owned(), Some("/dev/full".into())),
                (
                    serial(by_id.join("usb-ACME-if00")),
                    Some("/dev/null".into())
                ),
                (serial(all.join("ttyUSB10")), Some("/dev/zero".into())),
            ]
        );
        let names = Places::directory(&all).candidates().unwrap();
        let names = names.iter().map(|candidate| candidate.address.to_string());
        let names: Vec<_> = names
            .map(|name| name.rsplit('/').next().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["ttyUSB0", "ttyUSB9", "ttyUSB10"]);
    }
}
