//! How messages that come are told of and acknowledged (3GPP TS 27.005 §3.2.1, §3.4, §4.6).

use super::send::{self, EntryKind};
use super::{Answer, Then, range};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Arguments, Command, Form};
use crate::modem::event::{What, who};
use crate::modem::fault::Kind;
use crate::modem::settings::Settings;
use crate::modem::world::Context;

/// `+CNMI`.
pub(crate) fn new_message_indications(cx: &mut Context<'_>, command: &Command) -> Answer {
    let profile = cx.modem.profile;
    let offered = profile.indications.fields();
    match &command.form {
        Form::Read => {
            let now = cx.modem.settings.indications;
            let values: Vec<_> = now.iter().map(u8::to_string).collect();
            cx.say(format!("+CNMI: {}", values.join(",")));
        }
        Form::Test => {
            let ranges = offered.map(range);
            cx.say(format!("+CNMI: {}", ranges.join(",")));
        }
        Form::Execute => {
            cx.modem.settings.indications = Settings::new(&profile).indications;
        }
        Form::Set(text) => {
            let arguments = Arguments::new(text);
            if arguments.len() > offered.len() {
                return Err(Failure::Cms(303));
            }
            let mut values = cx.modem.settings.indications;
            let refused = profile.refused_indications.fields();
            let each = values.iter_mut().zip(offered).zip(refused);
            for (n, ((value, offered), refused)) in each.enumerate() {
                *value = arguments.number(n)?.unwrap_or(*value);
                if !offered.contains(value) || refused.contains(value) {
                    return Err(Failure::Cms(303));
                }
            }
            cx.modem.settings.indications = values;
            cx.release_indications();
        }
    }
    Ok(Then::Done)
}

/// `+CSMS`.
pub(crate) fn message_service(cx: &mut Context<'_>, command: &Command) -> Answer {
    let services = cx.modem.profile.services;
    match &command.form {
        Form::Read => {
            let service = cx.modem.settings.service;
            cx.say(format!("+CSMS: {service},1,1,1"));
        }
        Form::Test => cx.say(format!("+CSMS: {}", range(services))),
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => {
            let service = Arguments::new(text).required(0)?;
            if !services.contains(&service) {
                return Err(Failure::Cms(303));
            }
            cx.modem.settings.service = service;
            cx.say("+CSMS: 1,1,1");
        }
    }
    Ok(Then::Done)
}

/// `+CNMA`.
pub(crate) fn acknowledge(cx: &mut Context<'_>, command: &Command) -> Answer {
    let is_text = cx.modem.settings.text_mode;
    let arguments = match &command.form {
        Form::Execute => Arguments::new(""),
        Form::Set(text) => Arguments::new(text),
        Form::Test if is_text => return Ok(Then::Done),
        Form::Test => {
            cx.say("+CNMA: (0-2)");
            return Ok(Then::Done);
        }
        Form::Read => return Err(Failure::Cms(303)),
    };
    let n = arguments.number(0)?.unwrap_or(0);
    let length = arguments.number(1)?.unwrap_or(0);
    if n > 2_u8 || length > 160 || (is_text && n != 0) {
        return Err(Failure::BAD_PARAMETER);
    }
    if cx.modem.settings.service != 1 {
        return Err(Failure::Cms(303));
    }
    if cx.modem.routing.shown.is_none() {
        return Err(Failure::Cms(340));
    }
    if n > 0 && length > 0 {
        return send::prompt(cx, EntryKind::Acknowledge(length, n == 1));
    }
    acknowledge_now(cx, n != 2)
}

/// The message that was shown is acknowledged, or given back.
pub(crate) fn acknowledge_now(cx: &mut Context<'_>, is_good: bool) -> Answer {
    if cx.modem.faults.strike(Kind::LostAcknowledgement).is_some() {
        cx.struck(Kind::LostAcknowledgement);
        return Ok(Then::Done);
    }
    let shown = cx.modem.routing.shown.take();
    let id = shown.ok_or(Failure::Cms(340))?.id;
    if is_good {
        let who = who(&cx.modem.name);
        cx.event(What::Acknowledge { who, id });
        cx.taken();
    } else {
        cx.returned();
    }
    Ok(Then::Done)
}
