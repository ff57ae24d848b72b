//! The driver over a pipe, in simulated time.
#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[path = "support/peer.rs"]
#[allow(dead_code, reason = "what another test wants of it")]
mod peer;
#[path = "support/pipes.rs"]
mod pipes;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use peer::{IMEI, Peer};
use pipes::{Bench, ready};
use smsgw_at::command::identity::Imei;
use smsgw_at::command::pin::Pin;
use smsgw_at::driver::{
    CallError, Driver, Event, Events, Options, Outcome, PowerHook, RequestError,
};
use smsgw_at::modem::{self, Config, Failure, PortRequest, State, Submit};
use smsgw_at::transcript::{Direction, Tap};
use smsgw_net::Backoff;
use tokio::io::DuplexStream;
use tokio::time::Instant;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Runs a command to which the modem answers.
async fn asks(driver: &Driver, peer: &mut Peer<DuplexStream>, command: &str) -> Vec<String> {
    let answers = async {
        peer.until(command).await;
        peer.answer(&["+X: 1", "OK"]).await;
    };
    let (answer, ()) = tokio::join!(driver.command(command, secs(5)), answers);
    answer.unwrap().lines
}

fn submit() -> Submit {
    Submit {
        pdu: vec![0x00, 0x01, 0x00, 0x02, 0x81, 0x21, 0x00, 0x00, 0x00],
        more_to_follow: false,
    }
}

/// Events up to the first that is wanted.
async fn until<T>(events: &mut Events, is: impl Fn(&Event) -> Option<T>) -> T {
    loop {
        let event = events.recv().await.expect("not the end");
        if let Some(found) = is(&event) {
            return found;
        }
    }
}

async fn down(events: &mut Events) -> (String, Option<Duration>) {
    until(events, |event| match event {
        Event::Down { why, pause } => Some((why.to_string(), *pause)),
        _ => None,
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_modem_comes_up_and_answers() {
    let (driver, mut events, _bench, mut peer) = ready().await;
    assert!(matches!(events.recv().await, Some(Event::Up { port }) if port == "pipe"));
    let mut states = Vec::new();
    while states.last() != Some(&State::Ready) {
        if let Some(Event::Modem(modem::Event::State(state))) = events.recv().await {
            states.push(state);
        }
    }
    assert_eq!(states, [State::Starting, State::Ready]);
    assert_eq!(asks(&driver, &mut peer, "AT+X?").await, ["+X: 1"]);
    assert_eq!(driver.outstanding(), 0);
    let wrong = driver.command("AT\r", secs(1)).await.unwrap_err();
    assert!(matches!(wrong, CallError::Request(RequestError::Value(_))));
}

#[tokio::test(start_paused = true)]
async fn a_port_that_cannot_be_opened_is_tried_again_with_growing_pauses() {
    let begun = Instant::now();
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let finder = {
        let attempts = Arc::clone(&attempts);
        move |attempt| {
            attempts.lock().unwrap().push((attempt, begun.elapsed()));
            async { Err(io::Error::new(io::ErrorKind::NotFound, "no such port")) }
        }
    };
    let options = Options {
        backoff: Backoff::new(secs(1), secs(8)),
        ..Options::default()
    };
    let (driver, mut events) = Driver::start(finder, Config::default(), options);
    let mut due = Duration::ZERO;
    for most in [1, 2, 4, 8, 8] {
        let (why, pause) = down(&mut events).await;
        assert_eq!(why, "no such port");
        let pause = pause.unwrap();
        assert!(pause >= secs(most) / 2 && pause <= secs(most), "{pause:?}");
        due += pause;
    }
    tokio::time::sleep_until(begun + due + secs(1)).await;
    let attempts = attempts.lock().unwrap().clone();
    let numbers: Vec<_> = attempts.iter().map(|(attempt, _)| *attempt).collect();
    assert_eq!(numbers[..6], [0, 1, 2, 3, 4, 5]);
    // The clock has milliseconds.
    assert!(attempts[5].1 >= due && attempts[5].1 < due + Duration::from_millis(10));
    // What never had a port ends without one.
    driver.close().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_when_the_port_goes_is_told_and_the_rest_waits_for_the_next() {
    let (driver, mut events, mut bench, mut peer) = ready().await;
    let under_way = tokio::spawn({
        let driver = driver.clone();
        async move { driver.command("AT+A", secs(100)).await }
    });
    peer.until("AT+A").await;
    let waits = tokio::spawn({
        let driver = driver.clone();
        async move { driver.command("AT+B", secs(100)).await }
    });
    tokio::task::yield_now().await;
    drop(peer);
    let lost = under_way.await.unwrap();
    assert_eq!(lost, Err(CallError::Failure(Failure::Lost)));
    assert_eq!(down(&mut events).await.0, "unplugged, or hung up");
    assert_eq!(driver.state(), State::Closed);

    let (attempt, port) = bench.ports.recv().await.unwrap();
    assert_eq!(attempt, 0, "the last port was of use");
    let mut peer = Peer::new(port);
    peer.until("AT+B").await;
    peer.answer(&["OK"]).await;
    assert!(waits.await.unwrap().unwrap().result.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_the_watchdog_wants_of_the_port_is_done() {
    let cycled = Arc::new(Mutex::new(Vec::new()));
    let power = {
        let cycled = Arc::clone(&cycled);
        PowerHook::new(move |port| {
            cycled.lock().unwrap().push(port.to_owned());
            async { Err(io::Error::other("the relay is stuck")) }
        })
    };
    let options = Options {
        power: Some(power),
        ..Options::default()
    };
    let (_driver, mut events, mut bench) = Bench::start(Config::default(), options);
    // A modem that takes everything and says nothing.
    let mut silent = Vec::new();
    let mut requests = Vec::new();
    let mut downs = Vec::new();
    loop {
        tokio::select! {
            port = bench.ports.recv() => silent.push(port.unwrap()),
            event = events.recv() => match event.unwrap() {
                Event::Modem(modem::Event::Port(request)) => requests.push(request),
                Event::Down { why, .. } => downs.push(why.to_string()),
                Event::PowerCycled(outcome) => {
                    assert_eq!(outcome.unwrap_err().to_string(), "the relay is stuck");
                    break;
                }
                _ => {}
            }
        }
    }
    use PortRequest::{DropDtr, PowerCycle, Reopen};
    assert_eq!(requests, [DropDtr, Reopen, PowerCycle]);
    let closed = [
        "closed to wake the modem",
        "closed to take the modem's power",
    ];
    assert_eq!(downs, closed);
    assert_eq!(*cycled.lock().unwrap(), ["pipe"]);
    while let Ok(port) = bench.ports.try_recv() {
        silent.push(port);
    }
    assert_eq!(silent.len(), 3);
}

/// Its SIM is not touched.
#[tokio::test(start_paused = true)]
async fn another_modem_at_the_port_is_left_alone() {
    let config = Config {
        pin: Some(Pin::new("1234").unwrap()),
        ..Config::default()
    };
    let options = Options {
        imei: Some(Imei::parse("356938035643809").unwrap()),
        ..Options::default()
    };
    let (driver, mut events, mut bench) = Bench::start(config, options);
    for attempt in 0..2 {
        let (number, port) = bench.ports.recv().await.unwrap();
        assert_eq!(number, attempt);
        let mut peer = Peer::new(port);
        peer.until("AT+CGSN").await;
        peer.answer(&[IMEI, "OK"]).await;
        // Whether its radio is on is a part of the same look.
        while let Some(line) = peer.command().await {
            assert_eq!(line, "AT+CFUN?");
            peer.usual(&line).await;
        }
        let (why, _) = down(&mut events).await;
        assert_eq!(why, format!("another modem is there, {IMEI}"));
    }
    // The right one.
    let mut peer = bench.port().await;
    peer.until("AT+CGSN").await;
    peer.answer(&["356938035643809", "OK"]).await;
    tokio::select! {
        _ = driver.wait_for(|state| state.is_ready()) => {}
        () = peer.serve() => panic!("the port was closed"),
    }
}

#[tokio::test(start_paused = true)]
async fn to_close_waits_for_what_is_under_way() {
    let (driver, mut events, bench, mut peer) = ready().await;
    let under_way = tokio::spawn({
        let driver = driver.clone();
        async move { driver.command("AT+A", secs(100)).await }
    });
    peer.until("AT+A").await;
    let waiting = driver.send(submit()).unwrap();
    driver.queue(5, submit()).unwrap();
    let closes = driver.close();
    tokio::pin!(closes);
    // Given up, and asked for again.
    assert!(tokio::time::timeout(secs(2), &mut closes).await.is_err());
    assert_eq!(driver.queue(6, submit()), Err(RequestError::Closed));
    assert_eq!(waiting.await, Outcome::NotSent(Failure::Lost));
    peer.answer(&["OK"]).await;
    assert!(under_way.await.unwrap().is_ok());
    closes.await;
    driver.close().await;
    let not_sent = modem::Event::NotSent {
        token: 5,
        failure: Failure::Lost,
    };
    until(&mut events, |event| match event {
        Event::Modem(event) if *event == not_sent => Some(()),
        _ => None,
    })
    .await;
    let (why, pause) = down(&mut events).await;
    assert_eq!((&*why, pause), ("closed", None));
    assert!(events.recv().await.is_none());
    assert_eq!(peer.command().await, None);
    drop(bench);
}

#[tokio::test(start_paused = true)]
async fn without_handles_it_closes_and_without_a_listener_it_goes_on() {
    let (driver, events, _bench, mut peer) = ready().await;
    drop(events);
    peer.answer(&["RING"]).await;
    assert_eq!(asks(&driver, &mut peer, "AT+X?").await, ["+X: 1"]);
    let clone = driver.clone();
    drop(driver);
    assert_eq!(asks(&clone, &mut peer, "AT+X?").await, ["+X: 1"]);
    drop(clone);
    peer.serve().await;
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_nobody_awaits_any_more_is_an_event() {
    let (driver, mut events, _bench, mut peer) = ready().await;
    let given_up = tokio::time::timeout(secs(1), driver.command("AT+A", secs(100)));
    let (given_up, ()) = tokio::join!(given_up, peer.until("AT+A"));
    assert!(given_up.is_err());
    assert_eq!(driver.outstanding(), 1);
    peer.answer(&["+A: 1", "OK"]).await;
    let lines = until(&mut events, |event| match event {
        Event::Modem(modem::Event::Answer { answer, .. }) => Some(answer.clone().unwrap().lines),
        _ => None,
    })
    .await;
    assert_eq!(lines, ["+A: 1"]);
    assert_eq!(driver.outstanding(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_waits_can_be_taken_back() {
    let (driver, _events, _bench) = Bench::start(Config::default(), Options::default());
    for token in 0..3 {
        driver.queue(token, submit()).unwrap();
    }
    let awaited = driver.send(submit()).unwrap();
    let dropped = driver.send(submit()).unwrap();
    assert_eq!(driver.outstanding(), 5);
    let token = dropped.token();
    drop(dropped);
    assert_eq!(driver.withdraw(token), None);
    assert_eq!(driver.withdraw(1), Some(submit()));
    assert_eq!(driver.outstanding(), 3);
    let tokens: Vec<_> = driver
        .withdraw_all()
        .iter()
        .map(|(token, _)| *token)
        .collect();
    assert_eq!(tokens, [0, 2]);
    assert_eq!(awaited.await, Outcome::NotSent(Failure::Lost));
    assert_eq!(driver.outstanding(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_becomes_of_a_message() {
    let (driver, mut events, _bench, mut peer) = ready().await;
    let sent = driver.send(submit()).unwrap();
    tokio::select! {
        outcome = sent => assert_eq!(outcome, Outcome::Sent { reference: Some(7) }),
        () = peer.serve() => panic!("the port was closed"),
    }
    let refused = driver.send(submit()).unwrap();
    peer.until("AT+CMGS=8").await;
    peer.answer(&["+CMS ERROR: 28"]).await;
    tokio::select! {
        outcome = refused => assert!(matches!(outcome, Outcome::NotSent(Failure::Refused(_)))),
        () = peer.serve() => panic!("the port was closed"),
    }

    // Given up too late to be taken back: its outcome is an event.
    let given_up = driver.send(submit()).unwrap();
    let token = given_up.token();
    peer.until("AT+CMGS=8").await;
    drop(given_up);
    assert_eq!(driver.outstanding(), 1);
    peer.say("\r\n> ").await;
    let data = peer.command().await.unwrap();
    assert_eq!(data, "000100028121000000");
    // The result is lost, and comes when nobody waits for it any more.
    let is_token = |event: &Event| match event {
        Event::Modem(modem::Event::Unknown { token: of }) => Some(*of),
        _ => None,
    };
    let begun = Instant::now();
    assert_eq!(until(&mut events, is_token).await, token);
    assert_eq!(begun.elapsed().as_secs(), 180);
    assert_eq!(driver.outstanding(), 0);
    peer.answer(&["+CMGS: 9", "OK"]).await;
    let late = async {
        until(&mut events, |event| match event {
            Event::Modem(modem::Event::SentLate { token, reference }) => Some((*token, *reference)),
            _ => None,
        })
        .await
    };
    tokio::select! {
        late = late => assert_eq!(late, (token, Some(9))),
        () = peer.serve() => panic!("the port was closed"),
    }
}

#[tokio::test(start_paused = true)]
async fn to_drain_sends_all_that_waits_and_ends_then() {
    let (driver, mut events, _bench, mut peer) = ready().await;
    for token in 0..3 {
        driver.queue(token, submit()).unwrap();
    }
    let (drains, ()) = (driver.drain(), tokio::task::yield_now().await);
    let serves = peer.serve();
    tokio::join!(drains, serves);
    let mut sent = Vec::new();
    while let Some(event) = events.recv().await {
        if let Event::Modem(modem::Event::Sent { token, .. }) = event {
            sent.push(token);
        }
    }
    assert_eq!(sent, [0, 1, 2]);
    assert_eq!(driver.queue(3, submit()), Err(RequestError::Closed));
}

#[tokio::test(start_paused = true)]
async fn when_it_is_idle_all_that_was_stored_is_told() {
    let (driver, mut events, mut bench) = Bench::start(Config::default(), Options::default());
    let mut peer = bench.port().await;
    let tpdu = "0004028121000062101020304000 01 41".replace(' ', "");
    let stored = format!("+CMGL: 3,1,,{}", tpdu.len() / 2 - 1);
    let serves = async {
        loop {
            match &*peer.command().await.unwrap() {
                "AT+CMGL=4" => peer.answer(&[&*format!("{stored}\r\n{tpdu}"), "OK"]).await,
                line => peer.usual(line).await,
            }
        }
    };
    tokio::select! {
        is_idle = driver.idle() => assert!(is_idle),
        () = serves => {}
    }
    let mut received = Vec::new();
    while let Some(event) = events.try_recv() {
        if let Event::Modem(modem::Event::Received(message)) = event {
            received.push(message);
        }
    }
    assert_eq!(received.len(), 1);
    // What is safe is deleted before it is idle again.
    driver.persisted(received[0].id);
    let deletes = async {
        peer.until("AT+CMGD=3").await;
        peer.answer(&["OK"]).await;
        peer.serve().await;
    };
    tokio::select! {
        is_idle = driver.idle() => assert!(is_idle),
        () = deletes => panic!("the port was closed"),
    }
    let ended = driver.clone();
    let closes = driver.close();
    tokio::join!(closes, peer.serve());
    assert!(!ended.idle().await);
}

#[tokio::test(start_paused = true)]
async fn as_many_as_may_wait_and_no_more() {
    let config = Config {
        max_queue: 2,
        ..Config::default()
    };
    let (driver, _events, _bench) = Bench::start(config, Options::default());
    driver.queue(0, submit()).unwrap();
    driver.queue(1, submit()).unwrap();
    assert_eq!(driver.queue(2, submit()), Err(RequestError::Full));
    assert_eq!(driver.send(submit()).unwrap_err(), RequestError::Full);
    assert_eq!(driver.outstanding(), 2);
}

#[tokio::test(start_paused = true)]
async fn all_that_passes_can_be_seen() {
    let seen = Arc::new(Mutex::new([Vec::new(), Vec::new()]));
    let tap = {
        let seen = Arc::clone(&seen);
        Tap::new(move |direction, octets| {
            let side = usize::from(direction == Direction::Received);
            seen.lock().unwrap()[side].extend_from_slice(octets);
        })
    };
    let options = Options {
        tap,
        ..Options::default()
    };
    let (driver, _events, mut bench) = Bench::start(Config::default(), options);
    let mut peer = bench.port().await;
    asks(&driver, &mut peer, "AT+X?").await;
    let [sent, received] = seen
        .lock()
        .unwrap()
        .clone()
        .map(|octets| String::from_utf8(octets).unwrap());
    assert!(
        sent.starts_with('\u{1b}') && sent.ends_with("AT+X?\r"),
        "{sent}"
    );
    assert!(received.ends_with("\r\n+X: 1\r\n\r\nOK\r\n"), "{received}");
}

/// An owner that takes nothing holds up those who await something, and not the modem.
#[tokio::test(start_paused = true)]
async fn events_that_nobody_takes_are_bounded() {
    let options = Options {
        max_events: 8,
        ..Options::default()
    };
    let (driver, mut events, mut bench) = Bench::start(Config::default(), options);
    let mut peer = bench.port().await;
    for _ in 0..200 {
        // An answer that nobody asked for is a fault to be told.
        peer.say(&"\r\nOK\r\n".repeat(100)).await;
    }
    let serves = tokio::spawn(async move { peer.serve().await });
    let mut count = 0;
    while tokio::time::timeout(Duration::from_millis(100), events.recv())
        .await
        .is_ok()
    {
        count += 1;
        assert!(count < 10_000);
    }
    assert!((8..10_000).contains(&count), "{count}");
    assert!(driver.command("AT", secs(1)).await.is_ok());
    drop(driver);
    serves.await.unwrap();
}
