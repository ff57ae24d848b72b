//! `+CMS ERROR`: why a short message or its storage is refused (27.005 §3.2.5).

use smsgw_gsm::field::FailureCause;

use super::{Class, causes, find, is_same};

/// Why a short message was refused: the number behind `+CMS ERROR:` (27.005 §3.2.5).
///
/// 0 to 127 are the network's (RP cause, 24.011 annex E), 128 to 255 the service centre's (TP-FCS,
/// 23.040 §9.2.3.22), 300 to 511 the modem's, others the manufacturer's.
///
/// ```
/// use smsgw_at::cause::{Class, CmsError};
///
/// assert_eq!(CmsError::from_text("Invalid memory index"), Some(CmsError(321)));
/// assert_eq!(CmsError::CONGESTION.class(), Class::RetryHere);
/// assert_eq!(CmsError(38).to_string(), "38 (network out of order)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CmsError(pub u16);

causes! {
    CmsError, "+CMS ERROR";
    UNASSIGNED_NUMBER = 1 Permanent "unassigned (unallocated) number" | "unassigned number";
    OPERATOR_DETERMINED_BARRING = 8 SimFault "operator determined barring";
    CALL_BARRED = 10 SimFault "call barred";
    NETWORK_FAILURE = 17 RetryHere "network failure";
    SHORT_MESSAGE_TRANSFER_REJECTED = 21 RetryElsewhere "short message transfer rejected";
    RP_MEMORY_CAPACITY_EXCEEDED = 22 RetryHere "memory capacity exceeded";
    DESTINATION_OUT_OF_ORDER = 27 RetryHere "destination out of order" | "destination out of service";
    UNIDENTIFIED_SUBSCRIBER = 28 Permanent "unidentified subscriber";
    FACILITY_REJECTED = 29 RetryElsewhere "facility rejected";
    UNKNOWN_SUBSCRIBER = 30 Permanent "unknown subscriber";
    NETWORK_OUT_OF_ORDER = 38 RetryHere "network out of order";
    TEMPORARY_FAILURE = 41 RetryHere "temporary failure";
    CONGESTION = 42 RetryHere "congestion";
    RESOURCES_UNAVAILABLE = 47 RetryHere "resources unavailable, unspecified" | "resources unavailable";
    REQUESTED_FACILITY_NOT_SUBSCRIBED = 50 SimFault "requested facility not subscribed";
    REQUESTED_FACILITY_NOT_IMPLEMENTED = 69 RetryElsewhere "requested facility not implemented";
    INVALID_REFERENCE_VALUE = 81 RetryElsewhere "invalid short message transfer reference value"
        | "invalid short message reference value";
    INVALID_MESSAGE = 95 Permanent "invalid message, unspecified" | "semantically incorrect message";
    INVALID_MANDATORY_INFORMATION = 96 Permanent "invalid mandatory information";
    MESSAGE_TYPE_NON_EXISTENT = 97 Permanent "message type non-existent or not implemented";
    MESSAGE_NOT_COMPATIBLE = 98 RetryElsewhere
        "message not compatible with short message protocol state";
    INFORMATION_ELEMENT_NON_EXISTENT = 99 Permanent
        "information element non-existent or not implemented";
    PROTOCOL_ERROR = 111 RetryElsewhere "protocol error, unspecified" | "protocol error";
    INTERWORKING = 127 RetryElsewhere "interworking, unspecified" | "interworking";
    ME_FAILURE = 300 ModemFault "ME failure" | "phone failure";
    SMS_SERVICE_OF_ME_RESERVED = 301 RetryElsewhere "SMS service of ME reserved"
        | "SMS service reserved" | "SMS ME reserved";
    OPERATION_NOT_ALLOWED = 302 RetryElsewhere "operation not allowed" | "not allowed";
    OPERATION_NOT_SUPPORTED = 303 RetryElsewhere "operation not supported" | "not supported";
    INVALID_PDU_MODE_PARAMETER = 304 Permanent "invalid PDU mode parameter"
        | "invalid PDU parameter";
    INVALID_TEXT_MODE_PARAMETER = 305 Permanent "invalid text mode parameter"
        | "invalid text parameter";
    SIM_NOT_INSERTED = 310 SimFault "(U)SIM not inserted";
    SIM_PIN_REQUIRED = 311 SimFault "(U)SIM PIN required" | "SIM PIN necessary" | "SIM PIN";
    PH_SIM_PIN_REQUIRED = 312 SimFault "PH-(U)SIM PIN required" | "PH-SIM PIN necessary"
        | "PH-SIM PIN";
    SIM_FAILURE = 313 SimFault "(U)SIM failure";
    SIM_BUSY = 314 RetryHere "(U)SIM busy";
    SIM_WRONG = 315 SimFault "(U)SIM wrong";
    SIM_PUK_REQUIRED = 316 SimFault "(U)SIM PUK required" | "SIM PUK";
    SIM_PIN2_REQUIRED = 317 SimFault "(U)SIM PIN2 required" | "SIM PIN2";
    SIM_PUK2_REQUIRED = 318 SimFault "(U)SIM PUK2 required" | "SIM PUK2";
    MEMORY_FAILURE = 320 ModemFault "memory failure";
    INVALID_MEMORY_INDEX = 321 Permanent "invalid memory index" | "invalid index";
    MEMORY_FULL = 322 RetryHere "memory full";
    SMSC_ADDRESS_UNKNOWN = 330 SimFault "SMSC address unknown" | "service centre address unknown"
        | "service center address unknown";
    NO_NETWORK_SERVICE = 331 RetryElsewhere "no network service" | "no network";
    NETWORK_TIMEOUT = 332 RetryHere "network timeout";
    NO_CNMA_ACKNOWLEDGEMENT_EXPECTED = 340 Permanent "no +CNMA acknowledgement expected"
        | "no CNMA ack expected" | "no +CNMA acknowledgment expected";
    UNKNOWN_ERROR = 500 RetryElsewhere "unknown error" | "unknown";
    PLEASE_WAIT = 515 RetryHere "please wait, initialisation or command processing in progress"
        | "please wait, init or command processing in progress";
}

impl CmsError {
    /// The code of a text, as modems give it after `AT+CMEE=2`: in any case, `SIM` or `(U)SIM`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let of_service_centre = || {
            let mut causes = (0x80..=0xFF).map(FailureCause);
            let cause = causes.find(|cause| cause.name().is_some_and(|it| is_same(it, text)))?;
            Some(Self(cause.0.into()))
        };
        find(Self::TEXTS, text).map(Self).or_else(of_service_centre)
    }

    /// What it means, in the standard's words; `None` for a code of a manufacturer.
    #[must_use]
    pub fn text(self) -> Option<&'static str> {
        let cause = self.failure_cause();
        self.listed_text().or_else(|| cause?.name())
    }

    /// The service centre's reason, for 128 to 255.
    #[must_use]
    pub fn failure_cause(self) -> Option<FailureCause> {
        let octet = u8::try_from(self.0).ok();
        octet.filter(|octet| *octet >= 0x80).map(FailureCause)
    }

    /// What it asks for. A code that nobody knows is worth one attempt elsewhere.
    #[must_use]
    pub fn class(self) -> Class {
        if let Some(class) = self.listed_class() {
            return class;
        }
        match self.failure_cause() {
            Some(FailureCause::SC_BUSY | FailureCause::SC_SYSTEM_FAILURE) => Class::RetryHere,
            Some(FailureCause::NO_SC_SUBSCRIPTION) => Class::SimFault,
            Some(FailureCause::UNSPECIFIED_ERROR_CAUSE) | None => Class::RetryElsewhere,
            Some(cause) if cause.is_application_specific() => Class::RetryElsewhere,
            Some(_) => Class::Permanent,
        }
    }

    /// Whether the message was surely not taken: the network or the service centre refused it, or the
    /// modem did not send it. Not so for [`Self::NETWORK_TIMEOUT`], where the service centre's answer
    /// may have been lost, nor for [`Self::ME_FAILURE`], [`Self::UNKNOWN_ERROR`] and manufacturers'
    /// codes.
    #[must_use]
    pub const fn excludes_acceptance(self) -> bool {
        matches!(self.0, 0..=255 | 301..=331 | 340)
    }
}
