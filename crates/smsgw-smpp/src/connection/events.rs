//! The events of a session, for one owner.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{MAX_EVENTS, Shared, wake};
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
        poll_fn(|context| self.poll(context, VecDeque::pop_front)).await
    }

    /// Takes every event there is into `events`, which should be empty, and waits for the first;
    /// `false` after [`Event::Closed`].
    ///
    /// Cheaper than [`Self::recv`] for each when there are many. Cancel-safe.
    pub async fn recv_all(&mut self, events: &mut VecDeque<Event>) -> bool {
        let take_all = |queue: &mut VecDeque<Event>| {
            (!queue.is_empty()).then(|| {
                // Both keep their memory.
                if events.is_empty() {
                    std::mem::swap(events, queue);
                } else {
                    events.append(queue);
                }
            })
        };
        let mut take_all = take_all;
        poll_fn(|context| self.poll(context, &mut take_all))
            .await
            .is_some()
    }

    fn poll<T>(
        &self,
        context: &Context<'_>,
        take: impl FnOnce(&mut VecDeque<Event>) -> Option<T>,
    ) -> Poll<Option<T>> {
        let mut inner = self.shared.lock();
        let was_full = inner.events.len() >= MAX_EVENTS;
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
        let events = std::mem::take(&mut inner.events);
        for event in events {
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
