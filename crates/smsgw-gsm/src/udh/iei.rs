//! Information element identifiers (3GPP TS 23.040 §9.2.3.24), hexadecimal as printed there.

/// Concatenated short messages, 8-bit reference number.
pub const CONCATENATED_8_BIT: u8 = 0x00;
/// Special SMS message indication; repeatable.
pub const SPECIAL_SMS_MESSAGE_INDICATION: u8 = 0x01;
/// Application port addressing scheme, 8-bit addresses.
pub const APPLICATION_PORT_8_BIT: u8 = 0x04;
/// Application port addressing scheme, 16-bit addresses.
pub const APPLICATION_PORT_16_BIT: u8 = 0x05;
/// SMSC control parameters.
pub const SMSC_CONTROL_PARAMETERS: u8 = 0x06;
/// UDH source indicator; repeatable.
pub const UDH_SOURCE_INDICATOR: u8 = 0x07;
/// Concatenated short messages, 16-bit reference number.
pub const CONCATENATED_16_BIT: u8 = 0x08;
/// Wireless control message protocol.
pub const WIRELESS_CONTROL_MESSAGE_PROTOCOL: u8 = 0x09;
/// EMS text formatting; repeatable, as are the others of EMS but for compression control and the
/// extended object data request.
pub const TEXT_FORMATTING: u8 = 0x0A;
/// EMS predefined sound.
pub const PREDEFINED_SOUND: u8 = 0x0B;
/// EMS user defined sound.
pub const USER_DEFINED_SOUND: u8 = 0x0C;
/// EMS predefined animation.
pub const PREDEFINED_ANIMATION: u8 = 0x0D;
/// EMS large animation.
pub const LARGE_ANIMATION: u8 = 0x0E;
/// EMS small animation.
pub const SMALL_ANIMATION: u8 = 0x0F;
/// EMS large picture.
pub const LARGE_PICTURE: u8 = 0x10;
/// EMS small picture.
pub const SMALL_PICTURE: u8 = 0x11;
/// EMS variable picture.
pub const VARIABLE_PICTURE: u8 = 0x12;
/// EMS user prompt indicator.
pub const USER_PROMPT_INDICATOR: u8 = 0x13;
/// EMS extended object.
pub const EXTENDED_OBJECT: u8 = 0x14;
/// EMS reused extended object.
pub const REUSED_EXTENDED_OBJECT: u8 = 0x15;
/// EMS compression control.
pub const COMPRESSION_CONTROL: u8 = 0x16;
/// EMS object distribution indicator.
pub const OBJECT_DISTRIBUTION_INDICATOR: u8 = 0x17;
/// EMS standard WVG object.
pub const STANDARD_WVG_OBJECT: u8 = 0x18;
/// EMS character size WVG object.
pub const CHARACTER_SIZE_WVG_OBJECT: u8 = 0x19;
/// EMS extended object data request command.
pub const EXTENDED_OBJECT_DATA_REQUEST: u8 = 0x1A;
/// RFC 822 e-mail header.
pub const RFC_822_EMAIL_HEADER: u8 = 0x20;
/// Hyperlink format element; repeatable.
pub const HYPERLINK_FORMAT: u8 = 0x21;
/// Reply address element.
pub const REPLY_ADDRESS: u8 = 0x22;
/// Enhanced voice mail information.
pub const ENHANCED_VOICE_MAIL_INFORMATION: u8 = 0x23;
/// National language single shift.
pub const NATIONAL_LANGUAGE_SINGLE_SHIFT: u8 = 0x24;
/// National language locking shift.
pub const NATIONAL_LANGUAGE_LOCKING_SHIFT: u8 = 0x25;
/// (U)SIM toolkit security headers: the first; the last is 7F.
pub const TOOLKIT_SECURITY_HEADERS: u8 = 0x70;

/// What an identifier means, in the standard's words; ranges that it reserves or leaves to others
/// have one name each.
///
/// ```
/// use smsgw_gsm::udh::iei;
///
/// assert_eq!(iei::name(0x24), "national language single shift");
/// assert_eq!(iei::name(0x9A), "SME to SME specific use");
/// ```
#[must_use]
pub const fn name(iei: u8) -> &'static str {
    match iei {
        CONCATENATED_8_BIT => "concatenated short messages, 8-bit reference number",
        SPECIAL_SMS_MESSAGE_INDICATION => "special SMS message indication",
        APPLICATION_PORT_8_BIT => "application port addressing scheme, 8-bit address",
        APPLICATION_PORT_16_BIT => "application port addressing scheme, 16-bit address",
        SMSC_CONTROL_PARAMETERS => "SMSC control parameters",
        UDH_SOURCE_INDICATOR => "UDH source indicator",
        CONCATENATED_16_BIT => "concatenated short messages, 16-bit reference number",
        WIRELESS_CONTROL_MESSAGE_PROTOCOL => "wireless control message protocol",
        TEXT_FORMATTING => "text formatting",
        PREDEFINED_SOUND => "predefined sound",
        USER_DEFINED_SOUND => "user defined sound",
        PREDEFINED_ANIMATION => "predefined animation",
        LARGE_ANIMATION => "large animation",
        SMALL_ANIMATION => "small animation",
        LARGE_PICTURE => "large picture",
        SMALL_PICTURE => "small picture",
        VARIABLE_PICTURE => "variable picture",
        USER_PROMPT_INDICATOR => "user prompt indicator",
        EXTENDED_OBJECT => "extended object",
        REUSED_EXTENDED_OBJECT => "reused extended object",
        COMPRESSION_CONTROL => "compression control",
        OBJECT_DISTRIBUTION_INDICATOR => "object distribution indicator",
        STANDARD_WVG_OBJECT => "standard WVG object",
        CHARACTER_SIZE_WVG_OBJECT => "character size WVG object",
        EXTENDED_OBJECT_DATA_REQUEST => "extended object data request command",
        0x1B..=0x1F => "reserved for EMS",
        RFC_822_EMAIL_HEADER => "RFC 822 e-mail header",
        HYPERLINK_FORMAT => "hyperlink format element",
        REPLY_ADDRESS => "reply address element",
        ENHANCED_VOICE_MAIL_INFORMATION => "enhanced voice mail information",
        NATIONAL_LANGUAGE_SINGLE_SHIFT => "national language single shift",
        NATIONAL_LANGUAGE_LOCKING_SHIFT => "national language locking shift",
        TOOLKIT_SECURITY_HEADERS..=0x7F => "(U)SIM toolkit security header",
        0x80..=0x9F => "SME to SME specific use",
        0xC0..=0xDF => "SC specific use",
        0x02 | 0x03 | 0x26..=0x6F | 0xA0..=0xBF | 0xE0..=0xFF => "reserved",
    }
}
