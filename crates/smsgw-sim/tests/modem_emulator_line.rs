//! Command lines as users write them, and answers as modems frame them (V.250).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod modem_emulator;

use modem_emulator::*;
use smsgw_sim::modem::{Config, ModemConfig, What};

fn fresh() -> Bench {
    Bench::new(Config::default(), [ModemConfig::new(FIRST)])
}

#[test]
fn what_is_written_is_echoed_until_that_is_ended() {
    let mut bench = fresh();
    assert_eq!(bench.write("AT\r"), "AT\r\r\nOK\r\n");
    // The line that ends it is echoed yet.
    assert_eq!(bench.write("ATE0\r"), "ATE0\r\r\nOK\r\n");
    assert_eq!(bench.write("AT\r"), "\r\nOK\r\n");
    assert_eq!(bench.write("ATE1\r"), "\r\nOK\r\n");
    assert_eq!(bench.write("at\r"), "at\r\r\nOK\r\n");
}

#[test]
fn an_octet_at_a_time_is_the_same() {
    let line = "AT+CMEE=1;+CREG=2;+CREG?\r";
    let whole = fresh().write(line);
    let mut bench = fresh();
    let pieces: String = line.chars().map(|c| bench.write(&c.to_string())).collect();
    assert_eq!(pieces, whole);
    assert!(whole.ends_with("\r\n+CREG: 2,1,\"00C3\",\"0000A1B2\",0\r\n\r\nOK\r\n"));
}

#[test]
fn ends_of_lines_are_taken_as_they_come() {
    let mut bench = Bench::one();
    for line in [
        "AT\r\n",
        "AT\r",
        "\r\nAT\r\n",
        "\u{1A}\rAT\r",
        "\u{1B}\rAT\r",
        "\u{1B}AT\r",
        "  AT\r",
        "\0\0AT\r",
        "noise and AT\r",
        "at\r",
        "aT\r",
        "A T\u{8}\u{8}T\r",
        "AT \r",
        "AT+C\u{1B}AT\r",
    ] {
        assert_eq!(bench.write(line), "\r\nOK\r\n", "{line:?}");
    }
    for silent in [
        "\r",
        "\r\n",
        "\n",
        "\u{1A}",
        "\u{1B}",
        "0123456789ABCDEF\r",
        "\u{1A}\r",
    ] {
        assert_eq!(bench.write(silent), "", "{silent:?}");
    }
    assert_eq!(bench.write("AT\n\r"), "\r\nOK\r\n");
}

#[test]
fn commands_stand_behind_each_other() {
    let mut bench = Bench::one();
    for line in [
        "ATE0V1",
        "ATE0V1Q0X4&C1&D2",
        "ATE0 V1",
        "AT+CMEE=1;+CREG=2",
        "ATE0+CMEE=1;+CREG=0",
        "AT;",
        "AT+CMEE=1;",
        "at+cmee = 1",
    ] {
        assert_eq!(bench.ask(line), "OK", "{line}");
    }
    assert_eq!(bench.ask("AT+CSQ;+CGATT?"), "+CSQ: 20,99|+CGATT: 1|OK");
    // What follows an error is not done.
    assert_eq!(bench.ask("AT+CREG=9;+CREG=2"), "+CME ERROR: 50");
    assert_eq!(bench.ask("AT+CREG?"), "+CREG: 0,1|OK");
}

#[test]
fn the_last_line_comes_again() {
    let mut bench = Bench::one();
    assert_eq!(bench.ask("AT+CSQ"), "+CSQ: 20,99|OK");
    assert_eq!(lines(&bench.write("A/")), "+CSQ: 20,99|OK");
    assert_eq!(lines(&bench.write("a/")), "+CSQ: 20,99|OK");
    assert_eq!(bench.ask("AT"), "OK");
}

#[test]
fn what_is_not_known_is_an_error_and_never_silence() {
    let mut bench = Bench::one();
    for line in [
        "AT+X",
        "AT+XYZZY=1,2",
        "AT+XYZZY?",
        "AT+XYZZY=?",
        "ATU",
        "AT&Z9",
        "AT^X",
        "AT$X",
        "AT%X",
        "AT*X",
        "AT#X",
        "AT!X",
        "AT_X",
        "AT@X",
        "AT+",
        "AT=",
        "AT?",
        "AT1",
        "ATE2",
        "ATV9",
        "ATS99=1",
        "AT+CMGF?1",
        "AT\u{E9}",
        "AT+MODE=2",
        "AT+CPROT=?",
        "AT+SYNCML=?",
        "AT$TSSPCSW=?",
        "AT+CSQ=1",
        "AT+CGMI?",
    ] {
        let answer = bench.ask(line);
        assert_eq!(answer, "ERROR", "{line}");
    }
}

#[test]
fn results_are_words_or_numbers_or_nothing() {
    let mut bench = Bench::one();
    assert_eq!(bench.write("ATV0\r"), "0\r");
    assert_eq!(bench.write("AT+X\r"), "4\r");
    assert_eq!(bench.write("AT+CSQ\r"), "+CSQ: 20,99\r\n0\r");
    assert_eq!(bench.write("ATV1\r"), "\r\nOK\r\n");
    assert_eq!(bench.write("ATQ1\r"), "");
    assert_eq!(bench.write("AT+X\r"), "");
    assert_eq!(bench.write("AT+CSQ\r"), "\r\n+CSQ: 20,99\r\n");
    assert_eq!(bench.write("ATQ0\r"), "\r\nOK\r\n");
}

#[test]
fn errors_have_no_number_a_number_or_a_name() {
    let mut bench = Bench::one();
    for (cmee, cme, cms) in [
        (0, "ERROR", "+CMS ERROR: 321"),
        (1, "+CME ERROR: 50", "+CMS ERROR: 321"),
        (
            2,
            "+CME ERROR: incorrect parameters",
            "+CMS ERROR: invalid memory index",
        ),
    ] {
        assert_eq!(bench.ask(&format!("AT+CMEE={cmee}")), "OK");
        assert_eq!(bench.ask("AT+CREG=7"), cme);
        assert_eq!(bench.ask("AT+CMGR=3000"), cms);
        assert_eq!(bench.ask("AT+X"), "ERROR");
    }
    assert_eq!(bench.ask("AT+CMEE?"), "+CMEE: 2|OK");
    assert_eq!(bench.ask("AT+CMEE=?"), "+CMEE: (0-2)|OK");
}

#[test]
fn a_line_that_is_too_long_is_an_error_and_nothing_more() {
    let mut bench = Bench::one();
    let long = format!("AT+CREG={}", "1".repeat(5000));
    assert_eq!(bench.ask(&long), "ERROR");
    assert_eq!(bench.ask("AT"), "OK");
}

#[test]
fn much_that_nobody_reads_is_bounded() {
    let mut bench = Bench::one();
    let id = bench.first();
    for _ in 0..2000 {
        bench
            .network
            .handle_octets(id, &[b'A', b'T', b'I', b'\r'].repeat(100), bench.now);
    }
    let kept = bench.read().len();
    assert!(kept <= 1 << 20, "{kept}");
    assert_eq!(bench.ask("AT"), "OK");
}

#[test]
fn registers_and_settings_are_kept_saved_and_reset() {
    let mut bench = Bench::one();
    assert_eq!(bench.ask("ATS7?"), "060|OK");
    assert_eq!(bench.ask("ATS7=30"), "OK");
    assert_eq!(bench.ask("ATS0?S7?"), "000|030|OK");
    assert_eq!(bench.ask("AT+CVHU=0"), "OK");
    assert_eq!(bench.ask("AT+CVHU?"), "+CVHU: 0|OK");
    assert_eq!(bench.ask("AT+IFC=0,0"), "OK");
    assert_eq!(bench.ask("AT+IFC?"), "+IFC: 0,0|OK");
    assert_eq!(bench.ask("AT&W"), "OK");
    assert_eq!(bench.ask("AT+IFC=2,2;+CSCS=\"UCS2\""), "OK");
    assert_eq!(bench.ask("ATZ"), "OK");
    assert_eq!(bench.ask("AT+IFC?;+CSCS?"), "+IFC: 0,0|+CSCS: \"GSM\"|OK");
    assert_eq!(bench.ask("AT&F"), "OK");
    // Echo is on again.
    assert_eq!(bench.ask("AT+IFC?"), "AT+IFC?|+IFC: 2,2|OK");
}

#[test]
fn an_own_end_of_line_is_obeyed() {
    let mut bench = Bench::one();
    assert_eq!(bench.ask("ATS3=33"), "OK");
    assert_eq!(bench.write("AT!"), "\r\nOK\r\n");
    assert_eq!(bench.write("ATS3=13!"), "\r\nOK\r\n");
    assert_eq!(bench.ask("ATS3=200"), "ERROR");
}

#[test]
fn settings_outlive_the_user_and_what_was_begun_does_not() {
    let mut bench = Bench::one();
    let id = bench.first();
    assert_eq!(bench.ask("AT+CSCS=\"HEX\";+CMGF=1;+CNMI=2,1"), "OK");
    bench.write("AT+CR");
    bench.network.handle_close(id, bench.now);
    bench.network.handle_open(id, bench.now);
    assert_eq!(
        bench.ask("AT+CSCS?;+CMGF?;+CNMI?"),
        "+CSCS: \"HEX\"|+CMGF: 1|+CNMI: 2,1,0,0,0|OK"
    );
    bench.ask("AT+CMGF=0");
    assert_eq!(bench.write("AT+CMGS=20\r"), "\r\n> ");
    bench.network.handle_close(id, bench.now);
    assert_eq!(bench.ask("AT"), "OK");
}

#[test]
fn what_is_said_to_nobody_is_lost() {
    let mut bench = Bench::one();
    let id = bench.first();
    bench.ask("AT+CNMI=2,1");
    bench.network.handle_close(id, bench.now);
    bench
        .network
        .inject(OUTSIDE, FIRST, "a", bench.now)
        .unwrap();
    bench.network.handle_open(id, bench.now);
    assert_eq!(bench.read(), "");
    bench
        .network
        .inject(OUTSIDE, FIRST, "b", bench.now)
        .unwrap();
    assert_eq!(lines(&bench.read()), "+CMTI: \"SM\",2");
}

#[test]
fn what_comes_too_early_is_done_later() {
    let config = Config {
        search_delay: seconds(5),
        ..Config::default()
    };
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST)]);
    assert_eq!(bench.write("AT+COPS=?\rAT+CSQ\r"), "");
    assert_eq!(bench.advance(seconds(4)), "");
    let answer = bench.advance(seconds(2));
    assert!(answer.starts_with("+COPS: (2,\"Simulated Mobile\",\"SimMob\",\"26201\",0),"));
    assert!(answer.ends_with("|OK|+CSQ: 20,99|OK"), "{answer}");
}

#[test]
fn a_data_call_is_left_by_three_pluses() {
    let mut bench = Bench::one();
    assert_eq!(bench.ask("ATD*99***1#"), "CONNECT");
    assert_eq!(bench.write("AT\r"), "");
    assert_eq!(bench.write("+++"), "", "without silence before it");
    assert_eq!(bench.advance(seconds(2)), "");
    assert_eq!(bench.write("+++"), "");
    assert_eq!(bench.advance(seconds(1)), "OK");
    assert_eq!(bench.ask("ATH"), "OK");
}

#[test]
fn every_line_and_its_result_is_an_event_on_request() {
    let config = Config {
        commands: true,
        ..Config::default()
    };
    let mut bench = Bench::new(config, [ModemConfig::new(FIRST).with_name("left")]);
    bench.ask("AT+CSQ");
    bench.ask("AT+X");
    let told: Vec<_> = bench
        .events()
        .into_iter()
        .filter_map(|what| match what {
            What::Command { who, line, result } => {
                Some((who.name().to_owned(), line, result.unwrap()))
            }
            _ => None,
        })
        .collect();
    let row = |line: &str, result: &str| ("left".to_owned(), line.to_owned(), result.to_owned());
    assert_eq!(told, [row("+CSQ", "OK"), row("+X", "ERROR")]);
}

#[test]
fn all_commands_are_listed_and_answered() {
    let mut bench = Bench::one();
    let listed = bench.ask("AT+CLAC");
    let commands: Vec<_> = listed
        .split('|')
        .filter(|line| line.starts_with('+'))
        .collect();
    assert!(commands.len() > 80, "{listed}");
    for command in commands {
        let answer = bench.ask(&format!("AT{command}=?"));
        let end = answer.rsplit('|').next();
        assert!(
            end == Some("OK") || *command == *"+COPS",
            "{command}: {answer}"
        );
        bench.advance(seconds(10));
    }
}
