//! The service centre that `smsgw send ucp` and `smsgw load ucp` log in to, and its notifications.

use smsgw::Address;
use smsgw::convert::ucp::{ConvertError, Settings};
use smsgw_net::connect::ConnectOptions;
use smsgw_ucp::connection::Events;
use smsgw_ucp::op::{DeliverNotification, SessionManagement};
use smsgw_ucp::session::{Account, Config, Login, Session, TimeoutPolicy};
use smsgw_ucp::sme::{ConnectError, Sme};
use smsgw_ucp::types::{
    AccountAddress, Dst, Npi, PasswordBuf, SessionType, Ton, UtcOffset, Version,
};
use smsgw_ucp::{ErrorCode, Frame, MessageKey, SystemMessage};

use super::Endpoint;
use crate::decode::ucp::LinkArgs;
use crate::values::{Password, utc_offset};

/// Where the service centre is and who logs in.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Server {
    #[command(flatten)]
    endpoint: Endpoint,
    /// Who logs in; without it there is no login, as on links that know us by our address.
    #[arg(long, value_name = "USER", value_parser = Account::new)]
    user: Option<Account>,
    /// The password that goes with it; in the environment other users do not see it.
    #[arg(
        long,
        value_name = "PW",
        env = "SMSGW_PASSWORD",
        hide_env_values = true,
        default_value = "",
        hide_default_value = true
    )]
    password: Password,
    /// The type of number of USER (OTON): 1 international, 2 national, 6 abbreviated.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u16).range(..=9))]
    user_ton: u16,
    /// The numbering plan of USER (ONPI): 1 telephone, 3 X.121, 5 private.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(..=9))]
    user_npi: u16,
    #[command(flatten)]
    link: LinkArgs,
    /// What the service centre wants in front of an international number instead of +.
    #[arg(long, value_name = "DIGITS", default_value = "00", value_parser = prefix)]
    prefix: String,
    /// The zone of the service centre's times, which are local, as +HH:MM or -HH:MM; UTC unless
    /// given.
    #[arg(long, value_name = "OFFSET", allow_hyphen_values = true, value_parser = utc_offset)]
    zone: Option<UtcOffset>,
}

impl Server {
    /// What no field tells.
    pub(crate) fn settings(&self) -> Settings {
        // UCP has no message without a sender.
        let user = self.user.as_ref().map(Account::as_str);
        let is_number = |user: &&str| user.bytes().all(|octet| octet.is_ascii_digit());
        Settings {
            alphabet: self.link.alphabet(),
            prefix: self.prefix.clone(),
            zone: self.zone.unwrap_or_default(),
            sender: user.filter(is_number).map(Address::number),
            ..Settings::default()
        }
    }

    /// Makes ready to log in; reads the files.
    pub(crate) fn client(&self, config: Config) -> Result<Client, String> {
        let timeout = self.endpoint.timeout();
        let password = PasswordBuf::new(self.password.as_str(), self.link.alphabet());
        let options = self.endpoint.options();
        let login = match &self.user {
            Some(_) => Login::Required,
            // It is told in keep-alives alone, where nobody looks for it.
            None => Login::None(Account::new("0").map_err(|error| error.to_string())?),
        };
        Ok(Client {
            server: self.clone(),
            password: password.map_err(|error| format!("--password: {error}"))?,
            config: Config {
                login,
                login_timer: timeout,
                result_timer: timeout,
                // What has no result in time is given up, and the others go on.
                on_timeout: TimeoutPolicy::Resend { times: 0 },
                ..config
            },
            options: options.map_err(|error| error.to_string())?,
        })
    }
}

/// Logs in as often as asked.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    server: Server,
    password: PasswordBuf,
    config: Config,
    options: ConnectOptions,
}

impl Client {
    /// Connects and logs in, where there is a login; the error is one line that says what to look
    /// at.
    pub(crate) async fn log_in(&self) -> Result<(Sme, Events), String> {
        let endpoint = &self.server.endpoint;
        let connected = match &self.server.user {
            Some(user) => self.log_in_as(user).await,
            None => self.connect().await,
        };
        connected.map_err(|error| endpoint.told(&error, self.hint(&error)))
    }

    async fn log_in_as(&self, user: &Account) -> Result<(Sme, Events), ConnectError> {
        let Server {
            endpoint,
            user_ton,
            user_npi,
            ..
        } = &self.server;
        let login = SessionManagement {
            // All three were looked at when the arguments were read.
            oadc: AccountAddress::new(user.as_str()).unwrap_or_default(),
            oton: Ton::new(*user_ton).unwrap_or_default(),
            onpi: Npi::new(*user_npi).unwrap_or_default(),
            styp: SessionType::OPEN,
            pwd: self.password.as_password(),
            vers: Version::V1_0,
            ..SessionManagement::default()
        };
        let config = self.config.clone();
        Sme::connect_with(endpoint.server(), &login, config, &self.options).await
    }

    async fn connect(&self) -> Result<(Sme, Events), ConnectError> {
        let stream = self.options.connect(self.server.endpoint.server()).await;
        let stream = stream.map_err(ConnectError::Io)?;
        Ok(Sme::new(stream, self.config.clone()))
    }

    /// What whoever reads the error may want to look at.
    fn hint(&self, error: &ConnectError) -> &'static str {
        match error {
            ConnectError::Io(error) => Endpoint::hint(error),
            ConnectError::Refused(_) if error.error_code() == Some(NOT_NOW) => {
                "there may be as many sessions as the account has"
            }
            ConnectError::Refused(_) => {
                "check --user, --password, --user-ton, --user-npi and --alphabet"
            }
            _ => self.server.endpoint.hint_of_silence(),
        }
    }
}

const NOT_NOW: ErrorCode = ErrorCode::OPERATION_NOT_ALLOWED;

/// A message that UCP cannot carry, with what to do about it.
pub(crate) fn with_hint(error: ConvertError) -> String {
    match error {
        ConvertError::Missing { name: "OAdC" } => format!("{error}; add --from"),
        _ => error.to_string(),
    }
}

/// What an operation of the service centre says of a message; `None` when it is a message or
/// something else.
pub(crate) fn notification(request: &Frame) -> Option<DeliverNotification<'_>> {
    request.decode().ok()
}

/// The message it is about.
pub(crate) fn about<'a>(notification: &DeliverNotification<'a>) -> Option<MessageKey<'a>> {
    Some(MessageKey {
        adc: notification.oadc.as_str(),
        scts: notification.scts?,
    })
}

/// What became of the message.
pub(crate) const fn state(notification: &DeliverNotification<'_>) -> &'static str {
    match notification.dst {
        Dst::DELIVERED => "delivered",
        Dst::BUFFERED => "buffered",
        Dst::NOT_DELIVERED => "not delivered",
        _ => "none",
    }
}

/// Answers an operation of the service centre: done, or not now, so that it keeps it.
pub(crate) fn answer(session: &mut Session, request: &Frame, is_taken: bool) {
    if is_taken {
        session.accept(request, SystemMessage::EMPTY);
    } else {
        session.refuse(request, NOT_NOW, SystemMessage::EMPTY);
    }
}

/// Digits, or nothing.
fn prefix(text: &str) -> Result<String, String> {
    smsgw_ucp::types::Address::new(text)
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}
