//! Any octets as a user data header: nothing panics, every octet is accounted for, and what was
//! understood is written as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smsgw_gsm::alphabet::Language;
use smsgw_gsm::udh::{
    Concat, HeaderBuilder, InformationElement, UserDataHeader, VoiceMail, VoiceNews,
};

/// Looks at everything in an element that has parts of its own.
fn look_at(element: InformationElement<'_>) {
    assert!(!element.to_string().is_empty());
    match element {
        InformationElement::ExtendedObject(object) => {
            if let Some((head, data)) = object.head() {
                assert_eq!(head.to_element(data), object.0);
            }
        }
        InformationElement::CompressionControl(control) => {
            if let Some((_, data)) = control.head() {
                assert!(control.0.ends_with(data));
            }
        }
        InformationElement::VoiceMail(mail) => {
            let octets = mail.octets().len();
            let mailbox = mail.mailbox();
            assert!(mailbox.access_address.octets().len() <= octets);
            // The count's high bits are reserved and not kept.
            let (made, listed) = match mail.news() {
                VoiceNews::New(messages) => {
                    let messages: Vec<_> = messages.collect();
                    (mailbox.notification(&messages), messages.len())
                }
                VoiceNews::Deleted(messages) => {
                    let messages: Vec<_> = messages.collect();
                    (mailbox.deletion(&messages), messages.len())
                }
            };
            assert!(listed <= octets);
            let made = made.expect("what was read can be written");
            assert_eq!(made.len(), octets);
            let made = VoiceMail::new(&made).expect("what was written can be read");
            assert_eq!(made.mailbox(), mailbox);
        }
        _ => {}
    }
}

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

    let mut builder = HeaderBuilder::new();
    let mut raw = HeaderBuilder::new();
    for (element, information) in header.elements().zip(header.information()) {
        let mut data = Vec::new();
        information.write_data(&mut data);
        assert_eq!((information.iei(), &data[..]), (element.iei, element.data));
        look_at(information);
        builder.push(information);
        raw.push_raw(element);
    }
    let is_whole = header.trailing().is_empty();
    for builder in [builder, raw] {
        let had = header.octets().len() - header.trailing().len();
        assert_eq!(builder.octets(), had);
        match builder.build() {
            Ok(octets) => {
                assert!(had <= 140);
                assert_eq!(octets[1..], header.octets()[1..had]);
                assert!(!is_whole || octets == header.octets());
            }
            Err(error) => {
                assert!(error.max == 140 && error.needed > 140);
                assert!(had > 140);
            }
        }
    }
    let all: Vec<_> = header.information().collect();
    if !is_whole {
        assert_eq!((header.concat(), header.ports()), (None, None));
        assert_eq!(header.languages(), (None, None));
        assert_eq!(header.effective().count(), 0);
    }
    for element in header.effective() {
        assert!(all.contains(&element));
    }
    assert!(header.sourced().count() <= all.len());
    let (locking, single) = header.languages();
    let tables = header.tables();
    for (identifier, language) in [(locking, tables.locking), (single, tables.single)] {
        let known = identifier.and_then(Language::from_identifier);
        assert_eq!(language, known);
    }
    if let Some(ports) = header.ports() {
        assert!(all.contains(&InformationElement::Ports(ports)));
    }

    let concats = || {
        header
            .elements()
            .filter_map(|element| Some((element, Concat::from_element(element)?)))
    };
    let last = concats().last().map(|(_, concat)| concat);
    assert_eq!(header.concat(), last.filter(|_| is_whole));
    for (element, concat) in concats() {
        assert!((1..=concat.total()).contains(&concat.sequence()));
        let octets = concat.to_udh();
        let (again, rest) = UserDataHeader::split(&octets).expect("a header");
        assert_eq!(again.elements().collect::<Vec<_>>(), [element]);
        assert_eq!((again.concat(), rest), (Some(concat), &[][..]));
    }
});
