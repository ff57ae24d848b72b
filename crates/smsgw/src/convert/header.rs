//! The header of a part that SMPP says in TLVs.

use std::borrow::Cow;

use smsgw_gsm::dcs::DataCodingScheme;
use smsgw_gsm::udh::{Concat, HeaderBuilder, InformationElement, Reference, UserDataHeader};

use crate::message::{Extra, Message};

/// Tags of `sar_msg_ref_num`, `sar_total_segments` and `sar_segment_seqnum`.
const SAR: [u16; 3] = [0x020C, 0x020E, 0x020F];

/// Octets that follow a header of an element of 16 bits.
const ROOM: (usize, usize) = (152, 133);

/// Whether a message says in TLVs that it is a part.
#[cfg(feature = "smpp")]
pub(super) fn has_sar(message: &Message) -> bool {
    sar(message).is_some()
}

/// The header of what is encoded: its own, with what the `sar_` TLVs say unless it says that.
pub(super) fn header<'a>(
    message: &Message,
    coding: DataCodingScheme,
    udh: &'a [u8],
    octets: &[u8],
) -> Cow<'a, [u8]> {
    with_sar(message, coding, udh, octets).map_or(Cow::Borrowed(udh), Cow::Owned)
}

fn with_sar(
    message: &Message,
    coding: DataCodingScheme,
    udh: &[u8],
    octets: &[u8],
) -> Option<Vec<u8>> {
    let (reference, total, number) = sar(message)?;
    let header = match udh {
        [] => None,
        udh => Some(UserDataHeader::split(udh).ok()?.0),
    };
    if header.is_some_and(|header| header.concat().is_some()) {
        return None;
    }
    // Whoever leaves the header to the centre leaves room for the shorter one, as a rule.
    let room = if coding.counts_septets() {
        ROOM.0
    } else {
        ROOM.1
    };
    let [_, low] = reference.to_be_bytes();
    let reference = match reference {
        0x100.. if udh.len() + octets.len() <= room => Reference::Sixteen(reference),
        _ => Reference::Eight(low),
    };
    let concat = Concat::new(reference, total, number).ok()?;
    let elements = header.into_iter().flat_map(|header| header.elements());
    let mut builder: HeaderBuilder = elements.collect();
    builder.push(InformationElement::Concat(concat));
    builder.build().ok()
}

/// Reference, total and number, when all are there.
fn sar(message: &Message) -> Option<(u16, u8, u8)> {
    let value = |wanted| {
        message.extras.iter().find_map(|extra| match extra {
            Extra::Tlv { tag, value } if *tag == wanted => Some(value.as_slice()),
            _ => None,
        })
    };
    let [reference, total, number] = SAR.map(value);
    let (&[total], &[number]) = (total?, number?) else {
        return None;
    };
    let reference = u16::from_be_bytes(reference?.try_into().ok()?);
    Some((reference, total, number))
}
