//! `sm_length` and `short_message` (SMPP 5.0 §4.7.26, §4.7.28).

use crate::error::{DecodeError, ValueError};
use crate::value::{FieldKind, Value, Visitor};
use crate::wire::{Field, Reader, Writer};

/// The octets of a message, at most 255; its `sm_length` follows from them.
///
/// SMPP 3.4 allows 254. Empty when the text is in the TLV `message_payload`. What the octets
/// mean is for `data_coding` and `esm_class` to say.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ShortMessage<'a> {
    // Beside the octets, so that no conversion can fail: always their length.
    sm_length: u8,
    octets: &'a [u8],
}

impl<'a> ShortMessage<'a> {
    /// No octets.
    pub const EMPTY: Self = Self {
        sm_length: 0,
        octets: &[],
    };

    /// Takes `octets` as they are.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) when there are more than 255.
    pub fn new(octets: &'a [u8]) -> Result<Self, ValueError> {
        match u8::try_from(octets.len()) {
            Ok(sm_length) => Ok(Self { sm_length, octets }),
            Err(_) => Err(ValueError::TooLong {
                max: 255,
                had: octets.len(),
            }),
        }
    }

    /// The octets.
    #[must_use]
    pub const fn as_octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }
}

impl core::fmt::Debug for ShortMessage<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "b\"{}\"", self.octets.escape_ascii())
    }
}

impl<'a> Field<'a> for ShortMessage<'a> {
    const KIND: FieldKind = FieldKind::ShortMessage;

    #[inline(always)]
    fn read(reader: &mut Reader<'a, '_>, name: &'static str) -> Result<Self, DecodeError> {
        let sm_length = reader.u8("sm_length")?;
        let octets = reader.octets(usize::from(sm_length), name)?;
        Ok(Self { sm_length, octets })
    }

    #[inline]
    fn size(&self) -> usize {
        1 + self.octets.len()
    }

    #[inline]
    fn write(&self, writer: &mut Writer<'_>) {
        writer.u8(self.sm_length);
        writer.octets(self.octets);
    }

    fn visit(&self, name: &'static str, visitor: &mut dyn Visitor) {
        visitor.value("sm_length", 1, Value::Derived(u32::from(self.sm_length)));
        visitor.value(name, self.octets.len(), Value::Octets(self.octets));
    }
}
