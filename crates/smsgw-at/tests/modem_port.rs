//! The port goes and comes, and the modem starts again, at any moment.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests state what must hold"
)]

mod script;

use std::time::Duration;

use script::{Bench, Reply, lines, silence};
use smsgw_at::modem::{Config, Event, Failure, State, Submit};

const SECOND: Duration = Duration::from_secs(1);

fn quiet() -> Config {
    Config {
        health_interval: None,
        routing_check_interval: None,
        sweep_interval: None,
        ..Config::default()
    }
}

fn outcomes(bench: &Bench) -> Vec<(u64, bool)> {
    let outcomes = bench.events.iter().filter_map(|event| match event {
        Event::Answer { token, answer } => Some((*token, answer.is_ok())),
        _ => None,
    });
    outcomes.collect()
}

#[test]
fn a_command_in_flight_is_lost_with_the_port_and_those_that_wait_go_on_waiting() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+A", silence());
    for (token, line) in [(1, "AT+A"), (2, "AT+B"), (3, "AT+C")] {
        bench.modem.command(token, line, SECOND, bench.now).unwrap();
    }
    bench.settle();
    bench.close();
    assert_eq!(bench.modem.state(), State::Closed);
    let lost = Event::Answer {
        token: 1,
        answer: Err(Failure::Lost),
    };
    assert!(bench.has(&lost));
    assert_eq!(bench.modem.poll_timeout(), None);
    bench.run(3_600_000);
    bench.open();
    bench.run(30_000);
    assert_eq!(outcomes(&bench), [(1, false), (2, true), (3, true)]);
}

#[test]
fn at_whatever_moment_the_port_goes_the_modem_is_ready_once_it_is_back() {
    for moment in 0..120 {
        let mut bench = Bench::new(quiet());
        bench.modem.command(1, "AT+A", SECOND, bench.now).unwrap();
        bench.run(moment * 10);
        bench.close();
        bench.run(moment);
        bench.open();
        bench.run(30_000);
        assert_eq!(bench.modem.state(), State::Ready, "{moment}");
        assert_eq!(outcomes(&bench).len(), 1, "{moment}");
        let states: Vec<_> = bench
            .events
            .iter()
            .filter(|event| matches!(event, Event::State(_)))
            .collect();
        assert!(
            states.windows(2).all(|pair| pair[0] != pair[1]),
            "{states:?}"
        );
    }
}

#[test]
fn octets_of_the_port_before_are_no_answer_on_the_next() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+A", silence()).on("AT+B", lines("ERROR"));
    bench
        .modem
        .command(1, "AT+A", 60 * SECOND, bench.now)
        .unwrap();
    bench.modem.command(2, "AT+B", SECOND, bench.now).unwrap();
    bench.settle();
    bench.say_raw(b"\r\nO");
    bench.close();
    bench.open();
    // The rest of the result comes on the new port.
    bench.say_raw(b"K\r\n\r\nOK\r\n");
    bench.run(30_000);
    assert_eq!(bench.modem.state(), State::Ready);
    let refused = |event: &Event| matches!(event, Event::Answer { token: 2, answer: Ok(answer) } if !answer.result.is_ok());
    assert!(bench.events.iter().any(refused));
}

#[test]
fn opened_twice_is_reopened() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+A", silence());
    bench.modem.command(1, "AT+A", SECOND, bench.now).unwrap();
    bench.settle();
    bench.open();
    assert_eq!(outcomes(&bench), [(1, false)]);
    bench.run(10_000);
    assert_eq!(bench.modem.state(), State::Ready);
}

#[test]
fn a_modem_that_starts_again_is_set_up_again() {
    for boot in [
        "RDY",
        "^SYSSTART",
        "+ZURDY: 1",
        "RDY\n+CFUN: 1\n+CPIN: READY\nCall Ready",
    ] {
        let mut bench = Bench::ready(quiet());
        bench.run(300_000);
        bench.on("AT+A", silence());
        bench
            .modem
            .command(1, "AT+A", 60 * SECOND, bench.now)
            .unwrap();
        bench.settle();
        bench.run(5_000);
        bench.say(boot);
        assert!(bench.has(&Event::Rebooted), "{boot}");
        let lost = Event::Answer {
            token: 1,
            answer: Err(Failure::Lost),
        };
        assert!(bench.has(&lost), "{boot}");
        assert_eq!(bench.modem.state(), State::Starting);
        bench.run(30_000);
        assert_eq!(bench.modem.state(), State::Ready);
        assert_eq!(
            (bench.times("ATE0"), bench.times("AT+CMGF=0")),
            (1, 1),
            "{boot}"
        );
    }
}

#[test]
fn parts_that_become_ready_after_power_on_are_no_new_start() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+A", Reply::default().then(20_000, "OK"));
    bench
        .modem
        .command(1, "AT+A", 30 * SECOND, bench.now)
        .unwrap();
    bench.settle();
    // It was opened a minute ago, maybe as it was switched on.
    bench.say("Call Ready\nSMS Ready\n+QIND: SMS DONE");
    bench.run(25_000);
    assert_eq!(
        (bench.modem.state(), outcomes(&bench)),
        (State::Ready, vec![(1, true)])
    );
    assert!(!bench.has(&Event::Rebooted));
    // Much later the same is one.
    bench.run(600_000);
    bench.say("Call Ready");
    assert!(bench.has(&Event::Rebooted));
}

#[test]
fn a_heartbeat_that_looks_like_a_start_is_taken_for_one_once() {
    let mut bench = Bench::ready(quiet());
    for _ in 0..20 {
        bench.run(3_000);
        bench.say("^BOOT:22487754,0,0,0,72");
    }
    bench.run(30_000);
    let reboots = bench
        .events
        .iter()
        .filter(|event| **event == Event::Rebooted);
    assert_eq!((reboots.count(), bench.modem.state()), (1, State::Ready));
}

#[test]
fn a_modem_that_starts_again_and_again_while_it_is_set_up_is_set_up_in_the_end() {
    let mut bench = Bench::new(quiet());
    for _ in 0..50 {
        bench.run(450);
        bench.say("RDY");
    }
    bench.run(30_000);
    assert_eq!(bench.modem.state(), State::Ready);
}

#[test]
fn an_echo_that_comes_back_tells_of_a_start_that_nobody_told() {
    let mut bench = Bench::ready(quiet());
    bench.echo(true);
    bench.on("AT+A", lines("+A: 1\nOK"));
    bench.modem.command(1, "AT+A", SECOND, bench.now).unwrap();
    bench.settle();
    bench.run(1_000);
    // Its answer counts.
    assert_eq!(outcomes(&bench), [(1, true)]);
    assert!(bench.has(&Event::Rebooted));
    bench.run(30_000);
    // It agrees again, and sends back all the same: that is how it is.
    assert_eq!(
        (bench.modem.state(), bench.times("ATE0")),
        (State::Ready, 1)
    );
    bench.modem.command(2, "AT+A", SECOND, bench.now).unwrap();
    bench.settle();
    bench.run(30_000);
    assert_eq!(
        (bench.modem.state(), bench.times("ATE0")),
        (State::Ready, 1)
    );
}

#[test]
fn a_modem_that_may_be_in_text_mode_is_given_no_pdu() {
    let mut bench = Bench::ready(quiet());
    // It has started again and said nothing, and takes the length for a number.
    bench.echo(true);
    bench.on("AT+CMGS=10", lines(">"));
    bench.on("DATA", lines("+CMGS: 3\nOK"));
    let pdu = vec![0, 1, 0, 3, 0x81, 0x21, 0xF3, 0, 0, 1, 0x41];
    let submit = Submit {
        pdu,
        more_to_follow: false,
    };
    bench.modem.send(1, submit, bench.now).unwrap();
    bench.settle();
    bench.run(100);
    assert_eq!(
        bench.lines().collect::<Vec<_>>()[..2],
        ["AT+CMGS=10", "ESC"]
    );
    bench.echo(false);
    bench.run(30_000);
    let data = bench
        .lines()
        .position(|line| line.ends_with("0141"))
        .unwrap();
    assert!(data > bench.place("AT+CMGF=0"));
    let sent = Event::Sent {
        token: 1,
        reference: Some(3),
    };
    assert!(bench.has(&Event::Rebooted) && bench.has(&sent));
}

#[test]
fn a_modem_that_sends_back_some_commands_whatever_it_agreed_to_is_used() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+CMGS=10", lines("AT+CMGS=10\n>"));
    bench.on("DATA", lines("+CMGS: 3\nOK"));
    let pdu = vec![0, 1, 0, 3, 0x81, 0x21, 0xF3, 0, 0, 1, 0x41];
    let submit = Submit {
        pdu,
        more_to_follow: false,
    };
    bench.modem.send(1, submit, bench.now).unwrap();
    bench.settle();
    bench.run(60_000);
    let sent = Event::Sent {
        token: 1,
        reference: Some(3),
    };
    assert!(bench.has(&sent), "{:#?}", bench.written);
    assert_eq!(bench.times("ATE0"), 3);
}

#[test]
fn a_restart_on_request() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+CFUN=1,1", lines("OK").then(4_000, "RDY\n+CFUN: 1"));
    bench.modem.reset(bench.now);
    bench.settle();
    bench.run(4_500);
    assert_eq!(bench.times("AT+CFUN=1,1"), 1);
    assert_eq!(bench.modem.state(), State::Starting);
    bench.run(30_000);
    assert_eq!(bench.modem.state(), State::Ready);
    assert_eq!((bench.times("AT+CFUN=1,1"), bench.times("ATE0")), (1, 1));
}

#[test]
fn a_port_that_takes_nothing_is_not_filled_and_sends_nothing_old() {
    let mut bench = Bench::ready(quiet());
    bench.on("AT+CMGS=10", lines(">"));
    let pdu = vec![0, 1, 0, 3, 0x81, 0x21, 0xF3, 0, 0, 1, 0x41];
    let submit = Submit {
        pdu,
        more_to_follow: false,
    };
    bench.modem.send(1, submit, bench.now).unwrap();
    bench.settle();
    // The prompt is there, and from now on nobody writes.
    bench.modem.handle_octets(b"\r\n> ", bench.now);
    for _ in 0..10_000 {
        let Some(due) = bench.modem.poll_timeout() else {
            break;
        };
        bench.modem.handle_timeout(due);
        while let Some(event) = bench.modem.poll_event() {
            assert!(
                !matches!(event, Event::Unknown { .. }),
                "it was not written"
            );
        }
    }
    let mut octets = bytes::BytesMut::new();
    bench.modem.poll_transmit(&mut octets);
    assert!(octets.len() <= 4_096, "{}", octets.len());
    let pdu = b"0001000381";
    assert!(!octets.windows(pdu.len()).any(|octets| octets == pdu));
    assert_eq!(bench.modem.queued(), 1);
}

#[test]
fn without_a_port_nothing_is_written_and_nothing_is_heard() {
    let mut bench = Bench::closed(quiet());
    bench.modem.handle_octets(b"\r\nRDY\r\n", bench.now);
    bench.modem.handle_timeout(bench.now);
    bench.modem.command(1, "AT", SECOND, bench.now).unwrap();
    bench.modem.handle_close(bench.now);
    bench.settle();
    assert!(bench.written.is_empty() && bench.events.is_empty());
    assert_eq!(
        (bench.modem.state(), bench.modem.poll_timeout()),
        (State::Closed, None)
    );
}
