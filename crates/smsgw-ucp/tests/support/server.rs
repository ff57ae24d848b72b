//! A listener whose outcomes are looked at one by one.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::net::SocketAddr;

use smsgw_ucp::connect::ConnectOptions;
use smsgw_ucp::connection::Events;
use smsgw_ucp::op::SessionManagement;
use smsgw_ucp::server::guard::{Limits, Refusal};
use smsgw_ucp::server::{
    Accepted, Listener, LoginPermit, RefusalCode as _, RejectReason, Rejected, ServerConfig,
};
use smsgw_ucp::session::Event;
use smsgw_ucp::sme::{ConnectError, Sme};
use smsgw_ucp::types::PasswordBuf;
use smsgw_ucp::{Alphabet, ErrorCode, SystemMessage};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::shells::within;
use crate::support::quiet;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    outcomes: mpsc::UnboundedReceiver<Result<Accepted, Rejected>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(config: ServerConfig) -> Self {
        Self::run(Listener::bind("127.0.0.1:0", config).await.unwrap())
    }

    pub(crate) fn run(mut listener: Listener) -> Self {
        let address = listener.local_addr().unwrap();
        let (sender, outcomes) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move { while sender.send(listener.next().await).is_ok() {} });
        Self {
            address,
            outcomes,
            task,
        }
    }

    pub(crate) async fn outcome(&mut self) -> Result<Accepted, Rejected> {
        within(self.outcomes.recv()).await.unwrap()
    }

    pub(crate) async fn accepted(&mut self) -> Accepted {
        self.outcome().await.unwrap()
    }

    pub(crate) async fn rejected(&mut self) -> RejectReason {
        let rejected = self.outcome().await.unwrap_err();
        assert!(rejected.address.is_some(), "{rejected}");
        rejected.reason
    }

    pub(crate) async fn refused(&mut self) -> Refusal {
        match self.rejected().await {
            RejectReason::Refused(refusal) => refusal,
            other => panic!("not the guard's: {other:?}"),
        }
    }

    /// Drops the listener.
    pub(crate) async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    /// A client with this password and the server's end of it: what the client is told, and
    /// whether there is a place for it.
    pub(crate) async fn log_in(
        &mut self,
        password: &str,
        options: &ConnectOptions,
    ) -> (
        Result<(Sme, Events), ConnectError>,
        Accepted,
        Result<LoginPermit, ErrorCode>,
    ) {
        let address = self.address;
        let password = PasswordBuf::new(password, Alphabet::Gsm).unwrap();
        let login = SessionManagement::login("2147".try_into().unwrap(), password.as_password());
        let accept = async {
            let mut accepted = self.accepted().await;
            let permit = check_login(&mut accepted).await;
            (accepted, permit)
        };
        let connect = within(Sme::connect_with(address, &login, quiet(), options));
        let (client, (accepted, permit)) = tokio::join!(connect, accept);
        (client, accepted, permit)
    }

    /// A client that is logged in, and the server's end of it.
    pub(crate) async fn up(
        &mut self,
        options: &ConnectOptions,
    ) -> ((Sme, Events), Accepted, LoginPermit) {
        let (client, accepted, permit) = self.log_in("secret", options).await;
        (client.unwrap(), accepted, permit.unwrap())
    }
}

/// Takes the next login if its password is right and the guard has a place.
pub(crate) async fn check_login(accepted: &mut Accepted) -> Result<LoginPermit, ErrorCode> {
    let frame = match within(accepted.events.recv()).await {
        Some(Event::LoginRequest(frame)) => frame,
        other => panic!("no login: {other:?}"),
    };
    let login: SessionManagement<'_> = frame.decode().unwrap();
    let permit = match accepted.logins.log_in_as(login.oadc) {
        Ok(attempt) if login.pwd.matches("secret", Alphabet::Gsm) => {
            attempt.accept().map_err(|refusal| refusal.error_code())
        }
        Ok(attempt) => Err(attempt.fail()),
        Err(refusal) => Err(refusal.error_code()),
    };
    match &permit {
        Ok(_) => accepted.smsc.accept_login(SystemMessage::EMPTY),
        Err(code) => accepted.smsc.refuse_login(*code, SystemMessage::EMPTY),
    }
    permit
}

pub(crate) fn limited(limits: Limits) -> ServerConfig {
    ServerConfig {
        session: quiet(),
        guard: limits.into(),
        ..ServerConfig::default()
    }
}
