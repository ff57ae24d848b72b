//! Which faults of real peers are let through, and the list of those that were.

use core::fmt;

/// What reading lets through; chosen at run time, per peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quirks {
    /// User data shorter than TP-UDL says: what is there is kept. Some modems cut the last octet.
    pub truncated_user_data: bool,
    /// A TP-PI whose extension bits never end: phones pad status reports with FF up to the end.
    pub endless_parameter_indicator: bool,
    /// The high semi-octet after an odd number of digits that is neither F nor 0.
    pub fill_semi_octet: bool,
    /// A service-centre address that is shorter than its length octet says.
    pub short_service_centre: bool,
    /// Octets after the last field.
    pub trailing_octets: bool,
    /// A time with a semi-octet that is no digit, or a day that its month does not have.
    pub odd_times: bool,
    /// Any other value that fits into its field and is not allowed there: a UCS-2 text of an odd
    /// number of octets, a reserved TP-FCS.
    pub odd_values: bool,
}

impl Quirks {
    /// Everything that can be understood is let through; the default.
    pub const LENIENT: Self = Self {
        truncated_user_data: true,
        endless_parameter_indicator: true,
        fill_semi_octet: true,
        short_service_centre: true,
        trailing_octets: true,
        odd_times: true,
        odd_values: true,
    };
    /// Only what the standard allows.
    pub const STRICT: Self = Self {
        truncated_user_data: false,
        endless_parameter_indicator: false,
        fill_semi_octet: false,
        short_service_centre: false,
        trailing_octets: false,
        odd_times: false,
        odd_values: false,
    };
}

impl Default for Quirks {
    fn default() -> Self {
        Self::LENIENT
    }
}

/// A fault that was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tolerance {
    /// See [`Quirks::truncated_user_data`].
    TruncatedUserData,
    /// See [`Quirks::endless_parameter_indicator`].
    EndlessParameterIndicator,
    /// See [`Quirks::fill_semi_octet`].
    FillSemiOctet,
    /// See [`Quirks::short_service_centre`].
    ShortServiceCentre,
    /// See [`Quirks::trailing_octets`].
    TrailingOctets,
    /// See [`Quirks::odd_times`].
    OddTime,
    /// See [`Quirks::odd_values`].
    OddValue,
}

impl Tolerance {
    /// A short fixed name, for programs: `truncated_user_data`, `odd_time` ...
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TruncatedUserData => "truncated_user_data",
            Self::EndlessParameterIndicator => "endless_parameter_indicator",
            Self::FillSemiOctet => "fill_semi_octet",
            Self::ShortServiceCentre => "short_service_centre",
            Self::TrailingOctets => "trailing_octets",
            Self::OddTime => "odd_time",
            Self::OddValue => "odd_value",
        }
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TruncatedUserData => "shorter than TP-UDL says",
            Self::EndlessParameterIndicator => "extended up to the end",
            Self::FillSemiOctet => "filled with neither F nor 0",
            Self::ShortServiceCentre => "shorter than its length says",
            Self::TrailingOctets => "octets after the last field",
            Self::OddTime => "no time by the standard",
            Self::OddValue => "no value by the standard",
        })
    }
}

/// One entry of [`Tolerated`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tolerable {
    /// What was wrong.
    pub what: Tolerance,
    /// The standard's name of the field.
    pub field: &'static str,
    /// Where, in octets from the start of the input.
    pub offset: usize,
}

/// What was let through while one input was read.
///
/// Holds the first four; [`Self::is_cut`] says whether there were more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tolerated {
    list: [Option<Tolerable>; 4],
    cut: bool,
}

impl Tolerated {
    /// The faults in the order they were met.
    pub fn iter(&self) -> impl Iterator<Item = &Tolerable> {
        self.list.iter().flatten()
    }

    /// Whether nothing had to be let through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether there were more than are listed.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    pub(crate) fn push(&mut self, what: Tolerance, field: &'static str, offset: usize) {
        let fault = Tolerable {
            what,
            field,
            offset,
        };
        match self.list.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => *slot = Some(fault),
            None => self.cut = true,
        }
    }
}

/// What was read, and what had to be let through for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded<T> {
    /// What was read.
    pub pdu: T,
    /// The faults let through.
    pub tolerated: Tolerated,
}
