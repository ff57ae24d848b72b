//! EMS text formatting: element 0A (3GPP TS 23.040 §9.2.3.24.10.1.1).

use core::fmt;

/// How a stretch of the text looks.
///
/// ```
/// use smsgw_gsm::udh::{FormatMode, TextFormat};
///
/// let bold = TextFormat { start: 0, length: 5, mode: FormatMode(0b0001_0011), colour: None };
/// assert!(bold.mode.is_bold());
/// assert_eq!(bold.to_string(), "5 characters from 0: bold");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TextFormat {
    /// Characters of the text before it.
    pub start: u8,
    /// Characters it covers; 0 makes it the default for all text that follows.
    pub length: u8,
    /// Style, size and alignment.
    pub mode: FormatMode,
    /// Colours; an element of three octets has none.
    pub colour: Option<FormatColour>,
}

/// Style, size and alignment of a [`TextFormat`], as the octet on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FormatMode(pub u8);

/// Where lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alignment {
    /// At the left.
    Left,
    /// In the middle.
    Centre,
    /// At the right.
    Right,
    /// As the language has it: the default.
    LanguageDependent,
}

/// How large characters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FontSize {
    /// The default.
    Normal,
    /// Larger.
    Large,
    /// Smaller.
    Small,
    /// A value that the standard reserves.
    Reserved,
}

impl FormatMode {
    /// Where lines stand (bits 1 and 0).
    #[must_use]
    pub const fn alignment(self) -> Alignment {
        match self.0 & 0b11 {
            0b00 => Alignment::Left,
            0b01 => Alignment::Centre,
            0b10 => Alignment::Right,
            _ => Alignment::LanguageDependent,
        }
    }

    /// How large characters are (bits 3 and 2).
    #[must_use]
    pub const fn size(self) -> FontSize {
        match (self.0 >> 2) & 0b11 {
            0b00 => FontSize::Normal,
            0b01 => FontSize::Large,
            0b10 => FontSize::Small,
            _ => FontSize::Reserved,
        }
    }

    /// Bit 4.
    #[must_use]
    pub const fn is_bold(self) -> bool {
        self.0 & 0b0001_0000 != 0
    }

    /// Bit 5.
    #[must_use]
    pub const fn is_italic(self) -> bool {
        self.0 & 0b0010_0000 != 0
    }

    /// Bit 6.
    #[must_use]
    pub const fn is_underlined(self) -> bool {
        self.0 & 0b0100_0000 != 0
    }

    /// Bit 7.
    #[must_use]
    pub const fn is_strikethrough(self) -> bool {
        self.0 & 0b1000_0000 != 0
    }
}

/// Foreground (low semi-octet) and background colour of a [`TextFormat`], as the octet on the
/// wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FormatColour(pub u8);

impl FormatColour {
    /// The standard's names of the sixteen colours, by their number.
    pub const NAMES: [&'static str; 16] = [
        "black",
        "dark grey",
        "dark red",
        "dark yellow",
        "dark green",
        "dark cyan",
        "dark blue",
        "dark magenta",
        "grey",
        "white",
        "bright red",
        "bright yellow",
        "bright green",
        "bright cyan",
        "bright blue",
        "bright magenta",
    ];

    /// The number of the text's colour, 0 to 15.
    #[must_use]
    pub const fn foreground(self) -> u8 {
        self.0 & 0x0F
    }

    /// The number of the colour behind it, 0 to 15.
    #[must_use]
    pub const fn background(self) -> u8 {
        self.0 >> 4
    }
}

impl fmt::Display for TextFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TextFormat { start, length, .. } = self;
        match length {
            0 => write!(f, "default from {start}:")?,
            _ => write!(f, "{length} characters from {start}:")?,
        }
        write!(f, " {}", self.mode)?;
        self.colour.map_or(Ok(()), |colour| write!(f, ", {colour}"))
    }
}

impl fmt::Display for FormatMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = [
            self.is_bold().then_some("bold"),
            self.is_italic().then_some("italic"),
            self.is_underlined().then_some("underlined"),
            self.is_strikethrough().then_some("strikethrough"),
            match self.size() {
                FontSize::Normal => None,
                FontSize::Large => Some("large"),
                FontSize::Small => Some("small"),
                FontSize::Reserved => Some("reserved size"),
            },
            match self.alignment() {
                Alignment::Left => Some("left"),
                Alignment::Centre => Some("centre"),
                Alignment::Right => Some("right"),
                Alignment::LanguageDependent => None,
            },
        ];
        let mut said = said.into_iter().flatten();
        f.write_str(said.next().unwrap_or("plain"))?;
        said.try_for_each(|word| write!(f, ", {word}"))
    }
}

impl fmt::Display for FormatColour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |number| Self::NAMES.get(usize::from(number)).copied();
        let (foreground, background) = (name(self.foreground()), name(self.background()));
        let (foreground, background) = (
            foreground.unwrap_or_default(),
            background.unwrap_or_default(),
        );
        write!(f, "{foreground} on {background}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn modes_print() {
        assert_eq!(FormatMode(0b0000_0011).to_string(), "plain");
        assert_eq!(
            FormatMode(0b1111_0101).to_string(),
            "bold, italic, underlined, strikethrough, large, centre"
        );
        assert_eq!(FormatMode(0b0000_1110).to_string(), "reserved size, right");
    }

    #[test]
    fn colours_print() {
        let format = TextFormat {
            start: 3,
            length: 0,
            mode: FormatMode(0b0010_1000),
            colour: Some(FormatColour(0x9A)),
        };
        assert_eq!(
            format.to_string(),
            "default from 3: italic, small, left, bright red on white"
        );
    }
}
