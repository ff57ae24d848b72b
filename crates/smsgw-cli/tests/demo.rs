//! `smsgw demo --once`: four messages from end to end.
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::process::Command;

#[test]
fn four_messages_are_delivered_and_their_lives_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_smsgw"))
        .args(["demo", "--once"])
        .env("TMPDIR", directory.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let complaints = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}{complaints}");
    assert_eq!(complaints, "", "{said}");
    for (name, segments) in [
        ("http gsm-7", 1),
        ("http ucs-2", 1),
        ("http long ", 2),
        ("smpp gsm-7", 1),
    ] {
        let life: Vec<_> = said
            .lines()
            .filter_map(|line| line.strip_prefix(name))
            .collect();
        let times = |what: &[&str]| {
            let is_it = |line: &&&str| what.iter().all(|word| line.contains(word));
            life.iter().filter(is_it).count()
        };
        // The whole and each segment.
        assert_eq!(times(&["accepted"]), 1, "{name}: {said}");
        for state in ["sending", "sent ", "delivered"] {
            assert_eq!(times(&[state, "segment"]), segments, "{name}: {said}");
        }
        assert_eq!(times(&["the SMSC's id is "]), segments, "{name}: {said}");
        assert_eq!(times(&["delivered"]), segments + 1, "{name}: {said}");
    }
    assert!(said.contains("receipt back at the ESME: id:"), "{said}");
    assert!(said.contains("stat:DELIVRD"), "{said}");
    assert!(said.contains("\n4 of 4 delivered in "), "{said}");
    // Nothing is left behind.
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}
