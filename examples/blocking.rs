//! The ESME of `esme.rs` without tokio: a session over a blocking socket.
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
//! cargo run -p smsgw-examples --example blocking -- 127.0.0.1:2775 306912345678 'Hello from Rust'
//! ```

use std::error::Error;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use smsgw_smpp::pdu::{DeliverSm, DeliverSmResp, SubmitSm, SubmitSmResp};
use smsgw_smpp::session::{Bind, BindMode, Config, Event, Session};
use smsgw_smpp::types::{Address, RegisteredDelivery, ShortMessage};
use smsgw_smpp::{CommandId, CommandStatus, DeliveryReceipt};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [smsc, to, text] = args.as_slice() else {
        return Err("usage: blocking SMSC TO TEXT".into());
    };
    let submit = SubmitSm {
        source_addr: Address::alphanumeric("smsgw")?,
        destination_addr: Address::international(to)?,
        registered_delivery: RegisteredDelivery::RECEIPT,
        short_message: ShortMessage::new(text.as_bytes())?,
        ..SubmitSm::default()
    };
    let bind = Bind::new(
        BindMode::Transceiver,
        "esme".try_into()?,
        "secret".try_into()?,
    );
    let config = Config {
        // Whoever waits in vain for a receipt unbinds.
        inactivity_timer: Some(Duration::from_secs(60)),
        ..Config::default()
    };

    let mut stream = TcpStream::connect(smsc)?;
    stream.set_nodelay(true)?;
    let mut session = Session::esme(config, Instant::now());
    session.bind(&bind, Instant::now())?;
    let mut id = None;
    let (mut input, mut output) = ([0; 4_096], BytesMut::new());
    loop {
        // What happened,
        while let Some(event) = session.poll_event() {
            match event {
                Event::Bound(_) => {
                    session.request(&submit, 0, Instant::now())?;
                }
                Event::BindRefused(answer) => {
                    return Err(format!("bind refused: {}", answer.command_status()).into());
                }
                Event::Response { frame, .. } if frame.command_status().is_ok() => {
                    let answer: SubmitSmResp<'_> = frame.decode()?;
                    println!("accepted as {}", answer.message_id);
                    id = Some(answer.message_id.to_string());
                }
                Event::Response { frame, .. } => {
                    return Err(format!("refused: {}", frame.command_status()).into());
                }
                Event::Request(frame) if frame.command_id() == CommandId::DELIVER_SM => {
                    let answer = DeliverSmResp::default();
                    session.respond(&answer, CommandStatus::ESME_ROK, frame.sequence_number());
                    let deliver: DeliverSm<'_> = frame.decode()?;
                    match DeliveryReceipt::from_deliver(&deliver) {
                        Some(receipt) if receipt.message_id() == id.as_deref() => {
                            println!("receipt: {}", receipt.receipt);
                            session.unbind(Instant::now());
                        }
                        _ => println!("also delivered: {:?}", deliver.short_message),
                    }
                }
                Event::Request(frame) => {
                    session.reject(frame.header(), CommandStatus::ESME_RINVCMDID);
                }
                Event::Closed(reason) => println!("closed: {reason}"),
                _ => {}
            }
        }

        // what is to be written,
        session.poll_transmit(&mut output);
        stream.write_all(&output)?;
        output.clear();
        if session.is_closed() {
            return Ok(());
        }

        // and then what comes first: octets, or the time for something.
        let due = session.poll_timeout();
        stream.set_read_timeout(due.map(|due| {
            // Zero would be for ever.
            let wait = due.saturating_duration_since(Instant::now());
            wait.max(Duration::from_millis(1))
        }))?;
        match stream.read(&mut input) {
            Ok(0) => session.handle_disconnect(0),
            Ok(len) => session.handle_octets(input.get(..len).unwrap_or_default(), Instant::now()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                session.handle_timeout(Instant::now());
            }
            Err(error) => return Err(error.into()),
        }
    }
}
