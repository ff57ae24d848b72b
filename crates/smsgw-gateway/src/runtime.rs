//! The gateway as it runs: drives the engine with what happens on sockets, in the store and on
//! the clock.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use smsgw::ReceiptRequest;
use smsgw::convert::smpp::{Outgoing, Part};
use smsgw::smpp::tls::TlsError;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::account::Accounts;
use crate::admission::{Gate, Inbox, Refusal, Request};
use crate::callback::Callbacks;
use crate::certificates::Certificates;
use crate::config::Config;
use crate::engine::{self, Effect, Engine, LinkIndex, Now, Outcome};
use crate::ingress::{rest, smpp as smpp_server};
use crate::link::smpp::{Link, LinkEvent};
use crate::message::{MessageId, Origin, Record, Timestamp, Transition};
use crate::store::{self, StoreError, sqlite::Sqlite, worker};

/// A running gateway.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use smsgw_gateway::{Config, Gateway};
///
/// let gateway = Gateway::start(Config::load("smsgw.toml".as_ref())?).await?;
/// println!("REST at {:?}", gateway.http_addresses());
/// gateway.shutdown().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Gateway {
    http: Vec<SocketAddr>,
    smpp: Vec<SocketAddr>,
    transitions: broadcast::Sender<Transition>,
    stop: watch::Sender<bool>,
    certificates: Arc<Certificates>,
    task: JoinHandle<Result<(), GatewayError>>,
}

/// The gateway does not start, or has to stop.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// A listener cannot be opened.
    #[error("cannot listen on {address}: {error}{}", hint(.error))]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// Certificates or keys cannot be used.
    #[error("TLS of {name}: {error}{}", tls_hint(.error))]
    Tls {
        /// Of which listener or link.
        name: String,
        /// Why.
        error: TlsError,
    },
    /// The store does not work.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Callbacks cannot be made.
    #[error("cannot make callbacks: {0}")]
    Callback(String),
    /// A part of the gateway ended that must not.
    #[error("internal error: {0}")]
    Internal(String),
}

/// What the operator may look at first.
fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::AddrInUse => "; is another process using the port?",
        ErrorKind::PermissionDenied => "; ports below 1024 need privileges",
        ErrorKind::AddrNotAvailable => "; it is no address of this machine",
        _ => "",
    }
}

fn tls_hint(error: &TlsError) -> &'static str {
    match error {
        TlsError::Read { error, .. } if error.kind() == ErrorKind::NotFound => {
            "; is the path right, from the directory that smsgw is started in?"
        }
        TlsError::Read { error, .. } if error.kind() == ErrorKind::PermissionDenied => {
            "; the user that smsgw runs as has to be able to read it"
        }
        _ => "",
    }
}

/// Inputs that wait for the engine, of each kind.
const QUEUE: usize = 1_024;
/// Inputs of one kind that are taken before the engine's output is looked at.
const BURST: usize = 256;
/// Transitions that a slow watcher may be behind.
const TRANSITIONS: usize = 4_096;
/// How long the end waits for answers in flight: those of the links, and those to the senders.
const DRAIN: Duration = Duration::from_secs(5);

/// What comes back from work the engine asked for.
#[derive(Debug)]
pub(crate) enum Note {
    /// Whether the sender took the outcome.
    Told {
        id: MessageId,
        number: u64,
        taken: bool,
    },
    /// The store could not be asked about a carrier's id.
    NotRead { handle: u64 },
    /// What the store has under a carrier's id.
    Found {
        handle: u64,
        found: Option<Box<(Record, usize)>>,
    },
    /// An ESME of the account can be sent receipts.
    AccountUp(String),
}

impl Gateway {
    /// Opens the store and the listeners and goes on where the last run stopped.
    ///
    /// # Errors
    /// When a listener or the store cannot be opened, or certificates cannot be used: one clear
    /// line.
    pub async fn start(config: Config) -> Result<Self, GatewayError> {
        let config = Arc::new(config);
        let certificates = {
            let config = Arc::clone(&config);
            Arc::new(blocking(move || Certificates::read(&config)).await??)
        };
        let http = listen(config.listen.http.iter().map(|http| http.bind)).await?;
        let smpp = listen(config.listen.smpp.iter().map(|smpp| smpp.bind)).await?;
        let path = config.store.path.clone();
        let store = blocking(move || Sqlite::open(&path)).await??;
        let (records, store) = blocking(move || {
            let records = store::Store::unfinished(&store);
            records.map(|records| (records, store))
        })
        .await??;
        let callbacks =
            Callbacks::new(&config.limits).map_err(|e| GatewayError::Callback(e.to_string()))?;
        let (worker, store, committed) = worker::spawn(Box::new(store))?;

        let now = now();
        let mut engine = Engine::new(engine_config(&config), now);
        tracing::info!(messages = records.len(), "goes on with what the store has");
        engine.restore(records, now);

        let (stop, stopped) = watch::channel(false);
        let (ending, ended) = watch::channel(false);
        let (notes_sender, notes) = mpsc::channel(QUEUE);
        let (link_events, from_links) = mpsc::channel(QUEUE);
        let accounts = Arc::new(Accounts::new(&config));
        let (gate, inbox) = Gate::new(store.clone(), accounts, &config.limits, QUEUE);
        let sessions = smpp_server::Sessions::default();
        let answers = Arc::new(AtomicU64::new(0));
        let (links, link_tasks) = config
            .link
            .smpp
            .iter()
            .zip(certificates.connectors())
            .enumerate()
            .map(|(index, (link, tls))| {
                Link::start(
                    index,
                    link.clone(),
                    tls,
                    link_events.clone(),
                    Arc::clone(&answers),
                )
            })
            .unzip();
        let mut gateway = Self {
            http: addresses(&http),
            smpp: addresses(&smpp),
            transitions: broadcast::channel(TRANSITIONS).0,
            stop,
            certificates: Arc::clone(&certificates),
            task: tokio::spawn(async { Ok(()) }),
        };
        let mut servers = Vec::new();
        for (listener, settings) in http.into_iter().zip(&config.listen.http) {
            let (gate, ended) = (gate.clone(), ended.clone());
            let server = rest::serve(listener, gate, settings.max_connections, ended);
            servers.push(tokio::spawn(server));
        }
        let smpp = smpp.into_iter().zip(&config.listen.smpp);
        for ((listener, settings), tls) in smpp.zip(certificates.acceptors()) {
            let server = smpp_server::Server {
                settings: settings.clone(),
                tls,
                gate: gate.clone(),
                sessions: sessions.clone(),
                notes: notes_sender.clone(),
            };
            servers.push(tokio::spawn(server.serve(listener, ended.clone())));
        }
        let runtime = Runtime {
            engine,
            inbox,
            replies: HashMap::new(),
            next_reply: 0,
            links,
            link_tasks,
            from_links,
            store,
            worker,
            committed,
            notes,
            notes_sender,
            callbacks,
            sessions,
            servers,
            transitions: gateway.transitions.clone(),
            stopped,
            ending,
        };
        gateway.task = tokio::spawn(runtime.run());
        Ok(gateway)
    }

    /// Where REST is served.
    #[must_use]
    pub fn http_addresses(&self) -> &[SocketAddr] {
        &self.http
    }

    /// Where ESMEs bind.
    #[must_use]
    pub fn smpp_addresses(&self) -> &[SocketAddr] {
        &self.smpp
    }

    /// Every durable change of state from now on. A watcher that is slow misses some.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Transition> {
        self.transitions.subscribe()
    }

    /// Reads the files of certificates and keys again, and logs how that went. What is there goes
    /// on; connections from now on use what is in the files. Where they cannot be used, what was
    /// in force stays so.
    pub async fn reload(&self) {
        let certificates = Arc::clone(&self.certificates);
        match blocking(move || certificates.reload()).await {
            Ok(reloaded) if reloaded.is_empty() => {
                tracing::info!("no TLS, so no certificates to read again");
            }
            Ok(reloaded) => {
                for (of, outcome) in reloaded {
                    match outcome {
                        Ok(()) => tracing::info!(of, "certificates read again, and in force"),
                        Err(error) => tracing::error!(of, %error, "the old certificates stay"),
                    }
                }
            }
            Err(error) => tracing::error!(%error, "the old certificates stay"),
        }
    }

    /// Waits until the gateway ends by itself, which it does only when it must.
    ///
    /// # Errors
    /// Why it ended.
    pub async fn ended(&mut self) -> Result<(), GatewayError> {
        joined((&mut self.task).await)
    }

    /// Ends in good order: no new messages, answers in flight waited for, all made durable.
    ///
    /// # Errors
    /// When something could not be made durable.
    pub async fn shutdown(self) -> Result<(), GatewayError> {
        // Without a task it has ended already, and the task says how.
        let _ = self.stop.send(true);
        joined(self.task.await)
    }
}

fn joined(
    result: Result<Result<(), GatewayError>, tokio::task::JoinError>,
) -> Result<(), GatewayError> {
    result.unwrap_or_else(|error| Err(GatewayError::Internal(error.to_string())))
}

async fn listen(binds: impl Iterator<Item = SocketAddr>) -> Result<Vec<TcpListener>, GatewayError> {
    let mut listeners = Vec::new();
    for address in binds {
        let listener = TcpListener::bind(address).await;
        listeners.push(listener.map_err(|error| GatewayError::Listen { address, error })?);
    }
    Ok(listeners)
}

fn addresses(listeners: &[TcpListener]) -> Vec<SocketAddr> {
    listeners
        .iter()
        .filter_map(|listener| listener.local_addr().ok())
        .collect()
}

fn engine_config(config: &Config) -> engine::Config {
    let limits = &config.limits;
    engine::Config {
        max_queued: limits.max_queued,
        default_validity: limits.default_validity,
        max_validity: limits.max_validity,
        receipt_grace: limits.receipt_grace,
        callback_attempts: limits.callback_attempts,
        links: config
            .link
            .smpp
            .iter()
            .map(|link| engine::LinkConfig {
                id: link.id.clone(),
                window: link.window,
                on_unknown: link.on_unknown,
                max_attempts: link.max_attempts,
                retry_pause: link.retry_pause,
            })
            .collect(),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, GatewayError> {
    let work = tokio::task::spawn_blocking(work);
    work.await
        .map_err(|error| GatewayError::Internal(error.to_string()))
}

/// Both clocks, now.
fn now() -> Now {
    let wall = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let wall = Timestamp(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX));
    Now {
        mono: Instant::now(),
        wall,
    }
}

struct Runtime {
    engine: Engine,
    inbox: Inbox,
    replies: HashMap<u64, oneshot::Sender<Result<MessageId, Refusal>>>,
    next_reply: u64,
    links: Vec<Link>,
    link_tasks: Vec<JoinHandle<()>>,
    from_links: mpsc::Receiver<(LinkIndex, LinkEvent)>,
    store: worker::Handle,
    worker: worker::Worker,
    committed: mpsc::UnboundedReceiver<worker::Committed>,
    notes: mpsc::Receiver<Note>,
    notes_sender: mpsc::Sender<Note>,
    callbacks: Callbacks,
    sessions: smpp_server::Sessions,
    servers: Vec<JoinHandle<()>>,
    transitions: broadcast::Sender<Transition>,
    stopped: watch::Receiver<bool>,
    /// Tells the servers.
    ending: watch::Sender<bool>,
}

/// One thing that happened.
enum Input {
    Committed(worker::Committed),
    Link(LinkIndex, LinkEvent),
    Submission(Request),
    Note(Note),
    Timeout,
    Stop,
}

impl Runtime {
    async fn run(mut self) -> Result<(), GatewayError> {
        let result = loop {
            match self.next().await {
                Input::Stop => break Ok(()),
                input => {
                    if let Err(error) = self.handle_burst(input) {
                        break Err(error);
                    }
                }
            }
        };
        if let Err(error) = &result {
            tracing::error!(%error, "the gateway stops");
        }
        let drained = self.drain().await;
        self.worker.close().await;
        result.and(drained)
    }

    /// No new messages; answers that are under way are taken, and given.
    async fn drain(&mut self) -> Result<(), GatewayError> {
        self.inbox.close();
        // Without a server there is nobody to tell.
        let _ = self.ending.send(true);
        self.sessions.close();
        self.links.iter().for_each(Link::close);
        let end = tokio::time::Instant::now() + DRAIN;
        let mut result = Ok(());
        while !self.is_drained() {
            match tokio::time::timeout_at(end, self.next_at_end()).await {
                // Others still wait to hear that their messages were not kept.
                Ok(input) => result = result.and(self.handle_burst(input)),
                Err(_) => {
                    // What has no answer yet is committed as `sending`.
                    tracing::warn!("answers were still under way at the end");
                    self.servers.iter().for_each(JoinHandle::abort);
                    break;
                }
            }
        }
        result
    }

    /// Whether every answer was taken and given: a server ends when its senders have theirs.
    fn is_drained(&self) -> bool {
        let mut tasks = self.link_tasks.iter().chain(&self.servers);
        tasks.all(JoinHandle::is_finished)
            && self.from_links.is_empty()
            && self.inbox.is_empty()
            && self.notes.is_empty()
            && self.engine.is_settled()
    }

    async fn next(&mut self) -> Input {
        let timeout = self.engine.poll_timeout();
        tokio::select! {
            biased;
            _ = self.stopped.wait_for(|stop| *stop) => Input::Stop,
            Some(committed) = self.committed.recv() => Input::Committed(committed),
            Some((link, event)) = self.from_links.recv() => Input::Link(link, event),
            Some(note) = self.notes.recv() => Input::Note(note),
            Some(request) = self.inbox.recv() => Input::Submission(request),
            () = until(timeout) => Input::Timeout,
        }
    }

    async fn next_at_end(&mut self) -> Input {
        tokio::select! {
            Some(committed) = self.committed.recv() => Input::Committed(committed),
            Some((link, event)) = self.from_links.recv() => Input::Link(link, event),
            Some(note) = self.notes.recv() => Input::Note(note),
            Some(request) = self.inbox.recv() => Input::Submission(request),
            // A task that has ended says nothing more.
            () = tokio::time::sleep(Duration::from_millis(20)) => Input::Timeout,
        }
    }

    /// Takes `first` and what else is there, then lets the engine's output out: so that what
    /// came together is committed together.
    fn handle_burst(&mut self, first: Input) -> Result<(), GatewayError> {
        let now = now();
        self.handle(first, now)?;
        for _ in 0..BURST {
            let Ok(committed) = self.committed.try_recv() else {
                break;
            };
            self.handle(Input::Committed(committed), now)?;
        }
        for _ in 0..BURST {
            let Ok((link, event)) = self.from_links.try_recv() else {
                break;
            };
            self.handle(Input::Link(link, event), now)?;
        }
        for _ in 0..BURST {
            let Ok(request) = self.inbox.try_recv() else {
                break;
            };
            self.handle(Input::Submission(request), now)?;
        }
        self.settle(now);
        Ok(())
    }

    fn handle(&mut self, input: Input, now: Now) -> Result<(), GatewayError> {
        let engine = &mut self.engine;
        match input {
            Input::Committed(worker::Committed { seq, result }) => {
                engine.committed(seq, result.is_ok());
                if let Err(error) = result {
                    // Those who wait are refused before the end.
                    self.settle(now);
                    return Err(error.into());
                }
            }
            Input::Link(link, event) => match event {
                LinkEvent::Up => engine.link_up(link, now),
                LinkEvent::Down => engine.link_down(link),
                LinkEvent::Outcome { token, outcome } => engine.outcome(link, token, outcome, now),
                LinkEvent::LateAnswer {
                    token,
                    status,
                    carrier_id,
                } => {
                    engine.late_answer(link, token, status, carrier_id, now);
                }
                LinkEvent::Receipt { answer, receipt } => {
                    engine.receipt(link, receipt, answer, now);
                }
            },
            Input::Submission(Request { submission, reply }) => {
                let number = self.next_reply;
                self.next_reply += 1;
                self.replies.insert(number, reply);
                engine.submit(MessageId(Uuid::now_v7()), submission, number, now);
            }
            Input::Note(Note::Told { id, number, taken }) => engine.told(id, number, taken, now),
            Input::Note(Note::NotRead { handle }) => engine.find_failed(handle),
            Input::Note(Note::Found { handle, found }) => {
                engine.found(handle, found.map(|found| *found), now)
            }
            Input::Note(Note::AccountUp(account)) => engine.account_up(&account),
            Input::Timeout => engine.handle_timeout(now),
            Input::Stop => {}
        }
        Ok(())
    }

    /// Takes all there is from the engine.
    fn settle(&mut self, now: Now) {
        loop {
            while let Some(effect) = self.engine.poll_effect() {
                self.perform(effect, now);
            }
            match self.engine.poll_changes() {
                Some((batch, changes)) => self.store.append(batch, changes),
                None => return,
            }
        }
    }

    fn perform(&mut self, effect: Effect, now: Now) {
        match effect {
            Effect::Accepted { reply, id } => self.reply(reply, Ok(id)),
            Effect::Refused { reply, refusal } => self.reply(reply, Err(refusal)),
            Effect::Send {
                link,
                token,
                id,
                index,
            } => {
                if !self.send(link, token, id, index, now) {
                    self.engine.outcome(link, token, Outcome::NotSent, now);
                }
            }
            Effect::AnswerReceipt { link, handle } => {
                if let Some(link) = self.links.get(link) {
                    link.answer_receipt(handle);
                }
            }
            Effect::Find {
                link,
                carrier_id,
                handle,
            } => self.find(link, carrier_id, handle),
            Effect::RefuseReceipt { link, handle } => {
                if let Some(link) = self.links.get(link) {
                    link.refuse_receipt(handle);
                }
            }
            Effect::Tell { id, number } => self.tell(id, number),
            Effect::Changed(transition) => {
                // Nobody has to watch.
                let _ = self.transitions.send(transition);
            }
        }
    }

    fn reply(&mut self, reply: u64, result: Result<MessageId, Refusal>) {
        if let Some(reply) = self.replies.remove(&reply) {
            // A submitter that is gone will ask again or not; the message stays accepted.
            let _ = reply.send(result);
        }
    }

    /// Whether the part was handed over.
    fn send(&self, link: LinkIndex, token: u64, id: MessageId, index: usize, now: Now) -> bool {
        let (Some(link), Some(record)) = (self.links.get(link), self.engine.record(id)) else {
            return false;
        };
        let Some(part) = record.parts.get(index) else {
            return false;
        };
        let body = Part::new(part.dcs, &part.udh, &part.octets);
        // Checked when the message was accepted.
        let Ok(outgoing) = Outgoing::new(&record.message, &body) else {
            return false;
        };
        let left = u64::try_from(record.expires_at.0 - now.wall.0).unwrap_or_default();
        // Receipts are how we learn the outcome, whether or not the sender asked.
        let outgoing = outgoing
            .with_receipt(ReceiptRequest::Final)
            .with_validity(Duration::from_millis(left))
            .with_reference(record.reference(index));
        outgoing
            .submit_sm()
            .is_ok_and(|submit| link.send(&submit, token).is_ok())
    }

    fn find(&self, link: LinkIndex, carrier_id: String, handle: u64) {
        let name = self.engine.link_name(link).to_owned();
        let (store, notes) = (self.store.clone(), self.notes_sender.clone());
        tokio::spawn(async move {
            let found = store
                .read(move |store| store.by_carrier_id(&name, &carrier_id))
                .await;
            match found {
                Ok(found) => {
                    let found = found.map(Box::new);
                    drop(notes.send(Note::Found { handle, found }).await);
                }
                Err(error) => {
                    tracing::error!(%error, "a receipt could not be looked up");
                    drop(notes.send(Note::NotRead { handle }).await);
                }
            }
        });
    }

    fn tell(&self, id: MessageId, number: u64) {
        let Some(record) = self.engine.record(id).cloned() else {
            return;
        };
        let notes = self.notes_sender.clone();
        let (callbacks, sessions) = (self.callbacks.clone(), self.sessions.clone());
        tokio::spawn(async move {
            let taken = match (record.origin, record.callback.as_deref()) {
                (Origin::Rest, Some(url)) => {
                    let posted = callbacks.post(url, &record).await;
                    if let Err(error) = &posted {
                        tracing::warn!(id = %record.id, %error, "callback not taken");
                    }
                    posted.is_ok()
                }
                (Origin::Rest, None) => true,
                (Origin::Smpp, _) => sessions.deliver_receipt(&record).await,
            };
            // Without a runtime the gateway has ended; the next run tells again.
            let _ = notes.send(Note::Told { id, number, taken }).await;
        });
    }
}

async fn until(timeout: Option<Instant>) {
    match timeout {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_nothing_listens_is_told_with_a_hint() {
        for (kind, hint) in [
            (ErrorKind::AddrInUse, "; is another process using the port?"),
            (
                ErrorKind::PermissionDenied,
                "; ports below 1024 need privileges",
            ),
            (
                ErrorKind::AddrNotAvailable,
                "; it is no address of this machine",
            ),
            (ErrorKind::OutOfMemory, ""),
        ] {
            let error = GatewayError::Listen {
                address: ([127, 0, 0, 1], 80).into(),
                error: kind.into(),
            };
            let wanted = format!("cannot listen on 127.0.0.1:80: {kind}{hint}");
            assert_eq!(error.to_string(), wanted);
        }
    }
}
