//! `smsgw sim modem`, for programs that use a modem.

use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

use serde_json::Value;

use crate::harness::{ask, eventually, must_run, smsgw};
use crate::process::Process;

/// The number of the modem's SIM, and one outside.
pub(crate) const NUMBER: &str = "+491700000001";
pub(crate) const OUTSIDE: &str = "+491711234567";

/// For programs that are told of one message before they have read another, and then lose one.
pub(crate) const SLOWLY: [&str; 2] = ["--deliver-delay", "1s"];

pub(crate) struct Modem {
    pub(crate) process: Process,
    /// Where programs find it.
    pub(crate) path: PathBuf,
    control: PathBuf,
}

impl Modem {
    pub(crate) fn start(directory: &Path, flags: &[&str]) -> Self {
        let path = directory.join("modem");
        Self::start_at(directory, "pty", &path.display().to_string(), flags)
    }

    /// Where programs find it differs: `kind` is that of the flag.
    pub(crate) fn start_at(directory: &Path, kind: &str, place: &str, flags: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let nth = COUNT.fetch_add(1, Ordering::Relaxed);
        // Not in `directory`: the path of a socket is limited to a hundred octets.
        let name = format!("smsgw-interop-{}-{nth}", process::id());
        let control = env::temp_dir().join(format!("{name}.sock"));
        let mut process = Process::start(
            smsgw()
                .current_dir(directory)
                .args(["sim", "modem", "--commands", "--number", NUMBER])
                .args([&format!("--{kind}"), place])
                .arg("--control")
                .arg(&control)
                .args(flags),
            "",
        );
        process.ready(kind);
        process.ready("control");
        Self {
            process,
            path: place.into(),
            control,
        }
    }

    /// A number outside sends `text` to the modem.
    pub(crate) fn sms(&self, text: &str) {
        self.command(&format!("sms {OUTSIDE} {text}"));
    }

    /// Has a line of the control socket carried out; insists that it is.
    pub(crate) fn command(&self, line: &str) -> Value {
        let answer = ask(&self.control, line);
        assert_eq!(answer["ok"], true, "{line}: {answer}: {:?}", self.process);
        answer
    }

    /// Waits for `count` events, and insists that there are no more.
    pub(crate) fn events(&self, event: &str, count: usize) -> Vec<Value> {
        let events = eventually(event, || {
            let events = self.process.events(event);
            (events.len() >= count).then_some(events)
        });
        assert_eq!(events.len(), count, "{:?}", self.process);
        events
    }

    /// Waits for `count` texts that the modem sent, whole; insists that there are no more. In their order.
    pub(crate) fn sent(&self, count: usize) -> Vec<Value> {
        let whole = || {
            let is_whole = |submit: &Value| submit["part"].is_null();
            let mut sent = self.process.events("submit");
            sent.retain(is_whole);
            sent.extend(self.process.events("joined"));
            sent
        };
        eventually("message", || (whole().len() >= count).then_some(()));
        let sent = whole();
        assert_eq!(sent.len(), count, "{:?}", self.process);
        sent
    }
}

impl Drop for Modem {
    fn drop(&mut self) {
        // The emulator removes it, unless the end of the test kills it.
        let _ = fs::remove_file(&self.control);
    }
}

/// The words, so often that one part of a message cannot hold them.
pub(crate) fn long(words: &str) -> String {
    let count = 200 / words.len() + 1;
    vec![words; count].join(" ")
}

/// Insists that a program is there.
pub(crate) fn installed(package: &str, program: &str) {
    must_run(package, Command::new("which").arg(program));
}
