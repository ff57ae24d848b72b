//! What is told about input that cannot be read.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::str::Utf8Error;

use serde_json::{Value as Json, json};
use smsgw_gsm::{AddressError, EncodeError, SegmentError};
use smsgw_smpp::value::{BuildError, BuildErrorKind, Place};
use smsgw_smpp::{DecodeError, FrameError, ValueError};
use smsgw_ucp::{ErrorCode, FrameErrorKind};

/// Why input, or one line of it, cannot be read.
#[derive(Debug)]
pub(crate) struct Error {
    kind: &'static str,
    field: Option<Cow<'static, str>>,
    /// In octets from the start of the input, of the line's, or of the PDU that it tells of.
    offset: usize,
    message: String,
    /// What a server of UCP answers to it.
    nack: Option<ErrorCode>,
}

impl Error {
    pub(crate) fn new(
        kind: &'static str,
        field: Option<&'static str>,
        offset: usize,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self {
            kind,
            field: field.map(Cow::Borrowed),
            offset,
            message,
            nack: None,
        }
    }

    /// The same, to which a server of UCP answers `nack`.
    pub(crate) fn with_nack(self, nack: Option<ErrorCode>) -> Self {
        Self { nack, ..self }
    }

    /// A name that is none of the standard's for this PDU.
    pub(crate) fn unknown_field(name: String) -> Self {
        let message = format!("there is no field '{name}'");
        Self {
            field: Some(Cow::Owned(name)),
            ..Self::new("unknown_field", None, 0, message)
        }
    }

    /// The same, in input that has this many octets before it.
    pub(crate) fn behind(self, octets: usize) -> Self {
        let offset = self.offset.saturating_add(octets);
        Self { offset, ..self }
    }

    /// The same, told in other words.
    pub(crate) fn with_message(self, message: String) -> Self {
        Self { message, ..self }
    }

    /// A value that the others do not agree with.
    pub(crate) fn contradiction(name: String, message: String) -> Self {
        Self {
            field: Some(Cow::Owned(name)),
            ..Self::new("contradiction", None, 0, message)
        }
    }

    /// The same about the value at `place`.
    pub(crate) fn at(self, place: Place) -> Self {
        Self {
            field: Some(Cow::Borrowed(place.name)),
            offset: usize::try_from(place.offset).unwrap_or(usize::MAX),
            message: format!("{}: {}", place.name, self.message),
            ..self
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        let Self {
            kind,
            field,
            offset,
            message,
            nack,
        } = self;
        let mut error =
            json!({ "kind": kind, "field": field, "offset": offset, "message": message });
        if let (Some(nack), Some(error)) = (nack, error.as_object_mut()) {
            error.insert("nack_ec".to_owned(), json!(format!("{:02}", nack.0)));
        }
        json!({ "error": error })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<FrameError> for Error {
    fn from(error: FrameError) -> Self {
        let kind = match error {
            FrameError::TooShort { .. } => "too_short",
            FrameError::TooLong { .. } => "too_long",
            FrameError::Truncated { .. } => "truncated",
            _ => "length_mismatch",
        };
        Self::new(kind, Some("command_length"), 0, error.to_string())
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        let offset = usize::try_from(error.offset()).unwrap_or(usize::MAX);
        let kind = error.kind().name();
        Self::new(kind, Some(error.field()), offset, error.to_string())
    }
}

impl From<smsgw_gsm::DecodeError> for Error {
    fn from(error: smsgw_gsm::DecodeError) -> Self {
        let kind = error.kind.name();
        Self::new(kind, Some(error.field), error.offset, error.to_string())
    }
}

impl From<AddressError> for Error {
    fn from(error: AddressError) -> Self {
        let kind = match error {
            AddressError::Empty => "empty",
            AddressError::NoDigit { .. } => "no_digit",
            AddressError::Encode(_) => "not_gsm7",
            AddressError::TooLong { .. } => "too_long",
            _ => "address",
        };
        Self::new(kind, Some("address"), 0, error.to_string())
    }
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Self {
        Self::new("not_gsm7", Some("text"), error.index, error.to_string())
    }
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        let place = error.place();
        let offset = usize::try_from(place.offset).unwrap_or(usize::MAX);
        Self::new(
            error.kind().name(),
            Some(place.name),
            offset,
            error.to_string(),
        )
    }
}

impl From<smsgw_ucp::FrameError> for Error {
    fn from(error: smsgw_ucp::FrameError) -> Self {
        let offset = usize::try_from(error.offset()).unwrap_or(usize::MAX);
        let kind = error.kind().name();
        // Told of a result too, though nobody answers one.
        let is_syntax = matches!(error.kind(), FrameErrorKind::ChecksumSyntax);
        let nack = match error.error_code() {
            None if is_syntax => Some(ErrorCode::CHECKSUM_ERROR),
            nack => nack,
        };
        Self::new(kind, Some(error.field()), offset, error.to_string()).with_nack(nack)
    }
}

impl From<smsgw_ucp::DecodeError> for Error {
    fn from(error: smsgw_ucp::DecodeError) -> Self {
        let offset = usize::try_from(error.offset()).unwrap_or(usize::MAX);
        let kind = error.kind().name();
        Self::new(kind, Some(error.field()), offset, error.to_string())
    }
}

impl From<ValueError> for Error {
    fn from(error: ValueError) -> Self {
        let kind = BuildErrorKind::Value(error).name();
        Self::new(kind, None, 0, error.to_string())
    }
}

impl From<SegmentError> for Error {
    fn from(error: SegmentError) -> Self {
        let (kind, offset) = match error {
            SegmentError::Encode(error) => ("not_gsm7", error.index),
            SegmentError::TooManyParts { .. } => ("too_many_parts", 0),
            _ => ("segment", 0),
        };
        Self::new(kind, Some("text"), offset, error.to_string())
    }
}

impl From<Utf8Error> for Error {
    fn from(error: Utf8Error) -> Self {
        let offset = error.valid_up_to();
        let message = format!("text is not UTF-8 at octet {offset}");
        Self::new("not_utf8", Some("text"), offset, message)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::new("io", None, 0, error.to_string())
    }
}
