//! A minimal MC: checks who binds, accepts messages, and sends a receipt to who wants one.
//!
//! In one terminal:
//!
//! ```text
//! cargo run -p smsgw-examples --example mc -- 127.0.0.1:2775
//! ```
//!
//! and in another:
//!
//! ```text
//! cargo run -p smsgw-examples --example esme -- 127.0.0.1:2775 306912345678 'Hello from Rust'
//! ```

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};

use smsgw_smpp::connection::Events;
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::{DeliverSm, SubmitSm, SubmitSmResp};
use smsgw_smpp::session::{Bind, Config, Event};
use smsgw_smpp::types::{EsmClass, ShortMessage};
use smsgw_smpp::{CommandStatus, Frame, Receipt};
use tokio::net::TcpListener;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [address] = args.as_slice() else {
        return Err("usage: mc ADDRESS".into());
    };
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, peer) = listener.accept().await?;
        let (mc, events) = Mc::new(stream, Config::default());
        tokio::spawn(async move {
            if let Err(error) = serve(mc, events).await {
                println!("{peer}: {error}");
            }
        });
    }
}

/// Answers everything one ESME asks for.
async fn serve(mc: Mc, mut events: Events) -> Result<(), Box<dyn Error + Send + Sync>> {
    while let Some(event) = events.recv().await {
        match event {
            Event::BindRequest(frame) => match check(&frame) {
                CommandStatus::ESME_ROK => mc.accept_bind("mc".try_into()?),
                status => mc.refuse_bind(status),
            },
            Event::Request(frame) => {
                let Ok(submit) = frame.decode::<SubmitSm<'_>>() else {
                    mc.reject(&frame, CommandStatus::ESME_RINVCMDID);
                    continue;
                };
                println!(
                    "to {}: {:?}",
                    submit.destination_addr.digits, submit.short_message
                );
                let id = NEXT_ID.fetch_add(1, Ordering::Relaxed).to_string();
                let answer = SubmitSmResp {
                    message_id: id.as_str().try_into()?,
                    ..SubmitSmResp::default()
                };
                mc.respond(&frame, CommandStatus::ESME_ROK, &answer);
                if submit.registered_delivery.wants_receipt(true) {
                    // To wait for its answer here would be to wait for an event that nobody takes.
                    tokio::spawn(send_receipt(mc.clone(), frame, id));
                }
            }
            Event::Closed(reason) => println!("closed: {reason}"),
            _ => {}
        }
    }
    Ok(())
}

/// Whether this ESME may bind.
fn check(frame: &Frame) -> CommandStatus {
    match Bind::from_frame(frame) {
        Ok(bind) if bind.system_id != "esme" => CommandStatus::ESME_RINVSYSID,
        // A real one keeps a hash of it.
        Ok(bind) if bind.password.as_octets() != b"secret" => CommandStatus::ESME_RINVPASWD,
        Ok(_) => CommandStatus::ESME_ROK,
        Err(error) => error.command_status(),
    }
}

/// Tells who submitted `frame` that the message was delivered.
async fn send_receipt(
    mc: Mc,
    frame: Frame,
    id: String,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let submit: SubmitSm<'_> = frame.decode()?;
    let receipt = Receipt {
        id: Some(id.into()),
        sub: Some("001".into()),
        dlvrd: Some("001".into()),
        stat: Some("DELIVRD".into()),
        err: Some("000".into()),
        ..Receipt::default()
    };
    let text = receipt.to_string();
    let deliver = DeliverSm {
        // The way back.
        source_addr: submit.destination_addr,
        destination_addr: submit.source_addr,
        esm_class: EsmClass::MC_DELIVERY_RECEIPT,
        short_message: ShortMessage::new(text.as_bytes())?,
        ..DeliverSm::default()
    };
    let reply = mc.deliver(&deliver).await?;
    println!(
        "receipt for {}: {}",
        submit.destination_addr.digits,
        reply.status()
    );
    Ok(())
}
