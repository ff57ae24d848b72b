//! What goes wrong, and how often.

use std::num::NonZeroU32;
use std::str::FromStr;

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

/// Something that real message centres do to a submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// It is answered `ESME_RTHROTTLED`, and not accepted.
    Throttle,
    /// It is accepted and never answered.
    NoAnswer,
    /// It is neither accepted nor answered.
    NoAnswerDrop,
    /// It is accepted, and the connection ends in the middle of the answer.
    Cut,
}

impl Kind {
    /// All of them. Of several that meet in one submit, the first counts.
    pub const ALL: [Self; 4] = [
        Self::Throttle,
        Self::NoAnswer,
        Self::NoAnswerDrop,
        Self::Cut,
    ];

    /// Its name on the command line and in events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::NoAnswer => "no-answer",
            Self::NoAnswerDrop => "no-answer-drop",
            Self::Cut => "cut",
        }
    }
}

/// A fault and which submits it hits.
///
/// Spelled `NAME=N` or `NAME N` for every nth; `NAME` alone hits every submit, `NAME=off` none.
///
/// ```
/// use smsgw_sim::faults::{Fault, Kind};
///
/// let fault: Fault = "throttle=10".parse()?;
/// assert_eq!(fault, Fault::every(Kind::Throttle, 10));
/// assert_eq!("cut off".parse(), Ok(Fault::every(Kind::Cut, 0)));
/// assert!("thunder".parse::<Fault>().is_err());
/// assert!("throttle=0".parse::<Fault>().is_err());
/// # Ok::<(), smsgw_sim::faults::ParseFaultError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: Kind,
    /// It hits every nth submit, counted from when it was set; `None` for none.
    pub every: Option<NonZeroU32>,
}

impl Fault {
    /// A fault that hits every nth submit; 0 for none.
    #[must_use]
    pub const fn every(kind: Kind, n: u32) -> Self {
        Self {
            kind,
            every: NonZeroU32::new(n),
        }
    }
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, ParseFaultError> {
        let text = text.trim();
        let (name, n) = text
            .split_once(['=', ' '])
            .map_or((text, "1"), |(name, n)| (name, n.trim()));
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| ParseFaultError::Name(name.to_owned()))?;
        let n = match n {
            "off" => 0,
            n => match n.parse() {
                Ok(0) => return Err(ParseFaultError::Zero),
                Ok(n) => n,
                Err(_) => return Err(ParseFaultError::N(n.to_owned())),
            },
        };
        Ok(Self::every(kind, n))
    }
}

/// A text that names no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseFaultError {
    /// There is no such fault.
    #[error("no fault '{0}': there are throttle, no-answer, no-answer-drop and cut")]
    Name(String),
    /// Not a number of submits.
    #[error("'{0}' is neither a number of submits nor 'off'")]
    N(String),
    /// Every 0th submit: which ones that would be, nobody can say.
    #[error("0 is no number of submits: 1 hits every one, 'off' none")]
    Zero,
}

/// All faults, and how many submits each has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    slots: [Slot; Kind::ALL.len()],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Slot {
    every: Option<NonZeroU32>,
    seen: u32,
}

impl Faults {
    /// None.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// With `fault` set.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        self.set(fault);
        self
    }

    /// Sets how often a fault hits and counts its submits from here.
    pub fn set(&mut self, fault: Fault) {
        for (kind, slot) in Kind::ALL.into_iter().zip(&mut self.slots) {
            if kind == fault.kind {
                *slot = Slot {
                    every: fault.every,
                    seen: 0,
                };
            }
        }
    }

    /// Counts a submit and says what happens to it.
    pub fn on_submit(&mut self) -> Option<Kind> {
        let mut hit = None;
        for (kind, slot) in Kind::ALL.into_iter().zip(&mut self.slots) {
            let Some(every) = slot.every else {
                continue;
            };
            slot.seen += 1;
            if slot.seen >= every.get() {
                slot.seen = 0;
                hit = hit.or(Some(kind));
            }
        }
        hit
    }
}

/// As an object: name and n, of those that are set.
impl Serialize for Faults {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (kind, slot) in Kind::ALL.into_iter().zip(&self.slots) {
            if let Some(every) = slot.every {
                map.serialize_entry(kind.name(), &every)?;
            }
        }
        map.end()
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        faults.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counts_its_own_submits_and_the_first_counts() {
        let mut faults: Faults = [Fault::every(Kind::Cut, 2), Fault::every(Kind::Throttle, 3)]
            .into_iter()
            .collect();
        let hits: Vec<_> = (0..6).map(|_| faults.on_submit()).collect();
        let (cut, throttle) = (Some(Kind::Cut), Some(Kind::Throttle));
        assert_eq!(hits, [None, cut, throttle, cut, None, throttle]);
    }

    #[test]
    fn setting_starts_the_count_again() {
        let mut faults = Faults::none().with(Fault::every(Kind::NoAnswer, 2));
        assert_eq!(faults.on_submit(), None);
        faults.set(Fault::every(Kind::NoAnswer, 2));
        assert_eq!(faults.on_submit(), None);
        assert_eq!(faults.on_submit(), Some(Kind::NoAnswer));
        faults.set(Fault::every(Kind::NoAnswer, 0));
        assert_eq!(faults, Faults::none());
    }
}
