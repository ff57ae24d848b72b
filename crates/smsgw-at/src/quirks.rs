//! What makes of modems do differently ([`Profile`]), as data.
//!
//! A profile is chosen by what `+CGMI` and `+CGMM` answer. It is a preference only: what a modem
//! refuses is tried in other ways, and a modem of no known make is set up as the standards say.
//! None was tried on hardware by this project; they are what other software has to do for them.

use core::time::Duration;

use crate::command::identity::ReadIccid;
use crate::command::pin::ReadRetryCounters;
use crate::command::routing::Preferences;
use crate::command::storage::Store;
use crate::command::ussd::UssdEncoding;

/// What a make of modems does differently.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The make.
    pub name: &'static str,
    /// What the manufacturer's name has in it, in small letters; one of them is enough.
    pub manufacturers: &'static [&'static str],
    /// With what the model's name begins, in small letters, where the manufacturer named is that
    /// of a part or of a shop.
    pub models: &'static [&'static str],
    /// Values for `+CNMI` where messages are stored, the best first; see
    /// [`preferences`](Self::preferences).
    pub indications: Preferences<'static>,
    /// Whether `+CSMS=1` is to be sent where it is offered.
    pub phase_2_plus: bool,
    /// Whether a status report can be acknowledged by `+CNMA`.
    pub acknowledges_reports: bool,
    /// Whether `+CPMS` has a third store.
    pub has_third_store: bool,
    /// Where messages may arrive, of what the modem offers; empty for wherever it offers.
    pub receive_stores: &'static [Store],
    /// Silence between an answer and the next command.
    pub command_gap: Duration,
    /// Silence between the prompt and the PDU.
    pub prompt_pause: Duration,
    /// Most octets of a PDU at a time, and the pause between two times; `None` for all at once.
    pub chunk: Option<(usize, Duration)>,
    /// Commands that are sent at each start; refusals do not matter.
    pub init: &'static [&'static str],
    /// Commands that restart it, the mildest first.
    pub reset: &'static [&'static str],
    /// Commands that may give the ICCID, the best first.
    pub iccid: &'static [ReadIccid],
    /// Commands that may give the attempts left for a PIN, the best first.
    pub retry_counters: &'static [ReadRetryCounters],
    /// How strings of USSD are written, the best first.
    pub ussd: &'static [UssdEncoding],
    /// With what the lines begin that the modem repeats without end until it is asked for its
    /// stores (`+CPMS?`); its buffers run over otherwise.
    pub storage_flood: Option<&'static str>,
    /// Whether the number of the service centre may vanish, so that it has to be read again.
    pub forgets_service_centre: bool,
}

impl Profile {
    /// A modem of no known make.
    pub const STANDARD: Self = Self {
        name: "standard",
        manufacturers: &[],
        models: &[],
        indications: Preferences::STORED,
        phase_2_plus: true,
        acknowledges_reports: true,
        has_third_store: true,
        receive_stores: &[],
        command_gap: Duration::ZERO,
        prompt_pause: Duration::ZERO,
        chunk: None,
        init: &[],
        reset: &["AT+CFUN=1,1"],
        iccid: &ReadIccid::ALL,
        retry_counters: &[ReadRetryCounters::Cpinr, ReadRetryCounters::Csim],
        ussd: &[
            UssdEncoding::Plain,
            UssdEncoding::Packed,
            UssdEncoding::Ucs2,
            UssdEncoding::EightBit,
        ],
        storage_flood: None,
        forgets_service_centre: false,
    };

    /// The makes that are known.
    pub const ALL: &'static [Self] = &[
        HUAWEI, ZTE, SIMCOM, QUECTEL, TELIT, NOVATEL, SIERRA, UBLOX, WAVECOM, CINTERION, QUALCOMM,
        NOKIA, SAMSUNG, ERICSSON,
    ];

    /// The profile of a modem that names these as its maker and model.
    ///
    /// ```
    /// use smsgw_at::quirks::Profile;
    ///
    /// assert_eq!(Profile::of("huawei", "E1752").name, "Huawei");
    /// assert_eq!(Profile::of("QUALCOMM INCORPORATED", "M6280").name, "Qualcomm");
    /// assert_eq!(Profile::of("", "").name, "standard");
    /// ```
    #[must_use]
    pub fn of(manufacturer: &str, model: &str) -> &'static Self {
        let manufacturer = manufacturer.to_lowercase();
        let model = model.to_lowercase();
        // Some give the maker of their chip for their own: then the model says more.
        let by_model = |profile: &&Self| {
            let mut models = profile.models.iter();
            models.any(|part| model.starts_with(part))
        };
        let by_maker = |profile: &&Self| {
            let mut manufacturers = profile.manufacturers.iter();
            manufacturers.any(|part| manufacturer.contains(part))
        };
        let found = Self::ALL.iter().find(by_model);
        let found = found.or_else(|| Self::ALL.iter().find(by_maker));
        found.unwrap_or(&Self::STANDARD)
    }

    /// Values for `+CNMI`: whether messages are handed over at once instead of stored, and whether
    /// cell broadcasts are wanted.
    #[must_use]
    pub const fn preferences(&self, is_direct: bool, has_broadcasts: bool) -> Preferences<'static> {
        let stored = self.indications;
        Preferences {
            mt: if is_direct {
                Preferences::DIRECT.mt
            } else {
                stored.mt
            },
            bm: if has_broadcasts { &[2, 0] } else { stored.bm },
            ..stored
        }
    }
}

/// They say that they take mode 2, and refuse it.
const MODE_1: Preferences<'static> = Preferences {
    mode: &[1, 2, 3],
    ..Preferences::STORED
};

const HUAWEI: Profile = Profile {
    name: "Huawei",
    manufacturers: &["huawei"],
    models: &[
        "e17", "e16", "e15", "e30", "e33", "k35", "k37", "me909", "mu709", "mu609",
    ],
    indications: MODE_1,
    phase_2_plus: false,
    // Of its ports one has what is said unasked: without a word of signal and mode every few
    // seconds. Strings of USSD are packed in mode 0, which older ones have alone.
    init: &["AT^PORTSEL=1", "AT^CURC=0", "AT^USSDMODE=0"],
    reset: &["AT+CFUN=1,1", "AT^RESET"],
    iccid: &[ReadIccid::CaretIccid, ReadIccid::Ccid, ReadIccid::Crsm],
    retry_counters: &[ReadRetryCounters::CaretCpin, ReadRetryCounters::Csim],
    ussd: &[
        UssdEncoding::Packed,
        UssdEncoding::Plain,
        UssdEncoding::Ucs2,
        UssdEncoding::EightBit,
    ],
    ..Profile::STANDARD
};

const ZTE: Profile = Profile {
    name: "ZTE",
    manufacturers: &["zte"],
    models: &["mf1", "mf6", "mf8"],
    indications: MODE_1,
    init: &["AT+CPMS?"],
    storage_flood: Some("+ZUSIMR"),
    ..Profile::STANDARD
};

const SIMCOM: Profile = Profile {
    name: "SIMCom",
    manufacturers: &["simcom"],
    models: &["simcom", "sim800", "sim900", "sim53", "sim7", "a76"],
    indications: MODE_1,
    reset: &["AT+CFUN=1,1", "AT+CRESET"],
    iccid: &[ReadIccid::Ccid, ReadIccid::PlusIccid, ReadIccid::Crsm],
    retry_counters: &[ReadRetryCounters::Spic, ReadRetryCounters::Csim],
    ..Profile::STANDARD
};

const QUECTEL: Profile = Profile {
    name: "Quectel",
    manufacturers: &["quectel"],
    models: &[],
    // What is said unasked is said on the port that the command came from.
    init: &["AT+QURCCFG=\"urcport\",\"all\""],
    iccid: &[ReadIccid::Qccid, ReadIccid::Ccid, ReadIccid::Crsm],
    retry_counters: &[ReadRetryCounters::Qpinc, ReadRetryCounters::Csim],
    ..Profile::STANDARD
};

const TELIT: Profile = Profile {
    name: "Telit",
    manufacturers: &["telit"],
    models: &[],
    reset: &["AT#REBOOT", "AT+CFUN=1,1"],
    iccid: &[ReadIccid::HashCcid, ReadIccid::Ccid, ReadIccid::Crsm],
    retry_counters: &[ReadRetryCounters::Pct, ReadRetryCounters::Csim],
    ..Profile::STANDARD
};

const NOVATEL: Profile = Profile {
    name: "Novatel",
    manufacturers: &["novatel"],
    models: &[],
    indications: Preferences {
        ds: &[2, 0],
        ..MODE_1
    },
    phase_2_plus: false,
    acknowledges_reports: false,
    ..Profile::STANDARD
};

const SIERRA: Profile = Profile {
    name: "Sierra",
    manufacturers: &["sierra"],
    models: &[],
    reset: &["AT+CFUN=1,1", "AT!RESET"],
    iccid: &[ReadIccid::PlusIccid, ReadIccid::Ccid, ReadIccid::Crsm],
    retry_counters: &[ReadRetryCounters::Cpinc, ReadRetryCounters::Csim],
    ..Profile::STANDARD
};

const UBLOX: Profile = Profile {
    name: "u-blox",
    manufacturers: &["u-blox", "ublox"],
    models: &["sara-", "lisa-", "toby-", "leon-", "lara-"],
    command_gap: Duration::from_millis(20),
    reset: &["AT+CFUN=16", "AT+CFUN=1,1"],
    iccid: &[ReadIccid::Ccid, ReadIccid::Crsm],
    retry_counters: &[ReadRetryCounters::Upincnt, ReadRetryCounters::Csim],
    ..Profile::STANDARD
};

const WAVECOM: Profile = Profile {
    name: "Wavecom",
    manufacturers: &["wavecom"],
    models: &[],
    has_third_store: false,
    iccid: &[ReadIccid::Ccid, ReadIccid::Crsm],
    retry_counters: &[ReadRetryCounters::Cpinc, ReadRetryCounters::Csim],
    ..Profile::STANDARD
};

const CINTERION: Profile = Profile {
    name: "Cinterion",
    manufacturers: &["cinterion", "siemens", "gemalto", "thales"],
    models: &[],
    indications: Preferences {
        bfr: &[1],
        ..Preferences::STORED
    },
    // Nothing arrives in ME, although it is there.
    receive_stores: &[Store::MT, Store::SM],
    iccid: &[ReadIccid::Scid, ReadIccid::Ccid, ReadIccid::Crsm],
    retry_counters: &[ReadRetryCounters::CaretSpic, ReadRetryCounters::Csim],
    ..Profile::STANDARD
};

const QUALCOMM: Profile = Profile {
    name: "Qualcomm",
    manufacturers: &["qualcomm", "gobi"],
    models: &["m6280"],
    indications: Preferences {
        // They say that they hand reports over, and do not.
        ds: &[2, 1, 0],
        ..MODE_1
    },
    forgets_service_centre: true,
    ..Profile::STANDARD
};

const NOKIA: Profile = Profile {
    name: "Nokia",
    manufacturers: &["nokia"],
    models: &[],
    prompt_pause: Duration::from_millis(100),
    chunk: Some((18, Duration::from_millis(20))),
    ..Profile::STANDARD
};

const SAMSUNG: Profile = Profile {
    name: "Samsung",
    manufacturers: &["samsung"],
    models: &[],
    // It answers twice.
    command_gap: Duration::from_millis(100),
    ..Profile::STANDARD
};

const ERICSSON: Profile = Profile {
    name: "Ericsson",
    manufacturers: &["ericsson"],
    models: &[],
    retry_counters: &[ReadRetryCounters::Epin, ReadRetryCounters::Csim],
    ..Profile::STANDARD
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_make_is_known_by_its_maker_or_its_model() {
        let cases = [
            ("huawei", "E173", "Huawei"),
            ("Huawei Technologies Co., Ltd.", "", "Huawei"),
            ("QUALCOMM INCORPORATED", "E1752", "Huawei"),
            ("ZTE INCORPORATED", "MF190", "ZTE"),
            ("SIMCOM_Ltd", "SIMCOM_SIM800L", "SIMCom"),
            ("SIMCOM INCORPORATED", "A7670E", "SIMCom"),
            ("Qualcomm", "SIM7600", "SIMCom"),
            ("Quectel", "EC25", "Quectel"),
            ("Telit", "HE910", "Telit"),
            ("Novatel Wireless Inc.", "MC950D", "Novatel"),
            ("Sierra Wireless, Incorporated", "MC7455", "Sierra"),
            ("u-blox", "SARA-U201", "u-blox"),
            ("WAVECOM MODEM", "MULTIBAND  900E  1800", "Wavecom"),
            ("SIEMENS", "MC35i", "Cinterion"),
            ("Cinterion", "BGS2-W", "Cinterion"),
            ("Gemalto", "PLS8-E", "Cinterion"),
            ("QUALCOMM INCORPORATED", "0", "Qualcomm"),
            ("Ericsson", "F5521gw", "Ericsson"),
            ("Acme", "1", "standard"),
        ];
        for (manufacturer, model, name) in cases {
            let profile = Profile::of(manufacturer, model);
            assert_eq!(profile.name, name, "{manufacturer} {model}");
        }
    }

    #[test]
    fn every_list_has_a_value_and_every_name_is_in_small_letters() {
        for profile in Profile::ALL.iter().chain([&Profile::STANDARD]) {
            let Preferences {
                mode,
                mt,
                bm,
                ds,
                bfr,
            } = profile.indications;
            assert!([mode, mt, bm, ds, bfr].iter().all(|list| !list.is_empty()));
            assert!(!profile.iccid.is_empty() && !profile.retry_counters.is_empty());
            assert!(!profile.ussd.is_empty() && !profile.reset.is_empty());
            for part in profile.manufacturers.iter().chain(profile.models) {
                assert_eq!(*part, part.to_lowercase());
            }
            for line in profile.init.iter().chain(profile.reset) {
                assert!(line.starts_with("AT") && line.is_ascii() && !line.contains('\r'));
            }
        }
    }

    #[test]
    fn what_is_wanted_of_arriving_messages() {
        let huawei = Profile::of("huawei", "");
        assert_eq!(huawei.preferences(false, false), huawei.indications);
        let direct = huawei.preferences(true, true);
        assert_eq!((direct.mode[0], direct.mt[0], direct.bm[0]), (1, 2, 2));
        assert_eq!(
            Profile::of("Novatel", "").preferences(false, false).ds,
            [2, 0]
        );
        assert_eq!(Profile::of("SIEMENS", "").preferences(true, false).bfr, [1]);
    }
}
