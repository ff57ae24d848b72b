//! Outcomes to callback URLs: one POST at a time, the engine decides when again.

use std::sync::Once;

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use crate::config::Limits;
use crate::message::Record;
use crate::view::View;

/// Most octets of a callback URL.
const MOST_URL: usize = 2048;

/// Most octets of an answer that are read, so that the connection can be used again.
const MOST_ANSWER: usize = 16 * 1024;

/// POSTs outcomes.
#[derive(Clone, Debug)]
pub(crate) struct Callbacks {
    client: Client,
}

/// An outcome was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallbackError {
    /// The URL is none, or not of HTTP.
    #[error("{0}")]
    Url(String),
    /// There was no answer.
    #[error("{0}")]
    Transport(String),
    /// The answer was not 2xx.
    #[error("answered with status {0}")]
    Status(u16),
}

impl Callbacks {
    /// # Errors
    /// When there can be no client.
    pub(crate) fn new(limits: &Limits) -> Result<Self, CallbackError> {
        install_crypto();
        let builder = || {
            Client::builder()
                .user_agent(concat!("smsgw/", env!("CARGO_PKG_VERSION")))
                .timeout(limits.callback_timeout)
                // The outcome is for who was named, not for whom that one names.
                .redirect(Policy::none())
                // What the configuration does not say does not happen.
                .no_proxy()
        };
        let client = match builder().build().map_err(transport) {
            Ok(client) => client,
            // A system without certificates, as small containers are: http still works.
            Err(error) => {
                tracing::warn!(%error, "callbacks to https will fail");
                builder().tls_certs_only([]).build().map_err(transport)?
            }
        };
        Ok(Self { client })
    }

    /// Tells `url` the outcome of `record`, once.
    ///
    /// # Errors
    /// When it was not taken: no answer, or none of 2xx.
    pub(crate) async fn post(&self, url: &str, record: &Record) -> Result<(), CallbackError> {
        let url = parse_url(url).map_err(CallbackError::Url)?;
        let body = serde_json::to_vec(&View::new(record))
            .map_err(|error| CallbackError::Transport(error.to_string()))?;
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let answer = request.send().await.map_err(transport)?;
        let status = answer.status();
        read_some(answer).await;
        if status.is_success() {
            Ok(())
        } else {
            Err(CallbackError::Status(status.as_u16()))
        }
    }
}

/// Whether outcomes can be sent to `url`.
///
/// # Errors
/// Why not.
pub(crate) fn check_url(url: &str) -> Result<(), String> {
    parse_url(url).map(drop)
}

fn parse_url(url: &str) -> Result<Url, String> {
    if url.len() > MOST_URL {
        return Err(format!("the callback URL has more than {MOST_URL} octets"));
    }
    let url = Url::parse(url).map_err(|error| format!("the callback URL is not one: {error}"))?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err("the callback URL must begin with http:// or https://".into())
    }
}

/// Reads an answer to its end when that is near. What it says does not matter, nor whether it
/// breaks off: the status was the answer.
async fn read_some(mut answer: Response) {
    let mut left = MOST_ANSWER;
    while let Ok(Some(chunk)) = answer.chunk().await {
        match left.checked_sub(chunk.len()) {
            Some(less) => left = less,
            None => return,
        }
    }
}

/// Says why without the URL: it may hold a secret.
fn transport(error: reqwest::Error) -> CallbackError {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    CallbackError::Transport(text)
}

/// rustls takes its cryptography from one place for the whole process: here.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that a program around us has chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use axum::Router;
    use axum::body::Bytes;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;
    use serde_json::Value;
    use tokio::net::TcpListener;

    use super::*;
    use crate::store::tests::record;

    #[tokio::test]
    async fn an_outcome_is_posted_once() {
        let seen: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
        let note = Arc::clone(&seen);
        let take = async move |headers: HeaderMap, body: Bytes| {
            let kind = headers[CONTENT_TYPE].to_str().unwrap().to_owned();
            note.lock()
                .unwrap()
                .push((kind, serde_json::from_slice(&body).unwrap()));
            "x".repeat(100_000)
        };
        let router = Router::new()
            .route("/take", post(take))
            .route(
                "/away",
                post(async || (StatusCode::FOUND, [("location", "/take")])),
            )
            .route("/break", post(async || StatusCode::INTERNAL_SERVER_ERROR))
            .route("/wait", post(async || std::future::pending::<()>().await));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });

        let limits = Limits {
            callback_timeout: Duration::from_millis(300),
            ..Limits::default()
        };
        let callbacks = Callbacks::new(&limits).unwrap();
        let record = record(1);
        let outcome = async |path: &str| callbacks.post(&format!("{base}{path}"), &record).await;

        assert!(outcome("/take").await.is_ok());
        assert!(matches!(
            outcome("/away").await,
            Err(CallbackError::Status(302))
        ));
        assert!(matches!(
            outcome("/break").await,
            Err(CallbackError::Status(500))
        ));
        let error = outcome("/wait?token=hidden").await.unwrap_err();
        assert!(matches!(error, CallbackError::Transport(_)));
        assert!(!error.to_string().contains("hidden"), "{error}");
        let nobody = callbacks.post("http://127.0.0.1:1/", &record).await;
        assert!(matches!(nobody, Err(CallbackError::Transport(_))));

        let seen = seen.lock().unwrap();
        let [(kind, body)] = seen.as_slice() else {
            panic!("{seen:?}")
        };
        assert_eq!(kind, "application/json");
        assert_eq!(body["id"], record.id.to_string());
        assert_eq!(body["status"], "queued");
        assert_eq!(body["parts"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn only_urls_of_http_are_taken() {
        assert_eq!(check_url("http://127.0.0.1:9000/a?b=c"), Ok(()));
        assert_eq!(check_url("https://example.com"), Ok(()));
        for url in [
            "",
            "/outcome",
            "ftp://example.com/",
            "file:///etc/passwd",
            "http://",
        ] {
            assert!(check_url(url).is_err(), "{url}");
        }
        assert!(check_url(&format!("http://a/{}", "b".repeat(MOST_URL))).is_err());
    }
}
