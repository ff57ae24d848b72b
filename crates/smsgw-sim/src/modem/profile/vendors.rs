//! The kinds of modems that there are.

use std::time::Duration;

use super::{EmptyPlace, Indications, Profile, RetryCounter};
use crate::modem::charset::Charset::{Gsm, Hex, Ira, Latin1, Pccp437, Ucs2};
use crate::modem::store::StoreName::{Bm, Me, Mt, Sm, Sr};

impl Profile {
    /// A modem of no vendor that does all that the standards say.
    pub const GENERIC: Self = Self {
        name: "generic",
        manufacturer: "smsgw",
        model: "emulated modem",
        revision: "1.0",
        information: &["smsgw", "emulated modem", "Revision: 1.0"],
        capabilities: "+CGSM,+DS,+ES",
        line_end: "\r\n",
        prompt: "\r\n> ",
        boot_time: Duration::from_millis(500),
        boot: &[],
        chatter: None,
        chatter_until: "",
        flood: "+CREG: 1",
        services: &[0, 1],
        indications: Indications {
            mode: &[0, 1, 2, 3],
            mt: &[0, 1, 2, 3],
            bm: &[0, 1, 2, 3],
            ds: &[0, 1, 2],
            bfr: &[0, 1],
        },
        refused_indications: Indications {
            mode: &[],
            mt: &[],
            bm: &[],
            ds: &[],
            bfr: &[],
        },
        stores_reports: false,
        stores: [&[Sm, Me, Mt, Sr, Bm], &[Sm, Me, Mt], &[Sm, Me, Mt]],
        first_index: 1,
        empty_place: EmptyPlace::Error,
        full_notice: "",
        charsets: &[Gsm, Ira, Ucs2, Hex, Latin1, Pccp437],
        encodes_all: false,
        cms_always: true,
        unknown: "ERROR",
        pin_result: true,
        retry_counter: RetryCounter::Cpinr,
        packs_ussd: false,
        echoes_end: false,
        command_gap: Duration::ZERO,
        line_limit: 1024,
        late_registration: false,
        missing: &[],
        vendor: &[],
    };
}
