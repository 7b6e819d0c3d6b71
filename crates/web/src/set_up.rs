//! Becoming staff: the first admin's set-up link, and invitations; and enrolling anew.

use axum::{
    Form,
    extract::{Path, State},
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use desk::{
    DeskError,
    people::{Enrolment, Invite},
};
use qrcode::{QrCode, render::svg};
use serde::Deserialize;

use crate::{
    app::App,
    fault::Fault,
    pages::{Page, go, sentence},
    routes::{Routes, Who},
    view::{
        Flash, When,
        sign_in::{EnrolPage, WelcomePage},
    },
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/set-up/{secret}", Who::Link, show)
        .post("/set-up/{secret}", Who::Link, choose)
        .get("/set-up/{secret}/code", Who::Link, show_code)
        .post("/set-up/{secret}/code", Who::Link, confirm)
        .get("/invitation/{secret}", Who::Link, show)
        .post("/invitation/{secret}", Who::Link, choose)
        .get("/invitation/{secret}/code", Who::Link, show_code)
        .post("/invitation/{secret}/code", Who::Link, confirm)
}

fn welcome(
    app: &App,
    invite: &Invite,
    action: &str,
    name: String,
    login: String,
    error: Option<String>,
) -> WelcomePage {
    WelcomePage {
        company: app.company().to_owned(),
        first: invite.first,
        role: invite.role,
        invited_by: invite.invited_by.clone().unwrap_or_default(),
        anew: invite.anew.is_some(),
        action: action.to_owned(),
        name,
        login,
        error,
    }
}

async fn show(State(app): State<App>, Path(secret): Path<String>, uri: Uri) -> Result<Page, Fault> {
    let invite = app.desk().invitation(&secret).await?;
    let chosen = invite.enrolment.as_ref().map(|e| e.login.clone());
    let login = invite.anew.clone().or(chosen).unwrap_or_default();
    Page::of(&welcome(
        &app,
        &invite,
        uri.path(),
        invite.name.clone(),
        login,
        None,
    ))
}

/// Name and sign-in name are left out by whoever enrols anew.
#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    name: String,
    #[serde(default)]
    login: String,
    password: String,
}

async fn choose(
    State(app): State<App>,
    Path(secret): Path<String>,
    uri: Uri,
    Form(form): Form<Chosen>,
) -> Result<Response, Fault> {
    let invite = app.desk().invitation(&secret).await?;
    match app
        .desk()
        .check_enrolment(&secret, &form.name, &form.login, &form.password)
        .await
    {
        Ok(()) => Ok(go(&app, &format!("{}/code", uri.path()), None)),
        Err(error) => {
            let (status, text) = words(&app, error)?;
            let (name, login) = match &invite.anew {
                Some(login) => (invite.name.clone(), login.clone()),
                None => (form.name, form.login),
            };
            let page = welcome(&app, &invite, uri.path(), name, login, Some(text));
            Ok(Page::of(&page)?.status(status).into_response())
        }
    }
}

fn words(app: &App, error: DeskError) -> Result<(StatusCode, String), Fault> {
    match error {
        DeskError::Invalid(text) => Ok((StatusCode::UNPROCESSABLE_ENTITY, sentence(&text))),
        DeskError::Conflict(text) => Ok((StatusCode::CONFLICT, sentence(text))),
        DeskError::Limited(until) => {
            let again = When::at(until, app.desk().now()).relative;
            Ok((
                StatusCode::TOO_MANY_REQUESTS,
                format!("Too many tries. Please try again {again}."),
            ))
        }
        error => Err(error.into()),
    }
}

/// The page with the second factor; none until name and password are chosen.
async fn enrol(
    app: &App,
    secret: &str,
    action: &str,
    error: Option<String>,
) -> Result<Option<EnrolPage>, Fault> {
    let Some(enrolment) = app.desk().invitation(secret).await?.enrolment else {
        return Ok(None);
    };
    Ok(Some(EnrolPage {
        company: app.company().to_owned(),
        action: action.to_owned(),
        qr_svg: qr(&enrolment)?,
        secret: enrolment.totp_secret_base32,
        error,
    }))
}

/// The picture that an authenticator scans: the text of an SVG document.
pub(crate) fn qr(enrolment: &Enrolment) -> Result<String, Fault> {
    let code = QrCode::new(enrolment.otpauth_url.as_bytes()).map_err(|_| Fault::broken())?;
    Ok(code
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build())
}

async fn show_code(
    State(app): State<App>,
    Path(secret): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    match enrol(&app, &secret, uri.path(), None).await? {
        Some(page) => Ok(Page::of(&page)?.into_response()),
        None => Ok(go(&app, uri.path().trim_end_matches("/code"), None)),
    }
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

async fn confirm(
    State(app): State<App>,
    Path(secret): Path<String>,
    uri: Uri,
    Form(form): Form<Code>,
) -> Result<Response, Fault> {
    let anew = app.desk().invitation(&secret).await?.anew;
    match app.desk().accept(&secret, &form.code).await {
        Ok(_) => {
            if let (Some(demo), Some(login)) = (app.demo(), anew) {
                demo.password_changed(&login);
                demo.authenticator_changed(&login);
            }
            let flash = Flash::good(
                "You are set up. Sign in with your name, your password and a new code.",
            );
            Ok(go(&app, "/sign-in", Some(&flash)))
        }
        Err(error) => {
            let (status, text) = words(&app, error)?;
            match enrol(&app, &secret, uri.path(), Some(text)).await? {
                Some(page) => Ok(Page::of(&page)?.status(status).into_response()),
                None => Ok(go(&app, uri.path().trim_end_matches("/code"), None)),
            }
        }
    }
}
