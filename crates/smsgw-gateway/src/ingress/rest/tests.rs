//! Requests through the router, answered by an engine of a few lines.

use axum::http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tower::ServiceExt as _;

use super::*;
use crate::account::{Accounts, tests::config};
use crate::admission::Inbox;
use crate::message::Change;
use crate::store::memory::Memory;
use crate::store::tests::record;
use crate::store::worker::{self, Committed};

/// A gate without an engine, with messages 1 to 3 of `shop` and 4 of `bank`.
async fn gate() -> (Gate, Inbox) {
    let (worker, store, mut reports) = worker::spawn(Box::new(Memory::default())).unwrap();
    let mut records: Vec<Record> = (1..=4).map(record).collect();
    records[1].state = MessageState::Delivered;
    records[1].message.to = admission::recipient("+15550100").unwrap();
    records[3].account = "bank".into();
    store.append(
        0,
        records
            .into_iter()
            .map(|record| Change::Accepted(Box::new(record)))
            .collect(),
    );
    assert!(matches!(
        reports.recv().await,
        Some(Committed {
            seq: 0,
            result: Ok(())
        })
    ));
    // It ends with the last handle.
    drop(worker);
    let config = config();
    Gate::new(store, Arc::new(Accounts::new(&config)), &config.limits, 4)
}

/// Answers submissions by `answer`, and gives them back.
fn engine(
    mut inbox: Inbox,
    answer: impl Fn(&Submission) -> Result<MessageId, Refusal> + Send + 'static,
) -> tokio::sync::mpsc::UnboundedReceiver<Submission> {
    let (sender, submissions) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(request) = inbox.recv().await {
            request.reply.send(answer(&request.submission)).unwrap();
            let _ = sender.send(request.submission);
        }
    });
    submissions
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        assert_eq!(self.headers[CONTENT_TYPE], "application/json");
        serde_json::from_slice(&self.body).unwrap()
    }

    fn error(&self) -> (u16, String) {
        let json = self.json();
        assert!(!json["error"]["message"].as_str().unwrap().is_empty());
        (
            self.status,
            json["error"]["code"].as_str().unwrap().to_owned(),
        )
    }
}

async fn send(gate: &Gate, request: request::Builder, body: impl Into<Body>) -> Answer {
    let request = request.body(body.into()).unwrap();
    let response = router(gate.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body,
    }
}

fn basic(id: &str, password: &str) -> String {
    format!("Basic {}", BASE64.encode(format!("{id}:{password}")))
}

async fn get_as(gate: &Gate, id: &str, password: &str, path: &str) -> Answer {
    let request = Request::get(path).header(AUTHORIZATION, basic(id, password));
    send(gate, request, Body::empty()).await
}

fn post_as_shop() -> request::Builder {
    Request::post("/v1/messages")
        .header(AUTHORIZATION, basic("shop", "secret"))
        .header(CONTENT_TYPE, "application/json; charset=utf-8")
}

async fn post_json(gate: &Gate, body: &Value) -> Answer {
    send(gate, post_as_shop(), body.to_string()).await
}

#[tokio::test]
async fn a_message_is_taken() {
    let (gate, inbox) = gate().await;
    let id = MessageId(uuid::Uuid::now_v7());
    let mut submissions = engine(inbox, move |_| Ok(id));
    let body = json!({
        "to": "+30 691 234-5678",
        "text": "Καλημέρα",
        "validity": 60,
        "callback_url": "http://127.0.0.1:9000/outcome",
    });
    let answer = post_json(&gate, &body).await;
    assert_eq!(answer.status, 202, "{:?}", answer.json());
    assert_eq!(answer.headers[LOCATION], format!("/v1/messages/{id}"));
    let json = answer.json();
    assert_eq!(json["id"], id.to_string());
    assert_eq!(json["status"], "accepted");
    assert_eq!(json["to"], "+306912345678");
    assert_eq!(json["from"], "Shop");
    let created: jiff::Timestamp = json["created_at"].as_str().unwrap().parse().unwrap();
    assert!(jiff::Timestamp::now().duration_since(created).as_secs() < 60);

    let Submission {
        account,
        origin,
        message,
        callback,
    } = submissions.recv().await.unwrap();
    assert_eq!((account.id.as_str(), origin), ("shop", Origin::Rest));
    assert_eq!(message.validity, Some(Duration::from_secs(60)));
    assert_eq!(message.receipt, ReceiptRequest::Final);
    assert_eq!(callback.as_deref(), Some("http://127.0.0.1:9000/outcome"));

    let body = json!({ "to": "6912345678", "from": "+15550100", "text": "x" });
    assert_eq!(post_json(&gate, &body).await.json()["from"], "+15550100");
    let Submission {
        message, callback, ..
    } = submissions.recv().await.unwrap();
    assert_eq!(
        (message.validity, message.receipt, callback),
        (None, ReceiptRequest::None, None)
    );
}

#[tokio::test]
async fn a_text_is_written_as_it_says_or_as_its_account_does() {
    let (gate, inbox) = gate().await;
    let mut submissions = engine(inbox, |_| Ok(MessageId(uuid::Uuid::now_v7())));
    for (options, language, transliterate) in [
        (json!({}), "turkish", false),
        (
            json!({ "language": null, "transliterate": null }),
            "turkish",
            false,
        ),
        (
            json!({ "language": "none", "transliterate": true }),
            "none",
            true,
        ),
        (json!({ "language": "auto" }), "auto", false),
        (
            json!({ "language": "urdu", "transliterate": false }),
            "urdu",
            false,
        ),
    ] {
        let mut body = json!({ "to": "6912345678", "text": "x" });
        body.as_object_mut()
            .unwrap()
            .extend(options.as_object().unwrap().clone());
        assert_eq!(post_json(&gate, &body).await.status, 202, "{body}");
        let writing = submissions.recv().await.unwrap().message.writing;
        assert_eq!(language::name(writing.language), language, "{body}");
        assert_eq!(writing.transliterate, transliterate, "{body}");
        assert!(!writing.graphemes);
    }
    for (options, code) in [
        (json!({ "language": "klingon" }), "invalid_language"),
        (json!({ "language": "Turkish" }), "invalid_language"),
        (json!({ "language": "" }), "invalid_language"),
        (json!({ "language": 1 }), "invalid_json"),
        (json!({ "transliterate": "yes" }), "invalid_json"),
    ] {
        let mut body = json!({ "to": "6912345678", "text": "x" });
        body.as_object_mut()
            .unwrap()
            .extend(options.as_object().unwrap().clone());
        let answer = post_json(&gate, &body).await;
        assert_eq!(answer.error(), (400, code.into()), "{body}");
    }
    let body = json!({ "to": "6912345678", "text": "x", "language": "klingon" });
    let answer = post_json(&gate, &body).await;
    let message = answer.json()["error"]["message"].take();
    let message = message.as_str().unwrap();
    let start = "there is no language \"klingon\"; expected one of none, auto, turkish, ";
    assert!(message.starts_with(start), "{message}");
}

#[tokio::test]
async fn what_is_wrong_with_a_message_is_told() {
    let (gate, inbox) = gate().await;
    let _submissions = engine(inbox, |submission| {
        Err(match submission.message.to.digits.as_str() {
            "111" => Refusal::QueueFull,
            "222" => Refusal::TooManySegments { max: 3 },
            _ => Refusal::Store,
        })
    });
    for (body, status, code) in [
        (json!({ "to": "123" }), 400, "invalid_json"),
        (
            json!({ "to": "123", "text": "x", "txt": "y" }),
            400,
            "invalid_json",
        ),
        (json!({ "to": 123, "text": "x" }), 400, "invalid_json"),
        (
            json!({ "to": "123", "text": "x", "validity": -1 }),
            400,
            "invalid_json",
        ),
        (json!(["123", "x"]), 400, "invalid_json"),
        (
            json!({ "to": "nobody", "text": "x" }),
            400,
            "invalid_recipient",
        ),
        (
            json!({ "to": "123", "text": "x", "from": "Twelve chars" }),
            400,
            "invalid_sender",
        ),
        (json!({ "to": "123", "text": "" }), 400, "empty_text"),
        (
            json!({ "to": "123", "text": "x".repeat(10_001) }),
            400,
            "text_too_long",
        ),
        (
            json!({ "to": "123", "text": "x", "validity": 0 }),
            400,
            "invalid_validity",
        ),
        (
            json!({ "to": "123", "text": "x", "validity": 604_801 }),
            400,
            "validity_too_long",
        ),
        (
            json!({ "to": "123", "text": "x", "callback_url": "ftp://127.0.0.1/" }),
            400,
            "invalid_callback_url",
        ),
        (json!({ "to": "111", "text": "x" }), 429, "queue_full"),
        (
            json!({ "to": "222", "text": "x" }),
            400,
            "too_many_segments",
        ),
        (
            json!({ "to": "333", "text": "x" }),
            503,
            "store_unavailable",
        ),
    ] {
        let answer = post_json(&gate, &body).await;
        assert_eq!(answer.error(), (status, code.into()), "{body}");
        assert_eq!(
            answer.headers.contains_key(RETRY_AFTER),
            status > 400,
            "{body}"
        );
    }
    for body in [
        json!([]),
        json!(["123", null, "x", null, null]),
        json!("x"),
        json!(null),
    ] {
        let answer = post_json(&gate, &body).await;
        assert_eq!(answer.error(), (400, "invalid_json".into()));
        let message = answer.json()["error"]["message"].take();
        assert_eq!(message, "the body is not a JSON object", "{body}");
    }
    let answer = send(&gate, post_as_shop(), "").await;
    assert_eq!(answer.error(), (400, "invalid_json".into()));
    let answer = send(&gate, post_as_shop(), "{\"to\":").await;
    assert_eq!(answer.error(), (400, "invalid_json".into()));
    let answer = send(&gate, post_as_shop(), vec![b' '; MOST_BODY + 1]).await;
    assert_eq!(answer.error(), (413, "too_large".into()));
    // Refused by what it says of itself, before it is read.
    let request = post_as_shop().header(CONTENT_LENGTH, "70000");
    assert_eq!(
        send(&gate, request, "{}").await.error(),
        (413, "too_large".into())
    );
    let request = Request::post("/v1/messages").header(AUTHORIZATION, basic("shop", "secret"));
    let answer = send(&gate, request, "{}").await;
    assert_eq!(answer.error(), (415, "unsupported_media_type".into()));
}

#[tokio::test]
async fn nobody_gets_in_without_the_right_password() {
    let (gate, _inbox) = gate().await;
    let wrong = [
        basic("shop", "wrong"),
        basic("bank", "secret"),
        basic("nobody", "secret"),
        "Basic".into(),
        "Basic !".into(),
        format!("Basic {}", BASE64.encode("shop")),
        basic("shop", "secret").replace("Basic", "Bearer"),
    ];
    for (method, path) in [
        (Method::POST, "/v1/messages"),
        (Method::GET, "/v1/messages"),
        (Method::GET, "/v1/messages/x"),
    ] {
        for header in wrong.iter().map(Some).chain([None]) {
            let mut request = Request::builder().method(&method).uri(path);
            if let Some(header) = header {
                request = request.header(AUTHORIZATION, header);
            }
            let answer = send(&gate, request, "{}").await;
            assert_eq!(answer.error(), (401, "unauthorized".into()));
            assert!(
                answer.headers[WWW_AUTHENTICATE]
                    .to_str()
                    .unwrap()
                    .starts_with("Basic realm=")
            );
        }
    }
    assert_eq!(
        get_as(&gate, "bank", "hunter2", "/v1/messages")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn an_account_sees_its_own_messages_only() {
    let (gate, _inbox) = gate().await;
    let (own, other) = (record(1).id, record(4).id);
    let answer = get_as(&gate, "shop", "secret", &format!("/v1/messages/{own}")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["status"], "queued");
    assert_eq!(answer.json()["parts"].as_array().unwrap().len(), 2);
    for id in [
        other.to_string(),
        record(9).id.to_string(),
        "x".into(),
        "%ff".into(),
    ] {
        let answer = get_as(&gate, "shop", "secret", &format!("/v1/messages/{id}")).await;
        assert_eq!(answer.error(), (404, "not_found".into()), "{id}");
    }

    let ids = async |query: &str| -> (Vec<Value>, Value) {
        let answer = get_as(&gate, "shop", "secret", &format!("/v1/messages{query}")).await;
        let mut json = answer.json();
        assert_eq!(answer.status, 200, "{query} {json}");
        let messages = json["messages"].as_array().unwrap();
        (
            messages
                .iter()
                .map(|message| message["id"].clone())
                .collect(),
            json["next"].take(),
        )
    };
    let id = |n| Value::from(record(n).id.to_string());
    assert_eq!(ids("").await, (vec![id(3), id(2), id(1)], Value::Null));
    assert_eq!(
        ids("?limit=3").await,
        (vec![id(3), id(2), id(1)], Value::Null)
    );
    assert_eq!(ids("?limit=2").await, (vec![id(3), id(2)], id(2)));
    let next = format!("?limit=2&before={}", record(2).id);
    assert_eq!(ids(&next).await, (vec![id(1)], Value::Null));
    assert_eq!(ids("?state=delivered").await.0, [id(2)]);
    assert_eq!(ids("?state=queued").await.0, [id(3), id(1)]);
    assert_eq!(ids("?to=%2B1-555-0100").await.0, [id(2)]);
    // An unescaped `+` is a space.
    assert_eq!(ids("?to=+15550100").await.0, [id(2)]);
    for query in [
        "?state=lost",
        "?limit=0",
        "?limit=1001",
        "?limit=x",
        "?before=x",
        "?status=queued",
    ] {
        let answer = get_as(&gate, "shop", "secret", &format!("/v1/messages{query}")).await;
        assert_eq!(answer.error(), (400, "invalid_query".into()), "{query}");
    }
}

#[tokio::test]
async fn health_and_metrics_need_no_password() {
    let (gate, inbox) = gate().await;
    let answer = send(&gate, Request::get("/health"), Body::empty()).await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({ "status": "ok" }))
    );
    let answer = send(&gate, Request::get("/metrics"), Body::empty()).await;
    let text = String::from_utf8(answer.body).unwrap();
    assert!(
        text.contains("\nsmsgw_messages{state=\"queued\"} 3\n"),
        "{text}"
    );
    assert!(
        text.contains("\nsmsgw_messages{state=\"delivered\"} 1\n"),
        "{text}"
    );
    assert!(
        text.contains("\nsmsgw_messages{state=\"failed\"} 0\n"),
        "{text}"
    );
    drop(inbox);
    let answer = send(&gate, Request::get("/health"), Body::empty()).await;
    assert_eq!(
        (answer.status, answer.json()),
        (503, json!({ "status": "closing" }))
    );
    let answer = post_json(&gate, &json!({ "to": "123", "text": "x" })).await;
    assert_eq!(answer.error(), (503, "closing".into()));
}

#[tokio::test]
async fn other_paths_and_methods_are_told() {
    let (gate, _inbox) = gate().await;
    let answer = send(&gate, Request::get("/v2"), Body::empty()).await;
    assert_eq!(answer.error(), (404, "not_found".into()));
    let answer = send(&gate, Request::delete("/v1/messages"), Body::empty()).await;
    assert_eq!(answer.error(), (405, "method_not_allowed".into()));
}

#[tokio::test]
async fn a_connection_more_than_allowed_waits_for_its_turn() {
    let (gate, _inbox) = gate().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(serve(listener, gate, 1, stopped));
    let ask = async |stream: &mut TcpStream| {
        stream
            .write_all(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            .await
            .unwrap();
    };
    let answer = async |stream: &mut TcpStream| {
        let mut octets = [0; 15];
        stream.read_exact(&mut octets).await.unwrap();
        String::from_utf8(octets.to_vec()).unwrap()
    };
    let mut first = TcpStream::connect(address).await.unwrap();
    ask(&mut first).await;
    assert_eq!(answer(&mut first).await, "HTTP/1.1 200 OK");
    let mut second = TcpStream::connect(address).await.unwrap();
    ask(&mut second).await;
    let early = timeout(Duration::from_millis(50), answer(&mut second)).await;
    assert!(early.is_err());
    drop(first);
    assert_eq!(answer(&mut second).await, "HTTP/1.1 200 OK");
    // An idle connection does not keep the server.
    stop.send(true).unwrap();
    timeout(FAREWELL / 2, server).await.unwrap().unwrap();
}
