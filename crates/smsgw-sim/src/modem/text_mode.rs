//! Messages as text mode shows and takes them (3GPP TS 27.005 §3.4, §4).

use smsgw_gsm::dcs::DataCodingScheme;
use smsgw_gsm::field::{
    Address, ProtocolId, RelativePeriod, Timestamp, TypeOfAddress, ValidityPeriod,
};
use smsgw_gsm::tpdu::{
    Context as Way, Deliver, Kind, ModemPdu, StatusReport, Submit, Tpdu, UserData,
};

use super::answer::Failure;
use super::arguments::Value;
use super::charset::{Charset, from_hex, septets, to_hex};
use super::store::Stored;
use super::world::Context;

impl Context<'_> {
    /// A name of a store, set or state, or a number outside of messages (TS 27.007 has it so): a
    /// string that most modems do not encode.
    pub(crate) fn token(&self, name: &str) -> String {
        if self.modem.profile.encodes_all {
            self.string(name)
        } else {
            format!("\"{name}\"")
        }
    }

    /// A text, a name, or a number of a message (TS 27.005 §3.1) as a string.
    pub(crate) fn string(&self, text: &str) -> String {
        format!("\"{}\"", self.modem.settings.charset.encode(text))
    }

    /// The text of an argument. Under a set of hex digits what is none is taken as it is.
    pub(crate) fn text_of(&self, value: &Value) -> String {
        let decoded = self.modem.settings.charset.decode(&value.text);
        decoded.unwrap_or_else(|| value.text.clone())
    }

    /// The number in an argument: what is a number already is not decoded.
    pub(crate) fn number_of(&self, value: &Value) -> String {
        let is_number = |text: &str| {
            let mut characters = text.chars();
            !text.is_empty() && characters.all(|c| c.is_ascii_digit() || "+*#".contains(c))
        };
        match self.modem.settings.charset {
            Charset::Ucs2 | Charset::Hex => {
                let text = self.text_of(value);
                if is_number(&text) || !is_number(&value.text) {
                    text
                } else {
                    value.text.clone()
                }
            }
            _ => self.text_of(value),
        }
    }

    /// An address and its type.
    fn address(&self, address: &Address) -> (String, u8) {
        let toa = address.type_of_address().0;
        (self.string(&address.to_string()), toa)
    }

    /// A time as text mode writes it.
    pub(crate) fn time(&self, time: Timestamp) -> String {
        let offset = time.offset_quarters();
        let sign = if offset < 0 { '-' } else { '+' };
        let text = format!(
            "{:02}/{:02}/{:02},{:02}:{:02}:{:02}{sign}{:02}",
            time.year() % 100,
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
            offset.unsigned_abs(),
        );
        self.token(&text)
    }

    /// The text of a message, or its octets in hex.
    fn body(&self, user_data: &UserData<'_>) -> String {
        let is_plain = !user_data.has_header() && user_data.septets().is_some();
        match user_data.text() {
            Some(text) if is_plain => self.modem.settings.charset.encode(&text),
            _ => to_hex(user_data.octets()),
        }
    }

    fn body_length(user_data: &UserData<'_>) -> usize {
        let octets = user_data.octets().len();
        user_data
            .septets()
            .map_or(octets, |_| user_data.udl().into())
    }

    fn alpha(&self, number: &str) -> String {
        let entries = self.modem.sim.phonebook.iter().flatten();
        let numbering = &self.world.numbering;
        let canonical = numbering.canonical(number);
        let mut named = entries.filter(|entry| numbering.canonical(&entry.number) == canonical);
        named
            .next()
            .map_or_else(String::new, |entry| self.string(&entry.name))
    }

    fn centre_fields(&self, centre: Option<&Address>) -> String {
        let (address, toa) = match centre {
            Some(address) => self.address(address),
            None => ("\"\"".to_owned(), TypeOfAddress::UNKNOWN.0),
        };
        format!("{address},{toa}")
    }

    /// `+CMT` and what follows it.
    pub(crate) fn shown_message(&self, pdu: &[u8], deliver: &Deliver<'_>) -> Vec<String> {
        let length = ModemPdu::decode(pdu, Way::SC_TO_MS).map_or(0, |pdu| pdu.tpdu_len());
        if !self.modem.settings.text_mode {
            let alpha = self.alpha(&deliver.originating_address.to_string());
            return vec![format!("+CMT: {alpha},{length}"), to_hex(pdu)];
        }
        let (from, toa) = self.address(&deliver.originating_address);
        let alpha = self.alpha(&deliver.originating_address.to_string());
        let time = self.time(deliver.service_centre_time_stamp);
        let mut header = format!("+CMT: {from},{alpha},{time}");
        if self.modem.settings.show_header {
            header.push_str(&format!(
                ",{toa},{},{},{},{},{}",
                deliver.first_octet(),
                deliver.protocol_identifier.0,
                deliver.user_data.data_coding_scheme().0,
                self.centre_fields(self.world.service_centre().as_ref()),
                Self::body_length(&deliver.user_data),
            ));
        }
        vec![header, self.body(&deliver.user_data)]
    }

    /// `+CDS` and what follows it.
    pub(crate) fn shown_report(&self, pdu: &[u8], report: &StatusReport<'_>) -> Vec<String> {
        if self.modem.settings.text_mode {
            return vec![format!("+CDS: {}", self.report_fields(report))];
        }
        let length = ModemPdu::decode(pdu, Way::SC_TO_MS).map_or(0, |pdu| pdu.tpdu_len());
        vec![format!("+CDS: {length}"), to_hex(pdu)]
    }

    fn report_fields(&self, report: &StatusReport<'_>) -> String {
        let (to, toa) = self.address(&report.recipient_address);
        format!(
            "{},{},{to},{toa},{},{},{}",
            report.first_octet(),
            report.message_reference,
            self.time(report.service_centre_time_stamp),
            self.time(report.discharge_time),
            report.status.0,
        )
    }

    /// A stored message as `+CMGR` shows it; with an index, as `+CMGL` does.
    pub(crate) fn stored_lines(&self, stored: &Stored, index: Option<u16>) -> Vec<String> {
        let (name, index) = match index {
            Some(index) => ("+CMGL", format!("{index},")),
            None => ("+CMGR", String::new()),
        };
        let way = if stored.stat.is_received() {
            Way::SC_TO_MS
        } else {
            Way::MS_TO_SC
        };
        let Ok(pdu) = ModemPdu::decode(&stored.pdu, way) else {
            let centre = stored.pdu.first().map_or(0, |length| usize::from(*length));
            let length = stored.pdu.len().saturating_sub(centre + 1);
            let header = format!("{name}: {index}{},,{length}", stored.stat.number());
            return vec![header, to_hex(&stored.pdu)];
        };
        if !self.modem.settings.text_mode {
            let party = pdu.tpdu.address().map(Address::to_string);
            let alpha = self.alpha(&party.unwrap_or_default());
            let stat = stored.stat.number();
            let header = format!("{name}: {index}{stat},{alpha},{}", pdu.tpdu_len());
            return vec![header, to_hex(&stored.pdu)];
        }
        let stat = self.token(stored.stat.text());
        let is_listed = !index.is_empty();
        let fields = match &pdu.tpdu {
            Tpdu::Deliver(deliver) => self.deliver_fields(deliver, &pdu, is_listed),
            Tpdu::Submit(submit) => self.submit_fields(submit, &pdu, is_listed),
            Tpdu::StatusReport(report) => self.report_fields(report),
            tpdu => format!("{},,", tpdu.first_octet()),
        };
        let mut lines = vec![format!("{name}: {index}{stat},{fields}")];
        if let Tpdu::Deliver(_) | Tpdu::Submit(_) = pdu.tpdu {
            lines.extend(pdu.tpdu.user_data().map(|user_data| self.body(&user_data)));
        }
        lines
    }

    fn deliver_fields(&self, deliver: &Deliver<'_>, pdu: &ModemPdu<'_>, is_listed: bool) -> String {
        let (from, toa) = self.address(&deliver.originating_address);
        let alpha = self.alpha(&deliver.originating_address.to_string());
        let time = self.time(deliver.service_centre_time_stamp);
        let length = Self::body_length(&deliver.user_data);
        let mut fields = format!("{from},{alpha},{time}");
        if self.modem.settings.show_header {
            fields.push_str(&if is_listed {
                format!(",{toa},{length}")
            } else {
                format!(
                    ",{toa},{},{},{},{},{length}",
                    deliver.first_octet(),
                    deliver.protocol_identifier.0,
                    deliver.user_data.data_coding_scheme().0,
                    self.centre_fields(pdu.service_centre.as_ref()),
                )
            });
        }
        fields
    }

    fn submit_fields(&self, submit: &Submit<'_>, pdu: &ModemPdu<'_>, is_listed: bool) -> String {
        let (to, toa) = self.address(&submit.destination_address);
        let alpha = self.alpha(&submit.destination_address.to_string());
        let length = Self::body_length(&submit.user_data);
        let mut fields = format!("{to},{alpha}");
        if is_listed {
            fields.push(',');
        }
        if self.modem.settings.show_header {
            fields.push_str(&if is_listed {
                format!(",{toa},{length}")
            } else {
                let period = match submit.validity_period {
                    Some(ValidityPeriod::Relative(period)) => period.0.to_string(),
                    _ => String::new(),
                };
                format!(
                    ",{toa},{},{},{},{period},{},{length}",
                    submit.first_octet(),
                    submit.protocol_identifier.0,
                    submit.user_data.data_coding_scheme().0,
                    self.centre_fields(pdu.service_centre.as_ref()),
                )
            });
        }
        fields
    }

    /// A text and its recipient as a SUBMIT with what `+CSMP` says, without the address of a
    /// service centre.
    pub(crate) fn submit_of(&self, to: Address, body: &str) -> Result<Vec<u8>, Failure> {
        let parameters = self.modem.settings.parameters;
        let coding = DataCodingScheme(parameters.data_coding_scheme);
        let has_header = parameters.first_octet & UDHI != 0;
        let too_long = Failure::Cms(305);
        let (octets, length) = if coding.counts_septets() && !has_header {
            let text = self.modem.settings.charset.decode(body).ok_or(too_long)?;
            let septets = septets(&text);
            let packed = smsgw_gsm::septet::pack(&septets, smsgw_gsm::septet::FillBits::NONE);
            (packed, septets.len())
        } else {
            let digits: String = body.chars().filter(|c| !c.is_whitespace()).collect();
            let octets = from_hex(&digits).ok_or(too_long)?;
            let length = match coding.counts_septets() {
                true => octets.len() * 8 / 7,
                false => octets.len(),
            };
            (octets, length)
        };
        let length = u8::try_from(length).map_err(|_| too_long)?;
        let kind = Kind::Submit;
        let user_data = UserData::from_octets(kind, coding, length, has_header, &octets);
        let period = RelativePeriod(parameters.validity_period);
        let submit = Submit {
            reject_duplicates: parameters.first_octet & RD != 0,
            status_report_request: parameters.first_octet & SRR != 0,
            reply_path: parameters.first_octet & RP != 0,
            protocol_identifier: ProtocolId(parameters.protocol_identifier),
            validity_period: (parameters.first_octet & VPF == RELATIVE)
                .then_some(ValidityPeriod::Relative(period)),
            ..Submit::new(to, user_data.map_err(|_| too_long)?)
        };
        Ok(submit.to_vec())
    }
}

const RD: u8 = 0b0000_0100;
const VPF: u8 = 0b0001_1000;
const RELATIVE: u8 = 0b0001_0000;
const SRR: u8 = 0b0010_0000;
const UDHI: u8 = 0b0100_0000;
const RP: u8 = 0b1000_0000;
