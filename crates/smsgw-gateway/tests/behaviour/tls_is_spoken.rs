//! TLS of listeners and links: who is trusted, and certificates that change.

use std::fs;
use std::io::ErrorKind::UnexpectedEof;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use smsgw::smpp::connect::ConnectOptions;
use smsgw::smpp::session::BindMode;
use smsgw::smpp::tls::{
    Acceptor, ClientCertificates, Connector, HandshakeError, Identity, Roots, ServerFiles,
};
use smsgw::smpp::types::MessageState;
use smsgw_sim::smsc::Smsc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{
    Log, Setup, accepted, carrier, eventually, is_closed, ms, receipt, soon, submit,
};

/// Signs certificates and keeps all in files.
struct Authority {
    dir: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // A name of its own.
        let name = dir.path().to_str().unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        fs::write(dir.path().join("ca.pem"), certificate.pem()).unwrap();
        Self {
            dir,
            issuer: Issuer::new(params, key),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn ca(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// A certificate for `subject`.
    fn issue(&self, subject: &str) -> Identity {
        let certificates = self.path(&format!("{subject}.pem"));
        let identity = Identity::new(certificates, self.path(&format!("{subject}.key")));
        self.issue_into(&identity, subject);
        identity
    }

    /// The same in files that are there, perhaps.
    fn issue_into(&self, files: &Identity, subject: &str) {
        let params = CertificateParams::new([subject.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        fs::write(&files.certificates, certificate.pem()).unwrap();
        fs::write(&files.key, key.serialize_pem()).unwrap();
    }

    /// An ESME that trusts it.
    fn esme(&self, identity: Option<&Identity>) -> ConnectOptions {
        let connector = Connector::from_files(&Roots::File(self.ca()), identity).unwrap();
        ConnectOptions {
            tls: Some(connector.with_server_name("gateway.example").unwrap()),
            ..ConnectOptions::default()
        }
    }
}

/// The line of a listener that shows `identity`.
fn tls(identity: &Identity, more: &str) -> String {
    let Identity { certificates, key } = identity;
    format!("tls = {{ certificate = {certificates:?}, key = {key:?}{more} }}")
}

/// A message centre behind TLS: its address.
async fn behind_tls(smsc: &Smsc, acceptor: Acceptor) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, smsc) = (listener.local_addr().unwrap(), smsc.local_addr());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut outside = acceptor.accept(stream).await?;
                let mut inside = TcpStream::connect(smsc).await.unwrap();
                // Until one of them hangs up.
                let _ = copy_bidirectional(&mut outside, &mut inside).await;
                Ok::<_, HandshakeError>(())
            });
        }
    });
    address
}

#[tokio::test]
async fn a_message_and_its_receipt_pass_over_tls_on_both_sides() {
    let log = Log::default();
    let _guard = log.of_this_thread();
    let (ours, carriers) = (Authority::new(), Authority::new());
    let smsc = Smsc::start(carrier()).await.unwrap();
    // The carrier knows us by a certificate of ours, and we it by its address.
    let acceptor = Acceptor::from_files(ServerFiles {
        identity: carriers.issue("127.0.0.1"),
        clients: ClientCertificates::Required { ca: ours.ca() },
    });
    let address = behind_tls(&smsc, acceptor.unwrap()).await;
    let Identity { certificates, key } = ours.issue("client.example");
    let link = format!(
        "tls = {{ ca = {:?}, certificate = {certificates:?}, key = {key:?} }}",
        carriers.ca()
    );
    let listener = tls(&ours.issue("gateway.example"), "");
    let setup = Setup::new(address).link(&link).listener(&listener);
    let gateway = setup.start().await;
    let (esme, mut events) = gateway.bind_with(&ours.esme(None)).await.unwrap();
    let id = accepted(&esme, &submit(b"hello")).await;
    let (about, state, _frame) = receipt(&esme, &mut events).await;
    assert_eq!((about, state), (id, MessageState::DELIVERED));
    assert_eq!(smsc.submitted().len(), 1);

    // Not to those who do not speak it, nor to those who trust others.
    let plain = gateway.bind_as(BindMode::Transceiver, "esme", "secret");
    assert!(is_closed(&plain.await));
    let elsewhere = gateway.bind_with(&carriers.esme(None)).await;
    assert!(is_closed(&elsewhere));
    let said = "does the other end speak TLS here?";
    eventually(async || log.text().contains(said).then_some(())).await;
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_carrier_that_is_not_trusted_gets_nothing() {
    let log = Log::default();
    let _guard = log.of_this_thread();
    let carriers = Authority::new();
    let smsc = Smsc::start(carrier()).await.unwrap();
    let acceptor = Acceptor::from_files(ServerFiles {
        identity: carriers.issue("smsc.example"),
        clients: ClientCertificates::None,
    });
    let address = behind_tls(&smsc, acceptor.unwrap()).await;
    for (link, reason) in [
        ("tls = true".to_owned(), "UnknownIssuer"),
        (
            format!("tls.ca = {:?}", carriers.ca()),
            "not valid for name \"127.0.0.1\"",
        ),
    ] {
        let gateway = Setup::new(address).link(&link).start().await;
        eventually(async || log.text().contains(reason).then_some(())).await;
        assert_eq!(smsc.status().bound, [], "{link}");
        gateway.shutdown().await;
    }
    let named = format!(
        "tls = {{ ca = {:?}, server_name = \"smsc.example\" }}",
        carriers.ca()
    );
    let gateway = Setup::new(address).link(&named).start().await;
    let id = gateway.send_text("hello").await;
    gateway.reaches(&id, "delivered").await;
    gateway.shutdown().await;
}

#[tokio::test]
async fn an_esme_shows_a_certificate_where_it_has_to() {
    let (ours, others) = (Authority::new(), Authority::new());
    let smsc = Smsc::start(carrier()).await.unwrap();
    let (known, unknown) = (ours.issue("esme.example"), others.issue("esme.example"));
    for (rule, without_is_in) in [("required", false), ("optional", true)] {
        let more = format!(
            ", client_ca = {:?}, client_certificates = {rule:?}",
            ours.ca()
        );
        let listener = tls(&ours.issue("gateway.example"), &more);
        let setup = Setup::new(smsc.local_addr()).listener(&listener);
        let gateway = setup.start().await;
        for (identity, is_in) in [
            (Some(&known), true),
            (Some(&unknown), false),
            (None, without_is_in),
        ] {
            let outcome = gateway.bind_with(&ours.esme(identity)).await;
            assert_eq!(outcome.is_ok(), is_in, "{rule} {identity:?} {outcome:?}");
            assert!(is_in || is_closed(&outcome), "{outcome:?}");
        }
        gateway.shutdown().await;
    }
}

#[tokio::test]
async fn who_takes_long_over_the_handshake_gives_way() {
    let ours = Authority::new();
    let smsc = Smsc::start(carrier()).await.unwrap();
    let listener = tls(&ours.issue("gateway.example"), "");
    let setup = Setup::new(smsc.local_addr()).listener(&listener);
    let gateway = setup.listener("max_handshakes = 1").start().await;
    let started = Instant::now();
    let mut silent = TcpStream::connect(gateway.smpp).await.unwrap();
    gateway.bind_with(&ours.esme(None)).await.unwrap();
    assert_eq!(
        soon(silent.read_u8()).await.unwrap_err().kind(),
        UnexpectedEof
    );
    // Not only because it did not bind in time.
    assert!(started.elapsed() < ms(9_000));
    gateway.shutdown().await;
}

#[tokio::test]
async fn new_certificates_come_into_force_and_sessions_go_on() {
    let log = Log::default();
    let _guard = log.of_this_thread();
    let (old, new) = (Authority::new(), Authority::new());
    let smsc = Smsc::start(carrier()).await.unwrap();
    let files = old.issue("gateway.example");
    let setup = Setup::new(smsc.local_addr()).listener(&tls(&files, ""));
    let gateway = setup.start().await;
    let (before, _events) = gateway.bind_with(&old.esme(None)).await.unwrap();

    new.issue_into(&files, "gateway.example");
    assert!(is_closed(&gateway.bind_with(&new.esme(None)).await));
    soon(gateway.gateway.reload()).await;
    gateway.bind_with(&new.esme(None)).await.unwrap();
    assert!(is_closed(&gateway.bind_with(&old.esme(None)).await));
    accepted(&before, &submit(b"still here")).await;
    let said = "certificates read again, and in force of=\"listen.smpp 127.0.0.1:0\"";
    assert!(log.text().contains(said), "{}", log.text());

    fs::write(&files.key, "no key").unwrap();
    soon(gateway.gateway.reload()).await;
    let text = log.text();
    let line = text
        .lines()
        .find(|line| line.contains("the old certificates stay"));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    let reason = format!("{}: no private key", files.key.display());
    assert!(
        line.contains("listen.smpp") && line.contains(&reason),
        "{line}"
    );
    gateway.bind_with(&new.esme(None)).await.unwrap();
    accepted(&before, &submit(b"and still")).await;
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_link_follows_its_carrier_to_new_certificates() {
    let log = Log::default();
    let _guard = log.of_this_thread();
    let (old, new) = (Authority::new(), Authority::new());
    let smsc = Smsc::start(carrier()).await.unwrap();
    let identity = old.issue("127.0.0.1");
    let acceptor = Acceptor::from_files(ServerFiles {
        identity: identity.clone(),
        clients: ClientCertificates::None,
    })
    .unwrap();
    let address = behind_tls(&smsc, acceptor.clone()).await;
    let setup = Setup::new(address).link(&format!("tls.ca = {:?}", old.ca()));
    let gateway = setup.start().await;
    let id = gateway.send_text("before").await;
    gateway.reaches(&id, "delivered").await;

    new.issue_into(&identity, "127.0.0.1");
    acceptor.reload().unwrap();
    smsc.cut();
    smsc.plug();
    eventually(async || log.text().contains("UnknownIssuer").then_some(())).await;
    let id = gateway.send_text("meanwhile").await;
    fs::copy(new.ca(), old.ca()).unwrap();
    soon(gateway.gateway.reload()).await;
    gateway.reaches(&id, "delivered").await;
    let said = "certificates read again, and in force of=\"link.smpp operator\"";
    assert!(log.text().contains(said), "{}", log.text());
    gateway.shutdown().await;
}

#[tokio::test]
async fn files_that_cannot_be_used_are_told_at_the_start() {
    let authority = Authority::new();
    let (one, other) = (
        authority.issue("one.example"),
        authority.issue("other.example"),
    );
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup = || Setup::new(smsc.local_addr());
    let none = authority.path("none.pem");
    let missing = Identity::new(&none, &one.key);
    let mixed = Identity::new(&one.certificates, &other.key);
    let not_found = format!(
        "{}: No such file or directory (os error 2); is the path right, from the directory that \
         smsgw is started in?",
        none.display()
    );
    for (setup, expected) in [
        (
            setup().listener(&tls(&missing, "")),
            format!("TLS of listen.smpp 127.0.0.1:0: {not_found}"),
        ),
        (
            setup().listener(&tls(&mixed, "")),
            format!(
                "TLS of listen.smpp 127.0.0.1:0: {}: not the private key of the first certificate in {}",
                other.key.display(),
                one.certificates.display()
            ),
        ),
        (
            setup().link(&format!("tls.ca = {none:?}")),
            format!("TLS of link.smpp operator: {not_found}"),
        ),
        (
            setup().link(&format!("tls.ca = {:?}", one.key)),
            format!(
                "TLS of link.smpp operator: {}: no certificate; it needs PEM with BEGIN CERTIFICATE",
                one.key.display()
            ),
        ),
    ] {
        assert_eq!(setup.refused().await, expected);
    }
}
