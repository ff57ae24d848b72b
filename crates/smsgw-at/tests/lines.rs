//! What modems say beside what they should: each case in one read, cut at every place, and octet by
//! octet.

mod common;

use smsgw_at::line::{Data, Event, InFlight, LineReader, Urc};
use smsgw_at::result::{ErrorReport, FinalResult};

use InFlight::{Command, Escape, Idle, Pdu, Probe, Text};

const OK: Event = Event::Final(FinalResult::Ok);
const ERROR: Event = Event::Final(FinalResult::Error(None));
const PDU: &str =
    "07915155000000F0040B915155998988F800006211122255520010C8329BFD069DC3ED76BD356FCFC9";

fn echo(text: &str) -> Event {
    Event::Echo(text.into())
}

fn line(text: &str) -> Event {
    Event::Line(text.into())
}

fn urc(text: &str) -> Event {
    Event::Urc(Urc::from(text))
}

fn urc_with_pdu(text: &str, pdu: &str) -> Event {
    urc_with(text, Data::Pdu(pdu.into()))
}

fn urc_with_text(text: &str, body: &str) -> Event {
    urc_with(text, Data::Text(body.into()))
}

fn urc_with(line: &str, data: Data) -> Event {
    Event::Urc(Urc {
        line: line.into(),
        data: Some(data),
    })
}

fn junk(octets: &[u8]) -> Event {
    Event::Junk(octets.to_vec())
}

fn error(text: &str) -> Event {
    Event::Final(FinalResult::Error(Some(text.into())))
}

fn report(code: Option<u16>, text: Option<&str>) -> ErrorReport {
    ErrorReport {
        code,
        text: text.map(str::to_owned),
    }
}

fn cms(code: Option<u16>, text: Option<&str>) -> Event {
    Event::Final(FinalResult::Cms(report(code, text)))
}

fn cme(code: Option<u16>, text: Option<&str>) -> Event {
    Event::Final(FinalResult::Cme(report(code, text)))
}

/// These octets are these events.
#[track_caller]
fn says(in_flight: InFlight<'_>, octets: impl AsRef<[u8]>, expected: &[Event]) {
    let octets = octets.as_ref();
    let whole = common::events(in_flight, [octets]);
    assert_eq!(whole, expected, "{}", octets.escape_ascii());
    for at in 1..octets.len() {
        let (head, tail) = octets.split_at(at);
        assert_eq!(
            common::events(in_flight, [head, tail]),
            expected,
            "cut at {at}"
        );
    }
    assert_eq!(common::events(in_flight, octets.chunks(1)), expected);
}

#[test]
fn lines_end_in_every_way() {
    let csq = Command("AT+CSQ");
    for octets in [
        "\r\n+CSQ: 9,99\r\n\r\nOK\r\n",
        "+CSQ: 9,99\r\nOK\r\n",
        "\r\r\n+CSQ: 9,99\r\r\n\r\r\nOK\r\r\n",
        "\n+CSQ: 9,99\n\nOK\n",
        "\r+CSQ: 9,99\rOK\r",
        "+CSQ: 9,99 \t \r\n\0OK\0 \r\n",
    ] {
        let expected = [line("+CSQ: 9,99"), OK];
        let found = common::events(csq, [octets.as_bytes()]);
        let found: Vec<_> = found
            .into_iter()
            .filter(|it| !matches!(it, Event::Junk(_)))
            .collect();
        assert_eq!(found, expected, "{octets:?}");
    }
    says(csq, "+CSQ: 9,99\r\r\nOK\r\r\n", &[line("+CSQ: 9,99"), OK]);
    says(csq, "+CSQ: 9,99", &[]);
}

#[test]
fn noise_in_front_is_junk() {
    says(Command("AT"), b"\0\0\r\nOK\r\n", &[junk(b"\0\0"), OK]);
    says(Command("AT"), b"\0\0OK\r\n", &[junk(b"\0\0"), OK]);
    says(
        Command("AT"),
        b"\xFF\xFE\x80OK\r\n",
        &[junk(b"\xFF\xFE\x80"), OK],
    );
    says(
        Command("AT"),
        b"\xFF\xFE\r\nOK\r\n",
        &[junk(b"\xFF\xFE"), OK],
    );
    says(Idle, b"\xF8\xF8RDY\r\n", &[junk(b"\xF8\xF8"), urc("RDY")]);
    says(
        Idle,
        b"\x1B\r\n+CMTI: \"SM\",1\r\n",
        &[junk(b"\x1B"), urc("+CMTI: \"SM\",1")],
    );
    says(
        Command("AT+CMGS=23"),
        b"\0\xFF> ",
        &[junk(b"\0\xFF"), Event::Prompt],
    );
    says(
        Command("ATI"),
        b"a\x05b\xFC\r\nOK\r\n",
        &[junk(b"a\x05b\xFC"), OK],
    );
    // A name may begin with a letter of Latin-1.
    says(
        Command("AT+CGMI"),
        b"\xC9toile\r\nOK\r\n",
        &[line("\u{C9}toile"), OK],
    );
}

#[test]
fn only_whole_lines_are_results() {
    for text in [
        "OKAY",
        "OK then",
        "NOT OK",
        "ok",
        "ERROR: 5",
        "ERRORS",
        "NAME",
        "NA NA",
        "+CMS ERRORS: 5",
        "CONNECTED",
        "BUSY NOW",
        "MODEM ERROR: x",
    ] {
        says(Command("ATI"), format!("{text}\r\n"), &[line(text)]);
    }
    says(
        Command("AT+CEER"),
        "+CEER: NO CARRIER\r\nOK\r\n",
        &[line("+CEER: NO CARRIER"), OK],
    );
}

#[test]
fn results_are_told_apart() {
    let x = Command("AT+X");
    says(
        x,
        "\r\nCOMMAND NOT SUPPORT\r\n",
        &[error("COMMAND NOT SUPPORT")],
    );
    says(
        x,
        "\r\nTOO MANY PARAMETERS\r\n",
        &[error("TOO MANY PARAMETERS")],
    );
    says(x, "\r\nMODEM ERROR: 3\r\n", &[error("MODEM ERROR: 3")]);
    says(x, "\r\n+EXT ERROR: 3\r\n", &[error("+EXT ERROR: 3")]);
    says(x, "\r\nNA\r\n", &[error("NA")]);
    says(x, "\r\n+CMS ERROR: 38\r\n", &[cms(Some(38), None)]);
    says(x, "\r\n+CMS ERROR:38\r\n", &[cms(Some(38), None)]);
    says(x, "\r\n+CMS ERROR 38\r\n", &[cms(Some(38), None)]);
    says(x, "\r\n+CMS ERROR: 99999\r\n", &[cms(None, Some("99999"))]);
    says(x, "\r\n+CMS ERROR\r\n", &[cms(None, None)]);
    says(
        x,
        "\r\n+CMS ERROR: (U)SIM BUSY\r\n",
        &[cms(Some(314), Some("(U)SIM BUSY"))],
    );
    says(
        x,
        "\r\n+CME ERROR: SIM PIN required\r\n",
        &[cme(Some(11), Some("SIM PIN required"))],
    );
    says(x, "\r\n+CME ERROR: 515\r\n", &[cme(Some(515), None)]);
    says(
        x,
        "\r\n+CME ERROR: bananas\r\n",
        &[cme(None, Some("bananas"))],
    );
}

#[test]
fn the_ends_of_calls_end_only_what_dials() {
    let connect = |text: &str| Event::Final(FinalResult::Connect(text.into()));
    for dials in [
        "ATD123;",
        "ATDT+15550100",
        "atd*99***1#",
        "ATA",
        "ATO",
        "AT+CGDATA=\"PPP\",1",
    ] {
        let dials = Command(dials);
        says(
            dials,
            "\r\nNO CARRIER\r\n",
            &[Event::Final(FinalResult::NoCarrier)],
        );
        says(dials, "\r\nBUSY\r\n", &[Event::Final(FinalResult::Busy)]);
        says(
            dials,
            "\r\nNO ANSWER\r\n",
            &[Event::Final(FinalResult::NoAnswer)],
        );
        says(
            dials,
            "\r\nNO DIALTONE\r\n",
            &[Event::Final(FinalResult::NoDialtone)],
        );
        says(
            dials,
            "\r\nNO DIAL TONE\r\n",
            &[Event::Final(FinalResult::NoDialtone)],
        );
        says(dials, "\r\nCONNECT\r\n", &[connect("CONNECT")]);
        says(
            dials,
            "\r\nCONNECT 150000000\r\n",
            &[connect("CONNECT 150000000")],
        );
    }
    for result in [
        "NO CARRIER",
        "BUSY",
        "NO ANSWER",
        "NO DIALTONE",
        "CONNECT 9600",
    ] {
        let octets = format!("\r\n{result}\r\n\r\n+CSQ: 9,99\r\n\r\nOK\r\n");
        says(
            Command("AT+CSQ"),
            &octets,
            &[urc(result), line("+CSQ: 9,99"), OK],
        );
        says(Pdu, format!("\r\n{result}\r\n"), &[urc(result)]);
        says(Idle, format!("\r\n{result}\r\n"), &[urc(result)]);
    }
}

#[test]
fn digits_are_results_without_words() {
    says(Command("AT"), "0\r", &[OK]);
    says(Command("AT"), "AT\r0\r", &[echo("AT"), OK]);
    says(Command("AT"), "\r\n0\r\n", &[OK]);
    says(Command("AT+X"), "4\r", &[ERROR]);
    says(
        Command("AT+CSQ"),
        "+CSQ: 9,99\r\n0\r",
        &[line("+CSQ: 9,99"), OK],
    );
    says(
        Command("AT+CSQ"),
        "2\r+CSQ: 9,99\r\n0\r",
        &[urc("2"), line("+CSQ: 9,99"), OK],
    );
    says(Command("AT+CSQ"), "3\r0\r", &[urc("3"), OK]);
    says(
        Command("ATD1;"),
        "3\r",
        &[Event::Final(FinalResult::NoCarrier)],
    );
    says(
        Command("ATD1;"),
        "6\r",
        &[Event::Final(FinalResult::NoDialtone)],
    );
    says(Command("ATD1;"), "7\r", &[Event::Final(FinalResult::Busy)]);
    says(
        Command("ATD1;"),
        "8\r",
        &[Event::Final(FinalResult::NoAnswer)],
    );
    says(
        Command("ATD1;"),
        "1\r",
        &[Event::Final(FinalResult::Connect("CONNECT".into()))],
    );
    says(Idle, "0\r", &[urc("0")]);
    // With words a digit between empty lines is what was asked for.
    says(
        Command("AT+FCLASS?"),
        "\r\n0\r\n\r\nOK\r\n",
        &[line("0"), OK],
    );
    says(
        Command("ATS0?"),
        "\r\n000\r\n\r\nOK\r\n",
        &[line("000"), OK],
    );
    says(
        Command("AT+CIMI"),
        "\r\n310150123456789\r\n\r\nOK\r\n",
        &[line("310150123456789"), OK],
    );
}

#[test]
fn echoes_come_once_twice_late_or_short() {
    let csq = Command("AT+CSQ");
    let rest = [line("+CSQ: 9,99"), OK];
    let answer = "\r\n+CSQ: 9,99\r\n\r\nOK\r\n";
    for (head, events) in [
        ("AT+CSQ\r", vec![echo("AT+CSQ")]),
        ("AT+CSQ\r\r\nAT+CSQ\r", vec![echo("AT+CSQ"), echo("AT+CSQ")]),
        ("at+csq\r", vec![echo("at+csq")]),
        ("T+CSQ\r", vec![echo("T+CSQ")]),
        (
            "AT+CREG?\r\nAT+CSQ\r",
            vec![echo("AT+CREG?"), echo("AT+CSQ")],
        ),
        (
            "+CMTI: \"SM\",1\r\nAT+CSQ\r",
            vec![urc("+CMTI: \"SM\",1"), echo("AT+CSQ")],
        ),
        ("\x1BAT+CSQ\r", vec![junk(b"\x1B"), echo("AT+CSQ")]),
    ] {
        let events: Vec<_> = events.into_iter().chain(rest.clone()).collect();
        says(csq, format!("{head}{answer}"), &events);
    }
    says(Idle, "ATE0\r\r\n", &[echo("ATE0")]);
    says(
        Command("AT+CMEE=1;+CREG=2"),
        "AT+CMEE=1;+CREG=2\r\r\nOK\r\n",
        &[echo("AT+CMEE=1;+CREG=2"), OK],
    );
    says(Idle, "AT&T\r\n", &[urc("AT&T")]);
}

#[test]
fn the_echo_of_a_pdu_is_no_answer() {
    let answer = [line("+CMGS: 12"), OK];
    for head in [
        format!("{PDU}\x1A\r\n"),
        format!("{PDU}\x1A"),
        format!("{PDU}\r\n"),
        format!("> {PDU}\x1A\r\n"),
    ] {
        let events: Vec<_> = [echo(PDU)].into_iter().chain(answer.clone()).collect();
        says(Pdu, format!("{head}+CMGS: 12\r\n\r\nOK\r\n"), &events);
    }
    says(
        Text,
        "hello\r> world\x1A\r\n+CMGS: 12\r\n\r\nOK\r\n",
        &[echo("hello"), echo("world"), line("+CMGS: 12"), OK],
    );
    says(Idle, format!("{PDU}\x1A\r\n"), &[echo(PDU)]);
}

#[test]
fn prompts_come_in_every_way() {
    for command in [
        "AT+CMGS=23",
        "AT+CMGW=23",
        "AT+CMGW",
        "AT+CNMA=1,12",
        "AT+CMGF=0;+CMGS=23",
        "at+cmgs=\"+1555;\",145",
    ] {
        for octets in [
            "\r\n> ",
            "\r\n>",
            "> ",
            ">",
            "\n> ",
            "\r> ",
            "\r\n>\r\n",
            "\r\n> \r\n",
            " > ",
            "\r\n> \r\n> ",
        ] {
            says(Command(command), octets, &[Event::Prompt]);
        }
    }
    let cmgs = Command("AT+CMGS=23");
    says(
        cmgs,
        "AT+CMGS=23\r\r\n> ",
        &[echo("AT+CMGS=23"), Event::Prompt],
    );
    says(cmgs, "AT+CMGS=23\r> ", &[echo("AT+CMGS=23"), Event::Prompt]);
    says(cmgs, "AT+CMGS=23> ", &[echo("AT+CMGS=23"), Event::Prompt]);
    let news = "+CMTI: \"SM\",1";
    says(
        cmgs,
        format!("\r\n{news}\r\n\r\n> "),
        &[urc(news), Event::Prompt],
    );
    says(
        cmgs,
        format!("\r\n> \r\n{news}\r\n"),
        &[Event::Prompt, urc(news)],
    );
    says(
        cmgs,
        "\r\n> \r\n+CMS ERROR: 304\r\n",
        &[Event::Prompt, cms(Some(304), None)],
    );
    says(
        cmgs,
        "> +CMS ERROR: 304\r\n",
        &[Event::Prompt, cms(Some(304), None)],
    );
    says(cmgs, "\r\n+CME ERROR: 14\r\n", &[cme(Some(14), None)]);
}

#[test]
fn no_prompt_is_awaited_otherwise() {
    for command in [
        "AT+CMSS=1",
        "AT+CNMA",
        "AT+CNMA=0",
        "AT+CMGS=?",
        "AT+CMGS?",
        "AT+CMGW=?",
        "AT+CSQ",
        "ATI",
    ] {
        says(Command(command), "\r\n> \r\n\r\nOK\r\n", &[junk(b">"), OK]);
        says(Command(command), "\r\n> ", &[]);
    }
    says(Idle, "\r\n> \r\n", &[junk(b">")]);
    // One that crosses the ESC, and one that nobody has asked for.
    says(Escape, "\r\n> \r\nOK\r\n", &[Event::Prompt, OK]);
    says(Probe("AT"), "\r\n> ", &[Event::Prompt]);
    says(Probe("AT"), "AT\r\n> \r\n> ", &[echo("AT"), Event::Prompt]);
    says(
        Probe("AT+CSQ"),
        "\r\n+CSQ: 9,99\r\n\r\nOK\r\n",
        &[line("+CSQ: 9,99"), OK],
    );
    says(
        Text,
        "\r\n> \r\n> \r\n+CMGS: 12\r\n\r\nOK\r\n",
        &[line("+CMGS: 12"), OK],
    );
}

#[test]
fn one_reader_sends_a_message() {
    let mut reader = LineReader::new();
    let mut heard = Vec::new();
    let mut hear = |reader: &mut LineReader, octets: &str| {
        reader.push(octets.as_bytes());
        heard.extend(core::iter::from_fn(|| reader.next_event()));
    };
    reader.expect(Command("AT+CMGS=33"));
    hear(&mut reader, "AT+CMGS=33\r\r\n>");
    reader.expect(Pdu);
    hear(
        &mut reader,
        &format!(" {PDU}\x1A\r\n\r\n+CDSI: \"SR\",4\r\n\r\n+CM"),
    );
    hear(
        &mut reader,
        "GS: 200\r\n\r\nOK\r\n\r\n+CMTI: \"SM\",3\r\nOK\r\n",
    );
    reader.expect(Command("AT+CMGS=12"));
    hear(&mut reader, "\r\n+CMS ERROR: 500\r\n");
    reader.expect(Escape);
    hear(&mut reader, "\r\nOK\r\n");
    let expected = [
        echo("AT+CMGS=33"),
        Event::Prompt,
        echo(PDU),
        urc("+CDSI: \"SR\",4"),
        line("+CMGS: 200"),
        OK,
        urc("+CMTI: \"SM\",3"),
        urc("OK"),
        cms(Some(500), None),
        OK,
    ];
    assert_eq!(heard, expected);
}

#[test]
fn late_results_are_news_and_answer_nothing() {
    says(
        Idle,
        "\r\n+CMGS: 12\r\n\r\nOK\r\n",
        &[urc("+CMGS: 12"), urc("OK")],
    );
    says(
        Idle,
        "\r\nERROR\r\n\r\n+CMS ERROR: 38\r\n",
        &[urc("ERROR"), urc("+CMS ERROR: 38")],
    );
    // The OK behind it is its own.
    let octets = "\r\n+CMGS: 12\r\n\r\nOK\r\n\r\n+CSQ: 9,99\r\n\r\nOK\r\n";
    says(
        Command("AT+CSQ"),
        octets,
        &[urc("+CMGS: 12"), urc("OK"), line("+CSQ: 9,99"), OK],
    );
    // Before its data are sent a message has no result.
    let octets = "\r\n+CMGS: 12\r\n\r\nOK\r\n\r\n> ";
    says(
        Command("AT+CMGS=23"),
        octets,
        &[urc("+CMGS: 12"), urc("OK"), Event::Prompt],
    );
    // Another command's answer, out of step.
    let octets = "\r\n+COPS: 0,0,\"X\"\r\n\r\n+CSQ: 9,99\r\n\r\nOK\r\n";
    says(
        Command("AT+CSQ"),
        octets,
        &[urc("+COPS: 0,0,\"X\""), line("+CSQ: 9,99"), OK],
    );
    says(
        Escape,
        "\r\n+CMGS: 12\r\n\r\nOK\r\n",
        &[line("+CMGS: 12"), OK],
    );
}

#[test]
fn what_was_pushed_before_belongs_to_what_was_in_flight_before() {
    let mut reader = LineReader::new();
    reader.expect(Command("AT"));
    reader.push(b"\r\nOK\r\n\r\nOK\r\n");
    reader.expect(Command("AT+CSQ"));
    reader.push(b"\r\n+CSQ: 9,99\r\n\r\nOK\r\n");
    let heard: Vec<_> = core::iter::from_fn(|| reader.next_event()).collect();
    assert_eq!(heard, [OK, urc("OK"), line("+CSQ: 9,99"), OK]);
}

#[test]
fn registration_is_an_answer_by_its_fields() {
    let creg = Command("AT+CREG?");
    for values in [
        "0,1",
        "2,1",
        "2,0",
        "2,10",
        "2, 5",
        "2,1,4CA,81DE445",
        "2,1,\"\",\"605F\"",
        "2,1,\"0B,\"0100701\",7",
        "2,1,\"00C3\",\"0E4B\",7",
    ] {
        let text = format!("+CREG: {values}");
        says(
            creg,
            format!("\r\n{text}\r\n\r\nOK\r\n"),
            &[line(&text), OK],
        );
        says(Idle, format!("\r\n{text}\r\n"), &[urc(&text)]);
    }
    for values in [
        "1",
        "5",
        "1,\"0001\",\"0002\"",
        "1,0001,0002",
        "1,1A2B,3C4D,7",
        "0,\"\",\"\"",
        "5,\"01\",\"02\",0",
    ] {
        let text = format!("+CREG: {values}");
        let octets = format!("\r\n{text}\r\n\r\n+CREG: 2,1\r\n\r\nOK\r\n");
        says(creg, octets, &[urc(&text), line("+CREG: 2,1"), OK]);
    }
    says(
        Command("AT+CREG=?"),
        "\r\n+CREG: 1\r\n+CREG: (0-2)\r\n\r\nOK\r\n",
        &[urc("+CREG: 1"), line("+CREG: (0-2)"), OK],
    );
    says(
        Command("AT+CREG=2"),
        "\r\n+CREG: 1\r\n\r\nOK\r\n",
        &[urc("+CREG: 1"), OK],
    );
    says(
        Command("AT+CGREG?"),
        "+CREG: 2,1\r\n+CGREG: 2,1\r\nOK\r\n",
        &[urc("+CREG: 2,1"), line("+CGREG: 2,1"), OK],
    );
    says(
        Command("AT+CEREG?;+CREG?"),
        "+CEREG: 2,1\r\n+CREG: 2,1\r\nOK\r\n",
        &[line("+CEREG: 2,1"), line("+CREG: 2,1"), OK],
    );
}

#[test]
fn words_that_answers_share_with_news() {
    says(
        Command("AT+CUSD=1,\"*100#\""),
        "+CUSD: 2\r\nOK\r\n",
        &[urc("+CUSD: 2"), OK],
    );
    says(
        Command("AT+CUSD?"),
        "+CUSD: 1\r\nOK\r\n",
        &[line("+CUSD: 1"), OK],
    );
    says(
        Command("AT+CUSD=?"),
        "+CUSD: (0-2)\r\nOK\r\n",
        &[line("+CUSD: (0-2)"), OK],
    );
    says(
        Command("AT+CFUN?"),
        "+CFUN: 1\r\nOK\r\n",
        &[line("+CFUN: 1"), OK],
    );
    says(
        Command("AT+CFUN=1,1"),
        "OK\r\n+CFUN: 1\r\n",
        &[OK, urc("+CFUN: 1")],
    );
    says(
        Command("AT+CFUN=1"),
        "+CFUN: 1\r\nOK\r\n",
        &[urc("+CFUN: 1"), OK],
    );
    says(
        Command("AT+CPIN?"),
        "+CPIN: SIM PIN\r\nOK\r\n",
        &[line("+CPIN: SIM PIN"), OK],
    );
    says(
        Command("AT+CSQ"),
        "+CPIN: READY\r\n+CSQ: 9,99\r\nOK\r\n",
        &[urc("+CPIN: READY"), line("+CSQ: 9,99"), OK],
    );
    says(
        Command("AT+CLIP?"),
        "+CLIP: \"+15550100\",145\r\n+CLIP: 0,1\r\nOK\r\n",
        &[urc("+CLIP: \"+15550100\",145"), line("+CLIP: 0,1"), OK],
    );
    says(
        Command("AT+CSQ"),
        "+CSQ: 9,99\r\nOK\r\n+CSQ: 8,99\r\n",
        &[line("+CSQ: 9,99"), OK, urc("+CSQ: 8,99")],
    );
}

#[test]
fn answers_begin_with_other_words_than_the_command() {
    for (command, text) in [
        ("AT+CCID", "+CCID: \"8949\""),
        ("AT+QCCID", "+CCID: 8949"),
        ("AT+CCID", "^ICCID: 8949"),
        ("AT^ICCID?", "+ICCID: 8949"),
        ("AT+CICCID", "ICCID:8949"),
        ("AT+CGSN", "+GSN: 49"),
        ("AT+GSN", "+CGSN: 49"),
        ("AT+CGMM", "+GMM: X"),
        ("AT+CGMR", "Revision: 11.2"),
        ("AT+CSQ", "^CSQ: 9"),
        ("AT+CSMS=?", "+CSMS=(0)"),
        ("ATI", "+GCAP: +CGSM,+DS,+ES"),
        ("AT&V", "+CMGF: 0"),
        ("AT^CARDLOCK?", "^UNLOCK: 1"),
        ("AT+CLAC", "+CMGS"),
    ] {
        says(
            Command(command),
            format!("\r\n{text}\r\n\r\nOK\r\n"),
            &[line(text), OK],
        );
    }
}

#[test]
fn strangers_words_are_news() {
    for command in [
        "AT",
        "ATE0",
        "ATZ",
        "AT+CSQ",
        "AT+CPMS?",
        "AT+CMGL=4",
        "AT+CMEE=1;+CSCS?",
    ] {
        says(
            Command(command),
            "+XYZZY: 1\r\nOK\r\n",
            &[urc("+XYZZY: 1"), OK],
        );
    }
    for text in [
        "^RSSI:18",
        "^BOOT:22360942,0,0,0,20",
        "^DSFLOWRPT:0000,0000",
        "^MODE:5,4",
        "+ZUSIMR:2",
        "+ZOPRT:5",
        "%SMSFULL",
        "RING",
        "+CRING: VOICE",
        "RDY",
        "Call Ready",
        "SMS Ready",
        "+QIND: SMS DONE",
        "+CIEV: 8,1",
        "*PSUTTZ: 1,2",
        "+CMTI: \"SM\",1",
        "+CDSI: \"SR\",1",
        "NORMAL POWER DOWN",
        "+CREG: 1",
    ] {
        for command in ["ATI", "AT+CSQ", "AT^HWVER", "AT+CGMI"] {
            says(
                Command(command),
                format!("\r\n{text}\r\n\r\nOK\r\n"),
                &[urc(text), OK],
            );
        }
        says(
            Pdu,
            format!("\r\n{text}\r\n\r\n+CMGS: 1\r\n\r\nOK\r\n"),
            &[urc(text), line("+CMGS: 1"), OK],
        );
        says(Idle, format!("\r\n{text}\r\n"), &[urc(text)]);
    }
}

#[test]
fn pdus_are_told_by_their_place() {
    for head in [
        "+CMT: ,33",
        "+CMT: 33",
        "+CMT: \"Bob\",33",
        "+CMT: \"Bob,33",
        "+CDS: 33",
        "+CDS: ,33",
        "+CBM: 88",
        "+CMT:,33",
    ] {
        for between in ["\r\n", "\r\r\n", "\n", "\r\n\r\n", "\r\n\r\n\r\n"] {
            let octets = format!("\r\n{head}{between}{PDU}\r\n");
            says(Idle, &octets, &[urc_with_pdu(head, PDU)]);
            let octets = format!("{octets}\r\nOK\r\n");
            says(Command("AT"), &octets, &[urc_with_pdu(head, PDU), OK]);
        }
    }
    says(
        Idle,
        "+CMT: ,0\r\n+CMTI: \"SM\",1\r\n",
        &[urc("+CMT: ,0"), urc("+CMTI: \"SM\",1")],
    );
}

#[test]
fn news_may_stand_before_a_pdu_and_results_may_not() {
    let cmt = "+CMT: ,33";
    let news = "+CMTI: \"SM\",1";
    says(
        Idle,
        format!("{cmt}\r\n{news}\r\n{PDU}\r\n"),
        &[urc(news), urc_with_pdu(cmt, PDU)],
    );
    says(
        Command("AT"),
        format!("{cmt}\r\nAT\r\n{PDU}\r\nOK\r\n"),
        &[echo("AT"), urc_with_pdu(cmt, PDU), OK],
    );
    says(
        Command("AT"),
        format!("{cmt}\r\nOK\r\n{PDU}\r\n"),
        &[urc(cmt), OK, urc(PDU)],
    );
    says(
        Command("AT"),
        format!("{cmt}\r\n0\r{PDU}\r"),
        &[urc(cmt), OK, urc(PDU)],
    );
    says(
        Command("AT"),
        format!("{cmt}\r\n+CMS ERROR: 38\r\n"),
        &[urc(cmt), cms(Some(38), None)],
    );
    says(
        Idle,
        format!("{cmt}\r\nOK\r\n{PDU}\r\n"),
        &[urc(cmt), urc("OK"), urc(PDU)],
    );
    says(
        Idle,
        format!("{cmt}\r\n+CDS: 24\r\n{PDU}\r\n"),
        &[urc(cmt), urc_with_pdu("+CDS: 24", PDU)],
    );
    says(
        Command("AT+CMGS=9"),
        format!("{cmt}\r\n> \r\n{PDU}\r\n"),
        &[Event::Prompt, urc_with_pdu(cmt, PDU)],
    );
}

#[test]
fn messages_come_between_the_lines_of_a_list() {
    let octets = format!(
        "\r\n+CMGL: 1,1,,33\r\n{PDU}\r\n+CMT: ,33\r\n{PDU}\r\n+CMGL: 2,1,,33\r\n+CMT: ,33\r\n{PDU}\r\n{PDU}\r\n\r\nOK\r\n"
    );
    let message = || urc_with_pdu("+CMT: ,33", PDU);
    let expected = [
        line("+CMGL: 1,1,,33"),
        line(PDU),
        message(),
        line("+CMGL: 2,1,,33"),
        message(),
        line(PDU),
        OK,
    ];
    says(Command("AT+CMGL=4"), octets, &expected);
}

#[test]
fn reading_an_empty_place() {
    says(
        Command("AT+CMGR=7"),
        "\r\n+CMGR: 0,,0\r\n\r\nOK\r\n",
        &[line("+CMGR: 0,,0"), OK],
    );
    says(
        Command("AT+CMGR=7"),
        "\r\n+CMGR: 0,,0\r\n\r\n\r\nOK\r\n",
        &[line("+CMGR: 0,,0"), OK],
    );
    says(
        Command("AT+CMGR=7"),
        "\r\n+CMGR: 0,,24\r\nERROR\r\n",
        &[line("+CMGR: 0,,24"), ERROR],
    );
    says(Command("AT+CMGR=7"), "\r\nOK\r\n", &[OK]);
}

#[test]
fn a_text_is_the_next_line_whatever_it_is() {
    let cmt = "+CMT: \"+15550100\",,\"26/01/02,03:04:05+04\"";
    let full = "+CMT: \"+15550100\",\"Bob, \",\"26/01/02,03:04:05+04\",145,4,0,0,\"+1555\",145,2";
    for body in [
        "OK",
        "ERROR",
        "> ",
        "+CMTI: \"SM\",1",
        "+CUSD: 0,\"",
        "RDY",
        "0",
        "AT+CSQ",
        "48656C6C6F",
        "\u{3}\u{1A}",
        "",
        "  x ",
    ] {
        for head in [cmt, full, "+CBM: 1,50,1,1,1"] {
            let octets = format!("\r\n{head}\r\n{body}\r\n");
            says(Idle, &octets, &[urc_with_text(head, body)]);
            let octets = format!("{octets}\r\n+CSQ: 9,99\r\n\r\nOK\r\n");
            says(
                Command("AT+CSQ"),
                octets,
                &[urc_with_text(head, body), line("+CSQ: 9,99"), OK],
            );
            let octets = format!("\r\n{head}\r\n{body}\r\n\r\n> ");
            says(
                Command("AT+CMGS=1"),
                octets,
                &[urc_with_text(head, body), Event::Prompt],
            );
        }
        for (command, head) in [
            (
                "AT+CMGR=1",
                "+CMGR: \"REC READ\",\"+15550100\",,\"26/01/01,00:00:00+00\"",
            ),
            (
                "AT+CMGR=1",
                "+CMGR: REC READ,+15550100,,26/01/01,00:00:00+00",
            ),
            (
                "AT+CMGL=\"ALL\"",
                "+CMGL: 1,\"REC READ\",\"+15550100\",,\"26/01/01,00:00:00+00\"",
            ),
            ("AT+CMGL=\"ALL\"", "+CMGL: 1,\"STO SENT\",\"+15550100\",,"),
        ] {
            let octets = format!("\r\n{head}\r\n{body}\r\n\r\nOK\r\n");
            says(
                Command(command),
                octets,
                &[line(head), line(body.trim_ascii_end()), OK],
            );
        }
    }
}

#[test]
fn text_mode_reports_are_one_line() {
    let cds = "+CDS: 6,200,\"+15550100\",145,\"26/01/01,00:00:00+00\",\"26/01/01,00:00:09+00\",0";
    says(
        Idle,
        format!("\r\n{cds}\r\n\r\n+CMTI: \"SM\",1\r\n"),
        &[urc(cds), urc("+CMTI: \"SM\",1")],
    );
    says(
        Command("AT"),
        format!("\r\n{cds}\r\n\r\nOK\r\n"),
        &[urc(cds), OK],
    );
    let cmgl = "+CMGL: 1,\"REC READ\",6,200,\"+15550100\",145,\"26/01/01,00:00:00+00\",\"26/01/01,00:00:09+00\",0";
    says(
        Command("AT+CMGL=\"ALL\""),
        format!("\r\n{cmgl}\r\n\r\nOK\r\n"),
        &[line(cmgl), OK],
    );
}

#[test]
fn only_the_networks_text_has_line_breaks() {
    for text in [
        "+CUSD: 1,\"Reply\r\nOK\r\nto continue\",15",
        "+CUSD: 1,\"a\r\n\r\nb\"",
        "+CUSD:0,\"dial \"1\" to\r\nor \"2\" now\",15",
        "+CUSD: 1,\"\r\n1 > 2\n> 3\r\n\",72",
        "+CUSD: 2,\"a\r\n\",15",
    ] {
        says(Idle, format!("\r\n{text}\r\n"), &[urc(text)]);
        says(
            Command("AT+CUSD=1,\"*100#\""),
            format!("\r\n{text}\r\n\r\nOK\r\n"),
            &[urc(text), OK],
        );
        says(
            Command("AT+CMGS=3"),
            format!("\r\n{text}\r\n> "),
            &[urc(text), Event::Prompt],
        );
    }
    for text in [
        "+CUSD: 0, 49B41C74ACD3D16171D90D",
        "+CUSD: 0,\"say \"hi\",15",
        "+CUSD: 0,\"\",15",
        "+CUSD: 0,text\",15",
        "+CUSD: 0,6 o'clock\"",
    ] {
        says(
            Command("AT+CUSD=1,\"*100#\""),
            format!("\r\n{text}\r\n\r\nOK\r\n"),
            &[urc(text), OK],
        );
    }
    // Elsewhere a quote that is not closed ends with its line.
    says(
        Command("AT+COPS?"),
        "\r\n+COPS: 0,0,\"X\r\n\r\nOK\r\n",
        &[line("+COPS: 0,0,\"X"), OK],
    );
    says(
        Command("AT"),
        "\r\n+CMTI: \"SM,3\r\n\r\nOK\r\n",
        &[urc("+CMTI: \"SM,3"), OK],
    );
}

/// The events of these octets and of giving up what is held behind them.
fn released(in_flight: InFlight<'_>, octets: &[u8]) -> Vec<Event> {
    let mut reader = LineReader::new();
    reader.expect(in_flight);
    reader.push(octets);
    let mut events: Vec<_> = core::iter::from_fn(|| reader.next_event()).collect();
    assert!(reader.is_holding());
    reader.release();
    assert!(!reader.is_holding());
    events.extend(core::iter::from_fn(|| reader.next_event()));
    events
}

#[test]
fn what_is_held_can_be_released() {
    let cusd = Command("AT+CUSD=1,\"*100#\"");
    let octets = b"\r\n+CUSD: 0,\"no end\r\n\r\nOK\r\n\r\n+CMTI: \"SM\",1\r\n";
    let expected = [urc("+CUSD: 0,\"no end"), OK, urc("+CMTI: \"SM\",1")];
    assert_eq!(common::events(cusd, [&octets[..]]), expected);
    let octets = b"+CUSD: 0,\"no end\r\nOK\r\n\"x\" y\r\n";
    let expected = [urc("+CUSD: 0,\"no end"), OK, urc("\"x\" y")];
    assert_eq!(released(cusd, octets), expected);
    let octets = b"+CUSD: 0,\"no end\r\nOK";
    assert_eq!(released(cusd, octets), [urc("+CUSD: 0,\"no end"), OK]);
    assert_eq!(released(Idle, b"+CMT: ,33\r\n"), [urc("+CMT: ,33")]);
    assert_eq!(
        released(Idle, b"+CMT: ,33\r\n0791"),
        [urc("+CMT: ,33"), urc("0791")]
    );
    assert_eq!(released(Command("AT"), b"OK"), [OK]);
    assert_eq!(
        released(Idle, b"+CMT: \"1\",,\"2\"\r\n"),
        [urc("+CMT: \"1\",,\"2\"")]
    );
}

#[test]
fn a_string_that_does_not_end_is_given_up_when_it_is_too_long() {
    let text = "x".repeat(100);
    let mut octets = String::from("+CUSD: 0,\"");
    for _ in 0..60 {
        octets += &text;
        octets += "\r\n";
    }
    octets += "OK\r\n";
    let events = common::events(Command("AT"), [octets.as_bytes()]);
    assert_eq!(events.len(), 61);
    assert_eq!(events[0], urc(&format!("+CUSD: 0,\"{text}")));
    assert!(events[1..60].iter().all(|event| *event == line(&text)));
    assert_eq!(events[60], OK);
    // Another +CUSD does not wait for the end of the first.
    says(
        Idle,
        "+CUSD: 0,\"a\r\nb\r\n+CUSD: 0,\"c\"\r\n",
        &[urc("+CUSD: 0,\"a"), urc("b"), urc("+CUSD: 0,\"c\"")],
    );
}

#[test]
fn a_line_that_does_not_end_is_junk() {
    let long = "x".repeat(2 * LineReader::MAX_LINE + 5);
    let octets = format!("{long}\r\nOK\r\n");
    let events = common::events(Command("AT"), [octets.as_bytes()]);
    let kept = |len: usize| junk(&vec![b'x'; len]);
    let expected = [
        kept(LineReader::MAX_LINE),
        kept(LineReader::MAX_LINE),
        kept(5),
        OK,
    ];
    assert_eq!(events, expected);
    assert_eq!(
        common::events(Command("AT"), octets.as_bytes().chunks(7)),
        expected
    );
}

#[test]
fn doubled_answers_leave_the_second_as_news() {
    let octets = "\r\n+CSQ: 9,99\r\n\r\nOK\r\n\r\n+CSQ: 9,99\r\n\r\nOK\r\n";
    let expected = [line("+CSQ: 9,99"), OK, urc("+CSQ: 9,99"), urc("OK")];
    says(Command("AT+CSQ"), octets, &expected);
}
