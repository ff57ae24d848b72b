//! `smsgw sim modem`: GSM modems.

mod place;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use smsgw_sim::control::Control;
use smsgw_sim::modem::ussd::Page;
use smsgw_sim::modem::{Config, Emulator, Fault, Listen, ModemConfig, Profile};
use tokio::sync::oneshot;

use super::print::{LAST_EVENTS, print};
use crate::values::{Password, duration, share};
use place::{Place, StoreKey};

/// The number of the first modem unless something else is said.
const NUMBER: &str = "+491700000001";
/// Some programs lose all but the first of messages that come at once, as they never do by radio.
const DELIVER_DELAY: Duration = Duration::from_millis(250);

/// The thread that prints.
type Printing = oneshot::Receiver<io::Result<()>>;

/// GSM modems with a radio network between them: programs open them, as serial ports or over
/// sockets.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw sim modem --pty /tmp/modem
  smsgw sim modem --pty /tmp/modem --pin 1234 --profile huawei --radio --control /tmp/modem.sock
  smsgw sim modem --pty /tmp/a,number=+491700000001 --pty /tmp/b,number=+491700000002,signal=5
  smsgw sim modem --tcp 127.0.0.1:7000 --modems 8 --send-delay 2s-6s
  smsgw sim modem --pty /tmp/modem --fault cms=3,code=42 --fault no-prompt,times=1
  echo 'sms +491719999999 hello' | nc -U -q1 /tmp/modem.sock

Keys of a modem, after the place where it is: number, name, profile, pin, puk, pin-retries, imei,
  iccid, imsi, signal (0 to 31, 99), sim=none, sm, me and sr (how many places a store has)

Faults of a modem, NAME[=N][,times=COUNT][,share=SHARE][,...]:
  prompt-delay [delay=]        the prompt comes after a while (2s)
  no-prompt                    the prompt never comes; an escape character leaves that
  refuse [code=]               +CMS ERROR (500) in place of the prompt
  send-delay [delay=] [to=]    a message takes longer (10s)
  cms [code=] [to=]            a message is not accepted: +CMS ERROR (38)
  lost-result [to=]            a message is sent, and nothing tells of it
  lost-submit [to=]            a message is not sent, and nothing tells of it
  late-result [delay=] [to=]   a message is sent; its result comes later (70s), whatever is said then
  no-reference                 a message is sent, and OK alone tells of it
  error [code=] [on=]          a command is answered with ERROR, or +CME ERROR
  slow [delay=] [on=]          a command is answered after a while (1s)
  hang [delay=] [on=] [until=] nothing is answered until escape, reopen, reset or power ends it
  reboot, unplug [on=]         in the middle of a command; both hit once unless told otherwise
  deregister [delay=]          no network for a while (30s), when a message is to be sent
  drop, drop-input             an octet is lost that the modem writes, or reads
  split [size=] [delay=]       what it writes comes in pieces (of 7 octets, every 5ms)
  merge [delay=]               what it writes comes together with what follows (within 50ms)
  noise [size=]                octets that mean nothing (3) before what it writes
  repeated-echo, repeated-answer
                               a line is echoed twice, or what it is answered with comes twice
  full                         all stores are full
  lost-indication, repeated-indication
                               a message comes, and nothing tells of it, or that is told twice
  lost-acknowledgement         a +CNMA is not heard
  lost-report, repeated-report a status report never comes, or comes twice
  wrong-pin                    the right PIN is taken for a wrong one
  flood [size=] [on=]          a burst of lines (100) that nobody asked for, before an answer

Commands of the control socket, one a line; a MODEM is a name, a number, or which one, from 1:
  sms FROM [to=MODEM] TEXT     a number outside sends a message
  call FROM [to=MODEM]         a number outside calls; 'call off' hangs up
  ussd [to=MODEM] TEXT         the network says something
  signal N [modem=MODEM]       how strong the signal is, 0 to 31, or 99 for not known
  network off|on [modem=MODEM] no network, or again
  status                       what each modem is like, and what was sent
  list                         the modems, and where they are
  fault [modem=MODEM] NAME [N|off] [...]
                               as --fault, with blanks; 'fault off' ends all
  reboot [modem=MODEM]         no power for a moment
  cut [modem=MODEM]            unplug
  plug [modem=MODEM] [PATH]    plug in again, perhaps at another path

docs/SIMULATOR.md tells more, and what the events are.")]
pub(crate) struct Args {
    /// A modem on a pseudo terminal, with a symbolic link to it at PATH. May be repeated, as the
    /// other places may; modems are counted in the order --pty, --tcp, --unix.
    #[arg(long, value_name = "PATH[,KEY=VALUE...]", value_parser = Place::pty, required_unless_present_any = ["tcp", "unix"])]
    pty: Vec<Place>,
    /// A modem on a TCP port; port 0 takes a free one.
    #[arg(long, value_name = "ADDR[,KEY=VALUE...]", value_parser = Place::tcp)]
    tcp: Vec<Place>,
    /// A modem on a Unix socket; after @ a name without a path.
    #[arg(long, value_name = "PATH[,KEY=VALUE...]", value_parser = Place::unix)]
    unix: Vec<Place>,
    /// So many modems at each place: paths and names get a number from 1, ports count on.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    modems: u16,
    /// The number of the first SIM; those of the others count on. IMEI, ICCID and IMSI follow from
    /// number and --seed: give another one to each emulator whose modems one program has.
    #[arg(long, value_name = "NUMBER", default_value = NUMBER)]
    number: String,
    /// What kind of modem they are.
    #[arg(long, value_name = "NAME", default_value = "generic", value_parser = profile)]
    profile: Profile,
    /// The PIN that each SIM asks for; none unless given.
    #[arg(long, value_name = "PIN", value_parser = pin)]
    pin: Option<Password>,
    /// How many places a store has: SM, ME or SR. May be repeated.
    #[arg(long, value_name = "NAME=PLACES")]
    store: Vec<Store>,
    /// The delays of a real network, unless said: 2s-6s to send, 1s to deliver, 3s to report.
    #[arg(long)]
    radio: bool,
    /// From the end of a message's data to its result: a TIME, or a range TIME-TIME.
    #[arg(long, value_name = "TIME", value_parser = range)]
    send_delay: Option<(Duration, Duration)>,
    /// From the acceptance of a message to its arrival at a modem, and from there to the arrival
    /// of the next one; 250ms unless given.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    deliver_delay: Option<Duration>,
    /// From a message to its status report.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    report_delay: Option<Duration>,
    /// Share of the messages to numbers outside that fail, as 0.1 or 10%: failed (the default), or
    /// none for no report at all. May be repeated.
    #[arg(long, value_name = "[KIND=]SHARE")]
    report_failures: Vec<Failures>,
    /// What a USSD code is answered with, in place of the usual menu. May be repeated.
    #[arg(long, value_name = "CODE=TEXT", value_parser = ussd)]
    ussd: Vec<(String, String)>,
    /// What goes wrong with each modem; the faults are listed below. May be repeated.
    #[arg(long, value_name = "NAME[=N][,...]")]
    fault: Vec<Fault>,
    /// Chooses delays within their ranges, which messages fail, and IMEI, ICCID and IMSI.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Print an event for every command line, too.
    #[arg(long)]
    commands: bool,
    /// Path of a Unix socket for commands.
    #[arg(long, value_name = "PATH")]
    control: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    super::block_on("modem", serve(args))
}

async fn serve(args: &Args) -> Result<(), String> {
    let emulator = Emulator::start(config(args), modems(args)?)
        .await
        .map_err(|error| format!("cannot start: {error}"))?;
    let served = serve_all(args, &emulator).await;
    // In all cases: links and sockets go with it.
    emulator.shutdown().await;
    let Some(printing) = served? else {
        return Ok(());
    };
    // The reader may be gone, or slow: either way this is the end.
    let _ = tokio::time::timeout(LAST_EVENTS, printing).await;
    Ok(())
}

/// Tells who is there, and what happens, until it is to end: what is still being printed then.
async fn serve_all(args: &Args, emulator: &Emulator) -> Result<Option<Printing>, String> {
    let control = args.control.as_deref().map(|path| {
        Control::start(path, emulator.handle())
            .map_err(|error| format!("cannot listen for commands at {}: {error}", path.display()))
    });
    let control = control.transpose()?;
    let end = crate::signal::end().map_err(|error| error.to_string())?;
    let (printed, mut printing) = oneshot::channel();
    let events = emulator.events();
    // A thread of its own: standard output may block.
    std::thread::spawn(move || printed.send(print(events, "at")));
    for line in emulator.lines() {
        eprintln!("ready {} {}", line.place, line.number);
    }
    if let Some(path) = &args.control {
        eprintln!("ready control {}", path.display());
    }
    let printing = tokio::select! {
        () = end => Some(printing),
        // Nobody reads on: what is left to do would go unseen.
        _ = &mut printing => None,
    };
    drop(control);
    Ok(printing)
}

fn config(args: &Args) -> Config {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = now.unwrap_or_default().as_secs();
    let mut config = Config {
        seed: args.seed,
        unix_seconds: i64::try_from(seconds).unwrap_or_default(),
        commands: args.commands,
        deliver_delay: DELIVER_DELAY,
        ..Config::default()
    };
    if args.radio {
        config = config.with_radio();
    }
    config.send_delay = args.send_delay.unwrap_or(config.send_delay);
    config.deliver_delay = args.deliver_delay.unwrap_or(config.deliver_delay);
    config.report_delay = args.report_delay.unwrap_or(config.report_delay);
    for failures in &args.report_failures {
        match failures.kind {
            FailureKind::Failed => config.undeliverable = failures.share,
            FailureKind::None => config.unreported = failures.share,
        }
    }
    for (code, text) in &args.ussd {
        config.ussd = config.ussd.with(code, Page::text(text));
    }
    config
}

/// All modems in their order, each with its place.
fn modems(args: &Args) -> Result<Vec<(ModemConfig, Listen)>, String> {
    let mut modems = Vec::new();
    for place in args.pty.iter().chain(&args.tcp).chain(&args.unix) {
        for n in 1..=args.modems {
            let listen = match args.modems {
                1 => place.listen.clone(),
                _ => place
                    .listen
                    .numbered(n)
                    .ok_or("there are not so many TCP ports")?,
            };
            let number = nth_number(&args.number, modems.len())?;
            let mut modem = ModemConfig::new(&number).with_profile(args.profile);
            modem.pin = args.pin.as_ref().map(|pin| pin.as_str().to_owned());
            for Store { name, places } in &args.store {
                *name.places(&mut modem) = *places;
            }
            if args.modems > 1 && place.keys.are_of_one() {
                return Err("with --modems, none can have a number of its own".to_owned());
            }
            place.keys.apply(&mut modem);
            modem.faults.clone_from(&args.fault);
            modems.push((modem, listen));
        }
    }
    Ok(modems)
}

/// The number that is `n` after `first`.
fn nth_number(first: &str, n: usize) -> Result<String, String> {
    let (plus, digits) = match first.strip_prefix('+') {
        Some(digits) => ("+", digits),
        None => ("", first),
    };
    let number = digits.parse::<u64>().ok();
    let number = number.and_then(|number| number.checked_add(u64::try_from(n).ok()?));
    let number = number.ok_or_else(|| format!("'{first}' is no number of a subscriber"))?;
    Ok(format!("{plus}{number:0width$}", width = digits.len()))
}

fn profile(name: &str) -> Result<Profile, String> {
    let names = || {
        let names = Profile::ALL.iter().map(|profile| profile.name);
        names.collect::<Vec<_>>().join(", ")
    };
    Profile::by_name(name).ok_or_else(|| format!("there are {}", names()))
}

fn pin(text: &str) -> Result<Password, String> {
    let is_pin = (4..=8).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit());
    let pin = is_pin.then(|| Password::from(text.to_owned()));
    pin.ok_or_else(|| "not 4 to 8 digits".to_owned())
}

fn range(text: &str) -> Result<(Duration, Duration), String> {
    let (least, most) = text.split_once('-').unwrap_or((text, text));
    let range = (duration(least)?, duration(most)?);
    match range.0 <= range.1 {
        true => Ok(range),
        false => Err("the first time is longer than the second".to_owned()),
    }
}

fn ussd(text: &str) -> Result<(String, String), String> {
    let split = text.split_once('=').filter(|(code, _)| !code.is_empty());
    let (code, text) = split.ok_or("not CODE=TEXT")?;
    Ok((code.to_owned(), text.to_owned()))
}

/// How many places a store has.
#[derive(Clone, Copy, Debug)]
struct Store {
    name: StoreKey,
    places: u16,
}

impl FromStr for Store {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, places) = text.split_once('=').unwrap_or((text, ""));
        let name = StoreKey::ALL
            .into_iter()
            .find(|key| key.name().eq_ignore_ascii_case(name));
        let name = name.ok_or("there are SM, ME and SR")?;
        let places = places
            .parse()
            .map_err(|_| "not a number of places, 0 to 65535")?;
        Ok(Self { name, places })
    }
}

/// A share of messages that fail in one way.
#[derive(Clone, Copy, Debug)]
struct Failures {
    kind: FailureKind,
    share: f64,
}

#[derive(Clone, Copy, Debug)]
enum FailureKind {
    Failed,
    None,
}

impl FromStr for Failures {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, number) = text.split_once('=').unwrap_or(("failed", text));
        let kind = match kind {
            "failed" => FailureKind::Failed,
            "none" => FailureKind::None,
            _ => return Err("there are failed and none".to_owned()),
        };
        let share = share(number)?;
        Ok(Self { kind, share })
    }
}
