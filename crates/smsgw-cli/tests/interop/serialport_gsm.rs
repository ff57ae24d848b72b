//! serialport-gsm, a library for modems, in Node.js.

use serde_json::{Value, json};

use crate::harness::{lines, node_with, scratch};
use crate::modem::{Modem, OUTSIDE, SLOWLY, long};
use crate::process::Process;

/// Starts it with these things to do.
fn start(modem: &Modem, commands: &[Value]) -> Process {
    let mut program = node_with("serialport-gsm", "serialport_gsm_client.js");
    program.arg(&modem.path);
    Process::start(&mut program, &lines(commands))
}

#[test]
fn serialport_gsm_sends_and_asks() {
    let modem = Modem::start(&scratch("serialport-gsm-send"), &[]);
    // Of the default alphabet it loses a character of each part.
    let bun = long("Съешь же ещё этих мягких булок.");
    let commands = [
        json!({"do": "send", "to": OUTSIDE, "text": "Hello"}),
        json!({"do": "send", "to": OUTSIDE, "text": "Привет 世界"}),
        json!({"do": "send", "to": OUTSIDE, "text": bun}),
        json!({"do": "ussd", "text": "*100#"}),
    ];
    let program = start(&modem, &commands).succeed();
    let status = modem.command("status");
    let told = &program.events("modem")[0];
    assert_eq!(told["imei"], status["modems"][0]["imei"], "{program:?}");
    for (sent, command) in modem.sent(3).iter().zip(&commands) {
        assert_eq!(sent["text"], command["text"]);
    }
    assert_eq!(program.events("sent").len(), 3, "{program:?}");
    let answers = program.events("ussd");
    let line = r#"+CUSD: 0,"Your balance is 12.34 EUR",15"#;
    assert_eq!(answers[0]["line"], line, "{program:?}");
}

#[test]
fn serialport_gsm_is_told_that_a_message_cannot_be_sent() {
    let flags = ["--fault", "cms,times=1,code=21"];
    let modem = Modem::start(&scratch("serialport-gsm-fails"), &flags);
    let send = json!({"do": "send", "to": OUTSIDE, "text": "Hello"});
    let program = start(&modem, &[send.clone(), send]).succeed();
    assert_eq!(program.events("failed").len(), 1, "{program:?}");
    assert_eq!(program.events("sent").len(), 1, "{program:?}");
    modem.events("refused", 1);
    modem.sent(1);
}

#[test]
fn serialport_gsm_receives() {
    let modem = Modem::start(&scratch("serialport-gsm-receive"), &SLOWLY);
    let mut program = start(&modem, &[json!({"do": "receive", "count": 2})]);
    program.wait_for("modem event", |line| {
        line.contains(r#""modem""#).then_some(())
    });
    let texts = [
        "Hello from outside".to_owned(),
        long("The quick brown fox."),
    ];
    for text in &texts {
        modem.sms(text);
    }
    let program = program.succeed();
    let mut told: Vec<_> = program
        .events("sms")
        .iter()
        .map(|sms| sms["text"].clone())
        .collect();
    told.sort_by_key(|text| text.to_string().len());
    assert_eq!(told, texts, "{program:?}");
}
