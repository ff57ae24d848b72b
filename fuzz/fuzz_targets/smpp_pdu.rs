//! Any octets as a stream of SMPP frames: nothing panics, no frame touches the next, and what
//! reads strictly is written back octet for octet.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smsgw_smpp::value::{Value, Visitor};
use smsgw_smpp::{Decoded, DeliveryReceipt, Frame, Pdu, Quirks, Receipt};

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

fn examine(frame: &Frame, quirks: &Quirks) {
    let Decoded { pdu, tolerated } = match frame.pdu_with(quirks) {
        Ok(decoded) => decoded,
        Err(error) => {
            assert!(!error.command_status().is_ok());
            assert!(usize::try_from(error.offset()).is_ok_and(|at| at <= frame.octets().len()));
            assert!(!error.to_string().is_empty());
            return;
        }
    };
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

fuzz_target!(|octets: &[u8]| {
    let mut stream = BytesMut::from(octets);
    while let Ok(Some(frame)) = Frame::split_from(&mut stream, Frame::DEFAULT_MAX_LEN) {
        for quirks in [Quirks::STRICT, Quirks::SESSION, Quirks::LENIENT] {
            examine(&frame, &quirks);
        }
        let _ = format!("{frame:?}");
    }
    let _ = Receipt::parse(octets).to_string();
});
