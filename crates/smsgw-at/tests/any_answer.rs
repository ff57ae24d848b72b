//! Whatever a modem answers, reading it ends, and says where it is wrong within the line.

use proptest::prelude::*;
use smsgw_at::AnswerError;
use smsgw_at::charset::CharacterSet;
use smsgw_at::command::call::{Caller, Ringing};
use smsgw_at::command::identity::{
    InternationalMobileSubscriberIdentity, Manufacturer, ReadIccid, SerialNumber,
};
use smsgw_at::command::network::{
    Domain, ExtendedSignalQuality, ListOperators, ReadOperator, ReadRegistration, Registration,
    SignalQuality,
};
use smsgw_at::command::pin::{ReadPinState, ReadRetryCounters};
use smsgw_at::command::power::ReadFunctionality;
use smsgw_at::command::routing::{
    MessageService, Preferences, ReadMessageService, ReadNewMessageIndications, ReadSelectService,
    TestMessageService, TestNewMessageIndications, TestSelectService,
};
use smsgw_at::command::send::{SendMessage, Sent};
use smsgw_at::command::sms::{ReadMessageFormat, ReadServiceCentre};
use smsgw_at::command::storage::{
    ListMessages, MessageStatus, ReadMessage, ReadPreferredStorage, TestDeleteMessage,
    TestPreferredStorage,
};
use smsgw_at::command::ussd::UssdReply;
use smsgw_at::command::{Command, basic};

const PREFIXES: &[&str] = &[
    "+CGMI", "+CGSN", "+CIMI", "+CCID", "+ICCID", "^ICCID", "+QCCID", "#CCID", "^SCID", "+CRSM",
    "+CPIN", "+CPINR", "^CPIN", "+QPINC", "+SPIC", "^SPIC", "*EPIN", "+UPINCNT", "+CPINC", "#PCT",
    "+CSIM", "+CREG", "+CGREG", "+CEREG", "+COPS", "+CSQ", "+CESQ", "+CPMS", "+CMGL", "+CMGR",
    "+CMGD", "+CMGS", "+CNMI", "+CSMS", "+CGSMS", "+CMGF", "+CSCA", "+CSCS", "+CFUN", "+CUSD",
    "+CLIP", "+CRING",
];

/// Reads the lines as the answer to each command; the errors.
fn read_all(lines: &[String], set: &CharacterSet) -> Vec<AnswerError> {
    let mut errors = Vec::new();
    macro_rules! read {
        ($($command:expr),* $(,)?) => {
            $( errors.extend($command.read(lines).err()); )*
        };
    }
    read!(
        basic::ReadCharacterSet,
        basic::TestCharacterSet,
        Manufacturer,
        SerialNumber,
        InternationalMobileSubscriberIdentity,
        ReadPinState,
        SignalQuality,
        ExtendedSignalQuality,
        ReadOperator { character_set: set },
        ListOperators { character_set: set },
        ReadPreferredStorage,
        TestPreferredStorage,
        ListMessages(MessageStatus::ALL),
        ReadMessage { index: 1 },
        TestDeleteMessage,
        ReadNewMessageIndications,
        MessageService::Phase2Plus,
        ReadMessageService,
        TestMessageService,
        ReadSelectService,
        TestSelectService,
        ReadMessageFormat,
        ReadServiceCentre { character_set: set },
        ReadFunctionality,
    );
    for command in ReadIccid::ALL {
        read!(command);
    }
    for command in ReadRetryCounters::ALL {
        read!(command);
    }
    for domain in Domain::ALL {
        read!(ReadRegistration(domain));
    }
    match TestNewMessageIndications.read(lines) {
        Ok(ranges) => {
            let choices = ranges.choose(&Preferences::STORED);
            assert!(choices.len() <= 24, "{choices:?}");
        }
        Err(error) => errors.push(error),
    }
    // Once sent it is sent.
    if let Some(send) = SendMessage::of(&[0, 1]) {
        assert!(send.read(lines).is_ok());
    }
    for line in lines {
        let _ = (Sent::of(line), Ringing::of(line));
        errors.extend(Registration::of(line).and_then(Result::err));
        errors.extend(Caller::of(line, set).and_then(Result::err));
        errors.extend(UssdReply::of(line, set).and_then(Result::err));
    }
    errors
}

fn line() -> impl Strategy<Value = String> {
    let prefix = prop::sample::select(PREFIXES);
    let rest = prop_oneof![
        "[0-9,\"()-]{0,30}",
        "(\"[A-Z0-9 ]{0,6}\"|[0-9]{1,3}|\\([0-9,-]{0,9}\\)|)(,(\"[A-F0-9]{0,8}\"|[0-9]{1,3}|\\(0-3\\)|)){0,6}",
        "[ -~\u{80}-\u{ff}]{0,40}",
    ];
    let separator = prop::sample::select(&[": ", ":", "=", " ", ""][..]);
    prop_oneof![
        8 => (prefix, separator, rest).prop_map(|(prefix, separator, rest)| [prefix, separator, &rest].concat()),
        1 => "[0-9A-F]{0,60}",
        1 => "[\u{0}-\u{ff}]{0,40}",
    ]
}

proptest! {
    #[test]
    fn reading_ends_and_says_where(lines in prop::collection::vec(line(), 0..6)) {
        let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        for set in [CharacterSet::Gsm, CharacterSet::Ucs2, CharacterSet::Hex] {
            for error in read_all(&lines, &set) {
                let offset = usize::try_from(error.offset()).unwrap_or(usize::MAX);
                prop_assert!(offset <= longest, "{} in {:?}", error, lines);
                prop_assert!(!error.field().is_empty());
            }
        }
    }
}

#[test]
fn a_line_as_long_as_lines_may_be_is_read_at_once() {
    for unit in ["\"a, ", "(", "\",", "(\"", ",", "\" ", "0-", "F"] {
        for prefix in PREFIXES {
            let line = [prefix, ": ", &unit.repeat(4096 / unit.len())].concat();
            read_all(&[line], &CharacterSet::Ucs2);
        }
    }
}
