//! The results of operations: `A` and what the peer made of it, or `N` and why not.

use bytes::BytesMut;

use crate::error::{DecodeError, DecodeErrorKind, ValueError};
use crate::error_code::ErrorCode;
use crate::frame::{Frame, FrameRef, write};
use crate::header::{Header, OperationKind, Trn, digits, two_digits};
use crate::operation::{OperationType, unknown};
use crate::quirks::{Quirks, Tolerated};
use crate::system_message::SystemMessage;
use crate::types::Minute;
use crate::wire::{Field, Need, Reader, Writer, clamp, invalid};

/// The result of an operation.
///
/// ```
/// use smsgw_ucp::{Answer, ErrorCode, Frame, OperationType, SystemMessage, Trn};
///
/// let frame = Frame::copy_from(b"\x0200/00022/R/31/N/06//07\x03")?;
/// let answer = frame.answer()?;
/// assert_eq!(answer.error_code(), Some(ErrorCode(6)));
///
/// let same = Answer::negative(OperationType::SMT_ALERT, ErrorCode(6), SystemMessage::EMPTY);
/// assert_eq!(answer, same);
/// assert_eq!(same.to_frame(Trn::ZERO), frame);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    ot: OperationType,
    outcome: Outcome,
    /// `None` when the result has no such field.
    mvp: Option<Minute>,
    sm: SystemMessage<'a>,
}

/// Whether an operation was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `A`: it was.
    Positive,
    /// `N`: it was not, and why.
    Negative(ErrorCode),
}

impl<'a> Answer<'a> {
    /// The operation was done.
    #[must_use]
    pub const fn positive(ot: OperationType, sm: SystemMessage<'a>) -> Self {
        Self {
            ot,
            outcome: Outcome::Positive,
            mvp: None,
            sm,
        }
    }

    /// The operation was not done. A code above 99 becomes 99, as the field has two digits.
    #[must_use]
    pub const fn negative(ot: OperationType, error_code: ErrorCode, sm: SystemMessage<'a>) -> Self {
        let error_code = match error_code {
            ErrorCode(100..) => ErrorCode(99),
            code => code,
        };
        Self {
            ot,
            outcome: Outcome::Negative(error_code),
            mvp: None,
            sm,
        }
    }

    /// The same with the validity period that the centre gave the message.
    ///
    /// # Errors
    /// [`NoSuchField`](ValueError::NoSuchField) for a negative result, and for those of operations
    /// 01, 02, 03, 31, 60 and 61.
    pub const fn with_mvp(mut self, mvp: Option<Minute>) -> Result<Self, ValueError> {
        if mvp.is_some() && !(self.is_positive() && self.ot.has_mvp()) {
            return Err(ValueError::NoSuchField);
        }
        self.mvp = mvp;
        Ok(self)
    }

    /// The operation it is the result of.
    #[must_use]
    pub const fn ot(&self) -> OperationType {
        self.ot
    }

    /// Whether the operation was done.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Whether the operation was done.
    #[must_use]
    pub const fn is_positive(&self) -> bool {
        matches!(self.outcome, Outcome::Positive)
    }

    /// Why the operation was not done (EC); `None` when it was.
    #[must_use]
    pub const fn error_code(&self) -> Option<ErrorCode> {
        match self.outcome {
            Outcome::Positive => None,
            Outcome::Negative(error_code) => Some(error_code),
        }
    }

    /// The validity period as the centre changed it (MVP), local time of the centre; `None` when it
    /// says nothing of it.
    #[must_use]
    pub const fn mvp(&self) -> Option<Minute> {
        self.mvp
    }

    /// The system message (SM): in a positive result what names the message from now on, in a
    /// negative one a text for people.
    #[must_use]
    pub const fn sm(&self) -> SystemMessage<'a> {
        self.sm
    }

    /// Appends the whole result to `out`, from STX to ETX.
    pub fn encode(&self, trn: Trn, out: &mut BytesMut) {
        write(self.header(trn), self.size(), out, |writer| {
            self.write(writer)
        });
    }

    /// The result as a frame of its own.
    #[must_use]
    pub fn to_frame(&self, trn: Trn) -> Frame {
        let mut out = BytesMut::new();
        self.encode(trn, &mut out);
        Frame::written(self.header(trn), out)
    }
}

/// How it looks on the wire.
impl<'a> Answer<'a> {
    pub(crate) fn read(
        frame: FrameRef<'a>,
        quirks: &Quirks,
        tolerated: Option<&mut Tolerated>,
    ) -> Result<Self, DecodeError> {
        let ot = frame.ot();
        if frame.is_operation() {
            return Err(DecodeError::new(DecodeErrorKind::OtherOperation, "O/R", 10));
        }
        if !ot.is_known() {
            return Err(unknown(ot));
        }
        let reader = &mut frame.reader(quirks, tolerated);
        let fields = frame.field_count();
        let offset = reader.offset();
        let is_positive = match reader.field() {
            b"A" => true,
            b"N" => false,
            b"" => {
                return Err(DecodeError::new(
                    DecodeErrorKind::Missing,
                    "ACK",
                    clamp(offset),
                ));
            }
            _ => return Err(invalid(ValueError::Unknown, "ACK", offset)),
        };
        let names = Self::field_names(ot, is_positive);
        let missing = names.get(fields).copied().unwrap_or_default();
        reader.expect(missing, names.len(), fields)?;
        let (outcome, mvp) = if is_positive {
            let mvp = match ot.has_mvp() {
                true => Field::read(reader, &["MVP"], Need::Optional)?,
                false => None,
            };
            (Outcome::Positive, mvp)
        } else {
            (Outcome::Negative(error_code(reader)?), None)
        };
        let sm = SystemMessage::read(reader)?;
        Ok(Self {
            ot,
            outcome,
            mvp,
            sm,
        })
    }

    /// The standard's names of the fields of a positive or negative result, in wire order.
    #[must_use]
    pub const fn field_names(ot: OperationType, is_positive: bool) -> &'static [&'static str] {
        match (is_positive, ot.has_mvp()) {
            (true, true) => &["ACK", "MVP", "SM"],
            (true, false) => &["ACK", "SM"],
            (false, _) => &["NACK", "EC", "SM"],
        }
    }

    fn size(&self) -> usize {
        let before = match self.outcome {
            Outcome::Positive if self.ot.has_mvp() => "A/".len() + self.mvp.size(),
            Outcome::Positive => "A/".len(),
            Outcome::Negative(_) => "N/00/".len(),
        };
        before + self.sm.size()
    }

    fn write(&self, writer: &mut Writer<'_>) {
        match self.outcome {
            Outcome::Positive => {
                writer.field(b"A");
                if self.ot.has_mvp() {
                    self.mvp.write(writer);
                }
            }
            Outcome::Negative(error_code) => {
                writer.field(b"N");
                writer.field(&digits(error_code.0));
            }
        }
        self.sm.write(writer);
    }

    const fn header(&self, trn: Trn) -> Header {
        Header {
            trn,
            kind: OperationKind::Result,
            ot: self.ot,
        }
    }
}

/// EC is exactly two digits.
fn error_code(reader: &mut Reader<'_, '_>) -> Result<ErrorCode, DecodeError> {
    let offset = reader.offset();
    let error = match *reader.field() {
        [tens, ones] => match two_digits(tens, ones) {
            Some(code) => return Ok(ErrorCode(code)),
            None => ValueError::NotDigit {
                at: usize::from(tens.is_ascii_digit()),
            },
        },
        [] => {
            return Err(DecodeError::new(
                DecodeErrorKind::Missing,
                "EC",
                clamp(offset),
            ));
        }
        ref field if field.len() < 2 => ValueError::TooShort {
            min: 2,
            had: field.len(),
        },
        ref field => ValueError::TooLong {
            max: 2,
            had: field.len(),
        },
    };
    Err(invalid(error, "EC", offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_validity_period_is_in_some_results_only() {
        let mvp = Some(Minute::parse("3012961212").unwrap());
        for ot in OperationType::ALL {
            let answer = Answer::positive(*ot, SystemMessage::EMPTY);
            match answer.with_mvp(mvp) {
                Ok(answer) => {
                    assert!(ot.has_mvp());
                    let frame = answer.to_frame(Trn::ZERO);
                    assert_eq!(
                        frame.fields().collect::<alloc::vec::Vec<_>>(),
                        [&b"A"[..], b"3012961212", b""]
                    );
                    assert_eq!(frame.answer().unwrap().mvp(), mvp);
                }
                Err(error) => {
                    assert_eq!(error, ValueError::NoSuchField);
                    assert!(!ot.has_mvp());
                }
            }
            assert_eq!(answer.with_mvp(None), Ok(answer));
            let refusal = Answer::negative(*ot, ErrorCode(250), SystemMessage::EMPTY);
            assert_eq!(refusal.with_mvp(mvp), Err(ValueError::NoSuchField));
            assert_eq!(refusal.error_code(), Some(ErrorCode(99)));
            assert_eq!(refusal.to_frame(Trn::ZERO).answer(), Ok(refusal));
        }
    }

    /// Whatever text a frame holds, another result has room for it.
    #[test]
    fn the_longest_text_fits_into_any_result() {
        let most = alloc::vec![b'x'; 99_969];
        let ot = OperationType::SMT_ALERT;
        let make = |sm: &[u8]| {
            Frame::from_fields(Trn::ZERO, OperationKind::Result, ot, &[b"A", sm]).unwrap()
        };
        let frame = make(&most);
        let sm = frame.answer().unwrap().sm();
        let mvp = Some(Minute::parse("3012961212").unwrap());
        let ot = OperationType::SUBMIT_SHORT_MESSAGE;
        let answer = Answer::positive(ot, sm).with_mvp(mvp).unwrap();
        let again = answer.to_frame(Trn::ZERO);
        assert_eq!(again.octets().len(), 100_001);
        assert_eq!(Frame::new(again.octets().clone()), Ok(again));
        let frame = make(&[&most[..], b"x"].concat());
        assert_eq!(
            alloc::format!("{}", frame.answer().unwrap_err()),
            "SM at octet 17: at most 99969 characters, had 99970"
        );
    }

    #[test]
    fn results_that_are_none() {
        for (fields, expect) in [
            (&[&b"A"[..]][..], "SM at octet 17: needs 2 fields, had 1"),
            (&[b"", b""], "ACK at octet 15: mandatory, had nothing"),
            (
                &[b"a", b""],
                "ACK at octet 15: not one of the values it can have",
            ),
            (&[b"N", b""], "SM at octet 18: needs 3 fields, had 2"),
            (&[b"N", b"", b""], "EC at octet 17: mandatory, had nothing"),
            (
                &[b"N", b"1", b""],
                "EC at octet 17: at least 2 characters, had 1",
            ),
            (
                &[b"N", b"001", b""],
                "EC at octet 17: at most 2 characters, had 3",
            ),
            (
                &[b"N", b"0x", b""],
                "EC at octet 17: no decimal digit at character 1",
            ),
        ] {
            let ot = OperationType::SMT_ALERT;
            let frame = Frame::from_fields(Trn::ZERO, OperationKind::Result, ot, fields).unwrap();
            let error = frame.answer().unwrap_err();
            assert_eq!(alloc::format!("{error}"), expect);
        }
    }
}
