//! Addresses: TP-OA, TP-DA, TP-RA and the service centre's (3GPP TS 23.040 §9.1.2.5).

use alloc::string::String;
use core::cmp::Ordering;
use core::fmt::{self, Write};
use core::hash::{Hash, Hasher};

use super::named_octet;
use crate::alphabet;
use crate::error::{AddressError, DecodeError, DecodeErrorKind};
use crate::quirks::{Faults, Tolerance};
use crate::septet::{self, FillBits};
use crate::wire::{Reader, Sink};

/// Octets of digits, two to an octet.
const MAX_OCTETS: usize = 10;
/// Digits; the standard's length in semi-octets may say no more.
const MAX_DIGITS: usize = 20;
/// Septets of a name.
const MAX_SEPTETS: usize = 11;

/// A number or a name, with its type (TS 23.040 §9.1.2.5): at most 20 digits, or a name of at most
/// 11 septets.
///
/// `Display` writes a number with `+` when it is international, and a name as text. Two addresses
/// are equal when their type, length and digits are, whatever fills the last octet of an odd number
/// of digits.
///
/// ```
/// use smsgw_gsm::field::{Address, Ton};
///
/// let number = Address::parse("+41791234567")?;
/// assert_eq!(number.ton(), Ton::INTERNATIONAL);
/// assert_eq!(number.semi_octets(), 11);
///
/// let name = Address::parse("Météo")?;
/// assert!(name.is_alphanumeric());
/// assert_eq!(name.to_string(), "Météo");
/// assert_eq!(name.semi_octets(), 9); // 35 bits
/// # Ok::<(), smsgw_gsm::AddressError>(())
/// ```
#[derive(Clone, Copy)]
// Aligned so that it is copied in the pieces that it is written in.
#[repr(align(8))]
#[doc(alias("TP-OA", "TP-DA", "TP-RA", "SCA"))]
pub struct Address {
    /// The digits as sent, and 0 after those that the length needs; the length in semi-octets, at
    /// most [`MAX_DIGITS`]; the type. In one, as [`of_word`](Self::of_word) says.
    parts: [u8; MAX_OCTETS + 2],
}

impl Address {
    /// The number or name that people write: after `+` come the digits of an international number,
    /// a text with a letter is a name, and all else is a number of unknown type: a short code, a
    /// number as it is dialled here.
    ///
    /// # Errors
    /// [`AddressError`]: empty, too long, a character that is no digit in a number, or one that GSM
    /// 7-bit does not have in a name.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        if let Some(digits) = text.strip_prefix('+') {
            let address = Address::new(TypeOfAddress::INTERNATIONAL, digits);
            return match address {
                Err(AddressError::NoDigit { character, index }) => Err(AddressError::NoDigit {
                    character,
                    index: index + 1,
                }),
                Ok(_) if digits.is_empty() => Err(AddressError::Empty),
                address => address,
            };
        }
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.chars().any(char::is_alphabetic) {
            Address::alphanumeric(text)
        } else {
            Address::new(TypeOfAddress::UNKNOWN, text)
        }
    }

    /// An address of this type: the digits of a number, without `+` (`0` to `9`, `*`, `#`, `a`, `b`,
    /// `c`), or the name when the type is alphanumeric. May be empty.
    ///
    /// ```
    /// use smsgw_gsm::field::{Address, TypeOfAddress};
    ///
    /// let national = Address::new(TypeOfAddress::NATIONAL, "0791234567")?;
    /// assert_eq!(national.to_string(), "0791234567");
    /// # Ok::<(), smsgw_gsm::AddressError>(())
    /// ```
    ///
    /// # Errors
    /// [`NoDigit`](AddressError::NoDigit) for any other character in a number,
    /// [`Encode`](AddressError::Encode) for one that GSM 7-bit does not have in a name,
    /// [`TooLong`](AddressError::TooLong) above 20 digits or 11 septets.
    pub fn new(type_of_address: TypeOfAddress, text: &str) -> Result<Address, AddressError> {
        if type_of_address.ton() == Ton::ALPHANUMERIC {
            return Address::of_name(type_of_address, text);
        }
        let mut word = u128::MAX;
        let mut count = 0_u8;
        for (index, character) in text.char_indices() {
            let at = DIGITS.iter().position(|digit| *digit == character);
            let value = at.and_then(|at| u8::try_from(at).ok());
            let value = value.ok_or(AddressError::NoDigit { character, index })?;
            if usize::from(count) == MAX_DIGITS {
                let (max, had) = (MAX_DIGITS, text.chars().count());
                return Err(AddressError::TooLong { max, had });
            }
            // Ones are the fill.
            word ^= u128::from(value ^ FILL) << (4 * count);
            count += 1;
        }
        let word = word & below(8 * usize::from(count.div_ceil(2)));
        Ok(Address::of_word(type_of_address, count, word))
    }

    /// A name: at most 11 septets, of which characters of the extension table take two.
    ///
    /// # Errors
    /// [`Encode`](AddressError::Encode) for a character that GSM 7-bit does not have,
    /// [`TooLong`](AddressError::TooLong) above 11 septets, [`Empty`](AddressError::Empty).
    pub fn alphanumeric(name: &str) -> Result<Address, AddressError> {
        if name.is_empty() {
            return Err(AddressError::Empty);
        }
        Address::of_name(TypeOfAddress::ALPHANUMERIC, name)
    }

    fn of_name(type_of_address: TypeOfAddress, name: &str) -> Result<Address, AddressError> {
        let septets = alphabet::encode_unpacked(name)?;
        let had = septets.len();
        let max = MAX_SEPTETS;
        let too_long = AddressError::TooLong { max, had };
        let packed = septet::pack(&septets, FillBits::NONE);
        // The length counts semi-octets with a bit of the name in them, not whole octets.
        let semi_octets = u8::try_from((7 * had).div_ceil(4)).map_err(|_| too_long)?;
        Address::from_parts(type_of_address, semi_octets, &packed).ok_or(too_long)
    }

    /// The parts as sent: type, length in semi-octets, and as many octets as that takes.
    ///
    /// `None` when the length is above 20 or is not the length of the octets, and for a number with
    /// an F among its digits or neither F nor 0 after an odd number of them.
    #[must_use]
    pub fn from_parts(toa: TypeOfAddress, semi_octets: u8, octets: &[u8]) -> Option<Address> {
        let count = usize::from(semi_octets);
        if count > MAX_DIGITS || octets.len() != count.div_ceil(2) {
            return None;
        }
        let word = word(octets);
        if toa.ton() != Ton::ALPHANUMERIC {
            let bits = 4 * count;
            let fill = word >> bits;
            if fills(word & below(bits)) != 0 || (fill != 0 && fill != FILL.into()) {
                return None;
            }
        }
        Some(Address::of_word(toa, semi_octets, word))
    }

    /// Of the octets in a number, as [`take_word`] has them.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "takes the number apart")]
    const fn of_word(toa: TypeOfAddress, semi_octets: u8, word: u128) -> Address {
        let high = (word >> 64) as u32 & 0xFFFF | u32::from_be_bytes([toa.0, semi_octets, 0, 0]);
        let mut parts = [0; MAX_OCTETS + 2];
        // In two pieces: read again in others than it was written in, an address takes as long as
        // all the rest of a TPDU.
        if let Some((first, rest)) = parts.split_first_chunk_mut() {
            *first = (word as u64).to_le_bytes();
            if let Some(second) = rest.first_chunk_mut() {
                *second = high.to_le_bytes();
            }
        }
        Address { parts }
    }

    /// Type of number and numbering plan.
    #[must_use]
    pub const fn type_of_address(&self) -> TypeOfAddress {
        let [.., toa] = self.parts;
        TypeOfAddress(toa)
    }

    /// What kind of number it is.
    #[must_use]
    pub const fn ton(&self) -> Ton {
        self.type_of_address().ton()
    }

    /// The numbering plan.
    #[must_use]
    pub const fn npi(&self) -> Npi {
        self.type_of_address().npi()
    }

    /// Whether it is a name.
    #[must_use]
    pub fn is_alphanumeric(&self) -> bool {
        self.ton() == Ton::ALPHANUMERIC
    }

    /// The length as sent, in semi-octets, 0 to 20: the digits of a number; a name takes 7 to each
    /// 4 septets.
    #[must_use]
    pub const fn semi_octets(&self) -> u8 {
        let [.., semi_octets, _] = self.parts;
        semi_octets
    }

    /// The digits or the packed name as sent.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        let len = usize::from(self.semi_octets()).div_ceil(2);
        self.parts.get(..len).unwrap_or_default()
    }

    /// Whether there is neither digit nor character.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.semi_octets() == 0
    }

    /// The digits, without `+`; none for a name. An F, which only lenient reading lets in, ends
    /// them.
    pub fn digits(&self) -> impl Iterator<Item = char> + '_ {
        let semi_octets = self.octets().iter().flat_map(|o| [o & 0x0F, o >> 4]);
        let count = if self.is_alphanumeric() {
            0
        } else {
            usize::from(self.semi_octets())
        };
        let digits = semi_octets.take(count);
        digits.map_while(|value| DIGITS.get(usize::from(value)).copied())
    }

    /// The text of a name; `None` for a number.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        if !self.is_alphanumeric() {
            return None;
        }
        let septets = usize::from(self.semi_octets()) * 4 / 7;
        let septets = septet::unpack(self.octets(), septets, FillBits::NONE);
        Some(alphabet::decode_unpacked(&septets))
    }

    /// Reads a length in semi-octets, a type, and digits.
    // Inlined, as its value comes back through memory else, which takes as long as reading it.
    #[inline(always)]
    pub(crate) fn read(
        reader: &mut Reader<'_>,
        faults: &mut Faults<'_>,
        field: &'static str,
    ) -> Result<Address, DecodeError> {
        let start = reader.clone();
        let [semi_octets, toa] = reader.array(field)?;
        let count = usize::from(semi_octets).div_ceil(2);
        if count > MAX_OCTETS {
            let (max, had) = (MAX_DIGITS, semi_octets.into());
            return Err(start.error(DecodeErrorKind::TooLong { max, had }, field));
        }
        let Some(word) = take_word(reader, count) else {
            return Err(start.truncated(field, 2 + count));
        };
        let type_of_address = TypeOfAddress(toa);
        if type_of_address.ton() != Ton::ALPHANUMERIC {
            let digits = 4 * usize::from(semi_octets);
            let is_odd = !semi_octets.is_multiple_of(2);
            // One F, in its place, or none where none belongs: the usual case.
            if fills(word) != u128::from(is_odd) << digits {
                check_digits(word, digits, faults, &start, field)?;
            }
        }
        Ok(Address::of_word(type_of_address, semi_octets, word))
    }

    /// Reads the service centre's address: a length in octets, the type's included, then as
    /// above. Length 0 is none.
    #[inline(always)]
    pub(crate) fn read_service_centre(
        reader: &mut Reader<'_>,
        faults: &mut Faults<'_>,
    ) -> Result<Option<Address>, DecodeError> {
        const FIELD: &str = "SCA";
        let start = reader.clone();
        let length = reader.octet(FIELD)?;
        let Some(count) = length.checked_sub(1).map(usize::from) else {
            return Ok(None);
        };
        if count > MAX_OCTETS {
            let (max, had) = (MAX_DIGITS, 2 * count);
            return Err(start.error(DecodeErrorKind::TooLong { max, had }, FIELD));
        }
        let (Ok([toa]), Some(word)) = (reader.array(FIELD), take_word(reader, count)) else {
            return Err(start.truncated(FIELD, 2 + count));
        };
        let type_of_address = TypeOfAddress(toa);
        let is_name = type_of_address.ton() == Ton::ALPHANUMERIC;
        // Here no length says whether the last semi-octet, or septet, is none.
        let is_odd = if is_name {
            count == 7 && word >> 49 == 0
        } else {
            count > 0 && word >> (8 * count - 4) == FILL.into()
        };
        let semi_octets = 2 * (length - 1) - u8::from(is_odd);
        let digits = word & below(4 * usize::from(semi_octets));
        if !is_name && fills(digits) != 0 {
            let error = start.error(DecodeErrorKind::NotDecimal { value: FILL }, FIELD);
            // A digit after it is of the TPDU: the length is wrong, and where that starts not known.
            if !is_filled_up(digits, semi_octets) {
                return Err(error);
            }
            faults.meet(Tolerance::ShortServiceCentre, error)?;
        }
        let address = Address::of_word(type_of_address, semi_octets, word);
        Ok(Some(address))
    }

    /// With F after an odd number of digits.
    fn filled(&self) -> [u8; MAX_OCTETS + 2] {
        let mut parts = self.parts;
        let count = self.semi_octets();
        if !count.is_multiple_of(2)
            && !self.is_alphanumeric()
            && let Some(last) = parts.get_mut(usize::from(count / 2))
        {
            *last |= FILL << 4;
        }
        parts
    }

    pub(crate) fn put(&self, sink: &mut impl Sink, field: &'static str) {
        sink.put(field, &[self.semi_octets(), self.type_of_address().0]);
        sink.put(field, self.octets());
    }

    pub(crate) fn put_service_centre(address: Option<&Address>, sink: &mut impl Sink) {
        const FIELD: &str = "SCA";
        let Some(address) = address else {
            sink.put(FIELD, &[0]);
            return;
        };
        let octets = address.octets();
        let length = u8::try_from(1 + octets.len()).unwrap_or_default();
        sink.put(FIELD, &[length, address.type_of_address().0]);
        match octets.split_last() {
            Some((last, octets))
                if !address.semi_octets().is_multiple_of(2) && !address.is_alphanumeric() =>
            {
                sink.put(FIELD, octets);
                sink.put(FIELD, &[last | FILL << 4]);
            }
            _ => sink.put(FIELD, octets),
        }
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.filled() == other.filled()
    }
}

impl Eq for Address {}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Self) -> Ordering {
        self.filled().cmp(&other.filled())
    }
}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.filled().hash(state);
    }
}

/// No digits, of unknown type.
impl Default for Address {
    fn default() -> Self {
        Address::of_word(TypeOfAddress::UNKNOWN, 0, 0)
    }
}

impl core::str::FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Address, AddressError> {
        Address::parse(text)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.name() {
            return f.write_str(&name);
        }
        if self.ton() == Ton::INTERNATIONAL {
            f.write_char('+')?;
        }
        self.digits().try_for_each(|digit| f.write_char(digit))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({:02X})", self.type_of_address().0)
    }
}

/// What a semi-octet stands for; F is no digit.
const DIGITS: [char; 15] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'a', 'b', 'c',
];
/// The semi-octet after an odd number of digits.
const FILL: u8 = 0xF;

/// The next `count` octets, at most [`MAX_OCTETS`], as a number whose low semi-octet is the first
/// digit; `None` when there are not as many.
///
/// More are read at once where there are more: octet by octet an address takes longer than all the
/// rest of a TPDU.
#[inline]
fn take_word(reader: &mut Reader<'_>, count: usize) -> Option<u128> {
    let ahead = reader.rest().first_chunk();
    let octets = reader.take(count, "").ok()?;
    Some(match ahead {
        Some(ahead) => u128::from_le_bytes(*ahead) & below(8 * count),
        None => word(octets),
    })
}

/// Octets, at most [`MAX_OCTETS`], as [`take_word`] has them.
fn word(octets: &[u8]) -> u128 {
    let mut wide = [0; 16];
    for (to, from) in wide.iter_mut().zip(octets) {
        *to = *from;
    }
    u128::from_le_bytes(wide)
}

/// A one at the start of each semi-octet that is F.
#[inline]
const fn fills(word: u128) -> u128 {
    word & word >> 1 & word >> 2 & word >> 3 & 0x1111_1111_1111_1111_1111
}

/// Looks for an F among the digits, which take so many bits, and for no F after an odd number.
#[cold]
fn check_digits(
    word: u128,
    bits: usize,
    faults: &mut Faults<'_>,
    start: &Reader<'_>,
    field: &'static str,
) -> Result<(), DecodeError> {
    if fills(word & below(bits)) != 0 {
        let error = start.error(DecodeErrorKind::NotDecimal { value: FILL }, field);
        faults.meet(Tolerance::OddValue, error)?;
    }
    // Some senders fill with 0.
    let [value, ..] = (word >> bits).to_le_bytes();
    if value != 0 && value != FILL {
        let error = start.error(DecodeErrorKind::InvalidValue { value }, field);
        faults.meet(Tolerance::FillSemiOctet, error)?;
    }
    Ok(())
}

/// Whether only F follow the first F of so many semi-octets.
#[cold]
fn is_filled_up(word: u128, semi_octets: u8) -> bool {
    let values = (0..semi_octets).map(|at| word >> (4 * at) & 0xF);
    let mut after = values.skip_while(|value| *value != FILL.into());
    after.all(|value| value == FILL.into())
}

/// A number of so many ones, at most 80.
#[inline]
fn below(bits: usize) -> u128 {
    !(u128::MAX << bits)
}

/// The type octet of an address (TS 23.040 §9.1.2.5): type of number and numbering plan.
///
/// ```
/// use smsgw_gsm::field::{Npi, Ton, TypeOfAddress};
///
/// let international = TypeOfAddress::of(Ton::INTERNATIONAL, Npi::ISDN_TELEPHONE);
/// assert_eq!(international, Some(TypeOfAddress::INTERNATIONAL));
/// assert_eq!(TypeOfAddress(0xD0).ton().to_string(), "alphanumeric");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("TOA", "Type-of-Address"))]
pub struct TypeOfAddress(
    /// The octet as sent. Its top bit is 1 by the standard; reading takes 0 too, and keeps it.
    pub u8,
);

impl TypeOfAddress {
    /// `0x81`: unknown type, telephone numbering plan. Short codes and numbers as dialled.
    pub const UNKNOWN: Self = Self(0x81);
    /// `0x91`: an international number, of the telephone numbering plan.
    pub const INTERNATIONAL: Self = Self(0x91);
    /// `0xA1`: a national number, of the telephone numbering plan.
    pub const NATIONAL: Self = Self(0xA1);
    /// `0xD0`: a name.
    pub const ALPHANUMERIC: Self = Self(0xD0);

    /// Of this type of number and numbering plan; `None` when they are above 7 or 15.
    #[must_use]
    pub const fn of(ton: Ton, npi: Npi) -> Option<Self> {
        match (ton.0, npi.0) {
            (0..=0b0111, 0..=0b1111) => Some(Self(0b1000_0000 | ton.0 << 4 | npi.0)),
            _ => None,
        }
    }

    /// The type of number: bits 6 to 4.
    #[must_use]
    pub const fn ton(self) -> Ton {
        Ton(self.0 >> 4 & 0b0111)
    }

    /// The numbering plan: bits 3 to 0.
    #[must_use]
    pub const fn npi(self) -> Npi {
        Npi(self.0 & 0b1111)
    }
}

impl fmt::Display for TypeOfAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.ton(), self.npi())
    }
}

impl fmt::Debug for TypeOfAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#04X} ({self})", self.0)
    }
}

named_octet! {
    /// What kind of number an address is (TS 23.040 §9.1.2.5): 0 to 7.
    #[doc(alias = "Type-of-number")]
    pub struct Ton;
    UNKNOWN = 0x0: "unknown",
    INTERNATIONAL = 0x1: "international number",
    NATIONAL = 0x2: "national number",
    NETWORK_SPECIFIC = 0x3: "network specific number",
    SUBSCRIBER = 0x4: "subscriber number",
    ALPHANUMERIC = 0x5: "alphanumeric",
    ABBREVIATED = 0x6: "abbreviated number",
    RESERVED = 0x7: "reserved for extension",
}

named_octet! {
    /// The numbering plan of an address (TS 23.040 §9.1.2.5): 0 to 15.
    #[doc(alias = "Numbering-plan-identification")]
    pub struct Npi;
    UNKNOWN = 0x0: "unknown",
    ISDN_TELEPHONE = 0x1: "ISDN/telephone numbering plan",
    DATA = 0x3: "data numbering plan",
    TELEX = 0x4: "telex numbering plan",
    SERVICE_CENTRE_SPECIFIC_5 = 0x5: "service centre specific plan",
    SERVICE_CENTRE_SPECIFIC_6 = 0x6: "service centre specific plan",
    NATIONAL = 0x8: "national numbering plan",
    PRIVATE = 0x9: "private numbering plan",
    ERMES = 0xA: "ERMES numbering plan",
    RESERVED = 0xF: "reserved for extension",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_whatever_fills_them() {
        let of = |toa, count, octets: &[u8]| Address::from_parts(TypeOfAddress(toa), count, octets);
        let (zero, ones) = (of(0x91, 3, &[0x21, 0x03]), of(0x91, 3, &[0x21, 0xF3]));
        assert_eq!(zero, ones);
        assert_eq!(zero.cmp(&ones), Ordering::Equal);
        assert_eq!(zero.unwrap().octets(), [0x21, 0x03]);
        assert_ne!(zero, of(0x81, 3, &[0x21, 0x03]));
        assert_ne!(zero, of(0x91, 4, &[0x21, 0x03]));
        // The bits after a name are kept apart.
        assert_ne!(of(0xD0, 3, &[0x21, 0x03]), of(0xD0, 3, &[0x21, 0xF3]));
    }

    #[test]
    fn parts_that_are_no_address() {
        let of = |toa, count, octets: &[u8]| Address::from_parts(TypeOfAddress(toa), count, octets);
        assert_eq!(of(0x91, 4, &[0x21, 0xF3]), None);
        assert_eq!(of(0x91, 3, &[0x21, 0x13]), None);
        assert_eq!(of(0x91, 3, &[0x21]), None);
        assert!(of(0x91, 4, &[0x21, 0xE3]).is_some() && of(0xD0, 4, &[0x21, 0xF3]).is_some());
        assert_eq!(TypeOfAddress::of(Ton(9), Npi(1)), None);
        assert_eq!(TypeOfAddress::of(Ton(1), Npi(0x1F)), None);
    }
}
