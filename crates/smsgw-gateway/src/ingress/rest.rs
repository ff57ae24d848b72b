//! REST: messages in, messages looked up, health and metrics.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequestParts, Path, Query, Request, State};
use axum::http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, body};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use serde::{Deserialize, Serialize};
use smsgw::{Message, ReceiptRequest, Writing, language};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use crate::account::Account;
use crate::admission::{self, Gate, Refusal, Submission};
use crate::message::{MessageId, Origin, Record, State as MessageState, Timestamp};
use crate::store::{self, StoreError};
use crate::view::{View, rfc3339};

/// Most octets of a request's body.
const MOST_BODY: usize = 64 * 1024;

/// How long a request may take to arrive: its head, and its body.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long connections may take to end.
const FAREWELL: Duration = Duration::from_secs(5);

/// Messages in a list, when the request does not say, and at most.
const LIST: (usize, usize) = (50, 1000);

/// Serves until `shutdown` is true.
pub(crate) async fn serve(
    listener: TcpListener,
    gate: Gate,
    max_connections: usize,
    mut shutdown: watch::Receiver<bool>,
) {
    let service = TowerToHyperService::new(router(gate));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    let permits = Arc::new(Semaphore::new(max_connections));
    let connections = GracefulShutdown::new();
    let next = async || {
        // Never closed, so there is always a permit sometime.
        let permit = Arc::clone(&permits).acquire_owned().await.ok();
        (permit, listener.accept().await)
    };
    loop {
        let (permit, accepted) = tokio::select! {
            accepted = next() => accepted,
            // Without its sender nobody will ever say it.
            _ = shutdown.wait_for(|shutdown| *shutdown) => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                // Out of file descriptors, perhaps: it would fail again at once.
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // The answers are small and complete: nothing to gain by waiting for more.
        let _ = stream.set_nodelay(true);
        let connection = http.serve_connection(TokioIo::new(stream), service.clone());
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
            drop(permit);
        });
    }
    drop(listener);
    if timeout(FAREWELL, connections.shutdown()).await.is_err() {
        tracing::warn!("connections were still open at the end");
    }
}

fn router(gate: Gate) -> Router {
    Router::new()
        .route("/v1/messages", post(submit).get(list))
        .route("/v1/messages/{id}", get(message))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .fallback(async || Problem::not_found("no such path"))
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "this path does not take that method",
            )
        })
        .with_state(gate)
}

/// What `POST /v1/messages` takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    to: String,
    from: Option<String>,
    text: String,
    /// `none`, `auto` or the name of a language: whose tables may be used.
    language: Option<String>,
    transliterate: Option<bool>,
    /// Seconds.
    validity: Option<u64>,
    callback_url: Option<String>,
}

/// What `POST /v1/messages` answers.
#[derive(Serialize)]
struct Taken {
    id: MessageId,
    status: MessageState,
    to: String,
    from: Option<String>,
    created_at: String,
}

async fn submit(
    State(gate): State<Gate>,
    Caller(account): Caller,
    request: Request,
) -> Result<Response, Problem> {
    let body = json_body(request).await?;
    // A list would be read as the fields in their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Problem::bad_request(
            "invalid_json",
            "the body is not a JSON object",
        ));
    }
    let new: NewMessage = serde_json::from_slice(&body).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, "invalid_json", error.to_string())
    })?;
    let submission = submission(new, account, &gate)?;
    let to = submission.message.to.to_string();
    let from = submission.message.from.as_ref().map(ToString::to_string);
    let id = gate.submit(submission).await?;
    let taken = Taken {
        id,
        status: MessageState::Accepted,
        to,
        from,
        created_at: rfc3339(made_at(id)),
    };
    let location = [(LOCATION, format!("/v1/messages/{id}"))];
    Ok((StatusCode::ACCEPTED, location, json(&taken)).into_response())
}

fn submission(new: NewMessage, account: Arc<Account>, gate: &Gate) -> Result<Submission, Problem> {
    if new.text.is_empty() {
        return Err(Refusal::EmptyText.into());
    }
    let mut message = Message::text(admission::recipient(&new.to)?, &*new.text);
    message.from = match &new.from {
        Some(from) => Some(admission::sender(from)?),
        None => account.default_sender.clone(),
    };
    message.writing = writing(&new, account.writing)?;
    if let Some(validity) = new.validity.map(Duration::from_secs) {
        let max = gate.limits().max_validity;
        if validity > max {
            return Err(Refusal::ValidityTooLong { max }.into());
        }
        if validity.is_zero() {
            return Err(Problem::bad_request(
                "invalid_validity",
                "the validity is 0 seconds",
            ));
        }
        message.validity = Some(validity);
    }
    let callback = new.callback_url;
    if let Some(url) = &callback {
        crate::callback::check_url(url)
            .map_err(|reason| Problem::bad_request("invalid_callback_url", reason))?;
        message.receipt = ReceiptRequest::Final;
    }
    Ok(Submission {
        account,
        origin: Origin::Rest,
        message,
        callback,
    })
}

/// How the text may be written: as it says, or else as its account does.
fn writing(new: &NewMessage, account: Writing) -> Result<Writing, Problem> {
    let language = new.language.as_deref().map(|name| {
        language::from_name(name).ok_or_else(|| {
            let message = format!(
                "there is no language {name:?}; expected one of {}",
                language::names()
            );
            Problem::bad_request("invalid_language", message)
        })
    });
    Ok(Writing {
        language: language.transpose()?.unwrap_or(account.language),
        transliterate: new.transliterate.unwrap_or(account.transliterate),
        ..account
    })
}

async fn message(
    State(gate): State<Gate>,
    Caller(account): Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    // Another's message is answered as one that is not there: ids are not to be tried out.
    let none = || Problem::not_found("you have no message with this id");
    let Path(id) = id.map_err(|_| none())?;
    let id: MessageId = id.parse().map_err(|_| none())?;
    let record = gate.store().read(move |store| store.message(id)).await?;
    let record = record
        .filter(|record| record.account == account.id)
        .ok_or_else(none)?;
    Ok(json(&View::new(&record)))
}

/// Which messages `GET /v1/messages` lists.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    state: Option<MessageState>,
    to: Option<String>,
    limit: Option<usize>,
    before: Option<MessageId>,
}

#[derive(Serialize)]
struct List<'a> {
    messages: Vec<View<'a>>,
    /// `before` of the next page; `null` when there is none.
    next: Option<MessageId>,
}

async fn list(
    State(gate): State<Gate>,
    Caller(account): Caller,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) =
        query.map_err(|error| Problem::bad_request("invalid_query", error.body_text()))?;
    let limit = query.limit.unwrap_or(LIST.0);
    if !(1..=LIST.1).contains(&limit) {
        let message = format!("limit is 1 to {}", LIST.1);
        return Err(Problem::bad_request("invalid_query", message));
    }
    let to = query.to.as_deref().map(admission::recipient).transpose()?;
    let query = store::Query {
        account: Some(account.id.clone()),
        state: query.state,
        to: to.map(|to| to.digits),
        before: query.before,
        // One more, to see whether there is a next page.
        limit: limit + 1,
    };
    let mut records: Vec<Record> = gate.store().read(move |store| store.list(&query)).await?;
    let is_more = records.len() > limit;
    records.truncate(limit);
    Ok(json(&List {
        messages: records.iter().map(View::new).collect(),
        next: records.last().filter(|_| is_more).map(|record| record.id),
    }))
}

async fn health(State(gate): State<Gate>) -> Response {
    #[derive(Serialize)]
    struct Health {
        status: &'static str,
    }
    if gate.is_open() {
        json(&Health { status: "ok" })
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            json(&Health { status: "closing" }),
        )
            .into_response()
    }
}

async fn metrics(State(gate): State<Gate>) -> Result<Response, Problem> {
    let counts = gate.store().read(|store| store.counts()).await?;
    let mut text = String::from(
        "# HELP smsgw_messages Messages in the store, by state.\n# TYPE smsgw_messages gauge\n",
    );
    for (state, messages) in counts {
        // Writing to a string does not fail.
        let _ = writeln!(text, "smsgw_messages{{state=\"{state}\"}} {messages}");
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// The account that asks, by HTTP Basic authentication.
struct Caller(Arc<Account>);

impl FromRequestParts<Gate> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, gate: &Gate) -> Result<Self, Problem> {
        let refused = || {
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "id and password of an account are needed, by HTTP Basic authentication",
            )
        };
        let (id, password) = credentials(&parts.headers).ok_or_else(refused)?;
        gate.verify(id, password)
            .await
            .map(Self)
            .ok_or_else(refused)
    }
}

/// `Authorization: Basic base64(id:password)` (RFC 7617).
fn credentials(headers: &HeaderMap) -> Option<(String, Vec<u8>)> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = BASE64.decode(encoded.trim()).ok()?;
    let mut halves = decoded.splitn(2, |octet| *octet == b':');
    let id = String::from_utf8(halves.next()?.to_vec()).ok()?;
    Some((id, halves.next()?.to_vec()))
}

/// The body of a request that says it is JSON.
async fn json_body(request: Request) -> Result<Bytes, Problem> {
    let headers = request.headers();
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "the body must be JSON; send Content-Type: application/json",
        ));
    }
    let too_large = || {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("the body has more than {MOST_BODY} octets"),
        )
    };
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    if length
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: u64| usize::try_from(length).is_ok_and(|length| length > MOST_BODY))
    {
        return Err(too_large());
    }
    match timeout(PATIENCE, body::to_bytes(request.into_body(), MOST_BODY)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "timeout",
            "the body did not arrive in time",
        )),
    }
}

/// What goes wrong: `{"error":{"code":..,"message":..}}`.
#[derive(Debug)]
struct Problem {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    fn bad_request(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    fn not_found(message: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.http_status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, refusal.code(), refusal.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        // Where the store is and what ails it is for the operator.
        tracing::error!(%error, "a read failed");
        Refusal::Store.into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Told<'a> {
            error: Error<'a>,
        }
        #[derive(Serialize)]
        struct Error<'a> {
            code: &'a str,
            message: &'a str,
        }
        let told = Told {
            error: Error {
                code: self.code,
                message: &self.message,
            },
        };
        let mut response = (self.status, json(&told)).into_response();
        let header: Option<(HeaderName, &str)> = match self.status {
            StatusCode::UNAUTHORIZED => {
                Some((WWW_AUTHENTICATE, "Basic realm=\"smsgw\", charset=\"UTF-8\""))
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                Some((RETRY_AFTER, "5"))
            }
            _ => None,
        };
        if let Some((name, value)) = header {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(octets) => ([(CONTENT_TYPE, "application/json")], Body::from(octets)).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// When an id was made: ids of version 7 tell.
fn made_at(id: MessageId) -> Timestamp {
    let (seconds, nanoseconds) = id.0.get_timestamp().map_or((0, 0), |time| time.to_unix());
    let milliseconds = seconds
        .saturating_mul(1000)
        .saturating_add(u64::from(nanoseconds / 1_000_000));
    Timestamp(i64::try_from(milliseconds).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
