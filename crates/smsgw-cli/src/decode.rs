//! `smsgw decode`: octets in hex to JSON, or to a dissection for people.

mod at;
pub(crate) mod cbs;
mod dissect;
pub(crate) mod input;
mod keys;
pub(crate) mod receipt;
pub(crate) mod smpp;
mod table;
pub(crate) mod tpdu;
pub(crate) mod ucp;

use std::process::ExitCode;

use clap::Subcommand;

/// Decode PDUs from hex: for people, or with --json for programs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  smsgw decode smpp 00000010000000150000000000000001
  smsgw decode smpp --json < pdus.txt")]
pub(crate) struct Args {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// SMPP PDUs, header included.
    #[command(after_help = "Example:
  smsgw decode smpp 00000010000000150000000000000001
  echo 000000148000000400000000000000076162 6300 | smsgw decode smpp --json --strict")]
    Smpp(input::Args),
    /// Delivery receipts: SMPP deliver_sm or data_sm.
    #[command(after_help = "Example:
  smsgw decode receipt --json < deliver_sm.txt")]
    Receipt(input::Args),
    /// TPDUs of GSM (3GPP TS 23.040), with or without the service centre's address.
    #[command(after_help = "Examples:
  smsgw decode tpdu --direction sc-to-ms 040B915155214365F7000042209223295940027638
  smsgw decode tpdu --direction ms-to-sc --smsc 0011000B915155551532F40000AA05E8329BFD06
  smsgw decode tpdu --direction ms-to-sc --report error --json 00D000")]
    Tpdu(tpdu::Args),
    /// Pages of cell broadcast (3GPP TS 23.041), 88 octets each.
    #[command(after_help = "Example:
  smsgw decode cbs --json < pages.txt")]
    Cbs(input::Args),
    /// Operations and results of UCP/EMI, from STX to ETX.
    #[command(after_help = "Examples:
  smsgw decode ucp 0230302f30303031392f522f36302f412f2f364403
  smsgw decode ucp --json --strict < frames.txt")]
    Ucp(ucp::Args),
    /// What a modem says, as answers to AT commands and by itself.
    #[command(after_help = "Examples:
  smsgw decode at --cmd AT+CSQ 0d0a2b4353513a2032312c39390d0a 0d0a4f4b0d0a
  echo '{\"cmd\": null, \"chunks\": [\"0d0a52494e470d0a\"]}' | smsgw decode at --json")]
    At(at::Args),
}

pub(crate) fn run(args: Args) -> ExitCode {
    match args.kind {
        Kind::Smpp(input) => input::run(&input, &smpp::Decoder::new(&input)),
        Kind::Receipt(input) => input::run(&input, &receipt::Decoder::new(&input)),
        Kind::Tpdu(args) => input::run(&args.input, &tpdu::Decoder::new(&args)),
        Kind::Cbs(input) => input::run(&input, &cbs::Decoder::new(&input)),
        Kind::Ucp(args) => input::run(&args.input, &ucp::Decoder::new(&args)),
        Kind::At(args) => at::run(&args),
    }
}
