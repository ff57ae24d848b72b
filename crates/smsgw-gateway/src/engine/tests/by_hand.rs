//! Single steps, given to the engine by hand.

use smsgw::Writing;
use smsgw::gsm::segment::LanguageChoice;

use super::*;

/// An engine whose link is up, and a store that commits at once.
struct Hand {
    engine: Engine,
    store: Memory,
    now: Now,
    next: u128,
}

impl Hand {
    fn new(on_unknown: OnUnknown, configure: impl FnOnce(&mut Config)) -> Self {
        let mut world = World::new(1, on_unknown, Faults::default());
        configure(&mut world.config);
        let now = world.now();
        let mut engine = Engine::new(world.config.clone(), now);
        engine.link_up(0, now);
        Self {
            engine,
            store: Memory::default(),
            now,
            next: 0,
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now.mono += time;
        self.now.wall.0 += i64::try_from(time.as_millis()).unwrap();
    }

    fn submit(&mut self, account: &str, submission: impl FnOnce(&mut Submission)) -> MessageId {
        self.next += 1;
        // Far enough apart for the references of their parts.
        let id = MessageId(Uuid::from_u128(self.next << 8));
        let mut submitted = Submission {
            account: Arc::new(Account {
                id: account.into(),
                max_segments: 2,
                default_sender: None,
                writing: smsgw::Writing::default(),
            }),
            origin: Origin::Rest,
            message: Message {
                from: Some(Address::sender("ACME")),
                ..Message::text(Address::number("+4917000"), "hello")
            },
            callback: None,
        };
        submission(&mut submitted);
        self.engine
            .submit(id, submitted, u64::try_from(self.next).unwrap(), self.now);
        id
    }

    /// Commits all there is; what comes out.
    fn settle(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        loop {
            effects.extend(std::iter::from_fn(|| self.engine.poll_effect()));
            let Some((batch, changes)) = self.engine.poll_changes() else {
                effects.retain(|effect| !matches!(effect, Effect::Changed(_)));
                return effects;
            };
            self.store.append(&changes).unwrap();
            self.engine.committed(batch, true);
        }
    }

    /// The tokens of what is handed over, in order.
    fn sent(&mut self) -> Vec<(u64, MessageId)> {
        let sent = self.settle().into_iter().filter_map(|effect| match effect {
            Effect::Send { token, id, .. } => Some((token, id)),
            _ => None,
        });
        sent.collect()
    }

    fn answer(&mut self, token: u64, status: CommandStatus, carrier_id: &str) {
        let carrier_id = carrier_id.into();
        let outcome = Outcome::Answered { status, carrier_id };
        self.engine.outcome(0, token, outcome, self.now);
    }

    fn receipt(&mut self, carrier_id: &str, state: MessageState, handle: u64) {
        self.engine
            .receipt(0, receipt(carrier_id, state), handle, self.now);
    }

    fn state(&self, id: MessageId) -> State {
        self.store.message(id).unwrap().unwrap().state
    }
}

fn receipt(carrier_id: &str, state: MessageState) -> Receipt {
    Receipt {
        carrier_id: carrier_id.into(),
        state,
        is_intermediate: false,
        error: None,
        reference: None,
        addresses: Addresses {
            from: "ACME".into(),
            to: "4917000".into(),
        },
    }
}

const OK: CommandStatus = CommandStatus::ESME_ROK;

#[test]
fn throttled_messages_keep_their_order() {
    let mut hand = Hand::new(OnUnknown::Wait, |config| config.links[0].window = 3);
    let ids: Vec<_> = (0..4).map(|_| hand.submit("shop", |_| {})).collect();
    let first = hand.sent();
    assert_eq!(first.len(), 3);
    for (token, _) in &first {
        hand.answer(*token, CommandStatus::ESME_RTHROTTLED, "");
    }
    assert_eq!(hand.sent(), [], "the carrier has its pause");
    hand.pass(ms(100));
    hand.engine.handle_timeout(hand.now);
    let again: Vec<_> = hand.sent().into_iter().map(|(_, id)| id).collect();
    assert_eq!(again, ids[..3]);
}

#[test]
fn two_receipts_for_a_message_that_is_over_are_both_counted() {
    let mut hand = Hand::new(OnUnknown::Wait, |config| config.receipt_grace = ms(1_000));
    let id = hand.submit("shop", |submission| {
        submission.message.content = smsgw::Content::Text("a".repeat(300));
        submission.message.validity = Some(ms(1_000));
    });
    for (n, (token, _)) in hand.sent().into_iter().enumerate() {
        hand.answer(token, OK, &format!("c{n}"));
    }
    hand.pass(ms(2_500));
    hand.engine.handle_timeout(hand.now);
    hand.settle();
    assert_eq!(hand.state(id), State::Unknown);
    assert!(hand.engine.messages.is_empty());
    // Both are looked up before the news of either are durable.
    hand.receipt("c0", MessageState::DELIVERED, 1);
    hand.receipt("c1", MessageState::DELIVERED, 2);
    let find = |id: &str| hand.store.by_carrier_id("operator", id).unwrap();
    let (first, second) = (find("c0"), find("c1"));
    hand.engine.found(1, first, hand.now);
    hand.settle();
    hand.engine.found(2, second, hand.now);
    hand.settle();
    assert_eq!(hand.state(id), State::Delivered);
    assert!(hand.engine.messages.is_empty(), "and it is forgotten again");
    assert_eq!(hand.engine.open, 0);
}

#[test]
fn an_account_that_takes_no_receipts_holds_up_no_other() {
    let mut hand = Hand::new(OnUnknown::Wait, |config| config.max_queued = 3);
    for n in 0..20 {
        hand.submit("deaf", |submission| {
            submission.origin = Origin::Smpp;
            submission.message.receipt = smsgw::ReceiptRequest::Final;
        });
        let (token, _) = hand.sent()[0];
        let carrier_id = format!("c{n}");
        hand.answer(token, OK, &carrier_id);
        hand.receipt(&carrier_id, MessageState::DELIVERED, n);
        let told: Vec<_> = hand
            .settle()
            .into_iter()
            .filter(|it| matches!(it, Effect::Tell { .. }))
            .collect();
        assert_eq!(told.len(), usize::from(n < 16), "only so many at a time");
    }
    hand.submit("shop", |submission| {
        submission.callback = Some("http://127.0.0.1".into())
    });
    let (token, id) = hand.sent()[0];
    hand.answer(token, OK, "mine");
    hand.receipt("mine", MessageState::DELIVERED, 99);
    assert!(hand.settle().contains(&Effect::Tell { id, number: 1 }));
}

#[test]
fn an_esme_that_binds_is_told_what_waits_and_given_up_in_the_end() {
    let mut hand = Hand::new(OnUnknown::Wait, |_| {});
    hand.submit("esme", |submission| {
        submission.origin = Origin::Smpp;
        submission.message.receipt = smsgw::ReceiptRequest::Final;
    });
    let (token, id) = hand.sent()[0];
    hand.answer(token, OK, "c");
    hand.receipt("c", MessageState::DELIVERED, 1);
    let tell = Effect::Tell { id, number: 1 };
    assert!(hand.settle().contains(&tell));
    hand.engine.told(id, 1, false, hand.now);
    assert_eq!(hand.settle(), []);
    hand.engine.account_up("another");
    assert_eq!(hand.settle(), []);
    hand.engine.account_up("esme");
    assert_eq!(hand.settle(), [tell]);
    hand.pass(Duration::from_secs(4 * 86_400));
    hand.engine.told(id, 1, false, hand.now);
    hand.settle();
    let record = hand.store.message(id).unwrap().unwrap();
    assert_eq!(
        (record.state, record.notice),
        (State::Delivered, Notice::GivenUp)
    );
    assert!(hand.engine.messages.is_empty());
}

#[test]
fn an_outcome_that_changes_while_it_is_told_is_told_again() {
    let mut hand = Hand::new(OnUnknown::Wait, |config| config.receipt_grace = ms(1_000));
    let id = hand.submit("shop", |submission| {
        submission.callback = Some("http://127.0.0.1/outcome".into());
        submission.message.validity = Some(ms(1_000));
    });
    let (token, _) = hand.sent()[0];
    hand.answer(token, OK, "c");
    hand.pass(ms(2_500));
    hand.engine.handle_timeout(hand.now);
    assert_eq!(hand.settle(), [Effect::Tell { id, number: 1 }]);
    // Slow; meanwhile the receipt comes.
    hand.receipt("c", MessageState::DELIVERED, 1);
    hand.settle();
    hand.engine.told(id, 1, true, hand.now);
    assert_eq!(hand.settle(), [Effect::Tell { id, number: 2 }]);
    hand.engine.told(id, 2, true, hand.now);
    hand.settle();
    assert_eq!(
        hand.store.message(id).unwrap().unwrap().notice,
        Notice::Done
    );
}

#[test]
fn a_receipt_of_somebody_else_is_not_taken_for_ours() {
    let mut hand = Hand::new(OnUnknown::Wait, |_| {});
    let foreign = Receipt {
        addresses: Addresses {
            from: "ACME".into(),
            to: "999".into(),
        },
        ..receipt("c7", MessageState::DELIVERED)
    };
    hand.engine.receipt(0, foreign, 1, hand.now);
    hand.settle();
    hand.engine.found(1, None, hand.now);
    assert_eq!(
        hand.settle(),
        [Effect::AnswerReceipt { link: 0, handle: 1 }]
    );
    // One with our addresses, but long ago.
    hand.receipt("c7", MessageState::DELIVERED, 2);
    hand.settle();
    hand.engine.found(2, None, hand.now);
    hand.pass(Duration::from_secs(3_600));
    let id = hand.submit("shop", |_| {});
    let (token, _) = hand.sent()[0];
    hand.answer(token, OK, "c7");
    hand.settle();
    assert_eq!(hand.state(id), State::Sent);
}

#[test]
fn an_intermediate_notification_is_not_the_last_word() {
    let mut hand = Hand::new(OnUnknown::Wait, |_| {});
    let id = hand.submit("shop", |_| {});
    let (token, _) = hand.sent()[0];
    hand.answer(token, OK, "c");
    for (handle, state) in [
        (1, MessageState::UNDELIVERABLE),
        (2, MessageState::DELIVERED),
    ] {
        let notification = Receipt {
            is_intermediate: true,
            ..receipt("c", state)
        };
        hand.engine.receipt(0, notification, handle, hand.now);
    }
    hand.receipt("c", MessageState::ACCEPTED, 3);
    hand.settle();
    assert_eq!(hand.state(id), State::Sent);
    hand.receipt("c", MessageState::UNDELIVERABLE, 4);
    hand.settle();
    assert_eq!(hand.state(id), State::Undelivered);
}

#[test]
fn a_store_that_cannot_be_read_leaves_the_receipt_to_the_carrier() {
    let mut hand = Hand::new(OnUnknown::Wait, |_| {});
    hand.receipt("c", MessageState::DELIVERED, 1);
    hand.settle();
    hand.engine.find_failed(1);
    assert_eq!(
        hand.settle(),
        [Effect::RefuseReceipt { link: 0, handle: 1 }]
    );
}

#[test]
fn a_store_that_fails_acknowledges_nothing() {
    let mut world = World::new(1, OnUnknown::Wait, Faults::default());
    world.run(Duration::from_secs(1));
    let at = world.now();
    let engine = world.engine.as_mut().unwrap();
    let submission = Submission {
        account: Arc::new(Account {
            id: "shop".into(),
            max_segments: 1,
            default_sender: None,
            writing: smsgw::Writing::default(),
        }),
        origin: Origin::Rest,
        message: Message::text(Address::number("+491701"), "hi"),
        callback: None,
    };
    engine.submit(MessageId(Uuid::from_u128(1)), submission.clone(), 5, at);
    let (batch, _) = engine.poll_changes().unwrap();
    assert_eq!(engine.poll_effect(), None, "nothing before the commit");
    engine.committed(batch, false);
    assert_eq!(
        engine.poll_effect(),
        Some(Effect::Refused {
            reply: 5,
            refusal: Refusal::Store
        })
    );
    assert_eq!(engine.poll_effect(), None, "nothing is sent");
    engine.submit(MessageId(Uuid::from_u128(2)), submission, 6, at);
    assert!(matches!(
        engine.poll_effect(),
        Some(Effect::Refused { reply: 6, .. })
    ));
}

#[test]
fn a_full_queue_and_too_many_segments_are_refused() {
    let mut world = World::new(1, OnUnknown::Wait, Faults::default());
    world.config.max_queued = 1;
    world.run(ms(0));
    let now = world.now();
    let engine = world.engine.as_mut().unwrap();
    let account = Account {
        id: "shop".into(),
        max_segments: 2,
        default_sender: None,
        writing: smsgw::Writing::default(),
    };
    let submission = |text: String| Submission {
        account: Arc::new(Account {
            id: account.id.clone(),
            ..account.clone()
        }),
        origin: Origin::Rest,
        message: Message::text(Address::number("+491701"), text),
        callback: None,
    };
    engine.submit(
        MessageId(Uuid::from_u128(1)),
        submission("a".repeat(400)),
        1,
        now,
    );
    assert_eq!(
        engine.poll_effect(),
        Some(Effect::Refused {
            reply: 1,
            refusal: Refusal::TooManySegments { max: 2 }
        })
    );
    engine.submit(
        MessageId(Uuid::from_u128(2)),
        submission("a".into()),
        2,
        now,
    );
    engine.submit(
        MessageId(Uuid::from_u128(3)),
        submission("a".into()),
        3,
        now,
    );
    assert_eq!(
        engine.poll_effect(),
        Some(Effect::Refused {
            reply: 3,
            refusal: Refusal::QueueFull
        })
    );
}

#[test]
fn segments_are_counted_as_the_text_may_be_written() {
    let mut hand = Hand::new(OnUnknown::Wait, |_| {});
    let national = Writing {
        language: LanguageChoice::Auto,
        ..Writing::default()
    };
    let plain = Writing {
        transliterate: true,
        ..Writing::default()
    };
    // Two segments at most.
    for (text, writing, parts) in [
        ("ş", Writing::default(), 0),
        ("ş", national, 2),
        ("ş", plain, 2),
        ("“", Writing::default(), 0),
        ("“", national, 0),
        ("“", plain, 2),
    ] {
        hand.submit("shop", |submission| {
            submission.message.content = smsgw::Content::Text(text.repeat(290));
            submission.message.writing = writing;
        });
        let sent = hand.sent().len();
        assert_eq!(sent, parts, "{text} {writing:?}");
    }
}

/// An engine with one part handed to its link, and a receipt for it that says `state`.
fn under_way(on_unknown: OnUnknown, state: MessageState) -> (Engine, Now, u64, Receipt) {
    let mut world = World::new(1, on_unknown, Faults::default());
    let now = world.now();
    let mut engine = Engine::new(world.config.clone(), now);
    engine.link_up(0, now);
    world.engine = Some(engine);
    let id = world.submit("+4917000", "hello", false);
    let mut engine = world.engine.take().unwrap();
    let token = loop {
        for batch in 0..3 {
            engine.committed(batch, true);
        }
        match engine.poll_effect() {
            Some(Effect::Send { token, .. }) => break token,
            Some(_) => {}
            None => drop(engine.poll_changes()),
        }
    };
    let record = engine.record(id).unwrap();
    let receipt = Receipt {
        carrier_id: "c1".into(),
        state,
        is_intermediate: false,
        error: None,
        reference: record.reference(0),
        addresses: Addresses {
            from: "ACME".into(),
            to: record.message.to.digits.clone(),
        },
    };
    (engine, now, token, receipt)
}

fn only_part(engine: &Engine) -> PartStatus {
    let entry = engine.messages.values().next().unwrap();
    entry.record.parts[0].status.clone()
}

#[test]
fn a_receipt_in_hand_settles_an_outcome_that_gets_unknown() {
    for on_unknown in [OnUnknown::Wait, OnUnknown::Report, OnUnknown::Resend] {
        let (mut engine, now, token, receipt) = under_way(on_unknown, MessageState::DELIVERED);
        engine.receipt(0, receipt, 7, now);
        engine.found(7, None, now);
        engine.outcome(0, token, Outcome::Unknown { late: true }, now);
        let mut changes = Vec::new();
        let mut effects = Vec::new();
        for batch in 0..5 {
            changes.extend(engine.poll_changes().into_iter().flat_map(|batch| batch.1));
            engine.committed(batch, true);
            effects.extend(std::iter::from_fn(|| engine.poll_effect()));
        }
        assert!(engine.messages.is_empty(), "delivered, and nobody asked");
        let last = changes.last().unwrap();
        assert!(
            matches!(last, Change::Part { state: State::Delivered, status, .. }
                if !status.possible_duplicate && status.carrier_id.as_deref() == Some("c1")),
            "{last:?}"
        );
        let link = 0;
        assert!(effects.contains(&Effect::AnswerReceipt { link, handle: 7 }));
        assert!(!effects.iter().any(|it| matches!(it, Effect::Send { .. })));
    }
}

#[test]
fn an_intermediate_receipt_says_that_the_carrier_has_it() {
    for comes_first in [true, false] {
        let (mut engine, now, token, receipt) = under_way(OnUnknown::Wait, MessageState::ENROUTE);
        if comes_first {
            engine.receipt(0, receipt.clone(), 7, now);
            engine.found(7, None, now);
        }
        engine.outcome(0, token, Outcome::Unknown { late: false }, now);
        if !comes_first {
            engine.receipt(0, receipt.clone(), 7, now);
            engine.found(7, None, now);
        }
        let status = only_part(&engine);
        assert_eq!(
            (status.state, status.carrier_id.as_deref()),
            (State::Sent, Some("c1"))
        );
        assert!(engine.unknown.is_empty());
        // The last word is found by the id.
        let last = Receipt {
            state: MessageState::UNDELIVERABLE,
            reference: None,
            ..receipt
        };
        engine.receipt(0, last, 8, now);
        assert!(engine.messages.is_empty());
    }
}
