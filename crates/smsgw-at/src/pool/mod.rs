//! Many modems as one: which SIM sends a message, how much each may send, and what is tried again
//! where. Without IO and without a clock.
//!
//! A [`Pool`] knows its modems by their [`ModemKey`], IMEI and ICCID, whatever port they are at,
//! and hears of them by their [events](crate::modem::Event). It says what is to be done by
//! [actions](Action) and tells its owner what became of each message by [events](Event). The owner
//! moves events, actions and time:
//!
//! 1. [`join`](Pool::join) for each modem, [`leave`](Pool::leave) when it is gone for good,
//! 2. [`handle_event`](Pool::handle_event) with what a modem tells,
//! 3. [`handle_timeout`](Pool::handle_timeout) when [`poll_timeout`](Pool::poll_timeout) says it
//!    is time,
//! 4. [`poll_action`](Pool::poll_action) until there is none, and does it,
//! 5. [`poll_event`](Pool::poll_event) until there is none.
//!
//! The one invariant: after any call, poll actions and events until both are empty before waiting.
//!
//! # What is promised
//!
//! * Each message that was taken has exactly one [`Outcome`], with one result for each part.
//! * The parts of a message go by one SIM, in their order, one after the other.
//! * Nothing goes by a second SIM unless the first has certainly not sent it; where
//!   [`Doubt`](crate::modem::Doubt) is set lower than it is by default, also after a doubtful
//!   refusal. What may have been sent ([`PartOutcome::Unknown`]) is told as that and never repeated.
//! * No SIM sends more than its [`Limits`], not even when the wall clock jumps back; what is
//!   unknown counts as sent.
//!
//! # Who sends a message
//!
//! A message waits in the pool, not at a SIM, until a SIM is free that can send all of it now. It
//! waits for one SIM alone when it names that ([`Message::sim`]) or when its recipient was last in
//! touch with that one ([`Config::sticky`]) and the SIM is in use, even if it is busy. Where the
//! recipient's number has a [`Route`], the SIMs of that come first, or are the only ones. Of those
//! that are left, the [`Strategy`] chooses.
//!
//! # Scores
//!
//! With [`Strategy::LeastLoaded`] the free SIM with the lowest score is chosen, of equal ones the
//! one that was used longest ago.
//!
//! | what | adds |
//! |---|---|
//! | each part sent in the last minute, each message that waits for this SIM | 10 |
//! | each failure of the modem or the SIM in [`BreakerConfig::window`] since the last success | 50 |
//! | the modem was left alone and is on trial | 200 |
//! | roaming; registration not known | 20; 10 |
//! | signal: for every 2 dB below -73 dBm, down to -113; not known | 1; 10 |
//! | day or month: for each 4 % used of the one that is used more | 1 |
//!
//! A modem that is not ready or not registered, that is drained or left alone, that is silent about
//! a part ([`Config::unknown_pause`]), or whose SIM has no quota left, is not chosen at all.
//!
//! # What is tried again, and where
//!
//! As long as no part of the message was sent, or may have been:
//!
//! | result of the part | by the same SIM | by another SIM | counts against the modem |
//! |---|---|---|---|
//! | refused, [`RetryHere`](crate::cause::Class::RetryHere) | [`retries`](Config::retries) times, after [pauses](Config::retry_pauses) | then | no |
//! | refused, [`RetryElsewhere`](crate::cause::Class::RetryElsewhere) | only where there is no other, as above | at once | no |
//! | refused, [`ModemFault`](crate::cause::Class::ModemFault) | only where there is no other, as above | at once | yes |
//! | refused, [`SimFault`](crate::cause::Class::SimFault) | never | at once | yes |
//! | refused, [`Permanent`](crate::cause::Class::Permanent) | never | never | no |
//! | no prompt, no answer, one that cannot be read | only where there is no other, as above | at once | yes |
//! | refused after all of it was written, and it may have been taken ([`Doubtful`](crate::modem::Failure::Doubtful)) | never | at once, one other; then it is unknown | if [`ModemFault`](crate::cause::Class::ModemFault) |
//! | the modem was lost before it was written | as `RetryHere`, if it is back | at once if not | no |
//! | it cannot be written to any modem | never | never | no |
//! | given back before it was begun | if it can go on | at once if not | no |
//! | unknown | never | never | yes |
//!
//! The modem's own [`send_retries`](crate::modem::Config::send_retries) should be 0: they come first,
//! and hold up all that waits. Which refusals leave open whether a message was taken, so that it is
//! unknown or doubtful, is for the modem to say: see [`Doubt`](crate::modem::Doubt). What is unknown
//! or doubtful counts for the limits of the SIM, as it may have been sent; the others do not.
//!
//! A message tries at most [`failovers`](Config::failovers) SIMs after the first, and waits at most
//! [`patience`](Config::patience) for the next one.
//!
//! Once a part was sent, or may have been, the others go by that SIM or not at all, so that the
//! recipient can put them together:
//!
//! | result of a later part | what follows |
//! |---|---|
//! | refused or failed, [`RetryHere`](crate::cause::Class::RetryHere), [`RetryElsewhere`](crate::cause::Class::RetryElsewhere) or [`ModemFault`](crate::cause::Class::ModemFault) | the same SIM tries again, [`retries`](Config::retries) times after [pauses](Config::retry_pauses) |
//! | refused, [`SimFault`](crate::cause::Class::SimFault) or [`Permanent`](crate::cause::Class::Permanent) | the parts behind it are not sent |
//! | unknown or doubtful | the parts behind it are sent all the same, when the modem answers again |
//! | the modem is lost, or its SIM has no quota left | the rest waits [`patience`](Config::patience) for the SIM, in whatever modem it comes back, and is not sent then |
//!
//! # Example
//!
//! ```
//! use std::time::Instant;
//! use smsgw_at::command::identity::Iccid;
//! use smsgw_at::modem::{self, Identity, State};
//! use smsgw_at::pool::{Action, Config, Event, MemberOptions, Message, Now, Pool};
//!
//! let now = Now { mono: Instant::now(), unix: 1_700_000_000 };
//! let mut pool = Pool::new(Config::default(), now);
//! let member = pool.join(MemberOptions::default(), now);
//!
//! // The modem tells what it is and that it is ready.
//! let iccid = Iccid::parse("8941010000000000001")?;
//! let identity = Identity { iccid: Some(iccid), ..Identity::default() };
//! pool.handle_event(member, modem::Event::Identified(identity), now);
//! pool.handle_event(member, modem::Event::State(State::Ready), now);
//!
//! let message = Message {
//!     recipient: "+41791234567".to_owned(),
//!     parts: vec![vec![0x00, 0x01, 0x00, 0x01, 0x81, 0xF1, 0x00, 0x00, 0x00]],
//!     sim: None,
//!     expires: None,
//! };
//! pool.send(7, message, now)?;
//! let Some(Action::Assign { member, token, .. }) = pool.poll_action() else { panic!() };
//!
//! // The modem has sent it.
//! pool.handle_event(member, modem::Event::Sent { token, reference: Some(200) }, now);
//! while let Some(event) = pool.poll_event() {
//!     if let Event::Outcome(outcome) = event {
//!         assert!(outcome.token == 7 && outcome.is_sent());
//!     }
//! }
//! assert_eq!(pool.queued(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attempt;
mod breaker;
mod calendar;
mod choose;
mod config;
mod dispatch;
mod event;
mod incoming;
mod key;
mod member;
mod message;
mod queue;
mod quota;
mod refresh;
mod route;
mod sim;
mod slots;
mod status;
mod sticky;
#[cfg(feature = "tokio")]
mod task;
mod verdict;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::time::Instant;

use self::dispatch::Due;
use self::member::Member;
use self::queue::{Entry, Place, Queue};
use self::route::Routes;
use self::sim::{Sim, SimId};
use self::sticky::Sticky;
use crate::command::identity::Iccid;
use crate::modem;

pub use breaker::{BreakerConfig, BreakerState};
pub use calendar::UtcOffset;
pub use config::{Config, SimConfig, Strategy};
pub use event::{Action, Event, PartId};
pub use key::{MemberId, ModemKey, Now};
pub use member::MemberOptions;
pub use message::{Message, Outcome, PartOutcome, Reason, SendError, SendErrorKind};
pub use quota::{Limits, Usage, Used};
pub use route::{Route, Target};
pub use slots::Slots;
pub use status::{SimRecord, SimStatus};
#[cfg(feature = "tokio")]
pub use task::{PoolClosed, PoolEvent, PoolEvents, PoolHandle, PoolOptions, PoolSending};

/// Many modems as one. See [the module](self).
pub struct Pool {
    config: Config,
    routes: Routes,
    /// When the clocks were looked at last.
    looked: Now,
    /// When the SIMs with little quota left were looked at last.
    checked: Instant,
    queue: Queue,
    sims: BTreeMap<SimId, Sim>,
    by_iccid: HashMap<Iccid, SimId>,
    members: BTreeMap<MemberId, Member>,
    /// Those with slots.
    slotted: BTreeSet<MemberId>,
    /// SIMs about which something may have changed.
    dirty: BTreeSet<SimId>,
    /// SIMs that can take a message now.
    free: BTreeSet<SimId>,
    /// SIMs whose day or month may leave too little for a message.
    short: BTreeSet<SimId>,
    sticky: Sticky,
    due: BTreeSet<(Instant, Due)>,
    actions: VecDeque<Action>,
    events: VecDeque<Event>,
    next_member: u64,
    next_sim: u64,
    /// The lane that is served first the next time.
    first_lane: usize,
    /// How often SIMs were used.
    uses: u64,
    /// With [`Strategy::Rotation`], the SIM that sends.
    turn: Option<SimId>,
    /// Messages that no SIM could take may be taken by one now.
    has_changed: bool,
}

impl Pool {
    /// The highest token that a message may have: 2^55 - 1. A modem knows each part by the token of
    /// its message times 256 and its place.
    pub const MAX_TOKEN: u64 = u64::MAX >> 9;

    /// A pool without modems.
    #[must_use]
    pub fn new(config: Config, now: Now) -> Self {
        let config = config.usable();
        Self {
            routes: Routes::new(&config.routes),
            queue: Queue::new(config.routes.len()),
            sticky: Sticky::new(config.sticky),
            config,
            looked: now,
            checked: now.mono,
            sims: BTreeMap::new(),
            by_iccid: HashMap::new(),
            members: BTreeMap::new(),
            slotted: BTreeSet::new(),
            dirty: BTreeSet::new(),
            free: BTreeSet::new(),
            short: BTreeSet::new(),
            due: BTreeSet::new(),
            actions: VecDeque::new(),
            events: VecDeque::new(),
            next_member: 0,
            next_sim: 0,
            first_lane: 0,
            uses: 0,
            turn: None,
            has_changed: false,
        }
    }

    /// How it chooses and what it holds, as it is kept to.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Messages without an outcome.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Whether a message can be taken, as far as the queue goes.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.queue.len() < self.config.max_queue
    }

    /// The SIM that a modem's messages go by; `None` when it gets none.
    #[must_use]
    pub fn key(&self, member: MemberId) -> Option<&ModemKey> {
        let sim = self.members.get(&member)?.sim?;
        Some(&self.sims.get(&sim)?.key)
    }

    /// All SIMs that are known, in the order they came.
    pub fn status(&self, now: Now) -> impl Iterator<Item = SimStatus> {
        let sims = self.sims.iter();
        sims.map(move |(id, sim)| self.status_of(*id, sim, now))
    }

    /// Takes a message, whose outcome will be an event with `token`. Late results and status
    /// reports have it, too: it should not be used again as long as those may come.
    ///
    /// # Errors
    /// When it is not taken; the error has the message.
    pub fn send(&mut self, token: u64, message: Message, now: Now) -> Result<(), SendError> {
        let kind = match message.parts.len() {
            0 => Some(SendErrorKind::Parts { had: 0 }),
            had if had > Message::MAX_PARTS => Some(SendErrorKind::Parts { had }),
            _ if token > Self::MAX_TOKEN => Some(SendErrorKind::Token),
            _ if self.queue.by_token.contains_key(&token) => Some(SendErrorKind::TokenInUse),
            _ if !self.has_room() => Some(SendErrorKind::QueueFull),
            _ => None,
        };
        if let Some(kind) = kind {
            return Err(SendError { kind, message });
        }
        self.take(token, message, now);
        self.settle(now);
        Ok(())
    }

    /// Gives a message back of which no part was given to a modem yet: it has no outcome then.
    pub fn withdraw(&mut self, token: u64) -> Option<Message> {
        let (id, entry) = self.queue.find(token)?;
        let (is_begun, place) = (entry.begun_by.is_some(), entry.place);
        let is_sending = matches!(place, Place::Current(sim) if self.is_sending(sim));
        if is_begun || is_sending {
            return None;
        }
        self.take_out(id).map(|entry| entry.message)
    }

    /// [Cancels](Self::cancel) all messages.
    pub fn cancel_all(&mut self, now: Now) {
        let tokens: Vec<u64> = self.queue.by_token.keys().copied().collect();
        for token in tokens {
            self.cancel(token, now);
        }
    }

    /// Cancels a message: what of it was not begun is not sent. Its outcome says how far it had
    /// come. `false` when there is no such message.
    pub fn cancel(&mut self, token: u64, now: Now) -> bool {
        let Some((id, entry)) = self.queue.find(token) else {
            return false;
        };
        entry.is_cancelled = true;
        let place = entry.place;
        match place {
            Place::Current(sim) if self.is_sending(sim) => self.ask_for_part(sim),
            _ => self.finish(id, Reason::Cancelled, Reason::Cancelled),
        }
        self.settle(now);
        true
    }

    /// A modem joins. It gets messages once it has said what it is, is ready, and is registered.
    pub fn join(&mut self, options: MemberOptions, now: Now) -> MemberId {
        self.next_member += 1;
        let id = MemberId(self.next_member);
        if options.slots.is_some() {
            self.slotted.insert(id);
        }
        self.members.insert(id, Member::new(options));
        self.settle(now);
        id
    }

    /// A modem leaves, and what it had begun is unknown. To know more, first hand over all its
    /// events, those of closing its port among them.
    pub fn leave(&mut self, member: MemberId, now: Now) {
        if self.members.contains_key(&member) {
            self.remove(member, now);
            self.settle(now);
        }
    }

    /// A modem tells something.
    pub fn handle_event(&mut self, member: MemberId, event: modem::Event, now: Now) {
        if self.members.contains_key(&member) {
            self.incoming(member, event, now);
            self.settle(now);
        }
    }

    /// A modem gave a part back that it had not begun, or did not take it.
    pub fn withdrawn(&mut self, member: MemberId, token: u64, now: Now) {
        self.part_withdrawn(member, token, now);
        self.settle(now);
    }

    /// A modem could not change to another of its SIMs.
    pub fn slot_failed(&mut self, member: MemberId, now: Now) {
        self.slot_late(member, now);
        self.settle(now);
    }

    /// A modem gets nothing new: what it has begun it brings to its end, all parts of it, and what
    /// waits for it goes elsewhere. [`Event::Drained`] says when it has nothing to do any more.
    pub fn drain(&mut self, member: MemberId, now: Now) {
        self.set_draining(member, true, now);
    }

    /// A modem that was drained is used again.
    pub fn resume(&mut self, member: MemberId, now: Now) {
        self.set_draining(member, false, now);
    }

    /// Has a modem change to another of its SIMs, once what it has begun has come to its end.
    /// `false` when it has no such slot, uses it, or is changing already.
    pub fn switch_slot(&mut self, member: MemberId, slot: usize, now: Now) -> bool {
        let is_asked = self.ask_slot(member, slot);
        self.settle(now);
        is_asked
    }

    /// A SIM is used otherwise from now on.
    pub fn configure_sim(&mut self, iccid: &Iccid, config: SimConfig, now: Now) {
        if let Some(id) = self.by_iccid.get(iccid).copied() {
            self.with_sim(id, |sim| {
                sim.config = config.clone();
                sim.quota_told = false;
            });
        }
        self.config.sims.insert(*iccid, config);
        self.has_changed = true;
        self.settle(now);
    }

    /// What has to be remembered across a restart: what each SIM used and sent.
    pub fn export(&self, now: Now) -> impl Iterator<Item = SimRecord> {
        self.sims.values().map(move |sim| Self::record_of(sim, now))
    }

    /// Knows again what was [exported](Self::export). What was used since counts, too.
    pub fn restore(&mut self, records: impl IntoIterator<Item = SimRecord>, now: Now) {
        for record in records {
            let key = ModemKey {
                imei: None,
                iccid: record.iccid,
            };
            let id = self.sim_of(&key, now);
            self.with_sim(id, |sim| sim.restore(record, now));
        }
        self.forget_sims();
        self.settle(now);
    }

    /// It is as late as [`Self::poll_timeout`] said, or later.
    pub fn handle_timeout(&mut self, now: Now) {
        self.settle(now);
    }

    /// The next thing to do.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// The next thing to know.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`Self::handle_timeout`] is to be called; `None` when nothing waits for time.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.next_timeout()
    }

    fn take(&mut self, token: u64, message: Message, now: Now) {
        let id = self.queue.take_id();
        let lane = self.routes.find(&message.recipient);
        let pinned = message.sim.as_ref().map(|iccid| {
            let (imei, iccid) = (None, *iccid);
            self.forget_sims();
            self.sim_of(&ModemKey { imei, iccid }, now)
        });
        if let Some(expires) = message.expires {
            self.due.insert((expires, Due::Expiry(id)));
        }
        let lane = lane.unwrap_or(self.config.routes.len());
        let own = pinned.or_else(|| self.sticky_sim(&message, lane));
        let entry = Entry {
            token,
            message,
            results: Vec::new(),
            place: Place::Lane,
            lane,
            pinned,
            begun_by: None,
            tried: Vec::new(),
            tries: 0,
            last_tried_by: None,
            failures: 0,
            attempts: 0,
            failure: None,
            patience: None,
            is_cancelled: false,
            doubted: None,
        };
        self.queue.entries.insert(id, entry);
        self.queue.by_token.insert(token, id);
        self.put(id, own.map_or(Place::Lane, Place::Own));
    }

    /// The SIM that a message waits for as its recipient was last in touch with it.
    fn sticky_sim(&self, message: &Message, lane: usize) -> Option<SimId> {
        let id = self.sticky.sim(message.recipient.chars())?;
        let sim = self.sims.get(&id)?;
        let has_room = sim.own.len() < self.config.sticky_queue;
        let is_allowed = self.is_target(lane, sim) || !self.is_strict(lane);
        let may = has_room && is_allowed && message.parts.len() <= sim.left();
        (may && self.is_usable(id)).then_some(id)
    }

    fn is_sending(&self, sim: SimId) -> bool {
        self.sims
            .get(&sim)
            .is_some_and(|sim| sim.in_flight.is_some())
    }

    fn set_draining(&mut self, member: MemberId, is_draining: bool, now: Now) {
        if let Some(known) = self.members.get_mut(&member) {
            known.drain_told &= known.is_draining;
            known.is_draining = is_draining;
            self.dirty.extend(known.sim);
        }
        self.settle(now);
        self.notice_drained(member);
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("members", &self.members.len())
            .field("sims", &self.sims.len())
            .field("queued", &self.queue.len())
            .finish_non_exhaustive()
    }
}
