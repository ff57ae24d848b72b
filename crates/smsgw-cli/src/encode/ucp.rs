//! `smsgw encode ucp`: an operation or a result.

use serde_json::{Map, Value as Json};
use smsgw_smpp::value::{Place, Source as _};
use smsgw_ucp::{Answer, Frame, OperationKind, OperationType, Quirks, Trn, ValueError};

use super::agree::agree;
use super::object::{Object, named, wrong_type};
use crate::decode::ucp::{LinkArgs, Reading, operation_named, repeated};
use crate::error::Error;
use crate::hex;

#[derive(Debug, clap::Args)]
// Its group has the name of the one within.
#[group(skip)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) input: super::Input,
    #[command(flatten)]
    link: LinkArgs,
}

/// The octets that `values` tell of, in hex.
pub(super) fn hex(
    mut values: Map<String, Json>,
    args: &Args,
    quirks: Quirks,
) -> Result<String, Error> {
    let mut object = Object::new(values.clone());
    let trn = object.number(named("trn"))?.unwrap_or_default();
    let trn = Trn::new(trn).ok_or_else(|| wrong_type(named("trn"), "more than 99"))?;
    let ot = operation_type(&mut object)?;
    let mut given = object.object(named("fields"))?.unwrap_or_default();
    let mut fields = Fields::new();
    let kind = match answer(&mut object, &mut given)? {
        Some((is_positive, first)) => {
            for &name in Answer::field_names(ot, is_positive) {
                match name {
                    "ACK" | "NACK" => fields.push(name, &first)?,
                    _ => fields.take(name, &mut given)?,
                }
            }
            OperationKind::Result
        }
        None => {
            let count = object.number(named("nfields"))?;
            operation(ot, count, &mut given, &mut fields)?;
            OperationKind::Operation
        }
    };
    given.finish()?;
    let texts: Vec<_> = fields.texts.iter().map(Vec::as_slice).collect();
    let frame = Frame::from_fields(trn, kind, ot, &texts)
        .map_err(|error| Error::new("too_long", Some("fields"), 0, error.to_string()))?;
    let mut octets = frame.octets().to_vec();
    if let Some(checksum) = object.string(named("checksum"))? {
        keep_case(&mut octets, checksum.as_bytes());
    }
    let reading = Reading {
        quirks,
        alphabet: args.link.alphabet(),
    };
    // Read again, so that nothing is written that cannot be read or reads as something else.
    let read = reading.read(&octets);
    let read = read.map_err(|error| error.with_nack(None))?;
    if let Some(Json::Object(fields)) = values.get_mut("fields") {
        // Decode does not tell of those without anything in them.
        fields.retain(|_, text| *text != "");
    }
    agree("frame", &values, &read.json())?;
    Ok(hex::encode(&octets))
}

/// OT, by its number or by its name.
fn operation_type(object: &mut Object) -> Result<OperationType, Error> {
    let name = object.string(named("operation"))?;
    let number = object.number(named("ot"))?;
    match (number, name) {
        (Some(number), _) => {
            OperationType::new(number).ok_or_else(|| wrong_type(named("ot"), "more than 99"))
        }
        (None, Some(name)) => operation_named(&name).ok_or_else(|| {
            let message = format!("no operation is called '{name}'");
            Error::new("unknown_op", Some("operation"), 0, message)
        }),
        (None, None) => Err(wrong_type(named("ot"), "not there")),
    }
}

/// Whether it is a result, and then whether a positive one, and its first field.
fn answer(object: &mut Object, fields: &mut Object) -> Result<Option<(bool, String)>, Error> {
    let is_result = match object.string(named("o_r"))?.as_deref() {
        None => None,
        Some("O") => Some(false),
        Some("R") => Some(true),
        Some(_) => return Err(wrong_type(named("o_r"), "neither O nor R")),
    };
    let ack = fields.string(named("ACK"))?.map(|text| (true, text));
    let nack = fields.string(named("NACK"))?.map(|text| (false, text));
    match (is_result, ack, nack) {
        (Some(false), Some(_), _) => Err(Error::unknown_field("ACK".to_owned())),
        (Some(false), _, Some(_)) => Err(Error::unknown_field("NACK".to_owned())),
        (Some(true), None, None) => Err(wrong_type(named("ACK"), "not there")),
        (_, Some(_), Some(_)) => Err(wrong_type(named("NACK"), "ACK is there, too")),
        (_, ack, nack) => Ok(ack.or(nack)),
    }
}

/// The fields of an operation, `count` of them if that is told.
fn operation(
    ot: OperationType,
    count: Option<usize>,
    given: &mut Object,
    fields: &mut Fields,
) -> Result<(), Error> {
    let names = ot.fields().ok_or_else(|| {
        let message = format!("no operation has the type {ot}");
        Error::new("unknown_op", Some("ot"), 0, message)
    })?;
    let repeated = repeated(ot);
    let items = match repeated {
        Some(name) => given.strings(named(name))?,
        None => None,
    };
    let items = items.unwrap_or_default();
    // Decode tells of no NPL when it is empty, and then one item is the spare field.
    let is_spare = ot == OperationType::SUPPLEMENTARY_CALL_INPUT
        && count == Some(names.len())
        && items.len() == 1;
    for &name in names {
        if Some(name) == repeated {
            items.iter().try_for_each(|item| fields.push(name, item))?;
            // Without anything in them, they are not in the list.
            let others = names.len().saturating_sub(1);
            let wanted = count.map_or(0, |count| count.saturating_sub(others));
            (items.len()..wanted.min(MOST_FIELDS)).try_for_each(|_| fields.push(name, ""))?;
        } else if name == "NPL" && !items.is_empty() && !is_spare {
            let npl = given.string(fields.place(name))?;
            let npl = npl.unwrap_or_else(|| items.len().to_string());
            fields.push(name, &npl)?;
        } else {
            fields.take(name, given)?;
        }
    }
    Ok(())
}

/// More than LEN has room for.
const MOST_FIELDS: usize = 100_000;

/// Writes the checksum in small letters, if `checksum` has it so; some peers do.
fn keep_case(octets: &mut [u8], checksum: &[u8]) {
    let end = octets.len().saturating_sub(1);
    if let Some(written) = octets.get_mut(end.saturating_sub(2)..end)
        && written.eq_ignore_ascii_case(checksum)
    {
        written.copy_from_slice(checksum);
    }
}

/// The fields to be written, one after the other.
struct Fields {
    texts: Vec<Vec<u8>>,
    /// Octets from STX to the next one.
    end: usize,
}

impl Fields {
    fn new() -> Self {
        Self {
            texts: Vec::new(),
            end: 15,
        }
    }

    /// The field called `name`; empty when it is not given.
    fn take(&mut self, name: &'static str, given: &mut Object) -> Result<(), Error> {
        let text = given.string(self.place(name))?.unwrap_or_default();
        self.push(name, &text)
    }

    fn push(&mut self, name: &'static str, text: &str) -> Result<(), Error> {
        let octets = text.chars().enumerate().map(|(at, character)| {
            let octet = u8::try_from(character).ok();
            let octet = octet.filter(|octet| !matches!(octet, b'/' | 0x02 | 0x03));
            octet.ok_or(ValueError::Character { at })
        });
        let octets: Vec<_> = octets.collect::<Result<_, _>>().map_err(|error| {
            Error::new("character", None, 0, error.to_string()).at(self.place(name))
        })?;
        self.end += octets.len() + 1;
        self.texts.push(octets);
        Ok(())
    }

    fn place(&self, name: &'static str) -> Place {
        let offset = u32::try_from(self.end).unwrap_or(u32::MAX);
        Place { name, offset }
    }
}
