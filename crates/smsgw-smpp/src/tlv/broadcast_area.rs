//! Where a broadcast goes, and how well it got there (SMPP 5.0 §4.8.4.4, §4.8.4.5, §4.8.4.10).

use core::fmt;

use crate::error::ValueError;
use crate::status::CommandStatus;
use crate::tlv::TlvLen;
use crate::tlv::tagged::Tagged;
use crate::tlv::typed::{TlvField, TlvValue, integer_tlv_fields};
use crate::wire::open_enum;

open_enum! {
    /// How an area is told (SMPP 5.0 §4.8.4.4).
    #[derive(Default)]
    pub struct BroadcastAreaFormat(u8);
    /// A name agreed with the MC.
    ALIAS_NAME = 0x00,
    /// An arc of an ellipsoid (3GPP TS 23.032).
    ELLIPSOID_ARC = 0x01,
    /// A polygon (3GPP TS 23.032).
    POLYGON = 0x02,
}

/// An area: how it is told and at most 100 octets (SMPP 5.0 §4.8.4.4).
///
/// `broadcast_sm` and `query_broadcast_sm_resp` have one or more. In `broadcast_sm_resp` the same
/// tag is called `failed_broadcast_area_identifier` and tells where the broadcast was refused.
///
/// ```
/// use smsgw_smpp::tlv::{BroadcastAreaFormat, BroadcastAreaIdentifier, Tlv};
///
/// let mut buffer = [0; 101];
/// let area =
///     BroadcastAreaIdentifier::new(BroadcastAreaFormat::ALIAS_NAME, b"Area1", &mut buffer)?;
/// assert_eq!(Tlv::from(area).value(), b"\0Area1");
/// # Ok::<(), smsgw_smpp::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BroadcastAreaIdentifier<'a>(Tagged<'a>);

impl<'a> BroadcastAreaIdentifier<'a> {
    /// An area, put together in `buffer`, which lives where the PDU can see it.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) when `details` exceeds 100 octets; the format counts.
    pub fn new(
        format: BroadcastAreaFormat,
        details: &[u8],
        buffer: &'a mut [u8; 101],
    ) -> Result<Self, ValueError> {
        Tagged::new(format.0, details, 1, buffer).map(Self)
    }

    /// How the area is told.
    #[must_use]
    pub const fn format(&self) -> BroadcastAreaFormat {
        BroadcastAreaFormat(self.0.first)
    }

    /// The name or the shape.
    #[must_use]
    pub const fn details(&self) -> &'a [u8] {
        self.0.rest
    }
}

impl fmt::Debug for BroadcastAreaIdentifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = self.details().escape_ascii();
        write!(f, "{} b\"{details}\"", self.format())
    }
}

impl<'a> TlvField<'a> for BroadcastAreaIdentifier<'a> {
    const LEN: TlvLen = TlvLen::Between(1, 101);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        Tagged::from_octets(value).map(Self)
    }
    fn to_value(&self) -> TlvValue<'a> {
        self.0.to_value()
    }
}

/// How many of the base stations in an area took the message, 0 to 100 per cent
/// (SMPP 5.0 §4.8.4.5). In `query_broadcast_sm_resp`, one for each area, in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BroadcastAreaSuccess(pub u8);

impl BroadcastAreaSuccess {
    /// The MC cannot tell.
    pub const NOT_AVAILABLE: Self = Self(255);

    /// The share, 0 to 100 per cent; none when the MC cannot tell or the value is reserved.
    #[must_use]
    pub const fn percent(self) -> Option<u8> {
        match self.0 {
            percent @ ..=100 => Some(percent),
            _ => None,
        }
    }
}

integer_tlv_fields!(u8: BroadcastAreaSuccess);
// Of `broadcast_error_status`.
integer_tlv_fields!(u32: CommandStatus);
