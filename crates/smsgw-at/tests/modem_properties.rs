//! Whatever the modem says and whenever it says it: nothing panics, nothing stalls, and every
//! request that was taken has one outcome.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests state what must hold"
)]

mod script;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use proptest::prelude::*;
use smsgw_at::command::pin::Pin;
use smsgw_at::modem::{Config, Delivery, Event, Modem, ReceivedId, State, Submit};

/// One step in the life of a modem.
#[derive(Clone, Debug)]
enum Act {
    Say(Vec<u8>),
    /// As an answer to what was written last, or to nothing.
    Line(usize),
    /// The answer that a good modem gives to what was written last.
    Answer,
    /// So many of those, with the time that it takes between them.
    Good(u32),
    /// This, instead of a good answer.
    Reply(usize),
    Wait(u64),
    Open,
    Close,
    Send,
    Command(usize),
    Ussd,
    UssdCancel,
    HangUp,
    Persist,
    Reset,
    Withdraw,
    /// The owner writes what there is.
    Write,
}

/// What modems say.
const LINES: &[&str] = &[
    "OK",
    "ERROR",
    "> ",
    "+CMGS: 17",
    "+CMS ERROR: 500",
    "+CMS ERROR: 314",
    "+CME ERROR: 14",
    "+CME ERROR: 16",
    "RDY",
    "Call Ready",
    "^BOOT:1,0,0,0,6",
    "+CMTI: \"SM\",3",
    "+CMTI: \"ME\",0",
    "+CDSI: \"SR\",1",
    "+CMT: ,24\r\n07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
    "+CDS: 24\r\n07914356060013F1065A098136395339F6219011700463802190117004638030",
    "+CBM: 88\r\n0011",
    "+CUSD: 1,\"menu\",15",
    "+CUSD: 0",
    "+CUSD: 1,\"no end",
    "RING",
    "+CLIP: \"+15550100\",145",
    "NO CARRIER",
    "+CREG: 1",
    "+CREG: 2,5",
    "+CSQ: 17,99",
    "+CMEE: 1",
    "+CMGF: 0",
    "+CSCS: \"GSM\"",
    "+CPIN: READY",
    "+CPIN: SIM PIN",
    "+CPIN: SIM PUK",
    "+CPMS: \"ME\",99,100,\"ME\",99,100,\"ME\",99,100",
    "^SMMEMFULL: \"SM\"",
    "+CMGR: 0,,24\r\n07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
    "+CMGL: 1,1,,24\r\n07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
    "AT+CMGS=23",
    "0",
    "4",
];

const COMMANDS: &[&str] = &["AT", "AT+CSQ", "ATI", "AT+CMGW=20", "AT+CPIN?", "ATD*99#"];

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Act::Say),
        6 => (0..LINES.len()).prop_map(Act::Line),
        6 => Just(Act::Answer),
        8 => (1_u32..80).prop_map(Act::Good),
        6 => (0..LINES.len()).prop_map(Act::Reply),
        4 => (0_u64..3_000).prop_map(Act::Wait),
        1 => (0_u64..400_000).prop_map(Act::Wait),
        1 => Just(Act::Open),
        1 => Just(Act::Close),
        6 => Just(Act::Send),
        2 => (0..COMMANDS.len()).prop_map(Act::Command),
        1 => Just(Act::Ussd),
        1 => Just(Act::UssdCancel),
        1 => Just(Act::HangUp),
        2 => Just(Act::Persist),
        1 => Just(Act::Reset),
        1 => Just(Act::Withdraw),
        6 => Just(Act::Write),
    ]
}

fn config() -> impl Strategy<Value = Config> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(has_pin, is_direct, has_looks)| {
        let interval = has_looks.then(|| Duration::from_secs(60));
        Config {
            pin: has_pin.then(|| Pin::new("1234").unwrap()),
            delivery: if is_direct {
                Delivery::Direct
            } else {
                Delivery::Stored
            },
            broadcasts: is_direct,
            health_interval: interval,
            routing_check_interval: interval,
            sweep_interval: interval,
            max_queue: 8,
            ..Config::default()
        }
    })
}

struct World {
    modem: Modem,
    now: Instant,
    is_open: bool,
    /// What was asked for, and how many outcomes it has.
    asked: BTreeMap<u64, u32>,
    next_token: u64,
    unknown: Vec<u64>,
    received: Vec<ReceivedId>,
    /// The last line that was written.
    written: String,
    line: Vec<u8>,
    pins: usize,
    pin_refused: bool,
}

impl World {
    fn new(config: Config) -> Self {
        let now = Instant::now();
        Self {
            modem: Modem::new(config, now),
            now,
            is_open: false,
            asked: BTreeMap::new(),
            next_token: 0,
            unknown: Vec::new(),
            received: Vec::new(),
            written: String::new(),
            line: Vec::new(),
            pins: 0,
            pin_refused: false,
        }
    }

    fn token(&mut self) -> u64 {
        self.next_token += 1;
        self.next_token
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Say(octets) => self.modem.handle_octets(&octets, self.now),
            Act::Line(which) => {
                let line = format!("\r\n{}\r\n", LINES[which]);
                self.modem.handle_octets(line.as_bytes(), self.now);
            }
            Act::Answer => self.answer(),
            Act::Good(steps) => {
                for _ in 0..steps {
                    self.good();
                }
            }
            Act::Reply(which) => {
                self.write();
                if !self.written.is_empty() {
                    self.written.clear();
                    self.act(Act::Line(which));
                }
            }
            Act::Wait(ms) => self.wait(Duration::from_millis(ms)),
            Act::Open => {
                self.is_open = true;
                self.modem.handle_open(self.now);
            }
            Act::Close => {
                self.is_open = false;
                self.modem.handle_close(self.now);
            }
            Act::Send => {
                let token = self.token();
                let pdu = vec![
                    0x00, 0x01, 0x00, 0x03, 0x81, 0x21, 0xF3, 0x00, 0x00, 0x01, 0x41,
                ];
                let submit = Submit {
                    pdu,
                    more_to_follow: token.is_multiple_of(2),
                };
                if self.modem.send(token, submit, self.now).is_ok() {
                    self.asked.insert(token, 0);
                }
            }
            Act::Command(which) => {
                let token = self.token();
                let second = Duration::from_secs(1);
                let taken = self.modem.command(token, COMMANDS[which], second, self.now);
                if taken.is_ok() {
                    self.asked.insert(token, 0);
                }
            }
            Act::Ussd => {
                let token = self.token();
                if self.modem.ussd(token, "*100#", self.now).is_ok() {
                    self.asked.insert(token, 0);
                }
            }
            Act::UssdCancel => self.modem.ussd_cancel(self.now),
            Act::HangUp => {
                let token = self.token();
                if self.modem.hang_up(token, self.now).is_ok() {
                    self.asked.insert(token, 0);
                }
            }
            Act::Persist => {
                if let Some(id) = self.received.pop() {
                    self.modem.persisted(id, self.now);
                }
            }
            Act::Reset => self.modem.reset(self.now),
            Act::Withdraw => {
                for (token, _) in self.modem.withdraw_all() {
                    // It has no outcome.
                    assert_eq!(self.asked.remove(&token), Some(0));
                }
            }
            Act::Write => self.write(),
        }
        self.look();
    }

    /// Lets time pass, with an owner that is woken when it asked for it.
    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.modem.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.modem.handle_timeout(self.now);
            let again = self.modem.poll_timeout();
            assert!(
                again.is_none_or(|again| again > self.now),
                "due again at once"
            );
            self.look();
        }
        self.now = end;
    }

    fn write(&mut self) {
        let mut octets = BytesMut::new();
        self.modem.poll_transmit(&mut octets);
        assert!(self.is_open || octets.is_empty(), "without a port");
        assert!(octets.len() < 4_096);
        for octet in octets {
            match octet {
                b'\r' | 0x1A => {
                    let line = std::mem::take(&mut self.line);
                    self.written = String::from_utf8(line).unwrap();
                    if octet == 0x1A {
                        self.written.push('\u{1a}');
                    }
                    if self.written.starts_with("AT+CPIN=") {
                        self.pins += 1;
                        assert!(!self.pin_refused, "a second attempt");
                    }
                    assert!(!self.written.contains("CPIN=\"12345678"));
                }
                0x1B => self.line.clear(),
                octet => self.line.push(octet),
            }
        }
    }

    fn answer(&mut self) {
        self.write();
        let line = std::mem::take(&mut self.written);
        if line.is_empty() {
            return;
        }
        let answer = script::good_answer(&line);
        self.modem.handle_octets(&answer, self.now);
    }

    /// One step with a good modem.
    fn good(&mut self) {
        self.write();
        if !self.written.is_empty() {
            self.answer();
            self.look();
        } else if let Some(due) = self.modem.poll_timeout() {
            self.wait(due.saturating_duration_since(self.now));
        }
    }

    fn look(&mut self) {
        while let Some(event) = self.modem.poll_event() {
            let token = match event {
                Event::Sent { token, .. } | Event::NotSent { token, .. } => Some(token),
                Event::Unknown { token } => {
                    self.unknown.push(token);
                    Some(token)
                }
                Event::Answer { token, .. }
                | Event::UssdFailed { token, .. }
                | Event::HungUp { token, .. } => Some(token),
                // More of what the network says may follow.
                Event::Ussd(ussd) => ussd.token.filter(|token| self.asked.get(token) == Some(&0)),
                Event::SentLate { token, .. } | Event::NotSentLate { token, .. } => {
                    assert!(self.unknown.contains(&token), "late without being unknown");
                    self.unknown.retain(|unknown| *unknown != token);
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
                    assert!(!self.pin_refused, "told twice");
                    self.pin_refused = true;
                    None
                }
                _ => None,
            };
            if let Some(token) = token {
                let outcomes = self.asked.get_mut(&token).expect("asked for");
                *outcomes += 1;
                assert_eq!(*outcomes, 1, "a second outcome");
            }
        }
        let waits = self.asked.values().any(|outcomes| *outcomes == 0);
        let is_busy = match self.modem.state() {
            State::Closed => false,
            State::Ready => waits,
            _ => true,
        };
        assert!(
            !is_busy || self.modem.poll_timeout().is_some(),
            "it stalls: {:?}",
            self.modem
        );
    }

    /// The port is opened, and the modem is good from now on.
    fn end(&mut self) {
        self.act(Act::Close);
        self.line.clear();
        self.written.clear();
        self.act(Act::Open);
        for _ in 0..20_000 {
            self.good();
            let waits = self.asked.values().any(|outcomes| *outcomes == 0);
            if !waits && self.modem.state() == State::Ready {
                return;
            }
        }
        panic!("{:?} has no outcome: {:?}", self.asked, self.modem);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_panics_nothing_stalls_and_every_request_has_one_outcome(
        config in config(),
        is_good_at_first in any::<bool>(),
        acts in proptest::collection::vec(act(), 0..100),
    ) {
        let mut world = World::new(config);
        world.act(Act::Open);
        if is_good_at_first {
            world.act(Act::Good(80));
        }
        for act in acts {
            world.act(act);
        }
        world.end();
    }
}
