//! Any steps in the life of a UCP session, of either end: what the peer sends, what the owner does,
//! how much time passes. Two sessions go through them, one given octets whole and one in pieces:
//! nobody can tell them apart, and what a session promises holds after every step.
#![no_main]

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::mem::take;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use smsgw_fuzz::Script;
use smsgw_fuzz::ucp::frame;
use smsgw_ucp::op::*;
use smsgw_ucp::session::{
    Account, CloseReason, Config, Direction, Event, Login, Role, SendError, Session, State,
    TimeoutPolicy,
};
use smsgw_ucp::types::{AccountAddress, Address, Minute, Pid, SessionType, Version};
use smsgw_ucp::{
    ErrorCode, Frame, MessageKey, OperationKind, OperationType, Quirks, SystemMessage, Trn,
};

/// An own operation, from the request to its last result.
#[derive(Debug)]
struct Asked {
    trn: Trn,
    ot: OperationType,
    len: u64,
    /// How often it was sent.
    copies: u32,
    /// How many octets the stream had with the last one of the first copy.
    end: u64,
    is_over: bool,
    /// How many results came.
    results: u32,
}

/// What a peer that counts knows of the operations it was sent: by TRN.
#[derive(Default)]
struct Wire {
    outstanding: BTreeMap<Trn, Bytes>,
    /// Of operations that were given up, or sent more often than answered: until when.
    reserved: HashMap<Trn, Instant>,
    /// Octets of all frames.
    total: u64,
}

/// Octets of a result of the session's own, and of a keep-alive with its account's name.
const FEW: usize = 100;

struct World {
    role: Role,
    now: Instant,
    /// Given whole reads in a buffer of its owner's.
    whole: Session,
    buffer: BytesMut,
    /// Given the same in pieces.
    pieces: Session,
    /// By token.
    own: BTreeMap<u64, Asked>,
    /// Of the peer, without an answer.
    requests: VecDeque<Frame>,
    /// What the peer sent last.
    last: Option<Frame>,
    /// What the tap saw since it was looked at.
    tapped: Arc<Mutex<Vec<(Direction, Bytes)>>>,
    wire: Wire,
    /// Octets that were handed over to be written.
    handed_over: u64,
    /// How many of all octets count as written when the session ends.
    written: u64,
    is_over: bool,
    /// Octets the session may have to write: few for what the peer sent and the owner asked for.
    allowance: usize,
}

impl World {
    fn new(script: &mut Script<'_>) -> Self {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        let now = *START;
        // At least a millisecond: without a pause between copy and copy there is no end.
        let timer = |script: &mut Script<'_>| script.millis() + Duration::from_millis(1);
        let account = Account::new("2147").expect("a name");
        let config = Config {
            login: match script.flag() {
                true => Login::Required,
                false => Login::None(account),
            },
            login_timer: timer(script),
            window: [1, 2, 3, 4, 8, 100][script.below(6)],
            max_unanswered: 1 + script.below(4),
            result_timer: timer(script),
            on_timeout: [
                TimeoutPolicy::Disconnect,
                TimeoutPolicy::Wait,
                TimeoutPolicy::Resend { times: 0 },
                TimeoutPolicy::Resend { times: 1 },
                TimeoutPolicy::Resend { times: 3 },
            ][script.below(5)],
            late_reserve: timer(script),
            window_wait: None,
            keep_alive: script.flag().then(|| timer(script)),
            alert_at_login: script.flag(),
            inactivity_timer: script.flag().then(|| timer(script)),
            answer_alerts: script.flag(),
            answer_pings: script.flag(),
            max_frame_len: [Frame::DEFAULT_MAX_LEN, 1, 40, 300][script.below(4)],
            max_bad_frames: [100, 0, 3][script.below(3)],
            max_junk: [usize::MAX, 0, 40][script.below(3)],
            quirks: [Quirks::LENIENT, Quirks::STRICT, Quirks::TOLERANT][script.below(3)],
        };
        let role = [Role::Sme, Role::Smsc][script.below(2)];
        let session = || match role {
            Role::Sme => Session::sme(config.clone(), now),
            Role::Smsc => Session::smsc(config.clone(), now),
        };
        let (mut whole, tapped) = (session(), Arc::<Mutex<Vec<_>>>::default());
        let tap = Arc::clone(&tapped);
        whole.tap(move |direction, octets| {
            let octets = Bytes::copy_from_slice(octets);
            tap.lock().expect("one thread").push((direction, octets));
        });
        Self {
            role,
            now,
            whole,
            buffer: BytesMut::new(),
            pieces: session(),
            own: BTreeMap::new(),
            requests: VecDeque::new(),
            last: None,
            tapped,
            wire: Wire::default(),
            handed_over: 0,
            written: u64::MAX,
            is_over: false,
            allowance: FEW,
        }
    }

    /// Does the same to both sessions.
    fn both<R: PartialEq + std::fmt::Debug>(&mut self, act: impl Fn(&mut Session) -> R) -> R {
        let result = act(&mut self.whole);
        assert_eq!(act(&mut self.pieces), result);
        result
    }

    fn step(&mut self, script: &mut Script<'_>, token: u64) {
        let now = self.now;
        match script.octet() % 20 {
            0 | 1 => self.wait(script.millis()),
            2 => {
                let octets = script.octets();
                self.read(octets, script);
            }
            3 => {
                let known = OperationType::ALL;
                let ot = known[script.below(known.len())];
                let kind = [OperationKind::Operation, OperationKind::Result][script.below(2)];
                self.frame(trn(script), kind, ot, script.octets(), script);
            }
            4 | 5 => {
                let operations = self.role.peer_operations();
                let (ot, fields) = operations[script.below(operations.len())];
                let kind = OperationKind::Operation;
                self.frame(trn(script), kind, ot, fields.as_bytes(), script);
            }
            6 => {
                if let Some(frame) = self.last.clone() {
                    self.read(frame.octets(), script);
                }
            }
            7 => self.spoil(script),
            8..=10 => self.be_answered(script),
            11 | 12 => self.ask(script, token),
            13 | 14 => self.answer(script),
            15 => {
                let error_code = ErrorCode(script.octet() % 4);
                self.both(|session| match error_code {
                    ErrorCode(0) => session.accept_login(SystemMessage::EMPTY, now),
                    _ => session.refuse_login(error_code, SystemMessage::EMPTY),
                });
                self.allowance += FEW;
                self.go_on();
            }
            16 => {
                let login = login();
                if self.both(|session| session.login(&login, now)).is_ok() {
                    self.allowance += FEW;
                }
            }
            17 => self.write(),
            18 => {
                let unread = script.flag();
                self.both(|session| session.set_unread(unread));
                self.go_on();
            }
            _ => self.end(script.octet()),
        }
        self.look();
    }

    fn end(&mut self, how: u8) {
        let now = self.now;
        match how {
            0..=99 => self.both(|session| session.close_when_answered(now)),
            100..=149 => {
                self.requests.clear();
                self.both(|session| session.abandon(now));
            }
            150..=219 => {
                let unwritten = usize::from(how - 150) * 8;
                if !self.is_over {
                    self.written = self.handed_over.saturating_sub(unwritten as u64);
                }
                self.both(|session| session.handle_disconnect(unwritten));
            }
            _ => self.both(|session| session.close(CloseReason::Local)),
        }
    }

    /// Lets time pass, with an owner that is woken when it asked for it.
    fn wait(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(due) = self.both(|session| session.poll_timeout()) {
            if due > end {
                break;
            }
            self.now = due.max(self.now);
            let now = self.now;
            self.both(|session| session.handle_timeout(now));
            let next = self.both(|session| session.poll_timeout());
            assert!(next.is_none_or(|next| next > now), "due again at once");
            self.allowance += FEW;
            self.look();
        }
        self.now = end;
    }

    /// The owner reads, unless the session has enough.
    fn read(&mut self, octets: &[u8], script: &mut Script<'_>) {
        let len = match self.whole.config().max_junk {
            usize::MAX => 1 + script.below(40),
            // What is too much with what comes behind it is, and alone: pieces are told apart.
            _ => octets.len().max(1),
        };
        if self.is_over || self.whole.is_paused() {
            return;
        }
        let before = self.buffer.len();
        self.buffer.extend_from_slice(octets);
        self.whole.handle_buffer(&mut self.buffer, self.now);
        for piece in octets.chunks(len) {
            self.pieces.handle_octets(piece, self.now);
        }
        self.taken(before + octets.len());
    }

    /// What was held back by a pause is taken, as far as the session wants it.
    fn go_on(&mut self) {
        let before = self.buffer.len();
        self.whole.handle_buffer(&mut self.buffer, self.now);
        self.pieces.handle_octets(&[], self.now);
        self.taken(before);
    }

    fn taken(&mut self, had: usize) {
        // The shortest that is answered has 10 octets, the longest answer of the session 25.
        self.allowance += 3 * (had - self.buffer.len());
        let max_len = self.whole.config().max_frame_len as usize;
        let wanted = !self.whole.is_paused() && !self.whole.is_closed();
        assert!(!wanted || self.buffer.len() < max_len, "octets are kept");
        assert!(!self.whole.is_closed() || self.buffer.is_empty());
    }

    /// The peer sends a frame of these fields.
    fn frame(
        &mut self,
        trn: Trn,
        kind: OperationKind,
        ot: OperationType,
        fields: &[u8],
        script: &mut Script<'_>,
    ) {
        if let Some(frame) = frame(trn, kind, ot, fields) {
            self.read(frame.octets(), script);
            self.last = Some(frame);
        }
    }

    /// The peer sends what it sent before, with another octet in it.
    fn spoil(&mut self, script: &mut Script<'_>) {
        let Some(frame) = &self.last else { return };
        let mut octets = frame.octets().to_vec();
        let at = script.below(octets.len());
        octets[at] = script.octet();
        self.read(&octets, script);
    }

    /// The peer gives a result to something that was asked, or nearly.
    fn be_answered(&mut self, script: &mut Script<'_>) {
        let (which, how) = (script.octet(), script.octet());
        let of_peer = self.wire.outstanding.values();
        let of_peer = of_peer.filter_map(|octets| Frame::copy_from(octets).ok());
        let of_owner = self.own.values().rev().take(8);
        let asked: Vec<_> = of_peer
            .map(|frame| (frame.trn(), frame.ot()))
            // Late ones, mostly.
            .chain(of_owner.map(|asked| (asked.trn, asked.ot)))
            .collect();
        let Some(&(trn, ot)) = asked.get(usize::from(which) % asked.len().max(1)) else {
            return;
        };
        let fields = match how {
            0..=99 if ot.has_mvp() => "A//2147:010126120000",
            0..=99 => "A/2147:010126120000",
            100..=199 => "N/04/not now",
            200..=219 => "A",
            _ => "N/xx/",
        };
        let kind = OperationKind::Result;
        self.frame(trn, kind, ot, fields.as_bytes(), script);
    }

    /// The owner requests something.
    fn ask(&mut self, script: &mut Script<'_>, token: u64) {
        let kind = script.octet();
        let adc = Address::new("00491701234567").expect("digits");
        let alert = SmtAlert {
            adc: AccountAddress::new("2147").expect("a name"),
            pid: Pid::PC_OVER_TCP_IP,
        };
        let submit = SubmitShortMessage {
            adc,
            ..SubmitShortMessage::default()
        };
        let deliver = DeliverShortMessage {
            adc,
            ..DeliverShortMessage::default()
        };
        let call = CallInput {
            adc,
            ..CallInput::default()
        };
        match kind % 8 {
            0 => self.request(&alert, token),
            1 => self.request(&call, token),
            2 => self.request(&login(), token),
            3 => self.request(&ListManagement::default(), token),
            4 | 5 => self.request(&submit, token),
            _ => self.request(&deliver, token),
        }
    }

    fn request<'a, T: Op<'a>>(&mut self, op: &T, token: u64) {
        let now = self.now;
        let has_room = self.whole.has_room();
        let sent = self.both(|session| session.request(op, token, now));
        let trn = match sent {
            Ok(trn) => trn,
            Err(SendError::WindowFull) => return assert!(!has_room),
            Err(SendError::State(state)) => {
                assert!(state == self.whole.state() && state != State::Up);
                return;
            }
            Err(SendError::Direction) => return assert!(!self.role.sends(T::OT)),
            Err(SendError::Reserved(_)) => {
                let taken = self.wire.outstanding.len() + self.wire.reserved.len();
                // One may be parked.
                assert!(taken + 1 >= usize::from(Trn::COUNT), "{taken} are taken");
                return;
            }
        };
        assert!(has_room && self.role.sends(T::OT));
        let len = op.to_frame(trn).octets().len();
        self.allowance += len;
        let asked = Asked {
            trn,
            ot: T::OT,
            len: len as u64,
            copies: 0,
            end: 0,
            is_over: false,
            results: 0,
        };
        assert!(self.own.insert(token, asked).is_none());
    }

    /// The owner answers an operation, or leaves it.
    fn answer(&mut self, script: &mut Script<'_>) {
        let (which, how) = (script.octet(), script.octet());
        let which = usize::from(which) % self.requests.len().max(1);
        let Some(operation) = self.requests.remove(which) else {
            return;
        };
        let scts = Minute::new(2026, 1, 1, 12, 0).and_then(|minute| minute.with_second(0));
        let scts = scts.expect("a time");
        let key = MessageKey { adc: "2147", scts };
        let mvp = Minute::new(2026, 1, 1, 12, 0).expect("a time");
        self.both(|session| {
            let sm = SystemMessage::key(&key).expect("a key");
            match how % 8 {
                0 => session.ignore(&operation),
                1 | 2 => session.refuse(&operation, ErrorCode(how), sm),
                3 => {
                    let ot = operation.ot();
                    let answered = session.accept_until(&operation, mvp, sm);
                    assert_eq!(answered.is_ok(), ot.has_mvp());
                    if answered.is_err() {
                        session.accept(&operation, sm);
                    }
                }
                _ => session.accept(&operation, sm),
            }
        });
        self.allowance += FEW;
        self.go_on();
    }

    /// The owner writes.
    fn write(&mut self) {
        let (mut out, mut same) = (BytesMut::new(), BytesMut::new());
        self.whole.poll_transmit(&mut out);
        self.pieces.poll_transmit(&mut same);
        assert_eq!(out, same);
        self.handed_over += out.len() as u64;
        let allowance = take(&mut self.allowance);
        assert!(out.len() <= allowance, "{} of {allowance}", out.len());
        while let Some(frame) = Frame::split_from(&mut out, u32::MAX) {
            let frame = frame.expect("whole frames");
            let is_readable = match frame.is_operation() {
                true => frame
                    .operation()
                    .is_ok_and(|operation| operation.known().is_ok()),
                false => frame.answer().is_ok() || !frame.ot().is_known(),
            };
            assert!(is_readable, "{frame:?}");
        }
        assert!(out.is_empty(), "half a frame");
        self.allowance = FEW;
    }

    /// Takes the events and sees whether all is as it must be.
    fn look(&mut self) {
        let mut events = Vec::new();
        while let Some(event) = self.both(Session::poll_event) {
            events.push(event);
        }
        self.follow(&events);
        for event in events {
            self.take(event);
        }
        self.compare();
    }

    /// What went over the wire, in its order.
    fn follow(&mut self, events: &[Event]) {
        let wire = &mut self.wire;
        let has_ended = self.whole.is_closed();
        // One that is given up makes room for the keep-alive of the same moment.
        for event in events.iter().filter(|_| !has_ended) {
            let Event::Unanswered { token, .. } = event else {
                continue;
            };
            let asked = &self.own[token];
            let sent = wire.outstanding.get(&asked.trn);
            if asked.copies > 0 && sent.is_some() {
                wire.outstanding.remove(&asked.trn);
                let until = self.now + self.whole.config().late_reserve;
                wire.reserved.insert(asked.trn, until);
            }
        }
        let now = self.now;
        wire.reserved.retain(|_, until| *until > now);
        let tapped = take(&mut *self.tapped.lock().expect("one thread"));
        for (direction, octets) in tapped {
            let frame = Frame::new_with(octets.clone(), &Quirks::TOLERANT).expect("a frame");
            let trn = frame.trn();
            if direction == Direction::Sent {
                wire.total += octets.len() as u64;
            }
            match (direction, frame.is_operation()) {
                (Direction::Sent, true) => {
                    let before = wire.outstanding.insert(trn, octets.clone());
                    assert!(
                        before.is_none_or(|before| before == octets),
                        "one number for two"
                    );
                    assert!(!wire.reserved.contains_key(&trn), "a reserved number");
                    let window = self.whole.config().window;
                    assert!(wire.outstanding.len() <= window, "over the window");
                    let asked = self.own.values_mut();
                    let of = |asked: &&mut Asked| {
                        !asked.is_over && (asked.trn, asked.ot) == (trn, frame.ot())
                    };
                    if let Some(asked) = asked.into_iter().find(of) {
                        asked.copies += 1;
                        if asked.copies == 1 {
                            asked.end = wire.total;
                        }
                    }
                }
                (Direction::Received, false) => {
                    let of_it = |sent: &Bytes| sent[12..14] == octets[12..14];
                    if wire.outstanding.get(&trn).is_some_and(of_it) {
                        wire.outstanding.remove(&trn);
                    }
                }
                _ => {}
            }
        }
        if has_ended {
            wire.outstanding.clear();
            wire.reserved.clear();
        }
    }

    fn take(&mut self, event: Event) {
        assert!(!self.is_over, "{event:?} after the end");
        match event {
            Event::Request(frame) => {
                assert!(frame.is_operation() && self.role.peer().sends(frame.ot()));
                assert!(frame.operation_with(&self.whole.config().quirks).is_ok());
                self.requests.push_back(frame);
            }
            Event::Repeated(frame) => assert!(self.requests.contains(&frame)),
            Event::Response { token, frame } => {
                let asked = self.own.get_mut(&token).expect("a token of ours");
                assert!(!asked.is_over, "two outcomes");
                assert_eq!((frame.trn(), frame.ot()), (asked.trn, asked.ot));
                assert!(asked.copies > 0, "a result of what was not sent");
                asked.is_over = true;
                asked.results = 1;
                self.reserve(token);
            }
            Event::Unanswered { token, written } => {
                let asked = self.own.get_mut(&token).expect("a token of ours");
                assert!(!asked.is_over, "two outcomes");
                asked.is_over = true;
                let is_written = asked.copies > 0 && asked.end <= self.written;
                assert_eq!(written, is_written, "{asked:?}");
            }
            Event::LateResponse { token, frame } => {
                let asked = self.own.get_mut(&token).expect("a token of ours");
                assert!(asked.is_over, "not late");
                assert_eq!((frame.trn(), frame.ot()), (asked.trn, asked.ot));
                asked.results += 1;
                assert!(
                    asked.results <= asked.copies,
                    "more results than operations"
                );
                if asked.results == asked.copies {
                    self.wire.reserved.remove(&asked.trn);
                }
            }
            Event::Resent { token, times } => {
                let asked = &self.own[&token];
                assert!(!asked.is_over && asked.copies == times + 1);
                self.allowance += asked.len as usize;
            }
            Event::Overdue { token } => assert!(!self.own[&token].is_over),
            Event::Refused { nack, frame, .. } => {
                let numbers = frame.map_or((nack.trn, nack.ot), |frame| (frame.trn(), frame.ot()));
                assert_eq!(numbers, (nack.trn, nack.ot));
            }
            Event::Closed(_) => self.is_over = true,
            _ => {}
        }
    }

    /// The number of one that was sent more often than answered is not given to another.
    fn reserve(&mut self, token: u64) {
        let asked = &self.own[&token];
        if asked.copies > 1 && !self.whole.is_closed() {
            let until = self.now + self.whole.config().late_reserve;
            self.wire.reserved.insert(asked.trn, until);
        }
    }

    fn compare(&mut self) {
        let session = &self.whole;
        assert_eq!(self.is_over, session.is_closed());
        let waiting: Vec<_> = self.own.values().filter(|asked| !asked.is_over).collect();
        assert_eq!(session.in_flight(), waiting.len(), "one outcome each");
        let octets: u64 = waiting
            .iter()
            .map(|asked| asked.len * u64::from(asked.copies))
            .sum();
        assert!(session.octets_in_flight() >= octets);
        // A login and a keep-alive.
        assert!(session.octets_in_flight() <= octets + 2 * FEW as u64);
        let config = session.config();
        assert!(waiting.len() <= config.window);
        // At most one waits for a keep-alive to be answered.
        assert!(waiting.iter().filter(|asked| asked.copies == 0).count() <= 1);
        assert!(self.requests.len() <= config.max_unanswered);
        assert!(self.is_over || session.unanswered() == self.requests.len());
        let account = session.account().is_some();
        assert!(session.state() != State::Up || account || config.login == Login::Required);
        self.both(|session| {
            let rest = (
                session.is_paused(),
                session.has_room(),
                session.poll_timeout(),
            );
            let counted = (
                session.in_flight(),
                session.octets_in_flight(),
                session.unanswered(),
                session.metrics().faults().clone(),
            );
            (session.state(), session.account().cloned(), rest, counted)
        });
        assert!(!self.is_over || self.whole.poll_timeout().is_none());
    }
}

trait Ends {
    /// Operations that the peer of this end sends, and others.
    fn peer_operations(self) -> &'static [(OperationType, &'static str)];
}

/// The fields of OT 51 to 58 from OAdC on, with a message.
macro_rules! message {
    ($adc:literal) => {
        concat!($adc, "/1234/////////////////3//68656C6C6F////////////")
    };
}

impl Ends for Role {
    fn peer_operations(self) -> &'static [(OperationType, &'static str)] {
        const TO_SMSC: &[(OperationType, &str)] = &[
            (
                OperationType::SESSION_MANAGEMENT,
                "2147/6/5/1/68656C6C6F//0100/////",
            ),
            (OperationType::SUBMIT_SHORT_MESSAGE, message!("1")),
            (OperationType::SUBMIT_SHORT_MESSAGE, message!("2")),
            (
                OperationType::SUBMIT_SHORT_MESSAGE,
                "////////////////////////////////",
            ),
            (OperationType::SMT_ALERT, "2147/0539"),
            (OperationType::CALL_INPUT, "1/2/3/2/123"),
            (
                OperationType::SESSION_MANAGEMENT,
                "2147/6/5/3/68656C6C6F/68656C6C6F/0100/////",
            ),
            (OperationType::DELIVER_SHORT_MESSAGE, message!("1")),
        ];
        const TO_SME: &[(OperationType, &str)] = &[
            (
                OperationType::DELIVER_SHORT_MESSAGE,
                "1/2////////////010126120000////3//68656C6C6F////////////",
            ),
            (
                OperationType::DELIVER_NOTIFICATION,
                "1/2////////////010126120000/0/000/010126120000/3//68656C6C6F////////////",
            ),
            (
                OperationType::DELIVER_SHORT_MESSAGE,
                "3/2////////////010126120000////3//68656C6C6F////////////",
            ),
            (OperationType::SMT_ALERT, "2147/0539"),
            (OperationType::CALL_INPUT, "1/2/3/2/123"),
            (OperationType::SUBMIT_SHORT_MESSAGE, message!("1")),
        ];
        match self {
            Role::Sme => TO_SME,
            Role::Smsc => TO_SMSC,
        }
    }
}

fn login() -> SessionManagement<'static> {
    SessionManagement {
        oadc: AccountAddress::new("2147").expect("a name"),
        styp: SessionType::OPEN,
        vers: Version::V1_0,
        ..SessionManagement::default()
    }
}

/// Few: they are to meet.
fn trn(script: &mut Script<'_>) -> Trn {
    Trn::new(script.octet() % 8).expect("below 100")
}

fuzz_target!(|octets: &[u8]| {
    let mut script = Script(octets);
    let mut world = World::new(&mut script);
    let mut token = 0;
    while !script.0.is_empty() {
        world.step(&mut script, token);
        token += 1;
    }
    world.both(|session| session.close(CloseReason::Local));
    world.look();
    assert!(world.is_over && world.own.values().all(|asked| asked.is_over));
    world.write();
});
