//! The same work for this crate and its peers: each [`Case`] is one fixture for one crate.
//!
//! Every crate is given the same octets and reads every field. What comes out is given to
//! [`black_box`] by reference, so all of it must be there.

pub mod at_driver;
pub mod at_line;
pub mod fixtures;
pub mod gsm;
pub mod loopback;
pub mod smpp_codec;
pub mod smpp_receipt;
pub mod ucp_codec;
pub mod ucp_fixtures;
pub mod ucp_loopback;

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

/// What is measured for one crate.
pub struct Case {
    /// The work: `decode/submit_sm_20`.
    pub name: &'static str,
    /// Who does it.
    pub subject: &'static str,
    /// PDUs a round.
    pub pdus: u64,
    /// Octets that a PDU is read from or written to, where they are what the time goes into.
    pub octets: Option<u64>,
    /// Does so many rounds, and says how long the processor worked on them, without what had to
    /// be made ready.
    pub run: Box<dyn FnMut(u64) -> Duration>,
}

/// All of them; ours is the first of each name.
pub fn cases() -> impl Iterator<Item = Case> {
    let smpp = smpp_codec::cases().into_iter().chain(smpp_receipt::cases());
    let others = gsm::cases().into_iter().chain(ucp_codec::cases());
    smpp.chain(others).chain(at_line::cases())
}

/// The only function whose instructions count, by its name: see `instructions.sh`.
#[inline(never)]
pub fn measured(rounds: u64, mut round: impl FnMut()) -> Duration {
    let start = ThreadTime::now();
    for _ in 0..rounds {
        round();
    }
    start.elapsed()
}

/// Rounds that use up what they work on: it is made ready for a number of them at a time.
pub fn measured_in_batches<T>(
    mut rounds: u64,
    mut prepare: impl FnMut(u64) -> T,
    mut round: impl FnMut(&mut T),
) -> Duration {
    let mut time = Duration::ZERO;
    while rounds > 0 {
        let batch = rounds.min(100);
        let mut stock = black_box(prepare(batch));
        time += measured(batch, || round(&mut stock));
        rounds -= batch;
    }
    time
}
