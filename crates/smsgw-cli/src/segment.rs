//! `smsgw segment`: how a text is encoded and cut into short messages.

use std::fmt::Write as _;
use std::io::Read as _;
use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::{Value as Json, json};
use smsgw_gsm::segment::{Encoding, Options, Segments, segment};
use smsgw_gsm::udh::Reference;

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
    text: Option<String>,
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
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("smsgw segment: {error}");
            ExitCode::FAILURE
        }
    }
}

fn answer(args: &Args) -> Result<String, Box<dyn std::error::Error>> {
    let mut input = String::new();
    let text = match &args.text {
        Some(text) => text,
        None => {
            std::io::stdin().read_to_string(&mut input)?;
            // The last line end is the file's, not the text's.
            input.strip_suffix('\n').unwrap_or(&input)
        }
    };
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
    Ok(if args.json {
        for_programs(&segments).to_string()
    } else {
        for_people(&segments)
    })
}

fn for_programs(segments: &Segments) -> Json {
    let units: Vec<_> = segments.iter().map(|segment| segment.units()).collect();
    let chars: Vec<_> = segments.iter().map(|segment| segment.chars()).collect();
    let parts: Vec<_> = segments
        .iter()
        .map(|segment| json!({"udh": hex(&segment.udh()), "user_data": hex(&segment.packed())}))
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

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
