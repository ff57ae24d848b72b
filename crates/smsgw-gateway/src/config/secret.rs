//! Passwords: they may stand elsewhere, and are never shown.

use std::{env, fmt, fs};

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A password of the configuration.
///
/// In the file `${NAME}` stands for an environment variable (`$${` for the characters `${`), and
/// `file:PATH` for what a file holds, without the end of its last line.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn resolve(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("file:") {
            let path = expand(path, variable)?;
            let mut secret = fs::read_to_string(&path)
                .map_err(|error| format!("the secret {path:?} cannot be read: {error}"))?;
            secret.truncate(secret.trim_end_matches(['\r', '\n']).len());
            return Ok(Self(secret));
        }
        expand(text, variable).map(Self)
    }
}

impl From<&str> for Secret {
    /// Takes `text` as it is.
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

fn expand(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            expanded.push_str(before);
            expanded.push_str("${");
            rest = after;
            continue;
        }
        let (name, after) = after
            .split_once('}')
            .ok_or("\"${\" without \"}\"; write ${NAME}, or $${ for the characters")?;
        expanded.push_str(before);
        expanded.push_str(&variable(name).ok_or_else(|| {
            format!("the environment variable {name:?} is not set (or not UTF-8)")
        })?);
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Secret::resolve(text, |name| env::var(name).ok()).map_err(E::custom)
    }

    // What is usually said of a wrong type would show the value.

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Err(E::custom("a secret is a string: put it in quotes"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::custom("a secret is a string: put it in quotes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<String, String> {
        let variable = |name: &str| match name {
            "ONE" => Some("1".to_owned()),
            "TRICKY" => Some("${ONE}".to_owned()),
            "TMP_FILE" => env::temp_dir().to_str().map(|dir| format!("{dir}/none")),
            _ => None,
        };
        Secret::resolve(text, variable).map(|secret| secret.0)
    }

    #[test]
    fn variables_are_put_in_once() {
        assert_eq!(resolve("plain $x {y} $"), Ok("plain $x {y} $".into()));
        assert_eq!(resolve("${ONE}"), Ok("1".into()));
        assert_eq!(resolve("a${ONE}b${ONE}c"), Ok("a1b1c".into()));
        assert_eq!(resolve("$${ONE} ${TRICKY}"), Ok("${ONE} ${ONE}".into()));
        let error = resolve("${NONE}").unwrap_err();
        assert_eq!(
            error,
            "the environment variable \"NONE\" is not set (or not UTF-8)"
        );
        assert!(resolve("a${ONE").unwrap_err().contains("without \"}\""));
    }

    #[test]
    fn a_file_gives_its_text_without_the_line_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "two words\r\n").unwrap();
        let text = format!("file:{}", file.path().display());
        assert_eq!(resolve(&text), Ok("two words".into()));
        assert!(
            resolve("file:${TMP_FILE}/x")
                .unwrap_err()
                .contains("cannot be read")
        );
    }

    #[test]
    fn nothing_shows_it() {
        let secret = Secret::from("hidden");
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert_eq!(secret.expose(), "hidden");
    }
}
