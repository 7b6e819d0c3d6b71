//! Errors as problem documents (RFC 9457), for every answer below `/api`.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{Ref, RefOr, Response as Described},
};
use words::Time;

use crate::fault::Fault;

pub(super) const PROBLEM: &str = "application/problem+json";

/// What went wrong (RFC 9457). It never repeats a value that was sent.
#[derive(Serialize, ToSchema)]
pub(super) struct Problem {
    /// Always `about:blank`: the status says it all.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    /// The status in words.
    #[schema(example = "Unprocessable Entity")]
    title: &'static str,
    /// The status.
    #[schema(example = 422)]
    status: u16,
    /// What to do.
    detail: String,
    /// From when it works again (429 only; also in `Retry-After`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    again: Option<String>,
    /// The rule that refused or stopped it (403 only, and only if one did).
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// What a rep can say to the requester (403 only, and only if a rule refused or stopped it).
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    /// The lines that could not be read (422 of `/events` only).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bad: Vec<BadLine>,
}

/// A line that could not be read.
#[derive(Serialize, ToSchema)]
pub(super) struct BadLine {
    /// Its number, from 1.
    pub(super) line: usize,
    /// Why, naming the key.
    pub(super) reason: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            again: None,
            rule: None,
            words: None,
            bad: Vec::new(),
        }
    }

    pub(super) fn lines(bad: Vec<BadLine>) -> Self {
        let detail = "no line of this batch could be read; the reasons stand in `bad`";
        Self {
            bad,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
        }
    }

    fn of(fault: Fault) -> Self {
        let detail = if fault.text.is_empty() {
            plain(fault.status).to_owned()
        } else {
            fault.text
        };
        let (rule, words) = fault.refusal.unzip();
        Self {
            again: fault.again.map(|at| at.to_string()),
            rule,
            words,
            ..Self::new(fault.status, detail)
        }
    }

    /// This problem as the answer, with what headers the response has.
    pub(super) fn answer(&self, response: Response) -> Response {
        let (mut parts, _) = response.into_parts();
        parts.status =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        parts.headers.remove(header::CONTENT_LENGTH);
        parts
            .headers
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        let text = serde_json::to_string(self).unwrap_or_default();
        Response::from_parts(parts, Body::from(text))
    }
}

/// Turns a [`Fault`], and any error of the framework itself, into a problem document.
pub(crate) async fn problem(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let status = response.status();
    let fault = match response.extensions_mut().remove::<Fault>() {
        Some(fault) => fault,
        None if (status.is_client_error() || status.is_server_error())
            && !is_problem(&response) =>
        {
            Fault {
                status,
                ..Fault::bad("")
            }
        }
        None => return response,
    };
    if let Some(value) = fault.again.and_then(retry_after) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    Problem::of(fault).answer(response)
}

fn is_problem(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes() == PROBLEM.as_bytes())
}

/// As a date, not in seconds: rounded up, so that whoever waits for it is not early.
fn retry_after(at: Time) -> Option<HeaderValue> {
    let whole = Time(
        at.micros()
            .saturating_add(999_999)
            .div_euclid(1_000_000)
            .saturating_mul(1_000_000),
    );
    HeaderValue::from_str(&whole.format("%a, %d %b %Y %H:%M:%S GMT")).ok()
}

fn plain(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => {
            "send a token with the header `Authorization: Bearer stt_…`; it is missing, unknown, expired or revoked"
        }
        StatusCode::FORBIDDEN => {
            "this token's role and scopes don't open this; see /api/v1/openapi.json for which do"
        }
        StatusCode::NOT_FOUND => "there is nothing here",
        StatusCode::METHOD_NOT_ALLOWED => {
            "this address takes another method; see the header `Allow`"
        }
        StatusCode::PAYLOAD_TOO_LARGE => "this is too large to send",
        status if status.is_server_error() => {
            "something failed here; nothing was changed, try again later"
        }
        _ => "this can't be read",
    }
}

/// The errors that calls of one kind share: name in the description, status, what it means.
pub(super) const SHARED: [(&str, u16, &str); 9] = [
    ("Unreadable", 400, "The body is not JSON, or broke off."),
    (
        "NoToken",
        401,
        "The token is missing, unknown, expired or revoked.",
    ),
    (
        "NotYours",
        403,
        "The token's role or scopes don't open this.",
    ),
    (
        "Missing",
        404,
        "There is nothing here, or it is not this role's to know.",
    ),
    ("Clash", 409, "Something else happened first."),
    ("TooLarge", 413, "The body is too large."),
    (
        "WrongType",
        415,
        "The content type is not one that is taken.",
    ),
    (
        "Unusable",
        422,
        "A key is unknown, missing or has a value that can't be used. Destinations don't exist here: `to` is an unknown key.",
    ),
    (
        "Limited",
        429,
        "Too many of these in a short time. `again` and the header `Retry-After` say from when it works.",
    ),
];

fn shared(statuses: &[u16]) -> BTreeMap<String, RefOr<Described>> {
    SHARED
        .iter()
        .filter(|(_, status, _)| statuses.contains(status))
        .map(|(name, status, _)| {
            (
                status.to_string(),
                RefOr::Ref(Ref::from_response_name(*name)),
            )
        })
        .collect()
}

/// What can go wrong with any token: 401, 403.
pub(super) fn guarded() -> BTreeMap<String, RefOr<Described>> {
    shared(&[401, 403])
}

/// What can go wrong with anything that is sent: 400, 413, 415, 422.
pub(super) fn sent() -> BTreeMap<String, RefOr<Described>> {
    shared(&[400, 413, 415, 422])
}

/// 403, where no token is asked for.
pub(super) struct Closed;
impl IntoResponses for Closed {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        shared(&[403])
    }
}

/// 404.
pub(super) struct Missing;
impl IntoResponses for Missing {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        shared(&[404])
    }
}

/// 409.
pub(super) struct Clash;
impl IntoResponses for Clash {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        shared(&[409])
    }
}

/// 422, for what stands in the address.
pub(super) struct Unusable;
impl IntoResponses for Unusable {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        shared(&[422])
    }
}

/// 429.
pub(super) struct Limited;
impl IntoResponses for Limited {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        shared(&[429])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_for_retry_after_is_not_early() {
        let at = Time::parse("2026-11-21T10:02:00.000001Z").expect("a time");
        let value = retry_after(at).expect("a header");
        assert_eq!(value, "Sat, 21 Nov 2026 10:02:01 GMT");
    }
}
