//! A TPDU as a modem in PDU mode shows and takes it (3GPP TS 27.005 §3.1, `<pdu>`).

use alloc::vec::Vec;

use super::{Context, Field, Tpdu, sink};
use crate::error::DecodeError;
use crate::field::Address;
use crate::quirks::{Decoded, Faults, Quirks};
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
    pub service_centre: Option<Address>,
    /// The TPDU.
    pub tpdu: Tpdu<'a>,
}

impl<'a> ModemPdu<'a> {
    /// Reads an address and a TPDU that fill `octets`, letting through what [`Quirks::LENIENT`]
    /// does.
    ///
    /// # Errors
    /// [`DecodeError`] for octets that are none; its offset counts the address too.
    pub fn decode(octets: &'a [u8], context: Context) -> Result<ModemPdu<'a>, DecodeError> {
        super::decode(octets, |reader, faults| {
            ModemPdu::read(reader, faults, context)
        })
    }

    /// Reads an address and a TPDU that fill `octets`, letting through what `quirks` says, and
    /// lists that.
    ///
    /// # Errors
    /// [`DecodeError`] for octets that are none; its offset counts the address too.
    pub fn decode_with(
        octets: &'a [u8],
        context: Context,
        quirks: &Quirks,
    ) -> Result<Decoded<ModemPdu<'a>>, DecodeError> {
        super::decode_with(octets, quirks, |reader, faults| {
            ModemPdu::read(reader, faults, context)
        })
    }

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

    /// Appends the octets.
    pub fn write(&self, out: &mut Vec<u8>) {
        self.put(out);
    }

    /// The octets.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        sink::to_vec(|out| self.put(out))
    }

    /// The fields in the order of the octets that [`to_vec`](Self::to_vec) gives, as
    /// [`Tpdu::fields`] does; the first is `SCA`.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        sink::fields(|sink| self.put(sink))
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
