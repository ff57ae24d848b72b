//! What unsolicited result codes mean ([`UrcKind`]): one row for each, of the standards (27.005 §3.4,
//! 27.007, V.250 §6.3) and of vendors.

use crate::line::{Data, Urc};

/// What an unsolicited result code tells.
///
/// ```
/// use smsgw_at::line::Urc;
/// use smsgw_at::urc::UrcKind;
///
/// let urc = Urc::from("+CMTI: \"SM\",3");
/// assert_eq!(urc.kind(), UrcKind::NewMessage { store: "SM", index: Some(3) });
/// assert_eq!(Urc::from("+XYZZY: 1").kind(), UrcKind::Unknown);
/// assert!(Urc::from("Call Ready").is_boot());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrcKind<'a> {
    /// A message came and is stored: `+CMTI`.
    NewMessage {
        /// The store, without quotes: `SM`, `ME`. It need not be one that can be selected.
        store: &'a str,
        /// Where in it; `None` when the line does not say.
        index: Option<u32>,
    },
    /// A message came, and here it is: `+CMT`.
    Message,
    /// A status report came, and here it is: `+CDS`.
    StatusReport,
    /// A status report came and is stored: `+CDSI`.
    StatusReportStored {
        /// The store, without quotes: `SR`.
        store: &'a str,
        /// Where in it; `None` when the line does not say.
        index: Option<u32>,
    },
    /// A page of cell broadcast: `+CBM`.
    Broadcast,
    /// A page of cell broadcast is stored: `+CBMI`.
    BroadcastStored {
        /// The store, without quotes: `BM`.
        store: &'a str,
        /// Where in it; `None` when the line does not say.
        index: Option<u32>,
    },
    /// The network's answer or question: `+CUSD`.
    Ussd,
    /// Registration changed: `+CREG`, `+CGREG`, `+CEREG`, `+C5GREG`.
    Registration,
    /// Signal strength: `^RSSI`, `^HCSQ`, `+CSQ`.
    Signal,
    /// Other news of the network: its time, its name, the radio technology.
    Network,
    /// A call comes in: `RING`, `+CRING`.
    Ring,
    /// Who calls: `+CLIP`.
    Clip,
    /// Other news of calls: `NO CARRIER`, `+CCWA`, `^CEND`.
    Call,
    /// A store is full: `^SMMEMFULL`, `%SMSFULL`, `+CIEV: "smsfull",1`.
    StorageFull,
    /// An indicator changed: `+CIEV`.
    Indicator,
    /// State of the SIM or its PIN: `+CPIN`, `^SIMST`, `#QSS`, `+ZUSIMR`.
    SimState,
    /// The modem has started: `RDY`, `Call Ready`, `+CFUN: 1`. What was set before is gone.
    Boot,
    /// It goes off: `NORMAL POWER DOWN`.
    PowerDown,
    /// The result of something that was no longer waited for: `+CMGS`, `OK`.
    Late,
    /// Known, and of no use here: `^DSFLOWRPT`, `+CGEV`.
    Other,
    /// Not in the table.
    Unknown,
}

/// What a row of the table makes of what stands behind its word.
type Reading = for<'a> fn(&'a str) -> UrcKind<'a>;

macro_rules! urcs {
    ($( $kind:ident $(($read:ident))? : $($word:literal)+; )*) => {
        /// What a line means that begins with one of these words. Words without a symbol in front
        /// are whole lines, unless a colon or a blank ends them.
        const TABLE: &[(&[&str], Reading)] =
            &[$( (&[$( $word ),+], urcs!(@ $kind $($read)?)), )*];
    };
    (@ $kind:ident) => { |_| UrcKind::$kind };
    (@ $kind:ident stored) => {
        |values| {
            let (store, index) = stored(values);
            UrcKind::$kind { store, index }
        }
    };
    (@ $kind:ident $read:ident) => { $read };
}

urcs! {
    NewMessage(stored): "+CMTI";
    Message: "+CMT";
    StatusReport: "+CDS";
    StatusReportStored(stored): "+CDSI";
    Broadcast: "+CBM";
    BroadcastStored(stored): "+CBMI";
    Ussd: "+CUSD";
    Registration: "+CREG" "+CGREG" "+CEREG" "+C5GREG";
    Signal: "+CSQ" "+CSQN" "^RSSI" "^HRSSILVL" "^CRSSI" "^CSNR" "^HCSQ" "^HDRRSSI" "^LCSQ" "^ANLEVEL";
    Network: "+CTZV" "+CTZE" "+CTZR" "+CTZDST" "*PSUTTZ" "*PSNWID" "^NWTIME" "^NWNAME" "#NITZ" "+NITZ"
        "DST:" "^MODE" "^SRVST" "^SYSINFO" "+ZPASR" "+ZPSTM" "+ZDONR" "+ZCDRUN" "+ZOPRT" "#PSNT"
        "+UREG" "+UCELLINFO" "+QNWINFO" "+CNSMOD" "+CPSI" "*CREG" "*NETINFO" "^CERSSI";
    Ring: "RING" "+CRING" "2";
    Clip: "+CLIP";
    Call: "NO CARRIER" "BUSY" "NO ANSWER" "NO DIALTONE" "NO DIAL TONE" "CONNECT" "CONNECT " "+CCWA" "+COLP"
        "+CDIP" "+CNAP" "+CSSI" "+CSSU" "+CIEND" "MISSED_CALL:" "VOICE CALL:" "+VTD" "^ORIG" "^CONF"
        "^CONN" "^CEND" "+ZEND" "+ZCONF" "+ZCONN" "#ECAM" "*ECAV" "+CLCC" "*CALV" "+CALV" "+UCALLSTAT"
        "+WCIND" "%CTV" "%CPI" "^CCALLSTATE" "1" "3" "6" "7" "8";
    StorageFull: "^SMMEMFULL" "%SMSFULL" "^SMSFULL" "+SMSFULL" "#SMSFULL" "*SMSFULL" "+SMS FULL"
        "SMS FULL";
    Indicator(indicator): "+CIEV";
    Indicator(quectel): "+QIND";
    SimState: "+CPIN" "^SIMST" "^SIMSQ" "#QSS" "+QSIMSTAT" "+QUSIM" "+ZUSIMR" "+USIM" "+CSIMSTAT"
        "+EUSIM" "+ESIMS" "%SIMREM" "%SIMINS" "+UUSIMSTAT" "+CUSATEND" "+CUSATP" "^STIN" "+STIN"
        "+STC" "#STN" "+SIM REMOVED" "SIM REMOVED" "+SIM INSERTED" "+CSIM READY" "+XSIM" "^SCKS"
        "*EUICC";
    Boot: "RDY" "APP RDY" "Call Ready" "SMS Ready" "SMS DONE" "PB DONE" "^BOOT" "+ZURDY"
        "^SYSSTART" "^SYSSTART AIRPLANE MODE" "+PBREADY" "*ATREADY" "MODEM:STARTUP" "START"
        "AT command ready" "+SYSSTART" "+KSUP" "+EIND";
    Boot(functionality): "+CFUN";
    Boot(wavecom): "+WIND";
    PowerDown: "NORMAL POWER DOWN" "POWERED DOWN" "POWER DOWN" "UNDER-VOLTAGE POWER DOWN"
        "OVER-VOLTAGE POWER DOWN" "^SHUTDOWN" "+QPOWD" "#SHUTDOWN";
    Late: "OK" "ERROR" "+CMGS" "+CMSS" "+CMGW" "+CMGC" "+CMS ERROR" "+CME ERROR" "0" "4";
    Other: "^DSFLOWRPT" "^EARST" "^THERM" "^LTERSRP" "^CSYSSTATE" "^NDISSTAT" "^DSDORMANT" "+CGEV"
        "+CMWT" "^ACTIVEBAND" "+CMCCSI" "^EONS" "^REJINFO" "^PLMNLIST" "^RFSWITCH" "^VMPCMREADY"
        "UNDER-VOLTAGE WARNING" "UNDER-VOLTAGE WARNNING" "OVER-VOLTAGE WARNNING"
        "OVER-VOLTAGE WARNING" "^SBC" "+CMTE" "+CDNSGIP" "+CUSBAVAIL" "+UUPSDD" "+UUPSDA" "+UUSORD"
        "+UUSTS" "+UULOC" "+UMWI" "+CDEV" "+CKEV" "OPL UPDATING" "PNN UPDATING" "+ZMSGS"
        "+ZPRIMAP" "*EWAV" "*EPBREADY" "+XCALLSTAT" "+XREG" "+ZSMBACK" "+QUSBCFG" "+CRSLP" "%NWSTATE" "+CCINFO" "+XNITZINFO" "*ERINFO" "*EMRDY" "*E2REG" "+PSRAT";
}

impl Urc {
    /// What it tells.
    #[must_use]
    pub fn kind(&self) -> UrcKind<'_> {
        kind(&self.line)
    }

    /// Whether it tells that the modem has started: what was set before is gone, and a command in
    /// flight will have no answer. A modem says it more than once, and some sticks repeat `^BOOT`
    /// for as long as they run.
    #[must_use]
    pub fn is_boot(&self) -> bool {
        self.kind() == UrcKind::Boot
    }

    /// The PDU that follows by position, in hexadecimal digits.
    #[must_use]
    pub fn pdu(&self) -> Option<&str> {
        match &self.data {
            Some(Data::Pdu(pdu)) => Some(pdu),
            _ => None,
        }
    }
}

impl From<&str> for Urc {
    /// A line with nothing behind it.
    fn from(line: &str) -> Self {
        Self {
            line: line.into(),
            data: None,
        }
    }
}

/// What the line of an unsolicited result code tells.
pub(crate) fn kind(line: &str) -> UrcKind<'_> {
    for (words, reading) in TABLE {
        if let Some(values) = words.iter().find_map(|word| behind(word, line)) {
            return reading(values);
        }
    }
    UrcKind::Unknown
}

/// What stands behind `word` when `line` begins with it, and with all of it.
fn behind<'a>(word: &str, line: &'a str) -> Option<&'a str> {
    let (head, values) = line.split_at_checked(word.len())?;
    if word.starts_with(|it: char| it.is_ascii_alphanumeric()) {
        let is_whole = values.is_empty() || word.ends_with([':', ' ']);
        return (is_whole && head == word).then_some(values);
    }
    let is_whole = values.is_empty() || values.trim_start_matches(' ').starts_with([':', '=']);
    (is_whole && head.eq_ignore_ascii_case(word)).then_some(values)
}

/// `"SM",3`, with quotes or without.
fn stored(values: &str) -> (&str, Option<u32>) {
    let values = values.trim_start_matches([' ', ':', '=']);
    let (store, index) = values.split_once(',').unwrap_or((values, ""));
    let blank = |it: char| it == ' ' || it == '"';
    (
        store.trim_matches(blank),
        index.trim_matches(blank).parse().ok(),
    )
}

/// `+CIEV: "smsfull",1`; by number it is the eighth.
fn indicator(values: &str) -> UrcKind<'_> {
    let (name, value) = stored(values);
    let is_full = name.eq_ignore_ascii_case("smsfull") || name == "8";
    if is_full && value != Some(0) {
        UrcKind::StorageFull
    } else {
        UrcKind::Indicator
    }
}

/// `+QIND: SMS DONE`, `+QIND: "smsfull","ME"`.
fn quectel(values: &str) -> UrcKind<'_> {
    let (name, _) = stored(values);
    if name.eq_ignore_ascii_case("smsfull") {
        UrcKind::StorageFull
    } else if name.eq_ignore_ascii_case("SMS DONE") || name.eq_ignore_ascii_case("PB DONE") {
        UrcKind::Boot
    } else {
        UrcKind::Other
    }
}

/// `+CFUN: 1`, by itself: full functionality after the start.
fn functionality(values: &str) -> UrcKind<'_> {
    match stored(values).0 {
        "1" => UrcKind::Boot,
        _ => UrcKind::Other,
    }
}

/// `+WIND: 3`, the product is ready for commands; the others tell of its SIM and of calls.
fn wavecom(values: &str) -> UrcKind<'_> {
    match stored(values).0 {
        "3" => UrcKind::Boot,
        "0" | "1" | "4" | "7" | "8" | "13" => UrcKind::SimState,
        _ => UrcKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{TABLE, UrcKind, kind};

    #[test]
    fn each_word_has_one_row() {
        let mut words: alloc::vec::Vec<_> = TABLE.iter().flat_map(|(words, _)| *words).collect();
        words.sort_unstable();
        let count = words.len();
        words.dedup();
        assert_eq!(words.len(), count);
    }

    #[test]
    fn lines_of_every_kind() {
        for (line, expected) in [
            (
                "+CMTI: SM,12",
                UrcKind::NewMessage {
                    store: "SM",
                    index: Some(12),
                },
            ),
            (
                "+cmti: \"ME\", 1",
                UrcKind::NewMessage {
                    store: "ME",
                    index: Some(1),
                },
            ),
            (
                "+CMTI: \"SM\"",
                UrcKind::NewMessage {
                    store: "SM",
                    index: None,
                },
            ),
            (
                "+CDSI: \"SR\",4",
                UrcKind::StatusReportStored {
                    store: "SR",
                    index: Some(4),
                },
            ),
            (
                "+CBMI: \"BM\",0",
                UrcKind::BroadcastStored {
                    store: "BM",
                    index: Some(0),
                },
            ),
            ("+CMT: ,33", UrcKind::Message),
            ("+CDS: 24", UrcKind::StatusReport),
            ("+CBM: 88", UrcKind::Broadcast),
            ("+CUSD: 2", UrcKind::Ussd),
            ("+CEREG: 1", UrcKind::Registration),
            ("^RSSI:18", UrcKind::Signal),
            ("*PSUTTZ: 1", UrcKind::Network),
            ("RING", UrcKind::Ring),
            ("+CRING: VOICE", UrcKind::Ring),
            ("+CLIP: \"1\",129", UrcKind::Clip),
            ("NO CARRIER", UrcKind::Call),
            ("CONNECT 9600", UrcKind::Call),
            ("VOICE CALL: BEGIN", UrcKind::Call),
            ("^SMMEMFULL: \"SM\"", UrcKind::StorageFull),
            ("%SMSFULL", UrcKind::StorageFull),
            ("+CIEV: \"smsfull\",1", UrcKind::StorageFull),
            ("+CIEV: 8,1", UrcKind::StorageFull),
            ("+QIND: \"smsfull\",\"ME\"", UrcKind::StorageFull),
            ("+CIEV: \"smsfull\",0", UrcKind::Indicator),
            ("+CIEV: 8,0", UrcKind::Indicator),
            ("+CIEV: \"signal\",4", UrcKind::Indicator),
            ("+ZUSIMR:2", UrcKind::SimState),
            ("+CPIN: READY", UrcKind::SimState),
            ("RDY", UrcKind::Boot),
            ("+CFUN: 1", UrcKind::Boot),
            ("Call Ready", UrcKind::Boot),
            ("SMS Ready", UrcKind::Boot),
            ("^BOOT:1,0,0,0,6", UrcKind::Boot),
            ("+QIND: SMS DONE", UrcKind::Boot),
            ("+ZURDY", UrcKind::Boot),
            ("+WIND: 3", UrcKind::Boot),
            ("+WIND: 4", UrcKind::SimState),
            ("+CFUN: 4", UrcKind::Other),
            ("+QIND: \"csq\",14,99", UrcKind::Other),
            ("NORMAL POWER DOWN", UrcKind::PowerDown),
            ("+CMGS: 12", UrcKind::Late),
            ("OK", UrcKind::Late),
            ("^DSFLOWRPT:0", UrcKind::Other),
            ("+XYZZY: 1", UrcKind::Unknown),
            ("+CMTIX: 1", UrcKind::Unknown),
            ("+CMT", UrcKind::Message),
            ("RINGING", UrcKind::Unknown),
            ("RING: 1", UrcKind::Unknown),
            ("OK then", UrcKind::Unknown),
            ("call ready", UrcKind::Unknown),
            ("", UrcKind::Unknown),
        ] {
            assert_eq!(kind(line), expected, "{line}");
        }
    }
}
