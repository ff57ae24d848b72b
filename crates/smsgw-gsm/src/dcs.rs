//! TP-DCS: alphabet, class and what else the data coding scheme says (3GPP TS 23.038 §4).
//!
//! ```
//! use smsgw_gsm::dcs::{Alphabet, Class, DataCodingScheme, Group};
//!
//! let flash = DataCodingScheme::general(Alphabet::Ucs2, Some(Class::Class0));
//! assert_eq!(flash, DataCodingScheme(0x18));
//!
//! let received = DataCodingScheme(0xF5);
//! assert_eq!(received.group(), Group::DataCodingClass);
//! assert_eq!(received.alphabet(), Alphabet::EightBit);
//! assert_eq!(received.class(), Some(Class::Class1));
//! ```

use core::fmt;

/// Alphabet, class and what else the data coding scheme says (TS 23.038 §4).
///
/// Every octet can be read: one that is reserved counts as GSM 7-bit, as the standard asks of
/// receivers. The constructors make no reserved one.
///
/// | octet | group |
/// |---|---|
/// | 00-3F | [`General`](Group::General) |
/// | 40-7F | [`AutoDelete`](Group::AutoDelete) |
/// | 80-BF | [`Reserved`](Group::Reserved) |
/// | C0-CF | [`MwiDiscard`](Group::MwiDiscard) |
/// | D0-DF | [`MwiStore`](Group::MwiStore) |
/// | E0-EF | [`MwiStoreUcs2`](Group::MwiStoreUcs2) |
/// | F0-FF | [`DataCodingClass`](Group::DataCodingClass) |
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("TP-DCS", "TP-Data-Coding-Scheme"))]
pub struct DataCodingScheme(
    /// The octet as sent.
    pub u8,
);

impl DataCodingScheme {
    /// GSM 7-bit, no class.
    pub const GSM7: Self = Self(0x00);
    /// Octets, no class.
    pub const EIGHT_BIT: Self = Self(0x04);
    /// UCS-2, no class.
    pub const UCS2: Self = Self(0x08);

    /// Of this alphabet, and of this class or none.
    #[must_use]
    pub const fn general(alphabet: Alphabet, class: Option<Class>) -> Self {
        let alphabet = match alphabet {
            Alphabet::Gsm7 => 0b0000_0000,
            Alphabet::EightBit => 0b0000_0100,
            Alphabet::Ucs2 => 0b0000_1000,
        };
        Self(match class {
            None => alphabet,
            Some(class) => CLASS | alphabet | class.number(),
        })
    }

    /// As [`general`](Self::general), for a message that goes away once it is read.
    #[must_use]
    pub const fn auto_delete(alphabet: Alphabet, class: Option<Class>) -> Self {
        Self(AUTO_DELETE | Self::general(alphabet, class).0)
    }

    /// The same, but of this class. Only the groups that know classes can say so; of another it
    /// stays what it is.
    #[must_use]
    pub const fn with_class(self, class: Class) -> Self {
        match self.group() {
            Group::General | Group::AutoDelete => {
                Self(self.0 & !0b0000_0011 | CLASS | class.number())
            }
            Group::DataCodingClass => Self(self.0 & !0b0000_0011 | class.number()),
            _ => self,
        }
    }

    /// The same for user data that is compressed (TS 23.042). Only the general and auto-delete
    /// groups can say so; of another group it stays what it is.
    #[must_use]
    pub const fn compressed(self) -> Self {
        match self.group() {
            Group::General | Group::AutoDelete => Self(self.0 | COMPRESSED),
            _ => self,
        }
    }

    /// GSM 7-bit of a class, in the group F0-FF.
    #[must_use]
    pub const fn gsm7_class(class: Class) -> Self {
        Self(0xF0 | class.number())
    }

    /// Octets of a class, in the group F0-FF.
    #[must_use]
    pub const fn eight_bit_class(class: Class) -> Self {
        Self(0xF4 | class.number())
    }

    /// Says whether messages wait, with a GSM 7-bit text.
    #[must_use]
    pub const fn message_waiting_gsm7(waiting: MessageWaiting) -> Self {
        Self(if waiting.store { 0xD0 } else { 0xC0 } | waiting.bits())
    }

    /// Says whether messages wait, with a UCS-2 text. Such a message is always kept, whatever
    /// `waiting.store` says.
    #[must_use]
    pub const fn message_waiting_ucs2(waiting: MessageWaiting) -> Self {
        Self(0xE0 | waiting.bits())
    }

    /// The coding group: which of the tables of TS 23.038 §4 the octet is read by.
    #[must_use]
    pub const fn group(self) -> Group {
        match self.0 {
            0x00..=0x3F => Group::General,
            0x40..=0x7F => Group::AutoDelete,
            0x80..=0xBF => Group::Reserved,
            0xC0..=0xCF => Group::MwiDiscard,
            0xD0..=0xDF => Group::MwiStore,
            0xE0..=0xEF => Group::MwiStoreUcs2,
            0xF0..=0xFF => Group::DataCodingClass,
        }
    }

    /// The alphabet of the text; GSM 7-bit where the octet is reserved.
    #[must_use]
    pub const fn alphabet(self) -> Alphabet {
        match (self.group(), self.0 & 0b0000_1100) {
            (Group::General | Group::AutoDelete, 0b0000_0100) => Alphabet::EightBit,
            (Group::General | Group::AutoDelete, 0b0000_1000) => Alphabet::Ucs2,
            (Group::DataCodingClass, 0b0000_0100 | 0b0000_1100) => Alphabet::EightBit,
            (Group::MwiStoreUcs2, _) => Alphabet::Ucs2,
            _ => Alphabet::Gsm7,
        }
    }

    /// The message class; `None` when the message has none.
    #[must_use]
    pub const fn class(self) -> Option<Class> {
        match self.group() {
            Group::General | Group::AutoDelete if self.0 & CLASS != 0 => {
                Some(Class::from_bits(self.0))
            }
            Group::DataCodingClass => Some(Class::from_bits(self.0)),
            _ => None,
        }
    }

    /// Whether the user data is compressed (TS 23.042); this crate then gives its octets only.
    #[must_use]
    pub const fn is_compressed(self) -> bool {
        matches!(self.group(), Group::General | Group::AutoDelete) && self.0 & COMPRESSED != 0
    }

    /// Whether the message goes away once it is read.
    #[must_use]
    pub const fn is_auto_delete(self) -> bool {
        matches!(self.group(), Group::AutoDelete)
    }

    /// What it says of messages that wait elsewhere; `None` when it says nothing.
    #[must_use]
    #[doc(alias = "MWI")]
    pub const fn message_waiting(self) -> Option<MessageWaiting> {
        let store = match self.group() {
            Group::MwiDiscard => false,
            Group::MwiStore | Group::MwiStoreUcs2 => true,
            _ => return None,
        };
        Some(MessageWaiting {
            active: self.0 & ACTIVE != 0,
            indication: match self.0 & 0b11 {
                0 => Indication::Voicemail,
                1 => Indication::Fax,
                2 => Indication::Email,
                _ => Indication::Other,
            },
            store,
        })
    }

    /// Whether the alphabet is one that the standard reserves: all of 80-BF, and both alphabet
    /// bits set in the general and auto-delete groups.
    #[must_use]
    pub const fn is_reserved(self) -> bool {
        match self.group() {
            Group::Reserved => true,
            Group::General | Group::AutoDelete => self.0 & 0b0000_1100 == 0b0000_1100,
            _ => false,
        }
    }

    /// Whether bit 3 is set where it is reserved: in F0-FF.
    #[must_use]
    pub const fn has_reserved_bit_3(self) -> bool {
        matches!(self.group(), Group::DataCodingClass) && self.0 & 0b0000_1000 != 0
    }

    /// Whether bit 2 is set where it is reserved: in the message waiting groups, C0-EF.
    #[must_use]
    pub const fn has_reserved_bit_2(self) -> bool {
        self.message_waiting().is_some() && self.0 & 0b0000_0100 != 0
    }

    /// Whether TP-UDL counts septets: GSM 7-bit that is not compressed. Else it counts octets.
    #[must_use]
    pub const fn counts_septets(self) -> bool {
        // What `alphabet` and `is_compressed` say, for each message that is read.
        match self.0 {
            0x00..=0x7F => matches!(self.0 & 0b0010_1100, 0b0000_0000 | 0b0000_1100),
            0x80..=0xDF => true,
            0xE0..=0xEF => false,
            0xF0..=0xFF => self.0 & 0b0000_0100 == 0,
        }
    }
}

/// Writes what the octet says: `ucs2 class 1`, `gsm7 compressed`, `gsm7 voicemail waiting` ...
impl fmt::Display for DataCodingScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.alphabet())?;
        if self.is_compressed() {
            f.write_str(" compressed")?;
        }
        if let Some(class) = self.class() {
            write!(f, " {class}")?;
        }
        if self.is_auto_delete() {
            f.write_str(" auto-delete")?;
        }
        if let Some(waiting) = self.message_waiting() {
            write!(f, " {waiting}")?;
        }
        if self.is_reserved() || self.has_reserved_bit_2() || self.has_reserved_bit_3() {
            f.write_str(" reserved")?;
        }
        Ok(())
    }
}

impl fmt::Debug for DataCodingScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#04X} ({self})", self.0)
    }
}

impl From<u8> for DataCodingScheme {
    fn from(octet: u8) -> Self {
        Self(octet)
    }
}

impl From<DataCodingScheme> for u8 {
    fn from(coding: DataCodingScheme) -> u8 {
        coding.0
    }
}

const AUTO_DELETE: u8 = 0b0100_0000;
const COMPRESSED: u8 = 0b0010_0000;
const CLASS: u8 = 0b0001_0000;
const ACTIVE: u8 = 0b0000_1000;

/// How user data is written, as a data coding scheme says it.
///
/// The scheme says nothing of the tables of a language, nor what fits into a message: that is for
/// [`Encoding`](crate::segment::Encoding), which this turns into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alphabet {
    /// GSM 7-bit, packed septets.
    Gsm7,
    /// Octets, of no text that the standard knows.
    EightBit,
    /// UCS-2, two octets to a unit.
    Ucs2,
}

impl Alphabet {
    /// `gsm7`, `8bit` or `ucs2`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Alphabet::Gsm7 => "gsm7",
            Alphabet::EightBit => "8bit",
            Alphabet::Ucs2 => "ucs2",
        }
    }
}

impl fmt::Display for Alphabet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The message class: what the mobile does with the message (TS 23.038 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Shown at once and not kept: a flash message.
    Class0,
    /// For the mobile; kept there.
    Class1,
    /// For the (U)SIM.
    Class2,
    /// For the terminal that the mobile is attached to.
    Class3,
}

impl Class {
    /// 0 to 3.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Class::Class0 => 0,
            Class::Class1 => 1,
            Class::Class2 => 2,
            Class::Class3 => 3,
        }
    }

    /// The class of this number; `None` above 3.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Class> {
        match number {
            0..=3 => Some(Class::from_bits(number)),
            _ => None,
        }
    }

    /// The class in the low two bits.
    const fn from_bits(octet: u8) -> Class {
        match octet & 0b11 {
            0 => Class::Class0,
            1 => Class::Class1,
            2 => Class::Class2,
            _ => Class::Class3,
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "class {}", self.number())
    }
}

/// What a data coding scheme is read by (TS 23.038 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// General data coding.
    General,
    /// Message marked for automatic deletion.
    AutoDelete,
    /// Reserved coding groups.
    Reserved,
    /// Message waiting indication: discard message.
    MwiDiscard,
    /// Message waiting indication: store message.
    MwiStore,
    /// Message waiting indication: store message, UCS-2.
    MwiStoreUcs2,
    /// Data coding and message class.
    DataCodingClass,
}

impl Group {
    /// `general`, `auto-delete`, `reserved`, `mwi-discard`, `mwi-store`, `mwi-store-ucs2` or
    /// `data-coding-class`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Group::General => "general",
            Group::AutoDelete => "auto-delete",
            Group::Reserved => "reserved",
            Group::MwiDiscard => "mwi-discard",
            Group::MwiStore => "mwi-store",
            Group::MwiStoreUcs2 => "mwi-store-ucs2",
            Group::DataCodingClass => "data-coding-class",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Whether messages of a kind wait for the user elsewhere (TS 23.038 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageWaiting {
    /// The indication goes on; else it goes off.
    pub active: bool,
    /// Of which kind they are.
    pub indication: Indication,
    /// Whether the message itself is kept; else it may be dropped once the indication is set.
    pub store: bool,
}

impl MessageWaiting {
    const fn bits(self) -> u8 {
        let active = if self.active { ACTIVE } else { 0 };
        active
            | match self.indication {
                Indication::Voicemail => 0,
                Indication::Fax => 1,
                Indication::Email => 2,
                Indication::Other | Indication::Video => 3,
            }
    }
}

impl fmt::Display for MessageWaiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = if self.active { "waiting" } else { "off" };
        write!(f, "{} {waiting}", self.indication)
    }
}

/// What kind of messages wait: for [`MessageWaiting`], and for the element 01 of a user data header
/// ([`SpecialMessage`](crate::udh::SpecialMessage)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Indication {
    /// Voice mail.
    Voicemail,
    /// Facsimiles.
    Fax,
    /// Electronic mail.
    Email,
    /// Others, which the network's operator knows.
    Other,
    /// Video messages. A data coding scheme has no value for them: it says [`Other`](Self::Other),
    /// of which they are one in a user data header.
    Video,
}

impl Indication {
    /// `voicemail`, `fax`, `email`, `other` or `video`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Indication::Voicemail => "voicemail",
            Indication::Fax => "fax",
            Indication::Email => "email",
            Indication::Other => "other",
            Indication::Video => "video",
        }
    }
}

impl fmt::Display for Indication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    const ALPHABETS: [Alphabet; 3] = [Alphabet::Gsm7, Alphabet::EightBit, Alphabet::Ucs2];

    fn classes() -> impl Iterator<Item = Option<Class>> {
        (0..=4).map(Class::from_number)
    }

    #[test]
    fn what_is_made_says_what_it_was_made_of_and_nothing_reserved() {
        let mut made = Vec::new();
        for alphabet in ALPHABETS {
            for class in classes() {
                for delete in [false, true] {
                    let plain = if delete {
                        DataCodingScheme::auto_delete(alphabet, class)
                    } else {
                        DataCodingScheme::general(alphabet, class)
                    };
                    for coding in [plain, plain.compressed()] {
                        assert_eq!(coding.alphabet(), alphabet);
                        assert_eq!(coding.class(), class);
                        assert_eq!(coding.is_auto_delete(), delete);
                        assert_eq!(coding.is_compressed(), coding != plain);
                        assert_eq!(coding.message_waiting(), None);
                        made.push(coding);
                    }
                }
            }
        }
        for class in classes().flatten() {
            let seven = DataCodingScheme::gsm7_class(class);
            let eight = DataCodingScheme::eight_bit_class(class);
            assert_eq!(
                (seven.alphabet(), seven.class()),
                (Alphabet::Gsm7, Some(class))
            );
            assert_eq!(
                (eight.alphabet(), eight.class()),
                (Alphabet::EightBit, Some(class))
            );
            made.extend([seven, eight.compressed()]);
        }
        for indication in [
            Indication::Voicemail,
            Indication::Fax,
            Indication::Email,
            Indication::Other,
        ] {
            for (active, store) in [(false, false), (false, true), (true, false), (true, true)] {
                let waiting = MessageWaiting {
                    active,
                    indication,
                    store,
                };
                let seven = DataCodingScheme::message_waiting_gsm7(waiting);
                assert_eq!(seven.message_waiting(), Some(waiting));
                assert_eq!(seven.alphabet(), Alphabet::Gsm7);
                let wide = DataCodingScheme::message_waiting_ucs2(waiting);
                let stored = MessageWaiting {
                    store: true,
                    ..waiting
                };
                assert_eq!(wide.message_waiting(), Some(stored));
                assert_eq!(wide.alphabet(), Alphabet::Ucs2);
                made.extend([seven, wide]);
            }
        }
        for coding in made {
            assert!(!coding.is_reserved() && !coding.to_string().contains("reserved"));
        }
    }

    #[test]
    fn every_octet_says_something() {
        let reserved = (0..=255).map(DataCodingScheme).filter(|c| c.is_reserved());
        // 80-BF, and a quarter of 00-7F.
        assert_eq!(reserved.clone().count(), 64 + 32);
        assert!(reserved.clone().all(|c| c.alphabet() == Alphabet::Gsm7));
        for coding in (0..=255).map(DataCodingScheme) {
            let septets = coding.alphabet() == Alphabet::Gsm7 && !coding.is_compressed();
            assert_eq!(coding.counts_septets(), septets);
        }
        let show = |octet| DataCodingScheme(octet).to_string();
        assert_eq!(show(0x3F), "gsm7 compressed class 3 reserved");
        assert_eq!(show(0x5A), "ucs2 class 2 auto-delete");
        assert_eq!(show(0xC4), "gsm7 voicemail off reserved");
        assert_eq!(show(0xFD), "8bit class 1 reserved");
    }
}
