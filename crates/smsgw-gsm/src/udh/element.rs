//! Information elements by their meaning (3GPP TS 23.040 §9.2.3.24).

use alloc::vec::Vec;
use core::fmt;

use super::address::{ADDRESS, split_address};
use super::concat::Concat;
use super::ems::{
    CompressionControl, ExtendedObject, ObjectDistribution, PredefinedAnimation, PredefinedSound,
    UserDefinedSound, VariablePicture,
};
use super::format::{FormatColour, FormatMode, TextFormat};
use super::iei;
use super::port::Ports;
use super::smsc::{SmscControl, UdhSource};
use super::special::SpecialMessage;
use super::toolkit::ToolkitHeader;
use super::voice_mail::VoiceMail;
use crate::alphabet::Language;
use crate::field::Address;

/// One information element as its identifier and length octet delimit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "IE")]
pub struct Element<'a> {
    /// The identifier: what the data means; see [`iei::name`].
    #[doc(alias = "IEI")]
    pub iei: u8,
    /// The data, 0 to 255 octets.
    #[doc(alias("IEDL", "IED"))]
    pub data: &'a [u8],
}

/// One information element by its meaning.
///
/// Every [`Element`] has one, and gives the same octets again when written: reserved bits are
/// kept, and an element that has another length or other numbers than the standard allows is
/// [`Other`](Self::Other).
///
/// ```
/// use smsgw_gsm::udh::{InformationElement, UserDataHeader};
///
/// let (header, _) = UserDataHeader::split(&[8, 0x0A, 3, 0, 5, 0x13, 0x07, 1, 3])?;
/// let printed: Vec<_> = header.information().map(|element| element.to_string()).collect();
/// assert_eq!(printed, ["text formatting: 5 characters from 0: bold", "from the SMSC"]);
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InformationElement<'a> {
    /// 00 and 08: which part of which message.
    Concat(Concat),
    /// 01: messages wait for the subscriber.
    SpecialMessage(SpecialMessage),
    /// 04 and 05: which application it is for.
    Ports(Ports),
    /// 06: which status reports are wanted.
    SmscControl(SmscControl),
    /// 07: who made the elements that follow.
    UdhSource(UdhSource),
    /// 09: a PDU of the wireless control message protocol.
    WirelessControl(&'a [u8]),
    /// 0A: how a stretch of the text looks.
    TextFormat(TextFormat),
    /// 0B: a sound that the phone has.
    PredefinedSound {
        /// Characters of the text before it.
        position: u8,
        /// Which.
        sound: PredefinedSound,
    },
    /// 0C: a sound.
    UserDefinedSound(UserDefinedSound<'a>),
    /// 0D: an animation that the phone has.
    PredefinedAnimation {
        /// Characters of the text before it.
        position: u8,
        /// Which.
        animation: PredefinedAnimation,
    },
    /// 0E: an animation of 16 by 16 pixels.
    LargeAnimation {
        /// Characters of the text before it.
        position: u8,
        /// Four pictures of 32 octets.
        pictures: &'a [u8; 128],
    },
    /// 0F: an animation of 8 by 8 pixels.
    SmallAnimation {
        /// Characters of the text before it.
        position: u8,
        /// Four pictures of 8 octets.
        pictures: &'a [u8; 32],
    },
    /// 10: a picture of 32 by 32 pixels.
    LargePicture {
        /// Characters of the text before it.
        position: u8,
        /// Rows from the top, of 4 octets each.
        pixels: &'a [u8; 128],
    },
    /// 11: a picture of 16 by 16 pixels.
    SmallPicture {
        /// Characters of the text before it.
        position: u8,
        /// Rows from the top, of 2 octets each.
        pixels: &'a [u8; 32],
    },
    /// 12: a picture of any size.
    VariablePicture(VariablePicture<'a>),
    /// 13: the user is to be asked what to do with the objects that follow.
    UserPrompt {
        /// How many objects belong together.
        objects: u8,
    },
    /// 14: an object, or a piece of one.
    ExtendedObject(ExtendedObject<'a>),
    /// 15: an object of this message once more.
    ReusedExtendedObject {
        /// The object's reference number.
        reference: u8,
        /// Characters of the whole text before it.
        position: u16,
    },
    /// 16: compressed elements, or a piece of them.
    CompressionControl(CompressionControl<'a>),
    /// 17: whether the next elements may be sent on.
    ObjectDistribution(ObjectDistribution),
    /// 18: a vector graphic.
    StandardWvg {
        /// Characters of the text before it.
        position: u8,
        /// The bit stream, filled with 0 bits.
        object: &'a [u8],
    },
    /// 19: a vector graphic as large as a character (§9.2.3.24.10.1.12).
    CharacterSizeWvg {
        /// Characters of the text before it.
        position: u8,
        /// The bit stream, filled with 0 bits.
        object: &'a [u8],
    },
    /// 1A: the sender asks for the object formats that the receiver can show.
    ExtendedObjectDataRequest,
    /// 20: the text starts with an RFC 822 header (§9.2.3.24.11).
    EmailHeader {
        /// Octets (8-bit, UCS-2) or septets of the text that the header takes.
        length: u8,
    },
    /// 21: a stretch of the text is a link (§9.2.3.24.12): its title, then its URL.
    Hyperlink {
        /// Characters of the whole text before it.
        position: u16,
        /// Characters of the title.
        title: u8,
        /// Characters of the URL.
        url: u8,
    },
    /// 22: where to reply.
    ReplyAddress(Address),
    /// 23: what is in a voice mailbox.
    VoiceMail(VoiceMail<'a>),
    /// 24: the language of the single shift table, as on the wire.
    SingleShift(u8),
    /// 25: the language of the locking shift table, as on the wire.
    LockingShift(u8),
    /// 70 to 7F: the text is a packet for or from an application on the card.
    ToolkitSecurity {
        /// Which kind of packet.
        header: ToolkitHeader,
        /// Usually empty: the header itself stands in the text.
        data: &'a [u8],
    },
    /// Anything else, as it arrived. One that is made of an element which has a meaning is written
    /// like that, so it reads back as what it means and is not equal to it.
    Other(Element<'a>),
}

impl<'a> From<Element<'a>> for InformationElement<'a> {
    fn from(element: Element<'a>) -> Self {
        Self::known(element).unwrap_or(Self::Other(element))
    }
}

impl<'a> InformationElement<'a> {
    /// The meaning of an element that is as the standard has it.
    fn known(element: Element<'a>) -> Option<Self> {
        let Element { iei, data } = element;
        Some(match (iei, data) {
            (iei::CONCATENATED_8_BIT | iei::CONCATENATED_16_BIT, _) => {
                Self::Concat(Concat::from_element(element)?)
            }
            (iei::APPLICATION_PORT_8_BIT | iei::APPLICATION_PORT_16_BIT, _) => {
                Self::Ports(Ports::from_element(element)?)
            }
            (iei::SPECIAL_SMS_MESSAGE_INDICATION, &[indication, count]) => {
                Self::SpecialMessage(SpecialMessage::from_octets([indication, count]))
            }
            (iei::SMSC_CONTROL_PARAMETERS, &[flags]) => Self::SmscControl(SmscControl(flags)),
            (iei::UDH_SOURCE_INDICATOR, &[source]) => Self::UdhSource(UdhSource(source)),
            (iei::WIRELESS_CONTROL_MESSAGE_PROTOCOL, pdu) => Self::WirelessControl(pdu),
            (iei::TEXT_FORMATTING, &[start, length, mode, ref colour @ ..]) => {
                let colour = match *colour {
                    [] => None,
                    [colour] => Some(FormatColour(colour)),
                    _ => return None,
                };
                let mode = FormatMode(mode);
                Self::TextFormat(TextFormat {
                    start,
                    length,
                    mode,
                    colour,
                })
            }
            (iei::PREDEFINED_SOUND, &[position, sound]) => Self::PredefinedSound {
                position,
                sound: PredefinedSound(sound),
            },
            (iei::USER_DEFINED_SOUND, [position, melody @ ..]) => {
                Self::UserDefinedSound(UserDefinedSound::new(*position, melody)?)
            }
            (iei::PREDEFINED_ANIMATION, &[position, animation]) => Self::PredefinedAnimation {
                position,
                animation: PredefinedAnimation(animation),
            },
            (iei::LARGE_ANIMATION, [position, pictures @ ..]) => Self::LargeAnimation {
                position: *position,
                pictures: pictures.try_into().ok()?,
            },
            (iei::SMALL_ANIMATION, [position, pictures @ ..]) => Self::SmallAnimation {
                position: *position,
                pictures: pictures.try_into().ok()?,
            },
            (iei::LARGE_PICTURE, [position, pixels @ ..]) => Self::LargePicture {
                position: *position,
                pixels: pixels.try_into().ok()?,
            },
            (iei::SMALL_PICTURE, [position, pixels @ ..]) => Self::SmallPicture {
                position: *position,
                pixels: pixels.try_into().ok()?,
            },
            (iei::VARIABLE_PICTURE, [position, columns, rows, pixels @ ..]) => {
                Self::VariablePicture(VariablePicture::new(*position, *columns, *rows, pixels)?)
            }
            (iei::USER_PROMPT_INDICATOR, &[objects]) => Self::UserPrompt { objects },
            (iei::EXTENDED_OBJECT, octets) => Self::ExtendedObject(ExtendedObject(octets)),
            (iei::REUSED_EXTENDED_OBJECT, &[reference, high, low]) => Self::ReusedExtendedObject {
                reference,
                position: u16::from_be_bytes([high, low]),
            },
            (iei::COMPRESSION_CONTROL, octets) => {
                Self::CompressionControl(CompressionControl(octets))
            }
            (iei::OBJECT_DISTRIBUTION_INDICATOR, &[elements, attributes]) => {
                Self::ObjectDistribution(ObjectDistribution {
                    elements,
                    attributes,
                })
            }
            (iei::STANDARD_WVG_OBJECT, [position, object @ ..]) => Self::StandardWvg {
                position: *position,
                object,
            },
            (iei::CHARACTER_SIZE_WVG_OBJECT, [position, object @ ..]) => Self::CharacterSizeWvg {
                position: *position,
                object,
            },
            (iei::EXTENDED_OBJECT_DATA_REQUEST, []) => Self::ExtendedObjectDataRequest,
            (iei::RFC_822_EMAIL_HEADER, &[length]) => Self::EmailHeader { length },
            (iei::HYPERLINK_FORMAT, &[high, low, title, url]) => Self::Hyperlink {
                position: u16::from_be_bytes([high, low]),
                title,
                url,
            },
            (iei::REPLY_ADDRESS, octets) => match split_address(octets)? {
                (address, []) => Self::ReplyAddress(address),
                _ => return None,
            },
            (iei::ENHANCED_VOICE_MAIL_INFORMATION, octets) => {
                Self::VoiceMail(VoiceMail::new(octets)?)
            }
            (iei::NATIONAL_LANGUAGE_SINGLE_SHIFT, &[language]) => Self::SingleShift(language),
            (iei::NATIONAL_LANGUAGE_LOCKING_SHIFT, &[language]) => Self::LockingShift(language),
            (iei, data) => Self::ToolkitSecurity {
                header: ToolkitHeader::new(iei)?,
                data,
            },
        })
    }

    /// The identifier it is written with.
    #[must_use]
    pub const fn iei(&self) -> u8 {
        match self {
            Self::Concat(concat) => concat.iei(),
            Self::Ports(ports) => ports.iei(),
            Self::SpecialMessage(_) => iei::SPECIAL_SMS_MESSAGE_INDICATION,
            Self::SmscControl(_) => iei::SMSC_CONTROL_PARAMETERS,
            Self::UdhSource(_) => iei::UDH_SOURCE_INDICATOR,
            Self::WirelessControl(_) => iei::WIRELESS_CONTROL_MESSAGE_PROTOCOL,
            Self::TextFormat(_) => iei::TEXT_FORMATTING,
            Self::PredefinedSound { .. } => iei::PREDEFINED_SOUND,
            Self::UserDefinedSound(_) => iei::USER_DEFINED_SOUND,
            Self::PredefinedAnimation { .. } => iei::PREDEFINED_ANIMATION,
            Self::LargeAnimation { .. } => iei::LARGE_ANIMATION,
            Self::SmallAnimation { .. } => iei::SMALL_ANIMATION,
            Self::LargePicture { .. } => iei::LARGE_PICTURE,
            Self::SmallPicture { .. } => iei::SMALL_PICTURE,
            Self::VariablePicture(_) => iei::VARIABLE_PICTURE,
            Self::UserPrompt { .. } => iei::USER_PROMPT_INDICATOR,
            Self::ExtendedObject(_) => iei::EXTENDED_OBJECT,
            Self::ReusedExtendedObject { .. } => iei::REUSED_EXTENDED_OBJECT,
            Self::CompressionControl(_) => iei::COMPRESSION_CONTROL,
            Self::ObjectDistribution(_) => iei::OBJECT_DISTRIBUTION_INDICATOR,
            Self::StandardWvg { .. } => iei::STANDARD_WVG_OBJECT,
            Self::CharacterSizeWvg { .. } => iei::CHARACTER_SIZE_WVG_OBJECT,
            Self::ExtendedObjectDataRequest => iei::EXTENDED_OBJECT_DATA_REQUEST,
            Self::EmailHeader { .. } => iei::RFC_822_EMAIL_HEADER,
            Self::Hyperlink { .. } => iei::HYPERLINK_FORMAT,
            Self::ReplyAddress(_) => iei::REPLY_ADDRESS,
            Self::VoiceMail(_) => iei::ENHANCED_VOICE_MAIL_INFORMATION,
            Self::SingleShift(_) => iei::NATIONAL_LANGUAGE_SINGLE_SHIFT,
            Self::LockingShift(_) => iei::NATIONAL_LANGUAGE_LOCKING_SHIFT,
            Self::ToolkitSecurity { header, .. } => header.iei(),
            Self::Other(element) => element.iei,
        }
    }

    /// Appends the element's data, without identifier and length.
    pub fn write_data(&self, out: &mut Vec<u8>) {
        let placed = |out: &mut Vec<u8>, position: u8, data: &[u8]| {
            out.push(position);
            out.extend_from_slice(data);
        };
        match *self {
            Self::Concat(concat) => concat.write_data(out),
            Self::Ports(ports) => ports.write_data(out),
            Self::SpecialMessage(waiting) => out.extend_from_slice(&waiting.octets()),
            Self::SmscControl(SmscControl(octet))
            | Self::UdhSource(UdhSource(octet))
            | Self::UserPrompt { objects: octet }
            | Self::EmailHeader { length: octet }
            | Self::SingleShift(octet)
            | Self::LockingShift(octet) => out.push(octet),
            Self::TextFormat(format) => {
                out.extend_from_slice(&[format.start, format.length, format.mode.0]);
                out.extend(format.colour.map(|colour| colour.0));
            }
            Self::PredefinedSound {
                position,
                sound: PredefinedSound(number),
            }
            | Self::PredefinedAnimation {
                position,
                animation: PredefinedAnimation(number),
            } => out.extend_from_slice(&[position, number]),
            Self::UserDefinedSound(sound) => placed(out, sound.position(), sound.melody()),
            Self::LargeAnimation { position, pictures } => placed(out, position, pictures),
            Self::SmallAnimation { position, pictures } => placed(out, position, pictures),
            Self::LargePicture { position, pixels } => placed(out, position, pixels),
            Self::SmallPicture { position, pixels } => placed(out, position, pixels),
            Self::StandardWvg { position, object }
            | Self::CharacterSizeWvg { position, object } => placed(out, position, object),
            Self::VariablePicture(picture) => {
                out.extend_from_slice(&[picture.position(), picture.columns(), picture.rows()]);
                out.extend_from_slice(picture.pixels());
            }
            Self::ReusedExtendedObject {
                reference,
                position,
            } => {
                out.push(reference);
                out.extend_from_slice(&position.to_be_bytes());
            }
            Self::ObjectDistribution(objects) => {
                out.extend_from_slice(&[objects.elements, objects.attributes]);
            }
            Self::ExtendedObjectDataRequest => {}
            Self::Hyperlink {
                position,
                title,
                url,
            } => {
                out.extend_from_slice(&position.to_be_bytes());
                out.extend_from_slice(&[title, url]);
            }
            Self::WirelessControl(octets)
            | Self::ExtendedObject(ExtendedObject(octets))
            | Self::CompressionControl(CompressionControl(octets)) => {
                out.extend_from_slice(octets);
            }
            Self::ReplyAddress(address) => address.put(out, ADDRESS),
            Self::VoiceMail(mail) => out.extend_from_slice(mail.octets()),
            Self::ToolkitSecurity { data, .. } => out.extend_from_slice(data),
            Self::Other(element) => out.extend_from_slice(element.data),
        }
    }

    /// What only the last element of in a header counts for; `None` where several may stand
    /// side by side, and for elements that are kept raw.
    ///
    /// Elements that exclude each other, as the two widths of ports, have the first one's
    /// identifier.
    pub(super) const fn only_once(&self) -> Option<u8> {
        match self {
            Self::Concat(_) => Some(iei::CONCATENATED_8_BIT),
            Self::Ports(_) => Some(iei::APPLICATION_PORT_8_BIT),
            Self::SmscControl(_)
            | Self::CompressionControl(_)
            | Self::ExtendedObjectDataRequest
            | Self::EmailHeader { .. }
            | Self::ReplyAddress(_)
            | Self::VoiceMail(_)
            | Self::SingleShift(_)
            | Self::LockingShift(_) => Some(self.iei()),
            _ => None,
        }
    }
}

impl fmt::Display for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:02X}):", iei::name(self.iei), self.iei)?;
        if self.data.is_empty() {
            return f.write_str(" no data");
        }
        f.write_str(" ")?;
        hex(f, self.data)
    }
}

impl fmt::Display for InformationElement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = iei::name(self.iei());
        match self {
            Self::Concat(concat) => concat.fmt(f),
            Self::SpecialMessage(waiting) => waiting.fmt(f),
            Self::Ports(ports) => ports.fmt(f),
            Self::SmscControl(control) => control.fmt(f),
            Self::UdhSource(source) => source.fmt(f),
            Self::TextFormat(format) => write!(f, "{name}: {format}"),
            Self::PredefinedSound { position, sound } => write!(f, "{name} at {position}: {sound}"),
            Self::PredefinedAnimation {
                position,
                animation,
            } => write!(f, "{name} at {position}: {animation}"),
            Self::UserDefinedSound(sound) => {
                let (position, octets) = (sound.position(), sound.melody().len());
                write!(f, "{name} at {position}: {octets} octets")
            }
            Self::LargeAnimation { position, .. }
            | Self::SmallAnimation { position, .. }
            | Self::LargePicture { position, .. }
            | Self::SmallPicture { position, .. } => write!(f, "{name} at {position}"),
            Self::StandardWvg { position, object }
            | Self::CharacterSizeWvg { position, object } => {
                write!(f, "{name} at {position}: {} octets", object.len())
            }
            Self::VariablePicture(picture) => write!(f, "{name}: {picture}"),
            Self::UserPrompt { objects } => write!(f, "{name}: {objects} objects"),
            Self::ExtendedObject(object) => write!(f, "{name}: {object}"),
            Self::ReusedExtendedObject {
                reference,
                position,
            } => write!(f, "{name} {reference} at {position}"),
            Self::CompressionControl(data) => write!(f, "{name}: {data}"),
            Self::ObjectDistribution(objects) => objects.fmt(f),
            Self::ExtendedObjectDataRequest => f.write_str(name),
            Self::EmailHeader { length } => write!(f, "{name} of {length}"),
            Self::Hyperlink {
                position,
                title,
                url,
            } => write!(
                f,
                "hyperlink at {position}: title of {title}, URL of {url} characters"
            ),
            Self::ReplyAddress(address) => write!(f, "{name}: {address}"),
            Self::WirelessControl(octets) => {
                write!(f, "{name}: ")?;
                hex(f, octets)
            }
            Self::VoiceMail(mail) => mail.fmt(f),
            Self::SingleShift(identifier) | Self::LockingShift(identifier) => {
                match Language::from_identifier(*identifier) {
                    Some(language) => write!(f, "{name}: {}", language.name()),
                    None => write!(f, "{name}: language {identifier}"),
                }
            }
            Self::ToolkitSecurity { header, data } => match data.len() {
                0 => header.fmt(f),
                octets => write!(f, "{header}: {octets} octets"),
            },
            Self::Other(element) => element.fmt(f),
        }
    }
}

fn hex(f: &mut fmt::Formatter<'_>, octets: &[u8]) -> fmt::Result {
    octets.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
}
