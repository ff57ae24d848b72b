//! Kannel with a modem, by its AT driver: messages that come are shown at once (`+CMT`), and so are reports (`+CDS`).

use serde_json::{Value, json};

use crate::harness::{digits, eventually, scratch};
use crate::kannel::{Kannel, dlr};
use crate::modem::{Modem, OUTSIDE, long};

struct Pair {
    modem: Modem,
    kannel: Kannel,
}

impl Pair {
    fn start(name: &str, flags: &[&str]) -> Self {
        let directory = scratch(name);
        let modem = Modem::start(&directory, flags);
        let link = format!(
            r#"
group = smsc
smsc = at
smsc-id = modem
modemtype = generic
device = {device}
speed = 115200
my-number = 1000
sms-center = +491710760000

group = modems
id = generic
name = generic
init-string = "AT+CNMI=1,2,0,1,0"
sendline-sleep = 20
"#,
            device = modem.path.display()
        );
        let kannel = Kannel::start(&directory, &link);
        Self { modem, kannel }
    }
}

fn message(name: &str, text: &str, data_coding: u8) -> Value {
    json!({"name": name, "from": "1000", "to": OUTSIDE, "text": text, "data_coding": data_coding})
}

#[test]
fn kannel_sends_by_a_modem_and_gets_its_receipts() {
    let Pair { modem, kannel } = Pair::start("kannel-at-send", &[]);
    let fox = long("The quick brown fox jumps over the lazy dog.");
    let messages = [
        message("plain", "Hello @£$ {[~]} 5 €", 0),
        message("unicode", "Привет 世界 😀", 8),
        message("long", &fox, 0),
    ];
    for message in &messages {
        kannel.send(message);
    }
    kannel.wait_for_dlrs(&messages, &[dlr::ACCEPTED, dlr::DELIVERED]);
    let mut texts: Vec<_> = modem
        .sent(3)
        .iter()
        .map(|sent| sent["text"].clone())
        .collect();
    let mut wanted: Vec<_> = messages
        .iter()
        .map(|message| message["text"].clone())
        .collect();
    texts.sort_by_key(Value::to_string);
    wanted.sort_by_key(Value::to_string);
    assert_eq!(texts, wanted);
    kannel.shut_down();
}

/// What the modem refuses, Kannel sends again as long as it takes; what the network says later, it tells.
#[test]
fn kannel_is_told_that_a_message_cannot_be_sent() {
    let flags = ["--fault", "cms,code=1", "--report-failures", "100%"];
    let Pair { modem, kannel } = Pair::start("kannel-at-fail", &flags);
    let message = message("refused", "Hello", 0);
    kannel.send(&message);
    let refused = eventually("refusals", || {
        let refused = modem.process.events("refused");
        (refused.len() >= 2).then_some(refused)
    });
    assert!(refused.iter().all(|refused| refused["text"] == "Hello"));
    assert!(kannel.sink.events("dlr").is_empty(), "{:?}", kannel.sink);
    modem.sent(0);
    modem.command("fault off");
    kannel.wait_for_dlrs(&[message], &[dlr::ACCEPTED, dlr::FAILED]);
    modem.sent(1);
    kannel.shut_down();
}

#[test]
fn kannel_receives_by_a_modem() {
    let Pair { modem, kannel } = Pair::start("kannel-at-receive", &[]);
    let texts = ["Hello from outside €", &long("Добрый день 世界.")];
    for text in texts {
        modem.sms(text);
    }
    let received = kannel.received(texts.len());
    assert_eq!(received.len(), texts.len(), "{received:?}");
    for (message, text) in received.iter().zip(texts) {
        assert_eq!(digits(&message["from"]), digits(&OUTSIDE.into()));
        assert_eq!(message["text"], text, "{received:?}");
    }
    kannel.shut_down();
}
