//! Any octets as what a modem says: however they are cut, they are the same events, whatever is in
//! flight; no event says more than the modem did; a command has one prompt and one result; what is
//! held is bounded, and can be released.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smsgw_at::line::{Data, Event, InFlight, LineReader};
use smsgw_fuzz::Script;
use smsgw_fuzz::at::in_flight;

/// What was sent, and what the modem said behind it.
type Step<'a> = (InFlight<'a>, &'a [u8]);

/// How the octets of a step are read.
enum Cut<'a> {
    Whole,
    Octets,
    /// Pieces of these lengths, over and over.
    Pieces(&'a [u8]),
}

fn push(reader: &mut LineReader, octets: &[u8], events: &mut Vec<Event>) {
    reader.push(octets);
    events.extend(std::iter::from_fn(|| reader.next_event()));
}

/// The events of each step, and at last those that a release makes.
fn heard(steps: &[Step<'_>], cut: &Cut<'_>) -> Vec<Vec<Event>> {
    let mut reader = LineReader::new();
    let mut heard = Vec::new();
    for (in_flight, octets) in steps {
        let mut events = Vec::new();
        reader.expect(*in_flight);
        match cut {
            Cut::Whole => push(&mut reader, octets, &mut events),
            Cut::Octets => {
                for octet in *octets {
                    push(&mut reader, &[*octet], &mut events);
                }
            }
            Cut::Pieces(lengths) => {
                let mut rest = Script(octets);
                for length in lengths.iter().cycle() {
                    push(
                        &mut reader,
                        rest.take(usize::from(*length) + 1),
                        &mut events,
                    );
                    if rest.0.is_empty() {
                        break;
                    }
                }
            }
        }
        heard.push(events);
    }
    let is_holding = reader.is_holding();
    reader.release();
    assert!(!reader.is_holding());
    let released: Vec<_> = std::iter::from_fn(|| reader.next_event()).collect();
    assert!(is_holding || released.is_empty(), "{released:?}");
    assert!(released.iter().map(said).sum::<usize>() <= 3 * LineReader::MAX_LINE);
    heard.push(released);
    heard
}

/// How many octets the modem said with it.
fn said(event: &Event) -> usize {
    match event {
        Event::Echo(text) | Event::Line(text) => text.chars().count(),
        Event::Urc(urc) => {
            let data = match &urc.data {
                None => 0,
                Some(Data::Pdu(digits)) => {
                    assert!(digits.bytes().all(|it| it.is_ascii_hexdigit()), "{digits}");
                    digits.len()
                }
                Some(Data::Text(text)) => text.chars().count(),
            };
            let line = urc.line.chars().count();
            assert!(line <= LineReader::MAX_LINE && !format!("{:?}", urc.kind()).is_empty());
            line + data
        }
        Event::Junk(octets) => {
            assert!(!octets.is_empty() && octets.len() <= LineReader::MAX_LINE);
            octets.len()
        }
        Event::Final(result) => {
            assert_eq!(
                result.class().is_none(),
                result.is_ok() || is_connect(event)
            );
            assert!(!result.to_string().is_empty());
            1
        }
        Event::Prompt => 1,
        other => panic!("{other:?}"),
    }
}

fn is_connect(event: &Event) -> bool {
    matches!(
        event,
        Event::Final(smsgw_at::result::FinalResult::Connect(_))
    )
}

fuzz_target!(|input: &[u8]| {
    let mut script = Script(input);
    let lengths = script.take(3);
    let mut commands = [const { String::new() }; 3];
    let mut steps: Vec<Step<'_>> = Vec::new();
    for command in &mut commands {
        let in_flight = in_flight(&mut script, command);
        let octets = script.octets();
        steps.push((in_flight, octets));
    }
    let (_, last) = steps.last_mut().expect("three");
    if last.is_empty() {
        *last = script.rest();
    }

    let whole = heard(&steps, &Cut::Whole);
    assert_eq!(whole, heard(&steps, &Cut::Octets));
    if !lengths.is_empty() {
        assert_eq!(whole, heard(&steps, &Cut::Pieces(lengths)));
    }
    let octets: usize = steps.iter().map(|(_, octets)| octets.len()).sum();
    assert!(whole.iter().flatten().map(said).sum::<usize>() <= octets);
    for ((in_flight, _), events) in steps.iter().zip(&whole) {
        let prompts = events.iter().filter(|it| **it == Event::Prompt).count();
        let finals = events
            .iter()
            .filter(|it| matches!(it, Event::Final(_)))
            .count();
        assert!(prompts <= 1 && finals <= 1, "{events:?}");
        let is_idle = *in_flight == InFlight::Idle;
        assert!(!is_idle || prompts + finals == 0, "{events:?}");
    }
});
