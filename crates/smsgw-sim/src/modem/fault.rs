//! What goes wrong with a modem, and how often.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use crate::chance::fraction;
use crate::faults::duration;

/// Something that real modems do, or that is done to them.
///
/// Each counts its own: prompts, messages sent, command lines, writes, messages that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The prompt of `+CMGS` or `+CMGW` comes after a while.
    PromptDelay,
    /// The prompt never comes; an escape character leaves that.
    NoPrompt,
    /// An error comes in place of the prompt.
    Refuse,
    /// A message takes longer to send; other commands wait for it.
    SendDelay,
    /// A message is not accepted, with this cause.
    Cms,
    /// A message is sent, and nothing tells of it. Other commands are answered.
    LostResult,
    /// A message is not sent, and nothing tells of it. Other commands are answered.
    LostSubmit,
    /// A message is sent; its result comes after a while, in the middle of whatever is said then.
    LateResult,
    /// A command is answered with an error.
    Error,
    /// A command is answered after a while; other commands wait for it.
    Slow,
    /// A command is not answered, and nothing after it, until something ends that.
    Hang,
    /// The modem starts anew in the middle of a command.
    Reboot,
    /// The modem is unplugged in the middle of a command.
    Unplug,
    /// The network is lost when a message is to be sent, for a while.
    Deregister,
    /// An octet that the modem writes is lost.
    Drop,
    /// An octet that the modem reads is lost.
    DropInput,
    /// What the modem writes comes in pieces of so many octets, with a pause between them.
    Split,
    /// What the modem writes is held back for a while, and comes together with what follows.
    Merge,
    /// Octets that mean nothing come before what the modem writes.
    Noise,
    /// All stores are full.
    Full,
    /// A message that came is stored, and nothing tells of it.
    LostIndication,
    /// A message that came is told of twice.
    RepeatedIndication,
    /// A `+CNMA` is taken for none: the wait for it goes on.
    LostAcknowledgement,
    /// A status report never comes.
    LostReport,
    /// A status report comes twice.
    RepeatedReport,
    /// The right PIN is taken for a wrong one.
    WrongPin,
    /// Lines that nobody asked for come in a burst, in front of what a command is answered with.
    Flood,
}

/// Which of its arguments a fault has.
#[derive(Clone, Copy, Debug, Default)]
struct Arguments {
    delay: Option<Duration>,
    code: Option<u16>,
    until: bool,
    size: Option<u32>,
    on: bool,
    to: bool,
    /// Hits once, unless that is said.
    once: bool,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 27] = [
        Self::PromptDelay,
        Self::NoPrompt,
        Self::Refuse,
        Self::SendDelay,
        Self::Cms,
        Self::LostResult,
        Self::LostSubmit,
        Self::LateResult,
        Self::Error,
        Self::Slow,
        Self::Hang,
        Self::Reboot,
        Self::Unplug,
        Self::Deregister,
        Self::Drop,
        Self::DropInput,
        Self::Split,
        Self::Merge,
        Self::Noise,
        Self::Full,
        Self::LostIndication,
        Self::RepeatedIndication,
        Self::LostAcknowledgement,
        Self::LostReport,
        Self::RepeatedReport,
        Self::WrongPin,
        Self::Flood,
    ];

    /// Its name on the command line and in events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PromptDelay => "prompt-delay",
            Self::NoPrompt => "no-prompt",
            Self::Refuse => "refuse",
            Self::SendDelay => "send-delay",
            Self::Cms => "cms",
            Self::LostResult => "lost-result",
            Self::LostSubmit => "lost-submit",
            Self::LateResult => "late-result",
            Self::Error => "error",
            Self::Slow => "slow",
            Self::Hang => "hang",
            Self::Reboot => "reboot",
            Self::Unplug => "unplug",
            Self::Deregister => "deregister",
            Self::Drop => "drop",
            Self::DropInput => "drop-input",
            Self::Split => "split",
            Self::Merge => "merge",
            Self::Noise => "noise",
            Self::Full => "full",
            Self::LostIndication => "lost-indication",
            Self::RepeatedIndication => "repeated-indication",
            Self::LostAcknowledgement => "lost-acknowledgement",
            Self::LostReport => "lost-report",
            Self::RepeatedReport => "repeated-report",
            Self::WrongPin => "wrong-pin",
            Self::Flood => "flood",
        }
    }

    fn arguments(self) -> Arguments {
        let none = Arguments::default();
        let delay = |seconds| Some(Duration::from_secs(seconds));
        match self {
            Self::PromptDelay => Arguments {
                delay: delay(2),
                ..none
            },
            Self::SendDelay => Arguments {
                delay: delay(10),
                to: true,
                ..none
            },
            Self::LateResult => Arguments {
                delay: delay(70),
                to: true,
                ..none
            },
            Self::LostResult | Self::LostSubmit => Arguments { to: true, ..none },
            Self::Refuse => Arguments {
                code: Some(500),
                ..none
            },
            Self::Cms => Arguments {
                code: Some(38),
                to: true,
                ..none
            },
            Self::Error => Arguments {
                code: Some(0),
                on: true,
                ..none
            },
            Self::Slow => Arguments {
                delay: delay(1),
                on: true,
                ..none
            },
            Self::Hang => Arguments {
                delay: Some(Duration::ZERO),
                until: true,
                on: true,
                once: true,
                ..none
            },
            Self::Reboot | Self::Unplug => Arguments {
                on: true,
                once: true,
                ..none
            },
            Self::Deregister => Arguments {
                delay: delay(30),
                ..none
            },
            Self::Split => Arguments {
                delay: Some(Duration::from_millis(5)),
                size: Some(7),
                ..none
            },
            Self::Merge => Arguments {
                delay: Some(Duration::from_millis(50)),
                ..none
            },
            Self::Noise => Arguments {
                size: Some(3),
                ..none
            },
            Self::Flood => Arguments {
                size: Some(100),
                on: true,
                ..none
            },
            _ => none,
        }
    }
}

/// What ends a [hang](Kind::Hang), beside time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Until {
    /// An escape character, or Ctrl-Z.
    Escape,
    /// The port is closed and opened again (DTR drops).
    Reopen,
    /// `AT+CFUN=1,1`, which is the only line that is obeyed.
    Reset,
    /// The modem is unplugged and plugged in again.
    #[default]
    Power,
}

impl Until {
    const ALL: [Self; 4] = [Self::Escape, Self::Reopen, Self::Reset, Self::Power];

    /// `escape`, `reopen`, `reset` or `power`. Each of them is ended by those after it, too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Escape => "escape",
            Self::Reopen => "reopen",
            Self::Reset => "reset",
            Self::Power => "power",
        }
    }
}

/// A fault and which of what it counts it hits.
///
/// Spelled `NAME=N` for every nth, `NAME` for every one, `NAME=off` for none; then, each after a
/// comma or a blank, what of these its kind has:
///
/// | argument | says |
/// |---|---|
/// | `times=COUNT` | how often at most; a hang, reboot and unplugging happen once unless said |
/// | `share=SHARE` | hits that share, 0 to 1, of those it could |
/// | `delay=TIME`, `delay=TIME-TIME` | how long it takes |
/// | `code=NUMBER` | which error: of `+CMS ERROR`, of `+CME ERROR` for `error`, 0 for `ERROR` |
/// | `to=NUMBER` | only messages for that number |
/// | `on=COMMAND` | only that command (`on=+CMGS`, `on=AT` for a bare one), or `on=data`: when the data of a message ended |
/// | `until=escape`, `reopen`, `reset`, `power` | what ends a hang |
/// | `size=COUNT` | octets of noise or of a piece, lines of a flood |
///
/// ```
/// use smsgw_sim::modem::fault::{Fault, Kind};
///
/// let congested: Fault = "cms,times=2,code=42,to=+491700000002".parse()?;
/// assert_eq!((congested.kind, congested.code), (Kind::Cms, 42));
/// assert_eq!("noise=10".parse(), Ok(Fault::every(Kind::Noise, 10)));
/// assert!("hang,until=monday".parse::<Fault>().is_err());
/// # Ok::<(), smsgw_sim::modem::fault::ParseFaultError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: Kind,
    /// It hits every nth; `None` for none.
    pub every: Option<NonZeroU32>,
    /// Of those, it hits this share, 0 to 1.
    pub share: f64,
    /// It ends when it has hit so many; `None` for never.
    pub times: Option<NonZeroU32>,
    /// How long it takes, at least and at most; of no meaning for those that take no time. For a
    /// hang zero is for ever.
    pub delay: (Duration, Duration),
    /// Which error; of no meaning for those that choose none. 0 is `ERROR` without a number.
    pub code: u16,
    /// Only messages for this number; `None` for all.
    pub to: Option<String>,
    /// Only this command, `+CMGS`, or `data` for the end of a message's data; `None` for all
    /// commands.
    pub on: Option<String>,
    /// What ends a hang.
    pub until: Until,
    /// Octets or lines; of no meaning for those that have none.
    pub size: u32,
}

impl Fault {
    /// A fault that hits every nth; 0 for none.
    #[must_use]
    pub fn every(kind: Kind, n: u32) -> Self {
        let arguments = kind.arguments();
        let delay = arguments.delay.unwrap_or_default();
        Self {
            kind,
            every: NonZeroU32::new(n),
            share: 1.0,
            times: NonZeroU32::new(u32::from(arguments.once)),
            delay: (delay, delay),
            code: arguments.code.unwrap_or_default(),
            to: None,
            on: None,
            until: Until::default(),
            size: arguments.size.unwrap_or_default(),
        }
    }

    /// A fault that hits every one.
    #[must_use]
    pub fn always(kind: Kind) -> Self {
        Self::every(kind, 1)
    }

    /// Ending when it has hit `count`; 0 for never.
    #[must_use]
    pub fn with_times(mut self, count: u32) -> Self {
        self.times = NonZeroU32::new(count);
        self
    }

    /// Hitting only a share, 0 to 1, of those it could.
    #[must_use]
    pub fn with_share(mut self, share: f64) -> Self {
        self.share = share;
        self
    }

    /// Taking so long, at least and at most.
    #[must_use]
    pub fn with_delay(mut self, least: Duration, most: Duration) -> Self {
        self.delay = (least, most);
        self
    }

    /// With this error.
    #[must_use]
    pub fn with_code(mut self, code: u16) -> Self {
        self.code = code;
        self
    }

    /// Hitting only messages for this number.
    #[must_use]
    pub fn with_to(mut self, number: &str) -> Self {
        self.to = Some(number.to_owned());
        self
    }

    /// Hitting only this command, or `data`.
    #[must_use]
    pub fn with_on(mut self, command: &str) -> Self {
        self.on = Some(command.to_owned());
        self
    }

    /// Ended by that, too.
    #[must_use]
    pub fn with_until(mut self, until: Until) -> Self {
        self.until = until;
        self
    }

    /// Of so many octets or lines.
    #[must_use]
    pub fn with_size(mut self, size: u32) -> Self {
        self.size = size;
        self
    }

    /// Takes over one of the arguments after the name.
    fn with_argument(self, argument: &str) -> Result<Self, ParseFaultError> {
        let has = self.kind.arguments();
        let wrong = ParseFaultError::Argument {
            fault: self.kind.name(),
            argument: argument.to_owned(),
        };
        let Some((key, value)) = argument.split_once('=') else {
            return Err(wrong);
        };
        let taken = match key {
            "times" => value.parse().ok().map(|count| self.with_times(count)),
            "share" => {
                let share = value.parse().ok();
                let share = share.filter(|share| (0.0..=1.0).contains(share));
                share.map(|share| self.with_share(share))
            }
            "delay" if has.delay.is_some() => {
                let (least, most) = value.split_once('-').unwrap_or((value, value));
                let range = duration(least).zip(duration(most));
                let range = range.filter(|(least, most)| least <= most);
                range.map(|(least, most)| self.with_delay(least, most))
            }
            "code" if has.code.is_some() => value.parse().ok().map(|code| self.with_code(code)),
            "to" if has.to && !value.is_empty() => Some(self.with_to(value)),
            "on" if has.on && !value.is_empty() => Some(self.with_on(value)),
            "until" if has.until => {
                let until = Until::ALL.into_iter().find(|until| until.name() == value);
                until.map(|until| self.with_until(until))
            }
            "size" if has.size.is_some() => value.parse().ok().map(|size| self.with_size(size)),
            _ => None,
        };
        taken.ok_or(wrong)
    }

    /// Whether `other` stands in the place of this one.
    fn is_same(&self, other: &Self) -> bool {
        (self.kind, &self.to, &self.on) == (other.kind, &other.to, &other.on)
    }
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, ParseFaultError> {
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
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| ParseFaultError::Name(name.to_owned()))?;
        let n = match n {
            "off" => 0,
            n => match n.parse() {
                Ok(n @ 1..) => n,
                _ => return Err(ParseFaultError::N(n.to_owned())),
            },
        };
        words.try_fold(Self::every(kind, n), Self::with_argument)
    }
}

/// A text that names no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseFaultError {
    /// There is no such fault.
    #[error("no fault '{0}': there are {names}", names = names())]
    Name(String),
    /// Not how often.
    #[error("'{0}' is neither a number from 1 nor 'off'")]
    N(String),
    /// It has no such argument, or not with this value.
    #[error(
        "'{argument}' says nothing to {fault}: there are times=COUNT, share=SHARE, and for some \
         delay=TIME, delay=TIME-TIME, code=NUMBER, to=NUMBER, on=COMMAND, until=WHAT or size=COUNT"
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
    use super::*;

    #[test]
    fn every_fault_is_called_by_its_name() {
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(Fault::always(kind)));
        }
        let names: std::collections::HashSet<_> = Kind::ALL.map(Kind::name).into();
        assert_eq!(names.len(), Kind::ALL.len());
    }

    #[test]
    fn arguments_are_those_of_the_kind() {
        let hang: Fault = "hang until=reopen on=data delay=5s".parse().unwrap();
        let wanted = Fault::always(Kind::Hang)
            .with_until(Until::Reopen)
            .with_on("data")
            .with_delay(Duration::from_secs(5), Duration::from_secs(5));
        assert_eq!(hang, wanted);
        assert_eq!(hang.times.map(NonZeroU32::get), Some(1));
        for text in [
            "",
            "thunder",
            "cms=0",
            "cms=x",
            "cms,delay=1s",
            "cms,code=x",
            "split,delay=2s-1s",
            "noise,to=1",
            "drop,share=2",
            "drop 1 2",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }

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
