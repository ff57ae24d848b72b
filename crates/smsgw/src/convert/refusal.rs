//! Between `command_status` of SMPP and the error codes (EC) of UCP: why a message is not taken.
//!
//! Whoever relays from one to the other answers a submit with what the other side says. The tables
//! keep above all whether it may be tried again: what
//! [`is_temporary`](CommandStatus::is_temporary) on one side
//! [`is_retryable`](ErrorCode::is_retryable) on the other. Where the other side has no word for it,
//! [`ESME_RSUBMITFAIL`](CommandStatus::ESME_RSUBMITFAIL) and
//! [`NOT_SUCCESSFUL`](ErrorCode::NOT_SUCCESSFUL) say no more than that. What cannot be converted
//! says so too: [`ucp::ConvertError::command_status`], [`smpp::ConvertError::error_code`].
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

use super::{smpp, ucp};

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

impl ucp::ConvertError {
    /// What to answer to a `submit_sm` of which no OT 51 can be made.
    #[must_use]
    pub fn command_status(self) -> CommandStatus {
        match self {
            Self::Segment(_) => CommandStatus::ESME_RINVMSGLEN,
            Self::DataCoding { .. } | Self::Alphabet => CommandStatus::ESME_RINVDCS,
            Self::Field { name, .. } | Self::Missing { name } => match name {
                "AdC" => CommandStatus::ESME_RINVDSTADR,
                "OAdC" => CommandStatus::ESME_RINVSRCADR,
                "NMsg" | "AMsg" | "TMsg" => CommandStatus::ESME_RINVMSGLEN,
                "DDT" => CommandStatus::ESME_RINVSCHED,
                "VP" => CommandStatus::ESME_RINVEXPIRY,
                "PR" => CommandStatus::ESME_RINVPRTFLG,
                _ => CommandStatus::ESME_RSUBMITFAIL,
            },
        }
    }
}

impl smpp::ConvertError {
    /// What to answer to an OT 51 of which no `submit_sm` can be made, or to an OT 52 or 53 of
    /// which no `deliver_sm` can.
    #[must_use]
    pub fn error_code(self) -> ErrorCode {
        match self {
            Self::Segment(_) => ErrorCode::MESSAGE_TOO_LONG,
            Self::Field { name, .. } | Self::NotLatin1 { name } | Self::Missing { name } => {
                match name {
                    "destination_addr" => ErrorCode::ADC_INVALID,
                    "message_payload" => ErrorCode::MESSAGE_TOO_LONG,
                    "schedule_delivery_time" => ErrorCode::DEFERRED_DELIVERY_NOT_ALLOWED,
                    _ => ErrorCode::NOT_SUCCESSFUL,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use smsgw_gsm::udh::Reference;

    use super::*;
    use crate::convert::ucp::Settings;
    use crate::{Address, Content, Extra, Message};

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

    fn message() -> Message {
        Message {
            from: Some(Address::number("2147")),
            ..Message::text(Address::number("+393331234568"), "hello")
        }
    }

    #[test]
    fn what_ucp_cannot_say_is_told_to_the_esme() {
        let status = |message: Message| {
            let settings = Settings::default();
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_301_669);
            let outgoing = ucp::Outgoing::new(&message, Reference::Eight(1), &settings, now);
            outgoing.err().map(|error| error.command_status())
        };
        let encoded = |dcs, octets: &[u8]| Message {
            content: Content::Encoded {
                dcs,
                udh: Vec::new(),
                octets: octets.to_vec(),
            },
            ..message()
        };
        let century = Duration::from_secs(100 * 365 * 86_400);
        let cases = [
            (message(), None),
            (
                Message {
                    to: Address::sender("ACME"),
                    ..message()
                },
                Some(CommandStatus::ESME_RINVDSTADR),
            ),
            (
                Message {
                    from: None,
                    ..message()
                },
                Some(CommandStatus::ESME_RINVSRCADR),
            ),
            (
                Message {
                    content: Content::Text("a".repeat(40_000)),
                    ..message()
                },
                Some(CommandStatus::ESME_RINVMSGLEN),
            ),
            (encoded(4, &[7; 701]), Some(CommandStatus::ESME_RINVMSGLEN)),
            (encoded(3, b"x"), Some(CommandStatus::ESME_RINVDCS)),
            (
                Message {
                    deliver_at: SystemTime::UNIX_EPOCH.checked_add(3 * century),
                    ..message()
                },
                Some(CommandStatus::ESME_RINVSCHED),
            ),
            (
                Message {
                    validity: Some(century),
                    ..message()
                },
                Some(CommandStatus::ESME_RINVEXPIRY),
            ),
            (
                Message {
                    extras: vec![Extra::Priority(10)],
                    ..message()
                },
                None,
            ),
            (
                Message {
                    extras: vec![Extra::Service {
                        kind: 0x0C,
                        data: vec![0; 200],
                    }],
                    ..message()
                },
                Some(CommandStatus::ESME_RSUBMITFAIL),
            ),
        ];
        for (message, wanted) in cases {
            assert_eq!(status(message.clone()), wanted, "{message:?}");
        }
    }

    #[test]
    fn what_smpp_cannot_say_is_told_to_the_client() {
        let code = |message: &Message| {
            let parts = smpp::parts(message, Reference::Eight(1));
            let outgoing = parts.and_then(|parts| {
                let part = parts.first().cloned();
                let part = part.unwrap_or_else(|| smpp::Part::new(0, &[], &[]));
                smpp::Outgoing::new(message, &part)?.submit_sm().map(drop)
            });
            outgoing.err().map(|error| error.error_code())
        };
        let payload = Content::Encoded {
            dcs: 4,
            udh: Vec::new(),
            octets: vec![0; 0x1_0000],
        };
        let cases = [
            (message(), None),
            (
                Message {
                    to: Address::number("+1234567890123456789012"),
                    ..message()
                },
                Some(ErrorCode::ADC_INVALID),
            ),
            (
                Message {
                    from: Some(Address::sender("Ωmega")),
                    ..message()
                },
                Some(ErrorCode::NOT_SUCCESSFUL),
            ),
            (
                Message {
                    content: Content::Text("a".repeat(40_000)),
                    ..message()
                },
                Some(ErrorCode::MESSAGE_TOO_LONG),
            ),
            (
                Message {
                    content: payload,
                    ..message()
                },
                Some(ErrorCode::MESSAGE_TOO_LONG),
            ),
            (
                Message {
                    deliver_at: Some(SystemTime::UNIX_EPOCH),
                    ..message()
                },
                Some(ErrorCode::DEFERRED_DELIVERY_NOT_ALLOWED),
            ),
        ];
        for (message, wanted) in cases {
            assert_eq!(code(&message), wanted);
        }
    }
}
