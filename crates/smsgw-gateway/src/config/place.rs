//! Where in the file something is.

use toml::de::{DeTable, DeValue};

/// Line and column from 1, the column in characters.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// Where the value at a path like `link.smpp.0.window` begins, or the innermost table around it
/// when the file leaves it out.
pub(super) fn of_value(text: &str, path: &str) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let mut keys = path.split('.');
    let mut value = root.get_ref().get(keys.next()?)?;
    for key in keys {
        let inner = match value.get_ref() {
            DeValue::Array(_) => value.get_ref().get(key.parse::<usize>().ok()?),
            _ => value.get_ref().get(key),
        };
        match inner {
            Some(inner) => value = inner,
            None => break,
        }
    }
    Some(value.span().start)
}
