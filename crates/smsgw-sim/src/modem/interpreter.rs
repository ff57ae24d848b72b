//! From octets to commands, and from what they answer to octets (V.250 §5).

use std::collections::VecDeque;
use std::time::Instant;

use super::answer::{Failure, result};
use super::arguments::{Command, commands};
use super::command::send::{self, Entry, Pending};
use super::command::{self, Then};
use super::device::Power;
use super::event::{What, who};
use super::fault::{Kind, Strike, Until};
use super::network::{Context, Timer};

/// What a modem has read and not done yet.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// What came while it was busy.
    waiting: VecDeque<u8>,
    line: Vec<u8>,
    is_too_long: bool,
    /// Whether the last octet was the CR that ended a line: then an LF means nothing.
    is_after_end: bool,
    /// For `A/`.
    last: Option<String>,
    mode: Mode,
    running: Option<Running>,
    /// Lines that nobody asked for, until a prompt is over.
    held: VecDeque<String>,
    /// Counts what goes on later.
    count: u64,
    /// Until when it does not listen.
    deaf: Option<Instant>,
}

/// Where octets go.
#[derive(Debug, Default)]
enum Mode {
    #[default]
    Command,
    /// Data after a prompt.
    Data(Entry),
    /// The other party of a data call: here nobody.
    Online { since: Option<Instant>, pluses: u8 },
}

/// A line that is being done.
#[derive(Debug)]
struct Running {
    line: String,
    rest: VecDeque<Command>,
    pending: Option<Pending>,
    nth: u64,
    /// Lines that come after the result.
    after: Vec<String>,
}

/// Most octets that wait until a command is done.
const TYPE_AHEAD: usize = 64 << 10;
/// Most octets of data after a prompt.
const MAX_DATA: usize = 4096;
/// Most lines that wait until a prompt is over, or until they are asked for.
pub(crate) const MAX_HELD: usize = 100;

const CR: u8 = 0x0D;
const LF: u8 = 0x0A;
const BS: u8 = 0x08;
const ESCAPE: u8 = 0x1B;
const CTRL_Z: u8 = 0x1A;

/// Takes octets of the user.
pub(crate) fn feed(cx: &mut Context<'_>, octets: &[u8]) {
    cx.modem.output.open();
    if cx.modem.power != Power::On {
        return;
    }
    for &octet in octets {
        if cx.modem.faults.has(Kind::DropInput) && cx.modem.faults.strike(Kind::DropInput).is_some()
        {
            continue;
        }
        let input = &mut cx.modem.input;
        if input.waiting.len() < TYPE_AHEAD {
            input.waiting.push_back(octet);
        }
        pump(cx);
    }
}

/// The user is gone.
pub(crate) fn close(cx: &mut Context<'_>) {
    let input = &mut cx.modem.input;
    input.waiting.clear();
    input.line.clear();
    input.is_too_long = false;
    if !matches!(input.mode, Mode::Command) {
        input.mode = Mode::Command;
        input.running = None;
    }
    if cx
        .modem
        .hang
        .is_some_and(|(until, _)| matches!(until, Until::Escape | Until::Reopen))
    {
        cx.modem.hang = None;
    }
    cx.modem.output.close();
    release_held(cx);
}

/// Does what can be done with what came.
fn pump(cx: &mut Context<'_>) {
    loop {
        let input = &mut cx.modem.input;
        let is_busy = input.running.is_some() && matches!(input.mode, Mode::Command);
        if cx.modem.power != Power::On || (is_busy && cx.modem.hang.is_none()) {
            return;
        }
        let Some(octet) = input.waiting.pop_front() else {
            return;
        };
        if cx.modem.hang.is_some() {
            in_hang(cx, octet);
            continue;
        }
        match &mut input.mode {
            Mode::Command => in_command(cx, octet),
            Mode::Data(_) => in_data(cx, octet),
            Mode::Online { .. } => online(cx, octet),
        }
    }
}

fn in_hang(cx: &mut Context<'_>, octet: u8) {
    let Some((until, _)) = cx.modem.hang else {
        return;
    };
    if until == Until::Escape && matches!(octet, ESCAPE | CTRL_Z) {
        cx.modem.hang = None;
        return;
    }
    let line = &mut cx.modem.input.line;
    if octet != CR {
        if line.len() < MAX_DATA {
            line.push(octet);
        }
        return;
    }
    let line = std::mem::take(line);
    let text = String::from_utf8_lossy(&line).to_ascii_uppercase();
    let is_reset = text.trim_start_matches(['\n', '\u{1B}', '\u{1A}']) == "AT+CFUN=1,1";
    if is_reset && until != Until::Power {
        cx.boot("reset");
    }
}

fn in_command(cx: &mut Context<'_>, octet: u8) {
    let was_end = std::mem::replace(&mut cx.modem.input.is_after_end, octet == CR);
    if cx.modem.input.deaf.is_some_and(|until| cx.now < until) {
        return;
    }
    if octet == LF && was_end {
        return;
    }
    if cx.modem.settings.echo {
        cx.write(&char::from(octet).to_string());
    }
    let [cr, backspace] = [cx.modem.register(3, CR), cx.modem.register(5, BS)];
    let limit = cx.modem.profile.line_limit;
    let input = &mut cx.modem.input;
    match octet {
        _ if octet == cr || octet == CR => {
            let line = std::mem::take(&mut input.line);
            let is_too_long = std::mem::take(&mut input.is_too_long);
            let line: String = line.into_iter().map(char::from).collect();
            end_of_line(cx, &line, is_too_long);
        }
        _ if octet == backspace => {
            input.line.pop();
        }
        ESCAPE | CTRL_Z => {
            input.line.clear();
            input.is_too_long = false;
        }
        0..0x20 | 0x7F => {}
        _ if input.line.len() >= limit => input.is_too_long = true,
        _ => {
            input.line.push(octet);
            let ends = |text: &[u8]| input.line.eq_ignore_ascii_case(text);
            if ends(b"A/") {
                input.line.clear();
                let last = input.last.clone();
                run(cx, last.unwrap_or_default());
            }
        }
    }
}

fn end_of_line(cx: &mut Context<'_>, line: &str, is_too_long: bool) {
    // What stands in front of it is noise.
    let at = line
        .as_bytes()
        .windows(2)
        .position(|two| two.eq_ignore_ascii_case(b"AT"));
    let Some(line) = at.and_then(|at| line.get(at + 2..)) else {
        return;
    };
    if is_too_long {
        let failure = Failure::Error.line(&cx.modem.settings, &cx.modem.profile);
        write_result(cx, &failure);
        return;
    }
    let line = line.trim().to_owned();
    cx.modem.input.last = Some(line.clone());
    run(cx, line);
}

fn run(cx: &mut Context<'_>, line: String) {
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
            if !(is_bare && struck(cx, "AT")) {
                advance(cx);
            }
        }
        (Err(failure), _) => fail(cx, failure),
        (Ok(_), None) => {}
    }
}

/// Does the commands of the line that are left.
fn advance(cx: &mut Context<'_>) {
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
pub(crate) fn struck(cx: &mut Context<'_>, on: &str) -> bool {
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
fn conclude(cx: &mut Context<'_>, answer: command::Answer) -> bool {
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
fn finish(cx: &mut Context<'_>, result: Option<&str>) {
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
    if cx.modem.settings.verbose {
        cx.write_line(&text);
    } else {
        cx.write(&format!("{text}{end}"));
    }
}

fn in_data(cx: &mut Context<'_>, octet: u8) {
    if cx.modem.settings.echo && (octet != CTRL_Z || cx.modem.profile.echoes_end) && octet != ESCAPE
    {
        cx.write(&char::from(octet).to_string());
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
                return finish(cx, Some(&ok));
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
fn online(cx: &mut Context<'_>, octet: u8) {
    let Mode::Online { since, pluses } = &mut cx.modem.input.mode else {
        return;
    };
    let guard = std::time::Duration::from_secs(1);
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

fn release_held(cx: &mut Context<'_>) {
    let held = std::mem::take(&mut cx.modem.input.held);
    for line in held {
        cx.write_line(&line);
    }
}

impl Input {
    /// Whether the port is used for data, so that lines nobody asked for must wait.
    pub(crate) fn is_reserved(&self) -> bool {
        !matches!(self.mode, Mode::Command)
    }

    /// Whether that is a data call.
    pub(crate) fn is_online(&self) -> bool {
        matches!(self.mode, Mode::Online { .. })
    }

    pub(crate) fn hold(&mut self, line: &str) {
        if self.held.len() < MAX_HELD {
            self.held.push_back(line.to_owned());
        }
    }

    /// Lets a line come after the result of the command that is being done.
    pub(crate) fn say_after(&mut self, line: String) {
        if let Some(running) = &mut self.running {
            running.after.push(line);
        }
    }
}

impl Context<'_> {
    /// Adds a line to the answer of the command.
    pub(crate) fn say(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// Writes a line with what stands around it.
    pub(crate) fn write_line(&mut self, line: &str) {
        let end = self.modem.profile.line_end;
        self.write(&format!("{end}{line}{end}"));
    }

    /// Writes a line that nobody asked for, when the port is not used for data.
    pub(crate) fn unsolicited(&mut self, line: &str) {
        if self.modem.power != Power::On || self.modem.hang.is_some() || self.modem.settings.quiet {
            return;
        }
        if self.modem.input.is_reserved() {
            self.modem.input.hold(line);
        } else {
            self.write_line(line);
        }
    }

    /// Tells that a fault hit.
    pub(crate) fn struck(&mut self, kind: Kind) {
        let who = who(&self.modem.name);
        self.event(What::Fault {
            name: kind.name(),
            who,
        });
    }

    /// Writes so many lines that nobody asked for.
    pub(crate) fn flood(&mut self, lines: u32) {
        const MOST: u32 = 10_000;
        let line = self.modem.profile.flood;
        for _ in 0..lines.min(MOST) {
            self.unsolicited(line);
        }
    }
}
