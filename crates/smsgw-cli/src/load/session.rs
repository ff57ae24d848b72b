//! One session of a run: keeps its window full and counts what comes of it.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use smsgw_net::connection::{self as net, Events};
use smsgw_smpp::session::Histogram;
use tokio::sync::Notify;

use super::protocol::{Heard, Protocol};
use super::receipts::Receipts;
use super::supply::Supply;

/// What the sessions of a run share.
#[derive(Debug)]
pub(super) struct Run {
    supply: Mutex<Supply>,
    /// When receipts are asked for.
    receipts: Option<Mutex<Receipts>>,
    /// When the first message may leave; tokens are nanoseconds from here.
    pub(super) start: Instant,
    /// Messages a second.
    rate: Option<u32>,
    /// Messages with an answer, to show how it goes.
    pub(super) answered: AtomicU64,
    /// Every message has its outcome.
    pub(super) settled: Notify,
    /// Every message has its receipt, for now.
    pub(super) receipted: Notify,
}

impl Run {
    /// Starts now.
    pub(super) fn new(messages: u64, sessions: u64, rate: Option<u32>, receipts: bool) -> Self {
        let start = Instant::now();
        Self {
            supply: Mutex::new(Supply::new(messages, sessions, rate)),
            receipts: receipts.then(|| Mutex::new(Receipts::new(start))),
            start,
            rate,
            answered: AtomicU64::new(0),
            settled: Notify::new(),
            receipted: Notify::new(),
        }
    }

    fn supply(&self) -> MutexGuard<'_, Supply> {
        // Nothing panics while it is held.
        self.supply.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn receipts(&self) -> Option<MutexGuard<'_, Receipts>> {
        let receipts = self.receipts.as_ref()?;
        Some(receipts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// No more messages are sent.
    pub(super) fn stop(&self) {
        if self.supply().stop() {
            self.settled.notify_one();
        }
    }

    fn settle(&self, count: u64) {
        if count > 0 && self.supply().settle(count) {
            self.settled.notify_one();
        }
    }

    /// When the message with this number is due at an even rate; without a rate none is.
    fn due(&self, message: u64) -> Option<Instant> {
        let per_second = u128::from(self.rate?.max(1));
        let nanos = u128::from(message) * 1_000_000_000 / per_second;
        let after = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        self.start.checked_add(after)
    }

    /// When the request with `token` was sent.
    fn sent(&self, token: u64) -> Instant {
        self.start + Duration::from_nanos(token)
    }
}

/// What became of the messages of a session; `S` is how they were answered.
#[derive(Debug)]
pub(super) struct Tally<S> {
    pub(super) sent: u64,
    /// How often which answer came.
    pub(super) statuses: Vec<(S, u64)>,
    /// Without an answer in time, though the peer may have them.
    pub(super) written: u64,
    /// Without an answer, as the connection was lost before they were written.
    pub(super) unwritten: u64,
    /// Answers to messages counted as without one.
    pub(super) late: u64,
    /// From when a message was due to when it was sent, where there is a rate.
    pub(super) queue_wait: Histogram,
    /// From sending a message to its answer.
    pub(super) round_trip: Histogram,
    /// When the last answer came.
    pub(super) last_answer: Option<Instant>,
    /// Why the session is over.
    pub(super) closed: Option<String>,
}

impl<S> Default for Tally<S> {
    fn default() -> Self {
        Self {
            sent: 0,
            statuses: Vec::new(),
            written: 0,
            unwritten: 0,
            late: 0,
            queue_wait: Histogram::default(),
            round_trip: Histogram::default(),
            last_answer: None,
            closed: None,
        }
    }
}

impl<S: Copy + PartialEq> Tally<S> {
    pub(super) fn answered(&self) -> u64 {
        self.statuses.iter().map(|(_, count)| count).sum()
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        for &(status, more) in &other.statuses {
            self.count(status, more);
        }
        self.written += other.written;
        self.unwritten += other.unwritten;
        self.late += other.late;
        self.queue_wait.merge(&other.queue_wait);
        self.round_trip.merge(&other.round_trip);
        self.last_answer = self.last_answer.max(other.last_answer);
    }

    fn count(&mut self, status: S, more: u64) {
        // A handful in practice.
        match self.statuses.iter_mut().find(|row| row.0 == status) {
            Some((_, count)) => *count += more,
            None => self.statuses.push((status, more)),
        }
    }
}

/// Sends the message over and over, as often as `run` has it, and listens until the session is
/// over.
pub(super) async fn work<P: Protocol>(
    protocol: P,
    handle: P::Handle,
    mut events: Events<P::Session>,
    run: Arc<Run>,
) -> Result<Tally<P::Status>, String> {
    let mut worker = Worker {
        protocol: &protocol,
        handle,
        run,
        message: protocol.message()?,
        owed: 0..0,
        requests: Vec::new(),
        tally: Tally::default(),
    };
    let mut batch = VecDeque::new();
    loop {
        let next = worker.send();
        let timer = async {
            match next {
                Some(next) => tokio::time::sleep_until(next.into()).await,
                None => std::future::pending().await,
            }
        };
        // Each arm is cancel-safe.
        tokio::select! {
            heard = events.recv_all(&mut batch) => {
                if !heard {
                    return Ok(worker.end());
                }
                worker.hear(&mut batch);
            }
            () = timer => {}
        }
    }
}

struct Worker<'p, P: Protocol> {
    protocol: &'p P,
    handle: P::Handle,
    run: Arc<Run>,
    message: P::Message<'p>,
    /// Messages that were taken and wait for the session.
    owed: Range<u64>,
    /// Requests of the peer, to be answered together.
    requests: Vec<P::Owed>,
    tally: Tally<P::Status>,
}

impl<P: Protocol> Worker<'_, P> {
    /// Fills the window; when to go on if there is room left.
    fn send(&mut self) -> Option<Instant> {
        let Self {
            handle,
            run,
            message,
            owed,
            tally,
            ..
        } = self;
        P::with(handle, |session, now| {
            let room = P::room(session)?;
            let mut next = None;
            if owed.is_empty() {
                let share = run.supply().take(room as u64, now);
                *owed = share.messages;
                next = share.next;
            }
            let token = u64::try_from((now - run.start).as_nanos()).unwrap_or(0);
            while !owed.is_empty() {
                match P::send(session, message, token, now) {
                    Ok(()) => {}
                    // Full, or over: then it is reported.
                    Err(again) => return again,
                }
                tally.sent += 1;
                if let Some(due) = owed.next().and_then(|message| run.due(message)) {
                    tally.queue_wait.record(now.saturating_duration_since(due));
                }
            }
            next
        })
    }

    fn hear(&mut self, batch: &mut VecDeque<<P::Session as net::Session>::Event>) {
        let now = Instant::now();
        let run = Arc::clone(&self.run);
        let mut receipts = run.receipts();
        let (mut answered, mut settled) = (0, 0);
        for event in batch.drain(..) {
            match self.protocol.hear(event) {
                Heard::Answer { token, status, id } => {
                    answered += 1;
                    settled += 1;
                    self.tally.count(status, 1);
                    self.tally.last_answer = Some(now);
                    let sent = run.sent(token);
                    self.tally
                        .round_trip
                        .record(now.saturating_duration_since(sent));
                    if let (Some(receipts), Some(id)) = (&mut receipts, id) {
                        receipts.expect(id, sent, now);
                    }
                }
                Heard::Unanswered { written } => {
                    settled += 1;
                    if written {
                        self.tally.written += 1;
                    } else {
                        self.tally.unwritten += 1;
                    }
                }
                Heard::Late { token, id } => {
                    self.tally.late += 1;
                    if let (Some(receipts), Some(id)) = (&mut receipts, id) {
                        receipts.expect(id, run.sent(token), now);
                    }
                }
                Heard::Request { owed, receipt } => {
                    self.requests.push(owed);
                    if let (Some(receipts), Some((id, state))) = (&mut receipts, receipt) {
                        receipts.came(id, state, now);
                    }
                }
                Heard::Closed(reason) => self.tally.closed = Some(reason),
                Heard::Other => {}
            }
        }
        if receipts.is_some_and(|receipts| receipts.is_complete()) {
            run.receipted.notify_one();
        }
        run.answered.fetch_add(answered, Ordering::Relaxed);
        run.settle(settled);
        self.respond();
    }

    fn respond(&mut self) {
        if self.requests.is_empty() {
            return;
        }
        P::with(&self.handle, |session, _| {
            for owed in self.requests.drain(..) {
                P::answer(session, owed);
            }
        });
    }

    fn end(mut self) -> Tally<P::Status> {
        self.tally.round_trip = P::round_trip(&self.handle, self.tally.round_trip);
        self.run.settle(self.owed.end - self.owed.start);
        self.tally
    }
}
