//! A modem's owner and a scripted modem, in simulated time.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is the report"
)]

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use smsgw_at::modem::{Config, Event, Modem, PortRequest, State};

/// What the peer says to a line, and when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pieces: Vec<(Duration, Vec<u8>)>,
}

/// Lines as a modem writes them, at once.
pub(crate) fn lines(text: &str) -> Reply {
    Reply::default().then(0, text)
}

/// No answer at all.
pub(crate) fn silence() -> Reply {
    Reply::default()
}

impl Reply {
    /// Then, so many milliseconds after what is before, these lines; `>` is a prompt.
    pub(crate) fn then(self, ms: u64, text: &str) -> Self {
        let mut octets = Vec::new();
        for line in text.lines() {
            let line = match line {
                ">" => "\r\n> ".to_owned(),
                line => format!("\r\n{line}\r\n"),
            };
            octets.extend(line.bytes());
        }
        self.then_raw(ms, &octets)
    }

    /// The same, with octets as they are.
    pub(crate) fn then_raw(mut self, ms: u64, octets: &[u8]) -> Self {
        let before = self.pieces.last().map_or(Duration::ZERO, |piece| piece.0);
        let at = before + Duration::from_millis(ms);
        self.pieces.push((at, octets.to_vec()));
        self
    }
}

/// A well-behaved modem, unless told otherwise.
#[derive(Default)]
struct Peer {
    /// What was written and is no whole line yet.
    input: Vec<u8>,
    /// For the next time, and the times after that.
    once: BTreeMap<String, VecDeque<Reply>>,
    always: BTreeMap<String, Reply>,
    /// A prompt is open.
    has_prompt: bool,
    is_dead: bool,
    echoes: bool,
    /// It answers a command when it has answered those before it, and not sooner.
    is_serial: bool,
    busy_until: Option<Instant>,
}

/// `DATA` stands for what is written after a prompt, `ESC` for itself.
const DEFAULTS: &[(&str, &str)] = &[
    ("AT+CGMI", "ACME\nOK"),
    ("AT+CGMM", "Model 1\nOK"),
    ("AT+CGMR", "1.0\nOK"),
    ("AT+CGSN", "356938035643809\nOK"),
    ("AT+CFUN?", "+CFUN: 1\nOK"),
    ("AT+CCID", "+CCID: 8901410321111851072\nOK"),
    ("AT+CPIN?", "+CPIN: READY\nOK"),
    ("AT+CIMI", "262021234567890\nOK"),
    ("AT+CSCS?", "+CSCS: \"GSM\"\nOK"),
    ("AT+CSMS=?", "+CSMS: (0,1)\nOK"),
    ("AT+CSMS=0", "+CSMS: 1,1,1\nOK"),
    ("AT+CSMS=1", "+CSMS: 1,1,1\nOK"),
    (
        "AT+CPMS=?",
        "+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")\nOK",
    ),
    (
        "AT+CPMS?",
        "+CPMS: \"ME\",0,100,\"ME\",0,100,\"ME\",0,100\nOK",
    ),
    ("AT+CPMS=\"ME\"", "+CPMS: 0,100,0,100,0,100\nOK"),
    ("AT+CPMS=\"SM\"", "+CPMS: 0,20,0,100,0,100\nOK"),
    ("AT+CNMI=?", "+CNMI: (0-2),(0-3),(0-3),(0-2),(0,1)\nOK"),
    ("AT+CNMI?", "+CNMI: 2,1,0,1,0\nOK"),
    ("AT+CMEE?", "+CMEE: 1\nOK"),
    ("AT+CMGF?", "+CMGF: 0\nOK"),
    ("AT+CSQ", "+CSQ: 21,99\nOK"),
    ("AT+CREG?", "+CREG: 2,1,\"00C3\",\"1A2B\"\nOK"),
    ("AT+COPS?", "+COPS: 0,0,\"Acme Net\",2\nOK"),
    ("AT+CSCA?", "+CSCA: \"+15550100\",145\nOK"),
    ("AT+CPINR", "+CPINR: SIM PIN,3,3\nOK"),
];

/// What a good modem says to a line.
pub(crate) fn good_answer(line: &str) -> Vec<u8> {
    let known = DEFAULTS.iter().find(|(known, _)| *known == line);
    let text = match (known, line) {
        (Some((_, text)), _) => text,
        (None, line) if line.ends_with('\u{1a}') => "+CMGS: 5\nOK",
        (None, line) if line.starts_with("AT+CMGS=") => ">",
        (None, line) if line.starts_with("AT+CUSD=1") => "OK\n+CUSD: 0,\"done\",15",
        (None, line) if line.starts_with("AT") => "OK",
        _ => "",
    };
    let pieces = lines(text).pieces;
    pieces.into_iter().flat_map(|(_, octets)| octets).collect()
}

impl Peer {
    fn reply(&mut self, line: &str) -> Reply {
        let once = self.once.get_mut(line).and_then(VecDeque::pop_front);
        if let Some(reply) = once.or_else(|| self.always.get(line).cloned()) {
            return reply;
        }
        let known = DEFAULTS.iter().find(|(known, _)| *known == line);
        match (known, line) {
            (Some((_, text)), _) => lines(text),
            (None, "ESC") => silence(),
            (None, line) if line.starts_with("AT") => lines("OK"),
            _ => silence(),
        }
    }
}

/// The owner of a modem, the peer, and the time.
pub(crate) struct Bench {
    pub(crate) modem: Modem,
    pub(crate) now: Instant,
    pub(crate) begun: Instant,
    peer: Peer,
    /// What the peer will say, by time.
    coming: BTreeMap<(Instant, u64), Vec<u8>>,
    count: u64,
    /// What was written, line by line: milliseconds since the beginning, and the line.
    pub(crate) written: Vec<(u128, String)>,
    pub(crate) events: Vec<Event>,
    /// Whether the owner reopens the port when it is asked to.
    pub(crate) reopens: bool,
    is_open: bool,
    taken: usize,
}

impl Bench {
    /// With the port open and the modem not yet set up.
    pub(crate) fn new(config: Config) -> Self {
        let mut bench = Self::closed(config);
        bench.open();
        bench
    }

    pub(crate) fn closed(config: Config) -> Self {
        let now = Instant::now();
        Self {
            modem: Modem::new(config, now),
            now,
            begun: now,
            peer: Peer::default(),
            coming: BTreeMap::new(),
            count: 0,
            written: Vec::new(),
            events: Vec::new(),
            reopens: false,
            is_open: false,
            taken: 0,
        }
    }

    /// Ready, with what that took forgotten.
    pub(crate) fn ready(config: Config) -> Self {
        let mut bench = Self::new(config);
        bench.run(60_000);
        assert_eq!(bench.modem.state(), State::Ready, "{:#?}", bench.written);
        bench.forget();
        bench
    }

    pub(crate) fn forget(&mut self) {
        self.written.clear();
        self.events.clear();
        self.taken = 0;
    }

    /// From now on the peer says this to that line.
    pub(crate) fn on(&mut self, line: &str, reply: Reply) -> &mut Self {
        self.peer.always.insert(line.to_owned(), reply);
        self
    }

    /// The next time the peer says this to that line; after that the next of them.
    pub(crate) fn once(&mut self, line: &str, reply: Reply) -> &mut Self {
        let once = self.peer.once.entry(line.to_owned());
        once.or_default().push_back(reply);
        self
    }

    /// From now on it says nothing at all.
    pub(crate) fn die(&mut self) {
        self.peer.is_dead = true;
    }

    pub(crate) fn live(&mut self) {
        self.peer.is_dead = false;
        self.peer.input.clear();
        self.peer.has_prompt = false;
    }

    /// Somebody has left it at a prompt.
    pub(crate) fn prompt(&mut self) {
        self.peer.has_prompt = true;
    }

    /// It answers one command after the other.
    pub(crate) fn serial(&mut self) {
        self.peer.is_serial = true;
    }

    pub(crate) fn echo(&mut self, echoes: bool) {
        self.peer.echoes = echoes;
    }

    pub(crate) fn open(&mut self) {
        self.is_open = true;
        self.modem.handle_open(self.now);
        self.settle();
    }

    pub(crate) fn close(&mut self) {
        self.is_open = false;
        self.coming.clear();
        self.peer.input.clear();
        self.peer.has_prompt = false;
        self.modem.handle_close(self.now);
        self.settle();
    }

    /// The modem says this, now.
    pub(crate) fn say(&mut self, text: &str) {
        let reply = lines(text);
        self.say_raw(&reply.pieces[0].1);
    }

    pub(crate) fn say_raw(&mut self, octets: &[u8]) {
        self.modem.handle_octets(octets, self.now);
        self.settle();
    }

    /// Lets so many milliseconds pass.
    pub(crate) fn run(&mut self, ms: u64) {
        let end = self.now + Duration::from_millis(ms);
        loop {
            let peer = self.coming.keys().next().map(|(at, _)| *at);
            let due = self.modem.poll_timeout();
            let Some(next) = [peer, due]
                .into_iter()
                .flatten()
                .min()
                .filter(|at| *at <= end)
            else {
                break;
            };
            self.now = self.now.max(next);
            if peer.is_some_and(|at| at <= self.now) {
                let (_, octets) = self.coming.pop_first().unwrap();
                if self.is_open {
                    self.modem.handle_octets(&octets, self.now);
                }
            } else {
                self.modem.handle_timeout(self.now);
                let again = self.modem.poll_timeout();
                assert!(
                    again.is_none_or(|again| again > self.now),
                    "due again at once"
                );
            }
            self.settle();
        }
        self.now = end;
    }

    /// Until this is written.
    pub(crate) fn run_until_written(&mut self, line: &str) {
        for _ in 0..1_000_000 {
            if self.lines().any(|written| written == line) {
                return;
            }
            self.run(1);
        }
        panic!("{line} is not written: {:#?}", self.written);
    }

    pub(crate) fn settle(&mut self) {
        let mut octets = BytesMut::new();
        self.modem.poll_transmit(&mut octets);
        if self.is_open {
            for octet in octets {
                self.peer_takes(octet);
            }
        }
        while let Some(event) = self.modem.poll_event() {
            let request = match &event {
                Event::Port(request) => Some(*request),
                _ => None,
            };
            self.events.push(event);
            if self.reopens && request == Some(PortRequest::Reopen) {
                self.close();
                self.open();
            }
        }
    }

    fn peer_takes(&mut self, octet: u8) {
        let line = match octet {
            b'\r' if !self.peer.has_prompt => {
                let line = std::mem::take(&mut self.peer.input);
                String::from_utf8(line).unwrap()
            }
            0x1b => {
                self.peer.input.clear();
                self.peer.has_prompt = false;
                "ESC".to_owned()
            }
            0x1a if !self.peer.has_prompt => {
                self.peer.input.clear();
                return self.hear("CTRL-Z".to_owned());
            }
            0x1a => {
                let data = std::mem::take(&mut self.peer.input);
                self.peer.has_prompt = false;
                let data = String::from_utf8(data).unwrap();
                self.hear(data);
                return self.answer("DATA");
            }
            octet => return self.peer.input.push(octet),
        };
        if line.is_empty() {
            return;
        }
        self.hear(line.clone());
        if self.peer.echoes && line != "ESC" && !self.peer.is_dead {
            self.comes(Duration::ZERO, format!("{line}\r").into_bytes());
        }
        self.answer(&line);
    }

    fn hear(&mut self, line: String) {
        let at = (self.now - self.begun).as_millis();
        self.written.push((at, line));
    }

    fn answer(&mut self, line: &str) {
        if self.peer.is_dead {
            return;
        }
        let wait = match self.peer.busy_until {
            Some(until) if self.peer.is_serial => until.saturating_duration_since(self.now),
            _ => Duration::ZERO,
        };
        for (after, octets) in self.peer.reply(line).pieces {
            self.peer.has_prompt |= octets.ends_with(b"> ");
            self.comes(wait + after, octets);
            self.peer.busy_until = Some(self.now + wait + after);
        }
    }

    /// The peer says this after a while, at least a millisecond.
    pub(crate) fn comes(&mut self, after: Duration, octets: Vec<u8>) {
        let at = self.now + after.max(Duration::from_millis(1));
        self.count += 1;
        self.coming.insert((at, self.count), octets);
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.written.iter().map(|(_, line)| line.as_str())
    }

    /// How often this was written.
    pub(crate) fn times(&self, line: &str) -> usize {
        self.lines().filter(|written| *written == line).count()
    }

    /// Where this was written first.
    pub(crate) fn place(&self, line: &str) -> usize {
        let place = self.lines().position(|written| written == line);
        place.unwrap_or_else(|| panic!("{line} is not written: {:#?}", self.written))
    }

    /// Events since the last time, without faults, and without health.
    pub(crate) fn news(&mut self) -> Vec<Event> {
        let news = self.events.get(self.taken..).unwrap_or_default().to_vec();
        self.taken = self.events.len();
        let is_news = |event: &Event| !matches!(event, Event::Fault(_) | Event::Health(_));
        news.into_iter().filter(is_news).collect()
    }

    pub(crate) fn has(&self, event: &Event) -> bool {
        self.events.contains(event)
    }
}
