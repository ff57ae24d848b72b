//! The simulator's control socket.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use serde_json::Value;
use smsgw_sim::control::Control;
use smsgw_sim::smsc::{Config, Smsc};
use smsgw_smpp::CommandStatus;
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::{DeliverSm, DeliverSmResp, SubmitSm};
use smsgw_smpp::session::{self, Bind, BindMode, Event};
use smsgw_smpp::types::{Address, ShortMessage};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::UnixStream;

struct Talk(BufStream<UnixStream>);

impl Talk {
    async fn ask(&mut self, command: &str) -> Value {
        self.0
            .write_all(format!("{command}\n").as_bytes())
            .await
            .unwrap();
        self.0.flush().await.unwrap();
        let mut answer = String::new();
        self.0.read_line(&mut answer).await.unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

async fn bind(smsc: &Smsc) -> (Esme, Events) {
    let mode = BindMode::Transceiver;
    let bind = Bind::new(mode, "esme".try_into().unwrap(), "pw".try_into().unwrap());
    let config = session::Config::default();
    Esme::connect(smsc.local_addr(), &bind, config)
        .await
        .unwrap()
}

#[tokio::test]
async fn each_command_has_one_answer() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control");
    // Left over from a process that was killed.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let smsc = Smsc::start(Config::default()).await.unwrap();
    let control = Control::start(&path, smsc.handle()).unwrap();
    assert!(Control::start(&path, smsc.handle()).is_err());
    let mut talk = Talk(BufStream::new(UnixStream::connect(&path).await.unwrap()));

    for command in ["sms +306912345678 hi", "alert +306912345678"] {
        let answer = talk.ask(command).await;
        assert_eq!(answer["ok"], false);
        assert_eq!(answer["error"], "nobody is bound to receive");
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = talk.ask(&format!("outbind {address} secret")).await;
    assert_eq!(answer["address"], address.to_string(), "{answer}");
    assert!(listener.accept().await.is_ok());
    drop(listener);
    let answer = talk.ask(&format!("outbind {address}")).await;
    assert_eq!(answer["ok"], false, "{answer}");

    let (bound, mut events) = bind(&smsc).await;
    let esme = bound.clone();
    let taker = tokio::spawn(async move {
        let mut texts = Vec::new();
        while let Some(event) = events.recv().await {
            if let Event::Request(frame) = event {
                let deliver: DeliverSm<'_> = frame.decode().unwrap();
                let text = String::from_utf8_lossy(deliver.short_message.as_octets());
                texts.push(format!("{} {text}", deliver.destination_addr.digits));
                esme.respond(&frame, CommandStatus::ESME_ROK, &DeliverSmResp::default());
            }
            if texts.len() == 2 {
                let submit = SubmitSm {
                    destination_addr: Address::international("306912345678").unwrap(),
                    short_message: ShortMessage::new(b"thanks").unwrap(),
                    ..SubmitSm::default()
                };
                esme.submit(&submit).await.unwrap();
                break;
            }
        }
        texts
    });
    let answer = talk.ask("sms +306912345678 two words").await;
    assert_eq!(answer["ok"], true, "{answer}");
    assert_eq!(answer["parts"][0]["status_name"], "ESME_ROK");
    talk.ask("sms +306912345678 to=2000 more").await;
    assert_eq!(taker.await.unwrap(), ["1000 two words", "2000 more"]);

    assert_eq!(talk.ask("alert +306912345678 to=2000").await["to"], "2000");
    drop(bound);
    let answer = talk.ask("status").await;
    assert_eq!(answer["counts"]["submitted"], 1, "{answer}");
    assert_eq!(answer["submitted"][0]["text"], "thanks");
    assert_eq!(answer["submitted"][0]["message_state"], "ENROUTE");
    let answer = talk.ask("fault throttle 5").await;
    assert_eq!(answer["faults"]["throttle"], 5);
    assert_eq!(talk.ask("fault thunder").await["ok"], false);
    let answer = talk.ask("fault throttle 0").await;
    assert_eq!(answer["ok"], false);
    let error = "0 is no number of submits: 1 hits every one, 'off' none";
    assert_eq!(answer["error"], error);
    assert_eq!(talk.ask("status").await["faults"]["throttle"], 5);
    assert_eq!(talk.ask("fault off").await["faults"], serde_json::json!({}));
    assert_eq!(talk.ask("cut").await["ok"], true);
    assert_eq!(talk.ask("status").await["plugged"], false);
    assert_eq!(talk.ask("plug").await["ok"], true);
    assert_eq!(talk.ask("").await["ok"], false);
    drop(control);
    assert!(!path.exists());
}
