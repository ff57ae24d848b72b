//! How many fields an operation has, and what they are called.

use crate::error::DecodeError;
use crate::frame::FrameRef;
use crate::wire::Reader;

/// The fields of an operation in wire order.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The standard's names, each once.
    pub(crate) names: &'static [&'static str],
    repeat: Option<Repeat>,
}

/// A field that is there as often as the one before it says.
#[derive(Clone, Copy, Debug)]
struct Repeat {
    /// Its place.
    item: usize,
    /// Whether one field more can be there, behind the items.
    has_spare: bool,
}

impl Layout {
    pub(crate) const fn new(names: &'static [&'static str]) -> Self {
        let repeat = None;
        Self { names, repeat }
    }

    /// The field at `item` is there as often as the one before it says.
    pub(crate) const fn repeating(self, item: usize) -> Self {
        let repeat = Some(Repeat {
            item,
            has_spare: false,
        });
        Self { repeat, ..self }
    }

    /// Behind those one field more can be there.
    pub(crate) const fn repeating_or_more(self, item: usize) -> Self {
        let repeat = Some(Repeat {
            item,
            has_spare: true,
        });
        Self { repeat, ..self }
    }

    /// The name of the field at `index` of `count`; empty when it has none.
    pub(crate) fn name(&self, index: usize, count: usize) -> &'static str {
        let index = match self.repeat {
            Some(Repeat { item, .. }) if index >= item => {
                let once = self.names.len().saturating_sub(1);
                let items = count.saturating_sub(once);
                match index.checked_sub(items) {
                    Some(before) if before >= item => before + 1,
                    _ => item,
                }
            }
            _ => index,
        };
        self.names.get(index).copied().unwrap_or_default()
    }

    /// Whether `frame` has as many fields as it has to have.
    #[inline]
    pub(crate) fn expect(
        &self,
        frame: FrameRef<'_>,
        reader: &mut Reader<'_, '_>,
    ) -> Result<(), DecodeError> {
        let had = frame.field_count();
        match self.repeat {
            None if had == self.names.len() => Ok(()),
            None => self.refuse(self.names.len(), had, reader),
            Some(repeat) => self.expect_repeated(repeat, frame, had, reader),
        }
    }

    fn expect_repeated(
        &self,
        Repeat { item, has_spare }: Repeat,
        frame: FrameRef<'_>,
        had: usize,
        reader: &mut Reader<'_, '_>,
    ) -> Result<(), DecodeError> {
        let number = match frame.fields().nth(item.saturating_sub(1)) {
            Some(b"") => Some(0),
            Some(text) => str::from_utf8(text)
                .ok()
                .and_then(|it| it.parse::<u16>().ok()),
            None => None,
        };
        let once = self.names.len().saturating_sub(1);
        let needed = once + usize::from(number.unwrap_or_default());
        if number.is_none() && had >= needed {
            // It is refused when it is read.
            return Ok(());
        }
        if has_spare && had == needed + 1 {
            reader.has_spare = true;
            return Ok(());
        }
        self.refuse(needed, had, reader)
    }

    fn refuse(
        &self,
        needed: usize,
        had: usize,
        reader: &mut Reader<'_, '_>,
    ) -> Result<(), DecodeError> {
        reader.expect(self.name(had, needed), needed, had)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_item_is_named_as_often_as_it_is_there() {
        let layout = Layout::new(&["NPL", "AdC", "OAdC", "Msg"]).repeating(1);
        let names = |count| -> alloc::vec::Vec<_> {
            (0..=count).map(|index| layout.name(index, count)).collect()
        };
        assert_eq!(names(3), ["NPL", "OAdC", "Msg", ""]);
        assert_eq!(names(4), ["NPL", "AdC", "OAdC", "Msg", ""]);
        assert_eq!(names(6), ["NPL", "AdC", "AdC", "AdC", "OAdC", "Msg", ""]);
        assert_eq!(names(1), ["NPL", "OAdC"]);
    }
}
