//! smsgw-gsm: texts and septets, headers, long texts.

use alloc::vec::Vec;
use core::time::Duration;

use smsgw_gsm::reassemble::{Limits, Outcome as Placed, Part, Reassembler};
use smsgw_gsm::segment::{Options, segment};
use smsgw_gsm::septet::{FillBits, pack, unpack};
use smsgw_gsm::udh::{Concat, Reference, UserDataHeader};
use smsgw_gsm::{alphabet, ucs2};

use crate::{Outcome, same};

const TEXT: &str = "Grüße für 5 € an alle. ";

pub fn septets() -> Outcome {
    let septets = alphabet::encode_unpacked(TEXT)?;
    let packed = pack(&septets, FillBits::NONE);
    let unpacked = unpack(&packed, septets.len(), FillBits::NONE);
    same(&*alphabet::decode_unpacked(&unpacked), TEXT)?;
    same(alphabet::encode_unpacked("я").is_err(), true)
}

pub fn headers() -> Outcome {
    let concat = Concat::new(Reference::Sixteen(0x1234), 3, 1)?;
    let octets = concat.to_udh();
    let (header, rest) = UserDataHeader::split(&octets)?;
    same(header.concat(), Some(concat))?;
    same(header.fill_bits(), FillBits::NONE)?;
    same(rest, &[])
}

pub fn segments() -> Outcome {
    for repeated in [TEXT.repeat(10), "Ωμέγα 😀".repeat(20)] {
        let segments = segment(&repeated, &Options::new())?;
        let mut reassembler = Reassembler::new(Limits::DEFAULT);
        let mut whole = None;
        for segment in &segments {
            let part = Part {
                key: (),
                position: segment.concat().ok_or("one part")?.into(),
                payload: segment.unpacked(),
                octets: segment.unpacked().len(),
            };
            if let Placed::Complete(message) = reassembler.insert(part, Duration::ZERO).outcome {
                whole = Some(message);
            }
        }
        let octets: Vec<u8> = whole.ok_or("not whole")?.into_payloads().concat();
        let text = match segments.encoding() {
            smsgw_gsm::segment::Encoding::Gsm7 => alphabet::decode_unpacked(&octets),
            _ => ucs2::decode(&octets),
        };
        same(text, repeated)?;
    }
    Ok(())
}
