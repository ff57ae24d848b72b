//! A place of a modem on the command line, and what that modem is like: `PATH,number=+491700000001,pin=1234`.

use std::path::PathBuf;

use smsgw_sim::modem::{Listen, ModemConfig, Profile};

use crate::values::{Password, address};

/// Where a modem is, and what it is like.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) listen: Listen,
    pub(super) keys: Keys,
}

impl Place {
    pub(super) fn pty(text: &str) -> Result<Self, String> {
        Self::new(text, |path| Ok(Listen::Pty(PathBuf::from(path))))
    }

    pub(super) fn tcp(text: &str) -> Result<Self, String> {
        Self::new(text, |text| address(text).map(Listen::Tcp))
    }

    pub(super) fn unix(text: &str) -> Result<Self, String> {
        Self::new(text, |text| Ok(Listen::unix(text)))
    }

    fn new(
        text: &str,
        listen: impl FnOnce(&str) -> Result<Listen, String>,
    ) -> Result<Self, String> {
        let mut words = text.split(',');
        let place = words.next().filter(|place| !place.is_empty());
        let listen = listen(place.ok_or("it is nowhere")?)?;
        let mut keys = Keys::default();
        for word in words {
            keys.set(word)
                .map_err(|error| format!("'{word}': {error}"))?;
        }
        Ok(Self { listen, keys })
    }
}

/// What one modem is like, where that was said.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    number: Option<String>,
    name: Option<String>,
    profile: Option<Profile>,
    pin: Option<Password>,
    puk: Option<Password>,
    pin_retries: Option<u8>,
    imei: Option<String>,
    iccid: Option<String>,
    imsi: Option<String>,
    signal: Option<u8>,
    no_sim: bool,
    stores: Vec<(StoreKey, u16)>,
}

impl Keys {
    fn set(&mut self, word: &str) -> Result<(), String> {
        let (key, value) = word.split_once('=').ok_or("not KEY=VALUE")?;
        let text = || Some(value.to_owned());
        match key {
            "number" => self.number = text(),
            "name" => self.name = text(),
            "profile" => self.profile = Some(super::profile(value)?),
            "pin" => self.pin = Some(super::pin(value)?),
            "puk" => self.puk = Some(super::pin(value)?),
            "pin-retries" => {
                let retries = value.parse().ok().filter(|retries| *retries <= 3);
                self.pin_retries = Some(retries.ok_or("not 0 to 3")?);
            }
            "imei" => self.imei = Some(digits(value, 15..=15)?),
            "iccid" => self.iccid = Some(digits(value, 19..=20)?),
            "imsi" => self.imsi = Some(digits(value, 15..=15)?),
            "signal" => {
                let signal = value.parse().ok();
                let signal = signal.filter(|signal| matches!(signal, 0..=31 | 99));
                self.signal = Some(signal.ok_or("not 0 to 31, or 99 for not known")?);
            }
            "sim" if value == "none" => self.no_sim = true,
            key => {
                let mut stores = StoreKey::ALL.into_iter();
                let store = stores.find(|store| store.name().eq_ignore_ascii_case(key));
                let store = store.ok_or(
                    "there are number, name, profile, pin, puk, pin-retries, imei, iccid, imsi, \
                     signal, sim=none, sm, me and sr",
                )?;
                let places = value
                    .parse()
                    .map_err(|_| "not a number of places, 0 to 65535")?;
                self.stores.push((store, places));
            }
        }
        Ok(())
    }

    /// Whether only one modem can be like that.
    pub(super) const fn are_of_one(&self) -> bool {
        self.number.is_some()
            || self.name.is_some()
            || self.imei.is_some()
            || self.iccid.is_some()
            || self.imsi.is_some()
    }

    /// Makes a modem like that.
    pub(super) fn apply(&self, modem: &mut ModemConfig) {
        if let Some(number) = &self.number {
            modem.number.clone_from(number);
            modem.name.clone_from(number);
        }
        if let Some(name) = &self.name {
            modem.name.clone_from(name);
        }
        let password = |password: &Option<Password>| {
            let password = password.as_ref();
            password.map(|password| password.as_str().to_owned())
        };
        modem.pin = password(&self.pin).or(modem.pin.take());
        if let Some(puk) = password(&self.puk) {
            modem.puk = puk;
        }
        modem.profile = self.profile.unwrap_or(modem.profile);
        modem.pin_retries = self.pin_retries.unwrap_or(modem.pin_retries);
        modem.imei = self.imei.clone().or(modem.imei.take());
        modem.iccid = self.iccid.clone().or(modem.iccid.take());
        modem.imsi = self.imsi.clone().or(modem.imsi.take());
        modem.signal = self.signal.unwrap_or(modem.signal);
        modem.has_sim &= !self.no_sim;
        for (store, places) in &self.stores {
            *store.places(modem) = *places;
        }
    }
}

/// A store whose places can be said.
#[derive(Clone, Copy, Debug)]
pub(super) enum StoreKey {
    Sim,
    Modem,
    Reports,
}

impl StoreKey {
    pub(super) const ALL: [Self; 3] = [Self::Sim, Self::Modem, Self::Reports];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sim => "SM",
            Self::Modem => "ME",
            Self::Reports => "SR",
        }
    }

    pub(super) const fn places(self, modem: &mut ModemConfig) -> &mut u16 {
        match self {
            Self::Sim => &mut modem.sim_places,
            Self::Modem => &mut modem.modem_places,
            Self::Reports => &mut modem.report_places,
        }
    }
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Result<String, String> {
    let is_number = text.bytes().all(|octet| octet.is_ascii_digit());
    match is_number && lengths.contains(&text.len()) {
        true => Ok(text.to_owned()),
        false if lengths.start() == lengths.end() => Err(format!("not {} digits", lengths.start())),
        false => Err(format!(
            "not {} to {} digits",
            lengths.start(),
            lengths.end()
        )),
    }
}
