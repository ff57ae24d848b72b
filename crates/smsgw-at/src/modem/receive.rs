//! Messages and reports that arrive.

use std::time::Instant;

use super::ReceivedId;
use super::procedure::Procedure;
use super::shared::Shared;
use crate::line::Urc;

/// What has arrived and is not settled.
#[derive(Debug, Default)]
pub(super) struct Inbox {}

pub(super) fn persisted(_: &mut Shared, _: ReceivedId, _: Instant) {}

pub(super) fn handle_urc(_: &Urc, _: &mut Shared, _: Instant) {}

pub(super) fn due(_: &Shared) -> Option<Instant> {
    None
}

pub(super) fn handle_timeout(_: &mut Shared, _: Instant) {}

/// The `+CNMA` that is owed, which cannot wait.
pub(super) fn next_acknowledgement(_: &mut Shared, _: Instant) -> Option<Box<dyn Procedure>> {
    None
}

pub(super) fn next(_: &mut Shared, _: Instant) -> Option<Box<dyn Procedure>> {
    None
}

pub(super) fn started(_: &mut Shared, _: Instant) {}

pub(super) fn lost(_: &mut Shared, _: Instant) {}
