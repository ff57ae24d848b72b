//! What the control socket of modems takes.
//!
//! | command | does |
//! |---|---|
//! | `sms FROM [to=MODEM] TEXT` | a number outside, or a name, sends a message |
//! | `call FROM [to=MODEM]` | a number outside calls; `call off` hangs up |
//! | `ussd [to=MODEM] TEXT` | the network says something by USSD |
//! | `signal N [modem=MODEM]` | the strength of the signal, 0 to 31 or 99 |
//! | `network off\|on [modem=MODEM]` | no network, or again |
//! | `status` | how the modems stand, and what was sent |
//! | `list` | the modems and where they are |
//! | `fault [modem=MODEM] NAME [N] [...]` | sets a fault; `fault NAME off` ends it, `fault off` all |
//! | `reboot [modem=MODEM]` | no power for a moment |
//! | `cut [modem=MODEM]` | unplugs |
//! | `plug [modem=MODEM] [PATH]` | plugs in again, perhaps at another path |
//!
//! A MODEM is a name, a number, or which one, from 1. When none is named all are meant, but for
//! what only one can be told: that is the only one there is. There a text may begin with `to=` and
//! what is no modem.

use serde_json::{Value, json};

use super::Handle;
use crate::control::{Commands, word};
use crate::modem::{Fault, ModemId};

impl Commands for Handle {
    async fn execute(&self, command: &str) -> Result<Value, String> {
        let (verb, rest) = word(command);
        match verb {
            "sms" => self.sms(rest),
            "call" => self.call(rest),
            "ussd" => {
                let (modem, text) = self.text(rest)?;
                self.with(|network, now| network.ussd(modem, text, now));
                Ok(json!({"ok": true}))
            }
            "signal" => self.signal(rest),
            "network" => self.network(rest),
            "status" => self.status(),
            "list" => Ok(self.listed()),
            "fault" => self.fault(rest),
            "reboot" => {
                let (modem, rest) = self.option("modem=", rest)?;
                nothing_more(rest)?;
                self.reboot(modem);
                Ok(json!({"ok": true}))
            }
            "cut" => {
                let (modem, rest) = self.option("modem=", rest)?;
                nothing_more(rest)?;
                self.cut(modem).await;
                Ok(self.listed())
            }
            "plug" => {
                let (modem, path) = self.option("modem=", rest)?;
                let path = path.trim();
                let path = (!path.is_empty()).then(|| path.into());
                if path.is_some() && modem.is_none() && self.lines().len() > 1 {
                    return Err("only one can be at a path: modem=MODEM says which".to_owned());
                }
                let plugged = self.plug(modem, path).await;
                plugged.map_err(|error| error.to_string())?;
                Ok(self.listed())
            }
            other => Err(format!(
                "no command '{other}': there are sms, call, ussd, signal, network, status, list, \
                 fault, reboot, cut and plug"
            )),
        }
    }
}

impl Handle {
    fn sms(&self, rest: &str) -> Result<Value, String> {
        let (from, rest) = word(rest);
        if from.is_empty() {
            return Err("sms FROM [to=MODEM] TEXT".to_owned());
        }
        let (modem, text) = self.text(rest)?;
        let to = self.number(modem);
        let ids = self.with(|network, now| network.inject(from, &to, text, now));
        let ids = ids.map_err(|error| error.to_string())?;
        Ok(json!({"ok": true, "from": from, "to": to, "ids": ids}))
    }

    fn call(&self, rest: &str) -> Result<Value, String> {
        let (from, rest) = word(rest);
        if from.is_empty() {
            return Err("call FROM|off [to=MODEM]".to_owned());
        }
        let (modem, rest) = self.addressee(rest)?;
        nothing_more(rest)?;
        if from == "off" {
            self.with(|network, now| network.hang_up(modem, now));
        } else {
            let to = self.number(modem);
            let called = self.with(|network, now| network.call(from, &to, now));
            called.map_err(|error| error.to_string())?;
        }
        Ok(json!({"ok": true}))
    }

    fn signal(&self, rest: &str) -> Result<Value, String> {
        let (signal, rest) = word(rest);
        let (modem, rest) = self.option("modem=", rest)?;
        nothing_more(rest)?;
        let signal = signal.parse().ok();
        let signal = signal.filter(|signal| matches!(signal, 0..=31 | 99));
        let signal = signal.ok_or("signal 0 to 31, or 99 for not known")?;
        self.each(modem, |modem| {
            self.with(|network, _| network.set_signal(modem, signal));
        });
        Ok(json!({"ok": true}))
    }

    fn network(&self, rest: &str) -> Result<Value, String> {
        let (state, rest) = word(rest);
        let (modem, rest) = self.option("modem=", rest)?;
        nothing_more(rest)?;
        let is_there = match state {
            "on" => true,
            "off" => false,
            _ => return Err("network on|off [modem=MODEM]".to_owned()),
        };
        self.each(modem, |modem| {
            self.with(|network, now| network.set_coverage(modem, is_there, now));
        });
        Ok(json!({"ok": true}))
    }

    fn fault(&self, rest: &str) -> Result<Value, String> {
        let (modem, rest) = self.option("modem=", rest)?;
        if rest.trim() == "off" {
            self.clear_faults(modem);
        } else {
            let fault: Fault = rest.parse().map_err(|error| format!("{error}"))?;
            self.set_fault(modem, &fault);
        }
        self.status()
    }

    fn status(&self) -> Result<Value, String> {
        let status = self.with(|network, _| network.status());
        let mut status = serde_json::to_value(status).map_err(|error| error.to_string())?;
        if let Some(object) = status.as_object_mut() {
            object.insert("ok".to_owned(), Value::Bool(true));
        }
        Ok(status)
    }

    fn listed(&self) -> Value {
        json!({"ok": true, "modems": self.lines()})
    }

    fn number(&self, modem: ModemId) -> String {
        let lines = self.lines().into_iter();
        let mut numbers = lines.filter(|line| line.modem == modem);
        numbers.next().map(|line| line.number).unwrap_or_default()
    }

    fn each(&self, modem: Option<ModemId>, act: impl Fn(ModemId)) {
        self.0.chosen(modem).for_each(|line| act(line.modem));
    }

    /// The one modem that something is for, and what follows.
    fn addressee<'a>(&self, rest: &'a str) -> Result<(ModemId, &'a str), String> {
        let (named, rest) = self.option("to=", rest)?;
        let only = || match &*self.0.lines {
            [only] => Some(only.modem),
            _ => None,
        };
        let modem = named.or_else(only);
        Ok((modem.ok_or("there are several: to=MODEM says which")?, rest))
    }

    /// The one modem that a text is for, and the text: all of it, where it only begins like a name
    /// and one modem can be meant.
    fn text<'a>(&self, rest: &'a str) -> Result<(ModemId, &'a str), String> {
        match &*self.0.lines {
            [only] => Ok(self
                .addressee(rest)
                .unwrap_or((only.modem, rest.trim_start()))),
            _ => self.addressee(rest),
        }
    }

    /// Which modem is named after `key`, if one is, and what follows.
    fn option<'a>(&self, key: &str, rest: &'a str) -> Result<(Option<ModemId>, &'a str), String> {
        let rest = rest.trim_start();
        let Some(value) = rest.strip_prefix(key) else {
            return Ok((None, rest));
        };
        let (name, rest) = word(value);
        let modem = self
            .find(name)
            .ok_or_else(|| format!("no modem '{name}'"))?;
        Ok((Some(modem), rest))
    }
}

fn nothing_more(rest: &str) -> Result<(), String> {
    match rest.trim() {
        "" => Ok(()),
        rest => Err(format!("'{rest}' says nothing here")),
    }
}
