//! TCP and unix sockets as ports.
#![cfg(all(unix, feature = "tokio"))]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::io::ErrorKind;

use smsgw_at::port::{Port, PortAddress};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UnixListener};

/// Passes a few octets both ways, and sees the end.
macro_rules! passes {
    ($listener:expr, $address:expr) => {{
        let address: PortAddress = $address.parse().unwrap();
        let (port, accepted) = tokio::join!(Port::open(&address), $listener.accept());
        let (mut port, (mut modem, _)) = (port.unwrap(), accepted.unwrap());
        assert_eq!(port.name(), address.to_string());
        assert!(!port.set_dtr(false).await);
        port.write_all(b"AT\r").await.unwrap();
        let mut octets = [0; 3];
        modem.read_exact(&mut octets).await.unwrap();
        assert_eq!(&octets, b"AT\r");
        modem.write_all(b"OK").await.unwrap();
        drop(modem);
        let mut said = String::new();
        port.read_to_string(&mut said).await.unwrap();
        assert_eq!(said, "OK");
    }};
}

#[tokio::test]
async fn a_tcp_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    passes!(listener, format!("tcp:{address}"));
}

#[tokio::test]
async fn a_unix_socket_with_a_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("modem");
    let listener = UnixListener::bind(&path).unwrap();
    passes!(listener, format!("unix:{}", path.display()));
    drop(listener);
    let address: PortAddress = format!("unix:{}", path.display()).parse().unwrap();
    let error = Port::open(&address).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_unix_socket_with_a_name() {
    let name = format!("smsgw-at-test-{}", std::process::id());
    let listener = UnixListener::bind(format!("\0{name}")).unwrap();
    passes!(listener, format!("unix:@{name}"));
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_ones_own() {
    let (ours, mut theirs) = tokio::io::duplex(64);
    let mut port = Port::from_stream("pipe", ours);
    port.write_all(b"AT\r").await.unwrap();
    let mut octets = [0; 3];
    theirs.read_exact(&mut octets).await.unwrap();
    assert_eq!(&octets, b"AT\r");
}

#[cfg(not(feature = "serial"))]
#[tokio::test]
async fn without_serial_ports_that_is_what_is_told() {
    let address: PortAddress = "/dev/ttyUSB0".parse().unwrap();
    let error = Port::open(&address).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let text = "built without serial ports, the feature `serial`";
    assert_eq!(error.to_string(), text);
}
