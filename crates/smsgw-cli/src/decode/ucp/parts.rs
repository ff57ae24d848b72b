//! What the fields of an operation or a result mean, whichever it is.

use std::net::SocketAddrV4;

use serde_json::{Map, Value as Json, json};
use smsgw_gsm::dcs::{self, DataCodingScheme};
use smsgw_gsm::ucs2;
use smsgw_ucp::types::{
    Address, Content, GsmUdh, Hex, Message, Minute, PackedName, Pid, Second, Sender, Service, XSer,
};
use smsgw_ucp::{Alphabet, Answer, MessageKey, Operation, OperationType, Reason};

/// What operations have in common, as far as this one has it.
#[derive(Default)]
pub(super) struct Parts<'a> {
    deferred: Option<Minute>,
    validity: Option<Minute>,
    time_stamp: Option<Second>,
    delivered: Option<Second>,
    /// The TCP/IP address that NAdC is.
    pub(super) notify: Option<SocketAddrV4>,
    /// A name in OAdC.
    pub(super) sender: Option<PackedName<'a>>,
    /// A name in AdC: of who is told what became of the message.
    pub(super) notified: Option<PackedName<'a>>,
    pub(super) reason: Option<Reason>,
    pub(super) message: Option<Message<'a>>,
    pub(super) xser: XSer<'a>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(operation: &Operation<'a>) -> Self {
        let message = |message: Message<'a>| Self {
            message: Some(message),
            ..Self::default()
        };
        match operation {
            Operation::CallInput(op) => message(op.message.into()),
            Operation::MultipleAddressCallInput(op) => message(op.message.into()),
            Operation::SupplementaryCallInput(op) => Self {
                deferred: op.ddt,
                ..message(op.message.into())
            },
            Operation::SmsMessageTransfer(op) => Self {
                deferred: op.ddt,
                validity: op.vp,
                notify: socket(op.nadc, op.npid),
                // It has no more digits than a message may have.
                ..message(Message::text(op.amsg.hex()).unwrap_or_default())
            },
            Operation::SubmitShortMessage(op) => Self {
                deferred: op.ddt,
                validity: op.vp,
                notify: socket(op.nadc, op.npid),
                sender: name(op.oadc.sender(op.otoa)),
                xser: op.xser,
                ..message(op.message)
            },
            Operation::DeliverShortMessage(op) => Self {
                time_stamp: op.scts,
                sender: name(op.oadc.sender(op.otoa)),
                xser: op.xser,
                ..message(op.message)
            },
            Operation::DeliverNotification(op) => Self {
                time_stamp: op.scts,
                delivered: op.dscts,
                notified: name(op.adc.sender_without_otoa()),
                reason: op.rsn.reason(),
                ..message(op.message)
            },
            Operation::ModifyMessage(op) => Self {
                deferred: op.ddt,
                validity: op.vp,
                notify: socket(op.nadc, op.npid),
                time_stamp: op.scts,
                sender: name(op.oadc.sender(op.otoa)),
                xser: op.xser,
                ..message(op.message)
            },
            Operation::DeleteMessage(op) => message(op.message.into()),
            Operation::ResponseInquiryMessage(op) => message(op.message.into()),
            Operation::ResponseDeleteMessage(op) => message(op.message.into()),
            _ => Self::default(),
        }
    }

    /// Under the keys of the vectors.
    pub(super) fn json(&self, alphabet: Alphabet) -> Map<String, Json> {
        let mut keys = Map::new();
        let mut put = |name: &str, value: Json| keys.insert(name.to_owned(), value);
        let times = [
            ("ddt", self.deferred.map(|time| time.to_string())),
            ("vp", self.validity.map(|time| time.to_string())),
            ("scts", self.time_stamp.map(|time| time.to_string())),
            ("dscts", self.delivered.map(|time| time.to_string())),
        ];
        for (name, time) in times {
            if let Some(time) = time {
                put(name, json!(time));
            }
        }
        if let Some(name) = self.sender {
            put("oadc_text", json!(name.text()));
        }
        if !self.xser.is_empty() {
            let service = |it: Service<'_>| json!({ "type": it.tt.0, "data": digits(it.data) });
            put("xser", self.xser.services().map(service).collect());
        }
        if let Some(udh) = self.udh() {
            put("udh", json!(digits(udh)));
            if !GsmUdh(udh).has_right_length() {
                put("udh_len_octet_wrong", json!(true));
            }
        }
        if let Some(dcs) = self.xser.dcs() {
            put("dcs", json!(dcs));
        }
        let message = self.message.unwrap_or_default();
        match message.content() {
            Content::Numeric(text) if !text.is_empty() => {
                put("digits", json!(text));
            }
            Content::Text(hex) if !hex.is_empty() => {
                put("text", json!(hex.text(alphabet)));
            }
            Content::Octets { hex, .. } => {
                if !hex.is_empty() {
                    put("octets", json!(digits(hex)));
                }
                if let Some(bits) = message.nb() {
                    put("nb", json!(bits));
                }
                if self.is_ucs2() && byte_order_mark(&hex.to_vec()).is_some() {
                    put("bom", json!(true));
                }
            }
            _ => {}
        }
        keys
    }

    /// The text of the message, where it is one.
    pub(super) fn text(&self, message: Message<'_>, alphabet: Alphabet) -> Option<String> {
        match message.content() {
            Content::Empty => None,
            Content::Numeric(digits) => Some(digits.to_owned()),
            Content::Text(hex) => Some(hex.text(alphabet)),
            Content::Octets { hex, .. } => self.is_ucs2().then(|| of_ucs2(&hex.to_vec())),
        }
    }

    /// The user data header, its length octet first.
    pub(super) fn udh(&self) -> Option<Hex<'a>> {
        self.xser.udh()
    }

    fn is_ucs2(&self) -> bool {
        let coding = self.xser.dcs().map(DataCodingScheme);
        coding.is_some_and(|coding| {
            coding.alphabet() == dcs::Alphabet::Ucs2 && !coding.is_compressed()
        })
    }
}

/// Under the keys of the vectors.
pub(super) fn of_answer(answer: &Answer<'_>) -> Map<String, Json> {
    let mut keys = Map::new();
    if let Some(error_code) = answer.error_code() {
        keys.insert("ec".to_owned(), json!(error_code.0));
        return keys;
    }
    // An alert has the number of messages that wait, a deletion a number that may look like a time.
    let names = !matches!(
        answer.ot(),
        OperationType::SMT_ALERT | OperationType::RESPONSE_DELETE_MESSAGE
    );
    let named: Vec<_> = answer.sm().keys().filter(|_| names).map(key).collect();
    if !named.is_empty() {
        keys.insert("sm".to_owned(), json!(named));
    }
    keys
}

fn key(key: MessageKey<'_>) -> Json {
    let scts = key.scts.to_string();
    match key.adc {
        "" => json!({ "scts": scts }),
        adc => json!({ "adc": adc, "scts": scts }),
    }
}

fn socket(nadc: Address<'_>, npid: Pid) -> Option<SocketAddrV4> {
    nadc.socket_address()
        .filter(|_| npid == Pid::PC_OVER_TCP_IP)
}

const fn name(sender: Sender<'_>) -> Option<PackedName<'_>> {
    match sender {
        Sender::Name(name) => Some(name),
        _ => None,
    }
}

/// In upper case, whatever the peer wrote.
fn digits(hex: Hex<'_>) -> String {
    hex.as_str().to_ascii_uppercase()
}

/// What comes before UCS-2 although nothing should, as it says what is known.
fn byte_order_mark(octets: &[u8]) -> Option<[u8; 2]> {
    match octets.first_chunk() {
        Some(mark @ ([0xFE, 0xFF] | [0xFF, 0xFE])) => Some(*mark),
        _ => None,
    }
}

/// Big endian, unless a mark says otherwise.
fn of_ucs2(octets: &[u8]) -> String {
    let Some(mark) = byte_order_mark(octets) else {
        return ucs2::decode(octets);
    };
    let octets = octets.get(mark.len()..).unwrap_or_default();
    if mark == [0xFE, 0xFF] {
        return ucs2::decode(octets);
    }
    let (pairs, odd) = octets.as_chunks::<2>();
    let swapped = pairs.iter().flat_map(|[low, high]| [*high, *low]);
    ucs2::decode(&swapped.chain(odd.iter().copied()).collect::<Vec<_>>())
}
