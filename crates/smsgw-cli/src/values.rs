//! Values on the command line.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use smsgw_smpp::types::COctetString;

pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let mut addresses = text.to_socket_addrs().map_err(|error| error.to_string())?;
    addresses.next().ok_or_else(|| "no such host".to_owned())
}

/// A time as people write it: `200ms`, `1.5s`, `2m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let duration: jiff::SignedDuration = text.parse().map_err(|error| format!("{error}"))?;
    Duration::try_from(duration).map_err(|_| "less than nothing".to_owned())
}

/// A text that a C-octet string of `MAX` octets can hold.
pub(crate) fn c_octets<const MAX: usize>(text: &str) -> Result<String, String> {
    COctetString::<MAX>::try_from(text)
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}
