//! smpplib, a client for Python.

use crate::esme;
use crate::harness::python;

/// It splits texts by itself.
const HOWS: &[&str] = &["udh", "sar"];

#[test]
fn smpplib_uses_the_gateway() {
    esme::uses_the_gateway("smpplib", &|| python("smpplib", "smpplib_client.py"), HOWS);
}

#[test]
fn smpplib_uses_the_simulator() {
    esme::uses_the_simulator("smpplib", &|| python("smpplib", "smpplib_client.py"), HOWS);
}
