//! `+COPS`: which operator's network it is (27.007 §7.3).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::AccessTechnology;
use crate::charset::CharacterSet;
use crate::command::{command, find};
use crate::error::AnswerError;
use crate::field::Form;

/// `+COPS?`: the operator whose network is used (27.007 §7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "COPS")]
pub struct ReadOperator<'a> {
    /// In which set names come.
    pub character_set: &'a CharacterSet,
}

command! {
    ReadOperator<'_> -> Operator, 10 s;
    write(self, line) { line.push_str("AT+COPS?"); }
    read(lines) {
        let mut fields = find(lines, "+COPS", "mode")?;
        let mode = fields.number::<u8>("mode")?;
        let format = fields.optional_number::<u8>("format")?;
        let name = fields.optional_text().map(|name| self.character_set.decode(name));
        let name = name.map(|name| match format {
            Some(1) => OperatorName::Short(name),
            Some(2) => OperatorName::Numeric(name),
            _ => OperatorName::Long(name),
        });
        let access_technology = fields.optional_number("AcT").ok().flatten();
        Ok(Operator {
            is_automatic: mode == 0,
            name,
            access_technology: access_technology.map(AccessTechnology),
        })
    }
}

/// What `+COPS?` says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    /// Whether the modem chooses by itself.
    pub is_automatic: bool,
    /// Who it is; `None` when there is none.
    pub name: Option<OperatorName>,
    /// How the radio works; `None` when it is not said.
    pub access_technology: Option<AccessTechnology>,
}

/// An operator's name, in the form that the modem was told to write it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OperatorName {
    /// Up to 16 characters.
    Long(String),
    /// Up to 8 characters.
    Short(String),
    /// Its number: three digits of the country, two or three of its own (MCC and MNC).
    Numeric(String),
}

impl OperatorName {
    /// The name or number.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Long(text) | Self::Short(text) | Self::Numeric(text) => text,
        }
    }
}

/// `+COPS=3,`: in which form operators are named from now on (27.007 §7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOperatorFormat {
    /// [`OperatorName::Long`].
    Long,
    /// [`OperatorName::Short`].
    Short,
    /// [`OperatorName::Numeric`].
    Numeric,
}

command! {
    SetOperatorFormat -> (), 10 s;
    write(self, line) {
        line.push_str(match self {
            Self::Long => "AT+COPS=3,0",
            Self::Short => "AT+COPS=3,1",
            Self::Numeric => "AT+COPS=3,2",
        });
    }
    read(_) { Ok(()) }
}

/// `+COPS=0`: the modem chooses the network by itself (27.007 §7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutomaticOperator;

command! {
    AutomaticOperator -> (), 180 s;
    write(self, line) { line.push_str("AT+COPS=0"); }
    read(_) { Ok(()) }
}

/// `+COPS=?`: the operators that can be heard (27.007 §7.3). It takes minutes, and nothing is sent
/// or received meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListOperators<'a> {
    /// In which set names come.
    pub character_set: &'a CharacterSet,
}

command! {
    ListOperators<'_> -> Vec<ListedOperator>, 180 s;
    write(self, line) { line.push_str("AT+COPS=?"); }
    read(lines) { list(lines, self.character_set) }
}

/// An operator of the list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListedOperator {
    /// Whether it can be used.
    pub status: OperatorStatus,
    /// Its long name; may be empty.
    pub long: String,
    /// Its short name; may be empty.
    pub short: String,
    /// Its number; may be empty.
    pub numeric: String,
    /// How the radio works; `None` when it is not said.
    pub access_technology: Option<AccessTechnology>,
}

/// Whether an operator's network can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperatorStatus {
    /// Nobody knows.
    Unknown,
    /// It can.
    Available,
    /// It is.
    Current,
    /// The SIM may not.
    Forbidden,
}

fn list(lines: &[String], set: &CharacterSet) -> Result<Vec<ListedOperator>, AnswerError> {
    let mut operators = Vec::new();
    // The modes and formats that may be sent follow behind an empty field.
    let list = find(lines, "+COPS", "stat")?.take_while(|field| field.form() == Form::Group);
    for operator in list {
        let mut fields = operator.fields();
        let status = match fields.number::<u8>("stat")? {
            1 => OperatorStatus::Available,
            2 => OperatorStatus::Current,
            3 => OperatorStatus::Forbidden,
            _ => OperatorStatus::Unknown,
        };
        let mut text = |name| fields.text(name).map(|text| set.decode(text));
        let (long, short) = (text("long")?, text("short")?);
        let numeric = fields.text("numeric")?.to_string();
        operators.push(ListedOperator {
            status,
            long,
            short,
            numeric,
            access_technology: fields.optional_number("AcT")?.map(AccessTechnology),
        });
    }
    Ok(operators)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    const GSM: &CharacterSet = &CharacterSet::Gsm;

    fn read(line: &str) -> Operator {
        ReadOperator { character_set: GSM }
            .read(&[line.into()])
            .unwrap()
    }

    #[test]
    fn names_and_numbers() {
        let operator = read("+COPS: 0,0,\"T-Mobile D (telekom.de)\",2");
        assert_eq!(
            operator.name,
            Some(OperatorName::Long("T-Mobile D (telekom.de)".into()))
        );
        assert_eq!(operator.access_technology, Some(AccessTechnology::UTRAN));
        assert_eq!(
            read("+COPS: 1,2,26201").name,
            Some(OperatorName::Numeric("26201".into()))
        );
        for none in ["+COPS: 0", "+COPS: 0,0,", "+COPS: 0,0,\"\""] {
            let operator = read(none);
            assert_eq!(
                (operator.is_automatic, operator.name),
                (true, None),
                "{none}"
            );
        }
        let ucs2 = ReadOperator {
            character_set: &CharacterSet::Ucs2,
        };
        let operator = ucs2.read(&["+COPS: 0,0,\"004F0032\"".into()]).unwrap();
        assert_eq!(operator.name.as_ref().map(OperatorName::text), Some("O2"));
    }

    #[test]
    fn those_that_can_be_heard() {
        let line = "+COPS: (2,\"Voda (D)\",\"Voda\",\"26202\",2),(1,\"o2, de\",\"o2\",\"26203\"),(3,,,26201),,(0-4),(0-2)";
        let list = ListOperators { character_set: GSM }
            .read(&[line.into()])
            .unwrap();
        let numbers: Vec<_> = list.iter().map(|o| o.numeric.as_str()).collect();
        assert_eq!(numbers, ["26202", "26203", "26201"]);
        assert_eq!(
            (list[0].long.as_str(), list[0].status),
            ("Voda (D)", OperatorStatus::Current)
        );
        assert_eq!(
            (list[1].long.as_str(), list[1].access_technology),
            ("o2, de", None)
        );
        assert_eq!(list[2].status, OperatorStatus::Forbidden);
        let none = ListOperators { character_set: GSM }.read(&["+COPS: ,,(0-4),(0-2)".into()]);
        assert_eq!(none, Ok(Vec::new()));
    }
}
