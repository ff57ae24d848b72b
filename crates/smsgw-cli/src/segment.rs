//! `smsgw segment`: how a text is encoded and cut into short messages.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value as Json, json};
use smsgw_gsm::alphabet::{Language, Tables};
use smsgw_gsm::segment::{Encoding, LanguageChoice, Options, Segments, segment};
use smsgw_gsm::translit::{self, Change};
use smsgw_gsm::udh::Reference;
use smsgw_sim::json_line;

use crate::error::Error;
use crate::hex;

/// Show how a text is encoded and cut into short messages.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw segment 'Lunch at 12? 10 € each.'
  smsgw segment --language auto 'İyi günler, yarın görüşürüz.'
  smsgw segment --translit 'It’s “10 €” – or more…'
  smsgw segment --json --reference 16 -- \"$(cat letter.txt)\"
  smsgw segment < letter.txt")]
pub(crate) struct Args {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// How to write the characters.
    #[arg(long, value_enum, default_value_t = Choice::Auto)]
    encoding: Choice,
    /// Languages whose GSM 7-bit tables may be used; auto for any.
    #[arg(long, value_parser = language(), default_value = "none")]
    language: LanguageChoice,
    /// Bits of the number that ties the parts together.
    #[arg(long, value_enum, default_value_t = Width::Eight)]
    reference: Width,
    /// Write quotes, dashes, spaces, letters with marks and the like in GSM 7-bit, where that makes
    /// the whole text GSM 7-bit; any other stays as it is.
    #[arg(long)]
    translit: bool,
    /// Do not cut inside of what people take for one character.
    #[arg(long)]
    graphemes: bool,
    /// The text; read from standard input unless given.
    text: Option<OsString>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Choice {
    /// What takes the fewest segments: GSM 7-bit, if it has all characters, or UCS-2.
    Auto,
    /// GSM 7-bit, or an error: the default alphabet, and the tables of --language.
    Gsm7,
    /// UCS-2.
    Ucs2,
    /// The octets of UTF-8, as 8-bit data.
    #[value(name = "8bit")]
    EightBit,
}

/// `none`, `auto`, or the name of a language.
fn language() -> impl TypedValueParser<Value = LanguageChoice> {
    let names = Language::ALL.map(Language::name);
    PossibleValuesParser::new(["none", "auto"].into_iter().chain(names)).map(|name| {
        match (&*name, Language::from_name(&name)) {
            (_, Some(language)) => LanguageChoice::Only(language),
            ("auto", None) => LanguageChoice::Auto,
            _ => LanguageChoice::None,
        }
    })
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
    let options = Options::new()
        .with_reference(reference)
        .with_language(args.language)
        .with_graphemes(args.graphemes);
    let options = match args.encoding {
        Choice::Auto => options,
        Choice::Gsm7 => options.with_encoding(Encoding::Gsm7),
        Choice::Ucs2 => options.with_encoding(Encoding::Ucs2),
        Choice::EightBit => options.with_encoding(Encoding::EightBit),
    };
    let (segments, changes) = if args.translit {
        let (segments, changes) = translit::segment(text, &options)?;
        (segments, Some(changes))
    } else {
        (segment(text, &options)?, None)
    };
    let mut out = io::stdout().lock();
    if args.json {
        json_line::write(out, &for_programs(&segments, changes.as_deref()))?;
    } else {
        writeln!(out, "{}", for_people(&segments, changes.as_deref()))?;
    }
    Ok(())
}

fn for_programs(segments: &Segments, changes: Option<&[Change<'_>]>) -> Json {
    let units: Vec<_> = segments.iter().map(|segment| segment.units()).collect();
    let chars: Vec<_> = segments.iter().map(|segment| segment.chars()).collect();
    let parts: Vec<_> = segments
        .iter()
        .map(|segment| json!({"udh": hex::encode(&segment.udh()), "user_data": hex::encode(&segment.packed())}))
        .collect();
    let Tables { locking, single } = segments.tables();
    let number = |language: Option<Language>| language.map_or(0, Language::identifier);
    let name = |language: Option<Language>| language.map_or("default", Language::name);
    let mut told = json!({
        "encoding": segments.encoding().name(),
        "segments": segments.count(),
        "units_per_segment": units,
        "chars_per_segment": chars,
        "total_units": segments.total_units(),
        "language": {"locking": number(locking), "single": number(single)},
        "language_names": {"locking": name(locking), "single": name(single)},
        "parts": parts,
        "forced_by": segments.forced_by(),
    });
    if let (Some(changes), Some(keys)) = (changes, told.as_object_mut()) {
        let change = |change: &Change<'_>| json!({"index": change.index, "from": change.from, "to": change.to});
        let changes: Json = changes.iter().map(change).collect();
        keys.insert("changes".to_owned(), changes);
    }
    told
}

fn for_people(segments: &Segments, changes: Option<&[Change<'_>]>) -> String {
    let (name, unit) = match segments.encoding() {
        Encoding::Gsm7 => ("GSM 7-bit", "septet"),
        Encoding::EightBit => ("8-bit", "octet"),
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
    // Writing to a string cannot go wrong.
    for (table, language) in [
        ("locking", segments.tables().locking),
        ("single", segments.tables().single),
    ] {
        if let Some(language) = language {
            let _ = write!(text, "\n{table} shift table: {}", language.name());
        }
    }
    for change in changes.unwrap_or_default() {
        let Change { index, from, to } = change;
        let _ = write!(text, "\n{from:?} at {index} is written {to:?}");
    }
    let forced_by = segments.forced_by();
    if !forced_by.is_empty() {
        text.push_str(match segments.encoding() {
            Encoding::Gsm7 => "\nnot the default alphabet because of",
            _ => "\nnot GSM 7-bit because of",
        });
        for character in forced_by {
            let code = u32::from(character);
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
