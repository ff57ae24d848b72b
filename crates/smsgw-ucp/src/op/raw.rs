//! Fields whose types are to come.

use crate::error::DecodeError;
use crate::wire::{Field, Need, Reader, Writer};

macro_rules! raws {
    ($($name:ident $n:literal)*) => { $(
        /// To come.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name<'a>([&'a [u8]; $n]);

        impl<'a> Field<'a> for $name<'a> {
            fn read(
                reader: &mut Reader<'a, '_>,
                _names: &'static [&'static str],
                _need: Need,
            ) -> Result<Self, DecodeError> {
                let mut all = Self::default();
                for field in &mut all.0 {
                    *field = reader.field();
                }
                Ok(all)
            }
            fn size(&self) -> usize {
                self.0.iter().map(|field| field.len() + 1).sum()
            }
            fn write(&self, writer: &mut Writer<'_>) {
                self.0.iter().for_each(|field| writer.field(field));
            }
        }
    )* };
}

raws!(Message 3 ShortContent 2 AMsg 1 Originator 1 XSer 1 Password 1);
