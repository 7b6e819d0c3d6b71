//! Cookies: secrets of sessions, and the one line said on the next page.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::people::{KnownBrowser, Renewed, RenewedSession};
use serde::{Deserialize, Serialize};
use words::Time;

use crate::{
    app::App,
    view::{Flash, Tone},
};

/// The session's cookie. Over https it is bound to this host by its name.
pub(crate) fn session(app: &App) -> &'static str {
    if app.secure() {
        "__Host-staunch"
    } else {
        "staunch"
    }
}

/// The cookie between the two steps of signing in.
pub(crate) fn half(app: &App) -> &'static str {
    if app.secure() {
        "__Host-staunch-half"
    } else {
        "staunch-half"
    }
}

/// The cookie of a browser that signed in before; it outlives sessions and opens none.
pub(crate) fn known(app: &App) -> &'static str {
    if app.secure() {
        "__Host-staunch-known"
    } else {
        "staunch-known"
    }
}

pub(crate) const FLASH: &str = "staunch-flash";

pub(crate) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// A cookie that scripts can't read and other sites don't send. `seconds` of 0 removes it.
pub(crate) fn set(app: &App, name: &str, value: &str, seconds: i64) -> HeaderValue {
    made(app, name, value, "Lax", seconds)
}

/// The session's cookie, with its secret.
pub(crate) fn set_session(app: &App, secret: &str, expires: Time) -> HeaderValue {
    set(app, session(app), secret, seconds_until(app, expires))
}

/// Hands a browser the new secret of its session.
pub(crate) fn renew(app: &App, response: &mut Response, session: &RenewedSession) {
    let cookie = set_session(app, &session.secret, session.expires);
    response.headers_mut().append(header::SET_COOKIE, cookie);
}

/// Hands a browser all that it needs after its person changed how they sign in.
pub(crate) fn renew_all(app: &App, response: &mut Response, renewed: &Renewed) {
    renew(app, response, &renewed.session);
    let cookie = set_known(app, &renewed.known);
    response.headers_mut().append(header::SET_COOKIE, cookie);
}

fn seconds_until(app: &App, end: Time) -> i64 {
    i64::try_from(app.desk().now().until(end).as_secs()).unwrap_or(0)
}

/// The cookie by which a browser is known at the next sign-in. No page that another site leads to
/// gets it.
pub(crate) fn set_known(app: &App, browser: &KnownBrowser) -> HeaderValue {
    let seconds = seconds_until(app, browser.expires);
    made(app, known(app), &browser.secret, "Strict", seconds)
}

fn made(app: &App, name: &str, value: &str, same_site: &str, seconds: i64) -> HeaderValue {
    let secure = if app.secure() { "; Secure" } else { "" };
    let text = format!(
        "{name}={value}; Path=/; HttpOnly; SameSite={same_site}; Max-Age={seconds}{secure}"
    );
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("staunch=; Path=/; Max-Age=0"))
}

#[derive(Serialize, Deserialize)]
struct Packed {
    tone: String,
    text: String,
    undo: Option<String>,
}

pub(crate) fn pack(flash: &Flash) -> String {
    let packed = Packed {
        tone: flash.tone.as_str().to_owned(),
        text: flash.text.clone(),
        undo: flash.undo.clone(),
    };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&packed).unwrap_or_default())
}

pub(crate) fn unpack(text: &str) -> Option<Flash> {
    let packed: Packed = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let tone = match packed.tone.as_str() {
        "good" => Tone::Good,
        "warning" => Tone::Warning,
        "danger" => Tone::Danger,
        _ => Tone::Neutral,
    };
    // A path of this server only: whoever planted a cookie could otherwise make a button post elsewhere.
    let undo = packed
        .undo
        .filter(|path| path.starts_with("/desk/") && !path.contains(['"', '<', '\\']));
    Some(Flash {
        tone,
        text: packed.text,
        undo,
    })
}
