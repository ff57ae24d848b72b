//! What modems of each vendor do differently.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod modem_emulator;

use modem_emulator::*;
use smsgw_sim::modem::{Config, ModemConfig, Profile};

fn of(profile: Profile) -> Bench {
    Bench::of(ModemConfig::new(FIRST).with_profile(profile))
}

/// An answer without what a modem says unasked.
fn answer(bench: &mut Bench, command: &str) -> String {
    bench.advance(ms(30));
    bench.ask(command)
}

#[test]
fn all_do_what_a_gateway_needs() {
    for &profile in Profile::ALL {
        let name = profile.name;
        let mut bench = of(profile);
        let manufacturer = lines(&format!("{}\r\n", profile.manufacturer));
        assert_eq!(
            answer(&mut bench, "AT+CGMI"),
            format!("{manufacturer}|OK"),
            "{name}"
        );
        assert_eq!(answer(&mut bench, "AT+CMGF=0"), "OK", "{name}");
        let [first, second, third] = profile.stores.map(|stores| stores.first());
        let names: Vec<_> = [first, second, third]
            .into_iter()
            .flatten()
            .map(|store| format!("\"{}\"", store.name()))
            .collect();
        let set = answer(&mut bench, &format!("AT+CPMS={}", names.join(",")));
        assert!(set.starts_with("+CPMS: 0,"), "{name}: {set}");
        assert_eq!(
            set.matches(',').count(),
            2 * names.len() - 1,
            "{name}: {set}"
        );
        // One of these every modem takes, as the client walks down the list.
        let fallbacks = [
            "2,1,0,2,0",
            "2,1,0,2,1",
            "1,1,0,2,0",
            "1,1,0,2,1",
            "2,1,0,0,0",
        ];
        let taken = fallbacks
            .into_iter()
            .find(|set| answer(&mut bench, &format!("AT+CNMI={set}")) == "OK");
        assert!(taken.is_some(), "{name}");
        bench.advance(ms(30));
        assert!(bench.send(OUTSIDE, "hello").ends_with("|OK"), "{name}");
        let report = bench.advance(ms(500));
        assert!(report.contains("+CDSI: "), "{name}: {report}");
        let now = bench.now;
        bench.network.inject(OUTSIDE, FIRST, "hi", now).unwrap();
        let told = lines(&bench.read());
        let told = told.rsplit('|').next().unwrap();
        let (store, index) = told
            .strip_prefix("+CMTI: ")
            .unwrap()
            .split_once(',')
            .unwrap();
        answer(&mut bench, &format!("AT+CPMS={store}"));
        let read = answer(&mut bench, &format!("AT+CMGR={index}"));
        assert!(read.contains("+CMGR: 0,,"), "{name}: {read}");
        assert_eq!(
            answer(&mut bench, &format!("AT+CMGD={index}")),
            "OK",
            "{name}"
        );
    }
}

#[test]
fn names_are_found_and_differ() {
    let names: std::collections::HashSet<_> = Profile::ALL.iter().map(|p| p.name).collect();
    assert_eq!(names.len(), Profile::ALL.len());
    for profile in Profile::ALL {
        assert_eq!(Profile::by_name(profile.name), Some(*profile));
    }
    assert_eq!(Profile::by_name("HUAWEI"), Some(Profile::HUAWEI));
    assert_eq!(Profile::by_name("nobody"), None);
}

#[test]
fn mode_2_is_offered_and_refused() {
    for profile in [
        Profile::HUAWEI,
        Profile::ZTE,
        Profile::SIMCOM,
        Profile::SIERRA,
    ] {
        let mut bench = of(profile);
        let offered = answer(&mut bench, "AT+CNMI=?");
        assert!(
            offered.contains("(0-2)") || offered.contains("(0-3)"),
            "{offered}"
        );
        assert_eq!(
            answer(&mut bench, "AT+CNMI=2,1"),
            "+CMS ERROR: 303",
            "{}",
            profile.name
        );
        assert_eq!(answer(&mut bench, "AT+CNMI=1,1"), "OK", "{}", profile.name);
    }
}

#[test]
fn the_number_of_the_card_has_many_commands() {
    for (profile, command, prefix) in [
        (Profile::GENERIC, "AT+CCID", "+CCID: "),
        (Profile::HUAWEI, "AT^ICCID?", "^ICCID: "),
        (Profile::ZTE, "AT+ZGETICCID", "+ZGETICCID: "),
        (Profile::SIMCOM, "AT+CCID", ""),
        (Profile::QUECTEL, "AT+QCCID", "+QCCID: "),
        (Profile::TELIT, "AT#CCID", "#CCID: "),
        (Profile::SIERRA, "AT+ICCID", "+ICCID: "),
        (Profile::UBLOX, "AT+CCID", "+CCID: "),
        (Profile::WAVECOM, "AT+CCID", "+CCID: "),
        (Profile::CINTERION, "AT^SCID", "^SCID: "),
    ] {
        let mut bench = of(profile);
        let iccid = bench.network.status().modems[0].iccid.clone();
        assert_eq!(iccid.len(), 19);
        assert_eq!(
            answer(&mut bench, command),
            format!("{prefix}{iccid}|OK"),
            "{}",
            profile.name
        );
    }
    let mut bench = of(Profile::QUECTEL);
    assert_eq!(answer(&mut bench, "AT+CCID"), "ERROR");
}

#[test]
fn the_tries_that_are_left_have_many_commands() {
    for (profile, command, wanted) in [
        (Profile::GENERIC, "AT+CPINR", "+CPINR: SIM PIN,3,3"),
        (Profile::HUAWEI, "AT^CPIN?", "^CPIN: SIM PIN,3,10,3,10,3"),
        (Profile::ZTE, "AT+ZPINPUK=?", "+ZPINPUK: 3,10"),
        (Profile::SIMCOM, "AT+SPIC", "+SPIC: 3,10,3,10"),
        (Profile::QUECTEL, "AT+QPINC?", "+QPINC: \"SC\",3,10"),
        (Profile::TELIT, "AT#PCT", "#PCT: 3"),
        (Profile::SIERRA, "AT+CPINC?", "+CPINC: 3,3,10,10"),
        (Profile::UBLOX, "AT+UPINCNT", "+UPINCNT: 3,3,10,10"),
        (Profile::CINTERION, "AT^SPIC", "^SPIC: 3"),
    ] {
        let modem = ModemConfig::new(FIRST)
            .with_profile(profile)
            .with_pin("1234");
        let mut bench = Bench::of(modem);
        let told = answer(&mut bench, command);
        assert_eq!(told.split('|').next(), Some(wanted), "{}", profile.name);
        assert!(told.ends_with("|OK"), "{told}");
        assert_eq!(answer(&mut bench, "AT+CPIN=9999"), "+CME ERROR: 16");
        assert!(
            answer(&mut bench, command).contains('2'),
            "{}",
            profile.name
        );
        // All can be asked by the SIM itself.
        assert_eq!(
            answer(&mut bench, "AT+CSIM=10,\"0020000100\""),
            "+CSIM: 4,\"63C2\"|OK"
        );
    }
    let mut bench = of(Profile::WAVECOM);
    assert_eq!(answer(&mut bench, "AT+CPINR"), "ERROR");
}

#[test]
fn an_empty_place_is_an_error_or_nothing() {
    for (profile, wanted) in [
        (Profile::GENERIC, "+CMS ERROR: 321"),
        (Profile::QUECTEL, "OK"),
        (Profile::SIMCOM, "OK"),
    ] {
        assert_eq!(
            answer(&mut of(profile), "AT+CMGR=5"),
            wanted,
            "{}",
            profile.name
        );
    }
    let profile = Profile {
        empty_place: smsgw_sim::modem::profile::EmptyPlace::ZeroLength,
        ..Profile::GENERIC
    };
    assert_eq!(answer(&mut of(profile), "AT+CMGR=5"), "+CMGR: 0,,0|OK");
}

#[test]
fn places_begin_with_0_or_1() {
    for profile in [Profile::HUAWEI, Profile::GENERIC] {
        let mut bench = of(profile);
        bench.ask("AT+CNMI=1,1");
        let now = bench.now;
        bench.network.inject(OUTSIDE, FIRST, "a", now).unwrap();
        let first = profile.first_index;
        assert_eq!(lines(&bench.read()), format!("+CMTI: \"SM\",{first}"));
        assert_eq!(bench.ask("AT+CMGD=?"), format!("+CMGD: ({first}),(0-4)|OK"));
    }
}

#[test]
fn lines_may_end_with_two_returns() {
    let mut bench = of(Profile::HUAWEI_E1752);
    assert_eq!(
        bench.write("AT+CSQ\r"),
        "\r\r\n+CSQ: 20,99\r\r\n\r\r\nOK\r\r\n"
    );
    bench.ask("AT+CNMI=1,2");
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, "a", now).unwrap();
    let shown = bench.read();
    assert!(shown.starts_with("\r\r\n+CMT: ,21\r\r\n0791"), "{shown:?}");
}

#[test]
fn unknown_commands_may_be_told_of_in_words() {
    let mut bench = of(Profile::HUAWEI);
    assert_eq!(bench.ask("AT+XYZZY"), "COMMAND NOT SUPPORT");
    bench.ask("ATV0");
    assert_eq!(bench.write("AT+XYZZY\r"), "4\r");
}

#[test]
fn some_talk_until_they_are_silenced() {
    let mut bench = of(Profile::ZTE);
    assert_eq!(bench.advance(seconds(6)).matches("+ZUSIMR:2").count(), 3);
    bench.ask("AT+CPMS?");
    assert_eq!(bench.advance(seconds(60)), "");
    let mut bench = of(Profile::HUAWEI);
    assert_eq!(bench.advance(seconds(60)).matches("^RSSI:20").count(), 3);
    assert_eq!(bench.ask("AT^CURC=0"), "OK");
    assert_eq!(bench.advance(seconds(60)), "");
    // After a start they talk again.
    let first = bench.first();
    bench.network.reboot(first, bench.now);
    let said = bench.advance(seconds(30));
    assert!(said.starts_with("^BOOT:27710117,0,0,0,75|^SIMST:1|^SRVST:2|^MODE:5,4|^RSSI:20"));
    assert!(said.ends_with("|^RSSI:20"));
}

#[test]
fn all_that_starts_says_what_its_kind_says() {
    for (profile, first) in [
        (Profile::SIMCOM, "RDY"),
        (Profile::QUECTEL, "RDY"),
        (Profile::TELIT, "#QSS: 2"),
        (Profile::SIERRA, "*PSUTTZ"),
        (Profile::WAVECOM, "+WIND: 3"),
        (Profile::CINTERION, "^SYSSTART"),
        (Profile::ZTE, "+ZURDY"),
    ] {
        let mut bench = of(profile);
        let id = bench.first();
        bench.network.reboot(id, bench.now);
        let said = bench.advance(seconds(10));
        assert!(said.starts_with(first), "{}: {said}", profile.name);
    }
}

#[test]
fn errors_of_messages_may_need_cmee() {
    for (profile, wanted) in [
        (Profile::GENERIC, "+CMS ERROR: 321"),
        (Profile::TELIT, "ERROR"),
        (Profile::SIMCOM, "ERROR"),
    ] {
        let mut bench = of(profile);
        bench.ask("AT+CMEE=0");
        assert_eq!(bench.ask("AT+CMGR=500"), wanted, "{}", profile.name);
    }
}

#[test]
fn some_say_nothing_after_the_state_of_the_pin() {
    let mut bench = of(Profile::WAVECOM);
    assert_eq!(bench.write("AT+CPIN?\r"), "\r\n+CPIN: READY\r\n");
    assert_eq!(bench.ask("AT"), "OK");
    let registration = "+CREG: 0,1";
    assert_eq!(bench.ask("AT+CREG?"), format!("OK|{registration}"));
    assert_eq!(bench.ask("AT+CPMS?"), "+CPMS: \"SM\",0,20,\"SM\",0,20|OK");
    assert_eq!(bench.ask("AT+CPMS=\"SM\",\"SM\",\"SM\""), "+CMS ERROR: 304");
    assert_eq!(bench.ask("AT+CPMS=\"SM\",\"SM\""), "+CPMS: 0,20,0,20|OK");
}

#[test]
fn some_are_deaf_after_a_result() {
    let mut bench = of(Profile::UBLOX_DEAF);
    bench.advance(ms(30));
    assert_eq!(bench.ask("AT"), "OK");
    assert_eq!(bench.ask("AT"), "", "too early");
    bench.advance(ms(20));
    assert_eq!(bench.ask("AT"), "OK");
}

#[test]
fn some_have_no_store_of_their_own() {
    for profile in [Profile::ZTE, Profile::CINTERION] {
        let mut bench = of(profile);
        assert_eq!(
            answer(&mut bench, "AT+CPMS=?"),
            "+CPMS: (\"SM\"),(\"SM\"),(\"SM\")|OK"
        );
        assert_eq!(
            answer(&mut bench, "AT+CPMS=\"ME\",\"ME\",\"ME\""),
            "+CMS ERROR: 302"
        );
    }
    let mut bench = of(Profile::CINTERION);
    assert_eq!(bench.ask("AT+CNMI?"), "+CNMI: 0,0,0,0,1|OK");
    assert_eq!(bench.ask("AT+CNMI=2,1,0,0,0"), "+CMS ERROR: 303");
    assert_eq!(bench.ask("AT+CNMI=2,1"), "OK");
}

#[test]
fn all_strings_may_follow_the_character_set() {
    let mut bench = of(Profile::TELIT);
    assert_eq!(bench.ask("AT+CSCS=\"UCS2\""), "OK");
    assert_eq!(bench.ask("AT+CSCS?"), "+CSCS: \"0055004300530032\"|OK");
    let sm = "\"0053004D\"";
    assert_eq!(
        bench.ask("AT+CPMS?"),
        format!("+CPMS: {sm},0,20,{sm},0,20,{sm},0,20|OK")
    );
    assert_eq!(
        bench.ask("AT+CPMS=\"004D0045\""),
        "+CPMS: 0,100,0,20,0,20|OK"
    );
    assert_eq!(bench.ask("AT+CPMS=\"SM\""), "+CPMS: 0,20,0,20,0,20|OK");
    bench.ask("AT+CNMI=2,1");
    let now = bench.now;
    bench.network.inject(OUTSIDE, FIRST, "a", now).unwrap();
    assert_eq!(lines(&bench.read()), format!("+CMTI: {sm},1"));
    assert_eq!(bench.ask("AT+CSCS=\"00470053004D\""), "OK");
    assert_eq!(bench.ask("AT+CSCS?"), "+CSCS: \"GSM\"|OK");
    // Others encode only what is a text.
    let mut bench = Bench::one();
    bench.ask("AT+CSCS=\"UCS2\"");
    assert_eq!(bench.ask("AT+CSCS?"), "+CSCS: \"UCS2\"|OK");
    assert_eq!(
        bench.ask("AT+CPMS=\"0053004D\""),
        "+CPMS: 0,20,0,20,0,20|OK"
    );
}

#[test]
fn some_need_time_after_their_start() {
    for (profile, busy) in [
        (Profile::QUECTEL, "+CMS ERROR: 314"),
        (Profile::SIMCOM, "+CME ERROR: 14"),
        (Profile::WAVECOM, "+CME ERROR: 515"),
    ] {
        let mut bench = of(profile);
        assert!(
            bench.ask("AT+CPMS?").ends_with("|OK"),
            "it settled long ago"
        );
        let first = bench.first();
        bench.network.reboot(first, bench.now);
        bench.advance(profile.boot_time);
        bench.ask("ATE0");
        bench.ask("AT+CMEE=1");
        for command in ["AT+CPMS?", "AT+CMGL=4", "AT+CSCA?"] {
            assert_eq!(bench.ask(command), busy, "{}", profile.name);
        }
        assert_eq!(bench.ask("AT+CMGF=0"), "OK");
        bench.advance(profile.settling_time);
        assert!(bench.ask("AT+CPMS?").ends_with("|OK"), "{}", profile.name);
    }
}

#[test]
fn some_forget_the_service_centre() {
    let mut bench = of(Profile::ZTE);
    assert_eq!(bench.ask("AT+CSMP=17,167,0,0"), "OK");
    assert_eq!(bench.ask("AT+CSCA?"), "+CSCA: \"\",129|OK");
    assert_eq!(bench.send(OUTSIDE, "a"), "+CMS ERROR: 330");
    bench.ask("AT+CSCA=\"+491710760000\"");
    assert_eq!(bench.send(OUTSIDE, "a"), "+CMGS: 1|OK");
}

#[test]
fn an_odd_modem_can_be_worked_with() {
    let mut bench = of(Profile::ODD);
    assert_eq!(bench.ask("AT"), "ERROR");
    assert_eq!(bench.ask("AT+CMEE=1"), "ERROR");
    assert_eq!(bench.ask("AT+CSMS=?"), "+CSMS=(0)|OK");
    assert_eq!(bench.ask("AT+CMGL=4"), "+CMS ERROR: 321");
    assert_eq!(bench.ask("AT+CREG?"), "+CREG: 2,1,\"0B,\"0100701\",7|OK");
    assert_eq!(bench.ask("AT+CEREG?"), "OK");
    assert_eq!(bench.write("AT+CMGS=20\r"), "\r\n> ");
    assert_eq!(bench.write("\u{1B}"), "");
    assert_eq!(bench.send(OUTSIDE, "a"), "+CMGS: 1|OK");
}

#[test]
fn vendors_have_commands_of_their_own() {
    for (profile, command, wanted) in [
        (Profile::HUAWEI, "AT^SYSINFO", "^SYSINFO:2,3,0,5,1,,4|OK"),
        (Profile::HUAWEI, "AT^PORTSEL=1", "OK"),
        (Profile::ZTE, "AT+ZPAS?", "+ZPAS: \"UMTS\",\"CS_PS\"|OK"),
        (
            Profile::QUECTEL,
            "AT+QURCCFG=\"urcport\"",
            "+QURCCFG: \"urcport\",\"usbat\"|OK",
        ),
        (Profile::QUECTEL, "AT+QURCCFG=\"urcport\",\"usbat\"", "OK"),
        (Profile::TELIT, "AT#QSS?", "#QSS: 0,1|OK"),
        (Profile::WAVECOM, "AT+WIND?", "+WIND: 15|OK"),
        (Profile::CINTERION, "AT^SMGO?", "^SMGO: 0,0|OK"),
        (
            Profile::SIERRA,
            "AT!GSTATUS?",
            "!GSTATUS:|System mode: LTE|Mode: ONLINE|OK",
        ),
        (Profile::UBLOX, "AT+URAT?", "+URAT: 3|OK"),
        (Profile::SIMCOM, "AT+CBC", "+CBC: 0,86,4024|OK"),
        (Profile::GENERIC, "AT^SYSINFO", "ERROR"),
    ] {
        assert_eq!(
            answer(&mut of(profile), command),
            wanted,
            "{} {command}",
            profile.name
        );
    }
    let mut bench = of(Profile::HUAWEI);
    let listed = bench.ask("AT+CLAC");
    assert!(
        listed.contains("|^SYSINFO|") && !listed.contains("|+CCID|"),
        "{listed}"
    );
}

#[test]
fn a_full_store_is_told_of_in_words_of_the_vendor() {
    for (profile, notice) in [
        (Profile::HUAWEI, "^SMMEMFULL: \"SM\""),
        (Profile::TELIT, "+CIEV: \"smsfull\",1"),
    ] {
        let modem = ModemConfig {
            sim_places: 0,
            ..ModemConfig::new(FIRST)
        };
        let mut bench = Bench::quiet(Config::default(), [modem.with_profile(profile)]);
        let now = bench.now;
        bench.network.inject(OUTSIDE, FIRST, "a", now).unwrap();
        assert_eq!(lines(&bench.read()), notice);
    }
}
