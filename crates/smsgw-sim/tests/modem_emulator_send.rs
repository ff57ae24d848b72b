//! Sending: prompts, both formats, what the network makes of it (3GPP TS 27.005 §3.5, §4.3 to §4.5).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod modem_emulator;

use modem_emulator::*;
use smsgw_gsm::field::Address;
use smsgw_gsm::tpdu::{Command, ModemPdu};
use smsgw_sim::modem::{Config, ModemConfig, What};

#[test]
fn a_pdu_is_prompted_for_echoed_and_sent() {
    let mut bench = Bench::new(Config::default(), [ModemConfig::new(FIRST)]);
    let (length, pdu) = pdus(OUTSIDE, "Hello!", false).remove(0);
    let command = format!("AT+CMGS={length}\r");
    assert_eq!(bench.write(&command), format!("{command}\r\n> "));
    assert_eq!(bench.write(&pdu), pdu, "data is echoed, too");
    assert_eq!(bench.write("\u{1A}"), "\r\n+CMGS: 1\r\n\r\nOK\r\n");
    let What::Submit(message) = bench.events().remove(0) else {
        panic!("a submit");
    };
    assert_eq!(
        (message.from.as_str(), message.to.as_str()),
        (FIRST, OUTSIDE)
    );
    assert_eq!(message.text.as_deref(), Some("Hello!"));
    assert_eq!(message.data, b"Hello!");
    let fields = message.at().unwrap();
    assert_eq!(fields.message_reference, Some(1));
    // The modem numbers it.
    assert_eq!(hex(&fields.tpdu), format!("0101{}", &pdu[6..]));
    assert!(!fields.status_report_request);
}

#[test]
fn events_are_json_with_the_keys_of_the_contract() {
    let mut bench = Bench::one();
    bench.send(OUTSIDE, "h\u{E9} \u{20AC}");
    let event = bench.network.poll_event().unwrap();
    let json = serde_json::to_value(&event).unwrap();
    for (key, value) in [
        ("event", "submit"),
        ("protocol", "at"),
        ("modem", FIRST),
        ("from", FIRST),
        ("to", OUTSIDE),
        ("text", "hé €"),
        ("data_hex", "6805201b65"),
        ("id", "1"),
        ("udh", ""),
    ] {
        assert_eq!(json[key], value, "{key}");
    }
    assert_eq!(json["connection"], 1);
    assert_eq!(json["message_reference"], 1);
}

#[test]
fn data_may_come_in_any_case_and_with_line_ends() {
    let mut bench = Bench::one();
    let (length, pdu) = pdus(OUTSIDE, "abc", false).remove(0);
    for data in [
        pdu.to_lowercase(),
        format!("\n{pdu}"),
        format!("{}\r\n{}", &pdu[..10], &pdu[10..]),
        format!("{pdu}\r"),
        format!("{pdu}X\u{8}"),
    ] {
        assert_eq!(bench.write(&format!("AT+CMGS={length}\r")), "\r\n> ");
        let answer = lines(&bench.write(&format!("{data}\u{1A}")));
        assert!(answer.ends_with("|OK"), "{data:?}: {answer}");
    }
    // Some write a CR behind the Ctrl-Z, and the next command at once.
    bench.write(&format!("AT+CMGS={length}\r"));
    let answer = lines(&bench.write(&format!("{pdu}\u{1A}\rAT\r")));
    assert_eq!(answer, "+CMGS: 6|OK|OK");
    // An end that is early is in order.
    let answer = bench.write(&format!("AT+CMGS={length}\r{pdu}\u{1A}"));
    assert_eq!(lines(&answer), "> |+CMGS: 7|OK");
}

#[test]
fn a_length_that_is_wrong_is_an_error() {
    let mut bench = Bench::one();
    let (length, pdu) = pdus(OUTSIDE, "abc", false).remove(0);
    for (length, data) in [
        (length - 1, pdu.as_str()),
        (length + 1, &pdu),
        (length, &pdu[..pdu.len() - 2]),
        (length, &pdu[..pdu.len() - 1]),
        (length, "XYZ"),
        (length, ""),
        (length, "00"),
        // A SUBMIT whose recipient is longer than there can be.
        (4, "000100FF91"),
        // A DELIVER-REPORT.
        (4, "0000000000"),
    ] {
        assert_eq!(bench.write(&format!("AT+CMGS={length}\r")), "\r\n> ");
        let answer = lines(&bench.write(&format!("{data}\u{1A}")));
        assert_eq!(answer, "+CMS ERROR: 304", "{length} {data}");
    }
    for length in ["0", "165", "999999999999", "x", "\"15\"x"] {
        assert_eq!(
            bench.ask(&format!("AT+CMGS={length}")),
            "+CMS ERROR: 304",
            "{length}"
        );
    }
    assert_eq!(bench.ask("AT+CMGS"), "+CMS ERROR: 304");
    assert_eq!(bench.ask("AT+CMGS=?"), "OK");
    assert_eq!(bench.ask("AT"), "OK");
    assert!(bench.submitted().is_empty());
}

#[test]
fn an_address_of_a_service_centre_is_not_counted() {
    let mut bench = Bench::one();
    let (length, pdu) = pdus(OUTSIDE, "abc", false).remove(0);
    let with_centre = format!("07919471016700F0{}", &pdu[2..]);
    bench.write(&format!("AT+CMGS={length}\r"));
    assert_eq!(
        lines(&bench.write(&format!("{with_centre}\u{1A}"))),
        "+CMGS: 1|OK"
    );
    let What::Submit(message) = bench.events().remove(0) else {
        panic!("a submit");
    };
    let centre = message.at().unwrap().service_centre.clone();
    assert_eq!(centre.as_deref(), Some("+49171076000"));
}

#[test]
fn an_escape_gives_a_message_up() {
    let mut bench = Bench::one();
    assert_eq!(bench.write("AT+CMGS=20\r"), "\r\n> ");
    assert_eq!(bench.write("0001\u{1B}"), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT"), "OK");
    bench.ask("AT+CMGF=1");
    assert_eq!(bench.write("AT+CMGS=\"+49170\"\r"), "\r\n> ");
    assert_eq!(bench.write("text\u{1B}\r"), "\r\nOK\r\n");
    assert!(bench.submitted().is_empty());
}

#[test]
fn data_without_end_is_bounded() {
    let mut bench = Bench::one();
    bench.write("AT+CMGS=20\r");
    for _ in 0..1000 {
        bench.write(&"0".repeat(1000));
    }
    assert_eq!(lines(&bench.write("\u{1A}")), "+CMS ERROR: 304");
}

#[test]
fn texts_are_sent_with_what_csmp_says() {
    let mut bench = Bench::one();
    assert_eq!(bench.ask("AT+CMGF=1"), "OK");
    assert_eq!(bench.ask("AT+CSMP?"), "+CSMP: 17,167,0,0|OK");
    assert_eq!(bench.ask("AT+CSMP=49,167,0,0"), "OK");
    assert_eq!(bench.write(&format!("AT+CMGS=\"{OUTSIDE}\"\r")), "\r\n> ");
    // Each CR is answered with a new prompt.
    assert_eq!(bench.write("two\rlines"), "\r\n> ");
    assert_eq!(bench.write("\u{1A}"), "\r\n+CMGS: 1\r\n\r\nOK\r\n");
    let What::Submit(message) = bench.events().remove(0) else {
        panic!("a submit");
    };
    assert_eq!(message.text.as_deref(), Some("two\rlines"));
    assert!(message.at().unwrap().status_report_request);
    // First octet, and the validity period of 24 hours.
    assert_eq!(hex(&message.at().unwrap().tpdu)[..4], *"3101");
    for (csmp, body, text, data) in [
        ("17,167,0,8", "00480069", Some("Hi"), "00480069"),
        ("17,167,0,4", "00FF10", None, "00FF10"),
        ("81,167,0,4", "050003070201AABB", None, "AABB"),
        ("17,167,0,0", "", Some(""), ""),
    ] {
        assert_eq!(bench.ask(&format!("AT+CSMP={csmp}")), "OK");
        bench.write(&format!("AT+CMGS=\"{OUTSIDE}\",145\r"));
        let answer = lines(&bench.write(&format!("{body}\u{1A}")));
        assert!(answer.ends_with("|OK"), "{csmp}: {answer}");
        let message = bench.events().into_iter().find_map(|what| match what {
            What::Submit(message) => Some(message),
            _ => None,
        });
        let message = message.unwrap();
        assert_eq!(message.text.as_deref(), text, "{csmp}");
        assert_eq!(hex(&message.data), data, "{csmp}");
    }
    for (csmp, body) in [
        ("17,167,0,8", "xyz"),
        ("17,167,0,8", "0"),
        ("17,167,0,4", "é"),
    ] {
        bench.ask(&format!("AT+CSMP={csmp}"));
        bench.write(&format!("AT+CMGS=\"{OUTSIDE}\"\r"));
        assert_eq!(
            lines(&bench.write(&format!("{body}\u{1A}"))),
            "+CMS ERROR: 305",
            "{body}"
        );
    }
    bench.ask("AT+CSMP=17,167,0,0");
    bench.write(&format!("AT+CMGS=\"{OUTSIDE}\"\r"));
    let long = "a".repeat(161);
    assert_eq!(
        lines(&bench.write(&format!("{long}\u{1A}"))),
        "+CMS ERROR: 305"
    );
    for line in ["AT+CMGS=\"\"", "AT+CMGS=", "AT+CMGS=\"+49x!\""] {
        let answer = bench.ask(line);
        assert_eq!(answer, "+CMS ERROR: 305", "{line}");
    }
}

#[test]
fn texts_and_numbers_follow_the_character_set() {
    let mut bench = Bench::one();
    bench.ask("AT+CMGF=1");
    for (charset, number, body) in [
        ("GSM", OUTSIDE, "a\u{0}\u{11}\u{1B}\u{1B}e"),
        ("IRA", OUTSIDE, "a@_ e"),
        ("8859-1", OUTSIDE, "a@_ e"),
        ("HEX", "2B34393135313132333435363738", "6100111B1B65"),
        (
            "UCS2",
            "002B0034003900310035003100310032003300340035003600370038",
            "00610040005F002000650020",
        ),
        // Some write the number as it is all the same.
        ("UCS2", OUTSIDE, "0061"),
        ("UCS2", "015112345678", "0061"),
    ] {
        assert_eq!(bench.ask(&format!("AT+CSCS=\"{charset}\"")), "OK");
        bench.write(&format!("AT+CMGS=\"{number}\"\r"));
        // An escape ends the entry of a text: the alphabet's own cannot be written.
        let body = body.replace("\u{1B}\u{1B}e", " e");
        let answer = lines(&bench.write(&format!("{body}\u{1A}")));
        assert!(answer.ends_with("|OK"), "{charset}: {answer}");
        let (to, text) = bench.submitted().remove(0);
        assert_eq!(to, OUTSIDE, "{charset}");
        assert!(text.starts_with("a"), "{charset}: {text}");
        if body.len() > 4 {
            assert!(text.starts_with("a@_"), "{charset}: {text}");
        }
    }
}

#[test]
fn numbers_have_many_forms() {
    let config = Config::default();
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST), ModemConfig::new(SECOND)]);
    let second = bench.second();
    bench.ask("AT+CMGF=1");
    for (n, form) in [
        "\"+491700000002\"",
        "\"00491700000002\"",
        "\"01700000002\"",
        "\"491700000002\",145",
        "\"1700000002\",161",
    ]
    .into_iter()
    .enumerate()
    {
        bench.write(&format!("AT+CMGS={form}\r"));
        assert!(lines(&bench.write("hello\u{1A}")).ends_with("|OK"));
        assert_eq!(
            bench.submitted(),
            [(SECOND.to_owned(), "hello".to_owned())],
            "{form}"
        );
        let cpms = bench.ask_of(second, "AT+CPMS?");
        assert!(
            cpms.starts_with(&format!("+CPMS: \"SM\",{},20", n + 1)),
            "{form}: {cpms}"
        );
    }
}

#[test]
fn longer_texts_are_told_of_as_a_whole() {
    let mut bench = Bench::one();
    let text = "Ένα μακρύ μήνυμα, ".repeat(8);
    bench.send(OUTSIDE, &text);
    let events = bench.events();
    let submits = events.iter().filter(|what| matches!(what, What::Submit(_)));
    assert_eq!(submits.count(), 3);
    let joined: Vec<_> = events
        .iter()
        .filter_map(|what| match what {
            What::Joined(joined) => Some(joined),
            _ => None,
        })
        .collect();
    let [joined] = joined[..] else {
        panic!("one whole");
    };
    assert_eq!(joined.text.as_deref(), Some(text.as_str()));
    assert_eq!(joined.ids, ["1", "2", "3"]);
    let What::Submit(second) = &events[1] else {
        panic!("the second part");
    };
    let part = second.at().unwrap().part.unwrap();
    assert_eq!((part.total, part.number), (3, 2));
    // The same again is another message.
    bench.send(OUTSIDE, &text);
    let again = bench.events();
    assert!(again.iter().any(|what| matches!(what, What::Joined(_))));
}

#[test]
fn sending_takes_its_time_and_more_messages_less() {
    let config = Config {
        send_delay: (seconds(2), seconds(6)),
        ..Config::default()
    };
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST)]);
    // How long a message takes.
    let send = |bench: &mut Bench| {
        let start = bench.now;
        assert_eq!(bench.send(OUTSIDE, "a"), "");
        while bench.read().is_empty() {
            bench.now = bench.network.poll_timeout().unwrap();
            bench.network.handle_timeout(bench.now);
        }
        bench.now - start
    };
    let delays: Vec<_> = (0..20).map(|_| send(&mut bench)).collect();
    assert!(
        delays
            .iter()
            .all(|delay| (seconds(2)..=seconds(6)).contains(delay))
    );
    let spread = *delays.iter().max().unwrap() - *delays.iter().min().unwrap();
    assert!(spread > seconds(2), "{delays:?}");

    assert_eq!(bench.ask("AT+CMMS=2"), "OK");
    assert_eq!(bench.ask("AT+CMMS?;+CMMS=?"), "+CMMS: 2|+CMMS: (0-2)|OK");
    send(&mut bench);
    let held: Vec<_> = (0..20).map(|_| send(&mut bench)).collect();
    assert!(
        held.iter()
            .all(|delay| (seconds(1)..=seconds(3)).contains(delay))
    );
    // The link is not held for ever.
    bench.advance(seconds(4));
    assert!(send(&mut bench) >= seconds(2));
}

#[test]
fn the_same_seed_is_the_same_day() {
    let delays = |seed| {
        let config = Config {
            seed,
            send_delay: (seconds(2), seconds(6)),
            ..Config::default()
        };
        let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST)]);
        let delays = (0..5).map(|_| {
            bench.send(OUTSIDE, "a");
            let at = bench.network.poll_timeout().unwrap();
            let delay = at - bench.now;
            bench.advance(seconds(10));
            delay
        });
        delays.collect::<Vec<_>>()
    };
    assert_eq!(delays(1), delays(1));
    assert_ne!(delays(1), delays(2));
}

#[test]
fn what_is_stored_can_be_sent() {
    let mut bench = Bench::one();
    let (length, pdu) = pdus(OUTSIDE, "draft", false).remove(0);
    assert_eq!(bench.write(&format!("AT+CMGW={length}\r")), "\r\n> ");
    assert_eq!(lines(&bench.write(&format!("{pdu}\u{1A}"))), "+CMGW: 1|OK");
    let shown = bench.ask("AT+CMGR=1");
    assert_eq!(shown, format!("+CMGR: 2,,{length}|{pdu}|OK"));
    assert_eq!(bench.ask("AT+CMSS=1"), "+CMSS: 1|OK");
    assert!(bench.ask("AT+CMGR=1").starts_with("+CMGR: 3,,"));
    assert_eq!(bench.ask("AT+CMSS=1,\"+491700000009\""), "+CMSS: 2|OK");
    let sent = bench.submitted();
    assert_eq!(sent[0], (OUTSIDE.to_owned(), "draft".to_owned()));
    assert_eq!(sent[1].0, "+491700000009");
    assert_eq!(bench.ask("AT+CMSS=2"), "+CMS ERROR: 321");
    assert_eq!(bench.ask("AT+CMSS=2000"), "+CMS ERROR: 321");

    bench.ask("AT+CMGF=1");
    assert_eq!(
        bench.write(&format!("AT+CMGW=\"{OUTSIDE}\",145,\"STO SENT\"\r")),
        "\r\n> "
    );
    assert_eq!(lines(&bench.write("text\u{1A}")), "+CMGW: 2|OK");
    assert_eq!(
        bench.ask("AT+CMGR=2"),
        format!("+CMGR: \"STO SENT\",\"{OUTSIDE}\",|text|OK")
    );
    bench.ask("AT+CSDH=1");
    assert_eq!(
        bench.ask("AT+CMGR=2"),
        format!("+CMGR: \"STO SENT\",\"{OUTSIDE}\",,145,17,0,0,167,\"\",129,4|text|OK")
    );
    bench.write("AT+CMGW=\"+4917\",145,\"REC UNREAD\"\r");
    assert_eq!(lines(&bench.write("came\u{1A}")), "+CMGW: 3|OK");
    assert!(
        bench
            .ask("AT+CMGR=3")
            .starts_with("+CMGR: \"REC UNREAD\",\"+4917\",,\"26/01/02,")
    );
    // A message that came is forwarded to somebody.
    assert_eq!(
        bench.ask(&format!("AT+CMSS=3,\"{OUTSIDE}\"")),
        "+CMSS: 3|OK"
    );
    assert_eq!(bench.submitted(), [(OUTSIDE.to_owned(), "came".to_owned())]);
}

#[test]
fn commands_are_sent_by_cmgc_alone_in_pdu_mode() {
    let mut bench = Bench::one();
    let to = Address::parse(OUTSIDE).unwrap();
    let command = Command::new(smsgw_gsm::field::CommandType(0), 1, to);
    let pdu = ModemPdu::from(command);
    bench.write(&format!("AT+CMGC={}\r", pdu.tpdu_len()));
    let answer = bench.write(&format!("{}\u{1A}", hex(&pdu.to_vec())));
    assert_eq!(lines(&answer), "+CMGC: 1|OK");
    bench.ask("AT+CMGF=1");
    assert_eq!(bench.ask("AT+CMGC=1,1"), "+CMS ERROR: 303");
}

#[test]
fn without_network_or_centre_nothing_is_sent() {
    let mut bench = Bench::one();
    let first = bench.first();
    bench.network.set_coverage(first, false, bench.now);
    assert_eq!(bench.send(OUTSIDE, "a"), "+CMS ERROR: 331");
    assert_eq!(bench.ask("AT+CSQ;+CREG?"), "+CSQ: 99,99|+CREG: 0,0|OK");
    bench.network.set_coverage(first, true, bench.now);
    assert_eq!(bench.ask("AT+CSCA=\"\""), "OK");
    assert_eq!(bench.send(OUTSIDE, "a"), "+CMS ERROR: 330");
    assert_eq!(bench.ask("AT+CSCA=\"491710760000\",145"), "OK");
    assert_eq!(bench.ask("AT+CSCA?"), "+CSCA: \"+491710760000\",145|OK");
    assert_eq!(bench.send(OUTSIDE, "a"), "+CMGS: 1|OK");
    let refused: Vec<_> = bench
        .events()
        .into_iter()
        .filter_map(|what| match what {
            What::Refused { cms, message } => Some((cms, message.text)),
            _ => None,
        })
        .collect();
    let row = |cms| (cms, Some("a".to_owned()));
    assert_eq!(refused, [row(331), row(330)]);
}

#[test]
fn references_wrap() {
    let mut bench = Bench::one();
    for n in 0..256 {
        let reference = (n + 1) % 256;
        assert_eq!(bench.send(OUTSIDE, "a"), format!("+CMGS: {reference}|OK"));
    }
}
