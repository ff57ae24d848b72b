//! `service_type`: the service a message belongs to (SMPP 5.0 §4.7.25).

use crate::types::COctetString;

/// The service a message belongs to (SMPP 5.0 §4.7.25), as the fields of that name have it.
///
/// Empty for the MC's default. The MC may know more than the names of the standard.
///
/// ```
/// use smsgw_smpp::pdu::SubmitSm;
/// use smsgw_smpp::types::ServiceType;
///
/// let submit = SubmitSm { service_type: ServiceType::USSD, ..SubmitSm::default() };
/// assert_eq!(submit.service_type, "USSD");
/// ```
pub type ServiceType<'a> = COctetString<'a, 6>;

/// The names of the standard for a `service_type` (SMPP 5.0 §4.7.25).
impl ServiceType<'static> {
    /// Cellular messaging.
    pub const CMT: Self = Self::of(b"CMT");
    /// Cellular paging.
    pub const CPT: Self = Self::of(b"CPT");
    /// Voice mail notification.
    pub const VMN: Self = Self::of(b"VMN");
    /// Voice mail alerting.
    pub const VMA: Self = Self::of(b"VMA");
    /// Wireless application protocol.
    pub const WAP: Self = Self::of(b"WAP");
    /// Unstructured supplementary services data.
    pub const USSD: Self = Self::of(b"USSD");
    /// Cell broadcast (SMPP 5.0).
    pub const CBS: Self = Self::of(b"CBS");
    /// Generic UDP transport (SMPP 5.0).
    pub const GUTS: Self = Self::of(b"GUTS");
}
