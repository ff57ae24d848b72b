//! What is sent again by the modem itself, and how the parts of a message keep their order.

mod script;

use script::{Bench, lines, silence};
use smsgw_at::modem::{Config, Event, Failure, Fault, Submit};

const PDU: &[u8] = b"\0\x01\0\x0B\x91\x51\x55\x21\x43\x65\xF7\0\0\x02\xE8\x34";
const HEX: &str = "0001000B915155214365F7000002E834";
const CMGS: &str = "AT+CMGS=15";
const CMMS: &str = "AT+CMMS=1";

#[test]
fn a_refusal_that_passes_is_tried_again_after_a_pause() {
    for cause in ["38", "41", "42", "47", "314", "17", "192"] {
        let mut bench = ready();
        let refusal = format!("+CMS ERROR: {cause}");
        bench.once("DATA", lines(&refusal));
        bench.on("DATA", lines("+CMGS: 7\nOK"));
        send(&mut bench, 1, false);
        bench.run(4_900);
        assert_eq!((bench.times(HEX), bench.news()), (1, vec![]), "{cause}");
        bench.run(1000);
        assert_eq!(bench.news(), [sent(1, 7)], "{cause}");
        let is_busy = |event: &Event| matches!(event, Event::Fault(Fault::Busy { .. }));
        assert!(bench.events.iter().any(is_busy));
    }
}

#[test]
fn it_is_tried_again_so_often_with_longer_pauses_and_then_told() {
    let mut bench = ready();
    bench.on("DATA", lines("+CMS ERROR: 42"));
    send(&mut bench, 1, false);
    bench.run(600_000);
    let times: Vec<u128> = bench
        .written
        .iter()
        .filter(|(_, line)| line == HEX)
        .map(|(at, _)| *at / 1000)
        .collect();
    let [first, second, third] = *times else {
        panic!("{times:?}");
    };
    assert_eq!((second - first, third - second), (5, 10));
    let news = bench.news();
    let [Event::NotSent { token: 1, failure }] = &*news else {
        panic!("{news:?}");
    };
    assert_eq!(failure.to_string(), "refused with +CMS ERROR: 42");
}

#[test]
fn pauses_are_bounded_and_so_are_attempts() {
    let mut bench = Bench::ready(Config {
        send_retries: 6,
        ..quiet()
    });
    bench.on(CMGS, lines("+CME ERROR: 14"));
    send(&mut bench, 1, false);
    bench.run(3_600_000);
    let times: Vec<u128> = bench.written.iter().map(|(at, _)| *at / 1000).collect();
    let pauses: Vec<u128> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
    assert_eq!(bench.news().len(), 1);
}

#[test]
fn what_asks_for_another_modem_or_none_is_told_at_once() {
    for line in [
        "+CMS ERROR: 500",
        "+CMS ERROR: 28",
        "+CMS ERROR: 8",
        "+CMS ERROR: 300",
        "ERROR",
    ] {
        let mut bench = ready();
        bench.on("DATA", lines(line));
        send(&mut bench, 1, false);
        bench.run(600_000);
        assert_eq!((bench.times(HEX), bench.news().len()), (1, 1), "{line}");
    }
    let mut bench = Bench::ready(Config {
        send_retries: 0,
        ..quiet()
    });
    bench.on(CMGS, lines("+CMS ERROR: 42"));
    send(&mut bench, 1, false);
    bench.run(600_000);
    assert_eq!((bench.times(CMGS), bench.news().len()), (1, 1));
}

#[test]
fn the_modem_does_other_things_while_a_message_waits_and_it_stays_the_next() {
    let mut bench = ready();
    bench.once("DATA", lines("+CMS ERROR: 42"));
    bench.on("DATA", lines("+CMGS: 7\nOK"));
    send(&mut bench, 1, false);
    send(&mut bench, 2, false);
    bench.run(1000);
    bench.say("+CMTI: \"ME\",3");
    bench.run(1000);
    assert_eq!(bench.times("AT+CMGR=3"), 1);
    assert_eq!(bench.times(CMGS), 1);
    // It can be taken back: nobody has it.
    assert!(bench.modem.withdraw(2).is_some());
    bench.run(10_000);
    assert_eq!(bench.news(), [sent(1, 7)]);
}

#[test]
fn a_message_that_waits_again_can_be_taken_back() {
    let mut bench = ready();
    bench.on("DATA", lines("+CMS ERROR: 42"));
    send(&mut bench, 1, false);
    bench.run(1000);
    assert!(bench.modem.withdraw(1).is_some());
    bench.run(600_000);
    assert_eq!((bench.times(HEX), bench.news()), (1, vec![]));
}

#[test]
fn the_next_message_is_sent_after_one_that_was_not() {
    let mut bench = ready();
    bench.once("DATA", lines("+CMS ERROR: 28"));
    bench.on("DATA", lines("+CMGS: 7\nOK"));
    send(&mut bench, 1, false);
    send(&mut bench, 2, false);
    bench.run(1000);
    let news = bench.news();
    assert!(
        matches!(news[0], Event::NotSent { token: 1, .. }),
        "{news:?}"
    );
    assert_eq!(news[1..], [sent(2, 7)]);
}

#[test]
fn after_a_prompt_that_never_came_the_next_message_is_sent() {
    let mut bench = ready();
    bench.once(CMGS, silence());
    bench.on("DATA", lines("+CMGS: 7\nOK"));
    send(&mut bench, 1, false);
    send(&mut bench, 2, false);
    bench.run(60_000);
    let failure = Failure::NoPrompt;
    let not_sent = Event::NotSent { token: 1, failure };
    assert_eq!(bench.news(), [not_sent, sent(2, 7)]);
    assert_eq!(bench.times(HEX), 1);
}

#[test]
fn the_link_is_kept_for_parts_and_asked_for_once() {
    let mut bench = ready();
    bench.on("DATA", lines("").then(300, "+CMGS: 7\nOK"));
    for token in 1..=3 {
        send(&mut bench, token, token < 3);
    }
    bench.run(10_000);
    let written: Vec<_> = bench.lines().collect();
    assert_eq!(written, [CMMS, CMGS, HEX, CMGS, HEX, CMGS, HEX]);
    assert_eq!(bench.news(), [sent(1, 7), sent(2, 7), sent(3, 7)]);
}

#[test]
fn a_modem_that_does_not_keep_the_link_sends_all_the_same_and_is_not_asked_again() {
    for refusal in [lines("ERROR"), lines("+CMS ERROR: 500"), silence()] {
        let mut bench = ready();
        bench.on(CMMS, refusal);
        bench.on("DATA", lines("+CMGS: 7\nOK"));
        for token in 1..=4 {
            send(&mut bench, token, token % 2 == 1);
        }
        bench.run(60_000);
        let tokens: Vec<Event> = (1..=4).map(|token| sent(token, 7)).collect();
        assert_eq!(bench.news(), tokens);
        assert_eq!(bench.times(CMMS), 1);
        assert_eq!(bench.times(HEX), 4);
    }
}

#[test]
fn parts_stay_in_their_order_when_one_is_tried_again() {
    let mut bench = ready();
    bench.once("DATA", lines("+CMGS: 1\nOK"));
    bench.once("DATA", lines("+CMS ERROR: 42"));
    bench.once("DATA", lines("+CMGS: 2\nOK"));
    bench.once("DATA", lines("+CMGS: 3\nOK"));
    for token in 1..=3 {
        send(&mut bench, token, token < 3);
    }
    bench.run(60_000);
    assert_eq!(bench.news(), [sent(1, 1), sent(2, 2), sent(3, 3)]);
    // The link was let go in between.
    assert_eq!(bench.times(CMMS), 2);
}

fn ready() -> Bench {
    let mut bench = Bench::ready(quiet());
    bench.on(CMGS, lines(">"));
    bench
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

fn send(bench: &mut Bench, token: u64, more_to_follow: bool) {
    let pdu = PDU.to_vec();
    let submit = Submit {
        pdu,
        more_to_follow,
    };
    assert_eq!(bench.modem.send(token, submit, bench.now), Ok(()));
    bench.settle();
}

fn sent(token: u64, reference: u8) -> Event {
    let reference = Some(reference);
    Event::Sent { token, reference }
}
