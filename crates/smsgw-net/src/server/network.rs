//! IP networks in CIDR notation, and lists of them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A range of IP addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.
///
/// ```
/// use smsgw_net::server::{Network, Networks};
///
/// let proxies: Networks = ["10.0.0.0/8".parse()?, "2001:db8::7".parse()?].into_iter().collect();
/// assert!(proxies.contains("10.1.2.3".parse()?));
/// assert!(!proxies.contains("2001:db8::8".parse()?));
/// assert!("10.0.0.1/8".parse::<Network>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

/// IP networks; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

impl Network {
    /// The addresses that share their first `prefix` bits with `first`.
    ///
    /// # Errors
    /// When `prefix` is longer than the address, or `first` has bits behind it.
    pub fn new(first: IpAddr, prefix: u8) -> Result<Self, NetworkError> {
        if let (IpAddr::V6(mapped), Some(prefix)) = (first, prefix.checked_sub(96))
            && let Some(first) = mapped.to_ipv4_mapped()
        {
            return Self::new(first.into(), prefix);
        }
        let (bits, len) = bits(first);
        if prefix > len {
            return Err(NetworkError::Prefix);
        }
        let network = Self { first, prefix };
        if bits & network.mask() != bits {
            return Err(NetworkError::Host);
        }
        Ok(network)
    }

    /// Whether `address` is one of them. IPv4 in IPv6 (`::ffff:192.0.2.7`) counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (first, len) = bits(self.first);
        let (address, address_len) = bits(address.to_canonical());
        len == address_len && (address & self.mask()) == first
    }

    fn mask(&self) -> u128 {
        let (_, len) = bits(self.first);
        let host = u32::from(len.saturating_sub(self.prefix));
        u128::MAX.checked_shl(host).unwrap_or(0)
    }
}

/// The address as a number, and its length in bits.
fn bits(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let first = address.to_canonical();
        let prefix = bits(first).1;
        Self { first, prefix }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError::Address)?;
        match prefix {
            None => Ok(address.into()),
            Some(prefix) => Self::new(address, prefix.parse().map_err(|_| NetworkError::Prefix)?),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

impl Networks {
    /// Whether `address` is in one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Network> for Networks {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        Self(networks.into_iter().collect())
    }
}

/// A text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkError {
    /// What stands before the slash is no IP address.
    Address,
    /// What stands behind the slash is not 0 to 32, or 0 to 128 for IPv6.
    Prefix,
    /// The address has bits behind the prefix: which network is meant?
    Host,
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Address => "not an IP address or network, as 192.0.2.7 or 2001:db8::/32",
            Self::Prefix => "the prefix length is not 0 to 32, or to 128 for IPv6",
            Self::Host => "the address has bits set behind the prefix",
        })
    }
}

impl std::error::Error for NetworkError {}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests state what must hold")]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        let network: Network = network.parse().unwrap();
        network.contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_what_shares_its_prefix() {
        for (network, first, last, beyond) in [
            ("192.0.2.0/24", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.8/29", "192.0.2.8", "192.0.2.15", "192.0.2.16"),
            ("192.0.2.7", "192.0.2.7", "::ffff:192.0.2.7", "192.0.2.6"),
            ("0.0.0.0/0", "0.0.0.0", "255.255.255.255", "::1"),
            ("::/0", "::", "ffff::", "192.0.2.7"),
            (
                "2001:db8::/33",
                "2001:db8::",
                "2001:db8:7fff::",
                "2001:db8:8000::",
            ),
            ("::1", "::1", "::1", "::2"),
            (
                "::ffff:192.0.2.0/120",
                "192.0.2.0",
                "::ffff:192.0.2.255",
                "::",
            ),
        ] {
            assert!(contains(network, first), "{network} {first}");
            assert!(contains(network, last), "{network} {last}");
            assert!(!contains(network, beyond), "{network} {beyond}");
        }
    }

    #[test]
    fn what_is_no_network_says_why() {
        for (text, error) in [
            ("", NetworkError::Address),
            ("localhost", NetworkError::Address),
            ("192.0.2.7/", NetworkError::Prefix),
            ("192.0.2.0/33", NetworkError::Prefix),
            ("::/129", NetworkError::Prefix),
            ("192.0.2.0/-1", NetworkError::Prefix),
            ("192.0.2.1/31", NetworkError::Host),
            ("2001:db8::1/64", NetworkError::Host),
        ] {
            assert_eq!(text.parse::<Network>(), Err(error), "{text}");
        }
        assert_eq!("::1".parse::<Network>().unwrap().to_string(), "::1/128");
    }
}
