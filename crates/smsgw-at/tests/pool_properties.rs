//! What holds for a pool whatever its modems do, and whenever they come and go.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod pool_support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use pool_support::{START, World, iccid, identity, message, refusal, secs};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use smsgw_at::command::network::RegistrationState;
use smsgw_at::modem::{self, Failure, State};
use smsgw_at::pool::{
    BreakerConfig, Config, Limits, MemberId, Message, PartOutcome, Route, SimConfig,
    Strategy as By, Target, UtcOffset,
};

const SIMS: u64 = 4;
const MINUTE: u16 = 3;
const DAY: u32 = 12;
const MONTH: u32 = 20;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    Plug {
        modem: u64,
        sim: u64,
    },
    Unplug(usize),
    State(usize, State),
    Register(usize, Option<RegistrationState>),
    Send {
        to: u8,
        parts: u8,
        sim: Option<u64>,
        lives: Option<u64>,
    },
    Cancel(u64),
    /// The modem begins with what it has; from here on it cannot be given back.
    Begin(usize),
    Sent(usize),
    NotSent(usize, Failure),
    Unknown {
        modem: usize,
        was_sent: bool,
    },
    /// The result of what was unknown.
    Late,
    /// The modem did not take it.
    Full(usize),
    Drain(usize),
    Resume(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0_usize..6;
    let state = select(vec![
        State::Closed,
        State::Recovering,
        State::Starting,
        State::Dead,
    ]);
    let registration = select(vec![
        None,
        Some(RegistrationState::HOME),
        Some(RegistrationState::SEARCHING),
        Some(RegistrationState::ROAMING),
    ]);
    let failure = select(vec![
        refusal(42),
        refusal(331),
        refusal(8),
        refusal(300),
        refusal(1),
        Failure::NoPrompt,
        Failure::Lost,
    ]);
    let sim = prop_oneof![5 => Just(None), 1 => (1..=SIMS).prop_map(Some)];
    let lives = prop_oneof![4 => Just(None), 1 => (1_u64..600).prop_map(Some)];
    prop_oneof![
        3 => (1..=SIMS + 1, 1..=SIMS).prop_map(|(modem, sim)| Step::Plug { modem, sim }),
        1 => which.clone().prop_map(Step::Unplug),
        2 => (which.clone(), state).prop_map(|(modem, state)| Step::State(modem, state)),
        3 => which.clone().prop_map(|modem| Step::State(modem, State::Ready)),
        1 => (which.clone(), registration).prop_map(|(modem, state)| Step::Register(modem, state)),
        12 => (0_u8..5, 1_u8..4, sim, lives)
            .prop_map(|(to, parts, sim, lives)| Step::Send { to, parts, sim, lives }),
        1 => (0_u64..60).prop_map(Step::Cancel),
        10 => which.clone().prop_map(Step::Begin),
        12 => which.clone().prop_map(Step::Sent),
        5 => (which.clone(), failure).prop_map(|(modem, failure)| Step::NotSent(modem, failure)),
        3 => (which.clone(), any::<bool>())
            .prop_map(|(modem, was_sent)| Step::Unknown { modem, was_sent }),
        2 => Just(Step::Late),
        1 => which.clone().prop_map(Step::Full),
        1 => which.clone().prop_map(Step::Drain),
        1 => which.prop_map(Step::Resume),
        8 => select(vec![1_u64, 5, 20, 60, 300, 3_000, 30_000]).prop_map(Step::Wait),
    ]
}

fn config() -> impl Strategy<Value = Config> {
    let strategy = select(vec![By::LeastLoaded, By::Weighted, By::Rotation]);
    let limits = (any::<bool>(), any::<bool>(), any::<bool>());
    (
        strategy,
        limits,
        any::<bool>(),
        any::<bool>(),
        0_u16..3,
        0_u16..3,
    )
        .prop_map(
            |(strategy, (minute, day, month), is_strict, is_sticky, retries, failovers)| {
                let limits = Limits {
                    minute: minute.then_some(MINUTE),
                    day: day.then_some(DAY),
                    month: month.then_some(MONTH),
                };
                Config {
                    strategy,
                    sticky: if is_sticky { 3 } else { 0 },
                    sticky_queue: 2,
                    routes: vec![Route {
                        prefix: "1".to_owned(),
                        to: Target::Sims(vec![iccid(1), iccid(2)]),
                        strict: is_strict,
                    }],
                    sim: SimConfig {
                        limits,
                        ..SimConfig::default()
                    },
                    breaker: BreakerConfig {
                        failures: 2,
                        ..BreakerConfig::default()
                    },
                    utc_offset: UtcOffset::from_minutes(90),
                    max_queue: 20,
                    retries,
                    failovers,
                    ..Config::default()
                }
            },
        )
}

/// What the network took, or may have.
#[derive(Clone, Copy, Debug)]
struct Taken {
    sim: u64,
    at: Instant,
    unix: i64,
    is_sure: bool,
}

/// A pool, and what its modems and the network know.
struct Model {
    world: World,
    config: Config,
    members: Vec<(MemberId, u64)>,
    begun: BTreeMap<MemberId, (Instant, i64)>,
    /// By message and part.
    taken: BTreeMap<(u64, u8), Vec<Taken>>,
    /// Each with whether the network took it, if that is told yet.
    unknown: Vec<(MemberId, u64, bool)>,
    accepted: BTreeSet<u64>,
    /// The latest the wall clock ever was: when it jumps back, a day goes on.
    latest: i64,
    /// What was found out before its outcome was told.
    late: BTreeSet<(u64, u8)>,
    next_token: u64,
    seen: usize,
}

impl Model {
    fn new(config: Config) -> Self {
        let mut world = World::new(config.clone());
        // Each SIM is known from the start: so all have the same days.
        for sim in 1..=SIMS {
            let member = world.plug(sim);
            world.unplug(member);
        }
        Self {
            world,
            config,
            members: Vec::new(),
            begun: BTreeMap::new(),
            taken: BTreeMap::new(),
            unknown: Vec::new(),
            accepted: BTreeSet::new(),
            latest: START,
            late: BTreeSet::new(),
            next_token: 0,
            seen: 0,
        }
    }

    fn member(&self, index: usize) -> Option<(MemberId, u64)> {
        let count = self.members.len();
        (count > 0).then(|| self.members[index % count])
    }

    /// One that has something.
    fn busy(&self, index: usize) -> Option<(MemberId, u64)> {
        let busy: Vec<_> = self
            .members
            .iter()
            .filter(|(id, _)| self.world.has(*id))
            .collect();
        (!busy.is_empty()).then(|| *busy[index % busy.len()])
    }

    fn perform(&mut self, step: Step) {
        let now = self.world.now;
        self.latest = self.latest.max(now.unix);
        match step {
            Step::Plug { modem, sim } => {
                // There is one of each SIM: a modem that has it now loses it.
                if self.members.len() < 6 {
                    let member = self.world.plug_as(&identity(modem, sim));
                    self.members.push((member, sim));
                }
            }
            Step::Unplug(index) => {
                let Some((member, sim)) = self.member(index) else {
                    return;
                };
                self.world.state(member, State::Closed);
                if self.world.has(member) {
                    // The owner does not know what has become of it.
                    self.take(member, sim, false);
                }
                self.world.pool.leave(member, now);
                self.world.pump();
                self.members.retain(|(other, _)| *other != member);
                self.unknown.retain(|(other, ..)| *other != member);
            }
            Step::State(index, state) => {
                if let Some((member, _)) = self.member(index) {
                    self.world.state(member, state);
                }
            }
            Step::Register(index, registration) => {
                if let Some((member, _)) = self.member(index) {
                    self.world.health(member, registration, Some(-80));
                }
            }
            Step::Send {
                to,
                parts,
                sim,
                lives,
            } => {
                let message = Message {
                    sim: sim.map(iccid),
                    expires: lives.map(|lives| now.mono + secs(lives)),
                    ..message(&format!("{to}234567"), parts)
                };
                let token = self.next_token;
                if self.world.try_send(token, message).is_ok() {
                    self.accepted.insert(token);
                    self.next_token += 1;
                }
            }
            Step::Cancel(token) => {
                self.world.pool.cancel(token, now);
                self.world.pump();
            }
            Step::Begin(index) => {
                if let Some((member, _)) = self.busy(index) {
                    self.begin(member);
                }
            }
            Step::Sent(index) => {
                let Some((member, sim)) = self.busy(index) else {
                    return;
                };
                self.take(member, sim, true);
                self.world.sent(member);
            }
            Step::NotSent(index, failure) => {
                let Some((member, _)) = self.busy(index) else {
                    return;
                };
                self.forget(member);
                self.world.failed(member, failure);
            }
            Step::Unknown { modem, was_sent } => {
                let Some((member, sim)) = self.busy(modem) else {
                    return;
                };
                self.take(member, sim, false);
                let token = self.world.unknown(member);
                self.unknown.push((member, token, was_sent));
            }
            Step::Late => self.late(),
            Step::Full(index) => {
                let Some((member, _)) = self.busy(index) else {
                    return;
                };
                if self.world.idle.contains(&member) {
                    let (token, _) = self.world.take(member);
                    self.world.pool.withdrawn(member, token, now);
                    self.world.pump();
                }
            }
            Step::Drain(index) => {
                if let Some((member, _)) = self.member(index) {
                    self.world.pool.drain(member, now);
                    self.world.pump();
                }
            }
            Step::Resume(index) => {
                if let Some((member, _)) = self.member(index) {
                    self.world.pool.resume(member, now);
                    self.world.pump();
                }
            }
            Step::Wait(seconds) => self.world.pass(seconds),
        }
        self.look_at_assigned();
    }

    /// What was given to modems since can be given back until they begin with it.
    fn look_at_assigned(&mut self) {
        for (member, _) in &self.world.assigned[self.seen..] {
            if !self.world.idle.contains(member) && self.world.has(*member) {
                self.world.idle.push(*member);
            }
            self.begun.remove(member);
        }
        self.seen = self.world.assigned.len();
        // A part is at one modem.
        let tokens: Vec<u64> = self.world.parts.values().map(|(token, _)| *token).collect();
        let unique: BTreeSet<u64> = tokens.iter().copied().collect();
        assert_eq!(tokens.len(), unique.len(), "a part is at two modems");
    }

    fn begin(&mut self, member: MemberId) {
        self.world.idle.retain(|idle| *idle != member);
        self.latest = self.latest.max(self.world.now.unix);
        let now = (self.world.now.mono, self.latest);
        self.begun.entry(member).or_insert(now);
    }

    /// The network took what the modem has, or may have: when that began, at the earliest.
    fn take(&mut self, member: MemberId, sim: u64, is_sure: bool) {
        self.begin(member);
        let (at, unix) = self.begun.remove(&member).unwrap();
        let (token, submit) = &self.world.parts[&member];
        let part = (token >> 8, *submit.pdu.last().unwrap());
        assert_eq!(u64::from(part.1), token & 0xFF);
        let taken = Taken {
            sim,
            at,
            unix,
            is_sure,
        };
        self.taken.entry(part).or_default().push(taken);
    }

    fn forget(&mut self, member: MemberId) {
        self.begin(member);
        self.begun.remove(&member);
    }

    fn late(&mut self) {
        let Some((member, token, was_sent)) = self.unknown.pop() else {
            return;
        };
        let part = (token >> 8, (token & 0xFF) as u8);
        if !self.world.outcomes.contains_key(&part.0) {
            self.late.insert(part);
        }
        let taken = self.taken.get_mut(&part).unwrap().last_mut().unwrap();
        taken.is_sure = was_sent;
        if was_sent {
            let reference = None;
            self.world
                .tell(member, modem::Event::SentLate { token, reference });
        } else {
            if self.late.contains(&part) {
                self.taken.get_mut(&part).unwrap().pop();
            }
            let failure = refusal(331);
            self.world
                .tell(member, modem::Event::NotSentLate { token, failure });
        }
    }

    /// All modems work from here on, and all SIMs are there, until all is told.
    fn finish(&mut self) {
        for index in 0..self.members.len() {
            self.perform(Step::Resume(index));
            self.perform(Step::Register(index, Some(RegistrationState::HOME)));
            self.perform(Step::State(index, State::Ready));
        }
        while !self.members.is_empty() {
            self.perform(Step::Unplug(0));
        }
        for sim in 1..=SIMS {
            self.perform(Step::Plug { modem: sim, sim });
        }
        for _ in 0..200 {
            while let Some(index) =
                (0..self.members.len()).find(|index| self.world.has(self.members[*index].0))
            {
                let (member, sim) = self.members[index];
                self.take(member, sim, true);
                self.world.sent(member);
                self.look_at_assigned();
            }
            if self.world.outcomes.len() == self.accepted.len() {
                return;
            }
            self.perform(Step::Wait(43_200));
        }
        let told: BTreeSet<u64> = self.world.outcomes.keys().copied().collect();
        panic!("no outcome of {:?}", self.accepted.difference(&told));
    }

    fn check(&self) {
        assert_eq!(self.world.pool.queued(), 0);
        assert_eq!(
            self.world
                .pool
                .poll_timeout()
                .filter(|at| *at < self.world.now.mono),
            None
        );
        for (token, outcome) in &self.world.outcomes {
            let mut sims = BTreeSet::new();
            let mut last = None;
            for (index, part) in outcome.parts.iter().enumerate() {
                let id = (*token, index as u8);
                let taken = self.taken.get(&id).map_or(&[][..], |taken| taken);
                assert!(taken.len() <= 1, "{id:?} went out twice: {taken:?}");
                sims.extend(taken.iter().map(|taken| taken.sim));
                match (part, taken) {
                    (PartOutcome::Sent { .. }, [taken]) => assert!(taken.is_sure, "{id:?}"),
                    (PartOutcome::Unknown, [_]) => assert!(!self.late.contains(&id)),
                    (PartOutcome::NotSent(_), []) => {}
                    other => panic!("{id:?}: {other:?}"),
                }
                if let [taken] = taken {
                    assert!(
                        last.is_none_or(|last| last <= taken.at),
                        "{id:?} before the last"
                    );
                    last = Some(taken.at);
                }
            }
            assert!(sims.len() <= 1, "{token} went by {sims:?}");
            if let Some(sim) = sims.first() {
                assert_eq!(outcome.sent_by.as_ref().unwrap().iccid, iccid(*sim));
            }
        }
        for sim in 1..=SIMS {
            self.check_limits(sim);
        }
    }

    fn check_limits(&self, sim: u64) {
        let mut sent: Vec<Taken> = self.taken.values().flatten().copied().collect();
        sent.retain(|taken| taken.sim == sim);
        sent.sort_by_key(|taken| taken.at);
        let limits = self.config.sim.limits;
        if let Some(limit) = limits.minute {
            for window in sent.windows(usize::from(limit) + 1) {
                let [first, .., last] = window else {
                    panic!("two at least")
                };
                assert!(last.at - first.at >= secs(60), "SIM {sim}: {window:?}");
            }
        }
        // 90 minutes east: 2024-02-29 13:30 at the start.
        let day = |taken: &Taken| (taken.unix + 90 * 60).div_euclid(86_400);
        let march = (START + 90 * 60).div_euclid(86_400) + 1;
        let april = march + 31;
        let month = |taken: &Taken| (day(taken) >= march, day(taken) >= april);
        let mut days: BTreeMap<i64, u32> = BTreeMap::new();
        let mut months: BTreeMap<(bool, bool), u32> = BTreeMap::new();
        for taken in &sent {
            *days.entry(day(taken)).or_default() += 1;
            if day(taken) < april + 30 {
                *months.entry(month(taken)).or_default() += 1;
            }
        }
        let most = |limit: Option<u32>| limit.unwrap_or(u32::MAX);
        assert!(
            days.values().all(|count| *count <= most(limits.day)),
            "SIM {sim}: {days:?}"
        );
        assert!(
            months.values().all(|count| *count <= most(limits.month)),
            "SIM {sim}: {months:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_message_has_one_outcome_and_nothing_goes_out_twice(
        config in config(),
        steps in vec(step(), 1..200),
        jump in prop_oneof![Just(None), (0_usize..200, 1_i64..80_000).prop_map(Some)],
    ) {
        let mut model = Model::new(config);
        for (index, step) in steps.into_iter().enumerate() {
            if let Some((at, back)) = jump && at == index {
                model.latest = model.latest.max(model.world.now.unix);
                model.world.jump(-back);
            }
            model.perform(step);
        }
        model.finish();
        model.check();
    }
}
