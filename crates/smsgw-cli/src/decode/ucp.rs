//! `smsgw decode ucp`: an operation or a result.

mod dissect;
mod parts;

use clap::ValueEnum;
use serde_json::{Map, Value as Json, json};
use smsgw_ucp::{
    Alphabet, Answer, Decoded, Frame, FrameError, FrameErrorKind, FrameRef, Operation,
    OperationType, Quirks, Tolerable, Tolerance, Tolerated,
};

use self::parts::Parts;
use super::input::{self, Decode, Style};
use crate::error::Error;

#[derive(Debug, clap::Args)]
// Its group has the name of the one within.
#[group(skip)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) input: input::Args,
    #[command(flatten)]
    link: LinkArgs,
}

/// What the two sides of a link have agreed on.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct LinkArgs {
    /// Which characters the octets of an alphanumeric message are.
    #[arg(long, value_enum, default_value_t = AlphabetArg::Gsm)]
    alphabet: AlphabetArg,
}

/// The alphabets of AMsg.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum AlphabetArg {
    /// GSM 7-bit, a septet an octet.
    Gsm,
    /// ASCII.
    Ira,
    /// Latin-1.
    Latin1,
    /// GSM 7-bit with German letters in the places of brackets.
    German,
}

impl LinkArgs {
    pub(crate) const fn alphabet(self) -> Alphabet {
        match self.alphabet {
            AlphabetArg::Gsm => Alphabet::Gsm,
            AlphabetArg::Ira => Alphabet::Ira,
            AlphabetArg::Latin1 => Alphabet::Latin1,
            AlphabetArg::German => Alphabet::German,
        }
    }
}

const STX: u8 = 0x02;

/// What has to be known to read a frame.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) quirks: Quirks,
    pub(crate) alphabet: Alphabet,
}

/// A frame that was read.
pub(crate) struct Read<'a> {
    frame: FrameRef<'a>,
    pdu: Pdu<'a>,
    tolerated: Tolerated,
    alphabet: Alphabet,
}

enum Pdu<'a> {
    Operation(Box<Operation<'a>>),
    Answer(Answer<'a>),
}

impl Reading {
    pub(crate) fn read<'a>(&self, octets: &'a [u8]) -> Result<Read<'a>, Error> {
        let frame = self.frame(octets)?;
        let (pdu, tolerated) = if frame.is_operation() {
            let decoded = frame.operation_with(&self.quirks);
            let known = decoded.and_then(|Decoded { pdu, tolerated }| {
                Ok((Pdu::Operation(Box::new(pdu.known()?)), tolerated))
            });
            known.map_err(|error| Error::from(error).with_nack(Some(error.error_code())))?
        } else {
            let Decoded { pdu, tolerated } = frame.answer_with(&self.quirks)?;
            (Pdu::Answer(pdu), tolerated)
        };
        Ok(Read {
            frame,
            pdu,
            tolerated,
            alphabet: self.alphabet,
        })
    }

    /// The one frame that `octets` are.
    fn frame<'a>(&self, octets: &'a [u8]) -> Result<FrameRef<'a>, FrameError> {
        // Junk in front of it is told first.
        if let [STX, ..] = octets
            && let Some(Err(error)) = FrameRef::split_from(&mut &*octets, Frame::DEFAULT_MAX_LEN)
            && let FrameErrorKind::TooLong { .. } = error.kind()
        {
            return Err(error);
        }
        FrameRef::new_with(octets, &self.quirks)
    }
}

impl Read<'_> {
    /// The keys of the vectors, and others beside them.
    pub(crate) fn json(&self) -> Map<String, Json> {
        let Self { frame, pdu, .. } = self;
        let o_r = if frame.is_operation() { "O" } else { "R" };
        let mut keys = Map::new();
        let mut put = |name: &str, value: Json| keys.insert(name.to_owned(), value);
        put("trn", json!(frame.trn().get()));
        // Read only when it is so.
        put("len", json!(frame.octets().len().saturating_sub(2)));
        put("o_r", json!(o_r));
        put("ot", json!(frame.ot().get()));
        put("operation", json!(operation_name(frame.ot())));
        put("checksum", json!(checksum(*frame)));
        put("checksum_ok", json!(true));
        put("nfields", json!(frame.fields().count()));
        put("fields", Json::Object(self.fields()));
        match pdu {
            Pdu::Operation(operation) => {
                let parts = Parts::of(operation);
                put("decoded", Json::Object(parts.json(self.alphabet)));
                if let Some(message) = parts.message {
                    put("text", json!(parts.text(message, self.alphabet)));
                }
                if let Some(name) = parts.notified {
                    put("adc_text", json!(name.text()));
                }
                if let Some(reason) = parts.reason {
                    put("rsn_text", json!(reason.text()));
                }
            }
            Pdu::Answer(answer) => {
                put("decoded", Json::Object(parts::of_answer(answer)));
                if let Some(error_code) = answer.error_code() {
                    put("ec_text", json!(error_code.text()));
                }
                if let Some(until) = answer.mvp() {
                    put("mvp", json!(until.to_string()));
                }
            }
        }
        put("tolerated", self.tolerated.iter().map(fault).collect());
        keys
    }

    /// The fields that are not empty, by the standard's names.
    fn fields(&self) -> Map<String, Json> {
        let repeated = self.frame.is_operation().then(|| repeated(self.frame.ot()));
        let repeated = repeated.flatten();
        let mut fields = Map::new();
        let mut items = Vec::new();
        for field in self.frame.named_fields() {
            let text = latin_1(field.text);
            if repeated == Some(field.name) {
                items.push(text);
                // At its place among the others.
                fields.insert(field.name.to_owned(), Json::Null);
            } else if !text.is_empty() {
                fields.insert(field.name.to_owned(), json!(text));
            }
        }
        // How many there are is told by nfields.
        while items.last().is_some_and(String::is_empty) {
            items.pop();
        }
        match (repeated, items.is_empty()) {
            (Some(name), false) => {
                fields.insert(name.to_owned(), json!(items));
            }
            (Some(name), true) => {
                fields.shift_remove(name);
            }
            (None, _) => {}
        }
        fields
    }
}

/// The name of an operation, as a program writes it.
fn operation_name(ot: OperationType) -> Option<String> {
    ot.name().map(str::to_ascii_lowercase)
}

/// The operation of this name.
pub(crate) fn operation_named(name: &str) -> Option<OperationType> {
    let mut all = OperationType::ALL.iter().copied();
    all.find(|ot| operation_name(*ot).as_deref() == Some(name))
}

/// The field that is there as often as the one before it says.
pub(crate) fn repeated(ot: OperationType) -> Option<&'static str> {
    let mut names = ot.fields()?.iter().copied();
    names.find(|name| *name == "NPL")?;
    names.next()
}

/// The checksum as it is written.
fn checksum(frame: FrameRef<'_>) -> String {
    let [high, low, _] = frame.octets().last_chunk().copied().unwrap_or_default();
    latin_1(&[high, low])
}

fn latin_1(octets: &[u8]) -> String {
    octets.iter().copied().map(char::from).collect()
}

fn fault(fault: &Tolerable) -> Json {
    json!({
        "kind": kind(fault.what),
        "field": fault.field,
        "offset": fault.offset,
        "message": fault.what.to_string(),
    })
}

/// What `tolerated` calls a fault.
fn kind(what: Tolerance) -> &'static str {
    match what {
        Tolerance::LowerCaseHex => "lower_case_hex",
        Tolerance::Missing => "missing",
        Tolerance::MissingMessageType => "missing_message_type",
        Tolerance::UnknownOtoa => "unknown_otoa",
        Tolerance::MissingOtoa => "missing_otoa",
        Tolerance::PackedLength => "packed_length",
        Tolerance::NonAscii => "non_ascii",
        Tolerance::ExtraFields => "extra_fields",
        Tolerance::WrongLen => "wrong_len",
        Tolerance::PlusSign => "plus_sign",
        Tolerance::LongNumber => "long_number",
        Tolerance::Name => "name",
        _ => "other",
    }
}

pub(super) struct Decoder(Reading);

impl Decoder {
    pub(super) fn new(args: &Args) -> Self {
        Self(Reading {
            quirks: args.input.ucp_quirks(),
            alphabet: args.link.alphabet(),
        })
    }
}

impl Decode for Decoder {
    fn json(&self, octets: &[u8]) -> Result<Json, Error> {
        Ok(Json::Object(self.0.read(octets)?.json()))
    }

    fn text(&self, octets: &[u8], style: Style) -> Result<String, Error> {
        Ok(dissect::frame(&self.0.read(octets)?, style))
    }
}
