//! Calls, which are told and ended, never answered: V.250 §6.3.6, 27.007 §6.5, §6.11, §6.20, §7.6.

use alloc::string::{String, ToString};

use super::{command, plain, push};
use crate::charset::CharacterSet;
use crate::error::AnswerError;
use crate::field::Fields;

plain! {
    /// `H`: ends the call (V.250 §6.3.6). Some modems want [`HangUpCall`] for calls of voice.
    #[doc(alias = "ATH")]
    pub struct HangUp = "ATH", 20 s;

    /// `+CHUP`: ends the call (27.007 §6.5).
    #[doc(alias = "CHUP")]
    pub struct HangUpCall = "AT+CHUP", 20 s;

    /// `+CVHU=0`: [`HangUp`] ends calls of voice too (27.007 §6.20).
    #[doc(alias = "CVHU")]
    pub struct VoiceHangUpControl = "AT+CVHU=0", 10 s;
}

/// `+CLIP=`: whether the number of the caller is told (27.007 §7.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CLIP")]
pub struct CallingLineIdentification(pub bool);

command! {
    // Some ask the network.
    CallingLineIdentification -> (), 15 s;
    write(self, line) { push(line, format_args!("AT+CLIP={}", u8::from(self.0))); }
    read(_) { Ok(()) }
}

/// `+CRC=`: whether `+CRING: VOICE` is told instead of `RING` (27.007 §6.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CRC")]
pub struct CellularResultCodes(pub bool);

command! {
    CellularResultCodes -> (), 10 s;
    write(self, line) { push(line, format_args!("AT+CRC={}", u8::from(self.0))); }
    read(_) { Ok(()) }
}

/// `RING` and `+CRING`: somebody calls. It is told again every few seconds until the call ends
/// (V.250 §5.7.1, 27.007 §6.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ringing {
    /// The modem does not say what kind of call it is.
    Unknown,
    /// Voice.
    Voice,
    /// Fax.
    Fax,
    /// Data of any kind.
    Data,
}

impl Ringing {
    /// What the line says; `None` when it is another one's.
    #[must_use]
    pub fn of(line: &str) -> Option<Self> {
        if line.trim().eq_ignore_ascii_case("RING") {
            return Some(Self::Unknown);
        }
        let mut fields = Fields::of(line, "+CRING")?;
        let kind = fields.optional_text().unwrap_or_default();
        let is = |kinds: &[&str]| kinds.iter().any(|other| kind.eq_ignore_ascii_case(other));
        Some(match () {
            // What alternates begins with voice as a rule.
            () if kind.to_ascii_uppercase().starts_with("VOICE") => Self::Voice,
            () if is(&["FAX"]) => Self::Fax,
            () if is(&["ASYNC", "SYNC", "REL ASYNC", "REL SYNC", "GPRS"]) => Self::Data,
            () => Self::Unknown,
        })
    }
}

/// `+CLIP`: who calls. It follows each [`Ringing`] (27.007 §7.6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The number, with a `+` when it is international; `None` when it is not told.
    pub number: Option<String>,
    /// The name, of the modem's phone book; `None` when it has none.
    pub name: Option<String>,
    /// Whether the caller does not want the number to be told.
    pub is_withheld: bool,
}

impl Caller {
    /// What the line says; `None` when it is another one's. Strings are in `set`.
    ///
    /// ```
    /// use smsgw_at::charset::CharacterSet;
    /// use smsgw_at::command::call::Caller;
    ///
    /// let line = "+CLIP: \"15550100\",145,\"\",0,\"Front door\",0";
    /// let caller = Caller::of(line, &CharacterSet::Gsm).unwrap()?;
    /// assert_eq!(caller.number.as_deref(), Some("+15550100"));
    /// assert_eq!(caller.name.as_deref(), Some("Front door"));
    /// # Ok::<(), smsgw_at::AnswerError>(())
    /// ```
    ///
    /// # Errors
    /// [`AnswerError`] when the line ends before the number.
    #[must_use]
    pub fn of(line: &str, set: &CharacterSet) -> Option<Result<Self, AnswerError>> {
        let fields = Fields::of(line, "+CLIP")?;
        Some(Self::read(fields, set))
    }

    fn read(mut fields: Fields<'_>, set: &CharacterSet) -> Result<Self, AnswerError> {
        let number = fields.field("number")?.text();
        let kind = fields.optional_number::<u8>("type").ok().flatten();
        // The subaddress and its type.
        fields.next();
        fields.next();
        let name = fields.optional_text().map(|name| set.decode(name));
        let validity = fields.optional_number::<u8>("validity").ok().flatten();
        // Numbers are plain digits, but in `UCS2`.
        let is_number = |text: &str| {
            let digit = |c: char| c.is_ascii_digit() || matches!(c, '+' | '*' | '#');
            !text.is_empty() && text.chars().all(digit)
        };
        let decoded = set.decode(number);
        let number = match is_number(&decoded) {
            true => decoded,
            false => number.to_string(),
        };
        let is_international = kind == Some(145) && !number.starts_with('+');
        let number = match is_international && !number.is_empty() {
            true => alloc::format!("+{number}"),
            false => number,
        };
        Ok(Self {
            number: (!number.is_empty()).then_some(number),
            name,
            is_withheld: validity == Some(1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    #[test]
    fn kinds_of_calls() {
        assert_eq!(Ringing::of("RING"), Some(Ringing::Unknown));
        assert_eq!(Ringing::of("+CRING: VOICE"), Some(Ringing::Voice));
        assert_eq!(Ringing::of("+CRING: VOICE/FAX"), Some(Ringing::Voice));
        assert_eq!(Ringing::of("+CRING: REL ASYNC"), Some(Ringing::Data));
        assert_eq!(Ringing::of("+CRING: FAX"), Some(Ringing::Fax));
        assert_eq!(Ringing::of("+CRING:"), Some(Ringing::Unknown));
        assert_eq!(Ringing::of("RINGING"), None);
    }

    #[test]
    fn callers() {
        let of = |line, set: &CharacterSet| Caller::of(line, set).unwrap().unwrap();
        let number = |line| of(line, &CharacterSet::Gsm).number;
        assert_eq!(
            number("+CLIP: \"+15550100\",145").as_deref(),
            Some("+15550100")
        );
        assert_eq!(
            number("+CLIP: \"15550100\",145,,,,0").as_deref(),
            Some("+15550100")
        );
        assert_eq!(number("+CLIP: 0171,129").as_deref(), Some("0171"));
        assert_eq!(number("+CLIP: \"\",128,,,\"\",2"), None);
        assert!(of("+CLIP: \"\",128,,,\"\",1", &CharacterSet::Gsm).is_withheld);
        let ucs2 = of(
            "+CLIP: \"002B00310035\",145,,,\"0041\"",
            &CharacterSet::Ucs2,
        );
        assert_eq!(
            (ucs2.number.as_deref(), ucs2.name.as_deref()),
            (Some("+15"), Some("A"))
        );
        // A number stays one, although its digits could be of `UCS2` or `HEX`.
        let plain = of("+CLIP: \"15550100\",145", &CharacterSet::Ucs2);
        assert_eq!(plain.number.as_deref(), Some("+15550100"));
        assert!(Caller::of("+CLIP:", &CharacterSet::Gsm).unwrap().is_err());
        assert_eq!(Caller::of("+CLIR: 1", &CharacterSet::Gsm), None);
    }

    #[test]
    fn lines_as_sent() {
        assert_eq!(HangUp.line(), "ATH");
        assert_eq!(HangUpCall.line(), "AT+CHUP");
        assert_eq!(VoiceHangUpControl.line(), "AT+CVHU=0");
        assert_eq!(CallingLineIdentification(true).line(), "AT+CLIP=1");
        assert_eq!(CellularResultCodes(false).line(), "AT+CRC=0");
    }
}
