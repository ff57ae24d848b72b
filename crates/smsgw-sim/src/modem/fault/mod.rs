//! What goes wrong with a modem, and how often.

mod kind;
mod set;

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use crate::faults::{delays, words};

pub use kind::{Kind, Until};
pub(crate) use set::{Faults, Strike};

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
                delays(value).map(|(least, most)| self.with_delay(least, most))
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
        let (name, n, mut arguments) = words(text);
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
        arguments.try_fold(Self::every(kind, n), Self::with_argument)
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
}
