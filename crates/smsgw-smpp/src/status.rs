//! `command_status`: the outcome of a request (SMPP 5.0 §4.7.6).

use crate::wire::open_enum;

open_enum! {
    /// The outcome of a request, in its response (SMPP 5.0 §4.7.6).
    #[derive(Default)]
    pub struct CommandStatus(u32);
    /// No error.
    ESME_ROK = 0x0000_0000,
    /// Message length is invalid.
    ESME_RINVMSGLEN = 0x0000_0001,
    /// Command length is invalid.
    ESME_RINVCMDLEN = 0x0000_0002,
    /// Invalid command id.
    ESME_RINVCMDID = 0x0000_0003,
    /// Not allowed in this bind state.
    ESME_RINVBNDSTS = 0x0000_0004,
    /// Already bound.
    ESME_RALYBND = 0x0000_0005,
    /// Invalid priority flag.
    ESME_RINVPRTFLG = 0x0000_0006,
    /// Invalid registered_delivery flag.
    ESME_RINVREGDLVFLG = 0x0000_0007,
    /// System error.
    ESME_RSYSERR = 0x0000_0008,
    /// Invalid source address.
    ESME_RINVSRCADR = 0x0000_000A,
    /// Invalid destination address.
    ESME_RINVDSTADR = 0x0000_000B,
    /// Invalid message id.
    ESME_RINVMSGID = 0x0000_000C,
    /// Bind failed.
    ESME_RBINDFAIL = 0x0000_000D,
    /// Invalid password.
    ESME_RINVPASWD = 0x0000_000E,
    /// Invalid system id.
    ESME_RINVSYSID = 0x0000_000F,
    /// cancel_sm failed.
    ESME_RCANCELFAIL = 0x0000_0011,
    /// replace_sm failed.
    ESME_RREPLACEFAIL = 0x0000_0013,
    /// Message queue full.
    ESME_RMSGQFUL = 0x0000_0014,
    /// Invalid service type.
    ESME_RINVSERTYP = 0x0000_0015,
    /// Invalid number of destinations.
    ESME_RINVNUMDESTS = 0x0000_0033,
    /// Invalid distribution list name.
    ESME_RINVDLNAME = 0x0000_0034,
    /// Invalid destination flag.
    ESME_RINVDESTFLAG = 0x0000_0040,
    /// Invalid "submit with replace" request.
    ESME_RINVSUBREP = 0x0000_0042,
    /// Invalid esm_class.
    ESME_RINVESMCLASS = 0x0000_0043,
    /// Cannot submit to this distribution list.
    ESME_RCNTSUBDL = 0x0000_0044,
    /// submit_sm, data_sm or submit_multi failed.
    ESME_RSUBMITFAIL = 0x0000_0045,
    /// Invalid source TON.
    ESME_RINVSRCTON = 0x0000_0048,
    /// Invalid source NPI.
    ESME_RINVSRCNPI = 0x0000_0049,
    /// Invalid destination TON.
    ESME_RINVDSTTON = 0x0000_0050,
    /// Invalid destination NPI.
    ESME_RINVDSTNPI = 0x0000_0051,
    /// Invalid system type.
    ESME_RINVSYSTYP = 0x0000_0053,
    /// Invalid replace_if_present flag.
    ESME_RINVREPFLAG = 0x0000_0054,
    /// Invalid number of messages.
    ESME_RINVNUMMSGS = 0x0000_0055,
    /// Throttled: more than the allowed rate.
    ESME_RTHROTTLED = 0x0000_0058,
    /// Invalid scheduled delivery time.
    ESME_RINVSCHED = 0x0000_0061,
    /// Invalid validity period.
    ESME_RINVEXPIRY = 0x0000_0062,
    /// Predefined message invalid or not found.
    ESME_RINVDFTMSGID = 0x0000_0063,
    /// The receiver has a temporary fault: send again later.
    ESME_RX_T_APPN = 0x0000_0064,
    /// The receiver has a permanent fault.
    ESME_RX_P_APPN = 0x0000_0065,
    /// The receiver rejects the message.
    ESME_RX_R_APPN = 0x0000_0066,
    /// query_sm failed.
    ESME_RQUERYFAIL = 0x0000_0067,
    /// Error in the TLV part of the body.
    ESME_RINVTLVSTREAM = 0x0000_00C0,
    /// TLV not allowed.
    ESME_RTLVNOTALLWD = 0x0000_00C1,
    /// Invalid parameter length.
    ESME_RINVTLVLEN = 0x0000_00C2,
    /// Expected TLV missing.
    ESME_RMISSINGTLV = 0x0000_00C3,
    /// Invalid TLV value.
    ESME_RINVTLVVAL = 0x0000_00C4,
    /// Transaction failed to be delivered.
    ESME_RDELIVERYFAILURE = 0x0000_00FE,
    /// Unknown error.
    ESME_RUNKNOWNERR = 0x0000_00FF,
    /// Not authorised to use this service type (SMPP 5.0).
    ESME_RSERTYPUNAUTH = 0x0000_0100,
    /// Prohibited (SMPP 5.0).
    ESME_RPROHIBITED = 0x0000_0101,
    /// Service type unavailable (SMPP 5.0).
    ESME_RSERTYPUNAVAIL = 0x0000_0102,
    /// Service type denied (SMPP 5.0).
    ESME_RSERTYPDENIED = 0x0000_0103,
    /// Invalid data_coding scheme (SMPP 5.0).
    ESME_RINVDCS = 0x0000_0104,
    /// Source address sub unit invalid (SMPP 5.0).
    ESME_RINVSRCADDRSUBUNIT = 0x0000_0105,
    /// Destination address sub unit invalid (SMPP 5.0).
    ESME_RINVDSTADDRSUBUNIT = 0x0000_0106,
    /// Broadcast frequency interval invalid (SMPP 5.0).
    ESME_RINVBCASTFREQINT = 0x0000_0107,
    /// Broadcast alias name invalid (SMPP 5.0).
    ESME_RINVBCASTALIAS_NAME = 0x0000_0108,
    /// Broadcast area format invalid (SMPP 5.0).
    ESME_RINVBCASTAREAFMT = 0x0000_0109,
    /// Number of broadcast areas invalid (SMPP 5.0).
    ESME_RINVNUMBCAST_AREAS = 0x0000_010A,
    /// Broadcast content type invalid (SMPP 5.0).
    ESME_RINVBCASTCNTTYPE = 0x0000_010B,
    /// Broadcast message class invalid (SMPP 5.0).
    ESME_RINVBCASTMSGCLASS = 0x0000_010C,
    /// broadcast_sm failed (SMPP 5.0).
    ESME_RBCASTFAIL = 0x0000_010D,
    /// query_broadcast_sm failed (SMPP 5.0).
    ESME_RBCASTQUERYFAIL = 0x0000_010E,
    /// cancel_broadcast_sm failed (SMPP 5.0).
    ESME_RBCASTCANCELFAIL = 0x0000_010F,
    /// Number of repeated broadcasts invalid (SMPP 5.0).
    ESME_RINVBCAST_REP = 0x0000_0110,
    /// Broadcast service group invalid (SMPP 5.0).
    ESME_RINVBCASTSRVGRP = 0x0000_0111,
    /// Broadcast channel indicator invalid (SMPP 5.0).
    ESME_RINVBCASTCHANIND = 0x0000_0112,
    @aliases:
    /// The name of [`Self::ESME_RINVTLVSTREAM`] in 3.4.
    ESME_RINVOPTPARSTREAM = 0x0000_00C0,
    /// The name of [`Self::ESME_RTLVNOTALLWD`] in 3.4.
    ESME_ROPTPARNOTALLWD = 0x0000_00C1,
    /// The name of [`Self::ESME_RINVTLVLEN`] in 3.4.
    ESME_RINVPARLEN = 0x0000_00C2,
    /// The name of [`Self::ESME_RMISSINGTLV`] in 3.4.
    ESME_RMISSINGOPTPARAM = 0x0000_00C3,
    /// The name of [`Self::ESME_RINVTLVVAL`] in 3.4.
    ESME_RINVOPTPARAMVAL = 0x0000_00C4,
}

impl CommandStatus {
    /// Whether the request was done.
    #[must_use]
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }

    /// Whether the peer asks for fewer messages: [`Self::ESME_RTHROTTLED`] or
    /// [`Self::ESME_RMSGQFUL`]. The same message can be sent again later.
    #[must_use]
    pub const fn is_throttling(self) -> bool {
        matches!(self, Self::ESME_RTHROTTLED | Self::ESME_RMSGQFUL)
    }
    /// Whether the standard says that the cause passes by itself, so that the same request may
    /// succeed later: too many messages ([`Self::is_throttling`]), a part of the MC or a service
    /// out of order ([`Self::ESME_RSYSERR`], [`Self::ESME_RSERTYPUNAVAIL`]), or a temporary fault
    /// of the receiver ([`Self::ESME_RX_T_APPN`]).
    ///
    /// No promise: some MCs answer [`Self::ESME_RSYSERR`] whatever is wrong, so count the
    /// attempts. For [`Self::ESME_RDELIVERYFAILURE`] the TLV `delivery_failure_reason` says more.
    #[must_use]
    pub const fn is_temporary(self) -> bool {
        self.is_throttling()
            || matches!(
                self,
                Self::ESME_RSYSERR | Self::ESME_RSERTYPUNAVAIL | Self::ESME_RX_T_APPN
            )
    }
}
