//! What comes from numbers outside.

use std::time::Instant;

use smsgw_gsm::field::Address;
use smsgw_gsm::segment::{Options, segment};
use smsgw_gsm::tpdu::{Deliver, UserDataBuf};
use smsgw_gsm::udh::Reference;
use smsgw_gsm::{AddressError, SegmentError};

use super::mailbox::{Item, Waiting};
use crate::modem::event::ModemId;
use crate::modem::network::Network;
use crate::modem::world::World;

/// What cannot be sent to a modem from outside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InjectError {
    /// The sender is none.
    #[error("sender: {0}")]
    From(AddressError),
    /// No modem has the number.
    #[error("no modem has the number {0}")]
    To(String),
    /// The text needs more parts than a message can have.
    #[error("text: {0}")]
    Text(SegmentError),
    /// So many wait for the modem that there is no room.
    #[error("{0} messages wait for the modem, and no more can")]
    Full(usize),
}

/// Days that a message from outside waits.
const VALIDITY: std::time::Duration = std::time::Duration::from_secs(3 * 24 * 60 * 60);

impl Network {
    /// Lets a number outside, or a name, send a text to a modem, in as many parts as it needs;
    /// the ids of the parts.
    ///
    /// # Errors
    /// When the sender is no number or name, no modem has the number, or there is no room.
    pub fn inject(
        &mut self,
        from: &str,
        to: &str,
        text: &str,
        now: Instant,
    ) -> Result<Vec<String>, InjectError> {
        let modem = self.world.recipient(to)?;
        let sender = Address::parse(from).map_err(InjectError::From)?;
        let centre = &mut self.world.centre;
        centre.reference = centre.reference.wrapping_add(1);
        let options = Options::new().with_reference(Reference::Eight(centre.reference));
        let segments = segment(text, &options).map_err(InjectError::Text)?;
        let time = self.world.time(now);
        let most = self.world.config.max_waiting;
        let mailbox = self.world.centre.mailbox(modem);
        let waiting = mailbox.map_or(0, |mailbox| mailbox.waiting.len());
        if waiting.saturating_add(segments.count()) > most {
            return Err(InjectError::Full(waiting));
        }
        let mut ids = Vec::with_capacity(segments.count());
        for part in &segments {
            let user_data = UserDataBuf::from(part);
            let deliver = Deliver::new(sender, time, user_data.view());
            ids.push(self.put(modem, from, deliver.to_vec(), now)?);
        }
        Ok(ids)
    }

    /// Lets a DELIVER, or what claims to be one, come to a modem as it is; its id. The octets
    /// begin with the TPDU, not with the address of a service centre.
    ///
    /// # Errors
    /// When no modem has the number, or there is no room.
    pub fn inject_tpdu(
        &mut self,
        to: &str,
        tpdu: &[u8],
        now: Instant,
    ) -> Result<String, InjectError> {
        let modem = self.world.recipient(to)?;
        let from = Deliver::decode(tpdu).map(|deliver| deliver.originating_address.to_string());
        self.put(modem, &from.unwrap_or_default(), tpdu.to_vec(), now)
    }

    fn put(
        &mut self,
        modem: ModemId,
        from: &str,
        tpdu: Vec<u8>,
        now: Instant,
    ) -> Result<String, InjectError> {
        let id = self.world.centre.next_id();
        let waiting = Waiting {
            id: id.clone(),
            from: from.to_owned(),
            tpdu,
            item: Item::Message(None),
            expires: now + VALIDITY,
        };
        let at = now + self.world.config.deliver_delay;
        if !self.world.put(modem, waiting, at) {
            return Err(InjectError::Full(self.world.config.max_waiting));
        }
        self.with(modem, now, |_| {});
        Ok(id)
    }
}

impl World {
    pub(crate) fn recipient(&self, number: &str) -> Result<ModemId, InjectError> {
        let number = self.numbering.canonical(number);
        let modem = self.subscribers.get(&number).copied();
        modem.ok_or(InjectError::To(number))
    }
}
