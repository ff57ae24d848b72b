//! SMS-DELIVER-REPORT: the mobile's answer to a message (3GPP TS 23.040 §9.2.2.1a).

use super::{Kind, Parameters, ReportKind, UDHI, flag};
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
    /// The bits of the first octet that have no meaning, 1011 1100, and TP-UDHI when there is no
    /// user data; others are not written.
    pub spare_bits: u8,
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
            spare_bits: 0,
            failure_cause: None,
            parameters: Parameters::new(),
        }
    }

    /// The message was refused.
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
        first_octet(0b00, self.spare_bits, &self.parameters)
    }

    pub(super) fn read(
        first: u8,
        report: ReportKind,
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
    ) -> Result<DeliverReport<'a>, DecodeError> {
        let failure_cause = read_failure(report, reader, faults)?;
        let most = Kind::DeliverReport.max_user_data();
        let parameters = Parameters::read_indicator(reader, faults)?.read_fields(
            reader,
            faults,
            first & UDHI != 0,
            most,
        )?;
        Ok(DeliverReport {
            spare_bits: spare_bits(first, &parameters),
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

/// Neither TP-MTI nor TP-UDHI.
const SPARE: u8 = 0b1011_1100;

/// The first octet of a report that answers.
pub(super) fn first_octet(mti: u8, spare_bits: u8, parameters: &Parameters<'_>) -> u8 {
    mti | flag(parameters.has_header(), UDHI) | self::spare_bits(spare_bits, parameters)
}

/// What in the first octet has no meaning.
pub(super) fn spare_bits(first: u8, parameters: &Parameters<'_>) -> u8 {
    // TP-UDHI speaks of the user data only.
    first
        & if parameters.user_data().is_some() {
            SPARE
        } else {
            SPARE | UDHI
        }
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
