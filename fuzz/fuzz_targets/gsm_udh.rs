//! Any octets as a user data header: nothing panics, every octet is accounted for, and what was
//! understood is written as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smsgw_gsm::udh::{Concat, UserDataHeader};

fuzz_target!(|octets: &[u8]| {
    let (header, rest) = match UserDataHeader::split(octets) {
        Ok(split) => split,
        Err(error) => {
            assert!(error.offset <= octets.len());
            assert!(!error.to_string().is_empty());
            assert!(
                octets
                    .first()
                    .is_none_or(|len| usize::from(*len) >= octets.len())
            );
            return;
        }
    };
    assert_eq!([header.octets(), rest].concat(), octets);
    assert_eq!(
        (header.octets().len() * 8 + usize::from(header.fill_bits().get())) % 7,
        0
    );

    let mut written = vec![header.octets()[0]];
    for element in header.elements() {
        written.push(element.iei);
        written.push(u8::try_from(element.data.len()).expect("read from an octet"));
        written.extend_from_slice(element.data);
    }
    match header.check() {
        Ok(()) => assert!(header.trailing().is_empty()),
        Err(error) => assert_eq!(&header.octets()[error.offset..], header.trailing()),
    }
    written.extend_from_slice(header.trailing());
    assert_eq!(written, header.octets());
    let _ = format!("{header:?}");

    let concats = || {
        header
            .elements()
            .filter_map(|element| Some((element, Concat::from_element(element)?)))
    };
    assert_eq!(header.concat(), concats().last().map(|(_, concat)| concat));
    for (element, concat) in concats() {
        assert!((1..=concat.total()).contains(&concat.sequence()));
        let octets = concat.to_udh();
        let (again, rest) = UserDataHeader::split(&octets).expect("a header");
        assert_eq!(again.elements().collect::<Vec<_>>(), [element]);
        assert_eq!((again.concat(), rest), (Some(concat), &[][..]));
    }
});
