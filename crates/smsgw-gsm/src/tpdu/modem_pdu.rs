//! A TPDU as a modem in PDU mode shows and takes it (3GPP TS 27.005 §3.1, `<pdu>`).

use super::{Context, Tpdu};
use crate::error::DecodeError;
use crate::field::Address;
use crate::quirks::Faults;
use crate::wire::{Reader, Sink};

/// A TPDU with the service centre's address in front, as a modem in PDU mode shows and takes it
/// (TS 27.005 §3.1).
///
/// ```
/// use smsgw_gsm::field::Address;
/// use smsgw_gsm::tpdu::{Context, ModemPdu, Submit, UserDataBuf};
///
/// let text = UserDataBuf::text("Hello!")?;
/// let submit = Submit::new(Address::parse("+41791234567")?, text.view());
/// let pdu = ModemPdu::from(submit);
/// assert_eq!(pdu.tpdu_len(), 19); // AT+CMGS=19
/// assert_eq!(pdu.to_vec().len(), 20); // 00: the service centre that the modem knows
/// assert_eq!(ModemPdu::decode(&pdu.to_vec(), Context::MS_TO_SC)?, pdu);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias("pdu", "PDU mode"))]
pub struct ModemPdu<'a> {
    /// The service centre; `None`, a length of 0 on the wire, leaves it to the modem.
    ///
    /// Its length counts octets: a name, which no network gives it, of eight septets of which the
    /// last is `@` is read without that one.
    pub service_centre: Option<Address>,
    /// The TPDU.
    pub tpdu: Tpdu<'a>,
}

super::tpdu!(ModemPdu, decode context);

impl<'a> ModemPdu<'a> {
    #[inline]
    fn read(
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
        context: Context,
    ) -> Result<ModemPdu<'a>, DecodeError> {
        Ok(ModemPdu {
            service_centre: Address::read_service_centre(reader, faults)?,
            tpdu: Tpdu::read(reader, faults, context)?,
        })
    }

    /// Octets of the TPDU alone: what `AT+CMGS` and `AT+CMGW` are told.
    #[must_use]
    pub fn tpdu_len(&self) -> usize {
        let mut octets = 0;
        self.tpdu.put(&mut octets);
        octets
    }

    fn put(&self, sink: &mut impl Sink) {
        Address::put_service_centre(self.service_centre.as_ref(), sink);
        self.tpdu.put(sink);
    }
}

/// By the service centre that the modem knows.
impl<'a, T: Into<Tpdu<'a>>> From<T> for ModemPdu<'a> {
    fn from(tpdu: T) -> Self {
        ModemPdu {
            service_centre: None,
            tpdu: tpdu.into(),
        }
    }
}
