//! From a text to the messages that are sent by UCP, where the alphabet is the link's.

use clap::ValueEnum;
use smsgw::{Content, Extra, Message};
use smsgw_gsm::dcs::{Alphabet, Class, DataCodingScheme};
use smsgw_gsm::segment::{Encoding, Options, segment};
use smsgw_gsm::udh::Reference;
use smsgw_gsm::{alphabet, ucs2};

use super::parts::{Header, USER_DATA, header, number, reference, text_or_stdin};
use crate::hex;

/// What is said and how.
#[derive(Debug, clap::Args)]
pub(super) struct Wording {
    /// How to write the characters.
    #[arg(long, value_enum, default_value_t = Characters::Auto)]
    encoding: Characters,
    /// TEXT is octets in hex, sent as they are.
    #[arg(long, conflicts_with = "encoding")]
    hex: bool,
    /// What the octets are (DCS); 4 for 8-bit data unless given.
    #[arg(long, value_name = "N", requires = "hex", conflicts_with_all = ["class", "flash"], value_parser = number::<u8>)]
    data_coding: Option<u8>,
    /// The class: 0 is shown at once and not stored, 1 is for the device, 2 for the SIM, 3 for what
    /// is connected to it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(..=3))]
    class: Option<u8>,
    /// Shown at once and not stored (class 0).
    #[arg(long, conflicts_with = "class")]
    flash: bool,
    /// User data header before the text, its length octet included; the text must fit.
    #[arg(long, value_name = "HEX", value_parser = header)]
    udh: Option<Header>,
    /// How to send a text that is too long for one message.
    #[arg(long, value_enum, default_value_t = Long::Udh)]
    long: Long,
    /// An extra service (XSer) for every part, as 0c=414243. May be repeated.
    #[arg(long, value_name = "TT=HEX", value_parser = service)]
    service: Vec<Extra>,
    /// The text; read from standard input unless given.
    text: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Characters {
    /// GSM 7-bit, in the octets of --alphabet, if that has all characters, else UCS-2.
    Auto,
    /// GSM 7-bit, in the octets of --alphabet.
    Gsm7,
    /// UCS-2.
    Ucs2,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Long {
    /// In parts, each with a user data header with a reference of 8 bits.
    Udh,
    /// The same with 16 bits.
    Udh16,
}

impl Wording {
    /// What ties the parts together.
    pub(super) fn reference(&self) -> Reference {
        let reference = reference();
        let [_, low] = reference.to_be_bytes();
        match self.long {
            Long::Udh => Reference::Eight(low),
            Long::Udh16 => Reference::Sixteen(reference),
        }
    }

    /// What is said, in copies of `envelope`: one message, unless its parts are made here.
    pub(super) fn messages(&self, envelope: &Message) -> Result<Vec<Message>, String> {
        let text = text_or_stdin(self.text.as_deref())?;
        let contents = match (self.encoding, &self.udh) {
            (_, udh) if self.hex => {
                let octets = hex::decode(text.as_bytes()).map_err(|error| error.to_string())?;
                vec![encoded(self.coding_of_octets(), udh.as_ref(), octets)]
            }
            (_, Some(udh)) => vec![self.behind(udh, &text)?],
            (Characters::Ucs2, None) => self.ucs2(&text)?,
            (characters, None) => {
                if characters == Characters::Gsm7 {
                    gsm7(&text)?;
                }
                vec![Content::Text(text)]
            }
        };
        let message = |content| Message {
            content,
            class: self.class(),
            extras: self.service.clone(),
            ..envelope.clone()
        };
        Ok(contents.into_iter().map(message).collect())
    }

    fn class(&self) -> Option<u8> {
        self.class.or(self.flash.then_some(0))
    }

    fn coding(&self, alphabet: Alphabet) -> DataCodingScheme {
        DataCodingScheme::general(alphabet, self.class().and_then(Class::from_number))
    }

    fn coding_of_octets(&self) -> DataCodingScheme {
        match self.data_coding {
            Some(own) => DataCodingScheme(own),
            None => self.coding(Alphabet::EightBit),
        }
    }

    /// A text behind a header, which it has to share a message with.
    fn behind(&self, udh: &Header, text: &str) -> Result<Content, String> {
        let Header(octets) = udh;
        let septets = match self.encoding {
            Characters::Auto => gsm7(text).ok(),
            Characters::Gsm7 => Some(gsm7(text)?),
            Characters::Ucs2 => None,
        };
        let (alphabet, text, room) = match septets {
            Some(septets) => {
                let room = Encoding::Gsm7.capacity(octets.len());
                (Alphabet::Gsm7, septets, room)
            }
            None => {
                let room = USER_DATA.saturating_sub(octets.len());
                (Alphabet::Ucs2, ucs2::encode(text), room)
            }
        };
        match text.len() {
            had if had > room => Err(format!("--udh leaves room for {room}, the text has {had}")),
            _ => Ok(encoded(self.coding(alphabet), Some(udh), text)),
        }
    }

    /// In as many parts as it needs.
    fn ucs2(&self, text: &str) -> Result<Vec<Content>, String> {
        let options = Options::new()
            .with_encoding(Encoding::Ucs2)
            .with_reference(self.reference());
        let segments = segment(text, &options).map_err(|error| error.to_string())?;
        let part = |(udh, octets): (Vec<u8>, &[u8])| {
            let udh = (!udh.is_empty()).then_some(Header(udh));
            encoded(self.coding(Alphabet::Ucs2), udh.as_ref(), octets.to_vec())
        };
        let parts = segments.iter().map(|part| (part.udh(), part.unpacked()));
        Ok(parts.map(part).collect())
    }
}

fn gsm7(text: &str) -> Result<Vec<u8>, String> {
    alphabet::encode_unpacked(text)
        .map_err(|error| format!("{error}; --encoding auto finds one that has it"))
}

fn encoded(coding: DataCodingScheme, udh: Option<&Header>, octets: Vec<u8>) -> Content {
    Content::Encoded {
        dcs: coding.0,
        udh: udh.map_or_else(Vec::new, |Header(udh)| udh.clone()),
        octets,
    }
}

fn service(text: &str) -> Result<Extra, String> {
    let (kind, data) = text.split_once('=').ok_or("not TT=HEX")?;
    let kind = u8::from_str_radix(kind, 16).map_err(|error| error.to_string())?;
    let data = hex::decode(data.as_bytes()).map_err(|error| error.to_string())?;
    Ok(Extra::Service { kind, data })
}
