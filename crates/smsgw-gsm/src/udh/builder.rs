//! [`HeaderBuilder`]: a user data header to send (3GPP TS 23.040 §9.2.3.24).

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use super::{Element, InformationElement};

/// Octets of user data, which the header must fit into with its length octet.
const MAX: usize = 140;

/// Collects the elements of a header, in the order in which they are sent.
///
/// ```
/// use smsgw_gsm::udh::{Concat, HeaderBuilder, InformationElement, Ports, Reference};
///
/// let concat = Concat::new(Reference::Eight(1), 2, 1)?;
/// let ports = Ports::Sixteen { destination: 2948, originator: 9200 };
/// let header = HeaderBuilder::new()
///     .with(InformationElement::Ports(ports))
///     .with(InformationElement::Concat(concat))
///     .build()?;
/// assert_eq!(header, [11, 5, 4, 0x0B, 0x84, 0x23, 0xF0, 0, 3, 1, 2, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderBuilder {
    /// All elements as long as they fit, with their identifiers and lengths.
    elements: Vec<u8>,
    /// Octets of all elements, also of those that did not fit.
    needed: usize,
}

/// The elements do not fit into the 140 octets of a message, or leave none for the length octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HeaderTooLong {
    /// Octets of the header that was asked for, length octet included.
    pub needed: usize,
    /// Octets a header may have: 140.
    pub max: usize,
}

impl HeaderBuilder {
    /// No elements.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            elements: Vec::new(),
            needed: 0,
        }
    }

    /// Appends an element.
    #[must_use]
    pub fn with(mut self, element: InformationElement<'_>) -> Self {
        self.push(element);
        self
    }

    /// Appends an element.
    pub fn push(&mut self, element: InformationElement<'_>) {
        if let InformationElement::Other(element) = element {
            return self.push_raw(element);
        }
        let mut data = Vec::new();
        element.write_data(&mut data);
        let iei = element.iei();
        self.push_raw(Element { iei, data: &data });
    }

    /// Appends an element by its identifier and data.
    pub fn push_raw(&mut self, element: Element<'_>) {
        let Element { iei, data } = element;
        self.needed = self.needed.saturating_add(2).saturating_add(data.len());
        if self.needed >= MAX {
            return;
        }
        // Below 140 octets in all, so the length fits an octet.
        if let Ok(length) = u8::try_from(data.len()) {
            self.elements.extend_from_slice(&[iei, length]);
            self.elements.extend_from_slice(data);
        }
    }

    /// Octets of the header as it would be now, length octet included.
    #[must_use]
    pub const fn octets(&self) -> usize {
        self.needed.saturating_add(1)
    }

    /// The elements alone, as [`Options::with_elements`](crate::segment::Options::with_elements)
    /// takes them.
    ///
    /// ```
    /// use smsgw_gsm::segment::{Options, segment};
    /// use smsgw_gsm::udh::{HeaderBuilder, InformationElement, Ports};
    ///
    /// let ports = Ports::Eight { destination: 240, originator: 241 };
    /// let more = HeaderBuilder::new().with(InformationElement::Ports(ports));
    /// let options = Options::new().with_elements(more.elements()?);
    /// assert_eq!(segment("Hello", &options)?.iter().next().map(|s| s.udh()), Some(more.build()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`HeaderTooLong`] when a header with them has more than 140 octets.
    pub fn elements(&self) -> Result<&[u8], HeaderTooLong> {
        if self.needed >= MAX {
            return Err(self.too_long());
        }
        Ok(&self.elements)
    }

    /// The header: its length octet, then the elements.
    ///
    /// # Errors
    /// [`HeaderTooLong`] when it has more than 140 octets.
    pub fn build(&self) -> Result<Vec<u8>, HeaderTooLong> {
        let elements = self.elements()?;
        let length = u8::try_from(elements.len()).map_err(|_| self.too_long())?;
        let mut octets = Vec::with_capacity(self.octets());
        octets.push(length);
        octets.extend_from_slice(elements);
        Ok(octets)
    }

    const fn too_long(&self) -> HeaderTooLong {
        HeaderTooLong {
            needed: self.octets(),
            max: MAX,
        }
    }
}

impl<'a> FromIterator<InformationElement<'a>> for HeaderBuilder {
    fn from_iter<I: IntoIterator<Item = InformationElement<'a>>>(elements: I) -> Self {
        let mut builder = Self::new();
        elements
            .into_iter()
            .for_each(|element| builder.push(element));
        builder
    }
}

impl<'a> FromIterator<Element<'a>> for HeaderBuilder {
    fn from_iter<I: IntoIterator<Item = Element<'a>>>(elements: I) -> Self {
        let mut builder = Self::new();
        elements
            .into_iter()
            .for_each(|element| builder.push_raw(element));
        builder
    }
}

impl fmt::Display for HeaderTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HeaderTooLong { needed, max } = self;
        write!(f, "user data header of {needed} octets, at most {max} fit")
    }
}

impl Error for HeaderTooLong {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_of_140_octets_is_the_longest() {
        for length in 0..300 {
            let data = alloc::vec![0x55; length];
            let mut builder = HeaderBuilder::new();
            builder.push_raw(Element {
                iei: 0x9F,
                data: &data,
            });
            assert_eq!(builder.octets(), length + 3);
            match builder.build() {
                Ok(octets) => {
                    assert!(length <= 137);
                    assert_eq!(octets.len(), length + 3);
                }
                Err(error) => {
                    assert!(length > 137);
                    assert_eq!((error.needed, error.max), (length + 3, 140));
                }
            }
        }
    }

    #[test]
    fn a_header_that_was_too_long_stays_so() {
        let data = [0; 200];
        let mut builder = HeaderBuilder::new();
        builder.push_raw(Element {
            iei: 0x9F,
            data: &data,
        });
        builder.push(InformationElement::SingleShift(1));
        assert_eq!(builder.build().unwrap_err().needed, 1 + 202 + 3);
    }

    #[test]
    fn no_elements_are_a_header_too() {
        assert_eq!(HeaderBuilder::new().build().unwrap(), [0]);
    }
}
