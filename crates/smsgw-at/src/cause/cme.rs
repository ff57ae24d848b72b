//! `+CME ERROR`: why the modem or the SIM refuses a command (27.007 §9.2).

use super::{Class, causes, find};

/// Why a command was refused: the number behind `+CME ERROR:` (27.007 §9.2).
///
/// ```
/// use smsgw_at::cause::{Class, CmeError};
///
/// assert_eq!(CmeError::from_text("SIM busy"), Some(CmeError::SIM_BUSY));
/// assert_eq!(CmeError::SIM_PIN_REQUIRED.class(), Class::SimFault);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CmeError(pub u16);

causes! {
    CmeError, "+CME ERROR";
    PHONE_FAILURE = 0 ModemFault "phone failure";
    NO_CONNECTION_TO_PHONE = 1 ModemFault "no connection to phone";
    PHONE_ADAPTOR_LINK_RESERVED = 2 ModemFault "phone-adaptor link reserved"
        | "phone adapter link reserved";
    OPERATION_NOT_ALLOWED = 3 RetryElsewhere "operation not allowed";
    OPERATION_NOT_SUPPORTED = 4 RetryElsewhere "operation not supported";
    PH_SIM_PIN_REQUIRED = 5 SimFault "PH-SIM PIN required" | "PH-SIM PIN necessary";
    PH_FSIM_PIN_REQUIRED = 6 SimFault "PH-FSIM PIN required";
    PH_FSIM_PUK_REQUIRED = 7 SimFault "PH-FSIM PUK required";
    SIM_NOT_INSERTED = 10 SimFault "SIM not inserted";
    SIM_PIN_REQUIRED = 11 SimFault "SIM PIN required" | "SIM PIN necessary";
    SIM_PUK_REQUIRED = 12 SimFault "SIM PUK required" | "SIM PUK necessary";
    SIM_FAILURE = 13 SimFault "SIM failure";
    SIM_BUSY = 14 RetryHere "SIM busy";
    SIM_WRONG = 15 SimFault "SIM wrong";
    INCORRECT_PASSWORD = 16 SimFault "incorrect password";
    SIM_PIN2_REQUIRED = 17 SimFault "SIM PIN2 required";
    SIM_PUK2_REQUIRED = 18 SimFault "SIM PUK2 required";
    MEMORY_FULL = 20 RetryHere "memory full";
    INVALID_INDEX = 21 Permanent "invalid index";
    NOT_FOUND = 22 Permanent "not found";
    MEMORY_FAILURE = 23 ModemFault "memory failure";
    TEXT_STRING_TOO_LONG = 24 Permanent "text string too long";
    INVALID_CHARACTERS_IN_TEXT_STRING = 25 Permanent "invalid characters in text string";
    DIAL_STRING_TOO_LONG = 26 Permanent "dial string too long";
    INVALID_CHARACTERS_IN_DIAL_STRING = 27 Permanent "invalid characters in dial string";
    NO_NETWORK_SERVICE = 30 RetryElsewhere "no network service";
    NETWORK_TIMEOUT = 31 RetryHere "network timeout";
    EMERGENCY_CALLS_ONLY = 32 SimFault "network not allowed - emergency calls only"
        | "emergency calls only";
    NETWORK_PERSONALISATION_PIN_REQUIRED = 40 SimFault "network personalisation PIN required"
        | "network personalization PIN required";
    NETWORK_PERSONALISATION_PUK_REQUIRED = 41 SimFault "network personalisation PUK required"
        | "network personalization PUK required";
    NETWORK_SUBSET_PERSONALISATION_PIN_REQUIRED = 42 SimFault
        "network subset personalisation PIN required"
        | "network subset personalization PIN required";
    NETWORK_SUBSET_PERSONALISATION_PUK_REQUIRED = 43 SimFault
        "network subset personalisation PUK required"
        | "network subset personalization PUK required";
    SERVICE_PROVIDER_PERSONALISATION_PIN_REQUIRED = 44 SimFault
        "service provider personalisation PIN required"
        | "service provider personalization PIN required";
    SERVICE_PROVIDER_PERSONALISATION_PUK_REQUIRED = 45 SimFault
        "service provider personalisation PUK required"
        | "service provider personalization PUK required";
    CORPORATE_PERSONALISATION_PIN_REQUIRED = 46 SimFault "corporate personalisation PIN required"
        | "corporate personalization PIN required";
    CORPORATE_PERSONALISATION_PUK_REQUIRED = 47 SimFault "corporate personalisation PUK required"
        | "corporate personalization PUK required";
    HIDDEN_KEY_REQUIRED = 48 SimFault "hidden key required"
        | "PH-SIM PUK required";
    EAP_METHOD_NOT_SUPPORTED = 49 RetryElsewhere "EAP method not supported";
    INCORRECT_PARAMETERS = 50 Permanent "incorrect parameters" | "invalid parameters";
    COMMAND_DISABLED = 51 RetryElsewhere "command implemented but currently disabled";
    COMMAND_ABORTED = 52 RetryHere "command aborted by user";
    NOT_ATTACHED = 53 RetryElsewhere
        "not attached to network due to MT functionality restrictions";
    MODEM_NOT_ALLOWED = 54 SimFault "modem not allowed - MT restricted to emergency calls only";
    RESTRICTED_BY_FUNCTIONALITY = 55 RetryElsewhere
        "operation not allowed because of MT functionality restrictions";
    FIXED_DIAL_NUMBER_ONLY = 56 SimFault
        "fixed dial number only allowed - called number is not a fixed dial number"
        | "fixed dial number only";
    OUT_OF_SERVICE_DUE_TO_OTHER_USAGE = 57 RetryHere
        "temporarily out of service due to other MT usage";
    LANGUAGE_NOT_SUPPORTED = 58 Permanent "language/alphabet not supported";
    UNEXPECTED_DATA_VALUE = 59 Permanent "unexpected data value";
    SYSTEM_FAILURE = 60 ModemFault "system failure";
    DATA_MISSING = 61 Permanent "data missing";
    CALL_BARRED = 62 SimFault "call barred";
    MESSAGE_WAITING_SUBSCRIPTION_FAILURE = 63 RetryElsewhere
        "message waiting indication subscription failure";
    UNKNOWN = 100 RetryElsewhere "unknown" | "unknown error";
    ILLEGAL_MS = 103 SimFault "illegal MS";
    ILLEGAL_ME = 106 ModemFault "illegal ME";
    GPRS_SERVICES_NOT_ALLOWED = 107 SimFault "GPRS services not allowed";
    PLMN_NOT_ALLOWED = 111 SimFault "PLMN not allowed";
    LOCATION_AREA_NOT_ALLOWED = 112 SimFault "location area not allowed";
    ROAMING_NOT_ALLOWED = 113 SimFault "roaming not allowed in this location area"
        | "roaming not allowed";
    SERVICE_OPTION_NOT_SUPPORTED = 132 RetryElsewhere "service option not supported";
    SERVICE_OPTION_NOT_SUBSCRIBED = 133 SimFault "requested service option not subscribed"
        | "service option not subscribed";
    SERVICE_OPTION_OUT_OF_ORDER = 134 RetryHere "service option temporarily out of order";
    UNSPECIFIED_GPRS_ERROR = 148 RetryElsewhere "unspecified GPRS error";
    PDP_AUTHENTICATION_FAILURE = 149 SimFault "PDP authentication failure";
    INVALID_MOBILE_CLASS = 150 RetryElsewhere "invalid mobile class";
    PLEASE_WAIT = 515 RetryHere "please wait, initialisation or command processing in progress"
        | "please wait, init or command processing in progress" | "please wait";
}

impl CmeError {
    /// The code of a text, as modems give it after `AT+CMEE=2`: in any case, `SIM` or `(U)SIM`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        find(Self::TEXTS, text).map(Self)
    }

    /// What it means, in the standard's words; `None` for a code that is not in the table.
    #[must_use]
    pub const fn text(self) -> Option<&'static str> {
        self.listed_text()
    }

    /// What it asks for. A code that nobody knows is worth one attempt elsewhere.
    #[must_use]
    pub fn class(self) -> Class {
        self.listed_class().unwrap_or(Class::RetryElsewhere)
    }

    /// Whether a message that this is the answer to was surely not taken: the SIM was not ready,
    /// there was no network, or something in the command was wrong. Not so for
    /// [`Self::NETWORK_TIMEOUT`], where the service centre's answer may have been lost, nor for
    /// failures without a reason and manufacturers' codes.
    #[must_use]
    pub const fn excludes_acceptance(self) -> bool {
        matches!(
            self.0,
            3..=7
                | 10..=18
                | 20..=22
                | 24..=27
                | 30
                | 32
                | 40..=51
                | 53..=56
                | 58
                | 59
                | 61
                | 62
                | 103
                | 106
                | 107
                | 111..=113
                | 132
                | 133
        )
    }
}
