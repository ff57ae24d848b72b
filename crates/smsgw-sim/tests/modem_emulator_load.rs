//! Many modems and many messages; users that write anything at any time.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod modem_emulator;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use modem_emulator::*;
use smsgw_sim::modem::fault::{Fault, Kind};
use smsgw_sim::modem::{Config, ModemConfig, ModemId, Network, Profile, What};

/// Lets a user at each modem send so many messages, one after the other, and says how long that
/// took.
fn send_all(network: &mut Network, start: Instant, each: usize) -> Duration {
    let modems: Vec<_> = network.modems().collect();
    let (length, pdu) = pdus(OUTSIDE, "hello", false).remove(0);
    let command = format!("AT+CMGS={length}\r");
    let data = format!("{pdu}\u{1A}");
    let mut left: HashMap<ModemId, usize> = modems.iter().map(|modem| (*modem, each)).collect();
    let mut now = start;
    for modem in &modems {
        network.handle_octets(*modem, b"ATE0\r", now);
        network.poll_transmit(*modem, &mut BytesMut::new());
        network.handle_octets(*modem, command.as_bytes(), now);
    }
    loop {
        for modem in &modems {
            let mut said = BytesMut::new();
            network.poll_transmit(*modem, &mut said);
            if said.ends_with(b"> ") {
                network.handle_octets(*modem, data.as_bytes(), now);
            } else if !said.is_empty() {
                assert!(said.ends_with(b"\r\n\r\nOK\r\n"), "{said:?}");
                let left = left.get_mut(modem).unwrap();
                *left -= 1;
                if *left > 0 {
                    network.handle_octets(*modem, command.as_bytes(), now);
                    // The prompt is there at once.
                    let mut prompt = BytesMut::new();
                    network.poll_transmit(*modem, &mut prompt);
                    assert_eq!(prompt, "\r\n> ");
                    network.handle_octets(*modem, data.as_bytes(), now);
                }
            }
        }
        match network.poll_timeout() {
            Some(at) => {
                now = at;
                network.handle_timeout(now);
            }
            None => return now - start,
        }
    }
}

#[test]
fn many_modems_send_as_many_times_as_one_and_lose_nothing() {
    let mut rates = Vec::new();
    for count in [1, 8, 32, 100] {
        let config = Config {
            send_delay: (seconds(2), seconds(6)),
            remembered: 0,
            max_events: 100_000,
            ..Config::default()
        };
        let now = Instant::now();
        let mut network = Network::new(config, now);
        for n in 1..=count {
            let number = format!("+49170{n:07}");
            network.plug(ModemConfig::new(&number), now).unwrap();
        }
        let each = 100;
        let took = send_all(&mut network, now, each);
        let events = std::iter::from_fn(|| network.poll_event());
        let submits = events.filter(|event| matches!(event.what, What::Submit(_)));
        assert_eq!(submits.count(), count * each);
        assert_eq!(network.missed_events(), 0);
        rates.push((count * each) as f64 / took.as_secs_f64() / count as f64);
    }
    // Messages a second of one modem: the same however many there are.
    let (least, most) = (rates.iter().copied().fold(f64::MAX, f64::min), rates[0]);
    assert!(least > 0.8 * most, "{rates:?}");
}

#[test]
fn events_that_nobody_reads_are_bounded() {
    let config = Config {
        max_events: 10,
        send_delay: (ms(1), ms(1)),
        ..Config::default()
    };
    let now = Instant::now();
    let mut network = Network::new(config, now);
    network.plug(ModemConfig::new(FIRST), now).unwrap();
    let before = network.missed_events();
    send_all(&mut network, now, 100);
    assert_eq!(std::iter::from_fn(|| network.poll_event()).count(), 10);
    assert!(network.missed_events() > before + 80);
}

/// Numbers that a test can repeat.
struct Chance(u64);

impl Chance {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.next(choices.len())]
    }
}

#[test]
fn nothing_that_is_written_at_any_time_breaks_a_modem() {
    let words = [
        "AT",
        "at",
        "A/",
        "\r",
        "\r\n",
        "\n",
        "\u{1A}",
        "\u{1B}",
        "+CMGS=",
        "+CMGW=",
        "+CNMA=1,",
        "20",
        "15",
        "=?",
        "?",
        ";",
        ",",
        "\"",
        "\"SM\"",
        "\"ME\"",
        "+CMGF=1",
        "+CMGF=0",
        "+CPMS=",
        "+CNMI=2,2,2,1",
        "+CSMS=1",
        "+CNMA",
        "+CMGL=4",
        "+CMGL=\"ALL\"",
        "+CMGR=1",
        "+CMGD=1,4",
        "+CMSS=1",
        "+CUSD=1,\"*101#\"",
        "+CUSD=1,\"1\"",
        "+CSCS=\"UCS2\"",
        "+CSCS=\"GSM\"",
        "+CFUN=1,1",
        "+CFUN=4",
        "+CFUN=1",
        "+COPS=?",
        "+COPS=2",
        "+COPS=0",
        "+CPIN=1234",
        "+CLCK=\"SC\",2",
        "+CRSM=176,28423,0,0,9",
        "+CSIM=10,\"0020000100\"",
        "D*99#",
        "D+491700000002;",
        "A",
        "H",
        "+++",
        "E0V0",
        "E1V1",
        "Z",
        "&F",
        "S3=33",
        "!",
        "S3=13",
        "0001000B919471000000F20000",
        "00",
        "FF",
        "079194",
        "\u{0}",
        "\u{8}",
        "\u{FF}",
        "text",
        "+CSMP=81,0,0,4",
        "+CSDH=1",
        "+CMMS=2",
        "+CSCB=1",
        "+CPBW=1,\"1\",129,\"a\"",
        "+CPBR=1,99",
        "+CLAC",
        "I9",
        "+CSCA=\"\"",
    ];
    for seed in 0..60 {
        let mut chance = Chance(seed);
        let config = Config {
            seed,
            send_delay: (seconds(0), seconds(6)),
            deliver_delay: seconds(1),
            registration_delay: seconds(1),
            ..Config::default()
        };
        let profile = chance.of(Profile::ALL);
        let second = ModemConfig::new(SECOND).with_pin("1234");
        let modems = [ModemConfig::new(FIRST).with_profile(profile), second];
        let mut bench = Bench::new(config, modems);
        for _ in 0..600 {
            let modem = [bench.first(), bench.second()][chance.next(2)];
            let now = bench.now;
            match chance.next(40) {
                0 => {
                    let kind = chance.of(&Kind::ALL);
                    let fault = Fault::every(kind, 3).with_times(2);
                    bench.network.fault(Some(modem), &fault);
                }
                1 => bench.network.clear_faults(None),
                2 => drop(
                    bench
                        .network
                        .inject(OUTSIDE, FIRST, "Γειά \" σου\r\nOK", now),
                ),
                3 => drop(bench.network.inject_tpdu(FIRST, &[0x44, 0xFF, 3, 4], now)),
                4 => drop(bench.network.call(OUTSIDE, FIRST, now)),
                5 => bench.network.hang_up(modem, now),
                6 => bench.network.set_coverage(modem, chance.next(3) > 0, now),
                7 => bench.network.cut(modem, now),
                8 | 9 => bench.network.plug_again(modem, now),
                10 => bench.network.handle_close(modem, now),
                11 => bench.network.handle_open(modem, now),
                12 => bench.network.broadcast(50, "broadcast", now).unwrap(),
                13..16 => drop(bench.advance(ms(chance.next(20_000).try_into().unwrap()))),
                _ => {
                    let text: String = (0..1 + chance.next(6)).map(|_| chance.of(&words)).collect();
                    bench.write_to(modem, &text);
                }
            }
        }
        // Whatever was done: power brings both back.
        bench.network.clear_faults(None);
        for modem in [bench.first(), bench.second()] {
            bench.network.set_coverage(modem, true, bench.now);
            bench.network.cut(modem, bench.now);
            bench.network.plug_again(modem, bench.now);
        }
        bench.advance(seconds(30));
        for modem in [bench.first(), bench.second()] {
            bench.read_from(modem);
            let answer = bench.ask_of(modem, "AT+CGMM");
            assert!(answer.ends_with("|OK"), "{seed}: {answer}");
        }
        let events = bench.events();
        for what in &events {
            serde_json::to_string(what).unwrap();
        }
    }
}
