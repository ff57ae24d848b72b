//! One task that moves octets between a stream and a [`Session`], and the handles to it.
//!
//! A protocol's own types go around a [`Connection`]: what a request is, what an answer, and what
//! can go wrong with them. Here is what all of them need: many frames a read and one write a batch,
//! requests that wait their turn for room in the window, answers that find who awaits them, limits
//! for a peer that does not read and for an owner that does not listen.
//!
//! ```
//! use std::time::Instant;
//! use smsgw_net::connection::{Connection, NotSent, Session};
//!
//! /// A session of some protocol in which one asks and is told.
//! trait Asks: Session {
//!     fn ask(
//!         &mut self,
//!         question: &str,
//!         token: u64,
//!         called: Instant,
//!         now: Instant,
//!     ) -> Result<(), NotSent<NotLoggedIn>>;
//! }
//! struct NotLoggedIn;
//!
//! /// The handle that its users have.
//! struct Asker<S: Session>(Connection<S>);
//!
//! impl<S: Asks> Asker<S> {
//!     /// Asks, and waits for the event that has the answer.
//!     async fn ask(&self, question: &str) -> Result<S::Event, NotSent<NotLoggedIn>> {
//!         let outcome = self
//!             .0
//!             .call(|session, token, called, now| session.ask(question, token, called, now));
//!         outcome.await
//!     }
//! }
//! ```

mod call;
mod drive;
mod events;
mod send;
mod session;

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore};

use crate::now;
use call::{Call, Calls, FIRST_CALL};
pub use events::Events;
use events::Queue;
pub use send::NotSent;
pub use session::{Event, Kind, Session};

/// A handle to a session that a task drives; clones share it.
///
/// When the last is dropped, the session [ends in good order](Session::abandon).
pub struct Connection<S: Session> {
    shared: Arc<Shared<S>>,
    abandons: Arc<LastHandle<S>>,
}

struct Shared<S: Session> {
    inner: Mutex<Inner<S>>,
    /// One permit for each free place in the window.
    window: Semaphore,
    /// Held by who sends next: while one waits for the window or the rate, nobody overtakes.
    turn: Semaphore,
    /// Told when what keeps who sends next from it may be gone.
    word: Notify,
    /// How many wait to send.
    waiting: AtomicUsize,
    /// How long a request may wait to be sent.
    patience: Duration,
}

struct Inner<S: Session> {
    session: S,
    events: Queue<S::Event>,
    /// Nobody takes the events.
    unheard: bool,
    /// Who awaits an answer; requests with a token of the owner's have none here.
    calls: Calls<S::Event>,
    /// Places taken by requests of [`Connection::with`] that somebody else had a permit for.
    owed: usize,
    /// Who sends next waits for [`Shared::word`].
    awaits_word: bool,
    /// The owner wants nothing to be read.
    held: bool,
    /// Something was done that the task has not seen.
    touched: bool,
    /// Wakes the task, while it sleeps.
    driver: Option<Waker>,
    /// Wakes who waits for events.
    listener: Option<Waker>,
}

impl<S: Session> Connection<S> {
    /// Starts the task that drives `session` over `stream`.
    ///
    /// # Panics
    /// Outside of a runtime of tokio.
    #[must_use]
    pub fn start<T>(stream: T, session: S) -> (Self, Events<S>)
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        /// Can be added to any instant.
        const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        if let Some(stream) = (&stream as &dyn Any).downcast_ref::<TcpStream>() {
            // Without it a small answer waits for the peer's acknowledgement of the last one.
            let _ = stream.set_nodelay(true);
        }
        let response_timer = session.response_timer().min(FOREVER);
        let window_wait = session.window_wait().unwrap_or(response_timer);
        let window = session.window().clamp(1, Semaphore::MAX_PERMITS);
        let shared = Arc::new(Shared {
            window: Semaphore::new(window),
            turn: Semaphore::new(1),
            word: Notify::new(),
            waiting: AtomicUsize::new(0),
            patience: window_wait.min(response_timer),
            inner: Mutex::new(Inner {
                session,
                events: Queue::default(),
                unheard: false,
                calls: Calls::default(),
                owed: 0,
                awaits_word: false,
                held: false,
                touched: false,
                driver: None,
                listener: None,
            }),
        });
        tokio::spawn(drive::drive(stream, Arc::clone(&shared), response_timer));
        let abandons = Arc::new(LastHandle(Arc::clone(&shared)));
        (
            Self {
                shared: Arc::clone(&shared),
                abandons,
            },
            Events { shared },
        )
    }

    /// Runs `act` on the session, with the time, and lets the task do what follows from it: many
    /// answers or requests at the price of one, and written together.
    ///
    /// `act` is not to poll the session or to hand it octets: that is for the task. Nothing else
    /// of the connection may be called in it.
    pub fn with<R>(&self, act: impl FnOnce(&mut S, Instant) -> R) -> R {
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

    /// Looks at the session. Nothing else of the connection may be called in `look`.
    pub fn look<R>(&self, look: impl FnOnce(&S) -> R) -> R {
        look(&self.shared.lock().session)
    }

    /// Lets `send` send one request and waits for its outcome, which is an event of
    /// [`Kind::Outcome`].
    ///
    /// Waits for room in the window first and, while `send` says [`NotSent::Paced`], for the rate,
    /// or while it says [`NotSent::Blocked`], until something came from the peer; as long as [`Session::window_wait`] says. Requests are sent in the order of the calls.
    /// Dropping the future gives up the outcome, not the request, once it is sent.
    ///
    /// `send` is given the session, the token of the request, the time of the call, from which the
    /// time for the answer should count, and the present time. It may be called again after an
    /// error, with another token.
    ///
    /// # Errors
    /// When it was not sent.
    // No `async fn`: the compiler could not see that a task which awaits this is `Send`.
    pub fn call<T, E: Send>(
        &self,
        send: impl FnMut(&mut S, u64, Instant, Instant) -> Result<T, NotSent<E>> + Send,
    ) -> impl Future<Output = Result<S::Event, NotSent<E>>> + Send {
        self.call_by(None, send)
    }

    /// As [`Self::call`], but waits until `until` at most before it is sent.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub fn call_by<T, E: Send>(
        &self,
        until: Option<Instant>,
        send: impl FnMut(&mut S, u64, Instant, Instant) -> Result<T, NotSent<E>> + Send,
    ) -> impl Future<Output = Result<S::Event, NotSent<E>>> + Send {
        self.await_call(until, send)
    }

    async fn await_call<T, E: Send>(
        &self,
        until: Option<Instant>,
        mut send: impl FnMut(&mut S, u64, Instant, Instant) -> Result<T, NotSent<E>> + Send,
    ) -> Result<S::Event, NotSent<E>> {
        let mut call = Call::new(&self.shared);
        let sent = self.shared.send(until, |inner, called, now| {
            let token = inner.calls.open();
            match send(&mut inner.session, token, called, now) {
                Ok(_) => {
                    call.is_sent(token);
                    Ok(())
                }
                Err(error) => {
                    inner.calls.close(token);
                    Err(error)
                }
            }
        });
        sent.await?;
        Ok(call.outcome().await)
    }

    /// Lets `send` send one request whose outcome comes as an event, and gives what `send` gives.
    ///
    /// Waits as [`Self::call`] does before it is sent. `send` chooses the token, which is to be
    /// below 2^63, and is given the session, the time of the call and the present time.
    ///
    /// # Errors
    /// When it was not sent.
    pub fn send<T, E: Send>(
        &self,
        send: impl FnMut(&mut S, Instant, Instant) -> Result<T, NotSent<E>> + Send,
    ) -> impl Future<Output = Result<T, NotSent<E>>> + Send {
        self.send_by(None, send)
    }

    /// As [`Self::send`], but waits until `until` at most before it is sent.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub fn send_by<T, E: Send>(
        &self,
        until: Option<Instant>,
        mut send: impl FnMut(&mut S, Instant, Instant) -> Result<T, NotSent<E>> + Send,
    ) -> impl Future<Output = Result<T, NotSent<E>>> + Send {
        self.shared.send(until, move |inner, called, now| {
            send(&mut inner.session, called, now)
        })
    }

    /// As [`Self::send`], but does not wait; `send` is given the session and the time.
    ///
    /// # Errors
    /// When it was not sent now.
    pub fn try_send<T, E>(
        &self,
        send: impl FnOnce(&mut S, Instant) -> Result<T, NotSent<E>>,
    ) -> Result<T, NotSent<E>> {
        self.shared
            .try_send(|inner, now| send(&mut inner.session, now))
    }

    /// Whether both are handles to one session.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// How many own requests wait for an answer.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.look(S::in_flight)
    }

    /// How many own requests wait: to be sent, or for an answer.
    #[must_use]
    pub fn load(&self) -> usize {
        self.in_flight() + self.shared.waiting.load(Ordering::Relaxed)
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
}

impl<S: Session> Clone for Connection<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            abandons: Arc::clone(&self.abandons),
        }
    }
}

impl<S: Session> fmt::Debug for Connection<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("is_closed", &self.look(S::is_closed))
            .finish_non_exhaustive()
    }
}

/// What all handles of a session share: without handles nobody can use it, nor answer.
struct LastHandle<S: Session>(Arc<Shared<S>>);

impl<S: Session> Drop for LastHandle<S> {
    fn drop(&mut self) {
        let mut inner = self.0.lock();
        inner.session.abandon(now());
        let driver = inner.touch();
        drop(inner);
        wake(driver);
    }
}

impl<S: Session> Shared<S> {
    fn lock(&self) -> MutexGuard<'_, Inner<S>> {
        // Nothing panics while it is held; if something did, the session still closes in order.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the session's events to those who wait for them; `wakers` are to be woken.
    fn dispatch(&self, inner: &mut Inner<S>, wakers: &mut Vec<Waker>) {
        let before = inner.events.len();
        let mut answered = 0;
        while let Some(event) = inner.session.poll_event() {
            match event.kind() {
                Kind::Outcome(token) => {
                    answered += 1;
                    if token >= FIRST_CALL {
                        // A caller that is gone gave up the answer.
                        wakers.extend(inner.calls.answer(token, event));
                        continue;
                    }
                }
                Kind::Late(token) if token >= FIRST_CALL => continue,
                Kind::Closed => {
                    self.turn.close();
                    self.window.close();
                    self.word.notify_one();
                }
                Kind::Late(_) | Kind::Other => {}
            }
            if inner.unheard {
                inner.session.decline(&event);
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

impl<S: Session> Inner<S> {
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
