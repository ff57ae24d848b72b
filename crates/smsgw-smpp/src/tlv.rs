//! TLVs: optional parameters after the fields of a body (SMPP 5.0 §3.1.6, §4.8).

mod addr_subunit;
mod billing;
mod broadcast_area;
mod broadcast_content;
mod broadcast_time;
mod callback_num;
mod handling;
mod its_session_info;
mod length;
mod ms_availability;
mod ms_msg_wait_facilities;
mod ms_validity;
mod network_error;
mod network_id;
mod network_type;
mod number_portability;
mod octet_string;
mod subaddress;
mod table;
mod tagged;
mod telematics_id;
mod typed;
mod ussd_service_op;

pub use addr_subunit::*;
pub use billing::*;
pub use broadcast_area::*;
pub use broadcast_content::*;
pub use broadcast_time::*;
pub use callback_num::*;
pub use handling::*;
pub use its_session_info::*;
pub use length::*;
pub use ms_availability::*;
pub use ms_msg_wait_facilities::*;
pub use ms_validity::*;
pub use network_error::*;
pub use network_id::*;
pub use network_type::*;
pub use number_portability::*;
pub use octet_string::*;
pub use subaddress::*;
pub use table::*;
pub use telematics_id::*;
pub use typed::{TlvCString, TlvOctets, TlvValue, TypedTlv};
pub use ussd_service_op::*;

use core::fmt;

use crate::error::{DecodeError, DecodeErrorKind, ValueError};
use crate::quirks::Tolerance;
use crate::wire::{Reader, Writer, clamp};

/// One TLV: a tag and at most 65,535 octets.
///
/// A typed one becomes a `Tlv` with [`From`]; any other is made with [`Tlv::new`].
#[derive(Clone, Copy)]
pub struct Tlv<'a> {
    tag: TlvTag,
    value: TlvValue<'a>,
}

impl<'a> Tlv<'a> {
    /// A TLV of any tag.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) when `value` exceeds 65,535 octets.
    pub fn new(tag: TlvTag, value: &'a [u8]) -> Result<Self, ValueError> {
        Ok(Self {
            tag,
            value: TlvValue::octets(TlvOctets::new(value)?),
        })
    }

    /// The tag.
    #[must_use]
    pub const fn tag(&self) -> TlvTag {
        self.tag
    }

    /// The octets of the value.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        self.value.as_octets()
    }

    /// The octets of the value with the life of the frame, when it came from one.
    #[must_use]
    pub const fn received(&self) -> Option<&'a [u8]> {
        self.value.borrowed()
    }

    /// Octets on the wire: 4 for tag and length, and the value.
    #[must_use]
    pub fn size(&self) -> usize {
        4 + self.value().len()
    }

    fn write(&self, writer: &mut Writer<'_>) {
        let [tag_high, tag_low] = self.tag.0.to_be_bytes();
        let [len_high, len_low] = self.value.len().to_be_bytes();
        writer.octets(&[tag_high, tag_low, len_high, len_low]);
        writer.octets(self.value());
    }
}

impl<'a, T: TypedTlv<'a>> From<T> for Tlv<'a> {
    fn from(typed: T) -> Self {
        Self {
            tag: T::TAG,
            value: typed.to_value(),
        }
    }
}

impl PartialEq for Tlv<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag && self.value() == other.value()
    }
}

impl Eq for Tlv<'_> {}

impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=b\"{}\"", self.tag, self.value().escape_ascii())
    }
}

/// The TLVs of a body: the octets that arrived, walked lazily, or a list to send.
///
/// Order and repeats are kept. Octets at the end that are no whole TLV are kept too:
/// [`Self::trailing`].
///
/// ```
/// use smsgw_smpp::tlv::{SarMsgRefNum, Tlvs, UserMessageReference};
///
/// let list = [SarMsgRefNum(7).into(), UserMessageReference(300).into()];
/// let tlvs = Tlvs::new(&list)?;
/// assert_eq!(tlvs.find::<UserMessageReference>(), Some(UserMessageReference(300)));
/// # Ok::<(), smsgw_smpp::ValueError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Tlvs<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Octets(&'a [u8]),
    List(&'a [Tlv<'a>]),
}

impl<'a> Tlvs<'a> {
    /// None.
    pub const EMPTY: Self = Self(Source::Octets(&[]));

    /// Most octets of a list to send: far more than any peer takes in one PDU, and little enough
    /// that no length can overflow.
    pub const MAX_SIZE: usize = 0x00FF_FFFF;

    /// A list to send.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) when it takes more than [`Self::MAX_SIZE`] octets.
    pub fn new(list: &'a [Tlv<'a>]) -> Result<Self, ValueError> {
        match Self(Source::List(list)) {
            tlvs if tlvs.size() <= Self::MAX_SIZE => Ok(tlvs),
            tlvs => Err(ValueError::TooLong {
                max: Self::MAX_SIZE,
                had: tlvs.size(),
            }),
        }
    }

    /// Whether there are neither TLVs nor stray octets.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        match self.0 {
            Source::Octets(octets) => octets.is_empty(),
            Source::List(list) => list.is_empty(),
        }
    }

    /// The TLVs in wire order, up to the first that is not whole.
    #[must_use]
    pub const fn iter(&self) -> Iter<'a> {
        Iter(self.0)
    }

    /// The first `T` whose value can be read.
    ///
    /// One of the wrong length is passed over, as a receiver should (SMPP 5.0 §3.3.3).
    #[must_use]
    pub fn find<T: TypedTlv<'a>>(&self) -> Option<T> {
        match self.0 {
            Source::Octets(_) => self
                .iter()
                .filter(|tlv| tlv.tag == T::TAG)
                .find_map(|tlv| T::from_octets(tlv.received()?)),
            Source::List(list) => list
                .iter()
                .filter(|tlv| tlv.tag == T::TAG)
                .find_map(|tlv| T::from_octets(tlv.value())),
        }
    }

    /// Every `T` whose value can be read, in wire order: some may come more than once.
    pub fn find_all<T: TypedTlv<'a>>(&self) -> impl Iterator<Item = T> + use<'a, T> {
        let (octets, list) = match self.0 {
            Source::Octets(_) => (*self, &[][..]),
            Source::List(list) => (Self::EMPTY, list),
        };
        let received = octets
            .into_iter()
            .filter_map(|tlv| Some((tlv.tag, tlv.received()?)));
        received
            .chain(list.iter().map(|tlv| (tlv.tag, tlv.value())))
            .filter(|(tag, _)| *tag == T::TAG)
            .filter_map(|(_, value)| T::from_octets(value))
    }

    /// The octets after the last whole TLV; empty in a well-formed body.
    #[must_use]
    pub fn trailing(&self) -> &'a [u8] {
        let mut iter = self.iter();
        iter.by_ref().for_each(drop);
        match iter.0 {
            Source::Octets(rest) => rest,
            Source::List(_) => &[],
        }
    }

    #[inline(always)]
    pub(crate) fn read(reader: &mut Reader<'a, '_>) -> Result<Self, DecodeError> {
        if !reader.rest().is_empty() {
            let quirks = reader.quirks;
            if !(quirks.broken_tlvs && quirks.tlv_lengths) || reader.is_reporting() {
                Self::check(reader.reborrow())?;
            }
        }
        Ok(Self(Source::Octets(reader.remaining())))
    }

    /// Walks the TLVs for what the quirks refuse or the caller wants to be told.
    #[inline(never)]
    fn check(mut reader: Reader<'a, '_>) -> Result<(), DecodeError> {
        let quirks = reader.quirks;
        let mut offset = clamp(reader.offset());
        let tlvs = Self(Source::Octets(reader.rest()));
        for tlv in tlvs.iter() {
            let had = tlv.value().len();
            let needed = tlv.tag.value_len();
            if !needed.allows(had) {
                let field = tlv.tag.name().unwrap_or("tlv");
                if !quirks.tlv_lengths {
                    let had = clamp(had);
                    return Err(DecodeError::new(
                        DecodeErrorKind::TlvLength { needed, had },
                        field,
                        offset,
                    ));
                }
                reader.tolerate_at(Tolerance::TlvLength, field, offset);
            }
            if tlv.tag.is_c_octet_string() && tlv.value().last() != Some(&0) {
                let field = tlv.tag.name().unwrap_or("tlv");
                if !quirks.tlv_lengths {
                    let kind = DecodeErrorKind::TlvWithoutNul;
                    return Err(DecodeError::new(kind, field, offset));
                }
                reader.tolerate_at(Tolerance::MissingNul, field, offset);
            }
            offset = offset.saturating_add(clamp(tlv.size()));
        }
        let trailing = tlvs.trailing();
        if trailing.is_empty() {
            return Ok(());
        }
        if !quirks.broken_tlvs {
            let needed = match trailing {
                [_, _, l1, l2, ..] => 4 + u32::from(u16::from_be_bytes([*l1, *l2])),
                _ => 4,
            };
            let had = clamp(trailing.len());
            return Err(DecodeError::new(
                DecodeErrorKind::BrokenTlv { needed, had },
                "tlvs",
                offset,
            ));
        }
        reader.tolerate_at(Tolerance::BrokenTlv, "tlvs", offset);
        Ok(())
    }

    #[inline]
    pub(crate) fn size(&self) -> usize {
        match self.0 {
            Source::Octets(octets) => octets.len(),
            Source::List(list) => list.iter().map(Tlv::size).sum(),
        }
    }

    #[inline]
    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        match self.0 {
            Source::Octets(octets) => writer.octets(octets),
            Source::List(list) => list.iter().for_each(|tlv| tlv.write(writer)),
        }
    }
}

impl Default for Tlvs<'_> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl PartialEq for Tlvs<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter()) && self.trailing() == other.trailing()
    }
}

impl Eq for Tlvs<'_> {}

impl fmt::Debug for Tlvs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> IntoIterator for Tlvs<'a> {
    type Item = Tlv<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// The TLVs of a body in wire order: see [`Tlvs::iter`].
#[derive(Clone)]
pub struct Iter<'a>(Source<'a>);

impl<'a> Iterator for Iter<'a> {
    type Item = Tlv<'a>;

    #[inline]
    fn next(&mut self) -> Option<Tlv<'a>> {
        match &mut self.0 {
            Source::Octets(octets) => {
                let (&[t1, t2, l1, l2], rest) = octets.split_first_chunk()?;
                let len = u16::from_be_bytes([l1, l2]);
                let (value, rest) = rest.split_at_checked(usize::from(len))?;
                *octets = rest;
                let tag = TlvTag(u16::from_be_bytes([t1, t2]));
                Some(Tlv {
                    tag,
                    value: TlvValue::octets(TlvOctets::of(len, value)),
                })
            }
            Source::List(list) => {
                let (first, rest) = list.split_first()?;
                *list = rest;
                Some(*first)
            }
        }
    }
}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
