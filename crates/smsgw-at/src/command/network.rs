//! Where the modem is registered, with which operator, and how well it hears it: 27.007 §7.2, §7.3,
//! §8.5, §8.69, §10.1.20, §10.1.22.

mod operator;
mod registration;
mod signal;

pub use operator::{
    AutomaticOperator, ListOperators, ListedOperator, Operator, OperatorName, OperatorStatus,
    ReadOperator, SetOperatorFormat,
};
pub use registration::{
    AccessTechnology, Domain, ReadRegistration, Registration, RegistrationReport,
    RegistrationState, SetRegistration,
};
pub use signal::{ExtendedSignal, ExtendedSignalQuality, Signal, SignalQuality};
