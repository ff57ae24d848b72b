//! Where a modem is.

use std::fmt;

/// Where a modem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// There is no port.
    Closed,
    /// It is being set up.
    Starting,
    /// It answers, and cannot be used yet; it is looked at again from time to time.
    Waiting(Obstacle),
    /// It sends and receives.
    Ready,
    /// It does not answer, and is being woken.
    Recovering,
    /// It has not answered to [`Modem::MAX_TIMEOUTS`](super::Modem::MAX_TIMEOUTS) commands in a
    /// row. Now and then it is tried again.
    Dead,
}

/// Why a modem that answers cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Obstacle {
    /// There is no SIM.
    NoSim,
    /// The SIM is busy, as it is for up to a minute after power on.
    SimBusy,
    /// The SIM fails.
    SimFailure,
    /// The SIM wants its PIN, and there is none in the configuration.
    PinNeeded,
    /// The SIM has refused the PIN, now or some time before.
    PinRefused,
    /// The SIM wants its PIN, and fewer than three attempts are left.
    PinAttempts {
        /// How many.
        left: u8,
    },
    /// The SIM wants its PUK. Only a person can help.
    Puk,
    /// The modem or the SIM is locked in another way: to a network, by a telephone code.
    Locked,
    /// The modem refuses PDU mode (`+CMGF=0`).
    NoPduMode,
}

impl State {
    /// Whether messages are sent and received.
    #[must_use]
    pub const fn is_ready(self) -> bool {
        matches!(self, Self::Ready)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("closed"),
            Self::Starting => f.write_str("starting"),
            Self::Waiting(obstacle) => obstacle.fmt(f),
            Self::Ready => f.write_str("ready"),
            Self::Recovering => f.write_str("recovering"),
            Self::Dead => f.write_str("dead"),
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSim => f.write_str("no SIM"),
            Self::SimBusy => f.write_str("SIM busy"),
            Self::SimFailure => f.write_str("SIM failure"),
            Self::PinNeeded => f.write_str("PIN needed"),
            Self::PinRefused => f.write_str("PIN refused"),
            Self::PinAttempts { left } => write!(f, "PIN needed, {left} attempts left"),
            Self::Puk => f.write_str("PUK needed"),
            Self::Locked => f.write_str("locked"),
            Self::NoPduMode => f.write_str("no PDU mode"),
        }
    }
}
