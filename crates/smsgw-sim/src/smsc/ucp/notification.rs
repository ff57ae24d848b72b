//! What becomes of a message is told: OT 53.

use std::time::{Instant, SystemTime};

use smsgw_smpp::types::MessageState;
use smsgw_ucp::op::{DeliverNotification, Op as _};
use smsgw_ucp::session::NotificationAddress;
use smsgw_ucp::types::{
    Address, Dst, Flag, HexBuf, Message, NotificationType, Originator, Pid, Second,
};
use smsgw_ucp::{Alphabet, Reason, Trn};

use super::{Body, To, Ucp, submit};
use crate::smsc::fate::Now;
use crate::smsc::outbox::Delivery;
use crate::smsc::store::Entry;

/// Which notifications of a message are asked for, and where they go.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    /// `None` for none at all.
    pub(super) wanted: Option<NotificationType>,
    pub(super) address: Option<NotificationAddress>,
}

impl Request {
    /// As the fields of a submit say it.
    pub(super) fn new(nrq: Flag, nadc: Address<'_>, nt: NotificationType, npid: Pid) -> Self {
        // Which are the default is up to the message centre: here, how it ended.
        let nt = match nt.number() {
            None | Some(0) => NotificationType::DELIVERY | NotificationType::NON_DELIVERY,
            Some(_) => nt,
        };
        let address = NotificationAddress {
            nadc: nadc.to_string(),
            npid,
        };
        Self {
            wanted: nrq.is_set().then_some(nt),
            address: (!nadc.is_empty()).then_some(address),
        }
    }

    fn wants(&self, kind: NotificationType) -> bool {
        self.wanted.is_some_and(|wanted| wanted.contains(kind))
    }
}

/// The notifications that a message is to have, and when.
pub(super) fn all(ucp: &Ucp, entry: &Entry<Ucp>, now: &Now) -> Vec<(Instant, Delivery<Ucp>)> {
    let fate = &entry.fate;
    let Some(outcome) = fate.outcome else {
        return Vec::new();
    };
    let mut all = Vec::new();
    // It waits for its time, or for a subscriber who does not come.
    let buffered = if fate.starts > entry.kept.since {
        Some((entry.kept.since, MessageState::SCHEDULED))
    } else if outcome == MessageState::EXPIRED {
        Some((fate.starts, MessageState::ENROUTE))
    } else {
        None
    };
    let ended = Some((fate.ends, outcome));
    for (at, state) in buffered.into_iter().chain(ended) {
        let kind = match state {
            MessageState::DELIVERED => NotificationType::DELIVERY,
            MessageState::SCHEDULED | MessageState::ENROUTE => NotificationType::BUFFERED,
            _ => NotificationType::NON_DELIVERY,
        };
        // What was said before stays said.
        let is_new = state.is_final() || at >= now.instant;
        if is_new && entry.kept.request.wants(kind) {
            let notification = notification(ucp, entry, state, now.wall_at(at));
            all.push((at, notification));
        }
    }
    all
}

fn notification(
    ucp: &Ucp,
    entry: &Entry<Ucp>,
    state: MessageState,
    at: SystemTime,
) -> Delivery<Ucp> {
    let kept = &entry.kept;
    // SCTS can be ahead of the clock, when a number has many messages at once.
    let dscts = ucp.local(at).map(|at| at.max(kept.scts));
    let oadc = submit::oadc(&kept.frame, &ucp.settings.session.quirks);
    let own = Ucp::own_address(&entry.account);
    let own = Originator::new(own.as_str()).unwrap_or_default();
    let (dst, reason) = match state {
        MessageState::DELIVERED => (Dst::DELIVERED, Reason(0)),
        MessageState::SCHEDULED => (Dst::BUFFERED, Reason(0)),
        MessageState::ENROUTE => (Dst::BUFFERED, Reason::ABSENT_SUBSCRIBER),
        MessageState::EXPIRED => (Dst::NOT_DELIVERED, Reason::ABSENT_SUBSCRIBER),
        MessageState::REJECTED => (Dst::NOT_DELIVERED, Reason::CALL_BARRED),
        MessageState::UNDELIVERABLE => (Dst::NOT_DELIVERED, Reason::UNKNOWN_SUBSCRIBER_IN_NETWORK),
        _ => (Dst::NOT_DELIVERED, Reason::DELIVERY_FAIL),
    };
    let words = words(&kept.adc, kept.scts, dst, dscts);
    let hex = HexBuf::encode(&Alphabet::Ira.encode(&words).unwrap_or_default());
    let operation = DeliverNotification {
        // To whom the message was is now who it is from, and the other way round.
        adc: if oadc.is_empty() { own } else { oadc },
        oadc: Originator::new(&kept.adc).unwrap_or_default(),
        scts: Some(kept.scts),
        dst,
        rsn: reason.into(),
        dscts,
        message: Message::text(hex.as_hex()).unwrap_or_default(),
        ..DeliverNotification::default()
    };
    let body = Body {
        frame: operation.to_frame(Trn::ZERO),
        alphabet: Alphabet::Ira,
        to: kept.request.address.clone().map_or(To::Any, To::Address),
    };
    Delivery::receipt(entry.message.id.clone(), state, body)
}

/// The text that notifications have, with the year in front; all of it is ASCII and GSM alike.
fn words(adc: &str, scts: Second, dst: Dst, dscts: Option<Second>) -> String {
    let identification = identification(scts);
    let what = match dst {
        Dst::DELIVERED => "has been delivered",
        Dst::BUFFERED => "has been buffered",
        _ => "could not be delivered",
    };
    let at = dscts.map(|dscts| format!(" on {dscts}").replace('T', " at "));
    let at = at.unwrap_or_default();
    format!("Message for {adc}, with identification {identification} {what}{at}")
}

/// A time stamp as texts have it: `YYMMDDhhmmss`.
pub(super) fn identification(scts: Second) -> String {
    let digits = scts.to_digits().map(char::from);
    let [d1, d2, m1, m2, y1, y2, time @ ..] = digits;
    [y1, y2, m1, m2, d1, d2].into_iter().chain(time).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_in_front_in_texts() {
        let scts = Second::parse("090196161057").unwrap();
        let dscts = Second::parse("090196161105").unwrap();
        assert_eq!(
            words("3155555", scts, Dst::DELIVERED, Some(dscts)),
            "Message for 3155555, with identification 960109161057 has been delivered on \
             1996-01-09 at 16:11:05"
        );
    }
}
