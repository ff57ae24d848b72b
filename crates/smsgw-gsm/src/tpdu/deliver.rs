//! SMS-DELIVER: a message for the mobile (3GPP TS 23.040 §9.2.2.1).

use super::{Kind, LP, MMS, MTI, RP, SR, SpareBits, Trailing, UDHI, UserData, flag, trailing};
use crate::dcs::DataCodingScheme;
use crate::error::DecodeError;
use crate::field::{Address, ProtocolId, Timestamp};
use crate::quirks::Faults;
use crate::wire::{Reader, Sink};

/// A message for the mobile (TS 23.040 §9.2.2.1).
///
/// ```
/// use smsgw_gsm::field::{Address, Timestamp};
/// use smsgw_gsm::tpdu::{Deliver, UserDataBuf};
///
/// let text = UserDataBuf::text("Grüezi")?;
/// let time = Timestamp::new(2024, 2, 29, 12, 0, 0, 4).expect("a leap day");
/// let deliver = Deliver {
///     status_report_indication: true,
///     ..Deliver::new(Address::parse("+41791234567")?, time, text.view())
/// };
/// assert_eq!(Deliver::decode(&deliver.to_vec())?, deliver);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "SMS-DELIVER")]
pub struct Deliver<'a> {
    /// Whether TP-MTI was the reserved value 3, which counts as a DELIVER.
    pub reserved_mti: bool,
    /// Whether more messages wait for the mobile. On the wire the bit is 0 when they do.
    #[doc(alias("TP-MMS", "TP-More-Messages-to-Send"))]
    pub more_messages_to_send: bool,
    /// Whether the message was forwarded or is a spawned one, so that nobody sends it in circles.
    #[doc(alias("TP-LP", "TP-Loop-Prevention"))]
    pub loop_prevention: bool,
    /// Whether the sender asked for a status report.
    #[doc(alias("TP-SRI", "TP-Status-Report-Indication"))]
    pub status_report_indication: bool,
    /// Whether there is a reply path.
    #[doc(alias("TP-RP", "TP-Reply-Path"))]
    pub reply_path: bool,
    /// The bit of the first octet that has no meaning.
    pub spare_bits: SpareBits<0b0001_0000>,
    /// The sender.
    #[doc(alias("TP-OA", "TP-Originating-Address"))]
    pub originating_address: Address,
    /// The protocol of the message.
    #[doc(alias("TP-PID", "TP-Protocol-Identifier"))]
    pub protocol_identifier: ProtocolId,
    /// When the service centre got the message, in its local time.
    #[doc(alias("TP-SCTS", "TP-Service-Centre-Time-Stamp"))]
    pub service_centre_time_stamp: Timestamp,
    /// The message, with its data coding scheme.
    #[doc(alias("TP-UD", "TP-User-Data", "TP-DCS", "TP-Data-Coding-Scheme"))]
    pub user_data: UserData<'a>,
    /// Octets after the last field.
    pub trailing: Trailing<'a>,
}

super::tpdu!(Deliver, decode);

impl<'a> Deliver<'a> {
    /// A message from this sender: no flags, [`ProtocolId::SME_TO_SME`].
    #[must_use]
    pub const fn new(
        originating_address: Address,
        service_centre_time_stamp: Timestamp,
        user_data: UserData<'a>,
    ) -> Deliver<'a> {
        Deliver {
            reserved_mti: false,
            more_messages_to_send: false,
            loop_prevention: false,
            status_report_indication: false,
            reply_path: false,
            spare_bits: SpareBits::NONE,
            originating_address,
            protocol_identifier: ProtocolId::SME_TO_SME,
            service_centre_time_stamp,
            user_data,
            trailing: Trailing::NONE,
        }
    }

    /// The first octet: TP-MTI and the flags, as they are sent.
    #[must_use]
    pub fn first_octet(&self) -> u8 {
        flag(self.reserved_mti, MTI)
            | flag(!self.more_messages_to_send, MMS)
            | flag(self.loop_prevention, LP)
            | flag(self.status_report_indication, SR)
            | flag(self.user_data.has_header(), UDHI)
            | flag(self.reply_path, RP)
            | self.spare_bits.get()
    }

    pub(super) fn read(
        first: u8,
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
    ) -> Result<Deliver<'a>, DecodeError> {
        let originating_address = Address::read(reader, faults, "TP-OA")?;
        let protocol_identifier = ProtocolId(reader.octet("TP-PID")?);
        let coding = DataCodingScheme(reader.octet("TP-DCS")?);
        let service_centre_time_stamp = Timestamp::read(reader, faults, "TP-SCTS")?;
        let has_header = first & UDHI != 0;
        let user_data = UserData::read(
            reader,
            faults,
            coding,
            has_header,
            Kind::Deliver.max_user_data(),
        )?;
        Ok(Deliver {
            reserved_mti: first & MTI == MTI,
            more_messages_to_send: first & MMS == 0,
            loop_prevention: first & LP != 0,
            status_report_indication: first & SR != 0,
            reply_path: first & RP != 0,
            spare_bits: SpareBits::new(first),
            originating_address,
            protocol_identifier,
            service_centre_time_stamp,
            user_data,
            trailing: Trailing(trailing(reader, faults)?),
        })
    }

    pub(super) fn put(&self, sink: &mut impl Sink) {
        sink.put("TP-MTI", &[self.first_octet()]);
        self.originating_address.put(sink, "TP-OA");
        sink.put("TP-PID", &[self.protocol_identifier.0]);
        sink.put("TP-DCS", &[self.user_data.data_coding_scheme().0]);
        sink.put("TP-SCTS", &self.service_centre_time_stamp.octets());
        self.user_data.put(sink);
        sink.put("trailing", self.trailing.octets());
    }
}
