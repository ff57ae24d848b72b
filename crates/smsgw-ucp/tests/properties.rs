//! What holds for any octets and any values.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod common;

use bytes::{Bytes, BytesMut};
use common::{FRAMES, MALFORMED, check_written, items_of, lines, octets};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use smsgw_ucp::{
    Answer, DecodeError, Decoded, Frame, FrameRef, Operation, OperationKind, OperationType, Quirks,
    Tolerance, Tolerated, Trn,
};

#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "it is not kept")]
enum Pdu<'a> {
    Operation(Operation<'a>),
    Answer(Answer<'a>),
}

impl Pdu<'_> {
    fn encode(&self, trn: Trn) -> BytesMut {
        let mut out = BytesMut::new();
        match self {
            Self::Operation(operation) => operation.encode(trn, &mut out),
            Self::Answer(answer) => answer.encode(trn, &mut out),
        }
        out
    }
}

fn read<'a>(frame: FrameRef<'a>, quirks: &Quirks) -> Result<(Pdu<'a>, Tolerated), DecodeError> {
    if frame.is_operation() {
        let Decoded { pdu, tolerated } = frame.operation_with(quirks)?;
        Ok((Pdu::Operation(pdu), tolerated))
    } else {
        let Decoded { pdu, tolerated } = frame.answer_with(quirks)?;
        Ok((Pdu::Answer(pdu), tolerated))
    }
}

/// Whether what was let through is not written again: LEN and the checksum are made, fields that
/// nobody reads are dropped.
fn is_lost(tolerated: &Tolerated) -> bool {
    let is_lost = |what, field| match what {
        Tolerance::WrongLen | Tolerance::ExtraFields => true,
        Tolerance::LowerCaseHex => field == "CHK",
        _ => false,
    };
    let mut all = tolerated.iter();
    tolerated.is_cut() || all.any(|it| is_lost(it.what, it.field))
}

/// Reads all there is to read and checks what must hold of any frame.
fn examine(frame: FrameRef<'_>) -> Result<(), TestCaseError> {
    let names = frame.named_fields().map(|field| {
        let at = field.offset as usize;
        frame.octets()[at..].starts_with(field.text)
    });
    prop_assert!(names.eq(frame.fields().map(|_| true)));
    let fields: Vec<_> = frame.fields().collect();
    let raw = Frame::from_fields(frame.trn(), frame.kind(), frame.ot(), &fields).unwrap();
    check_written(raw.octets());
    let _ = format!("{frame:?}");

    let mut stricter = None;
    for quirks in [Quirks::STRICT, Quirks::LENIENT, Quirks::TOLERANT] {
        match read(frame, &quirks) {
            Ok((pdu, tolerated)) => {
                prop_assert!(quirks != Quirks::STRICT || tolerated.is_empty());
                let out = pdu.encode(frame.trn());
                check_written(&out);
                if !is_lost(&tolerated) {
                    prop_assert_eq!(&out, frame.octets());
                }
                let again = FrameRef::new(&out).unwrap();
                let (same, _) = read(again, &quirks).unwrap();
                prop_assert_eq!(same, pdu);
                prop_assert!(stricter.is_none_or(|before| before == pdu));
                stricter = Some(pdu);
                let _ = format!("{pdu:?} {tolerated:?}");
            }
            Err(error) => {
                prop_assert!(stricter.is_none(), "{error}");
                prop_assert!(error.offset() as usize <= frame.octets().len());
                prop_assert!(!error.field().is_empty());
                let _ = error.to_string();
            }
        }
    }
    Ok(())
}

/// What stands between STX and the checksum, with LEN as it has to be.
fn with_len(inner: &[u8]) -> Vec<u8> {
    let mut inner = inner.to_vec();
    let len = format!("{:05}", inner.len() + 2);
    if let Some(place) = inner.get_mut(3..8) {
        place.copy_from_slice(len.as_bytes());
    }
    inner
}

/// STX and ETX around it, and the checksum behind it.
fn framed(inner: &[u8]) -> Vec<u8> {
    let sum = inner
        .iter()
        .fold(0_u8, |sum, &octet| sum.wrapping_add(octet));
    let mut octets = vec![2];
    octets.extend(inner);
    octets.extend(format!("{sum:02X}").into_bytes());
    octets.push(3);
    octets
}

fn seeds() -> Vec<Vec<u8>> {
    lines(FRAMES).iter().map(octets).collect()
}

/// An octet that means something somewhere.
fn octet() -> impl Strategy<Value = u8> {
    prop_oneof![
        4 => select(b"/0123456789".to_vec()),
        2 => select(b"ABCDEFORNaf+:, ".to_vec()),
        1 => any::<u8>(),
    ]
}

/// A good frame with a few octets changed, put in or taken out between header and checksum. LEN and
/// the checksum are right, and there is no STX or ETX inside.
fn mutant() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<Index>(), octet(), 0..3_u8);
    (select(seeds()), prop::collection::vec(change, 1..6)).prop_map(|(octets, changes)| {
        let mut inner = octets[1..octets.len() - 3].to_vec();
        for (at, octet, how) in changes {
            let octet = if matches!(octet, 2 | 3) { b'/' } else { octet };
            let at = 14 + at.index(inner.len() - 14);
            match how {
                0 => inner[at] = octet,
                1 => inner.insert(at, octet),
                _ if inner.len() > 15 => drop(inner.remove(at)),
                _ => {}
            }
        }
        if inner.last() != Some(&b'/') {
            inner.push(b'/');
        }
        framed(&with_len(&inner))
    })
}

/// Good frames, bad ones, pieces of both and junk.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let bad: Vec<_> = lines(MALFORMED).iter().map(octets).collect();
    let piece = prop_oneof![
        4 => select(seeds()),
        2 => select(bad),
        2 => mutant(),
        1 => (select(seeds()), any::<Index>()).prop_map(|(octets, at)| {
            octets[..at.index(octets.len())].to_vec()
        }),
        1 => prop::collection::vec(prop_oneof![Just(2_u8), Just(3), octet()], 0..20),
        1 => Just(b"\r\n".to_vec()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_octets_as_a_frame_and_as_a_stream(octets in prop::collection::vec(octet(), 0..200)) {
        for quirks in [Quirks::STRICT, Quirks::TOLERANT] {
            let whole = Frame::new_with(Bytes::copy_from_slice(&octets), &quirks);
            if let Err(error) = whole {
                prop_assert!(error.offset() as usize <= octets.len());
                let _ = (error.to_string(), error.nack());
            }
        }
        items_of(&[&octets], 64);
    }

    #[test]
    fn any_fields_of_any_operation(
        ot in select(OperationType::ALL),
        is_operation: bool,
        body in prop::collection::vec(octet(), 0..60),
        slashes in 0..40_usize,
    ) {
        let kind = if is_operation { 'O' } else { 'R' };
        let mut inner = format!("00/00000/{kind}/{ot}/").into_bytes();
        inner.extend(body.into_iter().filter(|octet| !matches!(octet, 2 | 3)));
        inner.extend(vec![b'/'; slashes + 1]);
        let octets = framed(&with_len(&inner));
        examine(FrameRef::new(&octets).unwrap())?;
    }

    #[test]
    fn a_good_frame_with_a_few_octets_changed(octets in mutant()) {
        examine(FrameRef::new(&octets).unwrap())?;
    }

    #[test]
    fn an_octet_changed_on_the_way_is_noticed(
        octets in select(seeds()),
        at: Index,
        other in 1..=255_u8,
    ) {
        let mut octets = octets;
        let at = at.index(octets.len());
        let changed = octets[at] ^ other;
        // Upper and lower case are the same checksum.
        prop_assume!(!(at + 3 >= octets.len() && changed == octets[at] ^ 0x20));
        octets[at] = changed;
        prop_assert!(FrameRef::new(&octets).is_err());
    }

    /// However it arrives.
    #[test]
    fn a_stream_gives_the_same_items_in_any_pieces(
        stream in stream(),
        cuts in prop::collection::vec(any::<Index>(), 0..8),
        max_len in 20..400_u32,
    ) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut rest = &stream[..];
        for cut in cuts {
            let taken = stream.len() - rest.len();
            let (piece, after) = rest.split_at(cut - taken);
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        let whole = items_of(&[&stream], max_len);
        prop_assert!(whole.1.len() < max_len as usize);
        prop_assert_eq!(&items_of(&pieces, max_len), &whole);
        let octets: Vec<_> = stream.chunks(1).collect();
        prop_assert_eq!(&items_of(&octets, max_len), &whole);

        let mut rest = &stream[..];
        let borrowed = core::iter::from_fn(|| FrameRef::split_from(&mut rest, max_len));
        let borrowed: Vec<_> = borrowed.map(|item| item.map(|frame| frame.to_frame())).collect();
        prop_assert_eq!(&borrowed, &whole.0);
        prop_assert_eq!(rest, &whole.1[..]);
        for frame in borrowed.iter().flatten() {
            prop_assert!(frame.octets().len() <= max_len as usize);
            examine(frame.view())?;
        }
    }

    #[test]
    fn fields_as_they_are(
        trn in 0..100_u8,
        ot in 0..100_u8,
        is_operation: bool,
        fields in prop::collection::vec(prop::collection::vec(octet(), 0..40), 0..40),
    ) {
        let kind = match is_operation {
            true => OperationKind::Operation,
            false => OperationKind::Result,
        };
        let (trn, ot) = (Trn::new(trn).unwrap(), OperationType::new(ot).unwrap());
        let slices: Vec<_> = fields.iter().map(Vec::as_slice).collect();
        let is_wrong = |octet: &u8| matches!(octet, b'/' | 2 | 3);
        match Frame::from_fields(trn, kind, ot, &slices) {
            Ok(frame) => {
                check_written(frame.octets());
                let read = Frame::copy_from(frame.octets()).unwrap();
                prop_assert_eq!((read.trn(), read.kind(), read.ot()), (trn, kind, ot));
                prop_assert!(read.fields().eq(slices));
                examine(read.view())?;
            }
            Err(_) => prop_assert!(slices.concat().iter().any(is_wrong)),
        }
    }
}
