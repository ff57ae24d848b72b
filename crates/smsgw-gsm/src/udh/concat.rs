//! Concatenated short messages: elements 00 and 08 (3GPP TS 23.040 §9.2.3.24.1, §9.2.3.24.8).

use alloc::vec::Vec;
use core::fmt;

use super::Element;
use super::iei::{CONCATENATED_8_BIT, CONCATENATED_16_BIT};
use crate::error::ConcatError;

/// What the parts of one message have in common. Every value is legal, 0 too.
///
/// The two widths are two spaces of numbers: `Eight(1)` and `Sixteen(1)` are different messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// One octet: element 00, 153 septets or 67 UCS-2 units to a part.
    Eight(u8),
    /// Two octets: element 08, 152 septets or 66 UCS-2 units to a part.
    Sixteen(u16),
}

impl Reference {
    /// Octets of a header that carries this and nothing else: 6 or 7.
    #[must_use]
    pub const fn header_len(self) -> usize {
        match self {
            Reference::Eight(_) => 6,
            Reference::Sixteen(_) => 7,
        }
    }
}

/// Which part of which message: reference number, total, sequence number.
///
/// ```
/// use smsgw_gsm::udh::{Concat, Reference};
///
/// let concat = Concat::new(Reference::Sixteen(0x1234), 3, 1)?;
/// assert_eq!(concat.to_udh(), [6, 8, 4, 0x12, 0x34, 3, 1]);
/// assert!(Concat::new(Reference::Eight(0), 3, 4).is_err());
/// # Ok::<(), smsgw_gsm::ConcatError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias("multipart", "long SMS"))]
pub struct Concat {
    reference: Reference,
    total: u8,
    sequence: u8,
}

impl Concat {
    /// Part `sequence` of `total`; the first part is 1.
    ///
    /// # Errors
    /// [`ConcatError`] when either is 0, or `sequence` is above `total`.
    pub const fn new(reference: Reference, total: u8, sequence: u8) -> Result<Concat, ConcatError> {
        if total == 0 {
            return Err(ConcatError::TotalZero);
        }
        if sequence == 0 {
            return Err(ConcatError::SequenceZero);
        }
        if sequence > total {
            return Err(ConcatError::SequenceAboveTotal { sequence, total });
        }
        Ok(Concat {
            reference,
            total,
            sequence,
        })
    }

    /// Reads a concatenation element; `None` for another identifier, and for an element that the
    /// standard says to ignore: of the wrong length, or with numbers that [`Concat::new`] refuses.
    #[must_use]
    pub fn from_element(element: Element<'_>) -> Option<Concat> {
        let (reference, total, sequence) = match (element.iei, element.data) {
            (CONCATENATED_8_BIT, &[reference, total, sequence]) => {
                (Reference::Eight(reference), total, sequence)
            }
            (CONCATENATED_16_BIT, &[high, low, total, sequence]) => {
                let reference = u16::from_be_bytes([high, low]);
                (Reference::Sixteen(reference), total, sequence)
            }
            _ => return None,
        };
        Concat::new(reference, total, sequence).ok()
    }

    /// The number that all parts of the message share.
    #[must_use]
    pub const fn reference(self) -> Reference {
        self.reference
    }

    /// How many parts the message has, 1 to 255.
    #[must_use]
    pub const fn total(self) -> u8 {
        self.total
    }

    /// Which part this is, 1 to [`total`](Self::total).
    #[must_use]
    pub const fn sequence(self) -> u8 {
        self.sequence
    }

    /// The identifier it is written with: 00 or 08.
    pub(super) const fn iei(self) -> u8 {
        match self.reference {
            Reference::Eight(_) => CONCATENATED_8_BIT,
            Reference::Sixteen(_) => CONCATENATED_16_BIT,
        }
    }

    /// Appends the element's data.
    pub(super) fn write_data(self, out: &mut Vec<u8>) {
        match self.reference {
            Reference::Eight(reference) => out.push(reference),
            Reference::Sixteen(reference) => out.extend_from_slice(&reference.to_be_bytes()),
        }
        out.extend_from_slice(&[self.total, self.sequence]);
    }

    /// Appends the element, without a header's length octet.
    pub fn write_element(self, out: &mut Vec<u8>) {
        let length = match self.reference {
            Reference::Eight(_) => 3,
            Reference::Sixteen(_) => 4,
        };
        out.extend_from_slice(&[self.iei(), length]);
        self.write_data(out);
    }

    /// A whole header with this element alone: 6 octets, or 7 with a 16-bit reference.
    #[must_use]
    pub fn to_udh(self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(self.reference.header_len());
        octets.push(match self.reference {
            Reference::Eight(_) => 5,
            Reference::Sixteen(_) => 6,
        });
        self.write_element(&mut octets);
        octets
    }
}

impl fmt::Display for Concat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Concat {
            total, sequence, ..
        } = self;
        write!(f, "part {sequence} of {total}, reference ")?;
        match self.reference {
            Reference::Eight(reference) => write!(f, "{reference}"),
            Reference::Sixteen(reference) => write!(f, "{reference} (16-bit)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::udh::UserDataHeader;

    fn read(iei: u8, data: &[u8]) -> Option<Concat> {
        Concat::from_element(Element { iei, data })
    }

    #[test]
    fn what_is_written_is_read() {
        for reference in [
            Reference::Eight(0),
            Reference::Eight(255),
            Reference::Sixteen(0),
            Reference::Sixteen(0xABCD),
        ] {
            let concat = Concat::new(reference, 255, 255).unwrap();
            let octets = concat.to_udh();
            assert_eq!(octets.len(), reference.header_len());
            let (header, rest) = UserDataHeader::split(&octets).unwrap();
            assert_eq!((header.concat(), rest), (Some(concat), &[][..]));
        }
    }

    #[test]
    fn invalid_elements_are_ignored() {
        assert!(read(0x00, &[1, 2, 1]).is_some());
        assert_eq!(read(0x00, &[1, 0, 0]), None);
        assert_eq!(read(0x00, &[1, 0, 1]), None);
        assert_eq!(read(0x00, &[1, 2, 0]), None);
        assert_eq!(read(0x00, &[1, 2, 3]), None);
        assert_eq!(read(0x00, &[1, 2]), None);
        assert_eq!(read(0x00, &[0, 1, 2, 1]), None);
        assert_eq!(read(0x08, &[1, 2, 1]), None);
        assert_eq!(read(0x01, &[1, 2, 1]), None);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let new = |total, sequence| Concat::new(Reference::Eight(0), total, sequence);
        assert_eq!(new(0, 1), Err(ConcatError::TotalZero));
        assert_eq!(new(1, 0), Err(ConcatError::SequenceZero));
        assert_eq!(
            new(1, 2),
            Err(ConcatError::SequenceAboveTotal {
                sequence: 2,
                total: 1
            })
        );
    }
}
