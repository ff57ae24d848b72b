//! Reading and writing octets in wire order.

use alloc::vec::Vec;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::quirks::{Faults, Tolerance};

/// What is left of an input, and where in it that is.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// Where the input ends: the place of `rest` follows from it, so reading moves only one thing.
    end: usize,
}

impl<'a> Reader<'a> {
    /// An input whose first octet is at `offset` of what the caller was given.
    pub(crate) fn new(octets: &'a [u8], offset: usize) -> Self {
        Self {
            rest: octets,
            end: offset.saturating_add(octets.len()),
        }
    }

    /// Where the next octet is.
    pub(crate) fn offset(&self) -> usize {
        self.end - self.rest.len()
    }

    /// All that is left, without taking it.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next octet.
    #[inline]
    pub(crate) fn octet(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        let [octet] = self.array(field)?;
        Ok(octet)
    }

    /// The next `N` octets.
    #[inline]
    pub(crate) fn array<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; N], DecodeError> {
        match self.rest.split_first_chunk::<N>() {
            Some((octets, rest)) => {
                self.rest = rest;
                Ok(*octets)
            }
            None => Err(self.truncated(field, N)),
        }
    }

    /// The next `count` octets.
    #[inline]
    pub(crate) fn take(
        &mut self,
        count: usize,
        field: &'static str,
    ) -> Result<&'a [u8], DecodeError> {
        match self.rest.split_at_checked(count) {
            Some((octets, rest)) => {
                self.rest = rest;
                Ok(octets)
            }
            None => Err(self.truncated(field, count)),
        }
    }

    /// A field that starts with the next octet is wrong.
    #[cold]
    pub(crate) fn error(&self, kind: DecodeErrorKind, field: &'static str) -> DecodeError {
        DecodeError {
            kind,
            field,
            offset: self.offset(),
        }
    }

    /// A field that starts with the next octet and takes `needed` does not end.
    #[cold]
    pub(crate) fn truncated(&self, field: &'static str, needed: usize) -> DecodeError {
        let had = self.rest.len();
        self.error(DecodeErrorKind::Truncated { needed, had }, field)
    }
}

/// What is left after the last field.
pub(crate) fn trailing<'a>(
    reader: &mut Reader<'a>,
    faults: &mut Faults<'_>,
) -> Result<&'a [u8], DecodeError> {
    let rest = reader.rest();
    if !rest.is_empty() {
        let what = match rest {
            // One alone is rather of a field with a wrong length.
            [0xFF, 0xFF, more @ ..] if more.iter().all(|octet| *octet == 0xFF) => {
                Tolerance::Padding
            }
            _ => Tolerance::TrailingOctets,
        };
        let kind = DecodeErrorKind::TrailingOctets { had: rest.len() };
        faults.meet(what, reader.error(kind, "trailing"))?;
    }
    Ok(rest)
}

/// Takes the fields of a TPDU in wire order.
pub(crate) trait Sink {
    /// Takes octets of a field. A field may come in several pieces, one after the other.
    fn put(&mut self, field: &'static str, octets: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, _: &'static str, octets: &[u8]) {
        self.extend_from_slice(octets);
    }
}

/// Counts the octets.
impl Sink for usize {
    fn put(&mut self, _: &'static str, octets: &[u8]) {
        *self += octets.len();
    }
}
