//! What a PDU body looks like to a program that does not know it: the table of its fields
//! ([`FieldSpec`]), its values as they are walked ([`Visitor`]), and the way back ([`build`]).
//!
//! Dissection for people, JSON both ways and the names in errors all come from here.

mod build;

pub use build::{BuildError, BuildErrorKind, Place, Source, build};

/// One field of a PDU body, in wire order: a row of the standard's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// The standard's name. An address is one row; see [`AddressNames`] for its three names.
    pub name: &'static str,
    /// How it is spelled on the wire.
    pub kind: FieldKind,
}

/// How a field is spelled on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldKind {
    /// A big-endian unsigned integer of so many octets.
    Integer {
        /// 1 or 4.
        octets: u8,
    },
    /// A string ended by NUL.
    COctetString {
        /// Most octets, NUL included.
        max: usize,
    },
    /// TON, NPI and a C-octet string.
    Address {
        /// Most octets of the digits, NUL included.
        max: usize,
    },
    /// Empty, or 16 characters; ended by NUL (SMPP 5.0 §4.7.23.4).
    Time,
    /// `sm_length` and as many octets.
    ShortMessage,
    /// A count octet and as many destinations (SMPP 5.0 §4.2.3.1).
    DestAddresses,
    /// A count octet and as many failed destinations (SMPP 5.0 §4.2.3.2).
    UnsuccessSmes,
}

/// The value of a field, borrowed from the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value<'v> {
    /// An integer.
    Integer(u32),
    /// The characters of a C-octet string, without the NUL.
    Text(&'v [u8]),
    /// Octets with no meaning of their own.
    Octets(&'v [u8]),
    /// A length or count that follows from the field after it.
    Derived(u32),
}

/// Is shown each value of a PDU body in wire order.
pub trait Visitor {
    /// A value of `size` octets on the wire.
    fn value(&mut self, name: &'static str, size: usize, value: Value<'_>);
    /// A list begins; its items follow, each between [`Self::begin_item`] and [`Self::end_item`].
    fn begin_list(&mut self, name: &'static str);
    /// An item of the current list begins.
    fn begin_item(&mut self);
    /// The item is complete.
    fn end_item(&mut self);
    /// The list is complete.
    fn end_list(&mut self);
}

/// The three names of an address field: the standard does not derive them from one stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressNames {
    /// For example `dest_addr_ton`.
    pub ton: &'static str,
    /// For example `dest_addr_npi`.
    pub npi: &'static str,
    /// For example `destination_addr`.
    pub digits: &'static str,
}

impl AddressNames {
    /// The names that belong to the field called `digits`.
    #[must_use]
    pub const fn of(digits: &'static str) -> Self {
        const fn is(a: &str, b: &str) -> bool {
            let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
            while let ([x, more_a @ ..], [y, more_b @ ..]) = (a, b) {
                if *x != *y {
                    return false;
                }
                (a, b) = (more_a, more_b);
            }
            a.is_empty() && b.is_empty()
        }
        let (ton, npi) = if is(digits, "source_addr") {
            ("source_addr_ton", "source_addr_npi")
        } else if is(digits, "destination_addr") {
            ("dest_addr_ton", "dest_addr_npi")
        } else if is(digits, "esme_addr") {
            ("esme_addr_ton", "esme_addr_npi")
        } else {
            ("addr_ton", "addr_npi")
        };
        Self { ton, npi, digits }
    }
}
