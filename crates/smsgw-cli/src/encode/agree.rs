//! Whether what an object tells is what its octets say.

use serde_json::{Map, Value as Json};

use super::fields;
use crate::error::Error;

/// Checks every key that was given against what decode prints of the octets, which are `whose`;
/// null says nothing.
///
/// # Errors
/// A key that decode does not print, or another value than it prints.
pub(super) fn agree(
    whose: &str,
    given: &Map<String, Json>,
    told: &Map<String, Json>,
) -> Result<(), Error> {
    for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        match told.get(name) {
            Some(told) if same(name, value, told) => {}
            Some(told) => {
                let message = format!("{name} is {value}, by the others it is {told}");
                return Err(Error::contradiction(name.clone(), message));
            }
            None => {
                let message = format!("a {whose} has no field '{name}'");
                return Err(Error::unknown_field(name.clone()).with_message(message));
            }
        }
    }
    Ok(())
}

/// Whether two values are the same; an object may say less than what is told.
fn same(name: &str, given: &Json, told: &Json) -> bool {
    match (given, told) {
        (Json::Object(given), Json::Object(told)) => given.iter().all(|(name, value)| {
            value.is_null() || told.get(name).is_some_and(|told| same(name, value, told))
        }),
        (Json::Array(given), Json::Array(told)) => {
            given.len() == told.len()
                && given
                    .iter()
                    .zip(told)
                    .all(|(given, told)| same("", given, told))
        }
        (Json::String(given), Json::String(told)) => given == told || same_text(name, given, told),
        _ => given == told,
    }
}

/// Whether two ways to write the same.
fn same_text(name: &str, given: &str, told: &str) -> bool {
    match name {
        "timestamp" | "discharge" => {
            let [given, told] = [given, told].map(|text| fields::timestamp("", text).ok());
            given.is_some() && given == told
        }
        "fo" | "pi" | "raw" | "toa" | "trailing" | "serial" | "dcs" => same_hex(given, told),
        _ => (name == "hex" || name.ends_with("_hex")) && same_hex(given, told),
    }
}

fn same_hex(given: &str, told: &str) -> bool {
    let digits = |text: &str| -> String {
        let digits = text.chars().filter(|character| !character.is_whitespace());
        digits.map(|digit| digit.to_ascii_uppercase()).collect()
    };
    digits(given) == digits(told)
}
