//! What a driver promises whatever happens: an outcome to whoever awaits one, an end, and the PIN
//! to nobody else.
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
use std::time::Duration;

use peer::{IMEI, Peer};
use pipes::{Bench, ready};
use smsgw_at::command::identity::Imei;
use smsgw_at::command::pin::Pin;
use smsgw_at::driver::{Down, Driver, Event, Events, Options, Outcome, RequestError};
use smsgw_at::modem::{self, Config, Failure, State, Submit};
use smsgw_at::port::Port;
use tokio::io::DuplexStream;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn submit() -> Submit {
    Submit {
        pdu: vec![0x00, 0x01, 0x00, 0x02, 0x81, 0x21, 0x00, 0x00, 0x00],
        more_to_follow: false,
    }
}

/// Serves until the driver has nothing to do any more.
async fn served(driver: &Driver, peer: &mut Peer<DuplexStream>) {
    let done = async {
        while driver.outstanding() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        () = done => {}
        () = peer.serve() => panic!("the port was closed"),
    }
}

/// What a modem whose SIM is locked says; whether this was an attempt to open it.
async fn locked(peer: &mut Peer<DuplexStream>, line: &str, is_open: bool) -> bool {
    match line {
        "AT+CPIN?" if !is_open => peer.answer(&["+CPIN: SIM PIN", "OK"]).await,
        "AT+CPINR" => peer.answer(&["+CPINR: SIM PIN,3,3", "OK"]).await,
        line if line.starts_with("AT+CPIN=") => {
            peer.answer(&["OK"]).await;
            return true;
        }
        line => peer.usual(line).await,
    }
    false
}

fn with_pin() -> Config {
    Config {
        pin: Some(Pin::new("1234").unwrap()),
        ..Config::default()
    }
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_nobody_has_taken_is_an_event() {
    let (driver, mut events, _bench, mut peer) = ready().await;
    let sending = driver.send(submit()).unwrap();
    let token = sending.token();
    served(&driver, &mut peer).await;
    drop(sending);
    driver.close().await;
    let mut sent = 0;
    while let Some(event) = events.recv().await {
        if let Event::Modem(modem::Event::Sent { token: it, .. }) = event {
            sent += u32::from(it == token);
        }
    }
    assert_eq!(sent, 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_has_taken_is_an_event() {
    let (driver, mut events, _bench, mut peer) = ready().await;
    let mut command = Box::pin(driver.command("AT+X", secs(5)));
    // It is asked for, and then nobody looks.
    tokio::select! {
        biased;
        _ = &mut command => panic!("nobody has answered"),
        () = std::future::ready(()) => {}
    }
    let answers = async {
        peer.until("AT+X").await;
        peer.answer(&["+X: 1", "OK"]).await;
    };
    answers.await;
    served(&driver, &mut peer).await;
    drop(command);
    driver.close().await;
    let mut answers = Vec::new();
    while let Some(event) = events.recv().await {
        if let Event::Modem(modem::Event::Answer { answer, .. }) = event {
            answers.push(answer.unwrap().lines);
        }
    }
    assert_eq!(answers, [["+X: 1"]]);
}

/// A driver whose owner takes no more events once the modem is ready.
async fn unheard() -> (Driver, Events, Bench, Peer<DuplexStream>) {
    let options = Options {
        max_events: 4,
        ..Options::default()
    };
    let (driver, mut events, mut bench) = Bench::start(Config::default(), options);
    let mut peer = bench.port().await;
    let up = async {
        loop {
            let event = events.recv().await.unwrap();
            if matches!(event, Event::Modem(modem::Event::State(State::Ready))) {
                break;
            }
        }
        driver.idle().await;
    };
    tokio::select! {
        () = up => {}
        () = peer.serve() => panic!("the port was closed"),
    }
    for n in 0..16 {
        peer.say(&format!("\r\n+CUSD: 0,\"t{n}\",15\r\n")).await;
    }
    (driver, events, bench, peer)
}

#[tokio::test(start_paused = true)]
async fn it_closes_though_nobody_takes_events() {
    let (driver, mut events, _bench, mut peer) = unheard().await;
    let sending = driver.send(submit()).unwrap();
    driver.queue(7, submit()).unwrap();
    let closes = tokio::time::timeout(secs(3_600), driver.drain());
    let (closed, ()) = tokio::join!(closes, peer.serve());
    assert!(closed.is_ok(), "it has not closed within an hour");
    assert!(matches!(sending.await, Outcome::Sent { .. }));
    let mut dialogues = 0;
    let mut sent = 0;
    while let Some(event) = events.recv().await {
        match event {
            Event::Modem(modem::Event::Ussd(_)) => dialogues += 1,
            Event::Modem(modem::Event::Sent { token: 7, .. }) => sent += 1,
            _ => {}
        }
    }
    assert_eq!((dialogues, sent), (16, 1));
}

#[tokio::test(start_paused = true)]
async fn the_port_is_opened_again_though_nobody_takes_events() {
    let (driver, mut events, mut bench, mut peer) = unheard().await;
    let sending = driver.send(submit()).unwrap();
    // It says nothing any more, and reads on.
    let silent = async { while peer.command().await.is_some() {} };
    let again = async { tokio::time::timeout(secs(7_200), bench.port()).await };
    let (again, ()) = tokio::join!(again, silent);
    assert!(again.is_ok(), "the port was not opened again");
    drop(sending);
    drop(again);
    let mut requests = 0;
    driver.close().await;
    while let Some(event) = events.recv().await {
        requests += u32::from(matches!(
            event,
            Event::Down {
                why: Down::Reopen,
                ..
            }
        ));
    }
    assert_eq!(requests, 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_finder_ends_the_driver() {
    let finder = |attempt: u64| async move {
        assert!(attempt > 0, "what a finder may do");
        Err::<Port, io::Error>(io::ErrorKind::NotFound.into())
    };
    let (driver, mut events) = Driver::start(finder, Config::default(), Options::default());
    let sending = driver.send(submit()).unwrap();
    driver.queue(7, submit()).unwrap();
    assert_eq!(sending.await, Outcome::NotSent(Failure::Lost));
    driver.close().await;
    assert_eq!(driver.outstanding(), 0);
    assert_eq!(driver.send(submit()).unwrap_err(), RequestError::Closed);
    let mut lost = Vec::new();
    while let Some(event) = events.recv().await {
        if let Event::Modem(modem::Event::NotSent { token, .. }) = event {
            lost.push(token);
        }
    }
    assert_eq!(lost, [7]);
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_back_by_its_token_is_not_sent() {
    let (driver, _events, mut bench) = Bench::start(Config::default(), Options::default());
    let _peer = bench.port().await;
    let sending = driver.send(submit()).unwrap();
    assert!(driver.withdraw(sending.token()).is_some());
    assert!(driver.withdraw(sending.token()).is_none());
    assert_eq!(driver.outstanding(), 0);
    assert_eq!(sending.await, Outcome::NotSent(Failure::Lost));
}

#[tokio::test(start_paused = true)]
async fn the_tokens_of_the_driver_are_its_own() {
    let (driver, _events, _bench) = Bench::start(Config::default(), Options::default());
    let refused = driver.queue(1 << 63, submit());
    assert_eq!(refused, Err(RequestError::Token));
    assert_eq!(driver.queue((1 << 63) - 1, submit()), Ok(()));
    assert_eq!(driver.outstanding(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_modem_that_hides_its_number_is_not_the_one_that_is_wanted() {
    let options = Options {
        imei: Some(Imei::parse(IMEI).unwrap()),
        ..Options::default()
    };
    let (_driver, mut events, mut bench) = Bench::start(with_pin(), options);
    let mut peer = bench.port().await;
    let talks = async {
        while let Some(line) = peer.command().await {
            assert!(!line.starts_with("AT+CPIN"), "its SIM was touched: {line}");
            match line.as_str() {
                "AT+CGSN" => peer.answer(&["ERROR"]).await,
                line => peer.usual(line).await,
            }
        }
    };
    let left = async {
        loop {
            if let Event::Down { why, .. } = events.recv().await.unwrap() {
                return why;
            }
        }
    };
    let ((), why) = tokio::join!(talks, left);
    assert!(matches!(why, Down::OtherModem { found: None }), "{why}");
    assert_eq!(
        why.to_string(),
        "a modem is there that does not tell its IMEI"
    );
}

/// Plugs in one modem after another with these numbers of their own and of their SIMs; how often
/// each got the PIN.
async fn plugged(config: Config, modems: &[(&str, Option<&str>)]) -> Vec<u32> {
    let (driver, _events, mut bench) = Bench::start(config, Options::default());
    let mut given = Vec::new();
    for (imei, iccid) in modems {
        let mut peer = bench.port().await;
        let mut count = 0;
        let talks = async {
            while let Some(line) = peer.command().await {
                match (line.as_str(), iccid) {
                    ("AT+CGSN", _) => peer.answer(&[imei, "OK"]).await,
                    ("AT+CCID", Some(iccid)) => {
                        peer.answer(&[&format!("+CCID: {iccid}"), "OK"]).await;
                    }
                    (line, None) if line.contains("CCID") => peer.answer(&["ERROR"]).await,
                    (line, _) => count += u32::from(locked(&mut peer, line, count > 0).await),
                }
            }
        };
        let settled = async {
            driver
                .wait_for(|state| state.is_ready() || matches!(state, State::Waiting(_)))
                .await;
        };
        tokio::select! {
            () = talks => {}
            () = settled => {}
        }
        given.push(count);
        drop(peer);
        driver
            .wait_for(|state| !state.is_ready() && !matches!(state, State::Waiting(_)))
            .await;
    }
    given
}

const OTHER: &str = "356938035643809";
const SIM: &str = "8949010000000000016";
const OTHER_SIM: &str = "8949010000000000024";

#[tokio::test(start_paused = true)]
async fn the_pin_goes_to_the_sim_that_it_opened_and_to_no_other() {
    let modems = [
        (IMEI, Some(SIM)),
        (OTHER, Some(OTHER_SIM)),
        (OTHER, Some(SIM)),
        (IMEI, None),
    ];
    assert_eq!(plugged(with_pin(), &modems).await, [1, 0, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn where_no_sim_tells_its_number_the_pin_goes_to_the_modem_that_it_opened() {
    let modems = [(IMEI, None), (OTHER, None), (IMEI, None)];
    assert_eq!(plugged(with_pin(), &modems).await, [1, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_pin_of_every_sim_goes_to_every_sim() {
    let config = Config {
        pin_for_any_sim: true,
        ..with_pin()
    };
    let modems = [(IMEI, Some(SIM)), (OTHER, Some(OTHER_SIM))];
    assert_eq!(plugged(config, &modems).await, [1, 1]);
}
