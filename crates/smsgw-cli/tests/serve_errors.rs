//! What `smsgw serve` says when it cannot start: one line on standard error, and an exit status that is not 0.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[allow(dead_code, reason = "what another test wants of it")]
#[path = "interop/process.rs"]
mod process;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use process::Process;
use tempfile::TempDir;

const CONFIG: &str = r#"
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
window = 10
"#;

/// A directory to be in, with a configuration that is good until it is changed.
struct Place {
    directory: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        place.change("", "");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes the configuration with `from` in place of `to`.
    fn change(&self, from: &str, to: &str) -> &Self {
        assert!(CONFIG.contains(from), "{from}");
        fs::write(self.path("smsgw.toml"), CONFIG.replacen(from, to, 1)).unwrap();
        self
    }

    fn serve(&self) -> Command {
        serve(self.directory.path(), "smsgw.toml")
    }

    /// The one line that is said.
    fn error(&self) -> String {
        error_of(&mut self.serve())
    }
}

fn serve(directory: &Path, config: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
    command.args(["serve", "--config", config]);
    command.current_dir(directory);
    command
}

fn error_of(command: &mut Command) -> String {
    let output = ended(command);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(output.stdout.is_empty(), "{:?}", output.stdout);
    assert!(said.ends_with('\n') && said.lines().count() == 1, "{said}");
    let error = said.trim_end().strip_prefix("smsgw serve: ");
    error.unwrap_or_else(|| panic!("{said}")).to_owned()
}

/// The output of a program that should end; one that starts in good order is killed.
fn ended(command: &mut Command) -> Output {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    child.wait_with_output().unwrap()
}

#[test]
fn a_configuration_with_a_mistake_is_refused_with_its_place() {
    let place = Place::new();
    for (from, to, expected) in [
        // Not TOML.
        ("\"data\"", "\"data", "smsgw.toml:3:"),
        ("[[account]]", "[[account]", "smsgw.toml:8:"),
        // A key nobody knows.
        (
            "window",
            "windows",
            "smsgw.toml:17:1: unknown field `windows`, expected one of ",
        ),
        (
            "[store]",
            "[store]\ncolour = 1",
            "smsgw.toml:3:1: unknown field `colour`",
        ),
        (
            "[[account]]",
            "[[acount]]",
            "smsgw.toml:8:3: unknown field `acount`",
        ),
        // One that is not there.
        ("id = \"esme\"", "", "smsgw.toml:8:1: missing field `id`"),
        // A value of another type.
        ("\"data\"", "5", "smsgw.toml:3:8: invalid type: integer `5`"),
        (
            "\"127.0.0.1:0\"",
            "8080",
            "smsgw.toml:6:8: invalid type: integer `8080`",
        ),
        (
            "= 10",
            "= \"10\"",
            "smsgw.toml:17:10: invalid type: string \"10\"",
        ),
        // A value that cannot be.
        ("\"127.0.0.1:0\"", "\"here\"", "smsgw.toml:6:8: "),
        ("= 10", "= 0", "smsgw.toml:17:10: "),
        ("\"secret\"", "\"${SMSGW_NOT_SET}\"", "smsgw.toml:10:12: "),
    ] {
        let error = place.change(from, to).error();
        assert!(error.starts_with(expected), "{from} -> {to}: {error}");
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_told() {
    let place = Place::new();
    let error = error_of(&mut serve(place.directory.path(), "missing.toml"));
    assert!(
        error.starts_with("missing.toml: cannot be read: "),
        "{error}"
    );
    let error = error_of(&mut serve(place.directory.path(), "."));
    assert!(error.starts_with(".: cannot be read: "), "{error}");
    fs::write(place.path("smsgw.toml"), [0xFF, 0xFE]).unwrap();
    let error = place.error();
    assert!(error.starts_with("smsgw.toml: cannot be read: "), "{error}");
}

#[test]
fn a_port_in_use_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let place = Place::new();
    let expected = format!("cannot listen on {address}: ");
    let error = place.change("127.0.0.1:0", &address).error();
    assert!(error.starts_with(&expected), "{error}");
    let listener = format!("[[listen.smpp]]\nbind = \"{address}\"\n\n[[account]]");
    let error = place.change("[[account]]", &listener).error();
    assert!(error.starts_with(&expected), "{error}");
    // Nothing was begun.
    assert!(!place.path("data").exists());
}

#[test]
fn certificates_that_cannot_be_used_are_told() {
    let place = Place::new();
    let link = "window = 10\ntls.ca = \"carrier.pem\"";
    let error = place.change("window = 10", link).error();
    let expected = "TLS of link.smpp operator: carrier.pem: ";
    assert!(error.starts_with(expected), "{error}");
    fs::write(place.path("carrier.pem"), "not PEM").unwrap();
    let error = place.error();
    assert_eq!(
        error,
        format!("{expected}no certificate; it needs PEM with BEGIN CERTIFICATE")
    );
    assert!(!place.path("data").exists());
}

#[test]
fn a_store_that_is_no_directory_is_told() {
    let place = Place::new();
    fs::write(place.path("file"), "").unwrap();
    let error = place.change("\"data\"", "\"file\"").error();
    assert!(error.starts_with("store file: "), "{error}");
    let error = place.change("\"data\"", "\"file/data\"").error();
    assert!(error.starts_with("store file/data: "), "{error}");
    // Not even root can make one there.
    #[cfg(target_os = "linux")]
    {
        let error = place.change("\"data\"", "\"/proc/smsgw\"").error();
        assert!(error.starts_with("store /proc/smsgw: "), "{error}");
    }
}

#[test]
fn a_store_of_something_else_is_told() {
    let place = Place::new();
    fs::create_dir(place.path("data")).unwrap();
    fs::write(
        place.path("data/smsgw.sqlite"),
        "not a database\n".repeat(99),
    )
    .unwrap();
    let error = place.error();
    assert!(error.starts_with("store data: "), "{error}");
}

#[test]
fn a_store_that_another_gateway_uses_is_told() {
    let place = Place::new();
    let mut first = Process::start(&mut place.serve(), "");
    first.ready("http");
    let error = place.error();
    assert_eq!(
        error,
        "store data: in use by another smsgw; stop it or give another directory"
    );
    // The first one is none the worse for it, and its end makes room.
    first.terminate();
    Process::start(&mut place.serve(), "").ready("http");
}
