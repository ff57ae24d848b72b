//! What is done with a modem that does not answer.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests state what must hold"
)]

mod script;

use std::time::Duration;

use script::{Bench, lines, silence};
use smsgw_at::modem::{Config, Event, Failure, Modem, PortRequest, State};

const SECOND: Duration = Duration::from_secs(1);

fn quiet() -> Config {
    Config {
        health_interval: None,
        routing_check_interval: None,
        sweep_interval: None,
        ..Config::default()
    }
}

/// What the owner of the port is asked for.
fn requests(bench: &Bench) -> Vec<PortRequest> {
    let requests = bench.events.iter().filter_map(|event| match event {
        Event::Port(request) => Some(*request),
        _ => None,
    });
    requests.collect()
}

/// A modem that dies while it is ready, and a command that notices.
fn dying() -> Bench {
    let mut bench = Bench::ready(quiet());
    bench.die();
    bench.modem.command(1, "AT+A", SECOND, bench.now).unwrap();
    bench.modem.command(2, "AT+B", SECOND, bench.now).unwrap();
    bench.settle();
    bench
}

#[test]
fn the_ladder_is_climbed_from_the_mildest_means_to_the_strongest() {
    let mut bench = dying();
    bench.run(300_000);
    let written: Vec<_> = bench.lines().collect();
    let probe = ["AT", "AT", "AT"];
    let mut expected = vec!["AT+A"];
    expected.extend(probe);
    // ESC, Ctrl-Z, ESC and results on; DTR; the port reopened, by nobody here.
    expected.extend(["ESC", "CTRL-Z", "ESC", "ATQ0V1"]);
    expected.extend(probe);
    expected.extend(probe);
    expected.extend(probe);
    expected.push("AT+CFUN=1,1");
    expected.extend(probe);
    // The power.
    expected.extend(probe);
    assert_eq!(written[..expected.len()], expected);
    assert_eq!(
        requests(&bench)[..3],
        [
            PortRequest::DropDtr,
            PortRequest::Reopen,
            PortRequest::PowerCycle
        ]
    );
}

#[test]
fn a_modem_without_ten_answers_in_a_row_is_dead_and_comes_back() {
    let mut bench = dying();
    bench.run(300_000);
    let states: Vec<_> = bench
        .events
        .iter()
        .filter(|event| matches!(event, Event::State(_)))
        .collect();
    let expected = [&Event::State(State::Recovering), &Event::State(State::Dead)];
    assert_eq!(states, expected);
    let silent = 1 + 3 + 3 + 3;
    assert_eq!(silent, Modem::MAX_TIMEOUTS);
    bench.live();
    bench.run(900_000);
    assert_eq!(bench.modem.state(), State::Ready);
}

#[test]
fn fewer_than_ten_do_not_make_a_modem_dead() {
    let mut bench = dying();
    bench.run_until_written("ATQ0V1");
    bench.live();
    bench.run(30_000);
    assert_eq!(bench.modem.state(), State::Ready);
    assert!(!bench.has(&Event::State(State::Dead)));
    // It was set up again, whatever it had kept, and nothing of the port was touched.
    assert_eq!((bench.times("ATE0"), requests(&bench)), (1, vec![]));
}

#[test]
fn what_waits_is_done_once_the_modem_lives_again() {
    let mut bench = dying();
    bench.modem.command(3, "AT+C", SECOND, bench.now).unwrap();
    bench.run(20_000);
    bench.live();
    bench.run(120_000);
    let answers: Vec<_> = bench
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Answer { token, answer } => Some((*token, answer.as_ref().err().cloned())),
            _ => None,
        })
        .collect();
    assert_eq!(answers, [(1, Some(Failure::Silent)), (2, None), (3, None)]);
}

#[test]
fn a_port_that_is_reopened_is_tried_at_once_and_the_ladder_goes_on_where_it_was() {
    let mut bench = dying();
    bench.reopens = true;
    bench.run(600_000);
    let reopened = requests(&bench)
        .iter()
        .filter(|request| **request == PortRequest::Reopen)
        .count();
    assert!(reopened >= 1);
    let kinds = &requests(&bench)[..3];
    assert_eq!(
        kinds,
        [
            PortRequest::DropDtr,
            PortRequest::Reopen,
            PortRequest::PowerCycle
        ]
    );
    assert_eq!(bench.times("AT+CFUN=1,1"), reopened);
}

#[test]
fn pauses_between_two_climbs_grow() {
    let mut bench = dying();
    bench.run(40 * 60_000);
    let at = |line: &str| {
        let all = bench.written.iter().filter(|(_, written)| written == line);
        all.map(|(at, _)| *at / 1_000).collect::<Vec<_>>()
    };
    let restarts = at("AT+CFUN=1,1");
    let pauses: Vec<_> = restarts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let grows: Vec<_> = pauses.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(grows[..4], [5, 10, 20, 40]);
}

#[test]
fn a_modem_that_answers_only_at_is_not_ready_and_climbs() {
    let mut bench = Bench::closed(quiet());
    bench.on("AT+CPIN?", silence());
    bench.open();
    bench.run(600_000);
    assert_ne!(bench.modem.state(), State::Ready);
    assert!(requests(&bench).contains(&PortRequest::DropDtr));
    assert!(bench.times("AT+CFUN=1,1") >= 1);
}

#[test]
fn the_ladder_begins_at_the_bottom_once_the_modem_was_ready() {
    let mut bench = dying();
    bench.run_until_written("AT+CFUN=1,1");
    bench.live();
    bench.run(60_000);
    assert_eq!(bench.modem.state(), State::Ready);
    bench.forget();
    bench.die();
    bench.modem.command(9, "AT+A", SECOND, bench.now).unwrap();
    bench.settle();
    bench.run(10_000);
    assert_eq!(bench.times("ESC"), 2, "{:#?}", bench.written);
}

#[test]
fn the_makes_own_restart_is_tried_if_the_standards_is_not_answered() {
    let mut bench = Bench::closed(quiet());
    bench.on("AT+CGMI", lines("huawei\nOK"));
    bench.open();
    bench.run(10_000);
    bench.die();
    bench.modem.command(1, "AT+A", SECOND, bench.now).unwrap();
    bench.settle();
    bench.run(300_000);
    assert_eq!(bench.place("AT^RESET"), bench.place("AT+CFUN=1,1") + 1);
}

#[test]
fn a_late_answer_of_before_the_silence_wakes_nobody() {
    let mut bench = dying();
    bench.run(2_000);
    // The result of the command that was given up, and then nothing.
    bench.say("OK");
    bench.run(60_000);
    assert_ne!(bench.modem.state(), State::Ready);
}
