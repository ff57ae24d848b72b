//! Each fault of an emulated modem, as its user sees it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod modem_emulator;

use modem_emulator::*;
use smsgw_sim::modem::fault::Fault;
use smsgw_sim::modem::{Config, ModemConfig, Profile, What};

/// A modem with a fault, given as on the command line.
fn with(fault: &str) -> Bench {
    let mut bench = Bench::one();
    set(&mut bench, fault);
    bench
}

fn set(bench: &mut Bench, fault: &str) {
    let fault: Fault = fault.parse().unwrap();
    let first = bench.first();
    bench.network.fault(Some(first), &fault);
}

/// The faults that hit since it was asked last, and how many messages were accepted.
fn told(bench: &mut Bench) -> (Vec<&'static str>, usize) {
    let events = bench.events();
    let faults = events.iter().filter_map(|what| match what {
        What::Fault { name, .. } => Some(*name),
        _ => None,
    });
    let submits = events.iter().filter(|what| matches!(what, What::Submit(_)));
    (faults.collect(), submits.count())
}

fn data(text: &str) -> (String, String) {
    let (length, pdu) = pdus(OUTSIDE, text, false).remove(0);
    (format!("AT+CMGS={length}\r"), format!("{pdu}\u{1A}"))
}

#[test]
fn the_prompt_comes_late() {
    let mut bench = with("prompt-delay,delay=3s,times=1");
    let (command, data) = data("a");
    assert_eq!(bench.write(&command), "");
    assert_eq!(bench.advance(ms(2900)), "");
    assert_eq!(bench.advance(ms(200)), "> ");
    assert_eq!(lines(&bench.write(&data)), "+CMGS: 1|OK");
    assert_eq!(bench.write(&command), "\r\n> ");
    bench.write("\u{1B}");
    assert_eq!(told(&mut bench), (vec!["prompt-delay"], 1));
}

#[test]
fn the_prompt_never_comes() {
    let mut bench = with("no-prompt=2");
    let (command, data) = data("a");
    bench.write(&command);
    assert_eq!(lines(&bench.write(&data)), "+CMGS: 1|OK");
    assert_eq!(bench.write(&command), "");
    assert_eq!(bench.advance(seconds(60)), "");
    assert_eq!(bench.write("\u{1B}"), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT"), "OK");
    assert_eq!(told(&mut bench), (vec!["no-prompt"], 1));
}

#[test]
fn an_error_comes_in_place_of_the_prompt() {
    let mut bench = with("refuse,code=500,times=1");
    let (command, data) = data("a");
    assert_eq!(lines(&bench.write(&command)), "+CMS ERROR: 500");
    // Data that is written all the same is no command.
    assert_eq!(bench.write(&data), "");
    assert_eq!(bench.ask("AT"), "OK");
    assert_eq!(told(&mut bench), (vec!["refuse"], 0));
}

#[test]
fn sending_takes_long_and_everything_waits_for_it() {
    let mut bench = with("send-delay,delay=40s");
    let (command, data) = data("a");
    bench.write(&command);
    assert_eq!(bench.write(&data), "");
    assert_eq!(bench.write("AT\r"), "");
    assert_eq!(bench.advance(seconds(39)), "");
    assert_eq!(bench.advance(seconds(2)), "+CMGS: 1|OK|OK");
    assert_eq!(told(&mut bench), (vec!["send-delay"], 1));
}

#[test]
fn messages_are_refused_by_count_chance_and_recipient() {
    let outcomes = |bench: &mut Bench, to: &str, n: usize| -> Vec<bool> {
        let sent = (0..n).map(|_| bench.send(to, "a").ends_with("OK"));
        sent.collect()
    };
    let mut bench = with("cms,times=2,code=42");
    assert_eq!(bench.send(OUTSIDE, "a"), "+CMS ERROR: 42");
    assert_eq!(outcomes(&mut bench, OUTSIDE, 3), [false, true, true]);
    let mut bench = with("cms=3");
    assert_eq!(
        outcomes(&mut bench, OUTSIDE, 6),
        [true, true, false, true, true, false]
    );
    let mut bench = with("cms,share=0.2");
    let refused = outcomes(&mut bench, OUTSIDE, 500)
        .iter()
        .filter(|ok| !**ok)
        .count();
    assert!((70..130).contains(&refused), "{refused}");
    let mut bench = with("cms,to=015112345678,code=1");
    set(&mut bench, "cms,to=+491700000007,code=28");
    assert_eq!(bench.send(OUTSIDE, "a"), "+CMS ERROR: 1");
    assert_eq!(bench.send("+491700000007", "a"), "+CMS ERROR: 28");
    assert_eq!(outcomes(&mut bench, "+491700000008", 1), [true]);
    set(&mut bench, "cms=off");
    assert_eq!(outcomes(&mut bench, OUTSIDE, 1), [true]);
}

#[test]
fn a_result_is_lost_with_and_without_the_message() {
    for (fault, sent) in [("lost-result,times=1", 1), ("lost-submit,times=1", 0)] {
        let mut bench = with(fault);
        let (command, data) = data("a");
        bench.write(&command);
        assert_eq!(bench.write(&data), "");
        assert_eq!(bench.advance(seconds(600)), "");
        assert_eq!(bench.ask("AT"), "OK", "it lives");
        let name = fault.split(',').next().unwrap();
        assert_eq!(told(&mut bench), (vec![name], sent));
        assert!(bench.send(OUTSIDE, "b").ends_with("|OK"));
    }
}

#[test]
fn a_result_comes_late_among_others() {
    let mut bench = with("late-result,times=1,delay=70s");
    let (command, data) = data("a");
    bench.write(&command);
    assert_eq!(bench.write(&data), "");
    assert_eq!(bench.advance(seconds(65)), "");
    assert_eq!(bench.ask("AT"), "OK");
    assert_eq!(told(&mut bench).1, 0);
    assert_eq!(bench.advance(seconds(5)), "+CMGS: 1|OK");
    assert_eq!(told(&mut bench).1, 1);
    assert_eq!(bench.send(OUTSIDE, "b"), "+CMGS: 2|OK");
}

#[test]
fn a_message_is_sent_and_has_no_reference() {
    let mut bench = with("no-reference,times=1");
    assert_eq!(bench.send(OUTSIDE, "a"), "OK");
    assert_eq!(bench.send(OUTSIDE, "b"), "+CMGS: 2|OK");
    assert_eq!(told(&mut bench), (vec!["no-reference"], 2));
}

#[test]
fn echoes_and_answers_come_twice() {
    let mut bench = with("repeated-answer,times=1");
    assert_eq!(
        bench.write("AT+CSQ\r"),
        "\r\n+CSQ: 20,99\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n"
    );
    bench.ask("ATE1");
    set(&mut bench, "repeated-echo,times=1");
    assert_eq!(bench.write("AT\r"), "AT\rAT\r\r\nOK\r\n");
    assert_eq!(bench.write("AT\r"), "AT\r\r\nOK\r\n");
}

#[test]
fn a_command_fails() {
    let mut bench = with("error,on=+CPMS,times=1");
    assert_eq!(bench.ask("AT+CSQ"), "+CSQ: 20,99|OK");
    assert_eq!(bench.ask("AT+CPMS?"), "ERROR");
    assert!(bench.ask("AT+CPMS?").ends_with("|OK"));
    set(&mut bench, "error,on=+CPIN,code=14,times=1");
    assert_eq!(bench.ask("AT+CPIN?"), "+CME ERROR: 14");
    assert_eq!(bench.ask("AT+CPIN?"), "+CPIN: READY|OK");
    set(&mut bench, "error=2");
    assert_eq!(bench.ask("AT+CSQ;+CSQ"), "+CSQ: 20,99|ERROR");
}

#[test]
fn a_command_takes_long() {
    let mut bench = with("slow,on=+CSQ,delay=4s,times=1");
    assert_eq!(bench.write("AT+CSQ\rAT\r"), "");
    assert_eq!(bench.advance(seconds(3)), "");
    assert_eq!(bench.advance(seconds(1)), "+CSQ: 20,99|OK|OK");
    assert_eq!(bench.ask("AT+CSQ"), "+CSQ: 20,99|OK");
}

#[test]
fn a_modem_hangs_until_that_is_ended() {
    for (until, rung) in [("escape", 0), ("reopen", 1), ("reset", 2), ("power", 3)] {
        let mut bench = with(&format!("hang,until={until}"));
        let first = bench.first();
        let alive = |bench: &mut Bench| bench.ask("AT").ends_with("OK");
        assert_eq!(bench.ask("AT"), "");
        assert_eq!(bench.advance(seconds(600)), "");
        assert!(!alive(&mut bench));
        bench.write("\u{1B}");
        assert_eq!(alive(&mut bench), rung == 0, "{until}");
        let now = bench.now;
        bench.network.handle_close(first, now);
        bench.network.handle_open(first, now);
        assert_eq!(alive(&mut bench), rung <= 1, "{until}");
        bench.ask("AT+CFUN=1,1");
        bench.advance(seconds(2));
        assert_eq!(alive(&mut bench), rung <= 2, "{until}");
        bench.network.cut(first, bench.now);
        bench.network.plug_again(first, bench.now);
        bench.advance(seconds(2));
        assert!(alive(&mut bench), "{until}");
    }
}

#[test]
fn a_hang_ends_by_itself_and_takes_messages_along() {
    let mut bench = with("hang,on=data,delay=90s");
    let (command, data) = data("a");
    bench.write(&command);
    assert_eq!(bench.write(&data), "");
    assert_eq!(bench.ask("AT"), "");
    assert_eq!(bench.advance(seconds(89)), "");
    assert_eq!(bench.ask("AT"), "");
    assert_eq!(bench.advance(seconds(1)), "");
    assert_eq!(bench.ask("AT"), "OK");
    assert_eq!(told(&mut bench), (vec!["hang"], 0));
    // What came meanwhile comes now.
    set(&mut bench, "hang,delay=10s");
    bench.ask("AT");
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, "a", now).unwrap();
    assert_eq!(bench.network.status().modems[0].waiting, 1);
    assert!(!bench.network.status().modems[0].obeys);
    bench.advance(seconds(31));
    assert_eq!(bench.network.status().modems[0].waiting, 0);
}

#[test]
fn a_modem_starts_anew_in_the_middle_of_a_command() {
    let modem = ModemConfig::new(FIRST).with_profile(Profile::QUECTEL);
    for on in ["+CSQ", "+CMGS", "data"] {
        let mut bench = Bench::of(modem.clone());
        set(&mut bench, &format!("reboot,on={on}"));
        let (command, data) = data("a");
        bench.ask("AT");
        let answer = match on {
            "+CSQ" => bench.ask("AT+CSQ"),
            "+CMGS" => bench.write(&command),
            _ => {
                bench.write(&command);
                bench.write(&data)
            }
        };
        assert_eq!(answer, "", "{on}");
        let said = bench.advance(seconds(6));
        assert_eq!(
            said,
            "RDY|+CPIN: READY|+QUSIM: 1|+CFUN: 1|+QIND: SMS DONE|+QIND: PB DONE"
        );
        assert_eq!(bench.ask("AT"), "AT|OK", "{on}");
        assert_eq!(told(&mut bench), (vec!["reboot"], 0));
    }
}

#[test]
fn a_modem_is_unplugged_in_the_middle_of_a_message() {
    let mut bench = with("unplug,on=data");
    let first = bench.first();
    let (command, data) = data("a");
    bench.write(&command);
    assert_eq!(bench.write(&data), "");
    assert!(!bench.network.is_plugged(first));
    assert_eq!(told(&mut bench), (vec!["unplug"], 0));
    bench.network.plug_again(first, bench.now);
    bench.advance(seconds(1));
    assert_eq!(bench.ask("AT"), "AT|OK");
}

#[test]
fn the_network_is_lost_for_a_while() {
    let mut bench = with("deregister,times=1,delay=20s");
    bench.ask("AT+CREG=1");
    assert_eq!(bench.send(OUTSIDE, "a"), "+CREG: 0|+CMS ERROR: 331");
    assert_eq!(bench.ask("AT+CSQ"), "+CSQ: 99,99|OK");
    assert_eq!(bench.advance(seconds(20)), "+CREG: 1");
    assert!(bench.send(OUTSIDE, "a").ends_with("|OK"));
}

#[test]
fn octets_are_lost_on_the_way() {
    let mut bench = with("drop=5");
    assert_eq!(bench.write("AT+CSQ\r"), "\r\n+CQ: 2,99\r\r\nOK\n");
    let mut bench = with("drop-input=4");
    // AT+CSQ CR is AT+SQ CR.
    assert_eq!(bench.ask("AT+CSQ"), "ERROR");
}

#[test]
fn what_is_written_comes_in_pieces() {
    let mut bench = with("split,size=4,delay=10ms");
    assert_eq!(bench.write("AT+CSQ\r"), "\r\n+C");
    let mut pieces = Vec::new();
    while let Some(at) = bench.network.poll_timeout() {
        bench.now = at;
        bench.network.handle_timeout(at);
        pieces.push(bench.read());
    }
    // The result is written by itself, and waits for what was.
    assert_eq!(pieces.concat(), "SQ: 20,99\r\n\r\nOK\r\n");
    assert!(pieces.iter().all(|piece| piece.len() <= 8), "{pieces:?}");
    assert!(pieces.len() >= 4, "{pieces:?}");
}

#[test]
fn what_is_written_comes_together() {
    let mut bench = with("merge=3,delay=200ms");
    bench.ask("AT+CNMI=2,1");
    assert_eq!(bench.write("AT+CSQ\r"), "\r\n+CSQ: 20,99\r\n");
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, "a", now).unwrap();
    assert_eq!(bench.read(), "");
    bench.now += ms(200);
    bench.network.handle_timeout(bench.now);
    assert_eq!(bench.read(), "\r\nOK\r\n\r\n+CMTI: \"SM\",1\r\n");
}

#[test]
fn noise_comes_in_front() {
    let mut bench = with("noise,size=5");
    let answer = bench.write("AT\r");
    let (noise, rest) = answer.split_at(answer.find('\r').unwrap());
    assert_eq!(rest, "\r\nOK\r\n");
    assert_eq!(noise.chars().count(), 5);
    assert!(noise.chars().all(|c| u32::from(c) >= 0x80));
}

#[test]
fn all_stores_are_full() {
    let mut bench = with("full");
    bench.ask("AT+CNMI=2,1");
    assert_eq!(
        bench.ask("AT+CPMS?"),
        "+CPMS: \"SM\",20,20,\"SM\",20,20,\"SM\",20,20|OK"
    );
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, "a", now).unwrap();
    assert_eq!(bench.read(), "");
    let (length, pdu) = pdus(OUTSIDE, "a", false).remove(0);
    bench.write(&format!("AT+CMGW={length}\r"));
    assert_eq!(
        lines(&bench.write(&format!("{pdu}\u{1A}"))),
        "+CMS ERROR: 322"
    );
    set(&mut bench, "full=off");
    assert_eq!(bench.advance(seconds(30)), "+CMTI: \"SM\",1");
}

#[test]
fn indications_are_lost_or_come_twice() {
    let mut bench = with("lost-indication=2");
    bench.ask("AT+CNMI=2,1");
    let inject = |bench: &mut Bench| {
        let now = bench.now;
        bench.network.inject(OUTSIDE, FIRST, "a", now).unwrap();
        lines(&bench.read())
    };
    assert_eq!(inject(&mut bench), "+CMTI: \"SM\",1");
    assert_eq!(inject(&mut bench), "");
    assert!(bench.ask("AT+CPMS?").starts_with("+CPMS: \"SM\",2,20"));
    set(&mut bench, "lost-indication=off");
    set(&mut bench, "repeated-indication");
    assert_eq!(inject(&mut bench), "+CMTI: \"SM\",3|+CMTI: \"SM\",3");
}

#[test]
fn an_acknowledgement_is_lost() {
    let mut bench = with("lost-acknowledgement,times=1");
    bench.ask("AT+CSMS=1;+CNMI=2,2");
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, "a", now).unwrap();
    assert!(bench.read().contains("+CMT: "));
    assert_eq!(bench.ask("AT+CNMA"), "OK");
    bench.advance(seconds(15));
    assert_eq!(bench.ask("AT+CNMI?"), "+CNMI: 2,0,0,0,0|OK");
    // It comes again.
    bench.ask("AT+CNMI=2,2");
    assert!(bench.advance(seconds(30)).contains("+CMT: "));
    assert_eq!(bench.ask("AT+CNMA"), "OK");
    bench.advance(seconds(60));
    assert_eq!(bench.ask("AT+CNMI?"), "+CNMI: 2,2,0,0,0|OK");
}

#[test]
fn reports_are_lost_or_come_twice() {
    let mut bench = with("lost-report,times=1");
    bench.ask("AT+CNMI=2,1,0,2");
    bench.send(OUTSIDE, "a");
    assert_eq!(bench.advance(seconds(5)), "");
    bench.send(OUTSIDE, "b");
    assert_eq!(bench.advance(seconds(5)), "+CDSI: \"SM\",1");
    set(&mut bench, "repeated-report");
    bench.send(OUTSIDE, "c");
    assert_eq!(bench.advance(seconds(5)), "+CDSI: \"SM\",2|+CDSI: \"SM\",3");
    bench.ask("AT+CNMI=2,1,0,1");
    bench.send(OUTSIDE, "d");
    assert_eq!(bench.advance(seconds(5)).matches("+CDS: ").count(), 2);
}

#[test]
fn the_right_pin_is_taken_for_a_wrong_one() {
    let modem = ModemConfig::new(FIRST).with_pin("1234");
    let mut bench = Bench::of(modem);
    set(&mut bench, "wrong-pin,times=1");
    assert_eq!(bench.ask("AT+CPIN=1234"), "+CME ERROR: 16");
    assert_eq!(
        bench.ask("AT+CSIM=10,\"0020000100\""),
        "+CSIM: 4,\"63C2\"|OK"
    );
    assert_eq!(bench.ask("AT+CPIN=1234"), "OK");
}

#[test]
fn lines_come_in_a_flood() {
    let modem = ModemConfig::new(FIRST).with_profile(Profile::ZTE);
    let mut bench = Bench::of(modem);
    set(&mut bench, "flood,size=50,on=+CSQ");
    let answer = bench.ask("AT+CSQ");
    assert_eq!(answer.matches("+ZUSIMR:2").count(), 50);
    assert!(answer.ends_with("|+CSQ: 20,99|OK"));
}

#[test]
fn faults_are_of_one_modem_or_of_all_and_end() {
    let config = Config::default();
    let mut bench = Bench::quiet(config, [ModemConfig::new(FIRST), ModemConfig::new(SECOND)]);
    let (first, second) = (bench.first(), bench.second());
    let cms: Fault = "cms".parse().unwrap();
    bench.network.fault(Some(second), &cms);
    assert!(bench.send(OUTSIDE, "a").ends_with("|OK"));
    assert_eq!(bench.send_from(second, OUTSIDE, "a"), "+CMS ERROR: 38");
    bench.network.clear_faults(Some(second));
    assert!(bench.send_from(second, OUTSIDE, "a").ends_with("|OK"));
    bench.network.fault(None, &cms);
    let third = bench
        .network
        .plug(ModemConfig::new("+491700000003"), bench.now)
        .unwrap();
    bench.ask_of(third, "ATE0;+CMEE=1");
    for modem in [first, second, third] {
        assert_eq!(bench.send_from(modem, OUTSIDE, "a"), "+CMS ERROR: 38");
    }
    assert_eq!(bench.network.status().modems[2].faults, ["cms"]);
    bench.network.clear_faults(None);
    let fourth = bench
        .network
        .plug(ModemConfig::new("+491700000004"), bench.now)
        .unwrap();
    bench.ask_of(fourth, "ATE0");
    for modem in [first, second, third, fourth] {
        assert!(bench.send_from(modem, OUTSIDE, "a").ends_with("|OK"));
    }
}
