//! `smsgw sim smsc` from outside: what it announces, prints and takes.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[path = "interop/process.rs"]
mod process;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::process::Command;

use process::Process;
use serde_json::Value;
use smsgw_sim::faults::Kind;
use smsgw_smpp::CommandStatus;
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::{DeliverSm, DeliverSmResp, SubmitSm};
use smsgw_smpp::session::{self, Bind, BindMode, Event};
use smsgw_smpp::types::{Address, RegisteredDelivery, ShortMessage};

fn sim(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
    command.args(["sim", "smsc"]).args(args);
    command
}

async fn bind(address: &str) -> (Esme, Events) {
    let (system_id, password) = ("esme".try_into().unwrap(), "pw".try_into().unwrap());
    let bind = Bind::new(BindMode::Transceiver, system_id, password);
    let config = session::Config::default();
    Esme::connect(address, &bind, config).await.unwrap()
}

/// The text of the next `deliver_sm`, acknowledged.
async fn delivered(esme: &Esme, events: &mut Events) -> String {
    loop {
        if let Event::Request(frame) = events.recv().await.unwrap() {
            esme.respond(&frame, CommandStatus::ESME_ROK, &DeliverSmResp::default());
            let deliver: DeliverSm<'_> = frame.decode().unwrap();
            return String::from_utf8_lossy(deliver.short_message.as_octets()).into_owned();
        }
    }
}

fn ask(path: &str, command: &str) -> Value {
    let mut stream = UnixStream::connect(path).unwrap();
    writeln!(stream, "{command}").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    serde_json::from_str(&answer).unwrap()
}

#[test]
fn a_message_its_receipt_and_a_reply_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control").display().to_string();
    let mut smsc = Process::start(
        &mut sim(&[
            "--smpp",
            "127.0.0.1:0",
            "--system-id",
            "esme",
            "--password",
            "pw",
            "--receipt-delay",
            "1ms",
            "--receipt-failures",
            "rejectd=100%",
            "--control",
            &path,
        ]),
        "",
    );
    let address = smsc.ready("smpp");
    assert_eq!(smsc.ready("control"), path);

    let taken = Command::new(env!("CARGO_BIN_EXE_smsgw"))
        .args(["sim", "smsc", "--smpp", &address])
        .output()
        .unwrap();
    assert_eq!(taken.status.code(), Some(1));
    let error = String::from_utf8(taken.stderr).unwrap();
    assert!(
        error.contains(&address) && error.lines().count() == 1,
        "{error}"
    );

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (esme, mut events) = runtime.block_on(bind(&address));
    runtime.block_on(async {
        let submit = SubmitSm {
            destination_addr: Address::international("306912345678").unwrap(),
            registered_delivery: RegisteredDelivery::RECEIPT,
            short_message: ShortMessage::new(b"hello").unwrap(),
            ..SubmitSm::default()
        };
        assert!(esme.submit(&submit).await.unwrap().status().is_ok());
        let receipt = delivered(&esme, &mut events).await;
        assert!(receipt.contains("stat:REJECTD"), "{receipt}");
    });
    let asking = {
        let path = path.clone();
        std::thread::spawn(move || ask(&path, "sms +306912345678 hello back"))
    };
    let reply = runtime.block_on(delivered(&esme, &mut events));
    assert_eq!(reply, "hello back");
    assert_eq!(asking.join().unwrap()["ok"], true);

    let status = ask(&path, "status");
    assert_eq!(status["submitted"][0]["to"], "306912345678");
    let smsc = smsc.terminate();
    let kinds: Vec<_> = ["bind", "submit", "receipt", "deliver", "response"]
        .map(|kind| smsc.events(kind).len())
        .into();
    assert_eq!(kinds, [1, 1, 1, 1, 3], "{smsc:?}");
    assert_eq!(smsc.events("submit")[0]["text"], "hello");
    assert_eq!(smsc.events("deliver")[0]["text"], "hello back");
}

#[test]
fn faults_come_by_flag_and_by_command() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control").display().to_string();
    let mut smsc = Process::start(
        &mut sim(&[
            "--smpp",
            "127.0.0.1:0",
            "--fault",
            "nack=2,times=1,status=ESME_RSYSERR",
            "--fault",
            "queue-full=3,times=1",
            "--smpp-version",
            "3.4",
            "--control",
            &path,
        ]),
        "",
    );
    let address = smsc.ready("smpp");
    smsc.ready("control");
    assert_eq!(ask(&path, "fault duplicate 1 times=1")["faults"]["nack"], 2);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (esme, _events) = runtime.block_on(bind(&address));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let submit = SubmitSm {
            destination_addr: Address::international("306912345678").unwrap(),
            ..SubmitSm::default()
        };
        statuses.push(runtime.block_on(esme.submit(&submit)).unwrap().status());
    }
    let (ok, full) = (CommandStatus::ESME_ROK, CommandStatus::ESME_RMSGQFUL);
    assert_eq!(statuses, [ok, CommandStatus::ESME_RSYSERR, full, ok]);
    assert_eq!(ask(&path, "status")["faults"], serde_json::json!({}));
    let smsc = smsc.terminate();
    let names: Vec<_> = smsc
        .events("fault")
        .iter()
        .map(|event| event["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["duplicate", "nack", "queue-full"]);
}

/// A frame from what is between its type and its checksum: `60`, `A//`.
fn ucp(trn: u8, ot: &str, fields: &str) -> String {
    let len = 16 + fields.len();
    let octets = format!("{trn:02}/{len:05}/O/{ot}/{fields}");
    let sum = octets.bytes().fold(0_u8, u8::wrapping_add);
    format!("\x02{octets}{sum:02X}\x03")
}

/// The next frame.
fn read_ucp(stream: &mut BufReader<TcpStream>) -> String {
    let mut frame = Vec::new();
    stream.read_until(3, &mut frame).unwrap();
    String::from_utf8(frame).unwrap()
}

#[test]
fn ucp_is_spoken_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("control").display().to_string();
    let mut smsc = Process::start(
        &mut sim(&[
            "--ucp",
            "127.0.0.1:0",
            "--ucp-user",
            "2147",
            "--ucp-password",
            "secret",
            "--ucp-zone",
            "+01:00",
            "--receipt-delay",
            "1ms",
            "--fault",
            "nack=2,times=1,ec=06",
            "--control",
            &path,
        ]),
        "",
    );
    let address = smsc.ready("ucp");
    smsc.ready("control");
    let stream = TcpStream::connect(&address).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    let login = ucp(0, "60", "2147/6/5/1/736563726574//0100//////");
    writer.write_all(login.as_bytes()).unwrap();
    assert!(read_ucp(&mut reader).contains("/R/60/A/"));
    let mut is_notified = false;
    let mut answers = writer.try_clone().unwrap();
    let mut accept = |operation: &str| {
        let (trn, ot) = (&operation[1..3], &operation[12..14]);
        let octets = format!("{trn}/00020/R/{ot}/A///");
        let sum = octets.bytes().fold(0_u8, u8::wrapping_add);
        let frame = format!("\x02{octets}{sum:02X}\x03");
        answers.write_all(frame.as_bytes()).unwrap();
    };
    let fields = "0612345678/3155//1//1/////////////3//68656C6C6F/////////////";
    for (trn, answer) in [(1, "/R/51/A//0612345678:"), (2, "/R/51/N/06/")] {
        writer.write_all(ucp(trn, "51", fields).as_bytes()).unwrap();
        let mut frame = read_ucp(&mut reader);
        if frame.contains("/O/53/") {
            accept(&frame);
            is_notified = true;
            frame = read_ucp(&mut reader);
        }
        assert!(frame.contains(answer), "{frame}");
    }
    let asking = {
        let path = path.clone();
        std::thread::spawn(move || ask(&path, "sms +31612345678 via=ucp to=2000 hello back"))
    };
    let mut is_delivered = false;
    while !is_delivered || !is_notified {
        let frame = read_ucp(&mut reader);
        accept(&frame);
        if frame.contains("/O/53/") {
            is_notified = true;
            continue;
        }
        assert!(frame.contains("/O/52/2000/31612345678/"), "{frame}");
        is_delivered = true;
    }
    let answer = asking.join().unwrap();
    assert_eq!(
        (&answer["ok"], &answer["parts"][0]["ec"]),
        (&true.into(), &Value::Null)
    );
    let nobody = ask(&path, "sms +31612345678 via=smpp hello?");
    assert_eq!(nobody["error"], "nobody is bound to receive");
    assert_eq!(ask(&path, "sms 1 via=x25 hi")["ok"], false);

    let status = ask(&path, "status");
    assert_eq!(status["ucp_address"], address.as_str());
    assert_eq!(status["bound"][0]["user"], "2147");
    assert_eq!(status["submitted"][0]["to"], "0612345678");
    drop((reader, writer, answers));
    // Told to end before that, it would be the one that closes.
    while ask(&path, "status")["bound"][0].is_object() {}
    let smsc = smsc.terminate();
    let submit = &smsc.events("submit")[0];
    assert_eq!(
        (&submit["protocol"], &submit["text"]),
        (&"ucp".into(), &"hello".into())
    );
    assert_eq!(smsc.events("bind")[0]["user"], "2147");
    assert_eq!(smsc.events("receipt").len(), 1);
    assert_eq!(smsc.events("deliver")[0]["text"], "hello back");
    assert_eq!(smsc.events("fault")[0]["name"], "nack");
    assert_eq!(smsc.events("unbind").len(), 1);
}

#[test]
fn both_protocols_are_announced() {
    let mut smsc = Process::start(
        &mut sim(&["--smpp", "127.0.0.1:0", "--ucp", "127.0.0.1:0"]),
        "",
    );
    let (smpp, ucp) = (smsc.ready("smpp"), smsc.ready("ucp"));
    assert_ne!(smpp, ucp);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(bind(&smpp));
    let mut stream = TcpStream::connect(&ucp).unwrap();
    stream
        .write_all(self::ucp(0, "31", "2147/0539/").as_bytes())
        .unwrap();
    let frame = read_ucp(&mut BufReader::new(stream));
    assert!(frame.contains("/R/31/A/0000/"), "{frame}");
    let smsc = smsc.terminate();
    let connects = smsc.events("connect");
    let protocols: Vec<_> = connects.iter().map(|it| &it["protocol"]).collect();
    assert_eq!(protocols, ["smpp", "ucp"]);
}

#[test]
fn flags_that_cannot_be_are_refused() {
    for args in [
        &["--ucp-user", "2147", "--ucp-password", "pw"][..],
        &["--ucp", "127.0.0.1:0", "--ucp-user", "2147"],
        &[
            "--ucp",
            "127.0.0.1:0",
            "--ucp-user",
            "a/b",
            "--ucp-password",
            "pw",
        ],
        &[
            "--ucp",
            "127.0.0.1:0",
            "--ucp-user",
            "2147",
            "--ucp-password",
            "longer than 16 octets",
        ],
        &["--ucp", "127.0.0.1:0", "--ucp-zone", "CET"],
        &["--ucp", "nowhere"],
        &["--fault", "nack,ec=100"],
        &["--system-id", "esme"],
        &["--system-id", "a name of 16 oct", "--password", "pw"],
        &["--receipt-delay", "soon"],
        &["--receipt-failures", "2"],
        &["--enquire-link", "0s"],
        &["--fault", "thunder"],
        &["--fault", "throttle=0"],
        &["--fault", "throttle,delay=1s"],
        &["--fault", "slow,delay=2s-1s"],
        &["--smpp-version", "4.0"],
        &["--smpp", "nowhere"],
    ] {
        let output = sim(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
    let output = sim(&["--help"]).output().unwrap();
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("Examples:")
    );
}

#[test]
fn the_page_about_it_is_complete() {
    let page = include_str!("../../../docs/SIMULATOR.md");
    let help = sim(&["--help"]).output().unwrap().stdout;
    let help = String::from_utf8(help).unwrap();
    let flags = help
        .split_whitespace()
        .filter(|word| word.starts_with("--"));
    for flag in flags.filter(|flag| *flag != "--help") {
        let flag = flag.trim_end_matches(|c: char| !c.is_alphanumeric());
        assert!(page.contains(&format!("`{flag}")), "{flag}");
    }
    for kind in Kind::ALL {
        let name = kind.name();
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
        assert!(help.contains(name), "{name}");
    }
    let commands = help.split_once("Commands of the control socket").unwrap().1;
    let commands = commands.lines().filter_map(|line| line.strip_prefix("  "));
    for command in commands {
        let verb = command.split(' ').next().unwrap();
        assert!(page.contains(&format!("| `{verb}")), "{verb}");
    }
}
