//! All that modems share, and one of them at work in it.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use smsgw_gsm::field::Status;

use super::agenda::Agenda;
use super::centre::{Centre, Report};
use super::command::call::Signal;
use super::command::send::Sending;
use super::config::Config;
use super::device::Modem;
use super::event::{Events, ModemId, What};
use super::fault::Faults;
use super::interpreter;
use super::number::Numbering;
use super::ussd::Page;

/// All that modems share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) numbering: Numbering,
    pub(crate) started: Instant,
    pub(crate) agenda: Agenda<Action>,
    pub(crate) events: Events,
    pub(crate) centre: Centre,
    /// Which modem has which number.
    pub(crate) subscribers: HashMap<String, ModemId>,
    /// The IMEI, ICCID and IMSI that modems have.
    pub(crate) serials: HashSet<(&'static str, String)>,
    /// Those that modems to come have, too.
    pub(crate) faults: Faults,
    /// The serial number of the last broadcast.
    pub(crate) broadcasts: u16,
    /// How many chances were taken, and what else has to differ each time.
    pub(crate) chances: u64,
}

impl World {
    pub(crate) fn new(config: Config, now: Instant) -> Self {
        Self {
            numbering: Numbering::new(&config),
            started: now,
            agenda: Agenda::new(),
            events: Events::new(config.max_events),
            centre: Centre::new(),
            subscribers: HashMap::new(),
            serials: HashSet::new(),
            faults: Faults::default(),
            broadcasts: 0,
            chances: 0,
            config,
        }
    }

    /// A serial number that no modem has. It follows from the number and the seed, so that modems
    /// of several networks differ where one of these does.
    pub(crate) fn free_serial(
        &self,
        kind: &'static str,
        number: &str,
        make: &dyn Fn(u64) -> String,
    ) -> String {
        let digits = number.bytes().filter(u8::is_ascii_digit);
        let number = digits.fold(0_u64, |number, digit| {
            (number * 10 + u64::from(digit - b'0')) % 100_000_000
        });
        // Not what is added to the next number.
        let seed = self.config.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24;
        let mut serials = (number + seed..).map(make);
        let is_free = |serial: &String| !self.serials.contains(&(kind, serial.clone()));
        serials.find(is_free).unwrap_or_default()
    }
}

/// Something that happens at its time.
#[derive(Debug)]
pub(crate) enum Action {
    /// At a modem, if it did not start anew since.
    Modem {
        modem: ModemId,
        epoch: u64,
        timer: Timer,
    },
    /// What waits for a modem is tried.
    Attempt(ModemId),
    /// The other party of a modem's call does something.
    Signal(ModemId, Signal),
    /// A status report goes to the sender of a message.
    Report(Report, Status),
}

/// What happens at a modem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// It says a line of those that it starts with.
    BootLine(usize),
    /// It obeys.
    Booted,
    /// A hang is over.
    EndOfHang(u64),
    /// A command goes on.
    Continue(u64),
    /// Three pluses were followed by silence.
    EndOfData(u64),
    /// It has found the network.
    Registered(u64),
    /// Nobody acknowledged a message that was shown.
    Unacknowledged(u64),
    /// A message is sent of which nothing is told.
    Unheard(Box<Sending>),
    /// The result of a message comes late.
    Late(Box<Sending>),
    /// A USSD request is answered, with a page if there is one.
    Ussd(u64, String, Option<Box<Page>>),
    /// Nobody replied to a USSD answer.
    UssdTimeout(u64),
    /// A call rings again.
    Ring(u64),
    /// It says what it says by itself.
    Chatter,
    /// The network is there again.
    Regained,
}

/// One modem, and all that it shares with the others, at one instant.
pub(crate) struct Context<'a> {
    pub(crate) modem: &'a mut Modem,
    pub(crate) world: &'a mut World,
    pub(crate) now: Instant,
    /// The answer of a command, as far as it was not written.
    pub(crate) lines: Vec<String>,
    /// What is echoed, as far as it was not written.
    echo: String,
}

impl<'a> Context<'a> {
    pub(crate) const fn new(modem: &'a mut Modem, world: &'a mut World, now: Instant) -> Self {
        Self {
            modem,
            world,
            now,
            lines: Vec::new(),
            echo: String::new(),
        }
    }

    /// Tells of something.
    pub(crate) fn event(&mut self, what: What) {
        self.world.events.push(self.modem.id, what);
    }

    /// Lets something happen later, unless the modem starts anew before.
    pub(crate) fn after(&mut self, delay: Duration, timer: Timer) {
        let action = Action::Modem {
            modem: self.modem.id,
            epoch: self.modem.epoch,
            timer,
        };
        self.world.agenda.add(self.now + delay, action);
    }

    /// Writes octets; characters of a line are octets.
    pub(crate) fn write(&mut self, text: &str) {
        self.write_echo();
        self.put(text);
    }

    /// Echoes an octet, together with those before and after it.
    pub(crate) fn echo(&mut self, octet: u8) {
        self.echo.push(octet.into());
    }

    /// Writes what is echoed.
    pub(crate) fn write_echo(&mut self) {
        let echo = std::mem::take(&mut self.echo);
        self.put(&echo);
    }

    fn put(&mut self, text: &str) {
        let octets: Vec<u8> = text
            .chars()
            .map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?'))
            .collect();
        let modem = &mut *self.modem;
        modem.output.write(&octets, &mut modem.faults, self.now);
    }

    /// Something that was to happen does.
    pub(crate) fn timer(&mut self, timer: Timer) {
        match timer {
            Timer::BootLine(nth) => self.boot_line(nth),
            Timer::Booted => self.booted(),
            Timer::EndOfHang(nth) => {
                if self.modem.hang.is_some_and(|(_, hang)| hang == nth) {
                    self.end_hang();
                }
            }
            Timer::Continue(nth) => interpreter::go_on(self, nth),
            Timer::EndOfData(nth) => interpreter::end_of_data(self, nth),
            Timer::Registered(nth) => self.registered(nth),
            Timer::Unacknowledged(nth) => self.unacknowledged(nth),
            Timer::Unheard(sending) => self.unheard(&sending),
            Timer::Late(sending) => sending.late(self),
            Timer::Ussd(nth, request, page) => {
                self.ussd_answer(nth, request, page.map(|page| *page));
            }
            Timer::UssdTimeout(nth) => self.ussd_timeout(nth),
            Timer::Ring(nth) => self.ring(nth),
            Timer::Chatter => self.chatter(),
            Timer::Regained => self.regain_network(),
        }
    }
}
