//! What arrives at a modem: messages, joined from their parts, and status reports.

use std::hash::{Hash, Hasher};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use smsgw_at::modem::{Received, ReceivedId, Report};
use smsgw_gsm::field::Timestamp;
use smsgw_gsm::join;
use smsgw_gsm::reassemble::{Inserted, Limits, Message, Outcome, Part, Reassembler};
use smsgw_gsm::tpdu::{Context, ModemPdu, PartKey, Piece, Tpdu};
use smsgw_gsm::{DecodeError, Quirks};

use crate::decode::input::printable;
use crate::hex;

/// Puts parts together.
pub(super) struct Arrivals {
    port: String,
    reassembler: Reassembler<PartKey, Kept, Instant>,
}

/// Something to be told, and what of the modem's is safe then.
pub(super) struct Arrival {
    pub(super) json: Json,
    /// For people.
    pub(super) text: String,
    pub(super) ids: Vec<ReceivedId>,
}

/// A part that waits for the others.
struct Kept {
    piece: Piece,
    id: ReceivedId,
    sent_at: Timestamp,
}

/// What is the same when a part comes again.
impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.piece.hash(state);
    }
}

impl Arrivals {
    /// Waits so long for the rest of a message.
    pub(super) fn new(port: &str, patience: Duration) -> Self {
        Self {
            port: port.to_owned(),
            reassembler: Reassembler::new(Limits {
                lifetime: patience,
                // What is told is deleted: if it comes again, it is another.
                remembered: 0,
                ..Limits::DEFAULT
            }),
        }
    }

    /// What is to be told now that this message came.
    pub(super) fn message(&mut self, received: &Received, now: Instant) -> Vec<Arrival> {
        let part = match part(received) {
            Ok(Some(part)) => part,
            Ok(None) => return vec![self.unreadable(received, "no message and no report")],
            Err(error) => return vec![self.unreadable(received, &error)],
        };
        let key = part.key;
        let Inserted { outcome, released } = self.reassembler.insert(part, now);
        let mut told: Vec<_> = released.iter().map(|it| self.told(it)).collect();
        match outcome {
            Outcome::Complete(message) => told.push(self.told(&message)),
            Outcome::Kept => {}
            // The first of them is still to be told.
            Outcome::Repeated(kept) => told.push(self.alone(&key, &kept, "repeated")),
            Outcome::Contradicts(kept) => told.push(self.alone(&key, &kept, "contradicts")),
        }
        told
    }

    /// When there is something to [`expire`](Self::expire).
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.reassembler.next_expiry()
    }

    /// The messages that are not waited for any longer.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Arrival> {
        let mut told = Vec::new();
        while let Some(message) = self.reassembler.expire(now) {
            told.push(self.told(&message));
        }
        told
    }

    /// All messages of which parts are missing.
    pub(super) fn release(&mut self) -> Vec<Arrival> {
        let mut told = Vec::new();
        while let Some(message) = self.reassembler.release() {
            told.push(self.told(&message));
        }
        told
    }

    /// A status report.
    pub(super) fn report(&self, report: &Report) -> Arrival {
        let id = report.id;
        let pdu = decode(&report.pdu);
        let Ok(ModemPdu {
            tpdu: Tpdu::StatusReport(status),
            ..
        }) = pdu
        else {
            return Arrival {
                json: json!({
                    "event": "report",
                    "protocol": "at",
                    "port": self.port,
                    "error": "cannot be read",
                    "pdu_hex": hex::encode(&report.pdu),
                }),
                text: format!("a report that cannot be read: {}", hex::encode(&report.pdu)),
                ids: vec![id],
            };
        };
        let to = status.recipient_address.to_string();
        let state = status.status.state().name();
        let at = time(status.discharge_time);
        let reference = status.message_reference;
        Arrival {
            json: json!({
                "event": "report",
                "protocol": "at",
                "port": self.port,
                "to": to,
                "reference": reference,
                "state": state,
                "status": status.status.0,
                "status_name": status.status.name(),
                "at": at,
            }),
            text: format!("report: to {} {reference} {state}", printable(&to)),
            ids: vec![id],
        }
    }

    fn told(&self, message: &Message<PartKey, Kept>) -> Arrival {
        let parts = || message.parts().map(|(number, kept)| (number, &kept.piece));
        let text = join::text(parts().map(|(number, it)| (number, it.written, &it.octets)));
        let data = text.is_none().then(|| {
            let octets: Vec<u8> = parts().flat_map(|(_, it)| it.octets.clone()).collect();
            hex::encode(&octets)
        });
        let sent_at = message.parts().map(|(_, kept)| kept.sent_at).next();
        let from = message.key.address.to_string();
        let missing: Vec<_> = message.missing().collect();
        let mut told = json!({
            "event": "message",
            "protocol": "at",
            "port": self.port,
            "from": from,
            "text": text,
            "data_hex": data,
            "sent_at": sent_at.and_then(time),
            "parts": message.total.max(1),
            "complete": message.is_complete(),
        });
        let mut line = format!("from {}", printable(&from));
        if !missing.is_empty() {
            line += &format!(" without parts {missing:?} of {}", message.total);
            if let Some(keys) = told.as_object_mut() {
                keys.insert("missing".to_owned(), json!(missing));
            }
        }
        let content = match (text, data) {
            (Some(text), _) => printable(&text),
            (None, data) => format!("data {}", data.unwrap_or_default()),
        };
        Arrival {
            json: told,
            text: format!("{line}: {content}"),
            ids: message.parts().map(|(_, kept)| kept.id).collect(),
        }
    }

    /// A part that does not go into its message.
    fn alone(&self, key: &PartKey, kept: &Kept, why: &str) -> Arrival {
        let from = key.address.to_string();
        let text = kept.piece.written.text(&kept.piece.octets);
        let shown = text.clone().unwrap_or_default();
        let data = text.is_none().then(|| hex::encode(&kept.piece.octets));
        Arrival {
            json: json!({
                "event": "part",
                "protocol": "at",
                "port": self.port,
                "from": from,
                "text": text,
                "data_hex": data,
                "sent_at": time(kept.sent_at),
                "complete": false,
                "why": why,
            }),
            text: format!(
                "from {} a part that {why}: {}",
                printable(&from),
                printable(&shown)
            ),
            ids: vec![kept.id],
        }
    }

    fn unreadable(&self, received: &Received, error: impl std::fmt::Display) -> Arrival {
        let octets = hex::encode(&received.pdu);
        Arrival {
            json: json!({
                "event": "unreadable",
                "protocol": "at",
                "port": self.port,
                "error": error.to_string(),
                "pdu_hex": octets,
            }),
            text: format!("cannot be read: {error}: {octets}"),
            ids: vec![received.id],
        }
    }
}

/// `None` when it is no message.
fn part(received: &Received) -> Result<Option<Part<PartKey, Kept>>, String> {
    if let Some(fault) = received.fault {
        return Err(fault.to_string());
    }
    let tpdu = decode(&received.pdu)
        .map_err(|error| error.to_string())?
        .tpdu;
    let Tpdu::Deliver(deliver) = tpdu else {
        return Ok(None);
    };
    let Part {
        key,
        position,
        payload,
        octets,
    } = deliver.part();
    Ok(Some(Part {
        key,
        position,
        payload: Kept {
            piece: payload,
            id: received.id,
            sent_at: deliver.service_centre_time_stamp,
        },
        octets,
    }))
}

fn decode(pdu: &[u8]) -> Result<ModemPdu<'_>, DecodeError> {
    ModemPdu::decode_with(pdu, Context::SC_TO_MS, &Quirks::LENIENT).map(|decoded| decoded.pdu)
}

fn time(time: Timestamp) -> Option<String> {
    time.is_valid().then(|| time.to_string())
}
