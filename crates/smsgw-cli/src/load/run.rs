//! A run: binds the sessions, lets them send, waits for what comes of it.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use smsgw::{Address, Message, ReceiptRequest};
use smsgw_net::connection::Events;
use tokio::task::JoinSet;

use super::protocol::Protocol;
use super::report::Report;
use super::session::{self, Run, Tally};
use crate::values::duration;

/// How many messages of which kind, and how fast.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Plan {
    /// How many messages; 1000, or with --duration as many as it allows, unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    messages: Option<u64>,
    /// Messages of one session that may wait for their answer.
    #[arg(long, value_name = "W", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) window: u16,
    /// Sessions.
    #[arg(long, value_name = "C", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// Most messages a second, all sessions together.
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// How long to send.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    duration: Option<Duration>,
    /// Octets of user data in a message.
    #[arg(long, value_name = "OCTETS", default_value_t = 32)]
    size: u16,
    /// To whom.
    #[arg(long, value_name = "NUMBER", default_value = "+12025550100")]
    to: String,
    /// From whom; left to the server unless given.
    #[arg(long, value_name = "SENDER")]
    from: Option<String>,
    /// Ask for a receipt of each message, and wait for them.
    #[arg(long)]
    pub(super) receipts: bool,
    /// How long no receipt may come before the rest is given up.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    receipt_wait: Duration,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Messages without --messages and --duration.
const MESSAGES: u64 = 1_000;
/// What the messages say, over and over.
const TEXT: &[u8] = b"The quick brown fox jumps over the lazy dog. ";
/// How often it is shown how far it is.
const TICK: Duration = Duration::from_millis(100);

/// Makes the protocol of the arguments, and runs.
pub(super) fn run<P: Protocol>(
    plan: &Plan,
    protocol: impl FnOnce() -> Result<P, Box<dyn Error>>,
) -> ExitCode {
    let result = || {
        let protocol = protocol()?;
        let runtime = tokio::runtime::Runtime::new()?;
        let report = runtime.block_on(load(plan, &protocol))?;
        report.print(plan.json)?;
        Ok::<_, Box<dyn Error>>(report.is_good())
    };
    match result() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("smsgw load {}: {error}", P::NAME);
            ExitCode::FAILURE
        }
    }
}

impl Plan {
    /// The message without what it says.
    pub(super) fn message(&self) -> Message {
        Message {
            from: self.from.as_deref().map(Address::sender),
            receipt: if self.receipts {
                ReceiptRequest::Final
            } else {
                ReceiptRequest::None
            },
            ..Message::text(Address::number(&self.to), "")
        }
    }

    /// What it says, as octets of any alphabet.
    pub(super) fn octets(&self) -> Vec<u8> {
        TEXT.iter()
            .copied()
            .cycle()
            .take(self.size.into())
            .collect()
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Sending,
    /// Waits for the answers to what was sent.
    Stopped,
    /// Waits for receipts.
    Receipts,
    /// Waits for the sessions to end.
    Leaving,
}

async fn load<P: Protocol>(plan: &Plan, protocol: &P) -> Result<Report<P::Status>, Box<dyn Error>> {
    // Mistakes in the arguments show before anything is sent.
    protocol.message()?;
    let mut end = Box::pin(crate::signal::end()?);
    let sessions = tokio::select! {
        sessions = connect_all(plan, protocol) => sessions?,
        () = &mut end => return Err("ended before all sessions were there".into()),
    };
    let handles: Vec<_> = sessions.iter().map(|(handle, _)| handle.clone()).collect();
    let wanted = match (plan.messages, plan.duration) {
        (None, None) => Some(MESSAGES),
        (messages, _) => messages,
    };
    let cpu_before = cpu_time();
    let run = Arc::new(Run::new(
        wanted.unwrap_or(u64::MAX),
        u64::from(plan.connections),
        plan.rate,
        plan.receipts,
    ));
    let mut tasks = JoinSet::new();
    for (handle, events) in sessions {
        tasks.spawn(session::work(
            protocol.clone(),
            handle,
            events,
            Arc::clone(&run),
        ));
    }

    let progress = progress(wanted);
    let mut ticker = tokio::time::interval(TICK);
    let mut stop = Box::pin(tokio::time::sleep(plan.duration.unwrap_or(Duration::MAX)));
    let mut phase = Phase::Sending;
    let mut cpu_after = None;
    let mut total = Tally::default();
    let mut lost: Vec<String> = Vec::new();
    let mut interrupted = false;
    loop {
        // Each arm is cancel-safe.
        tokio::select! {
            () = &mut end => {
                interrupted = true;
                end.set(crate::signal::end()?);
                match phase {
                    Phase::Sending => {
                        run.stop();
                        phase = Phase::Stopped;
                    }
                    Phase::Receipts => phase = leave::<P>(&handles),
                    Phase::Stopped | Phase::Leaving => {
                        handles.iter().for_each(P::close);
                        phase = Phase::Leaving;
                    }
                }
            }
            () = &mut stop, if phase == Phase::Sending => {
                run.stop();
                phase = Phase::Stopped;
            }
            () = run.settled.notified(), if phase != Phase::Leaving => {
                cpu_after = cpu_time();
                phase = Phase::Receipts;
            }
            () = run.receipted.notified() => {}
            _ = ticker.tick() => show(&progress, &run),
            ended = tasks.join_next() => match ended {
                Some(tally) => {
                    let tally = tally??;
                    total.merge(&tally);
                    lost.extend(tally.closed.filter(|_| phase != Phase::Leaving));
                }
                None => break,
            },
        }
        let waits = run.receipts().is_some_and(|receipts| {
            !receipts.is_complete() && receipts.last().elapsed() < plan.receipt_wait
        });
        if phase == Phase::Receipts && !waits {
            phase = leave::<P>(&handles);
        }
    }
    progress.finish_and_clear();
    let cpu_after = cpu_after.or_else(cpu_time);
    Ok(Report {
        connections: plan.connections,
        window: plan.window,
        size: plan.size,
        rate: plan.rate,
        elapsed: total
            .last_answer
            .map_or(Duration::ZERO, |last| last - run.start),
        cpu: cpu_after
            .zip(cpu_before)
            .map(|(after, before)| after.saturating_sub(before)),
        unsent: wanted.map_or(0, |wanted| wanted.saturating_sub(total.sent)),
        stopped: interrupted || stop.is_elapsed(),
        interrupted,
        lost,
        total,
        run,
    })
}

fn leave<P: Protocol>(handles: &[P::Handle]) -> Phase {
    handles.iter().for_each(P::leave);
    Phase::Leaving
}

/// A session and what comes of it.
type Connected<P> = (<P as Protocol>::Handle, Events<<P as Protocol>::Session>);

/// Connects every session, or none.
async fn connect_all<P: Protocol>(plan: &Plan, protocol: &P) -> Result<Vec<Connected<P>>, String> {
    let mut connecting = JoinSet::new();
    for _ in 0..plan.connections {
        let protocol = protocol.clone();
        connecting.spawn(async move { protocol.connect().await });
    }
    let mut sessions = Vec::new();
    while let Some(connected) = connecting.join_next().await {
        match connected.map_err(|error| error.to_string())? {
            Ok(session) => sessions.push(session),
            Err(error) if sessions.is_empty() => return Err(error),
            Err(error) => {
                let (there, all) = (sessions.len(), plan.connections);
                return Err(format!("{error} (after {there} of {all} sessions)"));
            }
        }
    }
    Ok(sessions)
}

/// Shows nothing where standard error is no terminal.
fn progress(messages: Option<u64>) -> ProgressBar {
    let (bar, template) = match messages {
        Some(messages) => (
            ProgressBar::new(messages),
            "{bar:30} {human_pos} of {human_len}  {per_sec}  {msg}",
        ),
        None => (
            ProgressBar::new_spinner(),
            "{spinner} {human_pos}  {per_sec}  {msg}",
        ),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn show(progress: &ProgressBar, run: &Run) {
    if progress.is_hidden() {
        return;
    }
    progress.set_position(run.answered.load(Ordering::Relaxed));
    if let Some(receipts) = run.receipts() {
        let (received, accepted) = (receipts.received(), receipts.accepted());
        progress.set_message(format!("{received} of {accepted} receipts"));
    }
}

/// What this process has spent of the processors.
#[cfg(unix)]
fn cpu_time() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::ProcessCPUTime).try_into().ok()
}

#[cfg(not(unix))]
fn cpu_time() -> Option<Duration> {
    None
}
