//! [`PoolHandle`]: a pool over [drivers](crate::driver), kept going by tasks.

mod events;
mod member;
mod sending;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::{Notify, oneshot, watch};

use super::{
    Action, Config, Event, MemberId, MemberOptions, Message, Now, Outcome, Pool, SendError,
    SendErrorKind, SimConfig, SimRecord, SimStatus,
};
use crate::command::identity::Iccid;
use crate::driver::{self, Driver, Finder};
use crate::modem::{self, ReceivedId};

pub use events::{PoolEvent, PoolEvents};
pub use sending::PoolSending;

/// A handle to a pool over drivers, that tasks keep going; clones share it.
///
/// When the last is dropped, the pool [closes](Self::close).
///
/// ```no_run
/// use smsgw_at::driver;
/// use smsgw_at::modem;
/// use smsgw_at::pool::{Config, MemberOptions, Message, PoolHandle, PoolOptions};
/// use smsgw_at::port::PortAddress;
///
/// # async fn example(pdus: Vec<Vec<u8>>) -> Result<(), Box<dyn std::error::Error>> {
/// let (pool, mut events) = PoolHandle::start(Config::default(), PoolOptions::default());
/// for path in ["/dev/serial/by-id/usb-HUAWEI-if00-port0", "tcp:192.0.2.7:4000"] {
///     let port: PortAddress = path.parse()?;
///     let (modem, port_options) = (modem::Config::default(), driver::Options::default());
///     pool.add(port, modem, port_options, MemberOptions::default())?;
/// }
/// tokio::spawn(async move { while let Some(event) = events.recv().await { println!("{event:?}") } });
/// let message = Message {
///     recipient: "+41791234567".to_owned(),
///     parts: pdus,
///     sim: None,
///     expires: None,
/// };
/// let outcome = pool.send(message)?.await;
/// println!("sent: {}", outcome.is_sent());
/// pool.close().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PoolHandle {
    shared: Arc<Shared>,
    _last: Arc<LastHandle>,
}

/// How the tasks of a pool treat its owner and its modems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolOptions {
    /// How many events may wait for their owner before no more of them are taken from the modems,
    /// at least 1.
    pub max_events: usize,
    /// Whether a port is closed behind which is a modem that is in the pool by another port.
    pub remove_twins: bool,
}

/// 1,024 events; twins are removed.
impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            max_events: 1_024,
            remove_twins: true,
        }
    }
}

struct Shared {
    inner: Mutex<Inner>,
    /// Told when the pool wants to be woken earlier than its timer knows.
    word: Notify,
    /// Told when there may be an event.
    told: Notify,
    /// Told when there may be room, for messages or for events.
    room: Notify,
    ended: watch::Sender<bool>,
}

/// Closes the pool when it is dropped.
struct LastHandle(Arc<Shared>);

struct Inner {
    pool: Pool,
    options: PoolOptions,
    drivers: HashMap<MemberId, Driver>,
    /// Modems whose events are still listened to.
    members: usize,
    events: VecDeque<PoolEvent>,
    /// Nobody takes the events.
    is_unheard: bool,
    /// Who awaits an outcome.
    calls: HashMap<u64, oneshot::Sender<Outcome>>,
    next_call: u64,
    /// When the timer wakes by itself.
    timer: Option<Instant>,
    is_closing: bool,
    has_ended: bool,
}

impl PoolHandle {
    /// Starts the pool's timer.
    ///
    /// # Panics
    /// Outside of a runtime of tokio.
    #[must_use]
    pub fn start(config: Config, options: PoolOptions) -> (Self, PoolEvents) {
        let now = now();
        let shared = Arc::new(Shared {
            inner: Mutex::new(Inner {
                pool: Pool::new(config, now),
                options,
                drivers: HashMap::new(),
                members: 0,
                events: VecDeque::new(),
                is_unheard: false,
                calls: HashMap::new(),
                next_call: first_call(now),
                timer: None,
                is_closing: false,
                has_ended: false,
            }),
            word: Notify::new(),
            told: Notify::new(),
            room: Notify::new(),
            ended: watch::Sender::new(false),
        });
        tokio::spawn(Arc::clone(&shared).keep_time());
        let handle = Self {
            _last: Arc::new(LastHandle(Arc::clone(&shared))),
            shared: Arc::clone(&shared),
        };
        (handle, PoolEvents { shared })
    }

    /// Starts a driver and lets its modem join.
    ///
    /// # Errors
    /// [`PoolClosed`] when the pool closes.
    ///
    /// # Panics
    /// Outside of a runtime of tokio.
    pub fn add(
        &self,
        finder: impl Finder,
        modem: modem::Config,
        port: driver::Options,
        member: MemberOptions,
    ) -> Result<MemberId, PoolClosed> {
        let (driver, events) = Driver::start(finder, modem, port);
        self.add_driver(driver, events, member)
    }

    /// Lets the modem of a driver join, of which nothing was sent by it yet. The pool closes the
    /// driver when the modem leaves.
    ///
    /// # Errors
    /// [`PoolClosed`] when the pool closes.
    ///
    /// # Panics
    /// Outside of a runtime of tokio.
    pub fn add_driver(
        &self,
        driver: Driver,
        events: driver::Events,
        options: MemberOptions,
    ) -> Result<MemberId, PoolClosed> {
        let mut inner = self.shared.lock();
        if inner.is_closing {
            return Err(PoolClosed);
        }
        let member = inner.pool.join(options, now());
        inner.drivers.insert(member, driver);
        inner.members += 1;
        self.shared.follow(&mut inner);
        drop(inner);
        tokio::spawn(Arc::clone(&self.shared).listen(member, events));
        Ok(member)
    }

    /// Has a modem leave: what it has not begun goes elsewhere, what it is doing is let come to its
    /// outcome, and its port is closed. [Drain](Self::drain) it first to have all parts of what it
    /// began sent. Cancel-safe: it goes on unawaited.
    pub async fn remove(&self, member: MemberId) {
        self.shared.remove(member).await;
    }

    /// The driver of a modem, for what is not a message; `None` when it has left.
    ///
    /// What is sent by it does not count for the pool.
    #[must_use]
    pub fn driver(&self, member: MemberId) -> Option<Driver> {
        self.shared.lock().drivers.get(&member).cloned()
    }

    /// Queues a message; what is given is ready with what becomes of it.
    ///
    /// # Errors
    /// When it is not taken; the error has the message.
    pub fn send(&self, message: Message) -> Result<PoolSending, SendError> {
        let parts = message.parts.len();
        let (outcome, known) = oneshot::channel();
        let mut inner = self.shared.lock();
        let token = inner.next_call;
        inner.send(token, message)?;
        inner.next_call = token.wrapping_add(1).max(FIRST_CALL) & Pool::MAX_TOKEN;
        inner.calls.insert(token, outcome);
        self.shared.follow(&mut inner);
        drop(inner);
        let shared = Arc::clone(&self.shared);
        Ok(PoolSending::new(shared, token, parts, known))
    }

    /// Queues a message; its outcome is an event with `token`, which is below 2^54.
    ///
    /// # Errors
    /// When it is not taken; the error has the message.
    pub fn queue(&self, token: u64, message: Message) -> Result<(), SendError> {
        if token >= FIRST_CALL {
            let kind = SendErrorKind::Token;
            return Err(SendError { kind, message });
        }
        let mut inner = self.shared.lock();
        inner.send(token, message)?;
        self.shared.follow(&mut inner);
        Ok(())
    }

    /// Waits until the queue has room; somebody else may be faster then. Returns at once when the
    /// pool is closed. Cancel-safe.
    pub async fn room(&self) {
        let has_room = |inner: &Inner| inner.pool.has_room() || inner.is_closing;
        self.shared.wait_until(has_room).await;
    }

    /// Gives a message back of which no part was given to a modem yet; `None` when it is too late.
    /// It has no outcome then.
    #[must_use]
    pub fn withdraw(&self, token: u64) -> Option<Message> {
        let message = self.shared.lock().pool.withdraw(token);
        self.shared.room.notify_waiters();
        message
    }

    /// Cancels a message: what of it was not begun is not sent. Its outcome says how far it had
    /// come. `false` when there is no such message.
    pub fn cancel(&self, token: u64) -> bool {
        self.shared.with(|pool, now| pool.cancel(token, now))
    }

    /// Says that a message or a report is safe: the modem need not keep it any longer.
    pub fn persisted(&self, member: MemberId, id: ReceivedId) {
        if let Some(driver) = self.driver(member) {
            driver.persisted(id);
        }
    }

    /// A modem gets nothing new: see [`Pool::drain`].
    pub fn drain(&self, member: MemberId) {
        self.shared.with(|pool, now| pool.drain(member, now));
    }

    /// A modem that was drained is used again.
    pub fn resume(&self, member: MemberId) {
        self.shared.with(|pool, now| pool.resume(member, now));
    }

    /// Has a modem change to another of its SIMs: see [`Pool::switch_slot`].
    pub fn switch_slot(&self, member: MemberId, slot: usize) -> bool {
        self.shared
            .with(|pool, now| pool.switch_slot(member, slot, now))
    }

    /// A SIM is used otherwise from now on.
    pub fn configure_sim(&self, iccid: &Iccid, config: SimConfig) {
        self.shared
            .with(|pool, now| pool.configure_sim(iccid, config, now));
    }

    /// All SIMs that are known, in the order they came.
    #[must_use]
    pub fn status(&self) -> Vec<SimStatus> {
        self.shared.lock().pool.status(now()).collect()
    }

    /// Messages without an outcome.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.shared.lock().pool.queued()
    }

    /// What has to be remembered across a restart: what each SIM used and sent.
    #[must_use]
    pub fn export(&self) -> Vec<SimRecord> {
        self.shared.lock().pool.export(now()).collect()
    }

    /// Knows again what was [exported](Self::export).
    pub fn restore(&self, records: impl IntoIterator<Item = SimRecord>) {
        self.shared.with(|pool, now| pool.restore(records, now));
    }

    /// Ends the pool: what was not begun is cancelled, what the modems are doing is let come to its
    /// outcome, and their ports are closed.
    ///
    /// It waits for messages that are just being sent. Cancel-safe: it goes on unawaited. The events
    /// come to their end.
    pub async fn close(&self) {
        for driver in self.shared.end() {
            // All have been told to close: the rest is to wait for each.
            driver.close().await;
        }
        let mut ended = self.shared.ended.subscribe();
        let _ = ended.wait_for(|ended| *ended).await;
    }
}

impl Shared {
    /// The least time between two looks at the time.
    const TICK: Duration = Duration::from_millis(1);

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something to the pool, and what follows.
    fn with<R>(self: &Arc<Self>, act: impl FnOnce(&mut Pool, Now) -> R) -> R {
        let mut inner = self.lock();
        let done = act(&mut inner.pool, now());
        self.follow(&mut inner);
        done
    }

    /// Does what the pool wants done, and tells what it tells.
    fn follow(self: &Arc<Self>, inner: &mut Inner) {
        loop {
            while let Some(action) = inner.pool.poll_action() {
                self.perform(inner, action);
            }
            let Some(event) = inner.pool.poll_event() else {
                break;
            };
            if let Event::Twin { member, .. } = event
                && inner.options.remove_twins
            {
                let shared = Arc::clone(self);
                tokio::spawn(async move { shared.remove(member).await });
            }
            inner.tell(event, &self.room);
        }
        self.told.notify_one();
        let due = inner.pool.poll_timeout();
        if due.is_some_and(|due| inner.timer.is_none_or(|timer| due < timer)) {
            self.word.notify_one();
        }
    }

    fn perform(self: &Arc<Self>, inner: &mut Inner, action: Action) {
        let now = now();
        match action {
            Action::Assign {
                member,
                token,
                submit,
            } => {
                let driver = inner.drivers.get(&member);
                if driver.is_none_or(|driver| driver.queue(token, submit).is_err()) {
                    inner.pool.withdrawn(member, token, now);
                }
            }
            Action::Withdraw { member, token } => {
                let driver = inner.drivers.get(&member);
                if driver.is_some_and(|driver| driver.withdraw(token).is_some()) {
                    inner.pool.withdrawn(member, token, now);
                }
            }
            Action::SwitchSlot {
                member, command, ..
            } => {
                if let Some(driver) = inner.drivers.get(&member).cloned() {
                    tokio::spawn(Arc::clone(self).switch_slot(member, driver, command));
                }
            }
        }
    }

    /// Wakes the pool when it wants to be.
    async fn keep_time(self: Arc<Self>) {
        let mut looked = Instant::now();
        loop {
            let due = {
                let mut inner = self.lock();
                if inner.has_ended {
                    return;
                }
                inner.timer = inner.pool.poll_timeout();
                inner.timer
            };
            tokio::select! {
                () = self.word.notified() => continue,
                () = sleep_until(due.map(|due| due.max(looked + Self::TICK))) => {}
            }
            looked = now().mono;
            self.with(Pool::handle_timeout);
        }
    }

    /// Begins to close; gives all drivers, which close from then on.
    fn end(self: &Arc<Self>) -> Vec<Driver> {
        let mut inner = self.lock();
        inner.is_closing = true;
        inner.pool.cancel_all(now());
        self.follow(&mut inner);
        let drivers: Vec<Driver> = inner.drivers.values().cloned().collect();
        for driver in &drivers {
            driver.begin_close();
        }
        self.end_if_done(&mut inner);
        self.room.notify_waiters();
        drivers
    }

    fn end_if_done(&self, inner: &mut Inner) {
        if inner.is_closing && inner.members == 0 {
            inner.has_ended = true;
            // What could not be told any more has no outcome.
            inner.calls.clear();
            self.ended.send_replace(true);
            self.told.notify_one();
            self.word.notify_one();
        }
    }

    /// Waits until something is so that [`Self::room`] is told of.
    async fn wait_until(&self, is_so: impl Fn(&Inner) -> bool) {
        loop {
            let told = self.room.notified();
            tokio::pin!(told);
            // Told from here on, though it waits later.
            told.as_mut().enable();
            if is_so(&self.lock()) {
                return;
            }
            told.await;
        }
    }
}

impl Drop for LastHandle {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Inner {
    fn send(&mut self, token: u64, message: Message) -> Result<(), SendError> {
        if self.is_closing {
            let kind = SendErrorKind::Closed;
            return Err(SendError { kind, message });
        }
        self.pool.send(token, message, now())
    }

    /// Tells an event to who awaits it, or to the owner.
    fn tell(&mut self, event: Event, room: &Notify) {
        let event = match event {
            Event::Outcome(outcome) => {
                room.notify_waiters();
                let Some(waits) = self.calls.remove(&outcome.token) else {
                    return self.push(PoolEvent::Pool(Event::Outcome(outcome)));
                };
                match waits.send(outcome) {
                    Ok(()) => return,
                    // Whoever awaited it has given up meanwhile.
                    Err(outcome) => Event::Outcome(outcome),
                }
            }
            event => event,
        };
        self.push(PoolEvent::Pool(event));
    }

    fn push(&mut self, event: PoolEvent) {
        if !self.is_unheard {
            self.events.push_back(event);
        }
    }

    fn has_room_for_events(&self) -> bool {
        self.is_unheard || self.events.len() < self.options.max_events.max(1)
    }
}

/// Tokens from here on are the handle's own.
const FIRST_CALL: u64 = 1 << 54;

/// Other tokens than before a restart, as long as there were no more than a thousand in each
/// millisecond: reports may still come that have those.
fn first_call(now: Now) -> u64 {
    let milliseconds = now.unix.unsigned_abs().wrapping_mul(1_000);
    (FIRST_CALL | milliseconds << 10) & Pool::MAX_TOKEN
}

/// Both clocks, now.
fn now() -> Now {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = wall.map_or(0, |wall| wall.as_secs());
    Now {
        mono: smsgw_net::now(),
        unix: i64::try_from(seconds).unwrap_or(i64::MAX),
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// The pool is closed, or closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolClosed;

impl fmt::Display for PoolClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pool is closed")
    }
}

impl std::error::Error for PoolClosed {}

impl fmt::Debug for PoolHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolHandle")
            .field("pool", &self.shared.lock().pool)
            .finish_non_exhaustive()
    }
}
