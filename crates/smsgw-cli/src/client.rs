//! What `smsgw send` and `smsgw load` share: the server they bind to, and its receipts.

use std::io::ErrorKind;
use std::time::Duration;

use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::{ConnectError, Esme};
use smsgw_smpp::pdu::{DataSmResp, DeliverSmResp};
use smsgw_smpp::session::{Bind, BindMode, Config, Session};
use smsgw_smpp::types::MessageState;
use smsgw_smpp::{CommandId, CommandStatus, DeliveryReceipt, Frame, Header};

use crate::values::{c_octets, duration};

/// Where the server is and who binds.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Server {
    /// Where the server listens.
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port)]
    connect: String,
    /// Who binds.
    #[arg(long, value_name = "ID", value_parser = c_octets::<16>)]
    system_id: String,
    /// The password that goes with it; in the environment other users do not see it.
    #[arg(long, value_name = "PW", env = "SMSGW_PASSWORD", hide_env_values = true, default_value = "", hide_default_value = true, value_parser = c_octets::<9>)]
    password: String,
    /// The kind of system that binds, where the server wants to know.
    #[arg(long, value_name = "TYPE", default_value = "", hide_default_value = true, value_parser = c_octets::<13>)]
    system_type: String,
    /// How long the server may take to let us connect, to let us bind, and for an answer.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    timeout: Duration,
}

/// What the sessions are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mode {
    /// Transceiver: send, and take receipts.
    Trx,
    /// Transmitter: send only.
    Tx,
}

impl Server {
    /// Connects and binds; the error is one line that says what to look at.
    pub(crate) async fn bind(&self, mode: Mode, config: Config) -> Result<(Esme, Events), String> {
        let config = Config {
            session_init_timer: self.timeout,
            response_timer: self.timeout,
            ..config
        };
        self.try_bind(mode, config)
            .await
            .map_err(|reason| format!("{}: {reason}", self.connect))
    }

    async fn try_bind(&self, mode: Mode, config: Config) -> Result<(Esme, Events), String> {
        let mode = match mode {
            Mode::Trx => BindMode::Transceiver,
            Mode::Tx => BindMode::Transmitter,
        };
        let bind = || {
            let (system_id, password) = (&*self.system_id, &*self.password);
            let bind = Bind::new(mode, system_id.try_into()?, password.try_into()?);
            let system_type = (&*self.system_type).try_into()?;
            Ok(Bind {
                system_type,
                ..bind
            })
        };
        let bind = bind().map_err(|error: smsgw_smpp::ValueError| error.to_string())?;
        let connecting = Esme::connect(&*self.connect, &bind, config);
        // Twice: to connect and to bind.
        match tokio::time::timeout(self.timeout.saturating_mul(2), connecting).await {
            Ok(bound) => bound.map_err(|error| format!("{error}; {}", hint(&error))),
            Err(_) => Err(format!(
                "no connection within {:?}; is a firewall in between?",
                self.timeout
            )),
        }
    }
}

/// What whoever reads the error may want to look at.
fn hint(error: &ConnectError) -> &'static str {
    match (error, error.status()) {
        (ConnectError::Io(error), _) if error.kind() == ErrorKind::ConnectionRefused => {
            "is a server running there? 'smsgw sim smsc' starts one to try with"
        }
        (ConnectError::Io(_), _) => "check --connect and the network",
        (_, Some(CommandStatus::ESME_RALYBND)) => {
            "the account may have as many sessions as it is allowed"
        }
        (_, Some(_)) => "check --system-id, --password, --system-type and --mode",
        _ => "does the server speak SMPP without TLS, and does it take connections from here?",
    }
}

fn host_and_port(text: &str) -> Result<String, String> {
    let port = text.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
    match port {
        Some(Ok(_)) => Ok(text.to_owned()),
        _ => Err("not HOST:PORT".to_owned()),
    }
}

/// The receipt in a request of the server; `None` when it is a message or something else.
pub(crate) fn receipt(request: &Frame) -> Option<DeliveryReceipt<'_>> {
    match request.command_id() {
        CommandId::DELIVER_SM => DeliveryReceipt::from_deliver(&request.decode().ok()?),
        CommandId::DATA_SM => DeliveryReceipt::from_data(&request.decode().ok()?),
        _ => None,
    }
}

/// The state a receipt tells: the standard's word for it, or else the server's.
pub(crate) fn state<'a>(receipt: &'a DeliveryReceipt<'_>) -> &'a str {
    let word = receipt.state().and_then(MessageState::receipt_word);
    word.or(receipt.receipt.stat.as_deref()).unwrap_or("none")
}

/// Whether no other state follows.
pub(crate) fn is_final(receipt: &DeliveryReceipt<'_>) -> bool {
    !receipt.is_intermediate && receipt.state().is_none_or(MessageState::is_final)
}

/// Answers a request of the server.
pub(crate) fn answer(session: &mut Session, request: Header, status: CommandStatus) {
    let number = request.sequence_number;
    match request.command_id {
        CommandId::DELIVER_SM if status.is_ok() => {
            session.respond(&DeliverSmResp::default(), status, number);
        }
        CommandId::DATA_SM if status.is_ok() => {
            session.respond(&DataSmResp::default(), status, number);
        }
        _ => session.reject(request, status),
    }
}
