//! A link as the engine sees it: its queue, its window, and how it takes throttling.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use super::{Due, Effect, Engine, LinkIndex, Now};
use crate::config::OnUnknown;
use crate::message::{MessageId, State};

/// What the engine has to know of a link.
#[derive(Clone, Debug)]
pub(crate) struct LinkConfig {
    pub(crate) id: String,
    /// Most parts without an answer.
    pub(crate) window: usize,
    /// What becomes of a part whose outcome is unknown.
    pub(crate) on_unknown: OnUnknown,
    /// How often a part is tried that the carrier refuses for now.
    pub(crate) max_attempts: u32,
    /// How long such a part waits.
    pub(crate) retry_pause: Duration,
}

/// The state of a link.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) config: LinkConfig,
    up: bool,
    /// In the order the messages were accepted, also of those that come back.
    queue: BTreeSet<(u64, usize, MessageId)>,
    /// By token: handed over, no outcome yet.
    in_flight: HashMap<u64, (MessageId, usize)>,
    next_token: u64,
    pause: Duration,
    paused_until: Option<Instant>,
}

/// The first pause when a carrier throttles, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

impl Link {
    pub(super) fn new(config: LinkConfig) -> Self {
        Self {
            config,
            up: false,
            queue: BTreeSet::new(),
            in_flight: HashMap::new(),
            next_token: 0,
            pause: Duration::ZERO,
            paused_until: None,
        }
    }

    /// Takes the part that `token` stands for.
    pub(super) fn take(&mut self, token: u64) -> Option<(MessageId, usize)> {
        self.in_flight.remove(&token)
    }

    /// The parts that wait for their outcome.
    pub(super) fn in_flight(&self) -> impl Iterator<Item = (MessageId, usize)> {
        self.in_flight.values().copied()
    }

    /// The carrier asks for less: each time in a row twice as long a pause.
    pub(super) fn throttled(&mut self, now: Now) -> Instant {
        if let Some(until) = self.paused_until.filter(|until| *until > now.mono) {
            // One pause for all the answers of a window.
            return until;
        }
        self.pause = (self.pause * 2).clamp(PAUSE.0, PAUSE.1);
        let until = now.mono + self.pause;
        self.paused_until = Some(until);
        until
    }

    /// It did not take a part.
    pub(super) fn not_taking(&mut self, now: Now) -> Instant {
        let until = self
            .paused_until
            .unwrap_or(now.mono)
            .max(now.mono + PAUSE.0);
        self.paused_until = Some(until);
        until
    }

    /// The carrier took one: the next pause is shorter.
    pub(super) fn accepted(&mut self) {
        self.pause = self.pause.mul_f32(0.9);
    }
}

impl Engine {
    /// A link is bound and takes parts.
    pub(crate) fn link_up(&mut self, link: LinkIndex, now: Now) {
        if let Some(link) = self.links.get_mut(link) {
            link.up = true;
            // How the carrier throttled is remembered, that the last session was over is not.
            link.paused_until = link.paused_until.filter(|_| link.pause > Duration::ZERO);
        }
        self.pump(link, now);
    }

    /// A link takes no parts any more. The outcomes of those it has come one by one.
    pub(crate) fn link_down(&mut self, link: LinkIndex) {
        if let Some(link) = self.links.get_mut(link) {
            link.up = false;
        }
        self.unknown.link_down(link);
    }

    /// Which link a part goes by. One link for now: routing rules come later.
    const fn route(_: MessageId) -> LinkIndex {
        0
    }

    /// Puts a part that is queued into its place among the others.
    pub(super) fn enqueue(&mut self, id: MessageId, index: usize) {
        let Some(entry) = self.messages.get(&id) else {
            return;
        };
        let part = entry.record.parts.get(index);
        let waits = part.is_some_and(|part| part.status.state == State::Queued);
        if let Some(link) = self.links.get_mut(Self::route(id))
            && waits
        {
            link.queue.insert((entry.order, index, id));
        }
    }

    pub(super) fn pump_all(&mut self, now: Now) {
        for link in 0..self.links.len() {
            self.pump(link, now);
        }
    }

    /// Hands over as many parts as the window has room for.
    pub(super) fn pump(&mut self, index: LinkIndex, now: Now) {
        while let Some(link) = self.links.get_mut(index)
            && link.up
            && !self.failed
            && link.in_flight.len() < link.config.window
            && link.paused_until.is_none_or(|until| until <= now.mono)
            && let Some((_, part, id)) = link.queue.pop_first()
        {
            let name = link.config.id.clone();
            let token = link.next_token;
            let queued = self.messages.get(&id).is_some_and(|entry| {
                let part = entry.record.parts.get(part);
                part.is_some_and(|part| part.status.state == State::Queued)
            });
            if !queued {
                // It expired while it waited.
                continue;
            }
            if let Some(link) = self.links.get_mut(index) {
                link.next_token += 1;
                link.in_flight.insert(token, (id, part));
            }
            self.change(id, part, now, |status| {
                status.state = State::Sending;
                status.attempts += 1;
                status.link = Some(name);
            });
            self.after_commit(Effect::Send {
                link: index,
                token,
                id,
                index: part,
            });
        }
    }

    /// Sets a timer for the end of a link's pause.
    pub(super) fn resume_at(&mut self, link: LinkIndex, at: Instant) {
        self.timers.insert((at, Due::Link(link)));
    }
}
