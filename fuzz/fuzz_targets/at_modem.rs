//! Any steps in the life of a modem: what it says, what its owner wants, how much time passes, the
//! port gone and back. Nothing stalls, every request that was taken has one outcome, a late result
//! only after an unknown one, what is written is bounded, and a PIN is sent only to a modem that
//! said exactly what it wants, and never again once it was refused.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smsgw_at::command::pin::Pin;
use smsgw_at::modem::{Config, Delivery, Event, Modem, ReceivedId, State, Submit};
use smsgw_fuzz::Script;
use smsgw_fuzz::at::{ANSWERS, COMMANDS, answer};

struct World {
    modem: Modem,
    now: Instant,
    is_open: bool,
    /// What was asked for, and how many outcomes it has.
    asked: BTreeMap<u64, u32>,
    unknown: Vec<u64>,
    received: Vec<ReceivedId>,
    /// What was written and is no whole line yet, and the last line.
    line: Vec<u8>,
    written: String,
    /// What was said since the modem was asked about its PIN.
    said: Option<Vec<u8>>,
    is_refused: bool,
}

impl World {
    fn new(script: &mut Script<'_>) -> Self {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        let now = *START;
        let interval = |script: &mut Script<'_>| {
            script
                .flag()
                .then(|| script.millis() + Duration::from_secs(1))
        };
        let config = Config {
            pin: script.flag().then(|| Pin::new("1234").expect("a PIN")),
            delivery: [Delivery::Stored, Delivery::Direct][script.below(2)],
            broadcasts: script.flag(),
            calls: script.flag(),
            health_interval: interval(script),
            sweep_interval: interval(script),
            routing_check_interval: interval(script),
            max_queue: 1 + script.below(8),
            ..Config::default()
        };
        Self {
            modem: Modem::new(config, now),
            now,
            is_open: false,
            asked: BTreeMap::new(),
            unknown: Vec::new(),
            received: Vec::new(),
            line: Vec::new(),
            written: String::new(),
            said: None,
            is_refused: false,
        }
    }

    fn step(&mut self, script: &mut Script<'_>, token: u64) {
        match script.octet() % 24 {
            0 | 1 => self.wait(script.millis()),
            2 => self.wait(script.millis() * 100),
            3 => {
                let octets = script.octets();
                self.say(octets);
            }
            4 | 5 => {
                let line = ANSWERS[script.below(ANSWERS.len())];
                self.say(format!("\r\n{line}\r\n").as_bytes());
            }
            6 | 7 => {
                self.write();
                if !std::mem::take(&mut self.written).is_empty() {
                    let line = ANSWERS[script.below(ANSWERS.len())];
                    self.say(format!("\r\n{line}\r\n").as_bytes());
                }
            }
            8 => self.answer(script.below(4) + 1),
            9..=11 => {
                for _ in 0..script.octet() {
                    self.good();
                }
            }
            12 => self.open(),
            13 => self.close(),
            14 | 15 => {
                let pdu = b"\0\x01\0\x03\x81\x21\xF3\0\0\x01\x41".to_vec();
                let more_to_follow = script.flag();
                let submit = Submit {
                    pdu,
                    more_to_follow,
                };
                let taken = self.modem.send(token, submit, self.now);
                self.ask(token, taken.is_ok());
            }
            16 => {
                let line = COMMANDS[script.below(COMMANDS.len())];
                let taken = self.modem.command(token, line, script.millis(), self.now);
                self.ask(token, taken.is_ok());
            }
            17 => {
                let taken = self.modem.ussd(token, "*100#", self.now);
                self.ask(token, taken.is_ok());
            }
            18 => self.modem.ussd_cancel(self.now),
            19 => {
                let taken = self.modem.hang_up(token, self.now);
                self.ask(token, taken.is_ok());
            }
            20 => {
                if let Some(id) = self.received.pop() {
                    self.modem.persisted(id, self.now);
                }
            }
            21 => self.modem.reset(self.now),
            22 => {
                for (token, _) in self.modem.withdraw_all() {
                    assert_eq!(self.asked.remove(&token), Some(0), "begun, or not taken");
                }
            }
            _ => self.write(),
        }
        self.look();
    }

    fn ask(&mut self, token: u64, is_taken: bool) {
        if is_taken {
            self.asked.insert(token, 0);
        }
    }

    fn open(&mut self) {
        self.is_open = true;
        self.modem.handle_open(self.now);
    }

    fn close(&mut self) {
        self.is_open = false;
        self.line.clear();
        self.written.clear();
        self.modem.handle_close(self.now);
    }

    fn say(&mut self, octets: &[u8]) {
        if let Some(said) = &mut self.said {
            said.extend(octets);
        }
        self.modem.handle_octets(octets, self.now);
    }

    /// What a good modem says to what was written, in pieces of so many octets.
    fn answer(&mut self, len: usize) {
        self.write();
        let line = std::mem::take(&mut self.written);
        for piece in answer(&line).chunks(len) {
            self.say(piece);
        }
    }

    /// One step with a good modem.
    fn good(&mut self) {
        self.answer(usize::MAX);
        self.write();
        if self.written.is_empty()
            && let Some(due) = self.modem.poll_timeout()
        {
            self.wait(due.saturating_duration_since(self.now));
        }
        self.look();
    }

    /// Lets time pass, with an owner that is woken when it asked for it.
    fn wait(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(due) = self.modem.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.modem.handle_timeout(self.now);
            let next = self.modem.poll_timeout();
            assert!(
                next.is_none_or(|next| next > self.now),
                "due again at once: {:?}",
                self.modem
            );
            self.look();
        }
        self.now = end;
    }

    fn write(&mut self) {
        let mut octets = BytesMut::new();
        self.modem.poll_transmit(&mut octets);
        assert!(self.is_open || octets.is_empty(), "without a port");
        assert!(octets.len() <= 4_096, "{} octets", octets.len());
        for octet in octets {
            match octet {
                b'\r' => {
                    let line = std::mem::take(&mut self.line);
                    self.written = String::from_utf8(line).expect("ASCII");
                    self.line_is_written();
                }
                0x1A => {
                    self.line.clear();
                    self.written = "\u{1a}".to_owned();
                }
                0x1B => self.line.clear(),
                octet => self.line.push(octet),
            }
        }
    }

    fn line_is_written(&mut self) {
        if self.written == "AT+CPIN?" {
            self.said = Some(Vec::new());
        } else if self.written.starts_with("AT+CPIN=") {
            let said = self.said.take().unwrap_or_default();
            let said = said.to_ascii_uppercase();
            assert!(!self.is_refused, "it was refused before");
            assert!(
                said.windows(7).any(|said| said == b"SIM PIN"),
                "not asked for"
            );
        }
    }

    fn look(&mut self) {
        while let Some(event) = self.modem.poll_event() {
            let token = match event {
                Event::Unknown { token } => {
                    self.unknown.push(token);
                    Some(token)
                }
                Event::Sent { token, .. }
                | Event::NotSent { token, .. }
                | Event::Answer { token, .. }
                | Event::UssdFailed { token, .. }
                | Event::HungUp { token, .. } => Some(token),
                // More of what the network says may follow.
                Event::Ussd(ussd) => ussd.token.filter(|token| self.asked.get(token) == Some(&0)),
                Event::SentLate { token, .. } | Event::NotSentLate { token, .. } => {
                    let place = self.unknown.iter().position(|unknown| *unknown == token);
                    self.unknown.remove(place.expect("it was unknown"));
                    None
                }
                Event::Received(received) => {
                    self.received.push(received.id);
                    None
                }
                Event::Report(report) => {
                    self.received.push(report.id);
                    None
                }
                Event::PinRefused { .. } => {
                    self.is_refused = true;
                    None
                }
                _ => None,
            };
            if let Some(token) = token {
                let outcomes = self.asked.get_mut(&token).expect("taken");
                *outcomes += 1;
                assert_eq!(*outcomes, 1, "a second outcome");
            }
        }
        let is_busy = match self.modem.state() {
            State::Closed => false,
            State::Ready => self.waits(),
            _ => true,
        };
        assert!(!is_busy || self.modem.poll_timeout().is_some(), "it stalls");
    }

    fn waits(&self) -> bool {
        self.asked.values().any(|outcomes| *outcomes == 0)
    }

    /// With a good modem from now on everything comes to an end.
    fn end(&mut self) {
        self.close();
        self.open();
        for _ in 0..20_000 {
            if !self.waits() && self.modem.state() == State::Ready {
                return;
            }
            self.good();
        }
        panic!("no end: {:?} {:?}", self.modem, self.asked);
    }
}

fuzz_target!(|octets: &[u8]| {
    let mut script = Script(octets);
    let mut world = World::new(&mut script);
    world.open();
    let mut token = 0;
    while !script.0.is_empty() {
        world.step(&mut script, token);
        token += 1;
    }
    world.end();
});
