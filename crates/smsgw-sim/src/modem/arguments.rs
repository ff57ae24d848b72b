//! Command lines taken apart (V.250 §5.4), and the arguments of a command.

use super::answer::Failure;

/// A command of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// In upper case: `E`, `&F`, `S7`, `D`, `+CMGF`, `^CURC`.
    pub(crate) name: String,
    pub(crate) form: Form,
}

/// How a command is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `AT+X`.
    Execute,
    /// `AT+X?`.
    Read,
    /// `AT+X=?`.
    Test,
    /// `AT+X=`, and the number of a basic command.
    Set(String),
}

impl Command {
    /// In upper case, but for what is set.
    pub(crate) fn text(&self) -> String {
        match &self.form {
            Form::Execute => self.name.clone(),
            Form::Read => format!("{}?", self.name),
            Form::Test => format!("{}=?", self.name),
            Form::Set(arguments)
                if self.name.starts_with(is_extended) || self.name.starts_with('S') =>
            {
                format!("{}={arguments}", self.name)
            }
            Form::Set(arguments) => format!("{}{arguments}", self.name),
        }
    }
}

/// What follows `AT`, as commands; `Err` where it cannot be one.
pub(crate) fn commands(line: &str) -> Result<Vec<Command>, Failure> {
    let mut commands = Vec::new();
    let mut rest = line.trim_start_matches([' ', ';']);
    while let Some(first) = rest.chars().next() {
        let (command, after) = if is_extended(first) {
            extended(rest)?
        } else {
            basic(rest)?
        };
        commands.push(command);
        rest = after.trim_start_matches([' ', ';']);
    }
    Ok(commands)
}

/// Whether a command that begins so goes on to the next `;`: those of the standards and those of
/// vendors.
fn is_extended(character: char) -> bool {
    matches!(
        character,
        '+' | '^' | '$' | '%' | '*' | '#' | '!' | '_' | '@'
    )
}

/// `+NAME`, `+NAME?`, `+NAME=?` or `+NAME=...`, and what follows.
fn extended(text: &str) -> Result<(Command, &str), Failure> {
    let mut is_quoted = false;
    let end = text.find(|character| {
        is_quoted ^= character == '"';
        character == ';' && !is_quoted
    });
    let (command, rest) = text.split_at(end.unwrap_or(text.len()));
    let named = command.find(['=', '?']).unwrap_or(command.len());
    let (name, form) = command.split_at(named);
    let name: String = name.chars().filter(|character| *character != ' ').collect();
    let form = form.trim();
    let form = match form.strip_prefix('=') {
        None if form.is_empty() => Form::Execute,
        None if form.trim_end() == "?" => Form::Read,
        None => return Err(Failure::Error),
        Some(arguments) if arguments.trim() == "?" => Form::Test,
        Some(arguments) => Form::Set(arguments.trim().to_owned()),
    };
    let name = name.to_ascii_uppercase();
    Ok((Command { name, form }, rest))
}

/// `E0`, `&F`, `S7=60`, `S7?`, `D...;`, and what follows.
fn basic(text: &str) -> Result<(Command, &str), Failure> {
    let (and, after) = match text.strip_prefix(['&', '\\']) {
        Some(after) => (text.get(..1).unwrap_or_default(), after),
        None => ("", text),
    };
    let after = after.trim_start();
    let letter = after
        .chars()
        .next()
        .map(|letter| letter.to_ascii_uppercase());
    let letter = letter
        .filter(char::is_ascii_uppercase)
        .ok_or(Failure::Error)?;
    let after = after.get(1..).unwrap_or_default();
    let mut name = format!("{and}{letter}");
    if name == "D" {
        // A semicolon makes it a voice call, and ends it.
        let (digits, rest) = match after.split_once(';') {
            Some((_, rest)) => after.split_at(after.len() - rest.len()),
            None => (after, ""),
        };
        let form = Form::Set(digits.trim().to_owned());
        return Ok((Command { name, form }, rest));
    }
    let (mut number, mut rest) = digits(after);
    let mut form = match number {
        "" => Form::Execute,
        number => Form::Set(number.to_owned()),
    };
    if letter == 'S' && and.is_empty() {
        name.push_str(number);
        let trimmed = rest.trim_start();
        if let Some(after) = trimmed.strip_prefix('?') {
            (form, rest) = (Form::Read, after);
        } else if let Some(after) = trimmed.strip_prefix('=') {
            if let Some(after) = after.strip_prefix('?') {
                return Ok((
                    Command {
                        name,
                        form: Form::Test,
                    },
                    after,
                ));
            }
            (number, rest) = digits(after.trim_start());
            form = Form::Set(number.to_owned());
        } else {
            form = Form::Execute;
        }
    } else if let Some(after) = rest.trim_start().strip_prefix('?') {
        (form, rest) = (Form::Read, after);
    }
    Ok((Command { name, form }, rest))
}

fn digits(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(|character: char| !character.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

/// The arguments of a command that is set.
#[derive(Clone, Debug)]
pub(crate) struct Arguments {
    values: Vec<Value>,
}

/// An argument, without its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) text: String,
    pub(crate) is_quoted: bool,
}

/// Most arguments of a command.
const MAX_ARGUMENTS: usize = 32;

impl Arguments {
    pub(crate) fn new(text: &str) -> Self {
        let mut values = Vec::new();
        let mut value = Value {
            text: String::new(),
            is_quoted: false,
        };
        let mut is_open = false;
        for character in text.chars() {
            match character {
                '"' => {
                    is_open = !is_open;
                    value.is_quoted = true;
                }
                ',' if !is_open => {
                    if values.len() < MAX_ARGUMENTS {
                        values.push(value);
                    }
                    value = Value {
                        text: String::new(),
                        is_quoted: false,
                    };
                }
                ' ' if !is_open => {}
                character => value.text.push(character),
            }
        }
        values.push(value);
        Self { values }
    }

    /// How many there are, those that are left out among them.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// The nth, if it is not left out.
    pub(crate) fn get(&self, n: usize) -> Option<&Value> {
        let value = self.values.get(n)?;
        (value.is_quoted || !value.text.is_empty()).then_some(value)
    }

    /// The nth as a number, if it is not left out. Quotes are let through.
    pub(crate) fn number<T: std::str::FromStr>(&self, n: usize) -> Result<Option<T>, Failure> {
        let value = self.get(n).filter(|value| !value.text.is_empty());
        let parsed = value.map(|value| value.text.parse().map_err(|_| Failure::BAD_PARAMETER));
        parsed.transpose()
    }

    /// The nth as a number.
    pub(crate) fn required<T: std::str::FromStr>(&self, n: usize) -> Result<T, Failure> {
        self.number(n)?.ok_or(Failure::BAD_PARAMETER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        let commands = commands(line).unwrap();
        commands.iter().map(Command::text).collect()
    }

    #[test]
    fn lines_are_cut_into_commands() {
        for (line, wanted) in [
            ("", &[][..]),
            ("E0V1", &["E0", "V1"]),
            ("e0 v1 &f", &["E0", "V1", "&F"]),
            ("+CMEE=1;+CREG=2", &["+CMEE=1", "+CREG=2"]),
            ("E0+CMEE=1;V1", &["E0", "+CMEE=1", "V1"]),
            ("+cscs=?;", &["+CSCS=?"]),
            ("+CPMS=\"a;b\",\"SM\"", &["+CPMS=\"a;b\",\"SM\""]),
            ("S7=60S0?", &["S7=60", "S0?"]),
            ("D+491700000001;+CREG?", &["D+491700000001;", "+CREG?"]),
            ("D*99#", &["D*99#"]),
            ("&C1 &D2", &["&C1", "&D2"]),
            ("^CURC=0", &["^CURC=0"]),
            ("+CSQ ?", &["+CSQ?"]),
        ] {
            assert_eq!(texts(line), wanted, "{line}");
        }
        for line in ["1", "=", "?", "+CMGF?1", "é"] {
            assert_eq!(commands(line), Err(Failure::Error), "{line}");
        }
    }

    #[test]
    fn arguments_are_numbers_strings_or_left_out() {
        let arguments = Arguments::new("1, \"a,b\",,\"\"");
        assert_eq!(arguments.len(), 4);
        assert_eq!(arguments.required::<u8>(0), Ok(1));
        let text = arguments.get(1).map(|value| value.text.as_str());
        assert_eq!(text, Some("a,b"));
        assert_eq!(arguments.number::<u8>(2), Ok(None));
        assert!(arguments.get(3).is_some_and(|value| value.is_quoted));
        assert_eq!(arguments.required::<u8>(2), Err(Failure::BAD_PARAMETER));
        assert_eq!(
            Arguments::new("300").required::<u8>(0),
            Err(Failure::BAD_PARAMETER)
        );
    }
}
