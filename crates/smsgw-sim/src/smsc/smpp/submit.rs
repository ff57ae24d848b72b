//! Messages that an ESME submits: submit_sm, data_sm and submit_multi.

use std::sync::Arc;
use std::time::Instant;

use smsgw_smpp::pdu::{
    Body, DataSm, DataSmResp, DestAddress, SubmitMulti, SubmitMultiResp, SubmitSm, SubmitSmResp,
    UnsuccessSme,
};
use smsgw_smpp::tlv::UserMessageReference;
use smsgw_smpp::types::{Address, COctetString, RegisteredDelivery, Seq};
use smsgw_smpp::{CommandStatus, Frame};

use super::message::{self, Envelope};
use super::party::Party;
use super::times::Times;
use super::{Done, Kept, Smpp, message_id};
use crate::event::{Message, What};
use crate::faults::Strike;
use crate::smsc::fate::{Now, Span};
use crate::smsc::line::Line;
use crate::smsc::shared::{Accepted, Refusal};

/// What is done with a submit: it is accepted under an id, and a fault may hit the answer.
pub(super) type Verdict = Result<(String, Option<Strike>), Refusal<Smpp>>;

impl From<CommandStatus> for Refusal<Smpp> {
    fn from(status: CommandStatus) -> Self {
        Self::Refused(status)
    }
}

/// A message for one recipient.
pub(super) trait Submission<'a>: Body<'a> {
    /// Tells its id.
    type Answer<'r>: Body<'r>;
    fn answer(id: &str) -> Self::Answer<'_>;
    fn message(&self, envelope: Envelope<'_>) -> Message;
    /// Source and destination.
    fn parties(&self) -> (Party, Party);
    fn service_type(&self) -> &'a [u8];
    fn registered_delivery(&self) -> RegisteredDelivery;
    fn times(&self) -> Times<'a>;
    fn user_message_reference(&self) -> Option<UserMessageReference>;
}

macro_rules! submissions {
    ($($body:ident, $response:ident, $message:ident, $times:expr;)*) => { $(
        impl<'a> Submission<'a> for $body<'a> {
            type Answer<'r> = $response<'r>;

            fn answer(id: &str) -> $response<'_> {
                $response { message_id: message_id(id), ..$response::default() }
            }

            fn message(&self, envelope: Envelope<'_>) -> Message {
                message::$message(envelope, self)
            }

            fn parties(&self) -> (Party, Party) {
                (Party::of(&self.source_addr), Party::of(&self.destination_addr))
            }

            fn service_type(&self) -> &'a [u8] {
                self.service_type.as_octets()
            }

            fn registered_delivery(&self) -> RegisteredDelivery {
                self.registered_delivery
            }

            fn times(&self) -> Times<'a> {
                let times: fn(&Self) -> Times<'a> = $times;
                Times { qos_time_to_live: self.tlvs.find(), ..times(self) }
            }

            fn user_message_reference(&self) -> Option<UserMessageReference> {
                self.tlvs.find()
            }
        }
    )* };
}

submissions! {
    SubmitSm, SubmitSmResp, of_submit, |submit| Times {
        schedule_delivery_time: submit.schedule_delivery_time,
        validity_period: submit.validity_period,
        ..Times::default()
    };
    DataSm, DataSmResp, of_data, |_| Times::default();
}

impl Line<Smpp> {
    pub(super) fn submit<'a, T: Submission<'a>>(&mut self, frame: &'a Frame, now: Instant) {
        let Some(submission) = self.read::<T>(frame) else {
            return;
        };
        match self.judge(&[submission], frame, now) {
            Ok((id, strike)) => self.answer(frame, &Done(&T::answer(&id)), &id, strike, now),
            Err(refusal) => self.decline(frame, refusal),
        }
    }

    /// One message to many: all have one id.
    pub(super) fn submit_multi(&mut self, frame: &Frame, now: Instant) {
        let Some(multi) = self.read::<SubmitMulti<'_>>(frame) else {
            return;
        };
        let mut failures = Vec::new();
        let mut messages = Vec::new();
        for recipient in multi.dest_addresses.iter() {
            let (destination_addr, error_status_code) = match recipient {
                DestAddress::Sme(address) if !address.digits.is_empty() => {
                    messages.push(for_one(&multi, address));
                    continue;
                }
                DestAddress::Sme(address) => (address, CommandStatus::ESME_RINVDSTADR),
                // There are no lists here.
                DestAddress::DistributionList(digits) => {
                    let name = Address {
                        digits,
                        ..Address::EMPTY
                    };
                    (name, CommandStatus::ESME_RINVDLNAME)
                }
            };
            failures.push(UnsuccessSme {
                destination_addr,
                error_status_code,
            });
        }
        // As many as there were recipients, at most.
        let unsuccess_smes = Seq::new(&failures).unwrap_or_default();
        let answer = |id| SubmitMultiResp {
            message_id: id,
            unsuccess_smes,
            ..SubmitMultiResp::default()
        };
        if messages.is_empty() {
            let status = if failures.is_empty() {
                CommandStatus::ESME_RINVNUMDESTS
            } else {
                CommandStatus::ESME_RSUBMITFAIL
            };
            return self.respond(frame, status, &answer(COctetString::EMPTY), None);
        }
        match self.judge(&messages, frame, now) {
            Ok((id, strike)) => {
                let answer = answer(message_id(&id));
                self.answer(frame, &Done(&answer), &id, strike, now);
            }
            Err(refusal) => self.decline(frame, refusal),
        }
    }

    /// Decides about a submit; when it is accepted, remembers its messages and plans their
    /// receipts.
    fn judge<'a, T: Submission<'a>>(
        &self,
        submissions: &[T],
        request: &Frame,
        now: Instant,
    ) -> Verdict {
        let Some(system_id) = &self.account else {
            return Err(CommandStatus::ESME_RINVBNDSTS.into());
        };
        let config = &self.shared.config;
        let inner = &mut *self.shared.lock();
        let strike = inner.strike(config)?;
        let now = Now::of(now);
        // The times are the same in all of them.
        let times = submissions.first().map(T::times).unwrap_or_default();
        let span = times.span(&now, Span::from(now.instant))?;
        let id = inner.smpp.wire.take_id();
        for submission in submissions {
            let mut message = submission.message(Envelope {
                id: &id,
                system_id,
                sequence_number: request.sequence_number(),
            });
            if request.command_id() == SubmitMulti::COMMAND_ID {
                message::set_command(&mut message, "submit_multi");
            }
            let message = Arc::new(message);
            self.emit_message(|| What::Submit(Arc::clone(&message)));
            let (source, destination) = submission.parties();
            let accepted = Accepted::<Smpp> {
                message,
                account: Arc::clone(system_id),
                span,
                kept: Kept {
                    service_type: submission.service_type().to_vec(),
                    source,
                    destination,
                    registered_delivery: submission.registered_delivery(),
                    reference: submission.user_message_reference(),
                },
            };
            inner.keep(accepted, &now, config);
        }
        Ok((id, strike))
    }
}

/// What a `submit_multi` is for one of its recipients.
fn for_one<'a>(multi: &SubmitMulti<'a>, destination_addr: Address<'a, 21>) -> SubmitSm<'a> {
    SubmitSm {
        service_type: multi.service_type,
        source_addr: multi.source_addr,
        destination_addr,
        esm_class: multi.esm_class,
        protocol_id: multi.protocol_id,
        priority_flag: multi.priority_flag,
        schedule_delivery_time: multi.schedule_delivery_time,
        validity_period: multi.validity_period,
        registered_delivery: multi.registered_delivery,
        replace_if_present_flag: multi.replace_if_present_flag,
        data_coding: multi.data_coding,
        sm_default_msg_id: multi.sm_default_msg_id,
        short_message: multi.short_message,
        tlvs: multi.tlvs,
    }
}
