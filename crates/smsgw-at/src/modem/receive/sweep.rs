//! All that is stored, read.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use super::fetch::{Fetch, is_busy, is_empty_slot};
use super::ledger::Slot;
use super::select::{is_refused, select, selected};
use super::{Inbox, fetch_later, handle_full, take_in};
use crate::command::Command;
use crate::command::storage::{
    ListMessages, ListedMessages, MessageStatus, SetPreferredStorage, Store, StoreUse,
};
use crate::modem::channel::{Exchange, Outcome};
use crate::modem::procedure::{Procedure, Step};
use crate::modem::shared::{Shared, Stores};

/// When all that is stored is read.
#[derive(Debug, Default)]
pub(super) struct Sweeps {
    interval: Option<Duration>,
    /// When the next one is; `None` while the modem is not set up.
    due: Option<Instant>,
    is_due: bool,
    is_started: bool,
    /// When the last one began.
    last: Option<Instant>,
    /// What is left of the one that is under way.
    stores: VecDeque<Store>,
    walk: Option<Walk>,
}

/// The places of a store, one after the other, with a modem that does not list them.
#[derive(Debug)]
pub(super) struct Walk {
    store: Store,
    next: u16,
    last: u16,
    /// How many messages there are still to find.
    left: u16,
}

impl Sweeps {
    /// Between two of them, whatever asks for them.
    const PAUSE: Duration = Duration::from_secs(10);

    pub(super) fn start(&mut self, interval: Option<Duration>, now: Instant) {
        *self = Self {
            interval,
            due: interval.map(|interval| now + interval),
            is_due: true,
            is_started: true,
            ..Self::default()
        };
    }

    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }

    /// There is one after `pause` at the latest.
    pub(super) fn soon(&mut self, pause: Duration, now: Instant) {
        if !self.is_started || self.is_due {
            return;
        }
        let earliest = self.last.map_or(now, |last| last + Self::PAUSE);
        let at = earliest.max(now + pause);
        if at <= now {
            self.is_due = true;
        } else {
            self.due = Some(self.due.map_or(at, |due| due.min(at)));
        }
    }

    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.due.is_some_and(|due| due <= now) {
            self.is_due = true;
            self.due = self.interval.map(|interval| now + interval);
        }
    }

    pub(super) fn is_wanted(&self, now: Instant) -> bool {
        let is_due = self.due.is_some_and(|due| due <= now);
        self.is_due || is_due || !self.stores.is_empty() || self.walk.is_some()
    }

    /// There is a message in the place.
    pub(super) fn found(&mut self, slot: Slot) {
        if let Some(walk) = &mut self.walk
            && walk.store == slot.store
        {
            walk.left = walk.left.saturating_sub(1);
        }
    }

    /// The next place of a store that is not listed.
    fn step(&mut self) -> Option<Slot> {
        let walk = self.walk.as_mut()?;
        if walk.left == 0 || walk.next > walk.last {
            self.walk = None;
            return None;
        }
        let (store, index) = (walk.store, walk.next);
        walk.next += 1;
        Some(Slot { store, index })
    }
}

pub(super) fn next(shared: &mut Shared, now: Instant) -> Option<Box<dyn Procedure>> {
    let sweeps = &mut shared.receive.sweeps;
    if let Some(slot) = sweeps.step() {
        return Some(Box::new(Fetch::walk(slot)));
    }
    sweeps.handle_timeout(now);
    if sweeps.stores.is_empty() && std::mem::take(&mut sweeps.is_due) {
        sweeps.last = Some(now);
        sweeps.stores = stores(&shared.stores);
    }
    let store = sweeps.stores.pop_front()?;
    Some(Box::new(Sweep::new(store)))
}

/// Where messages may be: the one that they arrive in last, so that it stays selected.
fn stores(stores: &Stores) -> VecDeque<Store> {
    // What others have there does not arrive: broadcasts, what the user has written.
    const KINDS: [Store; 3] = [Store::SR, Store::ME, Store::SM];
    let offered = stores.offered.first().map_or(&[][..], Vec::as_slice);
    let mut found: Vec<Store> = match offered {
        [] => vec![Store::ME, Store::SM],
        offered => KINDS
            .into_iter()
            .filter(|store| offered.contains(store))
            .collect(),
    };
    if !found.contains(&Store::ME) && !found.contains(&Store::SM) {
        found.extend(offered.iter().filter(|store| **store == Store::MT));
    }
    let receiving = stores
        .receiving
        .filter(|store| *store != Store::MT || !has_parts(stores));
    if let Some(receiving) = receiving {
        found.retain(|store| *store != receiving);
        found.push(receiving);
    }
    found.into()
}

/// Whether what is in MT is in stores of its own.
pub(super) fn has_parts(stores: &Stores) -> bool {
    let offered = stores.offered.first().map_or(&[][..], Vec::as_slice);
    offered.contains(&Store::ME) || offered.contains(&Store::SM)
}

/// Reads all that is in one store.
#[derive(Debug)]
struct Sweep {
    store: Store,
    stage: Stage,
    usage: Option<StoreUse>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Begin,
    Select,
    List,
}

impl Sweep {
    const LIST: ListMessages = ListMessages(MessageStatus::ALL);
    /// Places that are looked at when the modem does not say how many there are.
    const PLACES: u16 = 255;

    const fn new(store: Store) -> Self {
        Self {
            store,
            stage: Stage::Begin,
            usage: None,
        }
    }

    /// What selecting it says of it.
    fn look(&mut self, outcome: &Outcome, shared: &mut Shared, now: Instant) {
        let Outcome::Final { lines, .. } = outcome else {
            return;
        };
        let selection = SetPreferredStorage {
            mem1: self.store,
            mem2: None,
            mem3: None,
        };
        // What it says is not needed.
        let Ok(usage) = selection.read(lines) else {
            return;
        };
        self.usage = usage.mem1().copied().filter(|usage| usage.total > 0);
        let is_nearly_full = |usage: &StoreUse| usage.used > 0 && usage.free() <= 2;
        if self.usage.as_ref().is_some_and(is_nearly_full) {
            handle_full(shared, Some(self.store), now);
        }
    }

    fn take(&self, outcome: &Outcome, shared: &mut Shared, now: Instant) {
        let Outcome::Final { result, lines } = outcome else {
            return fetch_later(shared, now);
        };
        if result.is_ok() {
            // It is never an error; each message may be.
            let listed = Self::LIST.read(lines).unwrap_or_default();
            self.take_all(listed, shared, now);
        } else if is_empty_slot(result) {
            self.take_all(ListedMessages::default(), shared, now);
        } else if is_busy(result) {
            fetch_later(shared, now);
        } else {
            shared.accepted(&Self::LIST.line(), outcome);
            let usage = self.usage.as_ref();
            shared.receive.sweeps.walk = Some(Walk {
                store: self.store,
                next: 0,
                last: usage.map_or(Self::PLACES, |usage| usage.total),
                left: usage.map_or(Self::PLACES, |usage| usage.used),
            });
        }
    }

    fn take_all(&self, listed: ListedMessages, shared: &mut Shared, now: Instant) {
        let store = self.store;
        let whole = listed.messages.iter().filter_map(|message| message.index);
        let broken = listed.broken.iter().filter_map(|broken| broken.index);
        let indices: HashSet<u16> = whole.chain(broken.clone()).collect();
        let is_whole = match &self.usage {
            Some(usage) => indices.len() >= usize::from(usage.used),
            None => true,
        };
        if is_whole {
            shared.receive.ledger.swept(store, &indices);
        }
        // Alone they may be whole: octets get lost when much is said.
        for index in broken {
            let slot = Slot { store, index };
            let announced = &mut shared.receive.announced;
            if announced.len() < Inbox::MAX_ANNOUNCED && !announced.contains(&slot) {
                announced.push_back(slot);
            }
        }
        for message in listed.messages {
            if let Some(index) = message.index
                && message.status.is_received()
            {
                take_in(Slot { store, index }, message.pdu, None, shared, now);
            }
        }
    }
}

impl Procedure for Sweep {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, now: Instant) -> Step {
        match (self.stage, outcome) {
            (_, Some(Outcome::Lost { .. })) => {}
            (Stage::Begin, _) if is_refused(self.store, shared, now) => {}
            (Stage::Begin, _) => {
                // Selected already or not: it says how full it is.
                self.stage = Stage::Select;
                return Step::Run(select(self.store));
            }
            (Stage::Select, Some(outcome)) => {
                if selected(self.store, &outcome, shared, now) {
                    self.look(&outcome, shared, now);
                    self.stage = Stage::List;
                    return Step::Run(Exchange::of(&Self::LIST));
                }
            }
            (Stage::List, Some(outcome)) => self.take(&outcome, shared, now),
            (Stage::Select | Stage::List, None) => {}
        }
        Step::Done
    }
}
