//! Taking a ticket on, laying it back, closing and opening it, ending its call, and giving it back to
//! the reps.

use axum::{
    extract::{Path, State},
    response::Response,
};

use super::done_or_gone;
use crate::{
    app::App,
    desk::{Kept, done, id, ticket_path},
    fault::Fault,
    guard::Staff,
    routes::{LEADS, Routes, WORKS, Who},
    view::Flash,
};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .post("/desk/tickets/{number}/assign", Who::Staff(WORKS), assign)
        .post("/desk/tickets/{number}/release", Who::Staff(WORKS), release)
        .post("/desk/tickets/{number}/close", Who::Staff(WORKS), close)
        .post("/desk/tickets/{number}/reopen", Who::Staff(WORKS), reopen)
        .post(
            "/desk/tickets/{number}/hand-back",
            Who::Staff(LEADS),
            hand_back,
        )
        .post("/desk/tickets/{number}/end", Who::Staff(WORKS), end)
}

async fn assign(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().assign(&me, number, Some(me.id)).await;
    let flash = Flash {
        undo: Some(ticket_path(number, "/release", filter)),
        ..Flash::good("It's yours now.")
    };
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| flash),
    )
}

async fn release(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().assign(&me, number, None).await;
    let flash = Flash {
        undo: Some(ticket_path(number, "/assign", filter)),
        ..Flash::good("It's nobody's now.")
    };
    done_or_gone(&app, &me, number, filter, outcome.map(|()| flash)).await
}

async fn close(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().close(&me, number).await;
    let flash = Flash {
        undo: Some(ticket_path(number, "/reopen", filter)),
        ..Flash::good(format!("#{number} is closed."))
    };
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| flash),
    )
}

async fn hand_back(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().hand_back(&me, number).await;
    let flash = Flash::good(format!("#{number} is with the reps again."));
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| flash),
    )
}

async fn reopen(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().reopen(&me, number).await;
    let flash = Flash {
        undo: Some(ticket_path(number, "/close", filter)),
        ..Flash::good(format!("#{number} is open again."))
    };
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| flash),
    )
}

async fn end(
    State(app): State<App>,
    me: Staff,
    Path(number): Path<String>,
    Kept(filter): Kept,
) -> Result<Response, Fault> {
    let number = id(&number)?;
    let outcome = app.desk().end_call(&me, number).await;
    let flash = Flash::good("The call is over. Close the ticket when nothing is left to do.");
    done(
        &app,
        &ticket_path(number, "", filter),
        outcome.map(|()| flash),
    )
}
