//! USSD (3GPP TS 27.007 §7.15): menus of the network, in the encodings that users try.

use std::time::{Duration, Instant};

use smsgw_gsm::{alphabet, septet, ucs2};

use super::{Answer, Then};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Arguments, Command, Form, Value};
use crate::modem::charset::{Charset, from_hex, septets, to_hex};
use crate::modem::event::{ModemId, What, who};
use crate::modem::network::Network;
use crate::modem::ussd::Page;
use crate::modem::world::{Context, Timer};

/// How long the network waits for a reply.
const REPLY: Duration = Duration::from_secs(60);
/// Data coding schemes of an answer (TS 23.038 §5): the default alphabet, and UCS2.
const GSM7: u8 = 15;
const UCS2: u8 = 72;

/// A USSD session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// What was answered last; `None` while an answer is on its way.
    page: Option<Page>,
    nth: u64,
}

impl Network {
    /// Lets the network say something to a modem by USSD that nobody asked for.
    pub fn ussd(&mut self, modem: ModemId, text: &str, now: Instant) {
        self.with(modem, now, |cx| {
            cx.ussd_told(0, String::new(), Some(text.to_owned()));
        });
    }
}

/// `+CUSD`.
pub(crate) fn unstructured(cx: &mut Context<'_>, command: &Command) -> Answer {
    let arguments = match &command.form {
        Form::Read => {
            let n = cx.modem.settings.ussd;
            cx.say(format!("+CUSD: {n}"));
            return Ok(Then::Done);
        }
        Form::Test => {
            cx.say("+CUSD: (0-2)");
            return Ok(Then::Done);
        }
        Form::Execute => Arguments::new(""),
        Form::Set(text) => Arguments::new(text),
    };
    let n = arguments.number(0)?.unwrap_or(0_u8);
    match n {
        0 | 1 => cx.modem.settings.ussd = n,
        2 => {
            cx.modem.ussd = None;
            return Ok(Then::Done);
        }
        _ => return Err(Failure::BAD_PARAMETER),
    }
    match arguments.get(1) {
        Some(value) => request(cx, value),
        None => Ok(Then::Done),
    }
}

/// Sends a request, or a reply to what was answered.
pub(crate) fn request(cx: &mut Context<'_>, value: &Value) -> Answer {
    cx.sim_ready()?;
    if !cx.modem.is_registered() {
        return Err(Failure::Cme(30));
    }
    let replies = cx.modem.ussd.take().and_then(|session| session.page);
    let (request, page) = understood(cx, value, replies.as_ref());
    cx.world.chances += 1;
    let nth = cx.world.chances;
    cx.modem.ussd = Some(Session { page: None, nth });
    let delay = cx.world.config.ussd_delay;
    cx.after(delay, Timer::Ussd(nth, request, page.map(Box::new)));
    Ok(Then::Done)
}

/// The request in whatever encoding it is one that the network knows, and what it is answered
/// with.
fn understood(cx: &Context<'_>, value: &Value, replies: Option<&Page>) -> (String, Option<Page>) {
    let page = |text: &str| match replies {
        Some(page) if page.wants_reply() => page.replies.get(text),
        _ => cx.world.config.ussd.page(text),
    };
    let readings = readings(cx, value);
    let known = readings.iter().find_map(|text| Some((text, page(text)?)));
    if let Some((text, page)) = known {
        return (text.clone(), Some(page.clone()));
    }
    let is_code = |text: &&String| {
        text.starts_with(['*', '#']) && text.chars().all(|c| c.is_ascii_digit() || "*#".contains(c))
    };
    let code = readings.iter().find(is_code).or(readings.first());
    (code.cloned().unwrap_or_default(), None)
}

/// All texts that an argument can be: as `+CSCS` says, plain, in hex as 8-bit, UCS2 or packed.
fn readings(cx: &Context<'_>, value: &Value) -> Vec<String> {
    let mut readings = vec![cx.text_of(value), value.text.clone()];
    if let Some(octets) = from_hex(&value.text).filter(|octets| !octets.is_empty()) {
        readings.push(octets.iter().copied().map(char::from).collect());
        if octets.len().is_multiple_of(2) {
            readings.push(ucs2::decode(&octets));
        }
        readings.push(alphabet::decode_unpacked(&septet::unpack_ussd(&octets)));
    }
    readings
}

impl Context<'_> {
    /// The network answers.
    pub(crate) fn ussd_answer(&mut self, nth: u64, request: String, page: Option<Page>) {
        let session = self.modem.ussd.as_mut();
        let Some(session) = session.filter(|session| session.nth == nth) else {
            return;
        };
        let (m, answer) = match page {
            Some(page) => {
                let text = page.text.replace("{number}", &self.modem.number);
                let m = u8::from(page.wants_reply());
                session.page = Some(page);
                (m, Some(text))
            }
            None => (4, None),
        };
        if m == 1 {
            self.after(REPLY, Timer::UssdTimeout(nth));
        } else {
            self.modem.ussd = None;
        }
        self.ussd_told(m, request, answer);
    }

    /// What the network says is shown, and told of.
    fn ussd_told(&mut self, m: u8, request: String, answer: Option<String>) {
        if self.modem.settings.ussd == 1 {
            let line = match &answer {
                Some(text) => {
                    let (text, coding) = self.ussd_string(text);
                    format!("+CUSD: {m},\"{text}\",{coding}")
                }
                None => format!("+CUSD: {m}"),
            };
            self.unsolicited(&line);
        }
        let who = who(&self.modem.name);
        self.event(What::Ussd {
            who,
            request,
            answer,
            m,
        });
    }

    /// Nobody replied.
    pub(crate) fn ussd_timeout(&mut self, nth: u64) {
        if self
            .modem
            .ussd
            .take_if(|session| session.nth == nth)
            .is_none()
        {
            return;
        }
        self.ussd_told(2, String::new(), None);
    }

    /// An answer as the modem writes it, and its data coding scheme.
    fn ussd_string(&self, text: &str) -> (String, u8) {
        let Ok(plain) = alphabet::encode_unpacked(text) else {
            return (to_hex(&ucs2::encode(text)), UCS2);
        };
        if self.modem.settings.packs_ussd {
            return (to_hex(&septet::pack_ussd(&plain)), GSM7);
        }
        let charset = self.modem.settings.charset;
        let text = match charset {
            Charset::Hex => to_hex(&septets(text)),
            charset => charset.encode(text),
        };
        (text, GSM7)
    }
}
