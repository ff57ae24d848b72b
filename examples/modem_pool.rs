//! Sends many messages by several modems: each goes by whichever is free, none goes twice, and when
//! a modem is lost the others do its work.
//!
//! In one terminal:
//!
//! ```text
//! cargo run --bin smsgw -- sim modem --tcp 127.0.0.1:7000 --modems 3 --radio
//! ```
//!
//! and in another:
//!
//! ```text
//! seq 100 | sed 's/^/+306912345678 number /' |
//!     cargo run -p smsgw-examples --example modem_pool -- \
//!         tcp:127.0.0.1:7000 tcp:127.0.0.1:7001 tcp:127.0.0.1:7002
//! ```
//!
//! Each line of standard input is a number and a text.

use std::error::Error;
use std::sync::Arc;

use smsgw::at::driver::{self, Event as PortEvent};
use smsgw::at::modem;
use smsgw::at::pool::{
    Config, Event, MemberOptions, Message, ModemKey, PartOutcome, PoolEvent, PoolEvents,
    PoolHandle, PoolOptions,
};
use smsgw::at::port::PortAddress;
use smsgw::convert::at::submits;
use smsgw::gsm::udh::Reference;
use smsgw::{Address, Message as Text};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Messages that are on their way at a time.
const AT_ONCE: usize = 1_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let ports: Vec<String> = std::env::args().skip(1).collect();
    if ports.is_empty() {
        return Err("usage: modem_pool PORT...".into());
    }
    let (pool, events) = PoolHandle::start(Config::default(), PoolOptions::default());
    for port in ports {
        let port: PortAddress = port.parse()?;
        let (modem, options) = (modem::Config::default(), driver::Options::default());
        pool.add(port, modem, options, MemberOptions::default())?;
    }
    let listens = tokio::spawn(listen(events));

    let free = Arc::new(Semaphore::new(AT_ONCE));
    let mut sendings = JoinSet::new();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut number = 0_u8;
    while let Some(line) = lines.next_line().await? {
        let Some((to, text)) = line.split_once(' ') else {
            eprintln!("no number and text: {line}");
            continue;
        };
        number = number.wrapping_add(1);
        let parts = submits(
            &Text::text(Address::number(to), text),
            None,
            Reference::Eight(number),
        )?;
        let message = Message {
            recipient: to.to_owned(),
            parts: parts.into_iter().map(|part| part.pdu).collect(),
            sim: None,
            expires: None,
        };
        let place = Arc::clone(&free).acquire_owned().await?;
        let sending = pool.send(message)?;
        let text = text.to_owned();
        sendings.spawn(async move {
            let outcome = sending.await;
            drop(place);
            let by = outcome.sent_by.as_ref().map_or_else(String::new, sim);
            for part in &outcome.parts {
                match part {
                    PartOutcome::Sent { .. } => println!("sent{by}: {text}"),
                    PartOutcome::NotSent(reason) => println!("not sent: {text}: {reason}"),
                    // To send it again may double it.
                    _ => println!("sent or not{by}, nobody knows: {text}"),
                }
            }
        });
    }
    while let Some(told) = sendings.join_next().await {
        told?;
    }
    pool.close().await;
    listens.await?;
    Ok(())
}

fn sim(key: &ModemKey) -> String {
    format!(" by {}", key.iccid)
}

/// Takes what the pool tells: which modems there are, and why one is not.
async fn listen(mut events: PoolEvents) {
    while let Some(event) = events.recv().await {
        match event {
            PoolEvent::Pool(Event::Plugged { key, .. }) => eprintln!("plugged in:{}", sim(&key)),
            PoolEvent::Pool(Event::Unplugged { key, .. }) => eprintln!("unplugged:{}", sim(&key)),
            PoolEvent::Port {
                event: PortEvent::Down { why, .. },
                ..
            } => eprintln!("port: {why}"),
            // Messages that arrive stay in the modems.
            _ => {}
        }
    }
}
