//! Requests on their way out: one after the other, as the window has room.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::sync::{Semaphore, SemaphorePermit, TryAcquireError};

use super::session::Session;
use super::{Inner, Shared, wake};
use crate::now;

/// A request was not sent. `E` is what the session says that cannot be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent<E> {
    /// The session is over.
    Closed,
    /// The window has no room, or others wait to send before it.
    WindowFull,
    /// The rate does not allow it before this instant.
    Paced(Instant),
    /// There is a place in the window that cannot be used before this instant, unless something
    /// comes from the peer first.
    Blocked(Instant),
    /// The session does not allow it.
    Refused(E),
}

impl<E: fmt::Display> fmt::Display for NotSent<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the session is over; not sent"),
            Self::WindowFull => f.write_str("the window is full; not sent"),
            Self::Blocked(_) => f.write_str("the session has no number for it; not sent"),
            Self::Paced(_) => f.write_str("more than the rate allows; not sent"),
            Self::Refused(error) => write!(f, "{error}; not sent"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for NotSent<E> {}

impl<S: Session> Shared<S> {
    /// Lets `send` send one request when its turn has come and the window has room; it is given the
    /// time of the call and the present one. Waits until `until` at most.
    pub(super) async fn send<T, E>(
        &self,
        until: Option<Instant>,
        mut send: impl FnMut(&mut Inner<S>, Instant, Instant) -> Result<T, NotSent<E>> + Send,
    ) -> Result<T, NotSent<E>> {
        let called = now();
        let longest = called + self.patience;
        let until = until.map_or(longest, |until| until.min(longest));
        let _waits = Waits::new(&self.waiting);
        let _turn = acquire(&self.turn, until).await?;
        loop {
            let permit = acquire(&self.window, until).await?;
            let failed = match self.send_now(permit, |inner, now| send(inner, called, now)) {
                Ok(sent) => return Ok(sent),
                Err(failed) => failed,
            };
            match failed.retry {
                Retry::Now => {}
                Retry::At(retry) if retry < until => self.wait(retry).await,
                Retry::OnWord(retry) if now() < until => {
                    // What was due and is not done yet is done without its help.
                    let retry = retry.min(until);
                    self.wait(if retry > now() { retry } else { until }).await;
                }
                Retry::At(_) | Retry::OnWord(_) | Retry::Never => return Err(failed.error),
            }
        }
    }

    /// Waits for an instant; not as long when the task has something to tell: the session heard
    /// what it was waiting for, or is over.
    async fn wait(&self, until: Instant) {
        // Which of them it was makes no difference.
        let _ = tokio::time::timeout_at(until.into(), self.word.notified()).await;
    }

    /// As [`Self::send`], but does not wait.
    pub(super) fn try_send<T, E>(
        &self,
        send: impl FnOnce(&mut Inner<S>, Instant) -> Result<T, NotSent<E>>,
    ) -> Result<T, NotSent<E>> {
        let _turn = try_acquire(&self.turn)?;
        let permit = try_acquire(&self.window)?;
        self.send_now(permit, send).map_err(|failed| failed.error)
    }

    fn send_now<T, E>(
        &self,
        permit: SemaphorePermit<'_>,
        send: impl FnOnce(&mut Inner<S>, Instant) -> Result<T, NotSent<E>>,
    ) -> Result<T, Failed<E>> {
        let mut inner = self.lock();
        match send(&mut inner, now()) {
            Ok(sent) => {
                let driver = inner.touch();
                drop(inner);
                // A place in the window, free again when the answer comes.
                permit.forget();
                wake(driver);
                Ok(sent)
            }
            Err(error) => {
                let retry = match error {
                    NotSent::Paced(until) => Retry::At(until),
                    NotSent::Blocked(until) => {
                        inner.awaits_word = true;
                        Retry::OnWord(until)
                    }
                    NotSent::WindowFull if inner.owed > 0 => {
                        // Its place was taken in `with`: it waits for another.
                        inner.owed -= 1;
                        permit.forget();
                        Retry::Now
                    }
                    _ => Retry::Never,
                };
                Err(Failed { error, retry })
            }
        }
    }
}

/// A request was not sent, and when to try again if that helps.
struct Failed<E> {
    error: NotSent<E>,
    retry: Retry,
}

enum Retry {
    Now,
    At(Instant),
    /// When the session has heard something, or at this instant.
    OnWord(Instant),
    Never,
}

fn try_acquire<E>(semaphore: &Semaphore) -> Result<SemaphorePermit<'_>, NotSent<E>> {
    semaphore.try_acquire().map_err(|error| match error {
        TryAcquireError::Closed => NotSent::Closed,
        TryAcquireError::NoPermits => NotSent::WindowFull,
    })
}

async fn acquire<E>(
    semaphore: &Semaphore,
    until: Instant,
) -> Result<SemaphorePermit<'_>, NotSent<E>> {
    match try_acquire(semaphore) {
        Err(NotSent::WindowFull) => {
            match tokio::time::timeout_at(until.into(), semaphore.acquire()).await {
                Ok(permit) => permit.map_err(|_| NotSent::Closed),
                Err(_) => Err(NotSent::WindowFull),
            }
        }
        other => other,
    }
}

/// One who waits to send, until it is dropped.
struct Waits<'s>(&'s AtomicUsize);

impl<'s> Waits<'s> {
    fn new(waiting: &'s AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
