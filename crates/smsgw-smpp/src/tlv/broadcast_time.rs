//! How often a broadcast is repeated and when it ended (SMPP 5.0 §4.8.4.9, §4.8.4.11).

use crate::error::ValueError;
use crate::tlv::TlvLen;
use crate::tlv::tagged::join;
use crate::tlv::typed::{TlvField, TlvOctets, TlvValue};
use crate::types::Time;
use crate::wire::open_enum;

open_enum! {
    /// The unit of a [`BroadcastFrequencyInterval`] (SMPP 5.0 §4.8.4.11).
    #[derive(Default)]
    pub struct FrequencyUnit(u8);
    /// As often as possible; the number is without meaning.
    AS_FREQUENTLY_AS_POSSIBLE = 0x00,
    /// Seconds.
    SECONDS = 0x08,
    /// Minutes.
    MINUTES = 0x09,
    /// Hours.
    HOURS = 0x0A,
    /// Days.
    DAYS = 0x0B,
    /// Weeks.
    WEEKS = 0x0C,
    /// Months.
    MONTHS = 0x0D,
    /// Years.
    YEARS = 0x0E,
}

/// The time between two broadcasts of a message (SMPP 5.0 §4.8.4.11). `broadcast_sm` must have
/// it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BroadcastFrequencyInterval {
    /// The unit.
    pub unit: FrequencyUnit,
    /// How many of them.
    pub number: u16,
}

impl<'a> TlvField<'a> for BroadcastFrequencyInterval {
    const LEN: TlvLen = TlvLen::Exactly(3);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        match value {
            &[unit, a, b] => Some(Self {
                unit: FrequencyUnit(unit),
                number: u16::from_be_bytes([a, b]),
            }),
            _ => None,
        }
    }
    fn to_value(&self) -> TlvValue<'a> {
        TlvValue::octet_and_u16(self.unit.0, self.number)
    }
}

/// When the MC stopped a broadcast: an absolute time (SMPP 5.0 §4.8.4.9). In
/// `query_broadcast_sm_resp`.
///
/// MCs send it with and without a NUL, 17 or 16 octets: it is read and written back so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BroadcastEndTime<'a>(TlvOctets<'a>);

impl<'a> BroadcastEndTime<'a> {
    /// A time with its NUL, put together in `buffer`, which lives where the PDU can see it.
    ///
    /// # Errors
    /// [`InvalidTime`](ValueError::InvalidTime) when `time` is not absolute.
    pub fn new(time: Time<'_>, buffer: &'a mut [u8; 17]) -> Result<Self, ValueError> {
        if time.is_null() || time.relative().is_some() {
            return Err(ValueError::InvalidTime);
        }
        TlvOctets::new(join(time.as_octets(), b"\0", 17, buffer)?).map(Self)
    }

    /// The time; none when the octets are no time.
    #[must_use]
    pub fn time(&self) -> Option<Time<'a>> {
        let octets = self.0.as_octets();
        Time::new(octets.strip_suffix(b"\0").unwrap_or(octets)).ok()
    }
}

impl<'a> TlvField<'a> for BroadcastEndTime<'a> {
    const LEN: TlvLen = TlvLen::Either(16, 17);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        TlvOctets::new(value).ok().map(Self)
    }
    fn to_value(&self) -> TlvValue<'a> {
        TlvValue::octets(self.0)
    }
}
