//! Every mistake has its line, and the sample shows every key.

use smsgw::smpp::server::ServerConfig;
use smsgw::smpp::server::guard;
use smsgw::smpp::tls::{ClientCertificates, Identity, Roots, ServerFiles};

use super::*;

const SAMPLE: &str = include_str!("../../../../docs/smsgw.toml");

const SMALL: &str = r#"[store]
path = "data"

[[listen.http]]
bind = "127.0.0.1:8080"

[[account]]
id = "shop"
password = "secret"

[[link.smpp]]
id = "operator"
address = "127.0.0.1:2776"
system_id = "gateway"
password = "secret"
"#;

fn error(text: &str) -> String {
    Config::parse(text, "smsgw.toml").unwrap_err().to_string()
}

#[test]
fn a_small_file_is_enough() {
    let config = Config::parse(SMALL, "smsgw.toml").unwrap();
    assert_eq!(config.store.path, Path::new("data"));
    assert_eq!(config.listen.http[0].bind.port(), 8080);
    assert_eq!(config.accounts[0].max_segments, 10);
    assert_eq!(config.link.smpp[0].on_unknown, OnUnknown::Wait);
    assert_eq!(config.limits.max_queued, 100_000);
    assert!(!format!("{config:?}").contains("\"secret\""));
}

#[test]
fn a_mistake_is_told_with_its_place() {
    // What is replaced in the small file, by what, and what is said of it.
    for (from, to, expected) in [
        (
            "id = \"shop\"",
            "id = ",
            "8:6: string values must be quoted",
        ),
        (
            "path =",
            "pth =",
            "2:1: unknown field `pth`, expected `path`",
        ),
        (
            "[store]",
            "[stroe]",
            "1:2: unknown field `stroe`, expected one of `store`, `listen`",
        ),
        (
            "bind = \"127.0.0.1:8080\"",
            "bind = \"here\"",
            "5:8: invalid socket address",
        ),
        (
            "bind = \"127.0.0.1:8080\"",
            "bind = 8080",
            "5:8: invalid type: integer `8080`",
        ),
        ("id = \"shop\"", "", "7:1: missing field `id`"),
        (
            "id = \"shop\"",
            "id = \"a b\"",
            "8:6: an id is 1 to 64 ASCII characters",
        ),
        (
            "password = \"secret\"\n\n",
            "\n",
            "7:1: account \"shop\" has no password",
        ),
        (
            "password = \"secret\"\n\n",
            "password = \"\"\n\n",
            "9:12: the password is empty",
        ),
        (
            "password = \"secret\"\n\n",
            "password = 12345\n\n",
            "9:12: a secret is a string",
        ),
        (
            "password = \"secret\"\n\n",
            "password = \"${NO_SUCH_THING}\"\n\n",
            "9:12: the environment variable \"NO_SUCH_THING\" is not set",
        ),
        (
            "password = \"secret\"\n\n",
            "password_hash = \"x\"\n\n",
            "9:17: not an Argon2 hash",
        ),
        (
            "\"shop\"",
            "\"shop\"\nmax_segments = 256",
            "9:16: a message has 1 to 255 segments",
        ),
        (
            "\"shop\"",
            "\"shop\"\nmax_segments = -1",
            "9:16: invalid value: integer `-1`",
        ),
        (
            "\"shop\"",
            "\"shop\"\ndefault_sender = \"Twelve chars\"",
            "9:18: the sender is neither",
        ),
        (
            "\"shop\"",
            "\"shop\"\nlanguage = \"klingon\"",
            "9:12: unknown language \"klingon\", expected one of none, auto, turkish, ",
        ),
        (
            "\"shop\"",
            "\"shop\"\ntransliterate = \"yes\"",
            "9:17: invalid type: string \"yes\", expected a boolean",
        ),
        (
            "2776\"",
            "2776\"\nlocal_address = \"eth0\"",
            "14:17: invalid IP address syntax",
        ),
        (
            "2776\"",
            "2776\"\ntls = \"yes\"",
            "14:7: invalid type: string \"yes\", expected true, false or a table",
        ),
        (
            "2776\"",
            "2776\"\ntls = { name = \"a\" }",
            "14:9: unknown field `name`, expected one of `ca`, `certificate`",
        ),
        (
            "2776\"",
            "2776\"\ntls = { ca = \"\" }",
            "14:14: the path is empty; write the name of a PEM file",
        ),
        (
            "2776\"",
            "2776\"\ntls.certificate = \"a\"",
            "14:1: a certificate without its key",
        ),
        (
            "2776\"",
            "2776\"\ntls = { key = \"a\" }",
            "14:7: a key without its certificate",
        ),
        (
            "2776\"",
            "2776\"\ntls = { server_name = \"two words\" }",
            "14:23: \"two words\" is neither a host name nor an IP address",
        ),
        ("2776\"", "2776\"\nwindow = 0", "14:10: must be at least 1"),
        (
            "2776\"",
            "2776\"\non_unknown = \"retry\"",
            "14:14: unknown variant `retry`",
        ),
        (
            "2776\"",
            "2776\"\nreceipt_id = \"hex\"",
            "14:14: unknown variant `hex`, expected one of `exact`, `case`, `unpadded`, `hex-to-decimal`, `decimal-to-hex`",
        ),
        (
            "2776\"",
            "2776\"\nenquire_link = \"0s\"",
            "14:16: must be longer than nothing",
        ),
        (
            "2776\"",
            "2776\"\nretry_pause = \"5 sec\"",
            "14:15: \"5 sec\" is not a duration",
        ),
        (
            "2776\"",
            "2776\"\nretry_pause = -5",
            "14:15: a duration cannot be negative",
        ),
        (
            "127.0.0.1:2776",
            "operator",
            "13:11: \"operator\" is not an address; write host:port",
        ),
        (
            "\"gateway\"",
            "\"a name of 16 oct\"",
            "14:13: at most 15 octets fit here",
        ),
        (
            "[[link",
            "[limits]\nmax_validity = \"1h\"\n[[link",
            "11:1: default_validity is longer",
        ),
        (
            "[[link",
            "[limits]\nmax_queued = 0\n[[link",
            "12:14: must be at least 1",
        ),
    ] {
        assert!(SMALL.contains(from), "{from}");
        let said = error(&SMALL.replacen(from, to, 1));
        assert!(
            said.starts_with(&format!("smsgw.toml:{expected}")),
            "{to}: {said}"
        );
        assert!(!said.contains('\n') && !said.contains("12345"), "{said}");
    }
}

#[test]
fn a_mistake_in_a_listener_for_smpp_is_told_with_its_place() {
    for (line, expected) in [
        (
            "max_binds = 5",
            "3:1: unknown field `max_binds`, expected one of",
        ),
        ("max_connections = 0", "3:19: must be at least 1"),
        (
            "max_connections_per_address = 0",
            "3:31: must be at least 1",
        ),
        ("max_binds_per_account = 0", "3:25: must be at least 1"),
        (
            "max_binds_per_account = -1",
            "3:25: invalid value: integer `-1`",
        ),
        ("max_handshakes = 0", "3:18: must be at least 1"),
        ("lockout.failures = -1", "3:20: invalid value: integer `-1`"),
        (
            "lockout.failure = 1",
            "3:9: unknown field `failure`, expected one of `failures`, `account_failures`",
        ),
        (
            "lockout.first = \"0s\"",
            "3:17: must be longer than nothing",
        ),
        ("lockout.within = \"1\"", "3:18: \"1\" is not a duration"),
        (
            "lockout.longest = \"59s\"",
            "3:19: first is longer than longest",
        ),
        (
            "proxies = \"10.0.0.0/8\"",
            "3:11: invalid type: string \"10.0.0.0/8\", expected a sequence",
        ),
        (
            "proxies = [\"::1\", \"10.0.0.1/8\"]",
            "3:11: \"10.0.0.1/8\": the address has bits set behind the prefix",
        ),
        (
            "proxies = [\"lb\"]",
            "3:11: \"lb\": not an IP address or network",
        ),
    ] {
        let said = error(&format!(
            "[[listen.smpp]]\nbind = \"127.0.0.1:2775\"\n{line}\n{SMALL}"
        ));
        let expected = format!("smsgw.toml:{expected}");
        assert!(said.starts_with(&expected), "{line}: {said}");
        assert!(!said.contains('\n'), "{said}");
    }
}

#[test]
fn a_listener_for_smpp_has_the_limits_of_the_library_unless_it_says_others() {
    let config = |lines: &str| {
        let listener = format!("[[listen.smpp]]\nbind = \"127.0.0.1:2775\"\n{lines}\n{SMALL}");
        let mut config = Config::parse(&listener, "smsgw.toml").unwrap();
        config.listen.smpp.remove(0)
    };
    let usual = config("");
    let server = ServerConfig::default();
    assert_eq!(usual.limits(), guard::Limits::default());
    assert_eq!(usual.max_handshakes, server.max_handshakes);
    assert_eq!(usual.proxies, server.proxies);
    let other = config(
        "max_connections = 1\nmax_connections_per_address = 2\nmax_binds_per_account = 3\n\
         lockout = { failures = 0, account_failures = 5, within = 6, first = 7, longest = 8 }\n\
         proxies = [\"10.0.0.0/8\", \"::1\"]",
    );
    let secs = Duration::from_secs;
    let limits = guard::Limits {
        connections: 1,
        connections_per_address: 2,
        sessions_per_account: 3,
        address_lockout: None,
        account_lockout: Some(guard::Lockout {
            failures: 5,
            within: secs(6),
            first: secs(7),
            longest: secs(8),
        }),
    };
    assert_eq!(other.limits(), limits);
    assert!(other.proxies.contains("10.1.2.3".parse().unwrap()));
    assert!(!other.proxies.contains("::2".parse().unwrap()));
}

#[test]
fn tls_is_asked_for_in_many_ways() {
    let listen = |tls: &str| {
        let text = format!("[[listen.smpp]]\nbind = \"127.0.0.1:2775\"\n{tls}\n{SMALL}");
        let config = Config::parse(&text, "smsgw.toml").unwrap();
        config.listen.smpp[0].tls.as_ref().map(ListenTls::files)
    };
    assert_eq!(listen(""), None);
    let ca = || "c".into();
    for (more, clients) in [
        ("", ClientCertificates::None),
        (
            ", client_ca = \"c\"",
            ClientCertificates::Required { ca: ca() },
        ),
        (
            ", client_ca = \"c\", client_certificates = \"required\"",
            ClientCertificates::Required { ca: ca() },
        ),
        (
            ", client_ca = \"c\", client_certificates = \"optional\"",
            ClientCertificates::Optional { ca: ca() },
        ),
    ] {
        let identity = Identity::new("a", "b");
        let tls = format!("tls = {{ certificate = \"a\", key = \"b\"{more} }}");
        assert_eq!(listen(&tls), Some(ServerFiles { identity, clients }));
    }
    let link = |tls: &str| {
        let config = Config::parse(&format!("{SMALL}{tls}"), "smsgw.toml").unwrap();
        let tls = config.link.smpp[0].tls.clone()?;
        Some((tls.roots(), tls.identity(), tls.server_name))
    };
    assert_eq!(link(""), None);
    assert_eq!(link("tls = false"), None);
    assert_eq!(link("tls = true"), Some((Roots::Public, None, None)));
    assert_eq!(link("tls = {}"), link("tls = true"));
    assert_eq!(
        link("tls = { ca = \"c\", certificate = \"a\", key = \"b\", server_name = \"::1\" }"),
        Some((
            Roots::File(ca()),
            Some(Identity::new("a", "b")),
            Some("::1".into())
        ))
    );
}

#[test]
fn what_is_missing_or_double_is_told() {
    let without = |start: &str| {
        let (before, rest) = SMALL.split_once(start).unwrap();
        let after = rest.split_once("\n\n").map_or("", |(_, after)| after);
        error(&format!("{before}{after}"))
    };
    assert_eq!(without("[store]"), "smsgw.toml:1:1: missing field `store`");
    assert!(without("[[listen.http]]").starts_with("smsgw.toml: nothing to listen on; add [["));
    assert!(without("[[account]]").starts_with("smsgw.toml: nobody may send; add [[account]]"));
    assert!(without("[[link.smpp]]").starts_with("smsgw.toml: no link to send by; add [["));

    let twice = |start: &str| {
        let (_, rest) = SMALL.split_once(start).unwrap();
        let block = rest.split_once("\n\n").map_or(rest, |(block, _)| block);
        error(&format!("{SMALL}{start}{block}"))
    };
    assert_eq!(
        twice("[[account]]"),
        "smsgw.toml:17:6: there are two accounts \"shop\"; give one another id"
    );
    assert!(twice("[[link.smpp]]").starts_with("smsgw.toml:16:1: only one link for now"));
    assert!(twice("[[listen.http]]").starts_with("smsgw.toml:17:8: 127.0.0.1:8080 is taken"));
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let error = Config::load(Path::new("/none/smsgw.toml"))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("/none/smsgw.toml: cannot be read: "),
        "{error}"
    );
}

/// The sample with what is commented out as it is by default.
fn sample_with_defaults() -> String {
    let is_setting =
        |line: &&str| line.starts_with('#') && !line.starts_with("# ") && line.len() > 1;
    let lines = SAMPLE
        .lines()
        .map(|line| if is_setting(&line) { &line[1..] } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_the_sample_comments_out_is_the_default() {
    let config = Config::parse(SAMPLE, "docs/smsgw.toml").unwrap();
    let spelled_out = Config::parse(&sample_with_defaults(), "docs/smsgw.toml").unwrap();
    assert_eq!(format!("{config:?}"), format!("{spelled_out:?}"));
}

/// And with its examples.
fn sample_with_examples() -> String {
    let uncommented = |line| {
        let example = str::strip_prefix(line, "# ")?;
        let (key, _) = example.split_once(" = ")?;
        let is_key = key.bytes().all(|c| matches!(c, b'a'..=b'z' | b'_' | b'.'));
        is_key.then_some(example)
    };
    let sample = sample_with_defaults();
    let lines = sample.lines().map(|line| uncommented(line).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_key_is_in_the_sample() {
    let sample = sample_with_examples();
    Config::parse(&sample, "docs/smsgw.toml").unwrap();
    let sample: toml::Table = toml::from_str(&sample).unwrap();
    // Each table with a key that is not known: the error names those that are.
    for (table, key) in [
        ("", "no_such_key"),
        ("[store]", "no_such_key"),
        ("[[listen.http]]", "no_such_key"),
        ("[[listen.smpp]]", "no_such_key"),
        ("[[listen.smpp]]", "lockout.no_such_key"),
        ("[[listen.smpp]]", "tls.no_such_key"),
        ("[[account]]", "no_such_key"),
        ("[[link.smpp]]", "no_such_key"),
        ("[[link.smpp]]", "tls.no_such_key"),
        ("[limits]", "no_such_key"),
    ] {
        let said = error(&format!("{table}\n{key} = 1"));
        let (_, known) = said.split_once("expected ").unwrap();
        let keys: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        assert!(!keys.is_empty(), "{said}");
        let mut entries = vec![toml::Value::Table(sample.clone())];
        let inner_table = key.strip_suffix("no_such_key").unwrap_or_default();
        for name in table
            .trim_matches(['[', ']'])
            .split('.')
            .chain(inner_table.split('.'))
            .filter(|name| !name.is_empty())
        {
            let inner = entries.iter().filter_map(|entry| entry.get(name).cloned());
            entries = inner
                .flat_map(|value| match value {
                    toml::Value::Array(list) => list,
                    other => vec![other],
                })
                .collect();
        }
        for known in keys {
            assert!(
                entries.iter().any(|entry| entry.get(known).is_some()),
                "{table} {key} {known}"
            );
        }
    }
}
