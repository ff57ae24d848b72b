//! What a broadcast is about and how handsets treat it (SMPP 5.0 §4.8.4.7, §4.8.4.8,
//! §4.8.4.12).

use crate::tlv::TlvLen;
use crate::tlv::typed::{TlvField, TlvValue, integer_tlv_fields};
use crate::wire::open_enum;

open_enum! {
    /// Which cell broadcast channel carries the message (SMPP 5.0 §4.8.4.7).
    #[derive(Default)]
    pub struct BroadcastChannelIndicator(u8);
    /// The basic one.
    BASIC = 0,
    /// The extended one.
    EXTENDED = 1,
}

open_enum! {
    /// Where the handset routes the message (SMPP 5.0 §4.8.4.12).
    #[derive(Default)]
    pub struct BroadcastMessageClass(u8);
    /// No class.
    NO_CLASS = 0x00,
    /// Class 1: as the user defined.
    CLASS_1 = 0x01,
    /// Class 2: as the user defined.
    CLASS_2 = 0x02,
    /// Class 3: terminal equipment.
    CLASS_3 = 0x03,
}

open_enum! {
    /// Whose services a [`BroadcastContentType`] names (SMPP 5.0 §4.8.4.8).
    #[derive(Default)]
    pub struct BroadcastNetworkType(u8);
    /// SMPP's own: [`BroadcastService`].
    GENERIC = 0,
    /// GSM: message identifiers of 3GPP TS 23.041.
    GSM = 1,
    /// TDMA: IS-824, ANSI-41.
    TDMA = 2,
    /// CDMA: IS-824, IS-637.
    CDMA = 3,
}

open_enum! {
    /// What a broadcast is about, for [`BroadcastNetworkType::GENERIC`] (SMPP 5.0 §4.8.4.8).
    #[derive(Default)]
    pub struct BroadcastService(u16);
    /// Index.
    INDEX = 0x0000,
    /// Emergency.
    EMERGENCY_BROADCASTS = 0x0001,
    /// Download of the intelligent roaming database.
    IRDB_DOWNLOAD = 0x0002,
    /// News flashes.
    NEWS_FLASHES = 0x0010,
    /// General news, local.
    GENERAL_NEWS_LOCAL = 0x0011,
    /// General news, regional.
    GENERAL_NEWS_REGIONAL = 0x0012,
    /// General news, national.
    GENERAL_NEWS_NATIONAL = 0x0013,
    /// General news, international.
    GENERAL_NEWS_INTERNATIONAL = 0x0014,
    /// Business and financial news, local.
    BUSINESS_NEWS_LOCAL = 0x0015,
    /// Business and financial news, regional.
    BUSINESS_NEWS_REGIONAL = 0x0016,
    /// Business and financial news, national.
    BUSINESS_NEWS_NATIONAL = 0x0017,
    /// Business and financial news, international.
    BUSINESS_NEWS_INTERNATIONAL = 0x0018,
    /// Sports news, local.
    SPORTS_NEWS_LOCAL = 0x0019,
    /// Sports news, regional.
    SPORTS_NEWS_REGIONAL = 0x001A,
    /// Sports news, national.
    SPORTS_NEWS_NATIONAL = 0x001B,
    /// Sports news, international.
    SPORTS_NEWS_INTERNATIONAL = 0x001C,
    /// Entertainment news, local.
    ENTERTAINMENT_NEWS_LOCAL = 0x001D,
    /// Entertainment news, regional.
    ENTERTAINMENT_NEWS_REGIONAL = 0x001E,
    /// Entertainment news, national.
    ENTERTAINMENT_NEWS_NATIONAL = 0x001F,
    /// Entertainment news, international.
    ENTERTAINMENT_NEWS_INTERNATIONAL = 0x0020,
    /// Medical, health, hospitals.
    MEDICAL_HEALTH_HOSPITALS = 0x0021,
    /// Doctors.
    DOCTORS = 0x0022,
    /// Pharmacies.
    PHARMACY = 0x0023,
    /// Traffic and road reports, local.
    LOCAL_TRAFFIC_ROAD_REPORTS = 0x0030,
    /// Traffic and road reports, long distance.
    LONG_DISTANCE_TRAFFIC_ROAD_REPORTS = 0x0031,
    /// Taxis.
    TAXIS = 0x0032,
    /// Weather.
    WEATHER = 0x0033,
    /// Flight schedules of the local airport.
    LOCAL_AIRPORT_FLIGHT_SCHEDULES = 0x0034,
    /// Restaurants.
    RESTAURANTS = 0x0035,
    /// Lodgings.
    LODGINGS = 0x0036,
    /// Retail directory.
    RETAIL_DIRECTORY = 0x0037,
    /// Advertisements.
    ADVERTISEMENTS = 0x0038,
    /// Stock quotes.
    STOCK_QUOTES = 0x0039,
    /// Employment.
    EMPLOYMENT_OPPORTUNITIES = 0x0040,
    /// Technology news.
    TECHNOLOGY_NEWS = 0x0041,
    /// The district: base station information.
    DISTRICT = 0x0070,
    /// The network.
    NETWORK_INFORMATION = 0x0071,
    /// Operator services.
    OPERATOR_SERVICES = 0x0080,
    /// Directory enquiries, national.
    DIRECTORY_ENQUIRIES_NATIONAL = 0x0081,
    /// Directory enquiries, international.
    DIRECTORY_ENQUIRIES_INTERNATIONAL = 0x0082,
    /// Customer care, national.
    CUSTOMER_CARE_NATIONAL = 0x0083,
    /// Customer care, international.
    CUSTOMER_CARE_INTERNATIONAL = 0x0084,
    /// Local date, time and time zone.
    LOCAL_DATE_TIME_TIME_ZONE = 0x0085,
    /// Services of more than one category.
    MULTI_CATEGORY_SERVICES = 0x0100,
}

/// What a broadcast is about (SMPP 5.0 §4.8.4.8).
///
/// `broadcast_sm` must have it; in `cancel_broadcast_sm` it says which messages to cancel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BroadcastContentType {
    /// Whose services they are.
    pub network: BroadcastNetworkType,
    /// The service; its names are those of [`BroadcastNetworkType::GENERIC`].
    pub service: BroadcastService,
}

impl<'a> TlvField<'a> for BroadcastContentType {
    const LEN: TlvLen = TlvLen::Exactly(3);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        match value {
            &[network, a, b] => Some(Self {
                network: BroadcastNetworkType(network),
                service: BroadcastService(u16::from_be_bytes([a, b])),
            }),
            _ => None,
        }
    }
    fn to_value(&self) -> TlvValue<'a> {
        TlvValue::octet_and_u16(self.network.0, self.service.0)
    }
}

integer_tlv_fields!(u8: BroadcastChannelIndicator, BroadcastMessageClass);
