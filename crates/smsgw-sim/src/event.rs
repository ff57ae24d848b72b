//! What happened at the simulator, one JSON object each.

use std::net::SocketAddr;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeStruct as _, Serializer};
use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::ucs2;
use smsgw_gsm::udh::UserDataHeader;
use smsgw_smpp::pdu::{BroadcastSm, DataSm, DeliverSm, ReplaceSm, SubmitSm};
use smsgw_smpp::session::BindMode;
use smsgw_smpp::tlv::{MessagePayload, Tlvs};
use smsgw_smpp::types::{Address, DataCoding, EsmClass, MessageState, Time};
use smsgw_smpp::{CommandStatus, SequenceNumber};
use tokio::sync::broadcast;

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// What.
    #[serde(flatten)]
    pub what: What,
    /// By which protocol.
    pub protocol: Protocol,
    /// The number of the connection, from 1.
    pub connection: u64,
}

/// The protocol of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Protocol {
    /// SMPP.
    Smpp,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// Somebody connected.
    Connect {
        /// From where.
        peer: SocketAddr,
    },
    /// Somebody connected and was turned away, as there was no agreement on TLS in time.
    Refused {
        /// From where.
        peer: SocketAddr,
        /// Why.
        reason: String,
    },
    /// Somebody asked to bind.
    Bind {
        /// As whom.
        system_id: String,
        /// What for.
        #[serde(serialize_with = "mode_name")]
        mode: BindMode,
        /// What the answer was.
        #[serde(flatten)]
        status: Status,
        /// From where.
        peer: SocketAddr,
    },
    /// The peer unbound.
    Unbind {
        /// Who.
        system_id: String,
    },
    /// The connection is over.
    Disconnect {
        /// Who was bound.
        #[serde(skip_serializing_if = "Option::is_none")]
        system_id: Option<String>,
        /// Why.
        reason: String,
    },
    /// A message was accepted.
    Submit(Arc<Message>),
    /// A message that waits got another text.
    Replace(Arc<Message>),
    /// A message or broadcast was taken back.
    Cancel {
        /// Its id.
        id: String,
        /// Whose session.
        system_id: String,
        /// Whom it was for; empty for a broadcast.
        to: String,
    },
    /// A message was sent to an ESME.
    Deliver(Message),
    /// A receipt was sent to an ESME, perhaps not for the first time.
    Receipt {
        /// The receipt; its id is that of the message it is about.
        #[serde(flatten)]
        message: Message,
        /// What it tells.
        #[serde(serialize_with = "state_name")]
        message_state: MessageState,
        /// How often it was sent, this time included.
        attempt: u32,
    },
    /// An ESME was told that a subscriber can be reached again.
    Alert {
        /// Who was told.
        system_id: String,
        /// The subscriber.
        from: String,
        /// The ESME's address.
        to: String,
    },
    /// An ESME was asked to bind.
    Outbind {
        /// Where it listens.
        peer: SocketAddr,
    },
    /// A request was answered.
    Response {
        /// Which answer: `submit_sm_resp`.
        command: String,
        /// Whose session.
        system_id: String,
        /// The outcome.
        #[serde(flatten)]
        status: Status,
        /// Of the request and its answer.
        sequence_number: u32,
        /// The id given to the message, or the message a receipt is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// A request of the simulator had no answer.
    Unanswered {
        /// Whose session.
        system_id: String,
        /// The message, or the message the receipt is about.
        id: String,
    },
    /// A fault hit a submit.
    Fault {
        /// Its name.
        name: &'static str,
        /// Whose session.
        system_id: String,
        /// Of the submit.
        sequence_number: u32,
        /// The id of the message, when it was accepted all the same.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
}

/// A message as it went over the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The simulator's id.
    pub id: String,
    /// Whose session.
    pub system_id: String,
    /// `submit_sm`, `submit_multi`, `data_sm`, `broadcast_sm`, `replace_sm` or `deliver_sm`.
    pub command: &'static str,
    /// Of the request.
    pub sequence_number: u32,
    /// The sender: its digits or name as sent.
    pub from: String,
    /// Type of number and numbering plan of the sender.
    pub from_ton_npi: (u8, u8),
    /// The recipient: its digits as sent; empty for a broadcast.
    pub to: String,
    /// Type of number and numbering plan of the recipient.
    pub to_ton_npi: (u8, u8),
    /// The text of this part, when `data_coding` says that it is one.
    pub text: Option<String>,
    /// The octets of the message after the user data header.
    #[serde(rename = "data_hex", serialize_with = "hex")]
    pub data: Vec<u8>,
    /// The user data header with its length octet; empty when there is none.
    #[serde(serialize_with = "hex")]
    pub udh: Vec<u8>,
    /// Mode, type and features.
    pub esm_class: u8,
    /// What the octets mean.
    pub data_coding: u8,
    /// Which receipts are asked for.
    pub registered_delivery: u8,
    /// When to deliver first, as sent; empty for at once.
    pub schedule_delivery_time: String,
    /// The validity period as sent; empty when there is none.
    pub validity_period: String,
    /// The TLVs in wire order.
    pub tlvs: Vec<Tlv>,
}

/// A TLV as it went over the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tlv {
    /// Its tag.
    pub tag: u16,
    /// Its octets.
    #[serde(serialize_with = "hex")]
    pub value: Vec<u8>,
}

/// Whose message, with which numbers: what the body does not say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope<'a> {
    pub(crate) id: &'a str,
    pub(crate) system_id: &'a str,
    pub(crate) sequence_number: u32,
}

impl Message {
    pub(crate) fn submit(envelope: Envelope<'_>, submit: &SubmitSm<'_>) -> Self {
        let mut message = Self::new(
            envelope,
            "submit_sm",
            (&submit.source_addr, &submit.destination_addr),
            (submit.esm_class, submit.data_coding),
            submit.short_message.as_octets(),
            submit.tlvs,
        );
        message.registered_delivery = submit.registered_delivery.0;
        message.set_times(submit.schedule_delivery_time, submit.validity_period);
        message
    }

    pub(crate) fn broadcast(envelope: Envelope<'_>, broadcast: &BroadcastSm<'_>) -> Self {
        let mut message = Self::new(
            envelope,
            "broadcast_sm",
            (&broadcast.source_addr, &Address::EMPTY),
            (EsmClass::DEFAULT, broadcast.data_coding),
            &[],
            broadcast.tlvs,
        );
        message.set_times(broadcast.schedule_delivery_time, broadcast.validity_period);
        message
    }

    /// This message with what `replace` says otherwise.
    pub(crate) fn replaced(&self, number: SequenceNumber, replace: &ReplaceSm<'_>) -> Self {
        let mut message = self.clone();
        message.command = "replace_sm";
        message.sequence_number = number.0;
        message.registered_delivery = replace.registered_delivery.0;
        message.set_times(replace.schedule_delivery_time, replace.validity_period);
        let (esm_class, data_coding) = (EsmClass(self.esm_class), DataCoding(self.data_coding));
        let short_message = replace.short_message.as_octets();
        message.set_data(esm_class, data_coding, short_message, replace.tlvs);
        message
    }

    /// Takes over those that are given.
    fn set_times(&mut self, schedule: Time<'_>, validity: Time<'_>) {
        let times = [
            (&mut self.schedule_delivery_time, schedule),
            (&mut self.validity_period, validity),
        ];
        for (text, time) in times {
            if !time.is_null() {
                *text = String::from_utf8_lossy(time.as_octets()).into_owned();
            }
        }
    }

    pub(crate) fn data(envelope: Envelope<'_>, data: &DataSm<'_>) -> Self {
        let mut message = Self::new(
            envelope,
            "data_sm",
            (&data.source_addr, &data.destination_addr),
            (data.esm_class, data.data_coding),
            &[],
            data.tlvs,
        );
        message.registered_delivery = data.registered_delivery.0;
        message
    }

    pub(crate) fn deliver(envelope: Envelope<'_>, deliver: &DeliverSm<'_>) -> Self {
        Self::new(
            envelope,
            "deliver_sm",
            (&deliver.source_addr, &deliver.destination_addr),
            (deliver.esm_class, deliver.data_coding),
            deliver.short_message.as_octets(),
            deliver.tlvs,
        )
    }

    fn new<const MAX: usize>(
        envelope: Envelope<'_>,
        command: &'static str,
        (from, to): (&Address<'_, MAX>, &Address<'_, MAX>),
        (esm_class, data_coding): (EsmClass, DataCoding),
        short_message: &[u8],
        tlvs: Tlvs<'_>,
    ) -> Self {
        let mut message = Self {
            id: envelope.id.to_owned(),
            system_id: envelope.system_id.to_owned(),
            command,
            sequence_number: envelope.sequence_number,
            from: from.digits.to_string(),
            from_ton_npi: (from.ton.0, from.npi.0),
            to: to.digits.to_string(),
            to_ton_npi: (to.ton.0, to.npi.0),
            text: None,
            data: Vec::new(),
            udh: Vec::new(),
            esm_class: esm_class.0,
            data_coding: data_coding.0,
            registered_delivery: 0,
            schedule_delivery_time: String::new(),
            validity_period: String::new(),
            tlvs: Vec::new(),
        };
        message.set_data(esm_class, data_coding, short_message, tlvs);
        message
    }

    /// Takes the octets of `short_message`, or of the TLV `message_payload`, and all TLVs.
    fn set_data(
        &mut self,
        esm_class: EsmClass,
        data_coding: DataCoding,
        short_message: &[u8],
        tlvs: Tlvs<'_>,
    ) {
        let payload = tlvs.find::<MessagePayload<'_>>();
        let octets = match payload {
            Some(payload) if short_message.is_empty() => payload.0.as_octets(),
            _ => short_message,
        };
        let (udh, tables, data) = match UserDataHeader::split(octets) {
            Ok((header, rest)) if esm_class.has_udh() => (header.octets(), header.tables(), rest),
            _ => (&[][..], Tables::DEFAULT, octets),
        };
        self.text = text(data_coding, tables, data);
        self.data = data.to_vec();
        self.udh = udh.to_vec();
        let tlv = |tlv: smsgw_smpp::tlv::Tlv<'_>| Tlv {
            tag: tlv.tag().0,
            value: tlv.value().to_vec(),
        };
        self.tlvs = tlvs.iter().map(tlv).collect();
    }
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

/// An outcome; in JSON `command_status` (a number) and `status_name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub CommandStatus);

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut both = serializer.serialize_struct("Status", 2)?;
        both.serialize_field("command_status", &self.0.0)?;
        both.serialize_field("status_name", &self.0.name())?;
        both.end()
    }
}

fn mode_name<S: Serializer>(mode: &BindMode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match mode {
        BindMode::Transmitter => "transmitter",
        BindMode::Receiver => "receiver",
        BindMode::Transceiver => "transceiver",
    })
}

pub(crate) fn state_name<S: Serializer>(
    state: &MessageState,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    state.name().serialize(serializer)
}

fn hex<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    let digits = octets
        .iter()
        .flat_map(|octet| [digit(octet >> 4), digit(octet & 0x0F)]);
    serializer.serialize_str(&digits.collect::<String>())
}

/// The events from here on, for one reader.
///
/// A reader that falls far behind misses some: the simulator does not wait for it.
#[derive(Debug)]
pub struct Events {
    receiver: broadcast::Receiver<Arc<Event>>,
    missed: u64,
}

impl Events {
    pub(crate) fn new(receiver: broadcast::Receiver<Arc<Event>>) -> Self {
        Self {
            receiver,
            missed: 0,
        }
    }

    /// The next event; `None` when the simulator is gone.
    ///
    /// Cancel-safe.
    pub async fn recv(&mut self) -> Option<Arc<Event>> {
        loop {
            match self.receiver.recv().await {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Lagged(count)) => self.missed += count,
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// The next event, if there is one now.
    pub fn try_recv(&mut self) -> Option<Arc<Event>> {
        loop {
            match self.receiver.try_recv() {
                Ok(event) => return Some(event),
                Err(broadcast::error::TryRecvError::Lagged(count)) => self.missed += count,
                Err(_) => return None,
            }
        }
    }

    /// The next event, waited for by the thread.
    ///
    /// # Panics
    /// When called from an async task.
    pub fn blocking_recv(&mut self) -> Option<Arc<Event>> {
        loop {
            match self.receiver.blocking_recv() {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Lagged(count)) => self.missed += count,
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// How many events this reader missed.
    #[must_use]
    pub const fn missed(&self) -> u64 {
        self.missed
    }
}
