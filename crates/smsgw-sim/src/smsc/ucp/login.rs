//! Who is there: OT 60, and OT 31, which asks for what waits.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use smsgw_ucp::op::{SessionManagement, SmtAlert};
use smsgw_ucp::session::{Account, NotificationAddress, State};
use smsgw_ucp::types::{Pid, SessionType, SocketAddressBuf};
use smsgw_ucp::{Decoded, ErrorCode, Frame, Quirks};

use super::{Settings, Ucp, text};
use crate::event::{Status, What, Who};
use crate::smsc::line::Line;

impl Line<Ucp> {
    /// Where nobody has to log in, who asks for something else first is known by its address: it
    /// finds what waits for it when it connects again.
    pub(super) fn let_in_without_login(&mut self) {
        if self.with(|inner| inner.ucp.wire.settings.users.is_empty()) {
            let address = self.peer.ip().to_canonical();
            self.let_in(address.to_string().into());
        }
    }

    /// Answers an OT 60.
    pub(super) fn login(&mut self, frame: &Frame) {
        // The session has read it once.
        let decoded = frame.decode_with::<SessionManagement<'_>>(&self.quirks());
        let Ok(Decoded { pdu: login, .. }) = decoded else {
            return self.answer_login(frame, Err(ErrorCode::SYNTAX_ERROR), "");
        };
        let user = login.oadc.to_string();
        let (outcome, strike) = self.with(|inner| {
            let outcome = inner.ucp.wire.judge_login(&user, &login);
            (outcome, inner.faults.on_bind())
        });
        let outcome = match strike {
            Some(strike) => {
                self.fault(strike.kind, frame, None);
                Err(strike.error_code)
            }
            None => outcome,
        };
        self.answer_login(frame, outcome, &user);
    }

    fn answer_login(&mut self, frame: &Frame, outcome: Result<(), ErrorCode>, user: &str) {
        let name: Arc<str> = user.into();
        // Before the answer: who waits for it and then looks here sees the session.
        if outcome.is_ok() {
            self.let_in(Arc::clone(&name));
        }
        let (status, peer) = (Status::Ucp(outcome.err()), self.peer);
        self.emit(|| What::Bind {
            who: Who::User(name),
            mode: None,
            status,
            peer,
        });
        // In a session that is up it is an operation as any other.
        let is_asked = self.session.state() == State::LoggingIn;
        match outcome {
            Ok(()) if is_asked => self.session.accept_login(text("BIND AUTHENTICATED")),
            Ok(()) => self.session.accept(frame, text("BIND AUTHENTICATED")),
            Err(why) => {
                let words = why.text().map(text).unwrap_or_default();
                if is_asked {
                    self.session.refuse_login(why, words);
                } else {
                    self.session.refuse(frame, why, words);
                }
            }
        }
    }

    fn let_in(&mut self, account: Arc<str>) {
        self.bind(account, true, None);
        self.register(None);
    }

    /// Says for which addresses this session takes notifications: its own, and `address`.
    fn register(&self, address: Option<NotificationAddress>) {
        let Ok(account) = Account::new(self.account()) else {
            return;
        };
        let own = match self.peer {
            SocketAddr::V4(peer) => SocketAddressBuf::new(peer).ok(),
            SocketAddr::V6(_) => None,
        };
        let own = own.map(|own| NotificationAddress {
            nadc: own.as_address().to_string(),
            npid: Pid::PC_OVER_TCP_IP,
        });
        self.with(|inner| {
            let addresses = own.into_iter().chain(address);
            let accounts = &mut inner.ucp.wire.accounts;
            accounts.register(account, self.number, addresses);
        });
    }

    /// Answers an OT 31 with the number of operations that wait; those that were refused before
    /// are sent now.
    pub(super) fn alerted(&mut self, frame: &Frame, alert: &SmtAlert<'_>, now: Instant) {
        self.register(Some(NotificationAddress {
            nadc: alert.adc.to_string(),
            npid: alert.pid,
        }));
        let until = now + self.shared.config.retry;
        let waiting = self.with(|inner| {
            let outbox = &mut inner.ucp.post.outbox;
            outbox.hurry(self.account(), now, until)
        });
        self.accept(frame, &format!("{:04}", waiting.min(9_999)), None);
    }

    pub(super) fn quirks(&self) -> Quirks {
        self.with(|inner| inner.ucp.wire.settings.session.quirks)
    }
}

impl Ucp {
    fn judge_login(&self, user: &str, login: &SessionManagement<'_>) -> Result<(), ErrorCode> {
        let Settings {
            users, alphabet, ..
        } = &self.settings;
        // Passwords are not changed here.
        if login.styp != SessionType::OPEN {
            return Err(ErrorCode::OPERATION_NOT_SUPPORTED);
        }
        let known = users.iter().find(|known| known.name == user);
        // In constant time.
        let is_right = known.is_some_and(|known| login.pwd.matches(&known.password, *alphabet));
        if is_right || users.is_empty() {
            Ok(())
        } else {
            Err(ErrorCode::AUTHENTICATION_FAILURE)
        }
    }
}
