//! `data_coding`: what the octets of a message mean (SMPP 5.0 §4.7.7).

crate::wire::open_enum! {
    /// What the octets of a message mean (SMPP 5.0 §4.7.7).
    #[derive(Default)]
    pub struct DataCoding(u8);
    /// The MC's default alphabet: GSM 03.38 unpacked at most of them, a matter of agreement.
    MC_SPECIFIC = 0b0000_0000,
    /// IA5 (ASCII).
    IA5 = 0b0000_0001,
    /// Octets, 8-bit binary (as used on TDMA and CDMA).
    OCTET_UNSPECIFIED = 0b0000_0010,
    /// Latin 1 (ISO-8859-1).
    LATIN_1 = 0b0000_0011,
    /// Octets, 8-bit binary.
    OCTET_UNSPECIFIED_ALL = 0b0000_0100,
    /// JIS (X 0208-1990).
    JIS = 0b0000_0101,
    /// Cyrillic (ISO-8859-5).
    CYRILLIC = 0b0000_0110,
    /// Latin/Hebrew (ISO-8859-8).
    LATIN_HEBREW = 0b0000_0111,
    /// UCS-2, in practice UTF-16BE.
    UCS2 = 0b0000_1000,
    /// Pictogram encoding.
    PICTOGRAM = 0b0000_1001,
    /// ISO-2022-JP (music codes).
    ISO_2022_JP = 0b0000_1010,
    /// Extended Kanji JIS (X 0212-1990).
    EXTENDED_KANJI_JIS = 0b0000_1101,
    /// KS C 5601.
    KS_C_5601 = 0b0000_1110,
}
