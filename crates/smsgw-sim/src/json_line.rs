//! A JSON value on a line of its own, for whoever reads lines.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Writes `value` and a line end.
///
/// Characters that some languages split lines at (U+0085, U+2028, U+2029) and what else JSON
/// leaves bare of the control characters (U+007F to U+009F) are escaped.
///
/// ```
/// let mut out = Vec::new();
/// smsgw_sim::json_line::write(&mut out, "one\u{2028}line")?;
/// assert_eq!(out, b"\"one\\u2028line\"\n");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(mut out: impl Write, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut out, OneLine))?;
    out.write_all(b"\n")
}

struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W>(&mut self, out: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        // Most are plain: looked at as octets, which is much faster.
        if fragment.bytes().all(|octet| octet < 0x7F) {
            return out.write_all(fragment.as_bytes());
        }
        for piece in fragment.split_inclusive(is_escaped) {
            let bare = piece.trim_end_matches(is_escaped);
            out.write_all(bare.as_bytes())?;
            // One at most: the piece ends with it.
            if let Some(character) = piece.chars().next_back().filter(|&c| is_escaped(c)) {
                write!(out, "\\u{:04x}", u32::from(character))?;
            }
        }
        Ok(())
    }
}

fn is_escaped(character: char) -> bool {
    matches!(character, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn every_character_comes_back_and_no_line_ends_early() {
        let text: String = ('\0'..='\u{2100}').collect();
        let value = json!({ &text: [text], "\u{85}\u{85}": null });
        let mut out = Vec::new();
        write(&mut out, &value).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
        let line = line.strip_suffix('\n').unwrap();
        assert!(!line.contains(|c: char| c.is_control() || is_escaped(c)));
        assert!(
            line.contains(r"~\u007f\u0080") && line.contains("ä"),
            "{line}"
        );
    }
}
