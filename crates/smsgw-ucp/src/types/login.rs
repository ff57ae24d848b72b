//! Small numbers of OT 60 and 61: the numbering of the account, what is asked for, the version.

use super::number::{number_fields, numbers};

numbers! {
    /// OTON, LTON: the type of number of an account.
    #[doc(alias("OTON", "LTON"))]
    pub struct Ton: 1 to 1 digits, 0..=9;
    INTERNATIONAL = "1", "international number";
    NATIONAL = "2", "national number";
    ABBREVIATED = "6", "abbreviated number";

    /// ONPI, LNPI: the numbering plan of an account.
    #[doc(alias("ONPI", "LNPI"))]
    pub struct Npi: 1 to 1 digits, 0..=9;
    E_164 = "1", "E.164: telephone numbers";
    X_121 = "3", "X.121: data networks";
    PRIVATE = "5", "private: TCP/IP, abbreviated numbers";

    /// STYP of OT 60: what is asked for.
    #[doc(alias = "STYP")]
    pub struct SessionType: 1 to 1 digits, 0..=9;
    OPEN = "1", "open a session";
    CHANGE_PASSWORD = "3", "change the password";
    OPEN_PROVISIONING = "4", "open a provisioning session";
    CHANGE_PROVISIONING_PASSWORD = "6", "change the password of provisioning";

    /// STYP of OT 61: what is asked for.
    #[doc(alias = "STYP")]
    pub struct ListOperation: 1 to 1 digits, 0..=9;
    ADD_TO_MO = "1", "add to the list of mobile-originated messages";
    REMOVE_FROM_MO = "2", "remove from the list of mobile-originated messages";
    VERIFY_MO = "3", "verify the list of mobile-originated messages";
    ADD_TO_MT = "4", "add to the list of mobile-terminated messages";
    REMOVE_FROM_MT = "5", "remove from the list of mobile-terminated messages";
    VERIFY_MT = "6", "verify the list of mobile-terminated messages";

    /// OPID: what kind of terminal the account is.
    #[doc(alias = "OPID")]
    pub struct OriginatorPid: 2 to 2 digits, 0..=99;
    MOBILE_STATION = "00", "mobile station";
    PC_APPLICATION = "39", "PC application";

    /// VERS: the version of the operation.
    #[doc(alias = "VERS")]
    pub struct Version: 4 to 4 digits, 0..=9999;
    V1_0 = "0100", "version 1.0";
}

number_fields!(Ton, Npi, SessionType, ListOperation, OriginatorPid, Version);
