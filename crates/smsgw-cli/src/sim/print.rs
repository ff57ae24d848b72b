//! Events on standard output, one JSON line each.

use std::io::{self, Write as _};
use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use smsgw_sim::event::Events;
use smsgw_sim::json_line;

/// How long the reader of the last events has to take them.
pub(super) const LAST_EVENTS: Duration = Duration::from_secs(1);
/// Octets of lines that are written at once, while there are more.
const MAX_LINES: usize = 64 << 10;

/// Prints each event as it comes, until there are no more or nobody reads. How many were missed is
/// told as of `protocol`.
pub(super) fn print<E: Serialize>(mut events: Events<E>, protocol: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut lines = Vec::new();
    let mut missed = 0;
    while let Some(event) = events.blocking_recv() {
        let mut next = Some(event);
        while let Some(event) = next {
            json_line::write(&mut lines, &*event)?;
            if lines.len() >= MAX_LINES {
                out.write_all(&lines)?;
                lines.clear();
            }
            next = events.try_recv();
        }
        let count = events.missed() - missed;
        if count > 0 {
            missed += count;
            let event = json!({"event": "missed", "protocol": protocol, "count": count});
            json_line::write(&mut lines, &event)?;
        }
        // There is nothing more to print now, so nobody waits for a line. Whole lines go out as
        // they are.
        out.write_all(&lines)?;
        lines.clear();
    }
    Ok(())
}
