//! The store that is read from and deleted in, and those that the modem does not select.

use std::time::{Duration, Instant};

use super::fetch_later;
use crate::command::storage::{SetPreferredStorage, Store};
use crate::modem::channel::{Exchange, Outcome};
use crate::modem::shared::{Shared, Stores};
use crate::pause::doubled;

/// Stores that the modem has refused to select since it was set up.
#[derive(Debug, Default)]
pub(super) struct Refusals(Vec<Refusal>);

#[derive(Debug)]
struct Refusal {
    store: Store,
    times: u32,
    /// When it is tried again; `None`: after the next start.
    until: Option<Instant>,
}

impl Refusals {
    const MOST: usize = 16;
    /// The first and the longest pause between two attempts.
    const PAUSES: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(600));

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn find(&self, store: Store) -> Option<&Refusal> {
        self.0.iter().find(|refusal| refusal.store == store)
    }

    /// The pause before the next attempt, each time twice as long; `None` when there is none.
    fn add(&mut self, store: Store, is_for_good: bool, now: Instant) -> Option<Duration> {
        let times = self.find(store).map_or(0, |refusal| refusal.times);
        self.remove(store);
        let pause = (!is_for_good).then(|| doubled(Self::PAUSES, times));
        if self.0.len() < Self::MOST {
            self.0.push(Refusal {
                store,
                times: times.saturating_add(1),
                until: pause.map(|pause| now + pause),
            });
        }
        pause
    }

    fn remove(&mut self, store: Store) {
        self.0.retain(|refusal| refusal.store != store);
    }
}

/// Whether a store is left alone, as the modem has refused to select it. If only for now, all that
/// is stored is read after that.
pub(super) fn is_refused(store: Store, shared: &mut Shared, now: Instant) -> bool {
    let inbox = &mut shared.receive;
    match inbox.refusals.find(store).map(|refusal| refusal.until) {
        Some(Some(until)) if until > now => inbox.sweeps.soon(until - now, now),
        Some(None) => {}
        Some(Some(_)) | None => return false,
    }
    true
}

const fn selection(store: Store) -> SetPreferredStorage {
    SetPreferredStorage {
        mem1: store,
        mem2: None,
        mem3: None,
    }
}

pub(super) fn select(store: Store) -> Exchange {
    Exchange::of(&selection(store))
}

/// Whether the store is selected. One that the modem does not offer and refuses is not tried again
/// before the next start; another one is, after a pause.
pub(super) fn selected(store: Store, outcome: &Outcome, shared: &mut Shared, now: Instant) -> bool {
    // Until it says so, nobody knows.
    shared.stores.reading = None;
    if shared.accepts(&selection(store), outcome) {
        shared.stores.reading = Some(store);
        shared.receive.refusals.remove(store);
        return true;
    }
    if !matches!(outcome, Outcome::Final { .. }) {
        fetch_later(shared, now);
        return false;
    }
    let is_for_good = !may_be_offered(store, &shared.stores);
    let inbox = &mut shared.receive;
    if let Some(pause) = inbox.refusals.add(store, is_for_good, now) {
        inbox.sweeps.soon(pause, now);
    }
    false
}

/// Whether the modem says that there is this store, or does not say what there is.
fn may_be_offered(store: Store, stores: &Stores) -> bool {
    let offered = stores.offered.first();
    offered.is_none_or(|offered| offered.is_empty() || offered.contains(&store))
}
