//! TP-UDL and TP-UD: the message itself (3GPP TS 23.040 §9.2.3.16, §9.2.3.24).

use alloc::string::String;
use core::fmt;

use super::Kind;
use crate::alphabet::{self, Tables};
use crate::dcs::{Alphabet, Class, DataCodingScheme};
use crate::error::{DecodeError, DecodeErrorKind, UserDataError};
use crate::quirks::{Faults, Quirks, Tolerance};
use crate::segment::{Segment, USER_DATA_OCTETS};
use crate::septet::{self, FillBits, header_septets};
use crate::ucs2;
use crate::udh::UserDataHeader;
use crate::wire::{Reader, Sink};

/// Octets of the longest TPDU.
pub(super) const TPDU_OCTETS: usize = 164;
/// Septets of user data in a DELIVER or SUBMIT.
const MOST_SEPTETS: u8 = 160;

/// User data as it arrived: TP-UDL, the octets, and what TP-DCS and TP-UDHI say of them.
///
/// How much there can be depends on the kind of TPDU, see [`Kind::max_user_data`] and
/// [`fits`](Self::fits). The 140 octets that a [`UserDataBuf`] holds, every message can have; they
/// make a report longer than a TPDU may be when all its other fields are long, and strict reading
/// refuses that.
///
/// Fill bits between a header and septets, and bits after the last septet, may be anything, and are
/// kept with the octets.
///
/// ```
/// use smsgw_gsm::dcs::DataCodingScheme;
/// use smsgw_gsm::tpdu::{Kind, UserData};
///
/// // A header of six octets (seven septets), a fill bit, and two septets.
/// let octets = b"\x05\x00\x03\x2A\x02\x01\xD0\x69";
/// let user_data = UserData::from_octets(Kind::Deliver, DataCodingScheme::GSM7, 9, true, octets)?;
/// assert_eq!(user_data.septets(), Some(2));
/// assert_eq!(user_data.text().as_deref(), Some("hi"));
/// let concat = user_data.header().and_then(|header| header.concat());
/// assert_eq!(concat.map(|concat| concat.total()), Some(2));
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[doc(alias("TP-UD", "TP-UDL", "TP-User-Data"))]
pub struct UserData<'a> {
    coding: DataCodingScheme,
    udl: u8,
    /// Octets of the header, its length octet included; 0 when there is none.
    header_len: u8,
    octets: &'a [u8],
}

impl<'a> UserData<'a> {
    /// No text in GSM 7-bit.
    pub const EMPTY: UserData<'static> = UserData {
        coding: DataCodingScheme::GSM7,
        udl: 0,
        header_len: 0,
        octets: &[],
    };
    /// A command's data, of which there is none.
    pub(super) const NO_OCTETS: UserData<'static> = UserData {
        coding: DataCodingScheme::EIGHT_BIT,
        ..UserData::EMPTY
    };

    /// User data for a TPDU of this kind: TP-UDL as sent, whether it begins with a header, and as
    /// many octets as TP-UDL says.
    ///
    /// # Errors
    /// [`DecodeError`] as when a message is read strictly; its offset counts from TP-UDL.
    pub fn from_octets(
        kind: Kind,
        coding: DataCodingScheme,
        udl: u8,
        has_header: bool,
        octets: &'a [u8],
    ) -> Result<UserData<'a>, DecodeError> {
        let quirks = Quirks::STRICT;
        let mut faults = Faults::new(&quirks);
        let mut reader = Reader::new(octets, 1);
        let length = length_of(coding, udl);
        let most = kind.max_user_data();
        if length > most {
            let start = Reader::new(octets, 0);
            return Err(too_long(&start, "TP-UDL", coding, udl, most));
        }
        let before = reader.clone();
        reader.take(length, "TP-UD")?;
        super::trailing(&mut reader, &mut faults)?;
        let header_len = read_header(octets, has_header, &before)?;
        check_text(coding, udl, header_len, &before, &mut faults)?;
        Ok(UserData {
            coding,
            udl,
            header_len,
            octets,
        })
    }

    /// The data coding scheme: which alphabet, and what else it says.
    #[must_use]
    #[doc(alias("TP-DCS", "TP-Data-Coding-Scheme"))]
    pub const fn data_coding_scheme(&self) -> DataCodingScheme {
        self.coding
    }

    /// TP-UDL as sent: septets, those of the header included, or octets.
    #[must_use]
    pub const fn udl(&self) -> u8 {
        self.udl
    }

    /// All octets, those of the header first. Fewer than TP-UDL says when a message that ends
    /// early was let through.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Whether it begins with a header: TP-UDHI.
    #[must_use]
    pub const fn has_header(&self) -> bool {
        self.header_len != 0
    }

    /// The header, if there is one.
    #[must_use]
    #[doc(alias = "TP-UDHI")]
    pub fn header(&self) -> Option<UserDataHeader<'a>> {
        if !self.has_header() {
            return None;
        }
        let (header, _) = UserDataHeader::split(self.octets).ok()?;
        Some(header)
    }

    /// The octets after the header.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        let start = usize::from(self.header_len);
        self.octets.get(start..).unwrap_or_default()
    }

    /// Septets of the text, those of the header not counted; `None` when TP-UDL counts octets.
    #[must_use]
    pub fn septets(&self) -> Option<usize> {
        if !self.coding.counts_septets() {
            return None;
        }
        let header = usize::from(self.header_len);
        let said = usize::from(self.udl).saturating_sub(header_septets(header));
        let there = septet::capacity(self.payload().len(), FillBits::after(header));
        Some(said.min(there))
    }

    /// The text, in the language tables that the header names; `None` when the octets are none
    /// (8-bit) or are compressed.
    ///
    /// A text cut from a longer one is this part of it; where a sender tore a pair of UTF-16
    /// units, join the octets of the parts first.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        if let Some(septets) = self.septets() {
            let tables = match self.header() {
                Some(header) => header.tables(),
                None => Tables::DEFAULT,
            };
            let fill = FillBits::after(self.header_len.into());
            return Some(tables.decode_packed(self.payload(), septets, fill));
        }
        is_ucs2(self.coding).then(|| ucs2::decode(self.payload()))
    }

    /// Whether a TPDU of this kind can have it: no more octets than
    /// [`max_user_data`](Kind::max_user_data), and all that TP-UDL says.
    ///
    /// A [`UserDataBuf`]'s always does; what was read from a report may
    /// be too long for a message, and what lenient reading let through may end early. A TPDU that
    /// it does not fit is written all the same, and its reader refuses it.
    ///
    /// ```
    /// use smsgw_gsm::dcs::DataCodingScheme;
    /// use smsgw_gsm::tpdu::{Kind, UserData};
    ///
    /// let report = Kind::DeliverReport;
    /// let octets = [0x20; 150];
    /// let long = UserData::from_octets(report, DataCodingScheme::EIGHT_BIT, 150, false, &octets)?;
    /// assert!(long.fits(report) && !long.fits(Kind::Submit));
    /// # Ok::<(), smsgw_gsm::DecodeError>(())
    /// ```
    #[must_use]
    pub fn fits(&self, kind: Kind) -> bool {
        let octets = self.octets.len();
        octets == length_of(self.coding, self.udl) && octets <= kind.max_user_data()
    }

    /// Checks that a TPDU that began at `start`, and whose TP-UDL is at `before`, is not too long.
    pub(super) fn check_room(
        &self,
        start: usize,
        before: &Reader<'_>,
        faults: &mut Faults<'_>,
    ) -> Result<(), DecodeError> {
        let room = TPDU_OCTETS.saturating_sub(before.offset() + 1 - start);
        if self.octets.len() > room {
            let error = too_long(before, "TP-UDL", self.coding, self.udl, room);
            faults.meet(Tolerance::OddValue, error)?;
        }
        Ok(())
    }

    /// The same octets, as a command carries them.
    pub(super) fn as_octets(self) -> UserData<'a> {
        UserData {
            coding: DataCodingScheme::EIGHT_BIT,
            udl: u8::try_from(self.octets.len()).unwrap_or(u8::MAX),
            ..self
        }
    }

    /// Reads TP-UDL and what it says.
    #[inline(always)]
    pub(super) fn read(
        reader: &mut Reader<'a>,
        faults: &mut Faults<'_>,
        coding: DataCodingScheme,
        has_header: bool,
        most: usize,
    ) -> Result<UserData<'a>, DecodeError> {
        let start = reader.clone();
        let udl = reader.octet("TP-UDL")?;
        let length = length_of(coding, udl);
        // Some say 160 whatever the alphabet, so that less follows than it says.
        if length > most && (udl > MOST_SEPTETS || reader.rest().len() > most) {
            return Err(too_long(&start, "TP-UDL", coding, udl, most));
        }
        let before = reader.clone();
        let octets = match reader.take(length, "TP-UD") {
            Ok(octets) => octets,
            Err(error) => {
                faults.meet(Tolerance::TruncatedUserData, error)?;
                reader.take(reader.rest().len(), "TP-UD")?
            }
        };
        let header_len = read_header(octets, has_header, &before)?;
        check_text(coding, udl, header_len, &before, faults)?;
        Ok(UserData {
            coding,
            udl,
            header_len,
            octets,
        })
    }

    /// Reads TP-CDL and as many octets.
    pub(super) fn read_command(
        reader: &mut Reader<'a>,
        has_header: bool,
    ) -> Result<UserData<'a>, DecodeError> {
        let coding = DataCodingScheme::EIGHT_BIT;
        let start = reader.clone();
        let udl = reader.octet("TP-CDL")?;
        let most = Kind::Command.max_user_data();
        if usize::from(udl) > most {
            return Err(too_long(&start, "TP-CDL", coding, udl, most));
        }
        let before = reader.clone();
        let octets = reader.take(udl.into(), "TP-CD")?;
        Ok(UserData {
            coding,
            udl,
            header_len: read_header(octets, has_header, &before)?,
            octets,
        })
    }

    pub(super) fn put(&self, sink: &mut impl Sink) {
        sink.put("TP-UDL", &[self.udl]);
        self.put_octets(sink, "TP-UD");
    }

    pub(super) fn put_command(&self, sink: &mut impl Sink) {
        sink.put("TP-CDL", &[self.udl]);
        self.put_octets(sink, "TP-CD");
    }

    fn put_octets(&self, sink: &mut impl Sink, field: &'static str) {
        let payload = self.payload();
        let header = self.octets.len() - payload.len();
        sink.put("UDH", self.octets.get(..header).unwrap_or_default());
        sink.put(field, payload);
    }
}

/// Whether there is a UCS-2 text.
const fn is_ucs2(coding: DataCodingScheme) -> bool {
    matches!(coding.alphabet(), Alphabet::Ucs2) && !coding.is_compressed()
}

/// Checks that what stands after the header is a text; all begins at `start`.
#[inline]
fn check_text(
    coding: DataCodingScheme,
    udl: u8,
    header_len: u8,
    start: &Reader<'_>,
    faults: &mut Faults<'_>,
) -> Result<(), DecodeError> {
    let (udl, header) = (usize::from(udl), usize::from(header_len));
    if coding.counts_septets() {
        let (max, had) = (udl, header_septets(header));
        if had > max {
            let kind = DecodeErrorKind::TooLong { max, had };
            return Err(start.error(kind, "UDHL"));
        }
    } else if is_ucs2(coding) && (udl - header) % 2 != 0 {
        let kind = DecodeErrorKind::OddLength { had: udl - header };
        faults.meet(Tolerance::OddValue, start.error(kind, "TP-UD"))?;
    }
    Ok(())
}

/// Octets that this TP-UDL announces.
#[inline]
fn length_of(coding: DataCodingScheme, udl: u8) -> usize {
    let udl = usize::from(udl);
    if coding.counts_septets() {
        (7 * udl).div_ceil(8)
    } else {
        udl
    }
}

/// A TP-UDL that announces more than `most` octets.
#[cold]
fn too_long(
    start: &Reader<'_>,
    field: &'static str,
    coding: DataCodingScheme,
    udl: u8,
    most: usize,
) -> DecodeError {
    let max = if coding.counts_septets() {
        septet::capacity(most, FillBits::NONE)
    } else {
        most
    };
    let had = udl.into();
    start.error(DecodeErrorKind::TooLong { max, had }, field)
}

/// The length of the header that begins `octets`, which stand at `start`; 0 when there is none.
#[inline]
fn read_header(octets: &[u8], has_header: bool, start: &Reader<'_>) -> Result<u8, DecodeError> {
    if !has_header {
        return Ok(0);
    }
    let at = |error: DecodeError| DecodeError {
        offset: error.offset + start.offset(),
        ..error
    };
    let (header, _) = UserDataHeader::split(octets).map_err(at)?;
    header.check().map_err(at)?;
    Ok(u8::try_from(header.octets().len()).unwrap_or(u8::MAX))
}

/// User data to be sent, of at most 140 octets; [`view`](Self::view) is what a TPDU takes.
///
/// ```
/// use smsgw_gsm::segment::{Options, segment};
/// use smsgw_gsm::tpdu::UserDataBuf;
///
/// let segments = segment(&"long ".repeat(50), &Options::new())?;
/// let parts: Vec<UserDataBuf> = segments.iter().map(UserDataBuf::from).collect();
/// assert_eq!(parts.len(), 2);
/// assert_eq!(parts[0].view().udl(), 160);
/// assert_eq!(parts[1].view().septets(), Some(250 - 153));
/// # Ok::<(), smsgw_gsm::SegmentError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserDataBuf {
    coding: DataCodingScheme,
    udl: u8,
    header_len: u8,
    len: u8,
    /// 0 after the first `len`.
    octets: [u8; USER_DATA_OCTETS],
}

impl UserDataBuf {
    /// A text that fits into one message, in GSM 7-bit if that has all its characters, else in
    /// UCS-2.
    ///
    /// # Errors
    /// [`TooLong`](UserDataError::TooLong) for a longer one:
    /// [`segment`](crate::segment::segment()) splits it.
    pub fn text(text: &str) -> Result<UserDataBuf, UserDataError> {
        match alphabet::encode_unpacked(text) {
            Ok(septets) => UserDataBuf::new(DataCodingScheme::GSM7, &[], &septets),
            Err(_) => UserDataBuf::new(DataCodingScheme::UCS2, &[], &ucs2::encode(text)),
        }
    }

    /// A header (its length octet first; empty for none) and what follows it: septets, one to an
    /// octet, where TP-UDL counts those, else octets.
    ///
    /// ```
    /// use smsgw_gsm::dcs::DataCodingScheme;
    /// use smsgw_gsm::tpdu::UserDataBuf;
    ///
    /// let ports = [6, 5, 4, 0x0B, 0x84, 0x23, 0xF0];
    /// let push = UserDataBuf::new(DataCodingScheme::EIGHT_BIT, &ports, b"\x01\x06")?;
    /// assert_eq!(push.view().udl(), 9);
    /// # Ok::<(), smsgw_gsm::UserDataError>(())
    /// ```
    ///
    /// # Errors
    /// [`TooLong`](UserDataError::TooLong) above 140 octets in all,
    /// [`Malformed`](UserDataError::Malformed) when `header` is none or a UCS-2 text has an odd
    /// number of octets, [`NoSeptet`](UserDataError::NoSeptet) for a septet above 7F.
    pub fn new(
        coding: DataCodingScheme,
        header: &[u8],
        payload: &[u8],
    ) -> Result<UserDataBuf, UserDataError> {
        let (packed, udl);
        let payload = if coding.counts_septets() {
            let mut octets = payload.iter().copied().enumerate();
            if let Some((index, value)) = octets.find(|(_, octet)| *octet > 0x7F) {
                return Err(UserDataError::NoSeptet { value, index });
            }
            udl = header_septets(header.len()) + payload.len();
            packed = septet::pack(payload, FillBits::after(header.len()));
            &packed
        } else {
            udl = header.len() + payload.len();
            payload
        };
        let had = header.len() + payload.len();
        let max = USER_DATA_OCTETS;
        let too_long = UserDataError::TooLong { max, had };
        let mut octets = [0; USER_DATA_OCTETS];
        let own = octets.get_mut(..had).ok_or(too_long)?;
        for (to, from) in own.iter_mut().zip(header.iter().chain(payload)) {
            *to = *from;
        }
        let udl = u8::try_from(udl).map_err(|_| too_long)?;
        let view = UserData::from_octets(Kind::Submit, coding, udl, !header.is_empty(), own);
        // The caller gave no TP-UDL to count from.
        let view = view.map_err(|error| DecodeError {
            offset: error.offset.saturating_sub(1),
            ..error
        })?;
        Ok(UserDataBuf {
            coding,
            udl,
            header_len: view.header_len,
            len: u8::try_from(had).map_err(|_| too_long)?,
            octets,
        })
    }

    /// Of this class: shown at once, kept in the (U)SIM ... See [`DataCodingScheme::with_class`].
    #[must_use]
    pub const fn with_class(mut self, class: Class) -> UserDataBuf {
        self.coding = self.coding.with_class(class);
        self
    }

    /// The user data, to be put into a TPDU.
    #[must_use]
    pub fn view(&self) -> UserData<'_> {
        UserData {
            coding: self.coding,
            udl: self.udl,
            header_len: self.header_len,
            octets: self.octets.get(..self.len.into()).unwrap_or_default(),
        }
    }
}

impl fmt::Debug for UserDataBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UserDataBuf").field(&self.view()).finish()
    }
}

/// The part of a text, with the header that says which part it is, and no class.
impl From<Segment<'_>> for UserDataBuf {
    fn from(segment: Segment<'_>) -> UserDataBuf {
        let coding = DataCodingScheme::general(segment.encoding().into(), None);
        let empty = UserDataBuf {
            coding,
            udl: 0,
            header_len: 0,
            len: 0,
            octets: [0; USER_DATA_OCTETS],
        };
        // A segment is cut to fit, and its header is well formed.
        UserDataBuf::new(coding, &segment.udh(), segment.unpacked()).unwrap_or(empty)
    }
}

impl<'a> From<&'a UserDataBuf> for UserData<'a> {
    fn from(buf: &'a UserDataBuf) -> UserData<'a> {
        buf.view()
    }
}
