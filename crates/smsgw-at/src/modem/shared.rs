//! What the procedures of a modem share.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::channel::Outcome;
use super::health::Checks;
use super::pin::Pins;
use super::pin_owner::PinOwner;
use super::raw::Commands;
use super::schedule::Stage;
use super::sims::Sims;
use super::watchdog::Ladder;
use super::{Config, Event, Fault, Health, Identity, SettingsReset, SimKey, State, Ussd};
use super::{call, receive, send, ussd};
use crate::charset::CharacterSet;
use crate::command::Command;
use crate::command::pin::Pin;
use crate::command::routing::NewMessageIndications;
use crate::command::storage::Store;
use crate::quirks::Profile;

/// What the procedures of a modem share: what is known of it, what it is to do, what it told.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: Config,
    state: State,
    /// As it was told.
    pub(super) identity: Option<Identity>,
    /// As far as it is known in this start.
    pub(super) found: Identity,
    pub(super) profile: &'static Profile,
    pub(super) pins: Pins,
    pin_owner: PinOwner,
    pub(super) health: Health,
    pub(super) checks: Checks,
    pub(super) routing: Routing,
    pub(super) stores: Stores,
    /// In which the modem writes and reads strings.
    pub(super) character_set: CharacterSet,
    /// The modem has said that it sends nothing back.
    pub(super) is_echo_off: bool,
    /// When it, or its SIM, was switched on last, as far as is known.
    powered: Option<Instant>,
    settings_reset: Option<SettingsReset>,
    is_sweep_asked: bool,
    setup_asked: Option<Stage>,
    pub(super) ladder: Ladder,
    pub(super) commands: Commands,
    pub(super) send: send::Sends,
    pub(super) receive: receive::Inbox,
    pub(super) ussd: ussd::Requests,
    pub(super) call: call::Calls,
    events: VecDeque<Event>,
    /// How many of them somebody else than their owner may wait for.
    urgent: usize,
    dropped: u64,
    /// Messages whose status reports may come.
    pub(super) references: Sims,
}

/// How the modem was told to deliver what arrives, as it has accepted it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Routing {
    /// `+CNMI`; `None` when it refused all.
    pub(super) indications: Option<NewMessageIndications>,
    /// Whether messages and reports that come directly want a `+CNMA` (`+CSMS=1` was accepted).
    pub(super) acknowledge: bool,
}

/// Where messages are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stores {
    /// For reading, for writing, for what arrives; empty when the modem does not say.
    pub(super) offered: Vec<Vec<Store>>,
    /// From which messages are listed, read and deleted now (`mem1`); whoever changes it says so.
    pub(super) reading: Option<Store>,
    /// To which what arrives is stored (`mem3`).
    pub(super) receiving: Option<Store>,
}

impl Shared {
    /// Most events that wait; from there on what the owner can do without is dropped, and no
    /// request is taken.
    pub(super) const MAX_EVENTS: usize = 4096;
    /// For so long after it was switched on a modem may say that a part of it is ready.
    const POWER_ON: Duration = Duration::from_secs(120);

    pub(super) fn new(mut config: Config, now: Instant) -> Self {
        let withheld = config.withhold_secrets();
        let mut shared = Self {
            ladder: Ladder::new(&config),
            references: Sims::new(&config, now),
            pins: Pins::new(&config.refused_pins),
            settings_reset: config.reset,
            config,
            state: State::Closed,
            identity: None,
            found: Identity::default(),
            profile: &Profile::STANDARD,
            stores: Stores::default(),
            character_set: CharacterSet::Gsm,
            is_echo_off: false,
            powered: None,
            is_sweep_asked: false,
            setup_asked: None,
            health: Health::default(),
            checks: Checks::default(),
            routing: Routing::default(),
            commands: Commands::default(),
            pin_owner: PinOwner::default(),
            urgent: 0,
            send: send::Sends::default(),
            receive: receive::Inbox::default(),
            ussd: ussd::Requests::default(),
            call: call::Calls::default(),
            events: VecDeque::new(),
            dropped: 0,
        };
        for command in withheld {
            shared.fault(Fault::Withheld { command });
        }
        shared
    }

    pub(super) const fn state(&self) -> State {
        self.state
    }

    pub(super) fn set_state(&mut self, state: State) {
        if self.state != state {
            self.state = state;
            self.tell(Event::State(state));
        }
    }

    /// Whether events that a peer can make as many of as it likes may be told: messages, reports,
    /// broadcasts, USSD, calls. If not, what came stays where it is or is dropped.
    pub(super) fn has_room(&self) -> bool {
        self.events.len() < Self::MAX_EVENTS
    }

    /// Tells the owner. Outcomes of requests always; what it can do without while there is room.
    pub(super) fn tell(&mut self, event: Event) {
        if self.has_room() || event.is_owed() {
            self.urgent += usize::from(event.is_urgent());
            self.events.push_back(event);
        } else {
            self.dropped += 1;
        }
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.tell(Event::Fault(fault));
    }

    pub(super) fn poll_event(&mut self) -> Option<Event> {
        let event = self.events.pop_front();
        if event.as_ref().is_some_and(Event::is_urgent) {
            self.urgent = self.urgent.saturating_sub(1);
        }
        if self.events.is_empty() && self.dropped > 0 {
            let events = std::mem::take(&mut self.dropped);
            self.fault(Fault::Overflow { events });
        }
        event
    }

    /// The next event that is an outcome or for the port, past all others.
    #[cfg(feature = "tokio")]
    pub(super) fn poll_urgent_event(&mut self) -> Option<Event> {
        if self.urgent == 0 {
            return None;
        }
        self.urgent -= 1;
        let at = self.events.iter().position(Event::is_urgent)?;
        self.events.remove(at)
    }

    /// Something came for which there is no room.
    pub(super) const fn drop_event(&mut self) {
        self.dropped += 1;
    }

    /// Reads the answer to a command; `None` when it was refused or cannot be read.
    pub(super) fn read<C: Command>(&mut self, command: &C, outcome: &Outcome) -> Option<C::Answer> {
        let Outcome::Final { result, lines } = outcome else {
            return None;
        };
        if !result.is_ok() {
            return None;
        }
        match command.read(lines) {
            Ok(answer) => Some(answer),
            Err(error) => {
                let line = command.line();
                self.fault(Fault::Unreadable { line, error });
                None
            }
        }
    }

    /// Whether the modem has done what the command says; if not, that is for the log.
    pub(super) fn accepts<C: Command>(&mut self, command: &C, outcome: &Outcome) -> bool {
        outcome.is_ok() || self.accepted(&command.line(), outcome)
    }

    /// As [`Self::accepts`], for a line.
    pub(super) fn accepted(&mut self, line: &str, outcome: &Outcome) -> bool {
        if let Outcome::Final { result, .. } = outcome
            && !result.is_ok()
        {
            let (command, result) = (line.to_owned(), result.clone());
            self.fault(Fault::Refused { command, result });
        }
        outcome.is_ok()
    }

    /// How the SIM is known.
    pub(super) fn sim_key(&self) -> SimKey {
        let iccid = self.found.iccid.map(SimKey::Iccid);
        let imei = self.found.imei.map(SimKey::Imei);
        iccid.or(imei).unwrap_or(SimKey::Any)
    }

    /// The PIN, if it is that of the SIM that is there: it is given to it then.
    pub(super) fn pin_for_sim(&mut self) -> Option<Pin> {
        let pin = self.config.pin.clone()?;
        let may_have = self.config.pin_for_any_sim || self.pin_owner.may_be(&self.found);
        if may_have {
            self.pin_owner.give(self.sim_key());
        }
        may_have.then_some(pin)
    }

    /// All is known of what the modem is.
    pub(super) fn identified(&mut self) {
        let found = self.found.clone();
        self.pin_owner.opened(&found);
        let is_same_sim = self
            .identity
            .as_ref()
            .is_none_or(|identity| (identity.iccid, identity.imsi) == (found.iccid, found.imsi));
        if !is_same_sim {
            self.health = Health::default();
        }
        self.identity = Some(found.clone());
        self.tell(Event::Identified(found));
    }

    /// The modem, or its SIM, was switched on.
    pub(super) const fn power_on(&mut self, now: Instant) {
        self.powered = Some(now);
    }

    /// Whether parts of the modem may still become ready.
    pub(super) fn is_powering_on(&self, now: Instant) -> bool {
        self.powered
            .is_some_and(|powered| now.saturating_duration_since(powered) < Self::POWER_ON)
    }

    /// The reset that the owner wants, once.
    pub(super) const fn take_settings_reset(&mut self) -> Option<SettingsReset> {
        self.settings_reset.take()
    }

    /// The modem is to be set up again from here on.
    pub(super) fn ask_setup(&mut self, stage: Option<Stage>) {
        self.setup_asked = self.setup_asked.into_iter().chain(stage).min();
    }

    /// From where on that was asked.
    pub(super) const fn take_setup(&mut self) -> Option<Stage> {
        self.setup_asked.take()
    }

    /// All that is stored is to be read again.
    pub(super) const fn ask_sweep(&mut self) {
        self.is_sweep_asked = true;
    }

    /// Whether that was asked.
    pub(super) const fn take_sweep(&mut self) -> bool {
        std::mem::replace(&mut self.is_sweep_asked, false)
    }
}

impl Event {
    /// The request that has its outcome in this event.
    pub(crate) const fn settles(&self) -> Option<u64> {
        match self {
            Self::Sent { token, .. }
            | Self::NotSent { token, .. }
            | Self::Unknown { token }
            | Self::UssdFailed { token, .. }
            | Self::HungUp { token, .. }
            | Self::Answer { token, .. } => Some(*token),
            Self::Ussd(Ussd { token, .. }) => *token,
            _ => None,
        }
    }

    /// Whether it is an outcome, or for the port.
    const fn is_urgent(&self) -> bool {
        self.settles().is_some() || matches!(self, Self::Port(_))
    }

    /// Whether somebody waits for it, or has to know: each comes at most a few times for each
    /// request or step of the procedures.
    fn is_owed(&self) -> bool {
        !matches!(
            self,
            Self::Fault(_)
                | Self::Call(_)
                | Self::Health(_)
                | Self::StorageFull { .. }
                | Self::Broadcast(_)
                | Self::Received(_)
                | Self::Report(_)
                | Self::Ussd(Ussd { token: None, .. })
                | Self::Overdue { .. }
        )
    }
}
