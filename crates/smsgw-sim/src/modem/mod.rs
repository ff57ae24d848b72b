//! An emulator of GSM modems: AT commands as real ones obey them, a radio network between them,
//! and the faults that real ones have (3GPP TS 27.005, TS 27.007, ITU-T V.250).
//!
//! [`Network`] owns the modems and what is between them. It does no IO and has no clock: a shell
//! carries the octets of each modem to and from a port, and tells the time. Modems of one network
//! can text each other by number; [`Network::inject`] lets a number outside send a message, and
//! what modems send to numbers outside is an [`Event`].
//!
//! Commands are read by this module alone, which shares nothing with the reader of a modem's
//! answers in smsgw-at.

mod agenda;
mod answer;
mod arguments;
mod boot;
mod centre;
mod charset;
mod command;
mod config;
mod device;
#[cfg(unix)]
mod emulator;
mod event;
pub mod fault;
mod interpreter;
mod network;
mod number;
mod output;
pub mod profile;
mod reception;
mod settings;
mod sim;
mod sim_file;
mod status;
mod store;
mod text_mode;
pub mod ussd;
mod world;

pub use centre::InjectError;
pub use charset::Charset;
pub use config::{Config, ModemConfig};
#[cfg(unix)]
pub use emulator::{Emulator, Handle, LineReport, Listen, StartError};
pub use event::{Event, Joined, ModemId, What};
pub use fault::Fault;
pub use network::{Network, PlugError};
pub use profile::Profile;
pub use status::{ModemStatus, Status, StoreStatus};
pub use store::StoreName;
