//! How many ESMEs there may be, what becomes of those who guess, and who comes through a proxy.

use std::net::SocketAddr;

use bytes::BytesMut;
use smsgw::smpp::connect::ConnectOptions;
use smsgw::smpp::esme::Esme;
use smsgw::smpp::pdu::{BindTransceiver, Body as _};
use smsgw::smpp::session::{self, BindMode};
use smsgw::smpp::{CommandStatus, Frame, SequenceNumber};
use smsgw_sim::smsc::Smsc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{
    Log, Running, Setup, accepted, carrier, esme, eventually, is_closed, soon, submit,
};

async fn gateway(lines: &[&str]) -> (Smsc, Running, Setup) {
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup = lines
        .iter()
        .fold(Setup::new(smsc.local_addr()), |setup, line| {
            setup.listener(line)
        });
    let running = setup.start().await;
    (smsc, running, setup)
}

/// From another address of this machine.
fn elsewhere() -> ConnectOptions {
    ConnectOptions {
        local_address: Some("127.0.0.2".parse().unwrap()),
        ..ConnectOptions::default()
    }
}

/// Binds again and again over one connection and gives the answers.
async fn statuses(address: SocketAddr, passwords: &[&str]) -> Vec<CommandStatus> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut statuses = Vec::new();
    for (number, password) in (1..).zip(passwords) {
        let bind = BindTransceiver {
            system_id: "esme".try_into().unwrap(),
            password: (*password).try_into().unwrap(),
            ..BindTransceiver::default()
        };
        let frame = bind.to_frame(CommandStatus::ESME_ROK, SequenceNumber(number));
        stream.write_all(frame.octets()).await.unwrap();
        let mut answer = BytesMut::new();
        let answer = loop {
            soon(stream.read_buf(&mut answer)).await.unwrap();
            if let Some(frame) = Frame::split_from(&mut answer, 1_000).unwrap() {
                break frame;
            }
        };
        statuses.push(answer.command_status());
    }
    statuses
}

#[tokio::test]
async fn who_guesses_passwords_is_locked_out_for_a_while() {
    const WRONG: CommandStatus = CommandStatus::ESME_RINVPASWD;
    let log = Log::default();
    let _guard = log.of_this_thread();
    let lockout = r#"lockout = { failures = 3, first = "2s", longest = "2s" }"#;
    let (_smsc, gateway, _setup) = gateway(&[lockout]).await;
    let (before, _events) = gateway.bind(BindMode::Transceiver).await;
    let guesses = ["guess", "again", "and", "secret"];
    assert_eq!(
        statuses(gateway.smpp, &guesses).await,
        [WRONG, WRONG, WRONG, CommandStatus::ESME_RTHROTTLED]
    );
    let outcome = gateway
        .bind_as(BindMode::Transceiver, "esme", "secret")
        .await;
    assert!(is_closed(&outcome), "{outcome:?}");
    // Sessions that are bound, and other addresses, have no part in it.
    accepted(&before, &submit(b"still here")).await;
    let other = gateway.bind_with(&elsewhere()).await.unwrap();
    eventually(async || {
        let outcome = gateway.bind_as(BindMode::Transceiver, "esme", "secret");
        outcome.await.ok()
    })
    .await;
    drop(other);
    let text = log.text();
    for said in [
        "reason=\"unknown id or wrong password\"",
        "reason=\"too many failed log-ins from this address, locked out for 2 s\"",
        "turned away rejected=127.0.0.1:",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("guess"), "{text}");
    gateway.shutdown().await;
}

#[tokio::test]
async fn an_account_that_is_guessed_from_everywhere_is_locked_out() {
    let lockout = "lockout = { failures = 0, account_failures = 2 }";
    let (_smsc, gateway, _setup) = gateway(&[lockout]).await;
    for _ in 0..2 {
        assert_eq!(
            statuses(gateway.smpp, &["guess"]).await,
            [CommandStatus::ESME_RINVPASWD]
        );
    }
    let error = gateway.bind_with(&elsewhere()).await.unwrap_err();
    assert_eq!(error.status(), Some(CommandStatus::ESME_RTHROTTLED));
    let shop = gateway.bind_as(BindMode::Transceiver, "shop", "secret");
    shop.await.unwrap();
    gateway.shutdown().await;
}

#[tokio::test]
async fn connections_are_limited_in_all_and_of_each_address() {
    let limits = ["max_connections = 3", "max_connections_per_address = 2"];
    let (_smsc, gateway, _setup) = gateway(&limits).await;
    let (first, _events) = gateway.bind(BindMode::Transceiver).await;
    // One that does not bind counts, too.
    let silent = TcpStream::connect(gateway.smpp).await.unwrap();
    let here = ConnectOptions::default();
    assert!(is_closed(&gateway.bind_with(&here).await));
    let elsewhere = elsewhere();
    let _other = gateway.bind_with(&elsewhere).await.unwrap();
    assert!(is_closed(&gateway.bind_with(&elsewhere).await));
    drop(silent);
    let second = eventually(async || gateway.bind_with(&here).await.ok()).await;
    first.unbind();
    eventually(async || gateway.bind_with(&here).await.ok()).await;
    drop(second);
    gateway.shutdown().await;
}

#[tokio::test]
async fn sessions_of_an_account_are_limited() {
    let (_smsc, gateway, _setup) = gateway(&["max_binds_per_account = 1"]).await;
    let (only, _events) = gateway.bind(BindMode::Transmitter).await;
    let error = gateway
        .bind_as(BindMode::Receiver, "esme", "secret")
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(CommandStatus::ESME_RALYBND));
    let shop = gateway.bind_as(BindMode::Receiver, "shop", "secret");
    shop.await.unwrap();
    only.unbind();
    eventually(async || {
        let outcome = gateway.bind_as(BindMode::Receiver, "esme", "secret");
        outcome.await.ok()
    })
    .await;
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_proxy_says_who_a_peer_is() {
    let log = Log::default();
    let _guard = log.of_this_thread();
    let lines = ["proxies = [\"127.0.0.1\"]", "lockout.failures = 1"];
    let (_smsc, gateway, _setup) = gateway(&lines).await;
    let through_proxy = async |source: &str, password: &str| {
        let mut stream = TcpStream::connect(gateway.smpp).await.unwrap();
        let header = format!("PROXY TCP4 {source} 192.0.2.1 4711 2775\r\n");
        stream.write_all(header.as_bytes()).await.unwrap();
        let bind = esme(password);
        soon(Esme::bind(stream, &bind, session::Config::default())).await
    };
    let (esme, _events) = through_proxy("192.0.2.7", "secret").await.unwrap();
    accepted(&esme, &submit(b"hello")).await;
    assert!(log.text().contains("peer=192.0.2.7:4711"), "{}", log.text());
    // Its failures are its own.
    let error = through_proxy("192.0.2.8", "guess").await.unwrap_err();
    assert_eq!(error.status(), Some(CommandStatus::ESME_RINVPASWD));
    assert!(is_closed(&through_proxy("192.0.2.8", "secret").await));
    through_proxy("192.0.2.9", "secret").await.unwrap();
    // The proxy has to say it, and others have no say.
    let here = ConnectOptions::default();
    assert!(is_closed(&gateway.bind_with(&here).await));
    gateway.bind_with(&elsewhere()).await.unwrap();
    gateway.shutdown().await;
}
