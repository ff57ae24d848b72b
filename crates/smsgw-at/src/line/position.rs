//! Which lines have another behind them that is theirs by position (27.005 §3.4, 4.1 to 4.8).

/// What follows a line by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    /// Hexadecimal digits.
    Pdu,
    /// Text: the very next line, whatever it looks like.
    Text,
}

/// What follows `line`, which begins with `word`.
pub(super) fn follows(word: &str, line: &str) -> Option<Follows> {
    let is = |name: &str| word.eq_ignore_ascii_case(name);
    let rest = line.get(word.len()..).unwrap_or_default();
    let values = Values::of(rest.trim_start_matches([' ', ':', '=']));
    let is_empty = !values.last.is_empty() && values.last.bytes().all(|it| it == b'0');
    let pdu = (!is_empty).then_some(Follows::Pdu);
    if is("+CMT") || is("+CDS") || is("+CBM") {
        // [alpha],length; text mode has more, and no number at its end unless AT+CSDH=1.
        if values.count <= 2 && is_number(values.last) {
            let is_pair = values.count == 2 && is_number(values.get(0)) && is("+CDS");
            return pdu.filter(|_| !is_pair);
        }
        // A status report in text mode is one line.
        return (!is("+CDS")).then_some(Follows::Text);
    }
    let at = if is("+CMGR") {
        0
    } else if is("+CMGL") {
        1
    } else {
        return None;
    };
    if values.count == at {
        return None;
    }
    if is_number(values.get(at)) {
        return pdu;
    }
    // A stored status report in text mode is one line: its first octet is a number, its times have
    // slashes.
    let is_report = is_number(values.get(at + 1)) && line.contains('/');
    (!is_report).then_some(Follows::Text)
}

/// The first fields of a line, and how many it has. A comma in a string ends no field, unless the
/// line's quotes do not pair.
struct Values<'a> {
    first: [&'a str; 3],
    last: &'a str,
    count: usize,
}

impl<'a> Values<'a> {
    fn of(text: &'a str) -> Self {
        let quotes = text.bytes().filter(|&it| it == b'"').count();
        let are_pairs = quotes % 2 == 0;
        let mut is_quoted = false;
        let mut values = Self {
            first: [""; 3],
            last: "",
            count: 0,
        };
        let fields = text.split(|it| {
            is_quoted ^= it == '"';
            it == ',' && !(is_quoted && are_pairs)
        });
        for field in fields {
            let field = field.trim();
            if let Some(place) = values.first.get_mut(values.count) {
                *place = field;
            }
            values.last = field;
            values.count += 1;
        }
        values
    }

    fn get(&self, at: usize) -> &'a str {
        self.first.get(at).copied().unwrap_or_default()
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// Whether `line` can be a PDU. One digit is a result of `ATV0`.
pub(super) fn is_hex(line: &str) -> bool {
    line.len() > 1 && line.bytes().all(|it| it.is_ascii_hexdigit())
}
