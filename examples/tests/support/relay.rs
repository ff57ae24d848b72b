//! A relay with a message centre of the simulator behind it, and an ESME.

use std::time::Duration;

use smsgw::smpp::connection::Connection;
use smsgw::smpp::esme::{ConnectError, Esme};
use smsgw::smpp::pdu::{DeliverSm, DeliverSmResp, SubmitSm};
use smsgw::smpp::session::{self, Bind, BindMode, Event};
use smsgw::smpp::types::{
    Address, COctetString, DataCoding, Npi, RegisteredDelivery, ShortMessage, Ton,
};
use smsgw::smpp::{CommandStatus, DeliveryReceipt, Frame};
use smsgw_sim::smsc::{Config, ReceiptPlan, Smsc, UcpConfig, User};
use tokio::io::{BufReader, Lines};
use tokio::process::{Child, ChildStdout};
use tokio::sync::mpsc;

use super::{example, listening, within};

pub(crate) const SOON: Duration = Duration::from_millis(20);

/// A message centre, and the relay to it.
pub(crate) struct Relay {
    pub(crate) smsc: Smsc,
    pub(crate) address: String,
    _process: Running,
}

/// A relay, until it is dropped.
pub(crate) struct Running(Child, Lines<BufReader<ChildStdout>>);

/// A relay that has its link up, and where it listens.
async fn connected(name: &str, [client, account]: [&str; 2], centre: &str) -> (String, Running) {
    let args = ["127.0.0.1:0", client, "secret", centre, account, "secret"];
    let mut process = example(name, &args);
    let (address, mut lines) = listening(&mut process).await;
    let is_up = ["service centre: logged in", "message centre: bound"];
    loop {
        let line = within(lines.next_line()).await.unwrap().unwrap();
        if is_up.contains(&&*line) {
            return (address, Running(process, lines));
        }
    }
}

impl Relay {
    /// From SMPP to UCP.
    pub(crate) async fn to_ucp(receipts: ReceiptPlan) -> Self {
        let user = User::new("2147", "secret").unwrap();
        let config = config(receipts)
            .without_smpp()
            .with_ucp(UcpConfig::default().with_user(user));
        Self::start("smpp_to_ucp", ["esme", "2147"], config).await
    }

    /// From UCP to SMPP.
    pub(crate) async fn to_smpp(receipts: ReceiptPlan) -> Self {
        let config = config(receipts).with_account("esme", "secret");
        Self::start("ucp_to_smpp", ["2147", "esme"], config).await
    }

    async fn start(name: &str, accounts: [&str; 2], config: Config) -> Self {
        let smsc = Smsc::start(config).await.unwrap();
        let centre = smsc.local_addr().to_string();
        let (address, process) = connected(name, accounts, &centre).await;
        Self {
            smsc,
            address,
            _process: process,
        }
    }

    /// A relay from SMPP to this one, and where it listens.
    pub(crate) async fn smpp_before(&self) -> (String, Running) {
        connected("smpp_to_ucp", ["esme", "2147"], &self.address).await
    }
}

pub(crate) fn config(receipts: ReceiptPlan) -> Config {
    Config {
        retry: SOON,
        ..Config::default()
    }
    .with_receipts(receipts)
}

/// All is delivered.
pub(crate) fn delivered() -> ReceiptPlan {
    ReceiptPlan {
        delay: SOON,
        ..ReceiptPlan::default()
    }
}

/// Nothing is.
pub(crate) fn undeliverable() -> ReceiptPlan {
    ReceiptPlan {
        undeliverable: 1.0,
        ..delivered()
    }
}

/// An ESME, and what is delivered to it.
pub(crate) struct Client {
    pub(crate) esme: Esme,
    delivered: mpsc::UnboundedReceiver<Frame>,
}

impl Client {
    pub(crate) async fn bind(relay: &Relay) -> Self {
        Self::bind_as(&relay.address, "secret").await.unwrap()
    }

    pub(crate) async fn bind_as(address: &str, password: &str) -> Result<Self, ConnectError> {
        let (name, password) = ("esme".try_into().unwrap(), password.try_into().unwrap());
        let bind = Bind::new(BindMode::Transceiver, name, password);
        let config = session::Config::default();
        let (esme, mut events) = within(Esme::connect(address, &bind, config)).await?;
        let (sender, delivered) = mpsc::unbounded_channel();
        let answers = Connection::clone(&esme);
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if let Event::Request(frame) = event {
                    let answer = DeliverSmResp::default();
                    answers.respond(&frame, CommandStatus::ESME_ROK, &answer);
                    let _ = sender.send(frame);
                }
            }
        });
        Ok(Self { esme, delivered })
    }

    /// Has a message taken; gives its id.
    pub(crate) async fn submit(&self, submit: &SubmitSm<'_>) -> String {
        let reply = within(self.esme.submit(submit)).await.unwrap();
        assert_eq!(reply.status(), CommandStatus::ESME_ROK);
        reply.body().unwrap().message_id.to_string()
    }

    pub(crate) async fn is_refused(&self, submit: &SubmitSm<'_>) -> CommandStatus {
        let reply = within(self.esme.submit(submit)).await.unwrap();
        assert!(!reply.status().is_ok());
        reply.status()
    }

    pub(crate) async fn next(&mut self) -> Frame {
        within(self.delivered.recv()).await.unwrap()
    }

    /// The receipt that comes next is of this message: its `stat` and `err`.
    pub(crate) async fn receipt(&mut self, id: &str) -> (String, String) {
        let frame = self.next().await;
        let deliver: DeliverSm<'_> = frame.decode().unwrap();
        let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap();
        assert_eq!(receipt.message_id(), Some(id));
        assert_eq!(receipt.receipt.id.as_deref(), Some(id));
        assert!(receipt.receipt.submit_date.is_some() && receipt.receipt.done_date.is_some());
        assert_eq!(deliver.source_addr, recipient());
        assert_eq!(deliver.destination_addr, sender());
        let [stat, err] = [receipt.receipt.stat, receipt.receipt.err].map(Option::unwrap);
        (stat.into_owned(), err.into_owned())
    }

    /// Nothing else comes before a message that is sent now.
    pub(crate) async fn hears_no_more(&mut self, relay: &Relay) {
        let statuses = within(relay.smsc.deliver("+306900000000", "2147", "the end")).await;
        assert!(statuses.unwrap().iter().all(|status| status.is_ok()));
        let frame = self.next().await;
        let deliver: DeliverSm<'_> = frame.decode().unwrap();
        assert_eq!(deliver.short_message.as_octets(), b"the end");
    }
}

pub(crate) fn sender() -> Address<'static, 21> {
    Address {
        ton: Ton::ALPHANUMERIC,
        npi: Npi::UNKNOWN,
        digits: COctetString::new(b"B\xFCcher 12").unwrap(),
    }
}

pub(crate) fn recipient() -> Address<'static, 21> {
    Address::international("306912345678").unwrap()
}

/// To the recipient with these octets, and a receipt.
pub(crate) fn submit(data_coding: DataCoding, octets: &[u8]) -> SubmitSm<'_> {
    SubmitSm {
        source_addr: sender(),
        destination_addr: recipient(),
        registered_delivery: RegisteredDelivery::RECEIPT,
        data_coding,
        short_message: ShortMessage::new(octets).unwrap(),
        ..SubmitSm::default()
    }
}
