//! A link that is down, comes up, or is refused; and what the carrier sends that has no route.

use smsgw::smpp::CommandStatus;
use smsgw_sim::smsc::Smsc;
use tokio::net::TcpListener;

use crate::support::{Log, Setup, carrier, eventually, gateway, soon};

#[tokio::test]
async fn what_was_queued_leaves_when_the_carrier_comes_up() {
    let log = Log::default();
    let _guard = log.of_this_thread();
    // A port that nobody listens at.
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let setup = Setup::new(address);
    let gateway = setup.start().await;
    let id = gateway.send_text("early").await;
    eventually(async || log.text().contains("no connection").then_some(())).await;
    assert_eq!(gateway.message(&id).await["status"], "queued");
    let listener = TcpListener::bind(address).await.unwrap();
    let smsc = Smsc::start_on(listener, carrier()).unwrap();
    gateway.reaches(&id, "delivered").await;
    assert_eq!(smsc.submitted().len(), 1);
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_link_that_was_cut_binds_again() {
    let (smsc, gateway, _setup) = gateway().await;
    let before = gateway.send_text("before").await;
    gateway.reaches(&before, "delivered").await;
    smsc.cut();
    eventually(async || smsc.status().bound.is_empty().then_some(())).await;
    let while_down = gateway.send_text("while down").await;
    smsc.plug();
    gateway.reaches(&while_down, "delivered").await;
    assert_eq!(smsc.submitted().len(), 2);
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_link_connects_from_the_address_it_is_given() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let setup = Setup::new(listener.local_addr().unwrap()).link("local_address = \"127.0.0.2\"");
    let gateway = setup.start().await;
    let (_stream, peer) = soon(listener.accept()).await.unwrap();
    assert_eq!(peer.ip().to_string(), "127.0.0.2");
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_link_with_a_wrong_password_keeps_its_messages_and_says_why() {
    let log = Log::default();
    let _guard = log.of_this_thread();
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup = Setup::new(smsc.local_addr()).password("wrong");
    let gateway = setup.start().await;
    let id = gateway.send_text("patience").await;
    eventually(async || log.text().contains("ESME_RINVPASWD").then_some(())).await;
    let text = log.text();
    assert!(text.contains("operator"), "{text}");
    assert!(!text.contains("wrong"), "{text}");
    assert_eq!(gateway.message(&id).await["status"], "queued");
    gateway.shutdown().await;
    // Put right, it leaves.
    let setup = setup.password("secret");
    let gateway = setup.start().await;
    gateway.reaches(&id, "delivered").await;
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_carrier_that_does_not_answer_the_bind_does_not_hold_up_the_end() {
    let log = Log::default();
    let _guard = log.of_this_thread();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let setup = Setup::new(listener.local_addr().unwrap());
    let gateway = setup.start().await;
    let _silent = soon(listener.accept()).await.unwrap();
    gateway.shutdown().await;
    let text = log.text();
    assert!(!text.contains("still under way at the end"), "{text}");
}

#[tokio::test]
async fn a_message_from_a_phone_is_put_off_and_receipts_are_not() {
    let (smsc, gateway, _setup) = gateway().await;
    eventually(async || (!smsc.status().bound.is_empty()).then_some(())).await;
    let answers = soon(smsc.deliver("+306900000000", "1000", "is anybody there?")).await;
    assert_eq!(answers, Ok(vec![CommandStatus::ESME_RX_T_APPN.into()]));
    let id = gateway.send_text("still here").await;
    gateway.reaches(&id, "delivered").await;
    gateway.shutdown().await;
}
