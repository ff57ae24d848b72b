//! What the modems tell.

use smsgw_gsm::tpdu::{Context, ModemPdu, Tpdu};

use super::event::{Event, PartId};
use super::key::MemberId;
use super::sim::SimId;
use super::{Now, Pool};
use crate::command::identity::Iccid;
use crate::modem::{self, Received, Report};

impl Pool {
    pub(super) fn incoming(&mut self, member: MemberId, event: modem::Event, now: Now) {
        match event {
            modem::Event::Sent { token, reference } => {
                self.part_sent(member, token, reference, now);
            }
            modem::Event::NotSent { token, failure } => {
                self.part_not_sent(member, token, failure, now);
            }
            modem::Event::Unknown { token } => self.part_unknown(member, token, false, now),
            modem::Event::SentLate { token, reference } => {
                self.part_late(member, token, Ok(reference));
            }
            modem::Event::NotSentLate { token, failure } => {
                self.part_late(member, token, Err(failure));
            }
            modem::Event::Identified(identity) => self.identified(member, identity, now),
            modem::Event::Received(received) => self.received(member, received),
            modem::Event::Report(report) => self.reported(member, report, now),
            event => {
                match &event {
                    modem::Event::State(state) => self.member_state(member, *state),
                    modem::Event::Health(health) => {
                        if let Some(member) = self.members.get_mut(&member) {
                            member.health.clone_from(health);
                            self.dirty.extend(member.sim);
                        }
                    }
                    _ => {}
                }
                self.events.push_back(Event::Modem { member, event });
            }
        }
    }

    /// Whoever writes to a SIM is answered by it.
    fn received(&mut self, member: MemberId, received: Received) {
        let sim = self.sim_in(member);
        if let (Some((sim, _)), Ok(pdu)) = (&sim, decode(&received.pdu))
            && let Tpdu::Deliver(deliver) = pdu.tpdu
            && !deliver.originating_address.is_alphanumeric()
        {
            let from = deliver.originating_address.digits();
            self.sticky.touch(from, *sim);
        }
        self.events.push_back(Event::Received {
            member,
            sim: sim.map(|(_, iccid)| iccid),
            received,
        });
    }

    /// The modem knows what it sent itself; this SIM may have sent it by another one.
    fn reported(&mut self, member: MemberId, mut report: Report, now: Now) {
        let sim = self.sim_in(member);
        let matched = sim.as_ref().and_then(|(id, _)| {
            let references = &mut self.sims.get_mut(id)?.references;
            match decode(&report.pdu).ok()?.tpdu {
                Tpdu::StatusReport(report) => references.report(&report, now.mono),
                _ => None,
            }
        });
        report.is_repeated |= matched.is_some_and(|matched| matched.is_repeated);
        self.events.push_back(Event::Report {
            member,
            sim: sim.map(|(_, iccid)| iccid),
            about: matched.map(|matched| PartId::from_token(matched.token)),
            report,
        });
    }

    /// The SIM in a modem.
    fn sim_in(&self, member: MemberId) -> Option<(SimId, Iccid)> {
        let sim = self.members.get(&member)?.any_sim(&self.by_iccid)?;
        Some((sim, self.sims.get(&sim)?.iccid))
    }
}

fn decode(pdu: &[u8]) -> Result<ModemPdu<'_>, smsgw_gsm::DecodeError> {
    ModemPdu::decode(pdu, Context::SC_TO_MS)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use smsgw_gsm::field::{Address, Status, Timestamp};
    use smsgw_gsm::tpdu::{Deliver, StatusReport, Submit, UserDataBuf};

    use super::*;
    use crate::command::identity::Imei;
    use crate::modem::{Identity, ReceivedId, Source, State};
    use crate::pool::{Action, Config, MemberOptions, Message};

    struct World {
        pool: Pool,
        now: Now,
    }

    impl World {
        fn new() -> Self {
            let (mono, unix) = (Instant::now(), 1_709_208_000);
            let now = Now { mono, unix };
            Self {
                pool: Pool::new(Config::default(), now),
                now,
            }
        }

        fn plug(&mut self, modem: &str, sim: &str) -> MemberId {
            let member = self.pool.join(MemberOptions::default(), self.now);
            self.tell(member, modem::Event::Identified(identity(modem, sim)));
            self.tell(member, modem::Event::State(State::Ready));
            member
        }

        fn tell(&mut self, member: MemberId, event: modem::Event) {
            self.pool.handle_event(member, event, self.now);
        }

        fn send(&mut self, token: u64, to: &str, parts: usize) {
            let text = UserDataBuf::text("It is I.").unwrap();
            let mut submit = Submit::new(Address::parse(to).unwrap(), text.view());
            submit.status_report_request = true;
            let message = Message {
                recipient: to.to_owned(),
                parts: vec![ModemPdu::from(submit).to_vec(); parts],
                sim: None,
                expires: None,
            };
            self.pool.send(token, message, self.now).unwrap();
        }

        /// Which modem has something to send, and its token.
        fn assigned(&mut self) -> (MemberId, u64) {
            match self.pool.poll_action() {
                Some(Action::Assign { member, token, .. }) => (member, token),
                other => panic!("{other:?}"),
            }
        }

        /// The last event.
        fn event(&mut self) -> Event {
            std::iter::from_fn(|| self.pool.poll_event())
                .last()
                .unwrap()
        }

        fn report(&mut self, member: MemberId, pdu: Vec<u8>) -> (Option<Iccid>, Option<PartId>) {
            let report = Report {
                id: ReceivedId(1),
                source: Source::Direct,
                token: None,
                state: None,
                is_repeated: false,
                pdu,
            };
            self.tell(member, modem::Event::Report(report.clone()));
            match self.event() {
                Event::Report {
                    member: at,
                    sim,
                    about,
                    report: told,
                } => {
                    assert_eq!((at, told), (member, report));
                    (sim, about)
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn identity(modem: &str, sim: &str) -> Identity {
        Identity {
            imei: Imei::parse(modem).ok(),
            iccid: Iccid::parse(sim).ok(),
            ..Identity::default()
        }
    }

    fn report(reference: u8, recipient: &str) -> Vec<u8> {
        let time = Timestamp::from_unix_seconds(1_709_208_000, 4).unwrap();
        let recipient = Address::parse(recipient).unwrap();
        ModemPdu::from(StatusReport::new(
            reference,
            recipient,
            time,
            time,
            Status(0),
        ))
        .to_vec()
    }

    const MODEMS: [&str; 2] = ["490154203237518", "490154203237526"];
    const SIMS: [&str; 2] = ["8941010000000000001", "8941010000000000019"];

    #[test]
    fn whoever_writes_is_answered_by_the_same_sim() {
        let mut world = World::new();
        world.plug(MODEMS[0], SIMS[0]);
        let member = world.plug(MODEMS[1], SIMS[1]);
        let text = UserDataBuf::text("Who is it?").unwrap();
        let from = Address::parse("+41791234567").unwrap();
        let time = Timestamp::from_unix_seconds(1_709_208_000, 4).unwrap();
        let received = Received {
            id: ReceivedId(1),
            source: Source::Direct,
            pdu: ModemPdu::from(Deliver::new(from, time, text.view())).to_vec(),
            fault: None,
        };
        world.tell(member, modem::Event::Received(received.clone()));
        let told = Event::Received {
            member,
            sim: Iccid::parse(SIMS[1]).ok(),
            received,
        };
        assert_eq!(world.event(), told);
        world.send(1, "0791234567", 1);
        assert_eq!(world.assigned().0, member);
    }

    #[test]
    fn a_report_is_about_what_its_sim_sent() {
        let mut world = World::new();
        let member = world.plug(MODEMS[0], SIMS[0]);
        let other = world.plug(MODEMS[1], SIMS[1]);
        world.send(7, "+41791234567", 2);
        for reference in [200, 201] {
            let (at, token) = world.assigned();
            assert_eq!(at, member);
            let reference = Some(reference);
            world.tell(member, modem::Event::Sent { token, reference });
        }
        // The other SIM has sent nothing with this reference.
        let pdu = report(201, "0791234567");
        assert_eq!(
            world.report(other, pdu.clone()),
            (Iccid::parse(SIMS[1]).ok(), None)
        );
        // The SIM has moved into another modem, a day later.
        world.pool.leave(member, world.now);
        world.now.mono += Duration::from_secs(24 * 60 * 60);
        let member = world.plug("490154203237534", SIMS[0]);
        let about = PartId { token: 7, part: 1 };
        assert_eq!(
            world.report(member, pdu),
            (Iccid::parse(SIMS[0]).ok(), Some(about))
        );
        assert_eq!(world.report(member, vec![0]).1, None);
        // By a second port of the modem, which sends nothing.
        let twin = world.plug("490154203237534", SIMS[0]);
        let pdu = report(200, "+41791234567");
        let about = PartId { token: 7, part: 0 };
        assert_eq!(
            world.report(twin, pdu),
            (Iccid::parse(SIMS[0]).ok(), Some(about))
        );
    }

    #[test]
    fn a_report_on_what_was_unknown_is_found_by_the_recipient() {
        let mut world = World::new();
        let member = world.plug(MODEMS[0], SIMS[0]);
        world.send(7, "+41791234567", 1);
        let (_, token) = world.assigned();
        world.tell(member, modem::Event::Unknown { token });
        let about = Some(PartId { token: 7, part: 0 });
        assert_eq!(world.report(member, report(3, "0791234567")).1, about);

        // Its late result tells the reference.
        world.now.mono += Duration::from_secs(60);
        world.send(8, "+41791234568", 1);
        let (_, token) = world.assigned();
        world.tell(member, modem::Event::Unknown { token });
        let reference = Some(9);
        world.tell(member, modem::Event::SentLate { token, reference });
        assert_eq!(world.report(member, report(4, "0791234568")).1, None);
        let about = Some(PartId { token: 8, part: 0 });
        assert_eq!(world.report(member, report(9, "0791234568")).1, about);
    }
}
