//! How a driver treats its port.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::process::Stdio;

use smsgw_net::Backoff;
use tokio::process::Command;

use crate::command::identity::Imei;
use crate::transcript::Tap;

/// How a [`Driver`](super::Driver) treats its port.
#[derive(Debug)]
pub struct Options {
    /// The pauses between attempts to open the port.
    pub backoff: Backoff,
    /// The only modem that is served: when another one is at the port, or one that does not tell its
    /// IMEI, the port is closed and opened again later. `None` serves any.
    pub imei: Option<Imei>,
    /// Takes the power from a modem that nothing else brings back; `None` where nothing can.
    pub power: Option<PowerHook>,
    /// Sees all that is said to the modem and by it.
    pub tap: Tap,
    /// How many events may wait for their owner before no more of them are taken from the modem but
    /// outcomes, at least 1.
    pub max_events: usize,
}

impl Default for Options {
    /// The usual pauses, any modem, no power hook, no tap, 1,024 events.
    fn default() -> Self {
        Self {
            backoff: Backoff::default(),
            imei: None,
            power: None,
            tap: Tap::default(),
            max_events: 1_024,
        }
    }
}

/// What takes the power from a modem and gives it back: a USB hub that can, a relay, a bus that can
/// be told to look again.
///
/// It is called while the port is closed, with the port's name, and has a minute.
pub struct PowerHook(Box<Cycle>);

type Cycle = dyn FnMut(&str) -> Cycling + Send;
/// A modem without power.
type Cycling = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

impl PowerHook {
    /// Does what the closure does.
    #[must_use]
    pub fn new<F, O>(mut cycle: F) -> Self
    where
        F: FnMut(&str) -> O + Send + 'static,
        O: Future<Output = io::Result<()>> + Send + 'static,
    {
        Self(Box::new(move |port| Box::pin(cycle(port))))
    }

    /// Runs a program, which finds the name of the port in its environment as `SMSGW_PORT`, and has
    /// no standard input and output. It is killed when it takes longer than a minute.
    #[must_use]
    pub fn command(
        program: impl Into<String>,
        arguments: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let program = program.into();
        let arguments: Vec<String> = arguments.into_iter().map(Into::into).collect();
        Self::new(move |port| {
            let mut command = Command::new(&program);
            command
                .args(&arguments)
                .env("SMSGW_PORT", port)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .kill_on_drop(true);
            let program = program.clone();
            async move {
                let status = command.status().await?;
                if status.success() {
                    return Ok(());
                }
                Err(io::Error::other(format!("{program}: {status}")))
            }
        })
    }

    pub(super) fn cycle(&mut self, port: &str) -> Cycling {
        (self.0)(port)
    }
}

impl fmt::Debug for PowerHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PowerHook")
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_finds_the_port_in_its_environment() {
        let directory = tempfile::tempdir().unwrap();
        let told = directory.path().join("told");
        let script = format!("echo $SMSGW_PORT $0 > {}; exit 3", told.display());
        let mut hook = PowerHook::command("sh", ["-c", &script, "hub"]);
        let failed = hook.cycle("/dev/ttyUSB0").await.unwrap_err();
        assert_eq!(failed.to_string(), "sh: exit status: 3");
        let told = std::fs::read_to_string(told).unwrap();
        assert_eq!(told, "/dev/ttyUSB0 hub\n");
        let mut hook = PowerHook::command("true", [""; 0]);
        hook.cycle("/dev/ttyUSB0").await.unwrap();
    }
}
