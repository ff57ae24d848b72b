//! From named values to a frame: what [`Visitor`](super::Visitor) does, the other way.

use alloc::vec::Vec;
use core::fmt;

use bytes::{BufMut as _, BytesMut};

use super::{AddressNames, FieldKind, FieldSpec};
use crate::error::{DecodeErrorKind, ValueError};
use crate::frame::Frame;
use crate::header::Header;
use crate::quirks::Quirks;
use crate::tlv::Tlvs;
use crate::wire::{Writer, clamp};

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The standard's name, as a [`Visitor`](super::Visitor) is told it.
    pub name: &'static str,
    /// In octets from the start of the frame.
    pub offset: u32,
}

/// Gives the values of a PDU body by name, in wire order: those that a
/// [`Visitor`](super::Visitor) is shown, without the derived ones.
///
/// A value that is not there is 0, or empty.
pub trait Source: Sized {
    /// What is wrong with a value.
    type Error: From<BuildError>;

    /// An integer.
    ///
    /// # Errors
    /// When the value is none.
    fn integer(&mut self, place: Place) -> Result<u32, Self::Error>;

    /// The characters of a C-octet string, without the NUL.
    ///
    /// # Errors
    /// When the value is none.
    fn text(&mut self, place: Place) -> Result<Vec<u8>, Self::Error>;

    /// Octets with no meaning of their own.
    ///
    /// # Errors
    /// When the value is none.
    fn octets(&mut self, place: Place) -> Result<Vec<u8>, Self::Error>;

    /// The items of a list.
    ///
    /// # Errors
    /// When the value is no list.
    fn items(&mut self, place: Place) -> Result<Vec<Self>, Self::Error>;

    /// All there is was asked for: here values that no field has can be refused.
    ///
    /// # Errors
    /// When something is left over.
    fn finish(self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Whether the string that ends the body came without its NUL ([`Quirks::missing_nul`]), and
    /// goes so.
    fn is_unterminated(&self) -> bool {
        false
    }
}

/// Makes a frame of named values; `None` for a header alone.
///
/// `trailing` are the octets after the last TLV: stray ones, or the body of a command that the
/// table does not have. What is made can be read with `quirks`: they decide what is refused.
///
/// ```
/// use smsgw_smpp::pdu::SubmitSmResp;
/// use smsgw_smpp::tlv::Tlvs;
/// use smsgw_smpp::value::{BuildError, Place, Source, build};
/// use smsgw_smpp::{CommandId, CommandStatus, Header, Quirks, SequenceNumber};
///
/// struct Id(&'static str);
///
/// impl Source for Id {
///     type Error = BuildError;
///     fn integer(&mut self, _: Place) -> Result<u32, BuildError> {
///         Ok(0)
///     }
///     fn text(&mut self, place: Place) -> Result<Vec<u8>, BuildError> {
///         assert_eq!(place.name, "message_id");
///         Ok(self.0.into())
///     }
///     fn octets(&mut self, _: Place) -> Result<Vec<u8>, BuildError> {
///         Ok(Vec::new())
///     }
///     fn items(&mut self, _: Place) -> Result<Vec<Self>, BuildError> {
///         Ok(Vec::new())
///     }
/// }
///
/// let header = Header {
///     command_id: CommandId::SUBMIT_SM_RESP,
///     command_status: CommandStatus::ESME_ROK,
///     sequence_number: SequenceNumber(7),
/// };
/// let frame = build(header, Some(Id("abc")), Tlvs::EMPTY, &[], &Quirks::STRICT)?;
/// assert_eq!(frame.decode::<SubmitSmResp>()?.message_id, "abc");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// What `source` refuses, and a [`BuildError`] for a value that its field cannot hold.
pub fn build<S: Source>(
    header: Header,
    source: Option<S>,
    tlvs: Tlvs<'_>,
    trailing: &[u8],
    quirks: &Quirks,
) -> Result<Frame, S::Error> {
    let fields = header.command_id.fields().unwrap_or_default();
    let mut body = Body(BytesMut::new());
    match source {
        Some(mut source) => {
            for field in fields {
                body.field(field, &mut source)?;
            }
            if source.is_unterminated() && tlvs.is_empty() && trailing.is_empty() {
                body.cut_nul(fields);
            }
            source.finish()?;
        }
        None if fields.is_empty() || tlvs.is_empty() && trailing.is_empty() => {}
        None => return Err(body.error(BuildErrorKind::NoFields, "fields").into()),
    }
    let start = body.0.len();
    body.0.resize(start + tlvs.size(), 0);
    tlvs.write(&mut Writer::new(
        body.0.get_mut(start..).unwrap_or_default(),
    ));
    body.0.put_slice(trailing);
    let Ok(command_length) = u32::try_from(Header::LEN + body.0.len()) else {
        let (max, had) = (u32::MAX as usize, Header::LEN + body.0.len());
        let kind = BuildErrorKind::Value(ValueError::TooLong { max, had });
        let offset = 0;
        let name = "command_length";
        return Err(BuildError {
            kind,
            place: Place { name, offset },
        }
        .into());
    };
    let mut octets = BytesMut::with_capacity(Header::LEN + body.0.len());
    octets.put_slice(&header.to_octets(command_length));
    octets.put_slice(&body.0);
    let frame = Frame::from_parts(header, octets.freeze());
    match frame.pdu_with(quirks) {
        Ok(_) => Ok(frame),
        Err(error) => Err(BuildError {
            kind: BuildErrorKind::Body(error.kind()),
            place: Place {
                name: error.field(),
                offset: error.offset(),
            },
        }
        .into()),
    }
}

/// The octets after the header, as far as they are made.
struct Body(BytesMut);

impl Body {
    fn field<S: Source>(&mut self, field: &FieldSpec, source: &mut S) -> Result<(), S::Error> {
        let name = field.name;
        match field.kind {
            FieldKind::Integer { octets } => self.integer(octets, name, source),
            FieldKind::COctetString { .. } | FieldKind::Time => self.text(name, source),
            FieldKind::Address { .. } => self.address(name, source),
            FieldKind::ShortMessage => {
                let octets = source.octets(self.place(name))?;
                let sm_length = self.count(octets.len(), name)?;
                self.0.put_u8(sm_length);
                self.0.put_slice(&octets);
                Ok(())
            }
            FieldKind::DestAddresses => self.list(name, source, |body, item| {
                body.integer(1, "dest_flag", item)?;
                match body.0.last() {
                    Some(2) => body.text("dl_name", item),
                    // Another value is refused when it is read.
                    _ => body.address("destination_addr", item),
                }
            }),
            FieldKind::UnsuccessSmes => self.list(name, source, |body, item| {
                body.address("destination_addr", item)?;
                body.integer(4, "error_status_code", item)
            }),
        }
    }

    fn integer<S: Source>(
        &mut self,
        octets: u8,
        name: &'static str,
        source: &mut S,
    ) -> Result<(), S::Error> {
        let had = source.integer(self.place(name))?;
        let max = u32::MAX >> (32 - 8 * u32::from(octets.clamp(1, 4)));
        if had > max {
            let kind = BuildErrorKind::Value(ValueError::OutOfRange { max, had });
            return Err(self.error(kind, name).into());
        }
        self.0.put_uint(u64::from(had), usize::from(octets));
        Ok(())
    }

    fn text<S: Source>(&mut self, name: &'static str, source: &mut S) -> Result<(), S::Error> {
        let text = source.text(self.place(name))?;
        if let Some(at) = text.iter().position(|&octet| octet == 0) {
            let kind = BuildErrorKind::Value(ValueError::EmbeddedNul { at });
            return Err(self.error(kind, name).into());
        }
        self.0.put_slice(&text);
        self.0.put_u8(0);
        Ok(())
    }

    fn address<S: Source>(&mut self, name: &'static str, source: &mut S) -> Result<(), S::Error> {
        let names = AddressNames::of(name);
        self.integer(1, names.ton, source)?;
        self.integer(1, names.npi, source)?;
        self.text(names.digits, source)
    }

    fn list<S: Source>(
        &mut self,
        name: &'static str,
        source: &mut S,
        mut item: impl FnMut(&mut Self, &mut S) -> Result<(), S::Error>,
    ) -> Result<(), S::Error> {
        let items = source.items(self.place(name))?;
        let count = self.count(items.len(), name)?;
        self.0.put_u8(count);
        for mut values in items {
            item(self, &mut values)?;
            values.finish()?;
        }
        Ok(())
    }

    /// A length or count of one octet.
    fn count(&self, had: usize, name: &'static str) -> Result<u8, BuildError> {
        let too_long = BuildErrorKind::Value(ValueError::TooLong { max: 255, had });
        u8::try_from(had).map_err(|_| self.error(too_long, name))
    }

    /// Takes the NUL off, when the last of `fields` ends in one.
    fn cut_nul(&mut self, fields: &[FieldSpec]) {
        let last = fields.last().map(|field| field.kind);
        if let Some(FieldKind::COctetString { .. } | FieldKind::Address { .. }) = last {
            self.0.truncate(self.0.len().saturating_sub(1));
        }
    }

    fn place(&self, name: &'static str) -> Place {
        let offset = clamp(Header::LEN + self.0.len());
        Place { name, offset }
    }

    fn error(&self, kind: BuildErrorKind, name: &'static str) -> BuildError {
        let place = self.place(name);
        BuildError { kind, place }
    }
}

/// A value that its field cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildError {
    kind: BuildErrorKind,
    place: Place,
}

/// Why a field cannot hold a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// The value cannot be written.
    Value(ValueError),
    /// The value could be written, and would not be read.
    Body(DecodeErrorKind),
    /// TLVs or stray octets behind a header alone would be read as fields.
    NoFields,
}

impl BuildError {
    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> BuildErrorKind {
        self.kind
    }

    /// The field, and where it starts.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }
}

impl BuildErrorKind {
    /// A short fixed name, for programs, as [`DecodeErrorKind::name`] where both are.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Value(ValueError::TooLong { .. }) => "too_long",
            Self::Value(ValueError::TooShort { .. }) => "too_short",
            Self::Value(ValueError::OutOfRange { .. }) => "out_of_range",
            Self::Value(ValueError::EmbeddedNul { .. }) => "embedded_nul",
            Self::Value(ValueError::InvalidTime) => "invalid_time",
            Self::Body(kind) => kind.name(),
            Self::NoFields => "no_fields",
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { name, offset } = self.place;
        write!(f, "{name} at octet {offset}: ")?;
        match self.kind {
            BuildErrorKind::Value(error) => error.fmt(f),
            BuildErrorKind::Body(kind) => kind.fmt(f),
            BuildErrorKind::NoFields => {
                f.write_str("there are TLVs or stray octets, and no fields")
            }
        }
    }
}

impl core::error::Error for BuildError {}
