//! A command, what is written after its prompt, and what becomes of both.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::command::Command;
use crate::result::FinalResult;
use crate::transcript::without_secrets;

/// A command and what belongs to it.
pub(in crate::modem) struct Exchange {
    /// From `AT` on, without CR.
    pub(in crate::modem) line: String,
    /// From when it is written to its result; with data, to the prompt.
    pub(in crate::modem) timeout: Duration,
    /// What is written once the modem asks for it.
    pub(in crate::modem) data: Option<Data>,
    /// Whether some modems end the answer without a result: then a line of it is enough.
    pub(in crate::modem) final_optional: bool,
    /// Whether nobody may see it.
    pub(in crate::modem) is_secret: bool,
    /// Whether it is written even when results may be those of other commands.
    pub(in crate::modem) is_blind: bool,
    /// Whether the result of data before these may still come: of two results the first is that
    /// one's.
    pub(in crate::modem) is_contested: bool,
}

/// What is written after a prompt.
pub(in crate::modem) struct Data {
    /// A PDU in hexadecimal digits; Ctrl-Z is put behind it.
    pub(in crate::modem) pdu: String,
    /// How long its result may take until it is overdue.
    pub(in crate::modem) soft_timeout: Duration,
    /// How long its result may take.
    pub(in crate::modem) timeout: Duration,
    /// How fast it may be written.
    pub(in crate::modem) pace: Pace,
}

/// How fast a modem takes what it asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::modem) struct Pace {
    /// From the prompt to the first octet.
    pub(in crate::modem) pause: Duration,
    /// Most octets at a time, and the pause between two times; `None` for all at once.
    pub(in crate::modem) chunk: Option<(usize, Duration)>,
}

/// What became of an [`Exchange`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::modem) enum Outcome {
    /// The answer. With data: the answer to them.
    Final {
        result: FinalResult,
        /// The lines before the result.
        lines: Vec<String>,
    },
    /// No prompt came, and the data were not written, or not all of them.
    NoPrompt {
        /// What the modem said instead; `None` when ESC was written, as it said nothing.
        refused: Option<FinalResult>,
    },
    /// No result in time.
    Silent {
        /// The lines that came.
        lines: Vec<String>,
    },
    /// The data were written, and no result came in time.
    Unknown,
    /// The port was closed, the modem started again, or it does not answer any more.
    Lost {
        /// Whether the Ctrl-Z behind the data was handed over to be written.
        data_written: bool,
    },
}

impl Exchange {
    pub(in crate::modem) fn new(line: impl Into<String>, timeout: Duration) -> Self {
        Self {
            line: line.into(),
            timeout,
            data: None,
            final_optional: false,
            is_secret: false,
            is_blind: false,
            is_contested: false,
        }
    }

    pub(in crate::modem) fn of<C: Command>(command: &C) -> Self {
        Self::new(command.line(), command.timeout())
    }

    pub(in crate::modem) fn with_data(mut self, data: Data) -> Self {
        self.data = Some(data);
        self
    }

    pub(in crate::modem) fn with_optional_final(mut self) -> Self {
        self.final_optional = true;
        self
    }

    pub(in crate::modem) fn blind(mut self) -> Self {
        self.is_blind = true;
        self
    }

    pub(in crate::modem) fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// The command, as far as it may be seen.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        match without_secrets(&self.line) {
            Some(shown) => shown.into(),
            None if self.is_secret => "****".into(),
            None => self.line.as_str().into(),
        }
    }

    /// What is written after the prompt, from so many octets on, as far as it may be written at
    /// once; and the pause until there is more.
    pub(super) fn piece(&self, written: usize) -> (&[u8], Option<Duration>) {
        let Some(data) = &self.data else {
            return (&[], None);
        };
        let rest = data.pdu.as_bytes().get(written..).unwrap_or_default();
        match data.pace.chunk {
            Some((most, pause)) if most.max(1) < rest.len() => {
                (rest.get(..most.max(1)).unwrap_or(rest), Some(pause))
            }
            _ => (rest, None),
        }
    }
}

impl Outcome {
    /// Lost before anything of it was written.
    pub(in crate::modem) const NOT_WRITTEN: Self = Self::Lost {
        data_written: false,
    };

    pub(in crate::modem) const fn is_ok(&self) -> bool {
        matches!(
            self,
            Self::Final {
                result: FinalResult::Ok,
                ..
            }
        )
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("line", &self.shown())
            .field("timeout", &self.timeout)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Data")
            .field("octets", &self.pdu.len())
            .finish_non_exhaustive()
    }
}
