//! What the command in flight says about the lines to come: which words its answer begins with,
//! whether it prompts, whether it dials (V.250 §5.2, 5.3, 5.4).

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::event::InFlight;

/// [`InFlight`], taken apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Flight {
    pub(super) kind: Kind,
    pub(super) prompt: Prompt,
    /// As it was sent.
    command: String,
    /// The commands on the line.
    parts: Vec<Part>,
    /// It dials or answers: `NO CARRIER`, `BUSY` and `CONNECT` end its answer.
    pub(super) dials: bool,
    /// Its answer may hold lines of any word: `ATI`, `AT&V`, a vendor's command.
    pub(super) is_open: bool,
    /// It asks for a value, which may be one digit: `AT+FCLASS?`, `ATS0?`.
    pub(super) asks: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Idle,
    Command,
    Pdu,
    Text,
    Escape,
}

/// What `>` at the start of a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Prompt {
    /// An ordinary character.
    #[default]
    No,
    /// The prompt.
    Awaited,
    /// The prompt once more, as text mode has it for every line: nothing new.
    Seen,
}

/// An extended command on the line.
#[derive(Clone, Debug)]
struct Part {
    /// `+CREG`: the symbol and the name, in upper case.
    word: String,
    form: Form,
}

/// How a command is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `AT+CREG?`
    Read,
    /// `AT+CREG=?`
    Test,
    /// `AT+CREG=2`
    Set,
    /// `AT+CSQ`
    Execute,
}

/// Those that wait for data after a prompt, and whose results come after it.
const PROMPTING: &[&str] = &["+CMGS", "+CMGW", "+CMGC", "+CNMA"];

/// Commands of the standards that answer with lines of any word.
const OPEN: &[&str] = &[
    "+CLAC", "+CGMI", "+CGMM", "+CGMR", "+CGSN", "+CCID", "+CIMI",
];

impl Flight {
    pub(super) fn of(in_flight: InFlight<'_>) -> Self {
        let (kind, prompt) = match in_flight {
            InFlight::Idle => return Self::default(),
            InFlight::Command(command) => return Self::of_command(command),
            InFlight::Probe(command) => {
                return Self {
                    prompt: Prompt::Awaited,
                    ..Self::of_command(command)
                };
            }
            InFlight::Pdu => (Kind::Pdu, Prompt::Seen),
            InFlight::Text => (Kind::Text, Prompt::Seen),
            InFlight::Escape => (Kind::Escape, Prompt::Awaited),
        };
        let parts = PROMPTING.iter().map(|word| Part {
            word: (*word).to_string(),
            form: Form::Execute,
        });
        Self {
            kind,
            prompt,
            parts: parts.collect(),
            ..Self::default()
        }
    }

    fn of_command(command: &str) -> Self {
        let command = command.trim();
        let mut flight = Self {
            kind: Kind::Command,
            command: command.to_string(),
            ..Self::default()
        };
        match command.get(..2) {
            Some(at) if at.eq_ignore_ascii_case("at") => {
                flight.read(command.get(2..).unwrap_or_default());
            }
            _ => flight.is_open = true,
        }
        flight
    }

    /// Takes the commands behind `AT` apart.
    fn read(&mut self, mut rest: &str) {
        loop {
            rest = rest.trim_start_matches([' ', ';']);
            let Some(first) = rest.chars().next() else {
                return;
            };
            rest = if first.is_ascii_alphabetic() || first == '&' {
                self.basic(rest)
            } else {
                self.extended(first, rest)
            };
        }
    }

    /// `E0`, `&F`, `S0=1`, `D+15550100;`: gives what follows it.
    fn basic<'a>(&mut self, rest: &'a str) -> &'a str {
        let (name, parameter) = rest.split_at(if rest.starts_with('&') {
            rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at)
        } else {
            1
        });
        let digits = parameter.trim_start_matches(|it: char| it.is_ascii_digit());
        match name.to_ascii_uppercase().as_str() {
            "D" => {
                self.dials = true;
                parameter.split_once(';').map_or("", |(_, rest)| rest)
            }
            "A" | "O" => {
                self.dials = true;
                digits
            }
            "S" => match digits.strip_prefix('=') {
                Some(value) => value.trim_start_matches(|it: char| it.is_ascii_digit()),
                None => {
                    self.is_open = true;
                    self.asks = true;
                    digits.strip_prefix('?').unwrap_or(digits)
                }
            },
            "E" | "V" | "Q" | "Z" | "H" | "X" | "L" | "M" | "P" | "T" | "&F" | "&C" | "&D"
            | "&K" | "&S" | "&W" | "&Y" | "&Z" => digits,
            _ => {
                self.is_open = true;
                self.asks = true;
                digits
            }
        }
    }

    /// `+CREG?`, `^CURC=0`: gives what follows it.
    fn extended<'a>(&mut self, symbol: char, rest: &'a str) -> &'a str {
        let name = rest.get(symbol.len_utf8()..).unwrap_or_default();
        let parameter = name.trim_start_matches(is_of_name);
        let word = rest.get(..rest.len() - parameter.len()).unwrap_or_default();
        let (form, rest) = if let Some(rest) = parameter.strip_prefix("=?") {
            (Form::Test, rest)
        } else if let Some(values) = parameter.strip_prefix('=') {
            (Form::Set, behind_values(values))
        } else if let Some(rest) = parameter.strip_prefix('?') {
            (Form::Read, rest)
        } else {
            (Form::Execute, parameter)
        };
        let word = word.to_ascii_uppercase();
        self.asks |= form == Form::Read;
        // A vendor's own may answer as it likes.
        self.is_open |= !word.starts_with("+C") || OPEN.contains(&word.as_str());
        self.dials |= word == "+CGDATA";
        let values = parameter.get(1..).unwrap_or_default();
        let has_data = match word.as_str() {
            "+CMGS" | "+CMGC" => form == Form::Set,
            "+CMGW" => matches!(form, Form::Set | Form::Execute),
            // Without a length it is an acknowledgement without a PDU.
            "+CNMA" => form == Form::Set && values.trim_end().contains(','),
            _ => false,
        };
        if has_data {
            self.prompt = Prompt::Awaited;
        }
        self.parts.push(Part { word, form });
        rest
    }

    /// Whether `line` is what was sent, as the modem sends it back; its first octets may have been
    /// lost while the port woke.
    pub(super) fn is_echo(&self, line: &[u8]) -> bool {
        let sent = self.command.as_bytes();
        if self.kind != Kind::Command || sent.is_empty() {
            return false;
        }
        line.eq_ignore_ascii_case(sent)
            || (1..=2).any(|lost| {
                let kept = sent.get(lost..).filter(|kept| kept.len() >= 3);
                kept.is_some_and(|kept| kept.eq_ignore_ascii_case(line))
            })
    }

    /// Whether the answer to a part of the command begins with this word; how the part is written.
    /// What prompts has no answer before its data are sent: what looks like one is the late result
    /// of the message before.
    pub(super) fn form(&self, word: &str) -> Option<Form> {
        let is_early = self.kind == Kind::Command && self.prompt != Prompt::No;
        let mut parts = self.parts.iter();
        let part = parts.find(|part| are_alike(&part.word, word))?;
        let has_data = PROMPTING.contains(&part.word.as_str());
        Some(part.form).filter(|_| !(is_early && has_data))
    }
}

/// Whether a line may begin with one of these when the other was sent. Modems answer to `AT+CGSN`
/// with `+GSN:`, to `AT+QCCID` with `+CCID:` or `^ICCID:`, to `AT+CSQ` with `^CSQ:`.
fn are_alike(sent: &str, word: &str) -> bool {
    if sent.eq_ignore_ascii_case(word) {
        return true;
    }
    let (sent, word) = (name(sent), name(word));
    let (long, short) = if sent.len() < word.len() {
        (word, sent)
    } else {
        (sent, word)
    };
    ends_with(long, short) && short.len() >= 3 || ends_with(sent, "CCID") && ends_with(word, "CCID")
}

fn ends_with(text: &str, end: &str) -> bool {
    let start = text.len().checked_sub(end.len());
    let tail = start.and_then(|start| text.get(start..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// A word without its symbol.
fn name(word: &str) -> &str {
    word.trim_start_matches(|it: char| !is_of_name(it))
}

pub(super) const fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// What follows the values of a command: they end at `;`, unless it stands in a string.
fn behind_values(values: &str) -> &str {
    let mut is_quoted = false;
    for (at, character) in values.char_indices() {
        match character {
            '"' => is_quoted = !is_quoted,
            ';' if !is_quoted => return values.get(at..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}
