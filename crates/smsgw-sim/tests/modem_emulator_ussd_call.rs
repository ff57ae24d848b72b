//! USSD, calls and cell broadcasts (3GPP TS 27.007 §6, §7.6, §7.15; TS 27.005 §3.4).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod modem_emulator;

use modem_emulator::*;
use smsgw_sim::modem::ussd::{Menu, Page};
use smsgw_sim::modem::{Config, ModemConfig, Profile, What};

#[test]
fn codes_are_answered() {
    let mut bench = Bench::one();
    assert_eq!(bench.ask("AT+CUSD?;+CUSD=?"), "+CUSD: 0|+CUSD: (0-2)|OK");
    assert_eq!(bench.ask("AT+CUSD=1,\"*100#\",15"), "OK");
    assert_eq!(
        bench.advance(seconds(1)),
        "+CUSD: 0,\"Your balance is 12.34 EUR\",15"
    );
    assert_eq!(bench.ask("AT+CUSD=1,\"*999#\",15"), "OK");
    assert_eq!(bench.advance(seconds(1)), "+CUSD: 4");
    assert_eq!(bench.ask("ATD*100#;"), "OK");
    assert_eq!(
        bench.advance(seconds(1)),
        "+CUSD: 0,\"Your balance is 12.34 EUR\",15"
    );
    assert_eq!(bench.ask("AT+CUSD=0;+CUSD=0,\"*100#\""), "OK");
    assert_eq!(bench.advance(seconds(1)), "", "it is not shown");
    assert_eq!(bench.ask("AT+CUSD=3"), "+CME ERROR: 50");
    let first = bench.first();
    bench.network.set_coverage(first, false, bench.now);
    assert_eq!(bench.ask("AT+CUSD=1,\"*100#\""), "+CME ERROR: 30");
}

#[test]
fn menus_have_steps_and_end() {
    let mut bench = Bench::one();
    bench.ask("AT+CUSD=1,\"*101#\",15");
    let first = bench.advance(seconds(1));
    assert_eq!(first, "+CUSD: 1,\"1 Balance|2 Number|3 Tariff\",15");
    bench.ask("AT+CUSD=1,\"3\",15");
    assert_eq!(
        bench.advance(seconds(1)),
        "+CUSD: 1,\"Tariff:|1 Small|2 Large\",15"
    );
    bench.ask("AT+CUSD=1,\"2\"");
    assert_eq!(
        bench.advance(seconds(1)),
        "+CUSD: 0,\"You have chosen Large\",15"
    );
    // Cancelled, and then a reply is none.
    bench.ask("AT+CUSD=1,\"*101#\"");
    bench.advance(seconds(1));
    assert_eq!(bench.ask("AT+CUSD=2"), "OK");
    bench.ask("AT+CUSD=1,\"2\"");
    assert_eq!(bench.advance(seconds(1)), "+CUSD: 4");
    // Nobody replies.
    bench.ask("AT+CUSD=1,\"*101#\"");
    bench.advance(seconds(1));
    assert_eq!(bench.advance(seconds(61)), "+CUSD: 2");
    bench.ask("AT+CUSD=1,\"*101#\"");
    bench.advance(seconds(1));
    bench.ask("AT+CUSD=1,\"2\"");
    assert_eq!(
        bench.advance(seconds(1)),
        format!("+CUSD: 0,\"Your number is {FIRST}\",15")
    );
    assert_eq!(bench.advance(seconds(100)), "");
    let told = bench.events().into_iter().filter_map(|what| match what {
        What::Ussd { request, m, .. } => Some((request, m)),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    assert_eq!(told[1], ("3".to_owned(), 1));
    assert_eq!(told.last().unwrap(), &("2".to_owned(), 0));
}

#[test]
fn all_encodings_are_understood() {
    let packed = |text: &str| hex(&smsgw_gsm::septet::pack_ussd(text.as_bytes()));
    let ucs2 = |text: &str| hex(&smsgw_gsm::ucs2::encode(text));
    for charset in ["GSM", "IRA", "UCS2", "HEX", "8859-1"] {
        for request in [
            "*100#".to_owned(),
            hex(b"*100#"),
            ucs2("*100#"),
            packed("*100#"),
        ] {
            let mut bench = Bench::one();
            bench.ask(&format!("AT+CSCS=\"{charset}\""));
            assert_eq!(bench.ask(&format!("AT+CUSD=1,\"{request}\",15")), "OK");
            let answer = bench.advance(seconds(1));
            let text = match charset {
                "UCS2" => ucs2("Your balance is 12.34 EUR"),
                "HEX" => hex(b"Your balance is 12.34 EUR"),
                _ => "Your balance is 12.34 EUR".to_owned(),
            };
            assert_eq!(
                answer,
                format!("+CUSD: 0,\"{text}\",15"),
                "{charset} {request}"
            );
        }
    }
    // Without quotes, and a code that nobody knows is told of in plain.
    let mut bench = Bench::one();
    bench.ask("AT+CUSD=1,*100#,15");
    assert!(bench.advance(seconds(1)).starts_with("+CUSD: 0,"));
    bench.ask(&format!("AT+CUSD=1,\"{}\",15", packed("*555#")));
    bench.advance(seconds(1));
    let events = bench.events();
    let asked = events
        .iter()
        .any(|what| matches!(what, What::Ussd { request, .. } if request == "*555#"));
    assert!(asked, "{events:?}");
}

#[test]
fn texts_that_the_alphabet_does_not_have_come_as_ucs2() {
    let mut bench = Bench::one();
    bench.ask("AT+CUSD=1,\"*103#\"");
    let answer = bench.advance(seconds(1));
    assert!(answer.starts_with("+CUSD: 0,\"03A5"), "{answer}");
    assert!(answer.ends_with("\",72"), "{answer}");
}

#[test]
fn an_answer_may_have_a_line_that_is_ok() {
    let mut bench = Bench::one();
    bench.ask("AT+CUSD=1,\"*102#\"");
    bench.advance(ms(50));
    let first = bench.first();
    bench.network.handle_timeout(bench.now);
    bench.now += ms(100);
    bench.network.handle_timeout(bench.now);
    assert_eq!(
        bench.read_from(first),
        "\r\n+CUSD: 0,\"First line\r\nOK\r\nthird line\",15\r\n"
    );
}

#[test]
fn some_pack_their_answers() {
    let mut bench = Bench::of(ModemConfig::new(FIRST).with_profile(Profile::HUAWEI));
    bench.ask("AT+CUSD=1,\"AA180C3602\",15");
    let answer = bench.advance(seconds(1));
    let digits = answer.strip_prefix("+CUSD: 0,\"").unwrap();
    let digits = digits.strip_suffix("\",15").unwrap();
    let septets = smsgw_gsm::septet::unpack_ussd(&from_hex(digits));
    let text = smsgw_gsm::alphabet::decode_unpacked(&septets);
    assert_eq!(text, "Your balance is 12.34 EUR");
    assert_eq!(bench.ask("AT^USSDMODE=1"), "OK");
    bench.ask("AT+CUSD=1,\"*100#\",15");
    assert_eq!(
        bench.advance(seconds(1)),
        "+CUSD: 0,\"Your balance is 12.34 EUR\",15"
    );
}

#[test]
fn the_menu_is_ones_own() {
    let config = Config {
        ussd: Menu::empty().with("#1#", Page::text("one")),
        ussd_delay: seconds(3),
        ..Config::default()
    };
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST)]);
    bench.ask("AT+CUSD=1,\"#1#\"");
    assert_eq!(bench.advance(seconds(2)), "");
    assert_eq!(bench.advance(seconds(1)), "+CUSD: 0,\"one\",15");
    bench.ask("AT+CUSD=1,\"*100#\"");
    assert_eq!(bench.advance(seconds(3)), "+CUSD: 4");
}

#[test]
fn a_call_rings_and_says_who_calls() {
    let mut bench = Bench::one();
    let now = bench.now;
    bench.network.call(OUTSIDE, FIRST, now).unwrap();
    assert_eq!(bench.read(), "\r\nRING\r\n");
    assert_eq!(bench.ask("AT+CLIP=1;+CRC=1"), "OK");
    assert_eq!(
        bench.advance(seconds(5)),
        format!("+CRING: VOICE|+CLIP: \"{OUTSIDE}\",145,\"\",,\"\",0")
    );
    assert_eq!(bench.ask("AT+CPAS"), "+CPAS: 3|OK");
    assert_eq!(
        bench.ask("AT+CLCC"),
        format!("+CLCC: 1,1,4,0,0,\"{OUTSIDE}\",145|OK")
    );
    assert_eq!(bench.ask("ATA"), "OK");
    assert_eq!(bench.advance(seconds(20)), "");
    assert_eq!(bench.ask("AT+CPAS"), "+CPAS: 4|OK");
    let first = bench.first();
    bench.network.hang_up(first, bench.now);
    assert_eq!(lines(&bench.read()), "NO CARRIER");
    assert_eq!(bench.ask("AT+CLCC"), "OK");
    // Rejected, missed, from nobody.
    for end in ["ATH", "AT+CHUP"] {
        bench.network.call(OUTSIDE, FIRST, bench.now).unwrap();
        bench.read();
        assert_eq!(bench.ask(end), "OK");
        assert_eq!(bench.advance(seconds(20)), "");
    }
    bench.network.call("", FIRST, bench.now).unwrap();
    let missed = bench.advance(seconds(70));
    assert_eq!(missed.matches("+CRING: VOICE|+CLIP: \"\",128").count(), 12);
    assert!(missed.ends_with("|NO CARRIER"));
    assert_eq!(bench.ask("ATA"), "NO CARRIER");
    assert_eq!(bench.ask("AT+CLIP?;+CRC?"), "+CLIP: 1,1|+CRC: 1|OK");
    let states = bench.events().into_iter().filter_map(|what| match what {
        What::Call { state, .. } => Some(state),
        _ => None,
    });
    let states: Vec<_> = states.collect();
    assert_eq!(
        states,
        [
            "incoming", "answered", "ended", "incoming", "ended", "incoming", "ended", "incoming",
            "ended"
        ]
    );
}

#[test]
fn a_second_call_rings_no_faster() {
    let mut bench = Bench::one();
    for _ in 0..3 {
        bench.network.call(OUTSIDE, FIRST, bench.now).unwrap();
        bench.advance(seconds(1));
        bench.ask("ATH");
    }
    bench.network.call(OUTSIDE, FIRST, bench.now).unwrap();
    assert_eq!(bench.advance(seconds(14)), "RING|RING|RING");
}

#[test]
fn modems_call_each_other() {
    let config = Config::default();
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST), ModemConfig::new(SECOND)]);
    let second = bench.second();
    bench.ask_of(second, "AT+CLIP=1");
    assert_eq!(bench.ask("ATD01700000002;"), "OK");
    assert_eq!(
        lines(&bench.read_from(second)),
        format!("RING|+CLIP: \"{FIRST}\",145,\"\",,\"\",0")
    );
    assert_eq!(
        bench.ask("AT+CLCC"),
        format!("+CLCC: 1,0,3,0,0,\"{SECOND}\",145|OK")
    );
    assert_eq!(bench.ask_of(second, "ATA"), "OK");
    assert_eq!(
        bench.ask("AT+CLCC"),
        format!("+CLCC: 1,0,0,0,0,\"{SECOND}\",145|OK")
    );
    assert_eq!(bench.ask_of(second, "ATH"), "OK");
    assert_eq!(lines(&bench.read()), "NO CARRIER");
    // Busy with another.
    bench.network.call(OUTSIDE, SECOND, bench.now).unwrap();
    assert_eq!(lines(&bench.write("ATD+491700000002;\r")), "OK|BUSY");
    assert_eq!(bench.ask(&format!("ATD{OUTSIDE};")), "OK");
    assert_eq!(bench.ask("ATH"), "OK");
    assert_eq!(bench.ask("ATD123"), "NO CARRIER", "no data call");
    assert_eq!(bench.ask("ATDT;"), "NO CARRIER");
    // A modem that goes away hangs up.
    bench.ask("ATH");
    assert!(bench.ask_of(second, "ATH").ends_with("|OK"));
    bench.ask("ATD01700000002;");
    let id = bench.second();
    bench.network.cut(id, bench.now);
    assert_eq!(lines(&bench.read()), "NO CARRIER");
}

#[test]
fn broadcasts_go_to_those_who_want_them() {
    let mut bench = Bench::one();
    let now = bench.now;
    bench.network.broadcast(50, "nobody", now).unwrap();
    assert_eq!(
        bench.ask("AT+CSCB?;+CSCB=?"),
        "+CSCB: 0,\"\",\"\"|+CSCB: (0,1)|OK"
    );
    assert_eq!(bench.ask("AT+CSCB=0,\"50,320-340\",\"\";+CNMI=2,1,2"), "OK");
    bench.network.broadcast(51, "another", now).unwrap();
    assert_eq!(bench.read(), "");
    bench.network.broadcast(330, "here", now).unwrap();
    let shown = lines(&bench.read());
    let [header, page] = shown.split('|').collect::<Vec<_>>()[..] else {
        panic!("{shown}");
    };
    assert_eq!((header, page.len()), ("+CBM: 88", 176));
    bench.ask("AT+CMGF=1");
    bench.network.broadcast(50, "text", now).unwrap();
    assert_eq!(lines(&bench.read()), "+CBM: 4,50,15,1,1|text");
    bench.ask("AT+CMGF=0;+CNMI=2,1,1");
    bench.network.broadcast(50, "stored", now).unwrap();
    assert_eq!(lines(&bench.read()), "+CBMI: \"BM\",1");
    assert!(bench.ask("AT+CPMS=\"BM\"").starts_with("+CPMS: 1,10,"));
    // All but those.
    bench.ask("AT+CSCB=1,\"50\",\"\";+CNMI=2,1,2");
    bench.network.broadcast(50, "unwanted", now).unwrap();
    assert_eq!(bench.read(), "");
    bench.network.broadcast(51, "wanted", now).unwrap();
    assert!(bench.read().contains("+CBM: 88"));
    assert_eq!(bench.ask("AT+CSCB=2"), "+CMS ERROR: 304");
    assert_eq!(bench.ask("AT+CSCB=0,\"x\""), "+CMS ERROR: 304");
}
