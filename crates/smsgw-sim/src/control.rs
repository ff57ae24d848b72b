//! Remote control over a Unix socket: a command a line, a JSON line in answer.
//!
//! Every answer has `"ok"`; when it is false, `"error"` says why. Which commands there are, says
//! whoever carries them out: the [message centre](crate::smsc).

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::json_line;

/// Octets of a command, with its end.
const MAX_LINE: u64 = 1 << 20;
/// Talks at a time; whoever comes then waits for one to end.
const MAX_TALKS: usize = 256;
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
    _file: SocketFile,
    serving: JoinHandle<()>,
}

impl Control {
    /// Listens at `path`. A socket there that nobody listens at is replaced; any other file is
    /// left alone.
    ///
    /// # Errors
    /// When the path cannot be listened at.
    pub fn start(path: &Path, commands: impl Commands) -> io::Result<Self> {
        let (listener, file) = listen(path)?;
        Ok(Self {
            _file: file,
            serving: tokio::spawn(accept(listener, commands)),
        })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Listens at a path. A socket there that is left over from a process that is gone is replaced.
pub(crate) fn listen(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_stale(path) => {
            fs::remove_file(path)?;
            UnixListener::bind(path)
        }
        bound => bound,
    }?;
    let file = SocketFile {
        path: path.to_owned(),
        id: socket(path),
    };
    Ok((listener, file))
}

/// Whether nobody listens at the socket there. Any other file refuses connections, too.
fn is_stale(path: &Path) -> bool {
    let connected = std::os::unix::net::UnixStream::connect(path);
    let is_refused = connected.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
    is_refused && socket(path).is_some()
}

/// Which socket is at a path, by its device and inode; `None` when there is something else, be it
/// a link to one.
fn socket(path: &Path) -> Option<(u64, u64)> {
    let found = fs::symlink_metadata(path).ok()?;
    let is_socket = found.file_type().is_socket();
    is_socket.then(|| (found.dev(), found.ino()))
}

/// The file of a socket, which is removed with it.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    id: Option<(u64, u64)>,
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // What others have put in its place is theirs.
        if self.id.is_some() && socket(&self.path) == self.id {
            // Somebody may have been faster.
            let _ = fs::remove_file(&self.path);
        }
    }
}

async fn accept(listener: UnixListener, commands: impl Commands) {
    let mut talks = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = talks.join_next(), if !talks.is_empty() => {}
            accepted = listener.accept(), if talks.len() < MAX_TALKS => match accepted {
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
        // What follows would be taken for a command.
        let is_cut = !line.ends_with(b"\n") && u64::try_from(line.len()) == Ok(MAX_LINE);
        let executed = if is_cut {
            Err(format!("a line has at most {MAX_LINE} octets"))
        } else {
            let command = String::from_utf8_lossy(&line);
            let command = command.trim_end_matches(['\r', '\n']);
            commands.execute(command).await
        };
        let answer = executed.unwrap_or_else(|error| json!({"ok": false, "error": error}));
        let mut line = Vec::new();
        json_line::write(&mut line, &answer)?;
        writer.write_all(&line).await?;
        if is_cut {
            return Ok(());
        }
    }
}

/// The first word, and what follows the space after it.
pub(crate) fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(' ').unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[tokio::test]
    async fn only_a_socket_that_nobody_listens_at_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("control");
        fs::write(&path, "precious").unwrap();
        let error = listen(&path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        assert_eq!(fs::read(&path).unwrap(), b"precious");

        let link = directory.path().join("link");
        symlink(&path, &link).unwrap();
        assert!(listen(&link).is_err());
        assert_eq!(fs::read(&link).unwrap(), b"precious");

        let other = directory.path().join("other");
        let (listener, mut file) = listen(&other).unwrap();
        assert!(listen(&other).is_err(), "somebody listens there");
        // Gone without a word.
        drop(listener);
        file.id = None;
        drop(file);
        assert!(other.exists());
        let (_listener, file) = listen(&other).unwrap();
        drop(file);
        assert!(!other.exists());
    }

    #[tokio::test]
    async fn what_others_have_put_in_its_place_is_left_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("control");
        let (_listener, file) = listen(&path).unwrap();
        // Kept, so that its inode is not taken again.
        fs::rename(&path, directory.path().join("moved")).unwrap();
        fs::write(&path, "precious").unwrap();
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"precious");

        fs::remove_file(&path).unwrap();
        let (_one, first) = listen(&path).unwrap();
        fs::rename(&path, directory.path().join("moved")).unwrap();
        let (_other, second) = listen(&path).unwrap();
        drop(first);
        assert!(path.exists(), "the second is there");
        drop(second);
        assert!(!path.exists());
    }
}
