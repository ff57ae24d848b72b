//! Where messages come in.

pub(crate) mod rest;
pub(crate) mod smpp;
