//! Message ids: the spelling in a receipt is not always that of the response.

use alloc::borrow::Cow;
use alloc::string::String;

/// How the id in a receipt (`id:`, `receipted_message_id`) is compared with the `message_id` of
/// the response that named the message first.
///
/// The standard says they are the same; MCs write one in hex and the other in decimal, pad with
/// zeros, or change the case. A policy gives both a normal form that can be an index:
///
/// ```
/// use smsgw_smpp::receipt::{IdMatch, IdOrigin};
///
/// let policy = IdMatch::EXACT.hex_to_decimal();
/// assert_eq!(policy.normalise(IdOrigin::Response, "00DEADBEEF"), "3735928559");
/// assert!(policy.matches("00DEADBEEF", "3735928559"));
/// assert!(!IdMatch::EXACT.matches("00DEADBEEF", "3735928559"));
///
/// let policy = IdMatch::EXACT.ignoring_case().ignoring_zeros();
/// assert!(policy.matches("00AB-c", "ab-C"));
/// ```
///
/// An id that is no number in the base its side should have, or one of more than 256 bits (all
/// that 64 hex digits hold), is compared as text: it equals no number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct IdMatch {
    bases: Option<(Base, Base)>,
    ignores_case: bool,
    ignores_zeros: bool,
}

/// Where an id stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdOrigin {
    /// In `submit_sm_resp`, `submit_multi_resp` or `data_sm_resp`.
    Response,
    /// In a receipt.
    Receipt,
}

impl IdMatch {
    /// The same octets.
    pub const EXACT: Self = Self {
        bases: None,
        ignores_case: false,
        ignores_zeros: false,
    };

    /// Upper and lower case of ASCII letters are the same.
    #[must_use]
    pub const fn ignoring_case(self) -> Self {
        Self {
            ignores_case: true,
            ..self
        }
    }

    /// Zeros in front do not count.
    #[must_use]
    pub const fn ignoring_zeros(self) -> Self {
        Self {
            ignores_zeros: true,
            ..self
        }
    }

    /// The response has the number in hex, the receipt in decimal; case and zeros of numbers do
    /// not count.
    #[must_use]
    pub const fn hex_to_decimal(self) -> Self {
        Self {
            bases: Some((Base::Hex, Base::Decimal)),
            ..self
        }
    }

    /// The response has the number in decimal, the receipt in hex.
    #[must_use]
    pub const fn decimal_to_hex(self) -> Self {
        Self {
            bases: Some((Base::Decimal, Base::Hex)),
            ..self
        }
    }

    /// The normal form: two ids match when theirs are the same. A copy only where it differs from
    /// the id; numbers are in decimal, letters in lower case.
    #[must_use]
    pub fn normalise<'i>(&self, origin: IdOrigin, id: &'i str) -> Cow<'i, str> {
        match self.read(origin, id) {
            Id::Number(number) => {
                let text = number.to_text(Base::Decimal);
                match text == id {
                    true => Cow::Borrowed(id),
                    false => Cow::Owned(text),
                }
            }
            Id::Text(text) if self.ignores_case && text.bytes().any(|c| c.is_ascii_uppercase()) => {
                Cow::Owned(text.to_ascii_lowercase())
            }
            Id::Text(text) => Cow::Borrowed(text),
        }
    }

    /// Whether a receipt with the id `receipt` is about the message with the id `response`.
    #[must_use]
    pub fn matches(&self, response: &str, receipt: &str) -> bool {
        let ids = (
            self.read(IdOrigin::Response, response),
            self.read(IdOrigin::Receipt, receipt),
        );
        match ids {
            (Id::Number(response), Id::Number(receipt)) => response == receipt,
            (Id::Text(response), Id::Text(receipt)) if self.ignores_case => {
                response.eq_ignore_ascii_case(receipt)
            }
            (Id::Text(response), Id::Text(receipt)) => response == receipt,
            _ => false,
        }
    }

    fn read<'i>(&self, origin: IdOrigin, id: &'i str) -> Id<'i> {
        let number = self.bases.and_then(|(response, receipt)| match origin {
            IdOrigin::Response => Number::parse(id, response),
            IdOrigin::Receipt => Number::parse(id, receipt),
        });
        match number {
            Some(number) => Id::Number(number),
            None if self.ignores_zeros => Id::Text(without_zeros(id)),
            None => Id::Text(id),
        }
    }
}

/// An id as its policy reads it.
enum Id<'i> {
    Number(Number),
    Text(&'i str),
}

/// `id` from its first character that is no zero, or its last one.
fn without_zeros(id: &str) -> &str {
    match id.trim_start_matches('0') {
        "" if !id.is_empty() => "0",
        rest => rest,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Base {
    Decimal,
    Hex,
}

impl Base {
    const fn radix(self) -> u32 {
        match self {
            Self::Decimal => 10,
            Self::Hex => 16,
        }
    }
}

/// A number of 256 bits: 32 in each, the lowest first.
#[derive(PartialEq, Eq)]
pub(super) struct Number([u64; 8]);

impl Number {
    /// `None` when `id` has anything but digits, none at all, or is too large.
    pub(super) fn parse(id: &str, base: Base) -> Option<Self> {
        let radix = base.radix();
        let mut limbs = [0; 8];
        for digit in id.chars() {
            let mut carry = u64::from(digit.to_digit(radix)?);
            for limb in &mut limbs {
                let sum = *limb * u64::from(radix) + carry;
                *limb = sum & 0xFFFF_FFFF;
                carry = sum >> 32;
            }
            if carry > 0 {
                return None;
            }
        }
        Some(Self(limbs)).filter(|_| !id.is_empty())
    }

    /// Without zeros in front, hex in lower case.
    pub(super) fn to_text(&self, base: Base) -> String {
        let radix = base.radix();
        let mut limbs = self.0;
        // The lowest first: 78 decimal digits at most.
        let mut digits = ['0'; 78];
        let mut len = 0;
        for place in &mut digits {
            let mut rest = 0;
            for limb in limbs.iter_mut().rev() {
                let part = (rest << 32) | *limb;
                *limb = part / u64::from(radix);
                rest = part % u64::from(radix);
            }
            let digit = u32::try_from(rest).ok();
            *place = digit
                .and_then(|digit| char::from_digit(digit, radix))
                .unwrap_or('0');
            len += 1;
            if limbs == [0; 8] {
                break;
            }
        }
        digits.iter().take(len).rev().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_HEX: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    const MAX_DECIMAL: &str =
        "115792089237316195423570985008687907853269984665640564039457584007913129639935";

    #[test]
    fn each_policy_on_the_ids_of_the_field() {
        let exact = IdMatch::EXACT;
        let case = exact.ignoring_case();
        let unpadded = exact.ignoring_zeros();
        let hex_to_decimal = exact.hex_to_decimal();
        let decimal_to_hex = exact.decimal_to_hex();
        for (policy, response, receipt, expect) in [
            (exact, "0000000042", "0000000042", true),
            (exact, "0000000042", "42", false),
            (exact, "ABC123", "abc123", false),
            (exact, "", "", true),
            (case, "ABC123", "abc123", true),
            (case, "ABC123", "abc124", false),
            (case, "042", "42", false),
            (unpadded, "0000000042", "42", true),
            (unpadded, "42", "000042", true),
            (unpadded, "0", "0000", true),
            (unpadded, "", "0", false),
            (unpadded, "00ab", "AB", false),
            (unpadded.ignoring_case(), "00ab", "AB", true),
            (hex_to_decimal, "2A", "42", true),
            (hex_to_decimal, "0000002a", "0042", true),
            (hex_to_decimal, "42", "42", false),
            (
                hex_to_decimal,
                "ffffffffffffffff",
                "18446744073709551615",
                true,
            ),
            (
                hex_to_decimal,
                "10000000000000000",
                "18446744073709551616",
                true,
            ),
            (hex_to_decimal, MAX_HEX, MAX_DECIMAL, true),
            // No numbers: as text.
            (hex_to_decimal, "3f2504e0-4f89", "3f2504e0-4f89", true),
            (hex_to_decimal, "m-1", "M-1", false),
            (hex_to_decimal.ignoring_case(), "m-1", "M-1", true),
            (hex_to_decimal, "", "", true),
            (hex_to_decimal, "", "0", false),
            (hex_to_decimal, "+2A", "42", false),
            (decimal_to_hex, "42", "2A", true),
            (decimal_to_hex, "42", "0000002a", true),
            (decimal_to_hex, "2A", "42", false),
            (decimal_to_hex, MAX_DECIMAL, MAX_HEX, true),
        ] {
            assert_eq!(
                policy.matches(response, receipt),
                expect,
                "{response} {receipt}"
            );
            let keys = (
                policy.normalise(IdOrigin::Response, response),
                policy.normalise(IdOrigin::Receipt, receipt),
            );
            assert_eq!(keys.0 == keys.1, expect, "{keys:?}");
        }
    }

    #[test]
    fn a_normal_form_is_copied_only_when_it_differs() {
        let all = IdMatch::EXACT.ignoring_case().ignoring_zeros();
        for id in ["42", "00042", "ab", "0ab"] {
            let key = all.normalise(IdOrigin::Receipt, id);
            assert!(matches!(key, Cow::Borrowed(_)), "{id}");
        }
        assert!(matches!(
            all.hex_to_decimal().normalise(IdOrigin::Receipt, "42"),
            Cow::Borrowed("42")
        ));
        assert_eq!(all.normalise(IdOrigin::Receipt, "0AB"), "ab");
    }

    #[test]
    fn what_is_too_large_is_text() {
        let policy = IdMatch::EXACT.hex_to_decimal();
        let larger = alloc::format!("1{}", MAX_HEX.replace('f', "0"));
        assert_eq!(policy.normalise(IdOrigin::Response, &larger), larger);
        let padded = alloc::format!("000{MAX_HEX}");
        assert_eq!(policy.normalise(IdOrigin::Response, &padded), MAX_DECIMAL);
        // Text that is too large does not equal the number it could be.
        let larger = MAX_DECIMAL.replace('5', "9");
        assert!(!policy.matches("2a", &larger));
    }
}
