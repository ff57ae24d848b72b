//! The listener over loopback: logins, limits, lockouts, PROXY headers.
#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

#[path = "support/server.rs"]
mod server;
#[path = "support/shells.rs"]
mod shells;
mod support;

use std::io::ErrorKind;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use server::{Server, check_login, limited};
use shells::{LOGIN, Raw, next, opens, said, serve, submits, within};
use smsgw_ucp::connect::ConnectOptions;
use smsgw_ucp::server::guard::{Limits, Lockout, Refusal};
use smsgw_ucp::server::proxy::ProxyError;
use smsgw_ucp::server::{Listener, Logins, RejectReason, ServerConfig, SharedGuard};
use smsgw_ucp::session::{Account, CloseReason, Config, Direction, State};
use smsgw_ucp::sme::{ConnectError, Sme};
use smsgw_ucp::types::AccountAddress;
use smsgw_ucp::{ErrorCode, Frame};
use support::Seen::{self, Closed};
use support::{Said, frame, line, ms, no_login, quiet, secs, submit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const YES: Said = Said::Yes;
const NOT_ALLOWED: ErrorCode = ErrorCode::OPERATION_NOT_ALLOWED;
const WRONG: ErrorCode = ErrorCode::AUTHENTICATION_FAILURE;

fn from(address: &str) -> ConnectOptions {
    ConnectOptions {
        local_address: Some(address.parse().unwrap()),
        ..ConnectOptions::default()
    }
}

fn anyhow() -> ConnectOptions {
    ConnectOptions::default()
}

async fn raw(server: &Server) -> Raw {
    Raw::new(within(TcpStream::connect(server.address)).await.unwrap())
}

/// The other end has closed, and sent nothing.
async fn is_closed(raw: &mut Raw) {
    let read = within(raw.stream.read(&mut [0; 1])).await;
    // With octets unread on the other end, as a reset.
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

// Logins.

#[tokio::test]
async fn who_knows_the_password_is_served() {
    let mut server = Server::start(limited(Limits::default())).await;
    let ((sme, _events), accepted, _permit) = server.up(&anyhow()).await;
    assert_eq!(accepted.peer.address, accepted.peer.socket_address);
    let served = tokio::spawn(serve(accepted.smsc, accepted.events));
    assert_eq!(said(within(sme.submit(&submit("1"))).await), Ok(YES));
    sme.close_when_answered();
    assert_eq!(within(served).await.unwrap(), 1);
    let (client, accepted, permit) = server.log_in("guess", &anyhow()).await;
    assert_eq!(client.unwrap_err().error_code(), Some(WRONG));
    assert_eq!(permit.unwrap_err(), WRONG);
    assert_eq!(accepted.smsc.account(), None);
}

/// Nothing is looked at behind a login that waits, and after one that is refused there may be
/// another.
#[tokio::test]
async fn what_comes_behind_a_login_waits_for_it() {
    let mut server = Server::start(limited(Limits::default())).await;
    let mut client = raw(&server).await;
    let wrong = LOGIN.replace("736563726574", "67756573");
    let again = LOGIN.replacen("00", "01", 1);
    for line in [&wrong, &submits(1), &again, &submits(2)] {
        client.send(line).await;
    }
    let mut accepted = server.accepted().await;
    assert_eq!(check_login(&mut accepted).await.unwrap_err(), WRONG);
    let refused = Some(Seen::Refused(1, 51, NOT_ALLOWED.0));
    assert_eq!(next(&mut accepted.events).await, refused);
    let _permit = check_login(&mut accepted).await.unwrap();
    assert_eq!(next(&mut accepted.events).await, Some(Seen::Request(2, 51)));
    for expected in ["00/R/60/N/07/", "01/R/51/N/04/", "01/R/60/A/"] {
        assert_eq!(client.line().await, expected);
    }
}

#[tokio::test]
async fn a_login_that_never_comes_runs_out_of_time() {
    let mut server = Server::start(ServerConfig {
        session: Config {
            login_timer: ms(200),
            ..quiet()
        },
        ..ServerConfig::default()
    })
    .await;
    let mut client = raw(&server).await;
    let mut accepted = server.accepted().await;
    let closed = Some(Closed(CloseReason::LoginTimer));
    assert_eq!(next(&mut accepted.events).await, closed);
    is_closed(&mut client).await;
}

#[tokio::test]
async fn on_a_port_without_logins_a_client_is_up_at_once() {
    let mut server = Server::start(ServerConfig {
        session: no_login(quiet()),
        ..ServerConfig::default()
    })
    .await;
    let stream = within(TcpStream::connect(server.address)).await.unwrap();
    let (sme, _events) = Sme::new(stream, no_login(quiet()));
    let accepted = server.accepted().await;
    let account = accepted.smsc.account();
    assert_eq!(account, Some(Account::new("2147").unwrap()));
    tokio::spawn(serve(accepted.smsc, accepted.events));
    assert_eq!(said(within(sme.submit(&submit("1"))).await), Ok(YES));
}

// Limits.

#[tokio::test]
async fn connections_over_the_limit_are_closed_and_others_live_on() {
    let mut server = Server::start(limited(Limits {
        connections: 2,
        connections_per_address: 1,
        ..Limits::default()
    }))
    .await;
    let ((sme, _events), accepted, _permit) = server.up(&from("127.0.0.2")).await;
    let address = IpAddr::from([127, 0, 0, 2]);
    assert_eq!(accepted.peer.address.ip(), address);
    let (opens, options) = (opens(), from("127.0.0.2"));
    let again = Sme::connect_with(server.address, &opens, quiet(), &options);
    let error = within(again).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::Closed(CloseReason::Disconnected)),
        "{error}"
    );
    let refusal = Refusal::ConnectionsOfAddress { max: 1 };
    assert_eq!(server.refused().await, refusal);
    let _second = raw(&server).await;
    let second = server.accepted().await;
    let mut third = raw(&server).await;
    assert_eq!(server.refused().await, Refusal::Connections { max: 2 });
    is_closed(&mut third).await;
    assert_eq!(second.smsc.state(), State::Open);
    tokio::spawn(serve(accepted.smsc, accepted.events));
    assert_eq!(said(within(sme.submit(&submit("1"))).await), Ok(YES));
}

#[tokio::test]
async fn an_account_has_a_limited_number_of_sessions() {
    let mut server = Server::start(limited(Limits {
        sessions_per_account: 1,
        ..Limits::default()
    }))
    .await;
    let (_client, accepted, permit) = server.up(&anyhow()).await;
    let (client, _accepted, refused) = server.log_in("secret", &anyhow()).await;
    assert_eq!(client.unwrap_err().error_code(), Some(NOT_ALLOWED));
    assert_eq!(refused.unwrap_err(), NOT_ALLOWED);
    // Another has places of its own, or as many as it is allowed.
    let other = AccountAddress::new("2148").unwrap();
    let one = accepted.logins.log_in_as(other).unwrap().accept().unwrap();
    let attempt = accepted.logins.log_in_as(other).unwrap();
    let more = attempt.accept_up_to(2).unwrap();
    drop((permit, one, more));
    drop(server.up(&anyhow()).await);
}

#[tokio::test]
async fn who_fails_to_log_in_too_often_is_locked_out() {
    let lockout = Lockout {
        failures: 2,
        ..Lockout::default()
    };
    let mut server = Server::start(limited(Limits {
        address_lockout: Some(lockout),
        ..Limits::default()
    }))
    .await;
    let mut client = raw(&server).await;
    let mut accepted = server.accepted().await;
    let wrong = LOGIN.replace("736563726574", "67756573");
    for _ in 0..2 {
        client.send(&wrong).await;
        assert_eq!(check_login(&mut accepted).await.unwrap_err(), WRONG);
        assert_eq!(client.line().await, "00/R/60/N/07/");
    }
    // The right one is not looked at.
    client.send(LOGIN).await;
    assert_eq!(check_login(&mut accepted).await.unwrap_err(), NOT_ALLOWED);
    assert_eq!(client.line().await, "00/R/60/N/04/");
    // New connections are not even served; those of others are.
    is_closed(&mut raw(&server).await).await;
    let refusal = server.refused().await;
    assert!(
        matches!(refusal, Refusal::AddressLockedOut { .. }),
        "{refusal}"
    );
    drop(server.up(&from("127.0.0.2")).await);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_guessed_at_is_locked_out_for_a_while() {
    let guard = SharedGuard::new(Limits {
        address_lockout: None,
        account_lockout: Some(Lockout {
            failures: 2,
            first: secs(10),
            ..Lockout::default()
        }),
        ..Limits::default()
    });
    let account = AccountAddress::new("2147").unwrap();
    // From wherever.
    for last in 1..=2 {
        let logins = Logins::new(&guard, [192, 0, 2, last].into());
        assert_eq!(logins.log_in_as(account).unwrap().fail(), WRONG);
    }
    let logins = Logins::new(&guard, [192, 0, 2, 3].into());
    let remaining = secs(10);
    let refusal = logins.log_in_as(account).unwrap_err();
    assert_eq!(refusal, Refusal::AccountLockedOut { remaining });
    let other = AccountAddress::new("2148").unwrap();
    drop(logins.log_in_as(other).unwrap().accept().unwrap());
    tokio::time::advance(remaining).await;
    drop(logins.log_in_as(account).unwrap().accept().unwrap());
}

#[tokio::test]
async fn sessions_keep_to_the_configured_limits() {
    let mut server = Server::start(ServerConfig {
        session: Config {
            max_junk: 1_000,
            ..quiet()
        },
        ..ServerConfig::default()
    })
    .await;
    let mut client = raw(&server).await;
    let mut accepted = server.accepted().await;
    client.send_octets(&[b'x'; 1_001]).await;
    let closed = Some(Closed(CloseReason::Junk));
    assert_eq!(next(&mut accepted.events).await, closed);
    is_closed(&mut client).await;
}

// PROXY headers.

fn proxied() -> ServerConfig {
    ServerConfig {
        session: quiet(),
        proxies: ["127.0.0.0/31".parse().unwrap()].into_iter().collect(),
        ..ServerConfig::default()
    }
}

#[tokio::test]
async fn a_known_proxy_tells_the_address() {
    let mut server = Server::start(proxied()).await;
    let mut client = raw(&server).await;
    // The login comes with the header, in one segment.
    let header = b"PROXY TCP4 192.0.2.7 198.51.100.1 51000 5000\r\n";
    let octets = [&header[..], frame(LOGIN).octets()].concat();
    client.send_octets(&octets).await;
    let mut accepted = server.accepted().await;
    assert_eq!(accepted.peer.address.to_string(), "192.0.2.7:51000");
    let local = client.stream.local_addr().unwrap();
    assert_eq!(accepted.peer.socket_address, local);
    let _permit = check_login(&mut accepted).await.unwrap();
    assert_eq!(client.line().await, "00/R/60/A/");
}

#[tokio::test]
async fn a_header_is_wanted_of_a_proxy_and_of_nobody_else() {
    let mut server = Server::start(proxied()).await;
    let mut client = raw(&server).await;
    client.send(LOGIN).await;
    match server.rejected().await {
        RejectReason::Proxy(error) => assert_eq!(error, ProxyError::Signature { at: 0 }),
        other => panic!("{other:?}"),
    }
    is_closed(&mut client).await;
    // Of anybody else it is junk before the first frame.
    let options = from("127.0.0.2");
    let mut stream = within(options.connect(server.address)).await.unwrap();
    let header = b"PROXY TCP4 192.0.2.7 198.51.100.1 51000 5000\r\n";
    let octets = [&header[..], frame(LOGIN).octets()].concat();
    within(stream.write_all(&octets)).await.unwrap();
    let mut accepted = server.accepted().await;
    assert_eq!(accepted.peer.address.ip().to_string(), "127.0.0.2");
    let _permit = check_login(&mut accepted).await.unwrap();
    let junk = accepted.smsc.metrics().faults().junk;
    assert_eq!(junk, header.len() as u64);
}

#[tokio::test]
async fn a_header_that_never_comes_runs_out_of_time() {
    let mut server = Server::start(ServerConfig {
        session: Config {
            login_timer: ms(200),
            ..quiet()
        },
        ..proxied()
    })
    .await;
    let started = Instant::now();
    let mut client = raw(&server).await;
    let reason = server.rejected().await;
    assert!(matches!(reason, RejectReason::TimedOut), "{reason:?}");
    // The time for a login, not that for a handshake.
    assert!(started.elapsed() < secs(5));
    is_closed(&mut client).await;
}

// The listener itself.

#[tokio::test]
async fn sessions_outlive_the_listener() {
    let mut server = Server::start(limited(Limits::default())).await;
    let ((sme, _events), accepted, _permit) = server.up(&anyhow()).await;
    let address = server.address;
    server.stop().await;
    let refused = within(TcpStream::connect(address)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    tokio::spawn(serve(accepted.smsc, accepted.events));
    assert_eq!(said(within(sme.submit(&submit("1"))).await), Ok(YES));
}

#[tokio::test]
async fn a_session_can_be_prepared_before_its_first_octet() {
    let config = limited(Limits::default());
    let mut listener = Listener::bind("127.0.0.1:0", config).await.unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let tapped = Arc::clone(&seen);
    listener.prepare(move |session, peer| {
        assert!(peer.address.ip().is_loopback());
        let tapped = Arc::clone(&tapped);
        session.tap(move |direction, octets| {
            let frame = Frame::copy_from(octets).unwrap();
            tapped.lock().unwrap().push((direction, line(&frame)));
        });
    });
    let mut server = Server::run(listener);
    drop(server.up(&anyhow()).await);
    let seen = seen.lock().unwrap();
    let [(received, login), (sent, result)] = &seen[..2] else {
        panic!("{seen:?}");
    };
    assert_eq!((*received, *sent), (Direction::Received, Direction::Sent));
    assert_eq!(
        (login.as_str(), result.as_str()),
        ("00/O/60/2147/6/5", "00/R/60/A/")
    );
}
