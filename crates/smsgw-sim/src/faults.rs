//! What goes wrong, and how often.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use smsgw_smpp::CommandStatus;
use smsgw_ucp::ErrorCode;

use crate::chance::fraction;

/// Something that real message centres do to a submit, or to a bind.
///
/// A submit is any request with a message in it: `submit_sm`, `submit_multi`, `data_sm` or
/// `broadcast_sm` of SMPP, the operations 01, 02, 03, 30 and 51 of UCP. A bind is a login of UCP,
/// too (60).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// It is answered `ESME_RTHROTTLED`, or EC 04, and not accepted.
    Throttle,
    /// It is answered `ESME_RMSGQFUL`, or EC 55, and not accepted.
    QueueFull,
    /// It is answered with a `generic_nack`, or a negative result, and not accepted.
    Nack,
    /// It is accepted and never answered.
    NoAnswer,
    /// It is neither accepted nor answered.
    NoAnswerDrop,
    /// It is accepted, and the connection ends in the middle of the answer.
    Cut,
    /// It is accepted, and answered after a while.
    Slow,
    /// It is accepted, and answered when nobody waits for that any more.
    Late,
    /// It is accepted, and the answer to the next one overtakes its own.
    OutOfOrder,
    /// It is accepted, and the answer has the number of another request.
    WrongSequence,
    /// It is accepted, and the answer is that to another request: a `deliver_sm_resp`, the result
    /// of an OT 52.
    WrongCommand,
    /// It is accepted, and answered twice.
    Duplicate,
    /// It is accepted and answered; then nothing is read for a while.
    StopReading,
    /// A bind is refused.
    RefuseBind,
}

impl Kind {
    /// All of them. Of several that meet in one submit, the first counts.
    pub const ALL: [Self; 14] = [
        Self::Throttle,
        Self::QueueFull,
        Self::Nack,
        Self::NoAnswer,
        Self::NoAnswerDrop,
        Self::Cut,
        Self::Slow,
        Self::Late,
        Self::OutOfOrder,
        Self::WrongSequence,
        Self::WrongCommand,
        Self::Duplicate,
        Self::StopReading,
        Self::RefuseBind,
    ];

    /// Its name on the command line and in events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::QueueFull => "queue-full",
            Self::Nack => "nack",
            Self::NoAnswer => "no-answer",
            Self::NoAnswerDrop => "no-answer-drop",
            Self::Cut => "cut",
            Self::Slow => "slow",
            Self::Late => "late",
            Self::OutOfOrder => "out-of-order",
            Self::WrongSequence => "wrong-sequence",
            Self::WrongCommand => "wrong-command",
            Self::Duplicate => "duplicate",
            Self::StopReading => "stop-reading",
            Self::RefuseBind => "refuse-bind",
        }
    }

    /// How long it takes unless that is said; `None` for those that take no time.
    ///
    /// [`Late`](Self::Late) takes longer than most wait for an answer, which is not known here.
    #[must_use]
    pub const fn usual_delay(self) -> Option<Duration> {
        match self {
            Self::Slow | Self::OutOfOrder => Some(Duration::from_secs(1)),
            Self::Late => Some(Duration::from_secs(65)),
            Self::StopReading => Some(Duration::from_secs(5)),
            _ => None,
        }
    }

    /// What is answered unless that is said; `None` for those that do not choose.
    #[must_use]
    pub const fn usual_status(self) -> Option<CommandStatus> {
        match self {
            Self::Nack => Some(CommandStatus::ESME_RINVCMDID),
            Self::RefuseBind => Some(CommandStatus::ESME_RBINDFAIL),
            _ => None,
        }
    }

    /// What is answered over UCP unless that is said; `None` for those that do not choose.
    #[must_use]
    pub const fn usual_error_code(self) -> Option<ErrorCode> {
        match self {
            Self::Nack => Some(ErrorCode::OPERATION_NOT_SUPPORTED),
            Self::RefuseBind => Some(ErrorCode::AUTHENTICATION_FAILURE),
            _ => None,
        }
    }
}

/// A fault and which submits (or binds) it hits.
///
/// Spelled `NAME=N` for every nth, `NAME` for every one, `NAME=off` for none; then, each after a
/// comma, `times=COUNT` for how often at most, `delay=TIME` or `delay=TIME-TIME` where it takes
/// time, `status=STATUS` (a name or a number) where it is answered with one, and `ec=EC` (two
/// digits) for what that is over UCP. Blanks do as well as commas.
///
/// ```
/// use std::time::Duration;
/// use smsgw_sim::faults::{Fault, Kind};
///
/// let fault: Fault = "throttle=10".parse()?;
/// assert_eq!(fault, Fault::every(Kind::Throttle, 10));
/// assert_eq!("cut off".parse(), Ok(Fault::every(Kind::Cut, 0)));
/// let slow = Fault::every(Kind::Slow, 1)
///     .with_times(5)
///     .with_delay(Duration::from_millis(200), Duration::from_secs(1));
/// assert_eq!("slow times=5 delay=200ms-1s".parse(), Ok(slow));
/// assert!("thunder".parse::<Fault>().is_err());
/// assert!("throttle=0".parse::<Fault>().is_err());
/// assert!("throttle,delay=1s".parse::<Fault>().is_err());
/// # Ok::<(), smsgw_sim::faults::ParseFaultError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: Kind,
    /// It hits every nth submit, counted from when it was set; `None` for none.
    pub every: Option<NonZeroU32>,
    /// It ends when it has hit so many; `None` for never.
    pub times: Option<NonZeroU32>,
    /// How long it takes, at least and at most; of no meaning for those that take no time.
    pub delay: (Duration, Duration),
    /// What is answered; of no meaning for those that do not choose.
    pub status: CommandStatus,
    /// What is answered over UCP; of no meaning for those that do not choose.
    pub error_code: ErrorCode,
}

impl Fault {
    /// A fault that hits every nth submit; 0 for none.
    #[must_use]
    pub const fn every(kind: Kind, n: u32) -> Self {
        let delay = match kind.usual_delay() {
            Some(delay) => delay,
            None => Duration::ZERO,
        };
        Self {
            kind,
            every: NonZeroU32::new(n),
            times: None,
            delay: (delay, delay),
            status: match kind.usual_status() {
                Some(status) => status,
                None => CommandStatus::ESME_ROK,
            },
            error_code: match kind.usual_error_code() {
                Some(error_code) => error_code,
                None => ErrorCode::SYSTEM_ERROR,
            },
        }
    }

    /// Ending when it has hit `count` submits; 0 for never.
    #[must_use]
    pub const fn with_times(mut self, count: u32) -> Self {
        self.times = NonZeroU32::new(count);
        self
    }

    /// Taking so long, at least and at most.
    #[must_use]
    pub const fn with_delay(mut self, least: Duration, most: Duration) -> Self {
        self.delay = (least, most);
        self
    }

    /// Answering with `status`.
    #[must_use]
    pub const fn with_status(mut self, status: CommandStatus) -> Self {
        self.status = status;
        self
    }

    /// Answering with `error_code` over UCP.
    #[must_use]
    pub const fn with_error_code(mut self, error_code: ErrorCode) -> Self {
        self.error_code = error_code;
        self
    }

    /// Takes over one of the arguments after the name.
    fn with_argument(self, argument: &str) -> Result<Self, ParseFaultError> {
        let wrong = || ParseFaultError::Argument {
            fault: self.kind.name(),
            argument: argument.to_owned(),
        };
        let (key, value) = argument.split_once('=').ok_or_else(wrong)?;
        match key {
            "times" => match value.parse() {
                Ok(count @ 1..) => Ok(self.with_times(count)),
                _ => Err(wrong()),
            },
            "delay" if self.kind.usual_delay().is_some() => {
                let (least, most) = delays(value).ok_or_else(wrong)?;
                Ok(self.with_delay(least, most))
            }
            "status" if self.kind.usual_status().is_some() => {
                Ok(self.with_status(status(value).ok_or_else(wrong)?))
            }
            "ec" if self.kind.usual_error_code().is_some() => {
                Ok(self.with_error_code(error_code(value).ok_or_else(wrong)?))
            }
            _ => Err(wrong()),
        }
    }
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, ParseFaultError> {
        let (name, n, mut arguments) = words(text);
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
        arguments.try_fold(Self::every(kind, n), Self::with_argument)
    }
}

/// A fault as it is written: its name, `=` or a blank and how often, and its arguments between commas
/// or blanks. Nothing said is each time.
pub(crate) fn words(text: &str) -> (&str, &str, impl Iterator<Item = &str>) {
    let mut words = text.split([',', ' ']).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    let mut words = words.peekable();
    let (name, n) = match first.split_once('=') {
        Some((name, n)) => (name, n),
        None => {
            let n = words.next_if(|word| !word.contains('='));
            (first, n.unwrap_or("1"))
        }
    };
    (name, n, words)
}

/// A delay, or the least and the most with `-` between them.
pub(crate) fn delays(text: &str) -> Option<(Duration, Duration)> {
    let (least, most) = text.split_once('-').unwrap_or((text, text));
    let range = duration(least).zip(duration(most));
    range.filter(|(least, most)| least <= most)
}

fn duration(text: &str) -> Option<Duration> {
    let duration: jiff::SignedDuration = text.parse().ok()?;
    Duration::try_from(duration).ok()
}

/// A status by its name, or by its number in decimal or hex.
fn status(text: &str) -> Option<CommandStatus> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    let mut named = (0..0x200).map(CommandStatus);
    number
        .ok()
        .map(CommandStatus)
        .or_else(|| named.find(|status| status.name() == Some(text)))
}

/// An error code of UCP: 1 to 99, as one digit or two.
fn error_code(text: &str) -> Option<ErrorCode> {
    let is_number = text.len() <= 2 && text.bytes().all(|octet| octet.is_ascii_digit());
    let number = text.parse().ok().filter(|&number| is_number && number > 0);
    number.map(ErrorCode)
}

/// A text that names no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseFaultError {
    /// There is no such fault.
    #[error("no fault '{0}': there are {names}", names = names())]
    Name(String),
    /// Not a number of submits.
    #[error("'{0}' is neither a number of submits nor 'off'")]
    N(String),
    /// Every 0th submit: which ones that would be, nobody can say.
    #[error("0 is no number of submits: 1 hits every one, 'off' none")]
    Zero,
    /// It has no such argument, or not with this value.
    #[error(
        "'{argument}' says nothing to {fault}: there are times=COUNT, and for some delay=TIME, \
         delay=TIME-TIME, status=STATUS or ec=EC"
    )]
    Argument {
        /// The name of the fault.
        fault: &'static str,
        /// As it was given.
        argument: String,
    },
}

fn names() -> String {
    Kind::ALL.map(Kind::name).join(", ")
}

/// A fault that hits one submit or bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strike {
    /// What goes wrong.
    pub kind: Kind,
    /// How long it takes, for those that take time.
    pub delay: Duration,
    /// What is answered, for those that choose.
    pub status: CommandStatus,
    /// What is answered over UCP, for those that choose.
    pub error_code: ErrorCode,
}

/// All faults, and how many submits each has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    slots: [Slot; Kind::ALL.len()],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Slot {
    fault: Option<Fault>,
    /// Since it last hit.
    seen: u32,
    hits: u32,
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
                    fault: fault.every.map(|_| fault),
                    ..Slot::default()
                };
            }
        }
    }

    /// Counts a submit and says what happens to it.
    pub fn on_submit(&mut self) -> Option<Strike> {
        self.on(|kind| kind != Kind::RefuseBind)
    }

    /// Counts a bind and says what happens to it.
    pub fn on_bind(&mut self) -> Option<Strike> {
        self.on(|kind| kind == Kind::RefuseBind)
    }

    fn on(&mut self, is_meant: impl Fn(Kind) -> bool) -> Option<Strike> {
        let mut strike = None;
        for slot in &mut self.slots {
            let Some((fault, every)) = slot.fault.and_then(|fault| Some((fault, fault.every?)))
            else {
                continue;
            };
            if !is_meant(fault.kind) {
                continue;
            }
            slot.seen += 1;
            if slot.seen < every.get() {
                continue;
            }
            slot.seen = 0;
            if strike.is_none() {
                strike = Some(slot.hit(&fault));
            }
        }
        strike
    }
}

impl Slot {
    fn hit(&mut self, fault: &Fault) -> Strike {
        let (least, most) = fault.delay;
        // Each fault has its own row of chances.
        let seed = fault.kind.name().bytes().map(u64::from).sum();
        let spread = most.saturating_sub(least);
        let delay = least + spread.mul_f64(fraction(seed, self.hits.into()));
        self.hits = self.hits.saturating_add(1);
        if fault.times.is_some_and(|times| self.hits >= times.get()) {
            *self = Self::default();
        }
        Strike {
            kind: fault.kind,
            delay,
            status: fault.status,
            error_code: fault.error_code,
        }
    }
}

/// As an object: name and n, of those that are set.
impl Serialize for Faults {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for fault in self.slots.iter().filter_map(|slot| slot.fault) {
            map.serialize_entry(fault.kind.name(), &fault.every)?;
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

    fn hit(faults: &mut Faults) -> Option<Kind> {
        faults.on_submit().map(|strike| strike.kind)
    }

    #[test]
    fn each_counts_its_own_submits_and_the_first_counts() {
        let mut faults: Faults = [Fault::every(Kind::Cut, 2), Fault::every(Kind::Throttle, 3)]
            .into_iter()
            .collect();
        let hits: Vec<_> = (0..6).map(|_| hit(&mut faults)).collect();
        let (cut, throttle) = (Some(Kind::Cut), Some(Kind::Throttle));
        assert_eq!(hits, [None, cut, throttle, cut, None, throttle]);
    }

    #[test]
    fn setting_starts_the_count_again() {
        let mut faults = Faults::none().with(Fault::every(Kind::NoAnswer, 2));
        assert_eq!(hit(&mut faults), None);
        faults.set(Fault::every(Kind::NoAnswer, 2));
        assert_eq!(hit(&mut faults), None);
        assert_eq!(hit(&mut faults), Some(Kind::NoAnswer));
        faults.set(Fault::every(Kind::NoAnswer, 0));
        assert_eq!(faults, Faults::none());
    }

    #[test]
    fn a_fault_ends_when_it_has_hit_so_often() {
        let mut faults = Faults::none().with(Fault::every(Kind::Slow, 2).with_times(2));
        let hits: Vec<_> = (0..8).map(|_| hit(&mut faults).is_some()).collect();
        let wanted = [false, true, false, true, false, false, false, false];
        assert_eq!(hits, wanted);
        assert_eq!(faults, Faults::none());
    }

    #[test]
    fn submits_and_binds_are_counted_apart() {
        let mut faults = Faults::none().with(Fault::every(Kind::RefuseBind, 2));
        assert_eq!(faults.on_submit(), None);
        assert_eq!(faults.on_bind(), None);
        assert_eq!(faults.on_submit(), None);
        let status = CommandStatus::ESME_RBINDFAIL;
        assert_eq!(faults.on_bind().map(|strike| strike.status), Some(status));
    }

    #[test]
    fn a_range_of_delays_is_used_and_kept_to() {
        let (least, most) = (Duration::from_millis(100), Duration::from_millis(300));
        let mut faults = Faults::none().with(Fault::every(Kind::Slow, 1).with_delay(least, most));
        let delays: Vec<_> = (0..100)
            .map(|_| faults.on_submit().unwrap().delay)
            .collect();
        assert!(delays.iter().all(|delay| (least..most).contains(delay)));
        let lower = delays
            .iter()
            .filter(|delay| delay.as_millis() < 200)
            .count();
        assert!((30..70).contains(&lower));
    }

    #[test]
    fn every_fault_is_called_by_its_name_and_its_arguments() {
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(Fault::every(kind, 1)));
        }
        let nack = Fault::every(Kind::Nack, 3).with_status(CommandStatus::ESME_RSYSERR);
        for text in [
            "nack=3,status=8",
            "nack 3 status=0x08",
            "nack=3  status=ESME_RSYSERR",
        ] {
            assert_eq!(text.parse(), Ok(nack), "{text}");
        }
        for (text, code) in [
            ("nack,ec=6", 6),
            ("nack 1 ec=06", 6),
            ("refuse-bind,ec=99", 99),
        ] {
            let fault: Fault = text.parse().unwrap();
            assert_eq!(fault.error_code, ErrorCode(code), "{text}");
        }
        for text in [
            "",
            "slow=x",
            "slow,delay=soon",
            "slow,delay=2s-1s",
            "slow,status=8",
            "nack,status=ESME_WHAT",
            "nack,delay=1s",
            "slow,times=0",
            "slow 1 2",
            "slow,ec=04",
            "nack,ec=0",
            "nack,ec=100",
            "nack,ec=+4",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
