//! [`LineReader`]: finds lines in octets, and what they are.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::event::{Data, Event, InFlight, Urc};
use super::flight::{Flight, Prompt};
use super::judge::{self, Judgement, judge};
use super::position::{Follows, follows, is_hex};
use super::ussd;
use crate::result::FinalResult;
use crate::urc::{self, UrcKind};

const LF: u8 = 0x0A;
const CR: u8 = 0x0D;
/// Ends a PDU or a text; a modem with echo sends it back.
const CTRL_Z: u8 = 0x1A;

/// Octets from a modem to [`Event`]s, the same however they are cut.
///
/// It has to know what was sent to tell an answer from news: [`expect`](Self::expect) is called with
/// whatever is sent, before its answer is pushed. Behind a final result nothing is in flight.
///
/// ```
/// use smsgw_at::line::{Event, InFlight, LineReader, Urc};
/// use smsgw_at::result::FinalResult;
///
/// let mut reader = LineReader::new();
/// reader.expect(InFlight::Command("AT+CSQ"));
/// reader.push(b"AT+CSQ\r\r\n+CMTI: \"SM\",3\r\n\r\n+CSQ: 21,99\r\n\r\nO");
/// reader.push(b"K\r\n");
/// let events: Vec<_> = core::iter::from_fn(|| reader.next_event()).collect();
/// assert_eq!(
///     events,
///     [
///         Event::Echo("AT+CSQ".into()),
///         Event::Urc(Urc::from("+CMTI: \"SM\",3")),
///         Event::Line("+CSQ: 21,99".into()),
///         Event::Final(FinalResult::Ok),
///     ]
/// );
/// ```
#[derive(Clone, Debug, Default)]
pub struct LineReader {
    flight: Flight,
    /// What was pushed and not yet looked at.
    input: VecDeque<u8>,
    /// The line that has not ended.
    line: Vec<u8>,
    /// The octet before was a CR: a CR or LF here belongs to it.
    is_after_cr: bool,
    /// The line before was empty.
    is_after_blank: bool,
    /// A prompt was here: blanks belong to it.
    is_after_prompt: bool,
    /// The line is longer than it may be: it is junk to its end.
    is_overlong: bool,
    wait: Wait,
    /// A `+CUSD` that goes on, with its line breaks.
    ussd: Vec<u8>,
    /// The result of an earlier command came: its `OK` is not the one that is waited for.
    owes_ok: bool,
    events: VecDeque<Event>,
}

/// What the line to come is by position.
#[derive(Clone, Debug, Default)]
enum Wait {
    #[default]
    None,
    /// The text of a line of the answer.
    Text,
    /// The text of an unsolicited result, which waits here.
    UrcText(String),
    /// The PDU of an unsolicited result, which waits here.
    UrcPdu(String),
}

impl LineReader {
    /// The most octets of a line, and of a `+CUSD` with all its lines. A line of more is
    /// [`Event::Junk`]; the lines of a longer `+CUSD` are lines of their own.
    pub const MAX_LINE: usize = 4096;

    /// A reader with nothing in flight.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what was sent. What has been pushed before belongs to what was in flight before.
    pub fn expect(&mut self, in_flight: InFlight<'_>) {
        self.read_on(usize::MAX);
        self.flight = Flight::of(in_flight);
        if in_flight != InFlight::Idle && matches!(self.wait, Wait::Text) {
            self.wait = Wait::None;
        }
    }

    /// Takes octets that were read. Take the events they make before the next read: what is pushed
    /// is kept until then. Beside it a reader keeps three lines at most: one without its end, one
    /// that waits for its data, and a `+CUSD`.
    pub fn push(&mut self, octets: &[u8]) {
        self.input.extend(octets);
    }

    /// The next thing the modem said; `None` when more octets are needed.
    pub fn next_event(&mut self) -> Option<Event> {
        self.read_on(1);
        self.events.pop_front()
    }

    /// Whether something is kept that more octets may change: a line without its end, a `+CUSD`
    /// whose string goes on, an unsolicited result whose data have not come. Some modems leave it at
    /// that: [`release`](Self::release) it after two seconds.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        let is_waiting = matches!(self.wait, Wait::UrcText(_) | Wait::UrcPdu(_));
        is_waiting || !self.ussd.is_empty() || !self.line.is_empty()
    }

    /// Waits no longer for what is [held](Self::is_holding): it is read as if it were all. The lines
    /// that a `+CUSD` might have had are lines of their own.
    pub fn release(&mut self) {
        self.read_on(usize::MAX);
        self.give_up_ussd();
        self.give_up_wait();
        if !self.line.is_empty() {
            self.end_line(LF);
            self.give_up_ussd();
            self.give_up_wait();
        }
    }

    /// Gives up the line that has not ended, and hands out its octets.
    pub fn take_unfinished(&mut self) -> Vec<u8> {
        self.read_on(usize::MAX);
        mem::take(&mut self.line)
    }

    /// Reads until there are that many events, or no octets.
    fn read_on(&mut self, events: usize) {
        while self.events.len() < events
            && let Some(octet) = self.input.pop_front()
        {
            self.octet(octet);
        }
    }

    fn octet(&mut self, octet: u8) {
        let is_break = matches!(octet, CR | LF);
        if mem::take(&mut self.is_after_cr) && is_break {
            // CR CR LF is one line end. In a text that goes on it is kept as it is.
            self.is_after_cr = octet == CR;
            if (1..Self::MAX_LINE).contains(&self.ussd.len()) {
                self.ussd.push(octet);
            }
            return;
        }
        if is_break {
            self.is_after_cr = octet == CR;
            return self.end_line(octet);
        }
        if octet == CTRL_Z && self.is_ordinary() {
            return self.end_line(octet);
        }
        if mem::take(&mut self.is_after_prompt) && octet == b' ' {
            self.is_after_prompt = true;
            return;
        }
        if octet == b'>' && self.flight.prompt != Prompt::No && self.is_prompt() {
            return self.prompt();
        }
        self.line.push(octet);
        if self.line.len() >= Self::MAX_LINE {
            self.is_overlong = true;
            self.junk();
        }
    }

    /// Whether the line is none by position.
    fn is_ordinary(&self) -> bool {
        self.ussd.is_empty() && matches!(self.wait, Wait::None | Wait::UrcPdu(_))
    }

    /// Whether `>` here begins a line, or stands behind an echo without an end.
    fn is_prompt(&self) -> bool {
        // From behind: a line of many `>` is looked at once.
        let is_start = self.line.iter().rev().all(|it| !it.is_ascii_graphic());
        self.is_ordinary() && !self.is_overlong && (is_start || self.flight.is_echo(&self.line))
    }

    fn prompt(&mut self) {
        if self.line.iter().any(|&it| it != b' ') {
            self.end_line(LF);
        }
        self.line.clear();
        if self.flight.prompt == Prompt::Awaited {
            self.events.push_back(Event::Prompt);
        }
        self.flight.prompt = Prompt::Seen;
        self.is_after_prompt = true;
        self.is_after_blank = false;
    }

    /// Hands out what is in the line as junk.
    fn junk(&mut self) {
        let octets = mem::take(&mut self.line);
        if !octets.is_empty() {
            self.events.push_back(Event::Junk(octets));
        }
    }

    /// The line is whole.
    fn end_line(&mut self, end: u8) {
        self.is_after_prompt = false;
        let is_after_blank = mem::take(&mut self.is_after_blank);
        if mem::take(&mut self.is_overlong) {
            self.junk();
            self.give_up_ussd();
            return self.give_up_wait();
        }
        let mut line = mem::take(&mut self.line);
        if self.ussd.is_empty() || !self.goes_on(&line, end) {
            self.line(&line, end, is_after_blank);
        }
        // So that its room is used again.
        line.clear();
        if self.line.capacity() == 0 {
            self.line = line;
        }
    }

    /// Adds a line to the `+CUSD` that goes on. `false`: it is none of it.
    fn goes_on(&mut self, line: &[u8], end: u8) -> bool {
        // No network writes what begins as a modem's news do.
        let is_next = is_news(without_noise(line).1);
        if is_next || self.ussd.len() + line.len() >= Self::MAX_LINE {
            self.give_up_ussd();
            return false;
        }
        self.ussd.extend_from_slice(line);
        if ussd::ends(line) {
            let urc = mem::take(&mut self.ussd);
            self.urc(latin_1(urc.trim_ascii_end()));
        } else {
            self.ussd.push(end);
        }
        true
    }

    /// The string of a `+CUSD` has no end: its lines are lines.
    fn give_up_ussd(&mut self) {
        let held = mem::take(&mut self.ussd);
        let mut lines = held.split(|it| matches!(*it, CR | LF));
        if let Some(first) = lines.next()
            && !first.is_empty()
        {
            self.urc(latin_1(first.trim_ascii_end()));
        }
        for line in lines {
            self.line(line, LF, false);
        }
    }

    /// The data of an unsolicited result do not come.
    fn give_up_wait(&mut self) {
        match mem::take(&mut self.wait) {
            Wait::None | Wait::Text => {}
            Wait::UrcText(line) | Wait::UrcPdu(line) => {
                self.events.push_back(Event::Urc(Urc { line, data: None }));
            }
        }
    }

    fn line(&mut self, octets: &[u8], end: u8, is_after_blank: bool) {
        match mem::take(&mut self.wait) {
            Wait::Text => {
                let text = latin_1(octets.trim_ascii_end());
                return self.events.push_back(Event::Line(text));
            }
            Wait::UrcText(line) => {
                let data = Some(Data::Text(latin_1(octets)));
                return self.events.push_back(Event::Urc(Urc { line, data }));
            }
            wait => self.wait = wait,
        }
        let (noise, octets) = without_noise(octets);
        if !noise.is_empty() {
            self.events.push_back(Event::Junk(noise.to_vec()));
        }
        if octets.is_empty() {
            self.is_after_blank = noise.is_empty();
            return;
        }
        if end == CTRL_Z {
            return self.events.push_back(Event::Echo(latin_1(octets)));
        }
        if begins_ussd(octets) && ussd::opens(octets) {
            self.ussd.extend_from_slice(octets);
            return self.ussd.push(end);
        }
        let line = latin_1(octets);
        if let Wait::UrcPdu(_) = self.wait
            && is_hex(&line)
            && let Wait::UrcPdu(held) = mem::take(&mut self.wait)
        {
            let data = Some(Data::Pdu(line));
            return self.events.push_back(Event::Urc(Urc { line: held, data }));
        }
        self.ordinary(line, is_after_blank);
    }

    /// A line that is none by position.
    fn ordinary(&mut self, line: String, is_after_blank: bool) {
        match judge(&line, &self.flight, is_after_blank) {
            Judgement::Echo => self.events.push_back(Event::Echo(line)),
            Judgement::Junk => self.events.push_back(Event::Junk(octets(&line))),
            Judgement::Urc => self.urc(line),
            Judgement::Final(FinalResult::Ok) if mem::take(&mut self.owes_ok) => self.urc(line),
            Judgement::Final(result) => {
                self.give_up_wait();
                self.owes_ok = false;
                self.flight = Flight::default();
                self.events.push_back(Event::Final(result));
            }
            Judgement::Line => {
                self.give_up_wait();
                self.owes_ok = false;
                let word = judge::word(&line);
                if word.and_then(|word| follows(word, &line)) == Some(Follows::Text) {
                    self.wait = Wait::Text;
                }
                self.events.push_back(Event::Line(line));
            }
        }
    }

    fn urc(&mut self, line: String) {
        let kind = urc::kind(&line);
        let word = judge::word(&line);
        let follows = word.and_then(|word| follows(word, &line));
        // News may stand between a line and its PDU, unless it has data itself.
        let ends_wait = follows.is_some() || matches!(kind, UrcKind::Unknown | UrcKind::Late);
        if ends_wait {
            self.give_up_wait();
        }
        match kind {
            // Behind `+CMGS: 12` comes its `OK`.
            UrcKind::Late => self.owes_ok = word.is_some(),
            UrcKind::Boot => self.owes_ok = false,
            _ => {}
        }
        match follows {
            Some(Follows::Text) => self.wait = Wait::UrcText(line),
            Some(Follows::Pdu) => self.wait = Wait::UrcPdu(line),
            None => self.events.push_back(Event::Urc(Urc { line, data: None })),
        }
    }
}

fn begins_ussd(line: &[u8]) -> bool {
    let Some((word, rest)) = line.split_at_checked(5) else {
        return false;
    };
    word.eq_ignore_ascii_case(b"+CUSD") && matches!(rest.trim_ascii_start(), [b':', ..])
}

/// Whether it begins with a word of an unsolicited result.
fn is_news(line: &[u8]) -> bool {
    let is_word = line.first().is_some_and(u8::is_ascii_punctuation);
    let line = if is_word {
        latin_1(line)
    } else {
        String::new()
    };
    judge::word(&line).is_some() && urc::kind(&line) != UrcKind::Unknown
}

/// What a port that wakes or the wrong speed put in front of a line, and the line, without what
/// stands behind it.
fn without_noise(octets: &[u8]) -> (&[u8], &[u8]) {
    let Some(last) = octets.iter().rposition(|it| !is_blank(it)) else {
        let is_noise = octets.iter().any(|it| !it.is_ascii_whitespace());
        return (if is_noise { octets } else { &[] }, &[]);
    };
    let octets = octets.get(..=last).unwrap_or_default();
    let control = octets
        .iter()
        .take_while(|it| it.is_ascii_control() && **it != b'\t')
        .count();
    // Letters of Latin-1 as well, where something known follows.
    let noise = octets
        .iter()
        .take_while(|it| !it.is_ascii_graphic())
        .count();
    let is_letters = octets.iter().take(noise).any(|it| !it.is_ascii());
    let known = octets.get(noise..).unwrap_or_default();
    if is_letters && (known.is_empty() || is_known(known)) {
        return octets.split_at(noise);
    }
    octets.split_at(control)
}

fn is_known(line: &[u8]) -> bool {
    match line {
        [b'+' | b'^' | b'%' | b'#' | b'$' | b'*' | b'!', ..] | [b'A', b'T', ..] => true,
        _ => urc::kind(&latin_1(line)) != UrcKind::Unknown,
    }
}

fn is_blank(octet: &u8) -> bool {
    octet.is_ascii_control() || *octet == b' '
}

/// The octets that a text of one character an octet was.
fn octets(text: &str) -> Vec<u8> {
    let octets = text.chars().map(u8::try_from);
    octets.filter_map(Result::ok).collect()
}

/// One character an octet.
fn latin_1(octets: &[u8]) -> String {
    octets.iter().copied().map(char::from).collect()
}
