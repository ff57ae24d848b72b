//! What a client asks about messages that it submitted: OT 54, 55 and 56.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use smsgw_smpp::types::MessageState;
use smsgw_ucp::op::{
    DeleteMessage, InquiryMessage, ModifyMessage, Op as _, ResponseDeleteMessage,
    ResponseInquiryMessage,
};
use smsgw_ucp::types::{Address, Content, Flag, HexBuf, Message, Originator, Second};
use smsgw_ucp::{Alphabet, ErrorCode, Frame, MessageKey, Trn};

use super::message::{self, Parts};
use super::notification::{Request, identification};
use super::times::Times;
use super::{Body, To, Ucp};
use crate::event::What;
use crate::smsc::fate::{Fate, Now};
use crate::smsc::line::Line;
use crate::smsc::outbox::Delivery;
use crate::smsc::store::Entry;

/// Most letters of what is told of one message.
const MAX_TEXT: usize = 160;

impl Line<Ucp> {
    /// Gives a message that waits another text, other times and notifications, as far as they are
    /// said.
    pub(super) fn modify(&mut self, frame: &Frame, modify: &ModifyMessage<'_>, now: Instant) {
        match self.try_modify(frame, modify, &Now::of(now)) {
            Ok(key) => self.accept(frame, &key, Some(key.clone())),
            Err(why) => self.refuse(frame, why),
        }
    }

    fn try_modify(
        &self,
        frame: &Frame,
        modify: &ModifyMessage<'_>,
        now: &Now,
    ) -> Result<String, ErrorCode> {
        let delay = self.shared.config.receipts.delay;
        let inner = &mut *self.shared.lock();
        let side = &mut inner.ucp;
        let key = MessageKey {
            adc: modify.adc.as_str(),
            scts: modify.scts.ok_or(ErrorCode::SYNTAX_ERROR)?,
        };
        let mut own = side
            .store
            .iter_mut()
            .filter(|entry| is_between(entry, self.account(), modify.adc, modify.oadc));
        let entry = own
            .find(|entry| entry.kept.key().names(&key) && entry.is_waiting(now.instant))
            .ok_or(ErrorCode::MESSAGE_NOT_FOUND)?;
        let settings = &side.wire.settings;
        let times = Times {
            dd: modify.dd,
            ddt: modify.ddt,
            vp: modify.vp,
        };
        entry.span = times.span(now, &settings.zone, entry.span)?;
        entry.fate = Fate::new(entry.span, delay, entry.planned);
        if !modify.nrq.is_absent() {
            entry.kept.request = Request::new(modify.nrq, modify.nadc, modify.nt, modify.npid);
        }
        let parts = Parts {
            adc: entry.kept.adc.as_str().into(),
            oadc: modify.oadc,
            otoa: modify.otoa,
            content: modify.message.content(),
            xser: modify.xser,
        };
        let id = &entry.message.id;
        let account = &entry.account;
        let mut message = message::told(frame, frame.trn(), &parts, id, account, settings.alphabet);
        if modify.message.content() == Content::Empty {
            message.text.clone_from(&entry.message.text);
            message.data.clone_from(&entry.message.data);
            message.udh.clone_from(&entry.message.udh);
        }
        entry.message = Arc::new(message);
        side.post.plan_receipts(entry, &side.wire, now);
        inner.counts.replaced += 1;
        self.emit_message(|| What::Replace(Arc::clone(&entry.message)));
        Ok(entry.message.id.clone())
    }

    /// Tells which messages wait between two addresses: one OT 57 each.
    pub(super) fn inquire(&mut self, frame: &Frame, inquiry: &InquiryMessage<'_>, now: Instant) {
        let found: Vec<_> = self.with(|inner| {
            let entries = inner.ucp.store.iter();
            entries
                .filter(|entry| is_between(entry, self.account(), inquiry.adc, inquiry.oadc))
                .filter(|entry| entry.is_waiting(now))
                .map(|entry| (entry.message.id.clone(), described(entry)))
                .collect()
        });
        self.report(frame, inquiry.oadc, found, now, |adc, message, mms| {
            ResponseInquiryMessage {
                adc,
                message: message.into(),
                mms,
                ..ResponseInquiryMessage::default()
            }
            .to_frame(Trn::ZERO)
        });
    }

    /// Takes back the messages that wait between two addresses, all or those of these times: one OT
    /// 58 each.
    pub(super) fn delete(&mut self, frame: &Frame, delete: &DeleteMessage<'_>, now: Instant) {
        let listed = match delete.message.content() {
            Content::Text(hex) => hex.text(Alphabet::Ira),
            Content::Numeric(digits) => digits.to_owned(),
            _ => String::new(),
        };
        let listed: HashSet<&str> = listed.split_whitespace().collect();
        let found: Vec<_> = self.with(|inner| {
            let side = &mut inner.ucp;
            let mut found = Vec::new();
            let entries = side.store.iter_mut();
            for entry in entries
                .filter(|entry| is_between(entry, self.account(), delete.adc, delete.oadc))
                .filter(|entry| entry.is_waiting(now))
            {
                let identification = identification(entry.kept.scts);
                if !listed.is_empty() && !listed.contains(&*identification) {
                    continue;
                }
                entry.fate = Fate::end(now, MessageState::DELETED);
                side.post.plan_receipts(entry, &side.wire, &Now::of(now));
                let text = format!(
                    "Message for {}, with identification {identification} has been deleted",
                    entry.kept.adc
                );
                found.push((entry.message.id.clone(), text));
                self.emit_message(|| What::Cancel {
                    id: entry.message.id.clone(),
                    who: self.who(),
                    to: entry.kept.adc.clone(),
                });
            }
            inner.counts.cancelled += u64::try_from(found.len()).unwrap_or_default();
            found
        });
        self.report(frame, delete.oadc, found, now, |adc, message, mms| {
            ResponseDeleteMessage {
                adc,
                message: message.into(),
                mms,
                ..ResponseDeleteMessage::default()
            }
            .to_frame(Trn::ZERO)
        });
    }

    /// Answers a question about messages with the time, then sends what there is to say of each to
    /// this session.
    fn report(
        &self,
        frame: &Frame,
        asker: Originator<'_>,
        found: Vec<(String, String)>,
        now: Instant,
        operation: impl Fn(Address<'_>, Message<'_>, Flag) -> Frame,
    ) {
        let Some(account) = self.account.as_ref().filter(|_| !found.is_empty()) else {
            return self.refuse(frame, ErrorCode::MESSAGE_NOT_FOUND);
        };
        // A name cannot be in AdC.
        let adc = Address::new(asker.as_str()).ok();
        let adc = adc.filter(|adc| !adc.is_empty());
        let adc = adc.unwrap_or_else(|| Ucp::own_address(account));
        let scts = self.with(|inner| {
            let side = &mut inner.ucp;
            let last = found.len() - 1;
            for (index, (id, text)) in found.into_iter().enumerate() {
                let hex = HexBuf::encode(&Alphabet::Ira.encode(&text).unwrap_or_default());
                let message = Message::text(hex.as_hex()).unwrap_or_default();
                let body = Body {
                    frame: operation(adc, message, Flag::from(index < last)),
                    alphabet: Alphabet::Ira,
                    to: To::Line(self.number),
                };
                side.post.put(account, now, Delivery::report(id, body));
            }
            side.wire.local(Now::of(now).wall)
        });
        let digits = scts.map(Second::to_digits);
        let digits = digits.iter().flatten().copied().map(char::from);
        self.accept(frame, &digits.collect::<String>(), None);
    }
}

/// Whether a message is one of an account between two addresses.
fn is_between(entry: &Entry<Ucp>, account: &str, adc: Address<'_>, oadc: Originator<'_>) -> bool {
    let kept = &entry.kept;
    let scts = kept.scts;
    let named = MessageKey {
        adc: adc.as_str(),
        scts,
    };
    // A number with its prefix and without is the same.
    *entry.account == *account && kept.key().names(&named) && kept.oadc == oadc.as_str()
}

/// What is told of a message that waits.
fn described(entry: &Entry<Ucp>) -> String {
    let text = entry.message.text.as_deref().unwrap_or_default();
    let identification = identification(entry.kept.scts);
    let described = format!(
        "Destination: {}, identification: {identification}, message: {text}",
        entry.kept.adc
    );
    // In letters that all alphabets write alike.
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || " .,:-".contains(c) {
            c
        } else {
            '?'
        }
    };
    described.chars().map(plain).take(MAX_TEXT).collect()
}
