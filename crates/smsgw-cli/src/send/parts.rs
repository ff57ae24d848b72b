//! From a text to the parts that are sent: its alphabet, and what is done when it is long.

use std::str::FromStr;
use std::time::SystemTime;

use clap::ValueEnum;
use smsgw::Extra;
use smsgw::convert::smpp::Part;
use smsgw_gsm::segment::{self, Options, segment};
use smsgw_gsm::udh::{Concat, Reference, UserDataHeader};
use smsgw_smpp::tlv::{SarMsgRefNum, SarSegmentSeqnum, SarTotalSegments, Tlv, TlvTag};
use smsgw_smpp::types::DataCoding;

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
    /// In parts, each with a user data header.
    Udh,
    /// In parts, each with the sar_ TLVs.
    Sar,
    /// Whole, in message_payload.
    Payload,
}

/// One `submit_sm`.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) part: Part,
    pub(super) tlvs: Vec<Extra>,
}

/// Octets with a meaning, and where they may be cut.
struct Encoded {
    data_coding: DataCoding,
    whole: Vec<u8>,
    /// Each fits into a message beside a header that tells its place; one if it needs none.
    chunks: Vec<Vec<u8>>,
    /// Octets, septets or UCS-2 units there are.
    units: usize,
    /// How many of them fit beside the header of one's own.
    room: usize,
}

/// Octets of a message on GSM.
const USER_DATA: usize = 140;

impl Content {
    /// Encodes and splits.
    pub(super) fn pieces(&self) -> Result<Vec<Piece>, String> {
        let text = match &self.text {
            Some(text) => text.clone(),
            None => {
                let input = std::io::read_to_string(std::io::stdin());
                let input = input.map_err(|error| format!("standard input: {error}"))?;
                // The last line end is the file's, not the text's.
                input.strip_suffix('\n').unwrap_or(&input).to_owned()
            }
        };
        let reference = reference();
        let encoded = self.encode(&text, reference)?;
        let data_coding = match (self.data_coding, encoded.data_coding) {
            (Some(own), _) => own,
            (None, DataCoding::MC_SPECIFIC) if self.flash => 0xF0,
            (None, DataCoding::LATIN_1) if self.flash => {
                return Err("--flash needs GSM 7-bit or UCS-2".to_owned());
            }
            (None, DataCoding(own)) => own,
        };
        let piece = |udh: &[u8], octets: &[u8], tlvs: &[Tlv<'_>]| {
            let own = self.tlv.iter().map(|tlv| tlv.0.clone());
            Piece {
                part: Part::new(data_coding, udh, octets),
                tlvs: tlvs.iter().map(extra).chain(own).collect(),
            }
        };
        if let Some(Header(udh)) = &self.udh {
            let Encoded { units, room, .. } = encoded;
            if units > room {
                return Err(format!(
                    "--udh leaves room for {room}, the text has {units}"
                ));
            }
            return Ok(vec![piece(udh, &encoded.whole, &[])]);
        }
        if encoded.chunks.len() == 1 {
            return Ok(vec![piece(&[], &encoded.whole, &[])]);
        }
        if let Long::Payload = self.long {
            let payload = Tlv::new(TlvTag::MESSAGE_PAYLOAD, &encoded.whole);
            let payload = payload.map_err(|error| format!("message_payload: {error}"))?;
            return Ok(vec![piece(&[], &[], &[payload])]);
        }
        let count = encoded.chunks.len();
        let total = u8::try_from(count).map_err(|_| format!("{count} parts are more than 255"))?;
        let pieces = (1..=total).zip(&encoded.chunks).map(|(number, chunk)| {
            if let Long::Sar = self.long {
                let tlvs = [
                    SarMsgRefNum(reference.into()).into(),
                    SarTotalSegments(total).into(),
                    SarSegmentSeqnum(number).into(),
                ];
                return Ok(piece(&[], chunk, &tlvs));
            }
            let concat = Concat::new(Reference::Eight(reference), total, number);
            let concat = concat.map_err(|error| error.to_string())?;
            Ok(piece(&concat.to_udh(), chunk, &[]))
        });
        pieces.collect()
    }

    fn encode(&self, text: &str, reference: u8) -> Result<Encoded, String> {
        if self.hex {
            let whole = hex::decode(text.as_bytes()).map_err(|error| error.to_string())?;
            return Ok(self.octets(DataCoding::OCTET_UNSPECIFIED_ALL, whole, usize::MAX));
        }
        let alphabet = match (self.encoding, self.data_coding.map(DataCoding)) {
            (Some(alphabet), _) => alphabet,
            (None, None) => Alphabet::Auto,
            (None, Some(DataCoding::MC_SPECIFIC | DataCoding(0xF0..=0xF3))) => Alphabet::Gsm7,
            (None, Some(DataCoding::LATIN_1)) => Alphabet::Latin1,
            (None, Some(DataCoding::UCS2)) => Alphabet::Ucs2,
            (None, Some(_)) => {
                return Err("this --data-coding needs --encoding or --hex beside it".to_owned());
            }
        };
        let encoding = match alphabet {
            Alphabet::Auto => segment::Encoding::choose(text),
            Alphabet::Gsm7 => segment::Encoding::Gsm7,
            Alphabet::Ucs2 => segment::Encoding::Ucs2,
            Alphabet::Latin1 => return self.latin1(text),
        };
        let options = Options::new()
            .with_encoding(encoding)
            .with_reference(Reference::Eight(reference));
        let segments = segment(text, &options).map_err(|error| error.to_string())?;
        let chunks: Vec<_> = segments.iter().map(|it| it.unpacked().to_vec()).collect();
        Ok(Encoded {
            data_coding: match encoding {
                segment::Encoding::Gsm7 => DataCoding::MC_SPECIFIC,
                _ => DataCoding::UCS2,
            },
            whole: chunks.concat(),
            chunks,
            units: segments.total_units(),
            room: encoding.capacity(self.udh_len()),
        })
    }

    fn latin1(&self, text: &str) -> Result<Encoded, String> {
        let octet = |c: char| {
            let octet = u8::try_from(u32::from(c));
            octet.map_err(|_| format!("no {c:?} in Latin-1; try --encoding auto"))
        };
        let whole = text.chars().map(octet).collect::<Result<_, _>>()?;
        let beside = USER_DATA - Reference::Eight(0).header_len();
        Ok(self.octets(DataCoding::LATIN_1, whole, beside))
    }

    /// Octets that may be cut anywhere, into chunks of `beside` when one message is too small.
    fn octets(&self, data_coding: DataCoding, whole: Vec<u8>, beside: usize) -> Encoded {
        let chunks = match whole.len() {
            0..=USER_DATA => vec![whole.clone()],
            _ => whole.chunks(beside).map(<[u8]>::to_vec).collect(),
        };
        Encoded {
            data_coding,
            chunks,
            units: whole.len(),
            room: USER_DATA.saturating_sub(self.udh_len()),
            whole,
        }
    }

    fn udh_len(&self) -> usize {
        self.udh.as_ref().map_or(0, |Header(octets)| octets.len())
    }
}

/// Differs from that of the message before, or the phone would mix the parts of both.
fn reference() -> u8 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let [.., low] = since.map_or(0, |since| since.as_millis()).to_be_bytes();
    low
}

fn extra(tlv: &Tlv<'_>) -> Extra {
    Extra::Tlv {
        tag: tlv.tag().0,
        value: tlv.value().to_vec(),
    }
}

#[derive(Clone, Debug)]
struct Header(Vec<u8>);

fn header(text: &str) -> Result<Header, String> {
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
fn number<T: TryFrom<u32>>(text: &str) -> Result<T, String> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    let number = number.map_err(|error| error.to_string())?;
    number.try_into().map_err(|_| "too large".to_owned())
}
