//! What was made is read: operations and results with values of every kind in every field.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod common;

use bytes::BytesMut;
use proptest::prelude::*;
use proptest::sample::select;
use smsgw_ucp::op::*;
use smsgw_ucp::types::*;
use smsgw_ucp::{
    Alphabet, Answer, ErrorCode, Frame, MessageKey, Operation, OperationType, Quirks,
    SystemMessage, Trn,
};

/// Texts for values to borrow.
#[derive(Debug)]
struct Texts {
    /// Not empty.
    number: String,
    numbers: [String; 3],
    codes: [String; 4],
    account: String,
    name: Option<PackedBuf>,
    octets: HexBuf,
    digits: String,
    password: PasswordBuf,
    xser: XSerBuf,
    list: Vec<String>,
    groups: Vec<String>,
    /// Which message, which sender.
    choice: (u8, u8),
    small: [u16; 12],
    times: [Option<Time>; 4],
}

/// Year, month, day, hour, minute, second.
type Time = (u16, u8, u8, u8, u8, u8);

fn time() -> impl Strategy<Value = Option<Time>> {
    prop::option::of((
        1990..2090_u16,
        1..=12_u8,
        1..=28_u8,
        0..24_u8,
        0..60_u8,
        0..60_u8,
    ))
}

prop_compose! {
    fn texts()(
        number in "[0-9]{1,16}",
        numbers in prop::array::uniform3("[0-9]{0,16}"),
        codes in prop::array::uniform4("[ -.0-~]{0,16}"),
        account in "[0-9]{1,16}|[a-zA-Z_][!-.0-~]{0,63}",
        name in prop::option::of("[A-Za-z @0-9]{1,11}"),
        octets in prop::collection::vec(any::<u8>(), 0..320),
        digits in "[0-9]{0,160}",
        password in "[!-#%-?A-Z_a-z]{0,16}",
        services in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..30)), 0..6),
        list in prop::collection::vec("[0-9]{1,16}", 0..20),
        groups in prop::collection::vec("[0-9A-Z]{1,16}", 0..20),
        choice in (0..5_u8, 0..3_u8),
        small in prop::array::uniform12(any::<u16>()),
        times in prop::array::uniform4(time()),
    ) -> Texts {
        let mut xser = XSerBuf::new();
        for (tt, data) in services {
            let data = HexBuf::encode(&data);
            let (tt, data) = (ServiceType(tt), data.as_hex());
            xser.push_service(Service { tt, data }).unwrap();
        }
        Texts {
            number,
            numbers,
            codes,
            account,
            name: name.map(|name| PackedName::pack(&name).unwrap()),
            octets: HexBuf::encode(&octets),
            digits,
            password: PasswordBuf::new(&password, Alphabet::Gsm).unwrap(),
            xser,
            list,
            groups,
            choice,
            small,
            times,
        }
    }
}

/// A number of a field, or now and then none.
macro_rules! number {
    ($ty:ident $values:expr, $small:expr) => {{
        let values: std::ops::RangeInclusive<u16> = $values;
        match $small % 4 {
            0 => $ty::ABSENT,
            _ => some!($ty values, $small),
        }
    }};
}

/// A number of a field that is mandatory.
macro_rules! some {
    ($ty:ident $values:expr, $small:expr) => {{
        let values: std::ops::RangeInclusive<u16> = $values;
        let count = u32::from(*values.end() - *values.start()) + 1;
        let offset = (u32::from($small) % count) as u16;
        $ty::new(values.start() + offset).unwrap()
    }};
}

impl Texts {
    fn address(&self, at: usize) -> Address<'_> {
        Address::new(&self.numbers[at]).unwrap()
    }

    fn adc(&self) -> Address<'_> {
        Address::new(&self.number).unwrap()
    }

    fn account(&self) -> AccountAddress<'_> {
        AccountAddress::new(&self.account).unwrap()
    }

    fn code(&self, at: usize) -> AuthenticationCode<'_> {
        AuthenticationCode::new(&self.codes[at]).unwrap()
    }

    fn flag(&self, at: usize) -> Flag {
        number!(Flag 0..=1, self.small[at])
    }

    fn pid(&self, at: usize) -> Pid {
        number!(Pid 0..=9999, self.small[at])
    }

    fn minute(&self, at: usize) -> Option<Minute> {
        let (year, month, day, hour, minute, _) = self.times[at]?;
        Some(Minute::new(year, month, day, hour, minute).unwrap())
    }

    fn second(&self, at: usize) -> Second {
        let (year, month, day, hour, minute, second) =
            self.times[at].unwrap_or((1999, 12, 31, 23, 59, 59));
        Second::new(year, month, day, hour, minute, second).unwrap()
    }

    fn originator(&self) -> (Originator<'_>, Otoa) {
        let number = Originator::new(&self.number).unwrap();
        match (self.choice.1, &self.name) {
            (0, Some(name)) => (name.as_originator(), Otoa::ALPHANUMERIC),
            (1, _) => (number, Otoa::INTERNATIONAL),
            _ => (number, Otoa::ABSENT),
        }
    }

    fn message(&self) -> Message<'_> {
        let hex = self.octets.as_hex();
        let bits = 8 * hex.len() as u16;
        match self.choice.0 {
            0 => Message::numeric(&self.digits).unwrap(),
            1 => Message::octets(hex).unwrap(),
            2 => Message::bits(hex, bits.saturating_sub(self.small[0] % 8)).unwrap(),
            _ => Message::text(hex).unwrap(),
        }
    }

    fn content(&self) -> ShortContent<'_> {
        match self.choice.0 {
            0 => ShortContent::numeric(&self.digits).unwrap(),
            _ => ShortContent::text(self.octets.as_hex()).unwrap(),
        }
    }
}

/// Written and read it is the same, and nothing had to be let through.
fn check<'a>(operation: impl Into<Operation<'a>>, trn: Trn) -> Result<(), TestCaseError> {
    let operation = operation.into();
    let mut out = BytesMut::new();
    operation.encode(trn, &mut out);
    common::check_written(&out);
    let frame = Frame::copy_from(&out).unwrap();
    prop_assert_eq!((frame.trn(), frame.ot()), (trn, operation.ot()));
    let read = frame.operation_with(&Quirks::STRICT).unwrap();
    prop_assert_eq!(read.pdu, operation);
    prop_assert!(read.tolerated.is_empty());
    Ok(())
}

fn trns() -> impl Strategy<Value = Trn> {
    (0..Trn::COUNT).prop_map(|trn| Trn::new(trn).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn call_operations(t in texts(), trn in trns()) {
        let (oadc, ac, message) = (t.address(1), t.code(0), t.content());
        check(CallInput { adc: t.adc(), oadc, ac, message }, trn)?;

        let list = t.list.iter().map(|it| Address::new(it).unwrap());
        let list: Vec<_> = [t.adc()].into_iter().chain(list).collect();
        let recipients = Seq::new(&list).unwrap();
        check(MultipleAddressCallInput { recipients, oadc, ac, message }, trn)?;

        let groups = t.groups.iter().map(|it| AuthenticationCode::new(it).unwrap());
        let groups: Vec<_> = groups.collect();
        check(
            SupplementaryCallInput {
                adc: t.adc(),
                oadc,
                ac,
                ga: Seq::new(&groups).unwrap(),
                rp: t.flag(0),
                pr: t.flag(1),
                lpr: t.code(1),
                ur: t.flag(2),
                lur: t.code(2),
                rc: t.flag(3),
                lrc: t.code(3),
                dd: t.flag(4),
                ddt: t.minute(0),
                message,
                ..Default::default()
            },
            trn,
        )?;
        check(
            SmsMessageTransfer {
                adc: t.adc(),
                oadc,
                ac,
                nrq: t.flag(0),
                nadc: t.address(2),
                npid: t.pid(1),
                dd: t.flag(2),
                ddt: t.minute(0),
                vp: t.minute(1),
                amsg: AMsg::new(t.octets.as_hex()).unwrap(),
            },
            trn,
        )?;
        let pid = some!(Pid 0..=9999, t.small[0]);
        check(SmtAlert { adc: t.account(), pid }, trn)?;
    }

    #[test]
    fn session_operations(t in texts(), trn in trns()) {
        let (oton, onpi) = (number!(Ton 0..=9, t.small[0]), number!(Npi 0..=9, t.small[1]));
        let vers = some!(Version 0..=9999, t.small[2]);
        let pwd = t.password.as_password();
        check(
            SessionManagement {
                oadc: t.account(),
                oton,
                onpi,
                styp: some!(SessionType 1..=6, t.small[3]),
                pwd,
                npwd: pwd,
                vers,
                opid: number!(OriginatorPid 0..=99, t.small[4]),
                ..Default::default()
            },
            trn,
        )?;
        check(
            ListManagement {
                oadc: t.account(),
                oton,
                onpi,
                styp: some!(ListOperation 1..=6, t.small[3]),
                pwd,
                npwd: pwd,
                vers,
                ladc: t.address(0),
                lton: number!(Ton 0..=9, t.small[5]),
                lnpi: number!(Npi 0..=9, t.small[6]),
                ..Default::default()
            },
            trn,
        )?;
    }

    #[test]
    fn short_message_operations(t in texts(), trn in trns()) {
        let (oadc, otoa) = t.originator();
        let (message, xser) = (t.message(), t.xser.as_xser());
        let rpid = number!(Rpid 0..=255, t.small[0]);
        let mcls = number!(MessageClass 0..=3, t.small[1]);
        let rpi = number!(ReplyPath 1..=2, t.small[2]);
        let submit = SubmitShortMessage {
            adc: t.adc(),
            oadc,
            ac: t.code(0),
            nrq: t.flag(3),
            nadc: t.address(1),
            nt: number!(NotificationType 0..=7, t.small[4]),
            npid: t.pid(5),
            lrq: t.flag(6),
            lrad: t.address(2),
            lpid: t.pid(7),
            dd: t.flag(8),
            ddt: t.minute(0),
            vp: t.minute(1),
            rpid,
            message,
            mms: t.flag(9),
            pr: number!(Digit 0..=9, t.small[10]),
            mcls,
            rpi,
            otoa,
            xser,
            ..Default::default()
        };
        check(submit, trn)?;
        check(
            ModifyMessage {
                adc: submit.adc,
                oadc,
                ac: submit.ac,
                nrq: submit.nrq,
                nadc: submit.nadc,
                nt: submit.nt,
                npid: submit.npid,
                lrq: submit.lrq,
                lrad: submit.lrad,
                lpid: submit.lpid,
                dd: submit.dd,
                ddt: submit.ddt,
                vp: submit.vp,
                rpid,
                scts: Some(t.second(2)),
                message,
                mms: submit.mms,
                pr: submit.pr,
                mcls,
                rpi,
                otoa,
                xser,
                ..Default::default()
            },
            trn,
        )?;
        check(
            DeliverShortMessage {
                adc: submit.adc,
                oadc,
                rpid,
                scts: Some(t.second(2)),
                message,
                mms: submit.mms,
                dcs: number!(DataCoding 0..=1, t.small[11]),
                mcls,
                rpi,
                otoa,
                hplmn: t.address(0),
                xser,
                ..Default::default()
            },
            trn,
        )?;
        check(
            DeliverNotification {
                // The sender of the message that it notifies of.
                adc: oadc,
                oadc: Originator::new(&t.number).unwrap(),
                scts: Some(t.second(2)),
                dst: some!(Dst 0..=2, t.small[0]),
                rsn: some!(Rsn 0..=255, t.small[1]),
                dscts: Some(t.second(3)),
                message,
                mms: submit.mms,
                hplmn: t.address(0),
                ..Default::default()
            },
            trn,
        )?;
        let oadc = Originator::new(&t.number).unwrap();
        check(InquiryMessage { adc: t.adc(), oadc, ..Default::default() }, trn)?;
        let message = message.into();
        check(DeleteMessage { adc: t.adc(), oadc, message, ..Default::default() }, trn)?;
        let mms = t.flag(3);
        check(
            ResponseInquiryMessage { adc: t.adc(), message, mms, ..Default::default() },
            trn,
        )?;
        check(
            ResponseDeleteMessage { adc: t.adc(), message, mms, ..Default::default() },
            trn,
        )?;
    }

    #[test]
    fn results(
        t in texts(),
        trn in trns(),
        ot in select(OperationType::ALL),
        text in "[ -.0-~]{0,200}",
        code in 0..100_u8,
    ) {
        let keys: Vec<_> = t.list.iter().enumerate().map(|(at, adc)| {
            let adc = if at % 3 == 0 { "" } else { adc };
            MessageKey { adc, scts: t.second(at % 4) }
        }).collect();
        let sms = [
            SystemMessage::EMPTY,
            SystemMessage::new(&text).unwrap(),
            SystemMessage::list(&keys).unwrap(),
        ];
        for sm in sms {
            let positive = Answer::positive(ot, sm);
            let with_mvp = positive.with_mvp(t.minute(0)).unwrap_or(positive);
            for answer in [positive, with_mvp, Answer::negative(ot, ErrorCode(code), sm)] {
                let frame = answer.to_frame(trn);
                common::check_written(frame.octets());
                prop_assert_eq!(Frame::copy_from(frame.octets()), Ok(frame.clone()));
                let read = frame.answer_with(&Quirks::STRICT).unwrap();
                prop_assert_eq!(read.pdu, answer);
                prop_assert_eq!(read.pdu.mvp(), answer.mvp());
                prop_assert!(read.tolerated.is_empty());
            }
        }
        prop_assert!(SystemMessage::list(&keys).unwrap().keys().eq(keys.iter().copied()));
    }
}
