//! After a PDU without a result the port is used for nothing else until commands and results are
//! in step again, and a late result is told.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests state what must hold"
)]

mod script;

use script::{Bench, Reply, lines, silence};
use smsgw_at::modem::{Config, Event, Failure, State, Submit};

const PDU: [u8; 11] = [0, 1, 0, 3, 0x81, 0x21, 0xF3, 0, 0, 1, 0x41];

fn quiet() -> Config {
    Config {
        health_interval: None,
        routing_check_interval: None,
        sweep_interval: None,
        ..Config::default()
    }
}

/// Sends two messages; the first result comes so late.
fn two(bench: &mut Bench, first: Reply) {
    bench.serial();
    bench.on("AT+CMGS=10", lines(">"));
    bench.once("DATA", first);
    bench.once("DATA", lines("+CMGS: 2\nOK"));
    for token in [1, 2] {
        let submit = Submit {
            pdu: PDU.to_vec(),
            more_to_follow: false,
        };
        bench.modem.send(token, submit, bench.now).unwrap();
    }
    bench.settle();
}

fn outcomes(bench: &Bench) -> Vec<Event> {
    let is_outcome = |event: &&Event| {
        matches!(
            event,
            Event::Sent { .. }
                | Event::NotSent { .. }
                | Event::Unknown { .. }
                | Event::SentLate { .. }
                | Event::NotSentLate { .. }
        )
    };
    bench.events.iter().filter(is_outcome).cloned().collect()
}

const UNKNOWN: Event = Event::Unknown { token: 1 };
const SECOND: Event = Event::Sent {
    token: 2,
    reference: Some(2),
};

#[test]
fn a_late_reference_is_told_and_never_taken_for_that_of_the_next_message() {
    let late = Event::SentLate {
        token: 1,
        reference: Some(1),
    };
    for ms in (180_010..200_000).step_by(170) {
        let mut bench = Bench::ready(quiet());
        two(&mut bench, Reply::default().then(ms, "+CMGS: 1\nOK"));
        bench.run(400_000);
        assert_eq!(outcomes(&bench), [UNKNOWN, late.clone(), SECOND], "{ms}");
        assert_eq!(bench.modem.state(), State::Ready);
    }
}

#[test]
fn the_port_is_used_for_nothing_but_probes_until_then() {
    // It answers nothing while it waits for the network, and then all of it.
    let mut bench = Bench::ready(quiet());
    two(&mut bench, Reply::default().then(186_000, "+CMGS: 1\nOK"));
    bench.run(400_000);
    let from = bench.lines().position(|line| line.ends_with("41")).unwrap() + 1;
    let probes: Vec<_> = bench
        .lines()
        .skip(from)
        .take_while(|line| *line != "AT+CMGS=10")
        .collect();
    let is_probe =
        |line: &&str| ["AT", "AT+CMEE?", "AT+CSQ", "AT+CMGF?", "AT+CSCS?"].contains(line);
    assert!(
        !probes.is_empty() && probes.iter().all(is_probe),
        "{probes:?}"
    );
    assert_eq!(outcomes(&bench).len(), 3);
}

#[test]
fn ok_alone_is_a_late_result_if_there_is_one_too_many() {
    let late = Event::SentLate {
        token: 1,
        reference: None,
    };
    let mut bench = Bench::ready(quiet());
    two(&mut bench, Reply::default().then(180_500, "OK"));
    bench.run(400_000);
    assert_eq!(outcomes(&bench), [UNKNOWN, late, SECOND]);
}

#[test]
fn a_late_refusal_is_told() {
    let text = "+CMS ERROR: 38";
    let mut bench = Bench::ready(quiet());
    two(&mut bench, Reply::default().then(180_500, text));
    bench.run(400_000);
    let outcomes = outcomes(&bench);
    let is_it = |event: &Event| match event {
        Event::NotSentLate {
            token: 1,
            failure: Failure::Refused(result),
        } => result.to_string() == text,
        _ => false,
    };
    assert_eq!(outcomes.len(), 3, "{outcomes:?}");
    assert!(outcomes[0] == UNKNOWN && is_it(&outcomes[1]) && outcomes[2] == SECOND);
}

#[test]
fn a_late_error_that_excludes_nothing_leaves_it_unknown() {
    for text in ["ERROR", "+CMS ERROR: 500", "+CME ERROR: 31"] {
        let mut bench = Bench::ready(quiet());
        two(&mut bench, Reply::default().then(180_500, text));
        bench.run(400_000);
        assert_eq!(outcomes(&bench), [UNKNOWN, SECOND], "{text}");
    }
}

#[test]
fn a_result_that_never_comes_leaves_the_outcome_open() {
    let mut bench = Bench::ready(quiet());
    two(&mut bench, silence());
    bench.run(400_000);
    assert_eq!(outcomes(&bench), [UNKNOWN, SECOND]);
}

#[test]
fn a_modem_that_answers_each_probe_once_has_sent_nothing_late() {
    // Some of them with errors: there is no result too many.
    for probe in ["OK", "ERROR", "+CME ERROR: 3"] {
        let mut bench = Bench::ready(quiet());
        two(&mut bench, silence());
        for line in ["AT", "AT+CMEE?", "AT+CSQ", "AT+CMGF?", "AT+CSCS?"] {
            bench.on(line, lines(probe));
        }
        bench.run(400_000);
        assert_eq!(outcomes(&bench), [UNKNOWN, SECOND], "{probe}");
    }
}

#[test]
fn a_modem_still_at_the_prompt_is_freed_and_has_sent_nothing() {
    let mut bench = Bench::ready(quiet());
    two(&mut bench, silence());
    bench.run(179_000);
    // It has lost the Ctrl-Z: whatever is written is data to it.
    bench.prompt();
    bench.run(400_000);
    assert_eq!(outcomes(&bench), [UNKNOWN, SECOND]);
    assert!(bench.place("ESC") < bench.place("CTRL-Z"));
}

#[test]
fn a_reference_that_nobody_waits_for_is_nobodys() {
    let mut bench = Bench::ready(quiet());
    bench.say("+CMGS: 9\nOK");
    bench.run(1_000);
    assert_eq!(outcomes(&bench), []);
    assert_eq!(bench.modem.state(), State::Ready);
}

#[test]
fn a_modem_that_answers_what_the_watchdog_wrote_has_not_sent() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+CMGS=10", lines(">")).on("DATA", silence());
    for _ in 0..4 {
        bench.once("AT", silence());
    }
    // It catches up: AT three times, ATQ0V1, AT; and of the PDU not a word.
    bench.once("ATQ0V1", Reply::default().then(1_500, "OK\nOK\nOK\nOK\nOK"));
    let submit = Submit {
        pdu: PDU.to_vec(),
        more_to_follow: false,
    };
    bench.modem.send(1, submit, bench.now).unwrap();
    bench.settle();
    bench.run(400_000);
    assert_eq!(outcomes(&bench), [UNKNOWN]);
    assert_eq!(bench.modem.state(), State::Ready);
}

/// Two messages, to the first of which nothing is said until the second is out.
fn contested(results: Reply) -> Bench {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+CMGS=10", lines(">"));
    bench.once("DATA", silence()).once("DATA", results);
    for token in [1, 2] {
        let submit = Submit {
            pdu: PDU.to_vec(),
            more_to_follow: false,
        };
        bench.modem.send(token, submit, bench.now).unwrap();
    }
    bench.settle();
    bench.run(400_000);
    bench
}

#[test]
fn a_late_result_is_not_that_of_the_pdu_that_is_out_by_then() {
    let late = Event::SentLate {
        token: 1,
        reference: Some(5),
    };
    let reply = Reply::default().then(1_000, "+CMGS: 5\nOK");
    let bench = contested(reply.clone().then(3_000, "+CMS ERROR: 28"));
    let second = |event: &Event| matches!(event, Event::NotSent { token: 2, .. });
    let told = outcomes(&bench);
    assert_eq!(told[..2], [UNKNOWN, late.clone()]);
    assert!(told.len() == 3 && second(&told[2]), "{told:?}");

    let bench = contested(reply.clone().then(10, "+CMGS: 2\nOK"));
    assert_eq!(outcomes(&bench), [UNKNOWN, late, SECOND]);

    let reply = Reply::default().then(1_000, "+CMS ERROR: 28");
    let bench = contested(reply.then(3_000, "+CMGS: 2\nOK"));
    let told = outcomes(&bench);
    assert!(matches!(told[1], Event::NotSentLate { token: 1, .. }));
    assert_eq!(told[2], SECOND);
}

#[test]
fn a_result_that_stays_alone_is_that_of_the_pdu_that_is_out() {
    let alone = Reply::default().then(1_000, "+CMGS: 2\nOK");
    assert_eq!(outcomes(&contested(alone.clone())), [UNKNOWN, SECOND]);
    // Nor is it another one for being said twice.
    let twice = alone.then(10, "+CMGS: 2\nOK");
    assert_eq!(outcomes(&contested(twice)), [UNKNOWN, SECOND]);
}

#[test]
fn a_port_that_is_lost_between_two_results_leaves_the_second_open() {
    let mut bench = Bench::ready(quiet());
    two(&mut bench, silence());
    bench.run_until_written("AT+CMGS=10");
    bench.forget();
    bench.run(180_000);
    bench.forget();
    bench.run_until_written("AT+CMGS=10");
    bench.run(1_000);
    bench.close();
    bench.open();
    bench.run(400_000);
    assert!(bench.has(&Event::Unknown { token: 2 }));
    assert_eq!(bench.times("AT+CMGS=10"), 1);
}
