//! Final results: how the answer to a command ends (V.250 §5.7, 27.005 §3.2.5, 27.007 §9.2).

use alloc::string::String;
use core::fmt;

use crate::cause::{Class, CmeError, CmsError};

/// How the answer to a command ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FinalResult {
    /// `OK`: done.
    Ok,
    /// `ERROR`, or another line that says no more: `NA`, `COMMAND NOT SUPPORT`, `+EXT ERROR: 3`.
    /// The text is `None` for `ERROR` itself.
    Error(Option<String>),
    /// `+CMS ERROR`: a short message was refused.
    Cms(ErrorReport),
    /// `+CME ERROR`: the modem or the SIM refuses.
    Cme(ErrorReport),
    /// `NO CARRIER`.
    NoCarrier,
    /// `BUSY`.
    Busy,
    /// `NO ANSWER`.
    NoAnswer,
    /// `NO DIALTONE`.
    NoDialtone,
    /// `CONNECT`, with what stands behind it: from here on the port carries data.
    Connect(String),
}

/// What stands behind `+CMS ERROR:` or `+CME ERROR:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorReport {
    /// The number; looked up when the modem gives text only, `None` for text nobody knows.
    pub code: Option<u16>,
    /// The text as it came; `None` when a number came.
    pub text: Option<String>,
}

impl FinalResult {
    /// Whether it is `OK`.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        matches!(self, Self::Ok)
    }

    /// The code of a `+CMS ERROR`.
    #[must_use]
    pub const fn cms(&self) -> Option<u16> {
        match self {
            Self::Cms(report) => report.code,
            _ => None,
        }
    }

    /// The code of a `+CME ERROR`.
    #[must_use]
    pub const fn cme(&self) -> Option<u16> {
        match self {
            Self::Cme(report) => report.code,
            _ => None,
        }
    }

    /// What it asks for; `None` for `OK` and `CONNECT`. An error that gives no reason is worth one
    /// attempt elsewhere.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        let class = match self {
            Self::Ok | Self::Connect(_) => return None,
            Self::Cms(report) => report.code.map(|code| CmsError(code).class()),
            Self::Cme(report) => report.code.map(|code| CmeError(code).class()),
            Self::Error(_) => None,
            Self::Busy | Self::NoAnswer => Some(Class::RetryHere),
            Self::NoCarrier | Self::NoDialtone => None,
        };
        Some(class.unwrap_or(Class::RetryElsewhere))
    }

    /// Whether it says for certain that a message, all of which was written, was not taken. An
    /// error without a number does not.
    #[must_use]
    pub fn excludes_acceptance(&self) -> bool {
        let cms = self.cms().map(CmsError);
        let cme = self.cme().map(CmeError);
        cms.is_some_and(CmsError::excludes_acceptance)
            || cme.is_some_and(CmeError::excludes_acceptance)
    }
}

impl fmt::Display for FinalResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("OK"),
            Self::Error(text) => f.write_str(text.as_deref().unwrap_or("ERROR")),
            Self::Cms(report) => write!(f, "+CMS ERROR: {report}"),
            Self::Cme(report) => write!(f, "+CME ERROR: {report}"),
            Self::NoCarrier => f.write_str("NO CARRIER"),
            Self::Busy => f.write_str("BUSY"),
            Self::NoAnswer => f.write_str("NO ANSWER"),
            Self::NoDialtone => f.write_str("NO DIALTONE"),
            Self::Connect(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for ErrorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.text, self.code) {
            (Some(text), _) => f.write_str(text),
            (None, Some(code)) => write!(f, "{code}"),
            (None, None) => f.write_str("without a reason"),
        }
    }
}
