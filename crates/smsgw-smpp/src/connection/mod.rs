//! What both tokio shells share: one task that moves octets between a stream and a
//! [`Session`], and the handles to it.

mod call;
mod drive;
mod events;

use std::any::Any;
use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use smsgw_net::now;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, SemaphorePermit, TryAcquireError};

use crate::frame::Frame;
use crate::header::SequenceNumber;
use crate::pdu::{Body, Notification, Request};
use crate::session::{CloseReason, Event, Metrics, Pace, SendError, Session, State};
use crate::status::CommandStatus;
use crate::types::COctetString;

use call::{Calls, FIRST_CALL};
pub use call::{Reply, RequestError};
pub use events::Events;
use events::Queue;

/// A handle to a session that a task drives; clones share it.
///
/// When the last is dropped, the session unbinds.
#[derive(Clone)]
pub struct Connection {
    shared: Arc<Shared>,
    _unbinder: Arc<Unbinder>,
}

struct Shared {
    inner: Mutex<Inner>,
    /// One permit for each free place in the window.
    window: Semaphore,
    /// Held by who sends next: while one waits for the window or the rate, nobody overtakes.
    turn: Semaphore,
    /// How many wait to send.
    waiting: AtomicUsize,
    /// How long a request may wait to be sent.
    patience: Duration,
}

struct Inner {
    session: Session,
    events: Queue,
    /// Nobody takes the events.
    unheard: bool,
    /// Who awaits an answer; requests that were queued have none here.
    calls: Calls,
    /// Places taken by requests of [`Connection::with`] that somebody else had a permit for.
    owed: usize,
    /// The owner wants nothing to be read.
    held: bool,
    /// Something was done that the task has not seen.
    touched: bool,
    /// Wakes the task, while it sleeps.
    driver: Option<Waker>,
    /// Wakes who waits for events.
    listener: Option<Waker>,
}

impl Connection {
    /// Starts the task that drives `session` over `stream`.
    pub(crate) fn start<S>(stream: S, session: Session) -> (Self, Events)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        if let Some(stream) = (&stream as &dyn Any).downcast_ref::<TcpStream>() {
            // Without it a small answer waits for the peer's acknowledgement of the last one.
            let _ = stream.set_nodelay(true);
        }
        let config = session.config();
        let patience = config
            .window_wait
            .unwrap_or(config.response_timer)
            .min(config.response_timer);
        let shared = Arc::new(Shared {
            window: Semaphore::new(config.window),
            turn: Semaphore::new(1),
            waiting: AtomicUsize::new(0),
            patience,
            inner: Mutex::new(Inner {
                session,
                events: Queue::default(),
                unheard: false,
                calls: Calls::default(),
                owed: 0,
                held: false,
                touched: false,
                driver: None,
                listener: None,
            }),
        });
        tokio::spawn(drive::drive(stream, Arc::clone(&shared)));
        let unbinder = Arc::new(Unbinder(Arc::clone(&shared)));
        (
            Self {
                shared: Arc::clone(&shared),
                _unbinder: unbinder,
            },
            Events { shared },
        )
    }

    /// Runs `act` on the session, with the time, and lets the task do what follows from it: many
    /// answers or requests at the price of one, and written together.
    ///
    /// `act` is not to poll the session or to hand it octets: that is for the task. Nothing else
    /// of the connection may be called in it.
    pub fn with<R>(&self, act: impl FnOnce(&mut Session, Instant) -> R) -> R {
        let mut inner = self.shared.lock();
        let before = inner.session.in_flight();
        let result = act(&mut inner.session, now());
        // Requests made in it take places as all others do.
        let sent = inner.session.in_flight().saturating_sub(before);
        inner.owed += sent - self.shared.window.forget_permits(sent);
        let driver = inner.touch();
        drop(inner);
        wake(driver);
        result
    }

    /// Sends a request and waits for its answer.
    ///
    /// Waits for room in the window and for the rate first, not longer than
    /// [`Config::window_wait`](crate::session::Config::window_wait); the time for an answer counts
    /// from the call. Requests are sent in the order of the calls. Dropping the future gives up
    /// the answer, not the request, once it is sent.
    ///
    /// # Errors
    /// When it could not be sent, or there is no answer: the error says which.
    // No `async fn`: the compiler could not see that a task which awaits this is `Send`.
    pub fn request<'a, T: Request<'a> + Sync>(
        &self,
        body: &T,
    ) -> impl Future<Output = Result<Reply<T::Response>, RequestError>> + Send {
        self.call(body)
    }

    async fn call<'a, T: Request<'a> + Sync>(
        &self,
        body: &T,
    ) -> Result<Reply<T::Response>, RequestError> {
        let mut call = Call {
            shared: &self.shared,
            token: None,
        };
        self.send(body, |inner| *call.token.insert(inner.calls.open()))
            .await?;
        match call.answer().await {
            Some(Event::Response { frame, .. }) => Ok(Reply::new(frame)),
            Some(Event::Unanswered { written, .. }) => Err(RequestError::Unanswered { written }),
            _ => Err(RequestError::Unanswered { written: true }),
        }
    }

    /// Sends a request whose outcome comes as an event with `token`: [`Event::Response`] or
    /// [`Event::Unanswered`]. Gives its number.
    ///
    /// Waits as [`Self::request`] does before it is sent. `token` is anything below 2^63.
    ///
    /// # Errors
    /// When it could not be sent; no event comes then.
    pub fn queue<'a, T: Request<'a> + Sync>(
        &self,
        body: &T,
        token: u64,
    ) -> impl Future<Output = Result<SequenceNumber, RequestError>> + Send {
        self.send(body, move |_| token)
    }

    /// As [`Self::queue`], but does not wait.
    ///
    /// # Errors
    /// When it could not be sent now; no event comes then.
    pub fn try_queue<'a, T: Request<'a>>(
        &self,
        body: &T,
        token: u64,
    ) -> Result<SequenceNumber, RequestError> {
        let _turn = try_acquire(&self.shared.turn)?;
        let permit = try_acquire(&self.shared.window)?;
        self.send_now(permit, body, now(), |_| token)
            .map_err(|refused| refused.error)
    }

    async fn send<'a, T: Request<'a> + Sync>(
        &self,
        body: &T,
        mut token: impl FnMut(&mut Inner) -> u64 + Send,
    ) -> Result<SequenceNumber, RequestError> {
        let called = now();
        let until = called + self.shared.patience;
        let _waits = Waits::new(&self.shared.waiting);
        let _turn = acquire(&self.shared.turn, until).await?;
        loop {
            let permit = acquire(&self.shared.window, until).await?;
            match self.send_now(permit, body, called, &mut token) {
                Ok(number) => return Ok(number),
                Err(Refused {
                    retry: Some(retry), ..
                }) if retry < until => {
                    tokio::time::sleep_until(retry.into()).await;
                }
                Err(Refused { error, .. }) => return Err(error),
            }
        }
    }

    fn send_now<'a, T: Request<'a>>(
        &self,
        permit: SemaphorePermit<'_>,
        body: &T,
        called: Instant,
        token: impl FnOnce(&mut Inner) -> u64,
    ) -> Result<SequenceNumber, Refused> {
        let mut inner = self.shared.lock();
        let token = token(&mut inner);
        match inner.session.request_since(body, token, called, now()) {
            Ok(number) => {
                let driver = inner.touch();
                drop(inner);
                // A place in the window, free again when the answer comes.
                permit.forget();
                wake(driver);
                Ok(number)
            }
            Err(error) => {
                if token >= FIRST_CALL {
                    inner.calls.close(token);
                }
                let mut refused = Refused::from(error);
                if error == SendError::WindowFull && inner.owed > 0 {
                    // Its place was taken in `with`: it waits for another.
                    inner.owed -= 1;
                    permit.forget();
                    refused.retry = Some(now());
                }
                Err(refused)
            }
        }
    }

    /// Tells the peer something that has no answer: `alert_notification`.
    ///
    /// # Errors
    /// When the state or the version does not allow it.
    pub fn notify<'a, T: Notification<'a>>(&self, body: &T) -> Result<(), RequestError> {
        let sent = self.with(|session, now| session.notify(body, now));
        sent.map(drop).map_err(|error| Refused::from(error).error)
    }

    /// Answers a request of the peer.
    pub fn respond<'a, T: Body<'a>>(&self, request: &Frame, status: CommandStatus, body: &T) {
        self.with(|session, _| session.respond(body, status, request.sequence_number()));
    }

    /// Answers a request of the peer with a status and no body.
    pub fn reject(&self, request: &Frame, status: CommandStatus) {
        self.with(|session, _| session.reject(request.header(), status));
    }

    /// Leaves a request of the peer without an answer: nothing waits for one any more.
    pub fn ignore(&self, request: &Frame) {
        self.with(|session, _| session.ignore(request.header()));
    }

    /// Where the session is.
    #[must_use]
    pub fn state(&self) -> State {
        self.shared.lock().session.state()
    }

    /// How many own requests wait for an answer.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.shared.lock().session.in_flight()
    }

    /// How many own requests wait: to be sent, or for an answer.
    pub(crate) fn load(&self) -> usize {
        self.in_flight() + self.shared.waiting.load(Ordering::Relaxed)
    }

    /// Whether the window has room for a request.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.shared.lock().session.has_room()
    }

    /// What was counted and measured so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.shared.lock().session.metrics().clone()
    }

    /// How fast requests may be sent now; hand it to the next session with the same peer.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.shared.lock().session.pace().clone()
    }

    /// Ends the session in good order: the answers in flight are waited for, those of the peer and
    /// those to the peer. [`Event::Closed`] tells when it is over.
    pub fn unbind(&self) {
        self.with(|session, now| session.unbind(now));
    }

    /// Ends the session at once.
    pub fn close(&self) {
        self.with(|session, _| session.close(CloseReason::Local));
    }

    /// Reads nothing from the peer until it is called with `false`: what it sends waits, and then
    /// it can send no more. Timers go on.
    pub fn hold(&self, held: bool) {
        let mut inner = self.shared.lock();
        inner.held = held;
        let driver = inner.touch();
        drop(inner);
        wake(driver);
    }

    /// Sends octets as they are, which need not be a PDU: for simulators of sloppy peers.
    pub fn send_octets(&self, octets: &[u8]) {
        self.with(|session, _| session.send_octets(octets));
    }

    /// Ends the session at once and the stream with `octets`, which may break off in the middle of
    /// a PDU: for simulators of peers that do.
    pub fn break_off(&self, octets: &[u8]) {
        self.with(|session, _| session.break_off(octets));
    }

    pub(crate) fn accept_bind(&self, system_id: COctetString<'_, 16>) {
        self.with(|session, now| session.accept_bind(system_id, now));
    }

    pub(crate) fn refuse_bind(&self, status: CommandStatus) {
        self.with(|session, _| session.refuse_bind(status));
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// A request that was not sent, and when to try again if that helps.
struct Refused {
    error: RequestError,
    retry: Option<Instant>,
}

impl From<SendError> for Refused {
    fn from(error: SendError) -> Self {
        let (error, retry) = match error {
            SendError::State(State::Closed) => (RequestError::Closed, None),
            SendError::State(state) => (RequestError::State(state), None),
            SendError::Version(version) => (RequestError::Version(version), None),
            SendError::WindowFull => (RequestError::WindowFull, None),
            SendError::Paced(until) => (RequestError::Paced, Some(until)),
        };
        Self { error, retry }
    }
}

fn try_acquire(semaphore: &Semaphore) -> Result<SemaphorePermit<'_>, RequestError> {
    semaphore.try_acquire().map_err(|error| match error {
        TryAcquireError::Closed => RequestError::Closed,
        TryAcquireError::NoPermits => RequestError::WindowFull,
    })
}

async fn acquire(
    semaphore: &Semaphore,
    until: Instant,
) -> Result<SemaphorePermit<'_>, RequestError> {
    match try_acquire(semaphore) {
        Err(RequestError::WindowFull) => {
            match tokio::time::timeout_at(until.into(), semaphore.acquire()).await {
                Ok(permit) => permit.map_err(|_| RequestError::Closed),
                Err(_) => Err(RequestError::WindowFull),
            }
        }
        other => other,
    }
}

/// One who waits to send, until it is dropped.
struct Waits<'s>(&'s AtomicUsize);

impl<'s> Waits<'s> {
    fn new(waiting: &'s AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request whose answer is awaited. Dropped, it gives the answer up.
struct Call<'s> {
    shared: &'s Shared,
    /// Once it is sent.
    token: Option<u64>,
}

impl Call<'_> {
    async fn answer(&self) -> Option<Event> {
        let token = self.token?;
        poll_fn(|context| self.shared.lock().calls.poll(token, context)).await
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if let Some(token) = self.token {
            self.shared.lock().calls.close(token);
        }
    }
}

/// What all handles of a session share: without handles nobody can use it, nor answer.
struct Unbinder(Arc<Shared>);

impl Drop for Unbinder {
    fn drop(&mut self) {
        let mut inner = self.0.lock();
        inner.session.ignore_all();
        inner.session.unbind(now());
        let driver = inner.touch();
        drop(inner);
        wake(driver);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it is held; if something did, the session still closes in order.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the session's events to those who wait for them; `wakers` are to be woken.
    fn dispatch(&self, inner: &mut Inner, wakers: &mut Vec<Waker>) {
        let before = inner.events.len();
        let mut answered = 0;
        while let Some(event) = inner.session.poll_event() {
            match event {
                Event::Response { token, .. } | Event::Unanswered { token, .. } => {
                    answered += 1;
                    if token >= FIRST_CALL {
                        // A caller that is gone gave up the answer.
                        wakers.extend(inner.calls.answer(token, event));
                        continue;
                    }
                }
                Event::LateResponse { token, .. } if token >= FIRST_CALL => continue,
                Event::Closed(_) => {
                    self.turn.close();
                    self.window.close();
                }
                _ => {}
            }
            if inner.unheard {
                events::decline(&mut inner.session, &event);
                // It may have been paused.
                inner.touched = true;
            } else {
                inner.events.push(event);
            }
        }
        let paid = inner.owed.min(answered);
        inner.owed -= paid;
        if answered > paid {
            self.window.add_permits(answered - paid);
        }
        if inner.events.len() > before {
            wakers.extend(inner.listener.take());
        }
    }
}

impl Inner {
    /// An owner that does not take its events is not read for: the session has to know, or it would
    /// call the peer silent.
    fn tell_if_unread(&mut self) {
        self.session.set_unread(self.events.is_full());
    }

    /// Notes that the task has something to do, and gives what wakes it if it sleeps.
    fn touch(&mut self) -> Option<Waker> {
        self.touched = true;
        self.driver.take()
    }
}

/// Wakes a task, after the lock is released.
fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
