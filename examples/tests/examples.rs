//! Each example does what its first comment says.
//!
//! `cargo test` builds the examples of a package before its tests.
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use std::process::Output;

use smsgw_sim::smsc::{Config, Smsc};
use smsgw_smpp::CommandStatus;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::session::{self, Bind, BindMode};
use smsgw_ucp::op::SessionManagement;
use smsgw_ucp::sme::Sme;
use smsgw_ucp::types::PasswordBuf;
use smsgw_ucp::{Alphabet, ErrorCode, MessageKey};
use support::{example, listening, within};
use tokio::process::Child;

/// What an example prints when it ends well.
async fn output(example: Child) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = within(example.wait_with_output()).await.unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// An ESME that submits to the simulator: its output, and the id the simulator gave.
async fn submits(name: &str) -> (String, String) {
    let config = Config::default().with_account("esme", "secret");
    let smsc = Smsc::start(config).await.unwrap();
    let address = smsc.local_addr().to_string();
    let said = output(example(
        name,
        &[&address, "306912345678", "Hello from Rust"],
    ))
    .await;
    let [message] = smsc.submitted().try_into().expect("one message");
    assert_eq!(message.text.as_deref(), Some("Hello from Rust"));
    smsc.shutdown().await;
    (said, message.id.clone())
}

#[tokio::test]
async fn esme_waits_for_its_receipt() {
    let (said, id) = submits("esme").await;
    assert!(
        said.starts_with(&format!("accepted as {id}\nreceipt: id:{id} ")),
        "{said}"
    );
    assert!(said.contains(" stat:DELIVRD "), "{said}");
}

#[tokio::test]
async fn blocking_does_the_same() {
    let (said, id) = submits("blocking").await;
    assert!(
        said.starts_with(&format!("accepted as {id}\nreceipt: id:{id} ")),
        "{said}"
    );
    assert!(said.ends_with("\nclosed: unbound\n"), "{said}");
}

#[tokio::test]
async fn tap_shows_every_pdu_but_no_password() {
    let (said, id) = submits("tap").await;
    let headers: Vec<_> = said.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(
        headers,
        [
            "-> bind_transmitter ESME_ROK, number 1",
            "<- bind_transmitter_resp ESME_ROK, number 1",
            "-> submit_sm ESME_ROK, number 2",
            "<- submit_sm_resp ESME_ROK, number 2",
            "-> unbind ESME_ROK, number 3",
            "<- unbind_resp ESME_ROK, number 3",
        ]
    );
    for line in [
        "   system_id: esme\n   password: ***\n",
        "   destination_addr: 306912345678\n",
        "   short_message: Hello from Rust\n",
        &format!("   message_id: {id}\n"),
        "   sc_interface_version: ",
    ] {
        assert!(said.contains(line), "{line} not in {said}");
    }
    assert!(!said.contains("secret"), "{said}");
}

#[tokio::test]
async fn mc_checks_who_binds_and_sends_receipts() {
    let mut mc = example("mc", &["127.0.0.1:0"]);
    let (address, _lines) = listening(&mut mc).await;

    for (name, password, expected) in [
        ("nobody", "secret", CommandStatus::ESME_RINVSYSID),
        ("esme", "guess", CommandStatus::ESME_RINVPASWD),
    ] {
        let (name, password) = (name.try_into().unwrap(), password.try_into().unwrap());
        let bind = Bind::new(BindMode::Transceiver, name, password);
        let refused = within(Esme::connect(&*address, &bind, session::Config::default())).await;
        assert_eq!(refused.unwrap_err().status(), Some(expected));
    }

    for (name, id) in [("esme", "1"), ("blocking", "2")] {
        let said = output(example(name, &[&address, "306912345678", "Hello"])).await;
        let expected =
            format!("accepted as {id}\nreceipt: id:{id} sub:001 dlvrd:001 stat:DELIVRD err:000\n");
        assert!(said.starts_with(&expected), "{said}");
    }
}

#[tokio::test]
async fn ucp_server_checks_who_logs_in_and_notifies() {
    let mut server = example("ucp_server", &["127.0.0.1:0"]);
    let (address, mut lines) = listening(&mut server).await;

    for (name, password) in [("2148", "secret"), ("2147", "guess")] {
        let password = PasswordBuf::new(password, Alphabet::Gsm).unwrap();
        let login = SessionManagement::login(name.try_into().unwrap(), password.as_password());
        let config = smsgw_ucp::session::Config::default();
        let refused = within(Sme::connect(&*address, &login, config)).await;
        let error_code = refused.unwrap_err().error_code();
        assert_eq!(error_code, Some(ErrorCode::AUTHENTICATION_FAILURE));
    }

    // One after the other: what is for an account comes to any of its sessions.
    let mut keys = Vec::new();
    for text in ["one", "two"] {
        let args = [&*address, "00306912345678", text];
        let said = output(example("ucp_client", &args)).await;
        let (accepted, notified) = said.trim_end().split_once('\n').unwrap();
        let key = accepted.strip_prefix("accepted as ").unwrap();
        let key = MessageKey::parse(key).unwrap();
        assert_eq!(key.adc, "00306912345678");
        let text = format!(
            "notification: 0 (delivered): Message for 00306912345678 of {} has been delivered at ",
            key.scts
        );
        assert!(notified.starts_with(&text), "{said}");
        keys.push(key.scts);
    }
    assert_ne!(keys[0], keys[1], "each message has a name of its own");
    for text in ["one", "two"] {
        let line = format!("to 00306912345678: {text}");
        while within(lines.next_line()).await.unwrap().unwrap() != line {}
    }
}

#[tokio::test]
async fn turkish_prints_what_a_modem_takes_and_reads_it_back() {
    let words = "Yağmurlu bir günde çıkıp kıyıda yürüdük, sonra şiir okuduk. ";
    for (length, commands) in [
        (155, &["AT+CMGS=153"][..]),
        (298, &["AT+CMGS=153", "AT+CMGS=153"]),
        (300, &["AT+CMGS=153", "AT+CMGS=153", "AT+CMGS=25"]),
    ] {
        let text: String = words.chars().cycle().take(length).collect();
        let said = output(example("turkish", &["+905321234567", &text])).await;
        let lines: Vec<_> = said.lines().collect();
        let (last, lines) = lines.split_last().unwrap();
        assert_eq!(*last, format!("to +905321234567: {text}"));
        let (pairs, []) = lines.as_chunks::<2>() else {
            panic!("{said}");
        };
        for ([command, octets], wanted) in pairs.iter().zip(commands) {
            assert_eq!(command, wanted);
            // No service centre, then a SUBMIT with a header.
            assert!(octets.starts_with("0041"), "{octets}");
            let length: usize = command.strip_prefix("AT+CMGS=").unwrap().parse().unwrap();
            assert_eq!(octets.len(), 2 * (1 + length));
        }
        assert_eq!(pairs.len(), commands.len());
    }
}

#[tokio::test]
async fn without_arguments_each_says_what_it_wants() {
    for name in [
        "esme",
        "mc",
        "blocking",
        "tap",
        "turkish",
        "smpp_to_ucp",
        "ucp_to_smpp",
        "ucp_client",
        "ucp_server",
    ] {
        let output = within(example(name, &[]).wait_with_output()).await.unwrap();
        assert!(!output.status.success());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("usage: {name} ")), "{said}");
    }
}
