//! Keys of messages that a service centre never gives twice.

use std::collections::HashMap;

use crate::message_key::{MessageKey, without_sign};
use crate::types::{Second, UtcOffset};

/// Gives each message its SCTS, so that AdC and SCTS together name one message.
///
/// A client finds the message of a notification by its AdC and SCTS, but SCTS has a resolution of
/// one second: of two messages to one number within a second, the second is given the next one.
/// Numbers that end in the same [`MessageKey::MIN_ENDING`] digits count as one, as a client that
/// looks for the end of a number takes them for one ([`MessageKey::names`]): `0031612345678` and
/// `31612345678`.
///
/// Times are local, as SCTS is: the hour that comes twice in autumn gives no key twice either, nor
/// does any other step of the clock. Reads no clock: `now` is passed in. Memory is bounded: what
/// lies in the past is forgotten.
///
/// ```
/// use smsgw_ucp::session::MessageKeys;
/// use smsgw_ucp::types::Second;
///
/// let noon = Second::parse("010126120000")?;
/// let mut keys = MessageKeys::default();
/// assert_eq!(keys.next("0031612345678", noon), noon);
/// assert_eq!(keys.next("0031612345678", noon).to_string(), "2026-01-01T12:00:01");
/// assert_eq!(keys.next("0031687654321", noon), noon);
///
/// // The clock was set back.
/// let morning = Second::parse("010126110000")?;
/// assert_eq!(keys.next("0031612345678", morning).to_string(), "2026-01-01T12:00:02");
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Debug)]
pub struct MessageKeys {
    /// The latest time each number was given.
    given: HashMap<Ending, i64>,
    /// Every time a number that is not in `given` ever had is before this.
    floor: i64,
    /// At so many numbers those of the past are forgotten.
    forget_at: usize,
}

impl MessageKeys {
    /// Most numbers that are remembered, some 2 MiB of them. When more are needed, times of the
    /// future that were given to the others are spent.
    pub const MAX_NUMBERS: usize = 1 << 16;

    /// With every time after `last`, for a service centre that was started again: the
    /// [`highest`](Self::highest) of what it gave before.
    #[must_use]
    pub fn after(last: Second) -> Self {
        Self {
            floor: local(last) + 1,
            ..Self::default()
        }
    }

    /// The SCTS of a message to `adc` that comes at `now`: the first second from then on that
    /// `adc` was not given.
    pub fn next(&mut self, adc: &str, now: Second) -> Second {
        // Two digits for the year end with 2089; so does what can be told apart.
        second(self.next_local(adc, local(now))).unwrap_or(now)
    }

    fn next_local(&mut self, adc: &str, now: i64) -> i64 {
        let first = now.max(self.floor);
        let time = *self
            .given
            .entry(Ending::of(adc))
            .and_modify(|last| *last = first.max(last.saturating_add(1)))
            .or_insert(first);
        if self.given.len() >= self.forget_at {
            self.forget(now);
        }
        time
    }

    /// A time that is not before any that was given; `None` when there is none.
    #[must_use]
    pub fn highest(&self) -> Option<Second> {
        let latest = self.given.values().copied().max();
        second(latest.unwrap_or(i64::MIN).max(self.floor.saturating_sub(1)))
    }

    /// Forgets the numbers that `now` leaves behind, and the earlier half of the rest when they are
    /// too many.
    fn forget(&mut self, now: i64) {
        self.forget_before(now);
        if self.given.len() > Self::MAX_NUMBERS / 2 {
            let mut times: Vec<i64> = self.given.values().copied().collect();
            let middle = times.len() / 2;
            let (_, median, _) = times.select_nth_unstable(middle);
            let after = median.saturating_add(1);
            self.forget_before(after);
        }
        self.forget_at = (2 * self.given.len()).clamp(FEW, Self::MAX_NUMBERS);
    }

    fn forget_before(&mut self, time: i64) {
        // Whoever is forgotten may come back when the clock was set back.
        self.floor = self.floor.max(time);
        let floor = self.floor;
        self.given.retain(|_, last| *last >= floor);
    }
}

/// Numbers below this are not worth looking for those to forget.
const FEW: usize = 64;

impl Default for MessageKeys {
    fn default() -> Self {
        Self {
            given: HashMap::new(),
            floor: i64::MIN,
            forget_at: FEW,
        }
    }
}

/// Seconds of the local time.
fn local(second: Second) -> i64 {
    second.to_unix(&UtcOffset(0))
}

fn second(local: i64) -> Option<Second> {
    Second::from_unix(local, &UtcOffset(0)).ok()
}

/// The last characters of a number, by which [`MessageKey::names`] can find it; all of a shorter one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Ending(u64);

impl Ending {
    fn of(adc: &str) -> Self {
        let last = without_sign(adc).bytes().rev().take(MessageKey::MIN_ENDING);
        Self(last.fold(0, |ending, octet| ending << 8 | u64::from(octet)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_second_is_added_for_each_message_to_one_number_only() {
        let mut keys = MessageKeys::default();
        for more in 0..10 {
            assert_eq!(keys.next_local("0031612345678", 100), 100 + more);
            assert_eq!(keys.next_local(&format!("003161234{more}000"), 100), 100);
        }
        // When the clock catches up, nothing is added any more.
        assert_eq!(keys.next_local("0031612345678", 110), 110);
        assert_eq!(keys.next_local("0031612345678", 111), 111);
        assert_eq!(keys.highest(), None, "1970 is not in the field");
    }

    #[test]
    fn forms_of_one_number_are_one_and_short_numbers_are_their_own() {
        let mut keys = MessageKeys::default();
        for (more, adc) in ["0031612345678", "31612345678", "12345678", "2345678"]
            .iter()
            .enumerate()
        {
            assert_eq!(keys.next_local(adc, 7), 7 + more as i64);
        }
        for adc in ["345678", "8", "", "emi_client"] {
            assert_eq!(keys.next_local(adc, 7), 7, "{adc}");
        }
    }

    /// What names one message is given to one message.
    #[test]
    fn no_key_names_a_message_of_another() {
        let now = Second::new(2026, 1, 1, 12, 0, 0).unwrap();
        let numbers = [
            "0031612345678",
            "+31612345678",
            "31612345678",
            "12345678",
            "2345678",
            "+2345678",
            "345678",
            "+345678",
            "0612345",
            "12345",
            "012345",
            "5",
            "emi_client",
        ];
        let mut keys = MessageKeys::default();
        let given = numbers.map(|adc| MessageKey {
            adc,
            scts: keys.next(adc, now),
        });
        for (at, one) in given.iter().enumerate() {
            for (place, other) in given.iter().enumerate() {
                assert_eq!(one.names(other), at == place, "{one} {other}");
            }
        }
        // Short codes do not wait for one another.
        assert!(given.iter().filter(|key| key.scts == now).count() >= 6);
    }

    #[test]
    fn who_was_forgotten_gets_nothing_twice_when_the_clock_is_set_back() {
        let mut keys = MessageKeys::default();
        assert_eq!(keys.next_local("1", 100), 100);
        for number in 0..FEW {
            keys.next_local(&number.to_string(), 101);
        }
        assert!(keys.given.len() <= FEW);
        assert!(keys.next_local("1", 100) > 100);
        // Nor when others are forgotten meanwhile.
        for number in 0..2 * FEW {
            assert!(keys.next_local(&format!("1{number}"), 50) > 100);
        }
        assert!(keys.next_local("2", 50) > 100);
    }

    #[test]
    fn a_restart_goes_on_where_it_was() {
        let now = Second::new(2026, 1, 1, 12, 0, 0).unwrap();
        let mut keys = MessageKeys::default();
        keys.next("1", now);
        let last = keys.next("1", now);
        assert_eq!(keys.highest(), Some(last));
        let mut keys = MessageKeys::after(last);
        assert_eq!(keys.highest(), Some(last));
        assert!(keys.next("1", now) > last);
        assert_eq!(MessageKeys::default().highest(), None);
    }

    #[test]
    fn the_century_ends() {
        let last = Second::new(2089, 12, 31, 23, 59, 59).unwrap();
        let mut keys = MessageKeys::default();
        assert_eq!(keys.next("1", last), last);
        assert_eq!(keys.next("1", last), last);
    }

    /// The clock stands still, or was set back, and everybody is another number.
    #[test]
    fn memory_is_bounded_and_nobody_is_moved_far() {
        let mut keys = MessageKeys::default();
        keys.next_local("0", 1_000);
        for number in 0..300_000_u32 {
            let time = keys.next_local(&number.to_string(), 500);
            assert!(time <= 1_000 + 40, "{time}");
            assert!(keys.given.len() < MessageKeys::MAX_NUMBERS);
        }
        // One that ran ahead takes nobody with it.
        let mut keys = MessageKeys::default();
        for _ in 0..10_000 {
            keys.next_local("1", 0);
        }
        for number in 2..100_000_u32 {
            assert!(keys.next_local(&number.to_string(), 0) < 10);
        }
        assert_eq!(keys.next_local("1", 0), 10_000);
    }

    proptest! {
        #[test]
        fn no_key_is_given_twice_and_none_is_early(
            steps in vec((0_u32..90, -100_i64..110), 1..600),
            start in -1_000_i64..1_000,
        ) {
            let mut keys = MessageKeys::default();
            let mut given = HashSet::new();
            let mut now = start;
            for (number, step) in steps {
                // Mostly it goes on slowly.
                now += if step.abs() < 80 { step.abs() / 40 } else { step };
                let adc = number.to_string();
                let time = keys.next_local(&adc, now);
                prop_assert!(time >= now);
                prop_assert!(given.insert((adc, time)));
            }
        }

        #[test]
        fn with_a_clock_that_goes_forward_it_is_the_first_free_second(
            steps in vec((0_u32..90, 0_i64..3), 1..600),
        ) {
            let mut keys = MessageKeys::default();
            let mut given = HashSet::new();
            let mut now = 0;
            for (number, step) in steps {
                now += step;
                let adc = number.to_string();
                let time = keys.next_local(&adc, now);
                let first = (now..).find(|time| !given.contains(&(adc.clone(), *time)));
                prop_assert_eq!(Some(time), first);
                given.insert((adc, time));
            }
        }
    }
}
