//! [`Session`] and [`Event`] as the task of a connection wants them.

use std::time::{Duration, Instant};

use smsgw_net::connection::{self as net, Kind};

use crate::command::CommandId;
use crate::session::{Event, Session};
use crate::status::CommandStatus;

impl net::Session for Session {
    type Event = Event;

    smsgw_net::session_verbs!();

    fn window(&self) -> usize {
        self.config().window
    }

    fn response_timer(&self) -> Duration {
        self.config().response_timer
    }

    fn window_wait(&self) -> Option<Duration> {
        self.config().window_wait
    }

    /// Refuses a bind, and a request with [`CommandStatus::ESME_RX_T_APPN`] or
    /// [`CommandStatus::ESME_RSYSERR`].
    fn decline(&mut self, event: &Event) {
        match event {
            Event::BindRequest(_) => self.refuse_bind(CommandStatus::ESME_RBINDFAIL),
            Event::Request(frame) => {
                let status = match frame.command_id() {
                    CommandId::DELIVER_SM | CommandId::DATA_SM => CommandStatus::ESME_RX_T_APPN,
                    _ => CommandStatus::ESME_RSYSERR,
                };
                self.reject(frame.header(), status);
            }
            _ => {}
        }
    }

    /// Unbinds, without a wait for answers that nobody can give.
    fn abandon(&mut self, now: Instant) {
        self.ignore_all();
        self.unbind(now);
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
            Self::BindRequest(frame)
            | Self::Bound(frame)
            | Self::BindRefused(frame)
            | Self::Request(frame)
            | Self::Notification(frame)
            | Self::Response { frame, .. }
            | Self::LateResponse { frame, .. }
            | Self::Stray(frame)
            | Self::Refused(frame) => frame.octets().len(),
            Self::Unanswered { .. } | Self::Closed(_) => 0,
        }
    }

    #[inline]
    fn detach(&mut self) {
        if let Self::Notification(frame) | Self::Stray(frame) | Self::Refused(frame) = self {
            *frame = frame.detach();
        }
    }
}
