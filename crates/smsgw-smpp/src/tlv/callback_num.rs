//! The number to call back, and how it is shown (SMPP 5.0 §4.8.4.15 to §4.8.4.17).

use core::fmt;

use crate::error::ValueError;
use crate::tlv::TlvLen;
use crate::tlv::tagged::{Tagged, join};
use crate::tlv::typed::{TlvField, TlvOctets, TlvValue, integer_tlv_fields};
use crate::types::{DataCoding, Npi, Ton};
use crate::wire::open_enum;

open_enum! {
    /// How the digits of a [`CallbackNum`] are spelled (SMPP 5.0 §4.8.4.15).
    pub struct DigitMode(u8);
    /// DTMF digits, two to an octet.
    DTMF = 0,
    /// One ASCII digit an octet.
    ASCII = 1,
}

/// The number to call back (SMPP 5.0 §4.8.4.15). A message may have more than one.
///
/// ```
/// use smsgw_smpp::tlv::{CallbackNum, DigitMode, Tlv};
/// use smsgw_smpp::types::{Npi, Ton};
///
/// let mut buffer = [0; 19];
/// let digits = b"306912345678";
/// let number =
///     CallbackNum::new(DigitMode::ASCII, Ton::INTERNATIONAL, Npi::ISDN, digits, &mut buffer)?;
/// assert_eq!(Tlv::from(number).value(), b"\x01\x01\x01306912345678");
/// # Ok::<(), smsgw_smpp::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CallbackNum<'a> {
    octets: TlvOctets<'a>,
    head: [u8; 3],
    digits: &'a [u8],
}

impl<'a> CallbackNum<'a> {
    /// A number, put together in `buffer`, which lives where the PDU can see it.
    ///
    /// # Errors
    /// [`TooShort`](ValueError::TooShort) when `digits` is empty,
    /// [`TooLong`](ValueError::TooLong) when it exceeds 16 octets; both count the three octets
    /// before it.
    pub fn new(
        digit_mode: DigitMode,
        ton: Ton,
        npi: Npi,
        digits: &[u8],
        buffer: &'a mut [u8; 19],
    ) -> Result<Self, ValueError> {
        let octets = join(&[digit_mode.0, ton.0, npi.0], digits, 4, buffer)?;
        // `join` wrote the first three.
        Self::from_octets(octets).ok_or(ValueError::TooShort { min: 4, had: 0 })
    }

    /// How the digits are spelled.
    #[must_use]
    pub const fn digit_mode(&self) -> DigitMode {
        let [digit_mode, _, _] = self.head;
        DigitMode(digit_mode)
    }

    /// Type of number.
    #[must_use]
    pub const fn ton(&self) -> Ton {
        let [_, ton, _] = self.head;
        Ton(ton)
    }

    /// Numbering plan.
    #[must_use]
    pub const fn npi(&self) -> Npi {
        let [_, _, npi] = self.head;
        Npi(npi)
    }

    /// The octets of the digits, spelled as [`Self::digit_mode`] says.
    #[must_use]
    pub const fn digits(&self) -> &'a [u8] {
        self.digits
    }
}

impl fmt::Debug for CallbackNum<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digit_mode, ton, npi) = (self.digit_mode(), self.ton(), self.npi());
        let digits = self.digits.escape_ascii();
        write!(f, "{digit_mode} {ton} {npi} b\"{digits}\"")
    }
}

impl<'a> TlvField<'a> for CallbackNum<'a> {
    const LEN: TlvLen = TlvLen::Between(4, 19);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        let (&head, digits) = value.split_first_chunk()?;
        let octets = TlvOctets::new(value).ok()?;
        Some(Self {
            octets,
            head,
            digits,
        })
    }
    fn to_value(&self) -> TlvValue<'a> {
        TlvValue::octets(self.octets)
    }
}

/// The name to show for a [`CallbackNum`] (SMPP 5.0 §4.8.4.16). Where a message has more than
/// one number, it has as many names, in the same order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CallbackNumAtag<'a>(Tagged<'a>);

impl<'a> CallbackNumAtag<'a> {
    /// A name, put together in `buffer`, which lives where the PDU can see it.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) when `characters` exceeds 64 octets; the `data_coding`
    /// counts.
    pub fn new(
        data_coding: DataCoding,
        characters: &[u8],
        buffer: &'a mut [u8; 65],
    ) -> Result<Self, ValueError> {
        Tagged::new(data_coding.0, characters, 1, buffer).map(Self)
    }

    /// What the characters mean.
    #[must_use]
    pub const fn data_coding(&self) -> DataCoding {
        DataCoding(self.0.first)
    }

    /// The octets of the characters to show.
    #[must_use]
    pub const fn characters(&self) -> &'a [u8] {
        self.0.rest
    }
}

impl fmt::Debug for CallbackNumAtag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let characters = self.characters().escape_ascii();
        write!(f, "{} b\"{characters}\"", self.data_coding())
    }
}

impl<'a> TlvField<'a> for CallbackNumAtag<'a> {
    const LEN: TlvLen = TlvLen::Between(1, 65);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        Tagged::from_octets(value).map(Self)
    }
    fn to_value(&self) -> TlvValue<'a> {
        self.0.to_value()
    }
}

open_enum! {
    /// Whether the recipient may see the number (SMPP 5.0 §4.8.4.17).
    #[derive(Default)]
    pub struct Presentation(u8);
    /// Allowed.
    PRESENTATION_ALLOWED = 0b00,
    /// Restricted.
    PRESENTATION_RESTRICTED = 0b01,
    /// There is no number to show.
    NUMBER_NOT_AVAILABLE = 0b10,
}

open_enum! {
    /// Whether the network vouches for the number (SMPP 5.0 §4.8.4.17).
    #[derive(Default)]
    pub struct Screening(u8);
    /// From the user, not screened.
    NOT_SCREENED = 0b00,
    /// From the user, verified and passed.
    VERIFIED_AND_PASSED = 0b01,
    /// From the user, verified and failed.
    VERIFIED_AND_FAILED = 0b10,
    /// From the network.
    NETWORK_PROVIDED = 0b11,
}

/// How a [`CallbackNum`] is presented and screened (SMPP 5.0 §4.8.4.17). Where a message has
/// more than one number, it has as many of these, in the same order.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct CallbackNumPresInd(pub u8);

impl CallbackNumPresInd {
    /// Presented and screened so.
    #[must_use]
    pub const fn new(presentation: Presentation, screening: Screening) -> Self {
        Self((presentation.0 & 0b11) << 2 | screening.0 & 0b11)
    }

    /// Whether the recipient may see the number: bits 3 and 2.
    #[must_use]
    pub const fn presentation(self) -> Presentation {
        Presentation(self.0 >> 2 & 0b11)
    }

    /// Whether the network vouches for the number: bits 1 and 0.
    #[must_use]
    pub const fn screening(self) -> Screening {
        Screening(self.0 & 0b11)
    }
}

impl fmt::Debug for CallbackNumPresInd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.presentation(), self.screening())
    }
}

integer_tlv_fields!(u8: CallbackNumPresInd);
