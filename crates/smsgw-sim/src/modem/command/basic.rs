//! Commands of V.250.

use super::{Answer, Then, setting};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Command, Form};
use crate::modem::device::Modem;
use crate::modem::network::Context;
use crate::modem::settings::Settings;

pub(crate) fn echo(cx: &mut Context<'_>, command: &Command) -> Answer {
    cx.modem.settings.echo = switch(command)?;
    Ok(Then::Done)
}

pub(crate) fn verbose(cx: &mut Context<'_>, command: &Command) -> Answer {
    cx.modem.settings.verbose = switch(command)?;
    Ok(Then::Done)
}

pub(crate) fn quiet(cx: &mut Context<'_>, command: &Command) -> Answer {
    cx.modem.settings.quiet = switch(command)?;
    Ok(Then::Done)
}

/// `Z` and `&F`.
pub(crate) fn reset(cx: &mut Context<'_>, _: &Command) -> Answer {
    cx.modem.settings = Settings::new(&cx.modem.profile);
    Ok(Then::Done)
}

pub(crate) fn error_reporting(cx: &mut Context<'_>, command: &Command) -> Answer {
    let now = cx.modem.settings.error_reporting;
    if let Some(value) = setting(cx, command, &[0, 1, 2], now)? {
        cx.modem.settings.error_reporting = value;
    }
    Ok(Then::Done)
}

/// 0 or 1; left out is 0.
fn switch(command: &Command) -> Result<bool, Failure> {
    match &command.form {
        Form::Execute => Ok(false),
        Form::Set(value) => match value.parse() {
            Ok(0) => Ok(false),
            Ok(1) => Ok(true),
            _ => Err(Failure::Error),
        },
        Form::Read | Form::Test => Err(Failure::Error),
    }
}

impl Modem {
    /// What an S-register holds; `usual` where there is none.
    pub(crate) fn register(&self, number: usize, usual: u8) -> u8 {
        self.settings
            .registers
            .get(number)
            .copied()
            .unwrap_or(usual)
    }
}
