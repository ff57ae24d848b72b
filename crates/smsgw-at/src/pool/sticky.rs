//! Which SIM a number was last in touch with.

use std::collections::{BTreeMap, HashMap};

use super::sim::SimId;

/// Remembers the SIM of each number, of so many numbers; the one not heard of for longest is
/// forgotten first.
#[derive(Clone, Debug)]
pub(super) struct Sticky {
    capacity: usize,
    sims: HashMap<Number, (SimId, u64)>,
    /// By when they were last in touch.
    by_age: BTreeMap<u64, Number>,
    next: u64,
}

/// The digits that tell numbers apart, whether they were written with the country or without: the
/// last eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Number(u64);

impl Sticky {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            sims: HashMap::new(),
            by_age: BTreeMap::new(),
            next: 0,
        }
    }

    /// The SIM of a number.
    pub(super) fn sim(&self, number: impl Iterator<Item = char>) -> Option<SimId> {
        let number = Number::of(number)?;
        self.sims.get(&number).map(|(sim, _)| *sim)
    }

    /// A message went from the SIM to the number, or came from it.
    pub(super) fn touch(&mut self, number: impl Iterator<Item = char>, sim: SimId) {
        let Some(number) = Number::of(number).filter(|_| self.capacity > 0) else {
            return;
        };
        let age = self.next;
        self.next += 1;
        if let Some((_, before)) = self.sims.insert(number, (sim, age)) {
            self.by_age.remove(&before);
        } else if self.sims.len() > self.capacity
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.sims.remove(&oldest);
        }
        self.by_age.insert(age, number);
    }
}

impl Number {
    const DIGITS: u32 = 8;

    /// `None` without a digit: a name.
    fn of(number: impl Iterator<Item = char>) -> Option<Self> {
        let mut digits = number
            .filter_map(|character| character.to_digit(10))
            .peekable();
        digits.peek()?;
        let most = 10_u64.pow(Self::DIGITS);
        let last = digits.fold((0, 0), |(value, count), digit| {
            ((value * 10 + u64::from(digit)) % most, count + 1)
        });
        // A short code is not the end of a number with zeros in front.
        let count: u64 = last.1;
        Some(Self(last.0 + most * count.min(u64::from(Self::DIGITS))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_in_all_its_forms() {
        let number = |text: &str| Number::of(text.chars());
        assert_eq!(number("+41 79 123 45 67"), number("0041791234567"));
        assert_eq!(number("0791234567"), number("41791234567"));
        assert_ne!(number("0791234567"), number("0791234568"));
        assert_ne!(number("567"), number("000000567"));
        assert_eq!(number("BANK"), None);
        assert_eq!(number(""), None);
    }

    #[test]
    fn the_number_longest_not_heard_of_is_forgotten() {
        let mut sticky = Sticky::new(2);
        sticky.touch("1".chars(), SimId(1));
        sticky.touch("2".chars(), SimId(2));
        sticky.touch("1".chars(), SimId(3));
        sticky.touch("3".chars(), SimId(1));
        assert_eq!(sticky.sim("1".chars()), Some(SimId(3)));
        assert_eq!(sticky.sim("2".chars()), None);
        assert_eq!(sticky.sim("3".chars()), Some(SimId(1)));
        for number in 0..1_000 {
            sticky.touch(number.to_string().chars(), SimId(1));
        }
        assert_eq!((sticky.sims.len(), sticky.by_age.len()), (2, 2));
        let mut none = Sticky::new(0);
        none.touch("1".chars(), SimId(1));
        assert_eq!(none.sim("1".chars()), None);
    }
}
