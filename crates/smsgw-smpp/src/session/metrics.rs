//! What a session counts and measures.

use super::Histogram;
use crate::command::CommandId;
use crate::status::CommandStatus;

/// What went through a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    pub(super) sent: Counters,
    pub(super) received: Counters,
    pub(super) queue_wait: Histogram,
    pub(super) round_trip: Histogram,
}

impl Metrics {
    /// The PDUs this side sent.
    #[must_use]
    pub const fn sent(&self) -> &Counters {
        &self.sent
    }

    /// The PDUs the peer sent.
    #[must_use]
    pub const fn received(&self) -> &Counters {
        &self.received
    }

    /// How long own requests waited for the window and the rate before they were sent.
    #[must_use]
    pub const fn queue_wait(&self) -> &Histogram {
        &self.queue_wait
    }

    /// From sending an own request to its answer; requests without an answer in time are not
    /// counted.
    #[must_use]
    pub const fn round_trip(&self) -> &Histogram {
        &self.round_trip
    }

    /// Adds what another session counted.
    pub fn merge(&mut self, other: &Self) {
        self.sent.merge(&other.sent);
        self.received.merge(&other.received);
        self.queue_wait.merge(&other.queue_wait);
        self.round_trip.merge(&other.round_trip);
    }
}

/// PDUs of one direction, by command and status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    rows: Vec<(CommandId, CommandStatus, u64)>,
    /// Of a peer that invents commands and statuses without end.
    other: u64,
    octets: u64,
}

impl Counters {
    /// Most pairs of command and status that are counted apart.
    pub const MAX_ROWS: usize = 256;

    pub(super) fn add(&mut self, command_id: CommandId, status: CommandStatus, octets: usize) {
        self.octets += octets as u64;
        self.count(command_id, status, 1);
    }

    fn count(&mut self, command_id: CommandId, status: CommandStatus, count: u64) {
        let has_room = self.rows.len() < Self::MAX_ROWS;
        // A handful in practice, so that looking is faster than hashing.
        let is_it = |row: &&mut (_, _, u64)| (row.0, row.1) == (command_id, status);
        match self.rows.iter_mut().find(is_it) {
            Some(row) => row.2 += count,
            None if has_room => self.rows.push((command_id, status, count)),
            None => self.other += count,
        }
    }

    /// Each command and status there was, and how often; in the order they first came.
    pub fn iter(&self) -> impl Iterator<Item = (CommandId, CommandStatus, u64)> + '_ {
        self.rows.iter().copied()
    }

    /// How many PDUs of a command, whatever their status.
    #[must_use]
    pub fn of(&self, command_id: CommandId) -> u64 {
        let rows = self.iter().filter(|row| row.0 == command_id);
        rows.map(|row| row.2).sum()
    }

    /// How many PDUs in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.iter().map(|row| row.2).sum::<u64>() + self.other
    }

    /// How many octets in all, headers included.
    #[must_use]
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    fn merge(&mut self, other: &Self) {
        for (command_id, status, count) in other.iter() {
            self.count(command_id, status, count);
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
        for status in 0..1_000 {
            counters.add(CommandId::SUBMIT_SM_RESP, CommandStatus(status), 16);
        }
        assert_eq!(counters.iter().count(), Counters::MAX_ROWS);
        assert_eq!(counters.total(), 1_000);
        assert_eq!(counters.octets(), 16_000);
        let mut merged = counters.clone();
        merged.merge(&counters);
        assert_eq!(merged.total(), 2_000);
        assert_eq!(merged.of(CommandId::SUBMIT_SM_RESP), 512);
    }
}
