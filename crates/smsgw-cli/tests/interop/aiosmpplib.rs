//! aiosmpplib, an asynchronous client for Python.

use crate::esme;
use crate::harness::python;

/// It splits long texts by itself.
const HOWS: &[&str] = &["udh", "message_payload"];

#[test]
fn aiosmpplib_uses_the_gateway() {
    esme::uses_the_gateway(
        "aiosmpplib",
        &|| python("aiosmpplib", "aiosmpplib_client.py"),
        HOWS,
    );
}

#[test]
fn aiosmpplib_uses_the_simulator() {
    esme::uses_the_simulator(
        "aiosmpplib",
        &|| python("aiosmpplib", "aiosmpplib_client.py"),
        HOWS,
    );
}
