//! Hex from the command line or standard input, one answer a line.

use std::io::{self, BufRead, BufReader, IsTerminal as _, Write};
use std::process::ExitCode;

use serde_json::Value as Json;
use smsgw_sim::json_line;
use smsgw_smpp::Quirks;

use crate::error::Error;

/// What every kind of input has in common.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print one JSON value per input line.
    #[arg(long)]
    json: bool,
    /// Refuse what the standard does not allow.
    #[arg(long)]
    strict: bool,
    /// Let through what can be understood, and say so (the default).
    #[arg(long, conflicts_with = "strict")]
    lenient: bool,
    /// Octets in hex; `-` or none: one input a line on standard input.
    #[arg(value_name = "HEX")]
    hex: Vec<String>,
}

impl Args {
    pub(super) fn quirks(&self) -> Quirks {
        if self.strict {
            Quirks::STRICT
        } else {
            Quirks::LENIENT
        }
    }
}

/// Decodes the octets of one line.
pub(super) trait Decode {
    /// For programs.
    fn json(&self, octets: &[u8]) -> Result<Json, Error>;
    /// For people.
    fn text(&self, octets: &[u8], style: Style) -> Result<String, Error>;
}

/// Colours, where they can be shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    colour: bool,
}

impl Style {
    /// The name of something.
    pub(super) fn name(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// What is beside the point.
    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// What is not as it should be.
    pub(super) fn alert(self, text: &str) -> String {
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

type Out = io::BufWriter<io::StdoutLock<'static>>;

/// Decodes every line of the input; the exit status is 1 when one failed.
pub(super) fn run(args: &Args, decode: &impl Decode) -> ExitCode {
    let mut out = Out::new(io::stdout().lock());
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut failed = false;
    let mut line = |line: &[u8], out: &mut Out| {
        let octets = octets(line);
        if args.json {
            let json = octets.and_then(|octets| decode.json(&octets));
            failed |= json.is_err();
            return json_line::write(out, &json.unwrap_or_else(|error| error.to_json()));
        }
        let style = Style { colour };
        match octets.and_then(|octets| decode.text(&octets, style)) {
            Ok(text) => writeln!(out, "{text}"),
            Err(error) => {
                failed = true;
                writeln!(out, "{} {error}\n", style.alert("error:"))
            }
        }
    };
    let done = if args.hex.is_empty() || args.hex.as_slice() == ["-"] {
        lines(&mut line, &mut out)
    } else {
        args.hex
            .iter()
            .try_for_each(|hex| line(hex.as_bytes(), &mut out))
    };
    match done.and_then(|()| out.flush()) {
        Ok(()) if !failed => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        // `smsgw decode ... | head`
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("smsgw: {error}");
            ExitCode::FAILURE
        }
    }
}

fn lines(
    decode: &mut impl FnMut(&[u8], &mut Out) -> io::Result<()>,
    out: &mut Out,
) -> io::Result<()> {
    let mut input = BufReader::new(io::stdin().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        decode(&line, out)?;
        line.clear();
        // Whoever feeds us line by line may wait for the answer.
        if input.buffer().is_empty() {
            out.flush()?;
        }
    }
    Ok(())
}

/// The octets of a line of hex; blanks between the digits do not matter.
fn octets(line: &[u8]) -> Result<Vec<u8>, Error> {
    let mut octets = Vec::with_capacity(line.len() / 2);
    let mut high = None;
    for &character in line.iter().filter(|octet| !octet.is_ascii_whitespace()) {
        let Some(digit) = char::from(character).to_digit(16) else {
            let message = format!(
                "not hex: '{}' at octet {}",
                character.escape_ascii(),
                octets.len()
            );
            return Err(Error::new("hex", None, octets.len(), message));
        };
        match high.take() {
            None => high = Some(digit),
            Some(high) => octets.extend(u8::try_from(high << 4 | digit)),
        }
    }
    if high.is_some() {
        let message = format!("half an octet of hex at octet {}", octets.len());
        return Err(Error::new("hex", None, octets.len(), message));
    }
    if octets.is_empty() {
        return Err(Error::new("empty", None, 0, "no octets"));
    }
    Ok(octets)
}

/// Octets as hex, without blanks.
pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
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
