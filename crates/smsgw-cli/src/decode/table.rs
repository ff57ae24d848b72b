//! The dissection for people: octet, hex, field, value.

use super::input::Style;

/// Rows in wire order, each the octets that follow those of the row before.
pub(super) struct Table<'a> {
    octets: &'a [u8],
    offset: usize,
    style: Style,
    /// Before the names of what is part of something.
    indent: &'static str,
    out: String,
}

impl<'a> Table<'a> {
    /// Octets in a line.
    const WIDTH: usize = 8;

    pub(super) fn new(octets: &'a [u8], style: Style) -> Self {
        Self {
            octets,
            offset: 0,
            style,
            indent: "",
            out: String::new(),
        }
    }

    pub(super) fn title(&mut self, title: &str) {
        self.out.push_str(title);
        self.out.push('\n');
    }

    /// What stands before the names from here on.
    pub(super) fn indent(&mut self, indent: &'static str) {
        self.indent = indent;
    }

    /// The next `size` octets; long ones take several lines.
    pub(super) fn row(&mut self, size: usize, name: &str, value: &str) {
        // A NUL that was not there counts in the size.
        let end = self.octets.len().min(self.offset.saturating_add(size));
        let octets = self.octets.get(self.offset..end).unwrap_or_default();
        for (index, octets) in octets.chunks(Self::WIDTH).enumerate() {
            let hex: Vec<_> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            let offset = self.offset + index * Self::WIDTH;
            if index == 0 {
                self.line(&offset.to_string(), &hex.join(" "), Some((name, value)));
            } else {
                self.line(&offset.to_string(), &hex.join(" "), None);
            }
        }
        self.offset = end;
    }

    /// A part of the octets of the row before: some bits of it, or what they mean.
    pub(super) fn part(&mut self, bits: &str, name: &str, value: &str) {
        self.line("", bits, Some((name, value)));
    }

    pub(super) fn remark(&mut self, name: &str, text: &str) {
        let name = self.style.name(name);
        self.out.push_str(&format!("  {name}: {text}\n"));
    }

    pub(super) fn alert(&mut self, name: &str, text: &str) {
        let name = self.style.alert(name);
        self.out.push_str(&format!("  {name}: {text}\n"));
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    fn line(&mut self, offset: &str, hex: &str, field: Option<(&str, &str)>) {
        self.out
            .push_str(&self.style.dim(&format!("  {offset:>5}  {hex:<23}")));
        if let Some((name, value)) = field {
            let name = format!("{}{name}", self.indent);
            let name = self.style.name(&format!("{name:<23}"));
            self.out.push_str(&format!("  {name}  {value}"));
        }
        self.out.truncate(self.out.trim_end().len());
        self.out.push('\n');
    }
}
