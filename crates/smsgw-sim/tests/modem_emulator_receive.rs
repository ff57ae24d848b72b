//! Receiving: stores, indications, acknowledgements, reports (3GPP TS 27.005 §3.2 to §3.4).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod modem_emulator;

use modem_emulator::*;
use smsgw_gsm::dcs::{Class, DataCodingScheme};
use smsgw_gsm::field::{Address, Timestamp};
use smsgw_gsm::tpdu::{Context, Deliver, ModemPdu, StatusReport, Tpdu, UserDataBuf};
use smsgw_sim::modem::{Config, ModemConfig, Profile, StoreName, What};

fn inject(bench: &mut Bench, text: &str) {
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, text, now).unwrap();
}

fn deliver(class: Class, text: &str) -> Vec<u8> {
    let coding = DataCodingScheme::gsm7_class(class);
    let septets = smsgw_gsm::alphabet::encode_unpacked(text).unwrap();
    let user_data = UserDataBuf::new(coding, &[], &septets).unwrap();
    let time = Timestamp::new(2026, 1, 2, 3, 4, 5, 4).unwrap();
    let from = Address::parse(OUTSIDE).unwrap();
    Deliver::new(from, time, user_data.view()).to_vec()
}

/// The text of the PDU in a line.
fn text(pdu: &str) -> String {
    let octets = from_hex(pdu);
    let pdu = ModemPdu::decode(&octets, Context::SC_TO_MS).unwrap();
    pdu.tpdu.user_data().unwrap().text().unwrap()
}

#[test]
fn a_message_is_stored_told_of_read_and_deleted() {
    let mut bench = Bench::one();
    assert_eq!(bench.ask("AT+CNMI=2,1,0,0,0"), "OK");
    inject(&mut bench, "hello");
    assert_eq!(bench.read(), "\r\n+CMTI: \"SM\",1\r\n");
    let What::Deliver(message) = bench.events().remove(0) else {
        panic!("a delivery");
    };
    assert_eq!(
        (message.from.as_str(), message.to.as_str()),
        (OUTSIDE, FIRST)
    );
    let fields = message.at().unwrap();
    assert_eq!((fields.store, fields.index), (Some("SM"), Some(1)));

    assert_eq!(
        bench.ask("AT+CPMS?"),
        "+CPMS: \"SM\",1,20,\"SM\",1,20,\"SM\",1,20|OK"
    );
    let shown = bench.ask("AT+CMGR=1");
    let [header, pdu, ok] = shown.split('|').collect::<Vec<_>>()[..] else {
        panic!("{shown}");
    };
    assert_eq!((header, ok), ("+CMGR: 0,,25", "OK"));
    assert_eq!(pdu.len(), 2 * (8 + 25));
    assert_eq!(text(pdu), "hello");
    assert!(
        pdu.starts_with("07919471016700"),
        "the centre is in front: {pdu}"
    );
    assert!(
        bench.ask("AT+CMGR=1").starts_with("+CMGR: 1,,25|"),
        "it is read now"
    );
    assert_eq!(bench.ask("AT+CMGD=1"), "OK");
    assert_eq!(bench.ask("AT+CMGR=1"), "+CMS ERROR: 321");
    assert_eq!(
        bench.ask("AT+CMGD=1,0"),
        "OK",
        "an empty place can be deleted"
    );
    assert_eq!(bench.ask("AT+CMGD=21"), "+CMS ERROR: 321");
    assert_eq!(bench.ask("AT+CMGD=0"), "+CMS ERROR: 321");
    let deleted = bench
        .events()
        .iter()
        .any(|what| matches!(what, What::Delete { index: 1, .. }));
    assert!(deleted);
}

#[test]
fn messages_are_listed_by_status() {
    let mut bench = Bench::one();
    assert_eq!(bench.ask("AT+CMGL=4"), "OK");
    for n in 0..3 {
        inject(&mut bench, &format!("message {n}"));
    }
    bench.ask("AT+CMGR=2");
    let (length, pdu) = pdus(OUTSIDE, "draft", false).remove(0);
    bench.write(&format!("AT+CMGW={length}\r{pdu}\u{1A}"));
    assert_eq!(bench.ask("AT+CMGL=?"), "+CMGL: (0-4)|OK");
    let headers = |bench: &mut Bench, stat: &str| {
        let listed = bench.ask(&format!("AT+CMGL={stat}"));
        let lines = listed.split('|').filter(|line| line.starts_with("+CMGL"));
        let lines = lines.map(|line| line.rsplit_once(',').unwrap().0.to_owned());
        lines.collect::<Vec<_>>()
    };
    // Only looked at, so unread all the same.
    assert_eq!(headers(&mut bench, "0,1"), ["+CMGL: 1,0,", "+CMGL: 3,0,"]);
    assert_eq!(
        headers(&mut bench, "4"),
        ["+CMGL: 1,0,", "+CMGL: 2,1,", "+CMGL: 3,0,", "+CMGL: 4,2,"]
    );
    assert_eq!(headers(&mut bench, "0"), [""; 0]);
    assert_eq!(
        headers(&mut bench, "1"),
        ["+CMGL: 1,1,", "+CMGL: 2,1,", "+CMGL: 3,1,"]
    );
    assert_eq!(headers(&mut bench, "2"), ["+CMGL: 4,2,"]);
    assert_eq!(headers(&mut bench, "3"), [""; 0]);
    assert_eq!(bench.ask("AT+CMGL=5"), "+CMS ERROR: 304");
    assert_eq!(bench.ask("AT+CMGL=\"ALL\""), "+CMS ERROR: 304");
    assert_eq!(bench.ask("AT+CMGD=?"), "+CMGD: (1,2,3,4),(0-4)|OK");
}

#[test]
fn a_list_is_framed_like_one_answer() {
    let mut bench = Bench::one();
    inject(&mut bench, "a");
    inject(&mut bench, "b");
    let listed = bench.write("AT+CMGL\r");
    let pieces: Vec<_> = listed.split("\r\n").collect();
    assert_eq!(pieces.len(), 8, "{listed:?}");
    assert!(pieces[1..5].iter().all(|piece| !piece.is_empty()));
    assert_eq!((pieces[0], &pieces[5..]), ("", &["", "OK", ""][..]));
}

#[test]
fn flags_say_what_is_deleted() {
    for (flag, left) in [(0, "2,3,4,5"), (1, "2,4,5"), (2, "2,4"), (3, "2"), (4, "")] {
        let mut bench = Bench::one();
        for text in ["a", "b", "c"] {
            inject(&mut bench, text);
        }
        bench.ask("AT+CMGR=1;+CMGR=3");
        let (length, pdu) = pdus(OUTSIDE, "draft", false).remove(0);
        bench.write(&format!("AT+CMGW={length}\r{pdu}\u{1A}"));
        bench.write(&format!("AT+CMGW={length},3\r{pdu}\u{1A}"));
        assert_eq!(bench.ask("AT+CMGD=?"), "+CMGD: (1,2,3,4,5),(0-4)|OK");
        assert_eq!(bench.ask(&format!("AT+CMGD=1,{flag}")), "OK");
        assert_eq!(
            bench.ask("AT+CMGD=?"),
            format!("+CMGD: ({left}),(0-4)|OK"),
            "{flag}"
        );
    }
    assert_eq!(Bench::one().ask("AT+CMGD=1,5"), "+CMS ERROR: 304");
}

/// A modem with a store for status reports.
fn with_report_store() -> ModemConfig {
    let profile = Profile {
        stores: [
            &[
                StoreName::Sm,
                StoreName::Me,
                StoreName::Mt,
                StoreName::Sr,
                StoreName::Bm,
            ],
            &[StoreName::Sm, StoreName::Me, StoreName::Mt],
            &[StoreName::Sm, StoreName::Me, StoreName::Mt],
        ],
        ..Profile::GENERIC
    };
    ModemConfig::new(FIRST).with_profile(profile)
}

#[test]
fn stores_are_chosen_and_counted() {
    let mut bench = Bench::of(with_report_store());
    assert_eq!(
        bench.ask("AT+CPMS=?"),
        "+CPMS: (\"SM\",\"ME\",\"MT\",\"SR\",\"BM\"),(\"SM\",\"ME\",\"MT\"),(\"SM\",\"ME\",\"MT\")|OK"
    );
    assert_eq!(
        bench.ask("AT+CPMS=\"SM\",\"SM\",\"ME\""),
        "+CPMS: 0,20,0,20,0,100|OK"
    );
    bench.ask("AT+CNMI=2,1");
    inject(&mut bench, "a");
    assert_eq!(lines(&bench.read()), "+CMTI: \"ME\",1");
    assert_eq!(bench.ask("AT+CMGL=4"), "OK", "it is in another store");
    assert_eq!(bench.ask("AT+CPMS=\"ME\""), "+CPMS: 1,100,0,20,1,100|OK");
    assert!(bench.ask("AT+CMGL=4").starts_with("+CMGL: 1,0,,"));
    // MT is both, the SIM first.
    let (length, pdu) = pdus(OUTSIDE, "draft", false).remove(0);
    bench.write(&format!("AT+CMGW={length}\r{pdu}\u{1A}"));
    assert_eq!(
        bench.ask("AT+CPMS=\"MT\",\"MT\",\"MT\""),
        "+CPMS: 2,120,2,120,2,120|OK"
    );
    assert_eq!(bench.ask("AT+CMGD=?"), "+CMGD: (1,21),(0-4)|OK");
    assert!(bench.ask("AT+CMGR=21").starts_with("+CMGR: 1,,"));
    assert_eq!(bench.ask("AT+CMGD=21"), "OK");
    assert_eq!(bench.ask("AT+CMGD=?"), "+CMGD: (1),(0-4)|OK");
    for wrong in [
        "\"XX\"",
        "\"SM\",\"SR\"",
        "\"SM\",\"SM\",\"BM\"",
        "\"SM\",\"SM\",\"SM\",\"SM\"",
    ] {
        let answer = bench.ask(&format!("AT+CPMS={wrong}"));
        assert!(answer.starts_with("+CMS ERROR: 30"), "{wrong}: {answer}");
    }
    assert!(bench.ask("AT+CPMS?").starts_with("+CPMS: \"MT\",1,120"));
}

#[test]
fn a_full_store_keeps_messages_waiting_until_there_is_room() {
    let modem = ModemConfig {
        sim_places: 3,
        ..ModemConfig::new(FIRST)
    };
    let mut bench = Bench::of(modem.with_profile(Profile {
        full_notice: "^SMMEMFULL: \"{store}\"",
        ..Profile::GENERIC
    }));
    bench.ask("AT+CNMI=2,1");
    for n in 0..5 {
        inject(&mut bench, &format!("message {n}"));
    }
    assert_eq!(
        lines(&bench.read()),
        "+CMTI: \"SM\",1|+CMTI: \"SM\",2|+CMTI: \"SM\",3|^SMMEMFULL: \"SM\""
    );
    let reasons: Vec<_> = bench
        .events()
        .into_iter()
        .filter_map(|what| match what {
            What::Waiting { reason, .. } => Some(reason),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, ["full"]);
    assert_eq!(bench.network.status().modems[0].waiting, 2);
    assert_eq!(
        bench.ask("AT+CMGD=2"),
        "OK|+CMTI: \"SM\",2|^SMMEMFULL: \"SM\""
    );
    assert_eq!(bench.ask("AT+CMGD=1"), "OK|+CMTI: \"SM\",1");
    let listed = bench.ask("AT+CMGL=4");
    let texts: Vec<_> = listed
        .split('|')
        .filter(|line| line.starts_with("0791"))
        .map(text)
        .collect();
    assert_eq!(texts, ["message 4", "message 3", "message 2"]);
}

#[test]
fn a_message_that_is_not_taken_comes_again() {
    let modem = ModemConfig {
        sim_places: 1,
        ..ModemConfig::new(FIRST)
    };
    let mut bench = Bench::of(modem);
    inject(&mut bench, "a");
    inject(&mut bench, "b");
    bench.ask("AT+CPMS=\"SM\",\"SM\",\"ME\"");
    assert_eq!(bench.network.status().modems[0].waiting, 1);
    bench.advance(seconds(31));
    assert_eq!(bench.network.status().modems[0].waiting, 0);
}

#[test]
fn indications_have_modes_and_ranges() {
    let mut bench = Bench::one();
    assert_eq!(
        bench.ask("AT+CNMI=?"),
        "+CNMI: (0-3),(0-3),(0-3),(0-2),(0,1)|OK"
    );
    for (set, read) in [
        ("2,1", "2,1,0,0,0"),
        ("1,2,0,1,0", "1,2,0,1,0"),
        (",1", "1,1,0,1,0"),
        ("3,3,3,2,1", "3,3,3,2,1"),
        ("0", "0,3,3,2,1"),
    ] {
        assert_eq!(bench.ask(&format!("AT+CNMI={set}")), "OK", "{set}");
        assert_eq!(bench.ask("AT+CNMI?"), format!("+CNMI: {read}|OK"));
    }
    assert_eq!(bench.ask("AT+CNMI"), "OK");
    assert_eq!(bench.ask("AT+CNMI?"), "+CNMI: 0,0,0,0,0|OK");
    for set in ["4", "2,4", "2,1,4", "2,1,0,3", "2,1,0,0,2", "2,1,0,0,0,0"] {
        assert_eq!(
            bench.ask(&format!("AT+CNMI={set}")),
            "+CMS ERROR: 303",
            "{set}"
        );
    }
    assert_eq!(bench.ask("AT+CNMI?"), "+CNMI: 0,0,0,0,0|OK");
}

#[test]
fn indications_that_are_not_wanted_wait_or_are_forgotten() {
    for (bfr, wanted) in [(0, "OK|+CMTI: \"SM\",1|+CMTI: \"SM\",2"), (1, "OK")] {
        let mut bench = Bench::one();
        bench.ask("AT+CNMI=0,1");
        inject(&mut bench, "a");
        inject(&mut bench, "b");
        assert_eq!(bench.read(), "");
        let answer = bench.ask(&format!("AT+CNMI=2,1,0,0,{bfr}"));
        let mut parts: Vec<_> = answer.split('|').collect();
        parts.sort_unstable_by_key(|part| *part != "OK");
        assert_eq!(parts.join("|"), wanted);
    }
}

#[test]
fn indications_wait_for_the_end_of_a_prompt_and_of_a_data_call() {
    let mut bench = Bench::one();
    bench.ask("AT+CNMI=2,1");
    let (length, pdu) = pdus(OUTSIDE, "a", false).remove(0);
    bench.write(&format!("AT+CMGS={length}\r"));
    inject(&mut bench, "x");
    assert_eq!(bench.read(), "");
    assert_eq!(bench.write(&pdu), "");
    assert_eq!(lines(&bench.write("\u{1A}")), "+CMGS: 1|OK|+CMTI: \"SM\",1");
    assert_eq!(bench.ask("ATD*99#"), "CONNECT");
    inject(&mut bench, "y");
    assert_eq!(bench.read(), "");
    bench.advance(seconds(2));
    bench.write("+++");
    bench.advance(seconds(2));
    // Mode 2 keeps it until +CNMI is set or asked again.
    assert_eq!(bench.ask("AT+CNMI=2,1"), "+CMTI: \"SM\",2|OK");
}

#[test]
fn an_indication_comes_between_a_command_and_its_result() {
    let config = Config {
        send_delay: (seconds(4), seconds(4)),
        ..Config::default()
    };
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST)]);
    bench.ask("AT+CNMI=2,1");
    bench.send(OUTSIDE, "a");
    bench.advance(seconds(1));
    inject(&mut bench, "x");
    assert_eq!(bench.read(), "\r\n+CMTI: \"SM\",1\r\n");
    assert_eq!(bench.advance(seconds(4)), "+CMGS: 1|OK");
}

#[test]
fn messages_are_shown_and_need_no_acknowledgement_in_phase_2() {
    let mut bench = Bench::one();
    assert_eq!(bench.ask("AT+CNMI=1,2,0,1,0"), "OK");
    inject(&mut bench, "one");
    inject(&mut bench, "two");
    let shown = lines(&bench.read());
    let pieces: Vec<_> = shown.split('|').collect();
    assert_eq!((pieces[0], pieces[2]), ("+CMT: ,23", "+CMT: ,23"));
    assert_eq!(text(pieces[1]), "one");
    assert_eq!(text(pieces[3]), "two");
    assert_eq!(bench.ask("AT+CMGL=4"), "OK", "it is not stored");
    assert_eq!(bench.ask("AT+CNMA"), "+CMS ERROR: 303");
}

#[test]
fn messages_are_acknowledged_one_by_one_in_phase_2_plus() {
    let mut bench = Bench::one();
    assert_eq!(
        bench.ask("AT+CSMS=?;+CSMS?"),
        "+CSMS: (0,1)|+CSMS: 0,1,1,1|OK"
    );
    assert_eq!(bench.ask("AT+CSMS=1"), "+CSMS: 1,1,1|OK");
    assert_eq!(bench.ask("AT+CSMS=128"), "+CMS ERROR: 303");
    assert_eq!(bench.ask("AT+CNMA=?"), "+CNMA: (0-2)|OK");
    assert_eq!(bench.ask("AT+CNMA=0"), "+CMS ERROR: 340");
    bench.ask("AT+CNMI=2,2,0,1");
    for text in ["one", "two", "three", "four"] {
        inject(&mut bench, text);
    }
    let shown = |bench: &mut Bench| {
        let shown = lines(&bench.read());
        let pieces: Vec<_> = shown.split('|').map(str::to_owned).collect();
        let pdu = pieces.iter().find(|line| line.starts_with("0791"));
        (pieces.len(), pdu.map(|pdu| text(pdu)))
    };
    assert_eq!(
        shown(&mut bench),
        (2, Some("one".to_owned())),
        "only the first"
    );
    let first = bench.first();
    bench.network.handle_octets(first, b"AT+CNMA\r", bench.now);
    assert_eq!(shown(&mut bench), (3, Some("two".to_owned())));
    bench
        .network
        .handle_octets(first, b"AT+CNMA=0\r", bench.now);
    assert_eq!(shown(&mut bench), (3, Some("three".to_owned())));
    // With a report of its own.
    assert_eq!(bench.write("AT+CNMA=1,3\r"), "\r\n> ");
    assert_eq!(lines(&bench.write("0000\u{1A}")), "+CMS ERROR: 304");
    assert_eq!(bench.write("AT+CNMA=1,3\r"), "\r\n> ");
    bench.network.handle_octets(first, b"000000\x1A", bench.now);
    assert_eq!(shown(&mut bench), (3, Some("four".to_owned())));
    // Not taken: it comes again.
    assert_eq!(bench.ask("AT+CNMA=2"), "OK");
    bench.now += seconds(30);
    bench.network.handle_timeout(bench.now);
    assert_eq!(shown(&mut bench), (2, Some("four".to_owned())));
    assert_eq!(bench.ask("AT+CNMA"), "OK");
    let acknowledged = bench.events();
    let acknowledged = acknowledged
        .iter()
        .filter(|what| matches!(what, What::Acknowledge { .. }));
    assert_eq!(acknowledged.count(), 4);
    assert_eq!(bench.ask("AT+CNMA=3"), "+CMS ERROR: 304");
    assert_eq!(bench.ask("AT+CNMA=1,161"), "+CMS ERROR: 304");
}

#[test]
fn nothing_more_is_shown_when_nobody_acknowledges() {
    let mut bench = Bench::one();
    bench.ask("AT+CSMS=1;+CNMI=2,2,0,1");
    inject(&mut bench, "one");
    inject(&mut bench, "two");
    assert_eq!(lines(&bench.read()).split('|').count(), 2);
    bench.advance(seconds(14));
    assert_eq!(bench.ask("AT+CNMI?"), "+CNMI: 2,2,0,1,0|OK");
    assert_eq!(bench.advance(seconds(2)), "");
    assert_eq!(bench.ask("AT+CNMI?"), "+CNMI: 2,0,0,0,0|OK");
    assert_eq!(bench.ask("AT+CNMA"), "+CMS ERROR: 340");
    let events = bench.events();
    assert!(
        events
            .iter()
            .any(|what| matches!(what, What::Unacknowledged { .. }))
    );
    // Nothing is lost: the network tries again, and now they are stored.
    assert_eq!(bench.advance(seconds(31)), "");
    let listed = bench.ask("AT+CMGL=4");
    let texts = listed
        .split('|')
        .filter(|line| line.starts_with("0791"))
        .map(text);
    assert_eq!(texts.collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn classes_go_where_they_belong() {
    let mut bench = Bench::one();
    let now = bench.now;
    bench.ask("AT+CPMS=\"ME\",\"ME\",\"ME\";+CNMI=2,2");
    let put = |bench: &mut Bench, class| {
        let tpdu = deliver(class, "class");
        bench.network.inject_tpdu(FIRST, &tpdu, now).unwrap();
        lines(&bench.read())
    };
    assert!(put(&mut bench, Class::Class0).starts_with("+CMT: "));
    assert!(put(&mut bench, Class::Class1).starts_with("+CMT: "));
    // For the SIM: stored there, whatever is chosen.
    assert_eq!(put(&mut bench, Class::Class2), "+CMTI: \"SM\",1");
    bench.ask("AT+CNMI=2,3");
    assert_eq!(put(&mut bench, Class::Class1), "+CMTI: \"ME\",1");
    assert!(put(&mut bench, Class::Class3).starts_with("+CMT: "));
    bench.ask("AT+CNMI=2,1");
    assert_eq!(put(&mut bench, Class::Class0), "+CMTI: \"ME\",2");
}

#[test]
fn octets_that_are_no_message_come_as_they_are() {
    let mut bench = Bench::one();
    let now = bench.now;
    bench.ask("AT+CNMI=2,1");
    bench
        .network
        .inject_tpdu(FIRST, &[0x04, 0xFF, 0x91, 0x12], now)
        .unwrap();
    assert_eq!(lines(&bench.read()), "+CMTI: \"SM\",1");
    assert_eq!(bench.ask("AT+CMGR=1"), "+CMGR: 0,,4|0004FF9112|OK");
    bench.ask("AT+CNMI=2,2");
    bench
        .network
        .inject_tpdu(FIRST, &[0x04, 0xFF, 0x91, 0x12], now)
        .unwrap();
    assert_eq!(lines(&bench.read()), "+CMT: ,4|0004FF9112");
}

#[test]
fn text_mode_shows_messages_by_the_standard() {
    let mut bench = Bench::one();
    bench.ask("AT+CMGF=1;+CNMI=2,1");
    inject(&mut bench, "h\u{E9}llo");
    inject(&mut bench, "\u{3B3}\u{3B5}\u{3B9}\u{3AC}");
    bench.read();
    let time = "\"26/01/02,04:04:05+04\"";
    // Under GSM the line has septets: é is 0x05.
    assert_eq!(
        bench.ask("AT+CMGR=1"),
        format!("+CMGR: \"REC UNREAD\",\"{OUTSIDE}\",,{time}|h\u{5}llo|OK")
    );
    assert_eq!(
        bench.ask("AT+CMGR=2"),
        format!("+CMGR: \"REC UNREAD\",\"{OUTSIDE}\",,{time}|03B303B503B903AC|OK")
    );
    bench.ask("AT+CSDH=1;+CSCS=\"8859-1\"");
    assert_eq!(
        bench.ask("AT+CMGR=1"),
        format!(
            "+CMGR: \"REC READ\",\"{OUTSIDE}\",,{time},145,4,0,0,\"+491710760000\",145,5|h\u{E9}llo|OK"
        )
    );
    assert_eq!(
        bench.ask("AT+CMGL=\"ALL\""),
        format!(
            "+CMGL: 1,\"REC READ\",\"{OUTSIDE}\",,{time},145,5|h\u{E9}llo|\
             +CMGL: 2,\"REC READ\",\"{OUTSIDE}\",,{time},145,8|03B303B503B903AC|OK"
        )
    );
    bench.ask("AT+CSDH=0;+CSCS=\"UCS2\"");
    let number = "002B0034003900310035003100310032003300340035003600370038";
    assert_eq!(
        bench.ask("AT+CMGL=\"REC READ\""),
        format!(
            "+CMGL: 1,\"REC READ\",\"{number}\",,{time}|006800E9006C006C006F|\
             +CMGL: 2,\"REC READ\",\"{number}\",,{time}|03B303B503B903AC|OK"
        )
    );
    // A status may be written in the set, too.
    assert!(
        bench
            .ask("AT+CMGL=\"0041004C004C\"")
            .starts_with("+CMGL: 1,")
    );
    bench.ask("AT+CSCS=\"HEX\"");
    assert!(bench.ask("AT+CMGR=1").ends_with("|68056C6C6F|OK"));
    assert_eq!(bench.ask("AT+CMGL=\"SOME\""), "+CMS ERROR: 305");
    assert_eq!(
        bench.ask("AT+CMGL=?"),
        "+CMGL: (\"REC UNREAD\",\"REC READ\",\"STO UNSENT\",\"STO SENT\",\"ALL\")|OK"
    );
    bench.ask("AT+CSCS=\"IRA\";+CNMI=2,2");
    inject(&mut bench, "shown");
    assert_eq!(
        lines(&bench.read()),
        format!("+CMT: \"{OUTSIDE}\",,{time}|shown")
    );
    bench.ask("AT+CSDH=1");
    inject(&mut bench, "shown");
    assert_eq!(
        lines(&bench.read()),
        format!("+CMT: \"{OUTSIDE}\",,{time},145,4,0,0,\"+491710760000\",145,5|shown")
    );
}

#[test]
fn a_text_can_forge_lines_in_text_mode() {
    let mut bench = Bench::one();
    bench.ask("AT+CMGF=1;+CNMI=2,2");
    inject(&mut bench, "\r\nOK\r\n+CMTI: \"SM\",1");
    assert!(bench.read().ends_with("\r\n\r\nOK\r\n+CMTI: \"SM\",1\r\n"));
}

#[test]
fn long_texts_come_in_parts() {
    let mut bench = Bench::one();
    let whole = "Dies ist ein langer Text. ".repeat(10);
    inject(&mut bench, &whole);
    let listed = bench.ask("AT+CMGL=4");
    let parts: Vec<_> = listed
        .split('|')
        .filter(|line| line.starts_with("0791"))
        .map(text)
        .collect();
    assert_eq!(parts.len(), 2);
    assert_eq!(parts.concat(), whole);
}

#[test]
fn modems_text_each_other_and_report() {
    let config = Config {
        deliver_delay: seconds(1),
        report_delay: seconds(3),
        ..Config::default()
    };
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST), ModemConfig::new(SECOND)]);
    let second = bench.second();
    bench.ask("AT+CNMI=2,1,0,1");
    bench.ask_of(second, "AT+CNMI=2,2");
    assert_eq!(bench.send(SECOND, "hello"), "+CMGS: 1|OK");
    bench.advance(seconds(1));
    let shown = lines(&bench.read_from(second));
    let pdu = shown.split('|').nth(1).unwrap();
    let octets = from_hex(pdu);
    let Tpdu::Deliver(deliver) = ModemPdu::decode(&octets, Context::SC_TO_MS).unwrap().tpdu else {
        panic!("a DELIVER");
    };
    assert_eq!(deliver.originating_address.to_string(), FIRST);
    assert!(deliver.status_report_indication);
    assert_eq!(
        deliver.service_centre_time_stamp.to_string(),
        "2026-01-02T04:04:05+01:00"
    );
    let report = bench.advance(seconds(3));
    let [header, pdu] = report.split('|').collect::<Vec<_>>()[..] else {
        panic!("{report}");
    };
    let octets = from_hex(pdu);
    let Tpdu::StatusReport(report) = ModemPdu::decode(&octets, Context::SC_TO_MS).unwrap().tpdu
    else {
        panic!("a report");
    };
    assert_eq!(header, "+CDS: 25");
    assert_eq!((report.message_reference, report.status.0), (1, 0));
    assert_eq!(report.recipient_address.to_string(), SECOND);
    assert_eq!(
        report.discharge_time.to_string(),
        "2026-01-02T04:04:09+01:00"
    );
}

/// The answer to `AT+CNMI=2,1,0,{ds}` and what a report brings.
fn reported(modem: ModemConfig, config: Config, ds: u8) -> (Bench, String) {
    let mut bench = Bench::quiet(config, [modem]);
    bench.ask(&format!("AT+CNMI=1,1,0,{ds}"));
    bench.send(OUTSIDE, "a");
    let report = bench.advance(seconds(1));
    (bench, report)
}

fn report_of(line: &str) -> (u8, String) {
    let octets = from_hex(line);
    let pdu = ModemPdu::decode(&octets, Context::SC_TO_MS).unwrap();
    let Tpdu::StatusReport(StatusReport {
        status,
        recipient_address,
        ..
    }) = pdu.tpdu
    else {
        panic!("a report");
    };
    (status.0, recipient_address.to_string())
}

#[test]
fn reports_are_dropped_shown_or_stored() {
    let modem = || ModemConfig::new(FIRST);
    let (_, report) = reported(modem(), Config::default(), 0);
    assert_eq!(report, "");
    let (_, report) = reported(modem(), Config::default(), 1);
    assert_eq!(
        report_of(report.split('|').nth(1).unwrap()),
        (0, OUTSIDE.to_owned())
    );
    let (mut bench, report) = reported(with_report_store(), Config::default(), 2);
    assert_eq!(report, "+CDSI: \"SR\",1");
    assert_eq!(bench.ask("AT+CMGL=4"), "OK");
    assert_eq!(bench.ask("AT+CPMS=\"SR\""), "+CPMS: 1,20,0,20,0,20|OK");
    let shown = bench.ask("AT+CMGR=1");
    let pdu = shown.split('|').nth(1).unwrap();
    assert_eq!(report_of(pdu), (0, OUTSIDE.to_owned()));
    assert_eq!(bench.ask("AT+CMGD=1"), "OK");
    assert_eq!(
        bench.ask("AT+CPMS?"),
        "+CPMS: \"SR\",0,20,\"SM\",0,20,\"SM\",0,20|OK"
    );
    // Without such a store they lie among the messages.
    let (mut bench, report) = reported(modem(), Config::default(), 2);
    assert_eq!(report, "+CDSI: \"SM\",1");
    assert!(bench.ask("AT+CMGL=4").starts_with("+CMGL: 1,0,,"));
    // Some store them although they should be shown.
    let (_, report) = reported(modem().with_profile(Profile::TELIT), Config::default(), 1);
    assert_eq!(report, "+CDSI: \"SR\",1");
}

#[test]
fn text_mode_shows_reports_in_a_line() {
    let mut bench = Bench::of(with_report_store());
    bench.ask("AT+CMGF=1;+CSMP=49,167,0,0;+CNMI=2,1,0,1");
    bench.write(&format!("AT+CMGS=\"{OUTSIDE}\"\r"));
    bench.write("a\u{1A}");
    let first = "\"26/01/02,04:04:05+04\"";
    assert_eq!(
        bench.advance(seconds(1)),
        format!("+CDS: 6,1,\"{OUTSIDE}\",145,{first},{first},0")
    );
    bench.ask("AT+CNMI=2,1,0,2");
    bench.write(&format!("AT+CMGS=\"{OUTSIDE}\"\r"));
    bench.write("a\u{1A}");
    assert_eq!(bench.advance(seconds(1)), "+CDSI: \"SR\",1");
    bench.ask("AT+CPMS=\"SR\"");
    let time = "\"26/01/02,04:04:06+04\"";
    assert_eq!(
        bench.ask("AT+CMGR=1"),
        format!("+CMGR: \"REC UNREAD\",6,2,\"{OUTSIDE}\",145,{time},{time},0|OK")
    );
}

#[test]
fn some_messages_fail_and_some_are_never_heard_of() {
    let config = Config {
        undeliverable: 0.3,
        unreported: 0.3,
        national_reports: true,
        ..Config::default()
    };
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST)]);
    bench.ask("AT+CNMI=2,1,0,1");
    for _ in 0..200 {
        bench.send(OUTSIDE, "a");
    }
    let reports = bench.advance(seconds(1));
    let reports = reports.split('|').filter(|line| line.starts_with("0791"));
    let reports: Vec<_> = reports.map(report_of).collect();
    assert!(
        reports.iter().all(|(_, to)| to == "015112345678"),
        "{reports:?}"
    );
    let failed = reports.iter().filter(|(status, _)| *status == 0x41).count();
    let delivered = reports.iter().filter(|(status, _)| *status == 0).count();
    assert!((30..90).contains(&failed), "{failed}");
    assert!((50..110).contains(&delivered), "{delivered}");
    assert!((110..170).contains(&(failed + delivered)));
    let receipts = bench.events();
    let receipts = receipts.iter().filter(|what| {
        matches!(
            what,
            What::Receipt {
                message_state: "failed",
                status: 0x41,
                ..
            }
        )
    });
    assert_eq!(receipts.count(), failed);
}

#[test]
fn what_nobody_takes_expires_and_is_reported() {
    let config = Config::default();
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST), ModemConfig::new(SECOND)]);
    let second = bench.second();
    bench.network.set_coverage(second, false, bench.now);
    bench.ask("AT+CMGF=1;+CSMP=49,0,0,0;+CNMI=2,1,0,1");
    // Five minutes.
    bench.write(&format!("AT+CMGS=\"{SECOND}\"\r"));
    bench.write("a\u{1A}");
    assert_eq!(bench.advance(seconds(200)), "");
    assert_eq!(bench.network.status().modems[1].waiting, 1);
    let report = bench.advance(seconds(101));
    assert!(report.ends_with(",70"), "{report}");
    assert_eq!(bench.network.status().modems[1].waiting, 0);
    let events = bench.events();
    assert!(
        events
            .iter()
            .any(|what| matches!(what, What::Expired { .. }))
    );
}

#[test]
fn what_waits_for_a_modem_is_bounded() {
    let config = Config {
        max_waiting: 10,
        ..Config::default()
    };
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST)]);
    let first = bench.first();
    bench.network.set_coverage(first, false, bench.now);
    for _ in 0..10 {
        inject(&mut bench, "a");
    }
    let now = bench.now;
    let error = bench.network.inject(OUTSIDE, FIRST, "a", now).unwrap_err();
    assert_eq!(
        error.to_string(),
        "10 messages wait for the modem, and no more can"
    );
    assert!(bench.network.inject(OUTSIDE, "+4999", "a", now).is_err());
    assert!(bench.network.inject("", FIRST, "a", now).is_err());
    bench.network.set_coverage(first, true, now);
    let used = bench.network.status().modems[0].stores[0].used;
    assert_eq!(used, 10);
}

#[test]
fn a_sender_may_be_a_name() {
    let mut bench = Bench::one();
    let now = bench.now;
    bench.ask("AT+CMGF=1");
    bench
        .network
        .inject("Bank", FIRST, "code 1234", now)
        .unwrap();
    assert_eq!(
        bench.ask("AT+CMGR=1"),
        "+CMGR: \"REC UNREAD\",\"Bank\",,\"26/01/02,04:04:05+04\"|code 1234|OK"
    );
}
