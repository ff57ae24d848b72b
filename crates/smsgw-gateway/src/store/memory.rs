//! Messages in memory, for tests of what stands on a store.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::{Query, Store, StoreError};
use crate::message::{Change, MessageId, Notice, Record, State};

/// A store that forgets everything when it is dropped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    records: BTreeMap<MessageId, Record>,
    /// By link and carrier's id all parts that ever had them; a look-up checks.
    carrier_ids: HashMap<(String, String), BTreeSet<(MessageId, usize)>>,
}

impl Memory {
    /// The record as the batch has left it so far.
    fn staged<'a>(
        &self,
        changed: &'a mut BTreeMap<MessageId, Record>,
        id: MessageId,
    ) -> Result<&'a mut Record, StoreError> {
        match changed.entry(id) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let known = self.records.get(&id).cloned();
                Ok(
                    entry
                        .insert(known.ok_or_else(|| refusal(format!("there is no message {id}")))?),
                )
            }
        }
    }
}

impl Store for Memory {
    fn append(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let mut changed = BTreeMap::new();
        for change in changes {
            match change {
                Change::Accepted(record) => {
                    let known = self.records.contains_key(&record.id);
                    if known || changed.insert(record.id, (**record).clone()).is_some() {
                        return Err(refusal(format!("there is a message {} already", record.id)));
                    }
                }
                Change::Part {
                    id,
                    index,
                    status,
                    state,
                    notice,
                    at,
                } => {
                    let record = self.staged(&mut changed, *id)?;
                    let part = record.parts.get_mut(*index).ok_or_else(|| {
                        refusal(format!("there is no part {index} of a message {id}"))
                    })?;
                    part.status = status.clone();
                    record.state = *state;
                    record.notice = *notice;
                    record.updated_at = *at;
                }
                Change::Notice { id, notice } => {
                    let record = self.staged(&mut changed, *id)?;
                    record.notice = *notice;
                }
            }
        }
        for record in changed.values() {
            for (index, part) in record.parts.iter().enumerate() {
                let (Some(link), Some(carrier_id)) = (&part.status.link, &part.status.carrier_id)
                else {
                    continue;
                };
                let key = (link.clone(), carrier_id.clone());
                self.carrier_ids
                    .entry(key)
                    .or_default()
                    .insert((record.id, index));
            }
        }
        self.records.extend(changed);
        Ok(())
    }

    fn message(&self, id: MessageId) -> Result<Option<Record>, StoreError> {
        Ok(self.records.get(&id).cloned())
    }

    fn by_carrier_id(
        &self,
        link: &str,
        carrier_id: &str,
    ) -> Result<Option<(Record, usize)>, StoreError> {
        let parts = self.carrier_ids.get(&(link.into(), carrier_id.into()));
        let newest = parts.into_iter().flatten().rev().find_map(|(id, index)| {
            let record = self.records.get(id)?;
            let status = &record.parts.get(*index)?.status;
            let is_still = status.link.as_deref() == Some(link)
                && status.carrier_id.as_deref() == Some(carrier_id);
            is_still.then(|| (record.clone(), *index))
        });
        Ok(newest)
    }

    fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let records = self.records.values().rev();
        let matching = records.filter(|record| {
            query
                .account
                .as_ref()
                .is_none_or(|account| *account == record.account)
                && query.state.is_none_or(|state| state == record.state)
                && query
                    .to
                    .as_ref()
                    .is_none_or(|to| *to == record.message.to.digits)
                && query.before.is_none_or(|before| record.id < before)
        });
        Ok(matching.take(query.limit).cloned().collect())
    }

    fn counts(&self) -> Result<Vec<(State, u64)>, StoreError> {
        let count = |state| {
            self.records
                .values()
                .map(|r| u64::from(r.state == state))
                .sum()
        };
        Ok(State::ALL
            .into_iter()
            .map(|state| (state, count(state)))
            .collect())
    }

    fn unfinished(&self) -> Result<Vec<Record>, StoreError> {
        let is_unfinished =
            |record: &&Record| !record.state.is_final() || record.notice == Notice::Owed;
        Ok(self
            .records
            .values()
            .filter(is_unfinished)
            .cloned()
            .collect())
    }
}

fn refusal(reason: String) -> StoreError {
    StoreError::new(Path::new("(memory)"), reason)
}
