//! The types of fields: each delimits itself on the wire and cannot hold what the wire cannot.

mod address;
mod c_octet_string;
mod data_coding;
mod esm_class;
mod message_state;
mod registered_delivery;
mod secret;
pub(crate) mod seq;
mod service_type;
mod short_message;
pub(crate) mod time;

pub use address::{Address, Npi, Ton};
pub use c_octet_string::COctetString;
pub use data_coding::{DataCoding, MessageClass, MessageWaiting};
pub use esm_class::{EsmClass, MessageType, MessagingMode};
pub use message_state::MessageState;
pub use registered_delivery::{McReceipt, RegisteredDelivery, SmeAcknowledgement};
pub use secret::Secret;
pub use seq::{Seq, SeqItem};
pub use service_type::ServiceType;
pub use short_message::ShortMessage;
pub use time::{AbsoluteTime, RelativeTime, Time, TimeComponents};

crate::wire::open_enum! {
    /// Which version of the protocol a peer speaks (SMPP 5.0 §4.7.13).
    ///
    /// Versions compare as they are: a peer below [`Self::SMPP_3_4`] knows no TLVs.
    pub struct InterfaceVersion(u8);
    /// 3.3 and anything before it.
    SMPP_3_3 = 0x33,
    /// 3.4.
    SMPP_3_4 = 0x34,
    /// 5.0.
    SMPP_5_0 = 0x50,
}

impl Default for InterfaceVersion {
    fn default() -> Self {
        Self::SMPP_3_4
    }
}

crate::wire::open_enum! {
    /// How urgent a message is (SMPP 5.0 §4.7.19); what the levels mean depends on the network.
    ///
    /// | level | GSM | GSM cell broadcast | ANSI-136 | IS-95 | ANSI-41 cell broadcast |
    /// |---|---|---|---|---|---|
    /// | 0 | none | normal | bulk | normal | normal |
    /// | 1 | priority | at once | normal | interactive | interactive |
    /// | 2 | priority | high | urgent | urgent | urgent |
    /// | 3 | priority | reserved | very urgent | emergency | emergency |
    /// | 4 | | background | | | |
    ///
    /// A cell broadcast at once (level 1) takes no `broadcast_rep_num`.
    #[derive(Default)]
    pub struct PriorityFlag(u8);
    /// The lowest, but for [`Self::LEVEL_4`].
    LEVEL_0 = 0,
    /// Above normal on GSM.
    LEVEL_1 = 1,
    /// As level 1 on GSM.
    LEVEL_2 = 2,
    /// The highest; as level 1 on GSM.
    LEVEL_3 = 3,
    /// In the background, for GSM cell broadcast only (SMPP 5.0).
    LEVEL_4 = 4,
}

crate::wire::open_enum! {
    /// Whether a message takes the place of an earlier one that waits at the MC, from the same
    /// source to the same destination with the same service (SMPP 5.0 §4.7.22).
    #[derive(Default)]
    pub struct ReplaceIfPresentFlag(u8);
    /// No.
    DO_NOT_REPLACE = 0,
    /// Yes.
    REPLACE = 1,
}

crate::wire::open_enum! {
    /// What kind of recipient follows in `dest_addresses` (SMPP 5.0 §4.7.9). Without the kind
    /// the list cannot be read on, so other values are refused.
    pub struct DestFlag(u8);
    /// An address.
    SME_ADDRESS = 1,
    /// The name of a list.
    DISTRIBUTION_LIST_NAME = 2,
}

crate::wire::octet_field!(
    InterfaceVersion,
    PriorityFlag,
    ReplaceIfPresentFlag,
    DestFlag,
    Ton,
    Npi,
    DataCoding,
    EsmClass,
    RegisteredDelivery,
    MessageState
);
