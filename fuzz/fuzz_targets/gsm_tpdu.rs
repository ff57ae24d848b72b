//! Any octets as a TPDU of either direction, with and without a service centre's address: nothing
//! panics, what reads strictly is written back octet for octet, what reads leniently is written in
//! a form that reads the same, and everything in it can be looked at.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smsgw_fuzz::Script;
use smsgw_gsm::field::{Address, Timestamp, ValidityPeriod};
use smsgw_gsm::tpdu::{Context, Direction, Field, ModemPdu, ReportKind, Tpdu, UserData};
use smsgw_gsm::{DecodeError, Decoded, Quirks, Tolerated};

/// A TPDU, and the address before it if there is to be one.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pdu<'a> {
    Bare(Tpdu<'a>),
    Modem(ModemPdu<'a>),
}

impl<'a> Pdu<'a> {
    fn decode(
        octets: &'a [u8],
        context: Context,
        is_modem: bool,
        quirks: &Quirks,
    ) -> Result<(Self, Tolerated), DecodeError> {
        if is_modem {
            let Decoded { pdu, tolerated } = ModemPdu::decode_with(octets, context, quirks)?;
            Ok((Pdu::Modem(pdu), tolerated))
        } else {
            let Decoded { pdu, tolerated } = Tpdu::decode_with(octets, context, quirks)?;
            Ok((Pdu::Bare(pdu), tolerated))
        }
    }

    fn to_vec(self) -> Vec<u8> {
        match self {
            Pdu::Bare(tpdu) => tpdu.to_vec(),
            Pdu::Modem(pdu) => {
                let octets = pdu.to_vec();
                assert!(octets.ends_with(&pdu.tpdu.to_vec()));
                assert_eq!(pdu.tpdu.to_vec().len(), pdu.tpdu_len());
                octets
            }
        }
    }

    fn fields(&self) -> Vec<Field> {
        match self {
            Pdu::Bare(tpdu) => tpdu.fields(),
            Pdu::Modem(pdu) => pdu.fields(),
        }
    }

    fn tpdu(&self) -> &Tpdu<'a> {
        match self {
            Pdu::Bare(tpdu) => tpdu,
            Pdu::Modem(pdu) => &pdu.tpdu,
        }
    }
}

fn look_at_address(address: &Address) {
    assert!(address.semi_octets() <= 20);
    let digits = address.digits().count();
    assert!(digits <= 20);
    let _ = (address.to_string(), address.ton(), address.npi());
    assert_eq!(address.name().is_some(), address.is_alphanumeric());
    let parts = (
        address.type_of_address(),
        address.semi_octets(),
        address.octets(),
    );
    // Lenient reading lets in semi-octets that no address can be made of.
    if let Some(again) = Address::from_parts(parts.0, parts.1, parts.2) {
        assert_eq!(again, *address);
    }
}

fn look_at_time(time: Timestamp) {
    assert!(!time.to_string().is_empty());
    assert_eq!(Timestamp::from_octets(time.octets()), time);
    assert_eq!(time.unix_seconds().is_some(), time.is_valid());
    if let Some(seconds) = time.unix_seconds() {
        let again = Timestamp::from_unix_seconds(seconds, time.offset_quarters());
        assert_eq!(again.map(|again| again.to_string()), Some(time.to_string()));
    }
}

fn look_at_user_data(user_data: UserData<'_>) {
    let octets = user_data.octets();
    assert!(octets.ends_with(user_data.payload()));
    match user_data.header() {
        Some(header) => {
            assert!(user_data.has_header());
            assert!(octets.starts_with(header.octets()));
            for element in header.information() {
                assert!(!element.to_string().is_empty());
            }
        }
        None => assert!(!user_data.has_header()),
    }
    let text = user_data.text();
    let coding = user_data.data_coding_scheme();
    assert!(!coding.is_compressed() || text.is_none());
    if let (Some(septets), Some(text)) = (user_data.septets(), &text) {
        assert!(septets <= usize::from(user_data.udl()));
        assert!(text.chars().count() <= septets);
    }
    let _ = (
        coding.group(),
        coding.class(),
        coding.message_waiting(),
        coding.to_string(),
    );
}

fn look_at(tpdu: &Tpdu<'_>) {
    assert!(!format!("{tpdu:?}").is_empty());
    if let Some(address) = tpdu.address() {
        look_at_address(address);
    }
    if let Some(user_data) = tpdu.user_data() {
        look_at_user_data(user_data);
    }
    match tpdu {
        Tpdu::Deliver(deliver) => {
            look_at_time(deliver.service_centre_time_stamp);
            let _ = deliver.protocol_identifier.to_string();
        }
        Tpdu::Submit(submit) => {
            let duration = submit.validity_period.and_then(ValidityPeriod::duration);
            match submit.validity_period {
                Some(ValidityPeriod::Absolute(time)) => look_at_time(time),
                Some(ValidityPeriod::Enhanced(period)) => {
                    assert_eq!(period.duration(), duration);
                    let _ = (period.format(), period.has_extension());
                }
                Some(ValidityPeriod::Relative(_)) => assert!(duration.is_some()),
                None => {}
            }
        }
        Tpdu::SubmitReport(report) => look_at_time(report.service_centre_time_stamp),
        Tpdu::StatusReport(report) => {
            look_at_time(report.service_centre_time_stamp);
            look_at_time(report.discharge_time);
            let _ = (report.status.state(), report.status.to_string());
        }
        Tpdu::Command(command) => {
            let _ = (
                command.command_type.to_string(),
                command.command_data.user_data().udl(),
            );
        }
        Tpdu::DeliverReport(report) => {
            let _ = (
                report.failure_cause.map(|failure| failure.to_string()),
                report.parameters.indicator(),
            );
        }
    }
}

fn examine(octets: &[u8], context: Context, is_modem: bool, quirks: &Quirks) -> bool {
    let (pdu, tolerated) = match Pdu::decode(octets, context, is_modem, quirks) {
        Ok(decoded) => decoded,
        Err(error) => {
            assert!(error.offset <= octets.len());
            assert!(!error.field.is_empty() && !error.to_string().is_empty());
            return false;
        }
    };
    for fault in tolerated.iter() {
        assert!(fault.offset <= octets.len());
    }
    let written = pdu.to_vec();
    if tolerated.is_empty() {
        assert_eq!(written, octets);
        // A valid PDU is valid to everybody.
        let strict = Pdu::decode(octets, context, is_modem, &Quirks::STRICT);
        assert_eq!(strict.map(|(pdu, _)| pdu), Ok(pdu));
    }
    let again = Pdu::decode(&written, context, is_modem, quirks);
    assert_eq!(again.map(|(pdu, _)| pdu), Ok(pdu));

    let mut end = 0;
    for field in pdu.fields() {
        assert_eq!(field.octets.start, end);
        assert!(!field.name.is_empty() && !field.octets.is_empty());
        end = field.octets.end;
    }
    assert_eq!(end, written.len());
    look_at(pdu.tpdu());
    true
}

fuzz_target!(|octets: &[u8]| {
    let mut script = Script(octets);
    let directions = [Direction::ScToMs, Direction::MsToSc];
    let reports = [ReportKind::Ack, ReportKind::Error];
    let context = Context::new(directions[script.below(2)], reports[script.below(2)]);
    let is_modem = script.flag();
    let octets = script.rest();
    let strict = examine(octets, context, is_modem, &Quirks::STRICT);
    let lenient = examine(octets, context, is_modem, &Quirks::LENIENT);
    assert!(lenient || !strict);
});
