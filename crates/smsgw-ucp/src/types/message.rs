//! A message: its type (MT), its length in bits (NB) and itself (NMsg, AMsg, TMsg), which agree.

use core::fmt;
use core::ops::RangeInclusive;

use super::ascii;
use super::field::{OneField, Place, Source};
use super::hex::Hex;
use super::message_kind::MessageType;
use super::number::Digits;
use crate::error::{DecodeError, DecodeErrorKind, ValueError};
use crate::quirks::Tolerance;
use crate::wire::{Field, Need, Reader, Writer};

/// Most digits of NMsg.
const NMSG: usize = 160;
/// Most hexadecimal digits of AMsg.
const AMSG: usize = 640;
/// Most hexadecimal digits of TMsg.
const TMSG: usize = 1400;

/// A message as OT 51 to 58 have it: three fields, MT, NB and NMsg, AMsg or TMsg.
///
/// ```
/// use smsgw_ucp::Alphabet;
/// use smsgw_ucp::types::{Content, HexBuf, Message};
///
/// let amsg = HexBuf::encode(&Alphabet::Gsm.encode("hello")?);
/// let message = Message::text(amsg.as_hex())?;
/// assert!(matches!(message.content(), Content::Text(hex) if hex.as_str() == "68656C6C6F"));
///
/// let tmsg = HexBuf::encode(&[0xF5, 0xAA, 0x34, 0xDE]);
/// let message = Message::octets(tmsg.as_hex())?;
/// assert_eq!(message.nb(), Some(32));
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[doc(alias("MT", "NB", "NMsg", "AMsg", "TMsg"))]
pub struct Message<'a> {
    mt: MessageType,
    nb: Digits,
    /// Decimal digits when numeric, else hexadecimal digits in pairs.
    msg: &'a [u8],
}

/// What a message is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content<'a> {
    /// Nothing: all fields are empty.
    Empty,
    /// Numeric (MT 2): decimal digits.
    Numeric(&'a str),
    /// Alphanumeric (MT 3): octets of the link's [alphabet](crate::Alphabet).
    Text(Hex<'a>),
    /// Transparent data (MT 4).
    Octets {
        /// How many bits are meant, at most 8 for each octet. Fewer when the last octet is filled
        /// up, as when septets are packed.
        bits: u16,
        /// The octets.
        hex: Hex<'a>,
    },
}

impl<'a> Message<'a> {
    /// No message: all fields are empty.
    pub const EMPTY: Self = Self {
        mt: MessageType::ABSENT,
        nb: Digits::NONE,
        msg: &[],
    };

    /// A numeric message: up to 160 decimal digits.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more digits, [`NotDigit`](ValueError::NotDigit) for
    /// anything else.
    pub fn numeric(digits: &'a str) -> Result<Self, ValueError> {
        let msg = digits.as_bytes();
        check_numeric(msg)?;
        let mt = MessageType::NUMERIC;
        Ok(Self {
            mt,
            msg,
            ..Self::EMPTY
        })
    }

    /// An alphanumeric message: up to 320 octets of the link's [alphabet](crate::Alphabet). On the
    /// air there is room for 160, or 153 behind a header of concatenation.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more than 640 hexadecimal digits.
    pub fn text(hex: Hex<'a>) -> Result<Self, ValueError> {
        let msg = hex.digits();
        ascii::check_len(msg, AMSG)?;
        let mt = MessageType::ALPHANUMERIC;
        Ok(Self {
            mt,
            msg,
            ..Self::EMPTY
        })
    }

    /// Transparent data: up to 700 octets, of which all bits are meant. On the air there is room
    /// for 140, a user data header included.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more than 1400 hexadecimal digits.
    pub fn octets(hex: Hex<'a>) -> Result<Self, ValueError> {
        Self::bits(hex, bits_of(hex.digits()))
    }

    /// Transparent data of which the first `bits` bits are meant.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more than 1400 hexadecimal digits,
    /// [`Truncated`](ValueError::Truncated) for more bits than there are.
    pub fn bits(hex: Hex<'a>, bits: u16) -> Result<Self, ValueError> {
        let (mt, nb, msg) = (MessageType::TRANSPARENT, Digits::of(bits, 1), hex.digits());
        ascii::check_len(msg, TMSG)?;
        check_bits(nb, msg)?;
        Ok(Self { mt, nb, msg })
    }

    /// What it is made of.
    ///
    /// Without MT it is taken as alphanumeric, without NB all bits of transparent data are meant.
    #[must_use]
    pub fn content(&self) -> Content<'a> {
        let hex = Hex::of(self.msg);
        match self.mt {
            MessageType::NUMERIC => Content::Numeric(ascii::text(self.msg)),
            MessageType::TRANSPARENT => Content::Octets {
                bits: self.nb().unwrap_or_else(|| bits_of(self.msg)),
                hex,
            },
            MessageType::ABSENT if hex.is_empty() => Content::Empty,
            _ => Content::Text(hex),
        }
    }

    /// MT as it stands in the field.
    #[must_use]
    pub const fn mt(&self) -> MessageType {
        self.mt
    }

    /// NB as it stands in the field: how many bits TMsg has. `None` when the field is empty. Some
    /// peers send it with text too, where it means nothing.
    #[must_use]
    pub const fn nb(&self) -> Option<u16> {
        self.nb.value()
    }

    /// The digits of NMsg, AMsg or TMsg as they stand in the field.
    #[must_use]
    pub fn msg(&self) -> &'a str {
        ascii::text(self.msg)
    }

    /// A message without NB, whose fields have been read.
    pub(super) const fn without_bits(mt: MessageType, msg: &'a [u8]) -> Self {
        let nb = Digits::NONE;
        Self { mt, nb, msg }
    }

    pub(super) const fn without_nb(self) -> Self {
        Self::without_bits(self.mt, self.msg)
    }

    /// Whether all fields are empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.mt.is_absent() && self.nb.value().is_none() && self.msg.is_empty()
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.content().fmt(f)
    }
}

impl<'a> Field<'a> for Message<'a> {
    #[inline]
    fn read(
        reader: &mut Reader<'a, '_>,
        names: &'static [&'static str],
        need: Need,
    ) -> Result<Self, DecodeError> {
        let (mt, mt_place) = read_mt(reader, names, 2..=4)?;
        let nb = Source::next(reader, names, 1);
        let (nb_place, nb) = match nb.text {
            [] => (nb.place, Digits::NONE),
            text => {
                let digits = Digits::parse(text, 1..=4, 0..=9999);
                (nb.place, digits.map_err(|error| nb.invalid(error))?)
            }
        };
        let msg = read_msg(reader, names, 2, mt, mt_place, need)?;
        if mt == MessageType::TRANSPARENT {
            check_bits(nb, msg).map_err(|error| nb_place.invalid(error))?;
        }
        Ok(Self { mt, nb, msg })
    }

    #[inline]
    fn size(&self) -> usize {
        Field::size(&self.mt) + self.nb.len() + 1 + self.msg.len() + 1
    }

    #[inline]
    fn write(&self, writer: &mut Writer<'_>) {
        Field::write(&self.mt, writer);
        self.nb.with_text(|nb| writer.field(nb));
        writer.field(self.msg);
    }
}

/// A message as OT 01, 02 and 03 have it: two fields, MT and NMsg or AMsg.
///
/// ```
/// use smsgw_ucp::types::{Content, ShortContent};
///
/// let message = ShortContent::numeric("716436383334")?;
/// assert_eq!(message.content(), Content::Numeric("716436383334"));
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[doc(alias("MT", "NMsg", "AMsg"))]
pub struct ShortContent<'a> {
    mt: MessageType,
    msg: &'a [u8],
}

impl<'a> ShortContent<'a> {
    /// No message: both fields are empty.
    pub const EMPTY: Self = Self {
        mt: MessageType::ABSENT,
        msg: &[],
    };

    /// A numeric message: up to 160 decimal digits.
    ///
    /// # Errors
    /// As [`Message::numeric`].
    pub fn numeric(digits: &'a str) -> Result<Self, ValueError> {
        let Message { mt, msg, .. } = Message::numeric(digits)?;
        Ok(Self { mt, msg })
    }

    /// An alphanumeric message: up to 320 octets of the link's [alphabet](crate::Alphabet).
    ///
    /// # Errors
    /// As [`Message::text`].
    pub fn text(hex: Hex<'a>) -> Result<Self, ValueError> {
        let Message { mt, msg, .. } = Message::text(hex)?;
        Ok(Self { mt, msg })
    }

    /// What it is made of: nothing, digits or text. Without MT it is taken as alphanumeric.
    #[must_use]
    pub fn content(&self) -> Content<'a> {
        Message::from(*self).content()
    }

    /// MT as it stands in the field.
    #[must_use]
    pub const fn mt(&self) -> MessageType {
        self.mt
    }

    /// The digits of NMsg or AMsg as they stand in the field.
    #[must_use]
    pub fn msg(&self) -> &'a str {
        ascii::text(self.msg)
    }

    /// Whether both fields are empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.mt.is_absent() && self.msg.is_empty()
    }
}

impl<'a> From<ShortContent<'a>> for Message<'a> {
    fn from(ShortContent { mt, msg }: ShortContent<'a>) -> Self {
        let nb = Digits::NONE;
        Self { mt, nb, msg }
    }
}

impl fmt::Debug for ShortContent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.content().fmt(f)
    }
}

impl<'a> Field<'a> for ShortContent<'a> {
    #[inline]
    fn read(
        reader: &mut Reader<'a, '_>,
        names: &'static [&'static str],
        need: Need,
    ) -> Result<Self, DecodeError> {
        let (mt, mt_place) = read_mt(reader, names, 2..=3)?;
        let msg = read_msg(reader, names, 1, mt, mt_place, need)?;
        Ok(Self { mt, msg })
    }

    #[inline]
    fn size(&self) -> usize {
        Field::size(&self.mt) + self.msg.len() + 1
    }

    #[inline]
    fn write(&self, writer: &mut Writer<'_>) {
        Field::write(&self.mt, writer);
        writer.field(self.msg);
    }
}

/// The message of an OT 30, which is always alphanumeric: AMsg without MT.
///
/// ```
/// use smsgw_ucp::Alphabet;
/// use smsgw_ucp::types::{AMsg, HexBuf};
///
/// let hex = HexBuf::encode(&Alphabet::Ira.encode("EMI")?);
/// let amsg = AMsg::new(hex.as_hex())?;
/// assert_eq!(amsg.hex().text(Alphabet::Ira), "EMI");
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct AMsg<'a>(Hex<'a>);

impl<'a> AMsg<'a> {
    /// No message.
    pub const EMPTY: Self = Self(Hex::EMPTY);

    /// Up to 320 octets of the link's [alphabet](crate::Alphabet).
    ///
    /// # Errors
    /// As [`Message::text`].
    pub fn new(hex: Hex<'a>) -> Result<Self, ValueError> {
        ascii::check_len(hex.digits(), AMSG)?;
        Ok(Self(hex))
    }

    /// The octets.
    #[must_use]
    pub const fn hex(&self) -> Hex<'a> {
        self.0
    }

    /// Whether the field is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for AMsg<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'a> OneField<'a> for AMsg<'a> {
    #[inline]
    fn read_text(source: &mut Source<'a, '_, '_>) -> Result<Self, DecodeError> {
        Hex::read_from(source, AMSG).map(Self)
    }

    #[inline]
    fn text_len(&self) -> usize {
        self.0.digits().len()
    }

    #[inline]
    fn write_text(&self, writer: &mut Writer<'_>) {
        writer.octets(self.0.digits());
    }
}

/// MT, which is none when the field is empty, and which field it is.
#[inline]
pub(super) fn read_mt(
    reader: &mut Reader<'_, '_>,
    names: &'static [&'static str],
    values: RangeInclusive<u16>,
) -> Result<(MessageType, Place), DecodeError> {
    let source = Source::next(reader, names, 0);
    let mt = match source.text {
        [] => MessageType::ABSENT,
        text => MessageType::parse_as(text, values).map_err(|error| source.invalid(error))?,
    };
    Ok((mt, source.place))
}

/// NMsg, AMsg or TMsg as `mt` says, and whether `mt` may be missing with it.
#[inline]
pub(super) fn read_msg<'a>(
    reader: &mut Reader<'a, '_>,
    names: &'static [&'static str],
    index: usize,
    mt: MessageType,
    mt_place: Place,
    need: Need,
) -> Result<&'a [u8], DecodeError> {
    let mut source = Source::next(reader, names, index);
    let text = source.text;
    if text.is_empty() {
        if mt.is_absent() && need == Need::Mandatory {
            mt_place.missing(reader)?;
        }
        return Ok(text);
    }
    match mt {
        MessageType::NUMERIC => check_numeric(text).map_err(|error| source.invalid(error))?,
        MessageType::TRANSPARENT => check_hex(&mut source, TMSG)?,
        MessageType::ALPHANUMERIC => check_hex(&mut source, AMSG)?,
        _ => {
            check_hex(&mut source, AMSG)?;
            let is_allowed = source.quirks().missing_message_type;
            let (what, otherwise) = (Tolerance::MissingMessageType, DecodeErrorKind::Missing);
            mt_place.let_through(reader, is_allowed, what, otherwise)?;
        }
    }
    Ok(text)
}

fn check_hex(source: &mut Source<'_, '_, '_>, max: usize) -> Result<(), DecodeError> {
    Hex::read_from(source, max).map(|_| ())
}

fn check_numeric(digits: &[u8]) -> Result<(), ValueError> {
    if !ascii::are_decimal(digits) {
        return Err(ascii::not_decimal(digits));
    }
    ascii::check_len(digits, NMSG)
}

/// Checks that there are as many bits as NB says.
fn check_bits(nb: Digits, msg: &[u8]) -> Result<(), ValueError> {
    let (needed, had) = (nb.value().unwrap_or_default(), bits_of(msg));
    if needed > had {
        let (needed, had) = (needed.into(), had.into());
        return Err(ValueError::Truncated { needed, had });
    }
    Ok(())
}

/// Bits of hexadecimal digits, of which no field has so many that they do not fit.
fn bits_of(digits: &[u8]) -> u16 {
    u16::try_from(4 * digits.len()).unwrap_or(u16::MAX)
}
