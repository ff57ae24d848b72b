//! The listener over loopback, and the connections it lets in.
#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::time::Duration;

use smsgw_net::connect::ConnectOptions;
use smsgw_net::server::guard::{Limits, Refusal};
use smsgw_net::server::proxy::ProxyError;
use smsgw_net::server::{ListenOptions, Listener, RejectReason, Rejected};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A peer that does not do what is awaited breaks the test, not the run.
async fn within<T>(future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(Duration::from_secs(20), future).await;
    outcome.expect("it takes too long")
}

async fn listen(options: ListenOptions) -> (Listener, std::net::SocketAddr) {
    let listener = Listener::bind("127.0.0.1:0", options).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn reason(rejected: Result<impl Sized, Rejected>) -> RejectReason {
    match rejected {
        Ok(_) => panic!("it was let in"),
        Err(rejected) => rejected.reason,
    }
}

#[tokio::test]
async fn octets_go_both_ways_and_a_place_is_free_when_the_stream_is_dropped() {
    let limits = Limits {
        connections: 1,
        sessions_per_account: 1,
        ..Limits::default()
    };
    let (mut listener, address) = listen(ListenOptions {
        guard: limits.into(),
        ..ListenOptions::default()
    })
    .await;
    let options = ConnectOptions::default();
    for _ in 0..2 {
        let (client, incoming) =
            within(async { tokio::join!(options.connect(address), listener.accept()) }).await;
        let (mut client, mut incoming) = (client.unwrap(), incoming);
        assert_eq!(incoming.peer.address, client.socket().local_addr().unwrap());
        client.write_all(b"ping").await.unwrap();
        let mut octets = [0; 4];
        within(incoming.stream.read_exact(&mut octets))
            .await
            .unwrap();
        incoming.stream.write_all(&octets).await.unwrap();
        within(client.read_exact(&mut octets)).await.unwrap();
        assert_eq!(&octets, b"ping");

        let _permit = incoming.logins.attempt(b"a").unwrap().accept().unwrap();
        let second = incoming.logins.attempt(b"a").unwrap().accept();
        assert_eq!(second.unwrap_err(), Refusal::Sessions { max: 1 });

        let (_, other) =
            within(async { tokio::join!(options.connect(address), listener.next()) }).await;
        let RejectReason::Refused(refusal) = reason(other) else {
            panic!("not the guard's");
        };
        assert_eq!(refusal, Refusal::Connections { max: 1 });
        drop(incoming.stream);
    }
}

#[tokio::test]
async fn what_stands_behind_a_proxy_header_is_read() {
    let (mut listener, address) = listen(ListenOptions {
        proxies: ["127.0.0.1".parse().unwrap()].into_iter().collect(),
        ..ListenOptions::default()
    })
    .await;
    let options = ConnectOptions::default();
    let send = async |octets: &[u8]| {
        let mut client = options.connect(address).await.unwrap();
        client.write_all(octets).await.unwrap();
        client
    };
    let (_client, incoming) = within(async {
        tokio::join!(
            send(b"PROXY TCP4 192.0.2.7 198.51.100.1 51000 2775\r\nping"),
            listener.next()
        )
    })
    .await;
    let mut incoming = incoming.unwrap();
    assert_eq!(incoming.peer.address, "192.0.2.7:51000".parse().unwrap());
    assert!(incoming.peer.socket_address.ip().is_loopback());
    let mut octets = [0; 4];
    within(incoming.stream.read_exact(&mut octets))
        .await
        .unwrap();
    assert_eq!(&octets, b"ping");

    let (_client, other) = within(async { tokio::join!(send(b"ping"), listener.next()) }).await;
    let RejectReason::Proxy(error) = reason(other) else {
        panic!("not the header's");
    };
    assert_eq!(error, ProxyError::Signature { at: 0 });
}

#[tokio::test(start_paused = true)]
async fn a_handshake_has_its_time_and_no_more() {
    let (mut listener, address) = listen(ListenOptions {
        proxies: ["127.0.0.1".parse().unwrap()].into_iter().collect(),
        handshake_timeout: Duration::from_secs(3),
        ..ListenOptions::default()
    })
    .await;
    let silent = std::net::TcpStream::connect(address).unwrap();
    let begun = smsgw_net::now();
    let outcome = reason(listener.next().await);
    assert!(matches!(outcome, RejectReason::TimedOut), "{outcome:?}");
    assert_eq!(smsgw_net::now() - begun, Duration::from_secs(3));
    drop(silent);
}
