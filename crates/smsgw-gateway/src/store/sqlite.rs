//! Messages in SQLite: one commit a batch, in a directory of its own.

use std::borrow::Cow;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{
    Connection, OptionalExtension as _, Row, TransactionBehavior, params, params_from_iter,
};
use serde::{Deserialize, Serialize};
use smsgw::Message;
use uuid::Uuid;

use super::{Query, Store, StoreError};
use crate::message::{
    Change, MessageId, Notice, Origin, Part, PartStatus, Record, State, Timestamp,
};

/// Marks the file as ours: "SMSG".
const APPLICATION_ID: i32 = 0x534D_5347;

/// The version of [`SCHEMA`].
const VERSION: i32 = 1;

/// What changes is in `message` and `part`, in short rows, so that many changes of one commit meet
/// on one page; what never changes is in `body` and is written once.
const SCHEMA: &str = "
    CREATE TABLE message (
        id BLOB NOT NULL PRIMARY KEY,
        state TEXT NOT NULL,
        notice TEXT NOT NULL,
        account TEXT NOT NULL,
        recipient TEXT NOT NULL,
        accepted_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX message_by_state ON message (state) WHERE state <> 'delivered';
    CREATE INDEX message_owed ON message (notice) WHERE notice = 'owed';
    CREATE INDEX message_by_recipient ON message (recipient);

    CREATE TABLE body (
        id BLOB NOT NULL PRIMARY KEY,
        fixed TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE part (
        id BLOB NOT NULL,
        idx INTEGER NOT NULL,
        state TEXT NOT NULL,
        link TEXT,
        carrier_id TEXT,
        attempts INTEGER NOT NULL,
        possible_duplicate INTEGER NOT NULL,
        error TEXT,
        PRIMARY KEY (id, idx)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX part_by_carrier_id ON part (link, carrier_id) WHERE carrier_id IS NOT NULL;

    -- Counted as it changes: a scrape of the metrics must not read every message.
    CREATE TABLE state_count (
        state TEXT NOT NULL PRIMARY KEY,
        messages INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER message_counted AFTER INSERT ON message BEGIN
        UPDATE state_count SET messages = messages + 1 WHERE state = new.state;
    END;
    CREATE TRIGGER message_recounted AFTER UPDATE OF state ON message
    WHEN old.state <> new.state BEGIN
        UPDATE state_count SET messages = messages - 1 WHERE state = old.state;
        UPDATE state_count SET messages = messages + 1 WHERE state = new.state;
    END;
";

/// The columns [`Sqlite::record`] reads, in its order.
const COLUMNS: &str = "message.id, message.state, message.notice, message.account,
    message.accepted_at, message.updated_at, message.expires_at, body.fixed";

/// A store in a directory: the file `smsgw.sqlite`, SQLite's own beside it, and a lock.
#[derive(Debug)]
pub(crate) struct Sqlite {
    directory: PathBuf,
    connection: Connection,
    /// Held as long as the store is open; dropped after the connection.
    _lock: File,
}

impl Sqlite {
    /// Opens the store in `directory`, which is made if it is not there.
    ///
    /// # Errors
    /// When it is not a directory, cannot be written, is in use by another process, or holds
    /// something else than a store this version knows.
    pub(crate) fn open(directory: &Path) -> Result<Self, StoreError> {
        let refuse = |reason: String| StoreError::new(directory, reason);
        make_directory(directory).map_err(refuse)?;
        let lock = lock(&directory.join("smsgw.lock")).map_err(refuse)?;
        let connection = connect(&directory.join("smsgw.sqlite")).map_err(refuse)?;
        Ok(Self {
            directory: directory.into(),
            connection,
            _lock: lock,
        })
    }

    fn error(&self, reason: impl ToString) -> StoreError {
        StoreError::new(&self.directory, reason)
    }

    /// The records that `tail` (what follows FROM and its join) selects.
    fn select(&self, tail: &str, arguments: &[Value]) -> Result<Vec<Record>, Trouble> {
        let sql = format!("SELECT {COLUMNS} FROM message JOIN body USING (id) {tail}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(arguments))?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            records.push(self.record(row)?);
        }
        Ok(records)
    }

    fn record(&self, row: &Row<'_>) -> Result<Record, Trouble> {
        let id = Uuid::from_bytes(row.get(0)?);
        let fixed: Fixed<'_> = serde_json::from_str(row.get_ref(7)?.as_str()?)
            .map_err(|error| Trouble(format!("message {id} is damaged: {error}")))?;
        let mut statement = self.connection.prepare_cached(
            "SELECT state, link, carrier_id, attempts, possible_duplicate, error
             FROM part WHERE id = ? ORDER BY idx",
        )?;
        let mut rows = statement.query([id.as_bytes()])?;
        let mut parts = Vec::with_capacity(fixed.parts.len());
        for FixedPart { dcs, udh, octets } in fixed.parts {
            let row = rows
                .next()?
                .ok_or_else(|| Trouble(format!("message {id} lacks a part")))?;
            let status = PartStatus {
                state: state(row.get_ref(0)?.as_str()?)?,
                link: row.get(1)?,
                carrier_id: row.get(2)?,
                attempts: row.get(3)?,
                possible_duplicate: row.get(4)?,
                error: row.get(5)?,
            };
            parts.push(Part {
                dcs,
                udh,
                octets,
                status,
            });
        }
        Ok(Record {
            id: MessageId(id),
            account: row.get(3)?,
            origin: fixed.origin,
            message: fixed.message.into_owned(),
            parts,
            state: state(row.get_ref(1)?.as_str()?)?,
            accepted_at: Timestamp(row.get(4)?),
            updated_at: Timestamp(row.get(5)?),
            expires_at: Timestamp(row.get(6)?),
            callback: fixed.callback.map(Cow::into_owned),
            notice: notice(row.get_ref(2)?.as_str()?)?,
        })
    }
}

impl Store for Sqlite {
    fn append(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let mut commit = || -> Result<(), Trouble> {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            for change in changes {
                write(&transaction, change)?;
            }
            Ok(transaction.commit()?)
        };
        commit().map_err(|trouble| StoreError::new(&self.directory, trouble.0))
    }

    fn message(&self, id: MessageId) -> Result<Option<Record>, StoreError> {
        self.select("WHERE message.id = ?", &[id.0.as_bytes().to_vec().into()])
            .map(|mut records| records.pop())
            .map_err(|trouble| self.error(trouble.0))
    }

    fn by_carrier_id(
        &self,
        link: &str,
        carrier_id: &str,
    ) -> Result<Option<(Record, usize)>, StoreError> {
        let find = || -> Result<_, Trouble> {
            let mut statement = self.connection.prepare_cached(
                "SELECT id, idx FROM part WHERE link = ? AND carrier_id = ?
                 ORDER BY id DESC, idx DESC LIMIT 1",
            )?;
            let found = statement.query_row([link, carrier_id], |row| {
                Ok((Uuid::from_bytes(row.get(0)?), row.get(1)?))
            });
            Ok(found.optional()?)
        };
        let found = find().map_err(|trouble| self.error(trouble.0))?;
        let Some((id, index)) = found else {
            return Ok(None);
        };
        Ok(self.message(MessageId(id))?.map(|record| (record, index)))
    }

    fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let mut tail = String::from("WHERE TRUE");
        let mut arguments: Vec<Value> = Vec::new();
        if let Some(account) = &query.account {
            tail.push_str(" AND account = ?");
            arguments.push(account.clone().into());
        }
        if let Some(to) = &query.to {
            tail.push_str(" AND recipient = ?");
            arguments.push(to.clone().into());
        }
        if let Some(before) = query.before {
            tail.push_str(" AND message.id < ?");
            arguments.push(before.0.as_bytes().to_vec().into());
        }
        // Written out and not bound: SQLite takes the partial index only when it sees the value.
        match query.state {
            None => {}
            Some(State::Delivered) => tail.push_str(" AND state = 'delivered'"),
            Some(state) => {
                tail.push_str(&format!(" AND state = '{state}' AND state <> 'delivered'"));
            }
        }
        tail.push_str(" ORDER BY message.id DESC LIMIT ?");
        arguments.push(i64::try_from(query.limit).unwrap_or(i64::MAX).into());
        self.select(&tail, &arguments)
            .map_err(|trouble| self.error(trouble.0))
    }

    fn counts(&self) -> Result<Vec<(State, u64)>, StoreError> {
        let count = || -> Result<_, Trouble> {
            let mut statement = self
                .connection
                .prepare_cached("SELECT messages FROM state_count WHERE state = ?")?;
            State::ALL
                .into_iter()
                .map(|state| {
                    Ok((
                        state,
                        statement.query_row([state.name()], |row| row.get(0))?,
                    ))
                })
                .collect()
        };
        count().map_err(|trouble| self.error(trouble.0))
    }

    fn unfinished(&self) -> Result<Vec<Record>, StoreError> {
        let states: Vec<String> = State::ALL
            .into_iter()
            .filter(|state| !state.is_final())
            .map(|state| format!("'{state}'"))
            .collect();
        let tail = format!(
            "WHERE message.id IN (
                 SELECT id FROM message WHERE state <> 'delivered' AND state IN ({})
                 UNION SELECT id FROM message WHERE notice = 'owed'
             ) ORDER BY message.id",
            states.join(", ")
        );
        self.select(&tail, &[])
            .map_err(|trouble| self.error(trouble.0))
    }
}

/// What is written once for a message.
#[derive(Serialize, Deserialize)]
struct Fixed<'a> {
    origin: Origin,
    message: Cow<'a, Message>,
    parts: Vec<FixedPart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    callback: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct FixedPart {
    dcs: u8,
    #[serde(with = "smsgw::hex")]
    udh: Vec<u8>,
    #[serde(with = "smsgw::hex")]
    octets: Vec<u8>,
}

/// Why something could not be read or written; the path comes on the way out.
struct Trouble(String);

impl<E: std::error::Error> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

fn write(connection: &Connection, change: &Change) -> Result<(), Trouble> {
    match change {
        Change::Accepted(record) => insert(connection, record),
        Change::Part {
            id,
            index,
            status,
            state,
            notice,
            at,
        } => {
            let parts = connection
                .prepare_cached(
                    "UPDATE part SET state = ?, link = ?, carrier_id = ?, attempts = ?,
                         possible_duplicate = ?, error = ? WHERE id = ? AND idx = ?",
                )?
                .execute(params![
                    status.state.name(),
                    status.link,
                    status.carrier_id,
                    status.attempts,
                    status.possible_duplicate,
                    status.error,
                    id.0.as_bytes(),
                    index,
                ])?;
            let messages = connection
                .prepare_cached(
                    "UPDATE message SET state = ?, notice = ?, updated_at = ? WHERE id = ?",
                )?
                .execute(params![
                    state.name(),
                    notice_name(*notice),
                    at.0,
                    id.0.as_bytes()
                ])?;
            if parts == 1 && messages == 1 {
                Ok(())
            } else {
                Err(Trouble(format!(
                    "there is no part {index} of a message {id}"
                )))
            }
        }
        Change::Notice { id, notice } => {
            let messages = connection
                .prepare_cached("UPDATE message SET notice = ? WHERE id = ?")?
                .execute(params![notice_name(*notice), id.0.as_bytes()])?;
            if messages == 1 {
                Ok(())
            } else {
                Err(Trouble(format!("there is no message {id}")))
            }
        }
    }
}

fn insert(connection: &Connection, record: &Record) -> Result<(), Trouble> {
    let id = record.id.0.as_bytes();
    let fixed = serde_json::to_string(&Fixed {
        origin: record.origin,
        message: Cow::Borrowed(&record.message),
        parts: record
            .parts
            .iter()
            .map(|part| FixedPart {
                dcs: part.dcs,
                udh: part.udh.clone(),
                octets: part.octets.clone(),
            })
            .collect(),
        callback: record.callback.as_deref().map(Cow::Borrowed),
    })?;
    connection
        .prepare_cached("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            id,
            record.state.name(),
            notice_name(record.notice),
            record.account,
            record.message.to.digits,
            record.accepted_at.0,
            record.updated_at.0,
            record.expires_at.0,
        ])?;
    connection
        .prepare_cached("INSERT INTO body VALUES (?, ?)")?
        .execute(params![id, fixed])?;
    let mut statement =
        connection.prepare_cached("INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?;
    for (index, Part { status, .. }) in record.parts.iter().enumerate() {
        statement.execute(params![
            id,
            index,
            status.state.name(),
            status.link,
            status.carrier_id,
            status.attempts,
            status.possible_duplicate,
            status.error,
        ])?;
    }
    Ok(())
}

fn state(name: &str) -> Result<State, Trouble> {
    State::ALL
        .into_iter()
        .find(|state| state.name() == name)
        .ok_or_else(|| Trouble(format!("no state {name:?} is known")))
}

const fn notice_name(notice: Notice) -> &'static str {
    match notice {
        Notice::None => "none",
        Notice::Owed => "owed",
        Notice::Done => "done",
        Notice::GivenUp => "given_up",
    }
}

fn notice(name: &str) -> Result<Notice, Trouble> {
    [Notice::None, Notice::Owed, Notice::Done, Notice::GivenUp]
        .into_iter()
        .find(|notice| notice_name(*notice) == name)
        .ok_or_else(|| Trouble(format!("no notice {name:?} is known")))
}

fn make_directory(directory: &Path) -> Result<(), String> {
    if directory.exists() && !directory.is_dir() {
        return Err("is a file; give a directory".into());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        // Other people's messages: nobody else's business.
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    builder
        .create(directory)
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "a part of the path is a file; give a directory".into()
            }
            _ => unusable(&error),
        })
}

/// Two processes on one store would send every message twice.
fn lock(path: &Path) -> Result<File, String> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(|error| unusable(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err("in use by another smsgw; stop it or give another directory".into())
        }
        Err(TryLockError::Error(error)) => Err(format!("cannot be locked: {error}")),
    }
}

fn unusable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "not writable; give this user the right to write it, or another directory".into()
        }
        io::ErrorKind::ReadOnlyFilesystem => "read-only; give another directory".into(),
        _ => error.to_string(),
    }
}

fn connect(path: &Path) -> Result<Connection, String> {
    let prepare = || -> Result<Result<Connection, String>, rusqlite::Error> {
        let mut connection = Connection::open(path)?;
        // Somebody may be looking at it with a tool, or copying it.
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(64);
        let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let application: i32 =
            connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables > 0 && application != APPLICATION_ID {
            return Ok(Err(
                "smsgw.sqlite is not a store of smsgw; give another directory".into(),
            ));
        }
        if version > VERSION {
            return Ok(Err(format!(
                "written by a newer smsgw (schema {version}, this one knows {VERSION}); \
                 use that one"
            )));
        }
        let mode: String =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        if !mode.eq_ignore_ascii_case("wal") {
            return Ok(Err(format!(
                "cannot have a write-ahead log here (got {mode})"
            )));
        }
        // FULL, or a commit would not outlive a power cut.
        connection.pragma_update(None, "synchronous", "FULL")?;
        if version == 0 {
            let transaction = connection.transaction()?;
            transaction.execute_batch(SCHEMA)?;
            for state in State::ALL {
                transaction.execute("INSERT INTO state_count VALUES (?, 0)", [state.name()])?;
            }
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.commit()?;
        }
        Ok(Ok(connection))
    };
    prepare().unwrap_or_else(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => {
            Err("smsgw.sqlite is not a database; give another directory".into())
        }
        Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly) => {
            Err("smsgw.sqlite is not writable; give this user the right to write it".into())
        }
        _ => Err(error.to_string()),
    })
}
