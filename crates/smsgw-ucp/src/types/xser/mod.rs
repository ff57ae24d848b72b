//! Extra services (XSer): what the fixed fields have no place for, each with its type and length.

mod buf;
mod table;

use core::fmt;

use super::ascii;
use super::field::{OneField, Source};
use super::hex::Hex;
use crate::error::{DecodeError, ValueError};
use crate::wire::Writer;

pub use buf::XSerBuf;
pub use table::*;

/// Most digits.
const MAX: usize = 400;

/// Extra services, in wire order: XSer of OT 51, 52 and 54.
///
/// ```
/// use smsgw_ucp::types::{GsmDcs, GsmUdh, Hex, Urgency, XSerBuf};
///
/// let mut services = XSerBuf::new();
/// services.push(GsmUdh(Hex::new("0500034A0201")?))?;
/// services.push(GsmDcs(0x08))?;
/// let xser = services.as_xser();
/// assert_eq!(xser.hex().as_str(), "01060500034A0201020108");
///
/// assert_eq!(xser.dcs(), Some(0x08));
/// assert_eq!(xser.find::<Urgency>(), None);
/// assert_eq!(xser.services().count(), 2);
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct XSer<'a>(Hex<'a>);

impl<'a> XSer<'a> {
    /// No services.
    pub const EMPTY: Self = Self(Hex::EMPTY);

    /// Takes services one behind the other: type (TT), length (LL) and as many octets.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more than 400 digits,
    /// [`Truncated`](ValueError::Truncated) when the last service reaches beyond the end.
    pub fn new(hex: Hex<'a>) -> Result<Self, ValueError> {
        ascii::check_len(hex.digits(), MAX)?;
        check(hex)?;
        Ok(Self(hex))
    }

    /// All of it.
    #[must_use]
    pub const fn hex(&self) -> Hex<'a> {
        self.0
    }

    /// Whether there is no service.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The services in wire order; order and repeats are free.
    #[must_use]
    pub const fn services(&self) -> Services<'a> {
        Services(self.0)
    }

    /// The first service of this type whose data fits it.
    ///
    /// ```
    /// use smsgw_ucp::types::{BillingIdentifier, Hex, XSer};
    ///
    /// let xser = XSer::new(Hex::new("0C03414243")?)?;
    /// let BillingIdentifier(billing) = xser.find().expect("a service 0C");
    /// assert_eq!(billing.to_vec(), b"ABC");
    /// # Ok::<(), smsgw_ucp::ValueError>(())
    /// ```
    #[must_use]
    pub fn find<T: TypedService<'a>>(&self) -> Option<T> {
        self.services().find_map(|service| service.read())
    }

    /// The user data header of GSM, its length octet first: service 01.
    #[must_use]
    pub fn udh(&self) -> Option<Hex<'a>> {
        self.find().map(|GsmUdh(udh)| udh)
    }

    /// The data coding scheme of GSM: service 02.
    #[must_use]
    pub fn dcs(&self) -> Option<u8> {
        self.find().map(|GsmDcs(dcs)| dcs)
    }
}

impl fmt::Debug for XSer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.services()).finish()
    }
}

impl<'a> OneField<'a> for XSer<'a> {
    #[inline]
    fn read_text(source: &mut Source<'a, '_, '_>) -> Result<Self, DecodeError> {
        let hex = Hex::read_from(source, MAX)?;
        check(hex).map_err(|error| source.invalid(error))?;
        Ok(Self(hex))
    }

    #[inline]
    fn text_len(&self) -> usize {
        self.0.digits().len()
    }

    #[inline]
    fn write_text(&self, writer: &mut Writer<'_>) {
        writer.octets(self.0.digits());
    }
}

impl<'a> IntoIterator for XSer<'a> {
    type Item = Service<'a>;
    type IntoIter = Services<'a>;

    fn into_iter(self) -> Services<'a> {
        self.services()
    }
}

/// The services of an [`XSer`], one by one.
#[derive(Clone, Debug)]
pub struct Services<'a>(Hex<'a>);

impl<'a> Iterator for Services<'a> {
    type Item = Service<'a>;

    fn next(&mut self) -> Option<Service<'a>> {
        let (service, rest) = split(self.0).ok().flatten()?;
        self.0 = rest;
        Some(service)
    }
}

/// One extra service.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Service<'a> {
    /// TT: which one it is.
    pub tt: ServiceType,
    /// DD: its data, up to 255 octets.
    pub data: Hex<'a>,
}

impl<'a> Service<'a> {
    /// The service as this type; `None` when it is another one, or the data does not fit.
    #[must_use]
    pub fn read<T: TypedService<'a>>(&self) -> Option<T> {
        (self.tt == T::TT)
            .then(|| T::from_data(self.data))
            .flatten()
    }
}

impl fmt::Debug for Service<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.tt, self.data)
    }
}

/// The first service and the others; `None` when there is none.
fn split(hex: Hex<'_>) -> Result<Option<(Service<'_>, Hex<'_>)>, ValueError> {
    let Some((tt, rest)) = hex.split_first() else {
        return Ok(None);
    };
    let (len, rest) = rest
        .split_first()
        .ok_or(ValueError::Truncated { needed: 2, had: 1 })?;
    let (needed, had) = (len.into(), rest.len());
    let (data, rest) = rest
        .split_at(needed)
        .ok_or(ValueError::Truncated { needed, had })?;
    let tt = ServiceType(tt);
    Ok(Some((Service { tt, data }, rest)))
}

/// Checks that no service reaches beyond the end.
fn check(mut hex: Hex<'_>) -> Result<(), ValueError> {
    while let Some((_, rest)) = split(hex)? {
        hex = rest;
    }
    Ok(())
}
