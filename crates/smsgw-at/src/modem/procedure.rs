//! What a modem does at a time: a few commands that belong together.

use std::fmt;
use std::time::{Duration, Instant};

use super::PortRequest;
use super::channel::{Exchange, Outcome};
use super::shared::Shared;

/// A few commands that belong together: one message sent, one message read.
///
/// One procedure runs at a time, from its first step to [`Step::Done`]; which one is next is
/// decided in `Modem::schedule`. Short ones, so that what is urgent need not wait.
///
/// When the port is closed or the modem starts again the procedure gets [`Outcome::Lost`],
/// whatever it waits for, even between two exchanges, and must settle what it has begun: a request
/// gets its outcome or goes back to its queue. It is not asked again, whatever it returns.
pub(super) trait Procedure: fmt::Debug + Send {
    /// The next step: at first, and after a [`Step::Wait`] or [`Step::Park`], with `None`;
    /// otherwise with what became of the last step.
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, now: Instant) -> Step;

    /// The command of its last [`Step::Run`] is about to be written.
    fn begins(&mut self, _: &mut Shared) {}
}

/// What a procedure wants.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "moved once")]
pub(super) enum Step {
    /// A command, with the data that its prompt asks for. It is written once the modem answers in
    /// step; if that cannot be had, the outcome is [`Outcome::Lost`].
    Run(Exchange),
    /// `AT` until there is an answer, and then commands whose answers can be told apart until
    /// answers and commands are in step. The outcome is `OK` or [`Outcome::Silent`].
    Probe {
        /// How long each `AT` waits, of which there are three; `None` for as long as what the
        /// modem may be busy with asks for.
        interval: Option<Duration>,
    },
    /// Octets to which no answer is due.
    Write(&'static [u8]),
    /// Nothing, for so long.
    Wait(Duration),
    /// Nothing, for so long; meanwhile commands of the owner's own are sent.
    Park(Duration),
    /// A request to the owner of the port.
    Port(PortRequest),
    /// It is over.
    Done,
    /// It is over, as the modem does not answer: the watchdog is next.
    Recover,
}
