//! The six TPDUs between a mobile and a service centre (3GPP TS 23.040 §9.2.2).
//!
//! | from the service centre | from the mobile |
//! |---|---|
//! | [`Deliver`] | [`DeliverReport`], its answer |
//! | [`SubmitReport`], its answer | [`Submit`] |
//! | [`StatusReport`] | [`Command`] |
//!
//! Nothing in the octets says which way they went, nor whether a report stood in an RP-ACK or an
//! RP-ERROR: the caller does, by a [`Context`]. Reading allocates nothing; what was read borrows
//! from the octets, is `Copy`, and writes the same octets again.
//!
//! ```
//! use smsgw_gsm::tpdu::{Context, Tpdu};
//!
//! let octets = b"\x04\x0B\x91\x51\x55\x21\x43\x65\xF7\0\0\x42\x20\x92\x32\x95\x95\x40\x02\x76\x38";
//! let tpdu = Tpdu::decode(octets, Context::SC_TO_MS)?;
//! let Tpdu::Deliver(deliver) = tpdu else { panic!("a {}", tpdu.kind()) };
//! assert_eq!(deliver.originating_address.to_string(), "+15551234567");
//! assert_eq!(deliver.service_centre_time_stamp.to_string(), "2024-02-29T23:59:59+01:00");
//! assert_eq!(deliver.user_data.text().as_deref(), Some("vp"));
//! assert_eq!(tpdu.to_vec(), octets);
//! # Ok::<(), smsgw_gsm::DecodeError>(())
//! ```
//!
//! To send:
//!
//! ```
//! use smsgw_gsm::field::Address;
//! use smsgw_gsm::tpdu::{Submit, UserDataBuf};
//!
//! let text = UserDataBuf::text("Hello!")?;
//! let submit = Submit::new(Address::parse("+41791234567")?, text.view());
//! assert_eq!(submit.to_vec(), b"\x01\0\x0B\x91\x14\x97\x21\x43\x65\xF7\0\0\x06\xC8\x32\x9B\xFD\x0E\x01");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod command;
mod deliver;
mod deliver_report;
mod modem_pdu;
mod parameters;
mod part;
mod sink;
mod spare_bits;
mod status_report;
mod submit;
mod submit_report;
mod trailing;
mod user_data;

use core::fmt;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::quirks::{Decoded, Faults, Quirks};
use crate::segment::USER_DATA_OCTETS;
use crate::wire::{Reader, Sink, trailing};

pub use command::{Command, CommandData};
pub use deliver::Deliver;
pub use deliver_report::DeliverReport;
pub use modem_pdu::ModemPdu;
pub use parameters::Parameters;
pub use part::{PartKey, Piece};
pub use sink::Field;
pub use spare_bits::SpareBits;
pub use status_report::StatusReport;
pub use submit::Submit;
pub use submit_report::SubmitReport;
pub use trailing::Trailing;
pub use user_data::{UserData, UserDataBuf};

/// Which way a TPDU goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the service centre to the mobile.
    ScToMs,
    /// From the mobile to the service centre.
    MsToSc,
}

/// In what a report TPDU travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ReportKind {
    /// In an RP-ACK: the message was taken.
    #[default]
    Ack,
    /// In an RP-ERROR: it was not. Only then there is a TP-FCS.
    Error,
}

/// What the octets of a TPDU do not say and their reader has to know.
///
/// ```
/// use smsgw_gsm::tpdu::{Context, Tpdu};
///
/// let octets = [0x00, 0xD0, 0x00];
/// let report = Tpdu::decode(&octets, Context::MS_TO_SC.with_error())?;
/// assert_eq!(report.kind().name(), "deliver-report");
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Context {
    /// Which way it goes.
    pub direction: Direction,
    /// In what it travels, if it is a report.
    pub report: ReportKind,
}

impl Context {
    /// To the mobile; a report is an RP-ACK's.
    pub const SC_TO_MS: Context = Context::new(Direction::ScToMs, ReportKind::Ack);
    /// From the mobile; a report is an RP-ACK's.
    pub const MS_TO_SC: Context = Context::new(Direction::MsToSc, ReportKind::Ack);

    /// That way, and in that if it is a report.
    #[must_use]
    pub const fn new(direction: Direction, report: ReportKind) -> Context {
        Context { direction, report }
    }

    /// The same, but a report is an RP-ERROR's.
    #[must_use]
    pub const fn with_error(mut self) -> Context {
        self.report = ReportKind::Error;
        self
    }
}

/// The kind of a TPDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// SMS-DELIVER.
    Deliver,
    /// SMS-DELIVER-REPORT.
    DeliverReport,
    /// SMS-SUBMIT.
    Submit,
    /// SMS-SUBMIT-REPORT.
    SubmitReport,
    /// SMS-STATUS-REPORT.
    StatusReport,
    /// SMS-COMMAND.
    Command,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 6] = [
        Kind::Deliver,
        Kind::DeliverReport,
        Kind::Submit,
        Kind::SubmitReport,
        Kind::StatusReport,
        Kind::Command,
    ];

    /// `deliver`, `deliver-report`, `submit`, `submit-report`, `status-report` or `command`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Deliver => "deliver",
            Kind::DeliverReport => "deliver-report",
            Kind::Submit => "submit",
            Kind::SubmitReport => "submit-report",
            Kind::StatusReport => "status-report",
            Kind::Command => "command",
        }
    }

    /// The kind that [`name`](Self::name) calls so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Which way it goes.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Kind::Deliver | Kind::SubmitReport | Kind::StatusReport => Direction::ScToMs,
            Kind::DeliverReport | Kind::Submit | Kind::Command => Direction::MsToSc,
        }
    }

    /// Octets of user data, or of a command's data, that it can have: 140 in a message. A report
    /// can have what the longest TPDU, of 164 octets, leaves when its other fields are as short as
    /// can be.
    #[must_use]
    pub const fn max_user_data(self) -> usize {
        match self {
            Kind::Deliver | Kind::Submit => USER_DATA_OCTETS,
            Kind::DeliverReport => 161,
            Kind::SubmitReport => 154,
            Kind::StatusReport => 143,
            Kind::Command => 157,
        }
    }

    /// What TP-MTI in the first octet says of a TPDU of this direction; `None` for 3 from the
    /// mobile.
    ///
    /// ```
    /// use smsgw_gsm::tpdu::{Direction, Kind};
    ///
    /// assert_eq!(Kind::of(0x31, Direction::MsToSc), Some(Kind::Submit));
    /// // The value that is reserved there stands for a DELIVER.
    /// assert_eq!(Kind::of(0x03, Direction::ScToMs), Some(Kind::Deliver));
    /// ```
    #[must_use]
    #[doc(alias("TP-MTI", "TP-Message-Type-Indicator"))]
    pub const fn of(first_octet: u8, direction: Direction) -> Option<Kind> {
        Some(match (direction, first_octet & MTI) {
            (Direction::ScToMs, 0b01) => Kind::SubmitReport,
            (Direction::ScToMs, 0b10) => Kind::StatusReport,
            // The reserved value is to be taken for a DELIVER (TS 23.040 §9.2.3.1).
            (Direction::ScToMs, _) => Kind::Deliver,
            (Direction::MsToSc, 0b00) => Kind::DeliverReport,
            (Direction::MsToSc, 0b01) => Kind::Submit,
            (Direction::MsToSc, 0b10) => Kind::Command,
            (Direction::MsToSc, _) => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A TPDU of any kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tpdu<'a> {
    /// SMS-DELIVER.
    Deliver(Deliver<'a>),
    /// SMS-DELIVER-REPORT.
    DeliverReport(DeliverReport<'a>),
    /// SMS-SUBMIT.
    Submit(Submit<'a>),
    /// SMS-SUBMIT-REPORT.
    SubmitReport(SubmitReport<'a>),
    /// SMS-STATUS-REPORT.
    StatusReport(StatusReport<'a>),
    /// SMS-COMMAND.
    Command(Command<'a>),
}

tpdu!(Tpdu, decode context);

impl<'a> Tpdu<'a> {
    fn read(
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
        context: Context,
    ) -> Result<Tpdu<'a>, DecodeError> {
        let start = reader.clone();
        let first = reader.octet("TP-MTI")?;
        let Some(kind) = Kind::of(first, context.direction) else {
            let kind = DecodeErrorKind::InvalidValue { value: first & MTI };
            return Err(start.error(kind, "TP-MTI"));
        };
        Ok(match kind {
            Kind::Deliver => Tpdu::Deliver(Deliver::read(first, reader, faults)?),
            Kind::DeliverReport => {
                Tpdu::DeliverReport(DeliverReport::read(first, context.report, reader, faults)?)
            }
            Kind::Submit => Tpdu::Submit(Submit::read(first, reader, faults)?),
            Kind::SubmitReport => {
                Tpdu::SubmitReport(SubmitReport::read(first, context.report, reader, faults)?)
            }
            Kind::StatusReport => Tpdu::StatusReport(StatusReport::read(first, reader, faults)?),
            Kind::Command => Tpdu::Command(Command::read(first, reader, faults)?),
        })
    }

    /// Which of the six it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Tpdu::Deliver(_) => Kind::Deliver,
            Tpdu::DeliverReport(_) => Kind::DeliverReport,
            Tpdu::Submit(_) => Kind::Submit,
            Tpdu::SubmitReport(_) => Kind::SubmitReport,
            Tpdu::StatusReport(_) => Kind::StatusReport,
            Tpdu::Command(_) => Kind::Command,
        }
    }

    /// The user data, if it has any; a [`Command`]'s data among it.
    #[must_use]
    pub fn user_data(&self) -> Option<UserData<'a>> {
        match self {
            Tpdu::Deliver(deliver) => Some(deliver.user_data),
            Tpdu::DeliverReport(report) => report.parameters.user_data(),
            Tpdu::Submit(submit) => Some(submit.user_data),
            Tpdu::SubmitReport(report) => report.parameters.user_data(),
            Tpdu::StatusReport(report) => report.parameters?.user_data(),
            Tpdu::Command(command) => Some(command.command_data.user_data()),
        }
    }

    /// The address of the other party: TP-OA, TP-DA or TP-RA. The two reports that answer have
    /// none.
    #[must_use]
    pub const fn address(&self) -> Option<&crate::field::Address> {
        match self {
            Tpdu::Deliver(deliver) => Some(&deliver.originating_address),
            Tpdu::Submit(submit) => Some(&submit.destination_address),
            Tpdu::StatusReport(report) => Some(&report.recipient_address),
            Tpdu::Command(command) => Some(&command.destination_address),
            Tpdu::DeliverReport(_) | Tpdu::SubmitReport(_) => None,
        }
    }

    /// The first octet: TP-MTI and the flags, as they are sent.
    #[must_use]
    pub fn first_octet(&self) -> u8 {
        match self {
            Tpdu::Deliver(deliver) => deliver.first_octet(),
            Tpdu::DeliverReport(report) => report.first_octet(),
            Tpdu::Submit(submit) => submit.first_octet(),
            Tpdu::SubmitReport(report) => report.first_octet(),
            Tpdu::StatusReport(report) => report.first_octet(),
            Tpdu::Command(command) => command.first_octet(),
        }
    }

    pub(crate) fn put(&self, sink: &mut impl Sink) {
        match self {
            Tpdu::Deliver(deliver) => deliver.put(sink),
            Tpdu::DeliverReport(report) => report.put(sink),
            Tpdu::Submit(submit) => submit.put(sink),
            Tpdu::SubmitReport(report) => report.put(sink),
            Tpdu::StatusReport(report) => report.put(sink),
            Tpdu::Command(command) => command.put(sink),
        }
    }
}

/// Lets each TPDU be read and written by itself, and stand for a [`Tpdu`]; one of any kind, whose
/// [`Context`] the caller tells, only the former.
macro_rules! tpdu {
    ($name:ident) => {
        impl<'a> From<$name<'a>> for crate::tpdu::Tpdu<'a> {
            fn from(tpdu: $name<'a>) -> Self {
                crate::tpdu::Tpdu::$name(tpdu)
            }
        }

        crate::tpdu::tpdu!($name, write);
    };
    ($name:ident, write) => {
        impl $name<'_> {
            /// Appends the octets.
            pub fn write(&self, out: &mut alloc::vec::Vec<u8>) {
                self.put(out);
            }

            /// The octets.
            #[must_use]
            pub fn to_vec(&self) -> alloc::vec::Vec<u8> {
                crate::tpdu::sink::to_vec(|out| self.put(out))
            }
        }
    };
    ($name:ident, decode) => {
        crate::tpdu::tpdu!($name);

        impl<'a> $name<'a> {
            /// Reads one that fills `octets`, letting through what
            /// [`Quirks::LENIENT`](crate::Quirks::LENIENT) does.
            ///
            /// # Errors
            /// [`DecodeError`](crate::DecodeError) for octets that are none.
            pub fn decode(octets: &'a [u8]) -> Result<Self, crate::DecodeError> {
                crate::tpdu::decode(octets, |reader, faults| {
                    let first = crate::tpdu::first_octet(crate::tpdu::Kind::$name, reader)?;
                    Self::read(first, reader, faults)
                })
            }

            /// Reads one that fills `octets`, letting through what `quirks` says, and lists that.
            ///
            /// # Errors
            /// [`DecodeError`](crate::DecodeError) for octets that are none.
            pub fn decode_with(
                octets: &'a [u8],
                quirks: &crate::Quirks,
            ) -> Result<crate::Decoded<Self>, crate::DecodeError> {
                crate::tpdu::decode_with(octets, quirks, |reader, faults| {
                    let first = crate::tpdu::first_octet(crate::tpdu::Kind::$name, reader)?;
                    Self::read(first, reader, faults)
                })
            }
        }
    };
    ($name:ident, decode report) => {
        crate::tpdu::tpdu!($name);

        impl<'a> $name<'a> {
            /// Reads one that fills `octets`, letting through what
            /// [`Quirks::LENIENT`](crate::Quirks::LENIENT) does.
            ///
            /// # Errors
            /// [`DecodeError`](crate::DecodeError) for octets that are none.
            pub fn decode(
                octets: &'a [u8],
                report: crate::tpdu::ReportKind,
            ) -> Result<Self, crate::DecodeError> {
                crate::tpdu::decode(octets, |reader, faults| {
                    let first = crate::tpdu::first_octet(crate::tpdu::Kind::$name, reader)?;
                    Self::read(first, report, reader, faults)
                })
            }

            /// Reads one that fills `octets`, letting through what `quirks` says, and lists that.
            ///
            /// # Errors
            /// [`DecodeError`](crate::DecodeError) for octets that are none.
            pub fn decode_with(
                octets: &'a [u8],
                report: crate::tpdu::ReportKind,
                quirks: &crate::Quirks,
            ) -> Result<crate::Decoded<Self>, crate::DecodeError> {
                crate::tpdu::decode_with(octets, quirks, |reader, faults| {
                    let first = crate::tpdu::first_octet(crate::tpdu::Kind::$name, reader)?;
                    Self::read(first, report, reader, faults)
                })
            }
        }
    };
    ($name:ident, decode context) => {
        crate::tpdu::tpdu!($name, write);

        impl<'a> $name<'a> {
            /// Reads one that fills `octets`, letting through what
            /// [`Quirks::LENIENT`](crate::Quirks::LENIENT) does.
            ///
            /// # Errors
            /// [`DecodeError`](crate::DecodeError) for octets that are none of that context; its
            /// offset counts from their first.
            pub fn decode(
                octets: &'a [u8],
                context: crate::tpdu::Context,
            ) -> Result<Self, crate::DecodeError> {
                crate::tpdu::decode(octets, |reader, faults| Self::read(reader, faults, context))
            }

            /// Reads one that fills `octets`, letting through what `quirks` says, and lists that.
            ///
            /// # Errors
            /// [`DecodeError`](crate::DecodeError) for octets that are none of that context; its
            /// offset counts from their first.
            pub fn decode_with(
                octets: &'a [u8],
                context: crate::tpdu::Context,
                quirks: &crate::Quirks,
            ) -> Result<crate::Decoded<Self>, crate::DecodeError> {
                crate::tpdu::decode_with(octets, quirks, |reader, faults| {
                    Self::read(reader, faults, context)
                })
            }

            /// The fields in the order of the octets that [`to_vec`](Self::to_vec) gives, with the
            /// standard's names; the first of a [`ModemPdu`](crate::tpdu::ModemPdu) is `SCA`.
            ///
            /// ```
            /// use smsgw_gsm::tpdu::{Context, Tpdu};
            ///
            /// let tpdu = Tpdu::decode(&[0x00, 0xD0, 0x00], Context::MS_TO_SC.with_error())?;
            /// let names: Vec<_> = tpdu.fields().iter().map(|field| field.name).collect();
            /// assert_eq!(names, ["TP-MTI", "TP-FCS", "TP-PI"]);
            /// # Ok::<(), smsgw_gsm::DecodeError>(())
            /// ```
            #[must_use]
            pub fn fields(&self) -> alloc::vec::Vec<crate::tpdu::Field> {
                crate::tpdu::sink::fields(|sink| self.put(sink))
            }
        }
    };
}
use tpdu;

/// Without the list of what was let through, which costs as much as the rest to hand out.
#[inline]
fn decode<'a, T>(
    octets: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>, &mut Faults<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    read(
        &mut Reader::new(octets, 0),
        &mut Faults::new(&Quirks::LENIENT),
    )
}

#[inline]
fn decode_with<'a, T>(
    octets: &'a [u8],
    quirks: &Quirks,
    read: impl FnOnce(&mut Reader<'a>, &mut Faults<'_>) -> Result<T, DecodeError>,
) -> Result<Decoded<T>, DecodeError> {
    let mut faults = Faults::new(quirks);
    let pdu = read(&mut Reader::new(octets, 0), &mut faults)?;
    Ok(Decoded {
        pdu,
        tolerated: faults.tolerated,
    })
}

/// The first octet of a TPDU of this kind.
fn first_octet(kind: Kind, reader: &mut Reader<'_>) -> Result<u8, DecodeError> {
    let start = reader.clone();
    let first = reader.octet("TP-MTI")?;
    if Kind::of(first, kind.direction()) == Some(kind) {
        Ok(first)
    } else {
        Err(start.error(DecodeErrorKind::OtherKind, "TP-MTI"))
    }
}

/// A flag of the first octet, as it is written.
const fn flag(is_set: bool, bit: u8) -> u8 {
    if is_set { bit } else { 0 }
}

// The first octet. A bit has another meaning in another TPDU.
const MTI: u8 = 0b0000_0011;
/// 0 says that more messages wait.
const MMS: u8 = 0b0000_0100;
const RD: u8 = 0b0000_0100;
const LP: u8 = 0b0000_1000;
/// TP-SRI, TP-SRR or TP-SRQ.
const SR: u8 = 0b0010_0000;
const UDHI: u8 = 0b0100_0000;
const RP: u8 = 0b1000_0000;
