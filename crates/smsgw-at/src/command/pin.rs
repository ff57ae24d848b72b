//! The lock of the SIM and how many attempts are left: 27.007 §8.3, §8.65.

mod counter;

use alloc::string::{String, ToString};
use core::fmt;

use super::{command, find, push};
use crate::error::ValueError;

pub use counter::{ReadRetryCounters, RetryCounters};

/// `+CPIN?`: what the SIM waits for (27.007 §8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CPIN")]
pub struct ReadPinState;

command! {
    ReadPinState -> PinState, 15 s;
    write(self, line) { line.push_str("AT+CPIN?"); }
    read(lines) {
        find(lines, "+CPIN", "code")?.text("code").map(PinState::from_code)
    }
}

/// What the SIM waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PinState {
    /// `READY`: nothing.
    Ready,
    /// `SIM PIN`: the PIN of the SIM. The only state in which a PIN may be sent.
    SimPin,
    /// `SIM PUK`: the PIN was wrong too often. Nobody but the SIM's owner can help.
    SimPuk,
    /// `SIM PIN2`: the second PIN. Short messages need none.
    SimPin2,
    /// `SIM PUK2`: the second PUK. Short messages need none.
    SimPuk2,
    /// `PH-SIM PIN`, `PH-NET PIN` or another lock of the equipment, as it was named.
    Other(String),
}

impl PinState {
    /// The state with this code, in letters of either case.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        let code = code.trim();
        match code.to_ascii_uppercase().as_str() {
            "READY" => Self::Ready,
            "SIM PIN" => Self::SimPin,
            "SIM PUK" => Self::SimPuk,
            "SIM PIN2" => Self::SimPin2,
            "SIM PUK2" => Self::SimPuk2,
            _ => Self::Other(code.to_string()),
        }
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Ready => "READY",
            Self::SimPin => "SIM PIN",
            Self::SimPuk => "SIM PUK",
            Self::SimPin2 => "SIM PIN2",
            Self::SimPuk2 => "SIM PUK2",
            Self::Other(code) => code,
        }
    }

    /// Whether short messages can be sent and received as far as locks are concerned.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Ready | Self::SimPin2 | Self::SimPuk2)
    }
}

/// The code.
impl fmt::Display for PinState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A PIN: four to eight digits. [`Debug`](fmt::Debug) does not show it.
///
/// ```
/// use smsgw_at::command::pin::Pin;
///
/// assert_eq!(format!("{:?}", Pin::new("1234")?), "Pin(..)");
/// assert!(Pin::new("12a4").is_err() && Pin::new("123").is_err());
/// # Ok::<(), smsgw_at::ValueError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// The PIN of these digits.
    ///
    /// # Errors
    /// [`ValueError`] unless they are four to eight decimal digits.
    pub fn new(digits: &str) -> Result<Self, ValueError> {
        let had = digits.chars().count();
        let mut characters = digits.char_indices();
        if let Some((offset, character)) = characters.find(|(_, c)| !c.is_ascii_digit()) {
            return Err(ValueError::Character { character, offset });
        }
        match had {
            ..4 => Err(ValueError::TooShort { min: 4, had }),
            4..=8 => Ok(Self(digits.to_string())),
            _ => Err(ValueError::TooLong { max: 8, had }),
        }
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

/// `+CPIN=`: the PIN, which opens the SIM (27.007 §8.3).
///
/// **Each wrong one is an attempt less, and there are three.** Only when [`ReadPinState`] said
/// [`SimPin`](PinState::SimPin), and never again after a refusal. There is no command here that
/// sends a PUK.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "CPIN")]
pub struct EnterPin(pub Pin);

command! {
    EnterPin -> (), 15 s;
    write(self, line) { push(line, format_args!("AT+CPIN=\"{}\"", self.0.0)); }
    read(_) { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    #[test]
    fn states() {
        let read = |line: &str| ReadPinState.read(&[line.into()]).unwrap();
        assert_eq!(read("+CPIN: READY"), PinState::Ready);
        assert_eq!(read("+CPIN: \"SIM PIN\""), PinState::SimPin);
        assert_eq!(read("+CPIN:SIM PUK"), PinState::SimPuk);
        assert_eq!(
            read("+CPIN: PH-NET PIN"),
            PinState::Other("PH-NET PIN".into())
        );
        // `SIM PIN` exactly: a PIN for anything else would be lost.
        assert_ne!(read("+CPIN: SIM PIN2"), PinState::SimPin);
        assert!(read("+CPIN: SIM PIN2").is_open() && !PinState::SimPuk.is_open());
        assert!(ReadPinState.read(&["+CPINR: SIM PIN,3".into()]).is_err());
    }

    #[test]
    fn a_pin_as_sent() {
        assert_eq!(
            EnterPin(Pin::new("0042").unwrap()).line(),
            "AT+CPIN=\"0042\""
        );
        for wrong in ["", "123", "123456789", "12\"4", "12\r4", "١٢٣٤"] {
            assert!(Pin::new(wrong).is_err(), "{wrong}");
        }
    }
}
