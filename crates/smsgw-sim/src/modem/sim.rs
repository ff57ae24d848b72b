//! The SIM: who the subscriber is, and the codes that protect it (3GPP TS 31.102, TS 27.007 §8.3).

use super::config::ModemConfig;

/// A SIM.
#[derive(Clone, Debug)]
pub(crate) struct Sim {
    pub(crate) is_present: bool,
    pub(crate) iccid: String,
    pub(crate) imsi: String,
    pub(crate) number: String,
    pub(crate) pin: Code,
    pub(crate) pin2: Code,
    /// Whether the PIN is asked for at the start.
    pub(crate) is_locked: bool,
    /// Whether it was given, or is not asked for.
    pub(crate) is_open: bool,
    /// `+CSCA`.
    pub(crate) service_centre: String,
    pub(crate) phonebook: Vec<Option<Entry>>,
}

/// A code and how often it may still be wrong.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) pin: String,
    pub(crate) retries: u8,
    pub(crate) puk: String,
    pub(crate) puk_retries: u8,
}

/// An entry of the phonebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) number: String,
    pub(crate) name: String,
}

/// Wrong codes that are left at first.
pub(crate) const PIN_RETRIES: u8 = 3;
pub(crate) const PUK_RETRIES: u8 = 10;
const PHONEBOOK_PLACES: usize = 100;

/// What the SIM waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    Absent,
    Pin,
    Puk,
    /// The PUK was wrong too often.
    Blocked,
    Ready,
}

impl Sim {
    pub(crate) fn new(config: &ModemConfig, iccid: String, imsi: String, centre: &str) -> Self {
        let code = |pin: &str, retries| Code {
            pin: pin.to_owned(),
            retries,
            puk: config.puk.clone(),
            puk_retries: PUK_RETRIES,
        };
        Self {
            is_present: config.has_sim,
            iccid,
            imsi,
            number: config.number.clone(),
            pin: code(
                config.pin.as_deref().unwrap_or("0000"),
                config.pin_retries.min(PIN_RETRIES),
            ),
            pin2: code("0000", PIN_RETRIES),
            is_locked: config.pin.is_some(),
            is_open: config.pin.is_none(),
            service_centre: centre.to_owned(),
            phonebook: vec![None; PHONEBOOK_PLACES],
        }
    }

    pub(crate) fn lock(&self) -> Lock {
        if !self.is_present {
            Lock::Absent
        } else if self.pin.puk_retries == 0 {
            Lock::Blocked
        } else if self.pin.retries == 0 {
            Lock::Puk
        } else if self.is_open {
            Lock::Ready
        } else {
            Lock::Pin
        }
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.lock() == Lock::Ready
    }

    /// It loses power: the PIN is asked for again.
    pub(crate) fn reset(&mut self) {
        self.is_open = !self.is_locked;
    }
}

impl Code {
    /// Tries the PIN.
    pub(crate) fn verify(&mut self, pin: &str, is_refused: bool) -> bool {
        if self.retries == 0 {
            return false;
        }
        let ok = self.pin == pin && !is_refused;
        self.retries = if ok { PIN_RETRIES } else { self.retries - 1 };
        ok
    }

    /// Tries the PUK, which sets a new PIN.
    pub(crate) fn unblock(&mut self, puk: &str, pin: &str) -> bool {
        if self.puk_retries == 0 {
            return false;
        }
        if self.puk == puk {
            self.puk_retries = PUK_RETRIES;
            self.retries = PIN_RETRIES;
            pin.clone_into(&mut self.pin);
            return true;
        }
        self.puk_retries -= 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_wrong_pins_want_the_puk_and_ten_wrong_puks_end_it() {
        let config = ModemConfig::new("+491700000001").with_pin("1234");
        let mut sim = Sim::new(&config, String::new(), String::new(), "");
        assert_eq!(sim.lock(), Lock::Pin);
        assert!(!sim.pin.verify("1234", true));
        assert_eq!(sim.pin.retries, 2);
        assert!(sim.pin.verify("1234", false));
        assert_eq!(sim.pin.retries, 3);
        for left in [2, 1, 0] {
            assert!(!sim.pin.verify("0000", false));
            assert_eq!(sim.pin.retries, left);
        }
        assert!(
            !sim.pin.verify("1234", false),
            "the right one comes too late"
        );
        assert_eq!(sim.lock(), Lock::Puk);
        assert!(sim.pin.unblock("12345678", "4321"));
        assert_eq!((sim.lock(), sim.pin.retries), (Lock::Pin, 3));
        for _ in 0..PUK_RETRIES {
            assert!(!sim.pin.unblock("0", "1"));
        }
        assert!(!sim.pin.unblock("12345678", "1"));
        assert_eq!(sim.lock(), Lock::Blocked);
    }
}
