//! The table of all operations of UCP, and [`Operation`], one variant for each.

use core::fmt;

use bytes::BytesMut;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::frame::{FrameRef, write};
use crate::header::{Header, OperationKind, Trn};
use crate::op::*;
use crate::quirks::{Quirks, Tolerated};

/// Which operation a frame belongs to (OT). 0 to 99.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationType(u8);

macro_rules! operations {
    ($( $ot:ident = $value:literal => $op:ident<'a>, )*) => {
        impl OperationType {
            $(
                #[doc = concat!("OT ", stringify!($value), ": see [`crate::op::", stringify!($op), "`].")]
                pub const $ot: Self = Self($value);
            )*

            /// Every operation of the table.
            pub const ALL: &[Self] = &[$( Self::$ot, )*];

            /// The constant's name; `None` for an operation that the table does not have.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $( Self::$ot => Some(stringify!($ot)), )*
                    _ => None,
                }
            }

            /// Its fields; `None` for an operation that the table does not have.
            pub(crate) const fn layout(self) -> Option<&'static Layout> {
                match self {
                    $( Self::$ot => Some(&<$op<'_> as sealed::Op<'_>>::LAYOUT), )*
                    _ => None,
                }
            }
        }

        $(
            impl<'a> Op<'a> for $op<'a> {
                const OT: OperationType = OperationType::$ot;
            }
        )*

        /// An operation of any kind, borrowed from its frame.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Operation<'a> {
            $(
                #[doc = concat!("See [`", stringify!($op), "`].")]
                $op($op<'a>),
            )*
            /// An operation that the table does not have. Only a frame makes one;
            /// [`Frame::from_fields`](crate::Frame::from_fields) makes the frame.
            #[non_exhaustive]
            Unknown {
                /// Which one.
                ot: OperationType,
                /// Its fields, each with the slash that ends it.
                fields: &'a [u8],
            },
        }

        impl<'a> Operation<'a> {
            pub(crate) fn read(
                frame: FrameRef<'a>,
                quirks: &Quirks,
                tolerated: Option<&mut Tolerated>,
            ) -> Result<Self, DecodeError> {
                match frame.ot() {
                    $( OperationType::$ot => frame.read(quirks, tolerated).map(Self::$op), )*
                    ot if frame.is_operation() => {
                        Ok(Self::Unknown { ot, fields: frame.body() })
                    }
                    _ => Err(FrameRef::OTHER_OPERATION),
                }
            }

            /// Which operation it is.
            #[must_use]
            pub const fn ot(&self) -> OperationType {
                match self {
                    $( Self::$op(_) => OperationType::$ot, )*
                    Self::Unknown { ot, .. } => *ot,
                }
            }

            /// Appends the whole operation to `out`, from STX to ETX.
            pub fn encode(&self, trn: Trn, out: &mut BytesMut) {
                match self {
                    $( Self::$op(op) => op.encode(trn, out), )*
                    Self::Unknown { ot, fields } => {
                        let kind = OperationKind::Operation;
                        let header = Header { trn, kind, ot: *ot };
                        write(header, fields.len(), out, |writer| writer.octets(fields));
                    }
                }
            }
        }

        $(
            impl<'a> From<$op<'a>> for Operation<'a> {
                fn from(op: $op<'a>) -> Self {
                    Self::$op(op)
                }
            }
        )*
    };
}

operations! {
    CALL_INPUT                  =  1 => CallInput<'a>,
    MULTIPLE_ADDRESS_CALL_INPUT =  2 => MultipleAddressCallInput<'a>,
    SUPPLEMENTARY_CALL_INPUT    =  3 => SupplementaryCallInput<'a>,
    SMS_MESSAGE_TRANSFER        = 30 => SmsMessageTransfer<'a>,
    SMT_ALERT                   = 31 => SmtAlert<'a>,
    SUBMIT_SHORT_MESSAGE        = 51 => SubmitShortMessage<'a>,
    DELIVER_SHORT_MESSAGE       = 52 => DeliverShortMessage<'a>,
    DELIVER_NOTIFICATION        = 53 => DeliverNotification<'a>,
    MODIFY_MESSAGE              = 54 => ModifyMessage<'a>,
    INQUIRY_MESSAGE             = 55 => InquiryMessage<'a>,
    DELETE_MESSAGE              = 56 => DeleteMessage<'a>,
    RESPONSE_INQUIRY_MESSAGE    = 57 => ResponseInquiryMessage<'a>,
    RESPONSE_DELETE_MESSAGE     = 58 => ResponseDeleteMessage<'a>,
    SESSION_MANAGEMENT          = 60 => SessionManagement<'a>,
    LIST_MANAGEMENT             = 61 => ListManagement<'a>,
}

impl Operation<'_> {
    /// The operation, if the table has it.
    ///
    /// # Errors
    /// [`UnknownOperation`](DecodeErrorKind::UnknownOperation), whose code is what a server answers
    /// to [`Self::Unknown`].
    pub const fn known(self) -> Result<Self, DecodeError> {
        match self {
            Self::Unknown { ot, .. } => Err(unknown(ot)),
            known => Ok(known),
        }
    }
}

pub(crate) const fn unknown(ot: OperationType) -> DecodeError {
    DecodeError::new(DecodeErrorKind::UnknownOperation { ot }, "OT", 12)
}

impl OperationType {
    /// An operation of 0 to 99, whether the table has it or not; `None` for other numbers.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number < 100 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The standard's names of its fields, in wire order, as [`Op::FIELDS`]; `None` for an operation
    /// that the table does not have.
    #[must_use]
    pub const fn fields(self) -> Option<&'static [&'static str]> {
        match self.layout() {
            Some(layout) => Some(layout.names),
            None => None,
        }
    }

    /// Whether the table has it.
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.name().is_some()
    }

    /// Whether its positive result has the validity period as the centre changed it (MVP).
    #[must_use]
    pub const fn has_mvp(self) -> bool {
        matches!(self.0, 30 | 51..=58)
    }
}

impl fmt::Display for OperationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl fmt::Debug for OperationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:02}", self.0),
        }
    }
}
