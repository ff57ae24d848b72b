//! [`Session`] and [`Event`] as the task of a connection wants them.

use std::time::{Duration, Instant};

use smsgw_net::connection::{self as net, Kind};

use crate::session::{Event, Session};

impl net::Session for Session {
    type Event = Event;

    smsgw_net::session_verbs!();

    fn window(&self) -> usize {
        self.window()
    }

    fn response_timer(&self) -> Duration {
        self.config().result_timer
    }

    fn window_wait(&self) -> Option<Duration> {
        self.config().window_wait
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
