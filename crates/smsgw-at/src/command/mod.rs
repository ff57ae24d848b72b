//! Commands, how long each may take, and their answers.
//!
//! A command writes its line and reads the lines of the answer. How an answer ends is no concern of
//! it: [`FinalResult`](crate::result::FinalResult) says that.
//!
//! ```
//! use smsgw_at::command::Command;
//! use smsgw_at::command::network::SignalQuality;
//!
//! assert_eq!(SignalQuality.line(), "AT+CSQ");
//! let signal = SignalQuality.read(&["+CSQ: 21,99".into()])?;
//! assert_eq!(signal.dbm(), Some(-71));
//! # Ok::<(), smsgw_at::AnswerError>(())
//! ```
//!
//! | group | commands |
//! |---|---|
//! | [`basic`] | `AT`, E, Q, V, Z, &F, &C, `+IFC`, `+CMEE`, `+CSCS` |
//! | [`identity`] | `+CGMI`, `+CGMM`, `+CGMR`, `+CGSN`, `+CIMI`, `+CCID` and its relatives, `+CRSM` |
//! | [`pin`] | `+CPIN`, and the counters of attempts that are left |
//! | [`network`] | `+CREG`, `+CGREG`, `+CEREG`, `+COPS`, `+CSQ`, `+CESQ` |
//! | [`storage`] | `+CPMS`, `+CMGL`, `+CMGR`, `+CMGD` |
//! | [`send`] | `+CMGS`, `+CMGW`, `+CMSS`, `+CMMS` |
//! | [`routing`] | `+CNMI`, `+CSMS`, `+CNMA`, `+CGSMS` |
//! | [`sms`] | `+CMGF`, `+CSCA` |
//! | [`ussd`] | `+CUSD` |
//! | [`call`] | `+CLIP`, `+CRC`, H, `+CHUP` |
//! | [`power`] | `+CFUN`, `+CSUS` and its relatives |

pub mod basic;
pub mod call;
pub mod identity;
pub mod network;
pub mod pin;
pub mod power;
pub mod routing;
pub mod send;
pub mod sms;
pub mod storage;
pub mod ussd;

use alloc::string::String;
use core::time::Duration;

use crate::error::{AnswerError, AnswerErrorKind};
use crate::field::Fields;

/// A command and how its answer is read.
pub trait Command {
    /// What the answer says.
    type Answer;

    /// Appends the command, from `AT` on, without its carriage return.
    fn write(&self, line: &mut String);

    /// How long the final result may take.
    fn timeout(&self) -> Duration;

    /// Reads the information lines of the answer, without the final result.
    ///
    /// # Errors
    /// [`AnswerError`] names the field that cannot be read.
    fn read(&self, lines: &[String]) -> Result<Self::Answer, AnswerError>;

    /// The command on a line of its own.
    fn line(&self) -> String {
        let mut line = String::new();
        self.write(&mut line);
        line
    }
}

/// Commands without parameters whose answer is its final result alone.
macro_rules! plain {
    ($( $(#[$meta:meta])* pub struct $name:ident = $line:literal, $seconds:literal s; )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name;

        impl $crate::command::Command for $name {
            type Answer = ();

            fn write(&self, line: &mut alloc::string::String) {
                line.push_str($line);
            }

            fn timeout(&self) -> core::time::Duration {
                core::time::Duration::from_secs($seconds)
            }

            fn read(&self, _: &[alloc::string::String]) -> Result<(), $crate::AnswerError> {
                Ok(())
            }
        }
    )* };
}
use plain;

/// The body of [`Command`] for a command: how its line is written, how long it may take, and how
/// its lines are read.
macro_rules! command {
    (
        $name:ident $(<$lifetime:lifetime>)? -> $answer:ty, $seconds:literal s;
        write($self:ident, $line:ident) $write:block
        read($lines:pat) $read:block
    ) => {
        impl $crate::command::Command for $name $(<$lifetime>)? {
            type Answer = $answer;

            fn write(&$self, $line: &mut alloc::string::String) $write

            fn timeout(&self) -> core::time::Duration {
                core::time::Duration::from_secs($seconds)
            }

            fn read(
                &$self,
                $lines: &[alloc::string::String],
            ) -> Result<$answer, $crate::AnswerError> $read
        }
    };
}
use command;

/// The values of a number that have a name.
macro_rules! values {
    ($type:ident: $( $name:ident = $value:literal, $text:literal; )*) => {
        impl $type {
            $(
                #[doc = concat!($value, ": ", $text, ".")]
                pub const $name: Self = Self($value);
            )*

            /// What it means; `None` for a number that is not in the table.
            #[must_use]
            pub const fn text(self) -> Option<&'static str> {
                match self.0 {
                    $( $value => Some($text), )*
                    _ => None,
                }
            }
        }

        /// What it means, or its number.
        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.text() {
                    Some(text) => f.pad(text),
                    None => core::fmt::Display::fmt(&self.0, f),
                }
            }
        }

        impl core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({self})", self.0)
            }
        }
    };
}
use values;

/// Appends formatted text.
fn push(line: &mut String, text: core::fmt::Arguments<'_>) {
    // A string takes everything.
    let _ = core::fmt::Write::write_fmt(line, text);
}

/// Appends a string in quotes, without what would end it.
fn push_quoted(line: &mut String, text: &str) {
    let may_be_sent = |c: &char| !matches!(c, ..' ' | '"' | '\u{7F}');
    line.push('"');
    line.extend(text.chars().filter(may_be_sent));
    line.push('"');
}

/// The fields of the first line that begins with `prefix`.
fn find<'a>(
    lines: &'a [String],
    prefix: &str,
    field: &'static str,
) -> Result<Fields<'a>, AnswerError> {
    let mut found = lines.iter().filter_map(|line| Fields::of(line, prefix));
    found
        .next()
        .ok_or(AnswerError::new(AnswerErrorKind::NoLine, field, 0))
}

/// What a line says behind `prefix`, or all of it when it has none; without quotes and blanks.
fn said<'a>(line: &'a str, prefix: &str) -> &'a str {
    let rest = match Fields::of(line, prefix) {
        Some(fields) => fields.rest().unwrap_or_default(),
        None => line,
    };
    rest.trim_matches([' ', '\t', '"'])
}
