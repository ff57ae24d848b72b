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
use smsgw_ucp::op::{DeliverShortMessage, SessionManagement, SmtAlert, SubmitShortMessage};
use smsgw_ucp::session::{
    Account, CloseReason, Config, Counted, Event, Login, SendError, Session, State,
};
use smsgw_ucp::types::{
    AccountAddress, Address, Hex, Message, Originator, Password, Pid, Second, SessionType, Version,
};
use smsgw_ucp::{ErrorCode, Frame, OperationKind, OperationType, SystemMessage, Trn};

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Timers that do not meet: each test sees the one it waits for.
pub(crate) fn quiet() -> Config {
    Config {
        keep_alive: None,
        ..Config::default()
    }
}

/// As [`quiet`], for so many operations at once.
pub(crate) fn window(window: usize) -> Config {
    Config { window, ..quiet() }
}

pub(crate) fn no_login(config: Config) -> Config {
    Config {
        login: Login::None(Account::new("2147").unwrap()),
        ..config
    }
}

pub(crate) fn submit(digits: &str) -> SubmitShortMessage<'_> {
    SubmitShortMessage {
        adc: Address::new(digits).unwrap(),
        oadc: Originator::new("2147").unwrap(),
        message: Message::numeric(digits).unwrap(),
        ..SubmitShortMessage::default()
    }
}

pub(crate) fn deliver(digits: &str) -> DeliverShortMessage<'_> {
    DeliverShortMessage {
        adc: Address::new(digits).unwrap(),
        oadc: Originator::new("0031612345678").unwrap(),
        scts: Second::new(2026, 1, 1, 12, 0, 0).ok(),
        message: Message::numeric(digits).unwrap(),
        ..DeliverShortMessage::default()
    }
}

pub(crate) fn alert(account: &str) -> SmtAlert<'_> {
    SmtAlert {
        adc: AccountAddress::new(account).unwrap(),
        pid: Pid::PC_OVER_TCP_IP,
    }
}

pub(crate) fn login(styp: SessionType) -> SessionManagement<'static> {
    SessionManagement {
        oadc: AccountAddress::new("2147").unwrap(),
        styp,
        pwd: Password::new(Hex::new("736563726574").unwrap()).unwrap(),
        vers: Version::V1_0,
        ..SessionManagement::default()
    }
}

pub(crate) fn trn(trn: u8) -> Trn {
    Trn::new(trn).unwrap()
}

/// An operation or result of any fields: `00/O/31/1234/0539`.
pub(crate) fn frame(text: &str) -> Frame {
    let mut parts = text.split('/');
    let mut part = || parts.next().unwrap();
    let trn = trn(part().parse().unwrap());
    let kind = match part() {
        "O" => OperationKind::Operation,
        "R" => OperationKind::Result,
        other => panic!("{other}"),
    };
    let ot = OperationType::new(part().parse().unwrap()).unwrap();
    let fields: Vec<&[u8]> = parts.map(str::as_bytes).collect();
    Frame::from_fields(trn, kind, ot, &fields).unwrap()
}

/// A frame as [`frame`] takes it, to compare; of operations with many fields the beginning.
pub(crate) fn line(frame: &Frame) -> String {
    let kind = if frame.is_operation() { "O" } else { "R" };
    let mut line = format!("{}/{kind}/{}", frame.trn(), frame.ot());
    for field in frame.fields().take(3) {
        line.push('/');
        line.push_str(std::str::from_utf8(field).unwrap());
    }
    line
}

/// What the result of an operation said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Yes,
    No(u8),
    Nonsense,
}

impl Said {
    pub(crate) fn of(frame: &Frame) -> Self {
        match frame.answer() {
            Ok(answer) => answer
                .error_code()
                .map_or(Self::Yes, |code| Self::No(code.0)),
            Err(_) => Self::Nonsense,
        }
    }
}

/// An event without what only its owner needs. TRNs and operation types as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    LoginRequest,
    LoggedIn,
    LoginRefused(Said),
    Request(u8, u8),
    Repeated(u8, u8),
    Response(u64, Said),
    Unanswered(u64, Written),
    Late(u64, Said),
    Resent(u64, u32),
    Overdue(u64),
    Stray(u8, u8),
    /// And the error code that was answered.
    Refused(u8, u8, u8),
    Bad(&'static str),
    Closed(CloseReason),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Yes,
    No,
}

impl Seen {
    pub(crate) fn of(event: &Event) -> Self {
        let numbers = |frame: &Frame| (frame.trn().get(), frame.ot().get());
        match event {
            Event::LoginRequest(_) => Self::LoginRequest,
            Event::LoggedIn(_) => Self::LoggedIn,
            Event::LoginRefused(frame) => Self::LoginRefused(Said::of(frame)),
            Event::Request(frame) => {
                let (trn, ot) = numbers(frame);
                Self::Request(trn, ot)
            }
            Event::Repeated(frame) => {
                let (trn, ot) = numbers(frame);
                Self::Repeated(trn, ot)
            }
            Event::Response { token, frame } => Self::Response(*token, Said::of(frame)),
            Event::Unanswered { token, written } => {
                let written = if *written { Written::Yes } else { Written::No };
                Self::Unanswered(*token, written)
            }
            Event::LateResponse { token, frame } => Self::Late(*token, Said::of(frame)),
            Event::Resent { token, times } => Self::Resent(*token, *times),
            Event::Overdue { token } => Self::Overdue(*token),
            Event::Stray(frame) => {
                let (trn, ot) = numbers(frame);
                Self::Stray(trn, ot)
            }
            Event::Refused { nack, .. } => {
                Self::Refused(nack.trn.get(), nack.ot.get(), nack.error_code.0)
            }
            Event::Bad(error) => Self::Bad(error.kind().name()),
            Event::Closed(reason) => Self::Closed(*reason),
            other => panic!("an event these tests do not know: {other:?}"),
        }
    }
}

/// One end and what its owner has of it.
pub(crate) struct End {
    pub(crate) session: Session,
    /// Operations and logins that wait for a result.
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

    /// Takes frames the peer sent, as [`frame`] has them.
    pub(crate) fn take_lines(&mut self, lines: &[&str], now: Instant) {
        for line in lines {
            self.take(frame(line).octets(), now);
        }
    }

    fn collect(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.seen.push(Seen::of(&event));
            if let Event::Request(frame) | Event::LoginRequest(frame) = event {
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

    /// What is to be written, as lines to compare.
    pub(crate) fn lines(&mut self) -> Vec<String> {
        self.sends().iter().map(line).collect()
    }

    /// Answers the oldest operation with success.
    pub(crate) fn answer(&mut self) {
        let request = self.requests.pop_front().unwrap();
        self.session.accept(&request, SystemMessage::EMPTY);
        self.collect();
    }

    /// Refuses the oldest operation.
    pub(crate) fn refuse(&mut self, error_code: ErrorCode) {
        let request = self.requests.pop_front().unwrap();
        self.session
            .refuse(&request, error_code, SystemMessage::EMPTY);
        self.collect();
    }

    pub(crate) fn counted(&self, ot: OperationType, counted: Counted) -> (u64, u64) {
        let metrics = self.session.metrics();
        (
            metrics.sent().of(ot, counted),
            metrics.received().of(ot, counted),
        )
    }
}

/// Octets as frames; nothing may be left over.
pub(crate) fn frames(octets: &[u8]) -> Vec<Frame> {
    let mut octets = BytesMut::from(octets);
    let mut frames = Vec::new();
    while let Some(frame) = Frame::split_from(&mut octets, u32::MAX) {
        frames.push(frame.unwrap());
    }
    assert!(octets.is_empty(), "half a frame was written");
    frames
}

/// A client and a service centre with a wire between them.
pub(crate) struct Pair {
    pub(crate) sme: End,
    pub(crate) smsc: End,
    pub(crate) now: Instant,
}

impl Pair {
    pub(crate) fn open(sme: Config, smsc: Config) -> Self {
        let now = Instant::now();
        Self {
            sme: End::new(Session::sme(sme, now)),
            smsc: End::new(Session::smsc(smsc, now)),
            now,
        }
    }

    /// Logged in, with timers that do not meet.
    pub(crate) fn up() -> Self {
        Self::up_with(quiet(), quiet())
    }

    pub(crate) fn up_with(sme: Config, smsc: Config) -> Self {
        let mut pair = Self::open(sme, smsc);
        pair.login().unwrap();
        pair.exchange();
        pair.accept_login();
        assert_eq!(pair.smsc.seen(), [Seen::LoginRequest]);
        assert_eq!(pair.sme.seen(), [Seen::LoggedIn]);
        assert_eq!(pair.states(), (State::Up, State::Up));
        pair
    }

    pub(crate) fn login(&mut self) -> Result<Trn, SendError> {
        self.sme.session.login(&login(SessionType::OPEN), self.now)
    }

    pub(crate) fn accept_login(&mut self) {
        self.smsc.requests.pop_front().unwrap();
        self.smsc
            .session
            .accept_login(SystemMessage::EMPTY, self.now);
        self.exchange();
    }

    pub(crate) fn refuse_login(&mut self) {
        self.smsc.requests.pop_front().unwrap();
        self.smsc
            .session
            .refuse_login(ErrorCode::AUTHENTICATION_FAILURE, SystemMessage::EMPTY);
        self.exchange();
    }

    /// The client submits and gives its token; nothing moves yet.
    pub(crate) fn submit(&mut self, token: u64) -> Result<u8, SendError> {
        let sent = self.sme.session.request(&submit("1"), token, self.now);
        sent.map(Trn::get)
    }

    pub(crate) fn deliver(&mut self, token: u64) -> Result<u8, SendError> {
        let sent = self.smsc.session.request(&deliver("1"), token, self.now);
        sent.map(Trn::get)
    }

    /// Moves octets both ways until there are none.
    pub(crate) fn exchange(&mut self) {
        loop {
            let (to_smsc, to_sme) = (self.sme.octets(), self.smsc.octets());
            // With nothing, too: who was paused may go on.
            self.smsc.take(&to_smsc, self.now);
            self.sme.take(&to_sme, self.now);
            if to_smsc.is_empty() && to_sme.is_empty() {
                return;
            }
        }
    }

    /// Lets time pass; each session is woken when it asked for it.
    pub(crate) fn advance(&mut self, duration: Duration) {
        self.pass(duration, true);
    }

    /// As [`Self::advance`], while nothing gets through.
    pub(crate) fn advance_cut_off(&mut self, duration: Duration) {
        self.pass(duration, false);
    }

    fn pass(&mut self, duration: Duration, exchanges: bool) {
        let end = self.now + duration;
        loop {
            let due = [&self.sme, &self.smsc]
                .into_iter()
                .filter_map(|end| end.session.poll_timeout())
                .min()
                .filter(|due| *due <= end);
            let Some(due) = due else { break };
            assert!(due >= self.now, "what was due is done");
            self.now = due;
            for side in [&mut self.sme, &mut self.smsc] {
                wake(&mut side.session, due);
                side.collect();
            }
            if exchanges {
                self.exchange();
            }
        }
        self.now = end;
    }

    pub(crate) fn states(&self) -> (State, State) {
        (self.sme.session.state(), self.smsc.session.state())
    }

    /// The state of both and that neither waits for anything.
    pub(crate) fn assert_idle(&mut self, sme: State, smsc: State) {
        self.exchange();
        assert_eq!(self.sme.seen(), []);
        assert_eq!(self.smsc.seen(), []);
        assert_eq!(self.states(), (sme, smsc));
        for end in [&self.sme, &self.smsc] {
            assert_eq!(end.session.in_flight(), 0);
            assert_eq!(end.session.octets_in_flight(), 0);
            assert_eq!(end.session.unanswered(), 0);
        }
    }
}

/// Does what is due; an owner that obeys `poll_timeout` must not be woken for nothing again.
pub(crate) fn wake(session: &mut Session, now: Instant) {
    session.handle_timeout(now);
    if let Some(next) = session.poll_timeout() {
        assert!(next > now, "due again at once");
    }
}
