//! Which octets are digits. Every field is checked here, so the loops have neither branches nor
//! booleans in them: the compiler makes vector code of those.

use crate::error::ValueError;

/// How far `octet` is above the `count` characters from `first` on; 0 for one of them.
const fn beyond(octet: u8, first: u8, count: u8) -> u8 {
    octet.wrapping_sub(first).saturating_sub(count - 1)
}

/// 0 for a decimal digit.
fn no_decimal(octet: u8) -> u8 {
    beyond(octet, b'0', 10)
}

/// 0 for a hexadecimal digit in upper case.
fn no_upper_hex(octet: u8) -> u8 {
    no_decimal(octet).min(beyond(octet, b'A', 6))
}

/// 0 for a hexadecimal digit.
fn no_hex(octet: u8) -> u8 {
    no_decimal(octet).min(beyond(octet | 0x20, b'a', 6))
}

/// Space to tilde, but for the slash that ends fields.
pub(super) const fn is_printable(octet: u8) -> bool {
    (octet.wrapping_sub(b' ') < 0x5F) & (octet != b'/')
}

#[inline]
fn all(octets: &[u8], no: impl Fn(u8) -> u8) -> bool {
    if octets.len() >= 16 {
        blocks::<16>(octets, no)
    } else if octets.len() >= 8 {
        blocks::<8>(octets, no)
    } else {
        octets.iter().fold(0, |any, &octet| any | no(octet)) == 0
    }
}

#[inline]
fn blocks<const N: usize>(octets: &[u8], no: impl Fn(u8) -> u8) -> bool {
    let Some(last) = octets.last_chunk::<N>() else {
        return false;
    };
    // The last ones may have been looked at before: that is quicker than one by one.
    let (blocks, _) = octets.as_chunks::<N>();
    let mut others = [0; N];
    for block in blocks.iter().chain([last]) {
        for (other, &octet) in others.iter_mut().zip(block) {
            *other |= no(octet);
        }
    }
    others == [0; N]
}

#[inline]
pub(super) fn are_decimal(octets: &[u8]) -> bool {
    all(octets, no_decimal)
}

#[inline]
pub(super) fn are_upper_hex(octets: &[u8]) -> bool {
    all(octets, no_upper_hex)
}

#[inline]
pub(super) fn are_hex(octets: &[u8]) -> bool {
    all(octets, no_hex)
}

/// An error that tells where the first octet is that is no decimal digit.
#[cold]
pub(super) fn not_decimal(octets: &[u8]) -> ValueError {
    let at = first(octets, no_decimal);
    ValueError::NotDigit { at }
}

/// An error that tells where the first octet is that is no hexadecimal digit in upper case, or in
/// either when there is none.
#[cold]
pub(super) fn not_hex(octets: &[u8]) -> ValueError {
    let unwanted = if are_hex(octets) {
        no_upper_hex
    } else {
        no_hex
    };
    let at = first(octets, unwanted);
    ValueError::NotHex { at }
}

/// Checks that all are characters a field can have.
pub(super) fn check_printable(octets: &[u8]) -> Result<(), ValueError> {
    match octets.iter().position(|&octet| !is_printable(octet)) {
        Some(at) => Err(ValueError::Character { at }),
        None => Ok(()),
    }
}

/// Checks that there are at most `max`.
#[inline]
pub(super) const fn check_len(octets: &[u8], max: usize) -> Result<(), ValueError> {
    if octets.len() > max {
        let had = octets.len();
        return Err(ValueError::TooLong { max, had });
    }
    Ok(())
}

/// What was checked to be ASCII.
pub(super) fn text(octets: &[u8]) -> &str {
    str::from_utf8(octets).unwrap_or_default()
}

/// Where the first is that is none.
fn first(octets: &[u8], no: fn(u8) -> u8) -> usize {
    let found = octets.iter().position(|&octet| no(octet) != 0);
    found.unwrap_or(octets.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_octet_at_each_place() {
        for octet in 0..=u8::MAX {
            let character = char::from(octet);
            for len in 1..=40 {
                for at in [0, len / 2, len - 1] {
                    let mut octets = [b'5'; 40];
                    octets[at] = octet;
                    let octets = &octets[..len];
                    assert_eq!(are_decimal(octets), character.is_ascii_digit());
                    assert_eq!(are_hex(octets), character.is_ascii_hexdigit());
                    let is_upper = octet.is_ascii_hexdigit() && !octet.is_ascii_lowercase();
                    assert_eq!(are_upper_hex(octets), is_upper);
                    let is_printable = matches!(character, ' '..='~') && character != '/';
                    assert_eq!(check_printable(octets).is_ok(), is_printable);
                }
            }
        }
    }

    #[test]
    fn errors_name_the_first_stranger() {
        assert_eq!(not_decimal(b"12a4"), ValueError::NotDigit { at: 2 });
        assert_eq!(not_hex(b"1Ab4"), ValueError::NotHex { at: 2 });
        assert_eq!(not_hex(b"1Abx"), ValueError::NotHex { at: 3 });
        let slash = ValueError::Character { at: 1 };
        assert_eq!(check_printable(b"a/b"), Err(slash));
    }
}
