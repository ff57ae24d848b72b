//! Fields behind their number: NPL and what follows it in OT 02 and 03.

use core::fmt;

use crate::error::{DecodeError, ValueError};
use crate::quirks::Quirks;
use crate::types::{Address, AuthenticationCode};
use crate::wire::{Field, Need, Reader, Writer, invalid};

/// Fields of one kind in a row; how many they are (NPL) stands before them.
///
/// ```
/// use smsgw_ucp::op::Seq;
/// use smsgw_ucp::types::Address;
///
/// let addresses = [Address::new("0611111111")?, Address::new("0622222222")?];
/// let seq = Seq::new(&addresses)?;
/// assert_eq!(seq.len(), 2);
/// assert!(seq.iter().eq(addresses));
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Seq<'a, T>(Source<'a, T>);

#[derive(Clone, Copy)]
enum Source<'a, T> {
    /// As they arrived: NPL with the zeros in front of it, and the items, each with the slash that
    /// ends it.
    Wire {
        npl: &'a [u8],
        len: usize,
        items: &'a [u8],
    },
    Made(&'a [T]),
}

/// What can stand in a [`Seq`].
pub trait SeqItem<'a>: Field<'a> + PartialEq + fmt::Debug {}

impl<'a> SeqItem<'a> for Address<'a> {}
impl<'a> SeqItem<'a> for AuthenticationCode<'a> {}

impl<'a, T: SeqItem<'a>> Seq<'a, T> {
    /// No items.
    pub const EMPTY: Self = Self(Source::Made(&[]));
    /// The most items.
    pub const MAX: usize = 999;

    /// These items.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more than [`Self::MAX`],
    /// [`TooShort`](ValueError::TooShort) when one of them is empty.
    pub fn new(items: &'a [T]) -> Result<Self, ValueError> {
        let (max, had) = (Self::MAX, items.len());
        if had > max {
            return Err(ValueError::TooLong { max, had });
        }
        if items.contains(&T::default()) {
            return Err(ValueError::TooShort { min: 1, had: 0 });
        }
        Ok(Self(Source::Made(items)))
    }

    /// How many items there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.0 {
            Source::Wire { len, .. } => len,
            Source::Made(items) => items.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items in their order.
    pub fn iter(&self) -> impl Iterator<Item = T> + use<'a, T> {
        let (wire, made) = match self.0 {
            Source::Wire { items, .. } => (items, &[][..]),
            Source::Made(items) => (&b""[..], items),
        };
        let mut reader = Reader::new(wire, wire.len(), &Quirks::TOLERANT, None);
        let wire = core::iter::from_fn(move || {
            let is_left = !reader.rest().is_empty();
            // They have been read before.
            is_left.then(|| T::read(&mut reader, &[""], Need::Optional).unwrap_or_default())
        });
        wire.chain(made.iter().copied())
    }
}

impl<'a, T: SeqItem<'a>> Default for Seq<'a, T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// The same items in the same order.
impl<'a, T: SeqItem<'a>> PartialEq for Seq<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<'a, T: SeqItem<'a> + Eq> Eq for Seq<'a, T> {}

impl<'a, T: SeqItem<'a>> fmt::Debug for Seq<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: SeqItem<'a>> Field<'a> for Seq<'a, T> {
    fn read(
        reader: &mut Reader<'a, '_>,
        names: &'static [&'static str],
        need: Need,
    ) -> Result<Self, DecodeError> {
        let (name, names) = names.split_first().unwrap_or((&"NPL", &[]));
        let offset = reader.offset();
        let npl = reader.field();
        let len = number(npl).map_err(|error| invalid(error, name, offset))?;
        if len == 0 && need == Need::Mandatory {
            let error = ValueError::TooShort { min: 1, had: 0 };
            return Err(invalid(error, name, offset));
        }
        let start = reader.rest();
        for _ in 0..len {
            T::read(reader, names, Need::Mandatory)?;
        }
        let taken = start.len() - reader.rest().len();
        let items = start.get(..taken).unwrap_or_default();
        Ok(Self(Source::Wire { npl, len, items }))
    }

    fn size(&self) -> usize {
        match self.0 {
            Source::Wire { npl, items, .. } => npl.len() + 1 + items.len(),
            Source::Made(items) => {
                let digits = digits(items.len()).count();
                digits + 1 + items.iter().map(Field::size).sum::<usize>()
            }
        }
    }

    fn write(&self, writer: &mut Writer<'_>) {
        match self.0 {
            Source::Wire { npl, items, .. } => {
                writer.field(npl);
                writer.octets(items);
            }
            Source::Made(items) => {
                digits(items.len()).for_each(|digit| writer.octets(&[digit]));
                writer.field(b"");
                items.iter().for_each(|item| item.write(writer));
            }
        }
    }
}

/// A number of up to three digits; nothing is none.
fn number(npl: &[u8]) -> Result<usize, ValueError> {
    let (max, had) = (3, npl.len());
    if had > max {
        return Err(ValueError::TooLong { max, had });
    }
    npl.iter().enumerate().try_fold(0, |number, (at, octet)| {
        if !octet.is_ascii_digit() {
            return Err(ValueError::NotDigit { at });
        }
        Ok(number * 10 + usize::from(octet - b'0'))
    })
}

/// The one to three digits of a number below 1000.
fn digits(number: usize) -> impl Iterator<Item = u8> {
    let digit = move |power| b'0' + u8::try_from(number / power % 10).unwrap_or_default();
    [100, 10, 1]
        .into_iter()
        .filter(move |&power| power == 1 || number >= power)
        .map(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_without_zeros_in_front() {
        for value in 0..=999 {
            let text: alloc::vec::Vec<_> = digits(value).collect();
            assert_eq!(text, alloc::format!("{value}").as_bytes());
            assert_eq!(number(&text), Ok(value));
        }
        assert_eq!(number(b"007"), Ok(7));
        assert_eq!(number(b"1000"), Err(ValueError::TooLong { max: 3, had: 4 }));
        assert_eq!(number(b"1x"), Err(ValueError::NotDigit { at: 1 }));
    }

    #[test]
    fn items_are_the_same_made_and_read() {
        let items = [Address::new("1").unwrap(), Address::new("23").unwrap()];
        let made = Seq::new(&items).unwrap();
        for wire in [&b"2/1/23/x/"[..], b"002/1/23/x/"] {
            let mut reader = Reader::new(wire, wire.len(), &Quirks::STRICT, None);
            let names = &["NPL", "AdC"];
            let read = Seq::<Address<'_>>::read(&mut reader, names, Need::Mandatory).unwrap();
            assert_eq!(read, made);
            assert_eq!(read.size(), wire.len() - 2);
            assert_eq!(reader.rest(), b"x/");
        }
        assert_eq!(made.size(), b"2/1/23/".len());
        let one_is_empty = [items[0], Address::default()];
        assert!(Seq::new(&one_is_empty).is_err());
        assert!(Seq::new(&[items[0]; 1_000]).is_err());
    }
}
