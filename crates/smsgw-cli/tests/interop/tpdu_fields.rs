//! What a TPDU says, field by field: by smsgw-gsm and by tshark, in the same words.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

use smsgw_gsm::dcs::{DataCodingScheme, Group};
use smsgw_gsm::field::{
    Address, EnhancedFormat, EnhancedPeriod, ProtocolId, State, Timestamp, ValidityPeriod,
};
use smsgw_gsm::tpdu::{Parameters, Tpdu, UserData};
use smsgw_gsm::udh::{
    Alignment, Concat, FontSize, Indication, InformationElement, Ports, Reference, SmscControl,
    SpecialMessage, TextFormat,
};

use crate::dissection::{Dissection, Leaf, number};
use crate::encoding::hex;

/// Names of fields and their values.
pub(crate) type Fields = BTreeMap<&'static str, String>;

fn put(fields: &mut Fields, name: &'static str, value: impl Display) {
    let twice = fields.insert(name, value.to_string());
    assert_eq!(twice, None, "{name}");
}

/// By smsgw-gsm.
pub(crate) fn ours(tpdu: &Tpdu<'_>) -> Fields {
    let mut fields = Fields::new();
    let mut flags = |list: &[(&'static str, bool)]| {
        for (name, is_set) in list {
            put(&mut fields, name, is_set);
        }
    };
    flags(&[("header", tpdu.first_octet() & 0b0100_0000 != 0)]);
    match tpdu {
        Tpdu::Deliver(deliver) => flags(&[
            ("more messages", deliver.more_messages_to_send),
            ("loop prevention", deliver.loop_prevention),
            ("status report", deliver.status_report_indication),
            ("reply path", deliver.reply_path),
        ]),
        Tpdu::Submit(submit) => flags(&[
            ("reject duplicates", submit.reject_duplicates),
            ("status report", submit.status_report_request),
            ("reply path", submit.reply_path),
        ]),
        Tpdu::StatusReport(report) => flags(&[
            ("more messages", report.more_messages_to_send),
            ("loop prevention", report.loop_prevention),
            ("of a command", report.status_report_qualifier),
        ]),
        Tpdu::Command(command) => flags(&[("status report", command.status_report_request)]),
        Tpdu::DeliverReport(_) | Tpdu::SubmitReport(_) => {}
    }
    let fields = &mut fields;
    put(fields, "kind", tpdu.kind());
    if let Some(address) = tpdu.address() {
        put(fields, "address", our_address(address));
    }
    let mut times = Vec::new();
    match tpdu {
        Tpdu::Deliver(deliver) => {
            our_protocol(fields, deliver.protocol_identifier);
            our_coding(fields, deliver.user_data.data_coding_scheme());
            times.push(deliver.service_centre_time_stamp);
            our_user_data(fields, deliver.user_data);
        }
        Tpdu::Submit(submit) => {
            put(fields, "reference", submit.message_reference);
            our_protocol(fields, submit.protocol_identifier);
            our_coding(fields, submit.user_data.data_coding_scheme());
            if let Some(ValidityPeriod::Absolute(time)) = submit.validity_period {
                times.push(time);
            }
            put(fields, "validity", our_validity(submit.validity_period));
            our_user_data(fields, submit.user_data);
        }
        Tpdu::StatusReport(report) => {
            put(fields, "reference", report.message_reference);
            times.extend([report.service_centre_time_stamp, report.discharge_time]);
            put(fields, "status", report.status.0);
            let is_reserved = report.status.is_reserved();
            let gave_up = is_reserved || report.status.0 & 0b0110_0000 == 0b0110_0000;
            let state = match report.status.state() {
                State::Failed if gave_up => "gave up",
                state => state.name(),
            };
            // Above, tshark shows no state.
            if report.status.0 < 0x80 {
                put(fields, "state", state);
            }
            if let Some(parameters) = &report.parameters {
                our_parameters(fields, parameters);
            }
        }
        Tpdu::Command(command) => {
            put(fields, "reference", command.message_reference);
            our_protocol(fields, command.protocol_identifier);
            put(fields, "command", command.command_type.0);
            put(fields, "message number", command.message_number);
            put(fields, "length", command.command_data.user_data().udl());
        }
        Tpdu::DeliverReport(report) => {
            if let Some(failure) = report.failure_cause {
                put(fields, "failure", failure.0);
            }
            our_parameters(fields, &report.parameters);
        }
        Tpdu::SubmitReport(report) => {
            if let Some(failure) = report.failure_cause {
                put(fields, "failure", failure.0);
            }
            times.push(report.service_centre_time_stamp);
            our_parameters(fields, &report.parameters);
        }
    }
    let times: Vec<_> = times.iter().map(Timestamp::to_string).collect();
    put(fields, "times", times.join(" "));
    std::mem::take(fields)
}

fn our_address(address: &Address) -> String {
    let digits = match address.name() {
        Some(name) => name,
        None => address.digits().collect(),
    };
    let (ton, npi) = (address.ton().0, address.npi().0);
    format!("{ton} {npi} {} {digits}", address.semi_octets())
}

fn our_protocol(fields: &mut Fields, protocol: ProtocolId) {
    put(fields, "protocol", protocol.0);
    if let Some(device) = protocol.telematic() {
        put(fields, "device", device.0);
    }
    if let Some(protocol) = protocol.sm_al_protocol() {
        put(fields, "SM-AL", protocol);
    }
    match (protocol.replaces(), protocol.0) {
        (Some(slot), _) => put(fields, "message type", slot),
        (None, octet @ 0x40..=0x7F) => put(fields, "message type", octet & 0x3F),
        (None, _) => {}
    }
}

fn our_coding(fields: &mut Fields, coding: DataCodingScheme) {
    put(fields, "coding", coding.0);
    put(fields, "group", coding.group().name());
    if !coding.is_reserved() {
        put(fields, "alphabet", coding.alphabet().name());
    }
    put(fields, "compressed", coding.is_compressed());
    if let Some(class) = coding.class() {
        put(fields, "class", class.number());
    }
    if let Some(waiting) = coding.message_waiting() {
        let what = format!("{} {}", waiting.active, waiting.indication.name());
        put(fields, "waiting", what);
    }
}

fn our_validity(validity: Option<ValidityPeriod>) -> String {
    let seconds = |duration: Option<Duration>| match duration {
        Some(duration) => duration.as_secs().to_string(),
        None => "none".into(),
    };
    match validity {
        None => "none".into(),
        Some(ValidityPeriod::Relative(period)) => {
            format!("relative {} {}", period.0, seconds(Some(period.duration())))
        }
        Some(ValidityPeriod::Absolute(_)) => "absolute".into(),
        Some(ValidityPeriod::Enhanced(period)) => format!(
            "enhanced {} {} {} {}",
            period.has_extension(),
            period.is_single_shot(),
            our_format(period),
            seconds(period.duration())
        ),
    }
}

fn our_format(period: EnhancedPeriod) -> u8 {
    match period.format() {
        EnhancedFormat::None => 0,
        EnhancedFormat::Relative(_) => 1,
        EnhancedFormat::Seconds(_) => 2,
        EnhancedFormat::Time { .. } => 3,
        EnhancedFormat::Reserved(format) => format,
    }
}

fn our_parameters(fields: &mut Fields, parameters: &Parameters<'_>) {
    put(fields, "parameters", parameters.indicator().0);
    if let Some(protocol) = parameters.protocol_identifier() {
        our_protocol(fields, protocol);
    }
    if let Some(coding) = parameters.data_coding_scheme() {
        our_coding(fields, coding);
    }
    if let Some(user_data) = parameters.user_data() {
        our_user_data(fields, user_data);
    }
}

fn our_user_data(fields: &mut Fields, user_data: UserData<'_>) {
    put(fields, "length", user_data.udl());
    if let Some(header) = user_data.header() {
        put(fields, "header length", header.octets().len() - 1);
        let elements: Vec<_> = header.information().map(our_element).collect();
        put(fields, "elements", elements.join("; "));
    }
    match user_data.text() {
        Some(text) if text.is_empty() => {}
        Some(text) => put(fields, "text", text),
        None if user_data.payload().is_empty() => {}
        None => put(fields, "octets", hex(user_data.payload())),
    }
}

/// With tshark's names for what is in it.
pub(crate) fn our_element(element: InformationElement<'_>) -> String {
    let mut text = format!("{:#04x}", element.iei());
    let mut put = |name: &str, value: &dyn Display| text += &format!(" {name}={value}");
    match element {
        InformationElement::Concat(concat) => our_concat(concat, &mut put),
        InformationElement::Ports(ports) => our_ports(ports, &mut put),
        InformationElement::SpecialMessage(waiting) => our_waiting(waiting, &mut put),
        InformationElement::SmscControl(control) => our_control(control, &mut put),
        InformationElement::UdhSource(source) => put("udh_created", &source.0),
        InformationElement::TextFormat(format) => our_text_format(format, &mut put),
        InformationElement::PredefinedSound { position, sound } => {
            put("dis_iei_ps.position", &position);
            put("dis_iei_ps.sound_number", &sound.0);
        }
        InformationElement::UserDefinedSound(sound) => {
            put("dis_iei_uds.position", &sound.position());
            put("dis_iei_uds.user_defined_sound", &hex(sound.melody()));
        }
        InformationElement::PredefinedAnimation {
            position,
            animation,
        } => {
            put("dis_iei_pa.position", &position);
            put("dis_iei_pa.animation_number", &animation.0);
        }
        InformationElement::LargeAnimation { position, pictures } => {
            put("dis_iei_la.position", &position);
            put("dis_iei_la.large_animation", &hex(pictures));
        }
        InformationElement::SmallAnimation { position, pictures } => {
            put("dis_iei_sa.position", &position);
            put("dis_iei_sa.small_animation", &hex(pictures));
        }
        InformationElement::LargePicture { position, pixels } => {
            put("dis_iei_lp.position", &position);
            put("dis_iei_lp.large_picture", &hex(pixels));
        }
        InformationElement::SmallPicture { position, pixels } => {
            put("dis_iei_sp.position", &position);
            put("dis_iei_sp.small_picture", &hex(pixels));
        }
        InformationElement::VariablePicture(picture) => {
            put("dis_iei_vp.position", &picture.position());
            put("dis_iei_vp.horizontal_dimension", &picture.columns());
            put("dis_iei_vp.vertical_dimension", &picture.rows());
            put("dis_iei_vp.variable_picture", &hex(picture.pixels()));
        }
        InformationElement::UserPrompt { objects } => {
            put("dis_iei_upi.num_corresponding_objects", &objects);
        }
        InformationElement::SingleShift(language) => {
            put("dis_iei_lang.single_shift", &language);
        }
        InformationElement::LockingShift(language) => {
            put("dis_iei_lang.locking_shift", &language);
        }
        // tshark has no names for what is in the others.
        other => {
            let mut data = Vec::new();
            other.write_data(&mut data);
            if !data.is_empty() {
                put("ie_data", &hex(&data));
            }
        }
    }
    text
}

fn our_concat(concat: Concat, put: &mut impl FnMut(&str, &dyn Display)) {
    match concat.reference() {
        Reference::Eight(reference) => put("udh.mm.msg_id", &reference),
        Reference::Sixteen(reference) => put("udh.mm.msg_id", &reference),
    }
    put("udh.mm.msg_parts", &concat.total());
    put("udh.mm.msg_part", &concat.sequence());
}

fn our_ports(ports: Ports, put: &mut impl FnMut(&str, &dyn Display)) {
    put("destination_port", &ports.destination());
    put("originator_port", &ports.originator());
}

fn our_waiting(waiting: SpecialMessage, put: &mut impl FnMut(&str, &dyn Display)) {
    let (extended, kind) = match waiting.kind() {
        Some(Indication::Voicemail) => (0, 0),
        Some(Indication::Fax) => (0, 1),
        Some(Indication::Email) => (0, 2),
        Some(Indication::Other) => (0, 3),
        Some(Indication::Video) => (1, 3),
        other => panic!("{other:?}"),
    };
    put("msg_ind_type_and_stor", &u8::from(waiting.store()));
    put("profile_id", &(waiting.profile() - 1));
    put("ext_msg_ind_type", &extended);
    put("msg_ind_type", &kind);
    put("msg_count", &waiting.count());
}

fn our_control(control: SmscControl, put: &mut impl FnMut(&str, &dyn Display)) {
    put("status_report", &control.0);
    for (name, flag) in [
        ("short_msg", SmscControl::COMPLETED),
        ("permanent_error", SmscControl::PERMANENT_ERROR),
        (
            "temp_error_no_attempt",
            SmscControl::TEMPORARY_ERROR_GIVEN_UP,
        ),
        (
            "temp_error_transfer",
            SmscControl::TEMPORARY_ERROR_STILL_TRYING,
        ),
        ("active", SmscControl::CANCEL_THE_REST),
        ("original_udh", SmscControl::ORIGINAL_UDH),
    ] {
        let is_set = u8::from(control.contains(flag));
        put(&format!("status_report.{name}"), &is_set);
    }
}

fn our_text_format(format: TextFormat, put: &mut impl FnMut(&str, &dyn Display)) {
    let mode = format.mode;
    put("dis_iei_tf.start_position", &format.start);
    put("dis_iei_tf.length", &format.length);
    put("formatting_mode", &mode.0);
    // So tshark names alignment and size.
    let alignment = match mode.alignment() {
        Alignment::Left => 0,
        Alignment::Centre => 1,
        Alignment::Right => 2,
        Alignment::LanguageDependent => 3,
    };
    put("udh_created", &alignment);
    let size = match mode.size() {
        FontSize::Normal => 0,
        FontSize::Large => 1,
        FontSize::Small => 2,
        FontSize::Reserved => 3,
    };
    put("udh_created", &size);
    for (name, is_set) in [
        ("bold", mode.is_bold()),
        ("italic", mode.is_italic()),
        ("underlined", mode.is_underlined()),
        ("strikethrough", mode.is_strikethrough()),
    ] {
        put(&format!("formatting_mode.style_{name}"), &u8::from(is_set));
    }
    if let Some(colour) = format.colour {
        put("dis_iei_tf.foreground_colour", &colour.foreground());
        put("dis_iei_tf.background_colour", &colour.background());
    }
}

/// By tshark.
pub(crate) fn theirs(shown: &Dissection) -> Fields {
    let mut fields = Fields::new();
    let fields = &mut fields;
    let kind = shown.lines("GSM SMS TPDU (GSM 03.40) SMS-").next();
    put(
        fields,
        "kind",
        kind.unwrap_or_default().to_lowercase().replace(' ', "-"),
    );
    for (name, theirs, means) in [
        ("header", "tp-udhi", 1),
        // The bit says that there are no more.
        ("more messages", "tp-mms", 0),
        ("loop prevention", "tp-lp", 1),
        ("status report", "tp-sri", 1),
        ("status report", "tp-srr", 1),
        ("of a command", "tp-srq", 1),
        ("reply path", "tp-rp", 1),
        ("reject duplicates", "tp-rd", 1),
    ] {
        if let Some(bit) = shown.number(theirs) {
            put(fields, name, bit == means);
        }
    }
    for (name, theirs) in [
        ("reference", "tp-mr"),
        ("protocol", "tp-pid"),
        ("device", "tp.pid.device_type"),
        ("SM-AL", "tp.pid.sm_al_proto"),
        ("message type", "tp.pid.message_type"),
        ("coding", "tp-dcs"),
        ("failure", "tp-fcs"),
        ("parameters", "tp.parameter_indicator"),
        ("command", "tp.command_type"),
        ("message number", "tp.message_number"),
        ("length", "tp.user_data_length"),
        ("length", "tp.command_data_length"),
        ("header length", "dis_field_udh.user_data_header_length"),
    ] {
        if let Some(value) = shown.number(theirs) {
            put(fields, name, value);
        }
    }
    if let Some(address) = their_address(shown) {
        put(fields, "address", address);
    }
    if shown.find("tp-dcs").is_some() {
        their_coding(fields, shown);
    }
    if let Some(validity) = their_validity(shown) {
        put(fields, "validity", validity);
    }
    put(fields, "times", their_times(shown).join(" "));
    let status = [
        "dis_field.definition",
        "dis_field.st_error",
        "dis.field_st_reason",
    ];
    if let [Some(reserved), Some(group), Some(reason)] = status.map(|name| shown.number(name)) {
        put(fields, "status", reserved << 7 | group << 5 | reason);
        if reserved == 0 {
            put(fields, "state", their_state(shown));
        }
    }
    if shown
        .find("dis_field_udh.user_data_header_length")
        .is_some()
    {
        put(
            fields,
            "elements",
            their_elements(shown.leaves()).join("; "),
        );
    }
    if let Some(text) = shown.find("sms_text") {
        put(fields, "text", text);
    }
    for name in ["sms_body", "compressed_data"] {
        if let Some(octets) = shown.octets(name) {
            put(fields, "octets", octets);
        }
    }
    std::mem::take(fields)
}

fn their_address(shown: &Dissection) -> Option<String> {
    let part = |name| shown.number(&format!("dis_field_addr.{name}"));
    let (ton, npi, length) = (part("num_type")?, part("num_plan")?, part("length")?);
    let names = ["tp-oa", "tp-da", "tp-ra"];
    let digits = names.into_iter().find_map(|name| shown.find(name));
    Some(format!(
        "{ton} {npi} {length} {}",
        digits.unwrap_or_default()
    ))
}

fn their_coding(fields: &mut Fields, shown: &Dissection) {
    let dcs = |name| shown.number(&format!("dcs.{name}"));
    let four = shown.number("coding_group_bits4");
    let group = match (shown.number("coding_group_bits2"), four) {
        (Some(0), None) => Group::General,
        (Some(1), None) => Group::AutoDelete,
        (None, Some(8..=11)) => Group::Reserved,
        (None, Some(12)) => Group::MwiDiscard,
        (None, Some(13)) => Group::MwiStore,
        (None, Some(14)) => Group::MwiStoreUcs2,
        (None, Some(15)) => Group::DataCodingClass,
        other => panic!("{other:?}"),
    };
    put(fields, "group", group.name());
    let alphabet = match (group, dcs("character_set"), dcs("message_coding")) {
        (Group::General | Group::AutoDelete, None | Some(0), _) => Some("gsm7"),
        (Group::General | Group::AutoDelete, Some(1), _) => Some("8bit"),
        (Group::General | Group::AutoDelete, Some(2), _) => Some("ucs2"),
        (Group::MwiDiscard | Group::MwiStore, ..) => Some("gsm7"),
        (Group::MwiStoreUcs2, ..) => Some("ucs2"),
        (Group::DataCodingClass, _, Some(0)) => Some("gsm7"),
        (Group::DataCodingClass, _, Some(_)) => Some("8bit"),
        _ => None,
    };
    if let Some(alphabet) = alphabet {
        put(fields, "alphabet", alphabet);
    }
    put(fields, "compressed", dcs("text_compressed") == Some(1));
    let has_class = group == Group::DataCodingClass || dcs("message_class_defined") == Some(1);
    if let Some(class) = dcs("message_class").filter(|_| has_class) {
        put(fields, "class", class);
    }
    if let (Some(active), Some(what)) = (dcs("indication_sense"), dcs("message_waiting")) {
        let names = ["voicemail", "fax", "email", "other"];
        let what = names[usize::try_from(what).unwrap()];
        put(fields, "waiting", format!("{} {what}", active == 1));
    }
}

/// The sum of the numbers before each unit.
fn their_seconds(text: &str) -> u64 {
    let words: Vec<_> = text.split_whitespace().collect();
    let (pairs, _) = words.as_chunks::<2>();
    let seconds = pairs.iter().map(|[count, unit]| {
        let unit = match unit.trim_end_matches(',') {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 60 * 60,
            "day(s)" => 24 * 60 * 60,
            "week(s)" => 7 * 24 * 60 * 60,
            other => panic!("{other} in {text}"),
        };
        count.parse::<u64>().unwrap() * unit
    });
    seconds.sum()
}

fn their_validity(shown: &Dissection) -> Option<String> {
    let period = |name: &str| shown.number(&format!("vp.{name}"));
    let mut lines = shown.lines("TP-Validity-Period: ");
    Some(match shown.number("tp-vpf")? {
        0 => "none".into(),
        2 => {
            let seconds = lines.next().map(their_seconds);
            format!("relative {} {}", period("validity_period")?, seconds?)
        }
        3 => "absolute".into(),
        _ => {
            let format = period("validity_period_format")?;
            let parts = ["hour", "minutes", "seconds"];
            let parts = parts.map(|part| period(&format!("validity_period.{part}")));
            let seconds = match (lines.next(), parts) {
                (Some(line), _) => their_seconds(line).to_string(),
                (None, [Some(hours), Some(minutes), Some(seconds)]) => {
                    (hours * 3600 + minutes * 60 + seconds).to_string()
                }
                _ => "none".into(),
            };
            let flag = |name: &str| period(name).map(|bit| bit == 1);
            let (extension, single) = (flag("extension")?, flag("single_shot_sm")?);
            format!("enhanced {extension} {single} {format} {seconds}")
        }
    })
}

fn their_times(shown: &Dissection) -> Vec<String> {
    let parts = ["year", "month", "day", "hour", "minutes", "seconds"];
    let parts = parts.map(|part| shown.numbers(&format!("scts.{part}")));
    // The sign of the zone is only in what people read.
    let zones = shown.lines("Timezone: GMT ");
    let times = zones.enumerate().map(|(index, zone)| {
        let [year, month, day, hour, minute, second] =
            [0, 1, 2, 3, 4, 5].map(|at| parts[at][index]);
        // tshark leaves the century open.
        let century = if year < 90 { 20 } else { 19 };
        let words: Vec<_> = zone.split_whitespace().collect();
        let [sign, hours, "hours", minutes, "minutes"] = words[..] else {
            panic!("{zone}");
        };
        let sign = if (hours, minutes) == ("0", "0") {
            "+"
        } else {
            sign
        };
        format!(
            "{century}{year:02}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}\
             {sign}{hours:0>2}:{minutes:0>2}"
        )
    });
    times.collect()
}

fn their_state(shown: &Dissection) -> &'static str {
    let lines = [
        ".00. .... = ",
        ".01. .... = ",
        ".10. .... = ",
        ".11. .... = ",
    ];
    let line = lines
        .into_iter()
        .find_map(|line| shown.lines(line).find(|line| line.starts_with("Error: ")));
    match line {
        Some(line) if line.contains("SM completed") || line.contains("No error") => "delivered",
        Some(line) if line.contains("still trying") => "retrying",
        Some(line) if line.contains("Permanent") => "failed",
        Some(line) if line.contains("not making any more") => "gave up",
        other => panic!("{other:?}"),
    }
}

/// Each with what is in it, in the order of the octets.
fn their_elements(leaves: &[Leaf]) -> Vec<String> {
    const OCTETS: [&str; 7] = [
        "ie_data",
        "dis_iei_uds.user_defined_sound",
        "dis_iei_la.large_animation",
        "dis_iei_sa.small_animation",
        "dis_iei_lp.large_picture",
        "dis_iei_sp.small_picture",
        "dis_iei_vp.variable_picture",
    ];
    let mut elements = Vec::new();
    for Leaf { name, shown, .. } in leaves {
        match &name[..] {
            "ie_identifier" => elements.push(shown.clone()),
            "dis_field_ud_iei.length" => {}
            // After the header.
            "sms_text" | "sms_body" | "compressed_data" => break,
            name if name.ends_with("fill_bits") => break,
            name => {
                if let Some(element) = elements.last_mut() {
                    let value = if OCTETS.contains(&name) {
                        shown.replace(':', "")
                    } else {
                        number(shown).to_string()
                    };
                    *element += &format!(" {name}={value}");
                }
            }
        }
    }
    elements
}
