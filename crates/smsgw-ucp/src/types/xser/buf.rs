//! Extra services put together.

use alloc::vec::Vec;

use super::{Hex, MAX, Service, ServiceType, TypedService, XSer};
use crate::error::ValueError;
use crate::types::hex::pair_of;

/// Extra services put together one by one, for an [`XSer`] to borrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct XSerBuf(Vec<u8>);

impl XSerBuf {
    /// Without a service.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Appends a service.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) when the field would have more than 400 digits; nothing is
    /// appended then.
    pub fn push<'a>(&mut self, service: impl TypedService<'a>) -> Result<(), ValueError> {
        service.with_data(|tt, data| self.push_data(tt, data))
    }

    /// Appends a service as it was read, or one that the table does not have.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn push_service(&mut self, service: Service<'_>) -> Result<(), ValueError> {
        self.push_data(service.tt, service.data)
    }

    /// The services.
    #[must_use]
    pub fn as_xser(&self) -> XSer<'_> {
        XSer(Hex::of(&self.0))
    }

    fn push_data(&mut self, tt: ServiceType, data: Hex<'_>) -> Result<(), ValueError> {
        let had = self.0.len() + 4 + data.digits().len();
        let too_long = ValueError::TooLong { max: MAX, had };
        // So few digits are less than 255 octets, too.
        if had > MAX {
            return Err(too_long);
        }
        let len = u8::try_from(data.len()).map_err(|_| too_long)?;
        self.0.extend(pair_of(tt.0));
        self.0.extend(pair_of(len));
        self.0.extend(data.digits());
        Ok(())
    }
}
