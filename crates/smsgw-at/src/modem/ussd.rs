//! USSD requests and what the network says by USSD.

use std::time::Instant;

use super::QueueFull;
use super::procedure::Procedure;
use super::shared::Shared;
use crate::line::Urc;

/// Requests that wait, and the session.
#[derive(Debug, Default)]
pub(super) struct Requests {}

pub(super) fn request(_: &mut Shared, _: u64, _: &str) -> Result<(), QueueFull> {
    Err(QueueFull)
}

pub(super) fn cancel(_: &mut Shared) {}

pub(super) fn handle_urc(_: &Urc, _: &mut Shared, _: Instant) {}

pub(super) fn due(_: &Shared) -> Option<Instant> {
    None
}

pub(super) fn handle_timeout(_: &mut Shared, _: Instant) {}

pub(super) fn next(_: &mut Shared, _: Instant) -> Option<Box<dyn Procedure>> {
    None
}

pub(super) fn lost(_: &mut Shared, _: Instant) {}
