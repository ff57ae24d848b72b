//! A look at every PDU of a session, both ways.

use smsgw_net::{Direction, Tap};

use super::Session;

impl Session {
    /// Shows every PDU to `tap` from now on, as octets with the header: sent ones when they are
    /// made, which is before they are written; received ones before anything is made of them.
    ///
    /// Binds carry a password.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Instant;
    /// use smsgw_smpp::Frame;
    /// use smsgw_smpp::session::{Bind, BindMode, Config, Session};
    ///
    /// let now = Instant::now();
    /// let mut session = Session::esme(Config::default(), now);
    /// let (seen, tapped) = mpsc::channel();
    /// session.tap(move |direction, octets| {
    ///     let _ = seen.send((direction, Frame::copy_from(octets)));
    /// });
    /// session.bind(&Bind::new(BindMode::Receiver, "esme".try_into()?, "secret".try_into()?), now)?;
    /// let (_, frame) = tapped.recv()?;
    /// assert_eq!(frame?.command_id().to_string(), "bind_receiver");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tap(&mut self, tap: impl FnMut(Direction, &[u8]) + Send + 'static) {
        self.tap = Tap::new(tap);
    }
}
