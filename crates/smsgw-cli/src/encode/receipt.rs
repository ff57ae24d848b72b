//! `smsgw encode receipt`: a deliver_sm or data_sm that tells of an earlier message.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};
use smsgw_smpp::pdu::{Body as _, DeliverSm};
use smsgw_smpp::receipt::DateTime;
use smsgw_smpp::tlv::{Tlv, TlvTag, Tlvs};
use smsgw_smpp::types::{EsmClass, ShortMessage};
use smsgw_smpp::value::Source as _;
use smsgw_smpp::{CommandStatus, Frame, Quirks, Receipt, SequenceNumber};

use super::object::{Object, named, wrong_type};
use crate::decode;
use crate::error::Error;

/// The PDU that `values` tell of: by its fields, or else by what the receipt says.
pub(super) fn frame(values: Map<String, Json>, quirks: &Quirks) -> Result<Frame, Error> {
    if values.get("fields").is_none_or(Json::is_null) {
        return written(Object::new(values), quirks);
    }
    let frame = super::smpp::frame(values.clone(), quirks)?;
    let told = decode::receipt::json(&frame, quirks)?;
    for name in ["receipt", "tlv"] {
        let given = values.get(name).and_then(Json::as_object);
        for (key, value) in given.into_iter().flatten() {
            let by_fields = told.get(name).and_then(|told| told.get(key));
            if by_fields != Some(value) {
                let by_fields = by_fields.unwrap_or(&Json::Null);
                let message = format!("{name}.{key} is {value}, by the fields it is {by_fields}");
                return Err(Error::new("contradiction", Some(name), 0, message));
            }
        }
    }
    Ok(frame)
}

/// A `deliver_sm` with the text of `receipt` and the TLVs of `tlv`.
fn written(mut values: Object, quirks: &Quirks) -> Result<Frame, Error> {
    if values.take("is_receipt") == Some(Json::Bool(false)) {
        return Err(wrong_type(
            named("fields"),
            "not there, and it is no receipt",
        ));
    }
    let command_status = CommandStatus(values.integer(named("command_status"))?);
    let sequence_number = SequenceNumber(values.integer(named("sequence_number"))?);
    let receipt = match values.object(named("receipt"))? {
        Some(receipt) => read_receipt(receipt)?.to_string(),
        None => String::new(),
    };
    let tlvs = values.object(named("tlv"))?.map(tlvs).transpose()?;
    let tlvs: Vec<_> = tlvs
        .iter()
        .flatten()
        .map(|(tag, value)| Tlv::new(*tag, value))
        .collect::<Result<_, _>>()
        .map_err(|error| Error::from(error).at(named("tlv")))?;
    let short_message = ShortMessage::new(receipt.as_bytes());
    let deliver = DeliverSm {
        esm_class: EsmClass::MC_DELIVERY_RECEIPT,
        short_message: short_message.map_err(|error| Error::from(error).at(named("receipt")))?,
        tlvs: Tlvs::new(&tlvs).map_err(|error| Error::from(error).at(named("tlv")))?,
        ..DeliverSm::default()
    };
    let frame = deliver.to_frame(command_status, sequence_number);
    frame.pdu_with(quirks)?;
    Ok(frame)
}

fn read_receipt(mut receipt: Object) -> Result<Receipt<'static>, Error> {
    let mut text = |name| receipt.string(named(name)).map(|text| text.map(Cow::Owned));
    let read = Receipt {
        id: text("id")?,
        sub: text("sub")?,
        dlvrd: text("dlvrd")?,
        submit_date: date("submit_date", text("submit_date")?)?,
        done_date: date("done_date", text("done_date")?)?,
        stat: text("stat")?,
        err: text("err")?,
        text: text("text")?,
    };
    receipt.finish().map(|()| read)
}

fn date(name: &'static str, text: Option<Cow<'_, str>>) -> Result<Option<DateTime>, Error> {
    let Some(text) = text else { return Ok(None) };
    match DateTime::parse(text.as_bytes()) {
        Some(date) => Ok(Some(date)),
        None => Err(wrong_type(
            named(name),
            "not a date and time of 2000 to 2099",
        )),
    }
}

/// Those that are there.
fn tlvs(mut values: Object) -> Result<Vec<(TlvTag, Vec<u8>)>, Error> {
    let id = values.string(named("receipted_message_id"))?;
    let id = id.map(|id| [id.as_bytes(), b"\0"].concat());
    let state = values.number::<u8>(named("message_state"))?;
    let code = values.octets(named("network_error_code"))?;
    let list = [
        (TlvTag::RECEIPTED_MESSAGE_ID, id),
        (TlvTag::MESSAGE_STATE, state.map(|state| vec![state])),
        (
            TlvTag::NETWORK_ERROR_CODE,
            Some(code).filter(|code| !code.is_empty()),
        ),
    ];
    values.finish()?;
    Ok(list
        .into_iter()
        .filter_map(|(tag, value)| Some((tag, value?)))
        .collect())
}
