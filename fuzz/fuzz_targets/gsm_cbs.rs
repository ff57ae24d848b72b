//! Any octets as a cell broadcast page and as a message of UMTS, and as the text of one: nothing
//! panics, what was read is written back octet for octet, and pages in any order join to the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smsgw_fuzz::Script;
use smsgw_gsm::cbs::{
    Broadcast, BroadcastError, CbsDataCodingScheme, LanguageCode, MAX_PAGES, PAGE_OCTETS, Page,
    SerialNumber, UmtsMessage, join,
};
use smsgw_gsm::{DecodeError, Quirks};

fn refused(error: DecodeError, octets: &[u8]) {
    assert!(error.offset <= octets.len());
    assert!(!error.field.is_empty() && !error.to_string().is_empty());
}

fn look_at(page: Page<'_>) {
    assert!((1..=page.total()).contains(&page.number()) && usize::from(page.total()) <= MAX_PAGES);
    if let Some(header) = page.header() {
        assert!(page.content().starts_with(header.octets()));
    }
    assert!(page.content().ends_with(page.payload()));
    let (text, septets) = (page.text(), page.septets());
    if let (Some(text), Some(septets)) = (text, septets) {
        assert!(septets <= 93 && text.chars().count() <= septets);
    }
    let coding = page.data_coding();
    let _ = (
        page.language(),
        coding.language(),
        coding.class(),
        coding.group(),
        page.position(),
    );
    let serial = page.serial();
    let again = SerialNumber::new(
        serial.geographical_scope(),
        serial.message_code(),
        serial.update_number(),
    );
    assert_eq!(again, Some(serial));
    let _ = format!("{page:?} {coding} {serial:?}");
}

fn page(octets: &[u8], quirks: &Quirks) {
    match Page::decode_with(octets, quirks) {
        Ok(decoded) => {
            let written = decoded.pdu.to_vec();
            assert_eq!(written, octets[..PAGE_OCTETS]);
            if decoded.tolerated.is_empty() {
                assert_eq!(written, octets);
                let strict = Page::decode_with(octets, &Quirks::STRICT);
                assert_eq!(strict.map(|strict| strict.pdu), Ok(decoded.pdu));
            }
            look_at(decoded.pdu);
        }
        Err(error) => refused(error, octets),
    }
}

fn umts(octets: &[u8], quirks: &Quirks) {
    match UmtsMessage::decode_with(octets, quirks) {
        Ok(decoded) => {
            let written = decoded.pdu.to_vec();
            assert!(octets.starts_with(&written));
            assert!(written == octets || !decoded.tolerated.is_empty());
            let _ = (decoded.pdu.text(), decoded.pdu.language());
            assert!(decoded.pdu.pages().count() <= MAX_PAGES);
        }
        Err(error) => refused(error, octets),
    }
}

/// Pages that came in any order, some again.
fn joined(octets: &[u8]) {
    let pages: Vec<_> = octets
        .chunks(PAGE_OCTETS)
        .filter_map(|page| Page::decode(page).ok())
        .collect();
    let mut count = 0;
    for message in join(pages.iter().copied()) {
        let there = message.pages().count();
        count += there + message.ignored;
        let missing = message.missing().count();
        assert_eq!(there + missing, usize::from(message.total));
        assert_eq!(message.is_complete(), missing == 0);
        let _ = (message.text(), message.data(), message.language());
    }
    assert_eq!(count, pages.len());
}

fn broadcast(broadcast: &Broadcast, text: &str, backwards: bool) {
    let pages = match broadcast.pages(text) {
        Ok(pages) => pages,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            if let BroadcastError::TooManyPages { needed, max } = error {
                assert!(needed > max);
            }
            // Fewer units than any page has room for.
            if let BroadcastError::TrailingReturn { .. } = error {
                assert!(text.ends_with('\r') || text.contains(&"\r".repeat(40)));
            }
            return;
        }
    };
    let octets: Vec<_> = pages.iter().map(|page| page.to_vec()).collect();
    let mut read: Vec<_> = octets
        .iter()
        .map(|page| Page::decode(page).expect("a page"))
        .collect();
    assert!(read.iter().copied().eq(&pages));
    if backwards {
        read.reverse();
    }
    let messages = join(read);
    assert_eq!(messages.len(), 1);
    assert!(messages[0].is_complete());
    assert_eq!(messages[0].text().as_deref(), Some(text));
    if broadcast.data_coding.has_language_code() {
        assert_eq!(messages[0].language(), broadcast.language);
    }
    let octets = pages.to_umts();
    let message = UmtsMessage::decode(&octets).expect("a message");
    assert_eq!(message.text().as_deref(), Some(text));
}

fuzz_target!(|octets: &[u8]| {
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        page(octets, &quirks);
        umts(octets, &quirks);
    }
    joined(octets);

    let mut script = Script(octets);
    let backwards = script.flag();
    let language = LanguageCode::new(&String::from_utf8_lossy(script.take(2)));
    let serial = SerialNumber(u16::from_be_bytes([script.octet(), script.octet()]));
    let coding = CbsDataCodingScheme(script.octet());
    let octets = script.rest();
    let text = String::from_utf8_lossy(octets);
    let chosen = Broadcast::coding(&text, language);
    for (data_coding, language) in [(coding, language), chosen] {
        let asked = Broadcast {
            serial,
            message_id: 50,
            data_coding,
            language,
        };
        broadcast(&asked, &text, backwards);
        if let Ok(pages) = asked.data_pages(octets) {
            let data: Vec<_> = pages
                .iter()
                .flat_map(|page| page.payload().to_vec())
                .collect();
            assert!(data.starts_with(octets));
        }
    }
});
