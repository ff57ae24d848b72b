//! `smsgw decode receipt`: what a deliver_sm or data_sm says about an earlier message.

use serde_json::{Map, Value as Json, json};
use smsgw_smpp::{CommandId, Decoded, DeliveryReceipt, Frame, Pdu, Quirks};

use super::input::{self, Decode, Style, printable};
use super::smpp::{frame, pdu_json};
use crate::error::Error;
use crate::hex;

pub(super) struct Decoder {
    quirks: Quirks,
}

impl Decoder {
    pub(super) fn new(args: &input::Args) -> Self {
        let quirks = args.quirks();
        Self { quirks }
    }
}

/// What a PDU says about an earlier message; `None` when it is a message of its own.
fn read<'a>(pdu: &Pdu<'a>) -> Result<Option<DeliveryReceipt<'a>>, Error> {
    match pdu {
        Pdu::DeliverSm(deliver) => Ok(DeliveryReceipt::from_deliver(deliver)),
        Pdu::DataSm(data) => Ok(DeliveryReceipt::from_data(data)),
        Pdu::Bare(id @ (CommandId::DELIVER_SM | CommandId::DATA_SM)) => {
            let message = format!("{id} without a body");
            Err(Error::new("no_body", Some("command_length"), 0, message))
        }
        _ => {
            let message = format!("{} is neither deliver_sm nor data_sm", pdu.command_id());
            Err(Error::new("other_command", Some("command_id"), 4, message))
        }
    }
}

/// A receipt, and the PDU it came in.
pub(crate) fn json(frame: &Frame, quirks: &Quirks) -> Result<Map<String, Json>, Error> {
    let decoded = frame.pdu_with(quirks)?;
    let receipt = read(&decoded.pdu)?;
    let is_receipt = receipt.is_some();
    let receipt = receipt.unwrap_or_default();
    let entries = [
        ("is_receipt", json!(is_receipt)),
        ("receipt", text_json(&receipt)),
        ("tlv", tlv_json(&receipt)),
        ("message_id", json!(receipt.message_id())),
        ("state", json!(state(&receipt))),
    ];
    let entries = entries.map(|(name, value)| (name.to_owned(), value));
    Ok(entries
        .into_iter()
        .chain(pdu_json(frame, &decoded))
        .collect())
}

impl Decode for Decoder {
    fn json(&self, octets: &[u8]) -> Result<Json, Error> {
        json(&frame(octets)?, &self.quirks).map(Json::Object)
    }

    fn text(&self, octets: &[u8], style: Style) -> Result<String, Error> {
        let frame = frame(octets)?;
        let Decoded { pdu, tolerated } = frame.pdu_with(&self.quirks)?;
        let receipt = read(&pdu)?;
        let mut out = format!(
            "{}, sequence_number {}\n",
            frame.command_id(),
            frame.sequence_number()
        );
        let Some(receipt) = receipt else {
            out.push_str("  a message, no receipt\n");
            return Ok(out);
        };
        let both = json!({ "message_id": receipt.message_id(), "state": state(&receipt) });
        let parts = [text_json(&receipt), tlv_json(&receipt), both];
        for (name, value) in parts.iter().filter_map(Json::as_object).flatten() {
            let value = match value {
                Json::String(value) => printable(value),
                Json::Number(value) => value.to_string(),
                _ => continue,
            };
            out.push_str(&format!(
                "  {}  {value}\n",
                style.name(&format!("{name:<20}"))
            ));
        }
        for fault in tolerated.iter() {
            let name = style.alert("tolerated");
            let (field, offset, what) = (fault.field, fault.offset, fault.what);
            out.push_str(&format!("  {name}: {field} at octet {offset}: {what}\n"));
        }
        Ok(out)
    }
}

fn text_json(receipt: &DeliveryReceipt<'_>) -> Json {
    let text = &receipt.receipt;
    json!({
        "id": text.id,
        "sub": text.sub,
        "dlvrd": text.dlvrd,
        "submit_date": text.submit_date.map(|date| date.to_string()),
        "done_date": text.done_date.map(|date| date.to_string()),
        "stat": text.stat,
        "err": text.err,
        "text": text.text,
    })
}

fn tlv_json(receipt: &DeliveryReceipt<'_>) -> Json {
    json!({
        "receipted_message_id": receipt.receipted_message_id,
        "message_state": receipt.message_state.map(|state| state.0),
        "network_error_code": receipt.network_error_code.map(|error| {
            let [high, low] = error.code.to_be_bytes();
            hex::encode(&[error.network_type.0, high, low])
        }),
    })
}

/// The standard's name of the state.
fn state(receipt: &DeliveryReceipt<'_>) -> Option<String> {
    receipt.state().map(|state| state.to_string())
}
