//! Signing in and out.

use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::{DeskError, people::Visitor};
use serde::Deserialize;

use crate::{
    app::App,
    cookie,
    fault::Fault,
    guard::{Source, Staff, source_key},
    pages::{Page, go, sentence},
    routes::{ALL, Routes, Who},
    view::{
        Flash, When,
        sign_in::{CodePage, SignInPage},
    },
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/sign-in", Who::Anyone, show)
        .post("/sign-in", Who::Anyone, first)
        .get("/sign-in/code", Who::Anyone, show_code)
        .post("/sign-in/code", Who::Anyone, second)
        .post("/sign-out", Who::Staff(ALL), out)
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

/// Only a path of the desk: a link from outside can't choose where signing in leads.
fn path(next: &str) -> String {
    let inside = next.starts_with("/desk")
        && next
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/-_?=&.".contains(&b));
    if inside {
        next.to_owned()
    } else {
        String::new()
    }
}

fn page(app: &App, login: String, next: String, error: Option<String>) -> SignInPage {
    SignInPage {
        company: app.company().to_owned(),
        login,
        next,
        note: None,
        error,
        demo: app
            .demo()
            .map(crate::app::DemoHints::logins)
            .unwrap_or_default(),
    }
}

async fn show(State(app): State<App>, Query(query): Query<Next>) -> Result<Page, Fault> {
    Page::of(&page(&app, String::new(), path(&query.next), None))
}

#[derive(Deserialize)]
struct First {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn first(
    State(app): State<App>,
    Source(source): Source,
    headers: HeaderMap,
    Form(form): Form<First>,
) -> Result<Response, Fault> {
    let next = path(&form.next);
    let (source, known) = (
        source_key(source),
        cookie::read(&headers, cookie::known(&app)),
    );
    let visitor = Visitor {
        source: &source,
        known: known.as_deref(),
    };
    match app
        .desk()
        .sign_in(&form.login, &form.password, visitor, &agent(&headers))
        .await
    {
        Ok(half) => {
            let query = if next.is_empty() {
                String::new()
            } else {
                format!("?next={next}")
            };
            let mut response = go(&app, &format!("/sign-in/code{query}"), None);
            // The demo shows the code of whoever is signing in.
            let value = format!(
                "{}.{}",
                half.secret,
                hex::encode(form.login.trim().to_ascii_lowercase())
            );
            let value = if app.demo().is_some() {
                value
            } else {
                half.secret
            };
            response.headers_mut().append(
                header::SET_COOKIE,
                cookie::set(&app, cookie::half(&app), &value, 600),
            );
            Ok(response)
        }
        Err(error) => {
            let (status, text) = form_error(&app, error)?;
            Ok(Page::of(&page(&app, form.login, next, Some(text)))?
                .status(status)
                .into_response())
        }
    }
}

/// The words for an error that the form shows; what is no matter of the form stays a fault.
pub(crate) fn form_error(app: &App, error: DeskError) -> Result<(StatusCode, String), Fault> {
    match error {
        DeskError::Limited(until) => {
            let again = When::at(until, app.desk().now()).relative;
            let text = format!(
                "Too many tries. To keep accounts safe we slow down here. Please try again {again}."
            );
            Ok((StatusCode::TOO_MANY_REQUESTS, text))
        }
        DeskError::Invalid(text) => Ok((StatusCode::UNPROCESSABLE_ENTITY, sentence(&text))),
        DeskError::Conflict(text) => Ok((StatusCode::CONFLICT, sentence(text))),
        error => Err(error.into()),
    }
}

fn half_of(app: &App, headers: &HeaderMap) -> Option<(String, String)> {
    let value = cookie::read(headers, cookie::half(app))?;
    let (secret, login) = value.split_once('.').unwrap_or((&value, ""));
    let login = hex::decode(login)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default();
    Some((secret.to_owned(), login))
}

fn code_page(app: &App, login: &str, next: String, error: Option<String>) -> CodePage {
    CodePage {
        company: app.company().to_owned(),
        next,
        error,
        demo_code: demo_code(app, login),
    }
}

/// The six digits that somebody's phone would show now, in the demo only; empty otherwise.
pub(crate) fn demo_code(app: &App, login: &str) -> String {
    app.demo()
        .and_then(|demo| demo.logins().into_iter().find(|known| known.login == login))
        .map(|known| known.code)
        .unwrap_or_default()
}

async fn show_code(
    State(app): State<App>,
    headers: HeaderMap,
    Query(query): Query<Next>,
) -> Result<Response, Fault> {
    let Some((_, login)) = half_of(&app, &headers) else {
        return Ok(go(&app, "/sign-in", None));
    };
    Ok(Page::of(&code_page(&app, &login, path(&query.next), None))?.into_response())
}

#[derive(Deserialize)]
struct Second {
    code: String,
    #[serde(default)]
    next: String,
}

async fn second(
    State(app): State<App>,
    Source(source): Source,
    headers: HeaderMap,
    Form(form): Form<Second>,
) -> Result<Response, Fault> {
    let Some((half, login)) = half_of(&app, &headers) else {
        return Ok(go(&app, "/sign-in", None));
    };
    let next = path(&form.next);
    let (source, known) = (
        source_key(source),
        cookie::read(&headers, cookie::known(&app)),
    );
    let visitor = Visitor {
        source: &source,
        known: known.as_deref(),
    };
    match app.desk().second_step(&half, &form.code, visitor).await {
        Ok(signed) => {
            let mut response = go(&app, if next.is_empty() { "/desk" } else { &next }, None);
            let headers = response.headers_mut();
            headers.append(
                header::SET_COOKIE,
                cookie::set_session(&app, &signed.secret, signed.expires),
            );
            headers.append(
                header::SET_COOKIE,
                cookie::set(&app, cookie::half(&app), "", 0),
            );
            headers.append(header::SET_COOKIE, cookie::set_known(&app, &signed.known));
            Ok(response)
        }
        Err(error) => {
            let (status, text) = form_error(&app, error)?;
            Ok(Page::of(&code_page(&app, &login, next, Some(text)))?
                .status(status)
                .into_response())
        }
    }
}

async fn out(State(app): State<App>, me: Staff) -> Result<Response, Fault> {
    app.desk().sign_out(&me).await?;
    let mut response = go(&app, "/sign-in", Some(&Flash::good("You are signed out.")));
    let headers = response.headers_mut();
    headers.append(
        header::SET_COOKIE,
        cookie::set(&app, cookie::session(&app), "", 0),
    );
    headers.insert(
        "clear-site-data",
        HeaderValue::from_static("\"cache\", \"storage\""),
    );
    Ok(response)
}

/// What the browser calls itself; the desk keeps family and system only.
fn agent(headers: &HeaderMap) -> String {
    let text = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_nowhere_but_to_the_desk() {
        assert_eq!(
            path("/desk/tickets/1043?filter=mine"),
            "/desk/tickets/1043?filter=mine"
        );
        for outside in [
            "//evil.example",
            "https://evil.example",
            "/desk\\evil",
            "/desk\r\nx",
            "/owner/x",
            "/desk@evil",
        ] {
            assert_eq!(path(outside), "", "{outside}");
        }
    }
}
