//! What a version of the protocol has, and on which one two ends agree (SMPP 5.0 §2.8, §4.7.13).

use crate::command::CommandId;
use crate::types::InterfaceVersion;

impl InterfaceVersion {
    /// Whether its PDUs have TLVs: since 3.4.
    #[must_use]
    pub const fn has_tlvs(self) -> bool {
        self.0 >= Self::SMPP_3_4.0
    }

    /// Most octets of a `message_id`, NUL included: 65 since 3.4, 9 before.
    #[must_use]
    pub const fn message_id_len(self) -> usize {
        if self.has_tlvs() { 65 } else { 9 }
    }

    /// Whether it has the command; of a command nobody knows, any may have it.
    #[must_use]
    pub const fn has(self, command_id: CommandId) -> bool {
        let since = match command_id {
            CommandId::BROADCAST_SM
            | CommandId::QUERY_BROADCAST_SM
            | CommandId::CANCEL_BROADCAST_SM => Self::SMPP_5_0,
            CommandId::BIND_TRANSCEIVER
            | CommandId::OUTBIND
            | CommandId::DATA_SM
            | CommandId::ALERT_NOTIFICATION => Self::SMPP_3_4,
            _ => Self::SMPP_3_3,
        };
        // Everything below 3.4 counts as 3.3: some peers say 0.
        since.0 == Self::SMPP_3_3.0 || self.0 >= since.0
    }

    /// The version both ends speak.
    pub(super) fn agreed(self, peer: Self) -> Self {
        self.min(peer)
    }

    /// What an MC speaks that does not say it (`sc_interface_version`).
    ///
    /// By the letter (3.4 §5.3.2.25) such an MC has no TLVs; but many that do have them leave it
    /// out.
    pub(super) const UNSAID: Self = Self::SMPP_3_4;
}
