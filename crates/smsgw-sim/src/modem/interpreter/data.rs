//! What is no command: the data of a message, and a data call.

use std::time::Duration;

use super::run::{advance, conclude, finish, struck};
use super::{BS, CR, CTRL_Z, ESCAPE, LF, MAX_DATA, Mode, write_result};
use crate::modem::answer::result;
use crate::modem::command::send;
use crate::modem::world::{Context, Timer};

pub(super) fn in_data(cx: &mut Context<'_>, octet: u8) {
    if cx.modem.settings.echo && (octet != CTRL_Z || cx.modem.profile.echoes_end) && octet != ESCAPE
    {
        cx.echo(octet);
    }
    let Mode::Data(entry) = &mut cx.modem.input.mode else {
        return;
    };
    match octet {
        ESCAPE | CTRL_Z => {
            let Mode::Data(entry) = std::mem::take(&mut cx.modem.input.mode) else {
                return;
            };
            cx.modem.input.is_after_end = true;
            if octet == ESCAPE {
                // A message that is given up is no error (TS 27.005 §3.5.1).
                let ok = result("OK", &cx.modem.settings);
                let says = !cx.modem.profile.silent_escape;
                return finish(cx, says.then_some(&ok));
            }
            if struck(cx, "data") {
                return;
            }
            let answer = send::entered(cx, entry);
            if conclude(cx, answer) {
                advance(cx);
            }
        }
        BS => {
            entry.data.pop();
        }
        _ if entry.data.len() >= MAX_DATA => entry.is_too_long = true,
        CR if entry.is_text => {
            entry.data.push(octet);
            cx.write("\r\n> ");
        }
        LF if entry.data.last() == Some(&CR) || entry.data.is_empty() => {}
        octet => entry.data.push(octet),
    }
}

/// Nobody is at the other end; three pluses with a second of silence on both sides come back.
pub(super) fn online(cx: &mut Context<'_>, octet: u8) {
    let Mode::Online { since, pluses } = &mut cx.modem.input.mode else {
        return;
    };
    let guard = Duration::from_secs(1);
    let was_silent = since.is_none_or(|since| cx.now >= since + guard);
    *since = Some(cx.now);
    *pluses = match (octet, *pluses) {
        (b'+', 0) if was_silent => 1,
        (b'+', count @ 1..3) => count + 1,
        _ => 0,
    };
    if *pluses == 3 {
        cx.modem.input.count += 1;
        let nth = cx.modem.input.count;
        cx.after(guard, Timer::EndOfData(nth));
    }
}

/// A second after three pluses.
pub(crate) fn end_of_data(cx: &mut Context<'_>, nth: u64) {
    let is_over = matches!(cx.modem.input.mode, Mode::Online { pluses: 3, .. });
    if is_over && cx.modem.input.count == nth {
        cx.modem.input.mode = Mode::Command;
        let ok = result("OK", &cx.modem.settings);
        write_result(cx, &ok);
        release_held(cx);
    }
}

pub(super) fn release_held(cx: &mut Context<'_>) {
    let held = std::mem::take(&mut cx.modem.input.held);
    for line in held {
        cx.write_line(&line);
    }
}
