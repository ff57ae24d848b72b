//! Modems with more than one SIM, of which they use one at a time.

use std::time::{Duration, Instant};

use super::dispatch::Due;
use super::event::{Action, Event};
use super::key::MemberId;
use super::{Now, Pool};
use crate::command::Command as _;
use crate::command::identity::Iccid;
use crate::command::power::{SelectSlot, SlotCommand};

/// A longer time is none that can be waited for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The SIM slots of a modem.
///
/// ```
/// use smsgw_at::command::power::SlotCommand;
/// use smsgw_at::pool::Slots;
///
/// let slots = Slots::new(SlotCommand::Qdsim, 2);
/// assert_eq!(slots.commands, ["AT+QDSIM=0", "AT+QDSIM=1"]);
/// let slots = Slots::new(SlotCommand::Csus, 2);
/// assert_eq!(slots.commands[1], "AT+CFUN=4;+CSUS=1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slots {
    /// The command that changes to each of them, from `AT` on, without CR.
    pub commands: Vec<String>,
    /// Which is used when the modem joins, from 0.
    pub current: usize,
    /// How long it may take until the modem has said which SIM it has then; a day at most.
    pub timeout: Duration,
}

impl Slots {
    /// So many slots, at most 4, the first of which is used, with three minutes for a change.
    ///
    /// [`Csus`](SlotCommand::Csus) is refused while a SIM is in use: the radio is turned off before.
    #[must_use]
    pub fn new(command: SlotCommand, count: u8) -> Self {
        let line = |slot| {
            let line = SelectSlot::new(command, slot).ok()?.line();
            Some(match command {
                SlotCommand::Csus => line.replacen("AT", "AT+CFUN=4;", 1),
                _ => line,
            })
        };
        Self {
            commands: (0..count).map_while(line).collect(),
            current: 0,
            timeout: Duration::from_secs(180),
        }
    }
}

/// Where a modem with slots is.
#[derive(Debug)]
pub(super) struct SlotState {
    slots: Slots,
    known: Vec<Slot>,
    current: usize,
    phase: Phase,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    iccid: Option<Iccid>,
    failed_until: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Still,
    /// What was begun with the SIM is brought to its end first.
    Draining {
        to: usize,
    },
    /// The modem was told to change.
    Switching {
        to: usize,
        from: Option<Iccid>,
        until: Instant,
    },
}

impl SlotState {
    pub(super) fn new(slots: Slots) -> Self {
        Self {
            known: vec![Slot::default(); slots.commands.len()],
            current: slots.current,
            slots,
            phase: Phase::Still,
        }
    }

    pub(super) const fn is_switching(&self) -> bool {
        !matches!(self.phase, Phase::Still)
    }

    /// The slots behind this one, the next first.
    fn others(&self) -> impl Iterator<Item = (usize, &Slot)> {
        let slots = self.known.iter().enumerate();
        let behind = slots.clone().skip(self.current + 1);
        behind.chain(slots.take(self.current))
    }
}

impl Pool {
    /// How long a slot is left alone to which a modem could not change.
    const SLOT_PAUSE: Duration = Duration::from_secs(600);

    /// Modems whose SIM has no quota left change to another.
    pub(super) fn rotate(&mut self, now: Now) {
        let slotted: Vec<MemberId> = self.slotted.iter().copied().collect();
        for id in slotted {
            if self.queue.is_any_waiting()
                && let Some(to) = self.next_slot(id, now)
                && let Some(slots) = self.slots_mut(id)
            {
                slots.phase = Phase::Draining { to };
            }
            self.begin_switch(id, now);
        }
    }

    /// Where a modem should change to, if it should.
    fn next_slot(&self, id: MemberId, now: Now) -> Option<usize> {
        let member = self.members.get(&id)?;
        let slots = member.slots.as_ref()?;
        let is_used = self.sims.get(&member.sim?)?.left() == 0;
        if slots.phase != Phase::Still || !is_used || member.is_draining {
            return None;
        }
        let is_fit = |(_, slot): &(usize, &Slot)| {
            let sim = slot
                .iccid
                .as_ref()
                .and_then(|iccid| self.by_iccid.get(iccid));
            let sim = sim.and_then(|sim| self.sims.get(sim));
            slot.failed_until.is_none_or(|until| until <= now.mono)
                && sim.is_none_or(|sim| sim.left() > 0)
        };
        slots.others().find(is_fit).map(|(slot, _)| slot)
    }

    /// Tells a modem to change, once it has nothing to do.
    fn begin_switch(&mut self, id: MemberId, now: Now) {
        let sim = self.members.get(&id).and_then(|member| member.sim);
        let sim = sim.and_then(|sim| self.sims.get(&sim));
        let is_drained = sim.is_none_or(|sim| sim.is_drained(&self.queue));
        let from = sim.map(|sim| sim.iccid);
        let Some(slots) = self.slots_mut(id) else {
            return;
        };
        let Phase::Draining { to } = slots.phase else {
            return;
        };
        let Some(command) = slots.slots.commands.get(to).filter(|_| is_drained).cloned() else {
            return;
        };
        let until = now.mono + slots.slots.timeout.min(LONGEST);
        slots.phase = Phase::Switching { to, from, until };
        self.due.insert((until, Due::Slot(id)));
        self.actions.push_back(Action::SwitchSlot {
            member: id,
            slot: to,
            command,
        });
    }

    pub(super) fn ask_slot(&mut self, id: MemberId, slot: usize) -> bool {
        let Some(slots) = self.slots_mut(id) else {
            return false;
        };
        let may = slot < slots.known.len()
            && !matches!(slots.phase, Phase::Switching { .. })
            && slot != slots.current;
        if may {
            slots.phase = Phase::Draining { to: slot };
        }
        may
    }

    /// A modem has said which SIM it has.
    pub(super) fn slot_identified(&mut self, id: MemberId, iccid: &Iccid) {
        let Some(slots) = self.slots_mut(id) else {
            return;
        };
        if let Phase::Switching { to, from, until } = slots.phase.clone()
            && from.as_ref() != Some(iccid)
        {
            slots.phase = Phase::Still;
            slots.current = to;
            self.due.remove(&(until, Due::Slot(id)));
            self.events.push_back(Event::SlotSwitched {
                member: id,
                slot: to,
                sim: *iccid,
            });
        }
        let Some(slots) = self.slots_mut(id) else {
            return;
        };
        if slots.is_switching() {
            return;
        }
        // By itself the modem may have gone back to a slot that is known.
        let is_it = |slot: &Slot| slot.iccid.as_ref() == Some(iccid);
        if let Some(current) = slots.known.iter().position(is_it) {
            slots.current = current;
        }
        let current = slots.current;
        if let Some(slot) = slots.known.get_mut(current) {
            slot.iccid = Some(*iccid);
            slot.failed_until = None;
        }
    }

    /// A modem may have taken too long to change.
    pub(super) fn slot_due(&mut self, id: MemberId, now: Now) {
        let phase = self.slots_mut(id).map(|slots| &slots.phase);
        if let Some(Phase::Switching { until, .. }) = phase
            && *until <= now.mono
        {
            self.slot_late(id, now);
        }
    }

    /// A modem could not change, or did not in time.
    pub(super) fn slot_late(&mut self, id: MemberId, now: Now) {
        let Some(slots) = self.slots_mut(id) else {
            return;
        };
        let Phase::Switching { to, until, .. } = slots.phase else {
            return;
        };
        slots.phase = Phase::Still;
        let again = now.mono + Self::SLOT_PAUSE;
        if let Some(slot) = slots.known.get_mut(to) {
            slot.failed_until = Some(again);
        }
        self.due.remove(&(until, Due::Slot(id)));
        // To be looked at again.
        self.due.insert((again, Due::Slot(id)));
        self.events.push_back(Event::SlotFailed {
            member: id,
            slot: to,
        });
    }

    /// The slots of a modem, to be changed: what its SIM can do follows from them.
    fn slots_mut(&mut self, id: MemberId) -> Option<&mut SlotState> {
        let member = self.members.get_mut(&id)?;
        self.dirty.extend(member.sim);
        member.slots.as_mut()
    }
}
