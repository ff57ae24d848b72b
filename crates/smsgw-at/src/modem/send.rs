//! Messages to be sent.

use std::collections::VecDeque;
use std::time::Instant;

use super::QueueFull;
use super::channel::Late;
use super::procedure::Procedure;
use super::shared::Shared;

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// The service centre's address (`00`: the SIM's) and the TPDU, a SMS-SUBMIT or a SMS-COMMAND.
    pub pdu: Vec<u8>,
    /// Whether more messages follow at once: the modem is asked to keep the link (`+CMMS`).
    pub more_to_follow: bool,
}

/// Messages to be sent.
#[derive(Debug, Default)]
pub(super) struct Sends {
    waiting: VecDeque<(u64, Submit)>,
}

impl Sends {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn withdraw(&mut self, token: u64) -> Option<Submit> {
        let is_it = |(other, _): &(u64, Submit)| *other == token;
        let index = self.waiting.iter().position(is_it)?;
        self.waiting.remove(index).map(|(_, submit)| submit)
    }

    pub(super) fn withdraw_all(&mut self) -> Vec<(u64, Submit)> {
        std::mem::take(&mut self.waiting).into()
    }
}

pub(super) fn request(shared: &mut Shared, token: u64, submit: Submit) -> Result<(), QueueFull> {
    if shared.send.len() >= shared.config.max_queue {
        return Err(QueueFull);
    }
    shared.send.waiting.push_back((token, submit));
    Ok(())
}

pub(super) fn next(_: &mut Shared, _: Instant) -> Option<Box<dyn Procedure>> {
    None
}

/// The result of the last message whose outcome is unknown has come.
pub(super) fn handle_late(_: &mut Shared, _: Late) {}

/// The result of the message in flight takes long.
pub(super) fn handle_overdue(_: &mut Shared) {}
