//! What many sessions cost: CPU for a message as their number grows, memory of idle ones.
//!
//! `cargo bench --bench smpp_sessions [-- growth|idle] [MESSAGES]`. For `idle` server and client are
//! processes of their own; the machine has to allow each 10,100 open files (`ulimit -n`).

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use smsgw_benches::loopback::{Error, connect, cpu, serve, submit_all};
use smsgw_smpp::pdu::EnquireLink;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const IDLE: usize = 10_000;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    if has("serve") {
        return runtime.block_on(serve_for_ever());
    }
    let messages = arguments
        .iter()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(500_000);
    if !has("idle") {
        runtime.block_on(growth(messages))?;
    }
    if !has("growth") {
        runtime.block_on(idle())?;
    }
    Ok(())
}

/// The same number of messages over more and more sessions.
async fn growth(messages: u64) -> Result<(), Error> {
    println!(
        "{:<44} {:>8} {:>14} {:>8}",
        "", "sessions", "CPU us/message", "ratio"
    );
    for (name, in_flight) in [
        ("10 in flight on each session", InFlight::Each(10)),
        ("100 in flight on each session", InFlight::Each(100)),
        ("1,000 in flight on all together", InFlight::All(1_000)),
    ] {
        let mut one = None;
        for sessions in [1, 10, 100, 1_000] {
            let window = match in_flight {
                InFlight::Each(window) => window,
                InFlight::All(all) => all / sessions,
            };
            let each = messages / sessions as u64;
            let cpu = run(sessions, window, each).await?.as_secs_f64() * 1e6
                / (each * sessions as u64) as f64;
            let ratio = cpu / *one.get_or_insert(cpu);
            println!("{name:<44} {sessions:>8} {cpu:>14.2} {ratio:>8.2}");
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum InFlight {
    Each(usize),
    All(usize),
}

async fn run(sessions: usize, window: usize, each: u64) -> Result<Duration, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(serve(listener));
    let mut bound = Vec::new();
    for _ in 0..sessions {
        bound.push(connect(address, window).await?);
    }
    let start = cpu();
    let mut clients = JoinSet::new();
    for (esme, mut events) in bound {
        clients.spawn(async move { submit_all(&esme, &mut events, each).await });
    }
    while let Some(client) = clients.join_next().await {
        client??;
    }
    let spent = cpu() - start;
    server.abort();
    Ok(spent)
}

/// Memory of a server with many bound sessions on which nothing happens but `enquire_link`.
async fn idle() -> Result<(), Error> {
    let mut server = Command::new(std::env::current_exe()?)
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    let output = server.stdout.take().ok_or("no output")?;
    BufReader::new(output).read_line(&mut line)?;
    let address: SocketAddr = line.trim().parse()?;
    let before = resident(server.id())?;
    let start = Instant::now();
    let mut sessions = Vec::new();
    for _ in 0..IDLE {
        sessions.push(connect(address, 10).await?);
    }
    let bound = start.elapsed();
    // Each of them lives.
    for (esme, _) in &sessions {
        esme.request(&EnquireLink::default()).await?;
    }
    let after = resident(server.id())?;
    println!(
        "{IDLE} idle sessions, bound in {:.1} s: the server has {} MB, {} MB before, {:.1} KB each",
        bound.as_secs_f64(),
        after / 1_000,
        before / 1_000,
        (after - before) as f64 / IDLE as f64,
    );
    server.kill()?;
    server.wait()?;
    Ok(())
}

/// Memory of a process, in KB.
fn resident(process: u32) -> Result<u64, Error> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes: u64 = line
        .and_then(|line| line.split_whitespace().next())
        .ok_or("no VmRSS")?
        .parse()?;
    Ok(kibibytes * 1_024 / 1_000)
}

async fn serve_for_ever() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    serve(listener).await
}
