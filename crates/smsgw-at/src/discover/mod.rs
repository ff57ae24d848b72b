//! Which ports have a modem, and which modem that is.

mod places;

pub use places::{Candidate, Places};
