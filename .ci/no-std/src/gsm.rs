//! smsgw-gsm: texts and septets, headers, long texts, TPDUs, cell broadcast.

use alloc::vec::Vec;
use core::time::Duration;

use smsgw_gsm::alphabet::{Language, Tables};
use smsgw_gsm::cbs::{Broadcast, Page, SerialNumber, join};
use smsgw_gsm::field::{Address, State, Status, Timestamp};
use smsgw_gsm::reassemble::{Limits, Outcome as Placed, Part, Reassembler};
use smsgw_gsm::segment::{Encoding, LanguageChoice, Options, segment};
use smsgw_gsm::septet::{FillBits, pack, unpack};
use smsgw_gsm::tpdu::{
    Context, Deliver, DeliverReport, ModemPdu, StatusReport, Submit, Tpdu, UserDataBuf,
};
use smsgw_gsm::translit::transliterate;
use smsgw_gsm::udh::{Concat, Reference, UserDataHeader};
use smsgw_gsm::{Quirks, alphabet, ucs2};

use crate::{Outcome, same};

const TEXT: &str = "Grüße für 5 € an alle. ";

pub fn septets() -> Outcome {
    let septets = alphabet::encode_unpacked(TEXT)?;
    let packed = pack(&septets, FillBits::NONE);
    let unpacked = unpack(&packed, septets.len(), FillBits::NONE);
    same(&*alphabet::decode_unpacked(&unpacked), TEXT)?;
    same(alphabet::encode_unpacked("я").is_err(), true)?;

    let turkish = Tables::of(Language::Turkish);
    same(&*turkish.decode(&turkish.encode("Iğdır")?), "Iğdır")?;
    same(&*transliterate("“Iğdır”…").text, "\"Igdir\"...")
}

pub fn headers() -> Outcome {
    let concat = Concat::new(Reference::Sixteen(0x1234), 3, 1)?;
    let octets = concat.to_udh();
    let (header, rest) = UserDataHeader::split(&octets)?;
    same(header.concat(), Some(concat))?;
    same(header.fill_bits(), FillBits::NONE)?;
    same(rest, &[])
}

pub fn segments() -> Outcome {
    for repeated in [TEXT.repeat(10), "Ωμέγα 😀".repeat(20)] {
        let options = Options::new().with_graphemes(true);
        let segments = segment(&repeated, &options)?;
        let mut reassembler = Reassembler::new(Limits::DEFAULT);
        let mut whole = None;
        for segment in &segments {
            let part = Part {
                key: (),
                position: segment.concat().ok_or("one part")?.into(),
                payload: segment.unpacked(),
                octets: segment.unpacked().len(),
            };
            if let Placed::Complete(message) = reassembler.insert(part, Duration::ZERO).outcome {
                whole = Some(message);
            }
        }
        let octets: Vec<u8> = whole.ok_or("not whole")?.into_payloads().concat();
        let text = match segments.encoding() {
            Encoding::Gsm7 => alphabet::decode_unpacked(&octets),
            _ => ucs2::decode(&octets),
        };
        same(text, repeated)?;
    }
    Ok(())
}

pub fn tpdus() -> Outcome {
    let sender = Address::parse("+41791234567")?;
    let time = Timestamp::new(2024, 2, 29, 23, 59, 59, 4).ok_or("a leap day")?;
    let text = UserDataBuf::text(TEXT)?;
    let deliver = Deliver::new(sender, time, text.view());
    let octets = deliver.to_vec();
    let read = Tpdu::decode_with(&octets, Context::SC_TO_MS, &Quirks::STRICT)?;
    same(read.pdu, Tpdu::from(deliver))?;
    let read = read.pdu.user_data().and_then(|data| data.text());
    same(read.as_deref(), Some(TEXT))?;

    let options = Options::new().with_language(LanguageChoice::Auto);
    for part in &segment(&"Iğdır ".repeat(60), &options)? {
        let text = UserDataBuf::from(part);
        let pdu = ModemPdu::from(Submit::new(sender, text.view()));
        same(ModemPdu::decode(&pdu.to_vec(), Context::MS_TO_SC)?, pdu)?;
    }

    let report = StatusReport::new(7, sender, time, time, Status(0x46));
    same(StatusReport::decode(&report.to_vec())?, report)?;
    same(report.status.state(), State::Failed)?;
    let report = DeliverReport::ack();
    same(
        Tpdu::decode(&report.to_vec(), Context::MS_TO_SC)?,
        report.into(),
    )?;
    same(
        Tpdu::decode(&[0x04, 0xFF], Context::SC_TO_MS).is_err(),
        true,
    )
}

pub fn broadcasts() -> Outcome {
    let text = TEXT.repeat(5);
    let (data_coding, language) = Broadcast::coding(&text, None);
    let broadcast = Broadcast {
        serial: SerialNumber(0x4010),
        message_id: 4370,
        data_coding,
        language,
    };
    let pages: Vec<_> = broadcast
        .pages(&text)?
        .iter()
        .map(|page| page.to_vec())
        .collect();
    let read: Result<Vec<_>, _> = pages.iter().rev().map(|page| Page::decode(page)).collect();
    let joined = join(read?).pop().and_then(|message| message.text());
    same(joined, Some(text))
}
