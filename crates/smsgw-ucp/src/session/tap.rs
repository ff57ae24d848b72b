//! A look at every frame of a session, both ways.

use smsgw_net::{Direction, Tap};

use super::Session;

impl Session {
    /// Shows every frame to `tap` from now on, as octets from STX to ETX: sent ones when they are
    /// made, which is before they are written; received ones before anything is made of them.
    ///
    /// Logins carry a password.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Instant;
    /// use smsgw_ucp::Frame;
    /// use smsgw_ucp::op::SessionManagement;
    /// use smsgw_ucp::session::{Config, Session};
    ///
    /// let now = Instant::now();
    /// let mut session = Session::sme(Config::default(), now);
    /// let (seen, tapped) = mpsc::channel();
    /// session.tap(move |direction, octets| {
    ///     let _ = seen.send((direction, Frame::copy_from(octets)));
    /// });
    /// session.login(&SessionManagement::default(), now)?;
    /// let (_, frame) = tapped.recv()?;
    /// assert_eq!(frame?.ot().to_string(), "60");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tap(&mut self, tap: impl FnMut(Direction, &[u8]) + Send + 'static) {
        self.tap = Tap::new(tap);
    }
}
