//! A minimal ESME: binds, sends one message, and waits for its receipt.
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
//! cargo run -p smsgw-examples --example esme -- 127.0.0.1:2775 306912345678 'Hello from Rust'
//! ```

use std::error::Error;
use std::time::Duration;

use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::{DeliverSm, DeliverSmResp, SubmitSm};
use smsgw_smpp::session::{Bind, BindMode, Config, Event};
use smsgw_smpp::types::{Address, RegisteredDelivery, ShortMessage};
use smsgw_smpp::{CommandId, CommandStatus, DeliveryReceipt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [smsc, to, text] = args.as_slice() else {
        return Err("usage: esme SMSC TO TEXT".into());
    };

    let bind = Bind::new(
        BindMode::Transceiver,
        "esme".try_into()?,
        "secret".try_into()?,
    );
    let (esme, mut events) = Esme::connect(smsc.as_str(), &bind, Config::default()).await?;

    let reply = esme
        .submit(&SubmitSm {
            source_addr: Address::alphanumeric("smsgw")?,
            destination_addr: Address::international(to)?,
            registered_delivery: RegisteredDelivery::RECEIPT,
            // Plain letters are the same in ASCII and in the alphabet of data_coding 0.
            short_message: ShortMessage::new(text.as_bytes())?,
            ..SubmitSm::default()
        })
        .await?;
    if !reply.status().is_ok() {
        return Err(format!("refused: {}", reply.status()).into());
    }
    let id = reply.body()?.message_id.to_string();
    println!("accepted as {id}");

    while let Some(event) = tokio::time::timeout(Duration::from_secs(60), events.recv()).await? {
        let Event::Request(frame) = event else {
            continue;
        };
        if frame.command_id() != CommandId::DELIVER_SM {
            esme.reject(&frame, CommandStatus::ESME_RINVCMDID);
            continue;
        }
        // Whatever is delivered is acknowledged, or it comes again.
        esme.respond(&frame, CommandStatus::ESME_ROK, &DeliverSmResp::default());
        let deliver: DeliverSm<'_> = frame.decode()?;
        match DeliveryReceipt::from_deliver(&deliver) {
            Some(receipt) if receipt.message_id() == Some(&id) => {
                println!("receipt: {}", receipt.receipt);
                esme.unbind();
            }
            _ => println!("also delivered: {:?}", deliver.short_message),
        }
    }
    Ok(())
}
