//! Two sessions in simulated time: octets move when told to, and so does the clock.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use smsgw_smpp::pdu::{Body, DeliverSm, SubmitSm, SubmitSmResp};
use smsgw_smpp::session::{Bind, BindMode, CloseReason, Config, Event, SendError, Session, State};
use smsgw_smpp::types::{Address, ShortMessage};
use smsgw_smpp::{CommandId, CommandStatus, Frame, SequenceNumber};

pub(crate) const BOUND: State = State::Bound(BindMode::Transceiver);

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Timers that do not meet: each test sees the one it waits for.
pub(crate) fn quiet() -> Config {
    Config {
        enquire_link_timer: None,
        ..Config::default()
    }
}

pub(crate) fn submit(text: &str) -> SubmitSm<'_> {
    SubmitSm {
        destination_addr: Address::international("15550100").unwrap(),
        short_message: ShortMessage::new(text.as_bytes()).unwrap(),
        ..SubmitSm::default()
    }
}

pub(crate) fn deliver(text: &str) -> DeliverSm<'_> {
    DeliverSm {
        source_addr: Address::international("15550100").unwrap(),
        short_message: ShortMessage::new(text.as_bytes()).unwrap(),
        ..DeliverSm::default()
    }
}

pub(crate) fn bind(mode: BindMode) -> Bind<'static> {
    Bind::new(
        mode,
        "esme".try_into().unwrap(),
        "secret".try_into().unwrap(),
    )
}

/// A PDU as octets.
pub(crate) fn pdu<'a>(body: &impl Body<'a>, number: u32) -> Frame {
    answer(body, CommandStatus::ESME_ROK, number)
}

pub(crate) fn answer<'a>(body: &impl Body<'a>, status: CommandStatus, number: u32) -> Frame {
    body.to_frame(status, SequenceNumber(number))
}

/// A header alone.
pub(crate) fn header(command_id: CommandId, status: CommandStatus, number: u32) -> Frame {
    let mut octets = Vec::from(16_u32.to_be_bytes());
    for word in [command_id.0, status.0, number] {
        octets.extend(word.to_be_bytes());
    }
    Frame::copy_from(&octets).unwrap()
}

/// An event without what only its owner needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    BindRequest(CommandId),
    Bound,
    BindRefused(CommandStatus),
    Request(CommandId),
    Notification(CommandId),
    Response(u64, CommandStatus),
    Unanswered(u64, Written),
    Late(u64, CommandStatus),
    Stray(CommandId),
    Refused(CommandId),
    Closed(CloseReason),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Yes,
    No,
}

impl Seen {
    pub(crate) fn of(event: &Event) -> Self {
        match event {
            Event::BindRequest(frame) => Self::BindRequest(frame.command_id()),
            Event::Bound(_) => Self::Bound,
            Event::BindRefused(frame) => Self::BindRefused(frame.command_status()),
            Event::Request(frame) => Self::Request(frame.command_id()),
            Event::Notification(frame) => Self::Notification(frame.command_id()),
            Event::Response { token, frame } => Self::Response(*token, frame.command_status()),
            Event::Unanswered { token, written } => {
                let written = if *written { Written::Yes } else { Written::No };
                Self::Unanswered(*token, written)
            }
            Event::LateResponse { token, frame } => Self::Late(*token, frame.command_status()),
            Event::Stray(frame) => Self::Stray(frame.command_id()),
            Event::Refused(frame) => Self::Refused(frame.command_id()),
            Event::Closed(reason) => Self::Closed(*reason),
            other => panic!("an event these tests do not know: {other:?}"),
        }
    }
}

/// One end and what its owner has of it.
pub(crate) struct End {
    pub(crate) session: Session,
    /// Requests and binds that wait for an answer.
    pub(crate) requests: VecDeque<Frame>,
    seen: Vec<Seen>,
}

impl End {
    pub(crate) fn new(session: Session) -> Self {
        Self {
            session,
            requests: VecDeque::new(),
            seen: Vec::new(),
        }
    }

    /// Takes what the peer sent.
    pub(crate) fn take(&mut self, octets: &[u8], now: Instant) {
        self.session.handle_octets(octets, now);
        self.collect();
    }

    pub(crate) fn take_frames<'a>(
        &mut self,
        frames: impl IntoIterator<Item = &'a Frame>,
        now: Instant,
    ) {
        let octets: Vec<u8> = frames
            .into_iter()
            .flat_map(|frame| frame.octets().to_vec())
            .collect();
        self.take(&octets, now);
    }

    fn collect(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.seen.push(Seen::of(&event));
            if let Event::Request(frame) | Event::BindRequest(frame) = event {
                self.requests.push_back(frame);
            }
        }
    }

    /// What happened since this was asked last.
    pub(crate) fn seen(&mut self) -> Vec<Seen> {
        self.collect();
        std::mem::take(&mut self.seen)
    }

    /// What is to be written, as octets.
    pub(crate) fn octets(&mut self) -> BytesMut {
        let mut octets = BytesMut::new();
        self.session.poll_transmit(&mut octets);
        octets
    }

    /// What is to be written, as frames.
    pub(crate) fn sends(&mut self) -> Vec<Frame> {
        frames(&self.octets())
    }

    /// Answers the oldest request with success.
    pub(crate) fn answer(&mut self) {
        self.answer_with(CommandStatus::ESME_ROK);
    }

    pub(crate) fn answer_with(&mut self, status: CommandStatus) {
        let request = self.requests.pop_front().unwrap();
        if status.is_ok() && request.command_id() == CommandId::SUBMIT_SM {
            let id = SubmitSmResp {
                message_id: "1".try_into().unwrap(),
                ..SubmitSmResp::default()
            };
            self.session.respond(&id, status, request.sequence_number());
        } else {
            self.session.reject(request.header(), status);
        }
    }
}

/// Octets as frames; nothing may be left over.
pub(crate) fn frames(octets: &[u8]) -> Vec<Frame> {
    let mut octets = BytesMut::from(octets);
    let mut frames = Vec::new();
    while let Some(frame) = Frame::split_from(&mut octets, u32::MAX).unwrap() {
        frames.push(frame);
    }
    assert!(octets.is_empty(), "half a frame was written");
    frames
}

/// What is on the wire, to compare: command, status, number.
pub(crate) fn headers(frames: &[Frame]) -> Vec<(CommandId, CommandStatus, u32)> {
    frames
        .iter()
        .map(|frame| {
            let header = frame.header();
            (
                header.command_id,
                header.command_status,
                header.sequence_number.0,
            )
        })
        .collect()
}

/// An ESME and an MC with a wire between them.
pub(crate) struct Pair {
    pub(crate) esme: End,
    pub(crate) mc: End,
    pub(crate) now: Instant,
}

impl Pair {
    pub(crate) fn open(esme: Config, mc: Config) -> Self {
        let now = Instant::now();
        Self {
            esme: End::new(Session::esme(esme, now)),
            mc: End::new(Session::mc(mc, now)),
            now,
        }
    }

    /// Bound as transceiver, with timers that do not meet.
    pub(crate) fn bound() -> Self {
        Self::bound_with(quiet(), quiet())
    }

    /// Bound, with an MC to be fed by hand.
    pub(crate) fn bound_to(mc: Config) -> Self {
        Self::bound_with(quiet(), mc)
    }

    pub(crate) fn bound_with(esme: Config, mc: Config) -> Self {
        let mut pair = Self::open(esme, mc);
        pair.bind(BindMode::Transceiver).unwrap();
        pair.exchange();
        pair.accept_bind();
        assert_eq!(
            pair.mc.seen(),
            [Seen::BindRequest(CommandId::BIND_TRANSCEIVER)]
        );
        assert_eq!(pair.esme.seen(), [Seen::Bound]);
        assert_eq!(pair.states(), (BOUND, BOUND));
        pair
    }

    pub(crate) fn bind(&mut self, mode: BindMode) -> Result<(), SendError> {
        self.esme.session.bind(&bind(mode), self.now)
    }

    pub(crate) fn accept_bind(&mut self) {
        self.mc.requests.pop_front().unwrap();
        self.mc
            .session
            .accept_bind("mc".try_into().unwrap(), self.now);
        self.exchange();
    }

    pub(crate) fn refuse_bind(&mut self, status: CommandStatus) {
        self.mc.requests.pop_front().unwrap();
        self.mc.session.refuse_bind(status);
        self.exchange();
    }

    /// The ESME submits and gives its token; nothing moves yet.
    pub(crate) fn submit(&mut self, token: u64) -> Result<SequenceNumber, SendError> {
        self.esme.session.request(&submit("hi"), token, self.now)
    }

    pub(crate) fn deliver(&mut self, token: u64) -> Result<SequenceNumber, SendError> {
        self.mc.session.request(&deliver("hi"), token, self.now)
    }

    /// Moves octets both ways until there are none.
    pub(crate) fn exchange(&mut self) {
        loop {
            let (to_mc, to_esme) = (self.esme.octets(), self.mc.octets());
            // With nothing, too: who was paused may go on.
            self.mc.take(&to_mc, self.now);
            self.esme.take(&to_esme, self.now);
            if to_mc.is_empty() && to_esme.is_empty() {
                return;
            }
        }
    }

    /// Lets time pass; each session is woken when it asked for it.
    pub(crate) fn advance(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            let due = [&self.esme, &self.mc]
                .into_iter()
                .filter_map(|end| end.session.poll_timeout())
                .min()
                .filter(|due| *due <= end);
            let Some(due) = due else { break };
            assert!(due >= self.now, "what was due is done");
            self.now = due;
            for side in [&mut self.esme, &mut self.mc] {
                wake(&mut side.session, due);
                side.collect();
            }
            self.exchange();
        }
        self.now = end;
    }

    pub(crate) fn states(&self) -> (State, State) {
        (self.esme.session.state(), self.mc.session.state())
    }

    /// That the MC ended for this reason and the ESME does not know it yet.
    pub(crate) fn assert_closed(&mut self, reason: CloseReason) {
        assert_eq!(self.mc.seen(), [Seen::Closed(reason)]);
        self.assert_idle(BOUND, State::Closed);
    }

    /// The state of both and that neither waits for anything.
    pub(crate) fn assert_idle(&mut self, esme: State, mc: State) {
        self.exchange();
        assert_eq!(self.esme.seen(), []);
        assert_eq!(self.mc.seen(), []);
        assert_eq!(self.states(), (esme, mc));
        assert_eq!(self.esme.session.in_flight(), 0);
        assert_eq!(self.mc.session.in_flight(), 0);
    }
}

/// Does what is due; an owner that obeys `poll_timeout` must not be woken for nothing again.
pub(crate) fn wake(session: &mut Session, now: Instant) {
    session.handle_timeout(now);
    if let Some(next) = session.poll_timeout() {
        assert!(next > now, "due again at once");
    }
}
