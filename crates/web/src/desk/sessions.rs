//! Where I am signed in.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
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
        access::{SessionRow, SessionsPage},
    },
};

const PAGE: &str = "/desk/sessions";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get(PAGE, Who::Staff(ALL), show)
        .post("/desk/sessions/{id}/end", Who::Staff(ALL), end)
        .post("/desk/sessions/end-others", Who::Staff(ALL), end_others)
}

async fn show(State(app): State<App>, me: Staff, headers: HeaderMap) -> Result<Page, Fault> {
    let sessions = app.desk().sessions(&me).await?;
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
