//! `smsgw encode tpdu`: a TPDU of any kind, with or without the service centre's address.

use serde_json::{Map, Value as Json};
use smsgw_gsm::Quirks;
use smsgw_gsm::dcs::DataCodingScheme;
use smsgw_gsm::field::{ParameterIndicator, ValidityPeriod};
use smsgw_gsm::tpdu::{Context, Direction, Kind, ReportKind};

use super::agree::agree;
use super::fields::{self, octet};
use super::object::{Object, named, wrong_type};
use super::user_data::{self, Content, UserData};
use crate::decode::tpdu::{ContextArgs, DirectionArg, Reading};
use crate::error::Error;
use crate::hex;

/// What may be told beside the objects: it must be what they say.
#[derive(Debug, clap::Args)]
// Its group has the name of the one within.
#[group(skip)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) input: super::Input,
    /// Which way the TPDUs go; objects without 'kind' need it.
    #[arg(long, value_enum)]
    direction: Option<DirectionArg>,
    #[command(flatten)]
    context: ContextArgs,
}

impl Args {
    fn direction(&self) -> Option<Direction> {
        self.direction.map(Direction::from)
    }
}

/// The octets that `values` tell of, in hex.
pub(super) fn hex(values: Map<String, Json>, args: &Args, quirks: Quirks) -> Result<String, Error> {
    let mut object = Object::new(values.clone());
    let first_octet = octet(&mut object, "fo")?;
    let kind = kind(&mut object, first_octet, args.direction())?;
    let failure: Option<u8> = object.number(named("fcs"))?;
    let report = match object.flag("error")? {
        Some(true) => ReportKind::Error,
        Some(false) => ReportKind::Ack,
        None if failure.is_some() => ReportKind::Error,
        None => args.context.report(),
    };
    // Null is an address, too: none.
    let has_smsc =
        args.context.smsc || values.contains_key("smsc") || values.contains_key("smsc_hex");
    let mut out = Vec::new();
    if has_smsc {
        let address = match object.hex("smsc_hex")? {
            Some(octets) => octets,
            None => match object.object(named("smsc"))? {
                Some(address) => fields::service_centre(&fields::address("smsc", address)?),
                None => vec![0],
            },
        };
        out.extend(address);
    }
    write(kind, first_octet, failure, &mut object, &mut out)?;
    let reading = Reading {
        context: Context::new(kind.direction(), report),
        has_smsc,
        quirks,
    };
    // Read again, so that nothing is written that cannot be read or reads as something else.
    let pdu = reading.read(&out)?;
    agree(kind.name(), &values, &pdu.json())?;
    Ok(hex::encode_upper(&pdu.to_vec()))
}

/// The kind by its name, or else by TP-MTI where the direction is told.
fn kind(
    object: &mut Object,
    first_octet: Option<u8>,
    direction: Option<Direction>,
) -> Result<Kind, Error> {
    let wrong = |message| wrong_type(named("kind"), message);
    let kind = match object.string(named("kind"))? {
        Some(name) => Kind::from_name(&name).ok_or_else(|| wrong("no TPDU is called so"))?,
        None => first_octet
            .zip(direction)
            .and_then(|(first_octet, direction)| Kind::of(first_octet, direction))
            .ok_or_else(|| wrong("not there"))?,
    };
    match direction {
        Some(direction) if direction != kind.direction() => Err(wrong("it goes the other way")),
        _ => Ok(kind),
    }
}

/// Appends the fields in the order of TS 23.040 §9.2.2.
fn write(
    kind: Kind,
    first_octet: Option<u8>,
    failure: Option<u8>,
    object: &mut Object,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let is_report = matches!(
        kind,
        Kind::DeliverReport | Kind::SubmitReport | Kind::StatusReport
    );
    let body = Body::take(kind, is_report, object)?;
    let validity = object.object(named("validity"))?;
    let validity = validity.map(fields::validity).transpose()?;
    let flags = flags(kind, object)? | format_bits(validity) | body.header_bit();
    out.push(match first_octet {
        None => flags,
        Some(first_octet) => {
            let mut decided = match kind {
                Kind::Submit => MTI | VPF,
                // The other value stands for it, too.
                Kind::Deliver if first_octet & MTI == MTI => 0,
                _ => MTI,
            };
            if body.user_data.is_some() {
                decided |= UDHI;
            }
            if (first_octet ^ flags) & decided != 0 {
                return Err(contradiction("fo", &[first_octet], &[flags]));
            }
            first_octet
        }
    });
    if matches!(kind, Kind::Submit | Kind::StatusReport | Kind::Command) {
        out.push(number("mr", object)?);
    }
    match kind {
        Kind::Deliver => {
            out.extend(address(object)?);
            body.write_coding(out);
            out.extend(time("timestamp", "timestamp_hex", object)?);
            body.write_user_data(out);
        }
        Kind::Submit => {
            out.extend(address(object)?);
            body.write_coding(out);
            match validity {
                None => {}
                Some(ValidityPeriod::Relative(period)) => out.push(period.0),
                Some(ValidityPeriod::Absolute(time)) => out.extend(time.octets()),
                Some(ValidityPeriod::Enhanced(period)) => out.extend(period.octets()),
            }
            body.write_user_data(out);
        }
        Kind::StatusReport => {
            out.extend(address(object)?);
            out.extend(time("timestamp", "timestamp_hex", object)?);
            out.extend(time("discharge", "discharge_hex", object)?);
            let status = object.number(named("status"))?;
            out.push(status.ok_or_else(|| wrong_type(named("status"), "not there"))?);
            if body.indicator.is_some() || body.derived() != 0 {
                body.write_indicator(out);
                body.write_optional(out);
            }
        }
        Kind::Command => {
            out.push(body.protocol.unwrap_or_default());
            out.extend([number("ct", object)?, number("mn", object)?]);
            out.extend(address(object)?);
            body.write_user_data(out);
        }
        Kind::DeliverReport => {
            out.extend(failure);
            body.write_indicator(out);
            body.write_optional(out);
        }
        Kind::SubmitReport => {
            out.extend(failure);
            body.write_indicator(out);
            out.extend(time("timestamp", "timestamp_hex", object)?);
            body.write_optional(out);
        }
    }
    out.extend(object.hex("trailing")?.unwrap_or_default());
    Ok(())
}

const MTI: u8 = 0b0000_0011;
const VPF: u8 = 0b0001_1000;
const UDHI: u8 = 0b0100_0000;

/// The first octet without what the other fields decide.
fn flags(kind: Kind, object: &mut Object) -> Result<u8, Error> {
    let mut bit = |name, bit: u8| -> Result<u8, Error> {
        let is_set = object.flag(name)? == Some(true);
        Ok(if is_set { bit } else { 0 })
    };
    // Its 0 says that there are more.
    let mms = bit("mms", 0b0000_0100)? ^ 0b0000_0100;
    Ok(match kind {
        Kind::Deliver => {
            mms | bit("lp", 0b0000_1000)? | bit("sri", 0b0010_0000)? | bit("rp", 0b1000_0000)?
        }
        Kind::Submit => {
            0b01 | bit("rd", 0b0000_0100)? | bit("srr", 0b0010_0000)? | bit("rp", 0b1000_0000)?
        }
        Kind::StatusReport => 0b10 | mms | bit("lp", 0b0000_1000)? | bit("srq", 0b0010_0000)?,
        Kind::Command => 0b10 | bit("srr", 0b0010_0000)?,
        Kind::DeliverReport => 0b00,
        Kind::SubmitReport => 0b01,
    })
}

/// TP-VPF, in its place in the first octet.
fn format_bits(validity: Option<ValidityPeriod>) -> u8 {
    match validity {
        None => 0b0000_0000,
        Some(ValidityPeriod::Enhanced(_)) => 0b0000_1000,
        Some(ValidityPeriod::Relative(_)) => 0b0001_0000,
        Some(ValidityPeriod::Absolute(_)) => 0b0001_1000,
    }
}

/// An octet, 0 unless told.
fn number(name: &'static str, object: &mut Object) -> Result<u8, Error> {
    Ok(object.number(named(name))?.unwrap_or_default())
}

/// The address of the other party.
fn address(object: &mut Object) -> Result<Vec<u8>, Error> {
    if let Some(octets) = object.hex("address_hex")? {
        return Ok(octets);
    }
    match object.object(named("address"))? {
        Some(address) => Ok(fields::octets(&fields::address("address", address)?)),
        None => Err(wrong_type(named("address"), "not there")),
    }
}

/// A time as it is, or else as text.
fn time(name: &'static str, raw: &'static str, object: &mut Object) -> Result<Vec<u8>, Error> {
    if let Some(octets) = object.hex(raw)? {
        return Ok(octets);
    }
    match object.string(named(name))? {
        Some(text) => Ok(fields::timestamp(name, &text)?.octets().to_vec()),
        None => Err(wrong_type(named(name), "not there")),
    }
}

fn contradiction(name: &'static str, told: &[u8], derived: &[u8]) -> Error {
    let [told, derived] = [told, derived].map(hex::encode_upper);
    let message = format!("{name} is {told}, by the others it is {derived}");
    Error::new("contradiction", Some(name), 0, message)
}

/// The fields that reports have or have not, as TP-PI says, and the others always.
struct Body {
    /// TP-PI with the octets that extend it, if told.
    indicator: Option<Vec<u8>>,
    protocol: Option<u8>,
    coding: Option<DataCodingScheme>,
    user_data: Option<UserData>,
    has_header: bool,
}

impl Body {
    fn take(kind: Kind, is_report: bool, object: &mut Object) -> Result<Self, Error> {
        let indicator = object.hex("pi")?;
        let protocol = object.number(named("pid"))?;
        let coding = object.object(named("dcs"))?;
        let coding = coding.map(user_data::coding).transpose()?;
        let raw = object.hex("user_data_hex")?;
        let length = object.number(named("udl"))?;
        // Octets as they are say it all.
        let content = match &raw {
            Some(_) => Content::default(),
            None => Content::take(object)?,
        };
        let has_header = match &raw {
            Some(_) => object.take("udh").is_some(),
            None => content.has_header(),
        };
        let mut body = Self {
            indicator,
            protocol,
            coding,
            user_data: None,
            has_header,
        };
        let told = body.told();
        let has_user_data = match told {
            Some(told) => told.contains(ParameterIndicator::UDL),
            None => !is_report || raw.is_some() || !content.is_empty(),
        };
        if has_user_data {
            let written = coding.unwrap_or_else(|| match (kind, told) {
                (Kind::Command, _) => DataCodingScheme::EIGHT_BIT,
                // What TP-PI does not announce.
                (_, Some(told)) if !told.contains(ParameterIndicator::DCS) => {
                    DataCodingScheme::GSM7
                }
                _ => content.coding(),
            });
            body.user_data = Some(match raw {
                Some(octets) => UserData::raw(length, octets, written)?,
                None => content.write(written)?,
            });
            if told.is_none_or(|told| told.contains(ParameterIndicator::DCS)) {
                body.coding = Some(written);
            }
        }
        match told {
            Some(told) if (told.0 ^ body.derived()) & 0b0000_0111 != 0 => {
                Err(contradiction("pi", &[told.0], &[body.derived()]))
            }
            _ => Ok(body),
        }
    }

    /// The TP-PI that is told, unless it does not end: then none of the fields is there.
    fn told(&self) -> Option<ParameterIndicator> {
        let indicator = self.indicator.as_deref()?;
        let ends = |octet: &u8| octet & ParameterIndicator::EXTENSION.0 == 0;
        match indicator {
            [first, ..] if indicator.iter().any(ends) => Some(ParameterIndicator(*first)),
            _ => None,
        }
    }

    /// TP-PI by what is there.
    fn derived(&self) -> u8 {
        let bits = [
            (self.protocol.is_some(), ParameterIndicator::PID),
            (self.coding.is_some(), ParameterIndicator::DCS),
            (self.user_data.is_some(), ParameterIndicator::UDL),
        ];
        bits.into_iter()
            .filter(|(is_there, _)| *is_there)
            .fold(0, |octet, (_, bit)| octet | bit.0)
    }

    fn header_bit(&self) -> u8 {
        if self.has_header && self.user_data.is_some() {
            UDHI
        } else {
            0
        }
    }

    /// TP-PID and TP-DCS.
    fn write_coding(&self, out: &mut Vec<u8>) {
        let coding = self.coding.unwrap_or_default();
        out.extend([self.protocol.unwrap_or_default(), coding.0]);
    }

    fn write_user_data(&self, out: &mut Vec<u8>) {
        if let Some(user_data) = &self.user_data {
            out.push(user_data.length);
            out.extend(&user_data.octets);
        }
    }

    fn write_indicator(&self, out: &mut Vec<u8>) {
        match &self.indicator {
            Some(octets) => out.extend(octets),
            None => out.push(self.derived()),
        }
    }

    /// What TP-PI announces.
    fn write_optional(&self, out: &mut Vec<u8>) {
        out.extend(self.protocol);
        out.extend(self.coding.map(|coding| coding.0));
        self.write_user_data(out);
    }
}
