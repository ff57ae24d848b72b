//! The character set of strings between the modem and its user: `+CSCS` (3GPP TS 27.007 §5.5).
//!
//! A string on the line is Latin-1 here: one character an octet.

use smsgw_gsm::{alphabet, ucs2};

/// A value of `+CSCS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Charset {
    /// `GSM`: the septets of the default alphabet, one an octet.
    Gsm,
    /// `IRA`: ASCII.
    Ira,
    /// `UCS2`: UTF-16BE in hex.
    Ucs2,
    /// `HEX`: the septets of the default alphabet in hex.
    Hex,
    /// `8859-1`: Latin-1.
    Latin1,
    /// `PCCP437`, taken for ASCII.
    Pccp437,
}

impl Charset {
    /// As the standard spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gsm => "GSM",
            Self::Ira => "IRA",
            Self::Ucs2 => "UCS2",
            Self::Hex => "HEX",
            Self::Latin1 => "8859-1",
            Self::Pccp437 => "PCCP437",
        }
    }

    /// A text as the line has it. A character that the set does not have is `?`.
    pub(crate) fn encode(self, text: &str) -> String {
        match self {
            Self::Gsm => septets(text).into_iter().map(char::from).collect(),
            Self::Hex => to_hex(&septets(text)),
            Self::Ucs2 => to_hex(&ucs2::encode(text)),
            Self::Ira | Self::Pccp437 => limited(text, 0x7F),
            Self::Latin1 => limited(text, 0xFF),
        }
    }

    /// The text of what the line has; `None` when it is not of this set.
    pub(crate) fn decode(self, line: &str) -> Option<String> {
        match self {
            Self::Gsm => {
                let octets: Vec<u8> = line.chars().map_while(octet).collect();
                Some(alphabet::decode_unpacked(&octets))
            }
            Self::Hex => from_hex(line).map(|octets| alphabet::decode_unpacked(&octets)),
            Self::Ucs2 => {
                let octets = from_hex(line)?;
                octets
                    .len()
                    .is_multiple_of(2)
                    .then(|| ucs2::decode(&octets))
            }
            Self::Ira | Self::Pccp437 | Self::Latin1 => Some(line.to_owned()),
        }
    }
}

fn octet(character: char) -> Option<u8> {
    u8::try_from(u32::from(character)).ok()
}

/// The septets of a text, one an octet, with `?` for what the alphabet does not have.
pub(crate) fn septets(text: &str) -> Vec<u8> {
    let mut septets = Vec::with_capacity(text.len());
    let mut one = [0; 4];
    for character in text.chars() {
        let character = character.encode_utf8(&mut one);
        let encoded = alphabet::encode_unpacked(character);
        septets.extend(encoded.unwrap_or_else(|_| vec![b'?']));
    }
    septets
}

fn limited(text: &str, last: u32) -> String {
    let known = |character: char| u32::from(character) <= last;
    text.chars()
        .map(|character| if known(character) { character } else { '?' })
        .collect()
}

/// Octets in upper case hex.
pub(crate) fn to_hex(octets: &[u8]) -> String {
    let digit = |value: u8| {
        let digit = char::from_digit(value.into(), 16).unwrap_or_default();
        digit.to_ascii_uppercase()
    };
    let pairs = octets.iter().map(|octet| [octet >> 4, octet & 0x0F]);
    pairs.flatten().map(digit).collect()
}

/// The octets of hex in either case; `None` when it is none.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|character| character.to_digit(16));
    let digits: Vec<u32> = digits.collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let octets = pairs
        .iter()
        .map(|[high, low]| u8::try_from(high << 4 | low));
    rest.is_empty().then(|| octets.flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_has_its_form_and_comes_back() {
        for (charset, line) in [
            (Charset::Gsm, "\u{0}1"),
            (Charset::Ira, "@1"),
            (Charset::Latin1, "@1"),
            (Charset::Hex, "0031"),
            (Charset::Ucs2, "00400031"),
        ] {
            assert_eq!(charset.encode("@1"), line, "{}", charset.name());
            assert_eq!(charset.decode(line).as_deref(), Some("@1"));
        }
        assert_eq!(Charset::Latin1.encode("é€"), "é?");
        assert_eq!(Charset::Ira.encode("é"), "?");
        assert_eq!(Charset::Ucs2.encode("€"), "20AC");
        assert_eq!(Charset::Gsm.encode("€"), "\u{1B}e");
        assert_eq!(Charset::Ucs2.decode("004"), None);
        assert_eq!(Charset::Ucs2.decode("SM"), None);
    }
}
