//! The one unsolicited result that may have line breaks in it: `+CUSD` with a string that goes on
//! (27.007 §7.15).

/// Whether `line`, which begins with `+CUSD`, begins a string that it does not end.
pub(super) fn opens(line: &[u8]) -> bool {
    let Some(first) = line.iter().position(|&it| it == b'"') else {
        return false;
    };
    let before = line.get(..first).unwrap_or_default();
    // Otherwise it is a quote in a text that has none around it.
    let is_string = matches!(before.trim_ascii_end(), [.., b',' | b':']);
    is_string && !closes(line.get(first + 1..).unwrap_or_default())
}

/// Whether the string that an earlier line began ends in `line`: with a quote, beside pairs of the
/// network's own.
pub(super) fn ends(line: &[u8]) -> bool {
    line.iter().filter(|&&it| it == b'"').count() % 2 == 1 && closes(line)
}

/// Whether the last quote may be the end of the string: nothing but the coding scheme is behind it.
fn closes(line: &[u8]) -> bool {
    let Some(last) = line.iter().rposition(|&it| it == b'"') else {
        return false;
    };
    let mut behind = line.iter().skip(last + 1);
    behind.all(|it| matches!(it, b' ' | b',' | b'0'..=b'9'))
}
