//! What a user of a port can set; it lasts until the modem starts anew.

use super::charset::Charset;
use super::profile::Profile;
use super::store::StoreName;

/// The settings of a port.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `E`.
    pub(crate) echo: bool,
    /// `V`.
    pub(crate) verbose: bool,
    /// `Q`.
    pub(crate) quiet: bool,
    /// The S-registers that were set.
    pub(crate) registers: [u8; 64],
    /// `+CMEE`.
    pub(crate) error_reporting: u8,
    /// `+CSCS`.
    pub(crate) charset: Charset,
    /// `+CMGF`: whether text mode is on.
    pub(crate) text_mode: bool,
    /// `+CSDH`.
    pub(crate) show_header: bool,
    /// `+CSMP`.
    pub(crate) parameters: TextParameters,
    /// `+CSMS`.
    pub(crate) service: u8,
    /// `+CNMI`.
    pub(crate) indications: [u8; 5],
    /// `+CPMS`.
    pub(crate) stores: [StoreName; 3],
    /// `+CMMS`.
    pub(crate) more_messages: u8,
    /// `+CGSMS`.
    pub(crate) send_over: u8,
    /// `+CREG`, `+CGREG`, `+CEREG`.
    pub(crate) registration: [u8; 3],
    /// `+COPS=3,n`.
    pub(crate) operator_format: u8,
    /// `+CLIP`.
    pub(crate) caller: bool,
    /// `+CRC`.
    pub(crate) extended_ring: bool,
    /// `+CUSD`.
    pub(crate) ussd: u8,
    /// `+CSCB`: whether broadcasts are taken, and which.
    pub(crate) broadcasts: (u8, String, String),
    /// `+CPBS`.
    pub(crate) phonebook: &'static str,
    /// Huawei's `^USSDMODE`: whether USSD strings are packed.
    pub(crate) packs_ussd: bool,
    /// Whether what the modem says by itself was silenced.
    pub(crate) is_silenced: bool,
    /// Values of settings that change nothing here, by their command.
    pub(crate) others: Vec<(String, String)>,
}

/// `+CSMP`: what text mode puts into a SUBMIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextParameters {
    pub(crate) first_octet: u8,
    pub(crate) validity_period: u8,
    pub(crate) protocol_identifier: u8,
    pub(crate) data_coding_scheme: u8,
}

impl TextParameters {
    pub(crate) const DEFAULT: Self = Self {
        first_octet: 17,
        validity_period: 167,
        protocol_identifier: 0,
        data_coding_scheme: 0,
    };
}

impl Settings {
    pub(crate) fn new(profile: &Profile) -> Self {
        let store = |stores: &[StoreName]| stores.first().copied().unwrap_or(StoreName::Sm);
        // Nothing is told of until that is wanted, where the modem can be silent.
        let usual = |values: &[u8]| match values {
            [first, ..] if !values.contains(&0) => *first,
            _ => 0,
        };
        let mut registers = [0; 64];
        for (register, value) in [
            (3, 13),
            (4, 10),
            (5, 8),
            (7, 60),
            (8, 2),
            (10, 15),
            (12, 50),
        ] {
            if let Some(place) = registers.get_mut(register) {
                *place = value;
            }
        }
        Self {
            echo: true,
            verbose: true,
            quiet: false,
            registers,
            error_reporting: 0,
            charset: profile.charsets.first().copied().unwrap_or(Charset::Ira),
            text_mode: false,
            show_header: false,
            parameters: TextParameters::DEFAULT,
            service: 0,
            indications: profile.indications.fields().map(usual),
            stores: profile.stores.map(store),
            more_messages: 0,
            send_over: 3,
            registration: [0; 3],
            operator_format: 0,
            caller: false,
            extended_ring: false,
            ussd: 0,
            broadcasts: (0, String::new(), String::new()),
            phonebook: "SM",
            packs_ussd: profile.packs_ussd,
            is_silenced: false,
            others: Vec::new(),
        }
    }
}
