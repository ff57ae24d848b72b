//! A minimal UCP client: logs in, submits one text, and waits for its notification.
//!
//! In one terminal:
//!
//! ```text
//! cargo run -p smsgw-examples --example ucp_server -- 127.0.0.1:5000
//! ```
//!
//! and in another:
//!
//! ```text
//! cargo run -p smsgw-examples --example ucp_client -- 127.0.0.1:5000 00306912345678 'Hello from Rust'
//! ```

use std::error::Error;
use std::time::Duration;

use smsgw_ucp::op::{DeliverNotification, SessionManagement, SubmitShortMessage};
use smsgw_ucp::session::{Config, Event};
use smsgw_ucp::sme::Sme;
use smsgw_ucp::types::{Content, HexBuf, Message, NotificationType, Otoa, PackedName, PasswordBuf};
use smsgw_ucp::{Alphabet, ErrorCode, MessageKey, SystemMessage};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [smsc, to, text] = args.as_slice() else {
        return Err("usage: ucp_client SMSC TO TEXT".into());
    };

    let password = PasswordBuf::new("secret", Alphabet::Gsm)?;
    let login = SessionManagement::login("2147".try_into()?, password.as_password());
    let (sme, mut events) = Sme::connect(smsc.as_str(), &login, Config::default()).await?;

    let sender = PackedName::pack("smsgw")?;
    let text = HexBuf::encode(&Alphabet::Gsm.encode(text)?);
    let reply = sme
        .submit(&SubmitShortMessage {
            adc: to.as_str().try_into()?,
            oadc: sender.as_originator(),
            otoa: Otoa::ALPHANUMERIC,
            nrq: true.into(),
            nt: NotificationType::DELIVERY | NotificationType::NON_DELIVERY,
            message: Message::text(text.as_hex())?,
            ..SubmitShortMessage::default()
        })
        .await?;
    let answer = reply.answer()?;
    let sm = answer.sm();
    if let Some(error_code) = answer.error_code() {
        return Err(format!("refused: {error_code} {sm}").into());
    }
    // What names the message in its notification.
    let key = sm.keys().next().ok_or("the message has no name")?;
    println!("accepted as {key}");

    while let Some(event) = tokio::time::timeout(Duration::from_secs(60), events.recv()).await? {
        let Event::Request(frame) = event else {
            continue;
        };
        let Ok(notification) = frame.decode::<DeliverNotification<'_>>() else {
            let sm = SystemMessage::EMPTY;
            sme.refuse(&frame, ErrorCode::OPERATION_NOT_SUPPORTED, sm);
            continue;
        };
        // Whatever is notified is acknowledged, or it comes again: what is for an account comes to
        // any of its sessions.
        sme.accept(&frame, SystemMessage::EMPTY);
        let is_ours = notification.scts.is_some_and(|scts| {
            // Sender and recipient have changed places.
            let adc = notification.oadc.as_str();
            key.names(&MessageKey { adc, scts })
        });
        if is_ours {
            let text = match notification.message.content() {
                Content::Text(text) => text.text(Alphabet::Gsm),
                _ => String::new(),
            };
            println!("notification: {:?}: {text}", notification.dst);
            sme.close_when_answered();
        }
    }
    Ok(())
}
