//! By one of several modems.

use std::collections::{HashMap, VecDeque};
use std::error::Error;
use std::time::Duration;

use smsgw_at::driver;
use smsgw_at::modem::{self, Report};
use smsgw_at::pool::{
    Config, Event, MemberId, MemberOptions, Message, Outcome, PoolEvent, PoolEvents, PoolHandle,
    PoolOptions,
};
use tokio::time::{Instant, timeout_at};

use super::Sending;
use crate::modem::link::{Link, Watcher};

/// Sends the message by whichever modem can.
pub(super) async fn send(
    links: Vec<Link>,
    to: &str,
    parts: Vec<Vec<u8>>,
    wait: Option<Duration>,
    sending: &mut Sending,
) -> Result<(), Box<dyn Error>> {
    let timeout = links.iter().map(Link::timeout).max().unwrap_or_default();
    let (pool, events) = PoolHandle::start(Config::default(), PoolOptions::default());
    let mut modems = Modems {
        events,
        watchers: HashMap::new(),
        hopeless: HashMap::new(),
        reports: VecDeque::new(),
    };
    for link in links {
        let (driver, events, watcher) = link.into_parts();
        let member = pool.add_driver(driver, events, MemberOptions::default())?;
        modems.watchers.insert(member, watcher);
    }
    let message = Message {
        recipient: to.to_owned(),
        parts,
        sim: None,
        expires: Some(smsgw_net::now() + timeout),
    };
    let queued = pool.send(message)?;
    let token = queued.token();
    let outcome = modems.until(queued).await;
    if let Some(outcome) = outcome {
        let sent_by = pool
            .status()
            .into_iter()
            .find(|it| Some(&it.key) == outcome.sent_by.as_ref());
        let member = sent_by.and_then(|status| status.member);
        sending.port = member.and_then(|member| modems.port(member));
        for part in outcome.parts {
            sending.outcome(part);
        }
        if let Some(wait) = wait {
            modems.await_reports(&pool, token, wait, sending).await;
        }
    }
    let error = modems.why_not();
    let closes = pool.close();
    tokio::join!(closes, async {
        while modems.events.recv().await.is_some() {}
    });
    match error {
        Some(error) if sending.parts.is_empty() => Err(error.into()),
        _ => Ok(()),
    }
}

/// The modems, by what they tell.
struct Modems {
    events: PoolEvents,
    watchers: HashMap<MemberId, Watcher>,
    /// Those that cannot be used before somebody does something.
    hopeless: HashMap<MemberId, String>,
    /// Those that came and are not looked at yet.
    reports: VecDeque<(MemberId, usize, u64, Report)>,
}

impl Modems {
    /// What becomes of the message; `None` when no modem can be used.
    async fn until(
        &mut self,
        mut queued: impl Future<Output = Outcome> + Unpin,
    ) -> Option<Outcome> {
        loop {
            tokio::select! {
                outcome = &mut queued => return Some(outcome),
                event = self.events.recv() => self.take(event?),
            }
            if self.hopeless.len() == self.watchers.len() {
                return None;
            }
        }
    }

    async fn await_reports(
        &mut self,
        pool: &PoolHandle,
        token: u64,
        wait: Duration,
        sending: &mut Sending,
    ) {
        let until = Instant::now() + wait;
        loop {
            while let Some((member, part, of, report)) = self.reports.pop_front() {
                let id = report.id;
                if of == token && sending.report(part, report) {
                    pool.persisted(member, id);
                }
            }
            if sending.missing() == 0 {
                return;
            }
            match timeout_at(until, self.events.recv()).await {
                Ok(Some(event)) => self.take(event),
                Ok(None) => return,
                Err(_) => return sending.give_up(wait),
            }
        }
    }

    fn take(&mut self, event: PoolEvent) {
        let (member, event) = match event {
            PoolEvent::Port { member, event } => (member, event),
            PoolEvent::Pool(Event::Modem { member, event }) => {
                (member, driver::Event::Modem(event))
            }
            PoolEvent::Pool(Event::Report {
                member,
                about: Some(about),
                report,
                ..
            }) => {
                self.reports
                    .push_back((member, about.part, about.token, report));
                return;
            }
            _ => return,
        };
        let Some(watcher) = self.watchers.get(&member) else {
            return;
        };
        watcher.note(&event);
        match watcher.check(&event) {
            Err(error) => {
                self.hopeless.insert(member, error);
            }
            Ok(()) if matches!(event, driver::Event::Modem(modem::Event::State(_))) => {
                self.hopeless.remove(&member);
            }
            Ok(()) => {}
        }
    }

    fn port(&self, member: MemberId) -> Option<String> {
        Some(self.watchers.get(&member)?.port.clone())
    }

    /// What is wrong with each modem, if it is with all.
    fn why_not(&self) -> Option<String> {
        let errors: Vec<_> = self.hopeless.values().map(String::as_str).collect();
        (errors.len() == self.watchers.len()).then(|| errors.join("; "))
    }
}
