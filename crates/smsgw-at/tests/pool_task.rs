//! A pool over drivers, each over a pipe, in simulated time.
#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

#[path = "support/peer.rs"]
#[allow(dead_code, reason = "what another test wants of it")]
mod peer;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use peer::Peer;
use smsgw_at::command::identity::Iccid;
use smsgw_at::command::power::SlotCommand;
use smsgw_at::driver;
use smsgw_at::modem::{self, State};
use smsgw_at::pool::{
    Config, Event, MemberId, MemberOptions, Message, PartOutcome, PoolClosed, PoolEvent,
    PoolEvents, PoolHandle, PoolOptions, SendErrorKind, Slots,
};
use smsgw_at::port::Port;
use tokio::io::DuplexStream;
use tokio::time::timeout;

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// A modem at the other end of a pipe.
#[derive(Clone)]
struct Modem(Arc<Inner>);

struct Inner {
    imei: String,
    sim: Mutex<String>,
    /// What it says after a PDU; `None` for nothing.
    result: Mutex<Option<&'static str>>,
    /// How long it takes to send one.
    delay: Duration,
    is_plugged: AtomicBool,
    /// The last octets of the PDUs it was given.
    sent: Mutex<Vec<u8>>,
    commands: Mutex<Vec<String>>,
}

impl Modem {
    fn new(number: u8) -> Self {
        Self(Arc::new(Inner {
            imei: format!("4901542032375{number:02}"),
            sim: Mutex::new(format!("89410100000000000{number:02}")),
            result: Mutex::new(Some("+CMGS: 7")),
            delay: secs(3),
            is_plugged: AtomicBool::new(true),
            sent: Mutex::new(Vec::new()),
            commands: Mutex::new(Vec::new()),
        }))
    }

    fn iccid(&self) -> Iccid {
        Iccid::parse(&self.0.sim.lock().unwrap()).unwrap()
    }

    fn sent(&self) -> Vec<u8> {
        self.0.sent.lock().unwrap().clone()
    }

    fn says(&self, result: Option<&'static str>) {
        *self.0.result.lock().unwrap() = result;
    }

    /// What opens its port.
    fn finder(&self) -> impl driver::Finder {
        let modem = self.clone();
        move |_| {
            let modem = modem.clone();
            async move {
                if !modem.0.is_plugged.load(Ordering::Relaxed) {
                    return Err(io::ErrorKind::NotFound.into());
                }
                let (ours, theirs) = tokio::io::duplex(4_096);
                tokio::spawn(modem.serve(theirs));
                Ok(Port::from_stream("pipe", ours))
            }
        }
    }

    async fn serve(self, stream: DuplexStream) {
        let mut peer = Peer::new(stream);
        while let Some(line) = peer.command().await {
            self.0.commands.lock().unwrap().push(line.clone());
            match &line[..] {
                "AT+CGSN" => peer.answer(&[&self.0.imei, "OK"]).await,
                "AT+CCID" => {
                    let sim = format!("+CCID: {}", self.0.sim.lock().unwrap());
                    peer.answer(&[&sim, "OK"]).await;
                }
                "AT+QDSIM=1" => {
                    *self.0.sim.lock().unwrap() = "8941010000000000099".to_owned();
                    peer.answer(&["OK"]).await;
                }
                line if !line.starts_with("AT") => {
                    tokio::time::sleep(self.0.delay).await;
                    let octet = u8::from_str_radix(&line[line.len() - 2..], 16).unwrap();
                    self.0.sent.lock().unwrap().push(octet);
                    let result = *self.0.result.lock().unwrap();
                    match result {
                        Some(refusal) if refusal.starts_with("+CMS") => {
                            peer.answer(&[refusal]).await;
                        }
                        Some(result) => peer.answer(&[result, "OK"]).await,
                        // It was pulled out with the message.
                        None => return,
                    }
                }
                line => peer.usual(line).await,
            }
        }
    }
}

fn add(pool: &PoolHandle, modem: &Modem) -> MemberId {
    let (config, options) = (modem::Config::default(), driver::Options::default());
    let member = pool.add(modem.finder(), config, options, MemberOptions::default());
    member.unwrap()
}

/// A pool with so many modems that are ready.
async fn pool<const COUNT: usize>() -> (PoolHandle, PoolEvents, [Modem; COUNT], [MemberId; COUNT]) {
    let config = Config {
        sticky: 0,
        ..Config::default()
    };
    let (pool, events) = PoolHandle::start(config, PoolOptions::default());
    let modems = std::array::from_fn(|index| Modem::new(index as u8 + 1));
    let members = modems.each_ref().map(|modem| add(&pool, modem));
    for member in members {
        ready(&pool, member).await;
    }
    (pool, events, modems, members)
}

async fn ready(pool: &PoolHandle, member: MemberId) {
    let driver = pool.driver(member).unwrap();
    driver.wait_for(|state| state.is_ready()).await.unwrap();
    while !pool
        .status()
        .iter()
        .any(|sim| sim.member == Some(member) && sim.is_usable)
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// To 1234567; the text is octets, by the last of which messages are told apart.
fn message(octets: &[u8]) -> Message {
    let pdu = |octet: &u8| {
        let submit = b"\x00\x21\x00\x07\x81\x21\x43\x65\xF7\x00\x04\x01";
        [submit, &[*octet][..]].concat()
    };
    Message {
        recipient: "1234567".to_owned(),
        parts: octets.iter().map(pdu).collect(),
        sim: None,
        expires: None,
    }
}

/// The next event that is one of these.
async fn event<T>(events: &mut PoolEvents, is_it: impl Fn(PoolEvent) -> Option<T>) -> T {
    let found = async {
        loop {
            let event = events.recv().await.expect("the pool is open");
            if let Some(found) = is_it(event) {
                return found;
            }
        }
    };
    timeout(secs(1_000), found).await.expect("in time")
}

#[tokio::test(start_paused = true)]
async fn messages_are_sent_by_whichever_modem_is_free() {
    let (pool, mut events, [a, b], members) = pool().await;
    let begun = tokio::time::Instant::now();
    let sending: Vec<_> = (0..10).map(|n| pool.send(message(&[n])).unwrap()).collect();
    for sending in sending {
        assert!(sending.await.is_sent());
    }
    assert_eq!(begun.elapsed().as_secs(), 15, "five each, three seconds");
    assert_eq!((a.sent().len(), b.sent().len()), (5, 5));
    pool.queue(42, message(&[20, 21])).unwrap();
    let outcome = event(&mut events, |event| match event {
        PoolEvent::Pool(Event::Outcome(outcome)) => Some(outcome),
        _ => None,
    });
    let outcome = outcome.await;
    assert_eq!(outcome.token, 42);
    let reference = Some(7);
    assert_eq!(
        outcome.parts,
        [
            PartOutcome::Sent { reference },
            PartOutcome::Sent { reference }
        ]
    );
    let status = pool.status();
    assert_eq!(
        status.iter().map(|sim| sim.usage.day.count).sum::<u32>(),
        12
    );
    assert!(status.iter().all(|sim| sim.state == State::Ready));
    assert_eq!(status[0].member, Some(members[0]));
}

#[tokio::test(start_paused = true)]
async fn a_modem_is_pulled_out_and_another_goes_on() {
    let (pool, _events, [a, b], _) = pool().await;
    let sending: Vec<_> = (0..6).map(|n| pool.send(message(&[n])).unwrap()).collect();
    a.says(None);
    a.0.is_plugged.store(false, Ordering::Relaxed);
    let mut unknown = Vec::new();
    for sending in sending {
        let outcome = sending.await;
        if outcome.is_unknown() {
            unknown.push(outcome);
        } else {
            assert!(outcome.is_sent());
        }
    }
    assert_eq!(unknown.len(), 1);
    assert_eq!(unknown[0].sent_by.unwrap().iccid, a.iccid());
    let mut all = [a.sent(), b.sent()].concat();
    all.sort_unstable();
    assert_eq!(all, [0, 1, 2, 3, 4, 5], "each once");
    assert_eq!(a.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_one_modem_cannot_send_another_does() {
    let (pool, _events, [a, b], _) = pool().await;
    a.says(Some("+CMS ERROR: 10"));
    b.says(Some("+CMS ERROR: 10"));
    let sending = pool.send(message(&[1])).unwrap();
    tokio::time::sleep(secs(1)).await;
    // Whichever was first refuses, the other does not.
    b.says(Some("+CMGS: 1"));
    tokio::time::sleep(secs(3)).await;
    a.says(Some("+CMGS: 1"));
    let outcome = sending.await;
    assert!(outcome.is_sent());
    assert!(outcome.attempts <= 2);
    assert_eq!(a.sent().len() + b.sent().len(), outcome.attempts as usize);
}

#[tokio::test(start_paused = true)]
async fn the_modem_does_not_retry_by_itself() {
    let (pool, _events, [a, b], _) = pool().await;
    a.says(Some("+CMS ERROR: 42"));
    b.says(Some("+CMS ERROR: 42"));
    let outcome = pool.send(message(&[1])).unwrap().await;
    assert!(outcome.is_unsent());
    // Three by each, as the pool is configured.
    assert_eq!((a.sent().len(), b.sent().len()), (3, 3));
    assert_eq!(outcome.attempts, 6);
}

#[tokio::test(start_paused = true)]
async fn a_modem_that_is_removed_gives_back_what_waits_for_it() {
    let (pool, mut events, [a, b], [first, _]) = pool().await;
    let only = |n| Message {
        sim: Some(a.iccid()),
        ..message(&[n])
    };
    let begun = pool.send(message(&[0])).unwrap();
    let other = pool.send(message(&[1])).unwrap();
    let waits = pool.send(only(2)).unwrap();
    tokio::time::sleep(secs(1)).await;
    pool.remove(first).await;
    assert!(pool.driver(first).is_none());
    let left = |event| matches!(event, PoolEvent::Left(_)).then_some(());
    event(&mut events, left).await;
    // What it was sending came to its outcome.
    assert!(begun.await.is_sent() && other.await.is_sent());
    assert_eq!((a.sent().len(), b.sent().len()), (1, 1));
    // By another port, or so it seems.
    add(&pool, &a);
    assert!(waits.await.is_sent());
    pool.remove(first).await;
}

#[tokio::test(start_paused = true)]
async fn the_second_port_of_a_modem_is_closed() {
    let (pool, mut events, [a], [first]) = pool().await;
    let twin = add(&pool, &a);
    let left = event(&mut events, |event| match event {
        PoolEvent::Left(member) => Some(member),
        _ => None,
    });
    assert_eq!(left.await, twin);
    assert!(pool.driver(first).is_some() && pool.driver(twin).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_modem_changes_its_sim() {
    let (pool, mut events) = PoolHandle::start(Config::default(), PoolOptions::default());
    let a = Modem::new(1);
    let before = a.iccid();
    let options = MemberOptions {
        slots: Some(Slots::new(SlotCommand::Qdsim, 2)),
        ..MemberOptions::default()
    };
    let (config, port) = (modem::Config::default(), driver::Options::default());
    let member = pool.add(a.finder(), config, port, options).unwrap();
    ready(&pool, member).await;
    assert!(pool.switch_slot(member, 1));
    let sim = event(&mut events, |event| match event {
        PoolEvent::Pool(Event::SlotSwitched { slot: 1, sim, .. }) => Some(sim),
        PoolEvent::Pool(Event::SlotFailed { .. }) => panic!("it failed"),
        _ => None,
    });
    assert_eq!(sim.await, a.iccid());
    assert_ne!(a.iccid(), before);
    assert!(
        a.0.commands
            .lock()
            .unwrap()
            .contains(&"AT+CFUN=1,1".to_owned())
    );
    let outcome = pool.send(message(&[1])).unwrap().await;
    assert_eq!(outcome.sent_by.unwrap().iccid, a.iccid());
}

#[tokio::test(start_paused = true)]
async fn a_change_of_sims_that_the_modem_refuses_is_told() {
    let (pool, mut events) = PoolHandle::start(Config::default(), PoolOptions::default());
    let a = Modem::new(1);
    let options = MemberOptions {
        slots: Some(Slots {
            commands: vec!["AT+QDSIM=0".to_owned(), "AT^ICCID?".to_owned()],
            ..Slots::new(SlotCommand::Qdsim, 2)
        }),
        ..MemberOptions::default()
    };
    let (config, port) = (modem::Config::default(), driver::Options::default());
    let member = pool.add(a.finder(), config, port, options).unwrap();
    ready(&pool, member).await;
    assert!(pool.switch_slot(member, 1));
    let failed = event(&mut events, |event| match event {
        PoolEvent::Pool(Event::SlotFailed { member, slot }) => Some((member, slot)),
        _ => None,
    });
    assert_eq!(failed.await, (member, 1));
}

#[tokio::test(start_paused = true)]
async fn whoever_sends_too_much_waits_for_room() {
    let config = Config {
        max_queue: 2,
        ..Config::default()
    };
    let (pool, _events) = PoolHandle::start(config, PoolOptions::default());
    let a = Modem::new(1);
    ready(&pool, add(&pool, &a)).await;
    for n in 0..6 {
        pool.room().await;
        pool.queue(n, message(&[n as u8])).unwrap();
        let full = pool.queued() == 2;
        let error = pool.queue(100, message(&[9])).map_err(|error| error.kind);
        if full {
            assert_eq!(error, Err(SendErrorKind::QueueFull));
        } else {
            assert!(pool.cancel(100), "{error:?}");
        }
    }
    let own = pool
        .queue(1 << 54, message(&[9]))
        .map_err(|error| error.kind);
    assert_eq!(own, Err(SendErrorKind::Token));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_awaited_any_more_is_taken_back() {
    let (pool, mut events, [a], _) = pool().await;
    let begun = pool.send(message(&[0])).unwrap();
    let token = begun.token();
    let waits = pool.send(message(&[1])).unwrap();
    tokio::time::sleep(secs(1)).await;
    drop((begun, waits));
    assert_eq!(pool.queued(), 1);
    // That one is told as an event.
    let outcome = event(&mut events, |event| match event {
        PoolEvent::Pool(Event::Outcome(outcome)) => Some(outcome),
        _ => None,
    });
    assert_eq!(outcome.await.token, token);
    tokio::time::sleep(secs(100)).await;
    assert_eq!(a.sent(), [0]);
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_closes_tells_all_outcomes() {
    let (pool, mut events, [a], [member]) = pool().await;
    let sending: Vec<_> = (0..3)
        .map(|n| pool.send(message(&[n, n])).unwrap())
        .collect();
    pool.queue(7, message(&[9])).unwrap();
    tokio::time::sleep(secs(1)).await;
    pool.close().await;
    let mut outcomes = Vec::new();
    for sending in sending {
        outcomes.push(sending.await);
    }
    // Of the first message one part was being sent.
    assert!(matches!(outcomes[0].parts[0], PartOutcome::Sent { .. }));
    assert!(matches!(outcomes[0].parts[1], PartOutcome::NotSent(_)));
    assert!(outcomes[1].is_unsent() && outcomes[2].is_unsent());
    assert_eq!(a.sent(), [0]);
    let closed = pool.send(message(&[0])).map_err(|error| error.kind);
    assert_eq!(closed.unwrap_err(), SendErrorKind::Closed);
    let (config, options) = (modem::Config::default(), driver::Options::default());
    let added = pool.add(a.finder(), config, options, MemberOptions::default());
    assert_eq!(added, Err(PoolClosed));
    pool.room().await;
    let mut told = Vec::new();
    while let Some(event) = events.recv().await {
        told.push(event);
    }
    let is_outcome = |event: &PoolEvent| match event {
        PoolEvent::Pool(Event::Outcome(outcome)) => outcome.token == 7,
        _ => false,
    };
    assert!(told.iter().any(is_outcome));
    assert!(matches!(told.last(), Some(PoolEvent::Left(left)) if *left == member));
}

#[tokio::test(start_paused = true)]
async fn a_pool_whose_handles_are_dropped_closes() {
    let (pool, mut events, [_], _) = pool().await;
    let sending = pool.send(message(&[0])).unwrap();
    tokio::time::sleep(secs(1)).await;
    drop(pool);
    let closed = async { while events.recv().await.is_some() {} };
    timeout(secs(100), closed).await.expect("it ends");
    assert!(sending.await.is_sent());
    // Without modems, too.
    let (pool, mut events) = PoolHandle::start(Config::default(), PoolOptions::default());
    drop(pool);
    assert!(events.recv().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_owner_who_does_not_listen_holds_up_modems_and_one_who_left_does_not() {
    let options = PoolOptions {
        max_events: 1,
        ..PoolOptions::default()
    };
    let (pool, mut events) = PoolHandle::start(Config::default(), options);
    let a = Modem::new(1);
    let member = add(&pool, &a);
    tokio::time::sleep(secs(60)).await;
    assert!(pool.status().is_empty(), "its events were not taken");
    for _ in 0..1_000 {
        if pool.status().iter().any(|sim| sim.member == Some(member)) {
            break;
        }
        events.recv().await.unwrap();
    }
    drop(events);
    ready(&pool, member).await;
    assert!(pool.send(message(&[1])).unwrap().await.is_sent());
}
