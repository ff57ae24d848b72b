//! Messages that the modem keeps: 27.005 §3.2.2, §3.4.2, §3.4.3, §3.5.4.

mod delete;
mod preferred;
mod stored;

pub use delete::{Deletable, DeleteFlag, DeleteMessage, TestDeleteMessage};
pub use preferred::{
    ReadPreferredStorage, SetPreferredStorage, StorageUse, Store, StoreUse, TestPreferredStorage,
};
pub use stored::{
    BrokenMessage, ListMessages, ListedMessages, MessageStatus, ReadMessage, StoredMessage,
};
