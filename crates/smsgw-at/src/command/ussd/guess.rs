//! How the string of a `+CUSD` was written: no modem says it, so what makes sense is taken.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use smsgw_gsm::cbs::CbsDataCodingScheme;
use smsgw_gsm::dcs::Alphabet;
use smsgw_gsm::{alphabet, septet, ucs2};

use super::UssdEncoding;
use crate::charset::{self, CharacterSet};
use crate::hex;

/// What a string most likely says.
pub(super) struct Guess {
    pub(super) text: String,
    pub(super) encoding: UssdEncoding,
    pub(super) is_garbled: bool,
}

impl Guess {
    pub(super) fn of(text: &str, scheme: Option<u8>, set: &CharacterSet) -> Self {
        let alphabet = scheme.map(|scheme| CbsDataCodingScheme(scheme).alphabet());
        let octets = hex::read(text).filter(|octets| !octets.is_empty());
        let mut guess = match &octets {
            None => Self::plain(text, alphabet, set),
            Some(octets) => Self::hexadecimal(text, octets, scheme, set),
        };
        if scheme == Some(LANGUAGE_AND_GSM) && is_language(guess.text.as_bytes()) {
            guess.text = guess.text.chars().skip(3).collect();
        }
        guess
    }

    fn new(text: String, encoding: UssdEncoding) -> Self {
        Self {
            is_garbled: sense(&text) < SENSIBLE,
            text,
            encoding,
        }
    }

    /// As the standard says: text in the set of the modem.
    fn plain(text: &str, alphabet: Option<Alphabet>, set: &CharacterSet) -> Self {
        // Or octets of UCS-2 as they are, in quotes.
        let raw = charset::octets(text).filter(|octets| {
            alphabet == Some(Alphabet::Ucs2)
                && octets.len().is_multiple_of(2)
                && octets.iter().any(|octet| *octet < b' ')
                && is_one_script(octets)
        });
        let text = match raw {
            Some(octets) => ucs2::decode(&octets),
            None => set.decode(text),
        };
        Self::new(text, UssdEncoding::Plain)
    }

    /// Of what the digits can stand for, that which makes the most sense; themselves when none does.
    fn hexadecimal(text: &str, octets: &[u8], scheme: Option<u8>, set: &CharacterSet) -> Self {
        let alphabet = scheme.map(|scheme| CbsDataCodingScheme(scheme).alphabet());
        let is_even = octets.len().is_multiple_of(2);
        // Digits alone are a number, unless there are more than a number has.
        let is_number = text.len() <= 20 && text.bytes().all(|octet| octet.is_ascii_digit());
        let has_zeros = || octets.iter().step_by(2).all(|high| *high == 0);
        let is_ucs2 = is_even && is_one_script(octets) && (!is_number || has_zeros());

        if alphabet == Some(Alphabet::Ucs2) && is_even {
            let rest = match without_language(octets) {
                Some(rest) if scheme == Some(LANGUAGE_AND_UCS2) => rest,
                _ => octets,
            };
            let encoding = match set {
                CharacterSet::Ucs2 => UssdEncoding::Plain,
                _ => UssdEncoding::Ucs2,
            };
            return Self::new(ucs2::decode(rest), encoding);
        }
        let mut candidates = Vec::new();
        match set {
            CharacterSet::Ucs2 if is_ucs2 => {
                candidates.push(Self::new(ucs2::decode(octets), UssdEncoding::Plain));
            }
            CharacterSet::Hex => candidates.push(Self::plain(text, alphabet, set)),
            _ if is_ucs2 => candidates.push(Self::new(ucs2::decode(octets), UssdEncoding::Ucs2)),
            _ => {}
        }
        if !is_number && alphabet != Some(Alphabet::EightBit) {
            let septets = septet::unpack_ussd(octets);
            let text = alphabet::decode_unpacked(&septets);
            candidates.push(Self::new(text, UssdEncoding::Packed));
        }
        if !is_number {
            let text = eight_bit(octets).map(|text| Self::new(text, UssdEncoding::EightBit));
            candidates.extend(text);
        }
        // The first of those that make as much sense.
        candidates.reverse();
        let best = candidates
            .into_iter()
            .max_by_key(|guess| sense(&guess.text));
        best.filter(|guess| !guess.is_garbled).unwrap_or(Self {
            text: text.to_string(),
            encoding: UssdEncoding::Plain,
            is_garbled: !is_number,
        })
    }
}

/// Octets as text: of ASCII, or of the default alphabet.
fn eight_bit(octets: &[u8]) -> Option<String> {
    let is_ascii = |octet: &u8| matches!(octet, b'\r' | b'\n' | b' '..=b'~');
    if octets.iter().all(is_ascii) {
        return Some(octets.iter().copied().map(char::from).collect());
    }
    let is_septets = octets.iter().all(u8::is_ascii);
    is_septets.then(|| alphabet::decode_unpacked(octets))
}

/// The language in two letters, then UCS-2 (23.038 §5).
const LANGUAGE_AND_UCS2: u8 = 17;
/// The language in two letters and a carriage return, then the default alphabet (23.038 §5).
const LANGUAGE_AND_GSM: u8 = 16;

fn is_language(text: &[u8]) -> bool {
    matches!(text, [b'a'..=b'z', b'a'..=b'z', b'\r', ..])
}

/// Behind two packed letters.
fn without_language(octets: &[u8]) -> Option<&[u8]> {
    let (first, rest) = octets.split_first_chunk::<2>()?;
    let letters = septet::unpack(first, 2, septet::FillBits::NONE);
    letters.iter().all(u8::is_ascii_lowercase).then_some(rest)
}

/// Whether the units are characters of one script, as those of a text are: besides those of Latin
/// and general punctuation of one block or two, or of those of the Han script.
fn is_one_script(octets: &[u8]) -> bool {
    let (units, _) = octets.as_chunks::<2>();
    let mut blocks: Vec<u8> = Vec::new();
    for [high, low] in units {
        let is_usual = match high {
            0x00 => matches!(low, b'\n' | b'\r' | b' '..=b'~' | 0xA0..),
            0x20 | 0x21 | 0x30 | 0x4E..=0x9F | 0xFF => true,
            _ => false,
        };
        if !is_usual && !blocks.contains(high) {
            // Control characters, halves of pairs alone, what belongs to nobody.
            if matches!(high, 0x00 | 0xE0..=0xF8) || blocks.len() == 2 {
                return false;
            }
            blocks.push(*high);
        }
    }
    !units.is_empty()
}

/// How much of a text makes sense, of 100.
fn sense(text: &str) -> u32 {
    let (mut all, mut sum) = (0_u32, 0_u32);
    for character in text.chars() {
        all += 1;
        sum += match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '\r' | '\n' => 100,
            '.' | ',' | ':' | ';' | '!' | '?' | '*' | '#' | '-' | '+' | '(' | ')' | '/' => 95,
            '\'' | '"' | '%' | '&' | '=' | '<' | '>' | '@' | '_' | '$' | '€' | '£' => 80,
            // Those of the default alphabet that no text has but one of formulas, and the rest of
            // ASCII.
            'Δ' | 'Φ' | 'Γ' | 'Λ' | 'Ω' | 'Π' | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' | '¤' | '¥' | '§' => {
                20
            }
            '!'..='~' => 60,
            '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFF}' => 0,
            character if character.is_control() => 0,
            character if character.is_alphabetic() => 85,
            _ => 50,
        };
    }
    sum.checked_div(all).unwrap_or(100)
}

/// The least of which a text is one.
const SENSIBLE: u32 = 70;
