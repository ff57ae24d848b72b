//! A few questions to whatever is at a port.

use std::fmt;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout, timeout_at};

use crate::command::Command;
use crate::command::identity::{Manufacturer, Model, SerialNumber};
use crate::line::{Event, InFlight, LineReader};
use crate::modem::Identity;
use crate::port::{Port, PortAddress};

/// How long a probe takes at most, for each of its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeOptions {
    /// How long the port may take to be opened, and to be closed.
    pub open: Duration,
    /// How long the answer to an `AT` may take; there are three.
    pub first: Duration,
    /// How long the answer to each other question may take.
    pub answer: Duration,
    /// How many ports are probed at a time, at least 1.
    pub at_once: usize,
}

impl Default for ProbeOptions {
    /// 5 seconds, half a second, 3 seconds; eight at a time.
    fn default() -> Self {
        Self {
            open: Duration::from_secs(5),
            first: Duration::from_millis(500),
            answer: Duration::from_secs(3),
            at_once: 8,
        }
    }
}

/// Why a port has no modem for us.
#[derive(Debug)]
#[non_exhaustive]
pub enum ProbeError {
    /// Another program holds the port. Nothing was written to it.
    Held,
    /// It cannot be opened, or was unplugged.
    Port(io::Error),
    /// Nothing was said.
    Silent,
    /// Something was said, but no answer to `AT`.
    NoModem {
        /// Octets that came.
        octets: usize,
    },
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held => f.write_str("another program holds the port"),
            Self::Port(error) => error.fmt(f),
            Self::Silent => f.write_str("no answer"),
            Self::NoModem { octets } => write!(f, "no modem: {octets} octets and no answer"),
        }
    }
}

impl std::error::Error for ProbeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Port(error) => error.source(),
            _ => None,
        }
    }
}

impl From<io::Error> for ProbeError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ResourceBusy => Self::Held,
            _ => Self::Port(error),
        }
    }
}

/// Asks what is at a port who it is, and closes the port.
///
/// A port that another program holds is left alone. What is written is `AT`, and to what answers
/// that, `AT+CGSN`, `AT+CGMI` and `AT+CGMM`; nothing is changed. So a modem that hangs, or is at a
/// prompt, is silent here.
///
/// # Errors
/// When there is no modem for us, and why.
pub async fn probe(address: &PortAddress, options: &ProbeOptions) -> Result<Identity, ProbeError> {
    let mut port = open(address, options).await?;
    let identity = identify(&mut port, options).await;
    // The next who opens it may do so at once.
    let _ = timeout(options.open, port.shutdown()).await;
    identity
}

pub(super) async fn open(
    address: &PortAddress,
    options: &ProbeOptions,
) -> Result<Port, ProbeError> {
    let opened = timeout(options.open, Port::open(address)).await;
    let late = || io::Error::new(io::ErrorKind::TimedOut, "it takes too long to open");
    Ok(opened.unwrap_or_else(|_| Err(late()))?)
}

/// Asks what is at the open port who it is.
pub(super) async fn identify(
    port: &mut Port,
    options: &ProbeOptions,
) -> Result<Identity, ProbeError> {
    let mut asked = Questions {
        port,
        reader: LineReader::new(),
        octets: 0,
    };
    let mut answers = false;
    for _ in 0..3 {
        answers = asked.ask("AT", options.first).await?.is_some();
        if answers {
            break;
        }
    }
    if !answers {
        return Err(match asked.octets {
            0 => ProbeError::Silent,
            octets => ProbeError::NoModem { octets },
        });
    }
    let limit = options.answer;
    Ok(Identity {
        imei: asked.put(&SerialNumber, limit).await?,
        manufacturer: asked.put(&Manufacturer, limit).await?.unwrap_or_default(),
        model: asked.put(&Model, limit).await?.unwrap_or_default(),
        ..Identity::default()
    })
}

struct Questions<'a> {
    port: &'a mut Port,
    reader: LineReader,
    /// What was said.
    octets: usize,
}

impl Questions<'_> {
    /// The answer to a command; `None` when there is none that can be read.
    async fn put<C: Command>(
        &mut self,
        command: &C,
        limit: Duration,
    ) -> Result<Option<C::Answer>, ProbeError> {
        let lines = self.ask(&command.line(), limit).await?;
        Ok(lines.and_then(|lines| command.read(&lines).ok()))
    }

    /// The lines in front of the final result; `None` when there is none in time.
    async fn ask(
        &mut self,
        line: &str,
        limit: Duration,
    ) -> Result<Option<Vec<String>>, ProbeError> {
        /// Lines that an answer may have; who says more is no modem.
        const MAX_LINES: usize = 64;
        let due = Instant::now() + limit;
        self.reader.expect(InFlight::Command(line));
        let write = self.write(format!("{line}\r"));
        match timeout_at(due, write).await {
            Ok(written) => written?,
            // Somebody is there who takes nothing.
            Err(_) => return Ok(None),
        }
        let mut lines = Vec::new();
        let mut buffer = [0; 512];
        loop {
            while let Some(event) = self.reader.next_event() {
                match event {
                    Event::Final(_) => return Ok(Some(lines)),
                    Event::Line(line) if lines.len() < MAX_LINES => lines.push(line),
                    _ => {}
                }
            }
            // One that talks without end is always ready first.
            if Instant::now() >= due {
                return Ok(None);
            }
            let Ok(read) = timeout_at(due, self.port.read(&mut buffer)).await else {
                return Ok(None);
            };
            let count = read?;
            if count == 0 {
                let text = "unplugged, or hung up";
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text).into());
            }
            self.octets += count;
            self.reader.push(buffer.get(..count).unwrap_or_default());
        }
    }

    async fn write(&mut self, line: String) -> io::Result<()> {
        self.port.write_all(line.as_bytes()).await?;
        self.port.flush().await
    }
}
