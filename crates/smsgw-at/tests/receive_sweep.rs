//! All that is stored, read at each start and from time to time, and stores that are full.

mod pdus;
mod script;

use std::time::Duration;

use pdus::{Pdu, list, message, read, report};
use script::{Bench, lines, silence};
use smsgw_at::AnswerErrorKind;
use smsgw_at::command::storage::Store;
use smsgw_at::modem::{Config, Event, Received, ReceivedId, Source};

#[test]
fn both_stores_are_read_at_the_start_once_the_modem_tells_what_arrives() {
    let mut bench = Bench::closed(quiet());
    bench.on("AT+CPMS=\"SM\"", lines("+CPMS: 2,20,0,100,0,100\nOK"));
    bench.on("AT+CPMS=\"ME\"", lines("+CPMS: 1,100,0,100,0,100\nOK"));
    let (one, two, three) = (message(1), message(2), message(3));
    bench.once("AT+CMGL=4", lines(&list(&[(1, 0, &one), (7, 1, &two)])));
    bench.once("AT+CMGL=4", lines(&list(&[(1, 0, &three)])));
    bench.open();
    bench.run(30_000);
    let received = received(&mut bench);
    let places: Vec<_> = received.iter().map(|it| it.source.clone()).collect();
    let expected = [(Store::SM, 1), (Store::SM, 7), (Store::ME, 1)];
    assert_eq!(
        places,
        expected.map(|(store, index)| Source::Stored { store, index })
    );
    assert_eq!(received[2].pdu, three.octets);
    let cnmi = bench.lines().position(|line| line.starts_with("AT+CNMI="));
    assert!(cnmi < Some(bench.place("AT+CMGL=4")));
    for message in &received {
        persisted(&mut bench, message.id);
    }
    bench.run(1000);
    let written: Vec<_> = bench.lines().skip(bench.place("AT+CMGL=4")).collect();
    assert_eq!(
        written,
        [
            "AT+CMGL=4",
            "AT+CPMS=\"ME\"",
            "AT+CMGL=4",
            "AT+CPMS=\"SM\"",
            "AT+CMGD=1",
            "AT+CMGD=7",
            "AT+CPMS=\"ME\"",
            "AT+CMGD=1",
        ]
    );
}

#[test]
fn a_full_store_is_handed_over_exactly_once_each_and_emptied() {
    let mut bench = Bench::closed(Config {
        sweep_interval: Some(Duration::from_secs(60)),
        ..quiet()
    });
    let all: Vec<Pdu> = (0..100).map(message).collect();
    let entries: Vec<(u16, u8, &Pdu)> = (1..).zip(&all).map(|(at, pdu)| (at, 0, pdu)).collect();
    bench.on("AT+CPMS=\"ME\"", lines("+CPMS: 100,100,0,100,0,100\nOK"));
    bench.once("AT+CMGL=4", lines("OK"));
    // It is listed again and again while nobody has taken anything.
    for _ in 0..10 {
        bench.once("AT+CMGL=4", lines(&list(&entries)));
        bench.once("AT+CMGL=4", lines("OK"));
    }
    bench.open();
    bench.run(280_000);
    let received = received(&mut bench);
    let pdus: Vec<_> = received.iter().map(|it| &it.pdu).collect();
    assert_eq!(pdus, all.iter().map(|pdu| &pdu.octets).collect::<Vec<_>>());
    let store = Some(Store::ME);
    let full = |event: &&Event| **event == Event::StorageFull { store };
    assert_eq!(bench.events.iter().filter(full).count(), 1);
    assert!(!bench.lines().any(|line| line.starts_with("AT+CMGD")));
    for message in &received {
        persisted(&mut bench, message.id);
    }
    bench.run(10_000);
    for index in 1..=100 {
        assert_eq!(bench.times(&format!("AT+CMGD={index}")), 1, "{index}");
    }
}

#[test]
fn it_is_read_again_from_time_to_time() {
    let mut bench = Bench::ready(Config {
        sweep_interval: Some(Duration::from_secs(300)),
        ..quiet()
    });
    bench.run(250_000);
    assert_eq!(bench.times("AT+CMGL=4"), 2);
    bench.run(300_000);
    assert_eq!(bench.times("AT+CMGL=4"), 4);
    // Never, but at the start.
    let mut bench = Bench::ready(quiet());
    bench.run(86_400_000);
    assert_eq!(bench.times("AT+CMGL=4"), 0);
}

#[test]
fn an_empty_store_may_be_an_error() {
    let mut bench = Bench::closed(quiet());
    bench.on("AT+CMGL=4", lines("+CMS ERROR: 321"));
    bench.open();
    bench.run(60_000);
    assert_eq!(bench.times("AT+CMGL=4"), 2);
    assert!(!bench.lines().any(|line| line.starts_with("AT+CMGR")));
}

#[test]
fn a_modem_that_does_not_list_is_asked_place_by_place() {
    let mut bench = Bench::closed(quiet());
    bench.on("AT+CMGL=4", lines("+CMS ERROR: 303"));
    bench.on("AT+CPMS=\"SM\"", lines("+CPMS: 3,20,0,100,0,100\nOK"));
    for index in 0..=20 {
        bench.on(&format!("AT+CMGR={index}"), lines("+CMS ERROR: 321"));
    }
    for index in [0, 5, 9] {
        let pdu = message(index);
        bench.on(&format!("AT+CMGR={index}"), lines(&read(&pdu)));
    }
    bench.open();
    bench.run(60_000);
    let received = received(&mut bench);
    assert_eq!(received.len(), 3);
    // No further than it has to.
    assert_eq!(bench.times("AT+CMGR=9"), 1);
    assert_eq!(bench.times("AT+CMGR=10"), 0);
    // Nothing is to be found in the other.
    assert_eq!(
        bench
            .lines()
            .filter(|line| line.starts_with("AT+CMGR"))
            .count(),
        10
    );
}

#[test]
fn what_is_broken_in_the_list_is_read_alone() {
    let mut bench = Bench::closed(quiet());
    let (one, two) = (message(1), message(2));
    let cut = &two.hex[..two.hex.len() - 6];
    let listed = format!(
        "+CMGL: 1,0,,{}\n{}\n+CMGL: 2,0,,{}\n{cut}\n+CMGL: x,0,,9\n00\nOK",
        one.length, one.hex, two.length
    );
    bench.on("AT+CPMS=\"SM\"", lines("+CPMS: 2,20,0,100,0,100\nOK"));
    bench.once("AT+CMGL=4", lines(&listed));
    bench.on("AT+CMGR=2", lines(&read(&two)));
    bench.open();
    bench.run(30_000);
    let pdus: Vec<_> = received(&mut bench).into_iter().map(|it| it.pdu).collect();
    assert_eq!(pdus, [one.octets, two.octets]);
}

#[test]
fn what_is_broken_for_good_is_handed_over_once_as_it_is() {
    let mut bench = Bench::closed(Config {
        sweep_interval: Some(Duration::from_secs(60)),
        ..quiet()
    });
    bench.on("AT+CPMS=\"SM\"", lines("+CPMS: 1,20,0,100,0,100\nOK"));
    for _ in 0..5 {
        bench.once("AT+CMGL=4", lines("+CMGL: 2,0,,30\n0004\nOK"));
        bench.once("AT+CMGL=4", lines("OK"));
    }
    bench.on("AT+CMGR=2", lines("+CMGR: 0,,30\n0004\nOK"));
    bench.open();
    bench.run(250_000);
    let received = received(&mut bench);
    assert_eq!(received.len(), 1);
    let kind = received[0].fault.map(|fault| fault.kind());
    assert_eq!(kind, Some(AnswerErrorKind::Length { needed: 30, had: 1 }));
    persisted(&mut bench, received[0].id);
    bench.run(1000);
    assert_eq!(bench.times("AT+CMGD=2"), 1);
}

#[test]
fn reports_are_told_from_messages_and_what_was_written_is_left_alone() {
    let mut bench = Bench::closed(quiet());
    let (one, two, three) = (message(1), report(7, "+15550100", 0), message(3));
    let entries = [(1, 1, &one), (2, 1, &two), (3, 2, &three), (4, 3, &three)];
    bench.once("AT+CMGL=4", lines(&list(&entries)));
    bench.open();
    bench.run(30_000);
    let news = bench.news();
    let is_report =
        |event: &&Event| matches!(event, Event::Report(report) if report.pdu == two.octets);
    assert_eq!(news.iter().filter(is_report).count(), 1);
    let received = news
        .iter()
        .filter(|event| matches!(event, Event::Received(_)));
    assert_eq!(received.count(), 1);
}

#[test]
fn two_names_of_one_store_are_one() {
    let mut bench = Bench::closed(quiet());
    let (one, two) = (message(1), message(2));
    bench.on("AT+CMGL=4", lines(&list(&[(1, 0, &one), (2, 0, &two)])));
    bench.open();
    bench.run(30_000);
    assert_eq!(bench.times("AT+CMGL=4"), 2);
    assert_eq!(received(&mut bench).len(), 2);
}

#[test]
fn the_stores_that_there_are_are_read() {
    for (offered, selected) in [
        ("(\"SM\"),(\"SM\"),(\"SM\")", &["SM"][..]),
        ("(\"ME\",\"MT\"),(\"ME\"),(\"SM\")", &["ME"]),
        ("(\"MT\"),(\"MT\"),(\"MT\")", &["MT"]),
        (
            "(\"SM\",\"ME\",\"SR\",\"BM\"),(\"SM\"),(\"SM\")",
            &["SR", "ME", "SM"],
        ),
    ] {
        let mut bench = Bench::closed(quiet());
        let first = selected.last().unwrap();
        bench.on("AT+CPMS=?", lines(&format!("+CPMS: {offered}\nOK")));
        let now = format!("+CPMS: \"{first}\",0,20,\"{first}\",0,20,\"{first}\",0,20\nOK");
        bench.on("AT+CPMS?", lines(&now));
        for store in ["SM", "ME", "MT", "SR", "BM"] {
            let usage = lines("+CPMS: 0,20,0,20,0,20\nOK");
            bench.on(&format!("AT+CPMS=\"{store}\""), usage);
        }
        bench.open();
        bench.run(60_000);
        let begin = bench
            .lines()
            .position(|line| line.starts_with("AT+CNMI=2"))
            .unwrap();
        let written: Vec<_> = bench
            .lines()
            .skip(begin)
            .filter(|line| line.starts_with("AT+CPMS=\""))
            .map(|line| &line[9..11])
            .collect();
        assert_eq!(written, selected, "{offered}");
    }
}

#[test]
fn a_message_in_mt_is_in_one_of_its_parts() {
    let mut bench = Bench::ready(quiet());
    bench.once("AT+CMGL=4", lines(&list(&[(3, 0, &message(1))])));
    bench.say("+CMTI: \"MT\",45");
    bench.run(30_000);
    assert_eq!(received(&mut bench).len(), 1);
    assert!(
        !bench
            .lines()
            .any(|line| line.contains("MT") || line.contains("45"))
    );
}

#[test]
fn what_there_is_no_room_for_is_read_once_there_is() {
    let mut bench = Bench::closed(Config {
        max_unpersisted: 10,
        ..quiet()
    });
    let all: Vec<Pdu> = (0..30).map(message).collect();
    let left = |from: usize| {
        let entries = (1..).zip(&all).skip(from);
        let entries: Vec<(u16, u8, &Pdu)> = entries.map(|(at, pdu)| (at, 0, pdu)).collect();
        (lines(&list(&entries)), entries.len())
    };
    bench.open();
    let mut taken = Vec::new();
    for from in [0, 10, 20] {
        let (listed, count) = left(from);
        let usage = format!("+CPMS: {count},100,0,100,0,100\nOK");
        bench.on("AT+CPMS=\"ME\"", lines(&usage));
        bench.on("AT+CPMS=\"SM\"", lines("+CPMS: 0,20,0,20,0,20\nOK"));
        bench.once("AT+CMGL=4", lines("OK"));
        bench.once("AT+CMGL=4", listed);
        bench.run(60_000);
        let received = received(&mut bench);
        assert_eq!(received.len(), 10, "{from}");
        for message in &received {
            persisted(&mut bench, message.id);
        }
        taken.extend(received.into_iter().map(|it| it.pdu));
    }
    bench.run(60_000);
    assert_eq!(
        taken,
        all.iter().map(|pdu| pdu.octets.clone()).collect::<Vec<_>>()
    );
    for index in 1..=30 {
        assert_eq!(bench.times(&format!("AT+CMGD={index}")), 1, "{index}");
    }
}

#[test]
fn a_full_store_is_told_once_and_read() {
    for (notice, store) in [
        ("^SMMEMFULL: \"SM\"", Some(Store::SM)),
        ("%SMSFULL", None),
        ("+CIEV: \"smsfull\",1", None),
        ("+CIEV: 8,1", None),
    ] {
        let mut bench = Bench::ready(quiet());
        for _ in 0..20 {
            bench.say(notice);
            bench.run(1000);
        }
        let full = Event::StorageFull { store };
        assert_eq!(bench.news(), std::slice::from_ref(&full), "{notice}");
        // At once, and then not all the time.
        assert_eq!(bench.times("AT+CMGL=4"), 4, "{notice}");
        // There was room in between.
        bench.run(20_000);
        bench.on("AT+CMGR=3", lines(&read(&message(1))));
        bench.say("+CMTI: \"ME\",3");
        bench.run(1000);
        let id = received(&mut bench)[0].id;
        persisted(&mut bench, id);
        bench.run(1000);
        bench.say(notice);
        bench.run(1000);
        assert_eq!(bench.news(), [full], "{notice}");
    }
    let mut bench = Bench::ready(quiet());
    bench.say("+CIEV: \"smsfull\",0");
    bench.run(1000);
    assert_eq!(bench.news(), []);
}

#[test]
fn a_store_with_room_for_two_is_as_good_as_full() {
    for (used, is_full) in [(97, false), (98, true), (100, true)] {
        let mut bench = Bench::closed(quiet());
        let usage = format!("+CPMS: {used},100,0,100,0,100\nOK");
        bench.on("AT+CPMS=\"ME\"", lines(&usage));
        bench.open();
        bench.run(60_000);
        let store = Some(Store::ME);
        assert_eq!(bench.has(&Event::StorageFull { store }), is_full, "{used}");
    }
}

#[test]
fn a_list_that_does_not_come_is_asked_for_again() {
    let mut bench = Bench::closed(quiet());
    bench.once("AT+CMGL=4", silence());
    bench.once("AT+CMGL=4", lines("OK"));
    bench.once("AT+CMGL=4", lines(&list(&[(3, 0, &message(1))])));
    bench.open();
    bench.run(200_000);
    assert_eq!(received(&mut bench).len(), 1);
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

fn persisted(bench: &mut Bench, id: ReceivedId) {
    bench.modem.persisted(id, bench.now);
    bench.settle();
}

fn received(bench: &mut Bench) -> Vec<Received> {
    let news = bench.news().into_iter();
    news.filter_map(|event| match event {
        Event::Received(received) => Some(received),
        _ => None,
    })
    .collect()
}
