//! Values that the commands will read: they move to `command`.

use std::fmt;

macro_rules! digits {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Digits only; `None` for anything else, and for more than 22.
            #[must_use]
            pub fn new(digits: &str) -> Option<Self> {
                let fits = (1..=22).contains(&digits.len());
                (fits && digits.bytes().all(|octet| octet.is_ascii_digit()))
                    .then(|| Self(digits.into()))
            }

            /// The digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    )* };
}

digits! {
    /// The number of a modem.
    Imei;
    /// The number of a subscription.
    Imsi;
    /// The number of a SIM.
    Iccid;
}

/// Whether a modem has a network (27.007 §7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistrationState {
    /// No network, and none is searched.
    NotRegistered,
    /// Home network.
    Home,
    /// No network; one is searched.
    Searching,
    /// The network refuses.
    Denied,
    /// Not known.
    Unknown,
    /// Roaming.
    Roaming,
}

impl RegistrationState {
    /// Whether there is a network.
    #[must_use]
    pub const fn is_registered(self) -> bool {
        matches!(self, Self::Home | Self::Roaming)
    }
}

/// The strength of the signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// In dBm.
    pub dbm: i16,
}

/// Where messages are stored (27.005 §3.2.2): `SM`, `ME` ...
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Store(pub Box<str>);

use std::collections::VecDeque;

use crate::line::{Event, InFlight, Urc};
use crate::result::{ErrorReport, FinalResult};

/// Stands in for the line reader.
#[derive(Debug)]
pub(super) struct LineReader {
    octets: VecDeque<u8>,
    line: String,
    state: Waits,
}

#[derive(Debug, PartialEq, Eq)]
enum Waits {
    Idle,
    Command(String),
    Data,
    Escape,
}

impl LineReader {
    pub(super) fn new() -> Self {
        Self {
            octets: VecDeque::new(),
            line: String::new(),
            state: Waits::Idle,
        }
    }

    pub(super) fn expect(&mut self, in_flight: InFlight<'_>) {
        self.state = match in_flight {
            InFlight::Idle => Waits::Idle,
            InFlight::Command(line) => Waits::Command(line.to_owned()),
            InFlight::Pdu | InFlight::Text => Waits::Data,
            InFlight::Escape => Waits::Escape,
        };
    }

    pub(super) fn push(&mut self, octets: &[u8]) {
        self.octets.extend(octets);
    }

    pub(super) fn next_event(&mut self) -> Option<Event> {
        while let Some(octet) = self.octets.pop_front() {
            let prompts =
                matches!(&self.state, Waits::Command(line) if line.starts_with("AT+CMGS"));
            if octet == b'>' && self.line.is_empty() && prompts {
                return Some(Event::Prompt);
            }
            if octet != b'\r' && octet != b'\n' {
                self.line.push(char::from(octet));
                continue;
            }
            let line = std::mem::take(&mut self.line).trim_end().to_owned();
            if line.is_empty() {
                continue;
            }
            return Some(self.event(line));
        }
        None
    }

    fn event(&mut self, line: String) -> Event {
        let report = |rest: &str| ErrorReport {
            code: rest.trim().parse().ok(),
            text: None,
        };
        let result = match line.as_str() {
            "OK" | "0" => Some(FinalResult::Ok),
            "ERROR" | "4" => Some(FinalResult::Error(None)),
            line => line
                .strip_prefix("+CMS ERROR:")
                .map(|rest| FinalResult::Cms(report(rest)))
                .or_else(|| {
                    let rest = line.strip_prefix("+CME ERROR:")?;
                    Some(FinalResult::Cme(report(rest)))
                }),
        };
        let is_echo = matches!(&self.state, Waits::Command(command) if *command == line);
        let known = ["+CMTI:", "RDY", "+CREG: 1", "Call Ready", "+CUSD:", "RING"];
        let is_urc = known.iter().any(|prefix| line.starts_with(prefix));
        match (result, &self.state) {
            (Some(result), state) if *state != Waits::Idle => {
                self.state = Waits::Idle;
                Event::Final(result)
            }
            _ if is_echo => Event::Echo(line),
            (_, Waits::Idle) => Event::Urc(Urc { line, data: None }),
            _ if is_urc => Event::Urc(Urc { line, data: None }),
            _ => Event::Line(line),
        }
    }

    pub(super) fn is_holding(&self) -> bool {
        !self.line.is_empty()
    }

    pub(super) fn release(&mut self) {
        self.octets.push_back(b'\n');
    }
}

/// Whether a line is what modems say when they start.
pub(super) fn is_boot(urc: &Urc) -> bool {
    let lines = ["RDY", "+CFUN: 1", "Call Ready", "SMS Ready", "+ZURDY"];
    let prefixes = ["^BOOT", "+QIND: SMS DONE"];
    lines.contains(&urc.line.as_str()) || prefixes.iter().any(|prefix| urc.line.starts_with(prefix))
}
