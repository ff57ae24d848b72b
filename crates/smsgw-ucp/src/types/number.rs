//! Short numbers: up to four decimal digits, kept as they stand in the field.

use core::fmt;
use core::ops::RangeInclusive;

use super::ascii;
use crate::error::ValueError;

/// Up to four decimal digits, leading zeros included; none when the field is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Digits {
    value: u16,
    len: u8,
}

impl Digits {
    pub(crate) const NONE: Self = Self { value: 0, len: 0 };

    /// The digits of a table, which are known to be some.
    pub(crate) const fn literal(digits: &str) -> Self {
        match Self::from_octets(digits.as_bytes()) {
            Some(digits) => digits,
            None => panic!("not one to four digits"),
        }
    }

    /// `value` in at least `len` digits; in more when it needs them. Four at most.
    pub(crate) const fn of(value: u16, len: u8) -> Self {
        let needed = match value {
            ..10 => 1,
            10..100 => 2,
            100..1000 => 3,
            _ => 4,
        };
        let len = if len > needed { len } else { needed };
        Self { value, len }
    }

    pub(crate) fn parse(
        text: &[u8],
        len: RangeInclusive<usize>,
        values: RangeInclusive<u16>,
    ) -> Result<Self, ValueError> {
        let (min, max) = (*len.start(), *len.end());
        ascii::check_len(text, max)?;
        let digits = Self::from_octets(text).ok_or_else(|| ascii::not_decimal(text))?;
        if text.len() < min {
            let had = text.len();
            return Err(ValueError::TooShort { min, had });
        }
        in_range(digits.value, values)?;
        Ok(digits)
    }

    /// `None` unless it is one to four digits.
    const fn from_octets(mut text: &[u8]) -> Option<Self> {
        let mut digits = Self::NONE;
        while let [digit, rest @ ..] = text {
            if !digit.is_ascii_digit() || digits.len == 4 {
                return None;
            }
            digits.value = digits.value * 10 + (*digit - b'0') as u16;
            digits.len += 1;
            text = rest;
        }
        if digits.len == 0 {
            return None;
        }
        Some(digits)
    }

    pub(crate) const fn value(self) -> Option<u16> {
        match self.len {
            0 => None,
            _ => Some(self.value),
        }
    }

    pub(crate) const fn len(self) -> usize {
        self.len as usize
    }

    /// Its digits, behind as many zeros as make them four.
    const fn four(self) -> [u8; 4] {
        let mut left = self.value;
        let mut octets = [0; 4];
        let mut rest: &mut [u8] = &mut octets;
        while let [before @ .., last] = rest {
            *last = b'0' + (left % 10) as u8;
            left /= 10;
            rest = before;
        }
        octets
    }

    /// Hands its digits to `take`.
    pub(crate) fn with_text<T>(self, take: impl FnOnce(&[u8]) -> T) -> T {
        let four = self.four();
        take(four.get(4 - self.len().min(4)..).unwrap_or_default())
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|digits| f.write_str(ascii::text(digits)))
    }
}

/// Checks that `value` is one of `values`.
pub(crate) fn in_range(value: u16, values: RangeInclusive<u16>) -> Result<(), ValueError> {
    if values.contains(&value) {
        return Ok(());
    }
    Err(ValueError::OutOfRange {
        min: (*values.start()).into(),
        max: (*values.end()).into(),
        had: value.into(),
    })
}

/// The types of fields that hold a number: how many digits, which values, and those that mean
/// something.
macro_rules! numbers {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident: $min:literal to $max:literal digits, $values:expr;
        $( $row:ident = $digits:literal, $text:literal; )*
    )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::types::number::Digits);

        impl $name {
            /// Nothing: the field is empty.
            pub const ABSENT: Self = Self($crate::types::number::Digits::NONE);
            $(
                #[doc = concat!("`", $digits, "`: ", $text, ".")]
                pub const $row: Self = Self($crate::types::number::Digits::literal($digits));
            )*

            #[doc = concat!("This number, in ", stringify!($max), " digits.")]
            ///
            /// # Errors
            /// [`OutOfRange`](crate::ValueError::OutOfRange) for a number that the field cannot
            /// hold.
            pub fn new(number: u16) -> Result<Self, $crate::ValueError> {
                $crate::types::number::in_range(number, $values)?;
                Ok(Self($crate::types::number::Digits::of(number, $max)))
            }

            /// The number; `None` when the field is empty.
            #[must_use]
            pub const fn number(self) -> Option<u16> {
                self.0.value()
            }

            /// Whether the field is empty.
            #[must_use]
            pub const fn is_absent(self) -> bool {
                self.number().is_none()
            }

            /// What it means; `None` when it is not in the table.
            #[must_use]
            pub const fn text(self) -> Option<&'static str> {
                match self {
                    $( Self::$row => Some($text), )*
                    _ => None,
                }
            }

            fn parse(text: &[u8]) -> Result<Self, $crate::ValueError> {
                $crate::types::number::Digits::parse(text, $min..=$max, $values).map(Self)
            }
        }

        /// The digits; nothing when the field is empty.
        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.text() {
                    Some(text) => write!(f, "{self} ({text})"),
                    None if self.is_absent() => f.write_str("absent"),
                    None => write!(f, "{self}"),
                }
            }
        }
    )* };
}

/// Lets types made by [`numbers`] stand in fields.
macro_rules! number_fields {
    ($($name:ident),+ $(,)?) => { $(
        impl<'a> $crate::types::field::OneField<'a> for $name {
            #[inline]
            fn read_text(
                source: &mut $crate::types::field::Source<'a, '_, '_>,
            ) -> Result<Self, $crate::DecodeError> {
                Self::parse(source.text).map_err(|error| source.invalid(error))
            }

            #[inline]
            fn text_len(&self) -> usize {
                self.0.len()
            }

            #[inline]
            fn write_text(&self, writer: &mut $crate::wire::Writer<'_>) {
                self.0.with_text(|digits| writer.octets(digits));
            }
        }
    )+ };
}

pub(crate) use {number_fields, numbers};

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn every_number_of_every_width() {
        for value in 0..=9999 {
            for len in 1..=4 {
                let digits = Digits::of(value, len);
                let text = alloc::format!("{value:0width$}", width = usize::from(len));
                assert_eq!(digits.to_string(), text);
                assert_eq!(Digits::parse(text.as_bytes(), 1..=4, 0..=9999), Ok(digits));
                assert_eq!((digits.value(), digits.len()), (Some(value), text.len()));
            }
        }
        assert_eq!(
            (Digits::NONE.to_string().as_str(), Digits::NONE.value()),
            ("", None)
        );
    }

    #[test]
    fn what_does_not_fit() {
        let parse = |text: &str| Digits::parse(text.as_bytes(), 2..=3, 5..=255);
        assert_eq!(parse("1000"), Err(ValueError::TooLong { max: 3, had: 4 }));
        assert_eq!(parse("7"), Err(ValueError::TooShort { min: 2, had: 1 }));
        assert_eq!(parse("1x"), Err(ValueError::NotDigit { at: 1 }));
        let out = |had| ValueError::OutOfRange {
            min: 5,
            max: 255,
            had,
        };
        assert_eq!(parse("256"), Err(out(256)));
        assert_eq!(parse("004"), Err(out(4)));
        assert!(parse("005").is_ok() && parse("255").is_ok());
    }
}
