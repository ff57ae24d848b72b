//! Reading a receipt: from the octets of its `deliver_sm` to the fields of its text.

use std::hint::black_box;

use smsgw_smpp::pdu::DeliverSm;
use smsgw_smpp::{DeliveryReceipt, FrameRef};

use crate::fixtures::{self, octets};
use crate::{Case, measured};

/// One receipt, with all peers that read them.
pub fn cases() -> Vec<Case> {
    let octets = octets(&fixtures::receipt());
    let case = |subject, run| Case {
        name: "decode/receipt_text",
        subject,
        pdus: 1,
        octets: None,
        run,
    };
    vec![
        // Any order, letters and separators; dates and state read, and what the TLVs say.
        case(
            "smsgw",
            Box::new(move |rounds| {
                measured(rounds, || {
                    let frame = FrameRef::new(black_box(octets)).unwrap();
                    let deliver = frame.decode::<DeliverSm<'_>>().unwrap();
                    let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap();
                    black_box((receipt.message_id(), receipt.state()));
                    black_box((&deliver, &receipt));
                })
            }),
        ),
        // Through its GSM alphabet; dates and state remain text, TLVs are not looked at.
        case(
            "smpp-codec",
            Box::new(move |rounds| {
                measured(rounds, || {
                    let deliver = smpp_codec::pdus::DeliverSmRequest::decode(black_box(octets));
                    let deliver = deliver.unwrap();
                    let receipt = deliver.parse_receipt().unwrap();
                    black_box((&deliver, &receipt));
                })
            }),
        ),
    ]
}
