//! A message as the API and the callbacks show it.

use std::borrow::Cow;

use serde::Serialize;
use smsgw::Content;
use smsgw::convert::smpp;

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
    segments: usize,
    parts: Vec<PartView<'a>>,
    error: Option<&'a str>,
    created_at: String,
    updated_at: String,
    expires_at: String,
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
            Content::Encoded { dcs, octets, .. } => smpp::text(*dcs, octets).map(Cow::Owned),
        };
        let parts: Vec<PartView<'_>> = record.parts.iter().map(PartView::new).collect();
        Self {
            id: record.id,
            status: record.state,
            to: message.to.to_string(),
            from: message.from.as_ref().map(ToString::to_string),
            text,
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

/// `2026-01-31T12:00:00.5Z`.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    // Beyond the year 9999 there is no such form.
    jiff::Timestamp::from_millisecond(time.0)
        .unwrap_or(jiff::Timestamp::MAX)
        .to_string()
}

#[cfg(test)]
mod tests {
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
}
