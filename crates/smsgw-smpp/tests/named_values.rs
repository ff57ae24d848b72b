//! From a body to named values and back: the same octets, by the table alone.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod common;

use std::collections::HashMap;

use common::{RECEIPTS, WELLFORMED, lines, octets};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use smsgw_smpp::tlv::Tlvs;
use smsgw_smpp::value::{BuildError, Place, Source, Value, Visitor, build};
use smsgw_smpp::{
    CommandId, CommandStatus, Decoded, Frame, Header, Pdu, Quirks, SequenceNumber, Tolerance,
};

/// The values of a body, or of an item of its list, by name.
#[derive(Clone, Debug, Default)]
struct Values {
    integers: HashMap<String, u32>,
    octets: HashMap<String, Vec<u8>>,
    items: Vec<Values>,
    is_inside: bool,
    is_unterminated: bool,
}

impl Values {
    fn innermost(&mut self) -> &mut Self {
        if self.is_inside {
            self.items.last_mut().unwrap()
        } else {
            self
        }
    }

    fn with_integer(mut self, name: &str, value: u32) -> Self {
        self.integers.insert(name.to_owned(), value);
        self
    }

    fn with_octets(mut self, name: &str, value: &[u8]) -> Self {
        self.octets.insert(name.to_owned(), value.to_vec());
        self
    }
}

impl Visitor for Values {
    fn value(&mut self, name: &'static str, _size: usize, value: Value<'_>) {
        let here = self.innermost();
        match value {
            Value::Integer(value) => drop(here.integers.insert(name.to_owned(), value)),
            Value::Text(octets) | Value::Octets(octets) => {
                here.octets.insert(name.to_owned(), octets.to_vec());
            }
            _ => {}
        }
    }
    fn begin_list(&mut self, _name: &'static str) {}
    fn begin_item(&mut self) {
        self.items.push(Self::default());
        self.is_inside = true;
    }
    fn end_item(&mut self) {
        self.is_inside = false;
    }
    fn end_list(&mut self) {}
}

impl Source for Values {
    type Error = BuildError;
    fn integer(&mut self, place: Place) -> Result<u32, BuildError> {
        Ok(self.integers.remove(place.name).unwrap_or_default())
    }
    fn text(&mut self, place: Place) -> Result<Vec<u8>, BuildError> {
        self.octets(place)
    }
    fn octets(&mut self, place: Place) -> Result<Vec<u8>, BuildError> {
        Ok(self.octets.remove(place.name).unwrap_or_default())
    }
    fn items(&mut self, _place: Place) -> Result<Vec<Self>, BuildError> {
        Ok(std::mem::take(&mut self.items))
    }
    fn finish(self) -> Result<(), BuildError> {
        let left = (self.integers.len(), self.octets.len(), self.items.len());
        assert_eq!(left, (0, 0, 0), "a value that nobody asked for");
        Ok(())
    }
    fn is_unterminated(&self) -> bool {
        self.is_unterminated
    }
}

/// The frame made again of its values; `None` when it cannot be read.
fn again(frame: &Frame, quirks: &Quirks) -> Option<Result<Frame, BuildError>> {
    let Decoded { pdu, tolerated } = frame.pdu_with(quirks).ok()?;
    let mut values = Values::default();
    pdu.visit(&mut values);
    let last = pdu.fields().and_then(|fields| fields.last());
    values.is_unterminated = tolerated.iter().any(|fault| {
        fault.what == Tolerance::MissingNul && last.is_some_and(|last| last.name == fault.field)
    });
    let (tlvs, trailing) = match &pdu {
        Pdu::Unknown { body, .. } => (Vec::new(), *body),
        pdu => (pdu.tlvs().iter().collect(), pdu.tlvs().trailing()),
    };
    let values = pdu.fields().map(|_| values);
    let tlvs = Tlvs::new(&tlvs).unwrap();
    Some(build(frame.header(), values, tlvs, trailing, quirks))
}

fn header(command_id: CommandId) -> Header {
    Header {
        command_id,
        command_status: CommandStatus::ESME_ROK,
        sequence_number: SequenceNumber(7),
    }
}

#[test]
fn every_pdu_of_the_vectors_comes_back() {
    for vector in lines(WELLFORMED).iter().chain(&lines(RECEIPTS)) {
        let frame = Frame::copy_from(&octets(vector)).unwrap();
        let made = again(&frame, &Quirks::LENIENT).unwrap();
        assert_eq!(made.unwrap(), frame, "{}", vector["id"]);
    }
}

#[test]
fn every_command_can_be_made_of_nothing() {
    for &command_id in CommandId::ALL {
        let made = |values| {
            build(
                header(command_id),
                values,
                Tlvs::EMPTY,
                &[],
                &Quirks::STRICT,
            )
        };
        let frame = made(Some(Values::default())).unwrap();
        assert!(frame.pdu().unwrap().fields().is_some());
        let bare = made(None).unwrap();
        assert!(bare.is_bare());
    }
}

#[test]
fn a_value_that_does_not_fit_is_refused_with_its_place() {
    let dest = |flag| Values::default().with_integer("dest_flag", flag);
    let dests = |count| Values {
        items: vec![dest(1); count],
        ..Values::default()
    };
    let values = Values::default;
    for (command_id, values, kind, name, offset) in [
        (
            CommandId::SUBMIT_SM,
            values().with_octets("destination_addr", &[b'1'; 21]),
            "too_long",
            "destination_addr",
            22,
        ),
        (
            CommandId::SUBMIT_SM,
            values().with_octets("source_addr", b"1\x002"),
            "embedded_nul",
            "source_addr",
            19,
        ),
        (
            CommandId::SUBMIT_SM,
            values().with_octets("short_message", &[0; 256]),
            "too_long",
            "short_message",
            32,
        ),
        (
            CommandId::SUBMIT_SM,
            values().with_octets("validity_period", b"tomorrow"),
            "invalid_time",
            "validity_period",
            27,
        ),
        (
            CommandId::SUBMIT_SM,
            values().with_integer("dest_addr_npi", 256),
            "out_of_range",
            "dest_addr_npi",
            21,
        ),
        (
            CommandId::SUBMIT_MULTI,
            dests(256),
            "too_long",
            "dest_addresses",
            20,
        ),
        (
            CommandId::SUBMIT_MULTI,
            Values {
                items: vec![dest(1), dest(3)],
                ..values()
            },
            "invalid_dest_flag",
            "dest_flag",
            25,
        ),
    ] {
        let made = build(
            header(command_id),
            Some(values),
            Tlvs::EMPTY,
            &[],
            &Quirks::LENIENT,
        );
        let error = made.unwrap_err();
        let place = Place { name, offset };
        assert_eq!(
            (error.kind().name(), error.place()),
            (kind, place),
            "{error}"
        );
    }
    let bare = build::<Values>(
        header(CommandId::SUBMIT_SM),
        None,
        Tlvs::EMPTY,
        &[0],
        &Quirks::LENIENT,
    );
    assert_eq!(bare.unwrap_err().kind().name(), "no_fields");
}

#[test]
fn the_quirks_decide_what_is_too_long() {
    let made = |quirks: &Quirks| {
        let values = Values::default().with_octets("message_id", &[b'1'; 70]);
        let header = header(CommandId::SUBMIT_SM_RESP);
        build(header, Some(values), Tlvs::EMPTY, &[], quirks)
    };
    assert_eq!(made(&Quirks::LENIENT).unwrap().body().len(), 71);
    assert_eq!(made(&Quirks::STRICT).unwrap_err().kind().name(), "too_long");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_can_be_read_can_be_made(
        seed in select(lines(WELLFORMED).iter().map(octets).collect::<Vec<_>>()),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 0..4),
        cut in prop::option::of(any::<Index>()),
        stray in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        let mut octets = seed;
        for (at, octet) in changes {
            let at = 4 + at.index(octets.len() - 4);
            octets[at] = octet;
        }
        if let Some(cut) = cut {
            octets.truncate(16 + cut.index(octets.len() - 15));
        }
        octets.extend(stray);
        let len = octets.len() as u32;
        octets[..4].copy_from_slice(&len.to_be_bytes());
        let frame = Frame::copy_from(&octets).unwrap();
        for quirks in [Quirks::STRICT, Quirks::LENIENT] {
            if let Some(made) = again(&frame, &quirks) {
                prop_assert_eq!(made, Ok(frame.clone()));
            }
        }
    }
}
