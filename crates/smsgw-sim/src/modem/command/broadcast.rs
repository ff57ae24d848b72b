//! Cell broadcasts (3GPP TS 27.005 §3.3.4, §3.4.1; TS 23.041).

use std::time::Instant;

use smsgw_gsm::cbs::{Broadcast, BroadcastError, Page, SerialNumber};

use super::{Answer, Then};
use crate::modem::answer::Failure;
use crate::modem::arguments::{Arguments, Command, Form};
use crate::modem::charset::to_hex;
use crate::modem::event::{What, who};
use crate::modem::network::Network;
use crate::modem::store::{Stat, StoreName};
use crate::modem::world::Context;

impl Network {
    /// Broadcasts a text to all modems that take broadcasts of this source and type.
    ///
    /// # Errors
    /// When the text is longer than a broadcast can be.
    pub fn broadcast(
        &mut self,
        message_id: u16,
        text: &str,
        now: Instant,
    ) -> Result<(), BroadcastError> {
        let (data_coding, language) = Broadcast::coding(text, None);
        self.world.broadcasts = self.world.broadcasts.wrapping_add(1);
        let broadcast = Broadcast {
            serial: SerialNumber(self.world.broadcasts),
            message_id,
            data_coding,
            language,
        };
        let pages = broadcast.pages(text)?;
        let modems: Vec<_> = self.modems().collect();
        for modem in modems {
            self.with(modem, now, |cx| {
                for page in &pages {
                    cx.receive_page(&page);
                }
            });
        }
        Ok(())
    }
}

/// `+CSCB`: which cell broadcasts are taken.
pub(crate) fn select(cx: &mut Context<'_>, command: &Command) -> Answer {
    match &command.form {
        Form::Read => {
            let (mode, ids, codings) = cx.modem.settings.broadcasts.clone();
            cx.say(format!("+CSCB: {mode},\"{ids}\",\"{codings}\""));
        }
        Form::Test => cx.say("+CSCB: (0,1)"),
        Form::Execute => return Err(Failure::BAD_PARAMETER),
        Form::Set(text) => {
            const MOST: usize = 256;
            let arguments = Arguments::new(text);
            let mode = arguments.number(0)?.unwrap_or(0);
            let text = |n| arguments.get(n).map_or("", |value| value.text.as_str());
            let is_known = |text: &str| ranges(text).is_some() && text.len() <= MOST;
            if mode > 1 || !is_known(text(1)) || !is_known(text(2)) {
                return Err(Failure::BAD_PARAMETER);
            }
            cx.modem.settings.broadcasts = (mode, text(1).to_owned(), text(2).to_owned());
        }
    }
    Ok(Then::Done)
}

/// `0,1,5,320-478` as ranges; `None` when it is none.
fn ranges(text: &str) -> Option<Vec<(u16, u16)>> {
    let ranges = text.split(',').filter(|range| !range.is_empty());
    ranges
        .map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
        })
        .collect()
}

impl Context<'_> {
    /// Takes a page, if it is wanted.
    fn receive_page(&mut self, page: &Page<'_>) {
        if !self.modem.is_registered() || !self.wants(page) {
            return;
        }
        let [mode, _, bm, ..] = self.modem.settings.indications;
        match bm {
            2 | 3 if mode != 0 && !self.modem.input.is_online() => {
                let lines = self.shown_page(page);
                self.unsolicited(&lines.join(self.modem.profile.line_end));
                self.broadcast_event(page, "+CBM");
            }
            1 => {
                let kept = self.keep(StoreName::Bm, Stat::Unread, page.to_vec());
                if let Some((store, index)) = kept {
                    let line = format!("+CBMI: {},{index}", self.token(store.name()));
                    self.unsolicited(&line);
                    self.broadcast_event(page, store.name());
                }
            }
            _ => {}
        }
    }

    fn broadcast_event(&mut self, page: &Page<'_>, store: &'static str) {
        let who = who(&self.modem.name);
        self.event(What::Broadcast {
            who,
            message_id: page.message_id(),
            text: page.text(),
            store,
        });
    }

    fn wants(&self, page: &Page<'_>) -> bool {
        let (mode, ids, codings) = &self.modem.settings.broadcasts;
        let is_in = |text: &str, value: u16| {
            let ranges = ranges(text).unwrap_or_default();
            ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&value))
        };
        let coding = page.data_coding().0.into();
        let is_named =
            is_in(ids, page.message_id()) && (codings.is_empty() || is_in(codings, coding));
        // Mode 1: those that are named are not wanted.
        is_named == (*mode == 0)
    }

    fn shown_page(&self, page: &Page<'_>) -> Vec<String> {
        let octets = page.to_vec();
        if !self.modem.settings.text_mode {
            return vec![format!("+CBM: {}", octets.len()), to_hex(&octets)];
        }
        let body = match page.text() {
            Some(text) => self.modem.settings.charset.encode(&text),
            None => to_hex(page.payload()),
        };
        let header = format!(
            "+CBM: {},{},{},{},{}",
            page.serial().0,
            page.message_id(),
            page.data_coding().0,
            page.number(),
            page.total()
        );
        vec![header, body]
    }
}
