//! A message (OT 51) and its result over loopback TCP, both ends in one process: CPU for each pair,
//! then pairs a second.
//!
//! `cargo bench --bench ucp_loopback [-- PAIRS]`. CPU is what the kernel counted for all threads of
//! the process, both ends together.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use smsgw_benches::loopback::{Clock, Error, Run, take};
use smsgw_benches::ucp_loopback::{connect, serve, submit, submit_all};
use smsgw_ucp::connection::Events;
use smsgw_ucp::sme::Sme;
use tokio::net::TcpListener;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let pairs = arguments
        .iter()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(300_000);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let of = |name: &str| {
        arguments
            .iter()
            .all(|a| a.parse::<u64>().is_ok() || a.starts_with('-') || a == name)
    };
    println!(
        "{:<28} {:>8} {:>12} {:>12}",
        "", "window", "CPU us/pair", "pairs/s"
    );
    for window in [1, 10, 100] {
        // A window of one is a wait for each pair.
        let pairs = if window == 1 { pairs / 10 } else { pairs };
        if of("events") {
            // In a task, as all the others: the thread that starts the runtime is no worker.
            let run = runtime.block_on(runtime.spawn(events(window, pairs)))??;
            run.print("smsgw-ucp, queue + events", window);
        }
        if of("await") {
            let run = runtime.block_on(awaited(window, pairs))?;
            run.print("smsgw-ucp, submit().await", window);
        }
    }
    Ok(())
}

/// Both ends, logged in.
async fn logged_in(window: usize) -> Result<(Sme, Events), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener));
    connect(address, window).await
}

/// As many operations as the window takes, under one lock, whenever results came.
async fn events(window: usize, pairs: u64) -> Result<Run, Error> {
    let (sme, mut events) = logged_in(window).await?;
    let clock = Clock::start();
    submit_all(&sme, &mut events, pairs).await?;
    Ok(clock.stop(pairs))
}

/// A task for each place in the window, each waiting for its result.
async fn awaited(window: usize, pairs: u64) -> Result<Run, Error> {
    let (sme, _events) = logged_in(window).await?;
    let left = Arc::new(AtomicU64::new(pairs));
    let clock = Clock::start();
    let tasks: Vec<_> = (0..window)
        .map(|_| {
            let (sme, left) = (sme.clone(), Arc::clone(&left));
            tokio::spawn(async move {
                let submit = submit()?;
                while take(&left) {
                    let reply = sme.submit(&submit).await?;
                    if !reply.answer()?.is_positive() {
                        return Err(Error::from(format!("{reply:?}")));
                    }
                }
                Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(clock.stop(pairs))
}
