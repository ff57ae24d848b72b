//! The service centre: takes what modems send, keeps what waits for them, and reports.

mod intake;
mod mailbox;
mod post;

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use smsgw_gsm::field::{Address, Timestamp};
use smsgw_gsm::reassemble::{Limits, Reassembler};
use smsgw_gsm::tpdu::{Piece, UserData};

use super::event::ModemId;
use super::world::World;
use crate::event::{AtFields, Fields, Message, PartOf, Who};

pub(crate) use intake::Outgoing;
pub(crate) use mailbox::{Item, Mailbox, Reception, Report, Waiting};
pub use post::InjectError;

/// The state of the service centre.
#[derive(Debug)]
pub(crate) struct Centre {
    /// The number of the last message.
    last: u64,
    /// What ties the parts of the last long message of a number outside.
    reference: u8,
    /// One for each modem, by its index.
    pub(crate) mailboxes: Vec<Mailbox>,
    parts: Reassembler<(ModemId, String), NumberedPiece, Instant>,
    /// The newest accepted messages.
    pub(crate) remembered: VecDeque<Arc<Message>>,
    pub(crate) accepted: u64,
    pub(crate) delivered: u64,
    pub(crate) reported: u64,
}

/// A part of a longer message. Its id is not what tells it from another.
#[derive(Debug)]
struct NumberedPiece {
    piece: Piece,
    id: String,
}

impl Hash for NumberedPiece {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.piece.hash(state);
    }
}

impl Centre {
    pub(crate) fn new() -> Self {
        // Some senders use one reference for all they send: what is finished is forgotten.
        let limits = Limits {
            remembered: 0,
            ..Limits::DEFAULT
        };
        Self {
            last: 0,
            reference: 0,
            mailboxes: Vec::new(),
            parts: Reassembler::new(limits),
            remembered: VecDeque::new(),
            accepted: 0,
            delivered: 0,
            reported: 0,
        }
    }

    fn next_id(&mut self) -> String {
        self.last += 1;
        self.last.to_string()
    }

    pub(crate) fn mailbox(&mut self, modem: ModemId) -> Option<&mut Mailbox> {
        self.mailboxes.get_mut(modem.index())
    }
}

impl World {
    /// The time that a clock on the wall shows.
    pub(crate) fn time(&self, now: Instant) -> Timestamp {
        let since = now.saturating_duration_since(self.started).as_secs();
        let seconds = i64::try_from(since).unwrap_or_default();
        let seconds = self.config.unix_seconds.saturating_add(seconds);
        Timestamp::from_unix_seconds(seconds, self.config.offset_quarters)
            .unwrap_or(Timestamp::from_octets([0x26, 0x10, 0x10, 0, 0, 0, 0]))
    }

    /// A duration from this range.
    pub(crate) fn chance(&mut self, (least, most): (Duration, Duration)) -> Duration {
        self.chances += 1;
        let fraction = crate::chance::fraction(self.config.seed, self.chances);
        least + most.saturating_sub(least).mul_f64(fraction)
    }

    /// The address of the service centre.
    pub(crate) fn service_centre(&self) -> Option<Address> {
        Address::parse(&self.config.service_centre).ok()
    }
}

/// A message as events tell of it.
pub(crate) fn message(
    who: Who,
    id: &str,
    (from, to): (&str, &str),
    user_data: &UserData<'_>,
    mut fields: AtFields,
) -> Message {
    let piece = piece(user_data);
    let concat = user_data.header().and_then(|header| header.concat());
    fields.data_coding_scheme = user_data.data_coding_scheme().0;
    fields.part = concat.map(|concat| PartOf {
        reference: match concat.reference() {
            smsgw_gsm::udh::Reference::Eight(reference) => reference.into(),
            smsgw_gsm::udh::Reference::Sixteen(reference) => reference,
        },
        total: concat.total(),
        number: concat.sequence(),
    });
    let header = user_data.octets().len() - user_data.payload().len();
    Message {
        id: id.to_owned(),
        who,
        from: from.to_owned(),
        to: to.to_owned(),
        text: user_data.text(),
        data: piece.octets,
        udh: user_data
            .octets()
            .get(..header)
            .unwrap_or_default()
            .to_vec(),
        fields: Fields::At(fields),
    }
}

/// The octets of user data after its header, septets one an octet, and how they are written.
fn piece(user_data: &UserData<'_>) -> Piece {
    smsgw_gsm::tpdu::Submit::new(Address::default(), *user_data)
        .part()
        .payload
}
