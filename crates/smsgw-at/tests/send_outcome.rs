//! What becomes of a message that is sent: each has one outcome, and nothing is written twice.

mod script;

use script::{Bench, lines, silence};
use smsgw_at::cause::Class;
use smsgw_at::modem::{Config, Doubt, Event, Failure, QueueFull, Submit};
use smsgw_at::result::FinalResult;

/// An SMS-SUBMIT of 15 octets behind a service centre of none.
const PDU: &[u8] = b"\0\x01\0\x0B\x91\x51\x55\x21\x43\x65\xF7\0\0\x02\xE8\x34";
const HEX: &str = "0001000B915155214365F7000002E834";
const CMGS: &str = "AT+CMGS=15";

#[test]
fn the_length_leaves_the_service_centre_out_and_the_pdu_does_not() {
    let mut bench = sending();
    let mut pdu = b"\x07\x91\x51\x55\x00\x00\x00\xF0".to_vec();
    pdu.extend_from_slice(&PDU[1..]);
    send(&mut bench, 1, &pdu);
    bench.run(1000);
    let hex = format!("07915155000000F0{}", &HEX[2..]);
    assert_eq!(bench.lines().collect::<Vec<_>>(), [CMGS, &hex]);
    assert_eq!(bench.news(), [sent(1, Some(17))]);
}

#[test]
fn the_pdu_is_written_after_the_prompt_and_without_a_line_end() {
    let mut bench = ready();
    bench.on(CMGS, lines("").then(3000, ">"));
    bench.on("DATA", lines("+CMGS: 17\nOK"));
    send(&mut bench, 1, PDU);
    bench.run(2000);
    assert_eq!(bench.lines().collect::<Vec<_>>(), [CMGS]);
    bench.run(3000);
    // The peer takes a Ctrl-Z as the end; a line end would be a part of the next command.
    assert_eq!(bench.lines().collect::<Vec<_>>(), [CMGS, HEX]);
    assert_eq!(bench.news(), [sent(1, Some(17))]);
}

#[test]
fn messages_go_one_after_the_other_in_their_order() {
    let mut bench = sending();
    for token in 1..=3 {
        send(&mut bench, token, PDU);
    }
    assert_eq!(bench.modem.queued(), 3);
    bench.run(1000);
    let outcomes = [sent(1, Some(17)), sent(2, Some(17)), sent(3, Some(17))];
    assert_eq!(bench.news(), outcomes);
    assert_eq!(
        bench.lines().collect::<Vec<_>>(),
        [CMGS, HEX, CMGS, HEX, CMGS, HEX]
    );
    assert_eq!(bench.modem.queued(), 0);
}

#[test]
fn ok_alone_is_sent_with_a_reference_that_nobody_knows() {
    let mut bench = ready();
    bench.on(CMGS, lines(">")).on("DATA", lines("OK"));
    send(&mut bench, 1, PDU);
    bench.run(1000);
    assert_eq!(bench.news(), [sent(1, None)]);
}

#[test]
fn what_comes_with_the_reference_does_no_harm() {
    let mut bench = ready();
    bench.on(CMGS, lines(">"));
    bench.on(
        "DATA",
        lines("+CREG: 1\n+CMGS: 200,\"26/01/02,03:04:05+04\"\nOK"),
    );
    send(&mut bench, 1, PDU);
    bench.run(1000);
    assert_eq!(bench.news(), [sent(1, Some(200))]);
}

#[test]
fn without_a_prompt_esc_is_written_and_nothing_is_sent() {
    let mut bench = ready();
    bench.on(CMGS, silence()).on("ESC", lines("OK"));
    send(&mut bench, 1, PDU);
    bench.run(9_900);
    assert_eq!(bench.news(), []);
    bench.run(3000);
    let failure = Failure::NoPrompt;
    assert_eq!(bench.news(), [Event::NotSent { token: 1, failure }]);
    assert_eq!(bench.times("ESC"), 1);
    assert_eq!(bench.times(HEX), 0);
}

#[test]
fn an_error_instead_of_the_prompt_is_a_refusal_and_needs_no_esc() {
    let mut bench = ready();
    bench.on(CMGS, lines("+CMS ERROR: 304"));
    send(&mut bench, 1, PDU);
    bench.run(1000);
    assert_eq!(bench.news(), [not_sent(1, "+CMS ERROR: 304")]);
    assert_eq!(bench.lines().collect::<Vec<_>>(), [CMGS]);
}

#[test]
fn ok_instead_of_the_prompt_is_not_sent() {
    let mut bench = ready();
    bench.on(CMGS, lines("OK"));
    send(&mut bench, 1, PDU);
    bench.run(1000);
    let failure = Failure::NoPrompt;
    assert_eq!(bench.news(), [Event::NotSent { token: 1, failure }]);
    assert_eq!(bench.times(HEX), 0);
}

#[test]
fn an_error_after_the_pdu_is_a_refusal_with_the_class_of_its_cause() {
    for (line, class) in [
        ("+CMS ERROR: 28", Class::Permanent),
        ("+CMS ERROR: unidentified subscriber", Class::Permanent),
        ("+CMS ERROR: 8", Class::SimFault),
        ("+CMS ERROR: 21", Class::RetryElsewhere),
        ("+CMS ERROR: 331", Class::RetryElsewhere),
        ("+CMS ERROR: 320", Class::ModemFault),
        ("+CME ERROR: 30", Class::RetryElsewhere),
    ] {
        let mut bench = ready();
        bench.on(CMGS, lines(">")).on("DATA", lines(line));
        send(&mut bench, 1, PDU);
        bench.run(60_000);
        let news = bench.news();
        let [Event::NotSent { token: 1, failure }] = &*news else {
            panic!("{line}: {news:?}");
        };
        assert_eq!(failure.class(), class, "{line}");
        assert_eq!(bench.times(HEX), 1, "{line}");
    }
}

#[test]
fn silence_after_the_pdu_is_unknown_and_it_is_not_sent_again() {
    let mut bench = ready();
    bench.on(CMGS, lines(">")).on("DATA", silence());
    send(&mut bench, 1, PDU);
    bench.run(59_000);
    assert_eq!(bench.news(), []);
    bench.run(2000);
    assert_eq!(bench.news(), [Event::Overdue { token: 1 }]);
    bench.run(118_000);
    assert_eq!(bench.news(), []);
    bench.run(3_600_000);
    assert_eq!(bench.news(), [Event::Unknown { token: 1 }]);
    assert_eq!(bench.times(HEX), 1);
    assert_eq!(bench.modem.queued(), 0);
}

#[test]
fn a_result_between_the_two_timers_is_in_time() {
    let mut bench = ready();
    bench.on(CMGS, lines(">"));
    bench.on("DATA", lines("").then(120_000, "+CMGS: 5\nOK"));
    send(&mut bench, 1, PDU);
    bench.run(130_000);
    assert_eq!(
        bench.news(),
        [Event::Overdue { token: 1 }, sent(1, Some(5))]
    );
}

#[test]
fn a_late_result_is_that_of_the_message_and_not_of_the_next_command() {
    let mut bench = ready();
    bench.on(CMGS, lines(">"));
    bench.once("DATA", lines("").then(200_000, "+CMGS: 5\nOK"));
    bench.on("DATA", lines("+CMGS: 6\nOK"));
    send(&mut bench, 1, PDU);
    bench.run(190_000);
    send(&mut bench, 2, PDU);
    bench.run(60_000);
    let unknown = Event::Unknown { token: 1 };
    let late = Event::SentLate {
        token: 1,
        reference: Some(5),
    };
    let news = bench.news();
    assert!(
        news.contains(&unknown) && news.contains(&sent(2, Some(6))),
        "{news:?}"
    );
    let place = |event: &Event| news.iter().position(|other| other == event);
    assert!(place(&unknown) < place(&late), "{news:?}");
    assert_eq!(bench.times(HEX), 2);
}

#[test]
fn a_late_result_is_not_that_of_a_command_which_is_in_flight_by_then() {
    // The modem answers other commands while it sends.
    let mut bench = ready();
    bench.on(CMGS, lines(">"));
    bench.once("DATA", silence());
    bench.on("DATA", lines("+CMGS: 6\nOK"));
    send(&mut bench, 1, PDU);
    bench.run(190_000);
    let late = |reference| Event::SentLate {
        token: 1,
        reference: Some(reference),
    };
    // A command of another's.
    let reply = lines("+CMGS: 5\nOK").then(500, "+GCAP: +CGSM\nOK");
    bench.once("AT+GCAP", reply);
    let timer = std::time::Duration::from_secs(5);
    bench.modem.command(9, "AT+GCAP", timer, bench.now).unwrap();
    bench.settle();
    bench.run(10_000);
    assert!(bench.has(&late(5)));
    let answer = bench.news().pop();
    let Some(Event::Answer {
        token: 9,
        answer: Ok(answer),
    }) = answer
    else {
        panic!("{answer:?}");
    };
    assert_eq!(answer.lines, ["+GCAP: +CGSM"]);

    // The next message, which has no prompt yet.
    let mut bench = ready();
    bench.once(CMGS, lines(">"));
    bench.once("DATA", silence());
    bench.once(CMGS, lines("+CMGS: 5\nOK").then(5000, ">"));
    bench.on("DATA", lines("+CMGS: 6\nOK"));
    send(&mut bench, 1, PDU);
    send(&mut bench, 2, PDU);
    bench.run(270_000);
    let news = bench.news();
    assert_eq!(news[2..], [late(5), sent(2, Some(6))], "{news:?}");
    assert_eq!(bench.times(HEX), 2);
}

#[test]
fn nothing_is_sent_while_a_late_result_may_come() {
    for (late, sends_at) in [(190_000, 190), (400_000, 240)] {
        let mut bench = ready();
        bench.on(CMGS, lines(">"));
        bench.once("DATA", lines("").then(late, "+CMGS: 5\nOK"));
        bench.on("DATA", lines("+CMGS: 6\nOK"));
        send(&mut bench, 1, PDU);
        send(&mut bench, 2, PDU);
        bench.run(600_000);
        let sends: Vec<u128> = bench
            .written
            .iter()
            .filter(|(_, line)| line == CMGS)
            .map(|(at, _)| at / 1000 - 60)
            .collect();
        assert_eq!(sends, [0, sends_at], "{late}");
        let tells = |event: &Event| matches!(event, Event::SentLate { token: 1, .. });
        assert!(bench.events.iter().any(tells), "{late}");
        assert!(bench.has(&sent(2, Some(6))));
    }
}

#[test]
fn a_modem_that_answers_twice_has_sent_no_other_message() {
    let mut bench = ready();
    bench.on(CMGS, lines(">"));
    bench.once("DATA", silence());
    bench.on("DATA", lines("+CMGS: 6\nOK").then(10, "+CMGS: 6\nOK"));
    send(&mut bench, 1, PDU);
    bench.run(200_000);
    send(&mut bench, 2, PDU);
    bench.run(60_000);
    let overdue = Event::Overdue { token: 1 };
    let unknown = Event::Unknown { token: 1 };
    assert_eq!(bench.news(), [overdue, unknown, sent(2, Some(6))]);
}

#[test]
fn an_error_after_the_pdu_that_does_not_say_that_it_was_not_taken_leaves_the_outcome_open() {
    const UNKNOWN: fn(&str) -> Event = |_| Event::Unknown { token: 1 };
    const REFUSED: fn(&str) -> Event = |line| not_sent(1, line);
    const DOUBTFUL: fn(&str) -> Event = |line| Event::NotSent {
        token: 1,
        failure: Failure::Doubtful(result(line)),
    };
    for (doubt, line, expected) in [
        (Doubt::Everything, "+CMS ERROR: 332", UNKNOWN),
        (Doubt::Everything, "+CMS ERROR: 500", UNKNOWN),
        (Doubt::Everything, "+CMS ERROR: 300", UNKNOWN),
        (Doubt::Everything, "+CMS ERROR: 515", UNKNOWN),
        (Doubt::Everything, "+CME ERROR: 31", UNKNOWN),
        (Doubt::Everything, "+CME ERROR: 100", UNKNOWN),
        (Doubt::Everything, "ERROR", UNKNOWN),
        (Doubt::Everything, "+CMS ERROR: 8", REFUSED),
        (Doubt::Everything, "+CMS ERROR: 331", REFUSED),
        (Doubt::Everything, "+CME ERROR: 30", REFUSED),
        (Doubt::Timeouts, "+CMS ERROR: 332", UNKNOWN),
        (Doubt::Timeouts, "+CMS ERROR: network timeout", UNKNOWN),
        (Doubt::Timeouts, "+CME ERROR: 31", UNKNOWN),
        (Doubt::Timeouts, "+CMS ERROR: 500", DOUBTFUL),
        (Doubt::Timeouts, "+CMS ERROR: 515", DOUBTFUL),
        (Doubt::Timeouts, "+CME ERROR: 515", DOUBTFUL),
        (Doubt::Timeouts, "ERROR", DOUBTFUL),
        (Doubt::Timeouts, "+CMS ERROR: 8", REFUSED),
        (Doubt::Nothing, "+CMS ERROR: 500", REFUSED),
        (Doubt::Nothing, "ERROR", REFUSED),
    ] {
        let mut bench = Bench::ready(Config { doubt, ..quiet() });
        bench.on(CMGS, lines(">")).on("DATA", lines(line));
        send(&mut bench, 1, PDU);
        bench.run(1000);
        let expected = expected(line);
        assert_eq!(bench.news(), [expected], "{doubt:?} {line}");
        bench.run(600_000);
        assert_eq!(bench.times(HEX), 1, "{doubt:?} {line}");
    }
}

#[test]
fn the_network_timeout_is_no_doubt_before_the_pdu() {
    let mut bench = ready();
    bench.once(CMGS, lines("+CMS ERROR: 332"));
    bench.on(CMGS, lines(">")).on("DATA", lines("+CMGS: 1\nOK"));
    send(&mut bench, 1, PDU);
    bench.run(10_000);
    assert_eq!(bench.news(), [sent(1, Some(1))]);
}

#[test]
fn a_port_that_is_lost_after_the_pdu_leaves_the_outcome_open() {
    let mut bench = ready();
    bench.on(CMGS, lines(">")).on("DATA", silence());
    send(&mut bench, 1, PDU);
    bench.run_until_written(HEX);
    bench.close();
    assert!(bench.has(&Event::Unknown { token: 1 }));
    bench.open();
    bench.run(300_000);
    assert_eq!(bench.times(HEX), 1);
}

#[test]
fn a_port_that_is_lost_before_the_pdu_sends_it_once_it_is_back() {
    let mut bench = ready();
    bench.once(CMGS, silence());
    bench.on(CMGS, lines(">")).on("DATA", lines("+CMGS: 1\nOK"));
    send(&mut bench, 1, PDU);
    bench.run_until_written(CMGS);
    bench.close();
    assert_eq!(bench.modem.queued(), 1);
    bench.open();
    bench.run(10_000);
    assert!(bench.has(&sent(1, Some(1))));
    assert_eq!(bench.times(HEX), 1);
}

#[test]
fn a_modem_that_starts_again_after_the_pdu_leaves_the_outcome_open() {
    let mut bench = ready();
    bench.on(CMGS, lines(">"));
    bench.on("DATA", lines("").then(3000, "RDY\n+CFUN: 1\n+CPIN: READY"));
    send(&mut bench, 1, PDU);
    bench.run(300_000);
    let news = bench.news();
    assert!(news.contains(&Event::Unknown { token: 1 }), "{news:?}");
    assert!(news.contains(&Event::Rebooted), "{news:?}");
    assert_eq!(bench.times(HEX), 1);
}

#[test]
fn a_modem_that_starts_again_before_the_prompt_is_given_the_message_again() {
    let mut bench = ready();
    bench.once(CMGS, lines("").then(2000, "RDY"));
    bench.on(CMGS, lines(">")).on("DATA", lines("+CMGS: 1\nOK"));
    send(&mut bench, 1, PDU);
    bench.run(60_000);
    assert!(bench.has(&sent(1, Some(1))));
    assert_eq!(bench.times(HEX), 1);
}

#[test]
fn what_waits_can_be_taken_back_and_what_is_on_its_way_cannot() {
    let mut bench = ready();
    bench.on(CMGS, lines(">"));
    bench.on("DATA", lines("").then(5000, "+CMGS: 1\nOK"));
    for token in 1..=4 {
        send(&mut bench, token, PDU);
    }
    bench.run(1000);
    assert_eq!(bench.modem.withdraw(1), None);
    assert_eq!(bench.modem.withdraw(3), Some(submit(PDU)));
    assert_eq!(bench.modem.withdraw(3), None);
    let rest = bench.modem.withdraw_all();
    let tokens: Vec<u64> = rest.iter().map(|(token, _)| *token).collect();
    assert_eq!(tokens, [2, 4]);
    assert_eq!(bench.modem.queued(), 1);
    bench.run(60_000);
    assert_eq!(bench.news(), [sent(1, Some(1))]);
}

#[test]
fn the_queue_is_bounded() {
    let mut bench = Bench::ready(Config {
        max_queue: 3,
        ..quiet()
    });
    bench.on(CMGS, lines(">"));
    for token in 1..=3 {
        send(&mut bench, token, PDU);
    }
    let refused = bench.modem.send(4, submit(PDU), bench.now);
    assert_eq!(refused, Err(QueueFull));
}

#[test]
fn messages_wait_for_a_modem_that_is_not_there_yet() {
    let mut bench = Bench::closed(quiet());
    bench.on(CMGS, lines(">")).on("DATA", lines("+CMGS: 1\nOK"));
    send(&mut bench, 1, PDU);
    bench.run(60_000);
    assert_eq!(bench.news(), []);
    bench.open();
    bench.run(60_000);
    assert!(bench.has(&sent(1, Some(1))));
}

#[test]
fn what_is_no_pdu_is_written_to_no_modem() {
    for pdu in [&b""[..], b"\0", b"\x07\x91", &[0; 200]] {
        let mut bench = sending();
        send(&mut bench, 1, pdu);
        bench.run(1000);
        let news = bench.news();
        let [Event::NotSent { token: 1, failure }] = &*news else {
            panic!("{news:?}");
        };
        assert!(matches!(failure, Failure::Value(_)), "{failure:?}");
        assert_eq!(failure.class(), Class::Permanent);
        assert_eq!(bench.lines().count(), 0);
    }
}

#[test]
fn a_modem_that_needs_time_gets_the_pdu_in_pieces() {
    let mut bench = Bench::closed(quiet());
    bench.on("AT+CGMI", lines("Nokia\nOK"));
    bench.on(CMGS, lines(">")).on("DATA", lines("+CMGS: 1\nOK"));
    bench.open();
    bench.run(10_000);
    bench.forget();
    send(&mut bench, 1, PDU);
    bench.run(1000);
    assert_eq!(bench.lines().collect::<Vec<_>>(), [CMGS, HEX]);
    let [(asked, _), (done, _)] = &*bench.written else {
        panic!("{:?}", bench.written);
    };
    // A pause after the prompt, and one between two pieces of 18 octets.
    assert!(done - asked >= 120, "{asked} {done}");
    assert!(bench.has(&sent(1, Some(1))));
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

/// With a modem that sends.
fn sending() -> Bench {
    let mut bench = ready();
    bench
        .on(CMGS, lines(">"))
        .on("DATA", lines("+CMGS: 17\nOK"));
    bench
}

fn send(bench: &mut Bench, token: u64, pdu: &[u8]) {
    let taken = bench.modem.send(token, submit(pdu), bench.now);
    assert_eq!(taken, Ok(()));
    bench.settle();
}

fn submit(pdu: &[u8]) -> Submit {
    Submit {
        pdu: pdu.to_vec(),
        more_to_follow: false,
    }
}

fn sent(token: u64, reference: Option<u8>) -> Event {
    Event::Sent { token, reference }
}

fn not_sent(token: u64, line: &str) -> Event {
    let failure = Failure::Refused(result(line));
    Event::NotSent { token, failure }
}

fn result(line: &str) -> FinalResult {
    let report = |code: &str| smsgw_at::result::ErrorReport {
        code: code.parse().ok(),
        text: None,
    };
    match line.split_once(": ") {
        Some(("+CME ERROR", code)) => FinalResult::Cme(report(code)),
        Some((_, code)) => FinalResult::Cms(report(code)),
        None => FinalResult::Error(None),
    }
}
