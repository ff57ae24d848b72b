//! A user of emulated modems, in simulated time.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::time::{Duration, Instant};

use bytes::BytesMut;
use smsgw_gsm::field::Address;
use smsgw_gsm::segment::{Options, segment};
use smsgw_gsm::tpdu::{ModemPdu, Submit, UserDataBuf};
use smsgw_sim::event::Message;
use smsgw_sim::modem::{Config, Event, ModemConfig, ModemId, Network, What};

pub(crate) const FIRST: &str = "+491700000001";
pub(crate) const SECOND: &str = "+491700000002";
pub(crate) const OUTSIDE: &str = "+4915112345678";

pub(crate) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A network, and the time.
pub(crate) struct Bench {
    pub(crate) network: Network,
    pub(crate) now: Instant,
    pub(crate) events: Vec<What>,
}

impl Bench {
    /// A network with these modems, the first of which is asked.
    pub(crate) fn new(config: Config, modems: impl IntoIterator<Item = ModemConfig>) -> Self {
        let now = Instant::now();
        let mut network = Network::new(config, now);
        for modem in modems {
            network.plug(modem, now).unwrap();
        }
        let mut bench = Self {
            network,
            now,
            events: Vec::new(),
        };
        bench.events();
        bench.events.clear();
        bench
    }

    /// One modem, whose echo is off and whose errors have numbers.
    pub(crate) fn one() -> Self {
        Self::quiet(Config::default(), [ModemConfig::new(FIRST)])
    }

    pub(crate) fn of(modem: ModemConfig) -> Self {
        Self::quiet(Config::default(), [modem])
    }

    /// The same of several.
    pub(crate) fn quiet(config: Config, modems: impl IntoIterator<Item = ModemConfig>) -> Self {
        let mut bench = Self::new(config, modems);
        let all: Vec<_> = bench.network.modems().collect();
        for modem in all {
            bench.ask_of(modem, "ATE0");
            bench.advance(ms(30));
            bench.ask_of(modem, "AT+CMEE=1");
            bench.advance(ms(30));
        }
        bench
    }

    pub(crate) fn first(&self) -> ModemId {
        self.network.modems().next().unwrap()
    }

    pub(crate) fn second(&self) -> ModemId {
        self.network.modems().nth(1).unwrap()
    }

    /// Writes text to the first modem; what it writes at once.
    pub(crate) fn write(&mut self, text: &str) -> String {
        self.write_to(self.first(), text)
    }

    pub(crate) fn write_to(&mut self, modem: ModemId, text: &str) -> String {
        let octets: Vec<u8> = text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        self.network.handle_octets(modem, &octets, self.now);
        self.read_from(modem)
    }

    /// What the first modem wrote.
    pub(crate) fn read(&mut self) -> String {
        self.read_from(self.first())
    }

    pub(crate) fn read_from(&mut self, modem: ModemId) -> String {
        let mut out = BytesMut::new();
        self.network.poll_transmit(modem, &mut out);
        out.iter().copied().map(char::from).collect()
    }

    /// The lines that a command is answered with at once, with `|` between them.
    pub(crate) fn ask(&mut self, command: &str) -> String {
        self.ask_of(self.first(), command)
    }

    pub(crate) fn ask_of(&mut self, modem: ModemId, command: &str) -> String {
        let answer = self.write_to(modem, &format!("{command}\r"));
        lines(&answer)
    }

    /// Lets time go by; the lines that the first modem wrote.
    pub(crate) fn advance(&mut self, duration: Duration) -> String {
        let end = self.now + duration;
        while let Some(at) = self.network.poll_timeout().filter(|at| *at <= end) {
            assert!(at >= self.now, "the past is over");
            self.now = at;
            self.network.handle_timeout(at);
        }
        self.now = end;
        self.network.handle_timeout(end);
        let text = self.read();
        lines(&text)
    }

    /// Sends a PDU; what comes after the prompt.
    pub(crate) fn send(&mut self, to: &str, text: &str) -> String {
        self.send_from(self.first(), to, text)
    }

    pub(crate) fn send_from(&mut self, modem: ModemId, to: &str, text: &str) -> String {
        let answers: Vec<_> = pdus(to, text, true)
            .iter()
            .map(|(length, pdu)| {
                let prompt = self.write_to(modem, &format!("AT+CMGS={length}\r"));
                assert_eq!(prompt, "\r\n> ");
                lines(&self.write_to(modem, &format!("{pdu}\u{1A}")))
            })
            .collect();
        answers.join("|")
    }

    /// The events since it was asked last.
    pub(crate) fn events(&mut self) -> Vec<What> {
        let events = std::iter::from_fn(|| self.network.poll_event());
        let new: Vec<_> = events.map(|Event { what, .. }| what).collect();
        self.events.extend(new.iter().cloned());
        new
    }

    /// The texts that were accepted since it was asked last.
    pub(crate) fn submitted(&mut self) -> Vec<(String, String)> {
        let events = self.events();
        let texts = events.into_iter().filter_map(|what| match what {
            What::Submit(Message { to, text, .. }) => Some((to, text.unwrap_or_default())),
            _ => None,
        });
        texts.collect()
    }
}

/// The lines of a text that are not empty, with `|` between them.
pub(crate) fn lines(text: &str) -> String {
    let lines = text.split(['\r', '\n']).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("|")
}

/// The parts of a text as `+CMGS` wants them.
pub(crate) fn pdus(to: &str, text: &str, report: bool) -> Vec<(usize, String)> {
    let segments = segment(text, &Options::new()).unwrap();
    let parts = segments.iter().map(|part| {
        let user_data = UserDataBuf::from(part);
        let submit = Submit {
            status_report_request: report,
            ..Submit::new(Address::parse(to).unwrap(), user_data.view())
        };
        let pdu = ModemPdu::from(submit);
        (pdu.tpdu_len(), hex(&pdu.to_vec()))
    });
    parts.collect()
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

pub(crate) fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}
