//! The faults of a modem, and when each hits.

use std::num::NonZeroU32;
use std::time::Duration;

use super::{Fault, Kind, Until};
use crate::chance::fraction;

/// A fault that hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Strike {
    pub(crate) delay: Duration,
    pub(crate) code: u16,
    pub(crate) until: Until,
    pub(crate) size: u32,
    /// A number that differs from strike to strike.
    pub(crate) nth: u32,
}

/// The faults of a modem, and what each has seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    slots: Vec<Slot>,
    seed: u64,
}

#[derive(Clone, Debug)]
struct Slot {
    fault: Fault,
    /// Since it was set.
    seen: u32,
    hits: u32,
}

/// Most faults of a modem: of one kind there can be several, for other numbers and commands.
const MAX_FAULTS: usize = 64;

impl Faults {
    pub(crate) fn new(seed: u64, faults: impl IntoIterator<Item = Fault>) -> Self {
        let mut all = Self {
            slots: Vec::new(),
            seed,
        };
        for fault in faults {
            all.set(fault);
        }
        all
    }

    /// Sets a fault, in place of the same one; one that hits none ends it, and all of its kind
    /// when it names neither a number nor a command.
    pub(crate) fn set(&mut self, fault: Fault) {
        let ends = fault.every.is_none() && fault.to.is_none() && fault.on.is_none();
        self.slots
            .retain(|slot| !(slot.fault.is_same(&fault) || ends && slot.fault.kind == fault.kind));
        if fault.every.is_some() && self.slots.len() < MAX_FAULTS {
            self.slots.push(Slot {
                fault,
                seen: 0,
                hits: 0,
            });
        }
    }

    pub(crate) fn clear(&mut self) {
        self.slots.clear();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.slots.iter().map(|slot| &slot.fault)
    }

    /// Whether a fault of this kind is set.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.slots.iter().any(|slot| slot.fault.kind == kind)
    }

    /// Counts something that a fault of this kind may hit.
    pub(crate) fn strike(&mut self, kind: Kind) -> Option<Strike> {
        self.strike_if(kind, |_| true)
    }

    /// Counts it for those faults of the kind that are meant.
    pub(crate) fn strike_if(
        &mut self,
        kind: Kind,
        is_meant: impl Fn(&Fault) -> bool,
    ) -> Option<Strike> {
        let mut strike = None;
        let seed = self.seed;
        self.slots.retain_mut(|slot| {
            if slot.fault.kind != kind || !is_meant(&slot.fault) {
                return true;
            }
            slot.seen = slot.seen.wrapping_add(1);
            let every = slot.fault.every.map_or(1, NonZeroU32::get);
            if !slot.seen.is_multiple_of(every) {
                return true;
            }
            // Each fault has its own row of chances.
            let name = kind.name().bytes().map(u64::from);
            let row = seed ^ name.fold(0, |row: u64, octet| row.wrapping_mul(31) + octet);
            if fraction(row, slot.seen.into()) >= slot.fault.share {
                return true;
            }
            slot.hits += 1;
            let (least, most) = slot.fault.delay;
            let spread = most.saturating_sub(least);
            let chance = fraction(row.wrapping_add(1), slot.hits.into());
            strike.get_or_insert(Strike {
                delay: least + spread.mul_f64(chance),
                code: slot.fault.code,
                until: slot.fault.until,
                size: slot.fault.size,
                nth: slot.hits,
            });
            slot.fault.times.is_none_or(|times| slot.hits < times.get())
        });
        strike
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fault, Kind};
    use super::*;

    #[test]
    fn counts_shares_and_ends() {
        let mut faults = Faults::new(0, [Fault::every(Kind::Cms, 2).with_times(2)]);
        let hits: Vec<_> = (0..8).map(|_| faults.strike(Kind::Cms).is_some()).collect();
        assert_eq!(hits, [false, true, false, true, false, false, false, false]);
        assert!(!faults.has(Kind::Cms));

        faults.set(Fault::always(Kind::Drop).with_share(0.25));
        let hits = (0..1000).filter(|_| faults.strike(Kind::Drop).is_some());
        assert!((200..300).contains(&hits.count()));
    }

    #[test]
    fn one_for_a_number_stands_beside_that_for_another() {
        let to = |number: &str, code| Fault::always(Kind::Cms).with_to(number).with_code(code);
        let mut faults = Faults::new(0, [to("1", 1), to("2", 28), to("1", 8)]);
        let code = |faults: &mut Faults, number: &str| {
            let strike = faults.strike_if(Kind::Cms, |fault| fault.to.as_deref() == Some(number));
            strike.map(|strike| strike.code)
        };
        assert_eq!(code(&mut faults, "1"), Some(8));
        assert_eq!(code(&mut faults, "2"), Some(28));
        assert_eq!(code(&mut faults, "3"), None);
        faults.set(Fault::every(Kind::Cms, 0));
        assert_eq!(code(&mut faults, "1"), None);
    }
}
