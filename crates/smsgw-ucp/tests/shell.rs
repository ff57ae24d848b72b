//! [`Sme`] and [`Smsc`] over streams in memory, with tokio's clock stopped.
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

use std::collections::VecDeque;
use std::pin::pin;

use shells::{
    Raw, Shells, listen, next, nothing_comes, opens, poll_once, request, said, serve, submits, up,
    within,
};
use smsgw_ucp::connection::RequestError;
use smsgw_ucp::op::{SessionManagement, SubmitShortMessage};
use smsgw_ucp::session::{
    Account, CloseReason, Config, Event, MessageKeys, SendError, State, TimeoutPolicy,
};
use smsgw_ucp::sme::{ConnectError, Sme};
use smsgw_ucp::smsc::Smsc;
use smsgw_ucp::types::{Hex, Minute, Password, PasswordBuf, Second};
use smsgw_ucp::{Alphabet, ErrorCode, MessageKey, OperationType, SystemMessage, ValueError};
use support::Seen::{Closed, Late, LoginRequest, Overdue, Request, Resent, Response, Unanswered};
use support::{Said, Written, alert, deliver, line, ms, no_login, quiet, secs, submit, window};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

const YES: Said = Said::Yes;

// Logins.

/// Logs in to a service centre that knows `2147` and its password: what came of it at both ends.
async fn log_in(
    login: &SessionManagement<'_>,
) -> (Result<Option<Account>, ConnectError>, Option<Account>) {
    let (near, far) = tokio::io::duplex(1 << 12);
    let checks = async {
        let (smsc, mut events) = Smsc::new(far, quiet());
        let Some(Event::LoginRequest(frame)) = events.recv().await else {
            panic!("no login");
        };
        let login: SessionManagement<'_> = frame.decode().unwrap();
        if login.oadc == "2147" && login.pwd.matches("secret", Alphabet::Gsm) {
            smsc.accept_login(SystemMessage::new("BIND AUTHENTICATED").unwrap());
        } else {
            let sm = SystemMessage::new("no such account").unwrap();
            smsc.refuse_login(ErrorCode::AUTHENTICATION_FAILURE, sm);
            // The result arrives though it closes.
            smsc.close();
        }
        smsc
    };
    let (outcome, smsc) = tokio::join!(Sme::login(near, login, quiet()), checks);
    (outcome.map(|(sme, _)| sme.account()), smsc.account())
}

fn usual<'a>(account: &'a str, password: &'a PasswordBuf) -> SessionManagement<'a> {
    SessionManagement::login(account.try_into().unwrap(), password.as_password())
}

fn password(password: &str) -> PasswordBuf {
    PasswordBuf::new(password, Alphabet::Gsm).unwrap()
}

#[tokio::test(start_paused = true)]
async fn who_knows_the_password_is_let_in() {
    let right = password("secret");
    let packed = SessionManagement {
        pwd: Password::new(Hex::new("F3F2585EA603").unwrap()).unwrap(),
        ..usual("2147", &right)
    };
    for login in [usual("2147", &right), packed] {
        let (sme, smsc) = log_in(&login).await;
        assert_eq!(sme.unwrap(), Some(Account::new("2147").unwrap()));
        assert_eq!(smsc, Some(Account::new("2147").unwrap()));
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_know_it_is_told_so() {
    let (right, wrong) = (password("secret"), password("secrets"));
    for login in [
        usual("2147", &wrong),
        usual("2148", &right),
        usual("2147", &PasswordBuf::default()),
    ] {
        let (sme, smsc) = log_in(&login).await;
        let error = sme.unwrap_err();
        let code = ErrorCode::AUTHENTICATION_FAILURE;
        assert_eq!(error.error_code(), Some(code));
        let text = "login refused: 07 (authentication failure): no such account";
        assert_eq!(error.to_string(), text);
        assert!(!format!("{login:?} {error:?}").contains("7365"));
        assert_eq!(smsc, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_that_is_not_answered_ends_in_time() {
    let started = Instant::now();
    let (near, _far) = tokio::io::duplex(1 << 12);
    let error = Sme::login(near, &opens(), quiet()).await.unwrap_err();
    assert!(matches!(
        error,
        ConnectError::Closed(CloseReason::LoginTimer)
    ));
    assert_eq!(started.elapsed(), quiet().login_timer);
    let (near, _) = tokio::io::duplex(1 << 12);
    let error = Sme::login(near, &opens(), quiet()).await.unwrap_err();
    assert!(matches!(
        error,
        ConnectError::Closed(CloseReason::Disconnected)
    ));
}

#[tokio::test(start_paused = true)]
async fn a_login_that_is_given_up_closes_the_connection() {
    let (near, far) = tokio::io::duplex(1 << 12);
    let (smsc, mut events) = Smsc::new(far, quiet());
    {
        let (opens, mut asked) = (opens(), false);
        let mut login = pin!(Sme::login(near, &opens, quiet()));
        while !asked {
            tokio::select! {
                _ = login.as_mut() => panic!("nobody answers"),
                event = next(&mut events) => asked = event == Some(LoginRequest),
            }
        }
    }
    // Nobody waits for the result.
    smsc.accept_login(SystemMessage::EMPTY);
    assert_eq!(
        next(&mut events).await,
        Some(Closed(CloseReason::Disconnected))
    );
}

#[tokio::test(start_paused = true)]
async fn a_link_without_a_login_is_up_at_once() {
    let (near, far) = tokio::io::duplex(1 << 12);
    let (sme, _events) = Sme::new(near, no_login(quiet()));
    let (smsc, smsc_events) = Smsc::new(far, no_login(quiet()));
    assert_eq!((sme.state(), smsc.state()), (State::Up, State::Up));
    assert_eq!(smsc.account(), Some(Account::new("2147").unwrap()));
    let served = tokio::spawn(serve(smsc, smsc_events));
    assert_eq!(said(sme.submit(&submit("1")).await), Ok(YES));
    assert_eq!(said(sme.request(&alert("2147")).await), Ok(YES));
    sme.close_when_answered();
    assert_eq!(served.await.unwrap(), 1);

    let (near, _far) = tokio::io::duplex(1 << 12);
    let error = Sme::login(near, &opens(), no_login(quiet())).await;
    let error = error.unwrap_err();
    let state = SendError::State(State::Up);
    assert!(matches!(&error, ConnectError::Session(why) if *why == state));
}

#[tokio::test]
async fn there_is_somebody_to_log_in_to_or_not() {
    let listener = listen().await;
    let address = listener.local_addr().unwrap();
    drop(listener);
    let nobody = within(Sme::connect(address, &opens(), quiet())).await;
    assert!(matches!(nobody.unwrap_err(), ConnectError::Io(_)));
}

/// A service centre opens a connection of its own for what it has to say.
#[tokio::test]
async fn a_client_can_be_connected_to_at_its_receive_port() {
    let receive_port = listen().await;
    let connects = TcpStream::connect(receive_port.local_addr().unwrap());
    let (far, near) = tokio::join!(connects, receive_port.accept());
    let (smsc, _events) = Smsc::new(far.unwrap(), no_login(quiet()));
    let (sme, mut events) = Sme::new(near.unwrap().0, no_login(quiet()));
    let takes = async {
        let frame = request(&mut events).await;
        assert!(line(&frame).starts_with("00/O/52/7/"));
        sme.accept(&frame, SystemMessage::EMPTY);
    };
    let message = deliver("7");
    let (outcome, ()) = within(async { tokio::join!(smsc.deliver(&message), takes) }).await;
    assert_eq!(said(outcome), Ok(YES));
    // It is still the client's end.
    let wrong_way = sme.request(&message).await;
    assert_eq!(said(wrong_way), Err(RequestError::Direction));
}

// Operations and results.

#[tokio::test(start_paused = true)]
async fn a_message_is_submitted_and_the_result_names_it() {
    let Shells {
        sme,
        smsc,
        mut smsc_events,
        ..
    } = up(quiet(), quiet()).await;
    let noon = Second::parse("010126120000").unwrap();
    let serves = async {
        let mut keys = MessageKeys::default();
        for _ in 0..2 {
            let frame = request(&mut smsc_events).await;
            let submitted: SubmitShortMessage<'_> = frame.decode().unwrap();
            let adc = submitted.adc.as_str();
            let scts = keys.next(adc, noon);
            let key = MessageKey { adc, scts };
            smsc.accept(&frame, SystemMessage::key(&key).unwrap());
        }
        let frame = request(&mut smsc_events).await;
        smsc.refuse(&frame, ErrorCode::ADC_INVALID, SystemMessage::EMPTY);
        let frame = request(&mut smsc_events).await;
        let until = Minute::parse("0201261200").unwrap();
        let kept = smsc.accept_until(&frame, until, SystemMessage::EMPTY);
        assert_eq!(kept, Ok(()));
        // A list has no validity period: the operation still waits.
        let frame = request(&mut smsc_events).await;
        let error = smsc.accept_until(&frame, until, SystemMessage::EMPTY);
        assert_eq!(error, Err(ValueError::NoSuchField));
        smsc.accept(&frame, SystemMessage::EMPTY);
    };
    let asks = async {
        for second in 0..2 {
            let reply = sme.submit(&submit("0031612345678")).await.unwrap();
            let sm = reply.answer().unwrap().sm();
            let [key] = sm.keys().collect::<Vec<_>>().try_into().unwrap();
            assert_eq!(key.adc, "0031612345678");
            assert_eq!(key.scts.to_string(), format!("2026-01-01T12:00:0{second}"));
        }
        let refused = sme.submit(&submit("0")).await;
        assert_eq!(said(refused), Ok(Said::No(6)));
        let changed = sme.submit(&submit("1")).await.unwrap();
        let mvp = changed.answer().unwrap().mvp().unwrap();
        assert_eq!(mvp.to_string(), "2026-01-02T12:00:00");
        let listed = sme.request(&smsgw_ucp::op::ListManagement::default()).await;
        assert_eq!(said(listed), Ok(YES));
    };
    tokio::join!(serves, asks);
    assert_eq!((sme.in_flight(), sme.state()), (0, State::Up));
}

#[tokio::test(start_paused = true)]
async fn both_ends_send_at_once_with_the_same_numbers() {
    let Shells {
        sme,
        mut sme_events,
        smsc,
        mut smsc_events,
    } = up(window(100), window(100)).await;
    for token in 0..100 {
        sme.try_queue(&submit("1"), token).unwrap();
        smsc.try_queue(&deliver("2"), token).unwrap();
    }
    assert_eq!((sme.in_flight(), smsc.in_flight()), (100, 100));
    let up = async {
        let mut results = Vec::new();
        for _ in 0..200 {
            match sme_events.recv().await.unwrap() {
                Event::Request(frame) => sme.accept(&frame, SystemMessage::EMPTY),
                Event::Response { token, .. } => results.push(token),
                other => panic!("{other:?}"),
            }
        }
        results
    };
    let down = async {
        let mut results = Vec::new();
        for _ in 0..200 {
            match smsc_events.recv().await.unwrap() {
                Event::Request(frame) => smsc.accept(&frame, SystemMessage::EMPTY),
                Event::Response { token, .. } => results.push(token),
                other => panic!("{other:?}"),
            }
        }
        results
    };
    let all: Vec<u64> = (0..100).collect();
    assert_eq!(tokio::join!(up, down), (all.clone(), all));
    assert_eq!((sme.in_flight(), smsc.in_flight()), (0, 0));
}

/// Many calls at once through a window, answered backwards as soon as it is full; how many were
/// outstanding at most.
async fn many_calls(size: usize, calls: usize) -> usize {
    let Shells {
        sme,
        sme_events: _events,
        smsc,
        mut smsc_events,
    } = up(window(size), quiet()).await;
    let mut tasks = JoinSet::new();
    for _ in 0..calls {
        let sme = sme.clone();
        tasks.spawn(async move { said(sme.submit(&submit("1")).await) });
    }
    let (mut waiting, mut most) = (Vec::new(), 0);
    for seen in 1..=calls {
        waiting.push(request(&mut smsc_events).await);
        most = most.max(waiting.len());
        assert!(sme.in_flight() <= size);
        if waiting.len() == size || seen == calls {
            // The next does not come before a result.
            nothing_comes(&mut smsc_events).await;
            while let Some(frame) = waiting.pop() {
                smsc.accept(&frame, SystemMessage::EMPTY);
            }
        }
    }
    assert_eq!(tasks.join_all().await, vec![Ok(YES); calls]);
    assert_eq!((sme.in_flight(), sme.state()), (0, State::Up));
    most
}

#[tokio::test(start_paused = true)]
async fn with_a_window_of_one_it_stops_and_waits() {
    assert_eq!(many_calls(1, 250).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_may_be_outstanding() {
    assert_eq!(many_calls(100, 350).await, 100);
}

#[tokio::test(start_paused = true)]
async fn calls_are_sent_in_their_order() {
    let Shells {
        sme,
        smsc,
        mut smsc_events,
        ..
    } = up(quiet(), quiet()).await;
    let mut calls = JoinSet::new();
    for number in 0..50 {
        let sme = sme.clone();
        calls.spawn(async move { said(sme.submit(&submit(&number.to_string())).await) });
    }
    for number in 0..50 {
        let frame = request(&mut smsc_events).await;
        let submitted: SubmitShortMessage<'_> = frame.decode().unwrap();
        assert_eq!(submitted.adc.as_str(), number.to_string());
        smsc.accept(&frame, SystemMessage::EMPTY);
    }
    assert_eq!(calls.join_all().await, vec![Ok(YES); 50]);
}

#[tokio::test(start_paused = true)]
async fn many_events_are_taken_and_answered_at_once() {
    let Shells {
        sme,
        mut sme_events,
        smsc,
        mut smsc_events,
    } = up(window(100), quiet()).await;
    sme.with(|session, now| {
        for token in 0..100 {
            session.request(&submit("1"), token, now).unwrap();
        }
    });
    let mut batch = VecDeque::new();
    let mut served = 0;
    while served < 100 {
        assert!(smsc_events.recv_all(&mut batch).await);
        smsc.with(|session, _| {
            for event in batch.drain(..) {
                let Event::Request(frame) = event else {
                    panic!("{event:?}")
                };
                session.accept(&frame, SystemMessage::EMPTY);
                served += 1;
            }
        });
    }
    let mut answered = 0;
    while answered < 100 {
        assert!(sme_events.recv_all(&mut batch).await);
        answered += batch.drain(..).count();
    }
    sme.close();
    while sme_events.recv_all(&mut batch).await {}
    assert_eq!(
        batch.pop_back(),
        Some(Event::Closed(CloseReason::Local)),
        "the last"
    );
}

// What is given up.

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_leaves_its_place_to_the_result() {
    let Shells {
        sme,
        mut sme_events,
        smsc,
        mut smsc_events,
    } = up(quiet(), quiet()).await;
    let (first, second, third) = (submit("1"), submit("2"), submit("3"));
    {
        let mut sent = pin!(sme.submit(&first));
        assert!(poll_once(sent.as_mut()).is_pending());
        let mut waits = pin!(sme.submit(&second));
        assert!(poll_once(waits.as_mut()).is_pending());
        // Both are dropped: one was sent, one waited for room.
    }
    assert_eq!(sme.in_flight(), 1);
    let serves = async {
        for adc in ["1", "3"] {
            let frame = request(&mut smsc_events).await;
            assert_eq!(frame.fields().next(), Some(adc.as_bytes()));
            smsc.accept(&frame, SystemMessage::EMPTY);
        }
    };
    let (outcome, ()) = tokio::join!(sme.submit(&third), serves);
    assert_eq!(said(outcome), Ok(YES));
    // One place, and no more than one. The result that was given up is no event.
    sme.try_queue(&first, 1).unwrap();
    assert_eq!(sme.try_queue(&first, 2), Err(RequestError::WindowFull));
    smsc.accept(&request(&mut smsc_events).await, SystemMessage::EMPTY);
    assert_eq!(next(&mut sme_events).await, Some(Response(1, YES)));
}

#[tokio::test(start_paused = true)]
async fn to_wait_for_an_event_can_be_given_up() {
    let Shells {
        smsc,
        smsc_events: _events,
        sme,
        mut sme_events,
    } = up(quiet(), quiet()).await;
    for token in 0..5 {
        assert!(poll_once(pin!(sme_events.recv())).is_pending());
        nothing_comes(&mut sme_events).await;
        smsc.try_queue(&deliver("1"), token).unwrap();
        let frame = request(&mut sme_events).await;
        sme.accept(&frame, SystemMessage::EMPTY);
        tokio::time::sleep(ms(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_for_room_as_long_as_it_may() {
    let config = Config {
        window_wait: Some(secs(5)),
        ..quiet()
    };
    let Shells {
        sme,
        smsc: _smsc,
        smsc_events: _events,
        ..
    } = up(config, quiet()).await;
    let start = Instant::now();
    let first = tokio::spawn({
        let sme = sme.clone();
        async move { said(sme.submit(&submit("1")).await) }
    });
    tokio::task::yield_now().await;
    let refused = sme.submit(&submit("2")).await;
    assert_eq!(refused.unwrap_err(), RequestError::WindowFull);
    assert_eq!(start.elapsed(), secs(5));
    // The one that was sent has the time for its result.
    let unanswered = RequestError::Unanswered { written: true };
    assert_eq!(first.await.unwrap(), Err(unanswered));
    assert_eq!(start.elapsed(), quiet().result_timer);
    assert_eq!(sme.state(), State::Closed);
}

/// Nothing but the own backlog is slow.
#[tokio::test(start_paused = true)]
async fn a_backlog_is_not_the_fault_of_the_peer() {
    for on_timeout in [
        TimeoutPolicy::Disconnect,
        TimeoutPolicy::Resend { times: 1 },
    ] {
        let config = Config {
            on_timeout,
            ..quiet()
        };
        let Shells {
            sme,
            smsc,
            mut smsc_events,
            ..
        } = up(config, quiet()).await;
        let served = tokio::spawn(async move {
            let mut served = 0;
            while let Some(event) = smsc_events.recv().await {
                if let Event::Request(frame) = event {
                    tokio::time::sleep(ms(999)).await;
                    smsc.accept(&frame, SystemMessage::EMPTY);
                    served += 1;
                }
            }
            served
        });
        let mut calls = JoinSet::new();
        for _ in 0..100 {
            let sme = sme.clone();
            calls.spawn(async move { said(sme.submit(&submit("1")).await) });
        }
        let outcomes = calls.join_all().await;
        let count = |outcome| outcomes.iter().filter(|one| **one == outcome).count();
        // Those whose patience ended were not sent; all others have their result.
        assert_eq!(count(Ok(YES)), 61);
        assert_eq!(count(Err(RequestError::WindowFull)), 39);
        assert_eq!(sme.state(), State::Up);
        assert_eq!(sme.metrics().faults().resent, 0);
        drop(sme);
        assert_eq!(served.await.unwrap(), 61);
    }
}

/// A TRN that cannot be used costs its place, and nothing else.
#[tokio::test(start_paused = true)]
async fn a_hundred_calls_at_once_do_not_wait_for_a_trn_that_is_taken() {
    let on_timeout = TimeoutPolicy::Resend { times: 0 };
    for config in [
        // By a keep-alive that nobody answers.
        Config {
            alert_at_login: true,
            ..window(100)
        },
        // By the result that is lost.
        Config {
            on_timeout,
            result_timer: secs(5),
            late_reserve: secs(1_000),
            ..window(100)
        },
    ] {
        let loses = !config.alert_at_login;
        let owner = Config {
            answer_alerts: false,
            ..quiet()
        };
        let Shells {
            sme,
            smsc,
            mut smsc_events,
            ..
        } = up(config, owner).await;
        if loses {
            let lost = tokio::spawn({
                let sme = sme.clone();
                async move { said(sme.submit(&submit("1")).await) }
            });
            let frame = request(&mut smsc_events).await;
            smsc.ignore(&frame);
            let unanswered = RequestError::Unanswered { written: true };
            assert_eq!(lost.await.unwrap(), Err(unanswered));
        }
        let start = Instant::now();
        let serves = tokio::spawn(async move {
            while let Some(event) = smsc_events.recv().await {
                if let Event::Request(frame) = event
                    && frame.ot() == OperationType::SUBMIT_SHORT_MESSAGE
                {
                    let smsc = smsc.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(ms(50)).await;
                        smsc.accept(&frame, SystemMessage::EMPTY);
                    });
                }
            }
        });
        let mut calls = JoinSet::new();
        for _ in 0..990 {
            let sme = sme.clone();
            calls.spawn(async move { said(sme.submit(&submit("1")).await) });
        }
        assert_eq!(calls.join_all().await, vec![Ok(YES); 990]);
        assert_eq!(start.elapsed(), ms(500), "ten times ninety-nine");
        assert_eq!(sme.in_flight(), 0);
        serves.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_for_this_end_or_not_now_is_not_sent() {
    let (near, _far) = tokio::io::duplex(1 << 12);
    let (smsc, _events) = Smsc::new(near, quiet());
    let state = Err(RequestError::State(State::Open));
    assert_eq!(said(smsc.deliver(&deliver("1")).await), state);
    assert_eq!(smsc.queue(&deliver("1"), 1).await, state.map(|_| panic!()));
    let Shells {
        sme,
        smsc_events: _events,
        smsc: _smsc,
        ..
    } = up(quiet(), quiet()).await;
    let direction = Err(RequestError::Direction);
    assert_eq!(said(sme.request(&deliver("1")).await), direction);
    assert_eq!(
        sme.try_queue(&deliver("1"), 1),
        Err(RequestError::Direction)
    );
    assert_eq!((sme.in_flight(), sme.has_room()), (0, true));
}

// Results that are late.

#[tokio::test(start_paused = true)]
async fn an_operation_is_sent_again_and_either_result_is_its_own() {
    let config = Config {
        on_timeout: TimeoutPolicy::Resend { times: 1 },
        ..quiet()
    };
    let Shells {
        sme,
        mut sme_events,
        smsc,
        mut smsc_events,
    } = up(config, quiet()).await;
    sme.try_queue(&submit("1"), 7).unwrap();
    let first = request(&mut smsc_events).await;
    // Nothing happens until the result is overdue.
    let repeated = smsc_events.recv().await.unwrap();
    assert_eq!(repeated, Event::Repeated(first.clone()));
    assert_eq!(next(&mut sme_events).await, Some(Resent(7, 1)));
    smsc.accept(&first, SystemMessage::EMPTY);
    assert_eq!(next(&mut sme_events).await, Some(Response(7, YES)));
    // A call hears of nothing but its outcome; its owner of the copy.
    let serves = async {
        let frame = request(&mut smsc_events).await;
        assert!(matches!(smsc_events.recv().await, Some(Event::Repeated(_))));
        smsc.accept(&frame, SystemMessage::EMPTY);
    };
    let message = submit("2");
    let (outcome, ()) = tokio::join!(sme.submit(&message), serves);
    assert_eq!(said(outcome), Ok(YES));
    match sme_events.recv().await {
        Some(Event::Resent { token, times: 1 }) => assert!(token >= 1 << 63),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_overdue_is_waited_for() {
    let config = Config {
        on_timeout: TimeoutPolicy::Wait,
        ..quiet()
    };
    let Shells {
        sme,
        mut sme_events,
        smsc,
        mut smsc_events,
    } = up(config, quiet()).await;
    sme.try_queue(&submit("1"), 7).unwrap();
    let frame = request(&mut smsc_events).await;
    assert_eq!(next(&mut sme_events).await, Some(Overdue(7)));
    // The window is full of it.
    let refused = sme.submit(&submit("2")).await;
    assert_eq!(refused.unwrap_err(), RequestError::WindowFull);
    tokio::time::sleep(secs(3_600)).await;
    smsc.accept(&frame, SystemMessage::EMPTY);
    assert_eq!(next(&mut sme_events).await, Some(Response(7, YES)));
    let served = tokio::spawn(serve(smsc, smsc_events));
    assert_eq!(said(sme.submit(&submit("3")).await), Ok(YES));
    drop(sme);
    assert_eq!(served.await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_late_result_makes_no_second_place() {
    let config = Config {
        on_timeout: TimeoutPolicy::Resend { times: 0 },
        ..quiet()
    };
    let Shells {
        sme,
        mut sme_events,
        smsc,
        mut smsc_events,
    } = up(config, quiet()).await;
    let message = submit("1");
    for token in 0..3 {
        sme.try_queue(&message, token).unwrap();
        let late = request(&mut smsc_events).await;
        assert_eq!(
            next(&mut sme_events).await,
            Some(Unanswered(token, Written::Yes))
        );
        smsc.accept(&late, SystemMessage::EMPTY);
        assert_eq!(next(&mut sme_events).await, Some(Late(token, YES)));
    }
    // The same for calls, whose late results nobody wants.
    for _ in 0..3 {
        let outcome = sme.submit(&message).await;
        let unanswered = RequestError::Unanswered { written: true };
        assert_eq!(outcome.unwrap_err(), unanswered);
        smsc.accept(&request(&mut smsc_events).await, SystemMessage::EMPTY);
    }
    sme.try_queue(&message, 9).unwrap();
    assert_eq!(sme.try_queue(&message, 10), Err(RequestError::WindowFull));
    smsc.accept(&request(&mut smsc_events).await, SystemMessage::EMPTY);
    assert_eq!(next(&mut sme_events).await, Some(Response(9, YES)));
}

/// With a window of one the keep-alive takes the place of the operation, which waits for it.
#[tokio::test(start_paused = true)]
async fn a_keep_alive_does_not_cost_a_call() {
    let config = Config {
        keep_alive: Some(secs(30)),
        ..quiet()
    };
    let owner = Config {
        answer_alerts: false,
        ..quiet()
    };
    let Shells {
        sme,
        mut sme_events,
        smsc,
        mut smsc_events,
    } = up(config, owner).await;
    let alert = request(&mut smsc_events).await;
    assert_eq!(line(&alert), "01/O/31/2147/0539");
    let message = submit("1");
    let mut call = pin!(sme.submit(&message));
    assert!(poll_once(call.as_mut()).is_pending());
    nothing_comes(&mut smsc_events).await;
    smsc.accept(&alert, SystemMessage::EMPTY);
    let serves = async {
        let frame = request(&mut smsc_events).await;
        smsc.accept(&frame, SystemMessage::EMPTY);
    };
    let (outcome, ()) = tokio::join!(call, serves);
    assert_eq!(said(outcome), Ok(YES));
    // Nobody answers the next one.
    let closed = Some(Closed(CloseReason::KeepAliveTimer));
    let alert = request(&mut smsc_events).await;
    assert!(line(&alert).ends_with("/O/31/2147/0539"));
    assert_eq!(next(&mut sme_events).await, closed);
}

// The end.

#[tokio::test(start_paused = true)]
async fn the_last_handle_closes_when_all_is_answered() {
    let Shells {
        sme,
        mut sme_events,
        smsc,
        mut smsc_events,
    } = up(quiet(), quiet()).await;
    let other = sme.clone();
    other.queue(&submit("1"), 1).await.unwrap();
    drop(sme);
    let frame = request(&mut smsc_events).await;
    assert_eq!(other.state(), State::Up);
    drop(other);
    tokio::time::sleep(secs(30)).await;
    smsc.accept(&frame, SystemMessage::EMPTY);
    assert_eq!(next(&mut sme_events).await, Some(Response(1, YES)));
    assert_eq!(
        next(&mut sme_events).await,
        Some(Closed(CloseReason::Local))
    );
    assert_eq!(next(&mut sme_events).await, None);
    let gone = Some(Closed(CloseReason::Disconnected));
    assert_eq!(next(&mut smsc_events).await, gone);
    assert_eq!(smsc.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn after_closed_there_is_nothing() {
    let Shells {
        sme,
        mut sme_events,
        smsc,
        mut smsc_events,
    } = up(quiet(), quiet()).await;
    smsc.close();
    assert_eq!(
        next(&mut smsc_events).await,
        Some(Closed(CloseReason::Local))
    );
    let gone = Some(Closed(CloseReason::Disconnected));
    assert_eq!(next(&mut sme_events).await, gone);
    for events in [&mut smsc_events, &mut sme_events] {
        assert_eq!(next(events).await, None);
        assert_eq!(next(events).await, None);
    }
    let message = submit("1");
    let closed = RequestError::Closed;
    assert_eq!(sme.submit(&message).await.unwrap_err(), closed);
    assert_eq!(sme.queue(&message, 1).await, Err(closed));
    assert_eq!(sme.try_queue(&message, 1), Err(closed));
    assert_eq!((sme.state(), smsc.state()), (State::Closed, State::Closed));
}

#[tokio::test(start_paused = true)]
async fn who_drops_the_events_declines_what_comes() {
    let sme = Config {
        max_unanswered: 3,
        ..quiet()
    };
    let Shells {
        sme,
        mut sme_events,
        smsc,
        mut smsc_events,
    } = up(sme, window(50)).await;
    for token in 0..20 {
        smsc.try_queue(&deliver("1"), token).unwrap();
    }
    // Some have arrived before, and reading has stopped.
    for _ in 0..2 {
        request(&mut sme_events).await;
    }
    drop(sme_events);
    // Two were taken and never answered; the one place that is left is enough.
    let not_now = Said::No(ErrorCode::OPERATION_NOT_ALLOWED.0);
    for token in 2..20 {
        assert_eq!(next(&mut smsc_events).await, Some(Response(token, not_now)));
    }
    let serving = tokio::spawn(serve(smsc, smsc_events));
    assert_eq!(said(sme.submit(&submit("1")).await), Ok(YES));
    drop(sme);
    assert_eq!(serving.await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_nobody_takes_logins_they_are_refused() {
    let (near, far) = tokio::io::duplex(1 << 12);
    let (smsc, events) = Smsc::new(far, quiet());
    drop(events);
    let error = Sme::login(near, &opens(), quiet()).await.unwrap_err();
    assert_eq!(error.error_code(), Some(ErrorCode::OPERATION_NOT_ALLOWED));
    // Without words of the service centre.
    let text = "login refused: 04 (operation not allowed at this point of time)";
    assert_eq!(error.to_string(), text);
    assert_eq!(smsc.state(), State::Open);
}

#[tokio::test(start_paused = true)]
async fn for_an_owner_that_does_not_answer_nothing_is_read() {
    let config = Config {
        max_unanswered: 1,
        ..quiet()
    };
    let (mut raw, smsc, mut events) = Raw::logged_in_in_memory(config).await;
    let operation = support::frame(&submits(1)).octets().clone();
    let much = operation.repeat((1 << 20) / operation.len());
    let writes = tokio::time::timeout(secs(1), raw.stream.write_all(&much));
    assert!(writes.await.is_err(), "somebody keeps all this");
    smsc.accept(&request(&mut events).await, SystemMessage::EMPTY);
    assert_eq!(next(&mut events).await, Some(Request(1, 51)));
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_is_slow_to_answer_is_sent_no_more_and_blames_nobody() {
    let config = Config {
        max_unanswered: 10,
        keep_alive: Some(secs(30)),
        ..quiet()
    };
    let (mut raw, smsc, mut events) = Raw::logged_in_in_memory(config).await;
    for trn in 0..100 {
        raw.send(&submits(trn)).await;
    }
    let mut waiting: Vec<_> = Vec::new();
    for _ in 0..10 {
        waiting.push(request(&mut events).await);
    }
    // A keep-alive is sent, and its result would stand behind what is not read.
    let none = tokio::time::timeout(secs(200), events.recv()).await;
    assert!(none.is_err());
    assert_eq!(smsc.state(), State::Up);
    assert_eq!(raw.line().await, "00/O/31/2147/0539");
    raw.send("00/R/31/A/0000").await;
    for trn in 0..100 {
        let frame = match waiting.is_empty() {
            true => request(&mut events).await,
            false => waiting.remove(0),
        };
        assert_eq!(frame.trn().get(), trn);
        smsc.accept(&frame, SystemMessage::EMPTY);
    }
    for trn in 0..100 {
        assert_eq!(raw.line().await, format!("{trn:02}/R/51/A//"));
    }
    assert_eq!((smsc.state(), smsc.in_flight()), (State::Up, 0));
}
