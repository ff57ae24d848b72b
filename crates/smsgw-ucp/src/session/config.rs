//! What a session may take and how long it waits.

use std::time::Duration;

use super::Account;
use crate::frame::Frame;
use crate::header::Trn;
use crate::quirks::Quirks;

/// The limits and timers of one session.
///
/// ```
/// use smsgw_ucp::session::{Config, TimeoutPolicy};
///
/// let config = Config {
///     window: 10,
///     on_timeout: TimeoutPolicy::Resend { times: 2 },
///     ..Config::default()
/// };
/// assert_eq!(config.result_timer.as_secs(), 60);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Whether the link begins with a login.
    pub login: Login,
    /// From the start to a successful login; then the session ends. Not used without one.
    pub login_timer: Duration,
    /// Most own operations without a result, 1 to 100 (others are taken as the nearer end);
    /// keep-alives and the login are among them.
    ///
    /// One means stop and wait. It is the default: a service centre that was not asked for more
    /// may drop what comes before its result without an answer.
    pub window: usize,
    /// Most operations of the peer that may wait for our result, 1 to 100 (others are taken as
    /// the nearer end); at that many, reading stops. The frame of each keeps alive the octets that
    /// were read with it, unless it is detached.
    pub max_unanswered: usize,
    /// How long a result may take.
    pub result_timer: Duration,
    /// What follows when it took longer.
    pub on_timeout: TimeoutPolicy,
    /// How long the TRN of an operation that was given up is not used again, as its result may
    /// still come and would be taken for that of the next one.
    pub late_reserve: Duration,
    /// How long a request may wait for room in the window before it fails unsent; `None` for as
    /// long as its result may take. For the tokio shells.
    pub window_wait: Option<Duration>,
    /// Silence of this side, as far as operations go, after which it sends an OT 31, at least a
    /// second (less is taken as one); `None` never does. When its result does not come within
    /// [`Self::result_timer`], whatever it says, the session ends.
    pub keep_alive: Option<Duration>,
    /// Whether a client sends an OT 31 straight after its login, too, which asks the service centre
    /// for what waits there.
    pub alert_at_login: bool,
    /// Time without a message, either way, after which the session ends; `None` never does.
    pub inactivity_timer: Option<Duration>,
    /// Whether the session answers an OT 31 by itself, with `0000`: no messages wait.
    pub answer_alerts: bool,
    /// Whether the session answers an OT 51 with nothing in it by itself, with success: some peers
    /// send it to see whether somebody is there.
    pub answer_pings: bool,
    /// Most octets of a frame, STX and ETX included; more than [`Frame::MAX_LEN`] is taken as that.
    pub max_frame_len: u32,
    /// Most frames in a row that are none, by their length or checksum; one more ends the session.
    pub max_bad_frames: u32,
    /// Most octets in a row outside good frames; one more ends the session.
    pub max_junk: usize,
    /// Which faults in what the peer sends are let through.
    pub quirks: Quirks,
}

/// Whether a link begins with a login (OT 60).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// Until it has succeeded nothing else is allowed.
    Required,
    /// There is none: the address or port says whose link it is. So it is too on the connections a
    /// service centre makes to the receive port of its client.
    None(Account),
}

/// What follows when a result does not come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeoutPolicy {
    /// The session ends: on a new one no result can be taken for that of another operation.
    Disconnect,
    /// The operation is sent again with the same TRN, so many times, and then given up; 0 to give
    /// up at once.
    ///
    /// With the same TRN the result of either copy is the result, nothing more is outstanding than
    /// before, and a peer that still works on the first can see that it is the same. It may still
    /// take it for two messages.
    Resend {
        /// How many times.
        times: u32,
    },
    /// It goes on waiting, as long as the session lasts. While such ones fill the window nothing is
    /// sent, no keep-alive either.
    Wait,
}

impl Config {
    /// Makes every timer one that can be added to an instant, and every limit one that lets
    /// something through.
    pub(crate) fn usable(mut self) -> Self {
        const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        // Answered at once, the next would be due at once.
        const SHORTEST: Duration = Duration::from_secs(1);
        self.keep_alive = self.keep_alive.map(|timer| timer.max(SHORTEST));
        let timers = [
            Some(&mut self.login_timer),
            Some(&mut self.result_timer),
            Some(&mut self.late_reserve),
            self.keep_alive.as_mut(),
            self.inactivity_timer.as_mut(),
        ];
        for timer in timers.into_iter().flatten() {
            *timer = FOREVER.min(*timer);
        }
        let most = usize::from(Trn::COUNT);
        self.window = self.window.clamp(1, most);
        self.max_unanswered = self.max_unanswered.clamp(1, most);
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            login: Login::Required,
            login_timer: Duration::from_secs(30),
            window: 1,
            max_unanswered: usize::from(Trn::COUNT),
            result_timer: Duration::from_secs(60),
            on_timeout: TimeoutPolicy::Disconnect,
            late_reserve: Duration::from_secs(60),
            window_wait: None,
            keep_alive: Some(Duration::from_secs(50)),
            alert_at_login: false,
            inactivity_timer: None,
            answer_alerts: true,
            answer_pings: true,
            max_frame_len: Frame::DEFAULT_MAX_LEN,
            max_bad_frames: 100,
            max_junk: 64 << 10,
            quirks: Quirks::LENIENT,
        }
    }
}
