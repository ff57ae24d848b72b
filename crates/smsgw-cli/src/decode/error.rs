//! What is told about input that cannot be decoded.

use std::fmt;

use serde_json::{Value as Json, json};
use smsgw_smpp::{DecodeError, FrameError};

/// Why one line of input cannot be decoded.
#[derive(Debug)]
pub(super) struct Error {
    kind: &'static str,
    field: Option<&'static str>,
    /// In octets from the start of the line's input.
    offset: usize,
    message: String,
}

impl Error {
    pub(super) fn new(
        kind: &'static str,
        field: Option<&'static str>,
        offset: usize,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self {
            kind,
            field,
            offset,
            message,
        }
    }

    pub(super) fn to_json(&self) -> Json {
        let Self {
            kind,
            field,
            offset,
            message,
        } = self;
        json!({ "error": { "kind": kind, "field": field, "offset": offset, "message": message } })
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
