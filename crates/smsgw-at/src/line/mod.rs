//! From octets to what a modem says.

mod event;
mod finals;
mod flight;
mod judge;
mod position;
mod reader;
mod ussd;

pub use event::{Data, Event, InFlight, Urc};
pub use reader::LineReader;
