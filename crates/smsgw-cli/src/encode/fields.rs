//! Fields of TPDUs, from the keys that decode prints them with.

use std::time::Duration;

use jiff::fmt::temporal::Pieces;
use serde_json::Value as Json;
use smsgw_gsm::field::{
    Address, EnhancedFormat, EnhancedPeriod, RelativePeriod, Timestamp, Ton, TypeOfAddress,
    ValidityPeriod,
};
use smsgw_smpp::value::Source as _;

use super::object::{Object, named, wrong_type};
use crate::error::Error;

/// The address that `toa`, `ton`, `npi`, `digits` and `number` tell of, as many as there are.
pub(super) fn address(name: &'static str, mut value: Object) -> Result<Address, Error> {
    let toa = octet(&mut value, "toa")?;
    let ton: Option<u8> = value.number(named("ton"))?;
    let npi: Option<u8> = value.number(named("npi"))?;
    let digits = value.string(named("digits"))?;
    let number = value.string(named("number"))?;
    value.finish()?;
    let toa = toa.or(ton.map(|ton| 0x80 | (ton & 7) << 4 | npi.unwrap_or(1) & 0xF));
    let toa = toa.map(TypeOfAddress);
    let address = match (toa, digits, number) {
        (_, None, None) => return Err(wrong_type(named(name), "neither number nor digits")),
        (None, None, Some(number)) => Address::parse(&number),
        (None, Some(digits), number) => {
            let is_international = number.is_some_and(|number| number.starts_with('+'));
            let toa = if is_international {
                TypeOfAddress::INTERNATIONAL
            } else {
                TypeOfAddress::UNKNOWN
            };
            Address::new(toa, &digits)
        }
        (Some(toa), None, Some(number)) if toa.ton() == Ton::ALPHANUMERIC => of_name(toa, &number),
        (Some(toa), digits, number) => {
            let digits = digits.or(number).unwrap_or_default();
            Address::new(toa, digits.strip_prefix('+').unwrap_or(&digits))
        }
    };
    address.map_err(|error| Error::from(error).at(named(name)))
}

/// The address that an object tells of.
pub(crate) fn of_json(name: &'static str, value: Json) -> Result<Address, Error> {
    match value {
        Json::Object(values) => address(name, Object::new(values)),
        _ => Err(wrong_type(named(name), "no object")),
    }
}

/// A name under another type than the usual.
fn of_name(toa: TypeOfAddress, name: &str) -> Result<Address, smsgw_gsm::AddressError> {
    if name.is_empty() {
        return Ok(Address::from_parts(toa, 0, &[]).unwrap_or_default());
    }
    let usual = Address::alphanumeric(name)?;
    let address = Address::from_parts(toa, usual.semi_octets(), usual.octets());
    Ok(address.unwrap_or(usual))
}

/// An address field: length in semi-octets, type, digits.
pub(crate) fn octets(address: &Address) -> Vec<u8> {
    let mut octets = vec![address.semi_octets(), address.type_of_address().0];
    octets.extend(address.octets());
    octets
}

/// The same for the service centre: the length in octets, with that of the type.
pub(crate) fn service_centre(address: &Address) -> Vec<u8> {
    let digits = address.octets();
    let length = u8::try_from(1 + digits.len()).unwrap_or_default();
    let mut octets = vec![length, address.type_of_address().0];
    octets.extend(digits);
    // Here only an F tells that the last semi-octet is none.
    if let Some(last) = octets.last_mut().filter(|_| address.semi_octets() % 2 == 1) {
        *last |= 0xF0;
    }
    octets
}

/// A local time and its distance from UTC, as ISO 8601 has it.
pub(crate) fn timestamp(name: &'static str, text: &str) -> Result<Timestamp, Error> {
    let time = || {
        let pieces = Pieces::parse(text).ok()?;
        let (date, time) = (pieces.date(), pieces.time()?);
        let offset = pieces.to_numeric_offset()?.seconds();
        let small = |number: i8| u8::try_from(number).ok();
        let is_whole = offset % 900 == 0 && time.subsec_nanosecond() == 0;
        Timestamp::new(
            u16::try_from(date.year()).ok()?,
            small(date.month())?,
            small(date.day())?,
            small(time.hour())?,
            small(time.minute())?,
            small(time.second())?,
            i8::try_from(offset / 900).ok()?,
        )
        .filter(|_| is_whole)
    };
    time().ok_or_else(|| {
        let message = "no time of 1990 to 2089 with its distance from UTC in quarters of an hour";
        wrong_type(named(name), message)
    })
}

/// The validity period that `format`, `raw`, `seconds` and `timestamp` tell of.
pub(super) fn validity(mut value: Object) -> Result<ValidityPeriod, Error> {
    let wrong = |message: &str| Err(wrong_type(named("validity"), message));
    let format = value.string(named("format"))?;
    let raw = value.hex("raw")?;
    let seconds: Option<u64> = value.number(named("seconds"))?;
    let until = value.string(named("timestamp"))?;
    let is_single_shot = value.take("single_shot") == Some(Json::Bool(true));
    // What is left is told by the octets.
    value.take("extension");
    value.finish()?;
    let format = match (&*format.unwrap_or_default(), &raw, &until) {
        ("", Some(raw), _) if raw.len() == 1 => "relative",
        ("", None, None) if is_single_shot => "enhanced",
        ("", None, None) => "relative",
        ("", None, Some(_)) => "absolute",
        ("relative", ..) => "relative",
        ("absolute", ..) => "absolute",
        ("enhanced", ..) => "enhanced",
        _ => return wrong("format is none of relative, absolute, enhanced"),
    };
    match (format, raw.as_deref(), seconds, until) {
        ("relative", Some(&[octet]), ..) => Ok(ValidityPeriod::Relative(RelativePeriod(octet))),
        ("relative", None, Some(seconds), _) => {
            Ok(ValidityPeriod::relative(Duration::from_secs(seconds)))
        }
        ("absolute", Some(raw), ..) => match raw.try_into() {
            Ok(octets) => Ok(ValidityPeriod::Absolute(Timestamp::from_octets(octets))),
            Err(_) => wrong("not seven octets"),
        },
        ("absolute", None, _, Some(until)) => {
            Ok(ValidityPeriod::Absolute(timestamp("validity", &until)?))
        }
        ("enhanced", Some(raw), ..) => match raw.try_into() {
            Ok(octets) => Ok(ValidityPeriod::Enhanced(EnhancedPeriod::from_octets(
                octets,
            ))),
            Err(_) => wrong("not seven octets"),
        },
        ("enhanced", None, seconds, _) => match enhanced(seconds) {
            Some(period) if is_single_shot => {
                Ok(ValidityPeriod::Enhanced(period.with_single_shot()))
            }
            Some(period) => Ok(ValidityPeriod::Enhanced(period)),
            None => wrong("longer than 99:59:59"),
        },
        _ => wrong("it does not say how long"),
    }
}

/// So many seconds in the form that can tell them, or no period.
fn enhanced(seconds: Option<u64>) -> Option<EnhancedPeriod> {
    let Some(all) = seconds else {
        return EnhancedPeriod::new(EnhancedFormat::None);
    };
    if let Ok(seconds) = u8::try_from(all) {
        return EnhancedPeriod::new(EnhancedFormat::Seconds(seconds));
    }
    let small = |number: u64| u8::try_from(number).ok();
    EnhancedPeriod::new(EnhancedFormat::Time {
        hours: small(all / 3600)?,
        minutes: small(all / 60 % 60)?,
        seconds: small(all % 60)?,
    })
}

/// An octet as two hex digits.
pub(super) fn octet(value: &mut Object, name: &'static str) -> Result<Option<u8>, Error> {
    match value.hex(name)?.as_deref() {
        None => Ok(None),
        Some(&[octet]) => Ok(Some(octet)),
        Some(_) => Err(wrong_type(named(name), "not one octet")),
    }
}
