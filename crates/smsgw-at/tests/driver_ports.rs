//! The driver over real ports: a unix socket, pseudoterminals; and which of them have a modem.
#![cfg(all(unix, feature = "serial"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[path = "support/peer.rs"]
#[allow(dead_code, reason = "what another test wants of it")]
mod peer;
#[path = "support/pty.rs"]
#[allow(dead_code, reason = "what another test wants of it")]
mod pty;

use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use peer::{IMEI, Peer};
use pty::{Modem, Pty};
use smsgw_at::command::identity::Imei;
use smsgw_at::discover::{ByImei, Places, ProbeError, ProbeOptions, discover};
use smsgw_at::driver::{Driver, Event, Events, Finder, Options};
use smsgw_at::modem::{Config, State};
use smsgw_at::port::{Port, PortAddress};
use smsgw_net::Backoff;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixListener;

/// Insists that it does not take for ever.
async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(30), future)
        .await
        .expect("in time")
}

fn start(finder: impl Finder) -> (Driver, Events) {
    let options = Options {
        backoff: Backoff::new(Duration::from_millis(10), Duration::from_millis(100)),
        ..Options::default()
    };
    Driver::start(finder, Config::default(), options)
}

async fn is_ready(driver: &Driver) {
    let state = within(driver.wait_for(|state| state.is_ready())).await;
    assert_eq!(state, Some(State::Ready));
}

async fn is_down(events: &mut Events) {
    while !matches!(within(events.recv()).await.unwrap(), Event::Down { .. }) {}
}

/// A modem at a new pseudoterminal to which this name leads.
fn plug(directory: &Path, name: &str) -> Modem {
    let modem = Modem::new(|line| async { Peer::new(line).serve().await });
    symlink(modem.path(), directory.join(name)).unwrap();
    modem
}

#[tokio::test]
async fn a_unix_socket_that_hangs_up_is_connected_to_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("modem");
    let listener = UnixListener::bind(&path).unwrap();
    let address: PortAddress = format!("unix:{}", path.display()).parse().unwrap();
    let (driver, mut events) = start(address);
    for _ in 0..2 {
        let (stream, _) = within(listener.accept()).await.unwrap();
        let mut peer = Peer::new(stream);
        tokio::select! {
            () = is_ready(&driver) => {}
            () = peer.serve() => panic!("the port was closed"),
        }
        drop(peer);
        is_down(&mut events).await;
    }
    within(driver.close()).await;
}

#[tokio::test]
async fn a_modem_that_is_plugged_in_elsewhere_is_found_by_its_number() {
    let directory = tempfile::tempdir().unwrap();
    let modem = plug(directory.path(), "ttyUSB0");
    // Something else is there, too, and says nothing.
    let other = Pty::new();
    symlink(other.path(), directory.path().join("ttyUSB1")).unwrap();

    let finder = ByImei::new(
        Imei::parse(IMEI).unwrap(),
        Places::directory(directory.path()),
    );
    let (driver, mut events) = start(finder);
    is_ready(&driver).await;
    let answer = within(driver.command("AT+CGMI", Duration::from_secs(5))).await;
    assert_eq!(answer.unwrap().lines, ["ACME"]);

    std::fs::remove_file(directory.path().join("ttyUSB0")).unwrap();
    drop(modem);
    is_down(&mut events).await;
    assert_eq!(driver.state(), State::Closed);

    let _modem = plug(directory.path(), "ttyUSB2");
    is_ready(&driver).await;
    let port = loop {
        if let Event::Up { port } = within(events.recv()).await.unwrap() {
            break port;
        }
    };
    assert!(port.ends_with("/ttyUSB2"), "{port}");
    within(driver.close()).await;
    // It is free for the next.
    Port::open(&port.parse().unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_modem_that_is_not_there_is_told_by_its_number() {
    let directory = tempfile::tempdir().unwrap();
    let held = Pty::new();
    symlink(held.path(), directory.path().join("ttyUSB0")).unwrap();
    let _holder = Port::open(&held.path().parse().unwrap()).await.unwrap();
    let places = Places::directory(directory.path());
    let mut finder = ByImei::new(Imei::parse(IMEI).unwrap(), places);
    let error = finder.open(0).await.unwrap_err();
    let text = format!("no port has the modem {IMEI}; 1 are held by other programs");
    assert_eq!(error.to_string(), text);
}

#[tokio::test]
async fn ports_are_probed_politely_and_those_of_one_modem_are_told_to_be_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let _modem = [plug(path, "ttyUSB0"), plug(path, "ttyUSB2")];
    let [silent, held] = [(); 2].map(|()| Pty::new());
    symlink(silent.path(), path.join("ttyUSB1")).unwrap();
    symlink(held.path(), path.join("ttyUSB3")).unwrap();
    let _holder = Port::open(&held.path().parse().unwrap()).await.unwrap();
    // A receiver of satellites, which talks and does not listen.
    let satellites =
        Modem::new(
            |mut line| async move { while line.write_all(b"$GPGGA,1,2,3\r\n").await.is_ok() {} },
        );
    symlink(satellites.path(), path.join("ttyUSB4")).unwrap();

    // Patience for a machine that is busy.
    let options = ProbeOptions {
        first: Duration::from_millis(1_500),
        ..ProbeOptions::default()
    };
    let found = discover(&Places::directory(path), &options).await;
    let found = found.unwrap();
    assert_eq!(found.modems.len(), 1);
    let modem = &found.modems[0];
    assert_eq!(modem.identity.manufacturer, "ACME");
    assert_eq!(modem.identity.imei.unwrap().as_str(), IMEI);
    let names = |ports: Vec<&PortAddress>| -> Vec<String> {
        let name = |port: &PortAddress| port.to_string().rsplit('/').next().unwrap().to_owned();
        ports.into_iter().map(name).collect()
    };
    assert_eq!(names(modem.ports.iter().collect()), ["ttyUSB0", "ttyUSB2"]);
    let others = found.others.iter().map(|(port, _)| port).collect();
    assert_eq!(names(others), ["ttyUSB1", "ttyUSB3", "ttyUSB4"]);
    let [(_, silence), (_, holds), (_, noise)] = &found.others[..] else {
        panic!("three")
    };
    assert!(matches!(silence, ProbeError::Silent), "{silence}");
    assert!(matches!(holds, ProbeError::Held), "{holds}");
    assert!(matches!(noise, ProbeError::NoModem { .. }), "{noise}");
    // No more than this was written, and nothing to who holds a port.
    assert_eq!(silent.read(9), b"AT\rAT\rAT\r");
    held.write(b"x");

    // The ports are free again.
    for name in ["ttyUSB0", "ttyUSB1", "ttyUSB2", "ttyUSB4"] {
        let address = path.join(name).to_str().unwrap().parse().unwrap();
        Port::open(&address).await.unwrap();
    }
}
