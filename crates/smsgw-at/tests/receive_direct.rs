//! Messages that the modem hands on as they come, and the acknowledgements that the network waits
//! for.

mod pdus;
mod script;

use std::collections::HashSet;
use std::time::Duration;

use pdus::{Pdu, list, message, report};
use script::{Bench, lines, silence};
use smsgw_at::AnswerErrorKind;
use smsgw_at::modem::{
    Acknowledgement, Config, Delivery, Event, Fault, Received, ReceivedId, Report, Source, State,
    Submit,
};

const CNMA: &str = "AT+CNMA=0";

#[test]
fn a_message_is_acknowledged_once_it_is_safe() {
    let mut bench = ready();
    let pdu = message(1);
    come(&mut bench, "+CMT: ", &pdu);
    bench.run(5000);
    let received = only(&mut bench);
    assert_eq!(received.source, Source::Direct);
    assert_eq!((&received.pdu, received.fault), (&pdu.octets, None));
    assert_eq!(bench.lines().count(), 0);
    persisted(&mut bench, received.id);
    persisted(&mut bench, received.id);
    bench.run(60_000);
    assert_eq!(bench.lines().collect::<Vec<_>>(), [CNMA]);
}

#[test]
fn it_is_acknowledged_as_the_modem_wants_it() {
    for (acknowledgement, written) in [
        (Acknowledgement::Plain, &["AT+CNMA"][..]),
        (Acknowledgement::Numbered, &["AT+CNMA=0"]),
        (Acknowledgement::Report, &["AT+CNMA=1,2", "0000"]),
    ] {
        let mut bench = Bench::ready(Config {
            acknowledgement,
            ..direct()
        });
        bench.on("AT+CNMA=1,2", lines(">")).on("DATA", lines("OK"));
        come(&mut bench, "+CMT: ", &message(1));
        let received = only(&mut bench);
        persisted(&mut bench, received.id);
        bench.run(60_000);
        assert_eq!(bench.lines().collect::<Vec<_>>(), written);
    }
}

#[test]
fn without_phase_2_plus_nothing_is_acknowledged() {
    let mut bench = Bench::closed(direct());
    bench.on("AT+CSMS=?", lines("+CSMS: (0)\nOK"));
    bench.open();
    bench.run(10_000);
    bench.forget();
    come(&mut bench, "+CMT: ", &message(1));
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    bench.run(60_000);
    assert_eq!(bench.lines().count(), 0);
}

#[test]
fn the_acknowledgement_goes_before_all_else() {
    let mut bench = ready();
    come(&mut bench, "+CMT: ", &message(1));
    let received = only(&mut bench);
    for token in 1..=3 {
        bench
            .modem
            .command(token, "AT+CSQ", Duration::from_secs(5), bench.now)
            .unwrap();
    }
    bench.settle();
    persisted(&mut bench, received.id);
    bench.run(1000);
    let written: Vec<_> = bench.lines().collect();
    assert_eq!(written, ["AT+CSQ", CNMA, "AT+CSQ", "AT+CSQ"]);
}

#[test]
fn what_is_no_pdu_is_acknowledged_too() {
    for (line, data, kind) in [
        ("+CMT: ,33", "00040", AnswerErrorKind::Hex),
        (
            "+CMT: ,33",
            "000401",
            AnswerErrorKind::Length { needed: 33, had: 2 },
        ),
        (
            "+CDS: 24",
            "0002",
            AnswerErrorKind::Length { needed: 24, had: 1 },
        ),
    ] {
        let mut bench = ready();
        bench.say(&format!("{line}\n{data}"));
        bench.run(2000);
        let received = only(&mut bench);
        assert_eq!(
            received.fault.map(|fault| fault.kind()),
            Some(kind),
            "{line}"
        );
        persisted(&mut bench, received.id);
        bench.run(1000);
        assert_eq!(bench.times(CNMA), 1, "{line} {data}");
    }
}

#[test]
fn a_message_that_comes_again_is_acknowledged_and_not_handed_over_again() {
    let mut bench = ready();
    come(&mut bench, "+CMT: ", &message(1));
    let received = only(&mut bench);
    // Nobody has said anything in time.
    bench.run(60_000);
    persisted(&mut bench, received.id);
    bench.run(1000);
    assert_eq!(bench.times(CNMA), 0);
    come(&mut bench, "+CMT: ", &message(1));
    bench.run(1000);
    assert_eq!(bench.news(), []);
    assert_eq!(bench.times(CNMA), 1);
}

#[test]
fn a_message_that_comes_again_before_it_is_safe_is_acknowledged_once() {
    let mut bench = ready();
    come(&mut bench, "+CMT: ", &message(1));
    come(&mut bench, "+CMT: ", &message(1));
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    bench.run(1000);
    assert_eq!(bench.times(CNMA), 1);
}

#[test]
fn a_modem_that_waited_too_long_is_set_to_deliver_again() {
    let mut bench = ready();
    let set = "AT+CNMI=2,2,0,1,0";
    come(&mut bench, "+CMT: ", &message(1));
    bench.on("AT+CNMI?", lines("+CNMI: 2,0,0,0,0\nOK"));
    bench.run(14_000);
    assert_eq!(bench.times(set), 0);
    bench.run(2000);
    assert_eq!(bench.times("AT+CNMI?"), 1);
    assert_eq!(bench.times(set), 1);
    assert!(bench.has(&Event::Fault(Fault::RoutingLost)));
    // What came meanwhile is in a store.
    bench.run(30_000);
    assert_eq!(bench.times("AT+CMGL=4"), 2);
}

#[test]
fn it_is_looked_whether_the_modem_still_delivers() {
    let mut bench = Bench::ready(Config {
        routing_check_interval: Some(Duration::from_secs(60)),
        ..direct()
    });
    bench.once("AT+CNMI?", lines("+CNMI: 2,0,0,0,0\nOK"));
    bench.on("AT+CNMI?", lines("+CNMI: 2,2,0,1,0\nOK"));
    bench.run(600_000);
    assert_eq!(bench.times("AT+CNMI?"), 10);
    assert_eq!(bench.times("AT+CNMI=2,2,0,1,0"), 1);
}

#[test]
fn a_refused_acknowledgement_is_a_reason_to_look_too() {
    let mut bench = ready();
    bench.on(CNMA, lines("+CMS ERROR: 340"));
    bench.on("AT+CNMI?", lines("+CNMI: 2,0,0,0,0\nOK"));
    come(&mut bench, "+CMT: ", &message(1));
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    bench.run(2000);
    assert_eq!(bench.times("AT+CNMI=2,2,0,1,0"), 1);
}

#[test]
fn what_was_not_acknowledged_and_is_stored_then_is_the_same_message() {
    let mut bench = ready();
    let pdu = message(1);
    come(&mut bench, "+CMT: ", &pdu);
    let received = only(&mut bench);
    bench.on("AT+CNMI?", lines("+CNMI: 2,1,0,0,0\nOK"));
    bench.once("AT+CMGL=4", lines("OK"));
    bench.on("AT+CPMS=\"ME\"", lines("+CPMS: 1,100,0,100,0,100\nOK"));
    bench.on("AT+CMGL=4", lines(&list(&[(4, 0, &pdu)])));
    bench.run(60_000);
    assert_eq!(received_now(&mut bench), []);
    persisted(&mut bench, received.id);
    bench.run(1000);
    assert_eq!(bench.times("AT+CMGD=4"), 1);
}

#[test]
fn a_modem_that_refuses_it_for_reports_is_not_asked_again() {
    let mut bench = ready();
    bench.once(CNMA, lines("ERROR"));
    for reference in 1..=3 {
        come(&mut bench, "+CDS: ", &report(reference, "+15550100", 0));
        let report = reports(&mut bench).remove(0);
        assert_eq!(report.source, Source::Direct);
        persisted(&mut bench, report.id);
        bench.run(1000);
    }
    assert_eq!(bench.lines().collect::<Vec<_>>(), [CNMA]);
    // Messages still are.
    come(&mut bench, "+CMT: ", &message(1));
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    bench.run(1000);
    assert_eq!(bench.times(CNMA), 2);
}

#[test]
fn what_comes_before_the_modem_is_set_up_is_acknowledged_too() {
    let mut bench = Bench::closed(direct());
    bench.open();
    bench.run_until_written("AT+CNMI=2,2,0,1,0");
    bench.run(2);
    come(&mut bench, "+CMT: ", &message(1));
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    assert_ne!(bench.modem.state(), State::Ready);
    bench.run(10_000);
    assert_eq!(bench.modem.state(), State::Ready);
    assert_eq!(bench.times(CNMA), 1);
}

#[test]
fn what_came_first_is_acknowledged_first() {
    let mut bench = ready();
    come(&mut bench, "+CMT: ", &message(1));
    come(&mut bench, "+CMT: ", &message(2));
    let received = received_now(&mut bench);
    persisted(&mut bench, received[1].id);
    bench.run(1000);
    // It says not of which of them it is.
    assert_eq!(bench.times(CNMA), 0);
    persisted(&mut bench, received[0].id);
    bench.run(1000);
    assert_eq!(bench.times(CNMA), 2);
}

#[test]
fn what_there_was_no_room_for_is_not_acknowledged_for_what_came_after_it() {
    let mut bench = Bench::ready(Config {
        max_unpersisted: 1,
        ..direct()
    });
    come(&mut bench, "+CMT: ", &message(1));
    come(&mut bench, "+CMT: ", &message(2));
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    bench.run(1000);
    come(&mut bench, "+CMT: ", &message(3));
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    bench.run(1000);
    assert_eq!(bench.times(CNMA), 1);
}

#[test]
fn a_modem_that_does_not_say_what_it_offers_may_wait_for_acknowledgements() {
    for (test, set) in [
        ("ERROR", "OK"),
        ("+CSMS: (128)\nOK", "OK"),
        ("+CSMS: (0,1)\nOK", "ERROR"),
    ] {
        for (now, times) in [
            ("+CSMS: 1,1,1,1\nOK", 1),
            ("+CSMS: 0,1,1,1\nOK", 0),
            ("ERROR", 0),
        ] {
            let mut bench = Bench::closed(direct());
            bench.on("AT+CSMS=?", lines(test));
            bench.on("AT+CSMS=1", lines(set));
            bench.on("AT+CSMS?", lines(now));
            bench.open();
            bench.run(10_000);
            bench.forget();
            come(&mut bench, "+CMT: ", &message(1));
            let received = only(&mut bench);
            persisted(&mut bench, received.id);
            bench.run(60_000);
            assert_eq!(bench.times(CNMA), times, "{test} {set} {now}");
        }
    }
}

#[test]
fn a_make_that_refuses_it_for_reports_is_not_asked() {
    let mut bench = Bench::closed(direct());
    bench.on("AT+CGMI", lines("Novatel Wireless\nOK"));
    bench.on("AT+CSMS=?", lines("+CSMS: (1)\nOK"));
    bench.open();
    bench.run(20_000);
    bench.forget();
    come(&mut bench, "+CDS: ", &report(1, "+15550100", 0));
    let report = reports(&mut bench).remove(0);
    persisted(&mut bench, report.id);
    bench.run(60_000);
    assert_eq!(bench.times(CNMA), 0);
}

#[test]
fn a_message_without_its_pdu_is_told_and_acknowledged_each_time() {
    let mut bench = ready();
    for times in 1..=2 {
        bench.say("+CMT: ,33");
        bench.run(5000);
        let received = only(&mut bench);
        let kind = received.fault.map(|fault| fault.kind());
        assert_eq!(
            (received.pdu.len(), kind),
            (0, Some(AnswerErrorKind::Missing))
        );
        persisted(&mut bench, received.id);
        bench.run(1000);
        assert_eq!(bench.times(CNMA), times);
    }
}

#[test]
fn a_long_send_may_take_the_time_for_an_acknowledgement() {
    let mut bench = ready();
    bench.on("AT+CMGS=15", lines(">"));
    bench.on("DATA", lines("").then(30_000, "+CMGS: 1\nOK"));
    let pdu = b"\0\x01\0\x0B\x91\x51\x55\x21\x43\x65\xF7\0\0\x02\xE8\x34".to_vec();
    let submit = Submit {
        pdu,
        more_to_follow: false,
    };
    bench.modem.send(1, submit, bench.now).unwrap();
    bench.settle();
    bench.run(1000);
    come(&mut bench, "+CMT: ", &message(1));
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    bench.run(35_000);
    // Too late: the modem is asked whether it still delivers.
    assert_eq!((bench.times(CNMA), bench.times("AT+CNMI?")), (0, 1));
}

#[test]
fn what_there_is_no_room_for_is_not_acknowledged_and_comes_again() {
    let mut bench = Bench::ready(Config {
        max_unpersisted: 1,
        ..direct()
    });
    come(&mut bench, "+CMT: ", &message(1));
    come(&mut bench, "+CMT: ", &message(2));
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    bench.run(2000);
    assert_eq!(bench.times(CNMA), 1);
    come(&mut bench, "+CMT: ", &message(2));
    assert_eq!(only(&mut bench).pdu, message(2).octets);
}

#[test]
fn what_would_not_come_again_is_told_although_there_is_no_room() {
    // Messages are stored, reports come directly, and nothing is acknowledged.
    let mut bench = Bench::ready(Config {
        max_unpersisted: 1,
        delivery: Delivery::Stored,
        ..direct()
    });
    for reference in 1..=20 {
        come(&mut bench, "+CDS: ", &report(reference, "+15550100", 0));
    }
    let reports = reports(&mut bench);
    assert_eq!(reports.len(), 20);
    assert_eq!(bench.times(CNMA), 0);
    let ids: HashSet<ReceivedId> = reports.iter().map(|report| report.id).collect();
    assert_eq!(ids.len(), 20);
    for report in reports {
        persisted(&mut bench, report.id);
    }
    come(&mut bench, "+CDS: ", &report(21, "+15550100", 0));
    assert_eq!(self::reports(&mut bench).len(), 1);
}

#[test]
fn a_flood_is_bounded() {
    let mut bench = ready();
    for number in 0..5000 {
        come(&mut bench, "+CMT: ", &message(number));
    }
    let received = received_now(&mut bench);
    assert_eq!(received.len(), 1000);
    for message in received {
        persisted(&mut bench, message.id);
    }
    bench.run(60_000);
    assert!(bench.times(CNMA) <= 64);
}

#[test]
fn pages_of_cell_broadcast_are_told() {
    let mut bench = Bench::ready(Config {
        broadcasts: true,
        ..direct()
    });
    let page = "001000000111".to_owned() + &"35".repeat(82);
    bench.say(&format!("+CBM: 88\n{page}"));
    bench.run(3000);
    let news = bench.news();
    let [Event::Broadcast(broadcast)] = &*news else {
        panic!("{news:?}");
    };
    assert_eq!(broadcast.page.len(), 88);
    assert_eq!(bench.times(CNMA), 0);
}

#[test]
fn silence_to_an_acknowledgement_keeps_nothing_waiting() {
    let mut bench = ready();
    bench.once(CNMA, silence());
    come(&mut bench, "+CMT: ", &message(1));
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    bench.run(30_000);
    come(&mut bench, "+CMT: ", &message(2));
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    bench.run(30_000);
    assert_eq!(bench.times(CNMA), 2);
}

fn ready() -> Bench {
    Bench::ready(direct())
}

/// Nothing is written but what is asked for.
fn direct() -> Config {
    Config {
        delivery: Delivery::Direct,
        health_interval: None,
        sweep_interval: None,
        routing_check_interval: None,
        ..Config::default()
    }
}

fn come(bench: &mut Bench, prefix: &str, pdu: &Pdu) {
    let comma = if prefix == "+CMT: " { "," } else { "" };
    bench.say(&format!("{prefix}{comma}{}\n{}", pdu.length, pdu.hex));
}

fn persisted(bench: &mut Bench, id: ReceivedId) {
    bench.modem.persisted(id, bench.now);
    bench.settle();
}

fn received_now(bench: &mut Bench) -> Vec<Received> {
    let news = bench.news().into_iter();
    news.filter_map(|event| match event {
        Event::Received(received) => Some(received),
        _ => None,
    })
    .collect()
}

fn only(bench: &mut Bench) -> Received {
    let mut received = received_now(bench);
    assert_eq!(received.len(), 1, "{received:?}");
    received.remove(0)
}

fn reports(bench: &mut Bench) -> Vec<Report> {
    let news = bench.news().into_iter();
    news.filter_map(|event| match event {
        Event::Report(report) => Some(report),
        _ => None,
    })
    .collect()
}
