//! TLS over loopback: certificates of both ends, reload, and peers that do not do as they should.
#![cfg(feature = "tls")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

#[path = "support/server.rs"]
mod server;
mod support;
#[path = "support/tcp.rs"]
mod tcp;

use std::error::Error as _;
use std::fs;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use server::{Server, let_in, limited};
use smsgw_smpp::connect::ConnectOptions;
use smsgw_smpp::esme::{ConnectError, Esme};
use smsgw_smpp::pdu::BindTransceiver;
use smsgw_smpp::server::guard::Limits;
use smsgw_smpp::server::{Accepted, RejectReason, ServerConfig};
use smsgw_smpp::session::{BindMode, CloseReason, Config, Event};
use smsgw_smpp::tls::rustls::crypto::ring;
use smsgw_smpp::tls::rustls::pki_types::pem::PemObject as _;
use smsgw_smpp::tls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use smsgw_smpp::tls::rustls::{
    self, CertificateError, ClientConfig, ProtocolVersion, RootCertStore, ServerConfig as TlsConfig,
};
use smsgw_smpp::tls::{
    Acceptor, ClientCertificates, Connector, HandshakeError, Identity, Roots, ServerFiles, TlsError,
};
use smsgw_smpp::{CommandId, CommandStatus};
use support::Seen::Closed;
use support::{bind, ms, pdu, quiet, submit};
use tcp::{Raw, next, request, within};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const OK: CommandStatus = CommandStatus::ESME_ROK;

// Certificates.

/// Signs certificates and keeps all in files.
struct Authority {
    dir: TempDir,
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let dir = tempfile::tempdir().unwrap();
        // A name of its own.
        let name = dir.path().to_str().unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        fs::write(dir.path().join("ca.pem"), &certificate).unwrap();
        Self {
            dir,
            certificate,
            issuer,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn ca(&self) -> PathBuf {
        self.path("ca.pem")
    }

    fn roots(&self) -> Roots {
        Roots::File(self.ca())
    }

    /// A certificate for `subject`, as `subject.pem` and `subject.key`.
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

    fn acceptor(&self, clients: ClientCertificates) -> Acceptor {
        let identity = self.issue("smsc.example.net");
        Acceptor::from_files(ServerFiles { identity, clients }).unwrap()
    }

    /// A client that trusts it.
    fn options(&self, identity: Option<&Identity>) -> ConnectOptions {
        with(Connector::from_files(&self.roots(), identity).unwrap())
    }
}

fn with(connector: Connector) -> ConnectOptions {
    ConnectOptions {
        tls: Some(connector.with_server_name("smsc.example.net").unwrap()),
        ..ConnectOptions::default()
    }
}

fn der(identity: &Identity) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(&identity.certificates).unwrap()
}

async fn serve(acceptor: Acceptor) -> Server {
    Server::start(ServerConfig {
        tls: Some(acceptor),
        ..limited(Limits::default())
    })
    .await
}

/// A message there and its answer back.
async fn submits(esme: &Esme, accepted: &mut Accepted) {
    let text = "x".repeat(200);
    let message = submit(&text);
    let answers = async {
        let frame = request(&mut accepted.events).await;
        assert_eq!(frame.command_id(), CommandId::SUBMIT_SM);
        accepted.mc.reject(&frame, OK);
    };
    let (reply, ()) = tokio::join!(within(esme.submit(&message)), answers);
    assert_eq!(reply.unwrap().status(), OK);
}

/// The error of TLS among the sources of a failed connection.
fn tls_error(error: &ConnectError) -> &HandshakeError {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref() {
            return error;
        }
        source = error.source();
    }
    panic!("not of TLS: {error}");
}

async fn tls_rejected(server: &mut Server) -> rustls::Error {
    match server.rejected().await {
        RejectReason::Tls(error) => error.rustls().unwrap_or_else(|| panic!("{error}")).clone(),
        other => panic!("not of TLS: {other:?}"),
    }
}

// What goes well.

#[tokio::test]
async fn messages_go_over_tls() {
    let authority = Authority::new();
    let mut server = serve(authority.acceptor(ClientCertificates::None)).await;
    let ((esme, _events), mut accepted, _permit) = server.bound(&authority.options(None)).await;
    let tls = accepted.peer.tls.clone().unwrap();
    assert_eq!(tls.protocol, ProtocolVersion::TLSv1_3);
    assert_eq!(tls.certificate, None);
    for _ in 0..100 {
        submits(&esme, &mut accepted).await;
    }
}

#[tokio::test]
async fn a_certificate_may_be_for_the_ip_address() {
    let authority = Authority::new();
    let identity = authority.issue("127.0.0.1");
    let certificate = der(&identity);
    let clients = ClientCertificates::None;
    let acceptor = Acceptor::from_files(ServerFiles { identity, clients }).unwrap();
    let mut server = serve(acceptor).await;
    let options = ConnectOptions {
        tls: Some(Connector::from_files(&authority.roots(), None).unwrap()),
        ..ConnectOptions::default()
    };
    let stream = within(options.connect(server.address)).await.unwrap();
    assert_eq!(stream.socket().peer_addr().unwrap(), server.address);
    let tls = stream.tls().unwrap();
    assert_eq!(tls.certificate, Some(certificate));
    assert_eq!(
        server.accepted().await.peer.tls.unwrap().protocol,
        tls.protocol
    );
}

#[tokio::test]
async fn configurations_of_ones_own_are_taken() {
    let authority = Authority::new();
    let identity = authority.issue("smsc.example.net");
    let key = PrivateKeyDer::from_pem_file(&identity.key).unwrap();
    // Nothing but TLS 1.2.
    let config = TlsConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![der(&identity)], key)
        .unwrap();
    let acceptor = Acceptor::from(Arc::new(config));
    acceptor.reload().unwrap();
    let mut server = serve(acceptor).await;
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.certificate.as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let options = with(Arc::new(config).into());
    let ((esme, _events), mut accepted, _permit) = server.bound(&options).await;
    let tls = accepted.peer.tls.clone().unwrap();
    assert_eq!(tls.protocol, ProtocolVersion::TLSv1_2);
    submits(&esme, &mut accepted).await;
}

#[tokio::test]
async fn tls_comes_behind_the_proxy_header() {
    let authority = Authority::new();
    let config = ServerConfig {
        tls: Some(authority.acceptor(ClientCertificates::None)),
        proxies: ["127.0.0.1".parse().unwrap()].into_iter().collect(),
        ..limited(Limits::default())
    };
    let mut server = Server::start(config).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let local = stream.local_addr().unwrap();
    within(stream.write_all(b"PROXY TCP4 192.0.2.7 198.51.100.1 51000 2775\r\n"))
        .await
        .unwrap();
    let connector = authority.options(None).tls.unwrap();
    let stream = within(connector.connect(stream, local.ip())).await.unwrap();
    let bind = bind(BindMode::Transceiver);
    let accept = async {
        let mut accepted = server.accepted().await;
        let permit = let_in(&mut accepted).await.unwrap();
        (accepted, permit)
    };
    let (connected, (mut accepted, _permit)) =
        tokio::join!(within(Esme::bind(stream, &bind, quiet())), accept);
    let (esme, _events) = connected.unwrap();
    assert_eq!(accepted.peer.address.to_string(), "192.0.2.7:51000");
    assert_eq!(accepted.peer.socket_address, local);
    submits(&esme, &mut accepted).await;

    // A refused handshake says whose it was, too.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let octets = b"PROXY TCP4 192.0.2.8 198.51.100.1 51000 2775\r\nno TLS";
    within(stream.write_all(octets)).await.unwrap();
    let rejected = server.outcome().await.unwrap_err();
    assert_eq!(rejected.address.unwrap().to_string(), "192.0.2.8:51000");
    assert!(
        matches!(rejected.reason, RejectReason::Tls(_)),
        "{rejected}"
    );
}

// Certificates of clients.

#[tokio::test]
async fn a_client_certificate_that_is_required_is_shown_and_handed_on() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let acceptor = authority.acceptor(ClientCertificates::Required { ca: clients.ca() });
    let mut server = serve(acceptor).await;
    let identity = clients.issue("esme.example.net");
    let options = authority.options(Some(&identity));
    let ((esme, _events), mut accepted, _permit) = server.bound(&options).await;
    let certificate = accepted.peer.tls.clone().unwrap().certificate;
    assert_eq!(certificate, Some(der(&identity)));
    submits(&esme, &mut accepted).await;
}

/// Connects, and is refused by both ends.
async fn refused(server: &mut Server, options: &ConnectOptions) -> rustls::Error {
    let address = server.address;
    let bind = bind(BindMode::Transceiver);
    let connect = within(Esme::connect_with(address, &bind, quiet(), options));
    let (connected, error) = tokio::join!(connect, tls_rejected(server));
    // With TLS 1.3 a client is done before its certificate is looked at.
    let error_of_client = connected.unwrap_err();
    assert!(
        matches!(
            error_of_client,
            ConnectError::Closed(_) | ConnectError::Io(_)
        ),
        "{error_of_client}"
    );
    error
}

#[tokio::test]
async fn without_a_valid_certificate_that_is_required_there_is_no_session() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let acceptor = authority.acceptor(ClientCertificates::Required { ca: clients.ca() });
    let mut server = serve(acceptor).await;
    let error = refused(&mut server, &authority.options(None)).await;
    assert_eq!(error, rustls::Error::NoCertificatesPresented);
    let strangers = Authority::new();
    let stranger = strangers.issue("esme.example.net");
    let error = refused(&mut server, &authority.options(Some(&stranger))).await;
    let unknown = CertificateError::UnknownIssuer;
    assert_eq!(error, rustls::Error::InvalidCertificate(unknown));
}

#[tokio::test]
async fn an_optional_certificate_may_be_missing_but_not_wrong() {
    let (authority, clients, strangers) = (Authority::new(), Authority::new(), Authority::new());
    let acceptor = authority.acceptor(ClientCertificates::Optional { ca: clients.ca() });
    let mut server = serve(acceptor).await;
    let (_client, accepted, _permit) = server.bound(&authority.options(None)).await;
    assert_eq!(accepted.peer.tls.unwrap().certificate, None);
    let identity = clients.issue("esme.example.net");
    let (_client, accepted, _permit) = server.bound(&authority.options(Some(&identity))).await;
    let certificate = accepted.peer.tls.unwrap().certificate;
    assert_eq!(certificate, Some(der(&identity)));
    let stranger = strangers.issue("esme.example.net");
    let error = refused(&mut server, &authority.options(Some(&stranger))).await;
    let unknown = CertificateError::UnknownIssuer;
    assert_eq!(error, rustls::Error::InvalidCertificate(unknown));
}

// Certificates of servers.

#[tokio::test]
async fn a_server_with_the_wrong_certificate_is_not_spoken_to() {
    let (authority, strangers) = (Authority::new(), Authority::new());
    let mut server = serve(authority.acceptor(ClientCertificates::None)).await;
    for roots in [strangers.roots(), Roots::Public] {
        let options = with(Connector::from_files(&roots, None).unwrap());
        let error = server.connect(&options).await.unwrap_err();
        let error = tls_error(&error);
        let unknown = CertificateError::UnknownIssuer;
        assert_eq!(
            error.rustls(),
            Some(&rustls::Error::InvalidCertificate(unknown))
        );
        assert!(matches!(
            tls_rejected(&mut server).await,
            rustls::Error::AlertReceived(_)
        ));
    }
    let connector = Connector::from_files(&authority.roots(), None).unwrap();
    for connector in [
        connector.clone(),
        connector.with_server_name("other.example.net").unwrap(),
    ] {
        let options = ConnectOptions {
            tls: Some(connector),
            ..ConnectOptions::default()
        };
        let error = server.connect(&options).await.unwrap_err();
        let text = tls_error(&error).to_string();
        assert!(
            text.starts_with("TLS handshake: ") && text.contains("not valid for name"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn new_certificates_are_for_new_handshakes() {
    let (old, new) = (Authority::new(), Authority::new());
    let acceptor = old.acceptor(ClientCertificates::None);
    let identity = Identity::new(
        old.path("smsc.example.net.pem"),
        old.path("smsc.example.net.key"),
    );
    let mut server = serve(acceptor.clone()).await;
    let ((esme, _events), mut accepted, _permit) = server.bound(&old.options(None)).await;

    // What is broken changes nothing.
    let key = fs::read(&identity.key).unwrap();
    let renewed = new.issue("smsc.example.net");
    fs::copy(&renewed.certificates, &identity.certificates).unwrap();
    let error = acceptor.reload().unwrap_err();
    assert!(matches!(error, TlsError::Mismatch(_)), "{error}");
    fs::write(&identity.key, &key[..key.len() / 2]).unwrap();
    let error = acceptor.reload().unwrap_err();
    assert!(
        error.to_string().contains("smsc.example.net.key: "),
        "{error}"
    );
    submits(&esme, &mut accepted).await;
    drop(server.bound(&old.options(None)).await);

    fs::copy(&renewed.key, &identity.key).unwrap();
    acceptor.reload().unwrap();
    drop(server.bound(&new.options(None)).await);
    tls_error(&server.connect(&old.options(None)).await.unwrap_err());
    submits(&esme, &mut accepted).await;
}

// Peers that do not do as they should.

#[tokio::test]
async fn a_handshake_that_is_never_finished_runs_out_of_time() {
    let authority = Authority::new();
    let mut server = Server::start(ServerConfig {
        tls: Some(authority.acceptor(ClientCertificates::None)),
        session: Config {
            session_init_timer: ms(500),
            ..quiet()
        },
        ..ServerConfig::default()
    })
    .await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    // The begin of a handshake, and no more.
    within(silent.write_all(b"\x16\x03\x01\x02\0\x01"))
        .await
        .unwrap();
    // Others are served meanwhile.
    drop(server.bound(&authority.options(None)).await);
    let reason = server.rejected().await;
    assert!(matches!(reason, RejectReason::TimedOut), "{reason:?}");
    assert_eq!(within(silent.read(&mut [0; 1])).await.unwrap(), 0);
}

#[tokio::test]
async fn a_server_that_never_shakes_hands_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = ConnectOptions {
        connect_timeout: ms(100),
        ..Authority::new().options(None)
    };
    let bind = bind(BindMode::Transceiver);
    let address = listener.local_addr().unwrap();
    let connected = within(Esme::connect_with(address, &bind, quiet(), &options)).await;
    let Err(ConnectError::Io(error)) = connected else {
        panic!("nobody answers");
    };
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(error.to_string().contains("within 100ms"), "{error}");
}

#[tokio::test]
async fn a_client_without_tls_is_turned_away() {
    let authority = Authority::new();
    let mut server = serve(authority.acceptor(ClientCertificates::None)).await;
    let mut raw = Raw::new(TcpStream::connect(server.address).await.unwrap());
    raw.send(&pdu(&BindTransceiver::default(), 1)).await;
    let rejected = server.outcome().await.unwrap_err();
    let text = rejected.to_string();
    assert!(
        text.ends_with("does the other end speak TLS here?"),
        "{text}"
    );
    let RejectReason::Tls(error) = rejected.reason else {
        panic!("{rejected}");
    };
    assert!(matches!(
        error.rustls(),
        Some(rustls::Error::InvalidMessage(_))
    ));
}

#[tokio::test]
async fn a_server_without_tls_is_told_from_one_with() {
    let mut server = Server::start(limited(Limits::default())).await;
    let error = server
        .connect(&Authority::new().options(None))
        .await
        .unwrap_err();
    let text = format!("no connection: {}: {}", server.address, tls_error(&error));
    assert_eq!(error.to_string(), text);
    let mut accepted = server.accepted().await;
    assert_eq!(accepted.peer.tls, None);
    let ended = next(&mut accepted.events).await;
    assert!(
        matches!(ended, Some(Closed(CloseReason::Frame(_)))),
        "{ended:?}"
    );
}

#[tokio::test]
async fn what_is_older_than_tls_1_2_is_refused() {
    let authority = Authority::new();
    let mut server = serve(authority.acceptor(ClientCertificates::None)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // A ClientHello of TLS 1.1 with one cipher suite and no extensions.
    let hello = [
        &b"\x16\x03\x01\0\x2d\x01\0\0\x29\x03\x02"[..],
        &[7; 32],
        b"\0\0\x02\0\x2f\x01\0",
    ]
    .concat();
    within(stream.write_all(&hello)).await.unwrap();
    let mut answer = Vec::new();
    within(stream.read_to_end(&mut answer)).await.unwrap();
    // A fatal alert.
    assert_eq!((answer[0], answer[5]), (0x15, 2), "{answer:?}");
    let error = tls_rejected(&mut server).await;
    assert!(
        matches!(error, rustls::Error::PeerIncompatible(_)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_peer_that_closes_its_half_is_told_the_end() {
    let authority = Authority::new();
    let mut server = serve(authority.acceptor(ClientCertificates::None)).await;
    let localhost = IpAddr::from([127, 0, 0, 1]);
    let connector = authority.options(None).tls.unwrap();
    for says_so in [true, false] {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let mut stream = within(connector.connect(stream, localhost)).await.unwrap();
        let bind = pdu(&BindTransceiver::default(), 1);
        within(stream.write_all(bind.octets())).await.unwrap();
        within(stream.flush()).await.unwrap();
        let mut accepted = server.accepted().await;
        let _permit = let_in(&mut accepted).await.unwrap();
        if says_so {
            // With close_notify; the other half is still open.
            within(stream.shutdown()).await.unwrap();
        } else {
            within(stream.get_mut().0.shutdown()).await.unwrap();
        }
        let reason = Closed(CloseReason::Disconnected);
        assert_eq!(next(&mut accepted.events).await, Some(reason));
        let mut rest = Vec::new();
        let read = within(stream.read_to_end(&mut rest)).await;
        assert_eq!(rest[4..12], *b"\x80\0\0\x09\0\0\0\0");
        // The end is one by close_notify: nothing was cut off.
        read.unwrap();
    }
}

#[tokio::test]
async fn a_session_ends_in_good_order() {
    let authority = Authority::new();
    let mut server = serve(authority.acceptor(ClientCertificates::None)).await;
    let ((esme, mut events), mut accepted, _permit) = server.bound(&authority.options(None)).await;
    esme.unbind();
    let reason = Closed(CloseReason::PeerUnbound);
    assert_eq!(next(&mut accepted.events).await, Some(reason));
    assert_eq!(next(&mut events).await, Some(Closed(CloseReason::Unbound)));
}

#[tokio::test]
async fn much_goes_both_ways_at_once() {
    let authority = Authority::new();
    let mut server = serve(authority.acceptor(ClientCertificates::None)).await;
    let ((esme, mut events), mut accepted, _permit) = server.bound(&authority.options(None)).await;
    const MESSAGES: u64 = 2_000;
    let text = "x".repeat(250);
    let message = submit(&text);
    let sends = async {
        for token in 0..MESSAGES {
            within(esme.queue(&message, token)).await.unwrap();
        }
    };
    let answers = async {
        for _ in 0..MESSAGES {
            let frame = request(&mut accepted.events).await;
            accepted.mc.reject(&frame, OK);
        }
    };
    let hears = async {
        for expected in 0..MESSAGES {
            match within(events.recv()).await {
                Some(Event::Response { token, .. }) => assert_eq!(token, expected),
                other => panic!("{other:?}"),
            }
        }
    };
    tokio::join!(sends, answers, hears);
}

// Files.

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let (authority, other) = (Authority::new(), Authority::new());
    let identity = authority.issue("smsc.example.net");
    let write = |name: &str, text: &str| {
        let path = authority.path(name);
        fs::write(&path, text).unwrap();
        path
    };
    let empty = write("empty.pem", "no PEM at all");
    let key = fs::read_to_string(&identity.key).unwrap();
    let secret = key_line(&key);
    let broken = write("broken.pem", &key.replace("-----END PRIVATE KEY-----", ""));
    let encrypted = write(
        "encrypted.key",
        &key.replace("PRIVATE", "ENCRYPTED PRIVATE"),
    );
    let nonsense = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let no_key = write("nonsense.key", nonsense);
    let no_certificate = write(
        "nonsense.pem",
        &nonsense.replace("PRIVATE KEY", "CERTIFICATE"),
    );
    let missing = authority.path("missing.pem");

    let read = |certificates: &PathBuf, key: &PathBuf, clients| {
        let identity = Identity::new(certificates, key);
        let error = Acceptor::from_files(ServerFiles { identity, clients }).unwrap_err();
        let text = error.to_string();
        // Nothing of a key shows.
        assert!(!format!("{text} {error:?}").contains(&secret));
        text
    };
    let (good, good_key) = (&identity.certificates, &identity.key);
    let none = ClientCertificates::None;
    for (certificates, key, clients, name, hint) in [
        (
            &missing,
            good_key,
            none.clone(),
            "missing.pem",
            "No such file",
        ),
        (
            &empty,
            good_key,
            none.clone(),
            "empty.pem",
            "BEGIN CERTIFICATE",
        ),
        (
            &no_certificate,
            good_key,
            none.clone(),
            "nonsense.pem",
            "certificate not usable",
        ),
        (good, &missing, none.clone(), "missing.pem", "No such file"),
        (good, &empty, none.clone(), "empty.pem", "BEGIN PRIVATE KEY"),
        (good, &broken, none.clone(), "broken.pem", "broken PEM"),
        (
            good,
            &encrypted,
            none.clone(),
            "encrypted.key",
            "openssl pkey",
        ),
        (
            good,
            &no_key,
            none.clone(),
            "nonsense.key",
            "private key not usable",
        ),
        (
            good,
            &other.issue("x").key,
            none.clone(),
            "x.key",
            "smsc.example.net.pem",
        ),
        (
            good,
            good_key,
            ClientCertificates::Required {
                ca: missing.clone(),
            },
            "missing.pem",
            "No such file",
        ),
        (
            good,
            good_key,
            ClientCertificates::Optional { ca: empty.clone() },
            "empty.pem",
            "BEGIN CERTIFICATE",
        ),
    ] {
        let text = read(certificates, key, clients);
        assert!(text.contains(name) && text.contains(hint), "{name}: {text}");
    }
    for (roots, identity, name) in [
        (Roots::File(missing.clone()), None, "missing.pem"),
        (Roots::File(no_certificate), None, "nonsense.pem"),
        (
            authority.roots(),
            Some(Identity::new(good, &empty)),
            "empty.pem",
        ),
    ] {
        let error = Connector::from_files(&roots, identity.as_ref()).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    let connector = Connector::from_files(&authority.roots(), None).unwrap();
    let error = connector.with_server_name("not a name").unwrap_err();
    assert!(error.to_string().contains("not a name"), "{error}");
}

/// A line from the middle of a key.
fn key_line(pem: &str) -> String {
    pem.lines().nth(1).unwrap()[..16].to_owned()
}

#[test]
fn keys_are_not_shown() {
    let authority = Authority::new();
    let acceptor = authority.acceptor(ClientCertificates::None);
    let identity = Identity::new(
        authority.path("smsc.example.net.pem"),
        authority.path("smsc.example.net.key"),
    );
    let connector = Connector::from_files(&authority.roots(), Some(&identity)).unwrap();
    let shown = format!("{acceptor:?} {connector:?}");
    assert!(shown.contains("smsc.example.net.key"), "{shown}");
    assert!(!shown.contains(&key_line(&fs::read_to_string(&identity.key).unwrap())));
}

#[test]
fn one_file_may_hold_certificate_and_key() {
    let authority = Authority::new();
    let identity = authority.issue("smsc.example.net");
    let both = authority.path("both.pem");
    let key = fs::read_to_string(&identity.key).unwrap();
    let certificate = fs::read_to_string(&identity.certificates).unwrap();
    fs::write(&both, [key, certificate].concat()).unwrap();
    Acceptor::from_files(ServerFiles {
        identity: Identity::new(&both, &both),
        clients: ClientCertificates::None,
    })
    .unwrap();
}
