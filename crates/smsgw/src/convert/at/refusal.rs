//! What a modem refuses, told to the ESME or UCP client whose message it was.
//!
//! As between SMPP and UCP, the tables keep above all whether it may be tried again. What another
//! modem or SIM may do is temporary to whoever sent the message: which one it goes by is no concern
//! of theirs.

use smsgw_at::cause::{Class, CmsError};
use smsgw_at::result::FinalResult;
use smsgw_gsm::field::FailureCause;
#[cfg(feature = "smpp")]
use smsgw_smpp::CommandStatus;
#[cfg(feature = "ucp")]
use smsgw_ucp::ErrorCode;

use crate::convert::tpdu::ConvertError;

/// Why a message is refused, in words that the other protocols have too.
enum Refusal {
    Temporary,
    TooMany,
    Recipient,
    Encoding,
    Validity,
    Permanent,
}

impl Refusal {
    fn of(result: &FinalResult) -> Self {
        let cms = result.cms().map(CmsError);
        match cms {
            Some(CmsError::CONGESTION | CmsError::RESOURCES_UNAVAILABLE) => return Self::TooMany,
            Some(
                CmsError::UNASSIGNED_NUMBER
                | CmsError::UNIDENTIFIED_SUBSCRIBER
                | CmsError::UNKNOWN_SUBSCRIBER,
            ) => return Self::Recipient,
            _ => {}
        }
        let of_service_centre = match cms.and_then(CmsError::failure_cause) {
            Some(FailureCause::SC_BUSY) => Some(Self::TooMany),
            Some(FailureCause::INVALID_SME_ADDRESS | FailureCause::DESTINATION_SME_BARRED) => {
                Some(Self::Recipient)
            }
            Some(
                FailureCause::DATA_CODING_SCHEME_NOT_SUPPORTED
                | FailureCause::MESSAGE_CLASS_NOT_SUPPORTED
                | FailureCause::UNSPECIFIED_DCS_ERROR,
            ) => Some(Self::Encoding),
            Some(FailureCause::VPF_NOT_SUPPORTED | FailureCause::VP_NOT_SUPPORTED) => {
                Some(Self::Validity)
            }
            _ => None,
        };
        of_service_centre.unwrap_or(match result.class() {
            Some(Class::Permanent) => Self::Permanent,
            _ => Self::Temporary,
        })
    }
}

/// What to answer to a `submit_sm` whose message a modem or its network refused so.
///
/// ```
/// use smsgw::at::result::{ErrorReport, FinalResult};
/// use smsgw::convert::at::command_status;
/// use smsgw::smpp::CommandStatus;
///
/// let refused = |code| FinalResult::Cms(ErrorReport { code: Some(code), text: None });
/// assert_eq!(command_status(&refused(42)), CommandStatus::ESME_RTHROTTLED);
/// assert_eq!(command_status(&refused(1)), CommandStatus::ESME_RINVDSTADR);
/// ```
#[cfg(feature = "smpp")]
#[must_use]
pub fn command_status(result: &FinalResult) -> CommandStatus {
    match Refusal::of(result) {
        Refusal::Temporary => CommandStatus::ESME_RSYSERR,
        Refusal::TooMany => CommandStatus::ESME_RTHROTTLED,
        Refusal::Recipient => CommandStatus::ESME_RINVDSTADR,
        Refusal::Encoding => CommandStatus::ESME_RINVDCS,
        Refusal::Validity => CommandStatus::ESME_RINVEXPIRY,
        Refusal::Permanent => CommandStatus::ESME_RSUBMITFAIL,
    }
}

/// What to answer to an OT 51 whose message a modem or its network refused so.
#[cfg(feature = "ucp")]
#[must_use]
pub fn error_code(result: &FinalResult) -> ErrorCode {
    match Refusal::of(result) {
        Refusal::Temporary => ErrorCode::SYSTEM_ERROR,
        Refusal::TooMany => ErrorCode::OPERATION_NOT_ALLOWED,
        Refusal::Recipient => ErrorCode::ADC_INVALID,
        Refusal::Encoding => ErrorCode::INVALID_CHARACTER_SET,
        Refusal::Validity => ErrorCode::TIME_PERIOD_NOT_VALID,
        Refusal::Permanent => ErrorCode::NOT_SUCCESSFUL,
    }
}

impl ConvertError {
    /// What to answer to a `submit_sm` of which nothing can be made that a modem sends.
    #[cfg(feature = "smpp")]
    #[must_use]
    pub fn command_status(self) -> CommandStatus {
        match self {
            Self::Segment(_) | Self::UserData(_) => CommandStatus::ESME_RINVMSGLEN,
            Self::DataCoding { .. } => CommandStatus::ESME_RINVDCS,
            Self::Address { name, .. } | Self::TypeOfAddress { name } => match name {
                "TP-DA" => CommandStatus::ESME_RINVDSTADR,
                // The service centre's is ours.
                _ => CommandStatus::ESME_RSUBMITFAIL,
            },
        }
    }

    /// What to answer to an OT 51 of which nothing can be made that a modem sends.
    #[cfg(feature = "ucp")]
    #[must_use]
    pub fn error_code(self) -> ErrorCode {
        match self {
            Self::Segment(_) | Self::UserData(_) => ErrorCode::MESSAGE_TOO_LONG,
            Self::DataCoding { .. } => ErrorCode::INVALID_CHARACTER_SET,
            Self::Address { name, .. } | Self::TypeOfAddress { name } => match name {
                "TP-DA" => ErrorCode::ADC_INVALID,
                _ => ErrorCode::NOT_SUCCESSFUL,
            },
        }
    }
}

#[cfg(all(test, feature = "smpp", feature = "ucp"))]
mod tests {
    use smsgw_at::result::ErrorReport;
    use smsgw_gsm::udh::Reference;

    use super::*;
    use crate::convert::at::submits;
    use crate::convert::refusal;
    use crate::{Address, Content, Message};

    fn cms(code: u16) -> FinalResult {
        FinalResult::Cms(ErrorReport {
            code: Some(code),
            text: None,
        })
    }

    fn cme(code: u16) -> FinalResult {
        FinalResult::Cme(ErrorReport {
            code: Some(code),
            text: None,
        })
    }

    #[test]
    fn what_may_be_tried_again_may_be_in_both_protocols() {
        let results = (0..=600).map(cms).chain((0..=600).map(cme));
        let mut permanent = 0;
        for result in results {
            let is_temporary = result.class() != Some(Class::Permanent);
            let (status, code) = (command_status(&result), error_code(&result));
            assert_eq!(status.is_temporary(), is_temporary, "{result} {status}");
            assert_eq!(code.is_retryable(), is_temporary, "{result} {code}");
            assert!(!status.is_ok());
            permanent += u32::from(!is_temporary);
        }
        assert!(permanent > 10, "{permanent}");
        assert!(command_status(&FinalResult::Error(None)).is_temporary());
    }

    #[test]
    fn both_protocols_say_the_same() {
        for result in (0..=600).map(cms) {
            let code = error_code(&result);
            assert_eq!(
                refusal::command_status(code),
                command_status(&result),
                "{result}"
            );
        }
    }

    #[test]
    fn what_is_said_of_which() {
        let cases = [
            (
                cms(1),
                CommandStatus::ESME_RINVDSTADR,
                ErrorCode::ADC_INVALID,
            ),
            (
                cms(30),
                CommandStatus::ESME_RINVDSTADR,
                ErrorCode::ADC_INVALID,
            ),
            (
                cms(38),
                CommandStatus::ESME_RSYSERR,
                ErrorCode::SYSTEM_ERROR,
            ),
            (
                cms(42),
                CommandStatus::ESME_RTHROTTLED,
                ErrorCode::OPERATION_NOT_ALLOWED,
            ),
            (
                cms(0x90),
                CommandStatus::ESME_RINVDCS,
                ErrorCode::INVALID_CHARACTER_SET,
            ),
            (
                cms(0xC0),
                CommandStatus::ESME_RTHROTTLED,
                ErrorCode::OPERATION_NOT_ALLOWED,
            ),
            (
                cms(0xC3),
                CommandStatus::ESME_RINVDSTADR,
                ErrorCode::ADC_INVALID,
            ),
            (
                cms(0xC7),
                CommandStatus::ESME_RINVEXPIRY,
                ErrorCode::TIME_PERIOD_NOT_VALID,
            ),
            (
                cms(304),
                CommandStatus::ESME_RSUBMITFAIL,
                ErrorCode::NOT_SUCCESSFUL,
            ),
            (
                cms(310),
                CommandStatus::ESME_RSYSERR,
                ErrorCode::SYSTEM_ERROR,
            ),
            (
                cme(14),
                CommandStatus::ESME_RSYSERR,
                ErrorCode::SYSTEM_ERROR,
            ),
        ];
        for (result, status, code) in cases {
            assert_eq!(command_status(&result), status, "{result}");
            assert_eq!(error_code(&result), code, "{result}");
        }
    }

    #[test]
    fn what_cannot_be_sent() {
        let hello = || Message::text(Address::number("+15550100"), "hello");
        let told = |message: &Message, centre: Option<&Address>| {
            let error = submits(message, centre, Reference::Eight(1)).unwrap_err();
            (error.command_status(), error.error_code())
        };
        let long = Message::text(hello().to, "a".repeat(40_000));
        let too_long = (CommandStatus::ESME_RINVMSGLEN, ErrorCode::MESSAGE_TOO_LONG);
        assert_eq!(told(&long, None), too_long);
        let recipient = Message {
            to: Address::number("1234567890123456789012"),
            ..hello()
        };
        let no_recipient = (CommandStatus::ESME_RINVDSTADR, ErrorCode::ADC_INVALID);
        assert_eq!(told(&recipient, None), no_recipient);
        let encoded = Message {
            content: Content::Encoded {
                dcs: 3,
                udh: Vec::new(),
                octets: vec![0xE9],
            },
            ..hello()
        };
        let encoding = (
            CommandStatus::ESME_RINVDCS,
            ErrorCode::INVALID_CHARACTER_SET,
        );
        assert_eq!(told(&encoded, None), encoding);
        let centre = Address::number("12345678901234567890123");
        let failed = (CommandStatus::ESME_RSUBMITFAIL, ErrorCode::NOT_SUCCESSFUL);
        assert_eq!(told(&hello(), Some(&centre)), failed);
    }
}
