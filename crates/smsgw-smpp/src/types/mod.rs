//! The types of fields: each delimits itself on the wire and cannot hold what the wire cannot.

mod address;
mod c_octet_string;
mod data_coding;
mod esm_class;
mod message_state;
mod registered_delivery;
mod secret;
pub(crate) mod seq;
mod short_message;
mod time;

pub use address::{Address, Npi, Ton};
pub use c_octet_string::COctetString;
pub use data_coding::DataCoding;
pub use esm_class::EsmClass;
pub use message_state::MessageState;
pub use registered_delivery::RegisteredDelivery;
pub use secret::Secret;
pub use seq::{Seq, SeqItem};
pub use short_message::ShortMessage;
pub use time::{RelativeTime, Time};

crate::wire::open_enum! {
    /// Which version of the protocol a peer speaks (SMPP 5.0 §4.7.13).
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
    /// How urgent a message is (SMPP 5.0 §4.7.14); what the levels mean depends on the network.
    #[derive(Default)]
    pub struct PriorityFlag(u8);
    /// The lowest; GSM "normal".
    LEVEL_0 = 0,
    /// GSM "priority".
    LEVEL_1 = 1,
    /// As level 1 on GSM.
    LEVEL_2 = 2,
    /// The highest.
    LEVEL_3 = 3,
}

crate::wire::octet_field!(
    InterfaceVersion,
    PriorityFlag,
    Ton,
    Npi,
    DataCoding,
    EsmClass,
    RegisteredDelivery,
    MessageState
);
