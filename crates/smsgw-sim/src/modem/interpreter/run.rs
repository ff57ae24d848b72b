//! From a line to its result.

use std::collections::VecDeque;

use super::{Mode, pump, release_held};
use crate::modem::answer::{Failure, result};
use crate::modem::arguments::{Command, commands};
use crate::modem::command::send::Pending;
use crate::modem::command::{self, Then};
use crate::modem::event::{What, who};
use crate::modem::fault::{Kind, Strike};
use crate::modem::world::{Context, Timer};

/// A line that is being done.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) line: String,
    rest: VecDeque<Command>,
    pending: Option<Pending>,
    nth: u64,
    /// Lines that come after the result.
    pub(super) after: Vec<String>,
}

pub(super) fn run(cx: &mut Context<'_>, line: String) {
    let parsed = commands(&line);
    cx.modem.input.count += 1;
    cx.modem.input.running = Some(Running {
        line,
        rest: VecDeque::new(),
        pending: None,
        nth: cx.modem.input.count,
        after: Vec::new(),
    });
    match (parsed, &mut cx.modem.input.running) {
        (Ok(commands), Some(running)) => {
            running.rest = commands.into();
            let is_bare = running.rest.is_empty();
            if is_bare && cx.modem.profile.refuses_bare {
                fail(cx, Failure::Error);
            } else if !(is_bare && struck(cx, "AT")) {
                advance(cx);
            }
        }
        (Err(failure), _) => fail(cx, failure),
        (Ok(_), None) => {}
    }
}

/// Does the commands of the line that are left.
pub(super) fn advance(cx: &mut Context<'_>) {
    loop {
        let Some(running) = &mut cx.modem.input.running else {
            return;
        };
        let Some(command) = running.rest.pop_front() else {
            let ok = result("OK", &cx.modem.settings);
            return finish(cx, Some(&ok));
        };
        if struck(cx, &command.name) {
            return;
        }
        let slow = strike(cx, Kind::Slow, &command.name);
        let answer = match slow {
            Some(strike) => {
                cx.struck(Kind::Slow);
                Ok(Then::Later(strike.delay, Pending::Command(command)))
            }
            None => command::run(cx, &command),
        };
        if !conclude(cx, answer) {
            return;
        }
    }
}

/// The faults that hit a command, or the end of data; whether it is over with that.
pub(super) fn struck(cx: &mut Context<'_>, on: &str) -> bool {
    if let Some(strike) = strike(cx, Kind::Hang, on) {
        cx.struck(Kind::Hang);
        let input = &mut cx.modem.input;
        input.running = None;
        input.mode = Mode::Command;
        input.count += 1;
        let nth = input.count;
        cx.modem.hang = Some((strike.until, nth));
        if !strike.delay.is_zero() {
            cx.after(strike.delay, Timer::EndOfHang(nth));
        }
        return true;
    }
    if strike(cx, Kind::Reboot, on).is_some() {
        cx.struck(Kind::Reboot);
        cx.boot("fault");
        return true;
    }
    if strike(cx, Kind::Unplug, on).is_some() {
        cx.struck(Kind::Unplug);
        cx.cut();
        return true;
    }
    if let Some(strike) = strike(cx, Kind::Error, on) {
        cx.struck(Kind::Error);
        let failure = match strike.code {
            0 => Failure::Error,
            code => Failure::Cme(code),
        };
        fail(cx, failure);
        return true;
    }
    if let Some(strike) = strike(cx, Kind::Flood, on) {
        cx.struck(Kind::Flood);
        cx.flood(strike.size);
    }
    false
}

fn strike(cx: &mut Context<'_>, kind: Kind, on: &str) -> Option<Strike> {
    cx.modem.faults.strike_if(kind, |fault| match &fault.on {
        Some(only) => only.eq_ignore_ascii_case(on),
        None => on != "data",
    })
}

/// Takes the answer of a command; whether the next may follow.
pub(super) fn conclude(cx: &mut Context<'_>, answer: command::Answer) -> bool {
    match answer {
        Ok(Then::Done) => {
            flush(cx);
            true
        }
        Ok(Then::Later(delay, pending)) => {
            let Some(running) = &mut cx.modem.input.running else {
                return false;
            };
            running.pending = Some(pending);
            let nth = running.nth;
            cx.after(delay, Timer::Continue(nth));
            false
        }
        Ok(Then::Prompt(entry)) => {
            flush(cx);
            let prompt = cx.modem.profile.prompt;
            cx.write(prompt);
            cx.modem.input.mode = Mode::Data(entry);
            false
        }
        Ok(Then::NoPrompt(entry)) => {
            cx.modem.input.mode = Mode::Data(entry);
            false
        }
        Ok(Then::Silent) => {
            flush(cx);
            finish(cx, None);
            false
        }
        Ok(Then::Restart) => {
            let ok = result("OK", &cx.modem.settings);
            finish(cx, Some(&ok));
            cx.boot("reset");
            false
        }
        Ok(Then::Online) => {
            let connect = result("CONNECT", &cx.modem.settings);
            finish(cx, Some(&connect));
            cx.modem.input.mode = Mode::Online {
                since: Some(cx.now),
                pluses: 0,
            };
            false
        }
        Err(failure) => {
            fail(cx, failure);
            false
        }
    }
}

fn fail(cx: &mut Context<'_>, failure: Failure) {
    cx.lines.clear();
    let line = failure.line(&cx.modem.settings, &cx.modem.profile);
    finish(cx, Some(&line));
}

/// Goes on with a command that took its time.
pub(crate) fn go_on(cx: &mut Context<'_>, nth: u64) {
    let running = cx.modem.input.running.as_mut();
    let running = running.filter(|running| running.nth == nth);
    let Some(pending) = running.and_then(|running| running.pending.take()) else {
        return;
    };
    let answer = pending.done(cx);
    if conclude(cx, answer) {
        advance(cx);
    }
    pump(cx);
}

/// Ends the line.
pub(super) fn finish(cx: &mut Context<'_>, result: Option<&str>) {
    let Some(running) = cx.modem.input.running.take() else {
        return;
    };
    if cx.world.config.commands {
        let who = who(&cx.modem.name);
        cx.event(What::Command {
            who,
            line: running.line,
            result: result.map(str::to_owned),
        });
    }
    if let Some(result) = result {
        write_result(cx, result);
    }
    for line in running.after {
        cx.write_line(&line);
    }
    let gap = cx.modem.profile.command_gap;
    cx.modem.input.deaf = (!gap.is_zero()).then(|| cx.now + gap);
    release_held(cx);
}

pub(crate) fn write_result(cx: &mut Context<'_>, result: &str) {
    let settings = &cx.modem.settings;
    if settings.quiet {
        return;
    }
    if settings.verbose {
        cx.write_line(result);
    } else {
        cx.write(&format!("{result}\r"));
    }
}

/// Writes what a command has answered so far.
fn flush(cx: &mut Context<'_>) {
    let lines = std::mem::take(&mut cx.lines);
    if lines.is_empty() {
        return;
    }
    let end = cx.modem.profile.line_end;
    let text = lines.join(end);
    if cx.modem.faults.strike(Kind::RepeatedAnswer).is_some() {
        cx.struck(Kind::RepeatedAnswer);
        cx.write_line(&text);
    }
    if cx.modem.settings.verbose {
        cx.write_line(&text);
    } else {
        cx.write(&format!("{text}{end}"));
    }
}
