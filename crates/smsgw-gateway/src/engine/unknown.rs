//! Parts that were handed to a link and whose outcome is lost.
//!
//! In the store they are `sending`, as every part under way is after a crash.

use std::collections::HashMap;

use super::LinkIndex;
use crate::message::MessageId;

/// A part of a message.
pub(super) type PartOf = (MessageId, usize);

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Unknown {
    parts: HashMap<PartOf, Traces>,
    by_reference: HashMap<u16, Vec<PartOf>>,
    by_token: HashMap<(LinkIndex, u64), PartOf>,
}

/// By what an outcome may still be found.
#[derive(Clone, Copy, Debug)]
struct Traces {
    /// Our reference, which a receipt may give back.
    reference: Option<u16>,
    /// The hand-over, when its answer may still come.
    token: Option<(LinkIndex, u64)>,
}

impl Unknown {
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.by_reference.is_empty() && self.by_token.is_empty()
    }

    pub(super) fn contains(&self, part: PartOf) -> bool {
        self.parts.contains_key(&part)
    }

    pub(super) fn insert(
        &mut self,
        part: PartOf,
        reference: Option<u16>,
        token: Option<(LinkIndex, u64)>,
    ) {
        self.remove(part);
        self.parts.insert(part, Traces { reference, token });
        if let Some(reference) = reference {
            self.by_reference.entry(reference).or_default().push(part);
        }
        if let Some(token) = token {
            self.by_token.insert(token, part);
        }
    }

    /// The outcome is known, or will not be.
    pub(super) fn remove(&mut self, part: PartOf) {
        let Some(Traces { reference, token }) = self.parts.remove(&part) else {
            return;
        };
        if let Some(token) = token {
            self.by_token.remove(&token);
        }
        if let Some(reference) = reference
            && let Some(parts) = self.by_reference.get_mut(&reference)
        {
            parts.retain(|it| *it != part);
            if parts.is_empty() {
                self.by_reference.remove(&reference);
            }
        }
    }

    /// The part that was handed over as `token`.
    pub(super) fn by_token(&self, link: LinkIndex, token: u64) -> Option<PartOf> {
        self.by_token.get(&(link, token)).copied()
    }

    /// The parts with our reference.
    pub(super) fn by_reference(&self, reference: u16) -> impl Iterator<Item = PartOf> {
        self.by_reference
            .get(&reference)
            .into_iter()
            .flatten()
            .copied()
    }

    /// The answers of a link died with its connection.
    pub(super) fn link_down(&mut self, link: LinkIndex) {
        self.by_token.retain(|(on, _), _| *on != link);
        for traces in self.parts.values_mut() {
            traces.token = traces.token.filter(|(on, _)| *on != link);
        }
    }
}
