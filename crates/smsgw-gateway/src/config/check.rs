//! What the types of the configuration cannot say.

use std::collections::HashSet;
use std::path::PathBuf;

use argon2::password_hash::phc::PasswordHash;
use rustls::pki_types::ServerName;

use super::{Account, Config, Limits, LinkSmpp, LinkTls, Listen, ListenSmpp, Lockout};

/// Something wrong, and at which key: `link.smpp.0.window`.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) at: String,
    pub(super) message: String,
}

type Checked = Result<(), Problem>;

fn problem(at: impl Into<String>, message: impl Into<String>) -> Checked {
    Err(Problem {
        at: at.into(),
        message: message.into(),
    })
}

pub(super) fn first_problem(config: &Config) -> Option<Problem> {
    check(config).err()
}

fn check(config: &Config) -> Checked {
    if config.store.path.as_os_str().is_empty() {
        return problem(
            "store.path",
            "the path is empty; write the name of a directory",
        );
    }
    listeners(&config.listen)?;
    if config.accounts.is_empty() {
        return problem(
            "account",
            "nobody may send; add [[account]] with id and password",
        );
    }
    let mut ids = HashSet::new();
    for (n, entry) in config.accounts.iter().enumerate() {
        account(entry, &format!("account.{n}"))?;
        if !ids.insert(&entry.id) {
            return problem(
                format!("account.{n}.id"),
                format!("there are two accounts {:?}; give one another id", entry.id),
            );
        }
    }
    match config.link.smpp.as_slice() {
        [] => return problem("link", "no link to send by; add [[link.smpp]]"),
        [only] => link(only, "link.smpp.0")?,
        _ => {
            return problem(
                "link.smpp.1",
                "only one link for now; remove this [[link.smpp]]",
            );
        }
    }
    limits(&config.limits)
}

fn listeners(listen: &Listen) -> Checked {
    if listen.http.is_empty() && listen.smpp.is_empty() {
        return problem(
            "listen",
            "nothing to listen on; add [[listen.http]] or [[listen.smpp]]",
        );
    }
    for (n, http) in listen.http.iter().enumerate() {
        at_least_one(
            http.max_connections,
            &format!("listen.http.{n}.max_connections"),
        )?;
    }
    for (n, smpp) in listen.smpp.iter().enumerate() {
        listen_smpp(smpp, &format!("listen.smpp.{n}"))?;
    }
    let http = listen
        .http
        .iter()
        .enumerate()
        .map(|(n, http)| ("http", n, http.bind));
    let smpp = listen
        .smpp
        .iter()
        .enumerate()
        .map(|(n, smpp)| ("smpp", n, smpp.bind));
    let mut binds = HashSet::new();
    for (kind, n, bind) in http.chain(smpp) {
        if bind.port() != 0 && !binds.insert(bind) {
            return problem(
                format!("listen.{kind}.{n}.bind"),
                format!("{bind} is taken by another listener; give this one another port"),
            );
        }
    }
    Ok(())
}

fn listen_smpp(smpp: &ListenSmpp, at: &str) -> Checked {
    if let Some(tls) = &smpp.tls {
        let ca = tls.client_ca.as_ref();
        for (key, file) in [
            ("certificate", Some(&tls.certificate)),
            ("key", Some(&tls.key)),
            ("client_ca", ca),
        ] {
            pem_file(file, &format!("{at}.tls.{key}"))?;
        }
        if tls.client_certificates.is_some() && ca.is_none() {
            return problem(
                format!("{at}.tls.client_certificates"),
                "nobody signs them; add client_ca with the file of those who do",
            );
        }
    }
    octets(&smpp.system_id, 15, &format!("{at}.system_id"))?;
    for (key, most) in [
        ("max_connections", smpp.max_connections),
        (
            "max_connections_per_address",
            smpp.max_connections_per_address,
        ),
        ("max_binds_per_account", smpp.max_binds_per_account),
        ("max_handshakes", smpp.max_handshakes),
    ] {
        at_least_one(most, &format!("{at}.{key}"))?;
    }
    let Lockout {
        within,
        first,
        longest,
        ..
    } = smpp.lockout;
    for (key, duration) in [("within", within), ("first", first)] {
        if duration.is_zero() {
            return problem(
                format!("{at}.lockout.{key}"),
                "must be longer than nothing; failures = 0 is for no lockout",
            );
        }
    }
    if first > longest {
        return problem(
            format!("{at}.lockout.longest"),
            "first is longer than longest; change one",
        );
    }
    Ok(())
}

fn account(account: &Account, at: &str) -> Checked {
    let Account {
        id,
        password,
        password_hash,
        max_segments,
        default_sender,
        language: _,
        transliterate: _,
    } = account;
    if id.is_empty() || id.len() > 64 || !id.bytes().all(|c| c.is_ascii_graphic() && c != b':') {
        return problem(
            format!("{at}.id"),
            "an id is 1 to 64 ASCII characters, without spaces and colons",
        );
    }
    match (password, password_hash) {
        (Some(_), Some(_)) => {
            return problem(
                format!("{at}.password"),
                format!("account {id:?} has a password and a password_hash; remove one"),
            );
        }
        (None, None) => {
            return problem(
                at,
                format!("account {id:?} has no password; add password or password_hash"),
            );
        }
        (Some(password), None) if password.expose().is_empty() => {
            return problem(format!("{at}.password"), "the password is empty; write one");
        }
        (None, Some(hash)) => {
            let is_argon2 = PasswordHash::new(hash.expose()).is_ok_and(|hash| {
                hash.algorithm.as_str().starts_with("argon2") && hash.hash.is_some()
            });
            if !is_argon2 {
                return problem(
                    format!("{at}.password_hash"),
                    "not an Argon2 hash; it begins with $argon2id$",
                );
            }
        }
        (Some(_), None) => {}
    }
    if !(1..=255).contains(max_segments) {
        return problem(
            format!("{at}.max_segments"),
            format!("a message has 1 to 255 segments, not {max_segments}"),
        );
    }
    if let Some(sender) = default_sender
        && let Err(refusal) = crate::admission::sender(sender)
    {
        return problem(format!("{at}.default_sender"), refusal.to_string());
    }
    Ok(())
}

fn link(link: &LinkSmpp, at: &str) -> Checked {
    if link.id.is_empty() {
        return problem(
            format!("{at}.id"),
            "the id is empty; write a name for the link",
        );
    }
    let is_address = link.address.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port != 0)
    });
    if !is_address {
        return problem(
            format!("{at}.address"),
            format!("{:?} is not an address; write host:port", link.address),
        );
    }
    if let Some(tls) = &link.tls {
        link_tls(tls, &format!("{at}.tls"))?;
    }
    octets(&link.system_id, 15, &format!("{at}.system_id"))?;
    // What is wrong is told by its length alone.
    if link.password.expose().len() > 8 || link.password.expose().contains('\0') {
        return problem(
            format!("{at}.password"),
            "a password of SMPP has at most 8 octets; ask the carrier for a shorter one",
        );
    }
    octets(&link.system_type, 12, &format!("{at}.system_type"))?;
    at_least_one(link.window, &format!("{at}.window"))?;
    if link.window > 10_000 {
        return problem(format!("{at}.window"), "a window is 10000 at most");
    }
    at_least_one(link.max_attempts, &format!("{at}.max_attempts"))?;
    for (key, duration) in [
        ("response_timeout", link.response_timeout),
        ("enquire_link", link.enquire_link),
    ] {
        if duration.is_zero() {
            return problem(
                format!("{at}.{key}"),
                "must be longer than nothing; try \"30s\"",
            );
        }
    }
    Ok(())
}

fn link_tls(tls: &LinkTls, at: &str) -> Checked {
    for (key, file) in [
        ("ca", &tls.ca),
        ("certificate", &tls.certificate),
        ("key", &tls.key),
    ] {
        pem_file(file.as_ref(), &format!("{at}.{key}"))?;
    }
    match (&tls.certificate, &tls.key) {
        (Some(_), None) => return problem(at, "a certificate without its key; add key"),
        (None, Some(_)) => return problem(at, "a key without its certificate; add certificate"),
        _ => {}
    }
    if let Some(name) = &tls.server_name
        && ServerName::try_from(name.as_str()).is_err()
    {
        return problem(
            format!("{at}.server_name"),
            format!("{name:?} is neither a host name nor an IP address"),
        );
    }
    Ok(())
}

fn pem_file(path: Option<&PathBuf>, at: &str) -> Checked {
    if path.is_some_and(|path| path.as_os_str().is_empty()) {
        return problem(at, "the path is empty; write the name of a PEM file");
    }
    Ok(())
}

fn limits(limits: &Limits) -> Checked {
    at_least_one(limits.max_queued, "limits.max_queued")?;
    at_least_one(limits.max_text, "limits.max_text")?;
    at_least_one(limits.callback_attempts, "limits.callback_attempts")?;
    for (key, duration) in [
        ("default_validity", limits.default_validity),
        ("max_validity", limits.max_validity),
        ("callback_timeout", limits.callback_timeout),
    ] {
        if duration.is_zero() {
            return problem(format!("limits.{key}"), "must be longer than nothing");
        }
    }
    if limits.default_validity > limits.max_validity {
        return problem(
            "limits.default_validity",
            "default_validity is longer than max_validity; change one",
        );
    }
    Ok(())
}

fn at_least_one(value: impl TryInto<u64>, at: &str) -> Checked {
    if value.try_into().is_ok_and(|value| value == 0) {
        return problem(at, "must be at least 1");
    }
    Ok(())
}

/// A C-octet string of SMPP with its length.
fn octets(text: &str, most: usize, at: &str) -> Checked {
    if text.len() > most || text.contains('\0') {
        return problem(
            at,
            format!(
                "at most {most} octets fit here, {text:?} has {}",
                text.len()
            ),
        );
    }
    Ok(())
}
