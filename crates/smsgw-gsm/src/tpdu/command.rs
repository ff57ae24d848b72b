//! SMS-COMMAND: a request about a message sent before (3GPP TS 23.040 §9.2.2.4).

use super::{SR, SpareBits, Trailing, UDHI, UserData, flag, trailing};
use crate::error::DecodeError;
use crate::field::{Address, CommandType, ProtocolId};
use crate::quirks::Faults;
use crate::wire::{Reader, Sink};

/// A request about a message sent before (TS 23.040 §9.2.2.4).
///
/// ```
/// use smsgw_gsm::field::{Address, CommandType};
/// use smsgw_gsm::tpdu::Command;
///
/// let delete = Command::new(
///     CommandType::DELETE_SUBMITTED_SHORT_MESSAGE,
///     41,
///     Address::parse("+15551234567")?,
/// );
/// assert_eq!(delete.to_vec(), b"\x02\0\0\x02\x29\x0B\x91\x51\x55\x21\x43\x65\xF7\0");
/// # Ok::<(), smsgw_gsm::AddressError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "SMS-COMMAND")]
pub struct Command<'a> {
    /// Whether a status report is wanted.
    #[doc(alias("TP-SRR", "TP-Status-Report-Request"))]
    pub status_report_request: bool,
    /// The bits of the first octet that have no meaning.
    pub spare_bits: SpareBits<0b1001_1100>,
    /// The sender's number for the command.
    #[doc(alias("TP-MR", "TP-Message-Reference"))]
    pub message_reference: u8,
    /// The protocol of the message that the command is about.
    #[doc(alias("TP-PID", "TP-Protocol-Identifier"))]
    pub protocol_identifier: ProtocolId,
    /// What is asked for.
    #[doc(alias("TP-CT", "TP-Command-Type"))]
    pub command_type: CommandType,
    /// The reference of the message that the command is about.
    #[doc(alias("TP-MN", "TP-Message-Number"))]
    pub message_number: u8,
    /// Where the message that the command is about was sent.
    #[doc(alias("TP-DA", "TP-Destination-Address"))]
    pub destination_address: Address,
    /// What the command needs, and only its two ends understand.
    #[doc(alias("TP-CD", "TP-Command-Data", "TP-CDL"))]
    pub command_data: CommandData<'a>,
    /// Octets after the last field.
    pub trailing: Trailing<'a>,
}

super::tpdu!(Command, decode);

impl<'a> Command<'a> {
    /// A command without flags and data.
    #[must_use]
    pub const fn new(
        command_type: CommandType,
        message_number: u8,
        destination_address: Address,
    ) -> Command<'a> {
        Command {
            status_report_request: false,
            spare_bits: SpareBits::NONE,
            message_reference: 0,
            protocol_identifier: ProtocolId::SME_TO_SME,
            command_type,
            message_number,
            destination_address,
            command_data: CommandData::EMPTY,
            trailing: Trailing::NONE,
        }
    }

    /// The first octet: TP-MTI and the flags, as they are sent.
    #[must_use]
    pub fn first_octet(&self) -> u8 {
        0b10 | flag(self.status_report_request, SR)
            | flag(self.command_data.0.has_header(), UDHI)
            | self.spare_bits.get()
    }

    pub(super) fn read(
        first: u8,
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
    ) -> Result<Command<'a>, DecodeError> {
        Ok(Command {
            status_report_request: first & SR != 0,
            spare_bits: SpareBits::new(first),
            message_reference: reader.octet("TP-MR")?,
            protocol_identifier: ProtocolId(reader.octet("TP-PID")?),
            command_type: CommandType(reader.octet("TP-CT")?),
            message_number: reader.octet("TP-MN")?,
            destination_address: Address::read(reader, faults, "TP-DA")?,
            command_data: CommandData(UserData::read_command(reader, first & UDHI != 0)?),
            trailing: Trailing(trailing(reader, faults)?),
        })
    }

    pub(super) fn put(&self, sink: &mut impl Sink) {
        sink.put("TP-MTI", &[self.first_octet()]);
        sink.put("TP-MR", &[self.message_reference]);
        sink.put("TP-PID", &[self.protocol_identifier.0]);
        sink.put("TP-CT", &[self.command_type.0]);
        sink.put("TP-MN", &[self.message_number]);
        self.destination_address.put(sink, "TP-DA");
        self.command_data.0.put_command(sink);
        sink.put("trailing", self.trailing.octets());
    }
}

/// The data of a command: octets, which may begin with a header. There is no TP-DCS.
///
/// ```
/// use smsgw_gsm::dcs::DataCodingScheme;
/// use smsgw_gsm::field::{Address, CommandType};
/// use smsgw_gsm::tpdu::{Command, UserDataBuf};
///
/// let header = [3, 0x7F, 1, 0xAA];
/// let data = UserDataBuf::new(DataCodingScheme::EIGHT_BIT, &header, b"hi")?;
/// let command = Command {
///     command_data: data.view().into(),
///     ..Command::new(CommandType(0xE0), 0, Address::parse("+15551234567")?)
/// };
/// assert_eq!(command.first_octet(), 0x42);
/// assert_eq!(command.command_data.user_data().payload(), b"hi");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias("TP-CD", "TP-Command-Data"))]
pub struct CommandData<'a>(UserData<'a>);

impl<'a> CommandData<'a> {
    /// None.
    pub const EMPTY: CommandData<'static> = CommandData(UserData::NO_OCTETS);

    /// The octets, as user data of [`DataCodingScheme::EIGHT_BIT`](crate::dcs::DataCodingScheme).
    #[must_use]
    pub const fn user_data(self) -> UserData<'a> {
        self.0
    }
}

/// All octets of the user data, whatever their alphabet.
impl<'a> From<UserData<'a>> for CommandData<'a> {
    fn from(user_data: UserData<'a>) -> CommandData<'a> {
        CommandData(user_data.as_octets())
    }
}
