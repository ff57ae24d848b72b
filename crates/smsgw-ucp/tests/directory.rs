//! [`Directory`]: what is for an account finds one of its sessions.
#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

#[path = "support/shells.rs"]
mod shells;
mod support;

use shells::{Shells, nothing_comes, request, said, up};
use smsgw_ucp::connection::{Events, RequestError};
use smsgw_ucp::op::{DeliverNotification, ResponseInquiryMessage};
use smsgw_ucp::server::{Directory, Registration};
use smsgw_ucp::session::{Account, Config, Event, NotificationAddress, TimeoutPolicy};
use smsgw_ucp::sme::Sme;
use smsgw_ucp::smsc::Smsc;
use smsgw_ucp::types::{Dst, Originator, Pid};
use smsgw_ucp::{ErrorCode, SystemMessage};
use support::{Said, deliver, ms, no_login, quiet, secs, submit};
use tokio::io::AsyncReadExt as _;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

const YES: Said = Said::Yes;

fn account(name: &str) -> Account {
    Account::new(name).unwrap()
}

fn address(nadc: &str) -> NotificationAddress {
    NotificationAddress {
        nadc: nadc.to_owned(),
        npid: Pid::PC_OVER_TCP_IP,
    }
}

fn notification(adc: &str) -> DeliverNotification<'_> {
    DeliverNotification {
        adc: Originator::new(adc).unwrap(),
        dst: Dst::DELIVERED,
        ..DeliverNotification::default()
    }
}

/// A client that is logged in, and the service centre's end of its session.
struct Client {
    sme: Sme,
    events: Events,
    smsc: Smsc,
}

impl Client {
    async fn new() -> Self {
        let Shells {
            sme,
            sme_events: events,
            smsc,
            ..
        } = up(quiet(), quiet()).await;
        Self { sme, events, smsc }
    }

    async fn registered(directory: &Directory, name: &str) -> (Self, Registration) {
        let client = Self::new().await;
        let registration = directory.register(account(name), &client.smsc, []);
        (client, registration)
    }

    async fn registered_for(directory: &Directory, nadc: &str) -> (Self, Registration) {
        let client = Self::new().await;
        let addresses = [address(nadc)];
        let registration = directory.register(account("2147"), &client.smsc, addresses);
        (client, registration)
    }

    /// Takes an operation, which is one about `adc`, and answers it.
    async fn takes(&mut self, adc: &str) {
        let frame = request(&mut self.events).await;
        assert_eq!(frame.fields().next(), Some(adc.as_bytes()));
        self.sme.accept(&frame, SystemMessage::EMPTY);
    }

    /// Answers what comes, a second each, until the end; how many there were.
    async fn serves(mut self) -> usize {
        // The directory has another.
        drop(self.smsc);
        let mut served = 0;
        while let Some(event) = self.events.recv().await {
            if let Event::Request(frame) = event {
                tokio::time::sleep(secs(1)).await;
                self.sme.accept(&frame, SystemMessage::EMPTY);
                served += 1;
            }
        }
        served
    }
}

/// Notifies `2147`, in a task.
fn notify(
    directory: &Directory,
    nadc: Option<&str>,
    adc: &'static str,
) -> JoinHandle<Result<Said, RequestError>> {
    let (directory, address) = (directory.clone(), nadc.map(address));
    tokio::spawn(async move {
        let (owner, notification) = (account("2147"), notification(adc));
        let outcome = directory.notify(&owner, address.as_ref(), &notification);
        said(outcome.await)
    })
}

#[tokio::test(start_paused = true)]
async fn the_session_with_the_least_to_do_is_told() {
    let directory = Directory::default();
    let (mut first, _first) = Client::registered(&directory, "2147").await;
    let (mut second, _second) = Client::registered(&directory, "2147").await;
    let (mut other, _other) = Client::registered(&directory, "2148").await;
    assert_eq!(directory.sessions(&account("2147")).len(), 2);
    // Of equal ones the one that came first; then the other one.
    let calls = [notify(&directory, None, "1"), notify(&directory, None, "2")];
    nothing_comes(&mut other.events).await;
    first.takes("1").await;
    second.takes("2").await;
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(YES));
    }
    first.smsc.try_queue(&deliver("9"), 0).unwrap();
    let call = notify(&directory, None, "3");
    second.takes("3").await;
    assert_eq!(call.await.unwrap(), Ok(YES));
    assert_eq!(first.smsc.in_flight(), 1);
    // What the client says is handed back, whatever it is.
    let call = notify(&directory, None, "4");
    let frame = request(&mut second.events).await;
    second
        .sme
        .refuse(&frame, ErrorCode::MESSAGE_NOT_FOUND, SystemMessage::EMPTY);
    assert_eq!(call.await.unwrap(), Ok(Said::No(27)));
}

#[tokio::test(start_paused = true)]
async fn messages_and_anything_else_go_the_same_way() {
    let directory = Directory::default();
    let (mut client, _registration) = Client::registered(&directory, "2147").await;
    let owner = account("2147");
    let message = deliver("1");
    let (outcome, ()) = tokio::join!(directory.deliver(&owner, &message), client.takes("1"));
    assert_eq!(said(outcome), Ok(YES));
    let inquiry = ResponseInquiryMessage {
        adc: "2".try_into().unwrap(),
        ..ResponseInquiryMessage::default()
    };
    let request = directory.request(&owner, None, &inquiry);
    let (outcome, ()) = tokio::join!(request, client.takes("2"));
    assert_eq!(said(outcome), Ok(YES));
    let picked = directory.pick(&owner, None).unwrap();
    picked.try_queue(&message, 7).unwrap();
    client.takes("1").await;
    let wrong_way = directory.request(&owner, None, &submit("1")).await;
    assert_eq!(said(wrong_way), Err(RequestError::Direction));
}

#[tokio::test(start_paused = true)]
async fn an_address_that_a_message_named_is_kept_to_while_it_is_there() {
    let directory = Directory::default();
    let (mut any, _any) = Client::registered(&directory, "2147").await;
    let (mut named, registration) = Client::registered_for(&directory, "192").await;
    // Though it has more to do; another address is nobody's.
    named.smsc.try_queue(&deliver("9"), 0).unwrap();
    let call = notify(&directory, Some("192"), "1");
    named.takes("9").await;
    named.takes("1").await;
    assert_eq!(call.await.unwrap(), Ok(YES));
    let call = notify(&directory, Some("193"), "2");
    any.takes("2").await;
    assert_eq!(call.await.unwrap(), Ok(YES));
    // It is over, and nobody has taken it out.
    named.sme.close();
    nothing_comes(&mut any.events).await;
    let call = notify(&directory, Some("192"), "3");
    any.takes("3").await;
    assert_eq!(call.await.unwrap(), Ok(YES));
    drop(registration);
    let call = notify(&directory, Some("192"), "4");
    any.takes("4").await;
    assert_eq!(call.await.unwrap(), Ok(YES));
}

/// The one that is to have it has no room, as its client does not answer.
#[tokio::test(start_paused = true)]
async fn what_finds_no_room_in_time_goes_to_a_session_that_has_it() {
    let directory = Directory::default();
    let impatient = Config {
        window_wait: Some(secs(5)),
        ..quiet()
    };
    let mut hung = up(quiet(), impatient).await;
    let addresses = [address("0101")];
    let _hung = directory.register(account("2147"), &hung.smsc, addresses);
    let first = notify(&directory, Some("0101"), "1");
    request(&mut hung.sme_events).await;
    let start = Instant::now();
    // There is nobody else.
    let full = notify(&directory, Some("0101"), "2").await.unwrap();
    assert_eq!(full, Err(RequestError::WindowFull));
    assert_eq!(start.elapsed(), secs(5));
    let (mut idle, _idle) = Client::registered(&directory, "2147").await;
    let second = notify(&directory, Some("0101"), "2");
    idle.takes("2").await;
    assert_eq!(second.await.unwrap(), Ok(YES));
    assert_eq!(start.elapsed(), secs(10));
    first.abort();
}

#[tokio::test(start_paused = true)]
async fn without_a_session_it_is_said_at_once() {
    let directory = Directory::default();
    let started = Instant::now();
    let closed = Ok(Err(RequestError::Closed));
    let nobody =
        |directory| async move { Ok::<_, ()>(notify(directory, None, "1").await.unwrap()) };
    assert_eq!(nobody(&directory).await, closed);
    assert!(directory.pick(&account("2147"), None).is_none());
    let (client, registration) = Client::registered(&directory, "2147").await;
    client.smsc.close();
    assert_eq!(nobody(&directory).await, closed);
    drop(registration);
    assert_eq!(nobody(&directory).await, closed);
    // One that ends takes no more, either.
    let (client, _registration) = Client::registered(&directory, "2147").await;
    client.smsc.try_queue(&deliver("9"), 0).unwrap();
    client.smsc.close_when_answered();
    assert_eq!(nobody(&directory).await, closed);
    assert_eq!(started.elapsed(), ms(0));
}

/// The window has room for one. What was sent has its outcome; what waited behind it goes on to
/// another session.
#[tokio::test(start_paused = true)]
async fn what_was_not_sent_when_a_session_went_away_goes_to_another() {
    let directory = Directory::default();
    let (mut gone, _gone) = Client::registered(&directory, "2147").await;
    let sent = notify(&directory, None, "1");
    let frame = request(&mut gone.events).await;
    let waits = notify(&directory, None, "2");
    nothing_comes(&mut gone.events).await;
    let (mut other, _other) = Client::registered(&directory, "2147").await;
    nothing_comes(&mut other.events).await;
    gone.sme.close();
    other.takes("2").await;
    assert_eq!(waits.await.unwrap(), Ok(YES));
    let unanswered = RequestError::Unanswered { written: true };
    assert_eq!(sent.await.unwrap(), Err(unanswered));
    // The result of what was sent comes to nobody, and nothing is sent twice.
    gone.sme.accept(&frame, SystemMessage::EMPTY);
    nothing_comes(&mut other.events).await;
}

/// Some of it was written, but not all: the client cannot have acted on it.
#[tokio::test(start_paused = true)]
async fn what_was_cut_off_goes_to_another() {
    let directory = Directory::default();
    let (near, mut far) = tokio::io::duplex(16);
    let (narrow, _events) = Smsc::new(near, no_login(quiet()));
    let _narrow = directory.register(account("2147"), &narrow, []);
    let call = notify(&directory, None, "1");
    let mut begun = [0; 15];
    far.read_exact(&mut begun).await.unwrap();
    assert_eq!(begun[..4], *b"\x0200/");
    let (mut other, _other) = Client::registered(&directory, "2147").await;
    drop(far);
    other.takes("1").await;
    assert_eq!(call.await.unwrap(), Ok(YES));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_does_not_answer_is_told_once_and_nobody_else() {
    let directory = Directory::default();
    let (mut silent, _silent) = Client::registered(&directory, "2147").await;
    let started = Instant::now();
    let call = notify(&directory, None, "1");
    request(&mut silent.events).await;
    let (mut other, _other) = Client::registered(&directory, "2147").await;
    let unanswered = RequestError::Unanswered { written: true };
    assert_eq!(call.await.unwrap(), Err(unanswered));
    assert_eq!(started.elapsed(), quiet().result_timer);
    nothing_comes(&mut other.events).await;
}

/// Behind a keep-alive whose result is not read, as the owner has enough to do: it has its time, and
/// no more.
#[tokio::test(start_paused = true)]
async fn what_could_not_be_sent_in_time_is_said_in_time() {
    let directory = Directory::default();
    let busy = Config {
        max_unanswered: 1,
        keep_alive: Some(secs(30)),
        on_timeout: TimeoutPolicy::Resend { times: 1 },
        ..quiet()
    };
    let Shells {
        sme,
        smsc,
        mut smsc_events,
        ..
    } = up(quiet(), busy).await;
    let _registration = directory.register(account("2147"), &smsc, []);
    sme.try_queue(&submit("1"), 0).unwrap();
    request(&mut smsc_events).await;
    tokio::time::sleep(secs(40)).await;
    let started = Instant::now();
    let unsent = RequestError::Unanswered { written: false };
    assert_eq!(notify(&directory, None, "1").await.unwrap(), Err(unsent));
    assert_eq!(started.elapsed(), quiet().result_timer);
    assert_eq!(smsc.metrics().sent().total(), 2, "login and keep-alive");
}

#[tokio::test(start_paused = true)]
async fn many_notifications_spread_over_the_sessions() {
    let directory = Directory::default();
    let mut serving = JoinSet::new();
    let mut registrations = Vec::new();
    for _ in 0..3 {
        let (client, registration) = Client::registered(&directory, "2147").await;
        serving.spawn(client.serves());
        registrations.push(registration);
    }
    let calls: Vec<_> = (0..60).map(|_| notify(&directory, None, "1")).collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(YES));
    }
    // A registration was the last handle: the sessions end.
    drop(registrations);
    assert_eq!(serving.join_all().await, [20, 20, 20]);
    assert!(directory.sessions(&account("2147")).is_empty());
}
