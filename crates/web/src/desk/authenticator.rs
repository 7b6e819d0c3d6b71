//! Another authenticator of one's own.

use axum::{
    Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use desk::{DeskError, Me};
use serde::Deserialize;

use super::done;
use crate::{
    app::App,
    cookie,
    fault::Fault,
    guard::Staff,
    pages::{Page, go, shell},
    routes::{ALL, Routes, Who},
    set_up::qr,
    sign_in::{demo_code, form_error},
    view::{
        Flash, Place,
        oneself::{AuthenticatorPage, NewAuthenticatorPage},
    },
};

const PAGE: &str = "/desk/authenticator";
const NEW: &str = "/desk/authenticator/new";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get(PAGE, Who::Staff(ALL), show)
        .post(PAGE, Who::Staff(ALL), begin)
        .get(NEW, Who::Staff(ALL), show_new)
        .post(NEW, Who::Staff(ALL), confirm)
}

async fn page(
    app: &App,
    me: &Me,
    headers: &HeaderMap,
    error: Option<String>,
) -> Result<Page, Fault> {
    Page::of(&AuthenticatorPage {
        shell: shell(app, me, Place::Sessions, headers).await?,
        error,
        demo_code: demo_code(app, &me.login),
    })
}

async fn show(State(app): State<App>, me: Staff, headers: HeaderMap) -> Result<Page, Fault> {
    page(&app, &me, &headers, None).await
}

#[derive(Deserialize)]
struct Begin {
    password: String,
    code: String,
}

async fn begin(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Form(form): Form<Begin>,
) -> Result<Response, Fault> {
    let outcome = app
        .desk()
        .begin_authenticator(&me, &form.password, &form.code)
        .await;
    match outcome {
        Ok(session) => {
            let mut response = go(&app, NEW, None);
            cookie::renew(&app, &mut response, &session);
            Ok(response)
        }
        Err(error) => {
            let (status, text) = form_error(&app, error)?;
            let page = page(&app, &me, &headers, Some(text)).await?;
            Ok(page.status(status).into_response())
        }
    }
}

/// The page with the new secret; none if none waits in this session.
async fn new_page(
    app: &App,
    me: &Me,
    headers: &HeaderMap,
    error: Option<String>,
) -> Result<Option<Page>, Fault> {
    let Some(enrolment) = app.desk().new_authenticator(me).await? else {
        return Ok(None);
    };
    let page = NewAuthenticatorPage {
        shell: shell(app, me, Place::Sessions, headers).await?,
        qr_svg: qr(&enrolment)?,
        secret: enrolment.totp_secret_base32,
        error,
    };
    Page::of(&page).map(Some)
}

async fn show_new(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    match new_page(&app, &me, &headers, None).await? {
        Some(page) => Ok(page.into_response()),
        None => Ok(go(&app, PAGE, None)),
    }
}

#[derive(Deserialize)]
struct Confirm {
    code: String,
}

async fn confirm(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Form(form): Form<Confirm>,
) -> Result<Response, Fault> {
    match app.desk().confirm_authenticator(&me, &form.code).await {
        Ok(renewed) => {
            if let Some(demo) = app.demo() {
                demo.authenticator_changed(&me.login);
            }
            let flash = Flash::good(
                "The new authenticator counts from now on; delete the old entry. You are signed out everywhere but here.",
            );
            let mut response = go(&app, "/desk/sessions", Some(&flash));
            cookie::renew_all(&app, &mut response, &renewed);
            Ok(response)
        }
        Err(error @ DeskError::Conflict(_)) => done(&app, PAGE, Err(error)),
        Err(error) => {
            let (status, text) = form_error(&app, error)?;
            match new_page(&app, &me, &headers, Some(text)).await? {
                Some(page) => Ok(page.status(status).into_response()),
                None => Ok(go(&app, PAGE, None)),
            }
        }
    }
}
