//! `smsgw encode smpp`: any PDU.

use serde_json::{Map, Value as Json};
use smsgw_smpp::tlv::{Tlv, TlvTag, Tlvs};
use smsgw_smpp::value::{FieldSpec, Place, Source as _, build};
use smsgw_smpp::{CommandId, CommandStatus, Frame, Header, Quirks, SequenceNumber};

use super::object::{Object, named, wrong_type};
use crate::decode::smpp::MISSING_NUL;
use crate::error::Error;

/// The PDU that `values` tell of.
pub(super) fn frame(values: Map<String, Json>, quirks: &Quirks) -> Result<Frame, Error> {
    let mut values = Object::new(values);
    let header = header(&mut values)?;
    let is_unterminated = is_unterminated(&mut values, header.command_id.fields());
    let fields = values.object(named("fields"))?;
    let fields = fields.map(|fields| fields.unterminated(is_unterminated));
    let tlvs = values.items(named("tlvs"))?;
    let tlvs: Vec<_> = tlvs.into_iter().map(tlv).collect::<Result<_, _>>()?;
    let tlvs: Vec<_> = tlvs
        .iter()
        .map(|(tag, value)| Tlv::new(*tag, value))
        .collect::<Result<_, _>>()
        .map_err(|error| Error::from(error).at(named("value")))?;
    let tlvs = Tlvs::new(&tlvs).map_err(|error| Error::from(error).at(named("tlvs")))?;
    let trailing = values.octets(named("trailing"))?;
    build(header, fields, tlvs, &trailing, quirks)
}

fn header(values: &mut Object) -> Result<Header, Error> {
    let place = |name, offset| Place { name, offset };
    let name = values.string(place("command", 4))?;
    let id = values.number(place("command_id", 4))?.map(CommandId);
    let command_id = match (id, name) {
        (Some(id), _) => id,
        (None, Some(name)) => command(&name)?,
        (None, None) => return Err(wrong_type(place("command", 4), "not there")),
    };
    Ok(Header {
        command_id,
        command_status: CommandStatus(values.integer(place("command_status", 8))?),
        sequence_number: SequenceNumber(values.integer(place("sequence_number", 12))?),
    })
}

/// A command by the standard's name, or the number that stands for it.
fn command(name: &str) -> Result<CommandId, Error> {
    let known = CommandId::ALL.iter().find(|id| id.to_string() == name);
    let number = || u32::from_str_radix(name.strip_prefix("0x")?, 16).ok();
    known
        .copied()
        .or_else(|| number().map(CommandId))
        .ok_or_else(|| {
            let message = format!("no command is called '{name}'");
            Error::new("unknown_command", Some("command"), 4, message)
        })
}

fn tlv(mut tlv: Object) -> Result<(TlvTag, Vec<u8>), Error> {
    let name = tlv.string(named("name"))?;
    let tag = match (tlv.number(named("tag"))?, name) {
        (Some(tag), _) => TlvTag(tag),
        (None, Some(name)) => {
            let known = TlvTag::ALL.iter().find(|tag| tag.name() == Some(&name));
            *known.ok_or_else(|| {
                let message = format!("no TLV is called '{name}'");
                Error::new("unknown_tlv", Some("name"), 0, message)
            })?
        }
        (None, None) => return Err(wrong_type(named("tag"), "not there")),
    };
    let value = tlv.octets(named("value"))?;
    tlv.finish()?;
    Ok((tag, value))
}

/// Whether the last of `fields` is among the faults that were tolerated, for its NUL.
fn is_unterminated(values: &mut Object, fields: Option<&[FieldSpec]>) -> bool {
    let last = fields.and_then(<[_]>::last);
    let (Some(last), Some(Json::Array(faults))) = (last, values.take("tolerated")) else {
        return false;
    };
    faults
        .iter()
        .any(|fault| fault["kind"] == MISSING_NUL && fault["field"] == last.name)
}
