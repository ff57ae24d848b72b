//! What is tried again, and where: the table of the module's documentation.

use crate::cause::Class;
use crate::modem::Failure;

/// Where a part that was not sent may be tried again, as long as nothing of its message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    /// By the same SIM after a pause, then by another.
    Here,
    /// By another SIM at once; by the same after a pause where there is no other.
    Elsewhere,
    /// By another SIM at once; by the same never.
    OnlyElsewhere,
    /// Nowhere.
    Never,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) retry: Retry,
    /// Whether it says that the modem or its SIM is at fault.
    pub(super) counts: bool,
}

impl Verdict {
    pub(super) fn of(failure: &Failure) -> Self {
        let (retry, counts) = match failure.class() {
            class if matches!(failure, Failure::Doubtful(_)) => {
                (Retry::OnlyElsewhere, class == Class::ModemFault)
            }
            Class::RetryHere => (Retry::Here, false),
            Class::RetryElsewhere => (Retry::Elsewhere, false),
            Class::SimFault => (Retry::OnlyElsewhere, true),
            Class::ModemFault => (Retry::Elsewhere, true),
            Class::Permanent => (Retry::Never, false),
        };
        Self { retry, counts }
    }
}
