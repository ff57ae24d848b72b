//! Which operation of a USSD dialogue a message is (SMPP 5.0 §4.8.4.64).

use crate::tlv::typed::integer_tlv_fields;
use crate::wire::open_enum;

open_enum! {
    /// Which operation of a USSD dialogue a message is (SMPP 5.0 §4.8.4.64). 32 to 255 are the
    /// vendors'.
    #[derive(Default)]
    pub struct UssdServiceOp(u8);
    /// Process unstructured SS data: indication.
    PSSD_INDICATION = 0,
    /// Process unstructured SS request, from the handset: indication.
    PSSR_INDICATION = 1,
    /// Unstructured SS request, to the handset: it is to answer.
    USSR_REQUEST = 2,
    /// Unstructured SS notify, to the handset: it is to show it.
    USSN_REQUEST = 3,
    /// The response to [`Self::PSSD_INDICATION`].
    PSSD_RESPONSE = 16,
    /// The response to [`Self::PSSR_INDICATION`]; ends the dialogue.
    PSSR_RESPONSE = 17,
    /// The handset's answer to [`Self::USSR_REQUEST`].
    USSR_CONFIRM = 18,
    /// The handset's answer to [`Self::USSN_REQUEST`].
    USSN_CONFIRM = 19,
}

integer_tlv_fields!(u8: UssdServiceOp);
