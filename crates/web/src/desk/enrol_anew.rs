//! Asking somebody who lost their password or authenticator to enrol anew.

use axum::{
    Form,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use desk::{DeskError, Me};
use serde::Deserialize;
use words::StaffId;

use super::{
    done, id,
    people::{PAGE, show_link},
};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, shell},
    routes::{ADMINS, Routes, Who},
    sign_in::{demo_code, form_error},
    view::{Place, people::EnrolAnewPage},
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/desk/people/{id}/enrol-anew", Who::Staff(ADMINS), show)
        .post("/desk/people/{id}/enrol-anew", Who::Staff(ADMINS), ask)
}

async fn page(
    app: &App,
    me: &Me,
    headers: &HeaderMap,
    person: StaffId,
    name: String,
    error: Option<String>,
) -> Result<Page, Fault> {
    Page::of(&EnrolAnewPage {
        shell: shell(app, me, Place::People, headers).await?,
        id: person.to_string(),
        name,
        error,
        demo_code: demo_code(app, &me.login),
    })
}

async fn show(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Path(person): Path<String>,
) -> Result<Response, Fault> {
    let person: StaffId = id(&person)?;
    match app.desk().can_enrol_anew(&me, person).await {
        Ok(name) => Ok(page(&app, &me, &headers, person, name, None)
            .await?
            .into_response()),
        Err(error) => done(&app, PAGE, Err(error)),
    }
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

async fn ask(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Path(person): Path<String>,
    Form(form): Form<Code>,
) -> Result<Response, Fault> {
    let person: StaffId = id(&person)?;
    let desk = app.desk();
    let name = match desk.can_enrol_anew(&me, person).await {
        Ok(name) => name,
        Err(error) => return done(&app, PAGE, Err(error)),
    };
    match desk.ask_to_enrol_anew(&me, person, &form.code).await {
        Ok(invited) => Ok(show_link(&app, &me, &headers, &name, &invited)
            .await?
            .into_response()),
        Err(error @ DeskError::Conflict(_)) => done(&app, PAGE, Err(error)),
        Err(error) => {
            let (status, text) = form_error(&app, error)?;
            let page = page(&app, &me, &headers, person, name, Some(text)).await?;
            Ok(page.status(status).into_response())
        }
    }
}
