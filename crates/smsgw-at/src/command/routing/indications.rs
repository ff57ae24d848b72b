//! `+CNMI`: how the modem tells that something arrived (27.005 §3.4.1).

use alloc::string::String;
use alloc::vec::Vec;

use crate::command::{command, find, push};
use crate::error::AnswerError;
use crate::field::Ranges;

/// `+CNMI=`: how the modem tells that something arrived (27.005 §3.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "CNMI")]
pub struct NewMessageIndications {
    /// When it may: 0 never, it keeps all for later; 1 at once, but nothing while the port is
    /// used for data; 2 kept for later then; 3 at once always.
    pub mode: u8,
    /// Messages: 0 not told, 1 stored and told by `+CMTI`, 2 handed over by `+CMT`, 3 as 2 for
    /// those of class 3 only.
    pub mt: u8,
    /// Cell broadcast: 0 not told, 1 `+CBMI`, 2 `+CBM`, 3 as 2 for those of class 3 only. `None`,
    /// here and in what follows, ends the command before it.
    pub bm: Option<u8>,
    /// Status reports: 0 not told, 1 handed over by `+CDS`, 2 stored and told by `+CDSI`.
    pub ds: Option<u8>,
    /// What was kept for later: 0 is told now, 1 is thrown away.
    pub bfr: Option<u8>,
}

command! {
    NewMessageIndications -> (), 10 s;
    write(self, line) {
        push(line, format_args!("AT+CNMI={},{}", self.mode, self.mt));
        let rest = [self.bm, self.ds, self.bfr];
        for value in rest.into_iter().map_while(|value| value) {
            push(line, format_args!(",{value}"));
        }
    }
    read(_) { Ok(()) }
}

/// `+CNMI?`: how the modem tells now that something arrived (27.005 §3.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadNewMessageIndications;

command! {
    ReadNewMessageIndications -> NewMessageIndications, 10 s;
    write(self, line) { line.push_str("AT+CNMI?"); }
    read(lines) {
        let mut fields = find(lines, "+CNMI", "mode")?;
        Ok(NewMessageIndications {
            mode: fields.number("mode")?,
            mt: fields.number("mt")?,
            bm: fields.optional_number("bm")?,
            ds: fields.optional_number("ds")?,
            bfr: fields.optional_number("bfr")?,
        })
    }
}

/// `+CNMI=?`: what the modem takes for each (27.005 §3.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestNewMessageIndications;

command! {
    TestNewMessageIndications -> IndicationRanges, 10 s;
    write(self, line) { line.push_str("AT+CNMI=?"); }
    read(lines) { IndicationRanges::read(lines) }
}

/// What a modem takes for each value of `+CNMI`.
///
/// ```
/// use smsgw_at::command::Command;
/// use smsgw_at::command::routing::{Preferences, TestNewMessageIndications};
///
/// let line = "+CNMI: (1,2),(0,1),(0,2),(0,1,2),(1)".to_owned();
/// let ranges = TestNewMessageIndications.read(&[line])?;
/// let walk = ranges.choose(&Preferences::STORED);
/// let lines: Vec<_> = walk.iter().map(|choice| choice.line()).collect();
/// assert_eq!(lines[..2], ["AT+CNMI=2,1,0,1,1", "AT+CNMI=2,1,0,2,1"]);
/// # Ok::<(), smsgw_at::AnswerError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IndicationRanges {
    /// For `mode`.
    pub mode: Ranges,
    /// For `mt`.
    pub mt: Ranges,
    /// For `bm`; none when the modem does not have it, as with those below.
    pub bm: Ranges,
    /// For `ds`.
    pub ds: Ranges,
    /// For `bfr`.
    pub bfr: Ranges,
}

impl IndicationRanges {
    /// Everything: the modem refuses to say.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            mode: Ranges::all(),
            mt: Ranges::all(),
            bm: Ranges::all(),
            ds: Ranges::all(),
            bfr: Ranges::all(),
        }
    }

    fn read(lines: &[String]) -> Result<Self, AnswerError> {
        let mut fields = find(lines, "+CNMI", "mode")?;
        let (mode, mt) = (fields.ranges("mode")?, fields.ranges("mt")?);
        let mut next = |name| match fields.rest() {
            Some(_) => fields.ranges(name),
            None => Ok(Ranges::NONE),
        };
        Ok(Self {
            mode,
            mt,
            bm: next("bm")?,
            ds: next("ds")?,
            bfr: next("bfr")?,
        })
    }

    /// What to send, the best first, and what next when that is refused: not every modem takes all
    /// that it says. Nothing is among it that the modem does not say; 24 choices at most.
    ///
    /// First each value alone is changed, in the order in which they are refused in practice: `ds`,
    /// `mode`, `bm`, `bfr`, `mt`; then `mode` and `ds` together; in the end all are the last that
    /// there is.
    #[must_use]
    pub fn choose(&self, preferences: &Preferences<'_>) -> Vec<NewMessageIndications> {
        let mode = allowed(&self.mode, preferences.mode);
        let mt = allowed(&self.mt, preferences.mt);
        // The command ends before the first one that cannot be sent.
        let bm = allowed(&self.bm, preferences.bm);
        let ds = allowed(&self.ds, preferences.ds);
        let bfr = allowed(&self.bfr, preferences.bfr);
        let (Some(&first_mode), Some(&first_mt)) = (mode.first(), mt.first()) else {
            return Vec::new();
        };
        let best = NewMessageIndications {
            mode: first_mode,
            mt: first_mt,
            bm: bm.first().copied(),
            ds: ds.first().copied(),
            bfr: bfr.first().copied(),
        };
        let others = |list: &[u8]| list.iter().skip(1).copied().collect::<Vec<_>>();
        let mut walk = alloc::vec![best];
        let ds_others = others(&ds);
        walk.extend(ds_others.iter().map(|&ds| best.with_ds(ds)));
        walk.extend(others(&mode).iter().map(|&mode| best.with_mode(mode)));
        walk.extend(others(&bm).iter().map(|&bm| NewMessageIndications {
            bm: Some(bm),
            ..best
        }));
        walk.extend(others(&bfr).iter().map(|&bfr| NewMessageIndications {
            bfr: Some(bfr),
            ..best
        }));
        walk.extend(
            others(&mt)
                .iter()
                .map(|&mt| NewMessageIndications { mt, ..best }),
        );
        for &mode in &others(&mode) {
            walk.extend(ds_others.iter().map(|&ds| best.with_ds(ds).with_mode(mode)));
        }
        let last = |list: &[u8]| list.last().copied();
        walk.truncate(MOST - 1);
        walk.push(NewMessageIndications {
            mode: last(&mode).unwrap_or(first_mode),
            mt: last(&mt).unwrap_or(first_mt),
            bm: last(&bm),
            ds: last(&ds),
            bfr: last(&bfr),
        });
        let mut seen = Vec::new();
        walk.retain(|choice| {
            let choice = choice.written();
            let is_new = !seen.contains(&choice);
            seen.push(choice);
            is_new
        });
        walk
    }
}

/// Choices in a walk: each may take seconds.
const MOST: usize = 24;

/// Those of the preferred values that the modem takes, or the least that it takes.
fn allowed(ranges: &Ranges, preferred: &[u8]) -> Vec<u8> {
    let is_allowed = |value: &u8| ranges.contains((*value).into());
    let mut values: Vec<_> = preferred.iter().copied().filter(is_allowed).collect();
    if values.is_empty() {
        let least = ranges.lowest().and_then(|least| u8::try_from(least).ok());
        values.extend(least);
    }
    values
}

impl NewMessageIndications {
    const fn with_ds(self, ds: u8) -> Self {
        Self {
            ds: Some(ds),
            ..self
        }
    }

    const fn with_mode(self, mode: u8) -> Self {
        Self { mode, ..self }
    }

    /// Without what stands behind the first value that is left out.
    fn written(self) -> Self {
        let ds = self.bm.and(self.ds);
        Self {
            ds,
            bfr: ds.and(self.bfr),
            ..self
        }
    }
}

/// Which values of `+CNMI` are wanted, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Preferences<'a> {
    /// For `mode`.
    pub mode: &'a [u8],
    /// For `mt`.
    pub mt: &'a [u8],
    /// For `bm`.
    pub bm: &'a [u8],
    /// For `ds`.
    pub ds: &'a [u8],
    /// For `bfr`.
    pub bfr: &'a [u8],
}

impl Preferences<'_> {
    /// Messages are stored, so that none is lost while nobody listens.
    pub const STORED: Preferences<'static> = Preferences {
        mode: &[2, 3, 1],
        mt: &[1],
        bm: &[0],
        ds: &[1, 2, 0],
        bfr: &[0, 1],
    };

    /// Messages are handed over at once, and stored where the modem cannot do that.
    pub const DIRECT: Preferences<'static> = Preferences {
        mt: &[2, 1],
        ..Self::STORED
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::command::Command;

    fn walk(line: &str, preferences: &Preferences<'_>) -> Vec<String> {
        let ranges = TestNewMessageIndications.read(&[line.into()]).unwrap();
        let walk = ranges.choose(preferences);
        walk.iter()
            .map(|choice| choice.line().replace("AT+CNMI=", ""))
            .collect()
    }

    #[test]
    fn what_is_offered() {
        let stored = &Preferences::STORED;
        let all = walk("+CNMI: (0-3),(0-3),(0-3),(0-2),(0,1)", stored);
        assert_eq!(
            all,
            [
                "2,1,0,1,0",
                "2,1,0,2,0",
                "2,1,0,0,0",
                "3,1,0,1,0",
                "1,1,0,1,0",
                "2,1,0,1,1",
                "3,1,0,2,0",
                "3,1,0,0,0",
                "1,1,0,2,0",
                "1,1,0,0,0",
                "1,1,0,0,1",
            ]
        );
        // Cinterion throws away what was kept; a modem of four values; one with `mt` 0 alone.
        assert_eq!(
            walk("+CNMI: (1,2),(0-3),(0,2,3),(0-2),(1)", stored)[0],
            "2,1,0,1,1"
        );
        assert_eq!(walk("+CNMI: (0-2),(0-1),(0),(0-1)", stored)[0], "2,1,0,1");
        assert_eq!(walk("+CNMI: (0,1),(0)", stored), ["1,0"]);
        assert_eq!(walk("+CNMI: 0-2,1,0,0-1,0", stored)[0], "2,1,0,1,0");
        assert_eq!(walk("+CNMI: (1),(1),(),(1,2),(0)", stored), ["1,1"]);
        assert_eq!(
            walk("+CNMI: (0-3),(0-3),(0,2),(0-2),(0,1)", &Preferences::DIRECT)[0],
            "2,2,0,1,0"
        );
        assert_eq!(walk("+CNMI: (),()", stored), [] as [&str; 0]);
        assert_eq!(
            IndicationRanges::unknown().choose(stored)[0].line(),
            "AT+CNMI=2,1,0,1,0"
        );
    }

    #[test]
    fn what_is_set() {
        let read = |line: &str| ReadNewMessageIndications.read(&[line.into()]);
        let indications = read("+CNMI: 2,1,0,2,0").unwrap();
        assert_eq!(
            (indications.mt, indications.ds, indications.bfr),
            (1, Some(2), Some(0))
        );
        assert_eq!(read("+CNMI: 2,1").unwrap().line(), "AT+CNMI=2,1");
        assert_eq!(read("+CNMI: 2").unwrap_err().field(), "mt");
    }

    fn ranges() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            Just("(0-3)".into()),
            Just("(0,2)".into()),
            prop::collection::vec(0..9_u8, 0..4).prop_map(|list| alloc::format!("{list:?}")
                .replace('[', "(")
                .replace(']', ")")),
        ]
    }

    proptest! {
        #[test]
        fn never_what_is_not_offered(
            offered in prop::collection::vec(ranges(), 2..6),
            wanted in prop::collection::vec(prop::collection::vec(0..9_u8, 0..6), 5),
        ) {
            let line = alloc::format!("+CNMI: {}", offered.join(","));
            let Ok(ranges) = TestNewMessageIndications.read(&[line]) else {
                return Ok(());
            };
            let preferences = Preferences {
                mode: &wanted[0],
                mt: &wanted[1],
                bm: &wanted[2],
                ds: &wanted[3],
                bfr: &wanted[4],
            };
            let walk = ranges.choose(&preferences);
            prop_assert!(walk.len() <= MOST);
            for choice in &walk {
                let line = choice.line();
                let sent = line.strip_prefix("AT+CNMI=").unwrap().split(',');
                let sent: Vec<u32> = sent.map(|value| value.parse().unwrap()).collect();
                let all = [&ranges.mode, &ranges.mt, &ranges.bm, &ranges.ds, &ranges.bfr];
                for (value, ranges) in sent.iter().zip(all) {
                    prop_assert!(ranges.contains(*value), "{} of {}", value, ranges);
                }
            }
            let lines: alloc::collections::BTreeSet<_> = walk.iter().map(Command::line).collect();
            prop_assert_eq!(lines.len(), walk.len());
        }
    }
}
