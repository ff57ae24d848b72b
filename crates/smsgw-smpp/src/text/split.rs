//! From a text to the fields of one or more PDUs.

use alloc::vec::Vec;

use smsgw_gsm::SegmentError;
use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::reassemble::{Position, Tie};
use smsgw_gsm::segment::{
    self, Encoding, LanguageChoice, MAX_PARTS, Segment, USER_DATA_OCTETS, segment,
};
use smsgw_gsm::septet::{self, FillBits};
use smsgw_gsm::udh::{Concat, Reference};

use super::{Alphabets, Charset, TextError};
use crate::tlv::{
    MessagePayload, SarMsgRefNum, SarSegmentSeqnum, SarTotalSegments, Tlv, TlvOctets,
};
use crate::types::{DataCoding, EsmClass, InterfaceVersion, ShortMessage};

/// How a text that is too long for one short message is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LongPolicy {
    /// In parts, each with a user data header; reference of 8 bits. Understood nearly everywhere.
    #[default]
    Udh8,
    /// The same with a reference of 16 bits, so that it comes again later.
    Udh16,
    /// In parts, each with the three `sar_` TLVs, of which the MC makes the header.
    Sar,
    /// Whole, in `message_payload`: the MC splits it.
    MessagePayload,
}

impl LongPolicy {
    /// The reference in the header that a part has on the radio side, at most.
    const fn reference(self, reference: u16) -> Reference {
        match self {
            Self::Udh8 => {
                let [_, low] = reference.to_be_bytes();
                Reference::Eight(low)
            }
            _ => Reference::Sixteen(reference),
        }
    }
}

/// How texts are sent over a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SplitOptions {
    /// What the values of `data_coding` mean.
    pub alphabets: Alphabets,
    /// The `data_coding` to use; `None` chooses as [`Alphabets::choose`] does.
    pub data_coding: Option<DataCoding>,
    /// How a long text is sent.
    pub policy: LongPolicy,
    /// The languages whose tables may be used, where texts are sent in GSM 7-bit. The header of
    /// each part then names the tables.
    ///
    /// Not for the long texts of [`LongPolicy::Sar`] and [`LongPolicy::MessagePayload`]: their
    /// headers are made by the MC, which knows nothing of tables.
    pub language: LanguageChoice,
}

impl SplitOptions {
    /// With these alphabets and this policy, `data_coding` by the text.
    #[must_use]
    pub const fn new(alphabets: Alphabets, policy: LongPolicy) -> Self {
        Self {
            alphabets,
            data_coding: None,
            policy,
            language: LanguageChoice::None,
        }
    }

    /// With this `data_coding` and no other.
    #[must_use]
    pub const fn with_data_coding(mut self, data_coding: DataCoding) -> Self {
        self.data_coding = Some(data_coding);
        self
    }

    /// Allows the tables of these languages.
    ///
    /// ```
    /// use smsgw_gsm::segment::LanguageChoice;
    /// use smsgw_smpp::text::{Alphabets, LongPolicy, SplitOptions, split};
    /// use smsgw_smpp::types::{DataCoding, EsmClass};
    ///
    /// let options = SplitOptions::new(Alphabets::default(), LongPolicy::Udh8);
    /// let text = "Yağmurlu bir günde kıyıda yürüdük. ".repeat(4);
    /// assert_eq!(split(&text, &options, 7)?.len(), 3);
    ///
    /// let parts = split(&text, &options.with_language(LanguageChoice::Auto), 7)?;
    /// assert_eq!(parts.len(), 1);
    /// assert_eq!(parts[0].data_coding(), DataCoding::MC_SPECIFIC);
    /// assert_eq!(parts[0].esm_class(), EsmClass::UDH_INDICATOR);
    /// # Ok::<(), smsgw_smpp::text::TextError>(())
    /// ```
    #[must_use]
    pub const fn with_language(mut self, language: LanguageChoice) -> Self {
        self.language = language;
        self
    }
}

/// Encodes a text and puts it into as many parts as it needs; an empty text is one empty part.
///
/// `reference` ties the parts together when there are several, its low octet with
/// [`LongPolicy::Udh8`]: two messages to one recipient at the same time need two.
///
/// # Errors
/// When the alphabet of the `data_coding` asked for lacks a character, or there is none; when the
/// text needs more than 255 parts, or more octets than a TLV can hold.
///
/// ```
/// use smsgw_smpp::pdu::SubmitSm;
/// use smsgw_smpp::text::{Alphabets, LongPolicy, SplitOptions, split};
/// use smsgw_smpp::tlv::Tlvs;
/// use smsgw_smpp::types::Address;
///
/// let options = SplitOptions::new(Alphabets::default(), LongPolicy::Sar);
/// let parts = split(&"a".repeat(200), &options, 7)?;
/// assert_eq!(parts.len(), 2);
/// for part in &parts {
///     let tlvs = part.tlvs();
///     let submit = SubmitSm {
///         destination_addr: Address::international("306912345678")?,
///         esm_class: part.esm_class(),
///         data_coding: part.data_coding(),
///         short_message: part.short_message(),
///         tlvs: Tlvs::new(&tlvs)?,
///         ..SubmitSm::default()
///     };
///     assert_eq!(submit.tlvs.iter().count(), 3);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn split(text: &str, options: &SplitOptions, reference: u16) -> Result<Vec<Part>, TextError> {
    let data_coding = options.data_coding;
    let data_coding = data_coding.unwrap_or_else(|| options.alphabets.choose(text));
    let in_gsm = match (options.data_coding, data_coding) {
        (None, DataCoding::UCS2) => DataCoding::MC_SPECIFIC,
        _ => data_coding,
    };
    if let Some(parts) = national(text, in_gsm, options, reference)? {
        return Ok(parts);
    }
    let charset = options.alphabets.charset(data_coding);
    let charset = charset.ok_or(TextError::NoText { data_coding })?;
    let octets = charset.encode(text)?;
    let alone = match charset {
        Charset::GsmUnpacked => Encoding::Gsm7.capacity(0),
        _ => USER_DATA_OCTETS,
    };
    if octets.len() <= alone {
        return Ok(Vec::from([Part::short(data_coding, octets.into_owned())]));
    }
    let (tie, header) = match options.policy {
        LongPolicy::MessagePayload => {
            let part = Part::payload(data_coding, octets.into_owned())?;
            return Ok(Vec::from([part]));
        }
        LongPolicy::Udh8 | LongPolicy::Udh16 => {
            let header = options.policy.reference(reference);
            (Tie::Udh(header), header)
        }
        // The header that the MC makes may be the longer one.
        LongPolicy::Sar => (Tie::Sar(reference), options.policy.reference(reference)),
    };
    let pieces = match charset {
        Charset::Ucs2 => segments(text, Encoding::Ucs2, header)?,
        Charset::GsmUnpacked => segments(text, Encoding::Gsm7, header)?,
        Charset::GsmPacked => {
            let fill = match tie {
                Tie::Udh(reference) => FillBits::after(reference.header_len()),
                Tie::Sar(_) => FillBits::NONE,
            };
            let pieces = segments(text, Encoding::Gsm7, header)?;
            let pieces = pieces.iter().map(|septets| septet::pack(septets, fill));
            pieces.collect()
        }
        _ => cut(text, charset, USER_DATA_OCTETS - header.header_len()),
    };
    let total = u8::try_from(pieces.len()).map_err(|_| SegmentError::TooManyParts {
        needed: pieces.len(),
        max: MAX_PARTS,
    })?;
    let part = |(number, octets)| {
        let position = Position { tie, total, number };
        Part::of_several(data_coding, position, octets)
    };
    Ok((1..=total).zip(pieces).map(part).collect())
}

/// The parts of a text in the tables of a language; `None` where those are not used.
fn national(
    text: &str,
    data_coding: DataCoding,
    options: &SplitOptions,
    reference: u16,
) -> Result<Option<Vec<Part>>, TextError> {
    let write = match options.alphabets.charset(data_coding) {
        _ if options.language == LanguageChoice::None => return Ok(None),
        Some(Charset::GsmUnpacked) => |segment: Segment<'_>| segment.unpacked().to_vec(),
        Some(Charset::GsmPacked) => |segment: Segment<'_>| segment.packed(),
        _ => return Ok(None),
    };
    let by_udh = matches!(options.policy, LongPolicy::Udh8 | LongPolicy::Udh16);
    let gsm = segment::Options::new()
        .with_encoding(Encoding::Gsm7)
        .with_language(options.language)
        .with_reference(options.policy.reference(reference));
    let segments = match segment(text, &gsm) {
        Ok(segments) => segments,
        Err(SegmentError::TooManyParts { needed, max }) if by_udh => {
            return Err(SegmentError::TooManyParts { needed, max }.into());
        }
        Err(_) => return Ok(None),
    };
    if segments.tables() == Tables::DEFAULT || (segments.count() > 1 && !by_udh) {
        return Ok(None);
    }
    let part = |segment: Segment<'_>| Part {
        has_udh: true,
        ..Part::short(data_coding, [segment.udh(), write(segment)].concat())
    };
    Ok(Some(segments.iter().map(part).collect()))
}

/// The pieces of a text in an alphabet of GSM, unpacked.
fn segments(text: &str, encoding: Encoding, header: Reference) -> Result<Vec<Vec<u8>>, TextError> {
    let options = segment::Options::new()
        .with_encoding(encoding)
        .with_reference(header);
    let segments = segment(text, &options)?;
    let octets = segments.iter().map(|segment| segment.unpacked().to_vec());
    Ok(octets.collect())
}

/// The pieces of a text in any other alphabet: as many whole characters as fit into `room`.
fn cut(text: &str, charset: Charset, room: usize) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        // A character is at least an octet, and more characters are never fewer octets.
        let ends: Vec<_> = rest
            .char_indices()
            .take(room)
            .map(|(at, character)| rest.split_at(at + character.len_utf8()))
            .collect();
        let fit = ends.partition_point(|(piece, _)| charset.write(piece).len() <= room);
        let Some((piece, after)) = ends.get(fit.saturating_sub(1)) else {
            break;
        };
        pieces.push(charset.write(piece).into_owned());
        rest = after;
    }
    pieces
}

/// One PDU's share of a message: what its fields have to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    data_coding: DataCoding,
    has_udh: bool,
    sar: Option<(u16, u8, u8)>,
    in_payload: bool,
    /// At most 255, or 65,535 of a payload.
    octets: Vec<u8>,
}

impl Part {
    /// Most octets of `short_message`: 254, from version 5.0 on 255.
    #[must_use]
    pub const fn max_short_message(version: InterfaceVersion) -> usize {
        if version.0 < InterfaceVersion::SMPP_5_0.0 {
            254
        } else {
            255
        }
    }

    /// Octets as they are, after a user data header (with its length octet; empty for none): in
    /// `short_message` when it can hold them, or else in `message_payload`.
    ///
    /// # Errors
    /// [`TextError::TooLong`] above 65,535 octets.
    pub fn from_octets(
        data_coding: DataCoding,
        udh: &[u8],
        octets: &[u8],
        version: InterfaceVersion,
    ) -> Result<Self, TextError> {
        let octets = [udh, octets].concat();
        let part = match octets.len() <= Self::max_short_message(version) {
            true => Self::short(data_coding, octets),
            false => Self::payload(data_coding, octets)?,
        };
        Ok(Self {
            has_udh: !udh.is_empty(),
            ..part
        })
    }

    const fn short(data_coding: DataCoding, octets: Vec<u8>) -> Self {
        Self {
            data_coding,
            has_udh: false,
            sar: None,
            in_payload: false,
            octets,
        }
    }

    fn payload(data_coding: DataCoding, octets: Vec<u8>) -> Result<Self, TextError> {
        match TlvOctets::new(&octets) {
            Ok(_) => Ok(Self {
                in_payload: true,
                ..Self::short(data_coding, octets)
            }),
            Err(_) => Err(TextError::TooLong {
                had: octets.len(),
                max: usize::from(u16::MAX),
            }),
        }
    }

    fn of_several(data_coding: DataCoding, position: Position, octets: Vec<u8>) -> Self {
        let Position { tie, total, number } = position;
        match tie {
            Tie::Sar(reference) => Self {
                sar: Some((reference, total, number)),
                ..Self::short(data_coding, octets)
            },
            Tie::Udh(reference) => {
                let concat = Concat::new(reference, total, number);
                let udh = concat.map(Concat::to_udh).unwrap_or_default();
                Self {
                    has_udh: true,
                    ..Self::short(data_coding, [udh, octets].concat())
                }
            }
        }
    }

    /// What the octets mean.
    #[must_use]
    pub const fn data_coding(&self) -> DataCoding {
        self.data_coding
    }

    /// Says whether there is a user data header; other bits are the caller's.
    #[must_use]
    pub const fn esm_class(&self) -> EsmClass {
        match self.has_udh {
            true => EsmClass::UDH_INDICATOR,
            false => EsmClass::DEFAULT,
        }
    }

    /// The header and the octets, unless they are in `message_payload`.
    #[must_use]
    pub fn short_message(&self) -> ShortMessage<'_> {
        let short_message = ShortMessage::new(&self.octets).ok();
        short_message
            .filter(|_| !self.in_payload)
            .unwrap_or_default()
    }

    /// The TLVs that belong to it; the caller adds others.
    #[must_use]
    pub fn tlvs(&self) -> Vec<Tlv<'_>> {
        if let Some((reference, total, number)) = self.sar {
            return Vec::from([
                SarMsgRefNum(reference).into(),
                SarTotalSegments(total).into(),
                SarSegmentSeqnum(number).into(),
            ]);
        }
        let payload = TlvOctets::new(&self.octets).ok();
        let payload = payload.filter(|_| self.in_payload);
        payload
            .map(|octets| MessagePayload(octets).into())
            .into_iter()
            .collect()
    }
}
