//! The neutral message: what a text message is, whatever protocol carries it.

use std::time::{Duration, SystemTime};

use smsgw_gsm::segment::LanguageChoice;

/// A text message between any two protocols.
///
/// Each conversion in [`convert`](crate::convert) has a table of what it keeps.
///
/// ```
/// use smsgw::{Address, Content, Message};
///
/// let message = Message::text(Address::number("+306912345678"), "hello");
/// assert_eq!(message.content, Content::Text("hello".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Message {
    /// The sender; `None` leaves it to the carrier.
    pub from: Option<Address>,
    /// The recipient.
    pub to: Address,
    /// What is said.
    pub content: Content,
    /// How a text may be written; without meaning for what is encoded.
    #[cfg_attr(feature = "serde", serde(default))]
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Writing::is_default"))]
    pub writing: Writing,
    /// 0 (shown at once, not stored) to 3; `None` leaves it to the handset.
    pub class: Option<u8>,
    /// When the carrier is to begin to deliver; `None` for at once.
    #[cfg_attr(feature = "serde", serde(default))]
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub deliver_at: Option<SystemTime>,
    /// How long the carrier keeps trying, from when it takes the message; `None` leaves it to the
    /// carrier.
    pub validity: Option<Duration>,
    /// Which receipts are asked for.
    pub receipt: ReceiptRequest,
    /// The sender's own number for the message.
    pub reference: Option<u16>,
    /// What the protocol it came by knows and this type does not, kept for a relay.
    pub extras: Vec<Extra>,
}

impl Message {
    /// A text to `to`, everything else left to the carrier.
    #[must_use]
    pub fn text(to: Address, text: impl Into<String>) -> Self {
        Self {
            from: None,
            to,
            content: Content::Text(text.into()),
            writing: Writing::default(),
            class: None,
            deliver_at: None,
            validity: None,
            receipt: ReceiptRequest::None,
            reference: None,
            extras: Vec::new(),
        }
    }
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Content {
    /// A text, to be encoded and split as the carrier needs it.
    Text(String),
    /// Octets already encoded, often one part of several: passed on unchanged.
    Encoded {
        /// What the octets mean: `data_coding` of SMPP, TP-DCS of GSM.
        dcs: u8,
        /// The user data header with its length octet; empty for none.
        #[cfg_attr(feature = "serde", serde(with = "crate::hex"))]
        udh: Vec<u8>,
        /// What follows the header; septets one to an octet, as SMPP carries them.
        #[cfg_attr(feature = "serde", serde(with = "crate::hex"))]
        octets: Vec<u8>,
    },
}

/// What may be done so that a text takes fewer segments: by default nothing, and it is written in
/// the GSM 7-bit default alphabet, or else in UCS-2.
///
/// ```
/// use smsgw::gsm::segment::LanguageChoice;
/// use smsgw::{Address, Message, Writing};
///
/// let mut message = Message::text(Address::number("+905321234567"), "Şimdi çık, geç kalma.");
/// message.writing = Writing { language: LanguageChoice::Auto, ..Writing::default() };
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Writing {
    /// The languages whose GSM 7-bit tables may be used. Every part then has a header that names
    /// them; a handset that does not know them shows other letters.
    #[cfg_attr(feature = "serde", serde(with = "crate::language"))]
    pub language: LanguageChoice,
    /// Whether characters that GSM 7-bit lacks may be written with those it has, where there is a
    /// usual spelling: `“` as `"`, `ş` as `s`. Not those of the tables that are used.
    pub transliterate: bool,
    /// Whether long texts are cut between characters as people see them: an emoji with its skin
    /// tone, a letter with its marks.
    pub graphemes: bool,
}

#[cfg(feature = "serde")]
impl Writing {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A sender or recipient: TON and NPI as numbered by GSM and SMPP, and the digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Address {
    /// Type of number: 0 unknown, 1 international, 2 national, 3 network specific,
    /// 5 alphanumeric.
    pub ton: u8,
    /// Numbering plan: 0 unknown, 1 telephone numbers (E.164).
    pub npi: u8,
    /// The number without `+`, or the name.
    pub digits: String,
}

impl Address {
    /// A recipient: `+` in front makes it international.
    #[must_use]
    pub fn number(text: &str) -> Self {
        match text.strip_prefix('+') {
            Some(digits) => Self {
                ton: 1,
                npi: 1,
                digits: digits.into(),
            },
            None => Self {
                ton: 0,
                npi: 1,
                digits: text.into(),
            },
        }
    }

    /// A sender: a number, a short code of up to 6 digits, or else a name.
    #[must_use]
    pub fn sender(text: &str) -> Self {
        let digits = text.strip_prefix('+').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()) {
            Self {
                ton: 5,
                npi: 0,
                digits: text.into(),
            }
        } else if text.len() <= 6 {
            Self {
                ton: 3,
                npi: 0,
                digits: text.into(),
            }
        } else {
            Self::number(text)
        }
    }

    /// The digits or name as Latin-1 octets, as SMPP carries them; `None` when it has other
    /// characters.
    #[must_use]
    pub fn to_latin1(&self) -> Option<Vec<u8>> {
        self.digits
            .chars()
            .map(|c| u8::try_from(u32::from(c)).ok())
            .collect()
    }

    /// Whether it is a name.
    #[must_use]
    pub const fn is_alphanumeric(&self) -> bool {
        self.ton == 5
    }
}

/// As people write it: `+` before an international number.
impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.ton == 1 {
            f.write_str("+")?;
        }
        f.write_str(&self.digits)
    }
}

/// Which receipts the sender asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ReceiptRequest {
    /// None.
    #[default]
    None,
    /// For the final outcome, whatever it is.
    Final,
    /// Only when delivery failed.
    OnFailure,
    /// Only when delivery succeeded.
    OnSuccess,
}

impl ReceiptRequest {
    /// Whether one is due for this outcome.
    #[must_use]
    pub const fn wants(self, success: bool) -> bool {
        match self {
            Self::None => false,
            Self::Final => true,
            Self::OnFailure => !success,
            Self::OnSuccess => success,
        }
    }
}

/// Something only one protocol knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Extra {
    /// `service_type` of SMPP.
    ServiceType(String),
    /// `protocol_id` of SMPP, TP-PID of GSM, RPID of UCP.
    ProtocolId(u8),
    /// `priority_flag` of SMPP, PR of UCP.
    Priority(u8),
    /// Receipts are asked for also while the message waits: intermediate notifications of SMPP,
    /// buffered message notifications of UCP.
    IntermediateReceipts,
    /// A TLV of SMPP.
    Tlv {
        /// Its tag.
        tag: u16,
        /// Its value.
        #[cfg_attr(feature = "serde", serde(with = "crate::hex"))]
        value: Vec<u8>,
    },
    /// An extra service (XSer) of UCP.
    Service {
        /// Its type, TT: 0C is the billing identifier.
        kind: u8,
        /// Its data.
        #[cfg_attr(feature = "serde", serde(with = "crate::hex"))]
        data: Vec<u8>,
    },
}

/// What became of a message, as its carrier tells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Receipt {
    /// To whom it went.
    pub recipient: Address,
    /// Who had sent it; `None` when the carrier does not say.
    #[cfg_attr(feature = "serde", serde(default))]
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub sender: Option<Address>,
    /// Which message it is about.
    pub message: CarrierId,
    /// Where it stands.
    pub state: ReceiptState,
    /// When it was delivered, or last tried; `None` when the carrier's time makes no sense.
    pub at: Option<SystemTime>,
    /// The carrier's code; `None` when it gives none.
    pub status: Option<CarrierStatus>,
}

/// What a carrier calls a message that it has taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum CarrierId {
    /// The number that it was sent with: TP-MR of GSM.
    Reference(u8),
    /// Its id: `message_id` of SMPP. The carrier may spell it in one way in the answer and in
    /// another in the receipt.
    Id(String),
    /// Its recipient and when the carrier took it: `AdC:SCTS` of UCP. The carrier may write the
    /// recipient in one way here and in another there.
    Key(String),
}

/// Why a message stands where it does, in the carrier's own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum CarrierStatus {
    /// TP-ST of GSM.
    Gsm(u8),
    /// The error code of a receipt of SMPP.
    Smpp(u16),
    /// Rsn of UCP.
    Ucp(u8),
}

/// Where a message stands, by its [`Receipt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ReceiptState {
    /// It arrived, as far as the carrier can tell.
    Delivered,
    /// Not delivered yet; another receipt will come.
    Retrying,
    /// Its validity ended first.
    Expired,
    /// Taken back, by its sender or the carrier.
    Cancelled,
    /// The carrier gave up.
    Undelivered,
}

impl ReceiptState {
    /// Whether no other receipt will come.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Retrying)
    }
}
