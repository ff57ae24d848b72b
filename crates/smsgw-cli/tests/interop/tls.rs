//! TLS with OpenSSL at the other end: Python's in smpplib, Node's in node-smpp, and certificates of its command line.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::esme::{check_submits, must_be_refused};
use crate::harness::{
    ACCOUNT, Simulator, free_port, lines, messages, must_run, node, python, rest_client, scratch,
    serve_with, texts,
};
use crate::process::Process;
use crate::{smsc, tools};

#[test]
fn smpplib_binds_with_tls_1_2() {
    binds_with_tls("smpplib-tls", &|| python("smpplib", "smpplib_client.py"));
}

#[test]
fn node_smpp_binds_with_tls() {
    binds_with_tls("node-smpp-tls", &|| node("node_smpp_client.js"));
}

#[test]
fn send_speaks_tls_to_node_smpp() {
    let directory = scratch("node-smpp-tls-server");
    let ours = Authority::new(&directory, "ours");
    let other = Authority::new(&directory, "other");
    let mut server = node("node_smpp_server.js");
    server
        .env("TLS_CERT", &ours.server.certificates)
        .env("TLS_KEY", &ours.server.key);
    let address = format!("127.0.0.1:{}", free_port());
    let smsc = smsc::started(server, &address, &[]);
    let send = |authority: &Authority| {
        let mut send = tools::client("send", &address);
        send.args(["--to", "+15550100", "--wait-receipt", "10s"])
            .args(["Hello", "--tls", "--tls-ca"])
            .arg(&authority.certificate);
        send.output().unwrap()
    };

    let refused = send(&other);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(error.contains("certificate"), "{error}");
    assert!(smsc.events("bind").is_empty(), "{smsc:?}");
    let sent = send(&ours);
    assert!(sent.status.success(), "{sent:?}: {smsc:?}");
    assert_eq!(smsc.events("submit")[0]["text"], "Hello", "{smsc:?}");
}

/// Its ESMEs come with TLS, and it goes to its carrier with TLS.
#[test]
fn the_gateway_speaks_tls_to_smpplib_and_node_smpp() {
    let directory = scratch("gateway-tls");
    let ours = Authority::new(&directory, "ours");
    let mut server = node("node_smpp_server.js");
    server
        .env("TLS_CERT", &ours.server.certificates)
        .env("TLS_KEY", &ours.server.key);
    let link = format!("127.0.0.1:{}", free_port());
    let smsc = smsc::started(server, &link, &[]);
    let address = format!("127.0.0.1:{}", free_port());
    let mut gateway = serve_with(
        &directory,
        &address,
        &format!(
            "tls = {{ certificate = '{}', key = '{}' }}",
            ours.server.certificates.display(),
            ours.server.key.display()
        ),
        &link,
        &format!("tls = {{ ca = '{}' }}", ours.certificate.display()),
    );
    let http = gateway.ready("http");
    gateway.ready("smpp");

    let mut messages = messages(&["udh"]);
    let of_rest = messages.split_off(messages.len() / 2);
    let mut esme = python("smpplib", "smpplib_client.py");
    esme.env("TLS_CA", &ours.certificate)
        .args([&address, ACCOUNT.0, ACCOUNT.1]);
    let client = Process::start(&mut esme, &lines(&messages)).succeed();
    check_submits(&client, &messages);
    let client = rest_client(&http, &of_rest);
    let delivered = client.events("final");
    assert_eq!(delivered.len(), of_rest.len(), "{client:?}");
    assert!(
        delivered
            .iter()
            .all(|message| message["status"] == "delivered"),
        "{client:?}"
    );
    gateway.terminate();
    assert_eq!(smsc.events("bind").len(), 1, "{smsc:?}");
    assert!(smsc.events("error").is_empty(), "{smsc:?}");
}

fn binds_with_tls(name: &str, esme: &dyn Fn() -> Command) {
    let directory = scratch(name);
    let ours = Authority::new(&directory, "ours");
    let other = Authority::new(&directory, "other");
    let Server { certificates, key } = &ours.server;
    let flags = [
        "--tls-cert".as_ref(),
        certificates.as_os_str(),
        "--tls-key".as_ref(),
        key.as_os_str(),
    ];
    let smsc = Simulator::start_with(&directory, free_port(), ACCOUNT, &flags);
    let address = &smsc.address;
    let trusting = |authority: &Authority| {
        let mut esme = esme();
        esme.env("TLS_CA", &authority.certificate);
        esme
    };

    // It trusts another authority, and says so.
    let output = trusting(&other)
        .args([address, ACCOUNT.0, ACCOUNT.1])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(smsc.process.events("bind").is_empty(), "{:?}", smsc.process);

    must_be_refused(&|| trusting(&ours), address);
    let messages = messages(&["udh"]);
    let mut command = trusting(&ours);
    command.args([address, ACCOUNT.0, ACCOUNT.1]);
    let client = Process::start(&mut command, &lines(&messages)).succeed();
    check_submits(&client, &messages);
    assert_eq!(smsc.arrived(), texts(&messages), "{:?}", smsc.process);
}

/// An authority and a server of 127.0.0.1 that it vouches for, made by OpenSSL.
struct Authority {
    certificate: PathBuf,
    server: Server,
}

/// The files of a server: its certificate and key.
struct Server {
    certificates: PathBuf,
    key: PathBuf,
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
        let server = Server {
            certificates: file("server"),
            key: file("server-key"),
        };
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
