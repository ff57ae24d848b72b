//! National language tables: elements 24 and 25 (3GPP TS 23.040 §9.2.3.24.15, §9.2.3.24.16).

use super::Elements;
use super::iei::{NATIONAL_LANGUAGE_LOCKING_SHIFT, NATIONAL_LANGUAGE_SINGLE_SHIFT};

/// The last identifier of each kind: locking, single; none when octets are left at the end.
pub(super) fn languages(mut elements: Elements<'_>) -> (Option<u8>, Option<u8>) {
    let (mut locking, mut single) = (None, None);
    for element in elements.by_ref() {
        match (element.iei, element.data) {
            (NATIONAL_LANGUAGE_LOCKING_SHIFT, &[language]) => locking = Some(language),
            (NATIONAL_LANGUAGE_SINGLE_SHIFT, &[language]) => single = Some(language),
            _ => {}
        }
    }
    if !elements.rest.is_empty() {
        return (None, None);
    }
    (locking, single)
}

#[cfg(test)]
mod tests {
    use crate::alphabet::Language;
    use crate::udh::UserDataHeader;

    #[test]
    fn an_unknown_language_is_the_default_table() {
        let (header, _) = UserDataHeader::split(&[9, 0x24, 1, 3, 0x25, 1, 4, 0x24, 1, 14]).unwrap();
        let tables = header.tables();
        assert_eq!(tables.locking, Some(Language::Bengali));
        assert_eq!(tables.single, None);
    }

    #[test]
    fn the_last_of_each_kind_counts() {
        let languages = |octets| UserDataHeader::split(octets).unwrap().0.languages();
        assert_eq!(languages(&[0]), (None, None));
        assert_eq!(languages(&[3, 0x24, 1, 2]), (None, Some(2)));
        assert_eq!(
            languages(&[9, 0x25, 1, 3, 0x24, 1, 1, 0x25, 1, 7]),
            (Some(7), Some(1))
        );
        // Empty, too long, and decimal 24 and 25: none of them is a language element.
        assert_eq!(
            languages(&[12, 0x24, 0, 0x25, 2, 1, 1, 24, 1, 1, 25, 1, 1]),
            (None, None)
        );
    }
}
