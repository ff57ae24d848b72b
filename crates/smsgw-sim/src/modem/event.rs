//! What happened at the modems, one JSON object each.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::event::{Message, Protocol, Who, hex};

/// Which modem of a network: a number from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ModemId(u32);

impl ModemId {
    pub(crate) fn new(index: usize) -> Self {
        Self(u32::try_from(index + 1).unwrap_or(u32::MAX))
    }

    pub(crate) const fn index(self) -> usize {
        self.0.saturating_sub(1) as usize
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for ModemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// What.
    #[serde(flatten)]
    pub what: What,
    /// Always [`Protocol::At`].
    pub protocol: Protocol,
    /// At which modem.
    #[serde(rename = "connection")]
    pub modem: ModemId,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// A modem has started: at the beginning, after a reset, or plugged in again.
    Boot {
        /// Which.
        #[serde(flatten)]
        who: Who,
        /// Why.
        reason: &'static str,
    },
    /// A program opened the port of a modem.
    Open {
        /// Which.
        #[serde(flatten)]
        who: Who,
    },
    /// No program has the port of a modem open any more.
    Close {
        /// Which.
        #[serde(flatten)]
        who: Who,
    },
    /// A modem is unplugged.
    Cut {
        /// Which.
        #[serde(flatten)]
        who: Who,
    },
    /// A modem is plugged in again.
    Plug {
        /// Which.
        #[serde(flatten)]
        who: Who,
    },
    /// A message of a modem was accepted by the service centre.
    Submit(Message),
    /// The last part of a longer message was accepted: the whole.
    Joined(Joined),
    /// A message was not accepted.
    Refused {
        /// The message; its id is empty.
        #[serde(flatten)]
        message: Message,
        /// The cause, as `+CMS ERROR` tells it.
        cms: u16,
    },
    /// A message came to a modem, and was stored or shown.
    Deliver(Message),
    /// A message came to a modem, which did not take it: it waits.
    Waiting {
        /// Which.
        #[serde(flatten)]
        who: Who,
        /// The message.
        id: String,
        /// Why.
        reason: &'static str,
    },
    /// A message for a modem was given up.
    Expired {
        /// Which.
        #[serde(flatten)]
        who: Who,
        /// The message.
        id: String,
    },
    /// A status report came to a modem, and was stored, shown or dropped.
    Receipt {
        /// The report; its id is that of the message it is about.
        #[serde(flatten)]
        message: Message,
        /// TP-ST.
        status: u8,
        /// What that means: `delivered`, `retrying` or `failed`.
        message_state: &'static str,
    },
    /// A message that was shown was acknowledged by `+CNMA`.
    Acknowledge {
        /// Which modem.
        #[serde(flatten)]
        who: Who,
        /// The message.
        id: String,
    },
    /// A message that was shown was not acknowledged in time: the modem shows no more until
    /// `+CNMI` is set again.
    Unacknowledged {
        /// Which modem.
        #[serde(flatten)]
        who: Who,
        /// The message.
        id: String,
    },
    /// A page of a cell broadcast came to a modem that wants it.
    Broadcast {
        /// Which modem.
        #[serde(flatten)]
        who: Who,
        /// Its source and type.
        message_id: u16,
        /// The text of the page, when it is one.
        text: Option<String>,
        /// The store, or the line that showed it.
        store: &'static str,
    },
    /// A stored message was deleted.
    Delete {
        /// Which modem.
        #[serde(flatten)]
        who: Who,
        /// The store.
        store: &'static str,
        /// The place.
        index: u16,
    },
    /// A PIN or PUK was tried.
    Pin {
        /// Which modem.
        #[serde(flatten)]
        who: Who,
        /// `SIM PIN` or `SIM PUK`.
        code: &'static str,
        /// Whether it was right.
        ok: bool,
        /// How many more may be wrong.
        retries: u8,
    },
    /// The registration changed.
    Registration {
        /// Which modem.
        #[serde(flatten)]
        who: Who,
        /// As `+CREG` tells it: 0 none, 1 home, 2 searching, 3 denied, 5 roaming.
        stat: u8,
    },
    /// A USSD request was answered.
    Ussd {
        /// Which modem.
        #[serde(flatten)]
        who: Who,
        /// The request as it was understood.
        request: String,
        /// The answer, when there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        /// As `+CUSD` tells it: 0 done, 1 more is wanted, 2 ended, 4 not supported.
        m: u8,
    },
    /// A call began, was answered, or ended.
    Call {
        /// Which modem.
        #[serde(flatten)]
        who: Who,
        /// The other party; empty when it does not say who it is.
        party: String,
        /// `incoming`, `outgoing`, `answered` or `ended`.
        state: &'static str,
    },
    /// A fault hit.
    Fault {
        /// Its name.
        name: &'static str,
        /// Which modem.
        #[serde(flatten)]
        who: Who,
    },
    /// A command line was answered ([`Config::commands`](super::Config::commands)).
    Command {
        /// Which modem.
        #[serde(flatten)]
        who: Who,
        /// The line as it came, without its end.
        line: String,
        /// The final result; `None` for none.
        result: Option<String>,
    },
}

/// A message of more than one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// Whose.
    #[serde(flatten)]
    pub who: Who,
    /// The ids of its parts in their order.
    pub ids: Vec<String>,
    /// The sender.
    pub from: String,
    /// The recipient.
    pub to: String,
    /// The text, when it is one.
    pub text: Option<String>,
    /// The octets of all parts, when it is no text.
    #[serde(rename = "data_hex", serialize_with = "hex")]
    pub data: Vec<u8>,
}

/// Events that wait for their reader, so many at most.
#[derive(Debug)]
pub(crate) struct Events {
    queue: VecDeque<Event>,
    most: usize,
    missed: u64,
}

impl Events {
    pub(crate) const fn new(most: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            most,
            missed: 0,
        }
    }

    pub(crate) fn push(&mut self, modem: ModemId, what: What) {
        if self.queue.len() >= self.most {
            self.queue.pop_front();
            self.missed += 1;
        }
        if self.most > 0 {
            self.queue.push_back(Event {
                what,
                protocol: Protocol::At,
                modem,
            });
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        self.queue.pop_front()
    }

    pub(crate) const fn missed(&self) -> u64 {
        self.missed
    }
}

/// The name of a modem in events.
pub(crate) fn who(name: &Arc<str>) -> Who {
    Who::Modem(Arc::clone(name))
}
