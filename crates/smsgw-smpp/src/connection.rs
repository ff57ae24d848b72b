//! What both tokio shells share: one task that moves octets between a socket and a
//! [`Session`], and the handles to it.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore, SemaphorePermit, TryAcquireError, oneshot};

use crate::command::CommandId;
use crate::error::DecodeError;
use crate::frame::Frame;
use crate::header::SequenceNumber;
use crate::pdu::{Body, Request};
use crate::session::{CloseReason, Event, SendError, Session, State};
use crate::status::CommandStatus;
use crate::types::COctetString;

/// Events that wait for their owner before reading stops.
const MAX_EVENTS: usize = 4_096;
/// Octets of answers that wait to be written before reading stops: a peer that does not read is
/// not read. Own requests do not count, or two ends that send much would wait for each other.
const MAX_UNWRITTEN: u64 = 1 << 20;
/// Octets read at once, at least.
const READ: usize = 16 << 10;
/// How long the peer has after the end to take what is left and to close.
const LINGER: Duration = Duration::from_secs(2);

/// The answer to a request: its frame and the type of its body.
pub struct Reply<T> {
    frame: Frame,
    body: PhantomData<fn() -> T>,
}

impl<T: Body<'static>> Reply<T> {
    /// The outcome.
    #[must_use]
    pub const fn status(&self) -> CommandStatus {
        self.frame.command_status()
    }

    /// The whole answer; a `generic_nack` is possible.
    #[must_use]
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The body.
    ///
    /// # Errors
    /// When there is none, as in most refusals, or it cannot be read.
    pub fn body(&self) -> Result<T::At<'_>, DecodeError> {
        self.frame.decode()
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.frame.fmt(f)
    }
}

/// A request has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// The state of the session does not allow it; nothing was sent.
    State(State),
    /// The session is over; nothing was sent.
    Closed,
    /// As many requests as the window holds wait for an answer; nothing was sent.
    WindowFull,
    /// There was no answer in time, or the session ended first.
    Unanswered {
        /// Whether the peer may have got it.
        written: bool,
    },
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state) => write!(f, "not allowed in state {state:?}; not sent"),
            Self::Closed => f.write_str("the session is over; not sent"),
            Self::WindowFull => f.write_str("the window is full; not sent"),
            Self::Unanswered { written: true } => {
                f.write_str("no answer; the peer may have the request")
            }
            Self::Unanswered { written: false } => f.write_str("no answer; not sent"),
        }
    }
}

impl std::error::Error for RequestError {}

/// A handle to a session that a task drives; clones share it.
///
/// When the last is dropped, the session unbinds.
#[derive(Clone)]
pub struct Connection {
    shared: Arc<Shared>,
    _unbinder: Arc<Unbinder>,
}

/// The events of a session, for one owner.
///
/// When they are dropped, the session answers for the owner: a bind is refused, and what is
/// requested is refused with [`CommandStatus::ESME_RX_T_APPN`] or
/// [`CommandStatus::ESME_RSYSERR`].
pub struct Events {
    shared: Arc<Shared>,
}

struct Shared {
    inner: Mutex<Inner>,
    /// There is something to write, or room to read.
    driver: Notify,
    /// There are events.
    events: Notify,
    /// One permit for each free place in the window.
    window: Semaphore,
}

struct Inner {
    session: Session,
    events: VecDeque<Event>,
    /// Nobody takes the events.
    unheard: bool,
    /// Who awaits an answer, by token; requests that were queued have none here.
    calls: HashMap<u64, oneshot::Sender<Event>>,
    next_call: u64,
}

/// Tokens from here on are those of calls.
const FIRST_CALL: u64 = 1 << 63;

impl Connection {
    /// Starts the task that drives `session` over `stream`.
    pub(crate) fn start(stream: TcpStream, session: Session) -> (Self, Events) {
        let window = session.config().window;
        let shared = Arc::new(Shared {
            inner: Mutex::new(Inner {
                session,
                events: VecDeque::new(),
                unheard: false,
                calls: HashMap::new(),
                next_call: FIRST_CALL,
            }),
            driver: Notify::new(),
            events: Notify::new(),
            window: Semaphore::new(window),
        });
        tokio::spawn(drive(stream, Arc::clone(&shared)));
        let unbinder = Arc::new(Unbinder(Arc::clone(&shared)));
        (
            Self {
                shared: Arc::clone(&shared),
                _unbinder: unbinder,
            },
            Events { shared },
        )
    }

    /// Runs `act` on the session and lets the task do what follows from it.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut Session, Instant) -> R) -> R {
        let result = act(&mut self.shared.lock().session, now());
        self.shared.driver.notify_one();
        result
    }

    /// Sends a request and waits for its answer.
    ///
    /// Waits for room in the window first. Dropping the future gives up the answer, not the
    /// request, once it is sent.
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
        let (sender, answer) = oneshot::channel();
        self.send(body, |inner| {
            let token = inner.next_call;
            inner.next_call = token.checked_add(1).unwrap_or(FIRST_CALL);
            inner.calls.insert(token, sender);
            token
        })
        .await?;
        match answer.await {
            Ok(Event::Response { frame, .. }) => Ok(Reply {
                frame,
                body: PhantomData,
            }),
            Ok(Event::Unanswered { written, .. }) => Err(RequestError::Unanswered { written }),
            Ok(_) | Err(_) => Err(RequestError::Unanswered { written: true }),
        }
    }

    /// Sends a request whose outcome comes as an event with `token`: [`Event::Response`] or
    /// [`Event::Unanswered`]. Gives its number.
    ///
    /// Waits for room in the window. `token` is anything below 2^63.
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

    /// As [`Self::queue`], but does not wait for room in the window.
    ///
    /// # Errors
    /// When it could not be sent now; no event comes then.
    pub fn try_queue<'a, T: Request<'a>>(
        &self,
        body: &T,
        token: u64,
    ) -> Result<SequenceNumber, RequestError> {
        let permit = self
            .shared
            .window
            .try_acquire()
            .map_err(|error| match error {
                TryAcquireError::Closed => RequestError::Closed,
                TryAcquireError::NoPermits => RequestError::WindowFull,
            })?;
        self.send_now(permit, body, |_| token)
    }

    async fn send<'a, T: Request<'a> + Sync>(
        &self,
        body: &T,
        token: impl FnOnce(&mut Inner) -> u64 + Send,
    ) -> Result<SequenceNumber, RequestError> {
        let permit = self.shared.window.acquire().await;
        self.send_now(permit.map_err(|_| RequestError::Closed)?, body, token)
    }

    fn send_now<'a, T: Request<'a>>(
        &self,
        permit: SemaphorePermit<'_>,
        body: &T,
        token: impl FnOnce(&mut Inner) -> u64,
    ) -> Result<SequenceNumber, RequestError> {
        let mut inner = self.shared.lock();
        let token = token(&mut inner);
        match inner.session.request(body, token, now()) {
            Ok(number) => {
                drop(inner);
                // A place in the window, free again when the answer comes.
                permit.forget();
                self.shared.driver.notify_one();
                Ok(number)
            }
            Err(error) => {
                inner.calls.remove(&token);
                Err(match error {
                    SendError::State(State::Closed) => RequestError::Closed,
                    SendError::State(state) => RequestError::State(state),
                    SendError::WindowFull => RequestError::WindowFull,
                })
            }
        }
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

    /// Whether the window has room for a request.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.shared.lock().session.has_room()
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

impl Events {
    /// The next event; `None` after [`Event::Closed`].
    ///
    /// Cancel-safe. When events are not taken, the peer is not read any further.
    pub async fn recv(&mut self) -> Option<Event> {
        loop {
            {
                let mut inner = self.shared.lock();
                if let Some(event) = inner.events.pop_front() {
                    let was_full = inner.events.len() + 1 >= MAX_EVENTS;
                    drop(inner);
                    if was_full {
                        self.shared.driver.notify_one();
                    }
                    return Some(event);
                }
                // Closed with the last event, under the same lock.
                if self.shared.window.is_closed() {
                    return None;
                }
            }
            self.shared.events.notified().await;
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let inner = &mut *self.shared.lock();
        inner.unheard = true;
        for event in inner.events.drain(..) {
            decline(&mut inner.session, &event);
        }
        self.shared.driver.notify_one();
    }
}

/// Answers for an owner that is gone.
fn decline(session: &mut Session, event: &Event) {
    match event {
        Event::BindRequest(_) => session.refuse_bind(CommandStatus::ESME_RBINDFAIL),
        Event::Request(frame) => {
            let status = match frame.command_id() {
                CommandId::DELIVER_SM | CommandId::DATA_SM => CommandStatus::ESME_RX_T_APPN,
                _ => CommandStatus::ESME_RSYSERR,
            };
            session.reject(frame.header(), status);
        }
        _ => {}
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// What all handles of a session share: without handles nobody can use it, nor answer.
struct Unbinder(Arc<Shared>);

impl Drop for Unbinder {
    fn drop(&mut self) {
        let mut inner = self.0.lock();
        inner.session.ignore_all();
        inner.session.unbind(now());
        drop(inner);
        self.0.driver.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it is held; if something did, the session still closes in order.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the session's events to those who wait for them.
    fn dispatch(&self, inner: &mut Inner) {
        let before = inner.events.len();
        while let Some(event) = inner.session.poll_event() {
            let call = match &event {
                Event::Response { token, .. } | Event::Unanswered { token, .. } => {
                    self.window.add_permits(1);
                    inner.calls.remove(token)
                }
                Event::LateResponse { token, .. } if *token >= FIRST_CALL => continue,
                Event::Closed(_) => {
                    self.window.close();
                    None
                }
                _ => None,
            };
            match call {
                // A caller that is gone gave up the answer.
                Some(call) => drop(call.send(event)),
                None if inner.unheard => {
                    decline(&mut inner.session, &event);
                    // It may have been paused.
                    self.driver.notify_one();
                }
                None => inner.events.push_back(event),
            }
        }
        if inner.events.len() > before {
            self.events.notify_one();
        }
    }
}

/// The time by tokio's clock, which tests can stop.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Moves octets until the session is over: many frames a read, all that is ready in one write.
async fn drive(mut stream: TcpStream, shared: Arc<Shared>) {
    // Without it a small answer waits for the peer's acknowledgement of the last one.
    let _ = stream.set_nodelay(true);
    // A peer that takes nothing for so long is gone. Without it, requests that ran out of time
    // would heap up unwritten.
    let patience = shared.lock().session.config().response_timer;
    let (mut reader, mut writer) = stream.split();
    let mut input = BytesMut::new();
    let mut output = BytesMut::new();
    let mut timer = pin!(tokio::time::sleep(Duration::ZERO));
    // When the peer last took something, or there was nothing to take.
    let mut taken = now();
    loop {
        let (timeout, reads) = {
            let mut inner = shared.lock();
            let now = now();
            inner.session.handle_buffer(&mut input, now);
            shared.dispatch(&mut inner);
            if output.is_empty() {
                taken = now;
            }
            inner.session.poll_transmit(&mut output);
            if inner.session.is_closed() {
                break;
            }
            let answers = (output.len() as u64).saturating_sub(inner.session.octets_in_flight());
            let reads = !inner.session.is_paused()
                && inner.events.len() < MAX_EVENTS
                && answers < MAX_UNWRITTEN;
            let given_up = (!output.is_empty()).then(|| taken + patience);
            let due = inner.session.poll_timeout();
            (due.into_iter().chain(given_up).min(), reads)
        };
        if let Some(timeout) = timeout {
            let timeout = tokio::time::Instant::from_std(timeout);
            if timer.deadline() != timeout {
                timer.as_mut().reset(timeout);
            }
        }
        input.reserve(READ);
        // Each arm is cancel-safe: a read or write that is dropped has not happened.
        let is_lost = tokio::select! {
            read = reader.read_buf(&mut input), if reads => !matches!(read, Ok(1..)),
            written = writer.write(&output), if !output.is_empty() => match written {
                Ok(len @ 1..) => {
                    output.advance(len);
                    taken = now();
                    false
                }
                Ok(0) | Err(_) => true,
            },
            () = shared.driver.notified() => false,
            () = timer.as_mut(), if timeout.is_some() => {
                let now = now();
                let takes_nothing = !output.is_empty() && taken + patience <= now;
                if !takes_nothing {
                    shared.lock().session.handle_timeout(now);
                }
                takes_nothing
            }
        };
        if is_lost {
            shared.lock().session.handle_disconnect(output.len());
            // It is reported as not written, so it must not be.
            output.clear();
        }
    }
    let last = async {
        writer.write_all(&output).await?;
        writer.shutdown().await?;
        // To close with octets unread would reset the connection under the last answer.
        loop {
            input.clear();
            if reader.read_buf(&mut input).await? == 0 {
                return Ok(());
            }
        }
    };
    // The session is over either way; the peer has had its time.
    let _: Result<io::Result<()>, _> = tokio::time::timeout(LINGER, last).await;
}
