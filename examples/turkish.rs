//! A long Turkish text as a modem in PDU mode takes it, and back.
//!
//! ```text
//! cargo run -p smsgw-examples --example turkish -- +905321234567 'Yağmur yağıyor, şemsiyeni al!'
//! ```
//!
//! With the language tables of GSM 7-bit a part has room for 149 characters, and 67 without.

use std::error::Error;
use std::time::Duration;

use smsgw::convert::tpdu::{Outgoing, from_submit, joined, to_part};
use smsgw::gsm::reassemble::{Limits, Outcome, Reassembler};
use smsgw::gsm::segment::LanguageChoice;
use smsgw::gsm::tpdu::{Context, ModemPdu, Tpdu};
use smsgw::gsm::udh::Reference;
use smsgw::{Address, Content, Message, Writing};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [to, text] = args.as_slice() else {
        return Err("usage: turkish TO TEXT".into());
    };
    let message = Message {
        writing: Writing {
            language: LanguageChoice::Auto,
            ..Writing::default()
        },
        ..Message::text(Address::number(to), text)
    };

    // To the modem: after each command it asks for the octets, which Ctrl-Z ends.
    let outgoing = Outgoing::new(&message, Reference::Eight(42))?;
    let mut lines = Vec::new();
    for submit in outgoing.submits(0) {
        let pdu = ModemPdu::from(submit);
        println!("AT+CMGS={}", pdu.tpdu_len());
        lines.push(hex(&pdu.to_vec()));
        println!("{}", lines.last().map_or("", String::as_str));
    }

    // From the lines, the last first.
    let mut reassembler = Reassembler::new(Limits::DEFAULT);
    for line in lines.iter().rev() {
        let octets = unhex(line).ok_or("not hex")?;
        let Tpdu::Submit(submit) = ModemPdu::decode(&octets, Context::MS_TO_SC)?.tpdu else {
            return Err("not a message from a mobile".into());
        };
        let part = to_part(from_submit(&submit, None));
        let inserted = reassembler.insert(part, Duration::ZERO);
        if let Outcome::Complete(message) = inserted.outcome {
            let message = joined(message.into_payloads()).ok_or("not text")?;
            if let Content::Text(text) = &message.content {
                println!("to {}: {text}", message.to);
            }
        }
    }
    Ok(())
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

fn unhex(line: &str) -> Option<Vec<u8>> {
    let (pairs, []) = line.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let octet = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    pairs.iter().map(octet).collect()
}
