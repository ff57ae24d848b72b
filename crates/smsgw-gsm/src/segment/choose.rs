//! Which encoding, and which tables, a text is cheapest in.

use alloc::vec::Vec;

use super::parts::strangers;
use super::{Encoding, Options, USER_DATA_OCTETS};
use crate::alphabet::{Code, Having, Language, Tables};
use crate::ucs2;

/// The languages whose tables may be used.
///
/// A receiver that does not know a table shows other characters, so this is for the caller to
/// say. Either table of a language may be taken without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[doc(alias("national language", "NLI"))]
pub enum LanguageChoice {
    /// None: the default alphabet and its extension alone.
    #[default]
    None,
    /// Any, also one table of one and one of another.
    Auto,
    /// This one.
    Only(Language),
}

impl LanguageChoice {
    /// The tables that may be used, the default ones included.
    fn allowed(self) -> Having {
        let only = |bits| Having {
            locking: bits & Having::ALL.locking,
            single: bits,
        };
        match self {
            LanguageChoice::None => only(1),
            LanguageChoice::Auto => Having::ALL,
            LanguageChoice::Only(language) => only(1 | 1 << language.identifier()),
        }
    }
}

/// What [`choose`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// The encoding: never 8-bit.
    pub encoding: Encoding,
    /// The tables, when it is GSM 7-bit; else the default.
    pub tables: Tables,
    /// How many segments the text takes, with 8-bit references. There may be more than can be
    /// sent.
    pub segments: usize,
    /// Septets or 16-bit units of the text, headers not counted.
    pub units: usize,
    /// The characters that the default alphabet lacks, each once, in the order of the text.
    pub forced_by: Vec<char>,
}

/// The cheapest way to send a text: of the fewest segments; of ways with as many first GSM 7-bit
/// with the default tables, then with those of a language (with the fewest septets, then with the
/// fewest elements in the header), then UCS-2.
///
/// [`segment`](super::segment()) chooses the same way, for the header that its [`Options`] ask for.
///
/// ```
/// use smsgw_gsm::alphabet::{Language, Tables};
/// use smsgw_gsm::segment::{Encoding, LanguageChoice, choose};
///
/// let text = "İyi günler, yarın görüşürüz.";
/// let choice = choose(text, LanguageChoice::Auto);
/// assert_eq!(choice.encoding, Encoding::Gsm7);
/// assert_eq!(choice.forced_by, ['İ', 'ı', 'ş']);
/// // The locking shift table has all of them as one septet.
/// let turkish = Tables { locking: Some(Language::Turkish), single: None };
/// assert_eq!((choice.tables, choice.units), (turkish, text.chars().count()));
///
/// assert_eq!(choose(text, LanguageChoice::None).encoding, Encoding::Ucs2);
/// ```
#[doc(alias("cheapest encoding", "cost"))]
#[must_use]
pub fn choose(text: &str, language: LanguageChoice) -> Choice {
    let options = Options::new().with_language(language);
    let mut default = Some(0);
    for character in text.chars() {
        let code = Code::of(character);
        default = default
            .zip(code)
            .map(|(units, code)| units + code.septets());
        if default.is_none() {
            break;
        }
    }
    let plan = Plan::cheapest(text, &options, default);
    Choice {
        encoding: plan.encoding,
        tables: plan.tables,
        segments: plan.segments(text, &options),
        units: plan.units(text),
        forced_by: match default {
            Some(_) => Vec::new(),
            None => strangers(text),
        },
    }
}

/// A way to send a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) encoding: Encoding,
    pub(super) tables: Tables,
    /// Septets of the text; means nothing for UCS-2.
    septets: usize,
}

impl Plan {
    /// The cheapest way that `options` allow. `default` are the septets of the text in the default
    /// alphabet, if that has all of it. Where GSM 7-bit was asked for and no tables have the text,
    /// it is the default alphabet all the same.
    pub(super) fn cheapest(text: &str, options: &Options<'_>, default: Option<usize>) -> Plan {
        let gsm7 = |(tables, septets)| Plan {
            encoding: Encoding::Gsm7,
            tables,
            septets,
        };
        let default = default.map(|septets| gsm7((Tables::DEFAULT, septets)));
        if let Some(plan) = default.filter(|plan| plan.is_best(text, options)) {
            return plan;
        }
        let mut plans = Vec::from_iter(default);
        if options.language != LanguageChoice::None {
            let national = national(text, options.language.allowed());
            plans.extend(national.into_iter().map(gsm7));
        }
        if options.encoding.is_none() {
            plans.push(Plan {
                encoding: Encoding::Ucs2,
                ..gsm7((Tables::DEFAULT, 0))
            });
        }
        match *plans {
            [only] => only,
            _ => plans
                .into_iter()
                .min_by_key(|plan| plan.cost(text, options))
                .unwrap_or(gsm7((Tables::DEFAULT, 0))),
        }
    }

    /// Septets or 16-bit units of the text.
    fn units(&self, text: &str) -> usize {
        match self.encoding {
            Encoding::Gsm7 => self.septets,
            _ => ucs2::units(text),
        }
    }

    /// Whether no other way can be better than this one with the default tables: they could save
    /// escapes at most.
    fn is_best(&self, text: &str, options: &Options<'_>) -> bool {
        options.language == LanguageChoice::None
            || self.septets <= self.encoding.capacity(options.header_alone(self.tables))
            || self.septets == text.chars().count()
    }

    /// Less is better.
    fn cost(&self, text: &str, options: &Options<'_>) -> (usize, u8, usize, usize) {
        let elements = [self.tables.locking, self.tables.single];
        let elements = elements.into_iter().flatten().count();
        let rank = match self.encoding {
            Encoding::Gsm7 if elements == 0 => 0,
            Encoding::Gsm7 => 1,
            _ => 2,
        };
        (self.segments(text, options), rank, self.septets, elements)
    }

    /// How many segments the text takes; without end when the header leaves no room.
    fn segments(&self, text: &str, options: &Options<'_>) -> usize {
        let capacity = |header| match header {
            0..=USER_DATA_OCTETS => self.encoding.capacity(header),
            _ => 0,
        };
        let alone = options.header_alone(self.tables);
        let units = self.units(text);
        if alone <= USER_DATA_OCTETS && units <= capacity(alone) {
            return 1;
        }
        let room = capacity(options.header_of_part(self.tables));
        if room < 2 {
            return usize::MAX;
        }
        // A pair of units is not torn, so each segment but the last has at most one less than
        // there is room for.
        let segments = units.div_ceil(room);
        if segments == units.div_ceil(room - 1) {
            return segments;
        }
        let mut segments = 1;
        let mut used = 0;
        for character in text.chars() {
            let units = match self.encoding {
                Encoding::Gsm7 => self.tables.code(character).map_or(0, Code::septets),
                _ => character.len_utf16(),
            };
            used += units;
            if used > room {
                segments += 1;
                used = units;
            }
        }
        segments
    }
}

/// The tables that have all characters of a text, for each locking shift table with the best
/// single shift table for it, and the septets of the text in them. The default pair is not among
/// them.
fn national(text: &str, allowed: Having) -> Vec<(Tables, usize)> {
    let mut chars = 0;
    // The locking shift tables still in question. Of each: the characters outside it, and the
    // single shift tables that have all of those.
    let mut open = allowed.locking;
    let mut columns = [(0_usize, allowed.single); 1 + Language::ALL.len()];
    for character in text.chars() {
        let having = Having::of(character);
        chars += 1;
        let mut lacking = open & !having.locking;
        while lacking != 0 {
            let lowest = lacking & lacking.wrapping_neg();
            lacking &= !lowest;
            if let Some((outside, singles)) = columns.get_mut(lowest.ilog2() as usize) {
                *outside += 1;
                *singles &= having.single;
                if *singles == 0 {
                    open &= !lowest;
                }
            }
        }
        if open == 0 {
            return Vec::new();
        }
    }
    let tables = |((outside, singles), locking): ((usize, u16), u8)| {
        let single = match singles {
            _ if open >> locking & 1 == 0 => return None,
            // An element less in the header.
            _ if locking > 0 && singles & 1 == 1 => 0,
            _ if locking > 0 && singles >> locking & 1 == 1 => locking,
            _ => u8::try_from((singles & !1).trailing_zeros()).ok()?,
        };
        let tables = Tables {
            locking: Language::from_identifier(locking),
            single: Language::from_identifier(single),
        };
        (tables != Tables::DEFAULT).then_some((tables, chars + outside))
    };
    columns.into_iter().zip(0..).filter_map(tables).collect()
}
