//! Both ends of sessions over loopback TCP, and the CPU they take.

use std::collections::VecDeque;
use std::fs;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use smsgw_smpp::CommandStatus;
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::{SubmitSm, SubmitSmResp};
use smsgw_smpp::session::{Bind, BindMode, Config, Event};
use smsgw_smpp::types::{Address, ShortMessage};
use tokio::net::TcpListener;

/// What a run may come to.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The text of every message.
pub const TEXT: &[u8] = b"twenty octets of it.";

/// The message.
pub fn submit() -> Result<SubmitSm<'static>, Error> {
    Ok(SubmitSm {
        source_addr: Address::international("12345")?,
        destination_addr: Address::international("31600000000")?,
        short_message: ShortMessage::new(TEXT)?,
        ..SubmitSm::default()
    })
}

/// Binds to a server.
pub async fn connect(address: SocketAddr, window: usize) -> Result<(Esme, Events), Error> {
    let bind = Bind::new(
        BindMode::Transceiver,
        "perf".try_into()?,
        "perf".try_into()?,
    );
    let config = Config {
        window,
        ..Config::default()
    };
    Ok(Esme::connect(address, &bind, config).await?)
}

/// Serves all who connect.
pub async fn serve(listener: TcpListener) -> Result<(), Error> {
    loop {
        let (stream, _) = listener.accept().await?;
        let config = Config {
            max_unanswered: 10_000,
            ..Config::default()
        };
        tokio::spawn(answer(Mc::new(stream, config)));
    }
}

async fn answer((mc, mut events): (Mc, Events)) -> Result<(), Error> {
    let answer = SubmitSmResp {
        message_id: "1".try_into()?,
        ..SubmitSmResp::default()
    };
    let mut batch = VecDeque::new();
    while events.recv_all(&mut batch).await {
        if let Some(Event::BindRequest(_)) = batch.front() {
            mc.accept_bind("LOOPBACK".try_into()?);
            batch.pop_front();
        }
        mc.with(|session, _| {
            for event in batch.drain(..) {
                if let Event::Request(frame) = event {
                    // Read by the session to know that it can be, and here to be used.
                    let status = match frame.decode::<SubmitSm<'_>>() {
                        Ok(submit) if submit.short_message.as_octets() == TEXT => {
                            CommandStatus::ESME_ROK
                        }
                        _ => CommandStatus::ESME_RSYSERR,
                    };
                    session.respond(&answer, status, frame.sequence_number());
                }
            }
        });
    }
    Ok(())
}

/// As many requests as the window takes, under one lock, whenever answers came.
pub async fn submit_all(esme: &Esme, events: &mut Events, messages: u64) -> Result<(), Error> {
    let submit = submit()?;
    let (mut sent, mut answered) = (0, 0);
    let mut batch = VecDeque::new();
    while answered < messages {
        esme.with(|session, now| {
            while sent < messages && session.request(&submit, sent, now).is_ok() {
                sent += 1;
            }
        });
        if !events.recv_all(&mut batch).await {
            return Err("the session ended".into());
        }
        for event in batch.drain(..) {
            match event {
                Event::Response { frame, .. } if frame.command_status().is_ok() => answered += 1,
                other => return Err(format!("{other:?}").into()),
            }
        }
    }
    Ok(())
}

/// What all threads of this process have run so far, by the kernel's count.
pub fn cpu() -> Duration {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux");
    let nanos = tasks.flatten().filter_map(|task| {
        let schedstat = fs::read_to_string(task.path().join("schedstat")).ok()?;
        schedstat.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}

/// What a run took.
pub struct Run {
    pairs: u64,
    cpu: Duration,
    wall: Duration,
}

impl Run {
    /// A line of the table.
    pub fn print(&self, what: &str, window: usize) {
        let pairs = self.pairs as f64;
        println!(
            "{what:<28} {window:>8} {:>12.2} {:>12.0}",
            self.cpu.as_secs_f64() * 1e6 / pairs,
            pairs / self.wall.as_secs_f64(),
        );
    }
}

/// Time and CPU from here on.
pub struct Clock {
    wall: Instant,
    cpu: Duration,
}

impl Clock {
    /// Now.
    pub fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: cpu(),
        }
    }

    /// What so many pairs took.
    pub fn stop(&self, pairs: u64) -> Run {
        Run {
            pairs,
            cpu: cpu() - self.cpu,
            wall: self.wall.elapsed(),
        }
    }
}

/// One of those that are left, if one is.
pub fn take(left: &AtomicU64) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
        left.checked_sub(1)
    })
    .is_ok()
}
