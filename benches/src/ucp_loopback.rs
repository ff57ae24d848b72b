//! Both ends of UCP sessions over loopback TCP.

use std::collections::VecDeque;
use std::net::SocketAddr;

use smsgw_ucp::connection::Events;
use smsgw_ucp::op::{SessionManagement, SubmitShortMessage};
use smsgw_ucp::session::{Config, Event};
use smsgw_ucp::sme::Sme;
use smsgw_ucp::smsc::Smsc;
use smsgw_ucp::types::{AccountAddress, Address, Hex, Message, Originator, SessionType, Version};
use smsgw_ucp::{ErrorCode, MessageKey, SystemMessage};
use tokio::net::TcpListener;

use crate::loopback::Error;

/// The text of every message, as it stands in AMsg.
const AMSG: &str = "7477656E7479206F6374657473206F662069742E";
/// What its result names it.
const KEY: &str = "31600000000:010126120000";

/// The message: twenty octets of text, as the SMPP runs have.
pub fn submit() -> Result<SubmitShortMessage<'static>, Error> {
    Ok(SubmitShortMessage {
        adc: Address::new("31600000000")?,
        oadc: Originator::new("12345")?,
        message: Message::text(Hex::new(AMSG)?)?,
        ..SubmitShortMessage::default()
    })
}

/// Logs in to a server.
pub async fn connect(address: SocketAddr, window: usize) -> Result<(Sme, Events), Error> {
    let login = SessionManagement {
        oadc: AccountAddress::new("12345")?,
        styp: SessionType::OPEN,
        vers: Version::V1_0,
        ..SessionManagement::default()
    };
    let config = Config {
        window,
        ..Config::default()
    };
    Ok(Sme::connect(address, &login, config).await?)
}

/// Serves all who connect.
pub async fn serve(listener: TcpListener) -> Result<(), Error> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(answer(Smsc::new(stream, Config::default())));
    }
}

async fn answer((smsc, mut events): (Smsc, Events)) -> Result<(), Error> {
    let key = MessageKey::parse(KEY)?;
    let sm = SystemMessage::key(&key)?;
    let mut batch = VecDeque::new();
    while events.recv_all(&mut batch).await {
        if let Some(Event::LoginRequest(_)) = batch.front() {
            smsc.accept_login(SystemMessage::EMPTY);
            batch.pop_front();
        }
        smsc.with(|session, _| {
            for event in batch.drain(..) {
                if let Event::Request(frame) = event {
                    // Read by the session to know that it can be, and here to be used.
                    match frame.decode::<SubmitShortMessage<'_>>() {
                        Ok(submit) if submit.message.msg() == AMSG => session.accept(&frame, sm),
                        _ => session.refuse(&frame, ErrorCode::SYSTEM_ERROR, sm),
                    }
                }
            }
        });
    }
    Ok(())
}

/// As many operations as the window takes, under one lock, whenever results came.
pub async fn submit_all(sme: &Sme, events: &mut Events, messages: u64) -> Result<(), Error> {
    let submit = submit()?;
    let (mut sent, mut answered) = (0, 0);
    let mut batch = VecDeque::new();
    while answered < messages {
        sme.with(|session, now| {
            while sent < messages && session.request(&submit, sent, now).is_ok() {
                sent += 1;
            }
        });
        if !events.recv_all(&mut batch).await {
            return Err("the session ended".into());
        }
        for event in batch.drain(..) {
            match event {
                Event::Response { frame, .. } if frame.answer()?.is_positive() => answered += 1,
                other => return Err(format!("{other:?}").into()),
            }
        }
    }
    Ok(())
}
