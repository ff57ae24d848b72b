//! `smsgw load smpp`: many `submit_sm` to one server.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use smsgw::convert::smpp::{ConvertError, Outgoing, Part};
use smsgw::{Address, Message, ReceiptRequest};
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::session::Config;
use tokio::task::JoinSet;

use super::report::Report;
use super::session::{self, Run, Tally};
use crate::client::{Mode, Server};
use crate::values::duration;

/// Send many short messages by SMPP and measure how the server takes them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw load smpp --connect 127.0.0.1:2775 --system-id esme --password secret
  smsgw load smpp --connect 127.0.0.1:2775 --system-id esme --password secret \\
      --messages 100000 --connections 4 --window 200 --receipts --json
  smsgw load smpp --connect 127.0.0.1:2775 --system-id esme --password secret \\
      --rate 500 --duration 60s

What is measured:
  throughput   answers a second, from the first request to the last answer
  round trip   from handing a request to the session to reading its answer, both in this process
  queue wait   with --rate: from when a message was due, at an even rate, to when it was sent; it
               grows when the server, or this program, is too slow for the rate
  receipts     from sending a message to its receipt, which is found by the message id
Quantiles are exact to an eighth. Server and this program share the machine when both run on it.

Receipts of other messages that come meanwhile are taken and counted, messages are not taken.
Ctrl-C ends the sending; once more, the waiting for answers.
Exit status 1: not all was sent (unless ended by --duration or Ctrl-C), an answer was not ESME_ROK,
an answer or a receipt did not come.")]
pub(crate) struct Args {
    #[command(flatten)]
    server: Server,
    /// How many messages; 1000, or with --duration as many as it allows, unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    messages: Option<u64>,
    /// Messages of one session that may wait for their answer.
    #[arg(long, value_name = "W", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    window: u16,
    /// Sessions.
    #[arg(long, value_name = "C", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// Most messages a second, all sessions together.
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Send slower when the server asks for it (ESME_RTHROTTLED, ESME_RMSGQFUL).
    #[arg(long)]
    slow_down: bool,
    /// How long to send.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    duration: Option<Duration>,
    /// Octets of user data in a message; more than 254 go into message_payload.
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
    receipts: bool,
    /// How long no receipt may come before the rest is given up.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    receipt_wait: Duration,
    /// How to bind.
    #[arg(long, value_enum, default_value_t = Mode::Trx)]
    mode: Mode,
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

pub(crate) fn run(args: &Args) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failure(&error),
    };
    let report = match runtime.block_on(load(args)) {
        Ok(report) => report,
        Err(error) => return failure(&*error),
    };
    match report.print(args.json) {
        Ok(()) if report.is_good() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => failure(&error),
    }
}

fn failure(error: &dyn Error) -> ExitCode {
    eprintln!("smsgw load smpp: {error}");
    ExitCode::FAILURE
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
    Unbinding,
}

async fn load(args: &Args) -> Result<Report, Box<dyn Error>> {
    if args.receipts && args.mode == Mode::Tx {
        return Err("--receipts come to receivers only: not with --mode tx".into());
    }
    let message = Arc::new((args.message(), args.part()));
    // Mistakes in the arguments show before anything is sent.
    Outgoing::new(&message.0, &message.1)?.submit_sm()?;

    let mut end = Box::pin(crate::signal::end()?);
    let sessions = tokio::select! {
        sessions = args.bind_all() => sessions?,
        () = &mut end => return Err("ended before all sessions were bound".into()),
    };
    let handles: Vec<Esme> = sessions.iter().map(|(esme, _)| esme.clone()).collect();
    let wanted = match (args.messages, args.duration) {
        (None, None) => Some(MESSAGES),
        (messages, _) => messages,
    };
    let cpu_before = cpu_time();
    let run = Arc::new(Run::new(
        wanted.unwrap_or(u64::MAX),
        u64::from(args.connections),
        args.rate,
        args.receipts.then(|| args.server.receipt_ids()),
    ));
    let mut tasks = JoinSet::new();
    for (esme, events) in sessions {
        let (message, run) = (Arc::clone(&message), Arc::clone(&run));
        tasks.spawn(async move {
            let outgoing = Outgoing::new(&message.0, &message.1)?;
            Ok::<_, ConvertError>(session::work(esme, events, run, outgoing.submit_sm()?).await)
        });
    }

    let progress = progress(wanted);
    let mut ticker = tokio::time::interval(TICK);
    let mut stop = Box::pin(tokio::time::sleep(args.duration.unwrap_or(Duration::MAX)));
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
                    Phase::Receipts => phase = unbind(&handles),
                    Phase::Stopped | Phase::Unbinding => {
                        handles.iter().for_each(|esme| esme.close());
                        phase = Phase::Unbinding;
                    }
                }
            }
            () = &mut stop, if phase == Phase::Sending => {
                run.stop();
                phase = Phase::Stopped;
            }
            () = run.settled.notified(), if phase != Phase::Unbinding => {
                cpu_after = cpu_time();
                phase = Phase::Receipts;
            }
            () = run.receipted.notified() => {}
            _ = ticker.tick() => show(&progress, &run),
            ended = tasks.join_next() => match ended {
                Some(tally) => {
                    let tally = tally??;
                    total.merge(&tally);
                    if let Some(reason) = tally.closed.filter(|_| phase != Phase::Unbinding) {
                        lost.push(reason.to_string());
                    }
                }
                None => break,
            },
        }
        let waits = run.receipts().is_some_and(|receipts| {
            !receipts.is_complete() && receipts.last().elapsed() < args.receipt_wait
        });
        if phase == Phase::Receipts && !waits {
            phase = unbind(&handles);
        }
    }
    progress.finish_and_clear();
    let cpu_after = cpu_after.or_else(cpu_time);
    Ok(Report {
        connections: args.connections,
        window: args.window,
        size: args.size,
        rate: args.rate,
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

fn unbind(handles: &[Esme]) -> Phase {
    handles.iter().for_each(|esme| esme.unbind());
    Phase::Unbinding
}

impl Args {
    fn message(&self) -> Message {
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

    fn part(&self) -> Part {
        let octets: Vec<u8> = TEXT
            .iter()
            .copied()
            .cycle()
            .take(self.size.into())
            .collect();
        Part::new(0, &[], &octets)
    }

    /// Binds every session, or none.
    async fn bind_all(&self) -> Result<Vec<(Esme, Events)>, String> {
        let config = Config {
            window: self.window.into(),
            slow_down: self.slow_down,
            ..Config::default()
        };
        let client = self.server.client(self.mode, config);
        let client = client.map_err(|error| error.to_string())?;
        let mut binding = JoinSet::new();
        for _ in 0..self.connections {
            let client = client.clone();
            binding.spawn(async move { client.bind().await });
        }
        let mut sessions = Vec::new();
        while let Some(bound) = binding.join_next().await {
            match bound.map_err(|error| error.to_string())? {
                Ok(session) => sessions.push(session),
                Err(error) if sessions.is_empty() => return Err(error),
                Err(error) => {
                    let (bound, all) = (sessions.len(), self.connections);
                    return Err(format!("{error} (after {bound} of {all} sessions)"));
                }
            }
        }
        Ok(sessions)
    }
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
