//! The task of a connection: moves octets between a stream and the session until it is over.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::session::Session;
use super::{Inner, Shared};
use crate::now;

/// Octets of answers that wait to be written before reading stops: a peer that does not read is
/// not read. Own requests do not count, or two ends that send much would wait for each other.
const MAX_UNWRITTEN: u64 = 1 << 20;
/// As [`MAX_UNWRITTEN`], before the peer is given up: what grows so far although nothing is read are
/// own requests that ran out of time, of a peer that takes a little now and then.
const FAR_TOO_MANY: u64 = 16 * MAX_UNWRITTEN;
/// Most octets read at once.
const READ: usize = 64 << 10;
/// Buffers up to this size are kept while nothing happens.
const KEPT: usize = 4 << 10;
/// How long the peer has after the end to take what is left and to close.
const LINGER: Duration = Duration::from_secs(2);
/// Turns before other tasks get theirs, if the stream itself never makes this one wait.
const TURNS: usize = 64;

/// Moves octets until the session is over: many frames a read, all that is ready in one write.
///
/// A peer that takes nothing for as long as `patience` is gone.
pub(super) async fn drive<T, S>(stream: T, shared: Arc<Shared<S>>, patience: Duration)
where
    T: AsyncRead + AsyncWrite + Unpin,
    S: Session,
{
    let mut driver = Driver {
        stream,
        shared,
        input: BytesMut::new(),
        output: BytesMut::new(),
        unflushed: false,
        timer: Box::pin(tokio::time::sleep(Duration::ZERO)),
        taken: now(),
        ended: None,
        is_due: false,
        lets_pass: false,
        patience,
        wakers: Vec::new(),
    };
    poll_fn(|context| driver.poll(context)).await;
    // The session is over either way; the peer has had its time.
    let _ = tokio::time::timeout(LINGER, poll_fn(|context| driver.poll_last(context))).await;
}

struct Driver<T, S: Session> {
    stream: T,
    shared: Arc<Shared<S>>,
    input: BytesMut,
    output: BytesMut,
    /// Octets were written and may still be in a buffer of the stream (TLS has one).
    unflushed: bool,
    timer: Pin<Box<Sleep>>,
    /// When the peer last took something, or there was nothing to take.
    taken: Instant,
    /// Until when a peer that sends no more may take what it is owed: it may have closed its half
    /// only.
    ended: Option<Instant>,
    /// Something is due, and waits until the stream was asked for what is there: the answer may be,
    /// after the whole process stood still.
    is_due: bool,
    /// It waits for the tasks that are ready now.
    lets_pass: bool,
    /// A peer that takes nothing for so long is gone. Without it, requests that ran out of time
    /// would heap up unwritten.
    patience: Duration,
    /// Who is to be woken when the lock is released.
    wakers: Vec<Waker>,
}

/// Whatever ended the task, a panic of the stream or of a tap too: nobody waits for ever.
impl<T, S: Session> Drop for Driver<T, S> {
    fn drop(&mut self) {
        let shared = Arc::clone(&self.shared);
        let mut inner = shared.lock();
        inner.session.handle_disconnect(self.output.len());
        shared.dispatch(&mut inner, &mut self.wakers);
        drop(inner);
        self.wakers.drain(..).for_each(Waker::wake);
    }
}

/// What the session wants next.
struct Wants {
    timeout: Option<Instant>,
    reads: bool,
    /// The peer takes too little.
    gives_up: bool,
    /// There are answers to write, or to come.
    owes: bool,
}

impl<T: AsyncRead + AsyncWrite + Unpin, S: Session> Driver<T, S> {
    /// Ready when the session is over.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        // With many requests under way, whoever woke it is rarely alone: the others get their turn
        // first, and what all of them send leaves in one write.
        let is_called = {
            let inner = self.shared.lock();
            let under_way = inner.session.in_flight() + inner.session.unanswered();
            inner.touched && under_way > 1
        };
        if is_called && !std::mem::replace(&mut self.lets_pass, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.lets_pass = false;
        for _ in 0..TURNS {
            let Some(wants) = self.step() else {
                return Poll::Ready(());
            };
            if wants.gives_up || self.ended.is_some() && !wants.owes {
                self.lose(&mut self.shared.clone().lock());
                continue;
            }
            let moved = match self.poll_stream(wants.reads, context) {
                Ok(moved) => moved,
                Err(Lost) => {
                    self.lose(&mut self.shared.clone().lock());
                    continue;
                }
            };
            if moved || self.is_due || self.poll_timer(wants.timeout, context) {
                continue;
            }
            let mut inner = self.shared.lock();
            // Who did something meanwhile wakes nobody: it is seen here.
            if !inner.touched {
                inner.driver = Some(context.waker().clone());
                return Poll::Pending;
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Lets the session take what was read and hand over what is to be written; `None` when it is
    /// over.
    fn step(&mut self) -> Option<Wants> {
        let mut inner = self.shared.lock();
        inner.touched = false;
        inner.driver = None;
        let now = now();
        inner.tell_if_unread();
        inner.session.handle_buffer(&mut self.input, now);
        // Once only: a stream that never makes this wait must not stop the clock.
        let was_due = std::mem::take(&mut self.is_due);
        if inner.session.poll_timeout().is_some_and(|due| due <= now) {
            if was_due {
                inner.session.handle_timeout(now);
            } else {
                self.is_due = true;
            }
        }
        self.shared.dispatch(&mut inner, &mut self.wakers);
        if std::mem::take(&mut inner.awaits_word) {
            self.shared.word.notify_one();
        }
        inner.tell_if_unread();
        if self.output.is_empty() {
            self.taken = now;
        }
        inner.session.poll_transmit(&mut self.output);
        let wants = (!inner.session.is_closed()).then(|| {
            let in_flight = inner.session.octets_in_flight();
            let answers = (self.output.len() as u64).saturating_sub(in_flight);
            let reads = self.ended.is_none()
                && !inner.held
                && !inner.session.is_paused()
                && answers < MAX_UNWRITTEN;
            let given_up = (!self.output.is_empty()).then(|| self.taken + self.patience);
            let due = inner.session.poll_timeout();
            let timeouts = due.into_iter().chain(given_up).chain(self.ended);
            Wants {
                timeout: timeouts.min(),
                reads,
                gives_up: answers >= FAR_TOO_MANY,
                owes: !self.output.is_empty() || inner.session.unanswered() > 0,
            }
        });
        drop(inner);
        self.wakers.drain(..).for_each(Waker::wake);
        wants
    }

    /// Writes and reads what can be; whether anything moved.
    fn poll_stream(&mut self, reads: bool, context: &mut Context<'_>) -> Result<bool, Lost> {
        let mut moved = false;
        if !self.output.is_empty() {
            match Pin::new(&mut self.stream).poll_write(context, &self.output) {
                Poll::Ready(Ok(len @ 1..)) => {
                    self.output.advance(len);
                    self.taken = now();
                    self.unflushed = true;
                    // With less to write, more may be read.
                    moved = !reads || !self.output.is_empty();
                }
                Poll::Ready(_) => return Err(Lost),
                Poll::Pending => {}
            }
        }
        if self.unflushed {
            match Pin::new(&mut self.stream).poll_flush(context) {
                Poll::Ready(Ok(())) => self.unflushed = false,
                Poll::Ready(Err(_)) => return Err(Lost),
                Poll::Pending => {}
            }
        }
        if reads {
            match poll_read(&mut self.stream, &mut self.input, context) {
                Poll::Ready(Ok(0)) => {
                    self.ended = Some(now() + LINGER);
                    moved = true;
                }
                Poll::Ready(Ok(_)) => moved = true,
                Poll::Ready(Err(_)) => return Err(Lost),
                Poll::Pending => {}
            }
        }
        Ok(moved)
    }

    /// Whether something is due. What the session does then comes with the next step.
    fn poll_timer(&mut self, timeout: Option<Instant>, context: &mut Context<'_>) -> bool {
        let Some(timeout) = timeout else {
            return false;
        };
        let timeout = tokio::time::Instant::from_std(timeout);
        if self.timer.deadline() != timeout {
            self.timer.as_mut().reset(timeout);
        }
        if self.timer.as_mut().poll(context).is_pending() {
            return false;
        }
        let now = now();
        let shared = Arc::clone(&self.shared);
        let mut inner = shared.lock();
        let takes_nothing = !self.output.is_empty() && self.taken + self.patience <= now;
        if takes_nothing || self.ended.is_some_and(|ended| ended <= now) {
            self.lose(&mut inner);
        }
        drop(inner);
        // Nothing came or went for a while: thousands of such sessions should be cheap.
        for buffer in [&mut self.input, &mut self.output] {
            if buffer.is_empty() && buffer.capacity() > KEPT {
                *buffer = BytesMut::new();
            }
        }
        true
    }

    /// The connection is gone.
    fn lose(&mut self, inner: &mut Inner<S>) {
        inner.session.handle_disconnect(self.output.len());
        // It is reported as not written, so it must not be.
        self.output.clear();
    }

    /// Writes what is left, tells the peer that no more comes, and waits until it closes: to close
    /// with octets unread would reset the connection under the last answer.
    fn poll_last(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.output.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.output))?;
            if written == 0 {
                return Poll::Ready(Ok(()));
            }
            self.output.advance(written);
        }
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        for _ in 0..TURNS {
            self.input.clear();
            if ready!(poll_read(&mut self.stream, &mut self.input, context))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// The connection ended.
struct Lost;

thread_local! {
    /// Where octets are read to, so that a connection has no buffer of its own while none come.
    static SCRATCH: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

/// Reads what is there, at most [`READ`] octets, and appends it to `input`.
fn poll_read<T: AsyncRead + Unpin>(
    stream: &mut T,
    input: &mut BytesMut,
    context: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    // Taken while it is used: a stream that reads another one finds none and gets its own.
    let mut scratch = SCRATCH
        .take()
        .unwrap_or_else(|| vec![0; READ].into_boxed_slice());
    let mut buffer = ReadBuf::new(&mut scratch);
    let read = Pin::new(stream).poll_read(context, &mut buffer);
    let octets = buffer.filled();
    let len = octets.len();
    input.extend_from_slice(octets);
    SCRATCH.set(Some(scratch));
    read.map_ok(|()| len)
}
