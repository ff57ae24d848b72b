//! [`Session`] and [`Event`] as the task of a connection wants them.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use smsgw_net::connection::{self as net, Kind};

use crate::session::{Event, Session};

impl net::Session for Session {
    type Event = Event;

    fn window(&self) -> usize {
        self.window()
    }

    fn response_timer(&self) -> Duration {
        self.config().result_timer
    }

    fn window_wait(&self) -> Option<Duration> {
        self.config().window_wait
    }

    #[inline]
    fn handle_buffer(&mut self, input: &mut BytesMut, now: Instant) {
        self.handle_buffer(input, now);
    }

    #[inline]
    fn handle_timeout(&mut self, now: Instant) {
        self.handle_timeout(now);
    }

    fn handle_disconnect(&mut self, unwritten: usize) {
        self.handle_disconnect(unwritten);
    }

    #[inline]
    fn poll_event(&mut self) -> Option<Event> {
        self.poll_event()
    }

    #[inline]
    fn poll_transmit(&mut self, out: &mut BytesMut) {
        self.poll_transmit(out);
    }

    #[inline]
    fn poll_timeout(&self) -> Option<Instant> {
        self.poll_timeout()
    }

    #[inline]
    fn is_closed(&self) -> bool {
        self.is_closed()
    }

    #[inline]
    fn is_paused(&self) -> bool {
        self.is_paused()
    }

    #[inline]
    fn set_unread(&mut self, unread: bool) {
        self.set_unread(unread);
    }

    #[inline]
    fn in_flight(&self) -> usize {
        self.in_flight()
    }

    #[inline]
    fn octets_in_flight(&self) -> u64 {
        self.octets_in_flight()
    }

    #[inline]
    fn unanswered(&self) -> usize {
        self.unanswered()
    }

    fn decline(&mut self, event: &Event) {
        self.decline(event);
    }

    fn abandon(&mut self, now: Instant) {
        self.abandon(now);
    }
}

impl net::Event for Event {
    #[inline]
    fn kind(&self) -> Kind {
        match self {
            Self::Response { token, .. } | Self::Unanswered { token, .. } => Kind::Outcome(*token),
            Self::LateResponse { token, .. } => Kind::Late(*token),
            Self::Closed(_) => Kind::Closed,
            _ => Kind::Other,
        }
    }

    #[inline]
    fn octets(&self) -> usize {
        match self {
            Self::LoginRequest(frame)
            | Self::LoggedIn(frame)
            | Self::LoginRefused(frame)
            | Self::Request(frame)
            | Self::Repeated(frame)
            | Self::Response { frame, .. }
            | Self::LateResponse { frame, .. }
            | Self::Stray(frame)
            | Self::Refused {
                frame: Some(frame), ..
            } => frame.octets().len(),
            _ => 0,
        }
    }

    #[inline]
    fn detach(&mut self) {
        if let Self::Repeated(frame)
        | Self::Stray(frame)
        | Self::Refused {
            frame: Some(frame), ..
        } = self
        {
            *frame = frame.detach();
        }
    }
}
