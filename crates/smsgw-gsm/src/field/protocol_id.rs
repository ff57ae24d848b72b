//! TP-PID: what protocol the message belongs to (3GPP TS 23.040 §9.2.3.9).

super::named_octet! {
    /// What protocol the message belongs to (TS 23.040 §9.2.3.9). 0 for an ordinary message.
    ///
    /// ```
    /// use smsgw_gsm::field::{ProtocolId, Telematic};
    ///
    /// assert_eq!(ProtocolId(0x43).replaces(), Some(3));
    /// assert_eq!(ProtocolId(0x32).telematic(), Some(Telematic(0x12)));
    /// assert_eq!(ProtocolId(0x32).to_string(), "Internet electronic mail");
    /// assert_eq!(ProtocolId::SIM_DATA_DOWNLOAD.to_string(), "(U)SIM data download");
    /// ```
    #[derive(Default)]
    #[doc(alias("TP-PID", "TP-Protocol-Identifier"))]
    pub struct ProtocolId;
    SME_TO_SME = 0x00: "no interworking, SME-to-SME protocol",
    TELEMATIC_IMPLICIT = 0x20: "device type implicit",
    TELEX = 0x21: "telex",
    GROUP_3_TELEFAX = 0x22: "group 3 telefax",
    GROUP_4_TELEFAX = 0x23: "group 4 telefax",
    VOICE_TELEPHONE = 0x24: "voice telephone",
    ERMES = 0x25: "ERMES",
    NATIONAL_PAGING_SYSTEM = 0x26: "national paging system",
    VIDEOTEX = 0x27: "videotex (T.100/T.101)",
    TELETEX_CARRIER_UNSPECIFIED = 0x28: "teletex, carrier unspecified",
    TELETEX_IN_PSPDN = 0x29: "teletex, in PSPDN",
    TELETEX_IN_CSPDN = 0x2A: "teletex, in CSPDN",
    TELETEX_IN_ANALOG_PSTN = 0x2B: "teletex, in analog PSTN",
    TELETEX_IN_DIGITAL_ISDN = 0x2C: "teletex, in digital ISDN",
    UCI = 0x2D: "UCI (Universal Computer Interface)",
    MESSAGE_HANDLING_FACILITY = 0x30: "message handling facility",
    PUBLIC_X400 = 0x31: "public X.400-based message handling system",
    INTERNET_ELECTRONIC_MAIL = 0x32: "Internet electronic mail",
    GSM_UMTS_MOBILE_STATION = 0x3F: "GSM/UMTS mobile station",
    SHORT_MESSAGE_TYPE_0 = 0x40: "short message type 0",
    REPLACE_SHORT_MESSAGE_TYPE_1 = 0x41: "replace short message type 1",
    REPLACE_SHORT_MESSAGE_TYPE_2 = 0x42: "replace short message type 2",
    REPLACE_SHORT_MESSAGE_TYPE_3 = 0x43: "replace short message type 3",
    REPLACE_SHORT_MESSAGE_TYPE_4 = 0x44: "replace short message type 4",
    REPLACE_SHORT_MESSAGE_TYPE_5 = 0x45: "replace short message type 5",
    REPLACE_SHORT_MESSAGE_TYPE_6 = 0x46: "replace short message type 6",
    REPLACE_SHORT_MESSAGE_TYPE_7 = 0x47: "replace short message type 7",
    DEVICE_TRIGGERING_SHORT_MESSAGE = 0x48: "device triggering short message",
    ENHANCED_MESSAGE_SERVICE = 0x5E: "enhanced message service (obsolete)",
    RETURN_CALL_MESSAGE = 0x5F: "return call message",
    ANSI_136_R_DATA = 0x7C: "ANSI-136 R-DATA",
    ME_DATA_DOWNLOAD = 0x7D: "ME data download",
    ME_DEPERSONALIZATION = 0x7E: "ME de-personalization short message",
    SIM_DATA_DOWNLOAD = 0x7F: "(U)SIM data download",
}

impl ProtocolId {
    /// Interworking with this telematic device.
    #[must_use]
    pub const fn from_telematic(device: Telematic) -> Self {
        Self(0b0010_0000 | device.0 & 0b0001_1111)
    }

    /// The telematic device, when there is interworking with one: 20 to 3F.
    #[must_use]
    pub const fn telematic(self) -> Option<Telematic> {
        match self.0 {
            0x20..=0x3F => Some(Telematic(self.0 & 0b0001_1111)),
            _ => None,
        }
    }

    /// The short-message protocol between the two SMEs, when there is no interworking: 00 to 1F.
    #[must_use]
    #[doc(alias = "SM-AL")]
    pub const fn sm_al_protocol(self) -> Option<u8> {
        match self.0 {
            0x00..=0x1F => Some(self.0),
            _ => None,
        }
    }

    /// Which of the seven slots the message replaces, with one of the same originator and slot:
    /// 1 to 7.
    #[must_use]
    pub const fn replaces(self) -> Option<u8> {
        match self.0 {
            0x41..=0x47 => Some(self.0 & 0b0000_0111),
            _ => None,
        }
    }

    /// Whether the mobile acknowledges the message and neither shows nor keeps it.
    #[must_use]
    pub const fn is_type_0(self) -> bool {
        self.0 == 0x40
    }

    /// Whether each service centre gives it its own meaning: C0 to FF.
    #[must_use]
    pub const fn is_sc_specific(self) -> bool {
        self.0 >= 0xC0
    }
}

/// A telematic device (TS 23.040 §9.2.3.9): the low five bits of a [`ProtocolId`].
///
/// 18 to 1E are the service centre's own; those without a name are reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Telematic(
    /// 00 to 1F.
    pub u8,
);

impl core::fmt::Display for Telematic {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match ProtocolId::from_telematic(*self).name() {
            Some(name) => f.pad(name),
            None => write!(f, "{:#04X}", self.0),
        }
    }
}
