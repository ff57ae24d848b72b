//! What a modem is to do, and how long it may take.

use std::time::Duration;

use crate::command::identity::{Iccid, Imei};
use crate::command::pin::Pin;
use crate::command::routing::Service;
use crate::command::storage::Store;
use crate::transcript::without_secrets;

/// How one modem is used.
///
/// ```
/// use smsgw_at::command::pin::Pin;
/// use smsgw_at::modem::Config;
///
/// let config = Config {
///     pin: Some(Pin::new("0000")?),
///     ..Config::default()
/// };
/// assert_eq!(config.prompt_timer.as_secs(), 10);
/// // Not even by accident.
/// assert!(!format!("{config:?}").contains("0000"));
/// # Ok::<(), smsgw_at::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The SIM's PIN. Without one a SIM that wants it is left alone.
    ///
    /// It is sent once, when the modem says exactly `+CPIN: SIM PIN` and three attempts are left;
    /// where nobody knows how many are left, never to a SIM of [`Self::refused_pins`]. A PUK is
    /// never sent.
    pub pin: Option<Pin>,
    /// The only SIM that gets the PIN, so that another one in its place does not. `None` for
    /// whichever is there.
    pub pin_sim: Option<Iccid>,
    /// The SIMs that have refused a PIN, from
    /// [`Event::PinTried`](super::Event::PinTried) until
    /// [`Event::PinAccepted`](super::Event::PinAccepted), and from
    /// [`Event::PinRefused`](super::Event::PinRefused). They get none: keep the list across
    /// restarts, and take a SIM out of it when a person has looked after it.
    pub refused_pins: Vec<SimKey>,
    /// Whether the PIN is that of every SIM that may be put in. Otherwise it goes to the first
    /// that it opens, and to no other from then on: a SIM is known by its number or, when that
    /// cannot be read before it is open, by the modem's.
    pub pin_for_any_sim: bool,
    /// How messages and reports come from the modem.
    pub delivery: Delivery,
    /// Whether cell broadcasts are wanted.
    pub broadcasts: bool,
    /// Whether calls are to be told with the caller's number (`+CLIP=1`, `+CRC=1`).
    pub calls: bool,
    /// Whether calls that come in are hung up: some modems send nothing while one rings.
    pub hang_up_calls: bool,
    /// Where messages that arrive are to be stored, the best first, as far as the modem offers it.
    /// Empty leaves it as it is.
    pub stores: Vec<Store>,
    /// Over which network messages are sent (`+CGSMS`). `None` leaves it as it is.
    pub sending_service: Option<Service>,
    /// A reset of the modem's settings before anything is set. It loses the user's settings, and
    /// some sticks leave the bus: `None` unless needed.
    pub reset: Option<SettingsReset>,
    /// Commands sent at each start after all others, each from `AT` on, without CR. What the modem
    /// says to them is not looked at. One with a PIN or a password is not sent, as each start would
    /// be an attempt ([`Fault::Withheld`](super::Fault::Withheld)).
    pub init_commands: Vec<String>,
    /// Silence between an answer and the next command; `None` is what the modem's make needs.
    pub command_gap: Option<Duration>,
    /// How long the prompt for a PDU may take. Then ESC is sent and nothing else.
    pub prompt_timer: Duration,
    /// How long the result of a PDU may take before it is reported as overdue.
    pub result_soft_timer: Duration,
    /// How long it may take before its outcome is reported as unknown.
    pub result_timer: Duration,
    /// Time between two looks at signal, registration, operator and stores; `None` never looks.
    pub health_interval: Option<Duration>,
    /// Time between two readings of all that is stored, if nothing announces it; `None` reads it
    /// at each start only.
    pub sweep_interval: Option<Duration>,
    /// Time between two looks whether the modem still tells what arrives (`+CNMI?`): one that waits
    /// too long for an acknowledgement stops without a word. `None` never looks.
    pub routing_check_interval: Option<Duration>,
    /// Most messages that may wait to be sent.
    pub max_queue: usize,
    /// How often a message is sent again after a refusal that passes
    /// ([`Class::RetryHere`](crate::cause::Class::RetryHere)), before it is reported as not sent.
    pub send_retries: u32,
    /// The first and the longest pause before that; each is twice the last. Nothing else is sent
    /// meanwhile.
    pub send_pauses: (Duration, Duration),
    /// How long nothing is sent after a message whose result has not come, unless it comes after
    /// all: it must not be taken for that of the next. A modem that answers other commands while
    /// it sends, and is later than this, cannot be told from one that is in step.
    pub unknown_pause: Duration,
    /// Which errors leave open whether a message was taken.
    pub doubt: Doubt,
    /// How messages and reports that come directly are acknowledged.
    pub acknowledgement: Acknowledgement,
    /// Most messages and reports that are handed over and not
    /// [`persisted`](super::Modem::persisted). More stay where they are, or come again; what does
    /// neither, as it comes directly and is not acknowledged, is handed over all the same.
    pub max_unpersisted: usize,
    /// How long after a message its status report is known for that, usually 3 to 7 days.
    pub report_window: Duration,
    /// Of so many messages of a SIM at most the status report is known.
    pub max_reports: usize,
    /// The first and the longest pause between two attempts at a modem that does not answer.
    pub recovery_pauses: (Duration, Duration),
}

/// Which errors leave open whether a message was taken, when they come after its PDU: its outcome
/// is [`Unknown`](super::Event::Unknown) then, and it is not tried again.
///
/// An error that says that the message was not taken
/// ([`FinalResult::excludes_acceptance`](crate::result::FinalResult::excludes_acceptance)) is a refusal
/// always, and so is any that comes before the PDU was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doubt {
    /// None: an error is a refusal. A message may be sent twice or more often.
    Nothing,
    /// `+CMS ERROR: 332` and `+CME ERROR: 31`, network timeout: the service centre's answer may
    /// have been lost. Other errors that leave it open are told as
    /// [`Failure::Doubtful`](super::Failure::Doubtful): the modem does not try again, a pool does
    /// once, by another SIM. So a message may be sent twice, and one that a modem refuses without
    /// a reason has a second chance.
    Timeouts,
    /// Every one that does not say that the message was not taken: also those without a reason,
    /// and manufacturers' own.
    #[default]
    Everything,
}

/// How a message that was handed on directly is acknowledged (27.005 §3.4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acknowledgement {
    /// `AT+CNMA`.
    Plain,
    /// `AT+CNMA=0`.
    #[default]
    Numbered,
    /// `AT+CNMA=1,2`, and an empty SMS-DELIVER-REPORT.
    Report,
}

/// How messages and status reports come from the modem (27.005 §3.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// The modem stores them and says where; they are deleted once the owner has them.
    ///
    /// Nothing is lost while nobody listens.
    #[default]
    Stored,
    /// The modem hands them on; the owner's acknowledgement goes to the network (`+CNMA`), where
    /// the modem can do that. It stops delivering when it waits too long for one.
    Direct,
}

/// Which reset comes before the setup (V.250 §6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsReset {
    /// `ATZ`: the settings that the user has saved.
    Saved,
    /// `AT&F`: those of the factory.
    Factory,
}

/// Which SIM: by its own number, or by the modem it is in when it does not tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SimKey {
    /// The SIM's own number.
    Iccid(Iccid),
    /// Whatever SIM is in this modem.
    Imei(Imei),
    /// Neither could be read: whatever SIM is in whatever modem is at this port.
    Any,
}

impl Config {
    /// Takes out the commands that hold a secret; what may be shown of them.
    pub(super) fn withhold_secrets(&mut self) -> Vec<String> {
        let mut withheld = Vec::new();
        self.init_commands.retain(|line| {
            let shown = without_secrets(line);
            let is_kept = shown.is_none();
            withheld.extend(shown);
            is_kept
        });
        withheld
    }

    /// Makes every timer one that can be added to an instant, and every limit one that lets
    /// something through.
    pub(super) fn usable(mut self) -> Self {
        const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        const SHORTEST: Duration = Duration::from_secs(1);
        let timers = [
            Some(&mut self.prompt_timer),
            Some(&mut self.result_soft_timer),
            Some(&mut self.result_timer),
            self.health_interval.as_mut(),
            self.sweep_interval.as_mut(),
            self.routing_check_interval.as_mut(),
            Some(&mut self.recovery_pauses.0),
            Some(&mut self.recovery_pauses.1),
            Some(&mut self.send_pauses.0),
            Some(&mut self.send_pauses.1),
            Some(&mut self.unknown_pause),
            Some(&mut self.report_window),
        ];
        for timer in timers.into_iter().flatten() {
            *timer = (*timer).clamp(SHORTEST, FOREVER);
        }
        if let Some(gap) = &mut self.command_gap {
            *gap = (*gap).min(FOREVER);
        }
        self.max_queue = self.max_queue.max(1);
        self.max_unpersisted = self.max_unpersisted.max(1);
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            pin: None,
            pin_sim: None,
            refused_pins: Vec::new(),
            delivery: Delivery::Stored,
            pin_for_any_sim: false,
            broadcasts: false,
            calls: true,
            hang_up_calls: false,
            stores: Vec::new(),
            sending_service: None,
            reset: None,
            init_commands: Vec::new(),
            command_gap: None,
            prompt_timer: Duration::from_secs(10),
            result_soft_timer: Duration::from_secs(60),
            result_timer: Duration::from_secs(180),
            health_interval: Some(Duration::from_secs(60)),
            sweep_interval: Some(Duration::from_secs(300)),
            routing_check_interval: Some(Duration::from_secs(60)),
            max_queue: 1000,
            send_retries: 2,
            send_pauses: (Duration::from_secs(5), Duration::from_secs(60)),
            unknown_pause: Duration::from_secs(60),
            doubt: Doubt::default(),
            acknowledgement: Acknowledgement::default(),
            max_unpersisted: 1000,
            report_window: super::SentReferences::WINDOW,
            max_reports: 16_384,
            recovery_pauses: (Duration::from_secs(5), Duration::from_secs(600)),
        }
    }
}
