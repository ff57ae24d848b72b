//! Any octets as a stream of SMPP frames: nothing panics, no frame touches the next, what reads
//! strictly is written back octet for octet, and a session that took a frame takes the next.
#![no_main]

use std::sync::LazyLock;
use std::time::Instant;

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smsgw_smpp::pdu::*;
use smsgw_smpp::session::{self, BindMode, Config, Session};
use smsgw_smpp::value::{Value, Visitor};
use smsgw_smpp::{
    CommandId, CommandStatus, Decoded, DeliveryReceipt, Frame, Pdu, Quirks, Receipt, SequenceNumber,
};

/// Adds up what the fields say they take, and looks at their octets.
#[derive(Default)]
struct Size {
    octets: usize,
    sum: u32,
}

impl Visitor for Size {
    fn value(&mut self, _name: &'static str, size: usize, value: Value<'_>) {
        self.octets += size;
        match value {
            Value::Integer(value) | Value::Derived(value) => self.sum ^= value,
            Value::Text(octets) | Value::Octets(octets) => {
                assert!(octets.len() <= size);
                self.sum ^= octets.iter().map(|&octet| u32::from(octet)).sum::<u32>();
            }
            _ => {}
        }
    }
    fn begin_list(&mut self, _name: &'static str) {}
    fn begin_item(&mut self) {}
    fn end_item(&mut self) {}
    fn end_list(&mut self) {}
}

/// Reads the frame as every type there is; how many can.
fn typed(frame: &Frame, quirks: &Quirks) -> usize {
    macro_rules! count {
        ($($body:ident)*) => {
            [$( frame.decode_with::<$body<'_>>(quirks).is_ok() ),*]
        };
    }
    let read = count! {
        GenericNack BindReceiver BindReceiverResp BindTransmitter BindTransmitterResp
        BindTransceiver BindTransceiverResp Outbind Unbind UnbindResp EnquireLink EnquireLinkResp
        SubmitSm SubmitSmResp SubmitMulti SubmitMultiResp DeliverSm DeliverSmResp DataSm DataSmResp
        QuerySm QuerySmResp CancelSm CancelSmResp ReplaceSm ReplaceSmResp AlertNotification
        BroadcastSm BroadcastSmResp QueryBroadcastSm QueryBroadcastSmResp CancelBroadcastSm
        CancelBroadcastSmResp
    };
    read.into_iter().filter(|read| *read).count()
}

fn examine(frame: &Frame, quirks: &Quirks) {
    let typed = typed(frame, quirks);
    let Decoded { pdu, tolerated } = match frame.pdu_with(quirks) {
        Ok(decoded) => decoded,
        Err(error) => {
            assert_eq!(typed, 0);
            assert!(!error.command_status().is_ok());
            assert!(usize::try_from(error.offset()).is_ok_and(|at| at <= frame.octets().len()));
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert_eq!(typed, usize::from(pdu.fields().is_some()));
    let mut size = Size::default();
    pdu.visit(&mut size);
    let tlvs = pdu.tlvs();
    let tlvs_size: usize = tlvs.iter().map(|tlv| tlv.size()).sum();
    let told = 16 + size.octets + tlvs_size + tlvs.trailing().len();

    let mut out = BytesMut::new();
    pdu.encode(frame.command_status(), frame.sequence_number(), &mut out);
    if pdu.fields().is_some() {
        assert_eq!(told, out.len());
    }
    if tolerated.is_empty() {
        assert_eq!(&out, frame.octets());
    }
    if *quirks == Quirks::STRICT {
        assert!(tolerated.is_empty());
        // A valid PDU is valid to everybody.
        assert_eq!(frame.pdu(), Ok(pdu));
    }
    let again = Frame::new(out.freeze()).expect("what is written is a frame");
    assert_eq!(again.pdu(), Ok(pdu));

    match &pdu {
        Pdu::DeliverSm(deliver) => receipt(DeliveryReceipt::from_deliver(deliver)),
        Pdu::DataSm(data) => receipt(DeliveryReceipt::from_data(data)),
        _ => {}
    }
}

fn receipt(receipt: Option<DeliveryReceipt<'_>>) {
    let Some(receipt) = receipt else { return };
    let _ = (receipt.message_id(), receipt.state());
    let written = receipt.receipt.to_string();
    let _ = Receipt::parse(written.as_bytes());
}

/// Both ends of a session, bound.
fn bound(now: Instant) -> [Session; 2] {
    let mut esme = Session::esme(Config::default(), now);
    let mut mc = Session::mc(Config::default(), now);
    let (name, secret) = ("esme".try_into(), "secret".try_into());
    let (name, secret) = (name.expect("short"), secret.expect("short"));
    let bind = session::Bind::new(BindMode::Transceiver, name, secret);
    esme.bind(&bind, now).expect("open");
    let mut octets = BytesMut::new();
    esme.poll_transmit(&mut octets);
    mc.handle_buffer(&mut octets, now);
    mc.accept_bind(name, now);
    mc.poll_transmit(&mut octets);
    esme.handle_buffer(&mut octets, now);
    [esme, mc]
}

/// The frame behind this one is found, and either end of a session answers it.
fn next_is_found(frame: &Frame) {
    static NOW: LazyLock<Instant> = LazyLock::new(Instant::now);
    let number = SequenceNumber(0x0708_090A);
    let next = EnquireLink::default().to_frame(CommandStatus::ESME_ROK, number);
    let mut stream = BytesMut::from(&frame.octets()[..]);
    stream.extend_from_slice(next.octets());
    for mut session in bound(*NOW) {
        session.handle_octets(&stream, *NOW);
        let mut out = BytesMut::new();
        session.poll_transmit(&mut out);
        let mut last = None;
        while let Some(frame) = Frame::split_from(&mut out, u32::MAX).expect("frames") {
            last = Some(frame);
        }
        let last = last.expect("an answer");
        let expected = match frame.command_id() {
            CommandId::UNBIND => (CommandId::UNBIND_RESP, frame.sequence_number()),
            _ => (CommandId::ENQUIRE_LINK_RESP, number),
        };
        assert_eq!((last.command_id(), last.sequence_number()), expected);
    }
    let found = Frame::split_from(&mut stream, Frame::DEFAULT_MAX_LEN);
    assert_eq!(found.as_ref(), Ok(&Some(frame.clone())));
    let found = Frame::split_from(&mut stream, Frame::DEFAULT_MAX_LEN);
    assert_eq!(found, Ok(Some(next)));
}

fuzz_target!(|octets: &[u8]| {
    let mut stream = BytesMut::from(octets);
    while let Ok(Some(frame)) = Frame::split_from(&mut stream, Frame::DEFAULT_MAX_LEN) {
        next_is_found(&frame);
        for quirks in [Quirks::STRICT, Quirks::SESSION, Quirks::LENIENT] {
            examine(&frame, &quirks);
        }
        let _ = format!("{frame:?}");
    }
    let _ = Receipt::parse(octets).to_string();
});
