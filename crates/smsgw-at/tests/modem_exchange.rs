//! One command at a time, and no result is ever taken for another's.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests state what must hold"
)]

mod script;

use std::time::Duration;

use script::{Bench, Reply, lines, silence};
use smsgw_at::modem::{Answer, CommandError, Config, Event, Failure, Fault, State, Submit};
use smsgw_at::result::FinalResult;

const SECOND: Duration = Duration::from_secs(1);

/// Neither looks at the modem nor sweeps.
fn quiet() -> Config {
    Config {
        health_interval: None,
        routing_check_interval: None,
        sweep_interval: None,
        ..Config::default()
    }
}

fn ask(bench: &mut Bench, token: u64, line: &str) {
    bench.modem.command(token, line, SECOND, bench.now).unwrap();
    bench.settle();
}

/// What became of the commands, in order.
fn answers(bench: &Bench) -> Vec<(u64, Result<String, Failure>)> {
    let answers = bench.events.iter().filter_map(|event| match event {
        Event::Answer { token, answer } => {
            let text = |answer: &Answer| {
                let result = answer.result.to_string();
                let lines = answer.lines.iter().cloned();
                lines.chain([result]).collect::<Vec<_>>().join("|")
            };
            Some((*token, answer.as_ref().map(text).map_err(Clone::clone)))
        }
        _ => None,
    });
    answers.collect()
}

#[test]
fn one_command_at_a_time() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+A", Reply::default().then(500, "+A: 1\nOK"));
    bench.on("AT+B", Reply::default().then(1, "+B: 2\n+CME ERROR: 3"));
    ask(&mut bench, 1, "AT+A");
    ask(&mut bench, 2, "AT+B");
    bench.run(499);
    assert_eq!(bench.lines().collect::<Vec<_>>(), ["AT+A"]);
    bench.run(5);
    let expected = [
        (1, Ok("+A: 1|OK".into())),
        (2, Ok("+B: 2|+CME ERROR: 3".into())),
    ];
    assert_eq!(answers(&bench), expected);
}

#[test]
fn a_late_result_is_not_taken_for_that_of_the_next_command() {
    // Whenever it comes: before the probe, during it, with its answer.
    for late in (900..6_000).step_by(50) {
        let mut bench = Bench::ready(quiet());
        bench.on("AT+A", Reply::default().then(late, "+A: 1\nOK"));
        bench.on("AT+B", lines("+CME ERROR: 3"));
        ask(&mut bench, 1, "AT+A");
        ask(&mut bench, 2, "AT+B");
        bench.run(20_000);
        let first = if late < 1_000 {
            Ok("+A: 1|OK".into())
        } else {
            Err(Failure::Silent)
        };
        let second = Ok("+CME ERROR: 3".into());
        if late == 1_000 {
            continue;
        }
        assert_eq!(answers(&bench), [(1, first), (2, second)], "{late}");
        assert_eq!(bench.modem.state(), State::Ready);
    }
}

#[test]
fn a_modem_that_was_busy_answers_everything_late_and_in_order() {
    let mut bench = Bench::ready(quiet());
    // Nothing is answered for four seconds; then all of it, in one piece.
    bench.on("AT+A", silence());
    bench.once("AT", silence()).once("AT", silence());
    let all = "+CME ERROR: 100\nOK\nOK\nOK";
    bench.once("AT", Reply::default().then(900, all));
    bench.on("AT+B", lines("+B: 1\nERROR"));
    ask(&mut bench, 1, "AT+A");
    ask(&mut bench, 2, "AT+B");
    bench.run(20_000);
    let expected = [(1, Err(Failure::Silent)), (2, Ok("+B: 1|ERROR".into()))];
    assert_eq!(answers(&bench), expected);
}

#[test]
fn the_probes_have_answers_that_can_be_told_apart() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+A", silence());
    // The answer to the first labelled probe comes when the second has been sent.
    let labelled = ["AT+CSQ", "AT+CMGF?", "AT+CSCS?", "AT+CMEE?"];
    let late = Reply::default().then(3_500, "+CSQ: 1,99\nOK");
    bench.once("AT+CSQ", late);
    bench.on("AT+B", lines("ERROR"));
    ask(&mut bench, 1, "AT+A");
    ask(&mut bench, 2, "AT+B");
    bench.run(20_000);
    let expected = [(1, Err(Failure::Silent)), (2, Ok("ERROR".into()))];
    assert_eq!(answers(&bench), expected);
    let probes: Vec<_> = bench
        .lines()
        .filter(|line| labelled.contains(line))
        .collect();
    assert_eq!(probes, ["AT+CSQ", "AT+CMGF?"]);
}

#[test]
fn a_probe_is_never_the_command_that_was_given_up() {
    let mut bench = Bench::ready(quiet());
    bench.once("AT+CSQ", Reply::default().then(1_500, "+CSQ: 1,99\nOK"));
    bench.on("AT+B", lines("ERROR"));
    ask(&mut bench, 1, "AT+CSQ");
    ask(&mut bench, 2, "AT+B");
    bench.run(20_000);
    assert_eq!(bench.times("AT+CSQ"), 1);
    assert_eq!(answers(&bench)[1], (2, Ok("ERROR".into())));
}

#[test]
fn a_modem_that_refuses_every_probe_gets_in_step_by_counting() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+A", silence());
    for line in ["AT", "AT+CSQ", "AT+CMGF?", "AT+CSCS?", "AT+CMEE?"] {
        bench.on(line, lines("ERROR"));
    }
    bench.on("AT+B", lines("+B: 1\nOK"));
    ask(&mut bench, 1, "AT+A");
    ask(&mut bench, 2, "AT+B");
    bench.run(20_000);
    assert_eq!(answers(&bench)[1], (2, Ok("+B: 1|OK".into())));
    assert_eq!(bench.modem.state(), State::Ready);
}

#[test]
fn an_answer_that_comes_twice_is_taken_once() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+A", lines("OK").then(5, "OK"));
    bench.on("AT+B", lines("ERROR").then(5, "ERROR"));
    ask(&mut bench, 1, "AT+A");
    bench.run(1_000);
    // That was seen once: from now on there is time for it.
    ask(&mut bench, 2, "AT+B");
    ask(&mut bench, 3, "AT+A");
    ask(&mut bench, 4, "AT+B");
    bench.run(5_000);
    let texts: Vec<_> = answers(&bench)
        .into_iter()
        .map(|(_, text)| text.unwrap())
        .collect();
    assert_eq!(texts, ["OK", "ERROR", "OK", "ERROR"]);
    // And in one piece with the first it never matters.
    let mut bench = Bench::ready(quiet());
    bench.on("AT+A", lines("OK\nOK")).on("AT+B", lines("ERROR"));
    ask(&mut bench, 1, "AT+A");
    ask(&mut bench, 2, "AT+B");
    bench.run(5_000);
    assert_eq!(answers(&bench)[1], (2, Ok("ERROR".into())));
}

#[test]
fn silence_is_told_for_the_log_without_secrets() {
    let mut bench = Bench::ready(quiet());
    bench
        .on("AT+A", silence())
        .on("AT+CPWD=\"SC\",\"1234\",\"5678\"", silence());
    ask(&mut bench, 1, "AT+A");
    ask(&mut bench, 2, "AT+CPWD=\"SC\",\"1234\",\"5678\"");
    bench
        .modem
        .command(3, "AT+A", Duration::ZERO, bench.now)
        .unwrap();
    bench.run(30_000);
    let silent = bench.events.iter().filter_map(|event| match event {
        Event::Fault(Fault::Silent { command, in_a_row }) => Some((command.as_str(), *in_a_row)),
        _ => None,
    });
    assert_eq!(
        silent.collect::<Vec<_>>(),
        [("AT+A", 1), ("AT+CPWD=***", 1), ("AT+A", 1)]
    );
    assert_eq!(answers(&bench)[2], (3, Err(Failure::Silent)));
}

#[test]
fn what_comes_unasked_is_no_answer() {
    let mut bench = Bench::ready(quiet());
    let answer = "RING\n+A: 1\n+CREG: 5\n^RSSI: 17\nOK";
    bench.on("AT+A", lines(answer));
    ask(&mut bench, 1, "AT+A");
    bench.run(1_000);
    assert_eq!(answers(&bench), [(1, Ok("+A: 1|OK".into()))]);
    let state = bench.modem.health().registration.unwrap();
    assert!(state.is_roaming());
}

#[test]
fn a_line_without_an_end_is_let_go_after_two_seconds() {
    let mut bench = Bench::ready(quiet());
    bench.say_raw(b"\r\n+CUSD: 1,\"no end\r\n");
    let due = bench.modem.poll_timeout().unwrap();
    assert!(due - bench.now <= 2 * SECOND);
    bench.run(2_001);
    bench.on("AT+A", lines("OK"));
    ask(&mut bench, 1, "AT+A");
    bench.run(100);
    assert_eq!(answers(&bench), [(1, Ok("OK".into()))]);
}

#[test]
fn a_prompt_that_nobody_asked_for_is_left() {
    let mut bench = Bench::ready(quiet());
    // The owner's own command that prompts.
    bench.on("AT+CMGW=20", lines(">"));
    bench.on("AT+A", lines("+A: 1\nOK"));
    ask(&mut bench, 1, "AT+CMGW=20");
    ask(&mut bench, 2, "AT+A");
    bench.run(30_000);
    let failed = (1, Err(Failure::Silent));
    assert_eq!(answers(&bench), [failed, (2, Ok("+A: 1|OK".into()))]);
    assert!(bench.times("ESC") > 0);
}

#[test]
fn what_cannot_be_sent_is_not_taken() {
    let mut bench = Bench::ready(quiet());
    for line in ["AT\rAT+CPIN=\"1\"", "AT+A\u{1a}", "AT+\u{e9}"] {
        let taken = bench.modem.command(1, line, SECOND, bench.now);
        assert!(matches!(taken, Err(CommandError::Value(_))), "{line:?}");
    }
    let long = "A".repeat(1_025);
    assert!(bench.modem.command(1, &long, SECOND, bench.now).is_err());
}

#[test]
fn requests_are_bounded() {
    let mut bench = Bench::closed(quiet());
    let mut taken = 0;
    while bench.modem.command(taken, "AT", SECOND, bench.now).is_ok() {
        taken += 1;
        assert!(taken <= 1_000);
    }
    // All of those get their outcome once there is a port.
    bench.open();
    bench.run(60_000);
    assert_eq!(answers(&bench).len(), usize::try_from(taken).unwrap());
    let ok =
        |(_, answer): &(u64, Result<String, Failure>)| *answer == Ok(FinalResult::Ok.to_string());
    assert!(answers(&bench).iter().all(ok));
}

#[test]
fn events_are_bounded_however_much_the_modem_says() {
    let mut bench = Bench::ready(quiet());
    for _ in 0..10_000 {
        bench
            .modem
            .handle_octets(b"\r\nRING\r\n\r\n+CREG: 1\r\n\r\n+CREG: 5\r\n", bench.now);
    }
    let mut count = 0;
    while bench.modem.poll_event().is_some() {
        count += 1;
    }
    assert!(count <= 5_000, "{count}");
    // And that they were dropped is told.
    assert_eq!(bench.modem.state(), State::Ready);
}

const CMGS: &str = "AT+CMGS=10";
const HEX: &str = "000100038121F300000141";

/// Gives it a message to send.
fn send(bench: &mut Bench, token: u64) {
    let pdu = vec![0, 1, 0, 3, 0x81, 0x21, 0xF3, 0, 0, 1, 0x41];
    let submit = Submit {
        pdu,
        more_to_follow: false,
    };
    bench.modem.send(token, submit, bench.now).unwrap();
    bench.settle();
}

#[test]
fn a_result_behind_the_prompt_keeps_the_pdu_here() {
    for result in ["+CMS ERROR: 304", "OK", "ERROR"] {
        let mut bench = Bench::ready(Config {
            send_retries: 0,
            ..quiet()
        });
        // In one read.
        let both = format!("\r\n> \r\n{result}\r\n");
        bench.on(CMGS, Reply::default().then_raw(1, both.as_bytes()));
        send(&mut bench, 1);
        bench.run(60_000);
        assert_eq!(bench.times(HEX), 0, "{result}");
        assert!(bench.times("ESC") > 0, "{result}");
        let is_told = |event: &Event| matches!(event, Event::NotSent { token: 1, .. });
        assert!(bench.events.iter().any(is_told), "{result}");
        // It is of use for the next one.
        bench.on(CMGS, lines(">")).on("DATA", lines("+CMGS: 7\nOK"));
        send(&mut bench, 2);
        bench.run(60_000);
        let reference = Some(7);
        assert!(bench.has(&Event::Sent {
            token: 2,
            reference
        }));
    }
}

#[test]
fn a_result_between_two_pieces_of_the_pdu_keeps_the_rest_here() {
    let mut bench = Bench::closed(Config {
        send_retries: 0,
        ..quiet()
    });
    bench.on("AT+CGMI", lines("Nokia\nOK"));
    bench.open();
    bench.run(10_000);
    bench.on(CMGS, lines(">").then(115, "+CMS ERROR: 304"));
    send(&mut bench, 1);
    bench.run(60_000);
    assert_eq!(bench.times(HEX), 0);
    // It need not be woken.
    assert!(!bench.has(&Event::State(State::Recovering)));
    let is_told = |event: &Event| matches!(event, Event::NotSent { token: 1, .. });
    assert!(bench.events.iter().any(is_told));
    assert_eq!(bench.modem.state(), State::Ready);
}

#[test]
fn a_prompt_that_crosses_the_escape_is_left() {
    let mut bench = Bench::ready(quiet());
    bench.on(CMGS, lines("").then(10_200, ">"));
    send(&mut bench, 1);
    bench.run(10_900);
    assert_eq!(bench.times("ESC"), 2, "{:#?}", bench.written);
}

#[test]
fn a_prompt_that_answers_a_probe_is_left() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+A", silence());
    ask(&mut bench, 1, "AT+A");
    bench.once("AT", lines(">"));
    bench.run(10_000);
    assert_eq!(bench.times("ESC"), 1, "{:#?}", bench.written);
    assert_eq!(bench.times("CTRL-Z"), 0);
    ask(&mut bench, 2, "AT");
    bench.run(1_000);
    assert_eq!(answers(&bench).last(), Some(&(2, Ok("OK".into()))));
}

#[test]
fn a_command_without_an_answer_is_told_without_its_secret() {
    let mut bench = Bench::ready(quiet());
    let silent = [
        ("AT+A", "AT+A"),
        ("AT+CPIN2=\"1234\"", "AT+CPIN2=***"),
        ("AT+CLCK=\"SC\",0,\"1234\"", "AT+CLCK=***"),
    ];
    for (line, shown) in silent {
        bench.on(line, silence());
        bench.modem.command(1, line, SECOND, bench.now).unwrap();
        assert!(!format!("{:?}", bench.modem).contains("1234"), "{line}");
        bench.settle();
        bench.run(5_000);
        let command = shown.to_owned();
        let in_a_row = 1;
        assert!(bench.has(&Event::Fault(Fault::Silent { command, in_a_row })));
    }
}
