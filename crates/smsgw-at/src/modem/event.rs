//! What a modem tells its owner.

use std::fmt;
use std::time::{Duration, Instant};

use smsgw_gsm::field::State as DeliveryState;

use super::{SimKey, State};
use crate::cause::Class;
use crate::command::identity::{Iccid, Imei, Imsi};
use crate::command::network::{RegistrationState, Signal};
use crate::command::storage::{Store, StoreUse};
use crate::command::ussd::UssdStatus;
use crate::error::{AnswerError, ValueError};
use crate::result::FinalResult;

/// Something happened; from [`Modem::poll_event`](super::Modem::poll_event).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Where the modem is, when that changes.
    State(State),
    /// What it is and which SIM it has; whenever the SIM has been looked at and works: at each
    /// start before [`State::Ready`], and after something told that there may be another one.
    Identified(Identity),
    /// A message was taken by the network.
    Sent {
        /// As given with the message.
        token: u64,
        /// TP-MR, which a status report will repeat; `None` when the modem did not say.
        reference: Option<u8>,
    },
    /// A message was not taken; certainly, unless it failed as [`Failure::Doubtful`].
    NotSent {
        /// As given with the message.
        token: u64,
        /// Why.
        failure: Failure,
    },
    /// Nobody knows whether a message was taken: all of it was written, and no result came.
    Unknown {
        /// As given with the message.
        token: u64,
    },
    /// The result of a message came after it had been reported as [`Unknown`](Self::Unknown): it
    /// was taken.
    SentLate {
        /// As given with the message.
        token: u64,
        /// TP-MR; `None` when the modem did not say.
        reference: Option<u8>,
    },
    /// The result of a message came after it had been reported as [`Unknown`](Self::Unknown): it
    /// was not taken.
    NotSentLate {
        /// As given with the message.
        token: u64,
        /// Why.
        failure: Failure,
    },
    /// The result of a message takes longer than
    /// [`result_soft_timer`](super::Config::result_soft_timer); it is waited for. Once for each.
    Overdue {
        /// As given with the message.
        token: u64,
    },
    /// A message arrived. Once it is safe, say so with [`Modem::persisted`](super::Modem::persisted).
    Received(Received),
    /// A status report arrived. Once it is safe, say so with
    /// [`Modem::persisted`](super::Modem::persisted).
    Report(Report),
    /// A cell broadcast page arrived.
    Broadcast(Broadcast),
    /// The network says something by USSD.
    Ussd(Ussd),
    /// A USSD request came to nothing.
    UssdFailed {
        /// As given with the request.
        token: u64,
        /// Why.
        failure: Failure,
    },
    /// A call comes, or ends.
    Call(Call),
    /// [`hang_up`](super::Modem::hang_up) was done, or not.
    HungUp {
        /// As given with the request.
        token: u64,
        /// Whether the modem did it.
        outcome: Result<(), Failure>,
    },
    /// A store is full, or nearly: what is in it is read and, once it is safe, deleted.
    StorageFull {
        /// Which, if the modem says.
        store: Option<Store>,
    },
    /// A look at signal, registration, operator and stores.
    Health(Health),
    /// What became of a [`command`](super::Modem::command).
    Answer {
        /// As given with the command.
        token: u64,
        /// What the modem said.
        answer: Result<Answer, Failure>,
    },
    /// The SIM is about to be given the PIN: told before that leaves. Remember it at once in
    /// [`Config::refused_pins`](super::Config::refused_pins) until [`PinAccepted`](Self::PinAccepted)
    /// follows: what becomes of an attempt that nobody sees the end of is that it counts as refused.
    PinTried {
        /// Which SIM.
        sim: SimKey,
    },
    /// The SIM that was given the PIN is open.
    PinAccepted {
        /// Which SIM, as it was named in [`PinTried`](Self::PinTried).
        sim: SimKey,
    },
    /// The SIM has refused the PIN, or nobody knows what it made of it, and gets none any more.
    /// Remember it across restarts in [`Config::refused_pins`](super::Config::refused_pins).
    PinRefused {
        /// Which SIM.
        sim: SimKey,
    },
    /// The modem has started again by itself: what was set in it is lost and will be set again.
    Rebooted,
    /// The owner of the port is asked to do something with it, as the modem does not answer.
    Port(PortRequest),
    /// Something went wrong that needs nobody, for a log.
    Fault(Fault),
}

/// What a modem is, and the SIM in it.
///
/// A path says neither: it changes when a modem is plugged in again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Who made it (`+CGMI`).
    pub manufacturer: String,
    /// Which model (`+CGMM`).
    pub model: String,
    /// Its firmware (`+CGMR`).
    pub revision: String,
    /// The modem's number (`+CGSN`); `None` when it does not tell.
    pub imei: Option<Imei>,
    /// The subscription's number (`+CIMI`); `None` when it does not tell.
    pub imsi: Option<Imsi>,
    /// The SIM's number; `None` when it does not tell.
    pub iccid: Option<Iccid>,
}

/// Names something received, within one [`Modem`](super::Modem).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceivedId(pub(crate) u64);

impl fmt::Display for ReceivedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// For [`Modem::persisted`](super::Modem::persisted).
    pub id: ReceivedId,
    /// Where it was.
    pub source: Source,
    /// The service centre's address and the TPDU, whatever it is; with a [`fault`](Self::fault)
    /// whatever was there instead.
    pub pdu: Vec<u8>,
    /// Why [`pdu`](Self::pdu) is none: no hexadecimal digits, and then these are the characters
    /// that were there, or not as many as the modem says. It is deleted, or acknowledged, as any
    /// other once it is persisted, as nothing would come after it else.
    pub fault: Option<AnswerError>,
}

/// A status report that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// For [`Modem::persisted`](super::Modem::persisted).
    pub id: ReceivedId,
    /// Where it was.
    pub source: Source,
    /// The token of the message that it is about; `None` when nothing that was sent fits.
    pub token: Option<u64>,
    /// What became of the message; [`Retrying`](DeliveryState::Retrying) is not final. `None` when
    /// the report cannot be read.
    pub state: Option<DeliveryState>,
    /// Whether a final report on the message came before.
    pub is_repeated: bool,
    /// The service centre's address and the TPDU.
    pub pdu: Vec<u8>,
}

/// Where something received was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// In a store.
    Stored {
        /// Which.
        store: Store,
        /// Where in it.
        index: u16,
    },
    /// The modem handed it on as it came.
    Direct,
}

/// A cell broadcast page that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broadcast {
    /// The page (23.041 §9.4.1), 88 octets as a rule.
    pub page: Vec<u8>,
}

/// What the network says by USSD (27.007 §7.15).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ussd {
    /// As given with the request; `None` when the network began.
    pub token: Option<u64>,
    /// What the network wants.
    pub status: UssdStatus,
    /// What it says; `None` when it says nothing.
    pub text: Option<String>,
    /// The data coding scheme; `None` when the modem does not tell.
    pub dcs: Option<u8>,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// It rings. Told once for each call.
    Ringing {
        /// The caller, if the modem says.
        number: Option<String>,
    },
    /// It ended: the modem says so, or it does not ring any more.
    Ended,
}

/// How the modem is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Whether there is a network; `None` when the modem did not say.
    pub registration: Option<RegistrationState>,
    /// Which network, as the modem names it.
    pub operator: Option<String>,
    /// How strong it is; `None` when the modem does not know.
    pub signal: Option<Signal>,
    /// How full the stores are.
    pub stores: Vec<StoreUse>,
    /// The service centre's number that the SIM has; `None` when there is none, or none was read.
    pub service_centre: Option<String>,
    /// When it was looked at last; `None` before the first time.
    pub checked: Option<Instant>,
}

/// The modem's answer to a [`command`](super::Modem::command).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How it ends.
    pub result: FinalResult,
    /// The lines before that.
    pub lines: Vec<String>,
}

/// Why a request came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The modem or the network refused. A message was certainly not taken, unless
    /// [`Doubt::Nothing`](super::Doubt::Nothing) says that every error is a refusal.
    Refused(FinalResult),
    /// An error after all of a message was written that does not say whether it was taken; only
    /// with [`Doubt::Timeouts`](super::Doubt::Timeouts).
    Doubtful(FinalResult),
    /// There was no prompt for the PDU; nothing of it was written.
    NoPrompt,
    /// The command was not answered in time. It may have been done.
    Silent,
    /// The port was closed, or the modem started again, while it was under way.
    Lost,
    /// It cannot be sent to any modem: a PDU without a TPDU or with one that is too long, a text
    /// that is too long or has characters that cannot be written.
    Value(ValueError),
    /// The owner has called it off.
    Cancelled,
}

impl Failure {
    /// Where another attempt may succeed.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Refused(result) => result.class().unwrap_or(Class::ModemFault),
            // The same modem has had its attempt.
            Self::Doubtful(result) if result.class() != Some(Class::ModemFault) => {
                Class::RetryElsewhere
            }
            Self::Doubtful(_) => Class::ModemFault,
            Self::Lost => Class::RetryHere,
            Self::NoPrompt | Self::Silent => Class::ModemFault,
            Self::Value(_) | Self::Cancelled => Class::Permanent,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(result) => write!(f, "refused with {result}"),
            Self::Doubtful(result) => {
                write!(f, "{result} after the PDU, which may have been taken")
            }
            Self::NoPrompt => f.write_str("no prompt for the PDU"),
            Self::Silent => f.write_str("no answer in time"),
            Self::Lost => f.write_str("the modem was lost"),
            Self::Value(error) => error.fmt(f),
            Self::Cancelled => f.write_str("called off"),
        }
    }
}

impl std::error::Error for Failure {}

/// What the owner of the port is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PortRequest {
    /// DTR off for a second and on again. Where there is no DTR, nothing.
    DropDtr,
    /// The port closed and opened again: [`handle_close`](super::Modem::handle_close), then
    /// [`handle_open`](super::Modem::handle_open).
    Reopen,
    /// The modem's power, or its place on the bus, off and on again, if the owner can.
    PowerCycle,
}

/// Something that went wrong and needs nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A command was not answered in time.
    Silent {
        /// Which, without PINs and passwords.
        command: String,
        /// How many in a row now.
        in_a_row: u32,
    },
    /// An answer came that nothing waits for, after its command had been given up.
    Late {
        /// Its line.
        line: String,
    },
    /// A setting was refused that the modem works without.
    Refused {
        /// The command.
        command: String,
        /// What the modem said.
        result: FinalResult,
    },
    /// A command of [`Config::init_commands`](super::Config::init_commands) that is not sent, as it
    /// holds a PIN or a password.
    Withheld {
        /// Which, without that.
        command: String,
    },
    /// An answer or an unsolicited line that cannot be read.
    Unreadable {
        /// The line it is in, or the command whose answer it is.
        line: String,
        /// What is wrong with it.
        error: AnswerError,
    },
    /// A SIM or a network that is busy; it is tried again after a pause.
    Busy {
        /// The command.
        command: String,
        /// What the modem said.
        result: FinalResult,
        /// The pause.
        pause: Duration,
    },
    /// Octets that mean nothing.
    Junk {
        /// How many.
        octets: usize,
    },
    /// The modem had stopped delivering directly and was told to go on.
    RoutingLost,
    /// What came was dropped, as the owner does not take the events.
    Overflow {
        /// How many.
        events: u64,
    },
}
