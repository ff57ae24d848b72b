//! The events of a session, for one owner.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::session::{Event, Session};
use super::{Shared, wake};

/// The events of a session, for one owner.
///
/// When they are dropped, the session [answers for the owner](Session::decline).
pub struct Events<S: Session> {
    pub(super) shared: Arc<Shared<S>>,
}

impl<S: Session> Events<S> {
    /// The next event; `None` after the last, of [`Kind::Closed`](super::Kind::Closed).
    ///
    /// Cancel-safe. When events are not taken, the peer is not read any further.
    pub async fn recv(&mut self) -> Option<S::Event> {
        poll_fn(|context| self.poll(context, Queue::pop)).await
    }

    /// Takes every event there is into `events`, which should be empty, and waits for the first;
    /// `false` after the last.
    ///
    /// Cheaper than [`Self::recv`] for each when there are many. Cancel-safe.
    pub async fn recv_all(&mut self, events: &mut VecDeque<S::Event>) -> bool {
        poll_fn(|context| self.poll(context, |queue| queue.take_all(events)))
            .await
            .is_some()
    }

    fn poll<T>(
        &self,
        context: &Context<'_>,
        take: impl FnOnce(&mut Queue<S::Event>) -> Option<T>,
    ) -> Poll<Option<T>> {
        let mut inner = self.shared.lock();
        let was_full = inner.events.is_full();
        if let Some(taken) = take(&mut inner.events) {
            let driver = if was_full { inner.touch() } else { None };
            drop(inner);
            wake(driver);
            return Poll::Ready(Some(taken));
        }
        // Closed with the last event, under the same lock.
        if self.shared.window.is_closed() {
            return Poll::Ready(None);
        }
        match &mut inner.listener {
            Some(waker) => waker.clone_from(context.waker()),
            waker => *waker = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}

impl<S: Session> Drop for Events<S> {
    fn drop(&mut self) {
        let mut inner = self.shared.lock();
        inner.unheard = true;
        while let Some(event) = inner.events.pop() {
            inner.session.decline(&event);
        }
        let driver = inner.touch();
        drop(inner);
        wake(driver);
    }
}

impl<S: Session> fmt::Debug for Events<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// The events that wait for their owner.
pub(super) struct Queue<E> {
    events: VecDeque<E>,
    /// Those they keep alive.
    octets: usize,
}

impl<E> Default for Queue<E> {
    fn default() -> Self {
        Self {
            events: VecDeque::new(),
            octets: 0,
        }
    }
}

impl<E: Event> Queue<E> {
    /// Events that wait before reading stops.
    const MAX_EVENTS: usize = 4_096;
    /// As [`Self::MAX_EVENTS`], for the octets they keep alive.
    const MAX_OCTETS: usize = 4 << 20;

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.events.len() >= Self::MAX_EVENTS || self.octets >= Self::MAX_OCTETS
    }

    pub(super) fn push(&mut self, event: E) {
        self.events.push_back(event);
        // Where it is now: each move of it would be a copy.
        if let Some(event) = self.events.back_mut() {
            event.detach();
            self.octets += event.octets();
        }
    }

    fn pop(&mut self) -> Option<E> {
        let event = self.events.pop_front()?;
        self.octets -= event.octets();
        Some(event)
    }

    /// Moves all to `events`; `None` when there is none.
    fn take_all(&mut self, events: &mut VecDeque<E>) -> Option<()> {
        if self.events.is_empty() {
            return None;
        }
        // Both keep their memory.
        if events.is_empty() {
            std::mem::swap(events, &mut self.events);
        } else {
            events.append(&mut self.events);
        }
        self.octets = 0;
        Some(())
    }
}
