//! Who the modem and its SIM say they are (3GPP TS 27.007 §5.1 to §5.6).

use super::{Answer, Then};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Command, Form};
use crate::modem::world::Context;

/// `I`.
pub(crate) fn information(cx: &mut Context<'_>, _: &Command) -> Answer {
    for line in cx.modem.profile.information {
        let line = line.replace("{imei}", &cx.modem.imei);
        cx.say(line);
    }
    Ok(Then::Done)
}

/// `+CGMI`, `+GMI`.
pub(crate) fn manufacturer(cx: &mut Context<'_>, command: &Command) -> Answer {
    let text = cx.modem.profile.manufacturer;
    tell(cx, command, text)
}

/// `+CGMM`, `+GMM`.
pub(crate) fn model(cx: &mut Context<'_>, command: &Command) -> Answer {
    let text = cx.modem.profile.model;
    tell(cx, command, text)
}

/// `+CGMR`, `+GMR`.
pub(crate) fn revision(cx: &mut Context<'_>, command: &Command) -> Answer {
    let text = cx.modem.profile.revision;
    tell(cx, command, text)
}

/// `+CGSN`, `+GSN`; its 1 is the serial number, too.
pub(crate) fn serial_number(cx: &mut Context<'_>, command: &Command) -> Answer {
    let imei = cx.modem.imei.clone();
    match &command.form {
        Form::Set(value) if value == "1" => cx.say(format!("+CGSN: \"{imei}\"")),
        Form::Set(value) if value == "0" => cx.say(imei),
        _ => return tell(cx, command, &imei),
    }
    Ok(Then::Done)
}

/// `+GCAP`.
pub(crate) fn capabilities(cx: &mut Context<'_>, command: &Command) -> Answer {
    let text = format!("+GCAP: {}", cx.modem.profile.capabilities);
    tell(cx, command, &text)
}

/// `+CIMI`.
pub(crate) fn subscriber(cx: &mut Context<'_>, command: &Command) -> Answer {
    if command.form != Form::Test {
        cx.sim_ready()?;
    }
    let imsi = cx.modem.sim.imsi.clone();
    tell(cx, command, &imsi)
}

/// `+CCID`.
pub(crate) fn card(cx: &mut Context<'_>, command: &Command) -> Answer {
    if !cx.modem.sim.is_present {
        return Err(Failure::Cme(10));
    }
    match command.form {
        Form::Execute | Form::Read => {
            let iccid = cx.modem.sim.iccid.clone();
            cx.say(format!("+CCID: {iccid}"));
            Ok(Then::Done)
        }
        Form::Test => Ok(Then::Done),
        Form::Set(_) => Err(Failure::Error),
    }
}

fn tell(cx: &mut Context<'_>, command: &Command, text: &str) -> Answer {
    match command.form {
        Form::Execute => cx.say(text),
        Form::Test => {}
        Form::Read | Form::Set(_) => return Err(Failure::Error),
    }
    Ok(Then::Done)
}
