//! A bind of any of the three modes, as one type.

use crate::command::CommandId;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::frame::Frame;
use crate::header::{Header, SequenceNumber};
use crate::pdu::{BindReceiver, BindTransceiver, BindTransmitter, Body as _};
use crate::session::BindMode;
use crate::status::CommandStatus;
use crate::types::{Address, COctetString, InterfaceVersion, Secret};

/// A request to bind, in any mode (SMPP 5.0 §4.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bind<'a> {
    /// What for.
    pub mode: BindMode,
    /// Who binds.
    pub system_id: COctetString<'a, 16>,
    /// The secret shared with the MC.
    pub password: Secret<'a, 9>,
    /// The kind of system; most MCs want it empty.
    pub system_type: COctetString<'a, 13>,
    /// The version the ESME speaks.
    pub interface_version: InterfaceVersion,
    /// The addresses the ESME serves; most MCs want it empty.
    pub address_range: Address<'a, 41>,
}

impl<'a> Bind<'a> {
    /// A bind with everything else left empty.
    #[must_use]
    pub fn new(mode: BindMode, system_id: COctetString<'a, 16>, password: Secret<'a, 9>) -> Self {
        Self {
            mode,
            system_id,
            password,
            system_type: COctetString::EMPTY,
            interface_version: InterfaceVersion::default(),
            address_range: Address::EMPTY,
        }
    }
}

macro_rules! three_modes {
    ($($mode:ident => $body:ident, $id:ident;)*) => {
        impl<'a> Bind<'a> {
            /// Reads a bind request of any mode, leniently.
            ///
            /// # Errors
            /// When the frame holds no bind, or one that cannot be read.
            pub fn from_frame(frame: &'a Frame) -> Result<Self, DecodeError> {
                match frame.command_id() {
                    $( CommandId::$id => {
                        let bind = frame.decode::<$body<'_>>()?;
                        Ok(Self {
                            mode: BindMode::$mode,
                            system_id: bind.system_id,
                            password: bind.password,
                            system_type: bind.system_type,
                            interface_version: bind.interface_version,
                            address_range: bind.address_range,
                        })
                    } )*
                    _ => Err(DecodeError::new(DecodeErrorKind::OtherCommand, "command_id", 4)),
                }
            }

            /// The request as a frame of its own: to keep, for one that is made again and again.
            #[must_use]
            pub fn to_frame(&self) -> Frame {
                let mut out = bytes::BytesMut::new();
                self.encode(SequenceNumber::FIRST, &mut out);
                let (command_id, command_status) =
                    (self.mode.command_id(), CommandStatus::ESME_ROK);
                let sequence_number = SequenceNumber::FIRST;
                Frame::from_parts(Header { command_id, command_status, sequence_number }, out.freeze())
            }

            pub(super) fn encode(&self, number: SequenceNumber, out: &mut bytes::BytesMut) {
                let Self { system_id, password, system_type, interface_version, address_range, .. } =
                    *self;
                let tlvs = crate::tlv::Tlvs::EMPTY;
                match self.mode {
                    $( BindMode::$mode => $body {
                        system_id, password, system_type, interface_version, address_range, tlvs,
                    }
                    .encode(CommandStatus::ESME_ROK, number, out), )*
                }
            }
        }

        impl BindMode {
            /// The request that binds in this mode.
            #[must_use]
            pub const fn command_id(self) -> CommandId {
                match self {
                    $( Self::$mode => CommandId::$id, )*
                }
            }

            pub(super) const fn of(command_id: CommandId) -> Option<Self> {
                match command_id {
                    $( CommandId::$id => Some(Self::$mode), )*
                    _ => None,
                }
            }
        }
    };
}

three_modes! {
    Transmitter => BindTransmitter, BIND_TRANSMITTER;
    Receiver => BindReceiver, BIND_RECEIVER;
    Transceiver => BindTransceiver, BIND_TRANSCEIVER;
}
