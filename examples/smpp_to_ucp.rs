//! A relay: takes messages by SMPP, sends them on by UCP, and brings back what becomes of them.
//!
//! In one terminal:
//!
//! ```text
//! cargo run --bin smsgw -- sim smsc --ucp 127.0.0.1:5000 --ucp-user 2147 --ucp-password secret
//! ```
//!
//! in another:
//!
//! ```text
//! cargo run -p smsgw-examples --example smpp_to_ucp -- 127.0.0.1:2775 esme secret 127.0.0.1:5000 2147 secret
//! ```
//!
//! and in a third:
//!
//! ```text
//! cargo run -p smsgw-examples --example esme -- 127.0.0.1:2775 306912345678 'Hello from Rust'
//! ```
//!
//! A message is taken only when the service centre has it. What is open is kept in memory alone:
//! when the relay is started again, nobody knows whose the receipts are that still come.

mod parts;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, SystemTime};

use smsgw::convert::ucp::{ConvertError, Outgoing};
use smsgw::convert::{self, refusal};
use smsgw::gsm::udh::Reference;
use smsgw::smpp::mc::Mc;
use smsgw::smpp::pdu::{DeliverSm, SubmitSm, SubmitSmResp};
use smsgw::smpp::server::{Accepted, BindPermit, Binder, Listener, RefusalStatus, ServerConfig};
use smsgw::smpp::session::{Bind, Event, Role, State};
use smsgw::smpp::{CommandId, CommandStatus, Frame};
use smsgw::ucp::client::{Client, ClientConfig, ClientEvent, ClientEvents};
use smsgw::ucp::connection::RequestError;
use smsgw::ucp::op::{DeliverNotification, DeliverShortMessage, SessionManagement};
use smsgw::ucp::sme::Sme;
use smsgw::ucp::types::PasswordBuf;
use smsgw::ucp::{self, Alphabet, ErrorCode, MessageKey, Operation, SystemMessage};
use smsgw::{CarrierId, Receipt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use parts::{Ids, Notified, Open};

/// Most messages without a result at the service centre, and of one ESME without an answer.
const WINDOW: usize = 50;

// On one thread, tasks begin in the order they are spawned: what comes in order goes on in order.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [listen, system_id, password, smsc, account, secret] = args.as_slice() else {
        return Err(
            "usage: smpp_to_ucp LISTEN SYSTEM_ID PASSWORD SMSC ACCOUNT ACCOUNT_PASSWORD".into(),
        );
    };

    let secret = PasswordBuf::new(secret, Alphabet::Gsm)?;
    let login = SessionManagement::login(account.as_str().try_into()?, secret.as_password());
    let mut config = ClientConfig::new(&[login]);
    config.session.window = WINDOW;
    config.session.window_wait = Some(Duration::from_secs(10));
    let smsc = smsc.clone();
    let (client, events) = Client::start(config, move |_| TcpStream::connect(smsc.clone()));

    let mut config = ServerConfig::default();
    config.session.max_unanswered = WINDOW;
    let mut listener = Listener::bind(listen, config).await?;
    println!("listening on {}", listener.local_addr()?);

    let relay = Arc::new(Relay {
        credentials: (system_id.clone(), password.clone()),
        client,
        settings: convert::ucp::Settings::default(),
        references: AtomicU8::new(0),
        esmes: Mutex::default(),
        open: Mutex::new(Open::new(KEYS)),
    });
    tokio::spawn(Arc::clone(&relay).take_from_smsc(events));
    loop {
        match listener.next().await {
            Ok(accepted) => {
                tokio::spawn(Arc::clone(&relay).serve_esme(accepted));
            }
            Err(rejected) => println!("{rejected}"),
        }
    }
}

struct Relay {
    credentials: (String, String),
    client: Client,
    settings: convert::ucp::Settings,
    /// For the parts of long texts.
    references: AtomicU8,
    /// Those that are bound.
    esmes: Mutex<Vec<Mc>>,
    open: Mutex<Open>,
}

/// From the ESMEs to the service centre.
impl Relay {
    async fn serve_esme(self: Arc<Self>, accepted: Accepted) {
        let Accepted {
            mc,
            mut events,
            peer,
            binder,
            ..
        } = accepted;
        // The place among the sessions of the account, until this one ends.
        let mut _place = None;
        while let Some(event) = events.recv().await {
            match event {
                Event::BindRequest(frame) => match self.check(&binder, &frame) {
                    Ok(place) => {
                        _place = Some(place);
                        mc.accept_bind("relay".try_into().unwrap_or_default());
                        self.esmes.lock().await.push(mc.clone());
                    }
                    Err(status) => mc.refuse_bind(status),
                },
                Event::Request(frame) => {
                    // Of one ESME there are no more than its session takes without an answer.
                    tokio::spawn(Arc::clone(&self).answer(mc.clone(), frame.detach()));
                }
                Event::Closed(reason) => println!("{}: {reason}", peer.address),
                _ => {}
            }
        }
        let mut esmes = self.esmes.lock().await;
        esmes.retain(|esme| esme.state() != State::Closed);
    }

    /// Whether this ESME may bind.
    fn check(&self, binder: &Binder, frame: &Frame) -> Result<BindPermit, CommandStatus> {
        let bind = Bind::from_frame(frame).map_err(|error| error.command_status())?;
        let attempt = binder.bind_as(bind.system_id.as_octets());
        let attempt = attempt.map_err(|refusal| refusal.status())?;
        let (system_id, password) = &self.credentials;
        // A real one keeps a hash of it.
        if bind.system_id == **system_id && bind.password.as_octets() == password.as_bytes() {
            attempt.accept().map_err(|refusal| refusal.status())
        } else {
            Err(attempt.fail())
        }
    }

    /// A message is taken when the service centre has all its parts.
    async fn answer(self: Arc<Self>, mc: Mc, frame: Frame) {
        match self.submit(&frame).await {
            Ok(id) => {
                let answer = SubmitSmResp {
                    message_id: id.as_str().try_into().unwrap_or_default(),
                    ..SubmitSmResp::default()
                };
                mc.respond(&frame, CommandStatus::ESME_ROK, &answer);
            }
            Err(status) => mc.reject(&frame, status),
        }
    }

    async fn submit(&self, frame: &Frame) -> Result<String, CommandStatus> {
        let submit = frame.decode::<SubmitSm<'_>>();
        let submit = submit.map_err(|_| CommandStatus::ESME_RINVCMDID)?;
        let now = SystemTime::now();
        let message = convert::smpp::from_submit_sm_at(&submit, now);
        // UCP does not have Latin-1, say.
        let message = convert::smpp::in_gsm_coding(message);
        let outgoing = Outgoing::new(&message, self.reference(), &self.settings, now);
        let outgoing = outgoing.map_err(ConvertError::command_status)?;
        let parts = outgoing.submits().len();
        let number = self.open.lock().await.begin(&message, parts);
        let sent = self.send(number, &outgoing).await;
        let id = sent.as_deref().ok();
        self.open.lock().await.answered(number, id);
        sent
    }

    /// Sends one part after the other; the key of the first is the id of the message.
    async fn send(&self, number: u64, outgoing: &Outgoing<'_>) -> Result<String, CommandStatus> {
        let mut id = None;
        for submit in outgoing.submits() {
            let reply = self.client.request(&submit).await;
            let reply = reply.map_err(|error| match error {
                // Nobody knows whether the service centre has it: better not again.
                RequestError::Unanswered { written: true } => CommandStatus::ESME_RSUBMITFAIL,
                _ => CommandStatus::ESME_RSYSERR,
            })?;
            let answer = reply.answer();
            let answer = answer.map_err(|_| CommandStatus::ESME_RSUBMITFAIL)?;
            if let Some(error_code) = answer.error_code() {
                return Err(refusal::command_status(error_code));
            }
            let key = answer.sm().to_string();
            self.open.lock().await.taken(number, &key);
            id.get_or_insert(key);
        }
        Ok(id.unwrap_or_default())
    }

    fn reference(&self) -> Reference {
        Reference::Eight(self.references.fetch_add(1, Ordering::Relaxed))
    }
}

/// From the service centre to the ESMEs.
impl Relay {
    async fn take_from_smsc(self: Arc<Self>, mut events: ClientEvents) {
        while let Some(event) = events.recv().await {
            match event {
                ClientEvent::Up { .. } => println!("service centre: logged in"),
                ClientEvent::Down { why, .. } => println!("service centre: {why}"),
                ClientEvent::Session {
                    sme,
                    event: ucp::session::Event::Request(frame),
                    ..
                } => {
                    // No more than a hundred can wait for a result.
                    tokio::spawn(Arc::clone(&self).take(sme, frame.detach()));
                }
                _ => {}
            }
        }
    }

    /// What the service centre sends is taken when an ESME has it.
    async fn take(self: Arc<Self>, sme: Sme, frame: ucp::Frame) {
        let taken = match frame.operation() {
            Ok(Operation::DeliverNotification(notification)) => self.notify(&notification).await,
            Ok(Operation::DeliverShortMessage(deliver)) => self.deliver(&deliver).await,
            _ => Err(ErrorCode::OPERATION_NOT_SUPPORTED),
        };
        match taken {
            Ok(()) => sme.accept(&frame, SystemMessage::EMPTY),
            Err(error_code) => sme.refuse(&frame, error_code, SystemMessage::EMPTY),
        }
    }

    /// OT 53: a receipt, when it says the last word about a message.
    async fn notify(&self, notification: &DeliverNotification<'_>) -> Result<(), ErrorCode> {
        let receipt = convert::ucp::from_deliver_notification(notification, &self.settings);
        let Some(receipt) = receipt else {
            return Err(ErrorCode::SYNTAX_ERROR);
        };
        let CarrierId::Key(key) = &receipt.message else {
            return Err(ErrorCode::SYNTAX_ERROR);
        };
        let state = receipt.state;
        let (number, sent) = match self.open.lock().await.notified(key, state) {
            Notified::Tell(number, sent) => (number, sent),
            Notified::Nothing => return Ok(()),
            Notified::TooEarly => return Err(ErrorCode::OPERATION_NOT_ALLOWED),
        };
        let submitted = MessageKey::parse(&sent.id).ok();
        let submitted = submitted.and_then(|key| self.settings.system_time(key.scts));
        let receipt = Receipt {
            recipient: sent.to,
            sender: sent.from,
            message: CarrierId::Id(sent.id),
            ..receipt
        };
        // Once an ESME has it, no other receipt of the message is told; until then it comes again.
        let told = match convert::smpp::OutgoingReceipt::new(&receipt, submitted) {
            Ok(outgoing) => self.tell(&outgoing.deliver_sm()).await,
            Err(error) => Err(error.error_code()),
        };
        self.open.lock().await.told(number, state, told.is_ok());
        told
    }

    /// OT 52: a message, or a part of one.
    async fn deliver(&self, deliver: &DeliverShortMessage<'_>) -> Result<(), ErrorCode> {
        let message = convert::ucp::from_deliver_short_message(deliver, &self.settings);
        let parts = convert::smpp::parts(&message, self.reference());
        for part in &parts.map_err(convert::smpp::ConvertError::error_code)? {
            let outgoing = convert::smpp::Outgoing::new(&message, part);
            let outgoing = outgoing.map_err(convert::smpp::ConvertError::error_code)?;
            let deliver = outgoing.deliver_sm();
            let deliver = deliver.map_err(convert::smpp::ConvertError::error_code)?;
            self.tell(&deliver).await?;
        }
        Ok(())
    }

    /// To an ESME that is bound to receive. Without one: not now.
    async fn tell(&self, deliver: &DeliverSm<'_>) -> Result<(), ErrorCode> {
        let receives = |esme: &&Mc| esme.state().allows(Role::Mc, CommandId::DELIVER_SM);
        let esme = self.esmes.lock().await.iter().find(receives).cloned();
        let esme = esme.ok_or(ErrorCode::OPERATION_NOT_ALLOWED)?;
        match esme.deliver(deliver).await {
            Ok(reply) if reply.status().is_ok() => Ok(()),
            Ok(reply) => Err(refusal::error_code(reply.status())),
            Err(_) => Err(ErrorCode::OPERATION_NOT_ALLOWED),
        }
    }
}

/// Keys of messages, `AdC:SCTS`: the service centre may write AdC in another way later.
const KEYS: Ids = Ids {
    common: |key| key.rsplit(':').next().unwrap_or_default(),
    is_same: |one, other| match (MessageKey::parse(one), MessageKey::parse(other)) {
        (Ok(one), Ok(other)) => one.names(&other),
        _ => false,
    },
};
