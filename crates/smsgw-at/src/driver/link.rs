//! The port of a driver: open, or on its way to be.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use bytes::{Buf as _, BytesMut};
use smsgw_net::now;
use tokio::io::{AsyncRead as _, AsyncWrite as _, AsyncWriteExt as _, ReadBuf};
use tokio::time::timeout;

use super::finder::Finder;
use super::options::PowerHook;
use crate::port::Port;

/// How long a port may take to be opened, and to be closed.
const OPEN: Duration = Duration::from_secs(120);
const CLOSE: Duration = Duration::from_secs(5);
/// How long the modem may be without power.
const POWER: Duration = Duration::from_secs(60);
/// How long DTR is off, and how long it may take to set it.
const DTR: Duration = Duration::from_secs(1);
/// Octets read at once.
const READ: usize = 4_096;

/// The port of a driver.
pub(super) enum Link {
    Up(Box<Up>),
    /// What is needed to open a port is used just now.
    Away(Pin<Box<dyn Future<Output = Returned> + Send>>),
}

/// What opens ports, and what became of it.
pub(super) struct Returned {
    pub(super) tools: Tools,
    /// What became of taking the power, if that was to be done.
    pub(super) power: Option<io::Result<()>>,
    pub(super) port: io::Result<Port>,
}

/// What is needed to open a port.
pub(super) struct Tools {
    pub(super) finder: Box<dyn Finder>,
    pub(super) power: Option<PowerHook>,
}

/// What is done before a port is opened again.
#[derive(Default)]
pub(super) struct Before {
    /// The port there was, to be closed.
    pub(super) close: Option<Port>,
    /// The modem's power is to be taken; the name of its port.
    pub(super) power: Option<String>,
    /// How long nothing is done.
    pub(super) pause: Duration,
}

/// Something happened to the port.
pub(super) enum Turn {
    Returned(Returned),
    /// So many octets are in the buffer.
    Read(usize),
    /// Everything is written.
    Written,
    /// The port is at its end.
    Gone(Option<io::Error>),
}

/// An open port.
pub(super) struct Up {
    pub(super) port: Port,
    pub(super) tools: Tools,
    pub(super) opened: Instant,
    /// To be written.
    pub(super) out: BytesMut,
    needs_flush: bool,
    /// When DTR is to be raised again.
    dtr_back: Option<Instant>,
    buffer: Box<[u8; READ]>,
}

impl Link {
    /// Opens the port for the `attempt`th time.
    pub(super) fn away(mut tools: Tools, before: Before, attempt: u64) -> Self {
        Self::Away(Box::pin(async move {
            if let Some(port) = before.close {
                close(port).await;
            }
            let power = match (before.power, &mut tools.power) {
                (Some(port), Some(hook)) => {
                    let cycled = timeout(POWER, hook.cycle(&port)).await;
                    Some(cycled.unwrap_or_else(|_| Err(late("the power hook", POWER))))
                }
                _ => None,
            };
            tokio::time::sleep(before.pause).await;
            let port = timeout(OPEN, tools.finder.open(attempt)).await;
            let port = port.unwrap_or_else(|_| Err(late("opening the port", OPEN)));
            Returned { tools, power, port }
        }))
    }

    pub(super) const fn up(&mut self) -> Option<&mut Up> {
        match self {
            Self::Up(up) => Some(up),
            Self::Away(_) => None,
        }
    }

    /// The next thing that happens. Cancel-safe.
    pub(super) async fn turn(&mut self) -> Turn {
        match self {
            Self::Up(up) => up.turn().await,
            Self::Away(opening) => Turn::Returned(opening.await),
        }
    }
}

impl Up {
    pub(super) fn new(port: Port, tools: Tools) -> Self {
        Self {
            port,
            tools,
            opened: now(),
            out: BytesMut::new(),
            needs_flush: false,
            dtr_back: None,
            buffer: Box::new([0; READ]),
        }
    }

    pub(super) fn received(&self, count: usize) -> &[u8] {
        self.buffer.get(..count).unwrap_or_default()
    }

    /// Drops DTR for a moment, where there is such a line.
    pub(super) async fn drop_dtr(&mut self) {
        // Before it is asked for: where that takes too long, it is done later.
        self.dtr_back = Some(now() + DTR);
        if timeout(DTR, self.port.set_dtr(false)).await == Ok(false) {
            self.dtr_back = None;
        }
    }

    async fn turn(&mut self) -> Turn {
        while let Some(back) = self.dtr_back {
            tokio::select! {
                biased;
                // First: a modem that talks all the time gets it back, too.
                () = tokio::time::sleep_until(back.into()) => {}
                turn = self.pass() => return turn,
            }
            // Again when that failed, or when this is not polled to its end.
            let is_back = timeout(DTR, self.port.set_dtr(true)).await == Ok(true);
            self.dtr_back = (!is_back).then(|| now() + DTR);
        }
        self.pass().await
    }

    /// Reads or writes, whichever is possible first; reads when both are.
    async fn pass(&mut self) -> Turn {
        poll_fn(|context| {
            let mut buffer = ReadBuf::new(self.buffer.as_mut_slice());
            match Pin::new(&mut self.port).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    return Poll::Ready(Turn::Gone(None));
                }
                Poll::Ready(Ok(())) => return Poll::Ready(Turn::Read(buffer.filled().len())),
                Poll::Ready(Err(error)) => return Poll::Ready(Turn::Gone(Some(error))),
                Poll::Pending => {}
            }
            while !self.out.is_empty() {
                match ready!(Pin::new(&mut self.port).poll_write(context, &self.out)) {
                    Ok(0) => return Poll::Ready(Turn::Gone(None)),
                    Ok(count) => self.out.advance(count.min(self.out.len())),
                    Err(error) => return Poll::Ready(Turn::Gone(Some(error))),
                }
                self.needs_flush = true;
            }
            if !self.needs_flush {
                return Poll::Pending;
            }
            let flushed = ready!(Pin::new(&mut self.port).poll_flush(context));
            self.needs_flush = false;
            Poll::Ready(match flushed {
                Ok(()) => Turn::Written,
                Err(error) => Turn::Gone(Some(error)),
            })
        })
        .await
    }
}

/// Closes a port, so that it can be opened again at once.
pub(super) async fn close(mut port: Port) {
    // One that cannot be closed in time is closed when it lets go.
    let _ = timeout(CLOSE, port.shutdown()).await;
}

fn late(what: &str, limit: Duration) -> io::Error {
    let text = format!("{what} took longer than {limit:?}");
    io::Error::new(io::ErrorKind::TimedOut, text)
}
