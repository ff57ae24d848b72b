//! What goes between us and a server about one message, whatever the protocol: its parts, their
//! answers, their receipts.

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value as Json, json};
use smsgw_sim::json_line;

use crate::decode::input::printable;

/// How the message is sent.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Options {
    /// Ask for a receipt.
    #[arg(long)]
    receipt: bool,
    /// Ask for a receipt of each part and wait so long for them.
    #[arg(long, value_name = "TIME", value_parser = crate::values::duration)]
    pub(super) wait_receipt: Option<Duration>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// A session that has the parts of a message to send.
pub(super) trait Exchange {
    /// What the server says to a part.
    type Answer: Answer;

    /// Sends the part at `index`; the error is why there is no answer.
    async fn submit(&mut self, index: usize) -> Result<Self::Answer, String>;

    /// The next receipt for one of these parts, and for which. Whatever else the server brings is
    /// declined, so that it keeps it. `None` when the session is over.
    async fn receipt(&mut self, outcomes: &[Outcome<Self::Answer>]) -> Option<(usize, Receipt)>;

    /// Ends the session; nothing more is taken.
    async fn leave(&mut self);

    /// All of it for programs: the outcomes are those of the first parts.
    fn json(&self, outcomes: &[Outcome<Self::Answer>]) -> Json;
}

/// What the server says to a part: how it is shown.
pub(super) trait Answer: Display {
    fn is_accepted(&self) -> bool;
    /// What a receipt calls the part.
    fn message_id(&self) -> Option<&str>;
}

/// What became of a part.
#[derive(Debug)]
pub(super) struct Outcome<A> {
    /// Or why there is no answer.
    pub(super) answer: Result<A, String>,
    pub(super) receipt: Option<Receipt>,
}

#[derive(Debug)]
pub(super) struct Receipt {
    pub(super) state: String,
    /// Of a state after which no other comes.
    pub(super) is_final: bool,
    pub(super) is_delivered: bool,
    /// For people.
    pub(super) text: String,
    /// For programs.
    pub(super) json: Json,
}

/// How long the server may take to agree to the end.
const LEAVE: Duration = Duration::from_secs(5);

/// Runs what sends a message and says whether all went well.
pub(super) fn run(
    name: &str,
    send: impl AsyncFnOnce() -> Result<bool, Box<dyn Error>>,
) -> ExitCode {
    let result = || {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(send())
    };
    match result() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("smsgw send {name}: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    /// Whether receipts are asked for.
    pub(super) const fn asks(&self) -> bool {
        self.receipt || self.wait_receipt.is_some()
    }

    /// Sends a message of `total` parts and waits for its receipts as long as it is to; whether all
    /// went well.
    pub(super) async fn send(
        &self,
        total: usize,
        exchange: &mut impl Exchange,
    ) -> Result<bool, Box<dyn Error>> {
        let mut outcomes = Vec::new();
        for index in 0..total {
            let answer = exchange.submit(index).await;
            let outcome = Outcome {
                answer,
                receipt: None,
            };
            if !self.json {
                let number = index + 1;
                println!("part {number} of {total}  {}", outcome.shown());
            }
            let is_accepted = outcome.is_accepted();
            outcomes.push(outcome);
            // The rest alone would be a message with a hole.
            if !is_accepted {
                break;
            }
        }
        let accepted = outcomes.iter().filter(|it| it.is_accepted()).count();
        let mut is_good = accepted == total;
        if let (Some(wait), 1..) = (self.wait_receipt, accepted) {
            let end = crate::signal::end()?;
            let waiting = self.await_receipts(exchange, &mut outcomes);
            tokio::select! {
                () = waiting => {}
                () = tokio::time::sleep(wait) => {}
                () = end => {}
            }
            let receipts = || outcomes.iter().filter_map(|it| it.receipt.as_ref());
            is_good &= receipts().filter(|it| it.is_delivered).count() == total;
            let missing = accepted - receipts().count();
            if missing > 0 && !self.json {
                println!("no receipt for {missing} of {accepted} within {wait:?}");
            }
        }
        // All is said: a server that does not take its leave is not waited for long.
        let _ = tokio::time::timeout(LEAVE, exchange.leave()).await;
        if self.json {
            json_line::write(std::io::stdout().lock(), &exchange.json(&outcomes))?;
        }
        Ok(is_good)
    }

    /// Takes the receipts for the parts until all are there.
    async fn await_receipts<E: Exchange>(
        &self,
        exchange: &mut E,
        outcomes: &mut [Outcome<E::Answer>],
    ) {
        let total = outcomes.len();
        while outcomes.iter().any(Outcome::is_open) {
            let Some((index, receipt)) = exchange.receipt(outcomes).await else {
                return;
            };
            if !self.json {
                let (number, state) = (index + 1, printable(&receipt.state));
                println!(
                    "part {number} of {total}  {state}  {}",
                    printable(&receipt.text)
                );
            }
            if let Some(outcome) = outcomes.get_mut(index).filter(|_| receipt.is_final) {
                outcome.receipt = Some(receipt);
            }
        }
    }
}

impl<A: Answer> Outcome<A> {
    fn shown(&self) -> String {
        match &self.answer {
            Ok(answer) => answer.to_string(),
            Err(error) => error.clone(),
        }
    }

    fn is_accepted(&self) -> bool {
        self.answer.as_ref().is_ok_and(Answer::is_accepted)
    }

    pub(super) fn message_id(&self) -> Option<&str> {
        self.answer.as_ref().ok().and_then(Answer::message_id)
    }

    /// Whether its receipt is still to come.
    fn is_open(&self) -> bool {
        self.message_id().is_some() && self.receipt.is_none()
    }

    /// Why there is no answer, and what the receipt said: for programs.
    pub(super) fn error(&self) -> Option<&str> {
        self.answer.as_ref().err().map(String::as_str)
    }

    pub(super) fn receipt_json(&self) -> Json {
        self.receipt
            .as_ref()
            .map_or(json!(null), |it| it.json.clone())
    }
}
