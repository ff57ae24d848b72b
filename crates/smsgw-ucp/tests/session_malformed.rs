//! What is no frame or no operation: each is answered by its class or not at all, and ends nothing
//! unless there is no end of it.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;
mod support;

use common::{FRAMES, MALFORMED, framed, lines, octets};
use smsgw_ucp::op::Op as _;
use smsgw_ucp::session::{CloseReason, Config, Counted, Event, State};
use smsgw_ucp::{Frame, OperationType, Quirks};
use support::Seen::{Bad, Closed, Refused, Request, Response, Stray};
use support::{Pair, Said, alert, line, no_login, quiet, submit, trn};

/// A service centre on a link without a login.
fn smsc(config: Config) -> Pair {
    Pair::open(no_login(quiet()), no_login(config))
}

/// That a good operation is still taken.
fn assert_lives(pair: &mut Pair) {
    pair.smsc.octets();
    let request = submit("1").to_frame(trn(99));
    pair.smsc.take(request.octets(), pair.now);
    assert_eq!(pair.smsc.seen(), [Request(99, 51)]);
    pair.smsc.answer();
    assert_eq!(pair.smsc.lines(), ["99/R/51/A//"]);
}

#[test]
fn each_vector_gets_the_answer_it_should_and_the_session_lives() {
    for vector in lines(MALFORMED) {
        let id = vector["id"].as_str().unwrap();
        let sent = octets(&vector);
        for quirks in [Quirks::LENIENT, Quirks::STRICT] {
            let mut pair = smsc(Config { quirks, ..quiet() });
            pair.smsc.take(&sent, pair.now);
            let is_operation = sent.get(10) == Some(&b'O') || sent.get(10) == Some(&b'X');
            let code = vector["expect"]["nack_ec"].as_str();
            let code = code.filter(|_| is_operation);
            let lines = pair.smsc.lines();
            match code {
                Some(code) => {
                    assert_eq!(lines.len(), 1, "{id}");
                    let (trn, ot) = (&sent[1..3], &sent[12..14]);
                    let trn = std::str::from_utf8(trn).unwrap();
                    let ot = std::str::from_utf8(ot).unwrap();
                    assert_eq!(lines, [format!("{trn}/R/{ot}/N/{code}/")], "{id}");
                    assert!(matches!(pair.smsc.seen()[..], [Refused(..)]), "{id}");
                }
                // The vectors do not say it of every operation that is answered.
                None if is_operation && !lines.is_empty() => {
                    assert!(lines[0].contains("/N/0"), "{id}: {lines:?}");
                    assert!(matches!(pair.smsc.seen()[..], [Refused(..)]), "{id}");
                }
                None => {
                    assert_eq!(lines, [""; 0], "{id}");
                    let seen = pair.smsc.seen();
                    let is_told = |seen: &support::Seen| matches!(seen, Bad(_) | Stray(..));
                    assert!(seen.iter().all(is_told), "{id}: {seen:?}");
                }
            }
            assert_lives(&mut pair);
        }
    }
}

#[test]
fn good_frames_are_never_refused_at_the_end_they_go_to() {
    for vector in lines(FRAMES) {
        let id = vector["id"].as_str().unwrap();
        let frame = Frame::copy_from(&octets(&vector)).unwrap();
        let mut pair = Pair::open(no_login(quiet()), no_login(quiet()));
        let goes_down = smsgw_ucp::session::Role::Smsc.sends(frame.ot());
        let end = if goes_down && frame.is_operation() {
            &mut pair.sme
        } else {
            &mut pair.smsc
        };
        end.take(frame.octets(), pair.now);
        let seen = end.seen();
        assert!(
            matches!(seen[..], [Request(..) | Stray(..)] | []),
            "{id}: {seen:?}"
        );
    }
}

#[test]
fn operations_are_answered_by_the_class_of_the_fault() {
    let alert = "05/00026/O/31/1234/0539/";
    let wrong_sum = |inner: &str| {
        let mut octets = framed(inner);
        let at = octets.len() - 2;
        octets[at] = if octets[at] == b'0' { b'1' } else { b'0' };
        octets
    };
    for (octets, seen) in [
        (wrong_sum(alert), Refused(5, 31, 1)),
        (
            [&framed(alert)[..25], b"XY\x03"].concat(),
            Refused(5, 31, 1),
        ),
        (framed("05/00027/O/31/1234/0539/"), Refused(5, 31, 2)),
        (framed("05/0026/O/31/1234/0539/"), Refused(5, 31, 2)),
        (framed("05/00026/o/31/1234/0539/"), Refused(5, 31, 2)),
        (framed("05/00021/O/31/1234/"), Refused(5, 31, 2)),
        (framed("05/00027/O/31/1234/0539//"), Refused(5, 31, 2)),
        (framed("05/00026/O/31/1234/05X9/"), Refused(5, 31, 2)),
        (framed("05/00026/O/32/1234/0539/"), Refused(5, 32, 3)),
        (framed("05/00026/O/98/1234/0539/"), Refused(5, 98, 3)),
        // The fields come before who may send it, and when.
        (framed("05/00019/O/53/A//"), Refused(5, 53, 2)),
        // Checked in this order.
        (wrong_sum("05/00027/O/99/1234/0539/"), Refused(5, 99, 2)),
        (wrong_sum("05/00026/O/99/1234/0539/"), Refused(5, 99, 1)),
    ] {
        let mut pair = smsc(quiet());
        pair.smsc.take(&octets, pair.now);
        let shown = String::from_utf8_lossy(&octets);
        assert_eq!(pair.smsc.seen(), [seen], "{shown}");
        let Refused(trn, ot, code) = seen else {
            panic!()
        };
        let answer = format!("{trn:02}/R/{ot:02}/N/{code:02}/");
        assert_eq!(pair.smsc.lines(), [answer], "{shown}");
        assert_eq!(pair.smsc.session.metrics().faults().refused, 1);
        assert_lives(&mut pair);
    }
}

#[test]
fn a_bad_result_is_not_answered_and_its_operation_goes_on_waiting() {
    let mut pair = Pair::up();
    pair.submit(1).unwrap();
    pair.sme.octets();
    let mut wrong_sum = framed("01/00020/R/51/A///");
    let at = wrong_sum.len() - 2;
    wrong_sum[at] ^= 1;
    for (octets, seen) in [
        (wrong_sum, Bad("checksum_mismatch")),
        (
            b"\x0201/00020/R/51/A///GH\x03".to_vec(),
            Bad("checksum_syntax"),
        ),
        (framed("01/00021/R/51/A///"), Bad("len_mismatch")),
        (framed("01/20/R/51/A///"), Bad("header")),
        (framed("1/00019/R/51/A///"), Bad("header")),
    ] {
        pair.sme.take(&octets, pair.now);
        assert_eq!(pair.sme.seen(), [seen]);
        assert!(pair.sme.octets().is_empty());
        assert_eq!(pair.sme.session.in_flight(), 1);
    }
    assert_eq!(pair.sme.session.metrics().faults().bad_frames, 5);
    pair.sme.take_lines(&["01/R/51/A//"], pair.now);
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes)]);
}

#[test]
fn what_has_no_number_or_type_is_not_answered() {
    let mut pair = smsc(quiet());
    for (octets, seen) in [
        (framed("X5/00026/O/31/1234/0539/"), Bad("header")),
        (framed("05/00026/O/3/1234/00539/"), Bad("header")),
        (b"\x02\x03".to_vec(), Bad("header")),
        (b"\x0205/0002\x02\x03".to_vec(), Bad("no_etx")),
    ] {
        pair.smsc.take(&octets, pair.now);
        assert_eq!(pair.smsc.seen()[0], seen);
        assert!(pair.smsc.octets().is_empty());
    }
    assert_lives(&mut pair);
}

#[test]
fn junk_between_frames_is_skipped() {
    let mut pair = smsc(quiet());
    let alert = alert("2147").to_frame(trn(1));
    let stream = [
        b"\r\nhello\x03",
        &alert.octets()[..],
        b"\r\n",
        &alert.octets()[..10],
        &alert.octets()[..],
    ]
    .concat();
    pair.smsc.take(&stream, pair.now);
    assert_eq!(pair.smsc.seen(), [Bad("no_etx")]);
    assert_eq!(pair.smsc.lines(), ["01/R/31/A/0000"; 2]);
    let metrics = pair.smsc.session.metrics();
    assert_eq!(metrics.faults().junk, 8 + 2 + 10);
    let counted = metrics
        .received()
        .of(OperationType::SMT_ALERT, Counted::Operation);
    assert_eq!(counted, 2);
    let len = alert.octets().len() as u64;
    assert_eq!(metrics.received().octets(), 2 * len);
}

#[test]
fn too_long_a_frame_is_passed_over_in_any_pieces() {
    let smsc_config = Config {
        max_frame_len: 100,
        ..quiet()
    };
    let long = |kind| framed(&format!("05/00000/{kind}/31/{}/0539/", "1".repeat(1_000)));
    for piece in [1, 7, 99, 100, 101, 2_000] {
        let mut pair = smsc(smsc_config.clone());
        for octets in long('R').chunks(piece) {
            pair.smsc.take(octets, pair.now);
        }
        assert_eq!(pair.smsc.seen(), [Bad("too_long")]);
        // Who sent an operation waits.
        for octets in long('O').chunks(piece) {
            pair.smsc.take(octets, pair.now);
        }
        assert_eq!(pair.smsc.seen(), [Refused(5, 31, 2)]);
        assert_eq!(pair.smsc.lines(), ["05/R/31/N/02/"]);
        assert_eq!(pair.smsc.session.metrics().faults().bad_frames, 2);
        assert_lives(&mut pair);
    }
}

#[test]
fn a_flood_of_junk_ends_the_session() {
    let smsc_config = Config {
        max_junk: 1_000,
        ..quiet()
    };
    for piece in [1, 100, 3_000] {
        let mut pair = smsc(smsc_config.clone());
        let now = pair.now;
        let junk = vec![b'x'; 3_000];
        let alert = alert("2147").to_frame(trn(1));
        // Each good frame is a fresh start.
        for _ in 0..3 {
            for octets in junk[..1_000].chunks(piece) {
                pair.smsc.take(octets, now);
            }
            pair.smsc.take(alert.octets(), now);
        }
        assert_eq!(pair.smsc.seen(), []);
        for octets in junk.chunks(piece) {
            pair.smsc.take(octets, now);
        }
        assert_eq!(pair.smsc.seen(), [Closed(CloseReason::Junk)]);
        assert_eq!(pair.smsc.lines().len(), 3);
    }
    // A frame behind too much of it comes too late.
    let mut pair = smsc(smsc_config);
    let mut stream = vec![b'x'; 1_001];
    stream.extend_from_slice(submit("1").to_frame(trn(1)).octets());
    pair.smsc.take(&stream, pair.now);
    assert_eq!(pair.smsc.seen(), [Closed(CloseReason::Junk)]);
}

#[test]
fn a_flood_of_bad_frames_ends_the_session() {
    let smsc_config = Config {
        max_bad_frames: 3,
        ..quiet()
    };
    let mut pair = smsc(smsc_config);
    let bad = b"\x0205/00026/O/31/1234/0539/00\x03";
    let alert = alert("2147").to_frame(trn(1));
    for _ in 0..2 {
        pair.smsc.take(&bad.repeat(3), pair.now);
        pair.smsc.take(alert.octets(), pair.now);
    }
    assert_eq!(pair.smsc.seen(), [Refused(5, 31, 1); 6]);
    assert_eq!(pair.states().1, State::Up);
    pair.smsc.octets();
    pair.smsc.take(&bad.repeat(10), pair.now);
    let refused = Refused(5, 31, 1);
    assert_eq!(
        pair.smsc.seen(),
        [
            refused,
            refused,
            refused,
            refused,
            Closed(CloseReason::Junk)
        ]
    );
    assert_eq!(pair.smsc.lines(), ["05/R/31/N/01/"; 4]);
}

#[test]
fn faults_are_let_through_as_the_quirks_say() {
    // LEN one too large, and a checksum in lower case.
    let len = &framed("05/00027/O/31/1234/0539/");
    let case = &framed("05/00026/O/31/1235/0539/").to_ascii_lowercase();
    let case = &String::from_utf8_lossy(case).replace('o', "O").into_bytes();
    assert!(case.ends_with(b"/c6\x03"), "{}", case.escape_ascii());
    for (quirks, octets, is_let_through) in [
        (Quirks::STRICT, case, false),
        (Quirks::LENIENT, case, true),
        (Quirks::LENIENT, len, false),
        (Quirks::TOLERANT, len, true),
    ] {
        let mut pair = smsc(Config { quirks, ..quiet() });
        pair.smsc.session.handle_octets(octets, pair.now);
        match pair.smsc.session.poll_event() {
            None => assert!(is_let_through),
            Some(Event::Refused { .. }) => assert!(!is_let_through),
            other => panic!("{other:?}"),
        }
        let frames = pair.smsc.sends();
        assert_eq!(line(&frames[0]).contains("/A/"), is_let_through);
    }
}
