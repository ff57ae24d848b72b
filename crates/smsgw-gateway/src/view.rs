//! A message as the API and the callbacks show it.

use std::borrow::Cow;

use serde::Serialize;
use smsgw::Content;
use smsgw::convert::smpp;
use smsgw::gsm::alphabet::Language;
use smsgw::gsm::udh::UserDataHeader;
use smsgw::smpp::text::{Alphabets, Charset};
use smsgw::smpp::types::DataCoding;

use crate::message::{MessageId, Part, Record, State, Timestamp};

/// What a sender may see of a message.
#[derive(Debug, Serialize)]
pub(crate) struct View<'a> {
    id: MessageId,
    status: State,
    to: String,
    from: Option<String>,
    /// `null` when the message is not text.
    text: Option<Cow<'a, str>>,
    /// What was made of the text by transliteration; `null` when nothing was changed.
    sent_text: Option<String>,
    /// `gsm7`, `ucs2`, `8bit`, or the name of another alphabet.
    encoding: &'static str,
    /// The language tables of GSM 7-bit; `null` for the default ones.
    language: Option<LanguageView>,
    segments: usize,
    parts: Vec<PartView<'a>>,
    error: Option<&'a str>,
    created_at: String,
    updated_at: String,
    expires_at: String,
}

/// The tables by the names of their languages; `null` where it is the default one.
#[derive(Debug, Serialize)]
struct LanguageView {
    locking: Option<&'static str>,
    single: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct PartView<'a> {
    status: State,
    carrier_id: Option<&'a str>,
    link: Option<&'a str>,
    attempts: u32,
    error: Option<&'a str>,
    possible_duplicate: bool,
}

impl<'a> View<'a> {
    pub(crate) fn new(record: &'a Record) -> Self {
        let message = &record.message;
        let text = match &message.content {
            Content::Text(text) => Some(Cow::Borrowed(text.as_str())),
            Content::Encoded { dcs, udh, octets } => smpp::text(*dcs, udh, octets).map(Cow::Owned),
        };
        let parts: Vec<PartView<'_>> = record.parts.iter().map(PartView::new).collect();
        Self {
            id: record.id,
            status: record.state,
            to: message.to.to_string(),
            from: message.from.as_ref().map(ToString::to_string),
            sent_text: sent_text(record),
            text,
            encoding: record.parts.first().map_or("", encoding),
            language: record.parts.first().and_then(language),
            segments: parts.len(),
            error: parts.iter().find_map(|part| part.error),
            parts,
            created_at: rfc3339(record.accepted_at),
            updated_at: rfc3339(record.updated_at),
            expires_at: rfc3339(record.expires_at),
        }
    }
}

impl<'a> PartView<'a> {
    fn new(Part { status, .. }: &'a Part) -> Self {
        Self {
            status: status.state,
            carrier_id: status.carrier_id.as_deref(),
            link: status.link.as_deref(),
            attempts: status.attempts,
            error: status.error.as_deref(),
            possible_duplicate: status.possible_duplicate,
        }
    }
}

/// What goes out instead of the text.
fn sent_text(record: &Record) -> Option<String> {
    let Content::Text(text) = &record.message.content else {
        return None;
    };
    if !record.message.writing.transliterate {
        return None;
    }
    // No character is cut in two.
    let parts = record
        .parts
        .iter()
        .map(|part| smpp::text(part.dcs, &part.udh, &part.octets));
    let sent: String = parts.collect::<Option<_>>()?;
    (sent != *text).then_some(sent)
}

/// The same in all parts.
fn encoding(part: &Part) -> &'static str {
    match Alphabets::default().charset(DataCoding(part.dcs)) {
        Some(Charset::GsmUnpacked) => "gsm7",
        Some(Charset::Ucs2) => "ucs2",
        Some(charset) => charset.name(),
        None => "8bit",
    }
}

fn language(part: &Part) -> Option<LanguageView> {
    let (header, _) = UserDataHeader::split(&part.udh).ok()?;
    let tables = header.tables();
    let [locking, single] = [tables.locking, tables.single].map(|it| it.map(Language::name));
    let is_named = encoding(part) == "gsm7" && (locking.is_some() || single.is_some());
    is_named.then_some(LanguageView { locking, single })
}

/// `2026-01-31T12:00:00.5Z`.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    // Beyond the year 9999 there is no such form.
    jiff::Timestamp::from_millisecond(time.0)
        .unwrap_or(jiff::Timestamp::MAX)
        .to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::tests::record;

    #[test]
    fn a_message_is_shown_in_full() {
        let mut record = record(5);
        record.state = State::Sent;
        record.parts[0].status.carrier_id = Some("7f".into());
        record.parts[1].status.error = Some("ESME_RINVDSTADR".into());
        let shown = serde_json::to_value(View::new(&record)).unwrap();
        assert_eq!(shown["id"], record.id.to_string());
        assert_eq!(shown["status"], "sent");
        assert_eq!(shown["to"], "+306912345678");
        assert_eq!(shown["from"], serde_json::Value::Null);
        assert_eq!(shown["text"], "Καλημέρα \u{1F600} \0");
        assert_eq!(shown["segments"], 2);
        assert_eq!(shown["parts"][0]["carrier_id"], "7f");
        assert_eq!(shown["parts"][0]["status"], "queued");
        assert_eq!(shown["error"], "ESME_RINVDSTADR");
        assert_eq!(shown["created_at"], "2023-11-14T22:13:20.005Z");
        assert_eq!(shown["expires_at"], "2023-11-14T22:14:20.005Z");

        assert_eq!(shown["encoding"], "ucs2");
        assert!(shown["language"].is_null() && shown["sent_text"].is_null());

        record.message.content = Content::Encoded {
            dcs: 8,
            udh: Vec::new(),
            octets: vec![0x03, 0xA9],
        };
        assert_eq!(
            serde_json::to_value(View::new(&record)).unwrap()["text"],
            "Ω"
        );
        record.message.content = Content::Encoded {
            dcs: 4,
            udh: Vec::new(),
            octets: vec![0xFF],
        };
        assert!(serde_json::to_value(View::new(&record)).unwrap()["text"].is_null());
    }

    #[test]
    fn what_is_sent_is_shown() {
        let mut record = record(5);
        record.parts.truncate(1);
        let mut shown = |content, transliterate, dcs, udh: &[u8], octets: &[u8]| {
            record.message.content = content;
            record.message.writing.transliterate = transliterate;
            record.parts[0].dcs = dcs;
            record.parts[0].udh = udh.into();
            record.parts[0].octets = octets.into();
            let shown = serde_json::to_value(View::new(&record)).unwrap();
            ["text", "sent_text", "encoding", "language"].map(|key| shown[key].clone())
        };
        let text = |text: &str| Content::Text(text.into());
        let encoded = |dcs, udh: &[u8], octets: &[u8]| Content::Encoded {
            dcs,
            udh: udh.into(),
            octets: octets.into(),
        };
        assert_eq!(
            shown(text("“a”"), true, 0, b"", b"\"a\""),
            [json!("“a”"), json!("\"a\""), json!("gsm7"), json!(null)]
        );
        assert_eq!(
            shown(text("a"), true, 0, b"", b"a"),
            [json!("a"), json!(null), json!("gsm7"), json!(null)]
        );
        let turkish = b"\x06\x25\x01\x01\x24\x01\x02";
        let tables = json!({ "locking": "turkish", "single": "spanish" });
        assert_eq!(
            shown(text("İşá"), true, 0, turkish, b"\x40\x1D\x1Ba"),
            [json!("İşá"), json!(null), json!("gsm7"), tables.clone()]
        );
        // As an ESME submitted it.
        let message = encoded(0, turkish, b"\x40\x1D");
        assert_eq!(
            shown(message, false, 0, turkish, b"\x40\x1D"),
            [json!("İş"), json!(null), json!("gsm7"), tables]
        );
        assert_eq!(
            shown(encoded(3, b"", b"\xE4"), false, 3, b"", b"\xE4"),
            [json!("ä"), json!(null), json!("ISO-8859-1"), json!(null)]
        );
        assert_eq!(
            shown(encoded(4, turkish, b"a"), false, 4, turkish, b"a"),
            [json!(null), json!(null), json!("8bit"), json!(null)]
        );
    }
}
