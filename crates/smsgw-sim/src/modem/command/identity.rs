//! Who the modem says it is (3GPP TS 27.007 §5.1 to §5.4).

use super::{Answer, Then};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Command, Form};
use crate::modem::network::Context;

pub(crate) fn information(cx: &mut Context<'_>, _: &Command) -> Answer {
    for line in cx.modem.profile.information {
        let line = line.replace("{imei}", &cx.modem.imei);
        cx.say(line);
    }
    Ok(Then::Done)
}

pub(crate) fn manufacturer(cx: &mut Context<'_>, command: &Command) -> Answer {
    let text = cx.modem.profile.manufacturer;
    tell(cx, command, text)
}

pub(crate) fn model(cx: &mut Context<'_>, command: &Command) -> Answer {
    let text = cx.modem.profile.model;
    tell(cx, command, text)
}

pub(crate) fn revision(cx: &mut Context<'_>, command: &Command) -> Answer {
    let text = cx.modem.profile.revision;
    tell(cx, command, text)
}

pub(crate) fn serial_number(cx: &mut Context<'_>, command: &Command) -> Answer {
    let text = cx.modem.imei.clone();
    tell(cx, command, &text)
}

fn tell(cx: &mut Context<'_>, command: &Command, text: &str) -> Answer {
    match command.form {
        Form::Execute => cx.say(text),
        Form::Test => {}
        Form::Read | Form::Set(_) => return Err(Failure::Error),
    }
    Ok(Then::Done)
}
