//! broadcast_sm, query_broadcast_sm and cancel_broadcast_sm.

use std::sync::Arc;
use std::time::Instant;

use smsgw_smpp::pdu::{
    BroadcastSm, BroadcastSmResp, CancelBroadcastSm, CancelBroadcastSmResp, QueryBroadcastSm,
    QueryBroadcastSmResp,
};
use smsgw_smpp::tlv::{
    self, BroadcastAreaSuccess, BroadcastEndTime, Tlv, TlvTag, Tlvs, UserMessageReference,
};
use smsgw_smpp::types::{AbsoluteTime, MessageState, ReplaceIfPresentFlag};
use smsgw_smpp::{CommandStatus, Frame};

use super::area::{Broadcast, Plan};
use super::message::{self, Envelope};
use super::party::Party;
use super::submit::Verdict;
use super::times::{Times, absolute};
use super::{Done, Smpp, message_id};
use crate::event::What;
use crate::smsc::fate::{Fate, Now, Span};
use crate::smsc::line::Line;

impl Line<Smpp> {
    pub(super) fn broadcast(&mut self, frame: &Frame, now: Instant) {
        let Some(broadcast) = self.read::<BroadcastSm<'_>>(frame) else {
            return;
        };
        match self.judge_broadcast(&broadcast, frame, now) {
            Ok((id, strike)) => {
                let answer = BroadcastSmResp {
                    message_id: message_id(&id),
                    ..BroadcastSmResp::default()
                };
                self.answer(frame, &Done(&answer), &id, strike, now);
            }
            Err(refusal) => self.decline(frame, refusal),
        }
    }

    fn judge_broadcast(
        &self,
        broadcast: &BroadcastSm<'_>,
        request: &Frame,
        now: Instant,
    ) -> Verdict {
        let Some(system_id) = &self.account else {
            return Err(CommandStatus::ESME_RINVBNDSTS.into());
        };
        let config = &self.shared.config;
        let inner = &mut *self.shared.lock();
        let strike = inner.strike(config)?;
        let wire = &mut inner.smpp.wire;
        let now = Now::of(now);
        let times = Times {
            schedule_delivery_time: broadcast.schedule_delivery_time,
            validity_period: broadcast.validity_period,
            qos_time_to_live: None,
        };
        let Plan { areas, takes } = Plan::read(broadcast.tlvs)?;
        let span = times.span(&now, Span::from(now.instant))?;
        let replaced = broadcast.message_id.as_octets();
        let replaces = broadcast.replace_if_present_flag == ReplaceIfPresentFlag::REPLACE;
        let id = if replaced.is_empty() {
            wire.take_id()
        } else {
            let mut own = wire.broadcasts.of(system_id, &broadcast.source_addr);
            let same = own
                .find(|it| it.id.as_bytes() == replaced && !it.fate.state(now.instant).is_final());
            match same {
                Some(same) if replaces => same.id.clone(),
                _ => return Err(CommandStatus::ESME_RBCASTFAIL.into()),
            }
        };
        self.emit_message(|| {
            let envelope = Envelope {
                id: &id,
                system_id,
                sequence_number: request.sequence_number(),
            };
            What::Submit(Arc::new(message::of_broadcast(envelope, broadcast)))
        });
        let kept = Broadcast {
            id: id.clone(),
            system_id: Arc::clone(system_id),
            service_type: broadcast.service_type.as_octets().to_vec(),
            source: Party::of(&broadcast.source_addr),
            reference: broadcast.tlvs.find(),
            areas,
            fate: Fate::of_broadcast(span, takes),
        };
        wire.broadcasts.keep(kept, config.remembered);
        Ok((id, strike))
    }

    pub(super) fn query_broadcast(&mut self, frame: &Frame, now: Instant) {
        let Some(query) = self.read::<QueryBroadcastSm<'_>>(frame) else {
            return;
        };
        let found = {
            let wire = &mut self.shared.lock().smpp.wire;
            let mut own = wire.broadcasts.of(self.account(), &query.source_addr);
            let id = query.message_id.as_octets();
            let found = own.find(|it| it.id.as_bytes() == id);
            found.map(|it| (it.fate, it.areas.clone(), it.reference))
        };
        let Some((fate, areas, reference)) = found else {
            return self.refuse(frame, CommandStatus::ESME_RBCASTQUERYFAIL);
        };
        let state = fate.state(now);
        let success = if state == MessageState::DELIVERED {
            BroadcastAreaSuccess(100)
        } else {
            BroadcastAreaSuccess::NOT_AVAILABLE
        };
        let mut tlvs = vec![Tlv::from(tlv::MessageState(state))];
        for area in &areas {
            // It came in one.
            tlvs.extend(Tlv::new(TlvTag::BROADCAST_AREA_IDENTIFIER, area));
            tlvs.push(success.into());
        }
        let end = absolute(&Now::of(now), fate.ends).filter(|_| state.is_final());
        let end = end.as_ref().map(AbsoluteTime::as_time);
        let mut buffer = [0; 17];
        tlvs.extend(
            end.and_then(|end| BroadcastEndTime::new(end, &mut buffer).ok().map(Tlv::from)),
        );
        tlvs.extend(reference.map(Tlv::from));
        let answer = QueryBroadcastSmResp {
            message_id: query.message_id,
            tlvs: Tlvs::new(&tlvs).unwrap_or_default(),
        };
        let id = Some(query.message_id.to_string());
        self.respond(frame, CommandStatus::ESME_ROK, &answer, id);
    }

    /// Stops one broadcast by its id, or all of a sender and a service.
    pub(super) fn cancel_broadcast(&mut self, frame: &Frame, now: Instant) {
        let Some(cancel) = self.read::<CancelBroadcastSm<'_>>(frame) else {
            return;
        };
        let reference: Option<UserMessageReference> = cancel.tlvs.find();
        let id = cancel.message_id.as_octets();
        let service_type = cancel.service_type.as_octets();
        let mut cancelled = Vec::new();
        {
            let inner = &mut *self.shared.lock();
            let wire = &mut inner.smpp.wire;
            for it in wire.broadcasts.of(self.account(), &cancel.source_addr) {
                let is_meant = if id.is_empty() {
                    it.source.is_just(&cancel.source_addr)
                        && (service_type.is_empty() || service_type == it.service_type)
                        && (reference.is_none() || reference == it.reference)
                } else {
                    it.id.as_bytes() == id
                };
                if is_meant && !it.fate.state(now).is_final() {
                    it.fate = Fate::end(now, MessageState::DELETED);
                    cancelled.push(it.id.clone());
                }
            }
            inner.counts.cancelled += u64::try_from(cancelled.len()).unwrap_or_default();
        }
        if cancelled.is_empty() {
            return self.refuse(frame, CommandStatus::ESME_RBCASTCANCELFAIL);
        }
        for id in &cancelled {
            self.cancelled(id, "");
        }
        let answer = CancelBroadcastSmResp::default();
        let id = (!id.is_empty()).then(|| cancel.message_id.to_string());
        self.respond(frame, CommandStatus::ESME_ROK, &answer, id);
    }
}
