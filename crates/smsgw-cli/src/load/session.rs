//! One session of a run: keeps its window full and counts what comes of it.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::{SubmitSm, SubmitSmResp};
use smsgw_smpp::receipt::IdMatch;
use smsgw_smpp::session::{CloseReason, Event, Histogram, Metrics, SendError};
use smsgw_smpp::{CommandId, CommandStatus, Frame, Header};
use tokio::sync::Notify;

use super::receipts::Receipts;
use super::supply::Supply;
use crate::client;

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
    pub(super) fn new(
        messages: u64,
        sessions: u64,
        rate: Option<u32>,
        receipts: Option<IdMatch>,
    ) -> Self {
        let start = Instant::now();
        Self {
            supply: Mutex::new(Supply::new(messages, sessions, rate)),
            receipts: receipts.map(|ids| Mutex::new(Receipts::new(ids, start))),
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

/// What became of the messages of a session.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) sent: u64,
    /// How often which answer came.
    pub(super) statuses: Vec<(CommandStatus, u64)>,
    /// Without an answer in time, though the peer may have them.
    pub(super) written: u64,
    /// Without an answer, as the connection was lost before they were written.
    pub(super) unwritten: u64,
    /// Answers to messages counted as without one.
    pub(super) late: u64,
    /// From when a message was due to when it was sent, where there is a rate.
    pub(super) queue_wait: Histogram,
    /// When the last answer came.
    pub(super) last_answer: Option<Instant>,
    pub(super) metrics: Metrics,
    pub(super) closed: Option<CloseReason>,
}

impl Tally {
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
        self.last_answer = self.last_answer.max(other.last_answer);
        self.metrics.merge(&other.metrics);
    }

    fn count(&mut self, status: CommandStatus, more: u64) {
        // A handful in practice.
        match self.statuses.iter_mut().find(|row| row.0 == status) {
            Some((_, count)) => *count += more,
            None => self.statuses.push((status, more)),
        }
    }
}

/// Sends `submit` over and over, as often as `run` has it, and listens until the session is over.
pub(super) async fn work(
    esme: Esme,
    mut events: Events,
    run: Arc<Run>,
    submit: SubmitSm<'_>,
) -> Tally {
    let mut worker = Worker {
        esme,
        run,
        submit,
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
                    return worker.end();
                }
                worker.hear(&mut batch);
            }
            () = timer => {}
        }
    }
}

struct Worker<'a> {
    esme: Esme,
    run: Arc<Run>,
    submit: SubmitSm<'a>,
    /// Messages that were taken and wait for the session.
    owed: Range<u64>,
    /// Requests of the peer and their outcome, to be answered together.
    requests: Vec<(Header, CommandStatus)>,
    tally: Tally,
}

impl Worker<'_> {
    /// Fills the window; when to go on if there is room left.
    fn send(&mut self) -> Option<Instant> {
        let Self {
            esme,
            run,
            submit,
            owed,
            tally,
            ..
        } = self;
        esme.with(|session, now| {
            if !session.state().is_bound() {
                return None;
            }
            let mut next = None;
            if owed.is_empty() {
                let room = session.config().window.saturating_sub(session.in_flight());
                let share = run.supply().take(room as u64, now);
                *owed = share.messages;
                next = share.next;
            }
            let token = u64::try_from((now - run.start).as_nanos()).unwrap_or(0);
            while !owed.is_empty() {
                match session.request(submit, token, now) {
                    Ok(_) => {}
                    Err(SendError::Paced(at)) => return Some(at),
                    // Full, or over: then it is reported.
                    Err(_) => return None,
                }
                tally.sent += 1;
                if let Some(due) = owed.next().and_then(|message| run.due(message)) {
                    tally.queue_wait.record(now.saturating_duration_since(due));
                }
            }
            next
        })
    }

    fn hear(&mut self, batch: &mut VecDeque<Event>) {
        let now = Instant::now();
        let run = Arc::clone(&self.run);
        let mut receipts = run.receipts();
        let (mut answered, mut settled) = (0, 0);
        for event in batch.drain(..) {
            match event {
                Event::Response { token, frame } => {
                    answered += 1;
                    settled += 1;
                    self.tally.count(frame.command_status(), 1);
                    self.tally.last_answer = Some(now);
                    expect_receipt(receipts.as_deref_mut(), &frame, run.sent(token), now);
                }
                Event::Unanswered { written, .. } => {
                    settled += 1;
                    if written {
                        self.tally.written += 1;
                    } else {
                        self.tally.unwritten += 1;
                    }
                }
                Event::LateResponse { token, frame } => {
                    self.tally.late += 1;
                    expect_receipt(receipts.as_deref_mut(), &frame, run.sent(token), now);
                }
                Event::Request(frame) => {
                    let status = judge(&frame, receipts.as_deref_mut(), now);
                    self.requests.push((frame.header(), status));
                }
                Event::Closed(reason) => self.tally.closed = Some(reason),
                _ => {}
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
        self.esme.with(|session, _| {
            for (request, status) in self.requests.drain(..) {
                client::answer(session, request, status);
            }
        });
    }

    fn end(mut self) -> Tally {
        self.tally.metrics = self.esme.metrics();
        self.run.settle(self.owed.end - self.owed.start);
        self.tally
    }
}

fn expect_receipt(receipts: Option<&mut Receipts>, answer: &Frame, sent: Instant, now: Instant) {
    if let (Some(receipts), true) = (receipts, answer.command_status().is_ok())
        && let Ok(answer) = answer.decode::<SubmitSmResp<'_>>()
    {
        receipts.expect(&client::message_id(&answer), sent, now);
    }
}

/// What a request of the peer is answered. Receipts are taken, whatever they are about; messages
/// are not ours to take.
fn judge(frame: &Frame, receipts: Option<&mut Receipts>, now: Instant) -> CommandStatus {
    let Some(receipt) = client::receipt(frame) else {
        return match frame.command_id() {
            CommandId::DELIVER_SM | CommandId::DATA_SM => CommandStatus::ESME_RX_T_APPN,
            _ => CommandStatus::ESME_RINVCMDID,
        };
    };
    if let (Some(receipts), Some(id)) = (receipts, receipt.message_id())
        && client::is_final(&receipt)
    {
        receipts.came(id, client::state(&receipt), now);
    }
    CommandStatus::ESME_ROK
}
