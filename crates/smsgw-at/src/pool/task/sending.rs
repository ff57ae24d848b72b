//! A message whose outcome is awaited.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::Shared;
use crate::pool::{Outcome, PartOutcome};

/// A message that was queued; ready with what becomes of it.
///
/// When it is dropped before, the message is taken back, if no part of it was given to a modem yet;
/// otherwise its outcome comes among the [events](super::PoolEvents). Cancel-safe when it is polled
/// by reference.
pub struct PoolSending {
    shared: Arc<Shared>,
    token: u64,
    parts: usize,
    outcome: oneshot::Receiver<Outcome>,
    is_known: bool,
}

impl PoolSending {
    pub(super) const fn new(
        shared: Arc<Shared>,
        token: u64,
        parts: usize,
        outcome: oneshot::Receiver<Outcome>,
    ) -> Self {
        Self {
            shared,
            token,
            parts,
            outcome,
            is_known: false,
        }
    }

    /// By which status reports name the message, and events that come later.
    #[must_use]
    pub const fn token(&self) -> u64 {
        self.token
    }
}

impl Future for PoolSending {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let outcome = Pin::new(&mut self.outcome).poll(context);
        outcome.map(|outcome| {
            self.is_known = true;
            // Without an outcome the tasks are gone with their runtime.
            outcome.unwrap_or_else(|_| Outcome {
                token: self.token,
                sent_by: None,
                parts: vec![PartOutcome::Unknown; self.parts],
                attempts: 0,
            })
        })
    }
}

impl Drop for PoolSending {
    fn drop(&mut self) {
        if self.is_known {
            return;
        }
        let mut inner = self.shared.lock();
        inner.calls.remove(&self.token);
        if inner.pool.withdraw(self.token).is_some() {
            self.shared.room.notify_waiters();
        }
    }
}

impl fmt::Debug for PoolSending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolSending")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
