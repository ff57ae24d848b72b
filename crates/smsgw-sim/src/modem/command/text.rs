//! What text mode puts into messages and shows of them; the service centre (3GPP TS 27.005 §3.1,
//! §3.3).

use super::{Answer, Then, setting};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Arguments, Command, Form};
use crate::modem::charset::Charset;
use crate::modem::settings::TextParameters;
use crate::modem::world::Context;

/// `+CSCA`.
pub(crate) fn service_centre(cx: &mut Context<'_>, command: &Command) -> Answer {
    match &command.form {
        Form::Read => {
            cx.sim_ready()?;
            let number = cx.modem.sim.service_centre.clone();
            let toa = if number.starts_with('+') { 145 } else { 129 };
            let number = cx.string(&number);
            cx.say(format!("+CSCA: {number},{toa}"));
        }
        Form::Test => {}
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => {
            cx.sim_ready()?;
            let arguments = Arguments::new(text);
            let value = arguments.get(0).ok_or(Failure::BAD_PARAMETER)?;
            let number = cx.number_of(value);
            let is_international = arguments.number::<u8>(1)?.is_some_and(|toa| toa == 145);
            let digits = number.strip_prefix('+').unwrap_or(&number);
            let is_digits = digits.bytes().all(|octet| octet.is_ascii_digit());
            if !is_digits || digits.len() > 20 {
                return Err(Failure::BAD_PARAMETER);
            }
            let plus = is_international && !number.starts_with('+') && !digits.is_empty();
            cx.modem.sim.service_centre = if plus { format!("+{number}") } else { number };
        }
    }
    Ok(Then::Done)
}

/// `+CSMP`.
pub(crate) fn text_parameters(cx: &mut Context<'_>, command: &Command) -> Answer {
    let now = cx.modem.settings.parameters;
    match &command.form {
        Form::Read => cx.say(format!(
            "+CSMP: {},{},{},{}",
            now.first_octet, now.validity_period, now.protocol_identifier, now.data_coding_scheme
        )),
        Form::Test => {}
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => {
            let arguments = Arguments::new(text);
            let parameters = TextParameters {
                first_octet: arguments.number(0)?.unwrap_or(now.first_octet),
                validity_period: arguments.number(1)?.unwrap_or(now.validity_period),
                protocol_identifier: arguments.number(2)?.unwrap_or(now.protocol_identifier),
                data_coding_scheme: arguments.number(3)?.unwrap_or(now.data_coding_scheme),
            };
            cx.modem.settings.parameters = parameters;
            if cx.modem.profile.forgets_centre {
                cx.modem.sim.service_centre.clear();
            }
        }
    }
    Ok(Then::Done)
}

/// `+CSDH`.
pub(crate) fn show_header(cx: &mut Context<'_>, command: &Command) -> Answer {
    let now = u8::from(cx.modem.settings.show_header);
    if let Some(value) = setting(cx, command, &[0, 1], now)? {
        cx.modem.settings.show_header = value == 1;
    }
    Ok(Then::Done)
}

/// `+CSAS`.
pub(crate) fn save_settings(cx: &mut Context<'_>, command: &Command) -> Answer {
    match &command.form {
        Form::Test => cx.say("+CSAS: (0)"),
        Form::Read => return Err(Failure::BAD_PARAMETER),
        Form::Execute | Form::Set(_) => {
            cx.modem.saved.text = Some((
                cx.modem.settings.parameters,
                cx.modem.sim.service_centre.clone(),
            ));
        }
    }
    Ok(Then::Done)
}

/// `+CRES`.
pub(crate) fn restore_settings(cx: &mut Context<'_>, command: &Command) -> Answer {
    match &command.form {
        Form::Test => cx.say("+CRES: (0)"),
        Form::Read => return Err(Failure::BAD_PARAMETER),
        Form::Execute | Form::Set(_) => {
            if let Some((parameters, centre)) = cx.modem.saved.text.clone() {
                cx.modem.settings.parameters = parameters;
                cx.modem.sim.service_centre = centre;
            }
        }
    }
    Ok(Then::Done)
}

/// `+CSCS`.
pub(crate) fn character_set(cx: &mut Context<'_>, command: &Command) -> Answer {
    let charsets = cx.modem.profile.charsets;
    match &command.form {
        Form::Read => {
            let name = cx.token(cx.modem.settings.charset.name());
            cx.say(format!("+CSCS: {name}"));
        }
        Form::Test => {
            let names: Vec<_> = charsets.iter().map(|set| cx.token(set.name())).collect();
            cx.say(format!("+CSCS: ({})", names.join(",")));
        }
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => {
            let arguments = Arguments::new(text);
            let value = arguments.get(0).ok_or(Failure::BAD_PARAMETER)?;
            let decoded = cx.text_of(value);
            let named = |text: &str| {
                let mut sets = charsets.iter();
                sets.find(|set: &&Charset| set.name().eq_ignore_ascii_case(text))
            };
            let charset = named(&value.text).or_else(|| named(&decoded));
            cx.modem.settings.charset = *charset.ok_or(Failure::BAD_PARAMETER)?;
        }
    }
    Ok(Then::Done)
}

/// `+CGSMS`: over what messages are sent.
pub(crate) fn send_over(cx: &mut Context<'_>, command: &Command) -> Answer {
    let now = cx.modem.settings.send_over;
    if let Some(value) = setting(cx, command, &[0, 1, 2, 3], now)? {
        cx.modem.settings.send_over = value;
    }
    Ok(Then::Done)
}
