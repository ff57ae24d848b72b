//! How the messages of SMPP are told.

use std::sync::Arc;

use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::ucs2;
use smsgw_gsm::udh::UserDataHeader;
use smsgw_smpp::SequenceNumber;
use smsgw_smpp::pdu::{BroadcastSm, DataSm, DeliverSm, ReplaceSm, SubmitSm};
use smsgw_smpp::tlv::{self, MessagePayload, Tlvs};
use smsgw_smpp::types::{Address, DataCoding, EsmClass, Time};

use crate::event::{Fields, Message, SmppFields, Tlv, Who};

/// Whose message, with which numbers: what the body does not say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope<'a> {
    pub(super) id: &'a str,
    pub(super) system_id: &'a Arc<str>,
    pub(super) sequence_number: SequenceNumber,
}

pub(super) fn of_submit(envelope: Envelope<'_>, submit: &SubmitSm<'_>) -> Message {
    let fields = SmppFields {
        registered_delivery: submit.registered_delivery.0,
        ..times(submit.schedule_delivery_time, submit.validity_period)
    };
    Body {
        command: "submit_sm",
        parties: (&submit.source_addr, &submit.destination_addr),
        content: Content {
            esm_class: submit.esm_class,
            data_coding: submit.data_coding,
            short_message: submit.short_message.as_octets(),
            tlvs: submit.tlvs,
        },
    }
    .message(envelope, fields)
}

pub(super) fn of_data(envelope: Envelope<'_>, data: &DataSm<'_>) -> Message {
    let fields = SmppFields {
        registered_delivery: data.registered_delivery.0,
        ..times(Time::NULL, Time::NULL)
    };
    Body {
        command: "data_sm",
        parties: (&data.source_addr, &data.destination_addr),
        content: Content {
            esm_class: data.esm_class,
            data_coding: data.data_coding,
            short_message: &[],
            tlvs: data.tlvs,
        },
    }
    .message(envelope, fields)
}

pub(super) fn of_broadcast(envelope: Envelope<'_>, broadcast: &BroadcastSm<'_>) -> Message {
    let fields = times(broadcast.schedule_delivery_time, broadcast.validity_period);
    Body {
        command: "broadcast_sm",
        parties: (&broadcast.source_addr, &Address::EMPTY),
        content: Content {
            esm_class: EsmClass::DEFAULT,
            data_coding: broadcast.data_coding,
            short_message: &[],
            tlvs: broadcast.tlvs,
        },
    }
    .message(envelope, fields)
}

pub(super) fn of_deliver(envelope: Envelope<'_>, deliver: &DeliverSm<'_>) -> Message {
    Body {
        command: "deliver_sm",
        parties: (&deliver.source_addr, &deliver.destination_addr),
        content: Content {
            esm_class: deliver.esm_class,
            data_coding: deliver.data_coding,
            short_message: deliver.short_message.as_octets(),
            tlvs: deliver.tlvs,
        },
    }
    .message(envelope, times(Time::NULL, Time::NULL))
}

/// Says that it came in another request.
pub(super) fn set_command(message: &mut Message, command: &'static str) {
    if let Fields::Smpp(fields) = &mut message.fields {
        fields.command = command;
    }
}

/// `message` with what `replace` says otherwise.
pub(super) fn replaced(
    message: &Message,
    number: SequenceNumber,
    replace: &ReplaceSm<'_>,
) -> Message {
    let mut message = message.clone();
    let mut fields = message.smpp().cloned().unwrap_or_default();
    fields.command = "replace_sm";
    fields.sequence_number = number.0;
    fields.registered_delivery = replace.registered_delivery.0;
    // Those that are given.
    for (text, time) in [
        (
            &mut fields.schedule_delivery_time,
            replace.schedule_delivery_time,
        ),
        (&mut fields.validity_period, replace.validity_period),
    ] {
        if !time.is_null() {
            *text = written(time);
        }
    }
    let content = Content {
        esm_class: EsmClass(fields.esm_class),
        data_coding: DataCoding(fields.data_coding),
        short_message: replace.short_message.as_octets(),
        tlvs: replace.tlvs,
    };
    content.write(&mut message, &mut fields);
    message.fields = Fields::Smpp(fields);
    message
}

/// What all messages say.
struct Body<'a, 'b, const MAX: usize> {
    command: &'static str,
    parties: (&'b Address<'a, MAX>, &'b Address<'a, MAX>),
    content: Content<'a>,
}

impl<const MAX: usize> Body<'_, '_, MAX> {
    /// The message; `fields` say what not all have.
    fn message(self, envelope: Envelope<'_>, fields: SmppFields) -> Message {
        let (from, to) = self.parties;
        let mut fields = SmppFields {
            command: self.command,
            sequence_number: envelope.sequence_number.0,
            from_ton_npi: (from.ton.0, from.npi.0),
            to_ton_npi: (to.ton.0, to.npi.0),
            esm_class: self.content.esm_class.0,
            data_coding: self.content.data_coding.0,
            ..fields
        };
        let mut message = Message {
            id: envelope.id.to_owned(),
            who: Who::SystemId(Arc::clone(envelope.system_id)),
            from: from.digits.to_string(),
            to: to.digits.to_string(),
            text: None,
            data: Vec::new(),
            udh: Vec::new(),
            fields: Fields::Smpp(SmppFields::default()),
        };
        self.content.write(&mut message, &mut fields);
        message.fields = Fields::Smpp(fields);
        message
    }
}

/// Text or data, and what says which.
struct Content<'a> {
    esm_class: EsmClass,
    data_coding: DataCoding,
    short_message: &'a [u8],
    tlvs: Tlvs<'a>,
}

impl Content<'_> {
    /// Takes the octets of `short_message`, or of the TLV `message_payload`, and all TLVs.
    fn write(&self, message: &mut Message, fields: &mut SmppFields) {
        let octets = match self.tlvs.find::<MessagePayload<'_>>() {
            Some(payload) if self.short_message.is_empty() => payload.0.as_octets(),
            _ => self.short_message,
        };
        let (udh, tables, data) = match UserDataHeader::split(octets) {
            Ok((header, rest)) if self.esm_class.has_udh() => {
                (header.octets(), header.tables(), rest)
            }
            _ => (&[][..], Tables::DEFAULT, octets),
        };
        message.text = text(self.data_coding, tables, data);
        message.data = data.to_vec();
        message.udh = udh.to_vec();
        let tlv = |tlv: tlv::Tlv<'_>| Tlv {
            tag: tlv.tag().0,
            value: tlv.value().to_vec(),
        };
        fields.tlvs = self.tlvs.iter().map(tlv).collect();
    }
}

fn times(schedule_delivery_time: Time<'_>, validity_period: Time<'_>) -> SmppFields {
    SmppFields {
        schedule_delivery_time: written(schedule_delivery_time),
        validity_period: written(validity_period),
        ..SmppFields::default()
    }
}

fn written(time: Time<'_>) -> String {
    String::from_utf8_lossy(time.as_octets()).into_owned()
}

/// The text of octets, by the alphabets of SMPP and, where SMPP leaves room, of GSM (TS 23.038);
/// `tables` are those of GSM 7-bit.
fn text(data_coding: DataCoding, tables: Tables, octets: &[u8]) -> Option<String> {
    let gsm = || Some(tables.decode(octets));
    match data_coding.0 {
        0x00 => gsm(),
        0x01 | 0x03 => Some(octets.iter().copied().map(char::from).collect()),
        0x08 => Some(ucs2::decode(octets)),
        // With a message class: bits 2 and 3 are the alphabet, in 0xF0 to 0xFF bit 2 alone.
        0x10..=0x1F => match data_coding.0 & 0b0000_1100 {
            0b0000 => gsm(),
            0b1000 => Some(ucs2::decode(octets)),
            _ => None,
        },
        0xF0..=0xFF if data_coding.0 & 0b0000_0100 == 0 => gsm(),
        _ => None,
    }
}
