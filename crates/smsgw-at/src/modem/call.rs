//! Calls that come, and hanging up.

use std::time::Instant;

use super::QueueFull;
use super::procedure::Procedure;
use super::shared::Shared;
use crate::line::Urc;

/// The call, and requests to end it.
#[derive(Debug, Default)]
pub(super) struct Calls {}

pub(super) fn request(_: &mut Shared, _: u64) -> Result<(), QueueFull> {
    Err(QueueFull)
}

pub(super) fn handle_urc(_: &Urc, _: &mut Shared, _: Instant) {}

pub(super) fn next(_: &mut Shared, _: Instant) -> Option<Box<dyn Procedure>> {
    None
}

pub(super) fn lost(_: &mut Shared, _: Instant) {}
