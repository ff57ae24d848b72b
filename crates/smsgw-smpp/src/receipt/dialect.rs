//! Writing the text of a receipt as one MC or another does.

use alloc::borrow::Cow;
use core::fmt;

use super::Receipt;
use super::date::DateForm;
use super::id::{Base, Number};

/// How the text of a receipt is spelled. The default is the form of SMPP 3.4 appendix B.
///
/// ```
/// use smsgw_smpp::Receipt;
/// use smsgw_smpp::receipt::{DateForm, Dialect, IdForm, KeyCase};
///
/// let receipt = Receipt::parse(b"id:42 done date:2602010001 stat:DELIVRD text:hi");
/// let dialect = Dialect {
///     id: IdForm::Hex { is_upper: false },
///     id_width: 8,
///     dates: DateForm::YyyyMmDdHhMmSs,
///     keys: KeyCase::CapitalText,
///     ..Dialect::APPENDIX_B
/// };
/// assert_eq!(
///     receipt.in_dialect(&dialect).to_string(),
///     "id:0000002a done date:20260201000100 stat:DELIVRD Text:hi"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// How the id is written.
    pub id: IdForm,
    /// Zeros are put before the id up to this many characters.
    pub id_width: u8,
    /// How dates are written.
    pub dates: DateForm,
    /// How the keys are written.
    pub keys: KeyCase,
    /// What stands between the fields: usually a space, a comma or a newline.
    pub separator: char,
}

impl Dialect {
    /// The form of SMPP 3.4 appendix B.
    pub const APPENDIX_B: Self = Self {
        id: IdForm::AsIs,
        id_width: 0,
        dates: DateForm::YyMmDdHhMm,
        keys: KeyCase::Lower,
        separator: ' ',
    };

    /// An id as this dialect writes it, for the TLV beside the text.
    #[must_use]
    pub fn id<'i>(&self, id: &'i str) -> impl fmt::Display + use<'i> {
        Padded {
            id: self.id.apply(id),
            width: self.id_width.into(),
        }
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::APPENDIX_B
    }
}

/// How the id is written. One that is no number in the other base stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdForm {
    /// As it is.
    #[default]
    AsIs,
    /// The same in upper case.
    Upper,
    /// In decimal what was in hex.
    Decimal,
    /// In hex what was in decimal.
    Hex {
        /// With the letters A to F.
        is_upper: bool,
    },
}

impl IdForm {
    fn apply(self, id: &str) -> Cow<'_, str> {
        let other = match self {
            Self::AsIs => None,
            Self::Upper => Some(id.to_ascii_uppercase()),
            Self::Decimal => {
                Number::parse(id, Base::Hex).map(|number| number.to_text(Base::Decimal))
            }
            Self::Hex { is_upper } => Number::parse(id, Base::Decimal).map(|number| {
                let mut text = number.to_text(Base::Hex);
                if is_upper {
                    text.make_ascii_uppercase();
                }
                text
            }),
        };
        other.map_or(Cow::Borrowed(id), Cow::Owned)
    }
}

/// How the keys are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyCase {
    /// `id:`, `submit date:`, `text:`.
    #[default]
    Lower,
    /// The same, but `Text:`, as many write it.
    CapitalText,
    /// `ID:`, `SUBMIT DATE:`, `TEXT:`.
    Upper,
}

/// The text of a receipt in a dialect: made by [`Receipt::in_dialect`].
#[derive(Clone, Copy, Debug)]
pub struct InDialect<'r> {
    pub(super) receipt: &'r Receipt<'r>,
    pub(super) dialect: Dialect,
}

impl fmt::Display for InDialect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { receipt, dialect } = self;
        let mut is_first = true;
        let mut put = |key: &str, value: Option<&dyn fmt::Display>| {
            let Some(value) = value else {
                return Ok(());
            };
            if !core::mem::take(&mut is_first) {
                fmt::Write::write_char(f, dialect.separator)?;
            }
            match (dialect.keys, key) {
                (KeyCase::Upper, _) => {
                    key.chars()
                        .try_for_each(|c| write!(f, "{}", c.to_ascii_uppercase()))?;
                }
                (KeyCase::CapitalText, "text") => f.write_str("Text")?,
                _ => f.write_str(key)?,
            }
            write!(f, ":{value}")
        };
        fn shown<T: fmt::Display>(value: &Option<T>) -> Option<&dyn fmt::Display> {
            value.as_ref().map(|value| value as &dyn fmt::Display)
        }
        let id = receipt.id.as_deref().map(|id| dialect.id(id));
        let submit_date = receipt.submit_date.map(|date| date.digits(dialect.dates));
        let done_date = receipt.done_date.map(|date| date.digits(dialect.dates));
        let text = receipt.text.as_deref().map(|text| {
            let cut = text.char_indices().nth(Receipt::TEXT_LEN);
            cut.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
        });
        put("id", shown(&id))?;
        put("sub", shown(&receipt.sub))?;
        put("dlvrd", shown(&receipt.dlvrd))?;
        put("submit date", shown(&submit_date))?;
        put("done date", shown(&done_date))?;
        put("stat", shown(&receipt.stat))?;
        put("err", shown(&receipt.err))?;
        put("text", shown(&text))
    }
}

/// An id with zeros before it.
struct Padded<'r> {
    id: Cow<'r, str>,
    width: usize,
}

impl fmt::Display for Padded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0>1$}", self.id, self.width)
    }
}
