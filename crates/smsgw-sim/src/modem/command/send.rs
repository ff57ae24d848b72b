//! Sending (3GPP TS 27.005 §3.5, §4.3 to §4.7).

use std::time::Duration;

use smsgw_gsm::DecodeErrorKind;
use smsgw_gsm::field::{Address, TypeOfAddress};
use smsgw_gsm::tpdu::{Context as Way, ModemPdu, Tpdu};

use super::{Answer, Then, setting};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Arguments, Command, Form};
use crate::modem::centre::Outgoing;
use crate::modem::charset::from_hex;
use crate::modem::fault::{Fault, Kind};
use crate::modem::sim::Lock;
use crate::modem::store::{Stat, StoreName};
use crate::modem::world::{Context, Timer, World};

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
    /// `+CMGS` or `+CMGC` in PDU mode: octets of the TPDU.
    Submit(&'static str, usize),
    /// `+CMGS` in text mode: the recipient.
    SubmitText(Address),
    /// `+CMGW` in PDU mode: octets of the TPDU, and the status.
    Write(usize, Option<Stat>),
    /// `+CMGW` in text mode: the recipient, and the status.
    WriteText(Address, Stat),
    /// `+CNMA=1` or `=2`: octets of the report; whether it is a good one.
    Acknowledge(usize, bool),
}

/// A command that goes on after a while.
#[derive(Debug)]
pub(crate) enum Pending {
    /// A message is sent.
    Submit(Sending),
    /// An answer that takes its time.
    Lines(Vec<String>, Option<Failure>),
    /// A prompt that takes its time.
    Prompt(Entry),
    /// A command that takes its time.
    Command(Command),
}

/// A message that is being sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sending {
    /// What the answer begins with.
    name: &'static str,
    outgoing: Outgoing,
    /// From which place of a store.
    from: Option<(StoreName, u16)>,
}

impl Entry {
    fn new(what: EntryKind) -> Self {
        let is_text = matches!(what, EntryKind::SubmitText(_) | EntryKind::WriteText(..));
        Self {
            what,
            is_text,
            data: Vec::new(),
            is_too_long: false,
        }
    }
}

impl Pending {
    pub(crate) fn done(self, cx: &mut Context<'_>) -> Answer {
        match self {
            Self::Submit(sending) => sending.done(cx),
            Self::Lines(lines, failure) => {
                cx.lines.extend(lines);
                failure.map_or(Ok(Then::Done), Err)
            }
            Self::Prompt(entry) => Ok(Then::Prompt(entry)),
            Self::Command(command) => super::run(cx, &command),
        }
    }
}

impl Sending {
    fn done(&self, cx: &mut Context<'_>) -> Answer {
        let reference = cx.submit(&self.outgoing).map_err(Failure::Cms)?;
        if let Some((name, index)) = self.from
            && let Some((store, index)) = cx.modem.stores.place(name, index)
            && let Some(stored) = store.get_mut(index)
        {
            stored.stat = Stat::Sent;
        }
        if cx.modem.faults.strike(Kind::NoReference).is_some() {
            cx.struck(Kind::NoReference);
        } else {
            cx.say(format!("{}: {reference}", self.name));
        }
        Ok(Then::Done)
    }

    /// The result comes although nobody waits for it any more.
    pub(crate) fn late(&self, cx: &mut Context<'_>) {
        let line = match self.done(cx) {
            Ok(_) => "OK".to_owned(),
            Err(failure) => failure.line(&cx.modem.settings, &cx.modem.profile),
        };
        for text in std::mem::take(&mut cx.lines) {
            cx.write_line(&text);
        }
        cx.write_line(&line);
    }
}

/// `+CMGF`.
pub(crate) fn message_format(cx: &mut Context<'_>, command: &Command) -> Answer {
    let now = u8::from(cx.modem.settings.text_mode);
    if let Some(value) = setting(cx, command, &[0, 1], now)? {
        cx.modem.settings.text_mode = value == 1;
    }
    Ok(Then::Done)
}

/// `+CMGS`.
pub(crate) fn send_message(cx: &mut Context<'_>, command: &Command) -> Answer {
    let Some(arguments) = arguments(command)? else {
        return Ok(Then::Done);
    };
    can_send(cx)?;
    let what = if cx.modem.settings.text_mode {
        EntryKind::SubmitText(recipient(cx, &arguments, 0)?.ok_or(Failure::Cms(305))?)
    } else {
        EntryKind::Submit("+CMGS", length(&arguments)?)
    };
    prompt(cx, what)
}

/// `+CMGC`, in PDU mode.
pub(crate) fn send_command(cx: &mut Context<'_>, command: &Command) -> Answer {
    let Some(arguments) = arguments(command)? else {
        return Ok(Then::Done);
    };
    if cx.modem.settings.text_mode {
        return Err(Failure::Cms(303));
    }
    can_send(cx)?;
    let what = EntryKind::Submit("+CMGC", length(&arguments)?);
    prompt(cx, what)
}

/// `+CMGW`.
pub(crate) fn write_message(cx: &mut Context<'_>, command: &Command) -> Answer {
    let arguments = match &command.form {
        Form::Test => return Ok(Then::Done),
        Form::Read => return Err(Failure::Cms(303)),
        Form::Execute => Arguments::new(""),
        Form::Set(text) => Arguments::new(text),
    };
    let what = if cx.modem.settings.text_mode {
        let to = recipient(cx, &arguments, 0)?.unwrap_or_default();
        let stat = match arguments.get(2) {
            Some(value) => {
                Stat::from_text(&cx.text_of(value)).or_else(|| Stat::from_text(&value.text))
            }
            None => Some(Stat::Unsent),
        };
        EntryKind::WriteText(to, stat.ok_or(Failure::Cms(305))?)
    } else {
        let stat = match arguments.number(1)? {
            Some(number) => Some(Stat::from_number(number).ok_or(Failure::Cms(304))?),
            None => None,
        };
        EntryKind::Write(length(&arguments)?, stat)
    };
    prompt(cx, what)
}

/// `+CMSS`.
pub(crate) fn send_from_storage(cx: &mut Context<'_>, command: &Command) -> Answer {
    let Some(arguments) = arguments(command)? else {
        return Ok(Then::Done);
    };
    can_send(cx)?;
    let index = arguments.required(0)?;
    let to = recipient(cx, &arguments, 1)?;
    let [_, second, _] = cx.modem.settings.stores;
    let place = cx.modem.stores.place(second, index);
    let (store, local) = place.ok_or(Failure::Cms(321))?;
    let stored = store.get_mut(local).ok_or(Failure::Cms(321))?.clone();
    let way = if stored.stat.is_received() {
        Way::SC_TO_MS
    } else {
        Way::MS_TO_SC
    };
    let pdu = ModemPdu::decode(&stored.pdu, way).map_err(|_| Failure::Cms(304))?;
    let mut submit = match pdu.tpdu {
        Tpdu::Submit(submit) => submit,
        // A message that came is forwarded.
        Tpdu::Deliver(deliver) => {
            smsgw_gsm::tpdu::Submit::new(to.ok_or(Failure::Cms(305))?, deliver.user_data)
        }
        _ => return Err(Failure::Cms(302)),
    };
    submit.destination_address = to.unwrap_or(submit.destination_address);
    let service_centre = pdu.service_centre.filter(|_| !stored.stat.is_received());
    let pdu = ModemPdu {
        service_centre,
        tpdu: submit.into(),
    };
    let sending = Sending {
        name: "+CMSS",
        outgoing: Outgoing { pdu: pdu.to_vec() },
        from: (!stored.stat.is_received()).then_some((second, index)),
    };
    send(cx, sending)
}

/// `+CMMS`.
pub(crate) fn more_messages(cx: &mut Context<'_>, command: &Command) -> Answer {
    let now = cx.modem.settings.more_messages;
    if let Some(value) = setting(cx, command, &[0, 1, 2], now)? {
        cx.modem.settings.more_messages = value;
    }
    Ok(Then::Done)
}

/// Asks for data.
pub(crate) fn prompt(cx: &mut Context<'_>, what: EntryKind) -> Answer {
    let entry = Entry::new(what);
    if let Some(strike) = cx.modem.faults.strike(Kind::Refuse) {
        cx.struck(Kind::Refuse);
        return Err(Failure::Cms(strike.code));
    }
    if cx.modem.faults.strike(Kind::NoPrompt).is_some() {
        cx.struck(Kind::NoPrompt);
        return Ok(Then::NoPrompt(entry));
    }
    if let Some(strike) = cx.modem.faults.strike(Kind::PromptDelay) {
        cx.struck(Kind::PromptDelay);
        return Ok(Then::Later(strike.delay, Pending::Prompt(entry)));
    }
    Ok(Then::Prompt(entry))
}

/// Data ended.
pub(crate) fn entered(cx: &mut Context<'_>, entry: Entry) -> Answer {
    let Entry {
        what,
        data,
        is_too_long,
        ..
    } = entry;
    let text: String = data.into_iter().map(char::from).collect();
    let text = if is_too_long { Err(()) } else { Ok(text) };
    let pdu = |length| {
        let text = text.clone().map_err(|()| Failure::Cms(304))?;
        pdu_of(&text, length).ok_or(Failure::Cms(304))
    };
    let body = || text.clone().map_err(|()| Failure::Cms(305));
    match what {
        EntryKind::Submit(name, length) => {
            let pdu = without_trailing(pdu(length)?);
            let decoded = ModemPdu::decode(&pdu, Way::MS_TO_SC);
            let decoded = decoded.map_err(|_| Failure::Cms(304))?;
            let is_command = name == "+CMGC";
            match decoded.tpdu {
                Tpdu::Submit(_) if !is_command => {}
                Tpdu::Command(_) => {}
                _ => return Err(Failure::Cms(304)),
            }
            let sending = Sending {
                name,
                outgoing: Outgoing { pdu },
                from: None,
            };
            send(cx, sending)
        }
        EntryKind::SubmitText(to) => {
            let submit = cx.submit_of(to, &body()?)?;
            let sending = Sending {
                name: "+CMGS",
                outgoing: Outgoing {
                    pdu: [&[0], &submit[..]].concat(),
                },
                from: None,
            };
            send(cx, sending)
        }
        EntryKind::Write(length, stat) => {
            let pdu = pdu(length)?;
            // What is written without a status may be either, as its first octet says.
            let first = pdu.get(pdu.len().saturating_sub(length)).copied();
            let stat = stat.unwrap_or(match first.map(|first| first & 0b11) {
                Some(0b00) => Stat::Read,
                _ => Stat::Unsent,
            });
            write(cx, stat, pdu)
        }
        EntryKind::WriteText(to, stat) => {
            let pdu = if stat.is_received() {
                written_deliver(cx, to, &body()?)?
            } else {
                let submit = cx.submit_of(to, &body()?)?;
                [&[0], &submit[..]].concat()
            };
            write(cx, stat, pdu)
        }
        EntryKind::Acknowledge(length, is_good) => {
            if length > 0 {
                let text = text.map_err(|()| Failure::Cms(304))?;
                let octets = from_hex(text.trim()).ok_or(Failure::Cms(304))?;
                if octets.len() != length {
                    return Err(Failure::Cms(304));
                }
            }
            super::routing::acknowledge_now(cx, is_good)
        }
    }
}

/// Some programs write an octet more than they should. Modems hand it on, and nobody reads it.
fn without_trailing(mut pdu: Vec<u8>) -> Vec<u8> {
    let error = ModemPdu::decode(&pdu, Way::MS_TO_SC).err();
    let offset = error.and_then(|error| match error.kind {
        DecodeErrorKind::TrailingOctets { .. } => Some(error.offset),
        _ => None,
    });
    pdu.truncate(offset.unwrap_or(usize::MAX));
    pdu
}

/// A text that is written as if it had come.
fn written_deliver(cx: &Context<'_>, from: Address, body: &str) -> Result<Vec<u8>, Failure> {
    let submit = cx.submit_of(from, body)?;
    let submit = smsgw_gsm::tpdu::Submit::decode(&submit).map_err(|_| Failure::Cms(305))?;
    let time = cx.world.time(cx.now);
    let deliver = smsgw_gsm::tpdu::Deliver::new(from, time, submit.user_data);
    Ok([&[0], &deliver.to_vec()[..]].concat())
}

fn write(cx: &mut Context<'_>, stat: Stat, pdu: Vec<u8>) -> Answer {
    let [_, second, _] = cx.modem.settings.stores;
    let (_, index) = cx.keep(second, stat, pdu).ok_or(Failure::Cms(322))?;
    cx.say(format!("+CMGW: {index}"));
    Ok(Then::Done)
}

/// Sends a message, unless a fault is in the way.
fn send(cx: &mut Context<'_>, sending: Sending) -> Answer {
    let to = sending.outgoing.recipient(cx.world);
    if let Some(strike) = cx.modem.faults.strike(Kind::Deregister) {
        cx.struck(Kind::Deregister);
        cx.lose_network(strike.delay);
    }
    let mut strike = |kind| {
        let world = &*cx.world;
        let strike = cx
            .modem
            .faults
            .strike_if(kind, |fault| is_for(fault, to.as_deref(), world));
        strike.map(|strike| (kind, strike))
    };
    let fault = strike(Kind::LostSubmit)
        .or_else(|| strike(Kind::LostResult))
        .or_else(|| strike(Kind::LateResult))
        .or_else(|| strike(Kind::SendDelay));
    let range = cx.world.config.send_delay;
    let mut delay = cx.world.chance(range);
    // A link that is held is there at once.
    if cx
        .modem
        .radio
        .link
        .take()
        .is_some_and(|until| cx.now < until)
    {
        delay /= 2;
    }
    match cx.modem.settings.more_messages {
        0 => {}
        _ => cx.modem.radio.link = Some(cx.now + delay + LINK),
    }
    let Some((kind, strike)) = fault else {
        return Ok(Then::Later(delay, Pending::Submit(sending)));
    };
    cx.struck(kind);
    match kind {
        Kind::LostSubmit => Ok(Then::Silent),
        Kind::LostResult => {
            cx.after(delay, Timer::Unheard(Box::new(sending)));
            Ok(Then::Silent)
        }
        Kind::LateResult => {
            cx.after(strike.delay, Timer::Late(Box::new(sending)));
            Ok(Then::Silent)
        }
        _ => Ok(Then::Later(delay + strike.delay, Pending::Submit(sending))),
    }
}

/// How long a link is held for the next message.
const LINK: Duration = Duration::from_secs(3);

impl Context<'_> {
    /// Sends a message of which nothing is told.
    pub(crate) fn unheard(&mut self, sending: &Sending) {
        // Nobody hears of that either.
        let _ = sending.done(self);
        self.lines.clear();
    }
}

fn is_for(fault: &Fault, to: Option<&str>, world: &World) -> bool {
    match (&fault.to, to) {
        (None, _) => true,
        (Some(only), Some(to)) => world.numbering.canonical(only) == to,
        (Some(_), None) => false,
    }
}

/// Whether the SIM lets anything be sent.
fn can_send(cx: &Context<'_>) -> Result<(), Failure> {
    match cx.modem.sim.lock() {
        Lock::Ready => Ok(()),
        Lock::Absent => Err(Failure::Cms(310)),
        Lock::Pin => Err(Failure::Cms(311)),
        Lock::Puk => Err(Failure::Cms(316)),
        Lock::Blocked => Err(Failure::Cms(313)),
    }
}

/// The arguments of a command that has no other form; `None` for its test.
fn arguments(command: &Command) -> Result<Option<Arguments>, Failure> {
    match &command.form {
        Form::Set(text) => Ok(Some(Arguments::new(text))),
        Form::Test => Ok(None),
        Form::Execute | Form::Read => Err(Failure::BAD_PARAMETER),
    }
}

/// Octets of a TPDU: 164 at most, and some at least.
fn length(arguments: &Arguments) -> Result<usize, Failure> {
    let length = arguments.required(0)?;
    if (1..=164).contains(&length) {
        Ok(length)
    } else {
        Err(Failure::Cms(304))
    }
}

/// The number in the nth argument, with the type in the next.
fn recipient(
    cx: &Context<'_>,
    arguments: &Arguments,
    n: usize,
) -> Result<Option<Address>, Failure> {
    let Some(value) = arguments.get(n).filter(|value| !value.text.is_empty()) else {
        return Ok(None);
    };
    let number = cx.number_of(value);
    let wrong = Failure::Cms(305);
    let address = match arguments.number(n + 1)? {
        Some(toa) => {
            let digits = number.strip_prefix('+').unwrap_or(&number);
            Address::new(TypeOfAddress(toa), digits)
        }
        None => Address::parse(&number),
    };
    address.map(Some).map_err(|_| wrong)
}

/// The octets of hex whose TPDU has this length.
fn pdu_of(text: &str, length: usize) -> Option<Vec<u8>> {
    let digits: String = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let pdu = from_hex(&digits)?;
    let centre = usize::from(*pdu.first()?) + 1;
    (pdu.len() == centre + length).then_some(pdu)
}
