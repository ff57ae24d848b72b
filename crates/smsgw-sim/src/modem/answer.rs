//! How a command line ends: `OK`, or one of many errors (V.250 §5.7, 3GPP TS 27.005 §3.2.5, TS
//! 27.007 §9.2).

use super::profile::Profile;
use super::settings::Settings;

/// Why a command was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// `ERROR`.
    Error,
    /// `ERROR`, or what the profile has for a command that it does not know.
    Unknown,
    /// `+CME ERROR`.
    Cme(u16),
    /// `+CMS ERROR`.
    Cms(u16),
    /// The other party of a call hung up.
    NoCarrier,
    /// The other party is busy.
    Busy,
}

impl Failure {
    pub(crate) const NOT_ALLOWED: Self = Self::Cme(3);
    pub(crate) const NOT_SUPPORTED: Self = Self::Cme(4);
    pub(crate) const INVALID_INDEX: Self = Self::Cme(21);
    pub(crate) const BAD_PARAMETER: Self = Self::Cme(50);

    /// As it is written.
    pub(crate) fn line(self, settings: &Settings, profile: &Profile) -> String {
        let error = || result("ERROR", settings);
        let named = |kind: &str, code: u16, name: Option<&str>| match name {
            Some(name) if settings.error_reporting == 2 => format!("+{kind} ERROR: {name}"),
            _ => format!("+{kind} ERROR: {code}"),
        };
        match self {
            Self::Error => error(),
            Self::Unknown if settings.verbose => profile.unknown.to_owned(),
            Self::Unknown => error(),
            Self::Cme(_) if settings.error_reporting == 0 => error(),
            Self::Cms(_) if settings.error_reporting == 0 && !profile.cms_always => error(),
            Self::Cme(code) => named("CME", code, cme(code)),
            Self::Cms(code) => named("CMS", code, cms(code)),
            Self::NoCarrier => result("NO CARRIER", settings),
            Self::Busy => result("BUSY", settings),
        }
    }
}

/// A result code in words or as a number, as `V` says.
pub(crate) fn result(words: &str, settings: &Settings) -> String {
    if settings.verbose {
        return words.to_owned();
    }
    let number = match words {
        "OK" => "0",
        "CONNECT" => "1",
        "RING" => "2",
        "NO CARRIER" => "3",
        "ERROR" => "4",
        "NO DIALTONE" => "6",
        "BUSY" => "7",
        "NO ANSWER" => "8",
        words => words,
    };
    number.to_owned()
}

/// The name of a `+CME ERROR` (TS 27.007 §9.2.1).
fn cme(code: u16) -> Option<&'static str> {
    Some(match code {
        0 => "phone failure",
        1 => "no connection to phone",
        2 => "phone-adaptor link reserved",
        3 => "operation not allowed",
        4 => "operation not supported",
        5 => "PH-SIM PIN required",
        10 => "SIM not inserted",
        11 => "SIM PIN required",
        12 => "SIM PUK required",
        13 => "SIM failure",
        14 => "SIM busy",
        15 => "SIM wrong",
        16 => "incorrect password",
        17 => "SIM PIN2 required",
        18 => "SIM PUK2 required",
        20 => "memory full",
        21 => "invalid index",
        22 => "not found",
        23 => "memory failure",
        24 => "text string too long",
        25 => "invalid characters in text string",
        26 => "dial string too long",
        27 => "invalid characters in dial string",
        30 => "no network service",
        31 => "network timeout",
        32 => "network not allowed - emergency calls only",
        50 => "incorrect parameters",
        100 => "unknown",
        _ => return None,
    })
}

/// The name of a `+CMS ERROR` (TS 27.005 §3.2.5, TS 24.011 §E.2, TS 23.040 §9.2.3.22).
fn cms(code: u16) -> Option<&'static str> {
    Some(match code {
        1 => "unassigned (unallocated) number",
        8 => "operator determined barring",
        10 => "call barred",
        21 => "short message transfer rejected",
        27 => "destination out of order",
        28 => "unidentified subscriber",
        29 => "facility rejected",
        30 => "unknown subscriber",
        38 => "network out of order",
        41 => "temporary failure",
        42 => "congestion",
        47 => "resources unavailable, unspecified",
        50 => "requested facility not subscribed",
        69 => "requested facility not implemented",
        81 => "invalid short message transfer reference value",
        95 => "invalid message, unspecified",
        96 => "invalid mandatory information",
        97 => "message type non-existent or not implemented",
        98 => "message not compatible with short message protocol state",
        99 => "information element non-existent or not implemented",
        111 => "protocol error, unspecified",
        127 => "interworking, unspecified",
        300 => "ME failure",
        301 => "SMS service of ME reserved",
        302 => "operation not allowed",
        303 => "operation not supported",
        304 => "invalid PDU mode parameter",
        305 => "invalid text mode parameter",
        310 => "SIM not inserted",
        311 => "SIM PIN required",
        312 => "PH-SIM PIN required",
        313 => "SIM failure",
        314 => "SIM busy",
        315 => "SIM wrong",
        316 => "SIM PUK required",
        317 => "SIM PIN2 required",
        318 => "SIM PUK2 required",
        320 => "memory failure",
        321 => "invalid memory index",
        322 => "memory full",
        330 => "SMSC address unknown",
        331 => "no network service",
        332 => "network timeout",
        340 => "no +CNMA acknowledgement expected",
        500 => "unknown error",
        _ => return None,
    })
}
