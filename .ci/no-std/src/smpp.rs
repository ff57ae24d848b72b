//! smsgw-smpp: frames, PDUs, the text of data_coding.

use smsgw_smpp::pdu::{Body as _, DeliverSm, SubmitSm};
use smsgw_smpp::text::{Alphabets, Content, LongPolicy, SplitOptions, split};
use smsgw_smpp::tlv::{SarMsgRefNum, SarSegmentSeqnum, SarTotalSegments, Tlvs};
use smsgw_smpp::types::{Address, DataCoding, ShortMessage};
use smsgw_smpp::{CommandStatus, Frame, Pdu, Quirks, SequenceNumber};

use crate::{Outcome, same};

const NUMBER: SequenceNumber = SequenceNumber(1);

pub fn frames() -> Outcome {
    let tlvs = [
        SarMsgRefNum(7).into(),
        SarTotalSegments(2).into(),
        SarSegmentSeqnum(1).into(),
    ];
    let submit = SubmitSm {
        destination_addr: Address::international("306912345678")?,
        short_message: ShortMessage::new(b"the first half")?,
        tlvs: Tlvs::new(&tlvs)?,
        ..SubmitSm::default()
    };
    let frame = submit.to_frame(CommandStatus::ESME_ROK, NUMBER);
    let mut stream = frame.octets()[..].into();
    let found = Frame::split_from(&mut stream, Frame::DEFAULT_MAX_LEN)?.ok_or("no frame")?;
    let read = found.decode_with::<SubmitSm<'_>>(&Quirks::STRICT)?;
    same(read.pdu, submit)?;
    same(read.pdu.tlvs.find(), Some(SarMsgRefNum(7)))?;
    same(found.pdu()?, Pdu::SubmitSm(submit))?;
    same(found.decode::<DeliverSm<'_>>().is_err(), true)
}

pub fn texts() -> Outcome {
    let alphabets = Alphabets::default();
    let octets = [0x04, 0x4F, 0xD8, 0x3D, 0xDE, 0x00];
    let text = alphabets.decode(DataCoding::UCS2, &octets);
    same(text.as_deref(), Some("я😀"))?;

    let options = SplitOptions::new(alphabets, LongPolicy::Udh8);
    for part in split("5 €", &options, 7)? {
        let deliver = DeliverSm {
            data_coding: part.data_coding(),
            short_message: part.short_message(),
            ..DeliverSm::default()
        };
        let text = Content::from(&deliver).text(&alphabets);
        same(text.as_deref(), Some("5 €"))?;
    }
    Ok(())
}
