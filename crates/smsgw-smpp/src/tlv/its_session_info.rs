//! The interactive teleservice of Korean CDMA (SMPP 5.0 §4.8.4.33, §4.8.4.34).

use core::fmt;

use crate::error::ValueError;
use crate::tlv::TlvLen;
use crate::tlv::typed::{TlvField, TlvValue, integer_tlv_fields};
use crate::wire::open_enum;

open_enum! {
    /// What kind of reply the user is to give (SMPP 5.0 §4.8.4.33).
    #[derive(Default)]
    pub struct ItsReplyType(u8);
    /// One digit.
    DIGIT = 0,
    /// A number.
    NUMBER = 1,
    /// A telephone number.
    TELEPHONE_NO = 2,
    /// A password.
    PASSWORD = 3,
    /// A line of text.
    CHARACTER_LINE = 4,
    /// A choice from a menu.
    MENU = 5,
    /// A date.
    DATE = 6,
    /// A time.
    TIME = 7,
    /// To go on.
    CONTINUE = 8,
}

integer_tlv_fields!(u8: ItsReplyType);

/// Where in an interactive session a message belongs (SMPP 5.0 §4.8.4.34).
///
/// MCs for USSD use the same tag for the session of a dialogue.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct ItsSessionInfo {
    /// Which session.
    pub session_number: u8,
    /// Sequence number, and whether the session ends.
    sequence: u8,
}

impl ItsSessionInfo {
    /// Of session `session_number`, the message numbered `sequence_number`, 0 to 127.
    ///
    /// # Errors
    /// [`OutOfRange`](ValueError::OutOfRange) when `sequence_number` is above 127.
    pub const fn new(
        session_number: u8,
        sequence_number: u8,
        ends_session: bool,
    ) -> Result<Self, ValueError> {
        if sequence_number > 127 {
            return Err(ValueError::OutOfRange {
                max: 127,
                had: sequence_number as u32,
            });
        }
        Ok(Self {
            session_number,
            sequence: sequence_number << 1 | ends_session as u8,
        })
    }

    /// Which message of the session, 0 to 127.
    #[must_use]
    pub const fn sequence_number(self) -> u8 {
        self.sequence >> 1
    }

    /// Whether the session ends with this message.
    #[must_use]
    pub const fn ends_session(self) -> bool {
        self.sequence & 1 != 0
    }
}

impl fmt::Debug for ItsSessionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItsSessionInfo")
            .field("session_number", &self.session_number)
            .field("sequence_number", &self.sequence_number())
            .field("ends_session", &self.ends_session())
            .finish()
    }
}

impl<'a> TlvField<'a> for ItsSessionInfo {
    const LEN: TlvLen = TlvLen::Exactly(2);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        match value {
            &[session_number, sequence] => Some(Self {
                session_number,
                sequence,
            }),
            _ => None,
        }
    }
    fn to_value(&self) -> TlvValue<'a> {
        TlvValue::u16(u16::from_be_bytes([self.session_number, self.sequence]))
    }
}
