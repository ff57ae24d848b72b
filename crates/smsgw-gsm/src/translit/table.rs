//! What can stand for a character: own tables, in the order in which they are asked.

/// Whether a character is worth nothing by itself: formatting, and marks on what stands before.
pub(super) fn is_dropped(character: char) -> bool {
    matches!(
        character,
        // Controls; those that mean a space or a line have a spelling.
        '\0'..='\x08' | '\x0E'..='\x1F' | '\x7F'..='\u{84}' | '\u{86}'..='\u{9F}'
        // Soft hyphen, Arabic letter mark, Mongolian separators.
        | '\u{AD}' | '\u{061C}' | '\u{180B}'..='\u{180E}'
        // Combining marks, those for symbols, half marks.
        | '\u{0300}'..='\u{036F}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}'
        // Zero-width space and joiners, directional marks, invisible operators, BOM.
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        // Annotations, variation selectors.
        | '\u{FFF9}'..='\u{FFFB}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}'
    )
}

/// What writes a digit above or below the line, or a fraction: after another digit, and elsewhere.
pub(super) fn digits(character: char) -> Option<(&'static str, &'static str)> {
    let joint = match character {
        '⁰' => "^0",
        '¹' => "^1",
        '²' => "^2",
        '³' => "^3",
        '⁴' => "^4",
        '⁵' => "^5",
        '⁶' => "^6",
        '⁷' => "^7",
        '⁸' => "^8",
        '⁹' => "^9",
        '⁺' => "^+",
        '⁻' => "^-",
        '₀' => "_0",
        '₁' => "_1",
        '₂' => "_2",
        '₃' => "_3",
        '₄' => "_4",
        '₅' => "_5",
        '₆' => "_6",
        '₇' => "_7",
        '₈' => "_8",
        '₉' => "_9",
        '¼' => " 1/4",
        '½' => " 1/2",
        '¾' => " 3/4",
        '⅐' => " 1/7",
        '⅑' => " 1/9",
        '⅒' => " 1/10",
        '⅓' => " 1/3",
        '⅔' => " 2/3",
        '⅕' => " 1/5",
        '⅖' => " 2/5",
        '⅗' => " 3/5",
        '⅘' => " 4/5",
        '⅙' => " 1/6",
        '⅚' => " 5/6",
        '⅛' => " 1/8",
        '⅜' => " 3/8",
        '⅝' => " 5/8",
        '⅞' => " 7/8",
        '⅟' => " 1/",
        '↉' => " 0/3",
        _ => return None,
    };
    Some((joint, joint.get(1..)?))
}

/// A spelling that is more, or other, than one letter.
pub(super) fn spelled(character: char) -> Option<&'static str> {
    Some(match character {
        // Spaces and lines.
        '\t'
        | '\u{A0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200A}'
        | '\u{202F}'
        | '\u{205F}'
        | '\u{3000}' => " ",
        '\x0B' | '\u{85}' | '\u{2028}' | '\u{2029}' => "\n",

        // Quotes, primes and what is typed for an apostrophe.
        '`' | '´' | '‘' | '’' | '‚' | '‛' | '′' | '‵' | '‹' | '›' | '❛' | '❜' | 'ʹ' | 'ʻ' | 'ʼ'
        | 'ʽ' | 'ʾ' | 'ʿ' | 'ˈ' | 'ˊ' | 'ˋ' | '΄' => "'",
        '¨' | '“' | '”' | '„' | '‟' | '″' | '‶' | '«' | '»' | '❝' | '❞' | '〝' | '〞' | '〟'
        | 'ʺ' | 'ˮ' | '˝' => "\"",
        '‴' => "'''",
        '⁗' => "\"\"",

        // Dashes and lines.
        '¯' | '‐'..='―' | '⁃' | '−' | '˗' | '⎯' | '─' | '━' | '﹘' | '﹣' => "-",
        '⸺' => "--",
        '⸻' => "---",
        '‗' => "_",
        '¦' | '∣' | '│' | '┃' => "|",
        '‖' | '∥' => "||",

        // Bullets and points.
        '•' | '‣' | '◦' | '∙' | '⁌' | '⁍' | '▪' | '▫' | '●' | '○' | '■' | '□' | '◆' | '◇' | '∗'
        | '⁎' => "*",
        '·' | '‧' | '⋅' | '․' | '\u{387}' => ".",
        '‥' => "..",
        '…' | '⋯' => "...",
        '¸' => ",",
        '\u{37E}' | '⁏' => ";",
        '∶' | 'ː' => ":",
        '‼' => "!!",
        '⁇' => "??",
        '⁈' => "?!",
        '⁉' => "!?",

        // Signs.
        '¢' => "c",
        '©' => "(C)",
        '®' => "(R)",
        '™' => "TM",
        '℠' => "SM",
        '℡' => "TEL",
        '№' => "No",
        '℅' => "c/o",
        'ª' => "a",
        'º' => "o",
        'µ' => "u",
        '±' => "+/-",
        '×' | '✕' => "x",
        '÷' | '⁄' | '∕' => "/",
        '∖' => "\\",
        '≤' | '⩽' => "<=",
        '≥' | '⩾' => ">=",
        '≪' => "<<",
        '≫' => ">>",
        '⟨' | '〈' => "<",
        '⟩' | '〉' => ">",
        'ˆ' => "^",
        '˜' | '∼' | '〜' | '⁓' | '≈' => "~",
        '←' => "<-",
        '→' => "->",
        '↔' => "<->",
        '⇐' => "<=",
        '⇒' => "=>",
        '⇔' => "<=>",

        // Ligatures and letters that are two.
        'Æ' => "AE",
        'æ' => "ae",
        'Œ' => "OE",
        'œ' => "oe",
        'ß' => "ss",
        'ẞ' => "SS",
        'Þ' => "Th",
        'þ' => "th",
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        'ŉ' => "'n",
        'Ǆ' | 'Ǳ' => "DZ",
        'ǅ' | 'ǲ' => "Dz",
        'ǆ' | 'ǳ' => "dz",
        'Ǉ' => "LJ",
        'ǈ' => "Lj",
        'ǉ' => "lj",
        'Ǌ' => "NJ",
        'ǋ' => "Nj",
        'ǌ' => "nj",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' | 'ﬆ' => "st",
        _ => return None,
    })
}

/// The letter one step nearer to ASCII: the canonical decomposition without its last mark, and for
/// letters that have none the one they were made from.
pub(super) fn nearest(character: char) -> Option<char> {
    Some(match character {
        '\u{00C0}'..='\u{024F}' => row(&LATIN, character, 0x00C0)?,
        '\u{1E00}'..='\u{1EFF}' => row(&LATIN_ADDITIONAL, character, 0x1E00)?,
        '！'..='～' => char::from_u32(u32::from(character) - 0xFF01 + 0x21)?,
        '￡' => '£',
        '￥' => '¥',
        '￠' => '¢',
        '￤' => '¦',
        '￣' => '¯',
        '\u{212A}' => 'K',
        '\u{212B}' => 'Å',
        '\u{2126}' => 'Ω',
        // Letters of phonetic and African alphabets.
        'ɐ' | 'ɑ' => 'a',
        'ɓ' => 'b',
        'ɖ' | 'ɗ' => 'd',
        'ə' | 'ɛ' => 'e',
        'ɠ' | 'ɡ' | 'ɣ' => 'g',
        'ɦ' => 'h',
        'ɨ' | 'ɩ' => 'i',
        'ɫ' | 'ɬ' => 'l',
        'ɱ' => 'm',
        'ɲ' | 'ɳ' => 'n',
        'ɔ' | 'ɵ' => 'o',
        'ɽ' => 'r',
        'ʂ' => 's',
        'ʈ' => 't',
        'ʉ' | 'ʊ' => 'u',
        'ʋ' => 'v',
        'ʏ' => 'y',
        'ʐ' => 'z',
        // Greek capitals. Those without a Latin double are in the default alphabet.
        'Α' | 'Ά' => 'A',
        'Β' => 'B',
        'Ε' | 'Έ' => 'E',
        'Ζ' => 'Z',
        'Η' | 'Ή' => 'H',
        'Ι' | 'Ί' | 'Ϊ' => 'I',
        'Κ' => 'K',
        'Μ' => 'M',
        'Ν' => 'N',
        'Ο' | 'Ό' => 'O',
        'Ρ' => 'P',
        'Τ' => 'T',
        'Υ' | 'Ύ' | 'Ϋ' => 'Y',
        'Χ' => 'X',
        'Ώ' => 'Ω',
        _ => return None,
    })
}

fn row(table: &[char], character: char, first: u32) -> Option<char> {
    let index = usize::try_from(u32::from(character).checked_sub(first)?).ok()?;
    table.get(index).copied().filter(|letter| *letter != NO)
}

/// A letter and the combining mark after it as one letter, where an alphabet of 23.038 has it.
pub(super) fn composed(base: char, mark: char) -> Option<&'static str> {
    let pairs = match mark {
        '\u{0300}' => "AÀaàeèiìoòuù",
        '\u{0301}' => "AÁEÉIÍOÓUÚaáeéiíoóuú",
        '\u{0302}' => "AÂEÊOÔaâeêoô",
        '\u{0303}' => "AÃNÑOÕaãnñoõ",
        '\u{0306}' => "GĞgğ",
        '\u{0307}' => "Iİ",
        '\u{0308}' => "AÄOÖUÜaäoöuü",
        '\u{030A}' => "AÅaå",
        '\u{0327}' => "CÇSŞcçsş",
        _ => return None,
    };
    let mut letters = pairs.chars();
    letters.find(|letter| *letter == base)?;
    text(letters.next()?)
}

/// One character as text, if it is one that [`nearest`] and [`composed`] can lead to.
pub(super) fn text(character: char) -> Option<&'static str> {
    if matches!(character, '!'..='~') {
        let index = usize::try_from(u32::from(character) - 0x21).ok()?;
        return ASCII.get(index..=index);
    }
    let (start, _) = BEYOND_ASCII
        .char_indices()
        .find(|(_, letter)| *letter == character)?;
    BEYOND_ASCII.get(start..start + character.len_utf8())
}

/// From U+0021 to U+007E.
const ASCII: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
    abcdefghijklmnopqrstuvwxyz{|}~";

/// All Latin letters beyond ASCII of all alphabets, and a few signs.
const BEYOND_ASCII: &str = "ÀÁÂÃÄÅÆÇÉÊÍÑÓÔÕÖØÚÜßàáâãäåæçèéêìíñòóôõöøùúüĞğİıŞşΩ£¥";

/// In the tables: not a letter, or one without a nearer one.
const NO: char = '\0';

/// U+00C0 to U+024F.
#[rustfmt::skip]
const LATIN: [char; 0x190] = [
    'A', 'A', 'A', 'A', 'A', 'A', NO, 'C', 'E', 'E', 'E', 'E', 'I', 'I', 'I', 'I',
    'D', 'N', 'O', 'O', 'O', 'O', 'O', NO, 'O', 'U', 'U', 'U', 'U', 'Y', NO, NO,
    'a', 'a', 'a', 'a', 'a', 'a', NO, 'c', 'e', 'e', 'e', 'e', 'i', 'i', 'i', 'i',
    'd', 'n', 'o', 'o', 'o', 'o', 'o', NO, 'o', 'u', 'u', 'u', 'u', 'y', NO, 'y',
    'A', 'a', 'A', 'a', 'A', 'a', 'C', 'c', 'C', 'c', 'C', 'c', 'C', 'c', 'D', 'd',
    'D', 'd', 'E', 'e', 'E', 'e', 'E', 'e', 'E', 'e', 'E', 'e', 'G', 'g', 'G', 'g',
    'G', 'g', 'G', 'g', 'H', 'h', 'H', 'h', 'I', 'i', 'I', 'i', 'I', 'i', 'I', 'i',
    'I', 'i', NO, NO, 'J', 'j', 'K', 'k', 'k', 'L', 'l', 'L', 'l', 'L', 'l', 'L',
    'l', 'L', 'l', 'N', 'n', 'N', 'n', 'N', 'n', NO, 'N', 'n', 'O', 'o', 'O', 'o',
    'O', 'o', NO, NO, 'R', 'r', 'R', 'r', 'R', 'r', 'S', 's', 'S', 's', 'S', 's',
    'S', 's', 'T', 't', 'T', 't', 'T', 't', 'U', 'u', 'U', 'u', 'U', 'u', 'U', 'u',
    'U', 'u', 'U', 'u', 'W', 'w', 'Y', 'y', 'Y', 'Z', 'z', 'Z', 'z', 'Z', 'z', 's',
    'b', 'B', 'B', 'b', NO, NO, 'O', 'C', 'c', 'D', 'D', 'D', 'd', NO, 'E', 'E',
    'E', 'F', 'f', 'G', NO, NO, 'I', 'I', 'K', 'k', 'l', NO, NO, 'N', 'n', 'O',
    'O', 'o', NO, NO, 'P', 'p', NO, NO, NO, NO, NO, 't', 'T', 't', 'T', 'U',
    'u', NO, 'V', 'Y', 'y', 'Z', 'z', NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 'A', 'a', 'I',
    'i', 'O', 'o', 'U', 'u', 'Ü', 'ü', 'Ü', 'ü', 'Ü', 'ü', 'Ü', 'ü', 'e', 'Ä', 'ä',
    'Ȧ', 'ȧ', 'Æ', 'æ', 'G', 'g', 'G', 'g', 'K', 'k', 'O', 'o', 'Ǫ', 'ǫ', 'Ʒ', 'ʒ',
    'j', NO, NO, NO, 'G', 'g', NO, NO, 'N', 'n', 'Å', 'å', 'Æ', 'æ', 'Ø', 'ø',
    'A', 'a', 'A', 'a', 'E', 'e', 'E', 'e', 'I', 'i', 'I', 'i', 'O', 'o', 'O', 'o',
    'R', 'r', 'R', 'r', 'U', 'u', 'U', 'u', 'S', 's', 'T', 't', NO, NO, 'H', 'h',
    NO, 'd', NO, NO, 'Z', 'z', 'A', 'a', 'E', 'e', 'Ö', 'ö', 'Õ', 'õ', 'O', 'o',
    'Ȯ', 'ȯ', 'Y', 'y', 'l', 'n', 't', 'j', NO, NO, 'A', 'C', 'c', 'L', 'T', 's',
    'z', NO, NO, 'B', 'U', NO, 'E', 'e', 'J', 'j', 'Q', 'q', 'R', 'r', 'Y', 'y',
];

/// U+1E00 to U+1EFF.
#[rustfmt::skip]
const LATIN_ADDITIONAL: [char; 0x100] = [
    'A', 'a', 'B', 'b', 'B', 'b', 'B', 'b', 'Ç', 'ç', 'D', 'd', 'D', 'd', 'D', 'd',
    'D', 'd', 'D', 'd', 'Ē', 'ē', 'Ē', 'ē', 'E', 'e', 'E', 'e', 'Ȩ', 'ȩ', 'F', 'f',
    'G', 'g', 'H', 'h', 'H', 'h', 'H', 'h', 'H', 'h', 'H', 'h', 'I', 'i', 'Ï', 'ï',
    'K', 'k', 'K', 'k', 'K', 'k', 'L', 'l', 'Ḷ', 'ḷ', 'L', 'l', 'L', 'l', 'M', 'm',
    'M', 'm', 'M', 'm', 'N', 'n', 'N', 'n', 'N', 'n', 'N', 'n', 'Õ', 'õ', 'Õ', 'õ',
    'Ō', 'ō', 'Ō', 'ō', 'P', 'p', 'P', 'p', 'R', 'r', 'R', 'r', 'Ṛ', 'ṛ', 'R', 'r',
    'S', 's', 'S', 's', 'Ś', 'ś', 'Š', 'š', 'Ṣ', 'ṣ', 'T', 't', 'T', 't', 'T', 't',
    'T', 't', 'U', 'u', 'U', 'u', 'U', 'u', 'Ũ', 'ũ', 'Ū', 'ū', 'V', 'v', 'V', 'v',
    'W', 'w', 'W', 'w', 'W', 'w', 'W', 'w', 'W', 'w', 'X', 'x', 'X', 'x', 'Y', 'y',
    'Z', 'z', 'Z', 'z', 'Z', 'z', 'h', 't', 'w', 'y', 'a', 'ſ', 's', 's', NO, NO,
    'A', 'a', 'A', 'a', 'Â', 'â', 'Â', 'â', 'Â', 'â', 'Â', 'â', 'Ạ', 'ạ', 'Ă', 'ă',
    'Ă', 'ă', 'Ă', 'ă', 'Ă', 'ă', 'Ạ', 'ạ', 'E', 'e', 'E', 'e', 'E', 'e', 'Ê', 'ê',
    'Ê', 'ê', 'Ê', 'ê', 'Ê', 'ê', 'Ẹ', 'ẹ', 'I', 'i', 'I', 'i', 'O', 'o', 'O', 'o',
    'Ô', 'ô', 'Ô', 'ô', 'Ô', 'ô', 'Ô', 'ô', 'Ọ', 'ọ', 'Ơ', 'ơ', 'Ơ', 'ơ', 'Ơ', 'ơ',
    'Ơ', 'ơ', 'Ơ', 'ơ', 'U', 'u', 'U', 'u', 'Ư', 'ư', 'Ư', 'ư', 'Ư', 'ư', 'Ư', 'ư',
    'Ư', 'ư', 'Y', 'y', 'Y', 'y', 'Y', 'y', 'Y', 'y', NO, NO, NO, NO, 'Y', 'y',
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alphabet::Code;

    #[test]
    fn every_way_ends() {
        for character in '\u{80}'..=char::MAX {
            let mut letter = character;
            let mut steps = 0;
            while let Some(next) = nearest(letter) {
                (letter, steps) = (next, steps + 1);
                assert!(steps < 4, "{character:?}");
            }
            let is_written =
                letter.is_ascii() || Code::of(letter).is_some() || spelled(letter).is_some();
            // Ezh is no Latin letter with a mark, but has forms with one.
            assert!(
                steps == 0 || is_written || matches!(letter, 'Ʒ' | 'ʒ'),
                "{character:?} ends at {letter:?}"
            );
        }
    }

    #[test]
    fn a_letter_is_its_own_text() {
        for letter in ('!'..='~').chain(BEYOND_ASCII.chars()) {
            let mut letters = text(letter).unwrap().chars();
            assert_eq!((letters.next(), letters.next()), (Some(letter), None));
        }
        assert_eq!((text(' '), text('я')), (None, None));
    }

    #[test]
    fn what_is_dropped_has_no_spelling() {
        for character in ('\0'..=char::MAX).filter(|character| is_dropped(*character)) {
            assert_eq!(spelled(character), None, "{character:?}");
            assert_eq!(nearest(character), None, "{character:?}");
        }
    }
}
