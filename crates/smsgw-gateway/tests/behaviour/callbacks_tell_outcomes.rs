//! Each outcome of a message by REST is POSTed to its callback URL.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use smsgw_sim::smsc::{self, ReceiptPlan, Smsc};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::{Running, Setup, carrier, eventually, ms, soon};

/// Takes callbacks; `/refuse/N` refuses the first N.
struct Shop {
    address: SocketAddr,
    taken: mpsc::UnboundedReceiver<Value>,
    posts: Arc<AtomicUsize>,
}

impl Shop {
    async fn open() -> Self {
        let (sender, taken) = mpsc::unbounded_channel();
        let posts = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&posts);
        let take = async move |Path(refuse): Path<usize>, headers: HeaderMap, body: Bytes| {
            assert_eq!(headers["content-type"], "application/json");
            if count.fetch_add(1, Ordering::SeqCst) < refuse {
                return StatusCode::INTERNAL_SERVER_ERROR;
            }
            sender.send(serde_json::from_slice(&body).unwrap()).unwrap();
            StatusCode::NO_CONTENT
        };
        let router = Router::new().route("/refuse/{n}", post(take));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });
        Self {
            address,
            taken,
            posts,
        }
    }

    fn message(&self, refuse: usize) -> Value {
        json!({
            "to": "+306912345678",
            "from": "ACME",
            "text": "hello",
            "callback_url": format!("http://{}/refuse/{refuse}", self.address),
        })
    }

    async fn told(&mut self) -> Value {
        soon(self.taken.recv()).await.unwrap()
    }
}

fn plan(undeliverable: f64, rejected: f64, expired: f64) -> smsc::Config {
    carrier().with_receipts(ReceiptPlan {
        delay: ms(5),
        undeliverable,
        rejected,
        expired,
        ..ReceiptPlan::default()
    })
}

/// What is told is what GET shows, except for times.
async fn assert_shown(gateway: &Running, told: &Value) {
    let shown = gateway.message(told["id"].as_str().unwrap()).await;
    assert_eq!(*told, shown);
}

#[tokio::test]
async fn each_final_state_is_told_once() {
    let mut shop = Shop::open().await;
    for (carrier, state, error) in [
        (plan(0.0, 0.0, 0.0), "delivered", json!(null)),
        (plan(1.0, 0.0, 0.0), "undelivered", json!("001")),
        (plan(0.0, 1.0, 0.0), "rejected", json!("008")),
        (plan(0.0, 0.0, 1.0), "expired", json!("003")),
    ] {
        let smsc = Smsc::start(carrier).await.unwrap();
        let setup = Setup::new(smsc.local_addr());
        let gateway = setup.start().await;
        let id = gateway.send(&shop.message(0)).await;
        let told = shop.told().await;
        assert_eq!(told["id"], id.as_str());
        assert_eq!(told["status"], state);
        assert_eq!(told["error"], error);
        assert_eq!(told["parts"][0]["status"], state);
        assert_eq!(told["to"], "+306912345678");
        assert_eq!(told["text"], "hello");
        assert_shown(&gateway, &told).await;
        gateway.shutdown().await;
    }
    assert_eq!(shop.posts.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_message_that_expires_in_the_queue_is_told_too() {
    let mut shop = Shop::open().await;
    let smsc = Smsc::start(carrier()).await.unwrap();
    smsc.cut();
    let setup = Setup::new(smsc.local_addr()).limit(r#"default_validity = "100ms""#);
    let gateway = setup.start().await;
    let id = gateway.send(&shop.message(0)).await;
    let told = shop.told().await;
    assert_eq!(told["id"], id.as_str());
    assert_eq!(told["status"], "expired");
    assert_eq!(told["parts"][0]["attempts"], 0);
    assert_eq!(smsc.submitted(), []);
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_callback_that_is_refused_is_tried_again() {
    let mut shop = Shop::open().await;
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup = Setup::new(smsc.local_addr());
    let gateway = setup.start().await;
    let id = gateway.send(&shop.message(1)).await;
    let told = shop.told().await;
    assert_eq!(
        (&told["id"], &told["status"]),
        (&json!(id), &json!("delivered"))
    );
    assert_eq!(shop.posts.load(Ordering::SeqCst), 2);
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_callback_that_nobody_takes_is_given_up_and_the_state_stays() {
    let mut shop = Shop::open().await;
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup = Setup::new(smsc.local_addr()).limit("callback_attempts = 2");
    let gateway = setup.start().await;
    let id = gateway.send(&shop.message(2)).await;
    eventually(async || (shop.posts.load(Ordering::SeqCst) == 2).then_some(())).await;
    gateway.reaches(&id, "delivered").await;
    gateway.shutdown().await;
    // Given up for good: a restart does not try again, and tells the next one.
    let gateway = setup.start().await;
    gateway.reaches(&id, "delivered").await;
    let next = gateway.send(&shop.message(0)).await;
    assert_eq!(shop.told().await["id"], next.as_str());
    assert_eq!(shop.posts.load(Ordering::SeqCst), 3);
    gateway.shutdown().await;
}

#[tokio::test]
async fn an_outcome_that_was_not_told_is_told_after_a_restart() {
    let mut shop = Shop::open().await;
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup = Setup::new(smsc.local_addr());
    let gateway = setup.start().await;
    let id = gateway.send(&shop.message(1)).await;
    eventually(async || (shop.posts.load(Ordering::SeqCst) == 1).then_some(())).await;
    gateway.shutdown().await;
    let gateway = setup.start().await;
    assert_eq!(shop.told().await["id"], id.as_str());
    gateway.shutdown().await;
}
