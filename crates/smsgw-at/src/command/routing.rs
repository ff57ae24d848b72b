//! Where messages go that arrive: 27.005 §3.2.1, §3.4.1, §3.4.4, 27.007 §10.1.21.

mod indications;
mod service;

pub use indications::{
    IndicationRanges, NewMessageIndications, Preferences, ReadNewMessageIndications,
    TestNewMessageIndications,
};
pub use service::{
    Acknowledge, MessageService, ReadMessageService, ReadSelectService, SelectService, Service,
    ServiceSupport, TestMessageService, TestSelectService,
};
