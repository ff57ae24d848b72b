//! The SMPP server that `smsgw send` and `smsgw load` bind to, and its receipts.

use std::borrow::Cow;

use smsgw_net::connect::ConnectOptions;
use smsgw_net::tls::TlsError;
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::{ConnectError, Esme};
use smsgw_smpp::pdu::{DataSmResp, DeliverSmResp, SubmitSmResp};
use smsgw_smpp::receipt::IdMatch;
use smsgw_smpp::session::{Bind, BindMode, Config, Session};
use smsgw_smpp::types::MessageState;
use smsgw_smpp::{CommandId, CommandStatus, DeliveryReceipt, Frame, Header, ValueError};

use super::Endpoint;
use crate::values::{Password, c_octets, c_octets_password};

/// Where the server is and who binds.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Server {
    #[command(flatten)]
    endpoint: Endpoint,
    /// Who binds.
    #[arg(long, value_name = "ID", value_parser = c_octets::<16>)]
    system_id: String,
    /// The password that goes with it; in the environment other users do not see it.
    #[arg(long, value_name = "PW", env = "SMSGW_PASSWORD", hide_env_values = true, default_value = "", hide_default_value = true, value_parser = c_octets_password::<9>)]
    password: Password,
    /// The kind of system that binds, where the server wants to know.
    #[arg(long, value_name = "TYPE", default_value = "", hide_default_value = true, value_parser = c_octets::<13>)]
    system_type: String,
    /// How the server spells the id of a message in a receipt, beside the one in its answer.
    #[arg(long, value_enum, default_value_t = ReceiptIds::Same)]
    receipt_ids: ReceiptIds,
}

/// Ids in receipts.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ReceiptIds {
    /// The same letters.
    Same,
    /// The same but for case and zeros in front.
    Loose,
    /// Hex in the answer, decimal in the receipt.
    HexToDecimal,
    /// Decimal in the answer, hex in the receipt.
    DecimalToHex,
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
    /// Which receipt is about which message.
    pub(crate) const fn receipt_ids(&self) -> IdMatch {
        match self.receipt_ids {
            ReceiptIds::Same => IdMatch::EXACT,
            ReceiptIds::Loose => IdMatch::EXACT.ignoring_case().ignoring_zeros(),
            ReceiptIds::HexToDecimal => IdMatch::EXACT.hex_to_decimal(),
            ReceiptIds::DecimalToHex => IdMatch::EXACT.decimal_to_hex(),
        }
    }

    /// Makes ready to bind; reads the files.
    pub(crate) fn client(&self, mode: Mode, config: Config) -> Result<Client, TlsError> {
        let timeout = self.endpoint.timeout();
        Ok(Client {
            server: self.clone(),
            mode,
            config: Config {
                session_init_timer: timeout,
                response_timer: timeout,
                ..config
            },
            options: self.endpoint.options()?,
        })
    }
}

/// Binds as often as asked.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    server: Server,
    mode: Mode,
    config: Config,
    options: ConnectOptions,
}

impl Client {
    /// Connects and binds; the error is one line that says what to look at.
    pub(crate) async fn bind(&self) -> Result<(Esme, Events), String> {
        let endpoint = &self.server.endpoint;
        let request = self.request().map_err(|error| error.to_string())?;
        let config = self.config.clone();
        let bound = Esme::connect_with(endpoint.server(), &request, config, &self.options).await;
        bound.map_err(|error| endpoint.told(&error, self.hint(&error)))
    }

    fn request(&self) -> Result<Bind<'_>, ValueError> {
        let mode = match self.mode {
            Mode::Trx => BindMode::Transceiver,
            Mode::Tx => BindMode::Transmitter,
        };
        let Server {
            system_id,
            password,
            system_type,
            ..
        } = &self.server;
        let (system_id, password) = (&**system_id, password.as_str());
        Ok(Bind {
            system_type: (&**system_type).try_into()?,
            ..Bind::new(mode, system_id.try_into()?, password.try_into()?)
        })
    }

    /// What whoever reads the error may want to look at.
    fn hint(&self, error: &ConnectError) -> &'static str {
        match error {
            ConnectError::Io(error) => Endpoint::hint(error),
            ConnectError::Refused(frame) => match frame.command_status() {
                CommandStatus::ESME_RALYBND => "there may be as many sessions as the account has",
                _ => "check --system-id, --password, --system-type and --mode",
            },
            _ => self.server.endpoint.hint_of_silence(),
        }
    }
}

/// The id that an answer gives to a message, spelled as in [`DeliveryReceipt::message_id`].
pub(crate) fn message_id<'a>(answer: &SubmitSmResp<'a>) -> Cow<'a, str> {
    match answer.message_id.as_str() {
        Some(id) => Cow::Borrowed(id),
        None => Cow::Owned(answer.message_id.to_string()),
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
