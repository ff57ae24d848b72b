//! What a pool tells its owner, and what it asks for.

use std::time::Instant;

use super::key::{MemberId, ModemKey};
use super::message::Outcome;
use crate::command::identity::Iccid;
use crate::modem::{self, Failure, Identity, Received, Report, Submit};

/// Something happened; from [`Pool::poll_event`](super::Pool::poll_event).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// What became of a message.
    Outcome(Outcome),
    /// A part that was told as unknown was taken by the network after all.
    SentLate {
        /// As given with the message.
        token: u64,
        /// Which part, from 0.
        part: usize,
        /// TP-MR; `None` when the modem did not say.
        reference: Option<u8>,
    },
    /// A part that was told as unknown was refused after all.
    NotSentLate {
        /// As given with the message.
        token: u64,
        /// Which part, from 0.
        part: usize,
        /// Why.
        failure: Failure,
    },
    /// A message arrived. Once it is safe, say so to the modem
    /// ([`Modem::persisted`](crate::modem::Modem::persisted)).
    Received {
        /// Where.
        member: MemberId,
        /// At which SIM; `None` when the modem did not tell.
        sim: Option<Iccid>,
        /// The message.
        received: Received,
    },
    /// A status report arrived. Once it is safe, say so to the modem
    /// ([`Modem::persisted`](crate::modem::Modem::persisted)).
    Report {
        /// Where.
        member: MemberId,
        /// At which SIM; `None` when the modem did not tell.
        sim: Option<Iccid>,
        /// The part that it is about; `None` when nothing that this SIM sent fits.
        about: Option<PartId>,
        /// The report; its token is the modem's name of the part.
        report: Report,
    },
    /// A modem can be used, once it is ready.
    Plugged {
        /// Which.
        member: MemberId,
        /// What it is.
        key: ModemKey,
    },
    /// A modem does not tell its SIM, and [`MemberOptions::iccid`](super::MemberOptions::iccid)
    /// does not either: it gets no messages.
    NoSim {
        /// Which.
        member: MemberId,
        /// What it is.
        identity: Identity,
    },
    /// A modem is one that is in the pool already, by another of its ports. It gets no messages
    /// while the other is there. Both read the same stored messages: better remove one.
    Twin {
        /// Which.
        member: MemberId,
        /// The one that is used.
        of: MemberId,
    },
    /// A modem, or the SIM in it, is not there any more.
    Unplugged {
        /// Which.
        member: MemberId,
        /// What it was.
        key: ModemKey,
    },
    /// A modem that was [drained](super::Pool::drain) has nothing to do any more.
    Drained {
        /// Which.
        member: MemberId,
    },
    /// A modem failed too often and is left alone.
    BreakerOpened {
        /// Which.
        key: ModemKey,
        /// Until when.
        until: Instant,
    },
    /// A modem that had been left alone sends again.
    BreakerClosed {
        /// Which.
        key: ModemKey,
    },
    /// A SIM has sent what it may in this day or month. Once for each.
    QuotaUsed {
        /// Which.
        sim: Iccid,
    },
    /// A modem has changed to another of its SIMs.
    SlotSwitched {
        /// Which.
        member: MemberId,
        /// To which slot.
        slot: usize,
        /// The SIM in it.
        sim: Iccid,
    },
    /// A modem did not change to another of its SIMs.
    SlotFailed {
        /// Which.
        member: MemberId,
        /// To which slot.
        slot: usize,
    },
    /// What else a modem tells.
    Modem {
        /// Which.
        member: MemberId,
        /// What.
        event: modem::Event,
    },
}

/// Names a part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId {
    /// As given with the message.
    pub token: u64,
    /// Which part, from 0.
    pub part: usize,
}

/// Something to be done; from [`Pool::poll_action`](super::Pool::poll_action).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Give this to the modem ([`Modem::send`](crate::modem::Modem::send)). When it does not take
    /// it, say so with [`Pool::withdrawn`](super::Pool::withdrawn).
    Assign {
        /// Which.
        member: MemberId,
        /// For the modem.
        token: u64,
        /// What to send.
        submit: Submit,
    },
    /// Take this back from the modem, if it has not begun with it
    /// ([`Modem::withdraw`](crate::modem::Modem::withdraw)); then say so with
    /// [`Pool::withdrawn`](super::Pool::withdrawn). If it has begun, nothing is to be said: its
    /// outcome comes.
    Withdraw {
        /// Which.
        member: MemberId,
        /// As it was assigned.
        token: u64,
    },
    /// Give the modem this command, and when it was done, start the modem again
    /// ([`Modem::reset`](crate::modem::Modem::reset)). When that fails, say so with
    /// [`Pool::slot_failed`](super::Pool::slot_failed).
    SwitchSlot {
        /// Which.
        member: MemberId,
        /// To which slot.
        slot: usize,
        /// The command, from `AT` on, without CR.
        command: String,
    },
}

impl PartId {
    /// What a modem knows the part by.
    pub(super) fn to_token(self) -> u64 {
        // Of a message with at most 255 parts, and a token that leaves room for them.
        self.token << 8 | self.part as u64 & 0xFF
    }

    pub(super) fn from_token(token: u64) -> Self {
        Self {
            token: token >> 8,
            part: usize::from(token.to_le_bytes()[0]),
        }
    }
}
