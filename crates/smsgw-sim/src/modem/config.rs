//! How the modems and their radio network behave.

use std::fmt;
use std::time::Duration;

use super::fault::Fault;
use super::profile::Profile;
use super::ussd::Menu;

/// The behaviour of a radio network and its service centre.
///
/// ```
/// use std::time::Duration;
/// use smsgw_sim::modem::Config;
///
/// let config = Config { seed: 7, ..Config::default() }.with_radio();
/// assert_eq!(config.send_delay, (Duration::from_secs(2), Duration::from_secs(6)));
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    /// Chooses delays within their ranges, which messages fail, and the serial numbers of modems.
    pub seed: u64,
    /// Seconds since 1970-01-01T00:00:00Z at the instant that the network starts: all time stamps
    /// follow from it.
    pub unix_seconds: i64,
    /// How far local time is ahead of UTC, in quarters of an hour, -79 to 79.
    pub offset_quarters: i8,
    /// The digits in front of a national number that make it international: `49`.
    pub country_code: String,
    /// The digits in front of a number that make it national: `0`.
    pub trunk_prefix: String,
    /// The number of the service centre, international.
    pub service_centre: String,
    /// The name of the network, long and short.
    pub operator: (String, String),
    /// Its code: three digits for the country, two or three for the network.
    pub plmn: String,
    /// The other networks that a search finds: long name, short name, code.
    pub neighbours: Vec<(String, String, String)>,
    /// From the end of a message's data to its result, at least and at most.
    pub send_delay: (Duration, Duration),
    /// From the acceptance of a message to its arrival at a modem of this network.
    pub deliver_delay: Duration,
    /// From the delivery of a message, or from its acceptance when it is for a number outside, to
    /// its status report.
    pub report_delay: Duration,
    /// Share, 0 to 1, of the messages to numbers outside whose report says that it failed for
    /// good.
    pub undeliverable: f64,
    /// Share of the messages to numbers outside that have no report.
    pub unreported: f64,
    /// Whether reports name the recipient in national form, whatever the message did.
    pub national_reports: bool,
    /// After how long a message is tried again that a modem did not take.
    pub retry: Duration,
    /// How long a modem waits for the `+CNMA` of a message that it showed, under `+CSMS=1`.
    pub acknowledge_timeout: Duration,
    /// From `+CFUN=1`, or from the end of the start, to the registration.
    pub registration_delay: Duration,
    /// From a USSD request to its answer.
    pub ussd_delay: Duration,
    /// How long a search for networks takes.
    pub search_delay: Duration,
    /// The service behind USSD codes.
    pub ussd: Menu,
    /// Most messages that wait for one modem; at that many, more are refused.
    pub max_waiting: usize,
    /// Most events that wait to be read; at that many the oldest are forgotten.
    pub max_events: usize,
    /// How many accepted messages [`Status`](super::Status) remembers.
    pub remembered: usize,
    /// Most modems.
    pub max_modems: usize,
    /// Whether every command line and its result is an event.
    pub commands: bool,
}

impl Default for Config {
    fn default() -> Self {
        let plmn = |long: &str, short: &str, code: &str| {
            (long.to_owned(), short.to_owned(), code.to_owned())
        };
        Self {
            seed: 0,
            // 2026-01-02T03:04:05Z.
            unix_seconds: 1_767_323_045,
            offset_quarters: 4,
            country_code: "49".to_owned(),
            trunk_prefix: "0".to_owned(),
            service_centre: "+491710760000".to_owned(),
            operator: ("Simulated Mobile".to_owned(), "SimMob".to_owned()),
            plmn: "26201".to_owned(),
            neighbours: vec![
                plmn("Other Mobile", "Other", "26202"),
                plmn("Third Mobile", "Third", "26203"),
            ],
            send_delay: (Duration::ZERO, Duration::ZERO),
            deliver_delay: Duration::ZERO,
            report_delay: Duration::from_millis(200),
            undeliverable: 0.0,
            unreported: 0.0,
            national_reports: false,
            retry: Duration::from_secs(30),
            acknowledge_timeout: Duration::from_secs(15),
            registration_delay: Duration::ZERO,
            ussd_delay: Duration::from_millis(100),
            search_delay: Duration::from_secs(5),
            ussd: Menu::default(),
            max_waiting: 10_000,
            max_events: 1 << 16,
            remembered: 10_000,
            max_modems: 1_000,
            commands: false,
        }
    }
}

impl Config {
    /// With the delays of a real network: 2 to 6 seconds to send, a second to deliver, three to
    /// report, two to register.
    #[must_use]
    pub fn with_radio(self) -> Self {
        Self {
            send_delay: (Duration::from_secs(2), Duration::from_secs(6)),
            deliver_delay: Duration::from_secs(1),
            report_delay: Duration::from_secs(3),
            registration_delay: Duration::from_secs(2),
            ussd_delay: Duration::from_secs(2),
            search_delay: Duration::from_secs(30),
            ..self
        }
    }
}

/// A modem and its SIM.
///
/// ```
/// use smsgw_sim::modem::{ModemConfig, Profile};
///
/// let modem = ModemConfig::new("+491700000001")
///     .with_profile(Profile::HUAWEI)
///     .with_pin("1234");
/// assert_eq!(modem.name, "+491700000001");
/// ```
#[derive(Clone, PartialEq)]
pub struct ModemConfig {
    /// What events call it; its number unless said.
    pub name: String,
    /// The number of the SIM, international.
    pub number: String,
    /// The serial number, 15 digits; `None` makes one from the number and the seed that no other
    /// modem of the network has.
    pub imei: Option<String>,
    /// The number of the SIM card, 19 or 20 digits; `None` makes one in the same way.
    pub iccid: Option<String>,
    /// The subscriber, 15 digits; `None` makes one in the same way behind the network's code.
    pub imsi: Option<String>,
    /// The PIN that is asked for at the start; `None` for none.
    pub pin: Option<String>,
    /// What unlocks the SIM when the PIN was wrong too often.
    pub puk: String,
    /// Wrong PINs that are left, 0 to 3.
    pub pin_retries: u8,
    /// Whether there is a SIM.
    pub has_sim: bool,
    /// What kind of modem it is.
    pub profile: Profile,
    /// Places for messages on the SIM.
    pub sim_places: u16,
    /// Places for messages in the modem, if the profile has that store.
    pub modem_places: u16,
    /// Places for status reports, if the profile has that store.
    pub report_places: u16,
    /// The strength of the signal, 0 to 31, or 99 for not known.
    pub signal: u8,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

impl ModemConfig {
    /// A modem of no vendor, without a PIN.
    #[must_use]
    pub fn new(number: &str) -> Self {
        Self {
            name: number.to_owned(),
            number: number.to_owned(),
            imei: None,
            iccid: None,
            imsi: None,
            pin: None,
            puk: "12345678".to_owned(),
            pin_retries: 3,
            has_sim: true,
            profile: Profile::GENERIC,
            sim_places: 20,
            modem_places: 100,
            report_places: 20,
            signal: 20,
            faults: Vec::new(),
        }
    }

    /// Called so in events.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Of this kind.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Asking for this PIN at the start.
    #[must_use]
    pub fn with_pin(mut self, pin: &str) -> Self {
        self.pin = Some(pin.to_owned());
        self
    }

    /// With this fault, too.
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }
}

impl fmt::Debug for ModemConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModemConfig")
            .field("name", &self.name)
            .field("number", &self.number)
            .field("profile", &self.profile.name)
            .field("pin", &self.pin.as_ref().map(|_| "***"))
            .finish_non_exhaustive()
    }
}
