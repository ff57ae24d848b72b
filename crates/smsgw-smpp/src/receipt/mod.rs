//! Delivery receipts: the text form (SMPP 3.4 appendix B) and the TLVs that win over it.
//!
//! The text is a convention that every MC bends: fields are missing, in another order, in other
//! letters, with other separators. Reading takes what it finds and never fails; what is missing
//! is `None`. Writing gives the form of the appendix, or a [`Dialect`]. Which message a receipt is
//! about is for [`IdMatch`] to say.
//!
//! ```
//! use smsgw_smpp::Receipt;
//! use smsgw_smpp::types::MessageState;
//!
//! let receipt = Receipt::parse(b"id:0042 stat:DELIVRD done date:2602010001 Text:hi");
//! assert_eq!(receipt.id.as_deref(), Some("0042"));
//! assert_eq!(receipt.state(), Some(MessageState::DELIVERED));
//! assert_eq!(receipt.sub, None);
//! assert_eq!(receipt.to_string(), "id:0042 done date:2602010001 stat:DELIVRD text:hi");
//! ```

mod date;
mod dialect;
mod id;

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use crate::pdu::{DataSm, DeliverSm};
use crate::tlv::{self, NetworkError, ReceiptedMessageId, Tlvs};
use crate::types::{DataCoding, EsmClass, MessageState};

pub use date::{DateForm, DateTime};
pub use dialect::{Dialect, IdForm, InDialect, KeyCase};
pub use id::{IdMatch, IdOrigin};

/// The text of a receipt, field by field; `None` where the text has no such field.
///
/// Borrows from the text where that is UTF-8, as nearly all are.
///
/// `Display` writes the form of SMPP 3.4 appendix B: the fields that are there, in the order
/// below, dates in 10 digits, the text cut to 20 characters. With characters outside ASCII the
/// result still has to be put into the alphabet that `data_coding` announces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// The MC's id of the message, as the peer spells it: base, case and padding may differ from
    /// the one in `submit_sm_resp`.
    pub id: Option<Cow<'a, str>>,
    /// How many messages were submitted, usually three digits.
    pub sub: Option<Cow<'a, str>>,
    /// How many of them were delivered.
    pub dlvrd: Option<Cow<'a, str>>,
    /// When the message was submitted.
    pub submit_date: Option<DateTime>,
    /// When it came to its final state.
    pub done_date: Option<DateTime>,
    /// The state in the peer's word; [`Self::state`] knows the usual ones.
    pub stat: Option<Cow<'a, str>>,
    /// The network's or the MC's error, as the peer spells it: often three digits.
    pub err: Option<Cow<'a, str>>,
    /// The start of the message; everything after the first `text:`.
    pub text: Option<Cow<'a, str>>,
}

impl<'a> Receipt<'a> {
    /// Most characters of the text that are written.
    pub const TEXT_LEN: usize = 20;

    /// Reads the fields of `text`, in any order, letters and separators.
    ///
    /// Values that are not UTF-8 are taken as Latin-1. Of a field that comes twice the first
    /// counts.
    #[must_use]
    pub fn parse(text: &'a [u8]) -> Self {
        let mut receipt = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let Some((key, value)) = split_key(rest) else {
                rest = skip_word(rest);
                continue;
            };
            if key == Key::Text {
                receipt.text = Some(latin_1_or_utf_8(value));
                break;
            }
            let token;
            (token, rest) = split_token(value);
            let field = match key {
                Key::Id => &mut receipt.id,
                Key::Sub => &mut receipt.sub,
                Key::Dlvrd => &mut receipt.dlvrd,
                Key::Stat => &mut receipt.stat,
                Key::Err => &mut receipt.err,
                // From `value`, as some put a space before the time of day.
                Key::SubmitDate => {
                    receipt.submit_date = receipt.submit_date.or(DateTime::parse(value));
                    continue;
                }
                Key::DoneDate => {
                    receipt.done_date = receipt.done_date.or(DateTime::parse(value));
                    continue;
                }
                Key::Text | Key::Other => continue,
            };
            field.get_or_insert_with(|| latin_1_or_utf_8(token));
        }
        receipt
    }

    /// The state that [`Self::stat`] names; `None` when it is missing or a word of the vendor's.
    #[must_use]
    pub fn state(&self) -> Option<MessageState> {
        const WORDS: &[(&str, MessageState)] = &[
            ("DELIVRD", MessageState::DELIVERED),
            ("DELIVERED", MessageState::DELIVERED),
            ("UNDELIV", MessageState::UNDELIVERABLE),
            ("UNDELIVRD", MessageState::UNDELIVERABLE),
            ("UNDELIVERED", MessageState::UNDELIVERABLE),
            ("UNDELIVERABLE", MessageState::UNDELIVERABLE),
            ("FAILED", MessageState::UNDELIVERABLE),
            ("EXPIRED", MessageState::EXPIRED),
            ("REJECTD", MessageState::REJECTED),
            ("REJECTED", MessageState::REJECTED),
            ("ENROUTE", MessageState::ENROUTE),
            ("EN_ROUTE", MessageState::ENROUTE),
            ("ACCEPTD", MessageState::ACCEPTED),
            ("ACCEPTED", MessageState::ACCEPTED),
            ("DELETED", MessageState::DELETED),
            ("UNKNOWN", MessageState::UNKNOWN),
            ("SKIPPED", MessageState::SKIPPED),
            ("SCHEDULED", MessageState::SCHEDULED),
        ];
        let stat = self.stat.as_deref()?;
        WORDS
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(stat))
            .map(|&(_, state)| state)
    }

    /// The text as an MC with this dialect writes it; otherwise as `Display` does.
    #[must_use]
    pub const fn in_dialect(&self, dialect: &Dialect) -> InDialect<'_> {
        InDialect {
            receipt: self,
            dialect: *dialect,
        }
    }

    /// The same with memory of its own.
    #[must_use]
    pub fn into_owned(self) -> Receipt<'static> {
        fn owned(field: Option<Cow<'_, str>>) -> Option<Cow<'static, str>> {
            field.map(|value| Cow::Owned(value.into_owned()))
        }
        Receipt {
            id: owned(self.id),
            sub: owned(self.sub),
            dlvrd: owned(self.dlvrd),
            submit_date: self.submit_date,
            done_date: self.done_date,
            stat: owned(self.stat),
            err: owned(self.err),
            text: owned(self.text),
        }
    }
}

impl fmt::Display for Receipt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_dialect(&Dialect::APPENDIX_B).fmt(f)
    }
}

/// A receipt as it came: its text and the TLVs, which win over the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryReceipt<'a> {
    /// What the text says; empty when there is none.
    pub receipt: Receipt<'a>,
    /// The TLV `receipted_message_id`.
    pub receipted_message_id: Option<Cow<'a, str>>,
    /// The TLV `message_state`.
    pub message_state: Option<MessageState>,
    /// The TLV `network_error_code`.
    pub network_error_code: Option<NetworkError>,
    /// Whether the peer marks it as an intermediate notification.
    pub is_intermediate: bool,
}

impl<'a> DeliveryReceipt<'a> {
    /// Reads `deliver_sm`; `None` when it is a message and no receipt ([`EsmClass::is_receipt`]).
    #[must_use]
    pub fn from_deliver(deliver: &DeliverSm<'a>) -> Option<Self> {
        Self::new(
            deliver.esm_class,
            deliver.data_coding,
            deliver.short_message.as_octets(),
            deliver.tlvs,
        )
    }

    /// Reads `data_sm`; `None` when it is a message and no receipt.
    #[must_use]
    pub fn from_data(data: &DataSm<'a>) -> Option<Self> {
        Self::new(data.esm_class, data.data_coding, &[], data.tlvs)
    }

    fn new(
        esm_class: EsmClass,
        data_coding: DataCoding,
        short_message: &'a [u8],
        tlvs: Tlvs<'a>,
    ) -> Option<Self> {
        if !esm_class.is_receipt() {
            return None;
        }
        let mut octets = short_message;
        if octets.is_empty() {
            let payload = tlvs.find::<tlv::MessagePayload<'_>>();
            octets = payload.map_or(octets, |payload| payload.0.as_octets());
        }
        if let (true, Some((&len, rest))) = (esm_class.has_udh(), octets.split_first()) {
            octets = rest.get(usize::from(len)..).unwrap_or_default();
        }
        // Some MCs say UCS-2 and send ASCII.
        let receipt = if data_coding == DataCoding::UCS2 && octets.contains(&0) {
            Receipt::parse(utf_16(octets).as_bytes()).into_owned()
        } else {
            Receipt::parse(octets)
        };
        Some(Self {
            receipt,
            receipted_message_id: tlvs
                .find::<ReceiptedMessageId<'_>>()
                .map(|id| latin_1_or_utf_8(id.0.as_octets())),
            message_state: tlvs.find::<tlv::MessageState>().map(|state| state.0),
            network_error_code: tlvs.find::<tlv::NetworkErrorCode>().map(|code| code.0),
            is_intermediate: esm_class.is_intermediate(),
        })
    }

    /// Which message it is about, in the peer's spelling.
    #[must_use]
    pub fn message_id(&self) -> Option<&str> {
        let tlv = self.receipted_message_id.as_deref();
        tlv.filter(|id| !id.is_empty())
            .or(self.receipt.id.as_deref())
    }

    /// The state it tells; a TLV with a value that has no name counts only without a word.
    #[must_use]
    pub fn state(&self) -> Option<MessageState> {
        self.message_state
            .filter(|state| state.name().is_some())
            .or_else(|| self.receipt.state())
            .or(self.message_state)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Key {
    Id,
    Sub,
    Dlvrd,
    SubmitDate,
    DoneDate,
    Stat,
    Err,
    Text,
    /// A vendor's own.
    Other,
}

/// Words of the keys, in any letters; the second may be joined to the first.
const KEYS: &[(&str, &str, Key)] = &[
    ("id", "", Key::Id),
    ("sub", "", Key::Sub),
    ("dlvrd", "", Key::Dlvrd),
    ("submit", "date", Key::SubmitDate),
    ("done", "date", Key::DoneDate),
    ("stat", "", Key::Stat),
    ("err", "", Key::Err),
    ("text", "", Key::Text),
];

/// Splits a key and its colon off the front of `text`.
fn split_key(text: &[u8]) -> Option<(Key, &[u8])> {
    let initial = text.first()?.to_ascii_lowercase();
    let known = KEYS.iter().find_map(|&(first, second, key)| {
        if !first.as_bytes().starts_with(&[initial]) {
            return None;
        }
        let mut rest = strip_word(text, first)?;
        if !second.is_empty() {
            let joint = rest.iter().take_while(|octet| b" _-".contains(octet));
            rest = strip_word(rest.get(joint.count()..)?, second)?;
        }
        Some((key, rest.trim_ascii_start().strip_prefix(b":")?))
    });
    known.or_else(|| {
        let is_word = |octet: &&u8| octet.is_ascii_alphanumeric() || **octet == b'_';
        let rest = text.get(text.iter().take_while(is_word).count()..)?;
        Some((Key::Other, rest.strip_prefix(b":")?)).filter(|_| initial.is_ascii_alphabetic())
    })
}

fn strip_word<'a>(text: &'a [u8], word: &str) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word.as_bytes()).then_some(rest)
}

/// Splits a value without separators off the front of `text`; empty when the next key follows.
fn split_token(text: &[u8]) -> (&[u8], &[u8]) {
    let trimmed = text.trim_ascii_start();
    if trimmed.len() < text.len() && split_key(trimmed).is_some() {
        return (&[], trimmed);
    }
    let text = trimmed;
    let is_inside = |octet: &&u8| !is_separator(octet);
    text.split_at(text.iter().take_while(is_inside).count())
}

/// From one word to the start of the next.
fn skip_word(text: &[u8]) -> &[u8] {
    let word = text.iter().take_while(|octet| !is_separator(octet)).count();
    let rest = text.get(word..).unwrap_or_default();
    let gap = rest.iter().take_while(|octet| is_separator(octet)).count();
    rest.get(gap..).unwrap_or_default()
}

const fn is_separator(octet: &u8) -> bool {
    octet.is_ascii_whitespace() || matches!(*octet, b',' | b';' | b'|' | 0)
}

fn latin_1_or_utf_8(octets: &[u8]) -> Cow<'_, str> {
    match core::str::from_utf8(octets) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => octets.iter().copied().map(char::from).collect(),
    }
}

fn utf_16(octets: &[u8]) -> String {
    let (units, _) = octets.as_chunks();
    let units = units.iter().copied().map(u16::from_be_bytes);
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn keys_in_any_spelling() {
        let receipt = Receipt::parse(
            b"SUBMIT_DATE:2601312359;DoneDate : 2026-02-01 00:01 foo:bar\r\nErr: |Sub: 1 ID:a ID:b stat",
        );
        assert_eq!(receipt.submit_date, DateTime::new(2026, 1, 31, 23, 59, 0));
        assert_eq!(receipt.done_date, DateTime::new(2026, 2, 1, 0, 1, 0));
        assert_eq!(receipt.err.as_deref(), Some(""));
        assert_eq!(receipt.sub.as_deref(), Some("1"));
        assert_eq!(receipt.id.as_deref(), Some("a"));
        assert_eq!(receipt.stat, None);
        assert_eq!(receipt.text, None);
    }

    #[test]
    fn a_word_that_ends_like_a_key_is_none() {
        let receipt = Receipt::parse(b"msgid:7 xstat:A id:8");
        assert_eq!(receipt.id.as_deref(), Some("8"));
        assert_eq!(receipt.stat, None);
    }

    #[test]
    fn what_is_written_is_the_appendix() {
        let receipt = Receipt {
            id: Some("0123456789".into()),
            sub: Some("001".into()),
            dlvrd: Some("001".into()),
            submit_date: DateTime::new(2026, 1, 31, 23, 59, 30),
            done_date: DateTime::new(2026, 2, 1, 0, 1, 0),
            stat: MessageState::DELIVERED.receipt_word().map(Cow::Borrowed),
            err: Some("000".into()),
            text: Some("àll of 20 characters, no more".into()),
        };
        assert_eq!(
            receipt.to_string(),
            "id:0123456789 sub:001 dlvrd:001 submit date:2601312359 done date:2602010001 \
             stat:DELIVRD err:000 text:àll of 20 characters"
        );
    }
}
