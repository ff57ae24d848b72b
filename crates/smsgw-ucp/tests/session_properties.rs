//! What holds for a session whatever the peer sends, in whatever pieces, and for two of them over a
//! wire that loses, repeats and cuts what they send.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod common;
mod support;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use common::{FRAMES, MALFORMED, framed, lines, octets};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use smsgw_ucp::op::Op as _;
use smsgw_ucp::session::{
    CloseReason, Config, Direction, Event, Role, SendError, Session, State, TimeoutPolicy,
};
use smsgw_ucp::types::SessionType;
use smsgw_ucp::{ErrorCode, Frame, OperationType, SystemMessage, Trn};
use support::{Pair, deliver, frames, login, ms, secs, submit, trn, wake};

const WINDOW: usize = 4;
const MAX_UNANSWERED: usize = 3;
const NONE: SystemMessage<'_> = SystemMessage::EMPTY;

fn policy() -> impl Strategy<Value = TimeoutPolicy> {
    select(vec![
        TimeoutPolicy::Disconnect,
        TimeoutPolicy::Resend { times: 0 },
        TimeoutPolicy::Resend { times: 2 },
        TimeoutPolicy::Wait,
    ])
}

fn config(on_timeout: TimeoutPolicy) -> Config {
    Config {
        window: WINDOW,
        max_unanswered: MAX_UNANSWERED,
        on_timeout,
        keep_alive: Some(secs(50)),
        alert_at_login: true,
        inactivity_timer: Some(secs(600)),
        max_frame_len: 1_000,
        max_bad_frames: 20,
        max_junk: 5_000,
        ..Config::default()
    }
}

// One session and whatever comes.

/// What the owner or the wire does next.
#[derive(Clone, Debug)]
enum Step {
    Octets(Vec<u8>),
    Wait(u64),
    Request,
    Answer(usize, bool),
    AcceptLogin,
    RefuseLogin,
    Login,
    CloseWhenAnswered,
    Unread(bool),
    Disconnect(usize),
    Transmit,
}

/// Octets that are nothing, and frames good and bad with small numbers, that hit what is in flight.
fn input() -> impl Strategy<Value = Vec<u8>> {
    let vectors: Vec<Vec<u8>> = [FRAMES, MALFORMED]
        .into_iter()
        .flat_map(lines)
        .map(|line| octets(&line))
        .filter(|octets| octets.len() > 17 && octets[3] == b'/')
        .collect();
    let numbered = |mut octets: Vec<u8>, number: u8| {
        // The checksum is the sum.
        octets[1..3].copy_from_slice(format!("{number:02}").as_bytes());
        let end = octets.len() - 3;
        let sum = octets[1..end]
            .iter()
            .fold(0, |sum: u8, o| sum.wrapping_add(*o));
        octets[end..end + 2].copy_from_slice(format!("{sum:02X}").as_bytes());
        octets
    };
    let known: Vec<u8> = OperationType::ALL.iter().map(|ot| ot.get()).collect();
    let result = (
        0_u8..12,
        select(known),
        select(vec!["A//", "A/", "N/04/", "A", "X/"]),
    )
        .prop_map(|(number, ot, fields)| {
            support::frame(&format!("{number:02}/R/{ot:02}/{fields}"))
                .octets()
                .to_vec()
        });
    prop_oneof![
        2 => vec(any::<u8>(), 0..40),
        1 => vec(select(vec![2_u8, 3, b'/', b'0']), 0..40),
        10 => (select(vectors), 0_u8..12).prop_map(move |(octets, number)| numbered(octets, number)),
        10 => result,
        5 => (0_u8..12, "[0-9]{1,3}").prop_map(|(number, digits)| {
            submit(&digits).to_frame(trn(number)).octets().to_vec()
        }),
        2 => Just(login(SessionType::OPEN).to_frame(trn(0)).octets().to_vec()),
        1 => Just(framed("05/00026/O/31/1234/0539/")),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => input().prop_map(Step::Octets),
        4 => (0_u64..80_000).prop_map(Step::Wait),
        8 => Just(Step::Request),
        8 => (0_usize..4, any::<bool>()).prop_map(|(which, well)| Step::Answer(which, well)),
        2 => Just(Step::AcceptLogin),
        1 => Just(Step::RefuseLogin),
        2 => Just(Step::Login),
        1 => Just(Step::CloseWhenAnswered),
        1 => any::<bool>().prop_map(Step::Unread),
        1 => (0_usize..100).prop_map(Step::Disconnect),
        8 => Just(Step::Transmit),
    ]
}

/// A session and all that must hold of it.
struct Watched {
    session: Session,
    now: Instant,
    requests: Vec<Frame>,
    /// By token: how many outcomes it had.
    outcomes: HashMap<u64, u32>,
    closed: bool,
    sent: BytesMut,
}

impl Watched {
    fn new(session: Session, now: Instant) -> Self {
        Self {
            session,
            now,
            requests: Vec::new(),
            outcomes: HashMap::new(),
            closed: false,
            sent: BytesMut::new(),
        }
    }

    fn step(&mut self, step: &Step, token: u64) -> Result<(), TestCaseError> {
        let now = self.now;
        let session = &mut self.session;
        match step {
            // An owner that obeys a pause.
            Step::Octets(octets) if !session.is_paused() => session.handle_octets(octets, now),
            Step::Octets(_) => {}
            Step::Wait(millis) => {
                let end = now + ms(*millis);
                while let Some(due) = self.session.poll_timeout().filter(|due| *due <= end) {
                    self.now = due.max(self.now);
                    wake(&mut self.session, self.now);
                    self.look()?;
                }
                self.now = end;
            }
            Step::Request => {
                if request(session, token, now).is_ok() {
                    self.outcomes.insert(token, 0);
                }
            }
            Step::Answer(which, well) => {
                if *which < self.requests.len() {
                    let request = self.requests.remove(*which);
                    if *well {
                        session.accept(&request, NONE);
                    } else {
                        session.refuse(&request, ErrorCode(6), NONE);
                    }
                    session.handle_octets(&[], now);
                }
            }
            Step::AcceptLogin => {
                session.accept_login(NONE, now);
                session.handle_octets(&[], now);
            }
            Step::RefuseLogin => {
                session.refuse_login(ErrorCode::AUTHENTICATION_FAILURE, NONE);
                session.handle_octets(&[], now);
            }
            Step::Login => {
                let _ = session.login(&login(SessionType::OPEN), now);
            }
            Step::CloseWhenAnswered => session.close_when_answered(now),
            Step::Unread(unread) => {
                session.set_unread(*unread);
                session.handle_octets(&[], now);
            }
            Step::Disconnect(unwritten) => session.handle_disconnect(*unwritten),
            Step::Transmit => {
                session.poll_transmit(&mut self.sent);
                frames(&self.sent);
                self.sent.clear();
            }
        }
        self.look()
    }

    fn look(&mut self) -> Result<(), TestCaseError> {
        while let Some(event) = self.session.poll_event() {
            prop_assert!(!self.closed, "{event:?} after the end");
            match event {
                Event::Request(frame) => self.requests.push(frame),
                Event::Response { token, .. } | Event::Unanswered { token, .. } => {
                    *self.outcomes.get_mut(&token).unwrap() += 1;
                }
                Event::LateResponse { token, .. } => prop_assert_eq!(self.outcomes[&token], 1),
                Event::Resent { token, .. } | Event::Overdue { token } => {
                    prop_assert_eq!(self.outcomes[&token], 0);
                }
                Event::Closed(_) => self.closed = true,
                _ => {}
            }
        }
        prop_assert_eq!(self.closed, self.session.is_closed());
        prop_assert!(self.session.in_flight() <= WINDOW);
        prop_assert!(self.session.unanswered() <= MAX_UNANSWERED);
        if !self.closed {
            prop_assert_eq!(self.requests.len(), self.session.unanswered());
        }
        let open = self.outcomes.values().filter(|count| **count == 0).count();
        prop_assert_eq!(open, self.session.in_flight(), "one outcome each");
        prop_assert!(self.outcomes.values().all(|count| *count <= 1));
        Ok(())
    }
}

fn request(session: &mut Session, token: u64, now: Instant) -> Result<Trn, SendError> {
    match session.role() {
        Role::Sme => session.request(&submit("1"), token, now),
        Role::Smsc => session.request(&deliver("1"), token, now),
    }
}

/// Every event and every octet sent when a service centre reads these pieces.
fn play(pieces: &[&[u8]]) -> (Vec<Event>, BytesMut, State) {
    let on_timeout = TimeoutPolicy::Disconnect;
    let Pair { mut smsc, now, .. } = Pair::up_with(config(on_timeout), config(on_timeout));
    smsc.octets();
    let mut events = Vec::new();
    let mut sent = BytesMut::new();
    for octets in pieces {
        smsc.session.handle_octets(octets, now);
        while let Some(event) = smsc.session.poll_event() {
            events.push(event);
        }
        smsc.session.poll_transmit(&mut sent);
    }
    (events, sent, smsc.session.state())
}

proptest! {
    #[test]
    fn whatever_comes_each_request_has_one_outcome_and_limits_hold(
        steps in vec(step(), 0..150),
        on_timeout in policy(),
        sme: bool,
        up: bool,
    ) {
        let config = config(on_timeout);
        let pair = if up {
            Pair::up_with(config.clone(), config)
        } else {
            Pair::open(config.clone(), config)
        };
        let end = if sme { pair.sme } else { pair.smsc };
        let mut watched = Watched::new(end.session, pair.now);
        for (token, step) in steps.iter().enumerate() {
            watched.step(step, token as u64)?;
        }
        watched.session.close(CloseReason::Local);
        watched.look()?;
        prop_assert!(watched.closed);
        prop_assert_eq!(watched.session.octets_in_flight(), 0);
        prop_assert_eq!(watched.session.poll_timeout(), None);
    }

    #[test]
    fn a_stream_means_the_same_in_any_pieces(
        frames in vec(input(), 0..40),
        cuts in vec(any::<Index>(), 0..40),
    ) {
        let stream = frames.concat();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let pieces: Vec<_> = cuts.windows(2).map(|ends| &stream[ends[0]..ends[1]]).collect();
        prop_assert_eq!(play(&pieces), play(&[&stream]));
    }

    #[test]
    fn random_octets_have_small_answers(octets in vec(any::<u8>(), 0..2_000)) {
        let (_, sent, _) = play(&[&octets]);
        prop_assert!(sent.len() <= 2_000);
    }
}

// Two sessions and a wire that is not to be relied on.

/// What happens on the wire or at an end next; `true` is the client's side.
#[derive(Clone, Debug)]
enum Happens {
    Request(bool),
    Answer(bool, usize, bool),
    /// So many octets get through to this end.
    Arrive(bool, usize),
    /// The oldest frame to this end is lost.
    Lose(bool),
    /// It comes twice.
    Repeat(bool),
    /// One of its octets is another.
    Spoil(bool, Index, u8),
    Wait(u64),
}

fn happens() -> impl Strategy<Value = Happens> {
    let side = any::<bool>;
    prop_oneof![
        10 => side().prop_map(Happens::Request),
        10 => (side(), 0_usize..3, side())
            .prop_map(|(side, which, well)| Happens::Answer(side, which, well)),
        15 => (side(), 1_usize..200).prop_map(|(side, len)| Happens::Arrive(side, len)),
        1 => side().prop_map(Happens::Lose),
        1 => side().prop_map(Happens::Repeat),
        1 => (side(), any::<Index>(), any::<u8>())
            .prop_map(|(side, at, octet)| Happens::Spoil(side, at, octet)),
        5 => (0_u64..40_000).prop_map(Happens::Wait),
    ]
}

struct Node {
    session: Session,
    requests: Vec<Frame>,
    /// What the peer sent and has not arrived, frame by frame.
    wire: VecDeque<Bytes>,
    /// By token: its TRN, and whether it has its outcome.
    own: HashMap<u64, (u8, bool)>,
    /// What the peer has and may still answer, as this end knows it: by TRN.
    outstanding: BTreeMap<u8, Bytes>,
    /// The TRNs of results of keep-alives, which have no events.
    heard: Arc<Mutex<Vec<u8>>>,
    window: usize,
}

impl Node {
    fn new(mut session: Session) -> Self {
        let heard = Arc::<Mutex<Vec<u8>>>::default();
        let hears = Arc::clone(&heard);
        session.tap(move |direction, octets| {
            let frame = Frame::copy_from(octets).unwrap();
            let is_alert = frame.ot() == OperationType::SMT_ALERT;
            if direction == Direction::Received && !frame.is_operation() && is_alert {
                hears.lock().unwrap().push(frame.trn().get());
            }
        });
        Self {
            heard,
            window: session.window(),
            session,
            requests: Vec::new(),
            wire: VecDeque::new(),
            own: HashMap::new(),
            outstanding: BTreeMap::new(),
        }
    }

    fn look(&mut self) -> Result<(), TestCaseError> {
        for number in self.heard.lock().unwrap().drain(..) {
            let sent = self.outstanding.get(&number);
            if sent.is_some_and(|sent| sent[12..14] == *b"31") {
                self.outstanding.remove(&number);
            }
        }
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Request(frame) => self.requests.push(frame),
                Event::Response { token, .. } | Event::Unanswered { token, .. } => {
                    let (number, is_over) = self.own.get_mut(&token).unwrap();
                    prop_assert!(!std::mem::replace(is_over, true), "a second outcome");
                    self.outstanding.remove(number);
                }
                Event::LateResponse { token, .. } => prop_assert!(self.own[&token].1),
                _ => {}
            }
        }
        Ok(())
    }

    /// What it has written, and that it keeps to its window and its numbers.
    fn sends(&mut self) -> Result<Vec<Bytes>, TestCaseError> {
        let mut octets = BytesMut::new();
        self.session.poll_transmit(&mut octets);
        let frames = frames(&octets);
        for frame in frames.iter().filter(|frame| frame.is_operation()) {
            let octets = frame.octets().clone();
            let before = self.outstanding.insert(frame.trn().get(), octets.clone());
            prop_assert!(
                before.is_none_or(|before| before == octets),
                "a number is used twice"
            );
        }
        prop_assert!(self.outstanding.len() <= self.window);
        Ok(frames.iter().map(|frame| frame.octets().clone()).collect())
    }

    fn take(&mut self, octets: &[u8], now: Instant) -> Result<(), TestCaseError> {
        self.session.handle_octets(octets, now);
        self.look()
    }
}

proptest! {
    #[test]
    fn over_a_bad_wire_each_request_has_one_outcome_and_windows_hold(
        steps in vec(happens(), 0..300),
        policies in [policy(), policy()],
        windows in [1_usize..6, 1_usize..6],
        keeps_alive: bool,
    ) {
        let ends = [0, 1].map(|end| Config {
            window: windows[end],
            keep_alive: keeps_alive.then(|| secs(15)),
            late_reserve: secs(1),
            ..config(policies[end])
        });
        let [sme, smsc] = ends;
        let pair = Pair::up_with(sme, smsc);
        let mut now = pair.now;
        let mut nodes = [Node::new(pair.sme.session), Node::new(pair.smsc.session)];
        for (step, token) in steps.iter().zip(0..) {
            match step {
                Happens::Request(side) => {
                    let node = &mut nodes[usize::from(!*side)];
                    if let Ok(number) = request(&mut node.session, token, now) {
                        node.own.insert(token, (number.get(), false));
                    }
                }
                Happens::Answer(side, which, well) => {
                    let node = &mut nodes[usize::from(!*side)];
                    if *which < node.requests.len() {
                        let request = node.requests.remove(*which);
                        if *well {
                            node.session.accept(&request, NONE);
                        } else {
                            node.session.refuse(&request, ErrorCode(6), NONE);
                        }
                        node.take(&[], now)?;
                    }
                }
                Happens::Arrive(side, len) => {
                    let node = &mut nodes[usize::from(!*side)];
                    let mut left = *len;
                    while let Some(mut frame) = node.wire.pop_front() {
                        if node.session.is_paused() || left == 0 {
                            node.wire.push_front(frame);
                            break;
                        }
                        let octets = frame.split_to(left.min(frame.len()));
                        left -= octets.len();
                        if !frame.is_empty() {
                            node.wire.push_front(frame);
                        }
                        node.take(&octets, now)?;
                    }
                }
                Happens::Lose(side) => {
                    nodes[usize::from(!*side)].wire.pop_front();
                }
                Happens::Repeat(side) => {
                    let wire = &mut nodes[usize::from(!*side)].wire;
                    if let Some(frame) = wire.front().cloned() {
                        wire.push_front(frame);
                    }
                }
                Happens::Spoil(side, at, octet) => {
                    if let Some(frame) = nodes[usize::from(!*side)].wire.front_mut() {
                        let mut octets = frame.to_vec();
                        let at = at.index(octets.len());
                        octets[at] = *octet;
                        *frame = octets.into();
                    }
                }
                Happens::Wait(millis) => {
                    let end = now + ms(*millis);
                    loop {
                        let due = nodes.iter().filter_map(|node| node.session.poll_timeout());
                        let Some(due) = due.min().filter(|due| *due <= end) else { break };
                        now = due.max(now);
                        for node in &mut nodes {
                            wake(&mut node.session, now);
                            node.look()?;
                        }
                    }
                    now = end;
                }
            }
            for end in 0..2 {
                let sent = nodes[end].sends()?;
                nodes[1 - end].wire.extend(sent);
                let open = nodes[end].own.values().filter(|(_, is_over)| !is_over).count();
                prop_assert_eq!(open, nodes[end].session.in_flight());
            }
        }
        for node in &mut nodes {
            node.session.close_when_answered(now);
            node.session.handle_timeout(now + secs(60));
            node.look()?;
            prop_assert!(node.session.is_closed());
            prop_assert!(node.own.values().all(|(_, is_over)| *is_over), "exactly one");
        }
    }
}
