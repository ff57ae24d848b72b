//! The listener over loopback: limits, lockouts, PROXY headers, addresses.
#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

#[path = "support/server.rs"]
mod server;
mod support;
#[path = "support/tcp.rs"]
mod tcp;

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use server::{Server, bind_as, bind_request, let_in, limited, turn_away};
use smsgw_smpp::connect::ConnectOptions;
use smsgw_smpp::esme::{ConnectError, Esme};
use smsgw_smpp::pdu::{BindTransceiver, EnquireLink};
use smsgw_smpp::server::guard::{Limits, Lockout, Refusal};
use smsgw_smpp::server::proxy::ProxyError;
use smsgw_smpp::server::{Binder, Listener, Networks, RejectReason, ServerConfig, SharedGuard};
use smsgw_smpp::session::{BindMode, CloseReason, Config, Direction, State};
use smsgw_smpp::{CommandId, CommandStatus, Frame, FrameError};
use support::Seen::Closed;
use support::{bind, ms, pdu, quiet, secs};
use tcp::{Raw, next, within};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const OK: CommandStatus = CommandStatus::ESME_ROK;

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

// Limits.

#[tokio::test]
async fn connections_over_the_limit_are_closed_and_others_live_on() {
    let mut server = Server::start(limited(Limits {
        connections: 2,
        ..Limits::default()
    }))
    .await;
    let ((first, _events), accepted, permit) = server.bound(&anyhow()).await;
    let _second = raw(&server).await;
    let second = server.accepted().await;
    for _ in 0..3 {
        let mut third = raw(&server).await;
        assert_eq!(server.refused().await, Refusal::Connections { max: 2 });
        is_closed(&mut third).await;
    }
    assert_eq!(
        first
            .request(&EnquireLink::default())
            .await
            .unwrap()
            .status(),
        OK
    );
    drop((accepted, permit, first));
    // The place is free when the socket is closed, not before.
    loop {
        let _another = raw(&server).await;
        match server.outcome().await {
            Ok(_) => break,
            Err(rejected) => {
                assert!(
                    matches!(rejected.reason, RejectReason::Refused(_)),
                    "{rejected}"
                );
            }
        }
    }
    assert_eq!(second.mc.state(), State::Open);
}

#[tokio::test]
async fn one_address_cannot_take_all_connections() {
    let mut server = Server::start(limited(Limits {
        connections_per_address: 1,
        ..Limits::default()
    }))
    .await;
    let (_client, accepted, _permit) = server.bound(&from("127.0.0.2")).await;
    assert_eq!(accepted.peer.address.ip(), IpAddr::from([127, 0, 0, 2]));
    assert_eq!(accepted.peer.address, accepted.peer.socket_address);
    let error = server.connect(&from("127.0.0.2")).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::Closed(CloseReason::Disconnected)),
        "{error}"
    );
    assert_eq!(
        server.refused().await,
        Refusal::ConnectionsOfAddress { max: 1 }
    );
    drop(server.bound(&from("127.0.0.3")).await);
}

#[tokio::test]
async fn a_system_id_has_a_limited_number_of_sessions() {
    let mut server = Server::start(limited(Limits {
        sessions_per_account: 1,
        ..Limits::default()
    }))
    .await;
    let (_client, accepted, permit) = server.bound(&anyhow()).await;
    let refuse = async |server: &mut Server| {
        let mut accepted = server.accepted().await;
        let refusal = let_in(&mut accepted).await.unwrap_err();
        assert_eq!(refusal, Refusal::Sessions { max: 1 });
        accepted
    };
    let address = server.address;
    let second = bind(BindMode::Transceiver);
    let (connected, _refused) = tokio::join!(
        within(Esme::connect(address, &second, quiet())),
        refuse(&mut server)
    );
    let status = connected.unwrap_err().status();
    assert_eq!(status, Some(CommandStatus::ESME_RALYBND));
    // Another has places of its own, or as many as it is allowed.
    let other = bind_as(&accepted.binder, b"other").unwrap();
    let attempt = accepted.binder.bind_as(b"other").unwrap();
    let more = attempt.accept_up_to(2).unwrap();
    drop((permit, other, more));
    drop(server.bound(&anyhow()).await);
}

#[tokio::test]
async fn who_fails_to_bind_too_often_is_locked_out() {
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
    for number in 1..=2 {
        client.send(&pdu(&BindTransceiver::default(), number)).await;
        turn_away(&mut accepted).await;
        let answer = client.receive().await.unwrap();
        assert_eq!(answer.command_status(), CommandStatus::ESME_RINVPASWD);
    }
    client.send(&pdu(&BindTransceiver::default(), 3)).await;
    let refusal = let_in(&mut accepted).await.unwrap_err();
    assert!(
        matches!(refusal, Refusal::AddressLockedOut { .. }),
        "{refusal}"
    );
    let answer = client.receive().await.unwrap();
    assert_eq!(answer.command_status(), CommandStatus::ESME_RTHROTTLED);
    // New connections are not even served; those of others are.
    is_closed(&mut raw(&server).await).await;
    assert!(matches!(
        server.refused().await,
        Refusal::AddressLockedOut { .. }
    ));
    drop(server.bound(&from("127.0.0.2")).await);
}

#[tokio::test(start_paused = true)]
async fn a_lockout_ends_by_itself() {
    let lockout = Some(Lockout {
        failures: 1,
        within: secs(60),
        first: secs(10),
        longest: secs(15),
    });
    let guard = SharedGuard::new(Limits {
        address_lockout: lockout,
        account_lockout: lockout,
        ..Limits::default()
    });
    let binder = Binder::new(&guard, [192, 0, 2, 7].into());
    let elsewhere = Binder::new(&guard, [192, 0, 2, 8].into());
    for locked in [secs(10), secs(15), secs(15)] {
        let status = binder.bind_as(b"esme").unwrap().fail();
        assert_eq!(status, CommandStatus::ESME_RINVPASWD);
        tokio::time::advance(locked - ms(1)).await;
        let remaining = ms(1);
        let refusal = binder.bind_as(b"other").unwrap_err();
        assert_eq!(refusal, Refusal::AddressLockedOut { remaining });
        let refusal = elsewhere.bind_as(b"esme").unwrap_err();
        assert_eq!(refusal, Refusal::AccountLockedOut { remaining });
        tokio::time::advance(ms(1)).await;
    }
    drop(bind_as(&binder, b"esme").unwrap());
}

#[test]
fn places_are_free_when_they_are_dropped() {
    let guard = SharedGuard::new(Limits {
        connections_per_address: 1,
        ..Limits::default()
    });
    let address = [192, 0, 2, 7].into();
    let mut place = guard.connect_unknown().unwrap();
    place.identify(address).unwrap();
    place.identify([192, 0, 2, 8].into()).unwrap();
    let refused = Refusal::ConnectionsOfAddress { max: 1 };
    assert_eq!(guard.connect(address).unwrap_err(), refused);
    assert_eq!(guard.clone().connections(), 1);
    drop(place);
    assert_eq!(guard.connections(), 0);
    let _place = guard.connect(address).unwrap();
}

#[tokio::test]
async fn sessions_keep_to_the_configured_limits() {
    let session = Config {
        max_frame_len: 100,
        ..quiet()
    };
    let config = ServerConfig {
        session,
        ..ServerConfig::default()
    };
    let mut server = Server::start(config).await;
    let mut client = raw(&server).await;
    let mut accepted = server.accepted().await;
    within(client.stream.write_all(&101_u32.to_be_bytes()))
        .await
        .unwrap();
    let (command_length, max) = (101, 100);
    let reason = CloseReason::Frame(FrameError::TooLong {
        command_length,
        max,
    });
    assert_eq!(next(&mut accepted.events).await, Some(Closed(reason)));
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

fn header(source: &str) -> Vec<u8> {
    format!("PROXY TCP4 {source} 198.51.100.1 51000 2775\r\n").into_bytes()
}

const VERSION_2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x21\x00\x24\
    \x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\
    \xc7\x38\x0a\xd7";

#[tokio::test]
async fn a_known_proxy_tells_the_address() {
    let mut server = Server::start(proxied()).await;
    for (header, address) in [
        (header("192.0.2.7"), "192.0.2.7:51000"),
        (VERSION_2.to_vec(), "[2001:db8::7]:51000"),
        (b"PROXY UNKNOWN\r\n".to_vec(), ""),
    ] {
        // The bind comes with the header, in one segment.
        let mut client = raw(&server).await;
        let bind = pdu(&BindTransceiver::default(), 1);
        let octets = [&header[..], bind.octets()].concat();
        within(client.stream.write_all(&octets)).await.unwrap();
        let mut accepted = server.accepted().await;
        let socket_address = client.stream.local_addr().unwrap();
        assert_eq!(accepted.peer.socket_address, socket_address);
        let told = address.parse().unwrap_or(socket_address);
        assert_eq!(accepted.peer.address, told);
        let _permit = let_in(&mut accepted).await.unwrap();
        assert_eq!(client.receive().await.unwrap().command_status(), OK);
    }
}

#[tokio::test]
async fn a_header_may_come_in_pieces() {
    let mut server = Server::start(proxied()).await;
    let mut client = raw(&server).await;
    client.stream.set_nodelay(true).unwrap();
    let bind = pdu(&BindTransceiver::default(), 1);
    for octet in [VERSION_2, bind.octets()].concat() {
        within(client.stream.write_all(&[octet])).await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut accepted = server.accepted().await;
    assert_eq!(accepted.peer.address.port(), 51_000);
    let _permit = let_in(&mut accepted).await.unwrap();
    assert_eq!(client.receive().await.unwrap().command_status(), OK);
}

#[tokio::test]
async fn limits_and_lockouts_are_those_of_the_address_behind_the_proxy() {
    let mut server = Server::start(ServerConfig {
        guard: SharedGuard::new(Limits {
            connections_per_address: 2,
            address_lockout: Some(Lockout {
                failures: 1,
                ..Lockout::default()
            }),
            ..Limits::default()
        }),
        ..proxied()
    })
    .await;
    let mut clients = Vec::new();
    let mut connect = async |source: &str| {
        let mut client = raw(&server).await;
        within(client.stream.write_all(&header(source)))
            .await
            .unwrap();
        clients.push(client);
        server.outcome().await.map_err(|rejected| {
            assert_eq!(rejected.address.unwrap().ip().to_string(), source);
            rejected.reason
        })
    };
    let first = connect("192.0.2.7").await.unwrap();
    let _second = connect("192.0.2.7").await.unwrap();
    let Err(RejectReason::Refused(refusal)) = connect("192.0.2.7").await else {
        panic!("there is no place");
    };
    assert_eq!(refusal, Refusal::ConnectionsOfAddress { max: 2 });
    // Two more than one address may have, all of the proxy.
    let _third = connect("192.0.2.8").await.unwrap();
    let third = connect("192.0.2.8").await.unwrap();
    let _ = first.binder.bind_as(b"esme").unwrap().fail();
    assert!(first.binder.bind_as(b"esme").is_err());
    assert!(third.binder.bind_as(b"esme").is_ok());
    let Err(RejectReason::Refused(refusal)) = connect("192.0.2.7").await else {
        panic!("it is locked out");
    };
    assert!(
        matches!(refusal, Refusal::AddressLockedOut { .. }),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_header_of_anybody_else_is_not_believed() {
    let mut server = Server::start(proxied()).await;
    let local: SocketAddr = "127.0.0.2:0".parse().unwrap();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(local).unwrap();
    let mut client = Raw::new(within(socket.connect(server.address)).await.unwrap());
    within(client.stream.write_all(&header("192.0.2.7")))
        .await
        .unwrap();
    let mut accepted = server.accepted().await;
    assert_eq!(accepted.peer.address.ip(), local.ip());
    let command_length = u32::from_be_bytes(*b"PROX");
    let max = Frame::DEFAULT_MAX_LEN;
    let reason = CloseReason::Frame(FrameError::TooLong {
        command_length,
        max,
    });
    assert_eq!(next(&mut accepted.events).await, Some(Closed(reason)));
}

#[tokio::test]
async fn a_proxy_without_a_header_that_can_be_read_is_turned_away() {
    let mut server = Server::start(proxied()).await;
    let bind = pdu(&BindTransceiver::default(), 1);
    for (octets, error) in [
        (&bind.octets()[..], ProxyError::Signature { at: 0 }),
        (
            &b"PROXY TCP4 garbage\r\n"[..],
            ProxyError::Field("source address"),
        ),
        (&[b'P'; 4_096][..], ProxyError::Signature { at: 1 }),
    ] {
        let mut client = raw(&server).await;
        within(client.stream.write_all(octets)).await.unwrap();
        match server.rejected().await {
            RejectReason::Proxy(had) => assert_eq!(had, error),
            other => panic!("{other:?}"),
        }
        is_closed(&mut client).await;
    }
    let mut client = raw(&server).await;
    within(client.stream.write_all(b"PROXY ")).await.unwrap();
    within(client.stream.shutdown()).await.unwrap();
    let reason = server.rejected().await;
    assert!(matches!(reason, RejectReason::Io(_)), "{reason:?}");
}

#[tokio::test]
async fn a_header_that_never_comes_runs_out_of_time() {
    let mut server = Server::start(ServerConfig {
        session: Config {
            session_init_timer: ms(300),
            ..quiet()
        },
        ..proxied()
    })
    .await;
    let mut client = raw(&server).await;
    let reason = server.rejected().await;
    assert!(matches!(reason, RejectReason::TimedOut), "{reason:?}");
    is_closed(&mut client).await;
    // Nor is there more time for the bind than that.
    let mut client = raw(&server).await;
    within(client.stream.write_all(VERSION_2)).await.unwrap();
    let mut accepted = server.accepted().await;
    let reason = Closed(CloseReason::SessionInitTimer);
    assert_eq!(next(&mut accepted.events).await, Some(reason));
}

#[tokio::test]
async fn slow_handshakes_do_not_hold_up_others() {
    let mut server = Server::start(ServerConfig {
        max_handshakes: 2,
        ..proxied()
    })
    .await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        slow.push(raw(&server).await);
    }
    // The oldest gave way: all but as many as there may be.
    for _ in 0..18 {
        let reason = server.rejected().await;
        assert!(matches!(reason, RejectReason::Crowded), "{reason:?}");
    }
    assert!(!server.has_outcome());
    let mut client = raw(&server).await;
    within(client.stream.write_all(VERSION_2)).await.unwrap();
    let outcomes = [server.outcome().await, server.outcome().await];
    let (accepted, rejected): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((accepted.len(), rejected.len()), (1, 1));
    // Of the slow ones the last is still there.
    let mut last = slow.pop().unwrap();
    within(last.stream.write_all(VERSION_2)).await.unwrap();
    server.accepted().await;
    for mut slow in slow {
        is_closed(&mut slow).await;
    }
}

// The listener itself.

#[tokio::test]
async fn it_listens_on_ipv6() {
    let mut server = Server::start_on("[::1]:0", limited(Limits::default())).await;
    let (_client, accepted, _permit) = server.bound(&from("::1")).await;
    assert_eq!(accepted.peer.address.ip().to_string(), "::1");
}

#[tokio::test]
async fn ipv4_over_a_socket_for_both_is_ipv4() {
    let config = ServerConfig {
        proxies: Networks::default(),
        ..limited(Limits::default())
    };
    let mut server = Server::start_on("[::]:0", config).await;
    server.address.set_ip([127, 0, 0, 1].into());
    let (_client, accepted, _permit) = server.bound(&from("127.0.0.1")).await;
    assert_eq!(accepted.peer.address.ip().to_string(), "127.0.0.1");
}

#[tokio::test]
async fn sessions_outlive_the_listener() {
    let mut server = Server::start(limited(Limits::default())).await;
    let ((client, _events), accepted, _permit) = server.bound(&anyhow()).await;
    let address = server.address;
    server.stop().await;
    let refused = within(TcpStream::connect(address)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let reply = within(client.request(&EnquireLink::default()))
        .await
        .unwrap();
    assert_eq!(reply.status(), OK);
    assert!(accepted.mc.state().is_bound());
}

#[tokio::test]
async fn a_session_can_be_prepared_before_its_first_octet() {
    let mut listener = Listener::bind("127.0.0.1:0", limited(Limits::default()))
        .await
        .unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let tapped = Arc::clone(&seen);
    listener.prepare(move |session, peer| {
        assert!(peer.address.ip().is_loopback());
        let tapped = Arc::clone(&tapped);
        session.tap(move |direction, octets| {
            let command_id = Frame::copy_from(octets).unwrap().command_id();
            tapped.lock().unwrap().push((direction, command_id));
        });
    });
    let mut server = Server::run(listener);
    drop(server.bound(&anyhow()).await);
    assert_eq!(
        seen.lock().unwrap()[..2],
        [
            (Direction::Received, CommandId::BIND_TRANSCEIVER),
            (Direction::Sent, CommandId::BIND_TRANSCEIVER_RESP)
        ]
    );
}

/// Runs [`accepting_without_a_file_left`] where files are few.
#[cfg(target_os = "linux")]
/// In a process of its own, which is allowed few files.
#[tokio::test]
async fn it_goes_on_when_the_process_had_no_file_left() {
    const FEW: &str = "SMSGW_TEST_FEW_FILES";
    if std::env::var_os(FEW).is_some() {
        return accept_without_a_file_left().await;
    }
    let name = "it_goes_on_when_the_process_had_no_file_left";
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\" --exact \"$1\""])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(FEW, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}

async fn accept_without_a_file_left() {
    let mut server = Server::start(limited(Limits::default())).await;
    let mut files = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        assert!(files.len() < 1_000, "files are not few");
        files.push(file);
    }
    // One for the client, none for the server.
    files.pop();
    let client = raw(&server).await;
    for _ in 0..2 {
        let rejected = server.outcome().await.unwrap_err();
        let RejectReason::Accept(error) = rejected.reason else {
            panic!("{rejected}");
        };
        assert_eq!(error.raw_os_error(), Some(24), "{error}");
    }
    files.clear();
    while let Err(rejected) = server.outcome().await {
        assert!(
            matches!(rejected.reason, RejectReason::Accept(_)),
            "{rejected}"
        );
    }
    drop(client);
    drop(server.bound(&anyhow()).await);
}

// The client.

#[tokio::test]
async fn the_next_address_is_tried_when_one_does_not_connect() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = gone.local_addr().unwrap();
    drop(gone);
    let mut server = Server::start(limited(Limits::default())).await;
    let addresses = [nobody, server.address];
    let bind = bind(BindMode::Transceiver);
    let options = anyhow();
    let connect = Esme::connect_with(&addresses[..], &bind, quiet(), &options);
    let (connected, (accepted, _permit)) = tokio::join!(within(connect), async {
        let mut accepted = server.accepted().await;
        let permit = let_in(&mut accepted).await.unwrap();
        (accepted, permit)
    });
    connected.unwrap();
    assert!(accepted.peer.address.ip().is_loopback());

    let connect = Esme::connect_with(nobody, &bind, quiet(), &options);
    let Err(ConnectError::Io(error)) = within(connect).await else {
        panic!("nobody is there");
    };
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert!(
        error.to_string().starts_with(&nobody.to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn the_local_address_decides_the_family() {
    let mut server = Server::start(limited(Limits::default())).await;
    let error = server.connect(&from("::1")).await.unwrap_err();
    assert!(error.to_string().contains("::1"), "{error}");
    let ipv6: SocketAddr = "[::1]:1".parse().unwrap();
    let addresses = [ipv6, server.address];
    let bind = bind(BindMode::Transceiver);
    let options = from("127.0.0.2");
    let connect = Esme::connect_with(&addresses[..], &bind, quiet(), &options);
    let (connected, system_id) = tokio::join!(within(connect), async {
        let mut accepted = server.accepted().await;
        assert_eq!(accepted.peer.address.ip().to_string(), "127.0.0.2");
        bind_request(&mut accepted.events).await
    });
    // Whoever drops the connection refuses the bind.
    assert!(connected.is_err());
    assert_eq!(system_id, b"esme");
    let error = server.connect(&from("192.0.2.7")).await.unwrap_err();
    assert!(matches!(error, ConnectError::Io(_)), "{error}");
}
