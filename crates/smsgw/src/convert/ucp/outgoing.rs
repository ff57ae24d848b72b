//! From a message to OT 51 and 52.

use std::time::SystemTime;

use smsgw_gsm::udh::Reference;
use smsgw_ucp::ValueError;
use smsgw_ucp::op::{DeliverShortMessage, SubmitShortMessage};
use smsgw_ucp::types::{
    self, AuthenticationCode, Digit, Flag, NotificationType, Rpid, Second, TimeZone,
};

use super::address::{self, OriginatorBuf};
use super::error::ConvertError;
use super::part::{self, Part};
use super::settings::{Settings, Terminal};
use super::time;
use crate::message::{Extra, Message, ReceiptRequest};

/// A message with its parts, from which its operations borrow.
///
/// ```
/// use std::time::SystemTime;
///
/// use smsgw::convert::ucp::{Outgoing, Settings};
/// use smsgw::gsm::udh::Reference;
/// use smsgw::{Address, Message};
///
/// let mut message = Message::text(Address::number("+306912345678"), "a ".repeat(100));
/// message.from = Some(Address::number("2147"));
/// let settings = Settings::default();
/// let outgoing = Outgoing::new(&message, Reference::Eight(7), &settings, SystemTime::now())?;
/// assert_eq!(outgoing.submits().len(), 2);
/// for submit in outgoing.submits() {
///     assert_eq!(submit.adc, "00306912345678");
///     assert!(submit.xser.udh().is_some());
/// }
/// # Ok::<(), smsgw::convert::ucp::ConvertError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Outgoing<'a> {
    adc: String,
    oadc: OriginatorBuf,
    parts: Vec<Part>,
    /// All else, the same in each part.
    envelope: SubmitShortMessage<'a>,
}

impl<'a> Outgoing<'a> {
    /// Encodes and splits the content, and makes times of `now`. `reference` ties the parts
    /// together when there are several.
    ///
    /// # Errors
    /// When a field cannot hold what the message or the settings want there, which it names: an
    /// address that is no number or name, or too long; a time after 2089. When there is no sender.
    /// When the text needs more than 255 parts, and when what is encoded has a `dcs` that GSM does
    /// not have, or is not in the alphabet of the link.
    pub fn new<Z: TimeZone>(
        message: &Message,
        reference: Reference,
        settings: &'a Settings<Z>,
        now: SystemTime,
    ) -> Result<Self, ConvertError> {
        let adc = address::digits("AdC", &message.to, settings)?;
        types::Address::new(&adc).map_err(ConvertError::of("AdC"))?;
        let from = message.from.as_ref().or(settings.sender.as_ref());
        let from = from.ok_or(ConvertError::Missing { name: "OAdC" })?;
        Ok(Self {
            adc,
            oadc: OriginatorBuf::new("OAdC", from)?,
            parts: part::parts(message, reference, settings)?,
            envelope: envelope(message, settings, now)?,
        })
    }

    /// Towards a service centre, one for each part.
    #[must_use]
    pub fn submits(&self) -> impl ExactSizeIterator<Item = SubmitShortMessage<'_>> {
        self.parts.iter().map(|part| SubmitShortMessage {
            adc: self.adc(),
            oadc: self.oadc.as_originator(),
            otoa: self.oadc.otoa(),
            message: part.message(),
            xser: part.xser(),
            ..self.envelope
        })
    }

    /// Towards a client, one for each part. AdC and SCTS name a message, so each part has an SCTS of
    /// its own: `scts` is asked for it with AdC, once a part. Whoever keeps
    /// [`MessageKeys`](smsgw_ucp::session::MessageKeys) gives none twice.
    ///
    /// ```
    /// use std::time::SystemTime;
    ///
    /// use smsgw::convert::ucp::{Outgoing, Settings};
    /// use smsgw::gsm::udh::Reference;
    /// use smsgw::ucp::session::MessageKeys;
    /// use smsgw::{Address, Message};
    ///
    /// let mut message = Message::text(Address::number("2147"), "a ".repeat(100));
    /// message.from = Some(Address::number("+306912345678"));
    /// let (settings, now) = (Settings::default(), SystemTime::now());
    /// let outgoing = Outgoing::new(&message, Reference::Eight(7), &settings, now)?;
    ///
    /// let second = settings.second(now)?;
    /// let mut keys = MessageKeys::default();
    /// let delivers = outgoing.delivers(|adc| keys.next(adc, second));
    /// let stamps: Vec<_> = delivers.map(|deliver| deliver.scts).collect();
    /// assert_eq!(stamps[0], Some(second));
    /// assert!(stamps[0] < stamps[1]);
    /// assert!(Some(keys.next("2147", second)) > stamps[1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn delivers<F: FnMut(&str) -> Second>(
        &self,
        mut scts: F,
    ) -> impl ExactSizeIterator<Item = DeliverShortMessage<'_>> {
        self.parts.iter().map(move |part| DeliverShortMessage {
            adc: self.adc(),
            oadc: self.oadc.as_originator(),
            otoa: self.oadc.otoa(),
            scts: Some(scts(&self.adc)),
            rpid: self.envelope.rpid,
            rpi: self.envelope.rpi,
            message: part.message(),
            xser: part.xser(),
            ..DeliverShortMessage::default()
        })
    }

    fn adc(&self) -> types::Address<'_> {
        // Checked when it was made.
        types::Address::new(&self.adc).unwrap_or_default()
    }
}

fn envelope<'a, Z: TimeZone>(
    message: &Message,
    settings: &'a Settings<Z>,
    now: SystemTime,
) -> Result<SubmitShortMessage<'a>, ConvertError> {
    let notifications = notifications(message);
    let asks = !notifications.is_absent();
    let notification = settings.notification.as_ref().filter(|_| asks);
    let last_resort = settings.last_resort.as_ref();
    let minute = |name, at: Option<SystemTime>| {
        let minute = at.map(|at| time::minute(at, &settings.zone)).transpose();
        minute.map_err(ConvertError::of(name))
    };
    let until = message.validity.map(|validity| {
        let until = now.checked_add(validity);
        until.ok_or(ValueError::InvalidTime)
    });
    let until = until.transpose().map_err(ConvertError::of("VP"))?;
    let yes = |is_set: bool| if is_set { Flag::YES } else { Flag::ABSENT };
    Ok(SubmitShortMessage {
        ac: AuthenticationCode::new(&settings.authentication_code)
            .map_err(ConvertError::of("AC"))?,
        nrq: yes(asks),
        nadc: terminal("NAdC", notification)?,
        nt: notifications,
        npid: notification.map_or_else(Default::default, |it| it.pid),
        lrq: yes(last_resort.is_some()),
        lrad: terminal("LRAd", last_resort)?,
        lpid: last_resort.map_or_else(Default::default, |it| it.pid),
        dd: yes(message.deliver_at.is_some()),
        ddt: minute("DDT", message.deliver_at)?,
        vp: minute("VP", until)?,
        rpid: number(message, "RPID", |extra| match extra {
            Extra::ProtocolId(id) => Some(Rpid::new(u16::from(*id))),
            _ => None,
        })?,
        pr: number(message, "PR", |extra| match extra {
            // A message is not refused for more of it than the field can say.
            Extra::Priority(priority) => Some(Digit::new(u16::from(*priority).min(9))),
            _ => None,
        })?,
        rpi: settings.reply_path,
        ..SubmitShortMessage::default()
    })
}

/// NT; absent when nothing is asked for.
fn notifications(message: &Message) -> NotificationType {
    let mut notifications = match message.receipt {
        ReceiptRequest::None => NotificationType::ABSENT,
        ReceiptRequest::Final => NotificationType::DELIVERY | NotificationType::NON_DELIVERY,
        ReceiptRequest::OnFailure => NotificationType::NON_DELIVERY,
        ReceiptRequest::OnSuccess => NotificationType::DELIVERY,
    };
    if message.extras.contains(&Extra::IntermediateReceipts) {
        notifications |= NotificationType::BUFFERED;
    }
    notifications
}

fn terminal<'a>(
    name: &'static str,
    terminal: Option<&'a Terminal>,
) -> Result<types::Address<'a>, ConvertError> {
    let digits = terminal.map_or("", |terminal| &terminal.address);
    types::Address::new(digits).map_err(ConvertError::of(name))
}

/// What the first of its extras says that `pick` takes.
fn number<T: Default>(
    message: &Message,
    name: &'static str,
    pick: impl FnMut(&Extra) -> Option<Result<T, ValueError>>,
) -> Result<T, ConvertError> {
    let number = message.extras.iter().find_map(pick).transpose();
    number
        .map(Option::unwrap_or_default)
        .map_err(ConvertError::of(name))
}
