//! A radio network and its modems: the verbs of the emulator.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use smsgw_gsm::field::Status;

use super::agenda::Agenda;
use super::centre::{Centre, Mailbox, Report};
use super::command::call::Signal;
use super::command::send::Sending;
use super::config::{Config, ModemConfig};
use super::device::{Modem, Power, Radio, Saved, Stores};
use super::event::{Event, Events, ModemId, What, who};
use super::fault::{Fault, Faults};
use super::interpreter::{self, Input};
use super::number::Numbering;
use super::output::Output;
use super::reception::Routing;
use super::settings::Settings;
use super::sim::Sim;
use super::ussd::Page;

/// Modems and the radio network they are in, without IO and clock.
///
/// Time is what the verbs say it is. After each of them octets can be ready for any modem
/// ([`poll_transmit`](Self::poll_transmit)) and events for their reader
/// ([`poll_event`](Self::poll_event)), and [`poll_timeout`](Self::poll_timeout) can have changed.
///
/// ```
/// use std::time::Instant;
/// use bytes::BytesMut;
/// use smsgw_sim::modem::{Config, ModemConfig, Network};
///
/// let now = Instant::now();
/// let mut network = Network::new(Config::default(), now);
/// let modem = network.plug(ModemConfig::new("+491700000001"), now)?;
/// network.handle_octets(modem, b"ATE0\rAT+CGMI\r", now);
/// let mut answer = BytesMut::new();
/// network.poll_transmit(modem, &mut answer);
/// assert_eq!(answer, "ATE0\r\r\nOK\r\n\r\nsmsgw\r\n\r\nOK\r\n");
/// # Ok::<(), smsgw_sim::modem::PlugError>(())
/// ```
#[derive(Debug)]
pub struct Network {
    pub(super) world: World,
    pub(super) modems: Vec<Modem>,
}

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
    /// Those that modems to come have, too.
    faults: Vec<Fault>,
    /// The serial number of the last broadcast.
    pub(crate) broadcasts: u16,
    /// How many chances were taken.
    pub(crate) chances: u64,
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
    Registered,
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
    Ring,
    /// It says what it says by itself.
    Chatter,
    /// The network is there again.
    Regained,
}

/// A modem that cannot be plugged in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlugError {
    /// There are as many as there can be.
    #[error("{0} modems are there, and no more can be")]
    Full(usize),
    /// Its number is none.
    #[error("'{0}' is no number of a subscriber")]
    Number(String),
    /// Another has the number.
    #[error("another modem has the number {0}")]
    NumberInUse(String),
}

impl Network {
    /// A network without modems, from this instant.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        Self {
            world: World {
                numbering: Numbering::new(&config),
                started: now,
                agenda: Agenda::new(),
                events: Events::new(config.max_events),
                centre: Centre::new(),
                subscribers: HashMap::new(),
                faults: Vec::new(),
                broadcasts: 0,
                chances: 0,
                config,
            },
            modems: Vec::new(),
        }
    }

    /// Adds a modem, which is on, and has been for a while.
    ///
    /// # Errors
    /// When there are too many, or the number is none or another's.
    pub fn plug(&mut self, config: ModemConfig, now: Instant) -> Result<ModemId, PlugError> {
        let world = &mut self.world;
        if self.modems.len() >= world.config.max_modems {
            return Err(PlugError::Full(self.modems.len()));
        }
        let number = world.numbering.canonical(&config.number);
        let digits = number.strip_prefix('+').unwrap_or(&number);
        if digits.is_empty() || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
            return Err(PlugError::Number(config.number));
        }
        if world.subscribers.contains_key(&number) {
            return Err(PlugError::NumberInUse(number));
        }
        let id = ModemId::new(self.modems.len());
        world.subscribers.insert(number.clone(), id);
        world.centre.mailboxes.push(Mailbox::default());
        let modem = Modem::new(id, number, config, world);
        self.modems.push(modem);
        self.with(id, now, |cx| {
            cx.start_chatter();
            cx.register();
        });
        Ok(id)
    }

    /// Takes octets that a user wrote to a modem.
    pub fn handle_octets(&mut self, modem: ModemId, octets: &[u8], now: Instant) {
        self.with(modem, now, |cx| interpreter::feed(cx, octets));
    }

    /// A user opened the port of a modem. Settings are as they were.
    ///
    /// A port is open from the beginning; octets open it, too.
    pub fn handle_open(&mut self, modem: ModemId, now: Instant) {
        self.with(modem, now, |cx| {
            cx.modem.output.open();
            let who = who(&cx.modem.name);
            cx.event(What::Open { who });
        });
    }

    /// A user closed the port of a modem, by which DTR drops. What was begun and not ended is
    /// given up: a half line, a prompt. What was not read is gone, and so is what is written
    /// until the port is open again.
    pub fn handle_close(&mut self, modem: ModemId, now: Instant) {
        self.with(modem, now, |cx| {
            interpreter::close(cx);
            let who = who(&cx.modem.name);
            cx.event(What::Close { who });
        });
    }

    /// Lets happen what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(action) = self.world.agenda.pop(now) {
            self.act(action, now);
        }
        for modem in &mut self.modems {
            modem.output.release(now);
        }
    }

    /// Appends what a modem has written to `out`.
    pub fn poll_transmit(&mut self, modem: ModemId, out: &mut BytesMut) {
        if let Some(modem) = self.modems.get_mut(modem.index()) {
            modem.output.take(out);
        }
    }

    /// Whether a modem has written something.
    #[must_use]
    pub fn has_output(&self, modem: ModemId) -> bool {
        let modem = self.modems.get(modem.index());
        modem.is_some_and(|modem| modem.output.is_ready())
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.world.events.pop()
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let outputs = self.modems.iter().filter_map(|modem| modem.output.next());
        outputs.chain(self.world.agenda.next()).min()
    }

    /// How many events were forgotten, as nobody read them.
    #[must_use]
    pub const fn missed_events(&self) -> u64 {
        self.world.events.missed()
    }

    /// The modems in the order they were plugged in.
    pub fn modems(&self) -> impl Iterator<Item = ModemId> + '_ {
        self.modems.iter().map(|modem| modem.id)
    }

    /// The modem with this name or number.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<ModemId> {
        let named = self.modems.iter().find(|modem| *modem.name == *name);
        let number = || self.world.numbering.canonical(name);
        named
            .map(|modem| modem.id)
            .or_else(|| self.world.subscribers.get(&number()).copied())
    }

    /// Whether a modem is plugged in: else its port is gone.
    #[must_use]
    pub fn is_plugged(&self, modem: ModemId) -> bool {
        let modem = self.modems.get(modem.index());
        modem.is_some_and(|modem| modem.power != Power::Off)
    }

    /// Unplugs a modem: its port is gone, and all it was doing.
    pub fn cut(&mut self, modem: ModemId, now: Instant) {
        self.with(modem, now, |cx| cx.cut());
    }

    /// Plugs a modem in again, which starts.
    pub fn plug_again(&mut self, modem: ModemId, now: Instant) {
        self.with(modem, now, |cx| {
            if cx.modem.power == Power::Off {
                let who = who(&cx.modem.name);
                cx.event(What::Plug { who });
                cx.boot("plug");
            }
        });
    }

    /// Makes a modem start anew, as after a lack of power.
    pub fn reboot(&mut self, modem: ModemId, now: Instant) {
        self.with(modem, now, |cx| {
            if cx.modem.power != Power::Off {
                cx.boot("power");
            }
        });
    }

    /// Takes the network away from a modem, or gives it back.
    pub fn set_coverage(&mut self, modem: ModemId, has_network: bool, now: Instant) {
        self.with(modem, now, |cx| {
            cx.modem.radio.has_coverage = has_network;
            cx.register();
        });
    }

    /// Sets the strength of a modem's signal: 0 to 31, or 99 for not known.
    pub fn set_signal(&mut self, modem: ModemId, signal: u8) {
        if let Some(modem) = self.modems.get_mut(modem.index()) {
            modem.radio.signal = if signal > 31 { 99 } else { signal };
        }
    }

    /// Sets a fault of one modem, or of all and of those to come.
    pub fn fault(&mut self, modem: Option<ModemId>, fault: &Fault) {
        if modem.is_none() {
            self.world.faults.push(fault.clone());
        }
        for of in &mut self.modems {
            if modem.is_none_or(|modem| modem == of.id) {
                of.faults.set(fault.clone());
            }
        }
    }

    /// Ends all faults of one modem, or of all. A hang that has begun goes on.
    pub fn clear_faults(&mut self, modem: Option<ModemId>) {
        if modem.is_none() {
            self.world.faults.clear();
        }
        for of in &mut self.modems {
            if modem.is_none_or(|modem| modem == of.id) {
                of.faults.clear();
            }
        }
    }

    /// Lets `act` do something with a modem, and sees what that leads to.
    pub(super) fn with<T>(
        &mut self,
        modem: ModemId,
        now: Instant,
        act: impl FnOnce(&mut Context<'_>) -> T,
    ) -> Option<T> {
        let modem = self.modems.get_mut(modem.index())?;
        modem.output.release(now);
        let done = act(&mut Context {
            modem,
            world: &mut self.world,
            now,
            lines: Vec::new(),
        });
        // What is due at once is done at once.
        while let Some(action) = self.world.agenda.pop(now) {
            self.act(action, now);
        }
        Some(done)
    }

    fn act(&mut self, action: Action, now: Instant) {
        let id = match &action {
            Action::Modem { modem, .. } | Action::Attempt(modem) | Action::Signal(modem, _) => {
                *modem
            }
            Action::Report(report, _) => report.to,
        };
        let Some(modem) = self.modems.get_mut(id.index()) else {
            return;
        };
        let mut cx = Context {
            modem,
            world: &mut self.world,
            now,
            lines: Vec::new(),
        };
        match action {
            Action::Modem { epoch, timer, .. } => {
                if cx.modem.epoch == epoch {
                    cx.timer(timer);
                }
            }
            Action::Attempt(_) => cx.attempt(),
            Action::Signal(_, signal) => cx.signalled(signal),
            Action::Report(report, status) => cx.world.reported(report, status, now),
        }
    }
}

/// One modem, and all that it shares with the others, at one instant.
pub(crate) struct Context<'a> {
    pub(crate) modem: &'a mut Modem,
    pub(crate) world: &'a mut World,
    pub(crate) now: Instant,
    /// The answer of a command, as far as it was not written.
    pub(crate) lines: Vec<String>,
}

impl Context<'_> {
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
        let octets: Vec<u8> = text
            .chars()
            .map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?'))
            .collect();
        let modem = &mut *self.modem;
        modem.output.write(&octets, &mut modem.faults, self.now);
    }

    fn timer(&mut self, timer: Timer) {
        match timer {
            Timer::BootLine(nth) => self.boot_line(nth),
            Timer::Booted => self.booted(),
            Timer::EndOfHang(nth) => {
                if self.modem.hang.is_some_and(|(_, hang)| hang == nth) {
                    self.modem.hang = None;
                }
            }
            Timer::Continue(nth) => interpreter::go_on(self, nth),
            Timer::EndOfData(nth) => interpreter::end_of_data(self, nth),
            Timer::Registered => self.registered(),
            Timer::Unacknowledged(nth) => self.unacknowledged(nth),
            Timer::Unheard(sending) => self.unheard(&sending),
            Timer::Late(sending) => sending.late(self),
            Timer::Ussd(nth, request, page) => {
                self.ussd_answer(nth, request, page.map(|page| *page));
            }
            Timer::UssdTimeout(nth) => self.ussd_timeout(nth),
            Timer::Ring => self.ring(),
            Timer::Chatter => self.chatter(),
            Timer::Regained => self.regain_network(),
        }
    }
}

impl Modem {
    fn new(id: ModemId, number: String, config: ModemConfig, world: &World) -> Self {
        let n = id.get();
        let iccid = config.iccid.clone();
        let iccid = iccid.unwrap_or_else(|| with_check_digit(&format!("894901{n:012}")));
        let imsi = config.imsi.clone();
        let imsi = imsi.unwrap_or_else(|| {
            let plmn = &world.config.plmn;
            let width = 15_usize.saturating_sub(plmn.len());
            format!("{plmn}{n:0width$}")
        });
        let imei = config.imei.clone();
        let faults = world.faults.iter().chain(&config.faults).cloned();
        let seed = world.config.seed.wrapping_add(u64::from(n) << 32);
        Self {
            id,
            name: Arc::from(config.name.as_str()),
            number,
            imei: imei.unwrap_or_else(|| with_check_digit(&format!("35693803{n:06}"))),
            profile: config.profile,
            power: Power::On,
            epoch: 0,
            input: Input::default(),
            output: Output::default(),
            settings: Settings::new(&config.profile),
            sim: Sim::new(&config, iccid, imsi, &world.config.service_centre),
            stores: Stores::new(&config),
            radio: Radio {
                functionality: 1,
                stat: 0,
                has_coverage: true,
                is_lost: false,
                signal: config.signal,
                is_detached: false,
                reference: 1,
                link: None,
            },
            routing: Routing::default(),
            ussd: None,
            call: None,
            saved: Saved::default(),
            faults: Faults::new(seed, faults),
            hang: None,
        }
    }
}

/// The digits and the one that makes them right (ISO/IEC 7812, annex B).
fn with_check_digit(digits: &str) -> String {
    let values = digits.chars().rev().filter_map(|digit| digit.to_digit(10));
    let sum: u32 = values
        .enumerate()
        .map(|(at, value)| match (at % 2, value) {
            (0, 5..) => 2 * value - 9,
            (0, _) => 2 * value,
            _ => value,
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_luhn() {
        assert_eq!(with_check_digit("49015420323751"), "490154203237518");
        assert_eq!(with_check_digit("7992739871"), "79927398713");
    }
}
