//! UCP frames out of octets that are none yet.

use smsgw_ucp::{Frame, OperationKind, OperationType, Trn};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;

/// The same octets, with the right LEN and checksum wherever something between STX and ETX has room
/// for them: a fuzzer does not find a sum.
pub fn mended(octets: &[u8]) -> Vec<u8> {
    let mut octets = octets.to_vec();
    let mut rest = &mut octets[..];
    while let Some(begin) = rest.iter().position(|&octet| octet == STX) {
        rest = &mut rest[begin..];
        let is_control = |octet: &u8| matches!(*octet, STX | ETX);
        let Some(end) = rest[1..].iter().position(is_control) else {
            break;
        };
        let (frame, others) = rest.split_at_mut(end + 1);
        rest = others;
        // `00/00016/O/31/6F`, in the octets between STX and ETX.
        let inner = &mut frame[1..];
        if inner.len() < 16 || rest[0] == STX {
            continue;
        }
        let len = format!("{:05}", inner.len());
        inner[3..8].copy_from_slice(len.as_bytes());
        let (summed, checksum) = inner.split_at_mut(inner.len() - 2);
        let sum = summed
            .iter()
            .fold(0_u8, |sum, &octet| sum.wrapping_add(octet));
        checksum.copy_from_slice(format!("{sum:02X}").as_bytes());
    }
    octets
}

/// A frame of these fields, with slashes between them; `None` when no frame can have them.
pub fn frame(trn: Trn, kind: OperationKind, ot: OperationType, fields: &[u8]) -> Option<Frame> {
    let fields: Vec<&[u8]> = fields.split(|&octet| octet == b'/').collect();
    Frame::from_fields(trn, kind, ot, &fields).ok()
}
