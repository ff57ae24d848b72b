//! SMS-SUBMIT: a message from the mobile (3GPP TS 23.040 §9.2.2.2).

use super::{Kind, RD, RP, SR, Trailing, UDHI, UserData, flag, trailing};
use crate::dcs::DataCodingScheme;
use crate::error::DecodeError;
use crate::field::{Address, ProtocolId, ValidityPeriod};
use crate::quirks::Faults;
use crate::wire::{Reader, Sink};

/// A message from the mobile (TS 23.040 §9.2.2.2).
///
/// ```
/// use core::time::Duration;
/// use smsgw_gsm::field::{Address, ValidityPeriod};
/// use smsgw_gsm::tpdu::{Submit, UserDataBuf};
///
/// let text = UserDataBuf::text("See you at 10")?;
/// let submit = Submit {
///     status_report_request: true,
///     validity_period: Some(ValidityPeriod::relative(Duration::from_secs(3600))),
///     ..Submit::new(Address::parse("+41791234567")?, text.view())
/// };
/// assert_eq!(submit.first_octet(), 0x31);
/// assert_eq!(Submit::decode(&submit.to_vec())?, submit);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "SMS-SUBMIT")]
pub struct Submit<'a> {
    /// Whether the service centre shall refuse a message that it has already, with the same
    /// reference from the same sender to the same destination.
    #[doc(alias("TP-RD", "TP-Reject-Duplicates"))]
    pub reject_duplicates: bool,
    /// Whether a status report is wanted.
    #[doc(alias("TP-SRR", "TP-Status-Report-Request"))]
    pub status_report_request: bool,
    /// Whether a reply path is wanted.
    #[doc(alias("TP-RP", "TP-Reply-Path"))]
    pub reply_path: bool,
    /// The sender's number for the message, which a status report repeats. A modem in PDU mode
    /// puts its own in.
    #[doc(alias("TP-MR", "TP-Message-Reference"))]
    pub message_reference: u8,
    /// The recipient.
    #[doc(alias("TP-DA", "TP-Destination-Address"))]
    pub destination_address: Address,
    /// The protocol of the message.
    #[doc(alias("TP-PID", "TP-Protocol-Identifier"))]
    pub protocol_identifier: ProtocolId,
    /// Until when to try; `None` leaves it to the service centre.
    #[doc(alias("TP-VP", "TP-Validity-Period", "TP-VPF"))]
    pub validity_period: Option<ValidityPeriod>,
    /// The message, with its data coding scheme.
    #[doc(alias("TP-UD", "TP-User-Data", "TP-DCS", "TP-Data-Coding-Scheme"))]
    pub user_data: UserData<'a>,
    /// Octets after the last field.
    pub trailing: Trailing<'a>,
}

super::tpdu!(Submit, decode);

impl<'a> Submit<'a> {
    /// A message for this recipient: no flags, reference 0, [`ProtocolId::SME_TO_SME`], no
    /// validity period.
    #[must_use]
    pub const fn new(destination_address: Address, user_data: UserData<'a>) -> Submit<'a> {
        Submit {
            reject_duplicates: false,
            status_report_request: false,
            reply_path: false,
            message_reference: 0,
            destination_address,
            protocol_identifier: ProtocolId::SME_TO_SME,
            validity_period: None,
            user_data,
            trailing: Trailing::NONE,
        }
    }

    /// The first octet: TP-MTI and the flags, as they are sent.
    #[must_use]
    pub fn first_octet(&self) -> u8 {
        0b01 | flag(self.reject_duplicates, RD)
            | ValidityPeriod::format_bits(self.validity_period)
            | flag(self.status_report_request, SR)
            | flag(self.user_data.has_header(), UDHI)
            | flag(self.reply_path, RP)
    }

    pub(super) fn read(
        first: u8,
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
    ) -> Result<Submit<'a>, DecodeError> {
        let message_reference = reader.octet("TP-MR")?;
        let destination_address = Address::read(reader, faults, "TP-DA")?;
        let protocol_identifier = ProtocolId(reader.octet("TP-PID")?);
        let coding = DataCodingScheme(reader.octet("TP-DCS")?);
        let validity_period = ValidityPeriod::read(reader, faults, first)?;
        let has_header = first & UDHI != 0;
        let user_data = UserData::read(
            reader,
            faults,
            coding,
            has_header,
            Kind::Submit.max_user_data(),
        )?;
        Ok(Submit {
            reject_duplicates: first & RD != 0,
            status_report_request: first & SR != 0,
            reply_path: first & RP != 0,
            message_reference,
            destination_address,
            protocol_identifier,
            validity_period,
            user_data,
            trailing: Trailing(trailing(reader, faults)?),
        })
    }

    pub(super) fn put(&self, sink: &mut impl Sink) {
        sink.put("TP-MTI", &[self.first_octet()]);
        sink.put("TP-MR", &[self.message_reference]);
        self.destination_address.put(sink, "TP-DA");
        sink.put("TP-PID", &[self.protocol_identifier.0]);
        sink.put("TP-DCS", &[self.user_data.data_coding_scheme().0]);
        match self.validity_period {
            None => {}
            Some(ValidityPeriod::Relative(period)) => sink.put("TP-VP", &[period.0]),
            Some(ValidityPeriod::Absolute(time)) => sink.put("TP-VP", &time.octets()),
            Some(ValidityPeriod::Enhanced(period)) => sink.put("TP-VP", &period.octets()),
        }
        self.user_data.put(sink);
        sink.put("trailing", self.trailing.octets());
    }
}
