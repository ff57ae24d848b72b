//! The task of a driver.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use smsgw_net::{Backoff, now};
use tokio::sync::watch;

use super::call::RequestError;
use super::events::{Down, Event};
use super::finder::Finder;
use super::link::{self, Before, Link, Returned, Tools, Turn, Up};
use super::options::Options;
use super::{Closing, Inner, LastHandle, Shared};
use crate::command::identity::Imei;
use crate::modem::{self, CommandError, Failure, PortRequest, QueueFull, State, Submit};
use crate::transcript::Tap;

/// How long a port has to have been open for the next pause to be the first again.
const STABLE: Duration = Duration::from_secs(30);
/// Reads in a row before time is looked at though there may be more to read.
const READS: u32 = 16;
/// The least time between two looks at the time: a timer that is due all the time costs little.
const TICK: Duration = Duration::from_millis(1);

/// What opens the port, moves octets and time, and does what the modem wants of its port.
pub(super) struct Task {
    shared: Arc<Shared>,
    link: Link,
    imei: Option<Imei>,
    backoff: Backoff,
    jitter: RandomState,
    pauses: u64,
    attempt: u64,
    /// The modem was ready since the port was opened.
    was_ready: bool,
}

/// What a look at the modem gave to do.
#[derive(Default)]
struct Todo {
    requests: Vec<PortRequest>,
    /// The modem is not the one that is wanted; the one it is, if it tells.
    other_modem: Option<Option<Imei>>,
    timeout: Option<Instant>,
    ends: bool,
}

impl Task {
    pub(super) fn new(shared: Arc<Shared>, finder: Box<dyn Finder>, options: Options) -> Self {
        shared.lock().modem.set_tap(options.tap);
        let tools = Tools {
            finder,
            power: options.power,
        };
        Self {
            shared,
            link: Link::away(tools, Before::default(), 0),
            imei: options.imei,
            backoff: options.backoff,
            jitter: RandomState::new(),
            pauses: 0,
            attempt: 0,
            was_ready: false,
        }
    }

    pub(super) async fn run(self) {
        // Whatever ends the task: a panic of the finder, a hook or a tap, or the runtime.
        let ending = Ending(Arc::clone(&self.shared));
        self.work().await;
        drop(ending);
    }

    async fn work(mut self) {
        let mut reads = 0;
        let mut looked = now();
        loop {
            let todo = self.settle();
            if todo.ends {
                break;
            }
            if let Some(found) = todo.other_modem {
                self.leave(Down::OtherModem { found });
                continue;
            }
            if !todo.requests.is_empty() {
                for request in todo.requests {
                    self.perform(request).await;
                }
                continue;
            }
            let timeout = todo.timeout.unwrap_or_else(|| now() + STABLE);
            let timeout = timeout.max(looked + TICK);
            let turn = tokio::select! {
                // What was read is looked at before anything is called late.
                biased;
                turn = self.link.turn() => Some(turn),
                () = self.shared.word.notified() => None,
                () = tokio::time::sleep_until(timeout.into()) => {
                    reads = READS;
                    None
                }
            };
            if let Some(turn) = turn {
                reads += u32::from(matches!(turn, Turn::Read(_)));
                self.take(turn);
            }
            if reads >= READS {
                reads = 0;
                looked = now();
                let mut inner = self.shared.lock();
                if inner.modem.poll_timeout().is_some_and(|due| due <= looked) {
                    inner.modem.handle_timeout(looked);
                }
            }
        }
        self.end().await;
    }

    /// Hands on what the modem tells, and takes what it wants to be written.
    fn settle(&mut self) -> Todo {
        let mut todo = Todo::default();
        let mut inner = self.shared.lock();
        if inner.closing == Some(Closing::Now) {
            inner.give_up();
        }
        inner.take_events(&mut todo.requests);
        // Known before the SIM is touched: no modem gets the PIN of another.
        let found = inner.modem.imei();
        let is_other = self.imei.is_some() && inner.modem.was_asked_imei() && found != self.imei;
        let state = inner.modem.state();
        if let Some(up) = self.link.up() {
            if is_other {
                todo.other_modem = Some(found);
            } else {
                inner.modem.poll_transmit(&mut up.out);
            }
        }
        self.was_ready |= state.is_ready();
        todo.timeout = inner.modem.poll_timeout();
        todo.ends = inner.may_end();
        let is_idle = state.is_ready() && inner.modem.is_idle() && !inner.events.is_full();
        // Under the lock: whoever asks for something then is not told that it is done.
        set(&self.shared.idle, is_idle);
        drop(inner);
        set(&self.shared.state, state);
        self.shared.told.notify_one();
        todo
    }

    fn take(&mut self, turn: Turn) {
        match (turn, &mut self.link) {
            (Turn::Read(count), Link::Up(up)) => {
                let mut inner = self.shared.lock();
                inner.modem.handle_octets(up.received(count), now());
            }
            (Turn::Gone(error), _) => self.leave(Down::Gone(error)),
            (Turn::Returned(returned), _) => self.returned(returned),
            _ => {}
        }
    }

    fn returned(&mut self, returned: Returned) {
        let Returned { tools, power, port } = returned;
        let mut inner = self.shared.lock();
        if let Some(power) = power {
            inner.events.push_port(Event::PowerCycled(power));
        }
        match port {
            Ok(port) => {
                let name = port.name().to_owned();
                inner.events.push_port(Event::Up { port: name });
                inner.modem.handle_open(now());
                drop(inner);
                self.was_ready = false;
                self.link = Link::Up(Box::new(Up::new(port, tools)));
            }
            Err(error) => {
                drop(inner);
                self.attempt += 1;
                self.open_later(tools, Before::default(), Down::NotOpened(error));
            }
        }
    }

    async fn perform(&mut self, request: PortRequest) {
        let Some(up) = self.link.up() else { return };
        match request {
            PortRequest::DropDtr => up.drop_dtr().await,
            PortRequest::PowerCycle if up.tools.power.is_none() => {}
            PortRequest::PowerCycle => self.leave(Down::PowerCycle),
            _ => self.leave(Down::Reopen),
        }
    }

    /// Closes the port, to open it again later.
    fn leave(&mut self, why: Down) {
        let nothing = Link::Away(Box::pin(std::future::pending()));
        let up = match std::mem::replace(&mut self.link, nothing) {
            Link::Up(up) => up,
            away @ Link::Away(_) => {
                self.link = away;
                return;
            }
        };
        self.shared.lock().modem.handle_close(now());
        let was_of_use = self.was_ready || now() > up.opened + STABLE;
        if was_of_use && !matches!(why, Down::OtherModem { .. }) {
            self.backoff.reset();
            self.attempt = 0;
        } else {
            self.attempt += 1;
        }
        let before = Before {
            power: matches!(why, Down::PowerCycle).then(|| up.port.name().to_owned()),
            close: Some(up.port),
            pause: Duration::ZERO,
        };
        self.open_later(up.tools, before, why);
    }

    fn open_later(&mut self, tools: Tools, before: Before, why: Down) {
        self.pauses += 1;
        let pause = self.backoff.next(self.jitter.hash_one(self.pauses));
        self.shared.lock().events.push_port(Event::Down {
            why,
            pause: Some(pause),
        });
        self.link = Link::away(tools, Before { pause, ..before }, self.attempt);
    }

    async fn end(self) {
        self.shared.lock().take_last_outcomes();
        let why = match self.link {
            Link::Up(up) => {
                link::close(up.port).await;
                Some(Down::Closed)
            }
            Link::Away(_) => None,
        };
        let mut inner = self.shared.lock();
        if let Some(why) = why {
            inner.events.push(Event::Down { why, pause: None });
        }
    }
}

/// Tells everybody that the task has ended, when it is dropped.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        let shared = &self.0;
        let mut inner = shared.lock();
        if std::thread::panicking() {
            // It may be what panicked.
            inner.modem.set_tap(Tap::default());
        }
        inner.closing = Some(Closing::Now);
        inner.give_up();
        inner.take_last_outcomes();
        inner.has_ended = true;
        drop(inner);
        set(&shared.idle, false);
        set(&shared.state, State::Closed);
        shared.told.notify_one();
        shared.ended.send_replace(true);
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the driver this way, or in a quicker one if that was asked for before.
    pub(super) fn end(&self, closing: Closing) {
        let mut inner = self.lock();
        inner.closing = inner.closing.max(Some(closing));
        self.word.notify_one();
    }

    /// There is something to do for the task.
    pub(super) fn touch(&self) {
        set(&self.idle, false);
        self.word.notify_one();
    }
}

/// Tells a change, if it is one.
fn set<T: PartialEq>(place: &watch::Sender<T>, value: T) {
    place.send_if_modified(|last| {
        let is_new = *last != value;
        *last = value;
        is_new
    });
}

impl Drop for LastHandle {
    fn drop(&mut self) {
        self.0.end(Closing::Now);
    }
}

impl Inner {
    /// Takes a message back, unless it is too late; who awaits it is told.
    pub(super) fn withdraw(&mut self, token: u64) -> Option<Submit> {
        let submit = self.modem.withdraw(token)?;
        if self.calls.is_awaited(token) {
            self.not_sent(token);
        } else {
            self.outstanding = self.outstanding.saturating_sub(1);
        }
        Some(submit)
    }

    /// Takes a message back for whoever awaited it and does no more.
    pub(super) fn take_back(&mut self, token: u64) {
        if self.modem.withdraw(token).is_some() {
            self.calls.forget(token);
            self.outstanding = self.outstanding.saturating_sub(1);
        }
    }

    /// Takes back all messages that can be; who awaits one is told.
    pub(super) fn withdraw_all(&mut self) -> Vec<(u64, Submit)> {
        let mut all = self.modem.withdraw_all();
        all.retain(|(token, _)| {
            let is_awaited = self.calls.is_awaited(*token);
            if is_awaited {
                self.not_sent(*token);
            } else {
                self.outstanding = self.outstanding.saturating_sub(1);
            }
            !is_awaited
        });
        all
    }

    /// Tells of all that waits to be sent that it is not.
    fn give_up(&mut self) {
        for (token, _) in self.modem.withdraw_all() {
            self.not_sent(token);
        }
    }

    fn not_sent(&mut self, token: u64) {
        let failure = Failure::Lost;
        self.tell(modem::Event::NotSent { token, failure });
    }

    /// Takes the modem's events while there is room for them. Outcomes, of which there are as many
    /// as there are requests, and what it wants of its port are taken always: whoever waits for them
    /// is not the owner of the events.
    fn take_events(&mut self, requests: &mut Vec<PortRequest>) {
        loop {
            let event = if self.events.is_full() {
                self.modem.poll_urgent_event()
            } else {
                self.modem.poll_event()
            };
            let Some(event) = event else { return };
            if let modem::Event::Port(request) = &event {
                requests.push(*request);
            }
            self.tell(event);
        }
    }

    /// Takes what is left when the driver ends: outcomes, and little else.
    fn take_last_outcomes(&mut self) {
        self.modem.handle_close(now());
        while let Some(event) = self.modem.poll_event() {
            self.tell(event);
        }
        self.calls.give_up();
    }

    fn tell(&mut self, event: modem::Event) {
        if event.settles().is_some() {
            self.outstanding = self.outstanding.saturating_sub(1);
        }
        if let Some(event) = self.calls.take(event) {
            self.events.push(Event::Modem(event));
        }
    }

    /// A modem that is not ready has nothing under way, and nobody knows when it will be.
    fn may_end(&self) -> bool {
        let is_done = self.outstanding == 0 && self.modem.is_idle();
        match self.closing {
            Some(Closing::Now) => is_done || !self.modem.state().is_ready(),
            Some(Closing::Drain) => is_done,
            None => false,
        }
    }
}

impl From<QueueFull> for RequestError {
    fn from(_: QueueFull) -> Self {
        Self::Full
    }
}

impl From<CommandError> for RequestError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Value(error) => Self::Value(error),
            _ => Self::Full,
        }
    }
}
