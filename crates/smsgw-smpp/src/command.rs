//! The table of all commands of SMPP 5.0 (§4.7.5), and [`Pdu`], one variant for each.

use core::fmt;

use bytes::BytesMut;

use crate::error::DecodeError;
use crate::frame::FrameRef;
use crate::header::{Header, SequenceNumber};
use crate::pdu::*;
use crate::quirks::{Quirks, Tolerated};
use crate::status::CommandStatus;
use crate::tlv::Tlvs;
use crate::value::{FieldSpec, Visitor};
use crate::wire::clamp;

/// Which operation a PDU belongs to, and whether it answers one (SMPP 5.0 §4.7.5).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u32);

macro_rules! commands {
    ($( $id:ident = $value:literal => $body:ident<'a> $( [$response:ident] )?, )*) => {
        impl CommandId {
            $(
                #[doc = concat!("`", stringify!($body), "`: see [`crate::pdu::", stringify!($body), "`].")]
                pub const $id: Self = Self($value);
            )*

            /// Every command of the table.
            pub const ALL: &[Self] = &[$( Self::$id, )*];

            /// The table of the fields of its body; `None` when it is not in the table of commands.
            #[must_use]
            pub const fn fields(self) -> Option<&'static [FieldSpec]> {
                match self {
                    $( Self::$id => Some(<$body<'_>>::FIELDS), )*
                    _ => None,
                }
            }

            /// The constant's name, as the standard prints it in capitals.
            const fn constant(self) -> Option<&'static str> {
                match self {
                    $( Self::$id => Some(stringify!($id)), )*
                    _ => None,
                }
            }
        }

        $(
            impl<'a> Body<'a> for $body<'a> {
                const COMMAND_ID: CommandId = CommandId::$id;
            }
            $(
                impl<'a> Request<'a> for $body<'a> {
                    type Response = $response<'static>;
                }
            )?
        )*

        /// A PDU of any kind, borrowed from its frame.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Pdu<'a> {
            $(
                #[doc = concat!("See [`", stringify!($body), "`].")]
                $body($body<'a>),
            )*
            /// A header alone where the command has a body: usual in error responses, seen in
            /// others.
            Bare(CommandId),
            /// A command the table does not have.
            Unknown {
                /// Its id.
                command_id: CommandId,
                /// The octets after the header.
                body: &'a [u8],
            },
        }

        impl<'a> Pdu<'a> {
            pub(crate) fn read(
                frame: FrameRef<'a>,
                quirks: &Quirks,
                tolerated: Option<&mut Tolerated>,
            ) -> Result<Self, DecodeError> {
                let command_id = frame.command_id();
                match command_id {
                    $(
                        CommandId::$id if frame.is_bare() && !<$body<'_>>::FIELDS.is_empty() => {
                            Ok(Self::Bare(command_id))
                        }
                        CommandId::$id => frame.read(quirks, tolerated).map(Self::$body),
                    )*
                    _ => Ok(Self::Unknown { command_id, body: frame.body() }),
                }
            }

            /// Which command it is.
            #[must_use]
            pub const fn command_id(&self) -> CommandId {
                match self {
                    $( Self::$body(_) => CommandId::$id, )*
                    Self::Bare(command_id) | Self::Unknown { command_id, .. } => *command_id,
                }
            }

            /// The table of the fields; `None` without a known body.
            #[must_use]
            pub const fn fields(&self) -> Option<&'static [FieldSpec]> {
                match self {
                    $( Self::$body(_) => Some(<$body<'_>>::FIELDS), )*
                    Self::Bare(_) | Self::Unknown { .. } => None,
                }
            }

            /// The TLVs after the fields; none without a known body.
            #[must_use]
            pub const fn tlvs(&self) -> Tlvs<'a> {
                match self {
                    $( Self::$body(body) => body.tlvs, )*
                    Self::Bare(_) | Self::Unknown { .. } => Tlvs::EMPTY,
                }
            }

            /// Shows each field in wire order (TLVs are in [`Self::tlvs`]).
            pub fn visit(&self, visitor: &mut dyn Visitor) {
                match self {
                    $( Self::$body(body) => sealed::Body::visit(body, visitor), )*
                    Self::Bare(_) | Self::Unknown { .. } => {}
                }
            }

            /// Appends the PDU to `out`.
            pub fn encode(
                &self,
                command_status: CommandStatus,
                sequence_number: SequenceNumber,
                out: &mut BytesMut,
            ) {
                let bare = |command_id, len, out: &mut BytesMut| {
                    let header = Header { command_id, command_status, sequence_number };
                    out.extend_from_slice(&header.to_octets(clamp(Header::LEN + len)));
                };
                match self {
                    $( Self::$body(body) => body.encode(command_status, sequence_number, out), )*
                    Self::Bare(command_id) => bare(*command_id, 0, out),
                    Self::Unknown { command_id, body } => {
                        bare(*command_id, body.len(), out);
                        out.extend_from_slice(body);
                    }
                }
            }
        }
    };
}

// A request names in brackets the response that answers it.
commands! {
    GENERIC_NACK             = 0x8000_0000 => GenericNack<'a>,
    BIND_RECEIVER            = 0x0000_0001 => BindReceiver<'a> [BindReceiverResp],
    BIND_RECEIVER_RESP       = 0x8000_0001 => BindReceiverResp<'a>,
    BIND_TRANSMITTER         = 0x0000_0002 => BindTransmitter<'a> [BindTransmitterResp],
    BIND_TRANSMITTER_RESP    = 0x8000_0002 => BindTransmitterResp<'a>,
    QUERY_SM                 = 0x0000_0003 => QuerySm<'a> [QuerySmResp],
    QUERY_SM_RESP            = 0x8000_0003 => QuerySmResp<'a>,
    SUBMIT_SM                = 0x0000_0004 => SubmitSm<'a> [SubmitSmResp],
    SUBMIT_SM_RESP           = 0x8000_0004 => SubmitSmResp<'a>,
    DELIVER_SM               = 0x0000_0005 => DeliverSm<'a> [DeliverSmResp],
    DELIVER_SM_RESP          = 0x8000_0005 => DeliverSmResp<'a>,
    UNBIND                   = 0x0000_0006 => Unbind<'a> [UnbindResp],
    UNBIND_RESP              = 0x8000_0006 => UnbindResp<'a>,
    REPLACE_SM               = 0x0000_0007 => ReplaceSm<'a> [ReplaceSmResp],
    REPLACE_SM_RESP          = 0x8000_0007 => ReplaceSmResp<'a>,
    CANCEL_SM                = 0x0000_0008 => CancelSm<'a> [CancelSmResp],
    CANCEL_SM_RESP           = 0x8000_0008 => CancelSmResp<'a>,
    BIND_TRANSCEIVER         = 0x0000_0009 => BindTransceiver<'a> [BindTransceiverResp],
    BIND_TRANSCEIVER_RESP    = 0x8000_0009 => BindTransceiverResp<'a>,
    OUTBIND                  = 0x0000_000B => Outbind<'a>,
    ENQUIRE_LINK             = 0x0000_0015 => EnquireLink<'a> [EnquireLinkResp],
    ENQUIRE_LINK_RESP        = 0x8000_0015 => EnquireLinkResp<'a>,
    SUBMIT_MULTI             = 0x0000_0021 => SubmitMulti<'a> [SubmitMultiResp],
    SUBMIT_MULTI_RESP        = 0x8000_0021 => SubmitMultiResp<'a>,
    ALERT_NOTIFICATION       = 0x0000_0102 => AlertNotification<'a>,
    DATA_SM                  = 0x0000_0103 => DataSm<'a> [DataSmResp],
    DATA_SM_RESP             = 0x8000_0103 => DataSmResp<'a>,
    BROADCAST_SM             = 0x0000_0111 => BroadcastSm<'a> [BroadcastSmResp],
    BROADCAST_SM_RESP        = 0x8000_0111 => BroadcastSmResp<'a>,
    QUERY_BROADCAST_SM       = 0x0000_0112 => QueryBroadcastSm<'a> [QueryBroadcastSmResp],
    QUERY_BROADCAST_SM_RESP  = 0x8000_0112 => QueryBroadcastSmResp<'a>,
    CANCEL_BROADCAST_SM      = 0x0000_0113 => CancelBroadcastSm<'a> [CancelBroadcastSmResp],
    CANCEL_BROADCAST_SM_RESP = 0x8000_0113 => CancelBroadcastSmResp<'a>,
}

impl CommandId {
    const RESPONSE: u32 = 0x8000_0000;

    /// Whether the PDU answers another (bit 31).
    #[must_use]
    pub const fn is_response(self) -> bool {
        self.0 & Self::RESPONSE != 0
    }

    /// The response to this request; a response is its own.
    #[must_use]
    pub const fn response(self) -> Self {
        Self(self.0 | Self::RESPONSE)
    }

    /// Whether it is in the table.
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.constant().is_some()
    }

    /// Whether it is one of the three bind requests, which carry a password, or `outbind`, which
    /// does too.
    #[must_use]
    pub const fn is_bind(self) -> bool {
        matches!(
            self,
            Self::BIND_RECEIVER | Self::BIND_TRANSMITTER | Self::BIND_TRANSCEIVER | Self::OUTBIND
        )
    }
}

/// The standard's name in lower case, `submit_sm_resp`; a number when it has none.
impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        match self.constant() {
            Some(name) => name
                .chars()
                .try_for_each(|c| f.write_char(c.to_ascii_lowercase())),
            None => write!(f, "{:#010x}", self.0),
        }
    }
}

impl fmt::Debug for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
