//! The simulated message centre as a client of UCP sees it, over loopback.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::time::{Duration, SystemTime};

use smsgw_sim::event::{Events, Protocol, Status, What};
use smsgw_sim::smsc::{Config, DeliverError, ReceiptPlan, Smsc, UcpConfig};
use smsgw_smpp::CommandStatus;
use smsgw_smpp::session::BindMode;
use smsgw_ucp::op::{
    CallInput, DeliverNotification, DeliverShortMessage, ListManagement, MultipleAddressCallInput,
    Seq, SmsMessageTransfer, SubmitShortMessage, SupplementaryCallInput,
};
use smsgw_ucp::types::{
    AMsg, AccountAddress, Address, Content, Dst, Flag, HexBuf, ListOperation, Message, Minute,
    NotificationType, Originator, Otoa, PackedName, Pid, Sender, ShortContent, UtcOffset, Version,
};
use smsgw_ucp::{Alphabet, ErrorCode, Frame, MessageKey};
use support::ucp::*;
use support::{SOON, bind_as, wait_for};

/// So many minutes from now, by the message centre's clock.
fn in_minutes(minutes: u64) -> Minute {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let at = since_1970.unwrap().as_secs() + 60 * minutes;
    Minute::from_unix(i64::try_from(at).unwrap(), &UtcOffset::UTC).unwrap()
}

#[tokio::test]
async fn only_the_right_user_logs_in() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut events = smsc.events();
    let mut client = Client::connect(&smsc).await;
    let text = hex("too early");
    assert_eq!(client.refused(&submit(&text)).await, 4);
    for (user, password) in [("2147", "wrong"), ("2148", "secret"), ("2148", "")] {
        let refused = client.log_in(user, password).await;
        assert_eq!(refused, Some(ErrorCode::AUTHENTICATION_FAILURE));
    }
    assert!(smsc.status().bound.is_empty());
    assert_eq!(client.log_in("2147", "secret").await, None);
    let status = smsc.status();
    assert_eq!(status.bound[0].who.name(), "2147");
    assert_eq!(smsc.submitted(), []);
    // Whoever is in stays who it is.
    let again = client.log_in("2147", "secret").await;
    assert_eq!(again, Some(ErrorCode::OPERATION_NOT_ALLOWED));
    drop(client);

    let told = |what: &What| match what {
        What::Bind { who, status, .. } => Some((who.name().to_owned(), status.is_ok())),
        _ => None,
    };
    for wanted in [
        ("2147", false),
        ("2148", false),
        ("2148", false),
        ("2147", true),
    ] {
        let (name, is_ok) = wait_for(&mut events, told).await;
        assert_eq!((&*name, is_ok), wanted);
    }
    let gone = |what: &What| match what {
        What::Unbind { who } => who.clone(),
        _ => None,
    };
    assert_eq!(wait_for(&mut events, gone).await.name(), "2147");
    assert!(smsc.status().bound.is_empty());
}

#[tokio::test]
async fn without_users_everybody_is_let_in() {
    let smsc = Smsc::start(config().with_ucp(UcpConfig::default()))
        .await
        .unwrap();
    let mut client = Client::connect(&smsc).await;
    let text = hex("hello");
    let key = client.done(&submit(&text)).await;
    assert_eq!(client.notification().await.key, key);
    // There is no name to put in AdC.
    let nameless = SubmitShortMessage {
        oadc: Originator::EMPTY,
        ..submit(&text)
    };
    client.done(&nameless).await;
    let frame = client.operation().await;
    client.accept(&frame).await;
    let it: DeliverNotification<'_> = frame.decode().unwrap();
    assert_eq!(it.adc.as_str(), "0");
    assert_eq!(client.log_in("any", "thing").await, None);
    assert_eq!(smsc.status().bound[0].who.name(), "any");
    let key = client.done(&submit(&text)).await;
    assert_eq!(client.notification().await.key, key);
    let submitted = smsc.submitted();
    let users: Vec<_> = submitted.iter().map(|it| it.who.name()).collect();
    assert_eq!(users, ["127.0.0.1", "127.0.0.1", "any"]);
}

/// The end of a connection.
async fn disconnect(events: &mut Events) {
    let gone = |what: &What| matches!(what, What::Disconnect { .. }).then_some(());
    wait_for(events, gone).await;
}

#[tokio::test]
async fn without_login_the_address_says_who_it_is_once_it_asks_for_something() {
    let smsc = Smsc::start(config().with_ucp(UcpConfig::default()))
        .await
        .unwrap();
    let mut events = smsc.events();
    let mut client = Client::connect(&smsc).await;
    let key = client.done(&submit(&hex("hello"))).await;
    drop(client);
    disconnect(&mut events).await;

    // Whoever logs in sees nothing of others, least of all before the login.
    let mut other = Client::connect(&smsc).await;
    assert!(smsc.status().bound.is_empty());
    assert_eq!(other.log_in("bob", "thing").await, None);
    assert_eq!(other.alert("bob", Pid::PC_OVER_TCP_IP).await, "0000");

    // Whoever only connects has asked for nothing yet.
    let mut again = Client::connect(&smsc).await;
    assert_eq!(smsc.status().bound.len(), 1);
    again.alert("3155", Pid::PC_OVER_TCP_IP).await;
    assert_eq!(again.notification().await.key, key);
    let bound = smsc.status().bound;
    let names: Vec<_> = bound.iter().map(|bound| bound.who.name()).collect();
    assert_eq!(names, ["bob", "127.0.0.1"]);
}

#[tokio::test]
async fn an_answer_after_its_time_still_counts() {
    let retry = Duration::from_secs(600);
    let config = Config { retry, ..config() };
    let smsc = Smsc::start(config).await.unwrap();
    let mut events = smsc.events();
    let mut client = Client::login(&smsc).await;
    let text = hex("hello");
    let submit = SubmitShortMessage {
        nt: NotificationType::DELIVERY,
        ..submit(&text)
    };
    let clock = Clock::stopped();
    let unanswered = |what: &What| match what {
        What::Unanswered { id, .. } => Some(id.clone()),
        _ => None,
    };
    // A late no changes nothing; a late yes, of either copy, is one.
    for (is_positive, is_sent_again) in [(false, false), (true, false), (true, true)] {
        let key = client.done(&submit).await;
        clock.advance(Duration::from_secs(1)).await;
        let first = client.operation().await;
        clock.advance(Duration::from_secs(16)).await;
        assert_eq!(wait_for(&mut events, unanswered).await, key);
        let before = smsc.status().counts;
        assert_eq!(before.receipts_waiting, 1);
        if is_sent_again {
            assert_eq!(client.alert("2147", Pid::PC_OVER_TCP_IP).await, "0001");
            let second = client.operation().await;
            assert_ne!(second.trn(), first.trn());
        }
        let told = |what: &What| match what {
            What::Response {
                id: Some(id),
                status,
                ..
            } if *id == key => Some(status.is_ok()),
            _ => None,
        };
        if is_positive {
            client.accept(&first).await;
        } else {
            client.refuse(&first, ErrorCode::SYSTEM_ERROR).await;
        }
        assert_eq!(wait_for(&mut events, told).await, is_positive);
        let after = smsc.status().counts;
        if !is_positive {
            assert_eq!(after, before);
            assert_eq!(client.alert("2147", Pid::PC_OVER_TCP_IP).await, "0001");
            assert_eq!(client.notification().await.key, key);
            wait_for(&mut events, told).await;
            continue;
        }
        assert_eq!(after.receipts_delivered, before.receipts_delivered + 1);
        assert_eq!(after.receipts_waiting, 0);
        // The copy that is on its way is not followed by a third.
        clock.advance(Duration::from_secs(16)).await;
        assert_eq!(client.alert("2147", Pid::PC_OVER_TCP_IP).await, "0000");
    }

    // A message of a subscriber is not sent again, and counted when it was taken.
    let handle = smsc.handle();
    let delivery = tokio::spawn(async move { handle.deliver("3155", "1000", "hi").await });
    let frame = client.operation().await;
    clock.advance(Duration::from_secs(16)).await;
    assert_eq!(delivery.await.unwrap(), Err(DeliverError::Unanswered));
    client.accept(&frame).await;
    client.alert("2147", Pid::PC_OVER_TCP_IP).await;
    assert_eq!(smsc.status().counts.delivered, 1);
}

#[tokio::test]
async fn who_leaves_with_something_outstanding_has_not_logged_out() {
    let smsc = Smsc::start(config()).await.unwrap();
    smsc.set_fault("slow=2,delay=1h".parse().unwrap());
    let mut events = smsc.events();
    let text = hex("hello");
    let mut is_in_order = async || {
        let mut unbound = false;
        loop {
            let event = support::soon(events.recv()).await.unwrap();
            match event.what {
                What::Unbind { .. } => unbound = true,
                What::Disconnect { .. } => return unbound,
                _ => {}
            }
        }
    };
    // A notification without its result.
    let mut client = Client::login(&smsc).await;
    client.done(&submit(&text)).await;
    client.operation().await;
    drop(client);
    assert!(!is_in_order().await);
    // All has its result.
    let mut client = Client::login(&smsc).await;
    client.notification().await;
    client.alert("2147", Pid::PC_OVER_TCP_IP).await;
    drop(client);
    assert!(is_in_order().await);
    // A submit without one.
    let mut client = Client::login(&smsc).await;
    client.send(&submit(&text)).await;
    client.alert("2147", Pid::PC_OVER_TCP_IP).await;
    drop(client);
    assert!(!is_in_order().await);
    // Nor is it one who never came in, or is thrown out.
    drop(Client::connect(&smsc).await);
    assert!(!is_in_order().await);
    let client = Client::login(&smsc).await;
    smsc.cut();
    assert!(!is_in_order().await);
    drop(client);
}

#[tokio::test]
async fn a_submit_gets_its_key_and_its_notification() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut client = Client::login(&smsc).await;
    let text = hex("hello @ you");
    let key = client.done(&submit(&text)).await;
    let MessageKey { adc, scts } = MessageKey::parse(&key).unwrap();
    assert_eq!(adc, "0612345678");

    let frame = client.operation().await;
    client.accept(&frame).await;
    let it: DeliverNotification<'_> = frame.decode().unwrap();
    // The other way round.
    assert_eq!((it.adc.as_str(), it.oadc.as_str()), ("3155", "0612345678"));
    assert_eq!((it.scts, it.dst), (Some(scts), Dst::DELIVERED));
    assert_eq!(it.rsn.reason().map(|reason| reason.0), Some(0));
    assert!(it.dscts >= it.scts);
    let Content::Text(hex) = it.message.content() else {
        panic!("{it:?}");
    };
    let [d1, d2, m1, m2, y1, y2, time @ ..] = scts.to_digits().map(char::from);
    let date = String::from_iter([y1, y2, m1, m2, d1, d2]);
    let dscts = it.dscts.unwrap().to_string().replace('T', " at ");
    assert_eq!(
        hex.text(Alphabet::Gsm),
        format!(
            "Message for 0612345678, with identification {date}{} has been delivered on {dscts}",
            String::from_iter(time)
        )
    );

    let submitted = smsc.submitted();
    let message = &submitted[0];
    assert_eq!((&*message.from, &*message.to), ("3155", "0612345678"));
    assert_eq!(message.text.as_deref(), Some("hello @ you"));
    assert_eq!(
        (&message.id, &*message.data),
        (&key, &b"hello \x00 you"[..])
    );
    let fields = message.ucp().unwrap();
    assert_eq!((fields.ot, fields.get("NT")), (51, Some("7")));
    assert_eq!(fields.get("OTOA"), None);
}

#[tokio::test]
async fn no_key_is_given_twice() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut client = Client::login(&smsc).await;
    let text = hex("again");
    let mut keys = Vec::new();
    for _ in 0..5 {
        keys.push(client.done(&submit(&text)).await);
    }
    let all = keys.clone();
    keys.dedup();
    assert_eq!(keys, all);
    let mut told = Vec::new();
    for _ in 0..5 {
        let frame = client.operation().await;
        client.accept(&frame).await;
        told.push(Notification::of(&frame).key);
        // Seconds that were given ahead of time are not before the end.
        let it: DeliverNotification<'_> = frame.decode().unwrap();
        assert!(it.dscts >= it.scts, "{it:?}");
    }
    assert_eq!(told, all);
}

#[tokio::test]
async fn a_name_as_sender_comes_back_packed() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut client = Client::login(&smsc).await;
    let (text, name) = (hex("hello"), PackedName::pack("ALPHA@NUM").unwrap());
    let submit = SubmitShortMessage {
        oadc: name.as_originator(),
        otoa: Otoa::ALPHANUMERIC,
        ..submit(&text)
    };
    client.done(&submit).await;
    let frame = client.operation().await;
    let it: DeliverNotification<'_> = frame.decode().unwrap();
    assert_eq!(it.adc.as_str(), "10412614190438AB4D");
    assert_eq!(smsc.submitted()[0].from, "ALPHA@NUM");

    // Without a sender the account is told.
    client.accept(&frame).await;
    let nameless = SubmitShortMessage {
        oadc: Originator::EMPTY,
        ..support::ucp::submit(&text)
    };
    client.done(&nameless).await;
    let frame = client.operation().await;
    let it: DeliverNotification<'_> = frame.decode().unwrap();
    assert_eq!(it.adc.as_str(), "2147");
}

#[tokio::test]
async fn notifications_are_those_asked_for() {
    let (delivered, failed) = (NotificationType::DELIVERY, NotificationType::NON_DELIVERY);
    let outcomes = [
        (ReceiptPlan::default(), Dst::DELIVERED, 0),
        (
            ReceiptPlan {
                undeliverable: 1.0,
                ..ReceiptPlan::default()
            },
            Dst::NOT_DELIVERED,
            101,
        ),
        (
            ReceiptPlan {
                rejected: 1.0,
                ..ReceiptPlan::default()
            },
            Dst::NOT_DELIVERED,
            103,
        ),
        (
            ReceiptPlan {
                expired: 1.0,
                ..ReceiptPlan::default()
            },
            Dst::NOT_DELIVERED,
            107,
        ),
    ];
    for (plan, dst, rsn) in outcomes {
        let smsc = Smsc::start(config().with_receipts(plan)).await.unwrap();
        let mut client = Client::login(&smsc).await;
        let text = hex("hello");
        let mut wanted = Vec::new();
        for nt in 0..8 {
            for nrq in [Flag::NO, Flag::YES, Flag::ABSENT] {
                let nt = NotificationType::new(nt).unwrap();
                let submit = SubmitShortMessage {
                    nrq,
                    nt,
                    ..submit(&text)
                };
                let key = client.done(&submit).await;
                if nrq != Flag::YES {
                    continue;
                }
                if rsn == 107 && nt.contains(NotificationType::BUFFERED) {
                    wanted.push(Notification::new(&key, Dst::BUFFERED, 107));
                }
                let kind = if dst == Dst::DELIVERED {
                    delivered
                } else {
                    failed
                };
                if nt.contains(kind) || nt == NotificationType::DEFAULT {
                    wanted.push(Notification::new(&key, dst, rsn));
                }
            }
        }
        let mut told = Vec::new();
        for _ in &wanted {
            told.push(client.notification().await);
        }
        wanted.sort();
        told.sort();
        assert_eq!(told, wanted);
        client.alert("2147", Pid::PC_OVER_TCP_IP).await;
        assert_eq!(smsc.status().counts.receipts_waiting, 0);
    }
    let nothing = ReceiptPlan {
        none: 1.0,
        ..ReceiptPlan::default()
    };
    let smsc = Smsc::start(config().with_receipts(nothing)).await.unwrap();
    let mut client = Client::login(&smsc).await;
    client.done(&submit(&hex("lost"))).await;
    assert_eq!(smsc.status().counts.receipts_waiting, 0);
}

#[tokio::test]
async fn a_deferred_message_is_buffered_then_delivered() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut client = Client::login(&smsc).await;
    let text = hex("later");
    let deferred = SubmitShortMessage {
        dd: Flag::YES,
        ddt: Some(in_minutes(3)),
        ..submit(&text)
    };
    let clock = Clock::stopped();
    let key = client.done(&deferred).await;
    let buffered = Notification::new(&key, Dst::BUFFERED, 0);
    assert_eq!(client.notification().await, buffered);
    let state = || smsc.status().submitted[0].message_state.name();
    assert_eq!(state(), Some("SCHEDULED"));
    clock.advance(Duration::from_secs(119)).await;
    assert_eq!(state(), Some("SCHEDULED"));
    clock.advance(Duration::from_secs(62)).await;
    let delivered = Notification::new(&key, Dst::DELIVERED, 0);
    assert_eq!(client.notification().await, delivered);
    assert_eq!(state(), Some("DELIVERED"));

    for wrong in [
        SubmitShortMessage {
            ddt: None,
            ..deferred
        },
        SubmitShortMessage {
            vp: Some(in_minutes(1)),
            ..deferred
        },
        SubmitShortMessage {
            vp: Minute::parse("0101260000").ok(),
            ..submit(&text)
        },
    ] {
        assert_eq!(client.refused(&wrong).await, 22);
    }
}

#[tokio::test]
async fn a_message_is_not_tried_beyond_its_validity() {
    let plan = ReceiptPlan {
        delay: Duration::from_secs(24 * 3_600),
        ..ReceiptPlan::default()
    };
    let smsc = Smsc::start(config().with_receipts(plan)).await.unwrap();
    let mut client = Client::login(&smsc).await;
    let text = hex("quick");
    let vp = Some(in_minutes(5));
    let clock = Clock::stopped();
    let key = client
        .done(&SubmitShortMessage {
            vp,
            ..submit(&text)
        })
        .await;
    let buffered = Notification::new(&key, Dst::BUFFERED, 107);
    assert_eq!(client.notification().await, buffered);
    clock.advance(Duration::from_secs(239)).await;
    assert_eq!(smsc.status().counts.receipts_waiting, 1);
    clock.advance(Duration::from_secs(62)).await;
    let expired = Notification::new(&key, Dst::NOT_DELIVERED, 107);
    assert_eq!(client.notification().await, expired);
}

#[tokio::test]
async fn notifications_wait_until_somebody_takes_them() {
    let retry = Duration::from_secs(600);
    let config = Config { retry, ..config() };
    let smsc = Smsc::start(config).await.unwrap();
    let mut events = smsc.events();
    let mut client = Client::login(&smsc).await;
    let text = hex("hello");
    let submit = SubmitShortMessage {
        nt: NotificationType::DELIVERY,
        ..submit(&text)
    };
    let first = client.done(&submit).await;
    let second = client.done(&submit).await;

    // One is refused, the other not answered at all.
    let frame = client.operation().await;
    assert_eq!(Notification::of(&frame).key, first);
    let busy = ErrorCode::OPERATION_NOT_ALLOWED;
    client.refuse(&frame, busy).await;
    let frame = client.operation().await;
    assert_eq!(Notification::of(&frame).key, second);
    let refused = |what: &What| match what {
        What::Response { status, .. } if *status == Status::Ucp(Some(busy)) => Some(()),
        _ => None,
    };
    wait_for(&mut events, refused).await;
    let clock = Clock::stopped();
    clock.advance(Duration::from_secs(16)).await;
    let unanswered = |what: &What| match what {
        What::Unanswered { id, .. } => Some(id.clone()),
        _ => None,
    };
    assert_eq!(wait_for(&mut events, unanswered).await, second);
    assert_eq!(smsc.status().counts.receipts_waiting, 2);

    // Asked for, they come before their time.
    assert_eq!(client.alert("2147", Pid::PC_OVER_TCP_IP).await, "0002");
    let again = client.operation().await;
    assert_eq!(Notification::of(&again).key, first);
    drop(client);

    // And whoever comes next gets what nobody took.
    let mut client = Client::login(&smsc).await;
    let mut keys = [
        client.notification().await.key,
        client.notification().await.key,
    ];
    keys.sort();
    assert_eq!(keys, [first, second]);
    assert_eq!(client.alert("2147", Pid::PC_OVER_TCP_IP).await, "0000");
    assert_eq!(smsc.status().counts.receipts_delivered, 2);

    // Without a word they come again after a while.
    let third = client.done(&submit).await;
    clock.advance(Duration::from_secs(1)).await;
    let frame = client.operation().await;
    client.refuse(&frame, busy).await;
    wait_for(&mut events, refused).await;
    clock.advance(retry + SOON).await;
    assert_eq!(client.notification().await.key, third);
}

#[tokio::test]
async fn a_notification_goes_where_the_message_says() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut sender = Client::login(&smsc).await;
    let mut other = Client::login(&smsc).await;
    other.alert("0296877842", Pid::PC_OVER_PSTN).await;
    let text = hex("hello");
    let named = SubmitShortMessage {
        nadc: Address::new("0296877842").unwrap(),
        npid: Pid::PC_OVER_PSTN,
        ..submit(&text)
    };
    for _ in 0..20 {
        let key = sender.done(&named).await;
        assert_eq!(other.notification().await.key, key);
    }
    // Nobody has this address: any session will do. So it does when who had it is gone.
    let nobody = SubmitShortMessage {
        npid: Pid::X_400,
        ..named
    };
    drop(other);
    wait_for(&mut smsc.events(), |what| {
        matches!(what, What::Disconnect { .. }).then_some(())
    })
    .await;
    for submit in [nobody, named] {
        let key = sender.done(&submit).await;
        assert_eq!(sender.notification().await.key, key);
    }
}

#[tokio::test]
async fn all_operations_with_a_message_are_submits() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut client = Client::login(&smsc).await;
    let text = hex("hello");
    let adc = Address::new("0612345678").unwrap();
    let oadc = Address::new("3155").unwrap();
    let message = ShortContent::text(text.as_hex()).unwrap();
    let call = CallInput {
        adc,
        oadc,
        message,
        ..CallInput::default()
    };
    let mut keys = vec![client.done(&call).await];
    let supplementary = SupplementaryCallInput {
        adc,
        message: ShortContent::numeric("1234").unwrap(),
        ..SupplementaryCallInput::default()
    };
    keys.push(client.done(&supplementary).await);
    let transfer = SmsMessageTransfer {
        adc,
        oadc,
        nrq: Flag::YES,
        amsg: AMsg::new(text.as_hex()).unwrap(),
        ..SmsMessageTransfer::default()
    };
    keys.push(client.done(&transfer).await);
    assert_eq!(client.notification().await.key, keys[2]);

    let recipients = [adc, Address::new("0687654321").unwrap()];
    let many = MultipleAddressCallInput {
        recipients: Seq::new(&recipients).unwrap(),
        oadc,
        message,
        ..MultipleAddressCallInput::default()
    };
    let list = client.done(&many).await;
    keys.extend(list.split(',').map(str::to_owned));
    let submitted = smsc.submitted();
    let ids: Vec<_> = submitted.iter().map(|message| &message.id).collect();
    assert_eq!(ids, keys.iter().collect::<Vec<_>>());
    let texts: Vec<_> = submitted
        .iter()
        .map(|it| it.text.as_deref().unwrap())
        .collect();
    assert_eq!(texts, ["hello", "1234", "hello", "hello", "hello"]);
    assert_eq!(
        (&*submitted[3].to, &*submitted[4].to),
        ("0612345678", "0687654321")
    );
    assert_eq!(submitted[4].ucp().unwrap().get("AdC"), None);
    // As many as there can be, and the client can read the result.
    let longest = [Address::new("0049123456789012").unwrap(); 999];
    let to = |recipients| MultipleAddressCallInput { recipients, ..many };
    let list = client.done(&to(Seq::new(&longest).unwrap())).await;
    assert_eq!(list.split(',').count(), 999);
    assert_eq!(client.refused(&to(Seq::EMPTY)).await, 2);

    let list = ListManagement {
        oadc: AccountAddress::new("2147").unwrap(),
        styp: ListOperation::ADD_TO_MO,
        vers: Version::V1_0,
        ladc: adc,
        ..ListManagement::default()
    };
    assert_eq!(client.refused(&list).await, 3);

    // As many as a result of 8,192 octets can name.
    let mut short = config();
    if let Some(ucp) = &mut short.ucp {
        ucp.session.max_frame_len = 8_192;
    }
    let smsc = Smsc::start(short).await.unwrap();
    let mut client = Client::login(&smsc).await;
    let list = client.done(&to(Seq::new(&longest[..272]).unwrap())).await;
    assert_eq!(list.split(',').count(), 272);
    let one_more = to(Seq::new(&longest[..273]).unwrap());
    assert_eq!(client.refused(&one_more).await, 24);
}

#[tokio::test]
async fn texts_and_data_are_read_by_what_the_message_says() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut client = Client::login(&smsc).await;
    let ucs2 = HexBuf::encode(&[0x04, 0x1F, 0x04, 0x40]);
    let data = HexBuf::encode(b"\xDE\xAD\xBE\xEF");
    let mut dcs = smsgw_ucp::types::XSerBuf::new();
    dcs.push(smsgw_ucp::types::GsmDcs(8)).unwrap();
    let udh = HexBuf::encode(&[3, 0x25, 1, 1]);
    let mut turkish = smsgw_ucp::types::XSerBuf::new();
    turkish
        .push(smsgw_ucp::types::GsmUdh(udh.as_hex()))
        .unwrap();
    let text = HexBuf::encode(b"\x40yi g\x7Enler");
    let plain = hex("");
    for submit in [
        SubmitShortMessage {
            message: Message::octets(ucs2.as_hex()).unwrap(),
            xser: dcs.as_xser(),
            ..submit(&plain)
        },
        SubmitShortMessage {
            message: Message::octets(data.as_hex()).unwrap(),
            ..submit(&plain)
        },
        SubmitShortMessage {
            message: Message::text(text.as_hex()).unwrap(),
            xser: turkish.as_xser(),
            ..submit(&plain)
        },
    ] {
        client.done(&submit).await;
    }
    let submitted = smsc.submitted();
    let texts: Vec<_> = submitted.iter().map(|it| it.text.as_deref()).collect();
    assert_eq!(texts, [Some("Пр"), None, Some("İyi günler")]);
    assert_eq!(submitted[1].data, b"\xDE\xAD\xBE\xEF");
    assert_eq!(submitted[2].udh, [3, 0x25, 1, 1]);

    // A link with another alphabet.
    let german = UcpConfig {
        alphabet: Alphabet::German,
        ..UcpConfig::default()
    };
    let smsc = Smsc::start(config().with_ucp(german)).await.unwrap();
    let mut client = Client::connect(&smsc).await;
    let text = HexBuf::encode(b"Gr}~e");
    client.done(&submit(&text)).await;
    assert_eq!(smsc.submitted()[0].text.as_deref(), Some("Grüße"));
    let delivery = tokio::spawn({
        let smsc = smsc.handle();
        async move { smsc.deliver("3155", "1000", "Grüße").await }
    });
    loop {
        let frame = client.operation().await;
        client.accept(&frame).await;
        if let Ok(it) = frame.decode::<DeliverShortMessage<'_>>() {
            let Content::Text(hex) = it.message.content() else {
                panic!("{it:?}");
            };
            assert_eq!(hex.to_vec(), b"Gr}~e");
            break;
        }
    }
    assert!(delivery.await.unwrap().is_ok());
}

/// Sends a message while a client takes it: the operations, and the answers as told.
async fn deliver(
    smsc: &Smsc,
    client: &mut Client,
    (from, to): (&str, &str),
    text: &str,
    parts: usize,
) -> Vec<Frame> {
    let handle = smsc.handle();
    let words = [from, to, text].map(str::to_owned);
    let delivery = tokio::spawn(async move {
        let [from, to, text] = words;
        handle.deliver(&from, &to, &text).await
    });
    let mut frames = Vec::new();
    for _ in 0..parts {
        let frame = client.operation().await;
        client.accept(&frame).await;
        frames.push(frame);
    }
    let statuses = delivery.await.unwrap().unwrap();
    assert!(statuses.iter().all(|status| status.is_ok()));
    assert_eq!(statuses.len(), parts);
    frames
}

#[tokio::test]
async fn messages_of_subscribers_come_in_parts() {
    let smsc = Smsc::start(config()).await.unwrap();
    let nobody = smsc.deliver("+31612345678", "1000", "hi").await;
    assert_eq!(nobody, Err(DeliverError::NoReceiver));
    let _not_logged_in = Client::connect(&smsc).await;
    let nobody = smsc.deliver("+31612345678", "1000", "hi").await;
    assert_eq!(nobody, Err(DeliverError::NoReceiver));

    let mut client = Client::login(&smsc).await;
    let frames = deliver(&smsc, &mut client, ("+31612345678", "1000"), "hi €", 1).await;
    let it: DeliverShortMessage<'_> = frames[0].decode().unwrap();
    assert_eq!(
        it.oadc.sender(it.otoa),
        Sender::International("31612345678")
    );
    assert_eq!((it.adc.as_str(), it.mcls.is_absent()), ("1000", true));
    assert!(it.scts.is_some() && it.xser.is_empty());
    assert!(
        matches!(it.message.content(), Content::Text(hex) if hex.as_str() == "686920" .to_owned() + "1B65")
    );

    let frames = deliver(&smsc, &mut client, ("ACME", "+31201234567"), "hi", 1).await;
    let it: DeliverShortMessage<'_> = frames[0].decode().unwrap();
    assert!(matches!(it.oadc.sender(it.otoa), Sender::Name(name) if name.text() == "ACME"));
    assert_eq!(it.adc, "0031201234567");

    let text = "Привет ".repeat(12);
    let frames = deliver(&smsc, &mut client, ("3155", "1000"), &text, 2).await;
    let mut octets = Vec::new();
    let mut stamps = Vec::new();
    for (part, frame) in (1..).zip(&frames) {
        let it: DeliverShortMessage<'_> = frame.decode().unwrap();
        assert_eq!(it.oadc.sender(it.otoa), Sender::Number("3155"));
        assert_eq!(it.xser.dcs(), Some(8));
        let udh = it.xser.udh().unwrap().to_vec();
        assert_eq!((&udh[..3], &udh[4..]), (&[5, 0, 3][..], &[2, part][..]));
        let Content::Octets { bits, hex } = it.message.content() else {
            panic!("{it:?}");
        };
        assert_eq!(usize::from(bits), 8 * hex.len());
        octets.extend(hex.octets());
        stamps.push(it.scts);
    }
    let wanted: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(octets, wanted);
    assert!(stamps[0] < stamps[1]);
    assert_eq!(smsc.status().counts.delivered, 4);

    // A refusal is told, not tried again.
    let handle = smsc.handle();
    let delivery = tokio::spawn(async move { handle.deliver("3155", "1000", "no").await });
    let frame = client.operation().await;
    client.refuse(&frame, ErrorCode::ADC_INVALID).await;
    let statuses = delivery.await.unwrap().unwrap();
    assert_eq!(statuses, [Status::Ucp(Some(ErrorCode::ADC_INVALID))]);

    // What no field can hold is not sent.
    for (from, to) in [
        ("a name too long", "1000"),
        ("3155", "somebody"),
        ("+3161x", "1000"),
    ] {
        let error = smsc.deliver(from, to, "hi").await.unwrap_err();
        assert!(matches!(error, DeliverError::Field(_)), "{error}");
    }
    let handle = smsc.handle();
    let delivery = tokio::spawn(async move { handle.deliver("3155", "1000", "hello?").await });
    client.operation().await;
    Clock::stopped().advance(Duration::from_secs(16)).await;
    assert_eq!(delivery.await.unwrap(), Err(DeliverError::Unanswered));
}

#[tokio::test]
async fn both_protocols_are_served_at_once() {
    let config = support::config().with_ucp(config().ucp.unwrap());
    let smsc = Smsc::start(config).await.unwrap();
    assert_eq!(smsc.smpp_addr(), Some(smsc.local_addr()));
    let mut client = Client::login(&smsc).await;
    let text = hex("by ucp");
    client.done(&submit(&text)).await;
    client.notification().await;
    let (esme, mut session) = bind_as(&smsc, BindMode::Transceiver, "esme", "secret")
        .await
        .unwrap();
    support::accepted(&esme, &support::submit("by smpp")).await;
    support::receipt(&esme, &mut session).await;
    client.done(&submit(&text)).await;

    let status = serde_json::to_value(smsc.status()).unwrap();
    assert_eq!(status["address"], smsc.local_addr().to_string());
    assert_eq!(status["ucp_address"], smsc.ucp_addr().unwrap().to_string());
    let bound = &status["bound"];
    assert_eq!(
        (&bound[0]["system_id"], &bound[1]["user"]),
        (&"esme".into(), &"2147".into())
    );
    let texts: Vec<_> = smsc
        .submitted()
        .into_iter()
        .map(|it| it.text.unwrap())
        .collect();
    assert_eq!(texts, ["by ucp", "by smpp", "by ucp"]);
    assert_eq!(status["counts"]["connections"], 2);
    client.notification().await;

    // Either gets messages of subscribers, as asked.
    for (via, by_ucp) in [
        (None, false),
        (Some(Protocol::Smpp), false),
        (Some(Protocol::Ucp), true),
    ] {
        let handle = smsc.handle();
        let delivery =
            tokio::spawn(async move { handle.deliver_via(via, "3155", "1000", "hi").await });
        if by_ucp {
            let frame = client.operation().await;
            client.accept(&frame).await;
            assert_eq!(delivery.await.unwrap().unwrap(), [Status::Ucp(None)]);
        } else {
            let frame = support::delivered(&mut session).await;
            support::acknowledge(&esme, &frame);
            assert_eq!(delivery.await.unwrap().unwrap(), [CommandStatus::ESME_ROK]);
        }
    }

    smsc.cut();
    assert_eq!(client.read().await.map(drop), None);
    while session.recv().await.is_some() {}
    let mut cut = Client::connect(&smsc).await;
    assert_eq!(cut.read().await.map(drop), None);
    smsc.plug();
    Client::login(&smsc).await;
    smsc.shutdown().await;
}

#[tokio::test]
async fn events_are_json_with_the_promised_keys() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut events = smsc.events();
    let mut client = Client::login(&smsc).await;
    let text = hex("@ part");
    let delivery = NotificationType::DELIVERY;
    let key = client
        .done(&SubmitShortMessage {
            nt: delivery,
            ..submit(&text)
        })
        .await;
    client.notification().await;
    // A frame that is none.
    client.send_octets(b"\x0207/00019/O/31/x//00\x03").await;
    client.result().await;
    drop(client);
    let mut kinds = Vec::new();
    while kinds.len() < 9 {
        let event = support::soon(events.recv()).await.unwrap();
        let json = serde_json::to_value(&*event).unwrap();
        assert_eq!(
            (&json["protocol"], &json["connection"]),
            (&"ucp".into(), &1.into())
        );
        let kind = json["event"].as_str().unwrap().to_owned();
        match &*kind {
            "bind" => {
                assert_eq!(json["user"], "2147");
                assert_eq!((&json["ec"], &json["ec_text"]), (&().into(), &().into()));
            }
            "submit" => {
                assert_eq!(
                    (&json["id"], &json["user"]),
                    (&key.clone().into(), &"2147".into())
                );
                assert_eq!(
                    (&json["from"], &json["to"]),
                    (&"3155".into(), &"0612345678".into())
                );
                assert_eq!(
                    (&json["text"], &json["data_hex"]),
                    (&"@ part".into(), &"002070617274".into())
                );
                assert_eq!((&json["ot"], &json["trn"]), (&51.into(), &1.into()));
                assert_eq!(json["fields"]["NRq"], "1");
                assert_eq!(json["fields"]["Msg"], "002070617274");
                assert!(json.get("esm_class").is_none() && json["fields"].get("NAdC").is_none());
            }
            "receipt" => {
                assert_eq!(
                    (&json["id"], &json["ot"]),
                    (&key.clone().into(), &53.into())
                );
                assert_eq!(json["message_state"], "DELIVERED");
                assert_eq!(
                    (&json["from"], &json["to"]),
                    (&"0612345678".into(), &"3155".into())
                );
                assert_eq!(
                    (&json["fields"]["Dst"], &json["fields"]["Rsn"]),
                    (&"0".into(), &"000".into())
                );
            }
            "response" if json["ot"] == 31 => {
                assert_eq!((&json["ec"], &json["trn"]), (&1.into(), &7.into()));
                assert_eq!(json["ec_text"], "checksum error");
            }
            "response" => assert_eq!(json["id"], *key),
            "unbind" => assert_eq!(json["user"], "2147"),
            "disconnect" => assert_eq!(json["reason"], "the connection ended"),
            _ => {}
        }
        kinds.push(kind);
    }
    assert_eq!(
        kinds,
        [
            "connect",
            "bind",
            "submit",
            "response",
            "receipt",
            "response",
            "response",
            "unbind",
            "disconnect"
        ]
    );
}
