//! Sends a text by a modem and waits until it is delivered.
//!
//! In one terminal:
//!
//! ```text
//! cargo run --bin smsgw -- sim modem --tcp 127.0.0.1:7000
//! ```
//!
//! and in another:
//!
//! ```text
//! cargo run -p smsgw-examples --example modem_send -- tcp:127.0.0.1:7000 +306912345678 'Hello from Rust'
//! ```
//!
//! A real modem is at a port as `/dev/ttyUSB0`.

use std::error::Error;
use std::time::Duration;

use smsgw::at::driver::{Driver, Event, Events, Options, Outcome};
use smsgw::at::modem::{self, Config, Report};
use smsgw::at::port::PortAddress;
use smsgw::convert::at::submits;
use smsgw::gsm::udh::Reference;
use smsgw::{Address, Message, ReceiptRequest};
use tokio::time::timeout;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [port, to, text] = args.as_slice() else {
        return Err("usage: modem_send PORT TO TEXT".into());
    };
    let message = Message {
        receipt: ReceiptRequest::Final,
        ..Message::text(Address::number(to), text)
    };
    // The SIM knows its service centre. The reference ties the parts of a long text together: it
    // should be another one for the next message.
    let parts = submits(&message, None, Reference::Eight(1))?;

    let port: PortAddress = port.parse()?;
    let (modem, events) = Driver::start(port, Config::default(), Options::default());
    let (reports, mut reported) = tokio::sync::mpsc::channel(16);
    let listens = tokio::spawn(listen(events, reports));

    let mut waits_for = Vec::new();
    for part in parts {
        // It waits for the modem to be ready. Who drops it takes the message back.
        let sending = modem.send(part)?;
        let token = sending.token();
        match timeout(Duration::from_secs(300), sending).await? {
            Outcome::Sent { .. } => println!("sent"),
            Outcome::NotSent(failure) => return Err(format!("not sent: {failure}").into()),
            // To send it again may double it.
            Outcome::Unknown => return Err("it may have been sent, or not".into()),
        }
        waits_for.push(token);
    }
    while !waits_for.is_empty() {
        let report = timeout(Duration::from_secs(60), reported.recv()).await?;
        let report: Report = report.ok_or("the modem is gone")?;
        if let (Some(token), Some(state)) = (report.token, report.state) {
            println!("{state}");
            waits_for.retain(|other| *other != token);
        }
        // The modem need not keep it any longer.
        modem.persisted(report.id);
    }
    modem.idle().await;
    modem.close().await;
    listens.await?;
    Ok(())
}

/// Takes what the modem tells: reports are of interest, and why nothing happens.
async fn listen(mut events: Events, reports: tokio::sync::mpsc::Sender<Report>) {
    while let Some(event) = events.recv().await {
        match event {
            Event::Modem(modem::Event::Report(report)) => {
                // Nobody waits for the reports of messages that others sent.
                let _ = reports.try_send(report);
            }
            Event::Modem(modem::Event::State(state)) => eprintln!("modem: {state}"),
            Event::Down { why, .. } => eprintln!("port: {why}"),
            // Messages that arrive stay in the modem.
            _ => {}
        }
    }
}
