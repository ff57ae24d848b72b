//! An ESME at the simulated message centre.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

pub(crate) mod ucp;

use std::future::Future;
use std::time::Duration;

use smsgw_sim::event::{Events, What};
use smsgw_sim::smsc::{Config, ReceiptPlan, Smsc};
use smsgw_smpp::connection::Events as SessionEvents;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::{DeliverSm, DeliverSmResp, SubmitSm};
use smsgw_smpp::session::{self, Bind, BindMode, Event};
use smsgw_smpp::types::{Address, MessageState, RegisteredDelivery, ShortMessage};
use smsgw_smpp::{CommandStatus, DeliveryReceipt, Frame};

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
pub(crate) const SOON: Duration = Duration::from_millis(5);

pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.unwrap()
}

pub(crate) fn config() -> Config {
    Config {
        retry: SOON,
        ..Config::default()
    }
    .with_account("esme", "secret")
    .with_receipts(ReceiptPlan {
        delay: SOON,
        ..ReceiptPlan::default()
    })
}

pub(crate) async fn bind_as(
    smsc: &Smsc,
    mode: BindMode,
    system_id: &str,
    password: &str,
) -> Result<(Esme, SessionEvents), smsgw_smpp::esme::ConnectError> {
    let system_id = system_id.try_into().unwrap();
    let bind = Bind::new(mode, system_id, password.try_into().unwrap());
    soon(Esme::connect(
        smsc.local_addr(),
        &bind,
        session::Config::default(),
    ))
    .await
}

pub(crate) async fn bind(smsc: &Smsc, mode: BindMode) -> (Esme, SessionEvents) {
    bind_as(smsc, mode, "esme", "secret").await.unwrap()
}

pub(crate) fn submit(text: &str) -> SubmitSm<'_> {
    SubmitSm {
        source_addr: Address::alphanumeric("ACME").unwrap(),
        destination_addr: Address::international("306912345678").unwrap(),
        registered_delivery: RegisteredDelivery::RECEIPT,
        short_message: ShortMessage::new(text.as_bytes()).unwrap(),
        ..SubmitSm::default()
    }
}

/// Submits and gives the id.
pub(crate) async fn accepted(esme: &Esme, submit: &SubmitSm<'_>) -> String {
    let reply = soon(esme.submit(submit)).await.unwrap();
    assert!(reply.status().is_ok());
    reply.body().unwrap().message_id.to_string()
}

/// The next `deliver_sm`.
pub(crate) async fn delivered(events: &mut SessionEvents) -> Frame {
    loop {
        if let Event::Request(frame) = soon(events.recv()).await.unwrap() {
            return frame;
        }
    }
}

pub(crate) fn acknowledge(esme: &Esme, frame: &Frame) {
    esme.respond(frame, CommandStatus::ESME_ROK, &DeliverSmResp::default());
}

/// The next receipt, acknowledged: the id it is about and the state.
pub(crate) async fn receipt(esme: &Esme, events: &mut SessionEvents) -> (String, MessageState) {
    let frame = delivered(events).await;
    acknowledge(esme, &frame);
    read_receipt(&frame)
}

pub(crate) fn read_receipt(frame: &Frame) -> (String, MessageState) {
    let deliver: DeliverSm<'_> = frame.decode().unwrap();
    let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap();
    let id = receipt.message_id().unwrap().to_owned();
    (id, receipt.state().unwrap())
}

/// The next event of the simulator that `wanted` makes something of.
pub(crate) async fn wait_for<T>(
    events: &mut Events,
    mut wanted: impl FnMut(&What) -> Option<T>,
) -> T {
    loop {
        let event = soon(events.recv()).await.unwrap();
        if let Some(found) = wanted(&event.what) {
            return found;
        }
    }
}
