//! The modem of smsgw-at at the emulator, in simulated time: all that goes well, and all that goes
//! wrong.

mod modem_world;

use std::collections::BTreeSet;
use std::time::Duration;

use modem_world::{FIRST, OUTSIDE, SECOND, THIRD, World};
use smsgw_at::cause::Class;
use smsgw_at::command::pin::Pin;
use smsgw_at::modem::{
    Call, Config, Delivery, Event, Failure, Fault as ModemFault, Obstacle, State,
};
use smsgw_gsm::field::State as DeliveryState;
use smsgw_sim::event::Message;
use smsgw_sim::modem::fault::{Fault, Kind, Until};
use smsgw_sim::modem::{self, ModemConfig, Profile, What};

#[test]
fn every_make_sends_receives_and_reports() {
    for profile in Profile::ALL {
        for delivery in [Delivery::Stored, Delivery::Direct] {
            let name = profile.name;
            let modem = ModemConfig::new(FIRST).with_profile(*profile);
            let config = Config {
                delivery,
                ..Config::default()
            };
            let mut world = World::one(modem, &config);
            let tokens = world.send(0, OUTSIDE, "There");
            world.run(5_000);
            world.inject(FIRST, "Back");
            world.run(30_000);
            let site = &world.sites[0];
            assert_eq!(
                site.outcomes(),
                [(tokens[0], "sent")],
                "{name} {delivery:?}"
            );
            assert_eq!(site.texts(), ["Back"], "{name} {delivery:?}");
            let reports = site.reports();
            assert_eq!(reports.len(), 1, "{name} {delivery:?}");
            let report = (reports[0].token, reports[0].state);
            assert_eq!(
                report,
                (Some(tokens[0]), Some(DeliveryState::Delivered)),
                "{name}"
            );
            // Nothing is left in a store.
            let status = world.network.status();
            assert!(
                status.modems[0].stores.iter().all(|store| store.used == 0),
                "{name}"
            );
        }
    }
}

#[test]
fn a_long_message_goes_in_its_parts_and_comes_in_its_parts() {
    let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
    let text = "A long text. ".repeat(40);
    let tokens = world.send(0, OUTSIDE, &text);
    assert_eq!(tokens.len(), 4);
    world.run(10_000);
    let sent: Vec<_> = tokens.iter().map(|token| (*token, "sent")).collect();
    assert_eq!(world.sites[0].outcomes(), sent);
    let is_whole =
        |what: &What| matches!(what, What::Joined(whole) if whole.text.as_deref() == Some(&*text));
    assert_eq!(world.count(is_whole), 1);
    let mut reported: Vec<_> = world.sites[0].reports().iter().map(|it| it.token).collect();
    reported.sort_unstable();
    assert_eq!(
        reported,
        tokens.iter().copied().map(Some).collect::<Vec<_>>()
    );

    world.inject(FIRST, &text);
    world.run(10_000);
    assert_eq!(world.sites[0].texts().concat(), text);
}

#[test]
fn two_modems_text_each_other() {
    let modems = [ModemConfig::new(FIRST), ModemConfig::new(SECOND)];
    let network = modem::Config::default().with_radio();
    let mut world = World::ready(network, modems, &Config::default());
    for number in 0..10 {
        world.send(0, SECOND, &format!("There {number}"));
        world.send(1, FIRST, &format!("Back {number}"));
    }
    world.run(300_000);
    for (at, word) in [(0, "Back"), (1, "There")] {
        let texts: Vec<_> = (0..10).map(|number| format!("{word} {number}")).collect();
        assert_eq!(world.sites[at].texts(), texts);
        assert_eq!(world.sites[at].outcomes().len(), 10);
        assert_eq!(world.sites[at].reports().len(), 10);
    }
}

#[test]
fn a_report_that_failed_is_known_by_its_national_number() {
    let network = modem::Config {
        undeliverable: 1.0,
        national_reports: true,
        ..modem::Config::default()
    };
    let mut world = World::ready(network, [ModemConfig::new(FIRST)], &Config::default());
    let tokens = world.send(0, OUTSIDE, "There");
    world.run(10_000);
    let report = &world.sites[0].reports()[0];
    let expected = (Some(tokens[0]), Some(DeliveryState::Failed));
    assert_eq!((report.token, report.state), expected);
}

#[test]
fn ussd_is_asked_and_its_menus_are_walked() {
    for profile in Profile::ALL {
        let modem = ModemConfig::new(FIRST).with_profile(*profile);
        let mut world = World::one(modem, &Config::default());
        let mut texts = Vec::new();
        for (token, text) in (1..).zip(["*100#", "*101#", "3", "2", "*102#", "*103#"]) {
            let now = world.now;
            world.sites[0].modem.ussd(token, text, now).unwrap();
            world.run(10_000);
            let said = world.sites[0].events.iter().find_map(|event| match event {
                Event::Ussd(said) if said.token == Some(token) => Some(said.clone()),
                _ => None,
            });
            let said = said.unwrap_or_else(|| panic!("{} {text}", profile.name));
            texts.push((
                said.status.0,
                said.text.unwrap_or_default().replace("\r\n", "\n"),
            ));
        }
        let texts: Vec<_> = texts.iter().map(|(m, text)| (*m, text.as_str())).collect();
        assert_eq!(
            texts,
            [
                (0, "Your balance is 12.34 EUR"),
                (1, "1 Balance\n2 Number\n3 Tariff"),
                (1, "Tariff:\n1 Small\n2 Large"),
                (0, "You have chosen Large"),
                (0, "First line\nOK\nthird line"),
                (0, "Υπόλοιπο 5 €, баланс"),
            ],
            "{}",
            profile.name
        );
    }
}

#[test]
fn a_full_store_is_swept_and_all_come_exactly_once() {
    for profile in [
        Profile::GENERIC,
        Profile::HUAWEI,
        Profile::SIMCOM,
        Profile::CINTERION,
    ] {
        let modem = ModemConfig::new(FIRST).with_profile(profile);
        let network = modem::Config::default();
        let mut world = World::new(network, [modem], &Config::default());
        world.sites[0].opens = false;
        // More than there are places: the rest waits in the network.
        let texts: Vec<String> = (0..200).map(|number| format!("Message {number}")).collect();
        for text in &texts {
            world.inject(FIRST, text);
        }
        world.run(60_000);
        world.sites[0].opens = true;
        world.run(600_000);
        let site = &world.sites[0];
        let received = site.texts();
        let once: BTreeSet<_> = received.iter().collect();
        assert_eq!((received.len(), once.len()), (200, 200), "{}", profile.name);
        let full = |event: &Event| matches!(event, Event::StorageFull { .. });
        assert!(site.events.iter().any(full), "{}", profile.name);
        let status = world.network.status();
        assert!(status.modems[0].stores.iter().all(|store| store.used == 0));
    }
}

#[test]
fn nothing_is_deleted_that_the_owner_has_not_got() {
    let config = Config {
        sweep_interval: Some(Duration::from_secs(60)),
        ..Config::default()
    };
    let mut world = World::one(ModemConfig::new(FIRST), &config);
    world.sites[0].persists_after = None;
    for number in 0..15 {
        world.inject(FIRST, &format!("Message {number}"));
    }
    world.run(600_000);
    assert_eq!(world.sites[0].texts().len(), 15);
    assert_eq!(world.count(|what| matches!(what, What::Delete { .. })), 0);
    // The process ends, and another one begins.
    let first = world.sites[0].texts();
    let modem = smsgw_at::modem::Modem::new(config, world.now);
    world.sites[0].modem = modem;
    world.sites[0].events.clear();
    world.sites[0].persists_after = Some(Duration::ZERO);
    let now = world.now;
    world.sites[0].modem.handle_open(now);
    world.run(120_000);
    assert_eq!(world.sites[0].texts(), first);
    assert_eq!(world.count(|what| matches!(what, What::Delete { .. })), 15);
}

#[test]
fn a_prompt_that_never_comes_is_left_and_the_next_message_is_sent() {
    let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
    let fault = Fault::always(Kind::NoPrompt).with_times(1);
    world.network.fault(None, &fault);
    let one = world.send(0, OUTSIDE, "One")[0];
    let two = world.send(0, OUTSIDE, "Two")[0];
    world.run(60_000);
    let failure = Failure::NoPrompt;
    assert!(world.sites[0].has(&Event::NotSent {
        token: one,
        failure
    }));
    assert_eq!(
        world.sites[0].outcomes(),
        [(one, "not sent"), (two, "sent")]
    );
    assert_eq!(world.accepted(), ["Two"]);
}

#[test]
fn an_error_after_the_pdu_is_told_with_its_class() {
    for (code, class) in [
        (28, Some(Class::Permanent)),
        (8, Some(Class::SimFault)),
        (21, Some(Class::RetryElsewhere)),
        // It says nothing of what became of the message.
        (500, None),
    ] {
        let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
        world.network.fault(
            None,
            &Fault::always(Kind::Cms).with_code(code).with_times(1),
        );
        let one = world.send(0, OUTSIDE, "One")[0];
        let two = world.send(0, OUTSIDE, "Two")[0];
        world.run(60_000);
        let site = &world.sites[0];
        let failure = site.events.iter().find_map(|event| match event {
            Event::NotSent { token, failure } if *token == one => Some(failure.class()),
            _ => None,
        });
        assert_eq!(failure, class, "{code}");
        assert_eq!(
            class.is_none(),
            site.has(&Event::Unknown { token: one }),
            "{code}"
        );
        assert_eq!(site.outcomes().last(), Some(&(two, "sent")));
        assert_eq!(world.accepted(), ["Two"]);
    }
}

#[test]
fn congestion_passes_and_the_message_is_sent_once() {
    let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
    world
        .network
        .fault(None, &Fault::always(Kind::Cms).with_code(42).with_times(2));
    let one = world.send(0, OUTSIDE, "One")[0];
    world.run(60_000);
    assert_eq!(world.sites[0].outcomes(), [(one, "sent")]);
    assert_eq!(world.accepted(), ["One"]);
}

#[test]
fn silence_after_the_pdu_is_unknown_and_nothing_is_sent_twice() {
    for (kind, accepted) in [
        (Kind::LostResult, &["One", "Two"][..]),
        (Kind::LostSubmit, &["Two"]),
    ] {
        let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
        world
            .network
            .fault(None, &Fault::always(kind).with_times(1));
        let one = world.send(0, OUTSIDE, "One")[0];
        let two = world.send(0, OUTSIDE, "Two")[0];
        world.run(3_600_000);
        let site = &world.sites[0];
        assert_eq!(
            site.outcomes(),
            [(one, "unknown"), (two, "sent")],
            "{kind:?}"
        );
        assert!(site.has(&Event::Overdue { token: one }));
        assert_eq!(world.accepted(), accepted, "{kind:?}");
        // What became of it is known by its report.
        let mut tokens: Vec<_> = site.reports().iter().map(|report| report.token).collect();
        tokens.sort_unstable();
        let expected: Vec<_> = if accepted.len() == 2 {
            vec![Some(one), Some(two)]
        } else {
            vec![Some(two)]
        };
        assert_eq!(tokens, expected, "{kind:?}");
    }
}

#[test]
fn a_late_result_is_that_of_its_message() {
    for (seconds, outcomes) in [
        // In time.
        (70, &["sent", "sent"][..]),
        (150, &["sent", "sent"]),
        // After it was told as unknown.
        (185, &["unknown", "sent late", "sent"]),
        (200, &["unknown", "sent late", "sent"]),
        // After the next one.
        (260, &["unknown", "sent", "sent late"]),
        (500, &["unknown", "sent", "sent late"]),
    ] {
        let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
        let delay = Duration::from_secs(seconds);
        let fault = Fault::always(Kind::LateResult)
            .with_times(1)
            .with_delay(delay, delay);
        world.network.fault(None, &fault);
        let one = world.send(0, OUTSIDE, "One")[0];
        let two = world.send(0, OUTSIDE, "Two")[0];
        world.run(900_000);
        let told = world.sites[0].outcomes();
        let words: Vec<_> = told.iter().map(|(_, outcome)| *outcome).collect();
        assert_eq!(words, outcomes, "{seconds}");
        let twos: Vec<_> = told.iter().filter(|(token, _)| *token == two).collect();
        assert_eq!(twos, [&(two, "sent")], "{seconds}");
        assert!(told.contains(&(one, outcomes[0])), "{seconds}");
        let mut accepted = world.accepted();
        accepted.sort_unstable();
        assert_eq!(accepted, ["One", "Two"], "{seconds}");
        let mut tokens: Vec<_> = world.sites[0].reports().iter().map(|it| it.token).collect();
        tokens.sort_unstable();
        assert_eq!(tokens, [Some(one), Some(two)], "{seconds}");
    }
}

#[test]
fn a_modem_that_starts_again_in_mid_command_is_set_up_and_goes_on() {
    for (on, outcome, accepted) in [
        ("+CMGS", "sent", 2),
        ("data", "unknown", 1),
        ("+CSQ", "sent", 2),
    ] {
        for profile in [
            Profile::GENERIC,
            Profile::SIMCOM,
            Profile::HUAWEI,
            Profile::QUECTEL,
        ] {
            let name = profile.name;
            let config = Config {
                health_interval: Some(Duration::from_secs(1)),
                ..Config::default()
            };
            let modem = ModemConfig::new(FIRST).with_profile(profile);
            let mut world = World::one(modem, &config);
            world
                .network
                .fault(None, &Fault::always(Kind::Reboot).with_on(on));
            let one = world.send(0, OUTSIDE, "One")[0];
            let two = world.send(0, OUTSIDE, "Two")[0];
            world.run(900_000);
            let site = &world.sites[0];
            assert_eq!(site.modem.state(), State::Ready, "{name} {on}");
            let mut told = site.outcomes();
            told.sort_unstable();
            // One that says nothing when it starts seems to give no prompt.
            let is_silent = profile.boot.is_empty() && on == "+CMGS";
            let outcome = if is_silent { "not sent" } else { outcome };
            assert_eq!(told, [(one, outcome), (two, "sent")], "{name} {on}");
            let accepted = accepted - usize::from(is_silent);
            assert_eq!(world.accepted().len(), accepted, "{name} {on}");
        }
    }
}

#[test]
fn a_modem_that_is_unplugged_goes_on_when_it_is_plugged_in_again() {
    let network = modem::Config::default().with_radio();
    let mut world = World::ready(network, [ModemConfig::new(FIRST)], &Config::default());
    let tokens: Vec<u64> = (0..5)
        .map(|number| world.send(0, OUTSIDE, &format!("Message {number}"))[0])
        .collect();
    world.inject(FIRST, "Before");
    world.run(1000);
    let id = world.sites[0].id;
    let now = world.now;
    world.network.cut(id, now);
    world.run(60_000);
    assert_eq!(world.sites[0].modem.state(), State::Closed);
    world.inject(FIRST, "Between");
    let now = world.now;
    world.network.plug_again(id, now);
    world.run(600_000);
    let mut outcomes = world.sites[0].outcomes();
    outcomes.sort_unstable();
    let expected: Vec<_> = tokens
        .iter()
        .map(|token| {
            (
                *token,
                if *token == tokens[0] {
                    "unknown"
                } else {
                    "sent"
                },
            )
        })
        .collect();
    assert_eq!(outcomes, expected);
    let accepted = world.accepted();
    let once: BTreeSet<_> = accepted.iter().collect();
    assert_eq!(accepted.len(), once.len());
    let mut texts = world.sites[0].texts();
    texts.sort_unstable();
    assert_eq!(texts, ["Before", "Between"]);
}

#[test]
fn a_hang_is_ended_by_what_ends_it() {
    for until in [Until::Escape, Until::Reopen, Until::Reset, Until::Power] {
        let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
        let fault = Fault::always(Kind::Hang).with_on("+CSQ").with_until(until);
        world.network.fault(None, &fault);
        world.run(70_000);
        let one = world.send(0, OUTSIDE, "One")[0];
        world.inject(FIRST, "Back");
        world.run(1_800_000);
        let site = &world.sites[0];
        assert_eq!(site.modem.state(), State::Ready, "{until:?}");
        assert_eq!(site.outcomes(), [(one, "sent")], "{until:?}");
        assert_eq!(site.texts(), ["Back"], "{until:?}");
    }
}

#[test]
fn a_hang_after_the_pdu_leaves_the_outcome_open() {
    for until in [Until::Escape, Until::Reopen, Until::Reset, Until::Power] {
        let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
        let fault = Fault::always(Kind::Hang).with_on("data").with_until(until);
        world.network.fault(None, &fault);
        let one = world.send(0, OUTSIDE, "One")[0];
        let two = world.send(0, OUTSIDE, "Two")[0];
        world.run(3_600_000);
        let outcomes = world.sites[0].outcomes();
        assert_eq!(outcomes, [(one, "unknown"), (two, "sent")], "{until:?}");
        let ones = world
            .accepted()
            .iter()
            .filter(|text| *text == "One")
            .count();
        assert!(ones <= 1, "{until:?}");
    }
}

#[test]
fn a_wrong_pin_is_tried_once_for_ever() {
    let modem = ModemConfig::new(FIRST).with_pin("1234");
    let config = Config {
        pin: Some(Pin::new("9999").unwrap()),
        ..Config::default()
    };
    let mut world = World::new(modem::Config::default(), [modem], &config);
    let id = world.sites[0].id;
    let mut refused = Vec::new();
    for _ in 0..5 {
        world.run(600_000);
        let site = &mut world.sites[0];
        assert_eq!(site.modem.state(), State::Waiting(Obstacle::PinRefused));
        refused.extend(site.events.drain(..).filter_map(|event| match event {
            Event::PinRefused { sim } => Some(sim),
            _ => None,
        }));
        // The modem starts again, and so does the process.
        let now = world.now;
        world.network.cut(id, now);
        world.run(1000);
        let config = Config {
            refused_pins: refused.clone(),
            ..config.clone()
        };
        world.sites[0].modem = smsgw_at::modem::Modem::new(config, world.now);
        let now = world.now;
        world.network.plug_again(id, now);
    }
    world.run(600_000);
    assert_eq!(refused.len(), 1);
    let tried = |what: &What| {
        matches!(
            what,
            What::Pin {
                ok: false,
                retries: 2,
                ..
            }
        )
    };
    assert_eq!(world.count(tried), 1);
    assert_eq!(world.count(|what| matches!(what, What::Pin { .. })), 1);
}

#[test]
fn a_right_pin_opens_the_sim() {
    let modem = ModemConfig::new(FIRST).with_pin("1234");
    let config = Config {
        pin: Some(Pin::new("1234").unwrap()),
        ..Config::default()
    };
    let mut world = World::ready(modem::Config::default(), [modem], &config);
    let one = world.send(0, OUTSIDE, "One")[0];
    world.run(10_000);
    assert_eq!(world.sites[0].outcomes(), [(one, "sent")]);
}

#[test]
fn a_lost_acknowledgement_ends_direct_delivery_for_a_while_only() {
    let config = Config {
        delivery: Delivery::Direct,
        ..Config::default()
    };
    let mut world = World::one(ModemConfig::new(FIRST), &config);
    let fault = Fault::always(Kind::LostAcknowledgement).with_times(1);
    world.network.fault(None, &fault);
    for number in 0..10 {
        world.inject(FIRST, &format!("Message {number}"));
        world.run(1000);
    }
    world.run(600_000);
    let mut texts = world.sites[0].texts();
    texts.sort_unstable();
    let expected: Vec<_> = (0..10).map(|number| format!("Message {number}")).collect();
    assert_eq!(texts, expected);
    assert_eq!(
        world.count(|what| matches!(what, What::Unacknowledged { .. })),
        1
    );
    assert!(world.sites[0].has(&Event::Fault(ModemFault::RoutingLost)));
    // It is delivered as it comes again.
    world.sites[0].events.clear();
    world.inject(FIRST, "Last");
    world.run(1000);
    assert_eq!(world.sites[0].texts(), ["Last"]);
}

#[test]
fn an_owner_that_is_too_slow_for_direct_delivery_gets_each_message_once() {
    let config = Config {
        delivery: Delivery::Direct,
        ..Config::default()
    };
    let mut world = World::one(ModemConfig::new(FIRST), &config);
    world.sites[0].persists_after = Some(Duration::from_secs(20));
    for number in 0..5 {
        world.inject(FIRST, &format!("Message {number}"));
        world.run(1000);
    }
    world.run(1_800_000);
    let mut texts = world.sites[0].texts();
    texts.sort_unstable();
    let expected: Vec<_> = (0..5).map(|number| format!("Message {number}")).collect();
    assert_eq!(texts, expected);
    let status = world.network.status();
    assert_eq!(status.modems[0].waiting, 0);
    assert!(status.modems[0].stores.iter().all(|store| store.used == 0));
}

#[test]
fn a_flood_of_news_hides_nothing() {
    for profile in Profile::ALL {
        // Those lines say that the modem has started.
        if profile.flood.contains("RDY") {
            continue;
        }
        let modem = ModemConfig::new(FIRST).with_profile(*profile);
        let mut world = World::one(modem, &Config::default());
        world
            .network
            .fault(None, &Fault::every(Kind::Flood, 3).with_size(500));
        let one = world.send(0, OUTSIDE, "One")[0];
        world.inject(FIRST, "Back");
        world.run(10_000);
        let site = &world.sites[0];
        assert_eq!(site.outcomes(), [(one, "sent")], "{}", profile.name);
        assert_eq!(site.texts(), ["Back"], "{}", profile.name);
        assert_eq!(site.reports().len(), 1, "{}", profile.name);
    }
}

#[test]
fn three_modems_and_one_is_killed_in_mid_send() {
    let network = modem::Config::default().with_radio();
    let modems = [FIRST, SECOND, THIRD].map(ModemConfig::new);
    let mut world = World::ready(network, modems, &Config::default());
    for number in 0..30 {
        world.send(number % 3, OUTSIDE, &format!("Message {number}"));
    }
    world.run(10_000);
    // While a message is on its way.
    let is_sending = |world: &World| {
        let written = &world.sites[1].written;
        let sends = written
            .iter()
            .filter(|line| line.starts_with("AT+CMGS"))
            .count();
        let done = world.sites[1].outcomes().len();
        sends > done && !written.last().is_some_and(|line| line.starts_with("AT"))
    };
    while !is_sending(&world) {
        world.run(10);
    }
    let (id, now) = (world.sites[1].id, world.now);
    world.network.cut(id, now);
    world.run(1000);
    // What it has not begun moves to the others.
    let moved = world.sites[1].modem.withdraw_all();
    assert!(!moved.is_empty());
    for (at, (token, submit)) in moved.into_iter().enumerate() {
        let now = world.now;
        world.sites[at % 2 * 2]
            .modem
            .send(token, submit, now)
            .unwrap();
    }
    world.run(600_000);
    let mut told = Vec::new();
    for site in &world.sites {
        told.extend(site.outcomes());
    }
    told.sort_unstable();
    let tokens: Vec<u64> = told.iter().map(|(token, _)| *token).collect();
    assert_eq!(tokens, (1..=30).collect::<Vec<_>>());
    let unknown: Vec<_> = told
        .iter()
        .filter(|(_, outcome)| *outcome == "unknown")
        .collect();
    assert_eq!(unknown.len(), 1, "{told:?}");
    assert!(
        told.iter()
            .all(|(_, outcome)| matches!(*outcome, "sent" | "unknown"))
    );
    let accepted = world.accepted();
    let once: BTreeSet<_> = accepted.iter().collect();
    assert_eq!(accepted.len(), once.len(), "one was sent twice");
    assert!(accepted.len() >= 29);
}

#[test]
fn what_is_cut_and_put_together_anyhow_is_read_all_the_same() {
    for kind in [Kind::Split, Kind::Merge] {
        let fault = Fault::always(kind).with_size(1);
        let mut world = World::one(
            ModemConfig::new(FIRST).with_fault(fault),
            &Config::default(),
        );
        for number in 0..5 {
            world.send(0, OUTSIDE, &format!("There {number}"));
            world.inject(FIRST, &format!("Back {number}"));
        }
        world.run(120_000);
        let site = &world.sites[0];
        assert_eq!(site.outcomes().len(), 5, "{kind:?}");
        assert!(
            site.outcomes()
                .iter()
                .all(|(_, outcome)| *outcome == "sent"),
            "{kind:?}"
        );
        assert_eq!(
            (site.texts().len(), site.reports().len()),
            (5, 5),
            "{kind:?}"
        );
    }
}

#[test]
fn a_network_that_is_lost_and_found_loses_no_message() {
    let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
    let id = world.sites[0].id;
    let now = world.now;
    world.network.set_coverage(id, false, now);
    let one = world.send(0, OUTSIDE, "One")[0];
    world.inject(FIRST, "Back");
    world.run(120_000);
    assert_eq!(world.sites[0].outcomes(), [(one, "not sent")]);
    let now = world.now;
    world.network.set_coverage(id, true, now);
    let two = world.send(0, OUTSIDE, "Two")[0];
    world.run(120_000);
    assert_eq!(world.sites[0].outcomes().last(), Some(&(two, "sent")));
    assert_eq!(world.sites[0].texts(), ["Back"]);
}

#[test]
fn a_message_that_nobody_tells_of_is_found_by_the_sweep() {
    let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
    world
        .network
        .fault(None, &Fault::always(Kind::LostIndication).with_times(1));
    world
        .network
        .fault(None, &Fault::every(Kind::RepeatedIndication, 2));
    for number in 0..4 {
        world.inject(FIRST, &format!("Message {number}"));
    }
    world.run(600_000);
    let mut texts = world.sites[0].texts();
    texts.sort_unstable();
    let expected: Vec<_> = (0..4).map(|number| format!("Message {number}")).collect();
    assert_eq!(texts, expected);
}

#[test]
fn a_call_is_told_and_hung_up_and_messages_go_on() {
    let config = Config {
        hang_up_calls: true,
        ..Config::default()
    };
    let mut world = World::one(ModemConfig::new(FIRST), &config);
    let now = world.now;
    world.network.call(OUTSIDE, FIRST, now).unwrap();
    world.settle();
    let one = world.send(0, OUTSIDE, "One")[0];
    world.run(60_000);
    let site = &world.sites[0];
    let calls: Vec<_> = site
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Call(call) => Some(call.clone()),
            _ => None,
        })
        .collect();
    let number = Some(OUTSIDE.to_owned());
    assert_eq!(calls, [Call::Ringing { number }, Call::Ended]);
    let ended = |what: &What| matches!(what, What::Call { state: "ended", .. });
    assert_eq!(world.count(ended), 1);
    assert_eq!(site.outcomes(), [(one, "sent")]);
}

#[test]
fn reports_that_come_twice_are_told_as_repeated() {
    let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
    world
        .network
        .fault(None, &Fault::always(Kind::RepeatedReport));
    let one = world.send(0, OUTSIDE, "One")[0];
    world.run(60_000);
    let reports = world.sites[0].reports();
    let first = &reports[0];
    assert_eq!((first.token, first.is_repeated), (Some(one), false));
    assert!(
        reports[1..]
            .iter()
            .all(|report| report.token == Some(one) && report.is_repeated)
    );
}

#[test]
fn what_is_no_tpdu_is_handed_over_and_deleted() {
    for delivery in [Delivery::Stored, Delivery::Direct] {
        let config = Config {
            delivery,
            ..Config::default()
        };
        let mut world = World::one(ModemConfig::new(FIRST), &config);
        let now = world.now;
        world
            .network
            .inject_tpdu(FIRST, &[0xFF, 0xFF], now)
            .unwrap();
        world.settle();
        world.run(10_000);
        world.inject(FIRST, "Back");
        world.run(60_000);
        let received: Vec<_> = world.sites[0]
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Received(received) => Some(received.pdu.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(received.len(), 2, "{delivery:?}");
        assert!(received[0].ends_with(&[0xFF, 0xFF]));
        let status = world.network.status();
        assert!(status.modems[0].stores.iter().all(|store| store.used == 0));
    }
}

#[test]
fn the_network_has_what_the_modem_says() {
    let mut world = World::one(ModemConfig::new(FIRST), &Config::default());
    world.send(0, OUTSIDE, "Grüße, 5 €");
    world.run(10_000);
    let messages: Vec<&Message> = world
        .told
        .iter()
        .filter_map(|what| match what {
            What::Submit(message) => Some(message),
            _ => None,
        })
        .collect();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].text.as_deref(), Some("Grüße, 5 €"));
    assert_eq!(messages[0].to, OUTSIDE);
}
