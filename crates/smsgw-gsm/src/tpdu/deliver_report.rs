//! SMS-DELIVER-REPORT: the mobile's answer to a message (3GPP TS 23.040 §9.2.2.1a).

use super::{Kind, Parameters, ReportKind, SpareBits, UDHI, flag};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::field::FailureCause;
use crate::quirks::{Faults, Tolerance};
use crate::wire::{Reader, Sink};

/// The mobile's answer to a message (TS 23.040 §9.2.2.1a).
///
/// ```
/// use smsgw_gsm::field::FailureCause;
/// use smsgw_gsm::tpdu::{DeliverReport, ReportKind};
///
/// let full = DeliverReport::error(FailureCause::MEMORY_CAPACITY_EXCEEDED);
/// assert_eq!(full.to_vec(), [0x00, 0xD3, 0x00]);
/// assert_eq!(DeliverReport::decode(&[0x00, 0xD3, 0x00], ReportKind::Error)?, full);
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "SMS-DELIVER-REPORT")]
pub struct DeliverReport<'a> {
    /// The bits of the first octet that have no meaning. TP-UDHI is one of them when there is no
    /// user data; else that is what says it, whatever is here.
    pub spare_bits: SpareBits<0b1111_1100>,
    /// Why the message was refused: there in an RP-ERROR, not in an RP-ACK.
    #[doc(alias("TP-FCS", "TP-Failure-Cause"))]
    pub failure_cause: Option<FailureCause>,
    /// The optional fields.
    pub parameters: Parameters<'a>,
}

super::tpdu!(DeliverReport, decode report);

impl<'a> DeliverReport<'a> {
    /// The message was taken.
    #[must_use]
    pub fn ack() -> DeliverReport<'a> {
        DeliverReport {
            spare_bits: SpareBits::NONE,
            failure_cause: None,
            parameters: Parameters::new(),
        }
    }

    /// The message was refused. A [reserved](FailureCause::is_reserved) cause is sent all the same,
    /// and refused by strict reading.
    #[must_use]
    pub fn error(failure_cause: FailureCause) -> DeliverReport<'a> {
        DeliverReport {
            failure_cause: Some(failure_cause),
            ..DeliverReport::ack()
        }
    }

    /// The first octet: TP-MTI and the flags, as they are sent.
    #[must_use]
    pub fn first_octet(&self) -> u8 {
        first_octet(0b00, self.spare_bits, Some(&self.parameters))
    }

    pub(super) fn read(
        first: u8,
        report: ReportKind,
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
    ) -> Result<DeliverReport<'a>, DecodeError> {
        let start = reader.offset() - 1;
        let failure_cause = read_failure(report, reader, faults)?;
        let parameters = Parameters::read_indicator(reader, faults)?.read_fields(
            reader,
            faults,
            first,
            Kind::DeliverReport,
            start,
        )?;
        Ok(DeliverReport {
            spare_bits: spare_bits(first, Some(&parameters)),
            failure_cause,
            parameters,
        })
    }

    pub(super) fn put(&self, sink: &mut impl Sink) {
        sink.put("TP-MTI", &[self.first_octet()]);
        if let Some(failure_cause) = self.failure_cause {
            sink.put("TP-FCS", &[failure_cause.0]);
        }
        self.parameters.put_indicator(sink);
        self.parameters.put_fields(sink);
    }
}

/// The first octet of a report that answers.
pub(super) fn first_octet<const MASK: u8>(
    mti: u8,
    spare_bits: SpareBits<MASK>,
    parameters: Option<&Parameters<'_>>,
) -> u8 {
    let header = parameters.is_some_and(Parameters::has_header);
    mti | flag(header, UDHI) | self::spare_bits::<MASK>(spare_bits.get(), parameters).get()
}

/// What in the first octet has no meaning.
pub(super) fn spare_bits<const MASK: u8>(
    first: u8,
    parameters: Option<&Parameters<'_>>,
) -> SpareBits<MASK> {
    // TP-UDHI speaks of the user data only.
    let has_user_data = parameters.is_some_and(|parameters| parameters.user_data().is_some());
    SpareBits::new(if has_user_data { first & !UDHI } else { first })
}

/// TP-FCS, which an RP-ERROR's report has.
pub(super) fn read_failure(
    report: ReportKind,
    reader: &mut Reader<'_>,
    faults: &mut Faults<'_>,
) -> Result<Option<FailureCause>, DecodeError> {
    if report == ReportKind::Ack {
        return Ok(None);
    }
    let start = reader.clone();
    let failure = FailureCause(reader.octet("TP-FCS")?);
    if failure.is_reserved() {
        let kind = DecodeErrorKind::InvalidValue { value: failure.0 };
        faults.meet(Tolerance::OddValue, start.error(kind, "TP-FCS"))?;
    }
    Ok(Some(failure))
}
