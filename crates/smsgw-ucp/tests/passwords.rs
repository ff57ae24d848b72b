//! Passwords are compared as a whole and shown nowhere.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use smsgw_ucp::op::{ListManagement, Op as _, SessionManagement};
use smsgw_ucp::types::{Hex, Password, PasswordBuf, SessionType};
use smsgw_ucp::{Alphabet, Frame, Quirks, Trn};

const ALPHABETS: [Alphabet; 4] = [
    Alphabet::Gsm,
    Alphabet::Ira,
    Alphabet::Latin1,
    Alphabet::German,
];

fn password(hex: &str) -> Password<'_> {
    Password::new(Hex::new(hex).unwrap()).unwrap()
}

/// `secret`, in 7 bits.
const PACKED: &str = "F3F2585EA603";

#[test]
fn it_matches_in_the_alphabet_of_the_link_or_packed() {
    for alphabet in ALPHABETS {
        let buf = PasswordBuf::new("secret", alphabet).unwrap();
        assert!(buf.as_password().matches("secret", alphabet));
        assert!(password(PACKED).matches("secret", alphabet));
        // Digits of either case are the same octets.
        let lower = SessionManagement::default().to_frame(Trn::ZERO);
        let lower: Vec<&[u8]> = lower
            .fields()
            .enumerate()
            .map(|(at, field)| if at == 4 { b"f3f2585ea603" } else { field })
            .collect();
        let kind = smsgw_ucp::OperationKind::Operation;
        let ot = SessionManagement::OT;
        let frame = Frame::from_fields(Trn::ZERO, kind, ot, &lower).unwrap();
        let decoded = frame
            .decode_with::<SessionManagement<'_>>(&Quirks::LENIENT)
            .unwrap();
        assert!(decoded.pdu.pwd.matches("secret", alphabet));
    }
    // Characters that the alphabets have in different places, or not at all.
    let at = PasswordBuf::new("p@ss", Alphabet::Ira).unwrap();
    assert!(at.as_password().matches("p@ss", Alphabet::Ira));
    assert!(!at.as_password().matches("p@ss", Alphabet::Gsm));
    assert!(!at.as_password().matches("pass", Alphabet::Ira));
    assert!(!password("E9").matches("\u{20AC}", Alphabet::Latin1));
    assert!(Password::EMPTY.matches("", Alphabet::Gsm));
}

#[test]
fn one_octet_makes_the_difference_wherever_it_is() {
    for right in ["736563726574", PACKED] {
        let octets = password(right).hex().to_vec();
        for at in 0..octets.len() {
            for bit in 0..8 {
                let mut wrong = octets.clone();
                wrong[at] ^= 1 << bit;
                let hex = smsgw_ucp::types::HexBuf::encode(&wrong);
                let wrong = Password::new(hex.as_hex()).unwrap();
                assert!(!wrong.matches("secret", Alphabet::Gsm), "{at}, {bit}");
                assert_ne!(wrong, password(right));
            }
        }
    }
    for other in ["7365637265", "73656372657400", "", "00"] {
        assert!(!password(other).matches("secret", Alphabet::Gsm), "{other}");
        assert_ne!(password(other), password("736563726574"));
    }
    assert_eq!(password("7365"), password("7365"));
    let [one, same] = ["secret"; 2].map(|text| PasswordBuf::new(text, Alphabet::Gsm).unwrap());
    assert_eq!(one, same);
    assert_ne!(one, PasswordBuf::default());
}

#[test]
fn it_is_shown_nowhere() {
    let buf = PasswordBuf::new("secret", Alphabet::Gsm).unwrap();
    let new = PasswordBuf::new("hidden", Alphabet::Gsm).unwrap();
    let login = SessionManagement {
        styp: SessionType::CHANGE_PASSWORD,
        npwd: new.as_password(),
        ..SessionManagement::login("2147".try_into().unwrap(), buf.as_password())
    };
    let list = ListManagement {
        pwd: buf.as_password(),
        npwd: new.as_password(),
        ..ListManagement::default()
    };
    let frames = [login.to_frame(Trn::ZERO), list.to_frame(Trn::ZERO)];
    let operations: Vec<_> = frames.iter().map(Frame::operation).collect();
    let shown = format!("{buf:?} {login:?} {list:?} {frames:?} {operations:?}");
    assert_eq!(shown.matches("***").count(), 9, "{shown}");
    for secret in ["secret", "7365", "hidden", "6869"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[cfg(feature = "tokio")]
#[test]
fn nor_is_it_in_what_a_client_is_told_to_do() {
    use smsgw_ucp::client::{ClientConfig, Link};

    let buf = PasswordBuf::new("secret", Alphabet::Gsm).unwrap();
    let login = SessionManagement::login("2147".try_into().unwrap(), buf.as_password());
    let shown = format!(
        "{:?} {:?}",
        ClientConfig::new(&[login]),
        Link::login(&login)
    );
    assert!(shown.contains("Frame"), "{shown}");
    assert!(!shown.contains("7365"), "{shown}");
}
