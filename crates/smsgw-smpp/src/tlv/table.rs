//! The table of all TLVs of SMPP 5.0 (§4.8.4).

use core::fmt;

use crate::tlv::typed::{NetworkError, TlvCString, TlvField, TlvOctets, TlvValue, TypedTlv};
use crate::types::{self, InterfaceVersion};

/// Which optional parameter a TLV is (SMPP 5.0 §4.8.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TlvTag(pub u16);

macro_rules! tlvs {
    ($( #[doc = $doc:literal] $tag:ident = $value:literal $( => $name:ident $(<$lt:lifetime>)? ($ty:ty) )?, )*) => {
        impl TlvTag {
            $(
                #[doc = $doc]
                pub const $tag: Self = Self($value);
            )*

            /// Every tag of the table.
            pub const ALL: &[Self] = &[$( Self::$tag, )*];

            /// The standard's name: `message_payload`.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $( Self::$tag => {
                        const CAPITALS: &str = stringify!($tag);
                        const NAME: [u8; CAPITALS.len()] = to_lowercase(CAPITALS);
                        match str::from_utf8(&NAME) {
                            Ok(name) => Some(name),
                            Err(_) => None,
                        }
                    } )*
                    _ => None,
                }
            }

            /// Octets of the value, when the standard fixes them and the table has its type.
            #[must_use]
            pub const fn fixed_len(self) -> Option<usize> {
                #[expect(clippy::extra_unused_lifetimes, reason = "the rows that borrow name it")]
                const fn fixed_len<'a>(tag: TlvTag) -> Option<usize> {
                    match tag {
                        $( $( TlvTag::$tag => <$ty as TlvField<'a>>::FIXED_LEN, )? )*
                        _ => None,
                    }
                }
                fixed_len(self)
            }

            /// Whether the value ends in NUL, by the table's type.
            pub(crate) const fn is_c_octet_string(self) -> bool {
                #[expect(clippy::extra_unused_lifetimes, reason = "the rows that borrow name it")]
                const fn is_c_octet_string<'a>(tag: TlvTag) -> bool {
                    match tag {
                        $( $( TlvTag::$tag => <$ty as TlvField<'a>>::IS_C_OCTET_STRING, )? )*
                        _ => false,
                    }
                }
                is_c_octet_string(self)
            }
        }

        $( $(
            #[doc = $doc]
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name $(<$lt>)? (pub $ty);

            impl<'a> TypedTlv<'a> for $name $(<$lt>)? {
                const TAG: TlvTag = TlvTag::$tag;

                fn from_octets(value: &'a [u8]) -> Option<Self> {
                    TlvField::from_octets(value).map(Self)
                }

                fn to_value(&self) -> TlvValue<'a> {
                    TlvField::to_value(&self.0)
                }
            }
        )? )*
    };
}

// Those without a type are found by tag and read as octets.
tlvs! {
    /// `dest_addr_subunit`.
    DEST_ADDR_SUBUNIT = 0x0005,
    /// `dest_network_type`.
    DEST_NETWORK_TYPE = 0x0006,
    /// `dest_bearer_type`.
    DEST_BEARER_TYPE = 0x0007,
    /// `dest_telematics_id`.
    DEST_TELEMATICS_ID = 0x0008,
    /// `source_addr_subunit`.
    SOURCE_ADDR_SUBUNIT = 0x000D,
    /// `source_network_type`.
    SOURCE_NETWORK_TYPE = 0x000E,
    /// `source_bearer_type`.
    SOURCE_BEARER_TYPE = 0x000F,
    /// `source_telematics_id`.
    SOURCE_TELEMATICS_ID = 0x0010,
    /// How long the message lives, in seconds; wins over `validity_period` (SMPP 5.0 §4.8.4.46).
    QOS_TIME_TO_LIVE = 0x0017 => QosTimeToLive(u32),
    /// `payload_type`.
    PAYLOAD_TYPE = 0x0019,
    /// `additional_status_info_text`.
    ADDITIONAL_STATUS_INFO_TEXT = 0x001D,
    /// Which message a receipt is about (SMPP 5.0 §4.8.4.47).
    RECEIPTED_MESSAGE_ID = 0x001E => ReceiptedMessageId<'a>(TlvCString<'a, 65>),
    /// `ms_msg_wait_facilities`.
    MS_MSG_WAIT_FACILITIES = 0x0030,
    /// `privacy_indicator`.
    PRIVACY_INDICATOR = 0x0201,
    /// `source_subaddress`.
    SOURCE_SUBADDRESS = 0x0202,
    /// `dest_subaddress`.
    DEST_SUBADDRESS = 0x0203,
    /// The sender's own number for the message (SMPP 5.0 §4.8.4.62).
    USER_MESSAGE_REFERENCE = 0x0204 => UserMessageReference(u16),
    /// `user_response_code`.
    USER_RESPONSE_CODE = 0x0205,
    /// The port the message comes from (SMPP 5.0 §4.8.4.59).
    SOURCE_PORT = 0x020A => SourcePort(u16),
    /// The port the message goes to (SMPP 5.0 §4.8.4.30).
    DESTINATION_PORT = 0x020B => DestinationPort(u16),
    /// Ties the segments of one long message together (SMPP 5.0 §4.8.4.48).
    SAR_MSG_REF_NUM = 0x020C => SarMsgRefNum(u16),
    /// `language_indicator`.
    LANGUAGE_INDICATOR = 0x020D,
    /// How many segments the long message has (SMPP 5.0 §4.8.4.50).
    SAR_TOTAL_SEGMENTS = 0x020E => SarTotalSegments(u8),
    /// Which segment this is, from 1 (SMPP 5.0 §4.8.4.49).
    SAR_SEGMENT_SEQNUM = 0x020F => SarSegmentSeqnum(u8),
    /// The version the MC speaks (SMPP 5.0 §4.8.4.51).
    SC_INTERFACE_VERSION = 0x0210 => ScInterfaceVersion(InterfaceVersion),
    /// `callback_num_pres_ind`.
    CALLBACK_NUM_PRES_IND = 0x0302,
    /// `callback_num_atag`.
    CALLBACK_NUM_ATAG = 0x0303,
    /// `number_of_messages`.
    NUMBER_OF_MESSAGES = 0x0304,
    /// `callback_num`.
    CALLBACK_NUM = 0x0381,
    /// `dpf_result`.
    DPF_RESULT = 0x0420,
    /// `set_dpf`.
    SET_DPF = 0x0421,
    /// `ms_availability_status`.
    MS_AVAILABILITY_STATUS = 0x0422,
    /// Which network failed and how (SMPP 5.0 §4.8.4.42).
    NETWORK_ERROR_CODE = 0x0423 => NetworkErrorCode(NetworkError),
    /// The message, when `short_message` cannot hold it (SMPP 5.0 §4.8.4.36).
    MESSAGE_PAYLOAD = 0x0424 => MessagePayload<'a>(TlvOctets<'a>),
    /// Why delivery failed (SMPP 5.0 §4.8.4.19).
    DELIVERY_FAILURE_REASON = 0x0425 => DeliveryFailureReason(u8),
    /// Whether more follow to the same recipient: 1 yes, 0 no (SMPP 5.0 §4.8.4.38).
    MORE_MESSAGES_TO_SEND = 0x0426 => MoreMessagesToSend(u8),
    /// The state a receipt tells (SMPP 5.0 §4.8.4.37).
    MESSAGE_STATE = 0x0427 => MessageState(types::MessageState),
    /// How loaded the MC is, 0 to 99 per cent (SMPP 5.0 §4.8.4.18).
    CONGESTION_STATE = 0x0428 => CongestionState(u8),
    /// `ussd_service_op`.
    USSD_SERVICE_OP = 0x0501,
    /// `broadcast_channel_indicator`.
    BROADCAST_CHANNEL_INDICATOR = 0x0600,
    /// `broadcast_content_type`.
    BROADCAST_CONTENT_TYPE = 0x0601,
    /// `broadcast_content_type_info`.
    BROADCAST_CONTENT_TYPE_INFO = 0x0602,
    /// `broadcast_message_class`.
    BROADCAST_MESSAGE_CLASS = 0x0603,
    /// `broadcast_rep_num`.
    BROADCAST_REP_NUM = 0x0604,
    /// `broadcast_frequency_interval`.
    BROADCAST_FREQUENCY_INTERVAL = 0x0605,
    /// `broadcast_area_identifier`.
    BROADCAST_AREA_IDENTIFIER = 0x0606,
    /// `broadcast_error_status`.
    BROADCAST_ERROR_STATUS = 0x0607,
    /// `broadcast_area_success`.
    BROADCAST_AREA_SUCCESS = 0x0608,
    /// `broadcast_end_time`.
    BROADCAST_END_TIME = 0x0609,
    /// `broadcast_service_group`.
    BROADCAST_SERVICE_GROUP = 0x060A,
    /// `billing_identification`.
    BILLING_IDENTIFICATION = 0x060B,
    /// `source_network_id`.
    SOURCE_NETWORK_ID = 0x060D,
    /// `dest_network_id`.
    DEST_NETWORK_ID = 0x060E,
    /// `source_node_id`.
    SOURCE_NODE_ID = 0x060F,
    /// `dest_node_id`.
    DEST_NODE_ID = 0x0610,
    /// `dest_addr_np_resolution`.
    DEST_ADDR_NP_RESOLUTION = 0x0611,
    /// `dest_addr_np_information`.
    DEST_ADDR_NP_INFORMATION = 0x0612,
    /// `dest_addr_np_country`.
    DEST_ADDR_NP_COUNTRY = 0x0613,
    /// `display_time`.
    DISPLAY_TIME = 0x1201,
    /// `sms_signal`.
    SMS_SIGNAL = 0x1203,
    /// `ms_validity`.
    MS_VALIDITY = 0x1204,
    /// `alert_on_message_delivery`.
    ALERT_ON_MESSAGE_DELIVERY = 0x130C,
    /// `its_reply_type`.
    ITS_REPLY_TYPE = 0x1380,
    /// `its_session_info`.
    ITS_SESSION_INFO = 0x1383,
}

/// The standard's name, `message_payload`; a number when it has none.
impl fmt::Display for TlvTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#06x}", self.0),
        }
    }
}

impl fmt::Debug for TlvTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `capitals`, `N` octets, in lower case.
const fn to_lowercase<const N: usize>(capitals: &str) -> [u8; N] {
    let mut name = [0; N];
    name.copy_from_slice(capitals.as_bytes());
    name.make_ascii_lowercase();
    name
}
