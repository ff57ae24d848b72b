//! The SIM and its PIN: no attempt is ever burnt.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests state what must hold"
)]

mod script;

use script::{Bench, Reply, lines, silence};
use smsgw_at::command::identity::{Iccid, Imei};
use smsgw_at::command::pin::Pin;
use smsgw_at::modem::{Config, Event, Obstacle, SimKey, State};

const ENTER: &str = "AT+CPIN=\"1234\"";

fn config() -> Config {
    Config {
        pin: Some(Pin::new("1234").unwrap()),
        ..Config::default()
    }
}

/// A SIM that wants its PIN, for ever.
fn locked(config: Config) -> Bench {
    let mut bench = Bench::closed(config);
    bench.on("AT+CPIN?", lines("+CPIN: SIM PIN\nOK"));
    bench
}

fn iccid() -> SimKey {
    SimKey::Iccid(Iccid::parse("8901410321111851072").unwrap())
}

fn refused(bench: &Bench) -> Vec<SimKey> {
    let refused = bench.events.iter().filter_map(|event| match event {
        Event::PinRefused { sim } => Some(sim.clone()),
        _ => None,
    });
    refused.collect()
}

#[track_caller]
fn waits(bench: &Bench, obstacle: Obstacle) {
    assert_eq!(
        bench.modem.state(),
        State::Waiting(obstacle),
        "{:#?}",
        bench.written
    );
}

#[test]
fn the_pin_is_sent_once_the_counter_says_three() {
    let mut bench = Bench::closed(config());
    bench.once("AT+CPIN?", lines("+CPIN: SIM PIN\nOK"));
    bench.open();
    bench.run(30_000);
    assert_eq!(bench.modem.state(), State::Ready);
    assert_eq!(bench.times(ENTER), 1);
    assert_eq!(bench.place("AT+CPINR") + 1, bench.place(ENTER));
    assert_eq!(refused(&bench), []);
    // Once more after the modem has started again: it was the right one.
    bench.once("AT+CPIN?", lines("+CPIN: SIM PIN\nOK"));
    bench.say("RDY");
    bench.run(30_000);
    assert_eq!((bench.modem.state(), bench.times(ENTER)), (State::Ready, 2));
}

#[test]
fn fewer_than_three_attempts_are_left_to_a_person() {
    for left in 0..3 {
        let mut bench = locked(config());
        bench.on("AT+CPINR", lines(&format!("+CPINR: SIM PIN,{left},3\nOK")));
        bench.open();
        bench.run(3_600_000);
        waits(&bench, Obstacle::PinAttempts { left });
        assert_eq!(bench.times(ENTER), 0);
    }
}

#[test]
fn every_counter_of_the_make_is_asked_before_it_counts_as_unknown() {
    let mut bench = locked(config());
    bench.on("AT+CGMI", lines("Quectel\nOK"));
    bench.on("AT+QPINC?", lines("ERROR"));
    bench.on("AT+CSIM=10,\"0020000100\"", lines("ERROR"));
    bench.on("AT+CPINR", lines("+CPINR: SIM PIN,2,3\nOK"));
    bench.open();
    bench.run(60_000);
    waits(&bench, Obstacle::PinAttempts { left: 2 });
    let asked = ["AT+QPINC?", "AT+CSIM=10,\"0020000100\"", "AT+CPINR"];
    let place = bench.place(asked[0]);
    assert_eq!(bench.lines().skip(place).take(3).collect::<Vec<_>>(), asked);
}

#[test]
fn the_pin_is_sent_only_when_the_modem_says_exactly_sim_pin() {
    let others = [
        ("+CPIN: SIM PUK\nOK", Obstacle::Puk),
        ("+CPIN: PH-NET PIN\nOK", Obstacle::Locked),
        ("+CPIN: PH-SIM PIN\nOK", Obstacle::Locked),
        ("+CPIN: SIM PINX\nOK", Obstacle::Locked),
        ("+CME ERROR: 10", Obstacle::NoSim),
        ("+CME ERROR: 11", Obstacle::PinNeeded),
        ("+CME ERROR: 12", Obstacle::Puk),
        ("+CME ERROR: 13", Obstacle::SimFailure),
    ];
    for (answer, obstacle) in others {
        let mut bench = Bench::closed(config());
        bench.on("AT+CPIN?", lines(answer));
        bench.open();
        bench.run(600_000);
        waits(&bench, obstacle);
        assert!(
            !bench.lines().any(|line| line.starts_with("AT+CPIN=")),
            "{answer}"
        );
    }
    // The second PIN is not needed for messages.
    let mut bench = Bench::closed(config());
    bench.on("AT+CPIN?", lines("+CPIN: SIM PIN2\nOK"));
    bench.open();
    bench.run(30_000);
    assert_eq!((bench.modem.state(), bench.times(ENTER)), (State::Ready, 0));
}

#[test]
fn a_puk_is_never_sent() {
    let mut bench = Bench::closed(config());
    bench.once("AT+CPIN?", lines("+CPIN: SIM PIN\nOK"));
    bench.on("AT+CPIN?", lines("+CPIN: SIM PUK\nOK"));
    bench.on(ENTER, lines("+CME ERROR: 12"));
    bench.open();
    bench.run(3_600_000);
    let sent = bench.lines().filter(|line| line.contains("CPIN="));
    assert_eq!(sent.collect::<Vec<_>>(), [ENTER]);
}

#[test]
fn without_a_pin_the_sim_is_left_alone() {
    let mut bench = locked(Config::default());
    bench.open();
    bench.run(600_000);
    waits(&bench, Obstacle::PinNeeded);
    // Somebody else enters it.
    bench.on("AT+CPIN?", lines("+CPIN: READY\nOK"));
    bench.run(70_000);
    assert_eq!(bench.modem.state(), State::Ready);
}

#[test]
fn a_sim_that_refuses_the_pin_is_asked_once_ever() {
    for wrong in [
        "+CME ERROR: 16",
        "ERROR",
        "+CME ERROR: 3",
        "+CME ERROR: incorrect password",
    ] {
        let mut bench = locked(config());
        bench.on(ENTER, lines(wrong));
        bench.open();
        bench.run(600_000);
        waits(&bench, Obstacle::PinRefused);
        assert_eq!(refused(&bench), [iccid()]);
        // It starts again, is unplugged and plugged in again.
        bench.say("RDY");
        bench.run(600_000);
        bench.close();
        bench.run(10_000);
        bench.open();
        bench.run(600_000);
        waits(&bench, Obstacle::PinRefused);
        // And so is the program.
        let refused_pins = refused(&bench);
        let attempts = bench.times(ENTER);
        let mut bench = locked(Config {
            refused_pins,
            ..config()
        });
        bench.on(ENTER, lines(wrong));
        bench.open();
        bench.run(600_000);
        waits(&bench, Obstacle::PinRefused);
        assert_eq!((attempts, bench.times(ENTER)), (1, 0), "{wrong}");
    }
}

#[test]
fn an_attempt_without_an_answer_counts_as_one() {
    // Nobody answers, or the modem starts again, or it is unplugged, while the PIN is on its way.
    let after: [fn(&mut Bench); 3] = [
        |_| {},
        |bench| bench.say("RDY"),
        |bench| {
            bench.close();
            bench.run(5_000);
            bench.open();
        },
    ];
    for then in after {
        let mut bench = locked(config());
        bench.on(ENTER, silence());
        bench.open();
        bench.run_until_written(ENTER);
        then(&mut bench);
        bench.run(600_000);
        waits(&bench, Obstacle::PinRefused);
        assert_eq!((bench.times(ENTER), refused(&bench)), (1, vec![iccid()]));
    }
}

#[test]
fn where_nobody_counts_one_attempt_is_made_and_no_second() {
    let uncounted = |refused_pins: Vec<SimKey>| {
        let mut bench = locked(Config {
            refused_pins,
            ..config()
        });
        bench.on("AT+CPINR", lines("ERROR"));
        bench.on("AT+CSIM=10,\"0020000100\"", lines("ERROR"));
        bench.on(ENTER, lines("+CME ERROR: 16"));
        bench.open();
        bench.run(600_000);
        waits(&bench, Obstacle::PinRefused);
        bench
    };
    let bench = uncounted(Vec::new());
    assert_eq!(bench.times(ENTER), 1);
    let bench = uncounted(refused(&bench));
    assert_eq!(bench.times(ENTER), 0);
}

#[test]
fn a_sim_without_a_number_is_known_by_its_modem_and_may_be_any_that_refused() {
    let unnamed = |refused_pins: Vec<SimKey>| {
        let mut bench = locked(Config {
            refused_pins,
            ..config()
        });
        for line in [
            "AT+CCID",
            "AT+ICCID",
            "AT^ICCID?",
            "AT+QCCID",
            "AT#CCID",
            "AT^SCID",
        ] {
            bench.on(line, lines("ERROR"));
        }
        bench.on("AT+CRSM=176,12258,0,0,10", lines("ERROR"));
        bench.on(ENTER, lines("+CME ERROR: 16"));
        bench.open();
        bench.run(600_000);
        waits(&bench, Obstacle::PinRefused);
        bench
    };
    let bench = unnamed(Vec::new());
    let imei = SimKey::Imei(Imei::parse("356938035643809").unwrap());
    assert_eq!(
        (bench.times(ENTER), refused(&bench)),
        (1, vec![imei.clone()])
    );
    // It may be the one that has refused under its number.
    assert_eq!(unnamed(vec![iccid()]).times(ENTER), 0);
    // And one that tells its number may be the one that did not.
    let mut bench = locked(Config {
        refused_pins: vec![imei],
        ..config()
    });
    bench.open();
    bench.run(60_000);
    waits(&bench, Obstacle::PinRefused);
    assert_eq!(bench.times(ENTER), 0);
}

#[test]
fn another_sim_gets_its_pin() {
    let other = SimKey::Iccid(Iccid::parse("8949020000012345678").unwrap());
    let mut bench = Bench::closed(Config {
        refused_pins: vec![other],
        ..config()
    });
    bench.once("AT+CPIN?", lines("+CPIN: SIM PIN\nOK"));
    bench.open();
    bench.run(30_000);
    assert_eq!((bench.modem.state(), bench.times(ENTER)), (State::Ready, 1));
}

#[test]
fn a_sim_that_takes_its_time_after_the_pin_is_waited_for() {
    let mut bench = Bench::closed(config());
    for _ in 0..4 {
        bench.once("AT+CPIN?", lines("+CPIN: SIM PIN\nOK"));
    }
    bench.once("AT+CPIN?", lines("+CME ERROR: 14"));
    bench.open();
    bench.run(60_000);
    assert_eq!((bench.modem.state(), bench.times(ENTER)), (State::Ready, 1));
    assert_eq!(refused(&bench), []);
}

#[test]
fn a_busy_sim_is_asked_again_after_longer_and_longer_pauses() {
    for busy in ["+CME ERROR: 14", "+CMS ERROR: 314", "+CME ERROR: 515"] {
        let mut bench = Bench::closed(config());
        for _ in 0..5 {
            bench.once("AT+CPIN?", lines(busy));
        }
        bench.open();
        bench.run(20_000);
        waits(&bench, Obstacle::SimBusy);
        bench.run(60_000);
        assert_eq!(bench.modem.state(), State::Ready, "{busy}");
        let asked = bench.written.iter().filter(|(_, line)| line == "AT+CPIN?");
        let seconds: Vec<_> = asked.map(|(at, _)| at / 1_000).collect();
        let pauses: Vec<_> = seconds.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(pauses, [2, 4, 8, 16, 32], "{busy}");
    }
}

#[test]
fn an_answer_without_ok_is_one() {
    let mut bench = Bench::closed(config());
    bench.on("AT+CPIN?", lines("+CPIN: READY"));
    bench.open();
    bench.run(10_000);
    assert_eq!(bench.modem.state(), State::Ready);
    // A second was waited for it, and then it was made sure that none comes late.
    let place = bench.place("AT+CPIN?");
    assert_eq!(bench.written[place + 1].1, "AT");
}

#[test]
fn a_sim_that_comes_later_is_found() {
    let mut bench = Bench::closed(Config::default());
    bench.on("AT+CPIN?", lines("+CME ERROR: 10"));
    bench.open();
    bench.run(10_000);
    waits(&bench, Obstacle::NoSim);
    bench.on("AT+CPIN?", lines("+CPIN: READY\nOK"));
    // It says so itself: at once, not after half a minute.
    bench.say("+CPIN: READY");
    bench.run(3_000);
    assert_eq!(bench.modem.state(), State::Ready);
}

#[test]
fn a_modem_without_the_command_is_used_and_gets_no_pin() {
    let mut bench = Bench::closed(config());
    bench.on("AT+CPIN?", lines("ERROR"));
    bench.open();
    bench.run(120_000);
    assert_eq!((bench.modem.state(), bench.times(ENTER)), (State::Ready, 0));
}

#[test]
fn while_the_sim_is_locked_the_owner_may_send_commands() {
    let mut bench = locked(Config::default());
    bench.on("AT+CLCK=\"SC\",2", lines("+CLCK: 1\nOK"));
    bench.open();
    bench.run(10_000);
    waits(&bench, Obstacle::PinNeeded);
    let second = std::time::Duration::from_secs(1);
    bench
        .modem
        .command(7, "AT+CLCK=\"SC\",2", second, bench.now)
        .unwrap();
    bench.settle();
    bench.run(100);
    let is_answer = |event: &Event| matches!(event, Event::Answer { token: 7, answer: Ok(answer) } if answer.lines == ["+CLCK: 1"]);
    assert!(bench.events.iter().any(is_answer));
    // That is no part of the setup: all of it follows once the SIM is open.
    waits(&bench, Obstacle::PinNeeded);
    bench.on("AT+CPIN?", lines("+CPIN: READY\nOK"));
    bench.run(70_000);
    assert_eq!(bench.modem.state(), State::Ready);
    for line in [
        "AT+CSMS=?",
        "AT+CMGF=0",
        "AT+CPMS=?",
        "AT+CNMI=?",
        "AT+CNMI=2,1,0,1,0",
    ] {
        assert_eq!(bench.times(line), 1, "{line}");
    }
}

#[test]
fn a_pin_that_the_owner_enters_is_followed_by_the_whole_setup() {
    let mut bench = locked(Config::default());
    bench.open();
    bench.run(10_000);
    waits(&bench, Obstacle::PinNeeded);
    let second = std::time::Duration::from_secs(1);
    bench.modem.command(7, ENTER, second, bench.now).unwrap();
    bench.settle();
    bench.on("AT+CPIN?", lines("+CPIN: READY\nOK"));
    bench.run(70_000);
    assert_eq!(bench.modem.state(), State::Ready);
    for line in ["AT+CMGF=0", "AT+CSMS=?", "AT+CPMS=?", "AT+CNMI=2,1,0,1,0"] {
        assert_eq!(bench.times(line), 1, "{line}");
    }
}

/// A modem that does not tell which SIM it has, the first time it is asked.
fn tells_no_iccid_at_first(bench: &mut Bench) {
    for line in [
        "AT+CCID",
        "AT+ICCID",
        "AT^ICCID?",
        "AT+QCCID",
        "AT#CCID",
        "AT^SCID",
        "AT+CRSM=176,12258,0,0,10",
    ] {
        bench.once(line, lines("ERROR"));
    }
    bench.on("AT+CPINR", lines("ERROR"));
    bench.on("AT+CSIM=10,\"0020000100\"", lines("ERROR"));
}

#[test]
fn a_sim_that_tells_its_number_later_gets_no_second_attempt() {
    let mut bench = locked(config());
    tells_no_iccid_at_first(&mut bench);
    bench.on(ENTER, silence());
    bench.open();
    bench.run_until_written(ENTER);
    bench.say("RDY");
    bench.run(600_000);
    waits(&bench, Obstacle::PinRefused);
    assert_eq!((bench.times(ENTER), refused(&bench)), (1, vec![iccid()]));

    // Nor when the modem did not tell its own number then.
    let mut bench = locked(config());
    tells_no_iccid_at_first(&mut bench);
    bench.once("AT+CGSN", lines("ERROR"));
    bench.on(ENTER, silence());
    bench.open();
    bench.run_until_written(ENTER);
    bench.say("RDY");
    bench.run(600_000);
    waits(&bench, Obstacle::PinRefused);
    assert_eq!(bench.times(ENTER), 1);

    // Nor when it tells it no more.
    let imei = SimKey::Imei(Imei::parse("356938035643809").unwrap());
    let mut bench = locked(Config {
        refused_pins: vec![imei],
        ..config()
    });
    bench.on("AT+CGSN", lines("ERROR"));
    bench.open();
    bench.run(60_000);
    waits(&bench, Obstacle::PinRefused);
    assert_eq!(bench.times(ENTER), 0);
}

#[test]
fn an_attempt_on_a_sim_that_is_swapped_meanwhile_counts() {
    let other = "+CCID: 8949020000012345678\nOK";
    let mut bench = locked(config());
    bench.on(ENTER, silence());
    bench.open();
    bench.run_until_written(ENTER);
    // Another one, which is open.
    bench.on("AT+CCID", lines(other));
    bench.on("AT+CPIN?", lines("+CPIN: READY\nOK"));
    bench.close();
    bench.open();
    bench.run(60_000);
    assert_eq!(bench.modem.state(), State::Ready);
    assert_eq!(refused(&bench), [iccid()]);
    // And the first one again.
    bench.on("AT+CCID", lines("+CCID: 8901410321111851072\nOK"));
    bench.on("AT+CPIN?", lines("+CPIN: SIM PIN\nOK"));
    bench.close();
    bench.open();
    bench.run(60_000);
    waits(&bench, Obstacle::PinRefused);
    assert_eq!(bench.times(ENTER), 1);
}

#[test]
fn a_pin_that_never_left_is_no_attempt() {
    let mut bench = locked(config());
    let counter = "AT+CSIM=10,\"0020000100\"";
    bench.on("AT+CPINR", silence()).on(counter, silence());
    bench.open();
    bench.run_until_written(counter);
    bench.die();
    bench.run(120_000);
    assert_eq!(bench.times(ENTER), 0);
    bench.live();
    bench.on("AT+CPINR", lines("+CPINR: SIM PIN,3,3\nOK"));
    bench.on(ENTER, silence());
    bench.run(3_600_000);
    assert_eq!((bench.times(ENTER), refused(&bench)), (1, vec![iccid()]));
}

#[test]
fn an_attempt_is_told_before_it_leaves_and_its_end_as_well() {
    let tried = Event::PinTried { sim: iccid() };
    let accepted = Event::PinAccepted { sim: iccid() };
    let mut bench = Bench::closed(config());
    bench.once("AT+CPIN?", lines("+CPIN: SIM PIN\nOK"));
    bench.open();
    while !bench.has(&tried) {
        bench.run(1);
        let is_told = bench.has(&tried);
        assert!(is_told || bench.times(ENTER) == 0, "it left untold");
    }
    assert!(!bench.has(&accepted));
    bench.run(30_000);
    assert!(bench.has(&accepted));
    assert_eq!((bench.modem.state(), bench.times(ENTER)), (State::Ready, 1));

    // What the owner remembers of a program that ended in between is enough.
    let mut bench = locked(config());
    bench.open();
    bench.run_until_written(ENTER);
    let of = |event: &Event| match event {
        Event::PinTried { sim } => Some(sim.clone()),
        _ => None,
    };
    let refused_pins: Vec<_> = bench.events.iter().filter_map(of).collect();
    assert_eq!(refused_pins, [iccid()]);
    let mut bench = locked(Config {
        refused_pins,
        ..config()
    });
    bench.open();
    bench.run(60_000);
    waits(&bench, Obstacle::PinRefused);
    assert_eq!(bench.times(ENTER), 0);
}

#[test]
fn a_pin_may_be_for_one_sim_alone() {
    let of = |iccid: &str| Config {
        pin_sim: Some(Iccid::parse(iccid).unwrap()),
        ..config()
    };
    let mut bench = locked(of("8949020000012345678"));
    bench.open();
    bench.run(60_000);
    waits(&bench, Obstacle::PinNeeded);
    assert_eq!(bench.times(ENTER), 0);

    let mut bench = locked(of("8901410321111851072"));
    bench.on("AT+CCID", lines("ERROR"));
    bench.open();
    bench.run(60_000);
    assert_eq!(bench.times(ENTER), 0);

    let mut bench = Bench::closed(of("8901410321111851072"));
    bench.once("AT+CPIN?", lines("+CPIN: SIM PIN\nOK"));
    bench.open();
    bench.run(60_000);
    assert_eq!((bench.modem.state(), bench.times(ENTER)), (State::Ready, 1));
}

#[test]
fn a_sim_that_is_pulled_out_is_missed_and_the_next_one_is_known_as_another() {
    let mut bench = Bench::ready(Config::default());
    bench.run(300_000);
    bench.on("AT+CPIN?", lines("+CME ERROR: 10"));
    bench.on("AT+CCID", lines("+CME ERROR: 10"));
    bench.say("+CPIN: NOT INSERTED");
    bench.run(10_000);
    waits(&bench, Obstacle::NoSim);
    bench.forget();
    bench.on("AT+CPIN?", lines("+CPIN: READY\nOK"));
    bench.on("AT+CCID", lines("+CCID: 8949020000012345678\nOK"));
    bench.say("+CPIN: READY");
    bench.run(10_000);
    assert_eq!(bench.modem.state(), State::Ready);
    let identity = bench.modem.identity().unwrap();
    assert_eq!(identity.iccid.unwrap().as_str(), "8949020000012345678");
    // The modem itself was not asked again.
    assert_eq!((bench.times("ATE0"), bench.times("AT+CMGF=0")), (0, 1));
}

#[test]
fn a_refusal_that_tells_of_the_sim_has_it_looked_at() {
    for refusal in ["+CMS ERROR: 310", "+CME ERROR: 10", "+CMS ERROR: 311"] {
        let mut bench = Bench::ready(Config::default());
        bench.on("AT+A", lines(refusal));
        let second = std::time::Duration::from_secs(1);
        for token in 0..5 {
            bench
                .modem
                .command(token, "AT+A", second, bench.now)
                .unwrap();
        }
        bench.settle();
        bench.run(5_000);
        // Once, not for each.
        assert_eq!(
            (bench.times("AT+A"), bench.times("AT+CPIN?")),
            (5, 1),
            "{refusal}"
        );
        assert_eq!(bench.modem.state(), State::Ready);
    }
}

#[test]
fn the_pin_is_seen_by_nobody() {
    use smsgw_net::{Direction, Tap};
    use std::sync::{Arc, Mutex};

    let seen = Arc::<Mutex<Vec<(Direction, u8)>>>::default();
    let tap = Arc::clone(&seen);
    let mut bench = locked(config());
    bench
        .modem
        .set_tap(Tap::new(move |direction, octets: &[u8]| {
            let mut seen = tap.lock().unwrap();
            seen.extend(octets.iter().map(|octet| (direction, *octet)));
        }));
    // Sent back, in two pieces.
    bench.on("ATE0", lines("ERROR"));
    let echo = Reply::default()
        .then_raw(1, b"AT+CPIN=\"12")
        .then_raw(5, b"34\"\r\r\n+CME ERROR: 16\r\n");
    bench.on(ENTER, echo);
    bench.open();
    bench.run_until_written(ENTER);
    assert!(!format!("{:?}", bench.modem).contains("1234"));
    assert!(!format!("{:?}", bench.modem.config()).contains("1234"));
    bench.run(1_000);
    assert_eq!(bench.times(ENTER), 1);
    let text = |wanted: Direction| {
        let seen = seen.lock().unwrap();
        let octets = seen.iter().filter(|(direction, _)| *direction == wanted);
        octets
            .map(|(_, octet)| char::from(*octet))
            .collect::<String>()
    };
    for direction in [Direction::Sent, Direction::Received] {
        let text = text(direction);
        assert!(
            !text.contains("1234") && text.contains("AT+CPIN=***"),
            "{text}"
        );
    }
    assert!(text(Direction::Received).contains("+CME ERROR: 16"));
    assert!(!format!("{:?}", bench.events).contains("1234"));
}
