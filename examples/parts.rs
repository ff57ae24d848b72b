//! What the relays `smpp_to_ucp.rs` and `ucp_to_smpp.rs` remember of a message in parts, to tell its
//! sender what became of it: once, when all parts arrived or one did not.

use std::collections::{BTreeSet, HashMap, VecDeque};

use smsgw::{Address, Message, ReceiptRequest, ReceiptState};

/// Most messages that wait for their receipts; for more, the oldest is forgotten.
const MAX_WAITING: usize = 100_000;

/// The messages on their way.
pub(crate) struct Open {
    ids: Ids,
    last: u64,
    messages: HashMap<u64, Parts>,
    /// What the ids of parts have to the letter, and whose parts they are.
    known: BTreeSet<(String, u64)>,
    /// Those whose senders have an answer, oldest first.
    waiting: VecDeque<u64>,
    /// How many have none.
    unanswered: usize,
}

/// How the other side names a part: perhaps one way in the result and another in the receipt.
pub(crate) struct Ids {
    /// What both ids have to the letter.
    pub(crate) common: fn(&str) -> &str,
    /// Whether two that have it name one part.
    pub(crate) is_same: fn(&str, &str) -> bool,
}

/// What a receipt is made of.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) from: Option<Address>,
    pub(crate) to: Address,
    /// What the sender calls it.
    pub(crate) id: String,
    receipt: ReceiptRequest,
}

/// What follows from the receipt of a part.
pub(crate) enum Notified {
    /// The sender is to hear it: say how that went, by the number.
    Tell(u64, Sent),
    /// Nothing: others are still to come, or nobody wants to know.
    Nothing,
    /// It comes before its message has an answer, or seems to. It is to come again.
    TooEarly,
}

struct Parts {
    sent: Sent,
    /// How many there are; those that the other side has are in `taken`.
    count: usize,
    taken: Vec<Part>,
    is_answered: bool,
    /// Whether the sender knows the end, or hears it now.
    is_told: bool,
}

struct Part {
    id: String,
    has_arrived: bool,
}

impl Open {
    pub(crate) fn new(ids: Ids) -> Self {
        Self {
            ids,
            last: 0,
            messages: HashMap::new(),
            known: BTreeSet::new(),
            waiting: VecDeque::new(),
            unanswered: 0,
        }
    }

    /// A message in so many parts is about to be sent; gives its number.
    pub(crate) fn begin(&mut self, message: &Message, count: usize) -> u64 {
        self.last += 1;
        self.unanswered += 1;
        let parts = Parts {
            sent: Sent {
                from: message.from.clone(),
                to: message.to.clone(),
                id: String::new(),
                receipt: message.receipt,
            },
            count,
            taken: Vec::new(),
            is_answered: false,
            is_told: false,
        };
        self.messages.insert(self.last, parts);
        self.last
    }

    /// The other side has a part, which it calls `id`.
    pub(crate) fn taken(&mut self, number: u64, id: &str) {
        if let Some(message) = self.messages.get_mut(&number) {
            let common = (self.ids.common)(id).to_owned();
            self.known.insert((common, number));
            message.taken.push(Part {
                id: id.to_owned(),
                has_arrived: false,
            });
        }
    }

    /// The sender gets its answer: all parts were taken, and the message is called `id`; or not.
    pub(crate) fn answered(&mut self, number: u64, id: Option<&str>) {
        self.unanswered = self.unanswered.saturating_sub(1);
        match (id, self.messages.get_mut(&number)) {
            (Some(id), Some(message)) if message.sent.receipt != ReceiptRequest::None => {
                message.sent.id = id.to_owned();
                message.is_answered = true;
                self.waiting.push_back(number);
            }
            _ => self.forget(number),
        }
        if self.waiting.len() > MAX_WAITING
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.forget(oldest);
        }
    }

    /// A receipt says what became of a part.
    pub(crate) fn notified(&mut self, id: &str, state: ReceiptState) -> Notified {
        let found = self.find(id);
        let found =
            found.and_then(|(number, part)| Some((number, part, self.messages.get_mut(&number)?)));
        let Some((number, part, message)) = found else {
            return match self.unanswered {
                0 => Notified::Nothing,
                _ => Notified::TooEarly,
            };
        };
        let is_delivered = state == ReceiptState::Delivered;
        if let (true, Some(part)) = (is_delivered, message.taken.get_mut(part)) {
            part.has_arrived = true;
        }
        let arrived = message.taken.iter().filter(|part| part.has_arrived);
        if message.is_told || is_delivered && arrived.count() < message.count {
            return Notified::Nothing;
        }
        if !message.is_answered {
            return Notified::TooEarly;
        }
        if state.is_final() && !message.sent.receipt.wants(is_delivered) {
            self.forget(number);
            return Notified::Nothing;
        }
        message.is_told = state.is_final();
        Notified::Tell(number, message.sent.clone())
    }

    /// The sender was told, or could not be.
    pub(crate) fn told(&mut self, number: u64, state: ReceiptState, is_told: bool) {
        match self.messages.get_mut(&number) {
            Some(message) if state.is_final() && !is_told => message.is_told = false,
            _ if state.is_final() => self.forget(number),
            _ => {}
        }
    }

    /// The number of a message, and which part of it this is.
    fn find(&self, id: &str) -> Option<(u64, usize)> {
        let common = (self.ids.common)(id).to_owned();
        let range = (common.clone(), 0)..=(common, u64::MAX);
        self.known.range(range).find_map(|&(_, number)| {
            let mut parts = self.messages.get(&number)?.taken.iter();
            let part = parts.position(|part| (self.ids.is_same)(&part.id, id))?;
            Some((number, part))
        })
    }

    fn forget(&mut self, number: u64) {
        if let Some(message) = self.messages.remove(&number) {
            for part in message.taken {
                let common = (self.ids.common)(&part.id).to_owned();
                self.known.remove(&(common, number));
            }
        }
    }
}
