//! [`Client`]: one or more sessions with one peer, kept up and used as one.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use crate::connection::{Connection, Event, Events, Kind, Session};
use crate::{Backoff, now};

/// How the sessions of a [`Client`] are brought up, and what has to be known of them.
pub trait Dialer: Send + Sync + 'static {
    /// The session without IO.
    type Session: Session;

    /// A handle to a session that is up.
    type Handle: Clone + Send + Sync + 'static;

    /// Why a session could not be brought up.
    type Error: Send + 'static;

    /// Connects and logs in, within limits of its own.
    ///
    /// `index` is which of the sessions it is, `attempt` counts the attempts to bring it up, from 0,
    /// and anew after a session that was of use.
    fn dial(&self, index: usize, attempt: usize) -> impl Future<Output = Dialled<Self>> + Send;

    /// The connection of a session.
    fn connection(handle: &Self::Handle) -> &Connection<Self::Session>;

    /// Whether more came from the peer than the answer to the log-in: some accept that and hang up,
    /// and are not to be tried at once again.
    fn was_of_use(handle: &Self::Handle) -> bool;

    /// Ends a session in good order; its events are still taken.
    fn finish(handle: &Self::Handle);

    /// A session is over: what is to be kept of it can be taken. The lock of [`Client::look`] is
    /// held.
    fn ended(&self, index: usize, handle: &Self::Handle);
}

/// What [`Dialer::dial`] gives.
pub type Dialled<D> =
    Result<(<D as Dialer>::Handle, Events<<D as Dialer>::Session>), <D as Dialer>::Error>;

/// One or more sessions with one peer, kept up and used as one; clones share it.
///
/// Each has a task that brings it up, hands its events on, and when it ends does so again, after a
/// pause that grows with every failure.
pub struct Client<D: Dialer> {
    shared: Arc<Shared<D>>,
}

/// What a [`Client`] keeps up, and how.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// How many sessions.
    pub sessions: usize,
    /// The pauses between attempts, of each session for itself.
    pub backoff: Backoff,
    /// How many events may wait for their owner before the peer is not read any further.
    pub max_events: usize,
}

impl Default for ClientOptions {
    /// One session, the usual pauses, 1,024 events.
    fn default() -> Self {
        Self {
            sessions: 1,
            backoff: Backoff::default(),
            max_events: 1_024,
        }
    }
}

/// Something happened to a session of a [`Client`]: one with handles `H` and events `E`, or the
/// failure `F` to bring one up.
#[derive(Debug)]
pub enum ClientEvent<H, E, F> {
    /// It is up.
    Up {
        /// Which of the sessions.
        index: usize,
        /// The session.
        handle: H,
    },
    /// An event of the session, but for the last.
    Session {
        /// Which of the sessions.
        index: usize,
        /// The session: answers must go to this one, not to one that came after it.
        handle: H,
        /// The event.
        event: E,
    },
    /// It is not up, or not any more. Every request without an answer was reported before.
    Down {
        /// Which of the sessions.
        index: usize,
        /// Why.
        why: Down<E, F>,
        /// How long until the next attempt; `None` when the client is closing.
        pause: Option<Duration>,
    },
}

/// Why a session is down.
#[derive(Debug)]
pub enum Down<E, F> {
    /// It could not be brought up.
    Dial(F),
    /// It ended: its last event, of [`Kind::Closed`].
    Closed(Option<E>),
}

/// What a client with this dialer tells.
type Told<D> = ClientEvent<
    <D as Dialer>::Handle,
    <<D as Dialer>::Session as Session>::Event,
    <D as Dialer>::Error,
>;

/// The events of a [`Client`], for one owner. When they are dropped, the client closes.
pub struct ClientEvents<D: Dialer> {
    receiver: mpsc::Receiver<Told<D>>,
}

impl<D: Dialer> ClientEvents<D> {
    /// The next event; `None` after the client closed. Cancel-safe.
    pub async fn recv(&mut self) -> Option<Told<D>> {
        self.receiver.recv().await
    }
}

impl<D: Dialer> fmt::Debug for ClientEvents<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientEvents").finish_non_exhaustive()
    }
}

struct Shared<D: Dialer> {
    dialer: D,
    backoff: Backoff,
    /// A place for each session; those that are up.
    sessions: Mutex<Vec<Option<D::Handle>>>,
    /// Changes whenever a session comes up, and when the client closes.
    changed: watch::Sender<Life>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Running(u64),
    Closing,
}

impl<D: Dialer> Client<D> {
    /// Starts to keep the sessions up.
    ///
    /// # Panics
    /// Outside of a runtime of tokio.
    #[must_use]
    pub fn start(dialer: D, options: ClientOptions) -> (Self, ClientEvents<D>) {
        let (sender, receiver) = mpsc::channel(options.max_events.max(1));
        let shared = Arc::new(Shared {
            dialer,
            backoff: options.backoff,
            sessions: Mutex::new(vec![None; options.sessions]),
            changed: watch::Sender::new(Life::Running(0)),
        });
        for index in 0..options.sessions {
            let keeper = Keeper {
                index,
                shared: Arc::clone(&shared),
                life: shared.changed.subscribe(),
                events: sender.clone(),
            };
            tokio::spawn(keeper.run());
        }
        (Self { shared }, ClientEvents { receiver })
    }

    /// What brings the sessions up.
    #[must_use]
    pub fn dialer(&self) -> &D {
        &self.shared.dialer
    }

    /// Of the sessions that `may` take a request the one with the fewest that wait, once there is
    /// one; `None` when there is none by `until`, or the client closes.
    ///
    /// In `may`, nothing of the client may be called.
    pub fn pick(
        &self,
        until: Instant,
        may: impl Fn(&D::Handle) -> bool + Send,
    ) -> impl Future<Output = Option<D::Handle>> + Send {
        let mut life = self.shared.changed.subscribe();
        async move {
            loop {
                // Marked as seen first, so that no change after the look is missed.
                let now = *life.borrow_and_update();
                if let Some(handle) = self.shared.pick(&may) {
                    return Some(handle);
                }
                let changed = tokio::time::timeout_at(until.into(), life.changed());
                if now == Life::Closing || !matches!(changed.await, Ok(Ok(()))) {
                    return None;
                }
            }
        }
    }

    /// Looks at the sessions, one place each, with nothing where one is down. In `look`, nothing
    /// of the client may be called.
    pub fn look<R>(&self, look: impl FnOnce(&[Option<D::Handle>]) -> R) -> R {
        look(&self.shared.lock())
    }

    /// The sessions that are up, each with its place.
    #[must_use]
    pub fn sessions(&self) -> Vec<(usize, D::Handle)> {
        self.look(|sessions| {
            let sessions = sessions.iter().enumerate();
            sessions
                .filter_map(|(index, handle)| Some((index, handle.clone()?)))
                .collect()
        })
    }

    /// Ends all sessions in good order and makes no new ones. It is over when
    /// [`ClientEvents::recv`] gives `None`.
    pub fn close(&self) {
        self.shared.changed.send_if_modified(|life| {
            let runs = matches!(life, Life::Running(_));
            if runs {
                *life = Life::Closing;
            }
            runs
        });
    }
}

impl<D: Dialer> Clone for Client<D> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<D: Dialer> fmt::Debug for Client<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("up", &self.sessions().len())
            .finish_non_exhaustive()
    }
}

impl<D: Dialer> Shared<D> {
    fn lock(&self) -> MutexGuard<'_, Vec<Option<D::Handle>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pick(&self, may: impl Fn(&D::Handle) -> bool) -> Option<D::Handle> {
        let sessions = self.lock();
        let ready = sessions.iter().flatten().filter(|handle| may(handle));
        ready
            .min_by_key(|handle| D::connection(handle).load())
            .cloned()
    }

    fn set(&self, index: usize, handle: Option<D::Handle>) {
        if let Some(place) = self.lock().get_mut(index) {
            *place = handle;
        }
    }
}

/// Keeps one session up.
struct Keeper<D: Dialer> {
    index: usize,
    shared: Arc<Shared<D>>,
    life: watch::Receiver<Life>,
    events: mpsc::Sender<Told<D>>,
}

/// How long a session has to have lasted, if nothing came, for the peer to count as there.
const STABLE: Duration = Duration::from_secs(30);

impl<D: Dialer> Keeper<D> {
    async fn run(self) {
        let index = self.index;
        let mut backoff = self.shared.backoff.clone();
        let jitter = RandomState::new();
        let mut attempt = 0;
        for pauses in 0_u64.. {
            let up = tokio::select! {
                up = self.shared.dialer.dial(index, attempt) => up,
                () = self.closing() => return,
            };
            attempt += 1;
            let why = match up {
                Ok((handle, events)) => {
                    let started = now();
                    let last = self.serve(&handle, events).await;
                    if D::was_of_use(&handle) || now() > started + STABLE {
                        backoff.reset();
                        attempt = 0;
                    }
                    Down::Closed(last)
                }
                Err(error) => Down::Dial(error),
            };
            let closes = *self.life.borrow() == Life::Closing || self.events.is_closed();
            let pause = (!closes).then(|| backoff.next(jitter.hash_one(pauses)));
            // Without an owner there is nobody to tell.
            let _ = self
                .events
                .send(ClientEvent::Down { index, why, pause })
                .await;
            let Some(pause) = pause else { return };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.closing() => return,
            }
        }
    }

    /// Hands the events of a session on until it is over; the last of them.
    async fn serve(
        &self,
        handle: &D::Handle,
        mut events: Events<D::Session>,
    ) -> Option<<D::Session as Session>::Event> {
        let index = self.index;
        self.shared.set(index, Some(handle.clone()));
        self.shared.changed.send_if_modified(|life| match life {
            Life::Running(times) => {
                *times += 1;
                true
            }
            Life::Closing => false,
        });
        let connection = D::connection(handle);
        let up = ClientEvent::Up {
            index,
            handle: handle.clone(),
        };
        let mut unheard = self.events.send(up).await.is_err();
        let mut closing = pin!(self.closing());
        let mut finishes = false;
        let last = loop {
            let event = tokio::select! {
                event = events.recv() => event,
                () = closing.as_mut(), if !finishes => {
                    unheard |= self.events.is_closed();
                    if unheard {
                        // What waited for the owner is gone with it, and holds nothing up.
                        connection.with(|session, now| session.abandon(now));
                    } else {
                        D::finish(handle);
                    }
                    finishes = true;
                    continue;
                }
            };
            let Some(event) = event else { break None };
            if event.kind() == Kind::Closed {
                break Some(event);
            }
            let unsent = if unheard {
                Some(event)
            } else {
                let handle = handle.clone();
                let event = ClientEvent::Session {
                    index,
                    handle,
                    event,
                };
                match self.events.send(event).await {
                    Err(mpsc::error::SendError(ClientEvent::Session { event, .. })) => Some(event),
                    _ => None,
                }
            };
            if let Some(event) = unsent {
                unheard = true;
                // Nobody is there to answer: to wait for an answer would only hold up the end.
                connection.with(|session, _| session.decline(&event));
            }
        };
        let mut sessions = self.shared.lock();
        if let Some(place) = sessions.get_mut(index) {
            *place = None;
        }
        self.shared.dialer.ended(index, handle);
        drop(sessions);
        last
    }

    /// Ready when the owner closes the client or drops its events.
    fn closing(&self) -> impl Future<Output = ()> + Send + use<D> {
        let (mut life, events) = (self.life.clone(), self.events.clone());
        async move {
            let told = async {
                // Whoever keeps the life of the client is kept by this task.
                let _ = life.wait_for(|life| *life == Life::Closing).await;
            };
            tokio::select! {
                () = told => {}
                () = events.closed() => {}
            }
        }
    }
}
