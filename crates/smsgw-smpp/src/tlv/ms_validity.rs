//! How long a handset keeps a message (SMPP 5.0 §4.8.4.41).

use crate::tlv::TlvLen;
use crate::tlv::typed::{TlvField, TlvValue};
use crate::wire::open_enum;

open_enum! {
    /// How a handset treats a message it has received (SMPP 5.0 §4.8.4.41).
    #[derive(Default)]
    pub struct ValidityBehaviour(u8);
    /// Keep it.
    STORE_INDEFINITELY = 0,
    /// Until it is switched off.
    POWER_DOWN = 1,
    /// Until it leaves the registration area (by SID).
    REGISTRATION_AREA = 2,
    /// Show it, do not keep it.
    DISPLAY_ONLY = 3,
    /// For the time that follows (SMPP 5.0).
    RELATIVE_TIME_PERIOD = 4,
}

open_enum! {
    /// The unit of a [`ValidityPeriod`] (SMPP 5.0 §4.8.4.41).
    #[derive(Default)]
    pub struct ValidityUnit(u8);
    /// Seconds.
    SECONDS = 0b0000_0000,
    /// Minutes.
    MINUTES = 0b0000_0001,
    /// Hours.
    HOURS = 0b0000_0010,
    /// Days.
    DAYS = 0b0000_0011,
    /// Weeks.
    WEEKS = 0b0000_0100,
    /// Months.
    MONTHS = 0b0000_0101,
    /// Years.
    YEARS = 0b0000_0110,
}

/// How long a handset keeps a message, from its receipt (SMPP 5.0 §4.8.4.41).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ValidityPeriod {
    /// The unit.
    pub unit: ValidityUnit,
    /// How many of them.
    pub number: u16,
}

/// How long a handset keeps a message (SMPP 5.0 §4.8.4.41): one octet, or four with a period,
/// which 3.4 does not have.
///
/// ```
/// use smsgw_smpp::tlv::{MsValidity, Tlv, ValidityBehaviour, ValidityPeriod, ValidityUnit};
///
/// let two_days = ValidityPeriod { unit: ValidityUnit::DAYS, number: 2 };
/// let tlv = Tlv::from(MsValidity::for_period(two_days));
/// assert_eq!(tlv.value(), [4, 3, 0, 2]);
/// let tlv = Tlv::from(MsValidity::from(ValidityBehaviour::DISPLAY_ONLY));
/// assert_eq!(tlv.value(), [3]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MsValidity {
    /// What the handset is to do.
    pub behaviour: ValidityBehaviour,
    /// For how long, with [`ValidityBehaviour::RELATIVE_TIME_PERIOD`].
    pub period: Option<ValidityPeriod>,
}

impl MsValidity {
    /// Keep the message for `period`.
    #[must_use]
    pub const fn for_period(period: ValidityPeriod) -> Self {
        Self {
            behaviour: ValidityBehaviour::RELATIVE_TIME_PERIOD,
            period: Some(period),
        }
    }
}

impl From<ValidityBehaviour> for MsValidity {
    fn from(behaviour: ValidityBehaviour) -> Self {
        Self {
            behaviour,
            period: None,
        }
    }
}

impl<'a> TlvField<'a> for MsValidity {
    const LEN: TlvLen = TlvLen::Either(1, 4);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        match *value {
            [behaviour] => Some(ValidityBehaviour(behaviour).into()),
            [behaviour, unit, a, b] => Some(Self {
                behaviour: ValidityBehaviour(behaviour),
                period: Some(ValidityPeriod {
                    unit: ValidityUnit(unit),
                    number: u16::from_be_bytes([a, b]),
                }),
            }),
            _ => None,
        }
    }
    fn to_value(&self) -> TlvValue<'a> {
        match self.period {
            None => TlvValue::u8(self.behaviour.0),
            Some(ValidityPeriod { unit, number }) => {
                let [a, b] = number.to_be_bytes();
                TlvValue::u32(u32::from_be_bytes([self.behaviour.0, unit.0, a, b]))
            }
        }
    }
}
