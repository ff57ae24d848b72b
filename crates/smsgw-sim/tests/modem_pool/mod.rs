//! A pool of modems as smsgw-at drives them, and the emulated modems at their ports, in simulated
//! time.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use smsgw_at::modem::{self, Modem, PortRequest};
use smsgw_at::pool::{
    Action, Config, Event, MemberId, MemberOptions, Message, Now, Outcome, PartId, Pool, SimConfig,
};
use smsgw_gsm::field::Address;
use smsgw_gsm::segment::{Options, segment};
use smsgw_gsm::tpdu::{ModemPdu, Submit, UserDataBuf};
use smsgw_sim::modem::{self as sim, ModemConfig, ModemId, Network, What};

pub(crate) const OUTSIDE: &str = "+4915112345678";

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A pool, its modems, and the network they are in.
pub(crate) struct Rig {
    pub(crate) network: Network,
    pub(crate) pool: Pool,
    pub(crate) now: Now,
    pub(crate) seats: Vec<Seat>,
    due: BTreeSet<(Instant, usize)>,
    started: Instant,
    pub(crate) outcomes: BTreeMap<u64, Outcome>,
    /// Which modems sent each text, as the network knows.
    pub(crate) taken: BTreeMap<String, Vec<ModemId>>,
    /// How many final reports there were on each part.
    pub(crate) reports: BTreeMap<PartId, u32>,
    pub(crate) strays: u32,
    /// What else the pool told.
    pub(crate) told: Vec<Event>,
}

/// A modem as it is driven, and the emulated one at its port.
pub(crate) struct Seat {
    pub(crate) modem: Modem,
    pub(crate) id: ModemId,
    pub(crate) member: Option<MemberId>,
    due: Option<Instant>,
}

impl Rig {
    /// So many modems, which have been started.
    pub(crate) fn new(
        modems: usize,
        network: sim::Config,
        pool: Config,
        modem: &modem::Config,
    ) -> Self {
        let mono = Instant::now();
        let unix = network.unix_seconds;
        let now = Now { mono, unix };
        let mut rig = Self {
            network: Network::new(network, mono),
            pool: Pool::new(pool, now),
            now,
            seats: Vec::new(),
            due: BTreeSet::new(),
            started: mono,
            outcomes: BTreeMap::new(),
            taken: BTreeMap::new(),
            reports: BTreeMap::new(),
            strays: 0,
            told: Vec::new(),
        };
        for number in 0..modems {
            let number = format!("+4917{:08}", 1 + number);
            let id = rig.network.plug(ModemConfig::new(&number), mono).unwrap();
            let member = rig.pool.join(MemberOptions::default(), now);
            rig.seats.push(Seat {
                modem: Modem::new(modem.clone(), mono),
                id,
                member: Some(member),
                due: None,
            });
        }
        for seat in 0..modems {
            rig.seats[seat].modem.handle_open(mono);
            rig.serve(seat);
        }
        rig.until(seconds(300), |rig| {
            rig.pool.status(rig.now).filter(|sim| sim.is_usable).count() == modems
        });
        rig
    }

    /// A message with a text of its own that asks for reports.
    pub(crate) fn send(&mut self, token: u64, text: &str) {
        let message = message(OUTSIDE, text);
        self.pool.send(token, message, self.now).unwrap();
        self.pump();
    }

    /// Since the modems were there.
    pub(crate) fn elapsed(&self) -> Duration {
        self.now.mono - self.started
    }

    pub(crate) fn begin(&mut self) {
        self.started = self.now.mono;
    }

    /// Lets time go by until it is so, at most so long.
    #[track_caller]
    pub(crate) fn until(&mut self, most: Duration, is_so: impl Fn(&Self) -> bool) {
        let end = self.now.mono + most;
        while !is_so(self) {
            assert!(self.step(end), "not within {most:?}");
        }
    }

    pub(crate) fn pass(&mut self, duration: Duration) {
        let end = self.now.mono + duration;
        while self.step(end) {}
    }

    /// Lets the next thing happen, if that is before `end`.
    fn step(&mut self, end: Instant) -> bool {
        let modems = self.due.first().map(|(at, _)| *at);
        let network = self.network.poll_timeout();
        let pool = self.pool.poll_timeout();
        let next = [modems, network, pool].into_iter().flatten().min();
        let at = next.unwrap_or(end).max(self.now.mono);
        if at > end {
            return false;
        }
        if at > self.now.mono || next.is_none() {
            let passed = at - self.started;
            let before = self.now.mono - self.started;
            self.now.mono = at;
            let whole = passed.as_secs() - before.as_secs();
            self.now.unix += i64::try_from(whole).unwrap();
        }
        if network.is_some_and(|network| network <= at) {
            self.network.handle_timeout(at);
            for seat in 0..self.seats.len() {
                if self.network.has_output(self.seats[seat].id) {
                    self.serve(seat);
                }
            }
        }
        while let Some((_, seat)) = self.due.first().copied().filter(|(due, _)| *due <= at) {
            self.seats[seat].modem.handle_timeout(at);
            self.serve(seat);
        }
        if pool.is_some_and(|pool| pool <= at) {
            self.pool.handle_timeout(self.now);
        }
        self.pump();
        at < end
    }

    /// Octets between a modem and its emulated one, and what it tells, until both are silent.
    fn serve(&mut self, index: usize) {
        let now = self.now.mono;
        let seat = &mut self.seats[index];
        let mut octets = BytesMut::new();
        let mut requests = Vec::new();
        loop {
            octets.clear();
            seat.modem.poll_transmit(&mut octets);
            let wrote = !octets.is_empty();
            if wrote {
                self.network.handle_octets(seat.id, &octets, now);
            }
            octets.clear();
            self.network.poll_transmit(seat.id, &mut octets);
            let read = !octets.is_empty();
            if read {
                seat.modem.handle_octets(&octets, now);
            }
            while let Some(event) = seat.modem.poll_event() {
                if let modem::Event::Port(request) = &event {
                    requests.push(*request);
                }
                if let Some(member) = seat.member {
                    self.pool.handle_event(member, event, self.now);
                }
            }
            if !wrote && !read {
                break;
            }
        }
        let due = seat.modem.poll_timeout();
        if let Some(before) = std::mem::replace(&mut seat.due, due) {
            self.due.remove(&(before, index));
        }
        self.due.extend(due.map(|due| (due, index)));
        for request in requests {
            self.port(index, request);
        }
    }

    /// What a modem wants of its port.
    fn port(&mut self, index: usize, request: PortRequest) {
        let now = self.now.mono;
        let seat = &mut self.seats[index];
        match request {
            PortRequest::DropDtr => {
                self.network.handle_close(seat.id, now);
                self.network.handle_open(seat.id, now);
            }
            PortRequest::PowerCycle => {
                self.network.cut(seat.id, now);
                self.network.plug_again(seat.id, now);
                self.reopen(index);
            }
            _ => self.reopen(index),
        }
        self.serve(index);
    }

    fn reopen(&mut self, index: usize) {
        let now = self.now.mono;
        let seat = &mut self.seats[index];
        seat.modem.handle_close(now);
        self.network.handle_close(seat.id, now);
        self.network.handle_open(seat.id, now);
        seat.modem.handle_open(now);
    }

    /// A modem is pulled out for good.
    pub(crate) fn pull_out(&mut self, index: usize) {
        let now = self.now.mono;
        let seat = &mut self.seats[index];
        self.network.cut(seat.id, now);
        seat.modem.handle_close(now);
        self.serve(index);
        self.pump();
        if let Some(member) = self.seats[index].member.take() {
            self.pool.leave(member, self.now);
        }
        self.pump();
    }

    fn seat_of(&mut self, member: MemberId) -> Option<usize> {
        let is_it = |seat: &Seat| seat.member == Some(member);
        self.seats.iter().position(is_it)
    }

    /// Does what the pool wants done, and hears what is told.
    fn pump(&mut self) {
        while let Some(action) = self.pool.poll_action() {
            match action {
                Action::Assign {
                    member,
                    token,
                    submit,
                } => {
                    let seat = self.seat_of(member).unwrap();
                    let sent = self.seats[seat].modem.send(token, submit, self.now.mono);
                    sent.unwrap();
                    self.serve(seat);
                }
                Action::Withdraw { member, token } => {
                    let seat = self.seat_of(member).unwrap();
                    if self.seats[seat].modem.withdraw(token).is_some() {
                        self.pool.withdrawn(member, token, self.now);
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        while let Some(event) = self.pool.poll_event() {
            self.hear(event);
        }
        while let Some(event) = self.network.poll_event() {
            if let What::Submit(message) = event.what {
                let text = message.text.unwrap();
                let modem = self.network.find(&message.from).unwrap();
                self.taken.entry(text).or_default().push(modem);
            }
        }
    }

    fn hear(&mut self, event: Event) {
        let persisted = match &event {
            Event::Received {
                member, received, ..
            } => Some((*member, received.id)),
            Event::Report { member, report, .. } => Some((*member, report.id)),
            _ => None,
        };
        if let Some((member, id)) = persisted
            && let Some(seat) = self.seat_of(member)
        {
            self.seats[seat].modem.persisted(id, self.now.mono);
            self.serve(seat);
        }
        match event {
            Event::Outcome(outcome) => {
                let token = outcome.token;
                assert!(
                    self.outcomes.insert(token, outcome).is_none(),
                    "{token} twice"
                );
            }
            Event::Report { about, .. } => match about {
                Some(part) => *self.reports.entry(part).or_default() += 1,
                None => self.strays += 1,
            },
            Event::Modem { .. } => {}
            event => self.told.push(event),
        }
    }
}

/// A message that asks for reports; of several parts if the text is long.
pub(crate) fn message(to: &str, text: &str) -> Message {
    let segments = segment(text, &Options::new()).unwrap();
    let parts = segments.iter().map(|part| {
        let user_data = UserDataBuf::from(part);
        let submit = Submit {
            status_report_request: true,
            ..Submit::new(Address::parse(to).unwrap(), user_data.view())
        };
        ModemPdu::from(submit).to_vec()
    });
    Message {
        recipient: to.to_owned(),
        parts: parts.collect(),
        sim: None,
        expires: None,
    }
}

/// Recipients are all the same here, and all SIMs are to be used.
pub(crate) fn pool_config() -> Config {
    Config {
        sticky: 0,
        sim: SimConfig::default(),
        ..Config::default()
    }
}

/// The pool retries, not the modems.
pub(crate) fn modem_config() -> modem::Config {
    modem::Config {
        send_retries: 0,
        ..modem::Config::default()
    }
}
