//! The staff: inviting, and letting sign in or not.

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use desk::{DeskError, Me, people::Invited};
use serde::Deserialize;
use words::{InvitationId, Role, StaffId};

use super::{done, id, quiet};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, sentence, shell},
    routes::{ADMINS, Routes, Who},
    view::{
        Flash, Place, When,
        people::{AnewRow, InvitationRow, NewInvitation, PeoplePage, PersonRow},
    },
};

pub(super) const PAGE: &str = "/desk/people";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get(PAGE, Who::Staff(ADMINS), show)
        .post("/desk/people/invite", Who::Staff(ADMINS), invite)
        .post(
            "/desk/people/invitations/{id}/withdraw",
            Who::Staff(ADMINS),
            withdraw,
        )
        .post(
            "/desk/people/{id}/deactivate",
            Who::Staff(ADMINS),
            deactivate,
        )
        .post("/desk/people/{id}/activate", Who::Staff(ADMINS), activate)
}

/// The page as it stands, without what a form adds to it.
async fn page(app: &App, me: &Me, headers: &HeaderMap) -> Result<PeoplePage, Fault> {
    let people = app.desk().people(me).await?;
    let invitations = app.desk().invitations(me).await?;
    let now = app.desk().now();
    Ok(PeoplePage {
        shell: shell(app, me, Place::People, headers).await?,
        people: people
            .into_iter()
            .map(|person| PersonRow {
                id: person.id.to_string(),
                name: person.name,
                login: person.login,
                role: person.role,
                seen: person.seen.map(|at| When::at(at, now)),
                active: person.ended.is_none(),
                me: person.id == me.id,
                anew: person.anew.map(|anew| AnewRow {
                    id: anew.invitation.to_string(),
                    by: anew.by.unwrap_or_default(),
                    until: When::at(anew.expires, now),
                }),
            })
            .collect(),
        invitations: invitations
            .into_iter()
            .map(|row| InvitationRow {
                id: row.id.to_string(),
                name: row.name,
                role: row.role,
                until: When::at(row.expires, now),
            })
            .collect(),
        made: None,
        name: String::new(),
        error: None,
    })
}

async fn show(State(app): State<App>, me: Staff, headers: HeaderMap) -> Result<Page, Fault> {
    Page::of(&page(&app, &me, &headers).await?)
}

#[derive(Deserialize)]
struct NewPerson {
    name: String,
    role: String,
}

async fn invite(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Form(form): Form<NewPerson>,
) -> Result<Page, Fault> {
    let outcome = match form.role.parse::<Role>() {
        Ok(role) => app.desk().invite(&me, &form.name, role).await,
        Err(error) => Err(DeskError::Invalid(error.to_string())),
    };
    match outcome {
        Ok(invited) => show_link(&app, &me, &headers, form.name.trim(), &invited).await,
        Err(DeskError::Invalid(text)) => {
            let page = PeoplePage {
                name: form.name,
                error: Some(sentence(&text)),
                ..page(&app, &me, &headers).await?
            };
            Ok(Page::of(&page)?.status(StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(error) => Err(error.into()),
    }
}

/// The page with the link just made, which is shown this once.
pub(super) async fn show_link(
    app: &App,
    me: &Me,
    headers: &HeaderMap,
    name: &str,
    invited: &Invited,
) -> Result<Page, Fault> {
    let base = &app.desk().settings().base_url;
    let made = NewInvitation {
        name: name.to_owned(),
        link: format!("{base}/invitation/{}", invited.secret),
        until: When::at(invited.expires, app.desk().now()),
    };
    Page::of(&PeoplePage {
        made: Some(made),
        ..page(app, me, headers).await?
    })
}

async fn withdraw(
    State(app): State<App>,
    me: Staff,
    Path(invitation): Path<String>,
) -> Result<Response, Fault> {
    let invitation: InvitationId = id(&invitation)?;
    let outcome = app.desk().withdraw_invitation(&me, invitation).await;
    let flash = quiet("The invitation is withdrawn; its link no longer works.");
    done(&app, PAGE, outcome.map(|()| flash))
}

async fn deactivate(
    State(app): State<App>,
    me: Staff,
    Path(person): Path<String>,
) -> Result<Response, Fault> {
    let person: StaffId = id(&person)?;
    let outcome = app.desk().deactivate(&me, person).await;
    let flash = Flash {
        undo: Some(format!("{PAGE}/{person}/activate")),
        ..Flash::good("They are signed out and can't sign in. The tokens they made are revoked.")
    };
    done(&app, PAGE, outcome.map(|()| flash))
}

async fn activate(
    State(app): State<App>,
    me: Staff,
    Path(person): Path<String>,
) -> Result<Response, Fault> {
    let person: StaffId = id(&person)?;
    let outcome = app.desk().reactivate(&me, person).await;
    let flash = Flash::good("They can sign in again, with the password they had.");
    done(&app, PAGE, outcome.map(|()| flash))
}
