//! Parts of longer messages: what a TPDU gives a [`Reassembler`], and what they say together
//! (3GPP TS 23.040 §9.2.3.24.1).
//!
//! [`Reassembler`]: crate::reassemble::Reassembler

use alloc::string::String;
use alloc::vec::Vec;

use super::{Deliver, Direction, Submit, Tpdu, UserData};
use crate::alphabet::Tables;
use crate::field::Address;
use crate::join::{self, Written};
use crate::reassemble::{Message, Part, Position, Tie};
use crate::septet::{self, FillBits};
use crate::udh::Reference;

/// Whose messages tell their parts apart by reference numbers: those from one originator, or to
/// one destination.
///
/// The address counts with its type, but whatever fills the last octet of an odd number of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartKey {
    /// From the originator, or to the destination.
    pub direction: Direction,
    /// TP-OA or TP-DA.
    pub address: Address,
}

impl PartKey {
    fn new(direction: Direction, address: Address) -> PartKey {
        PartKey { direction, address }
    }
}

/// What is kept of a part: its text before it is read, as what belongs together may be torn
/// between two parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Piece {
    /// How it is written.
    pub written: Written,
    /// The user data without its header; septets unpacked, one an octet.
    pub octets: Vec<u8>,
}

impl Piece {
    fn new(user_data: &UserData<'_>) -> Piece {
        let header = user_data.header();
        let payload = user_data.payload();
        let tables = header.map_or(Tables::DEFAULT, |header| header.tables());
        Piece {
            written: Written::new(user_data.data_coding_scheme(), tables),
            octets: match user_data.septets() {
                Some(septets) => {
                    let fill = header.map_or(FillBits::NONE, |header| header.fill_bits());
                    septet::unpack(payload, septets, fill)
                }
                None => Vec::from(payload),
            },
        }
    }
}

impl Deliver<'_> {
    /// The message as a part for a [`Reassembler`](crate::reassemble::Reassembler); one without a
    /// concatenation element is the only part of its message.
    ///
    /// ```
    /// use core::time::Duration;
    /// use smsgw_gsm::field::{Address, Timestamp};
    /// use smsgw_gsm::reassemble::{Limits, Outcome, Reassembler};
    /// use smsgw_gsm::segment::{Options, segment};
    /// use smsgw_gsm::tpdu::{Deliver, UserDataBuf};
    ///
    /// let text = "Merhaba dünya ".repeat(20);
    /// let time = Timestamp::new(2024, 2, 29, 12, 0, 0, 4).expect("a leap day");
    /// let mut reassembler = Reassembler::new(Limits::DEFAULT);
    /// let mut whole = None;
    /// for segment in &segment(&text, &Options::new())? {
    ///     let user_data = UserDataBuf::from(segment);
    ///     let sender = Address::parse("+905321234567")?;
    ///     let deliver = Deliver::new(sender, time, user_data.view());
    ///     let inserted = reassembler.insert(deliver.part(), Duration::ZERO);
    ///     if let Outcome::Complete(message) = inserted.outcome {
    ///         whole = message.text();
    ///     }
    /// }
    /// assert_eq!(whole, Some(text));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn part(&self) -> Part<PartKey, Piece> {
        part(
            PartKey::new(Direction::ScToMs, self.originating_address),
            &self.user_data,
        )
    }
}

impl Submit<'_> {
    /// The message as a part: see [`Deliver::part`].
    #[must_use]
    pub fn part(&self) -> Part<PartKey, Piece> {
        part(
            PartKey::new(Direction::MsToSc, self.destination_address),
            &self.user_data,
        )
    }
}

impl Tpdu<'_> {
    /// The message as a part: see [`Deliver::part`]. `None` for reports and commands.
    #[must_use]
    pub fn part(&self) -> Option<Part<PartKey, Piece>> {
        match self {
            Tpdu::Deliver(deliver) => Some(deliver.part()),
            Tpdu::Submit(submit) => Some(submit.part()),
            _ => None,
        }
    }
}

fn part(key: PartKey, user_data: &UserData<'_>) -> Part<PartKey, Piece> {
    let concat = user_data.header().and_then(|header| header.concat());
    let alone = Position {
        tie: Tie::Udh(Reference::Eight(0)),
        total: 1,
        number: 1,
    };
    let payload = Piece::new(user_data);
    Part {
        key,
        position: concat.map_or(alone, Position::from),
        octets: payload.octets.len(),
        payload,
    }
}

/// Messages whose parts came in TPDUs.
impl<K> Message<K, Piece> {
    /// The text of the parts that are there, one after the other; `None` when one of them is no
    /// text.
    ///
    /// Joined as [`join::text`] does it.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let parts = self.parts();
        join::text(parts.map(|(number, piece)| (number, piece.written, &piece.octets)))
    }

    /// The octets of the parts that are there, one after the other, when one of them is no text;
    /// those of GSM 7-bit among them with a septet to an octet.
    #[must_use]
    pub fn data(&self) -> Option<Vec<u8>> {
        let pieces = || self.parts().map(|(_, piece)| piece);
        let has_data = pieces().any(|piece| piece.written == Written::Octets);
        has_data.then(|| pieces().flat_map(|piece| &piece.octets).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::dcs::DataCodingScheme;
    use crate::field::TypeOfAddress;
    use crate::reassemble::{Limits, Outcome, Reassembler};
    use crate::tpdu::UserDataBuf;

    /// What parts 1 to n of a message say together; the headers are the parts' own.
    fn joined(parts: &[(DataCodingScheme, &[u8], &[u8])]) -> Message<PartKey, Piece> {
        let mut reassembler = Reassembler::new(Limits::DEFAULT);
        let total = u8::try_from(parts.len()).unwrap();
        for (number, (coding, elements, payload)) in (1..).zip(parts) {
            let concat = [0, 3, 9, total, number];
            let length = u8::try_from(5 + elements.len()).unwrap();
            let header = [&[length], &concat[..], elements].concat();
            let user_data = UserDataBuf::new(*coding, &header, payload).unwrap();
            let submit = Submit::new(Address::default(), user_data.view());
            let inserted = reassembler.insert(submit.part(), Duration::ZERO);
            if let Outcome::Complete(message) = inserted.outcome {
                return message;
            }
        }
        panic!("not complete");
    }

    #[test]
    fn what_is_torn_is_joined() {
        let ucs2 = DataCodingScheme::UCS2;
        let message = joined(&[(ucs2, &[], &[0xD8, 0x3D]), (ucs2, &[], &[0xDE, 0x00])]);
        assert_eq!(message.text().as_deref(), Some("😀"));
        assert_eq!(message.data(), None);
        let gsm7 = DataCodingScheme::GSM7;
        let message = joined(&[(gsm7, &[], &[0x1B]), (gsm7, &[], &[0x65, 0x61])]);
        assert_eq!(message.text().as_deref(), Some("€a"));
    }

    #[test]
    fn nothing_is_joined_over_a_gap() {
        let mut reassembler = Reassembler::new(Limits::DEFAULT);
        for (number, payload) in [(1, [0xD8, 0x3D]), (3, [0xDE, 0x00])] {
            let header = [5, 0, 3, 9, 3, number];
            let user_data = UserDataBuf::new(DataCodingScheme::UCS2, &header, &payload).unwrap();
            let submit = Submit::new(Address::default(), user_data.view());
            let inserted = reassembler.insert(submit.part(), Duration::ZERO);
            assert_eq!(inserted.outcome, Outcome::Kept);
        }
        let text = reassembler.release().unwrap().text();
        assert_eq!(text.as_deref(), Some("\u{FFFD}\u{FFFD}"));
    }

    #[test]
    fn each_part_has_its_own_tables_and_alphabet() {
        let gsm7 = DataCodingScheme::GSM7;
        let message = joined(&[
            (gsm7, &[0x24, 1, 1], &[0x1B, 0x67]),
            (gsm7, &[], &[0x1B, 0x67]),
            (DataCodingScheme::UCS2, &[], &[0x04, 0x4F]),
        ]);
        assert_eq!(message.text().as_deref(), Some("ğgя"));
    }

    #[test]
    fn data_among_the_parts_makes_it_data() {
        let message = joined(&[
            (DataCodingScheme::GSM7, &[], b"a"),
            (DataCodingScheme::EIGHT_BIT, &[], &[0xFF, 0]),
        ]);
        assert_eq!(message.text(), None);
        assert_eq!(message.data(), Some(Vec::from(*b"a\xFF\0")));
    }

    #[test]
    fn the_fill_semi_octet_makes_no_other_sender() {
        let sender = |toa, last| {
            let address = Address::from_parts(TypeOfAddress(toa), 3, &[0x21, last]);
            PartKey::new(Direction::ScToMs, address.unwrap())
        };
        assert_eq!(sender(0x91, 0x03), sender(0x91, 0xF3));
        assert_ne!(sender(0x91, 0xF3), sender(0x81, 0xF3));
    }
}
