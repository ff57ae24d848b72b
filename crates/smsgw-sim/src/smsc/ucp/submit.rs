//! Messages that a client submits: OT 51, and 01, 02, 03 and 30.

use std::sync::Arc;
use std::time::Instant;

use smsgw_ucp::types::{Address, Content, Flag, Minute, NotificationType, Originator, Otoa, XSer};
use smsgw_ucp::{ErrorCode, Frame, Operation, Quirks, SystemMessage};

use super::message::{self, Parts};
use super::notification::Request;
use super::times::Times;
use super::{Done, Kept, Ucp, text};
use crate::event::What;
use crate::faults::Strike;
use crate::smsc::fate::{Now, Span};
use crate::smsc::line::Line;
use crate::smsc::shared::{Accepted, Refusal};

/// Octets of a positive result around its SM, with STX and ETX.
const AROUND_SM: usize = 21;
/// Octets of a key behind AdC: the colon, SCTS, and the comma before the next one.
const BEHIND_ADC: usize = 14;

/// What is done with a submit: it is accepted under a key for each recipient, and a fault may hit
/// the answer.
type Verdict = Result<(String, Option<Strike>), Refusal<Ucp>>;

impl From<ErrorCode> for Refusal<Ucp> {
    fn from(error_code: ErrorCode) -> Self {
        Self::Refused(error_code)
    }
}

/// What the operations that bring a message have in common.
#[derive(Clone, Debug)]
pub(super) struct Submission<'a> {
    recipients: Vec<Address<'a>>,
    oadc: Originator<'a>,
    otoa: Otoa,
    content: Content<'a>,
    xser: XSer<'a>,
    times: Times,
    request: Request,
}

impl<'a> Submission<'a> {
    /// `None` for an operation that brings none.
    pub(super) fn of(operation: &Operation<'a>) -> Option<Self> {
        Some(match operation {
            Operation::SubmitShortMessage(it) => Self {
                oadc: it.oadc,
                otoa: it.otoa,
                xser: it.xser,
                times: times(it.dd, it.ddt, it.vp),
                request: Request::new(it.nrq, it.nadc, it.nt, it.npid),
                ..Self::new([it.adc], Address::EMPTY, it.message.content())
            },
            Operation::CallInput(it) => Self::new([it.adc], it.oadc, it.message.content()),
            Operation::MultipleAddressCallInput(it) => {
                Self::new(it.recipients.iter(), it.oadc, it.message.content())
            }
            Operation::SupplementaryCallInput(it) => Self {
                times: times(it.dd, it.ddt, None),
                ..Self::new([it.adc], it.oadc, it.message.content())
            },
            Operation::SmsMessageTransfer(it) => Self {
                times: times(it.dd, it.ddt, it.vp),
                request: Request::new(it.nrq, it.nadc, NotificationType::DEFAULT, it.npid),
                ..Self::new([it.adc], it.oadc, Content::Text(it.amsg.hex()))
            },
            _ => return None,
        })
    }

    /// With nothing of what not all have.
    fn new(
        recipients: impl IntoIterator<Item = Address<'a>>,
        oadc: Address<'a>,
        content: Content<'a>,
    ) -> Self {
        Self {
            recipients: recipients.into_iter().collect(),
            oadc: Originator::new(oadc.as_str()).unwrap_or_default(),
            otoa: Otoa::ABSENT,
            content,
            xser: XSer::EMPTY,
            times: Times::default(),
            request: Request::default(),
        }
    }

    /// Whether there are some, and not more than a result can name in a frame of `max_len` octets:
    /// the client is taken to read frames as long as it may send.
    fn check_recipients(&self, max_len: u32) -> Result<(), ErrorCode> {
        if self.recipients.is_empty() {
            return Err(ErrorCode::SYNTAX_ERROR);
        }
        let max_len = usize::try_from(max_len).unwrap_or(usize::MAX);
        let room = max_len.saturating_sub(AROUND_SM).min(SystemMessage::MAX);
        let adcs = self.recipients.iter().map(|adc| adc.as_str().len());
        let keys: usize = adcs.map(|adc| adc + BEHIND_ADC).sum();
        // There is no comma behind the last one.
        match keys - 1 <= room {
            true => Ok(()),
            false => Err(ErrorCode::MESSAGE_TOO_LONG),
        }
    }
}

const fn times(dd: Flag, ddt: Option<Minute>, vp: Option<Minute>) -> Times {
    Times { dd, ddt, vp }
}

/// The sender of a message as it stands in what brought it, where a name is packed.
pub(super) fn oadc<'a>(frame: &'a Frame, quirks: &Quirks) -> Originator<'a> {
    let read = frame.operation_with(quirks).ok();
    let submission = read.and_then(|read| Submission::of(&read.pdu));
    submission.map_or(Originator::EMPTY, |submission| submission.oadc)
}

impl Line<Ucp> {
    /// A message to one or many: each recipient has its key.
    pub(super) fn submit(&mut self, frame: &Frame, submission: &Submission<'_>, now: Instant) {
        match self.judge(frame, submission, now) {
            Ok((keys, strike)) => self.answer(frame, &Done(text(&keys)), &keys, strike, now),
            Err(refusal) => self.decline(frame, refusal),
        }
    }

    /// Decides about a submit; when it is accepted, remembers its messages and plans their
    /// notifications.
    fn judge(&self, frame: &Frame, submission: &Submission<'_>, now: Instant) -> Verdict {
        let Some(account) = &self.account else {
            return Err(ErrorCode::OPERATION_NOT_ALLOWED.into());
        };
        let config = &self.shared.config;
        let inner = &mut *self.shared.lock();
        let strike = inner.strike(config)?;
        submission.check_recipients(inner.ucp.wire.settings.session.max_frame_len)?;
        let now = Now::of(now);
        let zone = &inner.ucp.wire.settings.zone;
        let span = submission.times.span(&now, zone, Span::from(now.instant))?;
        // Not a part of what was read, which may be a lot.
        let frame = frame.detach();
        let mut keys = Vec::with_capacity(submission.recipients.len());
        for adc in &submission.recipients {
            let ucp = &mut inner.ucp.wire;
            let kept = Kept {
                frame: frame.clone(),
                adc: adc.as_str().to_owned(),
                oadc: submission.oadc.as_str().to_owned(),
                scts: ucp
                    .stamp(adc.as_str(), &now)
                    .ok_or(ErrorCode::SYSTEM_ERROR)?,
                request: submission.request.clone(),
                since: now.instant,
            };
            let parts = Parts {
                adc: adc.as_str().into(),
                oadc: submission.oadc,
                otoa: submission.otoa,
                content: submission.content,
                xser: submission.xser,
            };
            let id = kept.key().to_string();
            let alphabet = ucp.settings.alphabet;
            let message = message::told(&frame, frame.trn(), &parts, &id, account, alphabet);
            let message = Arc::new(message);
            self.emit_message(|| What::Submit(Arc::clone(&message)));
            let accepted = Accepted::<Ucp> {
                message,
                account: Arc::clone(account),
                span,
                kept,
            };
            inner.keep(accepted, &now, config);
            keys.push(id);
        }
        Ok((keys.join(","), strike))
    }
}
