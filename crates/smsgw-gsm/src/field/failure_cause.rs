//! TP-FCS: why a message was refused (3GPP TS 23.040 §9.2.3.22).

super::named_octet! {
    /// Why a message was refused (TS 23.040 §9.2.3.22): in the reports of an RP-ERROR only.
    ///
    /// 80 to FF; below are reserved, and E0 to FE belong to the application.
    ///
    /// ```
    /// use smsgw_gsm::field::FailureCause;
    ///
    /// assert_eq!(FailureCause(0xD0), FailureCause::SIM_SMS_STORAGE_FULL);
    /// assert_eq!(FailureCause(0xC0).to_string(), "SC busy");
    /// assert_eq!(FailureCause(0xE7).to_string(), "0xE7");
    /// ```
    #[doc(alias("TP-FCS", "TP-Failure-Cause"))]
    pub struct FailureCause;
    TELEMATIC_INTERWORKING_NOT_SUPPORTED = 0x80: "telematic interworking not supported",
    SHORT_MESSAGE_TYPE_0_NOT_SUPPORTED = 0x81: "short message type 0 not supported",
    CANNOT_REPLACE_SHORT_MESSAGE = 0x82: "cannot replace short message",
    UNSPECIFIED_PID_ERROR = 0x8F: "unspecified TP-PID error",
    DATA_CODING_SCHEME_NOT_SUPPORTED = 0x90: "data coding scheme (alphabet) not supported",
    MESSAGE_CLASS_NOT_SUPPORTED = 0x91: "message class not supported",
    UNSPECIFIED_DCS_ERROR = 0x9F: "unspecified TP-DCS error",
    COMMAND_CANNOT_BE_ACTIONED = 0xA0: "command cannot be actioned",
    COMMAND_UNSUPPORTED = 0xA1: "command unsupported",
    UNSPECIFIED_COMMAND_ERROR = 0xAF: "unspecified TP-Command error",
    TPDU_NOT_SUPPORTED = 0xB0: "TPDU not supported",
    SC_BUSY = 0xC0: "SC busy",
    NO_SC_SUBSCRIPTION = 0xC1: "no SC subscription",
    SC_SYSTEM_FAILURE = 0xC2: "SC system failure",
    INVALID_SME_ADDRESS = 0xC3: "invalid SME address",
    DESTINATION_SME_BARRED = 0xC4: "destination SME barred",
    SM_REJECTED_DUPLICATE_SM = 0xC5: "SM rejected, duplicate SM",
    VPF_NOT_SUPPORTED = 0xC6: "TP-VPF not supported",
    VP_NOT_SUPPORTED = 0xC7: "TP-VP not supported",
    SIM_SMS_STORAGE_FULL = 0xD0: "(U)SIM SMS storage full",
    NO_SMS_STORAGE_CAPABILITY_IN_SIM = 0xD1: "no SMS storage capability in (U)SIM",
    ERROR_IN_MS = 0xD2: "error in MS",
    MEMORY_CAPACITY_EXCEEDED = 0xD3: "memory capacity exceeded",
    SIM_APPLICATION_TOOLKIT_BUSY = 0xD4: "(U)SIM application toolkit busy",
    SIM_DATA_DOWNLOAD_ERROR = 0xD5: "(U)SIM data download error",
    UNSPECIFIED_ERROR_CAUSE = 0xFF: "unspecified error cause",
}

impl FailureCause {
    /// Whether the standard reserves it: below 80.
    #[must_use]
    pub const fn is_reserved(self) -> bool {
        self.0 < 0x80
    }

    /// Whether its meaning is the application's: E0 to FE.
    #[must_use]
    pub const fn is_application_specific(self) -> bool {
        matches!(self.0, 0xE0..=0xFE)
    }
}
