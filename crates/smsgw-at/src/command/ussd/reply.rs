//! `+CUSD:`, what the network says (27.007 §7.15).

use alloc::string::String;

use super::UssdEncoding;
use super::guess::Guess;
use crate::charset::CharacterSet;
use crate::command::values;
use crate::error::AnswerError;
use crate::field::Fields;

/// What the network says by USSD: `+CUSD`, unasked or as a reply (27.007 §7.15).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UssdReply {
    /// How the dialogue stands.
    pub status: UssdStatus,
    /// What it says; `None` when it says nothing.
    pub text: Option<String>,
    /// The data coding scheme as it came (23.038 §5); `None` when the modem left it out.
    pub scheme: Option<u8>,
    /// How the string was written, as far as can be told.
    pub encoding: UssdEncoding,
    /// Whether the text makes no sense in any of the encodings. The request may have been as
    /// garbled to the network: another encoding is worth a try.
    pub is_garbled: bool,
}

/// How a dialogue stands: `<m>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UssdStatus(pub u8);

values! {
    UssdStatus:
    NO_FURTHER_ACTION = 0, "no further user action required";
    FURTHER_ACTION_REQUIRED = 1, "further user action required";
    TERMINATED = 2, "terminated by network";
    OTHER_CLIENT = 3, "other local client has responded";
    NOT_SUPPORTED = 4, "operation not supported";
    TIME_OUT = 5, "network time out";
}

impl UssdStatus {
    /// Whether the network waits for an answer.
    #[must_use]
    pub const fn wants_reply(self) -> bool {
        matches!(self, Self::FURTHER_ACTION_REQUIRED)
    }
}

impl UssdReply {
    /// What the line says, which may have line breaks in it; `None` when it is another one's. `set`
    /// is the one that the modem is in.
    ///
    /// Read are strings without quotes and with quotes in them, and lines without a data coding
    /// scheme.
    ///
    /// # Errors
    /// [`AnswerError`] when there is no status.
    #[must_use]
    pub fn of(line: &str, set: &CharacterSet) -> Option<Result<Self, AnswerError>> {
        let fields = Fields::of(line, "+CUSD")?;
        Some(Self::read(fields, set))
    }

    fn read(mut fields: Fields<'_>, set: &CharacterSet) -> Result<Self, AnswerError> {
        let status = UssdStatus(fields.number("m")?);
        let (text, scheme) = string(fields.rest().unwrap_or_default());
        let Guess {
            text,
            encoding,
            is_garbled,
        } = Guess::of(text, scheme, set);
        Ok(Self {
            status,
            text: (!text.is_empty()).then_some(text),
            scheme,
            encoding,
            is_garbled,
        })
    }
}

/// The string and the scheme behind it. Quotes and commas in the string are the network's.
fn string(rest: &str) -> (&str, Option<u8>) {
    let rest = rest.trim_matches([' ', '\t']);
    let Some(body) = rest.strip_prefix('"') else {
        // Without quotes: only a number behind the last comma is a scheme.
        return match rest.rsplit_once(',') {
            Some((text, last)) if last.trim().is_empty() => (text.trim_end(), None),
            Some((text, last)) => match last.trim().parse() {
                Ok(scheme) => (text.trim_end(), Some(scheme)),
                Err(_) => (rest, None),
            },
            None => (rest, None),
        };
    };
    let Some((text, last)) = body.rsplit_once('"') else {
        return (body, None);
    };
    let last = last.trim();
    let scheme = last.strip_prefix(',').map(str::trim);
    match scheme.map(str::parse) {
        Some(Ok(scheme)) => (text, Some(scheme)),
        Some(Err(_)) if scheme == Some("") => (text, None),
        None if last.is_empty() => (text, None),
        // The last quote is one of the text's.
        _ => (body, None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use smsgw_gsm::{alphabet, septet, ucs2};

    use super::*;
    use crate::command::Command;
    use crate::command::ussd::SendUssd;
    use crate::hex;

    const GSM: &CharacterSet = &CharacterSet::Gsm;

    fn of(line: &str) -> UssdReply {
        UssdReply::of(line, GSM).unwrap().unwrap()
    }

    fn text(line: &str) -> String {
        let reply = of(line);
        assert!(!reply.is_garbled, "{line}: {reply:?}");
        reply.text.unwrap_or_default()
    }

    #[test]
    fn strings_however_they_are_quoted() {
        assert_eq!(string(r#""hi",15"#), ("hi", Some(15)));
        assert_eq!(string(r#" "hi" , 15 "#), ("hi", Some(15)));
        assert_eq!(string(r#""hi""#), ("hi", None));
        assert_eq!(string(r#""hi","#), ("hi", None));
        assert_eq!(
            string(r#""say "hi", twice",15"#),
            (r#"say "hi", twice"#, Some(15))
        );
        assert_eq!(string(r#""say "hi" twice"#), (r#"say "hi" twice"#, None));
        assert_eq!(string("hi,15"), ("hi", Some(15)));
        assert_eq!(string("hi, there"), ("hi, there", None));
        assert_eq!(string("\"hi"), ("hi", None));
        assert_eq!(string(""), ("", None));
    }

    #[test]
    fn replies() {
        let menu = of("+CUSD: 1,\"Reply\r\nOK\r\nto continue\",15");
        assert_eq!(menu.status, UssdStatus::FURTHER_ACTION_REQUIRED);
        assert!(menu.status.wants_reply());
        assert_eq!(menu.text.as_deref(), Some("Reply\r\nOK\r\nto continue"));
        assert_eq!(menu.encoding, UssdEncoding::Plain);

        assert_eq!(text("+CUSD: 0,\"0414043B044F\",72"), "Для");
        let packed = of("+CUSD: 0, 49B41C74ACD3D16171D90D");
        assert_eq!(packed.encoding, UssdEncoding::Packed);
        assert_eq!(packed.text.as_deref(), Some("Ihr Guthaben"));

        let ended = of("+CUSD: 2");
        assert_eq!(
            (ended.status, ended.text, ended.scheme),
            (UssdStatus::TERMINATED, None, None)
        );
        assert_eq!(of("+CUSD: 4").status, UssdStatus::NOT_SUPPORTED);
        assert_eq!(
            alloc::format!("{}", of("+CUSD:5").status),
            "network time out"
        );
        let error = UssdReply::of("+CUSD: x", GSM).unwrap().unwrap_err();
        assert_eq!((error.field(), error.offset()), ("m", 7));
        assert_eq!(UssdReply::of("+CUSDX: 1", GSM), None);
    }

    const TEXTS: [&str; 6] = [
        "Your balance is 12.50 EUR, valid until 31.12.2026",
        "1) Balance\n2) Top up\n3) Exit",
        "Bitte wählen Sie: 1 für Guthaben",
        "OK",
        "Saldo: $5",
        "Code 123456",
    ];

    #[test]
    fn the_encoding_is_found_out() {
        for wanted in TEXTS {
            let septets = alphabet::encode_unpacked(wanted).unwrap();
            let write = |octets: &[u8]| {
                let mut text = String::new();
                hex::write(octets, &mut text);
                text
            };
            let strings = [
                (
                    GSM.encode(&wanted.replace('\n', " ")).ok(),
                    UssdEncoding::Plain,
                ),
                (
                    Some(write(&septet::pack_ussd(&septets))),
                    UssdEncoding::Packed,
                ),
                (Some(write(&ucs2::encode(wanted))), UssdEncoding::Ucs2),
            ];
            for (string, encoding) in strings {
                let Some(string) = string else { continue };
                for scheme in [",15", "", ",0"] {
                    let reply = of(&alloc::format!("+CUSD: 0,\"{string}\"{scheme}"));
                    assert_eq!(reply.encoding, encoding, "{wanted} {string}");
                    let text = reply.text.unwrap();
                    let wanted = match encoding {
                        UssdEncoding::Plain => wanted.replace('\n', " "),
                        _ => wanted.into(),
                    };
                    assert_eq!(text, wanted, "{string}");
                    assert!(!reply.is_garbled, "{string}");
                }
            }
        }
        assert_eq!(text("+CUSD: 0,\"2A31303023\",15"), "*100#");
        assert_eq!(
            text("+CUSD: 0,\"596F75722062616C616E63653A2035\",15"),
            "Your balance: 5"
        );
    }

    #[test]
    fn languages_in_front_are_left_out() {
        // 17: two letters in septets, packed, then UCS-2. 16: two letters and a CR.
        assert_eq!(text("+CUSD: 0,\"E43200480069\",17"), "Hi");
        assert_eq!(text("+CUSD: 0,\"00480069\",17"), "Hi");
        assert_eq!(text("+CUSD: 0,\"de\rHallo\",16"), "Hallo");
        // 68: octets.
        assert_eq!(text("+CUSD: 0,\"48656C6C6F\",68"), "Hello");
    }

    #[test]
    fn digits_stay_digits() {
        for digits in ["1234", "100200", "4915550100"] {
            let reply = of(&alloc::format!("+CUSD: 0,\"{digits}\",15"));
            assert_eq!(reply.text.as_deref(), Some(digits));
        }
    }

    #[test]
    fn what_makes_no_sense() {
        for garbage in [
            "+CUSD: 0,\"\u{1}\u{2}\u{80}\u{ff}\u{17}\u{1d}\",15",
            "+CUSD: 0,\"FFFEFFFDFFFC0001\",72",
        ] {
            assert!(of(garbage).is_garbled, "{garbage}");
        }
    }

    #[test]
    fn a_set_of_hexadecimal_digits() {
        let of = |line, set| UssdReply::of(line, set).unwrap().unwrap();
        let ucs2 = &CharacterSet::Ucs2;
        assert_eq!(
            of("+CUSD: 0,\"00480069\",15", ucs2).text.as_deref(),
            Some("Hi")
        );
        assert_eq!(
            of("+CUSD: 0,\"00480069\",15", ucs2).encoding,
            UssdEncoding::Plain
        );
        // What was never hexadecimal.
        assert_eq!(
            of("+CUSD: 0,\"Hi there\",15", ucs2).text.as_deref(),
            Some("Hi there")
        );
        let packed = of(
            "+CUSD: 0,\"D9775D0E1287D961F7B80C4ACF413199AB0603\",15",
            ucs2,
        );
        assert_eq!(packed.encoding, UssdEncoding::Packed);
        assert_eq!(packed.text.as_deref(), Some("Your balance is 12.50"));
    }

    proptest! {
        #[test]
        fn any_line_is_looked_at(rest in "[\u{0}-\u{ff}]{0,60}|[0-5],\"[0-9A-F]{0,40}\",[0-9]{1,3}") {
            for set in [GSM, &CharacterSet::Ucs2, &CharacterSet::Hex] {
                let _ = UssdReply::of(&alloc::format!("+CUSD: {rest}"), set);
            }
        }

        #[test]
        fn a_sentence_comes_back_packed(sentence in "[A-Z][a-z]{2,8}( [a-z]{2,8}){1,12}[.]") {
            let send = SendUssd::new(&sentence, UssdEncoding::Packed, GSM).unwrap();
            let line = send.line().replace("AT+CUSD=1", "+CUSD: 0");
            let reply = of(&line);
            prop_assert_eq!(reply.text, Some(sentence));
            prop_assert!(!reply.is_garbled);
        }
    }
}
