//! Between `command_status` of SMPP and the error codes (EC) of UCP: why a message is not taken.
//!
//! Whoever relays from one to the other answers a submit with what the other side says. The tables
//! keep above all whether it may be tried again: what
//! [`is_temporary`](CommandStatus::is_temporary) on one side
//! [`is_retryable`](ErrorCode::is_retryable) on the other. Where the other side has no word for it,
//! [`ESME_RSUBMITFAIL`](CommandStatus::ESME_RSUBMITFAIL) and
//! [`NOT_SUCCESSFUL`](ErrorCode::NOT_SUCCESSFUL) say no more than that.
//!
//! ```
//! use smsgw::convert::refusal::{command_status, error_code};
//! use smsgw::smpp::CommandStatus;
//! use smsgw::ucp::ErrorCode;
//!
//! assert_eq!(command_status(ErrorCode::ADC_INVALID), CommandStatus::ESME_RINVDSTADR);
//! assert_eq!(error_code(CommandStatus::ESME_RTHROTTLED), ErrorCode::OPERATION_NOT_ALLOWED);
//! ```

use smsgw_smpp::CommandStatus;
use smsgw_ucp::ErrorCode;

/// What to answer to a `submit_sm` whose OT 51 was refused so.
#[must_use]
pub const fn command_status(error_code: ErrorCode) -> CommandStatus {
    match error_code {
        // Noise on the line, or the fault of the SC.
        ErrorCode::CHECKSUM_ERROR | ErrorCode::SYSTEM_ERROR => CommandStatus::ESME_RSYSERR,
        // Too many, as a rule.
        ErrorCode::OPERATION_NOT_ALLOWED => CommandStatus::ESME_RTHROTTLED,
        ErrorCode::ADC_INVALID | ErrorCode::GA_NOT_VALID => CommandStatus::ESME_RINVDSTADR,
        ErrorCode::PRIORITY_NOT_ALLOWED
        | ErrorCode::LEGITIMISATION_CODE_FOR_PRIORITY
        | ErrorCode::URGENT_NOT_ALLOWED
        | ErrorCode::LEGITIMISATION_CODE_FOR_URGENT => CommandStatus::ESME_RINVPRTFLG,
        ErrorCode::DEFERRED_DELIVERY_NOT_ALLOWED => CommandStatus::ESME_RINVSCHED,
        ErrorCode::TIME_PERIOD_NOT_VALID => CommandStatus::ESME_RINVEXPIRY,
        ErrorCode::MESSAGE_TOO_LONG => CommandStatus::ESME_RINVMSGLEN,
        ErrorCode::MESSAGE_NOT_FOUND => CommandStatus::ESME_RINVMSGID,
        ErrorCode::INVALID_CHARACTER_SET => CommandStatus::ESME_RINVDCS,
        _ => CommandStatus::ESME_RSUBMITFAIL,
    }
}

/// What to answer to an OT 51 whose `submit_sm` was refused so, or to an OT 52 or 53 whose
/// `deliver_sm` was. [`ESME_ROK`](CommandStatus::ESME_ROK) is no refusal.
#[must_use]
pub const fn error_code(status: CommandStatus) -> ErrorCode {
    match status {
        CommandStatus::ESME_RTHROTTLED | CommandStatus::ESME_RMSGQFUL => {
            ErrorCode::OPERATION_NOT_ALLOWED
        }
        CommandStatus::ESME_RSYSERR
        | CommandStatus::ESME_RX_T_APPN
        | CommandStatus::ESME_RSERTYPUNAVAIL => ErrorCode::SYSTEM_ERROR,
        CommandStatus::ESME_RINVCMDID => ErrorCode::OPERATION_NOT_SUPPORTED,
        CommandStatus::ESME_RINVDSTADR
        | CommandStatus::ESME_RINVDSTTON
        | CommandStatus::ESME_RINVDSTNPI => ErrorCode::ADC_INVALID,
        CommandStatus::ESME_RINVPRTFLG => ErrorCode::PRIORITY_NOT_ALLOWED,
        CommandStatus::ESME_RINVSCHED => ErrorCode::DEFERRED_DELIVERY_NOT_ALLOWED,
        CommandStatus::ESME_RINVEXPIRY => ErrorCode::TIME_PERIOD_NOT_VALID,
        CommandStatus::ESME_RINVMSGLEN => ErrorCode::MESSAGE_TOO_LONG,
        CommandStatus::ESME_RINVMSGID => ErrorCode::MESSAGE_NOT_FOUND,
        CommandStatus::ESME_RINVDCS => ErrorCode::INVALID_CHARACTER_SET,
        _ => ErrorCode::NOT_SUCCESSFUL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_tried_again_on_one_side_may_on_the_other() {
        for ec in (1..=99).map(ErrorCode) {
            let status = command_status(ec);
            assert_eq!(ec.is_retryable(), status.is_temporary(), "{ec} {status}");
            assert!(!status.is_ok());
        }
        for status in (1..0x400).map(CommandStatus) {
            let ec = error_code(status);
            assert_eq!(status.is_temporary(), ec.is_retryable(), "{status} {ec}");
        }
    }

    #[test]
    fn what_both_have_a_word_for_comes_back() {
        let alone = [
            ErrorCode::OPERATION_NOT_ALLOWED,
            ErrorCode::ADC_INVALID,
            ErrorCode::PRIORITY_NOT_ALLOWED,
            ErrorCode::DEFERRED_DELIVERY_NOT_ALLOWED,
            ErrorCode::TIME_PERIOD_NOT_VALID,
            ErrorCode::MESSAGE_TOO_LONG,
            ErrorCode::MESSAGE_NOT_FOUND,
            ErrorCode::INVALID_CHARACTER_SET,
            ErrorCode::NOT_SUCCESSFUL,
            ErrorCode::SYSTEM_ERROR,
        ];
        for ec in alone {
            assert_eq!(error_code(command_status(ec)), ec);
        }
    }
}
