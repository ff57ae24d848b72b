//! Where messages are kept: a narrow trait, so that the engine does not know by what.

use std::path::Path;

use crate::message::{Change, MessageId, Record, State};

#[cfg(test)]
pub(crate) mod memory;
pub(crate) mod sqlite;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod worker;

/// Keeps messages durably.
///
/// One thread owns it; it may block.
pub trait Store: Send {
    /// Makes all `changes` durable in one commit, or none of them.
    ///
    /// # Errors
    /// When the medium does not take them, or when one cannot be: a message that came before, a
    /// change of a message or part that is not there. Nothing of the batch is kept then.
    fn append(&mut self, changes: &[Change]) -> Result<(), StoreError>;

    /// One message.
    ///
    /// # Errors
    /// When the medium cannot be read.
    fn message(&self, id: MessageId) -> Result<Option<Record>, StoreError>;

    /// The message and part that `link` knows by `carrier_id`; the newest when an id came twice.
    ///
    /// # Errors
    /// When the medium cannot be read.
    fn by_carrier_id(
        &self,
        link: &str,
        carrier_id: &str,
    ) -> Result<Option<(Record, usize)>, StoreError>;

    /// Messages newest first, by their ids.
    ///
    /// # Errors
    /// When the medium cannot be read.
    fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError>;

    /// How many messages are in each state, all states in the order of [`State::ALL`].
    ///
    /// # Errors
    /// When the medium cannot be read.
    fn counts(&self) -> Result<Vec<(State, u64)>, StoreError>;

    /// All messages that are not final or whose outcome somebody still has to be told, oldest
    /// first: what a start goes on with.
    ///
    /// # Errors
    /// When the medium cannot be read.
    fn unfinished(&self) -> Result<Vec<Record>, StoreError>;
}

/// Which messages to list.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only this account's.
    pub account: Option<String>,
    /// Only in this state.
    pub state: Option<State>,
    /// Only to this recipient (the digits).
    pub to: Option<String>,
    /// Only older than this one: for the next page.
    pub before: Option<MessageId>,
    /// Most to return.
    pub limit: usize,
}

/// The store does not work.
#[derive(Debug, thiserror::Error)]
#[error("store {path}: {reason}")]
pub struct StoreError {
    /// The directory.
    pub path: String,
    /// What went wrong, and what to do where that is known.
    pub reason: String,
}

impl StoreError {
    pub(crate) fn new(path: &Path, reason: impl ToString) -> Self {
        Self {
            path: path.display().to_string(),
            reason: reason.to_string(),
        }
    }
}
