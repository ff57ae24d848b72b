//! Commands of V.250, and settings that change nothing here.

use super::{Answer, COMMANDS, Then, setting};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Command, Form};
use crate::modem::device::Modem;
use crate::modem::settings::Settings;
use crate::modem::world::Context;

/// `E`.
pub(crate) fn echo(cx: &mut Context<'_>, command: &Command) -> Answer {
    cx.modem.settings.echo = switch(command)?;
    Ok(Then::Done)
}

/// `V`.
pub(crate) fn verbose(cx: &mut Context<'_>, command: &Command) -> Answer {
    cx.modem.settings.verbose = switch(command)?;
    Ok(Then::Done)
}

/// `Q`.
pub(crate) fn quiet(cx: &mut Context<'_>, command: &Command) -> Answer {
    cx.modem.settings.quiet = switch(command)?;
    Ok(Then::Done)
}

/// `&W`: what `Z` goes back to.
pub(crate) fn save(cx: &mut Context<'_>, _: &Command) -> Answer {
    cx.modem.saved.settings = Some(cx.modem.settings.clone());
    Ok(Then::Done)
}

/// `Z`.
pub(crate) fn reset(cx: &mut Context<'_>, _: &Command) -> Answer {
    let saved = cx.modem.saved.settings.clone();
    cx.modem.settings = saved.unwrap_or_else(|| Settings::new(&cx.modem.profile));
    Ok(Then::Done)
}

/// `&F`.
pub(crate) fn factory(cx: &mut Context<'_>, _: &Command) -> Answer {
    cx.modem.settings = Settings::new(&cx.modem.profile);
    Ok(Then::Done)
}

/// `+CMEE`.
pub(crate) fn error_reporting(cx: &mut Context<'_>, command: &Command) -> Answer {
    let now = cx.modem.settings.error_reporting;
    if let Some(value) = setting(cx, command, &[0, 1, 2], now)? {
        cx.modem.settings.error_reporting = value;
    }
    Ok(Then::Done)
}

/// `S`, a register and its value.
pub(crate) fn register(cx: &mut Context<'_>, command: &Command) -> Answer {
    let number = command.name.strip_prefix('S').unwrap_or_default();
    let number: usize = number.parse().map_err(|_| Failure::Error)?;
    let place = cx.modem.settings.registers.get_mut(number);
    let place = place.ok_or(Failure::Error)?;
    match &command.form {
        Form::Read => {
            let value = *place;
            cx.say(format!("{value:03}"));
        }
        Form::Test => cx.say("(0-255)"),
        Form::Execute => {}
        Form::Set(value) => {
            let value = if value.is_empty() { "0" } else { value };
            let value = value.parse().map_err(|_| Failure::Error)?;
            // Without an end of line nothing would be understood any more.
            let is_end = matches!(number, 3..=5);
            if is_end && value > 127 {
                return Err(Failure::Error);
            }
            *place = value;
        }
    }
    Ok(Then::Done)
}

/// Basic commands that change nothing, and their largest value.
const PLAIN: &[(&str, u32)] = &[
    ("B", 99),
    ("F", 9),
    ("L", 3),
    ("M", 3),
    ("N", 9),
    ("P", 0),
    ("T", 0),
    ("W", 2),
    ("X", 4),
    ("Y", 1),
    ("&A", 3),
    ("&B", 1),
    ("&C", 2),
    ("&D", 3),
    ("&G", 2),
    ("&H", 7),
    ("&K", 6),
    ("&L", 2),
    ("&M", 4),
    ("&N", 99),
    ("&P", 3),
    ("&Q", 6),
    ("&R", 2),
    ("&S", 2),
    ("&T", 9),
    ("&U", 9),
    ("&X", 2),
    ("&Y", 3),
    ("\\N", 9),
    ("\\Q", 3),
    ("\\V", 9),
];

/// A basic command that changes nothing; `None` when it is none.
pub(crate) fn plain(command: &Command) -> Option<Answer> {
    let (_, most) = PLAIN.iter().find(|(name, _)| *name == command.name)?;
    Some(match &command.form {
        Form::Execute => Ok(Then::Done),
        Form::Set(value) => match value.parse::<u32>() {
            Ok(value) if value <= *most => Ok(Then::Done),
            _ => Err(Failure::Error),
        },
        Form::Read | Form::Test => Err(Failure::Error),
    })
}

/// `&V`: the settings.
pub(crate) fn view(cx: &mut Context<'_>, _: &Command) -> Answer {
    let settings = &cx.modem.settings;
    let [echo, quiet, verbose] = [settings.echo, settings.quiet, settings.verbose].map(u8::from);
    let line = format!("E{echo} Q{quiet} V{verbose} X4 &C1 &D2");
    cx.say(line);
    let registers = [0, 3, 4, 5, 7, 8, 10, 12];
    let registers =
        registers.map(|number| format!("S{number}:{:03}", cx.modem.register(number, 0)));
    cx.say(registers.join(" "));
    Ok(Then::Done)
}

/// Settings that change nothing: what they are first, and what `=?` offers.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("+CVHU", "0", "(0-2)"),
    ("+CMER", "0,0,0,0,0", "(0-3),(0),(0),(0,1),(0,1)"),
    ("+COLP", "0,1", "(0,1)"),
    ("+CLIR", "0,1", "(0-2)"),
    ("+CCWA", "0", "(0,1)"),
    ("+CSSN", "0,0", "(0,1),(0,1)"),
    ("+IFC", "2,2", "(0-3),(0-2)"),
    ("+ICF", "3,3", "(0-6),(0-3)"),
    (
        "+IPR",
        "0",
        "(),(0,1200,2400,4800,9600,19200,38400,57600,115200)",
    ),
    ("+ILRR", "0", "(0,1)"),
    ("+DR", "0", "(0,1)"),
    ("+DS", "0,0,2048,32", "(0),(0),(2048),(32)"),
    ("+FCLASS", "0", "(0)"),
    ("+CSTA", "129", "(129,145)"),
    ("+CMOD", "0", "(0)"),
    ("+CBST", "7,0,1", "(0,7),(0),(1)"),
    ("+CRLP", "61,61,48,6", "(0-61),(0-61),(39-255),(1-255)"),
    ("+CR", "0", "(0,1)"),
    ("+CTZR", "0", "(0,1)"),
    ("+CTZU", "0", "(0,1)"),
    ("+CGEREP", "0,0", "(0-2),(0,1)"),
    ("+CGCLASS", "\"B\"", "(\"A\",\"B\",\"CG\",\"CC\")"),
    (
        "+CGDCONT",
        "1,\"IP\",\"internet\",\"\",0,0",
        "(1-8),\"IP\",,,(0),(0)",
    ),
    ("+CGACT", "1,0", "(0,1)"),
    ("+CGAUTO", "0", "(0-3)"),
    ("+CLVL", "3", "(0-5)"),
    ("+CMUT", "0", "(0,1)"),
    ("+CALM", "0", "(0-2)"),
    ("+CRSL", "3", "(0-5)"),
    ("+CPLS", "0", "(0-2)"),
    ("+WS46", "25", "(12,22,25)"),
    ("+CSTF", "1", "(1)"),
    ("+CAMM", "\"000000\"", ""),
    ("+CAOC", "0", "(0-2)"),
    ("+CEDRXS", "0", "(0-3)"),
    ("+CPSMS", "0", "(0,1)"),
    ("+CEMODE", "2", "(0-3)"),
];

/// A setting that is kept and changes nothing; `None` when it is none.
pub(crate) fn kept(cx: &mut Context<'_>, command: &Command) -> Option<Answer> {
    /// Most characters of a value.
    const MOST: usize = 256;
    let found = SETTINGS.iter().find(|(name, ..)| *name == command.name);
    let (name, first, offered) = found?;
    let others = &mut cx.modem.settings.others;
    let place = others.iter_mut().find(|(of, _)| of == name);
    match &command.form {
        Form::Read => {
            let value = place.map_or((*first).to_owned(), |(_, value)| value.clone());
            cx.say(format!("{name}: {value}"));
        }
        Form::Test => cx.say(format!("{name}: {offered}")),
        Form::Execute => {}
        Form::Set(value) if value.len() > MOST => return Some(Err(Failure::BAD_PARAMETER)),
        Form::Set(value) => match place {
            Some((_, kept)) => value.clone_into(kept),
            None => others.push(((*name).to_owned(), value.clone())),
        },
    }
    Some(Ok(Then::Done))
}

/// `+CLAC`: the commands.
pub(crate) fn list(cx: &mut Context<'_>, command: &Command) -> Answer {
    if command.form == Form::Test {
        return Ok(Then::Done);
    }
    let profile = cx.modem.profile;
    let own = COMMANDS.iter().map(|(name, _)| *name);
    let kept = SETTINGS.iter().map(|(name, ..)| *name);
    let vendor = profile.vendor.iter().map(|vendor| vendor.name());
    let counter = std::iter::once(profile.retry_counter.command());
    let mut names: Vec<_> = own.chain(kept).chain(vendor).chain(counter).collect();
    names.retain(|name| {
        name.starts_with(|first: char| !first.is_ascii_uppercase())
            && !profile.missing.contains(name)
    });
    names.sort_unstable();
    names.dedup();
    cx.lines.extend(names.into_iter().map(str::to_owned));
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
        let register = self.settings.registers.get(number).copied();
        register.unwrap_or(usual)
    }
}
