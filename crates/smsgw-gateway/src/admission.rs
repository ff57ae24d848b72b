//! The gate every message passes, by whatever way it comes in.

use std::sync::Arc;
use std::time::Duration;

use smsgw::{Address, Content, Message};
use tokio::sync::{mpsc, oneshot};

use crate::account::{Account, Accounts};
use crate::config::Limits;
use crate::message::{MessageId, Origin};
use crate::store::worker::Handle;

/// A message that somebody wants to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    /// Who sends it.
    pub account: Arc<Account>,
    /// By which way it came.
    pub origin: Origin,
    /// What is to be sent.
    pub message: Message,
    /// Where to POST the outcome.
    pub callback: Option<String>,
}

/// Why a message is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The recipient is not a number.
    #[error("the recipient is not a number of 3 to 20 digits")]
    InvalidRecipient,
    /// The sender is neither number nor name.
    #[error("the sender is neither a number nor a name of 1 to 11 ASCII characters")]
    InvalidSender,
    /// There is nothing to send.
    #[error("the text is empty")]
    EmptyText,
    /// Longer than the gateway takes.
    #[error("the text has more than {max} characters")]
    TextTooLong {
        /// Most characters.
        max: usize,
    },
    /// Longer than the account may send.
    #[error("the text needs more than {max} segments")]
    TooManySegments {
        /// Most segments.
        max: usize,
    },
    /// Longer than the gateway keeps trying.
    #[error("the validity is longer than {} seconds", .max.as_secs())]
    ValidityTooLong {
        /// The longest.
        max: Duration,
    },
    /// It cannot be sent as it is.
    #[error("{0}")]
    Invalid(String),
    /// As many messages wait as may.
    #[error("too many messages wait; try again later")]
    QueueFull,
    /// The gateway is being shut down.
    #[error("the gateway is being shut down")]
    Closing,
    /// It could not be made durable.
    #[error("the message could not be stored; try again later")]
    Store,
}

impl Refusal {
    /// The name for programs.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::InvalidRecipient => "invalid_recipient",
            Self::InvalidSender => "invalid_sender",
            Self::EmptyText => "empty_text",
            Self::TextTooLong { .. } => "text_too_long",
            Self::TooManySegments { .. } => "too_many_segments",
            Self::ValidityTooLong { .. } => "validity_too_long",
            Self::Invalid(_) => "invalid_message",
            Self::QueueFull => "queue_full",
            Self::Closing => "closing",
            Self::Store => "store_unavailable",
        }
    }

    /// The status of HTTP.
    pub(crate) const fn http_status(&self) -> u16 {
        match self {
            Self::InvalidRecipient
            | Self::InvalidSender
            | Self::EmptyText
            | Self::TextTooLong { .. }
            | Self::TooManySegments { .. }
            | Self::ValidityTooLong { .. }
            | Self::Invalid(_) => 400,
            Self::QueueFull => 429,
            Self::Closing | Self::Store => 503,
        }
    }
}

/// A submission that waits for its answer: our id, once the message is durable.
#[derive(Debug)]
pub(crate) struct Request {
    /// What passed the gate.
    pub submission: Submission,
    /// Takes the answer.
    pub reply: oneshot::Sender<Result<MessageId, Refusal>>,
}

/// What passed the gate; the engine's owner takes it.
pub(crate) type Inbox = mpsc::Receiver<Request>;

/// The way in.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    inbox: mpsc::Sender<Request>,
    store: Handle,
    accounts: Arc<Accounts>,
    limits: Arc<Limits>,
}

impl Gate {
    /// A gate, and where up to `waiting` submissions come out of it.
    pub(crate) fn new(
        store: Handle,
        accounts: Arc<Accounts>,
        limits: &Limits,
        waiting: usize,
    ) -> (Self, Inbox) {
        let (sender, inbox) = mpsc::channel(waiting);
        let limits = Arc::new(limits.clone());
        (
            Self {
                inbox: sender,
                store,
                accounts,
                limits,
            },
            inbox,
        )
    }

    /// Where messages are read.
    pub(crate) const fn store(&self) -> &Handle {
        &self.store
    }

    /// What the configuration allows.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether messages can still be taken.
    pub(crate) fn is_open(&self) -> bool {
        !self.inbox.is_closed()
    }

    /// The account `id`, when `password` is its password.
    pub(crate) async fn verify(&self, id: String, password: Vec<u8>) -> Option<Arc<Account>> {
        self.accounts.verify(&id, &password).await
    }

    /// Takes a message. Who stops waiting for the answer does not take it back.
    ///
    /// # Errors
    /// Why it is not taken.
    pub(crate) async fn submit(&self, mut submission: Submission) -> Result<MessageId, Refusal> {
        let Submission {
            account, message, ..
        } = &mut submission;
        normalise(&mut message.to)?;
        if message.from.is_none() {
            message.from.clone_from(&account.default_sender);
        }
        if let Content::Text(text) = &message.content
            && text.chars().count() > self.limits.max_text
        {
            return Err(Refusal::TextTooLong {
                max: self.limits.max_text,
            });
        }
        let (reply, answer) = oneshot::channel();
        let request = Request { submission, reply };
        self.inbox
            .send(request)
            .await
            .map_err(|_| Refusal::Closing)?;
        answer.await.unwrap_or(Err(Refusal::Closing))
    }
}

/// A recipient as people write it: `+` or `00` in front for an international number; spaces,
/// dashes, dots and parentheses for the eye.
///
/// # Errors
/// [`Refusal::InvalidRecipient`].
pub(crate) fn recipient(text: &str) -> Result<Address, Refusal> {
    let mut address = Address {
        ton: 0,
        npi: 1,
        digits: without_separators(text),
    };
    normalise(&mut address)?;
    Ok(address)
}

/// A sender: a number as for [`recipient`], a short code, or a name.
///
/// # Errors
/// [`Refusal::InvalidSender`].
pub(crate) fn sender(text: &str) -> Result<Address, Refusal> {
    let number = without_separators(text);
    let (digits, most) = match number.strip_prefix('+') {
        Some(digits) => (digits, 15),
        None => (number.as_str(), 20),
    };
    if !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()) {
        return if digits.len() <= most {
            Ok(Address::sender(&number))
        } else {
            Err(Refusal::InvalidSender)
        };
    }
    let is_name = text.len() <= 11
        && text.trim() == text
        && text.bytes().any(|c| c.is_ascii_alphanumeric())
        && text.bytes().all(|c| c.is_ascii_graphic() || c == b' ');
    if is_name {
        Ok(Address::sender(text))
    } else {
        Err(Refusal::InvalidSender)
    }
}

/// Takes `+` and `00` for what they say: the same number is the same digits, whoever writes it.
fn normalise(to: &mut Address) -> Result<(), Refusal> {
    let is_unmarked = to.ton == 0 || to.ton == 1;
    let international = to
        .digits
        .strip_prefix('+')
        .or_else(|| to.digits.strip_prefix("00").filter(|_| is_unmarked));
    if let Some(digits) = international {
        *to = Address {
            ton: 1,
            npi: 1,
            digits: digits.into(),
        };
    }
    let is_number = !to.is_alphanumeric()
        && (3..=20).contains(&to.digits.len())
        && to.digits.bytes().all(|c| c.is_ascii_digit());
    if is_number {
        Ok(())
    } else {
        Err(Refusal::InvalidRecipient)
    }
}

fn without_separators(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{A0}'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_written_in_many_ways() {
        for (text, ton, digits) in [
            ("+306912345678", 1, "306912345678"),
            ("00306912345678", 1, "306912345678"),
            (" +30 (691) 234-56.78", 1, "306912345678"),
            ("6912345678", 0, "6912345678"),
            ("0691234", 0, "0691234"),
            ("112", 0, "112"),
        ] {
            let address = Address {
                ton,
                npi: 1,
                digits: digits.into(),
            };
            assert_eq!(recipient(text), Ok(address), "{text}");
        }
        for text in [
            "",
            "+",
            "12",
            "+12",
            "0012",
            "Shop",
            "+30a",
            "++30123",
            "3０123",
            &"1".repeat(21),
        ] {
            assert_eq!(recipient(text), Err(Refusal::InvalidRecipient), "{text}");
        }
        let mut short_code = Address {
            ton: 3,
            npi: 0,
            digits: "00123".into(),
        };
        assert_eq!(normalise(&mut short_code), Ok(()));
        assert_eq!(short_code.digits, "00123");
    }

    #[test]
    fn senders_are_numbers_short_codes_or_names() {
        for (text, ton, digits) in [
            ("+30 691 2345678", 1, "306912345678"),
            ("12345", 3, "12345"),
            ("6912345678", 0, "6912345678"),
            ("Shop 24/7", 5, "Shop 24/7"),
            ("A", 5, "A"),
        ] {
            let address = sender(text).unwrap();
            assert_eq!(
                (address.ton, address.digits.as_str()),
                (ton, digits),
                "{text}"
            );
        }
        let long = ["1".repeat(21), format!("+{}", "1".repeat(16))];
        let others = ["", " ", "+", "Twelve chars", " Shop", "Καλό", "a\tb", "---"];
        for text in long.iter().map(String::as_str).chain(others) {
            assert_eq!(sender(text), Err(Refusal::InvalidSender), "{text:?}");
        }
    }
}
