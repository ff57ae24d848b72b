//! The simulated message centre, for the tests of programs that connect to it.

use std::process::Command;

use crate::process::Process;

/// A message centre that takes `esme` with the password `pw`, and its address.
pub(crate) fn smsc(args: &[&str]) -> (Process, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
    command
        .args(["sim", "smsc", "--smpp", "127.0.0.1:0"])
        .args(["--system-id", "esme", "--password", "pw"])
        .args(["--receipt-delay", "1ms"])
        .args(args);
    let mut smsc = Process::start(&mut command, "");
    let address = smsc.ready("smpp");
    (smsc, address)
}
