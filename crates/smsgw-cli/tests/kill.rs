//! `smsgw serve` killed with SIGKILL under load: what it acknowledged is accounted for, what arrived twice is explained.
//!
//! The message centre and the clients live in the test and so survive. The clients send no text twice: what arrives
//! twice was sent twice by the gateway. `SMSGW_KILL_SEED` chooses the moments again that a run printed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

#[allow(dead_code, reason = "what another test wants of it")]
#[path = "interop/process.rs"]
mod process;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs, thread};

use process::Process;
use reqwest::Client;
use serde_json::{Value, json};
use smsgw_sim::smsc::{self, ReceiptPlan, Smsc};
use smsgw_smpp::CommandStatus;
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::{DeliverSm, DeliverSmResp, SubmitSm};
use smsgw_smpp::receipt::Receipt;
use smsgw_smpp::session::{self, Bind, BindMode, Event};
use smsgw_smpp::types::{Address, RegisteredDelivery, ShortMessage};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// How long anything may take that the test waits for.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(5);
/// The window of the link: at a kill, so many messages may have left without an answer.
const WINDOW: usize = 10;
/// Clients that wait for one answer before they send the next message.
const REST_CLIENTS: usize = 4;
const SMPP_CLIENTS: usize = 8;

#[test]
fn what_was_acknowledged_is_delivered_or_reported_unknown() {
    let end = run("report", 5);
    assert_eq!(
        end.count("delivered") + end.count("unknown"),
        end.acknowledged.len()
    );
    // Those the crash left without an answer, and no others.
    assert!(end.count("unknown") <= 5 * WINDOW);
    // Nothing of unknown outcome is sent again.
    assert_eq!(end.duplicates().len(), 0, "{:?}", end.duplicates());
}

#[test]
fn what_was_acknowledged_is_delivered_when_the_unknown_is_sent_again() {
    let end = run("resend", 3);
    assert_eq!(end.count("delivered"), end.acknowledged.len());
    for text in end.duplicates() {
        let message = &end.stored[text];
        assert_eq!(message["parts"][0]["possible_duplicate"], true, "{message}");
    }
}

#[test]
fn what_was_acknowledged_is_delivered_or_never_left_when_receipts_are_waited_for() {
    let end = run("wait", 3);
    assert_eq!(end.duplicates().len(), 0, "{:?}", end.duplicates());
    for (text, message) in &end.stored {
        let arrived = end.arrived.contains_key(text);
        let expected = if arrived { "delivered" } else { "sending" };
        assert_eq!(message["status"], expected, "{message}");
    }
    assert!(end.count("sending") <= 3 * WINDOW);
}

/// Loads the gateway and kills it, `kills` times on one store; then lets it finish.
fn run(on_unknown: &str, kills: usize) -> End {
    let mut random = Random::seeded();
    let runtime = Runtime::new().unwrap();
    let smsc = runtime.block_on(Smsc::start(message_centre())).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("smsgw.toml");
    fs::write(&config, configuration(directory.path(), &smsc, on_unknown)).unwrap();

    let clients = Arc::new(Clients::new());
    for _ in 0..kills {
        let gateway = Gateway::start(&config);
        let load = runtime.block_on(clients.load(&gateway));
        let enough = clients.acknowledged.lock().unwrap().len() + 1 + random.below(300);
        wait_until("messages acknowledged", || {
            clients.acknowledged.lock().unwrap().len() >= enough
        });
        thread::sleep(Duration::from_micros(random.below(10_000) as u64));
        // SIGKILL.
        drop(gateway);
        runtime.block_on(load.join_all());
    }

    let gateway = Gateway::start(&config);
    let _receiving = runtime.block_on(clients.bind(&gateway));
    assert!(runtime.block_on(clients.post(&gateway.http)));
    let mut end = End {
        acknowledged: clients.acknowledged.lock().unwrap().clone(),
        stored: HashMap::new(),
        arrived: HashMap::new(),
    };
    let last = format!("/v1/messages/{}", end.acknowledged.last().unwrap().id);
    // What was queued has left when this has, that came after it.
    wait_until("the last message delivered", || {
        runtime.block_on(clients.get(&gateway, &last))["status"] == "delivered"
    });
    wait_until("all messages with an outcome", || {
        let under_way = runtime.block_on(clients.under_way(&gateway));
        // What never left has no receipt to wait for.
        under_way.iter().all(|message| {
            on_unknown == "wait" && message["status"] == "sending" && !has_arrived(&smsc, message)
        })
    });
    runtime.block_on(async {
        for message in clients.stored(&gateway, "").await {
            let text = message["text"].as_str().unwrap().to_owned();
            let twice = end.stored.insert(text, message);
            assert_eq!(twice, None, "accepted twice");
        }
    });
    wait_until("all receipts at the ESME", || {
        let receipts = clients.receipts.lock().unwrap();
        let mut owed = end.acknowledged.iter().filter(|message| {
            message.by == "smpp" && end.stored[&message.text]["status"] != "sending"
        });
        owed.all(|message| receipts.contains(&message.id))
    });
    runtime.block_on(async {
        for Acknowledged { id, text, .. } in &end.acknowledged {
            let message = clients.get(&gateway, &format!("/v1/messages/{id}")).await;
            assert_eq!(&message["text"], text, "{id}");
            assert_eq!(message["status"], end.stored[text]["status"], "{message}");
        }
        for message in smsc.submitted() {
            *end.arrived.entry(message.text.unwrap()).or_default() += 1;
        }
        smsc.shutdown().await;
    });
    end.print(on_unknown, kills);
    end.check();
    end
}

fn message_centre() -> smsc::Config {
    smsc::Config {
        remembered: usize::MAX,
        retry: Duration::from_millis(50),
        ..smsc::Config::default()
            .with_account("gateway", "secret")
            .with_receipts(ReceiptPlan {
                delay: Duration::from_millis(5),
                ..ReceiptPlan::default()
            })
    }
}

fn configuration(directory: &Path, smsc: &Smsc, on_unknown: &str) -> String {
    format!(
        r#"
            [store]
            path = '{store}'

            [[listen.http]]
            bind = "127.0.0.1:0"

            [[listen.smpp]]
            bind = "127.0.0.1:0"

            [[account]]
            id = "esme"
            password = "secret"

            [[link.smpp]]
            id = "operator"
            address = "{smsc}"
            system_id = "gateway"
            password = "secret"
            window = {WINDOW}
            on_unknown = "{on_unknown}"
        "#,
        store = directory.join("store").display(),
        smsc = smsc.local_addr(),
    )
}

fn has_arrived(smsc: &Smsc, message: &Value) -> bool {
    let text = message["text"].as_str();
    smsc.submitted()
        .iter()
        .any(|arrived| arrived.text.as_deref() == text)
}

fn wait_until(what: &str, mut there: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !there() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(POLL);
    }
}

/// A `smsgw serve`; killed when it is dropped.
struct Gateway {
    http: String,
    smpp: String,
    _process: Process,
}

impl Gateway {
    fn start(config: &Path) -> Self {
        let mut process = Process::start(
            Command::new(env!("CARGO_BIN_EXE_smsgw"))
                .args(["serve", "--log", "warn", "--config"])
                .arg(config),
            "",
        );
        Self {
            http: process.ready("http"),
            smpp: process.ready("smpp"),
            _process: process,
        }
    }
}

/// A message that the gateway promised to take care of.
#[derive(Clone)]
struct Acknowledged {
    id: String,
    text: String,
    by: &'static str,
}

/// What the clients of all rounds know.
struct Clients {
    http: Client,
    sent: AtomicUsize,
    acknowledged: Mutex<Vec<Acknowledged>>,
    /// The ids of messages whose receipts came to the ESME.
    receipts: Mutex<HashSet<String>>,
}

impl Clients {
    fn new() -> Self {
        // reqwest wants one, though nothing here is encrypted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            http: Client::builder().no_proxy().build().unwrap(),
            sent: AtomicUsize::default(),
            acknowledged: Mutex::default(),
            receipts: Mutex::default(),
        }
    }

    /// Sends messages until the gateway is gone.
    async fn load(self: &Arc<Self>, gateway: &Gateway) -> JoinSet<()> {
        let mut load = JoinSet::new();
        for _ in 0..REST_CLIENTS {
            let (clients, http) = (Arc::clone(self), gateway.http.clone());
            load.spawn(async move { while clients.post(&http).await {} });
        }
        let esme = self.bind(gateway).await;
        for _ in 0..SMPP_CLIENTS {
            let (clients, esme) = (Arc::clone(self), esme.clone());
            load.spawn(async move { while clients.submit(&esme).await {} });
        }
        load
    }

    /// A recipient and a text that no other message has.
    fn new_message(&self, by: &str) -> (String, String) {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        (format!("3069{number:08}"), format!("{by} {number}"))
    }

    fn acknowledged(&self, id: &str, text: String, by: &'static str) {
        let id = id.to_owned();
        self.acknowledged
            .lock()
            .unwrap()
            .push(Acknowledged { id, text, by });
    }

    /// One message by REST; whether there was an answer.
    async fn post(&self, http: &str) -> bool {
        let (to, text) = self.new_message("rest");
        let body = json!({"to": format!("+{to}"), "from": "ACME", "text": text});
        let posted = self
            .http
            .post(format!("http://{http}/v1/messages"))
            .header("authorization", AUTHORIZATION)
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await;
        let Ok(response) = posted else {
            return false;
        };
        let status = response.status();
        let Ok(body) = response.bytes().await else {
            return false;
        };
        assert_eq!(status, 202, "{body:?}");
        let taken: Value = serde_json::from_slice(&body).unwrap();
        self.acknowledged(taken["id"].as_str().unwrap(), text, "rest");
        true
    }

    /// One message by SMPP; whether there was an answer.
    async fn submit(&self, esme: &Esme) -> bool {
        let (to, text) = self.new_message("smpp");
        let submit = SubmitSm {
            source_addr: Address::alphanumeric("ACME").unwrap(),
            destination_addr: Address::international(to.as_str()).unwrap(),
            registered_delivery: RegisteredDelivery::RECEIPT,
            short_message: ShortMessage::new(text.as_bytes()).unwrap(),
            ..SubmitSm::default()
        };
        let Ok(reply) = esme.submit(&submit).await else {
            return false;
        };
        assert!(reply.status().is_ok(), "{}", reply.status());
        let id = reply.body().unwrap().message_id.to_string();
        self.acknowledged(&id, text, "smpp");
        true
    }

    /// A session that takes receipts as long as it lasts.
    async fn bind(self: &Arc<Self>, gateway: &Gateway) -> Esme {
        let (system_id, password) = ("esme".try_into().unwrap(), "secret".try_into().unwrap());
        let bind = Bind::new(BindMode::Transceiver, system_id, password);
        let config = session::Config::default();
        let bound = Esme::connect(&*gateway.smpp, &bind, config).await;
        let (esme, events) = bound.unwrap();
        tokio::spawn(Arc::clone(self).receive(esme.clone(), events));
        esme
    }

    async fn receive(self: Arc<Self>, esme: Esme, mut events: Events) {
        while let Some(event) = events.recv().await {
            if let Event::Request(frame) = event {
                let deliver: DeliverSm<'_> = frame.decode().unwrap();
                let receipt = Receipt::parse(deliver.short_message.as_octets());
                let id = receipt.id.unwrap().into_owned();
                self.receipts.lock().unwrap().insert(id);
                esme.respond(&frame, CommandStatus::ESME_ROK, &DeliverSmResp::default());
            }
        }
    }

    async fn get(&self, gateway: &Gateway, path: &str) -> Value {
        let response = self
            .http
            .get(format!("http://{}{path}", gateway.http))
            .header("authorization", AUTHORIZATION)
            .send()
            .await
            .unwrap();
        let status = response.status();
        let body = String::from_utf8(response.bytes().await.unwrap().into()).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// The messages without an outcome.
    async fn under_way(&self, gateway: &Gateway) -> Vec<Value> {
        let mut messages = Vec::new();
        // In the order they pass through, so that none slips by.
        for state in ["accepted", "queued", "sending", "sent"] {
            messages.extend(self.stored(gateway, &format!("&state={state}")).await);
        }
        messages
    }

    /// The messages of the store, those too that were never acknowledged.
    async fn stored(&self, gateway: &Gateway, filter: &str) -> Vec<Value> {
        let mut messages = Vec::new();
        let mut before = String::new();
        loop {
            let path = format!("/v1/messages?limit=1000{filter}{before}");
            let page = self.get(gateway, &path).await;
            messages.extend(page["messages"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => before = format!("&before={next}"),
                None => return messages,
            }
        }
    }
}

/// `esme:secret`.
const AUTHORIZATION: &str = "Basic ZXNtZTpzZWNyZXQ=";

/// What is true in the end.
struct End {
    acknowledged: Vec<Acknowledged>,
    /// By text, as the API shows them.
    stored: HashMap<String, Value>,
    /// How often each text came to the message centre.
    arrived: HashMap<String, usize>,
}

impl End {
    /// How many of the acknowledged messages are in this state.
    fn count(&self, status: &str) -> usize {
        let is_in = |message: &&Acknowledged| self.stored[&message.text]["status"] == status;
        self.acknowledged.iter().filter(is_in).count()
    }

    fn duplicates(&self) -> Vec<&String> {
        let twice = self.arrived.iter().filter(|(_, times)| **times > 1);
        twice.map(|(text, _)| text).collect()
    }

    /// What holds under every policy.
    fn check(&self) {
        for (text, message) in &self.stored {
            let arrived = self.arrived.contains_key(text);
            assert!(arrived || message["status"] != "delivered", "{message}");
        }
        for text in self.arrived.keys() {
            assert!(
                self.stored.contains_key(text),
                "sent but not stored: {text}"
            );
        }
    }

    fn print(&self, on_unknown: &str, kills: usize) {
        let by = |by| {
            self.acknowledged
                .iter()
                .filter(|message| message.by == by)
                .count()
        };
        let marked = |text: &&String| self.stored[*text]["parts"][0]["possible_duplicate"] == true;
        println!(
            "on_unknown = {on_unknown}, {kills} kills: {} acknowledged ({} REST, {} SMPP), {} delivered, {} unknown, {} sending; \
             {} stored unacknowledged; {} arrived twice, {} of them marked possible_duplicate",
            self.acknowledged.len(),
            by("rest"),
            by("smpp"),
            self.count("delivered"),
            self.count("unknown"),
            self.count("sending"),
            self.stored.len() - self.acknowledged.len(),
            self.duplicates().len(),
            self.duplicates().iter().filter(|text| marked(text)).count(),
        );
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        let seed = env::var("SMSGW_KILL_SEED").map_or_else(
            |_| {
                SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap()
                    .as_secs()
            },
            |seed| seed.parse().unwrap(),
        );
        println!("SMSGW_KILL_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) as usize % limit
    }
}
