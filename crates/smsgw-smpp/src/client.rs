//! [`Client`]: one or more binds to one peer, kept up and used as one.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use smsgw_net::client::{self as net, ClientOptions, Dialled};
use smsgw_net::{connection, now};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::command::CommandId;
use crate::connection::{Reply, RequestError};
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
pub struct Client(net::Client<Binds>);

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
pub struct ClientEvents(net::ClientEvents<Binds>);

impl ClientEvents {
    /// The next event; `None` after the client closed. Cancel-safe.
    pub async fn recv(&mut self) -> Option<ClientEvent> {
        Some(match self.0.recv().await? {
            net::ClientEvent::Up { index, handle } => ClientEvent::Up {
                bind: index,
                esme: handle,
            },
            net::ClientEvent::Session {
                index,
                handle,
                event,
            } => ClientEvent::Session {
                bind: index,
                esme: handle,
                event,
            },
            net::ClientEvent::Down { index, why, pause } => ClientEvent::Down {
                bind: index,
                why: match why {
                    net::Down::Dial(error) => Down::Connect(error),
                    net::Down::Closed(Some(Event::Closed(reason))) => Down::Closed(reason),
                    net::Down::Closed(_) => Down::Closed(CloseReason::Disconnected),
                },
                pause,
            },
        })
    }
}

impl Client {
    /// Starts to keep the binds up. `connect` makes a connection for an attempt; its argument
    /// counts the attempts of a bind, from 0 and anew after a session that was of use, so that it
    /// can try one address after the other ([`Servers`](crate::connect::Servers)).
    pub fn start<S, F>(
        mut config: ClientConfig,
        connect: impl Fn(usize) -> F + Send + Sync + 'static,
    ) -> (Self, ClientEvents)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        F: Future<Output = io::Result<S>> + Send + 'static,
    {
        config.session = config.session.usable();
        let options = ClientOptions {
            sessions: config.binds.len(),
            backoff: config.backoff.clone(),
            max_events: config.max_events,
        };
        let binds = Binds {
            kept: Mutex::new(config.binds.iter().map(|_| Kept::default()).collect()),
            config,
            bring_up: Box::new(move |attempt| {
                let connect = connect(attempt.number);
                Box::pin(attempt.bring_up(connect))
            }),
        };
        let (client, events) = net::Client::start(binds, options);
        (Self(client), ClientEvents(events))
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
        } = self.0.dialer().config.session;
        now() + window_wait.unwrap_or(response_timer).min(response_timer)
    }

    /// The bind that may send the request and has the fewest in flight, once there is one.
    async fn bound(&self, command_id: CommandId, until: Instant) -> Result<Esme, RequestError> {
        let may = move |esme: &Esme| esme.state().allows(Role::Esme, command_id);
        let esme = self.0.pick(until, may).await;
        esme.ok_or(RequestError::Closed)
    }

    /// The sessions that are up, each with the place of its bind.
    #[must_use]
    pub fn sessions(&self) -> Vec<(usize, Esme)> {
        self.0.sessions()
    }

    /// What all sessions counted and measured, those that are over too.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        // While they are looked at, none goes from those that are up to those that are over.
        self.0.look(|sessions| {
            let mut all = Metrics::default();
            for kept in self.0.dialer().lock().iter() {
                all.merge(&kept.metrics);
            }
            for esme in sessions.iter().flatten() {
                all.merge(&esme.metrics());
            }
            all
        })
    }

    /// Ends all sessions in good order and makes no new ones. It is over when
    /// [`ClientEvents::recv`] gives `None`.
    pub fn close(&self) {
        self.0.close();
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

/// The binds, and what brings one up.
struct Binds {
    config: ClientConfig,
    bring_up: Box<dyn Fn(Attempt) -> Pin<Box<BringUp>> + Send + Sync>,
    /// A place for each bind.
    kept: Mutex<Vec<Kept>>,
}

type BringUp = dyn Future<Output = Dialled<Binds>> + Send;

/// What is kept of a bind from session to session.
#[derive(Default)]
struct Kept {
    pace: Option<Pace>,
    /// Of the sessions that are over.
    metrics: Metrics,
}

impl Binds {
    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl net::Dialer for Binds {
    type Session = Session;
    type Handle = Esme;
    type Error = ConnectError;

    async fn dial(&self, index: usize, number: usize) -> Dialled<Self> {
        // There is a session for each bind.
        let bind = self.config.binds.get(index).cloned();
        let bind = bind.ok_or(ConnectError::Closed(CloseReason::Local))?;
        let pace = self.lock().get(index).and_then(|kept| kept.pace.clone());
        let attempt = Attempt {
            number,
            bind,
            pace,
            session: self.config.session.clone(),
            timeout: self.config.connect_timeout,
        };
        (self.bring_up)(attempt).await
    }

    fn connection(esme: &Esme) -> &connection::Connection<Session> {
        esme.generic()
    }

    fn was_of_use(esme: &Esme) -> bool {
        esme.metrics().received().total() > 1
    }

    fn finish(esme: &Esme) {
        esme.unbind();
    }

    fn ended(&self, index: usize, esme: &Esme) {
        if let Some(kept) = self.lock().get_mut(index) {
            kept.pace = Some(esme.pace());
            kept.metrics.merge(&esme.metrics());
        }
    }
}

/// One attempt to bring up a bind.
struct Attempt {
    number: usize,
    bind: Frame,
    pace: Option<Pace>,
    session: Config,
    timeout: Duration,
}

impl Attempt {
    async fn bring_up<S, F>(self, connect: F) -> Dialled<Binds>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        F: Future<Output = io::Result<S>> + Send,
    {
        let stream = match tokio::time::timeout(self.timeout, connect).await {
            Ok(stream) => stream.map_err(ConnectError::Io)?,
            Err(_) => return Err(ConnectError::Io(io::ErrorKind::TimedOut.into())),
        };
        let mut session = Session::esme(self.session, now());
        if let Some(pace) = self.pace {
            session.set_pace(pace);
        }
        let bind = Bind::from_frame(&self.bind).map_err(|error| {
            ConnectError::Io(io::Error::new(io::ErrorKind::InvalidInput, error))
        })?;
        Esme::bind_session(stream, &bind, session).await
    }
}
