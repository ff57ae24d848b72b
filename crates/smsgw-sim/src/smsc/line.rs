//! One connection of the message centre.

mod answer;
mod deliveries;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use super::shared::{Inner, Power, Shared};
use super::side::LineInfo;
use super::wire::{Arrival, Session as _, Wire};
use super::{Bound, until};
use crate::event::{What, Who};
use crate::faults;
use answer::Delayed;
use deliveries::{InFlight, Late};

/// Serves one connection until it ends.
pub(super) async fn run<W: Wire>(
    arrival: Arrival<W>,
    number: u64,
    shared: Arc<Shared>,
    mut power: watch::Receiver<Power>,
) {
    let cuts = power.borrow().cuts;
    let is_off = move |power: &Power| power.over || power.cuts != cuts;
    let Arrival {
        session,
        mut events,
        peer,
        start,
    } = arrival;
    let mut line = Line::<W>::new(session, peer, number, shared);
    W::begin(&mut line, start);
    let mut received = VecDeque::new();
    let mut timer = pin!(tokio::time::sleep(Duration::ZERO));
    loop {
        let now = now();
        line.catch_up(now);
        line.send_due(now);
        let due = line.due();
        if let Some(due) = due {
            timer.as_mut().reset(due.into());
        }
        // Each arm is cancel-safe.
        tokio::select! {
            biased;
            () = until(&mut power, is_off) => {
                line.session.close();
                line.hear_out(&mut events).await;
                break;
            }
            is_open = W::receive(&mut events, &mut received) => {
                if !is_open {
                    break;
                }
                let now = self::now();
                received.drain(..).for_each(|event| W::handle(&mut line, event, now));
            }
            () = line.wake.notified() => {}
            () = timer.as_mut(), if due.is_some() => {}
        }
    }
    line.end();
}

/// The time by tokio's clock, which tests can stop.
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

pub(super) struct Line<W: Wire> {
    pub(super) shared: Arc<Shared>,
    pub(super) peer: SocketAddr,
    pub(super) number: u64,
    pub(super) session: W::Session,
    /// Who is bound.
    pub(super) account: Option<Arc<str>>,
    receives: bool,
    wake: Arc<Notify>,
    /// Deliveries that wait for their answer, by token.
    in_flight: HashMap<u64, InFlight<W>>,
    /// Those that were not answered in time, by token, the last ones.
    late: BTreeMap<u64, Late>,
    /// The end came while some of them waited.
    pub(super) left_some: bool,
    next_token: u64,
    /// Answers that wait, by when they are due.
    delayed: BTreeMap<(Instant, u64), Delayed<W>>,
    /// Which of them waits for another answer to overtake it.
    overtaken: Option<(Instant, u64)>,
    /// Nothing is read until then.
    held_until: Option<Instant>,
    /// An answer was cut: nothing more is taken.
    pub(super) is_cut: bool,
    /// Why the session is over, and whether the peer ended it in good order.
    pub(super) closed: Option<(String, bool)>,
}

impl<W: Wire> Line<W> {
    fn new(session: W::Session, peer: SocketAddr, number: u64, shared: Arc<Shared>) -> Self {
        shared.lock().counts.connections += 1;
        shared.emit(W::PROTOCOL, number, || What::Connect { peer });
        Self {
            shared,
            peer,
            number,
            session,
            account: None,
            receives: false,
            wake: Arc::default(),
            in_flight: HashMap::new(),
            late: BTreeMap::new(),
            left_some: false,
            next_token: 0,
            delayed: BTreeMap::new(),
            overtaken: None,
            held_until: None,
            is_cut: false,
            closed: None,
        }
    }

    /// Takes down who is bound, and what for.
    pub(super) fn bind(&mut self, account: Arc<str>, receives: bool, mode: Option<&'static str>) {
        self.account = Some(Arc::clone(&account));
        self.receives = receives;
        let info = LineInfo {
            session: self.session.clone(),
            bound: Bound {
                connection: self.number,
                who: W::who(&account),
                mode,
                peer: self.peer,
            },
            account,
            receives,
            wake: Arc::clone(&self.wake),
            own: VecDeque::new(),
        };
        self.with(|inner| {
            let post = &mut W::side(inner).post;
            // It may have been there under another name.
            post.remove(self.number, now());
            post.lines.insert(self.number, info);
        });
    }

    /// Tells of the connection.
    pub(super) fn emit(&self, what: impl FnOnce() -> What) {
        self.shared.emit(W::PROTOCOL, self.number, what);
    }

    /// Tells of a message.
    pub(super) fn emit_message(&self, what: impl FnOnce() -> What) {
        self.shared.emit_message(W::PROTOCOL, self.number, what);
    }

    pub(super) fn account(&self) -> &str {
        self.account.as_deref().unwrap_or_default()
    }

    /// Who is bound, by the name that events have for it.
    pub(super) fn who(&self) -> Who {
        match &self.account {
            Some(name) => W::who(name),
            None => W::who(&"".into()),
        }
    }

    /// Tells of a fault that hits a request.
    pub(super) fn fault(&self, kind: faults::Kind, request: &W::Frame, id: Option<String>) {
        self.emit_message(|| What::Fault {
            name: kind.name(),
            who: self.who(),
            number: W::number(request).into(),
            id,
        });
    }

    /// When there is something to do: the next delivery, if there is room for it, or something
    /// that a fault put off.
    fn due(&self) -> Option<Instant> {
        let receiver = self.receiver().filter(|_| self.session.has_room());
        let delivery = receiver.and_then(|account| {
            self.with(|inner| W::side(inner).post.due(self.number, &account, now()))
        });
        let answer = self.delayed.first_key_value().map(|(&(due, _), _)| due);
        let dues = [delivery, answer, self.held_until];
        dues.into_iter().flatten().min()
    }

    /// Who takes deliveries here.
    fn receiver(&self) -> Option<Arc<str>> {
        let account = self.account.as_ref()?;
        (self.receives && self.session.is_open()).then(|| Arc::clone(account))
    }

    /// Takes what is left after the end. Submits that were read and not yet looked at are lost.
    async fn hear_out(&mut self, events: &mut W::Events) {
        self.is_cut = true;
        let mut received = VecDeque::new();
        while W::receive(events, &mut received).await {
            let now = now();
            received
                .drain(..)
                .for_each(|event| W::handle(self, event, now));
        }
    }

    /// What all connections share.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Inner) -> R) -> R {
        act(&mut self.shared.lock())
    }

    /// Takes the line out of the list and tells.
    fn end(self) {
        self.with(|inner| {
            let side = W::side(inner);
            side.post.remove(self.number, now());
            side.wire.gone(self.number);
        });
        let who = self.account.as_ref().map(W::who);
        let (reason, in_order) = self
            .closed
            .unwrap_or_else(|| ("the connection ended".to_owned(), false));
        let emit = |what| self.shared.emit(W::PROTOCOL, self.number, || what);
        if in_order {
            emit(What::Unbind { who: who.clone() });
        }
        emit(What::Disconnect { who, reason });
    }
}
