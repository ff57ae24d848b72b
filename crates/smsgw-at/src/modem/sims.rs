//! What each SIM that was in the modem sent.

use std::collections::BTreeMap;
use std::time::Instant;

use smsgw_gsm::tpdu::StatusReport;

use super::{Config, Matched, Modem, SentReference, SentReferences};
use crate::command::identity::Iccid;

/// What each SIM that was in the modem sent, so that a report that comes when a SIM is in it again
/// is known. A SIM whose number cannot be read is one with all such.
#[derive(Debug)]
pub(super) struct Sims {
    /// The one that is in it is the first.
    sims: Vec<(Option<Iccid>, SentReferences)>,
}

impl Sims {
    /// More are forgotten, those first that were not in it for the longest time.
    const MAX: usize = 8;

    pub(super) fn new(config: &Config, now: Instant) -> Self {
        Self {
            sims: vec![(None, references(config, now))],
        }
    }

    /// This SIM is in the modem.
    pub(super) fn select(&mut self, iccid: Option<Iccid>, config: &Config, now: Instant) {
        let known = self.sims.iter().position(|(sim, _)| *sim == iccid);
        let sim = match known {
            Some(at) => self.sims.remove(at),
            None => (iccid, references(config, now)),
        };
        self.sims.insert(0, sim);
        self.sims.truncate(Self::MAX);
    }

    pub(super) fn sent(
        &mut self,
        token: u64,
        reference: Option<u8>,
        recipient: &str,
        now: Instant,
    ) {
        if let Some((_, sent)) = self.sims.first_mut() {
            sent.sent(token, reference, recipient, now);
        }
    }

    pub(super) fn learn(&mut self, token: u64, reference: u8) {
        for (_, sent) in &mut self.sims {
            sent.learn(token, reference);
        }
    }

    pub(super) fn forget(&mut self, token: u64) {
        for (_, sent) in &mut self.sims {
            sent.forget(token);
        }
    }

    pub(super) fn report(&mut self, report: &StatusReport<'_>, now: Instant) -> Option<Matched> {
        self.candidates().find_map(|sent| sent.report(report, now))
    }

    /// Whether [`Self::report`] would find a message for sure.
    pub(super) fn knows(&self, report: &StatusReport<'_>, now: Instant) -> bool {
        let is_it = |(at, (sim, sent)): (usize, &(Option<Iccid>, SentReferences))| {
            (at == 0 || sim.is_none()) && sent.knows(report, now)
        };
        self.sims.iter().enumerate().any(is_it)
    }

    /// What the SIM sent, and what it may have sent when its number could not be read.
    fn candidates(&mut self) -> impl Iterator<Item = &mut SentReferences> {
        let sims = self.sims.iter_mut().enumerate();
        sims.filter(|(at, (sim, _))| *at == 0 || sim.is_none())
            .map(|(_, (_, sent))| sent)
    }
}

fn references(config: &Config, now: Instant) -> SentReferences {
    SentReferences::new(config.report_window, config.max_reports, now)
}

impl Modem {
    /// What is known of the messages whose status reports may come: to be written down, so that
    /// it is known after a restart. With each the SIM that sent it, `None` for one that does not
    /// tell its number. Oldest first for each SIM.
    #[must_use]
    pub fn sent_references(&self, now: Instant) -> Vec<(Option<Iccid>, SentReference)> {
        let sims = self.shared.references.sims.iter();
        sims.flat_map(|(sim, sent)| {
            let sim = *sim;
            sent.export(now).into_iter().map(move |sent| (sim, sent))
        })
        .collect()
    }

    /// Knows what was written down again. Each age is the one at `now`: add the time that has
    /// passed since.
    pub fn restore_references(
        &mut self,
        list: impl IntoIterator<Item = (Option<Iccid>, SentReference)>,
        now: Instant,
    ) {
        let (sims, config) = (&mut self.shared.references, &self.shared.config);
        let current = sims.sims.first().and_then(|(sim, _)| *sim);
        let mut lists: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (sim, reference) in list {
            lists.entry(sim).or_default().push(reference);
        }
        for (sim, list) in lists {
            sims.select(sim, config, now);
            if let Some((_, sent)) = sims.sims.first_mut() {
                sent.restore(list, now);
            }
        }
        sims.select(current, config, now);
    }
}
