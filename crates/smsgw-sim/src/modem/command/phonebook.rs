//! The phonebook (3GPP TS 27.007 §8.11 to §8.14, §7.1).

use super::{Answer, Then};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Arguments, Command, Form};
use crate::modem::sim::Entry;
use crate::modem::world::Context;

const STORES: [&str; 3] = ["SM", "ON", "ME"];
const NUMBER_LENGTH: usize = 40;
const NAME_LENGTH: usize = 18;

/// `+CPBS`.
pub(crate) fn storage(cx: &mut Context<'_>, command: &Command) -> Answer {
    match &command.form {
        Form::Read => {
            cx.sim_ready()?;
            let name = cx.modem.settings.phonebook;
            let entries = entries(cx);
            let used = entries.iter().flatten().count();
            let (name, total) = (cx.token(name), entries.len());
            cx.say(format!("+CPBS: {name},{used},{total}"));
        }
        Form::Test => {
            let names = STORES.map(|name| cx.token(name));
            cx.say(format!("+CPBS: ({})", names.join(",")));
        }
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => {
            let arguments = Arguments::new(text);
            let value = arguments.get(0).ok_or(Failure::BAD_PARAMETER)?;
            let names = [value.text.clone(), cx.text_of(value)];
            let store = STORES
                .into_iter()
                .find(|store| names.iter().any(|name| name == store));
            cx.modem.settings.phonebook = store.ok_or(Failure::NOT_SUPPORTED)?;
        }
    }
    Ok(Then::Done)
}

/// The entries of the store that is chosen; only the SIM's can be written.
fn entries(cx: &Context<'_>) -> Vec<Option<Entry>> {
    match cx.modem.settings.phonebook {
        "SM" => cx.modem.sim.phonebook.clone(),
        "ON" => vec![Some(Entry {
            number: cx.modem.number.clone(),
            name: String::new(),
        })],
        _ => vec![None; 10],
    }
}

/// `+CPBR`.
pub(crate) fn read(cx: &mut Context<'_>, command: &Command) -> Answer {
    cx.sim_ready()?;
    let entries = entries(cx);
    let (first, last) = match &command.form {
        Form::Test => {
            let total = entries.len();
            cx.say(format!("+CPBR: (1-{total}),{NUMBER_LENGTH},{NAME_LENGTH}"));
            return Ok(Then::Done);
        }
        Form::Set(text) => {
            let arguments = Arguments::new(text);
            let first = arguments.required::<usize>(0)?;
            (first, arguments.number(1)?.unwrap_or(first))
        }
        Form::Read | Form::Execute => return Err(Failure::BAD_PARAMETER),
    };
    if first == 0 || last > entries.len() || first > last {
        return Err(Failure::INVALID_INDEX);
    }
    for (index, entry) in (1..).zip(entries) {
        if let Some(entry) = entry.filter(|_| (first..=last).contains(&index)) {
            let line = line(cx, "+CPBR", index, &entry);
            cx.say(line);
        }
    }
    Ok(Then::Done)
}

fn line(cx: &Context<'_>, name: &str, index: usize, entry: &Entry) -> String {
    let toa = if entry.number.starts_with('+') {
        145
    } else {
        129
    };
    let (number, text) = (cx.token(&entry.number), cx.string(&entry.name));
    format!("{name}: {index},{number},{toa},{text}")
}

/// `+CPBF`.
pub(crate) fn find(cx: &mut Context<'_>, command: &Command) -> Answer {
    cx.sim_ready()?;
    let wanted = match &command.form {
        Form::Test => {
            cx.say(format!("+CPBF: {NUMBER_LENGTH},{NAME_LENGTH}"));
            return Ok(Then::Done);
        }
        Form::Set(text) => {
            let arguments = Arguments::new(text);
            let value = arguments.get(0).ok_or(Failure::BAD_PARAMETER)?;
            cx.text_of(value).to_lowercase()
        }
        Form::Read | Form::Execute => return Err(Failure::BAD_PARAMETER),
    };
    let mut found = false;
    for (index, entry) in (1..).zip(entries(cx)) {
        if let Some(entry) = entry.filter(|entry| entry.name.to_lowercase().starts_with(&wanted)) {
            let line = line(cx, "+CPBF", index, &entry);
            cx.say(line);
            found = true;
        }
    }
    found.then_some(Then::Done).ok_or(Failure::Cme(22))
}

/// `+CPBW`.
pub(crate) fn write(cx: &mut Context<'_>, command: &Command) -> Answer {
    cx.sim_ready()?;
    let total = entries(cx).len();
    let arguments = match &command.form {
        Form::Test => {
            cx.say(format!(
                "+CPBW: (1-{total}),{NUMBER_LENGTH},(129,145),{NAME_LENGTH}"
            ));
            return Ok(Then::Done);
        }
        Form::Set(text) => Arguments::new(text),
        Form::Read | Form::Execute => return Err(Failure::BAD_PARAMETER),
    };
    if cx.modem.settings.phonebook != "SM" {
        return Err(Failure::NOT_ALLOWED);
    }
    let number = arguments.get(1).map(|value| cx.number_of(value));
    let name = arguments.get(3).map(|value| cx.text_of(value));
    let entry = number.map(|number| Entry {
        number,
        name: name.unwrap_or_default(),
    });
    if let Some(entry) = &entry {
        if entry.number.len() > NUMBER_LENGTH {
            return Err(Failure::Cme(26));
        }
        if entry.name.chars().count() > NAME_LENGTH {
            return Err(Failure::Cme(24));
        }
    }
    let phonebook = &mut cx.modem.sim.phonebook;
    let place = match arguments.number::<usize>(0)? {
        Some(index) => {
            let place = index.checked_sub(1).and_then(|at| phonebook.get_mut(at));
            place.ok_or(Failure::INVALID_INDEX)?
        }
        None => {
            let free = phonebook.iter_mut().find(|place| place.is_none());
            free.ok_or(Failure::Cme(20))?
        }
    };
    *place = entry;
    Ok(Then::Done)
}

/// `+CNUM`.
pub(crate) fn own_number(cx: &mut Context<'_>, command: &Command) -> Answer {
    if command.form == Form::Test {
        return Ok(Then::Done);
    }
    cx.sim_ready()?;
    let number = cx.token(&cx.modem.number);
    cx.say(format!("+CNUM: ,{number},145"));
    Ok(Then::Done)
}
