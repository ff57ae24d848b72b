//! How much pools of emulated modems send in simulated time, with the delays of a real network.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod modem_pool;

use modem_pool::{Rig, modem_config, pool_config, seconds};
use smsgw_at::pool::Outcome;
use smsgw_sim::modem::Config;

const MESSAGES: u32 = 10_000;

/// Sends all messages with so many modems, and looks whether each sent as many as the radio lets
/// it: one in four seconds on average.
#[track_caller]
fn send_all(modems: u32) {
    let network = Config::default().with_radio();
    let count = usize::try_from(modems).unwrap();
    let mut rig = Rig::new(count, network, pool_config(), &modem_config());
    rig.begin();
    for token in 0..MESSAGES {
        rig.send(token.into(), &format!("message {token}"));
    }
    rig.until(seconds(100_000), |rig| rig.pool.queued() == 0);
    let took = rig.elapsed();
    let rate = f64::from(MESSAGES) / took.as_secs_f64() / f64::from(modems);
    println!("{modems} modems: {took:?}, {rate:.4} messages a second of each");

    assert_eq!(rig.outcomes.len(), 10_000);
    assert!(rig.outcomes.values().all(Outcome::is_sent));
    // The network took each once.
    assert_eq!(rig.taken.len(), 10_000);
    assert!(rig.taken.values().all(|modems| modems.len() == 1));
    // Each has its report, and no other.
    rig.pass(seconds(600));
    assert_eq!((rig.reports.len(), rig.strays), (10_000, 0));
    assert!(rig.reports.values().all(|reports| *reports == 1));

    // What modem and pool need themselves is far less than the radio needs, whatever their number:
    // the pool grows with its modems. The delays are drawn, so that their mean is not exact.
    assert!((0.245..=0.255).contains(&rate), "{rate} of 0.25");
}

#[test]
fn eight_modems_send_what_eight_can() {
    send_all(8);
}

#[test]
fn thirty_two_modems_send_four_times_as_much() {
    send_all(32);
}

#[test]
fn a_hundred_modems_send_twelve_and_a_half_times_as_much() {
    send_all(100);
}
