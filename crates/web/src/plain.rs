//! Text from outside holds no control characters but tabs and line breaks. Nobody sees the others, they
//! change what a text looks like elsewhere, and `PostgreSQL` takes no NUL. They are refused here, at the
//! door, so that nothing behind it has to think of them.

use axum::{
    RequestExt as _,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, StatusCode, header},
};

use crate::fault::Fault;

const WHY: &str = "a character that nobody can see, such as one with the code 0, stands in this; take it out and send it again";

/// Whether a character is none of a text.
fn hidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

fn why() -> Fault {
    Fault {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        ..Fault::bad(WHY)
    }
}

/// The request, if its path, its query and its form are plain.
///
/// # Errors
/// 404 for the path, 400 for the query, 422 for the form; 413 for a form that is too large.
pub(crate) async fn check(request: Request) -> Result<Request, Fault> {
    let uri = request.uri();
    if decoded(uri.path().as_bytes()).contains(char::is_control) {
        return Err(Fault::not_found());
    }
    if decoded(uri.query().unwrap_or_default().as_bytes()).contains(hidden) {
        return Err(Fault::bad(WHY));
    }
    if !is_form(request.headers()) {
        return Ok(request);
    }
    let (parts, body) = request.with_limited_body().into_parts();
    let form = to_bytes(body, usize::MAX).await.map_err(|_| Fault {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        ..Fault::bad("that is too large to send; shorten it and try again")
    })?;
    if decoded(&form).contains(hidden) {
        return Err(why());
    }
    Ok(Request::from_parts(parts, Body::from(form)))
}

/// Refuses JSON with a control character in a text, as it is or as an escape. Whether it is JSON at all is
/// for its reader to say.
///
/// # Errors
/// 422.
pub(crate) fn json(body: &[u8]) -> Result<(), Fault> {
    let mut rest = body;
    loop {
        rest = match rest {
            [] => return Ok(()),
            [b'\\', b'b' | b'f', ..] => return Err(why()),
            [b'\\', b'u', a, b, c, d, ..] if escaped([*a, *b, *c, *d]).is_some_and(hidden) => {
                return Err(why());
            }
            // What follows a backslash is no backslash of its own.
            [b'\\', _, rest @ ..] | [0x20..=0x7e | b'\n' | b'\r' | b'\t', rest @ ..] => rest,
            // The two bytes of U+0080 to U+009F.
            [0xc2, 0x80..=0x9f, ..] | [0x00..=0x1f | 0x7f, ..] => return Err(why()),
            [_, rest @ ..] => rest,
        }
    }
}

fn escaped(digits: [u8; 4]) -> Option<char> {
    let digits = std::str::from_utf8(&digits).ok()?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

fn is_form(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

/// A text with its `%00` read.
fn decoded(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return String::from_utf8_lossy(&out).into_owned(),
            [b'%', a, b, after @ ..] if let Some(byte) = byte(*a, *b) => {
                out.push(byte);
                after
            }
            [plain, after @ ..] => {
                out.push(*plain);
                after
            }
        }
    }
}

fn byte(a: u8, b: u8) -> Option<u8> {
    let digit = |d: u8| char::from(d).to_digit(16);
    u8::try_from(digit(a)? * 16 + digit(b)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn status(uri: &str, form: &str) -> u16 {
        let request = Request::builder()
            .uri(uri)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .expect("a request");
        check(request)
            .await
            .map_or_else(|fault| fault.status.as_u16(), |_| 200)
    }

    #[tokio::test]
    async fn what_nobody_sees_is_refused_in_paths_queries_and_forms() {
        for hidden in ["%00", "%1b", "%7F", "%C2%85"] {
            assert_eq!(status(&format!("/a{hidden}b"), "").await, 404, "{hidden}");
            assert_eq!(
                status(&format!("/a?q=b{hidden}"), "").await,
                400,
                "{hidden}"
            );
            assert_eq!(
                status("/a", &format!("text=b{hidden}c")).await,
                422,
                "{hidden}"
            );
            assert_eq!(status("/a", &format!("b{hidden}=c")).await, 422, "{hidden}");
        }
        assert_eq!(status("/a%0Ab", "").await, 404);
        assert_eq!(status("/a?q=b%0A", "").await, 200);
        assert_eq!(
            status("/a%20b?q=%C3%BC+%", "text=one%0D%0Atwo%09%2500&x=%4").await,
            200
        );
    }

    #[tokio::test]
    async fn a_form_is_read_on_as_it_came() {
        let form = "text=one%0D%0Atwo+three%2500";
        let request = Request::builder()
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .expect("a request");
        let request = check(request).await.expect("plain");
        let kept = to_bytes(request.into_body(), 100).await.expect("a body");
        assert_eq!(kept, form);
    }

    #[test]
    fn what_nobody_sees_is_refused_in_json() {
        for text in [
            r"a\u0000b",
            r"\u001B",
            r"\u007f",
            r"\u0085",
            r"\\\u0000",
            r"\b",
            r"\f",
            "\u{7f}",
            "\u{85}",
            "\0",
        ] {
            let body = format!("{{\"text\":\"{text}\"}}");
            assert!(json(body.as_bytes()).is_err(), "{text:?}");
        }
        for text in [
            r"one\r\n\ttwo\u000a",
            r#"\\u0000 \\b \/ \" \u00fc\u20ac\ud83d\ude00"#,
            "ü € é \u{a0}",
            r"\",
            r"\u00",
        ] {
            let body = format!("{{\"text\":\"{text}\"}}");
            assert!(json(body.as_bytes()).is_ok(), "{text:?}");
        }
    }
}
