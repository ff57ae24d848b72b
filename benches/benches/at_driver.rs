//! What a message costs that goes by an emulated modem: CPU of the driver alone, as the modems are
//! in a process of their own, and messages a second.
//!
//! `cargo bench --bench at_driver [-- driver|pool|reports|radio] [MESSAGES]`. Without a word all but
//! `radio`, which takes seven minutes: 10,000 messages by 100 modems that need 2 to 6 seconds for
//! each.

use smsgw_benches::at_driver::{
    Modems, Network, driver, emulate, pool, send_by_driver, send_by_pool,
};
use smsgw_benches::loopback::{Clock, Error};

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    if let [word, count, network] = &arguments[..]
        && word == "emulate"
    {
        let network = match &network[..] {
            "radio" => Network::Radio,
            _ => Network::Instant,
        };
        return runtime.block_on(emulate(count.parse()?, network));
    }
    let messages = arguments.iter().find_map(|argument| argument.parse().ok());
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let is_all = !["driver", "pool", "reports", "radio"].into_iter().any(has);
    println!(
        "{:<28} {:>8} {:>12} {:>12}",
        "", "modems", "CPU us/msg", "messages/s"
    );
    let messages = messages.unwrap_or(10_000);
    if is_all || has("driver") {
        runtime.block_on(by_driver(messages))?;
    }
    for modems in [1, 8, 32, 100] {
        if is_all || has("pool") {
            let run = by_pool("pool", modems, Network::Instant, messages, false);
            runtime.block_on(run)?;
        }
    }
    for modems in [1, 100] {
        if is_all || has("reports") {
            let run = by_pool("pool, reports", modems, Network::Instant, messages, true);
            runtime.block_on(run)?;
        }
    }
    if has("radio") {
        let run = by_pool("pool, 2 to 6 s each", 100, Network::Radio, messages, false);
        runtime.block_on(run)?;
    }
    Ok(())
}

async fn by_driver(messages: u64) -> Result<(), Error> {
    let modems = Modems::start(1, Network::Instant)?;
    let mut driver = driver(&modems).await?;
    let clock = Clock::start();
    send_by_driver(&mut driver, messages).await?;
    clock.stop(messages).print("driver", 1);
    driver.0.close().await;
    check(modems, messages)
}

async fn by_pool(
    what: &str,
    count: usize,
    network: Network,
    messages: u64,
    wants_report: bool,
) -> Result<(), Error> {
    let modems = Modems::start(count, network)?;
    let mut pool = pool(&modems).await?;
    let clock = Clock::start();
    send_by_pool(&mut pool, messages, wants_report).await?;
    clock.stop(messages).print(what, count);
    pool.0.close().await;
    check(modems, messages)
}

/// Nothing was lost and nothing sent twice.
fn check(modems: Modems, messages: u64) -> Result<(), Error> {
    let taken = modems.end()?;
    if taken == messages {
        Ok(())
    } else {
        Err(format!("{messages} messages, and the network took {taken}").into())
    }
}
