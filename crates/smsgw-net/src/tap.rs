//! A look at all that a session sends and receives.

use std::fmt;

/// Which way octets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From this side to the peer.
    Sent,
    /// From the peer to this side.
    Received,
}

type Look = dyn FnMut(Direction, &[u8]) + Send;

/// Who looks at what a session sends and receives; nobody, unless it is made with [`Self::new`].
#[derive(Default)]
pub struct Tap(Option<Box<Look>>);

impl Tap {
    /// Shows everything to `look` from now on.
    #[must_use]
    pub fn new(look: impl FnMut(Direction, &[u8]) + Send + 'static) -> Self {
        Self(Some(Box::new(look)))
    }

    /// Shows `octets` to whoever looks.
    #[inline]
    pub fn show(&mut self, direction: Direction, octets: &[u8]) {
        if let Some(look) = &mut self.0 {
            look(direction, octets);
        }
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "on" } else { "off" })
    }
}
