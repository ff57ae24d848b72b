//! Why a message or a receipt cannot be put into UCP.

use std::fmt;

use smsgw_gsm::SegmentError;
use smsgw_ucp::ValueError;

/// A message or a receipt that cannot be put into UCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConvertError {
    /// The text cannot be encoded or split.
    Segment(SegmentError),
    /// A field cannot hold its value.
    Field {
        /// The standard's name.
        name: &'static str,
        /// Why.
        error: ValueError,
    },
    /// A mandatory field for which there is no value.
    Missing {
        /// The standard's name.
        name: &'static str,
    },
    /// A `dcs` that only SMPP has.
    DataCoding {
        /// The value.
        dcs: u8,
    },
    /// GSM 7-bit octets that the alphabet of the link cannot say.
    Alphabet,
}

impl ConvertError {
    /// What makes this error of one of a value.
    pub(super) const fn of(name: &'static str) -> impl Fn(ValueError) -> Self {
        move |error| Self::Field { name, error }
    }
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Segment(error) => error.fmt(f),
            Self::Field { name, error } => write!(f, "{name}: {error}"),
            Self::Missing { name } => write!(f, "{name}: no value for a mandatory field"),
            Self::DataCoding { dcs } => write!(f, "data_coding {dcs:#04X} means nothing in UCP"),
            Self::Alphabet => f.write_str("AMsg: not in the alphabet of the link"),
        }
    }
}

// The inner errors are printed as messages of this one, so they are not also sources.
impl std::error::Error for ConvertError {}

impl From<SegmentError> for ConvertError {
    fn from(error: SegmentError) -> Self {
        Self::Segment(error)
    }
}
