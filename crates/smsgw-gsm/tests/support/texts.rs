//! Texts for properties: of the characters of some tables, and of none.

use proptest::prelude::*;
use proptest::{
    option,
    sample::{Index, select},
};
use smsgw_gsm::alphabet::{Code, Language, Tables};

/// Every pair of tables there is.
pub(crate) fn pairs() -> impl Iterator<Item = Tables> {
    let languages = || std::iter::once(None).chain(Language::ALL.map(Some));
    languages().flat_map(move |locking| languages().map(move |single| Tables { locking, single }))
}

/// The characters that `tables` have.
pub(crate) fn characters(tables: Tables) -> Vec<char> {
    let codes = (0..128).flat_map(|code| [Code::Plain(code), Code::Escaped(code)]);
    codes.filter_map(|code| tables.character(code)).collect()
}

pub(crate) fn tables() -> impl Strategy<Value = Tables> {
    let language = || option::weighted(0.8, select(&Language::ALL[..]));
    (language(), language()).prop_map(|(locking, single)| Tables { locking, single })
}

/// A text that `tables` have all of; often rich in characters of the single shift table.
pub(crate) fn of(tables: Tables, length: usize) -> impl Strategy<Value = String> {
    let all = characters(tables);
    let is_escaped = |c: &char| matches!(tables.code(*c), Some(Code::Escaped(_)));
    let escaped: Vec<_> = all.iter().copied().filter(is_escaped).collect();
    let vec = proptest::collection::vec((any::<Index>(), any::<bool>()), 0..length);
    (vec, any::<bool>()).prop_map(move |(indexes, rich)| {
        let pick = |(index, escape): (Index, bool)| match rich && escape {
            true => *index.get(&escaped),
            false => *index.get(&all),
        };
        indexes.into_iter().map(pick).collect()
    })
}

/// A text of some tables, perhaps with a character of other tables, of pairs, or of anything.
pub(crate) fn any_text(length: usize) -> impl Strategy<Value = String> {
    let pairs = select(
        "😀яa€\u{301}\r\n🇫🇷👨\u{200D}👩ç"
            .chars()
            .collect::<Vec<_>>(),
    );
    let odd = prop_oneof![pairs, any::<char>()];
    prop_oneof![
        4 => tables().prop_flat_map(move |tables| of(tables, length)),
        2 => (tables(), odd.clone(), any::<Index>()).prop_flat_map(move |(tables, odd, at)| {
            of(tables, length).prop_map(move |text| {
                let mut characters: Vec<_> = text.chars().collect();
                characters.insert(at.index(characters.len() + 1), odd);
                characters.into_iter().collect()
            })
        }),
        1 => proptest::collection::vec(odd, 0..length).prop_map(String::from_iter),
        2 => pairs_at_boundaries(),
    ]
}

/// Pairs of septets or of surrogates, one of which would be torn where segments end.
fn pairs_at_boundaries() -> impl Strategy<Value = String> {
    let pairs = select(vec!["€", "😀", "{", "A"]);
    let singles = select(vec!["", "a", "न", "ş", "é"]);
    (singles, pairs, 0..4_usize, 60..240_usize)
        .prop_map(|(single, pair, before, count)| single.repeat(before) + &pair.repeat(count))
}

/// Elements beside the concatenation: mostly none, ports, or up to so many octets of unknown ones.
pub(crate) fn elements() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => Just(Vec::new()),
        2 => Just(vec![5, 4, 0x0B, 0x84, 0x23, 0xF0]),
        2 => (0..120_u8).prop_map(|length| {
            let mut element = vec![0x9F, length];
            element.resize(2 + usize::from(length), 0x55);
            element
        }),
    ]
}
