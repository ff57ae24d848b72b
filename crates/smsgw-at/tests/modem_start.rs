//! How a modem is found, made to talk and asked what it is.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests state what must hold"
)]

mod script;

use std::time::Duration;

use script::{Bench, lines, silence};
use smsgw_at::modem::{Config, Event, SettingsReset, State};

fn ready(bench: &mut Bench) {
    bench.run(30_000);
    assert_eq!(bench.modem.state(), State::Ready, "{:#?}", bench.written);
}

#[test]
fn a_modem_is_set_up_in_the_order_of_the_field() {
    let mut bench = Bench::new(Config::default());
    bench.run(10_000);
    let expected = [
        "ESC",
        "AT",
        "AT+CMEE?",
        "ATE0",
        "ATV1",
        "ATQ0",
        "AT+CMEE=1",
        "AT+CGMI",
        "AT+CGMM",
        "AT+CGMR",
        "AT+CGSN",
        "AT+CFUN?",
        "AT+CCID",
        "AT+CPIN?",
        "AT+CIMI",
        "AT+CSCS?",
        "AT+CSMS=?",
        "AT+CSMS=0",
        "AT+CMGF=0",
        "AT+CPMS=?",
        "AT+CPMS?",
        "AT+CNMI=?",
        "AT+CNMI=2,1,0,1,0",
        "AT+CREG=2",
        "AT+COPS=3,0",
        "AT+CLIP=1",
        "AT+CRC=1",
        "AT+CSQ",
        "AT+CREG?",
        "AT+COPS?",
        "AT+CPMS?",
        "AT+CSCA?",
    ];
    let written: Vec<_> = bench.lines().take(expected.len()).collect();
    assert_eq!(written, expected);
    let identity = bench.modem.identity().unwrap();
    assert_eq!(identity.manufacturer, "ACME");
    assert_eq!(identity.imei.unwrap().as_str(), "356938035643809");
    assert_eq!(identity.iccid.unwrap().as_str(), "8901410321111851072");
    let health = bench.modem.health();
    assert_eq!(health.signal.unwrap().dbm(), Some(-71));
    assert_eq!(health.operator.as_deref(), Some("Acme Net"));
    assert_eq!(health.service_centre.as_deref(), Some("+15550100"));
    let identified = Event::Identified(identity.clone());
    assert_eq!(
        bench.news(),
        [
            Event::State(State::Starting),
            identified,
            Event::State(State::Ready)
        ]
    );
}

#[test]
fn three_times_at_every_300_ms_and_then_the_prompt_is_left() {
    let mut bench = Bench::closed(Config::default());
    bench.die();
    bench.open();
    bench.run(3_500);
    let at = |line: &str| {
        let all = bench.written.iter().filter(|(_, written)| written == line);
        all.map(|(at, _)| *at).collect::<Vec<_>>()
    };
    assert_eq!(at("AT")[..3], [400, 700, 1_000]);
    // ESC before anything, and again before Ctrl-Z, so that Ctrl-Z sends nothing.
    assert_eq!(at("ESC")[..2], [100, 1_300]);
    assert_eq!(at("CTRL-Z")[..1], [2_300]);
    assert_eq!(bench.modem.state(), State::Recovering);
}

#[test]
fn a_modem_that_keeps_results_to_itself_is_made_to_talk() {
    let mut bench = Bench::closed(Config::default());
    bench.die();
    bench.open();
    bench.run_until_written("ATQ0V1");
    bench.live();
    ready(&mut bench);
}

#[test]
fn a_prompt_that_somebody_left_is_left() {
    let mut bench = Bench::closed(Config::default());
    // Nothing is heard until ESC.
    bench.prompt();
    bench.open();
    ready(&mut bench);
    assert_eq!(bench.times("AT"), 1);
}

#[test]
fn numeric_results_are_read_until_they_are_words() {
    let mut bench = Bench::closed(Config::default());
    let digits = || script::Reply::default().then_raw(1, b"0\r");
    bench.once("AT", digits()).once("ATE0", digits());
    bench.once(
        "AT+CMEE?",
        script::Reply::default().then_raw(1, b"+CMEE: 0\r\n0\r"),
    );
    bench.open();
    ready(&mut bench);
    assert_eq!(bench.times("ATE0"), 1);
}

#[test]
fn echo_does_not_matter() {
    let mut bench = Bench::closed(Config::default());
    bench.echo(true);
    bench.open();
    bench.run_until_written("ATV1");
    bench.echo(false);
    ready(&mut bench);
}

#[test]
fn each_of_the_basic_settings_may_be_refused() {
    let mut bench = Bench::closed(Config::default());
    for line in ["ATE0", "ATV1", "ATQ0"] {
        bench.on(line, lines("ERROR"));
    }
    bench.on("AT+CMEE=1", lines("ERROR"));
    bench.open();
    ready(&mut bench);
    // Texts instead of numbers.
    assert_eq!(bench.place("AT+CMEE=2"), bench.place("AT+CMEE=1") + 1);
}

#[test]
fn a_late_answer_to_at_is_not_taken_for_that_of_the_next_command() {
    let mut bench = Bench::closed(Config::default());
    // The first AT is answered when the second has been sent.
    bench
        .once("AT", lines("").then(350, "OK"))
        .once("AT", lines("").then(350, "OK"));
    bench.once("ATE0", lines("ERROR"));
    bench.open();
    ready(&mut bench);
    let refused = |event: &&Event| matches!(event, Event::Fault(fault) if format!("{fault:?}").contains("ATE0"));
    assert_eq!(bench.events.iter().filter(refused).count(), 1);
    assert_eq!(bench.modem.identity().unwrap().manufacturer, "ACME");
}

#[test]
fn a_hostile_modem_that_refuses_even_at_is_set_up() {
    let mut bench = Bench::closed(Config::default());
    for line in [
        "AT",
        "AT+CMEE=1",
        "AT+CMEE=2",
        "AT+CMEE?",
        "AT+CMGF?",
        "AT+CSCS?",
    ] {
        bench.on(line, lines("ERROR"));
    }
    bench.on("AT+CSMS=?", lines("+CSMS=(0)\nOK"));
    bench.on("AT+CPIN?", lines("").then(4_000, "+CPIN: READY\nOK"));
    bench.on("AT+COPS?", lines("").then(6_000, "+COPS: 0,0,\nOK"));
    bench.open();
    bench.run(60_000);
    assert_eq!(bench.modem.state(), State::Ready, "{:#?}", bench.written);
}

#[test]
fn the_radio_is_switched_on_if_it_is_off() {
    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CFUN?", lines("+CFUN: 4\nOK"));
    // What it says because of that is no reason to begin again.
    bench.on("AT+CFUN=1", lines("OK").then(500, "+CFUN: 1\nCall Ready"));
    bench.open();
    ready(&mut bench);
    assert_eq!(bench.place("AT+CFUN=1"), bench.place("AT+CFUN?") + 1);
    assert_eq!(bench.times("ATE0"), 1);

    let mut bench = Bench::new(Config::default());
    ready(&mut bench);
    assert_eq!(bench.times("AT+CFUN=1"), 0);
}

#[test]
fn a_reset_of_the_settings_only_if_it_is_configured_and_once() {
    let mut bench = Bench::new(Config::default());
    ready(&mut bench);
    assert_eq!(bench.times("ATZ") + bench.times("AT&F"), 0);

    let mut bench = Bench::new(Config {
        reset: Some(SettingsReset::Factory),
        ..Config::default()
    });
    bench.run_until_written("AT&F");
    // The stick leaves the bus over it.
    bench.close();
    bench.run(5_000);
    bench.open();
    ready(&mut bench);
    assert_eq!(bench.times("AT&F"), 1);
}

#[test]
fn the_make_decides_what_is_sent_besides() {
    let mut bench = Bench::closed(Config::default());
    bench
        .on("AT+CGMI", lines("huawei\nOK"))
        .on("AT+CGMM", lines("E173\nOK"));
    bench.open();
    ready(&mut bench);
    assert_eq!(bench.times("AT^CURC=0"), 1);
    assert!(bench.place("AT+CNMI=1,1,0,1,0") > bench.place("AT+CNMI=?"));
    assert_eq!(bench.times("AT^ICCID?"), 1);
}

#[test]
fn the_gap_between_commands_is_kept_where_a_make_needs_it() {
    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CGMI", lines("u-blox\nOK"));
    bench.open();
    ready(&mut bench);
    let begin = bench.place("AT+CSCS?");
    let times: Vec<_> = bench.written[begin..begin + 10]
        .iter()
        .map(|(at, _)| *at)
        .collect();
    // A millisecond for the answer, twenty of silence.
    assert!(
        times.windows(2).all(|pair| pair[1] - pair[0] == 21),
        "{times:?}"
    );

    let config = Config {
        command_gap: Some(Duration::from_millis(100)),
        ..Config::default()
    };
    let mut bench = Bench::new(config);
    ready(&mut bench);
    let begin = bench.place("AT+CSCS?");
    assert_eq!(bench.written[begin + 1].0 - bench.written[begin].0, 101);
}

#[test]
fn a_modem_that_gives_no_names_is_asked_otherwise() {
    let mut bench = Bench::closed(Config::default());
    for line in ["AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN"] {
        bench.on(line, lines("ERROR"));
    }
    bench.on("ATI", lines("ACME Modem 3\nOK"));
    bench.open();
    ready(&mut bench);
    let identity = bench.modem.identity().unwrap();
    assert_eq!(
        (identity.model.as_str(), identity.imei),
        ("ACME Modem 3", None)
    );
}

#[test]
fn a_command_without_an_answer_does_not_stop_the_start() {
    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CGMR", silence()).on("AT+CLIP=1", silence());
    bench.open();
    bench.run(60_000);
    assert_eq!(bench.modem.state(), State::Ready, "{:#?}", bench.written);
    assert_eq!(bench.modem.identity().unwrap().revision, "");
}
