//! What holds for a session whatever the peer sends, in whatever pieces.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod common;
mod support;

use std::collections::HashMap;
use std::time::Instant;

use bytes::BytesMut;
use common::{MALFORMED, WELLFORMED, lines, octets};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use smsgw_smpp::session::{BindMode, CloseReason, Config, Event, Session, State};
use smsgw_smpp::{CommandId, CommandStatus, Frame, SequenceNumber};
use support::{Pair, bind, header, ms, submit, wake};

const WINDOW: usize = 4;
const MAX_UNANSWERED: usize = 3;

fn config() -> Config {
    Config {
        window: WINDOW,
        max_unanswered: MAX_UNANSWERED,
        ..Config::default()
    }
}

/// What the owner or the wire does next.
#[derive(Clone, Debug)]
enum Step {
    Octets(Vec<u8>),
    Wait(u64),
    Submit,
    Answer,
    AcceptBind,
    RefuseBind,
    Bind,
    Unbind,
    Disconnect(usize),
    Transmit,
}

/// Octets that are nothing, and PDUs good and bad with small numbers, that hit what is in flight.
fn input() -> impl Strategy<Value = Vec<u8>> {
    let vectors: Vec<Vec<u8>> = [WELLFORMED, MALFORMED]
        .into_iter()
        .flat_map(lines)
        .filter(|line| line["expect"]["class"] != "fatal" && line["expect"]["class"] != "need_more")
        .map(|line| octets(&line))
        .collect();
    let numbered = |mut octets: Vec<u8>, number: u8| {
        octets[12..16].copy_from_slice(&u32::from(number).to_be_bytes());
        octets
    };
    prop_oneof![
        1 => vec(any::<u8>(), 0..40),
        20 => (select(vectors), 0_u8..12).prop_map(move |(octets, number)| numbered(octets, number)),
        20 => (select(CommandId::ALL), 0_u32..12, select(vec![0_u32, 0, 8])).prop_map(
            |(id, number, status)| header(id, CommandStatus(status), number).octets().to_vec()
        ),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => input().prop_map(Step::Octets),
        4 => (0_u64..40_000).prop_map(Step::Wait),
        8 => Just(Step::Submit),
        8 => Just(Step::Answer),
        2 => Just(Step::AcceptBind),
        1 => Just(Step::RefuseBind),
        2 => Just(Step::Bind),
        1 => Just(Step::Unbind),
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
            Step::Submit => {
                if session.request(&submit("hi"), token, now).is_ok() {
                    self.outcomes.insert(token, 0);
                }
            }
            Step::Answer => {
                if !self.requests.is_empty() {
                    let request = self.requests.remove(0);
                    session.reject(request.header(), CommandStatus::ESME_ROK);
                    session.handle_octets(&[], now);
                }
            }
            Step::AcceptBind => {
                session.accept_bind("mc".try_into().unwrap(), now);
                session.handle_octets(&[], now);
            }
            Step::RefuseBind => {
                session.refuse_bind(CommandStatus::ESME_RBINDFAIL);
                session.handle_octets(&[], now);
            }
            Step::Bind => {
                let _ = session.bind(&bind(BindMode::Transceiver), now);
            }
            Step::Unbind => session.unbind(now),
            Step::Disconnect(unwritten) => session.handle_disconnect(*unwritten),
            Step::Transmit => {
                session.poll_transmit(&mut self.sent);
                support::frames(&self.sent);
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
                Event::Closed(_) => self.closed = true,
                _ => {}
            }
        }
        prop_assert_eq!(self.closed, self.session.is_closed());
        prop_assert!(self.session.in_flight() <= WINDOW);
        prop_assert!(self.requests.len() <= MAX_UNANSWERED);
        let open = self.outcomes.values().filter(|count| **count == 0).count();
        prop_assert_eq!(open, self.session.in_flight(), "one outcome each");
        prop_assert!(self.outcomes.values().all(|count| *count <= 1));
        let waits_for_owner = self.closed || self.session.is_paused();
        prop_assert!(waits_for_owner || self.session.poll_timeout().is_some());
        Ok(())
    }
}

fn watch(session: Session, now: Instant) -> Watched {
    Watched {
        session,
        now,
        requests: Vec::new(),
        outcomes: HashMap::new(),
        closed: false,
        sent: BytesMut::new(),
    }
}

proptest! {
    #[test]
    fn whatever_comes_each_request_has_one_outcome_and_limits_hold(
        steps in vec(step(), 0..120),
        esme: bool,
        bound: bool,
    ) {
        let pair = if bound {
            Pair::bound_with(config(), config())
        } else {
            Pair::open(config(), config())
        };
        let end = if esme { pair.esme } else { pair.mc };
        let mut watched = watch(end.session, pair.now);
        for (token, step) in steps.iter().enumerate() {
            watched.step(step, token as u64)?;
        }
        watched.session.close(CloseReason::Local);
        watched.look()?;
        prop_assert!(watched.closed);
        prop_assert_eq!(watched.session.state(), State::Closed);
    }

    #[test]
    fn a_stream_means_the_same_in_any_pieces(
        frames in vec(input(), 0..30),
        cuts in vec(any::<Index>(), 0..30),
        answers: bool,
    ) {
        let stream = frames.concat();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let whole = play(&[&stream], answers);
        let pieces: Vec<_> = cuts.windows(2).map(|ends| &stream[ends[0]..ends[1]]).collect();
        prop_assert_eq!(play(&pieces, answers), whole);
    }

    #[test]
    fn random_octets_reserve_no_more_than_came(octets in vec(any::<u8>(), 0..2_000)) {
        let pair = Pair::bound_with(config(), config());
        let mut watched = watch(pair.mc.session, pair.now);
        watched.step(&Step::Octets(octets), 0)?;
        let mut sent = BytesMut::new();
        watched.session.poll_transmit(&mut sent);
        prop_assert!(sent.len() <= 4_096);
    }
}

/// Every event and every octet sent when an MC reads these pieces.
fn play(pieces: &[&[u8]], answers: bool) -> (Vec<Event>, BytesMut, State) {
    let Pair { mut mc, now, .. } = Pair::bound_with(config(), config());
    let mut events = Vec::new();
    let mut sent = BytesMut::new();
    for octets in pieces {
        mc.session.handle_octets(octets, now);
        while let Some(event) = mc.session.poll_event() {
            if let (Event::Request(frame), true) = (&event, answers) {
                mc.session.reject(frame.header(), CommandStatus::ESME_ROK);
                mc.session.handle_octets(&[], now);
            }
            events.push(event);
        }
        mc.session.poll_transmit(&mut sent);
    }
    // Answers come sooner when the pieces are small, or not at all after an unbind, and a bad
    // length is nacked when the rest of its header came with it.
    let lost = matches!(events.last(), Some(Event::Closed(CloseReason::Frame(_))));
    if answers || lost {
        sent.clear();
    }
    (events, sent, mc.session.state())
}

#[test]
fn the_window_keeps_its_size_whatever_is_answered() {
    let Pair { mut esme, now, .. } = Pair::bound_with(config(), config());
    let mut in_flight = Vec::new();
    for token in 0..10_000_u64 {
        match esme.session.request(&submit("hi"), token, now) {
            Ok(number) => in_flight.push(number),
            Err(_) => {
                let SequenceNumber(number) = in_flight.remove(token as usize % in_flight.len());
                let answer = header(CommandId::SUBMIT_SM_RESP, CommandStatus::ESME_ROK, number);
                esme.session.handle_frame(answer, now);
            }
        }
        assert_eq!(esme.session.in_flight(), in_flight.len());
        assert_eq!(esme.session.has_room(), in_flight.len() < WINDOW);
    }
    assert_eq!(esme.session.state(), support::BOUND);
}
