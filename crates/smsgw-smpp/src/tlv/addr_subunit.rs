//! Which part of a device a message is from or for (SMPP 5.0 §4.8.4.23, §4.8.4.54).

use crate::tlv::typed::integer_tlv_fields;
use crate::wire::open_enum;

open_enum! {
    /// Which part of a device a message is from or for (SMPP 5.0 §4.8.4.23, §4.8.4.54).
    ///
    /// On GSM the `data_coding` says the same by its message class.
    #[derive(Default)]
    pub struct AddrSubunit(u8);
    /// Not said.
    UNKNOWN = 0x00,
    /// The display: shown at once, not kept (class 0).
    MS_DISPLAY = 0x01,
    /// The mobile equipment (class 1).
    MOBILE_EQUIPMENT = 0x02,
    /// The smart card, or the memory when there is none (class 2).
    SMART_CARD_1 = 0x03,
    /// A unit connected to the device (class 3).
    EXTERNAL_UNIT_1 = 0x04,
}

integer_tlv_fields!(u8: AddrSubunit);
