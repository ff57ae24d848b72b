//! From a text to the parts that are sent: its alphabet, and what is done when it is long.

use std::str::FromStr;
use std::time::SystemTime;

use clap::ValueEnum;
use smsgw::Extra;
use smsgw_gsm::segment::Encoding;
use smsgw_gsm::udh::UserDataHeader;
use smsgw_smpp::text::{Alphabets, Charset, LongPolicy, Part, SplitOptions, TextError, split};
use smsgw_smpp::types::{DataCoding, InterfaceVersion};

use crate::hex;

/// What is said and how.
#[derive(Debug, clap::Args)]
pub(super) struct Content {
    /// How to write the characters; by --data-coding, or else auto, unless given.
    #[arg(long, value_enum)]
    encoding: Option<Alphabet>,
    /// What to call that; 0 for GSM 7-bit, 3 for Latin-1, 8 for UCS-2, 4 for --hex unless given.
    #[arg(long, value_name = "N", value_parser = number::<u8>)]
    data_coding: Option<u8>,
    /// TEXT is octets in hex, sent as they are.
    #[arg(long, conflicts_with_all = ["encoding", "flash"])]
    hex: bool,
    /// Shown at once and not stored (class 0).
    #[arg(long, conflicts_with = "data_coding")]
    pub(super) flash: bool,
    /// User data header before the text, its length octet included; the text must fit.
    #[arg(long, value_name = "HEX", value_parser = header)]
    udh: Option<Header>,
    /// How to send a text that is too long for one message.
    #[arg(long, value_enum, default_value_t = Long::Udh)]
    long: Long,
    /// A TLV for every part, as 0x1601=0a0b. May be repeated.
    #[arg(long, value_name = "TAG=HEX")]
    tlv: Vec<TlvArg>,
    /// The text; read from standard input unless given.
    text: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Alphabet {
    /// GSM 7-bit if it has all characters, else UCS-2.
    Auto,
    /// The GSM 7-bit default alphabet, an octet each.
    Gsm7,
    /// UCS-2.
    Ucs2,
    /// Latin-1.
    Latin1,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Long {
    /// In parts, each with a user data header with a reference of 8 bits.
    Udh,
    /// The same with 16 bits.
    Udh16,
    /// In parts, each with the sar_ TLVs.
    Sar,
    /// Whole, in message_payload.
    Payload,
}

/// What one `submit_sm` carries.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) part: Part,
    /// What its octets are called, which need not be what they are.
    pub(super) data_coding: DataCoding,
    pub(super) tlvs: Vec<Extra>,
}

impl Content {
    /// Encodes and splits.
    pub(super) fn pieces(&self) -> Result<Vec<Piece>, String> {
        let text = text_or_stdin(self.text.as_deref())?;
        let written = self.written(&text);
        let data_coding = match (self.data_coding, written) {
            (Some(own), _) => DataCoding(own),
            (None, DataCoding::MC_SPECIFIC) if self.flash => DataCoding(0xF0),
            (None, DataCoding::LATIN_1) if self.flash => {
                return Err("--flash needs GSM 7-bit or UCS-2".to_owned());
            }
            (None, own) => own,
        };
        let parts = self.parts(&text, written)?.into_iter();
        let pieces = parts.map(|part| {
            let tlvs = part.tlvs();
            let own = tlvs.iter().map(|tlv| Extra::Tlv {
                tag: tlv.tag().0,
                value: tlv.value().to_vec(),
            });
            let tlvs = own
                .chain(self.tlv.iter().map(|tlv| tlv.0.clone()))
                .collect();
            Piece {
                part,
                data_coding,
                tlvs,
            }
        });
        Ok(pieces.collect())
    }

    /// The `data_coding` whose alphabet is used.
    fn written(&self, text: &str) -> DataCoding {
        match (self.encoding, self.data_coding) {
            _ if self.hex => DataCoding::OCTET_UNSPECIFIED_ALL,
            (Some(Alphabet::Gsm7), _) => DataCoding::MC_SPECIFIC,
            (Some(Alphabet::Latin1), _) => DataCoding::LATIN_1,
            (Some(Alphabet::Ucs2), _) => DataCoding::UCS2,
            (None, Some(own)) => DataCoding(own),
            (Some(Alphabet::Auto), _) | (None, None) => Alphabets::default().choose(text),
        }
    }

    fn parts(&self, text: &str, written: DataCoding) -> Result<Vec<Part>, String> {
        let udh = self.udh.as_ref().map_or(&[][..], |Header(octets)| octets);
        let alone = |octets: &[u8]| {
            let part = Part::from_octets(written, udh, octets, InterfaceVersion::SMPP_3_4);
            Ok(vec![part.map_err(|error| error.to_string())?])
        };
        if self.hex {
            let octets = hex::decode(text.as_bytes()).map_err(|error| error.to_string())?;
            return alone(&octets);
        }
        let error = |error| match error {
            TextError::NoText { .. } => format!("{error}; add --encoding or --hex"),
            TextError::Encode(_) => format!("{error}; --encoding auto finds one that has it"),
            _ => error.to_string(),
        };
        let alphabets = Alphabets::default();
        if udh.is_empty() {
            let policy = match self.long {
                Long::Udh => LongPolicy::Udh8,
                Long::Udh16 => LongPolicy::Udh16,
                Long::Sar => LongPolicy::Sar,
                Long::Payload => LongPolicy::MessagePayload,
            };
            let options = SplitOptions::new(alphabets, policy).with_data_coding(written);
            return split(text, &options, reference()).map_err(error);
        }
        let octets = alphabets.encode(written, text).map_err(error)?;
        let room = match alphabets.charset(written) {
            Some(Charset::GsmUnpacked) => Encoding::Gsm7.capacity(udh.len()),
            // UCS-2 by the octet, as all others.
            _ => USER_DATA.saturating_sub(udh.len()),
        };
        match octets.len() {
            had if had > room => Err(format!("--udh leaves room for {room}, the text has {had}")),
            _ => alone(&octets),
        }
    }
}

/// A text, read from standard input unless it is there.
pub(crate) fn text_or_stdin(text: Option<&str>) -> Result<String, String> {
    if let Some(text) = text {
        return Ok(text.to_owned());
    }
    let input = std::io::read_to_string(std::io::stdin());
    let input = input.map_err(|error| format!("standard input: {error}"))?;
    // The last line end is the file's, not the text's.
    Ok(input.strip_suffix('\n').unwrap_or(&input).to_owned())
}

/// Octets of a message on GSM.
pub(super) const USER_DATA: usize = 140;

/// Differs from that of the message before, or the phone would mix the parts of both.
pub(crate) fn reference() -> u16 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let [.., high, low] = since.map_or(0, |since| since.as_millis()).to_be_bytes();
    u16::from_be_bytes([high, low])
}

/// A user data header, its length octet first.
#[derive(Clone, Debug)]
pub(crate) struct Header(pub(crate) Vec<u8>);

pub(crate) fn header(text: &str) -> Result<Header, String> {
    let octets = hex::decode(text.as_bytes()).map_err(|error| error.to_string())?;
    match UserDataHeader::split(&octets) {
        Ok((_, [])) => Ok(Header(octets)),
        Ok((_, rest)) => Err(format!("{} octets after the header", rest.len())),
        Err(error) => Err(error.to_string()),
    }
}

#[derive(Clone, Debug)]
struct TlvArg(Extra);

impl FromStr for TlvArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (tag, value) = text.split_once('=').ok_or("not TAG=HEX")?;
        let value = hex::decode(value.as_bytes()).map_err(|error| error.to_string())?;
        let tag = number(tag)?;
        Ok(Self(Extra::Tlv { tag, value }))
    }
}

/// A number, or one in hex after `0x`.
pub(crate) fn number<T: TryFrom<u32>>(text: &str) -> Result<T, String> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    let number = number.map_err(|error| error.to_string())?;
    number.try_into().map_err(|_| "too large".to_owned())
}
