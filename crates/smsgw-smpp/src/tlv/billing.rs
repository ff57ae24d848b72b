//! Billing information from the ESME (SMPP 5.0 §4.8.4.3).

use core::fmt;

use crate::error::ValueError;
use crate::tlv::TlvLen;
use crate::tlv::tagged::Tagged;
use crate::tlv::typed::{TlvField, TlvValue};

/// What the MC is to bill: a format and at most 1,023 octets, both a matter of agreement
/// (SMPP 5.0 §4.8.4.3).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BillingIdentification<'a>(Tagged<'a>);

impl<'a> BillingIdentification<'a> {
    /// Billing information, put together in `buffer`, which lives where the PDU can see it.
    ///
    /// Formats from 0x80 are the vendors'; those below are reserved.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) when `data` exceeds 1,023 octets; the format counts.
    pub fn new(format: u8, data: &[u8], buffer: &'a mut [u8; 1024]) -> Result<Self, ValueError> {
        Tagged::new(format, data, 1, buffer).map(Self)
    }

    /// How the data is to be read: from 0x80 the vendors' formats, below reserved.
    #[must_use]
    pub const fn format(&self) -> u8 {
        self.0.first
    }

    /// The data.
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.0.rest
    }
}

impl fmt::Debug for BillingIdentification<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = self.data().escape_ascii();
        write!(f, "{:#04x} b\"{data}\"", self.format())
    }
}

impl<'a> TlvField<'a> for BillingIdentification<'a> {
    const LEN: TlvLen = TlvLen::Between(1, 1024);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        Tagged::from_octets(value).map(Self)
    }
    fn to_value(&self) -> TlvValue<'a> {
        self.0.to_value()
    }
}
