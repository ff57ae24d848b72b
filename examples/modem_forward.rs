//! Forwards what arrives at a modem to standard output, a JSON object a line; what was written is
//! deleted from the modem, and nothing before.
//!
//! In one terminal:
//!
//! ```text
//! cargo run --bin smsgw -- sim modem --tcp 127.0.0.1:7000 --control /tmp/modem.control
//! ```
//!
//! in another:
//!
//! ```text
//! cargo run -p smsgw-examples --example modem_forward -- tcp:127.0.0.1:7000
//! ```
//!
//! and to have something arrive:
//!
//! ```text
//! echo 'sms +306912345678 hello' | nc -U -q1 /tmp/modem.control
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::hash::{Hash, Hasher};
use std::io::Write as _;
use std::time::Instant;

use smsgw::at::driver::{Driver, Event, Options};
use smsgw::at::modem::{self, Config, Received, ReceivedId};
use smsgw::at::port::PortAddress;
use smsgw::gsm::join;
use smsgw::gsm::reassemble::{Limits, Message, Outcome, Part, Reassembler};
use smsgw::gsm::tpdu::{Context, ModemPdu, PartKey, Piece, Tpdu};

/// A part that waits for the others; in the modem, too.
struct Kept {
    piece: Piece,
    id: ReceivedId,
}

/// What is the same when a part comes again.
impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.piece.hash(state);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [port] = args.as_slice() else {
        return Err("usage: modem_forward PORT".into());
    };
    let port: PortAddress = port.parse()?;
    let (modem, mut events) = Driver::start(port, Config::default(), Options::default());
    let mut reassembler = Reassembler::new(Limits::DEFAULT);
    while let Some(event) = events.recv().await {
        match event {
            Event::Modem(modem::Event::Received(received)) => {
                let now = Instant::now();
                let Some(part) = part(&received) else {
                    eprintln!("cannot be read: {:02x?}", received.pdu);
                    modem.persisted(received.id);
                    continue;
                };
                let inserted = reassembler.insert(part, now);
                // Those whose other parts did not come in an hour, and the one that is whole.
                let mut messages = inserted.released;
                match inserted.outcome {
                    Outcome::Complete(message) => messages.push(message),
                    Outcome::Kept => {}
                    Outcome::Repeated(kept) | Outcome::Contradicts(kept) => {
                        modem.persisted(kept.id);
                    }
                }
                for message in messages {
                    write(&message)?;
                    for (_, kept) in message.parts() {
                        modem.persisted(kept.id);
                    }
                }
            }
            Event::Modem(modem::Event::State(state)) => eprintln!("modem: {state}"),
            Event::Down { why, .. } => eprintln!("port: {why}"),
            _ => {}
        }
    }
    Ok(())
}

fn part(received: &Received) -> Option<Part<PartKey, Kept>> {
    let pdu = ModemPdu::decode(&received.pdu, Context::SC_TO_MS).ok()?;
    let Tpdu::Deliver(deliver) = pdu.tpdu else {
        return None;
    };
    let part = deliver.part();
    let kept = Kept {
        piece: part.payload,
        id: received.id,
    };
    Some(Part {
        key: part.key,
        position: part.position,
        payload: kept,
        octets: part.octets,
    })
}

fn write(message: &Message<PartKey, Kept>) -> Result<(), Box<dyn Error>> {
    let parts = || message.parts().map(|(number, kept)| (number, &kept.piece));
    let text = join::text(parts().map(|(number, it)| (number, it.written, &it.octets)));
    let from = message.key.address.to_string();
    let line = BTreeMap::from([
        ("from", serde_json::to_value(from)?),
        ("text", serde_json::to_value(text)?),
        ("complete", message.is_complete().into()),
    ]);
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &line)?;
    writeln!(out)?;
    out.flush()?;
    Ok(())
}
