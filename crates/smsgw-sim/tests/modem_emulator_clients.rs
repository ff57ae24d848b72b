//! What real programs say to a modem, in their order and with their line ends, and that each line
//! is answered so that they go on.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod modem_emulator;

use modem_emulator::*;
use smsgw_sim::modem::{Config, ModemConfig, Profile, What};

fn fresh() -> Bench {
    Bench::new(Config::default(), [ModemConfig::new(FIRST)])
}

/// Writes each line as it is, and expects its answer to end so, whatever is echoed.
fn transcript(bench: &mut Bench, exchange: &[(&str, &str)]) {
    for (line, wanted) in exchange {
        let answer = bench.write(line);
        let shown = lines(&answer);
        let advanced = if wanted.contains("later:") {
            bench.advance(seconds(10))
        } else {
            String::new()
        };
        let wanted = wanted.trim_start_matches("later:");
        let whole = if advanced.is_empty() { shown } else { advanced };
        assert!(
            whole.ends_with(wanted),
            "{line:?}: {whole:?} does not end with {wanted:?}"
        );
        bench.advance(ms(100));
    }
}

#[test]
fn gammu_identifies_and_sends() {
    let mut bench = fresh();
    let (length, pdu) = pdus(OUTSIDE, "hello", true).remove(0);
    // With the whole address of the service centre in front.
    let pdu = format!("0791947101670000{}\u{1A}", &pdu[2..]);
    let command = format!("AT+CMGS={length}\r");
    transcript(
        &mut bench,
        &[
            ("\u{1B}\r", ""),
            ("AT\r", "AT|OK"),
            ("ATE1\r", "ATE1|OK"),
            ("AT+MODE=2\r", "AT+MODE=2|ERROR"),
            ("AT+CMEE=1\r", "OK"),
            ("AT+CSCS?\r", "+CSCS: \"GSM\"|OK"),
            (
                "AT+CSCS=?\r",
                "+CSCS: (\"GSM\",\"IRA\",\"UCS2\",\"HEX\",\"8859-1\",\"PCCP437\")|OK",
            ),
            ("AT+CSCS=\"HEX\"\r", "OK"),
            ("AT+CGMM\r", "AT+CGMM|emulated modem|OK"),
            ("AT+CGMI\r", "AT+CGMI|smsgw|OK"),
            ("AT+CPROT=?\r", "ERROR"),
            ("AT+SYNCML=?\r", "ERROR"),
            ("AT$TSSPCSW=?\r", "ERROR"),
            ("AT+CHUP=?\r", "OK"),
            ("AT+CGMR\r", "1.0|OK"),
            ("AT+CFUN=1\r", "OK"),
            ("AT+CGSN\r", "|OK"),
            ("AT+CIMI\r", "|OK"),
            ("AT+CMGF=0\r", "OK"),
            ("AT+CSCA?\r", "+CSCA: \"2B343931373130373630303030\",145|OK"),
            (command.as_str(), "> "),
            (pdu.as_str(), "+CMGS: 1|OK"),
            ("AT+CUSD=1\r", "OK"),
            (
                "AT+CUSD=1,\"2A31303023\",15\r",
                "later:596F75722062616C616E63652069732031322E333420455552\",15",
            ),
            ("AT+CBC\r", "|OK"),
            ("AT+CSQ\r", "|OK"),
            ("AT+CREG=2\r", "OK"),
            ("AT+CREG?\r", "+CREG: 2,1,\"00C3\",\"0000A1B2\",0|OK"),
            ("AT+CGREG=2\r", "OK"),
            ("AT+CGREG?\r", "|OK"),
            ("AT+CGATT?\r", "+CGATT: 1|OK"),
            ("AT+COPS=3,2\r", "OK"),
            ("AT+COPS?\r", "+COPS: 0,2,\"26201\",0|OK"),
        ],
    );
    assert_eq!(
        bench.submitted(),
        [(OUTSIDE.to_owned(), "hello".to_owned())]
    );
    // Closed and opened again: the set is as it was left.
    let first = bench.first();
    bench.network.handle_close(first, bench.now);
    transcript(
        &mut bench,
        &[
            ("\u{1B}\r", ""),
            ("AT\r", "OK"),
            ("AT+CSCS?\r", "+CSCS: \"HEX\"|OK"),
            ("AT+CPMS=\"534D\"\r", "+CPMS: 0,20,0,20,0,20|OK"),
        ],
    );
}

#[test]
fn gammu_smsd_receives() {
    let mut bench = fresh();
    transcript(
        &mut bench,
        &[
            ("AT\r", "OK"),
            ("AT+CPMS=?\r", "|OK"),
            ("AT+CNMI=?\r", "|OK"),
            ("AT+CNMI=3,1,2,2,1\r", "OK"),
            ("AT+CUSD=1\r", "OK"),
            ("AT+CMMS=2\r", "OK"),
            ("AT+CMGF=0\r", "OK"),
        ],
    );
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, "hello", now).unwrap();
    assert_eq!(lines(&bench.read()), "+CMTI: \"SM\",1");
    transcript(
        &mut bench,
        &[
            ("AT+CPMS=\"ME\",\"ME\"\r", "+CPMS: 0,100,0,100,1,20|OK"),
            ("AT+CMGL=4\r", "AT+CMGL=4|OK"),
            ("AT+CPMS=\"SM\",\"SM\"\r", "+CPMS: 1,20,1,20,1,20|OK"),
            ("AT+CMGL=4\r", "|OK"),
            ("AT+CMGR=1\r", "|OK"),
            ("AT+CMGD=1\r", "OK"),
            ("AT+CUSD=2\r", "OK"),
            ("AT+CUSD=0\r", "OK"),
            ("AT+CMMS=0\r", "OK"),
        ],
    );
}

#[test]
fn smstools_polls() {
    let mut bench = fresh();
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, "hello", now).unwrap();
    let (length, pdu) = pdus(OUTSIDE, "answer", true).remove(0);
    let (command, pdu) = (format!("AT+CMGS={length}\r"), format!("{pdu}\u{1A}"));
    transcript(
        &mut bench,
        &[
            ("AT\r", "OK"),
            ("ATE0\r", "OK"),
            ("AT+CMEE=1;+CREG=2\r", "OK"),
            ("AT+CPIN?\r", "+CPIN: READY|OK"),
            ("AT+CNMI=2,0,0,2,1\r", "OK"),
            ("AT+CSQ\r", "+CSQ: 20,99|OK"),
            ("AT+CREG?\r", "+CREG: 2,1,\"00C3\",\"0000A1B2\",0|OK"),
            ("AT+CMGF=0\r", "OK"),
            ("AT+CGSN\r", "|OK"),
            ("AT+CIMI\r", "|OK"),
            (
                "AT+CPMS?\r",
                "+CPMS: \"SM\",1,20,\"SM\",1,20,\"SM\",1,20|OK",
            ),
            ("AT+CMGR=1\r", "|OK"),
            ("AT+CMGD=1\r", "OK"),
            (command.as_str(), "> "),
            (pdu.as_str(), "+CMGS: 1|OK"),
        ],
    );
}

#[test]
fn smstools_gets_a_stuck_modem_to_listen() {
    let mut bench = fresh();
    bench.write("AT+CMGS=20\r0011");
    assert_eq!(bench.write("AT\r"), "AT\r");
    // Ctrl-Z and escape, one after the other.
    bench.write("\u{1A}\r");
    bench.write("\u{1B}\r");
    assert!(bench.ask("AT").ends_with("OK"));
    bench.ask("ATV0");
    assert_eq!(bench.write("AT\r"), "AT\r0\r");
    assert_eq!(lines(&bench.write("ATV1\r")), "ATV1|OK");
}

#[test]
fn python_gsmmodem_sets_up_and_toggles_the_character_set() {
    let mut bench = fresh();
    transcript(
        &mut bench,
        &[
            ("ATZ\r", "OK"),
            ("ATE0\r", "OK"),
            ("AT+CFUN?\r", "+CFUN: 1|OK"),
            ("AT+CMEE=1\r", "OK"),
            ("AT+CPIN?\r", "+CPIN: READY|OK"),
            ("AT+CLAC\r", "|OK"),
            ("AT^CVOICE=?\r", "ERROR"),
            ("AT+VTS=?\r", "ERROR"),
            ("AT^DTMF=?\r", "ERROR"),
            ("AT^USSDMODE?\r", "ERROR"),
            ("AT+WIND?\r", "ERROR"),
            ("AT+ZPAS=?\r", "ERROR"),
            ("AT+CSCS=?\r", "|OK"),
            ("AT+CNUM\r", "|OK"),
            ("AT+CGMI\r", "smsgw|OK"),
            ("AT+COPS=3,0\r", "OK"),
            ("AT+CMGF=0\r", "OK"),
            ("AT+CSCA?\r", "+CSCA: \"+491710760000\",145|OK"),
            ("AT+CSMP=49,167,0,0\r", "OK"),
            ("AT+CSCA?\r", "+CSCA: \"+491710760000\",145|OK"),
            ("AT+CPMS=?\r", "|OK"),
            (
                "AT+CPMS=\"ME\",\"ME\",\"ME\"\r",
                "+CPMS: 0,100,0,100,0,100|OK",
            ),
            ("AT+CNMI=2,1,0,2\r", "OK"),
            ("AT+CLIP=1\r", "OK"),
            ("AT+CRC=1\r", "OK"),
            ("AT+CVHU=0\r", "OK"),
            ("AT+CSCS=\"UCS2\"\r", "OK"),
            ("AT+CSCS=\"GSM\"\r", "OK"),
        ],
    );
}

#[test]
fn kannel_is_shown_messages_directly() {
    let mut bench = fresh();
    transcript(
        &mut bench,
        &[
            ("ATZ\r", "OK"),
            ("AT\r", "OK"),
            ("AT&F\r", "OK"),
            ("ATE0\r", "OK"),
            ("AT+IFC=2,2\r", "OK"),
            ("AT+CPIN?\r", "+CPIN: READY|OK"),
            ("AT+CSCA=\"+491710760000\"\r", "OK"),
            ("AT+CMGF=0\r", "OK"),
            ("AT+CSMS=?\r", "+CSMS: (0,1)|OK"),
            ("AT+CSMS=1\r", "+CSMS: 1,1,1|OK"),
            ("AT+CNMI=1,2,0,1,0\r", "OK"),
        ],
    );
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, "hello", now).unwrap();
    assert!(bench.read().contains("+CMT: ,"));
    transcript(&mut bench, &[("AT+CNMA\r", "OK"), ("AT\r", "OK")]);
    let (length, pdu) = pdus(OUTSIDE, "answer", true).remove(0);
    bench.write(&format!("AT+CMGS={length}\r"));
    assert_eq!(lines(&bench.write(&format!("{pdu}\u{1A}"))), "+CMGS: 1|OK");
    assert!(bench.advance(seconds(1)).contains("+CDS: 26|0791"));
    transcript(&mut bench, &[("AT+CNMA\r", "OK")]);
    let events = bench.events();
    let acknowledged = events
        .iter()
        .filter(|what| matches!(what, What::Acknowledge { .. }));
    assert_eq!(acknowledged.count(), 2);
}

#[test]
fn modemmanager_ends_lines_with_cr_lf() {
    let mut bench = fresh();
    transcript(
        &mut bench,
        &[
            ("AT\r\n", "OK"),
            ("ATE0\r\n", "OK"),
            ("ATV1\r\n", "OK"),
            ("AT+CMEE=1\r\n", "OK"),
            ("ATX4\r\n", "OK"),
            ("AT&C1\r\n", "OK"),
            ("AT+IFC=1,1\r\n", "OK"),
            ("AT+GCAP\r\n", "+GCAP: +CGSM,+DS,+ES|OK"),
            ("AT+WS46=?\r\n", "+WS46: (12,22,25)|OK"),
            ("AT+CSCS=?\r\n", "|OK"),
            ("AT+CSCS=\"UCS2\"\r\n", "OK"),
            ("AT+CSCS?\r\n", "+CSCS: \"UCS2\"|OK"),
            ("AT+CGMI\r\n", "smsgw|OK"),
            ("AT+CGMM\r\n", "|OK"),
            ("AT+CGMR\r\n", "|OK"),
            ("AT+CGSN\r\n", "|OK"),
            ("ATI\r\n", "|OK"),
            ("AT+CPIN?\r\n", "+CPIN: READY|OK"),
            ("AT+CSIM=10,\"0020000100\"\r\n", "+CSIM: 4,\"63C3\"|OK"),
            ("AT+CSIM=10,\"002C000100\"\r\n", "+CSIM: 4,\"63CA\"|OK"),
            ("AT+CRSM=176,12258,0,0,10\r\n", "|OK"),
            ("AT+CRSM=176,28589,0,0,4\r\n", "|OK"),
            ("AT+CIMI\r\n", "|OK"),
            ("AT+CLCK=?\r\n", "|OK"),
            ("AT+CLCK=\"SC\",2\r\n", "+CLCK: 0|OK"),
            ("AT+CNUM\r\n", "+CNUM: ,\"+491700000001\",145|OK"),
            ("AT+CPOL=,2\r\n", "OK"),
            ("AT+CPOL?\r\n", "OK"),
            ("AT+CEMODE?\r\n", "+CEMODE: 2|OK"),
            (
                "AT+CRSM=176,28599,0,0,15\r\n",
                "+CRSM: 144,0,\"11F2FF19F1FFFFFFFFFFFFFFFFFFFF\"|OK",
            ),
            ("AT+CNMI=?\r\n", "|OK"),
            ("AT+CPMS=?\r\n", "|OK"),
            (
                "AT+CPMS?\r\n",
                "+CPMS: \"SM\",0,20,\"SM\",0,20,\"SM\",0,20|OK",
            ),
            ("AT+CREG=2\r\n", "OK"),
            ("AT+CGREG=2\r\n", "OK"),
            ("AT+CEREG=2\r\n", "OK"),
            ("AT+CREG?\r\n", "|OK"),
            ("AT+COPS=3,2;+COPS?\r\n", "|OK"),
            ("AT+COPS=3,0;+COPS?\r\n", "|OK"),
            ("AT+CMGF=?\r\n", "+CMGF: (0,1)|OK"),
            ("AT+CMGF=0\r\n", "OK"),
            ("AT+CPMS=\"ME\"\r\n", "|OK"),
            ("AT+CMGL=4\r\n", "OK"),
            ("AT+CPMS=\"SM\"\r\n", "|OK"),
            ("AT+CMGL=4\r\n", "OK"),
            ("AT+CNMI=2,1,2,1,0\r\n", "OK"),
            ("AT+CUSD=1,\"2A31303023\",15\r\n", "later:\",15"),
            ("AT+CFUN?\r\n", "+CFUN: 1|OK"),
            ("AT+CSQ\r\n", "|OK"),
        ],
    );
    // It goes on to the next when one is refused.
    let mut bench = Bench::of(ModemConfig::new(FIRST).with_profile(Profile::SIERRA));
    for set in ["2,1,2,1,0", "2,1,2,2,0", "2,1,0,2,0", "2,1,2,0,0"] {
        assert_eq!(bench.ask(&format!("AT+CNMI={set}")), "+CMS ERROR: 303");
    }
}

#[test]
fn gnokii_and_serialport_gsm_send() {
    let mut bench = fresh();
    let (length, pdu) = pdus(OUTSIDE, "hello", false).remove(0);
    let command = format!("AT+CMGS={length}\r");
    let gnokii = format!("{pdu}\u{1A}");
    let npm = format!("{pdu}\u{1A}\r");
    transcript(
        &mut bench,
        &[
            ("ATZ\r", "OK"),
            ("ATE1\r", "OK"),
            ("AT+CMEE=1\r", "OK"),
            ("AT+GMM\r", "|OK"),
            ("AT+CGMI\r", "|OK"),
            ("AT+CSCS?\r", "|OK"),
            ("AT+CSCA?\r", "|OK"),
            ("AT+CMGF=0\r", "OK"),
            (command.as_str(), "> "),
            (gnokii.as_str(), "+CMGS: 1|OK"),
            ("ATZ\r", "OK"),
            ("ATE1\r", "OK"),
            ("AT+CPIN?\r", "OK"),
            ("AT+CMEE=1;+CREG=2\r", "OK"),
            ("AT+CMGF=0\r", "OK"),
            (command.as_str(), "> "),
            (npm.as_str(), "+CMGS: 2|OK"),
            ("AT\r", "OK"),
        ],
    );
}

#[test]
fn ofono_builds_from_what_is_offered() {
    let mut bench = fresh();
    transcript(
        &mut bench,
        &[
            ("ATE0V1\r", "OK"),
            ("AT+CSMS=?\r", "+CSMS: (0,1)|OK"),
            ("AT+CSMS=1\r", "+CSMS: 1,1,1|OK"),
            ("AT+CMGF=?\r", "|OK"),
            ("AT+CMGF=0\r", "OK"),
            ("AT+CPMS=?\r", "|OK"),
            ("AT+CPMS=\"ME\",\"ME\",\"ME\"\r", "|OK"),
            ("AT+CNMI=?\r", "+CNMI: (0-3),(0-3),(0-3),(0-2),(0,1)|OK"),
            ("AT+CNMI=2,2,2,1,0\r", "OK"),
            ("AT+CMGL=4\r", "OK"),
            ("AT+CGREG=?\r", "|OK"),
            ("AT+CIND=?\r", "|OK"),
            ("AT+CMER=?\r", "|OK"),
            ("AT+CMER=3,0,0,1\r", "OK"),
            ("AT+CLCC\r", "OK"),
            ("AT+CSSN=1,1\r", "OK"),
            ("AT+COLP=1\r", "OK"),
            ("AT+VTD?\r", "ERROR"),
            ("AT+CCWA=1\r", "OK"),
        ],
    );
}
