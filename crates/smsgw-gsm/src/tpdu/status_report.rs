//! SMS-STATUS-REPORT: what became of a message (3GPP TS 23.040 §9.2.2.3).

use super::deliver_report::{first_octet, spare_bits};
use super::{Kind, LP, MMS, Parameters, SR, SpareBits, flag};
use crate::error::DecodeError;
use crate::field::{Address, Status, Timestamp};
use crate::quirks::Faults;
use crate::wire::{Reader, Sink};

/// What became of a message (TS 23.040 §9.2.2.3).
///
/// ```
/// use smsgw_gsm::field::State;
/// use smsgw_gsm::tpdu::StatusReport;
///
/// let octets = b"\x06\x04\x0D\x91\x94\x51\x52\x99\x11\x36\xF0\
///     \x01\x60\x12\x41\x30\x34\x0A\x01\x60\x12\x41\x30\x94\x0A\x00";
/// let report = StatusReport::decode(octets)?;
/// assert_eq!(report.status.state(), State::Delivered);
/// assert_eq!(report.parameters, None);
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "SMS-STATUS-REPORT")]
pub struct StatusReport<'a> {
    /// Whether more messages wait for the mobile. On the wire the bit is 0 when they do.
    #[doc(alias("TP-MMS", "TP-More-Messages-to-Send"))]
    pub more_messages_to_send: bool,
    /// Whether the report was forwarded or is a spawned one, so that nobody sends it in circles.
    #[doc(alias("TP-LP", "TP-Loop-Prevention"))]
    pub loop_prevention: bool,
    /// Whether it reports on an SMS-COMMAND; else on an SMS-SUBMIT.
    #[doc(alias("TP-SRQ", "TP-Status-Report-Qualifier"))]
    pub status_report_qualifier: bool,
    /// The bits of the first octet that have no meaning. TP-UDHI is one of them when there is no
    /// user data; else that is what says it, whatever is here.
    pub spare_bits: SpareBits<0b1101_0000>,
    /// The reference of the message or command.
    #[doc(alias("TP-MR", "TP-Message-Reference"))]
    pub message_reference: u8,
    /// To whom the message went.
    #[doc(alias("TP-RA", "TP-Recipient-Address"))]
    pub recipient_address: Address,
    /// When the service centre got the message, in its local time.
    #[doc(alias("TP-SCTS", "TP-Service-Centre-Time-Stamp"))]
    pub service_centre_time_stamp: Timestamp,
    /// When it was delivered, or last tried.
    #[doc(alias("TP-DT", "TP-Discharge-Time"))]
    pub discharge_time: Timestamp,
    /// What became of it.
    #[doc(alias("TP-ST", "TP-Status"))]
    pub status: Status,
    /// The optional fields; `None` when the report ends with the status.
    pub parameters: Option<Parameters<'a>>,
}

super::tpdu!(StatusReport, decode);

impl<'a> StatusReport<'a> {
    /// A report without flags and optional fields.
    #[must_use]
    pub const fn new(
        message_reference: u8,
        recipient_address: Address,
        service_centre_time_stamp: Timestamp,
        discharge_time: Timestamp,
        status: Status,
    ) -> StatusReport<'a> {
        StatusReport {
            more_messages_to_send: false,
            loop_prevention: false,
            status_report_qualifier: false,
            spare_bits: SpareBits::NONE,
            message_reference,
            recipient_address,
            service_centre_time_stamp,
            discharge_time,
            status,
            parameters: None,
        }
    }

    /// The first octet: TP-MTI and the flags, as they are sent.
    #[must_use]
    pub fn first_octet(&self) -> u8 {
        let mti = 0b10
            | flag(!self.more_messages_to_send, MMS)
            | flag(self.loop_prevention, LP)
            | flag(self.status_report_qualifier, SR);
        first_octet(mti, self.spare_bits, self.parameters.as_ref())
    }

    pub(super) fn read(
        first: u8,
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
    ) -> Result<StatusReport<'a>, DecodeError> {
        let start = reader.offset() - 1;
        let message_reference = reader.octet("TP-MR")?;
        let recipient_address = Address::read(reader, faults, "TP-RA")?;
        let service_centre_time_stamp = Timestamp::read(reader, faults, "TP-SCTS")?;
        let discharge_time = Timestamp::read(reader, faults, "TP-DT")?;
        let status = Status(reader.octet("TP-ST")?);
        let parameters = if reader.rest().is_empty() {
            None
        } else {
            let indicator = Parameters::read_indicator(reader, faults)?;
            Some(indicator.read_fields(reader, faults, first, Kind::StatusReport, start)?)
        };
        Ok(StatusReport {
            more_messages_to_send: first & MMS == 0,
            loop_prevention: first & LP != 0,
            status_report_qualifier: first & SR != 0,
            spare_bits: spare_bits(first, parameters.as_ref()),
            message_reference,
            recipient_address,
            service_centre_time_stamp,
            discharge_time,
            status,
            parameters,
        })
    }

    pub(super) fn put(&self, sink: &mut impl Sink) {
        sink.put("TP-MTI", &[self.first_octet()]);
        sink.put("TP-MR", &[self.message_reference]);
        self.recipient_address.put(sink, "TP-RA");
        sink.put("TP-SCTS", &self.service_centre_time_stamp.octets());
        sink.put("TP-DT", &self.discharge_time.octets());
        sink.put("TP-ST", &[self.status.0]);
        if let Some(parameters) = &self.parameters {
            parameters.put_indicator(sink);
            parameters.put_fields(sink);
        }
    }
}
