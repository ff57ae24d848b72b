//! The simulated message centre over TLS.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::net::SocketAddr;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use smsgw_sim::event::{Events, What};
use smsgw_sim::smsc::{Config, Smsc};
use smsgw_smpp::connect::ConnectOptions;
use smsgw_smpp::connection::Events as SessionEvents;
use smsgw_smpp::esme::{ConnectError, Esme};
use smsgw_smpp::session::{self, Bind, BindMode};
use smsgw_smpp::tls::{Acceptor, ClientCertificates, Connector, Identity, Roots, ServerFiles};
use smsgw_smpp::types::MessageState;
use support::*;
use tempfile::TempDir;

const SERVER: &str = "smsc.example.net";

/// Signs certificates and keeps all in files.
struct Authority {
    directory: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("ca.pem"), certificate.pem()).unwrap();
        let issuer = Issuer::new(params, key);
        Self { directory, issuer }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn issue(&self, name: &str) -> Identity {
        self.issue_into(name, self)
    }

    /// A certificate for `name`, among the files of `other`.
    fn issue_into(&self, name: &str, other: &Self) -> Identity {
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let path = |end| other.path(&format!("{name}.{end}"));
        let identity = Identity::new(path("pem"), path("key"));
        std::fs::write(&identity.certificates, certificate.pem()).unwrap();
        std::fs::write(&identity.key, key.serialize_pem()).unwrap();
        identity
    }

    fn config(&self, clients: ClientCertificates) -> Config {
        let identity = self.issue(SERVER);
        config().with_tls(Acceptor::from_files(ServerFiles { identity, clients }).unwrap())
    }

    /// What a client that trusts it speaks TLS with.
    fn connector(&self, identity: Option<&Identity>) -> Connector {
        let roots = Roots::File(self.path("ca.pem"));
        let connector = Connector::from_files(&roots, identity).unwrap();
        connector.with_server_name(SERVER).unwrap()
    }

    /// A client that trusts it.
    fn options(&self, identity: Option<&Identity>) -> ConnectOptions {
        ConnectOptions {
            tls: Some(self.connector(identity)),
            ..ConnectOptions::default()
        }
    }
}

async fn bind_with(
    address: SocketAddr,
    options: &ConnectOptions,
) -> Result<(Esme, SessionEvents), ConnectError> {
    let (system_id, password) = ("esme".try_into().unwrap(), "secret".try_into().unwrap());
    let bind = Bind::new(BindMode::Transceiver, system_id, password);
    let config = session::Config::default();
    soon(Esme::connect_with(address, &bind, config, options)).await
}

/// Why the next one to be refused was.
async fn refusal(events: &mut Events) -> String {
    wait_for(events, |what| match what {
        What::Refused { reason, .. } => Some(reason.clone()),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_message_and_its_receipt_go_over_tls() {
    let authority = Authority::new();
    let smsc = Smsc::start(authority.config(ClientCertificates::None))
        .await
        .unwrap();
    let options = authority.options(None);
    let (esme, mut events) = bind_with(smsc.local_addr(), &options).await.unwrap();
    let id = accepted(&esme, &submit("hello")).await;
    let taken = receipt(&esme, &mut events).await;
    assert_eq!(taken, (id, MessageState::DELIVERED));
    assert_eq!(smsc.submitted()[0].text.as_deref(), Some("hello"));
    assert_eq!(smsc.status().bound[0].connection, 1);
}

#[tokio::test]
async fn who_does_not_speak_tls_is_refused_and_others_are_not() {
    let authority = Authority::new();
    let smsc = Smsc::start(authority.config(ClientCertificates::None))
        .await
        .unwrap();
    let mut events = smsc.events();
    let plain = ConnectOptions::default();
    assert!(bind_with(smsc.local_addr(), &plain).await.is_err());
    let reason = refusal(&mut events).await;
    assert!(reason.contains("does the other end speak TLS"), "{reason}");
    // Who says nothing does not hold up others.
    let _silent = tokio::net::TcpStream::connect(smsc.local_addr()).await;
    let options = authority.options(None);
    let (_esme, _) = bind_with(smsc.local_addr(), &options).await.unwrap();
    let status = smsc.status();
    assert_eq!((status.counts.connections, status.bound.len()), (1, 1));
    // A refusal has a number, too.
    assert_eq!(status.bound[0].connection, 2);
}

#[tokio::test]
async fn clients_show_the_certificate_that_is_wanted() {
    let authority = Authority::new();
    let ca = authority.path("ca.pem");
    let smsc = Smsc::start(authority.config(ClientCertificates::Required { ca }))
        .await
        .unwrap();
    let mut events = smsc.events();
    let client = authority.issue("client");
    let known = authority.options(Some(&client));
    assert!(bind_with(smsc.local_addr(), &known).await.is_ok());
    // Of an authority that it does not know.
    let other = Authority::new();
    let stranger = other.issue("client");
    for (identity, wanted) in [
        (None, "no certificates"),
        (Some(&stranger), "invalid peer certificate"),
    ] {
        let options = authority.options(identity);
        assert!(bind_with(smsc.local_addr(), &options).await.is_err());
        let reason = refusal(&mut events).await;
        assert!(reason.contains(wanted), "{reason}");
    }
}

#[tokio::test]
async fn certificates_change_while_sessions_go_on() {
    let (authority, other) = (Authority::new(), Authority::new());
    let smsc = Smsc::start(authority.config(ClientCertificates::None))
        .await
        .unwrap();
    let (old, new) = (authority.options(None), other.options(None));
    let (esme, _events) = bind_with(smsc.local_addr(), &old).await.unwrap();
    assert!(bind_with(smsc.local_addr(), &new).await.is_err());

    other.issue_into(SERVER, &authority);
    smsc.tls().unwrap().reload().unwrap();
    assert!(bind_with(smsc.local_addr(), &new).await.is_ok());
    assert!(bind_with(smsc.local_addr(), &old).await.is_err());
    accepted(&esme, &submit("still here")).await;

    // What cannot be used changes nothing.
    std::fs::write(authority.path(&format!("{SERVER}.pem")), "").unwrap();
    assert!(smsc.tls().unwrap().reload().is_err());
    assert!(bind_with(smsc.local_addr(), &new).await.is_ok());
}

#[tokio::test]
async fn ucp_is_spoken_over_tls_too() {
    let authority = Authority::new();
    let config = authority
        .config(ClientCertificates::None)
        .with_ucp(ucp::config().ucp.unwrap());
    let smsc = Smsc::start(config).await.unwrap();
    let mut events = smsc.events();
    let mut plain = ucp::Client::connect(&smsc).await;
    plain.send_octets(b"\x0200/00019/R/60/A//6D\x03").await;
    let reason = refusal(&mut events).await;
    assert!(reason.contains("does the other end speak TLS"), "{reason}");

    let address = smsc.ucp_addr().unwrap();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let connector = authority.connector(None);
    let stream = connector.connect(stream, address.ip()).await.unwrap();
    let mut client = ucp::Client::over(stream);
    assert_eq!(client.log_in("2147", "secret").await, None);
    let text = ucp::hex("hello");
    let key = client.done(&ucp::submit(&text)).await;
    assert_eq!(client.notification().await.key, key);
    assert_eq!(smsc.status().counts.connections, 1);
}
