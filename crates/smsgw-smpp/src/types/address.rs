//! An address: type of number, numbering plan and digits (SMPP 5.0 §4.7.1, §4.7.2, §4.7.29).

use crate::error::{DecodeError, ValueError};
use crate::types::COctetString;
use crate::value::{AddressNames, FieldKind, Visitor};
use crate::wire::{Field, Reader, Writer, open_enum};

open_enum! {
    /// Type of number (SMPP 5.0 §4.7.1).
    #[derive(Default)]
    pub struct Ton(u8);
    /// The network decides by its own rules.
    UNKNOWN = 0b0000_0000,
    /// With country code, without a prefix.
    INTERNATIONAL = 0b0000_0001,
    /// Without country code.
    NATIONAL = 0b0000_0010,
    /// Known only inside one network: often a short code.
    NETWORK_SPECIFIC = 0b0000_0011,
    /// A subscriber's number.
    SUBSCRIBER_NUMBER = 0b0000_0100,
    /// A name: at most 11 characters on GSM.
    ALPHANUMERIC = 0b0000_0101,
    /// An abbreviated number.
    ABBREVIATED = 0b0000_0110,
}

open_enum! {
    /// Numbering plan indicator (SMPP 5.0 §4.7.2).
    #[derive(Default)]
    pub struct Npi(u8);
    /// Not said.
    UNKNOWN = 0b0000_0000,
    /// E.163/E.164: telephone numbers.
    ISDN = 0b0000_0001,
    /// X.121.
    DATA = 0b0000_0011,
    /// F.69.
    TELEX = 0b0000_0100,
    /// E.212.
    LAND_MOBILE = 0b0000_0110,
    /// A national plan.
    NATIONAL = 0b0000_1000,
    /// A private plan.
    PRIVATE = 0b0000_1001,
    /// ERMES.
    ERMES = 0b0000_1010,
    /// An IP address.
    INTERNET = 0b0000_1110,
    /// WAP client id.
    WAP_CLIENT_ID = 0b0001_0010,
}

/// An address whose digits take at most `MAX` octets, NUL included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Address<'a, const MAX: usize> {
    /// Type of number.
    pub ton: Ton,
    /// Numbering plan.
    pub npi: Npi,
    /// The number or name; empty for "default" (a source), or "any" (an `address_range`).
    pub digits: COctetString<'a, MAX>,
}

impl<'a, const MAX: usize> Address<'a, MAX> {
    /// Nothing said: the MC fills in its default.
    pub const EMPTY: Self = Self {
        ton: Ton::UNKNOWN,
        npi: Npi::UNKNOWN,
        digits: COctetString::EMPTY,
    };

    /// An address of given type and plan.
    ///
    /// # Errors
    /// As [`COctetString::new`].
    pub fn new(ton: Ton, npi: Npi, digits: &'a str) -> Result<Self, ValueError> {
        Ok(Self {
            ton,
            npi,
            digits: digits.try_into()?,
        })
    }

    /// An international telephone number, `digits` without `+` or `00`.
    ///
    /// # Errors
    /// As [`COctetString::new`].
    pub fn international(digits: &'a str) -> Result<Self, ValueError> {
        Self::new(Ton::INTERNATIONAL, Npi::ISDN, digits)
    }

    /// A name.
    ///
    /// # Errors
    /// As [`COctetString::new`].
    pub fn alphanumeric(name: &'a str) -> Result<Self, ValueError> {
        Self::new(Ton::ALPHANUMERIC, Npi::UNKNOWN, name)
    }
}

impl<'a, const MAX: usize> Field<'a> for Address<'a, MAX> {
    const KIND: FieldKind = FieldKind::Address { max: MAX };

    #[inline(always)]
    fn read(reader: &mut Reader<'a, '_>, name: &'static str) -> Result<Self, DecodeError> {
        let ton = Ton(reader.u8_called(|| AddressNames::of(name).ton)?);
        let npi = Npi(reader.u8_called(|| AddressNames::of(name).npi)?);
        let offset = reader.offset();
        let digits: COctetString<'a, MAX> = Field::read(reader, name)?;
        reader.check_ascii(digits.as_octets(), name, offset)?;
        Ok(Self { ton, npi, digits })
    }

    #[inline]
    fn size(&self) -> usize {
        2 + self.digits.size()
    }

    #[inline]
    fn write(&self, writer: &mut Writer<'_>) {
        writer.octets(&[self.ton.0, self.npi.0]);
        self.digits.write(writer);
    }

    fn visit(&self, name: &'static str, visitor: &mut dyn Visitor) {
        let names = AddressNames::of(name);
        self.ton.visit(names.ton, visitor);
        self.npi.visit(names.npi, visitor);
        self.digits.visit(names.digits, visitor);
    }
}
