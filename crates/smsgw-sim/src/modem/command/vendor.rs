//! Commands that only some vendors have.

use super::{Answer, Then};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Command, Form};
use crate::modem::world::Context;

/// A command of the profile; `None` when it has none.
pub(crate) fn run(cx: &mut Context<'_>, command: &Command) -> Option<Answer> {
    let profile = cx.modem.profile;
    let text = command.text().to_ascii_uppercase();
    let until = profile.chatter_until;
    if !until.is_empty() && text.starts_with(until) {
        cx.modem.settings.is_silenced = true;
    }
    let vendor = profile.vendor.iter().find(|vendor| vendor.is(&text))?;
    if let (Form::Set(value), "^USSDMODE=") = (&command.form, vendor.command) {
        cx.modem.settings.packs_ussd = value == "0";
    }
    for line in vendor.lines {
        let line = cx.filled(line);
        cx.say(line);
    }
    Some(if vendor.ok {
        Ok(Then::Done)
    } else {
        Err(Failure::Unknown)
    })
}

impl Context<'_> {
    /// A line of a profile with what its names stand for.
    pub(crate) fn filled(&self, line: &str) -> String {
        if !line.contains('{') {
            return line.to_owned();
        }
        line.replace("{imei}", &self.modem.imei)
            .replace("{iccid}", &self.modem.sim.iccid)
            .replace("{imsi}", &self.modem.sim.imsi)
            .replace("{csq}", &self.signal().to_string())
            .replace("{plmn}", &self.world.config.plmn)
            .replace("{stat}", &self.modem.radio.stat.to_string())
    }

    /// The line that the profile repeats.
    pub(crate) fn chatter(&mut self) {
        let Some((pause, line)) = self.modem.profile.chatter else {
            return;
        };
        if !self.modem.settings.is_silenced {
            let line = self.filled(line);
            self.unsolicited(&line);
        }
        self.after(pause, crate::modem::world::Timer::Chatter);
    }
}
