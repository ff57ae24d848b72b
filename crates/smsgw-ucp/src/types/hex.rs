//! Octets as hexadecimal digits, as all free text and all data travel.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::ascii;
use super::field::Source;
use crate::error::{DecodeError, ValueError};
use crate::quirks::Tolerance;
use crate::text::Alphabet;

/// Octets, two hexadecimal digits each.
///
/// ```
/// use smsgw_ucp::Alphabet;
/// use smsgw_ucp::types::Hex;
///
/// let hex = Hex::new("68656C6C6F")?;
/// assert_eq!((hex.len(), hex.to_vec()), (5, b"hello".to_vec()));
/// assert_eq!(hex.text(Alphabet::Gsm), "hello");
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Hex<'a>(&'a [u8]);

impl<'a> Hex<'a> {
    /// No octets.
    pub const EMPTY: Self = Self(&[]);

    /// Takes digits in upper case.
    ///
    /// # Errors
    /// [`NotHex`](ValueError::NotHex) for anything else, [`OddHex`](ValueError::OddHex) for half
    /// an octet.
    pub fn new(digits: &'a str) -> Result<Self, ValueError> {
        let digits = digits.as_bytes();
        if !ascii::are_upper_hex(digits) {
            return Err(ascii::not_hex(digits));
        }
        check_even(digits)?;
        Ok(Self(digits))
    }

    /// How many octets they are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len() / 2
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The digits, as they stand in the field.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        ascii::text(self.0)
    }

    /// The octets, one by one.
    #[must_use]
    pub fn octets(&self) -> HexOctets<'a> {
        let (pairs, _) = self.0.as_chunks();
        HexOctets(pairs.iter())
    }

    /// Appends the octets to `octets`.
    pub fn decode_into(&self, octets: &mut Vec<u8>) {
        let before = octets.len();
        octets.resize(before + self.len(), 0);
        self.octets()
            .fill(octets.get_mut(before..).unwrap_or_default());
    }

    /// The octets.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut octets = Vec::new();
        self.decode_into(&mut octets);
        octets
    }

    /// The octets as text.
    #[must_use]
    pub fn text(&self, alphabet: Alphabet) -> String {
        let mut text = String::with_capacity(self.len());
        let mut octets = self.octets();
        alphabet.decode_from(|room| octets.fill(room), &mut text);
        text
    }

    /// The first octet and the others.
    pub(crate) fn split_first(self) -> Option<(u8, Self)> {
        let (pair, rest) = self.0.split_first_chunk()?;
        Some((octet(pair), Self(rest)))
    }

    /// The first `len` octets and the others, when there are as many.
    pub(crate) fn split_at(self, len: usize) -> Option<(Self, Self)> {
        let (first, rest) = self.0.split_at_checked(len.checked_mul(2)?)?;
        Some((Self(first), Self(rest)))
    }

    pub(crate) const fn digits(self) -> &'a [u8] {
        self.0
    }

    /// Takes the text of a field that has at most `max` digits.
    #[inline]
    pub(crate) fn read_from(
        source: &mut Source<'a, '_, '_>,
        max: usize,
    ) -> Result<Self, DecodeError> {
        check_digits(source, max)?;
        check_even(source.text).map_err(|error| source.invalid(error))?;
        Ok(Self(source.text))
    }

    /// Digits that were checked.
    pub(crate) const fn of(digits: &'a [u8]) -> Self {
        Self(digits)
    }
}

/// Checks that the field holds at most `max` hexadecimal digits.
#[inline]
pub(crate) fn check_digits(source: &mut Source<'_, '_, '_>, max: usize) -> Result<(), DecodeError> {
    ascii::check_len(source.text, max).map_err(|error| source.invalid(error))?;
    if !ascii::are_upper_hex(source.text) {
        let error = ascii::not_hex(source.text);
        let is_allowed = source.quirks().lower_case_hex && ascii::are_hex(source.text);
        source.let_through(is_allowed, Tolerance::LowerCaseHex, error)?;
    }
    Ok(())
}

const fn check_even(digits: &[u8]) -> Result<(), ValueError> {
    let had = digits.len();
    if had.is_multiple_of(2) {
        Ok(())
    } else {
        Err(ValueError::OddHex { had })
    }
}

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'a> TryFrom<&'a str> for Hex<'a> {
    type Error = ValueError;

    fn try_from(digits: &'a str) -> Result<Self, ValueError> {
        Self::new(digits)
    }
}

impl<'a> IntoIterator for Hex<'a> {
    type Item = u8;
    type IntoIter = HexOctets<'a>;

    fn into_iter(self) -> HexOctets<'a> {
        self.octets()
    }
}

/// The octets of a [`Hex`], one by one.
#[derive(Clone, Debug)]
pub struct HexOctets<'a>(core::slice::Iter<'a, [u8; 2]>);

impl HexOctets<'_> {
    /// Fills `room` with as many as there are; how many that is. Quicker than one by one.
    fn fill(&mut self, room: &mut [u8]) -> usize {
        let len = room.len().min(self.0.len());
        let (pairs, rest) = self.0.as_slice().split_at(len);
        for (place, pair) in room.iter_mut().zip(pairs) {
            *place = octet(pair);
        }
        self.0 = rest.iter();
        len
    }
}

impl Iterator for HexOctets<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        self.0.next().map(octet)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for HexOctets<'_> {}

/// The octet of two digits of either case.
#[inline]
const fn octet(pair: &[u8; 2]) -> u8 {
    // Both at once, for vector code. Letters have bit 6, and end in 1 to 6.
    let pair = u16::from_le_bytes(*pair);
    let nibbles = (pair & 0x0F0F) + 9 * (pair >> 6 & 0x0101);
    let [octet, _] = (nibbles << 4 | nibbles >> 8).to_le_bytes();
    octet
}

/// Octets made hexadecimal digits, for a [`Hex`] to borrow.
///
/// ```
/// use smsgw_ucp::types::HexBuf;
///
/// assert_eq!(HexBuf::encode(b"hello").as_hex().as_str(), "68656C6C6F");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HexBuf(Vec<u8>);

impl HexBuf {
    /// Makes digits of octets, in upper case.
    #[must_use]
    pub fn encode(octets: &[u8]) -> Self {
        let mut digits = vec![0; 2 * octets.len()];
        let (pairs, _) = digits.as_chunks_mut();
        for (pair, octet) in pairs.iter_mut().zip(octets) {
            *pair = pair_of(*octet);
        }
        Self(digits)
    }

    /// The digits.
    #[must_use]
    pub fn as_hex(&self) -> Hex<'_> {
        Hex(&self.0)
    }
}

impl<'a> From<&'a HexBuf> for Hex<'a> {
    fn from(buf: &'a HexBuf) -> Self {
        buf.as_hex()
    }
}

/// The two digits of an octet.
pub(crate) const fn pair_of(octet: u8) -> [u8; 2] {
    const fn digit(nibble: u8) -> u8 {
        // No branch, for vector code.
        b'0' + nibble + (nibble > 9) as u8 * (b'A' - b'9' - 1)
    }
    [digit(octet >> 4), digit(octet & 0x0F)]
}
