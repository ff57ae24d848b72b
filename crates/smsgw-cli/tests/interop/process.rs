//! A program under test or beside it: started, listened to line by line, ended with the test.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a program may take to say or do what the test waits for.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);

/// A child whose standard output and standard error are read from the start, so that it never blocks on a full pipe.
pub(crate) struct Process {
    name: String,
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Process {
    /// Starts `command` and hands it `input` as its whole standard input.
    pub(crate) fn start(command: &mut Command, input: &str) -> Self {
        let name = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let said = Arc::default();
        let readers = vec![
            listen(child.stdout.take().unwrap(), &said),
            listen(child.stderr.take().unwrap(), &said),
        ];
        // A program that ends without reading its input is judged by what it says, not by this pipe.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Self {
            name,
            child,
            said,
            readers,
        }
    }

    /// The first line, said or to come, that `wanted` makes something of.
    pub(crate) fn wait_for<T>(&mut self, what: &str, wanted: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = self
                .said
                .lock()
                .unwrap()
                .iter()
                .find_map(|line| wanted(line))
            {
                return found;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "no {what} (exit: {ended:?}) from {self:?}"
            );
            thread::sleep(POLL);
        }
    }

    /// The address of the line `ready KIND ADDRESS` that a listener announces itself with.
    pub(crate) fn ready(&mut self, kind: &str) -> String {
        self.wait_for(&format!("line `ready {kind} ADDRESS`"), |line| {
            let mut words = line.split_whitespace();
            (words.next() == Some("ready") && words.next() == Some(kind))
                .then(|| words.next())?
                .map(str::to_owned)
        })
    }

    /// The lines that it printed so far.
    #[allow(dead_code, reason = "some test binaries do not read them")]
    pub(crate) fn lines(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// What it printed so far as JSON lines with this `event`.
    pub(crate) fn events(&self, event: &str) -> Vec<Value> {
        let said = self.said.lock().unwrap();
        let objects = said
            .iter()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        objects.filter(|object| object["event"] == event).collect()
    }

    /// The same, once there are so many.
    #[allow(dead_code, reason = "some test binaries do not wait for them")]
    pub(crate) fn wait_for_events(&mut self, event: &str, count: usize) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let events = self.events(event);
            if events.len() >= count {
                return events;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "{} of {count} events {event} (exit: {ended:?}) from {self:?}",
                events.len()
            );
            thread::sleep(POLL);
        }
    }

    /// Waits for a program that ends by itself, and insists on exit status 0.
    pub(crate) fn succeed(self) -> Self {
        let (process, status) = self.finish();
        assert!(status.success(), "{status}: {process:?}");
        process
    }

    /// Waits for a program that ends by itself.
    pub(crate) fn finish(mut self) -> (Self, ExitStatus) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "still running: {self:?}");
            thread::sleep(POLL);
        };
        self.readers
            .drain(..)
            .for_each(|reader| reader.join().unwrap());
        (self, status)
    }

    /// Asks it to end as an operator would.
    pub(crate) fn terminate(self) -> Self {
        self.signal("TERM");
        self.succeed()
    }

    /// Sends a signal, by a shell: the standard library cannot.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success(), "{sent}: {self:?}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Command line and output, for the message of a failed assertion.
impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        self.said
            .lock()
            .unwrap()
            .iter()
            .try_for_each(|line| writeln!(f, "  | {line}"))
    }
}

fn listen(pipe: impl Read + Send + 'static, said: &Arc<Mutex<Vec<String>>>) -> JoinHandle<()> {
    let said = Arc::clone(said);
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            said.lock().unwrap().push(line);
        }
    })
}
