//! What `smsgw serve` does when it gets a signal.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[allow(dead_code, reason = "what another test wants of it")]
#[path = "interop/process.rs"]
mod process;

use std::fs;
use std::process::Command;

use process::Process;

#[test]
fn sighup_has_certificates_read_again_and_ends_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let config = r#"
        [store]
        path = "data"
        [[listen.http]]
        bind = "127.0.0.1:0"
        [[account]]
        id = "esme"
        password = "secret"
        [[link.smpp]]
        id = "operator"
        address = "127.0.0.1:1"
        system_id = "gateway"
        password = "secret"
    "#;
    let path = directory.path().join("smsgw.toml");
    let serve = |config: &str| {
        fs::write(&path, config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
        command.args(["serve", "--config", "smsgw.toml"]);
        command.current_dir(directory.path());
        let mut process = Process::start(&mut command, "");
        process.ready("http");
        process
    };
    let says = |process: &mut Process, what: &str| {
        process.wait_for(what, |line| line.contains(what).then_some(()));
    };
    let mut plain = serve(config);
    plain.signal("HUP");
    says(&mut plain, "no certificates to read again");
    plain.terminate();

    let mut tls = serve(&format!("{config}\ntls = true"));
    tls.signal("HUP");
    says(
        &mut tls,
        "certificates read again, and in force of=\"link.smpp operator\"",
    );
    tls.terminate();
}
