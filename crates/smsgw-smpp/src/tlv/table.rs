//! The table of all TLVs of SMPP 5.0 (§4.8.4).

use core::fmt;

use crate::status::CommandStatus;
use crate::tlv::typed::TlvField;
use crate::tlv::*;
use crate::types::{self, InterfaceVersion};

/// Which optional parameter a TLV is (SMPP 5.0 §4.8.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TlvTag(pub u16);

/// A row is a tag and the type of its value: one of its own, or a newtype over a type that other
/// rows share.
macro_rules! tlvs {
    ($(
        $(#[$meta:meta])*
        $tag:ident = $value:literal => $name:ident $(<$lt:lifetime>)? $(($ty:ty))?,
    )*) => {
        impl TlvTag {
            $(
                $(#[$meta])*
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

            /// How many octets the standard gives the value.
            #[must_use]
            pub const fn value_len(self) -> TlvLen {
                #[expect(clippy::extra_unused_lifetimes, reason = "the rows that borrow name it")]
                const fn value_len<'a>(tag: TlvTag) -> TlvLen {
                    match tag {
                        $( TlvTag::$tag => <$name $(<$lt>)? as TlvField<'a>>::LEN, )*
                        _ => TlvLen::Any,
                    }
                }
                value_len(self)
            }

            /// Whether the value ends in NUL, by the table's type.
            pub(crate) const fn is_c_octet_string(self) -> bool {
                #[expect(clippy::extra_unused_lifetimes, reason = "the rows that borrow name it")]
                const fn is_c_octet_string<'a>(tag: TlvTag) -> bool {
                    match tag {
                        $( TlvTag::$tag => <$name $(<$lt>)? as TlvField<'a>>::IS_C_OCTET_STRING, )*
                        _ => false,
                    }
                }
                is_c_octet_string(self)
            }
        }

        $(
            tlvs!(@newtype $(#[$meta])* $name $(<$lt>)? $(($ty))?);

            impl<'a> TypedTlv<'a> for $name $(<$lt>)? {
                const TAG: TlvTag = TlvTag::$tag;

                fn from_octets(value: &'a [u8]) -> Option<Self> {
                    TlvField::from_octets(value)
                }

                fn to_value(&self) -> TlvValue<'a> {
                    TlvField::to_value(self)
                }
            }
        )*
    };
    (@newtype $(#[$meta:meta])* $name:ident $(<$lt:lifetime>)? ($ty:ty)) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name $(<$lt>)? (pub $ty);

        impl<'a> TlvField<'a> for $name $(<$lt>)? {
            const LEN: TlvLen = <$ty as TlvField<'a>>::LEN;
            const IS_C_OCTET_STRING: bool = <$ty as TlvField<'a>>::IS_C_OCTET_STRING;

            fn from_octets(value: &'a [u8]) -> Option<Self> {
                TlvField::from_octets(value).map(Self)
            }

            fn to_value(&self) -> TlvValue<'a> {
                TlvField::to_value(&self.0)
            }
        }
    };
    (@newtype $(#[$meta:meta])* $name:ident $(<$lt:lifetime>)?) => {};
}

tlvs! {
    /// Which part of the recipient's device (SMPP 5.0 §4.8.4.23).
    DEST_ADDR_SUBUNIT = 0x0005 => DestAddrSubunit(AddrSubunit),
    /// The recipient's network (SMPP 5.0 §4.8.4.26).
    DEST_NETWORK_TYPE = 0x0006 => DestNetworkType(NetworkType),
    /// What carries the message to the recipient (SMPP 5.0 §4.8.4.24).
    DEST_BEARER_TYPE = 0x0007 => DestBearerType(BearerType),
    /// The telematic interworking the recipient is reached by (SMPP 5.0 §4.8.4.29).
    DEST_TELEMATICS_ID = 0x0008 => DestTelematicsId(TelematicsId),
    /// Which part of the sender's device (SMPP 5.0 §4.8.4.54).
    SOURCE_ADDR_SUBUNIT = 0x000D => SourceAddrSubunit(AddrSubunit),
    /// The sender's network (SMPP 5.0 §4.8.4.57).
    SOURCE_NETWORK_TYPE = 0x000E => SourceNetworkType(NetworkType),
    /// What carried the message from the sender (SMPP 5.0 §4.8.4.55).
    SOURCE_BEARER_TYPE = 0x000F => SourceBearerType(BearerType),
    /// The telematic interworking the message came by, one octet as `protocol_id`
    /// (SMPP 5.0 §4.8.4.61).
    SOURCE_TELEMATICS_ID = 0x0010 => SourceTelematicsId(u8),
    /// How long the message lives, in seconds from its submission; wins over `validity_period`
    /// (SMPP 5.0 §4.8.4.46).
    QOS_TIME_TO_LIVE = 0x0017 => QosTimeToLive(u32),
    /// What the message carries (SMPP 5.0 §4.8.4.44).
    PAYLOAD_TYPE = 0x0019 => PayloadType,
    /// What the status of a response means, in ASCII, 1 to 256 octets with the NUL
    /// (SMPP 5.0 §4.8.4.1).
    ADDITIONAL_STATUS_INFO_TEXT = 0x001D => AdditionalStatusInfoText<'a>(TlvCString<'a, 256>),
    /// Which message a receipt is about (SMPP 5.0 §4.8.4.47).
    RECEIPTED_MESSAGE_ID = 0x001E => ReceiptedMessageId<'a>(TlvCString<'a, 65>),
    /// Which message waiting indicator to switch (SMPP 5.0 §4.8.4.40).
    MS_MSG_WAIT_FACILITIES = 0x0030 => MsMsgWaitFacilities,
    /// How private the message is (SMPP 5.0 §4.8.4.45).
    PRIVACY_INDICATOR = 0x0201 => PrivacyIndicator,
    /// The subaddress of the sender (SMPP 5.0 §4.8.4.60).
    SOURCE_SUBADDRESS = 0x0202 => SourceSubaddress<'a>(Subaddress<'a>),
    /// The subaddress of the recipient (SMPP 5.0 §4.8.4.28).
    DEST_SUBADDRESS = 0x0203 => DestSubaddress<'a>(Subaddress<'a>),
    /// The sender's own number for the message (SMPP 5.0 §4.8.4.62). In `query_broadcast_sm` and
    /// `cancel_broadcast_sm` it stands for the `message_id`.
    USER_MESSAGE_REFERENCE = 0x0204 => UserMessageReference(u16),
    /// What the user answered, a code of the application (SMPP 5.0 §4.8.4.63).
    USER_RESPONSE_CODE = 0x0205 => UserResponseCode(u8),
    /// The port the message comes from (SMPP 5.0 §4.8.4.59).
    SOURCE_PORT = 0x020A => SourcePort(u16),
    /// The port the message goes to (SMPP 5.0 §4.8.4.30, `dest_port` in some of its tables).
    #[doc(alias = "dest_port")]
    DESTINATION_PORT = 0x020B => DestinationPort(u16),
    /// Ties the segments of one long message together (SMPP 5.0 §4.8.4.48).
    SAR_MSG_REF_NUM = 0x020C => SarMsgRefNum(u16),
    /// The language of the text (SMPP 5.0 §4.8.4.35).
    LANGUAGE_INDICATOR = 0x020D => LanguageIndicator,
    /// How many segments the long message has, 1 to 255 (SMPP 5.0 §4.8.4.50).
    SAR_TOTAL_SEGMENTS = 0x020E => SarTotalSegments(u8),
    /// Which segment this is, from 1 (SMPP 5.0 §4.8.4.49).
    SAR_SEGMENT_SEQNUM = 0x020F => SarSegmentSeqnum(u8),
    /// The version the MC speaks (SMPP 5.0 §4.8.4.51).
    SC_INTERFACE_VERSION = 0x0210 => ScInterfaceVersion(InterfaceVersion),
    /// How the number to call back is presented and screened (SMPP 5.0 §4.8.4.17).
    CALLBACK_NUM_PRES_IND = 0x0302 => CallbackNumPresInd,
    /// The name to show for the number to call back (SMPP 5.0 §4.8.4.16).
    CALLBACK_NUM_ATAG = 0x0303 => CallbackNumAtag<'a>,
    /// How many messages wait in the mailbox, 0 to 99 (SMPP 5.0 §4.8.4.43).
    NUMBER_OF_MESSAGES = 0x0304 => NumberOfMessages(u8),
    /// The number to call back (SMPP 5.0 §4.8.4.15).
    CALLBACK_NUM = 0x0381 => CallbackNum<'a>,
    /// Whether the delivery pending flag was set (SMPP 5.0 §4.8.4.32).
    DPF_RESULT = 0x0420 => DpfResult,
    /// Whether to set the delivery pending flag (SMPP 5.0 §4.8.4.52).
    SET_DPF = 0x0421 => SetDpf,
    /// Whether the subscriber can be reached (SMPP 5.0 §4.8.4.39).
    MS_AVAILABILITY_STATUS = 0x0422 => MsAvailabilityStatus,
    /// Which network failed and how (SMPP 5.0 §4.8.4.42).
    NETWORK_ERROR_CODE = 0x0423 => NetworkErrorCode(NetworkError),
    /// The message, when `short_message` cannot hold it (SMPP 5.0 §4.8.4.36).
    MESSAGE_PAYLOAD = 0x0424 => MessagePayload<'a>(TlvOctets<'a>),
    /// Why delivery failed (SMPP 5.0 §4.8.4.19).
    DELIVERY_FAILURE_REASON = 0x0425 => DeliveryFailureReason,
    /// Whether more follow to the same recipient (SMPP 5.0 §4.8.4.38).
    MORE_MESSAGES_TO_SEND = 0x0426 => MoreMessagesToSend,
    /// The state a receipt tells, or that of a broadcast in `query_broadcast_sm_resp`
    /// (SMPP 5.0 §4.8.4.37).
    MESSAGE_STATE = 0x0427 => MessageState(types::MessageState),
    /// How loaded the MC is, 0 to 100 per cent (SMPP 5.0 §4.8.4.18): low to 29, medium to 49,
    /// high to 79, the best it can do to 89, close to congestion to 99, congested. May be in any
    /// response.
    CONGESTION_STATE = 0x0428 => CongestionState(u8),
    /// Which operation of a USSD dialogue this is (SMPP 5.0 §4.8.4.64).
    USSD_SERVICE_OP = 0x0501 => UssdServiceOp,
    /// Which cell broadcast channel carries the message (SMPP 5.0 §4.8.4.7).
    BROADCAST_CHANNEL_INDICATOR = 0x0600 => BroadcastChannelIndicator,
    /// What the broadcast is about (SMPP 5.0 §4.8.4.8).
    BROADCAST_CONTENT_TYPE = 0x0601 => BroadcastContentType,
    /// More on what the broadcast is about, 1 to 255 octets (SMPP 5.0 §4.8.4.6).
    BROADCAST_CONTENT_TYPE_INFO = 0x0602
        => BroadcastContentTypeInfo<'a>(TlvOctetString<'a, 1, 255>),
    /// Where the handset routes the broadcast (SMPP 5.0 §4.8.4.12).
    BROADCAST_MESSAGE_CLASS = 0x0603 => BroadcastMessageClass,
    /// How often to repeat the broadcast (SMPP 5.0 §4.8.4.13); 0 is until `validity_period` ends,
    /// or for ever without one. `broadcast_sm` must have it, unless its priority is 1 (at once).
    BROADCAST_REP_NUM = 0x0604 => BroadcastRepNum(u16),
    /// The time between two broadcasts (SMPP 5.0 §4.8.4.11).
    BROADCAST_FREQUENCY_INTERVAL = 0x0605 => BroadcastFrequencyInterval,
    /// Where the broadcast goes (SMPP 5.0 §4.8.4.4).
    #[doc(alias = "failed_broadcast_area_identifier")]
    BROADCAST_AREA_IDENTIFIER = 0x0606 => BroadcastAreaIdentifier<'a>,
    /// Why an area was refused (SMPP 5.0 §4.8.4.10). In `broadcast_sm_resp`, one for each area
    /// that was, in the same order.
    BROADCAST_ERROR_STATUS = 0x0607 => BroadcastErrorStatus(CommandStatus),
    /// How many of the base stations in an area took the message (SMPP 5.0 §4.8.4.5).
    BROADCAST_AREA_SUCCESS = 0x0608 => BroadcastAreaSuccess,
    /// When the MC stopped the broadcast (SMPP 5.0 §4.8.4.9).
    BROADCAST_END_TIME = 0x0609 => BroadcastEndTime<'a>,
    /// Who shall get the broadcast, 1 to 255 octets (SMPP 5.0 §4.8.4.14).
    BROADCAST_SERVICE_GROUP = 0x060A => BroadcastServiceGroup<'a>(TlvOctetString<'a, 1, 255>),
    /// What the MC is to bill (SMPP 5.0 §4.8.4.3).
    BILLING_IDENTIFICATION = 0x060B => BillingIdentification<'a>,
    /// The network the message comes from (SMPP 5.0 §4.8.4.56).
    SOURCE_NETWORK_ID = 0x060D => SourceNetworkId<'a>(NetworkId<'a>),
    /// The network the message goes to (SMPP 5.0 §4.8.4.25).
    DEST_NETWORK_ID = 0x060E => DestNetworkId<'a>(NetworkId<'a>),
    /// The node of the network the message comes from, 6 digits (SMPP 5.0 §4.8.4.58).
    SOURCE_NODE_ID = 0x060F => SourceNodeId<'a>(TlvOctetString<'a, 6, 6>),
    /// The node of the network the message goes to, 6 digits (SMPP 5.0 §4.8.4.27).
    DEST_NODE_ID = 0x0610 => DestNodeId<'a>(TlvOctetString<'a, 6, 6>),
    /// Whether number portability was looked up (SMPP 5.0 §4.8.4.22).
    DEST_ADDR_NP_RESOLUTION = 0x0611 => DestAddrNpResolution,
    /// The routing number of a ported recipient, 10 digits (SMPP 5.0 §4.8.4.21).
    DEST_ADDR_NP_INFORMATION = 0x0612
        => DestAddrNpInformation<'a>(TlvOctetString<'a, 10, 10>),
    /// The country code of the operator, 1 to 5 octets (SMPP 5.0 §4.8.4.20).
    DEST_ADDR_NP_COUNTRY = 0x0613 => DestAddrNpCountry<'a>(TlvOctetString<'a, 1, 5>),
    /// When the handset shows the message (SMPP 5.0 §4.8.4.31).
    DISPLAY_TIME = 0x1201 => DisplayTime,
    /// The alert tone of a TDMA handset, a code of CMT-136 (SMPP 5.0 §4.8.4.53).
    SMS_SIGNAL = 0x1203 => SmsSignal(u16),
    /// How long the handset keeps the message (SMPP 5.0 §4.8.4.41).
    MS_VALIDITY = 0x1204 => MsValidity,
    /// How loud the handset tells of the message (SMPP 5.0 §4.8.4.2, there
    /// `alert_on_msg_delivery` in places); none in 3.4, where the tag alone asks for it.
    #[doc(alias = "alert_on_msg_delivery")]
    ALERT_ON_MESSAGE_DELIVERY = 0x130C => AlertOnMessageDelivery(Option<AlertPriority>),
    /// What kind of reply the user is to give (SMPP 5.0 §4.8.4.33).
    ITS_REPLY_TYPE = 0x1380 => ItsReplyType,
    /// Where in an interactive session the message belongs (SMPP 5.0 §4.8.4.34).
    ITS_SESSION_INFO = 0x1383 => ItsSessionInfo,
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
