//! The SMPP server: ESMEs bind with an account, submit, and get their receipts.

use std::collections::HashMap;
use std::ffi::CString;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use smsgw::convert::smpp::from_submit_sm;
use smsgw::gsm::udh::UserDataHeader;
use smsgw::smpp::mc::Mc;
use smsgw::smpp::pdu::{DeliverSm, SubmitSm, SubmitSmResp};
use smsgw::smpp::receipt::{DateTime, Receipt};
use smsgw::smpp::server::guard::Refusal as BindRefusal;
use smsgw::smpp::server::{
    Accepted, BindPermit, Binder, Listener, RefusalStatus as _, ServerConfig,
};
use smsgw::smpp::session::{Bind, Event};
use smsgw::smpp::tls::Acceptor;
use smsgw::smpp::tlv::{
    self, MessagePayload, ReceiptedMessageId, Tlv, TlvCString, Tlvs, UserMessageReference,
};
use smsgw::smpp::types::{
    Address, COctetString, EsmClass, InterfaceVersion, MessageState, Npi, ReplaceIfPresentFlag,
    ShortMessage, Time, Ton,
};
use smsgw::smpp::{CommandId, CommandStatus, Frame};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::account::Account;
use crate::admission::{Gate, Refusal, Submission};
use crate::config::ListenSmpp;
use crate::message::{MessageId, Origin, Record, State, Timestamp};
use crate::runtime::Note;

/// One listener.
pub(crate) struct Server {
    pub(crate) settings: ListenSmpp,
    pub(crate) tls: Option<Acceptor>,
    pub(crate) gate: Gate,
    pub(crate) sessions: Sessions,
    pub(crate) notes: mpsc::Sender<Note>,
}

impl Server {
    /// What the listener lets in.
    fn config(&self) -> ServerConfig {
        ServerConfig {
            guard: self.settings.limits().into(),
            proxies: self.settings.proxies.clone(),
            tls: self.tls.clone(),
            max_handshakes: self.settings.max_handshakes,
            ..ServerConfig::default()
        }
    }

    /// Takes connections until `stop`, then ends with the last session.
    pub(crate) async fn serve(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let mut listener = Listener::new(listener, self.config());
        let server = Arc::new(self);
        let mut sessions = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.next() => accepted,
                Some(_) = sessions.join_next() => continue,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            match accepted {
                Ok(accepted) => {
                    let (server, stop) = (Arc::clone(&server), stop.clone());
                    sessions.spawn(async move { server.session(accepted, stop).await });
                }
                Err(rejected) => tracing::warn!(%rejected, "turned away"),
            }
        }
        drop(listener);
        while sessions.join_next().await.is_some() {}
    }

    async fn session(&self, mut accepted: Accepted, mut stop: watch::Receiver<bool>) {
        let admitted = tokio::select! {
            admitted = self.admitted(&mut accepted) => admitted,
            _ = stop.wait_for(|stop| *stop) => None,
        };
        let Some(admitted) = admitted else {
            return;
        };
        let Accepted { mc, mut events, .. } = accepted;
        let account = &admitted.account;
        let place = self
            .sessions
            .add(&account.id, admitted.version, admitted.receives, mc.clone());
        if admitted.receives {
            // Receipts may have waited for it.
            let _ = self.notes.send(Note::AccountUp(account.id.clone())).await;
        }
        let mut answers = FuturesUnordered::new();
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(Event::Request(frame)) => match frame.command_id() {
                        CommandId::SUBMIT_SM => answers.push(self.submit(account, frame)),
                        _ => mc.reject(&frame, CommandStatus::ESME_RINVCMDID),
                    },
                    Some(_) => {}
                    None => break,
                },
                Some((frame, answer)) = answers.next() => answer_submit(&mc, &frame, answer),
            }
        }
        self.sessions.remove(&account.id, place);
    }

    /// Serves binds until one succeeds.
    async fn admitted(&self, accepted: &mut Accepted) -> Option<Admitted> {
        let Accepted {
            mc,
            events,
            peer,
            binder,
            ..
        } = accepted;
        let peer = peer.address;
        while let Some(event) = events.recv().await {
            let Event::BindRequest(frame) = event else {
                continue;
            };
            let Ok(bind) = Bind::from_frame(&frame) else {
                mc.refuse_bind(CommandStatus::ESME_RBINDFAIL);
                continue;
            };
            match self.admit(&bind, binder).await {
                Ok((account, permit)) => {
                    let ours: Result<COctetString<'_, 16>, _> =
                        self.settings.system_id.as_str().try_into();
                    mc.accept_bind(ours.unwrap_or_default());
                    tracing::info!(%peer, account = account.id, mode = ?bind.mode, "bound");
                    return Some(Admitted {
                        account,
                        version: bind.interface_version,
                        receives: bind.mode.receives(),
                        _permit: permit,
                    });
                }
                Err((status, reason)) => {
                    tracing::warn!(%peer, system_id = ?bind.system_id, reason, "bind refused");
                    mc.refuse_bind(status);
                }
            }
        }
        None
    }

    /// The account that binds and its place; else the status to answer, and why.
    async fn admit(
        &self,
        bind: &Bind<'_>,
        binder: &Binder,
    ) -> Result<(Arc<Account>, BindPermit), (CommandStatus, String)> {
        let refused = |refusal: BindRefusal| (refusal.status(), refusal.to_string());
        let attempt = binder
            .bind_as(bind.system_id.as_octets())
            .map_err(refused)?;
        let password = bind.password.as_octets().to_vec();
        match self.gate.verify(bind.system_id.to_string(), password).await {
            Some(account) => Ok((account, attempt.accept().map_err(refused)?)),
            None => Err((attempt.fail(), "unknown id or wrong password".into())),
        }
    }

    fn submit(
        &self,
        account: &Arc<Account>,
        frame: Frame,
    ) -> Pin<Box<dyn Future<Output = (Frame, Answer)> + Send + '_>> {
        let submission = submission(account, &frame);
        Box::pin(async move {
            let answer = match submission {
                Ok(submission) => self.gate.submit(submission).await.map_err(|r| status(&r)),
                Err(status) => Err(status),
            };
            (frame, answer)
        })
    }
}

/// Who bound, and how.
struct Admitted {
    account: Arc<Account>,
    version: InterfaceVersion,
    receives: bool,
    /// The place among the sessions of the account.
    _permit: BindPermit,
}

type Answer = Result<MessageId, CommandStatus>;

fn submission(account: &Arc<Account>, frame: &Frame) -> Result<Submission, CommandStatus> {
    let submit: SubmitSm<'_> = frame.decode().map_err(|error| error.command_status())?;
    // Rather refused than sent at once, or twice.
    if !submit.schedule_delivery_time.is_null() {
        return Err(CommandStatus::ESME_RINVSCHED);
    }
    if submit.replace_if_present_flag != ReplaceIfPresentFlag::DO_NOT_REPLACE {
        return Err(CommandStatus::ESME_RINVREPFLAG);
    }
    if submit.sm_default_msg_id != 0 {
        return Err(CommandStatus::ESME_RINVDFTMSGID);
    }
    if submit.destination_addr.digits.is_empty() {
        return Err(CommandStatus::ESME_RINVDSTADR);
    }
    let payload = submit.tlvs.find::<MessagePayload<'_>>();
    let octets = match payload {
        Some(_) if !submit.short_message.is_empty() => {
            return Err(CommandStatus::ESME_RTLVNOTALLWD);
        }
        Some(MessagePayload(payload)) => payload.as_octets(),
        None => submit.short_message.as_octets(),
    };
    // Octets that were meant as a header must not be read as text.
    if submit.esm_class.has_udh() && UserDataHeader::split(octets).is_err() {
        return Err(CommandStatus::ESME_RINVMSGLEN);
    }
    let mut message = from_submit_sm(&submit);
    message.validity = validity(submit.validity_period)?;
    Ok(Submission {
        account: Arc::clone(account),
        origin: Origin::Smpp,
        message,
        callback: None,
    })
}

/// What is left of a `validity_period` from now on.
fn validity(period: Time<'_>) -> Result<Option<Duration>, CommandStatus> {
    if period.is_null() {
        return Ok(None);
    }
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let left = period
        .relative()
        .or_else(|| period.absolute()?.checked_sub(now));
    match left {
        Some(left) => Ok(Some(left)),
        None => Err(CommandStatus::ESME_RINVEXPIRY),
    }
}

fn answer_submit(mc: &Mc, frame: &Frame, answer: Answer) {
    match answer {
        Ok(id) => {
            let id = id.to_string();
            // 36 characters.
            let message_id = id.as_str().try_into().unwrap_or_default();
            let resp = SubmitSmResp {
                message_id,
                ..SubmitSmResp::default()
            };
            mc.respond(frame, CommandStatus::ESME_ROK, &resp);
        }
        Err(status) => mc.reject(frame, status),
    }
}

/// The bound sessions, by account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    shared: Arc<Mutex<Bound>>,
}

#[derive(Debug, Default)]
struct Bound {
    by_account: HashMap<String, Vec<Esme>>,
    next: u64,
    closing: bool,
}

#[derive(Clone, Debug)]
struct Esme {
    place: u64,
    receives: bool,
    version: InterfaceVersion,
    mc: Mc,
}

impl Sessions {
    fn add(&self, account: &str, version: InterfaceVersion, receives: bool, mc: Mc) -> u64 {
        let mut bound = self.lock();
        if bound.closing {
            mc.unbind();
        }
        let place = bound.next;
        bound.next += 1;
        let sessions = bound.by_account.entry(account.to_owned()).or_default();
        sessions.push(Esme {
            place,
            version,
            receives,
            mc,
        });
        place
    }

    fn remove(&self, account: &str, place: u64) {
        let mut bound = self.lock();
        if let Some(sessions) = bound.by_account.get_mut(account) {
            sessions.retain(|session| session.place != place);
            if sessions.is_empty() {
                bound.by_account.remove(account);
            }
        }
    }

    /// Unbinds them all, and those that still come.
    pub(crate) fn close(&self) {
        let mut bound = self.lock();
        bound.closing = true;
        for session in bound.by_account.values().flatten() {
            session.mc.unbind();
        }
    }

    /// Whether a session of the account took the receipt for `record`.
    pub(crate) async fn deliver_receipt(&self, record: &Record) -> bool {
        let session = {
            let mut bound = self.lock();
            bound
                .by_account
                .get_mut(&record.account)
                .and_then(|sessions| {
                    // In turn, so that no session has them all.
                    sessions.rotate_left(1);
                    sessions.iter().find(|session| session.receives).cloned()
                })
        };
        match session {
            Some(Esme { version, mc, .. }) => deliver(&mc, version, record).await,
            None => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Bound> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn deliver(mc: &Mc, version: InterfaceVersion, record: &Record) -> bool {
    let id = record.id.to_string();
    let state = message_state(record.state);
    let parts = format!("{:03}", record.parts.len().min(999));
    let delivered = record
        .parts
        .iter()
        .filter(|part| part.status.state == State::Delivered)
        .count();
    let text = Receipt {
        id: Some(id.as_str().into()),
        sub: Some(parts.into()),
        dlvrd: Some(format!("{:03}", delivered.min(999)).into()),
        submit_date: date(record.accepted_at),
        done_date: date(record.updated_at),
        stat: state.receipt_word().map(Into::into),
        err: Some(carrier_error(record).into()),
        text: Some("".into()),
    }
    .to_string();
    let receipted = CString::new(id).unwrap_or_default();
    let mut tlvs: Vec<Tlv<'_>> = Vec::new();
    // Peers of 3.3 know no TLVs.
    if version > InterfaceVersion::SMPP_3_3 {
        tlvs.extend(TlvCString::new(&receipted).map(|id| Tlv::from(ReceiptedMessageId(id))));
        tlvs.push(tlv::MessageState(state).into());
        tlvs.extend(
            record
                .message
                .reference
                .map(|own| Tlv::from(UserMessageReference(own))),
        );
    }
    // The other way round: from the recipient to the sender.
    let (to, from) = (Some(&record.message.to), record.message.from.as_ref());
    let (to_digits, from_digits) = (latin1(to), latin1(from));
    let deliver = DeliverSm {
        source_addr: address(to, &to_digits),
        destination_addr: address(from, &from_digits),
        esm_class: EsmClass::MC_DELIVERY_RECEIPT,
        short_message: ShortMessage::new(text.as_bytes()).unwrap_or_default(),
        tlvs: Tlvs::new(&tlvs).unwrap_or_default(),
        ..DeliverSm::default()
    };
    match mc.deliver(&deliver).await {
        Ok(reply) => reply.status().is_ok(),
        Err(_) => false,
    }
}

/// The carrier's error code. What else a part may have for an error is for people, and a receipt
/// has room for 3 characters (SMPP 3.4 appendix B).
fn carrier_error(record: &Record) -> &str {
    let errors = record
        .parts
        .iter()
        .filter_map(|part| part.status.error.as_deref());
    let is_code = |error: &&str| {
        (1..=3).contains(&error.len()) && error.bytes().all(|c| c.is_ascii_graphic())
    };
    errors.into_iter().find(is_code).unwrap_or("000")
}

/// An address as it was submitted; one that does not fit any more is left out.
fn address<'a>(address: Option<&smsgw::Address>, digits: &'a [u8]) -> Address<'a, 21> {
    let Some(address) = address else {
        return Address::EMPTY;
    };
    let digits = COctetString::new(digits).unwrap_or_default();
    Address {
        ton: Ton(address.ton),
        npi: Npi(address.npi),
        digits,
    }
}

fn latin1(address: Option<&smsgw::Address>) -> Vec<u8> {
    address
        .and_then(smsgw::Address::to_latin1)
        .unwrap_or_default()
}

fn date(at: Timestamp) -> Option<DateTime> {
    let at = jiff::Timestamp::from_millisecond(at.0)
        .ok()?
        .to_zoned(jiff::tz::TimeZone::UTC);
    DateTime::new(
        u16::try_from(at.year()).ok()?,
        u8::try_from(at.month()).ok()?,
        u8::try_from(at.day()).ok()?,
        u8::try_from(at.hour()).ok()?,
        u8::try_from(at.minute()).ok()?,
        u8::try_from(at.second()).ok()?,
    )
}

const fn message_state(state: State) -> MessageState {
    match state {
        State::Accepted | State::Queued | State::Sending | State::Sent => MessageState::ENROUTE,
        State::Scheduled => MessageState::SCHEDULED,
        State::Delivered => MessageState::DELIVERED,
        State::Undelivered | State::Failed => MessageState::UNDELIVERABLE,
        State::Rejected => MessageState::REJECTED,
        State::Expired => MessageState::EXPIRED,
        State::Cancelled => MessageState::DELETED,
        State::Unknown => MessageState::UNKNOWN,
    }
}

/// What an ESME is told of a refusal.
const fn status(refusal: &Refusal) -> CommandStatus {
    match refusal {
        Refusal::InvalidRecipient => CommandStatus::ESME_RINVDSTADR,
        Refusal::InvalidSender => CommandStatus::ESME_RINVSRCADR,
        Refusal::EmptyText | Refusal::TextTooLong { .. } | Refusal::TooManySegments { .. } => {
            CommandStatus::ESME_RINVMSGLEN
        }
        Refusal::ValidityTooLong { .. } => CommandStatus::ESME_RINVEXPIRY,
        Refusal::Invalid(_) => CommandStatus::ESME_RSUBMITFAIL,
        Refusal::QueueFull => CommandStatus::ESME_RMSGQFUL,
        Refusal::Closing | Refusal::Store => CommandStatus::ESME_RSYSERR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::record;

    #[test]
    fn a_receipt_has_the_error_of_the_carrier_only() {
        let mut record = record(1);
        for (first, second, wanted) in [
            (None, None, "000"),
            (Some("ESME_RINVDSTADR"), None, "000"),
            (Some("no receipt in time"), None, "000"),
            (Some("a b"), Some(""), "000"),
            (None, Some("1a"), "1a"),
            (Some("no receipt in time"), Some("027"), "027"),
            (Some("069"), Some("027"), "069"),
        ] {
            record.parts[0].status.error = first.map(Into::into);
            record.parts[1].status.error = second.map(Into::into);
            assert_eq!(carrier_error(&record), wanted, "{first:?} {second:?}");
        }
    }
}
