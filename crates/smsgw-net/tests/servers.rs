//! Servers that stand in for each other, over loopback.
#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::io::ErrorKind;
use std::net::SocketAddr;

use smsgw_net::connect::{ConnectOptions, Servers};
use tokio::net::TcpListener;

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn servers<const N: usize>(addresses: [SocketAddr; N]) -> Servers {
    let names = addresses.map(|address| address.to_string());
    Servers::new(names, ConnectOptions::default())
}

/// Where an attempt leads to.
async fn reached(servers: &Servers, attempt: usize) -> SocketAddr {
    let stream = servers.connect(attempt).await.unwrap();
    stream.socket().peer_addr().unwrap()
}

#[tokio::test]
async fn each_attempt_begins_with_another() {
    let [(_a, a), (_b, b), (_c, c)] = [listen().await, listen().await, listen().await];
    let servers = servers([a, b, c]);
    for (attempt, expected) in [a, b, c, a, b].into_iter().enumerate() {
        assert_eq!(reached(&servers, attempt).await, expected);
    }
    let last = [a, b, c].into_iter().cycle().nth(usize::MAX % 3).unwrap();
    assert_eq!(reached(&servers, usize::MAX).await, last);
}

#[tokio::test]
async fn who_does_not_take_the_connection_is_passed_over() {
    let [(gone, a), (_b, b), (_c, c)] = [listen().await, listen().await, listen().await];
    drop(gone);
    let servers = servers([a, b, c]);
    for (attempt, expected) in [b, b, c, b].into_iter().enumerate() {
        assert_eq!(reached(&servers, attempt).await, expected);
    }
}

#[tokio::test]
async fn when_none_does_the_error_is_that_of_the_last() {
    let [(gone, a), (also_gone, b)] = [listen().await, listen().await];
    drop((gone, also_gone));
    for (attempt, last) in [(0, b), (1, a)] {
        let error = servers([a, b]).connect(attempt).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        assert!(error.to_string().starts_with(&last.to_string()), "{error}");
    }
    let error = servers([]).connect(7).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrNotAvailable);
}
