//! Between [`Message`](crate::Message) and the operations of UCP that carry messages: OT 51 and 52
//! both ways, 01, 02, 03 and 30 as they come; and between [`Receipt`](crate::Receipt) and OT 53.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use smsgw::convert::ucp::{Outgoing, Settings, from_submit_short_message};
//! use smsgw::gsm::udh::Reference;
//! use smsgw::ucp::Trn;
//! use smsgw::ucp::op::{Op as _, SubmitShortMessage};
//! use smsgw::{Address, Message};
//!
//! let (settings, now) = (Settings::default(), SystemTime::now());
//! let mut message = Message::text(Address::number("+393331234568"), "nine char sender");
//! message.from = Some(Address::sender("ALPHA@NUM"));
//!
//! let outgoing = Outgoing::new(&message, Reference::Eight(1), &settings, now)?;
//! for submit in outgoing.submits() {
//!     let frame = submit.to_frame(Trn::ZERO);
//!     let submit: SubmitShortMessage<'_> = frame.decode()?;
//!     assert_eq!(submit.oadc, "10412614190438AB4D");
//!     assert_eq!(from_submit_short_message(&submit, &settings, now), message);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is kept of a message:
//!
//! | `Message` | to OT 51 and 52 | from OT 51 and 52 |
//! |---|---|---|
//! | `to` | AdC: digits, of an international number behind [`Settings::prefix`] | with that prefix international, else TON 0; where the prefix is empty, seven digits and more that do not begin with 0 are international |
//! | `from` | OAdC: an international number as it is, with OTOA 1139; a name of at most 11 septets packed, with OTOA 5039, longer is an error; another number as it is. `None` is [`Settings::sender`] | the same by OTOA; without it as AdC; `None` when it is empty |
//! | their TON and NPI | no other than those | 1 and 1 international, 5 and 0 a name, else 0 and 1 |
//! | [`Content::Text`] | GSM 7-bit as MT 3 in the octets of [`Settings::alphabet`], or what that or GSM 7-bit cannot say as UCS-2: MT 4, NB, and 08 as DCS in XSer; as many parts as it needs, the header that joins them in XSer | text that is whole: MT 2, MT 3, or MT 4 with a DCS of UCS-2 or GSM 7-bit (packed), without a header, or with one that names languages only. UCS-2 with the mark FFFE is read little endian |
//! | the same, digits alone | MT 2 where [`Settings::numeric`] says so and they are one part | the digits |
//! | `Content::Encoded` | GSM 7-bit as MT 3, all else as MT 4 and NB; header and DCS in XSer, but for DCS 00; one part | all else: parts of longer texts ([`joined`](super::tpdu::joined) puts them together), 8-bit, compressed, message waiting, auto-delete, other headers. GSM 7-bit is septets, whatever the alphabet; UCS-2 what that lacks |
//! | `writing.language` | the tables used, in elements 25 and 24 of the header of each part; where the alphabet is [`Alphabet::Gsm`](crate::ucp::Alphabet::Gsm) only | the language of the tables that the text was written in |
//! | `writing.transliterate`, `writing.graphemes` | before encoding; where parts end | default |
//! | `class` | of text: DCS in XSer, 10 to 13 and 18 to 1B | of text: the same, or MCLs where XSer has no DCS; else it stays in `dcs` |
//! | `deliver_at` | OT 51: DD and DDT, to the minute, rounded up | the same |
//! | `validity` | OT 51: VP, from now on, to the minute, rounded up | what is left of it; zero when it has passed |
//! | `receipt` | OT 51: NRq, with NT 3, 2 or 1 for final, failure or success; OT 52 has none | the same; NT 0 and no NT are `Final` |
//! | `Extra::IntermediateReceipts` | OT 51: NT 4 added | the same |
//! | `reference` | not: the peer numbers messages by `AdC:SCTS` | `None` |
//! | `Extra::ProtocolId` | RPID | the same, unless 0 |
//! | `Extra::Priority` | OT 51: PR; 9 for more | the same, unless 0 |
//! | `Extra::Service` | XSer, in order, behind header and DCS, in every part | all but the first header and the first DCS, in order; a header whose length octet is wrong is one of them. Billing identifiers (0C) are not made TLVs of SMPP: `billing_identification` begins with an octet for its format that UCP does not have |
//! | `Extra::Tlv` | of what is encoded: the `sar_` TLVs, as the concatenation element of the header where it has none; no other | none |
//! | `Extra::ServiceType` | not | none |
//!
//! Where GSM and SMPP read `dcs` differently, in 01 to 0F, it is the value that both read alike (00,
//! 04 or 08); another `data_coding` of SMPP is an error: `in_gsm_coding` of the conversion of SMPP
//! helps. So are GSM
//! 7-bit octets that the alphabet of the link cannot say, as half of an escape pair. The limits are
//! those of the fields, not of the air: 320 octets of AMsg, 700 of TMsg, 200 of XSer.
//!
//! Of the link, not of a message, and so in [`Settings`]: AC, NAdC and NPID, LRq with LRAd and LPID,
//! RPI. Not kept, as a message is not about them: MMS, HPLMN, SCTS, DCs but where there is no DCS
//! and MT is 3, NB of text.
//!
//! Of the others, as they come: OT 01 and each recipient of OT 02 have addresses and content; OT 03
//! also PR, as priority 1, DD and DDT; OT 30 also NRq, DD, DDT and VP. Their OAdC has no OTOA.
//!
//! What is kept of a receipt:
//!
//! | `Receipt` | to OT 53 | from OT 53 |
//! |---|---|---|
//! | `recipient` | OAdC, as AdC above | the same |
//! | `sender` | AdC, as AdC above; a name packed. None is an error | the same; digits A to F make it a name, and a name that has none of those is taken for a number |
//! | `message` | [`CarrierId::Key`](crate::CarrierId::Key): its SCTS; another is an error | `Key`: OAdC and SCTS |
//! | `state` | Dst: 0 delivered, 1 retrying, 2 all others | the same, 2 as `Undelivered`: no Rsn tells that the validity ended |
//! | `at` | DSCTS; none is an error | the same |
//! | `status` | [`CarrierStatus::Ucp`](crate::CarrierStatus::Ucp): Rsn; of another carrier, or none: 000 delivered, 001 retrying, 108 all others | Rsn |
//!
//! Its text is made, for people, and not read.
//!
//! [`Content::Text`]: crate::Content::Text

mod address;
mod content;
mod error;
mod incoming;
mod notification;
mod outgoing;
mod part;
mod settings;
mod time;

pub use error::ConvertError;
pub use incoming::{
    from_call_input, from_deliver_short_message, from_multiple_address_call_input,
    from_sms_message_transfer, from_submit_short_message, from_supplementary_call_input,
};
pub use notification::{Notification, from_deliver_notification};
pub use outgoing::Outgoing;
pub use settings::{Settings, Terminal};
