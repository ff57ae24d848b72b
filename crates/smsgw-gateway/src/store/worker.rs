//! The thread that owns the store: what waits is committed together, then reported in order.

use std::collections::VecDeque;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;

use tokio::sync::{Semaphore, mpsc as channel, oneshot};

use super::{Store, StoreError};
use crate::message::Change;

/// Most changes in one commit: what a commit takes is time the next ones wait.
const MOST_CHANGES: usize = 4096;

/// Most reads that wait for the thread; more wait for their turn to wait.
const MOST_READS: usize = 64;

/// What became of a batch.
#[derive(Debug)]
pub(crate) struct Committed {
    /// The number it was given.
    pub seq: u64,
    /// Durable as a whole, or not kept at all.
    pub result: Result<(), StoreError>,
}

/// The thread; whoever has it ends it.
#[derive(Debug)]
pub(crate) struct Worker {
    jobs: mpsc::Sender<Job>,
    done: oneshot::Receiver<()>,
}

/// Gives the thread something to do.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    jobs: mpsc::Sender<Job>,
    reads: Arc<Semaphore>,
}

type Read = Box<dyn FnOnce(&dyn Store) + Send>;

enum Job {
    Append { seq: u64, changes: Vec<Change> },
    Read(Read),
    Close,
}

/// Starts the thread. Batches are reported on the receiver in the order they were appended; it
/// ends with the thread.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn spawn(
    store: Box<dyn Store>,
) -> Result<(Worker, Handle, channel::UnboundedReceiver<Committed>), StoreError> {
    let (jobs, queue) = mpsc::channel();
    let (committed, reports) = channel::unbounded_channel();
    let (done_sender, done) = oneshot::channel();
    thread::Builder::new()
        .name("store".into())
        .spawn(move || {
            run(store, &queue, &committed);
            // Nobody may be waiting for the end.
            let _ = done_sender.send(());
        })
        .map_err(|error| StoreError::new(Path::new("thread"), error))?;
    let handle = Handle {
        jobs: jobs.clone(),
        reads: Arc::new(Semaphore::new(MOST_READS)),
    };
    Ok((Worker { jobs, done }, handle, reports))
}

impl Worker {
    /// Ends the thread when all that was appended before is committed and the store is closed.
    pub(crate) async fn close(self) {
        // An error of either means that it has ended already.
        let _ = self.jobs.send(Job::Close);
        let _ = self.done.await;
    }
}

impl Handle {
    /// Commits `changes` as a whole, soon; its [`Committed`] has the same `seq`. Never blocks:
    /// who calls it bounds what is under way. After a batch that is not kept no other is. After
    /// the close nothing is reported any more.
    pub(crate) fn append(&self, seq: u64, changes: Vec<Change>) {
        let _ = self.jobs.send(Job::Append { seq, changes });
    }

    /// Reads from the store, by the thread, between two commits.
    ///
    /// # Errors
    /// What `read` returns, and when the store is closed.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let closed = || StoreError::new(Path::new("(closed)"), "it is being shut down");
        let permit = self
            .reads
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| closed())?;
        let (sender, answer) = oneshot::channel();
        let job = Job::Read(Box::new(move |store| {
            // Who asked may have gone: the permit counts the job, and the work is saved.
            if !sender.is_closed() {
                let _ = sender.send(read(store));
            }
            drop(permit);
        }));
        self.jobs.send(job).map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

fn run(
    mut store: Box<dyn Store>,
    queue: &mpsc::Receiver<Job>,
    committed: &channel::UnboundedSender<Committed>,
) {
    let mut reads = VecDeque::new();
    let mut batches = Vec::new();
    let mut closing = false;
    let mut failed = false;
    while !closing {
        let mut changes_waiting = 0;
        // With a read to do there is no need to wait for more.
        let mut next = if reads.is_empty() {
            queue.recv().ok()
        } else {
            queue.try_recv().ok()
        };
        if next.is_none() && reads.is_empty() {
            break;
        }
        while let Some(job) = next {
            match job {
                Job::Append { seq, changes } => {
                    changes_waiting += changes.len();
                    batches.push((seq, changes));
                }
                Job::Read(read) => reads.push_back(read),
                Job::Close => {
                    closing = true;
                    break;
                }
            }
            next = if changes_waiting < MOST_CHANGES {
                queue.try_recv().ok()
            } else {
                None
            };
        }
        commit(store.as_mut(), &mut failed, &mut batches, committed);
        // One, so that the next commit waits for one read at most.
        if let Some(read) = reads.pop_front() {
            read(store.as_ref());
        }
    }
    for read in reads {
        read(store.as_ref());
    }
}

/// Commits all batches together, or one after the other when that does not work, up to the first
/// that cannot be kept.
///
/// From then on none is: the senders of what comes after it are told that it was not taken. If it
/// were durable, the next start would send it, and they once more.
fn commit(
    store: &mut dyn Store,
    failed: &mut bool,
    batches: &mut Vec<(u64, Vec<Change>)>,
    committed: &channel::UnboundedSender<Committed>,
) {
    let lengths: Vec<usize> = batches.iter().map(|(_, changes)| changes.len()).collect();
    let mut together: Vec<Change> = Vec::with_capacity(lengths.iter().sum());
    for (_, changes) in batches.iter_mut() {
        together.append(changes);
    }
    let all_kept = !*failed && lengths.len() > 1 && store.append(&together).is_ok();
    let mut rest = together.as_slice();
    for ((seq, _), length) in batches.drain(..).zip(lengths) {
        let (changes, after) = rest.split_at(length);
        rest = after;
        let result = if all_kept {
            Ok(())
        } else if *failed {
            let why = "an earlier batch was not kept";
            Err(StoreError::new(Path::new("(failed)"), why))
        } else {
            store.append(changes)
        };
        *failed = result.is_err();
        // A report nobody takes is no reason to stop: the changes were to be durable, and are.
        let _ = committed.send(Committed { seq, result });
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Append { .. } => "Append",
            Self::Read(_) => "Read",
            Self::Close => "Close",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::message::{MessageId, Record, State};
    use crate::store::Query;
    use crate::store::memory::Memory;
    use crate::store::tests::{notice_of_nobody, record};

    /// Notes how many changes each commit had, and waits for permission to do the first.
    struct Slow {
        memory: Memory,
        commits: Arc<Mutex<Vec<usize>>>,
        start: Option<mpsc::Receiver<()>>,
    }

    impl Store for Slow {
        fn append(&mut self, changes: &[Change]) -> Result<(), StoreError> {
            if let Some(start) = self.start.take() {
                start.recv().unwrap();
            }
            self.commits.lock().unwrap().push(changes.len());
            self.memory.append(changes)
        }
        fn message(&self, id: MessageId) -> Result<Option<Record>, StoreError> {
            self.memory.message(id)
        }
        fn by_carrier_id(&self, l: &str, c: &str) -> Result<Option<(Record, usize)>, StoreError> {
            self.memory.by_carrier_id(l, c)
        }
        fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
            self.memory.list(query)
        }
        fn counts(&self) -> Result<Vec<(State, u64)>, StoreError> {
            self.memory.counts()
        }
        fn unfinished(&self) -> Result<Vec<Record>, StoreError> {
            self.memory.unfinished()
        }
    }

    #[tokio::test]
    async fn what_waits_is_committed_together_and_reported_in_order() {
        let commits = Arc::new(Mutex::new(Vec::new()));
        let (go, start) = mpsc::channel();
        let store = Slow {
            memory: Memory::default(),
            commits: commits.clone(),
            start: Some(start),
        };
        let (worker, handle, mut reports) = spawn(Box::new(store)).unwrap();
        let accepted = |n| Change::Accepted(Box::new(record(n)));
        // The first may be alone: the thread may be at it before the others come.
        handle.append(10, vec![accepted(1)]);
        handle.append(11, vec![accepted(2), accepted(3)]);
        handle.append(12, vec![notice_of_nobody()]);
        handle.append(13, vec![accepted(4)]);
        go.send(()).unwrap();
        let mut outcomes = Vec::new();
        for _ in 0..4 {
            let Committed { seq, result } = reports.recv().await.unwrap();
            outcomes.push((seq, result.is_ok()));
        }
        // After one that is not kept, none is.
        assert_eq!(outcomes, [(10, true), (11, true), (12, false), (13, false)]);
        assert!(commits.lock().unwrap().iter().any(|&changes| changes >= 4));
        handle.append(14, vec![accepted(5)]);
        assert!(reports.recv().await.unwrap().result.is_err());
        let kept = handle
            .read(|store| {
                store.list(&Query {
                    limit: 9,
                    ..Query::default()
                })
            })
            .await;
        assert_eq!(kept.unwrap().len(), 3);
        worker.close().await;
    }

    #[tokio::test]
    async fn close_finishes_what_is_queued() {
        let memory = Memory::default();
        let (worker, handle, mut reports) = spawn(Box::new(memory)).unwrap();
        for n in 0..100 {
            handle.append(n, vec![Change::Accepted(Box::new(record(n)))]);
        }
        worker.close().await;
        for n in 0..100 {
            assert_eq!(reports.recv().await.unwrap().seq, n);
        }
        assert!(reports.recv().await.is_none());
        handle.append(100, Vec::new());
        let error = handle.read(|store| store.counts()).await.unwrap_err();
        assert_eq!(error.to_string(), "store (closed): it is being shut down");
    }
}
