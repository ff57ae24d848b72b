//! Where messages go by the number of their recipient.

use std::collections::HashMap;

use crate::command::identity::Iccid;

/// Messages to numbers that begin so go to these SIMs.
///
/// ```
/// use smsgw_at::pool::{Route, Target};
///
/// let route = Route {
///     prefix: "+4179".to_owned(),
///     to: Target::Operator("22801".to_owned()),
///     strict: false,
/// };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// How the number begins; only its digits count, so it has to be written as the recipients
    /// are: all with the country, or all without.
    pub prefix: String,
    /// Where they go.
    pub to: Target,
    /// Whether they go nowhere else. If not, they do when none of these SIMs can send.
    pub strict: bool,
}

/// Some of the SIMs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// Those of an operator: by [`SimConfig::operator`](super::SimConfig::operator), or by the
    /// network code at the start of the IMSI where that says nothing.
    Operator(String),
    /// These.
    Sims(Vec<Iccid>),
}

impl Target {
    /// Whether a SIM is one of them, given what is configured and what its IMSI is.
    pub(super) fn holds(&self, iccid: &Iccid, operator: Option<&str>, imsi: Option<&str>) -> bool {
        match (self, operator) {
            (Self::Sims(sims), _) => sims.contains(iccid),
            (Self::Operator(wanted), Some(operator)) => wanted == operator,
            (Self::Operator(wanted), None) => {
                let is_code = !wanted.is_empty() && wanted.bytes().all(|c| c.is_ascii_digit());
                is_code && imsi.is_some_and(|imsi| imsi.starts_with(wanted.as_str()))
            }
        }
    }
}

/// The routes by their prefix.
#[derive(Clone, Debug, Default)]
pub(super) struct Routes {
    by_prefix: HashMap<String, usize>,
    longest: usize,
}

impl Routes {
    pub(super) fn new(routes: &[Route]) -> Self {
        let mut by_prefix = HashMap::new();
        for (index, route) in routes.iter().enumerate() {
            by_prefix.entry(digits(&route.prefix)).or_insert(index);
        }
        let longest = by_prefix.keys().map(String::len).max().unwrap_or(0);
        Self { by_prefix, longest }
    }

    /// Which route a number has.
    pub(super) fn find(&self, number: &str) -> Option<usize> {
        let digits = digits(number);
        let most = self.longest.min(digits.len());
        let found = |len: usize| self.by_prefix.get(digits.get(..len)?);
        (0..=most).rev().find_map(found).copied()
    }
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(prefix: &str) -> Route {
        Route {
            prefix: prefix.to_owned(),
            to: Target::Sims(Vec::new()),
            strict: false,
        }
    }

    #[test]
    fn the_longest_prefix_counts() {
        let routes = Routes::new(&[to("+41"), to("4179"), to("+49"), to("49")]);
        assert_eq!(routes.find("+41791234567"), Some(1));
        assert_eq!(routes.find("41 78 123"), Some(0));
        assert_eq!(routes.find("+4930"), Some(2), "of the same the first");
        assert_eq!(routes.find("+4"), None);
        assert_eq!(routes.find("BANK"), None);
        assert_eq!(Routes::new(&[to("")]).find("123"), Some(0));
    }

    #[test]
    fn an_operator_is_configured_or_in_the_imsi() {
        let iccid = Iccid::parse("8941010000000000001").unwrap();
        let target = Target::Operator("22801".to_owned());
        assert!(target.holds(&iccid, None, Some("228010000000001")));
        assert!(!target.holds(&iccid, None, Some("228020000000001")));
        assert!(!target.holds(&iccid, None, None));
        // What is configured counts, whatever the IMSI says.
        assert!(!target.holds(&iccid, Some("blue"), Some("228010000000001")));
        let blue = Target::Operator("blue".to_owned());
        assert!(blue.holds(&iccid, Some("blue"), None));
        assert!(!blue.holds(&iccid, None, Some("228010000000001")));
        assert!(!Target::Operator(String::new()).holds(&iccid, None, Some("228")));
        assert!(Target::Sims(vec![iccid]).holds(&iccid, None, None));
        assert!(!Target::Sims(Vec::new()).holds(&iccid, None, None));
    }
}
