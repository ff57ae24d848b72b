//! TP-PI and the optional fields that it announces (3GPP TS 23.040 §9.2.3.27).

use super::{Kind, UDHI, UserData, trailing};
use crate::dcs::DataCodingScheme;
use crate::error::DecodeError;
use crate::field::{ParameterIndicator, ProtocolId};
use crate::quirks::{Faults, Tolerance};
use crate::wire::{Reader, Sink};

/// The optional fields at the end of a report (TS 23.040 §9.2.3.27), and TP-PI, which says which of
/// them are there.
///
/// ```
/// use smsgw_gsm::tpdu::{Parameters, UserDataBuf};
///
/// let text = UserDataBuf::text("No subscription")?;
/// let parameters = Parameters::new().with_user_data(text.view());
/// assert_eq!(parameters.indicator().to_string(), "TP-DCS TP-UDL");
/// # Ok::<(), smsgw_gsm::UserDataError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[doc(alias("TP-PI", "TP-Parameter-Indicator"))]
pub struct Parameters<'a> {
    indicator: ParameterIndicator,
    /// The octets of TP-PI after the first.
    extension: &'a [u8],
    protocol_identifier: Option<ProtocolId>,
    data_coding_scheme: Option<DataCodingScheme>,
    user_data: Option<UserData<'a>>,
    trailing: &'a [u8],
}

impl<'a> Parameters<'a> {
    /// None of them: TP-PI alone.
    #[must_use]
    pub fn new() -> Parameters<'a> {
        Parameters::default()
    }

    /// The same, but without a TP-PI that does not end: nothing can follow it.
    const fn ended(mut self) -> Parameters<'a> {
        if self.is_endless() {
            self.indicator = ParameterIndicator(0);
            self.extension = &[];
        }
        self
    }

    /// With a TP-PID. Those without any, [whose TP-PI does not end](Self::is_endless), become
    /// parameters with that alone.
    #[must_use]
    pub const fn with_protocol_identifier(
        mut self,
        protocol_identifier: ProtocolId,
    ) -> Parameters<'a> {
        self = self.ended();
        self.indicator = self.indicator.with(ParameterIndicator::PID);
        self.protocol_identifier = Some(protocol_identifier);
        self
    }

    /// With user data and its TP-DCS.
    #[must_use]
    pub const fn with_user_data(mut self, user_data: UserData<'a>) -> Parameters<'a> {
        self = self.ended();
        self.indicator = self
            .indicator
            .with(ParameterIndicator::DCS)
            .with(ParameterIndicator::UDL);
        self.data_coding_scheme = Some(user_data.data_coding_scheme());
        self.user_data = Some(user_data);
        self
    }

    /// With a TP-DCS alone, and no user data.
    #[must_use]
    pub const fn with_data_coding_scheme(
        mut self,
        data_coding_scheme: DataCodingScheme,
    ) -> Parameters<'a> {
        self = self.ended();
        let others = !ParameterIndicator::UDL.0;
        self.indicator =
            ParameterIndicator(self.indicator.0 & others).with(ParameterIndicator::DCS);
        self.data_coding_scheme = Some(data_coding_scheme);
        self.user_data = None;
        self
    }

    /// Leaves TP-DCS out where it says nothing: user data without one is plain GSM 7-bit.
    #[must_use]
    pub const fn without_default_coding(mut self) -> Parameters<'a> {
        if let (Some(_), Some(DataCodingScheme::GSM7)) = (self.user_data, self.data_coding_scheme) {
            let others = !ParameterIndicator::DCS.0;
            self.indicator = ParameterIndicator(self.indicator.0 & others);
            self.data_coding_scheme = None;
        }
        self
    }

    /// With what the standard does not define yet: reserved bits of TP-PI, its octets after the
    /// first, and octets after the known fields.
    ///
    /// `None` when `extension` is not ended by its first octet without the extension bit, and for
    /// `trailing` octets that neither reserved bits nor an extension announce.
    #[must_use]
    pub fn with_unknown(
        mut self,
        reserved: ParameterIndicator,
        extension: &'a [u8],
        trailing: &'a [u8],
    ) -> Option<Parameters<'a>> {
        let reserved = ParameterIndicator(reserved.0 & ParameterIndicator::RESERVED.0);
        self = self.ended();
        let known =
            ParameterIndicator::PID.0 | ParameterIndicator::DCS.0 | ParameterIndicator::UDL.0;
        self.indicator = ParameterIndicator(self.indicator.0 & known).with(reserved);
        if !extension.is_empty() {
            self.indicator = self.indicator.with(ParameterIndicator::EXTENSION);
        }
        self.extension = extension;
        self.trailing = trailing;
        let is_last = |octet: &u8| octet & ParameterIndicator::EXTENSION.0 == 0;
        let end = extension
            .iter()
            .position(is_last)
            .map_or(0, |last| last + 1);
        (end == extension.len() && (trailing.is_empty() || self.has_unknown())).then_some(self)
    }

    /// Whether TP-PI says that there may be fields that the standard does not define yet.
    fn has_unknown(&self) -> bool {
        let unknown = ParameterIndicator::RESERVED.with(ParameterIndicator::EXTENSION);
        self.indicator.contains(unknown)
    }

    /// The first octet of TP-PI.
    #[must_use]
    pub const fn indicator(&self) -> ParameterIndicator {
        self.indicator
    }

    /// The octets of TP-PI after the first; their meaning is not defined.
    #[must_use]
    pub const fn extension(&self) -> &'a [u8] {
        self.extension
    }

    /// TP-PID.
    #[must_use]
    #[doc(alias("TP-PID", "TP-Protocol-Identifier"))]
    pub const fn protocol_identifier(&self) -> Option<ProtocolId> {
        self.protocol_identifier
    }

    /// TP-DCS. User data without one is GSM 7-bit.
    #[must_use]
    #[doc(alias("TP-DCS", "TP-Data-Coding-Scheme"))]
    pub const fn data_coding_scheme(&self) -> Option<DataCodingScheme> {
        self.data_coding_scheme
    }

    /// TP-UD.
    #[must_use]
    #[doc(alias("TP-UD", "TP-User-Data"))]
    pub const fn user_data(&self) -> Option<UserData<'a>> {
        self.user_data
    }

    /// Octets after the known fields: of fields that reserved bits of TP-PI announce.
    #[must_use]
    pub const fn trailing(&self) -> &'a [u8] {
        self.trailing
    }

    /// Whether the octets of TP-PI go on to the end of the TPDU, each saying that another
    /// follows: padding, and none of the fields is there. Reading strictly refuses it.
    #[must_use]
    pub const fn is_endless(&self) -> bool {
        let last = match self.extension {
            [.., last] => *last,
            [] => self.indicator.0,
        };
        last & ParameterIndicator::EXTENSION.0 != 0
    }

    /// Reads TP-PI, without what it says follows.
    pub(super) fn read_indicator(
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
    ) -> Result<Parameters<'a>, DecodeError> {
        let start = reader.clone();
        let mut parameters = Parameters {
            indicator: ParameterIndicator(reader.octet("TP-PI")?),
            ..Parameters::default()
        };
        if parameters.is_endless() {
            let rest = reader.rest();
            let is_last = |octet: &u8| octet & ParameterIndicator::EXTENSION.0 == 0;
            let length = match rest.iter().position(is_last) {
                Some(last) => last + 1,
                None => {
                    faults.meet(
                        Tolerance::EndlessParameterIndicator,
                        start.truncated("TP-PI", rest.len() + 2),
                    )?;
                    rest.len()
                }
            };
            parameters.extension = reader.take(length, "TP-PI")?;
        }
        Ok(parameters)
    }

    /// Reads what TP-PI says follows, in a TPDU of this kind and first octet that began at `start`.
    pub(super) fn read_fields(
        mut self,
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
        first_octet: u8,
        kind: Kind,
        start: usize,
    ) -> Result<Parameters<'a>, DecodeError> {
        if self.is_endless() {
            return Ok(self);
        }
        if self.indicator.contains(ParameterIndicator::PID) {
            self.protocol_identifier = Some(ProtocolId(reader.octet("TP-PID")?));
        }
        if self.indicator.contains(ParameterIndicator::DCS) {
            self.data_coding_scheme = Some(DataCodingScheme(reader.octet("TP-DCS")?));
        }
        if self.indicator.contains(ParameterIndicator::UDL) {
            let data_coding_scheme = self.data_coding_scheme.unwrap_or_default();
            let before = reader.clone();
            let has_header = first_octet & UDHI != 0;
            let most = kind.max_user_data();
            let user_data = UserData::read(reader, faults, data_coding_scheme, has_header, most)?;
            user_data.check_room(start, &before, faults)?;
            self.user_data = Some(user_data);
        }
        self.trailing = if self.has_unknown() {
            reader.rest()
        } else {
            trailing(reader, faults)?
        };
        Ok(self)
    }

    pub(super) fn put_indicator(&self, sink: &mut impl Sink) {
        sink.put("TP-PI", &[self.indicator.0]);
        sink.put("TP-PI", self.extension);
    }

    pub(super) fn put_fields(&self, sink: &mut impl Sink) {
        if let Some(protocol_identifier) = self.protocol_identifier {
            sink.put("TP-PID", &[protocol_identifier.0]);
        }
        if let Some(data_coding_scheme) = self.data_coding_scheme {
            sink.put("TP-DCS", &[data_coding_scheme.0]);
        }
        if let Some(user_data) = self.user_data {
            user_data.put(sink);
        }
        sink.put("trailing", self.trailing);
    }

    /// TP-UDHI, which follows from the user data.
    pub(super) fn has_header(&self) -> bool {
        self.user_data
            .is_some_and(|user_data| user_data.has_header())
    }
}
