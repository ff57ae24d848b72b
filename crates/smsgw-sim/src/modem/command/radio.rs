//! The network, its signal, and the power for it (3GPP TS 27.007 §7, §8.2, §8.5, §8.69).

use super::send::Pending;
use super::{Answer, Then, range};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Arguments, Command, Form};
use crate::modem::world::Context;

/// `+CREG`, `+CGREG` and `+CEREG`.
pub(crate) fn registration(cx: &mut Context<'_>, command: &Command) -> Answer {
    let which = match command.name.as_str() {
        "+CREG" => 0,
        "+CGREG" => 1,
        _ => 2,
    };
    let n = cx.modem.settings.registration.get(which).copied();
    let n = n.unwrap_or_default();
    match &command.form {
        Form::Read => {
            let line = cx.registration_line(&command.name, n, true);
            if cx.modem.profile.late_registration {
                cx.modem.input.say_after(line);
            } else {
                cx.say(line);
            }
        }
        Form::Test => cx.say(format!("{}: (0-2)", command.name)),
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => {
            let value = Arguments::new(text).required(0)?;
            if value > 2 {
                return Err(Failure::BAD_PARAMETER);
            }
            if let Some(place) = cx.modem.settings.registration.get_mut(which) {
                *place = value;
            }
        }
    }
    Ok(Then::Done)
}

impl Context<'_> {
    fn registration_line(&self, name: &str, n: u8, is_read: bool) -> String {
        let stat = self.modem.radio.stat;
        let first = if is_read {
            format!("{n},")
        } else {
            String::new()
        };
        let act = if name == "+CEREG" { 7 } else { 0 };
        match (n, stat) {
            (2, 1 | 5) => format!("{name}: {first}{stat},\"00C3\",\"0000A1B2\",{act}"),
            _ => format!("{name}: {first}{stat}"),
        }
    }

    /// Tells of the registration where that is wanted.
    pub(crate) fn tell_registration(&mut self) {
        let wanted = self.modem.settings.registration;
        for (name, n) in ["+CREG", "+CGREG", "+CEREG"].into_iter().zip(wanted) {
            if n > 0 {
                let line = self.registration_line(name, n, false);
                self.unsolicited(&line);
            }
        }
    }

    /// Whether the SIM is there and open.
    pub(crate) fn sim_ready(&self) -> Result<(), Failure> {
        use crate::modem::sim::Lock;
        Err(match self.modem.sim.lock() {
            Lock::Ready => return Ok(()),
            Lock::Absent => Failure::Cme(10),
            Lock::Pin => Failure::Cme(11),
            Lock::Puk => Failure::Cme(12),
            Lock::Blocked => Failure::Cme(13),
        })
    }
}

/// `+COPS`.
pub(crate) fn operator(cx: &mut Context<'_>, command: &Command) -> Answer {
    let mode = if cx.modem.radio.is_detached { 2 } else { 0 };
    let format = cx.modem.settings.operator_format;
    let config = &cx.world.config;
    match &command.form {
        Form::Read => {
            let line = if cx.modem.is_registered() {
                let (long, short) = &config.operator;
                let name = match format {
                    0 => cx.string(long),
                    1 => cx.string(short),
                    _ => cx.token(&config.plmn),
                };
                format!("+COPS: {mode},{format},{name},0")
            } else {
                format!("+COPS: {mode}")
            };
            cx.say(line);
        }
        Form::Test => {
            if cx.modem.radio.functionality != 1 {
                return Err(Failure::Cme(30));
            }
            let (long, short) = &config.operator;
            let current = if cx.modem.is_registered() { 2 } else { 1 };
            let own = (current, long, short, &config.plmn);
            let others = config.neighbours.iter();
            let others = others.map(|(long, short, plmn)| (3, long, short, plmn));
            let networks = std::iter::once(own).chain(others);
            let networks = networks.map(|(stat, long, short, plmn)| {
                let [long, short] = [long, short].map(|name| cx.string(name));
                format!("({stat},{long},{short},{},0)", cx.token(plmn))
            });
            let networks: Vec<_> = networks.collect();
            let line = format!("+COPS: {},,(0-4),(0-2)", networks.join(","));
            let delay = config.search_delay;
            return Ok(Then::Later(delay, Pending::Lines(vec![line], None)));
        }
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => return set_operator(cx, &Arguments::new(text)),
    }
    Ok(Then::Done)
}

fn set_operator(cx: &mut Context<'_>, arguments: &Arguments) -> Answer {
    let mode = arguments.number(0)?.unwrap_or(0);
    let format: Option<u8> = arguments.number(1)?;
    if mode > 4_u8 || format.is_some_and(|format| format > 2) {
        return Err(Failure::BAD_PARAMETER);
    }
    if mode == 3 {
        cx.modem.settings.operator_format = format.unwrap_or(0);
        return Ok(Then::Done);
    }
    cx.sim_ready()?;
    if let (1, Some(wanted)) = (mode, arguments.get(2)) {
        let wanted = [cx.text_of(wanted), wanted.text.clone()];
        let (long, short) = &cx.world.config.operator;
        let own = [long, short, &cx.world.config.plmn];
        if !wanted.iter().any(|wanted| own.contains(&wanted)) {
            let delay = cx.world.config.search_delay;
            let pending = Pending::Lines(Vec::new(), Some(Failure::Cme(32)));
            return Ok(Then::Later(delay, pending));
        }
    }
    cx.modem.radio.is_detached = mode == 2;
    cx.register();
    Ok(Then::Done)
}

/// `+CPOL`: of which there are none.
pub(crate) fn preferred_operators(cx: &mut Context<'_>, command: &Command) -> Answer {
    cx.sim_ready()?;
    match command.form {
        Form::Test => cx.say("+CPOL: (1-20),(0-2)"),
        Form::Read | Form::Set(_) => {}
        Form::Execute => return Err(Failure::BAD_PARAMETER),
    }
    Ok(Then::Done)
}

/// `+CSQ`.
pub(crate) fn signal_quality(cx: &mut Context<'_>, command: &Command) -> Answer {
    match command.form {
        Form::Execute => {
            let line = format!("+CSQ: {},99", cx.signal());
            cx.say(line);
        }
        Form::Test => cx.say("+CSQ: (0-31,99),(0-7,99)"),
        Form::Read | Form::Set(_) => return Err(Failure::Error),
    }
    Ok(Then::Done)
}

/// `+CESQ`.
pub(crate) fn extended_signal_quality(cx: &mut Context<'_>, command: &Command) -> Answer {
    match command.form {
        Form::Execute => {
            let level = match cx.signal() {
                signal @ ..=31 => 2 * signal,
                _ => 99,
            };
            cx.say(format!("+CESQ: {level},99,255,255,255,255"));
        }
        Form::Test => {
            cx.say("+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)")
        }
        Form::Read | Form::Set(_) => return Err(Failure::Error),
    }
    Ok(Then::Done)
}

impl Context<'_> {
    /// 0 to 31, or 99 when there is none.
    pub(crate) fn signal(&self) -> u8 {
        let radio = &self.modem.radio;
        if radio.functionality == 1 && radio.has_coverage && !radio.is_lost {
            radio.signal
        } else {
            99
        }
    }
}

/// `+CGATT`.
pub(crate) fn attach(cx: &mut Context<'_>, command: &Command) -> Answer {
    match &command.form {
        Form::Read => {
            let attached = u8::from(cx.modem.is_registered());
            cx.say(format!("+CGATT: {attached}"));
        }
        Form::Test => cx.say("+CGATT: (0,1)"),
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => {
            Arguments::new(text).required::<u8>(0)?;
        }
    }
    Ok(Then::Done)
}

/// `+CFUN`.
pub(crate) fn functionality(cx: &mut Context<'_>, command: &Command) -> Answer {
    const KNOWN: [u8; 3] = [0, 1, 4];
    match &command.form {
        Form::Read => {
            let functionality = cx.modem.radio.functionality;
            cx.say(format!("+CFUN: {functionality}"));
        }
        Form::Test => cx.say(format!("+CFUN: {},(0,1)", range(&KNOWN))),
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => {
            let arguments = Arguments::new(text);
            let functionality = arguments.required(0)?;
            let resets = arguments.number(1)?.unwrap_or(0_u8);
            if !KNOWN.contains(&functionality) || resets > 1 {
                return Err(Failure::NOT_SUPPORTED);
            }
            if resets == 1 {
                return Ok(Then::Restart);
            }
            cx.modem.radio.functionality = functionality;
            cx.register();
        }
    }
    Ok(Then::Done)
}

/// `+CBC`.
pub(crate) fn battery_charge(cx: &mut Context<'_>, command: &Command) -> Answer {
    match command.form {
        Form::Execute | Form::Read => cx.say("+CBC: 0,100"),
        Form::Test => cx.say("+CBC: (0-3),(0-100)"),
        Form::Set(_) => return Err(Failure::Error),
    }
    Ok(Then::Done)
}

/// `+CIND`.
pub(crate) fn indicators(cx: &mut Context<'_>, command: &Command) -> Answer {
    match &command.form {
        Form::Read => {
            let signal = match cx.signal() {
                99 => 0,
                signal => signal.div_ceil(7),
            };
            let service = u8::from(cx.modem.is_registered());
            let call = u8::from(cx.modem.call.is_some());
            cx.say(format!("+CIND: 5,{signal},{service},{call},0"));
        }
        Form::Test => cx.say(
            "+CIND: (\"battchg\",(0-5)),(\"signal\",(0-5)),(\"service\",(0-1)),(\"call\",(0-1)),\
             (\"smsfull\",(0-1))",
        ),
        Form::Execute => return Err(Failure::Error),
        Form::Set(_) => {}
    }
    Ok(Then::Done)
}

/// `+CCLK`.
pub(crate) fn clock(cx: &mut Context<'_>, command: &Command) -> Answer {
    if command.form == Form::Read {
        let time = cx.world.time(cx.now);
        let time = cx.time(time);
        cx.say(format!("+CCLK: {time}"));
    }
    Ok(Then::Done)
}
