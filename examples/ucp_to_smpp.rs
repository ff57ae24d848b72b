//! A relay: takes messages by UCP, sends them on by SMPP, and brings back what becomes of them.
//!
//! In one terminal:
//!
//! ```text
//! cargo run --bin smsgw -- sim smsc
//! ```
//!
//! in another:
//!
//! ```text
//! cargo run -p smsgw-examples --example ucp_to_smpp -- 127.0.0.1:5000 2147 secret 127.0.0.1:2775 esme secret
//! ```
//!
//! and in a third:
//!
//! ```text
//! cargo run -p smsgw-examples --example ucp_client -- 127.0.0.1:5000 00306912345678 'Hello from Rust'
//! ```
//!
//! A message is taken only when the message centre has it. What is open is kept in memory alone:
//! when the relay is started again, nobody knows whose the receipts are that still come.

mod parts;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, SystemTime};

use smsgw::convert::smpp::{ConvertError, Outgoing, Part};
use smsgw::convert::{self, refusal};
use smsgw::gsm::udh::Reference;
use smsgw::smpp::client::{Client, ClientConfig, ClientEvent, ClientEvents};
use smsgw::smpp::connection::RequestError;
use smsgw::smpp::esme::Esme;
use smsgw::smpp::pdu::{DeliverSm, DeliverSmResp};
use smsgw::smpp::session::{Bind, BindMode};
use smsgw::smpp::{self, CommandStatus};
use smsgw::ucp::connection::Reply;
use smsgw::ucp::op::{SessionManagement, SubmitShortMessage};
use smsgw::ucp::server::{
    Accepted, Directory, Listener, LoginPermit, Logins, RefusalCode as _, ServerConfig,
};
use smsgw::ucp::session::{Account, Event, MessageKeys};
use smsgw::ucp::smsc::Smsc;
use smsgw::ucp::types::Second;
use smsgw::ucp::{self, Alphabet, ErrorCode, Frame, MessageKey, SystemMessage};
use smsgw::{CarrierId, Message, Receipt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use parts::{Ids, Notified, Open};

/// Most messages without an answer of the message centre.
const WINDOW: usize = 50;

// On one thread, tasks begin in the order they are spawned: what comes in order goes on in order.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [listen, account, secret, smsc, system_id, password] = args.as_slice() else {
        return Err(
            "usage: ucp_to_smpp LISTEN ACCOUNT ACCOUNT_PASSWORD SMSC SYSTEM_ID PASSWORD".into(),
        );
    };

    let (system_id, password) = (system_id.as_str(), password.as_str());
    let mode = BindMode::Transceiver;
    let bind = Bind::new(mode, system_id.try_into()?, password.try_into()?);
    let mut config = ClientConfig::new(&[bind]);
    config.session.window = WINDOW;
    config.session.window_wait = Some(Duration::from_secs(10));
    let smsc = smsc.clone();
    let (client, events) = Client::start(config, move |_| TcpStream::connect(smsc.clone()));

    let mut config = ServerConfig::default();
    config.session.window = WINDOW;
    let mut listener = Listener::bind(listen, config).await?;
    println!("listening on {}", listener.local_addr()?);

    let relay = Arc::new(Relay {
        account: Account::new(account)?,
        secret: secret.clone(),
        client,
        settings: convert::ucp::Settings::default(),
        references: AtomicU8::new(0),
        keys: Mutex::default(),
        directory: Directory::default(),
        open: Mutex::new(Open::new(IDS)),
    });
    tokio::spawn(Arc::clone(&relay).take_from_smsc(events));
    loop {
        match listener.next().await {
            Ok(accepted) => {
                tokio::spawn(Arc::clone(&relay).serve_client(accepted));
            }
            Err(rejected) => println!("{rejected}"),
        }
    }
}

struct Relay {
    account: Account,
    secret: String,
    client: Client,
    settings: convert::ucp::Settings,
    /// For the parts of long texts.
    references: AtomicU8,
    /// So that no two messages are called the same.
    keys: Mutex<MessageKeys>,
    /// The sessions of the account.
    directory: Directory,
    open: Mutex<Open>,
}

/// From the clients to the message centre.
impl Relay {
    async fn serve_client(self: Arc<Self>, accepted: Accepted) {
        let Accepted {
            smsc,
            mut events,
            peer,
            logins,
            ..
        } = accepted;
        // The place among the sessions of the account, until this one ends.
        let mut _place = None;
        while let Some(event) = events.recv().await {
            match event {
                Event::LoginRequest(frame) => match self.check(&logins, &frame) {
                    Ok(permit) => {
                        smsc.accept_login(SystemMessage::EMPTY);
                        let account = self.account.clone();
                        _place = Some((permit, self.directory.register(account, &smsc, [])));
                    }
                    Err(error_code) => smsc.refuse_login(error_code, SystemMessage::EMPTY),
                },
                Event::Request(frame) => {
                    // Of one client no more than a hundred can wait for a result.
                    tokio::spawn(Arc::clone(&self).answer(smsc.clone(), frame.detach()));
                }
                Event::Closed(reason) => println!("{}: {reason}", peer.address),
                _ => {}
            }
        }
    }

    /// Whether this client may log in.
    fn check(&self, logins: &Logins, frame: &Frame) -> Result<LoginPermit, ErrorCode> {
        let login = frame.decode::<SessionManagement<'_>>();
        let login = login.map_err(|_| ErrorCode::SYNTAX_ERROR)?;
        let attempt = logins.log_in_as(login.oadc);
        let attempt = attempt.map_err(|refusal| refusal.error_code())?;
        let is_account = login.oadc.as_str() == Some(self.account.as_str());
        if is_account && login.pwd.matches(&self.secret, Alphabet::Gsm) {
            attempt.accept().map_err(|refusal| refusal.error_code())
        } else {
            Err(attempt.fail())
        }
    }

    /// A message is taken when the message centre has all its parts.
    async fn answer(self: Arc<Self>, smsc: Smsc, frame: Frame) {
        match self.submit(&frame).await {
            Ok(key) => smsc.accept(&frame, SystemMessage::new(&key).unwrap_or_default()),
            Err(error_code) => smsc.refuse(&frame, error_code, SystemMessage::EMPTY),
        }
    }

    async fn submit(&self, frame: &Frame) -> Result<String, ErrorCode> {
        let submit = frame.decode::<SubmitShortMessage<'_>>();
        let submit = submit.map_err(|_| ErrorCode::OPERATION_NOT_SUPPORTED)?;
        let now = SystemTime::now();
        let message = convert::ucp::from_submit_short_message(&submit, &self.settings, now);
        let parts = convert::smpp::parts(&message, self.reference());
        let parts = parts.map_err(ConvertError::error_code)?;
        let adc = submit.adc.as_str();
        let scts = self.stamp(adc).await?;
        let key = MessageKey { adc, scts }.to_string();
        let number = self.open.lock().await.begin(&message, parts.len());
        let sent = self.send(number, &message, &parts).await;
        let id = sent.is_ok().then_some(&*key);
        self.open.lock().await.answered(number, id);
        sent.map(|()| key)
    }

    /// Sends one part after the other.
    async fn send(&self, number: u64, message: &Message, parts: &[Part]) -> Result<(), ErrorCode> {
        for part in parts {
            let outgoing = Outgoing::new(message, part).map_err(ConvertError::error_code)?;
            let submit = outgoing.submit_sm().map_err(ConvertError::error_code)?;
            let reply = self.client.request(&submit).await;
            let reply = reply.map_err(|error| match error {
                // Nobody knows whether the message centre has it: better not again.
                RequestError::Unanswered { written: true } => ErrorCode::NOT_SUCCESSFUL,
                _ => ErrorCode::SYSTEM_ERROR,
            })?;
            if !reply.status().is_ok() {
                return Err(refusal::error_code(reply.status()));
            }
            let answer = reply.body().map_err(|_| ErrorCode::NOT_SUCCESSFUL)?;
            let id = answer.message_id.to_string();
            self.open.lock().await.taken(number, &id);
        }
        Ok(())
    }

    /// SCTS of a message that comes now: with AdC, it names the message.
    async fn stamp(&self, adc: &str) -> Result<Second, ErrorCode> {
        let now = self.settings.second(SystemTime::now());
        let now = now.map_err(|_| ErrorCode::SYSTEM_ERROR)?;
        Ok(self.keys.lock().await.next(adc, now))
    }

    fn reference(&self) -> Reference {
        Reference::Eight(self.references.fetch_add(1, Ordering::Relaxed))
    }
}

/// From the message centre to the clients.
impl Relay {
    async fn take_from_smsc(self: Arc<Self>, mut events: ClientEvents) {
        while let Some(event) = events.recv().await {
            match event {
                ClientEvent::Up { .. } => println!("message centre: bound"),
                ClientEvent::Down { why, .. } => println!("message centre: {why}"),
                ClientEvent::Session {
                    esme,
                    event: smpp::session::Event::Request(frame),
                    ..
                } => {
                    // No more than the session takes without an answer.
                    tokio::spawn(Arc::clone(&self).take(esme, frame.detach()));
                }
                _ => {}
            }
        }
    }

    /// What the message centre sends is taken when a client has it.
    async fn take(self: Arc<Self>, esme: Esme, frame: smpp::Frame) {
        let taken = match frame.decode::<DeliverSm<'_>>() {
            Ok(deliver) if deliver.esm_class.is_receipt() => {
                match convert::smpp::from_receipt(&deliver) {
                    Some(receipt) => self.notify(receipt).await,
                    // One that cannot be read is of no use to anybody.
                    None => Ok(()),
                }
            }
            Ok(deliver) => self.deliver(&deliver).await,
            Err(_) => Err(CommandStatus::ESME_RINVCMDID),
        };
        match taken {
            Ok(()) => {
                let answer = DeliverSmResp::default();
                esme.respond(&frame, CommandStatus::ESME_ROK, &answer);
            }
            Err(status) => esme.reject(&frame, status),
        }
    }

    /// A receipt: OT 53, when it says the last word about a message.
    async fn notify(&self, receipt: Receipt) -> Result<(), CommandStatus> {
        let CarrierId::Id(id) = &receipt.message else {
            return Ok(());
        };
        let state = receipt.state;
        let (number, sent) = match self.open.lock().await.notified(id, state) {
            Notified::Tell(number, sent) => (number, sent),
            Notified::Nothing => return Ok(()),
            Notified::TooEarly => return Err(CommandStatus::ESME_RX_T_APPN),
        };
        let receipt = Receipt {
            recipient: sent.to,
            sender: sent.from,
            message: CarrierId::Key(sent.id),
            at: receipt.at.or(Some(SystemTime::now())),
            ..receipt
        };
        let told = match convert::ucp::Notification::new(&receipt, &self.settings) {
            Ok(notification) => {
                let notification = notification.deliver_notification();
                let reply = self.directory.notify(&self.account, None, &notification);
                taken(reply.await)
            }
            Err(error) => Err(error.command_status()),
        };
        self.open.lock().await.told(number, state, told.is_ok());
        told
    }

    /// A message, or a part of one: OT 52.
    async fn deliver(&self, deliver: &DeliverSm<'_>) -> Result<(), CommandStatus> {
        // UCP does not have Latin-1, say.
        let message = convert::smpp::in_gsm_coding(convert::smpp::from_deliver_sm(deliver));
        let now = SystemTime::now();
        let outgoing = convert::ucp::Outgoing::new(&message, self.reference(), &self.settings, now);
        let outgoing = outgoing.map_err(|error| error.command_status())?;
        let first = self.settings.second(now);
        let first = first.map_err(|_| CommandStatus::ESME_RSYSERR)?;
        let mut keys = self.keys.lock().await;
        let delivers = outgoing.delivers(|adc| keys.next(adc, first));
        let delivers: Vec<_> = delivers.collect();
        drop(keys);
        for deliver in delivers {
            taken(self.directory.deliver(&self.account, &deliver).await)?;
        }
        Ok(())
    }
}

/// Ids of SMPP: the message centre writes them in one way only.
const IDS: Ids = Ids {
    common: |id| id,
    is_same: |one, other| one == other,
};

/// Whether a client has it. Without one that is there: not now.
fn taken(reply: Result<Reply, ucp::connection::RequestError>) -> Result<(), CommandStatus> {
    let reply = reply.map_err(|_| CommandStatus::ESME_RX_T_APPN)?;
    match reply.answer().map(|answer| answer.error_code()) {
        Ok(None) => Ok(()),
        Ok(Some(error_code)) => Err(refusal::command_status(error_code)),
        Err(_) => Err(CommandStatus::ESME_RX_T_APPN),
    }
}
