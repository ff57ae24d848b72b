//! How a pool chooses, what it retries, and how much it holds.

use std::collections::HashMap;
use std::time::Duration;

use super::breaker::BreakerConfig;
use super::calendar::UtcOffset;
use super::quota::Limits;
use super::route::Route;
use crate::command::identity::Iccid;
use crate::modem::SentReferences;
use crate::pause::doubled;

/// How a pool chooses, what it retries, and how much it holds.
///
/// ```
/// use smsgw_at::pool::{Config, Limits, SimConfig, Strategy};
///
/// let config = Config {
///     strategy: Strategy::Weighted,
///     sim: SimConfig {
///         limits: Limits { minute: Some(10), day: Some(500), month: None },
///         ..SimConfig::default()
///     },
///     ..Config::default()
/// };
/// assert_eq!(config.max_queue, 10_000);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Which of the SIMs that are free gets a message.
    pub strategy: Strategy,
    /// Of how many numbers the pool remembers the SIM that was last in touch with them: messages
    /// to them go there again, if it can send, and wait for it if it is busy. 0 for none.
    pub sticky: usize,
    /// Most messages that wait for one SIM because of [`Self::sticky`]; the next go wherever there
    /// is room.
    pub sticky_queue: usize,
    /// Where messages go by the number of their recipient; the longest prefix counts, of the same
    /// the first.
    pub routes: Vec<Route>,
    /// SIMs by their number.
    pub sims: HashMap<Iccid, SimConfig>,
    /// All others.
    pub sim: SimConfig,
    /// When a modem is left alone.
    pub breaker: BreakerConfig,
    /// Where days and months begin.
    pub utc_offset: UtcOffset,
    /// Most messages without an outcome.
    pub max_queue: usize,
    /// How long a modem is given nothing after a part whose outcome is unknown, unless its result
    /// comes late: as long as the modem sends nothing then
    /// ([`unknown_pause`](crate::modem::Config::unknown_pause)).
    pub unknown_pause: Duration,
    /// How often a part is tried again by the same SIM, where that may help.
    pub retries: u16,
    /// The pause before the first of them, twice as long before each of the next, and the longest.
    pub retry_pauses: (Duration, Duration),
    /// How many SIMs more a message may try, after the first.
    pub failovers: u16,
    /// How long a message that was refused, or of which a part was sent, waits for a SIM that can
    /// go on with it, before its outcome is told; two minutes at least.
    pub patience: Duration,
    /// How long status reports are waited for.
    pub report_window: Duration,
    /// Of how many messages of each SIM the references are kept to match reports.
    pub max_references: usize,
    /// How many SIMs are remembered that are in no modem.
    pub max_absent_sims: usize,
}

/// Which of the SIMs that are free gets a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strategy {
    /// The one with the lowest [score](super::SimStatus::score).
    #[default]
    LeastLoaded,
    /// Each its share, by [`SimConfig::weight`]. A pool that is busy throughout sends as much as
    /// its modems can, whatever the weights.
    Weighted,
    /// One at a time, until its quota is used or it cannot send; then the next.
    Rotation,
}

/// How a SIM is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimConfig {
    /// Its share with [`Strategy::Weighted`]; 0 is taken as 1.
    pub weight: u32,
    /// How much it may send.
    pub limits: Limits,
    /// Its operator, as [`Target::Operator`](super::Target::Operator) calls it; `None` to go by
    /// the IMSI.
    pub operator: Option<String>,
}

impl Config {
    pub(super) fn sim_config(&self, iccid: &Iccid) -> &SimConfig {
        self.sims.get(iccid).unwrap_or(&self.sim)
    }

    /// How often the parts of a message may be refused in all.
    pub(super) fn most_failures(&self) -> u32 {
        (u32::from(self.retries) + 1).saturating_mul(u32::from(self.failovers) + 1)
    }

    /// The pause after so many refusals by one SIM.
    pub(super) fn retry_pause(&self, tries: u16) -> Duration {
        doubled(self.retry_pauses, u32::from(tries.saturating_sub(1)))
    }

    /// Makes every timer one that can be added to an instant, and every limit one that lets
    /// something through.
    pub(super) fn usable(mut self) -> Self {
        const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        const SHORTEST: Duration = Duration::from_secs(1);
        // With one part a minute the next has to wait for its minute.
        const LEAST_PATIENCE: Duration = Duration::from_secs(120);
        let timers = [
            &mut self.breaker.window,
            &mut self.breaker.pause,
            &mut self.breaker.max_pause,
            &mut self.retry_pauses.0,
            &mut self.retry_pauses.1,
            &mut self.patience,
        ];
        for timer in timers {
            *timer = (*timer).clamp(SHORTEST, FOREVER);
        }
        self.unknown_pause = self.unknown_pause.min(FOREVER);
        self.patience = self.patience.max(LEAST_PATIENCE);
        self.max_queue = self.max_queue.max(1);
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            strategy: Strategy::LeastLoaded,
            sticky: 10_000,
            sticky_queue: 100,
            routes: Vec::new(),
            sims: HashMap::new(),
            sim: SimConfig::default(),
            breaker: BreakerConfig::default(),
            utc_offset: UtcOffset::UTC,
            max_queue: 10_000,
            unknown_pause: Duration::from_secs(60),
            retries: 2,
            retry_pauses: (Duration::from_secs(10), Duration::from_secs(120)),
            failovers: 3,
            patience: Duration::from_secs(300),
            report_window: SentReferences::WINDOW,
            max_references: 10_000,
            max_absent_sims: 1_000,
        }
    }
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            weight: 1,
            limits: Limits::default(),
            operator: None,
        }
    }
}
