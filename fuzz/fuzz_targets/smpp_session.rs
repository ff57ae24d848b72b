//! Any steps in the life of a session, of either end: what the peer sends, what the owner does,
//! how much time passes. Two sessions go through them, one given octets whole and one in pieces:
//! nobody can tell them apart, and what a session promises holds after every step.
#![no_main]

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::mem::take;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smsgw_fuzz::Script;
use smsgw_smpp::pdu::{AlertNotification, DataSm, DeliverSm, EnquireLink, QuerySm, SubmitSm};
use smsgw_smpp::session::{
    Bind, BindMode, CloseReason, Config, Event, Rate, Role, SendError, Session,
};
use smsgw_smpp::types::InterfaceVersion;
use smsgw_smpp::{CommandId, CommandStatus, Frame, Header, Quirks, SequenceNumber};

/// An own request: its octets, and whether it has its outcome and its late answer.
struct Asked {
    number: SequenceNumber,
    command_id: CommandId,
    len: u64,
    is_over: bool,
    is_late: bool,
}

/// Octets of an `unbind`, its answer and a nack.
const FEW: usize = 48;

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
    is_over: bool,
    /// A stream that cannot be followed is nacked when the rest of the header came with the bad
    /// length: the one thing in which pieces differ.
    is_lost: bool,
    /// Octets the session may have to write: no more than the peer sent and the owner asked for.
    allowance: usize,
}

impl World {
    fn new(script: &mut Script<'_>) -> Self {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        let now = *START;
        // At least a millisecond: without a pause between question and question there is no end.
        let timer = |script: &mut Script<'_>| script.millis() + Duration::from_millis(1);
        let config = Config {
            window: 1 + script.below(8),
            max_unanswered: 1 + script.below(4),
            max_frame_len: [16, 64, 300, Frame::DEFAULT_MAX_LEN][script.below(4)],
            session_init_timer: timer(script),
            enquire_link_timer: script.flag().then(|| timer(script)),
            inactivity_timer: script.flag().then(|| timer(script)),
            response_timer: timer(script),
            window_wait: None,
            rate: script
                .flag()
                .then(|| Rate::per_second(script.octet().into())),
            slow_down: script.flag(),
            interface_version: InterfaceVersion(script.octet()),
            quirks: [Quirks::SESSION, Quirks::STRICT, Quirks::LENIENT][script.below(3)],
        };
        let role = if script.flag() { Role::Mc } else { Role::Esme };
        let session = || match role {
            Role::Esme => Session::esme(config.clone(), now),
            Role::Mc => Session::mc(config.clone(), now),
        };
        Self {
            role,
            now,
            whole: session(),
            buffer: BytesMut::new(),
            pieces: session(),
            own: BTreeMap::new(),
            requests: VecDeque::new(),
            is_over: false,
            is_lost: false,
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
        match script.octet() % 18 {
            0 => self.wait(script.millis()),
            1..=3 => {
                let octets = script.octets();
                self.read(octets, script);
            }
            4..=6 => {
                let (id, status) = (script.below(CommandId::ALL.len()), status(script));
                let number = SequenceNumber(script.octet().into());
                let frame = frame(CommandId::ALL[id], status, number, script.octets());
                self.read(&frame, script);
            }
            7 | 8 => self.be_answered(script),
            9 | 10 => self.ask(script, token),
            11 | 12 => self.answer(script),
            13 => {
                let status = status(script);
                self.both(|session| match status.is_ok() {
                    true => session.accept_bind("mc".try_into().expect("short"), now),
                    false => session.refuse_bind(status),
                });
                // Either answer to a bind.
                self.allowance += 16 + 64;
                self.go_on();
            }
            14 => {
                let mode = match script.octet() % 3 {
                    0 => BindMode::Transmitter,
                    1 => BindMode::Receiver,
                    _ => BindMode::Transceiver,
                };
                let (name, secret) = ("esme".try_into(), "secret".try_into());
                let mut bind = Bind::new(mode, name.expect("short"), secret.expect("short"));
                bind.interface_version = InterfaceVersion(script.octet());
                if self.both(|session| session.bind(&bind, now)).is_ok() {
                    self.allowance += 64;
                }
            }
            15 => self.write(),
            16 => {
                let alert = AlertNotification::default();
                if self.both(|session| session.notify(&alert, now)).is_ok() {
                    self.allowance += 64;
                }
            }
            _ => match script.octet() {
                0..=127 => self.both(|session| session.unbind(now)),
                unwritten @ 128..=191 => {
                    let unwritten = usize::from(unwritten - 128) * 16;
                    self.both(|session| session.handle_disconnect(unwritten));
                }
                _ => self.both(|session| session.close(CloseReason::Local)),
            },
        }
        self.look();
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
            // An `enquire_link`.
            self.allowance += 16;
            self.look();
        }
        self.now = end;
    }

    /// The owner reads, unless the session has enough.
    fn read(&mut self, octets: &[u8], script: &mut Script<'_>) {
        let len = 1 + script.below(40);
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
        // No frame has an answer of the session's own that is longer than the shortest frame.
        self.allowance += had - self.buffer.len();
        let max_len = self.whole.config().max_frame_len;
        let wanted = !self.whole.is_paused() && !self.whole.is_closed();
        assert!(
            !wanted || self.buffer.len() < max_len as usize,
            "octets are kept"
        );
    }

    /// The peer answers something that is asked, or nearly.
    fn be_answered(&mut self, script: &mut Script<'_>) {
        let waiting: Vec<_> = self.own.values().filter(|asked| !asked.is_late).collect();
        let Some(asked) = waiting.get(script.below(waiting.len())) else {
            return;
        };
        let (number, id) = (asked.number, asked.command_id.response());
        let id = if script.flag() {
            CommandId::GENERIC_NACK
        } else {
            id
        };
        let answer = frame(id, status(script), number, script.octets());
        self.read(&answer, script);
    }

    /// The owner requests something.
    fn ask(&mut self, script: &mut Script<'_>, token: u64) {
        let kind = script.octet();
        let called = self.now - script.millis() * u32::from(script.flag());
        let (enquire_link, data) = (EnquireLink::default(), DataSm::default());
        match (kind % 4, self.role) {
            (0, _) => self.request(&enquire_link, token, called),
            (1, _) => self.request(&data, token, called),
            (2, Role::Esme) => self.request(&QuerySm::default(), token, called),
            (_, Role::Esme) => self.request(&SubmitSm::default(), token, called),
            (_, Role::Mc) => self.request(&DeliverSm::default(), token, called),
        }
    }

    fn request<'a, T>(&mut self, body: &T, token: u64, called: Instant)
    where
        T: smsgw_smpp::pdu::Request<'a>,
    {
        let now = self.now;
        let has_room = self.whole.has_room();
        let number = match self.both(|session| session.request_since(body, token, called, now)) {
            Ok(number) => number,
            Err(SendError::Paced(until)) => return assert!(until > now),
            Err(SendError::WindowFull) => return assert!(!has_room),
            Err(_) => return,
        };
        assert!(has_room && (1..=0x7FFF_FFFF).contains(&number.0));
        let mut octets = BytesMut::new();
        body.encode(CommandStatus::ESME_ROK, number, &mut octets);
        self.allowance += octets.len();
        let asked = Asked {
            number,
            command_id: T::COMMAND_ID,
            len: octets.len() as u64,
            is_over: false,
            is_late: false,
        };
        assert!(self.own.insert(token, asked).is_none());
    }

    /// The owner answers the oldest request, or leaves it.
    fn answer(&mut self, script: &mut Script<'_>) {
        let (how, status) = (script.octet(), status(script));
        let Some(request) = self.requests.pop_front() else {
            return;
        };
        let header: Header = request.header();
        let number = header.sequence_number;
        self.both(|session| match how % 4 {
            0 => session.ignore(header),
            1 => session.respond(&smsgw_smpp::pdu::SubmitSmResp::default(), status, number),
            _ => session.reject(header, status),
        });
        // Its own octets and the answer to an `unbind` that waited for it.
        self.allowance += 32;
        self.go_on();
    }

    /// The owner writes.
    fn write(&mut self) {
        let (mut out, mut same) = (BytesMut::new(), BytesMut::new());
        self.whole.poll_transmit(&mut out);
        self.pieces.poll_transmit(&mut same);
        if !self.is_lost {
            assert_eq!(out, same);
        }
        assert!(
            out.len() <= take(&mut self.allowance),
            "{} octets",
            out.len()
        );
        while let Some(frame) = Frame::split_from(&mut out, u32::MAX).expect("frames") {
            assert!(frame.pdu().is_ok(), "{frame:?}");
        }
        assert!(out.is_empty(), "half a frame");
        self.allowance = FEW;
    }

    /// Takes the events and sees whether all is as it must be.
    fn look(&mut self) {
        while let Some(event) = self.both(Session::poll_event) {
            assert!(!self.is_over, "{event:?} after the end");
            match event {
                Event::Request(frame) => {
                    assert!(frame.pdu().is_ok());
                    self.requests.push_back(frame);
                }
                Event::Response { token, .. } | Event::Unanswered { token, .. } => {
                    let asked = self.own.get_mut(&token).expect("a token of ours");
                    assert!(!asked.is_over, "two outcomes");
                    asked.is_over = true;
                    asked.is_late = matches!(event, Event::Response { .. });
                }
                Event::LateResponse { token, .. } => {
                    let asked = self.own.get_mut(&token).expect("a token of ours");
                    assert!(asked.is_over && !asked.is_late, "not late");
                    asked.is_late = true;
                }
                Event::Closed(reason) => {
                    self.is_over = true;
                    self.is_lost = matches!(reason, CloseReason::Frame(_));
                }
                _ => {}
            }
        }
        let session = &self.whole;
        assert_eq!(self.is_over, session.is_closed());
        let waiting: Vec<_> = self.own.values().filter(|asked| !asked.is_over).collect();
        let numbers: HashSet<_> = waiting.iter().map(|asked| asked.number.0).collect();
        assert_eq!(numbers.len(), waiting.len(), "a number twice");
        assert_eq!(session.in_flight(), waiting.len(), "one outcome each");
        let octets: u64 = waiting.iter().map(|asked| asked.len).sum();
        assert!(session.octets_in_flight() <= octets);
        let config = session.config();
        assert!(waiting.len() <= config.window);
        assert!(self.requests.len() <= config.max_unanswered);
        self.both(|session| {
            let paused = session.is_paused();
            let pace = session.pace().clone();
            let rest = (
                session.in_flight(),
                session.octets_in_flight(),
                session.version(),
            );
            (session.state(), paused, pace, session.poll_timeout(), rest)
        });
        assert!(!self.is_over || self.whole.poll_timeout().is_none());
    }
}

fn status(script: &mut Script<'_>) -> CommandStatus {
    match script.octet() {
        status @ 0..=127 => CommandStatus(u32::from(status) % 4 * 5),
        128..=191 => CommandStatus::ESME_RTHROTTLED,
        status => CommandStatus(u32::from(status) << 4),
    }
}

fn frame(id: CommandId, status: CommandStatus, number: SequenceNumber, body: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    octets.extend((16 + body.len() as u32).to_be_bytes());
    for word in [id.0, status.0, number.0] {
        octets.extend(word.to_be_bytes());
    }
    octets.extend(body);
    octets
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
    assert!(world.is_over);
    world.write();
});
