//! `vectors/malformed.jsonl` as far as octets alone decide; what a session does with the rest is
//! tested with the session.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;

use bytes::BytesMut;
use common::{MALFORMED, lines, octets};
use serde_json::Value as Json;
use smsgw_smpp::{CommandStatus, Frame, Pdu, Quirks};

const MAX_LEN: u32 = Frame::DEFAULT_MAX_LEN;

/// By the name of either standard.
fn status_names(status: CommandStatus) -> Vec<&'static str> {
    let older = match status {
        CommandStatus::ESME_RINVTLVSTREAM => Some("ESME_RINVOPTPARSTREAM"),
        CommandStatus::ESME_RINVTLVLEN => Some("ESME_RINVPARLEN"),
        _ => None,
    };
    older.into_iter().chain(status.name()).collect()
}

/// Lines whose PDU can be read: only the session, or a gateway behind it, can object.
const READABLE: &[&str] = &[
    "bad-deliver-from-esme",
    "bad-payload-and-text",
    "bad-udhi-empty",
    "bad-udhi-overrun",
    "bad-udhi-ie-overrun",
    "bad-bind-twice",
    "bad-bind-wrong-pass",
    "bad-bind-unknown-sysid",
    "bad-query-before-bind",
    "bad-broadcast-no-tlvs",
];

#[test]
fn each_is_found_where_it_can_be() {
    for vector in lines(MALFORMED) {
        let id = vector["id"].as_str().unwrap();
        let class = vector["expect"]["class"].as_str().unwrap();
        let whole = octets(&vector);
        let mut buffer = BytesMut::from(&whole[..]);
        let split = Frame::split_from(&mut buffer, MAX_LEN);
        match class {
            "fatal" => {
                assert!(split.is_err(), "{id}");
                assert_eq!(buffer.len(), whole.len(), "{id}: nothing is taken");
                continue;
            }
            "need_more" => {
                assert_eq!(split, Ok(None), "{id}");
                continue;
            }
            _ => {}
        }
        // Whatever is in the frame, the next one is not touched.
        let frame = split.unwrap().unwrap();
        assert!(buffer.is_empty(), "{id}");
        let read = frame.pdu_with(&Quirks::SESSION);
        match class {
            "nack" => assert!(matches!(read.unwrap().pdu, Pdu::Unknown { .. }), "{id}"),
            "error_resp" if READABLE.contains(&id) => {
                let read = read.unwrap();
                assert!(!matches!(read.pdu, Pdu::Bare(_)), "{id}");
            }
            "error_resp" => {
                let status = match read {
                    Err(error) => error.command_status(),
                    // A request without its body: the session asks for its type.
                    Ok(read) => {
                        assert!(matches!(read.pdu, Pdu::Bare(_)), "{id}: {read:?}");
                        CommandStatus::ESME_RINVCMDLEN
                    }
                };
                let names = status_names(status);
                let allowed = vector["expect"]["statuses"].as_array().unwrap();
                let is_allowed = |name: &&str| allowed.contains(&Json::from(*name));
                assert!(names.iter().any(is_allowed), "{id}: {names:?}");
            }
            // A session reads these leniently, and a stray tail at most costs the answer.
            "accept" | "drop" => {
                let read = frame.pdu();
                assert!(read.is_ok(), "{id}: {read:?}");
            }
            other => panic!("{id}: class {other}"),
        }
    }
}
