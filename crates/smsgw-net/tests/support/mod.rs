//! A protocol as small as can be: a request is `?` and a number, its answer `!` and the number, and
//! `.` says that a number will not be answered.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use bytes::{Buf as _, BytesMut};
use smsgw_net::connection::{self, Kind, NotSent};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// What the session says that cannot be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Odd;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The peer asks.
    Asked(u8),
    /// It answered the request with this token.
    Told(u64),
    /// It will not, or cannot have got it.
    Untold {
        token: u64,
        written: bool,
    },
    Late(u64),
    Closed,
}

impl connection::Event for Event {
    fn kind(&self) -> Kind {
        match self {
            Self::Told(token) | Self::Untold { token, .. } => Kind::Outcome(*token),
            Self::Late(token) => Kind::Late(*token),
            Self::Closed => Kind::Closed,
            Self::Asked(_) => Kind::Other,
        }
    }

    fn octets(&self) -> usize {
        2
    }
}

struct Waiting {
    token: u64,
    deadline: Instant,
    end: u64,
}

pub(crate) struct Session {
    pub(crate) window: usize,
    pub(crate) window_wait: Option<Duration>,
    /// No request is sent before.
    pub(crate) paced: Option<Instant>,
    /// Most requests, whatever the window holds, before this instant.
    pub(crate) blocked: Option<(usize, Instant)>,
    waiting: BTreeMap<u8, Waiting>,
    late: BTreeMap<u8, u64>,
    unanswered: usize,
    unread: bool,
    ends: bool,
    /// It had an answer.
    pub(crate) was_told: bool,
    output: BytesMut,
    handed_over: u64,
    events: VecDeque<Event>,
    closed: bool,
}

impl Session {
    pub(crate) fn new(window: usize) -> Self {
        Self {
            window,
            window_wait: None,
            paced: None,
            blocked: None,
            waiting: BTreeMap::new(),
            late: BTreeMap::new(),
            unanswered: 0,
            unread: false,
            ends: false,
            was_told: false,
            output: BytesMut::new(),
            handed_over: 0,
            events: VecDeque::new(),
            closed: false,
        }
    }

    /// Asks for `number`, which must be even and not asked for already.
    pub(crate) fn ask(
        &mut self,
        number: u8,
        token: u64,
        called: Instant,
        now: Instant,
    ) -> Result<u8, NotSent<Odd>> {
        if self.closed || self.ends {
            return Err(NotSent::Closed);
        }
        if !number.is_multiple_of(2) {
            return Err(NotSent::Refused(Odd));
        }
        if self.waiting.len() >= self.window {
            return Err(NotSent::WindowFull);
        }
        if let Some(until) = self.paced.filter(|until| *until > now) {
            return Err(NotSent::Paced(until));
        }
        if let Some((most, until)) = self.blocked
            && self.waiting.len() >= most
            && until > now
        {
            return Err(NotSent::Blocked(until));
        }
        self.output.extend_from_slice(&[b'?', number]);
        let waiting = Waiting {
            token,
            deadline: called + connection::Session::response_timer(self),
            end: self.handed_over + self.output.len() as u64,
        };
        assert!(self.waiting.insert(number, waiting).is_none());
        Ok(number)
    }

    pub(crate) fn tell(&mut self, number: u8) {
        self.output.extend_from_slice(&[b'!', number]);
        self.unanswered -= 1;
    }

    /// Asks no more, and closes when all is answered.
    pub(crate) fn finish(&mut self) {
        self.ends = true;
        self.end_if_done();
    }

    pub(crate) fn close(&mut self) {
        self.close_with(u64::MAX);
    }

    fn close_with(&mut self, written: u64) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        let waiting = std::mem::take(&mut self.waiting).into_values();
        self.events.extend(waiting.map(|waiting| Event::Untold {
            token: waiting.token,
            written: waiting.end <= written,
        }));
        self.events.push_back(Event::Closed);
    }

    fn end_if_done(&mut self) {
        if self.ends && self.waiting.is_empty() {
            self.close();
        }
    }
}

impl connection::Session for Session {
    type Event = Event;

    fn window(&self) -> usize {
        self.window
    }

    fn response_timer(&self) -> Duration {
        secs(30)
    }

    fn window_wait(&self) -> Option<Duration> {
        self.window_wait
    }

    fn handle_buffer(&mut self, input: &mut BytesMut, _now: Instant) {
        while !self.closed && !self.is_paused() && input.len() >= 2 {
            let (kind, number) = (input.get_u8(), input.get_u8());
            match (kind, self.waiting.remove(&number)) {
                (b'?', _) => {
                    self.unanswered += 1;
                    self.events.push_back(Event::Asked(number));
                }
                (b'!', Some(waiting)) => {
                    self.was_told = true;
                    self.events.push_back(Event::Told(waiting.token));
                }
                (b'!', None) => {
                    let late = self.late.remove(&number);
                    self.events.extend(late.map(Event::Late));
                }
                _ => self.close(),
            }
        }
        self.end_if_done();
    }

    fn handle_timeout(&mut self, now: Instant) {
        let due: Vec<u8> = (self.waiting.iter())
            .filter(|(_, waiting)| waiting.deadline <= now)
            .map(|(number, _)| *number)
            .collect();
        for number in due {
            let token = self.waiting.remove(&number).unwrap().token;
            self.late.insert(number, token);
            self.events.push_back(Event::Untold {
                token,
                written: true,
            });
        }
        self.end_if_done();
    }

    fn handle_disconnect(&mut self, unwritten: usize) {
        self.close_with(self.handed_over - unwritten as u64);
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn poll_transmit(&mut self, out: &mut BytesMut) {
        self.handed_over += self.output.len() as u64;
        out.unsplit(self.output.split());
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.waiting.values().map(|waiting| waiting.deadline).min()
    }

    fn is_closed(&self) -> bool {
        self.closed
    }

    fn is_paused(&self) -> bool {
        self.unread
    }

    fn set_unread(&mut self, unread: bool) {
        self.unread = unread;
    }

    fn in_flight(&self) -> usize {
        self.waiting.len()
    }

    fn octets_in_flight(&self) -> u64 {
        2 * self.waiting.len() as u64
    }

    fn unanswered(&self) -> usize {
        self.unanswered
    }

    fn decline(&mut self, event: &Event) {
        if let Event::Asked(number) = event {
            self.output.extend_from_slice(&[b'.', *number]);
            self.unanswered -= 1;
        }
    }

    fn abandon(&mut self, _now: Instant) {
        self.finish();
    }
}

/// The other end, octet by octet.
pub(crate) struct Peer(pub(crate) DuplexStream);

impl Peer {
    /// The next octets are these.
    pub(crate) async fn gets(&mut self, octets: &[u8]) {
        let mut got = vec![0; octets.len()];
        self.0.read_exact(&mut got).await.unwrap();
        assert_eq!(got, octets);
    }

    pub(crate) async fn sends(&mut self, octets: &[u8]) {
        self.0.write_all(octets).await.unwrap();
    }

    /// Nothing comes while nothing happens for a second.
    pub(crate) async fn gets_nothing(&mut self) {
        let read = tokio::time::timeout(secs(1), self.0.read_u8()).await;
        assert!(read.is_err(), "{read:?}");
    }

    /// The other end has closed.
    pub(crate) async fn sees_the_end(&mut self) {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"");
    }
}
