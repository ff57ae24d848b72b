//! submit_sm and its answer over loopback TCP, both ends in one process: CPU for each pair, then
//! pairs a second, beside smpp34.
//!
//! `cargo bench --bench smpp_loopback [-- PAIRS]`. CPU is what the kernel counted for all threads
//! of the process, both ends together.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use async_trait::async_trait;
use smpp34::client::{BIND_TYPE, SMSC, SmppClient, SmppClientListener};
use smsgw_benches::loopback::{Clock, Error, Run, TEXT, connect, serve, submit, submit_all, take};
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, oneshot};

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
    for window in [1, 10, 100, 1_000] {
        // A window of one is a wait for each pair.
        let pairs = if window == 1 { pairs / 10 } else { pairs };
        if of("events") {
            // In a task, as all the others: the thread that starts the runtime is no worker.
            let run = runtime.block_on(runtime.spawn(events(window, pairs)))??;
            run.print("smsgw-smpp, queue + events", window);
        }
        if of("await") {
            let run = runtime.block_on(awaited(window, pairs))?;
            run.print("smsgw-smpp, submit().await", window);
        }
        if of("smpp34") {
            let run = runtime.block_on(smpp34(window, pairs / 4))?;
            run.print("smpp34, send().await", window);
        }
    }
    Ok(())
}

/// Both ends, bound.
async fn bound(window: usize) -> Result<(Esme, Events), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener));
    connect(address, window).await
}

/// As many requests as the window takes, under one lock, whenever answers came.
async fn events(window: usize, pairs: u64) -> Result<Run, Error> {
    let (esme, mut events) = bound(window).await?;
    let clock = Clock::start();
    submit_all(&esme, &mut events, pairs).await?;
    Ok(clock.stop(pairs))
}

/// A task for each place in the window, each waiting for its answer.
async fn awaited(window: usize, pairs: u64) -> Result<Run, Error> {
    let (esme, _events) = bound(window).await?;
    let left = Arc::new(AtomicU64::new(pairs));
    let clock = Clock::start();
    let tasks: Vec<_> = (0..window)
        .map(|_| {
            let (esme, left) = (esme.clone(), Arc::clone(&left));
            tokio::spawn(async move {
                let submit = submit()?;
                while take(&left) {
                    let status = esme.submit(&submit).await?.status();
                    if !status.is_ok() {
                        return Err(Error::from(status.to_string()));
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

struct Answers;

#[async_trait]
impl smpp34::SmppServerListener for Answers {
    async fn on_bind_transceiver(
        &self,
        request: smpp34::bind_transceiver,
        _: &smpp34::SmppConnectionInformation,
        _: &String,
    ) -> smpp34::bind_transceiver_resp {
        request.accept("LOOPBACK".to_owned(), Some(0x34))
    }

    async fn on_submit_sm(
        &self,
        request: smpp34::submit_sm,
        _: &smpp34::SmppConnectionInformation,
        _: &String,
    ) -> smpp34::submit_sm_resp {
        request.accept("1".to_owned())
    }
}

struct Binder(Mutex<Option<oneshot::Sender<Arc<SMSC>>>>);

#[async_trait]
impl SmppClientListener for Binder {
    async fn on_smsc_bound(&self, smsc: SMSC, _: &String) {
        if let Some(bound) = self.0.lock().await.take() {
            let _ = bound.send(Arc::new(smsc));
        }
    }
}

/// The same with smpp34 at both ends, in the way its own loopback example does it.
async fn smpp34(window: usize, pairs: u64) -> Result<Run, Error> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    let mut server = smpp34::SmppServer::new(IpAddr::from([127, 0, 0, 1]), port, Arc::new(Answers));
    server.start().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (bound, smsc) = oneshot::channel();
    let mut client = SmppClient::new(
        "127.0.0.1".to_owned(),
        port,
        false,
        BIND_TYPE::TRX,
        "perf".to_owned(),
        "perf".to_owned(),
        String::new(),
        1,
        1,
        String::new(),
        Arc::new(Binder(Mutex::new(Some(bound)))),
        window,
    );
    client.start().await;
    let smsc = smsc.await?;
    let left = Arc::new(AtomicU64::new(pairs));
    let clock = Clock::start();
    let tasks: Vec<_> = (0..window)
        .map(|_| {
            let (smsc, left) = (Arc::clone(&smsc), Arc::clone(&left));
            tokio::spawn(async move {
                while take(&left) {
                    let answer = smsc
                        .submit_sm()
                        .source_addr("12345")
                        .destination_addr("31600000000")
                        .short_message(TEXT)
                        .send()
                        .await;
                    if answer.is_err() {
                        return Err(Error::from("no answer"));
                    }
                }
                Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    let run = clock.stop(pairs);
    client.stop().await;
    Ok(run)
}
