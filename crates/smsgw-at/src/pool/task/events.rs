//! What the pool tells its owner.

use std::fmt;
use std::sync::Arc;

use super::Shared;
use crate::driver;
use crate::pool::{Event, MemberId};

/// What the pool tells its owner.
#[derive(Debug)]
#[non_exhaustive]
pub enum PoolEvent {
    /// Something that the pool or one of its modems tells.
    ///
    /// The outcomes that somebody awaits are not among them.
    Pool(Event),
    /// Something about the port of a modem.
    Port {
        /// Which.
        member: MemberId,
        /// What.
        event: driver::Event,
    },
    /// A modem has left, and its port is closed.
    Left(MemberId),
}

/// The events of a pool, for one owner.
///
/// When they wait too long, no more are taken from the modems, nor do outcomes get to those who
/// await them. When they are dropped, what comes is passed over: messages stay in the modems'
/// stores.
pub struct PoolEvents {
    pub(super) shared: Arc<Shared>,
}

impl PoolEvents {
    /// The next event; `None` after the last, when the pool has closed. Cancel-safe.
    pub async fn recv(&mut self) -> Option<PoolEvent> {
        loop {
            {
                let mut inner = self.shared.lock();
                let had_room = inner.has_room_for_events();
                if let Some(event) = inner.events.pop_front() {
                    if !had_room {
                        self.shared.room.notify_waiters();
                    }
                    return Some(event);
                }
                if inner.has_ended {
                    return None;
                }
            }
            self.shared.told.notified().await;
        }
    }
}

impl Drop for PoolEvents {
    fn drop(&mut self) {
        let mut inner = self.shared.lock();
        inner.is_unheard = true;
        inner.events.clear();
        self.shared.room.notify_waiters();
    }
}

impl fmt::Debug for PoolEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolEvents").finish_non_exhaustive()
    }
}
