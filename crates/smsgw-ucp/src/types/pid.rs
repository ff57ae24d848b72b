//! Protocol identifiers: of addresses (PID, NPID, LPID) and of messages (RPID).

use super::number::{number_fields, numbers};

numbers! {
    /// PID, NPID, LPID: what kind of terminal an address is.
    #[doc(alias("PID", "NPID", "LPID", "OPID"))]
    pub struct Pid: 4 to 4 digits, 0..=9999;
    MOBILE_STATION = "0100", "mobile station";
    FAX_GROUP_3 = "0122", "fax, group 3";
    X_400 = "0131", "X.400";
    MENU_OVER_PSTN = "0138", "menu over PSTN";
    PC_OVER_PSTN = "0139", "PC over PSTN";
    PC_OVER_X_25 = "0339", "PC over X.25";
    PC_OVER_ISDN = "0439", "PC over ISDN";
    PC_OVER_TCP_IP = "0539", "PC over TCP/IP";
    PC_OVER_ABBREVIATED_NUMBER = "0639", "PC over an abbreviated number";

    /// RPID: the TP-PID of the message, as a decimal number.
    ///
    /// Four digits; fewer are read too, and kept.
    #[doc(alias("RPID", "TP-PID"))]
    pub struct Rpid: 1 to 4 digits, 0..=255;
    SHORT_MESSAGE_TYPE_0 = "0064", "short message type 0: acknowledged, not shown";
    REPLACE_TYPE_1 = "0065", "replace short message type 1";
    REPLACE_TYPE_2 = "0066", "replace short message type 2";
    REPLACE_TYPE_3 = "0067", "replace short message type 3";
    REPLACE_TYPE_4 = "0068", "replace short message type 4";
    REPLACE_TYPE_5 = "0069", "replace short message type 5";
    REPLACE_TYPE_6 = "0070", "replace short message type 6";
    REPLACE_TYPE_7 = "0071", "replace short message type 7";
    RETURN_CALL = "0095", "return call message";
    ANSI_136_R_DATA = "0124", "ANSI-136 R-DATA";
    ME_DATA_DOWNLOAD = "0125", "data download to the device";
    ME_DE_PERSONALISATION = "0126", "de-personalisation of the device";
    SIM_DATA_DOWNLOAD = "0127", "data download to the SIM";
}

number_fields!(Pid, Rpid);
