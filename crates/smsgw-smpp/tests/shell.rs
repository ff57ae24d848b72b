//! [`Esme`] and [`Mc`] over loopback.
#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod support;
#[path = "support/tcp.rs"]
mod tcp;

use std::collections::VecDeque;
use std::pin::pin;

use smsgw_smpp::connection::RequestError;
use smsgw_smpp::esme::{ConnectError, Esme};
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::{DeliverSm, DeliverSmResp, EnquireLink, SubmitSm, SubmitSmResp};
use smsgw_smpp::session::{BindMode, CloseReason, Config, Event, Rate, Session, State};
use smsgw_smpp::tlv::{MessagePayload, TlvOctets, Tlvs};
use smsgw_smpp::{CommandId, CommandStatus};
use support::Seen::{BindRequest, Closed, Late, Response, Unanswered};
use support::{BOUND, Seen, Written, bind, deliver, ms, quiet, secs, submit};
use tcp::{Shells, bound, impatient, listen, next, poll_once, request, serve, within};
use tokio::task::JoinSet;
use tokio::time::Instant;

const OK: CommandStatus = CommandStatus::ESME_ROK;

#[tokio::test]
async fn a_message_is_submitted_and_one_delivered() {
    let Shells {
        esme,
        mut esme_events,
        mc,
        mut mc_events,
    } = bound(quiet(), quiet()).await;
    let submits = async {
        let reply = esme.submit(&submit("up")).await.unwrap();
        assert_eq!(reply.status(), OK);
        assert_eq!(reply.body().unwrap().message_id, "7");
        let refused = esme.submit(&submit("refused")).await.unwrap();
        assert_eq!(refused.status(), CommandStatus::ESME_RTHROTTLED);
        assert!(refused.body().is_err());
        assert!(
            esme.request(&EnquireLink::default())
                .await
                .unwrap()
                .body()
                .is_ok()
        );
    };
    let serves = async {
        let frame = request(&mut mc_events).await;
        assert_eq!(
            frame
                .decode::<SubmitSm<'_>>()
                .unwrap()
                .short_message
                .as_octets(),
            b"up"
        );
        let answer = SubmitSmResp {
            message_id: "7".try_into().unwrap(),
            ..Default::default()
        };
        mc.respond(&frame, OK, &answer);
        let frame = request(&mut mc_events).await;
        mc.reject(&frame, CommandStatus::ESME_RTHROTTLED);
    };
    within(async { tokio::join!(submits, serves) }).await;
    let delivers = async {
        assert_eq!(mc.deliver(&deliver("down")).await.unwrap().status(), OK);
    };
    let takes = async {
        let frame = request(&mut esme_events).await;
        assert_eq!(
            frame
                .decode::<DeliverSm<'_>>()
                .unwrap()
                .short_message
                .as_octets(),
            b"down"
        );
        esme.respond(&frame, OK, &DeliverSmResp::default());
    };
    within(async { tokio::join!(delivers, takes) }).await;
    assert_eq!((esme.state(), mc.state()), (BOUND, BOUND));
    assert_eq!((esme.in_flight(), mc.in_flight()), (0, 0));
}

#[tokio::test]
async fn queued_requests_report_by_token() {
    let Shells {
        esme,
        mut esme_events,
        mc,
        mc_events,
    } = bound(quiet(), quiet()).await;
    let serving = tokio::spawn(serve(mc, mc_events));
    for token in 0..100 {
        within(esme.queue(&submit("hi"), token)).await.unwrap();
    }
    for token in 0..100 {
        assert_eq!(next(&mut esme_events).await, Some(Response(token, OK)));
    }
    esme.unbind();
    assert_eq!(
        next(&mut esme_events).await,
        Some(Closed(CloseReason::Unbound))
    );
    assert_eq!(within(serving).await.unwrap(), 100);
    assert_eq!(esme.state(), State::Closed);
}

#[tokio::test]
async fn many_tasks_share_a_small_window() {
    const WINDOW: usize = 10;
    let Shells {
        esme,
        esme_events: _events,
        mc,
        mut mc_events,
    } = bound(quiet(), quiet()).await;
    let mut tasks = JoinSet::new();
    for _ in 0..500 {
        let esme = esme.clone();
        tasks.spawn(async move { esme.submit(&submit("hi")).await.unwrap().status() });
    }
    // Answered backwards, when as many wait as the window lets through.
    let mut waiting = Vec::new();
    for seen in 1..=500 {
        waiting.push(request(&mut mc_events).await);
        assert!(waiting.len() <= WINDOW);
        assert!(esme.in_flight() <= WINDOW);
        if waiting.len() == WINDOW || seen == 500 {
            while let Some(frame) = waiting.pop() {
                mc.reject(&frame, OK);
            }
        }
    }
    let statuses = within(tasks.join_all()).await;
    assert_eq!(statuses, vec![OK; 500]);
    assert_eq!((esme.in_flight(), esme.state()), (0, BOUND));
}

#[tokio::test]
async fn a_call_that_is_given_up_gives_back_its_place() {
    let config = Config {
        window: 1,
        ..quiet()
    };
    let Shells {
        esme,
        mut esme_events,
        mc,
        mut mc_events,
    } = bound(config, quiet()).await;
    let (first, second) = (submit("first"), submit("second"));
    {
        let mut sent = pin!(esme.submit(&first));
        assert!(poll_once(sent.as_mut()).is_pending());
        let mut waits = pin!(esme.submit(&second));
        assert!(poll_once(waits.as_mut()).is_pending());
        // Both are dropped: one was sent, one waited for room.
    }
    assert_eq!(esme.in_flight(), 1);
    let third = tokio::spawn({
        let esme = esme.clone();
        async move { esme.submit(&submit("third")).await.unwrap().status() }
    });
    for text in [&b"first"[..], b"third"] {
        let frame = request(&mut mc_events).await;
        let read: SubmitSm<'_> = frame.decode().unwrap();
        assert_eq!(read.short_message.as_octets(), text);
        mc.reject(&frame, OK);
    }
    assert_eq!(within(third).await.unwrap(), OK);
    // One place, and no more than one. The answer that was given up is no event.
    esme.try_queue(&first, 1).unwrap();
    assert_eq!(esme.try_queue(&first, 2), Err(RequestError::WindowFull));
    mc.reject(&request(&mut mc_events).await, OK);
    assert_eq!(next(&mut esme_events).await, Some(Response(1, OK)));
    assert_eq!((esme.in_flight(), esme.state()), (0, BOUND));
}

/// Both shells over a stream in memory, for tests that stop the clock.
async fn bound_in_memory(config: Config) -> Shells {
    let (near, far) = tokio::io::duplex(1 << 16);
    let request = bind(BindMode::Transceiver);
    let accept = async {
        let (mc, mut events) = Mc::new(far, quiet());
        assert!(matches!(events.recv().await, Some(Event::BindRequest(_))));
        mc.accept_bind("mc".try_into().unwrap());
        (mc, events)
    };
    let (esme, (mc, mc_events)) = tokio::join!(Esme::bind(near, &request, config), accept);
    let (esme, esme_events) = esme.unwrap();
    Shells {
        esme,
        esme_events,
        mc,
        mc_events,
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_for_room_as_long_as_it_may() {
    let config = Config {
        window: 1,
        window_wait: Some(secs(5)),
        ..quiet()
    };
    let Shells {
        esme,
        mc: _mc,
        mc_events: _events,
        ..
    } = bound_in_memory(config).await;
    let start = Instant::now();
    let first = tokio::spawn({
        let esme = esme.clone();
        async move {
            esme.submit(&submit("first"))
                .await
                .map(|reply| reply.status())
        }
    });
    tokio::task::yield_now().await;
    let refused = esme.submit(&submit("second")).await;
    assert_eq!(refused.unwrap_err(), RequestError::WindowFull);
    assert_eq!(Instant::now() - start, secs(5));
    // The one that was sent has the time for its answer from its own call.
    let unanswered = RequestError::Unanswered { written: true };
    assert_eq!(first.await.unwrap(), Err(unanswered));
    assert_eq!(Instant::now() - start, quiet().response_timer);
}

#[tokio::test(start_paused = true)]
async fn calls_leave_at_the_rate_and_in_order() {
    let config = Config {
        rate: Some(Rate {
            per_second: 10,
            burst: 1,
        }),
        window: 100,
        ..quiet()
    };
    let Shells {
        esme,
        mc,
        mut mc_events,
        ..
    } = bound_in_memory(config).await;
    let start = Instant::now();
    let mut calls = JoinSet::new();
    for n in 0..50 {
        let esme = esme.clone();
        calls.spawn(async move {
            let text = n.to_string();
            esme.submit(&submit(&text))
                .await
                .map(|reply| reply.status())
        });
    }
    for n in 0..50_u32 {
        let Some(Event::Request(frame)) = mc_events.recv().await else {
            panic!("no request")
        };
        let read: SubmitSm<'_> = frame.decode().unwrap();
        assert_eq!(read.short_message.as_octets(), n.to_string().as_bytes());
        // Timers are kept to the millisecond.
        let due = start + ms(100) * n;
        assert!((due..=due + ms(60)).contains(&Instant::now()), "{n}");
        mc.reject(&frame, OK);
    }
    assert!(
        calls
            .join_all()
            .await
            .iter()
            .all(|outcome| *outcome == Ok(OK))
    );
    assert_eq!(esme.metrics().queue_wait().count(), 50);
    assert!(esme.metrics().queue_wait().max() >= secs(4));
}

#[tokio::test(start_paused = true)]
async fn what_the_rate_never_allows_in_time_is_not_sent() {
    let config = Config {
        rate: Some(Rate {
            per_second: 1,
            burst: 1,
        }),
        window_wait: Some(ms(500)),
        ..quiet()
    };
    let Shells {
        esme,
        mc,
        mc_events,
        ..
    } = bound_in_memory(config).await;
    let served = tokio::spawn(serve(mc, mc_events));
    assert_eq!(esme.submit(&submit("1")).await.unwrap().status(), OK);
    let refused = esme.submit(&submit("2")).await;
    assert_eq!(refused.unwrap_err(), RequestError::Paced);
    assert_eq!(esme.try_queue(&submit("3"), 3), Err(RequestError::Paced));
    tokio::time::sleep(secs(1)).await;
    assert_eq!(esme.submit(&submit("4")).await.unwrap().status(), OK);
    esme.unbind();
    assert_eq!(served.await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn many_events_are_taken_and_answered_at_once() {
    let config = Config {
        window: 100,
        ..quiet()
    };
    let Shells {
        esme,
        mut esme_events,
        mc,
        mut mc_events,
    } = bound_in_memory(config).await;
    esme.with(|session, now| {
        for token in 0..100 {
            session.request(&submit("hi"), token, now).unwrap();
        }
    });
    let mut batch = VecDeque::new();
    let mut requests = 0;
    while requests < 100 {
        assert!(mc_events.recv_all(&mut batch).await);
        mc.with(|session, _| {
            for event in batch.drain(..) {
                let Event::Request(frame) = event else {
                    panic!("{event:?}")
                };
                session.reject(frame.header(), OK);
                requests += 1;
            }
        });
    }
    let mut answers = Vec::new();
    while answers.len() < 100 {
        assert!(esme_events.recv_all(&mut batch).await);
        answers.extend(batch.drain(..).map(|event| Seen::of(&event)));
    }
    let expected: Vec<_> = (0..100).map(|token| Response(token, OK)).collect();
    assert_eq!(answers, expected);
    esme.close();
    while esme_events.recv_all(&mut batch).await {}
    assert!(matches!(batch.pop_back(), Some(Event::Closed(_))));
}

#[tokio::test(start_paused = true)]
async fn requests_made_in_one_go_take_places_of_the_window_too() {
    let config = Config {
        window: 2,
        ..quiet()
    };
    let Shells {
        esme,
        mc,
        mut mc_events,
        ..
    } = bound_in_memory(config).await;
    let fill = || {
        esme.with(|session, now| {
            for token in 0..2 {
                session.request(&submit("hi"), token, now).unwrap();
            }
        });
    };
    for _ in 0..3 {
        fill();
        let answers = async {
            tokio::time::sleep(secs(1)).await;
            for _ in 0..3 {
                let frame = request(&mut mc_events).await;
                mc.reject(&frame, OK);
            }
        };
        // Waits for room, does not fail; and there are never more places than two.
        let third = submit("third");
        let (reply, ()) = tokio::join!(esme.submit(&third), answers);
        assert_eq!(reply.unwrap().status(), OK);
        assert_eq!(esme.in_flight(), 0);
    }
    esme.try_queue(&submit("hi"), 1).unwrap();
    esme.try_queue(&submit("hi"), 2).unwrap();
    let full = esme.try_queue(&submit("hi"), 3);
    assert_eq!(full, Err(RequestError::WindowFull));
}

/// A peer that always has more to say and takes everything, as no socket can.
struct Flood;

impl tokio::io::AsyncRead for Flood {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        while buffer.remaining() >= 16 {
            buffer.put_slice(support::pdu(&EnquireLink::default(), 7).octets());
        }
        std::task::Poll::Ready(Ok(()))
    }
}

impl tokio::io::AsyncWrite for Flood {
    fn poll_write(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        octets: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::task::Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn poll_shutdown(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_flood_stops_neither_the_clock_nor_the_end() {
    let config = Config {
        session_init_timer: ms(100),
        ..quiet()
    };
    let (_mc, mut events) = Mc::new(Flood, config);
    assert_eq!(
        next(&mut events).await,
        Some(Closed(CloseReason::SessionInitTimer))
    );
    // The task is over in time, too: others get their turn.
    within(tokio::task::yield_now()).await;
}

#[tokio::test(start_paused = true)]
async fn a_tap_that_panics_leaves_nobody_waiting() {
    let (near, far) = tokio::io::duplex(1 << 16);
    let (mc, mut mc_events) = Mc::new(far, quiet());
    let mut session = Session::esme(quiet(), Instant::now().into_std());
    session.tap(|_, octets| {
        assert_ne!(octets.get(4..8), Some(&[0x80, 0, 0, 4][..]), "on purpose");
    });
    let request = bind(BindMode::Transceiver);
    let accept = async {
        assert!(matches!(
            mc_events.recv().await,
            Some(Event::BindRequest(_))
        ));
        mc.accept_bind("mc".try_into().unwrap());
    };
    let (bound, ()) = tokio::join!(Esme::bind_session(near, &request, session), accept);
    let (esme, mut events) = bound.unwrap();
    tokio::spawn(serve(mc, mc_events));
    let error = esme.submit(&submit("hi")).await.unwrap_err();
    assert_eq!(error, RequestError::Unanswered { written: true });
    while events.recv().await.is_some() {}
}

#[tokio::test(start_paused = true)]
async fn an_owner_that_is_slow_to_take_events_is_not_a_silent_peer() {
    let config = Config {
        enquire_link_timer: Some(secs(30)),
        ..quiet()
    };
    let Shells {
        esme,
        mut esme_events,
        mc,
        mc_events: _events,
    } = bound_in_memory(config).await;
    let payload = vec![b'x'; 60_000];
    for token in 0..120 {
        let (mc, payload) = (mc.clone(), payload.clone());
        tokio::spawn(async move {
            let tlvs = [MessagePayload(TlvOctets::new(&payload).unwrap()).into()];
            let message = DeliverSm {
                tlvs: Tlvs::new(&tlvs).unwrap(),
                ..deliver("")
            };
            mc.queue(&message, token).await
        });
    }
    tokio::time::sleep(secs(20)).await;
    let mut taken = 0;
    let answer_all = async {
        while let Some(event) = esme_events.recv().await {
            if let Event::Request(frame) = event {
                esme.reject(&frame, OK);
                taken += 1;
            }
        }
    };
    // More than silence and the wait for an answer to `enquire_link` together.
    tokio::time::sleep(secs(120)).await;
    assert_eq!(esme.state(), BOUND);
    let _ = tokio::time::timeout(secs(1), answer_all).await;
    assert!(taken > 0);
    assert_eq!(esme.state(), BOUND);
}

#[tokio::test]
async fn a_late_answer_makes_no_second_place() {
    let config = Config {
        window: 1,
        ..impatient()
    };
    let Shells {
        esme,
        mut esme_events,
        mc,
        mut mc_events,
    } = bound(config, quiet()).await;
    let message = submit("hi");
    for token in 0..3 {
        esme.try_queue(&message, token).unwrap();
        let late = request(&mut mc_events).await;
        assert_eq!(
            next(&mut esme_events).await,
            Some(Unanswered(token, Written::Yes))
        );
        mc.reject(&late, OK);
        assert_eq!(next(&mut esme_events).await, Some(Late(token, OK)));
    }
    // The same for calls, whose late answers nobody wants.
    for _ in 0..3 {
        let call = esme.submit(&message);
        let late = async {
            let frame = request(&mut mc_events).await;
            while esme.in_flight() > 0 {
                tokio::task::yield_now().await;
            }
            mc.reject(&frame, OK);
        };
        let (outcome, ()) = within(async { tokio::join!(call, late) }).await;
        assert_eq!(
            outcome.unwrap_err(),
            RequestError::Unanswered { written: true }
        );
    }
    // What was sent behind the late answers is answered behind them.
    let serving = tokio::spawn(serve(mc, mc_events));
    assert_eq!(within(esme.submit(&message)).await.unwrap().status(), OK);
    esme.try_queue(&message, 9).unwrap();
    assert_eq!(esme.try_queue(&message, 10), Err(RequestError::WindowFull));
    assert_eq!(next(&mut esme_events).await, Some(Response(9, OK)));
    assert_eq!((esme.in_flight(), esme.state()), (0, BOUND));
    drop(esme);
    within(serving).await.unwrap();
}

#[tokio::test]
async fn a_refused_bind_says_why() {
    let listener = listen().await;
    let refusing = async {
        let (mc, mut events) = Mc::new(listener.accept().await.unwrap().0, quiet());
        assert_eq!(
            next(&mut events).await,
            Some(BindRequest(CommandId::BIND_RECEIVER))
        );
        mc.refuse_bind(CommandStatus::ESME_RINVPASWD);
        // The answer arrives though the MC closes.
        mc.close();
        next(&mut events).await
    };
    let bind = bind(BindMode::Receiver);
    let binding = Esme::connect(listener.local_addr().unwrap(), &bind, quiet());
    let (refused, closed) = within(async { tokio::join!(binding, refusing) }).await;
    let error = refused.unwrap_err();
    assert_eq!(error.status(), Some(CommandStatus::ESME_RINVPASWD));
    assert_eq!(closed, Some(Closed(CloseReason::Local)));
}

#[tokio::test]
async fn a_bind_to_nobody_or_to_one_who_hangs_up_fails() {
    let listener = listen().await;
    let address = listener.local_addr().unwrap();
    let bind = bind(BindMode::Receiver);
    let hanging_up = async { drop(listener.accept().await.unwrap()) };
    let binding = Esme::connect(address, &bind, quiet());
    let (hung_up, ()) = within(async { tokio::join!(binding, hanging_up) }).await;
    assert!(matches!(
        hung_up.unwrap_err(),
        ConnectError::Closed(CloseReason::Disconnected)
    ));
    drop(listener);
    let nobody = within(Esme::connect(address, &bind, quiet())).await;
    assert!(matches!(nobody.unwrap_err(), ConnectError::Io(_)));
}

#[tokio::test]
async fn after_closed_there_are_no_events() {
    let Shells {
        esme,
        mut esme_events,
        mc,
        mut mc_events,
    } = bound(quiet(), quiet()).await;
    mc.close();
    assert_eq!(next(&mut mc_events).await, Some(Closed(CloseReason::Local)));
    assert_eq!(
        next(&mut esme_events).await,
        Some(Closed(CloseReason::Disconnected))
    );
    for events in [&mut mc_events, &mut esme_events] {
        assert_eq!(next(events).await, None);
        assert_eq!(next(events).await, None);
    }
    let message = submit("hi");
    assert_eq!(
        within(esme.submit(&message)).await.unwrap_err(),
        RequestError::Closed
    );
    assert_eq!(
        within(esme.queue(&message, 1)).await,
        Err(RequestError::Closed)
    );
    assert_eq!(esme.try_queue(&message, 1), Err(RequestError::Closed));
    assert_eq!((esme.state(), mc.state()), (State::Closed, State::Closed));
}

#[tokio::test]
async fn the_last_handle_unbinds() {
    let Shells {
        esme,
        mut esme_events,
        mc,
        mut mc_events,
    } = bound(quiet(), quiet()).await;
    let other = esme.clone();
    within(other.queue(&submit("hi"), 1)).await.unwrap();
    drop(esme);
    let frame = request(&mut mc_events).await;
    assert_eq!(other.state(), BOUND);
    drop(other);
    // What is in flight is waited for.
    mc.reject(&frame, OK);
    assert_eq!(next(&mut esme_events).await, Some(Response(1, OK)));
    assert_eq!(
        next(&mut esme_events).await,
        Some(Closed(CloseReason::Unbound))
    );
    assert_eq!(next(&mut esme_events).await, None);
    assert_eq!(
        next(&mut mc_events).await,
        Some(Closed(CloseReason::PeerUnbound))
    );
    assert_eq!(mc.state(), State::Closed);
}

#[tokio::test]
async fn without_an_owner_of_its_events_requests_are_answered_with_a_fault() {
    let mc = Config {
        window: 50,
        ..quiet()
    };
    let esme = Config {
        max_unanswered: 3,
        ..quiet()
    };
    let Shells {
        esme,
        esme_events,
        mc,
        mut mc_events,
    } = bound(esme, mc).await;
    for token in 0..20 {
        mc.try_queue(&deliver("hi"), token).unwrap();
    }
    // Some have arrived before, and reading has stopped.
    let mut held = esme_events;
    for _ in 0..2 {
        request(&mut held).await;
    }
    drop(held);
    // Two were taken and never answered; the one place that is left is enough.
    for token in 2..20 {
        let fault = CommandStatus::ESME_RX_T_APPN;
        assert_eq!(next(&mut mc_events).await, Some(Response(token, fault)));
    }
    let serving = tokio::spawn(serve(mc, mc_events));
    assert_eq!(
        within(esme.submit(&submit("hi"))).await.unwrap().status(),
        OK
    );
    drop(esme);
    assert_eq!(within(serving).await.unwrap(), 1);

    // Nobody to say who may bind.
    let listener = listen().await;
    let accepting = async {
        let (mc, events) = Mc::new(listener.accept().await.unwrap().0, quiet());
        drop(events);
        mc
    };
    let bind = bind(BindMode::Receiver);
    let binding = Esme::connect(listener.local_addr().unwrap(), &bind, quiet());
    let (refused, mc) = within(async { tokio::join!(binding, accepting) }).await;
    assert_eq!(
        refused.unwrap_err().status(),
        Some(CommandStatus::ESME_RBINDFAIL)
    );
    assert_eq!(mc.state(), State::Open);
}
