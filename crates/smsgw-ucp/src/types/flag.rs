//! Yes or no, and numbers of one digit.

use super::number::{number_fields, numbers};

numbers! {
    /// Yes or no: NRq, LRq, DD, MMS and the requests of OT 03.
    ///
    /// ```
    /// use smsgw_ucp::types::Flag;
    ///
    /// assert!(Flag::YES.is_set() && !Flag::ABSENT.is_set());
    /// assert_eq!(Flag::from(false), Flag::NO);
    /// ```
    pub struct Flag: 1 to 1 digits, 0..=1;
    NO = "0", "no";
    YES = "1", "yes";

    /// One digit whose meaning the two sides agree on: PR, CPg.
    pub struct Digit: 1 to 1 digits, 0..=9;
}

number_fields!(Flag, Digit);

impl Flag {
    /// Whether it says yes; an empty field does not.
    #[must_use]
    pub const fn is_set(self) -> bool {
        matches!(self, Self::YES)
    }
}

impl From<bool> for Flag {
    fn from(is_set: bool) -> Self {
        if is_set { Self::YES } else { Self::NO }
    }
}
