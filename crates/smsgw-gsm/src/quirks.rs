//! Which faults of real peers are let through, and the list of those that were.

use core::fmt;

use crate::error::DecodeError;

/// What reading lets through; chosen at run time, per peer.
///
/// ```
/// use smsgw_gsm::Quirks;
/// use smsgw_gsm::tpdu::Deliver;
///
/// // The last of the three octets of user data is missing.
/// let octets = b"\x04\x03\x81\x21\xF3\x00\x04\x42\x20\x92\x32\x95\x95\x40\x03\x61\x62";
/// assert!(Deliver::decode_with(octets, &Quirks::STRICT).is_err());
/// let lenient = Deliver::decode_with(octets, &Quirks::LENIENT)?;
/// assert_eq!(lenient.pdu.user_data.payload(), b"ab");
/// assert_eq!(lenient.tolerated.iter().count(), 1);
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quirks {
    /// User data shorter than TP-UDL says: what is there is kept. Some modems cut the last octet;
    /// some senders say 160 whatever the alphabet.
    pub truncated_user_data: bool,
    /// A TP-PI whose extension bits never end: phones pad status reports with FF up to the end.
    pub endless_parameter_indicator: bool,
    /// The high semi-octet after an odd number of digits that is neither F nor 0.
    pub fill_semi_octet: bool,
    /// A service-centre address with more than one F at its end: it is shorter than its length
    /// octet says. An F with digits after it is refused.
    pub short_service_centre: bool,
    /// Octets FF after the last field, two or more, as in the records of a SIM.
    pub padding: bool,
    /// Any other octets after the last field. Not part of [`Self::LENIENT`]: a length before them
    /// is likely wrong, and with it what was read.
    pub trailing_octets: bool,
    /// A time with a semi-octet that is no digit, or a day that its month does not have.
    pub odd_times: bool,
    /// Any other value that fits into its field and is not allowed there: a UCS-2 text of an odd
    /// number of octets, a reserved TP-FCS or form of an enhanced TP-VP, an F inside the digits of
    /// an address, a report longer than 164 octets; in cell broadcast a page beyond the last, a
    /// language code of no letters, a message without a page.
    pub odd_values: bool,
}

impl Quirks {
    /// Everything that can be understood is let through; the default.
    pub const LENIENT: Self = Self {
        truncated_user_data: true,
        endless_parameter_indicator: true,
        fill_semi_octet: true,
        short_service_centre: true,
        padding: true,
        trailing_octets: false,
        odd_times: true,
        odd_values: true,
    };
    /// Only what the standard allows: nothing of the above. A TP-ST, TP-PID or TP-DCS that it
    /// reserves is no fault, nor is a type of address whose top bit is 0.
    pub const STRICT: Self = Self {
        truncated_user_data: false,
        endless_parameter_indicator: false,
        fill_semi_octet: false,
        short_service_centre: false,
        padding: false,
        trailing_octets: false,
        odd_times: false,
        odd_values: false,
    };

    /// Whether this fault is let through.
    const fn allow(&self, what: Tolerance) -> bool {
        match what {
            Tolerance::TruncatedUserData => self.truncated_user_data,
            Tolerance::EndlessParameterIndicator => self.endless_parameter_indicator,
            Tolerance::FillSemiOctet => self.fill_semi_octet,
            Tolerance::ShortServiceCentre => self.short_service_centre,
            Tolerance::Padding => self.padding,
            Tolerance::TrailingOctets => self.trailing_octets,
            Tolerance::OddTime => self.odd_times,
            Tolerance::OddValue => self.odd_values,
        }
    }
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
    /// See [`Quirks::padding`].
    Padding,
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
            Self::Padding => "padding",
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
            Self::Padding => "padded with FF",
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
/// A TPDU has room for no more than eight: a STATUS-REPORT with the service centre's address in
/// front has one there, two in TP-RA, two in its times, and three in its user data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tolerated {
    list: [Option<Tolerable>; 8],
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

    pub(crate) fn push(&mut self, what: Tolerance, field: &'static str, offset: usize) {
        let fault = Tolerable {
            what,
            field,
            offset,
        };
        let free = self.list.iter_mut().find(|slot| slot.is_none());
        debug_assert!(free.is_some(), "as many faults as a TPDU has room for");
        if let Some(slot) = free {
            *slot = Some(fault);
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

/// What is let through while one input is read, and what was so far.
#[derive(Debug)]
pub(crate) struct Faults<'q> {
    quirks: &'q Quirks,
    pub(crate) tolerated: Tolerated,
}

impl<'q> Faults<'q> {
    pub(crate) fn new(quirks: &'q Quirks) -> Self {
        Self {
            quirks,
            tolerated: Tolerated::default(),
        }
    }

    /// Notes a fault that is let through; else it is the error.
    #[cold]
    pub(crate) fn meet(&mut self, what: Tolerance, error: DecodeError) -> Result<(), DecodeError> {
        if !self.quirks.allow(what) {
            return Err(error);
        }
        self.tolerated.push(what, error.field, error.offset);
        Ok(())
    }
}
