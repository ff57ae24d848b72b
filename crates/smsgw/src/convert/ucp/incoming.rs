//! From the operations that carry messages to messages.

use std::time::{Duration, SystemTime};

use smsgw_ucp::op::{
    CallInput, DeliverShortMessage, MultipleAddressCallInput, SmsMessageTransfer,
    SubmitShortMessage, SupplementaryCallInput,
};
use smsgw_ucp::types::{self, Flag, Minute, NotificationType, Rpid, ShortContent, TimeZone};

use super::address::{from_digits, from_sender};
use super::content::Incoming;
use super::settings::Settings;
use super::time;
use crate::message::{Extra, Message, ReceiptRequest};

/// What an OT 51 says that came at `now`.
#[must_use]
pub fn from_submit_short_message<Z: TimeZone>(
    submit: &SubmitShortMessage<'_>,
    settings: &Settings<Z>,
    now: SystemTime,
) -> Message {
    let mut message = Message {
        from: from_sender(submit.oadc.sender(submit.otoa), settings),
        deliver_at: deliver_at(submit.dd, submit.ddt, settings),
        validity: validity(submit.vp, settings, now),
        ..Message::text(from_digits(submit.adc.as_str(), settings), "")
    };
    message.extras.extend(protocol_id(submit.rpid));
    message.extras.extend(match submit.pr.number() {
        None | Some(0) => None,
        Some(priority) => u8::try_from(priority).ok().map(Extra::Priority),
    });
    if submit.nrq.is_set() {
        let asked = |kind| submit.nt.contains(kind);
        let (success, failure, waiting) = (
            asked(NotificationType::DELIVERY),
            asked(NotificationType::NON_DELIVERY),
            asked(NotificationType::BUFFERED),
        );
        message.receipt = match (success, failure) {
            (true, true) => ReceiptRequest::Final,
            (true, false) => ReceiptRequest::OnSuccess,
            (false, true) => ReceiptRequest::OnFailure,
            (false, false) if waiting => ReceiptRequest::None,
            // What the service centre does by default.
            (false, false) => ReceiptRequest::Final,
        };
        message
            .extras
            .extend(waiting.then_some(Extra::IntermediateReceipts));
    }
    let incoming = Incoming {
        xser: submit.xser,
        mcls: submit.mcls,
        ..Incoming::new(submit.message.content())
    };
    incoming.read(settings, &mut message);
    message
}

/// What an OT 52 says.
///
/// ```
/// use smsgw::convert::ucp::{Settings, from_deliver_short_message};
/// use smsgw::ucp::op::DeliverShortMessage;
/// use smsgw::ucp::types::{self, Address, Hex, Originator};
/// use smsgw::Content;
///
/// let deliver = DeliverShortMessage {
///     adc: Address::new("2147")?,
///     oadc: Originator::new("00393331234567")?,
///     message: types::Message::text(Hex::new("68656C6C6F")?)?,
///     ..DeliverShortMessage::default()
/// };
/// let message = from_deliver_short_message(&deliver, &Settings::default());
/// assert_eq!(message.from, Some(smsgw::Address::number("+393331234567")));
/// assert_eq!(message.content, Content::Text("hello".into()));
/// # Ok::<(), smsgw::ucp::ValueError>(())
/// ```
#[must_use]
pub fn from_deliver_short_message<Z>(
    deliver: &DeliverShortMessage<'_>,
    settings: &Settings<Z>,
) -> Message {
    let mut message = Message {
        from: from_sender(deliver.oadc.sender(deliver.otoa), settings),
        ..Message::text(from_digits(deliver.adc.as_str(), settings), "")
    };
    message.extras.extend(protocol_id(deliver.rpid));
    let incoming = Incoming {
        content: deliver.message.content(),
        xser: deliver.xser,
        mcls: deliver.mcls,
        dcs: deliver.dcs,
    };
    incoming.read(settings, &mut message);
    message
}

/// What an OT 01 says: from a client, or from a service centre on simple links.
#[must_use]
pub fn from_call_input<Z>(call: &CallInput<'_>, settings: &Settings<Z>) -> Message {
    simple(call.adc, call.oadc, call.message, settings)
}

/// What an OT 02 says to each of its recipients.
pub fn from_multiple_address_call_input<'a, Z>(
    call: &MultipleAddressCallInput<'a>,
    settings: &'a Settings<Z>,
) -> impl Iterator<Item = Message> + use<'a, Z> {
    let (oadc, message) = (call.oadc, call.message);
    let recipients = call.recipients.iter();
    recipients.map(move |adc| simple(adc, oadc, message, settings))
}

/// What an OT 03 says.
#[must_use]
pub fn from_supplementary_call_input<Z: TimeZone>(
    call: &SupplementaryCallInput<'_>,
    settings: &Settings<Z>,
) -> Message {
    let mut message = simple(call.adc, call.oadc, call.message, settings);
    message.deliver_at = deliver_at(call.dd, call.ddt, settings);
    if call.pr.is_set() {
        message.extras.push(Extra::Priority(1));
    }
    message
}

/// What an OT 30 says that came at `now`.
#[must_use]
pub fn from_sms_message_transfer<Z: TimeZone>(
    transfer: &SmsMessageTransfer<'_>,
    settings: &Settings<Z>,
    now: SystemTime,
) -> Message {
    let content = types::Content::Text(transfer.amsg.hex());
    let mut message = of_content(transfer.adc, transfer.oadc, content, settings);
    message.deliver_at = deliver_at(transfer.dd, transfer.ddt, settings);
    message.validity = validity(transfer.vp, settings, now);
    if transfer.nrq.is_set() {
        message.receipt = ReceiptRequest::Final;
    }
    message
}

fn simple<Z>(
    adc: types::Address<'_>,
    oadc: types::Address<'_>,
    message: ShortContent<'_>,
    settings: &Settings<Z>,
) -> Message {
    of_content(adc, oadc, message.content(), settings)
}

fn of_content<Z>(
    adc: types::Address<'_>,
    oadc: types::Address<'_>,
    content: types::Content<'_>,
    settings: &Settings<Z>,
) -> Message {
    let mut message = Message {
        from: from_sender(types::Sender::Number(oadc.as_str()), settings),
        ..Message::text(from_digits(adc.as_str(), settings), "")
    };
    Incoming::new(content).read(settings, &mut message);
    message
}

fn protocol_id(rpid: Rpid) -> Option<Extra> {
    let id = u8::try_from(rpid.number()?).ok()?;
    (id != 0).then_some(Extra::ProtocolId(id))
}

fn deliver_at<Z: TimeZone>(
    dd: Flag,
    ddt: Option<Minute>,
    settings: &Settings<Z>,
) -> Option<SystemTime> {
    let ddt = ddt.filter(|_| dd.is_set())?;
    time::of_minute(ddt, &settings.zone)
}

fn validity<Z: TimeZone>(
    vp: Option<Minute>,
    settings: &Settings<Z>,
    now: SystemTime,
) -> Option<Duration> {
    let until = time::of_minute(vp?, &settings.zone)?;
    Some(until.duration_since(now).unwrap_or_default())
}
