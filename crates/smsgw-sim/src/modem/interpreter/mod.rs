//! From octets to commands, and from what they answer to octets (V.250 §5).

mod data;
mod run;

use std::collections::VecDeque;
use std::time::Instant;

use super::answer::Failure;
use super::command::send::Entry;
use super::device::Power;
use super::event::{What, who};
use super::fault::{Kind, Until};
use super::world::Context;
use data::{in_data, online, release_held};
use run::{Running, run};

pub(crate) use data::end_of_data;
pub(crate) use run::{go_on, write_result};

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
    for &octet in octets {
        // What comes while it starts is lost.
        if cx.modem.power != Power::On {
            return;
        }
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
        cx.end_hang();
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
        return cx.end_hang();
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
        cx.echo(octet);
    }
    let [cr, backspace] = [cx.modem.register(3, CR), cx.modem.register(5, BS)];
    let limit = cx.modem.profile.line_limit;
    let input = &mut cx.modem.input;
    match octet {
        _ if octet == cr || octet == CR => {
            let line = std::mem::take(&mut input.line);
            let is_too_long = std::mem::take(&mut input.is_too_long);
            let line: String = line.into_iter().map(char::from).collect();
            if cx.modem.settings.echo && cx.modem.faults.strike(Kind::RepeatedEcho).is_some() {
                cx.struck(Kind::RepeatedEcho);
                cx.write(&format!("{line}\r"));
            }
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

    /// It obeys again; what was written meanwhile is gone.
    pub(crate) fn end_hang(&mut self) {
        self.modem.hang = None;
        self.modem.input.line.clear();
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
