//! A look at all that goes over the wire, without PINs.

use smsgw_net::{Direction, Tap};

use super::Modem;
use crate::transcript::Mask;

impl Modem {
    /// Shows all octets to `tap` from now on: sent ones when they are handed over to be written;
    /// received ones before anything is made of them.
    ///
    /// Of commands that carry a PIN or a password what stands behind the `=` is shown as `***`, in
    /// the modem's echo, too.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Instant;
    /// use smsgw_at::modem::{Config, Modem};
    /// use smsgw_net::Tap;
    ///
    /// let now = Instant::now();
    /// let mut modem = Modem::new(Config::default(), now);
    /// let (seen, tapped) = mpsc::channel();
    /// modem.set_tap(Tap::new(move |_, octets: &[u8]| {
    ///     let _ = seen.send(octets.to_vec());
    /// }));
    /// modem.handle_open(now);
    /// modem.handle_octets(b"AT+CPIN=\"1234\"\r", now);
    /// assert_eq!(tapped.recv()?, b"AT+CPIN=***\r");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_tap(&mut self, tap: Tap) {
        self.channel.wire().tapped = Some(Tapped {
            tap,
            sent: Mask::new(),
            received: Mask::new(),
        });
    }
}

/// What all octets pass.
#[derive(Debug, Default)]
pub(super) struct Wire {
    tapped: Option<Tapped>,
}

#[derive(Debug)]
struct Tapped {
    tap: Tap,
    sent: Mask,
    received: Mask,
}

impl Wire {
    pub(super) fn sent(&mut self, octets: &[u8]) {
        if let Some(Tapped { tap, sent, .. }) = &mut self.tapped {
            tap.show(Direction::Sent, &sent.cover(octets));
        }
    }

    pub(super) fn received(&mut self, octets: &[u8]) {
        if let Some(Tapped { tap, received, .. }) = &mut self.tapped {
            tap.show(Direction::Received, &received.cover(octets));
        }
    }
}
