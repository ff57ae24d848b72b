//! The relay from UCP to SMPP between a client of this library and the simulator, and behind the
//! relay from SMPP to UCP.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::time::SystemTime;

use smsgw::convert::ucp::{
    Outgoing, Settings, from_deliver_notification, from_deliver_short_message,
};
use smsgw::gsm::udh::Reference;
use smsgw::smpp::CommandStatus;
use smsgw::smpp::types::{self, DataCoding};
use smsgw::ucp::connection::{Connection, Reply};
use smsgw::ucp::op::SessionManagement;
use smsgw::ucp::session::{self, Event};
use smsgw::ucp::sme::{ConnectError, Sme};
use smsgw::ucp::types::PasswordBuf;
use smsgw::ucp::{Alphabet, ErrorCode, Frame, OperationType, SystemMessage};
use smsgw::{Address, CarrierId, Content, Message, ReceiptRequest, ReceiptState};
use smsgw_sim::event::Status;
use smsgw_sim::faults::{Fault, Kind};
use support::relay::{self, Relay, delivered, undeliverable};
use support::within;
use tokio::sync::mpsc;

/// A client of UCP, and what is delivered to it.
struct Client {
    sme: Sme,
    delivered: mpsc::UnboundedReceiver<Frame>,
}

impl Client {
    async fn login(relay: &Relay) -> Self {
        Self::login_with(relay, "secret").await.unwrap()
    }

    async fn login_with(relay: &Relay, password: &str) -> Result<Self, ConnectError> {
        let password = PasswordBuf::new(password, Alphabet::Gsm).unwrap();
        let account = "2147".try_into().unwrap();
        let login = SessionManagement::login(account, password.as_password());
        let config = session::Config {
            window: 10,
            ..session::Config::default()
        };
        let (sme, mut events) = within(Sme::connect(&*relay.address, &login, config)).await?;
        let (sender, delivered) = mpsc::unbounded_channel();
        let answers = Connection::clone(&sme);
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if let Event::Request(frame) = event {
                    answers.accept(&frame, SystemMessage::EMPTY);
                    let _ = sender.send(frame);
                }
            }
        });
        Ok(Self { sme, delivered })
    }

    /// The results of all parts.
    async fn results(&self, message: &Message) -> Vec<Reply> {
        let settings = Settings::default();
        let now = SystemTime::now();
        let outgoing = Outgoing::new(message, Reference::Eight(42), &settings, now).unwrap();
        let mut results = Vec::new();
        for submit in outgoing.submits() {
            results.push(within(self.sme.submit(&submit)).await.unwrap());
        }
        results
    }

    /// Has a message taken; gives the keys of its parts.
    async fn submit(&self, message: &Message) -> Vec<String> {
        let results = self.results(message).await;
        let key = |result: &Reply| {
            let answer = result.answer().unwrap();
            assert_eq!(answer.error_code(), None);
            assert_eq!(answer.sm().keys().count(), 1);
            answer.sm().to_string()
        };
        results.iter().map(key).collect()
    }

    async fn is_refused(&self, message: &Message) -> ErrorCode {
        let results = self.results(message).await;
        let [result] = &results[..] else {
            panic!("not one: {results:?}");
        };
        result.answer().unwrap().error_code().unwrap()
    }

    async fn next(&mut self) -> Frame {
        within(self.delivered.recv()).await.unwrap()
    }

    /// A notification that comes next: about which message, and what it says.
    async fn notification(&mut self) -> (String, ReceiptState) {
        let frame = self.next().await;
        assert_eq!(frame.ot(), OperationType::DELIVER_NOTIFICATION);
        let notification = frame.decode().unwrap();
        let receipt = from_deliver_notification(&notification, &Settings::default()).unwrap();
        assert_eq!(receipt.recipient, hello().to);
        assert_eq!(receipt.sender, hello().from);
        assert!(receipt.at.is_some());
        let CarrierId::Key(key) = receipt.message else {
            panic!("{receipt:?}");
        };
        (key, receipt.state)
    }

    /// Nothing else comes before a message that is sent now.
    async fn hears_no_more(&mut self, relay: &Relay) {
        let statuses = within(relay.smsc.deliver("+306900000000", "2147", "the end")).await;
        assert!(statuses.unwrap().iter().all(|status| status.is_ok()));
        let frame = self.next().await;
        assert_eq!(frame.ot(), OperationType::DELIVER_SHORT_MESSAGE);
        let deliver = frame.decode().unwrap();
        let message = from_deliver_short_message(&deliver, &Settings::default());
        assert_eq!(message.content, Content::Text("the end".into()));
    }
}

fn hello() -> Message {
    saying("hello")
}

fn saying(text: &str) -> Message {
    Message {
        from: Some(Address::sender("Bücher 12")),
        receipt: ReceiptRequest::Final,
        ..Message::text(Address::number("+306912345678"), text)
    }
}

fn encoded(dcs: u8, udh: &[u8], octets: &[u8]) -> Message {
    let content = Content::Encoded {
        dcs,
        udh: udh.to_vec(),
        octets: octets.to_vec(),
    };
    Message { content, ..hello() }
}

#[tokio::test]
async fn a_text_goes_by_smpp_and_its_notification_comes_back() {
    let relay = Relay::to_smpp(delivered()).await;
    let mut client = Client::login(&relay).await;
    for (text, data_coding) in [
        ("Hello @ 5 € [1]", DataCoding::MC_SPECIFIC),
        ("Καλημέρα 😀", DataCoding::UCS2),
    ] {
        let keys = client.submit(&saying(text)).await;
        let messages = relay.smsc.submitted();
        let message = messages.last().unwrap();
        assert_eq!(message.text.as_deref(), Some(text));
        assert_eq!(
            (&*message.from, &*message.to),
            ("Bücher 12", "306912345678")
        );
        let fields = message.smpp().unwrap();
        assert_eq!(fields.from_ton_npi, (5, 0));
        assert_eq!(fields.to_ton_npi, (1, 1));
        assert_eq!(fields.data_coding, data_coding.0);
        let told = client.notification().await;
        assert_eq!(told, (keys[0].clone(), ReceiptState::Delivered));
    }
    client.hears_no_more(&relay).await;
}

#[tokio::test]
async fn parts_and_octets_pass_as_they_are() {
    let relay = Relay::to_smpp(delivered()).await;
    let mut client = Client::login(&relay).await;
    let text = "Добрый день, как дела? ".repeat(6);
    let keys = client.submit(&saying(&text)).await;
    assert_eq!(keys.len(), 3);
    let messages = relay.smsc.submitted();
    for (number, message) in (1..).zip(&messages) {
        assert_eq!(message.udh, [5, 0, 3, 42, 3, number]);
    }
    let texts = messages.iter().filter_map(|part| part.text.clone());
    assert_eq!(texts.collect::<String>(), text);
    // UCP knows nothing of the whole: each part has its own.
    for key in keys {
        let told = client.notification().await;
        assert_eq!(told, (key, ReceiptState::Delivered));
    }

    let ports = [6, 5, 4, 0x0B, 0x84, 0x23, 0xF0];
    for (dcs, udh, octets) in [
        (0xF5, &ports[..], &b"\x00\x01\xFE\xFF/\x02\x03"[..]),
        (4, &[], b"\x00\x80\xFF"),
        // A flash message.
        (0x10, &[], b"Look here!"),
    ] {
        client.submit(&encoded(dcs, udh, octets)).await;
        client.notification().await;
        let messages = relay.smsc.submitted();
        let message = messages.last().unwrap();
        assert_eq!((&*message.udh, &*message.data), (udh, octets));
        let sent = message.smpp().unwrap().data_coding;
        // Either is a text of class 0.
        assert_eq!(sent, if dcs == 0x10 { 0xF0 } else { dcs });
    }
}

#[tokio::test]
async fn no_two_messages_have_one_key() {
    let relay = Relay::to_smpp(delivered()).await;
    let mut client = Client::login(&relay).await;
    let mut keys = Vec::new();
    for _ in 0..5 {
        keys.extend(client.submit(&hello()).await);
    }
    let mut told = Vec::new();
    for _ in &keys {
        let (key, state) = client.notification().await;
        assert_eq!(state, ReceiptState::Delivered);
        told.push(key);
    }
    assert_eq!(told, keys);
    keys.dedup();
    assert_eq!(told, keys);
}

#[tokio::test]
async fn notifications_go_to_any_session_of_the_account() {
    let relay = Relay::to_smpp(undeliverable()).await;
    let first = Client::login(&relay).await;
    let keys = first.submit(&hello()).await;
    first.sme.close();
    let mut second = Client::login(&relay).await;
    let told = second.notification().await;
    assert_eq!(told, (keys[0].clone(), ReceiptState::Undelivered));
    let unasked = Message {
        receipt: ReceiptRequest::OnSuccess,
        ..hello()
    };
    second.submit(&unasked).await;
    let keys = second.submit(&hello()).await;
    assert_eq!(second.notification().await.0, keys[0]);
    second.hears_no_more(&relay).await;
}

#[tokio::test]
async fn a_refusal_of_smpp_is_told_to_the_client() {
    let relay = Relay::to_smpp(delivered()).await;
    let client = Client::login(&relay).await;
    let nack = Fault::every(Kind::Nack, 1);
    for (fault, error_code) in [
        (
            nack.with_status(CommandStatus::ESME_RINVDSTADR),
            ErrorCode::ADC_INVALID,
        ),
        (
            nack.with_status(CommandStatus(0x0000_0500)),
            ErrorCode::NOT_SUCCESSFUL,
        ),
        (
            Fault::every(Kind::Throttle, 1),
            ErrorCode::OPERATION_NOT_ALLOWED,
        ),
        // It has it, but nobody here knows.
        (Fault::every(Kind::Cut, 1), ErrorCode::NOT_SUCCESSFUL),
    ] {
        relay.smsc.clear_faults();
        relay.smsc.set_fault(fault);
        assert_eq!(client.is_refused(&hello()).await, error_code, "{fault:?}");
    }
}

#[tokio::test]
async fn what_subscribers_send_by_smpp_is_delivered() {
    let relay = Relay::to_smpp(delivered()).await;
    let alone = within(relay.smsc.deliver("+306912345678", "2147", "hello")).await;
    let not_now = Status::Smpp(CommandStatus::ESME_RX_T_APPN);
    assert_eq!(alone.unwrap(), [not_now]);

    let mut client = Client::login(&relay).await;
    let settings = Settings::default();
    let long = "A long way to go. ".repeat(20);
    for (from, text) in [
        (Address::number("+306912345678"), "Hello @ 5 €"),
        (Address::number("2000"), "Καλημέρα"),
        (Address::sender("ACME"), &long),
    ] {
        let sender = from.to_string();
        let said = relay.smsc.deliver(&sender, "2147", text);
        let statuses = within(said).await.unwrap();
        assert!(statuses.iter().all(|status| status.is_ok()));
        let mut parts = Vec::new();
        let mut stamps = Vec::new();
        for _ in &statuses {
            let frame = client.next().await;
            let deliver: smsgw::ucp::op::DeliverShortMessage<'_> = frame.decode().unwrap();
            stamps.push(deliver.scts.unwrap());
            parts.push(from_deliver_short_message(&deliver, &settings));
        }
        assert!(stamps.is_sorted_by(|one, next| one < next), "{stamps:?}");
        let message = smsgw::convert::tpdu::joined(parts).unwrap();
        assert_eq!(message.from, Some(from));
        assert_eq!(message.to, Address::number("2147"));
        assert_eq!(message.content, Content::Text(text.into()));
    }
}

#[tokio::test]
async fn only_the_right_client_logs_in() {
    let relay = Relay::to_smpp(delivered()).await;
    let refused = Client::login_with(&relay, "guess").await.err().unwrap();
    let failure = Some(ErrorCode::AUTHENTICATION_FAILURE);
    assert_eq!(refused.error_code(), failure);
    Client::login(&relay).await;
}

#[tokio::test]
async fn all_comes_through_both_relays() {
    let back = Relay::to_smpp(delivered()).await;
    let (there, _process) = back.smpp_before().await;
    let mut client = relay::Client::bind_as(&there, "secret").await.unwrap();
    let long = "The quick brown fox jumps over the lazy dog. ".repeat(4);
    let greek: Vec<u8> = "Καλημέρα"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    let ports = b"\x06\x05\x04\x0B\x84\x23\xF0\x00\xFF/";
    for (data_coding, octets, has_udh) in [
        (DataCoding::MC_SPECIFIC, &b"Hello \x00 5 \x1Be"[..], false),
        (DataCoding::UCS2, &greek, false),
        (DataCoding(0xF5), ports, true),
        (DataCoding::MC_SPECIFIC, long.as_bytes(), false),
    ] {
        let before = back.smsc.submitted().len();
        let mut pdu = relay::submit(data_coding, octets);
        if has_udh {
            pdu.esm_class = types::EsmClass::UDH_INDICATOR;
        }
        let id = client.submit(&pdu).await;
        let messages = &back.smsc.submitted()[before..];
        let mut data = Vec::new();
        for message in messages {
            assert_eq!(
                (&*message.from, &*message.to),
                ("Bücher 12", "306912345678")
            );
            assert_eq!(message.smpp().unwrap().data_coding, data_coding.0);
            if has_udh {
                data.extend_from_slice(&message.udh);
            }
            data.extend_from_slice(&message.data);
        }
        assert_eq!(data, octets);
        assert_eq!(messages.len(), octets.len().div_ceil(160));
        assert_eq!(client.receipt(&id).await.0, "DELIVRD");
    }
    let statuses = within(back.smsc.deliver("+306912345678", "2147", "and back")).await;
    assert_eq!(statuses.unwrap(), [Status::Smpp(CommandStatus::ESME_ROK)]);
    let frame = client.next().await;
    let deliver: smsgw::smpp::pdu::DeliverSm<'_> = frame.decode().unwrap();
    assert_eq!(deliver.source_addr.digits, "306912345678");
    assert_eq!(deliver.short_message.as_octets(), b"and back");
}
