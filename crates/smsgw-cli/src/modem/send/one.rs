//! By one modem.

use std::collections::VecDeque;
use std::error::Error;
use std::time::Duration;

use smsgw_at::driver::{Event, Outcome};
use smsgw_at::modem::{self, Report, Submit};
use smsgw_at::pool::{PartOutcome, Reason};
use tokio::time::{Instant, timeout_at};

use super::Sending;
use crate::modem::link::Link;

/// Sends the parts in order, up to the first that is not sent: the rest alone would be a message
/// with a hole.
pub(super) async fn send(
    mut link: Link,
    submits: Vec<Submit>,
    wait: Option<Duration>,
    sending: &mut Sending,
) -> Result<(), Box<dyn Error>> {
    link.ready(|_| {}).await?;
    sending.port = Some(link.port().to_owned());
    let mut tokens = Vec::new();
    let mut reports = VecDeque::new();
    for submit in submits {
        let queued = link.driver.send(submit)?;
        tokens.push(queued.token());
        let outcome = link.during(queued, |event| take(&mut reports, event)).await;
        let outcome = match outcome {
            Some(Outcome::Sent { reference }) => PartOutcome::Sent { reference },
            Some(Outcome::NotSent(failure)) => PartOutcome::NotSent(Reason::Failure(failure)),
            Some(Outcome::Unknown) | None => PartOutcome::Unknown,
        };
        let is_sent = matches!(outcome, PartOutcome::Sent { .. });
        sending.outcome(outcome);
        if !is_sent {
            break;
        }
    }
    if let Some(wait) = wait {
        await_reports(&mut link, &tokens, reports, wait, sending).await;
    }
    link.close().await;
    Ok(())
}

/// Waits for the reports on all that was sent. One about another message stays in the modem.
async fn await_reports(
    link: &mut Link,
    tokens: &[u64],
    mut reports: VecDeque<Report>,
    wait: Duration,
    sending: &mut Sending,
) {
    let until = Instant::now() + wait;
    loop {
        while let Some(report) = reports.pop_front() {
            let id = report.id;
            let part = tokens.iter().position(|token| Some(*token) == report.token);
            if part.is_some_and(|part| sending.report(part, report)) {
                link.driver.persisted(id);
            }
        }
        if sending.missing() == 0 {
            return;
        }
        match timeout_at(until, link.event()).await {
            Ok(Some(event)) => take(&mut reports, event),
            Ok(None) => return,
            Err(_) => return sending.give_up(wait),
        }
    }
}

fn take(reports: &mut VecDeque<Report>, event: Event) {
    if let Event::Modem(modem::Event::Report(report)) = event {
        reports.push_back(report);
    }
}
