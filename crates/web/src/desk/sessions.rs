//! Where I am signed in, what I made that works without me, and whether somebody asked me to enrol anew.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use desk::DeskError;
use words::SessionId;

use super::{done, id};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    pages::{Page, shell},
    routes::{ALL, Routes, Who},
    view::{
        Flash, Place, When,
        access::{Asked, MadeRow, SessionRow, SessionsPage},
    },
};

pub(super) const PAGE: &str = "/desk/sessions";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get(PAGE, Who::Staff(ALL), show)
        .post("/desk/sessions/{id}/end", Who::Staff(ALL), end)
        .post("/desk/sessions/end-others", Who::Staff(ALL), end_others)
        .post("/desk/enrol-anew/refuse", Who::Staff(ALL), refuse)
}

async fn show(State(app): State<App>, me: Staff, headers: HeaderMap) -> Result<Page, Fault> {
    let sessions = app.desk().sessions(&me).await?;
    let asked = app.desk().asked_to_enrol_anew(&me).await?;
    let made = app.desk().made_by_me(&me).await?;
    let now = app.desk().now();
    Page::of(&SessionsPage {
        shell: shell(&app, &me, Place::Sessions, &headers).await?,
        sessions: sessions
            .into_iter()
            .map(|session| SessionRow {
                id: session.id.to_string(),
                browser: session.browser,
                since: When::at(session.since, now),
                seen: When::at(session.seen, now),
                until: When::at(session.expires, now),
                current: session.current,
            })
            .collect(),
        asked: asked.map(|asked| Asked {
            by: asked.by.unwrap_or_default(),
            at: When::at(asked.asked, now),
            until: When::at(asked.expires, now),
        }),
        tokens: made
            .tokens
            .into_iter()
            .map(|token| MadeRow {
                id: token.id.to_string(),
                name: token.name,
                role: token.role,
                anew: false,
                at: When::at(token.created, now),
                until: When::at(token.expires, now),
            })
            .collect(),
        invitations: made
            .invitations
            .into_iter()
            .map(|row| MadeRow {
                id: row.id.to_string(),
                name: row.name,
                role: row.role,
                anew: row.anew,
                at: When::at(row.created, now),
                until: When::at(row.expires, now),
            })
            .collect(),
    })
}

async fn end(
    State(app): State<App>,
    me: Staff,
    Path(session): Path<String>,
) -> Result<Response, Fault> {
    let session: SessionId = id(&session)?;
    let outcome = app.desk().end_session(&me, session).await;
    done(
        &app,
        PAGE,
        outcome.map(|()| Flash::good("That session is ended.")),
    )
}

async fn end_others(State(app): State<App>, me: Staff) -> Result<Response, Fault> {
    let outcome = app.desk().end_other_sessions(&me).await;
    let flash = Flash::good("You are signed in only here now.");
    done(&app, PAGE, outcome.map(|()| flash))
}

async fn refuse(State(app): State<App>, me: Staff) -> Result<Response, Fault> {
    let outcome = match app.desk().refuse_to_enrol_anew(&me).await {
        // It ended by itself, or an admin was quicker.
        Ok(()) | Err(DeskError::NotFound) => Ok(Flash::good(
            "The link no longer works. Admins see under People that you refused. Tell one you trust, too.",
        )),
        Err(error) => Err(error),
    };
    done(&app, PAGE, outcome)
}
