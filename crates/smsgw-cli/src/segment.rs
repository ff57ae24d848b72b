//! `smsgw segment`: how a text is encoded and cut into short messages.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::{Value as Json, json};
use smsgw_gsm::segment::{Encoding, Options, Segments, segment};
use smsgw_gsm::udh::Reference;
use smsgw_sim::json_line;

use crate::error::Error;
use crate::hex;

/// Show how a text is encoded and cut into short messages.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw segment 'Lunch at 12? 10 € each.'
  smsgw segment --json --reference 16 -- \"$(cat letter.txt)\"
  smsgw segment < letter.txt")]
pub(crate) struct Args {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// How to write the characters.
    #[arg(long, value_enum, default_value_t = Choice::Auto)]
    encoding: Choice,
    /// Bits of the number that ties the parts together.
    #[arg(long, value_enum, default_value_t = Width::Eight)]
    reference: Width,
    /// The text; read from standard input unless given.
    text: Option<OsString>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Choice {
    /// GSM 7-bit if it has all characters, else UCS-2.
    Auto,
    /// The GSM 7-bit default alphabet, or an error.
    Gsm7,
    /// UCS-2.
    Ucs2,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Width {
    /// 153 septets or 67 UCS-2 units to a part.
    #[value(name = "8")]
    Eight,
    /// 152 septets or 66 UCS-2 units to a part.
    #[value(name = "16")]
    Sixteen,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    match answer(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if args.json {
                // Nobody may read it; the exit status says the same.
                let _ = json_line::write(io::stdout().lock(), &error.to_json());
            }
            eprintln!("smsgw segment: {error}");
            ExitCode::FAILURE
        }
    }
}

fn answer(args: &Args) -> Result<(), Error> {
    let mut input = Vec::new();
    let text = match &args.text {
        Some(text) => text.as_encoded_bytes(),
        None => {
            io::stdin().read_to_end(&mut input)?;
            // The last line end is the file's, not the text's.
            input.strip_suffix(b"\n").unwrap_or(&input)
        }
    };
    let text = str::from_utf8(text)?;
    let reference = match args.reference {
        Width::Eight => Reference::Eight(0),
        Width::Sixteen => Reference::Sixteen(0),
    };
    let options = Options::new().with_reference(reference);
    let options = match args.encoding {
        Choice::Auto => options,
        Choice::Gsm7 => options.with_encoding(Encoding::Gsm7),
        Choice::Ucs2 => options.with_encoding(Encoding::Ucs2),
    };
    let segments = segment(text, &options)?;
    let mut out = io::stdout().lock();
    if args.json {
        json_line::write(out, &for_programs(&segments))?;
    } else {
        writeln!(out, "{}", for_people(&segments))?;
    }
    Ok(())
}

fn for_programs(segments: &Segments) -> Json {
    let units: Vec<_> = segments.iter().map(|segment| segment.units()).collect();
    let chars: Vec<_> = segments.iter().map(|segment| segment.chars()).collect();
    let parts: Vec<_> = segments
        .iter()
        .map(|segment| json!({"udh": hex::encode(&segment.udh()), "user_data": hex::encode(&segment.packed())}))
        .collect();
    json!({
        "encoding": segments.encoding().name(),
        "segments": segments.count(),
        "units_per_segment": units,
        "chars_per_segment": chars,
        "total_units": segments.total_units(),
        "language": {"locking": "default", "single": "default"},
        "parts": parts,
        "forced_by": segments.forced_by(),
    })
}

fn for_people(segments: &Segments) -> String {
    let (name, unit) = match segments.encoding() {
        Encoding::Gsm7 => ("GSM 7-bit", "septet"),
        _ => ("UCS-2", "unit"),
    };
    let total = segments.total_units();
    let count = segments.count();
    let plural = |n| if n == 1 { "" } else { "s" };
    let mut text = format!(
        "{name}: {total} {unit}{} in {count} segment{}",
        plural(total),
        plural(count)
    );
    let forced_by = segments.forced_by();
    if !forced_by.is_empty() {
        text.push_str("\nnot GSM 7-bit because of");
        for character in forced_by {
            let code = u32::from(character);
            // Writing to a string cannot go wrong.
            let _ = write!(text, " {character:?} (U+{code:04X})");
        }
    }
    let _ = write!(text, "\n\n part  {unit:>6}s  characters  text");
    for (part, segment) in (1..).zip(segments) {
        let (units, chars) = (segment.units(), segment.chars());
        let _ = write!(
            text,
            "\n{part:>5}  {units:>7}  {chars:>10}  {:?}",
            segment.text()
        );
    }
    text
}
