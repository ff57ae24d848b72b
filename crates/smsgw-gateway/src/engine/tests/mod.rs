//! The engine in a simulated world: hours in milliseconds, everything from a seed.
//!
//! The world has a carrier that throttles, loses answers and drops connections, a store that
//! takes its time, senders that do not always take their outcome, and crashes at any moment.

mod by_hand;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use smsgw::smpp::CommandStatus;
use smsgw::smpp::types::MessageState;
use smsgw::{Address, Message};
use uuid::Uuid;

use super::*;
use crate::account::Account;
use crate::config::OnUnknown;
use crate::store::memory::Memory;
use crate::store::{Query, Store as _};

/// What the carrier does wrong; each 0 for never, n for one in n.
#[derive(Clone, Copy, Debug, Default)]
struct Faults {
    throttle: u64,
    /// Accepted, never answered.
    no_answer: u64,
    /// Accepted, and the connection is gone before the answer.
    cut: u64,
    /// Refused for good.
    reject: u64,
    /// Delivery fails.
    undeliverable: u64,
    /// The receipt is sent before the answer.
    hasty: u64,
    /// The gateway dies, at any of its steps.
    crash: u64,
    /// The sender does not take its outcome.
    deaf: u64,
    /// The answer comes after its time.
    late: u64,
    /// The receipt does not give our reference back.
    no_reference: u64,
}

#[derive(Debug)]
enum Event {
    Commit(u64),
    Answer {
        life: u64,
        token: u64,
        status: CommandStatus,
        carrier_id: String,
    },
    NoAnswer {
        life: u64,
        token: u64,
    },
    LateAnswer {
        life: u64,
        token: u64,
        carrier_id: String,
    },
    Receipt {
        carrier_id: String,
    },
    Up {
        life: u64,
    },
    Told(MessageId, u64),
    Start,
    Timeout,
}

struct World {
    seed: u64,
    faults: Faults,
    config: Config,
    engine: Option<Engine>,
    store: Memory,
    start: Instant,
    now: Instant,
    events: BTreeMap<(Instant, u64), Event>,
    next_event: u64,
    timeout: Option<(Instant, u64)>,
    /// Goes up with each connection: what belongs to an old one is void.
    life: u64,
    up: bool,
    /// Batches the store has and has not made durable.
    batches: HashMap<u64, Vec<Change>>,
    next_carrier_id: u64,
    /// What the carrier took: by its id.
    taken: HashMap<String, (MessageId, usize)>,
    receipts: HashMap<String, (Receipt, bool)>,
    handles: HashMap<u64, String>,
    next_handle: u64,
    acknowledged: HashSet<MessageId>,
    told: HashMap<MessageId, State>,
    crashes: u64,
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

impl World {
    fn new(seed: u64, on_unknown: OnUnknown, faults: Faults) -> Self {
        let config = Config {
            max_queued: 10_000,
            default_validity: Duration::from_secs(3_600),
            max_validity: Duration::from_secs(86_400),
            receipt_grace: Duration::from_secs(600),
            callback_attempts: 20,
            links: vec![LinkConfig {
                id: "operator".into(),
                window: 10,
                on_unknown,
                max_attempts: 5,
                retry_pause: Duration::from_secs(1),
            }],
        };
        let start = Instant::now();
        let mut world = Self {
            seed: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            faults,
            config,
            engine: None,
            store: Memory::default(),
            start,
            now: start,
            events: BTreeMap::new(),
            next_event: 0,
            timeout: None,
            life: 0,
            up: false,
            batches: HashMap::new(),
            next_carrier_id: 0,
            taken: HashMap::new(),
            receipts: HashMap::new(),
            handles: HashMap::new(),
            next_handle: 0,
            acknowledged: HashSet::new(),
            told: HashMap::new(),
            crashes: 0,
        };
        world.at(ms(0), Event::Start);
        world
    }

    fn random(&mut self, below: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % below.max(1)
    }

    fn one_in(&mut self, n: u64) -> bool {
        n != 0 && self.random(n) == 0
    }

    fn now(&self) -> Now {
        let passed = i64::try_from((self.now - self.start).as_millis()).unwrap();
        Now {
            mono: self.now,
            wall: Timestamp(1_800_000_000_000 + passed),
        }
    }

    fn at(&mut self, delay: Duration, event: Event) {
        self.next_event += 1;
        self.events
            .insert((self.now + delay, self.next_event), event);
    }

    fn submit(&mut self, to: &str, text: &str, callback: bool) -> MessageId {
        let id = MessageId(Uuid::from_u128(
            u128::from(self.random(u64::MAX)) << 64 | u128::from(self.next_event * 256),
        ));
        let submission = Submission {
            account: Arc::new(Account {
                id: "shop".into(),
                max_segments: 10,
                default_sender: None,
                writing: smsgw::Writing::default(),
            }),
            origin: Origin::Rest,
            message: Message {
                from: Some(Address::sender("ACME")),
                ..Message::text(Address::number(to), text)
            },
            callback: callback.then(|| "http://127.0.0.1/outcome".into()),
        };
        let now = self.now();
        self.next_event += 1;
        if let Some(engine) = &mut self.engine {
            engine.submit(id, submission, 0, now);
        }
        self.settle();
        id
    }

    /// Lets everything happen until `end`.
    fn run(&mut self, end: Duration) {
        let end = self.start + end;
        while let Some(((at, _), _)) = self.events.first_key_value()
            && *at <= end
            && let Some(((at, _), event)) = self.events.pop_first()
        {
            self.now = at;
            self.handle(event);
            self.settle();
            if self.engine.is_some() && self.one_in(self.faults.crash) {
                self.crash();
            }
        }
        self.now = end;
    }

    fn crash(&mut self) {
        self.crashes += 1;
        self.engine = None;
        self.batches.clear();
        self.disconnect();
        self.at(ms(50), Event::Start);
    }

    /// What belonged to the connection is void; receipts not answered come again.
    fn disconnect(&mut self) {
        self.life += 1;
        self.up = false;
        self.handles.clear();
        let open: Vec<String> = self
            .receipts
            .iter()
            .filter(|(_, (_, answered))| !answered)
            .map(|(id, _)| id.clone())
            .collect();
        for carrier_id in open {
            self.at(ms(300), Event::Receipt { carrier_id });
        }
    }

    fn handle(&mut self, event: Event) {
        let now = self.now();
        let Some(engine) = &mut self.engine else {
            if matches!(event, Event::Start) {
                let mut engine = Engine::new(self.config.clone(), now);
                engine.restore(self.store.unfinished().unwrap(), now);
                self.engine = Some(engine);
                let life = self.life;
                self.at(ms(100), Event::Up { life });
            } else if let Event::Receipt { carrier_id } = event {
                self.at(ms(500), Event::Receipt { carrier_id });
            }
            return;
        };
        match event {
            Event::Commit(batch) => {
                if let Some(changes) = self.batches.remove(&batch) {
                    self.store.append(&changes).unwrap();
                    engine.committed(batch, true);
                }
            }
            Event::Answer {
                life,
                token,
                status,
                carrier_id,
            } if life == self.life => {
                engine.outcome(0, token, Outcome::Answered { status, carrier_id }, now);
            }
            Event::NoAnswer { life, token } if life == self.life => {
                engine.outcome(0, token, Outcome::Unknown { late: true }, now);
            }
            Event::LateAnswer {
                life,
                token,
                carrier_id,
            } if life == self.life => {
                engine.late_answer(0, token, CommandStatus::ESME_ROK, carrier_id, now);
            }
            Event::Receipt { carrier_id } => {
                if !self.up {
                    return self.at(ms(200), Event::Receipt { carrier_id });
                }
                let Some((receipt, false)) = self.receipts.get(&carrier_id) else {
                    return;
                };
                let handle = self.next_handle;
                self.next_handle += 1;
                self.handles.insert(handle, carrier_id);
                engine.receipt(0, receipt.clone(), handle, now);
            }
            Event::Up { life } if life == self.life => {
                self.up = true;
                engine.link_up(0, now);
            }
            Event::Told(id, number) => {
                let taken = !self.one_in(self.faults.deaf);
                if let Some(engine) = &mut self.engine
                    && let Some(record) = engine.record(id)
                {
                    if taken {
                        self.told.insert(id, record.state);
                    }
                    engine.told(id, number, taken, now);
                }
            }
            Event::Timeout => engine.handle_timeout(now),
            _ => {}
        }
    }

    /// Takes everything from the engine.
    fn settle(&mut self) {
        loop {
            let Some(engine) = &mut self.engine else {
                return;
            };
            if let Some(effect) = engine.poll_effect() {
                self.perform(effect);
                continue;
            }
            if let Some((batch, changes)) = engine.poll_changes() {
                self.batches.insert(batch, changes);
                self.at(ms(2), Event::Commit(batch));
                continue;
            }
            let due = engine.poll_timeout();
            if let Some(before) = self.timeout.take() {
                self.events.remove(&before);
            }
            if let Some(due) = due {
                self.next_event += 1;
                let key = (due.max(self.now), self.next_event);
                self.events.insert(key, Event::Timeout);
                self.timeout = Some(key);
            }
            return;
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Accepted { id, .. } => {
                assert!(
                    self.store.message(id).unwrap().is_some(),
                    "acknowledged, not durable"
                );
                self.acknowledged.insert(id);
            }
            Effect::Refused { refusal, .. } => panic!("refused: {refusal:?}"),
            Effect::Send {
                token, id, index, ..
            } => self.carry(token, id, index),
            Effect::AnswerReceipt { handle, .. } => {
                if let Some(carrier_id) = self.handles.remove(&handle) {
                    self.receipts.get_mut(&carrier_id).unwrap().1 = true;
                }
            }
            Effect::Find {
                carrier_id, handle, ..
            } => {
                let found = self.store.by_carrier_id("operator", &carrier_id).unwrap();
                let now = self.now();
                if let Some(engine) = &mut self.engine {
                    engine.found(handle, found, now);
                }
            }
            Effect::Tell { id, number } => {
                self.at(ms(20), Event::Told(id, number));
            }
            Effect::RefuseReceipt { .. } => panic!("the store can be read"),
            Effect::Changed(_) => {}
        }
    }

    /// The carrier is handed a part.
    fn carry(&mut self, token: u64, id: MessageId, index: usize) {
        let stored = self.store.message(id).unwrap().unwrap();
        assert_eq!(
            stored.parts[index].status.state,
            State::Sending,
            "sent before it was durable"
        );
        let (life, now) = (self.life, self.now());
        if !self.up {
            if let Some(engine) = &mut self.engine {
                engine.outcome(0, token, Outcome::NotSent, now);
            }
            return;
        }
        let delay = ms(5 + self.random(20));
        let refusal = if self.one_in(self.faults.throttle) {
            Some(CommandStatus::ESME_RTHROTTLED)
        } else if self.one_in(self.faults.reject) {
            Some(CommandStatus::ESME_RINVDSTADR)
        } else {
            None
        };
        if let Some(status) = refusal {
            let carrier_id = String::new();
            return self.at(
                delay,
                Event::Answer {
                    life,
                    token,
                    status,
                    carrier_id,
                },
            );
        }
        self.next_carrier_id += 1;
        let carrier_id = format!("c{}", self.next_carrier_id);
        self.taken.insert(carrier_id.clone(), (id, index));
        let failed = self.one_in(self.faults.undeliverable);
        let receipt = Receipt {
            carrier_id: carrier_id.clone(),
            state: if failed {
                MessageState::UNDELIVERABLE
            } else {
                MessageState::DELIVERED
            },
            is_intermediate: false,
            error: failed.then(|| "011".into()),
            reference: if self.one_in(self.faults.no_reference) {
                None
            } else {
                stored.reference(index)
            },
            addresses: Addresses {
                from: "ACME".into(),
                to: stored.message.to.digits,
            },
        };
        self.receipts.insert(carrier_id.clone(), (receipt, false));
        let hasty = self.one_in(self.faults.hasty);
        let receipt_delay = if hasty {
            ms(1)
        } else {
            ms(1_000 + self.random(60_000))
        };
        self.at(
            receipt_delay,
            Event::Receipt {
                carrier_id: carrier_id.clone(),
            },
        );
        if self.one_in(self.faults.cut) {
            let engine = self.engine.as_mut().unwrap();
            engine.outcome(0, token, Outcome::Unknown { late: false }, now);
            // The answers of the others are lost with it.
            let others: Vec<u64> = self
                .events
                .values()
                .filter_map(|event| match event {
                    Event::Answer {
                        life: on, token, ..
                    }
                    | Event::NoAnswer { life: on, token }
                        if *on == life =>
                    {
                        Some(*token)
                    }
                    _ => None,
                })
                .collect();
            for token in others {
                engine.outcome(0, token, Outcome::Unknown { late: false }, now);
            }
            engine.link_down(0);
            self.disconnect();
            let life = self.life;
            self.at(ms(500), Event::Up { life });
        } else if self.one_in(self.faults.no_answer) {
            self.at(ms(30_000), Event::NoAnswer { life, token });
        } else if self.one_in(self.faults.late) {
            self.at(ms(30_000), Event::NoAnswer { life, token });
            self.at(
                ms(31_000),
                Event::LateAnswer {
                    life,
                    token,
                    carrier_id,
                },
            );
        } else {
            let status = CommandStatus::ESME_ROK;
            self.at(
                delay,
                Event::Answer {
                    life,
                    token,
                    status,
                    carrier_id,
                },
            );
        }
    }

    /// What the promise says of every acknowledged message, at the end.
    fn check(&self) {
        let mut taken: HashMap<(MessageId, usize), usize> = HashMap::new();
        for part in self.taken.values() {
            *taken.entry(*part).or_default() += 1;
        }
        for id in &self.acknowledged {
            let record = self
                .store
                .message(*id)
                .unwrap()
                .expect("an acknowledged message is lost");
            assert!(record.state.is_final(), "{id} is still {}", record.state);
            for (index, part) in record.parts.iter().enumerate() {
                let times = taken.get(&(*id, index)).copied().unwrap_or_default();
                let status = &part.status;
                assert!(
                    times <= 1 || status.possible_duplicate,
                    "{id} part {index} went out {times} times, untold: {status:?}"
                );
                assert!(
                    times >= 1 || status.state != State::Delivered,
                    "{id} part {index} never went out and is called delivered"
                );
            }
            if record.callback.is_some() {
                assert_eq!(
                    record.notice,
                    Notice::Done,
                    "{id}: the outcome was not told"
                );
                assert_eq!(self.told.get(id), Some(&record.state));
            }
        }
    }

    fn states(&self) -> HashMap<State, usize> {
        let mut states = HashMap::new();
        let query = Query {
            limit: 100_000,
            ..Query::default()
        };
        for record in self.store.list(&query).unwrap() {
            *states.entry(record.state).or_default() += 1;
        }
        states
    }
}

/// 60 messages over ten minutes, then two days.
fn simulate(seed: u64, on_unknown: OnUnknown, faults: Faults) -> World {
    let mut world = World::new(seed, on_unknown, faults);
    for n in 0..60 {
        world.run(Duration::from_secs(n * 10));
        let text = "long ".repeat(if n % 5 == 0 { 50 } else { 1 });
        // Some recipients get several.
        let to = format!("+49170{:04}", world.random(40));
        world.submit(&to, &text, n % 2 == 0);
    }
    world.run(Duration::from_secs(2 * 86_400));
    world.check();
    world
}

#[test]
fn all_is_delivered_when_nothing_goes_wrong() {
    let world = simulate(1, OnUnknown::Wait, Faults::default());
    assert_eq!(world.acknowledged.len(), 60);
    assert_eq!(world.states(), HashMap::from([(State::Delivered, 60)]));
    let engine = world.engine.unwrap();
    assert!(engine.messages.is_empty(), "nothing is kept in memory");
    assert!(engine.timers.is_empty(), "{:?}", engine.timers);
}

#[test]
fn throttling_delays_and_loses_nothing() {
    let faults = Faults {
        throttle: 2,
        ..Faults::default()
    };
    let world = simulate(2, OnUnknown::Wait, faults);
    assert_eq!(world.states(), HashMap::from([(State::Delivered, 60)]));
    assert_eq!(
        world.taken.len(),
        60 + 12,
        "12 have two parts, none goes twice"
    );
}

#[test]
fn refusals_and_failures_are_told() {
    let faults = Faults {
        reject: 4,
        undeliverable: 4,
        ..Faults::default()
    };
    let states = simulate(3, OnUnknown::Wait, faults).states();
    assert!(states.contains_key(&State::Rejected));
    assert!(states.contains_key(&State::Undelivered));
    assert!(states.contains_key(&State::Delivered));
}

#[test]
fn hasty_receipts_find_their_part() {
    let faults = Faults {
        hasty: 1,
        ..Faults::default()
    };
    let world = simulate(4, OnUnknown::Wait, faults);
    assert_eq!(world.states(), HashMap::from([(State::Delivered, 60)]));
}

#[test]
fn a_late_answer_is_still_good() {
    let faults = Faults {
        late: 2,
        ..Faults::default()
    };
    let world = simulate(5, OnUnknown::Report, faults);
    // Reported unknown at once, then corrected by its receipt.
    assert_eq!(world.acknowledged.len(), 60);
    let faults = Faults {
        no_reference: 1,
        ..faults
    };
    let world = simulate(5, OnUnknown::Wait, faults);
    assert_eq!(world.states(), HashMap::from([(State::Delivered, 60)]));
}

#[test]
fn an_unknown_outcome_is_settled_by_the_receipt_or_reported() {
    let faults = Faults {
        no_answer: 3,
        ..Faults::default()
    };
    let states = simulate(6, OnUnknown::Wait, faults).states();
    let settled = states.get(&State::Delivered).copied().unwrap_or_default();
    let unknown = states.get(&State::Unknown).copied().unwrap_or_default();
    assert_eq!(
        (settled, unknown),
        (60, 0),
        "each receipt gives our reference back"
    );
    let deaf = Faults {
        no_reference: 1,
        ..faults
    };
    let states = simulate(6, OnUnknown::Wait, deaf).states();
    assert!(
        states[&State::Unknown] > 10,
        "without it nobody guesses: {states:?}"
    );
    let states = simulate(6, OnUnknown::Report, faults).states();
    assert!(states[&State::Unknown] > 3, "reported at once: {states:?}");
    let world = simulate(6, OnUnknown::Resend, faults);
    assert!(
        world.taken.len() > 72,
        "some went out twice, and all of those are marked"
    );
}

#[test]
fn nothing_is_lost_whatever_goes_wrong_together() {
    let mut crashes = 0;
    let mut duplicates = 0;
    for seed in 0..150 {
        let faults = Faults {
            throttle: 7,
            no_answer: 11,
            cut: 13,
            reject: 17,
            undeliverable: 9,
            hasty: 5,
            crash: 60,
            deaf: 3,
            late: 19,
            no_reference: 4,
        };
        let policy = [OnUnknown::Wait, OnUnknown::Report, OnUnknown::Resend]
            [usize::try_from(seed % 3).unwrap()];
        let world = simulate(seed, policy, faults);
        crashes += world.crashes;
        let parts: HashSet<_> = world.taken.values().collect();
        duplicates += world.taken.len() - parts.len();
    }
    assert!(crashes > 500, "the world is rough: {crashes} crashes");
    assert!(
        duplicates > 0,
        "resending happens, and `check` finds each marked"
    );
}
