//! [`Emulator`]: modems that programs can open.

mod control;
mod listen;
mod port;
mod pty;
mod shared;
mod watch;

use std::fmt;
use std::io;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use tokio::task::JoinSet;

use super::{Config, Event, Fault, ModemConfig, ModemId, Network, PlugError};
use crate::event::Events;
use port::Port;
use shared::{Line, Shared};

pub use listen::Listen;

/// Running modems and their radio network; they end when dropped.
///
/// What can be asked of them is in [`Handle`].
///
/// ```
/// use smsgw_sim::modem::{Config, Emulator, Listen, ModemConfig};
/// use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let place = Listen::Tcp("127.0.0.1:0".parse()?);
/// let modem = (ModemConfig::new("+491700000001"), place);
/// let emulator = Emulator::start(Config::default(), [modem]).await?;
/// let Listen::Tcp(address) = emulator.lines()[0].place else {
///     unreachable!("as asked");
/// };
/// let mut program = tokio::net::TcpStream::connect(address).await?;
/// program.write_all(b"AT\r").await?;
/// let mut answer = [0; 9];
/// program.read_exact(&mut answer).await?;
/// assert_eq!(&answer, b"AT\r\r\nOK\r\n");
/// emulator.shutdown().await;
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(example())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Emulator {
    handle: Handle,
    tasks: JoinSet<()>,
}

impl Emulator {
    /// Plugs in modems, each at its place.
    ///
    /// # Errors
    /// When a modem cannot be, or cannot be reached at its place.
    pub async fn start(
        config: Config,
        modems: impl IntoIterator<Item = (ModemConfig, Listen)>,
    ) -> Result<Self, StartError> {
        let max_events = config.max_events;
        let mut network = Network::new(config, shared::now());
        let (mut lines, mut served) = (Vec::new(), Vec::new());
        for (modem, asked) in modems {
            let (name, number) = (modem.name.clone(), modem.number.clone());
            let modem = network.plug(modem, shared::now())?;
            let failed = |error| StartError::Place(asked.clone(), error);
            let listener = asked.open().await.map_err(failed)?;
            let place = listener.address(&asked).map_err(failed)?;
            let (port, ears) = Port::new();
            lines.push(Line::new(modem, name, number, place, port));
            served.push((modem, listener, ears));
        }
        let shared = Arc::new(Shared::new(network, lines, max_events));
        let mut tasks = JoinSet::new();
        for (modem, listener, ears) in served {
            tasks.spawn(port::run(modem, listener, ears, Arc::clone(&shared)));
        }
        let time = Arc::clone(&shared);
        tasks.spawn(async move { time.pass_time().await });
        Ok(Self {
            handle: Handle(shared),
            tasks,
        })
    }

    /// A handle that others can keep.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Takes all modems away.
    pub async fn shutdown(mut self) {
        self.tasks.shutdown().await;
    }
}

impl Deref for Emulator {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

/// What can be asked of modems while they run; clones share them.
#[derive(Clone)]
pub struct Handle(Arc<Shared>);

impl Handle {
    /// The modems, and where they are reached.
    #[must_use]
    pub fn lines(&self) -> Vec<LineReport> {
        self.0.lines.iter().map(Line::report).collect()
    }

    /// The modem with this name or number, or the nth.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<ModemId> {
        let named = self.with(|network, _| network.find(name));
        let nth = || {
            let mut lines = self.0.lines.iter();
            lines.find(|line| line.modem.to_string() == name)
        };
        named.or_else(|| nth().map(|line| line.modem))
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> Events<Event> {
        Events::new(self.0.events.subscribe())
    }

    /// Does something with the network; what follows is told to whoever has to learn of it.
    ///
    /// The modems wait meanwhile.
    pub fn with<T>(&self, act: impl FnOnce(&mut Network, Instant) -> T) -> T {
        self.0.with(act)
    }

    /// Sets a fault of one modem, or of all.
    pub fn set_fault(&self, modem: Option<ModemId>, fault: &Fault) {
        self.with(|network, _| network.fault(modem, fault));
    }

    /// Ends all faults of one modem, or of all.
    pub fn clear_faults(&self, modem: Option<ModemId>) {
        self.with(|network, _| network.clear_faults(modem));
    }

    /// Lets one modem, or all, start anew, as after a lack of power.
    pub fn reboot(&self, modem: Option<ModemId>) {
        for line in self.0.chosen(modem) {
            self.with(|network, now| network.reboot(line.modem, now));
        }
    }

    /// Unplugs one modem, or all: what was at its place is gone when this returns.
    pub async fn cut(&self, modem: Option<ModemId>) {
        for line in self.0.chosen(modem) {
            self.with(|network, now| network.cut(line.modem, now));
            line.port.gone().await;
        }
    }

    /// Plugs one modem, or all that are not, in again: at the place where it was last, or at
    /// another path.
    ///
    /// # Errors
    /// When it cannot be reached there.
    pub async fn plug(&self, modem: Option<ModemId>, path: Option<PathBuf>) -> io::Result<()> {
        for line in self.0.chosen(modem) {
            if line.is_plugged() {
                continue;
            }
            line.port.gone().await;
            let place = line.place();
            let place = match path.clone() {
                Some(path) => place.at(path).ok_or_else(|| {
                    io::Error::new(io::ErrorKind::InvalidInput, "it is at no path")
                })?,
                None => place,
            };
            let listener = place.open().await?;
            line.set_place(place);
            self.with(|network, now| network.plug_again(line.modem, now));
            line.port.serve(listener).await;
        }
        Ok(())
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("lines", &self.lines())
            .finish_non_exhaustive()
    }
}

/// A modem, and where it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineReport {
    /// Which: `connection` in JSON, as in events.
    #[serde(rename = "connection")]
    pub modem: ModemId,
    /// What events call it: `modem` in JSON.
    #[serde(rename = "modem")]
    pub name: String,
    /// The number of its SIM.
    pub number: String,
    /// Where it is reached, or was while it was plugged in.
    #[serde(serialize_with = "text")]
    pub place: Listen,
    /// Whether it is plugged in.
    pub plugged: bool,
}

fn text<S: serde::Serializer>(place: &Listen, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(place)
}

/// An emulator that does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A modem cannot be plugged in.
    #[error(transparent)]
    Plug(#[from] PlugError),
    /// It cannot be reached there.
    #[error("{0}: {1}")]
    Place(Listen, #[source] io::Error),
}
