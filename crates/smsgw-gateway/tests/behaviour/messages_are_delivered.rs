//! A message by REST is delivered, and GET tells so.

use serde_json::json;
use smsgw_gateway::message::State;

use crate::support::{gateway, soon, text_message};

#[tokio::test]
async fn texts_in_each_alphabet_and_of_any_length_arrive() {
    let (smsc, gateway, _setup) = gateway().await;
    let long_gsm = "Twelve euro: 12€. ".repeat(20);
    let long_ucs2 = "Καλημέρα \u{1F600} ".repeat(20);
    for (text, data_coding, parts) in [
        ("Hello, @world_ {€}", 0, 1),
        ("Γειά σου, κόσμε", 8, 1),
        (long_gsm.as_str(), 0, 3),
        (long_ucs2.as_str(), 8, 4),
    ] {
        let before = smsc.submitted().len();
        let id = gateway.send_text(text).await;
        let message = gateway.reaches(&id, "delivered").await;
        assert_eq!(message["text"], text);
        assert_eq!(message["segments"], parts);
        assert_eq!(message["error"], json!(null));

        let submitted = &smsc.submitted()[before..];
        assert_eq!(submitted.len(), parts);
        let joined: String = submitted
            .iter()
            .map(|part| part.text.clone().unwrap())
            .collect();
        assert_eq!(joined, text);
        for (index, part) in submitted.iter().enumerate() {
            let fields = part.smpp().unwrap();
            assert_eq!(fields.data_coding, data_coding);
            assert_eq!((part.from.as_str(), fields.from_ton_npi), ("ACME", (5, 0)));
            assert_eq!(
                (part.to.as_str(), fields.to_ton_npi),
                ("306912345678", (1, 1))
            );
            assert_eq!(fields.registered_delivery, 1);
            let told = &message["parts"][index];
            assert_eq!(told["carrier_id"], part.id.as_str());
            assert_eq!(told["status"], "delivered");
            assert_eq!(told["attempts"], 1);
            assert_eq!(told["possible_duplicate"], false);
            if parts > 1 {
                // Information element 0: reference, total, number.
                let number = u8::try_from(index + 1).unwrap();
                assert_eq!(part.udh[..3], [5, 0, 3]);
                assert_eq!(part.udh[3], submitted[0].udh[3]);
                assert_eq!(
                    part.udh[4..],
                    [u8::try_from(submitted.len()).unwrap(), number]
                );
            } else {
                assert!(part.udh.is_empty());
            }
        }
    }
    let list = gateway.get("shop", "/v1/messages?state=delivered").await;
    assert_eq!(list["messages"].as_array().unwrap().len(), 4);
    let others = gateway.get("esme", "/v1/messages").await;
    assert_eq!(others["messages"], json!([]));
    gateway.shutdown().await;
}

#[tokio::test]
async fn watchers_see_each_step_once() {
    let (_smsc, gateway, _setup) = gateway().await;
    let mut watch = gateway.gateway.watch();
    let id = gateway.send_text("watched").await;
    let mut steps = Vec::new();
    while steps.last() != Some(&(None, State::Delivered)) {
        let step = soon(watch.recv()).await.unwrap();
        assert_eq!(step.id.to_string(), id);
        steps.push((step.part, step.state));
    }
    assert_eq!(
        steps,
        [
            (None, State::Accepted),
            (Some(0), State::Sending),
            (None, State::Sending),
            (Some(0), State::Sent),
            (None, State::Sent),
            (Some(0), State::Delivered),
            (None, State::Delivered),
        ]
    );
    gateway.shutdown().await;
}

#[tokio::test]
async fn many_at_once_are_delivered_once_each() {
    let (smsc, gateway, _setup) = gateway().await;
    let mut ids = Vec::new();
    for n in 0..100 {
        ids.push(gateway.send(&text_message(&n.to_string())).await);
    }
    for id in &ids {
        gateway.reaches(id, "delivered").await;
    }
    let mut texts: Vec<usize> = smsc
        .submitted()
        .iter()
        .map(|message| message.text.as_deref().unwrap().parse().unwrap())
        .collect();
    texts.sort_unstable();
    assert_eq!(texts, (0..100).collect::<Vec<_>>());
    gateway.shutdown().await;
}
