//! The control socket of emulated modems.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use smsgw_sim::control::Control;
use smsgw_sim::modem::{Config, Emulator, Listen, ModemConfig};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::UnixStream;

const OUTSIDE: &str = "+491711234567";
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(10);

struct Talk(BufStream<UnixStream>);

impl Talk {
    async fn ask(&mut self, command: &str) -> Value {
        self.0
            .write_all(format!("{command}\n").as_bytes())
            .await
            .unwrap();
        self.0.flush().await.unwrap();
        let mut answer = String::new();
        self.0.read_line(&mut answer).await.unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    /// Insists that it is not done, and that this is why.
    async fn refused(&mut self, command: &str, error: &str) {
        let answer = self.ask(command).await;
        assert_eq!(answer, json!({"ok": false, "error": error}), "{command}");
    }

    async fn done(&mut self, command: &str) -> Value {
        let answer = self.ask(command).await;
        assert_eq!(answer["ok"], true, "{command}: {answer}");
        answer
    }
}

/// Modems on Unix sockets in `directory`, their control socket, and somebody who talks to it.
async fn start(directory: &Path, count: u32) -> (Emulator, Control, Talk) {
    let modems = (1..=count).map(|n| {
        let number = format!("+49170000000{n}");
        let modem = ModemConfig::new(&number).with_name(&format!("modem{n}"));
        (modem, Listen::Unix(directory.join(format!("modem{n}"))))
    });
    let emulator = Emulator::start(Config::default(), modems).await.unwrap();
    let path = directory.join("control");
    let control = Control::start(&path, emulator.handle()).unwrap();
    let talk = Talk(BufStream::new(UnixStream::connect(&path).await.unwrap()));
    (emulator, control, talk)
}

/// A program that has a modem open.
struct Program(UnixStream);

impl Program {
    async fn open(path: &Path, commands: &[&str]) -> Self {
        let mut program = Self(UnixStream::connect(path).await.unwrap());
        program.say("ATE0\r").await;
        program.hear("OK").await;
        for command in commands {
            program.say(&format!("{command}\r")).await;
            program.hear("OK").await;
        }
        program
    }

    async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads until this was said.
    async fn hear(&mut self, wanted: &str) {
        let mut heard = String::new();
        while !heard.ends_with(&format!("{wanted}\r\n")) {
            let mut octet = [0];
            let read = tokio::time::timeout(PATIENCE, self.0.read_exact(&mut octet)).await;
            read.unwrap_or_else(|_| panic!("no '{wanted}' in '{heard}'"))
                .unwrap();
            heard.push(char::from(octet[0]));
        }
    }
}

#[tokio::test]
async fn one_modem_need_not_be_named() {
    let directory = tempfile::tempdir().unwrap();
    let (emulator, _control, mut talk) = start(directory.path(), 1).await;
    let path = directory.path().join("modem1");
    let init = ["AT+CNMI=2,1", "AT+CUSD=1", "AT+CLIP=1"];
    let mut program = Program::open(&path, &init).await;

    let answer = talk.done(&format!("sms {OUTSIDE} two words")).await;
    assert_eq!(
        (&answer["from"], &answer["to"]),
        (&json!(OUTSIDE), &json!("+491700000001"))
    );
    assert_eq!(answer["ids"].as_array().unwrap().len(), 1);
    program.hear("+CMTI: \"SM\",1").await;
    let long = "long ".repeat(50);
    let answer = talk.done(&format!("sms ACME {long}")).await;
    assert_eq!(answer["ids"].as_array().unwrap().len(), 2);
    program.hear("+CMTI: \"SM\",3").await;
    talk.done("ussd Your credit is low").await;
    program.hear("+CUSD: 0,\"Your credit is low\",15").await;
    talk.done(&format!("call {OUTSIDE}")).await;
    program
        .hear(&format!("+CLIP: \"{OUTSIDE}\",145,\"\",,\"\",0"))
        .await;
    talk.done("call off").await;
    program.hear("NO CARRIER").await;

    talk.done("signal 7").await;
    talk.done("network off").await;
    let status = talk.done("status").await;
    let modem = &status["modems"][0];
    assert_eq!(
        (&modem["signal"], &modem["registration"]),
        (&json!(7), &json!(0))
    );
    assert_eq!(
        modem["stores"][0],
        json!({"store": "SM", "used": 3, "total": 20})
    );
    talk.done("network on modem=1").await;
    let answer = talk.done("fault cms 2 code=42").await;
    assert_eq!(answer["modems"][0]["faults"], json!(["cms"]));
    let answer = talk.done("fault off").await;
    assert_eq!(answer["modems"][0]["faults"], json!([]));

    talk.refused("", "no command '': there are sms, call, ussd, signal, network, status, list, fault, reboot, cut and plug").await;
    talk.refused("sms", "sms FROM [to=MODEM] TEXT").await;
    talk.refused("call", "call FROM|off [to=MODEM]").await;
    talk.refused("signal 32", "signal 0 to 31, or 99 for not known")
        .await;
    talk.refused("network maybe", "network on|off [modem=MODEM]")
        .await;
    talk.refused("call 1 to=modem2", "no modem 'modem2'").await;
    talk.refused("reboot now", "'now' says nothing here").await;
    assert_eq!(talk.ask("fault thunder").await["ok"], false);
    emulator.shutdown().await;
}

#[tokio::test]
async fn of_several_modems_one_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let (emulator, control, mut talk) = start(directory.path(), 2).await;
    let (first, second) = (
        directory.path().join("modem1"),
        directory.path().join("modem2"),
    );
    let mut program = Program::open(&second, &["AT+CNMI=2,1"]).await;

    talk.refused("sms 1 hello", "there are several: to=MODEM says which")
        .await;
    for name in ["modem2", "+491700000002", "01700000002", "2"] {
        talk.done(&format!("sms {OUTSIDE} to={name} hello")).await;
        program.hear("+CMTI: \"SM\",1").await;
        program.say("AT+CMGD=1\r").await;
        program.hear("OK").await;
    }
    talk.done("fault modem=2 cms").await;
    let status = talk.done("status").await;
    assert_eq!(status["modems"][0]["faults"], json!([]));
    assert_eq!(status["modems"][1]["faults"], json!(["cms"]));
    talk.done("fault noise").await;
    let status = talk.done("status").await;
    assert_eq!(status["modems"][0]["faults"], json!(["noise"]));
    talk.done("fault noise off").await;

    // From one to the other.
    let mut other = Program::open(&first, &["AT+CMGF=1"]).await;
    other.say("AT+CMGS=\"+491700000002\"\r").await;
    other.say("hi\u{1A}").await;
    other.hear("+CMGS: 1\r\n\r\nOK").await;
    program.hear("+CMTI: \"SM\",1").await;
    let status = talk.done("status").await;
    assert_eq!(status["submitted"][0]["text"], "hi");

    let place = |path: &Path| json!(format!("unix {}", path.display()));
    let answer = talk.done("cut modem=2").await;
    assert_eq!(answer["modems"][0]["plugged"], true);
    let gone = json!({
        "connection": 2, "modem": "modem2", "number": "+491700000002",
        "place": place(&second), "plugged": false,
    });
    assert_eq!(answer["modems"][1], gone);
    assert!(!second.exists());
    let elsewhere = directory.path().join("modem3");
    let named = "only one can be at a path: modem=MODEM says which";
    talk.refused(&format!("plug {}", elsewhere.display()), named)
        .await;
    let answer = talk
        .done(&format!("plug modem=2 {}", elsewhere.display()))
        .await;
    assert_eq!(answer["modems"][1]["place"], place(&elsewhere));
    assert!(UnixStream::connect(&elsewhere).await.is_ok());
    talk.done("cut").await;
    assert!(!first.exists() && !elsewhere.exists());
    talk.done("plug").await;
    assert!(first.exists() && elsewhere.exists());
    assert_eq!(talk.done("list").await["modems"][1]["plugged"], true);
    emulator.shutdown().await;
    drop(control);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_text_may_begin_like_the_name_of_a_modem() {
    let directory = tempfile::tempdir().unwrap();
    let (emulator, control, mut talk) = start(directory.path(), 1).await;
    let mut program = Program::open(&directory.path().join("modem1"), &["AT+CMGF=1"]).await;
    let texts = ["to=be or not", "hello"];
    talk.done(&format!("sms {OUTSIDE} to=be or not")).await;
    talk.done(&format!("sms {OUTSIDE} to=modem1 hello")).await;
    for (place, text) in (1..).zip(texts) {
        program.say(&format!("AT+CMGR={place}\r")).await;
        program.hear(&format!("\r\n{text}\r\n\r\nOK")).await;
    }
    drop(control);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_line_that_is_too_long_is_refused_and_ends_the_talk() {
    let directory = tempfile::tempdir().unwrap();
    let (emulator, control, talk) = start(directory.path(), 1).await;
    let (mut reader, mut writer) = talk.0.into_inner().into_split();
    let mut line = vec![b'x'; 1 << 20];
    line.extend(b"cut\n");
    // It hangs up before the end of it, perhaps.
    let writes = tokio::spawn(async move { writer.write_all(&line).await });
    let mut answer = Vec::new();
    let _ = reader.read_to_end(&mut answer).await;
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(
        answer,
        json!({"ok": false, "error": "a line has at most 1048576 octets"})
    );
    let _ = writes.await.unwrap();
    assert!(emulator.lines()[0].plugged);
    drop(control);
    emulator.shutdown().await;
}
