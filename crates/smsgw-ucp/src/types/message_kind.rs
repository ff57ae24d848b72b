//! Small numbers about a message: its type (MT), class (MCLs), coding (DCs) and reply path (RPI).

use core::ops::RangeInclusive;

use super::number::{Digits, number_fields, numbers};
use crate::error::ValueError;

numbers! {
    /// MT: what the message is made of.
    #[doc(alias = "MT")]
    pub struct MessageType: 1 to 1 digits, 2..=4;
    NUMERIC = "2", "numeric: decimal digits";
    ALPHANUMERIC = "3", "alphanumeric: text";
    TRANSPARENT = "4", "transparent data: bits";

    /// MCLs: the class of the message. With transparent data it is needed unless XSer has a
    /// [DCS](crate::types::GsmDcs).
    #[doc(alias = "MCLs")]
    pub struct MessageClass: 1 to 1 digits, 0..=3;
    CLASS_0 = "0", "class 0: shown at once";
    CLASS_1 = "1", "class 1: for the mobile device";
    CLASS_2 = "2", "class 2: for the SIM";
    CLASS_3 = "3", "class 3: for the terminal equipment";

    /// DCs: how the data of the message is coded. Deprecated since XSer can have a
    /// [DCS](crate::types::GsmDcs).
    #[doc(alias = "DCs")]
    pub struct DataCoding: 1 to 1 digits, 0..=1;
    DEFAULT_ALPHABET = "0", "default alphabet";
    EIGHT_BIT = "1", "8-bit data";

    /// RPI: whether the reply comes back the way the message went.
    #[doc(alias = "RPI")]
    pub struct ReplyPath: 1 to 1 digits, 1..=2;
    REQUEST = "1", "a reply path is asked for";
    RESPONSE = "2", "this is the reply";
}

number_fields!(MessageType, MessageClass, DataCoding, ReplyPath);

impl MessageType {
    /// Reads MT where it can have these values only.
    pub(super) fn parse_as(text: &[u8], values: RangeInclusive<u16>) -> Result<Self, ValueError> {
        Digits::parse(text, 1..=1, values).map(Self)
    }
}
