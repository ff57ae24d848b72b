//! From octets to what a modem says.

mod event;

pub use event::{Data, Event, InFlight, Urc};
