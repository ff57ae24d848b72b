//! SMS-SUBMIT-REPORT: the service centre's answer to a message or command (3GPP TS 23.040
//! §9.2.2.2a).

use super::deliver_report::{first_octet, read_failure, spare_bits};
use super::{Kind, Parameters, ReportKind, SpareBits};
use crate::error::DecodeError;
use crate::field::{FailureCause, Timestamp};
use crate::quirks::Faults;
use crate::wire::{Reader, Sink};

/// The service centre's answer to a message or command (TS 23.040 §9.2.2.2a).
///
/// ```
/// use smsgw_gsm::field::FailureCause;
/// use smsgw_gsm::tpdu::{ReportKind, SubmitReport};
///
/// let octets = b"\x01\xC0\x00\x42\x20\x92\x32\x95\x95\x40";
/// let report = SubmitReport::decode(octets, ReportKind::Error)?;
/// assert_eq!(report.failure_cause, Some(FailureCause::SC_BUSY));
/// assert_eq!(report.service_centre_time_stamp.to_string(), "2024-02-29T23:59:59+01:00");
/// assert_eq!(report.to_vec(), octets);
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "SMS-SUBMIT-REPORT")]
pub struct SubmitReport<'a> {
    /// The bits of the first octet that have no meaning. TP-UDHI is one of them when there is no
    /// user data; else that is what says it, whatever is here.
    pub spare_bits: SpareBits<0b1111_1100>,
    /// Why the message was refused: there in an RP-ERROR, not in an RP-ACK.
    #[doc(alias("TP-FCS", "TP-Failure-Cause"))]
    pub failure_cause: Option<FailureCause>,
    /// When the service centre got the message, in its local time.
    #[doc(alias("TP-SCTS", "TP-Service-Centre-Time-Stamp"))]
    pub service_centre_time_stamp: Timestamp,
    /// The optional fields. TP-SCTS stands between TP-PI and the rest of them.
    pub parameters: Parameters<'a>,
}

super::tpdu!(SubmitReport, decode report);

impl<'a> SubmitReport<'a> {
    /// The message was taken at that time.
    #[must_use]
    pub fn ack(service_centre_time_stamp: Timestamp) -> SubmitReport<'a> {
        SubmitReport {
            spare_bits: SpareBits::NONE,
            failure_cause: None,
            service_centre_time_stamp,
            parameters: Parameters::new(),
        }
    }

    /// The message was refused at that time. A [reserved](FailureCause::is_reserved) cause is sent
    /// all the same, and refused by strict reading.
    #[must_use]
    pub fn error(
        failure_cause: FailureCause,
        service_centre_time_stamp: Timestamp,
    ) -> SubmitReport<'a> {
        SubmitReport {
            failure_cause: Some(failure_cause),
            ..SubmitReport::ack(service_centre_time_stamp)
        }
    }

    /// The first octet: TP-MTI and the flags, as they are sent.
    #[must_use]
    pub fn first_octet(&self) -> u8 {
        first_octet(0b01, self.spare_bits, Some(&self.parameters))
    }

    pub(super) fn read(
        first: u8,
        report: ReportKind,
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
    ) -> Result<SubmitReport<'a>, DecodeError> {
        let start = reader.offset() - 1;
        let failure_cause = read_failure(report, reader, faults)?;
        let parameters = Parameters::read_indicator(reader, faults)?;
        let service_centre_time_stamp = Timestamp::read(reader, faults, "TP-SCTS")?;
        let parameters =
            parameters.read_fields(reader, faults, first, Kind::SubmitReport, start)?;
        Ok(SubmitReport {
            spare_bits: spare_bits(first, Some(&parameters)),
            failure_cause,
            service_centre_time_stamp,
            parameters,
        })
    }

    pub(super) fn put(&self, sink: &mut impl Sink) {
        sink.put("TP-MTI", &[self.first_octet()]);
        if let Some(failure_cause) = self.failure_cause {
            sink.put("TP-FCS", &[failure_cause.0]);
        }
        self.parameters.put_indicator(sink);
        sink.put("TP-SCTS", &self.service_centre_time_stamp.octets());
        self.parameters.put_fields(sink);
    }
}
