//! An emulator of GSM modems: AT commands as real ones obey them, a radio network between them,
//! and the faults that real ones have (3GPP TS 27.005, TS 27.007, ITU-T V.250).
//!
//! [`Network`] owns the modems and what is between them. It does no IO and has no clock: a shell
//! carries the octets of each modem to and from a port, and tells the time; `Emulator` is one.
//! Modems of one network can text each other by number; [`Network::inject`] lets a number outside
//! send a message, and what modems send to numbers outside is an [`Event`].
//!
//! ```
//! use std::time::{Duration, Instant};
//! use bytes::BytesMut;
//! use smsgw_sim::modem::{Config, Fault, ModemConfig, Network, Profile};
//!
//! let mut now = Instant::now();
//! let mut network = Network::new(Config::default(), now);
//! let huawei = ModemConfig::new("+491700000001").with_profile(Profile::HUAWEI);
//! let huawei = network.plug(huawei, now)?;
//! let other = network.plug(ModemConfig::new("+491700000002"), now)?;
//! let congestion: Fault = "cms,times=1,code=42".parse()?;
//! network.fault(Some(other), &congestion);
//!
//! network.handle_octets(huawei, b"ATE0+CNMI=1,1\r", now);
//! network.handle_octets(other, b"ATE0+CMGF=1\r", now);
//! for _ in 0..2 {
//!     network.handle_octets(other, b"AT+CMGS=\"01700000001\"\rhello\x1A", now);
//! }
//! while let Some(at) = network.poll_timeout().filter(|at| *at < now + Duration::from_secs(1)) {
//!     now = at;
//!     network.handle_timeout(now);
//! }
//! let mut said = BytesMut::new();
//! network.poll_transmit(other, &mut said);
//! let said = String::from_utf8_lossy(&said);
//! assert!(said.contains("+CMS ERROR: 42") && said.ends_with("\r\n+CMGS: 1\r\n\r\nOK\r\n"));
//! let mut told = BytesMut::new();
//! network.poll_transmit(huawei, &mut told);
//! assert!(told.ends_with(b"\r\n+CMTI: \"SM\",0\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is obeyed
//!
//! | of | commands |
//! |---|---|
//! | V.250 | `A/` `A` `D` `E` `H` `I` `O` `Q` `S` `V` `X` `Z` `&C` `&D` `&F` `&V` `&W` and others without effect, `+GCAP` `+GMI` `+GMM` `+GMR` `+GSN` `+IFC` `+ICF` `+IPR` |
//! | TS 27.007, identity | `+CGMI` `+CGMM` `+CGMR` `+CGSN` `+CIMI` `+CCID` `+CNUM` `+CSCS` `+CLAC` `+CMEE` |
//! | network | `+CREG` `+CGREG` `+CEREG` `+COPS` `+CSQ` `+CESQ` `+CGATT` `+CFUN` `+CBC` `+CIND` `+CCLK` `+CPAS` |
//! | SIM | `+CPIN` `+CPINR` and nine forms of vendors, `+CLCK` `+CPWD` `+CSIM` `+CRSM` `+CPBS` `+CPBR` `+CPBW` `+CPBF` |
//! | calls and USSD | `+CLIP` `+CRC` `+CLCC` `+CHUP` `+CUSD` |
//! | TS 27.005 | `+CMGF` `+CSCA` `+CSMP` `+CSDH` `+CSCB` `+CSAS` `+CRES` `+CSMS` `+CPMS` `+CNMI` `+CNMA` `+CMGL` `+CMGR` `+CMGD` `+CMGS` `+CMGW` `+CMSS` `+CMGC` `+CMMS` `+CGSMS` |
//! | settings that are kept and change nothing | `+CVHU` `+CMER` `+COLP` `+CLIR` `+CCWA` `+CSSN` `+CGDCONT` `+CTZR` `+WS46` and more |
//! | vendors | what their [`Profile`] lists |
//!
//! Anything else is `ERROR`. It comes unasked: `+CMTI` `+CMT` `+CDSI` `+CDS` `+CBMI` `+CBM`
//! `+CREG` `+CGREG` `+CEREG` `+CUSD` `RING` `+CRING` `+CLIP` `NO CARRIER` `BUSY`, and what the
//! profile says at its start, from time to time, and when a store is full.
//!
//! Not there: CMUX, ports beside the first, packet data (a data call connects to nobody), speech.
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
