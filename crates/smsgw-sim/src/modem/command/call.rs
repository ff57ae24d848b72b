//! Calls (3GPP TS 27.007 §6, §7.6, §7.18): they ring, are answered and end; nobody speaks.

use std::time::{Duration, Instant};

use super::{Answer, Then, setting, ussd};
use crate::modem::answer::{Failure, result};
use crate::modem::arguments::{Command, Form, Value};
use crate::modem::centre::InjectError;
use crate::modem::event::{ModemId, What, who};
use crate::modem::interpreter;
use crate::modem::network::Network;
use crate::modem::world::{Action, Context, Timer};

/// A call of a modem.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The other party's number; empty when it is not told.
    party: String,
    /// The other party, when it is a modem of this network.
    peer: Option<ModemId>,
    state: State,
    /// Rings so far.
    rings: u8,
    nth: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Incoming,
    Outgoing,
    Active,
}

/// What one party of a call does to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// It calls: its number, and which modem it is.
    Ring(String, Option<ModemId>),
    Answer,
    HangUp,
    /// It has another call.
    Busy,
}

/// Between two `RING`.
const RING_PAUSE: Duration = Duration::from_secs(5);
/// After so many the caller gives up.
const MOST_RINGS: u8 = 12;

impl Network {
    /// Lets a number outside call a modem. An empty number is one that is not told.
    ///
    /// # Errors
    /// When no modem has the number.
    pub fn call(&mut self, from: &str, to: &str, now: Instant) -> Result<(), InjectError> {
        let modem = self.world.recipient(to)?;
        self.with(modem, now, |cx| {
            cx.signalled(Signal::Ring(from.to_owned(), None));
        });
        Ok(())
    }

    /// Ends the call of a modem, if it has one, from the other side.
    pub fn hang_up(&mut self, modem: ModemId, now: Instant) {
        self.with(modem, now, |cx| cx.signalled(Signal::HangUp));
    }
}

/// `D`.
pub(crate) fn dial(cx: &mut Context<'_>, command: &Command) -> Answer {
    let Form::Set(text) = &command.form else {
        return Err(Failure::Error);
    };
    let (digits, is_voice) = match text.strip_suffix(';') {
        Some(digits) => (digits, true),
        None => (text.as_str(), false),
    };
    let dialled = digits.trim_start_matches(['T', 't', 'P', 'p', ' ']);
    let number: String = dialled
        .chars()
        .filter(|character| character.is_ascii_digit() || "+*#".contains(*character))
        .collect();
    if number.is_empty() {
        return Err(Failure::NoCarrier);
    }
    cx.sim_ready()?;
    if number.starts_with("*99") && !is_voice {
        return Ok(Then::Online);
    }
    if number.starts_with(['*', '#']) && number.ends_with('#') {
        let value = Value {
            text: number,
            is_quoted: true,
        };
        return ussd::request(cx, &value);
    }
    if !is_voice || !cx.modem.is_registered() {
        return Err(Failure::NoCarrier);
    }
    if cx.modem.call.is_some() {
        return Err(Failure::Busy);
    }
    let number = cx.world.numbering.canonical(&number);
    let peer = cx.world.subscribers.get(&number).copied();
    cx.modem.call = Some(Call {
        party: number.clone(),
        peer,
        // Who is outside answers at once.
        nth: 0,
        state: if peer.is_some() {
            State::Outgoing
        } else {
            State::Active
        },
        rings: 0,
    });
    let own = cx.modem.number.clone();
    cx.call_event(number, "outgoing");
    if let Some(peer) = peer {
        let id = cx.modem.id;
        cx.tell_peer(peer, Signal::Ring(own, Some(id)));
    }
    Ok(Then::Done)
}

/// `A`.
pub(crate) fn answer(cx: &mut Context<'_>, _: &Command) -> Answer {
    let call = cx.modem.call.as_mut();
    let Some(call) = call.filter(|call| call.state == State::Incoming) else {
        return Err(Failure::NoCarrier);
    };
    call.state = State::Active;
    let (party, peer) = (call.party.clone(), call.peer);
    cx.call_event(party, "answered");
    if let Some(peer) = peer {
        cx.tell_peer(peer, Signal::Answer);
    }
    Ok(Then::Done)
}

/// `H` and `+CHUP`.
pub(crate) fn hang_up(cx: &mut Context<'_>, command: &Command) -> Answer {
    if command.form == Form::Test {
        return Ok(Then::Done);
    }
    cx.end_call();
    Ok(Then::Done)
}

/// `O`: back to a data call, of which there is none.
pub(crate) fn online(_: &mut Context<'_>, _: &Command) -> Answer {
    Err(Failure::NoCarrier)
}

/// `+CLIP`.
pub(crate) fn caller(cx: &mut Context<'_>, command: &Command) -> Answer {
    let now = u8::from(cx.modem.settings.caller);
    if command.form == Form::Read {
        cx.say(format!("+CLIP: {now},1"));
        return Ok(Then::Done);
    }
    if let Some(value) = setting(cx, command, &[0, 1], now)? {
        cx.modem.settings.caller = value == 1;
    }
    Ok(Then::Done)
}

/// `+CRC`.
pub(crate) fn extended_ring(cx: &mut Context<'_>, command: &Command) -> Answer {
    let now = u8::from(cx.modem.settings.extended_ring);
    if let Some(value) = setting(cx, command, &[0, 1], now)? {
        cx.modem.settings.extended_ring = value == 1;
    }
    Ok(Then::Done)
}

/// `+CLCC`.
pub(crate) fn current_calls(cx: &mut Context<'_>, _: &Command) -> Answer {
    if let Some(call) = cx.modem.call.clone() {
        let (direction, state) = match call.state {
            State::Active => (u8::from(call.rings > 0), 0),
            State::Outgoing => (0, 3),
            State::Incoming => (1, 4),
        };
        let number = cx.token(&call.party);
        cx.say(format!("+CLCC: 1,{direction},{state},0,0,{number},145"));
    }
    Ok(Then::Done)
}

/// `+CPAS`.
pub(crate) fn activity(cx: &mut Context<'_>, command: &Command) -> Answer {
    let status = match cx.modem.call.as_ref().map(|call| call.state) {
        None => 0,
        Some(State::Incoming) => 3,
        Some(State::Outgoing | State::Active) => 4,
    };
    match command.form {
        Form::Test => cx.say("+CPAS: (0,3,4)"),
        _ => cx.say(format!("+CPAS: {status}")),
    }
    Ok(Then::Done)
}

impl Context<'_> {
    fn tell_peer(&mut self, peer: ModemId, signal: Signal) {
        self.world
            .agenda
            .add(self.now, Action::Signal(peer, signal));
    }

    /// Ends the call from this side, if there is one.
    pub(crate) fn end_call(&mut self) {
        if let Some(call) = self.modem.call.take() {
            self.call_event(call.party, "ended");
            if let Some(peer) = call.peer {
                self.tell_peer(peer, Signal::HangUp);
            }
        }
    }

    /// The other party does something.
    pub(crate) fn signalled(&mut self, signal: Signal) {
        match signal {
            Signal::Ring(party, peer) => {
                let is_free = self.modem.call.is_none() && self.modem.is_registered();
                if !is_free {
                    if let Some(peer) = peer {
                        self.tell_peer(peer, Signal::Busy);
                    }
                    return;
                }
                self.world.chances += 1;
                let nth = self.world.chances;
                self.modem.call = Some(Call {
                    party: party.clone(),
                    peer,
                    state: State::Incoming,
                    rings: 0,
                    nth,
                });
                self.call_event(party, "incoming");
                self.ring(nth);
            }
            Signal::Answer => {
                let call = self.modem.call.as_mut();
                if let Some(call) = call.filter(|call| call.state == State::Outgoing) {
                    call.state = State::Active;
                }
            }
            Signal::HangUp | Signal::Busy => {
                let Some(call) = self.modem.call.take() else {
                    return;
                };
                self.call_event(call.party, "ended");
                let words = match signal {
                    Signal::Busy => "BUSY",
                    _ => "NO CARRIER",
                };
                let line = result(words, &self.modem.settings);
                self.unsolicited_result(&line);
            }
        }
    }

    /// It rings, until somebody has enough of it.
    pub(crate) fn ring(&mut self, nth: u64) {
        let call = self.modem.call.as_mut();
        let rings = |call: &&mut Call| call.state == State::Incoming && call.nth == nth;
        let Some(call) = call.filter(rings) else {
            return;
        };
        if call.rings == MOST_RINGS {
            let peer = call.peer;
            if let Some(peer) = peer {
                self.tell_peer(peer, Signal::HangUp);
            }
            return self.signalled(Signal::HangUp);
        }
        call.rings += 1;
        let party = call.party.clone();
        if self.modem.settings.extended_ring {
            self.unsolicited("+CRING: VOICE");
        } else {
            let line = result("RING", &self.modem.settings);
            self.unsolicited_result(&line);
        }
        if self.modem.settings.caller {
            let line = if party.is_empty() {
                "+CLIP: \"\",128,\"\",,\"\",1".to_owned()
            } else {
                let toa = if party.starts_with('+') { 145 } else { 129 };
                format!("+CLIP: {},{toa},\"\",,\"\",0", self.token(&party))
            };
            self.unsolicited(&line);
        }
        self.after(RING_PAUSE, Timer::Ring(nth));
    }

    fn unsolicited_result(&mut self, line: &str) {
        if self.modem.settings.verbose {
            self.unsolicited(line);
        } else if !self.modem.input.is_reserved() {
            interpreter::write_result(self, line);
        }
    }

    fn call_event(&mut self, party: String, state: &'static str) {
        let who = who(&self.modem.name);
        self.event(What::Call { who, party, state });
    }
}
