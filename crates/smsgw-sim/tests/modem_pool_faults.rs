//! A pool of emulated modems that fail: what the network took is what the pool tells.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod modem_pool;

use modem_pool::{Rig, modem_config, pool_config, seconds};
use smsgw_at::pool::{Event, Outcome, PartOutcome};
use smsgw_sim::modem::{Config, Fault, ModemId};

fn radio(seed: u64) -> Config {
    Config {
        seed,
        ..Config::default().with_radio()
    }
}

/// So many messages of one part, as many of two, with texts that tell the parts apart.
fn send(rig: &mut Rig, messages: u64) {
    for token in 0..messages {
        rig.send(2 * token, &text(2 * token, 0));
        let long = format!("{:<153}{}", text(2 * token + 1, 0), text(2 * token + 1, 1));
        rig.send(2 * token + 1, &long);
    }
}

/// The text by which the network knows a part.
fn text(token: u64, part: usize) -> String {
    format!("message {token} part {part}.")
}

/// How often the network took a part, and whose it was the first time.
fn taken(rig: &Rig, token: u64, part: usize) -> usize {
    let text = text(token, part);
    let all = rig
        .taken
        .iter()
        .filter(|(taken, _)| taken.trim_end() == text);
    all.map(|(_, modems)| modems.len()).sum()
}

/// What the pool tells is what the network knows; gives how many parts were sent, are unknown, and
/// were not sent.
fn compare(rig: &Rig, messages: u64) -> [usize; 3] {
    let mut counts = [0; 3];
    assert_eq!(rig.pool.queued(), 0);
    assert_eq!(rig.outcomes.len() as u64, 2 * messages);
    for (token, outcome) in &rig.outcomes {
        let mut modems: Vec<ModemId> = Vec::new();
        for (index, part) in outcome.parts.iter().enumerate() {
            let times = taken(rig, *token, index);
            match part {
                PartOutcome::Sent { .. } => assert_eq!(times, 1, "{token} {index}"),
                PartOutcome::Unknown => assert!(times <= 1, "{token} {index}: {times}"),
                PartOutcome::NotSent(_) => assert_eq!(times, 0, "{token} {index}"),
                other => panic!("{other:?}"),
            }
            counts[match part {
                PartOutcome::Sent { .. } => 0,
                PartOutcome::Unknown => 1,
                _ => 2,
            }] += 1;
            let text = text(*token, index);
            let by = rig
                .taken
                .iter()
                .filter(|(taken, _)| taken.trim_end() == text);
            modems.extend(by.flat_map(|(_, modems)| modems));
        }
        modems.dedup();
        assert!(modems.len() <= 1, "{token} went by {modems:?}");
    }
    counts
}

#[test]
fn a_modem_dies_in_mid_queue() {
    let mut rig = Rig::new(3, radio(1), pool_config(), &modem_config());
    send(&mut rig, 50);
    rig.pass(seconds(21));
    let sent = rig.outcomes.len();
    rig.pull_out(1);
    rig.until(seconds(10_000), |rig| rig.pool.queued() == 0);
    let [_, unknown, unsent] = compare(&rig, 50);
    // The part that it had; and if that was the first of two, the second.
    assert_eq!(unknown, 1);
    assert!(unsent <= 1);
    let is_unknown = |outcome: &&Outcome| outcome.is_unknown();
    assert_eq!(rig.outcomes.values().filter(is_unknown).count(), 1);
    assert!(sent < 20 && rig.outcomes.len() == 100, "most of it moved");
}

#[test]
fn what_is_unknown_is_told_as_that_and_not_sent_again() {
    let mut rig = Rig::new(4, radio(2), pool_config(), &modem_config());
    rig.network
        .fault(None, &"lost-result=7".parse::<Fault>().unwrap());
    send(&mut rig, 60);
    rig.until(seconds(40_000), |rig| rig.pool.queued() == 0);
    let [sent, unknown, unsent] = compare(&rig, 60);
    // Of each SIM every seventh, and what was sent behind it.
    assert!(unknown >= 15, "{unknown}");
    assert_eq!((sent + unknown, unsent), (180, 0));
    // Reports come all the same, by the recipient.
    rig.pass(seconds(600));
    assert_eq!(rig.reports.len(), 180);
}

#[test]
fn late_results_are_told_of_their_own_part() {
    let mut rig = Rig::new(2, radio(3), pool_config(), &modem_config());
    let fault: Fault = "late-result=5,delay=200s".parse().unwrap();
    rig.network.fault(None, &fault);
    send(&mut rig, 20);
    rig.until(seconds(40_000), |rig| rig.pool.queued() == 0);
    rig.pass(seconds(600));
    let [_, unknown, _] = compare(&rig, 20);
    let late = rig.told.iter().filter_map(|event| match event {
        Event::SentLate { token, part, .. } => Some((*token, *part)),
        _ => None,
    });
    let late: Vec<_> = late.collect();
    assert_eq!(late.len(), unknown);
    assert!(unknown > 0);
    for (token, part) in late {
        assert_eq!(rig.outcomes[&token].parts[part], PartOutcome::Unknown);
        assert_eq!(taken(&rig, token, part), 1);
    }
}

#[test]
fn what_modems_and_networks_refuse_goes_elsewhere() {
    let mut rig = Rig::new(4, radio(4), pool_config(), &modem_config());
    let ids: Vec<_> = rig.seats.iter().map(|seat| seat.id).collect();
    for (modem, fault) in [
        (0, "cms=3,code=38"),
        (1, "no-prompt=5"),
        (2, "cms,code=10"),
        (3, "refuse=4,code=331"),
    ] {
        let fault: Fault = fault.parse().unwrap();
        rig.network.fault(Some(ids[modem]), &fault);
    }
    send(&mut rig, 60);
    rig.until(seconds(40_000), |rig| rig.pool.queued() == 0);
    let [sent, unknown, unsent] = compare(&rig, 60);
    assert_eq!(unknown, 0);
    assert!(sent >= 170, "{sent} sent, {unsent} not");
    // The SIM that is barred sends nothing, and is left alone.
    assert!(rig.taken.values().all(|modems| modems[0] != ids[2]));
    let opened = |event: &Event| matches!(event, Event::BreakerOpened { .. });
    assert!(rig.told.iter().any(opened));
}

#[test]
fn modems_that_hang_and_start_anew_lose_nothing() {
    let mut rig = Rig::new(6, radio(5), pool_config(), &modem_config());
    let ids: Vec<_> = rig.seats.iter().map(|seat| seat.id).collect();
    for (modem, fault) in [
        (0, "hang=20,on=data,until=reset,times=2"),
        (1, "reboot=15,times=3"),
        (2, "hang=30,until=escape,times=3"),
        (3, "reboot=9,on=data,times=2"),
        (4, "hang=40,until=reopen,times=1"),
        (5, "drop=997"),
    ] {
        let fault: Fault = fault.parse().unwrap();
        rig.network.fault(Some(ids[modem]), &fault);
    }
    send(&mut rig, 100);
    rig.until(seconds(40_000), |rig| rig.pool.queued() == 0);
    let [sent, unknown, unsent] = compare(&rig, 100);
    println!("{sent} sent, {unknown} unknown, {unsent} not");
    assert_eq!(sent + unknown + unsent, 300);
    assert!(sent >= 280 && unknown > 0, "{sent} sent, {unknown} unknown");
}
