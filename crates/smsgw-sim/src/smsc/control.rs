//! What the control socket of a message centre takes.
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

use serde_json::{Value, json};
use tokio::net::lookup_host;

use super::Handle;
use crate::control::{Commands, word};
use crate::event::Protocol;
use crate::faults::Fault;

/// Who a message is for unless its command says.
const RECIPIENT: &str = "1000";

impl Commands for Handle {
    async fn execute(&self, command: &str) -> Result<Value, String> {
        execute(command, self).await
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
