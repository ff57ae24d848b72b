//! Values on the command line.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use smsgw_smpp::types::COctetString;
use smsgw_ucp::types::UtcOffset;

pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let mut addresses = text.to_socket_addrs().map_err(|error| error.to_string())?;
    addresses.next().ok_or_else(|| "no such host".to_owned())
}

/// A time as people write it: `200ms`, `1.5s`, `2m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let duration: jiff::SignedDuration = text.parse().map_err(|error| format!("{error}"))?;
    Duration::try_from(duration).map_err(|_| "less than nothing".to_owned())
}

/// A share, from 0 to 1: `0.1` or `10%`.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let (number, whole) = match text.strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    let share = number.parse::<f64>().ok().map(|number| number / whole);
    let share = share.filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "not a share from 0 to 1, or from 0% to 100%".to_owned())
}

/// A text that a C-octet string of `MAX` octets can hold.
pub(crate) fn c_octets<const MAX: usize>(text: &str) -> Result<String, String> {
    COctetString::<MAX>::try_from(text)
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}

/// A password, which `Debug` does not show.
#[derive(Clone)]
pub(crate) struct Password(String);

impl Password {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Password {
    fn from(password: String) -> Self {
        Self(password)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A password that a C-octet string of `MAX` octets can hold.
pub(crate) fn c_octets_password<const MAX: usize>(text: &str) -> Result<Password, String> {
    c_octets::<MAX>(text).map(Password)
}

/// How far clocks are ahead of UTC: `+HH:MM`, or `-HH:MM` when they are behind.
pub(crate) fn utc_offset(text: &str) -> Result<UtcOffset, String> {
    let parsed = || {
        let (sign, rest) = text.split_at_checked(1)?;
        let (hours, minutes) = rest.split_once(':')?;
        let number = |text: &str, most| {
            let is_number = text.len() == 2 && text.bytes().all(|octet| octet.is_ascii_digit());
            let number = text.parse::<i16>().ok();
            number.filter(|number| is_number && *number <= most)
        };
        let offset = number(hours, 14)? * 60 + number(minutes, 59)?;
        match sign {
            "+" => Some(UtcOffset(offset)),
            "-" => Some(UtcOffset(-offset)),
            _ => None,
        }
    };
    parsed().ok_or_else(|| "not +HH:MM or -HH:MM".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_printed() {
        let password = c_octets_password::<9>("SECRET").unwrap();
        assert_eq!(password.as_str(), "SECRET");
        assert_eq!(format!("{:?}", Some(password)), "Some(***)");
    }
}
