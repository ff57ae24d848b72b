//! A radio network and its modems: the verbs of the emulator.

use std::time::Instant;

use bytes::BytesMut;

use super::centre::Mailbox;
use super::config::{Config, ModemConfig};
use super::device::{Modem, Power};
use super::event::{Event, ModemId, What, who};
use super::fault::Fault;
use super::interpreter;
use super::world::{Action, Context, World};

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
    /// Another has the IMEI, the ICCID or the IMSI: which of them, and what it is.
    #[error("another modem has the {0} {1}")]
    SerialInUse(&'static str, String),
}

impl Network {
    /// A network without modems, from this instant.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        Self {
            world: World::new(config, now),
            modems: Vec::new(),
        }
    }

    /// Adds a modem, which is on, and has been for a while.
    ///
    /// # Errors
    /// When there are too many, the number is none or another's, or a serial number is another's.
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
        let modem = Modem::new(id, number.clone(), config, world);
        let serials = modem.serials().map(|(kind, text)| (kind, text.to_owned()));
        if let Some((kind, serial)) = serials
            .iter()
            .find(|serial| world.serials.contains(*serial))
        {
            return Err(PlugError::SerialInUse(kind, serial.clone()));
        }
        world.serials.extend(serials);
        world.subscribers.insert(number, id);
        world.centre.mailboxes.push(Mailbox::default());
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
            self.world.faults.set(fault.clone());
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
        let mut cx = Context::new(modem, &mut self.world, now);
        let done = act(&mut cx);
        cx.write_echo();
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
        let mut cx = Context::new(modem, &mut self.world, now);
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
        cx.write_echo();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serials(seed: u64, numbers: &[&str]) -> Vec<String> {
        let now = Instant::now();
        let config = Config {
            seed,
            ..Config::default()
        };
        let mut network = Network::new(config, now);
        for number in numbers {
            network.plug(ModemConfig::new(number), now).unwrap();
        }
        let serials = network.modems.iter().flat_map(Modem::serials);
        serials
            .map(|(kind, serial)| format!("{kind} {serial}"))
            .collect()
    }

    #[test]
    fn serial_numbers_follow_from_the_number_and_the_seed() {
        let one = serials(0, &["+491700000001"]);
        assert_eq!(
            one,
            [
                "IMEI 356938030000013",
                "ICCID 8949010000000000016",
                "IMSI 262010000000001"
            ]
        );
        assert_eq!(one, serials(0, &["+491700000001"]));
        let mut all = [
            one,
            serials(1, &["+491700000001", "+491700000002"]),
            serials(2, &["+491700000001", "+491700000002"]),
            // The second and the third end like the first.
            serials(0, &["+491710000008", "+491810000008", "+491800000008"]),
        ]
        .concat();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn no_two_modems_have_one_serial_number() {
        let now = Instant::now();
        let mut network = Network::new(Config::default(), now);
        network
            .plug(ModemConfig::new("+491700000001"), now)
            .unwrap();
        let twin = ModemConfig {
            iccid: Some("8949010000000000016".to_owned()),
            ..ModemConfig::new("+491700000002")
        };
        let error = network.plug(twin, now).unwrap_err();
        assert_eq!(
            error.to_string(),
            "another modem has the ICCID 8949010000000000016"
        );
        // It has left nothing behind.
        let other = network.plug(ModemConfig::new("+491700000002"), now);
        assert_eq!(other.map(ModemId::get), Ok(2));
    }
}
