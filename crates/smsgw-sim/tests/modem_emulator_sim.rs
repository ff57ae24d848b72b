//! The SIM and its codes, identity, phonebook, the network (3GPP TS 27.007 §5, §7, §8).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod modem_emulator;

use modem_emulator::*;
use smsgw_sim::modem::{Config, ModemConfig, Profile, What};

fn locked() -> Bench {
    Bench::of(ModemConfig::new(FIRST).with_pin("1234"))
}

#[test]
fn who_the_modem_is_is_told_in_all_forms() {
    let mut bench = Bench::of(ModemConfig {
        imei: Some("490154203237518".to_owned()),
        iccid: Some("8949017000000000017".to_owned()),
        imsi: Some("262019999999999".to_owned()),
        ..ModemConfig::new(FIRST)
    });
    for (command, answer) in [
        ("AT+CGMI", "smsgw"),
        ("AT+GMI", "smsgw"),
        ("AT+CGMM", "emulated modem"),
        ("AT+GMM", "emulated modem"),
        ("AT+CGMR", "1.0"),
        ("AT+GMR", "1.0"),
        ("AT+CGSN", "490154203237518"),
        ("AT+GSN", "490154203237518"),
        ("AT+CGSN=1", "+CGSN: \"490154203237518\""),
        ("AT+CIMI", "262019999999999"),
        ("AT+CCID", "+CCID: 8949017000000000017"),
        ("AT+CCID?", "+CCID: 8949017000000000017"),
        ("AT+GCAP", "+GCAP: +CGSM,+DS,+ES"),
        ("ATI", "smsgw|emulated modem|Revision: 1.0"),
        ("ATI3", "smsgw|emulated modem|Revision: 1.0"),
        ("AT+CNUM", "+CNUM: ,\"+491700000001\",145"),
        ("AT+CBC", "+CBC: 0,100"),
        ("AT+CSQ", "+CSQ: 20,99"),
        ("AT+CESQ", "+CESQ: 40,99,255,255,255,255"),
        ("AT+CGATT?", "+CGATT: 1"),
        ("AT+CPAS", "+CPAS: 0"),
        ("AT+CCLK?", "+CCLK: \"26/01/02,04:04:05+04\""),
        ("AT+CIND?", "+CIND: 5,3,1,0,0"),
        ("AT+CPIN?", "+CPIN: READY"),
        ("AT+CFUN?", "+CFUN: 1"),
        ("AT+WS46=?", "+WS46: (12,22,25)"),
        ("AT+CPOL=?", "+CPOL: (1-20),(0-2)"),
    ] {
        assert_eq!(bench.ask(command), format!("{answer}|OK"), "{command}");
    }
}

#[test]
fn modems_differ_without_being_told() {
    let numbers = (1..=5).map(|n| format!("+49170000000{n}"));
    let mut bench = Bench::quiet(Config::default(), numbers.map(|n| ModemConfig::new(&n)));
    let all: Vec<_> = bench.network.modems().collect();
    for command in ["AT+CGSN", "AT+CIMI", "AT+CCID"] {
        let mut answers: Vec<_> = all.iter().map(|m| bench.ask_of(*m, command)).collect();
        answers.sort();
        answers.dedup();
        assert_eq!(answers.len(), 5, "{command}");
    }
    assert_eq!(bench.ask("AT+CIMI").len(), "262010000000001|OK".len());
    assert_eq!(bench.ask("AT+CGSN").len(), "356938030000019|OK".len());
}

#[test]
fn a_locked_sim_lets_little_be_done() {
    let mut bench = locked();
    assert_eq!(bench.ask("AT+CPIN?"), "+CPIN: SIM PIN|OK");
    for command in [
        "AT+CIMI",
        "AT+CSCA?",
        "AT+CPBR=1",
        "AT+CNUM",
        "AT+CLCK=\"SC\",0,\"1234\"",
    ] {
        assert_eq!(bench.ask(command), "+CME ERROR: 11", "{command}");
    }
    for command in ["AT+CMGS=20", "AT+CMGL=4", "AT+CMGR=1", "AT+CMGD=1"] {
        assert_eq!(bench.ask(command), "+CMS ERROR: 311", "{command}");
    }
    assert_eq!(bench.ask("AT+CREG?"), "+CREG: 0,0|OK");
    assert!(bench.ask("AT+CCID").starts_with("+CCID: 89"));
    assert_eq!(bench.ask("AT+CLCK=\"SC\",2"), "+CLCK: 1|OK");
    assert_eq!(bench.ask("AT+CPIN=\"1234\""), "OK");
    assert_eq!(bench.ask("AT+CPIN?;+CREG?"), "+CPIN: READY|+CREG: 0,1|OK");
    assert_eq!(bench.ask("AT+CPIN=\"1234\""), "+CME ERROR: 3");
}

#[test]
fn wrong_pins_are_counted_and_the_puk_is_wanted() {
    let mut bench = locked();
    assert_eq!(
        bench.ask("AT+CSIM=10,\"0020000100\""),
        "+CSIM: 4,\"63C3\"|OK"
    );
    assert_eq!(bench.ask("AT+CPIN=0000"), "+CME ERROR: 16");
    assert_eq!(
        bench.ask("AT+CPIN=12"),
        "+CME ERROR: 16",
        "that did not reach the SIM"
    );
    assert_eq!(
        bench.ask("AT+CPINR"),
        "+CPINR: SIM PIN,2,3|+CPINR: SIM PUK,10,10|+CPINR: SIM PIN2,3,3|+CPINR: SIM PUK2,10,10|OK"
    );
    assert_eq!(
        bench.ask("AT+CSIM=10,\"0020000100\""),
        "+CSIM: 4,\"63C2\"|OK"
    );
    assert_eq!(bench.ask("AT+CPIN=\"12345678\",\"1111\""), "+CME ERROR: 16");
    bench.ask("AT+CPIN=\"0001\"");
    assert_eq!(bench.ask("AT+CPIN=\"0002\""), "+CME ERROR: 12");
    assert_eq!(bench.ask("AT+CPIN?"), "+CPIN: SIM PUK|OK");
    assert_eq!(
        bench.ask("AT+CSIM=10,\"0020000100\""),
        "+CSIM: 4,\"6983\"|OK"
    );
    assert_eq!(bench.ask("AT+CPIN=\"1234\""), "+CME ERROR: 12");
    assert_eq!(bench.ask("AT+CPIN=\"00000000\",\"1111\""), "+CME ERROR: 16");
    assert_eq!(
        bench.ask("AT+CSIM=10,\"002C000100\""),
        "+CSIM: 4,\"63C9\"|OK"
    );
    assert_eq!(bench.ask("AT+CPIN=\"12345678\",\"1111\""), "OK");
    assert_eq!(bench.ask("AT+CPIN?"), "+CPIN: READY|OK");
    let tries: Vec<_> = bench
        .events()
        .into_iter()
        .filter_map(|what| match what {
            What::Pin {
                code, ok, retries, ..
            } => Some((code, ok, retries)),
            _ => None,
        })
        .collect();
    assert_eq!(
        tries,
        [
            ("SIM PIN", false, 2),
            ("SIM PIN", false, 1),
            ("SIM PIN", false, 0),
            ("SIM PUK", false, 9),
            ("SIM PUK", true, 10),
        ]
    );
    // It is asked for again after a start.
    let first = bench.first();
    bench.network.reboot(first, bench.now);
    bench.advance(seconds(1));
    assert_eq!(
        lines(&bench.write("AT+CPIN?\r")),
        "AT+CPIN?|+CPIN: SIM PIN|OK"
    );
}

#[test]
fn the_lock_can_be_set_and_the_pin_changed() {
    let mut bench = Bench::one();
    assert_eq!(bench.ask("AT+CLCK=\"SC\",2"), "+CLCK: 0|OK");
    assert_eq!(bench.ask("AT+CLCK=\"SC\",1,\"9999\""), "+CME ERROR: 16");
    assert_eq!(bench.ask("AT+CLCK=\"SC\",1,\"0000\""), "OK");
    assert_eq!(bench.ask("AT+CLCK=\"SC\",2"), "+CLCK: 1|OK");
    assert_eq!(bench.ask("AT+CPWD=\"SC\",\"0000\",\"4321\""), "OK");
    assert_eq!(
        bench.ask("AT+CPWD=\"SC\",\"0000\",\"1111\""),
        "+CME ERROR: 16"
    );
    assert_eq!(bench.ask("AT+CLCK=\"SC\",0,\"4321\""), "OK");
    assert_eq!(
        bench.ask("AT+CPWD=\"SC\",\"4321\",\"1111\""),
        "+CME ERROR: 3"
    );
    assert_eq!(bench.ask("AT+CLCK=\"PN\",2"), "+CLCK: 0|OK");
    assert!(bench.ask("AT+CLCK=?").starts_with("+CLCK: (\"SC\","));
}

#[test]
fn without_a_sim_there_is_nothing() {
    let mut bench = Bench::of(ModemConfig {
        has_sim: false,
        ..ModemConfig::new(FIRST)
    });
    for command in [
        "AT+CPIN?",
        "AT+CIMI",
        "AT+CCID",
        "AT+CPINR",
        "AT+CLCK=\"SC\",2",
    ] {
        assert_eq!(bench.ask(command), "+CME ERROR: 10", "{command}");
    }
    assert_eq!(bench.ask("AT+CMGS=20"), "+CMS ERROR: 310");
    assert_eq!(bench.ask("AT+CRSM=176,12258,0,0,10"), "+CME ERROR: 10");
    assert_eq!(bench.ask("AT"), "OK");
}

#[test]
fn files_of_the_sim_are_read() {
    let mut bench = Bench::one();
    for (command, answer) in [
        (
            "AT+CRSM=176,28423,0,0,9",
            "+CRSM: 144,0,\"082926100000000010\"",
        ),
        ("AT+CRSM=176,28589,0,0,4", "+CRSM: 144,0,\"00000002\""),
        ("AT+CRSM=178,28480,5,4,28", "+CRSM: 148,2"),
        ("AT+CRSM=176,65535,0,0,1", "+CRSM: 148,4"),
        ("AT+CRSM=1,28589,0,0,4", "+CRSM: 109,0"),
        (
            "AT+CRSM=192,28589,0,0,15",
            "+CRSM: 144,0,\"000000046FAD040011FFFF01020000\"",
        ),
    ] {
        assert_eq!(bench.ask(command), format!("{answer}|OK"), "{command}");
    }
    assert!(
        bench
            .ask("AT+CRSM=176,12258,0,0,10")
            .starts_with("+CRSM: 144,0,\"98")
    );
    assert_eq!(bench.ask("AT+CRSM=?;+CSIM=?"), "OK");
    assert_eq!(bench.ask("AT+CRSM=x"), "+CME ERROR: 50");
    assert_eq!(bench.ask("AT+CSIM=4,\"00\""), "+CME ERROR: 50");
    assert_eq!(
        bench.ask("AT+CSIM=14,\"00A40004023F00\""),
        "+CSIM: 4,\"6D00\"|OK"
    );
}

#[test]
fn the_registration_is_told_of() {
    let config = Config {
        registration_delay: seconds(2),
        ..Config::default()
    };
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST)]);
    assert_eq!(bench.ask("AT+CREG?"), "+CREG: 0,2|OK");
    assert_eq!(bench.ask("AT+CREG=1;+CGREG=2"), "OK");
    assert_eq!(
        bench.advance(seconds(2)),
        "+CREG: 1|+CGREG: 1,\"00C3\",\"0000A1B2\",0"
    );
    assert_eq!(bench.ask("AT+CEREG?"), "+CEREG: 0,1|OK");
    assert_eq!(bench.ask("AT+CREG=?"), "+CREG: (0-2)|OK");
    assert_eq!(bench.ask("AT+CFUN=4"), "+CREG: 0|+CGREG: 0|OK");
    assert_eq!(
        bench.ask("AT+CFUN?;+CSQ;+COPS?"),
        "+CFUN: 4|+CSQ: 99,99|+COPS: 0|OK"
    );
    assert_eq!(bench.ask("AT+COPS=?"), "+CME ERROR: 30");
    assert_eq!(bench.ask("AT+CFUN=1"), "+CREG: 2|+CGREG: 2|OK");
    assert_eq!(
        bench.advance(seconds(3)),
        "+CREG: 1|+CGREG: 1,\"00C3\",\"0000A1B2\",0"
    );
    assert_eq!(bench.ask("AT+CFUN=?"), "+CFUN: (0,1,4),(0,1)|OK");
    assert_eq!(bench.ask("AT+CFUN=7"), "+CME ERROR: 4");
}

#[test]
fn a_search_that_is_begun_anew_takes_its_time() {
    let config = Config {
        registration_delay: seconds(4),
        ..Config::default()
    };
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST)]);
    bench.advance(seconds(3));
    assert_eq!(bench.ask("AT+CFUN=4;+CFUN=1;+CREG=1"), "OK");
    assert_eq!(bench.advance(seconds(3)), "");
    assert_eq!(bench.advance(seconds(1)), "+CREG: 1");
}

#[test]
fn the_operator_is_named_chosen_and_left() {
    let mut bench = Bench::one();
    assert_eq!(
        bench.ask("AT+COPS?"),
        "+COPS: 0,0,\"Simulated Mobile\",0|OK"
    );
    assert_eq!(
        bench.ask("AT+COPS=3,1;+COPS?"),
        "+COPS: 0,1,\"SimMob\",0|OK"
    );
    assert_eq!(bench.ask("AT+COPS=3,2;+COPS?"), "+COPS: 0,2,\"26201\",0|OK");
    assert_eq!(
        bench.ask("AT+CSCS=\"UCS2\";+COPS=3,1;+COPS?"),
        "+COPS: 0,1,\"00530069006D004D006F0062\",0|OK"
    );
    assert_eq!(bench.ask("AT+CSCS=\"GSM\""), "OK");
    assert_eq!(bench.ask("AT+COPS=?"), "");
    assert_eq!(
        bench.advance(seconds(5)),
        "+COPS: (2,\"Simulated Mobile\",\"SimMob\",\"26201\",0),\
         (3,\"Other Mobile\",\"Other\",\"26202\",0),(3,\"Third Mobile\",\"Third\",\"26203\",0),,(0-4),(0-2)|OK"
    );
    assert_eq!(
        bench.ask("AT+COPS=2;+COPS?;+CREG?"),
        "+COPS: 2|+CREG: 0,0|OK"
    );
    assert_eq!(bench.ask("AT+COPS=1,2,\"26202\""), "");
    assert_eq!(bench.advance(seconds(5)), "+CME ERROR: 32");
    assert_eq!(bench.ask("AT+COPS=1,2,\"26201\";+CREG?"), "+CREG: 0,1|OK");
    assert_eq!(bench.ask("AT+COPS=0;+COPS?"), "+COPS: 0,1,\"SimMob\",0|OK");
    assert_eq!(bench.ask("AT+COPS=5"), "+CME ERROR: 50");
}

#[test]
fn the_phonebook_is_written_read_and_searched() {
    let mut bench = Bench::one();
    assert_eq!(bench.ask("AT+CPBS?"), "+CPBS: \"SM\",0,100|OK");
    assert_eq!(bench.ask("AT+CPBR=?"), "+CPBR: (1-100),40,18|OK");
    assert_eq!(bench.ask("AT+CPBW=,\"+49151\",145,\"Ada\""), "OK");
    assert_eq!(
        bench.ask(&format!("AT+CPBW=5,\"{OUTSIDE}\",145,\"Bob\"")),
        "OK"
    );
    assert_eq!(
        bench.ask("AT+CPBR=1,100"),
        format!("+CPBR: 1,\"+49151\",145,\"Ada\"|+CPBR: 5,\"{OUTSIDE}\",145,\"Bob\"|OK")
    );
    assert_eq!(
        bench.ask("AT+CPBF=\"b\""),
        format!("+CPBF: 5,\"{OUTSIDE}\",145,\"Bob\"|OK")
    );
    assert_eq!(bench.ask("AT+CPBF=\"x\""), "+CME ERROR: 22");
    assert_eq!(bench.ask("AT+CPBR=101"), "+CME ERROR: 21");
    assert_eq!(bench.ask("AT+CPBR=2"), "OK");
    // Messages show the name.
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, "a", now).unwrap();
    assert!(bench.ask("AT+CMGR=1").starts_with("+CMGR: 0,\"Bob\",21|"));
    assert_eq!(bench.ask("AT+CPBW=5"), "OK");
    assert_eq!(bench.ask("AT+CPBR=5"), "OK");
    assert_eq!(
        bench.ask("AT+CPBS=\"ON\";+CPBR=1"),
        format!("+CPBR: 1,\"{FIRST}\",145,\"\"|OK")
    );
    assert_eq!(bench.ask("AT+CPBW=1"), "+CME ERROR: 3");
    assert_eq!(bench.ask("AT+CPBS=\"XX\""), "+CME ERROR: 4");
}

#[test]
fn settings_of_text_mode_are_saved_and_restored() {
    let mut bench = Bench::one();
    bench.ask("AT+CSMP=49,100,0,0;+CSCA=\"+49999\";+CSAS");
    bench.ask("AT+CSMP=17,167,0,0;+CSCA=\"+491\"");
    assert_eq!(bench.ask("AT+CRES"), "OK");
    assert_eq!(
        bench.ask("AT+CSMP?;+CSCA?"),
        "+CSMP: 49,100,0,0|+CSCA: \"+49999\",145|OK"
    );
    assert_eq!(bench.ask("AT+CSAS=?;+CRES=?"), "+CSAS: (0)|+CRES: (0)|OK");
    assert_eq!(
        bench.ask("AT+CGSMS?;+CGSMS=?"),
        "+CGSMS: 3|+CGSMS: (0-3)|OK"
    );
    assert_eq!(bench.ask("AT+CGSMS=1;+CGSMS?"), "+CGSMS: 1|OK");
}

#[test]
fn a_modem_starts_anew_and_says_so() {
    let config = Config::default();
    let modem = ModemConfig::new(FIRST).with_profile(Profile::SIMCOM);
    let mut bench = Bench::quiet(config, [modem]);
    bench.ask("AT+CNMI=1,1;+CMGF=1");
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, "kept", now).unwrap();
    bench.read();
    assert_eq!(bench.ask("AT+CFUN=1,1"), "OK");
    assert_eq!(bench.ask("AT"), "", "it does not listen yet");
    assert_eq!(
        bench.advance(seconds(7)),
        "RDY|+CFUN: 1|+CPIN: READY|Call Ready|SMS Ready"
    );
    // Settings are gone, messages are not.
    bench.ask("ATE0");
    assert_eq!(bench.ask("AT+CNMI?;+CMGF?"), "+CNMI: 0,0,0,0,0|+CMGF: 0|OK");
    assert!(bench.ask("AT+CPMS?").starts_with("+CPMS: \"SM\",1,20"));
    let boots = bench.events();
    assert!(boots.iter().any(|what| matches!(
        what,
        What::Boot {
            reason: "reset",
            ..
        }
    )));
}

#[test]
fn a_locked_modem_is_ready_when_the_pin_was_given() {
    let modem = ModemConfig::new(FIRST)
        .with_profile(Profile::SIMCOM)
        .with_pin("1234");
    let mut bench = Bench::of(modem);
    let first = bench.first();
    bench.network.reboot(first, bench.now);
    assert_eq!(bench.advance(seconds(7)), "RDY|+CFUN: 1|+CPIN: SIM PIN");
    bench.ask("ATE0");
    assert_eq!(bench.ask("AT+CPIN=1234"), "OK|Call Ready|SMS Ready");
}

#[test]
fn an_unplugged_modem_is_not_there_and_comes_back() {
    let config = Config::default();
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST), ModemConfig::new(SECOND)]);
    let (first, second) = (bench.first(), bench.second());
    bench.network.cut(second, bench.now);
    assert!(!bench.network.is_plugged(second));
    assert_eq!(bench.ask_of(second, "AT"), "");
    assert_eq!(bench.send(SECOND, "a"), "+CMGS: 1|OK");
    assert_eq!(bench.network.status().modems[1].waiting, 1);
    bench.network.plug_again(second, bench.now);
    assert!(bench.network.is_plugged(second));
    bench.advance(seconds(1));
    assert_eq!(bench.network.status().modems[1].waiting, 0);
    assert_eq!(bench.ask_of(second, "ATE0"), "ATE0|OK");
    let told: Vec<_> = bench
        .events()
        .iter()
        .filter_map(|what| match what {
            What::Cut { .. } => Some("cut"),
            What::Plug { .. } => Some("plug"),
            What::Boot { .. } => Some("boot"),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["cut", "plug", "boot"]);
    bench.network.cut(first, bench.now);
    bench.network.cut(first, bench.now);
    bench.network.reboot(first, bench.now);
    assert_eq!(bench.ask("AT"), "", "what is unplugged does not start");
}

#[test]
fn modems_have_numbers_of_their_own() {
    let now = std::time::Instant::now();
    let mut network = smsgw_sim::modem::Network::new(
        Config {
            max_modems: 2,
            ..Config::default()
        },
        now,
    );
    let id = network
        .plug(ModemConfig::new("01700000001").with_name("left"), now)
        .unwrap();
    let again = network.plug(ModemConfig::new(FIRST), now).unwrap_err();
    assert_eq!(
        again.to_string(),
        "another modem has the number +491700000001"
    );
    let none = network.plug(ModemConfig::new("left"), now).unwrap_err();
    assert_eq!(none.to_string(), "'left' is no number of a subscriber");
    network.plug(ModemConfig::new(SECOND), now).unwrap();
    let full = network
        .plug(ModemConfig::new("+491700000003"), now)
        .unwrap_err();
    assert_eq!(full.to_string(), "2 modems are there, and no more can be");
    for name in ["left", "+491700000001", "01700000001"] {
        assert_eq!(network.find(name), Some(id), "{name}");
    }
    assert_eq!(network.find("right"), None);
    let status = serde_json::to_value(network.status()).unwrap();
    assert_eq!(status["modems"][0]["modem"], "left");
    assert_eq!(status["modems"][0]["number"], FIRST);
    assert_eq!(status["modems"][0]["sim"], "READY");
}
