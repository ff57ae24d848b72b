//! What the two ends of a link have agreed on.

use std::fmt;
use std::time::SystemTime;

use smsgw_ucp::types::{Pid, ReplyPath, Second, TimeZone, UtcOffset};
use smsgw_ucp::{Alphabet, ValueError};

use super::time;
use crate::message::Address;

/// What the two ends of a link have agreed on, and no field tells. `Z` is a [`TimeZone`]. `Debug` does
/// not show the authentication code.
///
/// ```
/// use smsgw::convert::ucp::Settings;
/// use smsgw::ucp::Alphabet;
/// use smsgw::ucp::types::UtcOffset;
///
/// let settings = Settings {
///     alphabet: Alphabet::Ira,
///     zone: UtcOffset(60),
///     ..Settings::default()
/// };
/// assert_eq!(settings.prefix, "00");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Settings<Z = UtcOffset> {
    /// Which characters the octets of AMsg are. That of GSM by default.
    pub alphabet: Alphabet,
    /// What stands before an international number, where OTOA does not tell that it is one. `00`
    /// by default; some links have none.
    pub prefix: String,
    /// The zone of the SC's times. UTC by default.
    pub zone: Z,
    /// Whether texts of digits alone are sent as numeric messages (MT 2). Not by default.
    pub numeric: bool,
    /// Whether an `@` or a carriage return at the end of a name is dropped, when its length LL is
    /// 0E: peers that put the number of digits there have it behind names of seven characters. Not
    /// by default.
    pub trim_names: bool,
    /// Who sends messages that do not say: UCP has none without. Nobody by default, and they are
    /// refused.
    pub sender: Option<Address>,
    /// The authentication code (AC); empty by default.
    pub authentication_code: String,
    /// Where notifications go (NAdC, NPID) of messages that ask for them; by default to the
    /// originator.
    pub notification: Option<Terminal>,
    /// Where messages go that cannot be delivered (LRAd, LPID, with LRq). Nowhere by default.
    pub last_resort: Option<Terminal>,
    /// Whether replies are to come back the way the messages go (RPI).
    pub reply_path: ReplyPath,
}

impl<Z> Settings<Z> {
    /// The same in another zone.
    ///
    /// ```
    /// use smsgw::convert::ucp::Settings;
    /// use smsgw::ucp::types::TimeZone;
    ///
    /// /// A zone that has summer time.
    /// struct Local;
    ///
    /// impl TimeZone for Local {
    ///     fn local_of_unix(&self, unix: i64) -> i64 {
    ///         unix + 3_600 // Or as a library for time zones says.
    ///     }
    ///     fn unix_of_local(&self, local: i64) -> i64 {
    ///         local - 3_600
    ///     }
    /// }
    ///
    /// let settings = Settings::default().in_zone(Local);
    /// assert_eq!(settings.zone.local_of_unix(0), 3_600);
    /// ```
    #[must_use]
    pub fn in_zone<Y: TimeZone>(self, zone: Y) -> Settings<Y> {
        Settings {
            alphabet: self.alphabet,
            prefix: self.prefix,
            zone,
            numeric: self.numeric,
            trim_names: self.trim_names,
            sender: self.sender,
            authentication_code: self.authentication_code,
            notification: self.notification,
            last_resort: self.last_resort,
            reply_path: self.reply_path,
        }
    }
}

impl<Z: TimeZone> Settings<Z> {
    /// The second of the SC's clock that has begun at `at`: SCTS of what comes then.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use smsgw::convert::ucp::Settings;
    /// use smsgw::ucp::types::UtcOffset;
    ///
    /// let settings = Settings { zone: UtcOffset(60), ..Settings::default() };
    /// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_301_669);
    /// let scts = settings.second(now)?;
    /// assert_eq!(scts.to_string(), "2026-11-21T23:54:29");
    /// assert_eq!(settings.system_time(scts), Some(now));
    /// # Ok::<(), smsgw::ucp::ValueError>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidTime`](ValueError::InvalidTime) before 1990 and after 2089.
    pub fn second(&self, at: SystemTime) -> Result<Second, ValueError> {
        time::second(at, &self.zone)
    }

    /// When a second of the SC's clock begins; `None` for one before 1970.
    pub fn system_time(&self, second: Second) -> Option<SystemTime> {
        time::of_second(second, &self.zone)
    }
}

impl<Z: fmt::Debug> fmt::Debug for Settings<Z> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            alphabet,
            prefix,
            zone,
            numeric,
            trim_names,
            sender,
            authentication_code,
            notification,
            last_resort,
            reply_path,
        } = self;
        let code = match authentication_code.as_str() {
            "" => "",
            _ => "***",
        };
        f.debug_struct("Settings")
            .field("alphabet", alphabet)
            .field("prefix", prefix)
            .field("zone", zone)
            .field("numeric", numeric)
            .field("trim_names", trim_names)
            .field("sender", sender)
            .field("authentication_code", &code)
            .field("notification", notification)
            .field("last_resort", last_resort)
            .field("reply_path", reply_path)
            .finish()
    }
}

/// An address and what kind of terminal it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// The digits as they stand in the field. A TCP/IP address has those of a
    /// [`SocketAddressBuf`](smsgw_ucp::types::SocketAddressBuf).
    pub address: String,
    /// What kind it is; 0539 for TCP/IP.
    pub pid: Pid,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            alphabet: Alphabet::Gsm,
            prefix: "00".to_owned(),
            zone: UtcOffset::UTC,
            numeric: false,
            trim_names: false,
            sender: None,
            authentication_code: String::new(),
            notification: None,
            last_resort: None,
            reply_path: ReplyPath::ABSENT,
        }
    }
}
