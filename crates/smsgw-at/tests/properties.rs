//! What holds for any octets of any modem.
#![allow(clippy::indexing_slicing, reason = "a panic is the report of a test")]

mod common;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use smsgw_at::line::{Data, Event, InFlight, LineReader, Urc};

const COMMANDS: &[Option<&str>] = &[
    None,
    Some("PDU"),
    Some("TEXT"),
    Some("ESC"),
    Some("AT"),
    Some("ATI"),
    Some("ATD123;"),
    Some("AT+CSQ"),
    Some("AT+CREG?"),
    Some("AT+CMGS=23"),
    Some("AT+CMGR=1"),
    Some("AT+CMGL=4"),
    Some("AT+CUSD=1,\"*100#\""),
    Some("AT+CMEE=1;+CREG=2"),
    Some("no command"),
];

/// What modems say, in pieces.
const PIECES: &[&[u8]] = &[
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\r\n",
    b"\r\n\r\n",
    b" ",
    b"\0",
    b"\x1A",
    b"\x1B",
    b">",
    b"> ",
    b"\"",
    b",",
    b":",
    b"\xFF",
    b"OK",
    b"ERROR",
    b"0",
    b"4",
    b"NO CARRIER",
    b"+CMS ERROR: 38",
    b"RING",
    b"RDY",
    b"AT",
    b"AT+CSQ",
    b"+CSQ: 9,99",
    b"+CREG: 1",
    b"+CREG: 2,1",
    b"+CMGS: 12",
    b"+CMTI: \"SM\",3",
    b"+XYZZY: 1",
    b"+CMT: ,3",
    b"+CMT: \"1\",,\"2\"",
    b"+CDS: 3",
    b"+CBM: 88",
    b"+CMGR: 0,,3",
    b"+CMGR: \"REC READ\",\"1\"",
    b"+CMGL: 1,1,,3",
    b"+CMGL: 1,\"REC READ\"",
    b"0791AB",
    b"48",
    b"+CUSD: 1,\"",
    b"+CUSD: 0,\"a\",15",
    b"text",
    b"\",15",
];

fn speech() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        9 => select(PIECES).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 1..4),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// `octets`, cut at these places.
fn pieces<'a>(octets: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (octets.len() + 1)).collect();
    cuts.sort_unstable();
    let ends = cuts.iter().copied().chain([octets.len()]);
    let starts = [0].into_iter().chain(cuts.iter().copied());
    starts
        .zip(ends)
        .map(|(start, end)| &octets[start..end])
        .collect()
}

/// Octets that an event holds.
fn size(event: &Event) -> usize {
    match event {
        Event::Echo(text) | Event::Line(text) => text.chars().count(),
        Event::Urc(urc) => {
            let data = match &urc.data {
                None => 0,
                Some(Data::Pdu(text) | Data::Text(text)) => text.chars().count(),
            };
            urc.line.chars().count() + data
        }
        Event::Junk(octets) => octets.len(),
        _ => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn events_do_not_depend_on_cuts(cmd in select(COMMANDS), octets in speech(), cuts in vec(any::<usize>(), 0..6)) {
        let in_flight = common::in_flight(cmd);
        let whole = common::events(in_flight, [octets.as_slice()]);
        prop_assert_eq!(&whole, &common::events(in_flight, pieces(&octets, &cuts)));
        prop_assert_eq!(&whole, &common::events(in_flight, octets.chunks(1)));
    }

    #[test]
    fn events_hold_what_was_said_and_no_more(cmd in select(COMMANDS), octets in vec(any::<u8>(), 0..300)) {
        let events = common::events(common::in_flight(cmd), [octets.as_slice()]);
        prop_assert!(events.iter().map(size).sum::<usize>() <= octets.len());
        let prompts = events.iter().filter(|event| **event == Event::Prompt).count();
        let finals = events.iter().filter(|event| matches!(event, Event::Final(_))).count();
        // One command has one prompt and one result.
        prop_assert!(prompts <= 1 && finals <= 1, "{events:?}");
        prop_assert!(cmd.is_some() || prompts + finals == 0);
    }

    #[test]
    fn nothing_is_held_behind_a_release(cmd in select(COMMANDS), octets in speech(), more in speech()) {
        let mut reader = LineReader::new();
        reader.expect(common::in_flight(cmd));
        reader.push(&octets);
        while reader.next_event().is_some() {}
        let held = reader.is_holding();
        reader.release();
        prop_assert!(!reader.is_holding());
        let released = core::iter::from_fn(|| reader.next_event()).count();
        prop_assert!(held || released == 0);
        // And it goes on.
        reader.expect(InFlight::Idle);
        reader.push(&more);
        reader.push(b"\r\n");
        reader.release();
        reader.push(b"\nRDY\r\n");
        let last = core::iter::from_fn(|| reader.next_event()).last();
        prop_assert_eq!(last, Some(Event::Urc(Urc::from("RDY"))));
    }

    #[test]
    fn what_is_kept_is_bounded(cmd in select(COMMANDS), piece in speech(), times in 1..2_000_usize) {
        let mut reader = LineReader::new();
        reader.expect(common::in_flight(cmd));
        let mut said = 0;
        let mut heard = 0;
        for _ in 0..times.min(10_000 / piece.len().max(1)) {
            reader.push(&piece);
            said += piece.len();
            heard += core::iter::from_fn(|| reader.next_event()).map(|event| size(&event)).sum::<usize>();
        }
        reader.release();
        let held: usize = core::iter::from_fn(|| reader.next_event()).map(|event| size(&event)).sum();
        prop_assert!(held <= 3 * LineReader::MAX_LINE, "{held}");
        prop_assert!(heard + held <= said);
    }
}
