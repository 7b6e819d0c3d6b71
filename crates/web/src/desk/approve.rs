//! Four eyes: a second person agrees to what waits for one, or declines.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use desk::{Decline, DeskError, RequestView};
use serde::Deserialize;
use words::RequestKind;

use super::{Kept, done, id, quiet, ticket_path};
use crate::{
    app::App,
    fault::Fault,
    guard::Staff,
    routes::{LEADS, Routes, Who},
    view::{Flash, ticket::Second, tickets::Filter},
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/desk/tickets/{number}/requests/{id}/agree",
            Who::Staff(LEADS),
            agree,
        )
        .post(
            "/desk/tickets/{number}/requests/{id}/decline",
            Who::Staff(LEADS),
            decline,
        )
}

/// Whether a request waits for a second person and nobody else.
pub(super) fn by_second(request: &RequestView) -> bool {
    desk::waits_for_second(&request.row)
}

/// What the reader's yes would do, if they can be the second person.
pub(super) fn second(request: &RequestView) -> Option<Second> {
    request.second.then_some(match request.row.kind {
        RequestKind::Unlock => Second::Thaw,
        _ => Second::Leave,
    })
}

async fn agree(
    State(app): State<App>,
    me: Staff,
    Path((number, request)): Path<(String, String)>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let to = ticket_path(number, "", filter);
    match app.desk().agree(&me, number, id(&request)?).await {
        Err(DeskError::Refused { reason, .. }) => done(&app, &to, Ok(quiet(reason))),
        outcome => {
            let flash = Flash::good(
                "You agreed. The owner hears of it now, and nothing happens without them.",
            );
            done(&app, &to, outcome.map(|()| flash))
        }
    }
}

#[derive(Deserialize)]
struct Declined {
    why: String,
    #[serde(default)]
    filter: String,
}

async fn decline(
    State(app): State<App>,
    me: Staff,
    Path((number, request)): Path<(String, String)>,
    Form(form): Form<Declined>,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let filter: Option<Filter> = form.filter.parse().ok();
    let why = Decline::of(&form.why).ok_or_else(|| Fault::bad("choose one of the reasons"))?;
    let outcome = app.desk().decline(&me, number, id(&request)?, why).await;
    let flash = quiet("Declined. It is over, and whoever asked sees why.");
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| flash),
    )
}
