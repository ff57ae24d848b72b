//! Lines of standard input, while something else goes on.

use std::io::BufRead as _;

use tokio::sync::mpsc;

/// The lines of standard input, until its end.
pub(super) struct Input {
    lines: mpsc::Receiver<String>,
}

impl Input {
    /// Reads from now on. A thread does: it may wait for a line for ever.
    pub(super) fn new() -> Self {
        let (sender, lines) = mpsc::channel(1);
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        Self { lines }
    }

    /// The next line, without its end; `None` after the last. Cancel-safe.
    pub(super) async fn line(&mut self) -> Option<String> {
        self.lines.recv().await
    }
}
