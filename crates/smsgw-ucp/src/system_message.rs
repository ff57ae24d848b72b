//! The text of a result (SM).

use alloc::borrow::Cow;
use core::fmt::{self, Write as _};

use crate::error::{DecodeError, DecodeErrorKind, ValueError};
use crate::header::{LEN_WITHOUT_FIELDS, MAX_LEN};
use crate::message_key::MessageKey;
use crate::quirks::Tolerance;
use crate::wire::{Reader, Writer, invalid};

/// The system message of a result (SM): what names messages, or a text for people.
///
/// The one field of UCP that is plain text. It cannot hold a slash, as nothing can be escaped.
///
/// ```
/// use smsgw_ucp::{MessageKey, SystemMessage};
///
/// let key = MessageKey::parse("00393331234567:211126225429")?;
/// let sm = SystemMessage::key(&key)?;
/// assert_eq!(sm.to_string(), "00393331234567:211126225429");
/// assert!(sm.keys().eq([key]));
///
/// let refusal = SystemMessage::new("AdC invalid")?;
/// assert_eq!(refusal.keys().count(), 0);
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy)]
#[doc(alias = "SM")]
pub struct SystemMessage<'a>(Source<'a>);

/// The most characters of a text that is read: any result has room for it, whichever it came with.
const MOST_READ: usize = MAX_LEN - LEN_WITHOUT_FIELDS - "A/DDMMYYhhmm//".len();

#[derive(Clone, Copy)]
enum Source<'a> {
    Text(&'a [u8]),
    Keys(&'a [MessageKey<'a>]),
}

impl<'a> SystemMessage<'a> {
    /// No text.
    pub const EMPTY: Self = Self(Source::Text(b""));
    /// The most characters of a text that is made: room for the names of 999 messages.
    pub const MAX: usize = 30_000;

    /// A text of printable ASCII characters but the slash.
    ///
    /// # Errors
    /// [`Character`](ValueError::Character) for another character,
    /// [`TooLong`](ValueError::TooLong) for more than [`Self::MAX`].
    pub fn new(text: &'a str) -> Result<Self, ValueError> {
        check_text(text)?;
        check_len(text.len())?;
        Ok(Self(Source::Text(text.as_bytes())))
    }

    /// The name of a message: `AdC:SCTS`, or SCTS alone when the key has no AdC.
    ///
    /// # Errors
    /// [`Character`](ValueError::Character) for a comma or colon in AdC; as [`Self::new`].
    pub fn key(key: &'a MessageKey<'a>) -> Result<Self, ValueError> {
        Self::list(core::slice::from_ref(key))
    }

    /// The names of messages, with commas between them.
    ///
    /// # Errors
    /// As [`Self::key`].
    pub fn list(keys: &'a [MessageKey<'a>]) -> Result<Self, ValueError> {
        for key in keys {
            check_text(key.adc)?;
            if let Some(at) = key.adc.find([',', ':']) {
                return Err(ValueError::Character { at });
            }
        }
        let sm = Self(Source::Keys(keys));
        check_len(sm.len())?;
        Ok(sm)
    }

    /// The octets of the field; ASCII, unless a peer breaks the rules. Borrowed, when they were
    /// received.
    #[must_use]
    pub fn as_octets(&self) -> Cow<'a, [u8]> {
        match self.0 {
            Source::Text(text) => text.into(),
            Source::Keys(_) => self.octets().collect(),
        }
    }

    /// Whether there is no text.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        match self.0 {
            Source::Text(text) => text.is_empty(),
            Source::Keys(keys) => keys.is_empty(),
        }
    }

    /// The messages that are named, in a list with commas between them, and blanks around those.
    /// What is no name is passed over, so there is none in a text for people.
    pub fn keys(&self) -> impl Iterator<Item = MessageKey<'a>> + use<'a> {
        let (text, keys) = match self.0 {
            Source::Text(text) => (text, &[][..]),
            Source::Keys(keys) => (&b""[..], keys),
        };
        text.split(|&octet| octet == b',')
            .filter_map(|key| MessageKey::parse(str::from_utf8(key.trim_ascii()).ok()?).ok())
            .chain(keys.iter().copied())
    }

    /// How many messages wait, as the result of an OT 31 says; `None` when it says something else
    /// or nothing.
    #[must_use]
    pub fn waiting(&self) -> Option<u16> {
        match self.0 {
            Source::Text(text) if text.len() <= 4 && text.iter().all(u8::is_ascii_digit) => {
                str::from_utf8(text).ok()?.parse().ok()
            }
            _ => None,
        }
    }

    fn len(&self) -> usize {
        match self.0 {
            Source::Text(text) => text.len(),
            Source::Keys(keys) => {
                let commas = keys.len().saturating_sub(1);
                commas + keys.iter().map(key_len).sum::<usize>()
            }
        }
    }

    fn octets(&self) -> impl Iterator<Item = u8> + use<'a> {
        let (text, keys) = match self.0 {
            Source::Text(text) => (text, &[][..]),
            Source::Keys(keys) => (&b""[..], keys),
        };
        let keys = keys.iter().enumerate().flat_map(|(index, key)| {
            let comma = (index > 0).then_some(b',');
            let colon = (!key.adc.is_empty()).then_some(b':');
            let adc = comma.into_iter().chain(key.adc.bytes()).chain(colon);
            adc.chain(key.scts.to_digits())
        });
        text.iter().copied().chain(keys)
    }

    pub(crate) fn read(reader: &mut Reader<'a, '_>) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let text = reader.field();
        if text.len() > MOST_READ {
            let (max, had) = (MOST_READ, text.len());
            return Err(invalid(ValueError::TooLong { max, had }, "SM", offset));
        }
        if let Some(at) = text.iter().position(|octet| !octet.is_ascii()) {
            let is_allowed = reader.quirks.non_ascii;
            let otherwise = DecodeErrorKind::Value(ValueError::Character { at });
            reader.let_through(is_allowed, Tolerance::NonAscii, "SM", offset, otherwise)?;
        }
        Ok(Self(Source::Text(text)))
    }

    pub(crate) fn size(&self) -> usize {
        self.len() + 1
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        let keys = match self.0 {
            Source::Text(text) => return writer.field(text),
            Source::Keys(keys) => keys,
        };
        for (index, key) in keys.iter().enumerate() {
            if index > 0 {
                writer.octets(b",");
            }
            if !key.adc.is_empty() {
                writer.octets(key.adc.as_bytes());
                writer.octets(b":");
            }
            writer.octets(&key.scts.to_digits());
        }
        writer.octets(b"/");
    }
}

impl Default for SystemMessage<'_> {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// The same text.
impl PartialEq for SystemMessage<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Source::Text(this), Source::Text(other)) => this == other,
            _ => self.octets().eq(other.octets()),
        }
    }
}

impl Eq for SystemMessage<'_> {}

/// Octets above 0x7F are shown as Latin-1.
impl fmt::Display for SystemMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.octets()
            .try_for_each(|octet| f.write_char(char::from(octet)))
    }
}

impl fmt::Debug for SystemMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_octets().escape_ascii())
    }
}

fn check_text(text: &str) -> Result<(), ValueError> {
    let is_allowed = |octet: u8| matches!(octet, b' '..=b'~') && octet != b'/';
    match text.bytes().position(|octet| !is_allowed(octet)) {
        Some(at) => Err(ValueError::Character { at }),
        None => Ok(()),
    }
}

fn check_len(had: usize) -> Result<(), ValueError> {
    let max = SystemMessage::MAX;
    if had > max {
        return Err(ValueError::TooLong { max, had });
    }
    Ok(())
}

/// Octets of `AdC:SCTS`.
fn key_len(key: &MessageKey<'_>) -> usize {
    let colon = usize::from(!key.adc.is_empty());
    key.adc.len() + colon + key.scts.to_digits().len()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn a_list_is_the_same_made_and_read() {
        let text = "0654321:090196113940,065432:090196113940,090196113941";
        let read = SystemMessage::new(text).unwrap();
        let keys: Vec<_> = read.keys().collect();
        let made = SystemMessage::list(&keys).unwrap();
        assert_eq!(keys.len(), 3);
        assert!(made.keys().eq(read.keys()));
        assert_eq!(made, read);
        assert_eq!(made.to_string(), text);
        assert_eq!(made.as_octets(), text.as_bytes());
        assert_eq!(made.size(), text.len() + 1);
        assert_ne!(made, SystemMessage::list(&keys[1..]).unwrap());
        let none = SystemMessage::list(&[]).unwrap();
        assert_eq!((none, none.is_empty()), (SystemMessage::EMPTY, true));
    }

    #[test]
    fn blanks_between_keys_lose_none() {
        let list = "0654321:090196113940, 065432:090196113940 ,090196113941";
        let sm = SystemMessage::new(list).unwrap();
        let keys: Vec<_> = sm.keys().map(|key| key.to_string()).collect();
        let expect = [
            "0654321:090196113940",
            "065432:090196113940",
            "090196113941",
        ];
        assert_eq!(keys, expect);
        for text in ["AdC invalid", "06 54:090196113940", " , "] {
            assert_eq!(SystemMessage::new(text).unwrap().keys().count(), 0);
        }
    }

    #[test]
    fn what_the_field_cannot_hold_is_refused() {
        let character = |at| Err(ValueError::Character { at });
        for (text, at) in [("a/b", 1), ("ab\r", 2), ("\x02", 0), ("caf\u{e9}", 3)] {
            assert_eq!(SystemMessage::new(text), character(at));
            let scts = MessageKey::parse("090196113940").unwrap().scts;
            let key = MessageKey { adc: text, scts };
            assert_eq!(SystemMessage::key(&key), character(at));
        }
        for adc in ["1:", "1,"] {
            let scts = MessageKey::parse("090196113940").unwrap().scts;
            let key = MessageKey { adc, scts };
            assert_eq!(SystemMessage::key(&key), character(1));
        }
        let long = "x".repeat(30_001);
        let (max, had) = (30_000, 30_001);
        assert_eq!(
            SystemMessage::new(&long),
            Err(ValueError::TooLong { max, had })
        );
        assert!(SystemMessage::new(&long[1..]).is_ok());
    }

    #[test]
    fn how_many_wait() {
        let waiting = |text| SystemMessage::new(text).unwrap().waiting();
        assert_eq!(waiting("0003"), Some(3));
        assert_eq!(waiting("0"), Some(0));
        for text in ["", "00003", "AdC", "+3"] {
            assert_eq!(waiting(text), None, "{text}");
        }
    }
}
