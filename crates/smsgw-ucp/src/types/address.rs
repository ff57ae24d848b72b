//! Numbers: of recipients, originators, notifications (AdC, OAdC, NAdC, LRAd, LAdC, HPLMN).

use core::net::{Ipv4Addr, SocketAddrV4};

use super::ascii;
use super::field::{Source, text_types};
use crate::error::{DecodeError, ValueError};
use crate::quirks::Tolerance;

/// A number of up to 16 digits: AdC, OAdC, NAdC, LRAd, LAdC, HPLMN.
///
/// International numbers have the prefix that the operator wants, often `00`; `+` is not allowed.
///
/// ```
/// use smsgw_ucp::types::Address;
///
/// let adc = Address::new("00393331234567")?;
/// assert_eq!(adc, "00393331234567");
/// assert!(Address::new("+393331234567").is_err());
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("AdC", "NAdC", "LRAd", "LAdC", "HPLMN"))]
pub struct Address<'a>(&'a [u8]);

text_types!(Address);

impl<'a> Address<'a> {
    /// Most digits.
    pub const MAX: usize = 16;

    /// A number, or nothing.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more than 16 digits,
    /// [`NotDigit`](ValueError::NotDigit) for anything else.
    pub fn new(digits: &'a str) -> Result<Self, ValueError> {
        let digits = digits.as_bytes();
        if !ascii::are_decimal(digits) {
            return Err(ascii::not_decimal(digits));
        }
        ascii::check_len(digits, Self::MAX)?;
        Ok(Self(digits))
    }

    /// The TCP/IP address that a NAdC or LAdC with PID 0539 stands for; `None` when it is not
    /// twelve digits of an address and one to four of a port.
    ///
    /// ```
    /// use smsgw_ucp::types::Address;
    ///
    /// let nadc = Address::new("1920870340125000")?;
    /// assert_eq!(nadc.socket_address(), Some("192.87.34.12:5000".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn socket_address(&self) -> Option<SocketAddrV4> {
        let (address, port) = self.0.split_at_checked(12)?;
        let mut octets = [0; 4];
        let (groups, _) = address.as_chunks::<3>();
        for (octet, group) in octets.iter_mut().zip(groups) {
            *octet = ascii::text(group).parse().ok()?;
        }
        if port.len() > 4 {
            return None;
        }
        let port = ascii::text(port).parse().ok()?;
        Some(SocketAddrV4::new(Ipv4Addr::from(octets), port))
    }

    #[inline]
    fn read_from(source: &mut Source<'a, '_, '_>) -> Result<Self, DecodeError> {
        check_number(source, Self::MAX)?;
        Ok(Self(source.text))
    }
}

impl<'a> From<&'a SocketAddressBuf> for Address<'a> {
    fn from(buf: &'a SocketAddressBuf) -> Self {
        buf.as_address()
    }
}

/// The digits of a TCP/IP address, for an [`Address`] to borrow.
///
/// ```
/// use smsgw_ucp::types::SocketAddressBuf;
///
/// let nadc = SocketAddressBuf::new("192.87.34.12:5000".parse()?)?;
/// assert_eq!(nadc.as_address(), "1920870340125000");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SocketAddressBuf {
    digits: [u8; Address::MAX],
    len: usize,
}

impl SocketAddressBuf {
    /// Three digits of each octet, then the port.
    ///
    /// # Errors
    /// [`OutOfRange`](ValueError::OutOfRange) for a port above 9999, which the field has no room
    /// for.
    pub fn new(address: SocketAddrV4) -> Result<Self, ValueError> {
        let port = address.port();
        super::number::in_range(port, 0..=9999)?;
        let mut digits = [0; Address::MAX];
        let (groups, _) = digits.as_chunks_mut::<3>();
        for (group, octet) in groups.iter_mut().zip(address.ip().octets()) {
            *group = [octet / 100, octet / 10 % 10, octet % 10].map(|digit| b'0' + digit);
        }
        let len = super::number::Digits::of(port, 1).with_text(|port| {
            let room = digits.iter_mut().skip(12);
            room.zip(port)
                .map(|(digit, of_port)| *digit = *of_port)
                .count()
        });
        let len = 12 + len;
        Ok(Self { digits, len })
    }

    /// The digits.
    #[must_use]
    pub fn as_address(&self) -> Address<'_> {
        Address(self.digits.get(..self.len).unwrap_or_default())
    }
}

/// Most digits of a number that is let through.
const LONG: usize = 22;
/// Most characters of a name in the place of a number.
pub(super) const NAME: usize = 64;

/// Checks that the field holds a number of at most `max` digits, or what is let through for one.
#[inline]
pub(super) fn check_number(source: &mut Source<'_, '_, '_>, max: usize) -> Result<(), DecodeError> {
    if source.text.len() <= max && ascii::are_decimal(source.text) {
        return Ok(());
    }
    check_odd_number(source, max)
}

#[cold]
fn check_odd_number(source: &mut Source<'_, '_, '_>, max: usize) -> Result<(), DecodeError> {
    let (text, quirks) = (source.text, source.quirks());
    let (digits, has_sign) = match text {
        [b'+', digits @ ..] if !digits.is_empty() => (digits, true),
        _ => (text, false),
    };
    if !ascii::are_decimal(digits) {
        let error = ascii::not_decimal(text);
        if ascii::check_printable(text).is_err() || text.len() > NAME {
            return Err(source.invalid(error));
        }
        return source.let_through(quirks.names_in_addresses, Tolerance::Name, error);
    }
    if has_sign {
        let error = ValueError::NotDigit { at: 0 };
        source.let_through(quirks.plus_sign, Tolerance::PlusSign, error)?;
    }
    if let Err(error) = ascii::check_len(digits, max) {
        let is_allowed = quirks.long_numbers && digits.len() <= LONG;
        source.let_through(is_allowed, Tolerance::LongNumber, error)?;
    }
    Ok(())
}
