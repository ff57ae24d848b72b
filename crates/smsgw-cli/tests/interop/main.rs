//! smsgw among strangers: peers not written by us bind to it, it binds to them, and tshark dissects their traffic, by SMPP
//! and by UCP; and they take its emulated modem for one.
//!
//! `.ci/run interop` installs the peers and runs this. What does not come from Debian is looked for in
//! `target/interop`; the environment can name another Python (`SMSGW_INTEROP_PYTHON`) and another node_modules
//! (`SMSGW_INTEROP_NODE_PATH`). A missing peer is a failed test, never a skipped one.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod aiosmpplib;
mod capture;
mod capture_ucp;
mod dissection;
mod encoding;
mod esme;
mod gammu;
mod gammu_smsd;
mod gsmmodem;
mod harness;
mod kannel;
mod kannel_at;
mod kannel_smpp;
mod kannel_ucp;
mod modem;
mod modem_manager;
mod net_smpp;
mod node_smpp;
mod operations;
mod process;
mod relay;
mod serialport_gsm;
mod smpplib;
mod smsc;
mod smstools;
mod tls;
mod tools;
mod tpdu;
mod tpdu_fields;
mod tpdu_set;
mod ucp;
mod ucp_client;
mod ucp_fields;
mod ucp_server;
mod ucp_set;
