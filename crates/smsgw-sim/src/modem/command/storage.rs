//! Stores and what is in them (3GPP TS 27.005 §3.2.2, §3.4.2, §3.5.4, §4.1, §4.2).

use super::{Answer, Then};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Arguments, Command, Form};
use crate::modem::event::{What, who};
use crate::modem::fault::Kind;
use crate::modem::profile::EmptyPlace;
use crate::modem::store::{Stat, StoreName};
use crate::modem::world::Context;

/// `+CPMS`.
pub(crate) fn preferred_storage(cx: &mut Context<'_>, command: &Command) -> Answer {
    let [first, second, third] = cx.modem.profile.stores;
    let has_third = !third.is_empty();
    match &command.form {
        Form::Read => {
            let stores = cx.modem.settings.stores;
            let fields = stores.map(|store| {
                let (used, total) = used_and_total(cx, store);
                format!("{},{used},{total}", cx.token(store.name()))
            });
            let shown = if has_third { &fields[..] } else { &fields[..2] };
            cx.say(format!("+CPMS: {}", shown.join(",")));
        }
        Form::Test => {
            let mut lists: Vec<_> = vec![first, second, third];
            lists.retain(|list| !list.is_empty());
            let lists = lists.into_iter().map(|list| {
                let names: Vec<_> = list.iter().map(|store| cx.token(store.name())).collect();
                format!("({})", names.join(","))
            });
            let line = format!("+CPMS: {}", lists.collect::<Vec<_>>().join(","));
            cx.say(line);
        }
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => {
            let arguments = Arguments::new(text);
            if arguments.len() > if has_third { 3 } else { 2 } {
                return Err(Failure::BAD_PARAMETER);
            }
            let mut stores = cx.modem.settings.stores;
            let each = stores.iter_mut().zip([first, second, third]);
            for (n, (store, offered)) in each.enumerate() {
                let Some(value) = arguments.get(n) else {
                    continue;
                };
                let named = StoreName::from_name(&value.text)
                    .or_else(|| StoreName::from_name(&cx.text_of(value)));
                let named = named.filter(|named| offered.contains(named));
                *store = named.ok_or(Failure::Cms(302))?;
            }
            cx.modem.settings.stores = stores;
            let counts = stores.map(|store| {
                let (used, total) = used_and_total(cx, store);
                format!("{used},{total}")
            });
            let shown = if has_third { &counts[..] } else { &counts[..2] };
            cx.say(format!("+CPMS: {}", shown.join(",")));
        }
    }
    Ok(Then::Done)
}

fn used_and_total(cx: &Context<'_>, store: StoreName) -> (u16, u16) {
    let (used, total) = cx.modem.stores.used_and_total(store);
    if cx.modem.faults.has(Kind::Full) {
        (total, total)
    } else {
        (used, total)
    }
}

/// `+CMGL`.
pub(crate) fn list_messages(cx: &mut Context<'_>, command: &Command) -> Answer {
    let is_text = cx.modem.settings.text_mode;
    let arguments = match &command.form {
        Form::Test if is_text => {
            let names = ["REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL"];
            let names = names.map(|name| cx.token(name));
            cx.say(format!("+CMGL: ({})", names.join(",")));
            return Ok(Then::Done);
        }
        Form::Test => {
            cx.say("+CMGL: (0-4)");
            return Ok(Then::Done);
        }
        Form::Read => return Err(Failure::BAD_PARAMETER),
        Form::Execute => Arguments::new(""),
        Form::Set(text) => Arguments::new(text),
    };
    cx.sim_ready()?;
    let wanted = match arguments.get(0) {
        None => Some(Stat::Unread),
        Some(value) if is_text => {
            let decoded = cx.text_of(value);
            let texts = [value.text.as_str(), decoded.as_str()];
            let stat = texts.iter().find_map(|text| Stat::from_text(text));
            let is_all = texts.iter().any(|text| text.eq_ignore_ascii_case("ALL"));
            match stat {
                Some(stat) => Some(stat),
                None if is_all => None,
                None => return Err(Failure::Cms(305)),
            }
        }
        Some(_) => match arguments.required(0)? {
            4 => None,
            number => Some(Stat::from_number(number).ok_or(Failure::Cms(304))?),
        },
    };
    let is_peek = arguments.number::<u8>(1)?.is_some_and(|mode| mode == 1);
    let [first, ..] = cx.modem.settings.stores;
    let mut found = Vec::new();
    for (index, stored) in cx.modem.stores.messages(first) {
        if wanted.is_none_or(|wanted| stored.stat == wanted) {
            found.push((index, stored.clone()));
            if stored.stat == Stat::Unread && !is_peek {
                stored.stat = Stat::Read;
            }
        }
    }
    if found.is_empty() && cx.modem.profile.refuses_empty_list {
        return Err(Failure::Cms(321));
    }
    for (index, stored) in found {
        let lines = cx.stored_lines(&stored, Some(index));
        cx.lines.extend(lines);
    }
    Ok(Then::Done)
}

/// `+CMGR`.
pub(crate) fn read_message(cx: &mut Context<'_>, command: &Command) -> Answer {
    let arguments = match &command.form {
        Form::Set(text) => Arguments::new(text),
        Form::Test => return Ok(Then::Done),
        Form::Read | Form::Execute => return Err(Failure::BAD_PARAMETER),
    };
    cx.sim_ready()?;
    let index = arguments.required(0)?;
    let [first, ..] = cx.modem.settings.stores;
    let place = cx.modem.stores.place(first, index);
    let (store, index) = place.ok_or(Failure::Cms(321))?;
    let Some(stored) = store.get_mut(index) else {
        return match cx.modem.profile.empty_place {
            EmptyPlace::Error => Err(Failure::Cms(321)),
            EmptyPlace::Ok => Ok(Then::Done),
            EmptyPlace::ZeroLength => {
                cx.say("+CMGR: 0,,0");
                Ok(Then::Done)
            }
        };
    };
    let shown = stored.clone();
    if stored.stat == Stat::Unread {
        stored.stat = Stat::Read;
    }
    let lines = cx.stored_lines(&shown, None);
    cx.lines.extend(lines);
    Ok(Then::Done)
}

/// `+CMGD`.
pub(crate) fn delete_message(cx: &mut Context<'_>, command: &Command) -> Answer {
    let [first, ..] = cx.modem.settings.stores;
    let arguments = match &command.form {
        Form::Set(text) => Arguments::new(text),
        Form::Test => {
            let messages = cx.modem.stores.messages(first);
            let indexes: Vec<_> = messages
                .iter()
                .map(|(index, _)| index.to_string())
                .collect();
            cx.say(format!("+CMGD: ({}),(0-4)", indexes.join(",")));
            return Ok(Then::Done);
        }
        Form::Read | Form::Execute => return Err(Failure::BAD_PARAMETER),
    };
    cx.sim_ready()?;
    let index = arguments.required(0)?;
    let flag = arguments.number(1)?.unwrap_or(0_u8);
    let goes: fn(Stat) -> bool = match flag {
        0 => {
            let place = cx.modem.stores.place(first, index);
            place.ok_or(Failure::Cms(321))?;
            return delete(cx, first, &[index]);
        }
        1 => |stat| stat == Stat::Read,
        2 => |stat| matches!(stat, Stat::Read | Stat::Sent),
        3 => |stat| stat != Stat::Unread,
        4 => |_| true,
        _ => return Err(Failure::BAD_PARAMETER),
    };
    let messages = cx.modem.stores.messages(first);
    let gone = messages.iter().filter(|(_, stored)| goes(stored.stat));
    let gone: Vec<_> = gone.map(|(index, _)| *index).collect();
    delete(cx, first, &gone)
}

fn delete(cx: &mut Context<'_>, name: StoreName, indexes: &[u16]) -> Answer {
    for &index in indexes {
        let place = cx.modem.stores.place(name, index);
        let removed = place.and_then(|(store, local)| store.remove(local));
        if removed.is_some() {
            let who = who(&cx.modem.name);
            cx.event(What::Delete {
                who,
                store: name.name(),
                index,
            });
        }
    }
    // There is room now for what did not fit.
    if !indexes.is_empty() {
        cx.knock();
    }
    Ok(Then::Done)
}
