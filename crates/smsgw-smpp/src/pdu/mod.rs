//! The bodies of all PDUs: one block a PDU, its fields in wire order.
//!
//! To add a PDU, write its block with `pdu!` and its row in `command.rs`; reading, writing,
//! [`Body::FIELDS`] and the variant of [`Pdu`](crate::Pdu) follow from them.

mod bind;
mod broadcast;
mod cancel;
mod data;
mod deliver;
mod multi;
mod query;
mod replace;
mod session;
mod submit;

use core::fmt;

use bytes::BytesMut;

use crate::command::CommandId;
use crate::frame::Frame;
use crate::header::{Header, SequenceNumber};
use crate::status::CommandStatus;
use crate::value::FieldSpec;
use crate::wire::{Writer, clamp};

pub use bind::*;
pub use broadcast::*;
pub use cancel::*;
pub use data::*;
pub use deliver::*;
pub use multi::*;
pub use query::*;
pub use replace::*;
pub use session::*;
pub use submit::*;

/// The body of a PDU; made with `pdu!` and a row of the command table.
pub trait Body<'a>: sealed::Body<'a> + Copy + fmt::Debug {
    /// The command it is the body of.
    const COMMAND_ID: CommandId;
    /// The fields in wire order, by the standard's names.
    const FIELDS: &'static [FieldSpec] = <Self as sealed::Body<'a>>::SPEC;

    /// Appends the whole PDU to `out`, header included. Cannot fail: what a body can hold, the
    /// wire can.
    #[inline]
    fn encode(
        &self,
        command_status: CommandStatus,
        sequence_number: SequenceNumber,
        out: &mut BytesMut,
    ) {
        let size = self.size();
        let header = Header {
            command_id: Self::COMMAND_ID,
            command_status,
            sequence_number,
        };
        if size == 0 {
            out.extend_from_slice(&header.to_octets(16));
        } else {
            write(self, header, size, out);
        }
    }

    /// The whole PDU as a frame of its own.
    fn to_frame(&self, command_status: CommandStatus, sequence_number: SequenceNumber) -> Frame {
        let mut out = BytesMut::new();
        self.encode(command_status, sequence_number, &mut out);
        let command_id = Self::COMMAND_ID;
        Frame::from_parts(
            Header {
                command_id,
                command_status,
                sequence_number,
            },
            out.freeze(),
        )
    }
}

/// Appends `header` and `body`, which takes `size` octets: room is made once for all fields.
#[inline(never)]
fn write<'a>(body: &impl Body<'a>, header: Header, size: usize, out: &mut BytesMut) {
    let (start, len) = (out.len(), Header::LEN + size);
    out.resize(start + len, 0);
    let mut writer = Writer::new(out.get_mut(start..).unwrap_or_default());
    writer.octets(&header.to_octets(clamp(len)));
    body.write(&mut writer);
    debug_assert!(writer.is_full(), "a field is shorter than its size");
}

/// A request: a body that another one answers.
pub trait Request<'a>: Body<'a> {
    /// The body of the answer.
    type Response: Body<'static>;
}

/// A PDU that nobody answers: `outbind`, `alert_notification`.
pub trait Notification<'a>: Body<'a> {}

impl<'a> Notification<'a> for Outbind<'a> {}
impl<'a> Notification<'a> for AlertNotification<'a> {}

pub(crate) mod sealed {
    use crate::error::DecodeError;
    use crate::value::{FieldSpec, Visitor};
    use crate::wire::{Reader, Writer};

    /// What `pdu!` makes of a block.
    pub trait Body<'a>: Sized {
        /// The same body borrowed for another time.
        type At<'r>: super::Body<'r>;
        /// The fields in wire order.
        const SPEC: &'static [FieldSpec];
        /// Reads all of the reader.
        fn read(reader: &mut Reader<'a, '_>) -> Result<Self, DecodeError>;
        /// Octets on the wire.
        fn size(&self) -> usize;
        /// Writes the fields and the TLVs: exactly [`Self::size`] octets.
        fn write(&self, writer: &mut Writer<'_>);
        /// What follows the fields.
        fn tlvs(&self) -> crate::tlv::Tlvs<'a>;
        /// The same without what follows the fields: a peer that speaks 3.3 does not know it.
        fn without_tlvs(self) -> Self;
        /// Shows each field in wire order.
        fn visit(&self, visitor: &mut dyn Visitor);
    }
}

/// Defines the body of a PDU from its fields in wire order; TLVs follow every body.
macro_rules! pdu {
    (
        $(#[$meta:meta])*
        pub struct $name:ident<$lt:lifetime> {
            $( $(#[$field_meta:meta])* $field:ident: $ty:ty, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name<$lt> {
            $( $(#[$field_meta])* pub $field: $ty, )*
            /// What follows the fields: optional parameters in any order (SMPP 5.0 §4.8).
            pub tlvs: $crate::tlv::Tlvs<$lt>,
        }

        impl<$lt> $crate::pdu::sealed::Body<$lt> for $name<$lt> {
            type At<'r> = $name<'r>;

            const SPEC: &'static [$crate::value::FieldSpec] = &[$(
                $crate::value::FieldSpec {
                    name: stringify!($field),
                    kind: <$ty as $crate::wire::Field<'_>>::KIND,
                },
            )*];

            #[inline]
            fn read(
                reader: &mut $crate::wire::Reader<$lt, '_>,
            ) -> Result<Self, $crate::error::DecodeError> {
                let reader = &mut reader.reborrow();
                Ok(Self {
                    $( $field: $crate::wire::Field::read(reader, stringify!($field))?, )*
                    tlvs: $crate::tlv::Tlvs::read(reader)?,
                })
            }

            #[inline]
            fn size(&self) -> usize {
                self.tlvs.size() $( + $crate::wire::Field::size(&self.$field) )*
            }

            #[inline]
            fn write(&self, writer: &mut $crate::wire::Writer<'_>) {
                $( $crate::wire::Field::write(&self.$field, writer); )*
                self.tlvs.write(writer);
            }

            #[inline]
            fn tlvs(&self) -> $crate::tlv::Tlvs<$lt> {
                self.tlvs
            }

            #[inline]
            fn without_tlvs(mut self) -> Self {
                self.tlvs = $crate::tlv::Tlvs::EMPTY;
                self
            }

            #[allow(unused_variables, reason = "some bodies have no fields")]
            fn visit(&self, visitor: &mut dyn $crate::value::Visitor) {
                $( $crate::wire::Field::visit(&self.$field, stringify!($field), visitor); )*
            }
        }

        // A block without its row in `command.rs` does not compile.
        const _: fn() = || {
            fn has_row<T: $crate::pdu::Body<'static>>() {}
            has_row::<$name<'static>>();
        };
    };
}
use pdu;
