//! Any octets as a PROXY header: nothing panics, the cap holds, and however they come the outcome
//! is the same.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smsgw_net::server::proxy::{ProxyError, ProxyHeader};

/// The header and how much of the octets it takes.
fn split(octets: &[u8]) -> Result<Option<(ProxyHeader, usize)>, ProxyError> {
    let mut buffer = BytesMut::from(octets);
    let header = ProxyHeader::split_from(&mut buffer)?;
    assert!(octets.ends_with(&buffer));
    Ok(header.map(|header| (header, octets.len() - buffer.len())))
}

fuzz_target!(|octets: &[u8]| {
    let whole = split(octets);
    if let Err(error) = whole {
        assert!(!error.to_string().is_empty());
    }
    let first = (0..octets.len())
        .map(|len| split(&octets[..len]))
        .find(|outcome| *outcome != Ok(None));
    assert_eq!(first.unwrap_or(whole), whole);
    if octets.len() >= ProxyHeader::MAX_LEN {
        assert_ne!(whole, Ok(None));
    }
});
