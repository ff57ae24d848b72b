//! A count octet and as many items: the lists of `submit_multi` and its response.

use core::fmt;
use core::marker::PhantomData;

use crate::error::{DecodeError, ValueError};
use crate::quirks::Quirks;
use crate::value::{FieldKind, Value, Visitor};
use crate::wire::{Field, Reader, Writer};

/// Up to 255 items, read lazily from the frame or given as a list to send.
#[derive(Clone, Copy)]
pub struct Seq<'a, T> {
    count: u8,
    items: Items<'a, T>,
}

#[derive(Clone, Copy)]
enum Items<'a, T> {
    /// Checked when the frame was read.
    Octets(&'a [u8], PhantomData<T>),
    List(&'a [T]),
}

/// An item of a [`Seq`].
pub trait SeqItem<'a>: sealed::Item<'a> + Copy + fmt::Debug {}

pub(crate) mod sealed {
    use super::{DecodeError, FieldKind, Reader, Visitor, Writer};

    pub trait Item<'a>: Sized {
        /// How the list is spelled on the wire.
        const KIND: FieldKind;
        /// The standard's name of the count.
        const COUNT: &'static str;
        fn read(reader: &mut Reader<'a, '_>) -> Result<Self, DecodeError>;
        fn size(&self) -> usize;
        fn write(&self, writer: &mut Writer<'_>);
        fn visit(&self, visitor: &mut dyn Visitor);
    }
}

impl<'a, T: SeqItem<'a>> Seq<'a, T> {
    /// A list to send.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) when there are more than 255.
    pub fn new(items: &'a [T]) -> Result<Self, ValueError> {
        match u8::try_from(items.len()) {
            Ok(count) => Ok(Self {
                count,
                items: Items::List(items),
            }),
            Err(_) => Err(ValueError::TooLong {
                max: 255,
                had: items.len(),
            }),
        }
    }

    /// How many.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The items in wire order.
    pub fn iter(&self) -> impl Iterator<Item = T> + use<'a, T> {
        let (octets, list) = match self.items {
            Items::Octets(octets, _) => (octets, &[][..]),
            Items::List(list) => (&[][..], list),
        };
        let mut reader = Reader::new(octets, octets.len(), &Quirks::LENIENT, None);
        let read = core::iter::from_fn(move || match reader.rest() {
            [] => None,
            _ => T::read(&mut reader).ok(),
        });
        read.chain(list.iter().copied())
    }
}

impl<T> Default for Seq<'_, T> {
    fn default() -> Self {
        Self {
            count: 0,
            items: Items::List(&[]),
        }
    }
}

impl<'a, T: SeqItem<'a> + PartialEq> PartialEq for Seq<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: SeqItem<'a> + Eq> Eq for Seq<'a, T> {}

impl<'a, T: SeqItem<'a>> fmt::Debug for Seq<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: SeqItem<'a>> Field<'a> for Seq<'a, T> {
    const KIND: FieldKind = T::KIND;

    fn read(reader: &mut Reader<'a, '_>, _name: &'static str) -> Result<Self, DecodeError> {
        let count = reader.u8(T::COUNT)?;
        let start = reader.rest();
        for _ in 0..count {
            T::read(reader)?;
        }
        let len = start.len() - reader.rest().len();
        let octets = start.get(..len).unwrap_or_default();
        Ok(Self {
            count,
            items: Items::Octets(octets, PhantomData),
        })
    }

    fn size(&self) -> usize {
        1 + match self.items {
            Items::Octets(octets, _) => octets.len(),
            Items::List(list) => list.iter().map(T::size).sum(),
        }
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.u8(self.count);
        match self.items {
            Items::Octets(octets, _) => writer.octets(octets),
            Items::List(list) => list.iter().for_each(|item| item.write(writer)),
        }
    }

    fn visit(&self, name: &'static str, visitor: &mut dyn Visitor) {
        visitor.value(T::COUNT, 1, Value::Derived(u32::from(self.count)));
        visitor.begin_list(name);
        for item in self.iter() {
            visitor.begin_item();
            item.visit(visitor);
            visitor.end_item();
        }
        visitor.end_list();
    }
}
