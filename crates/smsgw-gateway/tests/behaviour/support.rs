//! A gateway on free ports, a message centre to send to, and the peers that use it.

use std::fmt::Write as _;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use smsgw::smpp::connect::ConnectOptions;
use smsgw::smpp::connection::Events;
use smsgw::smpp::esme::{ConnectError, Esme};
use smsgw::smpp::pdu::{DeliverSm, DeliverSmResp, SubmitSm};
use smsgw::smpp::receipt::DeliveryReceipt;
use smsgw::smpp::session::{self, Bind, BindMode, Event};
use smsgw::smpp::types::{Address, MessageState, RegisteredDelivery, ShortMessage};
use smsgw::smpp::{CommandStatus, Frame};
use smsgw_gateway::{Config, Gateway};
use smsgw_sim::smsc::{self, ReceiptPlan, Smsc};
use tempfile::TempDir;
use tracing_subscriber::fmt::MakeWriter;

/// How long anything may take before a test says that it does not happen.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at something that tells nobody when it changes.
const TICK: Duration = Duration::from_millis(10);

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what)
        .await
        .expect("it should have happened by now")
}

/// Looks again and again until there is something.
pub(crate) async fn eventually<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    soon(async {
        loop {
            match look().await {
                Some(found) => return found,
                None => tokio::time::sleep(TICK).await,
            }
        }
    })
    .await
}

/// A message centre that knows the gateway; receipts come at once.
pub(crate) fn carrier() -> smsc::Config {
    smsc::Config {
        retry: ms(50),
        ..smsc::Config::default()
    }
    .with_account("gateway", "secret")
    .with_receipts(ReceiptPlan {
        delay: ms(5),
        ..ReceiptPlan::default()
    })
}

/// The log, as text.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    /// Of this thread, so of this test.
    pub(crate) fn of_this_thread(&self) -> tracing::subscriber::DefaultGuard {
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(self.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }
}

impl io::Write for Log {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What a gateway is started with; again with the same store, if wanted.
pub(crate) struct Setup {
    store: TempDir,
    smsc: SocketAddr,
    password: &'static str,
    listener: String,
    link: String,
    limits: String,
    account: String,
}

impl Setup {
    pub(crate) fn new(smsc: SocketAddr) -> Self {
        Self {
            store: tempfile::tempdir().unwrap(),
            smsc,
            password: "secret",
            listener: String::new(),
            link: String::new(),
            limits: String::new(),
            account: String::new(),
        }
    }

    /// A line of `[[listen.smpp]]`.
    pub(crate) fn listener(mut self, line: &str) -> Self {
        writeln!(self.listener, "{line}").unwrap();
        self
    }

    /// A line of `[[link.smpp]]`.
    pub(crate) fn link(mut self, line: &str) -> Self {
        writeln!(self.link, "{line}").unwrap();
        self
    }

    /// A line of `[limits]`.
    pub(crate) fn limit(mut self, line: &str) -> Self {
        writeln!(self.limits, "{line}").unwrap();
        self
    }

    /// Lines of the account `shop`.
    pub(crate) fn account(mut self, lines: &str) -> Self {
        writeln!(self.account, "{lines}").unwrap();
        self
    }

    /// That of the link.
    pub(crate) fn password(mut self, password: &'static str) -> Self {
        self.password = password;
        self
    }

    fn config(&self) -> Config {
        let Self {
            store,
            smsc,
            password,
            listener,
            link,
            limits,
            account,
        } = self;
        let text = format!(
            r#"
            [store]
            path = {store:?}
            [[listen.http]]
            bind = "127.0.0.1:0"
            [[listen.smpp]]
            bind = "127.0.0.1:0"
            {listener}
            [[account]]
            id = "shop"
            password = "secret"
            {account}
            [[account]]
            id = "esme"
            password = "secret"
            [limits]
            {limits}
            [[link.smpp]]
            id = "operator"
            address = "{smsc}"
            system_id = "gateway"
            password = "{password}"
            {link}
            "#,
            store = store.path(),
        );
        Config::parse(&text, "test").unwrap()
    }

    pub(crate) async fn start(&self) -> Running {
        Running::new(soon(Gateway::start(self.config())).await.unwrap())
    }

    /// Why it does not start.
    pub(crate) async fn refused(&self) -> String {
        let error = soon(Gateway::start(self.config())).await.unwrap_err();
        error.to_string()
    }

    /// Starts as soon as the one before has let go of the store.
    pub(crate) fn start_when_free(&self) -> impl Future<Output = Running> + Send + 'static {
        let config = self.config();
        async {
            let started = eventually(async move || Gateway::start(config.clone()).await.ok());
            Running::new(started.await)
        }
    }
}

/// A gateway with one carrier that does all right.
pub(crate) async fn gateway() -> (Smsc, Running, Setup) {
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup = Setup::new(smsc.local_addr());
    let running = setup.start().await;
    (smsc, running, setup)
}

pub(crate) struct Running {
    pub(crate) gateway: Gateway,
    pub(crate) smpp: SocketAddr,
    http: String,
    client: Client,
}

impl Running {
    fn new(gateway: Gateway) -> Self {
        Self {
            http: format!("http://{}", gateway.http_addresses()[0]),
            smpp: gateway.smpp_addresses()[0],
            client: Client::builder().no_proxy().build().unwrap(),
            gateway,
        }
    }

    /// POSTs a message and gives its id.
    pub(crate) async fn send(&self, message: &Value) -> String {
        let request = self
            .client
            .post(format!("{}/v1/messages", self.http))
            .basic_auth("shop", Some("secret"))
            .header("content-type", "application/json")
            .body(message.to_string());
        let response = soon(request.send()).await.unwrap();
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        let answer: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        answer["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn send_text(&self, text: &str) -> String {
        self.send(&text_message(text)).await
    }

    /// What the account `shop` is told of a message.
    pub(crate) async fn message(&self, id: &str) -> Value {
        self.get("shop", &format!("/v1/messages/{id}")).await
    }

    pub(crate) async fn get(&self, account: &str, path: &str) -> Value {
        let request = self
            .client
            .get(format!("{}{path}", self.http))
            .basic_auth(account, Some("secret"));
        let response = soon(request.send()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    /// Waits until a message has this state.
    pub(crate) async fn reaches(&self, id: &str, state: &str) -> Value {
        eventually(async || {
            let message = self.message(id).await;
            (message["status"] == state).then_some(message)
        })
        .await
    }

    /// Waits until a message has its outcome.
    pub(crate) async fn outcome(&self, id: &str) -> Value {
        const ON_ITS_WAY: [&str; 4] = ["accepted", "queued", "sending", "sent"];
        eventually(async || {
            let message = self.message(id).await;
            let state = message["status"].as_str().unwrap();
            (!ON_ITS_WAY.contains(&state)).then_some(message)
        })
        .await
    }

    pub(crate) async fn shutdown(self) {
        soon(self.gateway.shutdown()).await.unwrap();
    }

    pub(crate) async fn bind_as(
        &self,
        mode: BindMode,
        system_id: &str,
        password: &str,
    ) -> Result<(Esme, Events), ConnectError> {
        let bind = Bind::new(
            mode,
            system_id.try_into().unwrap(),
            password.try_into().unwrap(),
        );
        let config = session::Config {
            window: 100,
            ..session::Config::default()
        };
        soon(Esme::connect(self.smpp, &bind, config)).await
    }

    /// Binds `esme` as transceiver over a connection of this kind.
    pub(crate) async fn bind_with(
        &self,
        options: &ConnectOptions,
    ) -> Result<(Esme, Events), ConnectError> {
        let bind = esme("secret");
        let config = session::Config::default();
        soon(Esme::connect_with(self.smpp, &bind, config, options)).await
    }

    pub(crate) async fn bind(&self, mode: BindMode) -> (Esme, Events) {
        self.bind_as(mode, "esme", "secret").await.unwrap()
    }
}

/// The bind of the account `esme`.
pub(crate) fn esme(password: &str) -> Bind<'_> {
    let (id, password) = ("esme".try_into().unwrap(), password.try_into().unwrap());
    Bind::new(BindMode::Transceiver, id, password)
}

pub(crate) fn text_message(text: &str) -> Value {
    json!({"to": "+306912345678", "from": "ACME", "text": text})
}

/// A message of an ESME that wants a receipt.
pub(crate) fn submit(octets: &[u8]) -> SubmitSm<'_> {
    SubmitSm {
        source_addr: Address::alphanumeric("ACME").unwrap(),
        destination_addr: Address::international("306912345678").unwrap(),
        registered_delivery: RegisteredDelivery::RECEIPT,
        short_message: ShortMessage::new(octets).unwrap(),
        ..SubmitSm::default()
    }
}

/// Submits and gives the id.
pub(crate) async fn accepted(esme: &Esme, submit: &SubmitSm<'_>) -> String {
    let reply = soon(esme.submit(submit)).await.unwrap();
    assert_eq!(reply.status(), CommandStatus::ESME_ROK);
    reply.body().unwrap().message_id.to_string()
}

/// Whether the connection was closed instead of an answer.
pub(crate) fn is_closed(outcome: &Result<(Esme, Events), ConnectError>) -> bool {
    matches!(outcome, Err(ConnectError::Closed(_) | ConnectError::Io(_)))
}

/// The status a submit is refused with.
pub(crate) async fn refused(esme: &Esme, submit: &SubmitSm<'_>) -> CommandStatus {
    let reply = soon(esme.submit(submit)).await.unwrap();
    assert_ne!(reply.status(), CommandStatus::ESME_ROK);
    reply.status()
}

/// The next receipt, acknowledged: the id it is about, the state, and the frame.
pub(crate) async fn receipt(esme: &Esme, events: &mut Events) -> (String, MessageState, Frame) {
    let frame = loop {
        if let Event::Request(frame) = soon(events.recv()).await.unwrap() {
            break frame;
        }
    };
    esme.respond(&frame, CommandStatus::ESME_ROK, &DeliverSmResp::default());
    let deliver: DeliverSm<'_> = frame.decode().unwrap();
    let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap();
    let id = receipt.message_id().unwrap().to_owned();
    let state = receipt.state().unwrap();
    (id, state, frame)
}
