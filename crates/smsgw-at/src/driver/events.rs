//! What a driver tells its owner.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use crate::command::identity::Imei;
use crate::modem;

/// What a driver tells its owner.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// The port is open.
    Up {
        /// Its [name](crate::port::Port::name).
        port: String,
    },
    /// The port is not open, or not any more. What waits to be sent stays where it is.
    Down {
        /// Why.
        why: Down,
        /// How long until the next attempt to open it; `None` when the driver ends.
        pause: Option<Duration>,
    },
    /// What became of taking the power from the modem.
    PowerCycled(io::Result<()>),
    /// Something that the modem tells.
    ///
    /// The outcomes that somebody awaits are not among them. What it wants of its port
    /// ([`Port`](modem::Event::Port)) is done by the driver.
    Modem(modem::Event),
}

/// Why a port is not open.
#[derive(Debug)]
#[non_exhaustive]
pub enum Down {
    /// It could not be opened.
    NotOpened(io::Error),
    /// It was unplugged, or hung up.
    Gone(Option<io::Error>),
    /// The modem is to be woken by closing the port.
    Reopen,
    /// The modem's power is cycled.
    PowerCycle,
    /// At the port is another modem than [`Options::imei`](super::Options::imei) says, or one that
    /// does not tell.
    OtherModem {
        /// This one; `None` when it does not tell.
        found: Option<Imei>,
    },
    /// The owner closed it.
    Closed,
}

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpened(error) | Self::Gone(Some(error)) => error.fmt(f),
            Self::Gone(None) => f.write_str("unplugged, or hung up"),
            Self::Reopen => f.write_str("closed to wake the modem"),
            Self::PowerCycle => f.write_str("closed to take the modem's power"),
            Self::OtherModem { found: Some(found) } => {
                write!(f, "another modem is there, {found}")
            }
            Self::OtherModem { found: None } => {
                f.write_str("a modem is there that does not tell its IMEI")
            }
            Self::Closed => f.write_str("closed"),
        }
    }
}

/// The events of a driver, for one owner.
///
/// When they wait too long, no more are taken from the modem but outcomes and what it wants of its
/// port: then outcomes may come before what was told earlier. When they are dropped, what comes is passed over: messages stay in the modem's store.
pub struct Events {
    pub(super) shared: Arc<Shared>,
}

impl Events {
    /// The next event; `None` after the last, when the driver has ended. Cancel-safe.
    pub async fn recv(&mut self) -> Option<Event> {
        loop {
            match self.pop() {
                Ok(event) => return event,
                Err(Pending) => self.shared.told.notified().await,
            }
        }
    }

    /// The next event, if there is one now.
    pub fn try_recv(&mut self) -> Option<Event> {
        self.pop().ok().flatten()
    }

    /// The next event; `None` after the last.
    fn pop(&mut self) -> Result<Option<Event>, Pending> {
        let mut inner = self.shared.lock();
        let was_full = inner.events.is_full();
        let event = inner.events.queue.pop_front();
        if event.is_some() && was_full {
            self.shared.word.notify_one();
        }
        match event {
            None if !inner.has_ended => Err(Pending),
            event => Ok(event),
        }
    }
}

/// There is no event yet.
struct Pending;

impl Drop for Events {
    fn drop(&mut self) {
        let mut inner = self.shared.lock();
        inner.events.unheard = true;
        inner.events.queue.clear();
        self.shared.word.notify_one();
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// The events that wait for their owner.
#[derive(Debug)]
pub(super) struct Queue {
    queue: VecDeque<Event>,
    most: usize,
    /// Nobody takes them.
    unheard: bool,
}

impl Queue {
    pub(super) fn new(most: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            most: most.max(1),
            unheard: false,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.queue.len() >= self.most
    }

    pub(super) fn push(&mut self, event: Event) {
        if !self.unheard {
            self.queue.push_back(event);
        }
    }

    /// Something about the port. These come whether there is room or not; for an owner who does not
    /// listen at all, no more than so many.
    pub(super) fn push_port(&mut self, event: Event) {
        if self.queue.len() < self.most.saturating_mul(2) {
            self.push(event);
        }
    }
}
