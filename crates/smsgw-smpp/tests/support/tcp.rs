//! Both shells and raw peers on loopback. Nothing sleeps; what does not come in time fails.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::BindTransceiverResp;
use smsgw_smpp::session::{BindMode, Config, Event};
use smsgw_smpp::{CommandId, Frame};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::support::{Seen, bind, ms, pdu, quiet, secs};

pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(secs(20), future)
        .await
        .expect("in time")
}

/// Whether it is ready now; nobody is told when it becomes so.
pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
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

pub(crate) async fn connect(listener: &TcpListener, config: Config) -> (Esme, Events) {
    let bind = bind(BindMode::Transceiver);
    Esme::connect(listener.local_addr().unwrap(), &bind, config)
        .await
        .unwrap()
}

/// Both shells, bound.
pub(crate) struct Shells {
    pub(crate) esme: Esme,
    pub(crate) esme_events: Events,
    pub(crate) mc: Mc,
    pub(crate) mc_events: Events,
}

pub(crate) async fn bound(esme: Config, mc: Config) -> Shells {
    let listener = listen().await;
    let accept = async {
        let (stream, _) = listener.accept().await.unwrap();
        let (mc, mut events) = Mc::new(stream, mc);
        let asked = next(&mut events).await;
        assert_eq!(asked, Some(Seen::BindRequest(CommandId::BIND_TRANSCEIVER)));
        mc.accept_bind("mc".try_into().unwrap());
        (mc, events)
    };
    let ((esme, esme_events), (mc, mc_events)) =
        within(async { tokio::join!(connect(&listener, esme), accept) }).await;
    Shells {
        esme,
        esme_events,
        mc,
        mc_events,
    }
}

/// What happens next; `None` after the end.
pub(crate) async fn next(events: &mut Events) -> Option<Seen> {
    within(events.recv()).await.as_ref().map(Seen::of)
}

/// The next request.
pub(crate) async fn request(events: &mut Events) -> Frame {
    match within(events.recv()).await {
        Some(Event::Request(frame)) => frame,
        other => panic!("no request: {other:?}"),
    }
}

/// A peer that is only a socket.
pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
    input: BytesMut,
}

impl Raw {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            input: BytesMut::new(),
        }
    }

    pub(crate) async fn connect(listener: &TcpListener) -> Self {
        Self::new(
            TcpStream::connect(listener.local_addr().unwrap())
                .await
                .unwrap(),
        )
    }

    /// An MC that bound the ESME.
    pub(crate) async fn mc(listener: &TcpListener) -> Self {
        let mut raw = Self::new(listener.accept().await.unwrap().0);
        let bind = raw.receive().await.unwrap();
        assert_eq!(bind.command_id(), CommandId::BIND_TRANSCEIVER);
        let answer = BindTransceiverResp::default();
        raw.send(&pdu(&answer, bind.sequence_number().0)).await;
        raw
    }

    /// An ESME over raw octets, bound to an [`Mc`].
    pub(crate) async fn bound_esme(config: Config) -> (Self, Mc, Events) {
        let listener = listen().await;
        let mut raw = Self::connect(&listener).await;
        let (mc, mut events) = Mc::new(listener.accept().await.unwrap().0, config);
        raw.send(&pdu(&smsgw_smpp::pdu::BindTransceiver::default(), 1))
            .await;
        assert_eq!(
            next(&mut events).await,
            Some(Seen::BindRequest(CommandId::BIND_TRANSCEIVER))
        );
        mc.accept_bind("mc".try_into().unwrap());
        let answer = raw.receive().await.unwrap();
        assert_eq!(answer.command_id(), CommandId::BIND_TRANSCEIVER_RESP);
        (raw, mc, events)
    }

    pub(crate) async fn send(&mut self, frame: &Frame) {
        within(self.stream.write_all(frame.octets())).await.unwrap();
    }

    /// The next PDU; `None` when the peer closed behind a whole one.
    pub(crate) async fn receive(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = Frame::split_from(&mut self.input, u32::MAX).unwrap() {
                return Some(frame);
            }
            if within(self.stream.read_buf(&mut self.input)).await.unwrap() == 0 {
                return None;
            }
        }
    }
}

/// Takes what comes, answers each request with success, and counts them until the end.
pub(crate) async fn serve(mc: Mc, mut events: Events) -> usize {
    let mut served = 0;
    while let Some(event) = within(events.recv()).await {
        if let Event::Request(frame) = event {
            mc.reject(&frame, smsgw_smpp::CommandStatus::ESME_ROK);
            served += 1;
        }
    }
    served
}

/// Short enough to wait for.
pub(crate) fn impatient() -> Config {
    Config {
        response_timer: ms(200),
        ..quiet()
    }
}
