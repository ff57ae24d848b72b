//! [`Client`]: one or more links to one peer, kept up and used as one.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use smsgw_net::client::{self as net, ClientOptions, Dialled};
use smsgw_net::{Backoff, connection, now};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::connection::{Reply, RequestError};
use crate::frame::Frame;
use crate::header::Trn;
use crate::op::{Op, SessionManagement};
use crate::session::{Account, CloseReason, Config, Event, Login, Metrics, Session, State};
use crate::sme::{ConnectError, Sme};

/// One or more links to one peer, kept up and used as one; clones share it.
///
/// Each link has a task that connects, logs in if there is a login, hands its events on, and when
/// the session ends does so again, after a pause that grows with every failure ([`Backoff`]). An
/// operation goes to the link that has the fewest waiting for a result; one that certainly was not
/// sent tries another. One that may have been sent is never sent again: its
/// [`RequestError::Unanswered`] is for the owner to judge.
///
/// ```no_run
/// use smsgw_ucp::Alphabet;
/// use smsgw_ucp::client::{Client, ClientConfig};
/// use smsgw_ucp::op::{SessionManagement, SubmitShortMessage};
/// use smsgw_ucp::types::PasswordBuf;
/// use tokio::net::TcpStream;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let password = PasswordBuf::new("secret", Alphabet::Gsm)?;
/// let login = SessionManagement::login("2147".try_into()?, password.as_password());
/// // Two sessions with the same account.
/// let config = ClientConfig::new(&[login, login]);
/// let (client, mut events) = Client::start(config, |_| TcpStream::connect("127.0.0.1:5000"));
/// tokio::spawn(async move {
///     while let Some(event) = events.recv().await {
///         println!("{event:?}");
///     }
/// });
/// // Waits until one is logged in.
/// let reply = client
///     .request(&SubmitShortMessage {
///         adc: "00306912345678".try_into()?,
///         ..SubmitShortMessage::default()
///     })
///     .await?;
/// println!("{}", reply.answer()?.sm());
/// client.close();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(net::Client<Links>);

/// What a [`Client`] keeps up, and how.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The links, a session each.
    pub links: Vec<Link>,
    /// The limits and timers of each session; [`Config::login`] is left to the [`Link`].
    pub session: Config,
    /// The pauses between attempts, of each link for itself.
    pub backoff: Backoff,
    /// How long an attempt may take to connect, whatever it tries in that time: the limits for each
    /// address must fit in it. The login has [`Config::login_timer`].
    pub connect_timeout: Duration,
    /// How many events may wait for their owner before the peer is not read any further.
    pub max_events: usize,
}

/// How a link of a [`Client`] begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(Opening);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Opening {
    /// With this OT 60.
    Login(Frame),
    /// With nothing.
    Nothing(Account),
}

impl Link {
    /// One that begins with this login.
    #[must_use]
    pub fn login(login: &SessionManagement<'_>) -> Self {
        Self(Opening::Login(login.to_frame(Trn::ZERO)))
    }

    /// One without a login, of an account that the peer knows by address or port.
    #[must_use]
    pub const fn without_login(account: Account) -> Self {
        Self(Opening::Nothing(account))
    }
}

impl ClientConfig {
    /// Keeps up a session for each of the logins.
    #[must_use]
    pub fn new(logins: &[SessionManagement<'_>]) -> Self {
        Self::with_links(logins.iter().map(Link::login).collect())
    }

    /// Keeps up `links`, a session each.
    #[must_use]
    pub fn with_links(links: Vec<Link>) -> Self {
        Self {
            links,
            session: Config::default(),
            backoff: Backoff::default(),
            connect_timeout: Duration::from_secs(60),
            max_events: 1_024,
        }
    }
}

/// Something happened to a link of a [`Client`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientEvent {
    /// Logged in, or connected on a link without a login.
    Up {
        /// Which link, in the order of [`ClientConfig::links`].
        link: usize,
        /// Its session.
        sme: Sme,
    },
    /// An event of its session, [`Event::Closed`] apart.
    Session {
        /// Which link.
        link: usize,
        /// Its session: answers must go to this one, not to one that came after it.
        sme: Sme,
        /// The event.
        event: Event,
    },
    /// Not up, or not any more. Every operation without a result was reported before.
    Down {
        /// Which link.
        link: usize,
        /// Why.
        why: Down,
        /// How long until the next attempt; `None` when the client is closing.
        pause: Option<Duration>,
    },
}

/// Why a link is down.
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
pub struct ClientEvents(net::ClientEvents<Links>);

impl ClientEvents {
    /// The next event; `None` after the client closed. Cancel-safe.
    pub async fn recv(&mut self) -> Option<ClientEvent> {
        Some(match self.0.recv().await? {
            net::ClientEvent::Up { index, handle } => ClientEvent::Up {
                link: index,
                sme: handle,
            },
            net::ClientEvent::Session {
                index,
                handle,
                event,
            } => ClientEvent::Session {
                link: index,
                sme: handle,
                event,
            },
            net::ClientEvent::Down { index, why, pause } => ClientEvent::Down {
                link: index,
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
    /// Starts to keep the links up. `connect` makes a connection for an attempt; its argument
    /// counts the attempts of a link, from 0 and anew after a session that was of use, so that it
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
            sessions: config.links.len(),
            backoff: config.backoff.clone(),
            max_events: config.max_events,
        };
        let links = Links {
            over: Mutex::default(),
            config,
            bring_up: Box::new(move |attempt| {
                let connect = connect(attempt.number);
                Box::pin(attempt.bring_up(connect))
            }),
        };
        let (client, events) = net::Client::start(links, options);
        (Self(client), ClientEvents(events))
    }

    /// Sends an operation over one of the links and waits for its result.
    ///
    /// Waits for a link that is up, and for its window, both together as long as
    /// [`Config::window_wait`] allows. When that was not enough, a link that has room then takes it.
    ///
    /// # Errors
    /// [`RequestError::Closed`] when no link was up in time; otherwise as
    /// [`Connection::request`](crate::connection::Connection::request).
    pub fn request<'a, T: Op<'a> + Sync>(
        &self,
        op: &T,
    ) -> impl Future<Output = Result<Reply, RequestError>> + Send {
        self.call(op)
    }

    async fn call<'a, T: Op<'a> + Sync>(&self, op: &T) -> Result<Reply, RequestError> {
        let mut tries = Tries::until(self.until());
        loop {
            let sme = self.up(&tries).await?;
            match sme.request_by(op, tries.until).await {
                Err(error) if tries.go_on(&sme, error) => {}
                outcome => return outcome,
            }
        }
    }

    /// Sends an operation over one of the links; its outcome comes as an event with `token`.
    ///
    /// # Errors
    /// As [`Self::request`]; no event comes then.
    pub fn queue<'a, T: Op<'a> + Sync>(
        &self,
        op: &T,
        token: u64,
    ) -> impl Future<Output = Result<Trn, RequestError>> + Send {
        self.enqueue(op, token)
    }

    async fn enqueue<'a, T: Op<'a> + Sync>(&self, op: &T, token: u64) -> Result<Trn, RequestError> {
        let mut tries = Tries::until(self.until());
        loop {
            let sme = self.up(&tries).await?;
            match sme.queue_by(op, token, tries.until).await {
                Err(error) if tries.go_on(&sme, error) => {}
                outcome => return outcome,
            }
        }
    }

    fn until(&self) -> Instant {
        let Config {
            window_wait,
            result_timer,
            ..
        } = self.0.dialer().config.session;
        now() + window_wait.unwrap_or(result_timer).min(result_timer)
    }

    /// The link that is up, had no part in what was tried, and has the fewest in flight, once there
    /// is one.
    async fn up(&self, tries: &Tries) -> Result<Sme, RequestError> {
        let may = |sme: &Sme| sme.state() == State::Up && !tries.had(sme);
        match tries.full {
            // The links that are there are all that can help.
            Some(full) => self.0.pick(now(), may).await.ok_or(full),
            None => (self.0.pick(tries.until, may).await).ok_or(RequestError::Closed),
        }
    }

    /// The sessions that are up, each with the place of its link.
    #[must_use]
    pub fn sessions(&self) -> Vec<(usize, Sme)> {
        self.0.sessions()
    }

    /// What all sessions counted, those that are over too.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        // While they are looked at, none goes from those that are up to those that are over.
        self.0.look(|sessions| {
            let mut all = self.0.dialer().over().clone();
            for sme in sessions.iter().flatten() {
                all.merge(&sme.metrics());
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

/// What was tried for one operation.
struct Tries {
    until: Instant,
    /// Had no room for it.
    crowded: Vec<Sme>,
    /// What the last of them said.
    full: Option<RequestError>,
}

impl Tries {
    const fn until(until: Instant) -> Self {
        Self {
            until,
            crowded: Vec::new(),
            full: None,
        }
    }

    fn had(&self, sme: &Sme) -> bool {
        let is_it = |other: &Sme| other.generic().is_same(sme.generic());
        self.crowded.iter().any(is_it)
    }

    /// Whether to try another link, after this one did not take it: each that has no room once.
    fn go_on(&mut self, sme: &Sme, error: RequestError) -> bool {
        if error.is_for_room() {
            self.crowded.push(sme.clone());
            self.full = Some(error);
            return true;
        }
        error.may_try_another() && now() < self.until
    }
}

/// The links, and what brings one up.
struct Links {
    config: ClientConfig,
    bring_up: Box<dyn Fn(Attempt) -> Pin<Box<BringUp>> + Send + Sync>,
    /// What the sessions that are over counted.
    over: Mutex<Metrics>,
}

type BringUp = dyn Future<Output = Dialled<Links>> + Send;

impl Links {
    fn over(&self) -> MutexGuard<'_, Metrics> {
        self.over.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl net::Dialer for Links {
    type Session = Session;
    type Handle = Sme;
    type Error = ConnectError;

    async fn dial(&self, index: usize, number: usize) -> Dialled<Self> {
        // There is a session for each link.
        let link = self.config.links.get(index).cloned();
        let link = link.ok_or(ConnectError::Closed(CloseReason::Local))?;
        let attempt = Attempt {
            number,
            link,
            session: self.config.session.clone(),
            timeout: self.config.connect_timeout,
        };
        (self.bring_up)(attempt).await
    }

    fn connection(sme: &Sme) -> &connection::Connection<Session> {
        sme.generic()
    }

    fn was_of_use(sme: &Sme) -> bool {
        sme.generic().look(|session| {
            let logins = u64::from(session.config().login == Login::Required);
            session.metrics().received().total() > logins
        })
    }

    fn finish(sme: &Sme) {
        sme.close_when_answered();
    }

    fn ended(&self, _: usize, sme: &Sme) {
        self.over().merge(&sme.metrics());
    }
}

/// One attempt to bring up a link.
struct Attempt {
    number: usize,
    link: Link,
    session: Config,
    timeout: Duration,
}

impl Attempt {
    async fn bring_up<S, F>(self, connect: F) -> Dialled<Links>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        F: Future<Output = io::Result<S>> + Send,
    {
        let stream = match tokio::time::timeout(self.timeout, connect).await {
            Ok(stream) => stream.map_err(ConnectError::Io)?,
            Err(_) => return Err(ConnectError::Io(io::ErrorKind::TimedOut.into())),
        };
        let session = |login| Config {
            login,
            ..self.session
        };
        match self.link.0 {
            Opening::Login(frame) => {
                let login = frame.decode::<SessionManagement<'_>>().map_err(|error| {
                    ConnectError::Io(io::Error::new(io::ErrorKind::InvalidInput, error))
                })?;
                Sme::login(stream, &login, session(Login::Required)).await
            }
            Opening::Nothing(account) => Ok(Sme::new(stream, session(Login::None(account)))),
        }
    }
}
