//! What a session may take and how long it waits (SMPP 5.0 §2.7).

use std::time::Duration;

use crate::frame::Frame;
use crate::quirks::Quirks;
use crate::session::Rate;
use crate::types::InterfaceVersion;

/// The limits and timers of one session.
///
/// ```
/// use smsgw_smpp::session::Config;
///
/// let config = Config { window: 100, ..Config::default() };
/// assert_eq!(config.response_timer.as_secs(), 30);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Most own requests without an answer, 1 to 65,535 (others are taken as the nearer end).
    pub window: usize,
    /// Most requests of the peer that may wait for our answer, at least 1; at that many, reading
    /// stops. The frame of each keeps alive the octets that were read with it, up to 64 KiB in the
    /// tokio shells, unless it is [detached](Frame::detach).
    pub max_unanswered: usize,
    /// Most octets of a PDU, header included.
    pub max_frame_len: u32,
    /// From the start to a successful bind; then the session ends.
    pub session_init_timer: Duration,
    /// Silence of the peer after which it is asked whether it is there; `None` never asks.
    pub enquire_link_timer: Option<Duration>,
    /// Time without a message, either way, after which the session unbinds; `None` never does.
    pub inactivity_timer: Option<Duration>,
    /// How long an answer may take.
    pub response_timer: Duration,
    /// How long a request may wait for room in the window and for the rate before it fails unsent;
    /// `None` for as long as its answer may take. For the tokio shells.
    pub window_wait: Option<Duration>,
    /// Most own requests in a time, `enquire_link` apart; `None` for as many as the window allows.
    pub rate: Option<Rate>,
    /// Whether to send slower when the peer answers `ESME_RTHROTTLED` or `ESME_RMSGQFUL`: see
    /// [`Pace`](super::Pace).
    pub slow_down: bool,
    /// The version an MC says it speaks; an ESME says it in its [`Bind`](super::Bind).
    pub interface_version: InterfaceVersion,
    /// Which faults in the peer's requests are let through.
    pub quirks: Quirks,
}

impl Config {
    /// Makes every timer one that can be added to an instant, and every limit one that lets
    /// something through.
    pub(crate) fn usable(mut self) -> Self {
        const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        let timers = [
            Some(&mut self.session_init_timer),
            self.enquire_link_timer.as_mut(),
            self.inactivity_timer.as_mut(),
            Some(&mut self.response_timer),
        ];
        for timer in timers.into_iter().flatten() {
            *timer = FOREVER.min(*timer);
        }
        self.window = self.window.clamp(1, 0xFFFF);
        self.max_unanswered = self.max_unanswered.max(1);
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            window: 10,
            max_unanswered: 1_000,
            max_frame_len: Frame::DEFAULT_MAX_LEN,
            session_init_timer: Duration::from_secs(10),
            enquire_link_timer: Some(Duration::from_secs(30)),
            inactivity_timer: None,
            response_timer: Duration::from_secs(30),
            window_wait: None,
            rate: None,
            slow_down: true,
            interface_version: InterfaceVersion::default(),
            quirks: Quirks::SESSION,
        }
    }
}
