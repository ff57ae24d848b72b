//! python-gsmmodem-new, a library for modems.

use serde_json::{Value, json};

use crate::harness::{lines, python, scratch};
use crate::modem::{Modem, OUTSIDE, SLOWLY, long};
use crate::process::Process;

/// Starts it with these things to do.
fn start(modem: &Modem, commands: &[Value]) -> Process {
    let mut program = python("gsmmodem", "gsmmodem_client.py");
    program.arg(&modem.path);
    Process::start(&mut program, &lines(commands))
}

#[test]
fn gsmmodem_sends_asks_and_knows_the_modem() {
    let modem = Modem::start(&scratch("gsmmodem-send"), &[]);
    let fox = long("The quick brown fox jumps over the lazy dog.");
    let commands = [
        json!({"do": "send", "to": OUTSIDE, "text": "Hello @£$ {[~]} 5 €"}),
        json!({"do": "send", "to": OUTSIDE, "text": "Привет 世界"}),
        json!({"do": "send", "to": OUTSIDE, "text": fox}),
        json!({"do": "ussd", "text": "*100#"}),
        json!({"do": "ussd", "text": "*101#", "replies": ["2"]}),
    ];
    let program = start(&modem, &commands).succeed();
    let status = modem.command("status");
    let told = &program.events("modem")[0];
    for key in ["imei", "imsi"] {
        assert_eq!(told[key], status["modems"][0][key], "{program:?}");
    }
    let sent = modem.sent(3);
    for (sent, command) in sent.iter().zip(&commands) {
        assert_eq!(sent["text"], command["text"]);
    }
    let told = program.events("sent");
    assert_eq!(told.len(), 3, "{program:?}");
    // Of a long text it takes the report of the first part for that of the last.
    let is_delivered = |sent: &Value| sent["delivered"] == true;
    assert!(told[..2].iter().all(is_delivered), "{told:?}");
    let answers = program.events("ussd");
    assert_eq!(answers[0]["text"], "Your balance is 12.34 EUR");
    assert_eq!(
        (&answers[1]["open"], &answers[2]["open"]),
        (&true.into(), &false.into())
    );
    assert_eq!(answers[2]["text"], "Your number is +491700000001");
}

#[test]
fn gsmmodem_is_told_that_a_message_cannot_be_sent() {
    let modem = Modem::start(
        &scratch("gsmmodem-fails"),
        &["--fault", "cms,times=1,code=21"],
    );
    let send = json!({"do": "send", "to": OUTSIDE, "text": "Hello"});
    let program = start(&modem, &[send.clone(), send]).succeed();
    assert_eq!(program.events("failed")[0]["code"], 21, "{program:?}");
    assert_eq!(program.events("sent").len(), 1, "{program:?}");
    modem.events("refused", 1);
    modem.sent(1);
}

#[test]
fn gsmmodem_receives() {
    let modem = Modem::start(&scratch("gsmmodem-receive"), &SLOWLY);
    let mut program = start(&modem, &[json!({"do": "receive", "count": 2})]);
    program.wait_for("modem event", |line| {
        line.contains(r#""modem""#).then_some(())
    });
    let texts = ["Hello from outside €", "Добрый день 世界"];
    for text in texts {
        modem.sms(text);
    }
    let program = program.succeed();
    let mut told: Vec<_> = program
        .events("sms")
        .iter()
        .map(|sms| sms["text"].clone())
        .collect();
    told.sort_by_key(Value::to_string);
    assert_eq!(told, texts, "{program:?}");
    assert!(
        program
            .events("sms")
            .iter()
            .all(|sms| sms["from"] == OUTSIDE)
    );
}
