//! Serial ports, over pseudoterminals.
#![cfg(all(unix, feature = "serial"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[path = "support/pty.rs"]
#[allow(dead_code, reason = "what another test wants of it")]
mod pty;

use std::io::{ErrorKind, Read as _, Write as _};
use std::time::Duration;

use pty::Pty;
use rustix::termios::{ControlModes, OptionalActions, tcgetattr, tcsetattr};
use smsgw_at::port::{Port, PortAddress};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

async fn open(path: &str) -> std::io::Result<Port> {
    let address: PortAddress = path.parse().unwrap();
    Port::open(&address).await
}

/// Insists that it does not take for ever.
async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .expect("in time")
}

#[tokio::test]
async fn octets_pass_as_they_are_in_both_directions() {
    let pty = Pty::new();
    let mut port = open(pty.path()).await.unwrap();
    let all: Vec<u8> = (0..=255).collect();
    port.write_all(&all).await.unwrap();
    port.flush().await.unwrap();
    assert_eq!(pty.read(256), all);
    pty.write(&all);
    let mut got = vec![0; 256];
    within(port.read_exact(&mut got)).await.unwrap();
    assert_eq!(got, all, "nothing is echoed, nothing changed");
}

#[tokio::test]
async fn more_than_the_port_holds_waits_and_nothing_is_lost() {
    const COUNT: usize = 300_000;
    let all: Vec<u8> = (0..COUNT)
        .map(|at| u8::try_from(at * 7 % 251).unwrap())
        .collect();
    let pty = Pty::new();
    let mut port = open(pty.path()).await.unwrap();

    let (mut modem, expected) = (pty.modem(), all.clone());
    let reads = std::thread::spawn(move || {
        let mut got = vec![0; COUNT];
        modem.read_exact(&mut got).unwrap();
        got == expected
    });
    within(port.write_all(&all)).await.unwrap();
    within(port.flush()).await.unwrap();
    assert!(reads.join().unwrap());

    let (mut modem, sent) = (pty.modem(), all.clone());
    let writes = std::thread::spawn(move || modem.write_all(&sent).unwrap());
    let mut got = vec![0; COUNT];
    within(port.read_exact(&mut got)).await.unwrap();
    writes.join().unwrap();
    assert!(got == all);
}

#[tokio::test]
async fn a_port_is_for_one_until_it_is_closed() {
    let pty = Pty::new();
    let mut first = open(pty.path()).await.unwrap();
    for _ in 0..2 {
        let refused = open(pty.path()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ResourceBusy, "{refused}");
    }
    // The first has not noticed.
    first.write_all(b"AT\r").await.unwrap();
    assert_eq!(pty.read(3), b"AT\r");

    within(first.shutdown()).await.unwrap();
    let second = open(pty.path()).await.unwrap();
    // Not waited for, it takes a moment.
    drop(second);
    let third = within(async {
        loop {
            match open(pty.path()).await {
                Err(error) if error.kind() == ErrorKind::ResourceBusy => {}
                opened => break opened,
            }
        }
    });
    third.await.unwrap();
}

#[tokio::test]
async fn what_was_written_is_out_before_the_port_is_closed() {
    let pty = Pty::new();
    let mut port = open(pty.path()).await.unwrap();
    port.write_all(b"AT+CFUN=1,1\r").await.unwrap();
    within(port.shutdown()).await.unwrap();
    assert_eq!(pty.read(12), b"AT+CFUN=1,1\r");
    assert_eq!(port.read(&mut [0; 8]).await.unwrap(), 0);
    port.write_all(b"AT\r").await.unwrap_err();
}

#[tokio::test]
async fn an_unplugged_port_ends_and_the_modem_is_found_at_another_path() {
    let pty = Pty::new();
    let mut port = open(pty.path()).await.unwrap();
    pty.write(b"RING");
    let mut octets = [0; 8];
    assert_eq!(within(port.read(&mut octets)).await.unwrap(), 4);

    let replugged = Pty::new();
    assert_ne!(pty.path(), replugged.path());
    drop(pty);
    // An end or an error, and then nothing else any more.
    for _ in 0..3 {
        assert!(matches!(
            within(port.read(&mut octets)).await,
            Ok(0) | Err(_)
        ));
    }
    within(async { while port.write_all(b"AT\r").await.is_ok() {} }).await;
    within(port.flush()).await.unwrap_err();
    within(port.shutdown()).await.unwrap();

    let mut port = open(replugged.path()).await.unwrap();
    replugged.write(b"OK");
    assert_eq!(within(port.read(&mut octets)).await.unwrap(), 2);
}

/// A pseudoterminal has no such line, which is no reason to end.
#[tokio::test]
async fn a_port_without_dtr_goes_on() {
    let pty = Pty::new();
    let mut port = open(pty.path()).await.unwrap();
    assert!(!within(port.set_dtr(false)).await);
    assert!(!within(port.set_dtr(true)).await);
    port.write_all(b"AT\r").await.unwrap();
    assert_eq!(pty.read(3), b"AT\r");
}

#[tokio::test]
async fn the_last_who_closes_the_port_does_not_drop_dtr() {
    let pty = Pty::new();
    let mut settings = tcgetattr(pty.slave()).unwrap();
    settings.control_modes.insert(ControlModes::HUPCL);
    tcsetattr(pty.slave(), OptionalActions::Now, &settings).unwrap();
    let mut port = open(pty.path()).await.unwrap();
    within(port.shutdown()).await.unwrap();
    let settings = tcgetattr(pty.slave()).unwrap();
    assert!(!settings.control_modes.contains(ControlModes::HUPCL));
}

#[tokio::test]
async fn what_is_no_serial_port_is_told_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("modem");
    let path = path.to_str().unwrap();
    let error = open(path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    std::fs::write(path, "").unwrap();
    let error = open(path).await.unwrap_err();
    assert_eq!(error.to_string(), "not a serial port");
}
