//! A pool in simulated time, with modems that do what a test says.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use smsgw_at::command::identity::{Iccid, Imei, Imsi};
use smsgw_at::command::network::{RegistrationState, Signal};
use smsgw_at::modem::{self, Failure, Identity, State, Submit};
use smsgw_at::pool::{
    Action, Config, Event, MemberId, MemberOptions, Message, Now, Outcome, PartOutcome, Pool,
    SendErrorKind,
};
use smsgw_at::result::{ErrorReport, FinalResult};

/// 2024-02-29 12:00 UTC.
pub(crate) const START: i64 = 1_709_208_000;

pub(crate) struct World {
    pub(crate) pool: Pool,
    pub(crate) now: Now,
    /// What each modem has, and whether it has begun with it.
    pub(crate) parts: BTreeMap<MemberId, (u64, Submit)>,
    /// Modems that have not begun with what they have.
    pub(crate) idle: Vec<MemberId>,
    /// Modems, in the order they were given parts, and the last octets of the PDUs.
    pub(crate) assigned: Vec<(MemberId, u8)>,
    pub(crate) withdrawn: Vec<MemberId>,
    pub(crate) switches: Vec<(MemberId, usize, String)>,
    pub(crate) outcomes: BTreeMap<u64, Outcome>,
    pub(crate) events: VecDeque<Event>,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        let now = Now {
            mono: Instant::now(),
            unix: START,
        };
        Self {
            pool: Pool::new(config, now),
            now,
            parts: BTreeMap::new(),
            idle: Vec::new(),
            assigned: Vec::new(),
            withdrawn: Vec::new(),
            switches: Vec::new(),
            outcomes: BTreeMap::new(),
            events: VecDeque::new(),
        }
    }

    /// So many modems that are ready, with SIMs 1, 2 ...
    pub(crate) fn with_modems<const COUNT: usize>(config: Config) -> (Self, [MemberId; COUNT]) {
        let mut world = Self::new(config);
        let members = std::array::from_fn(|index| world.plug(index as u64 + 1));
        world.events.clear();
        (world, members)
    }

    /// A modem with its SIM, ready and registered.
    pub(crate) fn plug(&mut self, number: u64) -> MemberId {
        self.plug_as(&identity(number, number))
    }

    pub(crate) fn plug_as(&mut self, identity: &Identity) -> MemberId {
        let member = self.pool.join(MemberOptions::default(), self.now);
        self.start(member, identity);
        member
    }

    /// A modem starts and is ready.
    pub(crate) fn start(&mut self, member: MemberId, identity: &Identity) {
        self.state(member, State::Starting);
        self.tell(member, modem::Event::Identified(identity.clone()));
        self.health(member, Some(RegistrationState::HOME), Some(-73));
        self.state(member, State::Ready);
    }

    pub(crate) fn state(&mut self, member: MemberId, state: State) {
        self.tell(member, modem::Event::State(state));
    }

    pub(crate) fn health(
        &mut self,
        member: MemberId,
        registration: Option<RegistrationState>,
        dbm: Option<i16>,
    ) {
        let mut health = modem::Health::default();
        health.registration = registration;
        health.signal = dbm.map(signal);
        self.tell(member, modem::Event::Health(health));
    }

    pub(crate) fn tell(&mut self, member: MemberId, event: modem::Event) {
        self.pool.handle_event(member, event, self.now);
        self.pump();
    }

    /// A modem is pulled out: its port closes, and the owner gives it up.
    pub(crate) fn unplug(&mut self, member: MemberId) {
        self.state(member, State::Closed);
        self.pool.leave(member, self.now);
        self.parts.remove(&member);
        self.pump();
    }

    /// A message of so many parts.
    pub(crate) fn send(&mut self, token: u64, to: &str, parts: u8) {
        self.try_send(token, message(to, parts)).unwrap();
    }

    pub(crate) fn try_send(&mut self, token: u64, message: Message) -> Result<(), SendErrorKind> {
        let sent = self.pool.send(token, message, self.now);
        self.pump();
        sent.map_err(|error| error.kind)
    }

    /// The modem has sent what it has.
    pub(crate) fn sent(&mut self, member: MemberId) {
        let (token, _) = self.take(member);
        let reference = Some(token as u8);
        self.tell(member, modem::Event::Sent { token, reference });
    }

    pub(crate) fn refused(&mut self, member: MemberId, code: u16) {
        self.failed(member, refusal(code));
    }

    pub(crate) fn failed(&mut self, member: MemberId, failure: Failure) {
        let (token, _) = self.take(member);
        self.tell(member, modem::Event::NotSent { token, failure });
    }

    /// The modem is silent after what it was given was written; gives its token.
    pub(crate) fn unknown(&mut self, member: MemberId) -> u64 {
        let (token, _) = self.take(member);
        self.tell(member, modem::Event::Unknown { token });
        token
    }

    pub(crate) fn take(&mut self, member: MemberId) -> (u64, Submit) {
        let part = self.parts.remove(&member);
        part.unwrap_or_else(|| panic!("modem {member} has nothing"))
    }

    /// Whether a modem has a part to send.
    pub(crate) fn has(&self, member: MemberId) -> bool {
        self.parts.contains_key(&member)
    }

    /// Lets time pass by both clocks, as the pool wants to be woken.
    pub(crate) fn pass(&mut self, seconds: u64) {
        let end = self.now.mono + Duration::from_secs(seconds);
        for _ in 0..100_000 {
            let next = self.pool.poll_timeout().filter(|at| *at < end);
            let at = next.unwrap_or(end).max(self.now.mono);
            let start = self.now.unix as f64;
            let passed = at - self.now.mono;
            self.now.mono = at;
            self.now.unix = (start + passed.as_secs_f64()).round() as i64;
            self.pool.handle_timeout(self.now);
            self.pump();
            if at == end {
                return;
            }
            let again = self.pool.poll_timeout();
            assert!(
                again.is_none_or(|again| again > at),
                "the pool does not sleep"
            );
        }
        panic!("the pool wakes too often");
    }

    /// The wall clock jumps.
    pub(crate) fn jump(&mut self, seconds: i64) {
        self.now.unix += seconds;
        self.pool.handle_timeout(self.now);
        self.pump();
    }

    /// All modems send what they get until there is nothing left.
    pub(crate) fn run(&mut self) {
        while let Some(member) = self.parts.keys().next().copied() {
            self.sent(member);
        }
    }

    pub(crate) fn pump(&mut self) {
        loop {
            while let Some(action) = self.pool.poll_action() {
                self.act(action);
            }
            let Some(event) = self.pool.poll_event() else {
                return;
            };
            match event {
                Event::Outcome(outcome) => {
                    let token = outcome.token;
                    let twice = self.outcomes.insert(token, outcome);
                    assert!(twice.is_none(), "two outcomes of {token}");
                }
                Event::Modem { .. } => {}
                event => self.events.push_back(event),
            }
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Assign {
                member,
                token,
                submit,
            } => {
                let last = submit.pdu.last().copied().unwrap_or_default();
                self.assigned.push((member, last));
                let before = self.parts.insert(member, (token, submit));
                assert!(before.is_none(), "modem {member} was given two parts");
            }
            Action::Withdraw { member, token } => {
                self.withdrawn.push(member);
                if self.idle.contains(&member) && self.parts.remove(&member).is_some() {
                    self.pool.withdrawn(member, token, self.now);
                }
            }
            Action::SwitchSlot {
                member,
                slot,
                command,
            } => self.switches.push((member, slot, command)),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn outcome(&self, token: u64) -> &Outcome {
        let outcome = self.outcomes.get(&token);
        outcome.unwrap_or_else(|| panic!("no outcome of {token}"))
    }

    /// The outcome of a message of one part.
    pub(crate) fn only_part(&self, token: u64) -> &PartOutcome {
        let [part] = &self.outcome(token).parts[..] else {
            panic!("more than one part");
        };
        part
    }

    /// To which modems parts went, in their order.
    pub(crate) fn went_to(&self) -> Vec<MemberId> {
        self.assigned.iter().map(|(member, _)| *member).collect()
    }
}

pub(crate) fn message(to: &str, parts: u8) -> Message {
    Message {
        recipient: to.to_owned(),
        parts: (0..parts).map(pdu).collect(),
        sim: None,
        expires: None,
    }
}

/// To 1234567, asks for a report; the text is one octet, by which parts are told apart.
fn pdu(part: u8) -> Vec<u8> {
    let submit = b"\x00\x21\x00\x07\x81\x21\x43\x65\xF7\x00\x04\x01";
    [submit, &[part][..]].concat()
}

/// Modem and SIM by their numbers.
pub(crate) fn identity(modem: u64, sim: u64) -> Identity {
    Identity {
        imei: Imei::parse(&(490_154_203_000_000 + modem).to_string()).ok(),
        iccid: Some(iccid(sim)),
        imsi: Imsi::parse(&format!("22801{sim:010}")).ok(),
        ..Identity::default()
    }
}

pub(crate) fn iccid(sim: u64) -> Iccid {
    Iccid::parse(&(8_941_010_000_000_000_000 + sim).to_string()).unwrap()
}

pub(crate) fn signal(dbm: i16) -> Signal {
    Signal {
        rssi: u8::try_from((dbm + 113) / 2).unwrap(),
        ber: None,
    }
}

pub(crate) fn refusal(code: u16) -> Failure {
    Failure::Refused(FinalResult::Cms(ErrorReport {
        code: Some(code),
        text: None,
    }))
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
