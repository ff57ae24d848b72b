//! Who was sent to when the gateway ended knows what became of it.

use std::collections::BTreeSet;

use reqwest::{Client, StatusCode};
use serde_json::Value;
use smsgw::smpp::CommandStatus;
use smsgw::smpp::pdu::{DeliverSmResp, SubmitSmResp};
use smsgw::smpp::session::{BindMode, CloseReason, Event};
use smsgw_sim::smsc::Smsc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::support::{Setup, accepted, carrier, ms, soon, submit, text_message};

/// Where a gateway runs as if by itself: nothing of it goes on after the end.
fn process() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

#[tokio::test]
async fn what_was_accepted_was_acknowledged() {
    for pause in [0, 1, 5, 20] {
        let smsc = Smsc::start(carrier()).await.unwrap();
        smsc.cut();
        let setup = Setup::new(smsc.local_addr());
        let process = process();
        let gateway = process.spawn(setup.start_when_free()).await.unwrap();
        let (esme, mut events) = gateway.bind(BindMode::Transmitter).await;
        let client = Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{}/v1/messages", gateway.gateway.http_addresses()[0]);
        let mut posts = JoinSet::new();
        for n in 0..20 {
            let request = client
                .post(&url)
                .basic_auth("shop", Some("secret"))
                .header("content-type", "application/json")
                .body(text_message(&format!("post {n}")).to_string());
            posts.spawn(request.send());
        }
        for token in 0..50 {
            soon(esme.queue(&submit(b"hello"), token)).await.unwrap();
        }
        tokio::time::sleep(ms(pause)).await;
        soon(process.spawn(gateway.shutdown())).await.unwrap();
        process.shutdown_background();

        let mut acknowledged = BTreeSet::new();
        while let Some(answer) = soon(posts.join_next()).await {
            // A connection that was not taken any more.
            let Ok(answer) = answer.unwrap() else {
                continue;
            };
            if answer.status() == StatusCode::ACCEPTED {
                let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
                acknowledged.insert(body["id"].as_str().unwrap().to_owned());
            } else {
                assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            }
        }
        loop {
            match soon(events.recv()).await.unwrap() {
                Event::Response { frame, .. } if frame.command_status().is_ok() => {
                    let resp: SubmitSmResp<'_> = frame.decode().unwrap();
                    acknowledged.insert(resp.message_id.to_string());
                }
                Event::Response { frame, .. } => {
                    assert_eq!(frame.command_status(), CommandStatus::ESME_RSYSERR);
                }
                Event::Closed(reason) => break assert_eq!(reason, CloseReason::PeerUnbound),
                // It crossed the unbind.
                Event::Unanswered { .. } => {}
                other => panic!("{other:?}"),
            }
        }

        let gateway = setup.start_when_free().await;
        let mut kept = BTreeSet::new();
        for account in ["shop", "esme"] {
            let list = gateway.get(account, "/v1/messages?limit=1000").await;
            let messages = list["messages"].as_array().unwrap();
            kept.extend(
                messages
                    .iter()
                    .map(|it| it["id"].as_str().unwrap().to_owned()),
            );
        }
        assert_eq!(kept, acknowledged, "{pause}");
        gateway.shutdown().await;
    }
}

#[tokio::test]
async fn a_request_under_way_gets_its_answer() {
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup = Setup::new(smsc.local_addr());
    let process = process();
    let gateway = process.spawn(setup.start_when_free()).await.unwrap();
    let address = gateway.gateway.http_addresses()[0];
    let mut stream = TcpStream::connect(address).await.unwrap();
    // shop:secret
    let head = "POST /v1/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Basic c2hvcDpzZWNyZXQ=\r\n\
                Content-Type: application/json\r\nContent-Length: 28\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    // Read by now.
    let id = gateway.send_text("hello").await;
    gateway.reaches(&id, "delivered").await;
    let end = tokio::spawn(async move {
        process.spawn(gateway.shutdown()).await.unwrap();
        process.shutdown_background();
    });
    tokio::time::sleep(ms(300)).await;
    let rest = br#""to":"123456","text":"yes"}"#;
    stream.write_all(rest).await.unwrap();
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.ends_with('}'), "{answer}");
    soon(end).await.unwrap();
}

#[tokio::test]
async fn a_receipt_that_is_taken_at_the_end_does_not_come_again() {
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup = Setup::new(smsc.local_addr());
    let process = process();
    let gateway = process.spawn(setup.start_when_free()).await.unwrap();
    let (esme, mut events) = gateway.bind(BindMode::Transceiver).await;
    accepted(&esme, &submit(b"hello")).await;
    let Some(Event::Request(frame)) = soon(events.recv()).await else {
        panic!("no receipt");
    };
    let end = process.spawn(gateway.shutdown());
    tokio::time::sleep(ms(300)).await;
    let status = CommandStatus::ESME_ROK;
    esme.respond(&frame, status, &DeliverSmResp::default());
    assert_eq!(
        soon(events.recv()).await,
        Some(Event::Closed(CloseReason::PeerUnbound))
    );
    soon(end).await.unwrap();
    process.shutdown_background();

    let gateway = setup.start_when_free().await;
    let (esme, mut events) = gateway.bind(BindMode::Receiver).await;
    tokio::time::sleep(ms(100)).await;
    esme.unbind();
    assert_eq!(
        soon(events.recv()).await,
        Some(Event::Closed(CloseReason::Unbound))
    );
    gateway.shutdown().await;
}

#[tokio::test]
async fn who_says_nothing_does_not_keep_it() {
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup = Setup::new(smsc.local_addr());
    let gateway = setup.start().await;
    let id = gateway.send_text("hello").await;
    gateway.reaches(&id, "delivered").await;
    let http = TcpStream::connect(gateway.gateway.http_addresses()[0]).await;
    let smpp = TcpStream::connect(gateway.smpp).await;
    let bound = gateway.bind(BindMode::Transceiver).await;
    let started = std::time::Instant::now();
    gateway.shutdown().await;
    assert!(started.elapsed() < ms(3_000));
    drop((http, smpp, bound));
}
