//! The staff, and inviting somebody.

use axum::{
    Form,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use desk::{DeskError, Me, people::Invited};
use serde::Deserialize;
use words::{InvitationId, Role};

use super::{Back, done, id, quiet};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, shell},
    routes::{ADMINS, Routes, Who},
    sign_in::{demo_code, form_error},
    view::{
        Place, When,
        people::{AnewRow, AnsweredRow, InvitationRow, NewInvitation, PeoplePage, PersonRow},
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
                answered: person
                    .answered
                    .into_iter()
                    .map(|answer| AnsweredRow {
                        by: answer.by.unwrap_or_default(),
                        at: When::at(answer.at, now),
                        refused: answer.refused,
                    })
                    .collect(),
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
        chosen: Role::Rep,
        error: None,
        demo_code: demo_code(app, &me.login),
    })
}

async fn show(State(app): State<App>, me: Staff, headers: HeaderMap) -> Result<Page, Fault> {
    Page::of(&page(&app, &me, &headers).await?)
}

#[derive(Deserialize)]
struct NewPerson {
    name: String,
    role: String,
    code: String,
}

async fn invite(
    State(app): State<App>,
    me: Staff,
    headers: HeaderMap,
    Form(form): Form<NewPerson>,
) -> Result<Page, Fault> {
    let role = form.role.parse::<Role>();
    let outcome = match &role {
        Ok(role) => app.desk().invite(&me, &form.name, *role, &form.code).await,
        Err(error) => Err(DeskError::Invalid(error.to_string())),
    };
    match outcome {
        Ok(invited) => show_link(&app, &me, &headers, form.name.trim(), &invited).await,
        Err(error) => {
            let (status, text) = form_error(&app, error)?;
            let page = PeoplePage {
                name: form.name,
                chosen: role.unwrap_or(Role::Rep),
                error: Some(text),
                ..page(&app, &me, &headers).await?
            };
            Ok(Page::of(&page)?.status(status))
        }
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
    Query(back): Query<Back>,
) -> Result<Response, Fault> {
    let invitation: InvitationId = id(&invitation)?;
    let outcome = app.desk().withdraw_invitation(&me, invitation).await;
    let flash = quiet("The invitation is withdrawn; its link no longer works.");
    done(&app, back.or(PAGE), outcome.map(|()| flash))
}
