//! Calls: told once each, and hung up.

mod script;

use script::{Bench, lines, silence};
use smsgw_at::modem::{Call, Config, Event, Failure};

const CHUP: &str = "AT+CHUP";

#[test]
fn a_call_is_told_once_with_its_number_and_once_more_when_it_ends() {
    let mut bench = ready(false);
    for _ in 0..5 {
        bench.say("RING");
        bench.say("+CLIP: \"15550100\",145");
        bench.run(5000);
    }
    let number = Some("+15550100".to_owned());
    assert_eq!(bench.news(), [Event::Call(Call::Ringing { number })]);
    bench.say("NO CARRIER");
    bench.run(1);
    assert_eq!(bench.news(), [Event::Call(Call::Ended)]);
    bench.run(60_000);
    assert_eq!(bench.news(), []);
    assert_eq!(bench.lines().count(), 0);
}

#[test]
fn a_call_without_a_number_is_told_a_second_after_it_rang() {
    for ring in ["RING", "+CRING: VOICE"] {
        let mut bench = ready(false);
        bench.say(ring);
        bench.run(900);
        assert_eq!(bench.news(), [], "{ring}");
        bench.run(200);
        let number = None;
        assert_eq!(
            bench.news(),
            [Event::Call(Call::Ringing { number })],
            "{ring}"
        );
    }
}

#[test]
fn a_call_that_does_not_ring_any_more_has_ended() {
    let mut bench = ready(false);
    bench.say("RING\n+CLIP: \"0171\",129");
    bench.run(11_000);
    assert_eq!(bench.news().len(), 1);
    bench.run(2000);
    assert_eq!(bench.news(), [Event::Call(Call::Ended)]);
    // The next one is another.
    bench.say("RING\n+CLIP: \"0171\",129");
    bench.run(1);
    let number = Some("0171".to_owned());
    assert_eq!(bench.news(), [Event::Call(Call::Ringing { number })]);
}

#[test]
fn a_withheld_number_is_none() {
    let mut bench = ready(false);
    bench.say("RING\n+CLIP: \"\",128,,,,1");
    bench.run(1);
    let number = None;
    assert_eq!(bench.news(), [Event::Call(Call::Ringing { number })]);
}

#[test]
fn an_unwanted_call_is_hung_up_once() {
    let mut bench = ready(true);
    bench.say("RING");
    bench.run(100);
    bench.say("+CLIP: \"0171\",129");
    bench.run(1000);
    assert_eq!(bench.lines().collect::<Vec<_>>(), [CHUP]);
    bench.run(60_000);
    assert_eq!(bench.lines().count(), 2, "it has ended by then");
    assert!(bench.has(&Event::Call(Call::Ended)));
}

#[test]
fn a_call_that_goes_on_ringing_is_hung_up_a_few_times_more() {
    let mut bench = ready(true);
    for _ in 0..30 {
        bench.say("RING");
        bench.run(5000);
    }
    assert_eq!(bench.times(CHUP), 3);
}

#[test]
fn a_modem_that_knows_only_the_other_command_gets_that() {
    let mut bench = ready(true);
    bench.on(CHUP, lines("ERROR"));
    bench.say("RING");
    bench.run(1000);
    assert_eq!(bench.lines().collect::<Vec<_>>(), [CHUP, "ATH"]);
}

#[test]
fn hanging_up_has_an_outcome() {
    for (first, second, outcome) in [
        ("OK", "OK", Ok(())),
        ("NO CARRIER\nOK", "OK", Ok(())),
        ("ERROR", "OK", Ok(())),
        ("ERROR", "NO CARRIER\nOK", Ok(())),
    ] {
        let mut bench = ready(false);
        bench.on(CHUP, lines(first)).on("ATH", lines(second));
        bench.modem.hang_up(5, bench.now).unwrap();
        bench.settle();
        bench.run(1000);
        assert_eq!(
            bench.news(),
            [Event::HungUp { token: 5, outcome }],
            "{first} {second}"
        );
    }
    let mut bench = ready(false);
    bench
        .on(CHUP, lines("ERROR"))
        .on("ATH", lines("+CME ERROR: 3"));
    bench.modem.hang_up(5, bench.now).unwrap();
    bench.settle();
    bench.run(1000);
    let news = bench.news();
    let [
        Event::HungUp {
            token: 5,
            outcome: Err(failure),
        },
    ] = &*news
    else {
        panic!("{news:?}");
    };
    assert!(matches!(failure, Failure::Refused(_)), "{failure:?}");
    let mut bench = ready(false);
    bench.on(CHUP, silence());
    bench.modem.hang_up(5, bench.now).unwrap();
    bench.settle();
    bench.run(30_000);
    let outcome = Err(Failure::Silent);
    assert_eq!(bench.news(), [Event::HungUp { token: 5, outcome }]);
}

#[test]
fn hang_ups_are_bounded_and_each_has_its_outcome() {
    let mut bench = ready(false);
    bench.on(CHUP, lines("").then(1000, "OK"));
    let taken = (0..100).filter(|token| bench.modem.hang_up(*token, bench.now).is_ok());
    let taken = taken.count();
    assert!((1..=17).contains(&taken), "{taken}");
    bench.settle();
    bench.run(60_000);
    assert_eq!(bench.news().len(), taken);
}

#[test]
fn a_lost_port_ends_the_call() {
    let mut bench = ready(false);
    bench.say("RING\n+CLIP: \"0171\",129");
    bench.run(1);
    bench.close();
    assert!(bench.has(&Event::Call(Call::Ended)));
}

fn ready(hang_up_calls: bool) -> Bench {
    Bench::ready(Config {
        hang_up_calls,
        health_interval: None,
        sweep_interval: None,
        routing_check_interval: None,
        ..Config::default()
    })
}
