//! TP-CT: what an SMS-COMMAND asks for (3GPP TS 23.040 §9.2.3.19).

super::named_octet! {
    /// What an SMS-COMMAND asks of the service centre (TS 23.040 §9.2.3.19).
    ///
    /// E0 to FF are the service centre's own; the rest is reserved.
    ///
    /// ```
    /// use smsgw_gsm::field::CommandType;
    ///
    /// assert_eq!(CommandType(2).to_string(), "delete submitted short message");
    /// assert!(CommandType(0xE0).is_sc_specific());
    /// ```
    #[doc(alias("TP-CT", "TP-Command-Type"))]
    pub struct CommandType;
    ENQUIRY = 0x00: "enquiry relating to previously submitted short message",
    CANCEL_STATUS_REPORT_REQUEST = 0x01: "cancel status report request",
    DELETE_SUBMITTED_SHORT_MESSAGE = 0x02: "delete submitted short message",
    ENABLE_STATUS_REPORT_REQUEST = 0x03: "enable status report request",
}

impl CommandType {
    /// Whether each service centre gives it its own meaning: E0 to FF.
    #[must_use]
    pub const fn is_sc_specific(self) -> bool {
        self.0 >= 0xE0
    }
}
