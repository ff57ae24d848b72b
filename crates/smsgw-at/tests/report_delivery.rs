//! Status reports, from the modem to the message that they are about.

mod pdus;
mod script;

use std::time::Duration;

use pdus::{Pdu, list, read, report, submit};
use script::{Bench, lines, silence};
use smsgw_at::command::storage::Store;
use smsgw_at::modem::{Config, Event, Report, SentReference, Source, Submit};
use smsgw_gsm::field::State;

const ALICE: &str = "+41791234567";
const BOB: &str = "+4520123456";

#[test]
fn a_report_that_comes_directly_is_about_the_message_with_its_reference() {
    let mut bench = ready();
    send(&mut bench, 7, ALICE, "+CMGS: 42\nOK");
    send(&mut bench, 8, BOB, "+CMGS: 42\nOK");
    come(&mut bench, &report(42, "0791234567", 0));
    let delivered = only(&mut bench);
    assert_eq!(
        (delivered.token, delivered.state),
        (Some(7), Some(State::Delivered))
    );
    assert_eq!(
        (delivered.source, delivered.is_repeated),
        (Source::Direct, false)
    );
    assert_eq!(delivered.pdu, report(42, "0791234567", 0).octets);
    come(&mut bench, &report(42, BOB, 0x41));
    let failed = only(&mut bench);
    assert_eq!((failed.token, failed.state), (Some(8), Some(State::Failed)));
}

#[test]
fn a_report_that_is_not_final_is_followed_by_another() {
    let mut bench = ready();
    send(&mut bench, 7, ALICE, "+CMGS: 42\nOK");
    for (status, state, is_repeated) in [
        (0x30, State::Retrying, false),
        (0x00, State::Delivered, false),
        (0x01, State::Delivered, true),
    ] {
        come(&mut bench, &report(42, ALICE, status));
        let report = only(&mut bench);
        assert_eq!((report.token, report.state), (Some(7), Some(state)));
        assert_eq!(report.is_repeated, is_repeated);
    }
}

#[test]
fn a_report_that_fits_nothing_is_told_without_a_token() {
    let mut bench = ready();
    send(&mut bench, 7, ALICE, "+CMGS: 42\nOK");
    come(&mut bench, &report(43, ALICE, 0));
    assert_eq!(only(&mut bench).token, None);
    come(&mut bench, &report(42, BOB, 0));
    assert_eq!(only(&mut bench).token, None);
    // Nor is one whose rest is missing.
    bench.say("+CDS: 3\n00062A0B");
    let broken = only(&mut bench);
    assert_eq!((broken.token, broken.state), (None, None));
    assert_eq!(broken.pdu, [0, 6, 0x2A, 0x0B]);
}

#[test]
fn a_stored_report_is_read_from_its_store_and_deleted_once_it_is_safe() {
    let mut bench = ready();
    send(&mut bench, 7, ALICE, "+CMGS: 42\nOK");
    bench.on("AT+CPMS=\"SR\"", lines("+CPMS: 1,10,0,100,0,100\nOK"));
    bench.on("AT+CMGR=4", lines(&read(&report(42, ALICE, 0))));
    bench.say("+CDSI: \"SR\",4");
    bench.run(1000);
    let report = only(&mut bench);
    let (store, index) = (Store::SR, 4);
    assert_eq!(report.source, Source::Stored { store, index });
    assert_eq!(report.token, Some(7));
    assert_eq!(bench.times("AT+CMGD=4"), 0);
    bench.modem.persisted(report.id, bench.now);
    bench.settle();
    bench.run(1000);
    let written: Vec<_> = bench.lines().skip(2).collect();
    assert_eq!(written, ["AT+CPMS=\"SR\"", "AT+CMGR=4", "AT+CMGD=4"]);
}

#[test]
fn a_report_among_the_messages_of_a_store_is_one() {
    let mut bench = ready();
    send(&mut bench, 7, ALICE, "+CMGS: 42\nOK");
    bench.once("AT+CMGL=4", lines(&list(&[(9, 1, &report(42, ALICE, 0))])));
    bench.say("^SMMEMFULL: \"SM\"");
    bench.run(1000);
    assert_eq!(only(&mut bench).token, Some(7));
}

#[test]
fn a_report_between_the_pdu_and_its_result_is_read_after_it() {
    let mut bench = ready();
    let one = report(1, ALICE, 0);
    bench.on("AT+CMGR=4", lines(&read(&one)));
    send(&mut bench, 1, ALICE, "+CMGS: 1\nOK");
    bench.run(1000);
    // On the first part, while the second is on its way.
    send(&mut bench, 2, ALICE, "+CDSI: \"ME\",4\n+CMGS: 2\nOK");
    bench.run(1000);
    assert_eq!(only(&mut bench).token, Some(1));
    let sent = |token| Event::Sent {
        token,
        reference: u8::try_from(token).ok(),
    };
    assert!(bench.has(&sent(1)) && bench.has(&sent(2)));
}

#[test]
fn a_report_on_a_message_whose_reference_is_not_known_yet_waits_for_it() {
    let mut bench = ready();
    let early = report(42, ALICE, 0);
    let answer = format!("+CDS: {}\n{}", early.length, early.hex);
    let reply = lines(&answer).then(5000, "+CMGS: 42\nOK");
    bench.on("DATA", reply);
    send_pdu(&mut bench, 7, &submit(ALICE));
    bench.run(4000);
    assert_eq!(bench.news(), []);
    bench.run(2000);
    let news = bench.news();
    let sent = Event::Sent {
        token: 7,
        reference: Some(42),
    };
    assert_eq!(news[0], sent);
    assert!(
        matches!(&news[1], Event::Report(Report { token: Some(7), .. })),
        "{news:?}"
    );
}

#[test]
fn a_report_on_another_message_waits_for_none() {
    let mut bench = ready();
    send(&mut bench, 6, BOB, "+CMGS: 41\nOK");
    let other = report(41, BOB, 0);
    let answer = format!("+CDS: {}\n{}", other.length, other.hex);
    bench.on("DATA", lines(&answer).then(5000, "+CMGS: 42\nOK"));
    send_pdu(&mut bench, 7, &submit(ALICE));
    bench.run(1000);
    assert_eq!(only(&mut bench).token, Some(6));
}

#[test]
fn a_report_tells_what_became_of_a_message_whose_outcome_is_unknown() {
    let mut bench = ready();
    bench.on("DATA", silence());
    send_pdu(&mut bench, 7, &submit(ALICE));
    bench.run(200_000);
    assert!(bench.has(&Event::Unknown { token: 7 }));
    come(&mut bench, &report(42, ALICE, 0));
    assert_eq!(only(&mut bench).token, Some(7));
}

#[test]
fn a_report_that_comes_early_is_not_taken_for_that_of_a_message_of_unknown_outcome() {
    let mut bench = ready();
    bench.once("DATA", silence());
    send_pdu(&mut bench, 7, &submit(ALICE));
    bench.run(300_000);
    assert!(bench.has(&Event::Unknown { token: 7 }));
    bench.news();
    let early = report(42, ALICE, 0);
    let answer = format!("+CDS: {}\n{}", early.length, early.hex);
    bench.on("DATA", lines(&answer).then(5000, "+CMGS: 42\nOK"));
    send_pdu(&mut bench, 8, &submit(ALICE));
    bench.run(60_000);
    assert_eq!(only(&mut bench).token, Some(8));
    come(&mut bench, &report(41, ALICE, 0));
    assert_eq!(only(&mut bench).token, Some(7));
}

#[test]
fn a_message_that_was_refused_late_has_no_report() {
    let mut bench = ready();
    bench.on("DATA", lines("").then(181_000, "+CMS ERROR: 38"));
    // Nothing is answered before.
    for line in ["AT", "AT+CMEE?", "AT+CSQ", "AT+CMGF?", "AT+CSCS?"] {
        bench.on(line, silence());
    }
    send_pdu(&mut bench, 7, &submit(ALICE));
    bench.run(180_100);
    assert!(bench.has(&Event::Unknown { token: 7 }));
    let timeout = Duration::from_secs(5);
    bench
        .modem
        .command(1, "AT+GCAP", timeout, bench.now)
        .unwrap();
    bench.settle();
    bench.run(2000);
    let refused = |event: &Event| matches!(event, Event::NotSentLate { token: 7, .. });
    assert!(bench.events.iter().any(refused), "{:#?}", bench.events);
    come(&mut bench, &report(42, ALICE, 0));
    assert_eq!(only(&mut bench).token, None);
}

#[test]
fn only_messages_that_asked_for_a_report_are_remembered() {
    let mut bench = ready();
    let mut pdu = submit(ALICE);
    pdu.octets[1] &= !0b0010_0000;
    bench.on("DATA", lines("+CMGS: 42\nOK"));
    send_pdu(&mut bench, 7, &pdu);
    bench.run(1000);
    assert_eq!(bench.modem.sent_references(bench.now), []);
}

#[test]
fn a_restart_knows_what_was_sent_before() {
    let mut bench = ready();
    send(&mut bench, 7, ALICE, "+CMGS: 42\nOK");
    bench.run(60_000);
    let kept = bench.modem.sent_references(bench.now);
    let [(Some(sim), reference)] = &*kept else {
        panic!("{kept:?}");
    };
    assert_eq!(sim.as_str(), "8901410321111851072");
    assert_eq!((reference.token, reference.reference), (7, Some(42)));
    assert!(reference.age >= Duration::from_secs(59));

    let mut bench = Bench::closed(quiet());
    let aged = kept.into_iter().map(|(sim, reference)| {
        let age = reference.age + Duration::from_secs(3600);
        (sim, SentReference { age, ..reference })
    });
    bench.modem.restore_references(aged, bench.now);
    bench.open();
    bench.run(10_000);
    come(&mut bench, &report(42, ALICE, 0));
    assert_eq!(only(&mut bench).token, Some(7));
}

#[test]
fn each_sim_has_its_references() {
    let mut bench = ready();
    send(&mut bench, 7, ALICE, "+CMGS: 42\nOK");
    // Another SIM is put in.
    bench.close();
    bench.on("AT+CCID", lines("+CCID: 8949000000000000001\nOK"));
    bench.open();
    bench.run(10_000);
    come(&mut bench, &report(42, ALICE, 0));
    assert_eq!(only(&mut bench).token, None);
    send(&mut bench, 8, ALICE, "+CMGS: 42\nOK");
    let sims = bench.modem.sent_references(bench.now);
    let sims: Vec<_> = sims
        .iter()
        .map(|(sim, sent)| (sim.is_some(), sent.token))
        .collect();
    assert_eq!(sims, [(true, 8), (true, 7)]);
    // The first one is back.
    bench.close();
    bench.on("AT+CCID", lines("+CCID: 8901410321111851072\nOK"));
    bench.open();
    bench.run(10_000);
    // As the service centre did not hear that it came, it sends it again.
    come(&mut bench, &report(42, "0791234567", 0));
    assert_eq!(only(&mut bench).token, Some(7));
}

#[test]
fn a_window_is_as_long_as_configured() {
    let mut bench = Bench::ready(Config {
        report_window: Duration::from_secs(3600),
        ..quiet()
    });
    bench.on(&cmgs(&submit(ALICE)), lines(">"));
    bench.on("DATA", lines("+CMGS: 42\nOK"));
    send_pdu(&mut bench, 7, &submit(ALICE));
    bench.run(3_601_000);
    come(&mut bench, &report(42, ALICE, 0));
    assert_eq!(only(&mut bench).token, None);
}

fn ready() -> Bench {
    Bench::ready(quiet())
}

/// Nothing is written but what is asked for.
fn quiet() -> Config {
    Config {
        health_interval: None,
        sweep_interval: None,
        routing_check_interval: None,
        ..Config::default()
    }
}

fn cmgs(pdu: &Pdu) -> String {
    format!("AT+CMGS={}", pdu.length)
}

fn send(bench: &mut Bench, token: u64, recipient: &str, answer: &str) {
    bench.on("DATA", lines(answer));
    send_pdu(bench, token, &submit(recipient));
    bench.run(100);
}

fn send_pdu(bench: &mut Bench, token: u64, pdu: &Pdu) {
    bench.on(&cmgs(pdu), lines(">"));
    let submit = Submit {
        pdu: pdu.octets.clone(),
        more_to_follow: false,
    };
    bench.modem.send(token, submit, bench.now).expect("room");
    bench.settle();
}

fn come(bench: &mut Bench, report: &Pdu) {
    bench.say(&format!("+CDS: {}\n{}", report.length, report.hex));
}

fn only(bench: &mut Bench) -> Report {
    let news = bench.news().into_iter();
    let mut reports: Vec<Report> = news
        .filter_map(|event| match event {
            Event::Report(report) => Some(report),
            _ => None,
        })
        .collect();
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.remove(0)
}
