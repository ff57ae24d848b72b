//! Any octets as packed septets and as septets to pack, after any fill bits: each way is the
//! inverse of the other, and as the standard draws it, bit by bit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smsgw_fuzz::Script;
use smsgw_gsm::septet::{
    FillBits, capacity, pack, pack_append, pack_into, pack_ussd, packed_len, unpack, unpack_into,
    unpack_ussd,
};

/// The septet at `index`, read bit by bit; `None` where it does not fit whole.
fn read(octets: &[u8], index: usize, fill: FillBits) -> Option<u8> {
    let start = usize::from(fill.get()) + 7 * index;
    (0..7).try_fold(0, |septet, bit| {
        let at = start + bit;
        Some(septet | (octets.get(at / 8)? >> (at % 8) & 1) << bit)
    })
}

/// Clears what is no part of `count` septets.
fn without_strays(octets: &mut [u8], count: usize, fill: FillBits) {
    let start = usize::from(fill.get());
    for (bit, at) in (0..octets.len() * 8).map(|at| (at % 8, at)) {
        if !(start..start + 7 * count).contains(&at) {
            octets[at / 8] &= !(1 << bit);
        }
    }
}

fuzz_target!(|octets: &[u8]| {
    let mut script = Script(octets);
    let fill = FillBits::new(script.octet() % 7).expect("at most 6");
    let asked = usize::from(script.octet());
    let octets = script.rest();

    let fitting = capacity(octets.len(), fill);
    for count in [asked, usize::MAX] {
        let septets = unpack(octets, count, fill);
        assert_eq!(septets.len(), count.min(fitting));
        // Room for more stays as it was.
        let mut room = vec![0xFF; septets.len() + asked];
        let end = unpack_into(octets, fill, &mut room).min(septets.len());
        assert_eq!(room[..end], septets);
        assert!(room.iter().skip(fitting).all(|octet| *octet == 0xFF));
        for (index, septet) in septets.iter().enumerate() {
            assert_eq!(read(octets, index, fill), Some(*septet));
        }
        // What it takes is there, but for fill bits that stand in nothing.
        let taken = packed_len(septets.len(), fill);
        let mut expected = octets.get(..taken).unwrap_or(&[0]).to_vec();
        without_strays(&mut expected, septets.len(), fill);
        assert_eq!(pack(&septets, fill), expected);
    }
    assert_eq!(read(octets, fitting, fill), None);

    let septets: Vec<_> = octets.iter().map(|octet| octet & 0x7F).collect();
    let packed = pack(octets, fill);
    assert_eq!(packed.len(), packed_len(septets.len(), fill));
    assert!(capacity(packed.len(), fill) >= septets.len());
    assert_eq!(unpack(&packed, septets.len(), fill), septets);
    let mut appended = octets.to_vec();
    pack_append(octets, fill, &mut appended);
    assert_eq!(appended, [octets, &packed].concat());
    let mut room = vec![0xFF; packed.len() + asked];
    assert_eq!(pack_into(octets, fill, &mut room), Some(packed.len()));
    assert_eq!(room[..packed.len()], packed);
    assert!(room[packed.len()..].iter().all(|octet| *octet == 0xFF));
    if let Some(short) = packed.len().checked_sub(1) {
        assert_eq!(pack_into(octets, fill, &mut vec![0; short]), None);
    }

    // A carriage return that would end with the last octet is doubled.
    let mut expected = septets;
    if expected.len() % 8 == 0 && expected.last() == Some(&0x0D) {
        expected.push(0x0D);
    }
    assert_eq!(unpack_ussd(&pack_ussd(octets)), expected);
    let _ = unpack_ussd(octets);
});
