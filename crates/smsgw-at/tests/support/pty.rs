//! Pseudoterminals: what is a serial port to who opens it, and a file to us.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

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

/// A modem that a thread plays, until it is dropped: then it is unplugged.
pub(crate) struct Modem {
    pty: Pty,
    plays: Option<JoinHandle<()>>,
    is_over: Arc<AtomicBool>,
}

impl Modem {
    /// `play` has the thread to itself, and may wait in it.
    pub(crate) fn new<F: Future<Output = ()>>(
        play: impl FnOnce(Line) -> F + Send + 'static,
    ) -> Self {
        let pty = Pty::new();
        let is_over = Arc::new(AtomicBool::new(false));
        let line = Line {
            file: pty.modem(),
            is_over: Arc::clone(&is_over),
        };
        let plays = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.unwrap().block_on(play(line));
        });
        Self {
            pty,
            plays: Some(plays),
            is_over,
        }
    }

    pub(crate) fn path(&self) -> &str {
        self.pty.path()
    }
}

impl Drop for Modem {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let played = self.plays.take().unwrap().join();
        if !std::thread::panicking() {
            played.unwrap();
        }
    }
}

/// The modem's side of the line; at its end when the modem is unplugged.
pub(crate) struct Line {
    file: File,
    is_over: Arc<AtomicBool>,
}

impl Line {
    /// Whether it may be read or written; `false` when the modem is unplugged.
    fn waits_for(&self, what: PollFlags) -> io::Result<bool> {
        let tick = Timespec {
            tv_sec: 0,
            tv_nsec: 10_000_000,
        };
        while !self.is_over.load(Ordering::Relaxed) {
            let mut ready = [PollFd::from_borrowed_fd(self.file.as_fd(), what)];
            if rustix::event::poll(&mut ready, Some(&tick))? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.waits_for(PollFlags::IN)? {
            return Poll::Ready(Ok(()));
        }
        let read = self.file.read(buffer.initialize_unfilled());
        Poll::Ready(read.map(|count| buffer.advance(count)))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.waits_for(PollFlags::OUT)? {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        Poll::Ready(self.file.write(octets))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
