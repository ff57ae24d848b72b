//! [`Client`]: one or more binds to one peer, kept up and used as one.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use smsgw_net::now;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};

use crate::command::CommandId;
use crate::connection::{Events, Reply, RequestError};
use crate::esme::{ConnectError, Esme};
use crate::frame::Frame;
use crate::header::SequenceNumber;
use crate::pdu::Request;
use crate::session::{Backoff, Bind, CloseReason, Config, Event, Metrics, Pace, Role, Session};

/// One or more binds to one peer, kept up and used as one; clones share it.
///
/// Each bind has a task that connects, binds, hands its events on, and when the session ends does
/// so again, after a pause that grows with every failure ([`Backoff`]). What was learnt of the
/// peer's speed ([`Pace`]) outlives the session. A request goes to the bind that may send it and
/// has the fewest waiting for an answer; one that certainly was not sent tries another. One that
/// may have been sent is never sent again: its [`RequestError::Unanswered`] is for the owner to
/// judge.
///
/// ```no_run
/// use smsgw_smpp::client::{Client, ClientConfig};
/// use smsgw_smpp::pdu::SubmitSm;
/// use smsgw_smpp::session::{Bind, BindMode};
/// use smsgw_smpp::types::{Address, ShortMessage};
/// use tokio::net::TcpStream;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let bind = Bind::new(BindMode::Transceiver, "esme".try_into()?, "secret".try_into()?);
/// // Two sessions with the same credentials.
/// let config = ClientConfig::new(&[bind, bind]);
/// let (client, mut events) = Client::start(config, |_| TcpStream::connect("127.0.0.1:2775"));
/// tokio::spawn(async move {
///     while let Some(event) = events.recv().await {
///         println!("{event:?}");
///     }
/// });
/// // Waits until one is bound.
/// let reply = client
///     .request(&SubmitSm {
///         destination_addr: Address::international("306912345678")?,
///         short_message: ShortMessage::new(b"hello")?,
///         ..SubmitSm::default()
///     })
///     .await?;
/// println!("{}", reply.status());
/// client.close();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

/// What a [`Client`] keeps up, and how.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The bind requests ([`Bind::to_frame`]), one for each session.
    pub binds: Vec<Frame>,
    /// The limits and timers of each session; a rate is that of each, too.
    pub session: Config,
    /// The pauses between attempts, of each bind for itself.
    pub backoff: Backoff,
    /// How long an attempt may take to connect, whatever it tries in that time: the limits for each
    /// address must fit in it. The bind has the session init timer.
    pub connect_timeout: Duration,
    /// How many events may wait for their owner before the peer is not read any further.
    pub max_events: usize,
}

impl ClientConfig {
    /// Keeps up `binds`, one session each.
    #[must_use]
    pub fn new(binds: &[Bind<'_>]) -> Self {
        Self {
            binds: binds.iter().map(Bind::to_frame).collect(),
            session: Config::default(),
            backoff: Backoff::default(),
            connect_timeout: Duration::from_secs(60),
            max_events: 1_024,
        }
    }
}

/// Something happened to a bind of a [`Client`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientEvent {
    /// Bound.
    Up {
        /// Which bind, in the order of [`ClientConfig::new`].
        bind: usize,
        /// Its session.
        esme: Esme,
    },
    /// An event of its session, [`Event::Closed`] apart.
    Session {
        /// Which bind.
        bind: usize,
        /// Its session: answers must go to this one, not to one that came after it.
        esme: Esme,
        /// The event.
        event: Event,
    },
    /// Not bound, or not any more. Every request without an answer was reported before.
    Down {
        /// Which bind.
        bind: usize,
        /// Why.
        why: Down,
        /// How long until the next attempt; `None` when the client is closing.
        pause: Option<Duration>,
    },
}

/// Why a bind is down.
#[derive(Debug)]
#[non_exhaustive]
pub enum Down {
    /// It could not be brought up.
    Connect(ConnectError),
    /// Its session ended.
    Closed(CloseReason),
}

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => error.fmt(f),
            Self::Closed(reason) => reason.fmt(f),
        }
    }
}

/// The events of a [`Client`], for one owner. When they are dropped, the client closes.
#[derive(Debug)]
pub struct ClientEvents {
    receiver: mpsc::Receiver<ClientEvent>,
}

impl ClientEvents {
    /// The next event; `None` after the client closed. Cancel-safe.
    pub async fn recv(&mut self) -> Option<ClientEvent> {
        self.receiver.recv().await
    }
}

struct Shared {
    config: ClientConfig,
    binds: Mutex<Vec<Slot>>,
    /// Changes whenever a bind comes up, and when the client closes.
    changed: watch::Sender<Life>,
}

/// What is kept of a bind from session to session.
#[derive(Default)]
struct Slot {
    esme: Option<Esme>,
    pace: Option<Pace>,
    /// Of the sessions that are over.
    metrics: Metrics,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Running(u64),
    Closing,
}

impl Client {
    /// Starts to keep the binds up. `connect` makes a connection for an attempt; its argument
    /// counts the attempts of a bind, from 0, so that it can try one address after the other.
    pub fn start<S, F>(
        mut config: ClientConfig,
        connect: impl Fn(usize) -> F + Send + Sync + 'static,
    ) -> (Self, ClientEvents)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        F: Future<Output = io::Result<S>> + Send + 'static,
    {
        config.session = config.session.usable();
        let (sender, receiver) = mpsc::channel(config.max_events.max(1));
        let slots = config.binds.iter().map(|_| Slot::default()).collect();
        let client = Self {
            shared: Arc::new(Shared {
                binds: Mutex::new(slots),
                changed: watch::Sender::new(Life::Running(0)),
                config,
            }),
        };
        let connect = Arc::new(connect);
        for (index, bind) in client.shared.config.binds.iter().enumerate() {
            let keeper = Keeper {
                index,
                bind: bind.clone(),
                shared: Arc::clone(&client.shared),
                life: client.shared.changed.subscribe(),
                events: sender.clone(),
            };
            let connect = Arc::clone(&connect);
            tokio::spawn(keeper.run(move |attempt| connect(attempt)));
        }
        (client, ClientEvents { receiver })
    }

    /// Sends a request over one of the binds and waits for its answer.
    ///
    /// Waits for a bind that may send it as long as [`Config::window_wait`] allows, and then for
    /// its window and rate.
    ///
    /// # Errors
    /// [`RequestError::Closed`] when no bind was up in time; otherwise as
    /// [`Connection::request`](crate::connection::Connection::request).
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
        let until = self.until();
        loop {
            let esme = self.bound(T::COMMAND_ID, until).await?;
            match esme.request(body).await {
                Err(error) if may_try_another(error) => {}
                outcome => return outcome,
            }
        }
    }

    /// Sends a request over one of the binds; its outcome comes as an event with `token`.
    ///
    /// # Errors
    /// As [`Self::request`]; no event comes then.
    pub fn queue<'a, T: Request<'a> + Sync>(
        &self,
        body: &T,
        token: u64,
    ) -> impl Future<Output = Result<SequenceNumber, RequestError>> + Send {
        self.enqueue(body, token)
    }

    async fn enqueue<'a, T: Request<'a> + Sync>(
        &self,
        body: &T,
        token: u64,
    ) -> Result<SequenceNumber, RequestError> {
        let until = self.until();
        loop {
            let esme = self.bound(T::COMMAND_ID, until).await?;
            match esme.queue(body, token).await {
                Err(error) if may_try_another(error) => {}
                outcome => return outcome,
            }
        }
    }

    fn until(&self) -> Instant {
        let Config {
            window_wait,
            response_timer,
            ..
        } = self.shared.config.session;
        now() + window_wait.unwrap_or(response_timer).min(response_timer)
    }

    /// The bind that may send the request and has the fewest in flight, once there is one.
    async fn bound(&self, command_id: CommandId, until: Instant) -> Result<Esme, RequestError> {
        let mut life = self.shared.changed.subscribe();
        loop {
            // Marked as seen first, so that no change after the look is missed.
            let now = *life.borrow_and_update();
            if let Some(esme) = self.shared.pick(command_id) {
                return Ok(esme);
            }
            let changed = tokio::time::timeout_at(until.into(), life.changed());
            if now == Life::Closing || !matches!(changed.await, Ok(Ok(()))) {
                return Err(RequestError::Closed);
            }
        }
    }

    /// The sessions that are up, each with the place of its bind.
    #[must_use]
    pub fn sessions(&self) -> Vec<(usize, Esme)> {
        let slots = self.shared.lock();
        let sessions = slots.iter().enumerate();
        sessions
            .filter_map(|(bind, slot)| Some((bind, slot.esme.clone()?)))
            .collect()
    }

    /// What all sessions counted and measured, those that are over too.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let mut all = Metrics::default();
        for slot in self.shared.lock().iter() {
            all.merge(&slot.metrics);
            if let Some(esme) = &slot.esme {
                all.merge(&esme.metrics());
            }
        }
        all
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

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("sessions", &self.sessions())
            .finish_non_exhaustive()
    }
}

/// Whether it was not sent, and another session may take it.
const fn may_try_another(error: RequestError) -> bool {
    matches!(error, RequestError::Closed | RequestError::State(_))
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.binds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pick(&self, command_id: CommandId) -> Option<Esme> {
        let slots = self.lock();
        let ready = slots
            .iter()
            .filter_map(|slot| slot.esme.as_ref())
            .filter(|esme| esme.state().allows(Role::Esme, command_id));
        ready.min_by_key(|esme| esme.load()).cloned()
    }
}

/// Keeps one bind up.
struct Keeper {
    index: usize,
    bind: Frame,
    shared: Arc<Shared>,
    life: watch::Receiver<Life>,
    events: mpsc::Sender<ClientEvent>,
}

/// How long a session has to have lasted, if nothing came, for the peer to count as there.
const STABLE: Duration = Duration::from_secs(30);

impl Keeper {
    async fn run<S, F>(self, connect: impl Fn(usize) -> F)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        F: Future<Output = io::Result<S>> + Send,
    {
        let mut backoff = self.shared.config.backoff.clone();
        let jitter = RandomState::new();
        for attempt in 0.. {
            let up = tokio::select! {
                up = self.bring_up(connect(attempt)) => up,
                () = self.closing() => return,
            };
            let why = match up {
                Ok((esme, events)) => {
                    let started = now();
                    let reason = self.serve(&esme, events).await;
                    let came = esme.metrics().received().total();
                    // The answer to the bind says nothing: some accept and hang up.
                    if came > 1 || now() > started + STABLE {
                        backoff.reset();
                    }
                    Down::Closed(reason)
                }
                Err(error) => Down::Connect(error),
            };
            let closes = *self.life.borrow() == Life::Closing || self.events.is_closed();
            let pause = (!closes).then(|| backoff.next(jitter.hash_one(attempt)));
            let bind = self.index;
            // Without an owner there is nobody to tell.
            let _ = self
                .events
                .send(ClientEvent::Down { bind, why, pause })
                .await;
            let Some(pause) = pause else { return };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.closing() => return,
            }
        }
    }

    async fn bring_up<S, F>(&self, connect: F) -> Result<(Esme, Events), ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        F: Future<Output = io::Result<S>> + Send,
    {
        let config = &self.shared.config;
        let stream = match tokio::time::timeout(config.connect_timeout, connect).await {
            Ok(stream) => stream.map_err(ConnectError::Io)?,
            Err(_) => return Err(ConnectError::Io(io::ErrorKind::TimedOut.into())),
        };
        let mut session = Session::esme(config.session.clone(), now());
        let pace = self.with_slot(|slot| slot.pace.clone());
        if let Some(pace) = pace.flatten() {
            session.set_pace(pace);
        }
        let bind = Bind::from_frame(&self.bind).map_err(|error| {
            ConnectError::Io(io::Error::new(io::ErrorKind::InvalidInput, error))
        })?;
        Esme::bind_session(stream, &bind, session).await
    }

    /// Hands the events of a session on until it is over.
    async fn serve(&self, esme: &Esme, mut events: Events) -> CloseReason {
        self.with_slot(|slot| slot.esme = Some(esme.clone()));
        self.shared.changed.send_if_modified(|life| match life {
            Life::Running(times) => {
                *times += 1;
                true
            }
            _ => false,
        });
        let bind = self.index;
        let up = ClientEvent::Up {
            bind,
            esme: esme.clone(),
        };
        let mut unheard = self.events.send(up).await.is_err();
        let mut closing = pin!(self.closing());
        let mut unbinds = false;
        let reason = loop {
            let event = tokio::select! {
                event = events.recv() => event,
                () = closing.as_mut(), if !unbinds => {
                    unheard |= self.events.is_closed();
                    if unheard {
                        // What waited for the owner is gone with it, and holds nothing up.
                        esme.with(|session, _| session.ignore_all());
                    }
                    esme.unbind();
                    unbinds = true;
                    continue;
                }
            };
            match event {
                Some(Event::Closed(reason)) => break reason,
                None => break CloseReason::Disconnected,
                // Nobody is there to answer: to wait for an answer would only hold up the end.
                Some(Event::Request(frame)) if unheard => {
                    esme.reject(&frame, crate::CommandStatus::ESME_RX_T_APPN);
                }
                Some(_) if unheard => {}
                Some(event) => {
                    let esme = esme.clone();
                    let event = ClientEvent::Session { bind, esme, event };
                    if let Err(mpsc::error::SendError(ClientEvent::Session {
                        esme, event, ..
                    })) = self.events.send(event).await
                    {
                        unheard = true;
                        if let Event::Request(frame) = event {
                            esme.reject(&frame, crate::CommandStatus::ESME_RX_T_APPN);
                        }
                    }
                }
            }
        };
        self.with_slot(|slot| {
            slot.esme = None;
            slot.pace = Some(esme.pace());
            slot.metrics.merge(&esme.metrics());
        });
        reason
    }

    /// Ready when the owner closes the client or drops its events.
    fn closing(&self) -> impl Future<Output = ()> + Send + use<> {
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

    fn with_slot<R>(&self, act: impl FnOnce(&mut Slot) -> R) -> Option<R> {
        self.shared.lock().get_mut(self.index).map(act)
    }
}
