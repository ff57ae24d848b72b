//! What an ESME asks about messages that it submitted: query_sm, cancel_sm and replace_sm.

use std::sync::Arc;
use std::time::Instant;

use smsgw_smpp::pdu::{CancelSm, CancelSmResp, QuerySm, QuerySmResp, ReplaceSm, ReplaceSmResp};
use smsgw_smpp::types::{AbsoluteTime, InterfaceVersion, MessageState, Time};
use smsgw_smpp::{CommandStatus, Frame};

use super::delivery::error_code;
use super::times::{Times, absolute};
use super::{Smpp, message};
use crate::event::What;
use crate::smsc::fate::{Fate, Now};
use crate::smsc::line::Line;
use crate::smsc::store::Entry;

impl Line<Smpp> {
    pub(super) fn query(&mut self, frame: &Frame, now: Instant) {
        let Some(query) = self.read::<QuerySm<'_>>(frame) else {
            return;
        };
        let fate = {
            let mut inner = self.shared.lock();
            let id = query.message_id.as_octets();
            let entries = inner.smpp.store.find(id, self.account());
            let own = entries.filter(|entry| entry.kept.source.is(&query.source_addr));
            // Of a submit_multi, the one that takes longest.
            own.map(|entry| entry.fate).max_by_key(|fate| {
                let is_waiting = !fate.state(now).is_final();
                (is_waiting, fate.ends)
            })
        };
        let Some(fate) = fate else {
            return self.refuse(frame, CommandStatus::ESME_RQUERYFAIL);
        };
        let state = fate.state(now);
        let final_date = absolute(&Now::of(now), fate.ends).filter(|_| state.is_final());
        let answer = QuerySmResp {
            message_id: query.message_id,
            final_date: final_date
                .as_ref()
                .map_or(Time::NULL, AbsoluteTime::as_time),
            message_state: self.as_known(state),
            error_code: error_code(state),
            ..QuerySmResp::default()
        };
        let id = Some(query.message_id.to_string());
        self.respond(frame, CommandStatus::ESME_ROK, &answer, id);
    }

    /// A state as the peer's version knows it.
    fn as_known(&self, state: MessageState) -> MessageState {
        let version = self.session.with(|session, _| session.version());
        if state == MessageState::SCHEDULED && version < InterfaceVersion::SMPP_5_0 {
            MessageState::ENROUTE
        } else {
            state
        }
    }

    /// Takes back one message by its id, or all that wait between two addresses.
    pub(super) fn cancel(&mut self, frame: &Frame, now: Instant) {
        let Some(cancel) = self.read::<CancelSm<'_>>(frame) else {
            return;
        };
        let system_id = self.account();
        let mut cancelled = Vec::new();
        {
            let inner = &mut *self.shared.lock();
            let side = &mut inner.smpp;
            let mut take_back = |entry: &mut Entry<Smpp>| {
                if entry.is_waiting(now) {
                    entry.fate = Fate::end(now, MessageState::DELETED);
                    side.post.plan_receipts(entry, &side.wire, &Now::of(now));
                    cancelled.push(Arc::clone(&entry.message));
                }
            };
            if cancel.message_id.is_empty() {
                side.store
                    .iter_mut()
                    .filter(|entry| is_between(entry, system_id, &cancel))
                    .for_each(&mut take_back);
            } else {
                let id = cancel.message_id.as_octets();
                side.store
                    .find(id, system_id)
                    .filter(|entry| entry.kept.source.is(&cancel.source_addr))
                    .filter(|entry| entry.kept.destination.is(&cancel.destination_addr))
                    .for_each(&mut take_back);
            }
            inner.counts.cancelled += u64::try_from(cancelled.len()).unwrap_or_default();
        }
        if cancelled.is_empty() {
            return self.refuse(frame, CommandStatus::ESME_RCANCELFAIL);
        }
        for message in &cancelled {
            self.cancelled(&message.id, &message.to);
        }
        let id = (!cancel.message_id.is_empty()).then(|| cancel.message_id.to_string());
        self.respond(frame, CommandStatus::ESME_ROK, &CancelSmResp::default(), id);
    }

    pub(super) fn cancelled(&self, id: &str, to: &str) {
        self.emit_message(|| What::Cancel {
            id: id.to_owned(),
            who: self.who(),
            to: to.to_owned(),
        });
    }

    /// Gives a message that waits another text, and other times if there are any.
    pub(super) fn replace(&mut self, frame: &Frame, now: Instant) {
        let Some(replace) = self.read::<ReplaceSm<'_>>(frame) else {
            return;
        };
        if let Err(status) = self.try_replace(frame, &replace, &Now::of(now)) {
            return self.refuse(frame, status);
        }
        let id = Some(replace.message_id.to_string());
        self.respond(
            frame,
            CommandStatus::ESME_ROK,
            &ReplaceSmResp::default(),
            id,
        );
    }

    fn try_replace(
        &self,
        frame: &Frame,
        replace: &ReplaceSm<'_>,
        now: &Now,
    ) -> Result<(), CommandStatus> {
        let delay = self.shared.config.receipts.delay;
        let inner = &mut *self.shared.lock();
        let id = replace.message_id.as_octets();
        let side = &mut inner.smpp;
        let mut entries = side
            .store
            .find(id, self.account())
            .filter(|entry| entry.kept.source.is(&replace.source_addr))
            .filter(|entry| entry.is_waiting(now.instant))
            .peekable();
        if entries.peek().is_none() {
            return Err(CommandStatus::ESME_RREPLACEFAIL);
        }
        let times = Times {
            schedule_delivery_time: replace.schedule_delivery_time,
            validity_period: replace.validity_period,
            qos_time_to_live: replace.tlvs.find(),
        };
        for entry in entries {
            entry.span = times.span(now, entry.span)?;
            entry.fate = Fate::new(entry.span, delay, entry.planned);
            entry.kept.registered_delivery = replace.registered_delivery;
            let number = frame.sequence_number();
            entry.message = Arc::new(message::replaced(&entry.message, number, replace));
            side.post.plan_receipts(entry, &side.wire, now);
            inner.counts.replaced += 1;
            self.emit_message(|| What::Replace(Arc::clone(&entry.message)));
        }
        Ok(())
    }
}

/// Whether a message is of those that a cancel without an id is about.
fn is_between(entry: &Entry<Smpp>, system_id: &str, cancel: &CancelSm<'_>) -> bool {
    let service_type = cancel.service_type.as_octets();
    let kept = &entry.kept;
    *entry.account == *system_id
        && kept.source.is_just(&cancel.source_addr)
        && kept.destination.is_just(&cancel.destination_addr)
        && (service_type.is_empty() || service_type == kept.service_type)
}
