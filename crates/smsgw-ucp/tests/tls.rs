//! TLS at both ends over loopback. What else there is to it is tested where it is made.
#![cfg(feature = "tls")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

#[path = "support/server.rs"]
mod server;
#[path = "support/shells.rs"]
mod shells;
mod support;

use std::fs;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use server::{Server, check_login, limited};
use shells::{Raw, next, opens, request, said, within};
use smsgw_ucp::client::{Client, ClientConfig, ClientEvent};
use smsgw_ucp::connect::{ConnectOptions, Servers};
use smsgw_ucp::op::SessionManagement;
use smsgw_ucp::server::guard::Limits;
use smsgw_ucp::server::{RejectReason, ServerConfig};
use smsgw_ucp::session::CloseReason;
use smsgw_ucp::sme::{ConnectError, Sme};
use smsgw_ucp::tls::rustls::ProtocolVersion;
use smsgw_ucp::tls::rustls::pki_types::CertificateDer;
use smsgw_ucp::tls::rustls::pki_types::pem::PemObject as _;
use smsgw_ucp::tls::{Acceptor, ClientCertificates, Connector, Identity, Roots, ServerFiles};
use smsgw_ucp::types::PasswordBuf;
use smsgw_ucp::{Alphabet, SystemMessage};
use support::{Said, Seen, quiet, submit};
use tempfile::TempDir;
use tokio::net::TcpStream;

const YES: Said = Said::Yes;

/// Signs certificates and keeps all in files.
struct Authority {
    dir: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let dir = tempfile::tempdir().unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        fs::write(dir.path().join("ca.pem"), certificate).unwrap();
        Self { dir, issuer }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A certificate for `subject`.
    fn issue(&self, subject: &str) -> Identity {
        let params = CertificateParams::new([subject.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let identity = Identity::new(
            self.path(&format!("{subject}.pem")),
            self.path(&format!("{subject}.key")),
        );
        fs::write(&identity.certificates, certificate.pem()).unwrap();
        fs::write(&identity.key, key.serialize_pem()).unwrap();
        identity
    }

    async fn serve(&self, clients: ClientCertificates) -> Server {
        self.serve_as("smsc.example.net", clients).await
    }

    async fn serve_as(&self, name: &str, clients: ClientCertificates) -> Server {
        let identity = self.issue(name);
        let acceptor = Acceptor::from_files(ServerFiles { identity, clients }).unwrap();
        Server::start(ServerConfig {
            tls: Some(acceptor),
            ..limited(Limits::default())
        })
        .await
    }

    /// A client that trusts it.
    fn options(&self, identity: Option<&Identity>) -> ConnectOptions {
        let connector = self.connector(identity);
        ConnectOptions {
            tls: Some(connector.with_server_name("smsc.example.net").unwrap()),
            ..ConnectOptions::default()
        }
    }

    /// One that has no name for the server.
    fn connector(&self, identity: Option<&Identity>) -> Connector {
        let roots = Roots::File(self.path("ca.pem"));
        Connector::from_files(&roots, identity).unwrap()
    }
}

#[tokio::test]
async fn messages_go_over_tls_with_certificates_of_both_ends() {
    let authority = Authority::new();
    let ca = authority.path("ca.pem");
    let mut server = authority.serve(ClientCertificates::Required { ca }).await;
    let identity = authority.issue("sme.example.net");
    let options = authority.options(Some(&identity));
    let ((sme, mut sme_events), mut accepted, _permit) = server.up(&options).await;
    let tls = accepted.peer.tls.clone().unwrap();
    assert_eq!(tls.protocol, ProtocolVersion::TLSv1_3);
    let shown = CertificateDer::from_pem_file(&identity.certificates).unwrap();
    assert_eq!(tls.certificate, Some(shown));
    for _ in 0..100 {
        let answers = async {
            let frame = request(&mut accepted.events).await;
            accepted.smsc.accept(&frame, SystemMessage::EMPTY);
        };
        let message = submit("1");
        let (outcome, ()) = tokio::join!(within(sme.submit(&message)), answers);
        assert_eq!(said(outcome), Ok(YES));
    }
    // It ends in good order.
    sme.close_when_answered();
    let gone = Some(Seen::Closed(CloseReason::Disconnected));
    assert_eq!(next(&mut accepted.events).await, gone);
    let closed = Some(Seen::Closed(CloseReason::Local));
    assert_eq!(next(&mut sme_events).await, closed);
}

#[tokio::test]
async fn who_is_not_trusted_is_not_spoken_to() {
    let (authority, strangers) = (Authority::new(), Authority::new());
    let mut server = authority.serve(ClientCertificates::None).await;
    let (opens, options) = (opens(), strangers.options(None));
    let connect = Sme::connect_with(server.address, &opens, quiet(), &options);
    let error = within(connect).await.unwrap_err();
    assert!(matches!(error, ConnectError::Io(_)), "{error}");
    assert!(error.to_string().contains("TLS handshake"), "{error}");
    let reason = server.rejected().await;
    assert!(matches!(reason, RejectReason::Tls(_)), "{reason:?}");
}

#[tokio::test]
async fn without_tls_nobody_gets_through() {
    let authority = Authority::new();
    let mut server = authority.serve(ClientCertificates::None).await;
    let stream = within(TcpStream::connect(server.address)).await.unwrap();
    let mut client = Raw::new(stream);
    client.send(shells::LOGIN).await;
    let reason = server.rejected().await;
    assert!(matches!(reason, RejectReason::Tls(_)), "{reason:?}");
}

#[tokio::test]
async fn a_client_keeps_its_link_up_over_tls() {
    let authority = Authority::new();
    let mut server = authority.serve(ClientCertificates::None).await;
    let servers = Servers::new([server.address.to_string()], authority.options(None));
    let password = PasswordBuf::new("secret", Alphabet::Gsm).unwrap();
    let login = SessionManagement::login("2147".try_into().unwrap(), password.as_password());
    let config = ClientConfig {
        session: quiet(),
        ..ClientConfig::new(&[login])
    };
    let (client, mut events) = Client::start(config, move |attempt| servers.connect(attempt));
    let mut accepted = server.accepted().await;
    let _permit = check_login(&mut accepted).await.unwrap();
    let event = within(events.recv()).await;
    assert!(matches!(event, Some(ClientEvent::Up { .. })), "{event:?}");
    let answers = async {
        let frame = request(&mut accepted.events).await;
        accepted.smsc.accept(&frame, SystemMessage::EMPTY);
    };
    let message = submit("1");
    let (outcome, ()) = tokio::join!(within(client.request(&message)), answers);
    assert_eq!(said(outcome), Ok(YES));
}

#[tokio::test]
async fn each_server_shows_that_it_has_the_name_it_is_called_by() {
    let authority = Authority::new();
    let clients = || ClientCertificates::None;
    let named = authority.serve_as("localhost", clients()).await;
    let other = authority.serve_as("other.example.net", clients()).await;
    let numbered = authority.serve_as("127.0.0.1", clients()).await;
    let connector = authority.connector(None);
    let connect = |server: String, tls: &Connector| {
        let tls = Some(tls.clone());
        let options = ConnectOptions {
            tls,
            ..ConnectOptions::default()
        };
        let servers = Servers::new([server], options);
        async move { within(servers.connect(0)).await.map(|_| ()) }
    };
    let localhost = |server: &Server| format!("localhost:{}", server.address.port());
    connect(localhost(&named), &connector).await.unwrap();
    let absolute = format!("localhost.:{}", named.address.port());
    if tokio::net::lookup_host(absolute.as_str()).await.is_ok() {
        connect(absolute, &connector).await.unwrap();
    }
    connect(numbered.address.to_string(), &connector)
        .await
        .unwrap();
    // One name for all of them wins.
    let fixed = connector.clone().with_server_name("other.example.net");
    let fixed = fixed.unwrap();
    connect(localhost(&other), &fixed).await.unwrap();
    for (server, tls) in [
        (localhost(&other), &connector),
        (localhost(&numbered), &connector),
        (named.address.to_string(), &connector),
        (localhost(&named), &fixed),
    ] {
        let error = connect(server, tls).await.unwrap_err();
        assert!(error.to_string().contains("TLS handshake"), "{error}");
    }
    // What cannot be a name is no reason to ask for less.
    let error = connect("not a name:1".to_owned(), &connector).await;
    assert_eq!(error.unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
}
