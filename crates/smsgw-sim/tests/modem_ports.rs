//! The places where programs reach emulated modems.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::io;
use std::path::Path;
use std::time::Duration;

use smsgw_sim::event::Events;
use smsgw_sim::modem::{Config, Emulator, Event, Listen, ModemConfig, Profile, What};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::unix::pipe;
use tokio::net::{TcpStream, UnixStream};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A program that has the port of a modem open.
struct Program<R, W>(R, W);

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Program<R, W> {
    async fn ask(&mut self, command: &str, answer: &str) {
        self.1.write_all(command.as_bytes()).await.unwrap();
        let mut heard = vec![0; answer.len()];
        let read = tokio::time::timeout(PATIENCE, self.0.read_exact(&mut heard));
        read.await.unwrap().unwrap();
        assert_eq!(String::from_utf8(heard).unwrap(), answer);
    }

    /// Waits until the port is gone.
    async fn end(&mut self) {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut rest));
        // For a terminal that is an error.
        let _ = read.await.unwrap();
        assert_eq!(String::from_utf8(rest).unwrap(), "");
    }
}

/// A terminal is like two pipes.
fn open(path: &Path) -> io::Result<Program<pipe::Receiver, pipe::Sender>> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = std::fs::File::from(open(path, flags, Mode::empty())?);
    Ok(Program(
        pipe::Receiver::from_file_unchecked(file.try_clone()?)?,
        pipe::Sender::from_file_unchecked(file)?,
    ))
}

fn connected<S: AsyncRead + AsyncWrite>(
    stream: S,
) -> Program<tokio::io::ReadHalf<S>, tokio::io::WriteHalf<S>> {
    let (reader, writer) = tokio::io::split(stream);
    Program(reader, writer)
}

async fn start(places: impl IntoIterator<Item = Listen>) -> Emulator {
    let modems = places.into_iter().zip(1..).map(|(place, n): (_, u32)| {
        let number = format!("+4917000000{n:02}");
        // It obeys as soon as it is plugged in.
        let profile = Profile {
            boot_time: Duration::ZERO,
            ..Profile::GENERIC
        };
        (ModemConfig::new(&number).with_profile(profile), place)
    });
    Emulator::start(Config::default(), modems).await.unwrap()
}

/// Waits for an event.
async fn until(events: &mut Events<Event>, is_it: impl Fn(&What) -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !is_it(&events.recv().await.unwrap().what) {}
    });
    waited.await.unwrap();
}

#[tokio::test]
async fn settings_outlive_the_programs_that_open_a_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("modem");
    let emulator = start([Listen::Pty(path.clone())]).await;
    let mut events = emulator.events();
    let mut program = open(&path).unwrap();
    program.ask("ATE0\r", "ATE0\r\r\nOK\r\n").await;
    drop(program);
    until(&mut events, |what| matches!(what, What::Close { .. })).await;

    // What the next one leaves unread is lost.
    let mut program = open(&path).unwrap();
    program.1.write_all(b"AT+CGMI\r").await.unwrap();
    let mut first = [0];
    program.0.read_exact(&mut first).await.unwrap();
    drop(program);
    until(&mut events, |what| matches!(what, What::Close { .. })).await;

    let mut program = open(&path).unwrap();
    program.ask("AT\r", "\r\nOK\r\n").await;
    emulator.shutdown().await;
    program.end().await;
    assert!(std::fs::symlink_metadata(&path).is_err());
}

#[tokio::test]
async fn an_unplugged_terminal_is_gone_and_comes_back_elsewhere() {
    let directory = tempfile::tempdir().unwrap();
    let (path, other) = (
        directory.path().join("modem"),
        directory.path().join("other"),
    );
    let emulator = start([Listen::Pty(path.clone())]).await;
    let modem = emulator.find("1");
    let mut program = open(&path).unwrap();
    program.ask("AT\r", "AT\r\r\nOK\r\n").await;
    emulator.cut(modem).await;
    assert!(!emulator.lines()[0].plugged);
    assert!(std::fs::symlink_metadata(&path).is_err());
    program.end().await;
    assert!(program.1.write_all(b"AT\r").await.is_err());
    // Twice is as once.
    emulator.cut(modem).await;

    let occupied = directory.path().join("occupied");
    std::fs::write(&occupied, "").unwrap();
    let error = emulator.plug(modem, Some(occupied)).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    assert!(!emulator.lines()[0].plugged);
    emulator.plug(modem, Some(other.clone())).await.unwrap();
    emulator.plug(modem, Some(path.clone())).await.unwrap();
    assert!(std::fs::symlink_metadata(&path).is_err());
    assert_eq!(emulator.lines()[0].place, Listen::Pty(other.clone()));
    let mut program = open(&other).unwrap();
    program.ask("AT\r", "AT\r\r\nOK\r\n").await;
    drop(program);

    // Where it was last.
    emulator.cut(None).await;
    emulator.plug(None, None).await.unwrap();
    let mut program = open(&other).unwrap();
    program.ask("AT\r", "AT\r\r\nOK\r\n").await;
}

#[tokio::test]
async fn one_program_at_a_time_has_a_socket() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("modem");
    let tcp = Listen::Tcp("127.0.0.1:0".parse().unwrap());
    let emulator = start([tcp, Listen::Unix(path.clone())]).await;
    let Listen::Tcp(address) = emulator.lines()[0].place else {
        panic!("{emulator:?}");
    };
    let mut first = connected(TcpStream::connect(address).await.unwrap());
    first.ask("ATE0\r", "ATE0\r\r\nOK\r\n").await;
    connected(TcpStream::connect(address).await.unwrap())
        .end()
        .await;
    first.ask("AT\r", "\r\nOK\r\n").await;
    let mut events = emulator.events();
    drop(first);
    until(&mut events, |what| matches!(what, What::Close { .. })).await;
    let mut next = connected(TcpStream::connect(address).await.unwrap());
    next.ask("AT\r", "\r\nOK\r\n").await;

    // The other modem is another.
    let mut other = connected(UnixStream::connect(&path).await.unwrap());
    other.ask("AT\r", "AT\r\r\nOK\r\n").await;
    emulator.cut(None).await;
    other.end().await;
    next.end().await;
    assert!(UnixStream::connect(&path).await.is_err());
    assert!(TcpStream::connect(address).await.is_err());
    emulator.plug(None, None).await.unwrap();
    let mut other = connected(UnixStream::connect(&path).await.unwrap());
    other.ask("AT\r", "AT\r\r\nOK\r\n").await;
    emulator.shutdown().await;
    assert!(!path.exists());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_socket_can_be_without_a_path() {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net;
    let name = format!("smsgw-test-{}", std::process::id());
    let emulator = start([Listen::unix(&format!("@{name}"))]).await;
    let address = net::SocketAddr::from_abstract_name(&name).unwrap();
    let stream = net::UnixStream::connect_addr(&address).unwrap();
    stream.set_nonblocking(true).unwrap();
    let mut program = connected(UnixStream::from_std(stream).unwrap());
    program.ask("AT\r", "AT\r\r\nOK\r\n").await;
    let modem = emulator.find("+491700000001");
    emulator.cut(modem).await;
    program.end().await;
    let error = emulator.plug(modem, Some("/tmp/x".into())).await;
    assert_eq!(error.unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_place_that_is_taken_is_told() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = Listen::Tcp(taken.local_addr().unwrap());
    let modem = (ModemConfig::new("+491700000001"), place.clone());
    let error = Emulator::start(Config::default(), [modem]).await;
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with(&format!("{place}: ")), "{error}");
    let twice = [1, 2].map(|_| {
        let place = Listen::Tcp("127.0.0.1:0".parse().unwrap());
        (ModemConfig::new("+491700000001"), place)
    });
    let error = Emulator::start(Config::default(), twice).await.unwrap_err();
    let wanted = "another modem has the number +491700000001";
    assert_eq!(error.to_string(), wanted);
}
