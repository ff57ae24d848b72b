//! USSD, the dialogues with the network by short codes: `+CUSD` (27.007 §7.15).
//!
//! Modems differ in how they want the string of a request and how they hand out that of a reply:
//! as text in the set of `+CSCS`, or as hexadecimal digits of packed septets, of UCS-2, of octets.
//! [`UssdEncoding`] names them for requests; of replies it is found out by what makes sense.
//!
//! ```
//! use smsgw_at::charset::CharacterSet;
//! use smsgw_at::command::Command;
//! use smsgw_at::command::ussd::{SendUssd, UssdEncoding, UssdReply, UssdStatus};
//!
//! let set = CharacterSet::Gsm;
//! let send = SendUssd::new("*100#", UssdEncoding::Packed, &set)?;
//! assert_eq!(send.line(), "AT+CUSD=1,\"AA180C3602\",15");
//!
//! let line = "+CUSD: 0,\"D9775D0E1287D961F7B80C4ACF413199AB0603\",15";
//! let reply = UssdReply::of(line, &set).unwrap()?;
//! assert_eq!(reply.status, UssdStatus::NO_FURTHER_ACTION);
//! assert_eq!(reply.text.as_deref(), Some("Your balance is 12.50"));
//! assert_eq!(reply.encoding, UssdEncoding::Packed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod guess;
mod reply;

use alloc::string::String;
use core::fmt;

use smsgw_gsm::{alphabet, septet, ucs2};

use super::{command, plain, push};
use crate::charset::CharacterSet;
use crate::error::ValueError;
use crate::hex;

pub use reply::{UssdReply, UssdStatus};

plain! {
    /// `+CUSD=1`: replies and what the network says by itself are told (27.007 §7.15).
    #[doc(alias = "CUSD")]
    pub struct EnableUssd = "AT+CUSD=1", 15 s;

    /// `+CUSD=2`: ends the dialogue (27.007 §7.15).
    pub struct CancelUssd = "AT+CUSD=2", 15 s;
}

/// How the string of `+CUSD` is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UssdEncoding {
    /// As text in the set of `+CSCS`, as the standard says.
    Plain,
    /// As hexadecimal digits of packed septets (23.038 §6.1.2.3).
    Packed,
    /// As hexadecimal digits of 16-bit units, whatever the set is.
    Ucs2,
    /// As hexadecimal digits of octets, one septet in each.
    EightBit,
}

/// As a word.
impl fmt::Display for UssdEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Packed => "packed",
            Self::Ucs2 => "UCS2",
            Self::EightBit => "8-bit",
        })
    }
}

/// `+CUSD=1,`: a request, or what is chosen in a dialogue (27.007 §7.15).
///
/// Its `OK` comes when the request is sent or when the reply is there; the reply comes as an
/// unsolicited result, [`UssdReply`], up to a minute later.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "CUSD")]
pub struct SendUssd {
    encoded: String,
    scheme: u8,
}

impl SendUssd {
    /// Septets in a string: 160 octets of them.
    pub const MAX_SEPTETS: usize = 182;
    /// Units in a string of UCS-2: 160 octets of them.
    pub const MAX_UNITS: usize = 80;

    /// The command for a text, as this modem wants it; `set` is the one that the modem is in.
    ///
    /// # Errors
    /// [`ValueError`] for a text that is too long, or that cannot be written so.
    pub fn new(text: &str, encoding: UssdEncoding, set: &CharacterSet) -> Result<Self, ValueError> {
        let mut encoded = String::new();
        let septets = alphabet::encode_unpacked(text);
        let too_long = |max, had| Err(ValueError::TooLong { max, had });
        match &septets {
            Ok(septets) if septets.len() > Self::MAX_SEPTETS => {
                return too_long(Self::MAX_SEPTETS, septets.len());
            }
            Err(_) if ucs2::units(text) > Self::MAX_UNITS => {
                return too_long(Self::MAX_UNITS, ucs2::units(text));
            }
            _ => {}
        }
        let is_gsm = septets.is_ok();
        let refused = |error: smsgw_gsm::EncodeError| ValueError::Character {
            character: error.character,
            offset: error.index,
        };
        match encoding {
            UssdEncoding::Plain => encoded = set.encode(text)?,
            UssdEncoding::Packed => {
                hex::write(&septet::pack_ussd(&septets.map_err(refused)?), &mut encoded);
            }
            UssdEncoding::EightBit => hex::write(&septets.map_err(refused)?, &mut encoded),
            UssdEncoding::Ucs2 => hex::write(&ucs2::encode(text), &mut encoded),
        }
        // The scheme is that of the network, not of the string: the modem converts. Without septets
        // it is UCS-2.
        let scheme = match (encoding, set) {
            (UssdEncoding::Ucs2, set) if *set != CharacterSet::Ucs2 => UCS2,
            _ if is_gsm => GSM_7_BIT,
            _ => UCS2,
        };
        Ok(Self { encoded, scheme })
    }
}

/// Language unspecified, the default alphabet (23.038 §5).
const GSM_7_BIT: u8 = 15;
/// UCS-2, without a class (23.038 §5).
const UCS2: u8 = 72;

command! {
    SendUssd -> (), 15 s;
    write(self, line) {
        push(line, format_args!("AT+CUSD=1,\"{}\",{}", self.encoded, self.scheme));
    }
    read(_) { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    #[test]
    fn in_each_encoding() {
        let line = |encoding, set| SendUssd::new("*100#", encoding, &set).unwrap().line();
        assert_eq!(
            line(UssdEncoding::Plain, CharacterSet::Ira),
            "AT+CUSD=1,\"*100#\",15"
        );
        assert_eq!(
            line(UssdEncoding::Plain, CharacterSet::Ucs2),
            "AT+CUSD=1,\"002A0031003000300023\",15"
        );
        assert_eq!(
            line(UssdEncoding::Packed, CharacterSet::Gsm),
            "AT+CUSD=1,\"AA180C3602\",15"
        );
        assert_eq!(
            line(UssdEncoding::EightBit, CharacterSet::Ira),
            "AT+CUSD=1,\"2A31303023\",15"
        );
        assert_eq!(
            line(UssdEncoding::Ucs2, CharacterSet::Gsm),
            "AT+CUSD=1,\"002A0031003000300023\",72"
        );
        assert_eq!(EnableUssd.line(), "AT+CUSD=1");
        assert_eq!(CancelUssd.line(), "AT+CUSD=2");
    }

    #[test]
    fn what_cannot_be_written() {
        let new = |text: &str, encoding| SendUssd::new(text, encoding, &CharacterSet::Ira);
        let character = ValueError::Character {
            character: 'ш',
            offset: 2,
        };
        assert_eq!(new("1 ш", UssdEncoding::Packed), Err(character));
        assert_eq!(new("1 ш", UssdEncoding::Plain), Err(character));
        let ucs2 = new("1 ш", UssdEncoding::Ucs2).unwrap();
        assert_eq!(ucs2.line(), "AT+CUSD=1,\"003100200448\",72");
        let long = ValueError::TooLong { max: 182, had: 183 };
        assert_eq!(new(&"1".repeat(183), UssdEncoding::Packed), Err(long));
        let long = ValueError::TooLong { max: 80, had: 81 };
        assert_eq!(new(&"ш".repeat(81), UssdEncoding::Ucs2), Err(long));
        assert!(new(&"1".repeat(182), UssdEncoding::Packed).is_ok());
        assert!(new("1\"\r", UssdEncoding::Plain).is_err());
    }
}
