//! What the message centre knows of the messages it accepted: where each is, and what becomes of
//! it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use smsgw_smpp::CommandStatus;
use smsgw_smpp::tlv::{QosTimeToLive, UserMessageReference};
use smsgw_smpp::types::{AbsoluteTime, Address, MessageState, RegisteredDelivery, Time};

use super::delivery::{Party, Ticket};
use crate::event::Message;

/// A moment, by both clocks: requests and receipts tell the time of day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) instant: Instant,
    wall: SystemTime,
}

impl Now {
    pub(super) fn of(instant: Instant) -> Self {
        Self {
            instant,
            wall: SystemTime::now(),
        }
    }

    /// What the clock shows at `instant`.
    pub(super) fn wall_at(&self, instant: Instant) -> SystemTime {
        match self.instant.checked_duration_since(instant) {
            Some(ago) => self.wall - ago,
            None => self.wall + instant.saturating_duration_since(self.instant),
        }
    }

    /// What the clock shows at `instant`, as a field; none when two digits cannot say the year.
    pub(super) fn absolute(&self, instant: Instant) -> Option<AbsoluteTime> {
        let since_1970 = self.wall_at(instant).duration_since(SystemTime::UNIX_EPOCH);
        AbsoluteTime::utc(since_1970.ok()?).ok()
    }

    /// How long until `time`, nothing when it has passed; `None` for a day that there is not.
    fn until(&self, time: Time<'_>) -> Option<Duration> {
        let since_1970 = self.wall.duration_since(SystemTime::UNIX_EPOCH);
        let left = |absolute: Duration| absolute.saturating_sub(since_1970.unwrap_or_default());
        time.relative().or_else(|| time.absolute().map(left))
    }
}

/// What a submit says about time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Times<'a> {
    pub(super) schedule_delivery_time: Time<'a>,
    pub(super) validity_period: Time<'a>,
    /// Wins over the validity period.
    pub(super) qos_time_to_live: Option<QosTimeToLive>,
}

impl Times<'_> {
    /// When the message is first tried, `at` unless it says so: at once when that has passed.
    fn starts(&self, now: &Now, at: Instant) -> Result<Instant, CommandStatus> {
        let schedule = self.schedule_delivery_time;
        if schedule.is_null() {
            return Ok(at);
        }
        let wait = now.until(schedule).ok_or(CommandStatus::ESME_RINVSCHED)?;
        Ok(now.instant + wait)
    }

    /// When it is tried no more, if it says so.
    fn valid_until(&self, now: &Now) -> Result<Option<Instant>, CommandStatus> {
        let validity = self.validity_period;
        let left = match self.qos_time_to_live {
            Some(QosTimeToLive(seconds)) => Duration::from_secs(seconds.into()),
            None if validity.is_null() => return Ok(None),
            None => match now.until(validity) {
                Some(Duration::ZERO) if validity.relative().is_none() => {
                    return Err(CommandStatus::ESME_RINVEXPIRY);
                }
                left => left.ok_or(CommandStatus::ESME_RINVEXPIRY)?,
            },
        };
        Ok(Some(now.instant + left))
    }

    /// From when and until when it is tried; `before` says so for what these times do not.
    pub(super) fn span(&self, now: &Now, before: Span) -> Result<Span, CommandStatus> {
        let starts = self.starts(now, before.starts)?;
        let until = self.valid_until(now)?.or(before.until);
        if until.is_some_and(|until| until < starts) {
            return Err(CommandStatus::ESME_RINVEXPIRY);
        }
        Ok(Span { starts, until })
    }
}

/// From when and until when a message is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) starts: Instant,
    /// `None` for ever.
    pub(super) until: Option<Instant>,
}

impl Span {
    pub(super) const fn from(starts: Instant) -> Self {
        let until = None;
        Self { starts, until }
    }
}

/// When a message is first tried, and how it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    starts: Instant,
    pub(super) ends: Instant,
    /// `None` for a message that nobody hears of again.
    pub(super) outcome: Option<MessageState>,
}

impl Fate {
    /// What becomes of a message that would end as `outcome`, `delay` after its start.
    pub(super) fn new(span: Span, delay: Duration, outcome: Option<MessageState>) -> Self {
        let Span { starts, until } = span;
        let ends = starts + delay;
        match until {
            Some(until) if until < ends => Self {
                starts,
                ends: until,
                outcome: outcome.map(|_| MessageState::EXPIRED),
            },
            _ => Self {
                starts,
                ends,
                outcome,
            },
        }
    }

    /// What becomes of a broadcast whose repeats take so long; `None` for as long as it is valid,
    /// or for ever.
    pub(super) fn of_broadcast(span: Span, takes: Option<Duration>) -> Self {
        let Span { starts, until } = span;
        let ends = takes
            .map(|takes| starts + takes)
            .into_iter()
            .chain(until)
            .min();
        Self {
            starts,
            ends: ends.unwrap_or(starts),
            outcome: ends.map(|_| MessageState::DELIVERED),
        }
    }

    /// Over, just now.
    pub(super) const fn end(now: Instant, outcome: MessageState) -> Self {
        Self {
            starts: now,
            ends: now,
            outcome: Some(outcome),
        }
    }

    pub(super) fn state(&self, now: Instant) -> MessageState {
        match self.outcome {
            Some(outcome) if now >= self.ends => outcome,
            _ if now < self.starts => MessageState::SCHEDULED,
            _ => MessageState::ENROUTE,
        }
    }
}

/// A message that was accepted.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) message: Arc<Message>,
    pub(super) system_id: Arc<str>,
    pub(super) service_type: Vec<u8>,
    pub(super) source: Party,
    pub(super) destination: Party,
    pub(super) registered_delivery: RegisteredDelivery,
    pub(super) reference: Option<UserMessageReference>,
    pub(super) accepted: SystemTime,
    pub(super) span: Span,
    /// What becomes of it when it has the time.
    pub(super) planned: Option<MessageState>,
    pub(super) fate: Fate,
    /// Its receipt, while that waits.
    pub(super) receipt: Option<Ticket>,
}

impl Entry {
    /// Whether it can still be changed or taken back.
    pub(super) fn is_waiting(&self, now: Instant) -> bool {
        !self.fate.state(now).is_final()
    }
}

/// The messages that were accepted last, oldest first.
#[derive(Debug, Default)]
pub(super) struct Store {
    entries: VecDeque<Entry>,
    /// The ordinal of the first entry.
    first: u64,
    /// The ordinal of the first message with an id: those of one `submit_multi` stand together.
    by_id: HashMap<Arc<str>, u64>,
}

impl Store {
    /// Adds a message and forgets the oldest when there are more than `most`.
    pub(super) fn keep(&mut self, entry: Entry, most: usize) {
        let ordinal = self.first + u64::try_from(self.entries.len()).unwrap_or_default();
        let id = Arc::from(entry.message.id.as_str());
        self.by_id.entry(id).or_insert(ordinal);
        self.entries.push_back(entry);
        while self.entries.len() > most {
            if let Some(oldest) = self.entries.pop_front() {
                self.by_id.remove(oldest.message.id.as_str());
            }
            self.first += 1;
        }
    }

    /// The messages with an id that `system_id` submitted from `source`.
    pub(super) fn find(
        &mut self,
        id: &[u8],
        system_id: &str,
        source: &Address<'_, 21>,
    ) -> impl Iterator<Item = &mut Entry> {
        let ordinal = str::from_utf8(id).ok().and_then(|id| self.by_id.get(id));
        let start = ordinal.and_then(|ordinal| usize::try_from(ordinal - self.first).ok());
        let start = start.unwrap_or(self.entries.len());
        self.entries
            .range_mut(start..)
            .take_while(move |entry| entry.message.id.as_bytes() == id)
            .filter(move |entry| *entry.system_id == *system_id && entry.source.is(source))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: Duration = Duration::from_secs(10);

    fn fate(schedule: &[u8], validity: &[u8], qos: Option<u32>) -> Result<Fate, CommandStatus> {
        let now = Now {
            instant: Instant::now(),
            // 2026-01-31 00:00 UTC
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_817_600),
        };
        let times = Times {
            schedule_delivery_time: Time::new(schedule).unwrap(),
            validity_period: Time::new(validity).unwrap(),
            qos_time_to_live: qos.map(QosTimeToLive),
        };
        let span = times.span(&now, Span::from(now.instant))?;
        Ok(Fate::new(span, DELAY, Some(MessageState::DELIVERED)))
    }

    fn plan(schedule: &[u8], validity: &[u8], qos: Option<u32>) -> Option<(u64, MessageState)> {
        let fate = fate(schedule, validity, qos).ok()?;
        Some((
            fate.ends.duration_since(fate.starts).as_secs(),
            fate.outcome?,
        ))
    }

    #[test]
    fn validity_ends_what_takes_longer() {
        let (delivered, expired) = (MessageState::DELIVERED, MessageState::EXPIRED);
        assert_eq!(plan(b"", b"", None), Some((10, delivered)));
        assert_eq!(plan(b"", b"000000000004000R", None), Some((4, expired)));
        assert_eq!(
            plan(b"", b"000000000004000R", Some(20)),
            Some((10, delivered))
        );
        assert_eq!(plan(b"", b"", Some(3)), Some((3, expired)));
        assert_eq!(plan(b"", b"260131000007000+", None), Some((7, expired)));
        assert_eq!(
            plan(b"000000000004000R", b"000000000006000R", None),
            Some((2, expired))
        );
    }

    #[test]
    fn times_that_cannot_be_are_refused() {
        for (schedule, validity, status) in [
            (
                &b""[..],
                &b"260130235959000+"[..],
                CommandStatus::ESME_RINVEXPIRY,
            ),
            (b"", b"260230000000000+", CommandStatus::ESME_RINVEXPIRY),
            (
                b"000000000005000R",
                b"000000000004000R",
                CommandStatus::ESME_RINVEXPIRY,
            ),
            (b"260230000000000+", b"", CommandStatus::ESME_RINVSCHED),
        ] {
            assert_eq!(fate(schedule, validity, None).unwrap_err(), status);
        }
        // A start that has passed is now.
        assert!(plan(b"260130235959000+", b"", None).is_some());
    }

    #[test]
    fn a_state_follows_the_clock() {
        let fate = fate(b"000000000004000R", b"", None).unwrap();
        let at = |seconds| fate.state(fate.starts + Duration::from_secs(seconds));
        let before = fate.starts.checked_sub(Duration::from_secs(1)).unwrap();
        assert_eq!(fate.state(before), MessageState::SCHEDULED);
        let states = [at(0), at(9), at(10)];
        let (enroute, delivered) = (MessageState::ENROUTE, MessageState::DELIVERED);
        assert_eq!(states, [enroute, enroute, delivered]);
    }
}
