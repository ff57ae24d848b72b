//! Codes and files of the SIM (3GPP TS 27.007 §7.4, §7.5, §8.3, §8.17, §8.18, §8.65).

use super::{Answer, Then};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Arguments, Command, Form};
use crate::modem::charset::{from_hex, to_hex};
use crate::modem::event::{What, who};
use crate::modem::fault::Kind;
use crate::modem::profile::RetryCounter;
use crate::modem::sim::Lock;
use crate::modem::sim_file;
use crate::modem::world::Context;

/// `+CPIN`.
pub(crate) fn enter_pin(cx: &mut Context<'_>, command: &Command) -> Answer {
    match &command.form {
        Form::Read => {
            let state = match cx.modem.sim.lock() {
                Lock::Absent => return Err(Failure::Cme(10)),
                Lock::Blocked => return Err(Failure::Cme(13)),
                Lock::Pin => "SIM PIN",
                Lock::Puk => "SIM PUK",
                Lock::Ready => "READY",
            };
            cx.say(format!("+CPIN: {state}"));
            if !cx.modem.profile.pin_result {
                return Ok(Then::Silent);
            }
        }
        Form::Test => {}
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => {
            let arguments = Arguments::new(text);
            let code = |n| arguments.get(n).map(|value| cx.number_of(value));
            let (first, new) = (code(0).ok_or(Failure::BAD_PARAMETER)?, code(1));
            match (cx.modem.sim.lock(), new) {
                (Lock::Absent, _) => return Err(Failure::Cme(10)),
                (Lock::Blocked, _) => return Err(Failure::Cme(13)),
                (Lock::Ready, _) => return Err(Failure::NOT_ALLOWED),
                (Lock::Pin, None) => verify(cx, &first)?,
                // A PUK where a PIN is asked for.
                (Lock::Pin, Some(_)) => return Err(Failure::Cme(16)),
                (Lock::Puk, None) => return Err(Failure::Cme(12)),
                (Lock::Puk, Some(new)) => unblock(cx, &first, &new)?,
            }
            cx.opened();
        }
    }
    Ok(Then::Done)
}

fn verify(cx: &mut Context<'_>, pin: &str) -> Result<(), Failure> {
    check(pin)?;
    let is_refused = cx.modem.faults.strike(Kind::WrongPin).is_some();
    if is_refused {
        cx.struck(Kind::WrongPin);
    }
    let ok = cx.modem.sim.pin.verify(pin, is_refused);
    let who = who(&cx.modem.name);
    let retries = cx.modem.sim.pin.retries;
    cx.event(What::Pin {
        who,
        code: "SIM PIN",
        ok,
        retries,
    });
    if ok {
        return Ok(());
    }
    Err(Failure::Cme(if retries == 0 { 12 } else { 16 }))
}

fn unblock(cx: &mut Context<'_>, puk: &str, pin: &str) -> Result<(), Failure> {
    check(pin)?;
    let ok = cx.modem.sim.pin.unblock(puk, pin);
    let who = who(&cx.modem.name);
    let retries = cx.modem.sim.pin.puk_retries;
    cx.event(What::Pin {
        who,
        code: "SIM PUK",
        ok,
        retries,
    });
    ok.then_some(()).ok_or(Failure::Cme(16))
}

/// A PIN has four to eight digits: anything else does not reach the SIM.
fn check(pin: &str) -> Result<(), Failure> {
    let is_pin = (4..=8).contains(&pin.len()) && pin.bytes().all(|octet| octet.is_ascii_digit());
    is_pin.then_some(()).ok_or(Failure::Cme(16))
}

impl Context<'_> {
    /// The SIM is open: what waited for that goes on.
    fn opened(&mut self) {
        self.modem.sim.is_open = true;
        let profile = self.modem.profile;
        for (_, line) in profile.boot {
            if let Some(line) = line.strip_prefix('?') {
                self.after_result(line.to_owned());
            }
        }
        self.register();
    }

    fn after_result(&mut self, line: String) {
        self.modem.input.say_after(line);
    }
}

/// `+CLCK`: whether the PIN is asked for.
pub(crate) fn facility_lock(cx: &mut Context<'_>, command: &Command) -> Answer {
    let arguments = match &command.form {
        Form::Test => {
            let names = [
                "SC", "FD", "PN", "PU", "PP", "PC", "PF", "AO", "OI", "OX", "AI", "IR",
            ];
            let names = names.map(|name| cx.token(name));
            cx.say(format!("+CLCK: ({})", names.join(",")));
            return Ok(Then::Done);
        }
        Form::Set(text) => Arguments::new(text),
        Form::Read | Form::Execute => return Err(Failure::BAD_PARAMETER),
    };
    let value = arguments.get(0).ok_or(Failure::BAD_PARAMETER)?;
    let facility = [value.text.clone(), cx.text_of(value)].map(|name| name.to_ascii_uppercase());
    let is_pin = facility.iter().any(|name| name == "SC");
    let mode: u8 = arguments.required(1)?;
    if !cx.modem.sim.is_present {
        return Err(Failure::Cme(10));
    }
    match mode {
        2 => {
            let status = u8::from(is_pin && cx.modem.sim.is_locked);
            cx.say(format!("+CLCK: {status}"));
        }
        0 | 1 if is_pin => {
            cx.sim_ready()?;
            let pin = arguments.get(2).map(|value| cx.number_of(value));
            verify(cx, &pin.ok_or(Failure::Cme(16))?)?;
            cx.modem.sim.is_locked = mode == 1;
        }
        0 | 1 => return Err(Failure::NOT_ALLOWED),
        _ => return Err(Failure::BAD_PARAMETER),
    }
    Ok(Then::Done)
}

/// `+CPWD`.
pub(crate) fn change_password(cx: &mut Context<'_>, command: &Command) -> Answer {
    let arguments = match &command.form {
        Form::Test => {
            cx.say("+CPWD: (\"SC\",8),(\"P2\",8)");
            return Ok(Then::Done);
        }
        Form::Set(text) => Arguments::new(text),
        Form::Read | Form::Execute => return Err(Failure::BAD_PARAMETER),
    };
    let text = |n| arguments.get(n).map(|value| cx.number_of(value));
    let (facility, old, new) = (text(0), text(1), text(2));
    let (Some(facility), Some(old), Some(new)) = (facility, old, new) else {
        return Err(Failure::BAD_PARAMETER);
    };
    cx.sim_ready()?;
    check(&new)?;
    match facility.as_str() {
        "SC" => {
            if !cx.modem.sim.is_locked {
                return Err(Failure::NOT_ALLOWED);
            }
            verify(cx, &old)?;
            cx.modem.sim.pin.pin = new;
        }
        "P2" => {
            if !cx.modem.sim.pin2.verify(&old, false) {
                return Err(Failure::Cme(16));
            }
            cx.modem.sim.pin2.pin = new;
        }
        _ => return Err(Failure::NOT_SUPPORTED),
    }
    Ok(Then::Done)
}

/// `+CPINR` and the forms that vendors have of it.
pub(crate) fn retries(cx: &mut Context<'_>, command: &Command) -> Answer {
    let counter = cx.modem.profile.retry_counter;
    let sim = &cx.modem.sim;
    let (pin, puk) = (sim.pin.retries, sim.pin.puk_retries);
    let (pin2, puk2) = (sim.pin2.retries, sim.pin2.puk_retries);
    let state = match sim.lock() {
        Lock::Pin => "SIM PIN",
        Lock::Puk | Lock::Blocked => "SIM PUK",
        Lock::Absent | Lock::Ready => "READY",
    };
    let now = match state {
        "SIM PUK" => puk,
        _ => pin,
    };
    let lines = match (counter, &command.form) {
        (RetryCounter::Cpinr, Form::Execute | Form::Set(_)) => vec![
            format!("+CPINR: SIM PIN,{pin},3"),
            format!("+CPINR: SIM PUK,{puk},10"),
            format!("+CPINR: SIM PIN2,{pin2},3"),
            format!("+CPINR: SIM PUK2,{puk2},10"),
        ],
        (RetryCounter::CaretCpin, Form::Read) => {
            vec![format!("^CPIN: {state},{now},{puk},{pin},{puk2},{pin2}")]
        }
        (RetryCounter::Qpinc, Form::Read) => vec![
            format!("+QPINC: \"SC\",{pin},{puk}"),
            format!("+QPINC: \"P2\",{pin2},{puk2}"),
        ],
        (RetryCounter::Spic, Form::Execute) => {
            vec![format!("+SPIC: {pin},{puk},{pin2},{puk2}")]
        }
        (RetryCounter::CaretSpic, Form::Execute) => vec![format!("^SPIC: {now}")],
        (RetryCounter::CaretSpic, Form::Set(text)) => {
            let arguments = Arguments::new(text);
            let facility = arguments.get(0).map(|value| value.text.as_str());
            let left = match (facility, arguments.number(1)?) {
                (Some("SC"), None | Some(0_u8)) => pin,
                (Some("SC"), _) => puk,
                (Some("P2"), None | Some(0)) => pin2,
                (Some("P2"), _) => puk2,
                _ => return Err(Failure::BAD_PARAMETER),
            };
            vec![format!("^SPIC: {left}")]
        }
        (RetryCounter::Pct, Form::Execute) => vec![format!("#PCT: {now}")],
        (RetryCounter::Cpinc, Form::Read | Form::Execute) => {
            vec![format!("+CPINC: {pin},{pin2},{puk},{puk2}")]
        }
        (RetryCounter::Upincnt, Form::Execute) => {
            vec![format!("+UPINCNT: {pin},{pin2},{puk},{puk2}")]
        }
        (RetryCounter::Epin, Form::Read) => vec![format!("*EPIN: {pin},{puk},{pin2},{puk2}")],
        (RetryCounter::Zpinpuk, Form::Test) => vec![format!("+ZPINPUK: {pin},{puk}")],
        (_, Form::Test) => return Ok(Then::Done),
        _ => return Err(Failure::Error),
    };
    if !cx.modem.sim.is_present {
        return Err(Failure::Cme(10));
    }
    cx.lines.extend(lines);
    Ok(Then::Done)
}

/// The arguments of a command to the SIM; `None` for `=?`, which asks for none.
fn sim_arguments(cx: &Context<'_>, command: &Command) -> Result<Option<Arguments>, Failure> {
    match &command.form {
        Form::Test => Ok(None),
        Form::Read | Form::Execute => Err(Failure::BAD_PARAMETER),
        Form::Set(_) if !cx.modem.sim.is_present => Err(Failure::Cme(10)),
        Form::Set(text) => Ok(Some(Arguments::new(text))),
    }
}

/// `+CSIM`: a command for the SIM as it is.
pub(crate) fn generic_access(cx: &mut Context<'_>, command: &Command) -> Answer {
    let Some(arguments) = sim_arguments(cx, command)? else {
        return Ok(Then::Done);
    };
    let length: usize = arguments.required(0)?;
    let digits = arguments.get(1).map_or("", |value| value.text.as_str());
    let apdu = from_hex(digits).filter(|_| digits.len() == length);
    let apdu = apdu.ok_or(Failure::BAD_PARAMETER)?;
    let answer = sim_file::apdu(&cx.modem.sim, &apdu);
    let answer = to_hex(&answer);
    cx.say(format!("+CSIM: {},\"{answer}\"", answer.len()));
    Ok(Then::Done)
}

/// `+CRSM`: a file of the SIM.
pub(crate) fn restricted_access(cx: &mut Context<'_>, command: &Command) -> Answer {
    let Some(arguments) = sim_arguments(cx, command)? else {
        return Ok(Then::Done);
    };
    let instruction = arguments.required(0)?;
    let file = arguments.number(1)?.unwrap_or(0);
    let mut parameters = [0; 3];
    for (n, parameter) in (2..).zip(&mut parameters) {
        *parameter = arguments.number(n)?.unwrap_or(0);
    }
    let answer = sim_file::access(&cx.modem.sim, instruction, file, parameters);
    let (status, data) = match &answer {
        Ok(data) => ((0x90, 0x00), data.as_slice()),
        Err(status) => (*status, &[][..]),
    };
    let (sw1, sw2) = status;
    let data = match data {
        [] => String::new(),
        data => format!(",\"{}\"", to_hex(data)),
    };
    cx.say(format!("+CRSM: {sw1},{sw2}{data}"));
    Ok(Then::Done)
}
