//! Octets as hexadecimal digits in pairs, as PDU mode has them.

use alloc::string::String;
use alloc::vec::Vec;

const DIGITS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
];

/// Appends two digits for each octet, in capitals: some modems take no others.
pub(crate) fn write(octets: &[u8], text: &mut String) {
    text.reserve(2 * octets.len());
    for octet in octets {
        for half in [octet >> 4, octet & 0x0F] {
            text.extend(DIGITS.get(usize::from(half)));
        }
    }
}

/// The octets that `text` stands for; `None` unless it is digits in pairs.
pub(crate) fn read(text: &str) -> Option<Vec<u8>> {
    let (pairs, odd) = text.as_bytes().as_chunks::<2>();
    if !odd.is_empty() {
        return None;
    }
    let digit = |octet: u8| u8::try_from(char::from(octet).to_digit(16)?).ok();
    pairs
        .iter()
        .map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_only() {
        assert_eq!(read("0aF9"), Some(alloc::vec![0x0A, 0xF9]));
        assert_eq!(read(""), Some(Vec::new()));
        for wrong in ["0", "0G", "+1", " 1", "é"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let mut text = String::new();
        write(&[0x0A, 0xF9], &mut text);
        assert_eq!(text, "0AF9");
    }
}
