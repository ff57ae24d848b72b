//! What a client of UCP asks of the simulated message centre about messages that wait.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::time::Duration;

use smsgw_sim::event::What;
use smsgw_sim::smsc::{Config, ReceiptPlan, Smsc, User};
use smsgw_ucp::op::{
    DeleteMessage, InquiryMessage, ModifyMessage, ResponseDeleteMessage, ResponseInquiryMessage,
    SubmitShortMessage,
};
use smsgw_ucp::types::{
    Address, Content, Dst, Flag, Message, NotificationType, Originator, Second,
};
use smsgw_ucp::{Alphabet, Frame, MessageKey, OperationType};
use support::ucp::*;
use support::wait_for;

const DELAY: Duration = Duration::from_secs(3_600);

/// Messages take an hour to arrive.
fn slow() -> Config {
    let mut config = config().with_receipts(ReceiptPlan {
        delay: DELAY,
        ..ReceiptPlan::default()
    });
    let ucp = config.ucp.take().unwrap();
    config.with_ucp(ucp.with_user(User::new("2148", "secret").unwrap()))
}

fn adc() -> Address<'static> {
    Address::new("0612345678").unwrap()
}

fn oadc() -> Originator<'static> {
    Originator::new("3155").unwrap()
}

fn scts(key: &str) -> Second {
    MessageKey::parse(key).unwrap().scts
}

/// `YYMMDDhhmmss` of a key.
fn identification(key: &str) -> String {
    let [d1, d2, m1, m2, y1, y2, time @ ..] = scts(key).to_digits().map(char::from);
    [y1, y2, m1, m2, d1, d2].into_iter().chain(time).collect()
}

/// The text of an OT 57 or 58, and whether more follow.
fn told(frame: &Frame) -> (String, bool) {
    let (adc, content, mms) = match frame.ot() {
        OperationType::RESPONSE_INQUIRY_MESSAGE => {
            let it: ResponseInquiryMessage<'_> = frame.decode().unwrap();
            (it.adc, it.message.content(), it.mms)
        }
        _ => {
            let it: ResponseDeleteMessage<'_> = frame.decode().unwrap();
            (it.adc, it.message.content(), it.mms)
        }
    };
    assert_eq!(adc, "3155");
    let Content::Text(hex) = content else {
        panic!("{content:?}");
    };
    (hex.text(Alphabet::Gsm), mms.is_set())
}

#[tokio::test]
async fn a_message_that_waits_can_be_modified() {
    let smsc = Smsc::start(slow()).await.unwrap();
    let mut events = smsc.events();
    let mut client = Client::login(&smsc).await;
    let (text, other) = (hex("first"), hex("second"));
    let key = client.done(&submit(&text)).await;
    let modify = ModifyMessage {
        // Without its prefix it is the same number.
        adc: Address::new("612345678").unwrap(),
        oadc: oadc(),
        scts: Some(scts(&key)),
        message: Message::text(other.as_hex()).unwrap(),
        ..ModifyMessage::default()
    };
    assert_eq!(client.done(&modify).await, key);
    let replaced = wait_for(&mut events, |what| match what {
        What::Replace(message) => Some(message.clone()),
        _ => None,
    });
    let replaced = replaced.await;
    assert_eq!(
        (&replaced.id, replaced.text.as_deref()),
        (&key, Some("second"))
    );
    assert_eq!(replaced.ucp().unwrap().ot, 54);
    assert_eq!(smsc.submitted()[0].text.as_deref(), Some("second"));

    // What is not said stays: the text, and that notifications are wanted. No more, this once.
    let none = ModifyMessage {
        nrq: Flag::NO,
        message: Message::EMPTY,
        ..modify
    };
    client.done(&none).await;
    assert_eq!(smsc.submitted()[0].text.as_deref(), Some("second"));
    assert_eq!(smsc.status().counts.receipts_waiting, 0);
    let all = ModifyMessage {
        nrq: Flag::YES,
        nt: NotificationType::ALL,
        ..none
    };
    client.done(&all).await;
    assert_eq!(smsc.status().counts.receipts_waiting, 1);
    assert_eq!(smsc.status().counts.replaced, 3);

    // What is not there, not of this sender, or not there any more.
    for wrong in [
        ModifyMessage {
            scts: Second::parse("010126000000").ok(),
            ..modify
        },
        ModifyMessage {
            oadc: Originator::new("3156").unwrap(),
            ..modify
        },
        ModifyMessage {
            adc: Address::new("0687654321").unwrap(),
            ..modify
        },
    ] {
        assert_eq!(client.refused(&wrong).await, 27);
    }
    let clock = Clock::stopped();
    clock.advance(DELAY + Duration::from_secs(1)).await;
    let delivered = Notification::new(&key, Dst::DELIVERED, 0);
    assert_eq!(client.notification().await, delivered);
    assert_eq!(client.refused(&modify).await, 27);
}

#[tokio::test]
async fn an_inquiry_tells_what_waits_one_by_one() {
    let smsc = Smsc::start(slow()).await.unwrap();
    let mut client = Client::login(&smsc).await;
    let texts = ["one", "two", "three @ €"].map(hex);
    let mut keys = Vec::new();
    for text in &texts {
        keys.push(client.done(&submit(text)).await);
    }
    let other = SubmitShortMessage {
        adc: Address::new("0687654321").unwrap(),
        ..submit(&texts[0])
    };
    client.done(&other).await;
    let inquiry = InquiryMessage {
        adc: adc(),
        oadc: oadc(),
        ..InquiryMessage::default()
    };
    // Another session of the account is not told.
    let mut second = Client::login(&smsc).await;
    let sm = client.done(&inquiry).await;
    assert!(Second::parse(&sm).is_ok(), "{sm}");
    for (index, (key, text)) in keys.iter().zip(["one", "two", "three ? ?"]).enumerate() {
        let frame = client.operation().await;
        client.accept(&frame).await;
        let identification = identification(key);
        let wanted =
            format!("Destination: 0612345678, identification: {identification}, message: {text}");
        assert_eq!(told(&frame), (wanted, index < 2));
    }
    assert_eq!(
        second
            .alert("2147", smsgw_ucp::types::Pid::PC_OVER_TCP_IP)
            .await,
        "0000"
    );
    let nobody = InquiryMessage {
        oadc: Originator::new("3156").unwrap(),
        ..inquiry
    };
    assert_eq!(client.refused(&nobody).await, 27);

    // The messages of others are none of its business.
    let mut other = Client::connect(&smsc).await;
    assert_eq!(other.log_in("2148", "secret").await, None);
    assert_eq!(other.refused(&inquiry).await, 27);
}

#[tokio::test]
async fn messages_that_wait_can_be_deleted() {
    let smsc = Smsc::start(slow()).await.unwrap();
    let mut events = smsc.events();
    let mut client = Client::login(&smsc).await;
    let text = hex("hello");
    let mut keys = Vec::new();
    for _ in 0..4 {
        keys.push(client.done(&submit(&text)).await);
    }
    let list = hex(&format!(
        "{} {}",
        identification(&keys[0]),
        identification(&keys[2])
    ));
    let delete = DeleteMessage {
        adc: adc(),
        oadc: oadc(),
        message: Message::text(list.as_hex()).unwrap().into(),
        ..DeleteMessage::default()
    };
    client.done(&delete).await;
    let mut frames = Vec::new();
    for _ in 0..4 {
        let frame = client.operation().await;
        client.accept(&frame).await;
        frames.push(frame);
    }
    let (reports, notifications): (Vec<_>, Vec<_>) = frames
        .iter()
        .partition(|frame| frame.ot() == OperationType::RESPONSE_DELETE_MESSAGE);
    for (index, (frame, key)) in reports.iter().zip([&keys[0], &keys[2]]).enumerate() {
        let text = format!(
            "Message for 0612345678, with identification {} has been deleted",
            identification(key)
        );
        assert_eq!(told(frame), (text, index == 0));
    }
    let notifications: Vec<_> = notifications.into_iter().map(Notification::of).collect();
    let undelivered = |key| Notification::new(key, Dst::NOT_DELIVERED, 108);
    assert_eq!(
        notifications,
        [undelivered(&keys[0]), undelivered(&keys[2])]
    );
    let cancelled = |what: &What| match what {
        What::Cancel { id, .. } => Some(id.clone()),
        _ => None,
    };
    for key in [&keys[0], &keys[2]] {
        assert_eq!(wait_for(&mut events, cancelled).await, *key);
    }
    assert_eq!(client.refused(&delete).await, 27);

    // Without a list all that wait.
    let all = DeleteMessage {
        message: Message::EMPTY.into(),
        ..delete
    };
    client.done(&all).await;
    let states: Vec<_> = smsc
        .status()
        .submitted
        .iter()
        .map(|it| it.message_state.name().unwrap())
        .collect();
    assert_eq!(states, ["DELETED"; 4]);
    assert_eq!(smsc.status().counts.cancelled, 4);
}

#[tokio::test]
async fn a_report_that_is_not_taken_comes_again() {
    let smsc = Smsc::start(slow()).await.unwrap();
    let mut client = Client::login(&smsc).await;
    client.done(&submit(&hex("hello"))).await;
    let inquiry = InquiryMessage {
        adc: adc(),
        oadc: oadc(),
        ..InquiryMessage::default()
    };
    client.done(&inquiry).await;
    let first = client.operation().await;
    let again = smsgw_ucp::ErrorCode::OPERATION_NOT_ALLOWED;
    client.refuse(&first, again).await;
    let second = client.operation().await;
    assert_eq!(told(&second), told(&first));
    // To another session of the account, when this one is gone.
    drop(client);
    let mut client = Client::login(&smsc).await;
    let third = client.operation().await;
    assert_eq!(told(&third), told(&first));
}
