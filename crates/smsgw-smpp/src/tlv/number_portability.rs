//! What is known of a ported number (SMPP 5.0 §4.8.4.22).

use crate::tlv::typed::integer_tlv_fields;
use crate::wire::open_enum;

open_enum! {
    /// Whether the number portability database was asked, and what it said
    /// (SMPP 5.0 §4.8.4.22).
    #[derive(Default)]
    pub struct DestAddrNpResolution(u8);
    /// It was not asked.
    QUERY_NOT_PERFORMED = 0,
    /// Asked: the number is not ported.
    NOT_PORTED = 1,
    /// Asked: the number is ported.
    PORTED = 2,
}

integer_tlv_fields!(u8: DestAddrNpResolution);
