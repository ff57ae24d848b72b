//! USSD: requests in the encoding that the modem takes, what the network says, and its questions.

mod script;

use script::{Bench, lines, silence};
use smsgw_at::command::ussd::UssdStatus;
use smsgw_at::modem::{Config, Event, Failure, QueueFull, Ussd};

const PLAIN: &str = "AT+CUSD=1,\"*100#\",15";
const PACKED: &str = "AT+CUSD=1,\"AA180C3602\",15";
const UCS2: &str = "AT+CUSD=1,\"002A0031003000300023\",72";
const EIGHT_BIT: &str = "AT+CUSD=1,\"2A31303023\",15";
const CANCEL: &str = "AT+CUSD=2";

#[test]
fn a_request_is_answered_after_its_ok() {
    let mut bench = ready();
    bench.on(
        PLAIN,
        lines("OK").then(20_000, "+CUSD: 0,\"Your balance is 5.00\",15"),
    );
    ussd(&mut bench, 1, "*100#");
    bench.run(19_000);
    assert_eq!(bench.news(), []);
    // It keeps nothing waiting.
    bench.modem.hang_up(9, bench.now).unwrap();
    bench.settle();
    bench.run(100);
    let outcome = Ok(());
    assert_eq!(bench.news(), [Event::HungUp { token: 9, outcome }]);
    bench.run(2000);
    let reply = only(&mut bench);
    assert_eq!(
        (reply.token, reply.status),
        (Some(1), UssdStatus::NO_FURTHER_ACTION)
    );
    assert_eq!(reply.text.as_deref(), Some("Your balance is 5.00"));
    assert_eq!(reply.dcs, Some(15));
    assert_eq!(bench.times(PLAIN), 1);
}

#[test]
fn a_request_may_be_answered_before_its_ok_and_on_several_lines() {
    let mut bench = ready();
    bench.on(
        PLAIN,
        lines("+CUSD: 1,\"1 Balance\n2 Top up\",15").then(100, "OK"),
    );
    ussd(&mut bench, 1, "*100#");
    bench.run(1000);
    let reply = only(&mut bench);
    assert_eq!(reply.status, UssdStatus::FURTHER_ACTION_REQUIRED);
    let text = reply.text.unwrap();
    assert!(
        text.starts_with("1 Balance") && text.ends_with("2 Top up"),
        "{text}"
    );
}

#[test]
fn what_is_refused_is_tried_in_the_next_encoding_and_that_is_kept_to() {
    let mut bench = ready();
    for refusal in [PLAIN, PACKED] {
        bench.on(refusal, lines("ERROR"));
    }
    bench.on(UCS2, lines("OK").then(100, "+CUSD: 0,\"Hello there\",15"));
    ussd(&mut bench, 1, "*100#");
    bench.run(1000);
    assert_eq!(only(&mut bench).token, Some(1));
    ussd(&mut bench, 2, "*100#");
    bench.run(1000);
    assert_eq!(only(&mut bench).token, Some(2));
    assert_eq!(
        bench.lines().collect::<Vec<_>>(),
        [PLAIN, PACKED, UCS2, UCS2]
    );
}

#[test]
fn a_make_that_packs_its_strings_is_asked_so_first() {
    let mut bench = Bench::closed(quiet());
    bench.on("AT+CGMI", lines("huawei\nOK"));
    bench.on(
        PACKED,
        lines("OK").then(100, "+CUSD: 0,\"49B41C74ACD3D16171D90D\",15"),
    );
    bench.open();
    bench.run(10_000);
    bench.forget();
    ussd(&mut bench, 1, "*100#");
    bench.run(1000);
    assert_eq!(only(&mut bench).text.as_deref(), Some("Ihr Guthaben"));
    assert_eq!(bench.lines().collect::<Vec<_>>(), [PACKED]);
}

#[test]
fn what_the_network_does_not_understand_is_tried_in_the_next_encoding() {
    let mut bench = ready();
    bench.on(PLAIN, lines("OK").then(100, "+CUSD: 4"));
    bench.on(PACKED, lines("OK").then(100, "+CUSD: 0,\"Hello there\",15"));
    ussd(&mut bench, 1, "*100#");
    bench.run(1000);
    let reply = only(&mut bench);
    assert_eq!(
        (reply.token, reply.text.as_deref()),
        (Some(1), Some("Hello there"))
    );
    // Once it is known how, what the network says is what it says.
    bench.on(PACKED, lines("OK").then(100, "+CUSD: 4"));
    ussd(&mut bench, 2, "*100#");
    bench.run(1000);
    assert_eq!(only(&mut bench).status, UssdStatus::NOT_SUPPORTED);
    assert_eq!(bench.lines().collect::<Vec<_>>(), [PLAIN, PACKED, PACKED]);
}

#[test]
fn a_question_that_makes_no_sense_is_called_off_before_the_next_encoding() {
    let mut bench = ready();
    bench.on(
        PLAIN,
        lines("OK").then(100, "+CUSD: 1,\"\u{10}\u{12}\u{13}\u{14}\u{15}\u{16}\",15"),
    );
    bench.on(PACKED, lines("OK").then(100, "+CUSD: 0,\"Hello there\",15"));
    ussd(&mut bench, 1, "*100#");
    bench.run(1000);
    assert_eq!(only(&mut bench).text.as_deref(), Some("Hello there"));
    assert_eq!(bench.lines().collect::<Vec<_>>(), [PLAIN, CANCEL, PACKED]);
}

#[test]
fn what_no_encoding_helps_is_told_with_the_last_answer() {
    let mut bench = ready();
    for line in [PLAIN, PACKED, UCS2, EIGHT_BIT] {
        bench.on(line, lines("+CME ERROR: 4"));
    }
    ussd(&mut bench, 1, "*100#");
    bench.run(1000);
    let news = bench.news();
    let [Event::UssdFailed { token: 1, failure }] = &*news else {
        panic!("{news:?}");
    };
    assert_eq!(failure.to_string(), "refused with +CME ERROR: 4");
    for line in [PLAIN, PACKED, UCS2, EIGHT_BIT] {
        bench.on(line, lines("OK").then(100, "+CUSD: 4"));
    }
    ussd(&mut bench, 2, "*100#");
    bench.run(1000);
    assert_eq!(only(&mut bench).status, UssdStatus::NOT_SUPPORTED);
    assert_eq!(bench.lines().count(), 8);
}

#[test]
fn without_a_network_no_encoding_helps() {
    for line in ["+CME ERROR: 30", "+CME ERROR: 14", "+CME ERROR: SIM busy"] {
        let mut bench = ready();
        bench.on(PLAIN, lines(line));
        ussd(&mut bench, 1, "*100#");
        bench.run(1000);
        assert!(matches!(
            bench.news()[..],
            [Event::UssdFailed { token: 1, .. }]
        ));
        assert_eq!(bench.lines().collect::<Vec<_>>(), [PLAIN]);
    }
}

#[test]
fn a_question_is_answered_and_the_session_goes_on() {
    let mut bench = ready();
    let answer = "AT+CUSD=1,\"2\",15";
    bench.on(
        PLAIN,
        lines("OK").then(100, "+CUSD: 1,\"1 Balance 2 Top up\",15"),
    );
    bench.on(answer, lines("OK").then(100, "+CUSD: 1,\"Which card?\",15"));
    bench.on(
        "AT+CUSD=1,\"77\",15",
        lines("OK").then(100, "+CUSD: 2,\"Thank you\",15"),
    );
    let mut texts = Vec::new();
    for (token, text) in [(1, "*100#"), (2, "2"), (3, "77")] {
        ussd(&mut bench, token, text);
        bench.run(1000);
        let reply = only(&mut bench);
        assert_eq!(reply.token, Some(token));
        texts.push((reply.status.0, reply.text.unwrap()));
    }
    let texts: Vec<_> = texts.iter().map(|(m, text)| (*m, text.as_str())).collect();
    assert_eq!(
        texts,
        [
            (1, "1 Balance 2 Top up"),
            (1, "Which card?"),
            (2, "Thank you")
        ]
    );
    // The next one begins anew.
    ussd(&mut bench, 4, "*100#");
    bench.run(1000);
    assert_eq!(only(&mut bench).token, Some(4));
    assert_eq!(bench.times(CANCEL), 0);
}

#[test]
fn an_answer_is_not_sent_in_another_encoding_for_what_comes_back() {
    let mut bench = ready();
    bench.on(
        PLAIN,
        lines("OK").then(100, "+CUSD: 1,\"1 Balance 2 Top up\",15"),
    );
    bench.on("AT+CUSD=1,\"2\",15", lines("OK").then(100, "+CUSD: 4"));
    ussd(&mut bench, 1, "*100#");
    bench.run(1000);
    ussd(&mut bench, 2, "2");
    bench.run(1000);
    assert_eq!(bench.lines().count(), 2);
    assert_eq!(bench.news().len(), 2);
}

#[test]
fn there_is_one_session_at_a_time() {
    let mut bench = ready();
    bench.on(PLAIN, lines("OK").then(5000, "+CUSD: 0,\"Hello there\",15"));
    ussd(&mut bench, 1, "*100#");
    assert_eq!(bench.modem.ussd(2, "*101#", bench.now), Err(QueueFull));
    bench.run(1000);
    assert_eq!(bench.modem.ussd(2, "*101#", bench.now), Err(QueueFull));
    bench.run(5000);
    assert_eq!(bench.modem.ussd(2, "*101#", bench.now), Ok(()));
}

#[test]
fn silence_of_the_network_is_told_after_a_minute_and_called_off() {
    let mut bench = ready();
    bench.on(PLAIN, lines("").then(10_000, "OK"));
    ussd(&mut bench, 1, "*100#");
    bench.run(69_000);
    assert_eq!(bench.news(), []);
    bench.run(2000);
    let failure = Failure::Silent;
    assert_eq!(bench.news(), [Event::UssdFailed { token: 1, failure }]);
    assert_eq!(bench.lines().collect::<Vec<_>>(), [PLAIN, CANCEL]);
    assert_eq!(bench.modem.ussd(2, "*101#", bench.now), Ok(()));
}

#[test]
fn a_modem_without_ok_may_bring_the_answer_all_the_same() {
    let mut bench = ready();
    bench.on(PLAIN, lines("").then(30_000, "+CUSD: 0,\"Hello there\",15"));
    ussd(&mut bench, 1, "*100#");
    bench.run(31_000);
    assert_eq!(only(&mut bench).token, Some(1));
}

#[test]
fn what_the_network_begins_is_told_and_can_be_answered() {
    let mut bench = ready();
    bench.say("+CUSD: 0,\"You have won\",15");
    assert_eq!(only(&mut bench).token, None);
    bench.say("+CUSD: 1,\"Do you agree? 1 yes\",15");
    let question = only(&mut bench);
    assert_eq!((question.token, question.status.0), (None, 1));
    bench.on("AT+CUSD=1,\"1\",15", lines("OK").then(100, "+CUSD: 2"));
    ussd(&mut bench, 1, "1");
    bench.run(1000);
    let reply = only(&mut bench);
    assert_eq!(
        (reply.token, reply.status.0, reply.text),
        (Some(1), 2, None)
    );
}

#[test]
fn what_the_network_begins_is_no_answer_to_a_request_that_waits() {
    let mut bench = ready();
    bench.on(
        "AT+CUSD=1,\"*100#\",15",
        lines("OK").then(100, "+CUSD: 0,\"Mine is this\",15"),
    );
    // The channel is busy.
    bench.on("AT+CSQ", lines("").then(3000, "OK"));
    let timeout = std::time::Duration::from_secs(5);
    bench
        .modem
        .command(9, "AT+CSQ", timeout, bench.now)
        .unwrap();
    bench.settle();
    ussd(&mut bench, 1, "*100#");
    bench.say("+CUSD: 0,\"You have won\",15");
    assert_eq!(only(&mut bench).token, None);
    bench.run(5000);
    assert_eq!(only(&mut bench).text.as_deref(), Some("Mine is this"));
}

#[test]
fn a_session_can_be_called_off() {
    // Before it is sent.
    let mut bench = ready();
    bench.on("AT+CSQ", lines("").then(3000, "OK"));
    let timeout = std::time::Duration::from_secs(5);
    bench
        .modem
        .command(9, "AT+CSQ", timeout, bench.now)
        .unwrap();
    ussd(&mut bench, 1, "*100#");
    bench.modem.ussd_cancel(bench.now);
    let failure = Failure::Cancelled;
    let cancelled = Event::UssdFailed { token: 1, failure };
    bench.run(10_000);
    assert!(bench.has(&cancelled));
    assert_eq!(bench.lines().collect::<Vec<_>>(), ["AT+CSQ"]);

    // While the network is waited for.
    let mut bench = ready();
    ussd(&mut bench, 1, "*100#");
    bench.run(1000);
    bench.modem.ussd_cancel(bench.now);
    bench.settle();
    bench.run(1000);
    assert_eq!(bench.news(), [cancelled]);
    assert_eq!(bench.times(CANCEL), 1);

    // While the network waits.
    let mut bench = ready();
    bench.say("+CUSD: 1,\"Do you agree? 1 yes\",15");
    bench.modem.ussd_cancel(bench.now);
    bench.settle();
    bench.run(1000);
    assert_eq!(bench.times(CANCEL), 1);

    // When there is none.
    let mut bench = ready();
    bench.modem.ussd_cancel(bench.now);
    bench.settle();
    bench.run(1000);
    assert_eq!(bench.times(CANCEL), 0);
}

#[test]
fn a_question_that_nobody_answers_is_called_off() {
    let mut bench = ready();
    bench.say("+CUSD: 1,\"Do you agree? 1 yes\",15");
    bench.run(301_000);
    assert_eq!(bench.times(CANCEL), 1);
    // It is a request of its own.
    bench.on(PLAIN, lines("OK").then(100, "+CUSD: 4"));
    bench.on(PACKED, lines("OK").then(100, "+CUSD: 0,\"Hello there\",15"));
    ussd(&mut bench, 1, "*100#");
    bench.run(1000);
    assert_eq!(bench.times(PACKED), 1);
}

#[test]
fn a_request_that_was_sent_is_lost_with_the_modem_and_one_that_waits_is_not() {
    let mut bench = ready();
    ussd(&mut bench, 1, "*100#");
    bench.run(1000);
    bench.close();
    let failure = Failure::Lost;
    assert!(bench.has(&Event::UssdFailed { token: 1, failure }));
    bench.on(PLAIN, lines("OK").then(100, "+CUSD: 0,\"Hello there\",15"));
    ussd(&mut bench, 2, "*100#");
    bench.open();
    bench.run(20_000);
    assert_eq!(only(&mut bench).token, Some(2));
}

#[test]
fn a_text_that_no_string_can_hold_is_told() {
    let mut bench = ready();
    ussd(&mut bench, 1, &"1".repeat(200));
    bench.run(1000);
    let news = bench.news();
    let [Event::UssdFailed { token: 1, failure }] = &*news else {
        panic!("{news:?}");
    };
    assert!(matches!(failure, Failure::Value(_)), "{failure:?}");
    assert_eq!(bench.lines().count(), 0);
    // What septets cannot hold, UCS-2 can.
    let line = "AT+CUSD=1,\"04480435\",72";
    bench.on(line, lines("OK").then(100, "+CUSD: 0,\"Hello there\",15"));
    ussd(&mut bench, 2, "ше");
    bench.run(1000);
    assert_eq!(bench.lines().collect::<Vec<_>>(), [line]);
}

#[test]
fn a_line_that_cannot_be_read_is_told_and_does_no_harm() {
    let mut bench = ready();
    bench.say("+CUSD: x");
    bench.run(3000);
    assert_eq!(bench.news(), []);
    assert_eq!(bench.events.len(), 1);
    bench.on(PLAIN, silence());
    ussd(&mut bench, 1, "*100#");
    bench.say("+CUSD: 0,\"Hello there\",15");
    assert_eq!(only(&mut bench).token, Some(1));
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

fn ussd(bench: &mut Bench, token: u64, text: &str) {
    assert_eq!(bench.modem.ussd(token, text, bench.now), Ok(()));
    bench.settle();
}

fn only(bench: &mut Bench) -> Ussd {
    let news = bench.news().into_iter();
    let mut replies: Vec<Ussd> = news
        .filter_map(|event| match event {
            Event::Ussd(reply) => Some(reply),
            _ => None,
        })
        .collect();
    assert_eq!(replies.len(), 1, "{replies:?}");
    replies.remove(0)
}
