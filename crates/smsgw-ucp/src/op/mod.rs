//! All operations: one block an operation, its fields in wire order.
//!
//! To add an operation, write its block with `operation!` and its row in `operation.rs`; reading,
//! writing, [`Op::FIELDS`] and the variant of [`Operation`](crate::Operation) follow from them. The
//! operations 51 to 58 are the columns of one table.

mod call;
mod layout;
mod seq;
mod session;
mod sm;
mod spare;
mod unused;

use core::fmt;

use bytes::BytesMut;

use crate::frame::{self, Frame};
use crate::header::{Header, OperationKind, Trn};
use crate::operation::OperationType;

pub use call::*;
pub(crate) use layout::Layout;
pub use seq::{Seq, SeqItem};
pub use session::*;
pub use sm::*;
pub use spare::Spare;
pub use unused::Unused;

/// An operation; made with `operation!` and a row of the table of operations.
pub trait Op<'a>: sealed::Op<'a> + Copy + Default + fmt::Debug {
    /// Which one it is.
    const OT: OperationType;
    /// The standard's names of its fields in wire order. The one that repeats is there once.
    const FIELDS: &'static [&'static str] = <Self as sealed::Op<'a>>::LAYOUT.names;

    /// Appends the whole operation to `out`, from STX to ETX. Cannot fail: what a field can hold,
    /// the wire can.
    #[inline]
    fn encode(&self, trn: Trn, out: &mut BytesMut) {
        write(self, header::<Self>(trn), out);
    }

    /// The operation as a frame of its own.
    fn to_frame(&self, trn: Trn) -> Frame {
        let mut out = BytesMut::new();
        self.encode(trn, &mut out);
        Frame::written(header::<Self>(trn), out)
    }
}

const fn header<'a, T: Op<'a>>(trn: Trn) -> Header {
    Header {
        trn,
        kind: OperationKind::Operation,
        ot: T::OT,
    }
}

#[inline(never)]
fn write<'a>(op: &impl Op<'a>, header: Header, out: &mut BytesMut) {
    frame::write(header, op.size(), out, |writer| op.write(writer));
}

pub(crate) mod sealed {
    use super::Layout;
    use crate::error::DecodeError;
    use crate::wire::{Reader, Writer};

    /// What `operation!` makes of a block.
    pub trait Op<'a>: Sized {
        /// The same operation borrowed for another time.
        type At<'r>: super::Op<'r>;
        /// How many fields there are, and their names.
        const LAYOUT: Layout;
        /// Reads all of the reader, whose fields are as many as they have to be.
        fn read(reader: &mut Reader<'a, '_>) -> Result<Self, DecodeError>;
        /// Octets of all fields, slashes included.
        fn size(&self) -> usize;
        /// Writes the fields: exactly [`Self::size`] octets.
        fn write(&self, writer: &mut Writer<'_>);
    }
}

/// Defines an operation from its fields in wire order. In front of each stand the standard's names
/// of the fields it takes on the wire and `M` when they are mandatory, `O` when not. Where a field is
/// there as often as the one before it says, its place stands behind `repeating`; OAdC and OTOA are
/// named in brackets where the one tells what the other is.
macro_rules! operation {
    (
        $(#[$meta:meta])*
        pub struct $name:ident<$lt:lifetime> $( $repeating:ident $item:literal )? $( [$adc:ident $oadc:ident $otoa:ident] )? {
            $(
                $(#[$field_meta:meta])*
                [$( $std:literal )*] $need:tt $field:ident: $ty:ty,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name<$lt> {
            $( $(#[$field_meta])* pub $field: $ty, )*
        }

        impl<$lt> $crate::op::sealed::Op<$lt> for $name<$lt> {
            type At<'r> = $name<'r>;

            const LAYOUT: $crate::op::Layout = {
                $crate::op::Layout::new(&[$( $( $std, )* )*]) $( .$repeating($item) )?
            };

            #[inline]
            fn read(
                reader: &mut $crate::wire::Reader<$lt, '_>,
            ) -> Result<Self, $crate::error::DecodeError> {
                $(
                    let $field: $ty = $crate::wire::Field::read(
                        reader,
                        &[$( $std ),*],
                        $crate::op::need!($need),
                    )?;
                )*
                $(
                    let offset = $crate::header::HEADER_LEN + $crate::wire::Field::size(&$adc);
                    $oadc.check($otoa, reader, offset)?;
                )?
                Ok(Self { $( $field, )* })
            }

            #[inline]
            fn size(&self) -> usize {
                0 $( + $crate::wire::Field::size(&self.$field) )*
            }

            #[inline]
            fn write(&self, writer: &mut $crate::wire::Writer<'_>) {
                $( $crate::wire::Field::write(&self.$field, writer); )*
            }
        }

        // A block without its row in `operation.rs` does not compile.
        const _: fn() = || {
            fn has_row<T: $crate::op::Op<'static>>() {}
            has_row::<$name<'static>>();
        };
    };
}

/// Whether a field has to have something in it, as the standard's tables say it.
macro_rules! need {
    (O) => {
        $crate::wire::Need::Optional
    };
    (-) => {
        $crate::wire::Need::Optional
    };
    (l) => {
        $crate::wire::Need::Optional
    };
    ($mandatory:ident) => {
        $crate::wire::Need::Mandatory
    };
}

pub(crate) use {need, operation};
