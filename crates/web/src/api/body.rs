//! What a program sends, read strictly: an unknown key is an error, and no answer repeats a value.

use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::error::Category;
use std::error::Error as _;
use words::RequestId;

use crate::{app::App, fault::Fault, plain};

/// The largest ordinary body, in bytes.
const ORDINARY: usize = 256 * 1024;

const NOWHERE: &str =
    "nothing here takes a destination: the desk sends only to what is registered on the account";

/// A JSON object with exactly these keys.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Fault;
    async fn from_request(request: Request, _: &App) -> Result<Self, Fault> {
        must_be(request.headers(), &["application/json"])?;
        Ok(Self(parse(&text(request, ORDINARY).await?)?))
    }
}

/// No body, or an empty object.
pub(super) struct Nothing;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Empty {}

impl FromRequest<App> for Nothing {
    type Rejection = Fault;
    async fn from_request(request: Request, _: &App) -> Result<Self, Fault> {
        let json = must_be(request.headers(), &["application/json"]);
        let body = text(request, ORDINARY).await?;
        if !body.is_empty() {
            json?;
            parse::<Empty>(&body)?;
        }
        Ok(Self)
    }
}

/// A document as it came, of at most `MAX` bytes of JSON.
pub(super) struct Document<const MAX: usize>(pub(super) Bytes);

impl<const MAX: usize> FromRequest<App> for Document<MAX> {
    type Rejection = Fault;
    async fn from_request(request: Request, _: &App) -> Result<Self, Fault> {
        must_be(request.headers(), &["application/json"])?;
        Ok(Self(text(request, MAX).await?))
    }
}

/// Lines of JSON, of at most `MAX` bytes together. Each is judged by itself, so that one
/// with a control character in it doesn't hold the others up.
pub(super) struct Lines<const MAX: usize>(pub(super) Bytes);

impl<const MAX: usize> FromRequest<App> for Lines<MAX> {
    type Rejection = Fault;
    async fn from_request(request: Request, _: &App) -> Result<Self, Fault> {
        must_be(
            request.headers(),
            &["application/x-ndjson", "application/json"],
        )?;
        Ok(Self(all(request, MAX).await?))
    }
}

/// A name from the path. What can't be read is no name of anything.
pub(super) struct Name(pub(super) String);

impl FromRequestParts<App> for Name {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let Path(text) = Path::from_request_parts(parts, app)
            .await
            .map_err(|_| Fault::not_found())?;
        Ok(Self(text))
    }
}

/// The number of a ticket, from the path. What is no number is no ticket.
pub(super) struct Number(pub(super) i64);

impl FromRequestParts<App> for Number {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let Name(text) = Name::from_request_parts(parts, app).await?;
        text.parse().map(Self).map_err(|_| Fault::not_found())
    }
}

/// The number of a ticket and the id of a request in it, from the path.
pub(super) struct Numbered(pub(super) i64, pub(super) RequestId);

impl FromRequestParts<App> for Numbered {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let Path((number, id)) = Path::<(String, String)>::from_request_parts(parts, app)
            .await
            .map_err(|_| Fault::not_found())?;
        match (number.parse(), id.parse()) {
            (Ok(number), Ok(id)) => Ok(Self(number, id)),
            _ => Err(Fault::not_found()),
        }
    }
}

/// What stands after the `?`.
pub(super) struct Asks<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asks<T> {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let Query(asks) = Query::from_request_parts(parts, app).await.map_err(|_| {
            unusable("the part of the address after the ? has a key that is not known here")
        })?;
        Ok(Self(asks))
    }
}

/// Well-formed, but it can't be used.
pub(super) fn unusable(text: impl Into<String>) -> Fault {
    Fault {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        ..Fault::bad(text)
    }
}

fn must_be(headers: &HeaderMap, types: &[&str]) -> Result<(), Fault> {
    let sent = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let sent = sent.split(';').next().unwrap_or_default().trim();
    if types.iter().any(|kind| sent.eq_ignore_ascii_case(kind)) {
        return Ok(());
    }
    let text = format!(
        "send this with the header `Content-Type: {}`",
        types.join("` or `")
    );
    Err(Fault {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ..Fault::bad(text)
    })
}

/// A body of JSON without control characters.
async fn text(request: Request, max: usize) -> Result<Bytes, Fault> {
    let body = all(request, max).await?;
    plain::json(&body)?;
    Ok(body)
}

async fn all(request: Request, max: usize) -> Result<Bytes, Fault> {
    to_bytes(request.into_body(), max).await.map_err(|error| {
        let long = error
            .source()
            .is_some_and(|source| source.to_string().contains("length limit"));
        if long {
            let text = format!("this is too large; send at most {} kB", max / 1024);
            Fault {
                status: StatusCode::PAYLOAD_TOO_LARGE,
                ..Fault::bad(text)
            }
        } else {
            Fault::bad("the body broke off; send it again")
        }
    })
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    // A list would be read as a struct's values in order; only an object has keys to be strict about.
    if body
        .trim_ascii_start()
        .first()
        .is_some_and(|first| *first != b'{')
    {
        return Err(Fault::bad("the body must be a JSON object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| complaint(&error.path().to_string(), error.inner()))?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Fault {
    Fault::bad(format!(
        "the body is not JSON (line {}, column {})",
        error.line(),
        error.column()
    ))
}

/// The parser's complaint: the key, and what belongs there; never what stood there.
fn complaint(path: &str, error: &serde_json::Error) -> Fault {
    if error.classify() != Category::Data {
        return not_json(error);
    }
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(text, _)| text);
    let key = printable(path);
    let quoted = printable(text.split('`').nth(1).unwrap_or_default());
    // After the last "expected" stand the words of this program, before it the sender's.
    let expected = text
        .rsplit_once(", expected ")
        .map(|(_, expected)| expected);
    unusable(if text.starts_with("unknown field") {
        match expected {
            Some(known) => format!("{quoted}: is not known here, only {known}; {NOWHERE}"),
            None => format!("{quoted}: is not known here, leave the body empty; {NOWHERE}"),
        }
    } else if text.starts_with("missing field") {
        format!("{quoted}: is missing")
    } else if text.starts_with("duplicate field") {
        format!("{quoted}: stands here twice")
    } else {
        match expected {
            Some(expected) => format!("{key}: can't be used; it must be {expected}"),
            None => format!("{key}: is not of the right form"),
        }
    })
}

/// A key as it may be repeated: what doesn't look like one might be a value in a wrong place.
fn printable(key: &str) -> &str {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.[]".contains(&b);
    if !key.is_empty() && key.len() <= 40 && key.bytes().all(plain) {
        key
    } else {
        "a key"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use words::{AccountId, Channel};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the reading of it is tested")]
    struct Thing {
        channel: Channel,
        #[serde(default)]
        account: Option<AccountId>,
        #[serde(default)]
        text: Option<String>,
    }

    fn why(body: &str) -> String {
        parse::<Thing>(body.as_bytes()).expect_err("a fault").text
    }

    #[test]
    fn a_complaint_names_the_key_and_never_the_value() {
        assert_eq!(
            why(r#"{"channel":"elm row"}"#),
            "channel: can't be used; it must be one of `email`, `chat`, `phone`, `portal`, `api`, `watch`"
        );
        assert_eq!(
            why(r#"{"channel":"chat","text":5}"#),
            "text: can't be used; it must be a string"
        );
        assert_eq!(
            why(r#"{"channel":"chat","account":"elm row"}"#),
            "account: is not of the right form"
        );
        assert_eq!(why("{}"), "channel: is missing");
        assert_eq!(
            why(r#"{"channel":"chat","channel":"chat"}"#),
            "channel: stands here twice"
        );
        assert_eq!(
            why(r#"{"channel":"#),
            "the body is not JSON (line 1, column 11)"
        );
        assert_eq!(why(r#"["chat"]"#), "the body must be a JSON object");
        assert!(why(r#"{"elm row 5":1}"#).starts_with("a key: is not known here"));
        for body in [
            r#"{"channel":", expected elm row"}"#,
            r#"{"channel":"chat","account":", expected elm row"}"#,
        ] {
            assert!(!why(body).contains("elm row"), "{}", why(body));
        }
    }

    #[test]
    fn a_destination_does_not_exist() {
        let fault = parse::<Empty>(br#"{"to":"x@evil.example"}"#).expect_err("a fault");
        assert_eq!(fault.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            fault.text,
            format!("to: is not known here, leave the body empty; {NOWHERE}")
        );
        assert!(why(r#"{"channel":"chat","to":"x@evil.example"}"#).contains(NOWHERE));
    }
}
