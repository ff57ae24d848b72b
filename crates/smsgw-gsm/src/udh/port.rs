//! Application port addressing: elements 04 and 05 (3GPP TS 23.040 §9.2.3.24.3, §9.2.3.24.4).

use alloc::vec::Vec;
use core::fmt;

use super::Element;
use super::iei::{APPLICATION_PORT_8_BIT, APPLICATION_PORT_16_BIT};

/// Which application a message is for, and which one sent it.
///
/// The two widths are two spaces of numbers. Of 8-bit ports the standard lets applications have
/// 240 to 255, of 16-bit ports 0 to 49151 (16000 to 16999 freely, the others as registered for
/// TCP and UDP); what is reserved is read and written all the same.
///
/// ```
/// use smsgw_gsm::udh::{Ports, UserDataHeader};
///
/// // WAP push.
/// let (header, _) = UserDataHeader::split(&[6, 5, 4, 0x0B, 0x84, 0x23, 0xF0])?;
/// let ports = header.ports().expect("an element 05 of four octets");
/// assert_eq!((ports.destination(), ports.originator()), (2948, 9200));
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ports {
    /// One octet each: element 04.
    Eight {
        /// The port of the receiving application.
        destination: u8,
        /// The port of the sending application.
        originator: u8,
    },
    /// Two octets each: element 05.
    Sixteen {
        /// The port of the receiving application.
        destination: u16,
        /// The port of the sending application.
        originator: u16,
    },
}

impl Ports {
    /// Reads a port element; `None` for another identifier or a wrong length.
    #[must_use]
    pub const fn from_element(element: Element<'_>) -> Option<Ports> {
        match (element.iei, element.data) {
            (APPLICATION_PORT_8_BIT, &[destination, originator]) => Some(Ports::Eight {
                destination,
                originator,
            }),
            (APPLICATION_PORT_16_BIT, &[d0, d1, o0, o1]) => Some(Ports::Sixteen {
                destination: u16::from_be_bytes([d0, d1]),
                originator: u16::from_be_bytes([o0, o1]),
            }),
            _ => None,
        }
    }

    /// The port of the receiving application, in whichever width.
    #[must_use]
    pub fn destination(self) -> u16 {
        match self {
            Ports::Eight { destination, .. } => destination.into(),
            Ports::Sixteen { destination, .. } => destination,
        }
    }

    /// The port of the sending application, in whichever width.
    #[must_use]
    pub fn originator(self) -> u16 {
        match self {
            Ports::Eight { originator, .. } => originator.into(),
            Ports::Sixteen { originator, .. } => originator,
        }
    }

    /// The identifier it is written with: 04 or 05.
    pub(super) const fn iei(self) -> u8 {
        match self {
            Ports::Eight { .. } => APPLICATION_PORT_8_BIT,
            Ports::Sixteen { .. } => APPLICATION_PORT_16_BIT,
        }
    }

    /// Appends the element's data.
    pub(super) fn write_data(self, out: &mut Vec<u8>) {
        match self {
            Ports::Eight {
                destination,
                originator,
            } => out.extend_from_slice(&[destination, originator]),
            Ports::Sixteen {
                destination,
                originator,
            } => {
                out.extend_from_slice(&destination.to_be_bytes());
                out.extend_from_slice(&originator.to_be_bytes());
            }
        }
    }

    /// Bits of each port, 8 or 16.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Ports::Eight { .. } => 8,
            Ports::Sixteen { .. } => 16,
        }
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "to port {} from {}",
            self.destination(),
            self.originator()
        )
    }
}
