//! Language tables and transliteration save segments, where the sender or its account wants them.

use serde_json::{Value, json};
use smsgw::convert::smpp::text;
use smsgw::smpp::pdu::SubmitSm;
use smsgw::smpp::session::BindMode;
use smsgw::smpp::types::{DataCoding, EsmClass};
use smsgw_sim::event::Message;
use smsgw_sim::smsc::Smsc;

use crate::support::{Setup, accepted, carrier, gateway, submit, text_message};

/// 155 characters: with its header of four octets a message has room for no more.
fn turkish() -> String {
    let words = "Yağmurlu bir günde çıkıp kıyıda yürüdük, sonra şiir okuduk. ";
    words.chars().cycle().take(155).collect()
}

fn message(text: &str, options: &Value) -> Value {
    let mut message = text_message(text);
    let options = options.as_object().unwrap().clone();
    message.as_object_mut().unwrap().extend(options);
    message
}

fn read(part: &Message) -> String {
    let data_coding = part.smpp().unwrap().data_coding;
    text(data_coding, &part.udh, &part.data).unwrap()
}

#[tokio::test]
async fn a_turkish_text_is_one_part_with_its_tables() {
    let (smsc, gateway, _setup) = gateway().await;
    let text = turkish();
    let id = gateway
        .send(&message(&text, &json!({ "language": "auto" })))
        .await;
    let told = gateway.reaches(&id, "delivered").await;
    assert_eq!(told["text"], text);
    assert_eq!(told["segments"], 1);
    assert_eq!(told["encoding"], "gsm7");
    assert_eq!(
        told["language"],
        json!({ "locking": "turkish", "single": null })
    );
    assert_eq!(told["sent_text"], json!(null));
    let [part] = smsc.submitted().try_into().expect("one part");
    let fields = part.smpp().unwrap();
    assert_eq!((fields.esm_class, fields.data_coding), (0x40, 0));
    assert_eq!(part.udh, [3, 0x25, 1, 1]);
    assert_eq!(part.data.len(), 155);
    assert_eq!(read(&part), text);
    assert_eq!(part.text.as_deref(), Some(text.as_str()));

    // Without it the text takes three.
    let id = gateway.send(&message(&text, &json!({}))).await;
    let told = gateway.reaches(&id, "delivered").await;
    assert_eq!(
        (&told["segments"], &told["encoding"]),
        (&json!(3), &json!("ucs2"))
    );

    // Of more parts each names the tables.
    let long = text.repeat(2);
    let id = gateway
        .send(&message(&long, &json!({ "language": "turkish" })))
        .await;
    assert_eq!(gateway.reaches(&id, "delivered").await["segments"], 3);
    let submitted = smsc.submitted();
    let parts = submitted.last_chunk::<3>().unwrap();
    assert_eq!(parts.iter().map(read).collect::<String>(), long);
    for (part, number) in parts.iter().zip(1..) {
        assert_eq!(part.udh[4..], [3, number, 0x25, 1, 1]);
    }
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_transliterated_text_is_gsm_7_bit() {
    let (smsc, gateway, _setup) = gateway().await;
    let text = "“Çay” içtik – şekerli…";
    let id = gateway
        .send(&message(text, &json!({ "transliterate": true })))
        .await;
    let told = gateway.reaches(&id, "delivered").await;
    assert_eq!(told["text"], text);
    assert_eq!(told["sent_text"], "\"Çay\" ictik - sekerli...");
    assert_eq!(
        (&told["encoding"], &told["language"]),
        (&json!("gsm7"), &json!(null))
    );
    let [part] = smsc.submitted().try_into().expect("one part");
    let fields = part.smpp().unwrap();
    assert_eq!((fields.esm_class, fields.data_coding), (0, 0));
    assert_eq!(part.text.as_deref(), Some("\"Çay\" ictik - sekerli..."));
    gateway.shutdown().await;
}

#[tokio::test]
async fn an_account_has_defaults_for_rest_and_none_for_esmes() {
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup =
        Setup::new(smsc.local_addr()).account("language = \"turkish\"\ntransliterate = true");
    let gateway = setup.start().await;
    for (text, options, sent, encoding) in [
        ("“Ağaç”", json!({}), "\"Ağaç\"", "gsm7"),
        ("“Ağaç”", json!({ "language": "none" }), "\"Agac\"", "gsm7"),
        (
            "“Ağaç”",
            json!({ "transliterate": false }),
            "“Ağaç”",
            "ucs2",
        ),
    ] {
        let id = gateway.send(&message(text, &options)).await;
        let told = gateway.reaches(&id, "delivered").await;
        assert_eq!(told["encoding"], encoding, "{text} {options}");
        assert_eq!(
            read(smsc.submitted().last().unwrap()),
            sent,
            "{text} {options}"
        );
    }
    let (esme, _events) = gateway
        .bind_as(BindMode::Transmitter, "shop", "secret")
        .await
        .unwrap();
    let octets: Vec<u8> = "“Ağaç”".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let submit = SubmitSm {
        data_coding: DataCoding::UCS2,
        ..submit(&octets)
    };
    let id = accepted(&esme, &submit).await;
    gateway.reaches(&id, "delivered").await;
    let submitted = smsc.submitted();
    let last = submitted.last().unwrap();
    let data_coding = last.smpp().unwrap().data_coding;
    assert_eq!((data_coding, &last.data), (8, &octets));
    gateway.shutdown().await;
}

#[tokio::test]
async fn an_esme_brings_its_own_tables() {
    let (smsc, gateway, _setup) = gateway().await;
    let (esme, _events) = gateway
        .bind_as(BindMode::Transmitter, "shop", "secret")
        .await
        .unwrap();
    let octets = b"\x03\x25\x01\x01\x40yi g\x7Enler";
    let submit = SubmitSm {
        esm_class: EsmClass::UDH_INDICATOR,
        ..submit(octets)
    };
    let id = accepted(&esme, &submit).await;
    let told = gateway.reaches(&id, "delivered").await;
    assert_eq!(told["text"], "İyi günler");
    assert_eq!(told["language"]["locking"], "turkish");
    let [part] = smsc.submitted().try_into().expect("one part");
    assert_eq!([part.udh.as_slice(), &part.data].concat(), octets);
    gateway.shutdown().await;
}
