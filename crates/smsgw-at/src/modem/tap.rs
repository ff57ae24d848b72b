//! A look at all that goes over the wire, without the PIN.

use smsgw_net::{Direction, Tap};

use super::Modem;
use super::channel::Exchange;

impl Modem {
    /// Shows all octets to `tap` from now on: sent ones when they are made, which is before they
    /// are written; received ones before anything is made of them.
    ///
    /// A PIN is shown as asterisks, in the modem's echo, too: while it is on its way what is
    /// received is shown in whole lines.
    pub fn set_tap(&mut self, tap: Tap) {
        self.channel.transcript().set(tap);
    }
}

/// What goes to the tap.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    tap: Tap,
    hidden: Option<Hidden>,
}

/// A command that nobody may see is on its way.
struct Hidden {
    secret: String,
    /// Received and not shown yet: the secret may begin in it.
    held: Vec<u8>,
}

impl Transcript {
    const MAX_HELD: usize = 4096;

    fn set(&mut self, tap: Tap) {
        self.tap = tap;
    }

    /// This is about to be sent.
    pub(super) fn hide(&mut self, exchange: &Exchange) {
        self.flush();
        if exchange.is_secret {
            // `AT+CPIN="1234"`: what is behind the sign is the secret.
            let secret = exchange
                .line
                .split_once('=')
                .map_or("", |(_, secret)| secret);
            self.hidden = Some(Hidden {
                secret: secret.trim_matches('"').to_owned(),
                held: Vec::new(),
            });
        }
    }

    /// Nothing is on its way any more.
    pub(super) fn flush(&mut self) {
        if let Some(hidden) = self.hidden.take() {
            let octets = hidden.masked(&hidden.held);
            self.show(Direction::Received, &octets);
        }
    }

    pub(super) fn sent(&mut self, octets: &[u8]) {
        match &self.hidden {
            Some(hidden) => {
                let octets = hidden.masked(octets);
                self.show(Direction::Sent, &octets);
            }
            None => self.show(Direction::Sent, octets),
        }
    }

    pub(super) fn received(&mut self, octets: &[u8]) {
        let Some(hidden) = &mut self.hidden else {
            return self.show(Direction::Received, octets);
        };
        hidden.held.extend_from_slice(octets);
        let whole = hidden.held.iter().rposition(|octet| *octet == b'\n');
        let len = match whole {
            Some(last) => last + 1,
            None if hidden.held.len() > Self::MAX_HELD => hidden.held.len(),
            None => return,
        };
        let shown: Vec<u8> = hidden.held.drain(..len).collect();
        let shown = hidden.masked(&shown);
        self.show(Direction::Received, &shown);
    }

    fn show(&mut self, direction: Direction, octets: &[u8]) {
        if !octets.is_empty() {
            self.tap.show(direction, octets);
        }
    }
}

impl Hidden {
    fn masked(&self, octets: &[u8]) -> Vec<u8> {
        let secret = self.secret.as_bytes();
        let mut masked = octets.to_vec();
        if secret.is_empty() {
            return masked;
        }
        let mut at = 0;
        while let Some(rest) = masked
            .get_mut(at..)
            .filter(|rest| rest.len() >= secret.len())
        {
            match rest.get_mut(..secret.len()) {
                Some(found) if found == secret => {
                    found.fill(b'*');
                    at += secret.len();
                }
                _ => at += 1,
            }
        }
        masked
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("****")
    }
}
