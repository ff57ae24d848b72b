//! Serial ports: two threads for each, that wait for the port, and channels between them and the
//! task that reads and writes.
//!
//! The system has no way to wait for a serial port that works for all of them and beside a runtime,
//! and a port whose other side does not take anything can hold up who writes to it for as long as it
//! likes. So one thread reads, one writes, and each ends when the port is gone or nobody wants it
//! any more.
//!
//! What the crate `serialport` cannot do is done beside it where it can be done safely: that the
//! last to close the port does not drop DTR (`HUPCL`), which would restart some modems.

use std::fmt;
use std::future::poll_fn;
use std::io::{self, Read as _, Write as _};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::{Duration, Instant};

use bytes::{Buf as _, Bytes};
use serialport::{ErrorKind, SerialPort as Raw};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::PollSender;

use super::address::{FlowControl, SerialAddress};

/// How long a thread waits before it looks whether it should end.
const TICK: Duration = Duration::from_millis(100);
/// How long the port may take nothing of what it is sent.
const STUCK: Duration = Duration::from_secs(10);
/// Pieces that wait between a thread and the task.
const PIECES: usize = 16;
/// Octets read at once.
const READ: usize = 1_024;
/// Octets written at once. A port that takes some may still hold up who gives it too many.
const WRITE: usize = 64;

/// An open serial port.
pub(super) struct SerialPort {
    shared: Arc<Shared>,
    received: mpsc::Receiver<Bytes>,
    /// Read from the port, and not taken yet.
    left: Bytes,
    requests: PollSender<Request>,
    /// Tells when all that was written before is out.
    flush: Option<oneshot::Receiver<()>>,
    /// Ready, with an error, when a thread has closed the port.
    ended: [Option<oneshot::Receiver<()>>; 2],
}

struct Shared {
    stop: AtomicBool,
    /// Why the port is gone; taken by who asks first.
    error: Mutex<Option<io::Error>>,
}

enum Request {
    Write(Bytes),
    Flush(oneshot::Sender<()>),
    /// Raise or drop the line, and say whether that was possible.
    Dtr(bool, oneshot::Sender<bool>),
}

impl SerialPort {
    /// Opens the port for this program alone.
    pub(super) async fn open(address: &SerialAddress) -> io::Result<Self> {
        let wanted = address.clone();
        // Some drivers take seconds.
        let opened = tokio::task::spawn_blocking(move || open(&wanted)).await;
        let opened = opened.unwrap_or_else(|_| Err(io::Error::other("the thread panicked")));
        let (reads, writes) = opened?;
        let shared = Arc::new(Shared {
            stop: AtomicBool::new(false),
            error: Mutex::new(None),
        });
        let (to_task, received) = mpsc::channel(PIECES);
        let (requests, from_task) = mpsc::channel(PIECES);
        let reader = Thread::new(reads, &shared);
        let writer = Thread::new(writes, &shared);
        let name = |what| format!("{what} {}", address.path);
        let reader = reader.start(name("read"), move |thread| read(thread, &to_task))?;
        let writer = writer.start(name("write"), move |thread| write(thread, from_task));
        let writer = writer.inspect_err(|_| shared.stop())?;
        Ok(Self {
            ended: [Some(reader), Some(writer)],
            shared,
            received,
            left: Bytes::new(),
            requests: PollSender::new(requests),
            flush: None,
        })
    }

    /// Whether the line could be set.
    pub(super) async fn set_dtr(&mut self, is_on: bool) -> bool {
        let free = poll_fn(|context| self.requests.poll_reserve(context)).await;
        let (done, told) = oneshot::channel();
        let sent = free.and_then(|()| self.requests.send_item(Request::Dtr(is_on, done)));
        sent.is_ok() && told.await.unwrap_or(false)
    }

    /// Why nothing can be written any more.
    fn gone(&self) -> io::Error {
        let error = self.shared.take_error();
        error.unwrap_or_else(|| io::Error::new(io::ErrorKind::BrokenPipe, "the port is gone"))
    }
}

impl AsyncRead for SerialPort {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left.is_empty() {
            match ready!(self.received.poll_recv(context)) {
                Some(octets) => self.left = octets,
                // The end, once the reason was told.
                None => return Poll::Ready(self.shared.take_error().map_or(Ok(()), Err)),
            }
        }
        let count = self.left.len().min(buffer.remaining());
        buffer.put_slice(&self.left.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for SerialPort {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let free = ready!(self.requests.poll_reserve(context));
        let piece = octets.get(..READ).unwrap_or(octets);
        let request = Request::Write(Bytes::copy_from_slice(piece));
        let sent = free.and_then(|()| self.requests.send_item(request));
        Poll::Ready(sent.map(|()| piece.len()).map_err(|_| self.gone()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.flush.is_none() {
            let free = ready!(self.requests.poll_reserve(context));
            let (done, told) = oneshot::channel();
            let sent = free.and_then(|()| self.requests.send_item(Request::Flush(done)));
            if sent.is_err() {
                return Poll::Ready(Err(self.gone()));
            }
            self.flush = Some(told);
        }
        let Some(told) = &mut self.flush else {
            return Poll::Ready(Ok(()));
        };
        let flushed = ready!(Pin::new(told).poll(context));
        self.flush = None;
        Poll::Ready(flushed.map_err(|_| self.gone()))
    }

    /// Ready when both threads have closed the port. What waits to be written is written before,
    /// unless the port does not take it.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.requests.close();
        self.received.close();
        self.shared.stop();
        for place in &mut self.ended {
            if let Some(ended) = place {
                let _ = ready!(Pin::new(ended).poll(context));
                *place = None;
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// The threads end by themselves within a moment, when they see it.
impl Drop for SerialPort {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl fmt::Debug for SerialPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SerialPort").finish_non_exhaustive()
    }
}

impl Shared {
    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn fail(&self, error: io::Error) {
        let mut place = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        place.get_or_insert(error);
    }

    fn take_error(&self) -> Option<io::Error> {
        let mut place = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        place.take()
    }
}

/// What one of the two threads works with.
struct Thread {
    port: Box<dyn Raw>,
    shared: Arc<Shared>,
}

impl Thread {
    fn new(port: Box<dyn Raw>, shared: &Arc<Shared>) -> Self {
        Self {
            port,
            shared: Arc::clone(shared),
        }
    }

    /// Starts the thread; the receiver is ready when it has closed the port.
    fn start(
        mut self,
        name: String,
        work: impl FnOnce(&mut Self) -> io::Result<()> + Send + 'static,
    ) -> io::Result<oneshot::Receiver<()>> {
        let (ends, ended) = oneshot::channel::<()>();
        let thread = thread::Builder::new().name(name);
        thread.spawn(move || {
            if let Err(error) = work(&mut self) {
                self.shared.fail(error);
            }
            // The other one has nothing to do without it.
            self.shared.stop();
            drop(self);
            drop(ends);
        })?;
        Ok(ended)
    }
}

/// Reads until the port is gone or is not wanted any more.
fn read(thread: &mut Thread, to_task: &mpsc::Sender<Bytes>) -> io::Result<()> {
    let mut buffer = [0; READ];
    while !thread.shared.is_stopped() {
        match thread.port.read(&mut buffer) {
            // Unplugged, or hung up: it would be so for ever.
            Ok(0) => return Ok(()),
            Ok(count) => {
                let octets = Bytes::copy_from_slice(buffer.get(..count).unwrap_or_default());
                if to_task.blocking_send(octets).is_err() {
                    return Ok(());
                }
            }
            Err(error) if waits(&error) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Does what the task wants until the port is gone or is not wanted any more.
fn write(thread: &mut Thread, mut requests: mpsc::Receiver<Request>) -> io::Result<()> {
    while let Some(request) = requests.blocking_recv() {
        match request {
            Request::Write(octets) => write_all(thread, octets)?,
            Request::Flush(done) => {
                let _ = done.send(());
            }
            Request::Dtr(is_on, done) => {
                let set = thread.port.write_data_terminal_ready(is_on);
                let _ = done.send(set.is_ok());
            }
        }
    }
    Ok(())
}

fn write_all(thread: &mut Thread, mut octets: Bytes) -> io::Result<()> {
    let mut last = Instant::now();
    while octets.has_remaining() {
        let piece = octets.get(..WRITE).unwrap_or(&octets);
        match thread.port.write(piece) {
            Ok(count) if count > 0 => {
                octets.advance(count.min(octets.len()));
                last = Instant::now();
            }
            Err(error) if !waits(&error) => return Err(error),
            _ if thread.shared.is_stopped() => return Ok(()),
            _ if last.elapsed() > STUCK => {
                let text = format!("the port took nothing for {STUCK:?}");
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether it only has to be tried again.
fn waits(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

/// Opens the port twice over one lock: to read and to write.
fn open(address: &SerialAddress) -> io::Result<(Box<dyn Raw>, Box<dyn Raw>)> {
    #[cfg(unix)]
    let first = keep_dtr_at_close(&address.path)?;
    let flow = match address.flow {
        FlowControl::None => serialport::FlowControl::None,
        FlowControl::Hardware => serialport::FlowControl::Hardware,
        FlowControl::Software => serialport::FlowControl::Software,
    };
    let opened = serialport::new(&address.path, address.baud)
        .flow_control(flow)
        .timeout(TICK)
        .open()
        .map_err(|error| told(&error))?;
    #[cfg(unix)]
    drop(first);
    let other = opened.try_clone().map_err(|error| told(&error))?;
    Ok((opened, other))
}

fn told(error: &serialport::Error) -> io::Error {
    match error.kind() {
        #[cfg(unix)]
        ErrorKind::NoDevice => busy(),
        #[cfg(not(unix))]
        ErrorKind::NoDevice => io::Error::new(io::ErrorKind::NotFound, error.to_string()),
        ErrorKind::InvalidInput => io::Error::new(io::ErrorKind::InvalidInput, error.to_string()),
        ErrorKind::Io(kind) => io::Error::new(kind, error.to_string()),
        ErrorKind::Unknown => io::Error::other(error.to_string()),
    }
}

#[cfg(unix)]
fn busy() -> io::Error {
    io::Error::new(
        io::ErrorKind::ResourceBusy,
        "another program holds the port",
    )
}

/// Clears `HUPCL`, so that DTR stays as it is when the port is closed. The file is to be kept until
/// the port is open: to close it now would be what drops DTR.
#[cfg(unix)]
fn keep_dtr_at_close(path: &str) -> io::Result<std::os::fd::OwnedFd> {
    use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
    use rustix::io::Errno;
    use rustix::termios::{ControlModes, OptionalActions, isatty, tcgetattr, tcsetattr};

    // Not to wait for a carrier, and not to become the terminal of this program.
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match open(path, flags, Mode::empty()) {
        Err(Errno::BUSY) => return Err(busy()),
        opened => opened?,
    };
    if !isatty(&file) {
        let text = "not a serial port";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    // A port that another program has is left as it is.
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => return Err(busy()),
        locked => locked?,
    }
    if let Ok(mut settings) = tcgetattr(&file)
        && settings.control_modes.contains(ControlModes::HUPCL)
    {
        settings.control_modes.remove(ControlModes::HUPCL);
        // Where it cannot be had, the port is of use without it.
        let _ = tcsetattr(&file, OptionalActions::Now, &settings);
    }
    flock(&file, FlockOperation::Unlock)?;
    Ok(file)
}
