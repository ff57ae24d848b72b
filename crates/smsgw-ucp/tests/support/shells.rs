//! Both shells over streams in memory and on loopback, and peers that are only a stream. Nothing
//! sleeps; what does not come in time fails.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use smsgw_ucp::connection::{Events, Reply, RequestError};
use smsgw_ucp::op::SessionManagement;
use smsgw_ucp::session::{Config, Event};
use smsgw_ucp::sme::Sme;
use smsgw_ucp::smsc::Smsc;
use smsgw_ucp::types::SessionType;
use smsgw_ucp::{Frame, SystemMessage};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::support::{Said, Seen, frame, login, secs};

pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(secs(200), future)
        .await
        .expect("in time")
}

/// Whether it is ready now; nobody is told when it becomes so.
pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

pub(crate) fn opens() -> SessionManagement<'static> {
    login(SessionType::OPEN)
}

/// What a call came to.
pub(crate) fn said(outcome: Result<Reply, RequestError>) -> Result<Said, RequestError> {
    outcome.map(|reply| Said::of(reply.frame()))
}

/// Both shells, logged in.
pub(crate) struct Shells {
    pub(crate) sme: Sme,
    pub(crate) sme_events: Events,
    pub(crate) smsc: Smsc,
    pub(crate) smsc_events: Events,
}

/// Over a stream in memory, for tests that stop the clock.
pub(crate) async fn up(sme: Config, smsc: Config) -> Shells {
    let (near, far) = tokio::io::duplex(1 << 16);
    up_over(near, far, sme, smsc).await
}

/// Over loopback.
pub(crate) async fn up_on_loopback(sme: Config, smsc: Config) -> Shells {
    let listener = listen().await;
    let connects = TcpStream::connect(listener.local_addr().unwrap());
    let (near, far) = tokio::join!(connects, listener.accept());
    up_over(near.unwrap(), far.unwrap().0, sme, smsc).await
}

async fn up_over<S>(near: S, far: S, sme: Config, smsc: Config) -> Shells
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let opens = opens();
    let accept = accept_login(far, smsc);
    let (logged_in, (smsc, smsc_events)) =
        within(async { tokio::join!(Sme::login(near, &opens, sme), accept) }).await;
    let (sme, sme_events) = logged_in.unwrap();
    Shells {
        sme,
        sme_events,
        smsc,
        smsc_events,
    }
}

/// A service centre that lets the peer log in.
pub(crate) async fn accept_login<S>(stream: S, config: Config) -> (Smsc, Events)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (smsc, mut events) = Smsc::new(stream, config);
    assert_eq!(next(&mut events).await, Some(Seen::LoginRequest));
    smsc.accept_login(SystemMessage::EMPTY);
    (smsc, events)
}

/// What happens next; `None` after the end.
pub(crate) async fn next(events: &mut Events) -> Option<Seen> {
    within(events.recv()).await.as_ref().map(Seen::of)
}

/// Nothing happens for a while: with the clock stopped, until everybody waits.
pub(crate) async fn nothing_comes(events: &mut Events) {
    let event = tokio::time::timeout(crate::support::ms(10), events.recv()).await;
    assert!(event.is_err(), "{event:?}");
}

/// The next operation.
pub(crate) async fn request(events: &mut Events) -> Frame {
    match within(events.recv()).await {
        Some(Event::Request(frame)) => frame,
        other => panic!("no operation: {other:?}"),
    }
}

/// Takes what comes, answers each operation with success, and counts them until the end.
pub(crate) async fn serve(smsc: Smsc, mut events: Events) -> usize {
    let mut served = 0;
    while let Some(event) = within(events.recv()).await {
        if let Event::Request(frame) = event {
            smsc.accept(&frame, SystemMessage::EMPTY);
            served += 1;
        }
    }
    served
}

pub(crate) async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// Listens with little room for what is not read.
pub(crate) fn listen_narrowly() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket.listen(1).unwrap()
}

pub(crate) async fn connect(listener: &TcpListener, config: Config) -> (Sme, Events) {
    let address = listener.local_addr().unwrap();
    Sme::connect(address, &opens(), config).await.unwrap()
}

/// A peer that is only a stream.
pub(crate) struct Raw<S = TcpStream> {
    pub(crate) stream: S,
    input: BytesMut,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Raw<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            input: BytesMut::new(),
        }
    }

    /// A service centre that lets the client log in.
    pub(crate) async fn smsc(stream: S) -> Self {
        let mut raw = Self::new(stream);
        assert!(raw.line().await.starts_with("00/O/60/2147/"));
        raw.send("00/R/60/A/").await;
        raw
    }

    /// Sends a frame, as [`frame`] has it.
    pub(crate) async fn send(&mut self, line: &str) {
        self.send_octets(frame(line).octets()).await;
    }

    pub(crate) async fn send_octets(&mut self, octets: &[u8]) {
        within(self.stream.write_all(octets)).await.unwrap();
    }

    /// The next frame; `None` when the peer closed behind a whole one.
    pub(crate) async fn receive(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = Frame::split_from(&mut self.input, u32::MAX) {
                return Some(frame.unwrap());
            }
            if within(self.stream.read_buf(&mut self.input)).await.unwrap() == 0 {
                return None;
            }
        }
    }

    /// The next frame as a line to compare.
    pub(crate) async fn line(&mut self) -> String {
        crate::support::line(&self.receive().await.unwrap())
    }
}

impl Raw<TcpStream> {
    pub(crate) async fn connect(listener: &TcpListener) -> Self {
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await;
        Self::new(stream.unwrap())
    }

    /// A client over raw octets, logged in to an [`Smsc`].
    pub(crate) async fn logged_in(config: Config) -> (Self, Smsc, Events) {
        let listener = listen().await;
        let mut raw = Self::connect(&listener).await;
        raw.send(LOGIN).await;
        let (smsc, events) = accept_login(listener.accept().await.unwrap().0, config).await;
        assert_eq!(raw.line().await, "00/R/60/A/");
        (raw, smsc, events)
    }
}

impl Raw<DuplexStream> {
    /// As [`Raw::logged_in`], in memory.
    pub(crate) async fn logged_in_in_memory(config: Config) -> (Self, Smsc, Events) {
        let (near, far) = tokio::io::duplex(1 << 16);
        let mut raw = Self::new(near);
        raw.send(LOGIN).await;
        let (smsc, events) = accept_login(far, config).await;
        assert_eq!(raw.line().await, "00/R/60/A/");
        (raw, smsc, events)
    }
}

pub(crate) const LOGIN: &str = "00/O/60/2147/6/5/1/736563726574//0100/////";

/// An OT 51 that can be read, as [`frame`] has it.
pub(crate) fn submits(trn: u8) -> String {
    format!("{trn:02}/O/51/1{}", "/".repeat(32))
}
