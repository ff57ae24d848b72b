//! What stands in fields: each type reads and writes its own text, and cannot hold what the field
//! cannot.
//!
//! The default of each is the empty field: `ABSENT` of the numbers, `None` of the times
//! ([`Minute`], [`Second`]), no text of all others. What was read writes the same octets again.

mod account_address;
mod address;
mod ascii;
mod authentication_code;
mod field;
mod flag;
mod hex;
mod listed_message;
mod login;
mod message;
mod message_kind;
mod notification;
mod number;
mod originator;
mod otoa;
mod packed_name;
mod password;
mod pid;
#[cfg(test)]
mod tests;
mod time;
mod xser;

pub use account_address::AccountAddress;
pub use address::{Address, SocketAddressBuf};
pub use authentication_code::AuthenticationCode;
pub use flag::{Digit, Flag};
pub use hex::{Hex, HexBuf, HexOctets};
pub use listed_message::ListedMessage;
pub use login::{ListOperation, Npi, OriginatorPid, SessionType, Ton, Version};
pub use message::{AMsg, Content, Message, ShortContent};
pub use message_kind::{DataCoding, MessageClass, MessageType, ReplyPath};
pub use notification::{Dst, NotificationType, Rsn};
pub use originator::{Originator, Sender};
pub use otoa::Otoa;
pub use packed_name::{PackedBuf, PackedName};
pub use password::{Password, PasswordBuf};
pub use pid::{Pid, Rpid};
pub use time::{Minute, Second, TimeZone, UtcOffset};
pub use xser::{
    AcknowledgementRequest, BillingIdentifier, CallBackNumber, DestinationNetworkType, GsmDcs,
    GsmUdh, KnownService, MessageReference, MessageUpdating, NotUsed, OriginalSubmissionTime,
    OriginatorNpi, OriginatorTon, Privacy, RecipientNpi, RecipientTon, ResponseCode, Service,
    ServiceType, Services, SingleShot, TdmaMessageType, Teleservice, TypedService, Urgency, XSer,
    XSerBuf,
};
