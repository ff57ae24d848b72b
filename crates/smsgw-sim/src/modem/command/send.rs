//! Sending (3GPP TS 27.005 §3.5, §4.3 to §4.5).

use super::{Answer, Then, setting};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Arguments, Command, Form};
use crate::modem::charset::from_hex;
use crate::modem::network::Context;

/// Data that is being entered after a prompt.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) what: EntryKind,
    /// Whether it is a text, of which a CR is part.
    pub(crate) is_text: bool,
    pub(crate) data: Vec<u8>,
    pub(crate) is_too_long: bool,
}

/// What the data is for.
#[derive(Debug)]
pub(crate) enum EntryKind {
    /// `+CMGS` in PDU mode: octets of the TPDU.
    Submit(usize),
}

/// A command that goes on after a while.
#[derive(Debug)]
pub(crate) enum Pending {
    /// A message is sent: the PDU, with the address of the service centre.
    Submit(Vec<u8>),
}

impl Pending {
    pub(crate) fn done(self, cx: &mut Context<'_>) -> Answer {
        match self {
            Self::Submit(_) => {
                cx.modem.radio.reference = cx.modem.radio.reference.wrapping_add(1);
                let reference = cx.modem.radio.reference;
                cx.say(format!("+CMGS: {reference}"));
                Ok(Then::Done)
            }
        }
    }
}

pub(crate) fn message_format(cx: &mut Context<'_>, command: &Command) -> Answer {
    let now = u8::from(cx.modem.settings.text_mode);
    if let Some(value) = setting(cx, command, &[0, 1], now)? {
        cx.modem.settings.text_mode = value == 1;
    }
    Ok(Then::Done)
}

pub(crate) fn send_message(_: &mut Context<'_>, command: &Command) -> Answer {
    let Form::Set(text) = &command.form else {
        return Ok(Then::Done);
    };
    let length = Arguments::new(text).required(0)?;
    Ok(Then::Prompt(Entry {
        what: EntryKind::Submit(length),
        is_text: false,
        data: Vec::new(),
        is_too_long: false,
    }))
}

/// Data ended.
pub(crate) fn entered(cx: &mut Context<'_>, entry: Entry) -> Answer {
    let text: String = entry.data.into_iter().map(char::from).collect();
    let pdu = from_hex(text.trim()).ok_or(Failure::Cms(304))?;
    let EntryKind::Submit(length) = entry.what;
    let centre = pdu.first().map_or(0, |length| usize::from(*length) + 1);
    if entry.is_too_long || pdu.len() != centre + length {
        return Err(Failure::Cms(304));
    }
    let (least, _) = cx.world.config.send_delay;
    Ok(Then::Later(least, Pending::Submit(pdu)))
}
