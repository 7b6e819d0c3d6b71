//! Stopping somebody's sign-in, and letting them sign in again.

use axum::{
    Form,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use desk::{DeskError, Me};
use serde::Deserialize;
use words::StaffId;

use super::{done, id, people::PAGE};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, shell},
    routes::{ADMINS, Routes, Who},
    sign_in::{demo_code, form_error},
    view::{Flash, Place, people::StopSignInPage},
};

const STOP: &str = "/desk/people/{id}/deactivate";
const LET: &str = "/desk/people/{id}/activate";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get(STOP, Who::Staff(ADMINS), show_stop)
        .post(STOP, Who::Staff(ADMINS), stop)
        .get(LET, Who::Staff(ADMINS), show_let)
        .post(LET, Who::Staff(ADMINS), let_in)
}

/// Whose sign-in, and whether it is stopped or they are let in.
struct Whose {
    person: StaffId,
    stop: bool,
}

impl Whose {
    fn of(person: &str, stop: bool) -> Result<Self, Fault> {
        let person = id(person)?;
        Ok(Self { person, stop })
    }

    /// Their name, if it can be done.
    async fn name(&self, app: &App, me: &Me) -> Result<String, DeskError> {
        if self.stop {
            app.desk().can_deactivate(me, self.person).await
        } else {
            app.desk().can_reactivate(me, self.person).await
        }
    }

    async fn page(
        &self,
        app: &App,
        me: &Me,
        headers: &HeaderMap,
        error: Option<String>,
    ) -> Result<Page, Fault> {
        Page::of(&StopSignInPage {
            shell: shell(app, me, Place::People, headers).await?,
            id: self.person.to_string(),
            name: self.name(app, me).await?,
            stop: self.stop,
            error,
            demo_code: demo_code(app, &me.login),
        })
    }

    async fn show(&self, app: &App, me: &Me, headers: &HeaderMap) -> Result<Response, Fault> {
        match self.name(app, me).await {
            Ok(_) => Ok(self.page(app, me, headers, None).await?.into_response()),
            Err(error) => done(app, PAGE, Err(error)),
        }
    }

    /// Answers the form: a code that was wrong is asked for again.
    async fn answer(
        &self,
        app: &App,
        me: &Me,
        headers: &HeaderMap,
        outcome: Result<Flash, DeskError>,
    ) -> Result<Response, Fault> {
        match outcome {
            Err(error @ (DeskError::Invalid(_) | DeskError::Limited(_))) => {
                let (status, text) = form_error(app, error)?;
                let page = self.page(app, me, headers, Some(text)).await?;
                Ok(page.status(status).into_response())
            }
            outcome => done(app, PAGE, outcome),
        }
    }
}

async fn show_stop(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Path(person): Path<String>,
) -> Result<Response, Fault> {
    Whose::of(&person, true)?.show(&app, &me, &headers).await
}

async fn show_let(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Path(person): Path<String>,
) -> Result<Response, Fault> {
    Whose::of(&person, false)?.show(&app, &me, &headers).await
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

async fn stop(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Path(person): Path<String>,
    Form(form): Form<Code>,
) -> Result<Response, Fault> {
    let whose = Whose::of(&person, true)?;
    let outcome = app.desk().deactivate(&me, whose.person, &form.code).await;
    let flash = Flash::good(
        "They are signed out and can't sign in. The tokens they made are revoked, their invitations withdrawn.",
    );
    let outcome = outcome.map(|()| flash);
    whose.answer(&app, &me, &headers, outcome).await
}

async fn let_in(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Path(person): Path<String>,
    Form(form): Form<Code>,
) -> Result<Response, Fault> {
    let whose = Whose::of(&person, false)?;
    let outcome = app.desk().reactivate(&me, whose.person, &form.code).await;
    let outcome =
        outcome.map(|()| Flash::good("They can sign in again, with the password they had."));
    whose.answer(&app, &me, &headers, outcome).await
}
