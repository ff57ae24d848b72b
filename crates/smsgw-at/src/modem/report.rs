//! Which message a status report is about (3GPP TS 23.040 §3.2.3, §9.2.2.3).

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use smsgw_gsm::field::{Address, State, Timestamp};
use smsgw_gsm::tpdu::{Context, ModemPdu, StatusReport, Tpdu};

/// What one SIM sent, to tell whose status report comes back.
///
/// A report names its message by the reference (TP-MR) that the modem gave and by the recipient.
/// The reference has 8 bits and comes again after 256 messages; the recipient comes back as the
/// service centre knows it, national or international. So the message is the newest one within
/// the window that has this reference, whose number ends alike, and that no report was about yet.
/// TP-SCTS, which all reports on one message repeat, keeps the later reports on it apart from
/// those on others.
///
/// A message whose reference is not known, as the modem gave none or its outcome is unknown, is
/// found by its recipient when no other one is.
///
/// Reads no clock; memory is bounded. [`export`](Self::export) and [`restore`](Self::restore) take
/// it over a restart.
///
/// ```
/// use std::time::{Duration, Instant};
///
/// use smsgw_at::modem::SentReferences;
/// use smsgw_gsm::field::{Address, Status, Timestamp};
/// use smsgw_gsm::tpdu::StatusReport;
///
/// let now = Instant::now();
/// let mut sent = SentReferences::new(SentReferences::WINDOW, 1000, now);
/// sent.sent(7, Some(200), "+41791234567", now);
///
/// let noon = Timestamp::from_unix_seconds(1_700_000_000, 4).ok_or("no such time")?;
/// let report = StatusReport::new(200, Address::parse("0791234567")?, noon, noon, Status(0x30));
/// let matched = sent.report(&report, now + Duration::from_secs(60)).ok_or("whose?")?;
/// assert_eq!(matched.token, 7);
/// assert!(!matched.is_final());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SentReferences {
    window: i64,
    capacity: usize,
    /// Times are counted from here, as an [`Instant`] may not reach back before the start.
    origin: Instant,
    /// Oldest first, as they were sent.
    entries: VecDeque<Entry>,
    /// How many were taken from the front of `entries`: the number of the first one in it.
    forgotten: u64,
    /// The numbers of the entries with a key, lowest first.
    by_key: HashMap<Key, VecDeque<u64>>,
}

/// One message that was sent: what is kept of it over a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentReference {
    /// The caller's name of the message.
    pub token: u64,
    /// The TP-MR that the modem gave it; `None` when it gave none or its outcome is unknown.
    pub reference: Option<u8>,
    /// The recipient's number; its last 16 digits are looked at.
    pub recipient: String,
    /// How long ago it was sent.
    pub age: Duration,
    /// The TP-SCTS of a report on it, if there was one.
    pub time_stamp: Option<Timestamp>,
    /// Whether a report said what became of it for good.
    pub is_final: bool,
}

/// The message that a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matched {
    /// The caller's name of the message.
    pub token: u64,
    /// What the report says of it.
    pub state: State,
    /// Whether a final report on it came before.
    pub is_repeated: bool,
}

impl Matched {
    /// Whether the service centre is done with the message: a TP-ST below 0x20 or from 0x40 on.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.state != State::Retrying
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    token: u64,
    reference: Option<u8>,
    recipient: Digits,
    /// Milliseconds after the origin.
    sent: i64,
    time_stamp: Option<Timestamp>,
    is_final: bool,
}

impl SentReferences {
    /// How long a report is waited for unless told otherwise: 7 days.
    pub const WINDOW: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// Of messages to one recipient with one reference, so many of the newest are known: there are
    /// as many only when a modem gives all its messages the same reference, or none.
    pub const MAX_ALIKE: usize = 256;

    /// Nothing sent; reports are matched to messages no older than `window`, usually 3 to 7 days,
    /// and to the last `capacity` messages, at least one.
    #[must_use]
    pub fn new(window: Duration, capacity: usize, now: Instant) -> Self {
        Self {
            window: milliseconds(window),
            capacity: capacity.max(1),
            origin: now,
            entries: VecDeque::new(),
            forgotten: 0,
            by_key: HashMap::new(),
        }
    }

    /// How many messages it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A message went out at `now`, with the reference that the modem gave it, if it is known. The
    /// oldest one is forgotten when there are more than the capacity.
    pub fn sent(&mut self, token: u64, reference: Option<u8>, recipient: &str, now: Instant) {
        let sent = self.time(now);
        self.forget_before(sent);
        self.push(Entry {
            token,
            reference,
            recipient: Digits::of(recipient),
            sent,
            time_stamp: None,
            is_final: false,
        });
    }

    /// The reference of a message that was [`sent`](Self::sent) without one became known after
    /// all. Nothing happens when it is not known any more.
    pub fn learn(&mut self, token: u64, reference: u8) {
        let is_it = |entry: &Entry| entry.token == token && entry.reference.is_none();
        // It is one of the last.
        let Some(at) = self.entries.iter().rposition(is_it) else {
            return;
        };
        let number = self.forgotten + at as u64;
        let Some(entry) = self.entries.get_mut(at) else {
            return;
        };
        let (before, recipient) = (entry.key(), entry.recipient);
        entry.reference = Some(reference);
        if let Some(numbers) = self.by_key.get_mut(&before) {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.by_key.remove(&before);
            }
        }
        let after = Key::new(Some(reference), recipient);
        let numbers = self.by_key.entry(after).or_default();
        numbers.insert(numbers.partition_point(|other| *other < number), number);
    }

    /// A message that was [`sent`](Self::sent) was not taken after all: no report is about it.
    pub fn forget(&mut self, token: u64) {
        let mut entries = self.entries.iter_mut().rev();
        if let Some(entry) = entries.find(|entry| entry.token == token) {
            entry.is_final = true;
            entry.time_stamp = None;
        }
    }

    /// Whether [`Self::report`] would find a message for sure. One that is found by its recipient
    /// alone may not be the one: a message whose result is yet to come may be.
    #[must_use]
    pub fn knows(&self, report: &StatusReport<'_>, now: Instant) -> bool {
        if report.status_report_qualifier {
            return false;
        }
        let found = self.find(report, self.time(now));
        let entry = found.and_then(|number| self.entry(number));
        entry.is_some_and(|entry| {
            let is_seen = entry.time_stamp.is_some() && entry.time_stamp == time_stamp(report);
            entry.reference.is_some() || is_seen
        })
    }

    /// The message that a report is about; `None` when none is known that it fits, or when it
    /// reports on a command (TP-SRQ).
    ///
    /// After a final report only others with its TP-SCTS are about the same message.
    pub fn report(&mut self, report: &StatusReport<'_>, now: Instant) -> Option<Matched> {
        if report.status_report_qualifier {
            return None;
        }
        let now = self.time(now);
        self.forget_before(now);
        let number = self.find(report, now)?;
        let entry = self.entry_mut(number)?;
        let state = report.status.state();
        let matched = Matched {
            token: entry.token,
            state,
            is_repeated: entry.is_final,
        };
        entry.time_stamp = time_stamp(report).or(entry.time_stamp);
        entry.is_final |= matched.is_final();
        Some(matched)
    }

    /// All that is known, oldest first, to be written down.
    #[must_use]
    pub fn export(&self, now: Instant) -> Vec<SentReference> {
        let now = self.time(now);
        let is_within = |entry: &&Entry| now.saturating_sub(entry.sent) <= self.window;
        let within = self.entries.iter().filter(is_within);
        within
            .map(|entry| SentReference {
                token: entry.token,
                reference: entry.reference,
                recipient: entry.recipient.to_string(),
                age: duration(now.saturating_sub(entry.sent)),
                time_stamp: entry.time_stamp,
                is_final: entry.is_final,
            })
            .collect()
    }

    /// Knows what was written down again, beside what it knows already. Each age is the one at
    /// `now`: add the time that passed since it was written down. Of too many, the newest count.
    pub fn restore(&mut self, list: impl IntoIterator<Item = SentReference>, now: Instant) {
        let now = self.time(now);
        let mut entries: Vec<Entry> = self.entries.drain(..).collect();
        entries.extend(list.into_iter().map(|reference| Entry {
            token: reference.token,
            reference: reference.reference,
            recipient: Digits::of(&reference.recipient),
            sent: now.saturating_sub(milliseconds(reference.age)),
            time_stamp: reference.time_stamp,
            is_final: reference.is_final,
        }));
        entries.sort_by_key(|entry| entry.sent);
        self.by_key.clear();
        for entry in entries {
            self.push(entry);
        }
        self.forget_before(now);
    }

    /// The number of the entry that a report is about.
    fn find(&self, report: &StatusReport<'_>, now: i64) -> Option<u64> {
        let recipient = Digits::of_address(&report.recipient_address);
        let time_stamp = time_stamp(report);
        // A reference that is known goes before one that is not.
        let references = [Some(report.message_reference), None];
        let lists = references.map(|it| self.by_key.get(&Key::new(it, recipient)));
        let newest = |is_it: &dyn Fn(&Entry) -> bool| {
            let mut numbers = lists.iter().flatten().flat_map(|list| list.iter().rev());
            let fits = |number: &&u64| {
                let entry = self.entry(**number);
                let entry = entry.filter(|entry| now.saturating_sub(entry.sent) <= self.window);
                entry.is_some_and(|entry| entry.recipient.names(recipient) && is_it(entry))
            };
            numbers.find(fits).copied()
        };
        let same = |entry: &Entry| time_stamp.is_some() && entry.time_stamp == time_stamp;
        let unmatched = |entry: &Entry| entry.time_stamp.is_none() && !entry.is_final;
        // A service centre that gives its reports on one message different times.
        let unfinished = |entry: &Entry| !entry.is_final;
        newest(&same)
            .or_else(|| newest(&unmatched))
            .or_else(|| newest(&unfinished))
    }

    fn push(&mut self, entry: Entry) {
        if self.entries.len() >= self.capacity {
            self.forget_oldest();
        }
        let number = self.forgotten + self.entries.len() as u64;
        let numbers = self.by_key.entry(entry.key()).or_default();
        if numbers.len() >= Self::MAX_ALIKE {
            numbers.pop_front();
        }
        numbers.push_back(number);
        self.entries.push_back(entry);
    }

    fn forget_before(&mut self, now: i64) {
        let too_old = |entry: &Entry, window: i64| now.saturating_sub(entry.sent) > window;
        while self
            .entries
            .front()
            .is_some_and(|entry| too_old(entry, self.window))
        {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(entry) = self.entries.pop_front() else {
            return;
        };
        let number = self.forgotten;
        self.forgotten += 1;
        let key = entry.key();
        if let Some(numbers) = self.by_key.get_mut(&key) {
            // The oldest of all is the oldest with its key, unless there were too many alike.
            if numbers.front() == Some(&number) {
                numbers.pop_front();
            }
            if numbers.is_empty() {
                self.by_key.remove(&key);
            }
        }
    }

    fn entry(&self, number: u64) -> Option<&Entry> {
        let at = usize::try_from(number.checked_sub(self.forgotten)?).ok()?;
        self.entries.get(at)
    }

    fn entry_mut(&mut self, number: u64) -> Option<&mut Entry> {
        let at = usize::try_from(number.checked_sub(self.forgotten)?).ok()?;
        self.entries.get_mut(at)
    }

    fn time(&self, now: Instant) -> i64 {
        match now.checked_duration_since(self.origin) {
            Some(after) => milliseconds(after),
            None => -milliseconds(self.origin.duration_since(now)),
        }
    }
}

impl Entry {
    fn key(&self) -> Key {
        Key::new(self.reference, self.recipient)
    }
}

/// What messages with the same reference to the same recipient have in common, in whatever form
/// its number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    reference: Option<u8>,
    ending: u64,
}

impl Key {
    fn new(reference: Option<u8>, recipient: Digits) -> Self {
        Self {
            reference,
            ending: recipient.ending(Digits::SHORTEST),
        }
    }
}

/// To whom a PDU goes, if it asks for a report.
pub(crate) fn reported_recipient(pdu: &[u8]) -> Option<String> {
    match ModemPdu::decode(pdu, Context::MS_TO_SC).ok()?.tpdu {
        Tpdu::Submit(submit) if submit.status_report_request => {
            Some(submit.destination_address.to_string())
        }
        _ => None,
    }
}

/// The last 16 digits of a number, without the zeros in front that dial it abroad (00) or at home
/// (0). A semi-octet each, 1 to 15, the last in the lowest bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Digits(u64);

impl Digits {
    const SYMBOLS: &[u8; 15] = b"0123456789*#abc";
    /// A number shorter than this is a short code, of which no part may be missing.
    const SHORTEST: u32 = 7;
    /// How many digits at the end have to be the same, of numbers that have so many.
    const ENOUGH: u32 = 8;

    fn of(number: &str) -> Self {
        Self::collect(number.chars())
    }

    fn of_address(address: &Address) -> Self {
        Self::collect(address.digits())
    }

    fn collect(characters: impl Iterator<Item = char>) -> Self {
        let (mut digits, mut zeros) = (0, 0);
        for character in characters {
            let is_it = |symbol: &u8| char::from(*symbol) == character;
            // Signs, blanks and dashes are no digits.
            let Some(value) = Self::SYMBOLS.iter().position(is_it) else {
                continue;
            };
            if digits == 0 && value == 0 {
                zeros = zeros << 4 | 1;
            } else {
                digits = digits << 4 | (value as u64 + 1);
            }
        }
        Self(if digits == 0 { zeros } else { digits })
    }

    fn len(self) -> u32 {
        16 - self.0.leading_zeros() / 4
    }

    /// The last so many digits, or all there are.
    fn ending(self, count: u32) -> u64 {
        let above = u64::MAX.checked_shl(4 * count).unwrap_or(0);
        self.0 & !above
    }

    /// Whether both are one number, each with or without country and area.
    fn names(self, other: Self) -> bool {
        let shorter = self.len().min(other.len());
        let count = shorter.min(Self::ENOUGH);
        self == other || (shorter >= Self::SHORTEST && self.ending(count) == other.ending(count))
    }
}

impl std::fmt::Display for Digits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for place in (0..self.len()).rev() {
            let value = usize::try_from((self.0 >> (4 * place)) & 0xF).unwrap_or(0);
            if let Some(symbol) = value.checked_sub(1).and_then(|at| Self::SYMBOLS.get(at)) {
                write!(f, "{}", char::from(*symbol))?;
            }
        }
        Ok(())
    }
}

/// When the service centre got the message, if the report says.
fn time_stamp(report: &StatusReport<'_>) -> Option<Timestamp> {
    let time_stamp = report.service_centre_time_stamp;
    time_stamp.is_valid().then_some(time_stamp)
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn duration(milliseconds: i64) -> Duration {
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_number_are_one() {
        let one = |a: &str, b: &str| Digits::of(a).names(Digits::of(b));
        for (a, b) in [
            ("+41791234567", "0791234567"),
            ("+41791234567", "0041791234567"),
            ("+41 79 123-45-67", "791234567"),
            ("+4520123456", "20123456"),
            ("+3545812345", "5812345"),
            ("+5491112345678", "011 15 1234 5678"),
            ("12345", "12345"),
            ("000", "000"),
            ("*100#", "*100#"),
        ] {
            assert!(one(a, b) && one(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("+41791234567", "+41791234568"),
            ("+41791234567", "+41781234567"),
            ("12345", "612345"),
            ("12345", "+41791212345"),
            ("", "+41791234567"),
            ("000", "0"),
        ] {
            assert!(!one(a, b) && !one(b, a), "{a} {b}");
        }
    }

    #[test]
    fn digits_are_written_as_they_were_read() {
        for number in [
            "41791234567",
            "*100#",
            "abc12",
            "000",
            "",
            "1234567890123456",
        ] {
            assert_eq!(Digits::of(number).to_string(), number);
        }
        assert_eq!(
            Digits::of("912345678901234567").to_string(),
            "2345678901234567"
        );
    }

    #[test]
    fn what_is_forgotten_leaves_nothing_behind() {
        let now = Instant::now();
        let mut sent = SentReferences::new(Duration::from_secs(10), 4, now);
        for token in 0..100 {
            let reference = (token % 3 > 0).then_some(9);
            sent.sent(
                token,
                reference,
                "+41791234567",
                now + Duration::from_secs(token),
            );
            sent.learn(token, 5);
            let known: usize = sent.by_key.values().map(VecDeque::len).sum();
            assert_eq!(
                (sent.len(), known),
                (sent.entries.len(), sent.entries.len())
            );
            assert!(sent.len() <= 4 && sent.by_key.len() <= 2);
        }
        sent.sent(100, None, "1", now + Duration::from_secs(1000));
        assert_eq!((sent.len(), sent.by_key.len()), (1, 1));
    }
}
