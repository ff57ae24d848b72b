//! Remote control over a Unix socket: a command a line, a JSON line in answer.
//!
//! Every answer has `"ok"`; when it is false, `"error"` says why. Which commands there are, says
//! whoever carries them out: the [message centre](crate::smsc).

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::json_line;

/// Octets of a command.
const MAX_LINE: u64 = 1 << 20;
/// How long to wait when the system gives no connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Whoever carries out commands; each talk has a clone.
pub trait Commands: Clone + Send + 'static {
    /// Carries out a line. The answer is an object with `"ok"` in it.
    ///
    /// # Errors
    /// When it cannot be done: the text for `"error"`.
    fn execute(&self, command: &str) -> impl Future<Output = Result<Value, String>> + Send;
}

/// A control socket; ends, and removes its file, when dropped.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
    serving: JoinHandle<()>,
}

impl Control {
    /// Listens at `path`. A socket there that nobody listens at is replaced.
    ///
    /// # Errors
    /// When the path cannot be listened at.
    pub fn start(path: &Path, commands: impl Commands) -> io::Result<Self> {
        let listener = listen(path)?;
        Ok(Self {
            path: path.to_owned(),
            serving: tokio::spawn(accept(listener, commands)),
        })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.serving.abort();
        // Somebody may have been faster.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Listens at a path. A socket there that is left over from a process that is gone is replaced.
pub(crate) fn listen(path: &Path) -> io::Result<UnixListener> {
    match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_stale(path) => {
            std::fs::remove_file(path)?;
            UnixListener::bind(path)
        }
        bound => bound,
    }
}

fn is_stale(path: &Path) -> bool {
    let connected = std::os::unix::net::UnixStream::connect(path);
    connected.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

async fn accept(listener: UnixListener, commands: impl Commands) {
    let mut talks = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = talks.join_next(), if !talks.is_empty() => {}
            accepted = listener.accept() => match accepted {
                // Who hangs up in the middle wants no answer.
                Ok((stream, _)) => drop(talks.spawn(talk(stream, commands.clone()))),
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
        }
    }
}

async fn talk(mut stream: UnixStream, commands: impl Commands) -> io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut limited = (&mut reader).take(MAX_LINE);
        if limited.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let command = String::from_utf8_lossy(&line);
        let answer = match commands
            .execute(command.trim_end_matches(['\r', '\n']))
            .await
        {
            Ok(answer) => answer,
            Err(error) => json!({"ok": false, "error": error}),
        };
        let mut line = Vec::new();
        json_line::write(&mut line, &answer)?;
        writer.write_all(&line).await?;
    }
}

/// The first word, and what follows the space after it.
pub(crate) fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(' ').unwrap_or((text, ""))
}
