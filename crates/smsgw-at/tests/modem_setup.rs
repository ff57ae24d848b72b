//! How a modem is told how messages come and go.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests state what must hold"
)]

mod script;

use script::{Bench, lines};
use smsgw_at::command::routing::Service;
use smsgw_at::command::storage::Store;
use smsgw_at::modem::{Config, Delivery, Event, Fault, Obstacle, State};

#[track_caller]
fn ready(bench: &mut Bench) {
    bench.open();
    bench.run(60_000);
    assert_eq!(bench.modem.state(), State::Ready, "{:#?}", bench.written);
}

/// What was sent of this command to set something, in order.
fn sets<'a>(bench: &'a Bench, command: &'a str) -> Vec<&'a str> {
    let is_set = |line: &&str| line.starts_with(command) && !line.ends_with('?');
    bench.lines().filter(is_set).collect()
}

#[test]
fn nothing_is_sent_that_the_modem_does_not_offer() {
    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CNMI=?", lines("+CNMI: (1),(0,1),(0),(2),(1)\nOK"));
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CNMI="), ["AT+CNMI=1,1,0,2,1"]);

    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CSMS=?", lines("+CSMS: (1)\nOK"));
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CSMS="), ["AT+CSMS=1"]);
}

#[test]
fn what_is_refused_is_replaced_by_the_next_best() {
    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CNMI=2,1,0,1,0", lines("+CMS ERROR: 303"));
    bench.on("AT+CNMI=2,1,0,2,0", lines("ERROR"));
    ready(&mut bench);
    assert_eq!(
        sets(&bench, "AT+CNMI="),
        [
            "AT+CNMI=2,1,0,1,0",
            "AT+CNMI=2,1,0,2,0",
            "AT+CNMI=2,1,0,0,0"
        ]
    );
}

#[test]
fn reports_are_stored_where_there_is_a_store_for_them() {
    for (delivery, refused, sets_expected) in [
        (Delivery::Stored, "AT", &["AT+CNMI=2,1,0,2,0"][..]),
        (
            Delivery::Stored,
            "AT+CNMI=2,1,0,2,0",
            &["AT+CNMI=2,1,0,2,0", "AT+CNMI=2,1,0,1,0"],
        ),
        (Delivery::Direct, "AT", &["AT+CNMI=2,2,0,1,0"]),
    ] {
        let mut bench = Bench::closed(Config {
            delivery,
            ..Config::default()
        });
        let stores = "+CPMS: (\"SM\",\"ME\",\"SR\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")\nOK";
        bench.on("AT+CPMS=?", lines(stores));
        bench.on("AT+CPMS=\"SR\"", lines("+CPMS: 0,20,0,100,0,100\nOK"));
        if refused != "AT" {
            bench.on(refused, lines("+CMS ERROR: 303"));
        }
        ready(&mut bench);
        assert_eq!(sets(&bench, "AT+CNMI="), sets_expected);
    }
}

#[test]
fn a_modem_that_does_not_say_what_it_offers_is_tried() {
    let mut bench = Bench::closed(Config::default());
    for test in ["AT+CNMI=?", "AT+CSMS=?", "AT+CPMS=?"] {
        bench.on(test, lines("ERROR"));
    }
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CNMI="), ["AT+CNMI=2,1,0,1,0"]);
    assert_eq!(sets(&bench, "AT+CSMS="), [] as [&str; 0]);
}

#[test]
fn a_modem_that_refuses_every_indication_is_ready_all_the_same() {
    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CNMI=?", lines("+CNMI: (2),(1),(0),(1,2),(0)\nOK"));
    bench
        .on("AT+CNMI=2,1,0,1,0", lines("ERROR"))
        .on("AT+CNMI=2,1,0,2,0", lines("ERROR"));
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CNMI=").len(), 2);
}

#[test]
fn stored_mode_by_default_and_direct_mode_with_acknowledgements_if_configured() {
    let mut bench = Bench::closed(Config::default());
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CSMS="), ["AT+CSMS=0"]);

    let direct = || Config {
        delivery: Delivery::Direct,
        broadcasts: true,
        ..Config::default()
    };
    let mut bench = Bench::closed(direct());
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CSMS="), ["AT+CSMS=1"]);
    assert_eq!(sets(&bench, "AT+CNMI="), ["AT+CNMI=2,2,2,1,0"]);
    // A make whose acknowledgements do not work.
    let mut bench = Bench::closed(direct());
    bench.on("AT+CGMI", lines("Novatel Wireless Inc.\nOK"));
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CSMS="), ["AT+CSMS=0"]);
}

#[test]
fn without_pdu_mode_a_modem_is_not_used() {
    let mut bench = Bench::closed(Config::default());
    bench
        .on("AT+CMGF=0", lines("ERROR"))
        .on("AT+CMGF?", lines("+CMGF: 1\nOK"));
    bench.open();
    bench.run(300_000);
    assert_eq!(bench.modem.state(), State::Waiting(Obstacle::NoPduMode));
    // It has it after all.
    bench.on("AT+CMGF=0", lines("OK"));
    bench.run(61_000);
    assert_eq!(bench.modem.state(), State::Ready);

    // It is in PDU mode and has no other.
    let mut bench = Bench::closed(Config::default());
    bench
        .on("AT+CMGF=0", lines("ERROR"))
        .on("AT+CMGF?", lines("+CMGF: 0\nOK"));
    ready(&mut bench);
}

#[test]
fn a_store_that_is_not_ready_is_waited_for() {
    let mut bench = Bench::closed(Config::default());
    for _ in 0..4 {
        bench.once("AT+CNMI=?", lines("+CMS ERROR: 314"));
    }
    ready(&mut bench);
    assert_eq!(bench.times("AT+CNMI=?"), 5);
    assert_eq!(sets(&bench, "AT+CNMI="), ["AT+CNMI=2,1,0,1,0"]);
    let is_busy = |event: &&Event| matches!(event, Event::Fault(Fault::Busy { command, .. }) if command == "AT+CNMI=?");
    assert_eq!(bench.events.iter().filter(is_busy).count(), 4);
}

#[test]
fn stores_stay_as_they_are() {
    let mut bench = Bench::closed(Config::default());
    ready(&mut bench);
    // What is read from them comes later.
    let setup = bench.place("AT+CNMI=2,1,0,1,0");
    let mut lines = bench.lines().take(setup);
    assert!(!lines.any(|line| line.starts_with("AT+CPMS=\"")));
}

#[test]
fn messages_are_read_from_where_they_arrive() {
    let mut bench = Bench::closed(Config::default());
    bench.on(
        "AT+CPMS?",
        lines("+CPMS: \"SM\",0,20,\"SM\",0,20,\"ME\",0,100\nOK"),
    );
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CPMS=")[0], "AT+CPMS=\"ME\",\"ME\",\"ME\"");
}

#[test]
fn a_configured_store_is_used_if_it_is_offered() {
    let stores = vec![Store::MT, Store::SM, Store::ME];
    let mut bench = Bench::closed(Config {
        stores,
        ..Config::default()
    });
    bench.on("AT+CPMS=\"SM\",\"SM\",\"SM\"", lines("+CMS ERROR: 302"));
    ready(&mut bench);
    let sets = sets(&bench, "AT+CPMS=");
    assert_eq!(
        sets[..2],
        [
            "AT+CPMS=\"SM\",\"SM\",\"SM\"",
            "AT+CPMS=\"ME\",\"ME\",\"ME\""
        ]
    );
}

#[test]
fn a_modem_without_a_third_store_is_not_sent_one() {
    let mut bench = Bench::closed(Config {
        stores: vec![Store::SM],
        ..Config::default()
    });
    bench.on(
        "AT+CPMS=?",
        lines("+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\")\nOK"),
    );
    bench.on("AT+CPMS?", lines("+CPMS: \"ME\",0,20,\"ME\",0,20\nOK"));
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CPMS=")[0], "AT+CPMS=\"SM\",\"SM\"");
}

#[test]
fn a_make_that_receives_nothing_in_me_is_told_to_use_another_store() {
    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CGMI", lines("Cinterion\nOK"));
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CPMS=")[0], "AT+CPMS=\"SM\",\"SM\",\"SM\"");
}

#[test]
fn a_modem_left_in_hexadecimal_strings_is_set_back() {
    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CSCS?", lines("+CSCS: \"0055004300530032\"\nOK"));
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CSCS="), ["AT+CSCS=\"00470053004D\""]);

    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CSCS?", lines("+CSCS: \"IRA\"\nOK"));
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CSCS="), [] as [&str; 0]);
}

#[test]
fn the_sending_service_only_if_it_is_configured() {
    let mut bench = Bench::closed(Config::default());
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CGSMS="), [] as [&str; 0]);

    let mut bench = Bench::closed(Config {
        sending_service: Some(Service::CircuitPreferred),
        ..Config::default()
    });
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CGSMS="), ["AT+CGSMS=3"]);
}

#[test]
fn registration_is_told_in_the_best_way_that_is_accepted() {
    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CREG=2", lines("ERROR"));
    ready(&mut bench);
    assert_eq!(sets(&bench, "AT+CREG="), ["AT+CREG=2", "AT+CREG=1"]);
}

#[test]
fn calls_and_further_commands_as_configured() {
    let mut bench = Bench::closed(Config {
        calls: false,
        init_commands: vec!["AT+FOO".into(), "AT+BAR=1".into()],
        ..Config::default()
    });
    bench.on("AT+FOO", lines("ERROR"));
    ready(&mut bench);
    assert_eq!(bench.times("AT+CLIP=1"), 0);
    assert_eq!(bench.place("AT+BAR=1"), bench.place("AT+FOO") + 1);
}

#[test]
fn the_sweep_comes_after_the_indications() {
    let mut bench = Bench::closed(Config::default());
    ready(&mut bench);
    // What is stored is read when nothing can come unnoticed any more.
    assert!(bench.place("AT+CNMI=2,1,0,1,0") < bench.place("AT+CSQ"));
}

#[test]
fn a_pin_among_the_commands_of_the_setup_is_neither_sent_nor_shown() {
    let lines_with = [
        "AT+CPIN=\"9876\"",
        "AT+CMEE=1;+CPWD=\"SC\",\"9876\",\"9876\"",
    ];
    let init_commands = lines_with.map(str::to_owned).into_iter();
    let mut bench = Bench::closed(Config {
        init_commands: init_commands.chain(["AT+A".to_owned()]).collect(),
        ..Config::default()
    });
    ready(&mut bench);
    assert_eq!(bench.times("AT+A"), 1);
    assert!(!bench.lines().any(|line| line.contains("9876")));
    let shown = format!("{:?} {:?}", bench.events, bench.modem.config());
    assert!(!shown.contains("9876"), "{shown}");
    let command = "AT+CPIN=***".to_owned();
    assert!(bench.has(&Event::Fault(Fault::Withheld { command })));
}
