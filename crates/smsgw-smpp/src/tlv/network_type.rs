//! Which network and which bearer a message takes (SMPP 5.0 §4.8.4.24, §4.8.4.26).

use crate::tlv::typed::integer_tlv_fields;
use crate::wire::open_enum;

open_enum! {
    /// The network of a device (SMPP 5.0 §4.8.4.26, §4.8.4.57).
    #[derive(Default)]
    pub struct NetworkType(u8);
    /// Not known.
    UNKNOWN = 0x00,
    /// GSM.
    GSM = 0x01,
    /// ANSI-136 (TDMA).
    ANSI_136 = 0x02,
    /// IS-95 (CDMA).
    IS_95 = 0x03,
    /// PDC.
    PDC = 0x04,
    /// PHS.
    PHS = 0x05,
    /// iDEN.
    IDEN = 0x06,
    /// AMPS.
    AMPS = 0x07,
    /// A paging network.
    PAGING_NETWORK = 0x08,
}

open_enum! {
    /// What carries the message to or from the device (SMPP 5.0 §4.8.4.24, §4.8.4.55).
    #[derive(Default)]
    pub struct BearerType(u8);
    /// Not known.
    UNKNOWN = 0x00,
    /// SMS.
    SMS = 0x01,
    /// Circuit-switched data.
    CSD = 0x02,
    /// Packet data.
    PACKET_DATA = 0x03,
    /// USSD.
    USSD = 0x04,
    /// CDPD.
    CDPD = 0x05,
    /// DataTAC.
    DATA_TAC = 0x06,
    /// FLEX or ReFLEX.
    FLEX_REFLEX = 0x07,
    /// Cell broadcast.
    CELL_BROADCAST = 0x08,
}

integer_tlv_fields!(u8: NetworkType, BearerType);
