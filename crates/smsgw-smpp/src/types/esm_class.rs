//! `esm_class`: mode, type and GSM features of a message (SMPP 5.0 §4.7.12).

use core::fmt;

use crate::wire::open_enum;

open_enum! {
    /// How the MC handles a message: bits 1 and 0 of [`EsmClass`] (SMPP 5.0 §4.7.12). Of a
    /// message to an ESME it says nothing.
    #[derive(Default)]
    pub struct MessagingMode(u8);
    /// As the MC does by itself, mostly store and forward.
    DEFAULT = 0b0000_0000,
    /// One attempt, no receipt.
    DATAGRAM = 0b0000_0001,
    /// One attempt, its outcome in the response ("transaction" mode, in `data_sm`).
    FORWARD = 0b0000_0010,
    /// Stored until it is delivered or its validity ends.
    STORE_AND_FORWARD = 0b0000_0011,
}

open_enum! {
    /// What a message is: bits 5 to 2 of [`EsmClass`] (SMPP 5.0 §4.7.12).
    #[derive(Default)]
    pub struct MessageType(u8);
    /// An ordinary message.
    DEFAULT = 0b0000_0000,
    /// A receipt of the MC.
    MC_DELIVERY_RECEIPT = 0b0000_0100,
    /// An acknowledgement of the recipient's device or SME that it got a message.
    DELIVERY_ACKNOWLEDGEMENT = 0b0000_1000,
    /// An acknowledgement of the user.
    USER_ACKNOWLEDGEMENT = 0b0001_0000,
    /// The end of a conversation (Korean CDMA).
    CONVERSATION_ABORT = 0b0001_1000,
    /// A notification of the MC that a message is not delivered yet.
    INTERMEDIATE_NOTIFICATION = 0b0010_0000,
}

/// Mode, type and GSM features of a message (SMPP 5.0 §4.7.12).
///
/// ```
/// use smsgw_smpp::types::{EsmClass, MessageType, MessagingMode};
///
/// let datagram = EsmClass::DEFAULT.with_mode(MessagingMode::DATAGRAM).with_udh();
/// assert_eq!(datagram.0, 0b0100_0001);
/// assert_eq!(datagram.message_type(), MessageType::DEFAULT);
/// assert_eq!(format!("{datagram:?}"), "DATAGRAM DEFAULT UDH");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct EsmClass(pub u8);

impl EsmClass {
    /// Default mode, an ordinary message.
    pub const DEFAULT: Self = Self(0);
    /// An MC delivery receipt: the final or first state of an earlier message.
    pub const MC_DELIVERY_RECEIPT: Self = Self(MessageType::MC_DELIVERY_RECEIPT.0);
    /// An intermediate delivery notification.
    pub const INTERMEDIATE_NOTIFICATION: Self = Self(MessageType::INTERMEDIATE_NOTIFICATION.0);
    /// The message starts with a user data header.
    pub const UDH_INDICATOR: Self = Self(0b0100_0000);
    /// Ask for a reply path.
    pub const REPLY_PATH: Self = Self(0b1000_0000);

    const MODE: u8 = 0b0000_0011;
    const TYPE: u8 = 0b0011_1100;

    /// How the MC handles the message.
    #[must_use]
    pub const fn mode(self) -> MessagingMode {
        MessagingMode(self.0 & Self::MODE)
    }

    /// What the message is.
    #[must_use]
    pub const fn message_type(self) -> MessageType {
        MessageType(self.0 & Self::TYPE)
    }

    /// Whether the message is an MC delivery receipt or an intermediate notification, and so
    /// tells the state of an earlier one. Acknowledgements of the handset or SME (0x08, 0x10) do
    /// not.
    #[must_use]
    pub const fn is_receipt(self) -> bool {
        matches!(
            self.message_type(),
            MessageType::MC_DELIVERY_RECEIPT | MessageType::INTERMEDIATE_NOTIFICATION
        )
    }

    /// Whether the state a receipt tells is not the last one.
    #[must_use]
    pub const fn is_intermediate(self) -> bool {
        matches!(self.message_type(), MessageType::INTERMEDIATE_NOTIFICATION)
    }

    /// Whether the message starts with a user data header.
    #[must_use]
    pub const fn has_udh(self) -> bool {
        self.0 & Self::UDH_INDICATOR.0 != 0
    }

    /// Whether the sender asks for a reply path (GSM).
    #[must_use]
    pub const fn has_reply_path(self) -> bool {
        self.0 & Self::REPLY_PATH.0 != 0
    }

    /// With another mode.
    #[must_use]
    pub const fn with_mode(self, mode: MessagingMode) -> Self {
        Self(self.0 & !Self::MODE | mode.0 & Self::MODE)
    }

    /// With another type.
    #[must_use]
    pub const fn with_type(self, message_type: MessageType) -> Self {
        Self(self.0 & !Self::TYPE | message_type.0 & Self::TYPE)
    }

    /// With the UDH indicator set.
    #[must_use]
    pub const fn with_udh(self) -> Self {
        Self(self.0 | Self::UDH_INDICATOR.0)
    }

    /// With a reply path asked for (GSM).
    #[must_use]
    pub const fn with_reply_path(self) -> Self {
        Self(self.0 | Self::REPLY_PATH.0)
    }
}

/// Mode, type and features: `DEFAULT MC_DELIVERY_RECEIPT UDH`.
impl fmt::Debug for EsmClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.mode(), self.message_type())?;
        for (is_set, name) in [
            (self.has_udh(), " UDH"),
            (self.has_reply_path(), " REPLY_PATH"),
        ] {
            if is_set {
                f.write_str(name)?;
            }
        }
        Ok(())
    }
}
