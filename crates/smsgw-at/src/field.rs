//! The fields of one line of an answer (V.250 §5.4, 27.007 §4): numbers, strings, and the lists
//! and ranges of the answers to `=?`.
//!
//! What modems get wrong is read all the same: blanks anywhere, `=` for `:`, strings without
//! quotes or with one too few, lists without parentheses, parentheses that never close.
//!
//! ```
//! use smsgw_at::field::Fields;
//!
//! let mut fields = Fields::of("+CREG: 2,1,\"04CA\", 81DE445", "+CREG").unwrap();
//! assert_eq!(fields.number::<u8>("n")?, 2);
//! assert_eq!(fields.number::<u8>("stat")?, 1);
//! assert_eq!(fields.hex::<u32>("lac")?, 0x4CA);
//! assert_eq!(fields.hex::<u32>("ci")?, 0x81D_E445);
//! assert_eq!(fields.optional_number::<u8>("AcT")?, None);
//! # Ok::<(), smsgw_at::AnswerError>(())
//! ```

mod grammar;
mod ranges;

use crate::error::{AnswerError, AnswerErrorKind};
use grammar::{end, field, is_blank, octets_between, start};

pub use ranges::Ranges;

/// The fields of a line, in order: an iterator, and readers that name what they miss.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// `None` behind the last one; an empty text is an empty field.
    rest: Option<&'a str>,
    /// Octets of the line before `rest`.
    at: u32,
}

/// One field of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    text: &'a str,
    form: Form,
    offset: u32,
}

/// What stands around a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// Nothing.
    Bare,
    /// Quotes.
    Quoted,
    /// Parentheses: it is a list.
    Group,
}

impl<'a> Fields<'a> {
    /// The fields of `line` when it begins with `prefix`, `+CSQ` for `+CSQ: 21,99`, in letters of
    /// either case; `None` when it is another one's.
    #[must_use]
    pub fn of(line: &'a str, prefix: &str) -> Option<Self> {
        let (rest, _) = start(prefix, line).ok()?;
        Some(Self::after(line, rest))
    }

    /// The fields of a line that has no prefix.
    #[must_use]
    pub fn bare(line: &'a str) -> Self {
        Self::after(line, line)
    }

    fn after(line: &str, rest: &'a str) -> Self {
        let is_empty = rest.trim_matches(is_blank).is_empty();
        Self {
            rest: (!is_empty).then_some(rest),
            at: octets_between(line, rest),
        }
    }

    /// Where the next field begins, in octets from the start of the line.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.at
    }

    /// What is left of the line, as it came; `None` behind the last field.
    #[must_use]
    pub const fn rest(&self) -> Option<&'a str> {
        self.rest
    }

    /// The next field, or what is wrong when there is none.
    ///
    /// # Errors
    /// [`AnswerErrorKind::Missing`] when the line ends before.
    pub fn field(&mut self, name: &'static str) -> Result<Field<'a>, AnswerError> {
        let at = self.at;
        self.next()
            .ok_or(AnswerError::new(AnswerErrorKind::Missing, name, at))
    }

    /// The next field as a number; quotes around it do not matter.
    ///
    /// # Errors
    /// [`AnswerErrorKind::Missing`] when it is empty or not there,
    /// [`AnswerErrorKind::NotANumber`] when it is none of the type.
    pub fn number<T: TryFrom<i64>>(&mut self, name: &'static str) -> Result<T, AnswerError> {
        self.field(name)?.number(name)
    }

    /// The next field as a number; `None` when it is empty or not there.
    ///
    /// # Errors
    /// [`AnswerErrorKind::NotANumber`] when it is none of the type.
    pub fn optional_number<T: TryFrom<i64>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, AnswerError> {
        self.optional().map(|field| field.number(name)).transpose()
    }

    /// The next field as a hexadecimal number; quotes around it do not matter.
    ///
    /// # Errors
    /// [`AnswerErrorKind::Missing`] when it is empty or not there,
    /// [`AnswerErrorKind::NotANumber`] when it is none of the type.
    pub fn hex<T: TryFrom<u64>>(&mut self, name: &'static str) -> Result<T, AnswerError> {
        self.field(name)?.hex(name)
    }

    /// The next field as a hexadecimal number; `None` when it is empty or not there.
    ///
    /// # Errors
    /// [`AnswerErrorKind::NotANumber`] when it is none of the type.
    pub fn optional_hex<T: TryFrom<u64>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, AnswerError> {
        self.optional().map(|field| field.hex(name)).transpose()
    }

    /// The next field as a string, with or without quotes; it may be empty.
    ///
    /// # Errors
    /// [`AnswerErrorKind::Missing`] when the line ends before.
    pub fn text(&mut self, name: &'static str) -> Result<&'a str, AnswerError> {
        self.field(name).map(|field| field.text)
    }

    /// The next field as a string; `None` when it is empty or not there.
    pub fn optional_text(&mut self) -> Option<&'a str> {
        self.optional().map(|field| field.text)
    }

    /// The next field as the numbers that may be sent for it: `(0-3)`, `(0,2-4)`, `0-2`, `1`.
    /// None at all when it is empty.
    ///
    /// # Errors
    /// [`AnswerErrorKind::Missing`] when the line ends before, [`AnswerErrorKind::NotANumber`].
    pub fn ranges(&mut self, name: &'static str) -> Result<Ranges, AnswerError> {
        self.field(name)?.ranges(name)
    }

    /// The next field unless it is empty.
    fn optional(&mut self) -> Option<Field<'a>> {
        self.next().filter(|field| !field.text.is_empty())
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let input = self.rest?;
        let blanks = input.trim_start_matches(is_blank);
        let offset = self.at + octets_between(input, blanks);
        // It reads anything: a field may be empty.
        let (rest, (form, text)) = field(blanks).unwrap_or(("", (Form::Bare, blanks)));
        let (rest, has_more) = end(form, rest).unwrap_or(("", false));
        self.at += octets_between(input, rest);
        self.rest = has_more.then_some(rest);
        let offset = offset + u32::from(form != Form::Bare);
        Some(Field { text, form, offset })
    }
}

impl<'a> Field<'a> {
    /// What it says, without what stands around it.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// What stands around it.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Where it begins, in octets from the start of the line.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.offset
    }

    /// What stands inside its parentheses; itself when it has none.
    #[must_use]
    pub fn fields(&self) -> Fields<'a> {
        Fields {
            rest: (!self.text.is_empty()).then_some(self.text),
            at: self.offset,
        }
    }

    /// The strings inside its parentheses, or the one that it is: `("ME","MT")`, `"ME"`.
    pub fn texts(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        // A list of one may be a string with a comma in it.
        let (list, one) = match self.form {
            Form::Group => (Some(self.fields()), None),
            Form::Bare | Form::Quoted => (None, Some(self.text)),
        };
        let list = list.into_iter().flatten().map(|field| field.text);
        list.chain(one).filter(|text| !text.is_empty())
    }

    /// It as a number.
    ///
    /// # Errors
    /// [`AnswerErrorKind::Missing`] when it is empty, [`AnswerErrorKind::NotANumber`].
    pub fn number<T: TryFrom<i64>>(&self, name: &'static str) -> Result<T, AnswerError> {
        self.not_empty(name)?;
        let text = self.text.trim_matches(is_blank);
        let number = text.parse::<i64>().ok().map(T::try_from);
        number
            .and_then(Result::ok)
            .ok_or(self.error(AnswerErrorKind::NotANumber, name))
    }

    /// It as a hexadecimal number.
    ///
    /// # Errors
    /// [`AnswerErrorKind::Missing`] when it is empty, [`AnswerErrorKind::NotANumber`].
    pub fn hex<T: TryFrom<u64>>(&self, name: &'static str) -> Result<T, AnswerError> {
        self.not_empty(name)?;
        let text = self.text.trim_matches(is_blank);
        let digits = text.bytes().all(|octet| octet.is_ascii_hexdigit());
        let number = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number
            .and_then(|number| T::try_from(number).ok())
            .ok_or(self.error(AnswerErrorKind::NotANumber, name))
    }

    /// It as the numbers that may be sent: see [`Fields::ranges`].
    ///
    /// # Errors
    /// [`AnswerErrorKind::NotANumber`].
    pub fn ranges(&self, name: &'static str) -> Result<Ranges, AnswerError> {
        let mut ranges = Ranges::NONE;
        for field in self.fields() {
            if !field.text.is_empty() {
                let (low, high) = ranges::range(field.text)
                    .ok_or(field.error(AnswerErrorKind::NotANumber, name))?;
                ranges.add(low, high);
            }
        }
        Ok(ranges)
    }

    /// What is wrong with it.
    pub(crate) const fn error(&self, kind: AnswerErrorKind, name: &'static str) -> AnswerError {
        AnswerError::new(kind, name, self.offset)
    }

    fn not_empty(&self, name: &'static str) -> Result<(), AnswerError> {
        match self.text {
            "" => Err(self.error(AnswerErrorKind::Missing, name)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn texts(line: &str) -> Vec<&str> {
        Fields::bare(line).map(|field| field.text()).collect()
    }

    #[test]
    fn prefixes() {
        let of = |line| Fields::of(line, "+CSMS").map(|fields| fields.rest());
        assert_eq!(of("+CSMS: 1"), Some(Some(" 1")));
        assert_eq!(of(" +csms :1"), Some(Some("1")));
        assert_eq!(of("+CSMS=(0)"), Some(Some("(0)")));
        assert_eq!(of("+CSMS 1"), Some(Some(" 1")));
        assert_eq!(of("+CSMS(0)"), Some(Some("(0)")));
        assert_eq!(of("+CSMS"), Some(None));
        assert_eq!(of("+CSMS: "), Some(None));
        for other in ["+CSMSX: 1", "+CSM: 1", "CSMS: 1", "", "+CSMS1"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn strings_with_too_few_quotes() {
        assert_eq!(
            texts(r#"2,1,"0B,"0100701",7"#),
            ["2", "1", "0B", "0100701", "7"]
        );
        assert_eq!(texts(r#"0,0,"Voda,2"#), ["0", "0", "Voda", "2"]);
        assert_eq!(texts(r#""a,b","c""#), ["a,b", "c"]);
        assert_eq!(texts(r#""say "hi" now" ,1"#), [r#"say "hi" now"#, "1"]);
        assert_eq!(texts(r#""","605F""#), ["", "605F"]);
        assert_eq!(texts("0,0,"), ["0", "0", ""]);
        assert_eq!(texts("\""), [""]);
        assert_eq!(texts(""), [] as [&str; 0]);
    }

    #[test]
    fn lists() {
        let groups = |line: &'static str| -> Vec<Vec<&str>> {
            Fields::bare(line)
                .map(|field| field.texts().collect())
                .collect()
        };
        assert_eq!(
            groups(r#"   (  "ME"  ,  "MT"  )   ,  "ME" ,   (  "SM"  )"#),
            [&["ME", "MT"][..], &["ME"], &["SM"]]
        );
        assert_eq!(groups(r#"("a)b","c"),1"#), [&["a)b", "c"][..], &["1"]]);
        assert_eq!(groups("(0)(1),(2"), [["0"], ["1"], ["2"]]);
        assert_eq!(groups(r#"("a,"b"),(1)"#), [&["a", "b"][..], &["1"]]);
        assert_eq!(groups("((1),2),3"), [&["1", "2"][..], &["3"]]);
    }

    #[test]
    fn errors_say_where() {
        let mut fields = Fields::of("+CREG: 2,x", "+CREG").unwrap();
        fields.number::<u8>("n").unwrap();
        let error = fields.number::<u8>("stat").unwrap_err();
        assert_eq!((error.field(), error.offset()), ("stat", 9));
        assert_eq!(error.kind(), AnswerErrorKind::NotANumber);
        let error = fields.number::<u8>("lac").unwrap_err();
        assert_eq!(
            (error.kind(), error.offset()),
            (AnswerErrorKind::Missing, 10)
        );
        // A character above 127 is one octet of the line.
        let mut fields = Fields::bare("\"\u{e9}\", 300");
        fields.text("oper").unwrap();
        assert_eq!(fields.number::<u8>("AcT").unwrap_err().offset(), 5);
        assert_eq!(Fields::bare("\"-7\"").number::<i8>("n").unwrap(), -7);
        assert!(Fields::bare("+1A").hex::<u8>("n").is_err());
    }

    proptest! {
        #[test]
        fn any_line_ends(line in "[ -~\u{80}-\u{ff}]{0,80}|[()\", 0-9-]{0,80}") {
            let line: String = line;
            let octets = u32::try_from(line.chars().count()).unwrap();
            let mut count = 0;
            for field in Fields::bare(&line) {
                count += 1;
                prop_assert!(field.offset() <= octets);
                let _ = (field.ranges("x"), field.hex::<u8>("x"), field.texts().count());
            }
            prop_assert!(count <= line.len() + 1);
        }

        #[test]
        fn quoted_strings_come_back(list in prop::collection::vec("[a-z(),=: ]{0,8}", 1..5)) {
            let line = list.iter().map(|text| alloc::format!("\"{text}\"")).collect::<Vec<_>>();
            let line = line.join(",");
            prop_assert_eq!(texts(&line), list);
        }
    }
}
