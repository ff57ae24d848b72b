//! The numbers of the equipment, the subscription and the SIM.

use core::fmt;
use core::str::FromStr;

use crate::error::ValueError;

/// Up to `MAX` digits of a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Digits<const MAX: usize> {
    len: u8,
    digits: [u8; MAX],
}

impl<const MAX: usize> Digits<MAX> {
    fn parse(text: &str, min: usize, is_digit: impl Fn(u8) -> bool) -> Result<Self, ValueError> {
        let wrong = |(_, character): &(usize, char)| !u8::try_from(*character).is_ok_and(&is_digit);
        if let Some((offset, character)) = text.char_indices().find(wrong) {
            return Err(ValueError::Character { character, offset });
        }
        let had = text.len();
        if had < min {
            return Err(ValueError::TooShort { min, had });
        }
        let mut digits = [0; MAX];
        let too_long = ValueError::TooLong { max: MAX, had };
        let len = u8::try_from(had).map_err(|_| too_long)?;
        let place = digits.get_mut(..had).ok_or(too_long)?;
        place.copy_from_slice(text.as_bytes());
        digits.make_ascii_uppercase();
        Ok(Self { len, digits })
    }

    fn as_str(&self) -> &str {
        let digits = self.digits.get(..usize::from(self.len));
        // They were checked to be ASCII.
        digits
            .and_then(|digits| str::from_utf8(digits).ok())
            .unwrap_or_default()
    }
}

macro_rules! numbers {
    ($( $(#[$meta:meta])* pub struct $name:ident($max:literal); )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Digits<$max>);

        impl $name {
            /// Its digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                Self::parse(text)
            }
        }
    )* };
}

numbers! {
    /// The number of a piece of equipment (23.003 §6.2): 14 to 16 digits; 15 with the check digit,
    /// 16 with the version of its software.
    ///
    /// ```
    /// use smsgw_at::command::identity::Imei;
    ///
    /// let imei = Imei::parse("356938035643809")?;
    /// assert!(imei.has_right_check_digit());
    /// assert!(Imei::parse("unknown").is_err());
    /// # Ok::<(), smsgw_at::ValueError>(())
    /// ```
    pub struct Imei(16);

    /// The number of a subscription (23.003 §2.2): 6 to 15 digits.
    pub struct Imsi(15);

    /// The number of a SIM (ITU-T E.118): 18 to 20 digits. Some operators have digits up to `E`
    /// among them.
    ///
    /// ```
    /// use smsgw_at::command::identity::Iccid;
    ///
    /// let iccid = Iccid::parse("8901410321111851072")?;
    /// // As the file on the SIM has it: each pair swapped, filled with F.
    /// assert_eq!(Iccid::parse("981014301211811570F2")?, iccid);
    /// # Ok::<(), smsgw_at::ValueError>(())
    /// ```
    pub struct Iccid(20);
}

impl Imei {
    /// The number that these digits are.
    ///
    /// # Errors
    /// [`ValueError`] unless they are 14 to 16 decimal digits.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        Digits::parse(text, 14, |octet| octet.is_ascii_digit()).map(Self)
    }

    /// Whether its 15th digit fits the others, as it has to. Cheap equipment has whatever; with 14
    /// or 16 digits there is none to check.
    #[must_use]
    pub fn has_right_check_digit(&self) -> bool {
        let digits = self.as_str();
        let sum: u32 = digits
            .bytes()
            .zip([1, 2].into_iter().cycle())
            .map(|(digit, times)| {
                let product = u32::from(digit.wrapping_sub(b'0')) * times;
                product / 10 + product % 10
            })
            .sum();
        digits.len() != 15 || sum.is_multiple_of(10)
    }
}

impl Imsi {
    /// The number that these digits are.
    ///
    /// # Errors
    /// [`ValueError`] unless they are 6 to 15 decimal digits.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        Digits::parse(text, 6, |octet| octet.is_ascii_digit()).map(Self)
    }

    /// The country: its first three digits (MCC).
    #[must_use]
    #[doc(alias = "MCC")]
    pub fn mobile_country_code(&self) -> &str {
        self.as_str().get(..3).unwrap_or_default()
    }
}

impl Iccid {
    /// The number that these digits are. Pairs may be swapped, as on the SIM: every number begins
    /// with 89. An `F` at the end is filling.
    ///
    /// # Errors
    /// [`ValueError`] unless they are 18 to 20 digits.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        match text.get(..2) {
            Some("98") => Self::from_file(text),
            _ => Self::printed(text),
        }
    }

    /// The number in the file of the SIM: hexadecimal digits, each pair swapped, an `F` at the end
    /// (31.101 §13.2, EF-ICCID). What is not swapped is read as it is.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn from_file(text: &str) -> Result<Self, ValueError> {
        let mut swapped = [0; 24];
        let (pairs, odd) = text.as_bytes().as_chunks::<2>();
        let places = swapped.as_chunks_mut::<2>().0;
        let had = text.len();
        if had > 24 || !odd.is_empty() {
            return Err(ValueError::TooLong { max: 24, had });
        }
        for (place, [a, b]) in places.iter_mut().zip(pairs) {
            *place = [*b, *a];
        }
        let swapped = swapped
            .get(..had)
            .and_then(|text| str::from_utf8(text).ok());
        match swapped {
            Some(text) if text.starts_with("89") => Self::printed(text),
            _ => Self::printed(text),
        }
    }

    fn printed(text: &str) -> Result<Self, ValueError> {
        let is_digit = |octet: u8| matches!(octet, b'0'..=b'9' | b'A'..=b'E' | b'a'..=b'e');
        Digits::parse(text.trim_end_matches(['F', 'f']), 18, is_digit).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nonsense_is_refused() {
        for wrong in [
            "",
            "0",
            "35693803564380",
            "35693803564380X",
            "12345678901234567",
        ] {
            assert_eq!(Imei::parse(wrong).is_ok(), wrong.len() == 14, "{wrong}");
        }
        assert_eq!(
            Imei::parse("35693803564380X"),
            Err(ValueError::Character {
                character: 'X',
                offset: 14
            })
        );
        assert_eq!(
            Imei::parse("1"),
            Err(ValueError::TooShort { min: 14, had: 1 })
        );
        assert!(
            !Imei::parse("356938035643808")
                .unwrap()
                .has_right_check_digit()
        );
        assert!(Imsi::parse("26202").is_err() && Imsi::parse("+26202123").is_err());
        for wrong in [
            "",
            "89",
            "8914800000000000000000",
            "+CME ERROR: 10",
            "89148000004700F6870",
        ] {
            assert!(Iccid::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_sim_as_read_and_as_printed() {
        let printed = Iccid::parse("8986031234567890123F").unwrap();
        assert_eq!(printed.to_string(), "8986031234567890123");
        assert_eq!(Iccid::parse("986830214365870921F3"), Ok(printed));
        assert_eq!(Iccid::from_file("8986031234567890123f"), Ok(printed));
        assert_eq!(
            Iccid::parse("89860d1234567890123").unwrap().as_str(),
            "89860D1234567890123"
        );
    }

    proptest! {
        #[test]
        fn anything_is_looked_at(text in ".{0,30}|[0-9F]{0,30}") {
            for text in [Imei::parse(&text).map(|n| n.to_string()), Imsi::parse(&text).map(|n| n.to_string())].into_iter().flatten() {
                prop_assert!((6..=16).contains(&text.len()));
            }
            if let Ok(iccid) = Iccid::parse(&text) {
                prop_assert_eq!(Iccid::parse(iccid.as_str()), Ok(iccid));
                prop_assert!((18..=20).contains(&iccid.as_str().len()));
            }
        }
    }
}
