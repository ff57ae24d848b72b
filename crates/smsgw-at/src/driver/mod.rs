//! [`Driver`]: a modem and its port, kept going by a task.
//!
//! ```no_run
//! use smsgw_at::driver::{Driver, Event, Options, Outcome};
//! use smsgw_at::modem::{self, Config, Submit};
//! use smsgw_at::port::PortAddress;
//!
//! # async fn example(pdu: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
//! let port: PortAddress = "/dev/serial/by-id/usb-HUAWEI-if00-port0".parse()?;
//! let (modem, mut events) = Driver::start(port, Config::default(), Options::default());
//! let listens = tokio::spawn({
//!     let modem = modem.clone();
//!     async move {
//!         while let Some(event) = events.recv().await {
//!             if let Event::Modem(modem::Event::Received(received)) = event {
//!                 // Store it, and only then:
//!                 modem.persisted(received.id);
//!             }
//!         }
//!     }
//! });
//! match modem.send(Submit { pdu, more_to_follow: false })?.await {
//!     Outcome::Sent { reference } => println!("sent as {reference:?}"),
//!     Outcome::NotSent(failure) => println!("not sent: {failure}"),
//!     Outcome::Unknown => println!("sent or not, nobody knows"),
//! }
//! modem.close().await;
//! listens.await?;
//! # Ok(())
//! # }
//! ```
//!
//! The driver opens the port by a [`Finder`], again after each loss with growing pauses, does to it
//! what the modem's watchdog asks for, and moves octets; all decisions are the
//! [`Modem`]'s. What waits to be sent outlives the port.
//!
//! It is not a [`Connection`](smsgw_net::connection::Connection) over a
//! [`Session`](smsgw_net::connection::Session): a session ends with its stream, has a window of
//! requests that the peer answers in any order, and stops reading when its owner is slow. A modem
//! outlives its port, does one thing at a time, and has to be read or it loses what arrives.

mod call;
mod events;
mod finder;
mod link;
mod options;
mod task;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use smsgw_net::now;
use tokio::sync::{Notify, oneshot, watch};

use crate::modem::{
    Answer, Config, Failure, Health, Identity, Modem, ReceivedId, State, Submit, Ussd,
};
use call::{Awaited, Call, Calls, FIRST_CALL, Untold};
pub use call::{Outcome, RequestError, Sending};
use events::Queue;
pub use events::{Down, Event, Events};
pub use finder::{Finder, Opening};
pub use options::{Options, PowerHook};
use task::Task;

/// A handle to a modem that a task drives; clones share it.
///
/// When the last is dropped, the driver [closes](Self::close).
#[derive(Clone)]
pub struct Driver {
    shared: Arc<Shared>,
    _last: Arc<LastHandle>,
}

struct Shared {
    inner: Mutex<Inner>,
    /// Told when there is something to do for the task.
    word: Notify,
    /// Told when there may be an event.
    told: Notify,
    state: watch::Sender<State>,
    /// The modem is ready and has nothing to do.
    idle: watch::Sender<bool>,
    ended: watch::Sender<bool>,
}

/// Ends the driver when it is dropped.
struct LastHandle(Arc<Shared>);

struct Inner {
    modem: Modem,
    events: Queue,
    calls: Calls,
    /// Requests without an outcome.
    outstanding: usize,
    closing: Option<Closing>,
    has_ended: bool,
}

/// How a driver is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Closing {
    /// Once everything has its outcome.
    Drain,
    /// Once what the modem is doing has its outcome.
    Now,
}

impl Driver {
    /// Starts the task. It opens the port at once.
    ///
    /// # Panics
    /// Outside of a runtime of tokio.
    #[must_use]
    pub fn start(finder: impl Finder, config: Config, options: Options) -> (Self, Events) {
        let shared = Arc::new(Shared {
            inner: Mutex::new(Inner {
                modem: Modem::new(config, now()),
                events: Queue::new(options.max_events),
                calls: Calls::default(),
                outstanding: 0,
                closing: None,
                has_ended: false,
            }),
            word: Notify::new(),
            told: Notify::new(),
            state: watch::Sender::new(State::Closed),
            idle: watch::Sender::new(false),
            ended: watch::Sender::new(false),
        });
        let task = Task::new(Arc::clone(&shared), Box::new(finder), options);
        tokio::spawn(task.run());
        let driver = Self {
            _last: Arc::new(LastHandle(Arc::clone(&shared))),
            shared: Arc::clone(&shared),
        };
        (driver, Events { shared })
    }

    /// Queues a message; what is given is ready with what becomes of it.
    ///
    /// It waits as long as the modem is away: whoever has less time drops it, which takes the
    /// message back when it is not too late.
    ///
    /// # Errors
    /// When the queue is full or the driver closes.
    pub fn send(&self, submit: Submit) -> Result<Sending, RequestError> {
        let awaited = self.awaited(Call::Message, |inner, token| {
            Ok(inner.modem.send(token, submit, now())?)
        })?;
        Ok(Sending::new(awaited))
    }

    /// Queues a message; its outcome is an event with `token`, which is below 2^63.
    ///
    /// # Errors
    /// When the queue is full, the driver closes, or the token is not below 2^63.
    pub fn queue(&self, token: u64, submit: Submit) -> Result<(), RequestError> {
        if token >= FIRST_CALL {
            return Err(RequestError::Token);
        }
        self.request(|inner| Ok(inner.modem.send(token, submit, now())?))
    }

    /// Takes a message back of which nothing went to the modem yet; `None` when it is too late.
    ///
    /// A [queued](Self::queue) one has no outcome then; who [awaits](Self::send) it is told that it
    /// is not sent, as [`Failure::Lost`].
    #[must_use]
    pub fn withdraw(&self, token: u64) -> Option<Submit> {
        let submit = self.shared.lock().withdraw(token)?;
        self.shared.word.notify_one();
        Some(submit)
    }

    /// Takes back every [queued](Self::queue) message of which nothing went to the modem yet, in
    /// their order. Those that somebody [awaits](Self::send) are not sent either, as they are told.
    #[must_use]
    pub fn withdraw_all(&self) -> Vec<(u64, Submit)> {
        self.shared.lock().withdraw_all()
    }

    /// Says that a message or a report is safe: the modem need not keep it any longer.
    pub fn persisted(&self, id: ReceivedId) {
        self.shared.lock().modem.persisted(id, now());
        self.shared.touch();
    }

    /// Sends a USSD request, or the answer to what the network asked, and waits for what the network
    /// says.
    ///
    /// When it is dropped before, that comes among the [events](Events).
    ///
    /// # Errors
    /// When it is not queued, or comes to nothing.
    pub async fn ussd(&self, text: &str) -> Result<Ussd, CallError> {
        let awaited = self.awaited(Call::Ussd, |inner, token| {
            Ok(inner.modem.ussd(token, text, now())?)
        })?;
        settled(awaited).await
    }

    /// Ends the USSD session, if there is one.
    pub fn cancel_ussd(&self) {
        self.shared.lock().modem.ussd_cancel(now());
        self.shared.word.notify_one();
    }

    /// Ends all calls.
    ///
    /// When it is dropped before, what becomes of it comes among the [events](Events).
    ///
    /// # Errors
    /// When it is not queued, or not done.
    pub async fn hang_up(&self) -> Result<(), CallError> {
        let awaited = self.awaited(Call::HangUp, |inner, token| {
            Ok(inner.modem.hang_up(token, now())?)
        })?;
        settled(awaited).await
    }

    /// Sends a command of one's own, from `AT` on and without CR, and waits for the answer at most so
    /// long. It waits its turn among everything else.
    ///
    /// When it is dropped before, the answer comes among the [events](Events).
    ///
    /// # Errors
    /// When it is not queued, or there is no answer. A refusal is an answer.
    pub async fn command(&self, line: &str, timeout: Duration) -> Result<Answer, CallError> {
        let awaited = self.awaited(Call::Command, |inner, token| {
            Ok(inner.modem.command(token, line, timeout, now())?)
        })?;
        settled(awaited).await
    }

    /// Has the modem start again (`+CFUN=1,1`), once what it is doing has ended, and sets it up then.
    pub fn reset(&self) {
        self.shared.lock().modem.reset(now());
        self.shared.word.notify_one();
    }

    /// Where the modem is.
    #[must_use]
    pub fn state(&self) -> State {
        *self.shared.state.borrow()
    }

    /// Waits until the modem is where `is` wants it; `None` when the driver ends before. Cancel-safe.
    pub async fn wait_for(&self, is: impl FnMut(&State) -> bool) -> Option<State> {
        let mut state = self.shared.state.subscribe();
        let ended = self.ended();
        tokio::select! {
            state = state.wait_for(is) => state.ok().map(|state| *state),
            () = ended => None,
        }
    }

    /// Waits until the modem is ready and has nothing to do: what was stored when it became ready is
    /// among the [events](Events), to be taken by [`try_recv`](Events::try_recv), and what was asked
    /// for is done. `false` when the driver ends before. Cancel-safe.
    pub async fn idle(&self) -> bool {
        let mut idle = self.shared.idle.subscribe();
        let ended = self.ended();
        tokio::select! {
            is_idle = idle.wait_for(|is_idle| *is_idle) => is_idle.is_ok(),
            () = ended => false,
        }
    }

    /// What the modem is, and which SIM it has; `None` before that is known.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        self.shared.lock().modem.identity().cloned()
    }

    /// How the modem was when it was looked at last.
    #[must_use]
    pub fn health(&self) -> Health {
        self.shared.lock().modem.health().clone()
    }

    /// How many requests have no outcome yet.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.shared.lock().outstanding
    }

    /// Takes no more requests, and [closes](Self::close) once all there are have their outcome.
    ///
    /// Without a modem that takes as long as it is away. Cancel-safe: it goes on unawaited, and
    /// [`close`](Self::close) makes it shorter.
    pub async fn drain(&self) {
        self.shared.end(Closing::Drain);
        self.ended().await;
    }

    /// Ends the driver: what waits is given back as not sent, what the modem is doing is let come to
    /// its outcome, and the port is closed.
    ///
    /// It waits for a message that is just being sent, at most
    /// [`result_timer`](Config::result_timer). Cancel-safe: it goes on unawaited. The events come to
    /// their end.
    pub async fn close(&self) {
        self.shared.end(Closing::Now);
        self.ended().await;
    }

    /// Begins to [close](Self::close).
    pub(crate) fn begin_close(&self) {
        self.shared.end(Closing::Now);
    }

    /// Makes a request whose outcome is awaited.
    fn awaited<T: Untold>(
        &self,
        call: impl FnOnce(oneshot::Sender<T>) -> Call,
        make: impl FnOnce(&mut Inner, u64) -> Result<(), RequestError>,
    ) -> Result<Awaited<T>, RequestError> {
        let (outcome, known) = oneshot::channel();
        let token = self.request(|inner| {
            let token = inner.calls.next_token();
            make(inner, token)?;
            inner.calls.wait(token, call(outcome));
            Ok(token)
        })?;
        Ok(Awaited::new(Arc::clone(&self.shared), token, known))
    }

    fn request<T>(
        &self,
        request: impl FnOnce(&mut Inner) -> Result<T, RequestError>,
    ) -> Result<T, RequestError> {
        let mut inner = self.shared.lock();
        if inner.closing.is_some() {
            return Err(RequestError::Closed);
        }
        let made = request(&mut inner)?;
        inner.outstanding += 1;
        drop(inner);
        self.shared.touch();
        Ok(made)
    }

    /// Ready when the task has ended.
    fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut ended = self.shared.ended.subscribe();
        async move {
            let _ = ended.wait_for(|ended| *ended).await;
        }
    }
}

/// Waits for what becomes of a request.
async fn settled<T>(awaited: Awaited<Result<T, Failure>>) -> Result<T, CallError>
where
    Result<T, Failure>: Untold,
{
    // Without an outcome the driver has ended.
    let outcome = awaited.await.unwrap_or(Err(Failure::Lost));
    outcome.map_err(CallError::Failure)
}

/// Why a request that was awaited came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// It was not even queued.
    Request(RequestError),
    /// The modem did not do it.
    Failure(Failure),
}

impl From<RequestError> for CallError {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => error.fmt(f),
            Self::Failure(failure) => failure.fmt(f),
        }
    }
}

impl std::error::Error for CallError {}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
