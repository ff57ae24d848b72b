//! `smsgw decode tpdu`: a TPDU of any kind, with or without the service centre's address.

use clap::ValueEnum;
use serde_json::{Map, Value as Json, json};
use smsgw_gsm::dcs::DataCodingScheme;
use smsgw_gsm::field::{Address, FailureCause, ProtocolId, Timestamp, ValidityPeriod};
use smsgw_gsm::tpdu::{Context, Direction, ModemPdu, Parameters, ReportKind, Tpdu, UserData};
use smsgw_gsm::{Decoded, Quirks, Tolerance, Tolerated};

use super::dissect;
use super::input::{self, Decode, Style};
use super::keys::Keys;
use crate::encode::{self, Content};
use crate::error::Error;
use crate::hex;

#[derive(Debug, clap::Args)]
// Its group has the name of the one within.
#[group(skip)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) input: input::Args,
    /// Which way the TPDUs go; the octets do not say.
    #[arg(long, value_enum)]
    direction: DirectionArg,
    #[command(flatten)]
    context: ContextArgs,
}

/// Which way a TPDU goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DirectionArg {
    /// From the service centre to the mobile: deliver, submit-report, status-report.
    ScToMs,
    /// From the mobile to the service centre: submit, deliver-report, command.
    MsToSc,
}

impl From<DirectionArg> for Direction {
    fn from(direction: DirectionArg) -> Self {
        match direction {
            DirectionArg::ScToMs => Direction::ScToMs,
            DirectionArg::MsToSc => Direction::MsToSc,
        }
    }
}

#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct ContextArgs {
    /// The service centre's address comes first, as in AT commands; 00 for none.
    #[arg(long)]
    pub(crate) smsc: bool,
    /// In what reports travel; the octets do not say.
    #[arg(long, value_enum)]
    report: Option<ReportArg>,
}

impl ContextArgs {
    pub(crate) fn report(self) -> ReportKind {
        match self.report {
            None | Some(ReportArg::Ack) => ReportKind::Ack,
            Some(ReportArg::Error) => ReportKind::Error,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ReportArg {
    /// RP-ACK: the message was taken (the default).
    Ack,
    /// RP-ERROR: it was refused, and TP-FCS says why.
    Error,
}

/// What has to be known to read a TPDU.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) context: Context,
    pub(crate) has_smsc: bool,
    pub(crate) quirks: Quirks,
}

impl Reading {
    pub(crate) fn read<'a>(&self, octets: &'a [u8]) -> Result<Pdu<'a>, Error> {
        let has_smsc = self.has_smsc;
        if has_smsc {
            let Decoded { pdu, tolerated } =
                ModemPdu::decode_with(octets, self.context, &self.quirks)?;
            return Ok(Pdu {
                has_smsc,
                pdu,
                tolerated,
            });
        }
        let Decoded { pdu, tolerated } = Tpdu::decode_with(octets, self.context, &self.quirks)?;
        Ok(Pdu {
            has_smsc,
            pdu: pdu.into(),
            tolerated,
        })
    }
}

/// A TPDU that was read.
pub(crate) struct Pdu<'a> {
    /// The service centre's address is in the octets, too.
    pub(super) has_smsc: bool,
    pub(crate) pdu: ModemPdu<'a>,
    pub(super) tolerated: Tolerated,
}

impl Pdu<'_> {
    /// The octets once more.
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        if self.has_smsc {
            self.pdu.to_vec()
        } else {
            self.pdu.tpdu.to_vec()
        }
    }

    /// The fields by the names of the vectors. Those that end in `_hex` stand beside a field
    /// that would not be written with the same octets.
    pub(crate) fn json(&self) -> Map<String, Json> {
        let mut keys = Keys::default();
        let tpdu = &self.pdu.tpdu;
        let first_octet = tpdu.first_octet();
        keys.put("kind", tpdu.kind().name());
        if self.has_smsc {
            let address = self.pdu.service_centre;
            keys.put("smsc", address.map(|address| address_json(&address)));
            if let Some(address) = address.filter(|address| !is_told_by_keys(address)) {
                keys.put_hex("smsc_hex", &encode::fields::service_centre(&address));
            }
        }
        keys.put_hex("fo", &[first_octet]);
        keys.put("udhi", first_octet & 0b0100_0000 != 0);
        match tpdu {
            Tpdu::Deliver(deliver) => {
                keys.put("mms", deliver.more_messages_to_send);
                keys.put("lp", deliver.loop_prevention);
                keys.put("sri", deliver.status_report_indication);
                keys.put("rp", deliver.reply_path);
                keys.address(&deliver.originating_address);
                keys.protocol(deliver.protocol_identifier);
                keys.coding(deliver.user_data.data_coding_scheme());
                keys.time(
                    "timestamp",
                    "timestamp_hex",
                    deliver.service_centre_time_stamp,
                );
                keys.user_data(&deliver.user_data);
                keys.trailing(deliver.trailing.octets());
            }
            Tpdu::Submit(submit) => {
                keys.put("rd", submit.reject_duplicates);
                keys.put("srr", submit.status_report_request);
                keys.put("rp", submit.reply_path);
                keys.put("mr", submit.message_reference);
                keys.address(&submit.destination_address);
                keys.protocol(submit.protocol_identifier);
                keys.coding(submit.user_data.data_coding_scheme());
                keys.put("validity", submit.validity_period.map(validity_json));
                keys.user_data(&submit.user_data);
                keys.trailing(submit.trailing.octets());
            }
            Tpdu::StatusReport(report) => {
                keys.put("mms", report.more_messages_to_send);
                keys.put("lp", report.loop_prevention);
                keys.put("srq", report.status_report_qualifier);
                keys.put("mr", report.message_reference);
                keys.address(&report.recipient_address);
                keys.time(
                    "timestamp",
                    "timestamp_hex",
                    report.service_centre_time_stamp,
                );
                keys.time("discharge", "discharge_hex", report.discharge_time);
                keys.put("status", report.status.0);
                keys.put("status_name", report.status.name());
                keys.put("status_state", report.status.state().name());
                if let Some(parameters) = &report.parameters {
                    keys.indicator(parameters);
                    keys.parameters(parameters);
                }
            }
            Tpdu::Command(command) => {
                keys.put("srr", command.status_report_request);
                keys.put("mr", command.message_reference);
                keys.protocol(command.protocol_identifier);
                keys.put("ct", command.command_type.0);
                keys.put("ct_name", command.command_type.name());
                keys.put("mn", command.message_number);
                keys.address(&command.destination_address);
                keys.content(&command.command_data.user_data());
                keys.trailing(command.trailing.octets());
            }
            Tpdu::DeliverReport(report) => {
                keys.failure(report.failure_cause);
                keys.indicator(&report.parameters);
                keys.parameters(&report.parameters);
            }
            Tpdu::SubmitReport(report) => {
                keys.failure(report.failure_cause);
                keys.indicator(&report.parameters);
                keys.time(
                    "timestamp",
                    "timestamp_hex",
                    report.service_centre_time_stamp,
                );
                keys.parameters(&report.parameters);
            }
        }
        keys.tolerated(&self.tolerated);
        keys.finish()
    }
}

impl Keys {
    fn address(&mut self, address: &Address) {
        self.put("address", address_json(address));
        if !is_told_by_keys(address) {
            self.put_hex("address_hex", &encode::fields::octets(address));
        }
    }

    fn protocol(&mut self, protocol: ProtocolId) {
        self.put("pid", protocol.0);
        self.put("pid_name", protocol.name());
    }

    fn coding(&mut self, coding: DataCodingScheme) {
        self.put("dcs", coding_json(coding));
        self.put("dcs_name", coding.to_string());
    }

    /// Null when it is no time.
    fn time(&mut self, name: &'static str, raw: &'static str, time: Timestamp) {
        let text = time.is_valid().then(|| time.to_string());
        let written = text
            .as_deref()
            .map(|text| encode::fields::timestamp(name, text));
        let is_told = matches!(written, Some(Ok(written)) if written == time);
        self.put(name, text);
        if !is_told {
            self.put_hex(raw, &time.octets());
        }
    }

    fn failure(&mut self, failure: Option<FailureCause>) {
        if let Some(failure) = failure {
            self.put("fcs", failure.0);
            self.put("fcs_name", failure.name());
        }
        self.put("error", failure.is_some());
    }

    fn indicator(&mut self, parameters: &Parameters<'_>) {
        let octets = [&[parameters.indicator().0], parameters.extension()].concat();
        self.put_hex("pi", &octets);
    }

    fn parameters(&mut self, parameters: &Parameters<'_>) {
        if let Some(protocol) = parameters.protocol_identifier() {
            self.protocol(protocol);
        }
        if let Some(coding) = parameters.data_coding_scheme() {
            self.coding(coding);
        }
        if let Some(user_data) = parameters.user_data() {
            self.user_data(&user_data);
        }
        self.trailing(parameters.trailing());
    }

    fn user_data(&mut self, user_data: &UserData<'_>) {
        self.put("udl", user_data.udl());
        self.content(user_data);
    }

    /// Header, and text or data.
    fn content(&mut self, user_data: &UserData<'_>) {
        let header = user_data.header();
        if let Some(header) = &header {
            self.header(header);
        }
        let text = user_data.text();
        let data = match user_data.septets() {
            Some(septets) => {
                self.put("septets", septets);
                None
            }
            None => {
                self.put_hex("data_hex", user_data.payload());
                Some(user_data.payload().to_vec())
            }
        };
        if let Some(text) = &text {
            self.put("text", text.as_str());
        }
        let content = Content::new(header.as_ref(), text, user_data.septets(), data);
        let written = content.write(user_data.data_coding_scheme());
        let is_told = written.is_ok_and(|written| {
            (written.length, &*written.octets) == (user_data.udl(), user_data.octets())
        });
        if !is_told {
            self.put("udl", user_data.udl());
            self.put_hex("user_data_hex", user_data.octets());
        }
    }
}

/// Whether the address is the one that would be written for its keys.
fn is_told_by_keys(address: &Address) -> bool {
    let written = encode::fields::of_json("address", address_json(address));
    // Equal addresses may differ in what fills the last octet.
    written.is_ok_and(|written| encode::fields::octets(&written) == encode::fields::octets(address))
}

/// An address; a name has no digits.
pub(crate) fn address_json(address: &Address) -> Json {
    let toa = address.type_of_address();
    let mut keys = Keys::default();
    keys.put_hex("toa", &[toa.0]);
    keys.put("ton", toa.ton().0);
    keys.put("npi", toa.npi().0);
    if !address.is_alphanumeric() {
        keys.put("digits", address.digits().collect::<String>());
    }
    keys.put("number", address.to_string());
    Json::Object(keys.finish())
}

fn coding_json(coding: DataCodingScheme) -> Json {
    let mut keys = Keys::default();
    keys.put_hex("raw", &[coding.0]);
    keys.put("alphabet", coding.alphabet().name());
    keys.put("class", coding.class().map(|class| class.number()));
    keys.put("compressed", coding.is_compressed());
    keys.put("group", coding.group().name());
    keys.put("auto_delete", coding.is_auto_delete());
    if let Some(waiting) = coding.message_waiting() {
        keys.put(
            "mwi",
            json!({
                "active": waiting.active,
                "type": waiting.indication.name(),
                "store": waiting.store,
            }),
        );
    }
    let reserved = [
        ("reserved", coding.is_reserved()),
        ("reserved_bit2", coding.has_reserved_bit_2()),
        ("reserved_bit3", coding.has_reserved_bit_3()),
    ];
    for (name, _) in reserved.into_iter().filter(|(_, is_set)| *is_set) {
        keys.put(name, true);
    }
    Json::Object(keys.finish())
}

fn validity_json(validity: ValidityPeriod) -> Json {
    let seconds = validity.duration().map(|duration| duration.as_secs());
    match validity {
        ValidityPeriod::Relative(period) => json!({
            "format": "relative",
            "raw": hex::encode_upper(&[period.0]),
            "seconds": seconds,
        }),
        ValidityPeriod::Absolute(time) => json!({
            "format": "absolute",
            "raw": hex::encode_upper(&time.octets()),
            "timestamp": time.is_valid().then(|| time.to_string()),
        }),
        ValidityPeriod::Enhanced(period) => json!({
            "format": "enhanced",
            "raw": hex::encode_upper(&period.octets()),
            "extension": period.has_extension(),
            "single_shot": period.is_single_shot(),
            "seconds": seconds,
        }),
    }
}

pub(super) struct Decoder {
    reading: Reading,
}

impl Decoder {
    pub(super) fn new(args: &Args) -> Self {
        let context = Context::new(args.direction.into(), args.context.report());
        Self {
            reading: Reading {
                context,
                has_smsc: args.context.smsc,
                quirks: args.input.gsm_quirks(),
            },
        }
    }
}

impl Decode for Decoder {
    /// Without the half octet at the end, when what is before it is cut anyway.
    fn octets(&self, line: &[u8]) -> Result<Vec<u8>, Error> {
        let error = match input::octets(line) {
            Ok(octets) => return Ok(octets),
            Err(error) => error,
        };
        let Some((_, digits)) = line.trim_ascii_end().split_last() else {
            return Err(error);
        };
        let Ok(octets) = input::octets(digits) else {
            return Err(error);
        };
        let is_cut = self.reading.read(&octets).is_ok_and(|pdu| {
            let mut faults = pdu.tolerated.iter();
            faults.any(|fault| fault.what == Tolerance::TruncatedUserData)
        });
        if is_cut { Ok(octets) } else { Err(error) }
    }

    fn json(&self, octets: &[u8]) -> Result<Json, Error> {
        Ok(Json::Object(self.reading.read(octets)?.json()))
    }

    fn text(&self, octets: &[u8], style: Style) -> Result<String, Error> {
        Ok(dissect::tpdu(octets, &self.reading.read(octets)?, style))
    }
}
