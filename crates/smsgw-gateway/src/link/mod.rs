//! Links: where messages go out.

pub(crate) mod smpp;
