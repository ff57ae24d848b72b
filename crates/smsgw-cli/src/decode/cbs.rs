//! `smsgw decode cbs`: a page of cell broadcast.

use serde_json::{Map, Value as Json};
use smsgw_gsm::cbs::{CONTENT_OCTETS, PAGE_OCTETS, Page, PageParameter};
use smsgw_gsm::{Decoded, Quirks, Tolerated};

use super::dissect;
use super::input::{self, Decode, Style, printable};
use super::keys::Keys;
use super::table::Table;
use crate::encode;
use crate::error::Error;

/// A page that was read.
pub(crate) struct Read<'a> {
    pub(crate) page: Page<'a>,
    tolerated: Tolerated,
    /// After the page.
    trailing: &'a [u8],
}

pub(crate) fn read<'a>(octets: &'a [u8], quirks: &Quirks) -> Result<Read<'a>, Error> {
    let Decoded { pdu, tolerated } = Page::decode_with(octets, quirks)?;
    Ok(Read {
        page: pdu,
        tolerated,
        trailing: octets.get(PAGE_OCTETS..).unwrap_or_default(),
    })
}

impl Read<'_> {
    /// The octets once more.
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        [&self.page.to_vec(), self.trailing].concat()
    }

    /// The fields by the names of the vectors. Those that end in `_hex` stand beside a field
    /// that would not be written with the same octets.
    pub(crate) fn json(&self) -> Map<String, Json> {
        let page = &self.page;
        let coding = page.data_coding();
        let mut keys = Keys::default();
        keys.put_hex("serial", &page.serial().0.to_be_bytes());
        let scope = page.serial().geographical_scope();
        keys.put("geo_scope", scope.number());
        keys.put("geo_scope_name", scope.name());
        keys.put("message_code", page.serial().message_code());
        keys.put("update_number", page.serial().update_number());
        keys.put("message_id", page.message_id());
        keys.put_hex("dcs", &[coding.0]);
        keys.put("dcs_group", coding.group().name());
        keys.put("page", page.number());
        keys.put("pages", page.total());
        if PageParameter::new(page.number(), page.total()) != Some(page.page_parameter()) {
            keys.put_hex("page_hex", &[page.page_parameter().0]);
        }
        keys.put("language", page.language().map(|code| code.to_string()));
        keys.put("alphabet", coding.alphabet().name());
        keys.put("class", coding.class().map(|class| class.number()));
        keys.put("compressed", coding.is_compressed());
        if let Some(header) = page.header() {
            keys.header(&header);
        }
        let text = page.text();
        if let Some(text) = &text {
            keys.put("text", text.as_str());
        }
        match page.septets() {
            Some(septets) => keys.put("septets", septets),
            None => keys.put_hex("data_hex", page.payload()),
        }
        let written = match (page.header(), page.septets()) {
            (Some(_), Some(_)) => None,
            (header, None) => {
                let header = header.map_or(&[][..], |header| header.octets());
                Some([header, page.payload()].concat())
            }
            (None, Some(_)) => {
                let text = text.unwrap_or_default();
                let content = encode::cbs::of_text(coding, page.language(), &text);
                content.ok().map(|content| content.to_vec())
            }
        };
        if written.as_deref() != Some(page.content().as_slice()) {
            keys.put_hex("content_hex", page.content());
        }
        keys.trailing(self.trailing);
        keys.tolerated(&self.tolerated);
        keys.finish()
    }
}

pub(super) struct Decoder {
    quirks: Quirks,
}

impl Decoder {
    pub(super) fn new(args: &input::Args) -> Self {
        let quirks = args.gsm_quirks();
        Self { quirks }
    }
}

impl Decode for Decoder {
    fn json(&self, octets: &[u8]) -> Result<Json, Error> {
        Ok(Json::Object(read(octets, &self.quirks)?.json()))
    }

    fn text(&self, octets: &[u8], style: Style) -> Result<String, Error> {
        let Read {
            page,
            tolerated,
            trailing,
        } = read(octets, &self.quirks)?;
        let mut table = Table::new(octets, style);
        table.title(&format!(
            "message {}, {}",
            page.message_id(),
            page.page_parameter()
        ));
        table.row(2, "Serial Number", &page.serial().to_string());
        table.row(2, "Message Identifier", &page.message_id().to_string());
        table.row(1, "Data Coding Scheme", &page.data_coding().to_string());
        table.row(1, "Page Parameter", &page.page_parameter().to_string());
        let mut content = CONTENT_OCTETS;
        if let Some(header) = page.header() {
            dissect::elements(&mut table, &header);
            content -= header.octets().len();
        }
        table.row(content, "Content of Message", "");
        table.row(trailing.len(), "(stray octets)", "");
        if let Some(language) = page.language() {
            table.remark("language", language.as_str());
        }
        if let Some(text) = page.text() {
            table.remark("text", &printable(&text));
        }
        dissect::faults(&mut table, &tolerated);
        Ok(table.finish())
    }
}
