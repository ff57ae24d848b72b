//! A link over SMPP: binds, binds again, and carries parts out and receipts in.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use smsgw::smpp::connect::ConnectOptions;
use smsgw::smpp::connection::Events;
use smsgw::smpp::esme::Esme;
use smsgw::smpp::pdu::{DataSm, DataSmResp, DeliverSm, DeliverSmResp, SubmitSm, SubmitSmResp};
use smsgw::smpp::receipt::{DeliveryReceipt, IdOrigin};
use smsgw::smpp::session::{Backoff, Bind, BindMode, Config as SessionConfig, Event};
use smsgw::smpp::tls::Connector;
use smsgw::smpp::tlv::UserMessageReference;
use smsgw::smpp::{CommandId, CommandStatus, Frame};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep};

use crate::config::LinkSmpp;
use crate::engine::{Addresses, LinkIndex, Outcome, Receipt};

/// What a link tells the engine.
#[derive(Debug)]
pub(crate) enum LinkEvent {
    /// Bound.
    Up,
    /// Not bound any more; every outcome has been told.
    Down,
    /// How a hand-over ended.
    Outcome { token: u64, outcome: Outcome },
    /// An answer after its time.
    LateAnswer {
        token: u64,
        status: CommandStatus,
        carrier_id: String,
    },
    /// A receipt; the link waits to be told to answer it.
    Receipt { answer: u64, receipt: Receipt },
}

/// How long a session has to have lasted, if it took nothing, for the next pause to be the first
/// again.
const STABLE: Duration = Duration::from_secs(30);

/// Hands parts to a link.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    shared: Arc<Mutex<Shared>>,
    /// Ends a wait for the carrier.
    closed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The session while it is bound.
    esme: Option<Esme>,
    /// Receipts that wait for their answer, by the number the engine knows.
    receipts: HashMap<u64, Frame>,
    closing: bool,
}

impl Link {
    /// Starts a link; its events go to `events`, marked with `index`. The numbers of receipts come
    /// from `answers`, so that no two links give the same.
    pub(crate) fn start(
        index: LinkIndex,
        config: LinkSmpp,
        tls: Option<watch::Receiver<Connector>>,
        events: mpsc::Sender<(LinkIndex, LinkEvent)>,
        answers: Arc<AtomicU64>,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let link = Self {
            shared: Arc::default(),
            closed: Arc::default(),
        };
        let task = Task {
            index,
            config,
            tls,
            events,
            answers,
            shared: Arc::clone(&link.shared),
            closed: Arc::clone(&link.closed),
        };
        (link, tokio::spawn(task.run()))
    }

    /// Hands over a part. Its outcome comes as an event, unless it could not be taken.
    ///
    /// # Errors
    /// When it certainly does not leave.
    pub(crate) fn send(&self, submit: &SubmitSm<'_>, token: u64) -> Result<(), NotSent> {
        match &self.lock().esme {
            Some(esme) => esme.try_queue(submit, token).map(drop).map_err(|_| NotSent),
            None => Err(NotSent),
        }
    }

    /// Answers a receipt: what it says is durable.
    pub(crate) fn answer_receipt(&self, answer: u64) {
        let mut shared = self.lock();
        // Without its session the carrier sends it again.
        if let (Some(frame), Some(esme)) = (shared.receipts.remove(&answer), &shared.esme) {
            acknowledge(esme, &frame);
        }
    }

    /// Tells the carrier to send a receipt again later.
    pub(crate) fn refuse_receipt(&self, answer: u64) {
        let mut shared = self.lock();
        if let (Some(frame), Some(esme)) = (shared.receipts.remove(&answer), &shared.esme) {
            esme.reject(&frame, CommandStatus::ESME_RX_T_APPN);
        }
    }

    /// Unbinds and does not bind again.
    pub(crate) fn close(&self) {
        let mut shared = self.lock();
        shared.closing = true;
        self.closed.notify_one();
        if let Some(esme) = &shared.esme {
            esme.unbind();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        lock(&self.shared)
    }
}

/// The part did not leave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotSent;

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn acknowledge(esme: &Esme, frame: &Frame) {
    let status = CommandStatus::ESME_ROK;
    match frame.command_id() {
        CommandId::DATA_SM => esme.respond(frame, status, &DataSmResp::default()),
        _ => esme.respond(frame, status, &DeliverSmResp::default()),
    }
}

struct Task {
    index: LinkIndex,
    config: LinkSmpp,
    tls: Option<watch::Receiver<Connector>>,
    events: mpsc::Sender<(LinkIndex, LinkEvent)>,
    answers: Arc<AtomicU64>,
    shared: Arc<Mutex<Shared>>,
    closed: Arc<Notify>,
}

impl Task {
    async fn run(self) {
        // Links that lost the same carrier should not all come back at once.
        let (mut backoff, jitter) = (Backoff::default(), RandomState::new());
        for attempt in 0.. {
            let session = tokio::select! {
                session = self.connect() => session,
                () = self.closed.notified() => return,
            };
            match session {
                Ok((esme, events)) => {
                    tracing::info!(link = self.config.id, "bound");
                    let started = Instant::now();
                    if self.bound(esme, events).await || started.elapsed() > STABLE {
                        backoff.reset();
                    }
                }
                Err(error) => tracing::warn!(link = self.config.id, %error, "no session"),
            }
            if self.events.is_closed() || lock(&self.shared).closing {
                return;
            }
            tokio::select! {
                () = sleep(backoff.next(jitter.hash_one(attempt))) => {}
                () = self.closed.notified() => return,
            }
        }
    }

    async fn connect(&self) -> Result<(Esme, Events), Box<dyn std::error::Error + Send + Sync>> {
        let LinkSmpp {
            address,
            system_id,
            password,
            system_type,
            ..
        } = &self.config;
        let mut bind = Bind::new(
            BindMode::Transceiver,
            system_id.as_str().try_into()?,
            password.expose().try_into()?,
        );
        bind.system_type = system_type.as_str().try_into()?;
        let session = SessionConfig {
            window: self.config.window,
            enquire_link_timer: Some(self.config.enquire_link),
            response_timer: self.config.response_timeout,
            // The engine slows down: it knows what was refused and sends that first.
            slow_down: false,
            ..SessionConfig::default()
        };
        let options = ConnectOptions {
            local_address: self.config.local_address,
            tls: self.tls.as_ref().map(|tls| tls.borrow().clone()),
            ..ConnectOptions::default()
        };
        Ok(Esme::connect_with(address, &bind, session, &options).await?)
    }

    /// Serves one session until it is over; whether it took anything.
    async fn bound(&self, esme: Esme, mut events: Events) -> bool {
        let mut useful = false;
        {
            let mut shared = lock(&self.shared);
            shared.esme = Some(esme.clone());
            if shared.closing {
                esme.unbind();
            }
        }
        self.tell(LinkEvent::Up).await;
        while let Some(event) = events.recv().await {
            match event {
                Event::Response { token, frame } => {
                    let (status, carrier_id) = self.answer(&frame);
                    useful |= status.is_ok();
                    let outcome = Outcome::Answered { status, carrier_id };
                    self.tell(LinkEvent::Outcome { token, outcome }).await;
                }
                Event::Unanswered { token, written } => {
                    let late = esme.state().is_bound();
                    let outcome = if written {
                        Outcome::Unknown { late }
                    } else {
                        Outcome::NotSent
                    };
                    self.tell(LinkEvent::Outcome { token, outcome }).await;
                }
                Event::LateResponse { token, frame } => {
                    let (status, carrier_id) = self.answer(&frame);
                    self.tell(LinkEvent::LateAnswer {
                        token,
                        status,
                        carrier_id,
                    })
                    .await;
                }
                Event::Request(frame) => self.request(&esme, frame).await,
                Event::Closed(reason) => {
                    tracing::info!(link = self.config.id, %reason, "session over");
                }
                _ => {}
            }
        }
        {
            let mut shared = lock(&self.shared);
            shared.esme = None;
            shared.receipts.clear();
        }
        self.tell(LinkEvent::Down).await;
        useful
    }

    async fn request(&self, esme: &Esme, frame: Frame) {
        // The receipt, and what tells us which part it is about when its id does not.
        let receipt = match frame.command_id() {
            CommandId::DELIVER_SM => frame.decode::<DeliverSm<'_>>().ok().and_then(|pdu| {
                let receipt = DeliveryReceipt::from_deliver(&pdu)?;
                let (to, from) = (pdu.source_addr.digits, pdu.destination_addr.digits);
                Some((receipt, to.to_string(), from.to_string(), pdu.tlvs.find()))
            }),
            CommandId::DATA_SM => frame.decode::<DataSm<'_>>().ok().and_then(|pdu| {
                let receipt = DeliveryReceipt::from_data(&pdu)?;
                let (to, from) = (pdu.source_addr.digits, pdu.destination_addr.digits);
                Some((receipt, to.to_string(), from.to_string(), pdu.tlvs.find()))
            }),
            _ => return esme.reject(&frame, CommandStatus::ESME_RINVCMDID),
        };
        let Some((receipt, to, from, reference)) = receipt else {
            // A message, and there are no routes for those yet: the carrier keeps it.
            tracing::warn!(link = self.config.id, "an incoming message was put off");
            return esme.reject(&frame, CommandStatus::ESME_RX_T_APPN);
        };
        let (Some(carrier_id), Some(state)) = (receipt.message_id(), receipt.state()) else {
            tracing::warn!(link = self.config.id, "a receipt without id or state");
            return acknowledge(esme, &frame);
        };
        let receipt = Receipt {
            carrier_id: self.spelled(IdOrigin::Receipt, carrier_id),
            state,
            is_intermediate: receipt.is_intermediate,
            error: receipt.receipt.err.as_deref().map(str::to_owned),
            reference: reference.map(|UserMessageReference(reference)| reference),
            addresses: Addresses { from, to },
        };
        let answer = {
            let mut shared = lock(&self.shared);
            let answer = self.answers.fetch_add(1, Ordering::Relaxed);
            // Kept until it is answered: not as a slice of the read buffer.
            shared.receipts.insert(answer, frame.detach());
            answer
        };
        self.tell(LinkEvent::Receipt { answer, receipt }).await;
    }

    /// The outcome and the carrier's id, in the spelling that receipts are found by.
    fn answer(&self, frame: &Frame) -> (CommandStatus, String) {
        let status = match frame.command_id() {
            // Refused, whatever number it gives.
            CommandId::GENERIC_NACK if frame.command_status().is_ok() => {
                CommandStatus::ESME_RUNKNOWNERR
            }
            _ => frame.command_status(),
        };
        let resp = frame.decode::<SubmitSmResp<'_>>();
        let carrier_id = resp.map(|resp| resp.message_id.to_string());
        let carrier_id = carrier_id.unwrap_or_default();
        (status, self.spelled(IdOrigin::Response, &carrier_id))
    }

    fn spelled(&self, origin: IdOrigin, carrier_id: &str) -> String {
        let policy = self.config.receipt_id.policy();
        policy.normalise(origin, carrier_id).into_owned()
    }

    async fn tell(&self, event: LinkEvent) {
        // Without an engine the gateway is at its end.
        let _ = self.events.send((self.index, event)).await;
    }
}
