//! Extra services: every type, unknown ones, repeats, the limits of the field.

use smsgw_ucp::ValueError;
use smsgw_ucp::types::*;

fn xser(digits: &str) -> XSer<'_> {
    XSer::new(Hex::new(digits).unwrap()).unwrap()
}

/// A service of each type, as it is written and as it is read.
#[test]
fn every_type_of_the_table() {
    let hex = |digits| Hex::new(digits).unwrap();
    let mut all = String::new();
    let mut tts = Vec::new();
    macro_rules! each {
        ($( $digits:literal $service:expr, $name:ident; )*) => { $(
            let mut buf = XSerBuf::new();
            buf.push($service).unwrap();
            assert_eq!(buf.as_xser().hex().as_str(), $digits);
            let read = xser($digits);
            assert_eq!(read.find(), Some($service));
            let service = read.services().next().unwrap();
            assert_eq!(service.known(), KnownService::$name($service));
            tts.push(service.tt);
            all.push_str($digits);
        )* };
    }
    each! {
        "000100" NotUsed(hex("00")), NotUsed;
        "01060500034A0201" GsmUdh(hex("0500034A0201")), GsmUdh;
        "020108" GsmDcs(8), GsmDcs;
        "030102" TdmaMessageType::MANUAL_ACKNOWLEDGEMENT, TdmaMessageType;
        "0402ABCD" MessageReference(0xABCD), MessageReference;
        "050103" Privacy::SECRET, Privacy;
        "060102" Urgency::URGENT, Urgency;
        "070103" AcknowledgementRequest::BOTH, AcknowledgementRequest;
        "080101" MessageUpdating::REPLACE, MessageUpdating;
        "0903010203" CallBackNumber(hex("010203")), CallBackNumber;
        "0A0107" ResponseCode(7), ResponseCode;
        "0B021002" Teleservice(hex("1002")), Teleservice;
        "0C03414243" BillingIdentifier(hex("414243")), BillingIdentifier;
        "0D0101" SingleShot::ONCE, SingleShot;
        "0E0101" OriginatorTon(1), OriginatorTon;
        "0F0101" OriginatorNpi(1), OriginatorNpi;
        "100102" RecipientTon(2), RecipientTon;
        "110108" RecipientNpi(8), RecipientNpi;
        "12020304" OriginalSubmissionTime(hex("0304")), OriginalSubmissionTime;
        "130105" DestinationNetworkType(5), DestinationNetworkType;
    }
    assert_eq!(tts, ServiceType::ALL);
    assert_eq!(tts, (0x00..=0x13).map(ServiceType).collect::<Vec<_>>());
    assert!(tts.iter().all(|tt| tt.text().is_some()));
    // All of them in one field, and once more from what was read.
    let mut again = XSerBuf::new();
    for service in xser(&all).services() {
        again.push_service(service).unwrap();
    }
    assert_eq!(again.as_xser().hex().as_str(), all);
}

#[test]
fn unknown_ones_are_kept() {
    let read = xser("FF03AABBCC140002020804");
    let services: Vec<Service<'_>> = read.services().collect();
    assert_eq!(services.len(), 3);
    assert_eq!(
        (services[0].tt.0, services[0].data.as_str()),
        (0xFF, "AABBCC")
    );
    assert_eq!((services[1].tt.0, services[1].data.as_str()), (0x14, ""));
    assert!(
        services
            .iter()
            .all(|one| one.known() == KnownService::Other(*one))
    );
    assert_eq!(services[0].tt.to_string(), "FF");
    // Two octets are no DCS.
    assert_eq!((read.dcs(), read.find::<GsmDcs>()), (None, None));
    assert_eq!(services[2].data.to_vec(), [0x08, 0x04]);
}

#[test]
fn repeats_in_any_order() {
    let read = xser("0201080106050003010201020104");
    assert_eq!(read.dcs(), Some(0x08));
    assert_eq!(read.udh().unwrap().as_str(), "050003010201");
    let all: Vec<GsmDcs> = read.services().filter_map(|one| one.read()).collect();
    assert_eq!(all, [GsmDcs(0x08), GsmDcs(0x04)]);
    assert_eq!(read.find::<SingleShot>(), None);
}

#[test]
fn truncated_ones_are_refused() {
    let whole = "010605000301020102010805010306010303";
    for len in (0..whole.len()).step_by(2) {
        let is_whole = [0, 16, 22, 28, 34].contains(&len);
        let read = XSer::new(Hex::new(&whole[..len]).unwrap());
        assert_eq!(read.is_ok(), is_whole, "{len}");
    }
    let error = XSer::new(Hex::new("01FF0500").unwrap()).unwrap_err();
    assert_eq!(
        error,
        ValueError::Truncated {
            needed: 255,
            had: 2
        }
    );
}

#[test]
fn the_length_of_a_header() {
    let is_right = |digits| {
        let GsmUdh(udh) = xser(digits).find().unwrap();
        GsmUdh(udh).has_right_length()
    };
    assert!(is_right("01060500034A0201"));
    assert!(!is_right("01060600034A0201"));
    assert!(!is_right("0100"));
    assert!(is_right("010100"));
}

#[test]
fn the_field_has_an_end() {
    let data = HexBuf::encode(&[0xAB; 196]);
    let mut buf = XSerBuf::new();
    buf.push(GsmDcs(0)).unwrap();
    let too_long = Err(ValueError::TooLong { max: 400, had: 402 });
    assert_eq!(buf.push(BillingIdentifier(data.as_hex())), too_long);
    assert_eq!(buf.as_xser().hex().as_str(), "020100");
    let mut buf = XSerBuf::new();
    buf.push(BillingIdentifier(data.as_hex())).unwrap();
    let data = HexBuf::encode(&[0xAB; 198]);
    let mut buf = XSerBuf::new();
    buf.push(BillingIdentifier(data.as_hex())).unwrap();
    assert_eq!(buf.as_xser().hex().len(), 200);
    assert_eq!(XSer::new(buf.as_xser().hex()), Ok(buf.as_xser()));
}
