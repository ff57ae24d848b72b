//! The value of a TLV as a type, and how to add tags of one's own.

use core::ffi::CStr;
use core::fmt;

use crate::error::ValueError;
use crate::tlv::{TlvLen, TlvTag};

/// A TLV whose value has a type.
///
/// The standard's are in the table of this module; a vendor's is a newtype of yours:
///
/// ```
/// use smsgw_smpp::tlv::{Tlv, TlvTag, TlvValue, Tlvs, TypedTlv};
///
/// #[derive(Debug, PartialEq)]
/// struct Campaign(u16);
///
/// impl<'a> TypedTlv<'a> for Campaign {
///     const TAG: TlvTag = TlvTag(0x1601);
///     fn from_octets(value: &'a [u8]) -> Option<Self> {
///         Some(Self(u16::from_be_bytes(value.try_into().ok()?)))
///     }
///     fn to_value(&self) -> TlvValue<'a> {
///         TlvValue::u16(self.0)
///     }
/// }
///
/// let list = [Tlv::from(Campaign(7))];
/// assert_eq!(Tlvs::new(&list)?.find(), Some(Campaign(7)));
/// # Ok::<(), smsgw_smpp::ValueError>(())
/// ```
pub trait TypedTlv<'a>: Sized {
    /// Its tag.
    const TAG: TlvTag;

    /// Reads the value; `None` when it has the wrong length.
    fn from_octets(value: &'a [u8]) -> Option<Self>;

    /// The value as it goes on the wire.
    fn to_value(&self) -> TlvValue<'a>;
}

/// The octets of a TLV's value: borrowed, or an integer held inside.
#[derive(Clone, Copy, Debug)]
pub struct TlvValue<'a>(Repr<'a>);

#[derive(Clone, Copy, Debug)]
enum Repr<'a> {
    Borrowed(TlvOctets<'a>),
    One([u8; 1]),
    Two([u8; 2]),
    Three([u8; 3]),
    Four([u8; 4]),
}

impl<'a> TlvValue<'a> {
    /// One octet.
    #[must_use]
    pub const fn u8(value: u8) -> Self {
        Self(Repr::One([value]))
    }

    /// Two octets, big-endian.
    #[must_use]
    pub const fn u16(value: u16) -> Self {
        Self(Repr::Two(value.to_be_bytes()))
    }

    /// One octet, then two, big-endian.
    pub(crate) const fn octet_and_u16(octet: u8, value: u16) -> Self {
        let [a, b] = value.to_be_bytes();
        Self(Repr::Three([octet, a, b]))
    }

    /// Four octets, big-endian.
    #[must_use]
    pub const fn u32(value: u32) -> Self {
        Self(Repr::Four(value.to_be_bytes()))
    }

    /// Any octets.
    #[must_use]
    pub const fn octets(octets: TlvOctets<'a>) -> Self {
        Self(Repr::Borrowed(octets))
    }

    pub(crate) const fn as_octets(&self) -> &[u8] {
        match &self.0 {
            Repr::Borrowed(value) => value.octets,
            Repr::One(octets) => octets,
            Repr::Two(octets) => octets,
            Repr::Three(octets) => octets,
            Repr::Four(octets) => octets,
        }
    }

    pub(crate) const fn borrowed(&self) -> Option<&'a [u8]> {
        match self.0 {
            Repr::Borrowed(value) => Some(value.octets),
            _ => None,
        }
    }

    pub(crate) const fn len(&self) -> u16 {
        match self.0 {
            Repr::Borrowed(value) => value.len,
            Repr::One(_) => 1,
            Repr::Two(_) => 2,
            Repr::Three(_) => 3,
            Repr::Four(_) => 4,
        }
    }
}

/// At most 65,535 octets, all a TLV can hold.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct TlvOctets<'a> {
    // Beside the octets, so that no conversion can fail: always their length.
    len: u16,
    octets: &'a [u8],
}

impl<'a> TlvOctets<'a> {
    /// Takes `octets` as they are.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) when there are more than 65,535.
    pub fn new(octets: &'a [u8]) -> Result<Self, ValueError> {
        match u16::try_from(octets.len()) {
            Ok(len) => Ok(Self { len, octets }),
            Err(_) => Err(ValueError::TooLong {
                max: usize::from(u16::MAX),
                had: octets.len(),
            }),
        }
    }

    /// `octets`, whose length is `len`.
    pub(crate) const fn of(len: u16, octets: &'a [u8]) -> Self {
        Self { len, octets }
    }

    /// The octets.
    #[must_use]
    pub const fn as_octets(&self) -> &'a [u8] {
        self.octets
    }
}

impl fmt::Debug for TlvOctets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.octets.escape_ascii())
    }
}

/// A C-octet string as the value of a TLV, at most `MAX` octets with its NUL.
///
/// Some peers leave out the NUL: it is read so, and written back so.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct TlvCString<'a, const MAX: usize>(TlvOctets<'a>);

impl<'a, const MAX: usize> TlvCString<'a, MAX> {
    /// Takes `text` with its NUL.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) when it exceeds `MAX` octets.
    pub fn new(text: &'a CStr) -> Result<Self, ValueError> {
        let octets = text.to_bytes_with_nul();
        if octets.len() > MAX {
            return Err(ValueError::TooLong {
                max: MAX,
                had: octets.len(),
            });
        }
        TlvOctets::new(octets).map(Self)
    }

    /// The octets before the NUL.
    #[must_use]
    pub fn as_octets(&self) -> &'a [u8] {
        self.0
            .octets
            .split(|&octet| octet == 0)
            .next()
            .unwrap_or_default()
    }
}

impl<const MAX: usize> fmt::Debug for TlvCString<'_, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_octets().escape_ascii())
    }
}

/// A type that can stand in a row of the TLV table.
pub(crate) trait TlvField<'a>: Sized {
    /// How long the value may be.
    const LEN: TlvLen;
    /// Whether the value ends in NUL.
    const IS_C_OCTET_STRING: bool = false;
    fn from_octets(value: &'a [u8]) -> Option<Self>;
    fn to_value(&self) -> TlvValue<'a>;
}

macro_rules! integer_fields {
    ($($int:ident = $len:literal),+) => { $(
        impl<'a> TlvField<'a> for $int {
            const LEN: TlvLen = TlvLen::Exactly($len);
            fn from_octets(value: &'a [u8]) -> Option<Self> {
                value.try_into().ok().map(Self::from_be_bytes)
            }
            fn to_value(&self) -> TlvValue<'a> {
                TlvValue::$int(*self)
            }
        }
    )+ };
}

integer_fields!(u8 = 1, u16 = 2, u32 = 4);

/// Lets newtypes over an integer stand in a row of the TLV table.
macro_rules! integer_tlv_fields {
    ($int:ident: $($name:ty),+ $(,)?) => { $(
        impl<'a> $crate::tlv::typed::TlvField<'a> for $name {
            const LEN: $crate::tlv::TlvLen = <$int as $crate::tlv::typed::TlvField<'a>>::LEN;
            fn from_octets(value: &'a [u8]) -> Option<Self> {
                $crate::tlv::typed::TlvField::from_octets(value).map(Self)
            }
            fn to_value(&self) -> $crate::tlv::typed::TlvValue<'a> {
                $crate::tlv::typed::TlvField::to_value(&self.0)
            }
        }
    )+ };
}
pub(crate) use integer_tlv_fields;

integer_tlv_fields!(u8: crate::types::MessageState, crate::types::InterfaceVersion);

impl<'a> TlvField<'a> for TlvOctets<'a> {
    const LEN: TlvLen = TlvLen::Any;
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        Self::new(value).ok()
    }
    fn to_value(&self) -> TlvValue<'a> {
        TlvValue::octets(*self)
    }
}

impl<'a, const MAX: usize> TlvField<'a> for TlvCString<'a, MAX> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no row of the table is that long"
    )]
    const LEN: TlvLen = TlvLen::Between(1, MAX as u16);
    const IS_C_OCTET_STRING: bool = true;
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        TlvOctets::new(value).ok().map(Self)
    }
    fn to_value(&self) -> TlvValue<'a> {
        TlvValue::octets(self.0)
    }
}
