//! `smsgw encode cbs`: a page of cell broadcast.

use serde_json::{Map, Value as Json};
use smsgw_gsm::Quirks;
use smsgw_gsm::cbs::{
    Broadcast, BroadcastError, CONTENT_OCTETS, CbsDataCodingScheme, LanguageCode, Page,
    PageParameter, SerialNumber,
};
use smsgw_gsm::dcs::Alphabet;

use super::agree::agree;
use super::fields::octet;
use super::object::{Object, named, wrong_type};
use super::user_data;
use crate::decode::cbs::read;
use crate::error::Error;
use crate::hex;

/// The page that `values` tell of, in hex.
pub(super) fn hex(mut values: Map<String, Json>, quirks: Quirks) -> Result<String, Error> {
    let mut object = Object::new(values.clone());
    let serial = serial(&mut object)?;
    let message_id = object.number(named("message_id"))?.unwrap_or_default();
    let page = page(&mut object)?;
    let language = match object.string(named("language"))? {
        None => None,
        Some(code) => {
            let language = LanguageCode::new(&code);
            Some(language.ok_or_else(|| wrong_type(named("language"), "not two letters"))?)
        }
    };
    let text = object.string(named("text"))?;
    let data = object.hex("data_hex")?;
    let coding = match octet(&mut object, "dcs")?.map(CbsDataCodingScheme) {
        Some(coding) => coding,
        None if text.is_none() && data.is_some() => {
            CbsDataCodingScheme::general(Alphabet::EightBit, None)
        }
        None => Broadcast::coding(text.as_deref().unwrap_or_default(), language).0,
    };
    let content = match (object.hex("content_hex")?, data) {
        (Some(content), _) => content,
        (None, Some(data)) => {
            let header = if coding.has_header() {
                user_data::header(&mut object)?.unwrap_or_else(|| vec![0])
            } else {
                Vec::new()
            };
            let mut content = [header, data].concat();
            if content.len() < CONTENT_OCTETS {
                // Nothing says where data ends: what decode prints has the filling, too.
                content.resize(CONTENT_OCTETS, b'\r');
                values.shift_remove("data_hex");
            }
            content
        }
        (None, None) => of_text(coding, language, &text.unwrap_or_default())?.to_vec(),
    };
    let content = content.as_slice().try_into().map_err(|_| {
        let message = format!("not {CONTENT_OCTETS} octets, but {}", content.len());
        wrong_type(named("content_hex"), &message)
    })?;
    let page = Page::new(serial, message_id, coding, page, content)?;
    let trailing = object.hex("trailing")?.unwrap_or_default();
    let octets = [page.to_vec(), trailing].concat();
    // Read again, so that nothing is written that cannot be read or reads as something else.
    let page = read(&octets, &quirks)?;
    agree("page", &values, &page.json())?;
    Ok(hex::encode_upper(&page.to_vec()))
}

/// The serial number as it is, or else of its parts.
fn serial(object: &mut Object) -> Result<SerialNumber, Error> {
    if let Some(octets) = object.hex("serial")? {
        let octets = octets.try_into();
        return octets
            .map(|octets| SerialNumber(u16::from_be_bytes(octets)))
            .map_err(|_| wrong_type(named("serial"), "not two octets"));
    }
    let scope: u16 = object.number(named("geo_scope"))?.unwrap_or_default();
    let code: u16 = object.number(named("message_code"))?.unwrap_or_default();
    let update: u16 = object.number(named("update_number"))?.unwrap_or_default();
    for (name, value, max) in [
        ("geo_scope", scope, 3),
        ("message_code", code, 0x3FF),
        ("update_number", update, 0xF),
    ] {
        if value > max {
            return Err(wrong_type(named(name), &format!("above {max}")));
        }
    }
    Ok(SerialNumber(scope << 14 | code << 4 | update))
}

/// The page parameter as it is, or else of page and total.
fn page(object: &mut Object) -> Result<PageParameter, Error> {
    if let Some(octet) = octet(object, "page_hex")? {
        return Ok(PageParameter(octet));
    }
    let number: Option<u8> = object.number(named("page"))?;
    let total: Option<u8> = object.number(named("pages"))?;
    let number = number.unwrap_or(1);
    PageParameter::new(number, total.unwrap_or(number))
        .ok_or_else(|| wrong_type(named("page"), "no page of 1 to 15"))
}

/// The content of a page with this text alone.
pub(crate) fn of_text(
    data_coding: CbsDataCodingScheme,
    language: Option<LanguageCode>,
    text: &str,
) -> Result<[u8; CONTENT_OCTETS], Error> {
    let broadcast = Broadcast {
        serial: SerialNumber(0),
        message_id: 0,
        data_coding,
        language,
    };
    let pages = match broadcast.pages(text) {
        Ok(pages) => pages,
        Err(BroadcastError::Encode(error)) => return Err(error.into()),
        Err(BroadcastError::OtherCoding(coding)) => {
            let message = format!("{coding} wants data_hex or content_hex");
            return Err(wrong_type(named("text"), &message));
        }
        Err(error) => return Err(wrong_type(named("text"), &error.to_string())),
    };
    match (pages.get(0), pages.count()) {
        (Some(page), 1) => Ok(*page.content()),
        (_, count) => {
            let message = format!("text needs {count} pages, each is an object of its own");
            Err(Error::new("too_long", Some("text"), 0, message))
        }
    }
}
