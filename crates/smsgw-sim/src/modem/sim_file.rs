//! Files of the SIM (3GPP TS 31.102 §4.2, TS 51.011 §10), and commands for it (TS 31.101 §11).

use super::sim::{Lock, Sim};

/// The status words of an answer that has no data.
type Status = (u8, u8);

const NOT_FOUND: Status = (0x94, 0x04);
const WRONG_PARAMETERS: Status = (0x6B, 0x00);
const NOT_FULFILLED: Status = (0x98, 0x04);
const UNKNOWN_INSTRUCTION: Status = (0x6D, 0x00);
const BLOCKED: Status = (0x69, 0x83);

const READ_BINARY: u8 = 0xB0;
const READ_RECORD: u8 = 0xB2;
const GET_RESPONSE: u8 = 0xC0;
const UPDATE_BINARY: u8 = 0xD6;
const UPDATE_RECORD: u8 = 0xDC;
const STATUS: u8 = 0xF2;

/// What `+CRSM` does: reads a file, or what is said of it.
pub(crate) fn access(
    sim: &Sim,
    instruction: u8,
    file: u16,
    [p1, p2, p3]: [u8; 3],
) -> Result<Vec<u8>, Status> {
    // The number of the card is there for everybody.
    if !matches!(sim.lock(), Lock::Ready) && file != ICCID && instruction != STATUS {
        return Err(NOT_FULFILLED);
    }
    let contents = || contents(sim, file).ok_or(NOT_FOUND);
    match instruction {
        READ_BINARY => {
            let Contents::Binary(octets) = contents()? else {
                return Err(WRONG_PARAMETERS);
            };
            let start = usize::from(u16::from_be_bytes([p1, p2]));
            let rest = octets.get(start..).ok_or(WRONG_PARAMETERS)?;
            let length = if p3 == 0 { rest.len() } else { p3.into() };
            Ok(rest.get(..length).ok_or((0x67, 0x00))?.to_vec())
        }
        READ_RECORD => {
            let Contents::Records(records) = contents()? else {
                return Err(WRONG_PARAMETERS);
            };
            let nth = usize::from(p1).checked_sub(1).ok_or(WRONG_PARAMETERS)?;
            let record = records.into_iter().nth(nth);
            record.ok_or((0x94, 0x02))
        }
        GET_RESPONSE => Ok(header(file, &contents()?)),
        STATUS => Ok(vec![0; 22]),
        UPDATE_BINARY | UPDATE_RECORD => {
            contents()?;
            Ok(Vec::new())
        }
        _ => Err(UNKNOWN_INSTRUCTION),
    }
}

/// What `+CSIM` does: of all commands for a SIM those by which a PIN is asked after.
pub(crate) fn apdu(sim: &Sim, apdu: &[u8]) -> Vec<u8> {
    let status = match apdu {
        // VERIFY and UNBLOCK PIN without data tell how many tries are left.
        [_, 0x20, 0, 0x01, rest @ ..] if is_empty(rest) => tries(sim.pin.retries),
        [_, 0x20, 0, 0x81, rest @ ..] if is_empty(rest) => tries(sim.pin2.retries),
        [_, 0x2C, 0, 0x01, rest @ ..] if is_empty(rest) => tries(sim.pin.puk_retries),
        [_, 0x2C, 0, 0x81, rest @ ..] if is_empty(rest) => tries(sim.pin2.puk_retries),
        [_, STATUS, ..] => (0x90, 0x00),
        [_, _, _, _, ..] => UNKNOWN_INSTRUCTION,
        _ => (0x67, 0x00),
    };
    vec![status.0, status.1]
}

fn is_empty(rest: &[u8]) -> bool {
    matches!(rest, [] | [0])
}

fn tries(left: u8) -> Status {
    if left == 0 {
        BLOCKED
    } else {
        (0x63, 0xC0 | left)
    }
}

/// A file: octets, or records of one length.
enum Contents {
    Binary(Vec<u8>),
    Records(Vec<Vec<u8>>),
}

const ICCID: u16 = 0x2FE2;
const IMSI: u16 = 0x6F07;
const SPN: u16 = 0x6F46;
const AD: u16 = 0x6FAD;
const MSISDN: u16 = 0x6F40;
const SMSP: u16 = 0x6F42;
const SST: u16 = 0x6F38;
const PHASE: u16 = 0x6FAE;
const LP: u16 = 0x6F05;
const ECC: u16 = 0x6FB7;
const GID1: u16 = 0x6F3E;
const GID2: u16 = 0x6F3F;
const FPLMN: u16 = 0x6F7B;

fn contents(sim: &Sim, file: u16) -> Option<Contents> {
    Some(match file {
        ICCID => Contents::Binary(swapped(&sim.iccid, 10)),
        IMSI => {
            // The first nibble says that the digits are odd.
            let mut octets = vec![8];
            octets.extend(swapped(&format!("9{}", sim.imsi), 8));
            Contents::Binary(octets)
        }
        SPN => {
            let mut octets = vec![0x01];
            octets.extend(padded(b"Simulated", 16));
            Contents::Binary(octets)
        }
        // The code of the network has two digits.
        AD => Contents::Binary(vec![0x00, 0x00, 0x00, 0x02]),
        PHASE => Contents::Binary(vec![0x03]),
        LP => Contents::Binary(vec![0x01, 0x00, 0xFF, 0xFF]),
        SST => Contents::Binary(vec![0xFF; 10]),
        ECC => {
            let numbers = ["112", "911"].map(|number| swapped(number, 3));
            Contents::Binary(padded(&numbers.concat(), 15))
        }
        GID1 | GID2 => Contents::Binary(vec![0xFF; 4]),
        FPLMN => Contents::Binary(vec![0xFF; 12]),
        MSISDN => Contents::Records(vec![dialling(&sim.number)]),
        SMSP => Contents::Records(vec![parameters(&sim.service_centre)]),
        _ => return None,
    })
}

/// An alpha identifier of 14 octets, and a number (TS 31.102 §4.2.26).
fn dialling(number: &str) -> Vec<u8> {
    let (ton, digits) = type_and_digits(number);
    let octets = swapped(digits, 10);
    let length = u8::try_from(digits.len().div_ceil(2) + 1).unwrap_or(0xFF);
    let mut record = vec![0xFF; 14];
    record.extend([length, ton]);
    record.extend(octets);
    record.extend([0xFF, 0xFF]);
    record
}

/// What a message is sent with; here the service centre alone (TS 31.102 §4.2.27).
fn parameters(centre: &str) -> Vec<u8> {
    let (ton, digits) = type_and_digits(centre);
    let length = u8::try_from(digits.len().div_ceil(2) + 1).unwrap_or(0xFF);
    let mut record = vec![0xFF; 14];
    // Only the service centre is there.
    record.push(0xFD);
    record.extend([0xFF; 12]);
    record.extend([length, ton]);
    record.extend(swapped(digits, 10));
    record.extend([0xFF; 3]);
    record
}

fn type_and_digits(number: &str) -> (u8, &str) {
    match number.strip_prefix('+') {
        Some(digits) => (0x91, digits),
        None => (0x81, number),
    }
}

/// Digits as semi-octets, the first in the lower half, filled with F.
fn swapped(digits: &str, octets: usize) -> Vec<u8> {
    let digits: Vec<_> = digits.bytes().map(|digit| digit & 0x0F).collect();
    let pairs = digits.chunks(2).map(|pair| match pair {
        [low, high] => high << 4 | low,
        [low] => 0xF0 | low,
        _ => 0xFF,
    });
    padded(&pairs.collect::<Vec<_>>(), octets)
}

fn padded(octets: &[u8], length: usize) -> Vec<u8> {
    let octets = octets.iter().copied();
    octets.chain(std::iter::repeat(0xFF)).take(length).collect()
}

/// What GET RESPONSE says of a file (TS 51.011 §9.2.1).
fn header(file: u16, contents: &Contents) -> Vec<u8> {
    let (size, structure, record) = match contents {
        Contents::Binary(octets) => (octets.len(), 0x00, 0),
        Contents::Records(records) => {
            let record = records.first().map_or(0, Vec::len);
            (records.len() * record, 0x01, record)
        }
    };
    let [high, low] = u16::try_from(size).unwrap_or(u16::MAX).to_be_bytes();
    let [id_high, id_low] = file.to_be_bytes();
    let record = u8::try_from(record).unwrap_or(u8::MAX);
    vec![
        0x00, 0x00, high, low, id_high, id_low, 0x04, 0x00, 0x11, 0xFF, 0xFF, 0x01, 0x02,
        structure, record,
    ]
}

#[cfg(test)]
mod tests {
    use super::super::charset::to_hex;
    use super::super::config::ModemConfig;
    use super::*;

    fn sim() -> Sim {
        let config = ModemConfig::new("+491700000001");
        Sim::new(
            &config,
            "8949010000000000011".to_owned(),
            "262010000000001".to_owned(),
            "+491710760000",
        )
    }

    fn read(sim: &Sim, instruction: u8, file: u16, parameters: [u8; 3]) -> Result<String, Status> {
        access(sim, instruction, file, parameters).map(|data| to_hex(&data))
    }

    #[test]
    fn files_are_as_the_standard_writes_them() {
        let sim = sim();
        let iccid = read(&sim, READ_BINARY, ICCID, [0, 0, 10]);
        assert_eq!(iccid.as_deref(), Ok("989410000000000010F1"));
        let imsi = read(&sim, READ_BINARY, IMSI, [0, 0, 9]);
        assert_eq!(imsi.as_deref(), Ok("082926100000000010"));
        let msisdn = read(&sim, READ_RECORD, MSISDN, [1, 4, 28]).unwrap();
        assert!(msisdn.contains("07919471000000"), "{msisdn}");
        assert_eq!(read(&sim, READ_BINARY, 0x6FFF, [0; 3]), Err(NOT_FOUND));
        assert_eq!(
            read(&sim, READ_BINARY, IMSI, [0, 10, 1]),
            Err(WRONG_PARAMETERS)
        );
        assert_eq!(
            read(&sim, READ_RECORD, MSISDN, [2, 4, 28]),
            Err((0x94, 0x02))
        );
        let header = access(&sim, GET_RESPONSE, MSISDN, [0, 0, 15]).unwrap();
        assert_eq!((header[3], header[13], header[14]), (28, 1, 28));
    }

    #[test]
    fn tries_are_told_without_one() {
        let mut sim = sim();
        let ask = |sim: &Sim, code: &[u8]| to_hex(&apdu(sim, code));
        assert_eq!(ask(&sim, &[0, 0x20, 0, 1, 0]), "63C3");
        assert_eq!(ask(&sim, &[0, 0x2C, 0, 1, 0]), "63CA");
        assert!(!sim.pin.verify("9999", false));
        assert_eq!(ask(&sim, &[0, 0x20, 0, 1, 0]), "63C2");
        sim.pin.retries = 0;
        assert_eq!(ask(&sim, &[0, 0x20, 0, 1, 0]), "6983");
        assert_eq!(ask(&sim, &[0, 0xA4, 0, 0, 0]), "6D00");
        assert_eq!(ask(&sim, &[0]), "6700");
    }
}
