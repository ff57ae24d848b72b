//! How many times our time each peer takes: `compare [CASE]`, where `CASE` is how a name begins.
//!
//! All take turns, two milliseconds each, so that whatever disturbs one disturbs the others too.
//! Prints our nanoseconds a PDU and the ratios: the median of all turns, and the quartiles; where
//! octets count, how many of them we do in a cycle of the processor. How long a cycle is at the
//! moment a chain of shifts tells, which takes its turn as the crates do.

use std::hint::black_box;
use std::time::Duration;

use smsgw_benches::{Case, measured};

const TURNS: usize = 101;
const TURN_NS: u128 = 2_000_000;

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let mut cases: Vec<Case> = smsgw_benches::cases().collect();
    cases.retain(|case| case.name.starts_with(&wanted));
    for cases in cases.chunk_by_mut(|a, b| a.name == b.name) {
        compare(cases);
    }
}

fn compare(cases: &mut [Case]) {
    let rounds: Vec<u64> = cases.iter_mut().map(rounds_a_turn).collect();
    let mut times = vec![Vec::new(); cases.len()];
    let mut cycles = Vec::new();
    for _ in 0..TURNS {
        cycles.push(cycle());
        for ((case, &rounds), times) in cases.iter_mut().zip(&rounds).zip(&mut times) {
            times.push((case.run)(rounds).as_secs_f64() * 1e9 / (rounds * case.pdus) as f64);
        }
    }
    let ours = &times[0];
    print!("{}: {} ns", cases[0].name, quartiles(ours.clone(), 1));
    if let Some(octets) = cases[0].octets {
        let rates = ours.iter().zip(&cycles);
        let rates = rates.map(|(time, cycle)| octets as f64 * cycle / time);
        print!(", {} octets a cycle", quartiles(rates.collect(), 2));
    }
    println!();
    for (case, theirs) in cases.iter().zip(&times).skip(1) {
        let ratios = theirs.iter().zip(ours).map(|(theirs, ours)| theirs / ours);
        println!("  {:12} {}", case.subject, quartiles(ratios.collect(), 2));
    }
}

/// Nanoseconds a cycle takes now. Each shift and each xor waits for the one before and takes one,
/// on every processor of the last twenty years.
fn cycle() -> f64 {
    const CYCLES: u32 = 6 * 50_000;
    let mut number = black_box(1_u64);
    let time: Duration = measured(u64::from(CYCLES / 6), || {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
    });
    black_box(number);
    time.as_secs_f64() * 1e9 / f64::from(CYCLES)
}

/// As many as take about [`TURN_NS`].
fn rounds_a_turn(case: &mut Case) -> u64 {
    let mut rounds = 1;
    loop {
        let time = (case.run)(rounds).as_nanos();
        if time * 4 > TURN_NS {
            return (u128::from(rounds) * TURN_NS / time).max(1) as u64;
        }
        rounds *= 2;
    }
}

fn quartiles(mut values: Vec<f64>, digits: usize) -> String {
    values.sort_by(f64::total_cmp);
    let at = |quarter| values[(values.len() - 1) * quarter / 4];
    let (low, middle, high) = (at(1), at(2), at(3));
    format!("{middle:.digits$} [{low:.digits$}-{high:.digits$}]")
}
