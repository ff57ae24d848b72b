//! Any octets as a UCP stream: however they are cut, the same frames and errors are found, those
//! that the rules give octet by octet; no more is kept than a frame may have; a frame is its fields.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smsgw_fuzz::Script;
use smsgw_fuzz::ucp::mended;
use smsgw_ucp::{Deframer, Frame, FrameError, FrameErrorKind, FrameRef, OperationType, Quirks};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;

type Item = Result<Frame, FrameError>;

/// What a stream of these pieces holds, and how it ends.
fn found<'a>(
    pieces: impl Iterator<Item = &'a [u8]>,
    max_len: u32,
    quirks: Quirks,
) -> (Vec<Item>, Option<FrameError>) {
    let mut deframer = Deframer::new(max_len, quirks);
    let mut buffer = BytesMut::new();
    let mut items = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        while let Some(item) = deframer.next(&mut buffer) {
            items.push(item);
        }
        assert!(
            buffer.len() < max_len.max(1) as usize,
            "{} kept",
            buffer.len()
        );
    }
    let end = deframer.finish(&mut buffer);
    assert!(buffer.is_empty() && deframer.finish(&mut buffer).is_none());
    (items, end)
}

/// What is between two octets that begin or end something.
#[derive(Debug, PartialEq)]
enum Part<'a> {
    /// STX and ETX included.
    Frame(&'a [u8]),
    NoEtx(usize),
    TooLong(&'a [u8]),
}

/// The rules, octet by octet; and the length of what the stream ends in.
fn parts(octets: &[u8], max_len: u32) -> (Vec<Part<'_>>, usize) {
    let max = max_len.max(1) as usize;
    let mut parts = Vec::new();
    let mut start = None;
    for (at, &octet) in octets.iter().enumerate() {
        if let Some(begin) = start.filter(|_| octet == STX) {
            parts.push(Part::NoEtx(at - begin));
        }
        if octet == STX {
            start = Some(at);
        }
        let Some(begin) = start else { continue };
        if octet == ETX {
            parts.push(Part::Frame(&octets[begin..=at]));
            start = None;
        } else if at + 1 - begin >= max {
            parts.push(Part::TooLong(&octets[begin..=at]));
            start = None;
        }
    }
    (parts, start.map_or(0, |begin| octets.len() - begin))
}

fn compare(item: &Item, part: &Part<'_>, max_len: u32, quirks: &Quirks) {
    let error = |kind, len: usize| match item {
        Err(error) => {
            assert_eq!((error.kind(), error.offset() as usize), (kind, len));
        }
        Ok(frame) => panic!("{frame:?}"),
    };
    match part {
        Part::Frame(octets) => {
            assert_eq!(&Frame::new_with(octets.to_vec().into(), quirks), item);
            let by_reference = FrameRef::new_with(octets, quirks);
            assert_eq!(by_reference.map(|frame| frame.to_frame()), *item);
            match item {
                Ok(frame) => examine(frame, octets),
                Err(error) => refused(error, octets),
            }
        }
        Part::NoEtx(len) => {
            error(FrameErrorKind::NoEtx, *len);
            assert!(item.as_ref().is_err_and(|error| error.nack().is_none()));
        }
        Part::TooLong(octets) => {
            error(FrameErrorKind::TooLong { max: max_len }, octets.len());
            if let Err(error) = item {
                refused(error, octets);
            }
        }
    }
}

fn refused(error: &FrameError, octets: &[u8]) {
    // A part that is missing would be behind them.
    assert!((error.offset() as usize) <= octets.len(), "{error}");
    assert!(!error.to_string().is_empty() && !error.field().is_empty());
    assert!(!error.kind().name().is_empty());
    let Some(nack) = error.nack() else { return };
    assert_eq!(error.error_code(), Some(nack.error_code));
    // An operation, whose TRN stands where it should.
    assert_eq!(octets[1..3], *nack.trn.to_string().as_bytes());
    assert!(octets.windows(4).any(|octets| {
        octets[0] == b'/' && octets[1..3] == *nack.ot.to_string().as_bytes() && octets[3] == b'/'
    }));
}

fn examine(frame: &Frame, octets: &[u8]) {
    assert_eq!(frame.octets(), octets);
    assert_eq!(octets[1..3], *frame.trn().to_string().as_bytes());
    assert_eq!(octets[12..14], *frame.ot().to_string().as_bytes());
    assert_eq!(octets[10] == b'O', frame.is_operation());
    assert_eq!((&frame.detach(), &frame.view().to_frame()), (frame, frame));

    let fields: Vec<&[u8]> = frame.fields().collect();
    let again = Frame::from_fields(frame.trn(), frame.kind(), frame.ot(), &fields);
    let again = again.expect("fields of a frame");
    assert!(again.fields().eq(frame.fields()));
    let is_usual = again.octets()[4..9] == octets[4..9]
        && !octets[octets.len() - 3..]
            .iter()
            .any(u8::is_ascii_lowercase);
    assert_eq!(again == *frame, is_usual);
    let strict = Frame::new_with(octets.to_vec().into(), &Quirks::STRICT);
    assert_eq!(strict.is_ok(), is_usual);

    let mut end = 15;
    for (field, text) in frame.named_fields().zip(&fields) {
        assert_eq!((field.offset, field.text), (end, *text));
        end += text.len() as u32 + 1;
    }
    assert_eq!(frame.named_fields().count(), fields.len());
    assert_eq!(end as usize, octets.len() - 3);

    for quirks in [Quirks::STRICT, Quirks::LENIENT, Quirks::TOLERANT] {
        let (operation, answer) = (frame.operation_with(&quirks), frame.answer_with(&quirks));
        assert!(operation.is_err() || answer.is_err());
        for error in [operation.err(), answer.err()].into_iter().flatten() {
            assert!((error.offset() as usize) < octets.len(), "{error}");
        }
    }
    let printed = format!("{frame:?}");
    let is_secret = |ot| {
        matches!(
            ot,
            OperationType::SESSION_MANAGEMENT | OperationType::LIST_MANAGEMENT
        )
    };
    assert_eq!(
        printed.contains("fields"),
        !(frame.is_operation() && is_secret(frame.ot()))
    );
}

fuzz_target!(|octets: &[u8]| {
    let mut script = Script(octets);
    let max_len = [Frame::DEFAULT_MAX_LEN, 0, 1, 2, 18, 21, 64, 300][script.below(8)];
    let quirks = [Quirks::LENIENT, Quirks::STRICT, Quirks::TOLERANT][script.below(3)];
    let is_mended = script.flag();
    // Ever the same piece lengths, again and again.
    let lengths: Vec<_> = script
        .take(4)
        .iter()
        .map(|&len| 1 + usize::from(len))
        .collect();
    let octets = match is_mended {
        true => mended(script.rest()),
        false => script.rest().to_vec(),
    };

    let (items, end) = found([&octets[..]].into_iter(), max_len, quirks);
    let (parts, left) = parts(&octets, max_len);
    assert_eq!(items.len(), parts.len());
    for (item, part) in items.iter().zip(&parts) {
        compare(item, part, max_len, &quirks);
    }
    assert_eq!(end.map_or(0, |end| end.offset() as usize), left);

    let one_by_one = found(octets.chunks(1), max_len, quirks);
    assert_eq!(one_by_one.0, items);
    assert_eq!(one_by_one.1, end);
    let mut rest = &octets[..];
    let pieces = lengths.iter().cycle().map_while(|&len| {
        let (piece, others) = rest.split_at(len.min(rest.len()));
        rest = others;
        (!piece.is_empty()).then_some(piece)
    });
    assert_eq!(found(pieces, max_len, quirks), (items.clone(), end));

    if quirks == Quirks::LENIENT {
        let mut buffer = BytesMut::from(&octets[..]);
        let mut slice = &octets[..];
        for item in &items {
            assert_eq!(Frame::split_from(&mut buffer, max_len).as_ref(), Some(item));
            let by_reference = FrameRef::split_from(&mut slice, max_len).expect("an item");
            assert_eq!(&by_reference.map(|frame| frame.to_frame()), item);
        }
        assert_eq!(Frame::split_from(&mut buffer, max_len), None);
        assert!(FrameRef::split_from(&mut slice, max_len).is_none());
        assert_eq!((buffer.len(), slice), (left, &buffer[..]));
    }
});
