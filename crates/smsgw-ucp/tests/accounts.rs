//! Which session of an account gets a notification.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::collections::HashMap;

use smsgw_ucp::ValueError;
use smsgw_ucp::session::{Account, Accounts, NotificationAddress};
use smsgw_ucp::types::Pid;

fn account(name: &str) -> Account {
    Account::new(name).unwrap()
}

fn address(nadc: &str) -> NotificationAddress {
    NotificationAddress {
        nadc: nadc.into(),
        npid: Pid::PC_OVER_TCP_IP,
    }
}

fn loads(loads: &[(u64, usize)]) -> impl Fn(u64) -> Option<usize> {
    let loads: HashMap<u64, usize> = loads.iter().copied().collect();
    move |session| loads.get(&session).copied()
}

#[test]
fn names_that_a_login_can_have() {
    for name in ["2147", "emi_client", "0031612345678", "a name"] {
        assert_eq!(account(name).as_str(), name);
        assert_eq!(account(name).to_string(), name);
    }
    assert_eq!(
        Account::new(""),
        Err(ValueError::TooShort { min: 1, had: 0 })
    );
    for name in ["a/b", "a\x02", "\u{e9}"] {
        assert!(Account::new(name).is_err(), "{name}");
    }
}

#[test]
fn the_one_with_the_least_to_do() {
    let mut accounts = Accounts::default();
    for session in 1..=3 {
        accounts.register(account("2147"), session, []);
    }
    accounts.register(account("other"), 4, []);
    let pick = |loads: &[(u64, usize)]| {
        let in_flight = self::loads(loads);
        accounts.pick(&account("2147"), None, in_flight)
    };
    assert_eq!(pick(&[(1, 5), (2, 3), (3, 4), (4, 0)]), Some(2));
    assert_eq!(pick(&[(1, 3), (2, 3), (3, 3)]), Some(1), "who came first");
    assert_eq!(pick(&[(1, 5), (3, 9)]), Some(1), "2 can take nothing");
    assert_eq!(pick(&[(4, 0)]), None, "it waits");
    assert_eq!(accounts.pick(&account("nobody"), None, |_| Some(0)), None);
}

#[test]
fn a_session_that_is_named_and_nobody_else() {
    let mut accounts = Accounts::default();
    let (first, second) = (address("1270000000015000"), address("1270000000025000"));
    accounts.register(account("2147"), 1, [first.clone()]);
    accounts.register(account("2147"), 2, [second.clone(), first.clone()]);
    accounts.register(account("2147"), 3, []);
    // The same address of another account is nobody's business.
    accounts.register(account("other"), 4, [first.clone()]);
    let free = loads(&[(1, 9), (2, 8), (3, 0), (4, 0)]);
    let pick =
        |address: &NotificationAddress| accounts.pick(&account("2147"), Some(address), &free);
    assert_eq!(pick(&first), Some(2));
    assert_eq!(pick(&second), Some(2));
    // It names no session: any will do.
    assert_eq!(pick(&address("0031612345678")), Some(3));
    let other_kind = NotificationAddress {
        npid: Pid::MOBILE_STATION,
        ..first.clone()
    };
    assert_eq!(pick(&other_kind), Some(3));
    assert!(accounts.is_named(&account("2147"), &first));
    assert!(!accounts.is_named(&account("2147"), &other_kind));
    // The named one can take nothing now: it waits for that one.
    let busy = loads(&[(1, 9), (3, 0), (4, 0)]);
    assert_eq!(accounts.pick(&account("2147"), Some(&second), busy), None);
}

#[test]
fn sessions_come_and_go() {
    let mut accounts = Accounts::default();
    accounts.register(account("2147"), 1, []);
    accounts.register(account("2147"), 2, []);
    // It moves.
    accounts.register(account("other"), 1, []);
    assert_eq!(accounts.account_of(1), Some(&account("other")));
    let sessions =
        |accounts: &Accounts, name| -> Vec<u64> { accounts.sessions(&account(name)).collect() };
    assert_eq!(sessions(&accounts, "2147"), [2]);
    assert_eq!(sessions(&accounts, "other"), [1]);
    assert_eq!(accounts.remove(1), Some(account("other")));
    assert_eq!(accounts.remove(1), None);
    assert_eq!(accounts.remove(2), Some(account("2147")));
    assert_eq!(sessions(&accounts, "2147"), []);
    assert_eq!(accounts.account_of(2), None);
    assert_eq!(accounts.pick(&account("2147"), None, |_| Some(0)), None);
}
