//! The simulated message centre over UCP, for the tests of programs that connect to it.

use std::process::Command;

use crate::process::Process;

/// A message centre that takes `2147` with the password `pw`, and its address.
pub(crate) fn smsc(args: &[&str]) -> (Process, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
    command
        .args(["sim", "smsc", "--ucp", "127.0.0.1:0"])
        .args(["--ucp-user", "2147", "--ucp-password", "pw"])
        .args(["--receipt-delay", "1ms"])
        .args(args);
    let mut smsc = Process::start(&mut command, "");
    let address = smsc.ready("ucp");
    (smsc, address)
}
