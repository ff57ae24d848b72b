//! Commands of the owner's own that undo what was set.

mod pdus;
mod script;

use std::time::Duration;

use pdus::{message, read};
use script::{Bench, lines};
use smsgw_at::modem::{Config, Event, State};

#[test]
fn a_store_that_the_owner_selects_is_not_deleted_from() {
    let mut bench = ready();
    bench.on("AT+CMGR=3", lines(&read(&message(1))));
    bench.say("+CMTI: \"ME\",3");
    bench.run(100);
    let id = bench.events.iter().find_map(|event| match event {
        Event::Received(received) => Some(received.id),
        _ => None,
    });
    command(&mut bench, "AT+CPMS=\"SM\"");
    bench.run(100);
    bench.forget();
    let now = bench.now;
    bench.modem.persisted(id.expect("a message"), now);
    bench.settle();
    bench.run(1000);
    let written: Vec<_> = bench.lines().collect();
    assert_eq!(written, ["AT+CPMS=\"ME\"", "AT+CMGD=3"]);
}

#[test]
fn what_the_owner_undoes_is_set_again() {
    for (line, first) in [
        ("ATZ", "ATE0"),
        ("AT&F", "ATE0"),
        ("AT+CMGF=1", "AT+CMGF=0"),
        ("AT+CNMI=1,0,0,0,0", "AT+CNMI=2,1,0,1,0"),
        ("AT+CSMS=1", "AT+CSMS=0"),
        ("AT+CSCS=\"UCS2\"", "AT+CSCS?"),
    ] {
        let mut bench = ready();
        command(&mut bench, line);
        bench.run(20_000);
        assert!(bench.place(line) < bench.place(first), "{line}");
        assert_eq!(bench.times("AT+CMGF=0"), 1, "{line}");
        assert_eq!(bench.modem.state(), State::Ready, "{line}");
        let states = [State::Starting, State::Ready].map(Event::State);
        let told = bench
            .events
            .iter()
            .filter(|event| matches!(event, Event::State(_)));
        assert!(told.eq(&states), "{line}: {:?}", bench.events);
        assert!(!bench.has(&Event::Rebooted), "{line}");
    }
}

#[test]
fn other_commands_undo_nothing() {
    let mut bench = ready();
    command(&mut bench, "AT+CNMI?");
    bench.run(20_000);
    assert_eq!(bench.lines().collect::<Vec<_>>(), ["AT+CNMI?"]);
}

fn ready() -> Bench {
    let mut bench = Bench::ready(Config {
        health_interval: None,
        sweep_interval: None,
        routing_check_interval: None,
        ..Config::default()
    });
    bench.forget();
    bench.events.clear();
    bench
}

fn command(bench: &mut Bench, line: &str) {
    let (timeout, now) = (Duration::from_secs(5), bench.now);
    bench.modem.command(9, line, timeout, now).expect("room");
    bench.settle();
}
