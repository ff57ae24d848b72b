//! Numbers in their forms: `+491700000001`, `00491700000001` and `01700000001` are one subscriber.

use smsgw_gsm::field::{Address, Ton};

use super::Config;

/// How numbers of one country are written.
#[derive(Clone, Debug)]
pub(crate) struct Numbering {
    country_code: String,
    trunk_prefix: String,
}

impl Numbering {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            country_code: config.country_code.clone(),
            trunk_prefix: config.trunk_prefix.clone(),
        }
    }

    /// The international form of a number, with `+`; short codes and names as they are.
    pub(crate) fn canonical(&self, number: &str) -> String {
        // Fewer digits are a code of the network, with whatever they begin.
        const SHORTEST_NATIONAL: usize = 7;
        let number = number.trim();
        if number.starts_with('+') || !number.bytes().all(|octet| octet.is_ascii_digit()) {
            return number.to_owned();
        }
        if let Some(international) = number.strip_prefix("00") {
            return format!("+{international}");
        }
        let country = &self.country_code;
        if number.len() < SHORTEST_NATIONAL {
            return number.to_owned();
        }
        if let Some(national) = number.strip_prefix(&self.trunk_prefix)
            && !self.trunk_prefix.is_empty()
        {
            return format!("+{country}{national}");
        }
        if !country.is_empty() && number.starts_with(country) && number.len() >= 10 {
            return format!("+{number}");
        }
        number.to_owned()
    }

    /// The same of an address, whose type may say more than its digits.
    pub(crate) fn canonical_of(&self, address: &Address) -> String {
        match address.ton() {
            Ton::NATIONAL => {
                let digits: String = address.digits().collect();
                let trunk = &self.trunk_prefix;
                // Some write the prefix all the same.
                let national = digits.strip_prefix(trunk.as_str()).unwrap_or(&digits);
                format!("+{}{national}", self.country_code)
            }
            _ => self.canonical(&address.to_string()),
        }
    }

    /// The national form of an international number of this country; others as they are.
    pub(crate) fn national(&self, number: &str) -> String {
        let rest = number.strip_prefix('+');
        match rest.and_then(|digits| digits.strip_prefix(&self.country_code)) {
            Some(national) => format!("{}{national}", self.trunk_prefix),
            None => number.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use smsgw_gsm::field::TypeOfAddress;

    use super::*;

    #[test]
    fn all_forms_are_one_number() {
        let numbering = Numbering::new(&Config::default());
        for form in [
            "+491700000001",
            "00491700000001",
            "01700000001",
            "491700000001",
        ] {
            assert_eq!(numbering.canonical(form), "+491700000001", "{form}");
            let address = Address::parse(form).unwrap();
            assert_eq!(numbering.canonical_of(&address), "+491700000001", "{form}");
        }
        for digits in ["1700000001", "01700000001"] {
            let national = Address::new(TypeOfAddress::NATIONAL, digits).unwrap();
            assert_eq!(numbering.canonical_of(&national), "+491700000001");
        }
        assert_eq!(numbering.national("+491700000001"), "01700000001");
        for same in ["1000", "0800", "INFO", "+33612345678", "*100#"] {
            assert_eq!(numbering.canonical(same), same);
            assert_eq!(numbering.national(same), same);
        }
    }
}
