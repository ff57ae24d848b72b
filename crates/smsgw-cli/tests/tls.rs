//! `smsgw send` and `smsgw load` over TLS, from outside, against a server of this process.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[path = "support/certificates.rs"]
mod certificates;

use std::process::{Command, Output, Stdio};

use certificates::{SERVER, certificates};
use smsgw_smpp::CommandStatus;
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::SubmitSmResp;
use smsgw_smpp::session::{Config, Event};
use smsgw_smpp::tls::{Acceptor, ClientCertificates, Identity, ServerFiles};
use smsgw_ucp::SystemMessage;
use smsgw_ucp::smsc::Smsc;
use tokio::net::TcpListener;

/// Takes every message of who shows a certificate.
async fn serve(listener: TcpListener, acceptor: Acceptor) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let (mc, mut events) = Mc::new(stream, Config::default());
            while let Some(event) = events.recv().await {
                match event {
                    Event::BindRequest(_) => mc.accept_bind("mc".try_into().unwrap()),
                    Event::Request(frame) => {
                        let answer = SubmitSmResp {
                            message_id: "7".try_into().unwrap(),
                            ..SubmitSmResp::default()
                        };
                        mc.respond(&frame, CommandStatus::ESME_ROK, &answer);
                    }
                    _ => {}
                }
            }
        });
    }
}

/// The same for UCP.
async fn serve_ucp(listener: TcpListener, acceptor: Acceptor) {
    use smsgw_ucp::session::{Config, Event};
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let (smsc, mut events) = Smsc::new(stream, Config::default());
            let key = SystemMessage::new("1:010126000000").unwrap();
            while let Some(event) = events.recv().await {
                match event {
                    Event::LoginRequest(_) => smsc.accept_login(SystemMessage::EMPTY),
                    Event::Request(frame) => smsc.accept(&frame, key),
                    _ => {}
                }
            }
        });
    }
}

#[test]
fn both_ends_show_certificates() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    certificates(directory.path());
    let acceptor = Acceptor::from_files(ServerFiles {
        identity: Identity::new(
            path(&format!("{SERVER}.pem")),
            path(&format!("{SERVER}.key")),
        ),
        clients: ClientCertificates::Required {
            ca: path("ca.pem").into(),
        },
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let acceptor = acceptor.unwrap();
    runtime.spawn(serve(listener, acceptor.clone()));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let ucp_address = listener.local_addr().unwrap().to_string();
    runtime.spawn(serve_ucp(listener, acceptor));

    let smsgw = |args: &[&str], more: &[&str]| -> Output {
        Command::new(env!("CARGO_BIN_EXE_smsgw"))
            .args(args)
            .args(["--connect", &address, "--system-id", "esme"])
            .args(more)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    let send = |more: &[&str]| smsgw(&["send", "smpp", "--to", "1", "hello"], more);
    let (ca, cert, key) = (path("ca.pem"), path("client.pem"), path("client.key"));
    let trust = ["--tls", "--tls-ca", &ca, "--tls-name", SERVER];
    let identity = ["--tls-cert", &cert, "--tls-key", &key];
    let all = [&trust[..], &identity].concat();

    let output = send(&all);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"part 1 of 1  ESME_ROK  id 7\n");
    let args = ["load", "smpp", "--messages", "50", "--connections", "2"];
    let output = smsgw(&args, &all);
    assert!(output.status.success(), "{output:?}");
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("answered    50: ESME_ROK 50\n"), "{report}");

    let ucp = |args: &[&str], more: &[&str]| -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_smsgw"))
            .args(args)
            .args(["--connect", &ucp_address, "--user", "2147"])
            .args([&all[..], more].concat())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let sent = ucp(&["send", "ucp", "--to", "1"], &["hello"]);
    assert_eq!(sent, "part 1 of 1  A  id 1:010126000000\n");
    let report = ucp(
        &["load", "ucp"],
        &["--messages", "50", "--connections", "2"],
    );
    assert!(report.contains("answered    50: A 50\n"), "{report}");

    let no_name = [&trust[..3], &identity].concat();
    let own_key = ["--tls-cert", &cert, "--tls-key", &ca];
    for (flags, wanted) in [
        (&no_name[..], "--tls-name"),
        (&[&trust[..1], &identity].concat(), "--tls-ca"),
        (&trust, "does the server take connections from here?"),
        (&[], "does the server want --tls"),
        (&["--tls", "--tls-ca", "/nowhere.pem"], "/nowhere.pem"),
        (&[&trust[..], &own_key].concat(), "no private key"),
    ] {
        let output = send(flags);
        assert_eq!(output.status.code(), Some(1), "{flags:?}: {output:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            error.contains(wanted) && error.lines().count() == 1,
            "{flags:?}: {error}"
        );
    }
    for flags in [
        &["--tls-ca", &ca][..],
        &["--tls", "--tls-cert", &cert],
        &["--tls", "--tls-key", &key],
    ] {
        assert_eq!(send(flags).status.code(), Some(2), "{flags:?}");
    }
}
