//! Sounds, animations, pictures and objects of the enhanced messaging service
//! (3GPP TS 23.040 §9.2.3.24.10).

use alloc::vec::Vec;
use core::fmt;

/// A sound that the phone has: element 0B (TS 23.040 §9.2.3.24.10.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PredefinedSound(pub u8);

impl PredefinedSound {
    const NAMES: [&'static str; 10] = [
        "chimes high",
        "chimes low",
        "ding",
        "tada",
        "notify",
        "drum",
        "claps",
        "fanfare",
        "chord high",
        "chord low",
    ];

    /// What it is called; `None` above 9.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Self::NAMES.get(usize::from(self.0)).copied()
    }
}

/// An animation that the phone has: element 0D (TS 23.040 §9.2.3.24.10.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PredefinedAnimation(pub u8);

impl PredefinedAnimation {
    const NAMES: [&'static str; 15] = [
        "ironic, flirty",
        "glad",
        "sceptic",
        "sad",
        "wow",
        "crying",
        "winking",
        "laughing",
        "indifferent",
        "in love, kissing",
        "confused",
        "tongue hanging out",
        "angry",
        "wearing glasses",
        "devil",
    ];

    /// What it shows; `None` above 14.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Self::NAMES.get(usize::from(self.0)).copied()
    }
}

/// A sound in iMelody: element 0C (TS 23.040 §9.2.3.24.10.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserDefinedSound<'a> {
    position: u8,
    melody: &'a [u8],
}

impl<'a> UserDefinedSound<'a> {
    /// A sound after `position` characters of the text; `None` when `melody` has more than 128
    /// octets.
    #[must_use]
    pub fn new(position: u8, melody: &'a [u8]) -> Option<Self> {
        (melody.len() <= 128).then_some(Self { position, melody })
    }

    /// Characters of the text before it.
    #[must_use]
    pub const fn position(&self) -> u8 {
        self.position
    }

    /// The octets of the sound.
    #[must_use]
    pub const fn melody(&self) -> &'a [u8] {
        self.melody
    }
}

/// A black and white picture of any size: element 12 (TS 23.040 §9.2.3.24.10.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VariablePicture<'a> {
    position: u8,
    columns: u8,
    rows: u8,
    pixels: &'a [u8],
}

impl<'a> VariablePicture<'a> {
    /// A picture `columns` times 8 pixels wide and `rows` pixels high, after `position`
    /// characters of the text; `None` unless `pixels` are `columns` times `rows` octets.
    ///
    /// Rows from the top; the top bit of an octet is its leftmost pixel, 1 is black.
    #[must_use]
    pub fn new(position: u8, columns: u8, rows: u8, pixels: &'a [u8]) -> Option<Self> {
        let fits = pixels.len() == usize::from(columns) * usize::from(rows);
        fits.then_some(Self {
            position,
            columns,
            rows,
            pixels,
        })
    }

    /// Characters of the text before it.
    #[must_use]
    pub const fn position(&self) -> u8 {
        self.position
    }

    /// Its width in units of 8 pixels.
    #[must_use]
    pub const fn columns(&self) -> u8 {
        self.columns
    }

    /// Its height in pixels.
    #[must_use]
    pub const fn rows(&self) -> u8 {
        self.rows
    }

    /// The octets of the picture, row by row.
    #[must_use]
    pub const fn pixels(&self) -> &'a [u8] {
        self.pixels
    }
}

/// An object of a format that [`ObjectKind`] names, or a piece of one: element 14
/// (TS 23.040 §9.2.3.24.10.1.13).
///
/// An object that is longer than a segment goes on in the first element 14 of the next one,
/// which is data alone. An element by itself does not say whether it starts an object:
/// [`head`](Self::head) reads it as if it did.
///
/// ```
/// use smsgw_gsm::udh::{ExtendedObject, ExtendedObjectHead, ObjectKind};
///
/// let head = ExtendedObjectHead {
///     reference: 1,
///     length: 300,
///     control: 0,
///     kind: ObjectKind::V_CARD,
///     position: 0,
/// };
/// let octets = head.to_element(b"BEGIN:VCARD");
/// let object = ExtendedObject(&octets);
/// assert_eq!(object.head(), Some((head, &b"BEGIN:VCARD"[..])));
/// assert_eq!(object.to_string(), "object 1 at 0: vCard, 11 of 300 octets");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExtendedObject<'a>(pub &'a [u8]);

/// The first seven octets of an extended object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExtendedObjectHead {
    /// Tells the objects of one message apart.
    pub reference: u8,
    /// Octets of the whole object, without this head.
    pub length: u16,
    /// Bit 0: not to be forwarded. Bit 1: a user prompt. Others are reserved.
    pub control: u8,
    /// The format.
    pub kind: ObjectKind,
    /// Characters of the whole text before it.
    pub position: u16,
}

/// The format of an extended object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObjectKind(pub u8);

impl ObjectKind {
    /// Predefined sound.
    pub const PREDEFINED_SOUND: Self = Self(0x00);
    /// iMelody.
    pub const I_MELODY: Self = Self(0x01);
    /// Black and white bitmap.
    pub const BLACK_AND_WHITE_BITMAP: Self = Self(0x02);
    /// 2-bit greyscale bitmap.
    pub const GREYSCALE_BITMAP: Self = Self(0x03);
    /// 6-bit colour bitmap.
    pub const COLOUR_BITMAP: Self = Self(0x04);
    /// Predefined animation.
    pub const PREDEFINED_ANIMATION: Self = Self(0x05);
    /// Black and white bitmap animation.
    pub const BLACK_AND_WHITE_ANIMATION: Self = Self(0x06);
    /// 2-bit greyscale bitmap animation.
    pub const GREYSCALE_ANIMATION: Self = Self(0x07);
    /// 6-bit colour bitmap animation.
    pub const COLOUR_ANIMATION: Self = Self(0x08);
    /// vCard.
    pub const V_CARD: Self = Self(0x09);
    /// vCalendar.
    pub const V_CALENDAR: Self = Self(0x0A);
    /// Standard WVG object.
    pub const STANDARD_WVG: Self = Self(0x0B);
    /// Polyphonic melody.
    pub const POLYPHONIC_MELODY: Self = Self(0x0C);
    /// Data format delivery request.
    pub const DATA_FORMAT_DELIVERY_REQUEST: Self = Self(0xFF);

    /// What it is called; `None` where the standard reserves the value.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::PREDEFINED_SOUND => "predefined sound",
            Self::I_MELODY => "iMelody",
            Self::BLACK_AND_WHITE_BITMAP => "black and white bitmap",
            Self::GREYSCALE_BITMAP => "2-bit greyscale bitmap",
            Self::COLOUR_BITMAP => "6-bit colour bitmap",
            Self::PREDEFINED_ANIMATION => "predefined animation",
            Self::BLACK_AND_WHITE_ANIMATION => "black and white bitmap animation",
            Self::GREYSCALE_ANIMATION => "2-bit greyscale bitmap animation",
            Self::COLOUR_ANIMATION => "6-bit colour bitmap animation",
            Self::V_CARD => "vCard",
            Self::V_CALENDAR => "vCalendar",
            Self::STANDARD_WVG => "standard WVG object",
            Self::POLYPHONIC_MELODY => "polyphonic melody",
            Self::DATA_FORMAT_DELIVERY_REQUEST => "data format delivery request",
            _ => return None,
        })
    }
}

impl ExtendedObjectHead {
    /// Whether the object may be sent on to others.
    #[must_use]
    pub const fn may_be_forwarded(&self) -> bool {
        self.control & 0b01 == 0
    }

    /// Whether the user is to be asked what to do with the object.
    #[must_use]
    pub const fn is_user_prompt(&self) -> bool {
        self.control & 0b10 != 0
    }

    /// The data of an element that starts an object: this head, then `data`.
    #[must_use]
    pub fn to_element(&self, data: &[u8]) -> Vec<u8> {
        let mut octets = Vec::with_capacity(7 + data.len());
        octets.push(self.reference);
        octets.extend_from_slice(&self.length.to_be_bytes());
        octets.extend_from_slice(&[self.control, self.kind.0]);
        octets.extend_from_slice(&self.position.to_be_bytes());
        octets.extend_from_slice(data);
        octets
    }
}

impl<'a> ExtendedObject<'a> {
    /// The element read as the start of an object: its head and the octets after that; `None`
    /// when it has fewer than seven octets, so that it can only go on with one.
    #[must_use]
    pub fn head(&self) -> Option<(ExtendedObjectHead, &'a [u8])> {
        let (&[reference, l0, l1, control, kind, p0, p1], data) = self.0.split_first_chunk()?;
        let head = ExtendedObjectHead {
            reference,
            length: u16::from_be_bytes([l0, l1]),
            control,
            kind: ObjectKind(kind),
            position: u16::from_be_bytes([p0, p1]),
        };
        Some((head, data))
    }
}

/// Compressed elements, or a piece of them: element 16 (TS 23.040 §9.2.3.24.10.1.15).
///
/// Like [`ExtendedObject`] it may go on in the next segment as data alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CompressionControl<'a>(pub &'a [u8]);

/// The first three octets of what an element 16 starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CompressionHead {
    /// The algorithm in the low semi-octet: 0 is LZSS, others are reserved.
    pub information: u8,
    /// Octets of compressed data, in all segments together.
    pub length: u16,
}

impl<'a> CompressionControl<'a> {
    /// The element read as the start of compressed data: its head and the octets after that;
    /// `None` when it has fewer than three octets.
    #[must_use]
    pub fn head(&self) -> Option<(CompressionHead, &'a [u8])> {
        let (&[information, l0, l1], data) = self.0.split_first_chunk()?;
        let length = u16::from_be_bytes([l0, l1]);
        Some((
            CompressionHead {
                information,
                length,
            },
            data,
        ))
    }
}

/// Whether the next elements may be sent on to others: element 17
/// (TS 23.040 §9.2.3.24.10.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObjectDistribution {
    /// How many elements that follow it is about; 0 for all up to the next indicator.
    pub elements: u8,
    /// Bit 0: not to be forwarded. Others are reserved.
    pub attributes: u8,
}

impl ObjectDistribution {
    /// Whether they may be sent on.
    #[must_use]
    pub const fn may_be_forwarded(self) -> bool {
        self.attributes & 1 == 0
    }
}

impl fmt::Display for PredefinedSound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "sound {}", self.0),
        }
    }
}

impl fmt::Display for PredefinedAnimation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "animation {}", self.0),
        }
    }
}

impl fmt::Display for VariablePicture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = u16::from(self.columns) * 8;
        write!(f, "{width} by {} pixels at {}", self.rows, self.position)
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "kind {:#04X}", self.0),
        }
    }
}

impl fmt::Display for ExtendedObject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let had = self.0.len();
        // Data that goes on with an object seldom looks like a head: a length that covers it and
        // no reserved value.
        match self.head() {
            Some((head, data))
                if head.kind.name().is_some()
                    && head.control & !0b11 == 0
                    && usize::from(head.length) >= data.len() =>
            {
                let ExtendedObjectHead {
                    reference,
                    length,
                    kind,
                    position,
                    ..
                } = head;
                let had = data.len();
                write!(
                    f,
                    "object {reference} at {position}: {kind}, {had} of {length} octets"
                )?;
                if head.is_user_prompt() {
                    f.write_str(", user prompt")?;
                }
                if !head.may_be_forwarded() {
                    f.write_str(", not to be forwarded")?;
                }
                Ok(())
            }
            _ => write!(f, "{had} octets of an object"),
        }
    }
}

impl fmt::Display for CompressionControl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.head() {
            Some((head, data)) if head.information == 0 => {
                write!(f, "LZSS, {} of {} octets", data.len(), head.length)
            }
            _ => write!(f, "{} octets", self.0.len()),
        }
    }
}

impl fmt::Display for ObjectDistribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let may = if self.may_be_forwarded() {
            "may"
        } else {
            "must not"
        };
        match self.elements {
            0 => write!(f, "the following elements {may} be forwarded"),
            count => write!(f, "the next {count} elements {may} be forwarded"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::udh::{Element, InformationElement};
    use alloc::string::ToString;

    #[test]
    fn a_picture_has_as_many_octets_as_its_size_says() {
        assert!(VariablePicture::new(0, 2, 3, &[0; 6]).is_some());
        assert!(VariablePicture::new(0, 2, 3, &[0; 5]).is_none());
        assert!(VariablePicture::new(0, 0, 0, &[]).is_some());
        let picture = VariablePicture::new(9, 2, 3, &[0; 6]).unwrap();
        assert_eq!(picture.to_string(), "16 by 3 pixels at 9");
    }

    #[test]
    fn a_sound_has_128_octets_at_most() {
        let octets = [0; 130];
        for length in 0..=130 {
            let melody = &octets[..length];
            let sound = UserDefinedSound::new(1, melody);
            assert_eq!(sound.is_some(), length <= 128);
            let data = &[&[1], melody].concat()[..];
            let read = InformationElement::from(Element { iei: 0x0C, data });
            let other = InformationElement::Other(Element { iei: 0x0C, data });
            let sound = sound.map(InformationElement::UserDefinedSound);
            assert_eq!(read, sound.unwrap_or(other));
        }
    }

    #[test]
    fn a_piece_of_an_object_has_no_head() {
        assert_eq!(ExtendedObject(&[0; 6]).head(), None);
        assert_eq!(
            ExtendedObject(b"N:Miller").to_string(),
            "8 octets of an object"
        );
        let prompt = ExtendedObject(&[7, 0, 1, 3, 1, 0x01, 0x02, b'x']);
        assert_eq!(
            prompt.to_string(),
            "object 7 at 258: iMelody, 1 of 1 octets, user prompt, not to be forwarded"
        );
    }

    #[test]
    fn names_end_where_the_standard_reserves() {
        assert_eq!(PredefinedSound(9).to_string(), "chord low");
        assert_eq!(PredefinedSound(10).to_string(), "sound 10");
        assert_eq!(PredefinedAnimation(14).to_string(), "devil");
        assert_eq!(PredefinedAnimation(15).to_string(), "animation 15");
        assert_eq!(ObjectKind(0x0D).to_string(), "kind 0x0D");
        assert_eq!((0..=255).filter_map(|k| ObjectKind(k).name()).count(), 14);
    }
}
