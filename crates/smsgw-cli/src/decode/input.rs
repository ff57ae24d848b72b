//! Octets in hex, for every kind of input.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use serde_json::Value as Json;
use smsgw_sim::json_line;
use smsgw_smpp::Quirks;

use crate::error::Error;
use crate::{hex, lines};

/// What every kind of input has in common.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print one JSON value per input line.
    #[arg(long)]
    pub(super) json: bool,
    /// Refuse what the standard does not allow.
    #[arg(long)]
    strict: bool,
    /// Let through what can be understood, and say so (the default).
    #[arg(long, conflicts_with = "strict")]
    lenient: bool,
    /// Octets in hex; `-` or none: one input a line on standard input.
    #[arg(value_name = "HEX")]
    pub(super) hex: Vec<String>,
}

impl Args {
    pub(super) fn quirks(&self) -> Quirks {
        if self.strict {
            Quirks::STRICT
        } else {
            Quirks::LENIENT
        }
    }

    pub(super) fn gsm_quirks(&self) -> smsgw_gsm::Quirks {
        if self.strict {
            smsgw_gsm::Quirks::STRICT
        } else {
            smsgw_gsm::Quirks::LENIENT
        }
    }

    pub(super) fn ucp_quirks(&self) -> smsgw_ucp::Quirks {
        if self.strict {
            smsgw_ucp::Quirks::STRICT
        } else {
            smsgw_ucp::Quirks::LENIENT
        }
    }
}

/// Decodes the octets of one line.
pub(super) trait Decode {
    /// The octets of a line of hex.
    fn octets(&self, line: &[u8]) -> Result<Vec<u8>, Error> {
        octets(line)
    }
    /// For programs.
    fn json(&self, octets: &[u8]) -> Result<Json, Error>;
    /// For people.
    fn text(&self, octets: &[u8], style: Style) -> Result<String, Error>;
}

/// Colours, where they can be shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    colour: bool,
}

impl Style {
    /// Colours on a terminal, unless the user wants none.
    pub(crate) fn of_stdout() -> Self {
        let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { colour }
    }

    /// The name of something.
    pub(crate) fn name(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// What is beside the point.
    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// What is not as it should be.
    pub(crate) fn alert(self, text: &str) -> String {
        self.paint("31", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Decodes every line of the input; the exit status is 1 when one failed.
pub(super) fn run(args: &Args, decode: &impl Decode) -> ExitCode {
    let style = Style::of_stdout();
    lines::run(&args.hex, |line, out| {
        let octets = decode.octets(line);
        if args.json {
            let json = octets.and_then(|octets| decode.json(&octets));
            let is_good = json.is_ok();
            json_line::write(out, &json.unwrap_or_else(|error| error.to_json()))?;
            return Ok(is_good);
        }
        match octets.and_then(|octets| decode.text(&octets, style)) {
            Ok(text) => writeln!(out, "{text}").map(|()| true),
            Err(error) => writeln!(out, "{} {error}\n", style.alert("error:")).map(|()| false),
        }
    })
}

/// The octets of a line of hex.
pub(crate) fn octets(line: &[u8]) -> Result<Vec<u8>, Error> {
    let octets = hex::decode(line)?;
    if octets.is_empty() {
        return Err(Error::new("empty", Some("hex"), 0, "no octets"));
    }
    Ok(octets)
}

/// Text of a peer for a terminal: control characters are written, not obeyed.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}
