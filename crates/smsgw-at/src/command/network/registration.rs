//! `+CREG`, `+CGREG`, `+CEREG`: whether the network knows the modem (27.007 §7.2, §10.1.20,
//! §10.1.22).

use crate::command::{command, push, values};
use crate::error::{AnswerError, AnswerErrorKind};
use crate::field::{Fields, Form};

/// Which of a network's parts is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    /// `+CREG`: circuit switched, which carries short messages in GSM and UMTS.
    Circuit,
    /// `+CGREG`: GPRS.
    Packet,
    /// `+CEREG`: EPS, that is LTE.
    Eps,
}

impl Domain {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Circuit, Self::Packet, Self::Eps];

    /// Its command: `+CREG`.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Circuit => "+CREG",
            Self::Packet => "+CGREG",
            Self::Eps => "+CEREG",
        }
    }
}

/// `+CREG=`: whether changes are told unasked (27.007 §7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CREG")]
pub struct SetRegistration {
    /// Of which part.
    pub domain: Domain,
    /// What is told.
    pub report: RegistrationReport,
}

/// What is told unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationReport {
    /// Nothing.
    None,
    /// The state.
    State,
    /// The state and the cell.
    Location,
}

command! {
    SetRegistration -> (), 10 s;
    write(self, line) {
        let n = match self.report {
            RegistrationReport::None => 0,
            RegistrationReport::State => 1,
            RegistrationReport::Location => 2,
        };
        push(line, format_args!("AT{}={n}", self.domain.prefix()));
    }
    read(_) { Ok(()) }
}

/// `+CREG?`: whether the network knows the modem (27.007 §7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadRegistration(
    /// Which part of it.
    pub Domain,
);

command! {
    ReadRegistration -> Registration, 10 s;
    write(self, line) { push(line, format_args!("AT{}?", self.0.prefix())); }
    read(lines) {
        // A change that is told just now looks much the same: the answer has `n`.
        let mut read = None;
        for line in lines {
            if let Some(registration) = Registration::of(line).filter(|r| match r {
                Ok(registration) => registration.domain == self.0,
                Err(_) => Fields::of(line, self.0.prefix()).is_some(),
            }) {
                match (&read, &registration) {
                    (Some(Ok(Registration { n: Some(_), .. })), _) => {}
                    _ => read = Some(registration),
                }
            }
        }
        read.unwrap_or(Err(AnswerError::new(AnswerErrorKind::NoLine, "stat", 0)))
    }
}

/// What `+CREG`, `+CGREG` or `+CEREG` says, as an answer or unasked.
///
/// ```
/// use smsgw_at::command::network::{Registration, RegistrationState};
///
/// // Unasked, and as an answer, which has `n` in front.
/// let told = Registration::of("+CREG: 1,\"04CA\",\"E445\"").unwrap()?;
/// let asked = Registration::of("+CREG: 2,1,04CA,E445").unwrap()?;
/// assert_eq!(told.state, RegistrationState::HOME);
/// assert_eq!((told.n, asked.n), (None, Some(2)));
/// assert_eq!((told.lac, told.ci), (asked.lac, asked.ci));
/// # Ok::<(), smsgw_at::AnswerError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Registration {
    /// Which part of the network.
    pub domain: Domain,
    /// What is told unasked; `None` when this was.
    pub n: Option<u8>,
    /// How it stands.
    pub state: RegistrationState,
    /// The location area, or tracking area in LTE; `None` when it is not said or not readable.
    pub lac: Option<u16>,
    /// The cell; `None` when it is not said or not readable.
    pub ci: Option<u32>,
    /// How the radio works; `None` when it is not said.
    pub access_technology: Option<AccessTechnology>,
}

impl Registration {
    /// What the line says; `None` when it is another one's.
    ///
    /// Answer and unsolicited result differ in `n` alone, which is one digit where the others have
    /// a location area of four, in quotes or not. The cell does not make a line invalid: some have
    /// broken quotes there.
    ///
    /// # Errors
    /// [`AnswerError`] when there is no state.
    #[must_use]
    pub fn of(line: &str) -> Option<Result<Self, AnswerError>> {
        let (domain, fields) = Domain::ALL
            .into_iter()
            .find_map(|domain| Some((domain, Fields::of(line, domain.prefix())?)))?;
        Some(Self::read(domain, fields))
    }

    fn read(domain: Domain, mut fields: Fields<'_>) -> Result<Self, AnswerError> {
        let has_n = fields.clone().nth(1).is_some_and(|second| {
            let is_short = matches!(second.text().len(), 1 | 2);
            is_short && second.form() == Form::Bare && second.number::<u8>("stat").is_ok()
        });
        let n = has_n.then(|| fields.number("n")).transpose()?;
        let state = RegistrationState(fields.number("stat")?);
        let lac = fields.optional_hex("lac").ok().flatten();
        let ci = fields.optional_hex("ci").ok().flatten();
        let access_technology = fields.optional_number("AcT").ok().flatten();
        Ok(Self {
            domain,
            n,
            state,
            lac,
            ci,
            access_technology: access_technology.map(AccessTechnology),
        })
    }
}

/// How the modem stands with the network: `<stat>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationState(pub u8);

/// How the radio works: `<AcT>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessTechnology(pub u8);

values! {
    RegistrationState:
    NOT_REGISTERED = 0, "not registered, not searching";
    HOME = 1, "registered, home network";
    SEARCHING = 2, "not registered, searching";
    DENIED = 3, "registration denied";
    UNKNOWN = 4, "unknown";
    ROAMING = 5, "registered, roaming";
    SMS_ONLY_HOME = 6, "registered for SMS only, home network";
    SMS_ONLY_ROAMING = 7, "registered for SMS only, roaming";
    EMERGENCY_ONLY = 8, "emergency calls only";
    CSFB_NOT_PREFERRED_HOME = 9, "registered, CSFB not preferred, home network";
    CSFB_NOT_PREFERRED_ROAMING = 10, "registered, CSFB not preferred, roaming";
}

values! {
    AccessTechnology:
    GSM = 0, "GSM";
    GSM_COMPACT = 1, "GSM Compact";
    UTRAN = 2, "UTRAN";
    EGPRS = 3, "GSM with EGPRS";
    HSDPA = 4, "UTRAN with HSDPA";
    HSUPA = 5, "UTRAN with HSUPA";
    HSPA = 6, "UTRAN with HSDPA and HSUPA";
    E_UTRAN = 7, "E-UTRAN";
    EC_GSM_IOT = 8, "EC-GSM-IoT";
    NB_IOT = 9, "E-UTRAN (NB-S1)";
    E_UTRA_5GCN = 10, "E-UTRA connected to a 5GCN";
    NR_5GCN = 11, "NR connected to a 5GCN";
    NG_RAN = 12, "NG-RAN";
    E_UTRA_NR = 13, "E-UTRA-NR dual connectivity";
}

impl RegistrationState {
    /// Whether short messages can be sent and received.
    #[must_use]
    pub const fn is_registered(self) -> bool {
        matches!(self.0, 1 | 5..=7 | 9 | 10)
    }

    /// Whether the network is not the subscriber's own.
    #[must_use]
    pub const fn is_roaming(self) -> bool {
        matches!(self.0, 5 | 7 | 10)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use proptest::prelude::*;

    use super::*;
    use crate::command::Command;

    fn of(line: &str) -> Registration {
        Registration::of(line).unwrap().unwrap()
    }

    #[test]
    fn answers_and_what_is_told_unasked() {
        let parts = |line| {
            let r = of(line);
            (
                r.n,
                r.state.0,
                r.lac,
                r.ci,
                r.access_technology.map(|a| a.0),
            )
        };
        let cases = [
            ("+CREG: 1", (None, 1, None, None, None)),
            ("+CREG: 0,5", (Some(0), 5, None, None, None)),
            (
                "+CREG: 2,1,\"00A1\",\"0000B2C3\",7",
                (Some(2), 1, Some(0xA1), Some(0xB2C3), Some(7)),
            ),
            (
                "+CREG: 1,\"00A1\",\"0000B2C3\",7",
                (None, 1, Some(0xA1), Some(0xB2C3), Some(7)),
            ),
            ("+CREG: 1,0001,0002", (None, 1, Some(1), Some(2), None)),
            ("+CREG: 1,\"\",\"\"", (None, 1, None, None, None)),
            (
                "+CREG: 2,1,\"\",\"605F\"",
                (Some(2), 1, None, Some(0x605F), None),
            ),
            ("+CREG:2,0", (Some(2), 0, None, None, None)),
            (
                "+CREG: 2, 1,\"0B,\"0100701\",7",
                (Some(2), 1, Some(0x0B), Some(0x0010_0701), Some(7)),
            ),
            (
                "+CGREG: 2,1,4CA,81DE445,3,\"01\"",
                (Some(2), 1, Some(0x4CA), Some(0x81D_E445), Some(3)),
            ),
            ("+CEREG: 4,2", (Some(4), 2, None, None, None)),
        ];
        for (line, wanted) in cases {
            assert_eq!(parts(line), wanted, "{line}");
        }
        assert_eq!(of("+CEREG: 1").domain, Domain::Eps);
        assert_eq!(Registration::of("+CSQ: 1"), None);
        let error = Registration::of("+CREG: ,1").unwrap().unwrap_err();
        assert_eq!((error.field(), error.offset()), ("n", 7));
    }

    #[test]
    fn the_answer_among_what_is_told() {
        let lines = [
            "+CGREG: 0,1",
            "+CREG: 1,\"0001\",\"0002\"",
            "+CREG: 2,5",
            "+CREG: 2",
        ];
        let lines = lines.map(String::from);
        let read = ReadRegistration(Domain::Circuit).read(&lines).unwrap();
        assert_eq!((read.n, read.state), (Some(2), RegistrationState::ROAMING));
        let error = ReadRegistration(Domain::Eps).read(&lines).unwrap_err();
        assert_eq!(error.kind(), AnswerErrorKind::NoLine);
        assert_eq!(ReadRegistration(Domain::Packet).line(), "AT+CGREG?");
        let set = SetRegistration {
            domain: Domain::Circuit,
            report: RegistrationReport::Location,
        };
        assert_eq!(set.line(), "AT+CREG=2");
    }

    #[test]
    fn who_can_send() {
        let registered = (0..=255).filter(|stat| RegistrationState(*stat).is_registered());
        assert!(registered.eq([1, 5, 6, 7, 9, 10]));
    }

    proptest! {
        #[test]
        fn any_line_is_looked_at(rest in "[ -~]{0,40}|[0-9A-F,\"]{0,30}") {
            let _ = Registration::of(&alloc::format!("+CREG: {rest}"));
        }
    }
}
