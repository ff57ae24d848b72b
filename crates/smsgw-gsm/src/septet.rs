//! Septets packed into octets (3GPP TS 23.038 §6.1.2.1): eight in seven, lowest bits first.
//!
//! After a user data header the first septet starts on a septet boundary counted from the
//! header's start; the [`FillBits`] between are zero. How many septets there are cannot be
//! told from the octets (seven octets hold seven septets or eight), so reading takes a count.
//!
//! ```
//! use smsgw_gsm::septet::{FillBits, pack, unpack};
//!
//! let packed = pack(b"hellohello", FillBits::NONE);
//! assert_eq!(packed, [0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37]);
//! assert_eq!(unpack(&packed, 10, FillBits::NONE), b"hellohello");
//! ```

use alloc::vec;
use alloc::vec::Vec;

/// Zero bits before the first septet, 0 to 6.
///
/// ```
/// use smsgw_gsm::septet::FillBits;
///
/// assert_eq!(FillBits::after(6).get(), 1); // 8-bit concatenation header: 48 bits, then 1
/// assert_eq!(FillBits::after(7), FillBits::NONE); // 16-bit: 56 bits are 8 septets
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FillBits(u8);

impl FillBits {
    /// None: there is no header, or it ends on a septet boundary.
    pub const NONE: FillBits = FillBits(0);

    /// `bits` fill bits; `None` above 6.
    #[must_use]
    pub const fn new(bits: u8) -> Option<FillBits> {
        if bits <= 6 {
            Some(FillBits(bits))
        } else {
            None
        }
    }

    /// The fill bits after a header of `octets` octets, its length octet included.
    #[must_use]
    pub const fn after(octets: usize) -> FillBits {
        // 8 bits are one septet and a bit, so n octets are n bits past a boundary.
        FillBits(match octets % 7 {
            0 => 0,
            1 => 6,
            2 => 5,
            3 => 4,
            4 => 3,
            5 => 2,
            _ => 1,
        })
    }

    /// How many they are.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Octets that `count` septets take after `fill` bits. Fill bits alone take one: TP-UDL counts
/// them to the header's last septet.
#[must_use]
pub const fn packed_len(count: usize, fill: FillBits) -> usize {
    (count / 8) * 7 + ((count % 8) * 7 + fill.0 as usize).div_ceil(8)
}

/// Septets that TP-UDL counts for a header of `octets` octets: its own and the fill bits after it.
///
/// ```
/// use smsgw_gsm::septet::header_septets;
///
/// assert_eq!(header_septets(6), 7); // 160 - 7 are the 153 of a part
/// assert_eq!(header_septets(0), 0);
/// ```
#[must_use]
pub const fn header_septets(octets: usize) -> usize {
    (8 * octets).div_ceil(7)
}

/// Septets that fit whole into `octets` octets after `fill` bits.
///
/// ```
/// use smsgw_gsm::septet::{FillBits, capacity};
///
/// assert_eq!(capacity(140, FillBits::NONE), 160);
/// assert_eq!(capacity(134, FillBits::after(6)), 153);
/// ```
#[must_use]
pub const fn capacity(octets: usize, fill: FillBits) -> usize {
    octets.saturating_mul(8).saturating_sub(fill.0 as usize) / 7
}

/// Packs septets, one an octet, after `fill` zero bits. Bits after the last septet are zero;
/// the top bit of each octet of `septets` is dropped.
#[must_use]
pub fn pack(septets: &[u8], fill: FillBits) -> Vec<u8> {
    let mut octets = Vec::new();
    pack_append(septets, fill, &mut octets);
    octets
}

/// [`pack`], appended to `octets`.
pub fn pack_append(septets: &[u8], fill: FillBits, octets: &mut Vec<u8>) {
    let start = octets.len();
    octets.resize(start + packed_len(septets.len(), fill), 0);
    if let Some(octets) = octets.get_mut(start..) {
        pack_into(septets, fill, octets);
    }
}

/// [`pack`] into the start of `octets`; how many octets were written, or `None` when they do not
/// fit and nothing was.
///
/// ```
/// use smsgw_gsm::septet::{FillBits, pack_into};
///
/// let mut octets = [0; 140];
/// assert_eq!(pack_into(&[b'a'; 160], FillBits::NONE, &mut octets), Some(140));
/// assert_eq!(pack_into(&[b'a'; 161], FillBits::NONE, &mut octets), None);
/// ```
pub fn pack_into(septets: &[u8], fill: FillBits, octets: &mut [u8]) -> Option<usize> {
    let len = packed_len(septets.len(), fill);
    let octets = octets.get_mut(..len)?;
    let (groups, last) = septets.as_chunks::<8>();
    let (packed, rest) = octets.split_at_mut_checked(7 * groups.len())?;
    let (packed, _) = packed.as_chunks_mut::<7>();
    // The bits that stand before the group: those of `fill` first, then as many of the group before.
    let mut carry = 0;
    for (packed, group) in packed.iter_mut().zip(groups) {
        let word = carry | (join(*group) << fill.0);
        let [seven @ .., top] = word.to_le_bytes();
        *packed = seven;
        carry = u64::from(top);
    }
    let mut group = [0; 8];
    for (octet, septet) in group.iter_mut().zip(last) {
        *octet = *septet;
    }
    let word = carry | (join(group) << fill.0);
    for (octet, last) in rest.iter_mut().zip(word.to_le_bytes()) {
        *octet = last;
    }
    Some(len)
}

/// Unpacks `count` septets that stand after `fill` bits, one an octet; fewer if `octets` ends
/// before.
///
/// Bits outside the septets read are ignored: senders leave what they like in them.
#[must_use]
pub fn unpack(octets: &[u8], count: usize, fill: FillBits) -> Vec<u8> {
    let mut septets = vec![0; count.min(capacity(octets.len(), fill))];
    unpack_into(octets, fill, &mut septets);
    septets
}

/// Unpacks as many septets as `septets` has room for, or `octets` holds after `fill` bits; how
/// many they are.
///
/// ```
/// use smsgw_gsm::septet::{FillBits, unpack_into};
///
/// let mut septets = [0; 160];
/// let count = unpack_into(&[0x61, 0xF1, 0x18], FillBits::NONE, &mut septets);
/// assert_eq!(septets[..count], *b"abc");
/// ```
pub fn unpack_into(octets: &[u8], fill: FillBits, septets: &mut [u8]) -> usize {
    let count = septets.len().min(capacity(octets.len(), fill));
    let septets = septets.get_mut(..count).unwrap_or_default();
    let (groups, _) = septets.as_chunks_mut::<8>();
    // In this form the compiler makes vector code of the loop, which halves its time.
    let eights = octets.windows(8).step_by(7);
    let whole = groups.len().min(eights.len());
    for (group, eight) in groups.iter_mut().zip(eights) {
        *group = part(word(eight) >> fill.0);
    }
    // Either fewer than eight septets are left or fewer than eight octets: one word in any case.
    let last = septets.get_mut(8 * whole..).unwrap_or_default();
    let octets = octets.get(7 * whole..).unwrap_or_default();
    for (septet, octet) in last.iter_mut().zip(part(word(octets) >> fill.0)) {
        *septet = octet;
    }
    count
}

/// The first sixteen septets after `fill` bits, one an octet; whatever, if `octets` ends before.
pub(crate) fn sixteen(octets: &[u8], fill: FillBits) -> [u8; 16] {
    let first = part(word(octets) >> fill.0);
    let second = part(word(octets.get(7..).unwrap_or_default()) >> fill.0);
    let word = u128::from(u64::from_le_bytes(first)) | u128::from(u64::from_le_bytes(second)) << 64;
    word.to_le_bytes()
}

/// The septet that fills seven spare bits in USSD: a carriage return.
const CR: u8 = 0x0D;

/// Packs septets as USSD strings carry them, with a carriage return where seven bits would be
/// left over (TS 23.038 §6.1.2.3.1). **Not for short messages**: their TP-UDL counts septets.
///
/// USSD has no count, and seven spare bits would be read as an eighth septet, `@`; so a carriage
/// return fills them. One that is meant, and would end with the last octet, is doubled: the
/// reader takes such a one for filling.
///
/// ```
/// use smsgw_gsm::septet::{pack_ussd, unpack_ussd};
///
/// let packed = pack_ussd(b"*#100*#");
/// assert_eq!(packed.last(), Some(&0x1A));
/// assert_eq!(unpack_ussd(&packed), b"*#100*#");
/// ```
#[must_use]
pub fn pack_ussd(septets: &[u8]) -> Vec<u8> {
    let mut octets = pack(septets, FillBits::NONE);
    match (septets.len() % 8, septets.last()) {
        (7, _) => {
            if let Some(last) = octets.last_mut() {
                *last |= CR << 1;
            }
        }
        (0, Some(last)) if last & 0x7F == CR => octets.push(CR),
        _ => {}
    }
    octets
}

/// Unpacks the septets of a USSD string: all that fit into `octets`, without a carriage return
/// that ends with the last octet (TS 23.038 §6.1.2.3.1). **Not for short messages.**
///
/// What [`pack_ussd`] made comes back, but for a carriage return that it doubled: both are there.
#[must_use]
pub fn unpack_ussd(octets: &[u8]) -> Vec<u8> {
    let mut septets = unpack(octets, usize::MAX, FillBits::NONE);
    septets.pop_if(|last| *last == CR && octets.len().is_multiple_of(7));
    septets
}

/// The first eight octets as a little-endian word; zero where there are fewer.
fn word(octets: &[u8]) -> u64 {
    if let Some(eight) = octets.first_chunk() {
        return u64::from_le_bytes(*eight);
    }
    if let (Some(first), Some(last)) = (octets.first_chunk(), octets.last_chunk()) {
        // Four to seven octets: where both have one it is the same.
        let last = u64::from(u32::from_le_bytes(*last));
        return u64::from(u32::from_le_bytes(*first)) | last << (8 * (octets.len() - 4));
    }
    let each = octets.iter().rev();
    each.fold(0, |word, octet| word << 8 | u64::from(*octet))
}

/// Eight septets, one an octet, as one 56-bit word: halves joined in pairs, then fours, then all.
fn join(septets: [u8; 8]) -> u64 {
    let x = u64::from_le_bytes(septets) & 0x7F7F_7F7F_7F7F_7F7F;
    let x = (x & 0x007F_007F_007F_007F) | ((x & 0x7F00_7F00_7F00_7F00) >> 1);
    let x = (x & 0x0000_3FFF_0000_3FFF) | ((x & 0x3FFF_0000_3FFF_0000) >> 2);
    (x & 0x0FFF_FFFF) | ((x & 0x0FFF_FFFF_0000_0000) >> 4)
}

/// The inverse of [`join`]; bits above the 56th are ignored.
fn part(word: u64) -> [u8; 8] {
    let x = (word & 0x0FFF_FFFF) | ((word << 4) & 0x0FFF_FFFF_0000_0000);
    let x = (x & 0x0000_3FFF_0000_3FFF) | ((x << 2) & 0x3FFF_0000_3FFF_0000);
    let x = (x & 0x007F_007F_007F_007F) | ((x << 1) & 0x7F00_7F00_7F00_7F00);
    x.to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_octets_hold_seven_or_eight() {
        let packed = pack(b"1234567", FillBits::NONE);
        assert_eq!(packed.len(), 7);
        assert_eq!(unpack(&packed, 7, FillBits::NONE), b"1234567");
        assert_eq!(unpack(&packed, 8, FillBits::NONE), b"1234567\0");
    }

    #[test]
    fn eight_septets_and_fill_bits_take_eight_octets() {
        for bits in 1..=6 {
            let fill = FillBits::new(bits).unwrap();
            assert_eq!(pack(&[0x7F; 8], fill).len(), 8);
        }
        assert_eq!(FillBits::new(7), None);
    }

    #[test]
    fn no_septets_are_the_fill_bits_alone() {
        assert_eq!(pack(b"", FillBits::NONE), b"");
        assert_eq!(pack(b"", FillBits::after(6)), [0]);
        assert_eq!(unpack(b"", 5, FillBits::after(6)), b"");
    }

    #[test]
    fn a_count_beyond_the_end_gets_what_is_there() {
        assert_eq!(unpack(&[0xE1], usize::MAX, FillBits::NONE), b"a");
        assert_eq!(unpack(&[0xFF; 2], usize::MAX, FillBits::after(1)), [0x7F]);
    }

    #[test]
    fn a_slice_that_is_too_short_stays_as_it_is() {
        let mut octets = [0xAA; 7];
        assert_eq!(pack_into(&[1; 9], FillBits::NONE, &mut octets), None);
        assert_eq!(octets, [0xAA; 7]);
        assert_eq!(pack_into(&[1; 7], FillBits::NONE, &mut octets), Some(7));
        let mut septets = [0xAA; 5];
        assert_eq!(unpack_into(&octets, FillBits::NONE, &mut septets), 5);
        assert_eq!(septets, [1; 5]);
        assert_eq!(unpack_into(&octets[..2], FillBits::NONE, &mut septets), 2);
    }

    #[test]
    fn ussd_fills_seven_spare_bits_only() {
        assert_eq!(pack_ussd(b"1234567"), pack(b"1234567\r", FillBits::NONE));
        assert_eq!(pack_ussd(b"123456"), pack(b"123456", FillBits::NONE));
        assert_eq!(pack_ussd(b"12345678"), pack(b"12345678", FillBits::NONE));
        assert_eq!(unpack_ussd(&pack_ussd(b"1234567")), b"1234567");
        assert_eq!(unpack_ussd(&pack_ussd(b"")), b"");
    }

    #[test]
    fn ussd_doubles_a_carriage_return_at_the_end_of_an_octet() {
        let packed = pack_ussd(b"1234567\r");
        assert_eq!(packed, pack(b"1234567\r\r", FillBits::NONE));
        assert_eq!(unpack_ussd(&packed), b"1234567\r\r");
        // Elsewhere it is a character like others.
        assert_eq!(unpack_ussd(&pack_ussd(b"123456\r")), b"123456\r");
        assert_eq!(unpack_ussd(&pack_ussd(b"12345\r")), b"12345\r");
    }

    #[test]
    fn fill_bits_reach_the_next_septet() {
        for header in 0..30 {
            let bits = header * 8 + usize::from(FillBits::after(header).get());
            assert_eq!(bits % 7, 0);
        }
    }
}
