//! `data_coding`: what the octets of a message mean (SMPP 5.0 §4.7.7).

use crate::tlv::{MsMsgWaitFacilities, WaitingMessage};
use crate::wire::open_enum;

open_enum! {
    /// What the octets of a message mean (SMPP 5.0 §4.7.7).
    #[derive(Default)]
    pub struct DataCoding(u8);
    /// The MC's default alphabet: GSM 03.38 unpacked at most of them, a matter of agreement.
    MC_SPECIFIC = 0b0000_0000,
    /// IA5 (ASCII).
    IA5 = 0b0000_0001,
    /// Octets, 8-bit binary (as used on TDMA and CDMA).
    OCTET_UNSPECIFIED = 0b0000_0010,
    /// Latin 1 (ISO-8859-1).
    LATIN_1 = 0b0000_0011,
    /// Octets, 8-bit binary.
    OCTET_UNSPECIFIED_ALL = 0b0000_0100,
    /// JIS (X 0208-1990).
    JIS = 0b0000_0101,
    /// Cyrillic (ISO-8859-5).
    CYRILLIC = 0b0000_0110,
    /// Latin/Hebrew (ISO-8859-8).
    LATIN_HEBREW = 0b0000_0111,
    /// UCS-2, in practice UTF-16BE.
    UCS2 = 0b0000_1000,
    /// Pictogram encoding.
    PICTOGRAM = 0b0000_1001,
    /// ISO-2022-JP (music codes).
    ISO_2022_JP = 0b0000_1010,
    /// Extended Kanji JIS (X 0212-1990).
    EXTENDED_KANJI_JIS = 0b0000_1101,
    /// KS C 5601.
    KS_C_5601 = 0b0000_1110,
}

open_enum! {
    /// Where a GSM handset puts a message (3GPP TS 23.038 §4).
    pub struct MessageClass(u8);
    /// Shown at once, not kept ("flash").
    CLASS_0 = 0b00,
    /// Kept in the device.
    CLASS_1 = 0b01,
    /// Kept on the SIM.
    CLASS_2 = 0b10,
    /// Passed to the terminal equipment.
    CLASS_3 = 0b11,
}

/// A message waiting indication in a GSM `data_coding` (3GPP TS 23.038 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageWaiting {
    /// Whether the handset keeps the message.
    pub store: bool,
    /// Which indicator, and whether to switch it on.
    pub indicator: MsMsgWaitFacilities,
}

/// The values from 0xC0 that GSM defines: message waiting (0xC0-0xDF; 5.0 reserves 0xE0-0xEF)
/// and message class (0xF0-0xFF).
///
/// ```
/// use smsgw_smpp::tlv::{MsMsgWaitFacilities, WaitingMessage};
/// use smsgw_smpp::types::{DataCoding, MessageClass, MessageWaiting};
///
/// let flash = DataCoding::of_class(MessageClass::CLASS_0);
/// assert_eq!(flash, DataCoding(0xF0));
/// assert_eq!(DataCoding(0xF6).message_class(), Some(MessageClass::CLASS_2));
/// assert!(DataCoding(0xF6).is_gsm_8_bit());
///
/// let indicator = MsMsgWaitFacilities::new(WaitingMessage::VOICEMAIL, true);
/// let waiting = MessageWaiting { store: false, indicator };
/// assert_eq!(DataCoding::of_waiting(waiting), DataCoding(0xC8));
/// assert_eq!(DataCoding(0xC8).message_waiting(), Some(waiting));
/// ```
impl DataCoding {
    /// The default alphabet with a message class.
    #[must_use]
    pub const fn of_class(class: MessageClass) -> Self {
        Self(0xF0 | class.0 & 0b11)
    }

    /// The default alphabet with a message waiting indication.
    #[must_use]
    pub const fn of_waiting(waiting: MessageWaiting) -> Self {
        let MessageWaiting { store, indicator } = waiting;
        let group = if store { 0xD0 } else { 0xC0 };
        let active = if indicator.is_active() { 0b1000 } else { 0 };
        Self(group | active | indicator.kind().0)
    }

    /// The message class, of values from 0xF0.
    #[must_use]
    pub const fn message_class(self) -> Option<MessageClass> {
        match self.0 {
            0xF0.. => Some(MessageClass(self.0 & 0b11)),
            _ => None,
        }
    }

    /// The message waiting indication, of values from 0xC0 to 0xDF.
    #[must_use]
    pub const fn message_waiting(self) -> Option<MessageWaiting> {
        match self.0 {
            0xC0..=0xDF => Some(MessageWaiting {
                store: self.0 & 0x10 != 0,
                indicator: MsMsgWaitFacilities::new(
                    WaitingMessage(self.0 & 0b11),
                    self.0 & 0b1000 != 0,
                ),
            }),
            _ => None,
        }
    }

    /// Whether a value from 0xF0 says 8-bit data; else it is the default alphabet.
    #[must_use]
    pub const fn is_gsm_8_bit(self) -> bool {
        self.0 & 0b1111_0100 == 0b1111_0100
    }
}
