//! What names a message: the recipient and the time stamp that the SC gave it.

use core::fmt;

use crate::error::ValueError;
use crate::types::Second;

/// What names a message from its positive result to its notifications: `AdC:SCTS`.
///
/// ```
/// use smsgw_ucp::MessageKey;
///
/// let submitted = MessageKey::parse("00393331234568:211126225429")?;
/// assert_eq!((submitted.adc, submitted.scts.year()), ("00393331234568", 2026));
///
/// // The notification has the number in another form.
/// let notified = MessageKey { adc: "393331234568", ..submitted };
/// assert!(submitted.names(&notified));
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageKey<'a> {
    /// The recipient as the SC writes it; empty where the result has the time stamp alone, as
    /// those of OT 55 and 56.
    pub adc: &'a str,
    /// When the message came to the SC, local time of it. An SC gives no recipient the same twice.
    pub scts: Second,
}

impl<'a> MessageKey<'a> {
    /// Reads `AdC:SCTS`, or SCTS alone.
    ///
    /// # Errors
    /// [`TooShort`](ValueError::TooShort) when nothing stands before the colon,
    /// [`Character`](ValueError::Character) for a comma, a slash, a colon, a blank, a control
    /// character or one that is not ASCII in AdC; as [`Second::parse`].
    pub fn parse(key: &'a str) -> Result<Self, ValueError> {
        let Some((adc, scts)) = key.split_once(':') else {
            let scts = Second::parse(key)?;
            return Ok(Self { adc: "", scts });
        };
        if adc.is_empty() {
            return Err(ValueError::TooShort { min: 1, had: 0 });
        }
        let is_wrong = |octet| !matches!(octet, b'!'..=b'~') || matches!(octet, b',' | b'/');
        if let Some(at) = adc.bytes().position(is_wrong) {
            return Err(ValueError::Character { at });
        }
        let scts = Second::parse(scts)?;
        Ok(Self { adc, scts })
    }

    /// Fewest characters of a number that is looked for at the end of another.
    pub const MIN_ENDING: usize = 7;

    /// Whether both name the same message: the same time stamp, and the same number, or one of at
    /// least [`Self::MIN_ENDING`] digits that is the end of the other.
    ///
    /// SCs write numbers in a form of their own, with or without a prefix. A shorter one, a short
    /// code, has no prefix: 12345 is not 0612345. A key without a number names every message of its
    /// second.
    #[must_use]
    pub fn names(&self, other: &MessageKey<'_>) -> bool {
        let (this, other_adc) = (without_sign(self.adc), without_sign(other.adc));
        self.scts == other.scts && (is_end(this, other_adc) || is_end(other_adc, this))
    }
}

/// Whether a number says the same as `other`, with or without a prefix.
fn is_end(number: &str, other: &str) -> bool {
    let is_short = number.len() < MessageKey::MIN_ENDING;
    number.is_empty() || number == other || (!is_short && other.ends_with(number))
}

/// A number without the sign in front of it.
pub(crate) fn without_sign(number: &str) -> &str {
    number.strip_prefix('+').unwrap_or(number)
}

/// `AdC:SCTS`, or SCTS alone, as in SM.
impl fmt::Display for MessageKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.adc.is_empty() {
            write!(f, "{}:", self.adc)?;
        }
        self.scts
            .to_digits()
            .iter()
            .try_for_each(|&digit| fmt::Write::write_char(f, char::from(digit)))
    }
}
