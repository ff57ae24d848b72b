//! The PROXY protocol, versions 1 and 2: what a load balancer says of a connection it passes on.
//!
//! The header stands before the first octet of the client. Who believes one from anybody lets
//! anybody choose his address: read it from known proxies only, and from them always.
//!
//! ```
//! use bytes::BytesMut;
//! use smsgw_net::server::proxy::ProxyHeader;
//!
//! let mut buffer = BytesMut::from(&b"PROXY TCP4 192.0.2.7 198.51.100.1 51000 2775\r\n\0\0\0\x10"[..]);
//! let header = ProxyHeader::split_from(&mut buffer)?.expect("it is whole");
//! assert_eq!(header.addresses.expect("they are known").source, "192.0.2.7:51000".parse()?);
//! assert_eq!(&buffer[..], b"\0\0\0\x10");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use bytes::{Buf as _, BytesMut};

const SIGNATURE_1: &[u8] = b"PROXY ";
const SIGNATURE_2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// Most octets of a header of version 1, its line end included.
const MAX_LEN_1: usize = 107;

/// The header that a proxy puts before the octets of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxyHeader {
    /// Whom the proxy speaks for. `None` when it speaks for itself, as in health checks (`LOCAL`),
    /// or does not know (`UNKNOWN`, or a client without an IP address): then the addresses of the
    /// connection hold.
    pub addresses: Option<Addresses>,
}

/// Both ends of the connection between client and proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The client.
    pub source: SocketAddr,
    /// Where it connected to.
    pub destination: SocketAddr,
}

impl ProxyHeader {
    /// Most octets of a header, TLVs included.
    pub const MAX_LEN: usize = 16 << 10;

    /// Splits the header off the front of `buffer`; `None` until it is whole. What is behind it
    /// stays.
    ///
    /// TLVs are skipped. The caller needs to hold no more than [`Self::MAX_LEN`] octets: by then
    /// there is a header or an error.
    ///
    /// # Errors
    /// As soon as the octets cannot become a header. Close the connection then.
    pub fn split_from(buffer: &mut BytesMut) -> Result<Option<Self>, ProxyError> {
        let parsed = match buffer.first() {
            None => return Ok(None),
            Some(b'P') => version_1(buffer)?,
            Some(_) => version_2(buffer)?,
        };
        Ok(parsed.map(|(addresses, len)| {
            buffer.advance(len);
            Self { addresses }
        }))
    }
}

/// The addresses of a header and its length.
type Parsed = (Option<Addresses>, usize);

/// A line of text: `PROXY TCP4 source destination source_port destination_port`.
fn version_1(octets: &[u8]) -> Result<Option<Parsed>, ProxyError> {
    check_signature(octets, SIGNATURE_1)?;
    let head = octets.get(..MAX_LEN_1).unwrap_or(octets);
    let Some(end) = head.windows(2).position(|pair| pair == b"\r\n") else {
        return if head.len() < MAX_LEN_1 {
            Ok(None)
        } else {
            Err(ProxyError::NoLineEnd)
        };
    };
    // A line end inside the signature does not get here.
    let line = head.get(SIGNATURE_1.len()..end).unwrap_or_default();
    let mut fields = line.split(|&octet| octet == b' ');
    let addresses = match fields.next() {
        // Whatever else is on the line is to be ignored.
        Some(b"UNKNOWN") => None,
        Some(b"TCP4") => Some(line_addresses::<Ipv4Addr>(fields)?),
        Some(b"TCP6") => Some(line_addresses::<Ipv6Addr>(fields)?),
        _ => return Err(ProxyError::Field("protocol")),
    };
    Ok(Some((addresses, end + 2)))
}

fn line_addresses<'a, T: FromStr + Into<IpAddr>>(
    mut fields: impl Iterator<Item = &'a [u8]>,
) -> Result<Addresses, ProxyError> {
    let mut next = |name| {
        fields
            .next()
            .and_then(|field| std::str::from_utf8(field).ok())
            .ok_or(ProxyError::Field(name))
    };
    let mut address = |name| {
        let field = next(name)?;
        let address = field.parse::<T>();
        address.map(T::into).map_err(|_| ProxyError::Field(name))
    };
    let (source, destination) = (address("source address")?, address("destination address")?);
    let mut port = |name| {
        let field = next(name)?;
        // The one way to write it: no sign, no zeros before it.
        let port = field.parse::<u16>().ok();
        port.filter(|port| port.to_string() == field)
            .ok_or(ProxyError::Field(name))
    };
    let addresses = Addresses {
        source: SocketAddr::new(source, port("source port")?),
        destination: SocketAddr::new(destination, port("destination port")?),
    };
    match fields.next() {
        None => Ok(addresses),
        Some(_) => Err(ProxyError::Field("line end")),
    }
}

/// Signature, version and command, family and transport, length; addresses; TLVs.
fn version_2(octets: &[u8]) -> Result<Option<Parsed>, ProxyError> {
    check_signature(octets, SIGNATURE_2)?;
    let Some((&[.., command, family, length_1, length_2], rest)) = octets.split_first_chunk::<16>()
    else {
        return Ok(None);
    };
    let declared = usize::from(u16::from_be_bytes([length_1, length_2]));
    if 16 + declared > ProxyHeader::MAX_LEN {
        return Err(ProxyError::TooLong { declared });
    }
    let is_local = match command {
        0x20 => true,
        0x21 => false,
        _ => return Err(ProxyError::Command(command)),
    };
    let Some(mut rest) = rest.get(..declared) else {
        return Ok(None);
    };
    let addresses = match family {
        _ if is_local => None,
        // Unspecified, and Unix sockets: no address to believe in.
        0x00 | 0x31 => None,
        0x11 => Some(packed_addresses::<4>(&mut rest).ok_or(ProxyError::TooShort { declared })?),
        0x21 => Some(packed_addresses::<16>(&mut rest).ok_or(ProxyError::TooShort { declared })?),
        _ => return Err(ProxyError::Family(family)),
    };
    Ok(Some((addresses, 16 + declared)))
}

fn packed_addresses<const N: usize>(octets: &mut &[u8]) -> Option<Addresses>
where
    [u8; N]: Into<IpAddr>,
{
    let (source, destination) = (take::<N>(octets)?, take::<N>(octets)?);
    let (source_port, destination_port) = (take(octets)?, take(octets)?);
    Some(Addresses {
        source: SocketAddr::new(source.into(), u16::from_be_bytes(source_port)),
        destination: SocketAddr::new(destination.into(), u16::from_be_bytes(destination_port)),
    })
}

fn take<const N: usize>(octets: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = octets.split_first_chunk()?;
    *octets = rest;
    Some(*taken)
}

fn check_signature(octets: &[u8], signature: &[u8]) -> Result<(), ProxyError> {
    match octets.iter().zip(signature).position(|(had, is)| had != is) {
        None => Ok(()),
        Some(at) => Err(ProxyError::Signature { at }),
    }
}

/// The octets are no PROXY header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyError {
    /// They begin with neither signature.
    Signature {
        /// The first octet that differs.
        at: usize,
    },
    /// Version 1: no line end within 107 octets.
    NoLineEnd,
    /// Version 1: this field is missing or cannot be read.
    Field(&'static str),
    /// Version 2: the octet of version and command is none that is known.
    Command(u8),
    /// Version 2: the octet of family and transport is none that a TCP connection can have.
    Family(u8),
    /// Version 2: the length is above the cap.
    TooLong {
        /// The length as received, without the 16 octets before it.
        declared: usize,
    },
    /// Version 2: the addresses need more octets than there are.
    TooShort {
        /// The length as received, without the 16 octets before it.
        declared: usize,
    },
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PROXY header: ")?;
        match self {
            Self::Signature { at } => write!(f, "no signature, differs at octet {at}"),
            Self::NoLineEnd => write!(f, "no line end within {MAX_LEN_1} octets"),
            Self::Field(name) => write!(f, "{name} missing or unreadable"),
            Self::Command(octet) => write!(f, "version and command {octet:#04x} at octet 12"),
            Self::Family(octet) => write!(f, "family and transport {octet:#04x} at octet 13"),
            Self::TooLong { declared } => write!(
                f,
                "length {declared} at octet 14: at most {} allowed",
                ProxyHeader::MAX_LEN - 16
            ),
            Self::TooShort { declared } => {
                write!(f, "length {declared} at octet 14: the addresses need more")
            }
        }
    }
}

impl std::error::Error for ProxyError {}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REST: &[u8] = b"\0\0\0\x10PROXY rest\r\n";

    fn split(octets: &[u8]) -> Result<Option<ProxyHeader>, ProxyError> {
        ProxyHeader::split_from(&mut BytesMut::from(octets))
    }

    /// Each first part of it asks for more and takes nothing; the whole gives the addresses and
    /// leaves what is behind.
    fn reads(octets: &[u8], addresses: Option<(&str, &str)>) {
        for len in 0..octets.len() {
            let mut part = BytesMut::from(&octets[..len]);
            assert_eq!(ProxyHeader::split_from(&mut part), Ok(None), "{len}");
            assert_eq!(part, octets[..len]);
        }
        let mut buffer = BytesMut::from(&[octets, REST].concat()[..]);
        let addresses = addresses.map(|(source, destination)| Addresses {
            source: source.parse().unwrap(),
            destination: destination.parse().unwrap(),
        });
        let header = ProxyHeader::split_from(&mut buffer).unwrap();
        assert_eq!(header, Some(ProxyHeader { addresses }));
        assert_eq!(buffer, REST);
    }

    fn v2(command: u8, family: u8, declared: u16, rest: &[u8]) -> Vec<u8> {
        let head = b"\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a";
        let [high, low] = declared.to_be_bytes();
        [&head[..], &[command, family, high, low], rest].concat()
    }

    const IPV4: &[u8] = b"\xc0\x00\x02\x07\xc6\x33\x64\x01\xc7\x38\x0a\xd7";
    const IPV6: &[u8] = b"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07\
        \x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\xc7\x38\x0a\xd7";

    #[test]
    fn version_1_is_read() {
        reads(
            b"PROXY TCP4 192.0.2.7 198.51.100.1 51000 2775\r\n",
            Some(("192.0.2.7:51000", "198.51.100.1:2775")),
        );
        reads(
            b"PROXY TCP6 2001:db8::7 2001:db8:0:0:0:0:0:1 0 65535\r\n",
            Some(("[2001:db8::7]:0", "[2001:db8::1]:65535")),
        );
        reads(b"PROXY UNKNOWN\r\n", None);
        reads(b"PROXY UNKNOWN ffff::1 anything \xff at all\r\n", None);
        let longest = [b"PROXY UNKNOWN ", &[b'x'; 91][..], b"\r\n"].concat();
        assert_eq!(longest.len(), 107);
        reads(&longest, None);
    }

    #[test]
    fn version_2_is_read() {
        let ipv4 = Some(("192.0.2.7:51000", "198.51.100.1:2775"));
        let ipv6 = Some(("[2001:db8::7]:51000", "[2001:db8::1]:2775"));
        reads(&v2(0x21, 0x11, 12, IPV4), ipv4);
        reads(&v2(0x21, 0x21, 36, IPV6), ipv6);
        // Two TLVs and a stray octet.
        let tlvs = b"\x04\x00\x00\x03\x00\x04\xde\xad\xbe\xef\x01";
        reads(&v2(0x21, 0x11, 23, &[IPV4, tlvs].concat()), ipv4);
        reads(&v2(0x21, 0x21, 47, &[IPV6, tlvs].concat()), ipv6);
        // Health checks: whatever they say of the family.
        reads(&v2(0x20, 0x00, 0, b""), None);
        reads(&v2(0x20, 0x11, 12, IPV4), None);
        reads(&v2(0x20, 0xff, 3, b"abc"), None);
        reads(&v2(0x21, 0x00, 0, b""), None);
        reads(&v2(0x21, 0x31, 216, &[0; 216]), None);
        let most = ProxyHeader::MAX_LEN - 16;
        let mut padded = IPV4.to_vec();
        padded.resize(most, 0);
        reads(&v2(0x21, 0x11, most as u16, &padded), ipv4);
    }

    #[test]
    fn what_is_no_header_is_refused_as_soon_as_it_shows() {
        use ProxyError::{Command, Family, NoLineEnd, Signature, TooLong, TooShort};
        // A client that comes without a header.
        assert_eq!(split(&[0]), Err(Signature { at: 0 }));
        assert_eq!(split(b"\x16\x03\x01"), Err(Signature { at: 0 }));
        assert_eq!(split(b"PROXX"), Err(Signature { at: 4 }));
        assert_eq!(split(b"PROXY\r\n"), Err(Signature { at: 5 }));
        assert_eq!(split(b"\r\n\r\n\0\r\nQUIT\r"), Err(Signature { at: 11 }));
        let endless = [b"PROXY TCP4 ", &[b'1'; 96][..]].concat();
        assert_eq!(split(&endless[..106]), Ok(None));
        assert_eq!(split(&endless), Err(NoLineEnd));

        assert_eq!(split(&v2(0x11, 0x11, 12, b"")), Err(Command(0x11)));
        assert_eq!(split(&v2(0x22, 0x11, 12, b"")), Err(Command(0x22)));
        assert_eq!(split(&v2(0x21, 0x12, 12, IPV4)), Err(Family(0x12)));
        assert_eq!(split(&v2(0x21, 0x41, 12, IPV4)), Err(Family(0x41)));
        let declared = 11;
        let short = v2(0x21, 0x11, 11, &IPV4[..11]);
        assert_eq!(split(&short), Err(TooShort { declared }));
        let declared = 35;
        let short = v2(0x21, 0x21, 35, &IPV6[..35]);
        assert_eq!(split(&short), Err(TooShort { declared }));
        let declared = ProxyHeader::MAX_LEN - 15;
        let long = v2(0x21, 0x11, declared as u16, b"");
        assert_eq!(split(&long), Err(TooLong { declared }));
    }

    #[test]
    fn a_line_that_cannot_be_read_says_which_field() {
        for (line, field) in [
            ("PROXY \r\n", "protocol"),
            ("PROXY UDP4 192.0.2.7 192.0.2.8 1 2\r\n", "protocol"),
            ("PROXY UNKNOWNS\r\n", "protocol"),
            ("PROXY TCP4\r\n", "source address"),
            ("PROXY TCP4 2001:db8::7 192.0.2.8 1 2\r\n", "source address"),
            ("PROXY TCP4  192.0.2.7 192.0.2.8 1 2\r\n", "source address"),
            ("PROXY TCP4 192.0.2.07 192.0.2.8 1 2\r\n", "source address"),
            ("PROXY TCP4 192.0.2.7\r\n", "destination address"),
            (
                "PROXY TCP6 2001:db8::7 ::1%lo 1 2\r\n",
                "destination address",
            ),
            ("PROXY TCP4 192.0.2.7 192.0.2.8 +1 2\r\n", "source port"),
            ("PROXY TCP4 192.0.2.7 192.0.2.8 01 2\r\n", "source port"),
            ("PROXY TCP4 192.0.2.7 192.0.2.8 1\r\n", "destination port"),
            (
                "PROXY TCP4 192.0.2.7 192.0.2.8 1 65536\r\n",
                "destination port",
            ),
            ("PROXY TCP4 192.0.2.7 192.0.2.8 1 2 \r\n", "line end"),
        ] {
            let error = split(line.as_bytes()).unwrap_err();
            assert_eq!(error, ProxyError::Field(field), "{line}");
            assert!(error.to_string().contains(field));
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            source: SocketAddr,
            destination_ip: IpAddr,
            port: u16,
            tlvs in prop::collection::vec(any::<u8>(), 0..64),
            behind in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let same_family = source.is_ipv4() == destination_ip.is_ipv4();
            let destination_ip = if same_family { destination_ip } else { source.ip() };
            // Neither has a place for what IPv6 addresses have beside address and port.
            let source = SocketAddr::new(source.ip(), source.port());
            let destination = SocketAddr::new(destination_ip, port);
            let mut packed = Vec::new();
            for ip in [source.ip(), destination_ip] {
                match ip {
                    IpAddr::V4(ip) => packed.extend(ip.octets()),
                    IpAddr::V6(ip) => packed.extend(ip.octets()),
                }
            }
            packed.extend(source.port().to_be_bytes());
            packed.extend(port.to_be_bytes());
            packed.extend(&tlvs);
            let (family, name) = if source.is_ipv4() { (0x11, "TCP4") } else { (0x21, "TCP6") };
            let (from, to) = (source.ip(), destination_ip);
            for header in [
                v2(0x21, family, packed.len() as u16, &packed),
                format!("PROXY {name} {from} {to} {} {port}\r\n", source.port()).into_bytes(),
            ] {
                let mut buffer = BytesMut::from(&[&header[..], &behind].concat()[..]);
                let addresses = Some(Addresses { source, destination });
                prop_assert_eq!(
                    ProxyHeader::split_from(&mut buffer),
                    Ok(Some(ProxyHeader { addresses }))
                );
                prop_assert_eq!(&buffer, &behind);
            }
        }

        /// Any octets, and those that begin well: no panic, the outcome is the same however they
        /// come, and it is there within the cap.
        #[test]
        fn the_outcome_does_not_depend_on_how_octets_come(
            begin in prop::sample::select(vec![
                b"".to_vec(),
                b"PROXY ".to_vec(),
                b"PROXY TCP4 ".to_vec(),
                SIGNATURE_2.to_vec(),
                v2(0x21, 0x11, 12, b""),
                v2(0x20, 0x11, 0xFFFF, b""),
            ]),
            rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let octets = [begin, rest].concat();
            let whole = split(&octets);
            let mut settled = Ok(None);
            for len in 0..=octets.len() {
                settled = split(&octets[..len]);
                if settled != Ok(None) {
                    break;
                }
            }
            prop_assert_eq!(settled, whole);
            let mut longer = octets;
            longer.resize(ProxyHeader::MAX_LEN, b'x');
            prop_assert_ne!(split(&longer), Ok(None));
        }
    }
}
