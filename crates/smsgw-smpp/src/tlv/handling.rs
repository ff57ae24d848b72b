//! How a handset is to show a message (SMPP 5.0 §4.8.4.2, §4.8.4.31, §4.8.4.35, §4.8.4.44,
//! §4.8.4.45).

use crate::tlv::TlvLen;
use crate::tlv::typed::{TlvField, TlvOctets, TlvValue, integer_tlv_fields};
use crate::wire::open_enum;

open_enum! {
    /// What the message carries (SMPP 5.0 §4.8.4.44).
    #[derive(Default)]
    pub struct PayloadType(u8);
    /// Whatever the message is; for WAP a WDP datagram.
    DEFAULT = 0,
    /// A WCMP message: the control protocol of WAP.
    WCMP_MESSAGE = 1,
}

open_enum! {
    /// How private the message is (SMPP 5.0 §4.8.4.45).
    #[derive(Default)]
    pub struct PrivacyIndicator(u8);
    /// Level 0: not restricted.
    NOT_RESTRICTED = 0,
    /// Level 1: restricted.
    RESTRICTED = 1,
    /// Level 2: confidential.
    CONFIDENTIAL = 2,
    /// Level 3: secret.
    SECRET = 3,
}

open_enum! {
    /// The language of the text (SMPP 5.0 §4.8.4.35); CMT-136 has more.
    #[derive(Default)]
    pub struct LanguageIndicator(u8);
    /// Not said.
    UNSPECIFIED = 0,
    /// English.
    ENGLISH = 1,
    /// French.
    FRENCH = 2,
    /// Spanish.
    SPANISH = 3,
    /// German.
    GERMAN = 4,
    /// Portuguese.
    PORTUGUESE = 5,
}

open_enum! {
    /// When the handset shows the message (SMPP 5.0 §4.8.4.31).
    pub struct DisplayTime(u8);
    /// At once, and only for a while.
    TEMPORARY = 0,
    /// As the handset does by itself.
    DEFAULT = 1,
    /// When the user asks for it.
    INVOKE = 2,
}

impl Default for DisplayTime {
    fn default() -> Self {
        Self::DEFAULT
    }
}

open_enum! {
    /// Whether more messages follow to the same recipient (SMPP 5.0 §4.8.4.38), so that the
    /// network keeps the channel open.
    #[derive(Default)]
    pub struct MoreMessagesToSend(u8);
    /// This is the last.
    NO_MORE_MESSAGES = 0,
    /// More follow.
    MORE_MESSAGES = 1,
}

open_enum! {
    /// How loud the handset tells of the message (SMPP 5.0 §4.8.4.2).
    #[derive(Default)]
    pub struct AlertPriority(u8);
    /// As the handset does by itself.
    DEFAULT = 0,
    /// Low priority.
    LOW = 1,
    /// Medium priority.
    MEDIUM = 2,
    /// High priority.
    HIGH = 3,
}

/// 5.0 gives the alert one octet, 3.4 none: there the tag alone asks for it.
impl<'a> TlvField<'a> for Option<AlertPriority> {
    const LEN: TlvLen = TlvLen::Either(0, 1);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        match value {
            [] => Some(None),
            &[priority] => Some(Some(AlertPriority(priority))),
            _ => None,
        }
    }
    fn to_value(&self) -> TlvValue<'a> {
        match self {
            None => TlvValue::octets(TlvOctets::default()),
            Some(priority) => TlvValue::u8(priority.0),
        }
    }
}

integer_tlv_fields!(
    u8: PayloadType,
    PrivacyIndicator,
    LanguageIndicator,
    DisplayTime,
    MoreMessagesToSend
);
