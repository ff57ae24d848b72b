//! Octets as hex when serialized: shorter than a list of numbers, and readable. For
//! `#[serde(with = "smsgw::hex")]`.

use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

/// Writes two hex digits for each octet.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
    let hex: String = octets
        .iter()
        .flat_map(|o| [digit(o >> 4), digit(o & 0x0F)])
        .collect();
    serializer.serialize_str(&hex)
}

/// Reads two hex digits for each octet.
///
/// # Errors
/// When it is not a string of an even number of hex digits.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let hex = String::deserialize(deserializer)?;
    let digit = |c: u8| {
        char::from(c)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let octets: Option<Vec<u8>> = hex
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            &[high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect();
    octets.ok_or_else(|| D::Error::custom("not an even number of hex digits"))
}
