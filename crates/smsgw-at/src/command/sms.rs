//! How messages are written, and through which service centre they go: 27.005 §3.2.3, §3.3.1.

use alloc::string::{String, ToString};

use smsgw_gsm::field::Address;

use super::{command, find, push};
use crate::charset::{self, CharacterSet};
use crate::error::{AnswerError, AnswerErrorKind, ValueError};

/// `+CMGF=`: in which form messages are written (27.005 §3.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CMGF")]
pub enum MessageFormat {
    /// As PDUs. The only form that is safe: in the other a sender can write lines that look like
    /// the modem's.
    Pdu,
    /// As text.
    Text,
}

command! {
    MessageFormat -> (), 10 s;
    write(self, line) {
        line.push_str(match self {
            Self::Pdu => "AT+CMGF=0",
            Self::Text => "AT+CMGF=1",
        });
    }
    read(_) { Ok(()) }
}

/// `+CMGF?`: in which form messages are written (27.005 §3.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadMessageFormat;

command! {
    ReadMessageFormat -> MessageFormat, 10 s;
    write(self, line) { line.push_str("AT+CMGF?"); }
    read(lines) {
        let mode = find(lines, "+CMGF", "mode")?.field("mode")?;
        match mode.number("mode")? {
            0_u8 => Ok(MessageFormat::Pdu),
            1 => Ok(MessageFormat::Text),
            _ => Err(mode.error(AnswerErrorKind::Value, "mode")),
        }
    }
}

/// `+CSCA?`: the number of the service centre (27.005 §3.3.1).
///
/// The answer is `None` when none is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CSCA")]
pub struct ReadServiceCentre<'a> {
    /// In which set the number comes. `UCS2` and a `+` in `HEX` are recognised without it.
    pub character_set: &'a CharacterSet,
}

command! {
    ReadServiceCentre<'_> -> Option<Address>, 10 s;
    write(self, line) { line.push_str("AT+CSCA?"); }
    read(lines) { service_centre(lines, self.character_set) }
}

/// `+CSCA=`: the number of the service centre from now on (27.005 §3.3.1). It is stored on the SIM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "CSCA")]
pub struct SetServiceCentre {
    encoded: String,
    type_of_address: u8,
}

impl SetServiceCentre {
    /// The command for a number, in the set that the modem is in.
    ///
    /// # Errors
    /// [`ValueError`] for an address that is a name, and for a set that has no digits.
    pub fn new(number: &Address, set: &CharacterSet) -> Result<Self, ValueError> {
        if let Some(name) = number.name() {
            let character = name.chars().next().unwrap_or_default();
            return Err(ValueError::Character {
                character,
                offset: 0,
            });
        }
        let text: String = number.digits().collect();
        let plus = if number.ton() == smsgw_gsm::field::Ton::INTERNATIONAL {
            "+"
        } else {
            ""
        };
        Ok(Self {
            encoded: set.encode(&alloc::format!("{plus}{text}"))?,
            type_of_address: number.type_of_address().0,
        })
    }
}

command! {
    SetServiceCentre -> (), 10 s;
    write(self, line) {
        push(line, format_args!("AT+CSCA=\"{}\",{}", self.encoded, self.type_of_address));
    }
    read(_) { Ok(()) }
}

/// `"+79168999100",145`; the type of address says that it is international where the `+` is left
/// out.
fn service_centre(lines: &[String], set: &CharacterSet) -> Result<Option<Address>, AnswerError> {
    let mut fields = find(lines, "+CSCA", "sca")?;
    if fields.rest().is_none() {
        return Ok(None);
    }
    let sca = fields.field("sca")?;
    let number = number(sca.text(), set);
    if number.is_empty() || number == "+" {
        return Ok(None);
    }
    // The number is worth more than its type.
    let is_international = fields
        .optional_number("tosca")
        .is_ok_and(|toa| toa == Some(145_u8));
    let number = match number.starts_with('+') || !is_international {
        true => number,
        false => alloc::format!("+{number}"),
    };
    let address = Address::parse(&number);
    match address {
        Ok(address) if !address.is_alphanumeric() => Ok(Some(address)),
        _ => Err(sca.error(AnswerErrorKind::Value, "sca")),
    }
}

/// A number as it was meant: `002B0037` is `+7`.
fn number(text: &str, set: &CharacterSet) -> String {
    let units = text.as_bytes().as_chunks::<4>();
    let looks_like_ucs2 = text.len() > 8
        && units.1.is_empty()
        && units
            .0
            .iter()
            .all(|unit| unit.starts_with(b"003") || unit.starts_with(b"002"));
    match set {
        _ if looks_like_ucs2 => CharacterSet::Ucs2.decode(text),
        CharacterSet::Hex => set.decode(text),
        // Digits alone may be a number as it is.
        _ => match charset::plain(text) {
            plain if plain.starts_with('+') => plain,
            _ => text.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::command::Command;

    fn read(line: &str, set: &CharacterSet) -> Result<Option<String>, AnswerError> {
        let command = ReadServiceCentre { character_set: set };
        Ok(command
            .read(&[line.into()])?
            .map(|address| address.to_string()))
    }

    #[test]
    fn numbers_in_every_set() {
        let number = Ok(Some("+79168999100".to_string()));
        let cases = [
            ("\"+79168999100\",145", CharacterSet::Gsm),
            ("\"79168999100\",145", CharacterSet::Gsm),
            ("+79168999100,145", CharacterSet::Ira),
            ("\"+79168999100\"", CharacterSet::Ira),
            (
                "\"002B00370039003100360038003900390039003100300030\",145",
                CharacterSet::Ucs2,
            ),
            (
                "\"002B00370039003100360038003900390039003100300030\",145",
                CharacterSet::Gsm,
            ),
            ("\"2B3739313638393939313030\",145", CharacterSet::Hex),
            ("\"2B3739313638393939313030\",145", CharacterSet::Gsm),
            ("\"3739313638393939313030\",145", CharacterSet::Hex),
            ("\"+79168999100\",145", CharacterSet::Ucs2),
        ];
        for (line, set) in cases {
            assert_eq!(
                read(&alloc::format!("+CSCA: {line}"), &set),
                number,
                "{line} {set}"
            );
        }
        assert_eq!(
            read("+CSCA: \"0171\",129", &CharacterSet::Gsm),
            Ok(Some("0171".into()))
        );
    }

    #[test]
    fn none_and_nonsense() {
        for none in ["+CSCA: \"\",129", "+CSCA: ,", "+CSCA:", "+CSCA: \"+\",145"] {
            assert_eq!(read(none, &CharacterSet::Gsm), Ok(None), "{none}");
        }
        let error = read("+CSCA: \"xyz\",129", &CharacterSet::Gsm).unwrap_err();
        assert_eq!(
            (error.kind(), error.field(), error.offset()),
            (AnswerErrorKind::Value, "sca", 8)
        );
    }

    #[test]
    fn lines_as_sent() {
        let number = Address::parse("+79168999100").unwrap();
        let set = |set| SetServiceCentre::new(&number, set).unwrap().line();
        assert_eq!(set(&CharacterSet::Gsm), "AT+CSCA=\"+79168999100\",145");
        assert!(set(&CharacterSet::Ucs2).starts_with("AT+CSCA=\"002B0037"));
        let name = Address::alphanumeric("ACME").unwrap();
        assert!(SetServiceCentre::new(&name, &CharacterSet::Gsm).is_err());
        assert_eq!(MessageFormat::Pdu.line(), "AT+CMGF=0");
        assert_eq!(
            ReadMessageFormat.read(&["+CMGF: 1".into()]),
            Ok(MessageFormat::Text)
        );
        assert!(ReadMessageFormat.read(&["+CMGF: 2".into()]).is_err());
    }

    proptest! {
        #[test]
        fn a_number_that_was_set_is_read(digits in "\\+?[0-9]{4,20}") {
            let address = Address::parse(&digits).unwrap();
            for set in [CharacterSet::Gsm, CharacterSet::Ira, CharacterSet::Ucs2, CharacterSet::Hex] {
                let line = SetServiceCentre::new(&address, &set).unwrap().line();
                let answer = line.replace("AT+CSCA=", "+CSCA: ");
                prop_assert_eq!(read(&answer, &set), Ok(Some(digits.clone())));
            }
        }

        #[test]
        fn anything_is_looked_at(line in "[ -~]{0,40}") {
            let _ = read(&alloc::format!("+CSCA: {line}"), &CharacterSet::Ucs2);
        }
    }
}
