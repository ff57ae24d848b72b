//! Regular looks at a modem.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests state what must hold"
)]

mod script;

use std::time::Duration;

use script::{Bench, Reply, lines, silence};
use smsgw_at::command::network::RegistrationState;
use smsgw_at::command::storage::Store;
use smsgw_at::modem::{Config, Event, Fault, Health, State};

fn minute() -> Config {
    Config {
        health_interval: Some(Duration::from_secs(60)),
        routing_check_interval: Some(Duration::from_secs(60)),
        sweep_interval: None,
        ..Config::default()
    }
}

fn seen(bench: &Bench) -> Vec<&Health> {
    let seen = bench.events.iter().filter_map(|event| match event {
        Event::Health(health) => Some(health),
        _ => None,
    });
    seen.collect()
}

#[test]
fn signal_registration_operator_and_stores_are_looked_at_every_minute() {
    let mut bench = Bench::ready(minute());
    bench.on("AT+CSQ", lines("+CSQ: 7,99\nOK"));
    bench.run(600_000);
    assert_eq!((seen(&bench).len(), bench.times("AT+CSQ")), (10, 10));
    let health = bench.modem.health();
    assert_eq!(health.signal.unwrap().dbm(), Some(-99));
    assert_eq!(health.registration, Some(RegistrationState::HOME));
    assert_eq!(health.stores.len(), 1);
    assert!(health.checked.is_some());
    // The service centre was read at the start.
    assert_eq!(bench.times("AT+CSCA?"), 0);
}

#[test]
fn nothing_is_looked_at_if_nothing_is_configured() {
    let mut bench = Bench::ready(Config {
        health_interval: None,
        routing_check_interval: None,
        sweep_interval: None,
        ..Config::default()
    });
    bench.run(3_600_000);
    assert_eq!(bench.lines().collect::<Vec<_>>(), [] as [&str; 0]);
    assert_eq!(bench.modem.poll_timeout(), None);
}

#[test]
fn an_unknown_signal_is_none() {
    let mut bench = Bench::ready(minute());
    bench.on("AT+CSQ", lines("+CSQ: 99,99\nOK"));
    bench.run(61_000);
    assert_eq!(bench.modem.health().signal, None);
}

#[test]
fn where_there_is_no_circuit_lte_is_asked() {
    let mut bench = Bench::ready(minute());
    bench.on("AT+CREG?", lines("+CREG: 2,0\nOK"));
    bench.on("AT+CEREG?", lines("+CEREG: 0,5\nOK"));
    bench.run(61_000);
    let registration = bench.modem.health().registration.unwrap();
    assert!(registration.is_registered());
    bench.on("AT+CEREG?", lines("ERROR"));
    bench.run(61_000);
    assert_eq!(
        bench.modem.health().registration,
        Some(RegistrationState::NOT_REGISTERED)
    );
}

#[test]
fn a_change_of_registration_is_told_as_it_comes() {
    let mut bench = Bench::ready(minute());
    bench.say("+CREG: 0");
    bench.say("+CREG: 0");
    bench.say("+CREG: 5,\"00C3\",\"1A2B\"");
    let states: Vec<_> = seen(&bench)
        .iter()
        .map(|health| health.registration.unwrap())
        .collect();
    assert_eq!(
        states,
        [
            RegistrationState::NOT_REGISTERED,
            RegistrationState::ROAMING
        ]
    );
}

#[test]
fn the_service_centre_is_read_again_where_it_may_vanish() {
    let mut bench = Bench::closed(minute());
    bench
        .on("AT+CGMI", lines("QUALCOMM INCORPORATED\nOK"))
        .on("AT+CGMM", lines("M6280\nOK"));
    bench.open();
    bench.run(10_000);
    bench.forget();
    bench.on("AT+CSCA?", lines("+CSCA: \"\",129\nOK"));
    bench.run(60_000);
    assert_eq!(bench.times("AT+CSCA?"), 1);
    assert_eq!(bench.modem.health().service_centre, None);
}

#[test]
fn a_modem_that_stopped_telling_is_told_to_go_on() {
    let mut bench = Bench::ready(minute());
    bench.run(300_000);
    assert_eq!(bench.times("AT+CNMI=2,1,0,1,0"), 0);
    bench.on("AT+CNMI?", lines("+CNMI: 2,0,0,0,0\nOK"));
    bench.run(60_000);
    assert_eq!(bench.times("AT+CNMI=2,1,0,1,0"), 1);
    assert!(bench.has(&Event::Fault(Fault::RoutingLost)));
}

#[test]
fn a_store_that_is_nearly_full_is_told() {
    for (used, is_full) in [(97, false), (98, true), (100, true)] {
        let mut bench = Bench::ready(minute());
        let usage = format!("+CPMS: \"ME\",{used},100,\"ME\",{used},100,\"ME\",{used},100\nOK");
        bench.on("AT+CPMS?", lines(&usage));
        bench.run(61_000);
        let full = Event::StorageFull {
            store: Some(Store::ME),
        };
        assert_eq!(bench.has(&full), is_full, "{used}");
    }
}

#[test]
fn a_flood_that_only_a_look_at_the_stores_ends_is_ended() {
    let mut bench = Bench::closed(minute());
    bench.on("AT+CGMI", lines("ZTE INCORPORATED\nOK"));
    bench.open();
    bench.run(10_000);
    assert_eq!(bench.modem.state(), State::Ready);
    bench.forget();
    for _ in 0..200 {
        bench.say("+ZUSIMR:2");
        bench.run(100);
    }
    // At once, and again every ten seconds while it goes on.
    assert_eq!(bench.times("AT+CPMS?"), 2);
}

#[test]
fn a_slow_operator_does_not_cost_the_others() {
    let mut bench = Bench::ready(minute());
    bench.on(
        "AT+COPS?",
        Reply::default().then(15_000, "+COPS: 0,0,\"Late\",2\nOK"),
    );
    bench.run(100_000);
    let health = bench.modem.health();
    assert_eq!((health.operator.clone(), health.stores.len()), (None, 1));
    assert_eq!(bench.modem.state(), State::Ready);
}

#[test]
fn a_modem_that_dies_is_noticed_by_the_look() {
    let mut bench = Bench::ready(minute());
    bench.die();
    bench.run(10_000);
    assert_eq!(bench.modem.state(), State::Recovering);
    bench.live();
    bench.on("AT+CSQ", silence());
    bench.run(120_000);
    // One command that is never answered does not make it dead.
    assert_eq!(bench.modem.state(), State::Ready);
}

#[test]
fn a_modem_on_lte_alone_stays_registered_when_it_tells_that_it_has_no_circuit() {
    let mut bench = Bench::closed(minute());
    bench.on("AT+CREG?", lines("+CREG: 2,0\nOK"));
    bench.on("AT+CEREG?", lines("+CEREG: 0,1\nOK"));
    bench.open();
    bench.run(5_000);
    let registered = |bench: &Bench| {
        let state = bench.modem.health().registration;
        state.is_some_and(RegistrationState::is_registered)
    };
    assert!(registered(&bench));
    bench.forget();
    bench.say("+CREG: 2");
    bench.say("+CREG: 0");
    assert!(registered(&bench));
    assert!(seen(&bench).is_empty());
    // It may be gone, too: it is looked at soon, and not at every word.
    bench.on("AT+CEREG?", lines("+CEREG: 0,2\nOK"));
    for _ in 0..12 {
        bench.say("+CREG: 2");
        bench.run(1_000);
    }
    assert!(!registered(&bench));
    assert!((1..=2).contains(&bench.times("AT+CEREG?")));
    // And found again.
    bench.say("+CREG: 1");
    assert!(registered(&bench));
}

#[test]
fn a_modem_that_keeps_everything_to_itself_is_told_again() {
    let mut bench = Bench::ready(minute());
    bench.once("AT+CNMI?", lines("+CNMI: 0,1,0,1,0\nOK"));
    bench.run(70_000);
    assert!(bench.has(&Event::Fault(Fault::RoutingLost)));
    assert_eq!(bench.times("AT+CNMI=2,1,0,1,0"), 1);
    // Mode 1 for mode 2 is no loss.
    bench.forget();
    bench.on("AT+CNMI?", lines("+CNMI: 1,1,0,1,0\nOK"));
    bench.run(600_000);
    assert!(!bench.has(&Event::Fault(Fault::RoutingLost)));
}
