//! Pseudoterminals: what is a serial port to who opens it, and a file to us.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// A pseudoterminal. When it is dropped, the modem is unplugged.
pub(crate) struct Pty {
    master: File,
    /// Without somebody who has it open, nothing can be read from the other side.
    slave: OwnedFd,
    path: String,
}

impl Pty {
    pub(crate) fn new() -> Self {
        let master =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let slave = rustix::fs::open(path.as_str(), flags, Mode::empty()).unwrap();
        Self {
            master: master.into(),
            slave,
            path,
        }
    }

    /// What to open.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn slave(&self) -> &OwnedFd {
        &self.slave
    }

    /// The modem's side, to be read and written; it blocks.
    pub(crate) fn modem(&self) -> File {
        self.master.try_clone().unwrap()
    }

    pub(crate) fn write(&self, octets: &[u8]) {
        (&self.master).write_all(octets).unwrap();
    }

    pub(crate) fn read(&self, count: usize) -> Vec<u8> {
        let mut octets = vec![0; count];
        (&self.master).read_exact(&mut octets).unwrap();
        octets
    }
}
