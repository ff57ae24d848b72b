//! Remote control over a Unix socket: a command a line, a JSON line in answer.
//!
//! | command | does |
//! |---|---|
//! | `sms FROM [to=ADDRESS] [via=smpp\|ucp] TEXT` | a subscriber sends a message (to 1000 unless said) |
//! | `alert FROM [to=ADDRESS]` | an ESME is told that a subscriber can be reached again |
//! | `outbind HOST:PORT [PASSWORD]` | an ESME that listens is asked to bind |
//! | `status` | counts, sessions, and what was submitted |
//! | `fault NAME [N]` | sets a fault for every nth submit; `fault NAME off` ends it, `fault off` all |
//! | `cut` | drops all connections, and new ones until `plug` |
//! | `plug` | takes connections again |
//! | `reload` | reads the certificates again; sessions go on |
//!
//! Every answer has `"ok"`; when it is false, `"error"` says why.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream, lookup_host};
use tokio::task::{JoinHandle, JoinSet};

use super::Handle;
use crate::event::Protocol;
use crate::faults::Fault;
use crate::json_line;

/// Octets of a command.
const MAX_LINE: u64 = 1 << 20;
/// Who a message is for unless its command says.
const RECIPIENT: &str = "1000";

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
    pub fn start(path: &Path, smsc: Handle) -> io::Result<Self> {
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_stale(path) => {
                std::fs::remove_file(path)?;
                UnixListener::bind(path)?
            }
            bound => bound?,
        };
        Ok(Self {
            path: path.to_owned(),
            serving: tokio::spawn(accept(listener, smsc)),
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

/// Whether a socket is left over from a process that is gone.
fn is_stale(path: &Path) -> bool {
    let connected = std::os::unix::net::UnixStream::connect(path);
    connected.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

async fn accept(listener: UnixListener, smsc: Handle) {
    let mut talks = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = talks.join_next(), if !talks.is_empty() => {}
            accepted = listener.accept() => match accepted {
                // Who hangs up in the middle wants no answer.
                Ok((stream, _)) => drop(talks.spawn(talk(stream, smsc.clone()))),
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
            },
        }
    }
}

async fn talk(mut stream: UnixStream, smsc: Handle) -> io::Result<()> {
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
        let answer = match execute(command.trim_end_matches(['\r', '\n']), &smsc).await {
            Ok(answer) => answer,
            Err(error) => json!({"ok": false, "error": error}),
        };
        let mut line = Vec::new();
        json_line::write(&mut line, &answer)?;
        writer.write_all(&line).await?;
    }
}

async fn execute(command: &str, smsc: &Handle) -> Result<Value, String> {
    let (verb, rest) = word(command);
    match verb {
        "sms" => {
            let (from, rest) = word(rest);
            let Options {
                to,
                via,
                rest: text,
            } = Options::of(rest)?;
            if from.is_empty() {
                return Err("sms FROM [to=ADDRESS] [via=smpp|ucp] TEXT".to_owned());
            }
            let statuses = smsc.deliver_via(via, from, to, text).await;
            let statuses = statuses.map_err(|error| error.to_string())?;
            let ok = statuses.iter().all(|status| status.is_ok());
            Ok(json!({"ok": ok, "from": from, "to": to, "parts": statuses}))
        }
        "alert" => {
            let (from, rest) = word(rest);
            let Options { to, via, .. } = Options::of(rest)?;
            if from.is_empty() || via == Some(Protocol::Ucp) {
                return Err("alert FROM [to=ADDRESS]".to_owned());
            }
            smsc.alert(from, to).map_err(|error| error.to_string())?;
            Ok(json!({"ok": true, "from": from, "to": to}))
        }
        "outbind" => {
            let (address, password) = word(rest);
            let addresses = lookup_host(address).await;
            let mut addresses = addresses.map_err(|error| format!("{address}: {error}"))?;
            let address = addresses.next().ok_or("no such host")?;
            let sent = smsc.outbind(address, password.trim()).await;
            sent.map_err(|error| format!("{address}: {error}"))?;
            Ok(json!({"ok": true, "address": address}))
        }
        "status" => {
            let mut status = serde_json::to_value(smsc.status()).map_err(|e| e.to_string())?;
            if let Some(object) = status.as_object_mut() {
                object.insert("ok".to_owned(), Value::Bool(true));
            }
            Ok(status)
        }
        "fault" => {
            if rest == "off" {
                smsc.clear_faults();
            } else {
                let fault: Fault = rest.parse().map_err(|error| format!("{error}"))?;
                smsc.set_fault(fault);
            }
            Ok(json!({"ok": true, "faults": smsc.status().faults}))
        }
        "cut" => {
            smsc.cut();
            Ok(json!({"ok": true}))
        }
        "plug" => {
            smsc.plug();
            Ok(json!({"ok": true}))
        }
        "reload" => {
            let tls = smsc.tls().ok_or("it does not speak TLS")?;
            tls.reload().map_err(|error| error.to_string())?;
            Ok(json!({"ok": true}))
        }
        other => Err(format!(
            "no command '{other}': there are sms, alert, outbind, status, fault, cut, plug and \
             reload"
        )),
    }
}

/// `[to=ADDRESS] [via=PROTOCOL]`, in any order, and what follows.
struct Options<'a> {
    to: &'a str,
    via: Option<Protocol>,
    rest: &'a str,
}

impl<'a> Options<'a> {
    fn of(mut rest: &'a str) -> Result<Self, String> {
        let (mut to, mut via) = (RECIPIENT, None);
        loop {
            if let Some(value) = rest.strip_prefix("to=") {
                (to, rest) = word(value);
                if to.is_empty() {
                    return Err("to= needs an address".to_owned());
                }
            } else if let Some(value) = rest.strip_prefix("via=") {
                let name;
                (name, rest) = word(value);
                via = Some(match name {
                    "smpp" => Protocol::Smpp,
                    "ucp" => Protocol::Ucp,
                    other => return Err(format!("via='{other}': there are smpp and ucp")),
                });
            } else {
                return Ok(Self { to, via, rest });
            }
        }
    }
}

/// The first word, and what follows the space after it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(' ').unwrap_or((text, ""))
}
