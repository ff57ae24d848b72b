//! What a session counts.

use crate::error_code::ErrorCode;
use crate::frame::Frame;
use crate::operation::OperationType;

/// What went through a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    pub(super) sent: Counters,
    pub(super) received: Counters,
    pub(super) faults: Faults,
}

/// How often things happened that should not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Faults {
    /// Operations of the peer that the session refused by itself.
    pub refused: u64,
    /// Operations of the peer that came again before their result.
    pub repeated: u64,
    /// Own operations that were sent again.
    pub resent: u64,
    /// Own operations whose result took longer than it should and that went on waiting.
    pub overdue: u64,
    /// Own operations that were reported as unanswered.
    pub unanswered: u64,
    /// Results more than an operation needed.
    pub late: u64,
    /// Results that nothing waited for.
    pub stray: u64,
    /// Frames that were none.
    pub bad_frames: u64,
    /// Octets outside good frames, line ends too.
    pub junk: u64,
}

/// What a frame is, as far as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// An operation.
    Operation,
    /// A positive result.
    Positive,
    /// A negative result.
    Negative(ErrorCode),
    /// A result that does not say which.
    Unclear,
}

impl Counted {
    pub(super) fn of(frame: &Frame) -> Self {
        if frame.is_operation() {
            return Self::Operation;
        }
        let mut fields = frame.fields();
        match (fields.next(), fields.next()) {
            (Some(b"A"), _) => Self::Positive,
            (Some(b"N"), Some(&[tens @ b'0'..=b'9', ones @ b'0'..=b'9'])) => {
                Self::Negative(ErrorCode((tens - b'0') * 10 + (ones - b'0')))
            }
            _ => Self::Unclear,
        }
    }
}

impl Metrics {
    /// The frames this side sent.
    #[must_use]
    pub const fn sent(&self) -> &Counters {
        &self.sent
    }

    /// The frames the peer sent.
    #[must_use]
    pub const fn received(&self) -> &Counters {
        &self.received
    }

    /// What was not as it should be.
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Adds what another session counted.
    pub fn merge(&mut self, other: &Self) {
        self.sent.merge(&other.sent);
        self.received.merge(&other.received);
        self.faults.merge(other.faults);
    }
}

impl Faults {
    fn merge(&mut self, other: Self) {
        let Self {
            refused,
            repeated,
            resent,
            overdue,
            unanswered,
            late,
            stray,
            bad_frames,
            junk,
        } = other;
        self.refused += refused;
        self.repeated += repeated;
        self.resent += resent;
        self.overdue += overdue;
        self.unanswered += unanswered;
        self.late += late;
        self.stray += stray;
        self.bad_frames += bad_frames;
        self.junk += junk;
    }
}

/// Frames of one direction, by operation type and outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    rows: Vec<(OperationType, Counted, u64)>,
    /// Of a peer that invents operation types and error codes.
    other: u64,
    octets: u64,
}

impl Counters {
    /// Most pairs of operation type and outcome that are counted apart.
    pub const MAX_ROWS: usize = 256;

    pub(super) fn add(&mut self, ot: OperationType, counted: Counted, octets: usize) {
        self.octets += octets as u64;
        self.count(ot, counted, 1);
    }

    fn count(&mut self, ot: OperationType, counted: Counted, count: u64) {
        let has_room = self.rows.len() < Self::MAX_ROWS;
        // A handful in practice, so that looking is faster than hashing.
        let is_it = |row: &&mut (_, _, u64)| (row.0, row.1) == (ot, counted);
        match self.rows.iter_mut().find(is_it) {
            Some(row) => row.2 += count,
            None if has_room => self.rows.push((ot, counted, count)),
            None => self.other += count,
        }
    }

    /// Each operation type and outcome there was, and how often; in the order they first came.
    pub fn iter(&self) -> impl Iterator<Item = (OperationType, Counted, u64)> + '_ {
        self.rows.iter().copied()
    }

    /// How many frames of an operation type and outcome.
    #[must_use]
    pub fn of(&self, ot: OperationType, counted: Counted) -> u64 {
        let mut rows = self.iter().filter(|row| (row.0, row.1) == (ot, counted));
        rows.next().map_or(0, |row| row.2)
    }

    /// How many frames in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.iter().map(|row| row.2).sum::<u64>() + self.other
    }

    /// How many octets in all, from STX to ETX.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    fn merge(&mut self, other: &Self) {
        for (ot, counted, count) in other.iter() {
            self.count(ot, counted, count);
        }
        self.other += other.other;
        self.octets += other.octets;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_cannot_make_the_counters_grow_for_ever() {
        let mut counters = Counters::default();
        for ot in 0..100 {
            for code in 0..10 {
                let counted = Counted::Negative(ErrorCode(code));
                counters.add(OperationType::new(ot).unwrap(), counted, 22);
            }
        }
        assert_eq!(counters.iter().count(), Counters::MAX_ROWS);
        assert_eq!(counters.total(), 1_000);
        assert_eq!(counters.octets(), 22_000);
        let mut merged = counters.clone();
        merged.merge(&counters);
        assert_eq!(merged.total(), 2_000);
        let first = Counted::Negative(ErrorCode(0));
        assert_eq!(merged.of(OperationType::new(0).unwrap(), first), 2);
        assert_eq!(merged.of(OperationType::new(99).unwrap(), first), 0);
    }
}
