//! What a run came to, for people and for programs.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use smsgw_sim::json_line;
use smsgw_smpp::session::Histogram;

use super::protocol::Status;
use super::receipts::Receipts;
use super::session::{Run, Tally};
use crate::decode::input::printable;

/// `S` is how messages were answered.
pub(super) struct Report<S> {
    pub(super) connections: u16,
    pub(super) window: u16,
    pub(super) size: u16,
    pub(super) rate: Option<u32>,
    /// From the first request to the last answer.
    pub(super) elapsed: Duration,
    /// Of the processors, meanwhile, in this process.
    pub(super) cpu: Option<Duration>,
    pub(super) unsent: u64,
    /// It was ended by who started it.
    pub(super) stopped: bool,
    pub(super) interrupted: bool,
    /// Why sessions ended by themselves.
    pub(super) lost: Vec<String>,
    pub(super) total: Tally<S>,
    pub(super) run: Arc<Run>,
}

impl<S: Status> Report<S> {
    /// Whether all went as it should.
    pub(super) fn is_good(&self) -> bool {
        let all_ok = self.total.statuses.iter().all(|(status, _)| status.is_ok());
        let receipts = self.run.receipts();
        all_ok
            && self.total.answered() == self.total.sent
            && (self.unsent == 0 || self.stopped)
            && receipts.is_none_or(|receipts| receipts.is_complete())
    }

    pub(super) fn print(&self, json: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if json {
            json_line::write(out, &self.to_json())
        } else {
            write!(out, "{self}")
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody counts so far")]
    fn per_second(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 {
            self.total.answered() as f64 / seconds
        } else {
            0.0
        }
    }

    fn to_json(&self) -> Json {
        let total = &self.total;
        let statuses: Map<_, _> = total
            .statuses
            .iter()
            .map(|(status, count)| (status.name(), json!(count)))
            .collect();
        json!({
            "connections": self.connections,
            "window": self.window,
            "size": self.size,
            "rate": self.rate,
            "sent": total.sent,
            "unsent": self.unsent,
            "answered": total.answered(),
            "statuses": statuses,
            "unanswered": {"written": total.written, "unwritten": total.unwritten},
            "late": total.late,
            "seconds": self.elapsed.as_secs_f64(),
            "messages_per_second": self.per_second(),
            "cpu_seconds": self.cpu.map(|cpu| cpu.as_secs_f64()),
            "round_trip_ms": quantiles(&total.round_trip),
            "queue_wait_ms": self.rate.map(|_| quantiles(&total.queue_wait)),
            "receipts": self.run.receipts().map(|receipts| receipts_json(&receipts)),
            "lost_sessions": self.lost,
            "interrupted": self.interrupted,
        })
    }
}

fn receipts_json(receipts: &Receipts) -> Json {
    let states = receipts.states().iter();
    let states: Map<_, _> = states
        .map(|(state, count)| (state.clone(), json!(count)))
        .collect();
    json!({
        "expected": receipts.accepted(),
        "received": receipts.received(),
        "states": states,
        "unmatched": receipts.strange(),
        "latency_ms": quantiles(receipts.latency()),
    })
}

const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)];

fn quantiles(histogram: &Histogram) -> Json {
    let rows = QUANTILES.map(|(name, quantile)| (name, histogram.quantile(quantile)));
    let ends = [("max", histogram.max()), ("mean", histogram.mean())];
    let rows = rows.into_iter().chain(ends);
    rows.map(|(name, time)| (name.to_owned(), json!(millis(time))))
        .collect::<Map<_, _>>()
        .into()
}

/// Milliseconds, to the microsecond.
fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// For people.
impl<S: Status> fmt::Display for Report<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = &self.total;
        let (connections, window, size) = (self.connections, self.window, self.size);
        writeln!(
            f,
            "sent        {} messages of {size} octets; sessions {connections}, window {window}",
            total.sent
        )?;
        if self.unsent > 0 {
            writeln!(f, "not sent    {}", self.unsent)?;
        }
        for reason in &self.lost {
            writeln!(f, "lost        a session: {reason}")?;
        }
        let statuses = list(total.statuses.iter());
        writeln!(f, "answered    {}{statuses}", total.answered())?;
        if total.written + total.unwritten > 0 {
            writeln!(
                f,
                "unanswered  {}: {} that the server may have, {} not written; answered late {}",
                total.written + total.unwritten,
                total.written,
                total.unwritten,
                total.late
            )?;
        }
        let (seconds, per_second) = (self.elapsed.as_secs_f64(), self.per_second());
        writeln!(
            f,
            "throughput  {per_second:.0} messages/s in {seconds:.3} s"
        )?;
        if let Some(cpu) = self.cpu {
            writeln!(f, "processor   {:.3} s of this process", cpu.as_secs_f64())?;
        }
        writeln!(f, "round trip  {}", Times(&total.round_trip))?;
        if self.rate.is_some() {
            writeln!(f, "queue wait  {}", Times(&total.queue_wait))?;
        }
        if let Some(receipts) = self.run.receipts() {
            let (received, expected) = (receipts.received(), receipts.accepted());
            let states = list(receipts.states().iter());
            writeln!(f, "receipts    {received} of {expected}{states}")?;
            if receipts.strange() > 0 {
                writeln!(
                    f,
                    "            {} for no message of these",
                    receipts.strange()
                )?;
            }
            writeln!(f, "            {}", Times(receipts.latency()))?;
        }
        Ok(())
    }
}

/// `: A 1, B 2`; nothing for nothing.
fn list<'a, T: fmt::Display + 'a>(rows: impl Iterator<Item = &'a (T, u64)>) -> String {
    let mut list = String::new();
    for (name, count) in rows {
        let gap = if list.is_empty() { ": " } else { ", " };
        // Writing to a string cannot go wrong.
        let _ = write!(list, "{gap}{} {count}", printable(&name.to_string()));
    }
    list
}

struct Times<'a>(&'a Histogram);

impl fmt::Display for Times<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, quantile) in QUANTILES {
            write!(f, "{name} {:.3} ms  ", millis(self.0.quantile(quantile)))?;
        }
        write!(f, "max {:.3} ms", millis(self.0.max()))
    }
}
