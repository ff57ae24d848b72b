//! What the relays `smpp_to_ucp.rs` and `ucp_to_smpp.rs` remember of a message in parts: whom to
//! answer when each has its result, and when to tell what became of them.

use std::collections::{BTreeSet, HashMap, VecDeque};

use smsgw::{Address, Message, ReceiptRequest, ReceiptState};

/// Most messages that wait for their receipts; for more, the oldest is forgotten.
const MAX_WAITING: usize = 100_000;

/// The messages on their way. `A` is whom to answer, `E` why a part was refused.
pub(crate) struct Open<A, E> {
    ids: Ids,
    last: u64,
    messages: HashMap<u64, Parts<A, E>>,
    /// What the ids of parts have to the letter, and whose parts they are.
    known: BTreeSet<(String, u64)>,
    /// Those that have their answer and wait for receipts, oldest first.
    waiting: VecDeque<u64>,
    /// How many wait for their answer.
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
    /// What the sender calls it; empty to call it as its first part.
    pub(crate) id: String,
    receipt: ReceiptRequest,
}

impl Sent {
    pub(crate) fn new(message: &Message, id: String) -> Self {
        Self {
            from: message.from.clone(),
            to: message.to.clone(),
            id,
            receipt: message.receipt,
        }
    }
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

struct Parts<A, E> {
    asks: Option<A>,
    sent: Sent,
    parts: Vec<Part>,
    /// Parts without a result.
    unanswered: usize,
    refusal: Option<E>,
    /// Whether the sender knows the end, or hears it now.
    is_told: bool,
}

#[derive(Clone, Default)]
struct Part {
    /// Empty before its result.
    id: String,
    has_arrived: bool,
}

impl<A, E: Copy> Open<A, E> {
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

    /// A message is about to be sent; gives the tokens of its parts, 255 at most.
    pub(crate) fn begin(
        &mut self,
        parts: usize,
        asks: A,
        sent: Sent,
    ) -> impl Iterator<Item = u64> + use<A, E> {
        self.last += 1;
        self.unanswered += 1;
        let message = Parts {
            asks: Some(asks),
            sent,
            parts: vec![Part::default(); parts],
            unanswered: parts,
            refusal: None,
            is_told: false,
        };
        self.messages.insert(self.last, message);
        (self.last << 8..).take(parts)
    }

    /// A part has its result: an id, or why not. After the last: whom to answer, and what.
    pub(crate) fn answered(
        &mut self,
        token: u64,
        result: Result<String, E>,
    ) -> Option<(A, Result<String, E>)> {
        let (number, [part, ..]) = (token >> 8, token.to_le_bytes());
        let message = self.messages.get_mut(&number)?;
        message.unanswered = message.unanswered.checked_sub(1)?;
        match result {
            Ok(id) => {
                let common = (self.ids.common)(&id).to_owned();
                self.known.insert((common, number));
                if let Some(part) = message.parts.get_mut(usize::from(part)) {
                    part.id = id;
                }
            }
            Err(refusal) => message.refusal = Some(refusal),
        }
        if message.unanswered > 0 {
            return None;
        }
        self.unanswered -= 1;
        let asks = message.asks.take()?;
        let sent = &mut message.sent;
        if sent.id.is_empty() {
            let first = message.parts.first().cloned().unwrap_or_default();
            sent.id = first.id;
        }
        let outcome = message.refusal.map_or_else(|| Ok(sent.id.clone()), Err);
        if outcome.is_err() || sent.receipt == ReceiptRequest::None {
            self.forget(number);
        } else {
            self.waiting.push_back(number);
        }
        if self.waiting.len() > MAX_WAITING
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.forget(oldest);
        }
        Some((asks, outcome))
    }

    /// A receipt says what became of a part. The sender is told when all have arrived, or as soon as
    /// one has not.
    pub(crate) fn notified(&mut self, id: &str, state: ReceiptState) -> Notified {
        let Some((number, part)) = self.find(id) else {
            return match self.unanswered {
                0 => Notified::Nothing,
                _ => Notified::TooEarly,
            };
        };
        let Some(message) = self.messages.get_mut(&number) else {
            return Notified::Nothing;
        };
        let is_delivered = state == ReceiptState::Delivered;
        if let (true, Some(part)) = (is_delivered, message.parts.get_mut(part)) {
            part.has_arrived = true;
        }
        let have_all_arrived = message.parts.iter().all(|part| part.has_arrived);
        if message.is_told || is_delivered && !have_all_arrived {
            return Notified::Nothing;
        }
        if message.unanswered > 0 {
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
            let mut parts = self.messages.get(&number)?.parts.iter();
            let part = parts.position(|part| (self.ids.is_same)(&part.id, id))?;
            Some((number, part))
        })
    }

    fn forget(&mut self, number: u64) {
        if let Some(message) = self.messages.remove(&number) {
            for part in message.parts {
                let common = (self.ids.common)(&part.id).to_owned();
                self.known.remove(&(common, number));
            }
        }
    }
}
