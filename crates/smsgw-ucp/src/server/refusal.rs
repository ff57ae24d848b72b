//! What to answer to a login that the guard does not let through.

use super::guard::Refusal;
use crate::error_code::ErrorCode;

/// The error code that says a [`Refusal`] to the peer.
pub trait RefusalCode {
    /// What to answer to the login: [`ErrorCode::OPERATION_NOT_ALLOWED`], which says not now.
    ///
    /// During a lockout the password was not looked at, and when the account has its sessions one
    /// of them will end: later the login may be right. A wrong password is no refusal of the guard:
    /// that is [`ErrorCode::AUTHENTICATION_FAILURE`].
    #[must_use]
    fn error_code(&self) -> ErrorCode;
}

impl RefusalCode for Refusal {
    fn error_code(&self) -> ErrorCode {
        ErrorCode::OPERATION_NOT_ALLOWED
    }
}
