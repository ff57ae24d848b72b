//! Passwords (PWD, NPWD): characters of the link's alphabet as hexadecimal digits.

use alloc::string::String;
use core::fmt;

use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::septet::{self, FillBits};

use super::ascii;
use super::field::{OneField, Source};
use super::hex::{Hex, HexBuf};
use crate::error::{DecodeError, ValueError};
use crate::text::Alphabet;
use crate::wire::Writer;

/// Most digits.
const MAX: usize = 32;

/// A password: PWD or NPWD of OT 60 and 61. Hides itself in `Debug` output, so that no log shows
/// it; and how long it takes to compare it tells how long both are, and nothing more.
///
/// ```
/// use smsgw_ucp::Alphabet;
/// use smsgw_ucp::types::{Password, PasswordBuf};
///
/// let buf = PasswordBuf::new("secret", Alphabet::Gsm)?;
/// let password = buf.as_password();
/// assert_eq!(password.hex().as_str(), "736563726574");
/// assert!(password.matches("secret", Alphabet::Gsm));
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Default, Eq)]
#[doc(alias("PWD", "NPWD"))]
pub struct Password<'a>(Hex<'a>);

impl<'a> Password<'a> {
    /// No password.
    pub const EMPTY: Self = Self(Hex::EMPTY);

    /// Takes up to 16 octets.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more than 32 digits.
    pub fn new(hex: Hex<'a>) -> Result<Self, ValueError> {
        ascii::check_len(hex.digits(), MAX)?;
        Ok(Self(hex))
    }

    /// The octets, which are characters of the link's alphabet.
    #[must_use]
    pub const fn hex(&self) -> Hex<'a> {
        self.0
    }

    /// Whether the field is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The password.
    #[must_use]
    pub fn text(&self, alphabet: Alphabet) -> String {
        self.0.text(alphabet)
    }

    /// The password, where the client has packed it in 7 bits, as some do: all septets of the GSM
    /// alphabet that the octets have room for.
    ///
    /// ```
    /// use smsgw_ucp::Alphabet;
    /// use smsgw_ucp::types::{Hex, Password};
    ///
    /// let password = Password::new(Hex::new("F474FB2D07")?)?;
    /// assert_eq!(password.packed_text(), "timor");
    /// assert!(password.matches("timor", Alphabet::Gsm));
    /// # Ok::<(), smsgw_ucp::ValueError>(())
    /// ```
    #[must_use]
    pub fn packed_text(&self) -> String {
        let octets = self.0.to_vec();
        let count = septet::capacity(octets.len(), FillBits::NONE);
        Tables::DEFAULT.decode_packed(&octets, count, FillBits::NONE)
    }

    /// Whether it is `secret`, written in this alphabet or packed in 7 bits.
    #[must_use]
    pub fn matches(&self, secret: &str, alphabet: Alphabet) -> bool {
        let plain = alphabet.encode(secret);
        let packed = Tables::DEFAULT.encode_packed(secret, FillBits::NONE);
        let is_plain = plain.is_ok_and(|octets| is_same(self.0.octets(), octets));
        let is_packed = packed.is_ok_and(|(octets, _)| is_same(self.0.octets(), octets));
        is_plain | is_packed
    }
}

/// Compares all octets, wherever the first difference is.
fn is_same(
    octets: impl ExactSizeIterator<Item = u8>,
    others: impl IntoIterator<Item = u8, IntoIter: ExactSizeIterator>,
) -> bool {
    let others = others.into_iter();
    let is_as_long = octets.len() == others.len();
    let pairs = octets.zip(others);
    let differences = pairs.fold(0, |all, (octet, other)| all | (octet ^ other));
    core::hint::black_box(differences) == 0 && is_as_long
}

/// Digit by digit, as they stand in the field.
impl PartialEq for Password<'_> {
    fn eq(&self, other: &Self) -> bool {
        let [digits, others] = [self, other].map(|password| password.0.digits().iter().copied());
        is_same(digits, others)
    }
}

impl fmt::Debug for Password<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<'a> OneField<'a> for Password<'a> {
    fn read_text(source: &mut Source<'a, '_, '_>) -> Result<Self, DecodeError> {
        Hex::read_from(source, MAX).map(Self)
    }

    fn text_len(&self) -> usize {
        self.0.digits().len()
    }

    fn write_text(&self, writer: &mut Writer<'_>) {
        writer.octets(self.0.digits());
    }
}

/// A password made digits, for a [`Password`] to borrow.
#[derive(Clone, Default, Eq)]
pub struct PasswordBuf(HexBuf);

impl PasswordBuf {
    /// Writes a password in the link's alphabet.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more than 16 octets, so 32 digits;
    /// [`Character`](ValueError::Character) for the first character that the alphabet lacks.
    pub fn new(password: &str, alphabet: Alphabet) -> Result<Self, ValueError> {
        let hex = HexBuf::encode(&alphabet.encode(password)?);
        ascii::check_len(hex.as_hex().digits(), MAX)?;
        Ok(Self(hex))
    }

    /// The password.
    #[must_use]
    pub fn as_password(&self) -> Password<'_> {
        Password(self.0.as_hex())
    }
}

impl PartialEq for PasswordBuf {
    fn eq(&self, other: &Self) -> bool {
        self.as_password() == other.as_password()
    }
}

impl fmt::Debug for PasswordBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
