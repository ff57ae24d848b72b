//! What a session keeps is bounded, whatever the peer does.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod common;
mod support;

use allocation_counter::measure;
use bytes::BytesMut;
use common::framed;
use smsgw_ucp::op::Op as _;
use smsgw_ucp::session::{Config, State, TimeoutPolicy};
use smsgw_ucp::{ErrorCode, Frame};
use support::{End, Pair, quiet, secs, submit, trn};

const KIB: u64 = 1_024;

/// Takes all that there is and forgets it.
fn drain(end: &mut End, out: &mut BytesMut) {
    while end.session.poll_event().is_some() {}
    end.session.poll_transmit(out);
    out.clear();
}

/// Neither the operations that ran out of time are remembered for ever, nor the results that come
/// late or to nothing.
#[test]
fn years_of_a_peer_that_does_not_answer_take_no_more_than_a_day() {
    let sme = Config {
        window: 100,
        on_timeout: TimeoutPolicy::Resend { times: 1 },
        late_reserve: secs(3_600),
        ..quiet()
    };
    let Pair {
        mut sme, mut now, ..
    } = Pair::up_with(sme, quiet());
    let mut out = BytesMut::with_capacity(64 << 10);
    let mut days = |days: u64| {
        for token in 0..days {
            while sme.session.request(&submit("1"), token, now).is_ok() {}
            for wait in [60, 60, 43_200] {
                now += secs(wait);
                sme.session.handle_timeout(now);
                sme.take_lines(&["33/R/51/A//", "34/R/52/A//"], now);
                sme.seen();
                drain(&mut sme, &mut out);
            }
        }
    };
    days(10);
    let used = measure(|| days(500));
    assert_eq!(sme.session.state(), State::Up);
    // A window and its copies.
    assert!(used.bytes_max <= 64 * KIB, "{} octets", used.bytes_max);
}

#[test]
fn a_peer_that_never_stops_adds_up_to_nothing() {
    let Pair { mut smsc, now, .. } = Pair::up();
    let request = submit("0031612345678").to_frame(trn(7));
    let inputs: [Vec<u8>; 6] = [
        b"\r\n".repeat(1_000),
        framed("05/00026/O/31/1234/0539/"),
        framed("05/00027/O/31/1234/0539/"),
        framed("05/00026/O/98/1234/0539/"),
        framed("05/00020/R/51/A///"),
        [&request.octets()[..], b"\x02half"].concat(),
    ];
    let mut out = BytesMut::with_capacity(64 << 10);
    for input in &inputs {
        let mut turns = |turns: usize| {
            for _ in 0..turns {
                smsc.session.handle_octets(input, now);
                smsc.session.handle_octets(request.octets(), now);
                smsc.session
                    .accept(&request, smsgw_ucp::SystemMessage::EMPTY);
                drain(&mut smsc, &mut out);
            }
        };
        turns(10);
        let used = measure(|| turns(10_000));
        assert!(
            used.bytes_max <= 64 * KIB,
            "{} octets for {}",
            used.bytes_max,
            input.escape_ascii()
        );
        assert_eq!(smsc.session.state(), State::Up);
    }
}

#[test]
fn a_frame_without_an_end_is_kept_up_to_its_limit() {
    let Pair { mut smsc, now, .. } = Pair::up();
    let octets = vec![b'1'; 50 << 10];
    let used = measure(|| {
        smsc.session.handle_octets(b"\x0205/", now);
        for piece in octets.chunks(100) {
            smsc.session.handle_octets(piece, now);
        }
        while smsc.session.poll_event().is_some() {}
    });
    let most = u64::from(Frame::DEFAULT_MAX_LEN);
    assert!(used.bytes_max <= 4 * most, "{} octets", used.bytes_max);
    assert_eq!(smsc.session.state(), State::Up);
}

#[test]
fn operations_that_nobody_answers_stop_the_peer() {
    let smsc = Config {
        max_unanswered: 20,
        ..quiet()
    };
    let Pair { mut smsc, now, .. } = Pair::up_with(quiet(), smsc);
    let mut sent = 0;
    for number in (0..100).cycle().take(1_000) {
        if smsc.session.is_paused() {
            break;
        }
        let request = submit(&sent.to_string()).to_frame(trn(number));
        smsc.session.handle_octets(request.octets(), now);
        sent += 1;
    }
    assert_eq!(sent, 20);
    // One TRN over and over is no way around it.
    let Pair { mut smsc, now, .. } = Pair::up_with(
        quiet(),
        Config {
            max_unanswered: 20,
            ..quiet()
        },
    );
    let mut requests = Vec::new();
    for digits in 0..1_000 {
        let request = submit(&digits.to_string()).to_frame(trn(7));
        if !smsc.session.is_paused() {
            smsc.session.handle_octets(request.octets(), now);
            requests.push(request);
        }
    }
    assert_eq!(requests.len(), 20);
    for request in &requests {
        smsc.session.refuse(
            request,
            ErrorCode::SYSTEM_ERROR,
            smsgw_ucp::SystemMessage::EMPTY,
        );
    }
    assert_eq!(smsc.lines(), ["07/R/51/N/55/"]);
    assert_eq!(smsc.session.unanswered(), 0);
}
