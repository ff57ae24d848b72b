//! The modem of smsgw-at at an emulator where everything goes wrong at random: no message is sent
//! twice or forgotten, and none that came is lost.

#![allow(
    clippy::indexing_slicing,
    reason = "a test that is wrong about its own lists is to end"
)]

mod modem_world;

use std::collections::BTreeMap;
use std::time::Duration;

use modem_world::{FIRST, OUTSIDE, World};
use proptest::collection::vec;
use proptest::prelude::*;
use smsgw_at::modem::{Config, Delivery};
use smsgw_sim::modem::fault::{Fault, Kind, Until};
use smsgw_sim::modem::{self, ModemConfig, Profile};

/// What goes wrong without an octet being lost.
fn fault() -> impl Strategy<Value = Fault> {
    let often = (1_u32..6, 1_u32..4);
    prop_oneof![
        often
            .clone()
            .prop_map(|(n, times)| Fault::every(Kind::PromptDelay, n).with_times(times)),
        often
            .clone()
            .prop_map(|(n, times)| Fault::every(Kind::NoPrompt, n).with_times(times)),
        (often.clone(), code()).prop_map(|((n, times), code)| {
            Fault::every(Kind::Refuse, n)
                .with_times(times)
                .with_code(code)
        }),
        often
            .clone()
            .prop_map(|(n, times)| Fault::every(Kind::SendDelay, n).with_times(times)),
        (often.clone(), code()).prop_map(|((n, times), code)| {
            Fault::every(Kind::Cms, n).with_times(times).with_code(code)
        }),
        often
            .clone()
            .prop_map(|(n, times)| Fault::every(Kind::LostResult, n).with_times(times)),
        often
            .clone()
            .prop_map(|(n, times)| Fault::every(Kind::LostSubmit, n).with_times(times)),
        // Later, they could be those of the next one.
        (often.clone(), 10_u64..235).prop_map(|((n, times), seconds)| {
            let delay = Duration::from_secs(seconds);
            Fault::every(Kind::LateResult, n)
                .with_times(times)
                .with_delay(delay, delay)
        }),
        (often.clone(), command()).prop_map(|((n, times), on)| {
            Fault::every(Kind::Slow, n).with_times(times).with_on(on)
        }),
        (command(), until())
            .prop_map(|(on, until)| { Fault::always(Kind::Hang).with_on(on).with_until(until) }),
        command().prop_map(|on| Fault::always(Kind::Reboot).with_on(on)),
        (1_u32..4).prop_map(|n| Fault::every(Kind::Deregister, n).with_times(1)),
        Just(Fault::always(Kind::Split).with_size(1)),
        Just(Fault::always(Kind::Merge)),
        often
            .clone()
            .prop_map(|(n, times)| Fault::every(Kind::LostIndication, n).with_times(times)),
        Just(Fault::always(Kind::RepeatedIndication)),
        often.clone().prop_map(|(n, times)| {
            Fault::every(Kind::LostAcknowledgement, n).with_times(times)
        }),
        Just(Fault::every(Kind::LostReport, 2)),
        Just(Fault::every(Kind::RepeatedReport, 2)),
        often.prop_map(|(n, times)| Fault::every(Kind::Flood, n).with_times(times).with_size(50)),
    ]
}

fn code() -> impl Strategy<Value = u16> {
    prop::sample::select(vec![8, 28, 38, 42, 47, 304, 314, 331, 500])
}

fn command() -> impl Strategy<Value = &'static str> {
    let commands = [
        "data", "+CMGS", "+CMGR", "+CMGL", "+CMGD", "+CPMS", "+CSQ", "+CNMA", "AT",
    ];
    prop::sample::select(commands.to_vec())
}

fn until() -> impl Strategy<Value = Until> {
    prop::sample::select(vec![
        Until::Escape,
        Until::Reopen,
        Until::Reset,
        Until::Power,
    ])
}

/// What loses octets, or adds some.
fn loss() -> impl Strategy<Value = Fault> {
    // At random: with a period, the same octet could be lost each time.
    let rarely = (0.0005_f64..0.01, 1_u32..30);
    prop_oneof![
        rarely.clone().prop_map(|(share, times)| {
            Fault::always(Kind::Drop)
                .with_share(share)
                .with_times(times)
        }),
        rarely.prop_map(|(share, times)| {
            Fault::always(Kind::DropInput)
                .with_share(share)
                .with_times(times)
        }),
        (3_u32..20, 1_u32..10)
            .prop_map(|(n, times)| Fault::every(Kind::Noise, n).with_times(times)),
        Just(Fault::always(Kind::Split).with_size(3)),
    ]
}

/// What is done.
#[derive(Clone, Debug)]
enum Act {
    Send,
    Inject,
    Fault(Fault),
    Cut,
    Plug,
    Clear,
}

fn act(fault: impl Strategy<Value = Fault>) -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => Just(Act::Send),
        6 => Just(Act::Inject),
        5 => fault.prop_map(Act::Fault),
        1 => Just(Act::Cut),
        2 => Just(Act::Plug),
        1 => Just(Act::Clear),
    ]
}

/// What was sent, and what was injected.
fn play(world: &mut World, acts: Vec<(Act, u64)>) -> (BTreeMap<u64, String>, Vec<String>) {
    let (mut sent, mut injected) = (BTreeMap::new(), Vec::new());
    let id = world.sites[0].id;
    for (act, pause) in acts {
        let now = world.now;
        match act {
            Act::Send => {
                let text = format!("There {}", sent.len());
                let token = world.send(0, OUTSIDE, &text)[0];
                sent.insert(token, text);
            }
            Act::Inject => {
                let text = format!("Back {}", injected.len());
                world.inject(FIRST, &text);
                injected.push(text);
            }
            Act::Fault(fault) => world.network.fault(None, &fault),
            Act::Cut => world.network.cut(id, now),
            Act::Plug => world.network.plug_again(id, now),
            Act::Clear => world.network.clear_faults(None),
        }
        world.run(pause);
    }
    let now = world.now;
    world.network.clear_faults(None);
    world.network.plug_again(id, now);
    world.run(4 * 3600 * 1000);
    (sent, injected)
}

/// Each message that was taken has one outcome, which is true, and none was sent twice.
fn check_sent(world: &World, sent: &BTreeMap<u64, String>) -> Result<(), TestCaseError> {
    let accepted = world.accepted();
    let mut outcomes: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for (token, outcome) in world.sites[0].outcomes() {
        outcomes.entry(token).or_default().push(outcome);
    }
    for (token, text) in sent {
        let times = accepted.iter().filter(|other| *other == text).count();
        let outcome = outcomes.get(token).map_or(&[][..], Vec::as_slice);
        let is_true = match outcome {
            ["sent"] | ["unknown", "sent late"] => times == 1,
            ["not sent"] | ["unknown", "not sent late"] => times == 0,
            ["unknown"] => times <= 1,
            _ => false,
        };
        prop_assert!(is_true, "{text}: {outcome:?}, accepted {times} times");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_message_is_sent_twice_or_lost(
        profile in 0..Profile::ALL.len(),
        is_direct in any::<bool>(),
        acts in vec((act(fault()), 0_u64..200_000), 1..30),
        persists_after in 0_u64..30_000,
    ) {
        let config = Config {
            delivery: if is_direct { Delivery::Direct } else { Delivery::Stored },
            ..Config::default()
        };
        let modem = ModemConfig::new(FIRST).with_profile(Profile::ALL[profile]);
        let mut world = World::new(modem::Config::default(), [modem], &config);
        world.sites[0].persists_after = Some(Duration::from_millis(persists_after));
        world.run(60_000);
        let (sent, injected) = play(&mut world, acts);
        check_sent(&world, &sent)?;
        // Each one that came is handed over once, and nothing is left.
        let mut texts = world.sites[0].texts();
        texts.sort_unstable();
        let mut expected = injected;
        expected.sort_unstable();
        prop_assert_eq!(texts, expected);
        let status = world.network.status();
        prop_assert_eq!(status.modems[0].waiting, 0);
        prop_assert!(status.modems[0].stores.iter().all(|store| store.used == 0));
    }

    #[test]
    fn on_a_line_that_loses_octets_no_message_is_sent_twice_or_lost(
        profile in 0..Profile::ALL.len(),
        acts in vec((act(loss()), 0_u64..100_000), 1..30),
    ) {
        let modem = ModemConfig::new(FIRST).with_profile(Profile::ALL[profile]);
        let config = Config::default();
        let mut world = World::new(modem::Config::default(), [modem], &config);
        world.sites[0].loses_octets = true;
        world.run(60_000);
        let (sent, injected) = play(&mut world, acts);
        // Each has one outcome; what was lost of a command or of an answer may leave it open.
        let outcomes = world.sites[0].outcomes();
        let accepted = world.accepted();
        for (token, text) in &sent {
            let told = outcomes.iter().filter(|(other, outcome)| other == token && !outcome.ends_with("late"));
            prop_assert_eq!(told.count(), 1, "{}: {:?}", text, outcomes);
            let times = accepted.iter().filter(|other| *other == text).count();
            prop_assert!(times <= 1, "{} was sent {} times", text, times);
        }
        let mut texts = world.sites[0].texts();
        texts.sort_unstable();
        let mut expected = injected;
        expected.sort_unstable();
        prop_assert_eq!(texts, expected);
    }
}
