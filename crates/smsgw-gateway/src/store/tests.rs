//! What every store must do, and what only the one on disk can.

use std::fs;
use std::path::Path;

use smsgw::gsm::segment::LanguageChoice;
use smsgw::{Address, Message, Writing};
use uuid::Uuid;

use super::memory::Memory;
use super::sqlite::Sqlite;
use super::{Query, Store};
use crate::message::{
    Change, MessageId, Notice, Origin, Part, PartStatus, Record, State, Timestamp,
};

pub(crate) fn id(n: u64) -> MessageId {
    MessageId(Uuid::from_u64_pair(
        0x0190_0000_0000_7000,
        0x8000_0000_0000_0000 | n,
    ))
}

/// Message `n`, queued, of two parts.
pub(crate) fn record(n: u64) -> Record {
    let part = |octet| Part {
        dcs: 8,
        udh: vec![5, 0, 3, 1, 2, octet],
        octets: vec![0x30, octet],
        status: PartStatus {
            state: State::Queued,
            link: None,
            carrier_id: None,
            attempts: 0,
            possible_duplicate: false,
            error: None,
        },
    };
    let time = Timestamp(1_700_000_000_000 + i64::try_from(n).unwrap());
    Record {
        id: id(n),
        account: "shop".into(),
        origin: Origin::Rest,
        message: Message::text(Address::number("+306912345678"), "Καλημέρα \u{1F600} \0"),
        parts: vec![part(1), part(2)],
        state: State::Queued,
        accepted_at: time,
        updated_at: time,
        expires_at: Timestamp(time.0 + 60_000),
        callback: Some("http://127.0.0.1/outcome".into()),
        notice: Notice::None,
    }
}

pub(crate) fn notice_of_nobody() -> Change {
    Change::Notice {
        id: id(u64::MAX >> 8),
        notice: Notice::Owed,
    }
}

fn accepted(record: &Record) -> Change {
    Change::Accepted(Box::new(record.clone()))
}

/// Changes `record` as the [`Change`] it returns says.
fn part(record: &mut Record, index: usize, state: State, status: PartStatus) -> Change {
    record.parts[index].status = status.clone();
    record.state = state;
    record.updated_at.0 += 1;
    Change::Part {
        id: record.id,
        index,
        status,
        state,
        notice: record.notice,
        at: record.updated_at,
    }
}

fn sent(link: &str, carrier_id: &str) -> PartStatus {
    PartStatus {
        state: State::Sent,
        link: Some(link.into()),
        carrier_id: Some(carrier_id.into()),
        attempts: 1,
        possible_duplicate: false,
        error: None,
    }
}

fn both(test: impl Fn(&mut dyn Store)) {
    test(&mut Memory::default());
    let directory = tempfile::tempdir().unwrap();
    test(&mut Sqlite::open(directory.path()).unwrap());
}

#[test]
fn every_change_is_read_back() {
    both(|store| {
        let mut record = record(1);
        store.append(&[accepted(&record)]).unwrap();
        assert_eq!(store.message(record.id).unwrap().as_ref(), Some(&record));
        assert_eq!(store.message(id(2)).unwrap(), None);

        let sending = PartStatus {
            state: State::Sending,
            carrier_id: None,
            ..sent("a", "")
        };
        let failed = PartStatus {
            state: State::Rejected,
            attempts: 3,
            possible_duplicate: true,
            error: Some("ESME_RINVDSTADR".into()),
            ..sending.clone()
        };
        let mut changes = vec![
            part(&mut record, 0, State::Queued, sending),
            part(&mut record, 0, State::Queued, sent("a", "7f")),
        ];
        record.notice = Notice::Owed;
        changes.push(part(&mut record, 1, State::Rejected, failed));
        store.append(&changes).unwrap();
        assert_eq!(store.message(record.id).unwrap().as_ref(), Some(&record));

        record.notice = Notice::GivenUp;
        let notice = Change::Notice {
            id: record.id,
            notice: record.notice,
        };
        store.append(&[notice]).unwrap();
        assert_eq!(store.message(record.id).unwrap(), Some(record));
    });
}

#[test]
fn a_batch_is_kept_whole_or_not_at_all() {
    both(|store| {
        let old = record(1);
        store.append(&[accepted(&old)]).unwrap();
        let beyond = Change::Part {
            id: old.id,
            index: 2,
            status: sent("a", "1"),
            state: State::Sent,
            notice: Notice::None,
            at: Timestamp(0),
        };
        for impossible in [
            notice_of_nobody(),
            beyond,
            accepted(&old),
            accepted(&record(2)),
        ] {
            let change = part(&mut old.clone(), 0, State::Sent, sent("a", "1"));
            assert!(
                store
                    .append(&[accepted(&record(2)), change, impossible])
                    .is_err()
            );
            assert_eq!(store.message(old.id).unwrap().as_ref(), Some(&old));
            assert_eq!(store.message(id(2)).unwrap(), None);
            assert_eq!(store.by_carrier_id("a", "1").unwrap(), None);
        }
        let counts = store.counts().unwrap();
        assert_eq!(counts.iter().map(|(_, messages)| messages).sum::<u64>(), 1);
        // Of a message that came in the same batch.
        let mut new = record(2);
        let first = accepted(&new);
        let second = part(&mut new, 1, State::Queued, sent("a", "1"));
        store.append(&[first, second]).unwrap();
        assert_eq!(store.message(id(2)).unwrap(), Some(new));
    });
}

#[test]
fn the_newest_with_a_carrier_id_is_found() {
    both(|store| {
        let mut records = [record(1), record(2), record(3)];
        store.append(&records.each_ref().map(accepted)).unwrap();
        let [first, second, third] = &mut records;
        let changes = [
            part(second, 0, State::Sent, sent("a", "7")),
            part(second, 1, State::Sent, sent("a", "7")),
            part(first, 0, State::Sent, sent("a", "7")),
            part(third, 0, State::Sent, sent("b", "7")),
        ];
        store.append(&changes).unwrap();
        let found = |link, carrier_id| store.by_carrier_id(link, carrier_id).unwrap();
        assert_eq!(found("a", "7"), Some((second.clone(), 1)));
        assert_eq!(found("b", "7"), Some((third.clone(), 0)));
        assert_eq!(found("b", "8"), None);
        assert_eq!(found("c", "7"), None);
        // Sent again, it has another.
        store
            .append(&[part(third, 0, State::Sent, sent("b", "9"))])
            .unwrap();
        assert_eq!(store.by_carrier_id("b", "7").unwrap(), None);
    });
}

#[test]
fn lists_are_filtered_and_paged() {
    both(|store| {
        let mut records: Vec<Record> = (1..=6).map(record).collect();
        records[1].account = "bank".into();
        records[2].message.to = Address::number("+15550100");
        store
            .append(&records.iter().map(accepted).collect::<Vec<_>>())
            .unwrap();
        let delivered = PartStatus {
            state: State::Delivered,
            ..sent("a", "1")
        };
        let change = part(&mut records[3], 0, State::Delivered, delivered);
        store.append(&[change]).unwrap();

        let all = || Query {
            limit: 100,
            ..Query::default()
        };
        let list = |query: Query| -> Vec<u8> {
            let list = store.list(&query).unwrap();
            list.iter()
                .map(|record| record.id.0.as_bytes()[15])
                .collect()
        };
        assert_eq!(list(all()), [6, 5, 4, 3, 2, 1]);
        assert_eq!(list(Query { limit: 2, ..all() }), [6, 5]);
        assert_eq!(
            list(Query {
                before: Some(id(5)),
                limit: 2,
                ..all()
            }),
            [4, 3]
        );
        assert_eq!(
            list(Query {
                account: Some("bank".into()),
                ..all()
            }),
            [2]
        );
        assert_eq!(
            list(Query {
                to: Some("15550100".into()),
                ..all()
            }),
            [3]
        );
        assert_eq!(
            list(Query {
                state: Some(State::Delivered),
                ..all()
            }),
            [4]
        );
        let queued = Query {
            state: Some(State::Queued),
            account: Some("shop".into()),
            ..all()
        };
        assert_eq!(list(queued), [6, 5, 3, 1]);
        assert_eq!(store.list(&all()).unwrap()[2], records[3]);
    });
}

#[test]
fn states_are_counted() {
    both(|store| {
        let mut records = [record(1), record(2), record(3)];
        store.append(&records.each_ref().map(accepted)).unwrap();
        store
            .append(&[part(&mut records[0], 0, State::Sent, sent("a", "1"))])
            .unwrap();
        // The state of the whole may stay while a part changes.
        store
            .append(&[part(&mut records[0], 1, State::Sent, sent("a", "2"))])
            .unwrap();
        let counts = store.counts().unwrap();
        assert_eq!(
            counts.iter().map(|(state, _)| *state).collect::<Vec<_>>(),
            State::ALL
        );
        for (state, messages) in counts {
            let expected = match state {
                State::Queued => 2,
                State::Sent => 1,
                _ => 0,
            };
            assert_eq!(messages, expected, "{state}");
        }
    });
}

#[test]
fn the_unfinished_are_those_without_an_outcome_or_with_a_notice_owed() {
    both(|store| {
        let mut expected = Vec::new();
        for (n, state) in (1..).zip(State::ALL) {
            for (m, notice) in [Notice::None, Notice::Owed, Notice::Done, Notice::GivenUp]
                .into_iter()
                .enumerate()
            {
                let mut record = record(n * 10 + u64::try_from(m).unwrap());
                record.state = state;
                record.notice = notice;
                store.append(&[accepted(&record)]).unwrap();
                if !state.is_final() || notice == Notice::Owed {
                    expected.push(record);
                }
            }
        }
        assert_eq!(store.unfinished().unwrap(), expected);
    });
}

#[test]
fn what_was_committed_is_there_after_a_reopen() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("not/yet/there");
    let mut record = record(1);
    let mut store = Sqlite::open(&directory).unwrap();
    store.append(&[accepted(&record)]).unwrap();
    store
        .append(&[part(&mut record, 0, State::Sent, sent("a", "1"))])
        .unwrap();
    drop(store);
    let store = Sqlite::open(&directory).unwrap();
    assert_eq!(store.unfinished().unwrap(), [record.clone()]);
    assert_eq!(store.by_carrier_id("a", "1").unwrap(), Some((record, 0)));
    assert!(store.counts().unwrap().contains(&(State::Sent, 1)));
}

#[test]
fn how_a_text_may_be_written_is_kept() {
    both(|store| {
        let mut record = record(1);
        record.message.writing = Writing {
            language: LanguageChoice::Auto,
            transliterate: true,
            graphemes: false,
        };
        store.append(&[accepted(&record)]).unwrap();
        assert_eq!(store.message(record.id).unwrap(), Some(record));
    });
}

#[test]
fn a_message_of_an_older_version_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(directory.path()).unwrap();
    let mut record = record(1);
    record.message.writing.transliterate = true;
    store.append(&[accepted(&record)]).unwrap();
    drop(store);
    // As version 0.1 wrote it.
    let body = r#"{"origin":"rest","message":{"from":null,"to":{"ton":1,"npi":1,"digits":"306912345678"},"content":{"text":"Καλημέρα 😀 \u0000"},"class":null,"validity":null,"receipt":"none","reference":null,"extras":[]},"parts":[{"dcs":8,"udh":"050003010201","octets":"3001"},{"dcs":8,"udh":"050003010202","octets":"3002"}],"callback":"http://127.0.0.1/outcome"}"#;
    let connection = rusqlite::Connection::open(directory.path().join("smsgw.sqlite")).unwrap();
    connection
        .execute("UPDATE body SET fixed = ?", [body])
        .unwrap();
    drop(connection);
    let store = Sqlite::open(directory.path()).unwrap();
    record.message.writing = Writing::default();
    assert_eq!(store.message(record.id).unwrap(), Some(record));
}

#[test]
fn a_directory_that_cannot_be_used_is_one_clear_line() {
    let parent = tempfile::tempdir().unwrap();
    let refused = |directory: &Path| {
        let text = Sqlite::open(directory).unwrap_err().to_string();
        let start = format!("store {}: ", directory.display());
        assert!(text.starts_with(&start) && !text.contains('\n'), "{text}");
        text[start.len()..].to_owned()
    };

    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    assert_eq!(refused(&file), "is a file; give a directory");
    assert_eq!(
        refused(&file.join("in")),
        "a part of the path is a file; give a directory"
    );

    let used = parent.path().join("used");
    let store = Sqlite::open(&used).unwrap();
    assert_eq!(
        refused(&used),
        "in use by another smsgw; stop it or give another directory"
    );
    drop(store);

    let newer = rusqlite::Connection::open(used.join("smsgw.sqlite")).unwrap();
    newer.pragma_update(None, "user_version", 2).unwrap();
    drop(newer);
    assert!(refused(&used).starts_with("written by a newer smsgw (schema 2, this one knows 1)"));

    fs::write(
        used.join("smsgw.sqlite"),
        "no database, and long enough to see it".repeat(99),
    )
    .unwrap();
    assert_eq!(
        refused(&used),
        "smsgw.sqlite is not a database; give another directory"
    );

    fs::remove_file(used.join("smsgw.sqlite")).unwrap();
    let other = rusqlite::Connection::open(used.join("smsgw.sqlite")).unwrap();
    other
        .execute_batch("CREATE TABLE contact (name TEXT)")
        .unwrap();
    drop(other);
    assert!(refused(&used).starts_with("smsgw.sqlite is not a store of smsgw"));
}
