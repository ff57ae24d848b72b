//! User data of TPDUs, from the keys that decode prints them with.

use smsgw_gsm::alphabet::{Code, ESCAPE, Tables};
use smsgw_gsm::dcs::{Alphabet, Class, DataCodingScheme, Indication, MessageWaiting};
use smsgw_gsm::septet::{self, FillBits};
use smsgw_gsm::ucs2;
use smsgw_gsm::udh::{
    Concat, Element, HeaderBuilder, InformationElement, Ports, Reference, UserDataHeader,
};
use smsgw_smpp::value::Source as _;

use super::fields::octet;
use super::object::{Object, named, wrong_type};
use crate::error::Error;

/// TP-UDL and TP-UD.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UserData {
    /// In septets or octets, as the data coding scheme has it.
    pub(crate) length: u8,
    /// Header and text.
    pub(crate) octets: Vec<u8>,
}

/// What is written, before it is known how.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// With its length octet; `None` for no header.
    header: Option<Vec<u8>>,
    text: Option<String>,
    /// How many the text takes, if told: there may be several ways to write it.
    septets: Option<usize>,
    data: Option<Vec<u8>>,
}

impl Content {
    /// What was read: header, text and its septets, or data.
    pub(crate) fn new(
        header: Option<&UserDataHeader<'_>>,
        text: Option<String>,
        septets: Option<usize>,
        data: Option<Vec<u8>>,
    ) -> Self {
        // As its elements would be written.
        let header = header.map(|header| {
            let builder: HeaderBuilder = header.elements().collect();
            builder.build().unwrap_or_default()
        });
        Self {
            header,
            text,
            septets,
            data,
        }
    }

    /// Takes `udh`, or what its elements mean, `text`, `septets` and `data_hex`.
    pub(super) fn take(values: &mut Object) -> Result<Self, Error> {
        Ok(Self {
            header: header(values)?,
            text: values.string(named("text"))?,
            septets: values.number(named("septets"))?,
            data: values.hex("data_hex")?,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.header.is_none() && self.text.is_none() && self.data.is_none()
    }

    pub(super) fn has_header(&self) -> bool {
        self.header.is_some()
    }

    /// What fits it, where nobody says: 8-bit for data alone, UCS-2 where GSM 7-bit has not all
    /// characters.
    pub(super) fn coding(&self) -> DataCodingScheme {
        let alphabet = match (&self.text, &self.data) {
            (None, Some(_)) => Alphabet::EightBit,
            (Some(text), None) if self.tables().encode(text).is_ok() => Alphabet::Gsm7,
            (Some(_), _) => Alphabet::Ucs2,
            (None, None) => Alphabet::Gsm7,
        };
        DataCodingScheme::general(alphabet, None)
    }

    /// Written as the data coding scheme has it.
    pub(crate) fn write(&self, coding: DataCodingScheme) -> Result<UserData, Error> {
        let mut octets = self.header.clone().unwrap_or_default();
        if coding.counts_septets() {
            let fill = FillBits::after(octets.len());
            let before = septet::header_septets(octets.len());
            let septets = self.septets()?;
            octets.extend(septet::pack(&septets, fill));
            return UserData::new(before + septets.len(), octets);
        }
        match (&self.data, &self.text, coding.alphabet()) {
            (Some(data), ..) => octets.extend(data),
            (None, Some(text), Alphabet::Ucs2) if !coding.is_compressed() => {
                octets.extend(ucs2::encode(text));
            }
            (None, Some(_), _) => {
                let message = format!("{coding} has no characters: data_hex is wanted");
                return Err(wrong_type(named("text"), &message));
            }
            (None, None, _) => {}
        }
        UserData::new(octets.len(), octets)
    }

    /// The text in as few septets as can be, or by the single shift table all that it has, where
    /// that gives as many as told.
    fn septets(&self) -> Result<Vec<u8>, Error> {
        let tables = self.tables();
        let text = self.text.as_deref().unwrap_or_default();
        let shortest = tables
            .encode(text)
            .map_err(|error| Error::from(error).at(named("text")))?;
        let is_told = |septets: &Vec<u8>| self.septets == Some(septets.len());
        if self.septets.is_none() || is_told(&shortest) {
            return Ok(shortest);
        }
        let by_single = text.chars().flat_map(|character| {
            let escaped = |code: &u8| tables.character(Code::Escaped(*code)) == Some(character);
            match (0..0x80).find(escaped) {
                Some(code) => vec![ESCAPE, code],
                None => {
                    let septets = tables.encode(character.encode_utf8(&mut [0; 4]));
                    septets.unwrap_or_default()
                }
            }
        });
        let by_single = by_single.collect();
        Ok(if is_told(&by_single) {
            by_single
        } else {
            shortest
        })
    }

    fn tables(&self) -> Tables {
        let header = self.header.as_deref().map(UserDataHeader::split);
        match header {
            Some(Ok((header, _))) => header.tables(),
            _ => Tables::DEFAULT,
        }
    }
}

impl UserData {
    fn new(length: usize, octets: Vec<u8>) -> Result<Self, Error> {
        match u8::try_from(length) {
            Ok(length) => Ok(Self { length, octets }),
            Err(_) => {
                let message = format!("too long: {length} septets or octets");
                Err(Error::new("too_long", Some("TP-UDL"), 0, message))
            }
        }
    }

    /// Octets as they are, of a length that may be known.
    pub(super) fn raw(
        length: Option<u8>,
        octets: Vec<u8>,
        coding: DataCodingScheme,
    ) -> Result<Self, Error> {
        match length {
            Some(length) => Ok(Self { length, octets }),
            None if coding.counts_septets() => Self::new(octets.len() * 8 / 7, octets),
            None => Self::new(octets.len(), octets),
        }
    }
}

/// The header of the elements in `udh`, or else of `concat`, `ports` and `language`.
pub(super) fn header(values: &mut Object) -> Result<Option<Vec<u8>>, Error> {
    let list = values.list(named("udh"))?;
    let concat = values.object(named("concat"))?;
    let ports = values.object(named("ports"))?;
    let language = values.object(named("language"))?;
    let mut header = HeaderBuilder::new();
    if let Some(list) = list {
        for mut element in list {
            let iei = element.number(named("iei"))?;
            let iei = iei.ok_or_else(|| wrong_type(named("iei"), "not there"))?;
            let data = element.hex("hex")?.unwrap_or_default();
            element.finish()?;
            header.push_raw(Element { iei, data: &data });
        }
    } else {
        if concat.is_none() && ports.is_none() && language.is_none() {
            return Ok(None);
        }
        for element in [concat.map(of_concat), ports.map(of_ports)] {
            if let Some(element) = element.transpose()? {
                header.push(element);
            }
        }
        if let Some(language) = language {
            of_language(language, &mut header)?;
        }
    }
    let octets = header.build();
    octets.map(Some).map_err(|error| {
        let message = format!("udh: {error}");
        Error::new("too_long", Some("udh"), 0, message)
    })
}

fn of_concat(mut values: Object) -> Result<InformationElement<'static>, Error> {
    let reference: u16 = values.number(named("ref"))?.unwrap_or_default();
    let total = values.number(named("total"))?.unwrap_or(1);
    let sequence = values.number(named("seq"))?.unwrap_or(1);
    let bits: Option<u8> = values.number(named("bits"))?;
    values.finish()?;
    let reference = match (bits.unwrap_or(8), u8::try_from(reference)) {
        (8, Ok(reference)) => Reference::Eight(reference),
        (16, _) => Reference::Sixteen(reference),
        (8, Err(_)) => return Err(wrong_type(named("concat"), "ref has more than 8 bits")),
        _ => return Err(wrong_type(named("concat"), "bits are neither 8 nor 16")),
    };
    match Concat::new(reference, total, sequence) {
        Ok(concat) => Ok(InformationElement::Concat(concat)),
        Err(error) => Err(wrong_type(named("concat"), &error.to_string())),
    }
}

fn of_ports(mut values: Object) -> Result<InformationElement<'static>, Error> {
    let destination: u16 = values.number(named("dst"))?.unwrap_or_default();
    let originator: u16 = values.number(named("src"))?.unwrap_or_default();
    let bits: Option<u8> = values.number(named("bits"))?;
    values.finish()?;
    let narrow = u8::try_from(destination)
        .ok()
        .zip(u8::try_from(originator).ok());
    let ports = match (bits.unwrap_or(16), narrow) {
        (8, Some((destination, originator))) => Ports::Eight {
            destination,
            originator,
        },
        (16, _) => Ports::Sixteen {
            destination,
            originator,
        },
        (8, None) => return Err(wrong_type(named("ports"), "a port has more than 8 bits")),
        _ => return Err(wrong_type(named("ports"), "bits are neither 8 nor 16")),
    };
    Ok(InformationElement::Ports(ports))
}

/// The elements of the languages that are not the default.
fn of_language(mut values: Object, header: &mut HeaderBuilder) -> Result<(), Error> {
    let locking: u8 = values.number(named("locking"))?.unwrap_or_default();
    let single: u8 = values.number(named("single"))?.unwrap_or_default();
    values.finish()?;
    if locking != 0 {
        header.push(InformationElement::LockingShift(locking));
    }
    if single != 0 {
        header.push(InformationElement::SingleShift(single));
    }
    Ok(())
}

/// The data coding scheme that is `raw`, or else of `alphabet`, `class` and the others.
pub(super) fn coding(mut values: Object) -> Result<DataCodingScheme, Error> {
    if let Some(raw) = octet(&mut values, "raw")? {
        return Ok(DataCodingScheme(raw));
    }
    let wrong = |message: &str| wrong_type(named("dcs"), message);
    let alphabet = match values.string(named("alphabet"))?.as_deref() {
        None | Some("gsm7") => Alphabet::Gsm7,
        Some("8bit") => Alphabet::EightBit,
        Some("ucs2") => Alphabet::Ucs2,
        Some(_) => return Err(wrong("alphabet is none of gsm7, 8bit, ucs2")),
    };
    let class = match values.number(named("class"))? {
        None => None,
        Some(class) => Some(Class::from_number(class).ok_or_else(|| wrong("class is above 3"))?),
    };
    let is_compressed = values.flag("compressed")? == Some(true);
    let is_auto_delete = values.flag("auto_delete")? == Some(true);
    let group = values.string(named("group"))?;
    let waiting = values.object(named("mwi"))?.map(waiting).transpose()?;
    values.finish()?;
    let coding = match (waiting, group.as_deref(), class, alphabet) {
        (Some(waiting), _, _, Alphabet::Ucs2) => DataCodingScheme::message_waiting_ucs2(waiting),
        (Some(waiting), ..) => DataCodingScheme::message_waiting_gsm7(waiting),
        (None, Some("data-coding-class"), Some(class), Alphabet::Gsm7) => {
            DataCodingScheme::gsm7_class(class)
        }
        (None, Some("data-coding-class"), Some(class), Alphabet::EightBit) => {
            DataCodingScheme::eight_bit_class(class)
        }
        _ if is_auto_delete || group.as_deref() == Some("auto-delete") => {
            DataCodingScheme::auto_delete(alphabet, class)
        }
        _ => DataCodingScheme::general(alphabet, class),
    };
    Ok(if is_compressed {
        coding.compressed()
    } else {
        coding
    })
}

fn waiting(mut values: Object) -> Result<MessageWaiting, Error> {
    let active = values.flag("active")?.unwrap_or(true);
    let store = values.flag("store")?.unwrap_or(false);
    let indication = match values.string(named("type"))?.as_deref() {
        None | Some("voicemail") => Indication::Voicemail,
        Some("fax") => Indication::Fax,
        Some("email") => Indication::Email,
        Some("other") => Indication::Other,
        Some(_) => {
            let message = "type is none of voicemail, fax, email, other";
            return Err(wrong_type(named("mwi"), message));
        }
    };
    values.finish()?;
    Ok(MessageWaiting {
        active,
        indication,
        store,
    })
}
