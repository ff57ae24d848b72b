//! Texts in what `data_coding` has and GSM has not.

use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::ucs2;
use smsgw_smpp::types::DataCoding;

use super::text;
use crate::convert::header::has_sar;
use crate::convert::text::data_coding_scheme;
use crate::message::{Content, Message};

/// The same message, its text in a coding that GSM and UCP have, too.
///
/// ASCII, Latin-1 and the others that only `data_coding` of SMPP names are read as
/// [`text()`] does: a message that is whole becomes [`Content::Text`]; a part of a longer one stays
/// a part, in GSM 7-bit, or else in UCS-2. One that has no room for that is left as it is, and so
/// is everything else: whoever converts it to another protocol gets an error.
///
/// ```
/// use smsgw::convert::smpp::{from_submit_sm, in_gsm_coding};
/// use smsgw::smpp::pdu::SubmitSm;
/// use smsgw::smpp::types::{DataCoding, ShortMessage};
/// use smsgw::Content;
///
/// let submit = SubmitSm {
///     data_coding: DataCoding::LATIN_1,
///     short_message: ShortMessage::new(b"\xC7a va ?")?,
///     ..SubmitSm::default()
/// };
/// let message = in_gsm_coding(from_submit_sm(&submit));
/// assert_eq!(message.content, Content::Text("Ça va ?".into()));
/// # Ok::<(), smsgw::smpp::ValueError>(())
/// ```
#[must_use]
pub fn in_gsm_coding(message: Message) -> Message {
    let Content::Encoded { dcs, udh, octets } = &message.content else {
        return message;
    };
    let text = match data_coding_scheme(*dcs) {
        Some(_) => None,
        None => text(*dcs, udh, octets),
    };
    let Some(text) = text else {
        return message;
    };
    let content = match (udh.as_slice(), has_sar(&message)) {
        ([], false) => Some(Content::Text(text)),
        (udh, false) => part(&text, udh, udh.len()),
        (udh, true) => part(&text, udh, udh.len() + SAR_HEADER),
    };
    match content {
        Some(content) => Message { content, ..message },
        None => message,
    }
}

/// Octets of the header that is made of the `sar_` TLVs.
const SAR_HEADER: usize = 6;

/// A part, on the air with a header of so many octets; `None` when it does not fit into one SMS.
fn part(text: &str, udh: &[u8], header_len: usize) -> Option<Content> {
    // Septets begin at the next one.
    let septets = 160_usize.checked_sub((header_len * 8).div_ceil(7))?;
    let octets = 140_usize.checked_sub(header_len)?;
    let gsm7 = Tables::DEFAULT.encode(text).ok();
    let (data_coding, octets) = match gsm7.filter(|gsm7| gsm7.len() <= septets) {
        Some(gsm7) => (DataCoding::MC_SPECIFIC, gsm7),
        None => {
            let ucs2 = ucs2::encode(text);
            (ucs2.len() <= octets).then_some((DataCoding::UCS2, ucs2))?
        }
    };
    Some(Content::Encoded {
        dcs: data_coding.0,
        udh: udh.to_vec(),
        octets,
    })
}
