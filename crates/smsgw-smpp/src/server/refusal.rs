//! What to answer to a bind that the guard does not let through.

use super::guard::Refusal;
use crate::status::CommandStatus;

/// The status that says a [`Refusal`] to the peer.
pub trait RefusalStatus {
    /// What to answer to the bind.
    ///
    /// [`ESME_RALYBND`](CommandStatus::ESME_RALYBND) when the `system_id` has its sessions;
    /// [`ESME_RTHROTTLED`](CommandStatus::ESME_RTHROTTLED) during a lockout: the password was not
    /// looked at, later it may be right; [`ESME_RBINDFAIL`](CommandStatus::ESME_RBINDFAIL) when
    /// there is no place for the connection, which can be closed without an answer, too. A wrong
    /// password is no refusal of the guard: that is
    /// [`ESME_RINVPASWD`](CommandStatus::ESME_RINVPASWD).
    #[must_use]
    fn status(&self) -> CommandStatus;
}

impl RefusalStatus for Refusal {
    fn status(&self) -> CommandStatus {
        match self {
            Self::AddressLockedOut { .. } | Self::AccountLockedOut { .. } => {
                CommandStatus::ESME_RTHROTTLED
            }
            Self::Sessions { .. } => CommandStatus::ESME_RALYBND,
            _ => CommandStatus::ESME_RBINDFAIL,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_refusal_says_what_to_answer() {
        let (max, remaining) = (7, Duration::from_secs(1));
        for (refusal, status) in [
            (Refusal::Connections { max }, CommandStatus::ESME_RBINDFAIL),
            (
                Refusal::ConnectionsOfAddress { max },
                CommandStatus::ESME_RBINDFAIL,
            ),
            (
                Refusal::AddressLockedOut { remaining },
                CommandStatus::ESME_RTHROTTLED,
            ),
            (
                Refusal::AccountLockedOut { remaining },
                CommandStatus::ESME_RTHROTTLED,
            ),
            (Refusal::Sessions { max }, CommandStatus::ESME_RALYBND),
        ] {
            assert_eq!(refusal.status(), status);
        }
    }
}
