//! TLS with OpenSSL at the other end: Python's in smpplib, Node's in node-smpp, and certificates of its command line.
//!
//! Our end is `smsgw_smpp::tls` in front of the programs.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use smsgw_smpp::tls::{Acceptor, ClientCertificates, Connector, Identity, Roots, ServerFiles};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::esme::{check_submits, must_be_refused};
use crate::harness::{
    ACCOUNT, Simulator, free_port, lines, messages, must_run, node, python, rest_client, scratch,
    serve, texts,
};
use crate::process::Process;
use crate::smsc;

#[test]
fn smpplib_binds_with_tls_1_2() {
    binds_with_tls("smpplib-tls", &|| python("smpplib", "smpplib_client.py"));
}

#[test]
fn node_smpp_binds_with_tls() {
    binds_with_tls("node-smpp-tls", &|| node("node_smpp_client.js"));
}

#[test]
fn the_link_binds_to_node_smpp_with_tls() {
    let directory = scratch("node-smpp-tls-server");
    let (ours, other) = (
        Authority::new(&directory, "ours"),
        Authority::new(&directory, "other"),
    );
    let mut server = node("node_smpp_server.js");
    server
        .env("TLS_CERT", &ours.server.certificates)
        .env("TLS_KEY", &ours.server.key);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let smsc = smsc::started(server, &address.to_string(), &[]);
    let runtime = Runtime::new().unwrap();

    // With the wrong authority there is no session.
    let stranger = connector(&other);
    let refused = runtime.block_on(async {
        let stream = TcpStream::connect(address).await.unwrap();
        stranger.connect(stream, address.ip()).await.unwrap_err()
    });
    let refused = refused.to_string();
    assert!(refused.contains("UnknownIssuer"), "{refused}");
    assert!(smsc.events("bind").is_empty(), "{smsc:?}");

    let link = towards(&runtime, address, connector(&ours));
    let mut gateway = serve(&directory, "127.0.0.1:0", &link, "");
    let messages = messages(&["by the gateway"]);
    let client = rest_client(&gateway.ready("http"), &messages);
    let finals = client.events("final");
    assert_eq!(finals.len(), messages.len(), "{client:?}");
    assert!(
        finals
            .iter()
            .all(|message| message["status"] == "delivered"),
        "{client:?}"
    );
    gateway.terminate();
    assert_eq!(smsc.events("bind"), [json!({"event": "bind", "status": 0})]);
}

fn binds_with_tls(name: &str, esme: &dyn Fn() -> Command) {
    let directory = scratch(name);
    let (ours, other) = (
        Authority::new(&directory, "ours"),
        Authority::new(&directory, "other"),
    );
    let smsc = Simulator::start(&directory, free_port(), ACCOUNT);
    let acceptor = Acceptor::from_files(ServerFiles {
        identity: ours.server.clone(),
        clients: ClientCertificates::None,
    });
    let runtime = Runtime::new().unwrap();
    let address = in_front_of(&runtime, smsc.address.parse().unwrap(), acceptor.unwrap());
    let trusting = |authority: &Authority| {
        let mut esme = esme();
        esme.env("TLS_CA", &authority.certificate);
        esme
    };

    // It trusts another authority, and says so.
    let output = trusting(&other)
        .args([&address, ACCOUNT.0, ACCOUNT.1])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(smsc.process.events("bind").is_empty(), "{:?}", smsc.process);

    must_be_refused(&|| trusting(&ours), &address);
    let messages = messages(&["udh"]);
    let mut command = trusting(&ours);
    command.args([&address, ACCOUNT.0, ACCOUNT.1]);
    let client = Process::start(&mut command, &lines(&messages)).succeed();
    check_submits(&client, &messages);
    assert_eq!(smsc.arrived(), texts(&messages), "{:?}", smsc.process);
}

fn connector(authority: &Authority) -> Connector {
    Connector::from_files(&Roots::File(authority.certificate.clone()), None).unwrap()
}

/// Takes TLS connections and passes what they carry on to `server`; where.
fn in_front_of(runtime: &Runtime, server: SocketAddr, acceptor: Acceptor) -> String {
    let listener = listen(runtime);
    let address = listener.local_addr().unwrap().to_string();
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Who does not trust us ends the handshake.
            if let Ok(mut outside) = acceptor.accept(stream).await {
                let mut inside = TcpStream::connect(server).await.unwrap();
                tokio::spawn(async move { copy_bidirectional(&mut outside, &mut inside).await });
            }
        }
    });
    address
}

/// Takes connections and passes what they carry on to `server`, by TLS; where.
fn towards(runtime: &Runtime, server: SocketAddr, connector: Connector) -> String {
    let listener = listen(runtime);
    let address = listener.local_addr().unwrap().to_string();
    runtime.spawn(async move {
        while let Ok((mut inside, _)) = listener.accept().await {
            let stream = TcpStream::connect(server).await.unwrap();
            let mut outside = connector.connect(stream, server.ip()).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut inside, &mut outside).await });
        }
    });
    address
}

fn listen(runtime: &Runtime) -> TcpListener {
    runtime
        .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .unwrap()
}

/// An authority and a server of 127.0.0.1 that it vouches for, made by OpenSSL.
struct Authority {
    certificate: PathBuf,
    server: Identity,
}

impl Authority {
    fn new(directory: &Path, name: &str) -> Self {
        must_run("openssl", Command::new("openssl").arg("version"));
        let file = |what: &str| directory.join(format!("{name}-{what}.pem"));
        let (certificate, key) = (file("ca"), file("ca-key"));
        openssl_req(
            &certificate,
            &key,
            name,
            &["basicConstraints=critical,CA:TRUE"],
            &[],
        );
        let server = Identity::new(file("server"), file("server-key"));
        openssl_req(
            &server.certificates,
            &server.key,
            "server",
            &["basicConstraints=CA:FALSE", "subjectAltName=IP:127.0.0.1"],
            &[("-CA", &certificate), ("-CAkey", &key)],
        );
        Self {
            certificate,
            server,
        }
    }
}

/// A new key and its certificate; without a signer it signs itself.
fn openssl_req(
    certificate: &Path,
    key: &Path,
    name: &str,
    extensions: &[&str],
    signer: &[(&str, &Path)],
) {
    let mut openssl = Command::new("openssl");
    openssl
        .args(["req", "-x509", "-days", "2", "-nodes"])
        .args(["-subj", &format!("/CN=smsgw interop {name}")])
        .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
        .arg("-keyout")
        .arg(key)
        .arg("-out")
        .arg(certificate);
    for extension in extensions {
        openssl.args(["-addext", extension]);
    }
    for (option, file) in signer {
        openssl.arg(option).arg(file);
    }
    must_run("openssl", &mut openssl);
}
