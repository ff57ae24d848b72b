//! The receipts of a run: which messages have theirs.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use smsgw_smpp::session::Histogram;

/// What came and what is awaited, shared by all sessions: a receipt comes by any of them.
///
/// Ids are in a form in which those of answers and of receipts are the same.
#[derive(Debug)]
pub(super) struct Receipts {
    /// The ids of the accepted messages without a receipt, and when they were sent.
    waiting: HashMap<String, Instant>,
    /// Receipts for other ids: the answer with the id may be on its way by another session.
    strange: HashMap<String, (String, Instant)>,
    accepted: u64,
    states: Vec<(String, u64)>,
    latency: Histogram,
    /// When the last one came, or could have been asked for.
    last: Instant,
}

impl Receipts {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            waiting: HashMap::new(),
            strange: HashMap::new(),
            accepted: 0,
            states: Vec::new(),
            latency: Histogram::default(),
            last: now,
        }
    }

    /// A message was accepted as `id`.
    pub(super) fn expect(&mut self, id: String, sent: Instant, now: Instant) {
        self.accepted += 1;
        self.last = now;
        match self.strange.remove(&id) {
            Some((state, came)) => self.count(state, came.saturating_duration_since(sent)),
            None => {
                self.waiting.insert(id, sent);
            }
        }
    }

    /// A receipt came that tells the last state of `id`.
    pub(super) fn came(&mut self, id: String, state: String, now: Instant) {
        self.last = now;
        match self.waiting.remove(&id) {
            Some(sent) => self.count(state, now.saturating_duration_since(sent)),
            None => {
                self.strange.insert(id, (state, now));
            }
        }
    }

    fn count(&mut self, state: String, latency: Duration) {
        self.latency.record(latency);
        match self.states.iter_mut().find(|(name, _)| *name == state) {
            Some((_, count)) => *count += 1,
            None => self.states.push((state, 1)),
        }
    }

    /// Whether every accepted message has its receipt.
    pub(super) fn is_complete(&self) -> bool {
        // Not by who waits: a server that gives an id twice leaves one waiting.
        self.received() == self.accepted
    }

    pub(super) const fn accepted(&self) -> u64 {
        self.accepted
    }

    /// How many accepted messages have their receipt.
    pub(super) const fn received(&self) -> u64 {
        self.latency.count()
    }

    /// Receipts for ids that no answer gave, or for the second time.
    pub(super) fn strange(&self) -> usize {
        self.strange.len()
    }

    /// The states that were told, and how often; in the order they first came.
    pub(super) fn states(&self) -> &[(String, u64)] {
        &self.states
    }

    /// From sending a message to its receipt.
    pub(super) const fn latency(&self) -> &Histogram {
        &self.latency
    }

    pub(super) const fn last(&self) -> Instant {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Receipts {
        fn expect_one(&mut self, id: &str, sent: Instant, now: Instant) {
            self.expect(id.to_owned(), sent, now);
        }

        fn one_came(&mut self, id: &str, state: &str, now: Instant) {
            self.came(id.to_owned(), state.to_owned(), now);
        }
    }

    #[test]
    fn an_id_given_twice_is_not_complete_with_one_receipt() {
        let now = Instant::now();
        let mut receipts = Receipts::new(now);
        assert!(receipts.is_complete());
        receipts.expect_one("1", now, now);
        receipts.expect_one("1", now, now);
        receipts.one_came("1", "DELIVRD", now);
        assert!(!receipts.is_complete());
    }

    #[test]
    fn receipts_may_be_faster_than_answers_and_come_twice() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut receipts = Receipts::new(start);
        receipts.one_came("1", "DELIVRD", at(3));
        assert_eq!(receipts.strange(), 1);
        receipts.expect_one("1", start, at(5));
        receipts.expect_one("2", start, at(6));
        assert!(!receipts.is_complete());
        receipts.one_came("2", "EXPIRED", at(9));
        assert!(receipts.is_complete());
        receipts.one_came("2", "EXPIRED", at(10));
        assert_eq!(receipts.strange(), 1);
        assert_eq!((receipts.accepted(), receipts.received()), (2, 2));
        assert_eq!(receipts.latency().max(), Duration::from_millis(9));
        assert_eq!(receipts.latency().mean(), Duration::from_millis(6));
        let states = [("DELIVRD".to_owned(), 1), ("EXPIRED".to_owned(), 1)];
        assert_eq!(receipts.states(), states);
        assert_eq!(receipts.last(), at(10));
    }
}
