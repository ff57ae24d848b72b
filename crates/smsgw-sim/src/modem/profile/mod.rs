//! Kinds of modems as data: who they say they are, what they offer, what they refuse, and what
//! they say unasked.

mod vendors;

use std::time::Duration;

use super::charset::Charset;
use super::store::StoreName;

/// A kind of modem.
///
/// ```
/// use smsgw_sim::modem::Profile;
///
/// let profile = Profile::by_name("huawei").expect("it is one of Profile::ALL");
/// assert_eq!(profile.manufacturer, "huawei");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile {
    /// What it is called here.
    pub name: &'static str,
    /// `+CGMI`.
    pub manufacturer: &'static str,
    /// `+CGMM`.
    pub model: &'static str,
    /// `+CGMR`.
    pub revision: &'static str,
    /// The lines of `ATI`; `{imei}` in them is the serial number.
    pub information: &'static [&'static str],
    /// `+GCAP`.
    pub capabilities: &'static str,
    /// What ends a line: CR LF, or CR CR LF.
    pub line_end: &'static str,
    /// The prompt of `+CMGS`.
    pub prompt: &'static str,
    /// From the start to the first line, and to obeying.
    pub boot_time: Duration,
    /// What it says when it starts, each line so long after the start. Lines about the SIM are
    /// left out while the SIM is locked, but for those about that.
    pub boot: &'static [(Duration, &'static str)],
    /// A line that it repeats at this pace until it is silenced.
    pub chatter: Option<(Duration, &'static str)>,
    /// What silences the chatter: a command, or its beginning; empty for nothing.
    pub chatter_until: &'static str,
    /// The lines of a [flood](super::fault::Kind::Flood).
    pub flood: &'static str,
    /// The services of `+CSMS`.
    pub services: &'static [u8],
    /// What `+CNMI=?` offers.
    pub indications: Indications,
    /// What of that it refuses all the same.
    pub refused_indications: Indications,
    /// Whether a status report is stored, and told of by `+CDSI`, although `+CNMI` asks for
    /// `+CDS`.
    pub stores_reports: bool,
    /// The stores of `+CPMS`, for each of its three; without third ones it has only two.
    pub stores: [&'static [StoreName]; 3],
    /// The number of the first place of a store.
    pub first_index: u16,
    /// What reading an empty place is answered with.
    pub empty_place: EmptyPlace,
    /// Whether listing a store without such messages is an error, `+CMS ERROR: 321`.
    pub refuses_empty_list: bool,
    /// Whether a bare `AT` is answered with `ERROR`.
    pub refuses_bare: bool,
    /// Whether nothing is said when an escape character gives a message up.
    pub silent_escape: bool,
    /// How long after it obeys its messages, and what else is on the SIM, cannot be had yet.
    pub settling_time: Duration,
    /// How that is told until then.
    pub settling: Settling,
    /// Whether `+CSMP` makes it forget the number of the service centre.
    pub forgets_centre: bool,
    /// What it says when a store is full; empty for nothing. `{store}` in it is the store.
    pub full_notice: &'static str,
    /// The sets of `+CSCS`; the first is the one it starts with.
    pub charsets: &'static [Charset],
    /// Whether all strings follow `+CSCS`, names of stores and sets too; else only texts, names
    /// and numbers do.
    pub encodes_all: bool,
    /// Whether `+CMS ERROR` is said although `+CMEE` is 0; else `ERROR` is.
    pub cms_always: bool,
    /// What an unknown command is answered with: `ERROR`, or in words.
    pub unknown: &'static str,
    /// Whether `+CPIN?` ends with `OK`.
    pub pin_result: bool,
    /// Which command tells how many wrong PINs are left.
    pub retry_counter: RetryCounter,
    /// How USSD strings are written, under any character set: packed septets in hex.
    pub packs_ussd: bool,
    /// Whether the Ctrl-Z that ends a message is echoed, too.
    pub echoes_end: bool,
    /// How long after a result it does not listen.
    pub command_gap: Duration,
    /// Most characters of a command line.
    pub line_limit: usize,
    /// Whether `+CREG?` is answered after its `OK`.
    pub late_registration: bool,
    /// Commands it does not have, of those that the emulator knows.
    pub missing: &'static [&'static str],
    /// Commands of its own, and their answers.
    pub vendor: &'static [Vendor],
}

/// The values of each field of `+CNMI`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indications {
    /// When lines that nobody asked for are written.
    pub mode: &'static [u8],
    /// How messages are told of.
    pub mt: &'static [u8],
    /// How cell broadcasts are.
    pub bm: &'static [u8],
    /// How status reports are.
    pub ds: &'static [u8],
    /// What becomes of lines that were held back.
    pub bfr: &'static [u8],
}

impl Indications {
    /// In the order of the command.
    pub(crate) const fn fields(&self) -> [&'static [u8]; 5] {
        let Self {
            mode,
            mt,
            bm,
            ds,
            bfr,
        } = *self;
        [mode, mt, bm, ds, bfr]
    }
}

/// How reading an empty place of a store is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyPlace {
    /// `+CMS ERROR: 321`, invalid memory index.
    Error,
    /// `OK` alone.
    Ok,
    /// `+CMGR: 0,,0`.
    ZeroLength,
}

/// How a modem tells that it has not settled yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settling {
    /// `+CMS ERROR: 314`, SIM busy.
    SimBusy,
    /// `+CME ERROR: 515`: wait, it starts.
    Wait,
    /// `+CME ERROR: 14`, SIM busy.
    CmeSimBusy,
}

/// The command that tells how many wrong PINs and PUKs are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryCounter {
    /// None: only `+CSIM` does.
    None,
    /// `+CPINR`.
    Cpinr,
    /// `^CPIN?`.
    CaretCpin,
    /// `+QPINC?`.
    Qpinc,
    /// `+SPIC`.
    Spic,
    /// `^SPIC`.
    CaretSpic,
    /// `#PCT`.
    Pct,
    /// `+CPINC?`.
    Cpinc,
    /// `+UPINCNT`.
    Upincnt,
    /// `*EPIN?`.
    Epin,
    /// `+ZPINPUK=?`.
    Zpinpuk,
}

impl RetryCounter {
    /// The command; empty for none.
    pub(crate) const fn command(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Cpinr => "+CPINR",
            Self::CaretCpin => "^CPIN",
            Self::Qpinc => "+QPINC",
            Self::Spic => "+SPIC",
            Self::CaretSpic => "^SPIC",
            Self::Pct => "#PCT",
            Self::Cpinc => "+CPINC",
            Self::Upincnt => "+UPINCNT",
            Self::Epin => "*EPIN",
            Self::Zpinpuk => "+ZPINPUK",
        }
    }
}

/// A command of a vendor and what it is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// The command in upper case; one that ends with `=` or `*` stands for all that begin so (the
    /// `*` itself left out).
    pub command: &'static str,
    /// The lines of the answer, without the result. `{imei}`, `{iccid}`, `{imsi}`, `{csq}` and
    /// `{plmn}` in them stand for what their names say.
    pub lines: &'static [&'static str],
    /// Whether the result is `OK`; else `ERROR`.
    pub ok: bool,
}

impl Vendor {
    pub(crate) const fn ok(command: &'static str, lines: &'static [&'static str]) -> Self {
        Self {
            command,
            lines,
            ok: true,
        }
    }

    pub(crate) const fn error(command: &'static str) -> Self {
        Self {
            command,
            lines: &[],
            ok: false,
        }
    }

    /// The command without what makes its form.
    pub(crate) fn name(&self) -> &'static str {
        let end = self.command.find(['=', '?', '*']).filter(|at| *at > 0);
        let end = end.unwrap_or(self.command.len());
        self.command.get(..end).unwrap_or(self.command)
    }

    /// Whether it is this command, which is in upper case.
    pub(crate) fn is(&self, command: &str) -> bool {
        match self.command.strip_suffix('*') {
            Some(begin) => command.starts_with(begin),
            None if self.command.ends_with('=') => command.starts_with(self.command),
            None => command == self.command,
        }
    }
}

impl Profile {
    /// The one that is called so.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|profile| profile.name.eq_ignore_ascii_case(name))
            .copied()
    }
}
