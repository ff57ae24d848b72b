//! What the procedures of a modem share.

use std::collections::VecDeque;

use super::health::Checks;
use super::raw::Commands;
use super::watchdog::Ladder;
use super::{Config, Event, Fault, Health, Identity, ReceivedId, State, Ussd};
use super::{call, receive, send, ussd};

/// What the procedures of a modem share: what is known of it, what it is to do, what it told.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: Config,
    state: State,
    pub(super) identity: Option<Identity>,
    pub(super) health: Health,
    pub(super) checks: Checks,
    pub(super) routing: Routing,
    pub(super) ladder: Ladder,
    pub(super) commands: Commands,
    pub(super) send: send::Sends,
    pub(super) receive: receive::Inbox,
    pub(super) ussd: ussd::Requests,
    pub(super) call: call::Calls,
    events: VecDeque<Event>,
    dropped: u64,
    last_id: u64,
    woken: bool,
}

/// How the modem was told to deliver what arrives, as it has accepted it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Routing {
    /// `+CNMI`: mode, mt, bm, ds, bfr; `None` when it refused all.
    pub(super) indications: Option<[u8; 5]>,
    /// Whether messages that come directly want a `+CNMA` (`+CSMS=1` was accepted).
    pub(super) acknowledge: bool,
}

impl Shared {
    /// Most events that wait; from there on what the owner can do without is dropped, and no
    /// request is taken.
    pub(super) const MAX_EVENTS: usize = 4096;

    pub(super) fn new(config: Config) -> Self {
        Self {
            ladder: Ladder::new(&config),
            config,
            state: State::Closed,
            identity: None,
            health: Health::default(),
            checks: Checks::default(),
            routing: Routing::default(),
            commands: Commands::default(),
            send: send::Sends::default(),
            receive: receive::Inbox::default(),
            ussd: ussd::Requests::default(),
            call: call::Calls::default(),
            events: VecDeque::new(),
            dropped: 0,
            last_id: 0,
            woken: false,
        }
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
        if self.events.is_empty() && self.dropped > 0 {
            let events = std::mem::take(&mut self.dropped);
            self.fault(Fault::Overflow { events });
        }
        event
    }

    /// A name for something received.
    pub(super) fn next_id(&mut self) -> ReceivedId {
        self.last_id += 1;
        ReceivedId(self.last_id)
    }

    /// Ends the [`Step::Wait`](super::procedure::Step::Wait) of the procedure that runs.
    #[allow(dead_code, reason = "for procedures that wait for an unsolicited line")]
    pub(super) fn wake(&mut self) {
        self.woken = true;
    }

    pub(super) fn take_woken(&mut self) -> bool {
        std::mem::take(&mut self.woken)
    }
}

impl Event {
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
