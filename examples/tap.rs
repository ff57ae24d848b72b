//! Shows every PDU of a session, field by field, but no password.
//!
//! In one terminal:
//!
//! ```text
//! cargo run --bin smsgw -- sim smsc
//! ```
//!
//! and in another:
//!
//! ```text
//! cargo run -p smsgw-examples --example tap -- 127.0.0.1:2775 306912345678 'Hello from Rust'
//! ```

use std::error::Error;
use std::time::Instant;

use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::SubmitSm;
use smsgw_smpp::session::{Bind, BindMode, Config, Direction, Session};
use smsgw_smpp::types::{Address, ShortMessage};
use smsgw_smpp::value::{Value, Visitor};
use smsgw_smpp::{Frame, FrameError};
use tokio::net::TcpStream;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [smsc, to, text] = args.as_slice() else {
        return Err("usage: tap SMSC TO TEXT".into());
    };

    let mut session = Session::esme(Config::default(), Instant::now());
    session.tap(|direction, octets| match dissect(direction, octets) {
        // The session waits for this: where it matters, hand the octets to another thread.
        Ok(text) => print!("{text}"),
        Err(error) => println!("{error}"),
    });

    let bind = Bind::new(
        BindMode::Transmitter,
        "esme".try_into()?,
        "secret".try_into()?,
    );
    let stream = TcpStream::connect(smsc).await?;
    let (esme, mut events) = Esme::bind_session(stream, &bind, session).await?;
    let submit = SubmitSm {
        source_addr: Address::alphanumeric("smsgw")?,
        destination_addr: Address::international(to)?,
        short_message: ShortMessage::new(text.as_bytes())?,
        ..SubmitSm::default()
    };
    esme.submit(&submit).await?;
    esme.unbind();
    while events.recv().await.is_some() {}
    Ok(())
}

/// A PDU for people: a line for its header, then one for each field and TLV.
fn dissect(direction: Direction, octets: &[u8]) -> Result<String, FrameError> {
    let frame = Frame::copy_from(octets)?;
    let arrow = match direction {
        Direction::Sent => "->",
        Direction::Received => "<-",
    };
    let (command_id, number) = (frame.command_id(), frame.sequence_number());
    let status = frame.command_status();
    let mut lines = Lines(format!("{arrow} {command_id} {status}, number {number}\n"));
    match frame.pdu() {
        Ok(pdu) => {
            pdu.visit(&mut lines);
            for tlv in pdu.tlvs() {
                lines.add(tlv.tag(), tlv.value().escape_ascii());
            }
        }
        Err(error) => lines.add("cannot be read", error),
    }
    Ok(lines.0)
}

/// The fields of a PDU as they come, one a line.
struct Lines(String);

impl Lines {
    fn add(&mut self, name: impl std::fmt::Display, value: impl std::fmt::Display) {
        self.0 += &format!("   {name}: {value}\n");
    }
}

impl Visitor for Lines {
    fn value(&mut self, name: &'static str, _size: usize, value: Value<'_>) {
        match value {
            _ if name == "password" => self.add(name, "***"),
            Value::Integer(value) | Value::Derived(value) => self.add(name, value),
            Value::Text(octets) | Value::Octets(octets) => self.add(name, octets.escape_ascii()),
            _ => self.add(name, "?"),
        }
    }

    fn begin_list(&mut self, name: &'static str) {
        self.0 += &format!("   {name}:\n");
    }

    fn begin_item(&mut self) {}
    fn end_item(&mut self) {}
    fn end_list(&mut self) {}
}
