//! What each command does.

mod basic;
mod broadcast;
pub(crate) mod call;
mod identity;
mod phonebook;
mod pin;
mod radio;
mod routing;
pub(crate) mod send;
mod storage;
mod text;
pub(crate) mod ussd;
mod vendor;

use std::time::Duration;

use super::answer::Failure;
use super::arguments::{Command, Form};
use super::profile::Settling;
use super::world::Context;
use send::{Entry, Pending};

/// What follows from a command, or why it was not done.
pub(crate) type Answer = Result<Then, Failure>;

/// What follows from a command that was done.
#[derive(Debug)]
pub(crate) enum Then {
    /// The next one, or `OK`.
    Done,
    /// It goes on after a while.
    Later(Duration, Pending),
    /// Data is asked for.
    Prompt(Entry),
    /// Data is taken, but not asked for.
    NoPrompt(Entry),
    /// There is no result.
    Silent,
    /// `OK`, and the modem starts anew.
    Restart,
    /// `CONNECT`, and data.
    Online,
}

type Handler = fn(&mut Context<'_>, &Command) -> Answer;

/// The commands by their names; those of vendors are in their profiles.
const COMMANDS: &[(&str, Handler)] = &[
    // V.250.
    ("E", basic::echo),
    ("V", basic::verbose),
    ("Q", basic::quiet),
    ("Z", basic::reset),
    ("&F", basic::factory),
    ("&W", basic::save),
    ("&V", basic::view),
    ("S", basic::register),
    ("I", identity::information),
    ("D", call::dial),
    ("A", call::answer),
    ("H", call::hang_up),
    ("O", call::online),
    ("+GMI", identity::manufacturer),
    ("+GMM", identity::model),
    ("+GMR", identity::revision),
    ("+GSN", identity::serial_number),
    ("+GCAP", identity::capabilities),
    // TS 27.007, 5: general.
    ("+CGMI", identity::manufacturer),
    ("+CGMM", identity::model),
    ("+CGMR", identity::revision),
    ("+CGSN", identity::serial_number),
    ("+CSCS", text::character_set),
    ("+CIMI", identity::subscriber),
    ("+CCID", identity::card),
    // 6 and 7: calls and the network.
    ("+CHUP", call::hang_up),
    ("+CRC", call::extended_ring),
    ("+CLIP", call::caller),
    ("+CLCC", call::current_calls),
    ("+CNUM", phonebook::own_number),
    ("+CREG", radio::registration),
    ("+CGREG", radio::registration),
    ("+CEREG", radio::registration),
    ("+COPS", radio::operator),
    ("+CPOL", radio::preferred_operators),
    ("+CUSD", ussd::unstructured),
    ("+CLCK", pin::facility_lock),
    ("+CPWD", pin::change_password),
    // 8: the modem and its SIM.
    ("+CPAS", call::activity),
    ("+CFUN", radio::functionality),
    ("+CPIN", pin::enter_pin),
    ("+CSIM", pin::generic_access),
    ("+CRSM", pin::restricted_access),
    ("+CBC", radio::battery_charge),
    ("+CSQ", radio::signal_quality),
    ("+CESQ", radio::extended_signal_quality),
    ("+CIND", radio::indicators),
    ("+CCLK", radio::clock),
    ("+CLAC", basic::list),
    ("+CPBS", phonebook::storage),
    ("+CPBR", phonebook::read),
    ("+CPBF", phonebook::find),
    ("+CPBW", phonebook::write),
    ("+CMEE", basic::error_reporting),
    ("+CGATT", radio::attach),
    ("+CGSMS", text::send_over),
    // TS 27.005.
    ("+CSMS", routing::message_service),
    ("+CPMS", storage::preferred_storage),
    ("+CMGF", send::message_format),
    ("+CSCA", text::service_centre),
    ("+CSMP", text::text_parameters),
    ("+CSDH", text::show_header),
    ("+CSCB", broadcast::select),
    ("+CSAS", text::save_settings),
    ("+CRES", text::restore_settings),
    ("+CNMI", routing::new_message_indications),
    ("+CMGL", storage::list_messages),
    ("+CMGR", storage::read_message),
    ("+CNMA", routing::acknowledge),
    ("+CMGS", send::send_message),
    ("+CMSS", send::send_from_storage),
    ("+CMGW", send::write_message),
    ("+CMGD", storage::delete_message),
    ("+CMGC", send::send_command),
    ("+CMMS", send::more_messages),
];

/// Does a command.
pub(crate) fn run(cx: &mut Context<'_>, command: &Command) -> Answer {
    let name = match command.name.strip_prefix('S') {
        Some(register) if register.bytes().all(|octet| octet.is_ascii_digit()) => "S",
        _ => command.name.as_str(),
    };
    // A profile knows better.
    if let Some(answer) = vendor::run(cx, command) {
        return answer;
    }
    if name == cx.modem.profile.retry_counter.command() {
        return pin::retries(cx, command);
    }
    if cx.modem.profile.missing.contains(&name) {
        return Err(Failure::Unknown);
    }
    if settles(cx, name) {
        return Err(match cx.modem.profile.settling {
            Settling::SimBusy => Failure::Cms(314),
            Settling::CmeSimBusy => Failure::Cme(14),
            Settling::Wait => Failure::Cme(515),
        });
    }
    if let Some((_, handler)) = COMMANDS.iter().find(|(known, _)| *known == name) {
        let answer = handler(cx, command);
        return answer.map_err(|failure| of_messages(cx, name, failure));
    }
    let plain = basic::plain(command);
    let kept = plain.or_else(|| basic::kept(cx, command));
    kept.unwrap_or(Err(Failure::Unknown))
}

/// Whether a command needs what the modem does not have yet.
fn settles(cx: &Context<'_>, name: &str) -> bool {
    const NEED: &[&str] = &[
        "+CPMS", "+CMGL", "+CMGR", "+CMGD", "+CMGS", "+CMGW", "+CMSS", "+CSCA", "+CPBR", "+CPBS",
        "+CPBW", "+CPBF",
    ];
    let settled = cx.modem.settled.is_none_or(|at| cx.now >= at);
    !settled && NEED.contains(&name)
}

/// The commands of TS 27.005 have errors of their own.
fn of_messages(cx: &Context<'_>, name: &str, failure: Failure) -> Failure {
    let is_message = ["+CM", "+CNM", "+CSMS", "+CPMS", "+CSCB", "+CSMP"]
        .iter()
        .any(|begin| name.starts_with(begin));
    match failure {
        _ if !is_message || name == "+CMEE" => failure,
        Failure::BAD_PARAMETER if cx.modem.settings.text_mode => Failure::Cms(305),
        Failure::BAD_PARAMETER => Failure::Cms(304),
        Failure::Cme(10) => Failure::Cms(310),
        Failure::Cme(11) => Failure::Cms(311),
        Failure::Cme(12) => Failure::Cms(316),
        Failure::Cme(13) => Failure::Cms(313),
        failure => failure,
    }
}

/// The value of a setting that is read with `?`, told of with `=?` and set with `=`, where a
/// value that is left out is 0.
pub(crate) fn setting(
    cx: &mut Context<'_>,
    command: &Command,
    values: &[u8],
    now: u8,
) -> Result<Option<u8>, Failure> {
    let name = &command.name;
    match &command.form {
        Form::Read => {
            cx.say(format!("{name}: {now}"));
            Ok(None)
        }
        Form::Test => {
            cx.say(format!("{name}: {}", range(values)));
            Ok(None)
        }
        Form::Execute => Ok(Some(values.first().copied().unwrap_or_default())),
        Form::Set(text) => {
            let value = super::arguments::Arguments::new(text).required(0)?;
            let value = values.contains(&value).then_some(value);
            value.map(Some).ok_or(Failure::BAD_PARAMETER)
        }
    }
}

/// Values as `=?` tells of them: `(0-2)`, `(0,2)`.
pub(crate) fn range(values: &[u8]) -> String {
    let is_row = values.len() > 2
        && values
            .windows(2)
            .all(|two| matches!(two, [a, b] if a + 1 == *b));
    match (values.first(), values.last()) {
        (Some(first), Some(last)) if is_row => format!("({first}-{last})"),
        _ => {
            let values: Vec<_> = values.iter().map(u8::to_string).collect();
            format!("({})", values.join(","))
        }
    }
}
