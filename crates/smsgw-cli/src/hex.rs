//! Octets as hex digits.

use crate::error::Error;

/// Octets as hex, without blanks.
pub(crate) fn encode(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// The same in capital letters, as AT commands have it.
pub(crate) fn encode_upper(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// The octets of hex digits; blanks between the digits do not matter.
pub(crate) fn decode(digits: &[u8]) -> Result<Vec<u8>, Error> {
    let mut octets = Vec::with_capacity(digits.len() / 2);
    let mut high = None;
    for &character in digits.iter().filter(|octet| !octet.is_ascii_whitespace()) {
        let Some(digit) = char::from(character).to_digit(16) else {
            let message = format!(
                "not hex: '{}' at octet {}",
                character.escape_ascii(),
                octets.len()
            );
            return Err(Error::new("hex", Some("hex"), octets.len(), message));
        };
        match high.take() {
            None => high = Some(digit),
            Some(high) => octets.extend(u8::try_from(high << 4 | digit)),
        }
    }
    if high.is_some() {
        let message = format!("half an octet of hex at octet {}", octets.len());
        return Err(Error::new("hex", Some("hex"), octets.len(), message));
    }
    Ok(octets)
}
