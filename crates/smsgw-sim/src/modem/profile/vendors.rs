//! The kinds of modems that there are.

use std::time::Duration;

use super::{EmptyPlace, Indications, Profile, RetryCounter, Settling, Vendor};
use crate::modem::charset::Charset::{Gsm, Hex, Ira, Latin1, Pccp437, Ucs2};
use crate::modem::store::StoreName::{Bm, Me, Mt, Sm, Sr};

const NONE: Indications = Indications {
    mode: &[],
    mt: &[],
    bm: &[],
    ds: &[],
    bfr: &[],
};

/// Mode 2 is offered, and refused.
const NOT_MODE_2: Indications = Indications { mode: &[2], ..NONE };

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

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
        boot_time: ms(500),
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
        refused_indications: NONE,
        stores_reports: false,
        // No store for reports: they lie among the messages, where all programs find them.
        stores: [&[Sm, Me, Mt, Bm], &[Sm, Me, Mt], &[Sm, Me, Mt]],
        first_index: 1,
        empty_place: EmptyPlace::Error,
        refuses_empty_list: false,
        refuses_bare: false,
        silent_escape: false,
        settling_time: Duration::ZERO,
        settling: Settling::SimBusy,
        forgets_centre: false,
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

    /// Huawei: a stick that says how strong the signal is, packs USSD, numbers places from 0, and
    /// has words for what it does not know.
    pub const HUAWEI: Self = Self {
        name: "huawei",
        manufacturer: "huawei",
        model: "E173",
        revision: "11.126.85.00.209",
        information: &[
            "Manufacturer: huawei",
            "Model: E173",
            "Revision: 11.126.85.00.209",
            "IMEI: {imei}",
            "+GCAP: +CGSM,+DS,+ES",
        ],
        boot_time: ms(3000),
        boot: &[
            (ms(3000), "^BOOT:27710117,0,0,0,75"),
            (ms(3200), "?^SIMST:1"),
            (ms(3400), "?^SRVST:2"),
            (ms(3600), "?^MODE:5,4"),
            (ms(3800), "?^RSSI:20"),
        ],
        chatter: Some((ms(20_000), "^RSSI:{csq}")),
        chatter_until: "^CURC=0",
        flood: "^BOOT:27710117,0,0,0,75",
        services: &[0, 1],
        indications: Indications {
            mode: &[0, 1, 2],
            mt: &[0, 1, 2, 3],
            bm: &[0, 2, 3],
            ds: &[0, 1, 2],
            bfr: &[0, 1],
        },
        refused_indications: NOT_MODE_2,
        stores: [&[Sm, Me, Mt, Sr], &[Sm, Me, Mt], &[Sm, Me, Mt]],
        first_index: 0,
        full_notice: "^SMMEMFULL: \"{store}\"",
        charsets: &[Ira, Ucs2, Gsm],
        unknown: "COMMAND NOT SUPPORT",
        retry_counter: RetryCounter::CaretCpin,
        packs_ussd: true,
        echoes_end: true,
        missing: &["+CPINR", "+CCID", "+CESQ", "+CEREG"],
        vendor: &[
            Vendor::ok("^SYSINFO", &["^SYSINFO:2,3,0,5,1,,4"]),
            Vendor::ok("^ICCID?", &["^ICCID: {iccid}"]),
            Vendor::ok("^CURC=", &[]),
            Vendor::ok("^CURC?", &["^CURC: 1"]),
            Vendor::ok("^PORTSEL=", &[]),
            Vendor::ok("^USSDMODE=", &[]),
            Vendor::ok("^USSDMODE?", &["^USSDMODE: 0"]),
            Vendor::ok("^CVOICE?", &["^CVOICE:0,8000,16,20"]),
            Vendor::ok("^CVOICE=", &[]),
            Vendor::ok("^DDSETEX=", &[]),
            Vendor::ok("^CARDLOCK?", &["^CARDLOCK: 2,10,0"]),
            Vendor::ok("^SYSCFG?", &["^SYSCFG:2,0,3FFFFFFF,1,2"]),
            Vendor::ok("^SYSCFG=", &[]),
            Vendor::ok("^SETPORT?", &["^SETPORT: A1,A2;1,3,2,A1,A2"]),
            Vendor::ok("^HCSQ?", &["^HCSQ: \"WCDMA\",45,40,50"]),
            Vendor::ok("^VERSION?", &["^VERSION:BDT:Jul 28 2011,12:00:00"]),
        ],
        ..Self::GENERIC
    };

    /// Huawei E1752: lines end with CR CR LF.
    pub const HUAWEI_E1752: Self = Self {
        name: "huawei-e1752",
        model: "E1752",
        line_end: "\r\r\n",
        ..Self::HUAWEI
    };

    /// ZTE: floods until `+CPMS?`, and has no store of its own.
    pub const ZTE: Self = Self {
        name: "zte",
        manufacturer: "ZTE CORPORATION",
        model: "MF190",
        revision: "BD_LAPWINGP671A2V1.0.0B03",
        information: &[
            "Manufacturer: ZTE CORPORATION",
            "Model: MF190",
            "Revision: BD_LAPWINGP671A2V1.0.0B03",
            "IMEI: {imei}",
            "+GCAP: +CGSM,+DS,+ES",
        ],
        forgets_centre: true,
        boot_time: ms(4000),
        boot: &[
            (ms(4000), "+ZURDY"),
            (
                ms(4200),
                "?+ZDONR: \"Simulated Mobile\",262,1,\"CS_PS\",\"ROAM_OFF\"",
            ),
            (ms(4400), "?+ZUSIMR:2"),
        ],
        chatter: Some((ms(2000), "+ZUSIMR:2")),
        chatter_until: "+CPMS?",
        flood: "+ZUSIMR:2",
        refused_indications: NOT_MODE_2,
        stores: [&[Sm], &[Sm], &[Sm]],
        first_index: 0,
        charsets: &[Ira, Gsm, Ucs2],
        retry_counter: RetryCounter::Zpinpuk,
        missing: &["+CCID", "+CPINR", "+CESQ", "+CEREG"],
        vendor: &[
            Vendor::ok("+ZPAS?", &["+ZPAS: \"UMTS\",\"CS_PS\""]),
            Vendor::ok("+ZOPRT?", &["+ZOPRT: 5"]),
            Vendor::ok("+ZOPRT=", &[]),
            Vendor::ok("+ZCDRUN=", &[]),
            Vendor::ok("+ZSNT?", &["+ZSNT: 0,0,0"]),
            Vendor::ok("+ZSNT=", &[]),
            Vendor::ok("+ZGETICCID", &["+ZGETICCID: {iccid}"]),
            Vendor::ok("+ZCID?", &["+ZCID: {iccid}"]),
            Vendor::ok("+ICCID?", &["ICCID: {iccid}"]),
        ],
        ..Self::GENERIC
    };

    /// SIMCom: says much when it starts, and the number of the card without a name.
    pub const SIMCOM: Self = Self {
        name: "simcom",
        manufacturer: "SIMCOM_Ltd",
        model: "SIMCOM_SIM800L",
        revision: "Revision:1418B05SIM800L24",
        information: &["SIM800 R14.18"],
        boot_time: ms(3000),
        boot: &[
            (ms(3000), "RDY"),
            (ms(3100), "+CFUN: 1"),
            (ms(3200), "+CPIN: {pin}"),
            (ms(6000), "?Call Ready"),
            (ms(6500), "?SMS Ready"),
        ],
        settling_time: ms(3500),
        settling: Settling::CmeSimBusy,
        flood: "+CSQN: 20,0",
        refused_indications: NOT_MODE_2,
        stores: [&[Sm, Me, Mt], &[Sm, Me, Mt], &[Sm, Me, Mt]],
        empty_place: EmptyPlace::Ok,
        full_notice: "+SMSFULL: \"{store}\"",
        cms_always: false,
        charsets: &[Ira, Gsm, Ucs2, Hex, Pccp437, Latin1],
        line_limit: 556,
        retry_counter: RetryCounter::Spic,
        missing: &["+CPINR", "+CGSMS", "+CESQ", "+CEREG", "+CIND"],
        vendor: &[
            Vendor::ok("+CCID", &["{iccid}"]),
            Vendor::ok("+CBC", &["+CBC: 0,86,4024"]),
            Vendor::ok("+CSMINS?", &["+CSMINS: 0,1"]),
            Vendor::ok("+CSMINS=", &[]),
            Vendor::ok("+CIURC=", &[]),
            Vendor::ok("+CSCLK=", &[]),
            Vendor::ok("+CENG?", &["+CENG: 0,0"]),
            Vendor::ok("+CMTE?", &["+CMTE: 0,24.5"]),
            Vendor::ok("+CGSMS?", &["+CGSMS: 1"]),
            Vendor::ok("+CGSMS=", &[]),
        ],
        ..Self::GENERIC
    };

    /// Quectel: tells when messages can be read.
    pub const QUECTEL: Self = Self {
        name: "quectel",
        manufacturer: "Quectel",
        model: "EC25",
        revision: "EC25EFAR06A01M4G",
        information: &["Quectel", "EC25", "Revision: EC25EFAR06A01M4G"],
        boot_time: ms(2000),
        boot: &[
            (ms(2000), "RDY"),
            (ms(2500), "+CPIN: {pin}"),
            (ms(2600), "+QUSIM: 1"),
            (ms(2700), "+CFUN: 1"),
            (ms(5000), "?+QIND: SMS DONE"),
            (ms(5500), "?+QIND: PB DONE"),
        ],
        settling_time: ms(3000),
        flood: "+QIND: \"csq\",20,99",
        indications: Indications {
            mode: &[0, 1, 2],
            mt: &[0, 1, 2, 3],
            bm: &[0, 2],
            ds: &[0, 1, 2],
            bfr: &[0, 1],
        },
        stores: [&[Me, Mt, Sm, Sr], &[Me, Mt, Sm, Sr], &[Me, Mt, Sm, Sr]],
        first_index: 0,
        empty_place: EmptyPlace::Ok,
        full_notice: "+QIND: \"smsfull\",\"{store}\"",
        charsets: &[Gsm, Ira, Ucs2],
        retry_counter: RetryCounter::Qpinc,
        missing: &["+CCID", "+CPINR"],
        vendor: &[
            Vendor::ok("+QCCID", &["+QCCID: {iccid}"]),
            Vendor::ok("+ICCID", &["+ICCID: {iccid}"]),
            Vendor::ok("+QINISTAT", &["+QINISTAT: 7"]),
            Vendor::ok(
                "+QNWINFO",
                &["+QNWINFO: \"FDD LTE\",\"{plmn}\",\"LTE BAND 3\",1300"],
            ),
            Vendor::ok("+QURCCFG=\"URCPORT\"", &["+QURCCFG: \"urcport\",\"usbat\""]),
            Vendor::ok("+QURCCFG=", &[]),
            Vendor::ok("+QINDCFG=", &[]),
            Vendor::ok("+QSPN", &["+QSPN: \"SimMob\",\"SimMob\",\"\",0,\"{plmn}\""]),
            Vendor::ok("+QSIMSTAT?", &["+QSIMSTAT: 0,1"]),
            Vendor::ok("+QCFG=", &[]),
        ],
        ..Self::GENERIC
    };

    /// Telit: all strings follow the character set, and reports asked for as lines are stored.
    pub const TELIT: Self = Self {
        name: "telit",
        manufacturer: "Telit",
        model: "LE910C1-EU",
        revision: "25.00.005",
        information: &["332"],
        capabilities: "+CGSM,+DS,+FCLASS,+MS,+ES",
        boot_time: ms(4000),
        boot: &[(ms(4000), "?#QSS: 2"), (ms(4200), "?#QSS: 3")],
        flood: "#QSS: 3",
        indications: Indications {
            mode: &[0, 1, 2, 3],
            mt: &[0, 1, 2, 3],
            bm: &[0, 2, 3],
            ds: &[0, 1, 2],
            bfr: &[0, 1],
        },
        stores_reports: true,
        stores: [&[Sm, Me, Sr], &[Sm, Me], &[Sm, Me]],
        full_notice: "+CIEV: \"smsfull\",1",
        charsets: &[Gsm, Ira, Latin1, Pccp437, Ucs2],
        encodes_all: true,
        cms_always: false,
        retry_counter: RetryCounter::Pct,
        missing: &["+CPINR"],
        vendor: &[
            Vendor::ok("#CCID", &["#CCID: {iccid}"]),
            Vendor::ok("+CSIM=1", &[]),
            Vendor::ok("+CSIM=0", &[]),
            Vendor::ok("#CIMI", &["#CIMI: {imsi}"]),
            Vendor::ok("#CGSN", &["#CGSN: {imei}"]),
            Vendor::ok("#QSS?", &["#QSS: 0,1"]),
            Vendor::ok("#QSS=", &[]),
            Vendor::ok(
                "#MONI",
                &["#MONI: SimMob RSRP:-95 RSRQ:-11 TAC:00C3 Id:0000A1B"],
            ),
            Vendor::ok("#BAND?", &["#BAND: 0,0"]),
            Vendor::ok("#SELINT?", &["#SELINT: 2"]),
            Vendor::ok("#SELINT=", &[]),
        ],
        ..Self::GENERIC
    };

    /// Sierra Wireless: reports asked for as lines are stored, and mode 2 is refused.
    pub const SIERRA: Self = Self {
        name: "sierra",
        manufacturer: "Sierra Wireless, Incorporated",
        model: "MC7304",
        revision: "SWI9X15C_05.05.58.00 r27038 carmd-fwbuild1 2015/03/04 21:30:23",
        information: &[
            "Manufacturer: Sierra Wireless, Incorporated",
            "Model: MC7304",
            "Revision: SWI9X15C_05.05.58.00 r27038 carmd-fwbuild1 2015/03/04 21:30:23",
            "IMEI: {imei}",
            "+GCAP: +CGSM",
        ],
        capabilities: "+CGSM",
        boot_time: ms(5000),
        boot: &[(ms(5000), "*PSUTTZ: 26,1,2,3,4,5,4,0")],
        flood: "*PSUTTZ: 26,1,2,3,4,5,4,0",
        refused_indications: NOT_MODE_2,
        stores_reports: true,
        stores: [&[Me, Mt, Sm, Sr], &[Me, Mt, Sm, Sr], &[Me, Mt, Sm, Sr]],
        first_index: 0,
        charsets: &[Ira, Gsm, Ucs2],
        retry_counter: RetryCounter::Cpinc,
        missing: &["+CPINR", "+CCID"],
        vendor: &[
            Vendor::ok(
                "!GSTATUS?",
                &["!GSTATUS:", "System mode: LTE", "Mode: ONLINE"],
            ),
            Vendor::ok("!ENTERCND=", &[]),
            Vendor::ok("!SELRAT?", &["!SELRAT: 00, Automatic"]),
            Vendor::ok("+ICCID", &["+ICCID: {iccid}"]),
            Vendor::ok("!ICCID?", &["!ICCID: {iccid}"]),
        ],
        ..Self::GENERIC
    };

    /// u-blox: tells in its own words that a store is full.
    pub const UBLOX: Self = Self {
        name: "u-blox",
        manufacturer: "u-blox",
        model: "LARA-R211",
        revision: "09.73",
        information: &["LARA-R211-02B-00"],
        capabilities: "+FCLASS,+CGSM",
        boot_time: ms(3000),
        flood: "+UUPSDD: 0",
        stores: [&[Me, Sm, Mt], &[Me, Sm], &[Me, Sm]],
        full_notice: "+UUSMSFULL: \"{store}\"",
        charsets: &[Ira, Gsm, Pccp437, Latin1, Ucs2, Hex],
        retry_counter: RetryCounter::Upincnt,
        missing: &["+CPINR"],
        vendor: &[
            Vendor::ok("+UGCNTRD", &[]),
            Vendor::ok("+UCGED?", &["+UCGED: 2"]),
            Vendor::ok("+URAT?", &["+URAT: 3"]),
            Vendor::ok("+URAT=", &[]),
            Vendor::ok("+UPSV=", &[]),
            Vendor::ok("+USIMSTAT?", &["+USIMSTAT: 0"]),
        ],
        ..Self::GENERIC
    };

    /// A u-blox that is deaf for 20 ms after each result: as long as its manual says to wait.
    pub const UBLOX_DEAF: Self = Self {
        name: "u-blox-deaf",
        command_gap: ms(20),
        ..Self::UBLOX
    };

    /// Wavecom: `+CPIN` without a result, two stores, the registration after `OK`.
    pub const WAVECOM: Self = Self {
        name: "wavecom",
        manufacturer: " WAVECOM MODEM",
        model: " MULTIBAND  900E  1800 ",
        revision: "657e09gg.Q2406B 1967068 061804 14:37",
        information: &[" WAVECOM MODEM", " MULTIBAND  900E  1800 "],
        capabilities: "+CGSM,+FCLASS",
        boot_time: ms(3000),
        boot: &[
            (ms(3000), "+WIND: 3"),
            (ms(3500), "?+WIND: 7"),
            (ms(6000), "?+WIND: 4"),
        ],
        settling_time: ms(3000),
        settling: Settling::Wait,
        flood: "+WIND: 7",
        stores: [&[Sm, Bm, Sr], &[Sm], &[]],
        charsets: &[Gsm, Pccp437, Ira, Hex, Latin1, Ucs2],
        pin_result: false,
        late_registration: true,
        retry_counter: RetryCounter::None,
        missing: &[
            "+CPINR", "+CESQ", "+CEREG", "+CHUP", "+CLAC", "+CGSMS", "+CIND",
        ],
        vendor: &[
            Vendor::ok("+WIND?", &["+WIND: 15"]),
            Vendor::ok("+WIND=", &[]),
            Vendor::ok("+WOPN=", &[]),
            Vendor::ok("+WSSW", &["+WSSW: 7e0902__,WAVECOM"]),
        ],
        ..Self::GENERIC
    };

    /// Cinterion, once Siemens: no store of its own for what comes, and what was held back is
    /// always forgotten.
    pub const CINTERION: Self = Self {
        name: "cinterion",
        manufacturer: "Cinterion",
        model: "BGS2-W",
        revision: "REVISION 01.301",
        information: &["Cinterion", "BGS2-W", "REVISION 01.301"],
        boot_time: ms(3000),
        boot: &[(ms(3000), "^SYSSTART"), (ms(3500), "?+PBREADY")],
        flood: "+CIEV: rssi,4",
        indications: Indications {
            mode: &[0, 1, 2, 3],
            mt: &[0, 1, 2, 3],
            bm: &[0, 2, 3],
            ds: &[0, 1, 2],
            bfr: &[1],
        },
        stores: [&[Sm], &[Sm], &[Sm]],
        full_notice: "^SSLN: 1",
        charsets: &[Gsm, Ucs2],
        retry_counter: RetryCounter::CaretSpic,
        missing: &["+CPINR", "+CCID", "+CESQ", "+CEREG"],
        vendor: &[
            Vendor::ok("^SCID", &["^SCID: {iccid}"]),
            Vendor::ok("^SCID?", &["^SCID: {iccid}"]),
            Vendor::ok("^SMGO?", &["^SMGO: 0,0"]),
            Vendor::ok("^SMGO=", &[]),
            Vendor::ok("^SCFG=", &[]),
            Vendor::ok("^SIND=", &[]),
            Vendor::ok("^SIND?", &["^SIND: battchg,1,5"]),
            Vendor::ok("^SLED=", &[]),
            Vendor::ok(
                "^SMONI",
                &["^SMONI: 2G,42,-70,262,01,00C3,A1B2,42,42,3,0,G,NOCONN"],
            ),
        ],
        ..Self::GENERIC
    };

    /// A modem as odd as some are that exist: it refuses a bare `AT` and `+CMEE=1`, offers nothing
    /// in the form of the standard, lists nothing as an error, and says nothing to an escape.
    pub const ODD: Self = Self {
        name: "odd",
        manufacturer: "odd",
        model: "odd",
        information: &["OKAY MODEM", "No ERROR recorded"],
        refuses_bare: true,
        refuses_empty_list: true,
        silent_escape: true,
        services: &[0],
        vendor: &[
            Vendor::error("+CMEE=1"),
            Vendor::ok("+CSMS=?", &["+CSMS=(0)"]),
            Vendor::ok(
                "+CSCS=?",
                &["+CSCS: \"GSM\",\"IRA\",\"PCCP437\",\"8859-1\",\"HEX\",\"UCS2\""],
            ),
            Vendor::ok("+COPS?", &["+COPS: 0,0,"]),
            Vendor::ok("+CREG?", &["+CREG: 2,1,\"0B,\"0100701\",7"]),
            Vendor::ok("+CEREG?", &[]),
            Vendor::ok(
                "+CPMS=?",
                &["+CPMS:     (  \"SM\"  ,  \"ME\"  )   ,  \"SM\" ,   (  \"SM\"  )"],
            ),
        ],
        ..Self::GENERIC
    };

    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::GENERIC,
        Self::HUAWEI,
        Self::HUAWEI_E1752,
        Self::ZTE,
        Self::SIMCOM,
        Self::QUECTEL,
        Self::TELIT,
        Self::SIERRA,
        Self::UBLOX,
        Self::UBLOX_DEAF,
        Self::WAVECOM,
        Self::CINTERION,
        Self::ODD,
    ];
}
