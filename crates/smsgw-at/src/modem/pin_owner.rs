//! Whose PIN it is: another SIM in the place of the one that it opened does not get it.

use super::{Identity, SimKey};

/// The SIM that the PIN belongs to, once that is known.
#[derive(Debug, Default)]
pub(super) struct PinOwner {
    /// The first that it has opened.
    owner: Option<SimKey>,
    /// It was given to this one, and nobody has seen that open yet.
    given: Option<SimKey>,
}

impl PinOwner {
    /// Whether the PIN may be that of the SIM that was found.
    pub(super) fn may_be(&self, found: &Identity) -> bool {
        self.owner.as_ref().is_none_or(|owner| is_it(owner, found))
    }

    pub(super) fn give(&mut self, sim: SimKey) {
        self.given = Some(sim);
    }

    /// The SIM that was found is open.
    pub(super) fn opened(&mut self, found: &Identity) {
        // Another may be in its place by now, which nobody gave a PIN.
        if let Some(given) = self.given.take()
            && self.owner.is_none()
            && is_it(&given, found)
        {
            // Known as it is while it is closed.
            self.owner = Some(given);
        }
    }
}

/// Whether the SIM that was found is this one, for all that is known.
fn is_it(sim: &SimKey, found: &Identity) -> bool {
    match sim {
        SimKey::Iccid(iccid) => found.iccid == Some(*iccid),
        SimKey::Imei(imei) => found.imei == Some(*imei),
        SimKey::Any => true,
    }
}
