//! The events of a session, for one owner.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{Shared, wake};
use crate::command::CommandId;
use crate::session::{Event, Session};
use crate::status::CommandStatus;

/// The events of a session, for one owner.
///
/// When they are dropped, the session answers for the owner: a bind is refused, and what is
/// requested is refused with [`CommandStatus::ESME_RX_T_APPN`] or
/// [`CommandStatus::ESME_RSYSERR`].
pub struct Events {
    pub(super) shared: Arc<Shared>,
}

impl Events {
    /// The next event; `None` after [`Event::Closed`].
    ///
    /// Cancel-safe. When events are not taken, the peer is not read any further.
    pub async fn recv(&mut self) -> Option<Event> {
        poll_fn(|context| self.poll(context, Queue::pop)).await
    }

    /// Takes every event there is into `events`, which should be empty, and waits for the first;
    /// `false` after [`Event::Closed`].
    ///
    /// Cheaper than [`Self::recv`] for each when there are many. Cancel-safe.
    pub async fn recv_all(&mut self, events: &mut VecDeque<Event>) -> bool {
        poll_fn(|context| self.poll(context, |queue| queue.take_all(events)))
            .await
            .is_some()
    }

    fn poll<T>(
        &self,
        context: &Context<'_>,
        take: impl FnOnce(&mut Queue) -> Option<T>,
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

impl Drop for Events {
    fn drop(&mut self) {
        let mut inner = self.shared.lock();
        inner.unheard = true;
        while let Some(event) = inner.events.pop() {
            decline(&mut inner.session, &event);
        }
        let driver = inner.touch();
        drop(inner);
        wake(driver);
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// The events that wait for their owner.
#[derive(Default)]
pub(super) struct Queue {
    events: VecDeque<Event>,
    /// Those of their frames.
    octets: usize,
}

impl Queue {
    /// Events that wait before reading stops.
    const MAX_EVENTS: usize = 4_096;
    /// As [`Self::MAX_EVENTS`], for the octets of their frames.
    const MAX_OCTETS: usize = 4 << 20;

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.events.len() >= Self::MAX_EVENTS || self.octets >= Self::MAX_OCTETS
    }

    pub(super) fn push(&mut self, event: Event) {
        // Few in good traffic; in bad, the smallest would keep alive all that was read with it.
        let event = match event {
            Event::Notification(frame) => Event::Notification(frame.detach()),
            Event::Stray(frame) => Event::Stray(frame.detach()),
            Event::Refused(frame) => Event::Refused(frame.detach()),
            event => event,
        };
        self.octets += len(&event);
        self.events.push_back(event);
    }

    fn pop(&mut self) -> Option<Event> {
        let event = self.events.pop_front()?;
        self.octets -= len(&event);
        Some(event)
    }

    /// Moves all to `events`; `None` when there is none.
    fn take_all(&mut self, events: &mut VecDeque<Event>) -> Option<()> {
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

/// The octets of the frame it comes with.
fn len(event: &Event) -> usize {
    match event {
        Event::BindRequest(frame)
        | Event::Bound(frame)
        | Event::BindRefused(frame)
        | Event::Request(frame)
        | Event::Notification(frame)
        | Event::Response { frame, .. }
        | Event::LateResponse { frame, .. }
        | Event::Stray(frame)
        | Event::Refused(frame) => frame.octets().len(),
        Event::Unanswered { .. } | Event::Closed(_) => 0,
    }
}

/// Answers for an owner that is gone.
pub(super) fn decline(session: &mut Session, event: &Event) {
    match event {
        Event::BindRequest(_) => session.refuse_bind(CommandStatus::ESME_RBINDFAIL),
        Event::Request(frame) => {
            let status = match frame.command_id() {
                CommandId::DELIVER_SM | CommandId::DATA_SM => CommandStatus::ESME_RX_T_APPN,
                _ => CommandStatus::ESME_RSYSERR,
            };
            session.reject(frame.header(), status);
        }
        _ => {}
    }
}
