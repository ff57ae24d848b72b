//! Messages that the modem stores: read, handed over, and deleted once they are safe.

mod pdus;
mod script;

use pdus::{list, message, read};
use script::{Bench, Reply, lines, silence};
use smsgw_at::AnswerErrorKind;
use smsgw_at::command::storage::Store;
use smsgw_at::modem::{Config, Event, Fault, Received, ReceivedId, Source};

#[test]
fn a_message_is_read_handed_over_and_deleted_once_it_is_safe() {
    let mut bench = ready();
    let pdu = message(1);
    bench.on("AT+CMGR=3", lines(&read(&pdu)));
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    let received = only(&mut bench);
    assert_eq!(received.source, stored(Store::ME, 3));
    assert_eq!((&received.pdu, received.fault), (&pdu.octets, None));
    // Never before.
    bench.run(100_000);
    assert_eq!(bench.times("AT+CMGD=3"), 0);
    persisted(&mut bench, received.id);
    bench.run(1000);
    assert_eq!(
        bench.lines().collect::<Vec<_>>(),
        ["AT+CMGR=3", "AT+CMGD=3"]
    );
}

#[test]
fn another_store_is_selected_first_and_only_then() {
    let mut bench = ready();
    for index in [3, 4] {
        bench.on(&format!("AT+CMGR={index}"), lines(&read(&message(index))));
        bench.say(&format!("+CMTI: \"SM\",{index}"));
    }
    bench.run(1000);
    let written: Vec<_> = bench.lines().collect();
    assert_eq!(written, ["AT+CPMS=\"SM\"", "AT+CMGR=3", "AT+CMGR=4"]);
    let ids = received(&mut bench).into_iter().map(|received| received.id);
    for id in ids.collect::<Vec<_>>() {
        persisted(&mut bench, id);
    }
    bench.say("+CMTI: \"ME\",5");
    bench.run(1000);
    let written: Vec<_> = bench.lines().skip(3).collect();
    let deleted = ["AT+CMGD=3", "AT+CMGD=4"];
    assert_eq!(written[..2], deleted);
    assert_eq!(written[2..], ["AT+CPMS=\"ME\"", "AT+CMGR=5"]);
}

#[test]
fn a_store_that_the_modem_names_and_does_not_know_is_ignored() {
    let mut bench = ready();
    bench.on("AT+CPMS=\"XY\"", lines("+CMS ERROR: 302"));
    bench.say("+CMTI: \"XY\",1");
    bench.run(1000);
    bench.say("+CMTI: \"XY\",2");
    bench.say("+CMTI: \"SIM 1\",2");
    bench.on("AT+CMGR=3", lines(&read(&message(1))));
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    assert_eq!(received(&mut bench).len(), 1);
    assert_eq!(bench.times("AT+CPMS=\"XY\""), 1);
    let refused = |event: &Event| matches!(event, Event::Fault(Fault::Refused { command, .. }) if command == "AT+CPMS=\"XY\"");
    assert!(bench.events.iter().any(refused));
}

#[test]
fn a_store_that_is_not_selected_for_a_while_is_read_then() {
    for refusal in ["+CMS ERROR: 500", "+CMS ERROR: 314", "ERROR"] {
        let mut bench = ready();
        bench.on("AT+CMGR=3", lines(&read(&message(1))));
        bench.on("AT+CPMS=\"SM\"", lines(refusal));
        bench.say("+CMTI: \"SM\",3");
        bench.run(3_600_000);
        // 10, 20, 40 ... 600 seconds apart.
        let attempts = bench.times("AT+CPMS=\"SM\"");
        assert!((10..=13).contains(&attempts), "{refusal}: {attempts}");
        let selected = lines("+CPMS: 1,20,0,100,0,100\nOK");
        bench.on("AT+CPMS=\"SM\"", selected);
        bench.on("AT+CMGL=4", lines(&list(&[(3, 1, &message(1))])));
        bench.run(700_000);
        assert_eq!(only(&mut bench).pdu, message(1).octets, "{refusal}");
    }
}

#[test]
fn a_place_with_nothing_in_it_is_no_message() {
    for empty in ["OK", "+CMGR: 0,,0\nOK", "+CMS ERROR: 321", "+CME ERROR: 21"] {
        let mut bench = ready();
        bench.on("AT+CMGR=3", lines(empty));
        bench.say("+CMTI: \"ME\",3");
        bench.run(1000);
        assert_eq!(bench.news(), [], "{empty}");
        // Some modems name another store than the one that it is in.
        let pdu = message(1);
        bench.on("AT+CPMS=\"SM\"", lines("+CPMS: 1,20,0,100,0,100\nOK"));
        bench.once("AT+CMGL=4", lines(&list(&[(3, 0, &pdu)])));
        bench.run(30_000);
        assert_eq!(only(&mut bench).source, stored(Store::SM, 3), "{empty}");
    }
}

#[test]
fn what_the_modem_announces_twice_is_handed_over_once() {
    let mut bench = ready();
    bench.on("AT+CMGR=3", lines(&read(&message(1))));
    bench.say("+CMTI: \"ME\",3");
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    let received = only(&mut bench);
    persisted(&mut bench, received.id);
    bench.run(1000);
    // It is deleted, and yet it is there.
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    assert_eq!(bench.news(), []);
    assert_eq!(bench.times("AT+CMGD=3"), 2);
}

#[test]
fn another_message_in_its_place_is_not_deleted_for_it() {
    let mut bench = ready();
    bench.once("AT+CMGR=3", lines(&read(&message(1))));
    bench.once("AT+CMGR=3", lines(&read(&message(2))));
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    let first = only(&mut bench);
    // The user has deleted it by the keys of the phone.
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    let second = only(&mut bench);
    assert_eq!(second.pdu, message(2).octets);
    persisted(&mut bench, first.id);
    bench.run(1000);
    assert_eq!(bench.times("AT+CMGD=3"), 0);
    persisted(&mut bench, second.id);
    bench.run(1000);
    assert_eq!(bench.times("AT+CMGD=3"), 1);
}

#[test]
fn persisted_twice_is_deleted_once() {
    let mut bench = ready();
    bench.on("AT+CMGR=3", lines(&read(&message(1))));
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    let id = only(&mut bench).id;
    for _ in 0..3 {
        persisted(&mut bench, id);
        bench.run(1000);
    }
    assert_eq!(bench.times("AT+CMGD=3"), 1);
}

#[test]
fn what_is_no_pdu_is_handed_over_as_it_is_and_deleted_as_any_other() {
    for (answer, kind, octets) in [
        (
            "+CMGR: 0,,33\nnot hexadecimal\nOK",
            AnswerErrorKind::Hex,
            b"not hexadecimal".to_vec(),
        ),
        (
            "+CMGR: 0,,33\n000401\nOK",
            AnswerErrorKind::Length { needed: 33, had: 2 },
            vec![0, 4, 1],
        ),
        (
            "+CMGR: 0,,33\n00040\nOK",
            AnswerErrorKind::Hex,
            b"00040".to_vec(),
        ),
        ("+CMGR: 0,,33\nOK", AnswerErrorKind::Missing, vec![]),
    ] {
        let mut bench = ready();
        bench.on("AT+CMGR=3", lines(answer));
        bench.say("+CMTI: \"ME\",3");
        bench.run(1000);
        let received = only(&mut bench);
        assert_eq!(
            received.fault.map(|fault| fault.kind()),
            Some(kind),
            "{answer}"
        );
        assert_eq!(received.pdu, octets, "{answer}");
        bench.say("+CMTI: \"ME\",3");
        bench.run(1000);
        assert_eq!(bench.news(), [], "{answer}");
        assert_eq!(bench.times("AT+CMGD=3"), 0);
        persisted(&mut bench, received.id);
        bench.run(1000);
        assert_eq!(bench.times("AT+CMGD=3"), 1);
    }
}

#[test]
fn what_was_broken_on_its_way_is_read_again() {
    let mut bench = ready();
    let pdu = message(1);
    let cut = format!("+CMGR: 0,,{}\n{}\nOK", pdu.length, &pdu.hex[2..]);
    let odd = format!("+CMGR: 0,,{}\n{}\nOK", pdu.length, &pdu.hex[1..]);
    bench
        .once("AT+CMGR=3", lines(&cut))
        .once("AT+CMGR=3", lines(&odd));
    bench.on("AT+CMGR=3", lines(&read(&pdu)));
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    let received = only(&mut bench);
    assert_eq!((received.pdu, received.fault), (pdu.octets, None));
    assert_eq!(bench.times("AT+CMGR=3"), 3);
}

#[test]
fn a_tpdu_that_nobody_can_read_is_a_message_all_the_same() {
    let mut bench = ready();
    bench.on("AT+CMGR=3", lines("+CMGR: 0,,3\n0003FFFF\nOK"));
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    let received = only(&mut bench);
    assert_eq!(
        (&*received.pdu, received.fault),
        (&[0, 3, 0xFF, 0xFF][..], None)
    );
}

#[test]
fn messages_that_were_written_to_be_sent_are_left_alone() {
    for status in ["2", "3", "\"STO SENT\""] {
        let mut bench = ready();
        let pdu = message(1);
        let answer = format!("+CMGR: {status},,{}\n{}\nOK", pdu.length, pdu.hex);
        bench.on("AT+CMGR=3", lines(&answer));
        bench.say("+CMTI: \"ME\",3");
        bench.run(60_000);
        assert_eq!(bench.news(), [], "{status}");
        assert_eq!(bench.times("AT+CMGD=3"), 0);
    }
}

#[test]
fn a_store_that_is_busy_or_silent_is_read_later() {
    for trouble in [
        lines("+CMS ERROR: 314"),
        lines("+CMS ERROR: 320"),
        silence(),
    ] {
        let mut bench = ready();
        bench.on("AT+CMGR=3", trouble);
        bench.say("+CMTI: \"ME\",3");
        bench.run(9_000);
        assert_eq!(bench.news(), []);
        bench.on("AT+CPMS=\"ME\"", lines("+CPMS: 1,100,0,100,0,100\nOK"));
        bench.once("AT+CMGL=4", lines("OK"));
        bench.once("AT+CMGL=4", lines(&list(&[(3, 1, &message(1))])));
        bench.run(30_000);
        assert_eq!(only(&mut bench).pdu, message(1).octets);
    }
}

#[test]
fn a_deletion_that_fails_is_done_after_the_message_was_seen_again() {
    for trouble in [lines("+CMS ERROR: 320"), silence()] {
        let mut bench = ready();
        bench.on("AT+CMGR=3", lines(&read(&message(1))));
        bench.once("AT+CMGD=3", trouble);
        bench.say("+CMTI: \"ME\",3");
        bench.run(1000);
        let id = only(&mut bench).id;
        persisted(&mut bench, id);
        bench.run(5000);
        assert_eq!(bench.times("AT+CMGD=3"), 1);
        bench.on("AT+CPMS=\"ME\"", lines("+CPMS: 1,100,0,100,0,100\nOK"));
        bench.once("AT+CMGL=4", lines("OK"));
        bench.once("AT+CMGL=4", lines(&list(&[(3, 1, &message(1))])));
        bench.run(60_000);
        assert_eq!(bench.times("AT+CMGD=3"), 2);
        assert_eq!(bench.news(), []);
    }
}

#[test]
fn what_was_deleted_without_an_answer_is_read_before_it_is_deleted_again() {
    let mut bench = ready();
    bench.on("AT+CMGR=3", lines(&read(&message(1))));
    bench.say("+CMTI: \"ME\",3");
    bench.run(100);
    let id = only(&mut bench).id;
    // It is announced twice, and persisted while it is read the second time.
    bench.once("AT+CMGR=3", Reply::default().then(500, &read(&message(1))));
    bench.say("+CMTI: \"ME\",3");
    bench.run(100);
    persisted(&mut bench, id);
    // The modem deletes it, and does not say so; another one takes its place.
    bench.once("AT+CMGD=3", silence());
    bench.run(2_000);
    bench.on("AT+CMGR=3", lines(&read(&message(2))));
    bench.on("AT+CPMS=\"ME\"", lines("+CPMS: 1,100,0,100,0,100\nOK"));
    let list = list(&[(3, 1, &message(2))]);
    bench.on("AT+CMGL=4", lines(&list));
    bench.say("+CMTI: \"ME\",3");
    bench.run(60_000);
    assert_eq!(bench.times("AT+CMGD=3"), 1);
    let other = only(&mut bench);
    assert_eq!(other.pdu, message(2).octets);
    persisted(&mut bench, other.id);
    bench.run(1000);
    assert_eq!(bench.times("AT+CMGD=3"), 2);
}

#[test]
fn what_is_announced_while_its_place_is_to_be_deleted_is_read_first() {
    let mut bench = ready();
    bench.on("AT+CMGR=3", lines(&read(&message(1))));
    bench.say("+CMTI: \"ME\",3");
    bench.run(100);
    let id = only(&mut bench).id;
    bench.say("+CMTI: \"SM\",1");
    bench.run(100);
    // The store is being selected when somebody else has emptied the place and a message comes.
    let selected = Reply::default().then(500, "+CPMS: 1,100,0,100,0,100\nOK");
    bench.once("AT+CPMS=\"ME\"", selected);
    persisted(&mut bench, id);
    bench.run(100);
    bench.on("AT+CMGR=3", lines(&read(&message(2))));
    bench.say("+CMTI: \"ME\",3");
    bench.run(5000);
    assert_eq!(bench.times("AT+CMGD=3"), 0);
    assert_eq!(only(&mut bench).pdu, message(2).octets);
}

#[test]
fn a_modem_that_deletes_nothing_is_asked_ever_more_rarely() {
    let mut bench = Bench::ready(Config::default());
    let messages: Vec<_> = (0..20).map(message).collect();
    let listed: Vec<_> = (0..).zip(&messages).map(|(at, pdu)| (at, 1, pdu)).collect();
    bench.on("AT+CPMS=\"ME\"", lines("+CPMS: 20,100,0,100,0,100\nOK"));
    bench.on("AT+CMGL=4", lines(&list(&listed)));
    for place in 0..20 {
        bench.on(&format!("AT+CMGD={place}"), lines("+CMS ERROR: 302"));
    }
    bench.run(310_000);
    for message in received(&mut bench) {
        persisted(&mut bench, message.id);
    }
    bench.events.clear();
    bench.forget();
    bench.run(3_600_000);
    let deletions = bench.lines().filter(|line| line.starts_with("AT+CMGD"));
    let deletions = deletions.count();
    assert!((100..=200).contains(&deletions), "{deletions}");
    let is_told = |event: &&Event| matches!(event, Event::Fault(Fault::Refused { command, .. }) if command == "AT+CMGD=7");
    assert_eq!(bench.events.iter().filter(is_told).count(), 1);
    assert_eq!(received(&mut bench), []);
    // One that does it at last.
    for place in 0..20 {
        bench.on(&format!("AT+CMGD={place}"), lines("OK"));
    }
    bench.forget();
    bench.run(3_700_000);
    assert!(bench.times("AT+CMGD=7") > 0);
}

#[test]
fn a_place_that_is_empty_when_it_is_to_be_deleted_is_done() {
    let mut bench = ready();
    bench.on("AT+CMGR=3", lines(&read(&message(1))));
    bench.on("AT+CMGD=3", lines("+CMS ERROR: 321"));
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    let id = only(&mut bench).id;
    persisted(&mut bench, id);
    bench.run(100_000);
    assert_eq!(bench.times("AT+CMGD=3"), 1);
    assert_eq!(bench.times("AT+CMGL=4"), 0);
}

#[test]
fn after_the_port_was_lost_nothing_is_handed_over_twice_or_deleted_unseen() {
    let mut bench = ready();
    for index in [1, 2, 3] {
        bench.on(&format!("AT+CMGR={index}"), lines(&read(&message(index))));
        bench.say(&format!("+CMTI: \"ME\",{index}"));
    }
    bench.run(1000);
    let ids: Vec<ReceivedId> = received(&mut bench).iter().map(|it| it.id).collect();
    bench.close();
    persisted(&mut bench, ids[0]);
    persisted(&mut bench, ids[1]);
    bench.forget();
    // Another message has taken the place of the second.
    let (one, two, three) = (message(1), message(99), message(3));
    bench.on("AT+CPMS=\"ME\"", lines("+CPMS: 3,100,0,100,0,100\nOK"));
    bench.once("AT+CMGL=4", lines("OK"));
    bench.once(
        "AT+CMGL=4",
        lines(&list(&[(1, 1, &one), (2, 0, &two), (3, 1, &three)])),
    );
    bench.open();
    bench.run(30_000);
    let new = only(&mut bench);
    assert_eq!(new.pdu, two.octets);
    let deleted: Vec<_> = bench
        .lines()
        .filter(|line| line.starts_with("AT+CMGD"))
        .collect();
    assert_eq!(deleted, ["AT+CMGD=1"]);
}

#[test]
fn what_the_caller_does_not_take_stays_where_it_is() {
    let mut bench = Bench::ready(Config {
        max_unpersisted: 2,
        ..quiet()
    });
    for index in 1..=4 {
        bench.on(&format!("AT+CMGR={index}"), lines(&read(&message(index))));
        bench.say(&format!("+CMTI: \"ME\",{index}"));
    }
    bench.run(60_000);
    let first = received(&mut bench);
    assert_eq!(first.len(), 2);
    assert_eq!(bench.times("AT+CMGR=3"), 0);
    for received in first {
        persisted(&mut bench, received.id);
    }
    bench.run(10_000);
    assert_eq!(received(&mut bench).len(), 2);
}

#[test]
fn a_flood_of_announcements_is_read_in_one_go() {
    let mut bench = ready();
    bench.on("AT+CPMS=\"ME\"", lines("+CPMS: 1,100,0,100,0,100\nOK"));
    bench.on("AT+CMGL=4", lines(&list(&[(7, 0, &message(1))])));
    let mut flood = String::new();
    for index in 0..5000 {
        flood.push_str(&format!("\r\n+CMTI: \"ME\",{}\r\n", index % 5000));
    }
    bench.say_raw(flood.as_bytes());
    bench.run(60_000);
    let read = bench
        .lines()
        .filter(|line| line.starts_with("AT+CMGR"))
        .count();
    assert!(read <= 300, "{read}");
    assert_eq!(only(&mut bench).pdu, message(1).octets);
}

#[test]
fn messages_wait_for_no_long_queue_and_keep_none_waiting() {
    let mut bench = ready();
    bench.on("AT+CMGS=15", lines(">"));
    bench.on("DATA", lines("").then(3000, "+CMGS: 1\nOK"));
    let pdu = b"\0\x01\0\x0B\x91\x51\x55\x21\x43\x65\xF7\0\0\x02\xE8\x34".to_vec();
    for token in 0..20 {
        let submit = smsgw_at::modem::Submit {
            pdu: pdu.clone(),
            more_to_follow: false,
        };
        bench.modem.send(token, submit, bench.now).unwrap();
    }
    bench.settle();
    for index in 0..40 {
        bench.on(&format!("AT+CMGR={index}"), lines(&read(&message(index))));
        bench.say(&format!("+CMTI: \"ME\",{index}"));
    }
    bench.run(120_000);
    let order: Vec<_> = bench
        .lines()
        .filter(|line| line.starts_with("AT+CMG"))
        .map(|line| &line[..7])
        .collect();
    // A message is sent after eight that were read.
    let at = order.iter().skip(1).position(|line| *line == "AT+CMGS");
    assert_eq!(at, Some(8), "{order:?}");
    assert_eq!(received(&mut bench).len(), 40);
    assert_eq!(bench.modem.queued(), 0);
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

fn stored(store: Store, index: u16) -> Source {
    Source::Stored { store, index }
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

fn only(bench: &mut Bench) -> Received {
    let mut received = received(bench);
    assert_eq!(received.len(), 1, "{received:?}");
    received.remove(0)
}
