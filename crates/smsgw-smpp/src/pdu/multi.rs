//! submit_multi: one message to many recipients (SMPP 5.0 §4.2.3).

use super::pdu;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::status::CommandStatus;
use crate::types::seq::sealed::Item;
use crate::types::{
    Address, COctetString, DataCoding, DestFlag, EsmClass, PriorityFlag, RegisteredDelivery,
    ReplaceIfPresentFlag, Seq, SeqItem, ShortMessage, Time,
};
use crate::value::{FieldKind, Value, Visitor};
use crate::wire::{Field as _, Reader, Writer};

pdu! {
    /// `submit_multi`: send a message to up to 255 recipients (SMPP 5.0 §4.2.3.1).
    pub struct SubmitMulti<'a> {
        /// The service; empty for the default.
        service_type: COctetString<'a, 6>,
        /// The sender.
        source_addr: Address<'a, 21>,
        /// The recipients.
        dest_addresses: Seq<'a, DestAddress<'a>>,
        /// Mode, type and GSM features.
        esm_class: EsmClass,
        /// TP-PID on GSM (SMPP 5.0 §4.7.20); not used on TDMA and CDMA.
        protocol_id: u8,
        /// How urgent.
        priority_flag: PriorityFlag,
        /// When to deliver first; null for at once.
        schedule_delivery_time: Time<'a>,
        /// Until when to try; null leaves it to the MC.
        validity_period: Time<'a>,
        /// Which receipts are asked for.
        registered_delivery: RegisteredDelivery,
        /// Whether it replaces an earlier message.
        replace_if_present_flag: ReplaceIfPresentFlag,
        /// What the octets mean.
        data_coding: DataCoding,
        /// A message stored at the MC to send instead; 0 for none.
        sm_default_msg_id: u8,
        /// The message; empty when it is in the TLV `message_payload`.
        short_message: ShortMessage<'a>,
    }
}

pdu! {
    /// `submit_multi_resp` (SMPP 5.0 §4.2.3.2).
    pub struct SubmitMultiResp<'a> {
        /// The MC's id of the message.
        message_id: COctetString<'a, 65>,
        /// The recipients it was not accepted for.
        unsuccess_smes: Seq<'a, UnsuccessSme<'a>>,
    }
}

/// A recipient of [`SubmitMulti`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DestAddress<'a> {
    /// One address (`dest_flag` 1).
    Sme(Address<'a, 21>),
    /// A list kept at the MC (`dest_flag` 2).
    DistributionList(COctetString<'a, 21>),
}

impl DestAddress<'_> {
    /// Which kind of recipient it is.
    #[must_use]
    pub const fn dest_flag(&self) -> DestFlag {
        match self {
            Self::Sme(_) => DestFlag::SME_ADDRESS,
            Self::DistributionList(_) => DestFlag::DISTRIBUTION_LIST_NAME,
        }
    }
}

impl<'a> SeqItem<'a> for DestAddress<'a> {}

impl<'a> Item<'a> for DestAddress<'a> {
    const KIND: FieldKind = FieldKind::DestAddresses;
    const COUNT: &'static str = "number_of_dests";

    fn read(reader: &mut Reader<'a, '_>) -> Result<Self, DecodeError> {
        let invalid = reader.error(DecodeErrorKind::InvalidDestFlag, "dest_flag");
        match DestFlag::read(reader, "dest_flag")? {
            DestFlag::SME_ADDRESS => Address::read(reader, "destination_addr").map(Self::Sme),
            DestFlag::DISTRIBUTION_LIST_NAME => {
                COctetString::read(reader, "dl_name").map(Self::DistributionList)
            }
            _ => Err(invalid),
        }
    }

    fn size(&self) -> usize {
        1 + match self {
            Self::Sme(address) => address.size(),
            Self::DistributionList(name) => name.size(),
        }
    }

    fn write(&self, writer: &mut Writer<'_>) {
        self.dest_flag().write(writer);
        match self {
            Self::Sme(address) => address.write(writer),
            Self::DistributionList(name) => name.write(writer),
        }
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.dest_flag().visit("dest_flag", visitor);
        match self {
            Self::Sme(address) => address.visit("destination_addr", visitor),
            Self::DistributionList(name) => name.visit("dl_name", visitor),
        }
    }
}

/// A recipient the message was not accepted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsuccessSme<'a> {
    /// Who.
    pub destination_addr: Address<'a, 21>,
    /// Why.
    pub error_status_code: CommandStatus,
}

impl<'a> SeqItem<'a> for UnsuccessSme<'a> {}

impl<'a> Item<'a> for UnsuccessSme<'a> {
    const KIND: FieldKind = FieldKind::UnsuccessSmes;
    const COUNT: &'static str = "no_unsuccess";

    fn read(reader: &mut Reader<'a, '_>) -> Result<Self, DecodeError> {
        Ok(Self {
            destination_addr: Address::read(reader, "destination_addr")?,
            error_status_code: CommandStatus(reader.u32("error_status_code")?),
        })
    }

    fn size(&self) -> usize {
        self.destination_addr.size() + 4
    }

    fn write(&self, writer: &mut Writer<'_>) {
        self.destination_addr.write(writer);
        writer.octets(&self.error_status_code.0.to_be_bytes());
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.destination_addr.visit("destination_addr", visitor);
        visitor.value(
            "error_status_code",
            4,
            Value::Integer(self.error_status_code.0),
        );
    }
}
