//! `smsgw sim smsc`: a message centre.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

#[cfg(unix)]
use smsgw_sim::control::Control;
use smsgw_sim::faults::Fault;
use smsgw_sim::smsc::{Config, IdFormat, ReceiptPlan, Smsc, UcpConfig, User, UtcOffset};
use smsgw_smpp::tls::{Acceptor, ClientCertificates, Identity, ServerFiles, TlsError};
use smsgw_smpp::types::InterfaceVersion;
use tokio::sync::oneshot;

use super::print::{LAST_EVENTS, print};
use crate::values::{Password, address, c_octets, c_octets_password, duration, share, utc_offset};

/// Where is listened for SMPP unless something else is said.
const SMPP: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 2775));

/// A message centre (SMSC): takes messages, sends receipts, misbehaves as told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw sim smsc
  smsgw sim smsc --smpp 127.0.0.1:2776 --system-id gateway --password secret
  smsgw sim smsc --ucp 127.0.0.1:3000 --ucp-user 2147 --ucp-password secret
  smsgw sim smsc --receipt-failures 10% --fault throttle=10 --control /tmp/smsc.sock
  smsgw sim smsc --tls-cert server.pem --tls-key server.key --tls-client-ca clients.pem
  smsgw sim smsc --fault slow=3,delay=200ms-1s --fault refuse-bind,times=2,status=ESME_RALYBND
  echo 'sms +306912345678 hello' | nc -U -q1 /tmp/smsc.sock

Faults of a submit (any request with a message in it), NAME[=N][,times=COUNT][,...]:
  throttle, queue-full         answered ESME_RTHROTTLED or ESME_RMSGQFUL, over UCP EC 04 or 55,
                               and not accepted
  nack [status=] [ec=]         answered with generic_nack, over UCP with a negative result (03),
                               and not accepted
  no-answer, no-answer-drop    never answered; the latter not accepted either
  cut                          the connection ends in the middle of the answer
  slow, late [delay=]          answered after 1s, or 65s: a TIME, or a range TIME-TIME
  out-of-order [delay=]        the answer to the next one comes first, if there is one within 1s
  wrong-sequence               the answer has the number of no request
  wrong-command                the answer is a deliver_sm_resp, over UCP the result of an OT 52
  duplicate                    answered twice
  stop-reading [delay=]        nothing is read for 5s, after the answer
Fault of a bind, or of a login over UCP:
  refuse-bind [status=] [ec=]  refused with ESME_RBINDFAIL, over UCP with EC 07

Commands of the control socket, one a line:
  sms FROM [to=ADDRESS] [via=smpp|ucp] TEXT
                               a subscriber sends a message (to 1000 unless said)
  alert FROM [to=ADDRESS]      an ESME is told that a subscriber can be reached again
  outbind ADDR [PASSWORD]      an ESME that listens is asked to bind
  status                       counts, sessions, what was submitted
  fault NAME [N|off] [...]     as --fault, with blanks; 'fault off' ends all
  cut                          drop all connections, and new ones until 'plug'
  plug                         take connections again
  reload                       read the certificates again, as SIGHUP does; sessions go on

docs/SIMULATOR.md tells more, and what the events are.")]
pub(crate) struct Args {
    /// Where to listen for SMPP; port 0 takes a free one. 127.0.0.1:2775 unless only --ucp is given.
    #[arg(long, value_name = "ADDR", value_parser = address)]
    smpp: Option<SocketAddr>,
    /// Who may bind over SMPP; everybody unless given.
    #[arg(long, value_name = "ID", requires = "password", value_parser = c_octets::<16>)]
    system_id: Option<String>,
    /// The password that goes with it.
    #[arg(long, value_name = "PW", requires = "system_id", value_parser = c_octets_password::<9>)]
    password: Option<Password>,
    /// Where to listen for UCP; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", value_parser = address)]
    ucp: Option<SocketAddr>,
    /// Who may log in over UCP; everybody unless given, and who does not log in too.
    #[arg(long, value_name = "USER", requires_all = ["ucp", "ucp_password"], value_parser = ucp_user)]
    ucp_user: Option<String>,
    /// The password that goes with it.
    #[arg(long, value_name = "PW", requires = "ucp_user", value_parser = ucp_password)]
    ucp_password: Option<Password>,
    /// The zone of the times of UCP, which are local, as +HH:MM or -HH:MM; UTC unless given.
    #[arg(
        long,
        value_name = "OFFSET",
        requires = "ucp",
        allow_hyphen_values = true,
        value_parser = utc_offset
    )]
    ucp_zone: Option<UtcOffset>,
    /// Speak TLS: PEM file with the certificate to show, and those that lead to its root.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file with its private key.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// PEM file of who signs the certificates that clients must show; they need none unless given.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_client_ca: Option<PathBuf>,
    /// From a message to its receipt.
    #[arg(long, value_name = "TIME", default_value = "200ms", value_parser = duration)]
    receipt_delay: Duration,
    /// Share of messages that fail, as 0.1 or 10%: undeliv (the default), rejectd, expired, or
    /// none for no receipt at all. May be repeated.
    #[arg(long, value_name = "[KIND=]SHARE")]
    receipt_failures: Vec<Failures>,
    /// What every nth submit runs into; the faults are listed below. N is from 1. May be
    /// repeated.
    #[arg(long, value_name = "NAME[=N][,...]")]
    fault: Vec<Fault>,
    /// After how much silence a client is asked whether it is there.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = period)]
    enquire_link: Duration,
    /// The version of SMPP that it says it speaks; only 5.0 has broadcasts.
    #[arg(long, value_enum, default_value = "5.0")]
    smpp_version: Version,
    /// How message ids are spelled.
    #[arg(long, value_enum, default_value_t = Ids::Decimal)]
    ids: Ids,
    /// Chooses which messages fail.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Print no events of messages, only of connections: for loads.
    #[arg(long)]
    quiet: bool,
    /// Path of a Unix socket for commands.
    #[cfg(unix)]
    #[arg(long, value_name = "PATH")]
    control: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Ids {
    /// Decimal digits.
    Decimal,
    /// Hexadecimal digits.
    Hex,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Version {
    #[value(name = "3.3")]
    V3_3,
    #[value(name = "3.4")]
    V3_4,
    #[value(name = "5.0")]
    V5_0,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    super::block_on("smsc", serve(args))
}

async fn serve(args: &Args) -> Result<(), String> {
    let config = config(args)?;
    let smsc = Smsc::start(config)
        .await
        .map_err(|error| format!("cannot listen at {error}"))?;
    #[cfg(unix)]
    let control = args.control.as_deref().map(|path| {
        Control::start(path, smsc.handle())
            .map_err(|error| format!("cannot listen for commands at {}: {error}", path.display()))
    });
    #[cfg(unix)]
    let control = control.transpose()?;
    let end = crate::signal::end().map_err(|error| error.to_string())?;
    if let Some(tls) = smsc.tls().cloned() {
        let mut hangup = crate::signal::Reload::new().map_err(|error| error.to_string())?;
        tokio::spawn(async move {
            loop {
                hangup.asked().await;
                reload(&tls);
            }
        });
    }
    let (printed, mut printing) = oneshot::channel();
    let events = match args.quiet {
        true => smsc.session_events(),
        false => smsc.events(),
    };
    let listeners = [("smpp", smsc.smpp_addr()), ("ucp", smsc.ucp_addr())];
    let mut listeners = listeners
        .into_iter()
        .filter_map(|(protocol, address)| Some((protocol, address?)))
        .peekable();
    let first = listeners.peek().map_or("smpp", |(protocol, _)| protocol);
    // A thread of its own: standard output may block.
    std::thread::spawn(move || printed.send(print(events, first)));
    for (protocol, address) in listeners {
        eprintln!("ready {protocol} {address}");
    }
    #[cfg(unix)]
    if let Some(path) = &args.control {
        eprintln!("ready control {}", path.display());
    }
    tokio::select! {
        () = end => {}
        // Nobody reads on: what is left to do would go unseen.
        _ = &mut printing => return Ok(()),
    }
    #[cfg(unix)]
    drop(control);
    smsc.shutdown().await;
    // The reader may be gone, or slow: either way this is the end.
    let _ = tokio::time::timeout(LAST_EVENTS, printing).await;
    Ok(())
}

fn reload(tls: &Acceptor) {
    match tls.reload() {
        Ok(()) => eprintln!("certificates read again"),
        Err(error) => eprintln!("smsgw sim smsc: the certificates stay as they were: {error}"),
    }
}

/// `None` when it is not to speak TLS.
fn tls(args: &Args) -> Result<Option<Acceptor>, TlsError> {
    let files = args.tls_cert.as_ref().zip(args.tls_key.as_ref());
    let acceptor = |(certificates, key)| {
        let ca = args.tls_client_ca.clone();
        Acceptor::from_files(ServerFiles {
            identity: Identity::new(certificates, key),
            clients: ca.map_or(ClientCertificates::None, |ca| {
                ClientCertificates::Required { ca }
            }),
        })
    };
    files.map(acceptor).transpose()
}

fn config(args: &Args) -> Result<Config, String> {
    let mut receipts = ReceiptPlan {
        delay: args.receipt_delay,
        seed: args.seed,
        ..ReceiptPlan::default()
    };
    for failures in &args.receipt_failures {
        let share = match failures.kind {
            FailureKind::Undeliverable => &mut receipts.undeliverable,
            FailureKind::Rejected => &mut receipts.rejected,
            FailureKind::Expired => &mut receipts.expired,
            FailureKind::None => &mut receipts.none,
        };
        *share = failures.share;
    }
    if receipts.undeliverable + receipts.rejected + receipts.expired + receipts.none > 1.0 {
        return Err("the shares of --receipt-failures are more than 1 together".to_owned());
    }
    let mut config = Config {
        tls: tls(args).map_err(|error| error.to_string())?,
        ids: match args.ids {
            Ids::Decimal => IdFormat::Decimal,
            Ids::Hex => IdFormat::Hex,
        },
        ..Config::default()
    }
    .with_receipts(receipts)
    .with_faults(args.fault.iter().copied().collect());
    config.session.enquire_link_timer = Some(args.enquire_link);
    config.session.interface_version = match args.smpp_version {
        Version::V3_3 => InterfaceVersion::SMPP_3_3,
        Version::V3_4 => InterfaceVersion::SMPP_3_4,
        Version::V5_0 => InterfaceVersion::SMPP_5_0,
    };
    if let (Some(system_id), Some(password)) = (&args.system_id, &args.password) {
        config = config.with_account(system_id, password.as_str());
    }
    let usual = args.ucp.is_none().then_some(SMPP);
    config.bind = args.smpp.or(usual);
    if let Some(address) = args.ucp {
        config = config.with_ucp(ucp(args, address)?);
    }
    Ok(config)
}

fn ucp(args: &Args, address: SocketAddr) -> Result<UcpConfig, String> {
    let mut ucp = UcpConfig::default().with_bind(address);
    ucp.zone = args.ucp_zone.unwrap_or_default();
    if let (Some(name), Some(password)) = (&args.ucp_user, &args.ucp_password) {
        let user = User::new(name, password.as_str()).map_err(|error| error.to_string())?;
        ucp = ucp.with_user(user);
    }
    Ok(ucp)
}

fn ucp_user(text: &str) -> Result<String, String> {
    let user = User::new(text, "");
    user.map(|user| user.name)
        .map_err(|error| error.to_string())
}

fn ucp_password(text: &str) -> Result<Password, String> {
    let user = User::new("1", text);
    user.map(|user| user.password.into())
        .map_err(|error| error.to_string())
}

/// A share of messages that fail in one way.
#[derive(Clone, Copy, Debug)]
struct Failures {
    kind: FailureKind,
    share: f64,
}

#[derive(Clone, Copy, Debug)]
enum FailureKind {
    Undeliverable,
    Rejected,
    Expired,
    None,
}

impl FromStr for Failures {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, number) = text.split_once('=').unwrap_or(("undeliv", text));
        let kind = match kind {
            "undeliv" => FailureKind::Undeliverable,
            "rejectd" => FailureKind::Rejected,
            "expired" => FailureKind::Expired,
            "none" => FailureKind::None,
            _ => return Err("there are undeliv, rejectd, expired and none".to_owned()),
        };
        let share = share(number)?;
        Ok(Self { kind, share })
    }
}

/// A time that is not nothing.
fn period(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("no time at all".to_owned()),
        period => Ok(period),
    }
}
