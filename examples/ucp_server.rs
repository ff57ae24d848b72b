//! A minimal UCP service centre: checks who logs in, accepts messages, and notifies who wants it.
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
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use smsgw_ucp::op::{DeliverNotification, SessionManagement, SubmitShortMessage};
use smsgw_ucp::server::{
    Accepted, Directory, Listener, LoginPermit, Logins, RefusalCode as _, ServerConfig,
};
use smsgw_ucp::session::{Account, Event, MessageKeys};
use smsgw_ucp::smsc::Smsc;
use smsgw_ucp::types::{Content, Dst, HexBuf, Message, Originator, Rsn, Second, UtcOffset};
use smsgw_ucp::{Alphabet, ErrorCode, Frame, MessageKey, SystemMessage};

type Failure = Box<dyn Error + Send + Sync>;

/// What all sessions share.
#[derive(Clone, Default)]
struct Centre {
    /// Who is there.
    directory: Directory,
    /// So that no message has the name of another.
    keys: Arc<Mutex<MessageKeys>>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [address] = args.as_slice() else {
        return Err("usage: ucp_server ADDRESS".into());
    };
    let mut listener = Listener::bind(address.as_str(), ServerConfig::default()).await?;
    println!("listening on {}", listener.local_addr()?);
    let centre = Centre::default();
    loop {
        let accepted = listener.accept().await;
        let (centre, peer) = (centre.clone(), accepted.peer.address);
        tokio::spawn(async move {
            if let Err(error) = centre.serve(accepted).await {
                println!("{peer}: {error}");
            }
        });
    }
}

impl Centre {
    /// Answers everything one client asks for.
    async fn serve(self, accepted: Accepted) -> Result<(), Failure> {
        let Accepted {
            smsc,
            mut events,
            logins,
            ..
        } = accepted;
        // The place among the sessions of its account, until this one ends.
        let mut _place = None;
        while let Some(event) = events.recv().await {
            match event {
                Event::LoginRequest(frame) => match check(&frame, &logins)? {
                    Ok((account, permit)) => {
                        smsc.accept_login(SystemMessage::EMPTY);
                        _place = Some((permit, self.directory.register(account, &smsc, [])));
                    }
                    Err(error_code) => smsc.refuse_login(error_code, SystemMessage::EMPTY),
                },
                Event::Request(frame) => self.take(&smsc, frame)?,
                Event::Closed(reason) => println!("closed: {reason}"),
                _ => {}
            }
        }
        Ok(())
    }

    /// Accepts a message.
    fn take(&self, smsc: &Smsc, frame: Frame) -> Result<(), Failure> {
        let Ok(submit) = frame.decode::<SubmitShortMessage<'_>>() else {
            let error_code = ErrorCode::OPERATION_NOT_SUPPORTED;
            smsc.refuse(&frame, error_code, SystemMessage::EMPTY);
            return Ok(());
        };
        let adc = submit.adc.as_str();
        match submit.message.content() {
            Content::Text(text) => println!("to {adc}: {}", text.text(Alphabet::Gsm)),
            other => println!("to {adc}: {other:?}"),
        }
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let scts = keys.next(adc, now()?);
        drop(keys);
        smsc.accept(&frame, SystemMessage::key(&MessageKey { adc, scts })?);
        if let (true, Some(account)) = (submit.nrq.is_set(), smsc.account()) {
            // To wait for its result here would be to wait for an event that nobody takes.
            tokio::spawn(self.clone().notify(account, frame, scts));
        }
        Ok(())
    }

    /// Tells an account that the message in `frame` was delivered, over whichever of its sessions.
    async fn notify(self, account: Account, frame: Frame, scts: Second) -> Result<(), Failure> {
        let submit: SubmitShortMessage<'_> = frame.decode()?;
        let (adc, dscts) = (submit.adc.as_str(), now()?);
        let text = format!("Message for {adc} of {scts} has been delivered at {dscts}");
        let text = HexBuf::encode(&Alphabet::Gsm.encode(&text)?);
        let notification = DeliverNotification {
            // The way back.
            adc: submit.oadc,
            oadc: Originator::new(adc)?,
            scts: Some(scts),
            dst: Dst::DELIVERED,
            rsn: Rsn::new(0)?,
            dscts: Some(dscts),
            message: Message::text(text.as_hex())?,
            ..DeliverNotification::default()
        };
        match self.directory.notify(&account, None, &notification).await {
            Ok(reply) if reply.answer()?.is_positive() => println!("notified of {adc}:{scts}"),
            Ok(reply) => println!("not notified: {reply:?}"),
            Err(error) => println!("not notified: {error}"),
        }
        Ok(())
    }
}

/// Who wants to log in, and whether that is to be.
fn check(
    frame: &Frame,
    logins: &Logins,
) -> Result<Result<(Account, LoginPermit), ErrorCode>, Failure> {
    let login: SessionManagement<'_> = frame.decode()?;
    let attempt = match logins.log_in_as(login.oadc) {
        Ok(attempt) => attempt,
        Err(refusal) => return Ok(Err(refusal.error_code())),
    };
    // A real one keeps a hash of the password.
    if login.oadc != "2147" || !login.pwd.matches("secret", Alphabet::Gsm) {
        return Ok(Err(attempt.fail()));
    }
    let account = Account::new("2147")?;
    Ok(match attempt.accept() {
        Ok(permit) => Ok((account, permit)),
        Err(refusal) => Err(refusal.error_code()),
    })
}

/// The time as a service centre in UTC shows it.
fn now() -> Result<Second, Failure> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(Second::from_unix(
        since.as_secs().cast_signed(),
        &UtcOffset::UTC,
    )?)
}
