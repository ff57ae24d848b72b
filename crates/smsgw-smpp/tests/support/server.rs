//! A listener whose outcomes are looked at one by one.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::net::SocketAddr;

use smsgw_smpp::connect::ConnectOptions;
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::{ConnectError, Esme};
use smsgw_smpp::server::guard::{Limits, Refusal};
use smsgw_smpp::server::{
    Accepted, BindPermit, Binder, Listener, RefusalStatus as _, RejectReason, Rejected,
    ServerConfig,
};
use smsgw_smpp::session::{Bind, BindMode, Event};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::support::{bind, quiet};
use crate::tcp::within;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    outcomes: mpsc::UnboundedReceiver<Result<Accepted, Rejected>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(config: ServerConfig) -> Self {
        Self::start_on("127.0.0.1:0", config).await
    }

    pub(crate) async fn start_on(address: &str, config: ServerConfig) -> Self {
        Self::run(Listener::bind(address, config).await.unwrap())
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
        assert!(!rejected.to_string().is_empty());
        rejected.reason
    }

    pub(crate) async fn refused(&mut self) -> Refusal {
        match self.rejected().await {
            RejectReason::Refused(refusal) => refusal,
            other => panic!("not the guard's: {other:?}"),
        }
    }

    pub(crate) fn has_outcome(&mut self) -> bool {
        !self.outcomes.is_empty()
    }

    /// Drops the listener.
    pub(crate) async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    /// A client of this server.
    pub(crate) async fn connect(
        &self,
        options: &ConnectOptions,
    ) -> Result<(Esme, Events), ConnectError> {
        let bind = bind(BindMode::Transceiver);
        within(Esme::connect_with(self.address, &bind, quiet(), options)).await
    }

    /// A client that is bound, and the server's end of it.
    pub(crate) async fn bound(
        &mut self,
        options: &ConnectOptions,
    ) -> ((Esme, Events), Accepted, BindPermit) {
        let address = self.address;
        let bind = bind(BindMode::Transceiver);
        let accept = async {
            let mut accepted = self.accepted().await;
            let permit = let_in(&mut accepted).await.unwrap();
            (accepted, permit)
        };
        let connect = within(Esme::connect_with(address, &bind, quiet(), options));
        let (client, (accepted, permit)) = tokio::join!(connect, accept);
        (client.unwrap(), accepted, permit)
    }
}

/// Takes the next bind if the guard does.
pub(crate) async fn let_in(accepted: &mut Accepted) -> Result<BindPermit, Refusal> {
    let system_id = bind_request(&mut accepted.events).await;
    let permit = bind_as(&accepted.binder, &system_id);
    match &permit {
        Ok(_) => accepted.mc.accept_bind("mc".try_into().unwrap()),
        Err(refusal) => accepted.mc.refuse_bind(refusal.status()),
    }
    permit
}

pub(crate) fn bind_as(binder: &Binder, system_id: &[u8]) -> Result<BindPermit, Refusal> {
    binder.bind_as(system_id)?.accept()
}

/// Refuses the next bind for its password.
pub(crate) async fn turn_away(accepted: &mut Accepted) {
    let system_id = bind_request(&mut accepted.events).await;
    let status = accepted.binder.bind_as(&system_id).unwrap().fail();
    accepted.mc.refuse_bind(status);
}

/// Who wants to bind.
pub(crate) async fn bind_request(events: &mut Events) -> Vec<u8> {
    match within(events.recv()).await {
        Some(Event::BindRequest(frame)) => {
            let bind = Bind::from_frame(&frame).unwrap();
            bind.system_id.as_octets().to_vec()
        }
        other => panic!("no bind: {other:?}"),
    }
}

pub(crate) fn limited(limits: Limits) -> ServerConfig {
    ServerConfig {
        session: quiet(),
        guard: limits.into(),
        ..ServerConfig::default()
    }
}
