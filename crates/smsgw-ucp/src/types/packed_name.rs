//! Names as senders: up to 11 characters of the GSM alphabet, packed in 7 bits, in hexadecimal
//! digits behind their length (OAdC with OTOA 5039).

use alloc::string::String;
use core::fmt;

use smsgw_gsm::alphabet::{Code, ESCAPE, Tables};
use smsgw_gsm::septet::{self, FillBits};

use super::ascii;
use super::hex::{Hex, pair_of};
use super::originator::Originator;
use crate::error::ValueError;

/// A name as it stands in OAdC: two digits LL, how many useful half octets follow, and the octets.
///
/// The characters are septets of the GSM alphabet, packed as in a short message.
///
/// ```
/// use smsgw_ucp::types::PackedName;
///
/// let name = PackedName::new("10412614190438AB4D")?;
/// assert_eq!(name.to_string(), "ALPHA@NUM");
/// assert_eq!(PackedName::pack("ALPHA@NUM")?.as_name(), name);
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PackedName<'a> {
    /// LL.
    semi_octets: u8,
    octets: Hex<'a>,
    /// All of it.
    digits: &'a [u8],
}

impl<'a> PackedName<'a> {
    /// Most septets: characters, those of the extension of the alphabet twice.
    pub const MAX: usize = 11;

    /// Packs a name.
    ///
    /// # Errors
    /// [`TooShort`](ValueError::TooShort) for no character, [`TooLong`](ValueError::TooLong) for
    /// more than 11 septets, [`Character`](ValueError::Character) for the first character that the
    /// GSM alphabet lacks.
    pub fn pack(name: &str) -> Result<PackedBuf, ValueError> {
        PackedBuf::new(name)
    }

    /// Takes the digits of OAdC.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong), [`NotHex`](ValueError::NotHex) or
    /// [`OddHex`](ValueError::OddHex) when they are no octets,
    /// [`Truncated`](ValueError::Truncated) when they are not as many as LL says.
    pub fn new(digits: &'a str) -> Result<Self, ValueError> {
        ascii::check_len(digits.as_bytes(), Originator::MAX)?;
        let hex = Hex::new(digits)?;
        let name = Self::of(hex.digits()).ok_or(ValueError::TooShort { min: 4, had: 0 })?;
        if name.has_right_len() {
            Ok(name)
        } else {
            Err(name.len_error())
        }
    }

    /// `None` when they are no octets. LL is not checked.
    pub(super) fn of(digits: &'a [u8]) -> Option<Self> {
        if !digits.len().is_multiple_of(2) || !ascii::are_hex(digits) {
            return None;
        }
        let (semi_octets, octets) = Hex::of(digits).split_first()?;
        Some(Self {
            semi_octets,
            octets,
            digits,
        })
    }

    /// LL: how many of the half octets are useful, as the sender counts them.
    #[must_use]
    pub const fn semi_octets(&self) -> u8 {
        self.semi_octets
    }

    /// How many septets there are, as LL says; fewer when there are fewer.
    #[must_use]
    pub fn septets(&self) -> usize {
        let said = usize::from(self.semi_octets) * 4 / 7;
        said.min(septet::capacity(self.octets.len(), FillBits::NONE))
    }

    /// The name.
    ///
    /// Some senders put the number of digits into LL. For most names that comes to the same; one of
    /// seven characters then has an eighth, `@` or a carriage return: see [`Self::trimmed_text`].
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text);
        text
    }

    /// The name, appended to `text`.
    pub fn write_to(&self, text: &mut String) {
        let mut octets = [0; OCTETS];
        for (place, octet) in octets.iter_mut().zip(self.octets) {
            *place = octet;
        }
        Tables::DEFAULT.decode_packed_into(&octets, self.septets(), FillBits::NONE, text);
    }

    /// The name, without an `@` or a carriage return at its end when LL is 0E: for peers that put
    /// the number of digits into LL.
    ///
    /// ```
    /// use smsgw_ucp::types::PackedName;
    ///
    /// let name = PackedName::new("0E61F1985C369F01")?;
    /// assert_eq!((name.text(), name.trimmed_text()), ("abcdefg@".into(), "abcdefg".into()));
    /// # Ok::<(), smsgw_ucp::ValueError>(())
    /// ```
    #[must_use]
    pub fn trimmed_text(&self) -> String {
        let mut text = self.text();
        if self.semi_octets == 0x0E && text.ends_with(['@', '\r']) {
            text.pop();
        }
        text
    }

    /// Whether there are as many digits as LL says, and a character in them.
    pub(super) fn has_right_len(&self) -> bool {
        let needed = usize::from(self.semi_octets).div_ceil(2);
        self.octets.len() == needed && self.septets() > 0
    }

    pub(super) fn len_error(&self) -> ValueError {
        let (needed, had) = (self.semi_octets.into(), 2 * self.octets.len());
        ValueError::Truncated { needed, had }
    }
}

/// The name.
impl fmt::Display for PackedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl fmt::Debug for PackedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text())
    }
}

/// Octets of the longest name.
const OCTETS: usize = septet::packed_len(PackedName::MAX, FillBits::NONE);

/// A packed name, for an [`Originator`] to borrow.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PackedBuf {
    digits: [u8; Originator::MAX],
    len: usize,
}

impl PackedBuf {
    fn new(name: &str) -> Result<Self, ValueError> {
        let mut septets = [0; PackedName::MAX];
        let mut room = septets.iter_mut();
        let mut count = 0;
        for (at, character) in name.chars().enumerate() {
            let code = Code::of(character).ok_or(ValueError::Character { at })?;
            let septets = match code {
                Code::Plain(code) => [Some(code), None],
                Code::Escaped(code) => [Some(ESCAPE), Some(code)],
            };
            for septet in septets.into_iter().flatten() {
                count += 1;
                if let Some(place) = room.next() {
                    *place = septet;
                }
            }
        }
        if count == 0 {
            return Err(ValueError::TooShort { min: 1, had: 0 });
        }
        let Some(septets) = septets.get(..count) else {
            let max = PackedName::MAX;
            return Err(ValueError::TooLong { max, had: count });
        };
        let mut octets = [0; OCTETS];
        let len = septet::pack_into(septets, FillBits::NONE, &mut octets).unwrap_or_default();
        let semi_octets = (7 * count).div_ceil(4).try_into().unwrap_or_default();
        let mut digits = [0; Originator::MAX];
        let (pairs, _) = digits.as_chunks_mut();
        let octets = octets.iter().take(len);
        for (pair, octet) in pairs
            .iter_mut()
            .zip([&semi_octets].into_iter().chain(octets))
        {
            *pair = pair_of(*octet);
        }
        let len = 2 + 2 * len;
        Ok(Self { digits, len })
    }

    /// As it stands in OAdC; OTOA has to be [`ALPHANUMERIC`](crate::types::Otoa::ALPHANUMERIC)
    /// beside it.
    #[must_use]
    pub fn as_originator(&self) -> Originator<'_> {
        Originator::of(self.digits())
    }

    /// The name.
    #[must_use]
    pub fn as_name(&self) -> PackedName<'_> {
        let digits = self.digits();
        let (semi_octets, octets) = Hex::of(digits).split_first().unwrap_or_default();
        PackedName {
            semi_octets,
            octets,
            digits,
        }
    }

    fn digits(&self) -> &[u8] {
        self.digits.get(..self.len).unwrap_or_default()
    }
}

impl fmt::Debug for PackedBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_name().fmt(f)
    }
}
