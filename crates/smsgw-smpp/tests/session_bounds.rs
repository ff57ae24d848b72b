//! Memory stays under the caps, whatever a peer sends and however little it reads.
//!
//! What is measured is what this thread allocates; the shells run on it, with a clock that only
//! moves when nothing else does.
#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod support;

use std::time::Instant;

use allocation_counter::measure;
use bytes::BytesMut;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::{
    AlertNotification, BindTransceiver, BindTransceiverResp, EnquireLink, SubmitSm, SubmitSmResp,
};
use smsgw_smpp::session::{BindMode, CloseReason, Config, Event};
use smsgw_smpp::tlv::{MessagePayload, TlvOctets, Tlvs};
use smsgw_smpp::{CommandId, CommandStatus};
use support::{BOUND, Pair, bind, deliver, header, pdu, quiet, secs, submit};
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::time::timeout;

const OK: CommandStatus = CommandStatus::ESME_ROK;
const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
/// What a session allocates without traffic, generously.
const FEW: usize = 64 * KIB;

/// A PDU that is told to be, and is, `len` octets long.
fn padded(command_id: CommandId, len: usize) -> Vec<u8> {
    let mut octets = header(command_id, OK, 0x7000_0000).octets().to_vec();
    octets[..4].copy_from_slice(&(len as u32).to_be_bytes());
    octets.resize(len, 0);
    octets
}

/// The PDUs a peer may send without end.
fn flood() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let one = prop_oneof![
        Just(pdu(&submit("hi"), 7).octets().to_vec()),
        Just(pdu(&deliver("hi"), 7).octets().to_vec()),
        Just(pdu(&EnquireLink::default(), 7).octets().to_vec()),
        Just(pdu(&AlertNotification::default(), 7).octets().to_vec()),
        (select(CommandId::ALL), 16_usize..4 * KIB).prop_map(|(id, len)| padded(id, len)),
        (any::<u32>(), 16_usize..4 * KIB).prop_map(|(id, len)| padded(CommandId(id), len)),
    ];
    vec(one, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// An owner that reads so much at once, and answers never or at once.
    #[test]
    fn no_flood_of_pdus_outgrows_the_caps(
        pdus in flood(),
        read in 1_usize..8 * KIB,
        max_unanswered in 1_usize..8,
        esme: bool,
        answers: bool,
    ) {
        let config = Config { max_unanswered, max_frame_len: 4 * KIB as u32, ..quiet() };
        let pair = Pair::bound_with(config.clone(), config);
        let mut session = if esme { pair.esme.session } else { pair.mc.session };
        let mut stream = pdus.concat();
        while stream.len() < MIB {
            stream.extend_from_within(..);
        }
        let mut kept = Vec::with_capacity(max_unanswered + 1);
        let used = measure(|| {
            let mut out = BytesMut::new();
            for octets in stream.chunks(read) {
                if session.is_paused() || session.is_closed() {
                    break;
                }
                session.handle_octets(octets, pair.now);
                while let Some(event) = session.poll_event() {
                    let Event::Request(frame) = event else { continue };
                    if answers {
                        session.reject(frame.header(), OK);
                        session.handle_octets(&[], pair.now);
                    } else {
                        kept.push(frame);
                    }
                }
                session.poll_transmit(&mut out);
                out.clear();
            }
        });
        prop_assert!(kept.len() <= max_unanswered);
        // A frame that is kept may keep the read it came with; buffers grow by doubling.
        let cap = 2 * (max_unanswered + 4) * (read + 4 * KIB) + FEW;
        prop_assert!(used.bytes_max <= cap as u64, "{} of {cap}", used.bytes_max);
    }
}

#[test]
fn nothing_is_reserved_for_a_length_that_is_only_told() {
    for length in [0, 15, Config::default().max_frame_len + 1, u32::MAX] {
        let mut mc = Pair::bound().mc.session;
        let used = measure(|| mc.handle_octets(&length.to_be_bytes(), Instant::now()));
        assert!(mc.is_closed());
        assert!(
            used.bytes_max <= KIB as u64,
            "{} for {length}",
            used.bytes_max
        );
    }
    // The longest there may be grows as it comes.
    let Pair { mut mc, now, .. } = Pair::bound();
    let octets = padded(
        CommandId::SUBMIT_SM,
        mc.session.config().max_frame_len as usize,
    );
    let mut came = 0;
    let used = measure(|| {
        for piece in octets.chunks(100).take(100) {
            mc.session.handle_octets(piece, now);
            came += piece.len();
        }
    });
    assert!(
        used.bytes_max <= 4 * came as u64,
        "{} for {came}",
        used.bytes_max
    );
}

/// Neither the requests that ran out of time are remembered for ever, nor the answers that come
/// late or to nothing.
#[test]
fn years_of_a_peer_that_does_not_answer_take_no_more_than_a_day() {
    let Pair {
        mut esme, mut now, ..
    } = Pair::bound();
    let mut out = BytesMut::with_capacity(MIB);
    let mut days = |days: u64| {
        for token in 0..days {
            let mut last = None;
            while let Ok(number) = esme.session.request(&submit("hi"), token, now) {
                last = Some(number);
            }
            now += secs(86_400);
            esme.session.handle_timeout(now);
            for number in [last.unwrap().0, 0x7000_0000] {
                let answer = header(CommandId::SUBMIT_SM_RESP, OK, number);
                esme.session.handle_frame(answer, now);
            }
            while esme.session.poll_event().is_some() {}
            esme.session.poll_transmit(&mut out);
            out.clear();
        }
    };
    days(10);
    let used = measure(|| days(5_000));
    assert_eq!(esme.session.state(), BOUND);
    assert!(
        used.bytes_max <= 2 * KIB as u64,
        "{} octets",
        used.bytes_max
    );
}

/// The peak of all that `run` allocates; a peer that cannot go on lets the clock run.
fn peak<F: Future>(run: F) -> usize {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().start_paused(true).build().unwrap();
    let used = measure(|| drop(runtime.block_on(run)));
    usize::try_from(used.bytes_max).unwrap()
}

/// An MC in a shell, bound to a peer that is only a stream.
async fn bound_mc(config: Config) -> (DuplexStream, Mc, Events) {
    // As much as is read at once.
    let (near, mut far) = duplex(64 * KIB);
    let (mc, mut events) = Mc::new(near, config);
    let bind = pdu(&BindTransceiver::default(), 1);
    far.write_all(bind.octets()).await.unwrap();
    let Some(Event::BindRequest(_)) = events.recv().await else {
        panic!("no bind");
    };
    mc.accept_bind("mc".try_into().unwrap());
    (far, mc, events)
}

/// An ESME in a shell, bound to a peer that is only a stream.
async fn bound_esme(config: Config) -> (DuplexStream, Esme, Events) {
    let (near, mut far) = duplex(4 * KIB);
    let answer = pdu(&BindTransceiverResp::default(), 1);
    far.write_all(answer.octets()).await.unwrap();
    let (esme, events) = Esme::bind(near, &bind(BindMode::Transceiver), config)
        .await
        .unwrap();
    (far, esme, events)
}

/// Sends `octets` again and again until the other end takes no more, or took `max`; how many it
/// took.
async fn send(stream: &mut (impl AsyncWrite + Unpin), octets: &[u8], max: usize) -> usize {
    let mut sent = 0;
    while sent < max {
        let rest = &octets[sent % octets.len()..];
        match timeout(secs(1), stream.write(rest)).await {
            Ok(len) => sent += len.unwrap(),
            Err(_) => break,
        }
    }
    sent
}

#[test]
fn a_peer_whose_events_nobody_takes_is_not_read_for_ever() {
    let asks = pdu(&EnquireLink::default(), 7).octets().repeat(3_000);
    let among_asks = |pdu: &[u8]| [pdu, &asks].concat();
    let request = pdu(&submit("hi"), 7);
    let stray = padded(CommandId::SUBMIT_SM_RESP, 16);
    let config = Config {
        max_unanswered: 50,
        ..quiet()
    };
    for octets in [
        stray.clone(),
        padded(CommandId::SUBMIT_SM_RESP, 60_000),
        padded(CommandId(0x99), 60_000),
        // Each keeps the read that it came with.
        among_asks(&stray),
        among_asks(request.octets()),
        request.octets().to_vec(),
    ] {
        let mut sent = 0;
        let used = peak(async {
            let (far, mc, _events) = bound_mc(config.clone()).await;
            let (mut answers, mut far) = tokio::io::split(far);
            tokio::spawn(
                async move { tokio::io::copy(&mut answers, &mut tokio::io::sink()).await },
            );
            sent = send(&mut far, &octets, 16 * MIB).await;
            assert_eq!(mc.state(), BOUND);
        });
        assert!(used < 8 * MIB, "{used} for {sent}");
    }
}

#[test]
fn requests_that_nobody_answers_stop_the_peer() {
    let octets = pdu(&submit("hi"), 7).octets().to_vec();
    let config = Config {
        max_unanswered: 50,
        ..quiet()
    };
    let mut sent = 0;
    let used = peak(async {
        let (mut far, mc, mut events) = bound_mc(config).await;
        let takes = async {
            let mut kept = Vec::new();
            while let Ok(Some(Event::Request(frame))) = timeout(secs(5), events.recv()).await {
                kept.push(frame);
            }
            assert_eq!(kept.len(), 50);
        };
        (sent, ()) = tokio::join!(send(&mut far, &octets, 100 * MIB), takes);
        assert_eq!(mc.state(), BOUND);
    });
    assert!(sent < 256 * KIB, "{sent} octets were read");
    assert!(used < MIB, "{used} for {sent}");
}

#[test]
fn a_peer_that_reads_no_answers_is_not_read() {
    let request = pdu(&submit("hi"), 7).octets().to_vec();
    let ask = pdu(&EnquireLink::default(), 7).octets().to_vec();
    for octets in [request, ask, padded(CommandId(0x99), 16)] {
        let mut sent = 0;
        let used = peak(async {
            let (mut far, mc, mut events) = bound_mc(quiet()).await;
            let answering = async {
                while let Some(event) = events.recv().await {
                    if let Event::Request(frame) = event {
                        mc.respond(&frame, OK, &SubmitSmResp::default());
                    }
                }
            };
            let sending = async { sent = send(&mut far, &octets, 100 * MIB).await };
            tokio::select! {
                () = sending => {}
                () = answering => panic!("closed too early"),
            }
        });
        assert!(sent < 8 * MIB, "{sent} octets were read");
        assert!(used < 8 * MIB, "{used} for {sent}");
    }
}

/// Sends messages of 10 KiB as long as the session lives; how it ended.
async fn send_for_ever(esme: &Esme, mut events: Events) -> CloseReason {
    let octets = vec![b'x'; 10 * KIB];
    let payload = [MessagePayload(TlvOctets::new(&octets).unwrap()).into()];
    let message = SubmitSm {
        tlvs: Tlvs::new(&payload).unwrap(),
        ..submit("")
    };
    let sending = async {
        while esme.queue(&message, 0).await != Err(smsgw_smpp::connection::RequestError::Closed) {}
    };
    let ending = async {
        loop {
            if let Some(Event::Closed(reason)) = events.recv().await {
                return reason;
            }
        }
    };
    tokio::join!(sending, ending).1
}

#[test]
fn a_peer_that_reads_nothing_is_given_up() {
    let config = Config {
        window: 20,
        response_timer: secs(5),
        ..quiet()
    };
    let used = peak(async {
        let (_far, esme, events) = bound_esme(config).await;
        let reason = send_for_ever(&esme, events).await;
        assert_eq!(reason, CloseReason::Disconnected);
    });
    // The window, what ran out of time meanwhile, and a buffer that grew by doubling.
    assert!(used < 2 * MIB, "{used} octets");
}

/// It takes a few octets before it would be given up, again and again.
#[test]
fn a_peer_that_reads_next_to_nothing_is_given_up_in_the_end() {
    let config = Config {
        window: 20,
        response_timer: secs(5),
        ..quiet()
    };
    let used = peak(async {
        let (mut far, esme, events) = bound_esme(config).await;
        tokio::spawn(async move {
            for _ in 0..20_000 {
                tokio::time::sleep(secs(4)).await;
                if far.read_u8().await.is_err() {
                    break;
                }
            }
        });
        let reason = send_for_ever(&esme, events).await;
        assert_eq!(reason, CloseReason::Disconnected);
    });
    assert!(used < 64 * MIB, "{used} octets");
}
