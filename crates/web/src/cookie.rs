//! Cookies: secrets of sessions, and the one line said on the next page.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::people::KnownBrowser;
use serde::{Deserialize, Serialize};

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

/// The cookie by which a browser is known at the next sign-in. No page that another site leads to
/// gets it.
pub(crate) fn set_known(app: &App, browser: &KnownBrowser) -> HeaderValue {
    let seconds = app.desk().now().until(browser.expires).as_secs();
    let seconds = i64::try_from(seconds).unwrap_or(0);
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
